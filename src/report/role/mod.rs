//! Role definitions, comparisons, suggestions and lint findings as text and JSON.

mod compare;
mod definition;
mod history;
mod lattice;
mod lint;
mod show;
mod suggest;

pub use compare::{comparison_json, comparison_text};
pub use definition::definition_json;
pub use history::{catalog_diff_json, catalog_diff_text, history_json, history_text};
pub use lattice::lattice_json;
pub use lint::{Linted, lint_json, lint_rules, lint_suites, lint_text, linted};
pub use show::{profile_json, profile_text};
pub use suggest::{suggestion_json, suggestion_text};
