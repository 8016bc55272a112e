//! Local authentication of unknown state.

use super::super::context::Context;
use super::super::{Finding, Rule, Severity};
use crate::catalog::local_auth::DoorState;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "local-auth-unknown",
    severity: Severity::Warning,
    what: "Whether a resource takes local credentials is not known: the property that says so was not exported.",
    why: "On nearly every service a property that is absent means open. Until it is known, who gets in is not known either. Told of resources that were read; where none was, a notice says so once.",
    fix: "Export the resource with its properties.",
    check,
};

fn check(context: &mut Context<'_>, found: &mut Vec<Finding>) {
    let tenant = context.tenant;
    let unknown: Vec<_> =
        context.doors().iter().filter(|one| one.state == DoorState::Unknown).cloned().collect();
    for doors in unknown {
        let Some(scope) = tenant.scope(&doors.resource) else { continue };
        if tenant.resource(scope).is_none() {
            continue;
        }
        let mut hangs_on = doors.decided_by.clone();
        if hangs_on.is_empty() {
            hangs_on.push("the properties of the resource".to_string());
        }
        let message = format!(
            "whether {} ({}) takes local credentials is not known",
            context.place(scope),
            doors.service
        );
        found.push(Finding { hangs_on, ..context.about_scope(&RULE, scope, message) });
    }
}
