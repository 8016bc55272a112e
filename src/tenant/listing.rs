//! Indexes that only listings need, made when the first one is asked for: assignments by scope, and
//! who is in a group.

use super::{PrincipalIx, Row, ScopeIx, Tenant};
use std::sync::OnceLock;

/// The indexes, or nothing yet.
#[derive(Debug, Default)]
pub(crate) struct Listing(OnceLock<Index>);

#[derive(Debug)]
struct Index {
    /// For each scope: its rows, as a range of `rows`.
    row_start: Vec<u32>,
    /// Positions in the tenant's rows, by scope, then as the tenant has them.
    rows: Vec<u32>,
    /// For each principal: who is in it directly, as a range of `members`.
    member_start: Vec<u32>,
    members: Vec<PrincipalIx>,
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Turns counts at `n + 1` into starts.
fn add_up(counts: &mut [u32]) {
    let mut sum = 0;
    for slot in counts {
        sum += *slot;
        *slot = sum;
    }
}

impl Index {
    fn build(tenant: &Tenant) -> Index {
        let mut row_start = vec![0u32; tenant.scopes.len() + 1];
        for row in &tenant.assignment_rows {
            row_start[row.scope.row() + 1] += 1;
        }
        add_up(&mut row_start);
        let mut next = row_start.clone();
        let mut rows = vec![0u32; tenant.assignment_rows.len()];
        for (at, row) in tenant.assignment_rows.iter().enumerate() {
            let slot = &mut next[row.scope.row()];
            rows[*slot as usize] = count(at);
            *slot += 1;
        }
        let mut member_start = vec![0u32; tenant.principal_count() + 1];
        for principal in tenant.principals() {
            for group in tenant.members.direct(principal) {
                member_start[group.row() + 1] += 1;
            }
        }
        add_up(&mut member_start);
        let mut next = member_start.clone();
        let total = member_start.last().copied().unwrap_or(0) as usize;
        let mut members = vec![PrincipalIx(0); total];
        for principal in tenant.principals() {
            for group in tenant.members.direct(principal) {
                let slot = &mut next[group.row()];
                members[*slot as usize] = principal;
                *slot += 1;
            }
        }
        Index { row_start, rows, member_start, members }
    }
}

impl Tenant {
    fn listing_index(&self) -> &Index {
        self.listing.0.get_or_init(|| Index::build(self))
    }

    /// Makes the indexes of listings now instead of in the first question that needs them.
    pub fn prepare_listings(&self) {
        self.listing_index();
    }

    /// The assignments at exactly a scope, by holder.
    pub(crate) fn assigned_at(&self, scope: ScopeIx) -> impl Iterator<Item = &Row> {
        let index = self.listing_index();
        let range =
            index.row_start[scope.row()] as usize..index.row_start[scope.row() + 1] as usize;
        index.rows[range].iter().map(|at| &self.assignment_rows[*at as usize])
    }

    /// Who is in a group directly, by id.
    pub(crate) fn members_of(&self, group: PrincipalIx) -> &[PrincipalIx] {
        let index = self.listing_index();
        let range =
            index.member_start[group.row()] as usize..index.member_start[group.row() + 1] as usize;
        &index.members[range]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::model::Facts;

    #[test]
    fn listings_are_made_ready_ahead_when_that_is_asked_for() {
        let tenant = Tenant::build(Facts::default(), &Catalog::newest());
        assert!(tenant.listing.0.get().is_none());
        tenant.prepare_listings();
        assert!(tenant.listing.0.get().is_some());
    }
}
