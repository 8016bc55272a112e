//! The documented operators and quantifiers (semantics.md 9.2, 9.6, 9.7), and what to write instead
//! of those that are not documented.

/// Which values does an operator compare?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValueType {
    /// Text, quoted.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// An instant, to 100 nanoseconds.
    Time,
    /// A GUID.
    Guid,
}

impl ValueType {
    /// The words for people: `a date`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ValueType::Text => "a string",
            ValueType::Boolean => "`true` or `false`",
            ValueType::Integer => "an integer",
            ValueType::Time => "a date",
            ValueType::Guid => "a GUID",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Test {
    Equals,
    StartsWith,
    Like,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// One base operator: what it compares, how, and whether it says the contrary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(crate) name: &'static str,
    pub(crate) takes: ValueType,
    pub(crate) test: Test,
    pub(crate) negative: bool,
    pub(crate) ignore_case: bool,
}

const fn operator(
    name: &'static str,
    takes: ValueType,
    test: Test,
    negative: bool,
    ignore_case: bool,
) -> Operator {
    Operator { name, takes, test, negative, ignore_case }
}

/// Every documented operator.
pub(crate) const OPERATORS: [Operator; 28] = {
    use Test::{Equals, Greater, GreaterOrEqual, Less, LessOrEqual, Like, StartsWith};
    use ValueType::{Boolean, Guid, Integer, Text, Time};
    [
        operator("GuidEquals", Guid, Equals, false, false),
        operator("GuidNotEquals", Guid, Equals, true, false),
        operator("StringEquals", Text, Equals, false, false),
        operator("StringNotEquals", Text, Equals, true, false),
        operator("StringEqualsIgnoreCase", Text, Equals, false, true),
        operator("StringNotEqualsIgnoreCase", Text, Equals, true, true),
        operator("StringStartsWith", Text, StartsWith, false, false),
        operator("StringNotStartsWith", Text, StartsWith, true, false),
        operator("StringStartsWithIgnoreCase", Text, StartsWith, false, true),
        operator("StringNotStartsWithIgnoreCase", Text, StartsWith, true, true),
        operator("StringLike", Text, Like, false, false),
        operator("StringNotLike", Text, Like, true, false),
        operator("StringLikeIgnoreCase", Text, Like, false, true),
        operator("StringNotLikeIgnoreCase", Text, Like, true, true),
        operator("BoolEquals", Boolean, Equals, false, false),
        operator("BoolNotEquals", Boolean, Equals, true, false),
        operator("NumericEquals", Integer, Equals, false, false),
        operator("NumericNotEquals", Integer, Equals, true, false),
        operator("NumericLessThan", Integer, Less, false, false),
        operator("NumericLessThanEquals", Integer, LessOrEqual, false, false),
        operator("NumericGreaterThan", Integer, Greater, false, false),
        operator("NumericGreaterThanEquals", Integer, GreaterOrEqual, false, false),
        operator("DateTimeEquals", Time, Equals, false, false),
        operator("DateTimeNotEquals", Time, Equals, true, false),
        operator("DateTimeLessThan", Time, Less, false, false),
        operator("DateTimeLessThanEquals", Time, LessOrEqual, false, false),
        operator("DateTimeGreaterThan", Time, Greater, false, false),
        operator("DateTimeGreaterThanEquals", Time, GreaterOrEqual, false, false),
    ]
};

impl Operator {
    pub(crate) fn named(word: &str) -> Option<Operator> {
        OPERATORS.iter().find(|known| known.name.eq_ignore_ascii_case(word)).copied()
    }

    /// Are quantifiers documented beside it (semantics.md 9.7)? Accepted all the same: U27.
    pub(crate) fn takes_quantifier(self) -> bool {
        match self.takes {
            ValueType::Text => self.test != Test::StartsWith,
            ValueType::Integer | ValueType::Guid => true,
            ValueType::Boolean | ValueType::Time => false,
        }
    }
}

/// Some or each of the values of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Any,
    All,
}

/// `For{left}Of{right}Values`: which left values must stand in the relation to which right ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quantifier {
    pub(crate) name: &'static str,
    pub(crate) left: Reach,
    pub(crate) right: Reach,
}

/// Every documented quantifier.
pub(crate) const QUANTIFIERS: [Quantifier; 4] = [
    Quantifier { name: "ForAnyOfAnyValues", left: Reach::Any, right: Reach::Any },
    Quantifier { name: "ForAllOfAnyValues", left: Reach::All, right: Reach::Any },
    Quantifier { name: "ForAnyOfAllValues", left: Reach::Any, right: Reach::All },
    Quantifier { name: "ForAllOfAllValues", left: Reach::All, right: Reach::All },
];

impl Quantifier {
    pub(crate) fn named(word: &str) -> Option<Quantifier> {
        QUANTIFIERS.iter().find(|known| known.name.eq_ignore_ascii_case(word)).copied()
    }
}

/// What to write instead of a word that other tools know and Microsoft does not document (U20);
/// words are compared as prefixes, without case, the longer ones first.
const INSTEAD: [(&str, &str); 25] = [
    ("StringNotContains", "write `StringNotLike '*text*'`"),
    ("StringContains", "write `StringLike '*text*'`"),
    ("StringNotEndsWith", "write `StringNotLike '*text'`"),
    ("StringEndsWith", "write `StringLike '*text'`"),
    ("StringNotMatches", "regular expressions do not exist; use `StringNotLike` with `*` and `?`"),
    ("StringMatches", "regular expressions do not exist; use `StringLike` with `*` and `?`"),
    (
        "NumericInRange",
        "write `NumericGreaterThanEquals` and `NumericLessThanEquals`, joined by AND",
    ),
    (
        "TimeOfDay",
        "a daily time window cannot be written; `@Environment[UtcNow]` compares with one date",
    ),
    (
        "DateTimeOfDay",
        "a daily time window cannot be written; `@Environment[UtcNow]` compares with one date",
    ),
    ("DateTimeInRange", "write `DateTimeGreaterThan` and `DateTimeLessThan`, joined by AND"),
    ("AddDays", "dates cannot be computed; write the date itself, in quotes"),
    ("AddHours", "dates cannot be computed; write the date itself, in quotes"),
    ("AddMinutes", "dates cannot be computed; write the date itself, in quotes"),
    ("AddSeconds", "dates cannot be computed; write the date itself, in quotes"),
    (
        "ToTime",
        "a daily time window cannot be written; `@Environment[UtcNow]` compares with one date",
    ),
    ("ToLower", "use the operator that ends in `IgnoreCase`"),
    ("ToUpper", "use the operator that ends in `IgnoreCase`"),
    (
        "IpInRange",
        "addresses cannot be compared; use `@Environment[isPrivateLink]` or `@Environment[Microsoft.Network/virtualNetworks/subnets]`",
    ),
    (
        "IpMatch",
        "addresses cannot be compared; use `@Environment[isPrivateLink]` or `@Environment[Microsoft.Network/virtualNetworks/subnets]`",
    ),
    (
        "IpEquals",
        "addresses cannot be compared; use `@Environment[isPrivateLink]` or `@Environment[Microsoft.Network/virtualNetworks/subnets]`",
    ),
    (
        "IpNot",
        "addresses cannot be compared; use `@Environment[isPrivateLink]` or `@Environment[Microsoft.Network/virtualNetworks/subnets]`",
    ),
    ("ListNotContains", "write `ForAnyOfAllValues:StringNotEquals {'…'}`"),
    ("ListContains", "write `ForAnyOfAnyValues:StringEquals {'…'}`"),
    ("ANY", "write a quantifier before the operator, such as `ForAnyOfAnyValues:StringEquals`"),
    ("ALL", "write a quantifier before the operator, such as `ForAllOfAnyValues:StringEquals`"),
];

/// Is it a word that only other tools know, and what is written instead?
pub(crate) fn instead(word: &str) -> Option<&'static str> {
    INSTEAD
        .iter()
        .find(|(name, _)| {
            if name.len() <= 3 {
                name.eq_ignore_ascii_case(word)
            } else {
                word.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
            }
        })
        .map(|(_, advice)| *advice)
}

/// The known word that is nearest to a misspelt one, if it is near enough to be meant.
pub(crate) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let wanted = word.to_ascii_lowercase();
    known
        .map(|name| (distance(wanted.as_bytes(), name.to_ascii_lowercase().as_bytes()), name))
        .filter(|(far, name)| *far <= name.len().max(3) / 3)
        .min_by_key(|(far, _)| *far)
        .map(|(_, name)| name)
}

/// Insertions, deletions and replacements from one word to the other.
fn distance(from: &[u8], to: &[u8]) -> usize {
    // Hostile words may be long; nothing of that length is near a name.
    if from.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_each_once() {
        for known in OPERATORS {
            let found = Operator::named(&known.name.to_ascii_uppercase()).expect(known.name);
            assert_eq!(found, known, "no name stands for two operators");
        }
        assert_eq!(Operator::named("StringContains"), None);
        assert!(Quantifier::named("foranyofallvalues").is_some());
    }

    #[test]
    fn suggestions() {
        let names = || OPERATORS.iter().map(|known| known.name);
        assert_eq!(nearest("StringEqual", names()), Some("StringEquals"));
        assert_eq!(nearest("GuidEqals", names()), Some("GuidEquals"));
        assert_eq!(nearest("Banana", names()), None);
        for (from, to, far) in [
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("abc", "xbc", 1),
            ("abc", "abcd", 1),
            ("abcd", "bcd", 1),
            ("kitten", "sitting", 3),
            ("aaaa", "bbbbbb", 6),
            (&"x".repeat(64), "x", 63),
            (&"x".repeat(65), "x", usize::MAX),
        ] {
            assert_eq!(distance(from.as_bytes(), to.as_bytes()), far, "{from} {to}");
        }
        assert!(instead("TimeOfDayGreaterThan").is_some());
        assert!(instead("any").is_some() && instead("anything").is_none());
    }
}
