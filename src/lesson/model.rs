//! What a lesson document says, read.

use super::exercise::Exercise;
use super::prose::Prose;
use crate::catalog::Catalog;
use crate::model::Facts;
use crate::origin::{Error, Place};
use crate::pattern::language::Relation;
use crate::scenario::{Check, Expression, Listing};
use crate::tenant::Tenant;

/// A lesson: its prose, its questions, and the tenants that they are asked of.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// What it is called on the command line.
    pub name: String,
    /// Its title.
    pub title: String,
    /// In one line, what the reader can do afterwards.
    pub summary: String,
    /// How long it takes, as its author thinks.
    pub minutes: u32,
    /// Where the reader stands.
    pub situation: Prose,
    /// The tenant as it stands at first and after each change.
    pub stages: Vec<Stage>,
    /// The questions, in order.
    pub steps: Vec<Step>,
    /// What to remember.
    pub takeaway: Prose,
    /// Command lines to try, without the `azrbac` in front.
    pub tries: Vec<String>,
    /// Lessons to go on with.
    pub next: Vec<String>,
    /// A role to write.
    pub exercise: Option<Exercise>,
    /// Where it begins.
    pub place: Place,
}

/// A tenant between two changes.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its facts.
    pub facts: Facts,
    /// Built-in roles as of this date; the newest if absent.
    pub catalog: Option<String>,
    /// Is it the lab, with nothing added or changed?
    pub is_lab: bool,
}

impl Stage {
    /// The catalog of built-in roles that counts here.
    ///
    /// # Errors
    /// Where no catalog of that date is embedded.
    pub fn catalog(&self) -> Result<Catalog, Error> {
        match &self.catalog {
            Some(date) => Catalog::of_date(date),
            None => Ok(Catalog::newest()),
        }
    }

    /// The tenant.
    ///
    /// # Errors
    /// As [`Stage::catalog`].
    pub fn tenant(&self) -> Result<Tenant, Error> {
        Ok(Tenant::build(self.facts.clone(), &self.catalog()?))
    }
}

/// One question, with what is told before and after it.
#[derive(Debug, Clone)]
pub struct Step {
    /// What has changed since the question before; empty where nothing has.
    pub change: Option<Prose>,
    /// The stage that it is asked of.
    pub stage: usize,
    /// What the reader should know before.
    pub say: Prose,
    /// The question, for people.
    pub ask: Prose,
    /// The question, for the program.
    pub question: Ask,
    /// What to see in the answer.
    pub because: Prose,
    /// What else the prose claims.
    pub holds: Vec<Check>,
    /// Where it stands.
    pub place: Place,
}

/// A question that the program can answer, with the answer that the prose around it supposes.
#[derive(Debug, Clone)]
pub enum Ask {
    /// May this principal do this operation on this scope?
    Can(Box<Check>),
    /// How many principals may?
    WhoCan {
        /// The question, and who.
        listing: Box<Listing>,
        /// Do keys and the service's own roles count too?
        any_door: bool,
    },
    /// At how many places may it?
    WhereCan(Box<Listing>),
    /// Does the first role hold everything that the second does?
    Compare {
        /// The first role's name.
        a: String,
        /// The second role's name.
        b: String,
        /// How the first lies to the second.
        expect: Relation,
    },
    /// Is this condition true?
    Condition(Box<Expression>),
    /// Which of these roles is the least that grants all of these operations?
    Least {
        /// The operations.
        needs: Vec<String>,
        /// The names to choose from.
        choices: Vec<String>,
        /// The name of the least one.
        expect: String,
    },
    /// How many principals lose access when local authentication of this resource is closed?
    Closing {
        /// The resource.
        resource: String,
        /// Who.
        expect: Vec<String>,
    },
}
