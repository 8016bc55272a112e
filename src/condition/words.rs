//! One expression in plain words.

use super::attribute::{Attribute, AttributeSource, Key};
use super::expr::{Comparison, Expr, ExprKind, Literals, Operand};
use super::operator::{Operator, Reach, Test, ValueType};
use crate::ident::Guid;

/// What a GUID is called, where the reader knows it under a name.
pub(crate) type Names<'n> = &'n dyn Fn(Guid) -> Option<String>;

/// A leaf as a sentence without a full stop; `negated` where a NOT stands before it.
pub(crate) fn leaf(expr: &Expr, negated: bool, names: Names<'_>) -> String {
    match &expr.kind {
        ExprKind::Action(pattern) => {
            let verb = match (pattern.is_wildcard(), negated) {
                (true, false) => "matches",
                (true, true) => "does not match",
                (false, false) => "is",
                (false, true) => "is not",
            };
            format!("the operation {verb} `{pattern}`")
        }
        ExprKind::SubOperation(name) => {
            format!("the suboperation is {}`{name}`", if negated { "not " } else { "" })
        }
        ExprKind::Exists(name) => {
            let verb = if negated { "does not exist" } else { "exists" };
            format!("{} {verb}", attribute(name))
        }
        ExprKind::Compare(comparison) => compare(comparison, negated, names),
        ExprKind::Not(_) | ExprKind::All(_) | ExprKind::Any(_) => String::new(),
    }
}

fn attribute(name: &Attribute) -> String {
    let role_assignment = match (&*name.folded, name.source) {
        ("microsoft.authorization/roleassignments:roledefinitionid", AttributeSource::Request) => {
            "the role to be assigned"
        }
        ("microsoft.authorization/roleassignments:roledefinitionid", AttributeSource::Resource) => {
            "the role of the existing assignment"
        }
        ("microsoft.authorization/roleassignments:principalid", AttributeSource::Request) => {
            "the principal to be assigned to"
        }
        ("microsoft.authorization/roleassignments:principalid", AttributeSource::Resource) => {
            "the principal of the existing assignment"
        }
        ("microsoft.authorization/roleassignments:principaltype", AttributeSource::Request) => {
            "the type of the principal to be assigned to"
        }
        ("microsoft.authorization/roleassignments:principaltype", AttributeSource::Resource) => {
            "the type of the principal of the existing assignment"
        }
        ("utcnow", AttributeSource::Environment) => "the time of the request",
        ("isprivatelink", AttributeSource::Environment) => "use of a private link",
        _ => "",
    };
    if !role_assignment.is_empty() {
        return role_assignment.to_string();
    }
    let whose = match name.source {
        AttributeSource::Resource => "the resource's",
        AttributeSource::Request => "the request's",
        AttributeSource::Principal => "the principal's",
        AttributeSource::Environment => "the environment's",
    };
    let base = name.base();
    let is_tags = base.ends_with("/tags");
    match name.compares {
        Key::All => format!("the keys of {whose} `{}`", name.text.trim_end_matches("&$keys$&")),
        Key::Exact | Key::AnyCase if is_tags && !name.key.is_empty() => {
            format!("{whose} tag `{}`", name.key)
        }
        Key::Exact => format!("{whose} `{}`", name.text.trim_end_matches("<$key_case_sensitive$>")),
        Key::AnyCase => format!("{whose} `{}`", name.text),
    }
}

fn compare(comparison: &Comparison, negated: bool, names: Names<'_>) -> String {
    let left = operand(&comparison.left, names);
    let right = operand(&comparison.right, names);
    let operator = comparison.operator;
    let several = match &comparison.right {
        Operand::Literals { values, .. } => values.len() > 1,
        Operand::Attribute(_) => true,
    };
    let without_case = if operator.ignore_case { " (whatever the case)" } else { "" };
    let plural = matches!(&comparison.left, Operand::Attribute(name) if name.compares == Key::All);
    let quantifier = match comparison.quantifier {
        Some(quantifier) if several || quantifier.left == Reach::All || plural => quantifier,
        // A missing attribute satisfies neither a comparison nor its contrary, so one may be said
        // for the other.
        _ => return format!("{left} {} {right}{without_case}", relation(operator, negated)),
    };
    let known_but_not = if negated { "it is known, and not so, that " } else { "" };
    let (l, r, equals) = (quantifier.left, quantifier.right, operator.test == Test::Equals);
    let words = match (l, r, operator.negative) {
        (Reach::Any, Reach::Any, false) if equals && plural => {
            format!("{left} include {}{right}", if several { "one of " } else { "" })
        }
        (Reach::All, Reach::Any, false) if equals && plural => {
            format!("{left} are all among {right}")
        }
        (Reach::Any, Reach::Any, false) if equals => format!("{left} is one of {right}"),
        (Reach::All, Reach::Any, false) if equals => {
            format!("each value of {left} is one of {right}")
        }
        (Reach::Any, Reach::All, true) if equals => format!("{left} is none of {right}"),
        (Reach::All, Reach::All, true) if equals => format!("no value of {left} is one of {right}"),
        _ => {
            let some = |reach: Reach| match reach {
                Reach::Any => "at least one of",
                Reach::All => "each of",
            };
            format!("{} {left} {} {} {right}", some(l), relation(operator, false), some(r))
        }
    };
    format!("{known_but_not}{words}{without_case}")
}

/// The verb; the contrary one where a NOT stands before the comparison.
fn relation(operator: Operator, negated: bool) -> &'static str {
    let time = operator.takes == ValueType::Time;
    let test = match (operator.test, negated) {
        (Test::Less, true) => Test::GreaterOrEqual,
        (Test::LessOrEqual, true) => Test::Greater,
        (Test::Greater, true) => Test::LessOrEqual,
        (Test::GreaterOrEqual, true) => Test::Less,
        (test, _) => test,
    };
    match (test, operator.negative != negated) {
        (Test::Equals, false) => "is",
        (Test::Equals, true) => "is not",
        (Test::StartsWith, false) => "starts with",
        (Test::StartsWith, true) => "does not start with",
        (Test::Like, false) => "matches",
        (Test::Like, true) => "does not match",
        (Test::Less, _) if time => "is before",
        (Test::Less, _) => "is below",
        (Test::LessOrEqual, _) if time => "is no later than",
        (Test::LessOrEqual, _) => "is at most",
        (Test::Greater, _) if time => "is after",
        (Test::Greater, _) => "is above",
        (Test::GreaterOrEqual, _) if time => "is no earlier than",
        (Test::GreaterOrEqual, _) => "is at least",
    }
}

fn operand(operand: &Operand, names: Names<'_>) -> String {
    let values = match operand {
        Operand::Attribute(name) => return attribute(name),
        Operand::Literals { values, .. } => values,
    };
    let words: Vec<String> = match values {
        Literals::Text(values) => values.iter().map(|value| format!("'{}'", value.text)).collect(),
        Literals::Boolean(values) => values.iter().map(bool::to_string).collect(),
        Literals::Integer(values) => values.iter().map(i64::to_string).collect(),
        Literals::Time(values) => values.iter().map(|value| value.instant.to_string()).collect(),
        Literals::Guid(values) => {
            values.iter().map(|guid| names(*guid).unwrap_or_else(|| guid.to_string())).collect()
        }
    };
    words.join(", ")
}
