//! Local authentication that stands open.

use super::super::context::{Context, few};
use super::super::{Finding, Rule, Severity};
use crate::catalog::local_auth::DoorState;
use crate::dataplane;

/// Up to how many open resources it is told who may obtain their keys: every holder of every key is
/// asked about, and that takes its time.
const HOLDERS_TOLD: usize = 200;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "local-auth-open",
    severity: Severity::Warning,
    what: "A resource takes API keys, shared keys or another local credential.",
    why: "Whoever may list a key is in, whatever RBAC says of the data plane: conditions, data roles and most logs do not see a key. Owner has no data plane; a key is its way in. Up to 200 open resources it is told who may obtain a key.",
    fix: "`azrbac audit local-auth --plan RESOURCE` says what to assign before it is closed.",
    check,
};

fn check(context: &mut Context<'_>, found: &mut Vec<Finding>) {
    let tenant = context.tenant;
    let mut open: Vec<_> =
        context.doors().iter().filter(|one| one.state == DoorState::Open).cloned().collect();
    let told = open.len() <= HOLDERS_TOLD;
    if told {
        let resources: Vec<_> = open.iter().map(|one| one.resource.clone()).collect();
        open = dataplane::audit_of(tenant, context.options.at, &resources);
    }
    for doors in open {
        let Some(scope) = tenant.scope(&doors.resource) else { continue };
        let names: Vec<String> =
            doors.holders.iter().map(|one| tenant.principal_name(one.principal)).collect();
        let mut reasons = vec![match names.len() {
            _ if !told => format!(
                "who may obtain a key is told up to {HOLDERS_TOLD} open resources; here there are more"
            ),
            0 => "nobody in this export may obtain a key".to_string(),
            _ => format!("may obtain a key: {}", few(&names)),
        }];
        if doors.closable.is_false() {
            reasons.push("no property closes it".to_string());
        } else if !doors.stakes.is_empty() {
            reasons.push(match doors.stakes.len() {
                1 => "one of them would lose access if it were closed".to_string(),
                count => format!("{count} of them would lose access if it were closed"),
            });
        }
        let message =
            format!("{} ({}) takes local credentials", context.place(scope), doors.service);
        found.push(Finding {
            reasons,
            help: Some(format!("azrbac audit local-auth --plan {}", doors.resource)),
            ..context.about_scope(&RULE, scope, message)
        });
    }
}
