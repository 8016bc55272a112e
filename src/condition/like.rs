//! The pattern of `StringLike`: `*` any run, `?` exactly one character, both escaped by a backslash.
//!
//! It is another language than that of actions: it has `?` and escapes, its star never swallows a
//! slash, and case counts unless the operator says otherwise (semantics.md 9.6).

use super::fold::fold_char;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Run,
    One,
    Char(char),
}

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Like(Box<[Piece]>);

impl Like {
    /// Every text is a pattern: a backslash that stands before anything but `*` and `?` is itself.
    pub(crate) fn new(text: &str) -> Like {
        let mut pieces = Vec::with_capacity(text.len());
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            pieces.push(match (c, chars.peek()) {
                ('\\', Some(&escaped @ ('*' | '?'))) => {
                    chars.next();
                    Piece::Char(escaped)
                }
                // A run of stars is one star.
                ('*', _) if pieces.last() == Some(&Piece::Run) => continue,
                ('*', _) => Piece::Run,
                ('?', _) => Piece::One,
                (other, _) => Piece::Char(other),
            });
        }
        Like(pieces.into())
    }

    /// Does the whole of `text` match? A mismatch goes back to the latest star only, so the time is
    /// bounded by the product of the two lengths.
    pub(crate) fn matches(&self, text: &str, ignore_case: bool) -> bool {
        let same = |a: char, b: char| a == b || (ignore_case && fold_char(a) == fold_char(b));
        let mut at = 0;
        let mut rest = text.chars();
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            if self.0.get(at) == Some(&Piece::Run) {
                at += 1;
                retry = Some((at, rest.clone()));
                continue;
            }
            let mut ahead = rest.clone();
            match (self.0.get(at), ahead.next()) {
                (None, None) => return true,
                (Some(Piece::One), Some(_)) => {
                    at += 1;
                    rest = ahead;
                    continue;
                }
                (Some(Piece::Char(c)), Some(found)) if same(*c, found) => {
                    at += 1;
                    rest = ahead;
                    continue;
                }
                _ => {}
            }
            let Some((star, from)) = &mut retry else { return false };
            if from.next().is_none() {
                return false;
            }
            at = *star;
            rest = from.clone();
        }
    }

    /// Does it match every text?
    pub(crate) fn is_any(&self) -> bool {
        *self.0 == [Piece::Run]
    }

    /// A text that matches: stars stand for nothing, question marks for `x`.
    pub(crate) fn instance(&self) -> String {
        self.0
            .iter()
            .filter_map(|piece| match piece {
                Piece::Run => None,
                Piece::One => Some('x'),
                Piece::Char(c) => Some(*c),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str, exact: bool, ignoring_case: bool) {
        let like = Like::new(pattern);
        assert_eq!(like.matches(text, false), exact, "{pattern} {text}");
        assert_eq!(like.matches(text, true), ignoring_case, "{pattern} {text} without case");
        assert!(like.matches(&like.instance(), false), "{pattern} matches its own instance");
    }

    #[test]
    fn runs_single_characters_and_escapes() {
        check("a*c?", "abcd", true, true);
        check("A*C?", "abcd", false, true);
        check("a*c", "abcd", false, false);
        check("", "", true, true);
        check("*", "", true, true);
        check("?", "", false, false);
        check("?", "ä", true, true);
        check("logs/*/x", "logs/a/b/x", true, true);
        check("logs/*/x", "logs/x", false, false);
        check(r"50\*", "50*", true, true);
        check(r"50\*", "500", false, false);
        check(r"what\?", "what?", true, true);
        check(r"a\b", r"a\b", true, true);
        check(r"a\\*b", r"a\*b", true, true);
        check(r"end\", r"end\", true, true);
        check("*a*b*c*", "xxaxxbxxcxx", true, true);
        check("*ab", "aab", true, true);
        check("***", "anything", true, true);
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        assert!(!Like::new(&"*a".repeat(2_000)).matches(&"a".repeat(1_999), false));
    }
}
