//! What was missing or not understood and could change a listing, beyond what it says of itself.

use super::can::decide;
use super::decision::Outcome;
use super::gaps::{unknown_hierarchy, unknown_members};
use super::locks;
use super::walk::Walk;
use super::what_can::{WhatQuestion, no_operation};
use super::{Request, WhoCan};
use crate::ident::{Plane, Scope};
use crate::model::{Gap, Touches, World};
use crate::tenant::{PrincipalIx, Tenant};

/// Of how many holders it is asked why they may only perhaps: those for the same reason are many.
const ASKED: usize = 256;

fn add(found: &mut Vec<Gap>, gaps: impl IntoIterator<Item = Gap>) {
    for gap in gaps {
        if !found.contains(&gap) {
            found.push(gap);
        }
    }
}

/// Why may some of those whom [`who_can`](super::who_can()) lists only perhaps, where no condition says
/// why? Of many such holders the first are asked.
#[must_use]
pub fn who_can_gaps(tenant: &Tenant, request: &Request<'_>, list: &WhoCan) -> Vec<Gap> {
    let mut found = list.gaps.clone();
    let perhaps = list
        .holders
        .iter()
        .filter(|one| one.outcome == Outcome::Conditional && one.residual.is_none());
    for holder in perhaps.take(ASKED) {
        let principal = tenant.principal_id(holder.principal);
        let request = Request { principal, ..request.clone() };
        add(&mut found, decide(tenant, &request).gaps);
    }
    found
}

/// What could give a principal more than [`what_can`](super::what_can()) lists, or take some of it:
/// entries that were not understood, groups whose members nobody listed, management groups that may
/// stand above.
#[must_use]
pub fn what_can_gaps(tenant: &Tenant, question: &WhatQuestion<'_>) -> Vec<Gap> {
    let Some(operation) = no_operation() else { return Vec::new() };
    let root = Scope::root();
    let scope = question.scope.unwrap_or(&root);
    let request = question.request(&operation, Plane::Control, scope);
    let walk = Walk::new(tenant, &request);
    let anywhere = question.scope.is_none();
    let near = |scope: &Option<Scope>| {
        anywhere || scope.as_ref().is_none_or(|scope| walk.may_be_above(scope))
    };
    let mut found = Vec::new();
    for gap in tenant.gaps() {
        let could = match &gap.touches {
            Touches::Assignment { principal, scope } => {
                near(scope)
                    && principal.is_none_or(|id| match tenant.principal(id) {
                        Some(ix) => walk.ids().any(|own| own == ix) || tenant.may_be_member(ix),
                        None => id == question.principal,
                    })
            }
            Touches::Deny { scope } => near(scope),
            Touches::Lock { scope: at } => {
                let (above, below) = locks::around(at.as_ref(), scope);
                above || below
            }
            Touches::Role { id: Some(id), .. } => {
                question.rows(&walk).iter().any(|row| tenant.role(row.role).id() == Some(*id))
            }
            Touches::Anything => true,
            Touches::Role { id: None, .. }
            | Touches::Members { .. }
            | Touches::Hierarchy
            | Touches::Resource { .. } => false,
        };
        if could {
            add(&mut found, [gap.clone()]);
        }
    }
    if tenant.world == World::Closed {
        return found;
    }
    let mut groups: Vec<PrincipalIx> = tenant
        .open_rows
        .iter()
        .filter(|row| anywhere || tenant.is_above(row.scope, walk.located.at))
        .filter(|row| walk.in_force(row) != Some(false))
        .map(|row| row.holder())
        .filter(|holder| !walk.ids().any(|own| own == *holder))
        .collect();
    groups.sort_unstable();
    groups.dedup();
    found.extend(groups.iter().map(|ix| unknown_members(tenant, *ix, "holds something here")));
    let own: Vec<PrincipalIx> = walk.ids().collect();
    let mut above = own
        .iter()
        .flat_map(|id| tenant.rows(*id))
        .chain(&tenant.open_rows_high)
        .filter(|row| walk.may_stand_above(row.scope))
        .map(|row| row.scope);
    if let Some(group) = above.next().filter(|_| !anywhere) {
        add(&mut found, [unknown_hierarchy(tenant, group, &request)]);
    }
    found
}
