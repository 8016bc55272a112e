//! Answers as bytes: one file an output format over the same values.

mod safe;

pub use safe::safe;
