//! Text for people, eighty columns wide.

use crate::report::safe;

const WIDTH: usize = 80;

/// Lines of text, wrapped. Everything that is written to it is made safe for a terminal.
#[derive(Debug, Clone, Default)]
pub struct Page {
    text: String,
}

impl Page {
    /// A line, wrapped at blanks; continued lines are indented by two more.
    pub fn line(&mut self, indent: usize, text: &str) {
        let text = safe(text);
        let mut line = " ".repeat(indent);
        let mut empty = true;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.text.push_str(&line);
                self.text.push('\n');
                line = " ".repeat(indent + 2);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A line as it is, never wrapped.
    pub fn raw(&mut self, text: &str) {
        self.text.push_str(&safe(text));
        self.text.push('\n');
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.text.push('\n');
    }

    /// Some names, a line each; beyond the limit, how many more there are.
    pub fn names<S: AsRef<str>>(&mut self, indent: usize, names: &[S], limit: usize) {
        for name in names.iter().take(limit) {
            self.line(indent, name.as_ref());
        }
        if names.len() > limit {
            self.line(indent, &format!("and {} more", names.len() - limit));
        }
    }

    /// The text.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }
}

/// A number with its noun.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
