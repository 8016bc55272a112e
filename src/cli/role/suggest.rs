//! `azrbac role suggest`.

use super::answer;
use super::args::{By, Kind, SuggestArguments};
use super::find::Roles;
use crate::cli::args::Global;
use crate::cli::console::Console;
use crate::cli::{Exit, Stop, files, inputs};
use azrbac::analysis::role::{
    Credentials, Listing, Need, Options, Rank, Shelf, Trait, Universe, Writing, read_needs_of,
    suggest,
};
use azrbac::catalog::Catalog;
use azrbac::ident::{Operation, Plane, Scope};
use azrbac::model::RoleDefinition;
use azrbac::origin::{Error, ErrorKind};
use azrbac::report::role::{definition_json, suggestion_json, suggestion_text};
use std::io::Write;

pub(super) fn run(
    arguments: &SuggestArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let roles = Roles::load(global, console)?;
    let scopes = scopes(arguments, global, console)?;
    let callers = callers(arguments, global, console)?;
    let needs = needs(arguments, &scopes, &callers, console)?;
    let plane = arguments.plane.as_deref().map(str::parse).transpose()?;
    let needs = with_planes(&needs, plane, &roles.catalog)?;
    let options = Options {
        rank: match arguments.by {
            By::Excess => Rank::Count,
            By::Weight => Rank::Weight,
        },
        without: arguments
            .without
            .iter()
            .map(|kind| match kind {
                Kind::Privileged => Trait::Privileged,
                Kind::Deprecated => Trait::Deprecated,
                Kind::Preview => Trait::Preview,
                Kind::Conditional => Trait::Conditional,
            })
            .collect(),
        assignable: scopes,
        name: arguments.name.clone(),
        listing: if arguments.list_excess { Listing::All } else { Listing::Gravest },
        writing: if arguments.patterns { Writing::Patterns } else { Writing::Explicit },
    };
    let built_in: Vec<RoleDefinition> =
        roles.catalog.roles().iter().map(|entry| entry.definition()).collect();
    let universe = Universe::new(&roles.catalog);
    let shelf = Shelf::new(&built_in, &universe, &Credentials::embedded())?;
    let found = suggest(&needs, &shelf, &roles.catalog, &options);
    let exit = if found.uncovered.is_empty() { Exit::Yes } else { Exit::No };
    if arguments.custom_only {
        let definition = definition_json(&found.custom.role, Some(&found.custom.description));
        let text = serde_json::to_string_pretty(&definition)
            .map_err(|error| Error::new(ErrorKind::Io, error.to_string()))?;
        writeln!(console, "{text}")?;
        return Ok(Exit::Yes);
    }
    answer(
        global,
        console,
        || suggestion_text(&found, &built_in, arguments.top),
        || suggestion_json(&found, &built_in),
    )?;
    Ok(exit)
}

/// All that was given, as arguments and in files; without a scope of its own, a need is needed at
/// every scope that was named.
fn needs(
    arguments: &SuggestArguments,
    scopes: &[Scope],
    callers: &[String],
    console: &Console,
) -> Result<Vec<Need>, Error> {
    let mut found = Vec::new();
    for text in &arguments.operations {
        let (operation, scope) = match text.split_once('@') {
            Some((operation, scope)) => (operation, Some(Scope::new(scope.trim())?)),
            None => (text.as_str(), None),
        };
        found.push(Need { operation: Operation::new(operation)?, scope });
    }
    for path in &arguments.files {
        let (name, bytes) = files::read(path)?;
        let text = azrbac::analysis::lint::text(&name, &bytes)?;
        let read = read_needs_of(&text, callers)?;
        if !read.passed_over.is_empty() {
            let told: Vec<&str> = read.passed_over.iter().take(3).map(String::as_str).collect();
            console.say(&format!(
                "azrbac: {name}: {} entries are no operations and were passed over, such as {}",
                read.passed_over.len(),
                told.join(", ")
            ));
        }
        found.extend(read.needs);
    }
    if found.is_empty() {
        return Err(Error::new(ErrorKind::Usage, "no operation is needed")
            .expected("operations, or --from FILE"));
    }
    let mut all = Vec::new();
    for need in found {
        if need.scope.is_some() || scopes.is_empty() {
            all.push(need);
        } else {
            all.extend(scopes.iter().map(|scope| Need {
                operation: need.operation.clone(),
                scope: Some(scope.clone()),
            }));
        }
    }
    Ok(all)
}

/// The scopes that were named: ids, or with a tenant whatever it knows them by.
fn scopes(
    arguments: &SuggestArguments,
    global: &Global,
    console: &Console,
) -> Result<Vec<Scope>, Error> {
    if global.tenant.is_empty() || arguments.scopes.is_empty() {
        return arguments.scopes.iter().map(|text| Scope::new(text)).collect();
    }
    let loaded = inputs::tenant(global, console)?;
    let resolve = |text: &String| loaded.tenant.resolve_scope(text).or_else(|_| Scope::new(text));
    arguments.scopes.iter().map(resolve).collect()
}

/// The principals that are asked about, by every name that a log may call them.
fn callers(
    arguments: &SuggestArguments,
    global: &Global,
    console: &Console,
) -> Result<Vec<String>, Error> {
    let mut found = arguments.principals.clone();
    if global.tenant.is_empty() || found.is_empty() {
        return Ok(found);
    }
    let loaded = inputs::tenant(global, console)?;
    for name in &arguments.principals {
        // One that the tenant does not know is looked for in the log as it was typed.
        if let Ok(id) = loaded.tenant.resolve_principal(name) {
            found.push(id.to_string());
        }
    }
    Ok(found)
}

fn with_planes(
    needs: &[Need],
    said: Option<Plane>,
    catalog: &Catalog,
) -> Result<Vec<(Need, Plane)>, Error> {
    let mut found = Vec::new();
    for need in needs {
        let planes = catalog.planes(&need.operation);
        let plane = match (planes.only(), said) {
            (Some((plane, _)), _) => plane,
            (None, Some(plane)) => plane,
            (None, None) if planes.is_known() => {
                return Err(Error::new(
                    ErrorKind::Usage,
                    format!("`{}` stands on both planes", need.operation),
                )
                .help("say --plane control or --plane data"));
            }
            (None, None) => {
                let near: Vec<String> = catalog
                    .operations()
                    .nearest(&need.operation, 3)
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect();
                let hint = if near.is_empty() {
                    String::new()
                } else {
                    format!("did you mean {}? ", near.join(", "))
                };
                return Err(Error::new(
                    ErrorKind::NotFound,
                    format!("`{}` is no known operation", need.operation),
                )
                .help(format!("{hint}--plane says where it belongs all the same")));
            }
        };
        found.push((need.clone(), plane));
    }
    Ok(found)
}
