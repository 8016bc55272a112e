//! Who gets in, through whatever door?

use super::native;
use super::place::Place;
use super::{Access, Effective, access};
use crate::decide::{Decision, Request, can};
use crate::tenant::{PrincipalIx, Tenant};

/// A principal that gets in, or may.
#[derive(Debug, Clone)]
pub struct Entrant {
    /// Who. A group stands here for itself, as it does in an assignment.
    pub principal: PrincipalIx,
    /// What RBAC says.
    pub decision: Decision,
    /// Through which door.
    pub access: Access,
}

/// Who may do it through any door, or perhaps may? The principal of the request is ignored; the rest of
/// it is asked for everybody whom an assignment at, above or below the resource names, themselves or
/// through a group, and whom a vault's policies name. Sorted by principal.
///
/// Where the service's own role system is not known (a snapshot), nobody can be ruled out; only those
/// candidates are listed all the same.
#[must_use]
pub fn holders(tenant: &Tenant, request: &Request<'_>) -> Vec<Entrant> {
    let mut named: Vec<PrincipalIx> = Vec::new();
    let target = tenant.scopes.locate(request.scope, false).at;
    let place = Place::at(tenant, request.scope);
    let resource = place.as_ref().and_then(|place| tenant.scope(&place.resource));
    for row in &tenant.assignment_rows {
        let near = tenant.is_above(row.scope, target)
            || resource.is_some_and(|resource| tenant.is_above(resource, row.scope));
        if near {
            named.push(row.holder());
        }
    }
    if let Some(place) = &place {
        named.extend(native::named(place));
    }
    named.sort_unstable();
    named.dedup();
    let is_named = |principal: &PrincipalIx| named.binary_search(principal).is_ok();
    tenant
        .principals()
        .filter(|one| is_named(one) || tenant.groups_of(*one).iter().any(is_named))
        .filter_map(|principal| {
            let request = Request { principal: tenant.principal_id(principal), ..request.clone() };
            let decision = can(tenant, &request);
            let access = access(tenant, &request, &decision);
            (access.effective != Effective::NotAllowed).then_some(Entrant {
                principal,
                decision,
                access,
            })
        })
        .collect()
}
