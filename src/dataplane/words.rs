//! Doors in plain words.

use super::walk::Walk;
use super::{Doors, Effective, HeldKey, Via};
use crate::catalog::local_auth::{DoorState, Mechanism};
use crate::decide::{NearReason, Outcome};
use crate::ident::{Operation, Verb};
use crate::tenant::{RoleIx, Tenant};

/// The answer in one breath.
pub(super) fn sentence(walk: &Walk<'_>, doors: &Doors, effective: Effective, via: Via) -> String {
    let mut text = match (effective, via) {
        (Effective::Allowed, Via::LocalAuth) => by_key(walk, doors),
        (Effective::Allowed, Via::Native) => {
            format!("yes, by the access policies of {}", doors.resource.leaf())
        }
        (Effective::Allowed, Via::Rbac | Via::None) => by_rbac(walk, doors),
        (Effective::Conditional, _) => depends(walk, doors),
        (Effective::NotAllowed, _) => {
            format!("no: {}, and {}", rbac(walk, doors), keys(walk, doors))
        }
    };
    if effective != Effective::Allowed {
        if !doors.reopen.is_empty() {
            text.push_str(&format!(
                "; it could switch local auth on again ({})",
                list(&doors.reopen)
            ));
        }
        if !doors.self_grant.is_empty() {
            text.push_str(&format!("; it could grant itself a role ({})", list(&doors.self_grant)));
        }
        if !doors.around.is_empty() {
            let around: Vec<Operation> =
                doors.around.iter().map(|key| key.operation.clone()).collect();
            text.push_str(&format!(
                "; it may go around through Resource Manager ({})",
                list(&around)
            ));
        }
    }
    text
}

fn by_key(walk: &Walk<'_>, doors: &Doors) -> String {
    let Some(key) = doors.key_actions.iter().find(|key| key.opens.is_true()) else {
        return "yes, with a credential".to_string();
    };
    let tenant = walk.place.tenant;
    let who = key.grant.map_or("a role".to_string(), |(_, role)| tenant.role(role).name());
    let facts = walk.place.facts.iter().flat_map(|facts| &facts.keys);
    let closable =
        facts.filter(|fact| fact.operation == key.operation).any(|fact| !fact.under.is_empty());
    let switch = if closable { "local auth is on" } else { "nothing switches it off" };
    format!(
        "yes, with {}: {who} may call {} and {switch}; {}",
        credential(key),
        short(&key.operation),
        rbac(walk, doors).replacen("RBAC does not", "RBAC itself does not", 1),
    )
}

fn by_rbac(walk: &Walk<'_>, doors: &Doors) -> String {
    let tenant = walk.place.tenant;
    let firm = walk.decision.grants.iter().find(|grant| grant.truth.is_true());
    match (firm, walk.control.first()) {
        (Some(grant), _) if walk.decision.outcome == Outcome::Allowed => {
            format!("yes, by RBAC: {} grants it", tenant.role(grant.role).name())
        }
        (_, Some((operation, role))) => {
            let who = role.map_or("a role".to_string(), |role| tenant.role(role).name());
            format!(
                "yes, by RBAC: {} checks the control operation {}, which {who} has",
                doors.service,
                operation.text(),
            )
        }
        _ => "yes, by RBAC".to_string(),
    }
}

fn depends(walk: &Walk<'_>, doors: &Doors) -> String {
    let mut parts = Vec::new();
    if walk.decision.outcome == Outcome::Conditional && doors.rbac.admits.is_unknown() {
        parts.push("RBAC hangs on a condition or on missing input".to_string());
    } else if doors.rbac.admits.is_unknown() {
        parts.push("whether RBAC is asked there is not known".to_string());
    }
    if doors.native.admits.is_unknown() {
        parts.push("the service's own role system is not known".to_string());
    }
    if doors.local_auth.admits.is_unknown() {
        let key = doors.key_actions.iter().find(|key| key.opens.is_unknown());
        let call = key.map_or(String::new(), |key| short(&key.operation));
        parts.push(match key {
            Some(_) if doors.local_auth.state == DoorState::Unknown => {
                format!("it may call {call}, and what that opens here is not known")
            }
            Some(key) if key.held.is_unknown() => {
                format!("whether it may call {call} is not known")
            }
            _ => format!("sources disagree whether {call} hands out a key"),
        });
    }
    format!("it depends: {}", parts.join("; "))
}

/// What RBAC says, and what the service makes of it.
fn rbac(walk: &Walk<'_>, doors: &Doors) -> String {
    if walk.decision.outcome == Outcome::Allowed {
        if !walk.lacking.is_empty() {
            return format!(
                "RBAC allows the data operation, but the service also wants {}",
                list(&walk.lacking)
            );
        }
        return match doors.rbac.state {
            DoorState::Closed => {
                "RBAC would allow it, but this resource does not ask RBAC".to_string()
            }
            DoorState::None => "RBAC would allow it, but the service never asks RBAC".to_string(),
            DoorState::Open | DoorState::Unknown => {
                "RBAC would allow it, but whether this resource asks RBAC is not known".to_string()
            }
        };
    }
    match why(walk, doors) {
        Some(why) => format!("RBAC does not allow it ({why})"),
        None => "RBAC does not allow it".to_string(),
    }
}

fn why(walk: &Walk<'_>, doors: &Doors) -> Option<String> {
    let tenant = walk.place.tenant;
    match walk.decision.outcome {
        Outcome::Denied => return Some("a deny assignment blocks it".to_string()),
        Outcome::Conditional => {
            return Some("it hangs on a condition or on missing input".to_string());
        }
        Outcome::Allowed | Outcome::Locked | Outcome::NotAllowed => {}
    }
    let near = walk.decision.near.iter().find(|near| near.reason == NearReason::NotAction);
    if let Some(near) = near {
        return Some(format!("{} has it in notDataActions", tenant.role(near.role).name()));
    }
    let role = doors.key_actions.iter().find_map(|key| key.grant).map(|(_, role)| role);
    let role = role.or_else(|| walk.decision.near.first().map(|near| near.role))?;
    has_no_data(tenant, role).then(|| format!("{} has no dataActions", tenant.role(role).name()))
}

fn has_no_data(tenant: &Tenant, role: RoleIx) -> bool {
    tenant
        .role(role)
        .definition()
        .is_some_and(|role| role.blocks.iter().all(|block| block.data_actions.is_empty()))
}

/// Why no credential helps.
fn keys(walk: &Walk<'_>, doors: &Doors) -> String {
    match doors.local_auth.state {
        DoorState::None => "no key of the service covers it".to_string(),
        DoorState::Closed if walk.switched_off && !doors.key_actions.is_empty() => {
            let calls: Vec<Operation> =
                doors.key_actions.iter().map(|key| key.operation.clone()).collect();
            format!("local auth is off, so {} gives nothing", list(&calls[..1]))
        }
        DoorState::Closed if walk.switched_off => "local auth is off".to_string(),
        DoorState::Closed => "no key of the service opens it here".to_string(),
        DoorState::Open | DoorState::Unknown => {
            let kept = |outcome| doors.withheld.iter().find(|withheld| withheld.outcome == outcome);
            if let Some(locked) = kept(Outcome::Locked) {
                format!("a ReadOnly lock stops {}", short(&locked.operation))
            } else if let Some(denied) = kept(Outcome::Denied) {
                format!("a deny assignment blocks {}", short(&denied.operation))
            } else {
                "it may not obtain a key".to_string()
            }
        }
    }
}

/// What a key operation brings, in a word.
fn credential(key: &HeldKey) -> &'static str {
    let name = key.operation.folded();
    let has = |part: &str| name.contains(part);
    if key.mechanism == Mechanism::Sets {
        "a password or key of its own choice"
    } else if has("sas/") || has("begingetaccess") {
        "a shared access signature"
    } else if has("cognitiveservices/") || has("search/searchservices") {
        "an API key"
    } else if has("clusteradmin") || has("kubeconfig") || has("clusteruser") {
        "a certificate of the cluster"
    } else if has("token") {
        "a token"
    } else if has("connectionstring") {
        "a connection string"
    } else if has("credential") || has("publishxml") || has("password") {
        "a password"
    } else {
        "a key"
    }
}

/// The part of an operation's name that people know it by.
pub(super) fn short(operation: &Operation) -> String {
    let segments: Vec<&str> = operation.text().split('/').collect();
    let [.., before, last] = segments.as_slice() else { return operation.text().to_string() };
    match operation.verb() {
        Verb::Action => (*before).to_string(),
        Verb::Read | Verb::Write | Verb::Delete | Verb::Other => format!("{before}/{last}"),
    }
}

fn list(operations: &[Operation]) -> String {
    operations.iter().map(short).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::local_auth::{Certainty, Grants};
    use crate::ident::Scope;
    use crate::truth::Truth;

    #[test]
    fn what_a_key_operation_brings_is_called_by_its_name() {
        for (operation, expected) in [
            ("Microsoft.Storage/storageAccounts/listKeys/action", "a key"),
            (
                "Microsoft.Storage/storageAccounts/listAccountSas/action",
                "a shared access signature",
            ),
            ("Microsoft.Compute/disks/beginGetAccess/action", "a shared access signature"),
            ("Microsoft.CognitiveServices/accounts/listKeys/action", "an API key"),
            ("Microsoft.Search/searchServices/listAdminKeys/action", "an API key"),
            (
                "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action",
                "a certificate of the cluster",
            ),
            (
                "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action",
                "a certificate of the cluster",
            ),
            (
                "Microsoft.RedHatOpenShift/clusters/listKubeconfig/action",
                "a certificate of the cluster",
            ),
            ("Microsoft.ContainerRegistry/registries/tokens/read", "a token"),
            (
                "Microsoft.DocumentDB/databaseAccounts/listConnectionStrings/action",
                "a connection string",
            ),
            ("Microsoft.ContainerRegistry/registries/listCredentials/action", "a password"),
            ("Microsoft.Web/sites/publishxml/action", "a password"),
            ("Microsoft.DBforMySQL/servers/resetPassword/action", "a password"),
        ] {
            let mut key = HeldKey {
                operation: Operation::new(operation).expect("an operation"),
                scope: Scope::root(),
                mechanism: Mechanism::Returns,
                grants: Grants::Full,
                certainty: Certainty::Verified,
                held: Truth::True,
                opens: Truth::True,
                grant: None,
            };
            assert_eq!(credential(&key), expected, "{operation}");
            key.mechanism = Mechanism::Sets;
            assert_eq!(credential(&key), "a password or key of its own choice", "{operation}");
        }
    }
}
