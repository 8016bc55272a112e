//! The values that stand on one side of a comparison, wherever they come from.

use super::Inputs;
use super::attribute::{Attribute, AttributeValue, Entries, Found};
use super::expr::{Literals, Operand, TextLiteral};
use super::literal::given_instant;
use super::operator::ValueType;
use crate::ident::{Guid, Timestamp};

/// Values to compare: never none.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Side<'a> {
    One(&'a AttributeValue),
    List(&'a [AttributeValue]),
    SubOperations(&'a [String]),
    Keys(&'a [(String, AttributeValue)]),
    Entries(Entries<'a>),
    Literals(&'a Literals),
}

/// One value, read as the operator demands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scalar<'a> {
    Text(&'a str),
    Pattern(&'a TextLiteral),
    Boolean(bool),
    Integer(i64),
    Time(Timestamp),
    Guid(Guid),
}

impl<'a> Side<'a> {
    pub(crate) fn len(self) -> usize {
        match self {
            Side::One(_) => 1,
            Side::List(values) => values.len(),
            Side::SubOperations(names) => names.len(),
            Side::Keys(entries) => entries.len(),
            Side::Entries(entries) => entries.len(),
            Side::Literals(literals) => literals.len(),
        }
    }

    /// Is it a list of values by its nature, however many it holds?
    pub(crate) fn is_list(self) -> bool {
        !matches!(self, Side::One(_) | Side::Literals(_))
    }

    /// Value number `at` for people.
    pub(crate) fn word(self, at: usize) -> String {
        let value = match self {
            Side::One(value) => value,
            Side::List(values) => match values.get(at) {
                Some(value) => value,
                None => return String::new(),
            },
            Side::SubOperations(names) => return quoted(names.get(at).map(String::as_str)),
            Side::Keys(entries) => return quoted(entries.get(at).map(|(key, _)| key.as_str())),
            Side::Entries(entries) => return quoted(entries.key(at)),
            Side::Literals(_) => return String::new(),
        };
        match value {
            AttributeValue::Word(text) | AttributeValue::Text(text) => quoted(Some(text)),
            AttributeValue::Boolean(value) => value.to_string(),
            AttributeValue::Integer(value) => value.to_string(),
            AttributeValue::List(values) => format!("a list of {} values", values.len()),
            AttributeValue::Dictionary(entries) => {
                format!("a dictionary of {} keys", entries.len())
            }
        }
    }

    /// Value number `at` as a value of that type; `None` where it is not one (U24).
    pub(crate) fn scalar(self, at: usize, wanted: ValueType) -> Option<Scalar<'a>> {
        match self {
            Side::One(value) => typed(value, wanted),
            Side::List(values) => typed(values.get(at)?, wanted),
            Side::SubOperations(names) => text(names.get(at)?, wanted),
            Side::Keys(entries) => text(&entries.get(at)?.0, wanted),
            Side::Entries(entries) => text(entries.key(at)?, wanted),
            Side::Literals(literals) => match literals {
                Literals::Text(values) => values.get(at).map(|value| match &value.like {
                    Some(_) => Scalar::Pattern(value),
                    None => Scalar::Text(&value.text),
                }),
                Literals::Boolean(values) => values.get(at).copied().map(Scalar::Boolean),
                Literals::Integer(values) => values.get(at).copied().map(Scalar::Integer),
                Literals::Time(values) => values.get(at).map(|value| Scalar::Time(value.instant)),
                Literals::Guid(values) => values.get(at).copied().map(Scalar::Guid),
            },
        }
    }
}

fn quoted(text: Option<&str>) -> String {
    text.map_or(String::new(), |text| format!("'{text}'"))
}

fn typed(value: &AttributeValue, wanted: ValueType) -> Option<Scalar<'_>> {
    match (value, wanted) {
        (AttributeValue::Word(word), ValueType::Boolean) => {
            word.to_ascii_lowercase().parse().ok().map(Scalar::Boolean)
        }
        (AttributeValue::Word(word), ValueType::Integer) => word.parse().ok().map(Scalar::Integer),
        (AttributeValue::Word(value) | AttributeValue::Text(value), _) => text(value, wanted),
        (AttributeValue::Boolean(value), ValueType::Boolean) => Some(Scalar::Boolean(*value)),
        (AttributeValue::Integer(value), ValueType::Integer) => Some(Scalar::Integer(*value)),
        _ => None,
    }
}

fn text(value: &str, wanted: ValueType) -> Option<Scalar<'_>> {
    match wanted {
        ValueType::Text => Some(Scalar::Text(value)),
        ValueType::Time => given_instant(value).map(Scalar::Time),
        // A role definition may come as its full resource id; only the last segment counts.
        ValueType::Guid => Guid::last_segment(value).map(Scalar::Guid),
        ValueType::Boolean | ValueType::Integer => None,
    }
}

/// What the question says about an attribute.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Given<'a> {
    /// Its values; `guessed` where a key fits but for its case (U21).
    Known { side: Side<'a>, guessed: bool },
    /// Some of its values; there may be more.
    Part(Side<'a>),
    /// It does not exist, or (`empty`) it exists without a value (U23).
    Missing { empty: bool },
    /// Nobody said, and attributes are not complete.
    Open,
}

pub(crate) fn look_up<'a>(inputs: &Inputs<'a>, name: &'a Attribute) -> Given<'a> {
    match inputs.attributes.find(name) {
        Found::Value { value, guessed } => match value {
            _ if value.is_empty() => Given::Missing { empty: true },
            AttributeValue::List(values) => Given::Known { side: Side::List(values), guessed },
            _ => Given::Known { side: Side::One(value), guessed },
        },
        Found::Keys([]) => Given::Missing { empty: true },
        Found::Keys(entries) => Given::Known { side: Side::Keys(entries), guessed: false },
        Found::Entries(entries) if inputs.complete => {
            Given::Known { side: Side::Entries(entries), guessed: false }
        }
        Found::Entries(entries) => Given::Part(Side::Entries(entries)),
        Found::Absent => Given::Missing { empty: false },
        Found::NotGiven => match inputs.sub_operations {
            Some([]) if name.is_sub_operation() => Given::Missing { empty: false },
            Some(names) if name.is_sub_operation() => {
                Given::Known { side: Side::SubOperations(names), guessed: false }
            }
            _ if inputs.complete => Given::Missing { empty: false },
            _ => Given::Open,
        },
    }
}

pub(crate) fn side<'a>(inputs: &Inputs<'a>, operand: &'a Operand) -> Given<'a> {
    match operand {
        Operand::Attribute(name) => look_up(inputs, name),
        Operand::Literals { values, .. } => {
            Given::Known { side: Side::Literals(values), guessed: false }
        }
    }
}
