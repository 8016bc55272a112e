//! The least that an answer can cost: flat arrays, a matrix of bits, and nothing else. No conditions, no
//! gaps, no locks, no time, no reading of patterns; built from the generator's numbers.

use super::operations::Matrix;
use super::world::World;
use azrbac::ident::{Guid, Plane};
use rustc_hash::FxHashMap;

/// What stands somewhere: an assignment or a deny.
#[derive(Debug, Clone, Copy)]
struct Held {
    /// The scope's number in a walk of the tree.
    place: u32,
    /// Its row of the matrix.
    row: u32,
    /// Which assignment or deny it is.
    fact: u32,
}

/// Rows by principal, each principal's by place.
#[derive(Debug, Default)]
struct ByPrincipal {
    start: Vec<u32>,
    held: Vec<Held>,
}

impl ByPrincipal {
    fn new(count: usize, mut all: Vec<(u32, Held)>) -> ByPrincipal {
        all.sort_unstable_by_key(|(holder, held)| (*holder, held.place, held.fact));
        let mut start = vec![0u32; count + 1];
        for (holder, _) in &all {
            start[*holder as usize + 1] += 1;
        }
        for at in 0..count {
            start[at + 1] += start[at];
        }
        ByPrincipal { start, held: all.into_iter().map(|(_, held)| held).collect() }
    }

    fn of(&self, principal: u32) -> &[Held] {
        let at = principal as usize;
        &self.held[self.start[at] as usize..self.start[at + 1] as usize]
    }
}

/// The arrays.
#[derive(Debug)]
pub(crate) struct Floor {
    /// Each scope's number in a walk of the tree.
    place: Vec<u32>,
    /// The first number after what is below each place.
    end: Vec<u32>,
    /// Each principal and the groups that it is in.
    identity_start: Vec<u32>,
    identities: Vec<u32>,
    assigned: ByPrincipal,
    denied: ByPrincipal,
    matrix: Matrix,
}

impl Floor {
    /// The arrays of a tenant.
    pub(crate) fn new(world: &World, matrix: Matrix) -> Floor {
        let scopes = world.parents.len();
        let mut sizes = vec![1u32; scopes];
        for scope in (1..scopes).rev() {
            sizes[world.parents[scope] as usize] += sizes[scope];
        }
        // Parents have smaller numbers: one pass gives each child the next free place below it.
        let (mut place, mut next) = (vec![0u32; scopes], vec![1u32; scopes]);
        for scope in 1..scopes {
            let parent = world.parents[scope] as usize;
            place[scope] = next[parent];
            next[parent] += sizes[scope];
            next[scope] = place[scope] + 1;
        }
        let mut end = vec![0u32; scopes];
        for scope in 0..scopes {
            end[place[scope] as usize] = place[scope] + sizes[scope];
        }
        let count = world.groups_of.len();
        let (mut identity_start, mut identities) = (vec![0u32], Vec::new());
        for principal in 0..count as u32 {
            identities.extend(world.identities(principal));
            identity_start.push(identities.len() as u32);
        }
        let at = |scope: u32| place[scope as usize];
        let assigned = (0..)
            .zip(&world.assignments)
            .map(|(fact, a)| (a.holder, Held { place: at(a.scope), row: a.role, fact }));
        let denied = (0..).zip(&world.denies).map(|(fact, d)| {
            let row = world.roles.len() as u32 + d.shape;
            (d.holder, Held { place: at(d.scope), row, fact })
        });
        let assigned = ByPrincipal::new(count, assigned.collect());
        let denied = ByPrincipal::new(count, denied.collect());
        Floor { place, end, identity_start, identities, assigned, denied, matrix }
    }

    fn identities(&self, principal: u32) -> &[u32] {
        let at = principal as usize;
        &self.identities[self.identity_start[at] as usize..self.identity_start[at + 1] as usize]
    }

    /// The rows at or above a place.
    fn above<'f>(&'f self, rows: &'f [Held], place: u32) -> impl Iterator<Item = &'f Held> {
        rows.iter()
            .take_while(move |held| held.place <= place)
            .filter(move |held| place < self.end[held.place as usize])
    }

    /// One bit: allowed or not.
    pub(crate) fn allows(&self, principal: u32, operation: u32, scope: u32) -> bool {
        let (place, operation) = (self.place[scope as usize], operation as usize);
        let holds = |held: &Held| self.matrix.holds(held.row as usize, operation);
        let ids = self.identities(principal);
        let denied = |id: &u32| self.above(self.denied.of(*id), place).any(holds);
        let granted = |id: &u32| self.above(self.assigned.of(*id), place).any(holds);
        !ids.iter().any(denied) && ids.iter().any(granted)
    }

    /// Every assignment that grants and every deny that blocks: what a complete answer holds.
    pub(crate) fn all(
        &self,
        principal: u32,
        operation: u32,
        scope: u32,
        grants: &mut Vec<u32>,
        denies: &mut Vec<u32>,
    ) -> bool {
        grants.clear();
        denies.clear();
        let (place, operation) = (self.place[scope as usize], operation as usize);
        let holds = |held: &&Held| self.matrix.holds(held.row as usize, operation);
        for id in self.identities(principal) {
            let granted = self.above(self.assigned.of(*id), place).filter(holds);
            grants.extend(granted.map(|held| held.fact));
            let denied = self.above(self.denied.of(*id), place).filter(holds);
            denies.extend(denied.map(|held| held.fact));
        }
        denies.is_empty() && !grants.is_empty()
    }

    /// Everything that a principal may do at a scope, over all operations.
    pub(crate) fn effective(&self, principal: u32, scope: u32, set: &mut Vec<u64>) {
        set.clear();
        set.resize(self.matrix.words(), 0);
        let place = self.place[scope as usize];
        let ids = self.identities(principal);
        for held in ids.iter().flat_map(|id| self.above(self.assigned.of(*id), place)) {
            let row = self.matrix.row(held.row as usize);
            set.iter_mut().zip(row).for_each(|(word, more)| *word |= more);
        }
        for held in ids.iter().flat_map(|id| self.above(self.denied.of(*id), place)) {
            let row = self.matrix.row(held.row as usize);
            set.iter_mut().zip(row).for_each(|(word, less)| *word &= !less);
        }
    }

    /// Everybody who may do an operation at a scope, asked one by one.
    pub(crate) fn who(&self, principals: u32, operation: u32, scope: u32) -> usize {
        (0..principals).filter(|principal| self.allows(*principal, operation, scope)).count()
    }
}

/// Names to numbers, by exact hash maps. Azure compares names without case, so a text is folded before
/// it is looked up.
#[derive(Debug)]
pub(crate) struct Names {
    principals: FxHashMap<Guid, u32>,
    operations: [FxHashMap<Box<str>, u32>; 2],
    scopes: FxHashMap<Box<str>, u32>,
    buffer: String,
}

impl Names {
    /// The names of a tenant.
    pub(crate) fn new(world: &World) -> Names {
        let principals =
            (0..world.groups_of.len() as u32).map(|at| (world.principal_id(at), at)).collect();
        let operations = [Plane::Control, Plane::Data].map(|plane| {
            (0..)
                .zip(&world.operations)
                .filter(|(_, asked)| asked.plane == plane)
                .map(|(at, asked)| (asked.operation.folded().into(), at))
                .collect()
        });
        let scopes = (0..world.parents.len() as u32)
            .map(|at| (world.scope_text(at).to_ascii_lowercase().into(), at))
            .collect();
        Names { principals, operations, scopes, buffer: String::new() }
    }

    fn fold(&mut self, text: &str) {
        self.buffer.clear();
        self.buffer.push_str(text);
        self.buffer.make_ascii_lowercase();
    }

    /// The numbers of a principal, an operation and a scope.
    pub(crate) fn find(
        &mut self,
        principal: &str,
        (operation, plane): (&str, Plane),
        scope: &str,
    ) -> Option<(u32, u32, u32)> {
        let principal = *self.principals.get(&Guid::parse(principal)?)?;
        self.fold(operation);
        let operation = *self.operations[usize::from(plane == Plane::Data)].get(&*self.buffer)?;
        self.fold(scope);
        let scope = *self.scopes.get(&*self.buffer)?;
        Some((principal, operation, scope))
    }
}
