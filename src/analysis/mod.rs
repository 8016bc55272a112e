//! Questions about definitions rather than about access: would the service accept this, how do two
//! roles lie to each other, which role is enough, what is wrong with this one?

pub mod audit;
pub mod delegates;
pub mod diff;
pub mod lint;
pub mod role;
pub mod refusal;
pub mod validate;
pub mod why;
