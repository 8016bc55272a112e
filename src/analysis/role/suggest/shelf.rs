//! The roles to choose from, with all that can be computed before anything is asked.

use super::{Excess, Listing};
use crate::analysis::role::bits::Bits;
use crate::analysis::role::power::{Credentials, Power};
use crate::analysis::role::profile::{Trait, traits};
use crate::analysis::role::universe::{Universe, Which, at};
use crate::ident::{Operation, Plane};
use crate::model::{PermissionBlock, RoleDefinition};
use crate::origin::Error;
use crate::pattern::{ActionPattern, Match, Wildcards};

/// Roles, ready to be suggested.
#[derive(Debug, Clone)]
pub struct Shelf<'r> {
    pub(super) roles: &'r [RoleDefinition],
    pub(super) universe: &'r Universe,
    powers: [Vec<Power>; 2],
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    all: [Bits; 2],
    /// Without conditional blocks; none where there are none.
    free: Option<[Bits; 2]>,
    counts: [usize; 7],
    traits: Vec<Trait>,
}

impl<'r> Shelf<'r> {
    /// Computes what each role grants, what that weighs and what is to be said of it.
    ///
    /// # Errors
    /// [`crate::origin::ErrorKind::Limit`] where the patterns of a role are too many or too entangled.
    pub fn new(
        roles: &'r [RoleDefinition],
        universe: &'r Universe,
        credentials: &Credentials,
    ) -> Result<Shelf<'r>, Error> {
        let planes = [Plane::Control, Plane::Data];
        let powers = planes.map(|plane| {
            let power = |number| credentials.power(plane, universe.folded(plane, number));
            (0..universe.len(plane)).map(power).collect::<Vec<Power>>()
        });
        let mut entries = Vec::with_capacity(roles.len());
        for role in roles {
            let sets = |which| planes.map(|plane| universe.role(role, plane, which));
            let all = sets(Which::All);
            let mut counts = [0; 7];
            for plane in planes {
                for number in all[at(plane)].iter() {
                    counts[powers[at(plane)][number] as usize] += 1;
                }
            }
            let conditional = role.blocks.iter().any(|block| block.condition.is_some());
            entries.push(Entry {
                all,
                free: conditional.then(|| sets(Which::Unconditional)),
                counts,
                traits: traits(role)?,
            });
        }
        Ok(Shelf { roles, universe, powers, entries })
    }

    /// The words about a role.
    #[must_use]
    pub fn traits(&self, role: usize) -> &[Trait] {
        &self.entries[role].traits
    }

    /// Does a role grant an operation?
    pub(super) fn grants(&self, role: usize, need: &Wanted, which: Which) -> bool {
        let entry = &self.entries[role];
        match need.number {
            Some(number) => {
                let set = match (which, &entry.free) {
                    (Which::Unconditional, Some(free)) => free,
                    (Which::Unconditional, None) | (Which::All, _) => &entry.all,
                };
                set[at(need.plane)].contains(number)
            }
            None => line(&self.roles[role], &need.operation, need.plane, which).is_some(),
        }
    }

    /// How much a role grants beside the needs, without its operations.
    pub(super) fn counted(&self, role: usize, needs: &[Wanted]) -> Excess {
        let entry = &self.entries[role];
        let mut powers = entry.counts;
        for need in needs {
            if let Some(number) = need.number
                && entry.all[at(need.plane)].contains(number)
            {
                powers[self.powers[at(need.plane)][number] as usize] -= 1;
            }
        }
        Excess { count: powers.iter().sum(), powers, operations: Vec::new() }
    }

    /// The same with its operations.
    pub(super) fn told(&self, role: usize, needs: &[Wanted], listing: Listing) -> Excess {
        let (bound, most) = match listing {
            Listing::Gravest => (Power::Delete, 12),
            Listing::All => (Power::Read, usize::MAX),
        };
        let mut grave = Vec::new();
        for plane in [Plane::Control, Plane::Data] {
            for number in self.entries[role].all[at(plane)].iter() {
                let power = self.powers[at(plane)][number];
                let wanted = |need: &Wanted| need.plane == plane && need.number == Some(number);
                if power <= bound && !needs.iter().any(wanted) {
                    grave.push((power, plane, number));
                }
            }
        }
        grave.sort_unstable();
        let name = |(power, plane, number): (Power, Plane, usize)| {
            (power, self.universe.name(plane, number).to_string())
        };
        let operations = grave.into_iter().take(most).map(name).collect();
        Excess { operations, ..self.counted(role, needs) }
    }
}

/// A needed operation, looked up once.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) operation: Operation,
    pub(super) plane: Plane,
    pub(super) number: Option<usize>,
}

/// The entry of a role that grants an operation; unconditional blocks first.
pub(super) fn line(
    role: &RoleDefinition,
    operation: &Operation,
    plane: Plane,
    which: Which,
) -> Option<String> {
    let by = |block: &PermissionBlock| {
        let (allow, except) = block.side(plane);
        // An entry that matches whatever the reading of U3 is the better proof.
        let how = |pattern: &&ActionPattern| pattern.matches(operation, Wildcards::Azure);
        let hit = allow.iter().filter(|p| how(p).is_match()).max_by_key(how)?;
        let taken = except.iter().any(|p| how(&p).is_match());
        let rule = if how(&hit) == Match::Vanishing { " (U3)" } else { "" };
        (!taken).then(|| format!("{} `{hit}`{rule}", plane.grant_list()))
    };
    let free = role.blocks.iter().filter(|block| block.condition.is_none()).find_map(by);
    match (free, which) {
        (Some(free), _) => Some(free),
        (None, Which::Unconditional) => None,
        (None, Which::All) => role
            .blocks
            .iter()
            .filter(|block| block.condition.is_some())
            .find_map(by)
            .map(|line| format!("{line}, under a condition")),
    }
}
