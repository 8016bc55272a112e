//! An answer and its derivation, as indices into the tenant.

use crate::condition::Assumptions;
use crate::ident::{Operation, Plane, Scope};
use crate::model::Gap;
use crate::tenant::{AssignmentIx, DenyIx, LockIx, PrincipalIx, RoleIx};
use crate::truth::Truth;

/// What RBAC says (cli.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// An active assignment grants it, and nothing takes it away.
    Allowed,
    /// Nothing grants it.
    NotAllowed,
    /// A deny assignment blocks it, whether or not something grants it.
    Denied,
    /// RBAC allows it, and a lock blocks it.
    Locked,
    /// It hangs on something that is not known.
    Conditional,
}

impl Outcome {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Allowed => "allowed",
            Outcome::NotAllowed => "not-allowed",
            Outcome::Denied => "denied",
            Outcome::Locked => "locked",
            Outcome::Conditional => "conditional",
        }
    }
}

/// An assignment that grants, or may grant.
#[derive(Debug, Clone, Copy)]
pub struct Grant {
    /// The assignment.
    pub assignment: AssignmentIx,
    /// Its role.
    pub role: RoleIx,
    /// Who holds it: the principal or a group that it is in.
    pub holder: PrincipalIx,
    /// The block of the role and the entry of its allow list; `None` where the role is unknown.
    pub pattern: Option<(u16, u32)>,
    /// Do its conditions hold? `True` also where there is none.
    pub truth: Truth,
    /// Is there a condition, on the assignment or in the block?
    pub conditional: bool,
    /// Does it come from a managing tenant (Azure Lighthouse)? Locks do not hold it back.
    pub via_lighthouse: bool,
    /// The uncertain rules that this grant leans on.
    pub assumptions: Assumptions,
}

/// A deny assignment that applies, or may apply.
#[derive(Debug, Clone, Copy)]
pub struct DenyHit {
    /// The deny assignment.
    pub deny: DenyIx,
    /// Does it apply?
    pub truth: Truth,
    /// The uncertain rules that this hit leans on.
    pub assumptions: Assumptions,
}

/// Why something that nearly grants does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NearReason {
    /// The block's own except list takes it out again. No deny.
    NotAction,
    /// Its condition is not met.
    Condition,
    /// It is eligible and not active.
    Eligible,
    /// Its time window is over, or has not begun.
    Expired,
    /// It has the operation's name on the other plane.
    OtherPlane,
    /// It stands at another scope.
    Scope,
    /// It has an operation that is nearly this one.
    Pattern,
}

impl NearReason {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            NearReason::NotAction => "not-action",
            NearReason::Condition => "condition",
            NearReason::Eligible => "eligible",
            NearReason::Expired => "expired",
            NearReason::OtherPlane => "other-plane",
            NearReason::Scope => "scope",
            NearReason::Pattern => "pattern",
        }
    }
}

/// An assignment that nearly grants.
#[derive(Debug, Clone)]
pub struct NearMiss {
    /// The assignment.
    pub assignment: AssignmentIx,
    /// Its role.
    pub role: RoleIx,
    /// Who holds it.
    pub holder: PrincipalIx,
    /// Why it does not grant.
    pub reason: NearReason,
    /// The same in words, with the entry that decides.
    pub detail: String,
}

/// A role that matches the operation and takes it out of itself again. It is no deny: it says so beside
/// a yes, where people would otherwise take it for one (semantics.md 4.2).
#[derive(Debug, Clone, Copy)]
pub struct Subtraction {
    /// The assignment, active and at or above the target.
    pub assignment: AssignmentIx,
    /// Its role.
    pub role: RoleIx,
    /// Who holds it.
    pub holder: PrincipalIx,
    /// The block and the entry of its except list.
    pub by: (u16, u32),
}

/// The answer to a linked check.
#[derive(Debug, Clone)]
pub struct Linked {
    /// The operation that is needed besides.
    pub operation: Operation,
    /// Where.
    pub scope: Scope,
    /// Its own answer, without locks (semantics.md 12.9).
    pub decision: Decision,
}

/// What RBAC says, and everything that it rests on.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The answer.
    pub outcome: Outcome,
    /// The plane that was asked about.
    pub plane: Plane,
    /// Every assignment that grants, or may grant; complete.
    pub grants: Vec<Grant>,
    /// Every deny assignment that applies, or may apply; complete.
    pub denies: Vec<DenyHit>,
    /// Deny assignments that would apply and only log (semantics.md 5.10).
    pub audited: Vec<DenyIx>,
    /// The locks that block, where the answer is [`Outcome::Locked`]; for a role that RBAC refuses
    /// anyway, none.
    pub locks: Vec<LockIx>,
    /// Roles of the principal that match the operation and leave it out again themselves.
    pub subtracted: Vec<Subtraction>,
    /// What nearly grants, best first; empty on a yes.
    pub near: Vec<NearMiss>,
    /// Linked checks, in the order in which they were asked.
    pub linked: Vec<Linked>,
    /// The condition that is left, where the answer hangs on one.
    pub residual: Option<String>,
    /// The uncertain rules of semantics.md that decided.
    pub assumptions: Assumptions,
    /// What was missing or not understood and could change this answer.
    pub gaps: Vec<Gap>,
    /// Remarks that change nothing: a group's deletion, an audit effect.
    pub remarks: Vec<String>,
}

impl Decision {
    /// Is it a firm yes?
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.outcome == Outcome::Allowed
    }
}
