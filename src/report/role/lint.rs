//! Lint findings as text and JSON.

use super::page::{Page, count};
use crate::analysis::lint::{Finding, Severity};
use crate::origin::Place;
use serde_json::{Value, json};

/// A finding and where it stands.
#[derive(Debug, Clone)]
pub struct Linted {
    /// The name of the role.
    pub role: String,
    /// The finding.
    pub finding: Finding,
    /// Its place; none for a role that was not read from a file.
    pub place: Option<Place>,
}

/// The words that `fix` is told in.
pub(super) fn fix_words(finding: &Finding) -> Option<&'static str> {
    finding.fix.as_ref().map(|_| "remove the entry")
}

/// All findings as text, with a last line that counts them.
#[must_use]
pub fn findings_text(findings: &[Linted], roles: usize) -> String {
    let mut page = Page::default();
    for linted in findings {
        let finding = &linted.finding;
        page.line(
            0,
            &format!("{}[{}]: {}", finding.severity.as_str(), finding.code, finding.message),
        );
        match &linted.place {
            Some(place) => page.line(2, &format!("--> {place}, in {}", linted.role)),
            None => page.line(2, &format!("--> in {}", linted.role)),
        }
        if let Some(help) = &finding.help {
            page.line(2, &format!("help: {help}"));
        }
        if let Some(fix) = fix_words(finding) {
            page.line(2, &format!("fix: {fix} (--fix does it)"));
        }
        page.gap();
    }
    let of =
        |severity| findings.iter().filter(|linted| linted.finding.severity == severity).count();
    page.line(
        0,
        &format!(
            "{}, {}, {} in {}",
            count(of(Severity::Error), "error", "errors"),
            count(of(Severity::Warning), "warning", "warnings"),
            count(of(Severity::Note), "note", "notes"),
            count(roles, "role", "roles")
        ),
    );
    page.finish()
}

/// All findings as JSON.
#[must_use]
pub fn findings_json(findings: &[Linted]) -> Value {
    let found: Vec<Value> = findings
        .iter()
        .map(|linted| {
            let place = linted.place.as_ref();
            json!({"code": linted.finding.code, "severity": linted.finding.severity.as_str(),
                "message": linted.finding.message, "role": linted.role,
                "file": place.map(|place| &place.file), "path": place.map(|place| &place.path),
                "line": place.map(|place| place.line), "column": place.map(|place| place.column),
                "help": linted.finding.help, "fix": fix_words(&linted.finding)})
        })
        .collect();
    json!({"version": 1, "findings": found})
}
