//! Where anything may be other than before for somebody, and where that may change.

use super::align::RowKey;
use super::person::{PLANES, Person, Walker, overlap};
use super::structure::{is_high, names, principal};
use crate::ident::Plane;
use crate::model::{Guard, World};
use crate::tenant::{Bits, DenyRow, Row, unite};
use std::rc::Rc;

/// A part of the tree in which something may be other than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Root {
    pub(super) place: u32,
    /// The place itself and all below it, or the place alone (`false`).
    pub(super) all: bool,
}

impl Walker<'_, '_> {
    /// The parts of the tree where anything may be other, and the operations that may.
    pub(super) fn roots(&self, person: &Person) -> (Vec<Root>, [Bits; 2]) {
        let universe = self.sweeps[0].universe;
        let structure = self.structure;
        let mut bits = PLANES.map(|plane| universe.on(plane).none());
        let add = |roots: &mut Vec<Root>, place: u32| {
            roots.push(Root { place, all: true });
            if is_high(self.align, place) {
                let floating = structure.floating.iter();
                roots.extend(floating.map(|place| Root { place: *place, all: true }));
            }
        };
        let reach = |side: usize, row: &Row, bits: &mut [Bits; 2]| {
            for (plane, bits) in PLANES.into_iter().zip(bits) {
                unite(bits, &self.sweeps[side].reach(row, plane));
            }
        };
        let take = |side: usize, row: &DenyRow, bits: &mut [Bits; 2]| {
            for (plane, bits) in PLANES.into_iter().zip(bits) {
                unite(bits, &self.sweeps[side].takes(row, plane));
            }
        };
        let doubtful = |side: usize, row: &DenyRow| {
            let tenant = self.align.tenants[side];
            let mut named = row.principals.iter().chain(&row.excludes);
            tenant.world == World::Open && named.any(|ix| tenant.may_be_member(*ix))
        };
        let mut own: Vec<Root> = Vec::new();
        for side in 0..2 {
            for (row, key) in &person.only[side] {
                add(&mut own, key.place);
                reach(side, row, &mut bits);
            }
        }
        let mut shared: Vec<Root> = Vec::new();
        let mut every = structure.input || !structure.moved.is_empty();
        if person.binding {
            for side in 0..2 {
                for (place, row) in &structure.deny_places[side] {
                    let named = !row.everyone || !row.excludes.is_empty();
                    if named && (person.seen[side].is_bound(row) || doubtful(side, row)) {
                        add(&mut shared, *place);
                        take(side, row, &mut bits);
                    }
                }
            }
            if self.attributes_differ(person) {
                add(&mut shared, 0);
                every = true;
            }
        }
        for deny in &structure.denies {
            if person.seen[deny.side].is_bound(deny.what) || doubtful(deny.side, deny.what) {
                add(&mut shared, deny.place);
                take(deny.side, deny.what, &mut bits);
            }
        }
        for row in &structure.open {
            add(&mut shared, row.place);
            reach(row.side, &row.what, &mut bits);
        }
        for place in &structure.moved {
            add(&mut shared, *place);
        }
        shared.extend(structure.moved_above.iter().map(|place| Root { place: *place, all: false }));
        if structure.input {
            add(&mut shared, 0);
        }
        for lock in &structure.locks {
            add(&mut shared, lock.place);
            // A delete above is stopped by what stands below.
            let above = self.align.places.upwards(lock.place);
            shared.extend(above.map(|place| Root { place, all: false }));
            unite(&mut bits[0], universe.changing());
        }
        if every {
            bits = PLANES.map(|plane| universe.on(plane).every());
        }
        if !structure.anybody {
            // Who holds nothing there has nothing before and after.
            shared.retain(|root| self.touches(&person.rows, root.place));
        }
        own.extend(shared);
        (self.outermost(own), bits)
    }

    fn touches(&self, rows: &[Vec<(Row, RowKey)>; 2], root: u32) -> bool {
        rows.iter().flatten().any(|(_, key)| self.may_reach(key.place, root))
    }

    /// Could an assignment at one place bear on another, or on what is below that?
    pub(super) fn may_reach(&self, place: u32, root: u32) -> bool {
        self.align.places.is_above(place, root)
            || self.align.places.is_above(root, place)
            // The tree is the newer one's; a management group may have stood above elsewhere.
            || is_high(self.align, place)
                && !(self.structure.floating.is_empty() && self.structure.moved.is_empty())
    }

    fn attributes_differ(&self, person: &Person) -> bool {
        let Some(number) = person.number else { return false };
        let [old, new] = [0, 1].map(|side| {
            principal(self.align, side, number)
                .map(|ix| self.align.tenants[side].infos[ix.row()].security_attributes())
        });
        let empty = Vec::new();
        old.unwrap_or(&empty) != new.unwrap_or(&empty)
    }

    /// The parts that lie in no other part, in the order of places.
    fn outermost(&self, mut roots: Vec<Root>) -> Vec<Root> {
        roots.sort_unstable_by_key(|root| (root.place, !root.all));
        roots.dedup_by_key(|root| root.place);
        let mut kept: Vec<Root> = Vec::new();
        let mut end = 0;
        for root in roots {
            if root.place < end {
                continue;
            }
            if root.all {
                end = self.align.places.ends[root.place as usize];
            }
            kept.push(root);
        }
        kept
    }

    /// Every place where the difference may change, in the order of places.
    pub(super) fn breaks(
        &mut self,
        person: &Person,
        roots: &[Root],
        interesting: &[Bits; 2],
    ) -> Vec<u32> {
        let (structure, rows) = (self.structure, &person.rows);
        let mut places: Vec<u32> = roots.iter().map(|root| root.place).collect();
        let mut inside: Vec<u32> = rows.iter().flatten().map(|(_, key)| key.place).collect();
        let mut providers: Vec<String> = structure.open_names.clone();
        for (side, tenant) in self.align.tenants.into_iter().enumerate() {
            for (row, _) in rows[side].iter().filter(|(_, key)| !self.align.is_plain(*key)) {
                let role = tenant.role(row.role).definition();
                let blocks = role.into_iter().flat_map(|role| &role.blocks);
                let guards = blocks.filter_map(|block| block.condition.as_ref());
                let guards = guards.chain(tenant.assignment(row.fact).condition());
                providers.extend(guards.flat_map(|guard: &Guard| names(guard)));
            }
            for (_, row) in &structure.guarded_denies[side] {
                let open = row.principals.iter().any(|ix| tenant.may_be_member(*ix));
                if open || person.seen[side].is_bound(row) {
                    let deny = tenant.deny(row.fact);
                    let blocks = deny.blocks.iter().filter_map(|block| block.condition.as_ref());
                    let guards = deny.condition.as_deref().into_iter().chain(blocks);
                    providers.extend(guards.flat_map(names));
                }
            }
            for root in roots.iter().filter(|root| root.all) {
                let end = self.align.places.ends[root.place as usize];
                let all = &structure.deny_places[side];
                let from = all.partition_point(|(place, _)| *place < root.place);
                let to = all.partition_point(|(place, _)| *place < end);
                for (place, row) in &all[from..to] {
                    let open = row.principals.iter().any(|ix| tenant.may_be_member(*ix));
                    let takes = |(plane, bits): (Plane, &Bits)| {
                        overlap(&self.sweeps[side].takes(row, plane), bits)
                    };
                    if (open || person.seen[side].is_bound(row))
                        && PLANES.into_iter().zip(interesting).any(takes)
                    {
                        inside.push(*place);
                    }
                }
            }
        }
        providers.sort();
        providers.dedup();
        for provider in providers {
            inside.extend(self.named(&provider).iter());
        }
        let locked = overlap(&interesting[0], self.sweeps[0].universe.changing());
        for root in roots.iter().filter(|root| root.all) {
            let end = self.align.places.ends[root.place as usize];
            places.extend(inside.iter().filter(|place| root.place < **place && **place < end));
            for list in [
                &structure.gap_places,
                &structure.open_places,
                &structure.floating,
                &structure.moved,
                &structure.moved_above,
            ] {
                let from = list.partition_point(|place| *place < root.place);
                let to = list.partition_point(|place| *place < end);
                places.extend(&list[from..to]);
            }
            for locks in structure.lock_places.iter().filter(|_| locked) {
                let from = locks.partition_point(|place| *place < root.place);
                let to = locks.partition_point(|place| *place < end);
                for lock in &locks[from..to] {
                    let above = self.align.places.upwards(*lock);
                    places.extend(above.take_while(|place| *place > root.place));
                }
            }
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Places whose own scope names a provider.
    fn named(&mut self, provider: &str) -> Rc<Vec<u32>> {
        let align = self.align;
        let made = || {
            let all = 0..align.places.len();
            Rc::new(all.filter(|at| align.scope(*at).folded().contains(provider)).collect())
        };
        Rc::clone(self.named.entry(provider.to_string()).or_insert_with(made))
    }

    pub(super) fn differs_below(&self, place: u32, interesting: &[Bits; 2]) -> bool {
        let structure = self.structure;
        let end = self.align.places.ends[place as usize];
        let lock_below = structure.lock_places.iter().any(|locks| {
            let next = locks.partition_point(|lock| *lock <= place);
            locks.get(next).is_some_and(|lock| *lock < end)
        });
        structure.gap_locks
            || structure.moved_above.binary_search(&place).is_ok()
            || lock_below && overlap(&interesting[0], self.sweeps[0].universe.changing())
            || [0, 1].into_iter().any(|side: usize| {
                let rows = &structure.deny_places[side];
                let from = rows.partition_point(|(at, _)| *at < place);
                let tenant = self.align.tenants[side];
                let here = rows[from..].iter().take_while(|(at, _)| *at == place);
                here.into_iter().any(|(_, row)| tenant.deny(row.fact).only_at_scope)
            })
    }
}
