//! `azrbac why`: a refusal as Azure printed it, explained.

use super::args::{Format, Global, WhyArguments};
use super::console::Console;
use super::{Exit, Stop, files, inputs};
use azrbac::analysis::{refusal, why};
use azrbac::decide::Outcome;
use azrbac::origin::{Error, ErrorKind};
use azrbac::report;
use azrbac::scenario::resolve_scope;
use std::io::Write;
use std::path::Path;

pub(crate) fn run(
    arguments: &WhyArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let text = if arguments.message == "-" {
        let (_, bytes) = files::read(Path::new("-"))?;
        String::from_utf8(bytes)
            .map_err(|_| Error::new(ErrorKind::Syntax, "standard input is not UTF-8"))?
    } else {
        arguments.message.clone()
    };
    let refusal = inputs::told(refusal::read(&text), global, console)?;
    let at = inputs::time(global)?;
    let loaded = inputs::tenant(global, console)?;
    let tenant = &loaded.tenant;
    let scope = arguments.scope.as_deref().map(|text| resolve_scope(tenant, text)).transpose();
    let scope = inputs::told(scope, global, console)?;
    let told = why::explain(tenant, refusal, scope.as_ref(), Some(at));
    if global.output == Format::Json {
        writeln!(console, "{}", report::why(tenant, &told))?;
    } else {
        let style = report::Style { colour: console.colour, near: 0 };
        console.write_all(report::why_text(tenant, &told, style).as_bytes())?;
    }
    let outcomes = || told.answers.iter().map(|answer| answer.decision.outcome);
    let refused = |outcome| !matches!(outcome, Outcome::Allowed | Outcome::Conditional);
    Ok(if outcomes().any(refused) {
        Exit::No
    } else if told.answers.is_empty() || outcomes().any(|o| o == Outcome::Conditional) {
        Exit::Depends
    } else {
        Exit::Yes
    })
}
