//! Services with doors, as the catalog of 2026-08 describes them, and the resources of random tenants.

use serde_json::{Value as Json, json};

use super::words::Rng;
use super::world::Resource;

/// A property below `properties`, and what is looked for in it: a value, or `set` for any. Where it is
/// absent, that counts as found or not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Test {
    pub(crate) path: &'static str,
    pub(crate) is: &'static str,
    pub(crate) absent: bool,
}

const fn test(path: &'static str, is: &'static str) -> Option<Test> {
    Some(Test { path, is, absent: false })
}

#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) kind: &'static str,
    /// What counts as an operation on its data.
    pub(crate) data: &'static [&'static str],
    /// Roles count where one of these holds; always where there is none.
    pub(crate) roles_if: &'static [Option<Test>],
    pub(crate) keys: &'static [Key],
}

/// A control operation that hands out a credential.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) operation: &'static str,
    /// The types below the resource on whose resource it is called, of which the first `reach` are those
    /// that its credential opens.
    pub(crate) child: &'static [&'static str],
    pub(crate) reach: usize,
    pub(crate) closed_by: Option<Test>,
    pub(crate) only_if: Option<Test>,
    /// What its credential opens; of an empty list nobody knows.
    pub(crate) covers: &'static [&'static str],
    /// Do all sources agree that it works?
    pub(crate) confirmed: bool,
}

const fn key(
    operation: &'static str,
    closed_by: Option<Test>,
    covers: &'static [&'static str],
) -> Key {
    Key { operation, child: &[], reach: 0, closed_by, only_if: None, covers, confirmed: true }
}

const LOCAL_AUTH: Option<Test> = test("disableLocalAuth", "true");
const LOGS_AUTH: Option<Test> = test("features.disableLocalAuth", "true");
const SHARED_KEY: Option<Test> = test("allowSharedKeyAccess", "false");
const SFTP: Option<Test> = test("isSftpEnabled", "true");
const LOCAL_USERS: Option<Test> = test("isLocalUserEnabled", "false");

const STORAGE_DATA: &[&str] = &[
    "Microsoft.Storage/storageAccounts/blobServices/*",
    "Microsoft.Storage/storageAccounts/fileServices/*",
    "Microsoft.Storage/storageAccounts/queueServices/*",
    "Microsoft.Storage/storageAccounts/tableServices/*",
];
const STORAGE_SERVICE_SAS: &[&str] = &[
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*",
    "Microsoft.Storage/storageAccounts/fileServices/fileShares/files/*",
    "Microsoft.Storage/storageAccounts/queueServices/queues/messages/*",
    "Microsoft.Storage/storageAccounts/tableServices/tables/entities/*",
];

const fn local_user(operation: &'static str) -> Key {
    Key { child: &["localUsers"], only_if: SFTP, ..key(operation, LOCAL_USERS, &[]) }
}

const fn rule(operation: &'static str, child: &'static [&'static str]) -> Key {
    Key { child, ..key(operation, LOCAL_AUTH, &["Microsoft.ServiceBus/namespaces/*"]) }
}

const fn rule_of(operation: &'static str, child: &'static [&'static str]) -> Key {
    Key {
        child,
        reach: 1,
        ..key(operation, LOCAL_AUTH, &["Microsoft.ServiceBus/namespaces/messages/*"])
    }
}

const LOGS_COVERS: &[&str] =
    &["Microsoft.Insights/Telemetry/Write", "Microsoft.OperationalInsights/workspaces/*/write"];

pub(crate) const SERVICES: [Service; 5] = [
    Service {
        kind: "Microsoft.Storage/storageAccounts",
        data: STORAGE_DATA,
        roles_if: &[],
        keys: &[
            key("Microsoft.Storage/storageAccounts/listKeys/action", SHARED_KEY, STORAGE_DATA),
            key("Microsoft.Storage/storageAccounts/regenerateKey/action", SHARED_KEY, STORAGE_DATA),
            key(
                "Microsoft.Storage/storageAccounts/listAccountSas/action",
                SHARED_KEY,
                STORAGE_DATA,
            ),
            key(
                "Microsoft.Storage/storageAccounts/listServiceSas/action",
                SHARED_KEY,
                STORAGE_SERVICE_SAS,
            ),
            local_user("Microsoft.Storage/storageAccounts/localUsers/listKeys/action"),
            local_user("Microsoft.Storage/storageAccounts/localUsers/regeneratePassword/action"),
            local_user("Microsoft.Storage/storageAccounts/localUsers/write"),
        ],
    },
    Service {
        kind: "Microsoft.CognitiveServices/accounts",
        data: &["Microsoft.CognitiveServices/accounts/*"],
        roles_if: &[],
        keys: &[
            key(
                "Microsoft.CognitiveServices/accounts/listKeys/action",
                LOCAL_AUTH,
                &["Microsoft.CognitiveServices/accounts/*"],
            ),
            key(
                "Microsoft.CognitiveServices/accounts/regenerateKey/action",
                LOCAL_AUTH,
                &["Microsoft.CognitiveServices/accounts/*"],
            ),
        ],
    },
    Service {
        kind: "Microsoft.Search/searchServices",
        data: &["Microsoft.Search/searchServices/indexes/*"],
        roles_if: &[LOCAL_AUTH, test("authOptions.aadOrApiKey", "set")],
        keys: &[
            key(
                "Microsoft.Search/searchServices/listAdminKeys/action",
                LOCAL_AUTH,
                &["Microsoft.Search/searchServices/indexes/*"],
            ),
            key(
                "Microsoft.Search/searchServices/regenerateAdminKey/action",
                LOCAL_AUTH,
                &["Microsoft.Search/searchServices/indexes/*"],
            ),
            key(
                "Microsoft.Search/searchServices/listQueryKeys/action",
                LOCAL_AUTH,
                &["Microsoft.Search/searchServices/indexes/documents/read"],
            ),
            key(
                "Microsoft.Search/searchServices/createQueryKey/action",
                LOCAL_AUTH,
                &["Microsoft.Search/searchServices/indexes/documents/read"],
            ),
        ],
    },
    Service {
        kind: "Microsoft.ServiceBus/namespaces",
        data: &["Microsoft.ServiceBus/namespaces/*"],
        roles_if: &[],
        keys: &[
            rule(
                "Microsoft.ServiceBus/namespaces/authorizationRules/listkeys/action",
                &["authorizationRules"],
            ),
            rule(
                "Microsoft.ServiceBus/namespaces/authorizationRules/regenerateKeys/action",
                &["authorizationRules"],
            ),
            rule(
                "Microsoft.ServiceBus/namespaces/disasterRecoveryConfigs/authorizationRules/listkeys/action",
                &["disasterRecoveryConfigs", "authorizationRules"],
            ),
            rule_of(
                "Microsoft.ServiceBus/namespaces/queues/authorizationRules/listkeys/action",
                &["queues", "authorizationRules"],
            ),
            rule_of(
                "Microsoft.ServiceBus/namespaces/queues/authorizationRules/regenerateKeys/action",
                &["queues", "authorizationRules"],
            ),
            rule_of(
                "Microsoft.ServiceBus/namespaces/topics/authorizationRules/listkeys/action",
                &["topics", "authorizationRules"],
            ),
            rule_of(
                "Microsoft.ServiceBus/namespaces/topics/authorizationRules/regenerateKeys/action",
                &["topics", "authorizationRules"],
            ),
        ],
    },
    Service {
        kind: "Microsoft.OperationalInsights/workspaces",
        data: &["Microsoft.OperationalInsights/workspaces/*"],
        roles_if: &[],
        keys: &[
            key(
                "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
                LOGS_AUTH,
                LOGS_COVERS,
            ),
            key("Microsoft.OperationalInsights/workspaces/listKeys/action", LOGS_AUTH, LOGS_COVERS),
            key(
                "Microsoft.OperationalInsights/workspaces/regenerateSharedKey/action",
                LOGS_AUTH,
                LOGS_COVERS,
            ),
            Key {
                confirmed: false,
                ..key(
                    "Microsoft.OperationalInsights/workspaces/sharedKeys/read",
                    LOGS_AUTH,
                    LOGS_COVERS,
                )
            },
        ],
    },
];

/// Operations on the data of these services, each with the type of its resource.
pub(crate) const DATA: [(&str, &str); 9] = [
    (
        "Microsoft.Storage/storageAccounts",
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
    ),
    (
        "Microsoft.Storage/storageAccounts",
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
    ),
    (
        "Microsoft.Storage/storageAccounts",
        "Microsoft.Storage/storageAccounts/queueServices/queues/messages/read",
    ),
    (
        "Microsoft.CognitiveServices/accounts",
        "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action",
    ),
    ("Microsoft.Search/searchServices", "Microsoft.Search/searchServices/indexes/documents/read"),
    ("Microsoft.Search/searchServices", "Microsoft.Search/searchServices/indexes/documents/write"),
    ("Microsoft.ServiceBus/namespaces", "Microsoft.ServiceBus/namespaces/messages/send/action"),
    (
        "Microsoft.ServiceBus/namespaces",
        "Microsoft.ServiceBus/namespaces/queues/messages/peek/action",
    ),
    (
        "Microsoft.OperationalInsights/workspaces",
        "Microsoft.OperationalInsights/workspaces/tables/data/write",
    ),
];

/// A resource that has doors, in any state of them, described or not.
pub(crate) fn resource(rng: &mut Rng, id: String, service: &Service) -> Resource {
    let mut tests: Vec<Test> = service.roles_if.iter().copied().flatten().collect();
    for key in service.keys {
        tests.extend(key.closed_by.into_iter().chain(key.only_if));
    }
    let mut properties = json!({});
    let mut done: Vec<&str> = Vec::new();
    for one in tests {
        if done.contains(&one.path) {
            continue;
        }
        done.push(one.path);
        let value = match (one.is, rng.below(10)) {
            (_, 0..=2) => continue,
            (_, 3) => Json::Null,
            ("set", _) => json!({"aadAuthFailureMode": "http401WithBearerChallenge"}),
            // Some services write words instead, in any case.
            ("true", 4..=6) => json!(true),
            ("false", 4..=6) => json!(false),
            (_, 7) => json!("True"),
            (_, 8) => json!("false"),
            ("true", _) => json!(false),
            _ => json!(true),
        };
        match one.path.split_once('.') {
            Some((outer, inner)) => properties[outer] = json!({inner: value}),
            None => properties[one.path] = value,
        }
    }
    Resource { id, kind: service.kind, properties: rng.percent(75).then_some(properties) }
}
