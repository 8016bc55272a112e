//! Would the service accept this role definition, role assignment or deny assignment?
//! (semantics.md 8 and 5.13)

use crate::catalog::{Catalog, Certainty};
use crate::condition::LENGTH_LIMIT;
use crate::ident::{Operation, Plane, Scope, ScopeKind};
use crate::model::{
    Assignment, Deny, Facts, Guard, PermissionBlock, PrincipalType, RoleDefinition, RoleKind,
    RoleRef,
};
use crate::pattern::ActionPattern;
use crate::tenant::{RoleState, Tenant};
use serde_json::Value;

/// The most characters of a role's name (semantics.md 8.1).
const NAME_LIMIT: usize = 512;
/// The most bytes of a description (semantics.md 8.1, 8.13).
const DESCRIPTION_LIMIT: usize = 2 * 1024;
/// The most assignable scopes (semantics.md 8.1).
const SCOPE_LIMIT: usize = 2_000;

/// Why the service would refuse what `facts` hold; empty where it would accept. `raw` is the object
/// as it was written: some rules speak of fields that decide nothing later.
#[must_use]
pub fn refusals(tenant: &Tenant, facts: &Facts, raw: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for role in &facts.roles {
        role_definition(tenant.catalog(), role, &mut found);
    }
    for assignment in &facts.assignments {
        role_assignment(tenant, assignment, facts.scope_at(assignment.scope), &mut found);
    }
    for deny in &facts.denies {
        deny_assignment(deny, raw, &mut found);
    }
    let description = raw.get("description").or_else(|| raw.get("Description"));
    if description.and_then(Value::as_str).is_some_and(|text| text.len() > DESCRIPTION_LIMIT) {
        found.push(format!("the description is longer than {DESCRIPTION_LIMIT} bytes (8.1)"));
    }
    found
}

fn role_definition(catalog: &Catalog, role: &RoleDefinition, found: &mut Vec<String>) {
    if role.kind == RoleKind::BuiltIn {
        return;
    }
    if role.name.chars().count() > NAME_LIMIT {
        found.push(format!("the name is longer than {NAME_LIMIT} characters (8.1)"));
    }
    assignable_scopes(role, found);
    for block in &role.blocks {
        for plane in [Plane::Control, Plane::Data] {
            let (allow, except) = block.side(plane);
            for pattern in allow.iter().chain(except) {
                action(catalog, pattern, plane, found);
            }
        }
    }
}

fn assignable_scopes(role: &RoleDefinition, found: &mut Vec<String>) {
    if role.assignable_scopes.is_empty() {
        found.push("a custom role needs at least one assignable scope (8.2)".to_string());
    }
    if role.assignable_scopes.len() > SCOPE_LIMIT {
        found.push(format!("more than {SCOPE_LIMIT} assignable scopes (8.1)"));
    }
    let mut groups = 0;
    for text in &role.assignable_scopes {
        match Scope::new(text) {
            Ok(scope) => match scope.kind() {
                ScopeKind::Root => {
                    found.push(
                        "a custom role cannot name `/` as assignable scope (8.2)".to_string(),
                    );
                }
                ScopeKind::ManagementGroup => groups += 1,
                ScopeKind::Subscription | ScopeKind::ResourceGroup | ScopeKind::Resource => {}
            },
            Err(error) => found.push(format!("{} (8.2)", error.message())),
        }
    }
    if groups > 1 {
        found.push("more than one management group among the assignable scopes (8.2)".to_string());
    }
}

fn action(catalog: &Catalog, pattern: &ActionPattern, plane: Plane, found: &mut Vec<String>) {
    if pattern.stars() > 1 {
        found.push(format!("`{pattern}` holds more than one `*` (2.6, InvalidActionOrNotAction)"));
    }
    if pattern.is_wildcard() {
        return;
    }
    let Ok(operation) = Operation::new(pattern.text()) else { return };
    let planes = catalog.planes(&operation);
    if planes.on(plane).is_none() && planes.on(plane.other()) == Some(Certainty::Observed) {
        found.push(format!(
            "`{pattern}` is a {}-plane operation and stands under {} (3.3)",
            plane.other(),
            plane.grant_list()
        ));
    }
}

fn role_assignment(
    tenant: &Tenant,
    assignment: &Assignment,
    scope: &Scope,
    found: &mut Vec<String>,
) {
    let role = match &assignment.role {
        RoleRef::Id(id) => tenant
            .roles()
            .find_map(|ix| match tenant.role(ix) {
                RoleState::Known(role) if role.id == Some(*id) => Some(role.clone()),
                _ => None,
            })
            .or_else(|| tenant.catalog().role(*id)),
        RoleRef::Name(_) => None,
    };
    match &role {
        None => found.push("the role is not defined (8.10)".to_string()),
        Some(role) => {
            if role.kind == RoleKind::Custom {
                custom_role_at(tenant, role, scope, found);
            }
            if let Some(guard) = assignment.condition() {
                guid_operator_beside_storage(role, guard, found);
            }
        }
    }
    let twice = tenant.assignments().any(|ix| {
        let other = tenant.assignment(ix);
        other.principal == assignment.principal
            && other.role == assignment.role
            && tenant.scope_text(tenant.assignment_scope(ix)) == scope
    });
    if twice {
        found.push(
            "the same principal, role and scope are assigned already; a condition does not make it another assignment (8.11)".to_string(),
        );
    }
    if let Some(guard) = assignment.condition() {
        condition(guard, found);
    }
}

fn custom_role_at(tenant: &Tenant, role: &RoleDefinition, scope: &Scope, found: &mut Vec<String>) {
    let has_data = role.blocks.iter().any(|block| !block.data_actions.is_empty());
    if has_data && scope.kind() == ScopeKind::ManagementGroup {
        found.push(
            "a custom role with data actions cannot be assigned at a management group (8.4)"
                .to_string(),
        );
    }
    let below = |assignable: &str| {
        let Ok(assignable) = Scope::new(assignable) else { return false };
        if assignable.contains(scope) {
            return true;
        }
        // Below a management group only the tenant's tree tells.
        let Some(above) = tenant.scope(&assignable) else { return false };
        let mut at = tenant.scope(scope);
        let mut text = Some(scope.clone());
        while at.is_none() {
            text = text.and_then(|scope| scope.parent());
            match &text {
                Some(scope) => at = tenant.scope(scope),
                None => return false,
            }
        }
        at.is_some_and(|at| tenant.is_above(above, at))
    };
    if !role.assignable_scopes.iter().any(|assignable| below(assignable)) {
        found.push(
            "the scope is not at or below an assignable scope of the role (8.10, RoleAssignmentScopeNotAssignableToRoleDefinition)".to_string(),
        );
    }
}

fn condition(guard: &Guard, found: &mut Vec<String>) {
    if guard.text.len() > LENGTH_LIMIT {
        found.push(format!("the condition is longer than {LENGTH_LIMIT} bytes (8.13)"));
    }
    if guard.version.as_deref().is_some_and(|version| version != "2.0") {
        found.push("conditionVersion is not `2.0` (8.13)".to_string());
    }
    if let Err(error) = &guard.parsed {
        found.push(error.message().to_string());
    }
}

/// A role with storage data actions and a GUID operator in the condition do not go together
/// (semantics.md 8.15).
fn guid_operator_beside_storage(role: &RoleDefinition, guard: &Guard, found: &mut Vec<String>) {
    let storage = role.blocks.iter().flat_map(|block| &block.data_actions).any(|pattern| {
        pattern.folded().starts_with("microsoft.storage/") || pattern.folded() == "*"
    });
    let Ok(condition) = &guard.parsed else { return };
    let uses_guid = condition.attributes().into_iter().any(|(source, name)| {
        condition.value_type(source, name) == Some(crate::condition::ValueType::Guid)
    });
    if storage && uses_guid {
        found.push(
            "a GUID operator in the condition of a role with storage data actions is not supported (8.15)".to_string(),
        );
    }
}

/// semantics.md 5.1, 5.3 and, for denies that users create, 5.13.
fn deny_assignment(deny: &Deny, raw: &Value, found: &mut Vec<String>) {
    if deny.excludes.iter().any(|p| p.kind == PrincipalType::Everyone) {
        found.push("everyone can stand in `principals` only (5.3)".to_string());
    }
    if deny.blocks.iter().all(|block| block.actions.is_empty() && block.data_actions.is_empty()) {
        found.push("neither actions nor dataActions (5.1)".to_string());
    }
    if deny.system_protected {
        return;
    }
    let everyone = deny.principals.iter().any(|p| p.kind == PrincipalType::Everyone);
    if everyone && deny.excludes.is_empty() {
        found.push("everyone needs at least one excluded principal (5.13)".to_string());
    }
    if !everyone && deny.principals.len() != 1 {
        found.push("exactly one principal, or everyone (5.13)".to_string());
    }
    if deny
        .principals
        .iter()
        .any(|p| matches!(p.kind, PrincipalType::Group | PrincipalType::ForeignGroup))
    {
        found.push("a group cannot be denied by a user-created deny assignment (5.13)".to_string());
    }
    if deny.only_at_scope {
        found.push(
            "doNotApplyToChildScopes is not for user-created deny assignments (5.13)".to_string(),
        );
    }
    let excludes =
        raw.get("excludePrincipals").or_else(|| raw.pointer("/properties/excludePrincipals"));
    if excludes.and_then(Value::as_array).is_some_and(Vec::is_empty) {
        found.push("an empty excludePrincipals is refused; leave it out (5.13)".to_string());
    }
    for block in &deny.blocks {
        user_deny_block(block, found);
    }
}

fn user_deny_block(block: &PermissionBlock, found: &mut Vec<String>) {
    if !block.data_actions.is_empty() {
        found.push("user-created deny assignments hold no data actions (5.13)".to_string());
    }
    for pattern in &block.actions {
        let folded = pattern.folded();
        if folded == "microsoft.authorization/denyassignments/write"
            || folded == "microsoft.authorization/denyassignments/delete"
        {
            found.push(format!("`{pattern}` cannot be denied by a user (5.13)"));
        }
        let reads = folded.ends_with("/read") || folded == "*" || folded.ends_with("/*");
        let taken_out = block.not_actions.iter().any(|except| {
            let except = except.folded();
            except == "*/read" || except == "*" || except == folded
        });
        if reads && !taken_out {
            found.push(format!("`{pattern}` also denies reads (5.13, U11)"));
        }
    }
}
