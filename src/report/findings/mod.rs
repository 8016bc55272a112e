//! Findings as text, JSON, SARIF and JUnit XML, whoever found them: `role lint` or `audit`.

mod junit;
mod sarif;

pub use junit::{Case, Suite, junit};
pub use sarif::sarif;

use super::page::{Page, count};
use crate::condition::Severity;
use crate::origin::Place;
use serde_json::{Map, Value, json};

/// A finding, ready to be told.
#[derive(Debug, Clone)]
pub struct Reported {
    /// The stable code.
    pub code: &'static str,
    /// How grave.
    pub severity: Severity,
    /// What is the case.
    pub message: String,
    /// What it is about, in a few words: the name of a role, the id of an assignment.
    pub subject: String,
    /// Where that was read; none for what was not read from a file.
    pub place: Option<Place>,
    /// Why it is the case, a sentence each.
    pub reasons: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// What mends it: words or a command.
    pub fix: Option<String>,
    /// What input is missing that could make it false.
    pub hangs_on: Vec<String>,
    /// Why it is not counted: the reason of a suppression.
    pub suppressed: Option<String>,
    /// What stays the same from run to run, for tools that follow a finding over time.
    pub fingerprint: String,
    /// Further fields of the JSON.
    pub more: Map<String, Value>,
}

/// What a rule says of itself.
#[derive(Debug, Clone, Copy)]
pub struct RuleText {
    /// The stable code.
    pub code: &'static str,
    /// How grave a finding is, at most.
    pub severity: Severity,
    /// What is found.
    pub what: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What mends it.
    pub fix: &'static str,
}

/// Findings as text, without the line that counts them.
pub(crate) fn text(page: &mut Page, findings: &[Reported], note_of_fix: &str) {
    for finding in findings {
        let depends = if finding.hangs_on.is_empty() { "" } else { " (it depends)" };
        page.line(
            0,
            &format!(
                "{}[{}]{depends}: {}",
                finding.severity.as_str(),
                finding.code,
                finding.message
            ),
        );
        match &finding.place {
            Some(place) => page.line(2, &format!("--> {place}, in {}", finding.subject)),
            None => page.raw(&format!("  --> in {}", finding.subject)),
        }
        for reason in &finding.reasons {
            page.line(2, reason);
        }
        for missing in &finding.hangs_on {
            page.line(2, &format!("hangs on: {missing}"));
        }
        for (word, text) in [("help", &finding.help), ("fix", &finding.fix)] {
            let Some(text) = text else { continue };
            let note = if word == "fix" { note_of_fix } else { "" };
            // A command is copied: on one line, however long.
            match text.starts_with("az ") || text.starts_with("azrbac ") {
                true => page.raw(&format!("  {word}: {text}")),
                false => page.line(2, &format!("{word}: {text}{note}")),
            }
        }
        if let Some(reason) = &finding.suppressed {
            page.line(2, &format!("suppressed: {reason}"));
        }
        page.gap();
    }
}

/// `1 error, 2 warnings, no notes`: how many there are of each severity.
pub(crate) fn tally<'f>(findings: impl Iterator<Item = &'f Reported> + Clone) -> String {
    let of = |severity| findings.clone().filter(|one| one.severity == severity).count();
    format!(
        "{}, {}, {}",
        count(of(Severity::Error), "error", "errors"),
        count(of(Severity::Warning), "warning", "warnings"),
        count(of(Severity::Note), "note", "notes"),
    )
}

/// A finding as JSON: the fields of the contract, then its own.
pub(crate) fn value(finding: &Reported) -> Value {
    let place = finding.place.as_ref();
    let mut value = json!({"code": finding.code, "severity": finding.severity.as_str(),
        "message": finding.message,
        "file": place.map(|place| &place.file), "path": place.map(|place| &place.path),
        "line": place.map(|place| place.line), "column": place.map(|place| place.column),
        "help": finding.help, "fix": finding.fix});
    if let Value::Object(fields) = &mut value {
        fields.extend(finding.more.clone());
    }
    value
}
