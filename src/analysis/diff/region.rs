//! Where the same happened: subtrees of scopes with exceptions.

use super::align::Places;
use crate::decide::Covers;

/// A part of the tree in which one difference holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Stretch {
    pub(super) place: u32,
    /// As [`Covers`], in an order.
    pub(super) covers: u8,
    pub(super) except: Vec<u32>,
}

impl Stretch {
    pub(super) fn covers(&self) -> Covers {
        match self.covers {
            0 => Covers::Subtree,
            1 => Covers::Only,
            _ => Covers::Below,
        }
    }
}

/// One difference and where it holds.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) stretch: Stretch,
    pub(super) delta: u32,
}

/// Makes regions from the differences at places that come in the order of the tree.
#[derive(Debug, Default)]
pub(super) struct Builder {
    found: Vec<Found>,
    /// The places that are open above the current one, and the region that goes on below each.
    stack: Vec<(u32, Option<usize>)>,
}

impl Builder {
    pub(super) fn add(
        &mut self,
        places: &Places,
        place: u32,
        own: Option<u32>,
        below: Option<u32>,
    ) {
        while self.stack.last().is_some_and(|(above, _)| !places.is_above(*above, place)) {
            self.stack.pop();
        }
        let current = self.stack.last().and_then(|(_, region)| *region);
        let inherited = current.map(|region| self.found[region].delta);
        if own == below && own == inherited {
            self.stack.push((place, current));
            return;
        }
        if let Some(region) = current {
            self.found[region].stretch.except.push(place);
        }
        let next = if own == below {
            own.map(|delta| self.open(place, 0, delta))
        } else {
            if let Some(delta) = own {
                self.open(place, 1, delta);
            }
            below.map(|delta| self.open(place, 2, delta))
        };
        self.stack.push((place, next));
    }

    fn open(&mut self, place: u32, covers: u8, delta: u32) -> usize {
        let stretch = Stretch { place, covers, except: Vec::new() };
        self.found.push(Found { stretch, delta });
        self.found.len() - 1
    }

    pub(super) fn finish(self) -> Vec<Found> {
        self.found
    }
}
