//! Guests who may change resources or hand out access.

use super::super::context::Context;
use super::super::{Finding, Rule, Severity};
use crate::model::{InputKind, PrincipalType, World};
use crate::tenant::{PrincipalIx, Row};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "guest-with-control",
    severity: Severity::Warning,
    what: "A guest (userType Guest, or `#EXT#` in the user principal name) may change resources or assign roles, itself or through a group.",
    why: "The account, its password and who leaves are another organisation's affair. Support tickets, deployments without anything to deploy and classic alert rules do not count: most roles of readers carry them. A note where all of it is only eligible.",
    fix: "Remove it, or make it eligible and review it.",
    check,
};

fn check(context: &mut Context<'_>, found: &mut Vec<Finding>) {
    let tenant = context.tenant;
    let users = tenant.principals().any(|ix| tenant.principal_kind(ix) == PrincipalType::User);
    if users && tenant.world() == World::Open && !tenant.has_read(InputKind::Users) {
        context.notice(
            "no-users",
            "no users were read: guests are told only by `#EXT#` in their names",
            "az ad user list -o json > users.json",
        );
    }
    for guest in tenant.principals() {
        let Some(told_by) = guest_sign(context, guest) else { continue };
        let groups = tenant.groups_of(guest);
        let counted = groups.iter().copied().filter(|ix| *ix != guest && tenant.counts(*ix));
        let held: Vec<&Row> = std::iter::once(guest)
            .chain(counted)
            .flat_map(|holder| tenant.rows(holder))
            .filter(|row| context.is_active(row) || context.is_eligible(row))
            .collect();
        let (mut access, mut changes, mut only_eligible): (Vec<Row>, Vec<Row>, bool) =
            (Vec::new(), Vec::new(), true);
        for row in held {
            let assigns = context.grants.assigns_roles(row.role);
            if !assigns && !context.grants.changes(row.role) {
                continue;
            }
            only_eligible &= context.is_eligible(row);
            let list = if assigns { &mut access } else { &mut changes };
            list.push(*row);
        }
        if access.is_empty() && changes.is_empty() {
            continue;
        }
        let what = if access.is_empty() { "change resources" } else { "assign roles" };
        let may = if only_eligible { "may activate a role to" } else { "may" };
        let mut reasons = vec![told_by];
        if !access.is_empty() {
            reasons.push(format!("assigns roles by {}", told(context, guest, &access)));
        }
        if !changes.is_empty() {
            reasons.push(format!("changes resources by {}", told(context, guest, &changes)));
        }
        let id = tenant.principal_id(guest);
        found.push(Finding {
            severity: if only_eligible { Severity::Note } else { RULE.severity },
            reasons,
            help: Some(format!("azrbac what-can {id} --changing")),
            ..context.about_principal(
                &RULE,
                guest,
                format!("guest {} {may} {what}", tenant.principal_name(guest)),
            )
        });
    }
}

/// By what a principal is known as a guest.
fn guest_sign(context: &Context<'_>, principal: PrincipalIx) -> Option<String> {
    if !matches!(
        context.tenant.principal_kind(principal),
        PrincipalType::User | PrincipalType::Unknown
    ) {
        return None;
    }
    let info = &context.tenant.infos[principal.row()];
    if info.is_guest == Some(true) {
        return Some("its userType is Guest".to_string());
    }
    let name = info.user_principal_name.as_deref()?;
    name.to_ascii_uppercase()
        .contains("#EXT#")
        .then(|| "its user principal name has #EXT#: it comes from another directory".to_string())
}

/// The first of some assignments, and how many there are beside them.
fn told(context: &Context<'_>, guest: PrincipalIx, rows: &[Row]) -> String {
    const TOLD: usize = 4;
    let first: Vec<String> = rows.iter().take(TOLD).map(|row| words(context, guest, row)).collect();
    match rows.len().saturating_sub(TOLD) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn words(context: &Context<'_>, guest: PrincipalIx, row: &Row) -> String {
    let mut text = context.assignment(row);
    if row.holder() != guest {
        text.push_str(&format!(" through {}", context.who(row.holder())));
    }
    if context.tenant.assignment(row.fact).condition().is_some() {
        text.push_str(" under a condition");
    }
    if context.is_eligible(row) {
        text.push_str(" (eligible)");
    }
    text
}
