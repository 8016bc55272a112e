//! `azrbac can`: one question.

use super::args::{CanArguments, Doors, Format, Global};
use super::console::Console;
use super::pages::{self, Unsaid};
use super::{Exit, Stop, batch, inputs};
use azrbac::dataplane::{Effective, access};
use azrbac::decide::{Outcome, can};
use azrbac::origin::{Error, ErrorKind};
use azrbac::report;
use azrbac::scenario::{Expected, Question};
use std::io::Write;
use std::path::Path;

pub(crate) fn run(
    arguments: &CanArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let expected = match &arguments.expect {
        Some(word) => Some(Expected::parse(word).ok_or_else(|| {
            Error::new(ErrorKind::Usage, format!("--expect `{word}`"))
                .expected("allowed, not-allowed, denied, locked, conditional or refused")
        })?),
        None => None,
    };
    if let Some(path) = &arguments.graph {
        pages::format_of(path)?;
    }
    let mut options = inputs::question(&arguments.question, global)?;
    options.near_misses = arguments.brief.then_some(0);
    let loaded = inputs::tenant(global, console)?;
    if let Some(path) = &arguments.batch {
        return batch::run(path, arguments, &options, &loaded.tenant, console);
    }
    let question = Question {
        principal: arguments.principal.clone().unwrap_or_default(),
        operation: arguments.operation.clone().unwrap_or_default(),
        scope: arguments.scope.clone().unwrap_or_default(),
        ..options
    };
    let tenant = &loaded.tenant;
    let questions = inputs::questions(arguments.request.as_deref(), question, tenant, console)?;
    if questions.len() > 1 && matches!(global.output, Format::Html | Format::Md) {
        return Err(Error::new(
            ErrorKind::Usage,
            "sources disagree which operation this request is checked as, and a page answers one question",
        )
        .help("ask for one of the operations above and its scope")
        .into());
    }
    // Several candidates of one request: the call goes through only where the one that is checked is
    // allowed, and nobody knows which that is.
    let mut exits = Vec::with_capacity(questions.len());
    let many = questions.len() > 1;
    for (number, question) in questions.iter().enumerate() {
        let graph = arguments.graph.as_ref().map(|path| match many {
            true => pages::numbered(path, number + 1),
            false => path.clone(),
        });
        if let (Some(path), true) = (&graph, many) {
            console.say(&format!("azrbac: {} is drawn in {}", question.operation, path.display()));
        }
        exits.push(one(question, arguments, graph.as_deref(), expected, global, &loaded, console)?);
    }
    Ok(match exits.first() {
        Some(first) if exits.iter().all(|exit| exit == first) => *first,
        _ => Exit::Depends,
    })
}

fn one(
    question: &Question,
    arguments: &CanArguments,
    graph: Option<&Path>,
    expected: Option<Expected>,
    global: &Global,
    loaded: &inputs::Loaded,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let tenant = &loaded.tenant;
    let prepared = match question.prepare(tenant) {
        Ok(prepared) => prepared,
        Err(error) if global.output == Format::Json => {
            writeln!(console, "{}", report::error(&error))?;
            return Err(error.into());
        }
        Err(error) => return Err(error.into()),
    };
    let request = prepared.request();
    let decision = can(tenant, &request);
    let access = access(tenant, &request, &decision);
    if let Some(path) = graph {
        pages::write(&report::picture::of_decision(tenant, &prepared, &decision, &access), path)?;
    }
    let find = |origin| loaded.find(origin);
    let unsaid = Unsaid { at: question.at, catalog: Some(tenant.catalog()) };
    if pages::wrote(global, console, &unsaid, |commands| {
        report::pages::decision(tenant, &prepared, &decision, &access, &find, commands)
    })? {
        // The page is the answer.
    } else if global.output == Format::Json && arguments.brief {
        writeln!(console, "{}", report::brief(&decision, &access))?;
    } else if global.output == Format::Json {
        writeln!(console, "{}", report::decision(tenant, &prepared, &decision, &access))?;
    } else {
        let style = report::Style { colour: console.colour, near: arguments.near };
        let text = report::decision_text(tenant, &prepared, &decision, &access, style, &find);
        console.write_all(text.as_bytes())?;
    }
    if let Some(expected) = expected {
        return Ok(if expected.is_met_by(decision.outcome) { Exit::Yes } else { Exit::No });
    }
    Ok(match arguments.via {
        Doors::Any => match access.effective {
            Effective::Allowed => Exit::Yes,
            Effective::NotAllowed => Exit::No,
            Effective::Conditional => Exit::Depends,
        },
        Doors::Rbac => match decision.outcome {
            Outcome::Allowed => Exit::Yes,
            Outcome::NotAllowed | Outcome::Denied | Outcome::Locked => Exit::No,
            Outcome::Conditional => Exit::Depends,
        },
    })
}
