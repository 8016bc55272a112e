//! What stands at a scope: role assignments, denies and locks, those that are alike as one box.

use super::NodeKind;
use super::fold::{NAMES, thousands};
use crate::model::{AssignmentState, PrincipalType};
use crate::report::naming;
use crate::tenant::{AssignmentIx, LockIx, PrincipalIx, ScopeIx, Tenant};
use std::collections::BTreeMap;

/// What stands at one scope and is drawn as one box.
pub(super) struct Chip {
    pub(super) kind: NodeKind,
    pub(super) label: String,
    pub(super) word: Option<String>,
    pub(super) details: Vec<String>,
    pub(super) hover: String,
    pub(super) holders: Vec<PrincipalIx>,
    /// The assignments that it stands for.
    pub(super) assignments: Vec<AssignmentIx>,
    /// How many scopes it reaches: its own and all below.
    pub(super) reach: usize,
}

/// The assignments of one scope: those of one role in one state are one box.
pub(super) fn assigned(tenant: &Tenant, list: &[AssignmentIx], most: usize) -> Vec<Chip> {
    let mut by_role: BTreeMap<(String, bool, bool), Vec<AssignmentIx>> = BTreeMap::new();
    for ix in list {
        let assignment = tenant.assignment(*ix);
        let name = tenant
            .assignment_role(*ix)
            .map_or_else(|| "unknown role".to_string(), |role| tenant.role(role).name());
        let eligible = assignment.state == AssignmentState::Eligible;
        by_role.entry((name, eligible, assignment.condition().is_some())).or_default().push(*ix);
    }
    let mut groups: Vec<((String, bool, bool), Vec<AssignmentIx>)> = by_role.into_iter().collect();
    let mut rest = Vec::new();
    if groups.len() > most.saturating_add(1) {
        groups.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(&b.0)));
        rest = groups.split_off(most);
        groups.sort();
    }
    let mut chips: Vec<Chip> = groups
        .into_iter()
        .map(|((name, eligible, conditional), list)| {
            let word = match (eligible, conditional) {
                (true, true) => Some("eligible, conditional"),
                (true, false) => Some("eligible"),
                (false, true) => Some("conditional"),
                (false, false) => None,
            };
            let scope =
                list.first().map(|ix| tenant.scope_text(tenant.assignment_scope(*ix)).text());
            let mut hover = format!("{name}\nat {}", scope.unwrap_or_default());
            let whom: Vec<String> = list
                .iter()
                .take(NAMES)
                .map(|ix| naming::principal(tenant, tenant.assignment(*ix).principal))
                .collect();
            hover.push_str(&format!("\nheld by {}", whom.join(", ")));
            if let Some(guard) = list.first().and_then(|ix| tenant.assignment(*ix).condition()) {
                hover.push_str(&format!("\nwhere {}", guard.text));
            }
            Chip {
                kind: NodeKind::Role,
                label: name,
                word: word.map(str::to_string),
                details: Vec::new(),
                hover,
                holders: holders(tenant, &list),
                assignments: list,
                reach: 0,
            }
        })
        .collect();
    if !rest.is_empty() {
        let list: Vec<AssignmentIx> =
            rest.iter().flat_map(|(_, list)| list.iter().copied()).collect();
        let names: Vec<&str> = rest.iter().map(|((name, ..), _)| name.as_str()).collect();
        chips.push(Chip {
            kind: NodeKind::Role,
            label: format!("{} more roles", rest.len()),
            word: Some(format!("{} assignments", thousands(list.len()))),
            details: Vec::new(),
            hover: names.join("\n"),
            holders: holders(tenant, &list),
            assignments: list,
            reach: 0,
        });
    }
    chips
}

fn holders(tenant: &Tenant, list: &[AssignmentIx]) -> Vec<PrincipalIx> {
    let mut found: Vec<PrincipalIx> =
        list.iter().filter_map(|ix| tenant.principal(tenant.assignment(*ix).principal)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// What stands at scopes that are folded, in one box.
pub(super) fn summed(tenant: &Tenant, list: &[AssignmentIx]) -> Vec<Chip> {
    let mut chips = Vec::new();
    if !list.is_empty() {
        let mut roles: BTreeMap<String, usize> = BTreeMap::new();
        for ix in list {
            let role = tenant.assignment_role(*ix).map(|role| tenant.role(role).name());
            *roles.entry(role.unwrap_or_else(|| "unknown role".to_string())).or_default() += 1;
        }
        let mut roles: Vec<(String, usize)> = roles.into_iter().collect();
        roles.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let told = |most: usize| -> Vec<String> {
            roles
                .iter()
                .take(most)
                .map(|(name, count)| format!("{name} ×{}", thousands(*count)))
                .collect()
        };
        let line = match roles.as_slice() {
            [one] => one.0.clone(),
            [first, rest @ ..] => {
                format!("{} ×{} and {} more roles", first.0, thousands(first.1), rest.len())
            }
            [] => String::new(),
        };
        let whom = holders(tenant, list).len();
        let held = format!("{} {}", thousands(whom), if whom == 1 { "holder" } else { "holders" });
        let one = list.len() == 1;
        chips.push(Chip {
            kind: NodeKind::Role,
            label: format!(
                "{} {}",
                thousands(list.len()),
                if one { "assignment" } else { "assignments" }
            ),
            word: Some(held),
            details: vec![line],
            hover: told(NAMES).join("\n"),
            // Lines to everybody would hide the picture.
            holders: Vec::new(),
            assignments: list.to_vec(),
            reach: 0,
        });
    }
    chips
}

pub(super) fn denied(tenant: &Tenant, row: usize) -> Chip {
    let deny = &tenant.denies[row];
    let label = if deny.display_name.is_empty() {
        "deny assignment".to_string()
    } else {
        deny.display_name.to_string()
    };
    let everyone = deny
        .principals
        .iter()
        .any(|entry| entry.kind == PrincipalType::Everyone || entry.id.0 == 0);
    let mut details = Vec::new();
    let excluded: Vec<String> =
        deny.excludes.iter().take(3).map(|entry| naming::principal(tenant, entry.id)).collect();
    if everyone {
        let mut line = "binds everyone".to_string();
        if !excluded.is_empty() {
            line.push_str(&format!(" but {}", excluded.join(", ")));
        }
        if deny.excludes.len() > 3 {
            line.push_str(&format!(" and {} more", deny.excludes.len() - 3));
        }
        details.push(line);
    }
    let scope = tenant.scope_text(ScopeIx::of(deny.scope)).text();
    let holders = if everyone {
        Vec::new()
    } else {
        deny.principals.iter().filter_map(|entry| tenant.principal(entry.id)).collect()
    };
    Chip {
        kind: NodeKind::Deny,
        hover: format!("{label}\n{}", deny.name.full(scope, "denyAssignments")),
        label,
        word: None,
        details,
        holders,
        assignments: Vec::new(),
        reach: 0,
    }
}

pub(super) fn locked(tenant: &Tenant, ix: LockIx) -> Chip {
    let lock = tenant.lock(ix);
    let label = if lock.name.is_empty() { "lock".to_string() } else { lock.name.to_string() };
    Chip {
        kind: NodeKind::Lock,
        hover: format!(
            "{} lock {label}\nat {}",
            lock.level.as_str(),
            tenant.scope_text(tenant.lock_scope(ix))
        ),
        label,
        word: Some(lock.level.as_str().to_string()),
        details: Vec::new(),
        holders: Vec::new(),
        assignments: Vec::new(),
        reach: 0,
    }
}
