//! The laws of a Boolean algebra, and every answer held against the patterns themselves.

use super::compile::Verbs;
use super::*;
use crate::pattern::Match;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

fn patterns(texts: &[&str]) -> Vec<ActionPattern> {
    texts.iter().map(|text| ActionPattern::new(text).expect(text)).collect()
}

pub(super) fn block(allow: &[&str], except: &[&str]) -> PatternBlock {
    PatternBlock { allow: patterns(allow), except: patterns(except) }
}

pub(super) fn language(blocks: &[PatternBlock], wildcards: Wildcards) -> Language {
    let blocks: Vec<Block<'_>> = blocks.iter().map(PatternBlock::as_block).collect();
    Language::of_blocks(&blocks, wildcards).expect("small")
}

/// The definition, pattern by pattern.
fn granted(blocks: &[PatternBlock], operation: &str, wildcards: Wildcards) -> bool {
    let any = |patterns: &[ActionPattern]| {
        patterns.iter().any(|pattern| pattern.matches_folded(operation, wildcards) != Match::No)
    };
    blocks.iter().any(|block| any(&block.allow) && !any(&block.except))
}

/// All well-formed operations with a path of at most five characters out of `a`, `r` and `/`.
fn short_operations() -> Vec<String> {
    let mut paths = vec![String::new()];
    let mut from = 0;
    for _ in 0..5 {
        let end = paths.len();
        for at in from..end {
            for character in ['a', 'r', '/'] {
                paths.push(format!("{}{character}", paths[at]));
            }
        }
        from = end;
    }
    paths
        .iter()
        .filter(|path| path.split('/').all(|segment| !segment.is_empty()))
        .flat_map(|path| compile::VERBS.iter().map(move |verb| format!("{path}{verb}")))
        .collect()
}

pub(super) fn check(
    a: (&[&str], &[&str]),
    b: (&[&str], &[&str]),
    relation: Relation,
    witness: Option<&str>,
) {
    let (a, b) = ([block(a.0, a.1)], [block(b.0, b.1)]);
    let (one, two) = (language(&a, Wildcards::Azure), language(&b, Wildcards::Azure));
    assert_eq!(one.relation(&two), relation, "{a:?} {b:?}");
    let found = one.difference_witness(&two);
    assert_eq!(found.as_ref().map(Operation::text), witness, "{a:?} {b:?}");
}

#[test]
fn everything_is_the_union_of_the_four_verbs() {
    check(
        (&["*"], &[]),
        (&["*/read", "*/write", "*/delete", "*/action"], &[]),
        Relation::Equal,
        None,
    );
    check(
        (&["*"], &[]),
        (&["*/read", "*/write", "*/delete"], &[]),
        Relation::Contains,
        Some("x/action"),
    );
    assert!(language(&[block(&["*"], &[])], Wildcards::Strict).is_everything());
}

#[test]
fn shortest_witnesses_prefer_letters() {
    check((&["*"], &[]), (&["x*", "y*", "a*"], &[]), Relation::Contains, Some("z/read"));
    check((&["P.Q/*"], &[]), (&["P.Q/*/read"], &[]), Relation::Contains, Some("p.q/write"));
    check((&["P/*"], &["P/read"]), (&["P/write"], &[]), Relation::Contains, Some("p/delete"));
    check(
        (&["*/ab/action", "*/cdef/read"], &[]),
        (&[], &[]),
        Relation::Contains,
        Some("x/ab/action"),
    );
}

#[test]
fn a_star_in_the_middle_may_vanish() {
    check((&["X/*/read"], &[]), (&["X/read", "X/*/*/read"], &[]), Relation::Equal, None);
    check((&["X/read"], &[]), (&["X/*/read"], &[]), Relation::Contained, None);
    let middle = [block(&["M/U/*/assign/action"], &[])];
    let bare = [block(&["M/U/assign/action"], &[])];
    for (wildcards, relation) in
        [(Wildcards::Azure, Relation::Contains), (Wildcards::Strict, Relation::Disjoint)]
    {
        let (middle, bare) = (language(&middle, wildcards), language(&bare, wildcards));
        assert_eq!(middle.relation(&bare), relation);
    }
    let middle = language(&middle, Wildcards::Azure);
    assert!(middle.contains_folded("m/u/a/assign/b/assign/action"));
    assert!(middle.contains_folded("m/u/assign/assign/action"));
    assert!(!middle.contains_folded("m/u/assign/read"));
}

#[test]
fn blocks_are_an_or_and_exceptions_stay_in_their_block() {
    let role = [block(&["*"], &["X/*"]), block(&["X/read"], &[])];
    let language = language(&role, Wildcards::Azure);
    assert!(language.contains_folded("x/read"));
    assert!(!language.contains_folded("x/write"));
    assert!(language.contains_folded("y/write"));
}

#[test]
fn what_is_not_well_formed_is_in_no_language() {
    let all = Language::everything();
    for text in ["read", "/read", "x//read", "x/", "x/networkapiaccess", "", "/", "x//y/read"] {
        assert!(!all.contains_folded(text), "{text}");
    }
    check(
        (&["X/", "X/NetworkAPIAccess", "X//read", "/read"], &[]),
        (&[], &[]),
        Relation::Equal,
        None,
    );
}

#[test]
fn characters_outside_ascii() {
    check((&["É/*"], &[]), (&["É/*/read"], &[]), Relation::Contains, Some("É/write"));
}

#[test]
fn lists_without_what_says_nothing() {
    let given = block(
        &["X/a/read", "x/A/READ", "X/*", "Y/*/read", "Y/*/*/read", "Z/b/read", "X/", "W/c/write"],
        &["X/secret/*", "X/secret/read", "Q/*", "Z/*", "X/secret/*/write"],
    );
    let tidy = tidy(given.as_block(), Wildcards::Azure).expect("small");
    assert_eq!(tidy.block, block(&["X/*", "Y/*/read", "X/", "W/c/write"], &["X/secret/*"]));
    let why: Vec<(&str, Why)> =
        tidy.dropped.iter().map(|dropped| (dropped.pattern.text(), dropped.why)).collect();
    assert_eq!(
        why,
        [
            ("X/a/read", Why::Covered),
            ("x/A/READ", Why::Repeated),
            ("Y/*/*/read", Why::Covered),
            ("Z/b/read", Why::Excepted),
            ("X/secret/read", Why::ExceptedAlready),
            ("Q/*", Why::SubtractsNothing),
            ("Z/*", Why::SubtractsNothing),
            ("X/secret/*/write", Why::ExceptedAlready),
        ]
    );
}

#[test]
fn four_verbs_together_cover_a_star() {
    let given = block(&["X/*", "X/*/read", "X/*/write", "X/*/delete", "X/*/action"], &[]);
    let tidy = tidy(given.as_block(), Wildcards::Azure).expect("small");
    assert_eq!(tidy.block, block(&["X/*"], &[]));
}

#[test]
fn differences_as_patterns() {
    let contributor = block(&["*"], &["A/*/write", "A/*/delete"]);
    let owner = block(&["*"], &[]);
    let only = minus_as_patterns(&[owner.as_block()], &[contributor.as_block()], Wildcards::Azure);
    assert_eq!(only, Ok(Some(vec![block(&["A/*/delete", "A/*/write"], &[])])));
    let only = minus_as_patterns(&[contributor.as_block()], &[owner.as_block()], Wildcards::Azure);
    assert_eq!(only, Ok(Some(Vec::new())));
    // The head and the tail may overlap.
    let one = block(&["ab*"], &[]);
    let two = block(&["*"], &["*b/x/read"]);
    let only = minus_as_patterns(&[one.as_block()], &[two.as_block()], Wildcards::Azure);
    assert_eq!(only, Ok(Some(vec![block(&["ab*b/x/read", "ab/x/read"], &[])])));
    // What the star lets vanish counts only where the other has it too.
    let one = block(&["a/*/read"], &[]);
    let two = block(&["*"], &["*b/read"]);
    let only = minus_as_patterns(&[one.as_block()], &[two.as_block()], Wildcards::Azure);
    assert_eq!(only, Ok(Some(vec![block(&["a/*b/read"], &[])])));
    let one = block(&["*a*/read"], &[]);
    let two = block(&["*"], &["*c*/read"]);
    let only = minus_as_patterns(&[one.as_block()], &[two.as_block()], Wildcards::Azure);
    assert_eq!(only, Ok(None));
}

proptest! {
    #![proptest_config(cases(2000))]

    /// Patterns with one star, as custom roles have them (semantics.md 2.6), are never too hard.
    #[test]
    fn one_star_differences_can_be_written(
        one in "[ab/]{0,4}[*]?[ab/]{0,3}/read",
        two in "[ab/]{0,4}[*][ab/]{0,3}(/read|)",
        wildcards in readings(),
    ) {
        let (a, b) = (block(&[&one], &[]), block(&["*"], &[&two]));
        let pieces = minus_as_patterns(&[a.as_block()], &[b.as_block()], wildcards).expect("small");
        let pieces = pieces.expect("one star each");
        let expected = language(&[a], wildcards).difference(&language(&[b], wildcards));
        prop_assert!(same(&language(&pieces, wildcards), &expected.expect("small")));
    }
}

#[test]
fn too_much_text_hits_a_named_limit() {
    let long = "x".repeat(4000);
    let texts: Vec<String> = (0..70).map(|n| format!("p{n}/{long}/read")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let given = block(&texts, &[]);
    let language = Language::of_blocks(&[given.as_block()], Wildcards::Azure);
    assert_eq!(language.err(), Some(LanguageLimit::States));
    let half = block(&texts[..35], &[]);
    let language = Language::of_blocks(&[half.as_block()], Wildcards::Azure).expect("half of it");
    assert_eq!(language.tangled_states(), 0);
}

/// Near misses of one another: few letters, stars everywhere, all verbs.
fn text() -> impl Strategy<Value = String> {
    let head = prop::collection::vec(
        prop::sample::select(vec!["a", "r", "a", "/", "/", "*", "/*/", "*"]),
        0..5,
    );
    let tail = prop::sample::select(vec![
        "/read", "/read", "/write", "/delete", "/action", "*", "/*", "/*", "d", "*e", "/a/read",
        "read", "/*/read", "/other", "/",
    ]);
    (head, tail).prop_map(|(head, tail)| head.concat() + tail)
}

fn blocks() -> impl Strategy<Value = Vec<PatternBlock>> {
    let side = |most| {
        prop::collection::vec(text(), 0..most).prop_map(|texts| {
            texts.iter().map(|text| ActionPattern::new(text).expect("no blanks")).collect()
        })
    };
    let block = (side(4), side(3)).prop_map(|(allow, except)| PatternBlock { allow, except });
    prop::collection::vec(block, 1..3)
}

fn readings() -> impl Strategy<Value = Wildcards> {
    prop::sample::select(vec![Wildcards::Azure, Wildcards::Strict])
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

fn same(a: &Language, b: &Language) -> bool {
    let equal = a.is_equal_to(b);
    assert_eq!(equal, a.relation(b) == Relation::Equal);
    equal
}

/// Laws proved on empty languages alone would be worth nothing.
#[test]
fn generated_languages_are_varied() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut counts = [0; 5];
    let mut tangled = 0;
    for _ in 0..1000 {
        let pair = (blocks(), blocks()).new_tree(&mut runner).expect("no filter").current();
        let one = language(&pair.0, Wildcards::Azure);
        counts[one.relation(&language(&pair.1, Wildcards::Azure)) as usize] += 1;
        tangled += usize::from(one.tangled_states() > 3);
    }
    assert!(counts.iter().all(|count| *count >= 20), "{counts:?}");
    assert!(tangled >= 50, "{tangled}");
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn membership_is_the_definition(blocks in blocks(), wildcards in readings()) {
        let language = language(&blocks, wildcards);
        let mut any = false;
        for operation in short_operations() {
            let expected = granted(&blocks, &operation, wildcards);
            any |= expected;
            prop_assert_eq!(language.contains_folded(&operation), expected, "{}", operation);
        }
        prop_assert!(!(any && language.is_empty()));
    }

    #[test]
    fn relations_agree_with_brute_force_and_witnesses_replay(
        a in blocks(), b in blocks(), wildcards in readings(),
    ) {
        let (one, two) = (language(&a, wildcards), language(&b, wildcards));
        let only = |op: &str| granted(&a, op, wildcards) && !granted(&b, op, wildcards);
        let both = |op: &str| granted(&a, op, wildcards) && granted(&b, op, wildcards);
        let operations = short_operations();
        let witness = one.difference_witness(&two);
        prop_assert_eq!(witness.is_none(), one.is_contained_in(&two));
        if let Some(witness) = &witness {
            prop_assert!(only(witness.folded()), "{}", witness);
            prop_assert!(one.contains(witness) && !two.contains(witness));
        }
        let shared = one.overlap_witness(&two);
        prop_assert_eq!(shared.is_some(), one.overlaps(&two));
        if let Some(shared) = &shared {
            prop_assert!(both(shared.folded()), "{}", shared);
        }
        for operation in &operations {
            if only(operation) {
                let shortest = witness.as_ref().map(|witness| witness.folded().len());
                prop_assert!(shortest.is_some_and(|length| length <= operation.len()));
            }
            prop_assert!(!both(operation) || shared.is_some());
        }
        let catalog: Vec<&str> = operations.iter().map(String::as_str).collect();
        let today: Vec<&str> = catalog.iter().copied().filter(|op| only(op)).collect();
        prop_assert_eq!(one.difference_in(&two, &catalog), today);
        let today: Vec<&str> = catalog.iter().copied().filter(|op| both(op)).collect();
        prop_assert_eq!(one.overlap_in(&two, &one.members_in(&catalog)), today);
        prop_assert_eq!(one.is_equal_to(&two), one.relation(&two) == Relation::Equal);
        prop_assert_eq!(one.witness().is_none(), one.is_empty());
        prop_assert!(one.witness().is_none_or(|found| one.contains(&found)));
        prop_assert_eq!(one.relation(&two), match two.relation(&one) {
            Relation::Contained => Relation::Contains,
            Relation::Contains => Relation::Contained,
            other => other,
        });
    }

    #[test]
    fn laws_of_a_boolean_algebra(a in blocks(), b in blocks(), c in blocks(), wildcards in readings()) {
        let (x, y, z) = (language(&a, wildcards), language(&b, wildcards), language(&c, wildcards));
        let or = |p: &Language, q: &Language| p.union(q).expect("small");
        let and = |p: &Language, q: &Language| p.intersection(q).expect("small");
        let minus = |p: &Language, q: &Language| p.difference(q).expect("small");
        let not = Language::complement;
        let (all, none) = (Language::everything(), Language::nothing());
        prop_assert!(same(&or(&x, &y), &or(&y, &x)));
        prop_assert!(same(&and(&x, &y), &and(&y, &x)));
        prop_assert!(same(&or(&x, &or(&y, &z)), &or(&or(&x, &y), &z)));
        prop_assert!(same(&and(&x, &and(&y, &z)), &and(&and(&x, &y), &z)));
        prop_assert!(same(&and(&x, &or(&y, &z)), &or(&and(&x, &y), &and(&x, &z))));
        prop_assert!(same(&or(&x, &and(&y, &z)), &and(&or(&x, &y), &or(&x, &z))));
        prop_assert!(same(&or(&x, &and(&x, &y)), &x) && same(&and(&x, &or(&x, &y)), &x));
        prop_assert!(same(&not(&not(&x)), &x));
        prop_assert!(same(&not(&or(&x, &y)), &and(&not(&x), &not(&y))));
        prop_assert!(same(&not(&and(&x, &y)), &or(&not(&x), &not(&y))));
        prop_assert!(or(&x, &not(&x)).is_everything() && and(&x, &not(&x)).is_empty());
        prop_assert!(same(&or(&x, &none), &x) && same(&and(&x, &all), &x));
        prop_assert!(same(&minus(&x, &y), &and(&x, &not(&y))));
        prop_assert_eq!(x.is_contained_in(&y), minus(&x, &y).is_empty());
        prop_assert_eq!(x.overlaps(&y), !and(&x, &y).is_empty());
        // The union of blocks is the union of their languages.
        let together: Vec<PatternBlock> = a.iter().chain(&b).cloned().collect();
        prop_assert!(same(&language(&together, wildcards), &or(&x, &y)));
    }

    #[test]
    fn tidy_lists_mean_the_same_and_nothing_more_can_go(blocks in blocks(), wildcards in readings()) {
        let before = &blocks[..1];
        let tidy = tidy(before[0].as_block(), wildcards).expect("small");
        let meaning = language(before, wildcards);
        prop_assert!(same(&meaning, &language(std::slice::from_ref(&tidy.block), wildcards)));
        prop_assert_eq!(
            tidy.block.allow.len() + tidy.block.except.len() + tidy.dropped.len(),
            before[0].allow.len() + before[0].except.len()
        );
        let silent = |pattern: &ActionPattern| {
            language(&[PatternBlock { allow: vec![pattern.clone()], except: Vec::new() }], wildcards)
                .is_empty()
        };
        for at in 0..tidy.block.allow.len() {
            let mut less = tidy.block.clone();
            let gone = less.allow.remove(at);
            prop_assert!(silent(&gone) || !same(&meaning, &language(&[less], wildcards)));
        }
        for at in 0..tidy.block.except.len() {
            let mut less = tidy.block.clone();
            let gone = less.except.remove(at);
            prop_assert!(silent(&gone) || !same(&meaning, &language(&[less], wildcards)));
        }
        let again = super::tidy(tidy.block.as_block(), wildcards).expect("small");
        prop_assert_eq!(again.block, tidy.block);
    }

    #[test]
    fn differences_as_patterns_are_the_difference(a in blocks(), b in blocks(), wildcards in readings()) {
        let one: Vec<Block<'_>> = a.iter().map(PatternBlock::as_block).collect();
        let two: Vec<Block<'_>> = b.iter().map(PatternBlock::as_block).collect();
        if let Some(pieces) = minus_as_patterns(&one, &two, wildcards).expect("small") {
            let expected = language(&a, wildcards).difference(&language(&b, wildcards)).expect("small");
            prop_assert!(same(&language(&pieces, wildcards), &expected));
        }
    }
}

/// What two states say of each other is what their verbs say one by one, and they say all three things.
#[test]
fn a_pair_of_states_says_at_once_what_it_can() {
    let languages = [
        language(&[block(&["*"], &["a/*/write", "a/b/delete"])], Wildcards::Azure),
        language(&[block(&["a/*/read", "a/b/*"], &["a/b/c/action"])], Wildcards::Azure),
        language(&[block(&["a/b/write", "*/delete"], &[])], Wildcards::Azure),
        language(&[block(&["a/*"], &["*/read"])], Wildcards::Strict),
    ];
    let states: Vec<&State> = languages.iter().flat_map(|one| &one.automaton.states).collect();
    let mut seen = std::collections::BTreeMap::new();
    for a in &states {
        for b in &states {
            let bits = || (0..8).map(|bit| (a, b, 1 << bit));
            let never = bits().all(|(a, b, bit)| a.some & bit == 0 || b.every & bit != 0);
            let found = bits().any(|(a, b, bit)| {
                let has = |verbs: Verbs| verbs & bit != 0;
                (has(a.some) && !has(b.some))
                    || (has(a.every) && !has(b.every))
                    || (has(a.out) && !has(b.out))
            });
            let expected = match (never, found) {
                (true, _) => Verdict::Never,
                (false, true) => Verdict::Found,
                (false, false) => Verdict::Perhaps,
            };
            assert_eq!(escapes(a, b), expected, "{a:?} {b:?}");
            *seen.entry(format!("escapes {expected:?}")).or_insert(0) += 1;

            let never = bits().all(|(a, b, bit)| a.some & bit == 0 || b.some & bit == 0);
            let found = bits().any(|(a, b, bit)| {
                let has = |verbs: Verbs| verbs & bit != 0;
                (has(a.every) && has(b.some))
                    || (has(a.some) && has(b.every))
                    || (has(a.out) && has(b.out))
            });
            let expected = match (never, found) {
                (true, _) => Verdict::Never,
                (false, true) => Verdict::Found,
                (false, false) => Verdict::Perhaps,
            };
            assert_eq!(meets(a, b), expected, "{a:?} {b:?}");
            *seen.entry(format!("meets {expected:?}")).or_insert(0) += 1;
        }
    }
    assert!(seen.len() == 6 && seen.values().all(|count| *count > 10), "{seen:?}");
}
