//! The list that comes by the hundred thousand, read piece by piece: role assignments as az writes them.
//! A piece stays in the processor's cache from the disk to the facts, and the file is never whole in memory.

use super::documents::RawEntry;
use super::flat::{self, skip_blanks};
use super::ground::{At, Ground, Lines};
use super::places::fill;
use super::reader::Reader;
use super::recognise::Shape;
use super::{read_entry, read_text, unreadable};
use crate::model::{Facts, Touches};
use crate::origin::{Error, ErrorKind, Place, SOURCE_LIMIT, SourceId};
use serde_json::value::RawValue;
use std::io::{Read, Seek, SeekFrom};

/// How many bytes of a file are looked at together: more than one entry has, less than a cache.
const PIECE: usize = 256 * 1024;

/// Reads one exported file into the facts as [`super::read`] does, and where it is the list that
/// `az role assignment list` prints, without ever holding all of it: 200,000 assignments are 220 MB.
///
/// `file` is read from its beginning. One that cannot be read, that has more than
/// [`SOURCE_LIMIT`] bytes, or that changes meanwhile, is an error in `facts.errors` and a gap.
///
/// Gives the bytes back where they had to be read as a whole after all: who wants to say where a fact
/// stands needs them, or, where there are none, [`super::Marks::of_file`].
///
/// ```
/// use azrbac::model::Facts;
/// let export = br#"[{"principalId": "11111111-1111-1111-1111-111111111111",
///   "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
///   "scope": "/subscriptions/22222222-2222-2222-2222-222222222222", "principalType": "User"}]"#;
/// let mut facts = Facts::default();
/// azrbac::ingest::read_file(&mut facts, "assignments.json", &mut std::io::Cursor::new(export));
/// assert_eq!(facts.assignments.len(), 1);
/// assert!(facts.errors.is_empty());
/// ```
pub fn read_file(facts: &mut Facts, name: &str, file: &mut (impl Read + Seek)) -> Option<Vec<u8>> {
    read_file_in(facts, name, file, PIECE)
}

fn read_file_in(
    facts: &mut Facts,
    name: &str,
    file: &mut (impl Read + Seek),
    piece: usize,
) -> Option<Vec<u8>> {
    let source = facts.sources.add(name);
    let mut list = List::new(source, name);
    let came = pieces(facts, &mut list, file, piece);
    list.count_added(facts);
    let read = match came {
        Ok(Came::Closed) => return None,
        Ok(_) => whole(file),
        Err(error) => Err(error),
    };
    let error = match read {
        Ok(Some(bytes)) => {
            read_text(facts, &mut list, &bytes);
            return Some(bytes);
        }
        Ok(None) => Error::too_long(name),
        Err(error) => Error::io(name, "reading", &error),
    };
    unreadable(facts, name, error, Touches::Anything);
    Some(Vec::new())
}

/// All of a file; nothing where that is more than the limit.
fn whole(file: &mut (impl Read + Seek)) -> std::io::Result<Option<Vec<u8>>> {
    let length = file.seek(SeekFrom::End(0))?;
    if length > SOURCE_LIMIT {
        return Ok(None);
    }
    file.rewind()?;
    let mut bytes = Vec::new();
    // What a file says of its length may be a lie.
    let _grows_as_it_is_read = bytes.try_reserve_exact(usize::try_from(length).unwrap_or(0));
    file.take(SOURCE_LIMIT + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= SOURCE_LIMIT).then_some(bytes))
}

/// Reads a file in pieces for as long as it is the list.
fn pieces(
    facts: &mut Facts,
    list: &mut List<'_>,
    file: &mut (impl Read + Seek),
    piece: usize,
) -> std::io::Result<Came> {
    list.length = usize::try_from(file.seek(SeekFrom::End(0))?).unwrap_or(0);
    file.rewind()?;
    let mut buffer = vec![0; piece.min(list.length + 1)];
    let mut filled = 0;
    loop {
        filled += fill(file, &mut buffer[filled..])?;
        let is_last = filled < buffer.len();
        let piece = &buffer[..filled];
        let text = match std::str::from_utf8(piece) {
            Ok(text) => text,
            // A character may be cut at the end of a piece.
            Err(error) if error.error_len().is_none() && !is_last => {
                std::str::from_utf8(&piece[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => return Ok(Came::Otherwise),
        };
        let came = list.piece(facts, text, is_last);
        if !matches!(came, Came::More) {
            return Ok(came);
        }
        let taken = list.pass(text);
        buffer.copy_within(taken..filled, 0);
        filled -= taken;
        if taken == 0 {
            // One entry is longer than the piece.
            buffer.resize(buffer.len() * 2, 0);
        }
        if list.begin as u64 + filled as u64 > SOURCE_LIMIT {
            return Ok(Came::Otherwise);
        }
    }
}

/// What came at the end of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// The end of the list, and nothing behind it.
    Closed,
    /// The middle of an entry, or an entry and no more.
    More,
    /// What is not this list, or is broken: for the general way.
    Otherwise,
}

/// What may stand next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Open,
    First,
    Entry,
    Comma,
    Nothing,
}

/// A list of assignments, and how far it was read.
#[derive(Debug)]
pub(super) struct List<'n> {
    pub(super) source: SourceId,
    pub(super) name: &'n str,
    /// How many entries were read.
    count: usize,
    /// The offset behind the last entry that was read.
    pub(super) end: usize,
    pub(super) told: Told,
    /// How many bytes there are in all.
    length: usize,
    /// The offset of the piece, and how much of it was read.
    begin: usize,
    at: usize,
    next: Next,
    lines: Lines,
    scratch: flat::Scratch,
    /// How many were added and are not counted yet.
    added: usize,
}

impl<'n> List<'n> {
    pub(super) fn new(source: SourceId, name: &'n str) -> List<'n> {
        List {
            source,
            name,
            count: 0,
            end: 0,
            told: Told::default(),
            length: 0,
            begin: 0,
            at: 0,
            next: Next::Open,
            lines: Lines::default(),
            scratch: flat::Scratch::default(),
            added: 0,
        }
    }

    /// Reads a text that is there as a whole, if nothing of it was tried yet.
    pub(super) fn all(&mut self, facts: &mut Facts, text: &str) -> Came {
        if self.next != Next::Open {
            return Came::Otherwise;
        }
        self.length = text.len();
        let came = self.piece(facts, text, true);
        self.count_added(facts);
        came
    }

    fn count_added(&mut self, facts: &mut Facts) {
        flat::count(facts, self.source, &mut self.added);
    }

    /// Leaves what was read of a piece behind; how much that is.
    fn pass(&mut self, text: &str) -> usize {
        let taken = std::mem::take(&mut self.at);
        self.lines.pass(&text[..taken]);
        self.begin += taken;
        taken
    }

    /// Reads the entries of a piece.
    fn piece(&mut self, facts: &mut Facts, text: &str, is_last: bool) -> Came {
        let bytes = text.as_bytes();
        loop {
            self.at = skip_blanks(bytes, self.at);
            let Some(byte) = bytes.get(self.at) else {
                return match (is_last, self.next) {
                    (false, _) => Came::More,
                    (true, Next::Nothing) => Came::Closed,
                    (true, _) => Came::Otherwise,
                };
            };
            match (self.next, byte) {
                (Next::Open, b'[') => {
                    self.next = Next::First;
                    self.at += 1;
                }
                (Next::Comma, b',') => {
                    self.next = Next::Entry;
                    self.at += 1;
                }
                (Next::Comma, b']') => {
                    self.next = Next::Nothing;
                    self.at += 1;
                }
                (Next::First | Next::Entry, b'{') => match self.entry(facts, text, is_last) {
                    Some(came) => return came,
                    None => self.next = Next::Comma,
                },
                _ => return Came::Otherwise,
            }
        }
    }

    /// Reads the entry that begins here; what came where it is not read.
    fn entry(&mut self, facts: &mut Facts, text: &str, is_last: bool) -> Option<Came> {
        let flat = flat::assignment(text, self.at);
        let is_list = flat.is_some() || self.next != Next::First;
        if let Some((one, length)) = flat {
            if self.next == Next::First {
                // All are about as long as the first.
                facts.assignments.reserve(self.length / length.max(1));
            }
            if flat::add(facts, self.source, self.begin, &one, &mut self.scratch) {
                self.added += 1;
                self.told.last = Some(Shape::RoleAssignment);
                self.read(length);
                return None;
            }
        }
        let rest = &text[self.at..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        let raw = match values.next() {
            Some(Ok(raw)) if is_list => raw.get(),
            Some(Err(error)) if error.is_eof() && !is_last => return Some(Came::More),
            _ => return Some(Came::Otherwise),
        };
        self.count_added(facts);
        let entry = RawEntry {
            text: raw,
            offset: self.begin + self.at,
            document: 0,
            wrapper: None,
            index: Some(self.count),
        };
        let at = At::Json { entry, documents: 1 };
        let ground = Ground { source: self.source, name: self.name, text, lines: &self.lines, at };
        self.told.read(facts, ground, raw);
        self.read(values.byte_offset());
        None
    }

    /// What is left of all the entries of the source; nothing where those that were read are not there.
    pub(super) fn rest<'e, 'a>(&self, all: &'e [RawEntry<'a>]) -> Option<&'e [RawEntry<'a>]> {
        let (read, rest) = all.split_at_checked(self.count)?;
        let end = read.last().map_or(0, |one| one.offset + one.text.len());
        (end == self.end).then_some(rest)
    }

    fn read(&mut self, length: usize) {
        self.at += length;
        self.end = self.begin + self.at;
        self.count += 1;
    }
}

/// What was told of the entries so far.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// How many were not understood.
    errors: usize,
    /// What the last one was.
    pub(super) last: Option<Shape>,
}

impl Told {
    /// Reads an entry of the general way.
    pub(super) fn read(&mut self, facts: &mut Facts, ground: Ground<'_>, text: &str) {
        let mut reader = Reader::new(facts, ground);
        reader.errors_here = self.errors;
        self.last = Some(read_entry(&mut reader, text));
        self.errors = reader.errors_here;
    }
}

/// What to say of a file whose beginning is not what it was a moment ago.
pub(super) fn changed(name: &str) -> Error {
    Error::new(ErrorKind::Io, format!("`{name}` changed while it was read"))
        .help("read it again when nothing writes to it")
        .at(Place { file: name.to_string(), path: String::new(), line: 1, column: 1 })
}

#[cfg(test)]
mod tests;
