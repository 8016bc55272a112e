//! Role assignments, deny assignments and locks.

use super::{Guard, PermissionBlock, PrincipalType, ScopeRef};
use crate::ident::{Guid, Timestamp};
use crate::origin::Origin;
use std::borrow::Cow;
use std::fmt;
use std::hash::Hash;

/// How an assignment is called. Nearly all are a GUID under their scope, which needs no string.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AssignmentName {
    /// Only a GUID was given.
    Bare(Guid),
    /// `{scope}/providers/Microsoft.Authorization/roleAssignments/{guid}`, under its own scope.
    UnderScope(Guid),
    /// Anything else, as written; empty where the entry had no id.
    Text(Box<str>),
}

impl AssignmentName {
    /// The id as Azure writes it, given the assignment's scope and collection
    /// (`roleAssignments`, `denyAssignments`).
    #[must_use]
    pub fn full(&self, scope: &str, collection: &'static str) -> String {
        self.id(scope, collection).to_string()
    }

    /// The same, to be written somewhere.
    pub(crate) fn id<'n>(&'n self, scope: &'n str, collection: &'static str) -> AssignmentId<'n> {
        AssignmentId { name: self, scope, collection }
    }

    /// The GUID, where the name is one.
    #[must_use]
    pub fn guid(&self) -> Option<Guid> {
        match self {
            AssignmentName::Bare(guid) | AssignmentName::UnderScope(guid) => Some(*guid),
            AssignmentName::Text(text) => Guid::last_segment(text),
        }
    }
}

/// The id of an assignment as Azure writes it, from its parts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AssignmentId<'n> {
    name: &'n AssignmentName,
    scope: &'n str,
    collection: &'static str,
}

impl AssignmentId<'_> {
    /// The id as text, in one piece.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self.name {
            AssignmentName::Text(text) => Cow::Borrowed(text),
            AssignmentName::Bare(guid) => Cow::Owned(guid.to_string()),
            AssignmentName::UnderScope(guid) => Cow::Owned(
                [
                    if self.scope == "/" { "" } else { self.scope },
                    "/providers/Microsoft.Authorization/",
                    self.collection,
                    "/",
                    guid.written(&mut [0; 36]),
                ]
                .concat(),
            ),
        }
    }
}

impl fmt::Display for AssignmentId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// Which role an assignment names: by GUID nearly always, by name in some PowerShell exports.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RoleRef {
    /// The last segment of `roleDefinitionId` (semantics.md 4.5).
    Id(Guid),
    /// `RoleDefinitionName`, where no id was exported.
    Name(Box<str>),
}

/// Does an assignment grant now, or may its holder only activate it (PIM)?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AssignmentState {
    /// It grants, within its time window.
    Active,
    /// It gives nothing until it is activated (semantics.md 10.1).
    Eligible,
}

/// What an assignment says beyond who, what and where.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// When it begins, if it says so.
    pub start: Option<Timestamp>,
    /// When it ends, if it says so; that instant is outside (U29).
    pub end: Option<Timestamp>,
    /// Its condition.
    pub condition: Option<Guard>,
    /// For a schedule instance: the role assignment that it stands for.
    pub stands_for: Option<Guid>,
}

impl Terms {
    /// As an assignment keeps them: nothing, where nothing is said.
    #[must_use]
    pub fn kept(self) -> Option<Box<Terms>> {
        let said = self.start.is_some()
            || self.end.is_some()
            || self.condition.is_some()
            || self.stands_for.is_some();
        said.then(|| Box::new(self))
    }
}

/// A role assignment (semantics.md 4.6).
#[derive(Debug, Clone)]
pub struct Assignment {
    /// Its name.
    pub name: AssignmentName,
    /// Who holds it: a user, a group, a service principal.
    pub principal: Guid,
    /// What the export says the principal is.
    pub principal_type: PrincipalType,
    /// What it gives.
    pub role: RoleRef,
    /// Where; everything below inherits it.
    pub scope: ScopeRef,
    /// Active or eligible.
    pub state: AssignmentState,
    /// Does it come from a managing tenant (Azure Lighthouse)?
    pub via_lighthouse: bool,
    /// What few assignments say: hundreds of thousands have only its place.
    pub terms: Option<Box<Terms>>,
    /// Where it was read.
    pub origin: Origin,
}

impl Assignment {
    /// Does it hold whenever and for whatever its role says: active, without a time window, without a
    /// condition, not through Lighthouse?
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.state == AssignmentState::Active
            && self.start().is_none()
            && self.end().is_none()
            && self.condition().is_none()
            && !self.via_lighthouse
    }

    /// What it says, wherever it was read: two entries with equal content are one grant.
    #[must_use]
    pub fn content(&self) -> impl Eq + Hash + '_ {
        (
            (self.principal, &self.role, self.scope, self.state),
            (self.start(), self.end(), self.via_lighthouse, self.stands_for()),
            self.condition().map(|guard| &guard.text),
        )
    }

    /// When it begins, if it says so.
    #[must_use]
    pub fn start(&self) -> Option<Timestamp> {
        self.terms.as_ref()?.start
    }

    /// When it ends, if it says so; that instant is outside (U29).
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        self.terms.as_ref()?.end
    }

    /// Gives it a time window.
    pub fn bound(&mut self, start: Option<Timestamp>, end: Option<Timestamp>) {
        let terms = self.terms.take().map_or_else(Terms::default, |terms| *terms);
        self.terms = Terms { start, end, ..terms }.kept();
    }

    /// Its condition.
    #[must_use]
    pub fn condition(&self) -> Option<&Guard> {
        self.terms.as_ref()?.condition.as_ref()
    }

    /// For a schedule instance: the role assignment that it stands for.
    #[must_use]
    pub fn stands_for(&self) -> Option<Guid> {
        self.terms.as_ref()?.stands_for
    }
}

/// Does a deny assignment block, or only log (semantics.md 5.10)?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DenyEffect {
    /// It blocks.
    Enforced,
    /// It logs and does not block.
    Audit,
}

/// One entry of `principals` or `excludePrincipals`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DenyPrincipal {
    /// The object id; all zeros means everyone (semantics.md 5.3).
    pub id: Guid,
    /// What the export says it is.
    pub kind: PrincipalType,
}

/// A deny assignment (semantics.md 5).
#[derive(Debug, Clone)]
pub struct Deny {
    /// Its id.
    pub name: AssignmentName,
    /// `denyAssignmentName`.
    pub display_name: Box<str>,
    /// What it takes away: the same shape as a role's blocks.
    pub blocks: Vec<PermissionBlock>,
    /// Where.
    pub scope: ScopeRef,
    /// Does it apply only when the target is exactly its scope (semantics.md 5.9)?
    pub only_at_scope: bool,
    /// Whom it binds.
    pub principals: Vec<DenyPrincipal>,
    /// Whom it leaves out.
    pub excludes: Vec<DenyPrincipal>,
    /// Created by Azure, or by a user (semantics.md 5.12)?
    pub system_protected: bool,
    /// Blocks or only logs.
    pub effect: DenyEffect,
    /// Its condition (U9).
    pub condition: Option<Box<Guard>>,
    /// Where it was read.
    pub origin: Origin,
}

/// A classic administrator of a subscription. Azure retired them; one that an export still lists grants
/// nothing (semantics.md 11.1).
#[derive(Debug, Clone)]
pub struct ClassicAdministrator {
    /// The sign-in address.
    pub email: Box<str>,
    /// `CoAdministrator`, `ServiceAdministrator` or `AccountAdministrator`, or several with `;` between.
    pub role: Box<str>,
    /// The subscription.
    pub scope: ScopeRef,
    /// Where it was read.
    pub origin: Origin,
}

/// How much a lock holds back (semantics.md 12.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LockLevel {
    /// Blocks DELETE.
    CanNotDelete,
    /// Blocks everything but GET and HEAD.
    ReadOnly,
}

impl LockLevel {
    /// Azure's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            LockLevel::CanNotDelete => "CanNotDelete",
            LockLevel::ReadOnly => "ReadOnly",
        }
    }
}

/// A management lock.
#[derive(Debug, Clone)]
pub struct Lock {
    /// Its name, where it has one.
    pub name: Box<str>,
    /// Where; everything below inherits it.
    pub scope: ScopeRef,
    /// How much it holds back.
    pub level: LockLevel,
    /// Where it was read.
    pub origin: Origin,
}
