//! Which doors may a data-plane call take, and is one of them open to this principal?
//!
//! A service that holds data may be entered through three doors, and any open one suffices:
//!
//! | door | who is checked | what decides |
//! |---|---|---|
//! | RBAC | the principal, at every request | `dataActions`; at a few services control operations |
//! | native | the principal, at every request | the service's own assignments, such as a vault's policies |
//! | local credential | nobody: whoever has the key | the control operations that hand it out, *before* |
//!
//! So an Owner, who has no `dataActions` at all, may use everything on a service whose keys it may list,
//! until a property of the resource switches keys off. [`access()`] answers for one request,
//! [`holders()`] for everybody, [`audit()`] for all resources of a tenant, with the [`Plan`] of what to
//! assign before a switch is set.
//!
//! What RBAC says ([`crate::decide::Decision::outcome`]) never changes here: `effective` and `via` stand
//! beside it. What a principal could do in one step more (switch keys on again, grant itself a role) is
//! named and never counted.
//!
//! # What is not known
//! A resource whose properties no source gives has doors of unknown state, in a scenario too: the
//! switches are facts about a resource that only its properties tell. Properties that are given without
//! the switch mean its default. A child that carries a switch and is not listed has its default in a
//! scenario (it does not exist) and is unknown in a snapshot (nobody exported it).

mod access;
mod audit;
mod closing;
mod holders;
mod keeping;
mod keys;
mod least;
mod native;
mod place;
mod plan;
mod regions;
mod standing;
#[cfg(test)]
mod tests;
mod walk;
mod words;

pub use access::access;
pub use audit::{audit, audit_of, door_states, rbac_door};
pub use holders::{Entrant, holders};
pub use least::LeastRole;
pub use plan::{NewAssignment, Plan, plan};
pub use regions::{AccessRegion, WhereAccess, where_access};
pub use standing::{ResourceDoors, Stake, Standing};

pub use crate::catalog::local_auth::{Certainty, DoorState, Grants, Mechanism};

use crate::condition::Assumptions;
use crate::decide::Outcome;
use crate::ident::{Operation, Scope};
use crate::model::Gap;
use crate::tenant::{AssignmentIx, RoleIx};
use crate::truth::Truth;

/// May the principal do it, through whatever door?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effective {
    /// A door is open to it.
    Allowed,
    /// None is.
    NotAllowed,
    /// One may be: it hangs on something that is not known.
    Conditional,
}

impl Effective {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Effective::Allowed => "allowed",
            Effective::NotAllowed => "not-allowed",
            Effective::Conditional => "conditional",
        }
    }
}

/// Which door lets the principal in: the first that certainly does, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Via {
    /// Azure RBAC.
    Rbac,
    /// The service's own role system.
    Native,
    /// A credential that the principal may obtain now.
    LocalAuth,
    /// None.
    None,
}

impl Via {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Via::Rbac => "rbac",
            Via::Native => "native",
            Via::LocalAuth => "local-auth",
            Via::None => "none",
        }
    }
}

/// Effective access: RBAC's answer and the other doors together.
#[derive(Debug, Clone)]
pub struct Access {
    /// May it, through any door?
    pub effective: Effective,
    /// Which door lets it in.
    pub via: Via,
    /// Every door; nothing on the control plane, and where the catalog knows no doors of the resource.
    pub doors: Option<Doors>,
    /// The uncertain rules that the door's own questions leaned on, beside those of the decision.
    pub assumptions: Assumptions,
    /// What was missing and left a door undecided that could have let the principal in.
    pub gaps: Vec<Gap>,
}

/// One door: does it stand open at all, and does it let this principal do this operation?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door {
    /// The state of the door for this operation, whoever asks.
    pub state: DoorState,
    /// Does it let this principal in?
    pub admits: Truth,
}

/// The doors of one resource, as one principal finds them for one operation.
#[derive(Debug, Clone)]
pub struct Doors {
    /// The resource that has the doors: the scope that was asked about, or what it is a part of.
    pub resource: Scope,
    /// What people call the service.
    pub service: String,
    /// Azure RBAC.
    pub rbac: Door,
    /// The service's own role system.
    pub native: Door,
    /// Local credentials.
    pub local_auth: Door,
    /// The control operations by which the service lets the principal in through the RBAC door, where
    /// it checks those instead of data operations.
    pub control: Vec<Operation>,
    /// The operations that the principal may call now and whose credential could open this operation,
    /// best first. With the switch closed they stand here too: they open nothing.
    pub key_actions: Vec<HeldKey>,
    /// The operations whose credential could open this operation and that the principal may not call,
    /// each with what keeps it away.
    pub withheld: Vec<WithheldKey>,
    /// Ways around all doors that the principal has: operations of Azure Resource Manager that read,
    /// write, export or proxy what this operation is about. Named, never counted.
    pub around: Vec<HeldKey>,
    /// The operations by which the principal could switch local credentials on again, where that would
    /// let it in. Named, never counted.
    pub reopen: Vec<Operation>,
    /// The operations by which the principal could grant itself a role, of the service's own system or
    /// of Azure RBAC. Named, never counted.
    pub self_grant: Vec<Operation>,
    /// For each door of unknown state: what would decide it, and the command that shows it.
    pub decided_by: Vec<String>,
    /// The answer in one breath, for people.
    pub sentence: String,
}

/// An operation that hands out, sets or mints a credential, kept from the principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithheldKey {
    /// The control operation, or one that has to be called with it.
    pub operation: Operation,
    /// Where it was asked; `(any)` stands for a child that need not exist yet.
    pub scope: Scope,
    /// Why: [`Outcome::NotAllowed`], [`Outcome::Denied`] or [`Outcome::Locked`].
    pub outcome: Outcome,
}

/// An operation that hands out, sets or mints a credential, held by the principal.
#[derive(Debug, Clone)]
pub struct HeldKey {
    /// The control operation.
    pub operation: Operation,
    /// Where it was asked; `(any)` stands for a child that need not exist yet.
    pub scope: Scope,
    /// How it leads to the data.
    pub mechanism: Mechanism,
    /// How much its credential opens.
    pub grants: Grants,
    /// How sure it is that it works.
    pub certainty: Certainty,
    /// May the principal call it? Unknown where its grant hangs on a condition.
    pub held: Truth,
    /// Does it let the principal do what was asked, now?
    pub opens: Truth,
    /// The first assignment that grants it, with its role.
    pub grant: Option<(AssignmentIx, RoleIx)>,
}
