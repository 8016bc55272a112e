//! One comparison: operator, quantifier, and what becomes of values that do not compare.

use super::Inputs;
use super::assumption::Assumptions;
use super::attribute::Service;
use super::bits::Bits;
use super::expr::Comparison;
use super::fold;
use super::like::Like;
use super::operator::{Operator, Quantifier, Reach, Test, ValueType};
use super::side::{Given, Scalar, Side, side};

/// The value of an expression without parts, and how it came about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaf {
    pub(crate) bits: Bits,
    /// Uncertain rules that were leaned on.
    pub(crate) used: Assumptions,
    /// An attribute does not exist: how that reads is U22.
    pub(crate) missing: bool,
    /// It exists, with no value in it.
    pub(crate) empty: bool,
}

impl Leaf {
    pub(crate) fn plain(bits: Bits) -> Leaf {
        Leaf { bits, used: Assumptions::NONE, missing: false, empty: false }
    }

    pub(crate) fn using(bits: Bits, rule: u8) -> Leaf {
        Leaf { bits, used: Assumptions::one(rule), missing: false, empty: false }
    }
}

pub(crate) fn compare<'a>(inputs: &Inputs<'a>, comparison: &'a Comparison) -> Leaf {
    let (left, right) = (side(inputs, &comparison.left), side(inputs, &comparison.right));
    if let Given::Missing { empty } = left {
        return missing(empty);
    }
    if let Given::Missing { empty } = right {
        return missing(empty);
    }
    let mut used = Assumptions::NONE;
    if let Given::Known { guessed: true, .. } = left {
        used.insert(21);
    }
    if let Given::Known { guessed: true, .. } = right {
        used.insert(21);
    }
    let (left, left_whole) = match left {
        Given::Known { side, .. } => (Some(side), true),
        Given::Part(side) => (Some(side), false),
        _ => (None, true),
    };
    let (right, right_whole) = match right {
        Given::Known { side, .. } => (Some(side), true),
        Given::Part(side) => (Some(side), false),
        _ => (None, true),
    };
    let takes = comparison.operator.takes;
    // More keys may come where only some were given, but keys are never numbers or truth values.
    let settled = |whole: bool| whole || matches!(takes, ValueType::Boolean | ValueType::Integer);
    let hopeless = |side: Option<Side<'_>>, whole: bool| {
        side.is_some_and(|side| {
            settled(whole) && (0..side.len()).all(|at| side.scalar(at, takes).is_none())
        })
    };
    let several = |side: Option<Side<'_>>| side.is_some_and(|side| side.len() != 1);
    let bits = if comparison.quantifier.is_none() && (several(left) || several(right)) {
        used.insert(25);
        Bits::STUCK
    } else if hopeless(left, left_whole) || hopeless(right, right_whole) {
        // Nothing that is learned about the other side makes these values comparable.
        used.insert(24);
        Bits::STUCK
    } else if let (Some(left), Some(right)) = (left, right) {
        used = used.union(named_rules(comparison, left, right));
        related(comparison, left, right, left_whole, right_whole, &mut used)
    } else {
        Bits::OPEN
    };
    Leaf { bits, used, missing: false, empty: false }
}

fn missing(empty: bool) -> Leaf {
    Leaf { bits: Bits::STUCK, used: Assumptions::NONE, missing: true, empty }
}

/// The rules that lie in the form of the comparison, not in its values.
fn named_rules(comparison: &Comparison, left: Side<'_>, right: Side<'_>) -> Assumptions {
    let mut used = Assumptions::NONE;
    match comparison.quantifier {
        Some(_) if !comparison.operator.takes_quantifier() => used.insert(27),
        None if left.is_list() || right.is_list() => used.insert(25),
        _ => {}
    }
    if comparison.operator.test == Test::Like
        && comparison.attributes().any(|name| name.service == Service::Logs)
    {
        used.insert(34);
    }
    used
}

fn related(
    comparison: &Comparison,
    left: Side<'_>,
    right: Side<'_>,
    left_whole: bool,
    right_whole: bool,
    used: &mut Assumptions,
) -> Bits {
    let operator = comparison.operator;
    let quantifier = comparison.quantifier;
    let bits = relate(operator, operator.ignore_case, quantifier, left, right);
    if bits == Bits::STUCK {
        used.insert(24);
    }
    if operator.takes == ValueType::Text
        && !operator.ignore_case
        && comparison.attributes().any(|name| name.service == Service::Storage)
        && relate(operator, true, quantifier, left, right) != bits
    {
        used.insert(26);
    }
    // A part of the values settles "for any" once one fits and "for all" once one fails.
    let reach = |whole: bool, reach: Option<Reach>, settled_by: Bits| {
        whole || reach.is_some_and(|reach| (reach == Reach::Any) == (settled_by == Bits::TRUE))
    };
    let settled = bits != Bits::STUCK
        && reach(left_whole, quantifier.map(|q| q.left), bits)
        && reach(right_whole, quantifier.map(|q| q.right), bits);
    if settled || (left_whole && right_whole) {
        return bits;
    }
    let Some(quantifier) = quantifier else {
        // With one more value there are several, and nothing says which (U25).
        return bits.union(Bits::STUCK);
    };
    match right_whole.then(|| always(operator, quantifier.right, right)).flatten() {
        Some(one) => {
            let one = Bits::from_bool(one);
            bits.union(if quantifier.left == Reach::Any { bits.or(one) } else { bits.and(one) })
        }
        None => bits.union(Bits::OPEN),
    }
}

/// What every text gives, held against the values on the right: all of several texts equal none, and each
/// differs from some of them. `None` where that hangs on the text, or cannot be told.
fn always(operator: Operator, reach: Reach, right: Side<'_>) -> Option<bool> {
    if operator.takes != ValueType::Text {
        // A text may be no value of the type.
        return None;
    }
    let values: Option<Vec<Scalar<'_>>> =
        (0..right.len()).map(|at| right.scalar(at, operator.takes)).collect();
    let values = values?;
    let passes_all = |value: &Scalar<'_>| match (operator.test, value) {
        (Test::StartsWith, Scalar::Text(text)) => text.is_empty(),
        (Test::Like, Scalar::Text(text)) => Like::new(text).is_any(),
        (_, Scalar::Pattern(pattern)) => pattern.like.as_ref().is_some_and(Like::is_any),
        _ => false,
    };
    // No text is two, and none begins as the longest does and as something else. Of patterns nothing is said.
    let apart = || {
        let length = |value: &&Scalar<'_>| match value {
            Scalar::Text(text) => text.chars().count(),
            _ => 0,
        };
        let longest = values.iter().max_by_key(length).filter(|_| operator.test != Test::Like);
        let fits = |one, other| test(operator.test, operator.ignore_case, one, other);
        longest.is_some_and(|longest| values.iter().any(|value| !fits(*longest, *value)))
    };
    match (reach, operator.negative) {
        (Reach::Any, false) => values.iter().any(passes_all).then_some(true),
        (Reach::All, true) => values.iter().any(passes_all).then_some(false),
        (Reach::Any, true) if values.iter().all(passes_all) => Some(false),
        (Reach::All, false) if values.iter().all(passes_all) => Some(true),
        (Reach::Any, true) => apart().then_some(true),
        (Reach::All, false) => apart().then_some(false),
    }
}

/// Left values, right values and the base operator, joined as the quantifier says (semantics.md
/// 9.7); values that do not compare leave their pair unknown.
fn relate(
    operator: Operator,
    ignore_case: bool,
    quantifier: Option<Quantifier>,
    left: Side<'_>,
    right: Side<'_>,
) -> Bits {
    let (outer, inner) = quantifier
        .map_or((Reach::Any, Reach::Any), |quantifier| (quantifier.left, quantifier.right));
    join(outer, left.len(), |l| {
        let Some(l) = left.scalar(l, operator.takes) else { return Bits::STUCK };
        join(inner, right.len(), |r| match right.scalar(r, operator.takes) {
            Some(r) => Bits::from_bool(test(operator.test, ignore_case, l, r) != operator.negative),
            None => Bits::STUCK,
        })
    })
}

fn join(reach: Reach, len: usize, value: impl Fn(usize) -> Bits) -> Bits {
    let mut joined = Bits::from_bool(reach == Reach::All);
    for at in 0..len {
        let one = value(at);
        joined = match reach {
            Reach::Any => joined.or(one),
            Reach::All => joined.and(one),
        };
        if joined == Bits::from_bool(reach == Reach::Any) {
            break;
        }
    }
    joined
}

/// The positive relation between two values of the operator's type.
fn test(test: Test, ignore_case: bool, left: Scalar<'_>, right: Scalar<'_>) -> bool {
    match (left, right) {
        (Scalar::Text(left), Scalar::Text(right)) => match (test, ignore_case) {
            (Test::StartsWith, false) => left.starts_with(right),
            (Test::StartsWith, true) => fold::starts_with(left, right),
            (Test::Like, _) => Like::new(right).matches(left, ignore_case),
            (_, false) => left == right,
            (_, true) => fold::equal(left, right),
        },
        (Scalar::Text(left), Scalar::Pattern(right)) => {
            right.like.as_ref().is_some_and(|like| like.matches(left, ignore_case))
        }
        (Scalar::Boolean(left), Scalar::Boolean(right)) => left == right,
        (Scalar::Guid(left), Scalar::Guid(right)) => left == right,
        (Scalar::Integer(left), Scalar::Integer(right)) => ordered(test, left.cmp(&right)),
        (Scalar::Time(left), Scalar::Time(right)) => ordered(test, left.cmp(&right)),
        // Both sides were read as the one type that the operator takes.
        _ => false,
    }
}

fn ordered(test: Test, order: std::cmp::Ordering) -> bool {
    match test {
        Test::Less => order.is_lt(),
        Test::LessOrEqual => order.is_le(),
        Test::Greater => order.is_gt(),
        Test::GreaterOrEqual => order.is_ge(),
        Test::Equals | Test::StartsWith | Test::Like => order.is_eq(),
    }
}

#[cfg(test)]
mod tests {
    use crate::condition::{AttributeSource, AttributeValue, Attributes, Condition, Inputs};
    use crate::ident::{Operation, Plane};
    use crate::pattern::Wildcards;
    use crate::truth::Truth;

    /// Of the keys of a dictionary one is given, and there may be more: what holds for every text holds for
    /// them too.
    #[test]
    fn what_more_keys_cannot_change_is_settled() {
        const BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
        let operation = Operation::new(&format!("{BLOBS}/read")).expect("an operation");
        let mut attributes = Attributes::default();
        attributes.insert(
            AttributeSource::Resource,
            &format!("{BLOBS}/tags:Project"),
            AttributeValue::Text("x".to_string()),
        );
        let (yes, no, perhaps) = (Truth::True, Truth::False, Truth::Unknown);
        for (rest, expected) in [
            ("ForAllOfAnyValues:StringNotEquals {'a', 'b'}", yes),
            ("ForAllOfAnyValues:StringNotEquals {'a', 'A'}", yes),
            ("ForAllOfAnyValues:StringNotEqualsIgnoreCase {'a', 'A'}", perhaps),
            ("ForAllOfAnyValues:StringNotEquals {'a'}", perhaps),
            ("ForAllOfAllValues:StringNotEquals {'a', 'b'}", perhaps),
            ("ForAllOfAllValues:StringNotEquals {'a', 'Project'}", no),
            ("{'Project'} ForAnyOfAnyValues:StringEquals KEYS", yes),
            ("{'a'} ForAnyOfAnyValues:StringEquals KEYS", perhaps),
            ("{'a'} ForAnyOfAllValues:StringEquals KEYS", no),
            ("{'Project'} ForAnyOfAllValues:StringEquals KEYS", perhaps),
            ("ForAnyOfAllValues:StringEquals {'a', 'b'}", no),
            ("ForAnyOfAllValues:StringEquals {'a', 'a'}", perhaps),
            ("ForAnyOfAnyValues:StringEquals {'a', 'b'}", perhaps),
            ("ForAnyOfAnyValues:StringEquals {'a', 'Project'}", yes),
            ("ForAllOfAllValues:StringEquals {'a', 'b'}", no),
            ("ForAnyOfAllValues:StringStartsWith {'a', 'b'}", no),
            ("ForAnyOfAllValues:StringStartsWith {'a', 'ab'}", perhaps),
            ("ForAllOfAllValues:StringStartsWith {'', 'P'}", perhaps),
            ("ForAllOfAllValues:StringStartsWith {'', ''}", yes),
            ("ForAllOfAnyValues:StringStartsWith {'', 'P'}", yes),
            ("ForAnyOfAnyValues:StringNotStartsWith {'', ''}", no),
            ("ForAnyOfAllValues:StringNotStartsWith {'', 'a'}", no),
            ("ForAllOfAnyValues:StringNotStartsWith {'a', 'b'}", yes),
            ("ForAllOfAnyValues:StringNotStartsWith {'a', ''}", perhaps),
            ("ForAllOfAnyValues:StringLike {'*'}", yes),
            ("ForAllOfAnyValues:StringLike {'P*'}", perhaps),
            ("ForAllOfAnyValues:StringLike {'?*'}", perhaps),
            ("ForAnyOfAllValues:StringLike {'a*', '*b'}", perhaps),
            ("ForAnyOfAnyValues:StringNotLike {'*'}", no),
            (
                "ForAllOfAnyValues:GuidNotEquals {8e3af657-a8ff-443c-a75c-2fe8c4bcb635, acdd72a7-3385-48ef-bd42-f606fba81ae7}",
                perhaps,
            ),
        ] {
            let keys = format!("@Resource[{BLOBS}/tags&$keys$&]");
            let text = match rest.strip_suffix(" KEYS") {
                Some(rest) => format!("{rest} {keys}"),
                None => format!("{keys} {rest}"),
            };
            let condition = Condition::parse(&text).expect(&text);
            let truth = |complete: bool| {
                let inputs = Inputs {
                    operation: &operation,
                    plane: Plane::Data,
                    sub_operations: None,
                    attributes: &attributes,
                    complete,
                    wildcards: Wildcards::Azure,
                };
                condition.evaluate(&inputs).truth
            };
            assert_eq!(truth(false), expected, "{text}");
            if expected != perhaps {
                assert_eq!(truth(true), expected, "{text}, and that is all");
            }
        }
    }
}
