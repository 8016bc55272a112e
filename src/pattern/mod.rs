//! Azure's wildcard: one pattern, a permission list, many patterns at once.

mod glob;
mod index;
pub mod language;

pub use glob::{ActionPattern, Match, Wildcards};
pub use index::PatternIndex;
