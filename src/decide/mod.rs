//! One file a question: may it, and why?
//!
//! A decision is a value, never a `Result`: after a tenant is built every question has an answer, and
//! the answer may be "it depends, and on this". Its reasons are gathered in the same walk that finds
//! it, as indices, and turned to words only when asked.

mod can;
mod decision;
mod denying;
mod expand;
mod field;
mod field_gaps;
mod gaps;
mod granting;
mod inputs;
mod listing_gaps;
mod locks;
mod near;
mod reach;
mod request;
mod rows;
mod sweep;
mod sweep_held;
mod sweep_sum;
mod walk;
mod what_can;
mod where_can;
mod who_can;

pub use crate::ident::Method;
pub use can::{can, can_at};
pub use decision::{Decision, DenyHit, Grant, Linked, NearMiss, NearReason, Outcome, Subtraction};
pub use expand::{Effective, effective, what_can_expanded};
pub use listing_gaps::{what_can_gaps, who_can_gaps};
pub use request::{NEAR_MISSES, Request};
pub(crate) use rows::in_force;
pub(crate) use sweep::{Seen, Spot, Sweep, SweepQuestion};
pub(crate) use sweep_sum::{Outcomes, Universe};
pub use what_can::{
    HeldBlock, OperationOutcome, WhatCan, WhatQuestion, changes, speaks_of, what_can,
};
pub(crate) use where_can::beneath;
pub use where_can::{Covers, Region, WhereCan, where_can};
pub(crate) use where_can::{breaks, extents};
pub use who_can::{Holder, Stopped, WhoCan, who_can};
