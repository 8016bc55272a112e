//! What an audit of local authentication finds, as values.

use super::least::LeastRole;
use crate::catalog::local_auth::{DoorState, Grants};
use crate::ident::{Operation, Scope};
use crate::tenant::{AssignmentIx, PrincipalIx};
use crate::truth::Truth;
use std::sync::Arc;

/// How one principal stands to a resource's credentials.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Who: a person or an application; a group only where its members are not known.
    pub principal: PrincipalIx,
    /// Who holds the assignment: the principal, or a group that it is in.
    pub holder: PrincipalIx,
    /// The operations that it may call, in the catalog's order.
    pub operations: Vec<Operation>,
    /// Certainly? Unknown where a condition, a disputed fact or an unknown switch decides.
    pub certain: Truth,
    /// The assignment that grants the first of the operations.
    pub assignment: Option<AssignmentIx>,
}

/// A principal that would lose access if local authentication were closed.
#[derive(Debug, Clone)]
pub struct Stake {
    /// Who.
    pub principal: PrincipalIx,
    /// Who holds the assignment that gives the key.
    pub holder: PrincipalIx,
    /// Would it lose everything, the key being its only way in?
    pub entirely: bool,
    /// The known data operations that it would lose; empty where the service has none that RBAC checks.
    pub loses: Arc<[Operation]>,
    /// The least built-in roles that grant what it would lose.
    pub roles: Arc<[LeastRole]>,
    /// What it would lose and no built-in role grants.
    pub uncovered: Arc<[Operation]>,
    /// How much its widest key opens.
    pub grants: Grants,
}

impl Stake {
    /// Does its key only read?
    #[must_use]
    pub fn reads_only(&self) -> bool {
        self.grants == Grants::Read
    }
}

/// The doors of one resource, whoever asks.
#[derive(Debug, Clone)]
pub struct ResourceDoors {
    /// The resource.
    pub resource: Scope,
    /// What people call the service.
    pub service: String,
    /// Do local credentials open anything now?
    pub state: DoorState,
    /// Can a property close them at all?
    pub closable: Truth,
    /// The properties that switch them, with the state of each.
    pub switches: Vec<(String, DoorState)>,
    /// Who may obtain a credential now; nobody while the door is closed.
    pub holders: Vec<Standing>,
    /// Who may write the switch, and so open the door again.
    pub reopeners: Vec<Standing>,
    /// Who would lose access were it closed; nobody while it is, or where nothing closes it.
    pub stakes: Vec<Stake>,
    /// What would decide an unknown state, and the command that shows it.
    pub decided_by: Vec<String>,
}

/// Of two keys, what the wider opens.
pub(super) fn wider(a: Grants, b: Grants) -> Grants {
    match (a, b) {
        (Grants::Full, _) | (_, Grants::Full) => Grants::Full,
        (Grants::Limited, _) | (_, Grants::Limited) => Grants::Limited,
        (Grants::Read, Grants::Read) => Grants::Read,
    }
}
