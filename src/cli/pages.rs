//! Pages and pictures, written where they were asked for.

use super::args::{Format, Global};
use super::console::Console;
use super::{Stop, files};
use azrbac::origin::{Error, ErrorKind};
use azrbac::report::document::Document;
use azrbac::report::picture::Picture;
use std::io::Write;
use std::path::Path;

/// Writes a page in the format that was asked for, and says whether that is one of a page.
pub(super) fn wrote(
    global: &Global,
    console: &mut Console,
    page: impl FnOnce(&[String]) -> Document,
) -> Result<bool, Stop> {
    let text = match global.output {
        Format::Html => page(&commands()).html(),
        Format::Md => page(&commands()).markdown(),
        _ => return Ok(false),
    };
    console.write_all(text.as_bytes())?;
    Ok(true)
}

/// A picture in a format of pictures.
pub(super) fn drawn(picture: &Picture, format: Format) -> Option<String> {
    match format {
        Format::Svg => Some(picture.svg()),
        Format::Dot => Some(picture.dot()),
        Format::Mermaid => Some(picture.mermaid()),
        Format::Text => Some(picture.text()),
        Format::Json => Some(format!("{}\n", picture.json())),
        Format::Html | Format::Md => None,
    }
}

/// The format of a picture, by the ending of its file's name.
pub(super) fn format_of(path: &Path) -> Result<Format, Error> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "svg" => Ok(Format::Svg),
        "dot" | "gv" => Ok(Format::Dot),
        "mmd" | "mermaid" => Ok(Format::Mermaid),
        _ => Err(Error::new(ErrorKind::Usage, format!("--graph `{}`", path.display()))
            .expected("a file that ends in .svg, .dot or .mmd")),
    }
}

/// Writes a picture into a file, in the format that its name asks for.
pub(super) fn write(picture: &Picture, path: &Path) -> Result<(), Error> {
    let format = format_of(path)?;
    files::write(path, drawn(picture, format).unwrap_or_default().as_bytes())
}

/// The command line that was typed, to be pasted into a shell: with which a page is made again.
fn commands() -> Vec<String> {
    let words: Vec<String> =
        std::env::args_os().skip(1).map(|word| quoted(&word.to_string_lossy())).collect();
    vec![format!("azrbac {}", words.join(" "))]
}

/// A word as a POSIX shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@=,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_string();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
