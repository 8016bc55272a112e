//! Names from an export are somebody else's text: they must not steer a terminal.

/// Groups on the way to a holder, from the inside out. Of a very long way only the two ends are shown.
pub(super) fn way(groups: &[String]) -> String {
    const SHOWN: usize = 6;
    match groups {
        [first @ .., _] if first.len() >= 2 * SHOWN => {
            let (head, tail) = (&groups[..SHOWN], &groups[groups.len() - SHOWN..]);
            let left_out = groups.len() - 2 * SHOWN;
            format!("{} → … {left_out} more … → {}", head.join(" → "), tail.join(" → "))
        }
        _ => groups.join(" → "),
    }
}

/// Could this character move the cursor, hide or reorder what is read: a control character, or a mark
/// that changes the direction of writing?
#[must_use]
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A name or another text of one line, with everything made visible that could move the cursor, hide or
/// reorder what is read: control characters and the marks that change the direction of writing. A line feed
/// is one of them: behind it a name could forge a line of the answer.
///
/// ```
/// assert_eq!(azrbac::report::safe("a\u{1b}[2Jb\u{202e}c"), "a\\u{1b}[2Jb\\u{202e}c");
/// assert_eq!(azrbac::report::safe("\u{61c}\u{2028}"), "\\u{61c}\\u{2028}");
/// assert_eq!(azrbac::report::safe("x\nallowed"), "x\\u{a}allowed");
/// ```
#[must_use]
pub fn safe(text: &str) -> String {
    visible(text, steers)
}

/// As [`safe()`], for a text of several lines: line feeds stay. Names in it were made safe before.
///
/// ```
/// assert_eq!(azrbac::report::safe_lines("a\n\u{1b}b"), "a\n\\u{1b}b");
/// ```
#[must_use]
pub fn safe_lines(text: &str) -> String {
    visible(text, |c| steers(c) && c != '\n')
}

fn visible(text: &str, hidden: impl Fn(char) -> bool) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if hidden(c) {
            clean.extend(c.escape_unicode());
        } else {
            clean.push(c);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_way_shows_its_ends() {
        let groups: Vec<String> = (0..12).map(|n| format!("g{n}")).collect();
        assert_eq!(way(&groups[..2]), "g0 → g1");
        assert!(way(&groups).ends_with("g10 → g11") && !way(&groups).contains('…'));
        let many: Vec<String> = (0..1000).map(|n| format!("g{n}")).collect();
        let text = way(&many);
        assert!(text.starts_with("g0 → g1 → g2") && text.ends_with("g999"), "{text}");
        assert!(text.contains("… 988 more …"), "{text}");
    }
}
