//! Input from strangers: whatever it is, the program ends soon, within bounded memory, without a panic,
//! with an exit status of its own, and prints nothing that steers a terminal.
//!
//! `AZRBAC_HOSTILE=1 cargo test --release --test hostile` adds what takes a while: a million groups in
//! one cycle, and gigabytes on a pipe.

#![expect(clippy::disallowed_methods, reason = "a test writes files and runs the program")]

mod support;
mod values;
mod names;
mod files;
mod masses;
