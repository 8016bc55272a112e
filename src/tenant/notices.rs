//! Kinds of input that no file holds: said once, and never deciding.

use super::scopes::Scopes;
use super::{Notice, ScopeIx};
use crate::ident::ScopeKind;
use crate::model::{Facts, InputKind, World};

const RESOURCES: &str = "az graph query -q \"resources | project id, type, properties, identity, tags\" -o json > resources.json";

/// Parts that an export itself says are missing: lists with a next page, kinds that the collect script
/// could not read. Like absent kinds they are named and change no outcome.
fn missing_parts(facts: &mut Facts, found: &mut Vec<Notice>) {
    let (cut, rest): (Vec<_>, Vec<_>) =
        std::mem::take(&mut facts.notes).into_iter().partition(|note| {
            matches!(note.code, "cut-off-list" | "members-may-be-cut" | "members-of-no-group")
        });
    facts.notes = rest;
    for note in cut {
        let place = note.place.map_or_else(String::new, |place| format!("{place}: "));
        found.push(Notice {
            code: note.code,
            message: format!("{place}{}", note.message),
            help: match note.code {
                "cut-off-list" => "follow the link until there is none, or let az do it: it asks for every page",
                _ => "azrbac collect --print az prints a script that asks for the members of each group",
            }
            .to_string(),
        });
    }
    if facts.summarised {
        // The summary says of what the empty lists are lists.
        facts.notes.retain(|note| note.code != "empty-list");
    }
    for part in &facts.unread {
        found.push(Notice {
            code: "unread",
            message: format!(
                "{} of {} could not be read when the snapshot was taken: {}",
                part.kind.as_str(),
                part.at,
                part.reason
            ),
            help: "run the script again as somebody who may read them".to_string(),
        });
    }
}

/// Kinds of input that no file holds, once each, with the command that exports them.
pub(super) fn notices(facts: &mut Facts, scopes: &Scopes) -> Vec<Notice> {
    let mut found = Vec::new();
    if facts.world == World::Closed {
        return found;
    }
    missing_parts(facts, &mut found);
    let facts = &*facts;
    let mut absent = |kinds: &[InputKind], code, message: &str, help: &str| {
        if !kinds.iter().any(|kind| facts.has(*kind)) {
            found.push(Notice { code, message: message.to_string(), help: help.to_string() });
        }
    };
    let rest = |collection: &str| {
        format!(
            "az rest --method get --url \"/subscriptions/SUBSCRIPTION/providers/Microsoft.Authorization/{collection}?api-version=2022-04-01\""
        )
    };
    absent(
        &[InputKind::RoleAssignments],
        "no-role-assignments",
        "no role assignments were read: everything is refused",
        "az role assignment list --all -o json > assignments.json",
    );
    absent(
        &[InputKind::DenyAssignments],
        "no-deny-assignments",
        "no deny assignments were read: none is assumed",
        &rest("denyAssignments"),
    );
    absent(
        &[InputKind::Locks],
        "no-locks",
        "no locks were read: none is assumed",
        "az lock list -o json > locks.json",
    );
    absent(
        &[InputKind::ScheduleInstances],
        "no-eligible-assignments",
        "no eligible assignments (PIM) were read: none can be named as a near miss",
        &rest("roleEligibilityScheduleInstances").replace("2022-04-01", "2020-10-01"),
    );
    absent(
        &[InputKind::Groups],
        "no-groups",
        "no groups were read: whoever holds something through a group is not seen",
        "azrbac collect --print az",
    );
    absent(
        &[InputKind::ManagementGroups],
        "no-management-groups",
        "no management groups were read: what stands above a subscription is not known",
        "az account management-group show -e -r --name TENANT_ID -o json > groups.json",
    );
    absent(
        &[InputKind::Resources],
        "no-resources",
        "no resources were read: the state of keys and local authentication is not known",
        RESOURCES,
    );
    if !facts.resources.is_empty() && facts.resources.iter().all(|one| one.properties.is_none()) {
        found.push(Notice {
            code: "no-properties",
            message: "no resource has properties: the state of keys and local authentication is not known".to_string(),
            help: RESOURCES.to_string(),
        });
    }
    let mut assigned = vec![false; scopes.len()];
    for assignment in &facts.assignments {
        assigned[ScopeIx::of(assignment.scope).row()] = true;
    }
    for row in 0..scopes.len() {
        let ix = ScopeIx(u32::try_from(row).unwrap_or(u32::MAX));
        if scopes.kind(ix) != ScopeKind::Subscription {
            continue;
        }
        let scope = scopes.scope(ix);
        // What stands below a subscription is numbered right behind it.
        let below = ix.row()..scopes.end(ix) as usize;
        if !assigned[below].contains(&true) && facts.has(InputKind::RoleAssignments) {
            found.push(Notice {
                code: "subscription-without-assignments",
                message: format!(
                    "subscription {} has no role assignment of its own in the export",
                    scopes.display_name(ix).unwrap_or(scope.leaf())
                ),
                help: format!(
                    "az role assignment list --all --subscription {} -o json",
                    scope.leaf()
                ),
            });
        }
    }
    found
}
