//! What an answer says beside its outcome: which undocumented point it leans on, and what it remarks. The
//! oracle compares outcomes; here each such point decides one.

#![expect(clippy::expect_used, reason = "in a test")]

#[expect(dead_code, reason = "no custom roles here")]
mod exports;

use azrbac::condition::{AttributeSource, AttributeValue, Attributes};
use azrbac::decide::{Decision, Outcome, Request, WhatQuestion, effective};
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::pattern::Wildcards;
use azrbac::tenant::Tenant;
use exports::{
    ALL, ANN, Deny, Group, OWNER, PLAIN, SUBSCRIPTION, TEAM, agreed, assignment, numbered,
};
use serde_json::Value;

const GROUP: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg";
const ACCOUNT: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a";
const READ: &str = "Microsoft.Storage/storageAccounts/read";
const DELETE_GROUP: &str = "Microsoft.Resources/subscriptions/resourceGroups/delete";

/// Ann owns the subscription; what else there is, is in files.
fn tenant(files: &[Value]) -> Tenant {
    exports::tenant(&[&[assignment(ANN, "User", OWNER, SUBSCRIPTION)], files].concat())
}

fn ask(tenant: &Tenant, operation: &str, scope: &str, complete: bool) -> Decision {
    let operation = Operation::new(operation).expect("an operation");
    let scope = Scope::new(scope).expect("a scope");
    let (who, attributes) = (ANN.parse::<Guid>().expect("an id"), Attributes::default());
    let request = Request {
        attributes_complete: complete,
        ..Request::new(who, &operation, Plane::Control, &scope, &attributes)
    };
    agreed(tenant, &request)
}

/// The outcome, and whether it leans on a point.
fn leans(tenant: &Tenant, operation: &str, scope: &str, point: u8) -> (Outcome, bool) {
    let decision = ask(tenant, operation, scope, false);
    assert_eq!(decision.is_allowed(), decision.outcome == Outcome::Allowed);
    (decision.outcome, decision.assumptions.contains(point))
}

#[test]
fn a_deny_that_only_logs_is_remarked() {
    let audit = tenant(&[Deny { effect: "audit", ..PLAIN }.file()]);
    let decision = ask(&audit, READ, ACCOUNT, false);
    assert_eq!(decision.outcome, Outcome::Allowed);
    assert!(matches!(&decision.remarks[..], [one] if one.contains("`Hands off` would block this")));
    let elsewhere = Deny { effect: "audit", actions: &["Microsoft.Compute/*"], ..PLAIN };
    assert_eq!(ask(&tenant(&[elsewhere.file()]), READ, ACCOUNT, false).remarks.len(), 0);
    assert_eq!(ask(&tenant(&[PLAIN.file()]), READ, ACCOUNT, false).outcome, Outcome::Denied);
}

/// U31: whether a deny on a resource stops the deletion of its group is not documented.
#[test]
fn deleting_a_group_leans_on_what_denies_below_do() {
    let writes = &["Microsoft.Storage/storageAccounts/write"];
    let below = tenant(&[Deny { scope: ACCOUNT, actions: writes, ..PLAIN }.file()]);
    assert_eq!(leans(&below, DELETE_GROUP, GROUP, 31), (Outcome::Allowed, true));
    assert_eq!(ask(&below, DELETE_GROUP, GROUP, false).remarks.len(), 1);
    assert_eq!(
        leans(&below, "Microsoft.Resources/subscriptions/resourceGroups/read", GROUP, 31),
        (Outcome::Allowed, false)
    );
    assert_eq!(leans(&below, DELETE_GROUP, &format!("{GROUP}2"), 31), (Outcome::Allowed, false));
    let here = tenant(&[Deny { scope: GROUP, actions: writes, ..PLAIN }.file()]);
    assert_eq!(leans(&here, DELETE_GROUP, GROUP, 31), (Outcome::Allowed, false));
    let other = format!("{GROUP}2/providers/Microsoft.Storage/storageAccounts/a");
    let beside = tenant(&[
        Deny { scope: &other, actions: writes, ..PLAIN }.file(),
        Deny { scope: GROUP, actions: writes, ..PLAIN }.file(),
    ]);
    assert_eq!(leans(&beside, DELETE_GROUP, GROUP, 31), (Outcome::Allowed, false));
    // Siblings are numbered from the last to the first, so this one comes right behind the group.
    let next = format!("{SUBSCRIPTION}/resourceGroups/qq");
    let behind = tenant(&[
        Deny { scope: GROUP, actions: writes, ..PLAIN }.file(),
        Deny { scope: &next, actions: writes, ..PLAIN }.file(),
    ]);
    assert_eq!(leans(&behind, DELETE_GROUP, GROUP, 31), (Outcome::Allowed, false));
    let denied = tenant(&[Deny { scope: GROUP, ..PLAIN }.file()]);
    assert_eq!(leans(&denied, DELETE_GROUP, GROUP, 31), (Outcome::Denied, false));
}

/// U13: a group that is not security-enabled counts for nothing.
#[test]
fn a_deny_of_a_group_that_does_not_count_leans_on_that() {
    let deny = Deny { principals: &[(TEAM, "Group")], ..PLAIN };
    let of = |security: bool, deny: &Deny<'_>| {
        leans(
            &tenant(&[deny.file(), Group { security, ..Group::of(TEAM, &[(ANN, "user")]) }.file()]),
            READ,
            ACCOUNT,
            13,
        )
    };
    assert_eq!(of(true, &deny), (Outcome::Denied, false));
    assert_eq!(of(false, &deny), (Outcome::Allowed, true));
    // Nothing hangs on it where the deny would not block anyway, or does so for another reason.
    let other = Deny { actions: &["Microsoft.Compute/*"], principals: &[(TEAM, "Group")], ..PLAIN };
    assert_eq!(of(false, &other), (Outcome::Allowed, false));
    let both = Deny { principals: &[(TEAM, "Group"), (ANN, "User")], ..PLAIN };
    assert_eq!(of(false, &both), (Outcome::Denied, false));
}

/// U7: an exclusion that reaches its principal through a group inside a group.
#[test]
fn an_exclusion_through_groups_in_groups_leans_on_that() {
    let groups =
        [Group::of(TEAM, &[(ANN, "user")]).file(), Group::of(ALL, &[(TEAM, "group")]).file()];
    let of = |excludes: &[(&str, &str)]| {
        let deny = Deny { excludes, ..PLAIN }.file();
        leans(&tenant(&[deny, groups[0].clone(), groups[1].clone()]), READ, ACCOUNT, 7)
    };
    assert_eq!(of(&[]), (Outcome::Denied, false));
    assert_eq!(of(&[(ANN, "User")]), (Outcome::Allowed, false));
    assert_eq!(of(&[(TEAM, "Group")]), (Outcome::Allowed, false));
    assert_eq!(of(&[(ALL, "Group")]), (Outcome::Allowed, true));
    assert_eq!(of(&[(ALL, "Group"), (ANN, "User")]), (Outcome::Allowed, false));
}

/// U8: is an extension resource a child of the resource that it extends?
#[test]
fn a_deny_that_spares_children_leans_on_what_a_child_is() {
    let of = |at: &str, scope: &str| {
        leans(&tenant(&[Deny { scope: at, only_here: true, ..PLAIN }.file()]), READ, scope, 8)
    };
    let extension = format!("{ACCOUNT}/providers/Microsoft.Insights/diagnosticSettings/d");
    assert_eq!(of(ACCOUNT, ACCOUNT), (Outcome::Denied, false));
    assert_eq!(of(ACCOUNT, &extension), (Outcome::Allowed, true));
    assert_eq!(of(ACCOUNT, &format!("{ACCOUNT}/blobServices/default")), (Outcome::Allowed, false));
    assert_eq!(of(GROUP, ACCOUNT), (Outcome::Allowed, false));
}

/// U33: a deny that a user made does not reach the operations that manage denies.
#[test]
fn a_deny_of_users_spares_what_manages_denies() {
    let manage = "Microsoft.Authorization/denyAssignments/delete";
    let of = |system: bool, operation: &str| {
        leans(&tenant(&[Deny { system, ..PLAIN }.file()]), operation, SUBSCRIPTION, 33)
    };
    assert_eq!(of(true, manage), (Outcome::Denied, false));
    assert_eq!(of(false, manage), (Outcome::Allowed, true));
    assert_eq!(of(false, READ), (Outcome::Denied, false));
}

/// U9: a deny whose condition stays undecided applies when nothing more will be learned.
#[test]
fn an_undecided_deny_applies_when_all_is_known() {
    let condition = "@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'b'";
    let tenant = tenant(&[Deny { condition: Some(condition), ..PLAIN }.file()]);
    let open = ask(&tenant, READ, ACCOUNT, false);
    let closed = ask(&tenant, READ, ACCOUNT, true);
    assert!(closed.assumptions.contains(9));
    assert_ne!(closed.outcome, Outcome::Conditional, "{:?}", closed.outcome);
    assert!(open.assumptions.contains(9) || open.outcome == Outcome::Conditional);
}

/// Of the blocks of a deny that hold the operation one suffices, and the others have no say.
#[test]
fn one_block_of_a_deny_suffices() {
    let (holds, never, open) = (
        "ActionMatches{'*/read'}",
        "!(ActionMatches{'*/read'})",
        "@Request[Microsoft.Storage/storageAccounts:unknown] StringEquals 'b'",
    );
    let reads: &[&str] = &["*/read"];
    let writes: &[&str] = &["*/write"];
    for (first, second, expected) in [
        ((reads, Some(never)), (reads, Some(never)), Outcome::Allowed),
        ((reads, Some(never)), (reads, Some(open)), Outcome::Conditional),
        ((reads, Some(never)), (reads, Some(holds)), Outcome::Denied),
        ((reads, Some(open)), (reads, Some(open)), Outcome::Conditional),
        ((reads, Some(open)), (reads, Some(holds)), Outcome::Denied),
        ((reads, Some(never)), (reads, None), Outcome::Denied),
        ((reads, Some(never)), (writes, None), Outcome::Allowed),
        ((reads, Some(open)), (writes, Some(holds)), Outcome::Conditional),
    ] {
        for ((actions, condition), other) in [(first, second), (second, first)] {
            let deny = Deny { actions, condition, more: &[other], ..PLAIN };
            let found = ask(&tenant(&[deny.file()]), READ, ACCOUNT, false).outcome;
            assert_eq!(found, expected, "{condition:?} {other:?}");
        }
    }
}

/// Of two blocks that hold alike the answer leans on what the one leans on that leans on less.
#[test]
fn of_two_blocks_of_a_deny_the_plainer_one_is_leaned_on() {
    // U26: is a text in a condition on storage compared with case? U9: conditions in denies.
    let (plain, cased) = (
        "ActionMatches{'*/read'}",
        "!(@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'A')",
    );
    let reads: &[&str] = &["*/read"];
    for (first, second, leaned) in [
        (plain, cased, [true, false]),
        (cased, plain, [true, false]),
        (cased, cased, [true, true]),
        (plain, plain, [true, false]),
    ] {
        let deny = Deny {
            actions: reads,
            condition: Some(first),
            more: &[(reads, Some(second))],
            ..PLAIN
        };
        let operation = Operation::new(READ).expect("an operation");
        let scope = Scope::new(ACCOUNT).expect("a scope");
        let mut attributes = Attributes::default();
        attributes.insert(
            AttributeSource::Resource,
            "Microsoft.Storage/storageAccounts:name",
            AttributeValue::Word("a".to_string()),
        );
        let request = Request::new(
            ANN.parse::<Guid>().expect("an id"),
            &operation,
            Plane::Control,
            &scope,
            &attributes,
        );
        let decision = agreed(&tenant(&[deny.file()]), &request);
        assert_eq!(decision.outcome, Outcome::Denied, "{first} {second}");
        let found = [9, 26].map(|point| decision.assumptions.contains(point));
        assert_eq!(found, leaned, "{first} {second}");
    }
}

/// What a call on the data plane is linked to is checked on the control plane, where a data role gives
/// nothing and a control role does.
#[test]
fn linked_checks_are_of_the_control_plane() {
    const BLOBS: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
    let operation =
        Operation::new("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read")
            .expect("an operation");
    let scope = Scope::new(ACCOUNT).expect("a scope");
    let linked = |text: &str| [(Operation::new(text).expect("an operation"), scope.clone())];
    let files = [
        assignment(ANN, "User", OWNER, SUBSCRIPTION),
        assignment(ALL, "User", BLOBS, SUBSCRIPTION),
    ];
    let held = numbered(assignment(ANN, "User", BLOBS, SUBSCRIPTION), 1000);
    let tenant = exports::tenant(&[files[0].clone(), files[1].clone(), held]);
    let attributes = Attributes::default();
    for (who, other, expected) in [
        (ANN, READ, Outcome::Allowed),
        (ALL, READ, Outcome::NotAllowed),
        (
            ANN,
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
            Outcome::Allowed,
        ),
    ] {
        let linked = linked(other);
        let who = who.parse::<Guid>().expect("an id");
        let request = Request {
            linked: &linked,
            ..Request::new(who, &operation, Plane::Data, &scope, &attributes)
        };
        let decision = azrbac::decide::can(&tenant, &request);
        let list = azrbac::decide::who_can(&tenant, &request);
        assert_eq!(exports::said(&tenant, &list, who), expected, "{who} {other}");
        assert_eq!(decision.outcome, expected, "{who} {other}");
        assert!(decision.linked[0].decision.grants.iter().all(|grant| {
            tenant.assignment(grant.assignment).role
                == azrbac::model::RoleRef::Id(OWNER.parse().expect("an id"))
        }));
    }
}

/// The set of a subtree is what any of its places gives.
#[test]
fn sets_are_counted_and_united() {
    let held = numbered(assignment(ANN, "User", OWNER, GROUP), 1000);
    let deny = Deny { scope: GROUP, actions: &["Microsoft.Storage/*"], ..PLAIN };
    let tenant = tenant(&[held, deny.file()]);
    let (who, attributes) = (ANN.parse::<Guid>().expect("an id"), Attributes::default());
    let at = |scope: Option<&Scope>| {
        let question = WhatQuestion {
            principal: who,
            scope,
            attributes: &attributes,
            attributes_complete: false,
            at: None,
            via_lighthouse: false,
            wildcards: Wildcards::Azure,
        };
        let set = effective(&tenant, &question, Plane::Control);
        let allowed: Vec<String> = set.allowed().map(|one| one.folded().to_string()).collect();
        assert_eq!(set.count(Outcome::Allowed), allowed.len());
        assert_eq!(set.count(Outcome::Denied), set.of(Outcome::Denied).count());
        (allowed, set.count(Outcome::Denied))
    };
    let (group, account) =
        (Scope::new(GROUP).expect("a scope"), Scope::new(ACCOUNT).expect("a scope"));
    let (everywhere, none) = at(None);
    let (here, denied) = at(Some(&group));
    assert_eq!(at(Some(&account)), (here.clone(), denied));
    assert!(denied > 100, "{denied}");
    assert_eq!(none, 0, "somewhere it is allowed");
    assert_eq!(everywhere.len(), here.len() + denied);
    assert!(here.iter().all(|one| !one.starts_with("microsoft.storage/")));
}

/// U13: what a group that does not count would have given is withheld, and only that is leaned on.
#[test]
fn a_grant_of_a_group_that_does_not_count_leans_on_that() {
    const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
    let of = |security: bool, operation: &str| {
        let files = [
            assignment(TEAM, "Group", READER, SUBSCRIPTION),
            Group { security, ..Group::of(TEAM, &[(ANN, "user")]) }.file(),
        ];
        leans(&exports::tenant(&files), operation, ACCOUNT, 13)
    };
    assert_eq!(of(true, READ), (Outcome::Allowed, false));
    assert_eq!(of(false, READ), (Outcome::NotAllowed, true));
    // Reader would not have given it.
    let write = "Microsoft.Storage/storageAccounts/write";
    assert_eq!(of(false, write), (Outcome::NotAllowed, false));
}

/// U29: the instant at which a window ends is outside.
#[test]
fn the_end_of_a_window_leans_on_being_outside() {
    let mut held = assignment(ANN, "User", OWNER, SUBSCRIPTION);
    held[0]["endDateTime"] = serde_json::json!("2026-06-01T00:00:00Z");
    let tenant = exports::tenant(&[held]);
    let of = |at: &str, operation: &str| {
        let operation = Operation::new(operation).expect("an operation");
        let scope = Scope::new(ACCOUNT).expect("a scope");
        let (who, attributes) = (ANN.parse::<Guid>().expect("an id"), Attributes::default());
        let request = Request {
            at: Some(at.parse().expect("a time")),
            ..Request::new(who, &operation, Plane::Control, &scope, &attributes)
        };
        let decision = agreed(&tenant, &request);
        (decision.outcome, decision.assumptions.contains(29))
    };
    let end = "2026-06-01T00:00:00Z";
    assert_eq!(of("2026-05-31T23:59:59Z", READ), (Outcome::Allowed, false));
    assert_eq!(of(end, READ), (Outcome::NotAllowed, true));
    assert_eq!(of("2026-06-01T00:00:01Z", READ), (Outcome::NotAllowed, false));
}

/// Of two blocks of a role that hold alike the first is told.
#[test]
fn the_first_of_two_blocks_is_told() {
    let id = "41000000-0000-4000-8000-000000000001";
    let block = |actions: &[&str]| serde_json::json!({"actions": actions, "notActions": [], "dataActions": [], "notDataActions": []});
    let role = serde_json::json!([{
        "name": id, "roleName": "Two blocks", "roleType": "CustomRole", "assignableScopes": [SUBSCRIPTION],
        "permissions": [block(&["*/write"]), block(&["*/delete", "*/read"]), block(&[READ])],
        "id": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{id}"),
        "type": "Microsoft.Authorization/roleDefinitions",
    }]);
    let tenant = exports::tenant(&[assignment(ANN, "User", id, SUBSCRIPTION), role]);
    let decision = ask(&tenant, READ, ACCOUNT, false);
    assert_eq!(decision.grants.len(), 1);
    assert_eq!(decision.grants[0].pattern, Some((1, 1)));
}
