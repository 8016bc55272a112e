//! Answers as bytes: one file an output format over the same values.

mod json;
pub mod role;
mod safe;
mod text;
mod words;

pub use json::{brief, decision, error};
pub use safe::safe;
pub use text::{Finder, Style, decision as decision_text};
pub use words::{codes, explain};
