//! Text to entries: one object, a list, `{"value": […]}`, `{"data": […]}`, documents in a row, JSON
//! Lines; strict first, then without comments and trailing commas.

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
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
    /// A wrapper said that there is more (`nextLink`, `@odata.nextLink`, `$skipToken`).
    pub(crate) more: bool,
}

/// Reads as much as can be read.
pub(crate) fn entries(text: &str) -> Entries<'_> {
    let mut found = Entries { entries: Vec::new(), documents: 0, broken: None, more: false };
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

/// serde_json's message without its own line and column.
pub(crate) fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
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
        while let Some(key) = fields.next_key::<std::borrow::Cow<'_, str>>()? {
            let value: &'a RawValue = fields.next_value()?;
            let is_list = value.get().starts_with('[');
            match &*key {
                "value" if is_list => wrapped = Some(("value", value)),
                "data" if is_list => wrapped = Some(("data", value)),
                "nextLink" | "@odata.nextLink" | "$skipToken" | "skip_token" | "SkipToken" => {
                    self.found.more |= value.get() != "null" && value.get() != "\"\"";
                }
                "@odata.context" | "@odata.count" | "count" | "total_records" | "totalRecords"
                | "resultTruncated" | "facets" | "Count" | "ResultTruncated" => {}
                _ => others += 1,
            }
        }
        if let Some((wrapper, list)) = wrapped.filter(|_| others == 0) {
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
    }
}
