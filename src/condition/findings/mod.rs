//! What is legal and probably not meant: the traps of semantics.md 9.7, 9.9 and 9.10.
//!
//! Every finding is one idea with a stable code. Most ask the condition itself ("what would be left
//! for this operation?") instead of guessing from the way it is written.

mod form;
mod reach;
mod source;

use super::Condition;
use super::error::Span;
use super::error::point_at;
use crate::ident::Plane;
use crate::pattern::ActionPattern;

/// How bad is it?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably not what was meant.
    Warning,
    /// Azure refuses it, or it can never do what it says.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One trap that a condition falls into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The stable code, such as `negative-any`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is the case.
    pub message: String,
    /// The part of the condition that it is about.
    pub span: Span,
    /// What to do about it.
    pub help: Option<String>,
}

impl Finding {
    /// The finding with the line of `text` that it is about and carets under the place.
    #[must_use]
    pub fn render(&self, text: &str) -> String {
        let mut out = format!("{}[{}]: {}\n", self.severity.as_str(), self.code, self.message);
        out.push_str(&point_at(text, self.span));
        if let Some(help) = &self.help {
            out.push_str("\n  help: ");
            out.push_str(help);
        }
        out
    }
}

/// One list of operations that the role with this condition grants.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// `actions` and `notActions`, or `dataActions` and `notDataActions`.
    pub plane: Plane,
    /// What it grants.
    pub allow: &'a [ActionPattern],
    /// What is subtracted from that.
    pub except: &'a [ActionPattern],
}

/// What surrounds a condition. The default says that nothing is known about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct FindingContext<'a> {
    /// The lists of the role that the condition stands beside; empty where the role is not known.
    pub blocks: &'a [Block<'a>],
    /// Does the same principal hold the same permissions here without a condition?
    pub unconditional: bool,
    /// The `conditionVersion` that was given, if any.
    pub version: Option<&'a str>,
}

/// Every code with one line on what it means.
pub const FINDING_CODES: [(&str, &str); 17] = [
    ("always-true", "the condition holds whatever is asked, so it filters nothing"),
    ("attribute-source", "an attribute is read from a source that never has it"),
    ("attribute-type", "an operator compares an attribute as another type than it has"),
    ("condition-version", "the condition version is not 2.0"),
    ("deprecated-form", "a form that only the preview of conditions had"),
    ("guid-beside-storage-data", "Azure refuses Guid operators on roles with storage data actions"),
    ("key-case", "a tag key without the suffix that makes its case count"),
    ("log-analytics-like", "Log Analytics reads StringLike as a search for whole terms"),
    ("mixed-operators", "AND and OR meet without brackets"),
    ("negative-any", "a negative operator under AnyValues with several values blocks nothing"),
    ("never-granted", "a targeted operation that nothing can satisfy"),
    ("no-target", "without ActionMatches the condition applies to every operation of the role"),
    ("plain-operator-with-values", "several values beside an operator without quantifier"),
    ("pointless", "the same access is granted without a condition"),
    ("target-not-granted", "the condition targets an operation that the role does not grant"),
    ("untargeted-equivalent", "another operation of the role does the same and is not targeted"),
    ("wrong-source", "role assignment attributes are read from the source that lacks them"),
];

impl Condition {
    /// Which traps does it fall into, given what surrounds it? In the order of the text; one entry an
    /// idea and place.
    ///
    /// ```
    /// use azrbac::condition::{Condition, FindingContext};
    /// let condition = Condition::parse(
    ///     "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] \
    ///      ForAnyOfAnyValues:GuidNotEquals {8e3af657a8ff443ca75c2fe8c4bcb635, 18d7d88dd35e4fb5a5c37773c20a72d9}",
    /// )
    /// .expect("a condition");
    /// let codes: Vec<_> =
    ///     condition.findings(&FindingContext::default()).iter().map(|finding| finding.code).collect();
    /// assert_eq!(codes, ["negative-any"]);
    /// ```
    #[must_use]
    pub fn findings(&self, context: &FindingContext<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        form::check(self, context, &mut found);
        source::check(self, context, &mut found);
        reach::check(self, context, &mut found);
        found.sort_by(|a, b| (a.span, a.code, &a.message).cmp(&(b.span, b.code, &b.message)));
        found.dedup();
        found
    }
}
