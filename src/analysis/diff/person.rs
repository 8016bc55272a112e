//! One principal: where may anything be other than before, and what is?

use super::align::{Align, NONE, RowKey};
use super::delta::{Deltas, Parts, Transition};
use super::region::{Builder, Found};
use super::structure::{Structure, is_high, names, principal};
use crate::decide::{Outcomes, Seen, Spot, Sweep, beneath, can};
use crate::ident::{Guid, Plane};
use crate::model::{Guard, World};
use crate::tenant::{Bits, DenyRow, Row, numbers, unite};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// The two planes, in the order of rows of bits.
pub(super) const PLANES: [Plane; 2] = [Plane::Control, Plane::Data];

/// A place as both tenants know it.
pub(super) type Pair<'t> = [Rc<Spot<'t>>; 2];

/// Somebody, on both sides.
#[derive(Debug)]
pub(super) struct Person {
    /// The number among the people; `None` stands for anybody whom neither tenant names.
    pub(super) number: Option<usize>,
    pub(super) seen: [Seen; 2],
    /// What it holds, itself and through groups, with what that says.
    pub(super) rows: [Vec<(Row, RowKey)>; 2],
    /// What only one side gives.
    pub(super) only: [Vec<(Row, RowKey)>; 2],
    /// Is it in other groups than before, or are its attributes others?
    pub(super) binding: bool,
    pub(super) found: Vec<Found>,
}

/// A part of the tree in which something may be other than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Root {
    place: u32,
    /// The place itself and all below it, or the place alone (`false`).
    all: bool,
}

/// A place, somebody, a plane, and what it holds there on both sides (`true`: the newer one).
type Situation = (u32, u32, Plane, Vec<(bool, RowKey)>);

/// Walks people one after the other and remembers what they share.
#[derive(Debug)]
pub(super) struct Walker<'w, 't> {
    pub(super) align: &'w Align<'t>,
    pub(super) structure: &'w Structure<'t>,
    pub(super) sweeps: &'w [Sweep<'t>; 2],
    pub(super) deltas: Deltas,
    spots: FxHashMap<(u32, bool), Pair<'t>>,
    named: FxHashMap<String, Rc<Vec<u32>>>,
    conditions: FxHashMap<Situation, Rc<Bits>>,
}

impl<'w, 't> Walker<'w, 't> {
    pub(super) fn new(
        align: &'w Align<'t>,
        structure: &'w Structure<'t>,
        sweeps: &'w [Sweep<'t>; 2],
    ) -> Walker<'w, 't> {
        Walker {
            align,
            structure,
            sweeps,
            deltas: Deltas::default(),
            spots: FxHashMap::default(),
            named: FxHashMap::default(),
            conditions: FxHashMap::default(),
        }
    }

    /// May somebody have other access than before? Cheap: nothing is decided yet.
    pub(super) fn may_differ(&self, number: usize) -> bool {
        let own = self.structure.holders[number] || self.binding_differs(number);
        own || self.structure.concerns_all() && self.structure.anybody
            || [0, 1].into_iter().any(|side: usize| {
                let Some(ix) = principal(self.align, side, number) else { return false };
                let groups = self.align.tenants[side].groups_of(ix);
                groups.iter().chain([&ix]).any(|holder| {
                    let number = self.align.person[side][holder.row()] as usize;
                    self.structure.holders[number]
                        || !self.structure.shared.is_empty()
                            && self.align.own(side, *holder).any(|(_, key)| {
                                let roots = self.structure.shared.iter();
                                roots.into_iter().any(|root| self.may_reach(key.place, *root))
                            })
                })
            })
    }

    /// Is it in other groups, or has it other attributes?
    fn binding_differs(&self, number: usize) -> bool {
        let [old, new] = [0, 1].map(|side| principal(self.align, side, number));
        let [before, after] = self.align.tenants;
        let (Some(old), Some(new)) = (old, new) else { return true };
        let (a, b) = (before.groups_of(old), after.groups_of(new));
        let same = a.len() == b.len()
            && a.iter().zip(b.iter()).all(|(a, b)| {
                self.align.person[0][a.row()] == self.align.person[1][b.row()]
                    && before.counts(*a) == after.counts(*b)
            });
        !same
            || before.infos[old.row()].security_attributes
                != after.infos[new.row()].security_attributes
    }

    /// Somebody, and everything that is other than before.
    pub(super) fn person(&mut self, number: Option<usize>) -> Person {
        let id = number.map_or(Guid(u128::MAX), |number| self.align.people[number]);
        let seen = [0, 1].map(|side: usize| self.sweeps[side].seen(id));
        let rows = [0, 1].map(|side: usize| self.rows(side, &seen[side]));
        let sets = [0, 1].map(|side: usize| {
            rows[side].iter().map(|(_, key)| *key).collect::<FxHashSet<RowKey>>()
        });
        let only = [0, 1].map(|side: usize| {
            let other = &sets[1 - side];
            rows[side].iter().filter(|(_, key)| !other.contains(key)).copied().collect::<Vec<_>>()
        });
        let binding = number.is_some_and(|number| self.binding_differs(number));
        let mut person = Person { number, seen, rows, only, binding, found: Vec::new() };
        let (roots, interesting) = self.roots(&person);
        if roots.is_empty() {
            return person;
        }
        let breaks = self.breaks(&person, &roots, &interesting);
        let mut builders = [Builder::default(), Builder::default(), Builder::default()];
        for place in breaks {
            let own = self.decide(&person, place, false, &interesting);
            let below = if self.differs_below(place, &interesting) {
                self.decide(&person, place, true, &interesting)
            } else {
                own
            };
            for (at, builder) in builders.iter_mut().enumerate() {
                builder.add(&self.align.places, place, own[at], below[at]);
            }
        }
        person.found = builders.into_iter().flat_map(Builder::finish).collect();
        person
    }

    fn rows(&self, side: usize, seen: &Seen) -> Vec<(Row, RowKey)> {
        seen.ids
            .iter()
            .flat_map(|ix| self.align.own(side, *ix).map(|(row, key)| (*row, key)))
            .collect()
    }

    /// The parts of the tree where anything may be other, and the operations that may.
    fn roots(&self, person: &Person) -> (Vec<Root>, [Bits; 2]) {
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
    fn may_reach(&self, place: u32, root: u32) -> bool {
        self.align.places.is_above(place, root)
            || self.align.places.is_above(root, place)
            || !self.structure.floating.is_empty() && is_high(self.align, place)
    }

    fn attributes_differ(&self, person: &Person) -> bool {
        let Some(number) = person.number else { return false };
        let [old, new] = [0, 1].map(|side| {
            principal(self.align, side, number)
                .map(|ix| &self.align.tenants[side].infos[ix.row()].security_attributes)
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
    fn breaks(&mut self, person: &Person, roots: &[Root], interesting: &[Bits; 2]) -> Vec<u32> {
        let (structure, rows) = (self.structure, &person.rows);
        let mut places: Vec<u32> = roots.iter().map(|root| root.place).collect();
        let mut inside: Vec<u32> = rows.iter().flatten().map(|(_, key)| key.place).collect();
        let mut providers: Vec<String> = structure.open_names.clone();
        for (side, tenant) in self.align.tenants.into_iter().enumerate() {
            for (row, _) in &rows[side] {
                let role = tenant.role(row.role).definition();
                let blocks = role.into_iter().flat_map(|role| &role.blocks);
                let guards = blocks.filter_map(|block| block.condition.as_ref());
                let guards = guards.chain(tenant.assignment(row.fact).condition.as_deref());
                providers.extend(guards.flat_map(|guard: &Guard| names(guard)));
            }
            for (place, row) in &structure.deny_places[side] {
                let open = row.principals.iter().any(|ix| tenant.may_be_member(*ix));
                if !open && !person.seen[side].is_bound(row) {
                    continue;
                }
                if PLANES
                    .into_iter()
                    .zip(interesting)
                    .any(|(plane, bits)| overlap(&self.sweeps[side].takes(row, plane), bits))
                {
                    inside.push(*place);
                    let deny = tenant.deny(row.fact);
                    let blocks = deny.blocks.iter().filter_map(|block| block.condition.as_ref());
                    let guards = deny.condition.as_deref().into_iter().chain(blocks);
                    providers.extend(guards.flat_map(names));
                }
            }
        }
        providers.sort();
        providers.dedup();
        for provider in providers {
            inside.extend(self.named(&provider).iter());
        }
        inside.extend(structure.gap_places.iter());
        inside.extend(structure.open_places.iter());
        inside.extend(structure.floating.iter());
        inside.extend(structure.moved.iter());
        let locked = overlap(&interesting[0], self.sweeps[0].universe.changing());
        for root in roots.iter().filter(|root| root.all) {
            let end = self.align.places.ends[root.place as usize];
            places.extend(inside.iter().filter(|place| root.place < **place && **place < end));
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

    fn differs_below(&self, place: u32, interesting: &[Bits; 2]) -> bool {
        let structure = self.structure;
        let end = self.align.places.ends[place as usize];
        let lock_below = structure.lock_places.iter().any(|locks| {
            let next = locks.partition_point(|lock| *lock <= place);
            locks.get(next).is_some_and(|lock| *lock < end)
        });
        structure.gap_locks
            || lock_below && overlap(&interesting[0], self.sweeps[0].universe.changing())
            || [0, 1].into_iter().any(|side: usize| {
                let rows = &structure.deny_places[side];
                let from = rows.partition_point(|(at, _)| *at < place);
                let tenant = self.align.tenants[side];
                let here = rows[from..].iter().take_while(|(at, _)| *at == place);
                here.into_iter().any(|(_, row)| tenant.deny(row.fact).only_at_scope)
            })
    }

    /// A place as both tenants know it, or what nobody lists below it.
    pub(super) fn spots(&mut self, place: u32, below: bool) -> Pair<'t> {
        if let Some(known) = self.spots.get(&(place, below)) {
            return known.clone();
        }
        let scope = self.align.scope(place);
        let number = place * 2 + u32::from(below);
        let made = [0, 1].map(|side: usize| {
            let sweep = &self.sweeps[side];
            Rc::new(if below {
                sweep.spot(number, &beneath(scope))
            } else {
                sweep.spot(number, scope)
            })
        });
        self.spots.insert((place, below), made.clone());
        made
    }

    /// What is gained, under another condition, and lost at a place.
    fn decide(
        &mut self,
        person: &Person,
        place: u32,
        below: bool,
        interesting: &[Bits; 2],
    ) -> [Option<u32>; 3] {
        let spots = self.spots(place, below);
        let mut parts = Parts::default();
        for (plane, bits) in PLANES.into_iter().zip(interesting) {
            if bits.iter().all(|word| *word == 0) {
                continue;
            }
            let [old, new] = [0, 1].map(|side: usize| {
                self.sweeps[side].outcomes(&person.seen[side], &spots[side], plane)
            });
            parts.compare(plane, &old, &new);
            let other = self.conditions(person, &spots, plane, &old, &new);
            parts.add(Transition::Changed, plane, other);
        }
        self.deltas.intern(parts)
    }

    /// The operations that hang on another condition than before.
    fn conditions(
        &mut self,
        person: &Person,
        spots: &Pair<'t>,
        plane: Plane,
        old: &Outcomes,
        new: &Outcomes,
    ) -> Bits {
        let operations = self.sweeps[0].universe.on(plane);
        let mut both: Bits =
            old.perhaps.iter().zip(&new.perhaps).map(|(old, new)| old & new).collect();
        let mut reach = operations.none();
        for side in 0..2 {
            for (row, _) in &person.only[side] {
                unite(&mut reach, &self.sweeps[side].reach(row, plane));
            }
        }
        for (word, reach) in both.iter_mut().zip(&reach) {
            *word &= reach;
        }
        if both.iter().all(|word| *word == 0) {
            return both;
        }
        // Whoever holds the same here has the same conditions left.
        let mut held: Vec<(bool, RowKey)> = Vec::new();
        for (side, spot) in spots.iter().enumerate() {
            let at = spot.located.at;
            let tenant = self.align.tenants[side];
            let here = person.rows[side].iter().filter(|(row, _)| tenant.is_above(row.scope, at));
            held.extend(here.map(|(_, key)| (side == 1, *key)));
        }
        held.sort_unstable();
        held.dedup();
        let who = person.number.map_or(NONE, |number| u32::try_from(number).unwrap_or(NONE));
        let key = (spots[0].number, who, plane, held);
        if let Some(known) = self.conditions.get(&key) {
            return (**known).clone();
        }
        let mut found = operations.none();
        for at in numbers(&both) {
            let [a, b] = [0, 1].map(|side: usize| {
                let sweep = &self.sweeps[side];
                let operation = &operations.all()[at];
                let request = sweep.request(person.seen[side].id, operation, plane, &spots[side]);
                can(sweep.tenant, &request).residual
            });
            if a != b {
                found[at / 64] |= 1 << (at % 64);
            }
        }
        self.conditions.insert(key, Rc::new(found.clone()));
        found
    }
}

/// Have two sets anything in common?
pub(super) fn overlap(a: &[u64], b: &[u64]) -> bool {
    a.iter().zip(b).any(|(a, b)| a & b != 0)
}
