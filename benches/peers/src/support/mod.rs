//! The generator of the other benches, and nothing else of theirs.

#[path = "../../../support/operations.rs"]
pub(crate) mod operations;
#[path = "../../../support/random.rs"]
pub(crate) mod random;
#[path = "../../../support/roles.rs"]
pub(crate) mod roles;
#[path = "../../../support/world.rs"]
pub(crate) mod world;
