//! Doors on their corpus: every scenario of `tests/corpus/local-auth`, asked at every door.

use azrbac::catalog::Catalog;
use azrbac::condition::Attributes;
use azrbac::dataplane::{Access, DoorState, Effective, Via, access, audit, plan};
use azrbac::decide::{Decision, Request, can};
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::model::{Facts, World};
use azrbac::tenant::Tenant;
use serde_json::Value;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Scenario {
    name: String,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "basis")]
    _basis: String,
    #[serde(rename = "why")]
    _why: String,
    catalog: String,
    tenant: serde_json::Map<String, Value>,
    checks: Vec<Check>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Check {
    #[serde(default)]
    name: String,
    principal: Guid2,
    operation: String,
    scope: String,
    plane: String,
    expect: String,
    expect_via: String,
}

struct Guid2(Guid);

impl<'de> serde::Deserialize<'de> for Guid2 {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Guid2, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map(Guid2).map_err(serde::de::Error::custom)
    }
}

fn tenant(lists: &serde_json::Map<String, Value>, catalog: &str, world: World) -> Tenant {
    let mut facts = Facts::default();
    for (name, list) in lists {
        let text = serde_json::json!({ "value": list }).to_string();
        azrbac::ingest::read(&mut facts, name, text.as_bytes());
    }
    assert!(facts.errors.is_empty(), "{:?}", facts.errors);
    facts.world = world;
    Tenant::build(facts, &Catalog::of_date(catalog).expect("a date"))
}

fn ask(
    tenant: &Tenant,
    who: Guid,
    operation: &str,
    plane: Plane,
    scope: &str,
) -> (Decision, Access) {
    let operation = Operation::new(operation).expect(operation);
    let scope = Scope::new(scope).expect(scope);
    let attributes = Attributes::default();
    let mut request = Request::new(who, &operation, plane, &scope, &attributes);
    request.attributes_complete = true;
    let decision = can(tenant, &request);
    let access = access(tenant, &request, &decision);
    (decision, access)
}

#[test]
fn the_corpus_passes() {
    let mut files: Vec<_> = std::fs::read_dir("tests/corpus/local-auth")
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| !path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("story")))
        .collect();
    files.sort();
    assert!(files.len() >= 34, "{}", files.len());
    let (mut checks, mut failures) = (0, Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file).expect("readable");
        let scenarios: Vec<Scenario> = if text.trim_start().starts_with('[') {
            serde_json::from_str(&text)
        } else {
            serde_json::from_str(&text).map(|one| vec![one])
        }
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for scenario in scenarios {
            let tenant = tenant(&scenario.tenant, &scenario.catalog, World::Closed);
            for check in scenario.checks {
                let plane = if check.plane == "data" { Plane::Data } else { Plane::Control };
                let (decision, access) =
                    ask(&tenant, check.principal.0, &check.operation, plane, &check.scope);
                checks += 1;
                let sentence = access.doors.as_ref().map_or("", |doors| &*doors.sentence);
                println!("{} {}\n    {sentence}", scenario.name, check.name);
                let actual = (decision.outcome.as_str(), access.via.as_str());
                if actual != (&*check.expect, &*check.expect_via) {
                    failures.push(format!(
                        "{} {}: {actual:?} is not {} via {}: {:#?}",
                        scenario.name, check.name, check.expect, check.expect_via, access.doors
                    ));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of {checks}\n{}", failures.len(), failures.join("\n"));
    assert!(checks >= 63, "{checks}");
}

const SUBSCRIPTION: &str = "/subscriptions/22222222-2222-4222-8222-222222222222";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const BLOB_READER: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";

fn id(number: u32) -> String {
    format!("10000000-0000-4000-8000-{number:012}")
}

fn assignment(number: u32, kind: &str, role: &str, scope: &str) -> Value {
    serde_json::json!({
        "principalId": id(number), "principalType": kind, "scope": scope,
        "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{role}"),
    })
}

fn lists(value: Value) -> serde_json::Map<String, Value> {
    match value {
        Value::Object(lists) => lists,
        other => panic!("{other} is no tenant"),
    }
}

fn resource(id: &str, properties: Value) -> Value {
    let kind = Scope::new(id).expect(id).resource_type().expect(id);
    serde_json::json!({"id": id, "type": kind, "properties": properties})
}

fn provider(kind: &str) -> String {
    format!("{SUBSCRIPTION}/resourceGroups/rg/providers/{kind}")
}

/// 1 is Owner, 2 is Contributor through the group 9, 3 reads blobs and is in the group too, 4 is Reader.
fn audited() -> Tenant {
    let storage = provider("Microsoft.Storage/storageAccounts/st");
    let search = provider("Microsoft.Search/searchServices/find");
    let cosmos = provider("Microsoft.DocumentDB/databaseAccounts/db");
    let shut = provider("Microsoft.CognitiveServices/accounts/shut");
    tenant(
        &lists(serde_json::json!({
            "roleAssignments": [
                assignment(1, "User", OWNER, SUBSCRIPTION),
                assignment(9, "Group", CONTRIBUTOR, &format!("{SUBSCRIPTION}/resourceGroups/rg")),
                assignment(3, "User", BLOB_READER, &storage),
                assignment(4, "User", READER, SUBSCRIPTION),
            ],
            "users": [{"id": id(1)}, {"id": id(2)}, {"id": id(3)}, {"id": id(4)}],
            "groups": [{"id": id(9), "displayName": "team", "members": [id(2), id(3)]}],
            "resources": [
                resource(&storage, serde_json::json!({})),
                resource(&search, serde_json::json!({})),
                resource(&cosmos, serde_json::json!({})),
                resource(&shut, serde_json::json!({"disableLocalAuth": true})),
            ],
        })),
        "2026-08-22",
        World::Closed,
    )
}

/// Short names of the principals of [`audited`].
fn who(tenant: &Tenant, all: &[azrbac::dataplane::Standing]) -> Vec<(u128, &'static str)> {
    all.iter()
        .map(|one| (tenant.principal_id(one.principal).0 & 0xf, one.certain.as_str()))
        .collect()
}

#[test]
fn an_audit_names_holders_reopeners_and_losers() {
    let tenant = audited();
    let found = audit(&tenant, None);
    let of = |leaf: &str| found.iter().find(|one| one.resource.leaf() == leaf).expect(leaf);
    assert_eq!(found.len(), 4);

    // The switch is closed: nobody holds a key or loses one, three may open it again.
    let shut = of("shut");
    assert_eq!((shut.state, shut.holders.len(), shut.stakes.len()), (DoorState::Closed, 0, 0));
    assert_eq!(who(&tenant, &shut.reopeners), [(1, "true"), (2, "true"), (3, "true")]);

    // A key, and a read-only key of which sources disagree whether a Reader gets it.
    let cosmos = of("db");
    assert_eq!(
        who(&tenant, &cosmos.holders),
        [(1, "true"), (2, "true"), (3, "true"), (4, "unknown")]
    );
    // No Azure role opens Cosmos DB, so there is nothing to assign and something to say.
    assert!(cosmos.stakes.iter().all(|stake| stake.roles.is_empty() && stake.entirely));
    let nothing = plan(&tenant, cosmos);
    assert_eq!((nothing.assignments.len(), nothing.notes.len()), (0, 4));

    // The group holds the key, so the group gets the role.
    let search = plan(&tenant, of("find"));
    let made: Vec<(u128, &str)> = search
        .assignments
        .iter()
        .map(|made| (tenant.principal_id(made.principal).0 & 0xf, &*made.role_name))
        .collect();
    assert_eq!(made, [(1, "Search Index Data Contributor"), (9, "Search Index Data Contributor")]);
    assert_eq!(
        search.assignments[1].command,
        format!(
            "az role assignment create --assignee-object-id {} --assignee-principal-type Group \
             --role \"Search Index Data Contributor\" --scope \"{}\"",
            id(9),
            provider("Microsoft.Search/searchServices/find")
        )
    );

    // Who reads blobs by role keeps that and loses the rest.
    let storage = of("st");
    let entirely: Vec<bool> = storage.stakes.iter().map(|stake| stake.entirely).collect();
    assert_eq!(entirely, [true, true, false]);
    let read = "microsoft.storage/storageaccounts/blobservices/containers/blobs/read";
    let loses = |at: usize| storage.stakes[at].loses.iter().any(|one| one.folded() == read);
    assert_eq!((loses(0), loses(2)), (true, false));
    assert!(storage.stakes.iter().all(|stake| stake.uncovered.is_empty()));
    assert_eq!(storage.stakes[0].roles[0].name, "Storage Blob Data Owner");
}

#[test]
fn a_read_only_key_asks_for_a_reader_role() {
    let search = provider("Microsoft.Search/searchServices/find");
    let tenant = tenant(
        &lists(serde_json::json!({
            "roleDefinitions": [{
                "id": "/providers/Microsoft.Authorization/roleDefinitions/30000000-0000-4000-8000-000000000001",
                "properties": {"roleName": "Query keys", "type": "CustomRole", "permissions": [
                    {"actions": ["Microsoft.Search/searchServices/listQueryKeys/action"]}]},
            }],
            "roleAssignments": [
                assignment(1, "User", "30000000-0000-4000-8000-000000000001", &search)],
            "resources": [resource(&search, serde_json::json!({}))],
        })),
        "2026-08-22",
        World::Closed,
    );
    let found = audit(&tenant, None);
    let names: Vec<&str> = found[0].stakes[0].roles.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(names, ["Search Index Data Reader"]);
}

#[test]
fn properties_that_no_source_gives_leave_the_door_unknown() {
    let account = provider("Microsoft.CognitiveServices/accounts/ai");
    let chat = "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action";
    for resources in [
        serde_json::json!([]),
        serde_json::json!([{"id": account, "type": "Microsoft.CognitiveServices/accounts"}]),
        serde_json::json!([resource(&account, Value::Null)]),
    ] {
        for world in [World::Closed, World::Open] {
            let tenant = tenant(
                &lists(serde_json::json!({
                    "roleAssignments": [
                        assignment(1, "User", OWNER, SUBSCRIPTION),
                        assignment(4, "User", READER, SUBSCRIPTION)],
                    "resources": resources,
                })),
                "2026-08-22",
                world,
            );
            let (_, access) =
                ask(&tenant, id(1).parse().expect("an id"), chat, Plane::Data, &account);
            let doors = access.doors.expect("it has doors");
            assert_eq!(access.effective, Effective::Conditional);
            assert_eq!(doors.local_auth.state, DoorState::Unknown);
            assert_eq!(
                doors.decided_by,
                [format!(
                    "`properties.disableLocalAuth` of {account}: \
                     az resource show --ids \"{account}\" -o json > resource.json"
                )]
            );
            assert_eq!(access.gaps.len(), 1, "{:?}", access.gaps);
            // Whoever may not list keys is refused whatever the switch says.
            let (_, access) =
                ask(&tenant, id(4).parse().expect("an id"), chat, Plane::Data, &account);
            assert_eq!(access.effective, Effective::NotAllowed);
        }
    }
}

#[test]
fn access_policies_let_in_whom_they_name_and_his_group() {
    let vault = provider("Microsoft.KeyVault/vaults/kv");
    let policies = |mode: bool| {
        serde_json::json!({"enableRbacAuthorization": mode, "accessPolicies": [
            {"objectId": id(1), "permissions": {"secrets": ["Get"]}},
            {"objectId": id(9), "permissions": {"secrets": ["all"], "keys": ["list"]}},
        ]})
    };
    for mode in [false, true] {
        let tenant = tenant(
            &lists(serde_json::json!({
                "users": [{"id": id(1)}, {"id": id(2)}],
                "groups": [{"id": id(9), "members": [id(2)]}],
                "resources": [resource(&vault, policies(mode))],
            })),
            "2026-08-22",
            World::Closed,
        );
        let check = |number: u32, operation: &str, expected: Via| {
            let operation = format!("Microsoft.KeyVault/vaults/{operation}");
            let who = id(number).parse().expect("an id");
            let (_, access) = ask(&tenant, who, &operation, Plane::Data, &vault);
            let expected = if mode { Via::None } else { expected };
            assert_eq!(access.via, expected, "{number} {operation} {mode}");
        };
        check(1, "secrets/getSecret/action", Via::Native);
        check(1, "secrets/setSecret/action", Via::None);
        check(2, "secrets/setSecret/action", Via::Native);
        check(2, "secrets/purge/action", Via::None);
        check(2, "keys/read", Via::None);
        check(3, "secrets/getSecret/action", Via::None);
    }
}

#[test]
fn a_role_system_that_no_export_shows_is_unknown_in_a_snapshot() {
    let cosmos = provider("Microsoft.DocumentDB/databaseAccounts/db");
    let read = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read";
    let given = lists(serde_json::json!({
        "resources": [resource(&cosmos, serde_json::json!({"disableLocalAuth": true}))],
    }));
    for (world, effective, state) in [
        (World::Closed, Effective::NotAllowed, DoorState::None),
        (World::Open, Effective::Conditional, DoorState::Unknown),
    ] {
        let tenant = tenant(&given, "2026-08-22", world);
        let (_, access) = ask(&tenant, id(1).parse().expect("an id"), read, Plane::Data, &cosmos);
        assert_eq!(access.effective, effective);
        assert_eq!(access.doors.expect("it has doors").native.state, state);
    }
}
