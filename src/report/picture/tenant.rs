//! A tenant: who has which role where, what is denied and locked.

use super::chips::{Chip, assigned, denied, locked, summed};
use super::fold::{self, EMPTY, NAMES, Row, Wish, counted, thousands};
use super::people::principals;
use super::{EdgeKind, Layout, Mark, NodeKind, Picture};
use crate::ident::{Guid, Scope, ScopeKind};
use crate::model::PrincipalType;
use crate::report::naming;
use crate::tenant::{AssignmentIx, LockIx, PrincipalIx, ScopeIx, Tenant};
use petgraph::graph::NodeIndex;
use std::collections::{BTreeMap, BTreeSet};

/// What of a tenant is drawn.
#[derive(Debug, Clone, Default)]
pub struct Show {
    /// Only this scope and what stands below it; what reaches it from above is drawn too.
    pub below: Option<Scope>,
    /// Only what this principal has, itself or through groups.
    pub principal: Option<Guid>,
    /// So many levels of scopes; without it, what one screen holds.
    pub depth: Option<usize>,
    /// Scopes whose children are all drawn.
    pub unfold: Vec<Scope>,
}

/// At most so many roles of one scope are drawn one by one, where the tenant is large.
const ROLES: usize = 3;

/// A part of a tenant that is drawn alone: without denies and locks, with these scopes and assignments.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    pub(super) assignments: BTreeSet<AssignmentIx>,
    pub(super) scopes: BTreeSet<ScopeIx>,
}

/// A picture of a tenant, and which node is what.
pub(super) struct Drawn {
    pub(super) picture: Picture,
    pub(super) scopes: BTreeMap<ScopeIx, NodeIndex>,
    /// Folded scopes, by the first of each subtree.
    pub(super) folds: Vec<(Vec<ScopeIx>, NodeIndex)>,
    pub(super) chips: Vec<(NodeIndex, Chip)>,
    pub(super) people: BTreeMap<PrincipalIx, NodeIndex>,
}

/// The picture of a tenant. A large one is folded: scopes with nothing at them into counts, principals
/// that stand alike into crowds.
#[must_use]
pub fn of_tenant(tenant: &Tenant, show: &Show) -> Picture {
    draw(tenant, show, None).picture
}

/// Draws a tenant, or a part of it.
pub(super) fn draw(tenant: &Tenant, show: &Show, part: Option<&Part>) -> Drawn {
    let whose = show.principal.and_then(|id| tenant.principal(id));
    let nobody = show.principal.is_some() && whose.is_none();
    let holders: Option<BTreeSet<PrincipalIx>> = show.principal.map(|_| {
        whose.map_or_else(BTreeSet::new, |own| {
            tenant.groups_of(own).iter().copied().chain([own]).collect()
        })
    });
    let mine = |id: Guid| match (&holders, tenant.principal(id)) {
        (None, _) => true,
        (Some(set), Some(ix)) => set.contains(&ix),
        (Some(_), None) => false,
    };
    // What stands where.
    let mut at: BTreeMap<ScopeIx, Vec<AssignmentIx>> = BTreeMap::new();
    let drawn = |ix: &AssignmentIx| {
        part.map_or_else(
            || mine(tenant.assignment(*ix).principal),
            |part| part.assignments.contains(ix),
        )
    };
    for ix in tenant.assignments().filter(drawn) {
        at.entry(tenant.assignment_scope(ix)).or_default().push(ix);
    }
    let mut weight = vec![0; tenant.scopes.len()];
    for (scope, found) in &at {
        weight[scope.row()] = found.len();
    }
    for scope in part.iter().flat_map(|part| &part.scopes) {
        weight[scope.row()] += 1;
    }
    let binds = |deny: &crate::model::Deny| {
        holders.is_none()
            || deny
                .principals
                .iter()
                .any(|entry| entry.kind == PrincipalType::Everyone || mine(entry.id))
    };
    let denies: Vec<usize> = (0..tenant.denies.len())
        .filter(|row| part.is_none() && binds(&tenant.denies[*row]))
        .collect();
    let deny_at = |row: usize| ScopeIx::of(tenant.denies[row].scope);
    for row in &denies {
        let names = tenant.denies[*row].principals.iter().any(|entry| mine(entry.id));
        weight[deny_at(*row).row()] += usize::from(holders.is_none() || names);
    }
    let locks: Vec<(ScopeIx, LockIx)> =
        if part.is_none() { tenant.lock_rows.to_vec() } else { Vec::new() };
    // A lock binds everybody: it says nothing about one.
    for (scope, _) in locks.iter().filter(|_| show.principal.is_none()) {
        weight[scope.row()] += 1;
    }

    let top = show.below.as_ref().map_or(ScopeIx(0), |scope| tenant.scopes.locate(scope, false).at);
    let unfold: Vec<ScopeIx> = show.unfold.iter().filter_map(|scope| tenant.scope(scope)).collect();
    let large = match part {
        Some(part) => part.assignments.len() > 60,
        None => tenant.scopes.len() > 60 || tenant.assignment_count() > 60,
    };
    // How many boxes stand beside a scope.
    let mut boxes = vec![0; tenant.scopes.len()];
    for (scope, found) in &at {
        let mut roles: Vec<_> = found.iter().map(|ix| tenant.assignment_role(*ix)).collect();
        roles.sort_unstable();
        roles.dedup();
        boxes[scope.row()] = if large { roles.len().min(ROLES + 1) } else { roles.len() };
    }
    // A part is about what stands in it.
    let empty = if part.is_some() { 0 } else { EMPTY };
    let wish = Wish { top, depth: show.depth, unfold: &unfold, empty, boxes: &boxes };
    let mut rows = fold::rows(tenant, wish, &weight);
    // What is above reaches down: it is drawn where something stands there.
    let mut above: Vec<ScopeIx> =
        tenant.scopes.upwards(top).skip(1).filter(|ix| weight[ix.row()] > 0).collect();
    above.reverse();
    rows.splice(0..0, above.iter().map(|ix| Row::Scope(*ix)));
    // The root is no news where nothing stands at it.
    if rows.len() > 1 && matches!(rows[0], Row::Scope(ScopeIx(0))) && weight[0] == 0 {
        rows.remove(0);
    }

    let mut picture = Picture::new(titled(tenant, show), Layout::Outline);
    let mut nodes: BTreeMap<ScopeIx, NodeIndex> = BTreeMap::new();
    let mut chips: Vec<(NodeIndex, Chip)> = Vec::new();
    let mut folds: Vec<(Vec<ScopeIx>, NodeIndex)> = Vec::new();
    for row in &rows {
        let (scope_node, found) = match row {
            Row::Scope(ix) => {
                let node = scope_node(&mut picture, tenant, tenant.scope_text(*ix));
                let parent = tenant.scopes.upwards(*ix).skip(1).find_map(|above| nodes.get(&above));
                if let Some(parent) = parent {
                    picture.link(*parent, node, EdgeKind::Holds, Mark::Plain);
                }
                nodes.insert(*ix, node);
                let own = at.get(ix).map_or(&[][..], |found| found);
                let mut found = assigned(tenant, own, if large { ROLES } else { usize::MAX });
                found.extend(
                    denies
                        .iter()
                        .filter(|row| deny_at(**row) == *ix)
                        .map(|row| denied(tenant, *row)),
                );
                found.extend(
                    locks
                        .iter()
                        .filter(|(scope, _)| scope == ix)
                        .map(|(_, lock)| locked(tenant, *lock)),
                );
                (node, found)
            }
            Row::Folded { below, subtrees } => {
                let node = picture.add(NodeKind::Fold, &counted(tenant, subtrees));
                let mut names: Vec<String> =
                    subtrees.iter().take(NAMES).map(|ix| naming::short(tenant, *ix)).collect();
                if subtrees.len() > NAMES {
                    names.push(format!("and {} more", thousands(subtrees.len() - NAMES)));
                }
                picture.graph[node].hover = names.join("\n");
                if let Some(parent) = nodes.get(below) {
                    picture.link(*parent, node, EdgeKind::Holds, Mark::Plain);
                }
                folds.push((subtrees.clone(), node));
                let within: Vec<AssignmentIx> = subtrees
                    .iter()
                    .flat_map(|ix| at.range(*ix..ScopeIx(tenant.scopes.end(*ix))))
                    .flat_map(|(_, found)| found.iter().copied())
                    .collect();
                let inside = |ix: ScopeIx| subtrees.iter().any(|top| tenant.is_above(*top, ix));
                let stops = denies.iter().filter(|row| inside(deny_at(**row))).count();
                let locks = locks.iter().filter(|(scope, _)| inside(*scope)).count();
                let told =
                    [(stops, "deny assignment", "deny assignments"), (locks, "lock", "locks")];
                let told: Vec<String> = told
                    .into_iter()
                    .filter(|(count, ..)| *count > 0)
                    .map(|(count, one, many)| {
                        format!("{} {}", thousands(count), if count == 1 { one } else { many })
                    })
                    .collect();
                if !told.is_empty() {
                    picture.graph[node].details.push(format!("with {}", told.join(", ")));
                }
                (node, summed(tenant, &within))
            }
        };
        for chip in found {
            let node = picture.add(chip.kind, &chip.label);
            let found = &mut picture.graph[node];
            found.word.clone_from(&chip.word);
            found.details.clone_from(&chip.details);
            found.hover.clone_from(&chip.hover);
            picture.link(node, scope_node, EdgeKind::At, Mark::Plain);
            let reach = match row {
                Row::Scope(ix) => (tenant.scopes.end(*ix) - ix.0) as usize,
                Row::Folded { .. } => 0,
            };
            chips.push((node, Chip { reach, ..chip }));
        }
    }
    let (people, drawn) = principals(tenant, &mut picture, &chips, whose);
    let count = |number: usize, what: &str| {
        format!("{} {what}{}", thousands(number), if number == 1 { "" } else { "s" })
    };
    picture.description = format!(
        "{}, {}, {}, {}; {drawn}.{}",
        count(tenant.scopes.len().saturating_sub(1), "scope"),
        count(at.values().map(Vec::len).sum(), "role assignment"),
        count(denies.len(), "deny assignment"),
        count(locks.len(), "lock"),
        if nobody { " The principal is named nowhere." } else { "" }
    );
    Drawn { picture, scopes: nodes, folds, chips, people }
}

fn titled(tenant: &Tenant, show: &Show) -> String {
    let place = show.below.as_ref().map(|scope| naming::place(tenant, scope));
    let who = show.principal.map(|id| naming::principal(tenant, id));
    match (who, place) {
        (None, None) => "Who has which role where".to_string(),
        (None, Some(place)) => format!("Who has which role on {place}"),
        (Some(who), None) => format!("What {who} has, and where"),
        (Some(who), Some(place)) => format!("What {who} has on {place}"),
    }
}

/// A scope with its id on hover.
pub(super) fn scope_node(picture: &mut Picture, tenant: &Tenant, scope: &Scope) -> NodeIndex {
    let kind = match scope.kind() {
        ScopeKind::Root | ScopeKind::ManagementGroup => NodeKind::ManagementGroup,
        ScopeKind::Subscription => NodeKind::Subscription,
        ScopeKind::ResourceGroup => NodeKind::ResourceGroup,
        ScopeKind::Resource => NodeKind::Resource,
    };
    let name = match scope.kind() {
        ScopeKind::Root => "/ (root)".to_string(),
        _ => naming::called(tenant, scope),
    };
    let node = picture.add(kind, &name);
    picture.graph[node].hover = match scope.resource_type() {
        Some(what) => format!("{name}\n{what}\n{scope}"),
        None => format!("{name}\n{scope}"),
    };
    node
}
