//! Each kind of fact in the shapes of Azure's tools.

use serde_json::{Value, json};

use super::spelling::{fold_guid, last};
use super::world::{Assignment, Block, Deny, Group, Lock, ManagementGroup, Resource, Role, World};

const TENANT: &str = "72f988bf-0000-4000-8000-2d7cd011db47";
const AUTHORIZATION: &str = "providers/Microsoft.Authorization";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Az,
    Rest,
    PowerShell,
    ResourceGraph,
}

/// An id below a scope, spelled as Azure would whatever the scope's own spelling.
fn below(scope: &str, rest: &str) -> String {
    let scope = scope.trim_matches('/');
    if scope.is_empty() { format!("/{rest}") } else { format!("/{scope}/{rest}") }
}

fn permissions(blocks: &[Block]) -> Value {
    blocks
        .iter()
        .map(|block| {
            let version = block.condition.as_ref().map(|_| "2.0");
            json!({
                "actions": block.actions,
                "notActions": block.not_actions,
                "dataActions": block.data_actions,
                "notDataActions": block.not_data_actions,
                "condition": block.condition,
                "conditionVersion": version,
            })
        })
        .collect()
}

pub(crate) fn role_definition(role: &Role, shape: Shape) -> Value {
    let id = format!("/subscriptions/{TENANT}/{AUTHORIZATION}/roleDefinitions/{}", role.id);
    let scopes = json!([format!("/subscriptions/{TENANT}")]);
    match shape {
        Shape::Az => json!({
            "assignableScopes": scopes,
            "createdBy": null,
            "createdOn": "2024-02-02T21:55:09.880642+00:00",
            "description": "",
            "id": id,
            "name": role.id,
            "permissions": permissions(&role.blocks),
            "roleName": role.name,
            "roleType": "CustomRole",
            "type": "Microsoft.Authorization/roleDefinitions",
            "updatedOn": "2024-02-02T21:55:09.880642+00:00",
        }),
        Shape::Rest | Shape::ResourceGraph => json!({
            "properties": {
                "roleName": role.name,
                "type": "CustomRole",
                "description": "",
                "assignableScopes": scopes,
                "permissions": permissions(&role.blocks),
                "createdOn": "2024-02-02T21:55:09.8806423Z",
            },
            "id": if shape == Shape::Rest { id } else { id.to_ascii_lowercase() },
            "type": if shape == Shape::Rest { "Microsoft.Authorization/roleDefinitions" } else { "microsoft.authorization/roledefinitions" },
            "name": role.id,
        }),
        Shape::PowerShell => {
            let block = &role.blocks[0];
            json!({
                "Name": role.name,
                "Id": role.id,
                "IsCustom": true,
                "Description": "",
                "Actions": block.actions,
                "NotActions": block.not_actions,
                "DataActions": block.data_actions,
                "NotDataActions": block.not_data_actions,
                "AssignableScopes": scopes,
                "Condition": block.condition,
                "ConditionVersion": block.condition.as_ref().map(|_| "2.0"),
            })
        }
    }
}

pub(crate) fn role_assignment(a: &Assignment, world: &World, shape: Shape) -> Value {
    let id = below(&a.scope, &format!("{AUTHORIZATION}/roleAssignments/{}", a.id));
    let version = a.condition.as_ref().map(|_| "2.0");
    let role = world.roles.iter().find(|role| fold_guid(&role.id) == fold_guid(last(&a.role)));
    let role_name = role.map(|role| role.name.clone());
    match shape {
        Shape::Az => json!({
            "condition": a.condition,
            "conditionVersion": version,
            "createdOn": "2024-02-02T21:55:09.880642+00:00",
            "delegatedManagedIdentityResourceId": null,
            "description": null,
            "id": id,
            "name": a.id,
            "principalId": a.principal,
            "principalName": "",
            "principalType": a.principal_type,
            "roleDefinitionId": a.role,
            "roleDefinitionName": role_name,
            "scope": a.scope,
            "type": "Microsoft.Authorization/roleAssignments",
        }),
        Shape::Rest | Shape::ResourceGraph => json!({
            "properties": {
                "roleDefinitionId": a.role,
                "principalId": a.principal,
                "principalType": a.principal_type,
                "scope": a.scope,
                "condition": a.condition,
                "conditionVersion": version,
                "createdOn": "2024-02-02T21:55:09.8806423Z",
            },
            "id": id,
            "type": if shape == Shape::Rest { "Microsoft.Authorization/roleAssignments" } else { "microsoft.authorization/roleassignments" },
            "name": a.id,
        }),
        Shape::PowerShell => json!({
            "RoleAssignmentName": a.id,
            "RoleAssignmentId": id,
            "Scope": a.scope,
            "DisplayName": null,
            "SignInName": null,
            "RoleDefinitionName": role_name,
            "RoleDefinitionId": last(&a.role),
            "ObjectId": a.principal,
            "ObjectType": a.principal_type,
            "CanDelegate": false,
            "Description": null,
            "ConditionVersion": version,
            "Condition": a.condition,
        }),
    }
}

/// Eligible and time-bound assignments, as PIM lists them.
pub(crate) fn schedule_instance(a: &Assignment) -> Value {
    let kind = if a.eligible {
        "roleEligibilityScheduleInstances"
    } else {
        "roleAssignmentScheduleInstances"
    };
    let mut properties = json!({
        "scope": a.scope,
        "roleDefinitionId": a.role,
        "principalId": a.principal,
        "principalType": a.principal_type,
        "status": "Provisioned",
        "memberType": "Direct",
        "startDateTime": a.start,
        "endDateTime": a.end,
        "condition": a.condition,
        "conditionVersion": a.condition.as_ref().map(|_| "2.0"),
    });
    if !a.eligible {
        let origin = below(&a.scope, &format!("{AUTHORIZATION}/roleAssignments/{}", a.id));
        properties["assignmentType"] = json!("Assigned");
        properties["originRoleAssignmentId"] = json!(origin);
    }
    json!({
        "properties": properties,
        "name": a.id,
        "id": below(&a.scope, &format!("{AUTHORIZATION}/{kind}/{}", a.id)),
        "type": format!("Microsoft.Authorization/{kind}"),
    })
}

fn principal_type(id: &str, world: &World) -> &'static str {
    let is = |other: &String| fold_guid(other) == fold_guid(id);
    if fold_guid(id) == "0".repeat(32) {
        "SystemDefined"
    } else if world.groups.iter().any(|group| is(&group.id)) {
        "Group"
    } else if world.service_principals.iter().any(is) {
        "ServicePrincipal"
    } else {
        "User"
    }
}

pub(crate) fn deny_properties(deny: &Deny, world: &World) -> Value {
    let list = |ids: &[String]| -> Value {
        ids.iter().map(|id| json!({"id": id, "type": principal_type(id, world)})).collect()
    };
    let mut properties = json!({
        "denyAssignmentName": format!("deny {}", &deny.id[..8]),
        "description": null,
        "permissions": permissions(&deny.blocks),
        "scope": deny.scope,
        "doNotApplyToChildScopes": deny.exact_scope_only,
        "principals": list(&deny.principals),
        "excludePrincipals": list(&deny.excluded),
        "isSystemProtected": deny.system_protected,
    });
    if let Some(condition) = &deny.condition {
        properties["condition"] = json!(condition);
        properties["conditionVersion"] = json!("2.0");
    }
    if deny.audit {
        properties["denyAssignmentEffect"] = json!("audit");
    }
    properties
}

pub(crate) fn deny_assignment(deny: &Deny, world: &World, shape: Shape) -> Value {
    let id = below(&deny.scope, &format!("{AUTHORIZATION}/denyAssignments/{}", deny.id));
    if shape != Shape::PowerShell {
        return json!({
            "properties": deny_properties(deny, world),
            "id": id,
            "type": "Microsoft.Authorization/denyAssignments",
            "name": deny.id,
        });
    }
    let list = |ids: &[String]| -> Value {
        let entry = |id: &String| json!({"DisplayName": "", "ObjectType": principal_type(id, world), "ObjectId": id});
        ids.iter().map(entry).collect()
    };
    let block = &deny.blocks[0];
    json!({
        "Id": id,
        "DenyAssignmentName": format!("deny {}", &deny.id[..8]),
        "Description": null,
        "Actions": block.actions,
        "NotActions": block.not_actions,
        "DataActions": block.data_actions,
        "NotDataActions": block.not_data_actions,
        "Scope": deny.scope,
        "DoNotApplyToChildScopes": deny.exact_scope_only,
        "Principals": list(&deny.principals),
        "ExcludePrincipals": list(&deny.excluded),
        "IsSystemProtected": deny.system_protected,
        "Condition": deny.condition,
        "ConditionVersion": deny.condition.as_ref().map(|_| "2.0"),
    })
}

pub(crate) fn resource(resource: &Resource) -> Value {
    json!({
        "id": resource.id,
        "name": last(&resource.id),
        "type": resource.kind,
        "location": "westeurope",
        "properties": resource.properties,
    })
}

pub(crate) fn level(lock: &Lock) -> &'static str {
    if lock.read_only { "ReadOnly" } else { "CanNotDelete" }
}

pub(crate) fn management_lock(lock: &Lock, number: usize, shape: Shape) -> Value {
    let name = format!("lock-{number}");
    let id = below(&lock.scope, &format!("{AUTHORIZATION}/locks/{name}"));
    let kind = "Microsoft.Authorization/locks";
    if shape == Shape::Az {
        json!({"id": id, "level": level(lock), "name": name, "notes": null, "owners": null, "type": kind})
    } else {
        json!({"properties": {"level": level(lock), "notes": ""}, "id": id, "type": kind, "name": name})
    }
}

pub(crate) fn group(group: &Group, world: &World) -> Value {
    let members: Vec<Value> = group
        .members
        .iter()
        .map(|id| {
            let kind = match principal_type(id, world) {
                "Group" => "group",
                "ServicePrincipal" => "servicePrincipal",
                _ => "user",
            };
            json!({"@odata.type": format!("#microsoft.graph.{kind}"), "id": id})
        })
        .collect();
    json!({
        "id": group.id,
        "displayName": format!("group {}", &group.id[..8]),
        "securityEnabled": group.security_enabled,
        "mailEnabled": !group.security_enabled,
        "groupTypes": if group.security_enabled { json!([]) } else { json!(["Unified"]) },
        "members": members,
    })
}

pub(crate) fn user(id: &str, number: usize) -> Value {
    json!({"id": id, "displayName": format!("User {number}"), "userPrincipalName": format!("user{number}@contoso.example")})
}

pub(crate) fn service_principal(id: &str) -> Value {
    json!({
        "id": id,
        "appId": id.replace('4', "5"),
        "displayName": format!("app {}", &id[..8]),
        "servicePrincipalType": "Application",
        "alternativeNames": [],
    })
}

pub(crate) fn account(id: &str) -> Value {
    json!({
        "cloudName": "AzureCloud",
        "homeTenantId": TENANT,
        "id": id,
        "isDefault": false,
        "managedByTenants": [],
        "name": format!("Subscription {}", &id[..8]),
        "state": "Enabled",
        "tenantId": TENANT,
        "user": {"name": "me@contoso.example", "type": "user"},
    })
}

pub(crate) fn management_group_id(name: &str) -> String {
    format!("/providers/Microsoft.Management/managementGroups/{name}")
}

/// `POST /providers/Microsoft.Management/getEntities`.
pub(crate) fn entities(world: &World) -> Vec<Value> {
    let entity = |id: String, kind: &str, name: &str, parent: Option<&String>| {
        let parent = parent.map(|parent| json!({"id": management_group_id(parent)}));
        json!({
            "id": id,
            "type": kind,
            "name": name,
            "properties": {"tenantId": TENANT, "displayName": name, "parent": parent},
        })
    };
    let groups = world.management_groups.iter().map(|group| {
        let kind = "Microsoft.Management/managementGroups";
        entity(management_group_id(&group.id), kind, &group.id, group.parent.as_ref())
    });
    let subscriptions = world.subscriptions.iter().map(|s| {
        entity(
            format!("/subscriptions/{}", s.id),
            "/subscriptions",
            &s.id,
            s.management_group.as_ref(),
        )
    });
    groups.chain(subscriptions).collect()
}

/// `az account management-group show -n ROOT -e -r`.
pub(crate) fn nested(group: &ManagementGroup, world: &World) -> Value {
    let hangs_here = |parent: &Option<String>| {
        parent.as_ref().is_some_and(|parent| last(parent).eq_ignore_ascii_case(&group.id))
    };
    let mut children: Vec<Value> = world
        .management_groups
        .iter()
        .filter(|child| hangs_here(&child.parent))
        .map(|child| nested(child, world))
        .collect();
    children.extend(world.subscriptions.iter().filter(|s| hangs_here(&s.management_group)).map(
        |s| {
            json!({
                "children": null,
                "displayName": s.id,
                "id": format!("/subscriptions/{}", s.id),
                "name": s.id,
                "type": "/subscriptions",
            })
        },
    ));
    let mut tree = json!({
        "children": if children.is_empty() { Value::Null } else { json!(children) },
        "displayName": group.id,
        "id": management_group_id(&group.id),
        "name": group.id,
        "type": "Microsoft.Management/managementGroups",
    });
    if group.parent.is_none() {
        tree["tenantId"] = json!(TENANT);
        tree["details"] = json!({"parent": null, "version": 1});
    }
    tree
}
