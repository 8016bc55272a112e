//! Which of many assignments stand on the way from a place to the root.

use crate::tenant::{Path, Row, Tenant};
use std::ops::Range;

/// More rows than this are bisected for each scope of the path instead of looked at one by one.
pub(super) const FEW: usize = 48;

/// The rows whose scope is on a path, outermost first. Rows are sorted by scope.
pub(super) fn applying<'w>(rows: &'w [Row], path: &'w Path) -> impl Iterator<Item = &'w Row> {
    let (few, many) = if rows.len() <= FEW { (rows, None) } else { (&[][..], Some(rows)) };
    let bisected = many.into_iter().flat_map(move |rows| {
        path.upwards().rev().flat_map(move |above| {
            let from = rows.partition_point(|row| row.scope < above);
            rows[from..].iter().take_while(move |row| row.scope == above)
        })
    });
    few.iter().filter(|row| path.holds(row.scope)).chain(bisected)
}

/// Rows that are perhaps on a path. What most principals hold is sieved without a branch, so that the
/// lists of all their groups are waited for together and not one after the other.
#[derive(Debug)]
pub(super) struct Sieved {
    rows: [u32; ROOM],
    count: usize,
}

/// How many rows are sieved before they are looked at. A power of two.
const ROOM: usize = 64;

impl Default for Sieved {
    fn default() -> Sieved {
        Sieved { rows: [0; ROOM], count: 0 }
    }
}

impl Sieved {
    /// A list of more than [`FEW`] is not sieved, and what was sieved before goes first.
    pub(super) fn lacks_room_for(&self, rows: usize) -> bool {
        rows > FEW || self.count + rows > ROOM
    }

    pub(super) fn add(&mut self, tenant: &Tenant, path: &Path, range: Range<usize>) {
        let first = u32::try_from(range.start).unwrap_or(u32::MAX);
        for (at, row) in (first..).zip(&tenant.assignment_rows[range]) {
            self.rows[self.count % ROOM] = at;
            self.count += usize::from(path.may_hold(row.scope));
        }
    }

    pub(super) fn drain(&mut self, tenant: &Tenant, path: &Path, give: &mut impl FnMut(&Row)) {
        for at in &self.rows[..self.count] {
            let row = &tenant.assignment_rows[*at as usize];
            if path.holds(row.scope) {
                give(row);
            }
        }
        self.count = 0;
    }
}
