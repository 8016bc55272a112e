//! Files, standard input and the clock.

use super::Stop;
use super::console::Console;
use azrbac::catalog::Catalog;
use azrbac::ident::Timestamp;
use azrbac::origin::{Error, ErrorKind, SOURCE_LIMIT};
use std::fs::{File, Metadata};
use std::io::{Read, Write};
use std::path::Path;

/// The name and the bytes of a file; `-` is standard input. No more is read than [`SOURCE_LIMIT`]: a pipe
/// or a device has no end that can be seen ahead.
pub(crate) fn read(path: &Path) -> Result<(String, Vec<u8>), Error> {
    let name = path.display().to_string();
    let failed = |error: std::io::Error| Error::io(&name, "reading", &error);
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        fill(&mut bytes, std::io::stdin().lock(), "standard input").map_err(failed)??;
        return Ok((name, bytes));
    }
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_or(0, |about| about.len());
    if length > SOURCE_LIMIT {
        return Err(Error::too_long(&name));
    }
    // What the file says of its length saves growing; it may lie, and it may be more than there is.
    let ahead = usize::try_from(length).unwrap_or(0);
    if bytes.try_reserve_exact(ahead).is_err() {
        return Err(Error::new(
            ErrorKind::Limit,
            format!("`{name}` has {length} bytes, and there is no memory for them"),
        ));
    }
    fill(&mut bytes, file, &name).map_err(failed)??;
    Ok((name, bytes))
}

/// From how many bytes on a file is worth reading in pieces.
const LARGE: u64 = 256 * 1024;

/// A large file, and what is known of it; nothing for all others, and for what [`read`] refuses.
pub(crate) fn large(path: &Path) -> Option<(File, Metadata)> {
    // A device or a pipe may wait for ever when it is opened.
    let about = std::fs::metadata(path).ok()?;
    if !about.is_file() || !(LARGE..=SOURCE_LIMIT).contains(&about.len()) {
        return None;
    }
    let file = File::open(path).ok()?;
    let about = file.metadata().ok()?;
    Some((file, about))
}

fn fill(bytes: &mut Vec<u8>, from: impl Read, name: &str) -> std::io::Result<Result<(), Error>> {
    let read = from.take(SOURCE_LIMIT + 1).read_to_end(bytes)? as u64;
    Ok(if read > SOURCE_LIMIT { Err(Error::too_long(name)) } else { Ok(()) })
}

/// A file, to be read as a stream; `-` is standard input.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read + Send>, Error> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    match File::open(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(Error::io(&path.display().to_string(), "reading", &error)),
    }
}

/// Writes a file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    std::fs::write(path, bytes)
        .map_err(|error| Error::io(&path.display().to_string(), "writing", &error))
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

/// Now, by the machine's clock, in whole seconds: a page says it, to be typed again.
pub(crate) fn now() -> Timestamp {
    let since =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX).saturating_mul(10_000_000))
}
