//! What is wrong with the text of a condition, and where.

use std::fmt;

/// A part of a condition's text, in bytes from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    /// From the start of this one to the end of the other.
    pub(crate) fn to(self, end: Span) -> Span {
        Span { start: self.start, end: end.end.max(self.start) }
    }

    /// The text that it covers; empty where it does not fit `text`.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// In which way is the text wrong?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConditionErrorKind {
    /// There is nothing but blanks.
    Empty,
    /// It is longer than [`LENGTH_LIMIT`](super::LENGTH_LIMIT).
    TooLong,
    /// Brackets or negations stand deeper than [`NESTING_LIMIT`](super::NESTING_LIMIT).
    TooDeep,
    /// A character that begins nothing.
    Character,
    /// A string without its end, in other quotes, or with a quote inside.
    Quote,
    /// Not an integer that fits.
    Number,
    /// Not a GUID.
    Guid,
    /// Not a date of the documented form, or one that no calendar has.
    Date,
    /// A word after `@` that is no attribute source.
    Source,
    /// Brackets without the name of an attribute.
    Attribute,
    /// Not a function, or one that is written differently.
    Function,
    /// Not an operator.
    Operator,
    /// Not a quantifier.
    Quantifier,
    /// A word that other tools know and Microsoft does not document.
    Unsupported,
    /// A literal that the operator does not take.
    Type,
    /// Not an action pattern.
    Pattern,
    /// A set of nothing.
    Set,
    /// Something else stands where a certain word was needed.
    Expected,
}

impl ConditionErrorKind {
    /// The stable word for JSON output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ConditionErrorKind::Empty => "empty",
            ConditionErrorKind::TooLong => "too-long",
            ConditionErrorKind::TooDeep => "too-deep",
            ConditionErrorKind::Character => "character",
            ConditionErrorKind::Quote => "quote",
            ConditionErrorKind::Number => "number",
            ConditionErrorKind::Guid => "guid",
            ConditionErrorKind::Date => "date",
            ConditionErrorKind::Source => "source",
            ConditionErrorKind::Attribute => "attribute",
            ConditionErrorKind::Function => "function",
            ConditionErrorKind::Operator => "operator",
            ConditionErrorKind::Quantifier => "quantifier",
            ConditionErrorKind::Unsupported => "unsupported",
            ConditionErrorKind::Type => "type",
            ConditionErrorKind::Pattern => "pattern",
            ConditionErrorKind::Set => "set",
            ConditionErrorKind::Expected => "expected",
        }
    }
}

/// One mistake in the text of a condition: its kind, its words and its place.
///
/// ```
/// use azrbac::condition::Condition;
/// let text = "@Resource[x] StringEqual 'a'";
/// let errors = Condition::parse(text).unwrap_err();
/// assert_eq!(errors[0].help(), Some("did you mean `StringEquals`?"));
/// assert!(errors[0].render(text).contains("  |              ^^^^^^^^^^^"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionError {
    kind: ConditionErrorKind,
    span: Span,
    message: String,
    expected: Option<&'static str>,
    help: Option<String>,
}

impl ConditionError {
    #[cold]
    pub(crate) fn new(
        kind: ConditionErrorKind,
        span: Span,
        message: impl Into<String>,
    ) -> ConditionError {
        ConditionError { kind, span, message: message.into(), expected: None, help: None }
    }

    pub(crate) fn expecting(mut self, what: &'static str) -> ConditionError {
        self.expected = Some(what);
        self
    }

    pub(crate) fn helping(mut self, what: impl Into<String>) -> ConditionError {
        self.help = Some(what.into());
        self
    }

    /// The way in which it is wrong, for branching.
    #[must_use]
    pub fn kind(&self) -> ConditionErrorKind {
        self.kind
    }

    /// Where in the text it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// What was found.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What should stand there.
    #[must_use]
    pub fn expected(&self) -> Option<&str> {
        self.expected
    }

    /// What to write instead, where that is known.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The message with the line of `text` that it is about and carets under the place.
    #[must_use]
    pub fn render(&self, text: &str) -> String {
        let mut out = self.message.clone();
        if let Some(expected) = self.expected {
            out.push_str("; expected ");
            out.push_str(expected);
        }
        out.push('\n');
        out.push_str(&point_at(text, self.span));
        if let Some(help) = &self.help {
            out.push_str("\n  help: ");
            out.push_str(help);
        }
        out
    }
}

impl fmt::Display for ConditionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(expected) = self.expected {
            write!(f, "; expected {expected}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConditionError {}

/// How many characters of a long line are shown on each side of the place.
const CONTEXT: usize = 50;

/// The line of `text` that holds the span, and carets under it. Conditions are mostly one long line,
/// so only the neighbourhood is shown.
pub(crate) fn point_at(text: &str, span: Span) -> String {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let to = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let before: Vec<char> = text[from..start].chars().collect();
    let covered = span.end.clamp(start, to);
    let width =
        text.get(start..covered).map_or(1, |part| part.chars().count()).clamp(1, 2 * CONTEXT);
    let skipped = before.len().saturating_sub(CONTEXT);
    let mut line = String::new();
    if skipped > 0 {
        line.push('…');
    }
    line.extend(before[skipped..].iter().map(|c| if c.is_control() { ' ' } else { *c }));
    let column = line.chars().count();
    let mut after = text[start..to].chars();
    line.extend(after.by_ref().take(width + CONTEXT).map(|c| if c.is_control() { ' ' } else { c }));
    if after.next().is_some() {
        line.push('…');
    }
    format!("  | {line}\n  | {}{}", " ".repeat(column), "^".repeat(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_and_what_should_stand_there() {
        let error = ConditionError::new(ConditionErrorKind::TooDeep, Span::new(3, 4), "a");
        assert_eq!((error.message(), error.expected(), error.help()), ("a", None, None));
        let error = error.expecting("b").helping("c");
        assert_eq!((error.expected(), error.help()), (Some("b"), Some("c")));
        assert_eq!(error.to_string(), "a; expected b\n  help: c");
        assert_eq!(error.render("xyz("), "a; expected b\n  | xyz(\n  |    ^\n  help: c");
    }

    fn check(text: &str, span: (usize, usize), expect: &str) {
        assert_eq!(point_at(text, Span::new(span.0, span.1)), expect);
    }

    #[test]
    fn carets() {
        check("abc", (1, 2), "  | abc\n  |  ^");
        check("abc", (3, 3), "  | abc\n  |    ^");
        check("ä\nböc\nd", (4, 6), "  | böc\n  |  ^");
        check("a\tb", (2, 3), "  | a b\n  |   ^");
        check("", (0, 0), "  | \n  | ^");
        check("abc", (99, 120), "  | abc\n  |    ^");
        let long = format!("{}!{}", "a".repeat(200), "b".repeat(200));
        let shown = point_at(&long, Span::new(200, 201));
        assert!(shown.starts_with(&format!("  | …{}!", "a".repeat(CONTEXT))), "{shown}");
        // A mistake of ten thousand characters is not shown in full.
        let shown = point_at(&"(".repeat(10_000), Span::new(10, 10_000));
        assert!(shown.len() < 10 * CONTEXT, "{shown}");
        let carets = |end| {
            let shown = point_at(&"(".repeat(10_000), Span::new(10, end));
            shown.chars().filter(|c| *c == '^').count()
        };
        assert_eq!((carets(90), carets(10_000)), (80, 2 * CONTEXT));
    }
}
