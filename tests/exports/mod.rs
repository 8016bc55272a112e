//! Exports as the tools of Azure write them, for the tests that say what is in them.

use azrbac::catalog::Catalog;
use azrbac::decide::{
    Decision, Outcome, Request, WhatQuestion, WhoCan, can, effective, where_can, who_can,
};
use azrbac::ident::{Guid, Scope};
use azrbac::ingest;
use azrbac::model::Facts;
use azrbac::tenant::Tenant;
use serde_json::{Value, json};

pub(crate) const SUBSCRIPTION: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001";
pub(crate) const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
pub(crate) const ANN: &str = "10000000-0000-4000-8000-000000000001";
pub(crate) const TEAM: &str = "20000000-0000-4000-8000-000000000001";
pub(crate) const ALL: &str = "20000000-0000-4000-8000-000000000002";

/// A tenant of files, read in this order.
pub(crate) fn tenant(files: &[Value]) -> Tenant {
    let mut facts = Facts::default();
    for (number, file) in files.iter().enumerate() {
        ingest::read(&mut facts, &format!("{number}.json"), file.to_string().as_bytes());
    }
    assert!(facts.errors.is_empty(), "{:?}", facts.errors);
    Tenant::build(facts, &Catalog::newest())
}

/// What a list says of somebody: whom it does not name, it refuses.
pub(crate) fn said(tenant: &Tenant, list: &WhoCan, who: Guid) -> Outcome {
    match tenant.principal(who) {
        Some(ix) => list
            .holders
            .iter()
            .find(|one| one.principal == ix)
            .map_or(Outcome::NotAllowed, |one| one.outcome),
        None => list.others,
    }
}

/// The question of a request, about whatever its principal may do there.
pub(crate) fn everything<'r>(request: &Request<'r>) -> WhatQuestion<'r> {
    WhatQuestion {
        principal: request.principal,
        scope: Some(request.scope),
        attributes: request.attributes,
        attributes_complete: request.attributes_complete,
        at: request.at,
        via_lighthouse: request.via_lighthouse,
        wildcards: request.wildcards,
    }
}

/// An assignment with an id of its own: one principal may hold several.
pub(crate) fn numbered(mut file: Value, number: usize) -> Value {
    let name = format!("52000000-0000-4000-8000-{number:012}");
    let scope = file[0]["scope"].as_str().unwrap_or_default().to_owned();
    file[0]["id"] =
        json!(format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"));
    file[0]["name"] = json!(name);
    file
}

/// What `can` says, after every listing was found to say the same.
pub(crate) fn agreed(tenant: &Tenant, request: &Request<'_>) -> Decision {
    let decision = can(tenant, request);
    let is_yes = matches!(decision.outcome, Outcome::Allowed | Outcome::Conditional);
    let listed = if is_yes { decision.outcome } else { Outcome::NotAllowed };
    assert_eq!(said(tenant, &who_can(tenant, request), request.principal), listed, "who can");
    if let Some(at) = tenant.scope(request.scope) {
        let everywhere = Request { scope: &Scope::root(), ..request.clone() };
        let list = where_can(tenant, &everywhere);
        assert_eq!(list.outcome_at(tenant, at), listed, "where can");
        let told = |code: &str| list.gaps.iter().filter(|gap| gap.code == code).count();
        if decision.outcome == Outcome::Conditional {
            for gap in &decision.gaps {
                assert!(told(gap.code) > 0, "where can does not tell of {gap:?}");
            }
        }
        for (at, gap) in list.gaps.iter().enumerate() {
            assert!(!list.gaps[..at].contains(gap), "where can tells twice of {gap:?}");
        }
    }
    let question = everything(request);
    let set = effective(tenant, &question, request.plane);
    let held = [Outcome::Allowed, Outcome::Conditional]
        .into_iter()
        .find(|outcome| set.of(*outcome).any(|one| one.folded() == request.operation.folded()));
    assert_eq!(held.unwrap_or(Outcome::NotAllowed), listed, "effective");
    decision
}

/// An assignment, as `az role assignment list` gives it.
pub(crate) fn assignment(principal: &str, kind: &str, role: &str, scope: &str) -> Value {
    let name = format!("52000000-0000-4000-8000-{}", &principal[24..]);
    json!([{
        "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"),
        "name": name, "principalId": principal, "principalType": kind, "scope": scope,
        "roleDefinitionId": format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}"),
        "type": "Microsoft.Authorization/roleAssignments",
    }])
}

/// A custom role, as `az role definition list` gives it.
pub(crate) fn custom(id: &str, name: &str, actions: &[&str]) -> Value {
    json!([{
        "name": id, "roleName": name, "roleType": "CustomRole", "assignableScopes": [SUBSCRIPTION],
        "permissions": [{"actions": actions, "notActions": [], "dataActions": [], "notDataActions": []}],
        "id": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{id}"),
        "type": "Microsoft.Authorization/roleDefinitions",
    }])
}

/// A deny assignment; principals are (id, type).
#[derive(Clone, Copy)]
pub(crate) struct Deny<'a> {
    pub(crate) scope: &'a str,
    pub(crate) actions: &'a [&'a str],
    pub(crate) principals: &'a [(&'a str, &'a str)],
    pub(crate) excludes: &'a [(&'a str, &'a str)],
    pub(crate) only_here: bool,
    pub(crate) system: bool,
    pub(crate) effect: &'a str,
    pub(crate) condition: Option<&'a str>,
    /// Further blocks: actions and a condition each.
    pub(crate) more: &'a [(&'a [&'a str], Option<&'a str>)],
}

/// Ann may do nothing in the subscription.
pub(crate) const PLAIN: Deny<'_> = Deny {
    scope: SUBSCRIPTION,
    actions: &["*"],
    principals: &[(ANN, "User")],
    excludes: &[],
    only_here: false,
    system: true,
    effect: "enforced",
    condition: None,
    more: &[],
};

impl Deny<'_> {
    /// As the REST interface gives it.
    pub(crate) fn file(&self) -> Value {
        let list = |of: &[(&str, &str)]| -> Vec<Value> {
            of.iter().map(|(id, kind)| json!({"id": id, "type": kind})).collect()
        };
        let name = "56000000-0000-4000-8000-000000000001";
        let block = |actions: &[&str], condition: Option<&str>| {
            json!({"actions": actions, "notActions": [], "dataActions": [], "notDataActions": [],
                "condition": condition, "conditionVersion": condition.map(|_| "2.0")})
        };
        let more = self.more.iter().map(|(actions, condition)| block(actions, *condition));
        let blocks: Vec<Value> =
            std::iter::once(block(self.actions, self.condition)).chain(more).collect();
        json!({"value": [{
            "id": format!("{}/providers/Microsoft.Authorization/denyAssignments/{name}", self.scope),
            "name": name, "type": "Microsoft.Authorization/denyAssignments",
            "properties": {
                "denyAssignmentName": "Hands off", "scope": self.scope,
                "isSystemProtected": self.system, "doNotApplyToChildScopes": self.only_here,
                "denyAssignmentEffect": self.effect,
                "permissions": blocks,
                "principals": list(self.principals), "excludePrincipals": list(self.excludes),
            },
        }]})
    }
}

/// A group with its members, (id, kind) each.
#[derive(Clone, Copy)]
pub(crate) struct Group<'a> {
    pub(crate) id: &'a str,
    pub(crate) security: bool,
    pub(crate) members: &'a [(&'a str, &'a str)],
    /// Is the list of members whole? One that was cut off has the address of the next page.
    pub(crate) whole: bool,
}

impl<'a> Group<'a> {
    /// A security group with all its members.
    pub(crate) fn of(id: &'a str, members: &'a [(&'a str, &'a str)]) -> Group<'a> {
        Group { id, security: true, members, whole: true }
    }

    /// As Graph gives it.
    pub(crate) fn file(&self) -> Value {
        let member = |(id, kind): &(&str, &str)| json!({"@odata.type": format!("#microsoft.graph.{kind}"), "id": id, "displayName": id});
        let members: Vec<Value> = self.members.iter().map(member).collect();
        let mut group = json!({
            "id": self.id, "displayName": self.id, "groupTypes": [], "mailEnabled": !self.security,
            "securityEnabled": self.security, "members": members,
        });
        if !self.whole {
            group["members@odata.nextLink"] = json!("https://graph.microsoft.com/v1.0/next");
        }
        json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#groups(members())",
            "value": [group],
        })
    }
}
