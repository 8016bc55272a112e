//! The operations that are known, by plane, and which of them a role grants.

use super::bits::Bits;
use crate::catalog::Catalog;
use crate::ident::Plane;
use crate::model::{PermissionBlock, RoleDefinition};
use crate::pattern::{ActionPattern, Wildcards};

/// The operations of a catalog, each plane sorted by the folded name.
#[derive(Debug, Clone)]
pub struct Universe {
    planes: [Vec<Known>; 2],
}

#[derive(Debug, Clone)]
struct Known {
    text: Box<str>,
    folded: Box<str>,
}

/// Which permission blocks count?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All: a conditional block as if its condition held.
    All,
    /// Those without a condition.
    Unconditional,
}

impl Universe {
    /// The operations of a catalog: those that were seen on a plane and those that are inferred.
    #[must_use]
    pub fn new(catalog: &Catalog) -> Universe {
        let mut planes = [Vec::new(), Vec::new()];
        for (text, found) in catalog.operations().iter() {
            for plane in [Plane::Control, Plane::Data] {
                if found.on(plane).is_some() {
                    let folded = text.to_ascii_lowercase().into();
                    planes[at(plane)].push(Known { text: text.into(), folded });
                }
            }
        }
        Universe { planes }
    }

    /// How many operations there are on a plane.
    #[must_use]
    pub fn len(&self, plane: Plane) -> usize {
        self.planes[at(plane)].len()
    }

    /// Are there none at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.planes.iter().all(Vec::is_empty)
    }

    /// An operation by its number, in the spelling that was recorded.
    #[must_use]
    pub fn name(&self, plane: Plane, number: usize) -> &str {
        &self.planes[at(plane)][number].text
    }

    /// The same, lower case.
    #[must_use]
    pub fn folded(&self, plane: Plane, number: usize) -> &str {
        &self.planes[at(plane)][number].folded
    }

    /// The number of an operation (folded).
    #[must_use]
    pub fn find(&self, plane: Plane, folded: &str) -> Option<usize> {
        self.planes[at(plane)].binary_search_by(|known| (*known.folded).cmp(folded)).ok()
    }

    /// The names behind a set.
    #[must_use]
    pub fn names(&self, plane: Plane, set: &Bits) -> Vec<&str> {
        set.iter().map(|number| self.name(plane, number)).collect()
    }

    /// What patterns match.
    #[must_use]
    pub fn matched<'p>(
        &self,
        plane: Plane,
        patterns: impl IntoIterator<Item = &'p ActionPattern>,
    ) -> Bits {
        let mut set = Bits::none(self.len(plane));
        for pattern in patterns {
            self.mark(plane, pattern, &mut set);
        }
        set
    }

    /// What a permission block grants on a plane.
    #[must_use]
    pub fn block(&self, block: &PermissionBlock, plane: Plane) -> Bits {
        let (allow, except) = block.side(plane);
        let mut set = self.matched(plane, allow);
        if !except.is_empty() {
            set.subtract(&self.matched(plane, except));
        }
        set
    }

    /// What a role grants on a plane.
    #[must_use]
    pub fn role(&self, role: &RoleDefinition, plane: Plane, which: Which) -> Bits {
        let mut set = Bits::none(self.len(plane));
        for block in &role.blocks {
            if which == Which::All || block.condition.is_none() {
                set.add(&self.block(block, plane));
            }
        }
        set
    }

    fn mark(&self, plane: Plane, pattern: &ActionPattern, set: &mut Bits) {
        let known = &self.planes[at(plane)];
        // All that a pattern matches begins with what stands before its first star, also where
        // `/*/` vanishes: the slash before the star stays.
        let head = pattern.folded().split('*').next().unwrap_or_default();
        let from = known.partition_point(|name| *name.folded < *head);
        for (offset, name) in known[from..].iter().enumerate() {
            if !name.folded.starts_with(head) {
                break;
            }
            if pattern.matches_folded(&name.folded, Wildcards::Azure).is_match() {
                set.insert(from + offset);
            }
        }
    }
}

/// Where a plane stands in a pair.
pub(crate) fn at(plane: Plane) -> usize {
    match plane {
        Plane::Control => 0,
        Plane::Data => 1,
    }
}
