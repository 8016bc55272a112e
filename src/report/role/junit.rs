//! Lint findings as JUnit XML: a suite a file, a case a role and rule.

use super::lint::Linted;
use crate::analysis::lint::{RULES, Severity};
use std::collections::BTreeMap;

/// The findings as JUnit XML. `roles` are the roles that were looked at, as (file, role); findings
/// at or above `deny` are failures.
#[must_use]
pub fn junit(findings: &[Linted], roles: &[(String, String)], deny: Severity) -> String {
    let mut suites: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (file, role) in roles {
        suites.entry(file).or_default().push(role);
    }
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"azrbac role lint\">\n",
    );
    for (file, roles) in suites {
        let here = |linted: &&Linted, role: &str| {
            let place = linted.place.as_ref().map_or(linted.role.as_str(), |place| &place.file);
            place == file && linted.role == role && linted.finding.severity >= deny
        };
        let mut cases = String::new();
        let (mut tests, mut failures) = (0, 0);
        for role in roles {
            for rule in RULES {
                tests += 1;
                let found: Vec<&Linted> = findings
                    .iter()
                    .filter(|linted| here(linted, role) && linted.finding.code == rule.code)
                    .collect();
                cases.push_str(&format!(
                    "    <testcase classname=\"{}\" name=\"{}\"",
                    escape(role),
                    rule.code
                ));
                if found.is_empty() {
                    cases.push_str("/>\n");
                    continue;
                }
                failures += 1;
                cases.push_str(">\n");
                for linted in found {
                    let place =
                        linted.place.as_ref().map_or_else(String::new, |p| format!("{p}: "));
                    cases.push_str(&format!(
                        "      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                        linted.finding.severity.as_str(),
                        escape(&linted.finding.message),
                        escape(&format!("{place}{}", linted.finding.message))
                    ));
                }
                cases.push_str("    </testcase>\n");
            }
        }
        text.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n{cases}  </testsuite>\n",
            escape(file)
        ));
    }
    text.push_str("</testsuites>\n");
    text
}

/// For XML 1.0, which has no way to say most control characters.
fn escape(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => clean.push_str("&amp;"),
            '<' => clean.push_str("&lt;"),
            '>' => clean.push_str("&gt;"),
            '"' => clean.push_str("&quot;"),
            '\n' => clean.push_str("&#10;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => clean.push('\u{fffd}'),
            c => clean.push(c),
        }
    }
    clean
}
