//! A role with data actions at a broad scope.

use super::super::context::Context;
use super::super::{Finding, Rule, Severity};
use crate::ident::ScopeKind;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "broad-data-role",
    severity: Severity::Warning,
    what: "A role with data actions is assigned at a subscription, a management group or the root.",
    why: "It opens the data of every resource of its kind below, also of those that are created next year. Data roles are meant for one resource, or for a resource group that belongs together.",
    fix: "Assign it at the resources that need it, then remove it here.",
    check,
};

fn check(context: &mut Context<'_>, found: &mut Vec<Finding>) {
    for row in context.rows() {
        let broad = matches!(
            context.tenant.scope_text(row.scope).kind(),
            ScopeKind::Root | ScopeKind::ManagementGroup | ScopeKind::Subscription
        );
        let eligible = context.is_eligible(row);
        if !broad || !(eligible || context.is_active(row)) || !context.grants.has_data(row.role) {
            continue;
        }
        let may = if eligible { "may activate" } else { "holds" };
        let assignment = context.tenant.assignment(row.fact);
        let message = format!(
            "{} {may} the data role {}",
            context.who(row.holder()),
            context.assignment(row)
        );
        let mut reasons = Vec::new();
        if let Some(guard) = assignment.condition() {
            reasons.push(format!("a condition limits it: {}", guard.text.trim()));
        }
        found.push(Finding {
            severity: if eligible { Severity::Note } else { RULE.severity },
            reasons,
            help: Some("assign it at the resources that need it, then remove it here".to_string()),
            ..context.about(&RULE, row, message)
        });
    }
}
