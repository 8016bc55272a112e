//! Back to text: one canonical form on one line, and one clause a line for people.

use super::expr::{Comparison, Expr, ExprKind, Literals, Operand};
use std::fmt::Write;

/// The canonical text: keywords in upper case, operators as documented, GUIDs with dashes, brackets
/// wherever AND and OR meet.
pub(crate) fn line(expr: &Expr) -> String {
    let mut out = String::new();
    expression(&mut out, expr);
    out
}

fn expression(out: &mut String, expr: &Expr) {
    match &expr.kind {
        ExprKind::Not(inner) => {
            out.push_str("!(");
            expression(out, inner);
            out.push(')');
        }
        ExprKind::All(parts) => joined(out, parts, " AND "),
        ExprKind::Any(parts) => joined(out, parts, " OR "),
        _ => leaf(out, expr),
    }
}

fn joined(out: &mut String, parts: &[Expr], word: &str) {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.push_str(word);
        }
        if is_joined(part) {
            out.push('(');
            expression(out, part);
            out.push(')');
        } else {
            expression(out, part);
        }
    }
}

fn is_joined(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::All(_) | ExprKind::Any(_))
}

/// An expression without parts of its own; nothing for the others.
pub(crate) fn leaf(out: &mut String, expr: &Expr) {
    match &expr.kind {
        ExprKind::Action(pattern) => {
            out.push_str("ActionMatches{'");
            out.push_str(pattern.text());
            out.push_str("'}");
        }
        ExprKind::SubOperation(name) => {
            out.push_str("SubOperationMatches{'");
            out.push_str(name);
            out.push_str("'}");
        }
        ExprKind::Exists(name) => {
            // Writing to a String cannot fail.
            let _ = write!(out, "Exists {name}");
        }
        ExprKind::Compare(comparison) => compare(out, comparison),
        ExprKind::Not(_) | ExprKind::All(_) | ExprKind::Any(_) => {}
    }
}

pub(crate) fn compare(out: &mut String, comparison: &Comparison) {
    operand(out, &comparison.left);
    out.push(' ');
    if let Some(quantifier) = comparison.quantifier {
        out.push_str(quantifier.name);
        out.push(':');
    }
    out.push_str(comparison.operator.name);
    out.push(' ');
    operand(out, &comparison.right);
}

pub(crate) fn operand(out: &mut String, operand: &Operand) {
    match operand {
        Operand::Attribute(name) => {
            let _ = write!(out, "{name}");
        }
        Operand::Literals { values, braces } => {
            if *braces {
                out.push('{');
            }
            literals(out, values);
            if *braces {
                out.push('}');
            }
        }
    }
}

fn literals(out: &mut String, values: &Literals) {
    for at in 0..values.len() {
        if at > 0 {
            out.push_str(", ");
        }
        let _ = match values {
            Literals::Text(values) => write!(out, "'{}'", values[at].text),
            Literals::Boolean(values) => write!(out, "{}", values[at]),
            Literals::Integer(values) => write!(out, "{}", values[at]),
            Literals::Time(values) => write!(out, "'{}'", values[at].text),
            Literals::Guid(values) => write!(out, "{}", values[at]),
        };
    }
}

/// The same with every clause on a line of its own, indented by depth; it parses again.
pub(crate) fn pretty(expr: &Expr) -> String {
    let mut out = String::new();
    block(&mut out, expr, 0);
    out
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

fn block(out: &mut String, expr: &Expr, depth: usize) {
    let (parts, word) = match &expr.kind {
        ExprKind::All(parts) => (parts, "AND"),
        ExprKind::Any(parts) => (parts, "OR"),
        ExprKind::Not(inner) if is_joined(inner) => {
            indent(out, depth);
            out.push_str("!(\n");
            block(out, inner, depth + 1);
            out.push('\n');
            indent(out, depth);
            out.push(')');
            return;
        }
        _ => {
            indent(out, depth);
            expression(out, expr);
            return;
        }
    };
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.push('\n');
            indent(out, depth);
            out.push_str(word);
            out.push('\n');
        }
        if is_joined(part) {
            indent(out, depth);
            out.push_str("(\n");
            block(out, part, depth + 1);
            out.push('\n');
            indent(out, depth);
            out.push(')');
        } else {
            block(out, part, depth);
        }
    }
}
