//! The operations that a sweep asks about, and how grants, denies and locks add up for all of them.

use crate::ident::{Method, Plane};
use crate::tenant::{Bits, Operations, plane_at, select};

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
            let (firm, open) = (self.firm[at], self.open[at] | self.gap_grants[at]);
            let denied = self.hard[at] | self.soft[at];
            let yes = firm & !denied & !self.undecided[at];
            // A grant that a deny may take, what may be a grant, and a grant whose deny an exclusion may lift.
            let lifted = self.soft[at] & !self.hard[at] & (firm | open);
            let maybe = select(denied, lifted, select(firm, self.undecided[at], open));
            let stop = stopped[at] & !self.firm_lighthouse[at];
            let doubt = unsure[at] & !stopped[at] & !self.firm_lighthouse[at];
            allowed[at] = yes & !stop & !doubt;
            let left = (yes & doubt) | maybe;
            perhaps[at] = select(stop, (yes | maybe) & self.open_lighthouse[at], left);
        }
        Outcomes { allowed, perhaps }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::Operation;

    /// What an operation meets, one bit each.
    #[derive(Debug, Clone, Copy)]
    struct Meets(usize);

    impl Meets {
        fn has(self, bit: usize) -> bool {
            self.0 >> bit & 1 == 1
        }
    }

    const FLAGS: usize = 10;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Says {
        No,
        Perhaps,
        Yes,
    }

    /// The same step by step: grants, then denies, then locks (semantics.md 1.2, 12).
    fn step_by_step(meets: Meets) -> Says {
        let [firm, open, gap, hard, soft, undecided, stop, unsure, free, perhaps_free] =
            std::array::from_fn(|bit| meets.has(bit));
        let granted = match (firm, open || gap) {
            (true, _) => Says::Yes,
            (false, true) => Says::Perhaps,
            (false, false) => Says::No,
        };
        let left = match (granted, hard, soft, undecided) {
            (Says::No, ..) | (_, true, ..) => Says::No,
            (_, _, true, _) | (Says::Yes, _, _, true) => Says::Perhaps,
            _ => granted,
        };
        match (left, stop, unsure) {
            (Says::No, ..) => Says::No,
            _ if free => left,
            (_, true, _) if perhaps_free => Says::Perhaps,
            (_, true, _) => Says::No,
            (_, false, true) => Says::Perhaps,
            (_, false, false) => left,
        }
    }

    #[test]
    fn words_say_what_steps_say() {
        let all: Vec<Operation> = (0..1 << FLAGS)
            .map(|number| Operation::new(&format!("a.b/{number:04}/read")).expect("an operation"))
            .collect();
        let operations = Operations::of(all);
        let with = |bit: usize| {
            let mut bits = operations.none();
            for number in (0..1 << FLAGS).filter(|number| Meets(*number).has(bit)) {
                bits[number / 64] |= 1 << (number % 64);
            }
            bits
        };
        let sum = Sum {
            firm: with(0),
            open: with(1),
            gap_grants: with(2),
            hard: with(3),
            soft: with(4),
            undecided: with(5),
            firm_lighthouse: with(8),
            open_lighthouse: with(9),
        };
        let outcomes = sum.conclude(&with(6), &with(7));
        for number in 0..1 << FLAGS {
            let is_in = |bits: &Bits| bits[number / 64] >> (number % 64) & 1 == 1;
            let found = match (is_in(&outcomes.allowed), is_in(&outcomes.perhaps)) {
                (false, false) => Says::No,
                (false, true) => Says::Perhaps,
                (true, false) => Says::Yes,
                (true, true) => unreachable!("it is both"),
            };
            assert_eq!(found, step_by_step(Meets(number)), "{number:010b}");
        }
    }
}
