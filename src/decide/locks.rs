//! Locks: after RBAC has allowed, by HTTP method (semantics.md 12).

use super::{Method, Request};
use crate::ident::{Plane, Scope};
use crate::model::{LockLevel, Touches};
use crate::tenant::{LockIx, Mark, Path, ScopeIx, Tenant};

/// Operations that no lock holds back (U30).
pub(super) const EXEMPT: [&str; 2] =
    ["microsoft.authorization/locks/write", "microsoft.authorization/locks/delete"];

/// Is this a request that locks look at at all?
pub(super) fn concern(request: &Request<'_>) -> bool {
    request.plane == Plane::Control && !EXEMPT.contains(&request.operation.folded())
}

fn method(request: &Request<'_>) -> Method {
    request.method.unwrap_or_else(|| Method::of(request.operation))
}

/// The locks that block a request at a place. `exact`: the place is the target itself, so what stands
/// below it counts for a DELETE.
pub(super) fn blocking(
    tenant: &Tenant,
    request: &Request<'_>,
    path: &Path,
    at: ScopeIx,
    exact: bool,
) -> Vec<LockIx> {
    if tenant.lock_rows.is_empty() {
        return Vec::new();
    }
    let method = method(request);
    // Most places have no lock anywhere near: what a lock looks at is asked after that.
    let (above, below) = (path.has(Mark::Locks), method == Method::Delete && exact);
    if !(above || below) || matches!(method, Method::Get | Method::Head) || !concern(request) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for above in above.then(|| path.upwards()).into_iter().flatten() {
        for (_, lock) in rows(tenant, above.0, above.0 + 1) {
            let blocks = match tenant.lock(*lock).level {
                LockLevel::ReadOnly => true,
                LockLevel::CanNotDelete => method == Method::Delete,
            };
            if blocks {
                found.push(*lock);
            }
        }
    }
    if below {
        // A delete takes everything below along: one lock there blocks all of it (12.4, 12.9).
        found.extend(rows(tenant, at.0 + 1, tenant.scopes.end(at)).iter().map(|row| row.1));
    }
    found.sort_unstable();
    found
}

fn rows(tenant: &Tenant, from: u32, to: u32) -> &[(ScopeIx, LockIx)] {
    let rows = &tenant.lock_rows;
    let start = rows.partition_point(|row| row.0.0 < from);
    let end = rows.partition_point(|row| row.0.0 < to);
    rows.get(start..end).unwrap_or(&[])
}

/// Could a lock of which no more is known than its scope, or not even that, stand at a target or above it,
/// and could it stand at or below it? What stands below counts for a DELETE only (12.4, 12.9), and none stands
/// at a management group.
pub(super) fn around(lock: Option<&Scope>, target: &Scope) -> (bool, bool) {
    lock.map_or((true, true), |lock| (lock.contains(target), target.contains(lock)))
}

/// Gaps that could have been a lock on this request.
pub(super) fn gaps<'t>(
    tenant: &'t Tenant,
    request: &Request<'_>,
) -> impl Iterator<Item = &'t crate::model::Gap> {
    let method = method(request);
    let looked_at = concern(request) && !matches!(method, Method::Get | Method::Head);
    let target = request.scope;
    tenant.gaps().iter().filter(move |gap| {
        looked_at
            && match &gap.touches {
                Touches::Lock { scope } => {
                    let (above, below) = around(scope.as_ref(), target);
                    above || (below && method == Method::Delete)
                }
                _ => false,
            }
    })
}
