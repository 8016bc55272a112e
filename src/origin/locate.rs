//! From a byte offset back to line, column and JSON path.

/// A place inside one text: JSON path, line and column (from 1, in characters).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The JSON path, `$` for the whole document; documents that follow one another in one text are
    /// counted like an array, as `jq` does.
    pub path: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

/// Where in `text` is the byte `offset`? Works on JSON, JSON with comments or trailing commas, and
/// several documents in a row; on anything else the path is as far as the brackets could be followed.
///
/// It reads the text once up to the offset: cheap for a message, not for a loop.
///
/// ```
/// let text = "[{\"actions\": [\"a\",\n 7]}]";
/// let found = azrbac::origin::locate(text, text.find('7').unwrap());
/// assert_eq!((found.line, found.column, found.path.as_str()), (2, 2, "$[0].actions[1]"));
/// ```
#[must_use]
pub fn locate(text: &str, offset: usize) -> Location {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Location {
        path: json_path(text.as_bytes(), offset),
        line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

enum Level {
    List(usize),
    Object { key: Option<(usize, usize)>, expects_key: bool },
}

/// How deep a path is followed; deeper brackets are counted but not named.
const DEPTH_LIMIT: usize = 256;

fn json_path(bytes: &[u8], offset: usize) -> String {
    let mut levels: Vec<Level> = Vec::new();
    let mut too_deep = 0usize;
    let mut documents = 0usize;
    let mut at = 0;
    while at < offset {
        match bytes[at] {
            b'{' | b'[' if levels.len() >= DEPTH_LIMIT => too_deep += 1,
            b'{' => levels.push(Level::Object { key: None, expects_key: true }),
            b'[' => levels.push(Level::List(0)),
            b'}' | b']' if too_deep > 0 => too_deep -= 1,
            b'}' | b']' => {
                levels.pop();
                documents += usize::from(levels.is_empty());
            }
            b',' if too_deep == 0 => match levels.last_mut() {
                Some(Level::List(index)) => *index += 1,
                Some(Level::Object { key, expects_key }) => {
                    *key = None;
                    *expects_key = true;
                }
                None => {}
            },
            b':' if too_deep == 0 => {
                if let Some(Level::Object { expects_key, .. }) = levels.last_mut() {
                    *expects_key = false;
                }
            }
            b'"' => {
                let start = at + 1;
                let end = string_end(bytes, start);
                if too_deep == 0
                    && let Some(Level::Object { key, expects_key: true }) = levels.last_mut()
                {
                    *key = Some((start, end));
                }
                at = end;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(offset, |n| at + n);
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = bytes[at + 2..]
                    .windows(2)
                    .position(|pair| pair == b"*/")
                    .map_or(offset, |n| at + 2 + n + 1);
            }
            _ => {}
        }
        at += 1;
    }
    let mut path = String::from("$");
    if documents > 0 {
        path.push_str(&format!("[{documents}]"));
    }
    for level in &levels {
        match level {
            Level::List(index) => path.push_str(&format!("[{index}]")),
            Level::Object { key: Some((start, end)), .. } => {
                path.push('.');
                path.push_str(&String::from_utf8_lossy(&bytes[*start..*end]));
            }
            Level::Object { key: None, .. } => {}
        }
    }
    path
}

/// The index of the closing quote of a string that starts (after its quote) at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, needle: &str, path: &str) {
        let offset = text.find(needle).expect("the needle is in the text");
        assert_eq!(locate(text, offset).path, path, "{text}");
    }

    #[test]
    fn paths() {
        check(r#"{"a":{"b":[1,{"c":9}]}}"#, "9", "$.a.b[1].c");
        check("// [ {\n[1, /* { */ 2, 3]", "3", "$[2]");
        check(r#"{"a\"b": 1, "x": 2}"#, "2", "$.x");
        check("{\"a\":1}\n{\"a\":7}", "7", "$[1].a");
    }

    #[test]
    fn offsets_past_the_end_or_inside_a_character_are_moved_back() {
        assert_eq!(locate("ä", 1).column, 1);
        assert_eq!(locate("a\nb", 99).line, 2);
    }

    #[test]
    fn nesting_deeper_than_the_limit_does_not_grow_the_path_without_end() {
        let text = "[".repeat(100_000);
        assert!(locate(&text, text.len()).path.len() < 2_000);
    }
}
