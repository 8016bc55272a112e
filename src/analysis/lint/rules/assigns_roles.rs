//! Hands out roles, and no condition says which.

use super::super::{Context, Finding, List, Rule, Severity, Subject, Where};
use crate::condition::{Attributes, Inputs, Residual};
use crate::ident::{Operation, Plane};
use crate::model::PermissionBlock;
use crate::pattern::Wildcards;
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "assigns-roles",
    severity: Severity::Warning,
    what: "The role grants an operation by which its holder gives roles to others or to himself: role \
        assignments, their schedules, or elevated access. A block under a condition that limits the \
        operation is passed over.",
    why: "Whoever may write role assignments at a scope may make himself Owner there. A condition on \
        the assignment, or in the role, can limit which roles are given to whom.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/read",
    "Microsoft.Authorization/*"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ]
}"##,
    good: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/read",
    "Microsoft.Authorization/*/read"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ]
}"##,
    fix: "None: leaving the operation out changes what the role is for.",
    check,
};

/// The operations that give roles away.
const GIVES: [&str; 4] = [
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Authorization/roleAssignmentScheduleRequests/write",
    "Microsoft.Authorization/roleEligibilityScheduleRequests/write",
    "Microsoft.Authorization/elevateAccess/action",
];

fn check(
    subject: &Subject,
    _context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    for (number, block) in subject.role.blocks.iter().enumerate() {
        let mut told: Vec<(usize, Vec<&str>)> = Vec::new();
        for text in GIVES {
            let Ok(operation) = Operation::new(text) else { continue };
            if let Some(index) = grants(block, &operation) {
                match told.iter_mut().find(|(at, _)| *at == index) {
                    Some((_, texts)) => texts.push(text),
                    None => told.push((index, vec![text])),
                }
            }
        }
        for (index, texts) in told {
            let by = &block.actions[index];
            let condition = match &block.condition {
                Some(_) => " (the condition of the block does not limit it)",
                None => "",
            };
            found.push(Finding {
                code: RULE.code,
                severity: RULE.severity,
                message: format!(
                    "`{by}` grants {} without a condition{condition}",
                    texts.join(" and ")
                ),
                at: Where::Entry { block: number, list: List::Actions, index },
                help: Some(
                    "leave it out, or limit the assignment with a condition on the roles and principals"
                        .to_string(),
                ),
                fix: None,
            });
        }
    }
    Ok(())
}

/// The entry by which a block grants an operation that its condition does not limit.
fn grants(block: &PermissionBlock, operation: &Operation) -> Option<usize> {
    let hit = |pattern: &crate::pattern::ActionPattern| {
        pattern.matches(operation, Wildcards::Azure).is_match()
    };
    let index = block.actions.iter().position(hit)?;
    if block.not_actions.iter().any(hit) {
        return None;
    }
    let Some(guard) = &block.condition else { return Some(index) };
    // One that cannot be read never holds: condition-trap speaks of it.
    let Ok(condition) = &guard.parsed else { return None };
    let nothing = Attributes::default();
    let inputs = Inputs {
        operation,
        plane: Plane::Control,
        sub_operations: None,
        attributes: &nothing,
        complete: false,
        wildcards: Wildcards::Azure,
    };
    matches!(condition.residual(&inputs), Residual::True).then_some(index)
}
