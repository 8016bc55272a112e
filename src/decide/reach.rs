//! Whom a set of principals stands for: themselves and, of groups, everybody in them.

use crate::tenant::{PrincipalIx, Tenant};

/// A set of principals.
#[derive(Debug, Clone)]
pub(super) struct Set(Vec<u64>);

impl Set {
    pub(super) fn none(tenant: &Tenant) -> Set {
        Set(vec![0; tenant.principal_count().div_ceil(64)])
    }

    pub(super) fn holds(&self, principal: PrincipalIx) -> bool {
        self.0[principal.row() / 64] >> (principal.row() % 64) & 1 == 1
    }

    /// Adds one; tells whether it is new.
    pub(super) fn add(&mut self, principal: PrincipalIx) -> bool {
        let word = &mut self.0[principal.row() / 64];
        let bit = 1 << (principal.row() % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

/// Everybody who is one of `list` or in one of its groups. A group that does not count for access
/// (U13) stands only for itself, though membership leads through it; with `all` every group counts.
pub(super) fn reach(tenant: &Tenant, list: &[PrincipalIx], all: bool) -> (Set, Vec<PrincipalIx>) {
    let mut set = Set::none(tenant);
    let mut found: Vec<PrincipalIx> = Vec::new();
    for principal in list {
        if (all || tenant.counts(*principal)) && set.add(*principal) {
            found.push(*principal);
        }
    }
    let mut at = 0;
    while let Some(next) = found.get(at) {
        for member in tenant.members_of(*next) {
            if set.add(*member) {
                found.push(*member);
            }
        }
        at += 1;
    }
    for principal in list {
        if set.add(*principal) {
            found.push(*principal);
        }
    }
    (set, found)
}
