//! Questions that come one a line.

use super::Question;
use super::document::problem_error;
use super::entries::{Needs, QUESTION_FIELDS, question};
use crate::ident::Plane;
use crate::ingest::documents::message;
use crate::ingest::entry::{Entry, known_fields};
use crate::ingest::node::Node;
use crate::origin::{Error, ErrorKind, Place};
use serde::Deserialize;

/// The longest line of a batch that is read, in bytes; a longer one is answered with an error, and the
/// next ones as usual.
pub const LINE_LIMIT: usize = 16 * 1024 * 1024;

/// The questions of a batch: one JSON object a line, each a check without `expect`. What a line does not
/// say, the options say for all.
#[derive(Debug)]
pub struct Batch<'o> {
    name: &'o str,
    options: &'o Question,
    /// The question of the last line, made anew in place: most lines fill in the same few texts.
    question: Question,
    /// Does it hold more than such a line says?
    is_full: bool,
}

/// A line that says nothing but who, what, where and on which plane, and says it without escapes: nearly
/// every line is so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain<'a> {
    principal: &'a str,
    operation: &'a str,
    scope: &'a str,
    plane: Option<&'a str>,
}

impl<'o> Batch<'o> {
    /// A batch of a source with this name.
    #[must_use]
    pub fn new(name: &'o str, options: &'o Question) -> Batch<'o> {
        Batch { name, options, question: options.clone(), is_full: false }
    }

    /// The question of a line; `number` is the line's, counted from 1.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`] and [`ErrorKind::Scenario`] where the line is not a question. The next line
    /// may well be one.
    pub fn question(&mut self, line: &str, number: usize) -> Result<&Question, Error> {
        if !self.fill_plain(line) {
            self.question = self.with_options(self.read(line, number)?);
            self.is_full = true;
        }
        Ok(&self.question)
    }

    /// The error of a line that cannot be a question, as bytes go.
    #[must_use]
    pub fn refuse(&self, kind: ErrorKind, message: &str, number: usize) -> Error {
        Error::new(kind, message).expected("one JSON object a line").at(self.place(number, 1))
    }

    fn fill_plain(&mut self, line: &str) -> bool {
        // A list of texts is no question, though it would be read as one.
        if !line.trim_start().starts_with('{') {
            return false;
        }
        let Ok(plain) = serde_json::from_str::<Plain<'_>>(line) else { return false };
        let texts = [plain.principal, plain.operation, plain.scope].map(str::trim);
        let plane = match plain.plane {
            None => self.options.plane,
            Some("control") => Some(Plane::Control),
            Some("data") => Some(Plane::Data),
            Some(_) => return false,
        };
        if texts.iter().any(|text| text.is_empty()) {
            return false;
        }
        if std::mem::take(&mut self.is_full) {
            self.question = self.options.clone();
        }
        let question = &mut self.question;
        question.plane = plane;
        let into = [&mut question.principal, &mut question.operation, &mut question.scope];
        for (into, text) in into.into_iter().zip(texts) {
            into.clear();
            into.push_str(text);
        }
        // What is linked is asked by a line itself, never by the options.
        question.linked.clear();
        question.sub_operations = None;
        question.method = None;
        true
    }

    fn read(&self, line: &str, number: usize) -> Result<Question, Error> {
        let node: Node<'_> = serde_json::from_str(line).map_err(|error| {
            Error::new(ErrorKind::Syntax, format!("not JSON: {}", message(&error)))
                .expected("one JSON object a line")
                .at(self.place(number, error.column()))
        })?;
        let entry = Entry::of(&node).ok_or_else(|| {
            Error::new(ErrorKind::Scenario, format!("found {}", node.describe()))
                .expected("an object with principal, operation and scope")
                .at(self.place(number, 1))
        })?;
        known_fields(&entry, QUESTION_FIELDS)
            .and_then(|()| question(&entry, Needs::Both, false))
            .map_err(|problem| problem_error(&problem, self.place(number, 1)))
    }

    fn place(&self, line: usize, column: usize) -> Place {
        Place { file: self.name.to_string(), path: String::new(), line, column }
    }

    /// What a line does not say, the options say for all.
    fn with_options(&self, mut question: Question) -> Question {
        let options = self.options;
        question.at = question.at.or(options.at);
        question.plane = question.plane.or(options.plane);
        question.wildcards = options.wildcards;
        question.near_misses = options.near_misses;
        question.via_lighthouse |= options.via_lighthouse;
        question.attributes_complete |= options.attributes_complete;
        if question.attributes.is_empty() {
            question.attributes = options.attributes.clone();
        }
        question
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every line, read after every other one, is the question that the general way reads.
    #[test]
    fn plain_lines_say_what_they_say_the_general_way() {
        let options = Question {
            plane: Some(Plane::Data),
            via_lighthouse: true,
            linked: vec![("a/b".to_string(), "/".to_string())],
            sub_operations: Some(vec!["x".to_string()]),
            method: Some("GET".parse().expect("a method")),
            ..Question::default()
        };
        let lines = [
            r#"{"principal": "p", "operation": "a/b/read", "scope": "/"}"#,
            r#"{"scope":"/subscriptions/s","principal":" p ","plane":"control","operation":"a/b"}"#,
            r#"{"principal": "p", "operation": "a/b", "scope": "s", "plane": null}"#,
            r#"{"principal": "p", "operation": "a/b", "scope": "s", "plane": "Data"}"#,
            r#"{"principal": "p", "operation": "a/b", "scope": "s", "plane": "neither"}"#,
            r#"{"principal": "p", "operation": "a/b", "scope": "s", "at": "2026-01-01T00:00:00Z"}"#,
            r#"{"principal": "p", "operation": "a/b", "scope": "s", "method": "PUT", "why": "x"}"#,
            r#"{"principal": "p", "operation": "a/b", "scope": "s", "subOperation": ["y"]}"#,
            r#"{"principal": "p", "operation": "a/b", "scope": "s",
                "linked": [{"operation": "c/d", "scope": "/"}], "attributesComplete": true}"#,
            r#"{"principal": "p\u0041", "operation": "a\/b", "scope": "s"}"#,
            r#"{"principal": "p", "principal": "p", "operation": "a/b", "scope": "s"}"#,
            r#"{"principal": "p", "principal": "q", "operation": "a/b", "scope": "s"}"#,
            r#"{"Principal": "p", "operation": "a/b", "scope": "s"}"#,
            r#"{"principal": "  ", "operation": "a/b", "scope": "s"}"#,
            r#"{"principal": null, "operation": "a/b", "scope": "s"}"#,
            r#"{"principal": 7, "operation": "a/b", "scope": "s"}"#,
            r#"{"principal": "p", "operation": "a/b"}"#,
            r#"{"principal": "p", "operation": "a/b", "scope": "s", "expect": "allowed"}"#,
            r#"["p", "a/b", "/"]"#,
            r#"["p", "a/b", "/", "data"]"#,
            r#"{"principal": "p", "operation": "a/b", "scope": "s"} x"#,
            "{",
        ];
        for before in lines {
            for line in lines {
                let mut batch = Batch::new("b", &options);
                let _answered = batch.question(before, 1);
                let general = batch.read(line, 2).map(|question| batch.with_options(question));
                let told = |result: Result<&Question, &Error>| match result {
                    Ok(question) => format!("{question:?}"),
                    Err(error) => error.to_string(),
                };
                let general = told(general.as_ref());
                assert_eq!(told(batch.question(line, 2).as_ref().copied()), general, "{line}");
            }
        }
    }
}
