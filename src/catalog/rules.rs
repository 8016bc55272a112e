//! The rules of Azure that answers follow, by number: a sentence each, from `roles/rules.txt`.
//!
//! The numbers are those that comments in the code and the `rules` of a scenario name.

use std::sync::LazyLock;

const TABLE: &str = include_str!("../../roles/rules.txt");

/// One rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its number, `4.2`.
    pub number: &'static str,
    /// What it says.
    pub text: &'static str,
    /// Why no scenario can show it; `None` for what a question can show.
    pub outside: Option<&'static str>,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let lines = TABLE.split_once("\n\n").map_or("", |(_, lines)| lines).lines();
    lines.filter_map(rule_of).collect()
});

/// Reads `NUMBER asked SENTENCE` or `NUMBER outside REASON; SENTENCE`.
fn rule_of(line: &'static str) -> Option<Rule> {
    let (number, rest) = line.split_once(' ')?;
    let (outside, text) = match rest.split_once(' ')? {
        ("asked", text) => (None, text),
        ("outside", rest) => {
            let (reason, text) = rest.split_once("; ")?;
            (Some(reason), text)
        }
        _ => return None,
    };
    Some(Rule { number, text, outside })
}

/// Which rules are there, in the order of their numbers?
///
/// ```
/// assert!(azrbac::catalog::rules().iter().any(|rule| rule.text.contains("no deny")));
/// ```
#[must_use]
pub fn rules() -> &'static [Rule] {
    &RULES
}

/// Which rule has this number?
///
/// ```
/// assert!(azrbac::catalog::rule("4.2").is_some());
/// assert!(azrbac::catalog::rule("4.200").is_none());
/// ```
#[must_use]
pub fn rule(number: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.number == number.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_rule_and_numbers_rise() {
        let lines = TABLE.split_once("\n\n").expect("a head and lines").1.lines().count();
        assert_eq!(rules().len(), lines);
        let key = |rule: &Rule| -> Vec<u32> {
            rule.number.split('.').map(|part| part.parse().expect("a number")).collect()
        };
        for pair in rules().windows(2) {
            assert!(key(&pair[0]) < key(&pair[1]), "{} and {}", pair[0].number, pair[1].number);
        }
        for rule in rules() {
            assert!(rule.text.ends_with('.') && !rule.text.ends_with(".."), "{}", rule.number);
        }
    }
}
