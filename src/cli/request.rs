//! `azrbac request`: what an ARM request is checked as.

use super::args::{Format, Global, RequestArguments};
use super::console::Console;
use super::{Exit, Stop, files};
use azrbac::catalog::Catalog;
use azrbac::origin::{Error, ErrorKind};
use azrbac::report;
use std::io::Write;

pub(crate) fn run(
    arguments: &RequestArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let catalog = files::catalog(global.catalog.as_deref())?;
    if let Some(path) = &arguments.batch {
        return batch(path, &catalog, console);
    }
    let text = arguments.request.join(" ");
    let check = match catalog.request(&text) {
        Ok(check) => check,
        Err(error) => {
            if global.output == Format::Json {
                writeln!(console, "{}", report::error(&error))?;
            }
            return Err(error.into());
        }
    };
    if global.output == Format::Json {
        writeln!(console, "{}", report::request(&check))?;
    } else {
        console.write_all(report::request_text(&check).as_bytes())?;
    }
    Ok(Exit::Yes)
}

/// One request a line, one answer a line, in order.
fn batch(path: &std::path::Path, catalog: &Catalog, console: &mut Console) -> Result<Exit, Stop> {
    let (name, bytes) = files::read(path)?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::new(ErrorKind::Syntax, format!("`{name}` is not UTF-8"))
            .expected("a method and a URL a line")
    })?;
    let mut all_answered = true;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match catalog.request(line) {
            Ok(check) => writeln!(console, "{}", report::request(&check))?,
            Err(error) => {
                all_answered = false;
                writeln!(console, "{}", report::error(&error))?;
            }
        }
    }
    Ok(if all_answered { Exit::Yes } else { Exit::Failed })
}
