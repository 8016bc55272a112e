//! Which deny assignments apply (semantics.md 1.2 step 2 and section 5).

use super::decision::{Decision, DenyHit};
use super::inputs::ConditionInputs;
use super::walk::Walk;
use crate::condition::Assumptions;
use crate::ident::ScopeKind;
use crate::model::{Deny, DenyEffect, Guard, PermissionBlock};
use crate::pattern::Match;
use crate::tenant::{DenyRow, Held, Mark, PrincipalIx, ScopeIx, Tenant, plane_at};
use crate::truth::Truth;

/// The operations that manage denies, which users' denies never match (U33).
pub(super) const DENY_EXEMPT: [&str; 2] = [
    "microsoft.authorization/denyassignments/write",
    "microsoft.authorization/denyassignments/delete",
];

/// The group through whose unlisted members a deny may bind somebody; one whose members it excludes binds
/// nobody.
pub(super) fn binds_unlisted(tenant: &Tenant, row: &DenyRow) -> Option<PrincipalIx> {
    let excluded = |ix: &PrincipalIx| row.excludes.binary_search(ix).is_ok() && tenant.counts(*ix);
    row.principals.iter().copied().find(|group| {
        tenant.may_be_member(*group)
            && !excluded(group)
            && !tenant.groups_of(*group).iter().any(excluded)
    })
}

impl Walk<'_> {
    /// semantics.md 1.2 step 2 and section 5.
    pub(super) fn denies(&mut self, decision: &mut Decision) {
        if !self.path.has(Mark::Denies) {
            return;
        }
        let tenant = self.tenant;
        let mut at = Some(self.located.at);
        while let Some(above) = at {
            if tenant.scopes.is_marked(above, Mark::Denies) {
                for row in tenant.deny_rows_at(above) {
                    self.deny(row, above, decision);
                }
            }
            at = tenant.scopes.parent(above);
        }
        decision.denies.sort_by_key(|hit| hit.deny);
    }

    fn deny(&mut self, row: &DenyRow, above: ScopeIx, decision: &mut Decision) {
        let tenant = self.tenant;
        let named = row.everyone || self.is_one_of(&row.principals);
        let uncounted = !named
            && !tenant.uncounted.is_empty()
            && self.groups.iter().any(|ix| row.principals.binary_search(ix).is_ok());
        if !named && !uncounted {
            return;
        }
        let Some(held) = self.deny_holds(row) else { return };
        if uncounted {
            // Only a group that does not count for access is named (U13).
            self.spared.insert(13);
            return;
        }
        let deny = tenant.deny(row.fact);
        if self.is_one_of(&row.excludes) {
            let direct = self.principal.is_some_and(|own| {
                row.excludes.binary_search(&own).is_ok()
                    || tenant
                        .members
                        .direct(own)
                        .iter()
                        .any(|g| row.excludes.binary_search(g).is_ok())
            });
            if !direct {
                self.spared.insert(7);
            }
            return;
        }
        let mut assumptions = Assumptions::default();
        if held == Match::Vanishing {
            assumptions.insert(3);
        }
        if self.spares_below(deny, above) {
            // The page leaves open whether an extension resource of the scope is its child (U8).
            let extension = self
                .request
                .scope
                .folded()
                .strip_prefix(&*tenant.scope_text(above).folded())
                .is_some_and(|rest| rest.starts_with("/providers/"))
                && tenant.scope_text(above).kind() == ScopeKind::Resource;
            if extension {
                self.spared.insert(8);
            }
            return;
        }
        if self.is_exempt(deny) {
            self.spared.insert(33);
            return;
        }
        if deny.effect == DenyEffect::Audit {
            decision.audited.push(row.fact);
            return;
        }
        let (truth, more) = self.deny_truth(row, &self.inputs);
        assumptions = assumptions.union(more);
        if truth.is_false() {
            self.spared.insert(9);
            return;
        }
        decision.denies.push(DenyHit { deny: row.fact, truth, assumptions });
    }

    /// Does a deny leave this place alone because it speaks of its own scope only (semantics.md 5.9)?
    pub(super) fn spares_below(&self, deny: &Deny, above: ScopeIx) -> bool {
        deny.only_at_scope && !(self.located.exact && above == self.located.at)
    }

    /// Users' denies never match the operations that manage denies (semantics.md 5.12, U33).
    pub(super) fn is_exempt(&self, deny: &Deny) -> bool {
        !deny.system_protected && DENY_EXEMPT.contains(&self.request.operation.folded())
    }

    /// Does a deny take away what is asked for from whomever it binds, its conditions set aside?
    pub(super) fn is_denied_by(&self, row: &DenyRow) -> bool {
        let deny = self.tenant.deny(row.fact);
        deny.effect != DenyEffect::Audit
            && !self.spares_below(deny, row.scope)
            && !self.is_exempt(deny)
            && self.deny_matches(row).0.is_some()
    }

    /// Do the conditions of a deny hold (U9)? Of the blocks that hold the operation one suffices, and a
    /// block that does not hold it has no say (semantics.md 1.8).
    pub(super) fn deny_truth(
        &self,
        row: &DenyRow,
        inputs: &ConditionInputs<'_>,
    ) -> (Truth, Assumptions) {
        let deny = self.tenant.deny(row.fact);
        if deny_guards(deny).next().is_none() {
            return (Truth::True, Assumptions::default());
        }
        let plane = self.request.plane;
        let mut best: Option<(Truth, Assumptions)> = None;
        for (block, sides) in deny.blocks.iter().zip(&row.sides) {
            let held = sides[plane_at(plane)].ask(block, plane, &self.needle);
            if !matches!(held, Held::Yes { .. }) {
                continue;
            }
            let mut truth = Truth::True;
            let mut assumptions = Assumptions::default();
            for guard in block_guards(deny, block) {
                let verdict = inputs.evaluate(guard);
                assumptions = assumptions.union(verdict.assumptions);
                assumptions.insert(9);
                truth = truth.and(verdict.truth);
            }
            if truth.is_unknown() && self.request.attributes_complete {
                // Nothing more will be learned: an undecided deny applies (U9).
                truth = Truth::True;
            }
            let better = best.is_none_or(|(other, leaned)| {
                truth > other || (truth == other && assumptions.len() < leaned.len())
            });
            if better {
                best = Some((truth, assumptions));
            }
        }
        best.unwrap_or((Truth::False, Assumptions::default()))
    }

    /// Does any block of a deny hold the operation? Notes what only one reading of U3 takes out.
    fn deny_holds(&mut self, row: &DenyRow) -> Option<Match> {
        let (held, vanishing) = self.deny_matches(row);
        if vanishing {
            self.spared.insert(3);
        }
        held
    }

    /// The same without the note: whether it holds it, and whether a block lets it go by U3 alone.
    pub(super) fn deny_matches(&self, row: &DenyRow) -> (Option<Match>, bool) {
        let deny = self.tenant.deny(row.fact);
        let plane = self.request.plane;
        let mut best = None;
        let mut vanishing = false;
        for (block, sides) in deny.blocks.iter().zip(&row.sides) {
            let side = &sides[plane_at(plane)];
            match side.ask(block, plane, &self.needle) {
                Held::Yes { how, .. } => best = best.max(Some(how)),
                Held::Subtracted { how: Match::Vanishing, .. } => vanishing = true,
                Held::Subtracted { .. } | Held::No => {}
            }
        }
        (best, vanishing)
    }
}

/// The conditions that bind one block of a deny: the deny's own and the block's.
pub(super) fn block_guards<'d>(
    deny: &'d Deny,
    block: &'d PermissionBlock,
) -> impl Iterator<Item = &'d Guard> {
    deny.condition.iter().map(|guard| &**guard).chain(&block.condition)
}

/// Every condition of a deny: its own and those of its blocks.
pub(super) fn deny_guards(deny: &Deny) -> impl Iterator<Item = &Guard> {
    let blocks = deny.blocks.iter().filter_map(|block| block.condition.as_ref());
    deny.condition.iter().map(|guard| &**guard).chain(blocks)
}
