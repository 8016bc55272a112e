//! Azure's wildcard: one pattern, a permission list, many patterns at once.

mod glob;

pub use glob::{ActionPattern, Match, Wildcards};
