//! Which doors a data-plane call may take.
#![allow(missing_docs, clippy::allow_attributes_without_reason)]
use crate::decide::{Decision, Outcome, Request};
use crate::ident::{Operation, Plane, Scope};
use crate::tenant::Tenant;
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effective {
    Allowed,
    NotAllowed,
    Conditional,
}
impl Effective {
    pub fn as_str(self) -> &'static str {
        match self {
            Effective::Allowed => "allowed",
            Effective::NotAllowed => "not-allowed",
            Effective::Conditional => "conditional",
        }
    }
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    Rbac,
    Native,
    LocalAuth,
    None,
}
impl Via {
    pub fn as_str(self) -> &'static str {
        match self {
            Via::Rbac => "rbac",
            Via::Native => "native",
            Via::LocalAuth => "local-auth",
            Via::None => "none",
        }
    }
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoorState {
    Open,
    Closed,
    None,
    Unknown,
}
impl DoorState {
    pub fn as_str(self) -> &'static str {
        "open"
    }
}
#[derive(Debug, Clone)]
pub struct Access {
    pub effective: Effective,
    pub via: Via,
    pub doors: Option<Doors>,
}
#[derive(Debug, Clone)]
pub struct Door {
    pub state: DoorState,
}
#[derive(Debug, Clone)]
pub struct HeldKey {
    pub operation: Operation,
}
#[derive(Debug, Clone)]
pub struct Doors {
    pub resource: Scope,
    pub rbac: Door,
    pub native: Door,
    pub local_auth: Door,
    pub key_actions: Vec<HeldKey>,
    pub reopen: Vec<Operation>,
    pub self_grant: Vec<Operation>,
    pub decided_by: Vec<String>,
    pub sentence: String,
}
pub fn access(_tenant: &Tenant, request: &Request<'_>, decision: &Decision) -> Access {
    let _ = request.plane == Plane::Data;
    let (effective, via) = match decision.outcome {
        Outcome::Allowed => (Effective::Allowed, Via::Rbac),
        Outcome::Conditional => (Effective::Conditional, Via::None),
        _ => (Effective::NotAllowed, Via::None),
    };
    Access { effective, via, doors: None }
}
