//! What a tenant makes of its facts, where no question shows it: order, sieves, what is told of it.

use super::*;
use crate::catalog::Catalog;
use crate::model::Facts;
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001";
const GROUP: &str = "/providers/Microsoft.Management/managementGroups/contoso";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

fn person(number: usize) -> String {
    format!("10000000-0000-4000-8000-{number:012}")
}

/// The assignment of a number, as az lists it.
fn held(number: usize, principal: &str, kind: &str, role: &str, scope: &str) -> Value {
    let name = format!("52000000-0000-4000-8000-{number:012}");
    json!({
        "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"),
        "name": name, "principalId": principal, "principalType": kind, "scope": scope,
        "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{role}"),
        "type": "Microsoft.Authorization/roleAssignments",
    })
}

fn tenant(files: &[Value]) -> Tenant {
    let mut facts = Facts::default();
    for (number, file) in files.iter().enumerate() {
        let text = file.to_string();
        crate::ingest::read(&mut facts, &format!("{number}.json"), text.as_bytes());
    }
    assert!(facts.errors.is_empty(), "{:?}", facts.errors);
    Tenant::build(facts, &Catalog::newest())
}

#[test]
fn rows_stand_by_holder_then_scope_then_role_in_whatever_order_they_came() {
    let below = format!("{SUBSCRIPTION}/resourceGroups/rg");
    let mut list = Vec::new();
    for number in 0..60 {
        let scope = [SUBSCRIPTION, &below, GROUP][number % 3];
        let role = [OWNER, READER][number / 3 % 2];
        list.push(held(number, &person(number * 7 % 5), "User", role, scope));
    }
    let tenant = tenant(&[json!(list)]);
    let key = |row: &Row| (row.holder(), row.scope, row.role, row.fact);
    assert_eq!(tenant.assignment_rows.len(), 60);
    assert!(tenant.assignment_rows.is_sorted_by_key(key));
    for row in &tenant.assignment_rows {
        let fact = tenant.assignment(row.fact);
        assert_eq!(tenant.principal_id(row.holder()), fact.principal);
        assert!(row.is_plain());
    }
    let holders: Vec<usize> = (0..5)
        .map(|number| {
            let ix = tenant.principal(person(number).parse().expect("an id")).expect("known");
            tenant.rows(ix).len()
        })
        .collect();
    assert_eq!(holders, [12; 5]);
}

#[test]
fn what_needs_a_second_look_is_marked() {
    let mut guarded = held(1, &person(1), "User", READER, SUBSCRIPTION);
    guarded["condition"] = json!("@Resource[a:b] StringEquals 'c'");
    guarded["conditionVersion"] = json!("2.0");
    let plain = held(2, &person(2), "User", READER, SUBSCRIPTION);
    let tenant = tenant(&[json!([guarded, plain])]);
    let plain: Vec<bool> = tenant.assignment_rows.iter().map(Row::is_plain).collect();
    assert_eq!(plain, [false, true]);
}

#[test]
fn a_window_may_have_one_end() {
    let schedule = |field: &str| {
        let mut one = held(1, &person(1), "User", READER, SUBSCRIPTION);
        one[field] = json!("2026-01-01T00:00:00Z");
        one
    };
    for field in ["startDateTime", "endDateTime"] {
        assert!(tenant(&[json!([schedule(field)])]).has_time_windows(), "{field}");
    }
    assert!(!tenant(&[json!([schedule("createdOn")])]).has_time_windows());
}

#[test]
fn groups_without_a_list_are_open_and_those_high_up_are_kept_apart() {
    let team = "20000000-0000-4000-8000-000000000001";
    let listed = "20000000-0000-4000-8000-000000000002";
    let group = json!([{"id": listed, "displayName": "Listed", "groupTypes": [],
        "mailEnabled": false, "securityEnabled": true, "members": []}]);
    let tenant = tenant(&[
        json!([
            held(1, team, "Group", READER, SUBSCRIPTION),
            held(2, team, "Group", READER, GROUP),
            held(3, listed, "Group", READER, GROUP),
            held(4, &person(1), "User", READER, GROUP),
        ]),
        group,
    ]);
    let ids = |rows: &[Row]| -> Vec<String> {
        let row = |row: &Row| {
            let scope = tenant.scopes.scope(row.scope).text().to_string();
            format!("{} {scope}", tenant.principal_id(row.holder()))
        };
        rows.iter().map(row).collect()
    };
    let mut open = ids(&tenant.open_rows);
    open.sort_unstable();
    assert_eq!(open, [format!("{team} {GROUP}"), format!("{team} {SUBSCRIPTION}")]);
    assert_eq!(ids(&tenant.open_rows_high), [format!("{team} {GROUP}")]);
}

#[test]
fn only_the_role_that_a_refused_definition_names_is_doubted() {
    let refused = json!([{"roleName": "Broken", "name": OWNER, "roleType": "CustomRole",
        "assignableScopes": [SUBSCRIPTION], "permissions": "none", "id": OWNER,
        "type": "Microsoft.Authorization/roleDefinitions"}]);
    let list = json!([
        held(1, &person(1), "User", READER, SUBSCRIPTION),
        held(2, &person(1), "User", OWNER, SUBSCRIPTION),
    ]);
    let mut facts = Facts::default();
    for (name, file) in [("roles.json", refused), ("held.json", list)] {
        crate::ingest::read(&mut facts, name, file.to_string().as_bytes());
    }
    let tenant = Tenant::build(facts, &Catalog::newest());
    let doubted: Vec<Option<Guid>> = tenant
        .roles()
        .filter(|role| tenant.is_doubted(*role))
        .map(|role| tenant.role(role).id())
        .collect();
    assert_eq!(doubted, [OWNER.parse().ok()]);
}

#[test]
fn names_come_from_assignments_where_no_directory_gives_them() {
    let named = |number: usize, kind: &str, name: &str| {
        let mut one = held(number, &person(number), kind, READER, SUBSCRIPTION);
        one["principalName"] = json!(name);
        one
    };
    let app = "30000000-0000-4000-8000-000000000001";
    let tenant = tenant(&[
        json!([
            named(1, "User", "ada@contoso.example"),
            named(2, "ServicePrincipal", app),
            named(3, "ServicePrincipal", "deploy"),
            named(4, "Group", "Team"),
            named(5, "User", "other@contoso.example"),
            named(6, "Group", app),
            named(7, "User", "six@contoso.example"),
        ]),
        json!([
            {"id": person(5), "displayName": "Ben", "userPrincipalName": "ben@contoso.example",
                "@odata.type": "#microsoft.graph.user"},
            {"id": person(7), "displayName": "Six", "@odata.type": "#microsoft.graph.user"},
        ]),
    ]);
    let info = |number: usize| {
        let ix = tenant.principal(person(number).parse().expect("an id")).expect("known");
        let info = &tenant.infos[ix.row()];
        let text = |text: &Option<Box<str>>| text.as_deref().unwrap_or("-").to_string();
        let app = info.app_id().map_or_else(|| "-".to_string(), |id| id.to_string());
        [text(&info.user_principal_name), text(&info.display_name), app].join(" ")
    };
    assert_eq!(info(1), "ada@contoso.example - -");
    assert_eq!(info(2), format!("- - {app}"));
    assert_eq!(info(3), "- deploy -");
    assert_eq!(info(4), "- Team -");
    assert_eq!(info(5), "ben@contoso.example Ben -");
    assert_eq!(info(6), format!("- {app} -"), "only of an application it is an id");
    assert_eq!(info(7), "- Six -", "what the directory says stands alone");
}

#[test]
fn a_subscription_without_assignments_is_named_once() {
    let other = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000002";
    let tenant = tenant(&[
        json!([held(1, &person(1), "User", READER, &format!("{SUBSCRIPTION}/resourceGroups/rg"))]),
        json!([
            {"id": SUBSCRIPTION, "subscriptionId": &SUBSCRIPTION[15..], "displayName": "one",
                "state": "Enabled", "tenantId": person(9)},
            {"id": other, "subscriptionId": &other[15..], "displayName": "two",
                "state": "Enabled", "tenantId": person(9)},
        ]),
    ]);
    let codes =
        tenant.notices().iter().filter(|one| one.code == "subscription-without-assignments");
    let told: Vec<&str> = codes.map(|one| one.message.as_str()).collect();
    assert_eq!(told, ["subscription two has no role assignment of its own in the export"]);
    assert_eq!(tenant.directories(), [person(9).parse().expect("an id")]);
}

/// Two subscriptions below a management group, a third of which nobody says where it stands.
fn hierarchy() -> Tenant {
    let placed = |id: &str| json!({"id": id, "name": &id[15..], "type": "/subscriptions", "displayName": &id[15..]});
    let root = "/providers/Microsoft.Management/managementGroups/root";
    let tree = json!({"id": root, "name": "root", "displayName": "root",
        "type": "Microsoft.Management/managementGroups", "details": {"parent": null},
        "children": [{"id": GROUP, "name": "contoso", "displayName": "contoso",
            "type": "Microsoft.Management/managementGroups",
            "children": [placed(SUBSCRIPTION), placed(OTHER)]}]});
    let listed = json!([{"id": STRAY, "subscriptionId": &STRAY[15..], "displayName": "stray",
        "state": "Enabled"}]);
    let below = format!("{STRAY}/resourceGroups/rg");
    tenant(&[tree, listed, json!([held(1, &person(1), "User", READER, &below)])])
}

const OTHER: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000002";
const STRAY: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000003";

#[test]
fn a_scope_floats_where_nobody_says_what_stands_above() {
    let tenant = hierarchy();
    let scope = |text: &str| Scope::new(text).expect("a scope");
    let floats = |text: &str| tenant.scopes.locate(&scope(text), true).floating;
    for text in [SUBSCRIPTION, OTHER, GROUP, "/", &format!("{SUBSCRIPTION}/resourceGroups/new")] {
        assert!(!floats(text), "{text}");
    }
    let unlisted = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000009";
    let group = "/providers/Microsoft.Management/managementGroups/other";
    for text in [
        STRAY.to_string(),
        format!("{STRAY}/resourceGroups/rg"),
        format!("{STRAY}/resourceGroups/new"),
        unlisted.to_string(),
        format!("{unlisted}/resourceGroups/rg"),
        group.to_string(),
    ] {
        assert!(floats(&text), "{text}");
        let closed = tenant.scopes.locate(&scope(&text), false).floating;
        assert_eq!(closed, text.starts_with(STRAY), "{text}");
    }
    // What has no subscription stands at the root itself.
    assert!(!floats("/providers/Microsoft.Capacity/reservationOrders/order"));
    let ix = |text: &str| tenant.scope(&scope(text)).expect("listed");
    assert_eq!(tenant.scopes.floating().collect::<Vec<_>>(), [ix(STRAY)]);
    // Only a management group may stand above, only of what floats, and only where it does not already.
    let above = |group: &str, text: &str| {
        tenant.scopes.may_stand_above(ix(group), tenant.scopes.locate(&scope(text), true))
    };
    let below = format!("{STRAY}/resourceGroups/rg");
    for (group, text, expected) in [
        (GROUP, STRAY, true),
        (GROUP, &below, true),
        (GROUP, unlisted, true),
        (GROUP, SUBSCRIPTION, false),
        (SUBSCRIPTION, STRAY, false),
        (STRAY, &below, false),
        ("/", STRAY, false),
    ] {
        assert_eq!(above(group, text), expected, "{group} above {text}");
    }
}

/// Of two groups without a parent each may stand above the other, but not one above itself or above what
/// stands above it.
#[test]
fn no_group_may_stand_above_what_it_stands_below() {
    let group = |name: &str| format!("/providers/Microsoft.Management/managementGroups/{name}");
    let tree = |name: &str, child: &str| {
        json!({"id": group(name), "name": name, "displayName": name,
            "type": "Microsoft.Management/managementGroups",
            "children": [{"id": group(child), "name": child, "displayName": child,
                "type": "Microsoft.Management/managementGroups", "children": []}]})
    };
    let tenant = tenant(&[tree("one", "inner"), tree("two", "other")]);
    let place =
        |name: &str| tenant.scopes.locate(&Scope::new(&group(name)).expect("a scope"), true);
    let above =
        |name: &str, below: &str| tenant.scopes.may_stand_above(place(name).at, place(below));
    assert!(place("one").floating && place("inner").floating);
    assert_eq!([above("two", "one"), above("two", "inner"), above("other", "inner")], [true; 3]);
    assert_eq!([above("one", "one"), above("inner", "one"), above("one", "inner")], [false; 3]);
}

#[test]
fn a_path_tells_most_other_scopes_apart() {
    let list: Vec<Value> = (0..400)
        .map(|number| {
            let scope = format!("{SUBSCRIPTION}/resourceGroups/rg{number}");
            held(number, &person(1), "User", READER, &scope)
        })
        .collect();
    let tenant = tenant(&[json!(list)]);
    let from = Scope::new(&format!("{SUBSCRIPTION}/resourceGroups/rg7")).expect("a scope");
    let mut path = Path::empty();
    let at = tenant.scope(&from).expect("listed");
    tenant.scopes.follow(at, &mut path);
    assert_eq!(path.upwards().count(), 3);
    let all = (0..tenant.scopes.len()).map(|row| ScopeIx(u32::try_from(row).expect("few")));
    let passed: Vec<ScopeIx> = all.filter(|ix| path.may_hold(*ix) == 1).collect();
    assert!(path.upwards().all(|ix| passed.contains(&ix)));
    assert!(passed.len() < 20, "of 402 scopes {} pass for one of three", passed.len());
}
