//! Near misses: which assignments are told of where nothing grants, in which order, and why.

#![expect(clippy::expect_used, reason = "in a test")]

#[expect(dead_code, reason = "no group of groups here")]
mod exports;

use azrbac::condition::Attributes;
use azrbac::decide::{NearReason, Request, can};
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::tenant::Tenant;
use exports::{
    ANN, Deny, Group, OWNER, PLAIN, SUBSCRIPTION, TEAM, assignment, custom, numbered, tenant,
};
use serde_json::{Value, json};

const READ: &str = "Microsoft.Storage/storageAccounts/read";

/// The near misses of Ann, nearest first: reason, and the scope and detail of the assignment.
fn near(
    tenant: &Tenant,
    operation: &str,
    scope: &str,
    most: usize,
) -> Vec<(NearReason, String, String)> {
    let operation = Operation::new(operation).expect("an operation");
    let scope = Scope::new(scope).expect("a scope");
    let (who, attributes) = (ANN.parse::<Guid>().expect("an id"), Attributes::default());
    let request = Request {
        near_misses: most,
        ..Request::new(who, &operation, Plane::Control, &scope, &attributes)
    };
    let decision = can(tenant, &request);
    let place = |one: &azrbac::decide::NearMiss| {
        tenant.scope_text(tenant.assignment_scope(one.assignment)).text().to_owned()
    };
    decision.near.iter().map(|one| (one.reason, place(one), one.detail.clone())).collect()
}

/// The `number`th assignment of Ann.
fn held(number: u8, role: &str, scope: &str) -> Value {
    numbered(assignment(ANN, "User", role, scope), number.into())
}

/// Steps up from the target to what both have above them, and down again.
#[test]
fn the_nearest_scope_comes_first() {
    let group = |name: &str| format!("{SUBSCRIPTION}/resourceGroups/{name}");
    let account = |group: &str, name: &str| {
        format!("{group}/providers/Microsoft.Storage/storageAccounts/{name}")
    };
    let (rg, other) = (group("rg"), group("other"));
    let target = account(&rg, "a");
    let far = "/subscriptions/bbbbbbbb-0000-4000-8000-000000000002";
    let scopes = [
        format!("{target}/blobServices/default"),
        account(&rg, "b"),
        other.clone(),
        account(&other, "a"),
        format!("{far}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a"),
    ];
    for turn in 0..scopes.len() {
        let files: Vec<Value> = (0..scopes.len())
            .map(|at| held(at as u8, OWNER, &scopes[(at + turn) % scopes.len()]))
            .collect();
        let found = near(&tenant(&files), READ, &target, 10);
        let places: Vec<&String> = found.iter().map(|one| &one.1).collect();
        assert_eq!(places, scopes.iter().collect::<Vec<_>>());
        assert!(found.iter().all(|one| one.0 == NearReason::Scope));
        assert_eq!(near(&tenant(&files), READ, &target, 2), found[..2]);
    }
}

/// What is only eligible gives nothing, and elsewhere it is not even near.
#[test]
fn what_is_eligible_is_told_of_at_the_target_only() {
    let eligible = |scope: &str| {
        json!({"value": [{
            "properties": {
                "roleEligibilityScheduleId": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleEligibilitySchedules/54000000-0000-4000-8000-000000000001"),
                "scope": scope, "roleDefinitionId": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{OWNER}"),
                "principalId": ANN, "principalType": "User", "status": "Provisioned",
                "startDateTime": "2026-01-01T08:00:00Z", "endDateTime": null,
                "memberType": "Direct", "condition": null, "conditionVersion": null,
            },
            "name": "54000000-0000-4000-8000-000000000002",
            "id": format!("{scope}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances/54000000-0000-4000-8000-000000000002"),
            "type": "Microsoft.Authorization/roleEligibilityScheduleInstances",
        }]})
    };
    let (rg, other) = (
        format!("{SUBSCRIPTION}/resourceGroups/rg"),
        format!("{SUBSCRIPTION}/resourceGroups/other"),
    );
    let here = near(&tenant(&[eligible(&rg)]), READ, &rg, 5);
    assert_eq!(here.len(), 1);
    assert_eq!(here[0].0, NearReason::Eligible);
    assert_eq!(near(&tenant(&[eligible(&other)]), READ, &rg, 5).len(), 0);
}

/// An entry is like the operation if provider and first type are the same and at most two segments are not.
#[test]
fn an_entry_that_is_nearly_the_operation_is_told_of() {
    let role = "41000000-0000-4000-8000-000000000001";
    let asked = "Microsoft.Storage/storageAccounts/blobServices/containers/write";
    for (actions, expected) in [
        (&["Microsoft.Storage/storageAccounts/blobServices/containers/read"][..], Some(0)),
        (&["Microsoft.Storage/storageAccounts/blobServices/write"], Some(0)),
        (&["Microsoft.Storage/storageAccounts/read"], None),
        (&["Microsoft.Storage/skus/read"], None),
        (&["Microsoft.Compute/virtualMachines/write"], None),
        (
            &[
                "Microsoft.Storage/storageAccounts/blobServices/read",
                "Microsoft.Storage/storageAccounts/blobServices/containers/read",
            ],
            Some(1),
        ),
        (
            &[
                "Microsoft.Storage/storageAccounts/blobServices/containers/delete",
                "Microsoft.Storage/storageAccounts/blobServices/containers/read",
            ],
            Some(0),
        ),
    ] {
        let tenant =
            tenant(&[custom(role, "Contoso Operator", actions), held(1, role, SUBSCRIPTION)]);
        let found = near(&tenant, asked, SUBSCRIPTION, 5);
        let told =
            expected.map(|at: usize| format!("it has `{}`, which is not `{asked}`", actions[at]));
        let details: Vec<&String> = found.iter().map(|one| &one.2).collect();
        assert_eq!(details, told.iter().collect::<Vec<_>>(), "{actions:?}");
    }
}

/// What grants is no near miss, whatever else is in the way; through a group it is told of once.
#[test]
fn what_grants_is_no_near_miss() {
    let owns = held(1, OWNER, SUBSCRIPTION);
    let denied = Deny { actions: &["*/read"], ..PLAIN }.file();
    let blocked = tenant(&[owns, denied]);
    assert_eq!(near(&blocked, READ, SUBSCRIPTION, 5).len(), 0);
    let mut guarded = assignment(TEAM, "Group", OWNER, SUBSCRIPTION);
    guarded[0]["condition"] = json!("!(ActionMatches{'*/read'})");
    guarded[0]["conditionVersion"] = json!("2.0");
    let team = Group::of(TEAM, &[(ANN, "user")]).file();
    let found = near(&tenant(&[guarded, team]), READ, SUBSCRIPTION, 5);
    assert_eq!(found.iter().map(|one| one.0).collect::<Vec<_>>(), [NearReason::Condition]);
    assert!(found[0].2.contains("under a condition that is not met"), "{}", found[0].2);
}

/// A yes has no near misses, whatever else would nearly have given it.
#[test]
fn what_is_allowed_is_not_missed() {
    let group = format!("{SUBSCRIPTION}/resourceGroups/rg");
    let files = [
        held(1, OWNER, SUBSCRIPTION),
        held(2, OWNER, &format!("{SUBSCRIPTION}/resourceGroups/other")),
    ];
    assert!(near(&tenant(&files), READ, &group, 10).is_empty());
    assert_eq!(near(&tenant(&files[1..]), READ, &group, 10).len(), 1);
}

/// Of somebody who holds more than can be looked at, what stands at the target is looked at all the same.
#[test]
fn what_stands_here_is_looked_at_however_much_stands_elsewhere() {
    const LOOKED_AT: usize = 50_000;
    let group = |number: usize| format!("{SUBSCRIPTION}/resourceGroups/rg{number:06}");
    let mut list: Vec<Value> = (0..LOOKED_AT + 5)
        .map(|number| {
            let one = assignment(ANN, "User", OWNER, &group(number));
            numbered(one, 1000 + number)[0].clone()
        })
        .collect();
    // Siblings are numbered from the last name to the first, so this comes after all others.
    let target = format!("{SUBSCRIPTION}/resourceGroups/a-first");
    let mut here = held(1, OWNER, &target)[0].clone();
    here["condition"] = json!("!(ActionMatches{'*/write'})");
    here["conditionVersion"] = json!("2.0");
    list.push(here);
    let tenant = tenant(&[json!(list)]);
    let found =
        near(&tenant, "Microsoft.Resources/subscriptions/resourceGroups/write", &target, 100_000);
    let here = found.iter().filter(|one| one.1 == target).count();
    assert_eq!((here, found.len()), (1, LOOKED_AT + 1));
    assert_eq!(found[0].1, target, "what is here comes before what is elsewhere: {:?}", found[0]);
}

/// What stands elsewhere is told by its distance, and though it has a condition.
#[test]
fn what_stands_elsewhere_is_told_by_its_distance() {
    let group = format!("{SUBSCRIPTION}/resourceGroups/rg");
    let target = format!("{group}/providers/Microsoft.Storage/storageAccounts/a");
    let child = format!("{target}/blobServices/default");
    let grandchild = format!("{child}/containers/c");
    let sibling = format!("{group}/providers/Microsoft.Storage/storageAccounts/b");
    let other = format!("{SUBSCRIPTION}/resourceGroups/other");
    let mut guarded = held(1, OWNER, &grandchild);
    guarded[0]["condition"] =
        json!("@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'a'");
    guarded[0]["conditionVersion"] = json!("2.0");
    // The farther ones come first in the file, and the nearer ones are told first.
    let files = [held(2, OWNER, &other), guarded, held(3, OWNER, &sibling), held(4, OWNER, &child)];
    let found = near(&tenant(&files), READ, &target, 10);
    let places: Vec<&str> = found.iter().map(|one| one.1.as_str()).collect();
    // One step down; two down, and one up and one down; two up and one down.
    assert_eq!(places[0], child);
    assert_eq!(places[3], other);
    let mut middle = [places[1], places[2]];
    middle.sort_unstable();
    assert_eq!(middle, [grandchild.as_str(), sibling.as_str()]);
    assert!(found.iter().all(|one| one.0 == NearReason::Scope), "{found:?}");
}
