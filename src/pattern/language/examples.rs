//! Small languages, each with one thing that a hasty implementation gets wrong.

use super::tests::{block, check, language};
use super::*;

/// Of equally short witnesses the plainest is told: letters, digits, what names hold, slashes, the rest.
#[test]
fn witnesses_are_as_plain_as_they_can_be() {
    let nothing = (&[][..], &[][..]);
    for (patterns, plainest) in [
        (&["1/read", "b/read"], "b/read"),
        (&["./read", "1/read"], "1/read"),
        (&["!/read", "_/read"], "_/read"),
        (&["a/b/read", "a_b/read"], "a_b/read"),
        (&["a!b/read", "a/b/read"], "a/b/read"),
        // Shorter goes before plainer, and the verb counts.
        (&["x/action", "xy/read"], "xy/read"),
    ] {
        check((patterns, &[]), nothing, Relation::Contains, Some(plainest));
    }
    // Where every plain character is taken, another letter of Unicode.
    let taken: Vec<String> =
        ('a'..='z').chain('0'..='9').chain(['-', '_']).map(|c| format!("{c}*")).collect();
    let taken: Vec<&str> = taken.iter().map(String::as_str).collect();
    check((&["*"], &[]), (&taken, &[]), Relation::Contains, Some("\u{e0}/read"));
}

#[test]
fn a_star_beside_one_slash_takes_no_slash_along() {
    for one in ["X/*yz/read", "X*/yz/read"] {
        for two in ["X/z/read", "X/read", "Xyz/read"] {
            check((&[one], &[]), (&[two], &[]), Relation::Disjoint, Some("x/yz/read"));
        }
    }
}

/// Where languages differ in one operation only: right behind a path below which they agree, or everywhere
/// but there.
#[test]
fn one_operation_is_a_difference() {
    let strict =
        |allow: &[&str], except: &[&str]| language(&[block(allow, except)], Wildcards::Strict);
    let (all, none) = (Language::everything(), Language::nothing());
    let below = strict(&["P*/read"], &[]);
    let but_one = strict(&["P*/read"], &["P/read"]);
    let only_one = strict(&["P/read"], &[]);
    for (less, more) in
        [(&but_one, &below), (&only_one, &below), (&none, &only_one), (&none, &all), (&below, &all)]
    {
        assert!(less.is_contained_in(more) && !more.is_contained_in(less));
        assert!(!less.is_equal_to(more) && !more.is_equal_to(less));
        assert_eq!(less.overlaps(more), !less.is_empty());
        assert_eq!(more.overlaps(less), !less.is_empty());
        assert!(less.is_equal_to(less) && less.is_contained_in(less));
    }
    assert!(!but_one.overlaps(&only_one) && !only_one.overlaps(&but_one));
    assert!(all.is_everything() && !below.is_everything() && !none.is_everything());
    assert_eq!(below.witness().as_ref().map(Operation::text), Some("p/read"));
    assert_eq!(but_one.witness().map(|found| found.text().len()), Some("px/read".len()));
    assert_eq!(none.witness(), None);
}

/// States are counted without those that every language has: one a character that must come. Behind a star
/// in the middle more than one path leads to each.
#[test]
fn states_are_counted() {
    let tangled = |text: &str| language(&[block(&[text], &[])], Wildcards::Strict).tangled_states();
    assert_eq!((tangled("abc/read"), tangled("abc/*")), (0, 0));
    assert!(tangled("a*bc/read") >= 3 && tangled("a*bcde/read") == tangled("a*bc/read") + 2);
    let of = |text: &str| language(&[block(&[text], &[])], Wildcards::Strict).states();
    assert_eq!((Language::nothing().states(), Language::everything().states()), (0, 0));
    assert_eq!(of("abcdef/read") - of("abc/read"), 3);
    assert!(of("abc/read") >= 3);
}

/// What no other pattern covers alone, several may cover together.
#[test]
fn lists_whose_entries_cover_one_together() {
    let verbs = &["*/read", "*/write", "*/delete", "*/action"];
    let with = |first: &[&'static str]| [first, &verbs[..]].concat();
    for (given, left, dropped, why) in [
        (block(&with(&["X/*"]), &[]), block(verbs, &[]), "X/*", Why::Covered),
        // Partly by other entries, and the rest is excepted.
        (
            block(&["X/*", "*/read", "*/write"], &["*/delete", "*/action"]),
            block(&["*/read", "*/write"], &[]),
            "X/*",
            Why::Excepted,
        ),
        (block(&["Q*"], &with(&["QX/*"])), block(&[], &[]), "Q*", Why::Excepted),
        // Of what it takes, others take all that is granted.
        (
            block(&["*/read"], &["X/*", "X*/read"]),
            block(&["*/read"], &["X*/read"]),
            "X/*",
            Why::ExceptedAlready,
        ),
    ] {
        let tidy = tidy(given.as_block(), Wildcards::Azure).expect("small");
        let found = tidy.dropped.iter().find(|one| one.pattern.text() == dropped);
        assert_eq!(
            found.map(|one| (one.why, one.by.as_ref())),
            Some((why, None)),
            "{given:?} {tidy:?}"
        );
        assert_eq!(tidy.block, left, "{given:?}");
    }
    let given = block(&["*"], &with(&["X/*"])[..4]);
    let found = tidy(given.as_block(), Wildcards::Azure).expect("small");
    assert_eq!(found.block, given, "X/* still takes X/…/action");
    let given = block(&["Y/*", "X/*/read", "X/*/write"], &["X/*", "*/read", "*/write"]);
    let tidy = tidy(given.as_block(), Wildcards::Azure).expect("small");
    assert!(tidy.block.except.iter().all(|pattern| pattern.text() != "X/*"), "{tidy:?}");
}
