//! The command line: arguments in, inputs read, the library asked, a report written.

mod args;
mod audit;
mod batch;
mod can;
mod catalog;
mod condition;
mod console;
mod delegates;
mod diff;
mod files;
mod formats;
mod graph;
mod inputs;
mod learn;
mod pages;
mod places;
mod progress;
mod request;
mod role;
mod small;
mod test;
mod what_can;
mod where_can;
mod who_can;
mod why;

use args::{Arguments, Command};
use clap::Parser;
use console::Console;
use std::io::Write as _;
use std::process::ExitCode;

/// Exit statuses, everywhere the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Yes, clean, all passed.
    Yes,
    /// No, findings, a test failed.
    No,
    /// Could not run.
    Failed,
    /// It depends.
    Depends,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Yes => 0,
            Exit::No => 1,
            Exit::Failed => 2,
            Exit::Depends => 3,
        })
    }
}

/// What stops a command: an error to be told, or a reader that went away.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Told on stderr; exit 2.
    Error(azrbac::origin::Error),
    /// stdout was closed (`| head`): end quietly.
    BrokenPipe,
}

impl From<azrbac::origin::Error> for Stop {
    fn from(error: azrbac::origin::Error) -> Stop {
        Stop::Error(error)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Stop {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Stop::BrokenPipe;
        }
        Stop::Error(azrbac::origin::Error::new(
            azrbac::origin::ErrorKind::Io,
            format!("writing failed: {error}"),
        ))
    }
}

/// Parses the command line, runs it, and turns the result into an exit status.
pub(crate) fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let status = if error.use_stderr() { Exit::Failed } else { Exit::Yes };
            // A closed stdout must not turn `--help | head` into a failure. What was typed may have come
            // from somewhere else: of that, clap takes out escapes, not marks of direction.
            let said = error.render().to_string();
            let _closed = match azrbac::report::safe_lines(&said) {
                clean if clean != said => writeln!(std::io::stderr(), "{}", clean.trim_end()),
                _ => error.print(),
            };
            return status.into();
        }
    };
    let mut console = Console::new(&arguments.global);
    let result = run(&arguments, &mut console).and_then(|exit| {
        console.flush()?;
        Ok(exit)
    });
    match result {
        Ok(exit) => exit.into(),
        Err(Stop::BrokenPipe) => Exit::Yes.into(),
        Err(Stop::Error(error)) => {
            console.error(&error);
            Exit::Failed.into()
        }
    }
}

fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Stop> {
    formats::check(&arguments.command, arguments.global.output)?;
    match &arguments.command {
        Command::Can(command) => can::run(command, &arguments.global, console),
        Command::Condition(command) => condition::run(command, &arguments.global, console),
        Command::Audit(command) => audit::run(command, &arguments.global, console),
        Command::WhoCan(command) => who_can::run(command, &arguments.global, console),
        Command::WhatCan(command) => what_can::run(command, &arguments.global, console),
        Command::WhereCan(command) => where_can::run(command, &arguments.global, console),
        Command::Diff(command) => diff::run(command, &arguments.global, console),
        Command::Graph(command) => graph::run(command, &arguments.global, console),
        Command::Request(command) => request::run(command, &arguments.global, console),
        Command::Why(command) => why::run(command, &arguments.global, console),
        Command::Test(command) => test::run(command, &arguments.global, console),
        Command::Learn(command) => learn::run(command, &arguments.global, console),
        Command::Collect(command) => small::collect(command, console),
        Command::Explain(command) => small::explain(command, &arguments.global, console),
        Command::Completions(command) => small::completions(command, console),
        Command::Man => small::man(console),
        Command::Role(command) => role::run(command, &arguments.global, console),
        Command::Catalog(command) => catalog::run(command, &arguments.global, console),
    }
}
