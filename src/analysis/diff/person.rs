//! One principal: where may anything be other than before, and what is?

use super::align::{Align, NONE, RowKey};
use super::cause::Cause;
use super::delta::{Deltas, Parts, Transition};
use super::region::{Builder, Found};
use super::structure::{Structure, principal};
use crate::decide::{Outcomes, Seen, Spot, Sweep, beneath};
use crate::ident::{Guid, Plane};
use crate::tenant::{AssignmentIx, Bits, PrincipalIx, Row, numbers, unite};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
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
    pub(super) named: FxHashMap<String, Rc<Vec<u32>>>,
    conditions: FxHashMap<Situation, Rc<Bits>>,
    /// What was found where the same roles, denies and locks met.
    met: FxHashMap<Box<[u32]>, [Option<u32>; 3]>,
    /// Of holders whose assignments differ, by number: what only one side has.
    differing: FxHashMap<usize, Rc<[Held; 2]>>,
    pub(super) memo: Memo,
}

/// Assignments with what they say.
type Held = Vec<(Row, RowKey)>;

/// What was worked out about reasons.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// Does a role's content bear on a difference?
    pub(super) touched: RefCell<FxHashMap<(u32, u32), bool>>,
    pub(super) causes: RefCell<FxHashMap<(usize, AssignmentIx), Option<Cause>>>,
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
            met: FxHashMap::default(),
            differing: FxHashMap::default(),
            memo: Memo::default(),
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
            || before.infos[old.row()].security_attributes()
                != after.infos[new.row()].security_attributes()
    }

    /// Somebody, and everything that is other than before.
    pub(super) fn person(&mut self, number: Option<usize>) -> Person {
        let id = number.map_or(Guid(u128::MAX), |number| self.align.people[number]);
        let binding = number.is_some_and(|number| self.binding_differs(number));
        let mut seen = [0, 1].map(|side: usize| self.known(side, number, id));
        let candidates = self.candidates(&seen);
        let mut person = Person {
            number,
            rows: [Vec::new(), Vec::new()],
            only: [Vec::new(), Vec::new()],
            binding,
            found: Vec::new(),
            seen: seen.clone(),
        };
        let idle = candidates.iter().all(Vec::is_empty);
        if idle && !binding && !self.structure.concerns_all() {
            return person;
        }
        for (side, seen) in seen.iter_mut().enumerate() {
            for ix in &seen.ids {
                let own = self.align.own(side, *ix);
                person.rows[side].extend(own.map(|(row, key)| (*row, key)));
            }
            seen.rows = person.rows[side].iter().map(|(row, key)| (*row, key.sure)).collect();
        }
        person.seen = seen;
        for (side, candidates) in candidates.into_iter().enumerate() {
            let other = &person.rows[1 - side];
            // A few are looked for one by one; many in a set.
            person.only[side] = if candidates.len() < 32 {
                let new = |key: RowKey| !other.iter().any(|(_, known)| *known == key);
                candidates.into_iter().filter(|(_, key)| new(*key)).collect()
            } else {
                let known: FxHashSet<RowKey> = other.iter().map(|(_, key)| *key).collect();
                candidates.into_iter().filter(|(_, key)| !known.contains(key)).collect()
            };
        }
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

    /// Somebody as one side knows them, without their assignments yet.
    fn known(&self, side: usize, number: Option<usize>, id: Guid) -> Seen {
        let tenant = self.align.tenants[side];
        let own = number.and_then(|number| principal(self.align, side, number));
        let groups = own.map_or_else(Vec::new, |ix| tenant.groups_of(ix).into_owned());
        let counting = groups.iter().copied().filter(|ix| tenant.counts(*ix));
        let mut ids: Vec<PrincipalIx> = counting.chain(own).collect();
        ids.sort_unstable();
        ids.dedup();
        Seen { id, own, groups, ids, rows: Vec::new() }
    }

    /// Assignments that one side may have alone: of holders whose own differ, and of groups that only
    /// one side knows somebody in.
    fn candidates(&mut self, seen: &[Seen; 2]) -> [Held; 2] {
        let numbers = [0, 1].map(|side: usize| {
            let ids = seen[side].ids.iter();
            ids.map(|ix| self.align.person[side][ix.row()]).collect::<Vec<u32>>()
        });
        let mut found: [Held; 2] = Default::default();
        for side in 0..2 {
            for (ix, number) in seen[side].ids.iter().zip(&numbers[side]) {
                if !numbers[1 - side].contains(number) {
                    let own = self.align.own(side, *ix);
                    found[side].extend(own.map(|(row, key)| (*row, key)));
                } else if self.structure.holders[*number as usize] {
                    let differing = self.differing(*number as usize);
                    found[side].extend(differing[side].iter().copied());
                }
            }
        }
        found
    }

    /// What only one side has of a holder's own assignments.
    fn differing(&mut self, number: usize) -> Rc<[Held; 2]> {
        let align = self.align;
        let made = || {
            let own = [0, 1].map(|side: usize| {
                let ix = principal(align, side, number).into_iter();
                ix.flat_map(|ix| align.own(side, ix).map(|(row, key)| (*row, key)))
                    .collect::<Held>()
            });
            let sets = [0, 1].map(|side: usize| {
                own[side].iter().map(|(_, key)| *key).collect::<FxHashSet<RowKey>>()
            });
            Rc::new([0, 1].map(|side: usize| {
                let new = |(_, key): &&(Row, RowKey)| !sets[1 - side].contains(key);
                own[side].iter().filter(new).copied().collect::<Held>()
            }))
        };
        Rc::clone(self.differing.entry(number).or_insert_with(made))
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
        let met = self.meeting(person, &spots);
        if let Some(known) = met.as_deref().and_then(|met| self.met.get(met)) {
            return *known;
        }
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
        let found = self.deltas.intern(parts);
        if let Some(met) = met {
            self.met.insert(met.into(), found);
        }
        found
    }

    /// Everything that decides at a place, where nothing hangs on who or where it is: the same is found
    /// wherever the same meets.
    fn meeting(&self, person: &Person, spots: &Pair<'t>) -> Option<Vec<u32>> {
        let mut met = Vec::with_capacity(32);
        for (side, spot) in spots.iter().enumerate() {
            if !spot.is_plain() {
                return None;
            }
            let (read_only, no_delete) = spot.locked();
            met.push(u32::from(read_only) + 2 * u32::from(no_delete));
            let tenant = self.align.tenants[side];
            let start = met.len();
            for (row, key) in &person.rows[side] {
                if tenant.is_above(row.scope, spot.located.at) {
                    if !self.align.is_plain(*key) {
                        return None;
                    }
                    met.push(key.content);
                }
            }
            met[start..].sort_unstable();
            let mut kept = start;
            for at in start..met.len() {
                if at == start || met[at] != met[kept - 1] {
                    met[kept] = met[at];
                    kept += 1;
                }
            }
            met.truncate(kept);
            met.push(NONE);
            for row in spot.binding(&person.seen[side]) {
                met.push(row.fact.0);
            }
            met.push(NONE);
        }
        let guarded = !self.structure.guarded_denies.iter().all(Vec::is_empty);
        (!guarded).then_some(met)
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
        if both.iter().all(|word| *word == 0) {
            return both;
        }
        // A condition is left only of what has one, or of what nobody knows to be in force. And whoever
        // holds the same here has the same left.
        let mut reach = operations.none();
        let mut held: Vec<(bool, RowKey)> = Vec::new();
        for (side, spot) in spots.iter().enumerate() {
            let at = spot.located.at;
            let tenant = self.align.tenants[side];
            for (row, key) in &person.rows[side] {
                if !tenant.is_above(row.scope, at) {
                    continue;
                }
                held.push((side == 1, *key));
                if !self.align.is_plain(*key) {
                    unite(&mut reach, &self.sweeps[side].reach(row, plane));
                }
            }
        }
        for (word, reach) in both.iter_mut().zip(&reach) {
            *word &= reach;
        }
        if both.iter().all(|word| *word == 0) {
            return both;
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
                sweep.residual(person.seen[side].id, operation, plane, &spots[side])
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
