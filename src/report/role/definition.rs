//! A role definition as `az role definition create` takes it.

use crate::ident::Plane;
use crate::model::{RoleDefinition, RoleKind};
use serde_json::{Map, Value, json};

/// The definition in the flat dialect (Pascal case), which az and Azure PowerShell both read; with
/// several blocks or a condition, in the dialect of REST.
#[must_use]
pub fn definition_json(role: &RoleDefinition, description: Option<&str>) -> Value {
    let texts = |patterns: &[crate::pattern::ActionPattern]| -> Vec<String> {
        patterns.iter().map(|pattern| pattern.text().to_string()).collect()
    };
    let scopes: Vec<&str> = role.assignable_scopes.iter().map(|scope| &**scope).collect();
    if let [block] = role.blocks.as_slice()
        && block.condition.is_none()
    {
        let mut fields = Map::new();
        if let Some(id) = role.id {
            fields.insert("Id".to_string(), json!(id.to_string()));
        }
        fields.insert("Name".to_string(), json!(role.name));
        fields.insert("IsCustom".to_string(), json!(role.kind == RoleKind::Custom));
        if let Some(description) = description {
            fields.insert("Description".to_string(), json!(description));
        }
        fields.insert("Actions".to_string(), json!(texts(&block.actions)));
        fields.insert("NotActions".to_string(), json!(texts(&block.not_actions)));
        fields.insert("DataActions".to_string(), json!(texts(&block.data_actions)));
        fields.insert("NotDataActions".to_string(), json!(texts(&block.not_data_actions)));
        fields.insert("AssignableScopes".to_string(), json!(scopes));
        return Value::Object(fields);
    }
    let permissions: Vec<Value> = role
        .blocks
        .iter()
        .map(|block| {
            let side = |plane| {
                let (allow, except) = block.side(plane);
                (texts(allow), texts(except))
            };
            let ((actions, not_actions), (data, not_data)) =
                (side(Plane::Control), side(Plane::Data));
            let guard = block.condition.as_ref();
            json!({"actions": actions, "notActions": not_actions, "dataActions": data,
                "notDataActions": not_data, "condition": guard.map(|guard| &*guard.text),
                "conditionVersion": guard.and_then(|guard| guard.version.as_deref())})
        })
        .collect();
    json!({"roleName": role.name, "name": role.id.map(|id| id.to_string()),
        "roleType": match role.kind { RoleKind::Custom => "CustomRole", RoleKind::BuiltIn => "BuiltInRole" },
        "description": description, "permissions": permissions, "assignableScopes": scopes})
}

/// Id and name.
pub(super) fn role_json(role: &RoleDefinition) -> Value {
    json!({"id": role.id.map(|id| id.to_string()), "name": role.name})
}
