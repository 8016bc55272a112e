//! `azrbac who-can`: which principals?

use super::args::{Doors, Format, Global, WhoCanArguments};
use super::console::Console;
use super::{Exit, Stop, inputs};
use azrbac::dataplane::{Effective, holders};
use azrbac::decide::{Outcome, who_can};
use azrbac::model::PrincipalType;
use azrbac::report;
use azrbac::scenario::{Prepared, Question};
use azrbac::tenant::{PrincipalIx, Tenant};
use std::io::Write;

pub(crate) fn run(
    arguments: &WhoCanArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let options = inputs::question(&arguments.question, global)?;
    let loaded = inputs::tenant(global, console)?;
    let tenant = &loaded.tenant;
    let question = Question {
        operation: arguments.operation.clone().unwrap_or_default(),
        scope: arguments.scope.clone().unwrap_or_default(),
        ..options
    };
    let questions = inputs::questions(arguments.request.as_deref(), question, tenant, console)?;
    let mut exit = Exit::No;
    for question in questions {
        exit = match (exit, one(&question, arguments, global, tenant, console)?) {
            (Exit::Yes, _) | (_, Exit::Yes) => Exit::Yes,
            (Exit::Depends, _) | (_, Exit::Depends) => Exit::Depends,
            _ => Exit::No,
        };
    }
    Ok(exit)
}

fn one(
    question: &Question,
    arguments: &WhoCanArguments,
    global: &Global,
    tenant: &Tenant,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let prepared = inputs::told(question.prepare_for_who(tenant), global, console)?;
    if arguments.via == Doors::Any {
        return any_door(tenant, &prepared, global, console);
    }
    let list = who_can(tenant, &prepared.request());
    let shown = |ix: PrincipalIx| {
        let group =
            matches!(tenant.principal_kind(ix), PrincipalType::Group | PrincipalType::ForeignGroup);
        group == arguments.groups && tenant.principal_kind(ix) != PrincipalType::Everyone
    };
    let holders: Vec<_> =
        list.holders.iter().filter(|holder| shown(holder.principal)).copied().collect();
    let stopped: Option<Vec<_>> = arguments
        .denied
        .then(|| list.stopped.iter().filter(|one| shown(one.principal)).copied().collect());
    if global.output == Format::Json {
        let line = report::who_can(tenant, &prepared, &list, &holders, stopped.as_deref());
        writeln!(console, "{line}")?;
    } else {
        let style = report::Style { colour: console.colour, near: 0 };
        let text =
            report::who_can_text(tenant, &prepared, &list, &holders, stopped.as_deref(), style);
        console.write_all(text.as_bytes())?;
    }
    Ok(if holders.iter().any(|holder| holder.outcome == Outcome::Allowed) {
        Exit::Yes
    } else if holders.is_empty() && list.others != Outcome::Conditional {
        Exit::No
    } else {
        Exit::Depends
    })
}

/// Everybody who gets in through any door, with the door: one question a candidate, since a key opens
/// for reasons that no listing of roles sees.
fn any_door(
    tenant: &Tenant,
    prepared: &Prepared,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let found: Vec<_> = holders(tenant, &prepared.request())
        .into_iter()
        .filter(|one| {
            !matches!(
                tenant.principal_kind(one.principal),
                PrincipalType::Group | PrincipalType::ForeignGroup | PrincipalType::Everyone
            )
        })
        .collect();
    if global.output == Format::Json {
        writeln!(console, "{}", report::entrants_json(tenant, prepared, &found))?;
    } else {
        console.write_all(report::entrants(tenant, &found).as_bytes())?;
    }
    Ok(if found.iter().any(|one| one.access.effective == Effective::Allowed) {
        Exit::Yes
    } else if found.is_empty()
        && who_can(tenant, &prepared.request()).others != Outcome::Conditional
    {
        Exit::No
    } else {
        Exit::Depends
    })
}
