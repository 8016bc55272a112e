//! Doors on their corpus: every scenario of `tests/corpus/local-auth`, asked at every door.

use azrbac::catalog::Catalog;
use azrbac::condition::Attributes;
use azrbac::dataplane::{Access, DoorState, Effective, Via, access, audit, holders, plan};
use azrbac::decide::{Decision, Outcome, Request, can};
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
    #[serde(rename = "rules")]
    _rules: Vec<String>,
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
#[expect(clippy::disallowed_methods, reason = "a test reads its corpus")]
fn the_corpus_passes() {
    let mut files: Vec<_> = std::fs::read_dir("tests/corpus/local-auth")
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| !path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("story")))
        .collect();
    files.sort();
    assert!(files.len() >= 35, "{}", files.len());
    let (mut checks, mut failures) = (0, Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file).expect("readable");
        let scenarios: Vec<Scenario> = if text.trim_start().starts_with('[') {
            serde_json::from_str(&text)
        } else {
            serde_json::from_str(&text).map(|one| vec![one])
        }
        .expect("a scenario in the form");
        for scenario in scenarios {
            let tenant = tenant(&scenario.tenant, &scenario.catalog, World::Closed);
            for check in scenario.checks {
                let plane = if check.plane == "data" { Plane::Data } else { Plane::Control };
                let (decision, access) =
                    ask(&tenant, check.principal.0, &check.operation, plane, &check.scope);
                checks += 1;
                // What has doors has something to say about them.
                let sentence = access.doors.as_ref().map_or("yes", |doors| &*doors.sentence);
                let word = match access.effective {
                    Effective::Allowed => "yes",
                    Effective::NotAllowed => "no",
                    Effective::Conditional => "it depends",
                };
                assert!(access.doors.is_none() || sentence.starts_with(word), "{sentence}");
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
    assert!(checks >= 65, "{checks}");
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
    value.as_object().expect("lists of a tenant").clone()
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
    assert_eq!((nothing.assignments.len(), nothing.notes.len()), (0, 3));
    // Its own roles do: the contributor's for a key, the reader's for a key that only reads.
    let roles: Vec<&str> = nothing.notes.iter().map(|note| &note[note.len() - 1..]).collect();
    assert_eq!(roles, ["2", "2", "1"]);

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

#[test]
fn the_story_of_the_owner_is_told_in_one_breath() {
    let account = provider("Microsoft.CognitiveServices/accounts/ai");
    let chat = "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action";
    let sentence = |properties: Value| {
        let tenant = tenant(
            &lists(serde_json::json!({
                "roleAssignments": [assignment(1, "User", OWNER, SUBSCRIPTION)],
                "resources": [resource(&account, properties)],
            })),
            "2026-08-22",
            World::Closed,
        );
        let (_, access) = ask(&tenant, id(1).parse().expect("an id"), chat, Plane::Data, &account);
        access.doors.expect("it has doors").sentence
    };
    assert_eq!(
        sentence(serde_json::json!({})),
        "yes, with an API key: Owner may call listKeys and local auth is on; \
         RBAC itself does not allow it (Owner has no dataActions)"
    );
    assert_eq!(
        sentence(serde_json::json!({"disableLocalAuth": true})),
        "no: RBAC does not allow it (Owner has no dataActions), and local auth is off, so listKeys \
         gives nothing; it could switch local auth on again (accounts/write); \
         it could grant itself a role (roleAssignments/write)"
    );
    assert_eq!(
        sentence(Value::Null),
        "it depends: it may call listKeys, and what that opens here is not known; \
         it could switch local auth on again (accounts/write); \
         it could grant itself a role (roleAssignments/write)"
    );
}

#[test]
fn a_control_operation_that_the_service_checks_for_its_data_has_doors_too() {
    let endpoint =
        provider("Microsoft.MachineLearningServices/workspaces/ws/onlineEndpoints/score");
    let tenant = tenant(
        &lists(serde_json::json!({
            "roleAssignments": [assignment(1, "User", OWNER, SUBSCRIPTION)],
            "resources": [resource(&endpoint, serde_json::json!({"authMode": "AADToken"}))],
        })),
        "2026-08-22",
        World::Closed,
    );
    let control = |operation: &str| {
        let operation = format!("Microsoft.MachineLearningServices/workspaces/{operation}");
        let who = id(1).parse().expect("an id");
        ask(&tenant, who, &operation, Plane::Control, &endpoint).1
    };
    let score = control("onlineEndpoints/score/action");
    assert_eq!((score.effective, score.via), (Effective::Allowed, Via::Rbac));
    let doors = score.doors.expect("the service checks it when data is asked for");
    assert_eq!((doors.rbac.state, doors.local_auth.state), (DoorState::Open, DoorState::Closed));
    let write = control("onlineEndpoints/write");
    assert_eq!((write.effective, write.via), (Effective::Allowed, Via::Rbac));
    assert!(write.doors.is_none());
}

/// A key is checked like any control operation: what blocks that, and nothing else, shuts its door.
#[test]
fn a_deny_binds_one_door_only() {
    let account = provider("Microsoft.Storage/storageAccounts/st");
    let read = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
    for (side, pattern, via) in [
        ("dataActions", "*", Via::LocalAuth),
        ("actions", "Microsoft.Storage/storageAccounts/*/action", Via::None),
    ] {
        let tenant = tenant(
            &lists(serde_json::json!({
                "roleAssignments": [assignment(1, "User", OWNER, SUBSCRIPTION)],
                "denyAssignments": [{
                    "id": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/denyAssignments/40000000-0000-4000-8000-000000000001"),
                    "properties": {
                        "denyAssignmentName": "deny", "scope": SUBSCRIPTION,
                        "permissions": [{side: [pattern]}],
                        "principals": [{"id": id(1), "type": "User"}],
                        "excludePrincipals": [], "isSystemProtected": true,
                    },
                }],
                "resources": [resource(&account, serde_json::json!({}))],
            })),
            "2026-08-22",
            World::Closed,
        );
        let who = id(1).parse().expect("an id");
        let answer = ask(&tenant, who, read, Plane::Data, &account).1;
        assert_eq!(answer.via, via, "{side}");
        let doors = answer.doors.expect("storage has doors");
        let denied = doors.withheld.iter().filter(|key| key.outcome == Outcome::Denied);
        let denied: Vec<&str> = denied.map(|key| key.operation.text()).collect();
        assert_eq!(denied.is_empty(), via == Via::LocalAuth, "{side}: {denied:?}");
        let blocked = doors.sentence.contains("a deny assignment blocks listKeys");
        assert_eq!(blocked, via == Via::None, "{side}: {}", doors.sentence);
    }
}

/// A role on one rule of a namespace hands out that rule's key, which opens the namespace.
#[test]
fn a_role_on_a_child_that_carries_a_key_counts() {
    let namespace = provider("Microsoft.ServiceBus/namespaces/bus");
    let rule = format!("{namespace}/authorizationRules/RootManageSharedAccessKey");
    let send = "Microsoft.ServiceBus/namespaces/messages/send/action";
    let tenant = tenant(
        &lists(serde_json::json!({
            "roleAssignments": [assignment(1, "User", CONTRIBUTOR, &rule)],
            "resources": [resource(&namespace, serde_json::json!({}))],
        })),
        "2026-08-22",
        World::Closed,
    );
    let who = id(1).parse().expect("an id");
    let access = ask(&tenant, who, send, Plane::Data, &namespace).1;
    assert_eq!(access.via, Via::LocalAuth);
    assert_eq!(access.doors.expect("it has doors").key_actions[0].scope.text(), rule);
    let holders = &audit(&tenant, None)[0].holders;
    assert_eq!(self::who(&tenant, holders), [(1, "true")]);
}

/// The key of a rule of one queue opens that queue and no other.
#[test]
fn a_role_on_a_rule_of_one_queue_opens_that_queue() {
    let namespace = provider("Microsoft.ServiceBus/namespaces/bus");
    let rule = format!("{namespace}/queues/two/authorizationRules/send");
    let send = "Microsoft.ServiceBus/namespaces/messages/send/action";
    let tenant = tenant(
        &lists(serde_json::json!({
            "roleAssignments": [assignment(1, "User", CONTRIBUTOR, &rule)],
            "resources": [resource(&namespace, serde_json::json!({}))],
        })),
        "2026-08-22",
        World::Closed,
    );
    for (below, via) in [
        ("/queues/two", Via::LocalAuth),
        ("/queues/one", Via::None),
        ("/topics/two", Via::None),
        ("", Via::None),
    ] {
        let who = id(1).parse().expect("an id");
        let scope = format!("{namespace}{below}");
        assert_eq!(ask(&tenant, who, send, Plane::Data, &scope).1.via, via, "{below}");
    }
}

#[test]
fn everybody_who_gets_in_is_named_with_the_door() {
    let tenant = audited();
    let storage = Scope::new(&provider("Microsoft.Storage/storageAccounts/st")).expect("a scope");
    let read = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
    let operation = Operation::new(read).expect(read);
    let attributes = Attributes::default();
    let nobody = id(0).parse().expect("an id");
    let request = Request::new(nobody, &operation, Plane::Data, &storage, &attributes);
    let found: Vec<(u128, &str)> = holders(&tenant, &request)
        .iter()
        .map(|one| (tenant.principal_id(one.principal).0 & 0xf, one.access.via.as_str()))
        .collect();
    let key = "local-auth";
    assert_eq!(found, [(1, key), (2, key), (3, "rbac"), (9, key)]);
}

/// An audit and single answers are two walks over the same facts: who may obtain a key is who gets in by
/// one, for some operation.
#[test]
fn an_audit_agrees_with_single_answers() {
    let tenant = audited();
    for found in audit(&tenant, None) {
        let kind = found.resource.resource_type().expect("a resource");
        let operations: Vec<Operation> = tenant
            .catalog()
            .operations()
            .iter()
            .filter(|(name, planes)| {
                planes.on(Plane::Data).is_some()
                    && name.to_ascii_lowercase().starts_with(&kind.to_ascii_lowercase())
            })
            .map(|(name, _)| name.to_string())
            // Cosmos DB has data operations of its own, which Azure's lists do not hold.
            .chain([format!("{kind}/things/read")])
            .filter_map(|name| Operation::new(&name).ok())
            .collect();
        for number in 1..=4 {
            let who: Guid = id(number).parse().expect("an id");
            let opens = operations.iter().any(|operation| {
                let (_, access) =
                    ask(&tenant, who, operation.text(), Plane::Data, found.resource.text());
                let doors = access.doors.expect("it has doors");
                doors.key_actions.iter().any(|key| key.opens.as_str() != "false")
            });
            let holds = found.holders.iter().any(|one| tenant.principal_id(one.principal) == who);
            assert_eq!(opens, holds, "{kind} {number}");
            let reopens =
                found.reopeners.iter().any(|one| tenant.principal_id(one.principal) == who);
            assert_eq!(reopens, number != 4, "{kind} {number}");
        }
    }
}
