//! What a principal may do, operation by operation: rows of bits over the catalog.

use super::can::decide;
use super::decision::Outcome;
use super::denying::{DENY_EXEMPT, deny_guards};
use super::rows::applying;
use super::walk::Walk;
use super::what_can::{OperationOutcome, WhatQuestion, no_operation};
use super::{Request, locks};
use crate::ident::{Operation, Plane, Scope, Verb};
use crate::model::{DenyEffect, LockLevel, Touches, World};
use crate::pattern::Wildcards;
use crate::tenant::{
    Bits, DenyRow, Mark, Operations, PrincipalIx, Row, ScopeIx, Tenant, numbers, select,
};

/// What a principal may do on one plane: for each operation of the catalog one outcome, kept as bits and
/// turned to names only when asked.
#[derive(Debug, Clone)]
pub struct Effective<'t> {
    operations: &'t Operations,
    /// A set without words is empty.
    /// INVARIANT (disjoint): an operation is in one set at most; in none, it is not allowed.
    sets: [Bits; OUTCOMES.len()],
}

/// From what gives most to what gives least; an operation in none of them is not allowed.
const OUTCOMES: [Outcome; 4] =
    [Outcome::Allowed, Outcome::Conditional, Outcome::Locked, Outcome::Denied];

impl<'t> Effective<'t> {
    fn none(operations: &'t Operations) -> Effective<'t> {
        Effective { operations, sets: Default::default() }
    }

    /// The operations with an outcome, sorted by their folded names. Denied and locked are only those
    /// that a role would give; of [`Outcome::NotAllowed`] none is listed.
    pub fn of(&self, outcome: Outcome) -> impl Iterator<Item = &'t Operation> {
        let operations = self.operations.all();
        self.set(outcome).into_iter().flat_map(|set| numbers(set)).map(move |at| &operations[at])
    }

    /// The operations that are allowed.
    pub fn allowed(&self) -> impl Iterator<Item = &'t Operation> {
        self.of(Outcome::Allowed)
    }

    /// Is an operation allowed, by its number among those of the plane?
    pub(crate) fn allows(&self, number: usize) -> bool {
        word(&self.sets[0], number / 64) >> (number % 64) & 1 == 1
    }

    /// How many operations have an outcome; as [`Effective::of`].
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.set(outcome).map_or(0, |set| set.iter().map(|word| word.count_ones() as usize).sum())
    }

    fn set(&self, outcome: Outcome) -> Option<&Bits> {
        OUTCOMES.iter().position(|other| *other == outcome).map(|at| &self.sets[at])
    }

    /// Adds what another scope gives: of two outcomes the one that gives more.
    fn unite(&mut self, other: &Effective<'_>) {
        let mut taken = self.operations.none();
        for (own, more) in self.sets.iter_mut().zip(&other.sets) {
            unite(own, more);
            for (word, taken) in own.iter_mut().zip(&mut taken) {
                *word &= !*taken;
                *taken |= *word;
            }
        }
    }
}

/// What may a principal do, over all operations of the catalog on one plane? Without a scope, the best
/// outcome at any scope where the principal holds something.
///
/// Rows of bits decide nearly all at once; what hangs on a condition or on missing input is decided
/// operation by operation.
///
/// ```
/// use azrbac::{catalog::Catalog, condition::Attributes, decide::{Outcome, WhatQuestion, effective}};
/// use azrbac::{ident::{Plane, Scope}, model::Facts, pattern::Wildcards, tenant::Tenant};
/// let mut facts = Facts::default();
/// azrbac::ingest::read(&mut facts, "a.json", br#"[{"principalType": "User",
///   "principalId": "11111111-1111-1111-1111-111111111111", "scope": "/subscriptions/s",
///   "roleDefinitionId": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"}]"#);
/// let tenant = Tenant::build(facts, &Catalog::newest());
/// let question = WhatQuestion {
///     principal: "11111111-1111-1111-1111-111111111111".parse()?,
///     scope: Some(&Scope::new("/subscriptions/s/resourceGroups/rg")?),
///     attributes: &Attributes::default(),
///     attributes_complete: false,
///     at: None,
///     via_lighthouse: false,
///     wildcards: Wildcards::Azure,
/// };
/// // Owner has every control operation, and no data plane.
/// assert!(effective(&tenant, &question, Plane::Control).count(Outcome::Allowed) > 10_000);
/// assert_eq!(effective(&tenant, &question, Plane::Data).count(Outcome::Allowed), 0);
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[must_use]
pub fn effective<'t>(
    tenant: &'t Tenant,
    question: &WhatQuestion<'_>,
    plane: Plane,
) -> Effective<'t> {
    let operations = tenant.operations(plane);
    let Some(operation) = no_operation() else { return Effective::none(operations) };
    let at_scope = |scope: &Scope| {
        let request = question.request(&operation, plane, scope);
        Expansion { question, walk: Walk::new(tenant, &request) }.effective(operations)
    };
    if let Some(scope) = question.scope {
        return at_scope(scope);
    }
    let root = Scope::root();
    let mut places: Vec<ScopeIx> = {
        let request = question.request(&operation, plane, &root);
        let walk = Walk::new(tenant, &request);
        let rows = question.rows(&walk);
        rows.iter().map(|row| row.scope).chain([walk.located.at]).collect()
    };
    places.sort_unstable();
    places.dedup();
    let mut best = Effective::none(operations);
    for place in places {
        best.unite(&at_scope(tenant.scope_text(place)));
    }
    best
}

/// Every operation of the catalog that a principal may do, or may but for a deny or a lock:
/// [`effective`] as a list, in the order of names.
#[must_use]
pub fn what_can_expanded(
    tenant: &Tenant,
    question: &WhatQuestion<'_>,
    planes: &[Plane],
) -> Vec<OperationOutcome> {
    let mut found = Vec::new();
    for plane in planes {
        let effective = effective(tenant, question, *plane);
        for outcome in OUTCOMES {
            found.extend(effective.of(outcome).map(|operation| OperationOutcome {
                operation: operation.clone(),
                plane: *plane,
                outcome,
            }));
        }
    }
    found.sort_by(|a, b| (a.operation.folded(), a.plane).cmp(&(b.operation.folded(), b.plane)));
    found
}

/// One principal at one scope on one plane.
struct Expansion<'r> {
    question: &'r WhatQuestion<'r>,
    walk: Walk<'r>,
}

/// What applies to a principal at a scope, as sets over the catalog.
#[derive(Debug, Default)]
struct HeldSets {
    /// What a role gives, whatever else is learned.
    firm: Bits,
    /// What a role gives or may give.
    open: Bits,
    /// What a deny takes.
    denied: Bits,
    /// What a deny takes or may take.
    perhaps: Bits,
    /// Is something given through Lighthouse, which no lock stops?
    lifts: bool,
    /// Is there input that was not understood, or a role that nobody knows?
    doubted: bool,
}

impl HeldSets {
    /// The operations that these sets do not decide; without words where they decide all.
    fn undecided(&self, operations: &Operations) -> Bits {
        if self.doubted {
            return operations.every();
        }
        if self.open.is_empty() && self.perhaps.is_empty() && !self.lifts {
            return Bits::new();
        }
        let mut undecided = operations.none();
        for (at, word_of) in undecided.iter_mut().enumerate() {
            let doubted = if self.lifts { u64::MAX } else { word(&self.perhaps, at) };
            *word_of = select(word(&self.firm, at), doubted, word(&self.open, at));
        }
        undecided
    }
}

/// Adds a set to another; one without words is empty.
fn unite(into: &mut Bits, other: &[u64]) {
    if into.is_empty() {
        into.extend_from_slice(other);
        return;
    }
    for (word, more) in into.iter_mut().zip(other) {
        *word |= more;
    }
}

/// A word of a set.
fn word(bits: &Bits, at: usize) -> u64 {
    bits.get(at).copied().unwrap_or_default()
}

impl<'r> Expansion<'r> {
    fn effective<'t>(&self, operations: &'t Operations) -> Effective<'t> {
        let mut found = Effective::none(operations);
        let [allowed, conditional, locked, blocked] = &mut found.sets;
        let held = self.held(operations);
        let slow = held.undecided(operations);
        if slow.is_empty() && held.denied.is_empty() {
            *allowed = held.firm;
            self.locks(operations, allowed, locked);
            return found;
        }
        [&mut *allowed, &mut *conditional, &mut *locked, &mut *blocked]
            .into_iter()
            .for_each(|set| *set = operations.none());
        for (at, firm) in held.firm.iter().enumerate() {
            let quick = firm & !word(&slow, at);
            blocked[at] = quick & word(&held.denied, at);
            allowed[at] = quick & !word(&held.denied, at);
        }
        self.locks(operations, allowed, locked);
        for at in numbers(&slow) {
            let set = match self.decided(&operations.all()[at]) {
                Outcome::Allowed => &mut *allowed,
                Outcome::Conditional => &mut *conditional,
                Outcome::Locked => &mut *locked,
                Outcome::Denied => &mut *blocked,
                Outcome::NotAllowed => continue,
            };
            set[at / 64] |= 1 << (at % 64);
        }
        found
    }

    /// What assignments and denies hold here.
    fn held(&self, operations: &Operations) -> HeldSets {
        let tenant = self.walk.tenant;
        let mut held = HeldSets {
            lifts: self.question.via_lighthouse,
            doubted: self.gap_may_count(),
            ..HeldSets::default()
        };
        for id in self.walk.ids() {
            for row in applying(tenant.rows(id), &self.walk.path) {
                held.lifts |= !row.is_plain() && tenant.assignment(row.fact).via_lighthouse;
                held.doubted |= self.hold(row, operations, &mut held.firm, &mut held.open);
            }
        }
        if tenant.world == World::Open {
            self.unknown(operations, &mut held.open);
        }
        if self.walk.path.has(Mark::Denies) {
            for above in self.walk.path.upwards() {
                for row in tenant.deny_rows_at(above) {
                    self.deny(row, above, operations, &mut held.denied, &mut held.perhaps);
                }
            }
        }
        if tenant.world == World::Open && self.walk.located.floating {
            for row in tenant.deny_rows.iter().filter(|row| self.walk.may_stand_above(row.scope)) {
                self.add_denied(row, operations, &mut held.perhaps);
            }
        }
        held
    }

    /// Moves what a lock holds back from the allowed to the locked.
    fn locks(&self, operations: &Operations, allowed: &mut Bits, locked: &mut Bits) {
        if self.walk.request.plane == Plane::Data {
            return;
        }
        let read_only = self.lock(LockLevel::ReadOnly, false);
        let no_delete = read_only || self.lock(LockLevel::CanNotDelete, true);
        if !no_delete {
            return;
        }
        if locked.is_empty() {
            *locked = operations.none();
        }
        for at in numbers(&allowed.clone()) {
            let operation = &operations.all()[at];
            let stopped = match operation.verb() {
                Verb::Read => false,
                Verb::Delete => no_delete,
                Verb::Write | Verb::Action | Verb::Other => read_only,
            };
            let request = Request { operation, ..self.walk.request.clone() };
            if stopped && locks::concern(&request) {
                allowed[at / 64] &= !(1 << (at % 64));
                locked[at / 64] |= 1 << (at % 64);
            }
        }
    }

    fn decided(&self, operation: &Operation) -> Outcome {
        let request = Request { operation, ..self.walk.request.clone() };
        let decision = decide(self.walk.tenant, &request);
        match decision.outcome {
            // A deny of what nobody grants says nothing about what this principal holds.
            Outcome::Denied if decision.grants.is_empty() => Outcome::NotAllowed,
            outcome => outcome,
        }
    }

    /// Is there input that was not understood and could change any answer here?
    fn gap_may_count(&self) -> bool {
        let tenant = self.walk.tenant;
        tenant.gaps().iter().any(|gap| {
            matches!(
                gap.touches,
                Touches::Assignment { .. }
                    | Touches::Deny { .. }
                    | Touches::Lock { .. }
                    | Touches::Anything
            )
        })
    }

    /// Adds what an assignment holds; tells whether it holds what nobody knows.
    fn hold(&self, row: &Row, operations: &Operations, firm: &mut Bits, open: &mut Bits) -> bool {
        let tenant = self.walk.tenant;
        let plane = self.walk.request.plane;
        let plain = row.is_plain();
        let in_force = if plain { Some(true) } else { self.walk.in_force(row) };
        let assignment = (!plain).then(|| tenant.assignment(row.fact));
        let lighthouse = assignment.is_some_and(|assignment| assignment.via_lighthouse);
        if in_force == Some(false) || (lighthouse && plane == Plane::Data) {
            return false;
        }
        let Some(role) = tenant.role(row.role).definition() else {
            return tenant.world == World::Open || tenant.is_doubted(row.role);
        };
        let conditional = assignment.is_some_and(|assignment| assignment.condition().is_some());
        let free = in_force == Some(true) && !conditional;
        let strict;
        let bits = if self.question.wildcards == Wildcards::Azure {
            tenant.bits_of(row.role, plane)
        } else {
            strict = role
                .blocks
                .iter()
                .map(|block| operations.held(block, plane, self.question.wildcards))
                .collect::<Vec<Bits>>();
            &strict
        };
        for (block, bits) in role.blocks.iter().zip(bits) {
            unite(if free && block.condition.is_none() { firm } else { open }, bits);
        }
        tenant.is_doubted(row.role)
    }

    /// What groups with unknown members, and management groups that may stand above, would hold; and
    /// what denies with unknown members could take.
    fn unknown(&self, operations: &Operations, open: &mut Bits) {
        let tenant = self.walk.tenant;
        let plane = self.walk.request.plane;
        if !self.walk.path.has(Mark::OpenRows) && !self.walk.located.floating {
            return;
        }
        let here = tenant.scopes.upwards(self.walk.located.at);
        let rows = here
            .flat_map(|above| tenant.open_rows_at(above))
            .filter(|row| !self.walk.is_known_member(row.holder()));
        let own: Vec<PrincipalIx> = self.walk.ids().collect();
        let high = own
            .iter()
            .flat_map(|id| tenant.rows(*id))
            .chain(&tenant.open_rows_high)
            .filter(|row| self.walk.may_stand_above(row.scope));
        for row in rows.chain(high) {
            match tenant.role(row.role).definition() {
                Some(role) => {
                    for block in &role.blocks {
                        unite(open, &operations.held(block, plane, self.question.wildcards));
                    }
                }
                None => unite(open, &operations.every()),
            }
        }
    }

    /// Adds what the blocks of a deny hold.
    fn add_denied(&self, row: &DenyRow, operations: &Operations, into: &mut Bits) {
        let plane = self.walk.request.plane;
        if self.question.wildcards == Wildcards::Azure {
            unite(into, self.walk.tenant.bits_of_deny(row.fact, plane));
            return;
        }
        for block in &self.walk.tenant.deny(row.fact).blocks {
            unite(into, &operations.held(block, plane, self.question.wildcards));
        }
    }

    fn deny(
        &self,
        row: &DenyRow,
        above: ScopeIx,
        operations: &Operations,
        denied: &mut Bits,
        perhaps: &mut Bits,
    ) {
        let tenant = self.walk.tenant;
        let deny = tenant.deny(row.fact);
        let open_world = tenant.world == World::Open;
        let unknown = open_world
            && row.principals.iter().chain(&row.excludes).any(|ix| tenant.may_be_member(*ix));
        let bound = row.everyone || self.walk.is_one_of(&row.principals);
        if (!bound && !unknown)
            || self.walk.is_one_of(&row.excludes)
            || self.walk.spares_below(deny, above)
            || deny.effect == DenyEffect::Audit
        {
            return;
        }
        let mut bits = Bits::new();
        self.add_denied(row, operations, &mut bits);
        // Which operations a user's deny never matches is for the decision to say.
        let exempt = !deny.system_protected;
        if unknown || deny_guards(deny).next().is_some() {
            unite(perhaps, &bits);
        } else {
            unite(denied, &bits);
            if exempt {
                let managing = |at: &usize| DENY_EXEMPT.contains(&operations.all()[*at].folded());
                for at in numbers(&bits).filter(managing) {
                    perhaps.resize(bits.len(), 0);
                    perhaps[at / 64] |= 1 << (at % 64);
                }
            }
        }
    }

    /// Is there a lock of this level above, or, for what deletes, at or below?
    fn lock(&self, level: LockLevel, deletes: bool) -> bool {
        let tenant = self.walk.tenant;
        let located = self.walk.located;
        let at_scope = |scope: ScopeIx| {
            let start = tenant.lock_rows.partition_point(|row| row.0 < scope);
            let end = tenant.lock_rows.partition_point(|row| row.0 <= scope);
            &tenant.lock_rows[start..end]
        };
        if tenant.lock_rows.is_empty() {
            return false;
        }
        let above = tenant
            .scopes
            .upwards(located.at)
            .flat_map(at_scope)
            .any(|(_, lock)| tenant.lock(*lock).level == level);
        let below = deletes && located.exact && {
            let end = tenant.scopes.end(located.at);
            tenant.lock_rows.iter().any(|(scope, _)| located.at <= *scope && scope.0 < end)
        };
        above || below
    }
}

#[cfg(test)]
mod tests;
