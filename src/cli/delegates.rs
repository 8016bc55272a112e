//! `azrbac role delegates`: which roles a role may hand out, and to whom.

use super::args::{Format, Global};
use super::condition::named_role;
use super::console::Console;
use super::role::args::RoleDelegates;
use super::{Exit, Stop, files};
use azrbac::analysis::delegates::{Delegated, Delegation, KINDS, delegates, delegating_roles};
use azrbac::catalog::Catalog;
use azrbac::model::RoleDefinition;
use azrbac::report::safe;
use azrbac::truth::Truth;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

pub(crate) fn run(
    arguments: &RoleDelegates,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let catalog = files::catalog(global.catalog.as_deref())?;
    let roles = match &arguments.role {
        Some(name) => vec![named_role(&catalog, name)?],
        None => delegating_roles(&catalog),
    };
    let mut values = Vec::new();
    for (number, role) in roles.iter().enumerate() {
        let found = delegates(&catalog, role);
        if global.output == Format::Json {
            values.push(value(role, &found));
        } else {
            if number > 0 {
                writeln!(console)?;
            }
            table(&catalog, role, &found, console)?;
        }
    }
    if global.output == Format::Json {
        writeln!(console, "{}", json!({"version": 1, "roles": values}))?;
    }
    Ok(Exit::Yes)
}

fn value(role: &RoleDefinition, found: &Delegation) -> Value {
    let words = |truths: [Truth; 3]| -> Value {
        KINDS
            .iter()
            .zip(truths)
            .map(|(kind, truth)| (kind.to_string(), json!(truth.as_str())))
            .collect()
    };
    let list: Vec<Value> = found
        .roles
        .iter()
        .map(|entry| {
            json!({"id": entry.role.to_string(), "name": entry.name, "write": words(entry.write), "delete": words(entry.delete)})
        })
        .collect();
    json!({"id": role.id.map(|id| id.to_string()), "name": role.name, "conditional": found.conditional,
        "asked": found.asked, "delegates": list})
}

/// `User, Group` for the kinds that are allowed; `?` marks what an attribute beside role and kind
/// decides.
fn kinds(truths: [Truth; 3]) -> String {
    if truths.iter().all(|truth| truth.is_true()) {
        return "anybody".to_string();
    }
    let words: Vec<String> = KINDS
        .iter()
        .zip(truths)
        .filter(|(_, truth)| !truth.is_false())
        .map(|(kind, truth)| if truth.is_unknown() { format!("{kind}?") } else { kind.to_string() })
        .collect();
    if words.is_empty() { "nobody".to_string() } else { words.join(", ") }
}

fn table(
    catalog: &Catalog,
    role: &RoleDefinition,
    found: &Delegation,
    console: &mut Console,
) -> Result<(), Stop> {
    writeln!(console, "{}", safe(&role.name))?;
    if found.roles.is_empty() {
        writeln!(console, "  hands out no role")?;
        return Ok(());
    }
    if !found.conditional {
        writeln!(
            console,
            "  assigns and removes every role, to and from anybody; no condition limits it"
        )?;
        return Ok(());
    }
    let mut groups: BTreeMap<(String, String), Vec<&Delegated>> = BTreeMap::new();
    for entry in &found.roles {
        groups.entry((kinds(entry.write), kinds(entry.delete))).or_default().push(entry);
    }
    for ((write, delete), entries) in groups {
        writeln!(console, "  assigns to {write}; removes from {delete}:")?;
        // When nearly everything is allowed, what is not is the shorter list.
        if entries.len() > found.asked / 2 {
            writeln!(console, "    {} of {} roles; not these:", entries.len(), found.asked)?;
            let inside: Vec<_> = entries.iter().map(|entry| entry.role).collect();
            for entry in
                catalog.roles().iter().filter(|e| e.id().is_some_and(|id| !inside.contains(&id)))
            {
                writeln!(console, "      {}", safe(entry.name()))?;
            }
        } else {
            for entry in entries {
                writeln!(console, "    {}", safe(&entry.name))?;
            }
        }
    }
    Ok(())
}
