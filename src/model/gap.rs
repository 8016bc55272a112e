//! What was not understood, and what it could have changed.

use crate::ident::{Guid, Scope};
use crate::origin::Place;

/// Input that is missing or was not understood and that could change an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Stable code for `azrbac explain`.
    pub code: &'static str,
    /// What was found and what was expected.
    pub message: String,
    /// The way out: usually the command that exports what is missing.
    pub help: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// What it could have been.
    pub touches: Touches,
}

/// What a piece of input could have been, had it been understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touches {
    /// A role assignment, of this principal and at this scope as far as either could be read.
    Assignment {
        /// The principal, where that much was read.
        principal: Option<Guid>,
        /// The scope, where that much was read.
        scope: Option<Scope>,
    },
    /// A deny assignment.
    Deny {
        /// The scope, where that much was read.
        scope: Option<Scope>,
    },
    /// A role definition, by GUID or name as far as either could be read.
    Role {
        /// The GUID.
        id: Option<Guid>,
        /// The name.
        name: Option<String>,
    },
    /// The members of a group.
    Members {
        /// The group, where that much was read.
        group: Option<Guid>,
    },
    /// A management group or a subscription's place in the tree.
    Hierarchy,
    /// A lock.
    Lock {
        /// The scope, where that much was read.
        scope: Option<Scope>,
    },
    /// A resource's properties.
    Resource {
        /// The resource, where that much was read.
        scope: Option<Scope>,
    },
    /// Nothing tells what it was.
    Anything,
}

/// Something worth saying that cannot change an answer: a repair, an entry kept out on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Stable code for `azrbac explain`.
    pub code: &'static str,
    /// What was found and what was made of it.
    pub message: String,
    /// The first place.
    pub place: Option<Place>,
    /// How often.
    pub count: usize,
}
