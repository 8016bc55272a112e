//! Questions about definitions rather than about access: would the service accept this?

pub mod validate;
pub mod why;
