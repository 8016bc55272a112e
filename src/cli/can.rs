//! `azrbac can`: one question, or a batch of them.

use super::args::{CanArguments, Doors, Format, Global};
use super::console::Console;
use super::{Exit, Stop, files, inputs};
use azrbac::dataplane::{Effective, access};
use azrbac::decide::{Outcome, can};
use azrbac::origin::{Error, ErrorKind};
use azrbac::report;
use azrbac::scenario::{Expected, Question, read_questions};
use azrbac::tenant::Tenant;
use std::io::Write;

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
    let mut options = inputs::question(&arguments.question, global)?;
    options.near_misses = arguments.brief.then_some(0);
    let loaded = inputs::tenant(global, console)?;
    if let Some(path) = &arguments.batch {
        return batch(path, arguments, &options, &loaded.tenant, console);
    }
    let question = Question {
        principal: arguments.principal.clone().unwrap_or_default(),
        operation: arguments.operation.clone().unwrap_or_default(),
        scope: arguments.scope.clone().unwrap_or_default(),
        ..options
    };
    let tenant = &loaded.tenant;
    let questions = inputs::questions(arguments.request.as_deref(), question, tenant, console)?;
    // Several candidates of one request: the call goes through only where the one that is checked is
    // allowed, and nobody knows which that is.
    let mut exits = Vec::with_capacity(questions.len());
    for question in questions {
        exits.push(one(&question, arguments, expected, global, &loaded, console)?);
    }
    Ok(match exits.first() {
        Some(first) if exits.iter().all(|exit| exit == first) => *first,
        _ => Exit::Depends,
    })
}

fn one(
    question: &Question,
    arguments: &CanArguments,
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
    if global.output == Format::Json && arguments.brief {
        writeln!(console, "{}", report::brief(&decision, &access))?;
    } else if global.output == Format::Json {
        writeln!(console, "{}", report::decision(tenant, &prepared, &decision, &access))?;
    } else {
        let style = report::Style { colour: console.colour, near: arguments.near };
        let text = report::decision_text(tenant, &prepared, &decision, &access, style, &|origin| {
            loaded.find(origin)
        });
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

/// One question a line, one answer a line, in order; a line that cannot be answered carries its error
/// and the others go on.
fn batch(
    path: &std::path::Path,
    arguments: &CanArguments,
    options: &Question,
    tenant: &Tenant,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let (name, bytes) = files::read(path)?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::new(ErrorKind::Syntax, format!("`{name}` is not UTF-8"))
            .expected("JSON Lines: one question a line")
    })?;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut all_answered = true;
    for block in blocks(&text, 64 * 1024 * threads) {
        let parts = blocks(block.1, block.1.len() / threads + 1);
        let answers: Vec<(String, bool)> = std::thread::scope(|scope| {
            let workers: Vec<_> = parts
                .into_iter()
                .map(|(skipped, part)| {
                    let first_line = block.0 + skipped;
                    let name = &name;
                    scope.spawn(move || answer(name, first_line, part, arguments, options, tenant))
                })
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap_or_else(|_| (String::new(), false)))
                .collect()
        });
        for (lines, answered) in answers {
            console.write_all(lines.as_bytes())?;
            all_answered &= answered;
        }
    }
    Ok(if all_answered { Exit::Yes } else { Exit::Failed })
}

/// Pieces of about `size` bytes that end with a line, each with the number of lines before it.
fn blocks(text: &str, size: usize) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut at, mut lines) = (0, 0);
    while at < text.len() {
        let mut end = (at + size.max(1)).min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        let end = text[end..].find('\n').map_or(text.len(), |n| end + n + 1);
        let part = &text[at..end];
        found.push((lines, part));
        lines += part.bytes().filter(|byte| *byte == b'\n').count();
        at = end;
    }
    found
}

fn answer(
    name: &str,
    first_line: usize,
    text: &str,
    arguments: &CanArguments,
    options: &Question,
    tenant: &Tenant,
) -> (String, bool) {
    let mut out = String::with_capacity(text.len());
    let mut all_answered = true;
    for question in read_questions(name, text, first_line) {
        let line = question
            .and_then(|question| with_options(question, options).prepare(tenant))
            .map(|prepared| {
                let request = prepared.request();
                let decision = can(tenant, &request);
                let access = access(tenant, &request, &decision);
                if arguments.brief {
                    report::brief(&decision, &access)
                } else {
                    report::decision(tenant, &prepared, &decision, &access)
                }
            });
        match line {
            Ok(line) => out.push_str(&line),
            Err(error) => {
                all_answered = false;
                out.push_str(&report::error(&error));
            }
        }
        out.push('\n');
    }
    (out, all_answered)
}

/// What a line does not say, the command line says for all.
fn with_options(mut question: Question, options: &Question) -> Question {
    question.at = question.at.or(options.at);
    question.plane = question.plane.or(options.plane);
    question.wildcards = options.wildcards;
    question.near_misses = options.near_misses;
    question.via_lighthouse |= options.via_lighthouse;
    question.attributes_complete |= options.attributes_complete;
    if question.attributes.is_empty() {
        question.attributes = options.attributes.clone();
    }
    question
}
