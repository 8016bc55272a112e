//! The order of containment for programs; `report::picture` draws it.

use super::definition::role_json;
use crate::analysis::role::Lattice;
use crate::model::RoleDefinition;
use serde_json::{Value, json};

/// The classes of roles that grant the same, and the direct containments between them.
#[must_use]
pub fn lattice_json(lattice: &Lattice, roles: &[RoleDefinition]) -> Value {
    let classes: Vec<Value> = lattice
        .classes
        .iter()
        .enumerate()
        .map(|(number, class)| {
            let roles: Vec<Value> =
                class.roles.iter().map(|role| role_json(&roles[*role])).collect();
            json!({"id": number, "roles": roles, "above": class.above.count()})
        })
        .collect();
    let edges: Vec<Value> = lattice
        .edges
        .iter()
        .map(|(smaller, greater)| json!({"from": smaller, "to": greater}))
        .collect();
    json!({"version": 1, "classes": classes, "edges": edges})
}
