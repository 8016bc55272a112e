//! From what happened to each principal to lines that people read: who has the same in common.

use super::align::{Align, NONE};
use super::cause::Cause;
use super::delta::{Direction, Transition};
use super::describe::Describer;
use super::person::{Person, Walker, overlap};
use super::region::Stretch;
use super::structure::principal;
use super::{Change, ChangeRegion, Effect, GroupShare};
use crate::ident::Guid;
use crate::model::PrincipalType;
use crate::pattern::{ActionPattern, Wildcards};
use crate::tenant::{AssignmentIx, Bits, Row};
use rustc_hash::{FxHashMap, FxHashSet};

/// One difference in one part of the tree, for one set of reasons, and everybody whom it concerns.
#[derive(Debug)]
struct Line {
    stretches: Vec<Stretch>,
    delta: u32,
    causes: Vec<Cause>,
    people: Vec<u32>,
    others: bool,
    /// What one of them holds on each side, and what only that side gives: words to describe it with.
    rows: [Vec<Row>; 2],
    only: [Vec<Row>; 2],
}

/// Everything that happened.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    lines: Vec<Line>,
    /// Who came into or left groups, and nothing came of it.
    pub(super) regrouped: Vec<Guid>,
}

/// Walks everybody who may have other access than before.
pub(super) fn gather(walker: &mut Walker<'_, '_>) -> Gathered {
    let mut gathered = Gathered::default();
    let mut numbers: FxHashMap<(Stretch, u32, Vec<Cause>), usize> = FxHashMap::default();
    if walker.structure.concerns_all() {
        let others = walker.person(None);
        gathered.add(walker, &others, &mut numbers);
    }
    for number in 0..walker.align.people.len() {
        if !walker.may_differ(number) {
            continue;
        }
        let person = walker.person(Some(number));
        if person.found.is_empty() && person.binding {
            gathered.regrouped.push(walker.align.people[number]);
        }
        gathered.add(walker, &person, &mut numbers);
    }
    gathered
}

impl Gathered {
    fn add(
        &mut self,
        walker: &mut Walker<'_, '_>,
        person: &Person,
        numbers: &mut FxHashMap<(Stretch, u32, Vec<Cause>), usize>,
    ) {
        for found in &person.found {
            let causes = walker.causes(person, found);
            let key = (found.stretch.clone(), found.delta, causes);
            let at = match numbers.get(&key) {
                Some(at) => *at,
                None => {
                    let rows =
                        |side: usize| person.rows[side].iter().map(|(row, _)| *row).collect();
                    let only =
                        |side: usize| person.only[side].iter().map(|(row, _)| *row).collect();
                    self.lines.push(Line {
                        stretches: vec![found.stretch.clone()],
                        delta: found.delta,
                        causes: key.2.clone(),
                        people: Vec::new(),
                        others: false,
                        rows: [rows(0), rows(1)],
                        only: [only(0), only(1)],
                    });
                    numbers.insert(key, self.lines.len() - 1);
                    self.lines.len() - 1
                }
            };
            match person.number {
                Some(number) => self.lines[at].people.push(u32::try_from(number).unwrap_or(NONE)),
                None => self.lines[at].others = true,
            }
        }
    }

    /// Every reason that made a difference.
    pub(super) fn used(&self) -> FxHashSet<&Cause> {
        self.lines.iter().flat_map(|line| &line.causes).collect()
    }

    /// The same in several parts of the tree is one change.
    fn merged(self) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        let mut known: FxHashMap<(Vec<u32>, bool, u32, Vec<Cause>), usize> = FxHashMap::default();
        for line in self.lines {
            let key = (line.people.clone(), line.others, line.delta, line.causes.clone());
            match known.get(&key) {
                Some(at) => lines[*at].stretches.extend(line.stretches),
                None => {
                    known.insert(key, lines.len());
                    lines.push(line);
                }
            }
        }
        lines
    }

    /// The changes in words and ids, the gravest gains first.
    pub(super) fn changes(
        self,
        walker: &Walker<'_, '_>,
        known: &[Bits; 2],
        wildcards: Wildcards,
    ) -> Vec<Change> {
        let align = walker.align;
        let mut describer = Describer::new(walker.sweeps[0].universe, known, wildcards);
        let lines = self.merged();
        let shares = Shares::new(align, &lines);
        let mut changes: Vec<Change> = Vec::with_capacity(lines.len());
        for line in lines {
            let parts = &walker.deltas.all[line.delta as usize];
            let Some(direction) = parts.first().map(|part| part.transition.direction()) else {
                continue;
            };
            let effects: Vec<Effect> = parts
                .iter()
                .map(|part| {
                    let (allow, except) = words(walker, &line, part.transition);
                    let conditions =
                        conditions(walker, &line, part.transition, &part.bits, part.plane);
                    describer.effect(part, &allow, &except, conditions)
                })
                .collect();
            let regions = line
                .stretches
                .iter()
                .map(|stretch| ChangeRegion {
                    scope: align.scope(stretch.place).clone(),
                    covers: stretch.covers(),
                    except: stretch.except.iter().map(|at| align.scope(*at).clone()).collect(),
                })
                .collect();
            let (groups, singles) = shares.of(align, &line);
            changes.push(Change {
                direction,
                principals: line.people.iter().map(|at| align.people[*at as usize]).collect(),
                others: line.others,
                groups,
                singles,
                regions,
                effects,
                causes: line.causes,
                part_of: None,
                stretches: line.stretches,
            });
        }
        changes.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.causes.cmp(&b.causes)));
        parts_of(align, &mut changes);
        changes
    }
}

/// What is newly allowed before what is lost; of each the gravest, then what concerns most.
fn order(change: &Change) -> (bool, u8, Direction, std::cmp::Reverse<usize>, &[Stretch], &[Guid]) {
    // Of two that are as grave, the one with more of what makes it so.
    let rank = change.rank();
    let worst = change.effects.iter().filter(|effect| effect.rank() == rank);
    let count = worst.filter_map(|effect| effect.graves.first()).map(|grave| grave.count).sum();
    (
        change.direction == Direction::Loss,
        rank,
        change.direction,
        std::cmp::Reverse(count),
        &change.stretches,
        &change.principals,
    )
}

/// Hangs what members of a group have a little differently on what the group itself has.
fn parts_of(align: &Align<'_>, changes: &mut [Change]) {
    let mut heads: FxHashMap<(Direction, Vec<Cause>), usize> = FxHashMap::default();
    for (number, change) in changes.iter().enumerate() {
        let Some(holder) = holder(align, &change.causes) else { continue };
        if change.groups.iter().any(|share| share.group == holder) {
            heads.entry((change.direction, change.causes.clone())).or_insert(number);
        }
    }
    for (number, change) in changes.iter_mut().enumerate() {
        let head = heads.get(&(change.direction, change.causes.clone()));
        change.part_of = head.copied().filter(|head| *head != number);
    }
}

/// The one principal whose assignments are the reasons.
fn holder(align: &Align<'_>, causes: &[Cause]) -> Option<Guid> {
    let of = |side: usize, ix: AssignmentIx| align.tenants[side].assignment(ix).principal;
    let mut found: Vec<Guid> = Vec::new();
    for cause in causes {
        found.push(match cause {
            Cause::AssignmentAdded(ix) | Cause::AssignmentChanged { after: ix, .. } => of(1, *ix),
            Cause::AssignmentRemoved(ix) => of(0, *ix),
            _ => return None,
        });
    }
    found.dedup();
    match found[..] {
        [one] => Some(one),
        _ => None,
    }
}

/// How many members the groups have that are told.
#[derive(Debug)]
struct Shares {
    members: FxHashMap<u32, usize>,
}

impl Shares {
    fn new(align: &Align<'_>, lines: &[Line]) -> Shares {
        let wanted: FxHashSet<u32> = lines
            .iter()
            .flat_map(|line| line.people.iter().copied())
            .filter(|person| is_group(align, *person))
            .collect();
        let mut members: FxHashMap<u32, usize> = FxHashMap::default();
        if !wanted.is_empty() {
            for number in 0..align.people.len() {
                let person = u32::try_from(number).unwrap_or(NONE);
                if is_group(align, person) {
                    continue;
                }
                for group in groups(align, person) {
                    if wanted.contains(&group) {
                        *members.entry(group).or_default() += 1;
                    }
                }
            }
        }
        Shares { members }
    }

    /// The groups of a line, and whoever is in none of them.
    fn of(&self, align: &Align<'_>, line: &Line) -> (Vec<GroupShare>, Vec<Guid>) {
        let own: Vec<u32> =
            line.people.iter().copied().filter(|person| is_group(align, *person)).collect();
        let mut concerned: FxHashMap<u32, usize> = FxHashMap::default();
        let mut singles = Vec::new();
        for person in line.people.iter().copied().filter(|person| !is_group(align, *person)) {
            let mut covered = false;
            if !own.is_empty() {
                for group in groups(align, person) {
                    if own.binary_search(&group).is_ok() {
                        *concerned.entry(group).or_default() += 1;
                        covered = true;
                    }
                }
            }
            if !covered {
                singles.push(align.people[person as usize]);
            }
        }
        // A group inside another that is told needs no telling of its own.
        let outer: Vec<u32> = own
            .iter()
            .copied()
            .filter(|group| {
                !groups(align, *group)
                    .iter()
                    .any(|above| above != group && own.binary_search(above).is_ok())
            })
            .collect();
        let told = if outer.is_empty() { own } else { outer };
        let shares = told
            .into_iter()
            .map(|group| {
                let open = [0, 1].into_iter().any(|side: usize| {
                    principal(align, side, group as usize)
                        .is_some_and(|ix| align.tenants[side].may_be_member(ix))
                });
                GroupShare {
                    group: align.people[group as usize],
                    concerned: concerned.get(&group).copied().unwrap_or(0),
                    members: self.members.get(&group).copied().unwrap_or(0),
                    open,
                }
            })
            .collect();
        (shares, singles)
    }
}

fn is_group(align: &Align<'_>, person: u32) -> bool {
    [1, 0].into_iter().find_map(|side: usize| {
        let ix = principal(align, side, person as usize)?;
        Some(align.tenants[side].principal_kind(ix))
    }) == Some(PrincipalType::Group)
}

/// The groups of somebody, on the newer side where it is there; as numbers of people, sorted.
fn groups(align: &Align<'_>, person: u32) -> Vec<u32> {
    let found = [1, 0].into_iter().find_map(|side: usize| {
        let ix = principal(align, side, person as usize)?;
        let groups = align.tenants[side].groups_of(ix);
        Some(groups.iter().map(|group| align.person[side][group.row()]).collect::<Vec<u32>>())
    });
    found.unwrap_or_default()
}

/// Patterns that may have given what a line tells, and such as may have been there anyway.
fn words(
    walker: &Walker<'_, '_>,
    line: &Line,
    transition: Transition,
) -> (Vec<ActionPattern>, Vec<ActionPattern>) {
    let own = match transition.direction() {
        Direction::Loss => 0,
        Direction::Gain | Direction::Condition => 1,
    };
    let (mut allow, mut except) = (Vec::new(), Vec::new());
    for side in 0..2 {
        let tenant = walker.align.tenants[side];
        for row in &line.rows[side] {
            let gives = side == own && line.only[side].iter().any(|other| other.fact == row.fact);
            let role = tenant.role(row.role).definition();
            for block in role.into_iter().flat_map(|role| &role.blocks) {
                let list = if gives { &mut allow } else { &mut except };
                list.extend(block.actions.iter().chain(&block.data_actions).cloned());
                except.extend(block.not_actions.iter().chain(&block.not_data_actions).cloned());
            }
        }
        for deny in walker.structure.denies.iter().filter(|deny| deny.side == side) {
            for block in &tenant.deny(deny.what.fact).blocks {
                allow.extend(block.actions.iter().chain(&block.data_actions).cloned());
            }
        }
    }
    // Whatever was given besides may be the best word for it all the same.
    if allow.is_empty() {
        allow.extend(except.iter().cloned());
    }
    (allow, except)
}

/// The conditions that decide, as they are written.
fn conditions(
    walker: &Walker<'_, '_>,
    line: &Line,
    transition: Transition,
    bits: &Bits,
    plane: crate::ident::Plane,
) -> Vec<Box<str>> {
    let (side, all) = match transition {
        Transition::Gained | Transition::Lost => return Vec::new(),
        Transition::PerhapsGained | Transition::Changed => (1, false),
        Transition::Doubted => (1, true),
        Transition::Confirmed => (0, true),
        Transition::PerhapsLost => (0, false),
    };
    let tenant = walker.align.tenants[side];
    let rows = if all { &line.rows[side] } else { &line.only[side] };
    let near = |row: &&Row| {
        let place = walker.align.place(side, row.scope);
        line.stretches.iter().any(|stretch| walker.align.places.is_above(place, stretch.place))
    };
    let mut found: Vec<Box<str>> = Vec::new();
    for row in rows.iter().filter(near) {
        if !overlap(&walker.sweeps[side].reach(row, plane), bits) {
            continue;
        }
        let role = tenant.role(row.role).definition();
        let blocks = role.into_iter().flat_map(|role| &role.blocks);
        let guards = blocks.filter_map(|block| block.condition.as_ref());
        let guards = guards.chain(tenant.assignment(row.fact).condition.as_deref());
        found.extend(guards.map(|guard| guard.text.clone()));
    }
    found.sort();
    found.dedup();
    found
}
