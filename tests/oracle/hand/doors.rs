//! local-auth.md: the two doors, the switch, who may obtain a key.

use serde_json::{Value as Json, json};

use super::super::answer::Truth::{False, True, Unknown};
use super::super::answer::{Access, Outcome};
use super::super::spec::can;
use super::super::spec_doors::access;
use super::super::world::{Lock, Question, Resource, World};
use super::{BLOBS, READ_BLOB, RG, S, ST, ask, ask_data, block, data, deny, role, world};

fn with(
    assignments: &[(&str, &str, &str)],
    id: &str,
    kind: &'static str,
    properties: Option<Json>,
) -> World {
    let mut tenant = world(assignments);
    tenant.resources.push(Resource { id: id.to_ascii_uppercase(), kind, properties });
    tenant
}

fn storage(assignments: &[(&str, &str, &str)], properties: Option<Json>) -> World {
    with(assignments, ST, "Microsoft.Storage/storageAccounts", properties)
}

fn through(world: &World, q: &Question) -> Access {
    access(world, q, can(world, q).outcome)
}

#[test]
fn an_owner_walks_in_with_a_key_until_the_switch_is_set() {
    let read = ask_data(READ_BLOB, &format!("{BLOBS}/containers/c"));
    let owner = [("ann", "owner", S)];
    for (properties, via, state) in [
        (Some(json!({})), "local-auth", Some(True)),
        (Some(json!({"allowSharedKeyAccess": null})), "local-auth", Some(True)),
        (Some(json!({"allowSharedKeyAccess": true})), "local-auth", Some(True)),
        (Some(json!({"allowSharedKeyAccess": false})), "none", Some(False)),
        (None, "none", Some(Unknown)),
    ] {
        let found = through(&storage(&owner, properties.clone()), &read);
        assert_eq!((found.via, found.doors[1].1), (via, state), "{properties:?}");
        assert_eq!(found.doors[0], ("rbac", Some(True), False));
        assert!(found.keys.contains("microsoft.storage/storageaccounts/listkeys/action"));
    }
    // A closed door does not matter to whoever holds the data action; RBAC comes first.
    let both = [("ann", "owner", S), ("ann", "blob-reader", ST)];
    for shared in [true, false] {
        let open = storage(&both, Some(json!({"allowSharedKeyAccess": shared})));
        assert_eq!(through(&open, &read).via, "rbac");
    }
}

#[test]
fn keys_are_obtained_where_they_live() {
    let read = ask_data(READ_BLOB, &format!("{BLOBS}/containers/c"));
    let open = || Some(json!({}));
    // On the account, not on the container; a POST, not a read; not past a ReadOnly lock or a deny.
    let none = |tenant: &World| assert_eq!(through(tenant, &read).effective, Outcome::NotAllowed);
    none(&storage(&[("ann", "owner", &format!("{BLOBS}/containers/c"))], open()));
    none(&storage(&[("ann", "reader", S)], open()));
    let mut locked = storage(&[("ann", "owner", S)], open());
    locked.locks.push(Lock { scope: RG.to_owned(), read_only: true });
    none(&locked);
    locked.locks[0].read_only = false;
    assert_eq!(through(&locked, &read).via, "local-auth");
    locked.denies = vec![deny(ST, block(&["*/action"], &[]), &["ann"], &[])];
    none(&locked);
    locked.denies[0].blocks = vec![data(&["*"], &[])];
    assert_eq!(through(&locked, &read).via, "local-auth", "a deny of data actions binds no key");
    // What only a condition grants, only perhaps opens.
    let mut perhaps = storage(&[("ann", "owner", S)], open());
    perhaps.assignments[0].condition = Some("c".to_owned());
    assert_eq!(through(&perhaps, &read).effective, Outcome::Conditional);
    assert_eq!(
        through(&perhaps, &Question { attributes_complete: true, ..read.clone() }).via,
        "none"
    );
}

#[test]
fn a_key_opens_what_it_covers() {
    let search = format!("{RG}/providers/Microsoft.Search/searchServices/s");
    let mut tenant =
        with(&[("ann", "querier", S)], &search, "Microsoft.Search/searchServices", Some(json!({})));
    let keys = block(&["Microsoft.Search/searchServices/listQueryKeys/action"], &[]);
    tenant.roles.push(role("querier", &[keys, data(&["*"], &[])]));
    let documents = |verb: &str| {
        ask_data(&format!("Microsoft.Search/searchServices/indexes/documents/{verb}"), &search)
    };
    // Roles do not count there until a property says so.
    assert_eq!(through(&tenant, &documents("read")).via, "local-auth");
    let write = through(&tenant, &documents("write"));
    assert_eq!((write.via, write.doors[0]), ("none", ("rbac", Some(False), False)));
    tenant.resources[0].properties = Some(json!({"authOptions": {"aadOrApiKey": {}}}));
    assert_eq!(through(&tenant, &documents("write")).via, "rbac");
    // A key of one queue opens that queue.
    let bus = format!("{RG}/providers/Microsoft.ServiceBus/namespaces/b");
    let (q, other) = (format!("{bus}/queues/q"), format!("{bus}/queues/q2"));
    let tenant =
        with(&[("ann", "owner", &q)], &bus, "Microsoft.ServiceBus/namespaces", Some(json!({})));
    let send =
        |scope: &str| ask_data("Microsoft.ServiceBus/namespaces/messages/send/action", scope);
    assert_eq!(
        (through(&tenant, &send(&q)).via, through(&tenant, &send(&other)).via),
        ("local-auth", "none")
    );
    // Sources disagree whether a read hands out this one.
    let logs = format!("{RG}/providers/Microsoft.OperationalInsights/workspaces/w");
    let tenant = with(
        &[("ann", "reader", S)],
        &logs,
        "Microsoft.OperationalInsights/workspaces",
        Some(json!({})),
    );
    let ingest = ask_data("Microsoft.OperationalInsights/workspaces/tables/data/write", &logs);
    assert_eq!(through(&tenant, &ingest).effective, Outcome::Conditional);
    // The control plane has one door, and so has what has no others.
    let list = ask("Microsoft.Storage/storageAccounts/listKeys/action", ST);
    assert_eq!(through(&world(&[("ann", "owner", S)]), &list).via, "rbac");
    assert!(through(&tenant, &ask_data(READ_BLOB, RG)).doors.is_empty());
}
