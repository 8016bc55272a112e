//! One action pattern and what it matches.

use crate::ident::Operation;
use crate::origin::{Error, ErrorKind};
use std::fmt;

/// Does `X/*/y` also match `X/y`? semantics.md 2.5 (U3): Managed Identity Operator works only so,
/// hence yes by default; the strict reading is a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Wildcards {
    /// A star between two slashes may vanish together with one of them.
    #[default]
    Azure,
    /// A star between two slashes stands for at least nothing, and both slashes stay.
    Strict,
}

/// How did a pattern match?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// It does not.
    No,
    /// Only because `/*/` may stand for a single `/` (U3).
    Vanishing,
    /// Whatever the reading of U3.
    Yes,
}

impl Match {
    /// Did it match at all?
    #[must_use]
    pub fn is_match(self) -> bool {
        self != Match::No
    }
}

/// One entry of `actions`, `notActions`, `dataActions` or `notDataActions`.
///
/// `*` stands for any run of characters, `/` included, and the pattern is compared from first to
/// last character without case (semantics.md 2.2 to 2.5).
///
/// ```
/// use azrbac::ident::Operation;
/// use azrbac::pattern::{ActionPattern, Match, Wildcards};
/// let pattern = ActionPattern::new("Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action")?;
/// let assign = Operation::new("microsoft.managedidentity/userassignedidentities/assign/action")?;
/// assert_eq!(pattern.matches(&assign, Wildcards::Azure), Match::Vanishing);
/// assert_eq!(pattern.matches(&assign, Wildcards::Strict), Match::No);
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[derive(Clone)]
pub struct ActionPattern {
    text: Box<str>,
    folded: Box<str>,
    shape: Shape,
    trimmed: bool,
    partial: bool,
}

/// From the cheapest to the dearest way of matching; every shape is a special case of the last one,
/// and the tests hold each against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `*`
    Everything,
    /// No star.
    Literal,
    /// One star, at this byte.
    OneStar(u32),
    /// Several stars: legal in the data, refused in new custom roles (2.6).
    Stars,
}

/// The longest pattern that is read, in bytes.
pub const LENGTH_LIMIT: usize = 4 * 1024;

impl ActionPattern {
    /// Checks, trims (U6) and folds one entry.
    ///
    /// # Errors
    /// [`ErrorKind::Name`] when nothing is left after trimming or a blank or control character
    /// stands inside; [`ErrorKind::Limit`] above [`crate::pattern::PATTERN_LENGTH_LIMIT`].
    pub fn new(text: &str) -> Result<ActionPattern, Error> {
        let bare = text.trim();
        if bare.is_empty() {
            return Err(Error::new(ErrorKind::Name, format!("`{text}` is an empty action"))
                .expected("an operation, with or without `*`"));
        }
        if bare.len() > LENGTH_LIMIT {
            return Err(Error::new(
                ErrorKind::Limit,
                format!("an action of {} bytes; the limit is {LENGTH_LIMIT} bytes", bare.len()),
            ));
        }
        if bare.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(Error::new(
                ErrorKind::Name,
                format!("`{bare}` is not an action: a blank or control character stands inside it"),
            )
            .expected("an operation, with or without `*`"));
        }
        let folded = bare.to_ascii_lowercase();
        let partial = folded.split('/').any(|segment| segment.contains('*') && segment != "*");
        let shape = match (folded.find('*'), folded.rfind('*')) {
            (None, _) => Shape::Literal,
            (Some(_), _) if folded == "*" => Shape::Everything,
            (Some(first), Some(last)) if first == last => {
                Shape::OneStar(u32::try_from(first).unwrap_or(0))
            }
            _ => Shape::Stars,
        };
        Ok(ActionPattern {
            text: bare.into(),
            folded: folded.into(),
            shape,
            trimmed: bare.len() != text.len(),
            partial,
        })
    }

    /// The spelling that was given, without the blanks around it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The form that is compared: ASCII lower case.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Does it hold a star?
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.shape != Shape::Literal
    }

    /// How many stars it holds.
    #[must_use]
    pub fn stars(&self) -> usize {
        self.folded.bytes().filter(|byte| *byte == b'*').count()
    }

    /// Were blanks around it cut off (U6)?
    #[must_use]
    pub fn was_trimmed(&self) -> bool {
        self.trimmed
    }

    /// Is a star only a part of a segment, as in `Foo*/read` (U4)? No built-in role has one.
    #[must_use]
    pub fn has_partial_segment_star(&self) -> bool {
        self.partial
    }

    /// Does it match an operation, and does that hang on U3?
    #[must_use]
    pub fn matches(&self, operation: &Operation, wildcards: Wildcards) -> Match {
        self.matches_folded(operation.folded(), wildcards)
    }

    /// As [`ActionPattern::matches`], on a text that is lower case already.
    #[must_use]
    pub fn matches_folded(&self, text: &str, wildcards: Wildcards) -> Match {
        match self.shape {
            Shape::Everything => Match::Yes,
            Shape::Literal => {
                if *self.folded == *text {
                    Match::Yes
                } else {
                    Match::No
                }
            }
            Shape::OneStar(at) => self.one_star(at as usize, text, wildcards),
            Shape::Stars => stars(self.folded.as_bytes(), text.as_bytes(), wildcards),
        }
    }

    fn one_star(&self, at: usize, text: &str, wildcards: Wildcards) -> Match {
        let pattern = self.folded.as_bytes();
        let (before, after) = (&pattern[..at], &pattern[at + 1..]);
        let text = text.as_bytes();
        if text.len() >= before.len() + after.len()
            && text.starts_with(before)
            && text.ends_with(after)
        {
            return Match::Yes;
        }
        if wildcards == Wildcards::Azure
            && before.last() == Some(&b'/')
            && after.first() == Some(&b'/')
            && text.len() + 1 == before.len() + after.len()
            && text.starts_with(before)
            && text.ends_with(&after[1..])
        {
            return Match::Vanishing;
        }
        Match::No
    }
}

/// The general case: every star as `.*`, and every `/*/` as `/(.*/)?` unless strict. Positions of
/// the pattern that are alive are carried along the text, so time is bounded by the product of the
/// two lengths whatever the stars.
fn stars(pattern: &[u8], text: &[u8], wildcards: Wildcards) -> Match {
    if alive_at_end(pattern, text, Wildcards::Strict) {
        Match::Yes
    } else if wildcards == Wildcards::Azure && alive_at_end(pattern, text, Wildcards::Azure) {
        Match::Vanishing
    } else {
        Match::No
    }
}

fn alive_at_end(pattern: &[u8], text: &[u8], wildcards: Wildcards) -> bool {
    let mut alive = vec![Position::Dead; pattern.len() + 1];
    alive[0] = Position::Reached;
    close(&mut alive, pattern, wildcards);
    for byte in text {
        let mut next = vec![Position::Dead; pattern.len() + 1];
        for (at, symbol) in pattern.iter().enumerate() {
            if alive[at] == Position::Dead {
                continue;
            }
            if *symbol == b'*' {
                next[at] = next[at].max(Position::Stayed);
            } else if symbol == byte {
                next[at + 1] = Position::Reached;
            }
        }
        alive = next;
        close(&mut alive, pattern, wildcards);
    }
    alive[pattern.len()] != Position::Dead
}

/// A star that stood for something already can no longer vanish, so the two are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Position {
    Dead,
    Stayed,
    Reached,
}

/// A star may stand for nothing; a star that follows a slash may take the slash after it along.
fn close(alive: &mut [Position], pattern: &[u8], wildcards: Wildcards) {
    for at in 0..pattern.len() {
        if alive[at] == Position::Dead || pattern[at] != b'*' {
            continue;
        }
        alive[at + 1] = Position::Reached;
        if alive[at] == Position::Reached
            && wildcards == Wildcards::Azure
            && may_vanish(pattern, at)
        {
            alive[at + 2] = Position::Reached;
        }
    }
}

fn may_vanish(pattern: &[u8], star: usize) -> bool {
    star > 0 && pattern[star - 1] == b'/' && pattern.get(star + 1) == Some(&b'/')
}

impl PartialEq for ActionPattern {
    fn eq(&self, other: &ActionPattern) -> bool {
        self.folded == other.folded
    }
}
impl Eq for ActionPattern {}
impl PartialOrd for ActionPattern {
    fn partial_cmp(&self, other: &ActionPattern) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for ActionPattern {
    fn cmp(&self, other: &ActionPattern) -> std::cmp::Ordering {
        self.folded.cmp(&other.folded)
    }
}
impl fmt::Display for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl fmt::Debug for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActionPattern({})", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Match::{No, Vanishing, Yes};

    fn check(pattern: &str, operation: &str, azure: Match, strict: Match) {
        let pattern = ActionPattern::new(pattern).expect(pattern);
        let folded = operation.to_ascii_lowercase();
        assert_eq!(pattern.matches_folded(&folded, Wildcards::Azure), azure, "{pattern} {folded}");
        assert_eq!(
            pattern.matches_folded(&folded, Wildcards::Strict),
            strict,
            "{pattern} {folded}"
        );
        let general = stars(pattern.folded().as_bytes(), folded.as_bytes(), Wildcards::Azure);
        assert_eq!(general, azure, "the general matcher on {pattern} {folded}");
    }

    #[test]
    fn documented_wildcards() {
        check("*", "Microsoft.X/y/read", Yes, Yes);
        check("*/read", "Microsoft.X/y/read", Yes, Yes);
        check("*/read", "Microsoft.X/y/readme", No, No);
        check(
            "Microsoft.CostManagement/exports/*",
            "microsoft.costmanagement/exports/run/action",
            Yes,
            Yes,
        );
        check(
            "Microsoft.Compute/virtualMachines/*",
            "Microsoft.Compute/virtualMachineScaleSets/read",
            No,
            No,
        );
        check("X/read ", "x/read", Yes, Yes);
        check("X/", "X/read", No, No);
    }

    #[test]
    fn a_star_between_slashes_may_vanish_with_one_of_them() {
        check("X/*/read", "X/read", Vanishing, No);
        check("X/*/read", "X//read", Yes, Yes);
        check("X/*/read", "X/a/read", Yes, Yes);
        check("X/*/read", "Xread", No, No);
        check("*/X/read", "X/read", No, No);
        check("X/*", "X", No, No);
        check("A/*/B/*/read", "A/B/read", Vanishing, No);
        check("A/*/B/*/read", "A/1/B/2/read", Yes, Yes);
        check("A/*/*/read", "A/read", Vanishing, No);
        check("A/*/B/*/read", "A/xB/2/read", No, No);
        check("*/*/", "a/write", No, No);
        check("A*B*C", "AxxByyC", Yes, Yes);
        check("A*B*C", "AxxCyyB", No, No);
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        let pattern = ActionPattern::new(&"a*".repeat(200)).expect("short enough");
        assert_eq!(pattern.matches_folded(&"a".repeat(199), Wildcards::Azure), No);
    }

    #[test]
    fn what_a_pattern_is() {
        let told = |text: &str| {
            let pattern = ActionPattern::new(text).expect(text);
            let kind = (pattern.is_wildcard(), pattern.stars(), pattern.has_partial_segment_star());
            (pattern.text().to_owned(), pattern.folded().to_owned(), pattern.was_trimmed(), kind)
        };
        let own = |text: &str, folded: &str| (text.to_owned(), folded.to_owned());
        for (text, (bare, folded), trimmed, kind) in [
            ("*", own("*", "*"), false, (true, 1, false)),
            (" X/Read\t", own("X/Read", "x/read"), true, (false, 0, false)),
            ("X/*/Y/*", own("X/*/Y/*", "x/*/y/*"), false, (true, 2, false)),
            ("X*/read", own("X*/read", "x*/read"), false, (true, 1, true)),
            ("X/*/**", own("X/*/**", "x/*/**"), false, (true, 3, true)),
        ] {
            assert_eq!(told(text), (bare, folded, trimmed, kind), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_pattern() {
        for text in ["", " \t", "X/ read", "X/\u{1}read", "X\u{a0}/read"] {
            let error = ActionPattern::new(text).expect_err(text);
            assert_eq!(error.kind(), ErrorKind::Name, "{text:?}");
        }
        assert!(ActionPattern::new(&"a".repeat(LENGTH_LIMIT)).is_ok());
        assert!(ActionPattern::new(&format!(" {} ", "a".repeat(LENGTH_LIMIT))).is_ok());
        let error = ActionPattern::new(&"a".repeat(LENGTH_LIMIT + 1)).expect_err("too long");
        assert_eq!(error.kind(), ErrorKind::Limit);
        // The limit counts bytes.
        assert!(ActionPattern::new(&"é".repeat(LENGTH_LIMIT / 2 + 1)).is_err());
    }
}
