//! Scopes, principals and outcomes as people say them. Names are as they were read: whoever writes them
//! to a terminal or into markup cleans them there.

use crate::dataplane::{Access, Effective, Via};
use crate::decide::{Decision, Grant, Outcome, Subtraction};
use crate::ident::{Guid, Plane, Scope, ScopeKind};
use crate::pattern::language::Relation;
use crate::tenant::{PrincipalIx, ScopeIx, Tenant};

/// What is said of effective access: the word, and the verb that goes with it. It speaks of effective
/// access, as the exit status does; what RBAC says may differ.
pub(super) fn verdict(access: &Access, decision: &Decision) -> (&'static str, &'static str) {
    match (access.effective, access.via, decision.outcome) {
        (Effective::Allowed, Via::LocalAuth, _) => ("let in by a key", "may"),
        (Effective::Allowed, Via::Native, _) => ("let in by the service's own roles", "may"),
        (Effective::Allowed, Via::Rbac | Via::None, _) => ("allowed", "may"),
        (Effective::Conditional, ..) => ("conditional", "may perhaps"),
        (Effective::NotAllowed, _, Outcome::Allowed) => ("refused by the service", "may not"),
        (Effective::NotAllowed, _, Outcome::Denied) => ("denied", "may not"),
        (Effective::NotAllowed, _, Outcome::Locked) => ("locked", "may not"),
        (Effective::NotAllowed, _, Outcome::NotAllowed | Outcome::Conditional) => {
            ("not allowed", "may not")
        }
    }
}

/// What people call a principal, or its id where nothing names it.
pub(super) fn principal(tenant: &Tenant, id: Guid) -> String {
    tenant.principal(id).map_or_else(|| id.to_string(), |ix| tenant.principal_name(ix))
}

/// A scope as people say it: its own name, then what it stands in.
pub(super) fn place(tenant: &Tenant, scope: &Scope) -> String {
    let own = match scope.kind() {
        ScopeKind::Root => "/".to_string(),
        ScopeKind::Resource => scope.leaf().to_string(),
        kind => format!("{} {}", kind.as_str(), called(tenant, scope)),
    };
    let mut around = Vec::new();
    if scope.kind() == ScopeKind::Resource
        && let Some(group) = scope.resource_group()
    {
        around.push(format!("resource group {}", group.leaf()));
    }
    if let Some(subscription) = scope.subscription()
        && subscription != *scope
    {
        around.push(format!("subscription {}", called(tenant, &subscription)));
    }
    if around.is_empty() { own } else { format!("{own} in {}", around.join(", ")) }
}

/// The display name of a scope, or the last part of its id.
pub(super) fn called(tenant: &Tenant, scope: &Scope) -> String {
    let name = tenant.scope(scope).and_then(|ix| tenant.scope_name(ix));
    name.map_or_else(|| scope.leaf().to_string(), str::to_string)
}

/// A scope in a few words: `subscription Production`, `resource group rg-ai`, `openai-prod`.
pub(super) fn short(tenant: &Tenant, ix: ScopeIx) -> String {
    let scope = tenant.scope_text(ix);
    let name = tenant.scope_name(ix).unwrap_or(scope.leaf());
    match scope.kind() {
        ScopeKind::Root => "/".to_string(),
        ScopeKind::Resource => name.to_string(),
        kind => format!("{} {name}", kind.as_str()),
    }
}

/// The groups from a principal outwards to the holder of an assignment; none where it holds it itself.
pub(super) fn groups(tenant: &Tenant, principal: Guid, holder: PrincipalIx) -> Vec<String> {
    let Some(own) = tenant.principal(principal) else { return Vec::new() };
    tenant.chain(own, holder).iter().skip(1).map(|ix| tenant.principal_name(*ix)).collect()
}

/// A sentence that stands alone, with the letter that it then begins with.
pub(super) fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// An operation as a verb, after "may": `call listKeys`, `write storageAccounts`.
pub(super) fn act(operation: &str) -> String {
    let mut segments = operation.rsplit('/');
    match (segments.next(), segments.next()) {
        (Some(verb), Some(what)) if verb.eq_ignore_ascii_case("action") => format!("call {what}"),
        (Some(verb), Some(what)) if ["read", "write", "delete"].contains(&verb) => {
            format!("{verb} {what}")
        }
        _ => format!("do {operation}"),
    }
}

/// The end of an operation that says what it does: `listKeys`, `accounts/write`.
pub(super) fn verb(operation: &str) -> String {
    let mut segments = operation.rsplit('/');
    match (segments.next(), segments.next()) {
        (Some(verb), Some(what)) if verb.eq_ignore_ascii_case("action") => what.to_string(),
        (Some(verb), Some(what)) => format!("{what}/{verb}"),
        _ => operation.to_string(),
    }
}

/// The entry of a role's allow list that grants.
pub(super) fn allowing<'t>(tenant: &'t Tenant, grant: &Grant, plane: Plane) -> Option<&'t str> {
    let (block, at) = grant.pattern?;
    let block = tenant.role(grant.role).definition()?.blocks.get(block as usize)?;
    Some(block.side(plane).0.get(at as usize)?.text())
}

/// The entry of a role's except list that takes the operation out again.
pub(super) fn excepting<'t>(
    tenant: &'t Tenant,
    found: &Subtraction,
    plane: Plane,
) -> Option<&'t str> {
    let block = tenant.role(found.role).definition()?.blocks.get(found.by.0 as usize)?;
    Some(block.side(plane).1.get(found.by.1 as usize)?.text())
}

/// How one role stands to another, as the verb of a sentence.
pub(super) fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "grants the same as",
        Relation::Contained => "is contained in",
        Relation::Contains => "contains",
        Relation::Disjoint => "shares nothing with",
        Relation::Overlapping => "overlaps",
    }
}
