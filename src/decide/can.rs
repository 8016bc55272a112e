//! `can`: may this principal do this operation on this scope, and why? (semantics.md 1)

use super::decision::{Decision, Linked, Outcome};
use super::granting::residual;
use super::walk::Walk;
use super::{Request, locks, near};
use crate::condition::Assumptions;
use crate::ident::Plane;
use crate::model::Gap;
use crate::tenant::{PrincipalIx, ScopeIx, Tenant};

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
    let id = tenant.principal_id(principal);
    let request = Request { principal: id, scope: tenant.scope_text(scope), ..request.clone() };
    answer(&mut Walk::standing(tenant, &request, Some(principal), || (scope, true)))
}

/// The whole answer of a walk.
fn answer(walk: &mut Walk<'_>) -> Decision {
    let mut decision = walk.outcome();
    if !matches!(decision.outcome, Outcome::Allowed) {
        decision.near = near::misses(&walk.near_question(), &decision.grants);
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

impl Walk<'_> {
    /// The outcome and what it rests on, linked checks and locks included.
    fn outcome(&mut self) -> Decision {
        let mut decision = self.rbac();
        for (operation, scope) in self.request.linked {
            // Linked checks are control-plane checks of their own; conditions see no body of theirs, and
            // locks do not look at them.
            let inner = Request { operation, scope, plane: Plane::Control, ..self.request.clone() };
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
