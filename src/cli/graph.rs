//! `azrbac graph`: who has which role where, drawn.

use super::args::{Global, GraphArguments};
use super::console::Console;
use super::pages::{self, Unsaid};
use super::{Exit, Stop, inputs};
use azrbac::report::pages as report;
use azrbac::report::picture::{Show, of_tenant};
use azrbac::scenario::{resolve_principal, resolve_scope};
use std::io::Write;

pub(crate) fn run(
    arguments: &GraphArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let loaded = inputs::tenant(global, console)?;
    let tenant = &loaded.tenant;
    let scope = |text: &String| resolve_scope(tenant, text);
    let show = Show {
        below: arguments.below.as_ref().map(scope).transpose()?,
        principal: match &arguments.principal {
            Some(name) => Some(resolve_principal(tenant, name)?),
            None => None,
        },
        depth: arguments.depth,
        unfold: arguments.unfold.iter().map(scope).collect::<Result<_, _>>()?,
    };
    let unsaid = Unsaid { catalog: Some(tenant.catalog()), ..Unsaid::default() };
    let page = |commands: &[String]| report::tenant(tenant, &show, commands);
    if pages::wrote(global, console, &unsaid, page)? {
        return Ok(Exit::Yes);
    }
    let picture = of_tenant(tenant, &show);
    console.write_all(pages::drawn(&picture, global.output).unwrap_or_default().as_bytes())?;
    Ok(Exit::Yes)
}
