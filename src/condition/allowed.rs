//! Which values of one attribute does a condition let through? So it is told which roles a delegate
//! may hand out (semantics.md 9.9, DE).

use super::attribute::{Attribute, AttributeSource};
use super::eval::World;
use super::expr::{Comparison, ExprKind, Literals, Operand};
use super::fold;
use super::operator::{Reach, Test};
use super::reduce::{Node, Open};
use super::{Condition, Inputs, MissingReading};

/// The values that an attribute may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// Every value, as far as equality can tell.
    Any,
    /// These and no others; none where the condition cannot hold. GUIDs are written with dashes.
    Only(Vec<String>),
    /// Every value but these.
    Except(Vec<String>),
}

impl Condition {
    /// Which values may an attribute have at most, if the condition is to hold for this question?
    ///
    /// Whatever is not in the answer is refused. What is in it may still hang on other attributes:
    /// give one of the values with the question and ask for the next attribute to see how they go
    /// together.
    ///
    /// ```
    /// # use azrbac::{condition::*, ident::*, pattern::Wildcards};
    /// let condition = Condition::parse(
    ///     "!(ActionMatches{'A/assign/action'}) OR \
    ///      (@Request[A:role] StringEquals 'reader' AND @Request[A:type] StringNotEquals 'User')",
    /// )
    /// .expect("a condition");
    /// let (operation, attributes) = (Operation::new("A/assign/action")?, Attributes::default());
    /// let inputs = Inputs {
    ///     operation: &operation,
    ///     plane: Plane::Control,
    ///     sub_operations: None,
    ///     attributes: &attributes,
    ///     complete: false,
    ///     wildcards: Wildcards::Azure,
    /// };
    /// let allowed = |name| condition.allowed(&inputs, AttributeSource::Request, name);
    /// assert_eq!(allowed("A:role"), Allowed::Only(vec!["reader".into()]));
    /// assert_eq!(allowed("A:type"), Allowed::Except(vec!["User".into()]));
    /// assert_eq!(allowed("A:scope"), Allowed::Any);
    /// # Ok::<(), azrbac::origin::Error>(())
    /// ```
    #[must_use]
    pub fn allowed(&self, inputs: &Inputs<'_>, source: AttributeSource, name: &str) -> Allowed {
        let Some(name) = Attribute::new(source, name) else { return Allowed::Any };
        let world = World { inputs, missing: MissingReading::Unknown };
        within(&self.left_over(&world), &name)
    }
}

fn within(node: &Node<'_>, name: &Attribute) -> Allowed {
    match node {
        Node::True => Allowed::Any,
        Node::Never => Allowed::Only(Vec::new()),
        Node::Leaf(leaf) => of_leaf(*leaf, name),
        Node::All(parts) => {
            parts.iter().fold(Allowed::Any, |all, part| both(all, within(part, name)))
        }
        Node::Any(parts) => parts
            .iter()
            .fold(Allowed::Only(Vec::new()), |any, part| either(any, within(part, name))),
    }
}

fn of_leaf(leaf: Open<'_>, name: &Attribute) -> Allowed {
    let ExprKind::Compare(comparison) = &leaf.expr.kind else { return Allowed::Any };
    let (Operand::Attribute(compared), Operand::Literals { values, .. }) =
        (&comparison.left, &comparison.right)
    else {
        return Allowed::Any;
    };
    if !compared.same(name) || comparison.operator.test != Test::Equals {
        return Allowed::Any;
    }
    let values = words(values);
    match (wants(comparison, values.len()), leaf.negated) {
        (Wants::OneOf, false) | (Wants::NoneOf, true) => Allowed::Only(values),
        (Wants::NoneOf, false) | (Wants::OneOf, true) => Allowed::Except(values),
        (Wants::Other, _) => Allowed::Any,
    }
}

/// What a comparison demands of a single value.
enum Wants {
    OneOf,
    NoneOf,
    /// Something that a list of values does not say.
    Other,
}

fn wants(comparison: &Comparison, count: usize) -> Wants {
    let any = comparison.quantifier.is_none_or(|quantifier| quantifier.right == Reach::Any);
    match (comparison.operator.negative, any) {
        _ if count == 1 && comparison.operator.negative => Wants::NoneOf,
        _ if count == 1 => Wants::OneOf,
        (false, true) => Wants::OneOf,
        (true, false) => Wants::NoneOf,
        _ => Wants::Other,
    }
}

fn words(values: &Literals) -> Vec<String> {
    match values {
        Literals::Text(values) => values.iter().map(|value| value.text.to_string()).collect(),
        Literals::Boolean(values) => values.iter().map(bool::to_string).collect(),
        Literals::Integer(values) => values.iter().map(i64::to_string).collect(),
        Literals::Time(values) => values.iter().map(|value| value.instant.to_string()).collect(),
        Literals::Guid(values) => values.iter().map(ToString::to_string).collect(),
    }
}

fn holds(list: &[String], value: &str) -> bool {
    list.iter().any(|known| fold::equal(known, value))
}

fn both(a: Allowed, b: Allowed) -> Allowed {
    match (a, b) {
        (Allowed::Any, other) | (other, Allowed::Any) => other,
        (Allowed::Only(mut a), Allowed::Only(b)) => {
            a.retain(|value| holds(&b, value));
            Allowed::Only(a)
        }
        // Case may tell them apart, so only what is written alike is taken away.
        (Allowed::Only(mut only), Allowed::Except(except))
        | (Allowed::Except(except), Allowed::Only(mut only)) => {
            only.retain(|value| !except.contains(value));
            Allowed::Only(only)
        }
        (Allowed::Except(mut a), Allowed::Except(b)) => {
            a.extend(b);
            a.sort();
            a.dedup();
            Allowed::Except(a)
        }
    }
}

fn either(a: Allowed, b: Allowed) -> Allowed {
    match (a, b) {
        (Allowed::Any, _) | (_, Allowed::Any) => Allowed::Any,
        (Allowed::Only(mut a), Allowed::Only(b)) => {
            for value in b {
                if !a.contains(&value) {
                    a.push(value);
                }
            }
            Allowed::Only(a)
        }
        (Allowed::Only(only), Allowed::Except(mut except))
        | (Allowed::Except(mut except), Allowed::Only(only)) => {
            except.retain(|value| !holds(&only, value));
            if except.is_empty() { Allowed::Any } else { Allowed::Except(except) }
        }
        (Allowed::Except(mut a), Allowed::Except(b)) => {
            a.retain(|value| b.contains(value));
            if a.is_empty() { Allowed::Any } else { Allowed::Except(a) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Attributes;
    use super::*;
    use crate::ident::{Operation, Plane};
    use crate::pattern::Wildcards;

    fn check(text: &str, expect: &Allowed) {
        let operation = Operation::new("A/b/write").expect("an operation");
        let attributes = Attributes::default();
        let inputs = Inputs {
            operation: &operation,
            plane: Plane::Control,
            sub_operations: None,
            attributes: &attributes,
            complete: false,
            wildcards: Wildcards::Azure,
        };
        let condition = Condition::parse(text).expect(text);
        assert_eq!(condition.allowed(&inputs, AttributeSource::Request, "R"), *expect, "{text}");
    }

    #[test]
    fn lists_of_values() {
        let only =
            |values: &[&str]| Allowed::Only(values.iter().map(ToString::to_string).collect());
        let except =
            |values: &[&str]| Allowed::Except(values.iter().map(ToString::to_string).collect());
        check("@Request[r] ForAnyOfAnyValues:StringEquals {'a', 'b'}", &only(&["a", "b"]));
        check("@Request[r] ForAnyOfAllValues:StringNotEquals {'a', 'b'}", &except(&["a", "b"]));
        check("@Request[r] ForAnyOfAnyValues:StringNotEquals {'a', 'b'}", &Allowed::Any);
        check("!(@Request[r] ForAnyOfAnyValues:StringEquals {'a', 'b'})", &except(&["a", "b"]));
        check("!(ActionMatches{'A/b/write'})", &only(&[]));
        check("!(ActionMatches{'A/b/delete'}) OR @Request[r] StringEquals 'a'", &Allowed::Any);
        check("@Request[r] StringEquals 'a' OR @Request[r] StringEquals 'b'", &only(&["a", "b"]));
        check("@Request[r] StringEquals 'a' OR @Request[s] StringEquals 'b'", &Allowed::Any);
        check(
            "@Request[r] ForAnyOfAnyValues:StringEquals {'a', 'b'} AND @Request[r] StringNotEquals 'a'",
            &only(&["b"]),
        );
        check("@Request[r] StringNotEquals 'a' OR @Request[r] StringEquals 'a'", &Allowed::Any);
        check("@Request[r] StringEquals 'a' AND @Request[r] StringEquals 'b'", &only(&[]));
        check(
            "@Request[r] ForAnyOfAnyValues:StringEquals {'a', 'b'} AND @Request[r] ForAnyOfAnyValues:StringEquals {'B', 'c'}",
            &only(&["b"]),
        );
        // Of one value, any and all are the same.
        check("@Request[r] ForAnyOfAllValues:StringEquals {'a'}", &only(&["a"]));
        check("@Request[r] ForAnyOfAllValues:StringEquals {'a', 'b'}", &only(&[]));
        check("@Request[r] ForAnyOfAnyValues:StringNotEquals {'a'}", &except(&["a"]));
        check(
            "@Request[r] ForAnyOfAllValues:StringNotEquals {'a', 'b'} OR @Request[r] StringEquals 'a'",
            &except(&["b"]),
        );
        check(
            "@Request[r] GuidEquals ACDD72A7338548efbd42f606fba81ae7",
            &only(&["acdd72a7-3385-48ef-bd42-f606fba81ae7"]),
        );
    }
}
