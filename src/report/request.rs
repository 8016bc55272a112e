//! What an ARM request is checked as, for people and for programs.

use super::json::VERSION;
use super::{listing::Lines, safe};
use crate::catalog::{How, RequestCheck};
use serde::Serialize;

#[derive(Serialize)]
struct RequestWire<'a> {
    version: u32,
    method: &'static str,
    operations: Vec<&'a str>,
    scope: &'a str,
    linked: Vec<&'a str>,
    how: &'static str,
}

/// As one line of JSON.
#[must_use]
pub fn request(check: &RequestCheck) -> String {
    let wire = RequestWire {
        version: VERSION,
        method: check.method.as_str(),
        operations: check.operations.iter().map(|operation| operation.text()).collect(),
        scope: &check.scope,
        linked: check.linked.iter().map(|operation| operation.text()).collect(),
        how: check.how.as_str(),
    };
    serde_json::to_string(&wire).unwrap_or_default()
}

/// As text ending in a line feed.
#[must_use]
pub fn request_text(check: &RequestCheck) -> String {
    let mut lines = Lines::default();
    for operation in &check.operations {
        lines.line(&safe(operation.text()));
    }
    lines.line(&format!("  on {}", safe(&check.scope)));
    if check.operations.len() > 1 {
        lines.words("  ", 2, "sources disagree which of these is checked: each is asked");
    }
    if !check.linked.is_empty() {
        lines.words("  ", 2, "a body that refers to other resources needs there, besides:");
        for operation in &check.linked {
            lines.line(&format!("    {}", safe(operation.text())));
        }
    }
    lines.line(match check.how {
        How::Rule => "  by the general rule",
        How::Table => "  by an entry of the table of exceptions",
    });
    lines.finish()
}
