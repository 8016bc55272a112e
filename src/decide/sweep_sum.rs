//! The operations that a sweep asks about, and how grants, denies and locks add up for all of them.

use crate::ident::{Method, Plane};
use crate::tenant::{Bits, Operations, plane_at};

/// The operations of a sweep, control plane before data plane, and what locks and denies tell apart.
#[derive(Debug)]
pub(crate) struct Universe {
    pub(crate) operations: [Operations; 2],
    /// Control operations that a lock may hold back, and those of them that delete.
    pub(super) changing: Bits,
    pub(super) deleting: Bits,
    /// Operations that users' denies never match (U33), by plane.
    pub(super) exempt: [Bits; 2],
}

impl Universe {
    pub(crate) fn new(operations: [Operations; 2]) -> Universe {
        let control = &operations[0];
        let mut changing = control.none();
        let mut deleting = control.none();
        for (at, operation) in control.all().iter().enumerate() {
            let method = Method::of(operation);
            let own = super::locks::EXEMPT.contains(&operation.folded());
            if own || matches!(method, Method::Get | Method::Head) {
                continue;
            }
            changing[at / 64] |= 1 << (at % 64);
            if method == Method::Delete {
                deleting[at / 64] |= 1 << (at % 64);
            }
        }
        let exempt = [0, 1].map(|plane: usize| {
            let mut bits = operations[plane].none();
            for (at, operation) in operations[plane].all().iter().enumerate() {
                if super::denying::DENY_EXEMPT.contains(&operation.folded()) {
                    bits[at / 64] |= 1 << (at % 64);
                }
            }
            bits
        });
        Universe { operations, changing, deleting, exempt }
    }

    pub(crate) fn on(&self, plane: Plane) -> &Operations {
        &self.operations[plane_at(plane)]
    }

    /// The control operations that locks look at.
    pub(crate) fn changing(&self) -> &Bits {
        &self.changing
    }
}

/// What holds for one principal at one place on one plane: what is in neither is a no.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Outcomes {
    pub(crate) allowed: Bits,
    pub(crate) perhaps: Bits,
}

/// Grants and denies of one principal at one place, before they are weighed.
#[derive(Debug)]
pub(super) struct Sum {
    pub(super) firm: Bits,
    pub(super) open: Bits,
    pub(super) firm_lighthouse: Bits,
    pub(super) open_lighthouse: Bits,
    /// Denied for certain; denied unless an exclusion applies; perhaps denied.
    pub(super) hard: Bits,
    pub(super) soft: Bits,
    pub(super) undecided: Bits,
    pub(super) gap_grants: Bits,
}

impl Sum {
    pub(super) fn new(operations: &Operations) -> Sum {
        let none = operations.none();
        Sum {
            firm: none.clone(),
            open: none.clone(),
            firm_lighthouse: none.clone(),
            open_lighthouse: none.clone(),
            hard: none.clone(),
            soft: none.clone(),
            undecided: none.clone(),
            gap_grants: none,
        }
    }

    /// As a decision concludes and locks (semantics.md 1.2, 12), word by word.
    pub(super) fn conclude(self, stopped: &Bits, unsure: &Bits) -> Outcomes {
        let mut allowed = vec![0; self.firm.len()];
        let mut perhaps = vec![0; self.firm.len()];
        for at in 0..self.firm.len() {
            let (firm, open) = (self.firm[at], self.open[at]);
            let free = !(self.hard[at] | self.soft[at]);
            let lifted = self.soft[at] & !self.hard[at] & (firm | open | self.gap_grants[at]);
            let undecided = self.undecided[at];
            let mut yes = free & firm & !undecided;
            let mut maybe =
                free & firm & undecided | free & !firm & (open | self.gap_grants[at]) | lifted;
            let (lighthouse, stop) = (self.firm_lighthouse[at], stopped[at]);
            let hit = stop & !lighthouse & (yes | maybe);
            yes &= !hit;
            maybe = maybe & !hit | hit & self.open_lighthouse[at];
            let doubt = yes & unsure[at] & !stop & !lighthouse;
            allowed[at] = yes & !doubt;
            perhaps[at] = maybe | doubt;
        }
        Outcomes { allowed, perhaps }
    }
}
