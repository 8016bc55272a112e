//! Which rule is proved by which scenario.

use crate::catalog::{Rule, rules};

/// A scenario that was run.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The document, as it is to be named.
    pub file: String,
    /// The scenario's name.
    pub scenario: String,
    /// Where the trap is documented or was seen.
    pub source: String,
    /// Why the answers are what they are.
    pub why: String,
    /// The rules that it says it shows.
    pub rules: Vec<&'static Rule>,
    /// Entries that hold.
    pub passed: usize,
    /// Entries that do not.
    pub failed: usize,
}

/// Every rule with what proves it.
#[derive(Debug, Clone)]
pub struct Coverage<'a> {
    /// The rule.
    pub rule: &'static Rule,
    /// Scenarios that name it, of which every entry holds; in the order in which they were run.
    pub proved_by: Vec<&'a Evidence>,
}

impl Coverage<'_> {
    /// Could a scenario show the rule, and does none?
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.rule.outside.is_none() && self.proved_by.is_empty()
    }
}

/// Which rule is proved by which of these scenarios? A scenario with an entry that fails proves nothing.
#[must_use]
pub fn coverage(run: &[Evidence]) -> Vec<Coverage<'_>> {
    rules()
        .iter()
        .map(|rule| Coverage {
            rule,
            proved_by: run
                .iter()
                .filter(|one| one.failed == 0 && one.passed > 0 && one.rules.contains(&rule))
                .collect(),
        })
        .collect()
}
