//! What a principal may do, operation by operation: rows of bits over the catalog.

use super::can::{Walk, applying, decide, deny_guards};
use super::decision::Outcome;
use super::what_can::{OperationOutcome, WhatQuestion, no_operation};
use super::{Request, locks};
use crate::ident::{Operation, Plane, Scope, Verb};
use crate::model::{DenyEffect, LockLevel, Touches, World};
use crate::pattern::Wildcards;
use crate::tenant::{Bits, DenyRow, Operations, PrincipalIx, Row, ScopeIx, Tenant};

/// Every operation of the catalog that a principal may do, or may but for a deny or a lock. Without a
/// scope, its best outcome at any scope where the principal holds something.
///
/// Rows of bits decide nearly all at once; what hangs on a condition or on missing input is decided
/// operation by operation.
#[must_use]
pub fn what_can_expanded(
    tenant: &Tenant,
    question: &WhatQuestion<'_>,
    planes: &[Plane],
) -> Vec<OperationOutcome> {
    let Some(operation) = no_operation() else { return Vec::new() };
    let root = Scope::root();
    let mut scopes: Vec<&Scope> = Vec::new();
    match question.scope {
        Some(scope) => scopes.push(scope),
        None => {
            let request = question.request(&operation, Plane::Control, &root);
            let walk = Walk::new(tenant, &request);
            let mut at: Vec<ScopeIx> = question.rows(&walk).iter().map(|row| row.scope).collect();
            at.push(walk.located.at);
            at.sort_unstable();
            at.dedup();
            scopes.extend(at.into_iter().map(|ix| tenant.scope_text(ix)));
        }
    }
    let mut found = Vec::new();
    for plane in planes {
        let operations = tenant.operations(*plane);
        let mut best: Vec<u8> = vec![0; operations.all().len()];
        for scope in &scopes {
            let request = question.request(&operation, *plane, scope);
            Expansion::new(tenant, question, &request).fill(operations, &mut best);
        }
        for (operation, rank) in operations.all().iter().zip(best) {
            let Some(outcome) = outcome(rank) else { continue };
            found.push(OperationOutcome { operation: operation.clone(), plane: *plane, outcome });
        }
    }
    found.sort_by(|a, b| (a.operation.folded(), a.plane).cmp(&(b.operation.folded(), b.plane)));
    found
}

/// Outcomes by how much they give; nothing is 0.
fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::NotAllowed => 0,
        Outcome::Denied => 1,
        Outcome::Locked => 2,
        Outcome::Conditional => 3,
        Outcome::Allowed => 4,
    }
}

fn outcome(rank: u8) -> Option<Outcome> {
    [Outcome::Denied, Outcome::Locked, Outcome::Conditional, Outcome::Allowed]
        .into_iter()
        .find(|outcome| self::rank(*outcome) == rank)
}

/// One principal at one scope on one plane.
struct Expansion<'r> {
    question: &'r WhatQuestion<'r>,
    walk: Walk<'r>,
}

fn unite(into: &mut Bits, other: &[u64]) {
    for (word, more) in into.iter_mut().zip(other) {
        *word |= more;
    }
}

fn holds(bits: &Bits, at: usize) -> bool {
    bits[at / 64] >> (at % 64) & 1 == 1
}

impl<'r> Expansion<'r> {
    fn new(
        tenant: &'r Tenant,
        question: &'r WhatQuestion<'r>,
        request: &'r Request<'r>,
    ) -> Expansion<'r> {
        Expansion { question, walk: Walk::new(tenant, request) }
    }

    fn fill(&self, operations: &Operations, best: &mut [u8]) {
        let tenant = self.walk.tenant;
        let located = self.walk.located;
        let mut firm = operations.none();
        let mut open = operations.none();
        let mut lighthouse = self.question.via_lighthouse;
        let mut one_by_one = self.one_by_one();
        for id in self.walk.ids() {
            for row in applying(tenant, tenant.rows(id), located.at) {
                lighthouse |= tenant.assignment(row.fact).via_lighthouse;
                one_by_one |= self.hold(row, operations, &mut firm, &mut open);
            }
        }
        if tenant.world == World::Open {
            self.unknown(operations, &mut open);
        }
        let (mut denied, mut perhaps) = (operations.none(), operations.none());
        for above in tenant.scopes.upwards(located.at) {
            for row in tenant.deny_rows_at(above) {
                self.deny(row, above, operations, &mut denied, &mut perhaps);
            }
        }
        if tenant.world == World::Open {
            for row in tenant.deny_rows.iter().filter(|row| self.walk.may_stand_above(row.scope)) {
                for block in &tenant.deny(row.fact).blocks {
                    let plane = self.walk.request.plane;
                    unite(&mut perhaps, &operations.held(block, plane, self.question.wildcards));
                }
            }
        }
        let read_only = self.lock(LockLevel::ReadOnly, false);
        let no_delete = read_only || self.lock(LockLevel::CanNotDelete, true);
        let plane = self.walk.request.plane;
        for (at, operation) in operations.all().iter().enumerate() {
            let (sure, maybe) = (holds(&firm, at), holds(&open, at));
            let slow =
                one_by_one || (maybe && !sure) || (sure && (lighthouse || holds(&perhaps, at)));
            let found = if slow {
                self.decided(operation, sure || maybe)
            } else if !sure {
                Outcome::NotAllowed
            } else if holds(&denied, at) {
                Outcome::Denied
            } else {
                let stopped = match operation.verb() {
                    Verb::Read => false,
                    Verb::Delete => no_delete,
                    _ => read_only,
                };
                let request = Request { operation, ..self.walk.request.clone() };
                let locked = plane == Plane::Control && stopped && locks::concern(&request);
                if locked { Outcome::Locked } else { Outcome::Allowed }
            };
            best[at] = best[at].max(rank(found));
        }
    }

    fn decided(&self, operation: &Operation, granted: bool) -> Outcome {
        let request = Request { operation, ..self.walk.request.clone() };
        let decision = decide(self.walk.tenant, &request).1;
        match decision.outcome {
            // A deny of what nobody grants says nothing about what this principal holds.
            Outcome::Denied if !granted || decision.grants.is_empty() => Outcome::NotAllowed,
            outcome => outcome,
        }
    }

    /// Is there input that was not understood and could change any answer here?
    fn one_by_one(&self) -> bool {
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
        let in_force = self.walk.in_force(row);
        let assignment = tenant.assignment(row.fact);
        let plane = self.walk.request.plane;
        if in_force == Some(false) || (assignment.via_lighthouse && plane == Plane::Data) {
            return false;
        }
        let Some(role) = tenant.role(row.role).definition() else {
            return tenant.world == World::Open;
        };
        let free = in_force == Some(true) && assignment.condition.is_none();
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
        false
    }

    /// What groups with unknown members, and management groups that may stand above, would hold; and
    /// what denies with unknown members could take.
    fn unknown(&self, operations: &Operations, open: &mut Bits) {
        let tenant = self.walk.tenant;
        let plane = self.walk.request.plane;
        let here = tenant.scopes.upwards(self.walk.located.at);
        let rows = here
            .flat_map(|above| tenant.open_rows_at(above))
            .filter(|row| !self.walk.is_known_member(row.holder) && tenant.counts(row.holder));
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
                None => open.fill(u64::MAX),
            }
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
        let plane = self.walk.request.plane;
        let mut bits = operations.none();
        for block in &deny.blocks {
            unite(&mut bits, &operations.held(block, plane, self.question.wildcards));
        }
        // Which operations a user's deny never matches is for the decision to say.
        let exempt = !deny.system_protected;
        if unknown || deny_guards(deny).next().is_some() {
            unite(perhaps, &bits);
        } else {
            unite(denied, &bits);
            if exempt {
                for (at, operation) in operations.all().iter().enumerate() {
                    let request = Request { operation, ..self.walk.request.clone() };
                    let manages =
                        operation.folded().starts_with("microsoft.authorization/denyassignments/");
                    if manages && holds(&bits, at) && Walk::new(tenant, &request).is_exempt(deny) {
                        perhaps[at / 64] |= 1 << (at % 64);
                    }
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
        let above = tenant
            .scopes
            .upwards(located.at)
            .flat_map(at_scope)
            .any(|(_, lock)| tenant.lock(*lock).level == level);
        let below = deletes && located.exact && {
            let end = tenant.scopes.end(located.at);
            tenant.lock_rows.iter().any(|(scope, _)| located.at < *scope && scope.0 < end)
        };
        above || below
    }
}
