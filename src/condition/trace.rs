//! What each part of a condition is worth: the derivation behind an evaluation.

use super::bits::Bits;
use super::error::Span;
use super::eval::World;
use super::expr::{Comparison, Expr, ExprKind, Operand};
use super::print;
use super::side::{Given, Side, look_up};
use super::{Condition, Inputs, MissingReading};
use crate::truth::Truth;

/// One expression of a condition and its value for one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How deep it stands: 0 is the whole condition.
    pub depth: usize,
    /// Where it stands in the text.
    pub span: Span,
    /// The expression in canonical form; for AND, OR and NOT the word alone.
    pub text: String,
    /// Its value.
    pub truth: Truth,
    /// It is unknown, and something that was not given could make it true.
    pub open: bool,
    /// What was found under its attributes, or why they do not compare.
    pub note: Option<String>,
}

impl Condition {
    /// What is each part worth? Outermost first, parts after the whole; the first step is the value of
    /// the condition.
    ///
    /// ```
    /// # use azrbac::{condition::*, ident::*, pattern::Wildcards, truth::Truth};
    /// let condition = Condition::parse("!(@Resource[colour] StringEquals 'red')").expect("a condition");
    /// let (operation, attributes) = (Operation::new("A/b/read")?, Attributes::default());
    /// let steps = condition.trace(&Inputs {
    ///     operation: &operation,
    ///     plane: Plane::Data,
    ///     sub_operations: None,
    ///     attributes: &attributes,
    ///     complete: true,
    ///     wildcards: Wildcards::Azure,
    /// });
    /// assert_eq!(steps[1].note.as_deref(), Some("`@Resource[colour]` does not exist"));
    /// assert_eq!(steps[0].truth, Truth::Unknown);
    /// # Ok::<(), azrbac::origin::Error>(())
    /// ```
    #[must_use]
    pub fn trace(&self, inputs: &Inputs<'_>) -> Vec<Step> {
        let world = World { inputs, missing: MissingReading::Unknown };
        let mut steps = Vec::new();
        visit(&world, &self.root, 0, &mut steps);
        // The whole may be settled by parts that settle each other; the parts show their own values.
        let whole = self.evaluate(inputs);
        if let Some(first) = steps.first_mut() {
            (first.truth, first.open) = (whole.truth, whole.open);
        }
        steps
    }
}

fn visit<'a>(world: &World<'a>, expr: &'a Expr, depth: usize, steps: &mut Vec<Step>) -> Bits {
    let at = steps.len();
    steps.push(Step {
        depth,
        span: expr.span,
        text: String::new(),
        truth: Truth::Unknown,
        open: false,
        note: None,
    });
    let mut note = None;
    let (bits, text) = match &expr.kind {
        ExprKind::Not(inner) => (visit(world, inner, depth + 1, steps).not(), "NOT".to_string()),
        ExprKind::All(parts) => {
            let mut all = Bits::TRUE;
            for part in parts {
                all = all.and(visit(world, part, depth + 1, steps));
            }
            (all, "AND".to_string())
        }
        ExprKind::Any(parts) => {
            let mut any = Bits::FALSE;
            for part in parts {
                any = any.or(visit(world, part, depth + 1, steps));
            }
            (any, "OR".to_string())
        }
        _ => {
            let mut text = String::new();
            print::leaf(&mut text, expr);
            note = why(world, expr);
            (world.leaf(expr).bits, text)
        }
    };
    let step = &mut steps[at];
    (step.truth, step.open, step.text, step.note) = (bits.truth(), bits.is_open(), text, note);
    bits
}

fn why(world: &World<'_>, expr: &Expr) -> Option<String> {
    let inputs = world.inputs;
    match &expr.kind {
        ExprKind::Action(_) => Some(format!("the operation is `{}`", inputs.operation)),
        ExprKind::SubOperation(_) => Some(match inputs.sub_operations {
            None if inputs.complete => "the request has no suboperation".to_string(),
            None => "the suboperation is not given".to_string(),
            Some([]) => "the request has no suboperation".to_string(),
            Some(names) => format!("the suboperation is `{}`", names.join("`, `")),
        }),
        ExprKind::Exists(name) => Some(said(world, name)),
        ExprKind::Compare(comparison) => {
            let mut notes: Vec<String> =
                comparison.attributes().map(|name| said(world, name)).collect();
            let leaf = world.leaf(expr);
            if leaf.used.contains(24) {
                notes.push(format!(
                    "not all values are {} (U24)",
                    comparison.operator.takes.as_str()
                ));
            }
            if several(world, comparison) {
                notes.push("several values need a quantifier (U25)".to_string());
            }
            (!notes.is_empty()).then(|| notes.join("; "))
        }
        ExprKind::Not(_) | ExprKind::All(_) | ExprKind::Any(_) => None,
    }
}

fn several(world: &World<'_>, comparison: &Comparison) -> bool {
    let many = |operand: &Operand| match operand {
        Operand::Literals { values, .. } => values.len() > 1,
        Operand::Attribute(name) => match look_up(world.inputs, name) {
            Given::Known { side, .. } => side.len() > 1,
            _ => false,
        },
    };
    comparison.quantifier.is_none() && (many(&comparison.left) || many(&comparison.right))
}

fn said(world: &World<'_>, name: &super::attribute::Attribute) -> String {
    match look_up(world.inputs, name) {
        Given::Known { side, .. } => format!("`{name}` is {}", values(side)),
        Given::Part(side) => format!("`{name}` holds at least {}", values(side)),
        Given::Missing { empty: false } => format!("`{name}` does not exist"),
        Given::Missing { empty: true } => format!("`{name}` has no value (U23)"),
        Given::Open => format!("`{name}` is not given"),
    }
}

/// How many values of a long list are shown.
const SHOWN: usize = 8;

fn values(side: Side<'_>) -> String {
    let mut words: Vec<String> = (0..side.len().min(SHOWN)).map(|at| side.word(at)).collect();
    if side.len() > SHOWN {
        words.push(format!("and {} more", side.len() - SHOWN));
    }
    words.join(", ")
}
