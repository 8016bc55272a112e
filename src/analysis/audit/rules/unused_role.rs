//! Custom roles that nobody is assigned.

use super::super::context::Context;
use super::super::{Finding, Rule, Severity};
use crate::model::{InputKind, RoleKind, World};
use crate::tenant::RoleIx;
use rustc_hash::FxHashSet;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "unused-role",
    severity: Severity::Note,
    what: "A custom role has no assignment, active or eligible.",
    why: "A tenant may have 5,000 custom roles, and each is one more that somebody picks by its name. Its wildcards go on growing while nobody looks.",
    fix: "Delete the role definition, or keep its file and delete it in Azure.",
    check,
};

fn check(context: &mut Context<'_>, found: &mut Vec<Finding>) {
    let tenant = context.tenant;
    let used: FxHashSet<RoleIx> = context.rows().iter().map(|row| row.role).collect();
    if tenant.assignment_count() == 0 && tenant.world() == World::Open {
        // Without any assignment every role is unused: a notice says so already.
        return;
    }
    let mut hangs_on = Vec::new();
    if tenant.world() == World::Open && !tenant.has_read(InputKind::ScheduleInstances) {
        hangs_on.push("eligible assignments (PIM) were not read".to_string());
    }
    if let Some(notice) =
        tenant.notices().iter().find(|notice| notice.code == "subscription-without-assignments")
    {
        hangs_on.push(notice.message.clone());
    }
    for role in tenant.roles().filter(|role| !used.contains(role)) {
        let Some(definition) = tenant.role(role).definition() else { continue };
        if definition.kind != RoleKind::Custom {
            continue;
        }
        let fix = definition.id.map(|id| format!("az role definition delete --name {id}"));
        found.push(Finding {
            hangs_on: hangs_on.clone(),
            fix,
            ..context.about_role(
                &RULE,
                role,
                format!("custom role `{}` is assigned to nobody", definition.name),
            )
        });
    }
}
