//! Known attributes put into a comparison whose other side is still open.

use super::attribute::Attribute;
use super::eval::World;
use super::expr::{Comparison, Literals, Operand, TextLiteral, TimeLiteral};
use super::like::Like;
use super::literal::instant;
use super::operator::{Test, ValueType};
use super::side::{Given, Scalar, Side, look_up};
use std::borrow::Cow;

/// The comparison with a literal for each attribute that is known and can be written as one; the
/// others stay, and mean the same where the question is asked again.
pub(crate) fn put_in<'c>(world: &World<'_>, comparison: &'c Comparison) -> Cow<'c, Comparison> {
    // Beside a literal the old name of the suboperation is another expression.
    if comparison.attributes().any(Attribute::is_sub_operation) {
        return Cow::Borrowed(comparison);
    }
    let mut changed: Option<Comparison> = None;
    for right in [false, true] {
        let side = if right { &comparison.right } else { &comparison.left };
        if let Some(literals) = literals(world, comparison, side, right) {
            let target = changed.get_or_insert_with(|| comparison.clone());
            *(if right { &mut target.right } else { &mut target.left }) = literals;
        }
    }
    changed.map_or(Cow::Borrowed(comparison), Cow::Owned)
}

fn literals(
    world: &World<'_>,
    comparison: &Comparison,
    side: &Operand,
    right: bool,
) -> Option<Operand> {
    let Operand::Attribute(name) = side else { return None };
    let Given::Known { side, .. } = look_up(world.inputs, name) else { return None };
    let wanted = comparison.operator.takes;
    let mut values = empty(wanted);
    for at in 0..side.len() {
        push(&mut values, side, at, wanted)?;
    }
    if let Literals::Text(values) = &mut values
        && right
        && comparison.operator.test == Test::Like
    {
        for value in values {
            value.like = Some(Like::new(&value.text));
        }
    }
    Some(Operand::Literals { values, braces: comparison.quantifier.is_some() })
}

fn empty(wanted: ValueType) -> Literals {
    match wanted {
        ValueType::Text => Literals::Text(Vec::new()),
        ValueType::Boolean => Literals::Boolean(Vec::new()),
        ValueType::Integer => Literals::Integer(Vec::new()),
        ValueType::Time => Literals::Time(Vec::new()),
        ValueType::Guid => Literals::Guid(Vec::new()),
    }
}

/// `None` where the value is of another type or cannot be written: a quote has no escape (U19).
fn push(values: &mut Literals, side: Side<'_>, at: usize, wanted: ValueType) -> Option<()> {
    match (values, side.scalar(at, wanted)?) {
        (Literals::Text(values), Scalar::Text(text)) if !text.contains('\'') => {
            values.push(TextLiteral { text: text.into(), like: None });
        }
        (Literals::Boolean(values), Scalar::Boolean(value)) => values.push(value),
        (Literals::Integer(values), Scalar::Integer(value)) => values.push(value),
        (Literals::Guid(values), Scalar::Guid(value)) => values.push(value),
        (Literals::Time(values), Scalar::Time(value)) => {
            // Only the documented spelling parses again, whatever form the value came in.
            let text = value.to_string();
            if instant(&text) != Some(value) {
                return None;
            }
            values.push(TimeLiteral { text: text.into(), instant: value });
        }
        _ => return None,
    }
    Some(())
}
