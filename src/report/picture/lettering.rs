//! How wide words will be, without a font at hand: the widths of common sans-serif faces, a little
//! rounded up, so that a label fits its box whatever the reader's system draws it with.

/// The width of a text in pixels at a font size in pixels.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

/// The width of one character in parts of the font size.
fn em(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 0.27,
        'I' | 'f' | 't' | 'r' | '.' | ',' | ':' | ';' | '!' | '/' | '\\' | ' ' | '(' | ')'
        | '[' | ']' | '-' | '`' => 0.38,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.95,
        '0'..='9' => 0.645,
        'a'..='z' | '_' | '*' | '$' => 0.615,
        'A'..='Z' => 0.72,
        c if c.is_ascii() => 0.62,
        c if u32::from(c) < 0x1100 => 0.68,
        _ => 1.05,
    }
}

/// A text cut in its middle to fit a width: both ends of a name tell it apart.
pub(super) fn shorten(text: &str, size: f64, limit: f64) -> String {
    if width(text, size) <= limit {
        return text.to_string();
    }
    let letters: Vec<char> = text.chars().collect();
    let mut keep = letters.len().saturating_sub(1);
    loop {
        let (head, tail) = (keep - keep / 3, keep / 3);
        let cut: String =
            letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect();
        if width(&cut, size) <= limit || keep <= 2 {
            return cut;
        }
        keep -= 1;
    }
}

/// Words in lines of at most a width; a word that is too long for a line is shortened.
pub(super) fn wrap(text: &str, size: f64, limit: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = shorten(word, size, limit);
        match lines.last_mut() {
            Some(last) if width(last, size) + em(' ') * size + width(&word, size) <= limit => {
                last.push(' ');
                last.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.push_str(" …");
            *last = shorten(last, size, limit);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_fits_and_keeps_both_ends() {
        let long = "a-very-long-resource-group-name-of-somebody-prod-westeurope-001";
        let cut = shorten(long, 13.0, 150.0);
        assert!(width(&cut, 13.0) <= 150.0, "{cut}");
        assert!(cut.starts_with("a-very") && cut.ends_with("001"), "{cut}");
        assert_eq!(shorten("short", 13.0, 150.0), "short");
        assert_eq!(shorten("", 13.0, 1.0), "");
        assert!(shorten("mmmm", 13.0, 1.0).chars().count() <= 3);
    }

    #[test]
    fn lines_fit() {
        let lines = wrap(&format!("one two {} three", "x".repeat(90)), 12.0, 100.0, 3);
        assert!(lines.len() <= 3);
        assert!(lines.iter().all(|line| width(line, 12.0) <= 100.0), "{lines:?}");
    }
}
