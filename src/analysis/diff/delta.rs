//! What is other than before at one place: sets of operations, each with what happened to it.

use crate::decide::Outcomes;
use crate::ident::Plane;
use crate::tenant::Bits;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

/// What happened to an operation, in the words of [`Outcome`](crate::decide::Outcome): allowed,
/// conditional, or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transition {
    /// From no to allowed.
    Gained,
    /// From no to conditional.
    PerhapsGained,
    /// From conditional to allowed.
    Confirmed,
    /// Conditional before and after, under another condition.
    Changed,
    /// From allowed to no.
    Lost,
    /// From allowed to conditional.
    Doubted,
    /// From conditional to no.
    PerhapsLost,
}

/// Is more allowed, something else, or less?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// More.
    Gain,
    /// Something else: the condition is another one, and may let in more or less.
    Condition,
    /// Less.
    Loss,
}

impl Direction {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Gain => "gain",
            Direction::Condition => "condition",
            Direction::Loss => "loss",
        }
    }
}

impl Transition {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Transition::Gained => "gained",
            Transition::PerhapsGained => "gained-conditionally",
            Transition::Confirmed => "now-unconditional",
            Transition::Changed => "condition-changed",
            Transition::Lost => "lost",
            Transition::Doubted => "now-conditional",
            Transition::PerhapsLost => "lost-conditional",
        }
    }

    /// Is it more or less than before?
    #[must_use]
    pub fn direction(self) -> Direction {
        match self {
            Transition::Gained | Transition::PerhapsGained | Transition::Confirmed => {
                Direction::Gain
            }
            Transition::Changed => Direction::Condition,
            Transition::Lost | Transition::Doubted | Transition::PerhapsLost => Direction::Loss,
        }
    }
}

/// Operations of one plane to which the same happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Part {
    pub(super) transition: Transition,
    pub(super) plane: Plane,
    pub(super) bits: Bits,
}

/// Everything that happened at one place.
#[derive(Debug, Default)]
pub(super) struct Parts(Vec<Part>);

impl Parts {
    pub(super) fn add(&mut self, transition: Transition, plane: Plane, bits: Bits) {
        if bits.iter().any(|word| *word != 0) {
            self.0.push(Part { transition, plane, bits });
        }
    }

    pub(super) fn compare(&mut self, plane: Plane, old: &Outcomes, new: &Outcomes) {
        let both = |a: &Bits, b: &Bits| -> Bits { a.iter().zip(b).map(|(a, b)| a & b).collect() };
        let no = |side: &Outcomes| -> Bits {
            side.allowed.iter().zip(&side.perhaps).map(|(a, b)| !(a | b)).collect()
        };
        if old == new {
            return;
        }
        self.add(Transition::Gained, plane, both(&no(old), &new.allowed));
        self.add(Transition::PerhapsGained, plane, both(&no(old), &new.perhaps));
        self.add(Transition::Confirmed, plane, both(&old.perhaps, &new.allowed));
        self.add(Transition::Lost, plane, both(&old.allowed, &no(new)));
        self.add(Transition::Doubted, plane, both(&old.allowed, &new.perhaps));
        self.add(Transition::PerhapsLost, plane, both(&old.perhaps, &no(new)));
    }
}

/// Every difference that was found, each once.
#[derive(Debug, Default)]
pub(super) struct Deltas {
    pub(super) all: Vec<Vec<Part>>,
    /// By hash: sets of operations are long, and are kept once.
    numbers: FxHashMap<u64, Vec<u32>>,
}

impl Deltas {
    /// The numbers of what was gained, is under another condition, and was lost.
    pub(super) fn intern(&mut self, parts: Parts) -> [Option<u32>; 3] {
        let mut found = [None; 3];
        let mut lists: [Vec<Part>; 3] = Default::default();
        for part in parts.0 {
            lists[part.transition.direction() as usize].push(part);
        }
        for (number, mut list) in found.iter_mut().zip(lists) {
            if list.is_empty() {
                continue;
            }
            list.sort_by_key(|part| (part.plane, part.transition));
            let mut hasher = FxHasher::default();
            list.hash(&mut hasher);
            let alike = self.numbers.entry(hasher.finish()).or_default();
            let known = alike.iter().find(|at| self.all[**at as usize] == list).copied();
            *number = Some(known.unwrap_or_else(|| {
                let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
                self.all.push(list);
                alike.push(next);
                next
            }));
        }
        found
    }
}
