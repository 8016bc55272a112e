//! What differs and makes no difference.

use super::align::{Align, RowKey};
use super::cause::{Cause, row_causes};
use super::gather::Gathered;
use super::structure::{Structure, principal};
use crate::ident::Guid;
use crate::model::AssignmentState;
use crate::tenant::{AssignmentIx, PrincipalIx};
use rustc_hash::FxHashSet;

/// What differs and gives or takes nobody anything, sorted.
pub(super) fn neutral(
    align: &Align<'_>,
    structure: &Structure<'_>,
    gathered: &Gathered,
) -> Vec<Cause> {
    let used = gathered.used();
    let mut found: Vec<Cause> = Vec::new();
    for number in 0..align.people.len() {
        let own = [0, 1].map(|side| principal(align, side, number));
        if structure.holders[number] {
            assignments(align, own, &mut found);
        } else if let [Some(old), Some(new)] = own {
            replaced(align, old, new, &mut found);
        }
    }
    for deny in &structure.denies {
        found.push(match deny.side {
            0 => Cause::DenyRemoved(deny.what.fact),
            _ => Cause::DenyAdded(deny.what.fact),
        });
    }
    for lock in &structure.locks {
        found.push(match lock.side {
            0 => Cause::LockRemoved(lock.what),
            _ => Cause::LockAdded(lock.what),
        });
    }
    found.extend(structure.moved.iter().map(|place| Cause::Moved(align.scope(*place).clone())));
    eligible(align, &mut found);
    found.retain(|cause| !used.contains(cause));
    found.sort();
    found.dedup();
    found
}

/// The assignments of one holder that only one side has.
fn assignments(align: &Align<'_>, own: [Option<PrincipalIx>; 2], found: &mut Vec<Cause>) {
    let keys = [0, 1].map(|side: usize| {
        let rows = own[side].into_iter().flat_map(|ix| align.own(side, ix));
        rows.map(|(_, key)| key).collect::<FxHashSet<RowKey>>()
    });
    for side in 0..2 {
        for (row, key) in own[side].into_iter().flat_map(|ix| align.own(side, ix)) {
            if !keys[1 - side].contains(&key) {
                found.extend(row_causes(align, side, row, key));
            }
        }
    }
}

/// Assignments that say the same under another name: deleted and made again.
fn replaced(align: &Align<'_>, old: PrincipalIx, new: PrincipalIx, found: &mut Vec<Cause>) {
    let [before, after] = align.tenants;
    for ((was, a), (is, b)) in align.own(0, old).zip(align.own(1, new)) {
        let names =
            (before.assignment(was.fact).name.guid(), after.assignment(is.fact).name.guid());
        if a == b && names.0.is_some() && names.1.is_some() && names.0 != names.1 {
            found.push(Cause::AssignmentReplaced { before: was.fact, after: is.fact });
        }
    }
}

/// Eligible assignments that only one side has: they give nothing until they are activated.
fn eligible(align: &Align<'_>, found: &mut Vec<Cause>) {
    type Said = (Guid, u32, u32);
    let lists = [0, 1].map(|side: usize| {
        let tenant = align.tenants[side];
        let rows = tenant.assignment_rows.iter().zip(&align.keys[side]);
        rows.filter(|(row, key)| {
            key.is_none() && tenant.assignment(row.fact).state == AssignmentState::Eligible
        })
        .map(|(row, _)| {
            let said = (
                tenant.principal_id(row.holder()),
                align.place(side, row.scope),
                align.contents[side][row.role.row()],
            );
            (said, row.fact)
        })
        .collect::<Vec<(Said, AssignmentIx)>>()
    });
    let sets = [0, 1]
        .map(|side: usize| lists[side].iter().map(|(said, _)| *said).collect::<FxHashSet<Said>>());
    for side in 0..2 {
        for (said, fact) in &lists[side] {
            if !sets[1 - side].contains(said) {
                found.push(match side {
                    0 => Cause::EligibleRemoved(*fact),
                    _ => Cause::EligibleAdded(*fact),
                });
            }
        }
    }
}
