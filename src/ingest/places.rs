//! From offsets back to places, given the bytes of a source again.

use super::ground::Lines;
use super::text;
use crate::origin::{Locator, Place};
use std::borrow::Cow;
use std::io::{Read, Seek, SeekFrom};

/// The place of a byte offset in a source, given its bytes again: file, line and column. The JSON
/// path is left empty; errors carry it from the start.
#[must_use]
pub fn place(name: &str, bytes: &[u8], offset: usize) -> Option<Place> {
    let (text, _) = text::decode(bytes).ok()?;
    let (line, column) = Lines::default().line_and_column(&text, offset);
    Some(Place { file: name.to_string(), path: String::new(), line, column })
}

/// The places of several byte offsets of a source, in the order asked, with the JSON path of each where
/// it is JSON. The source is read once.
#[must_use]
pub fn places(name: &str, bytes: &[u8], offsets: &[usize]) -> Vec<Option<Place>> {
    let Ok((text, _)) = text::decode(bytes) else { return vec![None; offsets.len()] };
    let json = text.trim_start().starts_with(['{', '[', '/']);
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_by_key(|at| offsets[*at]);
    let mut locator = Locator::new(&text);
    let mut found = vec![None; offsets.len()];
    for at in order {
        let location = locator.locate(offsets[at]);
        let path = if json { location.path } else { String::new() };
        found[at] = Some(Place {
            file: name.to_string(),
            path,
            line: location.line,
            column: location.column,
        });
    }
    found
}

/// Every so many bytes of a text its line and column are noted.
const STEP: usize = 4 * 1024;

/// Finds places of one source in any order: the source is read once, and then each place costs a look at
/// the few bytes before it. An answer may rest on a million entries, each told with its place, and a file
/// may be one line.
///
/// ```
/// use azrbac::ingest::Marks;
/// let text = b"[1,\n 2]";
/// let marks = Marks::new(text).unwrap();
/// let place = marks.place("a.json", text, 5).unwrap();
/// assert_eq!((place.line, place.column), (2, 2));
/// ```
#[derive(Debug)]
pub struct Marks {
    /// The text, where it is not the bytes as they are.
    decoded: Option<Box<str>>,
    /// Where the text begins in the bytes.
    begin: usize,
    /// Line and column, from 0, at every [`STEP`].
    marks: Vec<(usize, usize)>,
}

impl Marks {
    /// Reads a source once; `None` where it is no text.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Marks> {
        let (text, _) = text::decode(bytes).ok()?;
        let mut counted = Counted::default();
        for part in text.as_bytes().chunks(STEP) {
            counted.add(part);
        }
        let (decoded, begin) = match text {
            Cow::Borrowed(text) => (None, bytes.len() - text.len()),
            Cow::Owned(text) => (Some(text.into_boxed_str()), 0),
        };
        Some(Marks { decoded, begin, marks: counted.marks })
    }

    /// Reads a file of plain UTF-8 once, from where it stands to its end, without holding it: what
    /// [`super::read_file`] read in pieces is such a file.
    ///
    /// # Errors
    /// What reading says.
    pub fn of_file(file: &mut impl Read) -> std::io::Result<Marks> {
        let mut counted = Counted::default();
        let mut buffer = vec![0; STEPS * STEP];
        loop {
            let filled = fill(file, &mut buffer)?;
            for part in buffer[..filled].chunks(STEP) {
                counted.add(part);
            }
            if filled < buffer.len() {
                return Ok(Marks { decoded: None, begin: 0, marks: counted.marks });
            }
        }
    }

    /// The place of a byte offset, given the name and the bytes of the source again; the JSON path is left
    /// empty. `None` where these are the bytes of another source.
    #[must_use]
    pub fn place(&self, name: &str, bytes: &[u8], offset: usize) -> Option<Place> {
        let text = match &self.decoded {
            Some(text) => text.as_bytes(),
            None => bytes.get(self.begin..)?,
        };
        let offset = offset.min(text.len());
        let (from, mark) = self.before(offset);
        Some(said(name, after(mark, text.get(from..offset)?)))
    }

    /// The same, given the file of [`Marks::of_file`] again.
    ///
    /// # Errors
    /// What reading says.
    pub fn place_in(
        &self,
        name: &str,
        file: &mut (impl Read + Seek),
        offset: usize,
    ) -> std::io::Result<Place> {
        let (from, mark) = self.before(offset);
        let mut part = vec![0; (offset - from).min(STEPS * STEP)];
        file.seek(SeekFrom::Start(from as u64))?;
        let filled = fill(file, &mut part)?;
        Ok(said(name, after(mark, &part[..filled])))
    }

    /// The last mark before an offset: where it stands, and its line and column.
    fn before(&self, offset: usize) -> (usize, (usize, usize)) {
        // The end of a text may stand one step behind the last mark.
        let step = (offset / STEP).min(self.marks.len().saturating_sub(1));
        (step * STEP, self.marks.get(step).copied().unwrap_or_default())
    }
}

fn said(name: &str, (line, column): (usize, usize)) -> Place {
    Place { file: name.to_string(), path: String::new(), line: line + 1, column: column + 1 }
}

/// How many steps of a file are read at once.
const STEPS: usize = 64;

/// Marks as a text goes by, step by step.
#[derive(Default)]
struct Counted {
    marks: Vec<(usize, usize)>,
    reached: (usize, usize),
}

impl Counted {
    fn add(&mut self, part: &[u8]) {
        self.marks.push(self.reached);
        self.reached = after(self.reached, part);
    }
}

/// Reads until a buffer is full or the file ends; how much that was.
pub(super) fn fill(file: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Line and column behind a part of a text. A column is a character: the bytes that go on with one are not
/// counted.
fn after((mut line, mut column): (usize, usize), mut part: &[u8]) -> (usize, usize) {
    if let Some(last) = part.iter().rposition(|byte| *byte == b'\n') {
        line += part[..=last].iter().filter(|byte| **byte == b'\n').count();
        column = 0;
        part = &part[last + 1..];
    }
    column += part.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn marks_find_what_a_walk_from_the_beginning_finds() {
        let lines: String = (0..3_000).map(|n| format!("é{n} ß\n")).collect();
        let one_line = "ä1, ".repeat(5_000);
        let utf16: Vec<u8> =
            [0xfeff].into_iter().chain(lines.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let marked = [b"\xef\xbb\xbf", lines.as_bytes()].concat();
        for bytes in [lines.as_bytes(), one_line.as_bytes(), &utf16, &marked, b"", b"x"] {
            let marks = Marks::new(bytes).expect("it is text");
            let (text, _) = text::decode(bytes).expect("it is text");
            let near =
                (0..=text.len() / STEP).flat_map(|n| (n * STEP).saturating_sub(2)..n * STEP + 3);
            for offset in
                near.chain([text.len(), text.len() + 1]).filter(|at| text.is_char_boundary(*at))
            {
                assert_eq!(marks.place("a", bytes, offset), place("a", bytes, offset), "{offset}");
                if *text.as_bytes() == *bytes {
                    let mut file = Cursor::new(bytes);
                    let marks = Marks::of_file(&mut file).expect("it is in memory");
                    let found = marks.place_in("a", &mut file, offset).expect("it is in memory");
                    assert_eq!(Some(found), place("a", bytes, offset), "{offset}");
                }
            }
        }
        assert!(Marks::new(&[b'a', 0xff]).is_none());
    }
}
