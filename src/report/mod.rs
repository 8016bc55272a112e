//! Answers as bytes: one file an output format over the same values.

mod closing;
mod condition;
pub mod diff;
pub mod document;
mod audit;
pub mod findings;
mod json;
pub mod lesson;
mod limits;
mod markup;
mod naming;
pub mod pages;
pub mod picture;
pub mod role;
mod listing;
mod listing_json;
mod listing_what;
mod page;
mod request;
mod rules;
mod safe;
mod text;
mod why;
mod words;

pub use audit::{audit_json, audit_rules, audit_suites, audit_text, audited};
pub use closing::closing;
pub use condition::value as condition_value;
pub use json::{Answers, brief, decision, error, write_brief, write_decision};
pub use listing::{
    entrants, where_access as where_access_text, where_can as where_can_text,
    who_can as who_can_text,
};
pub use listing_json::{
    entrants as entrants_json, what_can, what_can_expanded, where_access, where_can, who_can,
};
pub use listing_what::{what_can as what_can_text, what_can_expanded as what_can_expanded_text};
pub use markup::markup;
pub use page::Page;
pub use request::{request, request_text};
pub use rules::{corpus_index, rules_json, rules_text};
pub use safe::{safe, safe_lines, steers};
pub use text::{Finder, Style, decision as decision_text};
pub use why::{why, why_text};
pub use words::{codes, explain};
