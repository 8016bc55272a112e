//! Text inside HTML and SVG: names are somebody else's, and must come out as names.

use super::safe_lines;

/// Text as it stands between tags or in a quoted attribute, of HTML and of XML alike.
///
/// The five characters that mean something to a parser become references. What would hide or reorder the
/// text for its reader is made visible ([`safe_lines()`]), and so are the two characters that XML forbids even
/// as references.
///
/// ```
/// assert_eq!(azrbac::report::markup("<b a='\"'>&\u{202e}"),
///     "&lt;b a=&#39;&quot;&#39;&gt;&amp;\\u{202e}");
/// ```
#[must_use]
pub fn markup(text: &str) -> String {
    let text = safe_lines(text);
    let mut clean = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => clean.push_str("&amp;"),
            '<' => clean.push_str("&lt;"),
            '>' => clean.push_str("&gt;"),
            '"' => clean.push_str("&quot;"),
            '\'' => clean.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => clean.extend(c.escape_unicode()),
            c => clean.push(c),
        }
    }
    clean
}
