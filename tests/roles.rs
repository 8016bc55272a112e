//! Role design as a whole: the order of all built-in roles, suggestions, lint, history.

use azrbac::analysis::lint::{self, Context, Document, RULES, Subject};
use azrbac::analysis::role::{
    Bits, Change, Credentials, Need, Options, RoleGrant, Shelf, Universe, Which, Writing,
    catalog_diff, compare, history, lattice, suggest,
};
use azrbac::catalog::Catalog;
use azrbac::condition::Attributes;
use azrbac::decide::{Outcome, Request, can};
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::model::{Facts, PermissionBlock, RoleDefinition};
use azrbac::pattern::language::{Language, Relation};
use azrbac::pattern::{ActionPattern, Wildcards};
use azrbac::report::role::definition_json;
use azrbac::tenant::Tenant;
use std::collections::BTreeMap;

const PLANES: [Plane; 2] = [Plane::Control, Plane::Data];

/// One in so many where a debug build would take too long; a release build looks at every one.
const STRIDE: usize = if cfg!(debug_assertions) { 97 } else { 1 };

fn roles(catalog: &Catalog) -> Vec<RoleDefinition> {
    catalog.roles().iter().map(|entry| entry.definition()).collect()
}

fn named(name: &str) -> RoleDefinition {
    Catalog::newest().roles().by_name(name).first().expect(name).definition()
}

/// A stream of numbers that is the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("below a usize")
    }
}

/// Granted, pattern by pattern: no language, no universe.
fn grants(role: &RoleDefinition, operation: &Operation, plane: Plane) -> bool {
    role.blocks.iter().any(|block| {
        let (allow, except) = block.side(plane);
        let hit = |patterns: &[ActionPattern]| {
            patterns.iter().any(|p| p.matches(operation, Wildcards::Azure).is_match())
        };
        hit(allow) && !hit(except)
    })
}

#[test]
fn all_pairs_agree_with_the_catalog_and_every_difference_has_a_witness() {
    let catalog = Catalog::newest();
    let universe = Universe::new(&catalog);
    let roles = roles(&catalog);
    assert_eq!(roles.len(), 928);
    for plane in PLANES {
        let languages: Vec<Language> = roles
            .iter()
            .map(|role| RoleGrant::language(role, plane, Which::All, Wildcards::Azure))
            .collect::<Result<_, _>>()
            .expect("built-in roles fit");
        let known: Vec<Bits> =
            roles.iter().map(|role| universe.role(role, plane, Which::All)).collect();
        let (mut today_only, mut replayed) = (0, 0);
        for a in 0..roles.len() {
            for b in 0..roles.len() {
                let contained = languages[a].is_contained_in(&languages[b]);
                let today = known[a].is_contained_in(&known[b]);
                assert!(!contained || today, "{} in {}", roles[a].name, roles[b].name);
                today_only += usize::from(today && !contained);
                if contained || !(a * roles.len() + b).is_multiple_of(STRIDE) {
                    continue;
                }
                let witness = languages[a].difference_witness(&languages[b]);
                let witness = witness.expect("what is not contained has a witness");
                assert!(grants(&roles[a], &witness, plane), "{}: {witness}", roles[a].name);
                assert!(!grants(&roles[b], &witness, plane), "{}: {witness}", roles[b].name);
                replayed += 1;
            }
        }
        assert!(replayed > 1_000, "{replayed}");
        // The two answers differ: neither can stand for the other.
        assert!(today_only > 4_000, "{plane}: {today_only}");
    }
}

#[test]
fn can_replays_the_witnesses() {
    let catalog = Catalog::newest();
    let all = roles(&catalog);
    let scope = Scope::new("/subscriptions/11111111-1111-1111-1111-111111111111").unwrap();
    // One principal a role, in one tenant.
    let assignments: Vec<String> = all
        .iter()
        .enumerate()
        .map(|(number, role)| {
            let id = role.id.expect("all roles of 2026 have a GUID");
            format!(
                r#"{{"principalId": "{}", "principalType": "User", "scope": "{scope}", "roleDefinitionId": "{id}"}}"#,
                Guid(number as u128 + 1)
            )
        })
        .collect();
    let mut facts = Facts::closed();
    azrbac::ingest::read(&mut facts, "t", format!("[{}]", assignments.join(",")).as_bytes());
    assert_eq!(facts.assignments.len(), all.len(), "{:?}", facts.errors);
    let tenant = Tenant::build(facts, &catalog);
    let nothing = Attributes::default();
    let outcome = |role: usize, operation: &Operation, plane: Plane| {
        let principal = Guid(role as u128 + 1);
        let request = Request::new(principal, operation, plane, &scope, &nothing);
        can(&tenant, &request).outcome
    };
    let grants: Vec<RoleGrant> =
        all.iter().map(|role| RoleGrant::new(role).expect("built-in roles fit")).collect();
    let mut replayed = 0;
    // Both witnesses of a pair are asked for, so the stride counts twice.
    for pair in (0..all.len() * all.len()).step_by(STRIDE + STRIDE / 2) {
        let (a, b) = (pair / all.len(), pair % all.len());
        for plane in PLANES {
            let (ours, theirs) = (grants[a].plane(plane), grants[b].plane(plane));
            let Some(witness) = ours.all.difference_witness(&theirs.all) else { continue };
            let held = outcome(a, &witness, plane);
            // What a condition guards is an upper bound: `can` says that it hangs on the condition.
            assert!(held == Outcome::Allowed || ours.conditional && held == Outcome::Conditional);
            assert_eq!(outcome(b, &witness, plane), Outcome::NotAllowed, "{witness}");
            replayed += 1;
        }
    }
    assert!(replayed > 3_000, "{replayed}");
}

#[test]
fn the_lattice_has_no_edge_that_others_imply() {
    let catalog = Catalog::newest();
    let universe = Universe::new(&catalog);
    let all = roles(&catalog);
    let found = lattice(&all, &universe).expect("built-in roles fit");
    let grants: Vec<RoleGrant> =
        all.iter().map(|role| RoleGrant::new(role).expect("built-in roles fit")).collect();
    let first = |class: usize| found.classes[class].roles[0];
    for class in &found.classes {
        for pair in class.roles.windows(2) {
            assert_eq!(grants[pair[0]].compare(&grants[pair[1]]).relation(), Relation::Equal);
        }
    }
    for (smaller, greater) in &found.edges {
        let relation = grants[first(*smaller)].compare(&grants[first(*greater)]).relation();
        assert_eq!(relation, Relation::Contained);
        for between in found.classes[*smaller].above.iter() {
            assert!(!found.classes[between].above.contains(*greater), "an implied edge");
        }
    }
    // What is above is what the edges reach.
    for (class, known) in found.classes.iter().enumerate() {
        let mut reached = Bits::none(all.len());
        let mut stack = vec![class];
        while let Some(at) = stack.pop() {
            for (_, greater) in found.edges.iter().filter(|(smaller, _)| *smaller == at) {
                if !reached.contains(*greater) {
                    reached.insert(*greater);
                    stack.push(*greater);
                }
            }
        }
        assert_eq!(reached, known.above);
    }
}

#[test]
fn today_and_for_ever_are_told_apart() {
    let universe = Universe::new(&Catalog::newest());
    let relation = |a: &str, b: &str| {
        let found = compare(&named(a), &named(b), &universe).expect("built-in roles fit");
        (found.relation, found.in_catalog)
    };
    assert_eq!(relation("Owner", "Owner").0, Relation::Equal);
    assert_eq!(relation("Contributor", "Owner").0, Relation::Contained);
    assert_eq!(relation("Owner", "Reader").0, Relation::Contains);
    assert_eq!(relation("AcrPull", "Storage Blob Data Reader").0, Relation::Disjoint);
    // A wildcard, and all that it matches today.
    let role = |name: &str, action: &str| RoleDefinition {
        updated: None,
        name: name.into(),
        blocks: vec![PermissionBlock {
            actions: vec![ActionPattern::new(action).unwrap()],
            ..PermissionBlock::default()
        }],
        ..named("Owner")
    };
    let one = role("one", "Microsoft.Web/sites/instances/extensions/processes/*");
    let names = universe.matched(Plane::Control, &one.blocks[0].actions);
    let mut two = role("two", "Microsoft.Web/sites/read");
    two.blocks[0].actions = universe
        .names(Plane::Control, &names)
        .iter()
        .map(|name| ActionPattern::new(name).unwrap())
        .collect();
    assert!(!names.is_empty());
    let found = compare(&one, &two, &universe).expect("small");
    assert_eq!((found.relation, found.in_catalog), (Relation::Contains, Relation::Equal));
}

#[test]
fn suggestions_are_minimal_and_custom_roles_exact() {
    let catalog = Catalog::newest();
    let universe = Universe::new(&catalog);
    let all = roles(&catalog);
    let credentials = Credentials::embedded();
    let shelf = Shelf::new(&all, &universe, &credentials).expect("built-in roles fit");
    // Count and weight of each role as a whole, and each role without its conditional blocks.
    let weights = PLANES.map(|plane| -> Vec<u64> {
        let weight = |n| credentials.power(plane, universe.folded(plane, n)).weight();
        (0..universe.len(plane)).map(weight).collect()
    });
    let whole: Vec<(usize, u64)> = all
        .iter()
        .map(|role| {
            let granted = PLANES.map(|plane| universe.role(role, plane, Which::All));
            let weigh = |(set, weights): (&Bits, &Vec<u64>)| -> u64 {
                set.iter().map(|number| weights[number]).sum()
            };
            (granted.iter().map(Bits::count).sum(), granted.iter().zip(&weights).map(weigh).sum())
        })
        .collect();
    let free: Vec<RoleDefinition> = all
        .iter()
        .map(|role| RoleDefinition {
            updated: None,
            blocks: role.blocks.iter().filter(|b| b.condition.is_none()).cloned().collect(),
            ..role.clone()
        })
        .collect();
    let mut dice = Dice(0xa5a5_1234);
    let mut sizes = [0; 8];
    for _ in 0..500 {
        let mut needs: Vec<(Need, Plane)> = Vec::new();
        for _ in 0..1 + dice.below(7) {
            let plane = PLANES[usize::from(dice.below(3) == 0)];
            let number = dice.below(universe.len(plane));
            let operation = Operation::new(universe.name(plane, number)).expect("known");
            needs.push((Need { operation, scope: None }, plane));
        }
        needs.sort();
        needs.dedup();
        let found = suggest(&needs, &shelf, &catalog, &Options::default());
        assert!(found.minimal);

        // Brute force: for every subset of the needs the fewest roles, and of those the least
        // excess by number, then by weight.
        let excess = |role: usize| -> (usize, u64) {
            let (mut count, mut heavy) = whole[role];
            for (need, plane) in &needs {
                if grants(&all[role], &need.operation, *plane) {
                    count -= 1;
                    heavy -= credentials.power(*plane, need.operation.folded()).weight();
                }
            }
            (count, heavy)
        };
        let subsets = 1_usize << needs.len();
        let mut lightest: BTreeMap<usize, (usize, u64)> = BTreeMap::new();
        for (role, free) in free.iter().enumerate() {
            let covers = |(at, (need, plane)): (usize, &(Need, Plane))| {
                usize::from(grants(free, &need.operation, *plane)) << at
            };
            let mask: usize = needs.iter().enumerate().map(covers).sum();
            if mask != 0 {
                let own = excess(role);
                lightest.entry(mask).and_modify(|known| *known = own.min(*known)).or_insert(own);
            }
        }
        let reachable = lightest.keys().fold(0, |all, mask| all | mask);
        let mut best: Vec<Option<(usize, usize, u64)>> = vec![None; subsets];
        best[0] = Some((0, 0, 0));
        for covered in 0..subsets {
            let Some((size, count, weight)) = best[covered] else { continue };
            for (mask, own) in &lightest {
                let next = (size + 1, count + own.0, weight + own.1);
                let known = &mut best[covered | mask];
                *known = Some(known.map_or(next, |known| known.min(next)));
            }
        }
        let (size, count, weight) = best[reachable].expect("reachable");
        assert_eq!(found.set.len(), size, "{needs:?}");
        let counts: usize = found.set.iter().map(|member| member.excess.count).sum();
        let weights: u64 = found.set.iter().map(|member| member.excess.weight()).sum();
        assert_eq!((counts, weights), (count, weight), "{needs:?}");
        assert_eq!(found.uncovered.len(), needs.len() - reachable.count_ones() as usize);
        sizes[size.min(7)] += 1;
        let covered: usize = found.set.iter().map(|member| member.covers.len()).sum();
        assert_eq!(covered, reachable.count_ones() as usize);

        // The single roles: all that fit, in order, with the excess that counting gives.
        for pair in found.single.windows(2) {
            assert!(
                pair[0].conditionally != pair[1].conditionally
                    || pair[0].excess.count <= pair[1].excess.count
            );
        }
        for candidate in found.single.iter().take(3) {
            let told = (candidate.excess.count, candidate.excess.weight());
            assert_eq!(told, excess(candidate.role));
            assert_eq!(candidate.proof.len(), needs.len());
        }
        let fits = all
            .iter()
            .filter(|role| needs.iter().all(|(need, plane)| grants(role, &need.operation, *plane)));
        assert_eq!(found.single.len(), fits.count());

        // The custom role grants the needs and nothing else, now and for ever.
        for plane in PLANES {
            let granted = universe.role(&found.custom.role, plane, Which::All);
            let wanted: Vec<&str> = needs
                .iter()
                .filter(|(_, on)| *on == plane)
                .map(|(need, _)| need.operation.text())
                .collect();
            let mut names = universe.names(plane, &granted);
            names.sort_unstable();
            let mut sorted = wanted.clone();
            sorted.sort_unstable();
            assert_eq!(names, sorted);
            assert!(found.custom.role.blocks[0].side(plane).0.iter().all(|p| !p.is_wildcard()));
        }
        assert!(found.custom.refusals.iter().all(|told| told.contains("assignable scope")));
    }
    assert!(sizes[1] > 10 && sizes[2] > 10, "{sizes:?}");
}

#[test]
fn patterns_of_a_custom_role_are_tight_today() {
    let catalog = Catalog::newest();
    let universe = Universe::new(&catalog);
    let shelf = Shelf::new(&[], &universe, &Credentials::embedded()).expect("no roles");
    let options = Options { writing: Writing::Patterns, ..Options::default() };
    for wanted in ["Microsoft.Web/sites/*", "Microsoft.Support/*", "Microsoft.Web/*/read"] {
        let pattern = ActionPattern::new(wanted).unwrap();
        let granted = universe.matched(Plane::Control, [&pattern]);
        let needs: Vec<(Need, Plane)> = universe
            .names(Plane::Control, &granted)
            .iter()
            .map(|name| Need { operation: Operation::new(name).unwrap(), scope: None })
            .map(|need| (need, Plane::Control))
            .collect();
        let found = suggest(&needs, &shelf, &catalog, &options).custom.role;
        assert_eq!(universe.role(&found, Plane::Control, Which::All), granted, "{wanted}");
        assert!(found.blocks[0].actions.len() < needs.len(), "{wanted}");
        if !wanted.ends_with("read") {
            assert_eq!(found.blocks[0].actions, [pattern]);
        }
    }
}

#[test]
fn every_rule_finds_its_bad_example_and_spares_its_good_one() {
    let context = Context::new(&Catalog::newest());
    for rule in RULES {
        let codes = |text: &str| -> Vec<&str> {
            let document = Document::read(rule.code, text).expect(rule.code);
            let mut codes = Vec::new();
            for subject in document.subjects() {
                let found = lint::check(subject, &context).expect("small");
                codes.extend(found.iter().map(|finding| finding.code));
            }
            codes
        };
        assert!(codes(rule.bad).contains(&rule.code), "{} on its bad example", rule.code);
        assert!(!codes(rule.good).contains(&rule.code), "{} on its good example", rule.code);
        for text in [rule.what, rule.why, rule.fix] {
            assert!(text.ends_with('.'), "{}: {text}", rule.code);
        }
        assert!(azrbac::report::explain(rule.code).is_some());
    }
    let mut codes: Vec<&str> = azrbac::report::codes().collect();
    codes.sort_unstable();
    let count = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), count, "a rule has the code of something else");
}

#[test]
fn a_fix_is_a_fixed_point_and_grants_the_same() {
    let catalog = Catalog::newest();
    let context = Context::new(&catalog);
    let mut documents: Vec<String> = RULES.iter().map(|rule| rule.bad.to_string()).collect();
    for (number, role) in roles(&catalog).iter().enumerate() {
        // The two largest take long in a debug build.
        if number % (1 + STRIDE / 12) == 0 {
            documents.push(serde_json::to_string_pretty(&definition_json(role, None)).unwrap());
        }
    }
    let mut removed = 0;
    for text in documents {
        let before = Document::read("t", &text).expect("a role");
        let (fixed, count) = lint::fix(&before, &context).expect("it fits");
        removed += count;
        assert_eq!(count == 0, fixed == text);
        let after = Document::read("t", &fixed).expect("still a role");
        let (again, more) = lint::fix(&after, &context).expect("it fits");
        assert_eq!((again, more), (fixed.clone(), 0));
        for (old, new) in before.subjects().zip(after.subjects()) {
            for plane in PLANES {
                for wildcards in [Wildcards::Azure, Wildcards::Strict] {
                    let language = |role: &RoleDefinition| {
                        RoleGrant::language(role, plane, Which::All, wildcards).expect("it fits")
                    };
                    assert!(language(&old.role).is_equal_to(&language(&new.role)), "{fixed}");
                }
            }
        }
    }
    assert!(removed > 20, "{removed}");
}

#[test]
fn a_fix_leaves_the_rest_of_the_text_alone() {
    let text = "// kept\r\n{ \"roleName\" : \"x\", \"ASSIGNABLESCOPES\": [\"/subscriptions/aaaaaaaa-0000-4000-8000-000000000001\"],\r\n  \"permissions\": [{\"notActions\": [ \"Microsoft.Authorization/*/write\", ],\r\n    \"actions\": [\r\n\t\"microsoft.web/SITES/read\", /* why */\r\n\t\"Microsoft.Web/sites/*\",\r\n\t\"Microsoft.Web/sites/write\"\r\n    ]}] }\r\n";
    let expected = "// kept\r\n{ \"roleName\" : \"x\", \"ASSIGNABLESCOPES\": [\"/subscriptions/aaaaaaaa-0000-4000-8000-000000000001\"],\r\n  \"permissions\": [{\"notActions\": [],\r\n    \"actions\": [\r\n\t\"Microsoft.Web/sites/*\"\r\n    ]}] }\r\n";
    let document = Document::read("t", text).unwrap();
    let (fixed, count) = lint::fix(&document, &Context::new(&Catalog::newest())).unwrap();
    assert_eq!((fixed.as_str(), count), (expected, 3));
}

#[test]
fn lint_knows_on_four_dates_who_hands_out_roles() {
    let gives = ["write", "delete"].map(|verb| {
        Operation::new(&format!("Microsoft.Authorization/roleAssignments/{verb}")).unwrap()
    });
    let mut flagged = 0;
    for date in Catalog::dates() {
        let catalog = Catalog::of_date(date).unwrap();
        let context = Context::with_roles(&Catalog::newest(), &[]);
        for (number, role) in roles(&catalog).into_iter().enumerate() {
            let free: Vec<_> =
                role.blocks.iter().filter(|b| b.condition.is_none()).cloned().collect();
            let free = RoleDefinition { blocks: free, ..role.clone() };
            let expected = grants(&free, &gives[0], Plane::Control);
            let broad = role.blocks.iter().flat_map(|block| &block.actions).any(|pattern| {
                let folded = pattern.folded();
                !folded.ends_with("/read")
                    && (folded.starts_with('*') || folded.starts_with("microsoft.authorization/"))
            });
            // Every role that could be meant, and a sample of the others.
            if !expected && !broad && number % (1 + STRIDE / 2) != 0 {
                continue;
            }
            let name = role.name.clone();
            let found = lint::check(&Subject::of(role), &context).unwrap();
            let told = found.iter().any(|finding| {
                finding.code == "assigns-roles" && finding.message.contains("roleAssignments/write")
            });
            assert_eq!(told, expected, "{name} on {date}");
            assert!(!told || &*name != "Contributor");
            flagged += usize::from(told);
        }
    }
    assert!(flagged > 8, "{flagged}");
}

#[test]
fn history_says_what_was_gained_and_lost() {
    let catalogs: Vec<(String, Catalog)> = Catalog::dates()
        .into_iter()
        .map(|date| (date.to_string(), Catalog::of_date(date).unwrap()))
        .collect();
    let universe = Universe::new(&Catalog::newest());
    let owner = named("Owner");
    let steps = history(owner.id, "Owner", &catalogs, &universe).unwrap();
    assert_eq!(steps.len(), 3);
    for step in steps {
        let Some(Change::Kept(change)) = step.change else { unreachable!("Owner is always there") };
        assert_eq!(change.relation, Relation::Equal);
    }
    let (old, new) = (&catalogs[2].1, &catalogs[3].1);
    let found = catalog_diff(old, new, &universe).unwrap();
    let of = |wanted: fn(&Change) -> bool| found.iter().filter(|(_, c)| wanted(c)).count();
    let added = of(|change| matches!(change, Change::Added));
    let removed = of(|change| matches!(change, Change::Removed));
    assert_eq!(old.roles().len() + added - removed, new.roles().len());
    for (name, change) in &found {
        let Change::Kept(change) = change else { continue };
        let lost = change.planes.iter().any(|plane| plane.only[0].witness.is_some());
        let gained = change.planes.iter().any(|plane| plane.only[1].witness.is_some());
        match change.relation {
            Relation::Contained => assert!(gained && !lost, "{name}"),
            Relation::Contains => assert!(lost && !gained, "{name}"),
            Relation::Equal => assert!(!gained && !lost, "{name}"),
            Relation::Overlapping | Relation::Disjoint => {}
        }
    }
}
