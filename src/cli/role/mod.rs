//! `azrbac role`: show, search, compare, order, suggest, lint and date role definitions.

pub(super) mod args;
mod find;
mod lint;
mod suggest;

use super::args::{Format, Global};
use super::console::Console;
use super::pages::{self, Unsaid};
use super::{Exit, Stop, files, inputs};
use args::{
    CompareArguments, Drawing, HistoryArguments, LatticeArguments, ListArguments, RoleCommand,
    SearchArguments,
};
use azrbac::analysis::role::{
    Credentials, Filter, RoleGrant, Trait, Universe, Which, compare, filter_matches, history,
    lattice, profile, search, traits,
};
use azrbac::catalog::Catalog;
use azrbac::ident::{Guid, Plane};
use azrbac::model::{AssignmentState, RoleDefinition, RoleKind, RoleRef};
use azrbac::origin::{Error, ErrorKind};
use azrbac::report::picture::of_roles;
use azrbac::report::{role as report, safe};
use find::Roles;
use serde_json::{Value, json};
use std::io::Write;

pub(crate) fn run(
    command: &RoleCommand,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    match command {
        RoleCommand::Delegates(arguments) => super::delegates::run(arguments, global, console),
        RoleCommand::List(arguments) => list(arguments, global, console),
        RoleCommand::Show(arguments) => show(&arguments.role, global, console),
        RoleCommand::Search(arguments) => look(arguments, global, console),
        RoleCommand::Compare(arguments) => side_by_side(arguments, global, console),
        RoleCommand::Lattice(arguments) => order(arguments, global, console),
        RoleCommand::Suggest(arguments) => suggest::run(arguments, global, console),
        RoleCommand::Lint(arguments) => lint::run(arguments, global, console),
        RoleCommand::History(arguments) => over_time(arguments, global, console),
    }
}

/// Text or JSON, whichever was asked for.
fn answer(
    global: &Global,
    console: &mut Console,
    text: impl FnOnce() -> String,
    json: impl FnOnce() -> Value,
) -> Result<(), Stop> {
    match global.output {
        Format::Json => writeln!(console, "{}", json())?,
        _ => console.write_all(text().as_bytes())?,
    }
    Ok(())
}

fn list(arguments: &ListArguments, global: &Global, console: &mut Console) -> Result<Exit, Stop> {
    let roles = Roles::load(global, console)?;
    let chosen = [
        (arguments.privileged, Trait::Privileged),
        (arguments.conditional, Trait::Conditional),
        (arguments.deprecated, Trait::Deprecated),
    ];
    let filter = Filter {
        plane: arguments.plane.as_deref().map(str::parse).transpose()?,
        provider: arguments.provider.clone(),
        traits: chosen.into_iter().filter(|(on, _)| *on).map(|(_, found)| found).collect(),
        kind: arguments.custom.then_some(RoleKind::Custom),
    };
    let mut found: Vec<&RoleDefinition> = Vec::new();
    for role in roles.all() {
        if filter_matches(role, &filter).map_err(Error::from)? {
            found.push(role);
        }
    }
    found.sort_by_key(|role| (role.name.to_lowercase(), role.id));
    let found: Vec<(&RoleDefinition, String)> =
        found.into_iter().map(|role| (role, String::new())).collect();
    write_list(&found, &Universe::new(&roles.catalog), global, console)
}

fn look(arguments: &SearchArguments, global: &Global, console: &mut Console) -> Result<Exit, Stop> {
    let roles = Roles::load(global, console)?;
    let universe = Universe::new(&roles.catalog);
    let all: Vec<RoleDefinition> = roles.all().cloned().collect();
    let found = search(&all, &arguments.words, &universe).map_err(Error::from)?;
    let found: Vec<(&RoleDefinition, String)> =
        found.into_iter().map(|(number, why)| (&all[number], why)).collect();
    write_list(&found, &universe, global, console)
}

/// A line a role: counts, name, words, and why it was found.
fn write_list(
    found: &[(&RoleDefinition, String)],
    universe: &Universe,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let mut values = Vec::new();
    let mut text = String::from("control    data  role\n");
    for (role, why) in found {
        let [control, data] = [Plane::Control, Plane::Data]
            .map(|plane| universe.role(role, plane, Which::All).count());
        let words = traits(role).map_err(Error::from)?;
        let words: Vec<&str> = words.iter().map(|found| found.as_str()).collect();
        let kind = match role.kind {
            RoleKind::BuiltIn => "built-in",
            RoleKind::Custom => "custom",
        };
        let told =
            if words.is_empty() { String::new() } else { format!("  ({})", words.join(", ")) };
        text.push_str(&format!("{control:>7} {data:>7}  {}{told}\n", safe(&role.name)));
        if !why.is_empty() {
            text.push_str(&format!("                 {}\n", safe(why)));
        }
        values.push(json!({"id": role.id.map(|id| id.to_string()), "name": role.name,
            "kind": kind, "control": control, "data": data, "traits": words,
            "why": (!why.is_empty()).then_some(why)}));
    }
    let count = values.len();
    text.push_str(&format!("{count} {}\n", if count == 1 { "role" } else { "roles" }));
    answer(global, console, || text, || json!({"version": 1, "roles": values}))?;
    Ok(if count == 0 { Exit::No } else { Exit::Yes })
}

fn show(name: &str, global: &Global, console: &mut Console) -> Result<Exit, Stop> {
    let roles = Roles::load(global, console)?;
    let role = roles.find(name, console)?;
    let names = |id: Guid| roles.name_of(id);
    let universe = Universe::new(&roles.catalog);
    let profile =
        profile(&role, &universe, &Credentials::embedded(), &names).map_err(Error::from)?;
    answer(
        global,
        console,
        || report::profile_text(&role, &profile),
        || report::profile_json(&role, &profile),
    )?;
    Ok(Exit::Yes)
}

fn side_by_side(
    arguments: &CompareArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let roles = Roles::load(global, console)?;
    let (a, b) = (roles.find(&arguments.a, console)?, roles.find(&arguments.b, console)?);
    let universe = Universe::new(&roles.catalog);
    let found = compare(&a, &b, &universe).map_err(Error::from)?;
    let unsaid = Unsaid { catalog: Some(&roles.catalog), ..Unsaid::default() };
    if pages::wrote(global, console, &unsaid, |commands| {
        azrbac::report::pages::comparison(&a, &b, &found, commands)
    })? {
        return Ok(Exit::Yes);
    }
    answer(
        global,
        console,
        || report::comparison_text(&a, &b, &found),
        || report::comparison_json(&a, &b, &found),
    )?;
    Ok(Exit::Yes)
}

fn order(
    arguments: &LatticeArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let roles = Roles::load(global, console)?;
    let universe = Universe::new(&roles.catalog);
    let mut chosen: Vec<RoleDefinition> = Vec::new();
    for name in &arguments.roles {
        chosen.extend(roles.find_all(name, console)?);
    }
    if arguments.roles.is_empty() {
        chosen = roles.all().cloned().collect();
        chosen.sort_by_key(|role| (role.name.to_lowercase(), role.id));
    }
    if let Some(mine) = &arguments.inside {
        let mine = roles.find(mine, console)?;
        let grant = RoleGrant::new(&mine).map_err(Error::from)?;
        let mut found: Vec<(&RoleDefinition, String)> = Vec::new();
        for role in chosen.iter().filter(|role| role.id != mine.id || role.id.is_none()) {
            let other = RoleGrant::new(role).map_err(Error::from)?;
            let nothing =
                [Plane::Control, Plane::Data].iter().all(|p| other.plane(*p).all.is_empty());
            if !nothing && other.is_contained_in(&grant) {
                let equal = grant.is_contained_in(&other);
                let why = if equal { "grants the same".to_string() } else { String::new() };
                found.push((role, why));
            }
        }
        return write_list(&found, &universe, global, console);
    }
    let found = lattice(&chosen, &universe).map_err(Error::from)?;
    let unsaid = Unsaid { catalog: Some(&roles.catalog), ..Unsaid::default() };
    if pages::wrote(global, console, &unsaid, |commands| {
        azrbac::report::pages::order(&found, &chosen, commands)
    })? {
        return Ok(Exit::Yes);
    }
    let format = match (global.output, arguments.format) {
        (Format::Text, Some(Drawing::Dot) | None) => Format::Dot,
        (Format::Text, Some(Drawing::Mermaid)) => Format::Mermaid,
        (Format::Text, Some(Drawing::Json)) => Format::Json,
        (other, _) => other,
    };
    if format == Format::Json {
        writeln!(console, "{}", report::lattice_json(&found, &chosen))?;
    } else {
        let picture = of_roles(&found, &chosen);
        console.write_all(pages::drawn(&picture, format).unwrap_or_default().as_bytes())?;
    }
    Ok(Exit::Yes)
}

fn over_time(
    arguments: &HistoryArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let mut catalogs = Vec::new();
    for date in Catalog::dates() {
        catalogs.push((date.to_string(), Catalog::of_date(date)?));
    }
    // A date that is embedded stands in the list already; a file comes after its own date.
    for asked in global.catalog.iter().chain(&arguments.also) {
        if Catalog::dates().contains(&asked.as_str()) {
            continue;
        }
        let catalog = files::catalog(Some(asked))?;
        let date = catalog.roles().date().to_string();
        let dated = date.starts_with(|c: char| c.is_ascii_digit());
        let at = if dated {
            catalogs.partition_point(|(_, known)| known.roles().date() <= date.as_str())
        } else {
            catalogs.len()
        };
        catalogs.insert(at, (asked.clone(), catalog));
    }
    let wanted = Guid::parse(&arguments.role);
    let known = catalogs.iter().rev().find_map(|(_, catalog)| match wanted {
        Some(id) => catalog.role(id),
        None => catalog.roles().by_name(&arguments.role).first().map(|entry| entry.definition()),
    });
    let Some(role) = known else {
        return Err(Error::new(
            ErrorKind::NotFound,
            format!("no built-in role of any date is called `{}`", arguments.role),
        )
        .help("azrbac role search WORD… finds roles")
        .into());
    };
    let universe = Universe::new(&Catalog::newest());
    let steps = history(role.id, &role.name, &catalogs, &universe)?;
    let holders = match global.tenant.is_empty() {
        true => None,
        false => Some(holders(&role, global, console)?),
    };
    answer(
        global,
        console,
        || report::history_text(&role.name, &steps, holders.as_deref()),
        || report::history_json(&role.name, &steps, holders.as_deref()),
    )?;
    Ok(Exit::Yes)
}

/// Who holds a role in the tenant, a line an assignment.
fn holders(
    role: &RoleDefinition,
    global: &Global,
    console: &Console,
) -> Result<Vec<String>, Error> {
    let loaded = inputs::tenant(global, console)?;
    let tenant = &loaded.tenant;
    let mut found = Vec::new();
    for ix in tenant.assignments() {
        let assignment = tenant.assignment(ix);
        let same = match &assignment.role {
            RoleRef::Id(id) => Some(*id) == role.id,
            RoleRef::Name(name) => name.eq_ignore_ascii_case(&role.name),
        };
        if same {
            let principal = tenant.principal(assignment.principal);
            let name = principal
                .map_or_else(|| assignment.principal.to_string(), |ix| tenant.principal_name(ix));
            let eligible = match assignment.state {
                AssignmentState::Eligible => " (eligible)",
                _ => "",
            };
            let scope = tenant.scope_text(tenant.assignment_scope(ix));
            found.push(format!("{name}{eligible} at {scope}"));
            // Those who hold it through a group.
            let Some(group) = principal else { continue };
            for member in tenant.principals().filter(|member| *member != group) {
                if tenant.groups_of(member).contains(&group) {
                    let member = tenant.principal_name(member);
                    found.push(format!("{member}{eligible} at {scope}, through {name}"));
                }
            }
        }
    }
    found.sort();
    Ok(found)
}
