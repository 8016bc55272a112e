//! `azrbac what-can`: which permissions?

use super::args::{Format, Global, WhatCanArguments};
use super::console::Console;
use super::{Exit, Stop, inputs};
use azrbac::decide::{
    Outcome, WhatQuestion, changes, speaks_of, what_can, what_can_expanded, what_can_gaps,
};
use azrbac::ident::{Plane, Verb};
use azrbac::report;
use azrbac::scenario::resolve;
use std::io::Write;

pub(crate) fn run(
    arguments: &WhatCanArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let options = inputs::question(&arguments.question, global)?;
    let loaded = inputs::tenant(global, console)?;
    let tenant = &loaded.tenant;
    let names = resolve(tenant, &arguments.principal, arguments.scope.as_deref());
    let (principal, scope) = inputs::told(names, global, console)?;
    let question = WhatQuestion {
        principal,
        scope: scope.as_ref(),
        attributes: &options.attributes,
        attributes_complete: options.attributes_complete,
        at: options.at,
        via_lighthouse: options.via_lighthouse,
        wildcards: options.wildcards,
    };
    let planes = match options.plane {
        Some(plane) => vec![plane],
        None => vec![Plane::Control, Plane::Data],
    };
    let gaps = what_can_gaps(tenant, &question);
    let style = report::Style { colour: console.colour, near: 0 };
    if arguments.expand {
        let mut operations = what_can_expanded(tenant, &question, &planes);
        operations.retain(|one| {
            let provider = one.operation.folded().split('/').next().unwrap_or_default();
            let asked = arguments.provider.as_deref();
            asked.is_none_or(|asked| provider.eq_ignore_ascii_case(asked.trim()))
                && !(arguments.changing && one.operation.verb() == Verb::Read)
        });
        let scope = scope.as_ref();
        if global.output == Format::Json {
            let line = report::what_can_expanded(tenant, principal, scope, &operations, &gaps);
            writeln!(console, "{line}")?;
        } else {
            let text =
                report::what_can_expanded_text(tenant, principal, scope, &operations, &gaps, style);
            console.write_all(text.as_bytes())?;
        }
        return Ok(exit(
            operations.iter().any(|one| one.outcome == Outcome::Allowed),
            operations.iter().any(|one| one.outcome == Outcome::Conditional),
        ));
    }
    let list = what_can(tenant, &question);
    let mut blocks = list.blocks.clone();
    blocks.retain_mut(|block| {
        let known = !block.allow.is_empty();
        if let Some(provider) = &arguments.provider {
            block.allow.retain(|pattern| speaks_of(pattern, provider.trim()));
            block.except.retain(|pattern| speaks_of(pattern, provider.trim()));
        }
        if arguments.changing {
            block.allow.retain(changes);
            block.except.retain(changes);
        }
        (!known || !block.allow.is_empty()) && planes.contains(&block.plane)
    });
    if global.output == Format::Json {
        let line = report::what_can(tenant, principal, scope.as_ref(), &list, &blocks, &gaps);
        writeln!(console, "{line}")?;
    } else {
        let text =
            report::what_can_text(tenant, principal, scope.as_ref(), &list, &blocks, &gaps, style);
        console.write_all(text.as_bytes())?;
    }
    let sure = |block: &&azrbac::decide::HeldBlock| !block.unknown && block.conditions.is_empty();
    let perhaps = !blocks.is_empty() || !gaps.is_empty();
    Ok(exit(blocks.iter().any(|block| sure(&block)), perhaps))
}

fn exit(sure: bool, perhaps: bool) -> Exit {
    match (sure, perhaps) {
        (true, _) => Exit::Yes,
        (false, true) => Exit::Depends,
        (false, false) => Exit::No,
    }
}
