//! From what happened to each principal to lines that people read: who has the same in common.

use super::Change;
use super::align::{Align, NONE};
use super::cause::Cause;
use super::delta::Direction;
use super::describe::Powers;
use super::person::{Person, Walker};
use super::region::Stretch;
use crate::ident::Guid;
use crate::model::PrincipalType;
use crate::tenant::AssignmentIx;
use rustc_hash::{FxHashMap, FxHashSet};

/// One difference in one part of the tree, for one set of reasons, and everybody whom it concerns.
#[derive(Debug)]
struct Line {
    stretches: Vec<Stretch>,
    delta: u32,
    causes: Vec<Cause>,
    people: Vec<u32>,
    others: bool,
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
                    self.lines.push(Line {
                        stretches: vec![found.stretch.clone()],
                        delta: found.delta,
                        causes: key.2.clone(),
                        people: Vec::new(),
                        others: false,
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
        let mut lines: Vec<Line> = Vec::with_capacity(self.lines.len());
        let mut known: FxHashMap<(u32, u32), Vec<usize>> = FxHashMap::default();
        for line in self.lines {
            let first = line.people.first().copied().unwrap_or(NONE);
            let alike = known.entry((line.delta, first)).or_default();
            let same = |at: &&usize| {
                let other = &lines[**at];
                other.others == line.others
                    && other.people == line.people
                    && other.causes == line.causes
            };
            match alike.iter().find(same).copied() {
                Some(at) => lines[at].stretches.extend(line.stretches),
                None => {
                    alike.push(lines.len());
                    lines.push(line);
                }
            }
        }
        lines
    }

    /// The changes, the gravest gains first.
    pub(super) fn changes(self, walker: &Walker<'_, '_>, powers: &Powers) -> Vec<Change> {
        let align = walker.align;
        let weighed: Vec<(u8, usize)> =
            walker.deltas.all.iter().map(|parts| powers.weigh(parts)).collect();
        let mut changes: Vec<Change> = Vec::with_capacity(self.lines.len());
        for line in self.merged() {
            let parts = &walker.deltas.all[line.delta as usize];
            let Some(direction) = parts.first().map(|part| part.transition.direction()) else {
                continue;
            };
            let (rank, count) = weighed[line.delta as usize];
            changes.push(Change {
                direction,
                principals: line.people.iter().map(|at| align.people[*at as usize]).collect(),
                others: line.others,
                causes: line.causes,
                part_of: None,
                rank,
                count,
                delta: line.delta,
                stretches: line.stretches,
            });
        }
        changes.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.causes.cmp(&b.causes)));
        parts_of(align, &mut changes);
        changes
    }
}

/// What is newly allowed before what is lost; of each the gravest, then what has most of it.
fn order(change: &Change) -> (bool, u8, Direction, std::cmp::Reverse<usize>, &[Stretch], &[Guid]) {
    (
        change.direction == Direction::Loss,
        change.rank,
        change.direction,
        std::cmp::Reverse(change.count),
        &change.stretches,
        &change.principals,
    )
}

/// Hangs what members of a group have a little differently on what the group itself has.
fn parts_of(align: &Align<'_>, changes: &mut [Change]) {
    let mut heads: FxHashMap<(Direction, Vec<Cause>), usize> = FxHashMap::default();
    for (number, change) in changes.iter().enumerate() {
        let Some(holder) = holder(align, &change.causes) else { continue };
        // A person is head of nothing.
        if !is_group(align, holder) {
            continue;
        }
        if change.principals.binary_search(&holder).is_ok() {
            heads.entry((change.direction, change.causes.clone())).or_insert(number);
        }
    }
    let found: Vec<Option<usize>> = changes
        .iter()
        .map(|change| heads.get(&(change.direction, change.causes.clone())).copied())
        .collect();
    for (number, (change, head)) in changes.iter_mut().zip(found).enumerate() {
        change.part_of = head.filter(|head| *head != number);
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

fn is_group(align: &Align<'_>, id: Guid) -> bool {
    [1, 0].into_iter().find_map(|side: usize| {
        let tenant = align.tenants[side];
        Some(tenant.principal_kind(tenant.principal(id)?))
    }) == Some(PrincipalType::Group)
}
