//! `azrbac catalog`: show the embedded facts, make newer ones.

use super::args::{CatalogCommand, CatalogDiff, CatalogImport, Format, Global};
use super::console::Console;
use super::{Exit, Stop, files};
use azrbac::analysis::role::{Universe, catalog_diff};
use azrbac::catalog::{Catalog, Certainty, write_operations, write_roles};
use azrbac::ingest::catalog::{Import, import};
use azrbac::report::role::{catalog_diff_json, catalog_diff_text};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;

pub(crate) fn run(
    command: &CatalogCommand,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    match command {
        CatalogCommand::Show => show(global, console),
        CatalogCommand::Import(arguments) => make(arguments, console),
        CatalogCommand::Diff(arguments) => diff(arguments, global, console),
    }
}

fn show(global: &Global, console: &mut Console) -> Result<Exit, Stop> {
    let chosen = files::catalog(global.catalog.as_deref())?;
    let books = match &global.catalog {
        Some(_) => vec![chosen.clone()],
        None => {
            Catalog::dates().into_iter().map(Catalog::of_date).collect::<Result<Vec<_>, _>>()?
        }
    };
    let operations = chosen.operations();
    let mut counts = [0usize; 4];
    let mut total = 0;
    for (_, planes) in operations.iter() {
        total += 1;
        for (slot, found) in [
            (0, planes.control == Some(Certainty::Observed)),
            (1, planes.control == Some(Certainty::Inferred)),
            (2, planes.data == Some(Certainty::Observed)),
            (3, planes.data == Some(Certainty::Inferred)),
        ] {
            counts[slot] += usize::from(found);
        }
    }
    if global.output == Format::Json {
        let roles: Vec<_> = books
            .iter()
            .map(|book| {
                json!({"date": book.roles().date(), "count": book.roles().len(), "from": book.roles().provenance()})
            })
            .collect();
        let value = json!({"version": 1, "roles": roles, "operations": {
            "observed": operations.date(), "inferred": operations.inferred_date(), "count": total,
            "control": {"observed": counts[0], "inferred": counts[1]},
            "data": {"observed": counts[2], "inferred": counts[3]},
            "from": operations.provenance()}});
        writeln!(console, "{value}")?;
        return Ok(Exit::Yes);
    }
    writeln!(console, "built-in roles")?;
    for book in &books {
        let roles = book.roles();
        writeln!(console, "  {}  {:>4} roles   {}", roles.date(), roles.len(), roles.provenance())?;
    }
    writeln!(
        console,
        "operations, observed {}, inferred {}",
        operations.date(),
        operations.inferred_date()
    )?;
    writeln!(console, "  {total:>6} in all; {}", operations.provenance())?;
    writeln!(
        console,
        "  {:>6} control plane, seen there        {:>6} inferred",
        counts[0], counts[1]
    )?;
    writeln!(
        console,
        "  {:>6} data plane, seen there           {:>6} inferred",
        counts[2], counts[3]
    )?;
    writeln!(
        console,
        "An inferred plane is a guess from the patterns of built-in roles; an answer that leans on one says so."
    )?;
    Ok(Exit::Yes)
}

fn make(arguments: &CatalogImport, console: &mut Console) -> Result<Exit, Stop> {
    let mut found = Import::default();
    for path in &arguments.files {
        let (name, bytes) = files::read(path)?;
        import(&mut found, &name, &bytes)?;
    }
    let today = files::now().to_string();
    let date = arguments.date.clone().unwrap_or_else(|| today.chars().take(10).collect());
    let mut text = String::new();
    if !found.roles.is_empty() {
        text.push_str(&write_roles(&found.roles, &date, &arguments.from));
    }
    if !found.operations.is_empty() {
        let (observed, inferred) = found.dates.clone().unwrap_or((date, String::new()));
        text.push_str(&write_operations(&found.operations, &observed, &inferred, &arguments.from));
    }
    // What was written can be read: a catalog that cannot is not handed out.
    Catalog::from_text(&text)?;
    console.say(&format!(
        "azrbac: {} built-in roles, {} operations{}",
        found.roles.len(),
        found.operations.len(),
        match found.custom_roles {
            0 => String::new(),
            n => format!("; {n} custom roles left out"),
        }
    ));
    match &arguments.out {
        Some(path) => files::write(path, text.as_bytes())?,
        None => console.write_all(text.as_bytes())?,
    }
    Ok(Exit::Yes)
}

fn diff(arguments: &CatalogDiff, global: &Global, console: &mut Console) -> Result<Exit, Stop> {
    let old = files::catalog(Some(&arguments.old))?;
    let new = files::catalog(Some(&arguments.new))?;
    let names = |catalog: &Catalog| -> BTreeMap<String, String> {
        let operations = catalog.operations().iter();
        operations.map(|(name, _)| (name.to_ascii_lowercase(), name.to_string())).collect()
    };
    let (before, after) = (names(&old), names(&new));
    let missing = |from: &BTreeMap<String, String>, other: &BTreeMap<String, String>| {
        let only = from.iter().filter(|(folded, _)| !other.contains_key(*folded));
        only.map(|(_, name)| name.clone()).collect::<Vec<_>>()
    };
    let (added, removed) = (missing(&after, &before), missing(&before, &after));
    let roles = catalog_diff(&old, &new, &Universe::new(&new))?;
    let titles = (arguments.old.as_str(), arguments.new.as_str());
    if global.output == Format::Json {
        let value = catalog_diff_json(titles, &roles, (&added, &removed));
        writeln!(console, "{value}")?;
    } else {
        let text = catalog_diff_text(titles, &roles, (&added, &removed));
        console.write_all(text.as_bytes())?;
    }
    let same = roles.is_empty() && added.is_empty() && removed.is_empty();
    Ok(if same { Exit::Yes } else { Exit::No })
}
