//! The changes of a difference in full: where, which operations, in whose groups. Worked out when asked.

use super::cause::Cause;
use super::delta::{Direction, Transition};
use super::describe::Describer;
use super::person::overlap;
use super::{Change, ChangeRegion, Diff, Effect, GroupShare};
use crate::decide::{Sweep, SweepQuestion};
use crate::ident::{Guid, Plane, Scope};
use crate::model::PrincipalType;
use crate::pattern::ActionPattern;
use crate::tenant::{AssignmentIx, Bits, PrincipalIx, RoleIx, Row, ScopeIx, Tenant};
use rustc_hash::FxHashMap;
use std::cell::{OnceCell, RefCell};

/// Tells changes in full. It must be given the tenants that were compared, the older one first.
#[derive(Debug)]
pub struct Details<'d> {
    diff: &'d Diff,
    tenants: [&'d Tenant; 2],
    sweeps: [Sweep<'d>; 2],
    describer: RefCell<Describer<'d>>,
    members: OnceCell<FxHashMap<Guid, usize>>,
}

impl<'d> Details<'d> {
    /// Prepares to tell.
    #[must_use]
    pub fn new(diff: &'d Diff, before: &'d Tenant, after: &'d Tenant) -> Details<'d> {
        let asked = SweepQuestion {
            attributes: &diff.attributes,
            attributes_complete: diff.attributes_complete,
            at: diff.at,
            wildcards: diff.wildcards,
        };
        let tenants = [before, after];
        let describer = Describer::new(&diff.universe, &diff.known, diff.wildcards, &diff.powers);
        Details {
            diff,
            tenants,
            sweeps: tenants.map(|tenant| Sweep::new(tenant, asked, &diff.universe)),
            describer: RefCell::new(describer),
            members: OnceCell::new(),
        }
    }

    /// Where did it happen?
    #[must_use]
    pub fn regions(&self, change: &Change) -> Vec<ChangeRegion> {
        let stretches = change.stretches.iter();
        stretches
            .map(|stretch| ChangeRegion {
                scope: self.scope(stretch.place).clone(),
                covers: stretch.covers(),
                except: stretch.except.iter().map(|place| self.scope(*place).clone()).collect(),
            })
            .collect()
    }

    fn scope(&self, place: u32) -> &'d Scope {
        let [old, new] = [0, 1].map(|side: usize| self.diff.places.at[side][place as usize]);
        if new == super::align::NONE {
            self.tenants[0].scope_text(ScopeIx(old))
        } else {
            self.tenants[1].scope_text(ScopeIx(new))
        }
    }

    /// Which operations?
    #[must_use]
    pub fn effects(&self, change: &Change) -> Vec<Effect> {
        let sample = change.principals.first().copied().unwrap_or(Guid(u128::MAX));
        let rows: [Vec<Row>; 2] = [0, 1].map(|side: usize| {
            let seen = self.sweeps[side].seen(sample);
            seen.rows.into_iter().map(|(row, _)| row).collect()
        });
        let parts = self.diff.deltas[change.delta as usize].iter();
        parts
            .map(|part| {
                let (allow, except) = self.words(change, &rows, part.transition);
                let conditions =
                    self.conditions(change, &rows, part.transition, &part.bits, part.plane);
                self.describer.borrow_mut().effect(part, &allow, &except, conditions)
            })
            .collect()
    }

    /// Does it hang only on input that is missing: would knowing more tell whether it is one at all?
    #[must_use]
    pub fn is_doubtful(&self, change: &Change) -> bool {
        let unknown = |cause: &Cause| matches!(cause, Cause::UnknownMembers(_) | Cause::Input);
        if change.causes.iter().all(unknown) {
            return true;
        }
        let firm = |transition| {
            matches!(transition, Transition::Gained | Transition::Lost | Transition::Changed)
        };
        let parts = &self.diff.deltas[change.delta as usize];
        if parts.iter().any(|part| firm(part.transition)) {
            return false;
        }
        self.effects(change).iter().all(Effect::is_doubtful)
    }

    /// The groups among those whom it concerns, and whoever is in none of them.
    #[must_use]
    pub fn groups(&self, change: &Change) -> (Vec<GroupShare>, Vec<Guid>) {
        let people = change.principals.iter().copied();
        let (own, people): (Vec<Guid>, Vec<Guid>) = people.partition(|id| self.is_group(*id));
        let mut concerned: FxHashMap<Guid, usize> = FxHashMap::default();
        let mut singles = Vec::new();
        for id in people {
            let mut covered = false;
            for group in self.groups_of(id).filter(|_| !own.is_empty()) {
                if own.binary_search(&group).is_ok() {
                    *concerned.entry(group).or_default() += 1;
                    covered = true;
                }
            }
            if !covered {
                singles.push(id);
            }
        }
        // A group inside another that is told needs no telling of its own.
        let is_inner = |group: &&Guid| {
            self.groups_of(**group)
                .any(|above| above != **group && own.binary_search(&above).is_ok())
        };
        let outer: Vec<Guid> = own.iter().filter(|group| !is_inner(group)).copied().collect();
        let told = if outer.is_empty() { own } else { outer };
        let shares = told.into_iter().map(|group| {
            let open = self
                .tenants
                .iter()
                .any(|tenant| tenant.principal(group).is_some_and(|ix| tenant.may_be_member(ix)));
            GroupShare {
                group,
                concerned: concerned.get(&group).copied().unwrap_or(0),
                members: self.members().get(&group).copied().unwrap_or(0),
                open,
            }
        });
        (shares.collect(), singles)
    }

    /// How many people each group has, on the newer side where it is there.
    fn members(&self) -> &FxHashMap<Guid, usize> {
        self.members.get_or_init(|| {
            let mut found: FxHashMap<Guid, usize> = FxHashMap::default();
            for (side, tenant) in [1, 0].map(|side: usize| (side, self.tenants[side])) {
                let mut counts = vec![0usize; tenant.principal_count()];
                for ix in tenant.principals() {
                    if tenant.principal_kind(ix) != PrincipalType::Group {
                        for group in tenant.groups_of(ix).iter() {
                            counts[group.row()] += 1;
                        }
                    }
                }
                for (ix, count) in tenant.principals().zip(counts) {
                    let id = tenant.principal_id(ix);
                    if count > 0 && (side == 1 || self.tenants[1].principal(id).is_none()) {
                        found.insert(id, count);
                    }
                }
            }
            found
        })
    }

    /// The newer side's view of somebody, or the older one's where only that knows them.
    fn known(&self, id: Guid) -> Option<(&'d Tenant, PrincipalIx)> {
        [1, 0]
            .into_iter()
            .find_map(|side: usize| Some((self.tenants[side], self.tenants[side].principal(id)?)))
    }

    fn is_group(&self, id: Guid) -> bool {
        self.known(id).is_some_and(|(tenant, ix)| tenant.principal_kind(ix) == PrincipalType::Group)
    }

    fn groups_of(&self, id: Guid) -> impl Iterator<Item = Guid> {
        let found = self.known(id).map(|(tenant, ix)| {
            let groups = tenant.groups_of(ix);
            groups.iter().map(|group| tenant.principal_id(*group)).collect::<Vec<Guid>>()
        });
        found.unwrap_or_default().into_iter()
    }

    /// Is an assignment of a side among the reasons of a change?
    fn is_cause(&self, change: &Change, side: usize, row: &Row) -> bool {
        let same = |newer: bool, ix: AssignmentIx| newer == (side == 1) && ix == row.fact;
        let role = |newer: bool, ix: RoleIx| newer == (side == 1) && ix == row.role;
        change.causes.iter().any(|cause| match cause {
            Cause::AssignmentAdded(ix) | Cause::MemberAdded { assignment: ix, .. } => {
                same(true, *ix)
            }
            Cause::AssignmentRemoved(ix) | Cause::MemberRemoved { assignment: ix, .. } => {
                same(false, *ix)
            }
            Cause::AssignmentChanged { before, after } => {
                same(false, *before) || same(true, *after)
            }
            Cause::RoleChanged { before, after } => role(false, *before) || role(true, *after),
            _ => false,
        })
    }

    /// Patterns that may have given what a change tells, and such as may have been there anyway.
    fn words(
        &self,
        change: &Change,
        rows: &[Vec<Row>; 2],
        transition: Transition,
    ) -> (Vec<ActionPattern>, Vec<ActionPattern>) {
        let own = match transition.direction() {
            Direction::Loss => 0,
            Direction::Gain | Direction::Condition => 1,
        };
        let (mut allow, mut except) = (Vec::new(), Vec::new());
        for (side, rows) in rows.iter().enumerate() {
            let tenant = self.tenants[side];
            for row in rows {
                let gives = side == own && self.is_cause(change, side, row);
                let role = tenant.role(row.role).definition();
                for block in role.into_iter().flat_map(|role| &role.blocks) {
                    let list = if gives { &mut allow } else { &mut except };
                    list.extend(block.actions.iter().chain(&block.data_actions).cloned());
                    except.extend(block.not_actions.iter().chain(&block.not_data_actions).cloned());
                }
            }
        }
        for cause in &change.causes {
            let deny = match cause {
                Cause::DenyAdded(ix) | Cause::DenyBinds(ix) => self.tenants[1].deny(*ix),
                Cause::DenyRemoved(ix) | Cause::DenySpares(ix) => self.tenants[0].deny(*ix),
                _ => continue,
            };
            for block in &deny.blocks {
                allow.extend(block.actions.iter().chain(&block.data_actions).cloned());
                except.extend(block.not_actions.iter().chain(&block.not_data_actions).cloned());
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
        &self,
        change: &Change,
        rows: &[Vec<Row>; 2],
        transition: Transition,
        bits: &Bits,
        plane: Plane,
    ) -> Vec<Box<str>> {
        let (side, all) = match transition {
            Transition::Gained | Transition::Lost => return Vec::new(),
            Transition::PerhapsGained | Transition::Changed => (1, false),
            Transition::Doubted => (1, true),
            Transition::Confirmed => (0, true),
            Transition::PerhapsLost => (0, false),
        };
        let tenant = self.tenants[side];
        let near = |row: &&Row| {
            change.stretches.iter().any(|stretch| {
                let at = tenant.scopes.locate(self.scope(stretch.place), false).at;
                tenant.is_above(row.scope, at)
            })
        };
        let mut found: Vec<Box<str>> = Vec::new();
        for row in rows[side].iter().filter(|row| all || self.is_cause(change, side, row)) {
            let role = tenant.role(row.role).definition();
            let blocks = role.into_iter().flat_map(|role| &role.blocks);
            let guards = blocks.filter_map(|block| block.condition.as_ref());
            let guards: Vec<_> = guards.chain(tenant.assignment(row.fact).condition()).collect();
            if guards.is_empty()
                || !near(&row)
                || !overlap(&self.sweeps[side].reach(row, plane), bits)
            {
                continue;
            }
            found.extend(guards.into_iter().map(|guard| guard.text.clone()));
        }
        found.sort();
        found.dedup();
        found
    }
}
