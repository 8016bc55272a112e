//! `who_can`: which principals may do this operation on this scope? (DESIGN.md 3)
//!
//! It starts from the assignments at the scope and above it and follows groups down to the people in
//! them. What is judged one by one are assignments, never principals: a principal is looked at by
//! itself only where a condition asks about the principal.

use super::can::{Walk, deny_guards, residual, together};
use super::decision::{Grant, Outcome};
use super::reach::{Set, reach};
use super::{Request, locks};
use crate::condition::{Assumptions, AttributeSource};
use crate::ident::Guid;
use crate::model::{DenyEffect, Gap, Guard, Touches, World};
use crate::tenant::{DenyIx, DenyRow, LockIx, PrincipalIx, Row, Tenant};
use crate::truth::Truth;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// Who may do an operation on a scope.
#[derive(Debug, Clone)]
pub struct WhoCan {
    /// Everybody who may or perhaps may, in the order of ids: groups and what is in them alike.
    pub holders: Vec<Holder>,
    /// Everybody to whom a role gives it and whom a deny assignment or a lock stops.
    pub stopped: Vec<Stopped>,
    /// The grants that reasons point to.
    pub grants: Vec<Grant>,
    /// The residual conditions that holders point to.
    pub residuals: Vec<String>,
    /// The locks that stop people.
    pub locks: Vec<LockIx>,
    /// What holds for somebody whom the tenant does not name.
    pub others: Outcome,
    /// Why others may perhaps: what is missing or was not understood.
    pub gaps: Vec<Gap>,
}

/// Somebody who may, or perhaps may.
#[derive(Debug, Clone, Copy)]
pub struct Holder {
    /// Who.
    pub principal: PrincipalIx,
    /// [`Outcome::Allowed`] or [`Outcome::Conditional`].
    pub outcome: Outcome,
    /// The grant with the shortest way to it, in [`WhoCan::grants`]; none where only a gap speaks for
    /// it.
    pub grant: Option<u32>,
    /// The condition that is left, in [`WhoCan::residuals`].
    pub residual: Option<u32>,
}

/// Somebody to whom a role gives it in vain.
#[derive(Debug, Clone, Copy)]
pub struct Stopped {
    /// Who.
    pub principal: PrincipalIx,
    /// [`Outcome::Denied`], [`Outcome::Locked`], or [`Outcome::NotAllowed`] where a linked check fails.
    pub outcome: Outcome,
    /// The grant that would give it, in [`WhoCan::grants`].
    pub grant: Option<u32>,
    /// The deny assignment that stops it, where one does.
    pub deny: Option<DenyIx>,
}

/// Which principals may do what a request asks? The principal of the request is not looked at.
///
/// The answer names exactly those to whom [`can`](super::can) says allowed or conditional.
///
/// ```
/// use azrbac::{catalog::Catalog, condition::Attributes, decide::{Request, who_can}};
/// use azrbac::{ident::{Guid, Operation, Plane, Scope}, model::Facts, tenant::Tenant};
/// let mut facts = Facts::default();
/// azrbac::ingest::read(&mut facts, "a.json", br#"[{"principalType": "User",
///   "principalId": "11111111-1111-1111-1111-111111111111", "scope": "/subscriptions/s",
///   "roleDefinitionId": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"}]"#);
/// let tenant = Tenant::build(facts, &Catalog::newest());
/// let operation = Operation::new("Microsoft.Compute/virtualMachines/start/action")?;
/// let scope = Scope::new("/subscriptions/s/resourceGroups/rg")?;
/// let attributes = Attributes::default();
/// let request = Request::new(Guid(0), &operation, Plane::Control, &scope, &attributes);
/// assert_eq!(who_can(&tenant, &request).holders.len(), 1);
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[must_use]
pub fn who_can(tenant: &Tenant, request: &Request<'_>) -> WhoCan {
    let request = Request { principal: Guid(0), ..request.clone() };
    let linked: Vec<Request<'_>> = request
        .linked
        .iter()
        .map(|(operation, scope)| Request {
            operation,
            scope,
            plane: crate::ident::Plane::Control,
            linked: &[],
            method: None,
            ..request.clone()
        })
        .collect();
    let main = Field::new(tenant, &request);
    let linked: Vec<Field<'_>> = linked.iter().map(|inner| Field::new(tenant, inner)).collect();
    let locks = Locks::new(&main);
    let mut list = WhoCan {
        holders: Vec::new(),
        stopped: Vec::new(),
        grants: Vec::new(),
        residuals: Vec::new(),
        locks: locks.blocking.clone(),
        others: Outcome::NotAllowed,
        gaps: Vec::new(),
    };
    let outcome = |principal: Option<PrincipalIx>| {
        let mut outcome = main.rbac(principal);
        for field in &linked {
            outcome = together(outcome, field.rbac(principal));
        }
        locks.apply(&main, principal, outcome)
    };
    list.others = outcome(None);
    if list.others == Outcome::Conditional {
        list.gaps = main.gaps_for_all();
    }
    let mut residuals: FxHashMap<String, u32> = FxHashMap::default();
    let mut texts: FxHashMap<Vec<u32>, Option<u32>> = FxHashMap::default();
    for principal in main.candidates() {
        let outcome = outcome(Some(principal));
        let grant = main.reason(principal);
        match outcome {
            Outcome::Allowed => {
                list.holders.push(Holder { principal, outcome, grant, residual: None });
            }
            Outcome::Conditional => {
                let residual =
                    main.residual(principal, &mut texts, &mut residuals, &mut list.residuals);
                list.holders.push(Holder { principal, outcome, grant, residual });
            }
            Outcome::NotAllowed | Outcome::Denied | Outcome::Locked => {
                if grant.is_some() {
                    let deny = main.denying(principal);
                    list.stopped.push(Stopped { principal, outcome, grant, deny });
                }
            }
        }
    }
    list.grants = main.grants;
    list
}

/// What locks say about a request, once for everybody.
struct Locks {
    blocking: Vec<LockIx>,
    gaps: bool,
    lifted: bool,
}

impl Locks {
    fn new(field: &Field<'_>) -> Locks {
        let walk = &field.walk;
        let located = walk.located;
        Locks {
            blocking: locks::blocking(walk.tenant, walk.request, located.at, located.exact),
            gaps: locks::gaps(walk.tenant, walk.request).next().is_some(),
            lifted: walk.request.via_lighthouse,
        }
    }

    fn apply(
        &self,
        field: &Field<'_>,
        principal: Option<PrincipalIx>,
        outcome: Outcome,
    ) -> Outcome {
        let passed = matches!(outcome, Outcome::Allowed | Outcome::Conditional);
        if !passed || self.lifted || (self.blocking.is_empty() && !self.gaps) {
            return outcome;
        }
        if principal.is_some_and(|ix| field.lighthouse.holds(ix)) {
            return outcome;
        }
        if self.blocking.is_empty() {
            return Outcome::Conditional;
        }
        let may_lift = principal.is_some_and(|ix| {
            field.open_grants(ix).any(|grant| {
                field.walk.tenant.assignment(field.grants[grant as usize].assignment).via_lighthouse
            })
        });
        if may_lift { Outcome::Conditional } else { Outcome::Locked }
    }
}

/// A deny assignment that stands at the scope and holds the operation.
struct Hit {
    deny: DenyIx,
    bound: Option<Set>,
    excluded: Set,
    /// `None` where it hangs on the principal.
    truth: Option<Truth>,
    lift: bool,
}

/// No grant.
const NONE: u32 = u32::MAX;

/// One operation at one scope, seen from everybody at once.
struct Field<'r> {
    walk: Walk<'r>,
    grants: Vec<Grant>,
    /// For each principal: the firm grant with the shortest way.
    firm: Vec<u32>,
    firm_list: Vec<PrincipalIx>,
    /// Grants that may hold, by principal; sorted.
    open: Vec<(PrincipalIx, u32)>,
    /// Those to whom a firm grant through Lighthouse reaches.
    lighthouse: Set,
    hits: Vec<Hit>,
    /// Input that was not understood could grant to anybody, or to these.
    gap_grants_all: bool,
    gap_grants: Option<Set>,
    /// Assignments of groups whose members are not known.
    open_rows: Vec<(Row, bool)>,
    /// Management groups that may stand above: anybody, or these; and rows that hang on the principal.
    above_all: bool,
    above: Option<Set>,
    above_rows: Vec<Row>,
    /// Input that was not understood could deny.
    gap_denies_all: bool,
    /// Denies with unknown members, or at management groups that may stand above.
    gap_denies: Vec<(&'r DenyRow, bool)>,
    verdicts: RefCell<FxHashMap<(PrincipalIx, DenyIx), Truth>>,
}

fn asks_about_principal(guard: &Guard) -> bool {
    guard.parsed.as_ref().is_ok_and(|condition| {
        condition.attributes().iter().any(|(source, _)| *source == AttributeSource::Principal)
    })
}

impl<'r> Field<'r> {
    fn new(tenant: &'r Tenant, request: &'r Request<'r>) -> Field<'r> {
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

    fn tenant(&self) -> &'r Tenant {
        self.walk.tenant
    }

    /// Does what an assignment gives hang on who asks?
    fn hangs_on_principal(&self, row: &Row) -> bool {
        let tenant = self.tenant();
        let role = tenant.role(row.role).definition();
        tenant.assignment(row.fact).condition.as_deref().is_some_and(asks_about_principal)
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
                if self.hangs_on_principal(row) {
                    personal.push(*row);
                    continue;
                }
                let mut withheld = Assumptions::default();
                let Some(grant) = self.walk.judge(row, &self.walk.inputs, &mut withheld) else {
                    continue;
                };
                let at = u32::try_from(self.grants.len()).unwrap_or(NONE);
                let list = if grant.truth.is_true() { &mut firm } else { &mut open };
                list.push((row.holder, at));
                self.grants.push(grant);
            }
        }
        self.spread(&firm);
        let through_lighthouse = |(_, grant): &&(PrincipalIx, u32)| {
            tenant.assignment(self.grants[*grant as usize].assignment).via_lighthouse
        };
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
            for person in reach(tenant, &[row.holder], false).1 {
                let inputs = self.walk.inputs.of(person);
                let mut withheld = Assumptions::default();
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
        if tenant.deny_rows.is_empty() {
            return;
        }
        for above in tenant.scopes.upwards(self.walk.located.at) {
            for row in tenant.deny_rows_at(above) {
                let deny = tenant.deny(row.fact);
                if self.walk.deny_matches(row).0.is_none()
                    || self.walk.spares_below(deny, above)
                    || self.walk.is_exempt(deny)
                    || deny.effect == DenyEffect::Audit
                {
                    continue;
                }
                let personal = deny_guards(deny).any(asks_about_principal);
                let truth = (!personal).then(|| self.walk.deny_truth(deny, &self.walk.inputs).0);
                if truth == Some(Truth::False) {
                    continue;
                }
                let bound = (!row.everyone).then(|| reach(tenant, &row.principals, false).0);
                let lift = open_world && row.excludes.iter().any(|ix| tenant.may_be_member(*ix));
                let excluded = reach(tenant, &row.excludes, false).0;
                self.hits.push(Hit { deny: row.fact, bound, excluded, truth, lift });
            }
        }
        self.hits.sort_by_key(|hit| hit.deny);
    }

    fn find_gaps(&mut self) {
        let tenant = self.tenant();
        let mut named: Vec<PrincipalIx> = Vec::new();
        for gap in tenant.gaps() {
            match &gap.touches {
                Touches::Assignment { principal, scope } => {
                    if !scope.as_ref().is_none_or(|scope| self.walk.may_be_above(scope)) {
                        continue;
                    }
                    match principal {
                        None => self.gap_grants_all = true,
                        // Nobody but a principal that nothing names: nobody whom a list could name.
                        Some(id) => match tenant.principal(*id) {
                            Some(ix) if tenant.may_be_member(ix) => self.gap_grants_all = true,
                            Some(ix) => named.push(ix),
                            None => {}
                        },
                    }
                }
                Touches::Deny { scope } => {
                    self.gap_denies_all |=
                        scope.as_ref().is_none_or(|scope| self.walk.may_be_above(scope));
                }
                Touches::Anything => {
                    self.gap_grants_all = true;
                    self.gap_denies_all = true;
                }
                _ => {}
            }
        }
        if !named.is_empty() {
            self.gap_grants = Some(reach(tenant, &named, true).0);
        }
        if tenant.world == World::Closed {
            return;
        }
        self.find_unknown_members();
        self.find_unknown_hierarchy();
        for row in &tenant.deny_rows {
            let deny = tenant.deny(row.fact);
            let at = self.walk.located.at;
            let certain = tenant.is_above(row.scope, at);
            let possible = self.walk.may_stand_above(row.scope);
            let unknown = row.principals.iter().any(|ix| tenant.may_be_member(*ix));
            if (possible && !certain) || (certain && !row.everyone && unknown) {
                let elsewhere = deny.only_at_scope && !(self.walk.located.exact && row.scope == at);
                if deny.effect != DenyEffect::Audit
                    && !elsewhere
                    && self.walk.deny_matches(row).0.is_some()
                {
                    self.gap_denies.push((row, possible && !certain));
                }
            }
        }
    }

    fn find_unknown_members(&mut self) {
        let tenant = self.tenant();
        for above in tenant.scopes.upwards(self.walk.located.at) {
            for row in tenant.open_rows_at(above) {
                if !tenant.counts(row.holder) || self.walk.in_force(row) == Some(false) {
                    continue;
                }
                let personal = self.condition_is_personal(row);
                if personal && self.walk.would_grant(row)
                    || self.walk.could_grant(row, &self.walk.inputs)
                {
                    self.open_rows.push((*row, personal));
                }
            }
        }
    }

    fn condition_is_personal(&self, row: &Row) -> bool {
        self.tenant().assignment(row.fact).condition.as_deref().is_some_and(asks_about_principal)
    }

    fn find_unknown_hierarchy(&mut self) {
        let tenant = self.tenant();
        if !self.walk.located.floating {
            return;
        }
        let mut holders: Vec<PrincipalIx> = Vec::new();
        for scope in tenant.all_scopes() {
            if !self.walk.may_stand_above(scope) {
                continue;
            }
            for row in tenant.assigned_at(scope) {
                if self.walk.in_force(row) == Some(false) || !self.walk.would_grant(row) {
                    continue;
                }
                if self.condition_is_personal(row) {
                    self.above_rows.push(*row);
                } else if self.walk.could_grant(row, &self.walk.inputs) {
                    holders.push(row.holder);
                    self.above_all |= tenant.may_be_member(row.holder);
                }
            }
        }
        if !holders.is_empty() {
            self.above = Some(reach(tenant, &holders, false).0);
        }
    }

    fn open_grants(&self, principal: PrincipalIx) -> impl Iterator<Item = u32> + '_ {
        let start = self.open.partition_point(|(other, _)| *other < principal);
        self.open[start..]
            .iter()
            .take_while(move |(other, _)| *other == principal)
            .map(|(_, grant)| *grant)
    }

    /// The same answer as a decision's, for one principal (semantics.md 1.2).
    fn rbac(&self, principal: Option<PrincipalIx>) -> Outcome {
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
            return if granted && all_lift { Outcome::Conditional } else { Outcome::Denied };
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

    fn hits_on(&self, principal: Option<PrincipalIx>) -> impl Iterator<Item = (&Hit, Truth)> {
        self.hits.iter().filter_map(move |hit| {
            let bound = match (&hit.bound, principal) {
                (None, _) => true,
                (Some(set), Some(ix)) => set.holds(ix),
                (Some(_), None) => false,
            };
            if !bound || principal.is_some_and(|ix| hit.excluded.holds(ix)) {
                return None;
            }
            let truth = hit.truth.unwrap_or_else(|| self.personal_deny(hit.deny, principal));
            Some((hit, truth))
        })
    }

    fn personal_deny(&self, deny: DenyIx, principal: Option<PrincipalIx>) -> Truth {
        let fact = self.tenant().deny(deny);
        let Some(principal) = principal else {
            return self.walk.deny_truth(fact, &self.walk.inputs).0;
        };
        *self
            .verdicts
            .borrow_mut()
            .entry((principal, deny))
            .or_insert_with(|| self.walk.deny_truth(fact, &self.walk.inputs.of(principal)).0)
    }

    fn denying(&self, principal: PrincipalIx) -> Option<DenyIx> {
        self.hits_on(Some(principal)).find(|(_, truth)| truth.is_true()).map(|(hit, _)| hit.deny)
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
        self.gap_denies.iter().any(|(row, possible)| {
            if self.is_one_of(principal, &row.excludes) {
                return false;
            }
            if row.everyone || self.is_one_of(principal, &row.principals) {
                return *possible;
            }
            row.principals.iter().any(|ix| self.tenant().may_be_member(*ix))
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
        let could = |row: &Row, personal: bool| match principal {
            Some(ix) if personal => self.walk.could_grant(row, &self.walk.inputs.of(ix)),
            _ => self.walk.could_grant(row, &self.walk.inputs),
        };
        let outside = |row: &Row| {
            principal.is_none_or(|ix| {
                ix != row.holder && tenant.groups_of(ix).binary_search(&row.holder).is_err()
            })
        };
        self.open_rows.iter().any(|(row, personal)| outside(row) && could(row, *personal))
            || self.above_rows.iter().any(|row| {
                (tenant.may_be_member(row.holder) || self.is_one_of(principal, &[row.holder]))
                    && could(row, true)
            })
    }

    /// What makes it depend for everybody, in the words of a decision about somebody unknown.
    fn gaps_for_all(&self) -> Vec<Gap> {
        let request = self.walk.request;
        super::can::decide(self.tenant(), request).1.gaps
    }

    /// Everybody for whom the answer may be other than for somebody whom the tenant does not name.
    fn candidates(&self) -> Vec<PrincipalIx> {
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

    fn reason(&self, principal: PrincipalIx) -> Option<u32> {
        let firm = self.firm[principal.row()];
        if firm != NONE { Some(firm) } else { self.open_grants(principal).next() }
    }

    /// The residual of one who has no firm grant: the same for all with the same open grants.
    fn residual(
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
        let personal = grants.iter().any(|grant| {
            self.hangs_on_principal(&Row {
                scope: self.walk.located.at,
                role: grant.role,
                fact: grant.assignment,
                holder: grant.holder,
            })
        });
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
