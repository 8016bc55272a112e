//! Why something is other than before: which assignment, deny, lock, role, membership.

use super::align::{Align, RowKey};
use super::delta::{Direction, Part};
use super::person::{PLANES, Person, Walker, overlap};
use super::region::Found;
use super::structure::principal;
use crate::decide::Covers;
use crate::ident::{Guid, Scope};
use crate::tenant::{AssignmentIx, DenyIx, DenyRow, LockIx, RoleIx, Row};

/// One reason for a difference. Indices of what was added are of the newer tenant, of what was removed
/// of the older one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// A role assignment that was not there.
    AssignmentAdded(AssignmentIx),
    /// A role assignment that is gone.
    AssignmentRemoved(AssignmentIx),
    /// The same role for the same principal at the same scope, under another condition or at other
    /// times.
    AssignmentChanged {
        /// As it was.
        before: AssignmentIx,
        /// As it is.
        after: AssignmentIx,
    },
    /// A role assignment was made again and says the same.
    AssignmentReplaced {
        /// As it was.
        before: AssignmentIx,
        /// As it is.
        after: AssignmentIx,
    },
    /// An eligible assignment that was not there; it gives nothing until it is activated.
    EligibleAdded(AssignmentIx),
    /// An eligible assignment that is gone.
    EligibleRemoved(AssignmentIx),
    /// A role that is held holds something else: a custom role was edited, or Microsoft changed a
    /// built-in one.
    RoleChanged {
        /// As it was.
        before: RoleIx,
        /// As it is.
        after: RoleIx,
    },
    /// Somebody came into a group that holds an assignment.
    MemberAdded {
        /// The group.
        group: Guid,
        /// What the group holds.
        assignment: AssignmentIx,
    },
    /// Somebody left such a group.
    MemberRemoved {
        /// The group.
        group: Guid,
        /// What the group held.
        assignment: AssignmentIx,
    },
    /// A deny assignment that was not there.
    DenyAdded(DenyIx),
    /// A deny assignment that is gone.
    DenyRemoved(DenyIx),
    /// A deny assignment binds somebody whom it spared, through groups; of the newer tenant.
    DenyBinds(DenyIx),
    /// A deny assignment spares somebody whom it bound, through groups; of the older tenant.
    DenySpares(DenyIx),
    /// A lock that was not there.
    LockAdded(LockIx),
    /// A lock that is gone.
    LockRemoved(LockIx),
    /// A subscription or management group stands elsewhere, or is there on one side only.
    Moved(Scope),
    /// Custom security attributes of the principal that a condition asks about.
    Attributes,
    /// The members of a group are not known, and what it holds is other than before.
    UnknownMembers(Guid),
    /// Other input is missing or was not understood.
    Input,
}

impl Cause {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Cause::AssignmentAdded(_) => "assignment-added",
            Cause::AssignmentRemoved(_) => "assignment-removed",
            Cause::AssignmentChanged { .. } => "assignment-changed",
            Cause::AssignmentReplaced { .. } => "assignment-replaced",
            Cause::EligibleAdded(_) => "eligible-added",
            Cause::EligibleRemoved(_) => "eligible-removed",
            Cause::RoleChanged { .. } => "role-changed",
            Cause::MemberAdded { .. } => "member-added",
            Cause::MemberRemoved { .. } => "member-removed",
            Cause::DenyAdded(_) => "deny-added",
            Cause::DenyRemoved(_) => "deny-removed",
            Cause::DenyBinds(_) => "deny-binds",
            Cause::DenySpares(_) => "deny-spares",
            Cause::LockAdded(_) => "lock-added",
            Cause::LockRemoved(_) => "lock-removed",
            Cause::Moved(_) => "hierarchy-changed",
            Cause::Attributes => "attributes-changed",
            Cause::UnknownMembers(_) => "unknown-members-hold-other",
            Cause::Input => "input-differs",
        }
    }
}

/// Which side's own facts speak for a direction: what is new for a gain, what is gone for a loss.
fn sides(direction: Direction) -> &'static [usize] {
    match direction {
        Direction::Gain => &[1],
        Direction::Loss => &[0],
        Direction::Condition => &[0, 1],
    }
}

impl Walker<'_, '_> {
    /// The reasons for one difference of somebody, sorted.
    pub(super) fn causes(&mut self, person: &Person, found: &Found) -> Vec<Cause> {
        let place = found.stretch.place;
        let below = found.stretch.covers() == Covers::Below;
        let spots = self.spots(place, below);
        let parts: &[Part] = &self.deltas.all[found.delta as usize];
        let Some(direction) = parts.first().map(|part| part.transition.direction()) else {
            return Vec::new();
        };
        let touched = |plane, bits: &[u64]| {
            parts.iter().any(|part| part.plane == plane && overlap(&part.bits, bits))
        };
        let mut causes = Vec::new();
        for side in sides(direction).iter().copied() {
            let tenant = self.align.tenants[side];
            let sweep = &self.sweeps[side];
            for (row, key) in &person.only[side] {
                let above = tenant.is_above(row.scope, spots[side].located.at)
                    || spots[side].located.floating;
                if !above {
                    continue;
                }
                let mut known = self.memo.touched.borrow_mut();
                let bears = *known.entry((found.delta, key.content)).or_insert_with(|| {
                    PLANES.iter().any(|plane| touched(*plane, &sweep.reach(row, *plane)))
                });
                if bears {
                    let mut known = self.memo.causes.borrow_mut();
                    let cause = known
                        .entry((side, row.fact))
                        .or_insert_with(|| row_causes(self.align, side, row, *key));
                    causes.extend(cause.clone());
                }
            }
            // What was taken away before and is no more speaks for a gain.
            let other = match direction {
                Direction::Condition => side,
                Direction::Gain | Direction::Loss => 1 - side,
            };
            for deny in self.structure.denies.iter().filter(|deny| deny.side == other) {
                let sweep = &self.sweeps[other];
                let whom = self.align.tenants[other];
                let mut named = deny.what.principals.iter().chain(&deny.what.excludes);
                // It may bind somebody through a group whose members are not known.
                let bound = person.seen[other].is_bound(deny.what)
                    || named.any(|ix| whom.may_be_member(*ix));
                if bound
                    && self.align.places.is_above(deny.place, place)
                    && PLANES.iter().any(|plane| touched(*plane, &sweep.takes(deny.what, *plane)))
                {
                    causes.push(if other == 0 {
                        Cause::DenyRemoved(deny.what.fact)
                    } else {
                        Cause::DenyAdded(deny.what.fact)
                    });
                }
            }
            let changing = self.sweeps[0].universe.changing();
            for lock in self.structure.locks.iter().filter(|lock| lock.side == other) {
                let near = self.align.places.is_above(lock.place, place)
                    || self.align.places.is_above(place, lock.place);
                if near && touched(PLANES[0], changing) {
                    causes.push(if other == 0 {
                        Cause::LockRemoved(lock.what)
                    } else {
                        Cause::LockAdded(lock.what)
                    });
                }
            }
            if person.binding {
                let here = self.align.places.upwards(place).flat_map(|above| {
                    let all = &self.structure.deny_places[other];
                    let from = all.partition_point(|(at, _)| *at < above);
                    all[from..].iter().take_while(move |(at, _)| *at == above)
                });
                for (at, row) in here {
                    let takes = |plane| touched(plane, &self.sweeps[other].takes(row, plane));
                    if person.seen[other].is_bound(row)
                        && PLANES.into_iter().any(takes)
                        && !self.binds_there(person, 1 - other, *at, other, row)
                    {
                        causes.push(if other == 0 {
                            Cause::DenySpares(row.fact)
                        } else {
                            Cause::DenyBinds(row.fact)
                        });
                    }
                }
            }
            for row in self.structure.open.iter().filter(|row| row.side == side) {
                let reach = |plane| touched(plane, &self.sweeps[side].reach(&row.what, plane));
                let near =
                    self.align.places.is_above(row.place, place) || spots[side].located.floating;
                if near && PLANES.into_iter().any(reach) {
                    let id = tenant.principal_id(row.what.holder());
                    if id != person.seen[side].id {
                        causes.push(Cause::UnknownMembers(id));
                    }
                }
            }
        }
        for moved in &self.structure.moved {
            // Below it, or above it before or now.
            let near = self.align.places.is_above(*moved, place)
                || self.structure.moved_above.binary_search(&place).is_ok()
                    && [0, 1]
                        .into_iter()
                        .any(|side: usize| self.align.chain(side, *moved).0.contains(&place));
            if near {
                causes.push(Cause::Moved(self.align.scope(*moved).clone()));
            }
        }
        if self.structure.input {
            causes.push(Cause::Input);
        }
        if causes.is_empty() {
            // Members, or the tree, are known on one side only.
            causes.push(if person.binding { Cause::Attributes } else { Cause::Input });
        }
        causes.sort();
        causes.dedup();
        // That the members of a group are not known explains only what nothing else does.
        if causes.iter().any(|cause| !matches!(cause, Cause::UnknownMembers(_))) {
            causes.retain(|cause| !matches!(cause, Cause::UnknownMembers(_)));
        }
        causes
    }
}

impl Walker<'_, '_> {
    /// Does a deny that takes the same at the same place bind somebody on the other side too?
    fn binds_there(
        &self,
        person: &Person,
        side: usize,
        place: u32,
        own: usize,
        row: &DenyRow,
    ) -> bool {
        let rows = &self.structure.deny_places[side];
        let from = rows.partition_point(|(at, _)| *at < place);
        rows[from..].iter().take_while(|(at, _)| *at == place).any(|(_, other)| {
            person.seen[side].is_bound(other)
                && PLANES.iter().all(|plane| {
                    self.sweeps[side].takes(other, *plane) == self.sweeps[own].takes(row, *plane)
                })
        })
    }
}

/// Why only one side gives somebody an assignment.
pub(super) fn row_causes(align: &Align<'_>, side: usize, row: &Row, key: RowKey) -> Option<Cause> {
    let tenant = align.tenants[side];
    let number = align.person[side][row.holder().row()] as usize;
    let other = principal(align, 1 - side, number);
    if let Some(other) = other {
        if align.own(1 - side, other).any(|(_, known)| known == key) {
            let group = tenant.principal_id(row.holder());
            let assignment = row.fact;
            return Some(if side == 1 {
                Cause::MemberAdded { group, assignment }
            } else {
                Cause::MemberRemoved { group, assignment }
            });
        }
        if let Some((was, known)) = counterpart(align, side, row, key) {
            return Some(if known.content == key.content {
                let (before, after) = in_order(side, row.fact, was.fact);
                Cause::AssignmentChanged { before, after }
            } else {
                let (before, after) = in_order(side, row.role, was.role);
                Cause::RoleChanged { before, after }
            });
        }
    }
    Some(if side == 1 {
        Cause::AssignmentAdded(row.fact)
    } else {
        Cause::AssignmentRemoved(row.fact)
    })
}

/// The older before the newer.
fn in_order<T>(side: usize, own: T, other: T) -> (T, T) {
    if side == 1 { (other, own) } else { (own, other) }
}

/// The same role of the same holder at the same scope on the other side, where it says something else
/// there and nothing on this side says that.
pub(super) fn counterpart<'t>(
    align: &Align<'t>,
    side: usize,
    row: &Row,
    key: RowKey,
) -> Option<(&'t Row, RowKey)> {
    let number = align.person[side][row.holder().row()] as usize;
    let other = principal(align, 1 - side, number)?;
    let name = |side: usize, role: RoleIx| {
        let state = align.tenants[side].role(role);
        (state.id(), state.name().to_lowercase())
    };
    let same = |a: (Option<Guid>, String), b: (Option<Guid>, String)| match (a.0, b.0) {
        (Some(a), Some(b)) => a == b,
        _ => a.1 == b.1,
    };
    align
        .own(1 - side, other)
        .filter(|(_, known)| known.place == key.place)
        .filter(|(was, _)| same(name(side, row.role), name(1 - side, was.role)))
        .find(|(_, known)| !align.own(side, row.holder()).any(|(_, own)| own == *known))
}
