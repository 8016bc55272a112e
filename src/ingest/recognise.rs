//! What is this object? Told by what it holds, never by the name of its file.

use super::entry::Entry;
use super::node::Node;
use crate::model::PrincipalType;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    RoleDefinition,
    RoleAssignment,
    Eligibility,
    Schedule,
    Deny,
    Lock,
    Directory(PrincipalType),
    ManagementGroup,
    Subscription,
    Resource,
    /// The summary that the collect script writes.
    Summary,
    /// A classic administrator.
    Classic,
    /// A refusal of Azure's, saved as if it were the answer.
    AzureError,
    /// A service's own role system: Managed HSM, Cosmos DB.
    Native(&'static str),
    /// Something that no question hangs on, by this name.
    Unneeded(&'static str),
    Unknown,
}

/// Recognises one object.
pub(crate) fn recognise(entry: &Entry<'_, '_>) -> Shape {
    let own = |name: &str| match entry.find_own(name) {
        Ok(Some(field)) => match field.node {
            Node::Text(text) => text.to_ascii_lowercase(),
            _ => String::new(),
        },
        _ => String::new(),
    };
    if entry.has(&["azrbacSnapshot"]) {
        return Shape::Summary;
    }
    if super::summary::error_of(entry).is_some() {
        return Shape::AzureError;
    }
    let kind = own("type");
    let id = own("id");
    if let Some(native) = native(entry, &kind, &id) {
        return Shape::Native(native);
    }
    if super::classic::among_assignments(entry) {
        return Shape::Classic;
    }
    if let Some(shape) = by_type(&kind) {
        return shape;
    }
    if let Some(kind) = directory_kind(entry) {
        return Shape::Directory(kind);
    }
    if let Some(shape) = by_fields(entry) {
        return shape;
    }
    if let Some(shape) = collection(&id).and_then(by_type) {
        return shape;
    }
    if let Some(rest) = id.strip_prefix("/providers/microsoft.management/managementgroups/")
        && !rest.contains('/')
    {
        return Shape::ManagementGroup;
    }
    if id.starts_with('/') && kind.contains('/') {
        return Shape::Resource;
    }
    Shape::Unknown
}

/// The type that an id ends with, where it is one of Microsoft.Authorization's:
/// `microsoft.authorization/roleassignments`.
fn collection(id: &str) -> Option<&str> {
    let begin = id.rfind("/providers/microsoft.authorization/")? + "/providers/".len();
    let (kind, name) = id[begin..].rsplit_once('/')?;
    (!name.is_empty() && kind.matches('/').count() == 1).then_some(kind)
}

fn by_type(kind: &str) -> Option<Shape> {
    let last = kind.trim_start_matches('/');
    Some(match last {
        "microsoft.authorization/roledefinitions" => Shape::RoleDefinition,
        "microsoft.authorization/roleassignments" => Shape::RoleAssignment,
        "microsoft.authorization/denyassignments" => Shape::Deny,
        "microsoft.authorization/locks" => Shape::Lock,
        "microsoft.authorization/roleeligibilityscheduleinstances"
        | "microsoft.authorization/roleeligibilityschedules" => Shape::Eligibility,
        "microsoft.authorization/roleassignmentscheduleinstances"
        | "microsoft.authorization/roleassignmentschedules" => Shape::Schedule,
        "microsoft.management/managementgroups"
        | "providers/microsoft.management/managementgroups" => Shape::ManagementGroup,
        "subscriptions" | "microsoft.resources/subscriptions" => Shape::Subscription,
        "microsoft.authorization/classicadministrators" => Shape::Classic,
        "microsoft.authorization/policyassignments"
        | "microsoft.authorization/policydefinitions"
        | "microsoft.authorization/policysetdefinitions"
        | "microsoft.authorization/policyexemptions" => {
            Shape::Unneeded("Azure Policy (outside RBAC, semantics.md 15.5)")
        }
        _ => return None,
    })
}

fn by_fields(entry: &Entry<'_, '_>) -> Option<Shape> {
    let has = |names: &[&str]| entry.has(names);
    if has(&["denyAssignmentName", "excludePrincipals"])
        || (has(&["principals"]) && has(&["permissions", "actions"]))
    {
        return Some(Shape::Deny);
    }
    if has(&["roleEligibilityScheduleId", "linkedRoleEligibilityScheduleInstanceId"])
        && !has(&["roleAssignmentScheduleId"])
    {
        return Some(Shape::Eligibility);
    }
    if has(&["roleAssignmentScheduleId", "originRoleAssignmentId"]) {
        return Some(Shape::Schedule);
    }
    if has(&["principalId", "objectId"]) && has(&["roleDefinitionId", "roleDefinitionName"]) {
        return Some(Shape::RoleAssignment);
    }
    if has(&["roleDefinitionId"]) && has(&["scope", "roleAssignmentId"]) {
        return Some(Shape::RoleAssignment);
    }
    if has(&[
        "permissions",
        "actions",
        "notActions",
        "dataActions",
        "notDataActions",
        "assignableScopes",
    ]) {
        return Some(Shape::RoleDefinition);
    }
    if has(&["level"]) && has(&["lockId", "scope", "resourceId", "notes", "owners"]) {
        return Some(Shape::Lock);
    }
    if has(&["subscriptionPolicies", "homeTenantId", "managedByTenants"])
        || (has(&["tenantId"]) && has(&["isDefault", "cloudName", "state", "managementGroup"]))
        || (has(&["subscriptionId"]) && has(&["state", "displayName"]) && !has(&["type"]))
    {
        return Some(Shape::Subscription);
    }
    if has(&["identifierUris", "signInAudience"]) {
        return Some(Shape::Unneeded("application registrations (their service principals count)"));
    }
    None
}

/// User, group or service principal: Graph's `@odata.type`, or fields that only one of them has.
pub(crate) fn directory_kind(entry: &Entry<'_, '_>) -> Option<PrincipalType> {
    if let Ok(Some(kind)) = entry.filled(&["@odata.type"]) {
        return match kind.to_ascii_lowercase().as_str() {
            "#microsoft.graph.user" => Some(PrincipalType::User),
            "#microsoft.graph.group" => Some(PrincipalType::Group),
            "#microsoft.graph.serviceprincipal" => Some(PrincipalType::ServicePrincipal),
            "#microsoft.graph.device" => Some(PrincipalType::Device),
            _ => None,
        };
    }
    let has_id = entry.guid(&["id", "objectId"]).ok().flatten().is_some();
    if !has_id || entry.has(&["roleDefinitionId", "roleDefinitionName", "permissions"]) {
        return None;
    }
    if entry.has(&["userPrincipalName"]) {
        return Some(PrincipalType::User);
    }
    if entry.has(&["servicePrincipalType", "servicePrincipalNames"]) {
        return Some(PrincipalType::ServicePrincipal);
    }
    if entry.has(&["members", "securityEnabled", "groupTypes", "mailEnabled"]) {
        return Some(PrincipalType::Group);
    }
    None
}

/// Managed HSM and Cosmos DB use Azure's words with scopes of their own (issue: keep them out).
fn native(entry: &Entry<'_, '_>, kind: &str, id: &str) -> Option<&'static str> {
    const COSMOS: [&str; 7] = [
        "sqlroleassignments",
        "sqlroledefinitions",
        "mongodbroledefinitions",
        "mongodbuserdefinitions",
        "cassandraroleassignments",
        "cassandraroledefinitions",
        "gremlinroleassignments",
    ];
    if COSMOS.iter().any(|part| kind.contains(part) || id.contains(&format!("/{part}/"))) {
        return Some("Cosmos DB's own role system");
    }
    let hsm = |text: &str| {
        text.trim_start_matches('/')
            .to_ascii_lowercase()
            .starts_with("microsoft.keyvault/providers/")
    };
    let role = entry.filled(&["roleDefinitionId"]).ok().flatten().unwrap_or_default();
    let scope = entry.filled(&["scope"]).ok().flatten().unwrap_or_default();
    if hsm(id) || hsm(role) || scope == "/keys" || scope.starts_with("/keys/") {
        return Some("Managed HSM's own role system");
    }
    None
}

/// Is a top-level object a scenario document?
pub(crate) fn is_scenario(node: &Node<'_>) -> bool {
    match node {
        Node::Object(fields) => fields.iter().any(|(key, _)| {
            matches!(
                &**key,
                "tenant"
                    | "checks"
                    | "whoCan"
                    | "whereCan"
                    | "expressions"
                    | "validations"
                    | "include"
            )
        }),
        Node::List(items) => items.first().is_some_and(is_scenario),
        _ => false,
    }
}

/// Which shape a list of a scenario's tenant holds, by its name.
pub(crate) fn shape_of_list(list: &str) -> Option<Shape> {
    Some(match list {
        "roleDefinitions" => Shape::RoleDefinition,
        "roleAssignments" => Shape::RoleAssignment,
        "denyAssignments" => Shape::Deny,
        "users" => Shape::Directory(PrincipalType::User),
        "groups" => Shape::Directory(PrincipalType::Group),
        "servicePrincipals" => Shape::Directory(PrincipalType::ServicePrincipal),
        "managementGroups" => Shape::ManagementGroup,
        "subscriptions" => Shape::Subscription,
        "resources" => Shape::Resource,
        "locks" => Shape::Lock,
        _ => return None,
    })
}
