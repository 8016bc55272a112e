//! Findings as JUnit XML.

use super::Reported;

/// A test suite.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// A test case: passed where it has no failures.
#[derive(Debug, Clone)]
pub struct Case {
    /// What was looked at.
    pub class: String,
    /// The rule.
    pub name: String,
    /// What was found.
    pub failures: Vec<Reported>,
}

/// Suites as JUnit XML.
#[must_use]
pub fn junit(name: &str, suites: &[Suite]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\">\n",
        escape(name)
    );
    for suite in suites {
        let mut cases = String::new();
        for case in &suite.cases {
            cases.push_str(&format!(
                "    <testcase classname=\"{}\" name=\"{}\"",
                escape(&case.class),
                escape(&case.name)
            ));
            if case.failures.is_empty() {
                cases.push_str("/>\n");
                continue;
            }
            cases.push_str(">\n");
            for failure in &case.failures {
                let place = failure.place.as_ref().map_or_else(String::new, |p| format!("{p}: "));
                cases.push_str(&format!(
                    "      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                    failure.severity.as_str(),
                    escape(&failure.message),
                    escape(&format!("{place}{}", failure.message))
                ));
            }
            cases.push_str("    </testcase>\n");
        }
        let failures = suite.cases.iter().filter(|case| !case.failures.is_empty()).count();
        text.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\">\n{cases}  </testsuite>\n",
            escape(&suite.name),
            suite.cases.len()
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
