//! Could anything make it true? Leaves that share an attribute or a suboperation may exclude each
//! other, and then the answer is not conditional, it is no.
//!
//! Each unknown gets a few candidate values that stand for all values it could have; whatever the
//! theory here does not cover (two unknowns compared with each other, patterns that meet) counts as
//! possible. So "impossible" is always proven, and "possible" may be generous.

use super::Inputs;
use super::attribute::{Attribute, AttributeValue, Attributes};
use super::bits::Bits;
use super::eval::World;
use super::expr::{Comparison, Expr, ExprKind, Literals, Operand};
use super::fold;
use super::known;
use super::operator::{Reach, Test, ValueType};
use super::reduce::{Node, Open};
use super::side::{Given, look_up};
use crate::ident::{Guid, Timestamp};
use std::borrow::Cow;

/// More combinations than this are not tried; the answer is then "possible".
const COMBINATION_LIMIT: usize = 4096;

/// More single values than this are not combined to lists.
const LIST_LIMIT: usize = 8;

/// Is there a completion of what is not given that makes `node` true? False only where it is proven.
pub(crate) fn possible<'a>(world: &World<'a>, node: &Node<'a>) -> bool {
    let mut leaves = Vec::new();
    node.leaves(&mut leaves);
    if independent(&leaves) {
        return true;
    }
    let unknowns = unknowns(world, &leaves);
    let mut choices: Vec<Vec<Vec<usize>>> = Vec::new();
    let mut free = vec![true; leaves.len()];
    for unknown in &unknowns {
        for (group, vectors) in unknown.groups(world, &leaves) {
            for leaf in group {
                free[leaf] = false;
            }
            choices.push(vectors);
        }
    }
    let combinations =
        choices.iter().try_fold(1usize, |product, one| product.checked_mul(one.len()));
    match combinations {
        Some(count) if count <= COMBINATION_LIMIT => {}
        _ => return true,
    }
    let mut holds = free;
    search(node, &choices, &mut holds)
}

/// The common case, told apart without work: no two leaves share an unknown, and each can be made
/// true by some value.
fn independent(leaves: &[Open<'_>]) -> bool {
    leaves.iter().enumerate().all(|(at, leaf)| {
        easily_true(*leaf)
            && leaves[..at].iter().all(|other| !share_an_unknown(leaf.expr, other.expr))
    })
}

fn easily_true(leaf: Open<'_>) -> bool {
    let comparison = match &leaf.expr.kind {
        ExprKind::SubOperation(_) | ExprKind::Exists(_) => return true,
        ExprKind::Compare(comparison) => comparison,
        _ => return false,
    };
    let Operand::Literals { values, .. } = &comparison.right else { return false };
    let quantifier = comparison.quantifier;
    if quantifier.is_some_and(|q| q.left == Reach::All || q.right == Reach::All) {
        return false;
    }
    let operator = comparison.operator;
    let one = values.len() == 1;
    // "Not different from any of several" wants one value to be all of them.
    let wants_all = leaf.negated && operator.negative && !one;
    match (operator.test, operator.negative == leaf.negated) {
        (Test::Equals | Test::StartsWith | Test::Like, true) => !wants_all,
        (Test::Equals, false) => one || operator.takes != ValueType::Boolean,
        // A pattern or a prefix may take everything.
        (Test::StartsWith | Test::Like, false) => false,
        (Test::Less | Test::LessOrEqual | Test::Greater | Test::GreaterOrEqual, _) => {
            match values {
                Literals::Integer(values) => one && values[0] != i64::MIN && values[0] != i64::MAX,
                _ => one,
            }
        }
    }
}

fn share_an_unknown(a: &Expr, b: &Expr) -> bool {
    if let (ExprKind::SubOperation(a), ExprKind::SubOperation(b)) = (&a.kind, &b.kind) {
        return fold::equal(a, b);
    }
    names(a).any(|a| names(b).any(|b| overlap(a, b)))
}

/// Can one value be seen through both names: the same name, a dictionary and its key, a key in two
/// spellings?
fn overlap(a: &Attribute, b: &Attribute) -> bool {
    a.source == b.source
        && (a.folded == b.folded || *a.folded == *b.base() || *b.folded == *a.base())
}

fn names(expr: &Expr) -> impl Iterator<Item = &Attribute> {
    let (one, comparison) = match &expr.kind {
        ExprKind::Exists(name) => (Some(name), None),
        ExprKind::Compare(comparison) => (None, Some(comparison)),
        _ => (None, None),
    };
    one.into_iter().chain(comparison.into_iter().flat_map(|comparison| comparison.attributes()))
}

/// Something that nobody said, and the leaves that hang on it.
struct Unknown<'a> {
    what: What<'a>,
    leaves: Vec<usize>,
}

#[derive(Clone, Copy)]
enum What<'a> {
    SubOperation(&'a str),
    Attribute(&'a Attribute),
}

/// Every unknown on which some leaf hangs alone. Leaves that hang on two are in none.
fn unknowns<'a>(world: &World<'a>, leaves: &[Open<'a>]) -> Vec<Unknown<'a>> {
    let mut found: Vec<Unknown<'a>> = Vec::new();
    for (at, leaf) in leaves.iter().enumerate() {
        let what = match &leaf.expr.kind {
            ExprKind::SubOperation(name) => What::SubOperation(name),
            _ => {
                // What is known in part may still be anything here: what no list can be, no longer list can.
                let mut open = names(leaf.expr).filter(|name| {
                    matches!(look_up(world.inputs, name), Given::Open | Given::Part(_))
                });
                match (open.next(), open.next()) {
                    (Some(name), None) => What::Attribute(name),
                    _ => continue,
                }
            }
        };
        let same = |other: &&mut Unknown<'a>| match (&other.what, &what) {
            (What::SubOperation(a), What::SubOperation(b)) => fold::equal(a, b),
            (What::Attribute(a), What::Attribute(b)) => a.same(b),
            _ => false,
        };
        match found.iter_mut().find(same) {
            Some(known) => known.leaves.push(at),
            None => found.push(Unknown { what, leaves: vec![at] }),
        }
    }
    // Names that overlap (a dictionary, its keys, one key in two spellings) cannot be chosen apart.
    let overlapping: Vec<bool> = found
        .iter()
        .enumerate()
        .map(|(at, unknown)| {
            let What::Attribute(name) = unknown.what else { return false };
            name.is_sub_operation()
                || found.iter().enumerate().any(|(other, unknown)| match unknown.what {
                    What::Attribute(rival) => other != at && overlap(name, rival),
                    What::SubOperation(_) => false,
                })
        })
        .collect();
    let mut overlapping = overlapping.into_iter();
    found.retain(|_| !overlapping.next().unwrap_or(false));
    found
}

/// Leaves of one unknown, and the largest sets of them that can be true together.
type Group = (Vec<usize>, Vec<Vec<usize>>);

impl<'a> Unknown<'a> {
    /// Its leaves in groups that the theory covers: all at once if it can be, otherwise in parts as
    /// large as first fit makes them. Parts that are chosen apart allow more than one value would, so
    /// impossible stays proven.
    fn groups(&self, world: &World<'a>, leaves: &[Open<'a>]) -> Vec<Group> {
        if let Some(vectors) = self.vectors(world, leaves) {
            return vec![(self.leaves.clone(), vectors)];
        }
        let mut groups: Vec<Group> = Vec::new();
        for leaf in &self.leaves {
            let with = |group: &[usize]| {
                let together = [group, &[*leaf]].concat();
                let unknown = Unknown { what: self.what, leaves: together.clone() };
                unknown.vectors(world, leaves).map(|vectors| (together, vectors))
            };
            let joined = groups
                .iter()
                .enumerate()
                .find_map(|(at, (group, _))| with(group).map(|group| (at, group)));
            match joined {
                Some((at, group)) => groups[at] = group,
                None => groups.extend(with(&[])),
            }
        }
        groups
    }

    /// Which sets of its leaves can be true together? Only the largest ones: more truth at the leaves
    /// never makes the whole less true. `None` where the candidates would not stand for all values.
    fn vectors(&self, world: &World<'a>, leaves: &[Open<'a>]) -> Option<Vec<Vec<usize>>> {
        let name = match self.what {
            What::SubOperation(_) => {
                let of = |negated: bool| {
                    let chosen = self.leaves.iter().filter(|at| leaves[**at].negated == negated);
                    chosen.copied().collect()
                };
                return Some(largest(vec![of(false), of(true)]));
            }
            What::Attribute(name) => name,
        };
        let mut comparisons: Vec<Option<Cow<'a, Comparison>>> = Vec::new();
        for at in &self.leaves {
            comparisons.push(match &leaves[*at].expr.kind {
                ExprKind::Compare(comparison) => Some(known::put_in(world, comparison)),
                _ => None,
            });
        }
        let told: Vec<&Comparison> = comparisons.iter().flatten().map(Cow::as_ref).collect();
        let mut vectors = Vec::new();
        for value in candidates(&told)? {
            let mut attributes = Attributes::default();
            if let Some(value) = value {
                attributes.insert(name.source, &name.text, value);
            }
            let inputs = Inputs { attributes: &attributes, complete: true, ..*world.inputs };
            let true_here = |at: &usize, comparison: &Option<Cow<'a, Comparison>>| {
                let leaf = leaves[*at];
                let bits = match comparison {
                    Some(comparison) => {
                        let leaf = super::compare::compare(&inputs, comparison);
                        if leaf.missing { world.missing_bits(comparison) } else { leaf.bits }
                    }
                    None => Bits::from_bool(!attributes.is_empty()),
                };
                (if leaf.negated { bits.not() } else { bits }) == Bits::TRUE
            };
            let chosen = self.leaves.iter().zip(&comparisons);
            vectors
                .push(chosen.filter(|(at, told)| true_here(at, told)).map(|(at, _)| *at).collect());
        }
        Some(largest(vectors))
    }
}

fn largest(mut vectors: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    vectors.sort_by_key(|vector| std::cmp::Reverse(vector.len()));
    let mut kept: Vec<Vec<usize>> = Vec::new();
    for vector in vectors {
        if !kept.iter().any(|larger| is_within(&vector, larger)) {
            kept.push(vector);
        }
    }
    kept
}

/// Are all of the one among the other? Both are in ascending order.
fn is_within(vector: &[usize], larger: &[usize]) -> bool {
    let mut rest = larger.iter();
    vector.iter().all(|leaf| rest.any(|other| other == leaf))
}

/// Values that stand for all values an attribute can have, as far as these comparisons can tell:
/// with `None` for "does not exist". Nothing where that is not certain.
fn candidates(comparisons: &[&Comparison]) -> Option<Vec<Option<AttributeValue>>> {
    let mut found = vec![None];
    let Some(first) = comparisons.first() else {
        found.push(Some(AttributeValue::Boolean(true)));
        return Some(found);
    };
    let takes = first.operator.takes;
    let mut literals: Vec<&Literals> = Vec::new();
    for comparison in comparisons {
        let (values, on_the_left) = match (&comparison.left, &comparison.right) {
            (Operand::Attribute(_), Operand::Literals { values, .. }) => (values, false),
            (Operand::Literals { values, .. }, Operand::Attribute(_)) => (values, true),
            _ => return None,
        };
        let operator = comparison.operator;
        let alone = comparisons.len() == 1 && values.len() == 1 && !on_the_left;
        if operator.takes != takes
            || (operator.test == Test::Like && !alone)
            || (operator.test == Test::StartsWith && on_the_left)
            || operator.ignore_case != first.operator.ignore_case
        {
            return None;
        }
        literals.push(values);
    }
    let singles = singles(&literals)?;
    let quantified = comparisons.iter().any(|comparison| comparison.quantifier.is_some());
    // One value suits one comparison, unless each of several literals wants one among the values.
    let by_literal =
        comparisons.iter().any(|comparison| matches!(comparison.left, Operand::Literals { .. }));
    if quantified && (comparisons.len() > 1 || by_literal) {
        if singles.len() > LIST_LIMIT {
            return None;
        }
        for subset in 1..1usize << singles.len() {
            let chosen = (0..singles.len()).filter(|at| subset & (1 << at) != 0);
            let values: Vec<AttributeValue> = chosen.map(|at| singles[at].clone()).collect();
            found.push(Some(AttributeValue::List(values)));
        }
    }
    found.extend(singles.into_iter().map(Some));
    Some(found)
}

/// One value for each way in which a value can stand to the literals.
fn singles(literals: &[&Literals]) -> Option<Vec<AttributeValue>> {
    let mut texts: Vec<String> = Vec::new();
    let mut numbers: Vec<i64> = Vec::new();
    let mut guids: Vec<Guid> = Vec::new();
    let mut instants: Vec<Timestamp> = Vec::new();
    let mut booleans = false;
    for values in literals {
        match values {
            Literals::Text(values) => {
                for value in values {
                    texts.push(
                        value.like.as_ref().map_or(value.text.to_string(), |like| like.instance()),
                    );
                }
            }
            Literals::Integer(values) => {
                for value in values {
                    numbers.extend([value.saturating_sub(1), *value, value.saturating_add(1)]);
                }
            }
            Literals::Guid(values) => guids.extend(values),
            Literals::Time(values) => {
                for value in values {
                    let ticks = value.instant.0;
                    instants.extend([ticks - 1, ticks, ticks + 1].map(Timestamp));
                }
            }
            Literals::Boolean(_) => booleans = true,
        }
    }
    let mut found = Vec::new();
    if !texts.is_empty() {
        // A character that no literal holds: a text with it equals none, and is a prefix of none.
        let fresh =
            ('\u{e000}'..='\u{f8ff}').find(|c| texts.iter().all(|text| !text.contains(*c)))?;
        texts.extend(texts.clone().into_iter().map(|text| format!("{text}{fresh}")));
        texts.extend([String::new(), fresh.to_string()]);
        texts.sort();
        texts.dedup();
        found.extend(texts.into_iter().map(AttributeValue::Text));
    }
    numbers.sort_unstable();
    numbers.dedup();
    found.extend(numbers.into_iter().map(AttributeValue::Integer));
    if !guids.is_empty() {
        let fresh = (1..=u128::MAX).map(Guid).find(|guid| !guids.contains(guid))?;
        guids.push(fresh);
        guids.sort();
        guids.dedup();
        found.extend(guids.into_iter().map(|guid| AttributeValue::Text(guid.to_string())));
    }
    instants.sort();
    instants.dedup();
    for instant in instants {
        let text = instant.to_string();
        // Beyond the calendar's edge nothing can be written, so nothing stands for those values.
        if super::literal::given_instant(&text) != Some(instant) {
            return None;
        }
        found.push(AttributeValue::Text(text));
    }
    if booleans {
        found.extend([true, false].map(AttributeValue::Boolean));
    }
    Some(found)
}

/// Tries every combination: one vector of each unknown. `holds` says which leaves are true; those
/// that no unknown rules over are true throughout.
fn search(node: &Node<'_>, choices: &[Vec<Vec<usize>>], holds: &mut Vec<bool>) -> bool {
    let Some((first, rest)) = choices.split_first() else {
        return holds_with(node, holds, &mut 0);
    };
    first.iter().any(|vector| {
        for leaf in vector {
            holds[*leaf] = true;
        }
        let found = search(node, rest, holds);
        for leaf in vector {
            holds[*leaf] = false;
        }
        found
    })
}

/// Leaves are numbered in the order of [`Node::leaves`], so every part is walked.
fn holds_with(node: &Node<'_>, holds: &[bool], at: &mut usize) -> bool {
    match node {
        Node::True => true,
        Node::Never => false,
        Node::Leaf(_) => {
            *at += 1;
            holds[*at - 1]
        }
        Node::All(parts) => {
            let mut all = true;
            for part in parts {
                all &= holds_with(part, holds, at);
            }
            all
        }
        Node::Any(parts) => {
            let mut any = false;
            for part in parts {
                any |= holds_with(part, holds, at);
            }
            any
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::tests::asked;
    use crate::condition::{Attributes, Condition};
    use crate::truth::Truth;

    /// Could anything make it true, where nothing is known?
    fn can_be_true(text: &str) -> bool {
        let found = asked(&Attributes::default(), false, text, Condition::evaluate);
        assert_ne!(found.truth, Truth::True, "{text}");
        found.open
    }

    #[test]
    fn one_comparison() {
        // Possible, and possible with a NOT before it.
        for (comparison, expected) in [
            ("StringEquals 'p'", [true, true]),
            ("ForAnyOfAnyValues:StringEquals {'p', 'q'}", [true, true]),
            ("ForAnyOfAllValues:StringEquals {'p', 'q'}", [false, true]),
            ("ForAllOfAllValues:StringEquals {'p', 'q'}", [false, true]),
            ("ForAllOfAnyValues:StringEquals {'p', 'q'}", [true, true]),
            ("ForAnyOfAnyValues:BoolNotEquals {true, false}", [true, false]),
            ("NumericLessThan -9223372036854775808", [false, true]),
            ("NumericLessThan -9223372036854775807", [true, true]),
            ("NumericLessThan 9223372036854775807", [true, true]),
            ("NumericGreaterThan 9223372036854775807", [false, true]),
            ("NumericGreaterThan 9223372036854775806", [true, true]),
            ("NumericGreaterThan -9223372036854775808", [true, true]),
            ("NumericLessThanEquals -9223372036854775808", [true, true]),
            ("NumericGreaterThanEquals 9223372036854775807", [true, true]),
            ("StringNotLike '*'", [false, true]),
            ("StringNotLike 'p*'", [true, true]),
            ("StringNotStartsWith ''", [false, true]),
        ] {
            let text = format!("@Resource[X/y:a] {comparison}");
            assert_eq!(
                [can_be_true(&text), can_be_true(&format!("!({text})"))],
                expected,
                "{text}"
            );
        }
    }

    /// The search would find the same; this is what it is spared.
    #[test]
    fn the_common_case_is_told_apart_without_a_search() {
        let easy = |text: &str| {
            let parsed = Condition::parse(text).expect(text);
            [false, true].map(|negated| easily_true(Open { expr: &parsed.root, negated }))
        };
        for (comparison, expected) in [
            ("StringEquals 'p'", [true, true]),
            ("StringNotEquals 'p'", [true, true]),
            ("ForAnyOfAnyValues:StringEquals {'p', 'q'}", [true, true]),
            ("ForAnyOfAllValues:StringEquals {'p', 'q'}", [false, false]),
            ("ForAllOfAnyValues:StringEquals {'p', 'q'}", [false, false]),
            // Not to be different from both is to be both.
            ("ForAnyOfAnyValues:StringNotEquals {'p', 'q'}", [true, false]),
            ("StringLike 'p*'", [true, false]),
            ("StringNotLike 'p*'", [false, true]),
            ("StringStartsWith 'p'", [true, false]),
            ("BoolEquals true", [true, true]),
            ("ForAnyOfAnyValues:BoolEquals {true, false}", [true, false]),
            ("NumericLessThan 3", [true, true]),
            ("NumericLessThan -9223372036854775808", [false, false]),
            ("NumericGreaterThan 9223372036854775807", [false, false]),
            ("ForAnyOfAnyValues:NumericLessThan {3, 4}", [false, false]),
            ("DateTimeLessThan '2026-01-01T00:00:00.0Z'", [true, true]),
        ] {
            assert_eq!(easy(&format!("@Resource[X/y:a] {comparison}")), expected, "{comparison}");
        }
        assert_eq!(easy("Exists @Resource[X/y:a]"), [true, true]);
        assert_eq!(easy("SubOperationMatches{'Blob.List'}"), [true, true]);
        assert_eq!(easy("@Resource[X/y:a] StringEquals @Request[X/y:a]"), [false, false]);

        let apart = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|text| Condition::parse(text).expect(text));
            let leaves = [&one, &other].map(|one| Open { expr: &one.root, negated: false });
            independent(&leaves)
        };
        let of = |name: &str| format!("@Resource[X/y:{name}] StringEquals 'p'");
        assert!(apart(&of("a"), &of("b")));
        assert!(apart(&of("a"), "@Request[X/y:a] StringEquals 'p'"));
        assert!(!apart(&of("a"), &of("a")));
        assert!(!apart(&of("a"), "Exists @Resource[X/y:A]"));
        assert!(!apart(&of("b"), "@Resource[X/y:a] StringLike @Resource[X/y:b]"));
        let sub = |name: &str| format!("SubOperationMatches{{'{name}'}}");
        assert!(apart(&sub("Blob.List"), &sub("Blob.Read")));
        assert!(!apart(&sub("Blob.List"), &sub("blob.list")));
    }

    #[test]
    fn two_of_one_attribute() {
        let (guid, other) =
            ("'8e3af657-a8ff-443c-a75c-2fe8c4bcb635'", "'00000000-0000-0000-0000-000000000001'");
        let (early, late) = ("'2026-01-01T00:00:00.0Z'", "'2026-01-02T00:00:00.0Z'");
        for (one, and, expected) in [
            ("StringEquals 'p'", "StringEquals 'q'", false),
            ("StringEquals 'p'", "StringNotEquals 'p'", false),
            ("StringEquals 'p'", "StringNotEquals 'q'", true),
            // With and without case is not looked into.
            ("StringEquals 'p'", "StringEqualsIgnoreCase 'Q'", true),
            ("StringEquals 'pq'", "StringStartsWith 'p'", true),
            ("StringEquals 'qp'", "StringStartsWith 'p'", false),
            // Nor are two patterns.
            ("StringLike 'p*'", "StringLike 'q*'", true),
            ("NumericLessThan 3", "NumericGreaterThan 1", true),
            ("NumericLessThan 3", "NumericGreaterThan 2", false),
            ("NumericLessThan 3", "NumericGreaterThanEquals 2", true),
            ("BoolEquals true", "BoolEquals false", false),
            (&format!("GuidEquals {guid}"), &format!("GuidNotEquals {guid}"), false),
            (&format!("GuidNotEquals {guid}"), &format!("GuidNotEquals {other}"), true),
            (&format!("DateTimeLessThan {late}"), &format!("DateTimeGreaterThan {early}"), true),
            (&format!("DateTimeLessThan {early}"), &format!("DateTimeGreaterThan {late}"), false),
            // A list may hold both, but not both alone.
            ("ForAnyOfAnyValues:StringEquals {'p'}", "ForAnyOfAnyValues:StringEquals {'q'}", true),
            ("ForAllOfAnyValues:StringEquals {'p'}", "ForAllOfAnyValues:StringEquals {'q'}", false),
            (
                "ForAllOfAnyValues:StringEquals {'p'}",
                "ForAnyOfAnyValues:StringNotEquals {'p'}",
                false,
            ),
        ] {
            let text = format!("@Resource[X/y:a] {one} AND @Resource[X/y:a] {and}");
            assert_eq!(can_be_true(&text), expected, "{text}");
            let text = format!("@Resource[X/y:a] {and} AND @Resource[X/y:a] {one}");
            assert_eq!(can_be_true(&text), expected, "{text}");
        }
    }

    #[test]
    fn several_unknowns() {
        let a = |value: &str| format!("@Resource[X/y:a] StringEquals '{value}'");
        let b = |value: &str| format!("@Resource[X/y:b] StringEquals '{value}'");
        let exists = "Exists @Resource[X/y:a]";
        let list = "SubOperationMatches{'Blob.List'}";
        for (text, expected) in [
            (format!("{exists} AND !({exists})"), false),
            (format!("{} AND !({exists})", a("p")), false),
            (format!("{} AND @Request[X/y:a] StringEquals 'q'", a("p")), true),
            (format!("{} AND {}", a("p"), b("q")), true),
            // Two unknowns in one comparison are not looked into.
            (format!("@Resource[X/y:a] StringEquals @Resource[X/y:b] AND {} AND {}", a("p"), b("q")), true),
            (format!("{list} AND !({list})"), false),
            (format!("{list} AND !(SubOperationMatches{{'BLOB.list'}})"), false),
            (format!("{list} AND !(SubOperationMatches{{'Blob.Read'}})"), true),
            // A dictionary and its key are one unknown in two names.
            ("Exists @Resource[X/y:tags:P<$key_case_sensitive$>] AND !(Exists @Resource[X/y:tags])".to_string(), true),
            (format!("({} OR {}) AND {} AND {}", a("p"), b("p"), a("q"), b("q")), false),
            (format!("({} OR {}) AND {}", a("p"), b("p"), a("q")), true),
        ] {
            assert_eq!(can_be_true(&text), expected, "{text}");
        }
    }

    /// Of more combinations than are tried it counts as possible.
    #[test]
    fn what_takes_too_many_combinations_is_possible() {
        let never = |name: usize| {
            let is = |value: &str| format!("@Resource[X/y:a{name}] StringEquals '{value}'");
            // Three values, of which each is refused by the others.
            format!("(({} OR {} OR {}) AND {})", is("p"), is("q"), is("r"), is("s"))
        };
        let all = |count: usize| (0..count).map(never).collect::<Vec<_>>().join(" OR ");
        assert!(!can_be_true(&all(6)));
        assert!(can_be_true(&all(7)));
    }
}
