//! Role design: what a role is for, how roles lie to each other, which are enough, how they changed.
//!
//! Everything here is decided twice: for every well-formed operation that may ever exist, by
//! [`crate::pattern::language`], and for the operations that are known today, by the bits of a
//! [`Universe`]. A permission block under a condition counts as granted where an upper bound is asked
//! for, and the answer says so.

mod bits;
mod compare;
mod grant;
mod history;
mod lattice;
mod needs;
mod power;
mod profile;
mod search;
mod suggest;
mod universe;

pub use bits::Bits;
pub use compare::{Only, PlaneComparison, RoleComparison, compare};
pub use grant::{PlaneGrant, RoleGrant};
pub use history::{Change, RoleChange, RoleStep, catalog_diff, history};
pub use lattice::{Lattice, LatticeClass, lattice};
pub use needs::{Need, ReadNeeds, read as read_needs, read_of as read_needs_of};
pub use power::{Credential, Credentials, Power, weight};
pub use profile::{PlaneProfile, Profile, Subtraction, Trait, profile, traits};
pub use search::{Filter, matches as filter_matches, search};
pub use suggest::{
    Candidate, Custom, EXACT_STEPS, Excess, Listing, Member, Options, Rank, Shelf, Suggestion,
    Writing, suggest,
};
pub use universe::{Universe, Which};
