//! Assignments of principals that are no longer there.

use super::super::context::Context;
use super::super::{Finding, Rule, Severity};
use crate::model::{InputKind, PrincipalType, Touches, World};
use crate::tenant::{PrincipalIx, Tenant};
use rustc_hash::FxHashSet;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "orphaned-assignment",
    severity: Severity::Warning,
    what: "A role is assigned to a principal that is in no export of the directory.",
    why: "Deleting a principal does not delete its assignments. They count towards the limit, hide what matters, and a principal that is restored within 30 days has them back. Told only where principals of that kind were exported, and not of Azure Lighthouse.",
    fix: "Remove the assignment.",
    check,
};

/// What of the directory must have been exported before somebody can be missed in it, and how to.
fn wanted(kind: PrincipalType) -> &'static [(InputKind, &'static str, &'static str)] {
    const USERS: (InputKind, &str, &str) =
        (InputKind::Users, "no-users", "az ad user list -o json > users.json");
    const GROUPS: (InputKind, &str, &str) =
        (InputKind::Groups, "no-groups", "azrbac collect --print az");
    const APPLICATIONS: (InputKind, &str, &str) = (
        InputKind::ServicePrincipals,
        "no-service-principals",
        "az ad sp list --all -o json > service-principals.json",
    );
    match kind {
        PrincipalType::User => &[USERS],
        PrincipalType::Group => &[GROUPS],
        PrincipalType::ServicePrincipal => &[APPLICATIONS],
        PrincipalType::Unknown => &[USERS, GROUPS, APPLICATIONS],
        PrincipalType::ForeignGroup | PrincipalType::Device | PrincipalType::Everyone => &[],
    }
}

fn check(context: &mut Context<'_>, found: &mut Vec<Finding>) {
    let tenant = context.tenant;
    let seen = seen_elsewhere(tenant);
    for row in context.rows() {
        if tenant.infos[row.holder().row()].described
            || seen.contains(&row.holder())
            || tenant.assignment(row.fact).via_lighthouse
            || context.has_ended(row)
        {
            continue;
        }
        let wanted = wanted(tenant.principal_kind(row.holder()));
        if wanted.is_empty() {
            continue;
        }
        let missing: Vec<_> = wanted.iter().filter(|(kind, ..)| !tenant.has_read(*kind)).collect();
        for (kind, code, help) in &missing {
            let message = format!(
                "no {} were read: assignments of deleted ones cannot be told from others",
                kind.as_str()
            );
            context.notice(code, &message, help);
        }
        if !missing.is_empty() {
            continue;
        }
        let id = tenant.principal_id(row.holder());
        let name = tenant.principal_name(row.holder());
        let known_as = if name == id.to_string() { String::new() } else { format!(" ({name})") };
        let kinds: Vec<&str> = wanted.iter().map(|(kind, ..)| kind.as_str()).collect();
        found.push(Finding {
            reasons: vec![format!(
                "{id}{known_as} is not among the exported {}, in no group and no resource's identity",
                kinds.join(", ")
            )],
            hangs_on: hangs_on(tenant, row.holder(), wanted),
            help: context
                .is_eligible(row)
                .then(|| "remove the eligibility in Privileged Identity Management".to_string()),
            fix: context.removal(row),
            ..context.about(
                &RULE,
                row,
                format!("{} is held by a principal that is not there", context.assignment(row)),
            )
        });
    }
}

/// Members of groups and identities of resources exist, whatever lists leave out.
fn seen_elsewhere(tenant: &Tenant) -> FxHashSet<PrincipalIx> {
    let identities = tenant.resources.values().flat_map(|resource| &resource.identities);
    let mut seen: FxHashSet<PrincipalIx> =
        identities.filter_map(|id| tenant.principal(*id)).collect();
    seen.extend(tenant.principals().filter(|ix| !tenant.groups_of(*ix).is_empty()));
    seen
}

/// Why the list may be short.
fn hangs_on(
    tenant: &Tenant,
    principal: PrincipalIx,
    wanted: &[(InputKind, &str, &str)],
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (kind, ..) in wanted.iter().filter(|(kind, ..)| tenant.lacks_part(*kind)) {
        found.push(format!("not all {} could be read", kind.as_str()));
    }
    if tenant.world() == World::Open
        && let Some(notice) = tenant.notices().iter().find(|notice| notice.code == "cut-off-list")
    {
        found.push(notice.message.clone());
    }
    let id = tenant.principal_id(principal);
    let broken = tenant.gaps().iter().find(|gap| match gap.touches {
        Touches::Members { group } => group.is_none_or(|group| group == id),
        Touches::Anything => true,
        _ => false,
    });
    found.extend(broken.map(|gap| gap.message.clone()));
    found
}
