//! The order of containment, to be drawn or read by programs. An arrow goes from the smaller role to
//! the greater one.

use super::definition::role_json;
use crate::analysis::role::Lattice;
use crate::model::RoleDefinition;
use crate::report::safe;
use serde_json::{Value, json};

fn label(lattice: &Lattice, roles: &[RoleDefinition], class: usize, between: &str) -> String {
    let names: Vec<String> =
        lattice.classes[class].roles.iter().map(|role| safe(&roles[*role].name)).collect();
    names.join(between)
}

/// For Graphviz.
#[must_use]
pub fn lattice_dot(lattice: &Lattice, roles: &[RoleDefinition]) -> String {
    let mut text = String::from(
        "digraph roles {\n  rankdir=BT;\n  node [shape=box, fontname=\"sans-serif\"];\n",
    );
    for class in 0..lattice.classes.len() {
        let names: Vec<String> = label(lattice, roles, class, "\n")
            .lines()
            .map(|line| line.replace('\\', "\\\\").replace('"', "\\\""))
            .collect();
        text.push_str(&format!("  r{class} [label=\"{}\"];\n", names.join("\\n")));
    }
    for (smaller, greater) in &lattice.edges {
        text.push_str(&format!("  r{smaller} -> r{greater};\n"));
    }
    text.push_str("}\n");
    text
}

/// For Mermaid.
#[must_use]
pub fn lattice_mermaid(lattice: &Lattice, roles: &[RoleDefinition]) -> String {
    let mut text = String::from("flowchart BT\n");
    for class in 0..lattice.classes.len() {
        let names: Vec<String> = label(lattice, roles, class, "\n")
            .lines()
            .map(|line| {
                line.replace('&', "#amp;")
                    .replace('"', "#quot;")
                    .replace('<', "#lt;")
                    .replace('>', "#gt;")
            })
            .collect();
        text.push_str(&format!("  r{class}[\"{}\"]\n", names.join("<br/>")));
    }
    for (smaller, greater) in &lattice.edges {
        text.push_str(&format!("  r{smaller} --> r{greater}\n"));
    }
    text
}

/// As JSON.
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
