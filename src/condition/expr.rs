//! The typed tree: what a condition says, with every name folded and every literal read.

use super::attribute::Attribute;
use super::error::Span;
use super::like::Like;
use super::operator::{Operator, Quantifier};
use crate::ident::{Guid, Timestamp};
use crate::pattern::ActionPattern;

/// One expression and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub(crate) span: Span,
    /// Round brackets stand around it in the text.
    pub(crate) bracketed: bool,
    pub(crate) kind: ExprKind,
}

#[derive(Debug, Clone)]
pub(crate) enum ExprKind {
    Not(Box<Expr>),
    /// Joined by AND; two or more.
    All(Vec<Expr>),
    /// Joined by OR; two or more.
    Any(Vec<Expr>),
    Action(ActionPattern),
    SubOperation(Box<str>),
    Exists(Attribute),
    Compare(Box<Comparison>),
}

#[derive(Debug, Clone)]
pub(crate) struct Comparison {
    pub(crate) left: Operand,
    pub(crate) quantifier: Option<Quantifier>,
    pub(crate) operator: Operator,
    pub(crate) operator_span: Span,
    pub(crate) right: Operand,
}

impl Comparison {
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        [&self.left, &self.right].into_iter().filter_map(|side| match side {
            Operand::Attribute(name) => Some(name),
            Operand::Literals { .. } => None,
        })
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Operand {
    Attribute(Attribute),
    /// At least one literal; `braces` where they were written as a set.
    Literals {
        values: Literals,
        braces: bool,
    },
}

/// Literals of one type, read when the condition was.
#[derive(Debug, Clone)]
pub(crate) enum Literals {
    Text(Vec<TextLiteral>),
    Boolean(Vec<bool>),
    Integer(Vec<i64>),
    Time(Vec<TimeLiteral>),
    Guid(Vec<Guid>),
}

impl Literals {
    pub(crate) fn len(&self) -> usize {
        match self {
            Literals::Text(values) => values.len(),
            Literals::Boolean(values) => values.len(),
            Literals::Integer(values) => values.len(),
            Literals::Time(values) => values.len(),
            Literals::Guid(values) => values.len(),
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct TextLiteral {
    pub(crate) text: Box<str>,
    /// Compiled where the operator reads it as a pattern.
    pub(crate) like: Option<Like>,
}

/// A date keeps its spelling: two spellings of one instant are both right.
#[derive(Debug, Clone)]
pub(crate) struct TimeLiteral {
    pub(crate) text: Box<str>,
    pub(crate) instant: Timestamp,
}

impl Expr {
    /// Is this an OR whose parts mix with AND without brackets (U18)?
    pub(crate) fn mixes(&self) -> bool {
        match &self.kind {
            ExprKind::Any(parts) => {
                parts.iter().any(|part| !part.bracketed && matches!(part.kind, ExprKind::All(_)))
            }
            _ => false,
        }
    }

    /// Calls `visit` with every expression, outermost first.
    pub(crate) fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        visit(self);
        match &self.kind {
            ExprKind::Not(inner) => inner.walk(visit),
            ExprKind::All(parts) | ExprKind::Any(parts) => {
                for part in parts {
                    part.walk(visit);
                }
            }
            ExprKind::Action(_)
            | ExprKind::SubOperation(_)
            | ExprKind::Exists(_)
            | ExprKind::Compare(_) => {}
        }
    }
}
