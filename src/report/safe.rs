//! Names from an export are somebody else's text: they must not steer a terminal.

/// The text with everything that could move the cursor, hide or reorder what is read made visible:
/// control characters but line feed, and the marks that change the direction of writing.
///
/// ```
/// assert_eq!(azrbac::report::safe("a\u{1b}[2Jb\u{202e}c"), "a\\u{1b}[2Jb\\u{202e}c");
/// assert_eq!(azrbac::report::safe("\u{61c}\u{2028}"), "\\u{61c}\\u{2028}");
/// ```
#[must_use]
pub fn safe(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        let steers = (c.is_control() && c != '\n')
            || matches!(c, '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if steers {
            clean.extend(c.escape_unicode());
        } else {
            clean.push(c);
        }
    }
    clean
}
