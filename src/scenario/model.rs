//! What a scenario document says, read.

use super::Question;
use crate::catalog::Rule;
use crate::decide::Outcome;
use crate::model::Facts;
use crate::origin::Place;

/// One scenario: a tenant and what is asked of it.
#[derive(Debug, Clone, Default)]
pub struct Scenario {
    /// Its name; empty where it has none.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Where the trap is documented or was seen.
    pub source: String,
    /// Why the answers are what they are.
    pub why: String,
    /// The rules that it shows (`azrbac explain 4.2`).
    pub rules: Vec<&'static Rule>,
    /// The tenant's facts: a closed world.
    pub facts: Facts,
    /// Snapshots to be merged into the tenant, relative to the document.
    pub include: Vec<String>,
    /// Built-in roles as of this date.
    pub catalog: Option<String>,
    /// Decisions and what they must be.
    pub checks: Vec<Check>,
    /// `whoCan`.
    pub who_can: Vec<Listing>,
    /// `whereCan`.
    pub where_can: Vec<Listing>,
    /// Conditions on their own.
    pub expressions: Vec<Expression>,
    /// Objects that the service would accept or refuse.
    pub validations: Vec<Validation>,
    /// What ARM requests are checked as.
    pub requests: Vec<AskedRequest>,
    /// Where it begins.
    pub place: Place,
}

impl Scenario {
    /// How many entries does it expect something of?
    #[must_use]
    pub fn len(&self) -> usize {
        self.checks.len()
            + self.who_can.len()
            + self.where_can.len()
            + self.expressions.len()
            + self.validations.len()
            + self.requests.len()
    }

    /// Does it expect nothing at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A question and the answer that it must have.
#[derive(Debug, Clone)]
pub struct Check {
    /// Its name, or `check 3`.
    pub name: String,
    /// The question.
    pub question: Question,
    /// RBAC's answer.
    pub expect: Option<Expected>,
    /// The first door that opens: `rbac`, `native`, `local-auth`, `none`.
    pub expect_via: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// What an answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Exactly this outcome.
    Outcome(Outcome),
    /// Not allowed, denied or locked.
    Refused,
}

impl Expected {
    /// Reads the word of a document or of `--expect`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Expected> {
        Some(match word {
            "allowed" => Expected::Outcome(Outcome::Allowed),
            "not-allowed" => Expected::Outcome(Outcome::NotAllowed),
            "denied" => Expected::Outcome(Outcome::Denied),
            "locked" => Expected::Outcome(Outcome::Locked),
            "conditional" => Expected::Outcome(Outcome::Conditional),
            "refused" => Expected::Refused,
            _ => return None,
        })
    }

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Expected::Outcome(outcome) => outcome.as_str(),
            Expected::Refused => "refused",
        }
    }

    /// Does an outcome meet it?
    #[must_use]
    pub fn is_met_by(self, outcome: Outcome) -> bool {
        match self {
            Expected::Outcome(expected) => expected == outcome,
            Expected::Refused => {
                matches!(outcome, Outcome::NotAllowed | Outcome::Denied | Outcome::Locked)
            }
        }
    }
}

/// A listing and the set that it must give.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The question; `principal` or `scope` is empty, whichever is listed.
    pub question: Question,
    /// Principals or scopes.
    pub expect: Vec<String>,
    /// Must it be exactly these, or at least these?
    pub exactly: bool,
    /// Where it stands.
    pub place: Place,
}

/// A condition on its own and the value that it must have.
#[derive(Debug, Clone)]
pub struct Expression {
    /// The text.
    pub condition: String,
    /// What it is evaluated for.
    pub question: Question,
    /// Must it be true?
    pub expect_true: bool,
    /// Where it stands.
    pub place: Place,
}

/// An object that the service would accept or refuse.
#[derive(Debug, Clone)]
pub struct Validation {
    /// `roleDefinition`, `roleAssignment` or `denyAssignment`.
    pub kind: String,
    /// The object, read on its own.
    pub facts: Facts,
    /// Fields that decide here and that facts do not keep.
    pub raw: serde_json::Value,
    /// Must it be accepted?
    pub expect_accepted: bool,
    /// Where it stands.
    pub place: Place,
}

/// An ARM request and what it must be checked as.
#[derive(Debug, Clone)]
pub struct AskedRequest {
    /// Method and URL.
    pub request: String,
    /// The candidate operations: all of them.
    pub operations: Vec<String>,
    /// The scope, where one is expected.
    pub scope: Option<String>,
    /// What a body may need besides: all of it.
    pub linked: Vec<String>,
    /// Where it stands.
    pub place: Place,
}
