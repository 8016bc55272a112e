//! Azure's wildcard: one pattern, a permission list, many patterns at once.

mod glob;
mod index;
pub mod language;

pub use glob::{ActionPattern, LENGTH_LIMIT as PATTERN_LENGTH_LIMIT, Match, Wildcards};
pub use index::PatternIndex;
