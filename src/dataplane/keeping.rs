//! What other doors would still let somebody do, were local authentication off.

use super::audit::Audit;
use super::place::Place;
use super::walk::Walk;
use crate::catalog::local_auth::{DoorState, NativeKind};
use crate::decide::{WhatQuestion, can, effective};
use crate::ident::{Operation, Plane};
use crate::pattern::Wildcards;
use crate::tenant::{PrincipalIx, Tenant};

/// The doors of a resource with local authentication off, as they stand whoever asks.
pub(super) struct Keeping<'k, 't> {
    after: Place<'t>,
    /// The known data operations of the type.
    known: &'k [Operation],
    /// Their numbers among all of the data plane, where they have one.
    numbers: Vec<Option<usize>>,
    /// May something else than a role with the data operation itself let somebody do it?
    beside: Vec<bool>,
    /// Does the service ask for nothing but the data operation, and does it ask for that?
    by_roles: Option<bool>,
}

impl<'k, 't> Keeping<'k, 't> {
    pub(super) fn new(tenant: &Tenant, after: Place<'t>, known: &'k [Operation]) -> Self {
        let all = tenant.operations(Plane::Data).all();
        let number =
            |wanted: &Operation| all.binary_search_by(|one| one.folded().cmp(wanted.folded())).ok();
        let plain = after.facts.iter().all(|facts| {
            facts.controls.is_empty() && facts.native.is_none() && facts.entra.also.is_empty()
        });
        let open = || after.facts.iter().any(|facts| after.entra(facts).0 == DoorState::Open);
        Keeping {
            numbers: known.iter().map(number).collect(),
            beside: known.iter().map(|operation| beside(&after, operation)).collect(),
            by_roles: plain.then(open),
            known,
            after,
        }
    }
}

/// Other role systems than these are in no export: they let nobody in for certain.
pub(super) fn beside(after: &Place<'_>, operation: &Operation) -> bool {
    after.facts.iter().any(|facts| {
        facts.native.as_ref().is_some_and(|native| native.kind == NativeKind::KeyVaultPolicies)
            || facts
                .controls
                .iter()
                .any(|rule| rule.operations.matches(operation, Wildcards::Azure).is_match())
    })
}

impl Audit<'_> {
    /// Of the known data operations of a type, by number, those that no other door would let a principal
    /// do.
    pub(super) fn lost(
        &self,
        keeping: &Keeping<'_, '_>,
        principal: PrincipalIx,
        reach: &[usize],
    ) -> Vec<usize> {
        let only_roles = !keeping.beside.contains(&true);
        if only_roles && (keeping.by_roles == Some(false) || !self.has_data(principal)) {
            return reach.to_vec();
        }
        // All operations at once: a type may have hundreds, and a resource as many holders.
        let question = WhatQuestion {
            principal: self.tenant.principal_id(principal),
            scope: Some(&keeping.after.resource),
            attributes: &self.attributes,
            attributes_complete: false,
            at: self.at,
            via_lighthouse: false,
            wildcards: Wildcards::Azure,
        };
        let held = effective(self.tenant, &question, Plane::Data);
        let kept = |at: usize| match (
            keeping.numbers[at].map(|number| held.allows(number)),
            keeping.by_roles,
        ) {
            (Some(allowed), Some(open)) => allowed && open,
            (Some(false), None) if !keeping.beside[at] => false,
            _ => self.keeps(keeping, principal, at),
        };
        reach.iter().copied().filter(|at| !kept(*at)).collect()
    }

    /// Has a principal any role with data operations, anywhere?
    fn has_data(&self, principal: PrincipalIx) -> bool {
        let tenant = self.tenant;
        let groups = tenant.groups_of(principal);
        std::iter::once(&principal).chain(groups.iter()).any(|id| {
            tenant.rows(*id).iter().any(|row| {
                tenant.role(row.role).definition().is_none_or(|role| {
                    role.blocks.iter().any(|block| !block.data_actions.is_empty())
                })
            })
        })
    }

    /// Would another door still allow a data operation?
    fn keeps(&self, keeping: &Keeping<'_, '_>, principal: PrincipalIx, at: usize) -> bool {
        let after = &keeping.after;
        let request = self.request(principal, &keeping.known[at], Plane::Data, &after.resource);
        let decision = can(self.tenant, &request);
        Walk::new(after, &request, &decision).passes_without_keys().is_true()
    }
}
