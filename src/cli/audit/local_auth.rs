//! `azrbac audit local-auth`: the doors of every resource, and what closing one would cost.

use crate::cli::args::{AuditLocalAuth, Format, Global};
use crate::cli::console::Console;
use crate::cli::pages::{self, Unsaid};
use crate::cli::{Exit, Stop, inputs};
use azrbac::catalog::local_auth::DoorState;
use azrbac::dataplane::{Plan, ResourceDoors, Standing, audit, plan};
use azrbac::ident::{Scope, Timestamp};
use azrbac::origin::{Error, ErrorKind};
use azrbac::report::{self, safe};
use azrbac::scenario;
use azrbac::tenant::{PrincipalIx, Tenant};
use azrbac::truth::Truth;
use serde_json::{Value, json};
use std::io::Write;

pub(super) fn run(
    arguments: &AuditLocalAuth,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let at = inputs::time(global)?;
    let loaded = inputs::tenant(global, console)?;
    let tenant = &loaded.tenant;
    let found = audit(tenant, Some(at));
    let Some(resource) = &arguments.plan else {
        return overview(tenant, &found, at, global, console);
    };
    let scope = scenario::resolve_scope(tenant, resource)?;
    let Some(doors) = found.iter().find(|doors| doors.resource == scope) else {
        return Err(Error::new(
            ErrorKind::NotFound,
            format!("`{scope}` is no resource whose local authentication is known"),
        )
        .help("azrbac audit local-auth lists those that are")
        .into());
    };
    closing(tenant, doors, &plan(tenant, doors), global, console)
}

/// Exit 1 when a door stands open, 3 when one is unknown, 0 when all are closed.
fn overview(
    tenant: &Tenant,
    found: &[ResourceDoors],
    at: Timestamp,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let unsaid = Unsaid { at: Some(at), catalog: Some(tenant.catalog()) };
    if pages::wrote(global, console, &unsaid, |commands| {
        azrbac::report::pages::doors(tenant, found, commands)
    })? {
        // The page is the answer.
    } else if global.output == Format::Json {
        let list: Vec<Value> = found.iter().map(|doors| value(tenant, doors)).collect();
        writeln!(console, "{}", json!({"version": 1, "resources": list}))?;
    } else {
        for (number, doors) in found.iter().enumerate() {
            if number > 0 {
                writeln!(console)?;
            }
            tell(tenant, doors, console)?;
        }
        let count = |state| found.iter().filter(|doors| doors.state == state).count();
        writeln!(
            console,
            "\n{} resources: {} open, {} closed, {} unknown, {} without local authentication",
            found.len(),
            count(DoorState::Open),
            count(DoorState::Closed),
            count(DoorState::Unknown),
            count(DoorState::None)
        )?;
    }
    let any = |state| found.iter().any(|doors| doors.state == state);
    Ok(if any(DoorState::Open) {
        Exit::No
    } else if any(DoorState::Unknown) {
        Exit::Depends
    } else {
        Exit::Yes
    })
}

fn tell(tenant: &Tenant, doors: &ResourceDoors, console: &mut Console) -> Result<(), Stop> {
    let mark = match doors.state {
        DoorState::Open => "!",
        DoorState::Closed => "✓",
        DoorState::Unknown => "?",
        DoorState::None => "·",
    };
    let scope = &doors.resource;
    let group = scope.resource_group().map_or_else(String::new, |g| format!(" in {}", g.leaf()));
    writeln!(
        console,
        "{mark} {}{}   {}: local authentication {}",
        safe(scope.leaf()),
        safe(&group),
        safe(&doors.service),
        doors.state.as_str()
    )?;
    for (property, state) in &doors.switches {
        writeln!(console, "    {} ({})", safe(property), state.as_str())?;
    }
    standings(tenant, "may obtain a key", &doors.holders, console)?;
    standings(tenant, "may open it again", &doors.reopeners, console)?;
    if !doors.stakes.is_empty() {
        writeln!(console, "    would lose access if it were closed:")?;
        for stake in &doors.stakes {
            let roles: Vec<&str> = stake.roles.iter().map(|role| role.name.as_str()).collect();
            let keep = if roles.is_empty() {
                "no built-in role keeps it working".to_string()
            } else {
                format!("least: {}", roles.join(" + "))
            };
            let much = if stake.entirely { "its only way in" } else { "part of its access" };
            writeln!(console, "      {}  {much}; {}", named(tenant, stake.principal), safe(&keep))?;
        }
    }
    for reason in &doors.decided_by {
        writeln!(console, "    {}", safe(reason))?;
    }
    Ok(())
}

fn named(tenant: &Tenant, principal: PrincipalIx) -> String {
    safe(&tenant.principal_name(principal))
}

fn standings(
    tenant: &Tenant,
    what: &str,
    list: &[Standing],
    console: &mut Console,
) -> Result<(), Stop> {
    if list.is_empty() {
        return Ok(());
    }
    writeln!(console, "    {what}:")?;
    for standing in list {
        let through = if standing.holder == standing.principal {
            String::new()
        } else {
            format!(" through {}", named(tenant, standing.holder))
        };
        let doubt = if standing.certain.is_true() { "" } else { " (not certain)" };
        let first = standing.operations.first().map_or("", |operation| operation.text());
        let role = standing
            .assignment
            .and_then(|ix| tenant.assignment_role(ix))
            .map_or_else(String::new, |role| format!(" by {}", safe(&tenant.role(role).name())));
        writeln!(
            console,
            "      {}{through}{role}: {}{doubt}",
            named(tenant, standing.principal),
            safe(&short(first))
        )?;
    }
    Ok(())
}

/// The end of an operation that says what it does: `listKeys`, `accounts/write`.
fn short(operation: &str) -> String {
    let mut segments = operation.rsplit('/');
    match (segments.next(), segments.next()) {
        (Some(verb), Some(what)) if verb.eq_ignore_ascii_case("action") => what.to_string(),
        (Some(verb), Some(what)) => format!("{what}/{verb}"),
        _ => operation.to_string(),
    }
}

fn closing(
    tenant: &Tenant,
    doors: &ResourceDoors,
    plan: &Plan,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    if global.output == Format::Json {
        let made: Vec<Value> = plan
            .assignments
            .iter()
            .map(|new| {
                json!({"principal": tenant.principal_id(new.principal).to_string(), "role": {"id": new.role.to_string(), "name": new.role_name},
                    "scope": new.scope.text(), "command": new.command})
            })
            .collect();
        writeln!(
            console,
            "{}",
            json!({"version": 1, "resource": value(tenant, doors), "assignments": made, "notes": plan.notes})
        )?;
    } else {
        console.write_all(report::closing(tenant, doors, plan).as_bytes())?;
    }
    Ok(Exit::Yes)
}

fn value(tenant: &Tenant, doors: &ResourceDoors) -> Value {
    let principal = |ix: PrincipalIx| json!({"id": tenant.principal_id(ix).to_string(), "name": tenant.principal_name(ix), "type": tenant.principal_kind(ix).as_str()});
    let standing = |list: &[Standing]| -> Vec<Value> {
        list.iter()
            .map(|s| {
                let operations: Vec<&str> = s.operations.iter().map(|o| o.text()).collect();
                json!({"principal": principal(s.principal), "holder": principal(s.holder), "operations": operations,
                    "certain": s.certain == Truth::True})
            })
            .collect()
    };
    let switches: Vec<Value> = doors
        .switches
        .iter()
        .map(|(property, state)| json!({"property": property, "state": state.as_str()}))
        .collect();
    let stakes: Vec<Value> = doors
        .stakes
        .iter()
        .map(|stake| {
            let roles: Vec<Value> = stake
                .roles
                .iter()
                .map(|role| json!({"id": role.id.to_string(), "name": role.name}))
                .collect();
            let loses: Vec<&str> = stake.loses.iter().map(|o| o.text()).collect();
            let uncovered: Vec<&str> = stake.uncovered.iter().map(|o| o.text()).collect();
            json!({"principal": principal(stake.principal), "holder": principal(stake.holder),
                "entirely": stake.entirely, "loses": loses, "least": roles, "uncovered": uncovered})
        })
        .collect();
    let scope: &Scope = &doors.resource;
    json!({"resource": scope.text(), "service": doors.service, "state": doors.state.as_str(),
        "closable": doors.closable.as_str(), "switches": switches, "holders": standing(&doors.holders),
        "reopeners": standing(&doors.reopeners), "wouldLose": stakes, "decidedBy": doors.decided_by})
}
