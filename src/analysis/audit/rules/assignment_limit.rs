//! Assignments near the limit of a subscription or a management group.

use super::super::context::Context;
use super::super::{Finding, Rule, Severity};
use crate::ident::ScopeKind;
use crate::model::AssignmentState;
use crate::tenant::ScopeIx;
use std::collections::BTreeMap;

/// The most role assignments of a subscription, with those of its resource groups and resources
/// (semantics.md 8.8).
const OF_A_SUBSCRIPTION: usize = 4_000;

/// The most role assignments of a management group (semantics.md 8.8).
const OF_A_MANAGEMENT_GROUP: usize = 500;

/// From which part of the limit on it is told, in percent, and from which on it is grave.
const TOLD: usize = 80;
const GRAVE: usize = 90;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "assignment-limit",
    severity: Severity::Error,
    what: "A subscription has 80 % or more of the 4,000 role assignments that it may have, or a management group of its 500.",
    why: "At the limit every further assignment is refused (RoleAssignmentLimitExceeded), in the middle of a deployment as a rule. Assignments at a subscription, its resource groups and its resources count together; eligible ones do not count. A note from 80 %, a warning from 90 %, an error at the limit.",
    fix: "Remove orphaned and redundant assignments (both are findings of their own), and assign to groups instead of people.",
    check,
};

fn check(context: &mut Context<'_>, found: &mut Vec<Finding>) {
    let tenant = context.tenant;
    let mut counts: BTreeMap<ScopeIx, usize> = BTreeMap::new();
    // Rows of one scope stand together as a rule: the walk upwards is made once for them.
    let mut last: Option<(ScopeIx, Option<ScopeIx>)> = None;
    for row in context.rows() {
        let assignment = tenant.assignment(row.fact);
        if assignment.state != AssignmentState::Active || assignment.stands_for().is_some() {
            continue;
        }
        let holder = match last {
            Some((scope, holder)) if scope == row.scope => holder,
            _ => counted_at(context, row.scope),
        };
        last = Some((row.scope, holder));
        if let Some(holder) = holder {
            *counts.entry(holder).or_default() += 1;
        }
    }
    for (scope, count) in counts {
        let limit = match tenant.scope_text(scope).kind() {
            ScopeKind::Subscription => OF_A_SUBSCRIPTION,
            _ => OF_A_MANAGEMENT_GROUP,
        };
        let severity = match count * 100 / limit {
            part if part >= 100 => Severity::Error,
            part if part >= GRAVE => Severity::Warning,
            part if part >= TOLD => Severity::Note,
            _ => continue,
        };
        let message = format!(
            "{} has {count} of the {limit} role assignments that it may have",
            context.place(scope)
        );
        found.push(Finding {
            severity,
            reasons: vec![format!("{} are left", limit.saturating_sub(count))],
            help: Some("orphaned-assignment and redundant-assignment name what can go".to_string()),
            ..context.about_scope(&RULE, scope, message)
        });
    }
}

/// Against whose limit an assignment at a scope counts.
fn counted_at(context: &Context<'_>, scope: ScopeIx) -> Option<ScopeIx> {
    let tenant = context.tenant;
    let mut at = Some(scope);
    while let Some(ix) = at {
        match tenant.scope_text(ix).kind() {
            ScopeKind::Subscription | ScopeKind::ManagementGroup => return Some(ix),
            ScopeKind::Root => return None,
            ScopeKind::ResourceGroup | ScopeKind::Resource => at = tenant.scope_parent(ix),
        }
    }
    None
}
