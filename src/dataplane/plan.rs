//! What to assign before a switch is set.

use super::audit::ResourceDoors;
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
    /// What no assignment mends: operations without a role, a service that asks its own roles.
    pub notes: Vec<String>,
}

/// The role assignments that keep everybody working who now has only the key.
#[must_use]
pub fn plan(tenant: &Tenant, resource: &ResourceDoors) -> Plan {
    let mut plan = Plan::default();
    for stake in &resource.stakes {
        for role in &stake.roles {
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
