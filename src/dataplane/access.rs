//! One request at every door.

use super::place::Place;
use super::walk::{Walk, rbac_alone};
use super::{Access, words};
use crate::catalog::Certainty as PlaneCertainty;
use crate::catalog::local_auth::{LocalAuth, doors_above, may_be_controlled};
use crate::condition::Assumptions;
use crate::decide::{Decision, Request};
use crate::ident::Plane;
use crate::pattern::Wildcards;
use crate::tenant::Tenant;

/// May the principal do it through any door, given what RBAC says?
///
/// On the control plane RBAC is the only door. On the data plane of a resource whose type the catalog
/// knows, every door is tried: a key that the principal may obtain opens the same data that RBAC
/// refuses. Elsewhere effective access is RBAC's answer.
///
/// The rules for a local credential: its key operation is asked on the control plane, at the scope where
/// it lives (the account, not the container), with locks; the switch of the resource must leave it open;
/// and what it covers must hold the operation. A key operation of which sources disagree whether it
/// works leaves the door undecided.
///
/// ```
/// use azrbac::{catalog::Catalog, condition::Attributes, dataplane::{Effective, Via, access}};
/// use azrbac::{decide::{Outcome, Request, can}, ident::{Operation, Plane, Scope}};
/// use azrbac::{model::Facts, tenant::Tenant};
/// let mut facts = Facts::default();
/// let account = "/subscriptions/s/resourceGroups/r/providers/Microsoft.CognitiveServices/accounts/a";
/// azrbac::ingest::read(&mut facts, "owner.json", br#"[{"principalType": "User",
///   "principalId": "11111111-1111-1111-1111-111111111111", "scope": "/subscriptions/s",
///   "roleDefinitionId": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"}]"#);
/// azrbac::ingest::read(&mut facts, "account.json", format!(r#"[{{"id": "{account}",
///   "type": "Microsoft.CognitiveServices/accounts", "properties": {{}}}}]"#).as_bytes());
/// let tenant = Tenant::build(facts, &Catalog::newest());
/// let operation = Operation::new(
///     "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action")?;
/// let (scope, attributes) = (Scope::new(account)?, Attributes::default());
/// let principal = "11111111-1111-1111-1111-111111111111".parse()?;
/// let request = Request::new(principal, &operation, Plane::Data, &scope, &attributes);
/// let decision = can(&tenant, &request);
/// // RBAC refuses the Owner, who has no dataActions; the key that he may list does not.
/// assert_eq!(decision.outcome, Outcome::NotAllowed);
/// let access = access(&tenant, &request, &decision);
/// assert_eq!((access.effective, access.via), (Effective::Allowed, Via::LocalAuth));
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[must_use]
pub fn access(tenant: &Tenant, request: &Request<'_>, decision: &Decision) -> Access {
    let on_data = request.plane == Plane::Data;
    let found = (on_data || may_be_controlled(request.operation))
        .then(|| doors_above(request.scope))
        .flatten()
        .filter(|(_, facts)| on_data || is_checked_for_data(tenant, facts, request));
    let Some((end, facts)) = found else {
        let (effective, via) = rbac_alone(decision.outcome);
        return Access {
            effective,
            via,
            doors: None,
            assumptions: Assumptions::NONE,
            gaps: Vec::new(),
        };
    };
    let place = Place { tenant, resource: request.scope.up_to(end), facts, instead: None };
    at_place(&place, request, decision)
}

/// The same at a place that is known already.
pub(super) fn at_place(place: &Place<'_>, request: &Request<'_>, decision: &Decision) -> Access {
    let mut walk = Walk::new(place, request, decision);
    for facts in place.facts {
        walk.rbac(facts);
        walk.native(facts);
        walk.keys(facts);
    }
    walk.reopen();
    walk.self_assign();
    let mut access = walk.conclude();
    if let Some(doors) = &mut access.doors {
        doors.sentence = words::sentence(&walk, doors, access.effective, access.via);
    }
    access
}

/// An operation that is only inferred to be of the control plane, and that the service checks when its
/// data is asked for (an endpoint's `score/action`).
fn is_checked_for_data(tenant: &Tenant, facts: &[LocalAuth], request: &Request<'_>) -> bool {
    // Few types have such a rule: the catalog is asked last.
    facts.iter().flat_map(|facts| &facts.controls).any(|rule| {
        rule.by.is_empty()
            && rule.operations.matches(request.operation, Wildcards::Azure).is_match()
    }) && tenant.catalog().planes(request.operation).control == Some(PlaneCertainty::Inferred)
}
