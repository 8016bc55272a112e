//! Where does a principal get in, through whatever door?

use super::{Effective, Via, access};
use crate::catalog::local_auth::LocalAuthCatalog;
use crate::decide::{Covers, Outcome, Request, beneath, breaks, can, extents};
use crate::ident::Scope;
use crate::model::Gap;
use crate::tenant::{ScopeIx, Tenant};

/// Where a principal gets in.
#[derive(Debug, Clone)]
pub struct WhereAccess {
    /// The scopes, as disjoint regions, in the order of the scope tree.
    pub regions: Vec<AccessRegion>,
    /// What was missing or not understood and leaves regions undecided.
    pub gaps: Vec<Gap>,
}

/// Scopes where the same door gives the same answer.
#[derive(Debug, Clone)]
pub struct AccessRegion {
    /// Where it begins.
    pub scope: ScopeIx,
    /// How far it goes.
    pub covers: Covers,
    /// Subtrees that do not belong to it.
    pub except: Vec<ScopeIx>,
    /// [`Effective::Allowed`] or [`Effective::Conditional`].
    pub effective: Effective,
    /// Which door.
    pub via: Via,
    /// What RBAC alone says.
    pub rbac: Outcome,
    /// The condition that is left of RBAC's answer.
    pub residual: Option<String>,
}

impl WhereAccess {
    /// What it says of a scope.
    #[must_use]
    pub fn at(&self, tenant: &Tenant, scope: ScopeIx) -> (Effective, Via) {
        let holds = |region: &&AccessRegion| {
            let reaches = match region.covers {
                Covers::Only => region.scope == scope,
                Covers::Subtree => tenant.is_above(region.scope, scope),
                Covers::Below => region.scope != scope && tenant.is_above(region.scope, scope),
            };
            reaches && !region.except.iter().any(|inner| tenant.is_above(*inner, scope))
        };
        let found = self.regions.iter().find(holds);
        found.map_or((Effective::NotAllowed, Via::None), |region| (region.effective, region.via))
    }
}

#[derive(Debug, Clone)]
struct Found {
    effective: Effective,
    via: Via,
    rbac: Outcome,
    residual: Option<String>,
}

impl Found {
    fn same(&self, other: &Found) -> bool {
        (self.effective, self.via, &self.residual) == (other.effective, other.via, &other.residual)
    }
}

/// At which scopes does the principal of a request get in, through RBAC, a key or the service's own
/// roles? The scope of the request is where to look.
///
/// Every resource of the operation's provider that the tenant names is asked about, since a key opens
/// for reasons that no role shows. Of resources that no export lists, RBAC's answer is told.
#[must_use]
pub fn where_access(tenant: &Tenant, request: &Request<'_>) -> WhereAccess {
    let mut gaps: Vec<Gap> = Vec::new();
    let mut ask = |scope: &Scope| {
        let request = Request { scope, near_misses: 0, ..request.clone() };
        let decision = can(tenant, &request);
        let access = access(tenant, &request, &decision);
        if access.effective == Effective::NotAllowed {
            return None;
        }
        if access.effective == Effective::Conditional {
            for gap in decision.gaps.into_iter().chain(access.gaps) {
                if !gaps.contains(&gap) {
                    gaps.push(gap);
                }
            }
        }
        let (effective, via, rbac) = (access.effective, access.via, decision.outcome);
        Some(Found { effective, via, rbac, residual: decision.residual })
    };
    let mut places = breaks(tenant, request);
    let top = places.first().map_or(ScopeIx(0), |place| place.0);
    let provider = request.operation.folded().split('/').next().unwrap_or_default();
    let doors = tenant
        .all_scopes()
        .filter(|ix| tenant.is_above(top, *ix) && has_doors(tenant.scope_text(*ix), provider));
    places.extend(doors.map(|ix| (ix, true)));
    // Where a place stands twice, the one that looks below stays.
    places.sort_unstable_by_key(|(place, below)| (*place, !below));
    places.dedup_by_key(|(place, _)| *place);
    let mut answers = Vec::with_capacity(places.len());
    for (place, looks_below) in places {
        let text = tenant.scope_text(place);
        let own = ask(if place == top { request.scope } else { text });
        let below = if looks_below { ask(&beneath(text)) } else { own.clone() };
        answers.push((place, own, below));
    }
    let regions = extents(tenant, answers, Found::same)
        .into_iter()
        .map(|extent| AccessRegion {
            scope: extent.scope,
            covers: extent.covers,
            except: extent.except,
            effective: extent.answer.effective,
            via: extent.answer.via,
            rbac: extent.answer.rbac,
            residual: extent.answer.residual,
        })
        .collect();
    WhereAccess { regions, gaps }
}

/// Is it a resource of a provider, or a part of one, whose type the catalog knows doors of?
fn has_doors(scope: &Scope, provider: &str) -> bool {
    let Some(kind) = scope.resource_type() else { return false };
    kind.split('/').next().is_some_and(|own| own.eq_ignore_ascii_case(provider))
        && LocalAuthCatalog::embedded().at(scope).ok().flatten().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_are_those_of_the_resource_of_the_provider_that_is_asked_about() {
        let group = "/subscriptions/s/resourceGroups/rg";
        let account = format!("{group}/providers/Microsoft.Storage/storageAccounts/a");
        let machine = format!("{group}/providers/Microsoft.Compute/virtualMachines/vm");
        let of =
            |scope: &str, provider: &str| has_doors(&Scope::new(scope).expect("a scope"), provider);
        assert!(of(&account, "microsoft.storage"));
        assert!(of(&format!("{account}/blobServices/default"), "microsoft.storage"));
        assert!(!of(&account, "microsoft.compute"), "another provider is asked about");
        assert!(!of(&machine, "microsoft.compute"), "it has no doors");
        assert!(!of(group, "microsoft.storage"));
    }

    #[test]
    fn what_is_alike_is_alike_in_all_that_is_told() {
        let found = |effective, via, residual: Option<&str>| Found {
            effective,
            via,
            rbac: Outcome::NotAllowed,
            residual: residual.map(str::to_string),
        };
        let one = found(Effective::Allowed, Via::Rbac, None);
        assert!(one.same(&found(Effective::Allowed, Via::Rbac, None)));
        for other in [
            found(Effective::Conditional, Via::Rbac, None),
            found(Effective::Allowed, Via::LocalAuth, None),
            found(Effective::Allowed, Via::Rbac, Some("x")),
        ] {
            assert!(!one.same(&other), "{other:?}");
        }
    }
}
