//! Who may obtain a credential: key operations, asked where they live.

use super::place::{ANY, Known, Missing, Place, matches_some};
use super::{HeldKey, WithheldKey};
use crate::catalog::local_auth::{
    Certainty, Covers, KeyAction, KeyScope, LocalAuth, LockEffect, Mechanism, ResourceType, Step,
};
use crate::condition::Assumptions;
use crate::decide::{Decision, Method, Outcome, Request, can};
use crate::ident::{Operation, Plane, Scope};
use crate::model::Gap;
use crate::tenant::{AssignmentIx, RoleIx};
use crate::truth::Truth;

/// A control-plane question beside the one that was asked, and its answer.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) truth: Truth,
    pub(super) outcome: Outcome,
    pub(super) grant: Option<(AssignmentIx, RoleIx)>,
    pub(super) assumptions: Assumptions,
    pub(super) gaps: Vec<Gap>,
}

/// May the principal of a request do a control operation at a scope? Locks count.
pub(super) fn ask(
    place: &Place<'_>,
    request: &Request<'_>,
    operation: &Operation,
    scope: &Scope,
    method: Option<Method>,
) -> Asked {
    let inner = Request {
        operation,
        scope,
        plane: Plane::Control,
        linked: &[],
        sub_operations: None,
        method,
        // Of these questions the answer is told, not what came near it.
        near_misses: 0,
        ..request.clone()
    };
    let decision = can(place.tenant, &inner);
    Asked {
        truth: truth_of(&decision),
        outcome: decision.outcome,
        grant: decision
            .grants
            .iter()
            .max_by_key(|grant| grant.truth)
            .map(|grant| (grant.assignment, grant.role)),
        assumptions: decision.assumptions,
        gaps: decision.gaps,
    }
}

/// RBAC's answer as a truth value.
pub(super) fn truth_of(decision: &Decision) -> Truth {
    match decision.outcome {
        Outcome::Allowed => Truth::True,
        Outcome::Conditional => Truth::Unknown,
        Outcome::NotAllowed | Outcome::Denied | Outcome::Locked => Truth::False,
    }
}

/// A key operation as it stands for one operation, whoever asks.
#[derive(Debug)]
pub(super) struct Offer<'f> {
    pub(super) key: &'f KeyAction,
    /// Would its credential do what is asked? Never false here.
    pub(super) covers: Truth,
    /// Do the switches leave it open?
    pub(super) open: Known,
    /// Do its own preconditions hold?
    pub(super) when: Known,
}

impl Offer<'_> {
    /// Does a credential that it gives let its holder do what is asked, now?
    pub(super) fn works(&self) -> Known {
        let mut known = self.open.clone().and(self.when.clone());
        known.truth = known.truth.and(self.covers);
        known
    }

    /// Is it one that opens the local door now, rather than one step further?
    pub(super) fn is_credential(&self) -> bool {
        self.key.mechanism.is_credential() && self.key.step == Step::Now
    }
}

/// The key operations of a type whose credential could do an operation at a scope.
pub(super) fn offers<'f>(
    place: &Place<'_>,
    facts: &'f LocalAuth,
    operation: &Operation,
    scope: &Scope,
) -> Vec<Offer<'f>> {
    let mut found = Vec::new();
    for key in &facts.keys {
        let covers = match &key.covers {
            Covers::Operations(patterns) => Truth::from(matches_some(patterns, operation)),
            Covers::Unknown if place.is_data(facts, operation) => Truth::Unknown,
            // A SAS bounded by its maker's own data operations adds nothing to them.
            Covers::Unknown | Covers::Own | Covers::Elsewhere | Covers::Nothing => Truth::False,
        };
        if covers.is_false() || !reaches(place, key, scope) {
            continue;
        }
        found.push(Offer {
            key,
            covers,
            open: place.open(facts, &key.under, Some(operation)),
            when: place.all(&key.when),
        });
    }
    found
}

/// The key of one queue opens that queue: the scope must not lie in another branch.
fn reaches(place: &Place<'_>, key: &KeyAction, scope: &Scope) -> bool {
    let Some(reach) = &key.reach else { return true };
    let wanted = reach.below(place.kind()).unwrap_or_default();
    path(place, scope)
        .iter()
        .zip(&wanted)
        .all(|((kind, _), wanted)| kind.eq_ignore_ascii_case(wanted))
}

/// The (type, name) pairs of a scope below the resource.
fn path<'s>(place: &Place<'_>, scope: &'s Scope) -> Vec<(&'s str, &'s str)> {
    let rest = scope.text().get(place.resource.text().len()..).unwrap_or_default();
    let segments: Vec<&str> = rest.split('/').filter(|segment| !segment.is_empty()).collect();
    segments
        .chunks_exact(2)
        .map(|pair| (pair[0], pair[1]))
        .take_while(|(kind, _)| !kind.eq_ignore_ascii_case("providers"))
        .collect()
}

/// Where a key operation is asked: on the resource, or on a child that it lives on. A child need not
/// exist (its maker chooses the name), so one of no name stands for all; those that the tenant names
/// are asked too, for a role that was assigned on one of them.
pub(super) fn scopes(place: &Place<'_>, key: &KeyAction, scope: &Scope) -> Vec<Scope> {
    match &key.scope {
        KeyScope::Resource => vec![place.resource.clone()],
        KeyScope::Child(kind) => children(place, key, kind, scope),
        KeyScope::Other(kind) => {
            let group = place.resource.resource_group().unwrap_or_else(Scope::root);
            let mut segments = kind.text().split('/');
            let mut text = format!("{group}/providers/{}", segments.next().unwrap_or_default());
            for segment in segments {
                text.push_str(&format!("/{segment}/{ANY}"));
            }
            Scope::new(&text).into_iter().collect()
        }
        KeyScope::Subscription => place.resource.subscription().into_iter().collect(),
        KeyScope::Tenant => vec![Scope::root()],
    }
}

fn children(place: &Place<'_>, key: &KeyAction, kind: &ResourceType, scope: &Scope) -> Vec<Scope> {
    let segments = kind.below(place.kind()).unwrap_or_default();
    let own = path(place, scope);
    // As deep as the reach goes, the names of the scope that was asked about are meant.
    let bound = key
        .reach
        .as_ref()
        .and_then(|reach| reach.below(place.kind()))
        .map_or(0, |wanted| wanted.len().min(own.len()));
    let mut prefix = place.resource.text().to_string();
    let mut text = prefix.clone();
    for (number, segment) in segments.iter().enumerate() {
        let name = own.get(number).filter(|_| number < bound).map_or(ANY, |(_, name)| *name);
        text.push_str(&format!("/{segment}/{name}"));
        if number < bound {
            prefix.clone_from(&text);
        }
    }
    let mut found: Vec<Scope> = Scope::new(&text).into_iter().collect();
    if key.reach.is_none() || bound > 0 {
        let prefix = Scope::new(&prefix).unwrap_or_else(|_| place.resource.clone());
        found.extend(
            place
                .children(kind)
                .map(|at| place.tenant.scope_text(at).clone())
                .filter(|child| prefix.contains(child)),
        );
    }
    found
}

/// The method by which a key operation is called, so that a `ReadOnly` lock does to it what the facts
/// say.
pub(super) fn method(key: &KeyAction) -> Option<Method> {
    match key.lock {
        LockEffect::Passes => Some(Method::Get),
        LockEffect::Blocks if Method::of(&key.operation) == Method::Get => Some(Method::Post),
        LockEffect::Blocks => None,
    }
}

/// A key operation and how the principal stands to it.
#[derive(Debug)]
pub(super) struct Holding {
    pub(super) key: HeldKey,
    pub(super) asked: Asked,
    pub(super) missing: Vec<Missing>,
    /// Would it open, were the switch open?
    pub(super) if_open: Truth,
}

/// Does the principal hold an offer, and does that let it in?
///
/// # Errors
/// The operation that it may not call, and why.
pub(super) fn hold(
    place: &Place<'_>,
    offer: &Offer<'_>,
    request: &Request<'_>,
) -> Result<Holding, WithheldKey> {
    let key = offer.key;
    let mut best: Option<(Scope, Asked)> = None;
    for scope in scopes(place, key, request.scope) {
        let asked = ask(place, request, &key.operation, &scope, method(key));
        if best.as_ref().is_none_or(|(_, other)| asked.truth > other.truth) {
            best = Some((scope, asked));
        }
        if best.as_ref().is_some_and(|(_, asked)| asked.truth.is_true()) {
            break;
        }
    }
    let withheld = |operation: &Operation, scope: &Scope, outcome| WithheldKey {
        operation: operation.clone(),
        scope: scope.clone(),
        outcome,
    };
    let Some((scope, mut asked)) = best else {
        return Err(withheld(&key.operation, &place.resource, Outcome::NotAllowed));
    };
    if asked.truth.is_false() {
        return Err(withheld(&key.operation, &scope, asked.outcome));
    }
    for needed in &key.needs {
        let at = if needed.provider().eq_ignore_ascii_case(key.operation.provider()) {
            place.resource.clone()
        } else {
            // An operation of another service, such as a deployment: it stands in a resource group.
            place.resource.resource_group().unwrap_or_else(|| place.resource.clone())
        };
        let also = ask(place, request, needed, &at, None);
        if also.truth.is_false() {
            return Err(withheld(needed, &at, also.outcome));
        }
        asked.truth = asked.truth.and(also.truth);
        asked.assumptions = asked.assumptions.union(also.assumptions);
        asked.gaps.extend(also.gaps);
    }
    let mut held = asked.truth;
    if key.certainty == Certainty::Unconfirmed {
        held = held.and(Truth::Unknown);
    }
    let works = offer.works();
    let opens = held.and(works.truth);
    Ok(Holding {
        key: HeldKey {
            operation: key.operation.clone(),
            scope,
            mechanism: key.mechanism,
            grants: key.grants,
            certainty: key.certainty,
            held: asked.truth,
            opens,
            grant: asked.grant,
        },
        if_open: held.and(offer.covers).and(offer.when.truth),
        missing: if opens.is_unknown() { works.missing } else { Vec::new() },
        asked,
    })
}

/// Does it reach the data by way of Azure Resource Manager, without a credential?
pub(super) fn is_around(mechanism: Mechanism) -> bool {
    matches!(
        mechanism,
        Mechanism::ReadsData | Mechanism::WritesData | Mechanism::Exports | Mechanism::Proxies
    )
}
