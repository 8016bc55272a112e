//! Roles as languages, through the public API alone: well-known roles, sampled operations, limits.

use azrbac::ident::Operation;
use azrbac::pattern::language::{
    Block, Comparison, Language, LanguageLimit, Relation, minus_as_patterns, tidy,
};
use azrbac::pattern::{ActionPattern, PatternIndex, Wildcards};
use proptest::prelude::*;

/// A role as its lists: actions, notActions, dataActions, notDataActions.
struct Role {
    name: &'static str,
    control: [Vec<ActionPattern>; 2],
    data: [Vec<ActionPattern>; 2],
}

fn patterns(texts: &[&str]) -> Vec<ActionPattern> {
    texts.iter().map(|text| ActionPattern::new(text).expect(text)).collect()
}

fn role(name: &'static str, lists: [&[&str]; 4]) -> Role {
    let [actions, not_actions, data, not_data] = lists.map(patterns);
    Role { name, control: [actions, not_actions], data: [data, not_data] }
}

/// Permissions as Microsoft documents them (built-in roles reference, read 2026-08-22), shortened
/// where a list is long.
fn roles() -> Vec<Role> {
    let monitoring = ["*/read", "Microsoft.Insights/alertRules/*", "Microsoft.Support/*"];
    let blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/";
    let (read, write) = (format!("{blobs}read"), format!("{blobs}write"));
    let all = format!("{blobs}*");
    vec![
        role("Owner", [&["*"], &[], &[], &[]]),
        role(
            "Contributor",
            [
                &["*"],
                &[
                    "Microsoft.Authorization/*/Delete",
                    "Microsoft.Authorization/*/Write",
                    "Microsoft.Authorization/elevateAccess/Action",
                    "Microsoft.Blueprint/blueprintAssignments/write",
                    "Microsoft.Compute/galleries/share/action",
                ],
                &[],
                &[],
            ],
        ),
        role("Reader", [&["*/read"], &[], &[], &[]]),
        role(
            "User Access Administrator",
            [&["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"], &[], &[], &[]],
        ),
        role("Monitoring Reader", [&monitoring, &[], &[], &[]]),
        role(
            "Managed Identity Operator",
            [
                &[
                    "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
                    "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
                ],
                &[],
                &[],
                &[],
            ],
        ),
        role("Blob Reader", [&[], &[], &[&read], &[]]),
        role("Blob Writer", [&[], &[], &[&read, &write], &[]]),
        role("Blob Owner", [&[], &[], &[&all], &[]]),
        role("Blob Owner but no write", [&[], &[], &[&all], &[&write]]),
    ]
}

fn find(name: &str) -> Role {
    roles().into_iter().find(|role| role.name == name).expect(name)
}

fn language(lists: &[Vec<ActionPattern>; 2]) -> Language {
    let block = Block { allow: &lists[0], except: &lists[1] };
    Language::of_blocks(&[block], Wildcards::Azure).expect("a small role")
}

fn compare(one: &Role, two: &Role) -> Comparison {
    let control = language(&one.control).compare(&language(&two.control));
    control.and(language(&one.data).compare(&language(&two.data)))
}

fn check(one: &str, two: &str, relation: Relation) {
    assert_eq!(compare(&find(one), &find(two)).relation(), relation, "{one} against {two}");
}

#[test]
fn well_known_roles() {
    check("Contributor", "Owner", Relation::Contained);
    check("Owner", "Contributor", Relation::Contains);
    check("Reader", "Contributor", Relation::Contained);
    check("Reader", "Monitoring Reader", Relation::Contained);
    check("User Access Administrator", "Contributor", Relation::Overlapping);
    check("Managed Identity Operator", "Contributor", Relation::Contained);
    check("Managed Identity Operator", "Reader", Relation::Overlapping);
    check("Blob Reader", "Blob Writer", Relation::Contained);
    check("Blob Reader", "Reader", Relation::Disjoint);
    check("Blob Writer", "Blob Owner but no write", Relation::Overlapping);
    check("Blob Reader", "Blob Reader", Relation::Equal);
}

#[test]
fn witnesses_say_what_a_role_lacks() {
    let witness = |one: &str, two: &str| {
        let (one, two) = (language(&find(one).control), language(&find(two).control));
        one.difference_witness(&two).map(|operation| operation.to_string())
    };
    assert_eq!(witness("Contributor", "Reader").as_deref(), Some("x/write"));
    assert_eq!(witness("Owner", "Contributor").as_deref(), Some("microsoft.authorization/write"));
    assert_eq!(
        witness("Managed Identity Operator", "Reader").as_deref(),
        Some("microsoft.managedidentity/userassignedidentities/assign/action")
    );
    assert_eq!(witness("Contributor", "Owner"), None);
}

#[test]
fn contained_today_but_not_for_ever() {
    let one = Language::of_patterns(&patterns(&["X/y/*"]), Wildcards::Azure).expect("small");
    let two = Language::of_patterns(&patterns(&["X/y/read", "X/y/write"]), Wildcards::Azure);
    let two = two.expect("small");
    assert!(one.difference_in(&two, &["x/y/read", "x/y/write", "x/z/read"]).is_empty());
    assert_eq!(one.difference_witness(&two).expect("not for ever").text(), "x/y/delete");
}

#[test]
fn every_pair_of_roles_agrees_with_patterns_on_samples() {
    let roles = roles();
    for wildcards in [Wildcards::Azure, Wildcards::Strict] {
        for lists in roles.iter().flat_map(|role| [&role.control, &role.data]) {
            let block = Block { allow: &lists[0], except: &lists[1] };
            let language = Language::of_blocks(&[block], wildcards).expect("small");
            for sample in roles.iter().flat_map(|role| samples(&role.control, &role.data)) {
                let granted = |list: &[ActionPattern]| {
                    list.iter().any(|pattern| pattern.matches(&sample, wildcards).is_match())
                };
                let expected = granted(&lists[0]) && !granted(&lists[1]);
                assert_eq!(language.contains(&sample), expected, "{sample} {lists:?}");
            }
        }
    }
}

/// Operations at and around every pattern: its star filled in several ways, and a near miss.
fn samples(control: &[Vec<ActionPattern>; 2], data: &[Vec<ActionPattern>; 2]) -> Vec<Operation> {
    let mut samples = Vec::new();
    for pattern in control.iter().chain(data).flatten() {
        for filling in ["a", "a/b", "read", "x/write", "assign/action", "x/delete", "a/y/action"] {
            samples.push(pattern.folded().replace('*', filling));
        }
        samples.push(pattern.folded().replace("/*/", "/"));
        samples.push(format!("{}/read", pattern.folded().replace('*', "s")));
        samples.push(pattern.folded().replace('*', "x").replace("microsoft", "contoso"));
    }
    let well_formed = |text: &String| {
        ["/read", "/write", "/delete", "/action"].iter().any(|verb| text.ends_with(verb))
            && text.split('/').all(|segment| !segment.is_empty())
    };
    samples.into_iter().filter(well_formed).filter_map(|text| Operation::new(&text).ok()).collect()
}

#[test]
fn samples_are_varied() {
    let all: Vec<Operation> =
        roles().iter().flat_map(|role| samples(&role.control, &role.data)).collect();
    let contributor = language(&find("Contributor").control);
    let inside = all.iter().filter(|operation| contributor.contains(operation)).count();
    assert!(all.len() > 150 && inside > 50 && all.len() - inside > 20, "{inside} of {}", all.len());
}

#[test]
fn lists_come_back_in_their_own_words() {
    let contributor = find("Contributor").control;
    let whole = Block { allow: &contributor[0], except: &contributor[1] };
    let kept = tidy(whole, Wildcards::Azure).expect("small");
    assert_eq!(kept.block.except, contributor[1]);
    assert!(kept.dropped.is_empty());
    let owner = find("Owner").control;
    let owner = Block { allow: &owner[0], except: &owner[1] };
    let only = minus_as_patterns(&[owner], &[whole], Wildcards::Azure).expect("small");
    let only = only.expect("patterns can say it");
    let mut expected = contributor[1].clone();
    expected.sort();
    assert_eq!(only.len(), 1);
    assert_eq!(only[0].allow, expected);
}

#[test]
fn an_index_of_all_patterns_agrees_with_each() {
    let roles = roles();
    let all: Vec<ActionPattern> = roles
        .iter()
        .flat_map(|role| role.control.iter().chain(&role.data).flatten().cloned())
        .collect();
    for wildcards in [Wildcards::Azure, Wildcards::Strict] {
        let index = PatternIndex::new(&all, wildcards).expect("few");
        for sample in roles.iter().flat_map(|role| samples(&role.control, &role.data)) {
            let each: Vec<usize> = (0..all.len())
                .filter(|at| all[*at].matches(&sample, wildcards).is_match())
                .collect();
            assert_eq!(index.matching(sample.folded()), each, "{sample}");
        }
    }
}

/// Patterns with many stars: their positions advance independently of each other.
fn entangled(letters: &str, stars: usize) -> Vec<ActionPattern> {
    let one = |letter: char| format!("{}*/action", format!("*{letter}").repeat(stars));
    letters.chars().map(|letter| ActionPattern::new(&one(letter)).expect("short")).collect()
}

#[test]
fn many_stars_stay_within_the_limits() {
    let one = Language::of_patterns(&entangled("abc", 4), Wildcards::Azure).expect("few enough");
    let two = Language::of_patterns(&entangled("def", 4), Wildcards::Azure).expect("few enough");
    assert_eq!(one.relation(&two), Relation::Overlapping);
    assert_eq!(one.difference_witness(&two).expect("overlapping").text(), "aaaa/action");
    let limit = Language::of_patterns(&entangled("abcdef", 4), Wildcards::Azure);
    assert_eq!(limit.err(), Some(LanguageLimit::Tangle));
}

fn pattern_text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec!["m", "n", ".", "/", "*", "/*/", "é", "-", "/read", "/x/action"]),
        1..6,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    /// What one pattern matches is contained in what another does only if sampling never disproves
    /// it, and if not, the witness does.
    #[test]
    fn containment_agrees_with_sampling(one in pattern_text(), two in pattern_text()) {
        let (one, two) = (patterns(&[&one]), patterns(&[&two]));
        let a = Language::of_patterns(&one, Wildcards::Azure).expect("small");
        let b = Language::of_patterns(&two, Wildcards::Azure).expect("small");
        let matches = |list: &[ActionPattern], operation: &Operation| {
            list[0].matches(operation, Wildcards::Azure).is_match()
        };
        for sample in samples(&[one.clone(), two.clone()], &[Vec::new(), Vec::new()]) {
            prop_assert_eq!(a.contains(&sample), matches(&one, &sample), "{}", &sample);
            let only = matches(&one, &sample) && !matches(&two, &sample);
            prop_assert!(!(only && a.is_contained_in(&b)), "{}", &sample);
        }
        match a.difference_witness(&b) {
            Some(witness) => {
                prop_assert!(matches(&one, &witness) && !matches(&two, &witness), "{}", &witness);
                prop_assert!(!a.is_contained_in(&b));
            }
            None => prop_assert!(a.is_contained_in(&b)),
        }
    }
}
