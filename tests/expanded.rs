//! Every listing against `can`: over a small catalog every two things that make an answer hard are tried
//! together, for everything that somebody may do.

#![expect(clippy::expect_used, reason = "in a test")]

#[expect(dead_code, reason = "no custom roles here")]
mod exports;

#[path = "exports/change.rs"]
mod change;

use azrbac::analysis::diff::{DiffQuestion, diff};
use azrbac::catalog::Catalog;
use azrbac::condition::Attributes;
use azrbac::decide::{
    Outcome, Request, WhatQuestion, can, effective, what_can_expanded, where_can, who_can,
};
use azrbac::ident::{Guid, Operation, Plane, Scope, Timestamp};
use azrbac::model::{Facts, World};
use azrbac::pattern::Wildcards;
use azrbac::tenant::Tenant;
use change::change;
use exports::{ALL, ANN, Deny, Group, OWNER, PLAIN, SUBSCRIPTION, TEAM, assignment, said};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const BOB: &str = "10000000-0000-4000-8000-000000000002";
const BLOBS: &str = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
const CUSTOM: &str = "41000000-0000-4000-8000-000000000001";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const PROJECT: &str = "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project] StringEquals 'Cascade'";
const PARENT: &str = "/providers/Microsoft.Management/managementGroups/contoso";
const BESIDE: &str = "/providers/Microsoft.Management/managementGroups/fabrikam";
const NAME: &str = "Microsoft.Storage/storageAccounts:name";

/// A few operations of each kind, two of which only one reading of `/*/` holds (U3).
const CATALOG: &str = "azrbac operations 1
observed 2026-08-22
inferred 2025-12-24
from a test

Microsoft.Authorization/denyAssignments/delete C
Microsoft.Authorization/denyAssignments/read C
Microsoft.Authorization/locks/delete C
Microsoft.Authorization/locks/write C
Microsoft.Authorization/roleAssignments/write C
Microsoft.Compute/virtualMachines/delete C
Microsoft.Compute/virtualMachines/read C
Microsoft.Compute/virtualMachines/start/action C
Microsoft.Compute/virtualMachines/write C
Microsoft.Resources/subscriptions/resourceGroups/delete C
Microsoft.Resources/subscriptions/resourceGroups/read C
Microsoft.Storage/delete C
Microsoft.Storage/read C
Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete D
Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read D
Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write D
Microsoft.Storage/storageAccounts/blobServices/containers/read C
Microsoft.Storage/storageAccounts/delete C
Microsoft.Storage/storageAccounts/listKeys/action C
Microsoft.Storage/storageAccounts/read C
Microsoft.Storage/storageAccounts/write C
";

fn group() -> String {
    format!("{SUBSCRIPTION}/resourceGroups/rg")
}

fn account() -> String {
    format!("{}/providers/Microsoft.Storage/storageAccounts/a", group())
}

/// Things that can be so or not, each a file; a file of its own kind is read on its own.
fn things() -> Vec<(&'static str, Value)> {
    let guarded = |scope: &str, condition: &str| {
        let mut file = assignment(ANN, "User", BLOBS, scope);
        file[0]["condition"] = json!(condition);
        file[0]["conditionVersion"] = json!("2.0");
        file
    };
    let lock = |scope: &str, level: &str| {
        json!({"value": [{"id": format!("{scope}/providers/Microsoft.Authorization/locks/l"),
            "name": "l", "type": "Microsoft.Authorization/locks", "properties": {"level": level}}]})
    };
    let role = |permissions: Value| {
        json!([{"name": CUSTOM, "roleName": "Some", "roleType": "CustomRole",
            "assignableScopes": [SUBSCRIPTION], "permissions": permissions,
            "id": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{CUSTOM}"),
            "type": "Microsoft.Authorization/roleDefinitions"}])
    };
    let block = |actions: &[&str], except: &[&str], condition: Option<String>| {
        json!({"actions": actions, "notActions": except, "dataActions": [], "notDataActions": [],
            "condition": condition, "conditionVersion": condition.as_ref().map(|_| "2.0")})
    };
    let named = |name: &str| format!("@Resource[{NAME}] StringEquals '{name}'");
    let deny = |deny: Deny<'_>| deny.file();
    let (rg, account) = (group(), account());
    let mut window = assignment(ANN, "User", CUSTOM, SUBSCRIPTION);
    window[0]["endDateTime"] = json!("2026-06-01T00:00:00Z");
    let mut lighthouse = assignment(ANN, "User", BLOBS, SUBSCRIPTION);
    lighthouse[0]["viaLighthouse"] = json!(true);
    let mut team_lighthouse = assignment(TEAM, "Group", BLOBS, &group());
    team_lighthouse[0]["viaLighthouse"] = json!(true);
    let if_project = |file: Value| {
        let mut file = file;
        file[0]["condition"] = json!(PROJECT);
        file[0]["conditionVersion"] = json!("2.0");
        file
    };
    let personal = if_project(assignment(TEAM, "Group", CONTRIBUTOR, &group()));
    let personal_above = if_project(assignment(ALL, "Group", CONTRIBUTOR, PARENT));
    let elsewhere = |kind: &str, of: &str, scope: &str| assignment(of, kind, OWNER, scope);
    vec![
        ("owner", elsewhere("User", ANN, &rg)),
        ("blobs, if", guarded(&account, &named("a"))),
        ("blobs, never", guarded(&account, &format!("{} AND !({})", named("a"), named("a")))),
        ("some, until", window),
        (
            "some of both readings",
            role(json!([
                block(
                    &["Microsoft.Storage/*/read", "*/start/action"],
                    &["*/containers/read"],
                    None
                ),
                block(&["Microsoft.Compute/*"], &[], Some(named("a"))),
            ])),
        ),
        ("some, not understood", role(json!("none"))),
        ("a team that nobody lists", elsewhere("Group", TEAM, &rg)),
        ("the team is listed", Group::of(TEAM, &[(BOB, "user")]).file()),
        ("above", elsewhere("User", ANN, PARENT)),
        ("a team above", elsewhere("Group", ALL, PARENT)),
        ("a team in another part of the tree", elsewhere("Group", TEAM, BESIDE)),
        ("read-only", lock(&rg, "ReadOnly")),
        ("not deleted", lock(&account, "CanNotDelete")),
        ("a lock beside", lock(&format!("{SUBSCRIPTION}/resourceGroups/qq"), "CanNotDelete")),
        ("nothing deleted", lock(SUBSCRIPTION, "CanNotDelete")),
        ("a lock not understood", lock(&account, "SomethingNew")),
        ("denied writes", deny(Deny { scope: &rg, actions: &["*/write", "*/delete"], ..PLAIN })),
        ("denied by users", deny(Deny { system: false, ..PLAIN })),
        ("denied here only", deny(Deny { scope: &rg, only_here: true, ..PLAIN })),
        (
            "denied perhaps",
            deny(Deny { actions: &["*/read"], condition: Some(&named("b")), ..PLAIN }),
        ),
        ("denied in one reading", deny(Deny { actions: &["Microsoft.Storage/*/delete"], ..PLAIN })),
        (
            "all but a team denied",
            deny(Deny {
                principals: &[("00000000-0000-0000-0000-000000000000", "SystemDefined")],
                excludes: &[(TEAM, "Group")],
                actions: &["*/listKeys/action"],
                ..PLAIN
            }),
        ),
        (
            "a team denied",
            deny(Deny { principals: &[(TEAM, "Group")], actions: &["*/read"], ..PLAIN }),
        ),
        (
            "a team denied here only",
            deny(Deny { scope: &rg, only_here: true, principals: &[(TEAM, "Group")], ..PLAIN }),
        ),
        ("a team through Lighthouse", team_lighthouse),
        ("denied above", deny(Deny { scope: PARENT, actions: &["*/write"], ..PLAIN })),
        ("through Lighthouse", lighthouse),
        ("a team that nobody lists, if", personal),
        ("a team above, if", personal_above),
        (
            "the marks of Ann",
            json!([{"id": ANN, "displayName": "Ann",
            "@odata.type": "#microsoft.graph.user",
            "customSecurityAttributes": {"Engineering": {
                "@odata.type": "#microsoft.graph.customSecurityAttributeValue",
                "Project": "Cascade"}}}]),
        ),
        ("all are listed", Group::of(ALL, &[(BOB, "user"), (TEAM, "group")]).file()),
        (
            "a team of no account",
            Group { security: false, ..Group::of(TEAM, &[(ANN, "user")]) }.file(),
        ),
        (
            "all but all denied",
            deny(Deny {
                principals: &[("00000000-0000-0000-0000-000000000000", "SystemDefined")],
                excludes: &[(ALL, "Group")],
                actions: &["*/start/action"],
                ..PLAIN
            }),
        ),
        (
            "all denied above",
            deny(Deny {
                scope: PARENT,
                principals: &[(ALL, "Group")],
                excludes: &[(ANN, "User")],
                actions: &["*/start/action"],
                ..PLAIN
            }),
        ),
        (
            "denied for what one is",
            deny(Deny {
                principals: &[(TEAM, "Group"), (ANN, "User")],
                actions: &["*/listKeys/action"],
                condition: Some(PROJECT),
                ..PLAIN
            }),
        ),
        (
            "where it stands",
            json!([{"id": PARENT, "name": "contoso", "displayName": "contoso",
            "type": "Microsoft.Management/managementGroups", "details": {"parent": null},
            "children": [{"id": SUBSCRIPTION, "name": &SUBSCRIPTION[15..], "displayName": "one",
                "type": "/subscriptions"}]}]),
        ),
        ("logged", deny(Deny { effect: "audit", ..PLAIN })),
    ]
}

fn tenant(files: &[&Value], catalog: &Catalog, world: World) -> Tenant {
    let mut facts = Facts::default();
    for (number, file) in files.iter().enumerate() {
        // Ids of two entries of one kind must differ.
        let mut file = (*file).clone();
        let entry = if file.is_array() { &mut file[0] } else { &mut file["value"][0] };
        if let Some(id) = entry["id"].as_str()
            && (id.contains("/roleAssignments/") || id.contains("/denyAssignments/"))
        {
            let at = id.rfind('/').unwrap_or(0);
            let name = format!("57000000-0000-4000-8000-{number:012}");
            entry["id"] = json!(format!("{}/{name}", &id[..at]));
            entry["name"] = json!(name);
        }
        azrbac::ingest::read(&mut facts, &format!("{number}.json"), file.to_string().as_bytes());
    }
    facts.world = world;
    Tenant::build(facts, catalog)
}

/// The operations of a plane.
fn operations(plane: Plane) -> Vec<Operation> {
    let letter = if plane == Plane::Control { " C" } else { " D" };
    let names = CATALOG.lines().filter_map(|line| line.strip_suffix(letter));
    names.map(|name| Operation::new(name).expect("an operation")).collect()
}

/// The outcome where it is a yes, perhaps: a list has no word on why others are not on it.
fn yes(outcome: Outcome) -> Option<Outcome> {
    matches!(outcome, Outcome::Allowed | Outcome::Conditional).then_some(outcome)
}

/// Compares everything at a place, and counts what came; how many were stopped by something.
fn compare(what: &str, tenant: &Tenant, seen: &mut BTreeMap<Outcome, usize>) -> usize {
    let attributes = Attributes::default();
    let times = ["2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z"]
        .map(|text| text.parse::<Timestamp>().expect("a time"));
    let root = Scope::root();
    let unlisted = format!("{SUBSCRIPTION}/resourceGroups/new");
    let mut turn = what.len();
    let mut stopped = 0;
    for scope in [SUBSCRIPTION, &group(), &account(), &unlisted] {
        let scope = Scope::new(scope).expect("a scope");
        for who in [ANN, BOB] {
            turn += 1;
            let question = WhatQuestion {
                principal: who.parse::<Guid>().expect("an id"),
                scope: Some(&scope),
                attributes: &attributes,
                attributes_complete: turn.is_multiple_of(7),
                at: (!turn.is_multiple_of(3)).then(|| times[turn % 2]),
                via_lighthouse: turn.is_multiple_of(11),
                wildcards: if turn.is_multiple_of(4) {
                    Wildcards::Strict
                } else {
                    Wildcards::Azure
                },
            };
            let listed = what_can_expanded(tenant, &question, &[Plane::Control, Plane::Data]);
            for plane in [Plane::Control, Plane::Data] {
                let set = effective(tenant, &question, plane);
                let operations = operations(plane);
                for operation in &operations {
                    let request = Request {
                        attributes_complete: question.attributes_complete,
                        at: question.at,
                        via_lighthouse: question.via_lighthouse,
                        wildcards: question.wildcards,
                        ..Request::new(question.principal, operation, plane, &scope, &attributes)
                    };
                    let decision = can(tenant, &request);
                    assert!(decision.locks.is_sorted_by(|a, b| a < b), "{:?}", decision.locks);
                    // A deny of what nobody grants says nothing about what somebody holds.
                    let expected = match decision.outcome {
                        Outcome::Denied if decision.grants.is_empty() => Outcome::NotAllowed,
                        outcome => outcome,
                    };
                    let found =
                        [Outcome::Allowed, Outcome::Conditional, Outcome::Locked, Outcome::Denied]
                            .into_iter()
                            .filter(|outcome| set.of(*outcome).any(|one| one == operation))
                            .collect::<Vec<_>>();
                    let about = || format!("{what}: {who} {operation} on {scope} {question:?}");
                    let wanted: Vec<Outcome> = Some(expected)
                        .into_iter()
                        .filter(|one| *one != Outcome::NotAllowed)
                        .collect();
                    assert_eq!(found, wanted, "{}", about());
                    let told: Vec<Outcome> = listed
                        .iter()
                        .filter(|one| one.plane == plane && one.operation == *operation)
                        .map(|one| one.outcome)
                        .collect();
                    assert_eq!(told, wanted, "{}", about());
                    *seen.entry(expected).or_default() += 1;
                    let list = who_can(tenant, &request);
                    let found = said(tenant, &list, request.principal);
                    assert_eq!(yes(found), yes(expected), "who: {}", about());
                    let own = tenant.principal(request.principal);
                    if let Some(one) = list.stopped.iter().find(|one| Some(one.principal) == own) {
                        assert_eq!(one.outcome, decision.outcome, "stopped: {}", about());
                        let blocks = decision.denies.iter().any(|hit| Some(hit.deny) == one.deny);
                        let denied = one.outcome == Outcome::Denied;
                        assert_eq!((one.deny.is_some(), blocks), (denied, denied), "{}", about());
                        stopped += 1;
                    } else {
                        let in_vain = matches!(expected, Outcome::Denied | Outcome::Locked);
                        assert!(
                            !in_vain || decision.grants.is_empty(),
                            "not told as stopped: {}",
                            about()
                        );
                    }
                    if let Some(at) = tenant.scope(&scope) {
                        let everywhere = Request { scope: &root, ..request.clone() };
                        let found = where_can(tenant, &everywhere).outcome_at(tenant, at);
                        assert_eq!(yes(found), yes(expected), "where: {}", about());
                    }
                }
            }
        }
    }
    stopped
}

/// Holds the difference of two tenants against what `can` says of both; how many answers changed.
fn differ(what: &str, tenants: [&Tenant; 2]) -> usize {
    let attributes = Attributes::default();
    let question = DiffQuestion {
        at: what.len().is_multiple_of(3).then(|| "2026-01-01T00:00:00Z".parse().expect("a time")),
        attributes: &attributes,
        attributes_complete: what.len().is_multiple_of(5),
        wildcards: if what.len().is_multiple_of(4) { Wildcards::Strict } else { Wildcards::Azure },
    };
    let found = diff(tenants[0], tenants[1], &question);
    let mut changed = 0;
    for scope in [SUBSCRIPTION, &group(), &account()] {
        let scope = Scope::new(scope).expect("a scope");
        // A difference is told for the places that either tenant has.
        if tenants.iter().all(|tenant| tenant.scope(&scope).is_none()) {
            continue;
        }
        for plane in [Plane::Control, Plane::Data] {
            for operation in operations(plane) {
                for who in [ANN, BOB] {
                    let who = who.parse::<Guid>().expect("an id");
                    let [before, after] = tenants.map(|tenant| {
                        let request = Request {
                            at: question.at,
                            attributes_complete: question.attributes_complete,
                            wildcards: question.wildcards,
                            ..Request::new(who, &operation, plane, &scope, &attributes)
                        };
                        let decision = can(tenant, &request);
                        (decision.outcome, decision.residual)
                    });
                    let told = found.transition(tenants, who, plane, &operation, &scope);
                    let about =
                        format!("{what}: {who} {operation} on {scope}: {before:?} {after:?}");
                    assert_eq!(told, change(&before, &after), "{about}");
                    changed += usize::from(told.is_some());
                }
            }
        }
    }
    changed
}

#[test]
fn every_two_things_together_give_what_can_gives() {
    let catalog = Catalog::from_text(CATALOG).expect("a catalog");
    let things = things();
    let base = assignment(ANN, "User", OWNER, SUBSCRIPTION);
    let mut seen = BTreeMap::new();
    let (mut turn, mut stopped, mut changed) = (0, 0, 0);
    let mut last: Option<Tenant> = None;
    for (at, (one, first)) in things.iter().enumerate() {
        for (other, second) in &things[at..] {
            turn += 1;
            // And a third, another one every time.
            let (more, third) = &things[turn * 7 % things.len()];
            for (world, owns, third) in [
                (World::Open, true, None),
                (World::Open, false, None),
                (World::Closed, true, None),
                (World::Open, true, Some(third)),
                (World::Open, false, Some(third)),
            ] {
                let mut files = vec![first, second];
                files.extend(third.filter(|third| *third != first && *third != second));
                files.dedup();
                if owns {
                    files.push(&base);
                }
                let more = if third.is_some() { more } else { "no third" };
                let what = format!("{one}, {other}, {more}, {world:?}, owner {owns}");
                let this = tenant(&files, &catalog, world);
                stopped += compare(&what, &this, &mut seen);
                // A difference takes fifteen times as long as all the rest.
                if let (Some(last), true) = (&last, turn.is_multiple_of(4)) {
                    changed += differ(&what, [last, &this]);
                }
                last = (world == World::Open).then_some(this);
            }
        }
    }
    for outcome in [
        Outcome::Allowed,
        Outcome::NotAllowed,
        Outcome::Conditional,
        Outcome::Denied,
        Outcome::Locked,
    ] {
        let count = seen.get(&outcome).copied().unwrap_or_default();
        assert!(count > 1_000, "{outcome:?}: {count}");
    }
    assert!(stopped > 1_000 && changed > 1_000, "{stopped} {changed}");
}
