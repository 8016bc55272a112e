//! What stands within a line.

/// What kind of news it is. A mark and a word always say it too, never colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tone {
    /// Yes, granted, passed.
    Yes,
    /// No, blocked, failed.
    No,
    /// It depends; look here.
    Maybe,
    /// Neither.
    Plain,
}

impl Tone {
    /// The mark that stands before the word; none where it is neither yes nor no.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Tone::Yes => "✓",
            Tone::No => "✗",
            Tone::Maybe => "?",
            Tone::Plain => "",
        }
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            Tone::Yes => "yes",
            Tone::No => "no",
            Tone::Maybe => "maybe",
            Tone::Plain => "plain",
        }
    }
}

/// A line of text with names, code and badges in it.
///
/// ```
/// use azrbac::report::document::{Inline, Tone};
/// let line = Inline::default().badge(Tone::No, "denied").text(" by ").name("lockdown");
/// assert_eq!(line.plain(), "✗ denied by lockdown");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inline {
    pub(crate) spans: Vec<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Span {
    Text(String),
    Strong(String),
    Name(String),
    Code(String),
    Badge(Tone, String),
    /// Text that stands for a longer one.
    Short {
        text: String,
        full: String,
    },
}

impl Inline {
    /// Words of our own.
    #[must_use]
    pub fn text(mut self, text: &str) -> Inline {
        self.spans.push(Span::Text(text.to_string()));
        self
    }

    /// Words that carry the weight.
    #[must_use]
    pub fn strong(mut self, text: &str) -> Inline {
        self.spans.push(Span::Strong(text.to_string()));
        self
    }

    /// A name from somebody's tenant; its direction of writing stays its own.
    #[must_use]
    pub fn name(mut self, text: &str) -> Inline {
        self.spans.push(Span::Name(text.to_string()));
        self
    }

    /// An operation, a pattern, an id, a command.
    #[must_use]
    pub fn code(mut self, text: &str) -> Inline {
        self.spans.push(Span::Code(text.to_string()));
        self
    }

    /// A mark and a word for an outcome.
    #[must_use]
    pub fn badge(mut self, tone: Tone, word: &str) -> Inline {
        self.spans.push(Span::Badge(tone, word.to_string()));
        self
    }

    /// A short name that stands for a long one, such as the last part of an ARM id; the long one is
    /// shown on demand.
    #[must_use]
    pub fn short(mut self, text: &str, full: &str) -> Inline {
        self.spans.push(Span::Short { text: text.to_string(), full: full.to_string() });
        self
    }

    /// Prose in which `` `code` `` stands between backticks, as messages of this program have it.
    #[must_use]
    pub fn prose(mut self, text: &str) -> Inline {
        let parts: Vec<&str> = text.split('`').collect();
        // An odd backtick at the end opens nothing.
        let paired = parts.len() % 2 == 1;
        for (number, part) in parts.iter().enumerate() {
            let last = number + 1 == parts.len();
            if number % 2 == 1 && (paired || !last) {
                self.spans.push(Span::Code((*part).to_string()));
            } else if number % 2 == 1 {
                self.spans.push(Span::Text(format!("`{part}")));
            } else if !part.is_empty() {
                self.spans.push(Span::Text((*part).to_string()));
            }
        }
        self
    }

    /// The words alone.
    #[must_use]
    pub fn plain(&self) -> String {
        let mut text = String::new();
        for span in &self.spans {
            match span {
                Span::Text(part) | Span::Strong(part) | Span::Name(part) | Span::Code(part) => {
                    text.push_str(part);
                }
                Span::Short { text: part, .. } => text.push_str(part),
                Span::Badge(tone, word) => {
                    text.push_str(tone.mark());
                    text.push_str(if tone.mark().is_empty() { "" } else { " " });
                    text.push_str(word);
                }
            }
        }
        text
    }
}

impl From<&str> for Inline {
    fn from(text: &str) -> Inline {
        Inline::default().prose(text)
    }
}

impl From<String> for Inline {
    fn from(text: String) -> Inline {
        Inline::default().prose(&text)
    }
}

impl From<&String> for Inline {
    fn from(text: &String) -> Inline {
        Inline::default().prose(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_become_code_where_they_pair() {
        let spans = |text: &str| Inline::from(text).spans;
        let (text, code) =
            (|t: &str| Span::Text(t.to_string()), |t: &str| Span::Code(t.to_string()));
        assert_eq!(spans("a `b` c"), [text("a "), code("b"), text(" c")]);
        assert_eq!(spans("`*`"), [code("*")]);
        assert_eq!(spans("it`s"), [text("it"), text("`s")]);
        assert_eq!(spans("`a` and `b"), [code("a"), text(" and "), text("`b")]);
    }
}
