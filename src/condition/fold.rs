//! Comparison of text without case.
//!
//! Azure compares with a simple folding: one character becomes one character, whatever the language
//! (semantics.md 9.6). The standard library has only the full mappings, so those that give more than
//! one character are left alone.

/// The character that stands for `c` where case does not count.
pub(crate) fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    // The dotted and the dotless i fold only in Turkic languages.
    if matches!(c, 'ı' | 'İ') {
        return c;
    }
    let mut upper = c.to_uppercase();
    let upper = match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => c,
    };
    let mut lower = upper.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => upper,
    }
}

/// The text that is compared where case does not count.
pub(crate) fn fold(text: &str) -> Box<str> {
    if text.is_ascii() {
        return text.to_ascii_lowercase().into();
    }
    text.chars().map(fold_char).collect::<String>().into()
}

/// Are two texts equal but for case?
pub(crate) fn equal(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    left.chars().map(fold_char).eq(right.chars().map(fold_char))
}

/// Does `left` start with `right`, but for case?
pub(crate) fn starts_with(left: &str, right: &str) -> bool {
    let mut left = left.chars().map(fold_char);
    right.chars().map(fold_char).all(|c| left.next() == Some(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_folding() {
        for (a, b, same) in [
            ("Project", "pROJECT", true),
            ("ÄÖÜ", "äöü", true),
            ("Σίσυφος", "ΣΊΣΥΦΟΣ", true),
            ("ß", "ss", false),
            ("ı", "i", false),
            ("İ", "i", false),
            ("a", "ab", false),
        ] {
            assert_eq!(equal(a, b), same, "{a} {b}");
            assert_eq!(fold(a) == fold(b), same, "{a} {b}");
        }
        assert!(starts_with("ÄBC", "äb") && !starts_with("ä", "äb") && starts_with("x", ""));
    }
}
