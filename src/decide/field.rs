//! One operation at one scope, seen from everybody at once: what who-can is made of.

use super::Request;
use super::decision::{Grant, Outcome};
use super::denying::{binds_unlisted, deny_guards};
use super::granting::{Withheld, residual};
use super::reach::{Set, reach};
use super::walk::Walk;
use crate::condition::AttributeSource;
use crate::model::{Gap, Guard, World};
use crate::tenant::{AssignmentIx, DenyIx, DenyRow, Mark, PrincipalIx, RoleIx, Row, Tenant};
use crate::truth::Truth;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// A deny assignment that stands at the scope and holds the operation.
struct Hit<'r> {
    row: &'r DenyRow,
    bound: Option<Set>,
    excluded: Set,
    /// `None` where it hangs on the principal.
    truth: Option<Truth>,
    lift: bool,
}

/// No grant.
const NONE: u32 = u32::MAX;

/// One operation at one scope, seen from everybody at once.
pub(super) struct Field<'r> {
    pub(super) walk: Walk<'r>,
    pub(super) grants: Vec<Grant>,
    /// For each principal: the firm grant with the shortest way.
    firm: Vec<u32>,
    firm_list: Vec<PrincipalIx>,
    /// Grants that may hold, by principal; sorted.
    open: Vec<(PrincipalIx, u32)>,
    /// Those to whom a firm grant through Lighthouse reaches.
    pub(super) lighthouse: Set,
    hits: Vec<Hit<'r>>,
    /// Input that was not understood could grant to anybody, or to these.
    pub(super) gap_grants_all: bool,
    pub(super) gap_grants: Option<Set>,
    /// Assignments of groups whose members are not known.
    pub(super) open_rows: Vec<(Row, bool)>,
    /// Management groups that may stand above: anybody, or these; and rows that hang on the principal.
    pub(super) above_all: bool,
    pub(super) above: Option<Set>,
    pub(super) above_rows: Vec<Row>,
    /// Input that was not understood could deny.
    pub(super) gap_denies_all: bool,
    /// Denies with unknown members, or at management groups that may stand above.
    pub(super) gap_denies: Vec<DenyGap<'r>>,
    verdicts: RefCell<FxHashMap<(PrincipalIx, DenyIx), Truth>>,
}

/// A deny of which it is not known whom it binds, or whether it stands above.
pub(super) struct DenyGap<'r> {
    pub(super) row: &'r DenyRow,
    /// Does it stand at a management group that may stand above?
    pub(super) above: bool,
    /// `None` where it hangs on the principal.
    pub(super) truth: Option<Truth>,
}

pub(super) fn asks_about_principal(guard: &Guard) -> bool {
    guard.parsed.as_ref().is_ok_and(|condition| {
        condition.attributes().iter().any(|(source, _)| *source == AttributeSource::Principal)
    })
}

impl<'r> Field<'r> {
    pub(super) fn new(tenant: &'r Tenant, request: &'r Request<'r>) -> Field<'r> {
        let mut field = Field {
            walk: Walk::new(tenant, request),
            grants: Vec::new(),
            firm: vec![NONE; tenant.principal_count()],
            firm_list: Vec::new(),
            open: Vec::new(),
            lighthouse: Set::none(tenant),
            hits: Vec::new(),
            gap_grants_all: false,
            gap_grants: None,
            open_rows: Vec::new(),
            above_all: false,
            above: None,
            above_rows: Vec::new(),
            gap_denies_all: false,
            gap_denies: Vec::new(),
            verdicts: RefCell::default(),
        };
        field.find_grants();
        field.find_denies();
        field.find_gaps();
        field
    }

    pub(super) fn tenant(&self) -> &'r Tenant {
        self.walk.tenant
    }

    /// Does what an assignment gives hang on who asks?
    pub(super) fn hangs_on_principal(&self, fact: AssignmentIx, role: RoleIx) -> bool {
        let tenant = self.tenant();
        let role = tenant.role(role).definition();
        tenant.assignment(fact).condition().is_some_and(asks_about_principal)
            || role.is_some_and(|role| {
                role.blocks
                    .iter()
                    .any(|block| block.condition.as_ref().is_some_and(asks_about_principal))
            })
    }

    fn find_grants(&mut self) {
        let tenant = self.tenant();
        let mut holds: Vec<Option<bool>> = vec![None; tenant.roles().count()];
        let mut firm: Vec<(PrincipalIx, u32)> = Vec::new();
        let mut open: Vec<(PrincipalIx, u32)> = Vec::new();
        let mut personal: Vec<Row> = Vec::new();
        for above in tenant.scopes.upwards(self.walk.located.at) {
            for row in tenant.assigned_at(above) {
                let held = *holds[row.role.row()].get_or_insert_with(|| self.walk.would_grant(row));
                if !held {
                    continue;
                }
                if self.hangs_on_principal(row.fact, row.role) {
                    personal.push(*row);
                    continue;
                }
                let mut withheld = Withheld::default();
                let Some(grant) = self.walk.judge(row, &self.walk.inputs, &mut withheld) else {
                    continue;
                };
                let at = u32::try_from(self.grants.len()).unwrap_or(NONE);
                let list = if grant.truth.is_true() { &mut firm } else { &mut open };
                list.push((row.holder(), at));
                self.grants.push(grant);
            }
        }
        self.spread(&firm);
        let through_lighthouse =
            |(_, grant): &&(PrincipalIx, u32)| self.grants[*grant as usize].via_lighthouse;
        let lighthouse: Vec<PrincipalIx> =
            firm.iter().filter(through_lighthouse).map(|(holder, _)| *holder).collect();
        if !lighthouse.is_empty() {
            self.lighthouse = reach(tenant, &lighthouse, false).0;
        }
        for (holder, grant) in open {
            let (_, people) = reach(tenant, &[holder], false);
            self.open.extend(people.into_iter().map(|person| (person, grant)));
        }
        self.judge_persons(&personal);
        self.open.sort_unstable();
    }

    /// Breadth first from all holders at once: the first grant that arrives has the shortest way.
    fn spread(&mut self, firm: &[(PrincipalIx, u32)]) {
        let tenant = self.tenant();
        let mut queue: Vec<PrincipalIx> = Vec::new();
        for (holder, grant) in firm {
            if tenant.counts(*holder) && self.firm[holder.row()] == NONE {
                self.firm[holder.row()] = *grant;
                queue.push(*holder);
            }
        }
        let mut at = 0;
        while let Some(next) = queue.get(at).copied() {
            let grant = self.firm[next.row()];
            for member in tenant.members_of(next) {
                let slot = &mut self.firm[member.row()];
                if *slot == NONE {
                    *slot = grant;
                    queue.push(*member);
                }
            }
            at += 1;
        }
        for (holder, grant) in firm {
            if self.firm[holder.row()] == NONE {
                self.firm[holder.row()] = *grant;
                queue.push(*holder);
            }
        }
        self.firm_list = queue;
    }

    /// Assignments whose condition asks about the principal: judged for each whom they reach.
    fn judge_persons(&mut self, rows: &[Row]) {
        let tenant = self.tenant();
        for row in rows {
            for person in reach(tenant, &[row.holder()], false).1 {
                let inputs = self.walk.inputs.of(person);
                let mut withheld = Withheld::default();
                let Some(grant) = self.walk.judge(row, &inputs, &mut withheld) else { continue };
                let at = u32::try_from(self.grants.len()).unwrap_or(NONE);
                if !grant.truth.is_true() {
                    self.open.push((person, at));
                } else {
                    if tenant.assignment(row.fact).via_lighthouse {
                        self.lighthouse.add(person);
                    }
                    if self.firm[person.row()] != NONE {
                        continue;
                    }
                    self.firm[person.row()] = at;
                    self.firm_list.push(person);
                }
                self.grants.push(grant);
            }
        }
    }

    fn find_denies(&mut self) {
        let tenant = self.tenant();
        let open_world = tenant.world == World::Open;
        if !self.walk.path.has(Mark::Denies) {
            return;
        }
        for above in tenant.scopes.upwards(self.walk.located.at) {
            for row in tenant.deny_rows_at(above) {
                if !self.walk.is_denied_by(row) {
                    continue;
                }
                let truth = self.truth_for_all(row);
                if truth == Some(Truth::False) {
                    continue;
                }
                let bound = (!row.everyone).then(|| reach(tenant, &row.principals, false).0);
                let lift = open_world && row.excludes.iter().any(|ix| tenant.may_be_member(*ix));
                let excluded = reach(tenant, &row.excludes, false).0;
                self.hits.push(Hit { row, bound, excluded, truth, lift });
            }
        }
        self.hits.sort_by_key(|hit| hit.row.fact);
    }

    /// Do the conditions of a deny hold? `None` where that hangs on the principal.
    pub(super) fn truth_for_all(&self, row: &DenyRow) -> Option<Truth> {
        let personal = deny_guards(self.tenant().deny(row.fact)).any(asks_about_principal);
        (!personal).then(|| self.walk.deny_truth(row, &self.walk.inputs).0)
    }

    pub(super) fn open_grants(&self, principal: PrincipalIx) -> impl Iterator<Item = u32> + '_ {
        let start = self.open.partition_point(|(other, _)| *other < principal);
        self.open[start..]
            .iter()
            .take_while(move |(other, _)| *other == principal)
            .map(|(_, grant)| *grant)
    }

    /// The same answer as a decision's, for one principal (semantics.md 1.2).
    pub(super) fn rbac(&self, principal: Option<PrincipalIx>) -> Outcome {
        let firm = principal.is_some_and(|ix| self.firm[ix.row()] != NONE);
        let granted = firm || principal.is_some_and(|ix| self.open_grants(ix).next().is_some());
        let (mut blocked, mut all_lift, mut undecided) = (false, true, false);
        for (hit, truth) in self.hits_on(principal) {
            match truth {
                Truth::True => {
                    blocked = true;
                    all_lift &= hit.lift;
                }
                Truth::Unknown => undecided = true,
                Truth::False => {}
            }
        }
        if blocked {
            let perhaps = all_lift && (granted || self.could_be_granted(principal));
            return if perhaps { Outcome::Conditional } else { Outcome::Denied };
        }
        if firm {
            let perhaps_not = undecided || self.could_be_denied(principal);
            return if perhaps_not { Outcome::Conditional } else { Outcome::Allowed };
        }
        if granted || self.could_be_granted(principal) {
            Outcome::Conditional
        } else {
            Outcome::NotAllowed
        }
    }

    fn hits_on(&self, principal: Option<PrincipalIx>) -> impl Iterator<Item = (&Hit<'r>, Truth)> {
        self.hits.iter().filter_map(move |hit| {
            let bound = match (&hit.bound, principal) {
                (None, _) => true,
                (Some(set), Some(ix)) => set.holds(ix),
                (Some(_), None) => false,
            };
            if !bound || principal.is_some_and(|ix| hit.excluded.holds(ix)) {
                return None;
            }
            let truth = hit.truth.unwrap_or_else(|| self.personal_deny(hit.row, principal));
            Some((hit, truth))
        })
    }

    fn personal_deny(&self, row: &DenyRow, principal: Option<PrincipalIx>) -> Truth {
        let Some(principal) = principal else {
            return self.walk.deny_truth(row, &self.walk.inputs).0;
        };
        *self
            .verdicts
            .borrow_mut()
            .entry((principal, row.fact))
            .or_insert_with(|| self.walk.deny_truth(row, &self.walk.inputs.of(principal)).0)
    }

    pub(super) fn denying(&self, principal: PrincipalIx) -> Option<DenyIx> {
        self.hits_on(Some(principal))
            .find(|(_, truth)| truth.is_true())
            .map(|(hit, _)| hit.row.fact)
    }

    fn is_one_of(&self, principal: Option<PrincipalIx>, list: &[PrincipalIx]) -> bool {
        let tenant = self.tenant();
        principal.is_some_and(|ix| {
            list.binary_search(&ix).is_ok()
                || tenant
                    .groups_of(ix)
                    .iter()
                    .any(|group| tenant.counts(*group) && list.binary_search(group).is_ok())
        })
    }

    fn could_be_denied(&self, principal: Option<PrincipalIx>) -> bool {
        if self.gap_denies_all {
            return true;
        }
        self.gap_denies.iter().any(|DenyGap { row, above, truth }| {
            if self.is_one_of(principal, &row.excludes) {
                return false;
            }
            let bound = row.everyone || self.is_one_of(principal, &row.principals);
            let open = if bound { *above } else { binds_unlisted(self.tenant(), row).is_some() };
            open && !truth.unwrap_or_else(|| self.personal_deny(row, principal)).is_false()
        })
    }

    fn could_be_granted(&self, principal: Option<PrincipalIx>) -> bool {
        if self.gap_grants_all || self.above_all {
            return true;
        }
        let in_set = |set: &Option<Set>| {
            principal.is_some_and(|ix| set.as_ref().is_some_and(|set| set.holds(ix)))
        };
        if in_set(&self.gap_grants) || in_set(&self.above) {
            return true;
        }
        let tenant = self.tenant();
        let could = |row: &Row| match principal {
            Some(ix) => self.walk.could_grant(row, &self.walk.inputs.of(ix)),
            None => self.walk.could_grant(row, &self.walk.inputs),
        };
        let outside = |row: &Row| {
            principal.is_none_or(|ix| {
                ix != row.holder() && tenant.groups_of(ix).binary_search(&row.holder()).is_err()
            })
        };
        // What hangs on nobody could grant, or it would not be among them.
        self.open_rows.iter().any(|(row, personal)| outside(row) && (!personal || could(row)))
            || self.above_rows.iter().any(|row| {
                (tenant.may_be_member(row.holder()) || self.is_one_of(principal, &[row.holder()]))
                    && could(row)
            })
    }

    /// What makes it depend for everybody, in the words of a decision about somebody unknown.
    pub(super) fn gaps_for_all(&self) -> Vec<Gap> {
        let request = self.walk.request;
        super::can::decide(self.tenant(), request).gaps
    }

    /// Everybody for whom the answer may be other than for somebody whom the tenant does not name.
    pub(super) fn candidates(&self) -> Vec<PrincipalIx> {
        let tenant = self.tenant();
        let everybody = self.could_be_granted(None);
        let gaps = self.gap_grants.is_some() || self.above.is_some();
        let personal = !self.above_rows.is_empty() || self.open_rows.iter().any(|row| row.1);
        if everybody || gaps || personal {
            return tenant.principals().collect();
        }
        let mut found = self.firm_list.clone();
        found.extend(self.open.iter().map(|(principal, _)| *principal));
        found.sort_unstable();
        found.dedup();
        found
    }

    pub(super) fn reason(&self, principal: PrincipalIx) -> Option<u32> {
        let firm = self.firm[principal.row()];
        if firm != NONE { Some(firm) } else { self.open_grants(principal).next() }
    }

    /// The residual of one who has no firm grant: the same for all with the same open grants.
    pub(super) fn residual(
        &self,
        principal: PrincipalIx,
        known: &mut FxHashMap<Vec<u32>, Option<u32>>,
        numbers: &mut FxHashMap<String, u32>,
        texts: &mut Vec<String>,
    ) -> Option<u32> {
        let blocked = self.hits_on(Some(principal)).any(|(_, truth)| truth.is_true());
        if blocked || self.firm[principal.row()] != NONE {
            return None;
        }
        let open: Vec<u32> = self.open_grants(principal).collect();
        if open.is_empty() {
            return None;
        }
        if let Some(found) = known.get(&open) {
            return *found;
        }
        let grants: Vec<Grant> = open.iter().map(|at| self.grants[*at as usize]).collect();
        let personal =
            grants.iter().any(|grant| self.hangs_on_principal(grant.assignment, grant.role));
        let text = if personal {
            residual(self.tenant(), &self.walk.inputs.of(principal), &grants)
        } else {
            residual(self.tenant(), &self.walk.inputs, &grants)
        };
        let number = text.map(|text| {
            *numbers.entry(text).or_insert_with_key(|text| {
                texts.push(text.clone());
                u32::try_from(texts.len() - 1).unwrap_or(NONE)
            })
        });
        known.insert(open, number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Condition;
    use crate::origin::{Error, ErrorKind, Origin};

    #[test]
    fn only_what_asks_about_the_principal_hangs_on_it() {
        for (text, asks) in [
            (
                "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project] StringEquals 'x'",
                true,
            ),
            ("@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'x'", false),
            ("Exists @Request[a:b] OR Exists @Principal[c:d]", true),
            ("ActionMatches{'*/read'}", false),
            ("no condition", false),
        ] {
            let guard = Guard {
                text: text.into(),
                version: None,
                parsed: Condition::parse(text)
                    .map_err(|_| Error::new(ErrorKind::Condition, "not understood")),
                origin: Origin::NONE,
            };
            assert_eq!(asks_about_principal(&guard), asks, "{text}");
        }
    }
}
