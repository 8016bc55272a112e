//! The conditions of random tenants: attributes, the values that they may have, expressions over them, and
//! the text of each as a person, a portal or a tool spells it.

use super::words::{Rng, pattern};
use super::world::{Attribute, Expr, Operand, Quantifier, Reach, Source, Value};

/// What an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    /// Several texts; `&$keys$&` and attributes of principals are such.
    Texts,
    Bool,
    Integer,
    Time,
    Guid,
}

const SET: &str = "Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_";
const ASSIGNMENTS: &str = "Microsoft.Authorization/roleAssignments:";
const TAGS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags";

const ATTRIBUTES: [(Source, &str, &str, Kind); 15] = [
    (Source::Principal, SET, "Project", Kind::Text),
    (Source::Principal, SET, "Teams", Kind::Texts),
    (Source::Principal, SET, "Level", Kind::Integer),
    (Source::Request, ASSIGNMENTS, "RoleDefinitionId", Kind::Guid),
    (Source::Request, ASSIGNMENTS, "PrincipalType", Kind::Text),
    (Source::Resource, ASSIGNMENTS, "RoleDefinitionId", Kind::Guid),
    (Source::Resource, TAGS, ":Project<$key_case_sensitive$>", Kind::Text),
    (Source::Resource, TAGS, "&$keys$&", Kind::Texts),
    (Source::Request, TAGS, ":Stage<$key_case_sensitive$>", Kind::Text),
    (
        Source::Request,
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs:",
        "snapshot",
        Kind::Time,
    ),
    (Source::Resource, "Microsoft.Storage/storageAccounts:", "isHnsEnabled", Kind::Bool),
    (Source::Environment, "", "isPrivateLink", Kind::Bool),
    // These three are told by the request itself (9.4).
    (Source::Environment, "", "UtcNow", Kind::Time),
    (Source::Resource, "Microsoft.Storage/storageAccounts:", "name", Kind::Text),
    (
        Source::Resource,
        "Microsoft.Storage/storageAccounts/blobServices/containers:",
        "name",
        Kind::Text,
    ),
];

/// Texts that differ by case, by an end, by nothing; the names of accounts and containers among them.
const TEXTS: [&str; 15] = [
    "alpha",
    "ALPHA",
    "alphabet",
    "beta",
    "st",
    "c",
    "C",
    "",
    // No literal is one of these: what only a pattern or a prefix takes, and what nothing does.
    "st*",
    "al\u{e9}",
    "AL\u{e9}",
    "alpha\u{e9}",
    "s\u{e9}",
    "bet\u{e9}",
    "\u{e9}",
];
const LIKE: [&str; 9] = ["*", "al*", "*bet", "?eta", "a*a", "AL*", "s?", r"st\*", "alpha?*"];
const STARTS: [&str; 6] = ["", "al", "AL", "alpha", "s", "bet"];
const TEAMS: [&[&str]; 5] = [
    &["alpha", "beta"],
    &["alpha", "alphabet"],
    &["alpha", "beta", "st"],
    &["st", "\u{e9}"],
    &["ALPHA", "c"],
];
const INTEGERS: [i64; 5] = [0, 1, 2, 3, 4];
const TIMES: [&str; 9] = [
    "2026-06-15T11:59:59.9999999Z",
    "2026-06-15T12:00:00Z",
    "2026-06-15T12:00:00.0000001Z",
    "2001-01-01T00:00:00.0Z",
    "2030-12-31T23:59:59Z",
    // Before, between and after those.
    "1999-01-01T00:00:00Z",
    "2010-01-01T00:00:00Z",
    "2027-01-01T00:00:00Z",
    "2040-01-01T00:00:00Z",
];
const GUIDS: [&str; 4] = [
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "f1a07417-d97a-45cb-824c-7a7467783830",
    "00000000-1111-2222-3333-444444444444",
];
const SUB_OPERATIONS: [&str; 3] = ["Blob.List", "Blob.Write.Tier", "Blob.Write.WithTagHeaders"];

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn kind_of(name: &Attribute) -> Kind {
    let same = |(source, start, end, _): &&(Source, &str, &str, Kind)| {
        *source == name.source && format!("{start}{end}").eq_ignore_ascii_case(name.name.trim())
    };
    ATTRIBUTES.iter().find(same).map_or(Kind::Text, |(.., kind)| *kind)
}

/// Values that stand for every value that an attribute may have: no condition made here tells another one
/// from all of these and from what is told of other attributes.
pub(crate) fn values_in_play(name: &Attribute, told: &[(Attribute, Value)]) -> Vec<Value> {
    let texts = |list: &[&str]| list.iter().map(|one| text(one)).collect();
    if *name == Attribute::sub_operation() {
        let [list, tier, tags] = SUB_OPERATIONS;
        let sets: [&[&str]; 7] = [
            &[list],
            &[tier],
            &[tags],
            &[list, tier],
            &[list, tags],
            &[tier, tags],
            &[list, tier, tags],
        ];
        return sets.into_iter().map(|set| Value::List(texts(set))).collect();
    }
    let ones: Vec<Value> = match kind_of(name) {
        Kind::Text | Kind::Texts => texts(&TEXTS),
        Kind::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Kind::Integer => INTEGERS.into_iter().map(Value::Integer).collect(),
        Kind::Time => texts(&TIMES),
        Kind::Guid => texts(&GUIDS),
    };
    let all = Value::List(ones.clone());
    if kind_of(name) == Kind::Texts {
        let lists = TEAMS.iter().map(|team| Value::List(texts(team)));
        let ones = ones.into_iter().map(|one| Value::List(vec![one]));
        return ones.chain(lists).chain([all]).collect();
    }
    let other = told.iter().map(|(_, value)| value);
    let other = other.filter(|value| matches!(value, Value::Text(_))).cloned();
    ones.into_iter().chain(other).chain([all]).collect()
}

/// One of the attributes that conditions ask for.
pub(crate) fn attribute(rng: &mut Rng) -> Attribute {
    let (source, start, end, _) = *rng.pick(&ATTRIBUTES);
    Attribute { source, name: format!("{start}{end}") }
}

/// A value for an attribute; now and then of another type, a list of one, or nothing at all.
pub(crate) fn value(rng: &mut Rng, name: &Attribute) -> Value {
    let value = rng.pick(&values_in_play(name, &[])).clone();
    if *name == Attribute::sub_operation() {
        return value;
    }
    match rng.below(20) {
        0 => Value::List(Vec::new()),
        1 => Value::List(vec![value]),
        2 => Value::Integer(7),
        3 => text("7"),
        _ => value,
    }
}

fn literal(rng: &mut Rng, kind: Kind, operator: &str) -> Value {
    // What every text satisfies: that it holds also for keys that nobody told, the engine does not claim.
    let all = kind != Kind::Texts;
    match kind {
        Kind::Bool => Value::Bool(rng.percent(50)),
        Kind::Integer => Value::Integer(*rng.pick(&INTEGERS[1..4])),
        Kind::Time => text(rng.pick::<&str>(&TIMES[..5])),
        Kind::Guid => text(rng.pick::<&str>(&GUIDS[..3])),
        Kind::Text | Kind::Texts if operator.contains("Like") => {
            text(rng.pick::<&str>(&LIKE[usize::from(!all)..]))
        }
        Kind::Text | Kind::Texts if operator.contains("Starts") => {
            text(rng.pick::<&str>(&STARTS[usize::from(!all)..]))
        }
        Kind::Text | Kind::Texts => text(rng.pick::<&str>(&TEXTS[..8])),
    }
}

fn comparison(rng: &mut Rng) -> Expr {
    let name = attribute(rng);
    let kind = kind_of(&name);
    let pick = |rng: &mut Rng, list: &[&'static str]| -> &'static str { rng.pick::<&str>(list) };
    let operator = match kind {
        Kind::Bool => pick(rng, &["BoolEquals", "BoolNotEquals"]),
        Kind::Guid => pick(rng, &["GuidEquals", "GuidNotEquals"]),
        Kind::Integer => pick(rng, &NUMERIC),
        Kind::Time => pick(rng, &DATES),
        Kind::Text | Kind::Texts => pick(rng, &STRINGS),
    };
    // Another attribute of the kind, or literals; a literal may stand on the left.
    if kind == Kind::Text && rng.percent(10) {
        let other = loop {
            let other = attribute(rng);
            if kind_of(&other) == kind && other != name {
                break other;
            }
        };
        return Expr::Compare(Operand::Attribute(name), None, operator, Operand::Attribute(other));
    }
    let quantified = matches!(kind, Kind::Texts) && rng.percent(90) || rng.percent(25);
    // Whether two patterns can meet in one value is nothing that the engine claims to know.
    let count = if quantified && !operator.contains("Like") { 1 + rng.below(3) } else { 1 };
    let mut literals: Vec<Value> = Vec::new();
    for _ in 0..count {
        let one = literal(rng, kind, operator);
        if !literals.contains(&one) {
            literals.push(one);
        }
    }
    let reach = |rng: &mut Rng| if rng.percent(50) { Reach::Any } else { Reach::All };
    // Of keys some of which are told: whether one may be several texts at once, the engine does not look.
    let keys = name.name.ends_with("&$keys$&");
    let quantifier = quantified.then(|| (reach(rng), if keys { Reach::Any } else { reach(rng) }));
    let (left, right) = (Operand::Attribute(name), Operand::Literals(literals));
    // A pattern or a prefix is one only on the right.
    if operator.contains("Equals") && rng.percent(10) {
        Expr::Compare(right, quantifier, operator, left)
    } else {
        Expr::Compare(left, quantifier, operator, right)
    }
}

const NUMERIC: [&str; 6] = [
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
];
const DATES: [&str; 6] = [
    "DateTimeEquals",
    "DateTimeNotEquals",
    "DateTimeLessThan",
    "DateTimeLessThanEquals",
    "DateTimeGreaterThan",
    "DateTimeGreaterThanEquals",
];
const STRINGS: [&str; 12] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringStartsWith",
    "StringNotStartsWith",
    "StringStartsWithIgnoreCase",
    "StringNotStartsWithIgnoreCase",
    "StringLike",
    "StringNotLike",
    "StringLikeIgnoreCase",
    "StringNotLikeIgnoreCase",
];

fn leaf(rng: &mut Rng, operations: &[String]) -> Expr {
    match rng.below(10) {
        0 => {
            let operation = rng.pick(operations).clone();
            Expr::ActionMatches(pattern(rng, &operation).trim().to_owned())
        }
        1 => Expr::SubOperationMatches((*rng.pick(&SUB_OPERATIONS)).to_owned()),
        2 => Expr::Exists(attribute(rng)),
        _ => comparison(rng),
    }
}

fn negated(expr: Expr) -> Expr {
    Expr::Not(Box::new(expr))
}

/// A condition: a bare expression, or guarded by the operations that it is about (9.1). A short one asks for
/// one thing alone: every value of everything that is asked for is tried with every other.
pub(crate) fn condition(rng: &mut Rng, operations: &[String], short: bool) -> Expr {
    let target = |rng: &mut Rng| {
        let operation = rng.pick(operations).clone();
        Expr::ActionMatches(pattern(rng, &operation).trim().to_owned())
    };
    match rng.below(if short { 10 } else { 17 }) {
        0..=4 => leaf(rng, operations),
        5..=6 => negated(leaf(rng, operations)),
        7..=9 => Expr::Or(vec![negated(target(rng)), leaf(rng, operations)]),
        10..=12 => Expr::Or(vec![leaf(rng, operations), leaf(rng, operations)]),
        13..=15 => Expr::And(vec![leaf(rng, operations), leaf(rng, operations)]),
        _ => {
            let (one, other) = (leaf(rng, operations), leaf(rng, operations));
            let both = Expr::And(vec![one, negated(other)]);
            Expr::Or(vec![both, leaf(rng, operations)])
        }
    }
}

/// The text of a condition: keywords in any case, brackets more than are needed, blanks, symbols.
pub(crate) fn write(rng: &mut Rng, expr: &Expr) -> String {
    let word = |rng: &mut Rng, text: &str| match rng.below(8) {
        0 => text.to_ascii_lowercase(),
        1 => text.to_ascii_uppercase(),
        _ => text.to_owned(),
    };
    let joined = |rng: &mut Rng, parts: &[Expr], words: [&str; 2]| {
        let texts: Vec<String> =
            parts.iter().map(|part| format!("({})", write(rng, part))).collect();
        let joint = if rng.percent(70) { word(rng, words[0]) } else { words[1].to_owned() };
        let blank = if rng.percent(10) { "\n  " } else { " " };
        texts.join(&format!("{blank}{joint} "))
    };
    match expr {
        Expr::Not(inner) => {
            let inner = write(rng, inner);
            let not = if rng.percent(50) { "!".to_owned() } else { word(rng, "NOT") + " " };
            format!("{not}({inner})")
        }
        Expr::And(parts) => joined(rng, parts, ["AND", "&&"]),
        Expr::Or(parts) => joined(rng, parts, ["OR", "||"]),
        Expr::ActionMatches(pattern) => format!("{}{{'{pattern}'}}", word(rng, "ActionMatches")),
        Expr::SubOperationMatches(name) => {
            format!("{} {{'{}'}}", word(rng, "SubOperationMatches"), word(rng, name))
        }
        Expr::Exists(name) => format!("{} {}", word(rng, "Exists"), named(rng, name)),
        Expr::Compare(left, quantifier, operator, right) => {
            let of = |reach: &Reach| if *reach == Reach::Any { "Any" } else { "All" };
            let quantifier =
                quantifier.as_ref().map_or(String::new(), |(left, right): &Quantifier| {
                    format!("For{}Of{}Values:", of(left), of(right))
                });
            let guids = operator.starts_with("Guid");
            let (left, right) = (operand(rng, left, guids), operand(rng, right, guids));
            format!("{left} {}{} {right}", word(rng, &quantifier), word(rng, operator))
        }
    }
}

fn named(rng: &mut Rng, name: &Attribute) -> String {
    // The key of a dictionary has its case; the rest of the name has none (9.3).
    let text = if !name.name.contains('$') && rng.percent(15) {
        name.name.to_ascii_uppercase()
    } else {
        name.name.clone()
    };
    format!("@{:?}[{text}]", name.source)
}

fn operand(rng: &mut Rng, operand: &Operand, guids: bool) -> String {
    let values = match operand {
        Operand::Attribute(name) => return named(rng, name),
        Operand::Literals(values) => values,
    };
    let mut one = |value: &Value| match value {
        Value::Bool(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Text(text) if guids && rng.percent(60) => text.clone(),
        Value::Text(text) if guids && rng.percent(50) => text.replace('-', "").to_ascii_uppercase(),
        Value::Text(text) => format!("'{text}'"),
        Value::List(_) | Value::Dictionary(_) => unreachable!("no literal is a list"),
    };
    let texts: Vec<String> = values.iter().map(&mut one).collect();
    if texts.len() == 1 && rng.percent(60) {
        texts[0].clone()
    } else {
        format!("{{{}}}", texts.join(", "))
    }
}
