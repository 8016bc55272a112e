//! `who_can`: which principals may do this operation on this scope? (DESIGN.md 3)
//!
//! It starts from the assignments at the scope and above it and follows groups down to the people in
//! them. What is judged one by one are assignments, never principals: a principal is looked at by
//! itself only where a condition asks about the principal.

use super::Request;
use super::can::together;
use super::decision::{Grant, Outcome};
use super::field::Field;
use super::locks;
use crate::ident::Guid;
use crate::model::Gap;
use crate::tenant::{DenyIx, LockIx, PrincipalIx, Tenant};
use rustc_hash::FxHashMap;

/// Who may do an operation on a scope.
#[derive(Debug, Clone)]
pub struct WhoCan {
    /// Everybody who may or perhaps may, in the order of ids: groups and what is in them alike.
    pub holders: Vec<Holder>,
    /// Everybody to whom a role gives it and whom a deny assignment or a lock stops.
    pub stopped: Vec<Stopped>,
    /// The grants that reasons point to.
    pub grants: Vec<Grant>,
    /// The residual conditions that holders point to.
    pub residuals: Vec<String>,
    /// The locks that stop people.
    pub locks: Vec<LockIx>,
    /// What holds for somebody whom the tenant does not name.
    pub others: Outcome,
    /// Why others may perhaps: what is missing or was not understood.
    pub gaps: Vec<Gap>,
}

/// Somebody who may, or perhaps may.
#[derive(Debug, Clone, Copy)]
pub struct Holder {
    /// Who.
    pub principal: PrincipalIx,
    /// [`Outcome::Allowed`] or [`Outcome::Conditional`].
    pub outcome: Outcome,
    /// The grant with the shortest way to it, in [`WhoCan::grants`]; none where only a gap speaks for
    /// it.
    pub grant: Option<u32>,
    /// The condition that is left, in [`WhoCan::residuals`].
    pub residual: Option<u32>,
}

/// Somebody to whom a role gives it in vain.
#[derive(Debug, Clone, Copy)]
pub struct Stopped {
    /// Who.
    pub principal: PrincipalIx,
    /// [`Outcome::Denied`], [`Outcome::Locked`], or [`Outcome::NotAllowed`] where a linked check fails.
    pub outcome: Outcome,
    /// The grant that would give it, in [`WhoCan::grants`].
    pub grant: Option<u32>,
    /// The deny assignment that stops it, where one does.
    pub deny: Option<DenyIx>,
}

/// Which principals may do what a request asks? The principal of the request is not looked at.
///
/// The answer names exactly those to whom [`can`](super::can()) says allowed or conditional.
///
/// ```
/// use azrbac::{catalog::Catalog, condition::Attributes, decide::{Request, who_can}};
/// use azrbac::{ident::{Guid, Operation, Plane, Scope}, model::Facts, tenant::Tenant};
/// let mut facts = Facts::default();
/// azrbac::ingest::read(&mut facts, "a.json", br#"[{"principalType": "User",
///   "principalId": "11111111-1111-1111-1111-111111111111", "scope": "/subscriptions/s",
///   "roleDefinitionId": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"}]"#);
/// let tenant = Tenant::build(facts, &Catalog::newest());
/// let operation = Operation::new("Microsoft.Compute/virtualMachines/start/action")?;
/// let scope = Scope::new("/subscriptions/s/resourceGroups/rg")?;
/// let attributes = Attributes::default();
/// let request = Request::new(Guid(0), &operation, Plane::Control, &scope, &attributes);
/// assert_eq!(who_can(&tenant, &request).holders.len(), 1);
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[must_use]
pub fn who_can(tenant: &Tenant, request: &Request<'_>) -> WhoCan {
    let request = Request { principal: Guid(0), ..request.clone() };
    let linked: Vec<Request<'_>> = request
        .linked
        .iter()
        .map(|(operation, scope)| Request {
            operation,
            scope,
            plane: crate::ident::Plane::Control,
            ..request.clone()
        })
        .collect();
    let main = Field::new(tenant, &request);
    let linked: Vec<Field<'_>> = linked.iter().map(|inner| Field::new(tenant, inner)).collect();
    let locks = Locks::new(&main);
    let mut list = WhoCan {
        holders: Vec::new(),
        stopped: Vec::new(),
        grants: Vec::new(),
        residuals: Vec::new(),
        locks: locks.blocking.clone(),
        others: Outcome::NotAllowed,
        gaps: Vec::new(),
    };
    let outcome = |principal: Option<PrincipalIx>| {
        let mut outcome = main.rbac(principal);
        for field in &linked {
            outcome = together(outcome, field.rbac(principal));
        }
        locks.apply(&main, principal, outcome)
    };
    list.others = outcome(None);
    if list.others == Outcome::Conditional {
        list.gaps = main.gaps_for_all();
    }
    let mut residuals: FxHashMap<String, u32> = FxHashMap::default();
    let mut texts: FxHashMap<Vec<u32>, Option<u32>> = FxHashMap::default();
    for principal in main.candidates() {
        let outcome = outcome(Some(principal));
        let grant = main.reason(principal);
        match outcome {
            Outcome::Allowed => {
                list.holders.push(Holder { principal, outcome, grant, residual: None });
            }
            Outcome::Conditional => {
                let residual =
                    main.residual(principal, &mut texts, &mut residuals, &mut list.residuals);
                list.holders.push(Holder { principal, outcome, grant, residual });
            }
            Outcome::NotAllowed | Outcome::Denied | Outcome::Locked => {
                if grant.is_some() {
                    // A deny that an exclusion may lift stops nothing that a lock does not.
                    let denied = outcome == Outcome::Denied;
                    let deny = denied.then(|| main.denying(principal)).flatten();
                    list.stopped.push(Stopped { principal, outcome, grant, deny });
                }
            }
        }
    }
    list.grants = main.grants;
    list
}

/// What locks say about a request, once for everybody.
struct Locks {
    blocking: Vec<LockIx>,
    gaps: bool,
    lifted: bool,
}

impl Locks {
    fn new(field: &Field<'_>) -> Locks {
        let walk = &field.walk;
        let located = walk.located;
        Locks {
            blocking: locks::blocking(
                walk.tenant,
                walk.request,
                &walk.path,
                located.at,
                located.exact,
            ),
            gaps: locks::gaps(walk.tenant, walk.request).next().is_some(),
            lifted: walk.request.via_lighthouse,
        }
    }

    fn apply(
        &self,
        field: &Field<'_>,
        principal: Option<PrincipalIx>,
        outcome: Outcome,
    ) -> Outcome {
        let passed = matches!(outcome, Outcome::Allowed | Outcome::Conditional);
        if !passed || self.lifted || (self.blocking.is_empty() && !self.gaps) {
            return outcome;
        }
        if principal.is_some_and(|ix| field.lighthouse.holds(ix)) {
            return outcome;
        }
        if self.blocking.is_empty() {
            return Outcome::Conditional;
        }
        let may_lift = principal.is_some_and(|ix| {
            field.open_grants(ix).any(|grant| {
                field.walk.tenant.assignment(field.grants[grant as usize].assignment).via_lighthouse
            })
        });
        if may_lift { Outcome::Conditional } else { Outcome::Locked }
    }
}
