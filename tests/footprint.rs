//! What a tenant says of its own memory, held against an allocator that counts.

use azrbac::catalog::Catalog;
use azrbac::model::Facts;
use azrbac::tenant::{Footprint, Tenant};
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Which part of a tenant there is more of.
#[derive(Debug, Clone, Copy, PartialEq)]
enum More {
    Scopes,
    Assignments,
    People,
    Names,
    Groups,
    Conditions,
}

/// A tenant with `count` of one thing, and a hundred of each other.
fn files(more: More, count: usize) -> Vec<Value> {
    let number = |of: More| if of == more { count } else { 100 };
    let person = |at: usize| format!("10000000-0000-4000-8000-{:012}", at % number(More::People));
    let group = |at: usize| format!("20000000-0000-4000-8000-{at:012}");
    let scope = |at: usize| {
        let at = at % number(More::Scopes);
        format!(
            "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/group-with-a-long-name-{at}"
        )
    };
    let condition = |at: usize| {
        let guarded = more == More::Conditions && at < count;
        guarded.then(|| {
            format!("@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'account{at}'")
        })
    };
    let held = number(More::Assignments).max(number(More::Conditions));
    let held = held.max(number(More::Scopes));
    let assignments: Vec<Value> = (0..held)
        .map(|at| {
            let name = format!("52000000-0000-4000-8000-{at:012}");
            json!({
                "id": format!("{}/providers/Microsoft.Authorization/roleAssignments/{name}", scope(at)),
                "name": name, "principalId": person(at), "principalType": "User", "scope": scope(at),
                "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
                "condition": condition(at), "conditionVersion": condition(at).map(|_| "2.0"),
                "type": "Microsoft.Authorization/roleAssignments",
            })
        })
        .collect();
    let long = if more == More::Names { "x".repeat(count) } else { String::new() };
    let users: Vec<Value> = (0..number(More::People))
        .map(|at| {
            json!({"id": person(at), "displayName": format!("{long}{at}"), "mail": format!("mail{at}@{long}"),
                "userPrincipalName": format!("user{at}@contoso.example")})
        })
        .collect();
    let groups: Vec<Value> = (0..number(More::Groups))
        .map(|at| {
            let members = [json!({"@odata.type": "#microsoft.graph.user", "id": person(at)}),
                json!({"@odata.type": "#microsoft.graph.group", "id": group((at + 1) % 7)})];
            json!({"id": group(at), "displayName": format!("Group {at}"), "groupTypes": [], "mailEnabled": false,
                "securityEnabled": true, "members": members})
        })
        .collect();
    vec![json!(assignments), json!({"value": users}), json!({"value": groups})]
}

/// The live bytes of a tenant, and what it says they are.
fn measured(more: More, count: usize) -> (f64, Footprint) {
    let files = files(more, count);
    let before = Region::new(COUNTING);
    let mut facts = Facts::default();
    for (number, file) in files.iter().enumerate() {
        azrbac::ingest::read(&mut facts, &format!("{number}.json"), file.to_string().as_bytes());
    }
    assert!(facts.errors.is_empty(), "{:?}", facts.errors);
    let tenant = Tenant::build(facts, &Catalog::newest());
    let change = before.change();
    let live = change.bytes_allocated as f64 - change.bytes_deallocated as f64;
    (live, tenant.footprint())
}

/// Of what there is ten times more of, every byte more is accounted for, and in the parts it belongs to.
#[test]
fn every_byte_more_is_accounted_for() {
    // Index, directory, names, assignments: does it grow with them?
    for (more, grows) in [
        (More::Scopes, [true, false, true, true]),
        (More::Assignments, [true, false, false, true]),
        (More::People, [true, true, true, false]),
        (More::Names, [false, false, true, false]),
        (More::Groups, [true, true, true, false]),
        (More::Conditions, [true, false, false, true]),
    ] {
        let ((few, one), (many, other)) = (measured(more, 2_000), measured(more, 20_000));
        let said = (other.total() as f64 - one.total() as f64) / (many - few);
        // Of a condition its text is counted; the rest of it is the syntax tree.
        let least = if more == More::Conditions { 0.35 } else { 0.999 };
        assert!((least..=1.001).contains(&said), "{more:?}: {said} of the bytes");
        let found = [
            other.index > one.index,
            other.directory > one.directory,
            other.names > one.names,
            other.assignments > one.assignments,
        ];
        assert_eq!(found, grows, "{more:?}: {one:?} {other:?}");
    }
}
