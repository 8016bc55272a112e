//! Text to entries: one object, a list, `{"value": […]}`, `{"data": […]}`, documents in a row, JSON
//! Lines; strict first, then without comments and trailing commas.

use super::node::Node;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// One top-level entry: its text, where it begins, and its JSON path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawEntry<'a> {
    pub(crate) text: &'a str,
    pub(crate) offset: usize,
    pub(crate) document: usize,
    /// The key of the wrapper, if there is one, and the index in the list, if there is one.
    pub(crate) wrapper: Option<&'static str>,
    pub(crate) index: Option<usize>,
}

/// The entries of a text, how many documents it has, and where and why reading stopped, if it did
/// before the end. What was read up to there is kept.
#[derive(Debug)]
pub(crate) struct Entries<'a> {
    pub(crate) entries: Vec<RawEntry<'a>>,
    pub(crate) documents: usize,
    pub(crate) broken: Option<(usize, String)>,
    /// Wrappers that said that there is more (`nextLink`, `@odata.nextLink`, `$skipToken`).
    pub(crate) more: Vec<More>,
}

/// A link or token that leads to what a list leaves out.
#[derive(Debug)]
pub(crate) struct More {
    pub(crate) offset: usize,
    /// How many entries there are in all, where the wrapper says so.
    pub(crate) total: Option<u64>,
}

/// Reads as much as can be read.
pub(crate) fn entries(text: &str) -> Entries<'_> {
    let mut found = Entries { entries: Vec::new(), documents: 0, broken: None, more: Vec::new() };
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        while at < bytes.len() && bytes[at].is_ascii_whitespace() {
            at += 1;
        }
        if at >= bytes.len() {
            return found;
        }
        let mut deserializer = serde_json::Deserializer::from_str(&text[at..]);
        let mut whole = false;
        let collector = Collector { found: &mut found, text, whole: &mut whole };
        match (&mut deserializer).deserialize_any(collector) {
            Ok(()) => {
                let end = at + deserializer.into_iter::<IgnoredAny>().byte_offset();
                if whole {
                    found.entries.push(RawEntry {
                        text: &text[at..end],
                        offset: at,
                        document: found.documents,
                        wrapper: None,
                        index: None,
                    });
                }
                at = end.max(at + 1);
                found.documents += 1;
            }
            Err(error) => {
                found.broken = Some((offset_of(&text[at..], &error) + at, message(&error)));
                return found;
            }
        }
    }
}

/// serde_json counts lines and columns; facts count bytes.
pub(crate) fn offset_of(text: &str, error: &serde_json::Error) -> usize {
    let line_start: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    (line_start + error.column().saturating_sub(1)).min(text.len())
}

/// How deep lists and objects of JSON may stand in one another.
pub(crate) const NESTING_LIMIT: usize = 128;

/// serde_json's message without its own line and column.
pub(crate) fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.starts_with("recursion limit") {
        return format!("more than {NESTING_LIMIT} levels of nesting");
    }
    match text.rfind(" at line ") {
        Some(at) => text[..at].to_string(),
        None => text,
    }
}

struct Collector<'f, 'a> {
    found: &'f mut Entries<'a>,
    text: &'a str,
    /// Set when the document is one entry rather than a wrapper or a list.
    whole: &'f mut bool,
}

fn offset_in(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

impl<'de: 'a, 'a> Visitor<'de> for Collector<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        collect_list(self.found, self.text, None, &mut items)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        // Whether this object is an entry or a wrapper is only known when all its keys were seen;
        // an entry's own text is then cut by the caller, who knows where the document begins.
        let mut wrapped: Option<(&'static str, &'a RawValue)> = None;
        let mut others = 0usize;
        let (mut link, mut total) = (None, None);
        while let Some(key) = fields.next_key::<std::borrow::Cow<'_, str>>()? {
            let value: &'a RawValue = fields.next_value()?;
            let is_list = value.get().starts_with('[');
            match &*key {
                "value" if is_list => wrapped = Some(("value", value)),
                "data" if is_list => wrapped = Some(("data", value)),
                "nextLink" | "@odata.nextLink" | "$skipToken" | "skip_token" | "SkipToken" => {
                    if value.get() != "null" && value.get() != "\"\"" {
                        link = Some(offset_in(self.text, value.get()));
                    }
                }
                "total_records" | "totalRecords" => total = value.get().parse().ok(),
                "@odata.context" | "@odata.count" | "count" | "resultTruncated" | "facets"
                | "Count" | "ResultTruncated" => {}
                _ => others += 1,
            }
        }
        if let Some((wrapper, list)) = wrapped.filter(|_| others == 0) {
            self.found.more.extend(link.map(|offset| More { offset, total }));
            let mut inner = serde_json::Deserializer::from_str(list.get());
            let seed = ListSeed { found: self.found, text: self.text, wrapper };
            return seed.deserialize(&mut inner).map_err(serde::de::Error::custom);
        }
        *self.whole = true;
        Ok(())
    }
}

struct ListSeed<'f, 'a> {
    found: &'f mut Entries<'a>,
    text: &'a str,
    wrapper: &'static str,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for ListSeed<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        struct InList<'f, 'a>(&'f mut Entries<'a>, &'a str, &'static str);
        impl<'de: 'a, 'a> Visitor<'de> for InList<'_, 'a> {
            type Value = ();
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
                collect_list(self.0, self.1, Some(self.2), &mut items)
            }
        }
        deserializer.deserialize_seq(InList(self.found, self.text, self.wrapper))
    }
}

fn collect_list<'de: 'a, 'a, A: SeqAccess<'de>>(
    found: &mut Entries<'a>,
    text: &'a str,
    wrapper: Option<&'static str>,
    items: &mut A,
) -> Result<(), A::Error> {
    let document = found.documents;
    let mut index = 0;
    while let Some(item) = items.next_element::<&'a RawValue>()? {
        found.entries.push(RawEntry {
            text: item.get(),
            offset: offset_in(text, item.get()),
            document,
            wrapper,
            index: Some(index),
        });
        index += 1;
    }
    Ok(())
}

/// The text of an entry with halves of characters (`\ud83d` without its other half) replaced, byte for
/// byte as long; `None` where there are none.
pub(crate) fn without_lone_surrogates(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let unit = |at: usize| -> Option<u32> {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok().filter(|unit| (0xd800..0xe000).contains(unit))
    };
    let mut mended: Option<String> = None;
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        match (unit(at), unit(at + 6)) {
            (Some(0xd800..0xdc00), Some(0xdc00..)) => at += 12,
            (Some(_), _) => {
                mended.get_or_insert_with(|| text.to_string()).replace_range(at..at + 6, "\\ufffd");
                at += 6;
            }
            (None, _) => at += 2,
        }
    }
    mended
}

/// The first field of an entry that cannot be read, and the entry without such fields.
pub(crate) fn readable(text: &str) -> (Option<String>, Node<'_>) {
    let mut unread = None;
    let mut rest = Vec::new();
    for (key, value) in super::path::fields(text).unwrap_or_default() {
        match serde_json::from_str(value) {
            Ok(node) => rest.push((Cow::Owned(key), node)),
            Err(_) => unread = unread.or(Some(key)),
        }
    }
    (unread, Node::Object(rest))
}

/// Where JSON begins in a text that begins with something else, such as the warning of a tool whose
/// stderr was redirected into the same file; `None` where it is not JSON after all. A page of text
/// with an example in it does not count: what begins has to go on to the end.
pub(crate) fn after_prose(text: &str) -> Option<usize> {
    const LINES: usize = 64;
    let mut at = 0;
    for line in text.split_inclusive('\n').take(LINES) {
        let begin = at + (line.len() - line.trim_start().len());
        if looks_like_json(&text.as_bytes()[begin..]) {
            let found = entries(&text[begin..]);
            let cut_off = |end: &(usize, String)| end.1.starts_with("EOF ");
            if found.documents + found.entries.len() > 0
                && found.broken.as_ref().is_none_or(cut_off)
            {
                return Some(begin);
            }
        }
        at += line.len();
    }
    None
}

/// Do the bytes begin as an export does: with an object, or a list of something but words and
/// numbers? Zeros are passed over, so UTF-16 is judged as well.
pub(crate) fn looks_like_json(bytes: &[u8]) -> bool {
    let mut bytes =
        bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && *byte != 0).peekable();
    while bytes.next_if(|byte| *byte >= 0x80).is_some() {}
    match bytes.next() {
        Some(b'[') => matches!(bytes.next(), None | Some(b'{' | b'[' | b']' | b'"' | b'/' | b',')),
        Some(b'{') => matches!(bytes.next(), None | Some(b'"' | b'}' | b'/' | b',')),
        Some(b'/') => matches!(bytes.next(), Some(b'/' | b'*')),
        _ => false,
    }
}

/// The lines on which comments, and on which trailing commas, were taken out of a text.
pub(crate) fn taken_out(text: &str, clean: &str) -> (Vec<usize>, Vec<usize>) {
    let (text, clean) = (text.as_bytes(), clean.as_bytes());
    let (mut comments, mut commas) = (Vec::new(), Vec::new());
    let (mut at, mut line) = (0, 1);
    while at < text.len() {
        if clean.get(at) == Some(&text[at]) {
            line += usize::from(text[at] == b'\n');
            at += 1;
            continue;
        }
        if text[at] == b',' {
            commas.push(line);
            at += 1;
            continue;
        }
        comments.push(line);
        let rest = &text[at..];
        let length = if rest.starts_with(b"/*") {
            rest[2..].windows(2).position(|end| end == b"*/").map_or(rest.len(), |n| n + 4)
        } else {
            rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |n| n.max(1))
        };
        line += rest[..length].iter().filter(|byte| **byte == b'\n').count();
        at += length;
    }
    comments.dedup();
    commas.dedup();
    (comments, commas)
}

/// The text without comments and trailing commas, byte for byte as long, so that places stay true.
/// `None` where there is nothing to take out.
pub(crate) fn without_comments(text: &str) -> Option<String> {
    let mut clean = text.to_string();
    json_strip_comments::strip(&mut clean).ok()?;
    (clean != text).then_some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found = entries(text);
        assert!(found.broken.is_none(), "{text}: {:?}", found.broken);
        let texts: Vec<&str> = found.entries.iter().map(|entry| entry.text).collect();
        assert_eq!(texts, expected, "{text}");
        for entry in &found.entries {
            assert_eq!(&text[entry.offset..entry.offset + entry.text.len()], entry.text);
        }
    }

    #[test]
    fn every_way_of_wrapping() {
        check(r#"{"a":1}"#, &[r#"{"a":1}"#]);
        check(r#" [{"a":1}, {"b":2}] "#, &[r#"{"a":1}"#, r#"{"b":2}"#]);
        check(r#"{"value":[{"a":1}],"nextLink":null}"#, &[r#"{"a":1}"#]);
        check(r#"{"count":1,"data":[{"a":1}],"total_records":1}"#, &[r#"{"a":1}"#]);
        check("{\"a\":1}\n{\"a\":{\"x\":2}}\n", &[r#"{"a":1}"#, r#"{"a":{"x":2}}"#]);
        check(r#"[{"a":1}][{"b":2}]"#, &[r#"{"a":1}"#, r#"{"b":2}"#]);
        check(r#"{"{": 1, "}": 2 }"#, &[r#"{"{": 1, "}": 2 }"#]);
        check(
            r#"{"value":[1],"name":"an entry with a value of its own"}"#,
            &[r#"{"value":[1],"name":"an entry with a value of its own"}"#],
        );
        check("", &[]);
        check("[]", &[]);
    }

    #[test]
    fn what_came_before_a_break_is_kept() {
        let found = entries("[{\"a\":1},\n {\"b\":");
        assert_eq!(found.entries.len(), 1);
        let (offset, message) = found.broken.expect("it is broken");
        assert_eq!(offset, 15);
        assert!(message.contains("EOF"), "{message}");
    }

    #[test]
    fn comments_and_trailing_commas_leave_places_as_they_were() {
        let text = "[ // one\n {\"a\": 1,}, /* two */ ]";
        let clean = without_comments(text).expect("there was something to take out");
        assert_eq!(clean.len(), text.len());
        assert_eq!(entries(&clean).entries.len(), 1);
        let text = "[\n// x\n{\"a\": 1,\n}, /* y\n\n*/ {\"b\": 2},\n]";
        let clean = without_comments(text).expect("there was something to take out");
        assert_eq!(taken_out(text, &clean), (vec![2, 4], vec![3, 6]));
        // A slash that opens a comment does not close it, and texts that differ anywhere end.
        assert_eq!(taken_out("[/*/*/1]", "[     1]").0, [1]);
        assert_eq!(taken_out("[\n\n1]", "[  1]").0, [1, 2]);
    }

    #[test]
    fn halves_of_characters() {
        let text = r#"{"a": "\ud83d\ude00 \ud83d x \\ud83d \ude00"}"#;
        let mended = without_lone_surrogates(text).expect("two are lone");
        assert_eq!(mended, r#"{"a": "\ud83d\ude00 \ufffd x \\ud83d \ufffd"}"#);
        assert_eq!(without_lone_surrogates(r#"{"a": "\ud83d\ude00\u00e4"}"#), None);
        let (key, rest) = readable(r#"{"a": 1, "b": 1e999, "c": "x"}"#);
        assert_eq!(key.as_deref(), Some("b"));
        assert_eq!(rest.to_value().to_string(), r#"{"a":1,"c":"x"}"#);
    }

    #[test]
    fn json_after_a_warning_and_pages_with_json_in_them() {
        let warned = "WARNING: [x]\n[INFO] y\n  [{\"a\": 1}]\n";
        assert_eq!(after_prose(warned).map(|at| &warned[at..]), Some("[{\"a\": 1}]\n"));
        assert!(after_prose("WARNING\n[{\"a\": 1}, {\"b").is_some(), "cut off");
        assert_eq!(after_prose("# Read me\n{\"a\": 1}\nand so on"), None);
        assert_eq!(after_prose("[section]\nkey = 1\n"), None);
        for yes in ["[{", "{\"", " [\n]", "{}", "// x\n[", "[\0{\0", "{"] {
            assert!(looks_like_json(yes.as_bytes()), "{yes}");
        }
        for no in ["[x]", "[2026-01-01] x", "{x", "#!/bin/sh", "", "a", "[link](x)"] {
            assert!(!looks_like_json(no.as_bytes()), "{no}");
        }
    }
}
