//! Where a fact came from, and the one error type.
//!
//! Every fact that is read keeps an [`Origin`]: eight bytes that name a source and a byte offset in
//! it. Line, column and JSON path are derived on demand from the text by [`locate()`], so a million
//! facts cost eight megabytes and not a million strings.

mod error;
mod locate;

pub use error::{Error, ErrorKind};
pub use locate::{Location, Locator, locate};

use std::borrow::Cow;

/// Which source (file, standard input, embedded document) a fact came from: its row in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct SourceId(u32);

impl SourceId {
    /// The row in [`Sources`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The names of everything that was read, in order. The texts stay with the caller.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    names: Vec<Box<str>>,
}

impl Sources {
    /// Registers a source under the name that people know it by (a path, `-`, `the lab`).
    ///
    /// # Panics
    /// Never in practice: it would take more than 16 million sources.
    pub fn add(&mut self, name: &str) -> SourceId {
        let row = u32::try_from(self.names.len()).expect("fewer than 2^24 sources");
        self.names.push(name.into());
        SourceId(row)
    }

    /// The name that a source was registered under.
    #[must_use]
    pub fn name(&self, id: SourceId) -> &str {
        self.names.get(id.index()).map_or("?", |name| name)
    }

    /// The names in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// How many sources there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Has nothing been read?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// The most bytes of one source that are read.
pub const SOURCE_LIMIT: u64 = 4 * 1024 * 1024 * 1024;

const OFFSET_BITS: u32 = 40;

/// Where a fact stands: a source and a byte offset in its text, in eight bytes.
///
/// Two facts with different origins are still equal facts, so nothing compares origins by accident:
/// the type has no `PartialEq`.
#[derive(Clone, Copy)]
pub struct Origin(u64);

/// None.
impl Default for Origin {
    fn default() -> Origin {
        Origin::NONE
    }
}

impl Origin {
    /// The origin of what was not read from a file: the embedded catalog, a what-if, a test.
    pub const NONE: Origin = Origin(u64::MAX);

    /// A place in a source. Offsets past one terabyte are clamped.
    #[must_use]
    pub fn new(source: SourceId, offset: usize) -> Origin {
        let offset = (offset as u64).min((1 << OFFSET_BITS) - 1);
        Origin((u64::from(source.0) << OFFSET_BITS) | offset)
    }

    /// The source and the byte offset, or `None` for [`Origin::NONE`].
    #[must_use]
    pub fn place(self) -> Option<(SourceId, usize)> {
        if self.0 == u64::MAX {
            return None;
        }
        let source = u32::try_from(self.0 >> OFFSET_BITS).ok()?;
        let offset = usize::try_from(self.0 & ((1 << OFFSET_BITS) - 1)).ok()?;
        Some((SourceId(source), offset))
    }
}

impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.place() {
            None => f.write_str("Origin(none)"),
            Some((source, offset)) => write!(f, "Origin({}@{offset})", source.0),
        }
    }
}

/// A place as people read it: file, JSON path, line and column (both from 1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The name of the source.
    pub file: String,
    /// A JSON path such as `$[3].permissions[0].actions`; empty where the source has no structure.
    pub path: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", one_line(&self.file), self.line, self.column)?;
        if !self.path.is_empty() {
            write!(f, " ({})", one_line(&self.path))?;
        }
        Ok(())
    }
}

/// Somebody else's text as a part of a message, in one line: behind a line feed a name could forge a line
/// of what is told.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains('\n') { text.replace('\n', "\\u{a}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_is_eight_bytes_and_gives_back_what_it_was_given() {
        assert_eq!(size_of::<Origin>(), 8);
        let mut sources = Sources::default();
        let _first = sources.add("a.json");
        let second = sources.add("b.json");
        let origin = Origin::new(second, 221_479_072);
        assert_eq!(origin.place(), Some((second, 221_479_072)));
        assert_eq!(Origin::NONE.place(), None);
        assert_eq!(sources.name(second), "b.json");
    }
}
