//! Files, standard input and the clock.

use super::Stop;
use super::console::Console;
use azrbac::catalog::Catalog;
use azrbac::ident::Timestamp;
use azrbac::origin::{Error, ErrorKind};
use std::io::{Read, Write};
use std::path::Path;

/// The most bytes that are read from standard input: a pipe has no end that can be seen ahead.
pub(crate) const STDIN_LIMIT: u64 = 4 * 1024 * 1024 * 1024;

/// The name and the bytes of a file; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<(String, Vec<u8>), Error> {
    let name = path.display().to_string();
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .take(STDIN_LIMIT + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| io(&name, "reading", &error))?;
        if bytes.len() as u64 > STDIN_LIMIT {
            return Err(Error::new(
                ErrorKind::Limit,
                format!("standard input is longer than {STDIN_LIMIT} bytes"),
            ));
        }
        return Ok((name, bytes));
    }
    let bytes = std::fs::read(path).map_err(|error| io(&name, "reading", &error))?;
    Ok((name, bytes))
}

/// A file, to be read as a stream; `-` is standard input.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read + Send>, Error> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    match std::fs::File::open(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(io(&path.display().to_string(), "reading", &error)),
    }
}

/// Writes a file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    std::fs::write(path, bytes).map_err(|error| io(&path.display().to_string(), "writing", &error))
}

/// Writes a report where it was asked for; `-` is stdout. Tells whether it went there.
pub(crate) fn report(
    path: Option<&Path>,
    console: &mut Console,
    text: impl FnOnce() -> String,
) -> Result<bool, Stop> {
    match path {
        None => Ok(false),
        Some(path) if path == Path::new("-") => {
            console.write_all(text().as_bytes())?;
            Ok(true)
        }
        Some(path) => {
            write(path, text().as_bytes())?;
            Ok(false)
        }
    }
}

pub(crate) fn io(name: &str, doing: &str, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{doing} `{name}` failed: {error}"))
}

/// The catalog that was asked for: a date, a file, or the newest.
pub(crate) fn catalog(asked: Option<&str>) -> Result<Catalog, Error> {
    let Some(asked) = asked else { return Ok(Catalog::newest()) };
    if Catalog::dates().contains(&asked) {
        return Catalog::of_date(asked);
    }
    let path = Path::new(asked);
    if !path.exists() {
        // The message of the date says what else it could be.
        return Catalog::of_date(asked);
    }
    let (name, bytes) = read(path)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::new(ErrorKind::Catalog, format!("{name}: not UTF-8")))?;
    if text.trim_start().starts_with(['[', '{']) {
        let mut found = azrbac::ingest::catalog::Import::default();
        azrbac::ingest::catalog::import(&mut found, &name, text.as_bytes())?;
        let mut made = String::new();
        if !found.roles.is_empty() {
            made.push_str(&azrbac::catalog::write_roles(&found.roles, &name, &name));
        }
        if !found.operations.is_empty() {
            made.push_str(&azrbac::catalog::write_operations(&found.operations, &name, "", &name));
        }
        return Catalog::from_text(&made);
    }
    Catalog::from_text(&text).map_err(|error| {
        Error::new(ErrorKind::Catalog, format!("{name}: {}", error.message()))
            .help("make one with `azrbac catalog import`")
    })
}

/// Now, by the machine's clock.
pub(crate) fn now() -> Timestamp {
    let since =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_nanos() / 100).unwrap_or(i64::MAX))
}
