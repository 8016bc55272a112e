//! What is left of a condition once everything that is known has been put in.
//!
//! The work is done on the negation normal form: NOT stands at leaves only, and a leaf that can
//! never be true counts as false. AND and OR are monotone, so this changes nothing about *when the
//! whole is true*, which is the only thing that a residual has to keep.

use super::eval::World;
use super::expr::{Expr, ExprKind, Literals, Operand};
use super::fold;
use super::print;

/// A reduced condition.
#[derive(Debug, Clone)]
pub(crate) enum Node<'a> {
    True,
    /// Not true, whatever is learned.
    Never,
    Leaf(Open<'a>),
    All(Vec<Node<'a>>),
    Any(Vec<Node<'a>>),
}

/// A leaf that something unknown decides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open<'a> {
    pub(crate) expr: &'a Expr,
    pub(crate) negated: bool,
}

impl Open<'_> {
    /// Do both speak of the same thing, one perhaps with a NOT before it?
    fn is_about(self, other: Open<'_>) -> bool {
        std::ptr::eq(self.expr, other.expr) || same_leaf(self.expr, other.expr)
    }

    fn same(self, other: Open<'_>) -> bool {
        self.negated == other.negated && self.is_about(other)
    }

    fn contrary(self, other: Open<'_>) -> bool {
        self.negated != other.negated && self.is_about(other)
    }

    /// Is it true or false and never in between, so that it or its contrary holds?
    fn is_two_valued(self) -> bool {
        matches!(self.expr.kind, ExprKind::SubOperation(_) | ExprKind::Exists(_))
    }
}

fn same_leaf(a: &Expr, b: &Expr) -> bool {
    match (&a.kind, &b.kind) {
        (ExprKind::SubOperation(a), ExprKind::SubOperation(b)) => fold::equal(a, b),
        (ExprKind::Exists(a), ExprKind::Exists(b)) => a.same(b),
        (ExprKind::Compare(a), ExprKind::Compare(b)) => {
            a.operator == b.operator
                && a.quantifier == b.quantifier
                && same_operand(&a.left, &b.left)
                && same_operand(&a.right, &b.right)
        }
        _ => false,
    }
}

fn same_operand(a: &Operand, b: &Operand) -> bool {
    match (a, b) {
        (Operand::Attribute(a), Operand::Attribute(b)) => a.same(b),
        (Operand::Literals { values: a, .. }, Operand::Literals { values: b, .. }) => {
            match (a, b) {
                (Literals::Text(a), Literals::Text(b)) => {
                    a.iter().map(|one| &one.text).eq(b.iter().map(|one| &one.text))
                }
                (Literals::Boolean(a), Literals::Boolean(b)) => a == b,
                (Literals::Integer(a), Literals::Integer(b)) => a == b,
                (Literals::Guid(a), Literals::Guid(b)) => a == b,
                (Literals::Time(a), Literals::Time(b)) => {
                    a.iter().map(|one| one.instant).eq(b.iter().map(|one| one.instant))
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// Puts in what is known and simplifies.
pub(crate) fn reduce<'a>(world: &World<'a>, expr: &'a Expr, negated: bool) -> Node<'a> {
    match (&expr.kind, negated) {
        (ExprKind::Not(inner), _) => reduce(world, inner, !negated),
        (ExprKind::All(parts), false) | (ExprKind::Any(parts), true) => {
            all(parts.iter().map(|part| reduce(world, part, negated)))
        }
        (ExprKind::Any(parts), false) | (ExprKind::All(parts), true) => {
            any(parts.iter().map(|part| reduce(world, part, negated)))
        }
        _ => {
            let bits = world.leaf(expr).bits;
            let bits = if negated { bits.not() } else { bits };
            if bits == super::bits::Bits::TRUE {
                Node::True
            } else if bits.can_be_true() {
                Node::Leaf(Open { expr, negated })
            } else {
                Node::Never
            }
        }
    }
}

/// Smart constructor of an AND: flat, without repetitions, and with what its leaves demand taken for
/// granted in the other parts.
fn all<'a>(parts: impl Iterator<Item = Node<'a>>) -> Node<'a> {
    let mut flat: Vec<Node<'a>> = Vec::new();
    for part in parts {
        match part {
            Node::True => {}
            Node::Never => return Node::Never,
            Node::All(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    for at in 0..flat.len() {
        let Node::Leaf(leaf) = flat[at] else { continue };
        for (other, part) in flat.iter_mut().enumerate() {
            if other != at && !matches!(part, Node::True) {
                let old = std::mem::replace(part, Node::True);
                *part = given(old, leaf);
            }
        }
    }
    flat.retain(|part| !matches!(part, Node::True));
    if flat.iter().any(|part| matches!(part, Node::Never)) {
        return Node::Never;
    }
    shrunk(flat, Node::True, Node::All)
}

/// Smart constructor of an OR, with what its leaves would allow taken away from the other parts.
fn any<'a>(parts: impl Iterator<Item = Node<'a>>) -> Node<'a> {
    let mut flat: Vec<Node<'a>> = Vec::new();
    for part in parts {
        match part {
            Node::Never => {}
            Node::True => return Node::True,
            Node::Any(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    for at in 0..flat.len() {
        let Node::Leaf(leaf) = flat[at] else { continue };
        for (other, part) in flat.iter_mut().enumerate() {
            if other != at && !matches!(part, Node::Never) {
                let old = std::mem::replace(part, Node::Never);
                *part = without(old, leaf);
            }
        }
    }
    flat.retain(|part| !matches!(part, Node::Never));
    if flat.iter().any(|part| matches!(part, Node::True)) {
        return Node::True;
    }
    shrunk(flat, Node::Never, Node::Any)
}

fn shrunk<'a>(
    mut parts: Vec<Node<'a>>,
    nothing: Node<'a>,
    join: fn(Vec<Node<'a>>) -> Node<'a>,
) -> Node<'a> {
    match parts.len() {
        0 => nothing,
        1 => parts.remove(0),
        _ => join(parts),
    }
}

/// `node` where `leaf` is true: the leaf itself is, and its contrary is not.
fn given<'a>(node: Node<'a>, leaf: Open<'a>) -> Node<'a> {
    match node {
        Node::Leaf(one) if one.same(leaf) => Node::True,
        Node::Leaf(one) if one.contrary(leaf) => Node::Never,
        Node::All(parts) if mentions(&parts, leaf) => {
            all(parts.into_iter().map(|part| given(part, leaf)))
        }
        Node::Any(parts) if mentions(&parts, leaf) => {
            any(parts.into_iter().map(|part| given(part, leaf)))
        }
        other => other,
    }
}

/// `node` where `leaf` is not true. Its contrary is true then only if the leaf is never in between.
fn without<'a>(node: Node<'a>, leaf: Open<'a>) -> Node<'a> {
    match node {
        Node::Leaf(one) if one.same(leaf) => Node::Never,
        Node::Leaf(one) if leaf.is_two_valued() && one.contrary(leaf) => Node::True,
        Node::All(parts) if mentions(&parts, leaf) => {
            all(parts.into_iter().map(|part| without(part, leaf)))
        }
        Node::Any(parts) if mentions(&parts, leaf) => {
            any(parts.into_iter().map(|part| without(part, leaf)))
        }
        other => other,
    }
}

fn mentions(parts: &[Node<'_>], leaf: Open<'_>) -> bool {
    parts.iter().any(|part| match part {
        Node::True | Node::Never => false,
        Node::Leaf(one) => one.is_about(leaf),
        Node::All(parts) | Node::Any(parts) => mentions(parts, leaf),
    })
}

impl<'a> Node<'a> {
    /// Every leaf that is left.
    pub(crate) fn leaves(&self, into: &mut Vec<Open<'a>>) {
        match self {
            Node::True | Node::Never => {}
            Node::Leaf(leaf) => into.push(*leaf),
            Node::All(parts) | Node::Any(parts) => {
                for part in parts {
                    part.leaves(into);
                }
            }
        }
    }

    /// The text of what is left, with known attributes replaced by their values.
    pub(crate) fn print(&self, world: &World<'a>, out: &mut String) {
        let (parts, word) = match self {
            Node::True | Node::Never => return,
            Node::Leaf(leaf) => {
                if leaf.negated {
                    out.push_str("!(");
                }
                match &leaf.expr.kind {
                    ExprKind::Compare(comparison) => {
                        print::compare(out, &super::known::put_in(world, comparison));
                    }
                    _ => print::leaf(out, leaf.expr),
                }
                if leaf.negated {
                    out.push(')');
                }
                return;
            }
            Node::All(parts) => (parts, " AND "),
            Node::Any(parts) => (parts, " OR "),
        };
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                out.push_str(word);
            }
            if matches!(part, Node::All(_) | Node::Any(_)) {
                out.push('(');
                part.print(world, out);
                out.push(')');
            } else {
                part.print(world, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::condition::tests::asked;
    use crate::condition::{Attributes, Condition, Residual};

    /// What is left when nothing is known. A letter stands for a leaf: `A` for
    /// `@Resource[X/y:a] StringEquals 'v'`, `E` and `F` for `Exists` of two attributes.
    fn left(short: &str) -> String {
        match asked(&Attributes::default(), false, &long(short), Condition::residual) {
            Residual::True => "true".to_string(),
            Residual::False => "never".to_string(),
            Residual::Open(left) => left.print(),
        }
    }

    fn long(short: &str) -> String {
        let mut text = String::new();
        for word in short.split_inclusive([' ', '(', ')']) {
            let end = word.len() - word.trim_end_matches([' ', '(', ')']).len();
            let (name, tail) = word.split_at(word.len() - end);
            match name {
                "A" | "B" | "C" | "D" => {
                    let name = name.to_ascii_lowercase();
                    text += &format!("@Resource[X/y:{name}] StringEquals 'v'");
                }
                "E" | "F" => {
                    text += &format!("Exists @Resource[X/y:{}]", name.to_ascii_lowercase())
                }
                _ => text += name,
            }
            text += tail;
        }
        text
    }

    #[test]
    fn what_is_said_twice_is_said_once() {
        for (condition, expected) in [
            ("A AND A", "A"),
            ("A OR A", "A"),
            ("E OR E", "E"),
            ("E AND F", "E AND F"),
            ("A AND B AND A", "A AND B"),
            ("A AND (A OR B)", "A"),
            ("(B OR A) AND A", "A"),
            ("A OR (A AND B)", "A"),
            ("A AND (B OR (A AND C))", "A AND (B OR C)"),
            ("A OR (B AND (A OR C))", "A OR (B AND C)"),
            ("A AND (B OR (C AND (A OR D)))", "A AND (B OR C)"),
            ("A OR (B AND (C OR (A AND D)))", "A OR (B AND C)"),
            ("(A AND (B OR C)) AND (B OR C OR D)", "A AND (B OR C) AND (B OR C OR D)"),
            ("D OR (A AND (B OR C))", "D OR (A AND (B OR C))"),
            ("D AND (A OR (B AND C))", "D AND (A OR (B AND C))"),
        ] {
            assert_eq!(left(condition), long(expected), "{condition}");
        }
    }

    /// An `Exists` holds or its contrary does; a comparison of what does not exist is neither.
    #[test]
    fn of_two_contraries_one_holds_only_where_nothing_is_in_between() {
        for (condition, expected) in [
            ("A AND !(A)", "never"),
            ("E AND !(E)", "never"),
            ("E OR !(E)", "true"),
            ("A OR !(A)", "A OR !(A)"),
            ("A AND (!(A) OR B)", "A AND B"),
            ("E OR (!(E) AND B)", "E OR B"),
            ("E OR (B AND (!(E) OR C))", "E OR B"),
            ("A OR (!(A) AND B)", "A OR (!(A) AND B)"),
            ("A AND !(B) AND (B OR C)", "A AND !(B) AND C"),
        ] {
            let expected = match expected {
                "true" | "never" => expected.to_string(),
                _ => long(expected),
            };
            assert_eq!(left(condition), expected, "{condition}");
        }
    }

    /// Leaves are the same whatever the case of names, and not when anything else of them differs.
    #[test]
    fn leaves_are_told_apart_by_all_that_they_say() {
        let guids =
            ["'8e3af657-a8ff-443c-a75c-2fe8c4bcb635'", "'8e3af657-a8ff-443c-a75c-2fe8c4bcb636'"];
        let times = ["'2026-01-01T00:00:00.0Z'", "'2026-01-02T00:00:00.0Z'"];
        for (one, same, others) in [
            (
                "@Resource[X/y:a] StringEquals 'v'".to_string(),
                "@resource[x/Y:A] StringEquals 'v'".to_string(),
                vec![
                    "@Request[X/y:a] StringEquals 'v'".to_string(),
                    "@Resource[X/y:b] StringEquals 'v'".to_string(),
                    "@Resource[X/y:a] StringEquals 'w'".to_string(),
                    "@Resource[X/y:a] StringStartsWith 'v'".to_string(),
                    "@Resource[X/y:a] ForAnyOfAnyValues:StringEquals {'v'}".to_string(),
                    "@Resource[X/y:a] StringEquals @Resource[X/y:c]".to_string(),
                ],
            ),
            (
                "@Resource[X/y:a] ForAnyOfAnyValues:StringEquals {'v', 'w'}".to_string(),
                "@Resource[X/y:A] forAnyOfAnyValues:stringEquals {'v', 'w'}".to_string(),
                vec![
                    "@Resource[X/y:a] ForAllOfAnyValues:StringEquals {'v', 'w'}".to_string(),
                    "@Resource[X/y:a] ForAnyOfAnyValues:StringEquals {'v', 'x'}".to_string(),
                    "@Resource[X/y:a] ForAnyOfAnyValues:StringEquals {'v'}".to_string(),
                ],
            ),
            (
                "@Resource[X/y:a] BoolEquals true".to_string(),
                "@Resource[X/y:A] BoolEquals TRUE".to_string(),
                vec!["@Resource[X/y:a] BoolEquals false".to_string()],
            ),
            (
                "@Resource[X/y:a] NumericEquals 1".to_string(),
                "@Resource[X/y:A] NumericEquals 1".to_string(),
                vec!["@Resource[X/y:a] NumericEquals 2".to_string()],
            ),
            (
                format!("@Resource[X/y:a] GuidEquals {}", guids[0]),
                format!("@Resource[X/y:A] GuidEquals {}", guids[0].to_ascii_uppercase()),
                vec![format!("@Resource[X/y:a] GuidEquals {}", guids[1])],
            ),
            (
                format!("@Resource[X/y:a] DateTimeEquals {}", times[0]),
                format!("@Resource[X/y:A] DateTimeEquals {}", times[0]),
                vec![format!("@Resource[X/y:a] DateTimeEquals {}", times[1])],
            ),
            (
                "SubOperationMatches{'Blob.List'}".to_string(),
                "SubOperationMatches{'blob.list'}".to_string(),
                vec!["SubOperationMatches{'Blob.Read'}".to_string()],
            ),
        ] {
            let together = |other: &str| left(&format!("{one} OR {other}"));
            assert!(!together(&same).contains(" OR "), "{one}: {}", together(&same));
            for other in others {
                assert!(together(&other).contains(" OR "), "{one}: {}", together(&other));
            }
        }
    }
}
