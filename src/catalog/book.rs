//! Sorted lines of text, bisected in place.

use crate::origin::{Error, ErrorKind};
use memchr::{memchr, memrchr};
use std::borrow::Cow;

/// What a section of a catalog file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SectionKind {
    Roles,
    Operations,
}

/// One section: from its title line to the next one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section<'a> {
    pub(super) kind: SectionKind,
    pub(super) text: &'a str,
}

pub(super) const ROLES_TITLE: &str = "azrbac roles 1";
pub(super) const OPERATIONS_TITLE: &str = "azrbac operations 1";

/// The sections of a catalog file.
pub(super) fn sections(text: &str) -> Result<Vec<Section<'_>>, Error> {
    let mut starts = Vec::new();
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let kind = match line.trim_end() {
            ROLES_TITLE => Some(SectionKind::Roles),
            OPERATIONS_TITLE => Some(SectionKind::Operations),
            _ => None,
        };
        match kind {
            Some(kind) => starts.push((kind, at)),
            None if starts.is_empty() && !line.trim().is_empty() => {
                return Err(Error::new(
                    ErrorKind::Catalog,
                    format!("line {}: not a catalog file", number + 1),
                )
                .expected(format!("`{ROLES_TITLE}` or `{OPERATIONS_TITLE}`"))
                .help("make one with `azrbac catalog import`"));
            }
            None => {}
        }
        at += line.len();
    }
    if starts.is_empty() {
        return Err(Error::new(ErrorKind::Catalog, "the catalog file is empty")
            .help("make one with `azrbac catalog import`"));
    }
    let ends = starts.iter().skip(1).map(|start| start.1).chain([text.len()]);
    Ok(starts
        .iter()
        .zip(ends)
        .map(|((kind, start), end)| Section { kind: *kind, text: &text[*start..end] })
        .collect())
}

/// A text of records: a record begins in the first column, what belongs to it is indented; the head
/// (title and provenance) ends with an empty line.
#[derive(Debug, Clone)]
pub(super) struct Book {
    text: Cow<'static, str>,
    body: usize,
}

impl Book {
    /// Was it read from a file, rather than embedded?
    pub(super) fn is_owned(&self) -> bool {
        matches!(self.text, Cow::Owned(_))
    }

    pub(super) fn new(text: Cow<'static, str>) -> Book {
        let body = text.find("\n\n").map_or(text.len(), |at| at + 2);
        Book { text, body }
    }

    /// A value of the head: `date`, `observed`, ….
    pub(super) fn head(&self, key: &str) -> &str {
        self.text[..self.body]
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(' '))
            .unwrap_or_default()
    }

    /// The number of lines before the body, for messages.
    pub(super) fn head_lines(&self) -> usize {
        self.text[..self.body].lines().count()
    }

    fn body(&self) -> &str {
        &self.text[self.body..]
    }

    /// The records in order.
    pub(super) fn records(&self) -> impl Iterator<Item = &str> {
        let body = self.body();
        let mut at = 0;
        std::iter::from_fn(move || {
            if at >= body.len() {
                return None;
            }
            let end = record_end(body, at);
            let record = &body[at..end];
            at = end;
            Some(record)
        })
    }

    /// Where each record begins in the body, in order.
    pub(super) fn offsets(&self) -> impl Iterator<Item = usize> {
        let begin = self.body().as_ptr() as usize;
        self.records().map(move |record| record.as_ptr() as usize - begin)
    }

    /// The record that begins at one of [`Book::offsets`].
    pub(super) fn record_at(&self, at: usize) -> &str {
        let body = self.body();
        &body[at..record_end(body, at)]
    }

    /// A piece of the body.
    pub(super) fn slice(&self, start: u32, length: u16) -> &str {
        let start = start as usize;
        self.body().get(start..start + usize::from(length)).unwrap_or_default()
    }

    /// The record for which `order` says `Equal`; the records must be sorted by what it looks at.
    pub(super) fn find(&self, order: impl Fn(&str) -> std::cmp::Ordering) -> Option<&str> {
        let body = self.body();
        let (mut low, mut high) = (0, body.len());
        while low < high {
            let start = record_start(body, low + (high - low) / 2);
            let end = record_end(body, start);
            let record = &body[start..end];
            match order(record) {
                std::cmp::Ordering::Equal => return Some(record),
                std::cmp::Ordering::Less => low = end,
                std::cmp::Ordering::Greater => high = start,
            }
        }
        None
    }
}

fn record_start(body: &str, mut at: usize) -> usize {
    let bytes = body.as_bytes();
    loop {
        at = memrchr(b'\n', &bytes[..at]).map_or(0, |n| n + 1);
        if at == 0 || bytes[at] != b' ' {
            return at;
        }
        at -= 1;
    }
}

fn record_end(body: &str, start: usize) -> usize {
    let bytes = body.as_bytes();
    let mut at = start;
    loop {
        match memchr(b'\n', &bytes[at..]) {
            None => return bytes.len(),
            Some(n) => at += n + 1,
        }
        if bytes.get(at) != Some(&b' ') {
            return at;
        }
    }
}

/// A string as one word of a line: quoted where blanks or control characters would be lost.
pub(super) fn quote(text: &str) -> String {
    if text.trim() == text && !text.starts_with('"') && !text.chars().any(char::is_control) {
        text.to_string()
    } else {
        serde_json::Value::String(text.to_string()).to_string()
    }
}

/// The reverse of [`quote`].
pub(super) fn unquote(text: &str) -> Cow<'_, str> {
    if text.starts_with('"')
        && let Ok(value) = serde_json::from_str::<String>(text)
    {
        return Cow::Owned(value);
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bisecting_finds_every_record_and_nothing_else() {
        let records: Vec<String> =
            (0..50).map(|n| format!("{:03} x\n + a\n + b\n", n * 2)).collect();
        let book = Book::new(Cow::Owned(format!("title\ndate d\n\n{}", records.concat())));
        assert_eq!(book.head("date"), "d");
        assert_eq!(book.records().count(), 50);
        for n in 0..101 {
            let key = format!("{n:03}");
            let found = book.find(|record| record[..3].cmp(&key));
            assert_eq!(found.is_some(), n % 2 == 0 && n < 100, "{n}");
        }
    }

    #[test]
    fn quoting_keeps_blanks() {
        for text in ["a", "a ", " a", "\"a", "a\nb", ""] {
            assert_eq!(unquote(&quote(text)), text);
        }
    }
}
