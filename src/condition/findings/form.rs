//! Traps in the way that one expression is written.

use super::super::attribute::{Attribute, Key, Service};
use super::super::eval::World;
use super::super::expr::{Comparison, Expr, ExprKind, Literals, Operand};
use super::super::operator::{Reach, Test, ValueType};
use super::super::{Attributes, Condition, Inputs, MissingReading};
use super::{Finding, FindingContext, Severity};
use crate::ident::{Operation, Plane};
use crate::pattern::{ActionPattern, Wildcards};

pub(super) fn check(condition: &Condition, context: &FindingContext<'_>, found: &mut Vec<Finding>) {
    version(condition, context, found);
    pointless(condition, context, found);
    condition.root.walk(&mut |expr| {
        mixed_operators(expr, found);
        deprecated(condition, expr, found);
        if let ExprKind::Compare(comparison) = &expr.kind {
            negative_any(comparison, found);
            plain_operator_with_values(comparison, found);
            guid_beside_storage_data(expr, comparison, context, found);
            log_analytics_like(expr, comparison, found);
            constant(expr, comparison, found);
            for name in comparison.attributes() {
                key_case(expr, name, found);
            }
        }
    });
}

/// Only 2.0 is accepted (semantics.md 8.13).
fn version(condition: &Condition, context: &FindingContext<'_>, found: &mut Vec<Finding>) {
    if let Some(version) = context.version
        && !Condition::accepts_version(version)
    {
        found.push(Finding {
            code: "condition-version",
            severity: Severity::Error,
            message: format!("the condition version is `{version}`"),
            span: condition.root.span,
            help: Some("set `conditionVersion` to `2.0`; Azure refuses any other".to_string()),
        });
    }
}

/// Grants add up: a condition takes nothing away from an assignment that has none (1.5).
fn pointless(condition: &Condition, context: &FindingContext<'_>, found: &mut Vec<Finding>) {
    if context.unconditional {
        found.push(Finding {
            code: "pointless",
            severity: Severity::Warning,
            message: "another assignment grants the same without a condition".to_string(),
            span: condition.root.span,
            help: Some("remove the unconditional assignment, or this one".to_string()),
        });
    }
}

/// What the service does with `a AND b OR c` is not said (U18).
fn mixed_operators(expr: &Expr, found: &mut Vec<Finding>) {
    if expr.mixes() {
        found.push(Finding {
            code: "mixed-operators",
            severity: Severity::Warning,
            message: "AND and OR meet without brackets; AND is read first".to_string(),
            span: expr.span,
            help: Some("put brackets around each AND".to_string()),
        });
    }
}

/// `x ≠ a OR x ≠ b` holds for every x (semantics.md 9.7).
fn negative_any(comparison: &Comparison, found: &mut Vec<Finding>) {
    let Some(quantifier) = comparison.quantifier else { return };
    let Operand::Literals { values, .. } = &comparison.right else { return };
    if !comparison.operator.negative || quantifier.right != Reach::Any || !differ(values) {
        return;
    }
    let instead = match quantifier.left {
        Reach::Any => "ForAnyOfAllValues",
        Reach::All => "ForAllOfAllValues",
    };
    found.push(Finding {
        code: "negative-any",
        severity: Severity::Warning,
        message: format!(
            "`{}:{}` with several values blocks nothing: whatever equals one of them differs from \
             another",
            quantifier.name, comparison.operator.name
        ),
        span: comparison.operator_span,
        help: Some(format!("write `{instead}:{}` for \"none of these\"", comparison.operator.name)),
    });
}

fn differ(values: &Literals) -> bool {
    match values {
        Literals::Text(values) => values.iter().any(|value| value.text != values[0].text),
        Literals::Boolean(values) => values.iter().any(|value| *value != values[0]),
        Literals::Integer(values) => values.iter().any(|value| *value != values[0]),
        Literals::Time(values) => values.iter().any(|value| value.instant != values[0].instant),
        Literals::Guid(values) => values.iter().any(|value| *value != values[0]),
    }
}

/// What a plain operator makes of several values is not documented (U25).
fn plain_operator_with_values(comparison: &Comparison, found: &mut Vec<Finding>) {
    if comparison.quantifier.is_some() {
        return;
    }
    let several = [&comparison.left, &comparison.right].into_iter().any(|side| match side {
        Operand::Literals { values, .. } => values.len() > 1,
        Operand::Attribute(name) => name.compares == Key::All,
    });
    if several {
        let quantifier =
            if comparison.operator.negative { "ForAnyOfAllValues" } else { "ForAnyOfAnyValues" };
        found.push(Finding {
            code: "plain-operator-with-values",
            severity: Severity::Error,
            message: format!(
                "`{}` compares one value with one value; beside several it is never true",
                comparison.operator.name
            ),
            span: comparison.operator_span,
            help: Some(format!("write `{quantifier}:{}`", comparison.operator.name)),
        });
    }
}

/// Such an assignment is refused as an authorization failure (worked example of TS).
fn guid_beside_storage_data(
    expr: &Expr,
    comparison: &Comparison,
    context: &FindingContext<'_>,
    found: &mut Vec<Finding>,
) {
    let storage = |pattern: &ActionPattern| pattern.folded().starts_with("microsoft.storage/");
    let beside = context
        .blocks
        .iter()
        .any(|block| block.plane == Plane::Data && block.allow.iter().any(storage));
    if comparison.operator.takes == ValueType::Guid && beside {
        found.push(Finding {
            code: "guid-beside-storage-data",
            severity: Severity::Error,
            message: "a Guid operator on a role that grants storage data actions".to_string(),
            span: expr.span,
            help: Some(
                "Azure refuses the combination; use a String operator, or another role".to_string(),
            ),
        });
    }
}

/// Log Analytics turns the operators into its own (U34).
fn log_analytics_like(expr: &Expr, comparison: &Comparison, found: &mut Vec<Finding>) {
    let logs = comparison.attributes().any(|name| name.service == Service::Logs);
    if logs && comparison.operator.test == Test::Like {
        found.push(Finding {
            code: "log-analytics-like",
            severity: Severity::Note,
            message: format!(
                "Log Analytics reads `{}` as a search for whole terms, not as a pattern",
                comparison.operator.name
            ),
            span: expr.span,
            help: Some("use `StringEquals`, or `ForAnyOfAnyValues:StringEquals`".to_string()),
        });
    }
}

/// A blob index tag key has case (semantics.md 9.3); without the suffix how it is compared is U21.
fn key_case(expr: &Expr, name: &Attribute, found: &mut Vec<Finding>) {
    if name.compares == Key::AnyCase && name.colon.is_some() && name.base().ends_with("/tags") {
        found.push(Finding {
            code: "key-case",
            severity: Severity::Note,
            message: format!("the case of the tag key `{}` may not count", name.key),
            span: expr.span,
            help: Some(format!("write `{}<$key_case_sensitive$>`", name.text)),
        });
    }
}

/// The preview's ways of writing.
fn deprecated(condition: &Condition, expr: &Expr, found: &mut Vec<Finding>) {
    let ExprKind::SubOperation(name) = &expr.kind else { return };
    if expr.span.of(&condition.text).starts_with('@') {
        found.push(Finding {
            code: "deprecated-form",
            severity: Severity::Note,
            message: "`@Request[subOperation]` is the form of the preview".to_string(),
            span: expr.span,
            help: Some(format!("write `SubOperationMatches{{'{name}'}}`")),
        });
    } else if name.eq_ignore_ascii_case("Blob.Read.WithTagConditions") {
        found.push(Finding {
            code: "deprecated-form",
            severity: Severity::Note,
            message: format!("the suboperation `{name}` is deprecated"),
            span: expr.span,
            help: Some("write `NOT SubOperationMatches{'Blob.List'}`".to_string()),
        });
    }
}

/// A comparison of literals, or one that no value fails, filters nothing.
fn constant(expr: &Expr, comparison: &Comparison, found: &mut Vec<Finding>) {
    if comparison.attributes().next().is_some() {
        return;
    }
    let Ok(operation) = Operation::new("Any/operation/action") else { return };
    let attributes = Attributes::default();
    let inputs = Inputs {
        operation: &operation,
        plane: Plane::Data,
        sub_operations: None,
        attributes: &attributes,
        complete: true,
        wildcards: Wildcards::Azure,
    };
    let world = World { inputs: &inputs, missing: MissingReading::Unknown };
    if world.bits(expr).truth().is_true() {
        found.push(Finding {
            code: "always-true",
            severity: Severity::Warning,
            message: "a comparison of literals that always holds".to_string(),
            span: expr.span,
            help: Some("compare an attribute, such as `@Resource[…]`".to_string()),
        });
    }
}
