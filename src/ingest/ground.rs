//! Where an entry stands in its source, and how a place inside it is found when it is needed.

use super::documents::RawEntry;
use super::entry::Step;
use super::path::{fields, lead, push, walk};
use crate::origin::{Origin, Place, SourceId};
use serde_json::value::RawValue;
use std::cell::Cell;

/// Counts lines and columns up to an offset; questions come in rising order, so the text is read once,
/// one that stands on a single line too.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// Where the text begins, which may be a piece of a source.
    begin: Reached,
    last: Cell<Reached>,
}

/// How far a text was counted: the line and the column of an offset, both from 0.
#[derive(Debug, Default, Clone, Copy)]
struct Reached {
    offset: usize,
    line: usize,
    column: usize,
}

impl Reached {
    /// The same behind a part of a text more.
    fn after(mut self, mut part: &[u8]) -> Reached {
        self.offset += part.len();
        if let Some(last) = memchr::memrchr(b'\n', part) {
            self.line += memchr::memchr_iter(b'\n', &part[..=last]).count();
            self.column = 0;
            part = &part[last + 1..];
        }
        // A column is a character: the bytes that go on with one are not counted.
        self.column += part.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        self
    }
}

impl Lines {
    /// The line and the column, from 1, of an offset in the source. `text` is the source, or the piece of
    /// it that comes after what was passed.
    pub(crate) fn line_and_column(&self, text: &str, offset: usize) -> (usize, usize) {
        let begin = self.begin.offset;
        let offset = offset.clamp(begin, begin + text.len());
        let from = match self.last.get() {
            reached if (begin..=offset).contains(&reached.offset) => reached,
            _ => self.begin,
        };
        let at = from.after(&text.as_bytes()[from.offset - begin..offset - begin]);
        self.last.set(at);
        (at.line + 1, at.column + 1)
    }

    /// Leaves a piece of the source behind: the next text begins after it.
    pub(crate) fn pass(&mut self, piece: &str) {
        self.begin = self.begin.after(piece.as_bytes());
    }
}

/// Where entries stand: one source, and inside it either JSON text or a YAML tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground<'t> {
    pub(crate) source: SourceId,
    pub(crate) name: &'t str,
    pub(crate) text: &'t str,
    pub(crate) lines: &'t Lines,
    pub(crate) at: At<'t>,
}

/// How places inside the current entry are found.
#[derive(Debug, Clone, Copy)]
pub(crate) enum At<'t> {
    /// The entry's own JSON text.
    Json { entry: RawEntry<'t>, documents: usize },
    /// A YAML document: the positions of all its nodes.
    Yaml(&'t super::yaml::Positions),
}

impl Ground<'_> {
    /// Where the entry begins.
    pub(crate) fn origin(&self) -> Origin {
        match self.at {
            At::Json { entry, .. } => Origin::new(self.source, entry.offset),
            At::Yaml(_) => Origin::new(self.source, 0),
        }
    }

    /// The origin of something inside the entry: found by walking there, so only for what is rare.
    pub(crate) fn origin_of(&self, steps: &[Step]) -> Origin {
        match self.offset_of(steps) {
            Some(offset) => Origin::new(self.source, offset),
            None => self.origin(),
        }
    }

    fn offset_of(&self, steps: &[Step]) -> Option<usize> {
        match self.at {
            At::Json { entry, .. } => Some(entry.offset + walk(entry.text, steps)),
            At::Yaml(positions) => positions.offset(steps),
        }
    }

    /// Where the values of a list inside the entry begin, found in one walk: a document may have thousands
    /// of checks.
    pub(crate) fn items(&self, list: &[Step], count: usize) -> Vec<usize> {
        match self.at {
            At::Json { entry, .. } => {
                let (at, whole) = lead(entry.text, list);
                let part = serde_json::Deserializer::from_str(&entry.text[at..]);
                let mut part = part.into_iter::<Vec<&RawValue>>();
                let items = part.next().and_then(Result::ok).filter(|_| whole).unwrap_or_default();
                let begin = entry.text.as_ptr() as usize;
                let mut found: Vec<usize> =
                    items.iter().map(|item| item.get().as_ptr() as usize - begin).collect();
                // Where the way did not lead to the list, it led to what holds it.
                found.resize(count, at);
                found.iter().map(|offset| entry.offset + offset).collect()
            }
            At::Yaml(positions) => (0..count)
                .map(|index| {
                    let steps = [list, &[Step::Index(index)]].concat();
                    positions.offset(&steps).unwrap_or(0)
                })
                .collect(),
        }
    }

    /// The place of something inside the entry, as people read it.
    pub(crate) fn place(&self, steps: &[Step]) -> Place {
        self.place_at(steps, self.offset_of(steps).unwrap_or(0))
    }

    /// The same, where its offset is known.
    pub(crate) fn place_at(&self, steps: &[Step], offset: usize) -> Place {
        let mut path = String::from("$");
        if let At::Json { entry, documents } = self.at {
            if documents > 1 {
                push(&mut path, &Step::Index(entry.document));
            }
            if let Some(wrapper) = entry.wrapper {
                push(&mut path, &Step::Key(wrapper.to_string()));
            }
            if let Some(index) = entry.index {
                push(&mut path, &Step::Index(index));
            }
        }
        for step in steps {
            push(&mut path, step);
        }
        let (line, column) = self.lines.line_and_column(self.text, offset);
        Place { file: self.name.to_string(), path, line, column }
    }
}

impl Ground<'_> {
    /// The lines on which a field stands, where it stands there more than once.
    pub(crate) fn lines_of(&self, steps: &[Step]) -> Vec<usize> {
        let (At::Json { entry, .. }, Some((Step::Key(key), above))) = (self.at, steps.split_last())
        else {
            return Vec::new();
        };
        let part = &entry.text[walk(entry.text, above)..];
        let mut part = serde_json::Deserializer::from_str(part).into_iter::<&RawValue>();
        let Some(Ok(object)) = part.next() else { return Vec::new() };
        fields(object.get())
            .unwrap_or_default()
            .into_iter()
            .filter(|field| field.0.eq_ignore_ascii_case(key))
            .map(|field| field.1.as_ptr() as usize - entry.text.as_ptr() as usize)
            .map(|offset| self.lines.line_and_column(self.text, entry.offset + offset).0)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_on_is_counting_from_the_beginning() {
        let text = "[{\"ä\": 1},\n\n {\"b\": \"€\"}] ü\n";
        let ends: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
        for first in &ends {
            for second in &ends {
                let lines = Lines::default();
                lines.line_and_column(text, *first);
                let before = &text[..*second];
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
                assert_eq!(lines.line_and_column(text, *second), (line, column));
                if first <= second {
                    let mut lines = Lines::default();
                    let (passed, rest) = text.split_at(*first);
                    lines.pass(passed);
                    assert_eq!(lines.line_and_column(rest, *second), (line, column));
                }
            }
        }
    }
    #[test]
    fn items_begin_where_a_walk_to_each_finds_them() {
        let text = r#" {"a": [1, {"list": [ {"x": []}, "é", [2], null ]}], "list": 7}"#;
        let lines = Lines::default();
        let entry =
            RawEntry { text: &text[1..], offset: 1, document: 0, wrapper: None, index: None };
        let at = At::Json { entry, documents: 1 };
        let ground = Ground { source: SourceId::default(), name: "a", text, lines: &lines, at };
        let key = |name: &str| Step::Key(name.to_string());
        for (list, count) in [
            (vec![key("a"), Step::Index(1), key("list")], 4),
            (vec![key("a")], 2),
            // No list, and none there at all: what holds it.
            (vec![key("list")], 2),
            (vec![key("a"), key("b")], 1),
        ] {
            let found = ground.items(&list, count);
            assert_eq!(found.len(), count);
            for (index, offset) in found.iter().enumerate() {
                let steps = [&list[..], &[Step::Index(index)]].concat();
                assert_eq!(ground.offset_of(&steps), Some(*offset), "{steps:?}");
            }
        }
    }
}
