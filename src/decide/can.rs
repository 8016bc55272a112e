//! `can`: may this principal do this operation on this scope, and why? (semantics.md 1)

use super::decision::{Decision, DenyHit, Grant, Linked, Outcome, Subtraction};
use super::inputs::ConditionInputs;
use super::rows::{Lists, applying};
use super::{Request, gaps, locks, near};
use crate::condition::Assumptions;
use crate::ident::{Guid, Plane, ScopeKind, Verb};
use crate::model::{AssignmentState, Deny, DenyEffect, Gap, Guard, PermissionBlock, World};
use crate::pattern::Match;
use crate::tenant::{
    DenyRow, Held, Located, Mark, Needle, Path, PrincipalIx, Row, ScopeIx, Tenant, plane_at,
};
use crate::truth::Truth;
use std::borrow::Cow;

/// May this principal do this operation on this scope, and why?
///
/// Every grant and every deny is found, not only the first. Two comparisons tell whether an assignment
/// stands at or above the target, so the time follows the assignments of the principal and its groups,
/// not the tenant.
///
/// ```
/// use azrbac::{catalog::Catalog, condition::Attributes, decide::{Outcome, Request, can}};
/// use azrbac::{ident::{Operation, Plane, Scope}, model::Facts, tenant::Tenant};
/// let mut facts = Facts::default();
/// azrbac::ingest::read(&mut facts, "a.json", br#"[{"principalType": "User",
///   "principalId": "11111111-1111-1111-1111-111111111111", "scope": "/subscriptions/s",
///   "roleDefinitionId": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"}]"#);
/// let tenant = Tenant::build(facts, &Catalog::newest());
/// let operation = Operation::new("Microsoft.Compute/virtualMachines/start/action")?;
/// let scope = Scope::new("/subscriptions/s/resourceGroups/rg")?;
/// let attributes = Attributes::default();
/// let principal = "11111111-1111-1111-1111-111111111111".parse()?;
/// let control = Request::new(principal, &operation, Plane::Control, &scope, &attributes);
/// assert_eq!(can(&tenant, &control).outcome, Outcome::Allowed);
/// // Owner has no data plane: the same string asked there is refused.
/// let data = Request { plane: Plane::Data, ..control };
/// assert_eq!(can(&tenant, &data).outcome, Outcome::NotAllowed);
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[must_use]
pub fn can(tenant: &Tenant, request: &Request<'_>) -> Decision {
    answer(&mut Walk::new(tenant, request))
}

/// The same for a principal and a scope that the tenant knows: no name is looked up. What the request
/// says of its principal and its scope is not looked at.
///
/// ```
/// use azrbac::{catalog::Catalog, condition::Attributes, decide::{Outcome, Request, can_at}};
/// use azrbac::{ident::{Operation, Plane, Scope}, model::Facts, tenant::Tenant};
/// let mut facts = Facts::default();
/// azrbac::ingest::read(&mut facts, "a.json", br#"[{"principalType": "User",
///   "principalId": "11111111-1111-1111-1111-111111111111", "scope": "/subscriptions/s",
///   "roleDefinitionId": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"}]"#);
/// let tenant = Tenant::build(facts, &Catalog::newest());
/// let operation = Operation::new("Microsoft.Compute/virtualMachines/start/action")?;
/// let scope = Scope::new("/subscriptions/s")?;
/// let attributes = Attributes::default();
/// let user = "11111111-1111-1111-1111-111111111111".parse()?;
/// let request = Request::new(user, &operation, Plane::Control, &scope, &attributes);
/// // Looked up once, asked many times.
/// if let (Some(user), Some(scope)) = (tenant.principal(user), tenant.scope(&scope)) {
///     assert_eq!(can_at(&tenant, user, scope, &request).outcome, Outcome::Allowed);
/// }
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[must_use]
pub fn can_at(
    tenant: &Tenant,
    principal: PrincipalIx,
    scope: ScopeIx,
    request: &Request<'_>,
) -> Decision {
    let request = Request { scope: tenant.scope_text(scope), ..request.clone() };
    answer(&mut Walk::standing(tenant, &request, Some(principal), || (scope, true)))
}

/// The whole answer of a walk.
fn answer(walk: &mut Walk<'_>) -> Decision {
    let mut decision = walk.outcome();
    if !matches!(decision.outcome, Outcome::Allowed) && walk.request.near_misses > 0 {
        decision.near = near::misses(&walk.near_question());
    }
    walk.remark(&mut decision);
    decision
}

/// The outcome and what it rests on, without near misses and remarks.
pub(super) fn decide(tenant: &Tenant, request: &Request<'_>) -> Decision {
    Walk::new(tenant, request).outcome()
}

/// Both must be allowed; a deny on either is told as a deny (semantics.md 13.6, 5.14).
pub(super) fn together(main: Outcome, linked: Outcome) -> Outcome {
    use Outcome::{Allowed, Conditional, Denied, NotAllowed};
    match (main, linked) {
        (Denied, _) | (_, Denied) => Denied,
        (NotAllowed, _) | (_, NotAllowed) => NotAllowed,
        (Conditional, _) | (_, Conditional) => Conditional,
        _ => Allowed,
    }
}

/// The operations that manage denies, which users' denies never match (U33).
pub(super) const DENY_EXEMPT: [&str; 2] = [
    "microsoft.authorization/denyassignments/write",
    "microsoft.authorization/denyassignments/delete",
];

/// Why an assignment does not give what was asked for.
#[derive(Debug, Default)]
pub(super) struct Withheld {
    /// The uncertain rules that this leans on.
    pub(super) leans: Assumptions,
    /// The block and the entry of its except list that take the operation out of the role again.
    pub(super) by: Option<(u16, u32)>,
}

/// One walk over what applies to a principal at a scope.
#[derive(Debug)]
pub(super) struct Walk<'r> {
    pub(super) tenant: &'r Tenant,
    pub(super) request: &'r Request<'r>,
    pub(super) principal: Option<PrincipalIx>,
    pub(super) groups: Cow<'r, [PrincipalIx]>,
    /// The assignments of both, where there are not many lists of them.
    lists: Lists,
    pub(super) located: Located,
    /// The place and everything above it.
    pub(super) path: Path,
    pub(super) needle: Needle<'r>,
    pub(super) inputs: ConditionInputs<'r>,
    /// What a no leans on: subtractions, conditions, groups that do not count.
    withheld: Assumptions,
    /// What a yes leans on: denies that did not apply for an uncertain reason.
    spared: Assumptions,
}

impl<'r> Walk<'r> {
    pub(super) fn new(tenant: &'r Tenant, request: &'r Request<'r>) -> Walk<'r> {
        let principal = tenant.principal(request.principal);
        Walk::standing(tenant, request, principal, || tenant.scopes.nearest(request.scope))
    }

    /// A walk of a principal that is known already. Its groups are looked up before its place (the scope or
    /// the nearest one above it, and whether it is the scope itself), so that the memory of both is waited
    /// for together.
    fn standing(
        tenant: &'r Tenant,
        request: &'r Request<'r>,
        principal: Option<PrincipalIx>,
        place: impl FnOnce() -> (ScopeIx, bool),
    ) -> Walk<'r> {
        let groups = principal.map_or(Cow::Borrowed(&[][..]), |ix| tenant.groups_of(ix));
        let lists = Lists::of(tenant, principal, &groups);
        let (at, exact) = place();
        let mut walk = Walk {
            tenant,
            request,
            principal,
            groups,
            lists,
            located: Located { at, exact, floating: false },
            path: Path::empty(),
            needle: Needle::new(request.operation, request.wildcards),
            inputs: ConditionInputs::new(tenant, request, principal),
            withheld: Assumptions::default(),
            spared: Assumptions::default(),
        };
        tenant.scopes.follow(at, &mut walk.path);
        walk.located.floating = walk.path.has(Mark::Floating)
            || (!exact
                && tenant.world == World::Open
                && tenant.scopes.is_outside(at, request.scope));
        walk
    }

    /// The outcome and what it rests on, linked checks and locks included.
    fn outcome(&mut self) -> Decision {
        let mut decision = self.rbac();
        for (operation, scope) in self.request.linked {
            // Linked checks are control-plane checks of their own; conditions see no body of theirs.
            let inner = Request {
                operation,
                scope,
                plane: Plane::Control,
                linked: &[],
                method: None,
                ..self.request.clone()
            };
            let linked = Walk::new(self.tenant, &inner).rbac();
            decision.outcome = together(decision.outcome, linked.outcome);
            decision.linked.push(Linked {
                operation: operation.clone(),
                scope: scope.clone(),
                decision: linked,
            });
        }
        if matches!(decision.outcome, Outcome::Allowed | Outcome::Conditional) {
            self.lock(&mut decision);
        }
        decision
    }

    fn near_question(&self) -> near::Question<'_> {
        near::Question {
            tenant: self.tenant,
            request: self.request,
            principal: self.principal,
            groups: &self.groups,
            path: &self.path,
            needle: self.needle,
        }
    }

    /// The object id of the one who asks.
    pub(super) fn principal_id(&self) -> Guid {
        self.principal.map_or(self.request.principal, |ix| self.tenant.principal_id(ix))
    }

    /// The principal and every group that it is in and that counts for access.
    pub(super) fn ids(&self) -> impl Iterator<Item = PrincipalIx> + '_ {
        let groups = self.groups.iter().copied().filter(|ix| self.tenant.counts(*ix));
        self.principal.into_iter().chain(groups.filter(|ix| Some(*ix) != self.principal))
    }

    /// Is it the principal, or a group that is known to hold it?
    pub(super) fn is_known_member(&self, group: PrincipalIx) -> bool {
        Some(group) == self.principal || self.groups.contains(&group)
    }

    pub(super) fn is_one_of(&self, list: &[PrincipalIx]) -> bool {
        if list.is_empty() {
            return false;
        }
        self.ids().any(|id| list.binary_search(&id).is_ok())
    }

    pub(super) fn rbac(&mut self) -> Decision {
        let mut decision = Decision {
            outcome: Outcome::NotAllowed,
            plane: self.request.plane,
            grants: Vec::new(),
            denies: Vec::new(),
            audited: Vec::new(),
            locks: Vec::new(),
            subtracted: Vec::new(),
            near: Vec::new(),
            linked: Vec::new(),
            residual: None,
            assumptions: Assumptions::default(),
            gaps: Vec::new(),
            remarks: Vec::new(),
        };
        self.denies(&mut decision);
        self.grants(&mut decision);
        self.conclude(&mut decision);
        decision
    }

    /// semantics.md 1.2 step 2 and section 5.
    fn denies(&mut self, decision: &mut Decision) {
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
                .strip_prefix(tenant.scope_text(above).folded())
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

    /// semantics.md 1.2 steps 3 to 6.
    fn grants(&mut self, decision: &mut Decision) {
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
        if row.plain {
            return Some(true);
        }
        let assignment = self.tenant.assignment(row.fact);
        if assignment.state == AssignmentState::Eligible {
            return Some(false);
        }
        if assignment.start.is_none() && assignment.end.is_none() {
            return Some(true);
        }
        let at = self.request.at?;
        Some(
            assignment.start.is_none_or(|start| start <= at)
                && assignment.end.is_none_or(|end| at < end),
        )
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
                holder: row.holder,
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
        let guarded = (!row.plain).then(|| self.tenant.assignment(row.fact));
        let in_force = if guarded.is_some() { self.in_force(row) } else { Some(true) };
        if let (Some(false), Some(assignment)) = (in_force, guarded) {
            if assignment.end.is_some()
                && assignment.end == self.request.at
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
        let condition = guarded.and_then(|assignment| assignment.condition.as_deref());
        let Some(role) = self.tenant.role(row.role).definition() else {
            if self.tenant.world == World::Closed {
                // What a scenario does not define does not exist.
                return None;
            }
            return Some(Grant {
                assignment: row.fact,
                role: row.role,
                holder: row.holder,
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
                holder: row.holder,
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

    fn conclude(&mut self, decision: &mut Decision) {
        if decision.denies.iter().any(|hit| hit.truth.is_true()) {
            decision.outcome = Outcome::Denied;
            decision.assumptions = decision
                .denies
                .iter()
                .filter(|hit| hit.truth.is_true())
                .map(|hit| hit.assumptions)
                .min_by_key(|assumptions| assumptions.len())
                .unwrap_or_default();
            decision.gaps.clear();
            self.gaps_that_lift(decision);
            return;
        }
        let undecided_deny = !decision.denies.is_empty();
        let firm = decision
            .grants
            .iter()
            .filter(|grant| grant.truth.is_true())
            .map(|grant| grant.assumptions)
            .min_by_key(|assumptions| assumptions.len());
        if let Some(assumptions) = firm {
            decision.assumptions = assumptions.union(self.spared);
            decision.gaps.clear();
            self.gaps_that_deny(decision);
            decision.outcome = if undecided_deny || !decision.gaps.is_empty() {
                Outcome::Conditional
            } else {
                Outcome::Allowed
            };
            if undecided_deny {
                for hit in &decision.denies {
                    decision.assumptions = decision.assumptions.union(hit.assumptions);
                }
            }
            return;
        }
        self.gaps_that_grant(decision);
        if decision.grants.is_empty() && decision.gaps.is_empty() {
            decision.outcome = Outcome::NotAllowed;
            decision.assumptions = self.withheld;
            return;
        }
        decision.outcome = Outcome::Conditional;
        for grant in &decision.grants {
            decision.assumptions = decision.assumptions.union(grant.assumptions);
        }
        decision.residual = residual(self.tenant, &self.inputs, &decision.grants);
    }

    pub(super) fn lock(&self, decision: &mut Decision) {
        let lighthouse = self.request.via_lighthouse
            || decision.grants.iter().any(|grant| grant.truth.is_true() && grant.via_lighthouse);
        if lighthouse {
            return;
        }
        let locks = locks::blocking(
            self.tenant,
            self.request,
            &self.path,
            self.located.at,
            self.located.exact,
        );
        if !locks.is_empty() {
            // A grant through Lighthouse that may hold would lift the lock.
            let may_lift = decision
                .grants
                .iter()
                .any(|grant| grant.truth.is_unknown() && grant.via_lighthouse);
            decision.outcome = if may_lift { Outcome::Conditional } else { Outcome::Locked };
            if may_lift && decision.residual.is_none() {
                decision.residual = residual(self.tenant, &self.inputs, &decision.grants);
            }
            decision.locks = locks;
            return;
        }
        if locks::concern(self.request)
            && self.request.operation.folded().starts_with("microsoft.authorization/locks/")
        {
            decision.assumptions.insert(30);
        }
        let gaps: Vec<Gap> = locks::gaps(self.tenant, self.request).cloned().collect();
        if !gaps.is_empty() {
            decision.outcome = Outcome::Conditional;
            decision.gaps.extend(gaps);
        }
    }

    fn remark(&self, decision: &mut Decision) {
        for deny in &decision.audited {
            decision.remarks.push(format!(
                "deny assignment `{}` would block this and only logs it (effect audit, semantics.md 5.10)",
                self.tenant.deny(*deny).display_name
            ));
        }
        let group_delete = decision.outcome == Outcome::Allowed
            && self.request.operation.verb() == Verb::Delete
            && self.request.operation.folded()
                == "microsoft.resources/subscriptions/resourcegroups/delete";
        if group_delete {
            let end = self.tenant.scopes.end(self.located.at);
            let below =
                self.tenant.deny_rows.iter().any(|row| {
                    row.scope > self.located.at && row.scope.0 < end && self.located.exact
                });
            if below {
                decision.assumptions.insert(31);
                decision.remarks.push(
                    "deny assignments stand on what the group contains; whether they stop its deletion is not documented (U31)".to_string(),
                );
            }
        }
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
            tenant.assignment(grant.assignment).condition.as_deref(),
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
