//! Plain data: what an export says, every field parsed, nothing decided yet.

mod assignment;
mod directory;
mod facts;
mod gap;
mod role;

pub(crate) use assignment::AssignmentId;
pub use assignment::{
    Assignment, AssignmentName, AssignmentState, ClassicAdministrator, Deny, DenyEffect,
    DenyPrincipal, Lock, LockLevel, RoleRef, Terms,
};
pub use directory::{
    Group, ManagementGroup, Membership, Principal, PrincipalType, Resource, Subscription,
};
pub use facts::{Facts, InputKind, ScopeRef, Unread, World};
pub use gap::{Gap, Note, Touches};
pub use role::{Guard, PermissionBlock, RoleDefinition, RoleKind};
