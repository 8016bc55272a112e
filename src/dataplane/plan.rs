//! What to assign before a switch is set.

use super::standing::{ResourceDoors, Stake};
use crate::ident::{Guid, Scope};
use crate::model::PrincipalType;
use crate::tenant::{PrincipalIx, Tenant};

/// A role assignment that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAssignment {
    /// Who gets it: whoever holds the key operation, so a group where a group does.
    pub principal: PrincipalIx,
    /// The role's GUID.
    pub role: Guid,
    /// The role's name.
    pub role_name: String,
    /// Where: the resource itself.
    pub scope: Scope,
    /// The command that makes it.
    pub command: String,
}

/// What a platform team needs on the day before it closes local authentication of a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The assignments, by principal.
    pub assignments: Vec<NewAssignment>,
    /// What no role assignment mends: operations without a role; a service that asks its own roles, with
    /// the command that grants one of those where it is known.
    pub notes: Vec<String>,
}

/// The role assignments that keep everybody working who now has only the key.
#[must_use]
pub fn plan(tenant: &Tenant, resource: &ResourceDoors) -> Plan {
    let mut plan = Plan::default();
    for stake in &resource.stakes {
        for role in stake.roles.iter() {
            let made = NewAssignment {
                principal: stake.holder,
                role: role.id,
                role_name: role.name.clone(),
                scope: resource.resource.clone(),
                command: command(tenant, stake.holder, &role.name, &resource.resource),
            };
            if !plan.assignments.contains(&made) {
                plan.assignments.push(made);
            }
        }
        if let Some(command) = native(tenant, stake, &resource.resource) {
            let note = format!(
                "{} asks its own roles: for {}, {command}",
                resource.service,
                tenant.principal_name(stake.holder)
            );
            if !plan.notes.contains(&note) {
                plan.notes.push(note);
            }
            continue;
        }
        let name = tenant.principal_name(stake.principal);
        if stake.roles.is_empty() {
            plan.notes.push(format!(
                "no built-in role lets {name} in: {} does not ask Azure RBAC for its data",
                resource.service
            ));
        } else if !stake.uncovered.is_empty() {
            plan.notes.push(format!(
                "no built-in role grants {} of the {} data operations that {name} reaches with the key",
                stake.uncovered.len(),
                stake.loses.len()
            ));
        }
    }
    plan.assignments.sort_by(|a, b| (a.principal, &a.role_name).cmp(&(b.principal, &b.role_name)));
    plan.notes.dedup();
    plan
}

/// The command for a service with roles of its own. The ids and names are those that are there in every
/// account: Cosmos DB's built-in Data Reader and Data Contributor, the cache's Data Contributor.
fn native(tenant: &Tenant, stake: &Stake, resource: &Scope) -> Option<String> {
    let kind = resource.resource_type()?.to_ascii_lowercase();
    let (name, group) = (resource.leaf(), resource.resource_group()?);
    let (id, group) = (tenant.principal_id(stake.holder), group.leaf());
    match &*kind {
        "microsoft.documentdb/databaseaccounts" => {
            let role = if stake.reads_only() { 1 } else { 2 };
            Some(format!(
                "az cosmosdb sql role assignment create --account-name {name} --resource-group {group} \
                 --scope \"/\" --principal-id {id} \
                 --role-definition-id 00000000-0000-0000-0000-{role:012}"
            ))
        }
        "microsoft.cache/redis" => Some(format!(
            "az redis access-policy-assignment create --name {name} --resource-group {group} \
             --policy-assignment-name {id} --object-id {id} --object-id-alias {id} \
             --access-policy-name \"Data Contributor\""
        )),
        _ => None,
    }
}

/// The type is said so that az need not look it up, which fails for a principal just made.
fn command(tenant: &Tenant, principal: PrincipalIx, role: &str, scope: &Scope) -> String {
    let kind = match tenant.principal_kind(principal) {
        PrincipalType::Everyone | PrincipalType::Unknown | PrincipalType::Device => String::new(),
        kind @ (PrincipalType::User
        | PrincipalType::Group
        | PrincipalType::ServicePrincipal
        | PrincipalType::ForeignGroup) => format!(" --assignee-principal-type {}", kind.as_str()),
    };
    format!(
        "az role assignment create --assignee-object-id {}{kind} --role \"{role}\" --scope \"{scope}\"",
        tenant.principal_id(principal)
    )
}
