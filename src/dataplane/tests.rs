//! What the doors of one resource rest on, where no answer shows it alone.

use super::closing::closed;
use super::keeping::beside;
use super::keys::method;
use super::native::vault;
use super::place::{Missing, Place};
use super::walk::switch_scopes;
use super::{AccessRegion, Effective, Via, WhereAccess, audit, door_states, where_access};
use crate::catalog::Catalog;
use crate::catalog::local_auth::{
    DoorState, KeyAction, LocalAuthCatalog, LockEffect, ResourceType, facts_of,
};
use crate::condition::Attributes;
use crate::decide::{Covers, Method, Outcome, Request};
use crate::ident::{Operation, Plane, Scope, Timestamp};
use crate::model::Facts;
use crate::tenant::{ScopeIx, Tenant};
use crate::truth::Truth;
use serde_json::{Value, json};

const GROUP: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg";

fn tenant(resources: &[Value]) -> Tenant {
    let mut facts = Facts::default();
    let text = json!(resources).to_string();
    crate::ingest::read(&mut facts, "resources.json", text.as_bytes());
    assert!(facts.errors.is_empty(), "{:?}", facts.errors);
    Tenant::build(facts, &Catalog::newest())
}

fn resource(kind: &str, name: &str, properties: Value) -> Value {
    let id = format!("{GROUP}/providers/{kind}/{name}");
    json!({"id": id, "name": name, "type": kind, "properties": properties, "location": "x"})
}

fn place<'t>(tenant: &'t Tenant, kind: &str, name: &str) -> Place<'t> {
    let resource = Scope::new(&format!("{GROUP}/providers/{kind}/{name}")).expect("a scope");
    let facts = facts_of(&kind.to_ascii_lowercase());
    assert!(!facts.is_empty(), "{kind}");
    Place { tenant, resource, facts, instead: None }
}

#[test]
fn closing_a_switch_leaves_what_else_is_set() {
    let kind = "Microsoft.Storage/storageAccounts";
    let tenant =
        tenant(&[resource(kind, "a", json!({"allowSharedKeyAccess": true, "tier": "Hot"}))]);
    let shut = closed(&place(&tenant, kind, "a")).instead.expect("properties");
    assert_eq!((&shut["allowSharedKeyAccess"], &shut["tier"]), (&json!(false), &json!("Hot")));
    let unknown = closed(&place(&tenant, kind, "b")).instead.expect("properties");
    assert_eq!((&unknown["allowSharedKeyAccess"], unknown.get("tier")), (&json!(false), None));
}

#[test]
fn other_role_systems_are_beside_the_roles() {
    let tenant = tenant(&[]);
    let of = |kind: &str, operation: &str| {
        beside(&place(&tenant, kind, "a"), &Operation::new(operation).expect("an operation"))
    };
    let vault = "Microsoft.KeyVault/vaults";
    assert!(of(vault, "Microsoft.KeyVault/vaults/secrets/getSecret/action"));
    let batch = "Microsoft.Batch/batchAccounts";
    assert!(of(batch, "Microsoft.Batch/batchAccounts/jobs/read"));
    assert!(!of(batch, "Microsoft.Compute/virtualMachines/read"));
    let storage = "Microsoft.Storage/storageAccounts";
    assert!(!of(storage, "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"));
}

/// A key that passes a lock is called like a read, and one that a lock blocks never is.
#[test]
fn the_method_of_a_key_does_what_its_lock_does() {
    let mut seen = [0; 3];
    for record in LocalAuthCatalog::embedded().all() {
        for key in record.expect("it is whole").keys {
            let own = Method::of(&key.operation);
            let called = method(&key).unwrap_or(own);
            let passes = matches!(called, Method::Get | Method::Head);
            assert_eq!(passes, key.lock == LockEffect::Passes, "{}", key.operation);
            let kind = match (passes, own == Method::Get) {
                (true, _) => 0,
                (false, true) => 1,
                (false, false) => 2,
            };
            seen[kind] += 1;
            if kind == 2 {
                assert_eq!(method(&key), None, "{}", key.operation);
            }
        }
    }
    assert!(seen[0] > 0 && seen[2] > 0, "{seen:?}");
    // Each of both with an operation of its own and one of the other kind.
    let any =
        LocalAuthCatalog::embedded().all().flatten().find_map(|facts| facts.keys.first().cloned());
    let key = |lock, operation: &str| KeyAction {
        lock,
        operation: Operation::new(operation).expect("an operation"),
        ..any.clone().expect("a key")
    };
    for (lock, operation, expected) in [
        (LockEffect::Passes, "a/b/read", Some(Method::Get)),
        (LockEffect::Passes, "a/b/listKeys/action", Some(Method::Get)),
        (LockEffect::Blocks, "a/b/read", Some(Method::Post)),
        (LockEffect::Blocks, "a/b/listKeys/action", None),
    ] {
        assert_eq!(method(&key(lock, operation)), expected, "{lock:?} {operation}");
    }
}

/// Whom the policies of a vault name, with what, and what is missing to know it better.
#[test]
fn the_policies_of_a_vault_admit_whom_they_name() {
    const ANN: &str = "10000000-0000-4000-8000-000000000001";
    let kind = "Microsoft.KeyVault/vaults";
    let policy = |application: Value| json!({"objectId": ANN, "applicationId": application, "permissions": {"secrets": ["get"]}});
    let vault_of =
        |entries: &[Value]| tenant(&[resource(kind, "v", json!({"accessPolicies": entries}))]);
    let asked = |tenant: &Tenant, when: Truth, name: &str| {
        let place = place(tenant, kind, name);
        let operation = Operation::new("Microsoft.KeyVault/vaults/secrets/getSecret/action")
            .expect("an operation");
        let attributes = Attributes::default();
        let who = ANN.parse().expect("an id");
        let request = Request::new(who, &operation, Plane::Data, &place.resource, &attributes);
        let wants = Missing {
            resource: place.resource.clone(),
            what: "a property".to_string(),
            command: "a command".to_string(),
        };
        let (door, missing) = vault(&place, &place.facts[0], &request, when, vec![wants]);
        (door.state, door.admits, missing.len())
    };
    let none = vault_of(&[]);
    let named = vault_of(&[policy(Value::Null)]);
    let compound = vault_of(&[policy(json!("20000000-0000-4000-8000-000000000001"))]);
    let (open, unknown) = (DoorState::Open, DoorState::Unknown);
    for (tenant, when, expected) in [
        (&named, Truth::True, (open, Truth::True, 0)),
        (&named, Truth::Unknown, (unknown, Truth::Unknown, 1)),
        (&compound, Truth::True, (open, Truth::Unknown, 0)),
        (&none, Truth::True, (open, Truth::False, 0)),
        // Whom no policy names, nothing that is missing would let in.
        (&none, Truth::Unknown, (unknown, Truth::False, 0)),
    ] {
        assert_eq!(asked(tenant, when, "v"), expected, "{when:?}");
    }
    // Of a vault that nobody described the policies are missing too.
    assert_eq!(asked(&none, Truth::Unknown, "w"), (unknown, Truth::Unknown, 2));
}

/// Where access hangs on something unknown that is told, once, and where it does not nothing is.
#[test]
fn what_a_list_of_places_hangs_on_is_told_once() {
    const ANN: &str = "10000000-0000-4000-8000-000000000001";
    const TEAM: &str = "20000000-0000-4000-8000-000000000001";
    const BLOBS: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
    let kind = "Microsoft.Storage/storageAccounts";
    let held = |who: &str, of: &str| {
        json!({
            "id": format!("{GROUP}/providers/Microsoft.Authorization/roleAssignments/52000000-0000-4000-8000-000000000001"),
            "principalId": who, "principalType": of, "scope": GROUP,
            "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{BLOBS}"),
            "type": "Microsoft.Authorization/roleAssignments",
        })
    };
    let shut = json!({"allowSharedKeyAccess": false});
    let told = |assigned: Value| {
        let tenant = tenant(&[
            resource(kind, "a", shut.clone()),
            resource(kind, "b", shut.clone()),
            assigned,
        ]);
        let operation = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
        let operation = Operation::new(operation).expect("an operation");
        let (root, attributes) = (Scope::root(), Attributes::default());
        let who = ANN.parse().expect("an id");
        let request = Request::new(who, &operation, Plane::Data, &root, &attributes);
        let found = where_access(&tenant, &request);
        let codes: Vec<&str> = found.gaps.iter().map(|gap| gap.code).collect();
        (found.regions.iter().map(|region| region.effective).collect::<Vec<_>>(), codes)
    };
    let (regions, gaps) = told(held(ANN, "User"));
    assert!(regions.iter().all(|one| *one == Effective::Allowed), "{regions:?}");
    assert!(!regions.is_empty() && gaps.is_empty(), "{gaps:?}");
    let (regions, gaps) = told(held(TEAM, "Group"));
    assert!(regions.contains(&Effective::Conditional), "{regions:?}");
    assert_eq!(gaps.iter().filter(|code| **code == "unknown-members").count(), 1, "{gaps:?}");
}

#[test]
fn switches_are_written_on_the_resource_and_on_the_children_that_carry_one() {
    let tenant = tenant(&[]);
    let mut children = 0;
    for record in LocalAuthCatalog::embedded().all() {
        let facts = record.expect("it is whole");
        let kind = facts.resource_type.to_string();
        // A type that is a child itself stands below others.
        if kind.matches('/').count() > 1 {
            continue;
        }
        let place = place(&tenant, &kind, "a");
        let found = switch_scopes(&place, &facts);
        let on = |scope: &Scope| scope.resource_type().expect("a resource").to_ascii_lowercase();
        let mut types: Vec<String> = found.iter().map(on).collect();
        let mut wanted: Vec<String> =
            facts.switches.iter().map(|switch| switch.on.folded().to_string()).collect();
        wanted.push(kind.to_ascii_lowercase());
        for list in [&mut types, &mut wanted] {
            list.sort_unstable();
            list.dedup();
        }
        assert_eq!(types, wanted, "{kind}");
        for switch in facts.switches.iter().filter(|switch| switch.on != facts.resource_type) {
            children += 1;
            let name = switch.child.as_deref().filter(|name| *name != "*").unwrap_or("(any)");
            let is_it = |scope: &Scope| {
                on(scope) == switch.on.folded() && scope.leaf().eq_ignore_ascii_case(name)
            };
            assert!(found.iter().any(is_it), "{kind} {name}: {found:?}");
        }
    }
    assert!(children > 0);
}

#[test]
fn children_are_those_of_the_resource_and_of_no_other() {
    let kind = "Microsoft.Storage/storageAccounts";
    let child = |account: &str| {
        let id = format!("{GROUP}/providers/{kind}/{account}/fileServices/default");
        json!({"id": id, "name": "default", "type": format!("{kind}/fileServices"), "properties": {}})
    };
    let tenant = tenant(&[
        resource(kind, "a", json!({})),
        resource(kind, "b", json!({})),
        resource(kind, "c", json!({})),
        child("a"),
        child("b"),
        child("c"),
    ]);
    let services =
        ResourceType::new("Microsoft.Storage/storageAccounts/fileServices").expect("a type");
    let accounts = ResourceType::new(kind).expect("a type");
    for name in ["a", "b", "c"] {
        let place = place(&tenant, kind, name);
        let below = |kind: &ResourceType| -> Vec<String> {
            place.children(kind).map(|at| tenant.scope_text(at).text().to_string()).collect()
        };
        assert_eq!(
            below(&services),
            [format!("{GROUP}/providers/{kind}/{name}/fileServices/default")]
        );
        assert!(below(&accounts).is_empty(), "it is not its own child");
    }
}

const STORAGE: &str = "Microsoft.Storage/storageAccounts";
/// It may read keys.
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

/// An assignment of a built-in role to the principal of a number.
fn assigned(number: usize, of: &str, role: &str, scope: &str) -> Value {
    json!({
        "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{number:08}-0000-4000-8000-000000000002"),
        "principalId": numbered(number), "principalType": of, "scope": scope,
        "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{role}"),
        "type": "Microsoft.Authorization/roleAssignments",
    })
}

fn numbered(number: usize) -> String {
    format!("{number:08}-0000-4000-8000-000000000001")
}

/// Who holds a key of the account `a`, with how sure that is.
fn key_holders(tenant: &Tenant, at: Option<Timestamp>) -> Vec<(String, Truth)> {
    let doors = audit(tenant, at);
    let account = doors.iter().find(|doors| doors.resource.leaf() == "a").expect("the account");
    let who = |principal| tenant.principal_id(principal).to_string();
    account.holders.iter().map(|one| (who(one.principal), one.certain)).collect()
}

#[test]
fn everybody_with_a_key_is_told_wherever_the_role_is_assigned() {
    let subscription = GROUP.split("/resourceGroups").next().expect("a subscription");
    let other = format!("{subscription}/resourceGroups/other");
    let account = |group: &str, name: &str| format!("{group}/providers/{STORAGE}/{name}");
    let accounts =
        [account(GROUP, "a"), account(GROUP, "b"), account(&other, "c"), account(&other, "d")];
    let mut given: Vec<Value> = accounts
        .iter()
        .map(|id| {
            json!({"id": id, "name": &id[id.len() - 1..], "type": STORAGE,
                "properties": {"allowSharedKeyAccess": true}})
        })
        .collect();
    let scopes = [&[subscription.to_string(), GROUP.to_string(), other][..], &accounts].concat();
    for (number, scope) in scopes.iter().enumerate() {
        given.push(assigned(number, "User", CONTRIBUTOR, scope));
        given.push(assigned(number + 50, "User", READER, scope));
    }
    let tenant = tenant(&given);
    let doors = audit(&tenant, None);
    assert_eq!(doors.len(), accounts.len());
    for found in doors {
        let holders: Vec<String> = found
            .holders
            .iter()
            .map(|one| tenant.principal_id(one.principal).to_string())
            .collect();
        let above = |scope: &String| found.resource.text().starts_with(scope.as_str());
        let expected: Vec<String> =
            (0..scopes.len()).filter(|at| above(&scopes[*at])).map(numbered).collect();
        assert_eq!(holders, expected, "{}", found.resource);
    }
    // One at the root alone.
    let account = resource(STORAGE, "a", json!({"allowSharedKeyAccess": true}));
    let tenant = self::tenant(&[account, assigned(1, "User", CONTRIBUTOR, "/")]);
    assert_eq!(key_holders(&tenant, None), [(numbered(1), Truth::True)]);
}

/// A group stands for people whom nobody listed, not for nobody.
#[test]
fn a_group_holds_a_key_only_where_its_members_are_not_known() {
    let group = |members: Option<Value>| {
        let mut group = json!({"id": numbered(1), "displayName": "Team", "securityEnabled": true});
        if let Some(members) = members {
            group["members"] = members;
        }
        let account = resource(STORAGE, "a", json!({"allowSharedKeyAccess": true}));
        let mut facts = Facts::default();
        let given = json!([account, assigned(1, "Group", CONTRIBUTOR, GROUP)]).to_string();
        crate::ingest::read(&mut facts, "azure.json", given.as_bytes());
        crate::ingest::read(&mut facts, "groups.json", json!([group]).to_string().as_bytes());
        assert!(facts.errors.is_empty(), "{:?}", facts.errors);
        let tenant = Tenant::build(facts, &Catalog::newest());
        key_holders(&tenant, None).into_iter().map(|(who, _)| who).collect::<Vec<_>>()
    };
    let ann =
        json!({"@odata.type": "#microsoft.graph.user", "id": numbered(2), "displayName": "Ann"});
    assert_eq!(group(None), [numbered(1)]);
    assert_eq!(group(Some(json!([]))), [""; 0]);
    assert_eq!(group(Some(json!([ann]))), [numbered(2)]);
}

#[test]
fn a_list_of_doors_tells_what_an_unknown_state_hangs_on() {
    let bare =
        json!({"id": format!("{GROUP}/providers/{STORAGE}/a"), "name": "a", "type": STORAGE});
    let of = |account: Value| {
        let found = door_states(&tenant(&[account])).remove(0);
        (found.state, found.decided_by)
    };
    let (state, decided_by) = of(bare);
    assert_eq!(state, DoorState::Unknown);
    assert!(!decided_by.is_empty() && decided_by.is_sorted(), "{decided_by:?}");
    assert!(decided_by.windows(2).all(|two| two[0] != two[1]), "{decided_by:?}");
    for (open, expected) in [(true, DoorState::Open), (false, DoorState::Closed)] {
        let account = resource(
            STORAGE,
            "a",
            json!({"allowSharedKeyAccess": open, "isLocalUserEnabled": open}),
        );
        assert_eq!(of(account), (expected, Vec::new()));
    }
}

/// Each kind of region says of which scopes it speaks.
#[test]
fn a_region_reaches_what_it_covers() {
    let tenant = tenant(&[resource(STORAGE, "a", json!({})), resource(STORAGE, "b", json!({}))]);
    let at = |scope: &str| tenant.scope(&Scope::new(scope).expect("a scope")).expect("it is named");
    let (group, a) = (at(GROUP), at(&format!("{GROUP}/providers/{STORAGE}/a")));
    let b = at(&format!("{GROUP}/providers/{STORAGE}/b"));
    let listed = |covers, except: &[ScopeIx]| {
        let region = AccessRegion {
            scope: group,
            covers,
            except: except.to_vec(),
            effective: Effective::Allowed,
            via: Via::Rbac,
            rbac: Outcome::Allowed,
            residual: None,
        };
        let where_access = WhereAccess { regions: vec![region], gaps: Vec::new() };
        [group, a, b].map(|scope| where_access.at(&tenant, scope).0 == Effective::Allowed)
    };
    assert_eq!(listed(Covers::Only, &[]), [true, false, false]);
    assert_eq!(listed(Covers::Subtree, &[]), [true, true, true]);
    assert_eq!(listed(Covers::Subtree, &[a]), [true, false, true]);
    assert_eq!(listed(Covers::Below, &[b]), [false, true, false]);
}

#[test]
fn who_holds_a_key_is_judged_at_the_time_of_the_audit() {
    let mut given = assigned(1, "User", CONTRIBUTOR, GROUP);
    given["endDateTime"] = json!("2026-06-01T00:00:00Z");
    let tenant = tenant(&[resource(STORAGE, "a", json!({"allowSharedKeyAccess": true})), given]);
    let at = |time: &str| key_holders(&tenant, Some(time.parse().expect("a time")));
    assert_eq!(at("2026-05-01T00:00:00Z"), [(numbered(1), Truth::True)]);
    assert_eq!(at("2026-07-01T00:00:00Z"), []);
    assert_eq!(key_holders(&tenant, None), [(numbered(1), Truth::Unknown)]);
}
