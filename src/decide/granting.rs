//! What the assignments of a principal and its groups give (semantics.md 1.2 steps 3 to 6).

use super::decision::{Decision, Grant, Subtraction};
use super::gaps;
use super::inputs::ConditionInputs;
use super::rows::{applying, in_force};
use super::walk::Walk;
use crate::condition::Assumptions;
use crate::ident::Plane;
use crate::model::{Guard, World};
use crate::pattern::Match;
use crate::tenant::{Held, PrincipalIx, Row, Tenant, plane_at};
use crate::truth::Truth;

/// Why an assignment does not give what was asked for.
#[derive(Debug, Default)]
pub(super) struct Withheld {
    /// The uncertain rules that this leans on.
    pub(super) leans: Assumptions,
    /// The block and the entry of its except list that take the operation out of the role again.
    pub(super) by: Option<(u16, u32)>,
}

impl Walk<'_> {
    /// semantics.md 1.2 steps 3 to 6.
    pub(super) fn grants(&mut self, decision: &mut Decision) {
        let tenant = self.tenant;
        let mut withheld = self.withheld;
        let mut give = |row: &Row| withheld = withheld.union(self.grant(row, decision));
        if let Some(sieved) = self.lists.sieve(tenant, &self.path) {
            sieved.each(tenant, &self.path, &mut give);
        } else {
            for id in self.ids() {
                applying(tenant.rows(id), &self.path).for_each(&mut give);
            }
        }
        if !tenant.uncounted.is_empty() {
            // A group that does not count for access (U13): what it would have given is withheld.
            let mut uncounted = self.groups.iter().filter(|ix| !tenant.counts(**ix));
            let would_give = |id: &PrincipalIx| {
                applying(tenant.rows(*id), &self.path).any(|row| self.would_grant(row))
            };
            if uncounted.any(would_give) {
                withheld.insert(13);
            }
        }
        self.withheld = withheld;
    }

    pub(super) fn would_grant(&self, row: &Row) -> bool {
        if !self.tenant.roles.may_hold(row.role, self.request.plane, &self.needle) {
            return false;
        }
        let Some(role) = self.tenant.role(row.role).definition() else { return true };
        let plane = self.request.plane;
        role.blocks.iter().zip(self.tenant.roles.sides(row.role)).any(|(block, sides)| {
            matches!(sides[plane_at(plane)].ask(block, plane, &self.needle), Held::Yes { .. })
        })
    }

    /// Is the assignment in force at the time of the request? `None` where that cannot be told.
    pub(super) fn in_force(&self, row: &Row) -> Option<bool> {
        in_force(self.tenant, self.request.at, row)
    }

    /// Adds what an assignment gives; what a no would lean on besides.
    fn grant(&self, row: &Row, decision: &mut Decision) -> Assumptions {
        let mut withheld = Withheld::default();
        if let Some(grant) = self.judge(row, &self.inputs, &mut withheld) {
            if grant.pattern.is_none() {
                decision.gaps.push(gaps::unknown_role(self.tenant, row));
            }
            decision.grants.push(grant);
        } else {
            decision.subtracted.extend(withheld.by.map(|by| Subtraction {
                assignment: row.fact,
                role: row.role,
                holder: row.holder(),
                by,
            }));
        }
        withheld.leans
    }

    /// What an assignment gives here: nothing, or a grant that holds or may hold.
    pub(super) fn judge(
        &self,
        row: &Row,
        inputs: &ConditionInputs<'_>,
        withheld: &mut Withheld,
    ) -> Option<Grant> {
        if !self.tenant.roles.may_hold(row.role, self.request.plane, &self.needle) {
            return None;
        }
        let guarded = (!row.is_plain()).then(|| self.tenant.assignment(row.fact));
        let in_force = if guarded.is_some() { self.in_force(row) } else { Some(true) };
        if let (Some(false), Some(assignment)) = (in_force, guarded) {
            if assignment.end().is_some()
                && assignment.end() == self.request.at
                && self.would_grant(row)
            {
                withheld.leans.insert(29);
            }
            return None;
        }
        let lighthouse = guarded.is_some_and(|assignment| assignment.via_lighthouse);
        if lighthouse && self.request.plane == Plane::Data {
            return None;
        }
        let condition = guarded.and_then(|assignment| assignment.condition());
        let Some(role) = self.tenant.role(row.role).definition() else {
            if self.tenant.world == World::Closed {
                // What a scenario does not define does not exist.
                return None;
            }
            return Some(Grant {
                assignment: row.fact,
                role: row.role,
                holder: row.holder(),
                pattern: None,
                truth: Truth::Unknown,
                conditional: condition.is_some(),
                via_lighthouse: lighthouse,
                assumptions: Assumptions::default(),
            });
        };
        let plane = self.request.plane;
        let mut best: Option<(Grant, bool)> = None;
        for (number, (block, sides)) in
            (0u16..).zip(role.blocks.iter().zip(self.tenant.roles.sides(row.role)))
        {
            let held = sides[plane_at(plane)].ask(block, plane, &self.needle);
            let (pattern, how) = match held {
                Held::No => continue,
                Held::Subtracted { how, by, .. } => {
                    withheld.by = Some((number, by));
                    if how == Match::Vanishing {
                        withheld.leans.insert(3);
                    }
                    continue;
                }
                Held::Yes { pattern, how } => (pattern, how),
            };
            let mut grant = Grant {
                assignment: row.fact,
                role: row.role,
                holder: row.holder(),
                pattern: Some((number, pattern)),
                truth: Truth::True,
                conditional: false,
                via_lighthouse: lighthouse,
                assumptions: Assumptions::default(),
            };
            if how == Match::Vanishing {
                grant.assumptions.insert(3);
            }
            let entry = &block.side(plane).0[pattern as usize];
            if entry.was_trimmed() {
                grant.assumptions.insert(6);
            }
            if entry.has_partial_segment_star() {
                grant.assumptions.insert(4);
            }
            let open = conditions(inputs, &mut grant, block.condition.as_ref(), condition);
            if in_force.is_none() {
                grant.truth = grant.truth.and(Truth::Unknown);
            }
            // Of two blocks that are not decided, the one that may still hold.
            let better = best.as_ref().is_none_or(|(other, other_open)| {
                (grant.truth, open, other.assumptions.len())
                    > (other.truth, *other_open, grant.assumptions.len())
            });
            if better {
                best = Some((grant, open));
            }
        }
        let (mut grant, open) = best?;
        if withheld.by.take().is_some() {
            // Pooled lists would have subtracted it (U1).
            grant.assumptions.insert(1);
        }
        let possible = grant.truth.is_true() || (grant.truth.is_unknown() && open);
        if !possible {
            withheld.leans = withheld.leans.union(grant.assumptions);
            return None;
        }
        Some(grant)
    }
}

/// Judges the condition of the block and of the assignment together (semantics.md 1.7). Tells
/// whether learning more could make them hold.
fn conditions(
    inputs: &ConditionInputs<'_>,
    grant: &mut Grant,
    block: Option<&Guard>,
    assignment: Option<&Guard>,
) -> bool {
    let mut open = true;
    for guard in [block, assignment].into_iter().flatten() {
        let verdict = inputs.evaluate(guard);
        grant.conditional = true;
        grant.truth = grant.truth.and(verdict.truth);
        grant.assumptions = grant.assumptions.union(verdict.assumptions);
        open &= !verdict.truth.is_false() && (verdict.truth.is_true() || verdict.open);
    }
    if let (Some(block), Some(assignment)) = (block, assignment) {
        grant.assumptions.insert(2);
        if open && grant.truth.is_unknown() {
            open = inputs.can_hold_together(block, assignment, inputs.operation());
        }
    }
    open
}

/// What is left of the conditions of the grants that may hold: one suffices.
pub(super) fn residual(
    tenant: &Tenant,
    inputs: &ConditionInputs<'_>,
    grants: &[Grant],
) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for grant in grants {
        let (block, _) = grant.pattern?;
        let role = tenant.role(grant.role).definition()?;
        let guards = [
            role.blocks.get(block as usize).and_then(|block| block.condition.as_ref()),
            tenant.assignment(grant.assignment).condition(),
        ];
        let mut clauses: Vec<String> = Vec::new();
        for guard in guards.into_iter().flatten() {
            // A condition that was not understood leaves no residual that could be written down.
            if guard.parsed.is_err() {
                return None;
            }
            clauses.extend(inputs.residual(guard).map(|condition| condition.print()));
        }
        match &clauses[..] {
            [] => return None,
            [one] => parts.push(one.clone()),
            several => parts
                .push(several.iter().map(|c| format!("({c})")).collect::<Vec<_>>().join(" AND ")),
        }
    }
    parts.sort();
    parts.dedup();
    match &parts[..] {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(several.iter().map(|c| format!("({c})")).collect::<Vec<_>>().join(" OR ")),
    }
}
