//! Lint findings, ready for every format.

use crate::analysis::lint::{Finding, RULES, Severity};
use crate::origin::Place;
use crate::report::findings::{self, Case, Reported, RuleText, Suite};
use crate::report::page::{Page, count};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

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

/// The findings of `role lint` as every format takes them.
#[must_use]
pub fn linted(found: &[Linted]) -> Vec<Reported> {
    let one = |linted: &Linted| Reported {
        code: linted.finding.code,
        severity: linted.finding.severity,
        message: linted.finding.message.clone(),
        subject: linted.role.clone(),
        place: linted.place.clone(),
        reasons: Vec::new(),
        help: linted.finding.help.clone(),
        fix: linted.finding.fix.as_ref().map(|_| "remove the entry".to_string()),
        hangs_on: Vec::new(),
        suppressed: None,
        fingerprint: format!("{}|{}", linted.finding.code, linted.role),
        more: Map::from_iter([("role".to_string(), Value::from(linted.role.clone()))]),
    };
    found.iter().map(one).collect()
}

/// What the rules say of themselves.
#[must_use]
pub fn lint_rules() -> Vec<RuleText> {
    RULES
        .iter()
        .map(|rule| RuleText {
            code: rule.code,
            severity: rule.severity,
            what: rule.what,
            why: rule.why,
            fix: rule.fix,
        })
        .collect()
}

/// All findings as text, with a last line that counts them.
#[must_use]
pub fn lint_text(found: &[Reported], roles: usize) -> String {
    let mut page = Page::default();
    findings::text(&mut page, found, " (--fix does it)");
    page.line(
        0,
        &format!("{} in {}", findings::tally(found.iter()), count(roles, "role", "roles")),
    );
    page.finish()
}

/// All findings as JSON.
#[must_use]
pub fn lint_json(found: &[Reported]) -> Value {
    let found: Vec<Value> = found.iter().map(findings::value).collect();
    json!({"version": 1, "findings": found})
}

/// A suite a file, a case a role and rule. `looked_at` are (file, role); findings at or above `deny`
/// are failures.
#[must_use]
pub fn lint_suites(
    found: &[Reported],
    looked_at: &[(String, String)],
    deny: Severity,
) -> Vec<Suite> {
    let mut suites: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
    for (file, role) in looked_at {
        let cases = suites.entry(file).or_default();
        for rule in RULES {
            let here = |one: &&Reported| {
                let place = one.place.as_ref().map_or(one.subject.as_str(), |place| &place.file);
                place == file
                    && one.subject == *role
                    && one.code == rule.code
                    && one.severity >= deny
            };
            cases.push(Case {
                class: role.clone(),
                name: rule.code.to_string(),
                failures: found.iter().filter(here).cloned().collect(),
            });
        }
    }
    let suite = |(name, cases): (&str, Vec<Case>)| Suite { name: name.to_string(), cases };
    suites.into_iter().map(suite).collect()
}
