//! May this principal do this operation on this Azure scope, and why?

pub mod origin;
pub mod truth;
pub mod ident;
pub mod pattern;
