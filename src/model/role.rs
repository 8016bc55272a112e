//! Role definitions: what a role holds, block by block.

use crate::condition::Condition;
use crate::ident::{Guid, Plane, Timestamp};
use crate::origin::{Error, Origin};
use crate::pattern::ActionPattern;

/// Who wrote a role definition: Microsoft or the tenant?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RoleKind {
    /// `BuiltInRole`: the same GUID in every tenant (semantics.md 4.1).
    BuiltIn,
    /// `CustomRole`.
    Custom,
}

/// A role definition (semantics.md 4.1).
#[derive(Debug, Clone)]
pub struct RoleDefinition {
    /// Its GUID; hand-kept custom-role files often have none yet.
    pub id: Option<Guid>,
    /// Its name, without blanks around it.
    pub name: Box<str>,
    /// Built-in or custom.
    pub kind: RoleKind,
    /// Its permission blocks: each subtracts only from itself (semantics.md 1.6).
    pub blocks: Vec<PermissionBlock>,
    /// When it was last changed, where an export says (`updatedOn`).
    pub updated: Option<Timestamp>,
    /// Where it may be assigned, as written; they play no part in evaluation (semantics.md 8.10).
    pub assignable_scopes: Vec<Box<str>>,
    /// Where it was read.
    pub origin: Origin,
}

/// One permission block of a role or a deny assignment: two allow lists, two except lists.
#[derive(Debug, Clone, Default)]
pub struct PermissionBlock {
    /// Control operations that it holds.
    pub actions: Vec<ActionPattern>,
    /// Control operations that it leaves out again. No deny: another block, role or assignment may
    /// hold them (semantics.md 4.2).
    pub not_actions: Vec<ActionPattern>,
    /// Data operations that it holds.
    pub data_actions: Vec<ActionPattern>,
    /// Data operations that it leaves out again; no deny either.
    pub not_data_actions: Vec<ActionPattern>,
    /// The condition inside the definition, where there is one (semantics.md 4.4).
    pub condition: Option<Guard>,
}

impl PermissionBlock {
    /// What it holds and what it leaves out on one plane; the other plane's lists are never
    /// consulted (semantics.md 3.2).
    #[must_use]
    pub fn side(&self, plane: Plane) -> (&[ActionPattern], &[ActionPattern]) {
        match plane {
            Plane::Control => (&self.actions, &self.not_actions),
            Plane::Data => (&self.data_actions, &self.not_data_actions),
        }
    }
}

/// A condition as it stands on an assignment, a permission block or a deny, parsed or not.
#[derive(Debug, Clone)]
pub struct Guard {
    /// The text as written.
    pub text: Box<str>,
    /// `conditionVersion` as written.
    pub version: Option<Box<str>>,
    /// The condition, or why it could not be read; an unread condition is never satisfied and never
    /// refused, so what it guards is conditional.
    pub parsed: Result<Condition, Error>,
    /// Where the text stands.
    pub origin: Origin,
}
