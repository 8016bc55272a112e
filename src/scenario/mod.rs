//! The scenario document and its runner: the lab, the corpus, examples, policy tests in CI.
//!
//! An unknown field of the scenario itself is an error that names it: a misspelt test must not pass.
//! Objects in Azure's own shapes take any field.

mod batch;
mod coverage;
mod document;
pub(crate) mod entries;
mod model;
mod question;
mod run;

pub use batch::{Batch, LINE_LIMIT};
pub use coverage::{Coverage, Evidence, coverage};
pub(crate) use document::problem_error;
pub use document::{is_scenario, read};
pub use model::{AskedRequest, Check, Expected, Expression, Listing, Scenario, Validation};
pub use question::{Prepared, Question, resolve, resolve_principal, resolve_scope};
pub use run::{Failure, Report, run};

/// The lab: the tenant that answers when none is given.
pub const LAB: &str = include_str!("../../roles/lab/contoso.json");
