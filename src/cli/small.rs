//! The commands that only print: collect, explain, completions, man.

use super::args::{
    Arguments, CollectArguments, Collector, CompletionArguments, ExplainArguments, Format, Global,
};
use super::console::Console;
use super::{Exit, Stop};
use azrbac::origin::{Error, ErrorKind};
use azrbac::report;
use clap::CommandFactory;
use serde_json::json;
use std::io::Write;

pub(crate) fn collect(arguments: &CollectArguments, console: &mut Console) -> Result<Exit, Stop> {
    let script = match arguments.print {
        Collector::Az => include_str!("collect/snapshot.sh"),
        Collector::Pwsh => include_str!("collect/snapshot.ps1"),
    };
    console.write_all(script.as_bytes())?;
    Ok(Exit::Yes)
}

pub(crate) fn explain(
    arguments: &ExplainArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let Some(code) = &arguments.code else {
        for code in report::codes() {
            writeln!(console, "{code}")?;
        }
        return Ok(Exit::Yes);
    };
    let Some(text) = report::explain(code) else {
        let mut near: Vec<(usize, &str)> = report::codes()
            .map(|known| (strsim::osa_distance(known, &code.to_lowercase()), known))
            .collect();
        near.sort_unstable();
        let near: Vec<&str> = near.into_iter().take(3).map(|(_, known)| known).collect();
        return Err(Error::new(ErrorKind::NotFound, format!("no code is called `{code}`"))
            .help(format!("did you mean {}? `azrbac explain` lists all", near.join(", ")))
            .into());
    };
    if global.output == Format::Json {
        writeln!(console, "{}", json!({"version": 1, "code": code, "text": text}))?;
    } else {
        let width = 80;
        let mut line = String::new();
        for word in text.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                writeln!(console, "{line}")?;
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        writeln!(console, "{line}")?;
    }
    Ok(Exit::Yes)
}

pub(crate) fn completions(
    arguments: &CompletionArguments,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "azrbac", &mut script);
    console.write_all(&script)?;
    Ok(Exit::Yes)
}

pub(crate) fn man(console: &mut Console) -> Result<Exit, Stop> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
    console.write_all(&page)?;
    Ok(Exit::Yes)
}
