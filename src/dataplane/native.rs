//! The service's own role system: the access policies of a vault, and what no export shows.

use super::Door;
use super::place::{Missing, Place};
use crate::catalog::local_auth::{DoorState, LocalAuth, NativeKind};
use crate::decide::Request;
use crate::ident::{Guid, Operation};
use crate::model::World;
use crate::tenant::PrincipalIx;
use crate::truth::Truth;
use serde_json::Value;

/// The native door of one aspect, with what would decide it.
pub(super) fn door(
    place: &Place<'_>,
    facts: &LocalAuth,
    request: &Request<'_>,
) -> (Door, Vec<Missing>) {
    let none = Door { state: DoorState::None, admits: Truth::False };
    let Some(native) = &facts.native else { return (none, Vec::new()) };
    let when = place.all(&native.when);
    if when.truth.is_false() {
        return (Door { state: DoorState::Closed, admits: Truth::False }, Vec::new());
    }
    if native.kind == NativeKind::KeyVaultPolicies {
        return vault(place, facts, request, when.truth, when.missing);
    }
    if place.tenant.world() == World::Closed {
        // A scenario has no word for these systems: what it does not list does not exist.
        return (none, Vec::new());
    }
    let missing = Missing {
        resource: place.resource.clone(),
        what: assignments(native.kind).to_string(),
        command: command(native.kind, place),
    };
    (Door { state: DoorState::Unknown, admits: Truth::Unknown }, vec![missing])
}

/// A vault in policy mode: the entries of `accessPolicies` that name the principal or a group of its.
pub(super) fn vault(
    place: &Place<'_>,
    facts: &LocalAuth,
    request: &Request<'_>,
    when: Truth,
    mut missing: Vec<Missing>,
) -> (Door, Vec<Missing>) {
    let tenant = place.tenant;
    let state = if when.is_true() { DoorState::Open } else { DoorState::Unknown };
    let Some(properties) = place.properties() else {
        missing.push(policies(place));
        let admits = Truth::from(place.is_data(facts, request.operation)).and(Truth::Unknown);
        return (Door { state: DoorState::Unknown, admits }, missing);
    };
    let mut admits = Truth::False;
    if let Some(Value::Array(entries)) = member(properties, "accessPolicies") {
        let own = tenant.principal(request.principal);
        for entry in entries {
            let Some(id) = member(entry, "objectId").and_then(Value::as_str).and_then(Guid::parse)
            else {
                continue;
            };
            let named = id == request.principal
                || own.zip(tenant.principal(id)).is_some_and(|(own, group)| {
                    tenant.counts(group) && tenant.groups_of(own).contains(&group)
                });
            if !named || !permits(entry, request.operation) {
                continue;
            }
            // With an application id the entry is about that application acting for the principal.
            let compound = member(entry, "applicationId").is_some_and(|id| !id.is_null());
            admits = admits.or(if compound { Truth::Unknown } else { Truth::True });
        }
    }
    if admits.is_false() || state != DoorState::Unknown {
        missing.clear();
    }
    (Door { state, admits: admits.and(when) }, missing)
}

/// Whom the access policies of a vault name, as far as the tenant knows them.
pub(super) fn named(place: &Place<'_>) -> Vec<PrincipalIx> {
    let entries = place.properties().and_then(|properties| member(properties, "accessPolicies"));
    let Some(Value::Array(entries)) = entries else { return Vec::new() };
    entries
        .iter()
        .filter_map(|entry| member(entry, "objectId")?.as_str())
        .filter_map(|id| place.tenant.principal(Guid::parse(id)?))
        .collect()
}

fn policies(place: &Place<'_>) -> Missing {
    Missing {
        resource: place.resource.clone(),
        what: "`properties.accessPolicies`".to_string(),
        command: format!("az resource show --ids \"{}\" -o json > resource.json", place.resource),
    }
}

/// A member of an object, its name compared without case.
fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let object = value.as_object()?;
    object
        .get(name)
        .or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v))
}

/// Does an entry of `accessPolicies` permit an operation?
fn permits(entry: &Value, operation: &Operation) -> bool {
    let Some((kind, wanted)) = permission(operation) else { return false };
    let Some(Value::Array(held)) =
        member(entry, "permissions").and_then(|permissions| member(permissions, kind))
    else {
        return false;
    };
    held.iter().filter_map(Value::as_str).any(|word| {
        // `all` covers everything but the purge of what was deleted.
        word.eq_ignore_ascii_case(wanted) || (word.eq_ignore_ascii_case("all") && wanted != "purge")
    })
}

/// The permission that a data operation needs: its list in `permissions`, and the word. The names
/// differ between the two systems: `getSecret` is `get`, `wrap` is `wrapKey`, a metadata read is `list`.
fn permission(operation: &Operation) -> Option<(&'static str, &'static str)> {
    let rest = operation.folded().strip_prefix("microsoft.keyvault/vaults/")?;
    Some(match rest {
        "secrets/getsecret/action" => ("secrets", "get"),
        "secrets/setsecret/action" | "secrets/update/action" => ("secrets", "set"),
        "secrets/readmetadata/action" => ("secrets", "list"),
        "secrets/delete" => ("secrets", "delete"),
        "secrets/backup/action" => ("secrets", "backup"),
        "secrets/restore/action" => ("secrets", "restore"),
        "secrets/recover/action" => ("secrets", "recover"),
        "secrets/purge/action" => ("secrets", "purge"),
        "keys/read" => ("keys", "get"),
        "keys/create/action" => ("keys", "create"),
        "keys/import/action" => ("keys", "import"),
        "keys/update/action" => ("keys", "update"),
        "keys/delete" => ("keys", "delete"),
        "keys/backup/action" => ("keys", "backup"),
        "keys/restore/action" => ("keys", "restore"),
        "keys/recover/action" => ("keys", "recover"),
        "keys/purge/action" => ("keys", "purge"),
        "keys/encrypt/action" => ("keys", "encrypt"),
        "keys/decrypt/action" => ("keys", "decrypt"),
        "keys/wrap/action" => ("keys", "wrapkey"),
        "keys/unwrap/action" => ("keys", "unwrapkey"),
        "keys/sign/action" => ("keys", "sign"),
        "keys/verify/action" => ("keys", "verify"),
        "keys/release/action" => ("keys", "release"),
        "keys/rotate/action" => ("keys", "rotate"),
        "keyrotationpolicies/read" => ("keys", "getrotationpolicy"),
        "keyrotationpolicies/write" => ("keys", "setrotationpolicy"),
        "certificates/read" => ("certificates", "get"),
        "certificates/create/action" => ("certificates", "create"),
        "certificates/import/action" => ("certificates", "import"),
        "certificates/update/action" => ("certificates", "update"),
        "certificates/delete" => ("certificates", "delete"),
        "certificates/backup/action" => ("certificates", "backup"),
        "certificates/restore/action" => ("certificates", "restore"),
        "certificates/recover/action" => ("certificates", "recover"),
        "certificates/purge/action" => ("certificates", "purge"),
        "certificatecas/read" => ("certificates", "getissuers"),
        "certificatecas/write" => ("certificates", "setissuers"),
        "certificatecas/delete" => ("certificates", "deleteissuers"),
        "certificatecontacts/write" => ("certificates", "managecontacts"),
        "storageaccounts/read" => ("storage", "get"),
        "storageaccounts/set/action" => ("storage", "set"),
        "storageaccounts/delete" => ("storage", "delete"),
        "storageaccounts/backup/action" => ("storage", "backup"),
        "storageaccounts/restore/action" => ("storage", "restore"),
        "storageaccounts/recover/action" => ("storage", "recover"),
        "storageaccounts/purge/action" => ("storage", "purge"),
        "storageaccounts/regeneratekey/action" => ("storage", "regeneratekey"),
        "storageaccounts/sas/read" => ("storage", "getsas"),
        "storageaccounts/sas/set/action" => ("storage", "setsas"),
        "storageaccounts/sas/delete" => ("storage", "deletesas"),
        _ => return None,
    })
}

/// What decides in a system that no export of this program shows.
fn assignments(kind: NativeKind) -> &'static str {
    match kind {
        NativeKind::Cosmos => "the `sqlRoleAssignments` of the account",
        NativeKind::Database => "the database's own users and its Entra administrator",
        NativeKind::Databricks => "the workspace's own administrators and grants",
        NativeKind::HealthBot => "the bot's own list of users",
        NativeKind::KeyVaultPolicies => "`properties.accessPolicies`",
        NativeKind::Kubernetes => "the roles inside the cluster",
        NativeKind::Kusto => "the principals of the cluster and its databases",
        NativeKind::ManagedHsm => "the local role assignments of the managed HSM",
        NativeKind::OpenAuthentication => "the OAuth policies of the workflow's trigger",
        NativeKind::Purview => "the roles of the collections",
        NativeKind::Redis => "the access policy assignments of the cache",
        NativeKind::Synapse => "the Synapse roles of the workspace",
        NativeKind::Vendor => "the roles of the partner's service",
    }
}

fn command(kind: NativeKind, place: &Place<'_>) -> String {
    let name = place.resource.leaf();
    let group = place.resource.resource_group();
    let group = group.as_ref().map_or("RESOURCE_GROUP", |group| group.leaf());
    match kind {
        NativeKind::Cosmos => {
            format!(
                "az cosmosdb sql role assignment list --account-name {name} --resource-group {group}"
            )
        }
        NativeKind::Kusto => format!(
            "az kusto cluster-principal-assignment list --cluster-name {name} --resource-group {group}"
        ),
        NativeKind::ManagedHsm => format!("az keyvault role assignment list --hsm-name {name}"),
        NativeKind::Redis => {
            format!("az redis access-policy-assignment list --name {name} --resource-group {group}")
        }
        NativeKind::Synapse => format!("az synapse role assignment list --workspace-name {name}"),
        NativeKind::Kubernetes => {
            "kubectl get rolebindings,clusterrolebindings --all-namespaces".to_string()
        }
        NativeKind::OpenAuthentication => {
            format!("az resource show --ids \"{}\"", place.resource)
        }
        NativeKind::Database
        | NativeKind::Databricks
        | NativeKind::HealthBot
        | NativeKind::KeyVaultPolicies
        | NativeKind::Purview
        | NativeKind::Vendor => "look inside the service".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::ident::Plane;

    /// The word of an access policy for an operation, by rule: the last part of the operation's name, where
    /// the two systems do not call it differently.
    fn by_rule(rest: &str) -> (&str, String) {
        let (list, verb) = rest.split_once('/').expect("a list and what is done");
        let verb = verb.strip_suffix("/action").unwrap_or(verb);
        match (list, verb) {
            ("secrets", "getsecret") => ("secrets", "get".into()),
            ("secrets", "setsecret" | "update") => ("secrets", "set".into()),
            ("secrets", "readmetadata") => ("secrets", "list".into()),
            ("keys", "wrap" | "unwrap") => ("keys", format!("{verb}key")),
            ("keyrotationpolicies", "read") => ("keys", "getrotationpolicy".into()),
            ("keyrotationpolicies", "write") => ("keys", "setrotationpolicy".into()),
            ("certificatecas", "read") => ("certificates", "getissuers".into()),
            ("certificatecas", "write") => ("certificates", "setissuers".into()),
            ("certificatecas", "delete") => ("certificates", "deleteissuers".into()),
            ("certificatecontacts", "write") => ("certificates", "managecontacts".into()),
            ("storageaccounts", "sas/read") => ("storage", "getsas".into()),
            ("storageaccounts", "sas/set") => ("storage", "setsas".into()),
            ("storageaccounts", "sas/delete") => ("storage", "deletesas".into()),
            ("storageaccounts", "read") => ("storage", "get".into()),
            ("storageaccounts", verb) => ("storage", verb.into()),
            (list, "read") => (list, "get".into()),
            (list, verb) => (list, verb.into()),
        }
    }

    #[test]
    fn every_operation_of_a_vault_has_its_permission() {
        let catalog = Catalog::newest();
        let mut found = 0;
        for (name, planes) in catalog.operations().iter() {
            let operation = &Operation::new(name).expect(name);
            let rest = operation.folded().strip_prefix("microsoft.keyvault/vaults/");
            // A vault joins a perimeter for itself: no policy is asked.
            let own =
                |rest: &&str| planes.on(Plane::Data).is_some() && *rest != "joinperimeter/action";
            let Some(rest) = rest.filter(own) else { continue };
            let (list, word) = by_rule(rest);
            let entry = serde_json::json!({"permissions": {list: [word]}});
            assert!(permits(&entry, operation), "{operation}: {list} {word}");
            let other = serde_json::json!({"permissions": {list: ["none"], "other": [word]}});
            assert!(!permits(&other, operation), "{operation}");
            let all = serde_json::json!({"permissions": {list: ["All"]}});
            assert_eq!(permits(&all, operation), word != "purge", "{operation}");
            found += 1;
        }
        assert_eq!(found, 52);
    }
}
