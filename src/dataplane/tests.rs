//! What the doors of one resource rest on, where no answer shows it alone.

use super::closing::closed;
use super::keeping::beside;
use super::keys::method;
use super::place::Place;
use super::walk::switch_scopes;
use crate::catalog::Catalog;
use crate::catalog::local_auth::{LocalAuthCatalog, LockEffect, ResourceType, facts_of};
use crate::decide::Method;
use crate::ident::{Operation, Scope};
use crate::model::Facts;
use crate::tenant::Tenant;
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
