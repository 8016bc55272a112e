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
    Locator::new(text).locate(offset)
}

/// Finds many places of one text: asked in rising order, it reads the text once.
///
/// ```
/// let mut locator = azrbac::origin::Locator::new("[1,\n 2,\n 3]");
/// assert_eq!((locator.locate(5).line, locator.locate(9).path.as_str()), (2, "$[2]"));
/// ```
#[derive(Debug)]
pub struct Locator<'t> {
    text: &'t str,
    walk: Walk<'t>,
    /// Lines counted so far, and up to which byte.
    lines: (usize, usize),
}

impl<'t> Locator<'t> {
    /// Begins at the beginning of a text.
    #[must_use]
    pub fn new(text: &'t str) -> Locator<'t> {
        Locator { text, walk: Walk::new(text.as_bytes()), lines: (1, 0) }
    }

    /// Where is a byte? One that stands before the last one asked for costs a new beginning.
    pub fn locate(&mut self, offset: usize) -> Location {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        if offset < self.lines.1 || offset < self.walk.asked {
            *self = Locator::new(self.text);
        }
        let bytes = self.text.as_bytes();
        self.lines.0 += bytes[self.lines.1..offset].iter().filter(|byte| **byte == b'\n').count();
        self.lines.1 = offset;
        self.walk.to(offset);
        let line_start = bytes[..offset].iter().rposition(|byte| *byte == b'\n');
        let line_start = line_start.map_or(0, |at| at + 1);
        Location {
            path: self.walk.path(),
            line: self.lines.0,
            column: self.text[line_start..offset].chars().count() + 1,
        }
    }
}

#[derive(Debug)]
enum Level {
    List(usize),
    Object { key: Option<(usize, usize)>, expects_key: bool },
}

/// How deep a path is followed; deeper brackets are counted but not named.
const DEPTH_LIMIT: usize = 256;

/// How far the brackets of a text were followed.
#[derive(Debug)]
struct Walk<'t> {
    bytes: &'t [u8],
    levels: Vec<Level>,
    too_deep: usize,
    documents: usize,
    at: usize,
    asked: usize,
}

impl<'t> Walk<'t> {
    fn new(bytes: &'t [u8]) -> Walk<'t> {
        Walk { bytes, levels: Vec::new(), too_deep: 0, documents: 0, at: 0, asked: 0 }
    }

    /// Goes on up to an offset. A string or a comment is passed as one, so it may end behind it.
    fn to(&mut self, offset: usize) {
        self.asked = offset;
        let bytes = self.bytes;
        while self.at < offset {
            let (at, too_deep) = (self.at, self.too_deep > 0);
            match bytes[at] {
                b'{' | b'[' if self.levels.len() >= DEPTH_LIMIT => self.too_deep += 1,
                b'{' => self.levels.push(Level::Object { key: None, expects_key: true }),
                b'[' => self.levels.push(Level::List(0)),
                b'}' | b']' if too_deep => self.too_deep -= 1,
                b'}' | b']' => {
                    self.levels.pop();
                    self.documents += usize::from(self.levels.is_empty());
                }
                b',' if !too_deep => match self.levels.last_mut() {
                    Some(Level::List(index)) => *index += 1,
                    Some(Level::Object { key, expects_key }) => {
                        *key = None;
                        *expects_key = true;
                    }
                    None => {}
                },
                b':' if !too_deep => {
                    if let Some(Level::Object { expects_key, .. }) = self.levels.last_mut() {
                        *expects_key = false;
                    }
                }
                b'"' => {
                    let start = at + 1;
                    let end = string_end(bytes, start);
                    if !too_deep
                        && let Some(Level::Object { key, expects_key: true }) =
                            self.levels.last_mut()
                    {
                        *key = Some((start, end));
                    }
                    self.at = end;
                }
                b'/' if bytes.get(at + 1) == Some(&b'/') => {
                    let end = bytes[at..].iter().position(|byte| *byte == b'\n');
                    self.at = end.map_or(bytes.len(), |n| at + n);
                }
                b'/' if bytes.get(at + 1) == Some(&b'*') => {
                    let end = bytes[at + 2..].windows(2).position(|pair| pair == b"*/");
                    self.at = end.map_or(bytes.len(), |n| at + 2 + n + 1);
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    fn path(&self) -> String {
        let mut path = String::from("$");
        if self.documents > 0 {
            path.push_str(&format!("[{}]", self.documents));
        }
        for level in &self.levels {
            match level {
                Level::List(index) => path.push_str(&format!("[{index}]")),
                Level::Object { key: Some((start, end)), .. } => {
                    path.push('.');
                    path.push_str(&String::from_utf8_lossy(&self.bytes[*start..*end]));
                }
                Level::Object { key: None, .. } => {}
            }
        }
        path
    }
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
