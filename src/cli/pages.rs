//! Pages and pictures, written where they were asked for.

use super::args::{Format, Global};
use super::console::Console;
use super::{Stop, files};
use azrbac::catalog::Catalog;
use azrbac::ident::Timestamp;
use azrbac::origin::{Error, ErrorKind};
use azrbac::report::document::Document;
use azrbac::report::picture::Picture;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What an answer hangs on beside what was typed: a page says it, so that its command gives the same
/// answer on another day and by another version.
#[derive(Debug, Default)]
pub(super) struct Unsaid<'c> {
    /// The time that was asked about.
    pub(super) at: Option<Timestamp>,
    /// The catalog that answered.
    pub(super) catalog: Option<&'c Catalog>,
}

impl Unsaid<'_> {
    /// As options, those that were not typed.
    fn options(&self, global: &Global) -> Vec<String> {
        let mut options = Vec::new();
        if let (Some(at), None) = (self.at, &global.at) {
            options.extend(["--at".to_string(), at.to_string()]);
        }
        let date = self.catalog.map(|catalog| catalog.roles().date());
        if let (Some(date), None) = (date, &global.catalog)
            && Catalog::dates().contains(&date)
        {
            options.extend(["--catalog".to_string(), date.to_string()]);
        }
        options
    }
}

/// Writes a page in the format that was asked for, and says whether that is one of a page.
pub(super) fn wrote(
    global: &Global,
    console: &mut Console,
    unsaid: &Unsaid<'_>,
    page: impl FnOnce(&[String]) -> Document,
) -> Result<bool, Stop> {
    if !matches!(global.output, Format::Html | Format::Md) {
        return Ok(false);
    }
    let page = page(&[command(&unsaid.options(global))]);
    let text = match global.output {
        Format::Md => page.markdown(),
        _ => page.html(),
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

/// The name of one of several pictures: `a.svg` becomes `a-2.svg`.
pub(super) fn numbered(path: &Path, number: usize) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{number}.{ending}"))
}

/// Writes a picture into a file, in the format that its name asks for.
pub(super) fn write(picture: &Picture, path: &Path) -> Result<(), Error> {
    let format = format_of(path)?;
    files::write(path, drawn(picture, format).unwrap_or_default().as_bytes())
}

/// The command line that was typed, to be pasted into a shell, with options that were not: with it a
/// page is made again.
fn command(options: &[String]) -> String {
    let mut words: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    // Behind `--` nothing is an option.
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    words.splice(end..end, options.iter().cloned());
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("azrbac {}", words.join(" "))
}

/// A word as a POSIX shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@=,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_string();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
