//! docs/semantics.md, section 9: what a condition is worth, in every case that may turn out to be so.

use std::collections::BTreeSet;

use super::answer::Truth::{self, False, True, Unknown};
use super::conditions::values_in_play;
use super::spec::matches;
use super::spelling::{fold_guid, instant, is_guid, last, names};
use super::world::{Attribute, Expr, Operand, Question, Reach, Source, Value, World};

/// What both conditions together (1.7, U2) are worth: what they certainly are, and whether anything that
/// nobody told could make them true (9.4).
pub(crate) fn worth(
    world: &World,
    q: &Question,
    operation: &str,
    scope: &str,
    conditions: [&Option<String>; 2],
) -> (Truth, bool) {
    if conditions.iter().all(|one| one.is_none()) {
        return (True, true);
    }
    let conditions = conditions.into_iter().flatten().map(|text| &world.conditions[text]);
    let all = Expr::And(conditions.cloned().collect());
    let mut case = Question { operation: operation.to_owned(), ..q.clone() };
    // 9.4: told by the request itself, unless given: its time, and the names that its scope spells.
    let mut told = vec![(Source::Environment, "UtcNow".to_owned(), q.at.as_str())];
    let spelled = names(scope).into_iter();
    told.extend(spelled.map(|(kind, name)| (Source::Resource, format!("{kind}:name"), name)));
    for (source, name, text) in told {
        let name = Attribute { source, name };
        if !find(&case, &name).1 {
            case.attributes.push((name, Value::Text(text.to_owned())));
        }
    }
    // With complete attributes, what nobody told does not exist; otherwise it may have any value or none.
    let mut open = all.attributes();
    open.retain(|name| !q.attributes_complete && !find(&case, name).1);
    let mut found = BTreeSet::new();
    complete(&mut case, &open, &all, &mut found);
    let certain = if found.len() == 1 { found.iter().next().copied() } else { None };
    (certain.unwrap_or(Unknown), found.contains(&True))
}

/// Each case that may turn out to be so, until no more of them change anything.
fn complete(case: &mut Question, open: &[Attribute], all: &Expr, found: &mut BTreeSet<Truth>) {
    let Some((name, rest)) = open.split_first() else {
        found.insert(evaluate(all, case));
        return;
    };
    complete(case, rest, all, found);
    for value in values_in_play(name, &case.attributes) {
        if found.contains(&True) && found.len() > 1 {
            return;
        }
        case.attributes.push((name.clone(), value));
        complete(case, rest, all, found);
        case.attributes.pop();
    }
}

/// 9.2, 9.5. Kleene's three values: AND is the least, OR the greatest, NOT leaves unknown what is (U22).
fn evaluate(expr: &Expr, case: &Question) -> Truth {
    let side = |operand: &Operand| match operand {
        Operand::Attribute(name) => find(case, name).0,
        Operand::Literals(values) => values.clone(),
    };
    match expr {
        Expr::Not(inner) => evaluate(inner, case).not(),
        Expr::And(parts) => parts.iter().map(|part| evaluate(part, case)).min().unwrap_or(True),
        Expr::Or(parts) => parts.iter().map(|part| evaluate(part, case)).max().unwrap_or(False),
        Expr::ActionMatches(pattern) => matches(pattern, &case.operation, case.strict).into(),
        Expr::SubOperationMatches(name) => {
            let told = side(&Operand::Attribute(Attribute::sub_operation()));
            told.iter().any(|one| one.is_text(name)).into()
        }
        Expr::Exists(name) => (!side(&Operand::Attribute(name.clone())).is_empty()).into(),
        Expr::Compare(left, quantifier, operator, right) => {
            let (left, right) = (side(left), side(right));
            // 9.4: unknown where one is missing, or (U25) has several values and no quantifier says which.
            let several = left.len() > 1 || right.len() > 1;
            if left.is_empty() || right.is_empty() || (quantifier.is_none() && several) {
                return Unknown;
            }
            // 9.7: some or each of the left ones, with some or each of the right ones.
            let (of_left, of_right) = quantifier.unwrap_or((Reach::Any, Reach::Any));
            let pair = |l| some_or_each(of_right, right.iter().map(|r| relation(operator, l, r)));
            some_or_each(of_left, left.iter().map(pair))
        }
    }
}

fn some_or_each(reach: Reach, of: impl Iterator<Item = Truth>) -> Truth {
    if reach == Reach::Any { of.max() } else { of.min() }.unwrap_or(Unknown)
}

/// 9.6: an operator between two values. A value of another type leaves it unknown (U24).
fn relation(operator: &str, left: &Value, right: &Value) -> Truth {
    let kind = ["String", "Bool", "Numeric", "DateTime", "Guid"];
    let kind = kind.into_iter().find(|kind| operator.starts_with(kind)).unwrap_or_default();
    let (said, no_case) = (&operator[kind.len()..], operator.ends_with("IgnoreCase"));
    let test = said.trim_start_matches("Not").trim_end_matches("IgnoreCase");
    let fold = |text: &str| if no_case { text.to_lowercase() } else { text.to_owned() };
    let guid = |text: &str| Some(fold_guid(last(text))).filter(|guid| is_guid(guid));
    let ordered = |order: std::cmp::Ordering| match test {
        "LessThan" => order.is_lt(),
        "LessThanEquals" => order.is_le(),
        "GreaterThan" => order.is_gt(),
        "GreaterThanEquals" => order.is_ge(),
        _ => order.is_eq(),
    };
    let letters = |text: String| text.chars().collect::<Vec<char>>();
    let positive = match (kind, left, right) {
        ("Bool", Value::Bool(l), Value::Bool(r)) => Some(l == r),
        ("Numeric", Value::Integer(l), Value::Integer(r)) => Some(ordered(l.cmp(r))),
        ("DateTime", Value::Text(l), Value::Text(r)) => {
            instant(l).zip(instant(r)).map(|(l, r)| ordered(l.cmp(&r)))
        }
        ("Guid", Value::Text(l), Value::Text(r)) => guid(l).zip(guid(r)).map(|(l, r)| l == r),
        ("String", Value::Text(l), Value::Text(r)) => Some(match (test, fold(l), fold(r)) {
            ("StartsWith", l, r) => l.starts_with(&r),
            ("Like", l, r) => like(&letters(r), &letters(l)),
            (_, l, r) => l == r,
        }),
        _ => None,
    };
    positive.map_or(Unknown, |positive| (positive != said.starts_with("Not")).into())
}

/// 9.6: a star is any run, `?` one character, and a backslash makes either a letter like others.
fn like(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['*', rest @ ..], _) => (0..=text.len()).any(|taken| like(rest, &text[taken..])),
        (['\\', star @ ('*' | '?'), rest @ ..], [c, text @ ..]) => star == c && like(rest, text),
        (['?', rest @ ..], [_, text @ ..]) => like(rest, text),
        ([one, rest @ ..], [c, text @ ..]) => one == c && like(rest, text),
        _ => false,
    }
}

/// 9.3, 9.4: the values under a name, none where it is missing or empty (U23); and whether these are all.
fn find(case: &Question, wanted: &Attribute) -> (Vec<Value>, bool) {
    let exact = wanted.name.ends_with("<$key_case_sensitive$>");
    let (base, key) = split(&wanted.name);
    // U21: the key of a dictionary has no case, as names have none, unless the suffix says so.
    let same = |other: &str| if exact { other == key } else { other.eq_ignore_ascii_case(key) };
    let (mut found, mut told) = (Vec::new(), false);
    for (given, value) in case.attributes.iter().filter(|one| one.0.source == wanted.source) {
        let (given_base, given_key) = split(&given.name);
        let lists_keys = format!("{given_base}&$keys$&").eq_ignore_ascii_case(base);
        let here = given_base.eq_ignore_ascii_case(base);
        match value {
            Value::Dictionary(all) if lists_keys => {
                found.extend(all.iter().map(|(key, _)| Value::Text(key.clone())));
            }
            Value::Dictionary(all) if here => {
                found.extend(all.iter().filter(|one| same(&one.0)).map(|one| one.1.clone()));
            }
            _ if lists_keys && !told => found.push(Value::Text(given_key.to_owned())),
            Value::List(values) if here && same(given_key) => found.extend(values.iter().cloned()),
            one if here && same(given_key) => found.push(one.clone()),
            _ => continue,
        }
        told |= !lists_keys || matches!(value, Value::Dictionary(_));
    }
    (found, told)
}

fn split(name: &str) -> (&str, &str) {
    name.trim_end_matches("<$key_case_sensitive$>").split_once(':').unwrap_or((name, ""))
}
