//! What an export leaves out: a group whose members no file lists, a part that was cut off, a place whose
//! parent is not known. The oracle knows closed worlds only, so the answers of open ones are told here.

#![expect(clippy::expect_used, clippy::panic, reason = "in a test")]

#[expect(dead_code, reason = "nobody holds two roles here")]
mod exports;

use azrbac::catalog::Catalog;
use azrbac::condition::Attributes;
use azrbac::decide::{Outcome, Request, WhatQuestion, what_can_gaps};
use azrbac::ident::{Guid, Operation, Plane, Scope, Timestamp};
use azrbac::ingest;
use azrbac::model::{Facts, Touches, World};
use azrbac::pattern::Wildcards;
use azrbac::tenant::{NameError, Tenant};
use exports::{
    ALL, ANN, Deny, Group, OWNER, PLAIN, SUBSCRIPTION, TEAM, agreed, assignment, custom, tenant,
};
use serde_json::{Value, json};

const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const BOB: &str = "10000000-0000-4000-8000-000000000002";
const DIRECTORY: &str = "30000000-0000-4000-8000-000000000001";
const READS: &[&str] = &["*/read"];
const READ: &str = "Microsoft.Resources/subscriptions/resourceGroups/read";

/// The outcome, and the codes of its gaps; every listing must say the same.
fn answer(tenant: &Tenant, who: &str, at: Option<&str>) -> (Outcome, Vec<&'static str>) {
    let operation = Operation::new(READ).expect("an operation");
    let scope = Scope::new(SUBSCRIPTION).expect("a scope");
    let who: Guid = who.parse().expect("an id");
    let attributes = Attributes::default();
    let at = at.map(|at| at.parse::<Timestamp>().expect("a time"));
    let request =
        Request { at, ..Request::new(who, &operation, Plane::Control, &scope, &attributes) };
    let decision = agreed(tenant, &request);
    (decision.outcome, decision.gaps.iter().map(|gap| gap.code).collect())
}

#[test]
fn a_group_that_no_file_lists_may_hold_anybody() {
    let held = assignment(TEAM, "Group", READER, SUBSCRIPTION);
    let unlisted = tenant(std::slice::from_ref(&held));
    assert_eq!(answer(&unlisted, ANN, None), (Outcome::Conditional, vec!["unknown-members"]));
    let listed = tenant(&[held.clone(), Group::of(TEAM, &[(ANN, "user")]).file()]);
    assert_eq!(answer(&listed, ANN, None).0, Outcome::Allowed);
    assert_eq!(answer(&listed, BOB, None), (Outcome::NotAllowed, vec![]));
    let partly =
        tenant(&[held.clone(), Group { whole: false, ..Group::of(TEAM, &[(ANN, "user")]) }.file()]);
    assert_eq!(answer(&partly, ANN, None).0, Outcome::Allowed);
    assert_eq!(answer(&partly, BOB, None), (Outcome::Conditional, vec!["unknown-members"]));
    // The whole list stands, whichever of two exports was cut off, and in whatever order they are read.
    let (whole, part) = (
        Group::of(TEAM, &[(ANN, "user")]).file(),
        Group { whole: false, ..Group::of(TEAM, &[(ANN, "user")]) }.file(),
    );
    for two in [[whole.clone(), part.clone()], [part.clone(), whole]] {
        let both = tenant(&[held.clone(), two[0].clone(), two[1].clone()]);
        assert_eq!(answer(&both, BOB, None), (Outcome::NotAllowed, vec![]));
    }
    let twice = tenant(&[held.clone(), part.clone(), part]);
    assert_eq!(answer(&twice, BOB, None).0, Outcome::Conditional);
    // A user is no group.
    let user = tenant(&[assignment(ANN, "User", READER, SUBSCRIPTION)]);
    assert_eq!(answer(&user, BOB, None), (Outcome::NotAllowed, vec![]));
}

#[test]
fn a_group_in_a_group_may_hold_anybody_too() {
    let held = assignment(ALL, "Group", READER, SUBSCRIPTION);
    let nested = Group::of(ALL, &[(TEAM, "group")]).file();
    let open = tenant(&[held.clone(), nested.clone()]);
    assert_eq!(answer(&open, BOB, None).0, Outcome::Conditional);
    let listed = tenant(&[held, nested, Group::of(TEAM, &[(ANN, "user")]).file()]);
    assert_eq!(answer(&listed, BOB, None), (Outcome::NotAllowed, vec![]));
    assert_eq!(answer(&listed, ANN, None).0, Outcome::Allowed);
}

#[test]
fn a_deny_of_a_group_that_no_file_lists_may_block() {
    let held = assignment(ANN, "User", OWNER, SUBSCRIPTION);
    let blocked = Deny { actions: READS, principals: &[(TEAM, "Group")], ..PLAIN }.file();
    let unlisted = tenant(&[held.clone(), blocked.clone()]);
    assert_eq!(answer(&unlisted, ANN, None), (Outcome::Conditional, vec!["unknown-members"]));
    let others = tenant(&[held.clone(), blocked.clone(), Group::of(TEAM, &[(BOB, "user")]).file()]);
    assert_eq!(answer(&others, ANN, None), (Outcome::Allowed, vec![]));
    let own = tenant(&[held, blocked, Group::of(TEAM, &[(ANN, "user")]).file()]);
    assert_eq!(answer(&own, ANN, None).0, Outcome::Denied);
}

#[test]
fn a_group_that_is_excluded_and_that_no_file_lists_may_spare() {
    let held = assignment(ANN, "User", OWNER, SUBSCRIPTION);
    let blocked = Deny { actions: READS, excludes: &[(TEAM, "Group")], ..PLAIN }.file();
    let unlisted = tenant(&[held.clone(), blocked.clone()]);
    assert_eq!(answer(&unlisted, ANN, None), (Outcome::Conditional, vec!["unknown-members"]));
    let others = tenant(&[held.clone(), blocked.clone(), Group::of(TEAM, &[(BOB, "user")]).file()]);
    assert_eq!(answer(&others, ANN, None).0, Outcome::Denied);
    let own = tenant(&[held, blocked, Group::of(TEAM, &[(ANN, "user")]).file()]);
    assert_eq!(answer(&own, ANN, None), (Outcome::Allowed, vec![]));
}

/// A grant and an exclusion that both hang on members whom no file lists: nobody gives it for certain, and
/// yet it may be allowed.
#[test]
fn a_deny_may_be_lifted_from_what_may_be_granted() {
    let held = assignment(ALL, "Group", OWNER, SUBSCRIPTION);
    let blocked = Deny { actions: READS, excludes: &[(TEAM, "Group")], ..PLAIN }.file();
    let open = tenant(&[held.clone(), blocked.clone()]);
    let codes = vec!["unknown-members", "unknown-members"];
    assert_eq!(answer(&open, ANN, None), (Outcome::Conditional, codes));
    let none = Group::of(ALL, &[]).file();
    assert_eq!(
        answer(&tenant(&[held.clone(), blocked.clone(), none]), ANN, None).0,
        Outcome::Denied
    );
    let none = Group::of(TEAM, &[]).file();
    assert_eq!(answer(&tenant(&[held, blocked, none]), ANN, None).0, Outcome::Denied);
}

/// Members whom no file lists leave an answer open only where they could make a difference.
#[test]
fn what_unlisted_members_cannot_change_is_firm() {
    let held = assignment(ANN, "User", OWNER, SUBSCRIPTION);
    let team = Deny { actions: READS, principals: &[(TEAM, "Group")], ..PLAIN };
    let never = "!(ActionMatches{'*/read'})";
    for (deny, about) in [
        (Deny { condition: Some(never), ..team }, "its condition does not hold"),
        (Deny { excludes: &[(TEAM, "Group")], ..team }, "it excludes whom it binds"),
        (Deny { effect: "audit", ..team }, "it only logs"),
        (Deny { actions: &["*/write"], ..team }, "it is about something else"),
    ] {
        let open = tenant(&[held.clone(), deny.file()]);
        assert_eq!(answer(&open, ANN, None), (Outcome::Allowed, vec![]), "{about}");
    }
    // A group that is not security-enabled counts for nothing, whoever is in it (U13).
    let partly =
        Group { security: false, whole: false, ..Group::of(TEAM, &[(BOB, "user")]) }.file();
    let open = tenant(&[held, team.file(), partly.clone()]);
    assert_eq!(answer(&open, ANN, None), (Outcome::Allowed, vec![]));
    let open = tenant(&[assignment(TEAM, "Group", OWNER, SUBSCRIPTION), partly]);
    assert_eq!(answer(&open, ANN, None), (Outcome::NotAllowed, vec![]));
}

/// The conditions inside a role are asked as well.
#[test]
fn a_role_of_unlisted_members_is_asked_for_its_conditions() {
    let own = "41000000-0000-4000-8000-000000000001";
    let role = |condition: &str| {
        let mut role = custom(own, "Contoso Reader", &["*/read"]);
        role[0]["permissions"][0]["condition"] = json!(condition);
        role[0]["permissions"][0]["conditionVersion"] = json!("2.0");
        tenant(&[role, assignment(TEAM, "Group", own, SUBSCRIPTION)])
    };
    let open =
        role("@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:A_b] StringEquals 'c'");
    assert_eq!(answer(&open, ANN, None).0, Outcome::Conditional);
    let never = role("!(ActionMatches{'*/read'})");
    assert_eq!(answer(&never, ANN, None), (Outcome::NotAllowed, vec![]));
}

/// An entry of another kind that was not understood, in the place where it would stand.
#[test]
fn a_lock_that_was_not_understood_may_hold_back() {
    let held = assignment(ANN, "User", OWNER, SUBSCRIPTION);
    let lock = |scope: &str| {
        json!({"value": [{
            "id": format!("{scope}/providers/Microsoft.Authorization/locks/l"), "name": "l",
            "type": "Microsoft.Authorization/locks", "properties": {"level": "SomethingNew"},
        }]})
    };
    let group = format!("{SUBSCRIPTION}/resourceGroups/rg");
    let account = format!("{group}/providers/Microsoft.Storage/storageAccounts/a");
    let at = |lock: Value, operation: &str, scope: &str| {
        let mut facts = Facts::default();
        ingest::read(&mut facts, "held.json", held.to_string().as_bytes());
        ingest::read(&mut facts, "locks.json", lock.to_string().as_bytes());
        let tenant = Tenant::build(facts, &Catalog::newest());
        let (operation, scope) =
            (Operation::new(operation).expect("an operation"), Scope::new(scope).expect("a scope"));
        let (who, attributes) = (ANN.parse().expect("an id"), Attributes::default());
        let request = Request::new(who, &operation, Plane::Control, &scope, &attributes);
        agreed(&tenant, &request).outcome
    };
    let (write, delete, read) = (
        "Microsoft.Storage/storageAccounts/write",
        "Microsoft.Storage/storageAccounts/delete",
        "Microsoft.Storage/storageAccounts/read",
    );
    let delete_group = "Microsoft.Resources/subscriptions/resourceGroups/delete";
    for (stands, operation, scope, expected) in [
        (&group, write, &account, Outcome::Conditional),
        (&group, delete, &account, Outcome::Conditional),
        (&group, read, &account, Outcome::Allowed),
        (&account, write, &account, Outcome::Conditional),
        // What stands below is looked at as well: a delete would take it along.
        (&account, delete_group, &group, Outcome::Conditional),
        (&format!("{group}2"), write, &account, Outcome::Allowed),
        (&format!("{account}b"), write, &account, Outcome::Allowed),
    ] {
        assert_eq!(at(lock(stands), operation, scope), expected, "{stands} {operation}");
    }
}

/// An instance knows when what it stands for ends; the assignment does not say.
#[test]
fn an_instance_lends_its_time_to_the_assignment_it_stands_for() {
    let held = assignment(ANN, "User", READER, SUBSCRIPTION);
    let instance = json!({"value": [{
        "properties": {
            "originRoleAssignmentId": held[0]["id"],
            "roleAssignmentScheduleId": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/RoleAssignmentSchedules/54000000-0000-4000-8000-000000000001"),
            "scope": SUBSCRIPTION, "roleDefinitionId": held[0]["roleDefinitionId"],
            "principalId": ANN, "principalType": "User", "assignmentType": "Activated", "status": "Provisioned",
            "startDateTime": "2026-06-01T08:00:00Z", "endDateTime": "2026-06-01T16:00:00Z",
            "memberType": "Direct", "condition": null, "conditionVersion": null,
        },
        "name": "54000000-0000-4000-8000-000000000002",
        "id": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/RoleAssignmentScheduleInstances/54000000-0000-4000-8000-000000000002"),
        "type": "Microsoft.Authorization/RoleAssignmentScheduleInstances",
    }]});
    let always = tenant(std::slice::from_ref(&held));
    assert!(!always.has_time_windows());
    assert_eq!(answer(&always, ANN, Some("2026-06-02T00:00:00Z")).0, Outcome::Allowed);
    for files in [[held.clone(), instance.clone()], [instance, held]] {
        let timed = tenant(&files);
        assert!(timed.has_time_windows());
        for (at, outcome) in [
            ("2026-06-01T07:59:59Z", Outcome::NotAllowed),
            ("2026-06-01T08:00:00Z", Outcome::Allowed),
            ("2026-06-01T16:00:00Z", Outcome::NotAllowed),
        ] {
            assert_eq!(answer(&timed, ANN, Some(at)).0, outcome, "{at}");
        }
    }
}

/// A subscription whose management group no file tells hangs below the root group of its directory, if that
/// is known, and below nothing that is certain otherwise.
#[test]
fn the_root_group_of_a_directory_stands_above_its_subscriptions() {
    let root = format!("/providers/Microsoft.Management/managementGroups/{DIRECTORY}");
    let other = "/providers/Microsoft.Management/managementGroups/other".to_string();
    let subscriptions = json!([{
        "id": SUBSCRIPTION.trim_start_matches("/subscriptions/"), "name": "Production",
        "tenantId": DIRECTORY, "state": "Enabled", "isDefault": true, "cloudName": "AzureCloud",
        "homeTenantId": DIRECTORY, "managedByTenants": [], "user": {"name": "ann", "type": "user"},
    }]);
    let at_root = [subscriptions.clone(), assignment(ANN, "User", READER, &root)];
    assert_eq!(answer(&tenant(&at_root), ANN, None), (Outcome::Allowed, vec![]));
    let at_other = [subscriptions, assignment(ANN, "User", READER, &other)];
    let found = answer(&tenant(&at_other), ANN, None);
    assert_eq!(found, (Outcome::Conditional, vec!["unknown-management-groups"]));
}

/// A file that says so is refused; facts that were made otherwise are held to the same.
#[test]
fn a_custom_role_never_takes_the_id_of_a_built_in_one() {
    let own = "41000000-0000-4000-8000-000000000001";
    let with_id = |name: &str, id: &str, world: World| {
        let mut facts = Facts::default();
        let role = custom(own, name, &["Microsoft.Compute/*"]);
        ingest::read(&mut facts, "role.json", role.to_string().as_bytes());
        let held = assignment(ANN, "User", id, SUBSCRIPTION);
        ingest::read(&mut facts, "held.json", held.to_string().as_bytes());
        facts.roles[0].id = Some(id.parse().expect("an id"));
        facts.world = world;
        Tenant::build(facts, &Catalog::newest())
    };
    for name in ["Contoso Reader", "reader"] {
        let tenant = with_id(name, READER, World::Open);
        let codes: Vec<&str> = tenant.gaps().iter().map(|gap| gap.code).collect();
        assert_eq!(codes, ["custom-role-with-built-in-id"], "{name}");
        let message = &tenant.gaps()[0].message;
        assert_eq!(message.contains("is marked custom"), name == "reader", "{message}");
        // The built-in definition grants it; the custom one would not.
        assert_eq!(answer(&tenant, ANN, None).0, Outcome::Allowed, "{name}");
        // A scenario may say what it likes.
        let tenant = with_id(name, READER, World::Closed);
        assert_eq!(tenant.gaps().len(), 0, "{name}");
        assert_eq!(answer(&tenant, ANN, None).0, Outcome::NotAllowed, "{name}");
    }
    // With an id of its own it is what it says.
    let tenant = with_id("Contoso Reader", own, World::Open);
    assert_eq!(tenant.gaps().len(), 0);
    assert_eq!(answer(&tenant, ANN, None), (Outcome::NotAllowed, vec![]));
}

/// A built-in role that was exported wins over the catalog, and what differs is said.
#[test]
fn an_exported_built_in_role_stands() {
    let mut role = custom(READER, "Reader", &["Microsoft.Compute/*/read"]);
    role[0]["roleType"] = json!("BuiltInRole");
    let held = assignment(ANN, "User", READER, SUBSCRIPTION);
    let differs = tenant(&[role.clone(), held.clone()]);
    assert_eq!(answer(&differs, ANN, None), (Outcome::NotAllowed, vec![]));
    assert!(differs.notes().iter().any(|note| note.code == "built-in-role-differs"));
    role[0]["permissions"][0]["actions"] = json!(["*/read"]);
    let same = tenant(&[role, held]);
    assert_eq!(answer(&same, ANN, None).0, Outcome::Allowed);
    assert!(same.notes().iter().all(|note| note.code != "built-in-role-differs"));
}

fn users(list: &[(&str, &str, &str)]) -> Value {
    let list: Vec<Value> = list
        .iter()
        .map(|(id, name, mail)| {
            json!({
                "id": id, "displayName": format!("{name} (Contoso)"), "userPrincipalName": name,
                "mail": mail, "businessPhones": [], "givenName": null, "jobTitle": null,
            })
        })
        .collect();
    json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users", "value": list})
}

/// One principal in two exports: the second knows what the first does not say, and no more.
fn tenant_of_entries() -> Tenant {
    let entry = |name: Option<&str>, mail: Option<&str>| {
        json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users", "value": [
            {"id": ANN, "displayName": null, "userPrincipalName": name, "mail": mail},
        ]})
    };
    let tenant = tenant(&[
        entry(Some("first@contoso.example"), None),
        entry(Some("second@contoso.example"), Some("mail@contoso.example")),
        entry(None, Some("third@contoso.example")),
    ]);
    for name in ["second@contoso.example", "third@contoso.example"] {
        assert!(tenant.resolve_principal(name).is_err(), "{name}");
    }
    tenant
}

/// An application is known by its id, also where only its assignment tells it.
#[test]
fn an_application_is_found_by_its_id() {
    let app = "60000000-0000-4000-8000-000000000001";
    let mut held = assignment(BOB, "ServicePrincipal", READER, SUBSCRIPTION);
    held[0]["principalName"] = json!(app);
    let mut person = assignment(ANN, "User", READER, SUBSCRIPTION);
    person[0]["principalName"] = json!("ann@contoso.example");
    let tenant = tenant(&[held, person]);
    let id = |text: &str| text.parse::<Guid>().expect("an id");
    assert_eq!(tenant.resolve_principal(app).ok(), Some(id(BOB)));
    assert_eq!(tenant.resolve_principal("ann@contoso.example").ok(), Some(id(ANN)));
    let bob = tenant.principal(id(BOB)).expect("it is there");
    assert_eq!(tenant.principal_name(bob), BOB, "an id is no name");
    assert_eq!(tenant.assignment_count(), 2);
    assert!(tenant.scope_of_text("/SUBSCRIPTIONS/aaaaaaaa-0000-4000-8000-000000000001").is_some());
    assert!(tenant.scope_of_text("/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/").is_none());
    assert_eq!(
        tenant.sources().name(
            tenant
                .assignment(tenant.assignments().next().expect("one"))
                .origin
                .place()
                .expect("a file")
                .0
        ),
        "0.json"
    );
}

/// A guest is known by the address of its home; an address that two have is the one's whose name it is.
#[test]
fn people_are_found_by_the_names_they_have() {
    let guest = "ann_fabrikam.com#EXT#@contoso.example";
    let tenant = tenant(&[users(&[
        (ANN, guest, "ann@fabrikam.com"),
        (BOB, "bob@contoso.example", "office@contoso.example"),
        (TEAM, "office@contoso.example", "office@contoso.example"),
        (ALL, "under_score#EXT#@contoso.example", "x@contoso.example"),
    ])]);
    let id = |text: &str| text.parse::<Guid>().expect("an id");
    for (name, found) in [
        (guest, ANN),
        ("ANN@fabrikam.com", ANN),
        ("bob@contoso.example", BOB),
        ("office@contoso.example", TEAM),
        (&*format!("{guest} (Contoso)"), ANN),
    ] {
        assert_eq!(tenant.resolve_principal(name).ok(), Some(id(found)), "{name}");
    }
    let twice = tenant_of_entries();
    for (name, found) in [("first@contoso.example", ANN), ("mail@contoso.example", ANN)] {
        assert_eq!(twice.resolve_principal(name).ok(), Some(id(found)), "{name}");
    }
    // Without a domain it is nobody's home address.
    assert!(tenant.resolve_principal("under@score").is_err());
    let Err(NameError::Unknown(like)) = tenant.resolve_principal("bob@contoso.exampel") else {
        panic!("it is nobody's name")
    };
    assert!(like.iter().any(|one| one.id == BOB), "{like:?}");
    let Err(NameError::Unknown(like)) = tenant.resolve_principal("bob") else {
        panic!("it is nobody's name")
    };
    assert!(like.iter().any(|one| one.id == BOB), "{like:?}");
}

/// Two roles of one name, of which an assignment says no more: the gap that is told is that of its own name.
#[test]
fn a_name_that_two_roles_have_is_told_of_its_own_assignment() {
    let role = |name: &str, actions: &[&str]| {
        json!([{"roleName": name, "roleType": "CustomRole", "assignableScopes": [SUBSCRIPTION],
            "permissions": [{"actions": actions, "notActions": [], "dataActions": [], "notDataActions": []}],
            "type": "Microsoft.Authorization/roleDefinitions"}])
    };
    let held = |who: &str, role: &str| {
        json!([{"principalId": who, "principalType": "User", "scope": SUBSCRIPTION,
            "roleDefinitionName": role}])
    };
    let files = [
        role("One", &["*/read"]),
        role("One", &["*/write"]),
        role("Two", &["*/read"]),
        role("Two", &["*/delete"]),
        held(ANN, "Two"),
        held(BOB, "One"),
        held(TEAM, "Three"),
    ];
    let tenant = tenant(&files);
    let operation = Operation::new(READ).expect("an operation");
    let scope = Scope::new(SUBSCRIPTION).expect("a scope");
    let attributes = Attributes::default();
    for (who, code, name) in [
        (ANN, "role-name-not-unique", "two"),
        (BOB, "role-name-not-unique", "one"),
        (TEAM, "unknown-role", "three"),
    ] {
        let who = who.parse::<Guid>().expect("an id");
        let request = Request::new(who, &operation, Plane::Control, &scope, &attributes);
        let decision = agreed(&tenant, &request);
        assert_eq!(decision.outcome, Outcome::Conditional);
        let told: Vec<(&str, bool)> = decision
            .gaps
            .iter()
            .map(|gap| (gap.code, gap.message.to_lowercase().contains(name)))
            .collect();
        assert_eq!(told, [(code, true)], "{name}: {:?}", decision.gaps);
    }
}

/// A window that has one end decides by that end, and without a time it says that a time is wanted.
#[test]
fn a_window_with_one_end_wants_a_time() {
    for (field, before, after) in [
        ("startDateTime", Outcome::NotAllowed, Outcome::Allowed),
        ("endDateTime", Outcome::Allowed, Outcome::NotAllowed),
    ] {
        let mut held = assignment(ANN, "User", READER, SUBSCRIPTION);
        held[0][field] = json!("2026-06-01T00:00:00Z");
        let tenant = tenant(&[held]);
        assert_eq!(answer(&tenant, ANN, Some("2026-05-01T00:00:00Z")).0, before, "{field}");
        assert_eq!(answer(&tenant, ANN, Some("2026-07-01T00:00:00Z")).0, after, "{field}");
        assert_eq!(answer(&tenant, ANN, None), (Outcome::Conditional, vec!["no-time"]), "{field}");
    }
    let tenant = tenant(&[assignment(ANN, "User", READER, SUBSCRIPTION)]);
    assert_eq!(answer(&tenant, ANN, None), (Outcome::Allowed, vec![]));
}

/// What could give somebody more than is listed: groups that nobody lists and that hold something here, and
/// management groups that may stand above.
#[test]
fn what_could_give_more_is_told_where_it_could() {
    const PARENT: &str = "/providers/Microsoft.Management/managementGroups/contoso";
    let group = format!("{SUBSCRIPTION}/resourceGroups/rg");
    let other = format!("{SUBSCRIPTION}/resourceGroups/other");
    let told = |files: &[Value], who: &str, scope: Option<&str>| {
        let tenant = tenant(files);
        let scope = scope.map(|scope| Scope::new(scope).expect("a scope"));
        let attributes = Attributes::default();
        let question = WhatQuestion {
            principal: who.parse().expect("an id"),
            scope: scope.as_ref(),
            attributes: &attributes,
            attributes_complete: false,
            at: None,
            via_lighthouse: false,
            wildcards: Wildcards::Azure,
        };
        let gaps = what_can_gaps(&tenant, &question);
        gaps.iter().map(|gap| gap.code).collect::<Vec<_>>()
    };
    let members = vec!["unknown-members"];
    let held = [assignment(TEAM, "Group", READER, &group)];
    assert_eq!(told(&held, ANN, Some(&group)), members);
    assert_eq!(told(&held, ANN, None), members, "somewhere");
    assert!(told(&held, ANN, Some(&other)).is_empty());
    assert!(told(&held, ANN, Some(SUBSCRIPTION)).is_empty());
    // Who is in it for certain holds it already.
    let partly = Group { whole: false, ..Group::of(TEAM, &[(ANN, "user")]) }.file();
    let some = [held[0].clone(), partly];
    assert!(told(&some, ANN, Some(&group)).is_empty());
    assert_eq!(told(&some, BOB, Some(&group)), members);
    // Of a user's own assignment nothing more can come.
    assert!(told(&[assignment(ANN, "User", READER, &group)], ANN, Some(&group)).is_empty());

    let hierarchy = vec!["unknown-management-groups"];
    let above = [assignment(ANN, "User", READER, PARENT)];
    assert_eq!(told(&above, ANN, Some(&group)), hierarchy);
    assert!(told(&above, BOB, Some(&group)).is_empty());
    assert!(told(&above, ANN, None).is_empty(), "anywhere it is told with its own scope");
    assert!(told(&[assignment(ANN, "User", READER, &group)], ANN, Some(&other)).is_empty());
    let team = [assignment(TEAM, "Group", READER, PARENT)];
    assert_eq!(told(&team, ANN, Some(&group)), hierarchy);
}

/// Who is in a group for certain learns nothing from the rest of its members.
#[test]
fn a_known_member_does_not_wait_for_the_others() {
    let condition = "@Request[Microsoft.Storage/storageAccounts:kind] StringEquals 'x'";
    let mut held = assignment(TEAM, "Group", OWNER, SUBSCRIPTION);
    held[0]["condition"] = json!(condition);
    held[0]["conditionVersion"] = json!("2.0");
    let partly = Group { whole: false, ..Group::of(TEAM, &[(ANN, "user")]) }.file();
    let tenant = tenant(&[held, partly]);
    assert_eq!(answer(&tenant, ANN, None), (Outcome::Conditional, vec![]));
    assert_eq!(answer(&tenant, BOB, None), (Outcome::Conditional, vec!["unknown-members"]));
}

/// Two roles that were not understood: what is told of an assignment is the mistake in its own role.
#[test]
fn a_role_that_was_not_understood_is_told_of_its_own_assignment() {
    let id = |number: u8| format!("30000000-0000-4000-8000-{number:012}");
    let role = |number: u8| {
        let id = id(number);
        json!([{"name": id, "roleName": format!("Role {number}"), "roleType": "CustomRole",
            "id": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{id}"),
            "assignableScopes": [SUBSCRIPTION], "permissions": number,
            "type": "Microsoft.Authorization/roleDefinitions"}])
    };
    let files = [
        role(1),
        role(2),
        assignment(ANN, "User", &id(1), SUBSCRIPTION),
        assignment(BOB, "User", &id(2), SUBSCRIPTION),
    ];
    let mut facts = Facts::default();
    for (number, file) in files.iter().enumerate() {
        ingest::read(&mut facts, &format!("{number}.json"), file.to_string().as_bytes());
    }
    assert_eq!(facts.errors.len(), 2, "{:?}", facts.errors);
    let tenant = Tenant::build(facts, &Catalog::newest());
    let operation = Operation::new(READ).expect("an operation");
    let scope = Scope::new(SUBSCRIPTION).expect("a scope");
    let attributes = Attributes::default();
    for (who, number) in [(ANN, 1), (BOB, 2)] {
        let who = who.parse::<Guid>().expect("an id");
        let request = Request::new(who, &operation, Plane::Control, &scope, &attributes);
        let decision = agreed(&tenant, &request);
        assert_eq!(decision.outcome, Outcome::Conditional);
        let told: Vec<String> = decision
            .gaps
            .iter()
            .map(|gap| match &gap.touches {
                Touches::Role { id: Some(id), .. } => id.to_string(),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(told, [id(number)], "{:?}", decision.gaps);
    }
}
