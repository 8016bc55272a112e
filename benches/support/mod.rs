//! What the measurements are made of. It uses nothing but the public library, so that a package beside
//! this one can include it by its path.

pub(crate) mod export;
pub(crate) mod floor;
pub(crate) mod measure;
pub(crate) mod operations;
pub(crate) mod random;
pub(crate) mod roles;
pub(crate) mod world;
