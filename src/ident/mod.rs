//! Checked names: what a string must be before it may stand for something inside the library.
//!
//! Azure compares operations, scopes and ids without case. A name here is folded once, when it is
//! made, and keeps its original spelling for people.

mod guid;
mod method;
mod operation;
mod scope;
mod time;

pub use guid::Guid;
pub use method::Method;
pub(crate) use operation::{Fingerprint, telling};
pub use operation::{Operation, Plane, Verb};
pub(crate) use scope::folded_type;
pub use scope::{LENGTH_LIMIT as SCOPE_LENGTH_LIMIT, Scope, ScopeKind, ancestor_ends};
pub(crate) use scope::{hash_of as scope_hash, same as same_scope};
pub use time::Timestamp;
