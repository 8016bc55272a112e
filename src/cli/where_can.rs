//! `azrbac where-can`: at which scopes?

use super::args::{Format, Global, WhereCanArguments};
use super::console::Console;
use super::{Exit, Stop, inputs};
use azrbac::decide::{Outcome, where_can};
use azrbac::report;
use azrbac::scenario::Question;
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
        operation: arguments.operation.clone(),
        scope: arguments.below.clone().unwrap_or_default(),
        ..options
    };
    let prepared = inputs::told(question.prepare_for_where(tenant), global, console)?;
    let list = where_can(tenant, &prepared.request());
    if global.output == Format::Json {
        writeln!(console, "{}", report::where_can(tenant, &prepared, &list))?;
    } else {
        let style = report::Style { colour: console.colour, near: 0 };
        let text = report::where_can_text(tenant, &prepared, &list, style);
        console.write_all(text.as_bytes())?;
    }
    Ok(if list.regions.iter().any(|region| region.outcome == Outcome::Allowed) {
        Exit::Yes
    } else if list.regions.is_empty() {
        Exit::No
    } else {
        Exit::Depends
    })
}
