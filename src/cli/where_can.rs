//! `azrbac where-can`: at which scopes?

use super::args::{Doors, Format, Global, WhereCanArguments};
use super::console::Console;
use super::{Exit, Stop, inputs};
use azrbac::dataplane::{Effective, where_access};
use azrbac::decide::{Outcome, where_can};
use azrbac::report;
use azrbac::scenario::Question;
use azrbac::tenant::Tenant;
use std::io::Write;

pub(crate) fn run(
    arguments: &WhereCanArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let options = inputs::question(&arguments.question, global)?;
    let loaded = inputs::tenant(global, console)?;
    let tenant = &loaded.tenant;
    let question = Question {
        principal: arguments.principal.clone(),
        operation: arguments.operation.clone().unwrap_or_default(),
        scope: arguments.below.clone().unwrap_or_default(),
        ..options
    };
    let questions = inputs::questions(arguments.request.as_deref(), question, tenant, console)?;
    let mut exit = Exit::No;
    for question in questions {
        exit = match (exit, one(&question, arguments.via, global, tenant, console)?) {
            (Exit::Yes, _) | (_, Exit::Yes) => Exit::Yes,
            (Exit::Depends, _) | (_, Exit::Depends) => Exit::Depends,
            _ => Exit::No,
        };
    }
    Ok(exit)
}

fn one(
    question: &Question,
    via: Doors,
    global: &Global,
    tenant: &Tenant,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let prepared = inputs::told(question.prepare_for_where(tenant), global, console)?;
    let style = report::Style { colour: console.colour, near: 0 };
    let (firm, perhaps) = match via {
        Doors::Any => {
            let list = where_access(tenant, &prepared.request());
            if global.output == Format::Json {
                writeln!(console, "{}", report::where_access(tenant, &prepared, &list))?;
            } else {
                let text = report::where_access_text(tenant, &prepared, &list, style);
                console.write_all(text.as_bytes())?;
            }
            let allowed = list.regions.iter().any(|one| one.effective == Effective::Allowed);
            (allowed, !list.regions.is_empty())
        }
        Doors::Rbac => {
            let list = where_can(tenant, &prepared.request());
            if global.output == Format::Json {
                writeln!(console, "{}", report::where_can(tenant, &prepared, &list))?;
            } else {
                let text = report::where_can_text(tenant, &prepared, &list, style);
                console.write_all(text.as_bytes())?;
            }
            let allowed = list.regions.iter().any(|one| one.outcome == Outcome::Allowed);
            (allowed, !list.regions.is_empty())
        }
    };
    Ok(match (firm, perhaps) {
        (true, _) => Exit::Yes,
        (false, true) => Exit::Depends,
        (false, false) => Exit::No,
    })
}
