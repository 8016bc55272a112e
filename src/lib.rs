#![doc = include_str!("../README.md")]
//!
//! # The rooms of the library
//!
//! The modules below stand in the order of their dependencies, which is the order to read them in: a
//! module uses only what stands above it, and a test holds it so. `ARCHITECTURE.md` is the map.
//!
//! Nothing here reads a file, the clock or the environment: bytes and time come from the caller.

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
pub mod lesson;
pub mod report;
