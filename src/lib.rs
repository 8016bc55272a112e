//! May this principal do this operation on this Azure scope, and why?

pub mod origin;
pub mod truth;
pub mod ident;
pub mod pattern;
pub mod condition;
pub mod model;
pub mod catalog;
pub mod ingest;
pub mod tenant;
pub mod decide;
pub mod dataplane;
pub mod analysis;
pub mod scenario;
pub mod report;
