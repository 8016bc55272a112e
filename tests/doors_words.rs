//! What is said of doors, held against `tests/snapshots/doors-words.txt`: of every type of the local
//! authentication catalog, in five states, for people who hold what matters, the sentence and what is missing,
//! each sentence once, where it came up first; and of each type what an audit finds and what its plan is.
//! `AZRBAC_UPDATE=1 cargo test --test doors_words` writes it anew.

#![expect(clippy::disallowed_methods, reason = "a test reads its snapshots and its environment")]

#[path = "doors_catalog/worlds.rs"]
mod worlds;

use azrbac::catalog::Catalog;
use azrbac::catalog::local_auth::LocalAuth;
use azrbac::condition::Attributes;
use azrbac::dataplane::{ResourceDoors, Standing, access, audit, plan};
use azrbac::decide::{Request, can};
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::model::Facts;
use azrbac::tenant::Tenant;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use worlds::{GROUP, Properties, child_id, id_of, operations, types, world};

const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

/// Who holds what: name, and number for the id.
const PEOPLE: [(&str, u8); 12] = [
    ("owner", 1),
    ("contributor of the group", 2),
    ("reader", 3),
    ("with the first key operation", 4),
    ("owner whom everything is denied", 5),
    ("owner under a condition", 6),
    ("with the data operations", 7),
    ("with the data operations taken out again", 8),
    ("owner with the data operations", 9),
    ("with the first key operation, which is denied", 10),
    ("owner by a group that no file lists", 11),
    ("with the data operations under a condition", 12),
];

fn id(number: u8) -> String {
    format!("10000000-0000-4000-8000-{number:012}")
}

fn tenant(records: &[LocalAuth], state: &Properties, is_locked: bool) -> Tenant {
    let resource = id_of(records);
    let data: Vec<&str> = records.iter().flat_map(|one| &one.data).map(|one| one.text()).collect();
    let keys = || records.iter().flat_map(|record| &record.keys);
    let key: Vec<&str> = keys()
        .take(1)
        .flat_map(|key| {
            std::iter::once(key.operation.text()).chain(key.needs.iter().map(|n| n.text()))
        })
        .collect();
    let role = |number: u8, actions: &[&str], data: &[&str], not_data: &[&str]| {
        json!({
            "id": format!("/providers/Microsoft.Authorization/roleDefinitions/40000000-0000-4000-8000-{number:012}"),
            "name": format!("40000000-0000-4000-8000-{number:012}"),
            "type": "Microsoft.Authorization/roleDefinitions",
            "properties": {"roleName": format!("Role {number}"), "type": "CustomRole", "assignableScopes": ["/"],
                "permissions": [{"actions": actions, "notActions": [], "dataActions": data, "notDataActions": not_data}]},
        })
    };
    let roles = [role(1, &key, &[], &[]), role(2, &[], &data, &[]), role(3, &[], &["*"], &data)];
    let own = |number: u8| format!("40000000-0000-4000-8000-{number:012}");
    let condition = "@Request[Contoso:unknown] StringEquals 'v'";
    let team = "20000000-0000-4000-8000-000000000001";
    let mut assignments = Vec::new();
    let mut assign = |who: &str, role: &str, scope: &str, condition: Option<&str>| {
        let name = format!("52000000-0000-4000-8000-{:012}", assignments.len());
        assignments.push(json!({
            "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"), "name": name,
            "principalId": who, "principalType": if who == team { "Group" } else { "User" }, "scope": scope,
            "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{role}"),
            "condition": condition, "conditionVersion": condition.map(|_| "2.0"),
            "type": "Microsoft.Authorization/roleAssignments",
        }));
    };
    assign(&id(1), OWNER, &resource, None);
    assign(&id(2), CONTRIBUTOR, GROUP, None);
    assign(&id(3), READER, &resource, None);
    assign(&id(4), &own(1), &resource, None);
    assign(&id(5), OWNER, &resource, None);
    assign(&id(6), OWNER, &resource, Some(condition));
    assign(&id(7), &own(2), &resource, None);
    assign(&id(8), &own(3), &resource, None);
    assign(&id(9), OWNER, &resource, None);
    assign(&id(9), &own(2), &resource, None);
    assign(&id(10), &own(1), &resource, None);
    assign(&id(12), &own(2), &resource, Some(condition));
    if records.iter().any(|record| record.native.is_some()) {
        // Not of all: where it stands, everybody may be Owner.
        assign(team, OWNER, &resource, None);
    }
    let deny = |number: u8, who: u8, actions: &[&str]| {
        let name = format!("56000000-0000-4000-8000-{number:012}");
        json!({
            "id": format!("{resource}/providers/Microsoft.Authorization/denyAssignments/{name}"), "name": name,
            "type": "Microsoft.Authorization/denyAssignments",
            "properties": {"denyAssignmentName": format!("Deny {number}"), "scope": resource,
                "isSystemProtected": true, "doNotApplyToChildScopes": false,
                "permissions": [{"actions": actions, "notActions": [], "dataActions": actions, "notDataActions": []}],
                "principals": [{"id": id(who), "type": "User"}], "excludePrincipals": []},
        })
    };
    let mut lists = vec![
        ("roles", json!(roles)),
        ("assignments", json!(assignments)),
        ("denies", json!([deny(1, 5, &["*"]), deny(2, 10, &key)])),
    ];
    if is_locked {
        lists.push((
            "locks",
            json!([{
                "id": format!("{resource}/providers/Microsoft.Authorization/locks/l"), "name": "l",
                "type": "Microsoft.Authorization/locks", "properties": {"level": "ReadOnly"},
            }]),
        ));
    }
    let kind = records[0].resource_type.text();
    let mut resources: Vec<Value> = state
        .properties
        .iter()
        .map(|properties| json!({"id": resource, "name": "one", "type": kind, "properties": properties}))
        .collect();
    for ((kind, name), properties) in &state.children {
        let id = child_id(&resource, &records[0], kind, name);
        resources.push(json!({"id": id, "name": name, "type": kind, "properties": properties}));
    }
    lists.push(("resources", json!(resources)));
    let mut facts = Facts::default();
    for (name, list) in lists {
        let text = json!({ "value": list }).to_string();
        azrbac::ingest::read(&mut facts, name, text.as_bytes());
    }
    assert!(facts.errors.is_empty(), "{:?}", facts.errors);
    Tenant::build(facts, &Catalog::newest())
}

fn states(records: &[LocalAuth]) -> [(&'static str, Properties, bool); 5] {
    let unset = Properties { properties: Some(json!({})), ..Properties::default() };
    [
        ("open", world(records, |_| false), false),
        ("closed", world(records, |_| true), false),
        ("unset", unset, false),
        ("not exported", Properties::default(), false),
        ("open, with a ReadOnly lock", world(records, |_| false), true),
    ]
}

/// The numbers of some people, by what is certain of them.
fn standing(tenant: &Tenant, list: &[Standing]) -> String {
    let one = |one: &Standing| {
        let sign = if one.certain.is_true() { "" } else { "?" };
        format!(
            "{:x}{sign} by {}",
            tenant.principal_id(one.principal).0 & 0xff,
            one.operations.len()
        )
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn audited(tenant: &Tenant, found: &ResourceDoors, into: &mut String) {
    let switches: Vec<String> =
        found.switches.iter().map(|(name, state)| format!("{name} {}", state.as_str())).collect();
    let _infallible = writeln!(
        into,
        "  {} is {}, closable {:?}; {}\n  holders: {}\n  reopeners: {}\n  decided by: {}",
        found.service,
        found.state.as_str(),
        found.closable,
        switches.join(", "),
        standing(tenant, &found.holders),
        standing(tenant, &found.reopeners),
        found.decided_by.join(", "),
    );
    for stake in &found.stakes {
        let roles: Vec<&str> = stake.roles.iter().map(|role| &*role.name).collect();
        let _infallible = writeln!(
            into,
            "  {:x} would lose {}{}, roles {}, uncovered {}, reads only {}",
            tenant.principal_id(stake.principal).0 & 0xff,
            stake.loses.len(),
            if stake.entirely { " entirely" } else { "" },
            roles.join(", "),
            stake.uncovered.len(),
            stake.reads_only(),
        );
    }
    let plan = plan(tenant, found);
    for line in plan.assignments.iter().map(|one| &one.command).chain(&plan.notes) {
        let line = line.replace("10000000-0000-4000-8000-0000000000", "").replace(GROUP, "GROUP");
        let _infallible = writeln!(into, "  plan: {line}");
    }
}

fn rendered() -> String {
    let mut text = String::new();
    let mut said: BTreeSet<String> = BTreeSet::new();
    for records in types() {
        let resource = Scope::new(&id_of(&records)).expect("a scope");
        let all = operations(&records);
        let chosen: BTreeSet<&Operation> =
            [all.first(), all.get(all.len() / 2)].into_iter().flatten().collect();
        for (name, state, is_locked) in states(&records) {
            let tenant = tenant(&records, &state, is_locked);
            let _infallible = writeln!(text, "{} {name}", records[0].resource_type);
            for found in audit(&tenant, None).iter().filter(|_| name == "open") {
                audited(&tenant, found, &mut text);
            }
            for operation in &chosen {
                for (who, number) in PEOPLE {
                    let attributes = Attributes::default();
                    let who_id: Guid = id(number).parse().expect("an id");
                    let request = Request {
                        near_misses: 3,
                        ..Request::new(who_id, operation, Plane::Data, &resource, &attributes)
                    };
                    let decision = can(&tenant, &request);
                    let access = access(&tenant, &request, &decision);
                    let doors = access.doors.expect("a type of the catalog");
                    let mut lines = vec![format!("{who}, {operation}: {}", doors.sentence)];
                    for gap in &access.gaps {
                        lines.push(format!("gap: {}", gap.message));
                        lines.extend(gap.help.iter().map(|help| format!("help: {help}")));
                    }
                    for line in lines {
                        let line = line.replace(resource.text(), "RESOURCE");
                        let sentence = line.split_once(": ").map_or(&*line, |(_, rest)| rest);
                        if said.insert(sentence.to_owned()) {
                            let _infallible = writeln!(text, "  {line}");
                        }
                    }
                }
            }
        }
    }
    text
}

#[test]
fn what_is_said_of_doors() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/doors-words.txt");
    let found = rendered();
    if std::env::var_os("AZRBAC_UPDATE").is_some() {
        std::fs::write(&path, &found).expect("it is written");
    }
    let expected = std::fs::read_to_string(&path).expect("the snapshot is there");
    for (number, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {}", number + 1);
    }
    assert_eq!(found.lines().count(), expected.lines().count());
}
