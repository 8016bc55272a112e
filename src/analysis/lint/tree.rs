//! JSON with the place of every value, so that a fix can edit the text and leave the rest alone.

use crate::origin::{Error, ErrorKind, Place, locate};
use std::ops::Range;

/// A value and where it stands, its quotes and brackets included.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
    /// A number, `true`, `false` or `null`, as written.
    Other(String),
}

impl Value {
    /// A field of an object, by name without case, with its name as written; null counts as absent.
    pub(super) fn field(&self, name: &str) -> Option<(&str, &Value)> {
        let Kind::Object(fields) = &self.kind else { return None };
        fields
            .iter()
            .find(|(key, value)| {
                key.eq_ignore_ascii_case(name)
                    && !matches!(&value.kind, Kind::Other(word) if word == "null")
            })
            .map(|(key, value)| (&**key, value))
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            Kind::List(_) | Kind::Object(_) | Kind::Other(_) => None,
        }
    }
}

/// How deep lists and objects may nest.
const DEPTH_LIMIT: usize = 128;

/// Reads every value of a text; comments and trailing commas are passed over.
pub(super) fn parse(name: &str, text: &str) -> Result<Vec<Value>, Error> {
    let mut reader = Reader { name, text, at: 0 };
    let mut values = Vec::new();
    loop {
        reader.skip();
        if reader.at >= text.len() {
            return Ok(values);
        }
        values.push(reader.value(0)?);
    }
}

struct Reader<'t> {
    name: &'t str,
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn wrong(&self, expected: &str) -> Error {
        let found = match self.text[self.at..].chars().next() {
            Some(character) => format!("`{character}`"),
            None => "the end".to_string(),
        };
        let place = locate(self.text, self.at);
        Error::new(ErrorKind::Syntax, format!("not JSON: found {found}")).expected(expected).at(
            Place {
                file: self.name.to_string(),
                path: place.path,
                line: place.line,
                column: place.column,
            },
        )
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Blanks, comments, and commas where they separate nothing any more.
    fn skip(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let blank = rest.len() - rest.trim_start().len();
            self.at += blank;
            let rest = &self.text[self.at..];
            if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if let Some(comment) = rest.strip_prefix("/*") {
                self.at += comment.find("*/").map_or(rest.len(), |end| end + 4);
            } else {
                return;
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, Error> {
        if depth > DEPTH_LIMIT {
            return Err(self.wrong("less nesting"));
        }
        let start = self.at;
        let kind = match self.peek() {
            Some(b'"') => Kind::Text(self.string()?),
            Some(b'[') => {
                let mut items = Vec::new();
                self.at += 1;
                while !self.closes(b']')? {
                    items.push(self.value(depth + 1)?);
                    self.separator(b']')?;
                }
                Kind::List(items)
            }
            Some(b'{') => {
                let mut fields = Vec::new();
                self.at += 1;
                while !self.closes(b'}')? {
                    if self.peek() != Some(b'"') {
                        return Err(self.wrong("a field name in quotes"));
                    }
                    let key = self.string()?;
                    self.skip();
                    if self.peek() != Some(b':') {
                        return Err(self.wrong("`:`"));
                    }
                    self.at += 1;
                    self.skip();
                    fields.push((key, self.value(depth + 1)?));
                    self.separator(b'}')?;
                }
                Kind::Object(fields)
            }
            Some(byte) if byte.is_ascii_alphanumeric() || byte == b'-' => {
                let rest = &self.text[start..];
                let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.');
                let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
                self.at += end;
                Kind::Other(rest[..end].to_string())
            }
            _ => return Err(self.wrong("a value")),
        };
        Ok(Value { span: start..self.at, kind })
    }

    fn closes(&mut self, close: u8) -> Result<bool, Error> {
        self.skip();
        match self.peek() {
            None => Err(self.wrong("the closing bracket")),
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(true)
            }
            Some(_) => Ok(false),
        }
    }

    fn separator(&mut self, close: u8) -> Result<(), Error> {
        self.skip();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(())
            }
            Some(byte) if byte == close => Ok(()),
            _ => Err(self.wrong("`,` or the closing bracket")),
        }
    }

    fn string(&mut self) -> Result<String, Error> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        while at < bytes.len() && bytes[at] != b'"' {
            at += if bytes[at] == b'\\' { 2 } else { 1 };
        }
        if at >= bytes.len() {
            return Err(self.wrong("a string that ends"));
        }
        // Between two quotes, so on the borders of characters.
        let literal = &self.text[start..=at];
        let value = serde_json::from_str(literal).map_err(|_| self.wrong("a string"))?;
        self.at = at + 1;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_those_of_the_text() {
        let text = "// c\n{\"A\": [\"x\", /* y */ \"z\\u0041\",], \"b\": 1.5e+3}\n";
        let values = parse("t", text).unwrap();
        let Kind::List(items) = &values[0].field("a").unwrap().1.kind else { unreachable!() };
        assert_eq!(&text[items[1].span.clone()], "\"z\\u0041\"");
        assert_eq!(items[1].text(), Some("zA"));
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for text in ["{", "[1 2]", "\"a", "{a: 1}", "{\"a\" 1}", "\"\\\"", "[\"\\ud800\"]", "@"] {
            assert!(parse("t", text).unwrap_err().place().is_some(), "{text}");
        }
        assert!(parse("t", &"[".repeat(100_000)).is_err());
    }
}
