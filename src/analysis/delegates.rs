//! Which roles may a role hand out, and to which kinds of principals?
//!
//! 28 built-in roles may write role assignments; most of them only under a condition inside the
//! definition. The answer is not read off the text: the condition is asked for every role of the
//! catalog and every kind of principal.

use crate::catalog::Catalog;
use crate::condition::{AttributeSource, AttributeValue, Attributes, Inputs};
use crate::ident::{Guid, Operation, Plane};
use crate::model::{PermissionBlock, RoleDefinition};
use crate::pattern::Wildcards;
use crate::truth::Truth;

/// The kinds of principals that a role assignment may name (semantics.md 9.9).
pub const KINDS: [&str; 3] = ["User", "Group", "ServicePrincipal"];

/// What may be done about one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegated {
    /// The role that is handed out.
    pub role: Guid,
    /// Its name.
    pub name: String,
    /// For each of [`KINDS`]: may it be assigned to one?
    pub write: [Truth; 3],
    /// For each of [`KINDS`]: may such an assignment be removed?
    pub delete: [Truth; 3],
}

/// What a role may do about role assignments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Does a condition limit it?
    pub conditional: bool,
    /// Every role of the catalog about which anything may be done.
    pub roles: Vec<Delegated>,
    /// How many roles were asked about.
    pub asked: usize,
}

/// The built-in roles that can write role assignments, by name.
#[must_use]
pub fn delegating_roles(catalog: &Catalog) -> Vec<RoleDefinition> {
    let Ok(write) = Operation::new("Microsoft.Authorization/roleAssignments/write") else {
        return Vec::new();
    };
    let mut found: Vec<RoleDefinition> = catalog
        .roles()
        .iter()
        .map(|entry| entry.definition())
        .filter(|role| role.blocks.iter().any(|block| holds(block, &write)))
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn holds(block: &PermissionBlock, operation: &Operation) -> bool {
    let (allow, except) = block.side(Plane::Control);
    let any = |list: &[crate::pattern::ActionPattern]| {
        list.iter().any(|pattern| pattern.matches(operation, Wildcards::Azure).is_match())
    };
    any(allow) && !any(except)
}

/// Which roles of the catalog may a role hand out and take back, and to whom?
///
/// ```
/// use azrbac::{analysis::delegates, catalog::Catalog};
/// let catalog = Catalog::newest();
/// let vault = catalog.roles().by_name("Key Vault Data Access Administrator")[0].definition();
/// let found = delegates::delegates(&catalog, &vault);
/// assert!(found.conditional);
/// assert!(found.roles.iter().all(|role| role.name.starts_with("Key Vault")));
/// ```
#[must_use]
pub fn delegates(catalog: &Catalog, role: &RoleDefinition) -> Delegation {
    const NAMES: [(&str, AttributeSource); 2] = [
        ("Microsoft.Authorization/roleAssignments/write", AttributeSource::Request),
        ("Microsoft.Authorization/roleAssignments/delete", AttributeSource::Resource),
    ];
    let mut conditional = false;
    let mut asked = 0;
    let mut roles = Vec::new();
    for entry in catalog.roles().iter() {
        let Some(id) = entry.id() else { continue };
        asked += 1;
        let mut values = [[Truth::False; 3]; 2];
        for (slot, (name, source)) in values.iter_mut().zip(NAMES) {
            let Ok(operation) = Operation::new(name) else { continue };
            for (value, kind) in slot.iter_mut().zip(KINDS) {
                let attributes = attributes(source, id, kind);
                for block in role.blocks.iter().filter(|block| holds(block, &operation)) {
                    let truth = match &block.condition {
                        None => Truth::True,
                        Some(guard) => {
                            conditional = true;
                            guard.parsed.as_ref().map_or(Truth::Unknown, |condition| {
                                condition
                                    .evaluate(&Inputs {
                                        operation: &operation,
                                        plane: Plane::Control,
                                        sub_operations: None,
                                        attributes: &attributes,
                                        complete: false,
                                        wildcards: Wildcards::Azure,
                                    })
                                    .truth
                            })
                        }
                    };
                    *value = value.or(truth);
                }
            }
        }
        let [write, delete] = values;
        if write.iter().chain(&delete).any(|truth| !truth.is_false()) {
            roles.push(Delegated { role: id, name: entry.name().to_string(), write, delete });
        }
    }
    roles.sort_by(|a, b| (&a.name, a.role).cmp(&(&b.name, b.role)));
    Delegation { conditional, roles, asked }
}

fn attributes(source: AttributeSource, role: Guid, kind: &str) -> Attributes {
    let prefix = "Microsoft.Authorization/roleAssignments";
    let mut attributes = Attributes::default();
    let mut add = |name: &str, value: String| {
        attributes.insert(source, &format!("{prefix}:{name}"), AttributeValue::Text(value));
    };
    add("RoleDefinitionId", role.to_string());
    add("PrincipalType", kind.to_string());
    attributes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_eight_roles_delegate_and_three_without_a_condition() {
        let catalog = Catalog::newest();
        let roles = delegating_roles(&catalog);
        assert_eq!(roles.len(), 28);
        let free: Vec<String> = roles
            .iter()
            .filter(|role| !delegates(&catalog, role).conditional)
            .map(|role| role.name.to_string())
            .collect();
        assert_eq!(
            free,
            ["Owner", "Role Based Access Control Administrator", "User Access Administrator"]
        );
    }
}
