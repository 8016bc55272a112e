//! Section 9: values, operators, quantifiers, what nobody told.

use std::collections::BTreeMap;

use super::super::answer::Truth::{self, False, True, Unknown};
use super::super::spec_conditions::worth;
use super::super::world::{Attribute, Expr, Operand, Question, Reach, Source, Value};
use super::{VM, WRITE_VM, ask, world};

const TAGS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags";

fn named(name: &str) -> Attribute {
    Attribute { source: Source::Resource, name: name.to_owned() }
}

fn texts(list: &[&str]) -> Vec<Value> {
    list.iter().map(|one| Value::Text((*one).to_owned())).collect()
}

fn compare(operator: &'static str, right: &[&str]) -> Expr {
    let right = Operand::Literals(texts(right));
    Expr::Compare(Operand::Attribute(named("A/b:name")), None, operator, right)
}

fn not(inner: Expr) -> Expr {
    Expr::Not(Box::new(inner))
}

/// What a condition is worth where the attribute has this value, or (`None`) does not exist.
fn with(says: &Expr, value: Option<Value>) -> Truth {
    let attributes = value.map(|value| (named("a/B:NAME"), value)).into_iter().collect();
    told(says, attributes, true).0
}

fn told(says: &Expr, attributes: Vec<(Attribute, Value)>, complete: bool) -> (Truth, bool) {
    let mut tenant = world(&[]);
    tenant.conditions = BTreeMap::from([("it".to_owned(), says.clone())]);
    let q = Question { attributes, attributes_complete: complete, ..ask(WRITE_VM, VM) };
    worth(&tenant, &q, WRITE_VM, VM, [&Some("it".to_owned()), &None])
}

#[test]
fn operators() {
    for (operator, left, right, expect) in [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a", "A", False),
        ("StringNotEquals", "a", "A", True),
        ("StringEqualsIgnoreCase", "a", "A", True),
        ("StringNotEqualsIgnoreCase", "a", "A", False),
        ("StringStartsWith", "alpha", "al", True),
        ("StringStartsWith", "al", "alpha", False),
        ("StringStartsWithIgnoreCase", "alpha", "AL", True),
        ("StringNotStartsWith", "alpha", "be", True),
        ("StringLike", "a/b/c", "a*c", True),
        ("StringLike", "abc", "a?c", True),
        ("StringLike", "ac", "a?c", False),
        ("StringLike", "a*c", r"a\*c", True),
        ("StringLike", "abc", r"a\*c", False),
        ("StringLike", "xabc", "abc", False),
        ("StringNotLike", "abc", "*", False),
        (
            "GuidEquals",
            "0A000000-0000-0000-0000-000000000001",
            "0a000000000000000000000000000001",
            True,
        ),
        (
            "GuidNotEquals",
            "/x/0a000000-0000-0000-0000-000000000001",
            "0a000000000000000000000000000001",
            False,
        ),
        ("GuidEquals", "no guid", "0a000000000000000000000000000001", Unknown),
        ("DateTimeLessThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.0000001Z", True),
        ("DateTimeGreaterThanEquals", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00.0Z", True),
        ("DateTimeEquals", "yesterday", "2026-01-01T00:00:00Z", Unknown),
        ("NumericEquals", "1", "1", Unknown),
        ("BoolEquals", "true", "true", Unknown),
    ] {
        let left = Value::Text(left.to_owned());
        assert_eq!(with(&compare(operator, &[right]), Some(left)), expect, "{operator} {right}");
    }
    let number = |operator, value| {
        let right = Operand::Literals(vec![Value::Integer(2)]);
        let says = Expr::Compare(Operand::Attribute(named("A/b:name")), None, operator, right);
        with(&says, Some(Value::Integer(value)))
    };
    assert_eq!(number("NumericLessThan", 2), False);
    assert_eq!(number("NumericLessThanEquals", 2), True);
    assert_eq!(number("NumericGreaterThan", 3), True);
    assert_eq!(number("NumericGreaterThanEquals", 1), False);
    assert_eq!(number("NumericNotEquals", 1), True);
}

#[test]
fn quantifiers() {
    use Reach::{All, Any};
    for (quantifier, left, right, expect) in [
        ((Any, Any), &["a", "x"][..], &["a", "b"][..], True),
        ((All, Any), &["a", "x"], &["a", "b"], False),
        ((All, Any), &["a", "b"], &["a", "b", "c"], True),
        ((Any, All), &["a", "x"], &["a"], True),
        ((Any, All), &["a", "b"], &["a", "b"], False),
        ((All, All), &["a", "a"], &["a"], True),
    ] {
        let sides = [Operand::Literals(texts(left)), Operand::Literals(texts(right))];
        let [left, right] = sides;
        let says = Expr::Compare(left, Some(quantifier), "StringEquals", right);
        assert_eq!(with(&says, None), expect, "{says:?}");
    }
    // The trap of 9.7: some id differs from some of two.
    let sides = |quantifier| {
        let (left, right) =
            (Operand::Literals(texts(&["a"])), Operand::Literals(texts(&["a", "b"])));
        with(&Expr::Compare(left, Some(quantifier), "StringNotEquals", right), None)
    };
    assert_eq!((sides((Any, Any)), sides((Any, All))), (True, False));
    // U25: several values and no quantifier.
    assert_eq!(
        with(&compare("StringEquals", &["a"]), Some(Value::List(texts(&["a", "b"])))),
        Unknown
    );
    assert_eq!(with(&compare("StringEquals", &["a"]), Some(Value::List(texts(&["a"])))), True);
}

#[test]
fn missing_attributes() {
    // 9.4: unknown, through NOT and negative operators; OR absorbs it.
    assert_eq!(with(&compare("StringEquals", &["a"]), None), Unknown);
    assert_eq!(with(&not(compare("StringEquals", &["a"])), None), Unknown);
    assert_eq!(with(&compare("StringNotEquals", &["a"]), None), Unknown);
    assert_eq!(with(&compare("StringEquals", &["a"]), Some(Value::List(Vec::new()))), Unknown);
    let exists = || Expr::Exists(named("A/b:name"));
    assert_eq!(with(&exists(), None), False);
    assert_eq!(with(&exists(), Some(Value::List(Vec::new()))), False);
    assert_eq!(with(&exists(), Some(Value::Text(String::new()))), True);
    let either = Expr::Or(vec![compare("StringEquals", &["a"]), not(exists())]);
    assert_eq!(with(&either, None), True);
    assert_eq!(with(&Expr::And(vec![compare("StringEquals", &["a"]), exists()]), None), False);
}

#[test]
fn what_nobody_told() {
    let open = |says: &Expr| told(says, Vec::new(), false);
    let exists = || Expr::Exists(named("A/b:name"));
    assert_eq!(open(&compare("StringEquals", &["alpha"])), (Unknown, true));
    // Either it exists or it does not; a comparison may be neither true nor false.
    assert_eq!(open(&Expr::Or(vec![exists(), not(exists())])), (True, true));
    let contrary = |join: fn(Vec<Expr>) -> Expr| {
        join(vec![compare("StringEquals", &["alpha"]), not(compare("StringEquals", &["alpha"]))])
    };
    assert_eq!(open(&contrary(Expr::Or)), (Unknown, true));
    assert_eq!(open(&contrary(Expr::And)), (Unknown, false));
    let one_and_other =
        Expr::And(vec![compare("StringEquals", &["alpha"]), compare("StringEquals", &["beta"])]);
    assert_eq!(open(&one_and_other), (Unknown, false));
    // A value of another type stays what it is, whatever is learned.
    let told_a_number = vec![(named("A/b:name"), Value::Integer(1))];
    assert_eq!(told(&compare("StringEquals", &["alpha"]), told_a_number, false), (Unknown, false));
}

#[test]
fn names_and_dictionaries() {
    let key = |name: &str, other: &str| {
        let value = Operand::Literals(texts(&["alpha"]));
        let says = Expr::Compare(
            Operand::Attribute(named(&format!("{TAGS}{name}"))),
            None,
            "StringEquals",
            value,
        );
        let entries = vec![(other.to_owned(), Value::Text("alpha".to_owned()))];
        told(&says, vec![(named(&TAGS.to_ascii_uppercase()), Value::Dictionary(entries))], true).0
    };
    assert_eq!(key(":Project<$key_case_sensitive$>", "Project"), True);
    assert_eq!(key(":Project<$key_case_sensitive$>", "project"), Unknown);
    assert_eq!(key(":Project", "project"), True);
    assert_eq!(key("&$keys$&", "alpha"), True);
    assert_eq!(key("&$keys$&", "beta"), False);
    // Told by the request itself: its scope and its time.
    let name = named("microsoft.compute/virtualmachines:NAME");
    let says = |literal| {
        Expr::Compare(
            Operand::Attribute(name.clone()),
            None,
            "StringEquals",
            Operand::Literals(texts(&[literal])),
        )
    };
    assert_eq!(
        (told(&says("vm"), Vec::new(), true).0, told(&says("x"), Vec::new(), true).0),
        (True, False)
    );
    assert_eq!(told(&says("x"), vec![(name.clone(), Value::Text("x".to_owned()))], true).0, True);
    let now = Attribute { source: Source::Environment, name: "UtcNow".to_owned() };
    let before = |date| {
        Expr::Compare(
            Operand::Attribute(now.clone()),
            None,
            "DateTimeLessThan",
            Operand::Literals(texts(&[date])),
        )
    };
    assert_eq!(told(&before("2026-01-10T00:00:00.0000001Z"), Vec::new(), true).0, True);
    assert_eq!(told(&before("2026-01-10T00:00:00Z"), Vec::new(), true).0, False);
}

#[test]
fn functions() {
    let action = |pattern: &str| with(&Expr::ActionMatches(pattern.to_owned()), None);
    assert_eq!((action("Microsoft.Compute/*/Write"), action("*/read")), (True, False));
    let tier = Expr::SubOperationMatches("blob.write.TIER".to_owned());
    let list = || {
        vec![(Attribute::sub_operation(), Value::List(texts(&["Blob.List", "Blob.Write.Tier"])))]
    };
    assert_eq!(told(&tier, list(), false), (True, true));
    assert_eq!(told(&tier, Vec::new(), true), (False, false));
    assert_eq!(told(&tier, Vec::new(), false), (Unknown, true));
}
