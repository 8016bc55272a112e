//! What is decided at once and what operation by operation. The answers are the same either way, so that
//! they are right is shown elsewhere (tests/consistency.rs); here it is that little is asked alone.

use super::*;
use crate::catalog::Catalog;
use crate::condition::Attributes;
use crate::model::Facts;
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001";
const ANN: &str = "10000000-0000-4000-8000-000000000001";
const TEAM: &str = "20000000-0000-4000-8000-000000000001";
const ALL: [&str; 4] = [READ, WRITE, START, MANAGES];
const READ: &str = "Microsoft.Compute/virtualMachines/read";
const WRITE: &str = "Microsoft.Compute/virtualMachines/write";
const START: &str = "Microsoft.Compute/virtualMachines/start/action";
const MANAGES: &str = "Microsoft.Authorization/denyAssignments/write";

fn role(number: u8, actions: &[&str]) -> Value {
    let name = format!("30000000-0000-4000-8000-{number:012}");
    json!({
        "id": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{name}"), "name": name,
        "roleName": format!("Role {number}"), "roleType": "CustomRole", "assignableScopes": [SUBSCRIPTION],
        "permissions": [{"actions": actions, "notActions": [], "dataActions": [], "notDataActions": []}],
        "type": "Microsoft.Authorization/roleDefinitions",
    })
}

fn assigned(role: u8, to: &str, kind: &str) -> Value {
    json!({
        "id": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/40000000-0000-4000-8000-{role:012}"),
        "principalId": to, "principalType": kind, "scope": SUBSCRIPTION,
        "roleDefinitionId": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/30000000-0000-4000-8000-{role:012}"),
        "type": "Microsoft.Authorization/roleAssignments",
    })
}

fn denied(actions: &[&str], more: Value) -> Value {
    let mut deny = json!({
        "id": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/denyAssignments/50000000-0000-4000-8000-000000000001"),
        "denyAssignmentName": "Deny", "scope": SUBSCRIPTION, "isSystemProtected": true,
        "permissions": [{"actions": actions, "notActions": [], "dataActions": [], "notDataActions": []}],
        "principals": [{"id": ANN, "type": "User"}], "excludePrincipals": [],
        "type": "Microsoft.Authorization/denyAssignments",
    });
    for (field, value) in more.as_object().expect("an object") {
        deny[field] = value.clone();
    }
    deny
}

fn with(mut one: Value, field: &str, value: Value) -> Value {
    one[field] = value;
    one
}

/// Of four operations those that Ann is asked alone at the subscription, and whether no operation at all is.
fn asked(given: &[Value], world: World) -> (Vec<&'static str>, bool) {
    let mut facts = Facts::default();
    facts.world = world;
    crate::ingest::read(&mut facts, "azure.json", json!(given).to_string().as_bytes());
    let tenant = Tenant::build(facts, &Catalog::newest());
    let attributes = Attributes::default();
    let scope = Scope::new(SUBSCRIPTION).expect("a scope");
    let question = WhatQuestion {
        principal: ANN.parse().expect("an id"),
        scope: Some(&scope),
        attributes: &attributes,
        attributes_complete: false,
        at: None,
        via_lighthouse: false,
        wildcards: Wildcards::Azure,
    };
    let operation = no_operation().expect("an operation");
    let request = question.request(&operation, Plane::Control, &scope);
    let expansion = Expansion { question: &question, walk: Walk::new(&tenant, &request) };
    let operations = tenant.operations(Plane::Control);
    let undecided = expansion.held(operations).undecided(operations);
    let is_in = |name: &&&str| {
        let is_it = |at: usize| operations.all()[at].folded() == name.to_ascii_lowercase();
        numbers(&undecided).any(is_it)
    };
    (ALL.iter().filter(is_in).copied().collect(), undecided.is_empty())
}

#[test]
fn only_what_something_hangs_on_is_asked_alone() {
    let reads = role(1, &[READ]);
    let starts = role(2, &[READ, START]);
    let everything = role(3, &ALL);
    let reader = assigned(1, ANN, "User");
    let starter = assigned(2, ANN, "User");
    let owner = assigned(3, ANN, "User");
    let guard = json!("@Resource[a:b] StringEquals 'c'");
    let guarded = |one: &Value| {
        with(with(one.clone(), "condition", guard.clone()), "conditionVersion", json!("2.0"))
    };
    let later = with(starter.clone(), "startDateTime", json!("2026-01-01T00:00:00Z"));
    let eligible = with(
        starter.clone(),
        "type",
        json!("Microsoft.Authorization/roleEligibilityScheduleInstances"),
    );
    let lifted = |one: &Value| with(one.clone(), "viaLighthouse", json!(true));
    let deny = |more: Value| denied(&[START], more);
    let team = json!([{"id": TEAM, "type": "Group"}]);
    let broken = with(starter.clone(), "principalId", json!(1));
    let none: &[&str] = &[];
    for (what, given, world, expected) in [
        ("nothing", vec![], World::Open, none),
        ("a role", vec![&reads, &reader], World::Open, none),
        ("two roles", vec![&reads, &reader, &starts, &starter], World::Open, none),
        ("a condition", vec![&starts, &guarded(&starter)], World::Open, &[READ, START]),
        (
            "what another role gives",
            vec![&reads, &reader, &starts, &guarded(&starter)],
            World::Open,
            &[START],
        ),
        ("a window", vec![&reads, &reader, &starts, &later], World::Open, &[START]),
        ("what is only eligible", vec![&reads, &reader, &starts, &eligible], World::Open, none),
        ("Lighthouse", vec![&starts, &lifted(&starter)], World::Open, &[READ, START]),
        (
            "Lighthouse beside",
            vec![&reads, &reader, &starts, &lifted(&guarded(&starter))],
            World::Open,
            &[READ, START],
        ),
        ("a deny", vec![&everything, &owner, &deny(json!({}))], World::Open, none),
        (
            "a deny that is not Ann's",
            vec![&everything, &owner, &deny(json!({"principals": [{"id": TEAM, "type": "User"}]}))],
            World::Open,
            none,
        ),
        (
            "a deny that spares Ann",
            vec![
                &everything,
                &owner,
                &deny(json!({"excludePrincipals": [{"id": ANN, "type": "User"}]})),
            ],
            World::Open,
            none,
        ),
        (
            "a deny of a group",
            vec![&everything, &owner, &deny(json!({"principals": team}))],
            World::Open,
            &[START],
        ),
        (
            "the same where all is listed",
            vec![&everything, &owner, &deny(json!({"principals": team}))],
            World::Closed,
            none,
        ),
        (
            "a deny that may spare Ann",
            vec![&everything, &owner, &deny(json!({"excludePrincipals": team}))],
            World::Open,
            &[START],
        ),
        (
            "a user's deny",
            vec![
                &everything,
                &owner,
                &denied(&[START, MANAGES], json!({"isSystemProtected": false})),
            ],
            World::Open,
            &[MANAGES],
        ),
        (
            "the service's",
            vec![&everything, &owner, &denied(&[START, MANAGES], json!({}))],
            World::Open,
            none,
        ),
        ("a role that nobody defines", vec![&reads, &reader, &owner], World::Open, &ALL),
        ("the same where all is listed", vec![&reads, &reader, &owner], World::Closed, none),
        (
            "a role that is defined twice",
            vec![&starts, &with(reads.clone(), "name", starts["name"].clone()), &starter],
            World::Open,
            &ALL,
        ),
        ("an assignment that is not understood", vec![&reads, &reader, &broken], World::Open, &ALL),
        (
            "a deny that is not understood",
            vec![&reads, &reader, &deny(json!({"principals": 1}))],
            World::Open,
            &ALL,
        ),
        (
            "a role that is not understood",
            vec![&reads, &reader, &with(starts.clone(), "permissions", json!(1))],
            World::Open,
            none,
        ),
    ] {
        let given: Vec<Value> = given.into_iter().cloned().collect();
        let (found, unprepared) = asked(&given, world);
        assert_eq!(found, expected, "{what}");
        assert_eq!(unprepared, expected.is_empty(), "{what}");
    }
}
