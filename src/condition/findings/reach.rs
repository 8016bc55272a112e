//! Which operations the condition filters, and which it lets through unfiltered.
//!
//! These traps are found by asking: for one operation, with nothing known, what is left of the
//! condition? Nothing left to satisfy means unfiltered, nothing that could satisfy it means never.

use super::super::eval::World;
use super::super::expr::ExprKind;
use super::super::reduce::{self, Node};
use super::super::{AttributeSource, Attributes, Condition, Inputs, MissingReading};
use super::{Block, Finding, FindingContext, Severity};
use crate::ident::{Operation, Plane};
use crate::pattern::{ActionPattern, Wildcards};

pub(super) fn check(condition: &Condition, context: &FindingContext<'_>, found: &mut Vec<Finding>) {
    let mut targets: Vec<(&ActionPattern, super::Span)> = Vec::new();
    condition.root.walk(&mut |expr| {
        if let ExprKind::Action(pattern) = &expr.kind
            && !targets.iter().any(|(known, _)| *known == pattern)
        {
            targets.push((pattern, expr.span));
        }
    });
    no_target(condition, context, targets.is_empty(), found);
    for (pattern, span) in &targets {
        never_granted(condition, pattern, *span, found);
        target_not_granted(context, pattern, *span, found);
    }
    wrong_source(condition, context, &targets, found);
    untargeted_equivalent(condition, context, &targets, found);
}

/// What is left for an operation when nothing else is known?
enum Left {
    Unfiltered,
    Never,
    /// The attributes that it then hangs on.
    Filtered(Vec<(AttributeSource, String)>),
}

fn left_for(condition: &Condition, operation: &str) -> Option<Left> {
    let operation = Operation::new(operation).ok()?;
    let attributes = Attributes::default();
    let inputs = Inputs {
        operation: &operation,
        plane: Plane::Data,
        sub_operations: None,
        attributes: &attributes,
        complete: false,
        wildcards: Wildcards::Azure,
    };
    let world = World { inputs: &inputs, missing: MissingReading::Unknown };
    let node = condition.left_over(&world);
    Some(match node {
        Node::True => Left::Unfiltered,
        Node::Never => Left::Never,
        _ => {
            let mut leaves: Vec<reduce::Open<'_>> = Vec::new();
            node.leaves(&mut leaves);
            let mut names = Vec::new();
            for leaf in leaves {
                match &leaf.expr.kind {
                    ExprKind::Exists(name) => names.push((name.source, name.folded.to_string())),
                    ExprKind::Compare(comparison) => names.extend(
                        comparison.attributes().map(|name| (name.source, name.folded.to_string())),
                    ),
                    _ => {}
                }
            }
            Left::Filtered(names)
        }
    })
}

/// Does the role grant it? `None` where the role is not known.
fn granted(context: &FindingContext<'_>, operation: &str) -> Option<bool> {
    if context.blocks.is_empty() {
        return None;
    }
    let operation = Operation::new(operation).ok()?;
    let hit = |list: &[ActionPattern]| {
        list.iter().any(|pattern| pattern.matches(&operation, Wildcards::Azure).is_match())
    };
    let grants = |block: &Block<'_>| hit(block.allow) && !hit(block.except);
    Some(context.blocks.iter().any(grants))
}

/// A bare expression applies to every operation (semantics.md 9.1), and those that do not carry its
/// attributes are refused.
fn no_target(
    condition: &Condition,
    context: &FindingContext<'_>,
    untargeted: bool,
    found: &mut Vec<Finding>,
) {
    let several = context
        .blocks
        .iter()
        .any(|block| block.allow.len() > 1 || block.allow.iter().any(ActionPattern::is_wildcard));
    if untargeted && several {
        found.push(Finding {
            code: "no-target",
            severity: Severity::Note,
            message: "without `ActionMatches` the condition applies to every operation of the role"
                .to_string(),
            span: condition.root.span,
            help: Some(
                "write `!(ActionMatches{'…'}) OR (…)` to filter single operations".to_string(),
            ),
        });
    }
}

/// A target without an expression is never granted (9.1); so is one whose expressions contradict.
fn never_granted(
    condition: &Condition,
    pattern: &ActionPattern,
    span: super::Span,
    found: &mut Vec<Finding>,
) {
    if let Some(Left::Never) = left_for(condition, &example(pattern)) {
        found.push(Finding {
            code: "never-granted",
            severity: Severity::Warning,
            message: format!(
                "nothing can satisfy the condition for `{pattern}`: it is never granted"
            ),
            span,
            help: Some(
                "add `OR (…)` with what the operation needs, or take it out of the role"
                    .to_string(),
            ),
        });
    }
}

/// An operation that a pattern matches: the pattern itself, or one with its stars filled in.
fn example(pattern: &ActionPattern) -> String {
    match pattern.text() {
        "*" => "Any/thing/read".to_string(),
        text if text.ends_with('*') => text.trim_end_matches('*').to_string() + "thing/read",
        text => text.replace('*', "thing"),
    }
}

/// Most often a misspelt operation.
fn target_not_granted(
    context: &FindingContext<'_>,
    pattern: &ActionPattern,
    span: super::Span,
    found: &mut Vec<Finding>,
) {
    if !pattern.is_wildcard() && granted(context, pattern.text()) == Some(false) {
        found.push(Finding {
            code: "target-not-granted",
            severity: Severity::Note,
            message: format!("the role does not grant `{pattern}`, so this target has no effect"),
            span,
            help: Some("compare the spelling with the role".to_string()),
        });
    }
}

const ASSIGNMENTS: &str = "microsoft.authorization/roleassignments:";

/// `/write` sends the attributes of the assignment, `/delete` finds them stored (9.9).
fn wrong_source(
    condition: &Condition,
    context: &FindingContext<'_>,
    targets: &[(&ActionPattern, super::Span)],
    found: &mut Vec<Finding>,
) {
    for (operation, wrong, right) in [
        ("Microsoft.Authorization/roleAssignments/write", AttributeSource::Resource, "@Request"),
        ("Microsoft.Authorization/roleAssignments/delete", AttributeSource::Request, "@Resource"),
    ] {
        let target = targets.iter().find(|(pattern, _)| {
            Operation::new(operation)
                .is_ok_and(|operation| pattern.matches(&operation, Wildcards::Azure).is_match())
        });
        // A bare expression applies to what the role grants, and nothing is known without the role.
        if granted(context, operation) == Some(false)
            || (target.is_none() && context.blocks.is_empty())
        {
            continue;
        }
        let Some(Left::Filtered(names)) = left_for(condition, operation) else { continue };
        if names.iter().any(|(source, name)| *source == wrong && name.starts_with(ASSIGNMENTS)) {
            found.push(Finding {
                code: "wrong-source",
                severity: Severity::Warning,
                message: format!(
                    "`{operation}` is guarded by `@{wrong}`, which has no attributes of the role \
                     assignment there: it is always missing"
                ),
                span: target.map_or(condition.root.span, |(_, span)| *span),
                help: Some(format!("for this operation read them from `{right}`")),
            });
        }
    }
}

/// Operations that reach the same end: who may do the second needs not the first (9.10, BS, BX). The
/// first [`TWINS`] of them go together in nearly every role, the others only in some.
const EQUIVALENTS: [(&str, &str, &str); 12] = {
    const WRITE: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write";
    const ADD: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action";
    const READ: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
    const DELETE: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete";
    const MOVE: &str =
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/move/action";
    const SUPER: &str =
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/runAsSuperUser/action";
    const PUT: &str = "Microsoft.Storage/storageAccounts/queueServices/queues/messages/write";
    const PUT_ADD: &str =
        "Microsoft.Storage/storageAccounts/queueServices/queues/messages/add/action";
    const PEEK: &str = "Microsoft.Storage/storageAccounts/queueServices/queues/messages/read";
    const TAKE: &str =
        "Microsoft.Storage/storageAccounts/queueServices/queues/messages/process/action";
    const DROP: &str = "Microsoft.Storage/storageAccounts/queueServices/queues/messages/delete";
    [
        (WRITE, ADD, "creates blobs as well"),
        (ADD, WRITE, "creates blobs as well"),
        (PUT, PUT_ADD, "puts messages as well"),
        (PUT_ADD, PUT, "puts messages as well"),
        (WRITE, MOVE, "puts blobs elsewhere as well"),
        (DELETE, MOVE, "takes blobs away as well"),
        (READ, SUPER, "does everything on accounts with hierarchical namespace"),
        (WRITE, SUPER, "does everything on accounts with hierarchical namespace"),
        (ADD, SUPER, "does everything on accounts with hierarchical namespace"),
        (DELETE, SUPER, "does everything on accounts with hierarchical namespace"),
        (PEEK, TAKE, "reads messages as well"),
        (DROP, TAKE, "removes messages as well"),
    ]
};

const TWINS: usize = 4;

fn untargeted_equivalent(
    condition: &Condition,
    context: &FindingContext<'_>,
    targets: &[(&ActionPattern, super::Span)],
    found: &mut Vec<Finding>,
) {
    let mut told: Vec<&str> = Vec::new();
    // Without the role only what nearly every role grants together is worth telling.
    let known = if context.blocks.is_empty() { TWINS } else { EQUIVALENTS.len() };
    for (guarded, other, how) in EQUIVALENTS.into_iter().take(known) {
        let Ok(operation) = Operation::new(guarded) else { continue };
        let Some((_, span)) = targets
            .iter()
            .find(|(pattern, _)| pattern.matches(&operation, Wildcards::Azure).is_match())
        else {
            continue;
        };
        let role = granted(context, other);
        if told.contains(&other)
            || role == Some(false)
            || granted(context, guarded) == Some(false)
            || matches!(left_for(condition, guarded), None | Some(Left::Unfiltered))
            || !matches!(left_for(condition, other), Some(Left::Unfiltered))
        {
            continue;
        }
        told.push(other);
        let (severity, where_granted) = match role {
            Some(_) => (Severity::Warning, "the role grants"),
            None => (Severity::Note, "if the role grants"),
        };
        found.push(Finding {
            code: "untargeted-equivalent",
            severity,
            message: format!("{where_granted} `{other}`: it {how} and is not filtered"),
            span: *span,
            help: Some(format!("target `{other}` as well")),
        });
    }
}
