//! Every entry of the local authentication catalog, asked at every door and compared with a second
//! evaluation that shares nothing with the engine but the facts: the model in the order of its rules,
//! slow and obvious. And a table by hand for the types that are used most.

#[path = "doors_catalog/worlds.rs"]
mod worlds;

use azrbac::catalog::Catalog;
use azrbac::catalog::local_auth::{
    Certainty, Covers, DoorState, Expected, KeyAction, KeyScope, LocalAuth, Mechanism, NativeKind,
    PropertyTest, Step, Switch,
};
use azrbac::condition::Attributes;
use azrbac::dataplane::{Access, access};
use azrbac::decide::{Request, can};
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::model::{Facts, World};
use azrbac::tenant::Tenant;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use worlds::{GROUP, Properties, child_id, id_of, operations, types, world};

// ---- the second evaluation -------------------------------------------------------------------------

/// True, false, or not known.
type Maybe = Option<bool>;

fn and(a: Maybe, b: Maybe) -> Maybe {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(a: Maybe, b: Maybe) -> Maybe {
    and(a.map(|a| !a), b.map(|b| !b)).map(|both| !both)
}

fn every(all: impl Iterator<Item = Maybe>) -> Maybe {
    let mut so_far = Some(true);
    for one in all {
        so_far = and(so_far, one);
    }
    so_far
}

fn any(all: impl Iterator<Item = Maybe>) -> Maybe {
    every(all.map(|one| one.map(|yes| !yes))).map(|none| !none)
}

fn maybe(word: azrbac::truth::Truth) -> Maybe {
    match word.as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// The segments between the stars, in order.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).any(|at| rest.is_char_boundary(at) && glob(after, &rest[at..]))
        }),
    }
}

fn lookup<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut at = value;
    for name in path.split('.').skip(1) {
        at = at.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1;
    }
    (!at.is_null()).then_some(at)
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string).to_ascii_lowercase()
}

fn passes(test: &PropertyTest, properties: Option<&Value>) -> Maybe {
    let properties = properties?;
    let Some(found) = lookup(properties, test.path.text()) else { return maybe(test.absent) };
    let has = |wanted: &str| {
        found.as_array().expect("a list").iter().any(|one| word(one) == wanted.to_ascii_lowercase())
    };
    Some(match &test.expected {
        Expected::Is(wanted) => word(found) == wanted.to_ascii_lowercase(),
        Expected::Not(wanted) => word(found) != wanted.to_ascii_lowercase(),
        Expected::Contains(wanted) => has(wanted),
        Expected::Lacks(wanted) => !has(wanted),
        Expected::Set => true,
        Expected::Unset | Expected::Never => false,
    })
}

fn all(tests: &[PropertyTest], world: &Properties) -> Maybe {
    every(tests.iter().map(|test| passes(test, world.properties.as_ref())))
}

/// Is one name among the switches open? A given value decides, in order; else the default.
fn open(record: &LocalAuth, name: &str, world: &Properties) -> Maybe {
    let switches: Vec<&Switch> =
        record.switches.iter().filter(|switch| switch.name.as_str() == name).collect();
    for switch in &switches {
        let mut found: Vec<&Value> = Vec::new();
        if switch.on == record.resource_type {
            found.extend(&world.properties);
        } else {
            for ((kind, child), value) in &world.children {
                let named = switch.child.as_deref().is_none_or(|n| n == "*" || n == child);
                if kind.eq_ignore_ascii_case(switch.on.text()) && named {
                    found.push(value);
                }
            }
        }
        let given: Vec<&Value> = found
            .into_iter()
            .filter(|value| lookup(value, switch.closed.path.text()).is_some())
            .collect();
        if !given.is_empty() {
            let closed = every(given.iter().map(|value| passes(&switch.closed, Some(value))));
            let unsure = switch.certainty == Certainty::Unconfirmed && closed != Some(false);
            return if unsure { None } else { closed.map(|closed| !closed) };
        }
    }
    world.properties.as_ref()?;
    if switches[0].child.as_deref() == Some("*") {
        return Some(false);
    }
    maybe(switches[0].closed.absent).map(|closed| !closed)
}

/// Does any switch leave the credential open for an operation? A narrower one may close a part.
fn usable(record: &LocalAuth, key: &KeyAction, operation: &str, world: &Properties) -> Maybe {
    if key.under.is_empty() {
        return Some(true);
    }
    any(key.under.iter().map(|name| {
        let narrower = record.switches.iter().filter(|one| {
            one.narrows.as_ref() == Some(name)
                && (one.applies.is_empty()
                    || one.applies.iter().any(|pattern| glob(pattern.text(), operation)))
        });
        let narrower = every(narrower.map(|one| open(record, one.name.as_str(), world)));
        and(open(record, name.as_str(), world), narrower)
    }))
}

/// A role as a list of control operations, and whether it is assigned above everything.
#[derive(Debug, Clone)]
struct Holder {
    id: Guid,
    allow: Vec<String>,
    except: Vec<String>,
    everywhere: bool,
}

impl Holder {
    fn holds(&self, operation: &Operation) -> bool {
        self.allow.iter().any(|one| glob(one, operation.text()))
            && !self.except.iter().any(|one| glob(one, operation.text()))
    }

    /// On the resource or below it, unless it is assigned above everything.
    fn may(&self, operation: &Operation, inside: bool) -> bool {
        self.holds(operation) && (inside || self.everywhere)
    }

    fn may_call(&self, record: &LocalAuth, key: &KeyAction) -> bool {
        let inside = matches!(key.scope, KeyScope::Resource | KeyScope::Child(_));
        self.may(&key.operation, inside)
            && key.needs.iter().all(|needed| {
                let provider = record.resource_type.text().split('/').next().expect("one");
                self.may(needed, needed.provider().eq_ignore_ascii_case(provider))
            })
    }
}

fn covers(record: &LocalAuth, key: &KeyAction, operation: &str) -> Maybe {
    match &key.covers {
        Covers::Operations(patterns) => {
            Some(patterns.iter().any(|pattern| glob(pattern.text(), operation)))
        }
        Covers::Unknown => {
            let own = format!("{}/*", record.resource_type.text());
            let data = if record.data.is_empty() {
                glob(&own, operation)
            } else {
                record.data.iter().any(|pattern| glob(pattern.text(), operation))
            };
            if data { None } else { Some(false) }
        }
        Covers::Own | Covers::Elsewhere | Covers::Nothing => Some(false),
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Verdict {
    effective: &'static str,
    via: &'static str,
    local: &'static str,
    reopen: BTreeSet<String>,
    self_grant: BTreeSet<String>,
}

/// The rules, one after the other. No role here has data operations, so RBAC lets in through control
/// operations only.
fn expected(
    records: &[LocalAuth],
    world: &Properties,
    holder: &Holder,
    operation: &Operation,
) -> Verdict {
    let text = operation.text();
    let (mut rbac, mut key, mut door) = (Some(false), Some(false), None::<Maybe>);
    let mut would = false;
    let mut self_grant = BTreeSet::new();
    for record in records {
        for rule in &record.controls {
            if glob(rule.operations.text(), text) {
                let itself = vec![operation.clone()];
                let by = if rule.by.is_empty() { &itself } else { &rule.by };
                let sure = if rule.certainty == Certainty::Unconfirmed { None } else { Some(true) };
                let may = by.iter().any(|one| holder.may(one, true));
                rbac = or(rbac, and(and(all(&rule.when, world), sure), Some(may)));
            }
        }
        for one in &record.keys {
            let covered = covers(record, one, text);
            if covered == Some(false) {
                continue;
            }
            let when = all(&one.when, world);
            let works = and(and(usable(record, one, text, world), when), covered);
            let may = holder.may_call(record, one);
            match one.mechanism {
                Mechanism::Returns | Mechanism::Sets if one.step == Step::Now => {
                    door = Some(door.map_or(works, |so_far| or(so_far, works)));
                    let sure =
                        if one.certainty == Certainty::Unconfirmed { None } else { Some(true) };
                    let opens = and(and(works, sure), Some(may));
                    key = or(key, opens);
                    let rank = |it: Maybe| it.map_or(1, |yes| if yes { 2 } else { 0 });
                    let if_open = and(and(and(covered, when), sure), Some(may));
                    would |= if_open != Some(false) && rank(opens) < rank(if_open);
                }
                Mechanism::SelfGrant if works != Some(false) && may => {
                    self_grant.insert(one.operation.text().to_string());
                }
                _ => {}
            }
        }
    }
    // A scenario has no words for a service's own roles, except a vault's policies: these worlds list
    // none, and a vault of which nothing is known may have some.
    let policies = records.iter().any(|record| {
        record.native.as_ref().is_some_and(|one| one.kind == NativeKind::KeyVaultPolicies)
            && record.data.iter().any(|pattern| glob(pattern.text(), text))
    });
    let native = if policies && world.properties.is_none() { None } else { Some(false) };
    let (effective, via) = match (rbac, key) {
        (Some(true), _) => ("allowed", "rbac"),
        (_, Some(true)) => ("allowed", "local-auth"),
        (None, _) | (_, None) => ("conditional", "none"),
        _ if native.is_none() => ("conditional", "none"),
        _ => ("not-allowed", "none"),
    };
    let reopen = if would && key != Some(true) {
        let operations = records.iter().flat_map(|record| &record.reopen);
        operations.filter(|one| holder.may(one, true)).map(|one| one.text().to_string()).collect()
    } else {
        BTreeSet::new()
    };
    let local = match door {
        None => "none",
        Some(Some(true)) => "open",
        Some(Some(false)) => "closed",
        Some(None) => "unknown",
    };
    Verdict { effective, via, local, reopen, self_grant }
}

// ---- worlds and holders ----------------------------------------------------------------------------

fn guid(number: usize) -> Guid {
    format!("10000000-0000-4000-8000-{number:012}").parse().expect("a guid")
}

/// Owner, Contributor and Reader, and one role a key operation that holds that operation (with what it
/// needs) and nothing else; each assigned above everything and on the resource alone.
fn holders(records: &[LocalAuth]) -> Vec<Holder> {
    let strings = |all: &[&str]| all.iter().map(|one| (*one).to_string()).collect::<Vec<_>>();
    let mut roles = vec![
        (strings(&["*"]), Vec::new()),
        (
            strings(&["*"]),
            strings(&[
                "Microsoft.Authorization/*/Delete",
                "Microsoft.Authorization/*/Write",
                "Microsoft.Authorization/elevateAccess/Action",
                "Microsoft.Blueprint/blueprintAssignments/write",
                "Microsoft.Blueprint/blueprintAssignments/delete",
                "Microsoft.Compute/galleries/share/action",
                "Microsoft.Purview/consents/write",
                "Microsoft.Purview/consents/delete",
                "Microsoft.Resources/deploymentStacks/manageDenySetting/action",
                "Microsoft.Subscription/cancel/action",
                "Microsoft.Subscription/enable/action",
            ]),
        ),
        (strings(&["*/read"]), Vec::new()),
    ];
    for key in records.iter().flat_map(|record| &record.keys) {
        let mut allow = vec![key.operation.text().to_string()];
        allow.extend(key.needs.iter().map(|needed| needed.text().to_string()));
        roles.push((allow, Vec::new()));
    }
    let mut found = Vec::new();
    for (number, (allow, except)) in roles.into_iter().enumerate() {
        for everywhere in [true, false] {
            let id = guid(2 * number + usize::from(everywhere) + 1);
            found.push(Holder { id, allow: allow.clone(), except: except.clone(), everywhere });
        }
    }
    found
}

fn tenant(records: &[LocalAuth], world: &Properties, holders: &[Holder]) -> Tenant {
    let resource = id_of(records);
    let mut roles = Vec::new();
    let mut assignments = Vec::new();
    for holder in holders {
        let role = holder.id.to_string().replacen("10000000", "30000000", 1);
        let built_in = match (&*holder.allow[0], holder.except.is_empty()) {
            ("*", true) => Some("8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
            ("*", false) => Some("b24988ac-6180-42a0-ab88-20f7382dd24c"),
            ("*/read", _) => Some("acdd72a7-3385-48ef-bd42-f606fba81ae7"),
            _ => None,
        };
        if built_in.is_none() {
            roles.push(json!({
                "id": format!("/providers/Microsoft.Authorization/roleDefinitions/{role}"),
                "properties": {"roleName": role, "type": "CustomRole",
                    "permissions": [{"actions": holder.allow, "notActions": holder.except}]},
            }));
        }
        let role = built_in.map_or(role, str::to_string);
        assignments.push(json!({
            "principalId": holder.id.to_string(), "principalType": "User",
            "scope": if holder.everywhere { "/" } else { &resource },
            "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{role}"),
        }));
    }
    let kind = records[0].resource_type.text();
    let mut resources: Vec<Value> = world
        .properties
        .iter()
        .map(|properties| json!({"id": resource, "type": kind, "properties": properties}))
        .collect();
    for ((kind, name), properties) in &world.children {
        resources.push(json!({
            "id": child_id(&resource, &records[0], kind, name), "type": kind, "properties": properties,
        }));
    }
    read(json!({"roleDefinitions": roles, "roleAssignments": assignments, "resources": resources}))
}

fn read(lists: Value) -> Tenant {
    let mut facts = Facts::default();
    let lists: Map<String, Value> = lists.as_object().expect("lists").clone();
    for (name, list) in lists {
        let text = json!({ "value": list }).to_string();
        azrbac::ingest::read(&mut facts, &name, text.as_bytes());
    }
    assert!(facts.errors.is_empty(), "{:?}", facts.errors);
    facts.world = World::Closed;
    Tenant::build(facts, &Catalog::newest())
}

fn ask(tenant: &Tenant, who: Guid, operation: &Operation, scope: &Scope) -> Access {
    let attributes = Attributes::default();
    let mut request = Request::new(who, operation, Plane::Data, scope, &attributes);
    request.attributes_complete = true;
    let decision = can(tenant, &request);
    access(tenant, &request, &decision)
}

#[test]
fn every_entry_answers_as_the_second_evaluation() {
    let mut asked = 0;
    let mut seen: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    let all = types();
    assert_eq!(all.iter().map(Vec::len).sum::<usize>(), 86);
    for records in &all {
        let resource = Scope::new(&id_of(records)).expect("a scope");
        let holders = holders(records);
        let operations = operations(records);
        let mut worlds = vec![
            ("open", world(records, |_| false)),
            ("closed", world(records, |_| true)),
            ("default", Properties { properties: Some(json!({})), ..Properties::default() }),
            ("unknown", Properties::default()),
        ];
        // Where there are several switches: each alone open, each alone closed.
        let switches = records.iter().flat_map(|record| &record.switches);
        let names: BTreeSet<&str> = switches.map(|switch| switch.name.as_str()).collect();
        for name in names.iter().filter(|_| names.len() > 1) {
            worlds.push(("one open", world(records, |switch| switch.name.as_str() != *name)));
            worlds.push(("one closed", world(records, |switch| switch.name.as_str() == *name)));
        }
        for (name, world) in &worlds {
            let tenant = tenant(records, world, &holders);
            // Where a role is assigned and which switch is open have nothing to do with one another.
            let mixed = name.starts_with("one");
            for holder in holders.iter().filter(|holder| holder.everywhere || !mixed) {
                for operation in &operations {
                    let access = ask(&tenant, holder.id, operation, &resource);
                    let doors = access.doors.expect("a type of the catalog");
                    let texts = |all: &[Operation]| {
                        all.iter()
                            .map(|one| one.text().to_string())
                            .filter(|one| one != "Microsoft.Authorization/roleAssignments/write")
                            .collect::<BTreeSet<_>>()
                    };
                    let actual = Verdict {
                        effective: access.effective.as_str(),
                        via: access.via.as_str(),
                        local: doors.local_auth.state.as_str(),
                        reopen: texts(&doors.reopen),
                        self_grant: texts(&doors.self_grant),
                    };
                    let expected = expected(records, world, holder, operation);
                    asked += 1;
                    *seen.entry((*name, actual.effective, actual.via)).or_default() += 1;
                    let unknown = doors.local_auth.state == DoorState::Unknown;
                    if *name == "unknown" && unknown && doors.decided_by.is_empty() {
                        let certain = records.iter().flat_map(|record| &record.keys).any(|key| {
                            matches!(key.covers, Covers::Operations(_)) && !key.under.is_empty()
                        });
                        if certain {
                            wrong.push(format!("{resource} {}: nothing decides", operation.text()));
                        }
                    }
                    if actual != expected {
                        wrong.push(format!(
                            "{resource} {name} {} by {:?} everywhere {}:\n  {actual:?}\n  {expected:?}",
                            operation.text(), holder.allow, holder.everywhere
                        ));
                    }
                }
            }
        }
    }
    assert!(asked > 12_000, "{asked}");
    assert!(
        wrong.is_empty(),
        "{} of {asked}\n{}",
        wrong.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
    // The generator reaches every kind of answer.
    for kind in [
        ("open", "allowed", "local-auth"),
        ("open", "allowed", "rbac"),
        ("open", "not-allowed", "none"),
        ("closed", "not-allowed", "none"),
        ("closed", "allowed", "rbac"),
        ("unknown", "conditional", "none"),
        ("default", "allowed", "local-auth"),
    ] {
        assert!(seen.contains_key(&kind), "{kind:?}");
    }
}

// ---- by hand ---------------------------------------------------------------------------------------

/// One type: what is asked of it, its properties before and after the switch, a role of its own, and who
/// gets in how: Owner, Contributor, Reader and that role, before and after. Sources are pages of
/// `MicrosoftDocs/azure-docs` under `articles/`, read in 2026-11; who holds which key operation follows
/// from the built-in roles of 2026-08.
struct Row {
    source: &'static str,
    kind: &'static str,
    operation: &'static str,
    before: Value,
    after: Value,
    role: &'static str,
    expected: [[&'static str; 4]; 2],
}

fn by_hand() -> Vec<Row> {
    const SHUT: [&str; 4] = ["none"; 4];
    let off = json!({"disableLocalAuth": true});
    vec![
        Row {
            // The property is unset by default, and unset permits shared keys.
            source: "storage/common/shared-key-authorization-prevent.md",
            kind: "Microsoft.Storage/storageAccounts",
            operation: "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
            before: json!({}),
            after: json!({"allowSharedKeyAccess": false}),
            role: "Storage Account Key Operator Service Role",
            expected: [["local-auth", "local-auth", "none", "local-auth"], SHUT],
        },
        Row {
            source: "ai-services/disable-local-auth.md",
            kind: "Microsoft.CognitiveServices/accounts",
            operation: "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action",
            before: json!({}),
            after: off.clone(),
            role: "Cognitive Services Contributor",
            expected: [["local-auth", "local-auth", "none", "local-auth"], SHUT],
        },
        Row {
            // Neither model lets anybody in who has no policy and no data role.
            source: "key-vault/general/rbac-guide.md",
            kind: "Microsoft.KeyVault/vaults",
            operation: "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            before: json!({"accessPolicies": []}),
            after: json!({"enableRbacAuthorization": true}),
            role: "Key Vault Secrets User",
            expected: [SHUT, ["none", "none", "none", "rbac"]],
        },
        Row {
            // Sources disagree whether the read-only keys are a Reader's.
            source: "cosmos-db/how-to-setup-rbac.md",
            kind: "Microsoft.DocumentDB/databaseAccounts",
            operation: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read",
            before: json!({}),
            after: off.clone(),
            role: "DocumentDB Account Contributor",
            expected: [["local-auth", "local-auth", "depends", "local-auth"], SHUT],
        },
        Row {
            source: "service-bus-messaging/disable-local-authentication.md",
            kind: "Microsoft.ServiceBus/namespaces",
            operation: "Microsoft.ServiceBus/namespaces/messages/send/action",
            before: json!({}),
            after: off.clone(),
            role: "Azure Service Bus Data Sender",
            expected: [
                ["local-auth", "local-auth", "none", "rbac"],
                ["none", "none", "none", "rbac"],
            ],
        },
        Row {
            source: "event-hubs/authenticate-shared-access-signature.md",
            kind: "Microsoft.EventHub/namespaces",
            operation: "Microsoft.EventHub/namespaces/messages/receive/action",
            before: json!({}),
            after: off.clone(),
            role: "Azure Event Hubs Data Receiver",
            expected: [
                ["local-auth", "local-auth", "none", "rbac"],
                ["none", "none", "none", "rbac"],
            ],
        },
        Row {
            // The admin user is off by default.
            source: "container-registry/container-registry-authentication.md",
            kind: "Microsoft.ContainerRegistry/registries",
            operation: "Microsoft.ContainerRegistry/registries/repositories/content/read",
            before: json!({"roleAssignmentMode": "AbacRepositoryPermissions", "adminUserEnabled": true}),
            after: json!({"roleAssignmentMode": "AbacRepositoryPermissions"}),
            role: "Container Registry Repository Reader",
            expected: [
                ["local-auth", "local-auth", "none", "rbac"],
                ["none", "none", "none", "rbac"],
            ],
        },
        Row {
            // Local accounts are on by default, with Entra integration too.
            source: "aks/manage-local-accounts-managed-azure-ad.md",
            kind: "Microsoft.ContainerService/managedClusters",
            operation: "Microsoft.ContainerService/managedClusters/pods/read",
            before: json!({"aadProfile": {"enableAzureRBAC": true}}),
            after: json!({"aadProfile": {"enableAzureRBAC": true}, "disableLocalAccounts": true}),
            role: "Azure Kubernetes Service Cluster Admin Role",
            expected: [["local-auth", "local-auth", "none", "local-auth"], SHUT],
        },
        Row {
            source: "azure-app-configuration/howto-disable-access-key-authentication.md",
            kind: "Microsoft.AppConfiguration/configurationStores",
            operation: "Microsoft.AppConfiguration/configurationStores/keyValues/read",
            before: json!({}),
            after: off.clone(),
            role: "App Configuration Data Reader",
            expected: [
                ["local-auth", "local-auth", "none", "rbac"],
                ["none", "none", "none", "rbac"],
            ],
        },
        Row {
            // Roles are refused until they are enabled, or keys disabled.
            source: "search/search-security-enable-roles.md",
            kind: "Microsoft.Search/searchServices",
            operation: "Microsoft.Search/searchServices/indexes/documents/read",
            before: json!({}),
            after: off,
            role: "Search Index Data Reader",
            expected: [
                ["local-auth", "local-auth", "none", "none"],
                ["none", "none", "none", "rbac"],
            ],
        },
    ]
}

#[test]
fn the_ten_most_used_types_answer_as_written_by_hand() {
    let rows = by_hand();
    assert_eq!(rows.len(), 10);
    let catalog = Catalog::newest();
    for row in rows {
        let scope = format!("{GROUP}/providers/{}/one", row.kind);
        let operation = Operation::new(row.operation).expect(row.operation);
        for (properties, expected) in [row.before, row.after].into_iter().zip(row.expected) {
            let mut assignments = Vec::new();
            for (number, name) in ["Owner", "Contributor", "Reader", row.role].iter().enumerate() {
                let found = catalog.roles().by_name(name);
                assert_eq!(found.len(), 1, "{name}");
                let role = found[0].id().expect("a guid");
                assignments.push(json!({
                    "principalId": guid(number).to_string(), "principalType": "User", "scope": scope,
                    "roleDefinitionId":
                        format!("/providers/Microsoft.Authorization/roleDefinitions/{role}"),
                }));
            }
            let tenant = read(json!({
                "roleAssignments": assignments,
                "resources": [{"id": scope, "type": row.kind, "properties": properties}],
            }));
            let target = Scope::new(&scope).expect("a scope");
            let actual: Vec<&str> = (0..4)
                .map(|number| {
                    let access = ask(&tenant, guid(number), &operation, &target);
                    match access.effective.as_str() {
                        "conditional" => "depends",
                        _ => access.via.as_str(),
                    }
                })
                .collect();
            assert_eq!(actual, expected, "{} {properties} ({})", row.kind, row.source);
        }
    }
}
