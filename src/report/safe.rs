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
        if steers(c) && c != '\n' {
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
