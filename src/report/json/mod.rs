//! The JSON of a decision: stable, versioned, for programs (cli.md).

mod shared;

pub use shared::Answers;

use crate::dataplane::{Access, Doors, HeldKey};
use crate::decide::{Decision, DenyHit, Grant, NearMiss, Subtraction};
use crate::ident::{Guid, Operation};
use crate::model::{AssignmentId, Gap};
use crate::origin::{Error, Place};
use crate::scenario::Prepared;
use crate::tenant::{AssignmentIx, LockIx, Notice, PrincipalIx, RoleIx, Tenant};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;

pub(super) const VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DecisionWire<'a> {
    version: u32,
    outcome: &'a str,
    effective: &'a str,
    via: &'a str,
    principal: PrincipalWire<'a>,
    operation: &'a str,
    plane: &'a str,
    scope: &'a str,
    grants: Vec<GrantWire<'a>>,
    denies: Vec<DenyWire<'a>>,
    locks: Vec<LockWire<'a>>,
    subtracted: Vec<SubtractedWire<'a>>,
    near_misses: Vec<NearWire<'a>>,
    linked: Vec<LinkedWire<'a>>,
    doors: Option<DoorsWire<'a>>,
    residual: Option<&'a str>,
    assumptions: Vec<&'static str>,
    gaps: Vec<GapWire<'a>>,
    notices: &'a RawValue,
    remarks: Vec<&'a str>,
}

/// A GUID as text, made where it is written: an answer has dozens of them.
pub(super) struct GuidWire(pub(super) Guid);

impl Serialize for GuidWire {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.written(&mut [0; 36]))
    }
}

/// The id of an assignment as text.
pub(super) struct AssignmentWire<'a>(AssignmentId<'a>);

impl Serialize for AssignmentWire<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.text())
    }
}

#[derive(Serialize)]
pub(super) struct PrincipalWire<'a> {
    id: GuidWire,
    name: Option<Cow<'a, str>>,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
pub(super) struct RoleWire<'a> {
    id: Option<GuidWire>,
    name: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GrantWire<'a> {
    assignment: AssignmentWire<'a>,
    role: &'a RawValue,
    scope: &'a str,
    through: Vec<GuidWire>,
    pattern: Option<&'a str>,
    block: Option<u16>,
    condition: Option<&'static str>,
    effect: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DenyWire<'a> {
    deny_assignment: AssignmentWire<'a>,
    name: &'a str,
    scope: &'a str,
    applies: &'static str,
}

#[derive(Serialize)]
struct SubtractedWire<'a> {
    assignment: AssignmentWire<'a>,
    role: &'a RawValue,
    scope: &'a str,
    by: Option<&'a str>,
}

#[derive(Serialize)]
struct LockWire<'a> {
    name: &'a str,
    level: &'static str,
    scope: &'a str,
}

#[derive(Serialize)]
struct NearWire<'a> {
    assignment: AssignmentWire<'a>,
    role: &'a RawValue,
    scope: &'a str,
    through: Vec<GuidWire>,
    reason: &'static str,
    detail: &'a str,
}

#[derive(Serialize)]
struct LinkedWire<'a> {
    operation: &'a str,
    scope: &'a str,
    outcome: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DoorsWire<'a> {
    rbac: RbacDoorWire,
    native: DoorWire,
    local_auth: LocalDoorWire<'a>,
    reopen: Vec<&'a str>,
    self_grant: Vec<&'a str>,
    resource: &'a str,
    service: &'a str,
    around: Vec<&'a str>,
    decided_by: &'a [String],
    sentence: &'a str,
}

#[derive(Serialize)]
struct RbacDoorWire {
    state: &'static str,
    outcome: &'static str,
}

#[derive(Serialize)]
struct DoorWire {
    state: &'static str,
}

#[derive(Serialize)]
struct LocalDoorWire<'a> {
    state: &'static str,
    actions: Vec<&'a str>,
    withheld: Vec<WithheldWire<'a>>,
}

#[derive(Serialize)]
struct WithheldWire<'a> {
    operation: &'a str,
    scope: &'a str,
    outcome: &'static str,
}

#[derive(Serialize)]
pub(super) struct GapWire<'a> {
    code: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    place: Option<PlaceWire<'a>>,
}

#[derive(Serialize)]
pub(super) struct PlaceWire<'a> {
    file: &'a str,
    path: &'a str,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
pub(super) struct NoticeWire<'a> {
    code: &'static str,
    message: &'a str,
    help: &'a str,
}

/// The whole decision as one line of JSON.
#[must_use]
pub fn decision(
    tenant: &Tenant,
    question: &Prepared,
    decision: &Decision,
    access: &Access,
) -> String {
    let mut text = Vec::new();
    write_decision(&mut text, &Answers::new(tenant), question, decision, access);
    String::from_utf8(text).unwrap_or_default()
}

/// The same, at the end of a text.
pub fn write_decision(
    out: &mut Vec<u8>,
    answers: &Answers<'_>,
    question: &Prepared,
    decision: &Decision,
    access: &Access,
) {
    let tenant = answers.tenant;
    let mut remarks: Vec<&str> = question.remarks.iter().map(String::as_str).collect();
    remarks.extend(decision.remarks.iter().map(String::as_str));
    let own = tenant.principal(question.principal);
    let wire = DecisionWire {
        version: VERSION,
        outcome: decision.outcome.as_str(),
        effective: access.effective.as_str(),
        via: access.via.as_str(),
        principal: principal(tenant, question.principal),
        operation: question.operation.text(),
        plane: decision.plane.as_str(),
        scope: question.scope.text(),
        grants: decision.grants.iter().map(|g| grant(answers, question, own, g)).collect(),
        denies: decision.denies.iter().map(|hit| deny(tenant, hit)).collect(),
        locks: decision.locks.iter().map(|ix| lock(tenant, *ix)).collect(),
        subtracted: decision.subtracted.iter().map(|s| subtracted(answers, question, s)).collect(),
        near_misses: decision.near.iter().map(|miss| near(answers, own, miss)).collect(),
        linked: decision
            .linked
            .iter()
            .map(|linked| LinkedWire {
                operation: linked.operation.text(),
                scope: linked.scope.text(),
                outcome: linked.decision.outcome.as_str(),
            })
            .collect(),
        doors: access.doors.as_ref().map(|found| doors(decision, found)),
        residual: decision.residual.as_deref(),
        assumptions: decision.assumptions.union(access.assumptions).iter().collect(),
        gaps: decision.gaps.iter().chain(&access.gaps).map(gap).collect(),
        notices: &answers.notices,
        remarks,
    };
    write(out, &wire);
}

/// Nothing here can fail to be written: every key is a text, and so is every number's place.
fn write(out: &mut Vec<u8>, wire: &impl Serialize) {
    let _infallible = serde_json::to_writer(out, wire);
}

#[derive(Serialize)]
struct BriefWire {
    version: u32,
    outcome: &'static str,
    effective: &'static str,
    via: &'static str,
}

/// Outcome, effective and via, and nothing else (`--brief`).
#[must_use]
pub fn brief(decision: &Decision, access: &Access) -> String {
    let mut text = Vec::new();
    write_brief(&mut text, decision, access);
    String::from_utf8(text).unwrap_or_default()
}

/// The same, at the end of a text.
pub fn write_brief(out: &mut Vec<u8>, decision: &Decision, access: &Access) {
    let wire = BriefWire {
        version: VERSION,
        outcome: decision.outcome.as_str(),
        effective: access.effective.as_str(),
        via: access.via.as_str(),
    };
    write(out, &wire);
}

/// An error as the answer of one line of a batch, or of a command with `-o json`.
#[must_use]
pub fn error(error: &Error) -> String {
    #[derive(Serialize)]
    struct ErrorWire<'a> {
        version: u32,
        error: Inner<'a>,
    }
    #[derive(Serialize)]
    struct Inner<'a> {
        kind: &'static str,
        message: &'a str,
        expected: Option<&'a str>,
        help: Option<&'a str>,
        place: Option<PlaceWire<'a>>,
    }
    let wire = ErrorWire {
        version: VERSION,
        error: Inner {
            kind: error.kind().as_str(),
            message: error.message(),
            expected: error.expectation(),
            help: error.advice(),
            place: error.place().map(place),
        },
    };
    serde_json::to_string(&wire).unwrap_or_default()
}

fn place(place: &Place) -> PlaceWire<'_> {
    PlaceWire { file: &place.file, path: &place.path, line: place.line, column: place.column }
}

pub(super) fn principal(tenant: &Tenant, id: Guid) -> PrincipalWire<'_> {
    let holder = tenant.principal(id);
    PrincipalWire {
        id: GuidWire(id),
        name: holder.map(|ix| tenant.principal_label(ix)),
        kind: holder.map_or("Unknown", |ix| tenant.principal_kind(ix).as_str()),
    }
}

pub(super) fn role(tenant: &Tenant, role: RoleIx) -> RoleWire<'_> {
    let state = tenant.role(role);
    RoleWire { id: state.id().map(GuidWire), name: state.label() }
}

/// The groups from the principal outwards to the holder; empty where the principal holds it itself.
fn through(tenant: &Tenant, own: Option<PrincipalIx>, holder: PrincipalIx) -> Vec<GuidWire> {
    let Some(own) = own else { return Vec::new() };
    if own == holder {
        return Vec::new();
    }
    tenant
        .chain(own, holder)
        .into_iter()
        .skip(1)
        .map(|ix| GuidWire(tenant.principal_id(ix)))
        .collect()
}

/// The id of an assignment, and the text of its scope.
fn assignment(tenant: &Tenant, ix: AssignmentIx) -> (AssignmentWire<'_>, &str) {
    let scope = tenant.scope_text(tenant.assignment_scope(ix)).text();
    (AssignmentWire(tenant.assignment(ix).name.id(scope, "roleAssignments")), scope)
}

fn grant<'a>(
    answers: &'a Answers<'_>,
    question: &Prepared,
    own: Option<PrincipalIx>,
    grant: &Grant,
) -> GrantWire<'a> {
    let tenant = answers.tenant;
    let (assignment, scope) = assignment(tenant, grant.assignment);
    let plane = question.plane;
    let pattern = grant.pattern.and_then(|(block, at)| {
        let definition = tenant.role(grant.role).definition()?;
        let block = definition.blocks.get(block as usize)?;
        Some(block.side(plane).0.get(at as usize)?.text())
    });
    GrantWire {
        assignment,
        role: answers.role(grant.role),
        scope,
        through: through(tenant, own, grant.holder),
        pattern,
        block: grant.pattern.map(|(block, _)| block),
        condition: grant.conditional.then(|| grant.truth.as_str()),
        effect: grant.truth.as_str(),
    }
}

fn subtracted<'a>(
    answers: &'a Answers<'_>,
    question: &Prepared,
    found: &Subtraction,
) -> SubtractedWire<'a> {
    let tenant = answers.tenant;
    let (assignment, scope) = assignment(tenant, found.assignment);
    let by = tenant.role(found.role).definition().and_then(|role| {
        let block = role.blocks.get(found.by.0 as usize)?;
        Some(block.side(question.plane).1.get(found.by.1 as usize)?.text())
    });
    SubtractedWire { assignment, role: answers.role(found.role), scope, by }
}

fn deny<'a>(tenant: &'a Tenant, hit: &DenyHit) -> DenyWire<'a> {
    let deny = tenant.deny(hit.deny);
    let scope = tenant.scope_text(tenant.deny_scope(hit.deny)).text();
    DenyWire {
        deny_assignment: AssignmentWire(deny.name.id(scope, "denyAssignments")),
        name: &deny.display_name,
        scope,
        applies: hit.truth.as_str(),
    }
}

fn lock(tenant: &Tenant, ix: LockIx) -> LockWire<'_> {
    let lock = tenant.lock(ix);
    LockWire {
        name: &lock.name,
        level: lock.level.as_str(),
        scope: tenant.scope_text(tenant.lock_scope(ix)).text(),
    }
}

fn near<'a>(
    answers: &'a Answers<'_>,
    own: Option<PrincipalIx>,
    miss: &'a NearMiss,
) -> NearWire<'a> {
    let tenant = answers.tenant;
    let (assignment, scope) = assignment(tenant, miss.assignment);
    NearWire {
        assignment,
        role: answers.role(miss.role),
        scope,
        through: through(tenant, own, miss.holder),
        reason: miss.reason.as_str(),
        detail: &miss.detail,
    }
}

/// Kinds of input that were absent.
pub(super) fn notices<'a>(notices: impl IntoIterator<Item = &'a Notice>) -> Vec<NoticeWire<'a>> {
    notices
        .into_iter()
        .map(|notice| NoticeWire {
            code: notice.code,
            message: &notice.message,
            help: &notice.help,
        })
        .collect()
}

pub(super) fn gap(gap: &Gap) -> GapWire<'_> {
    GapWire {
        code: gap.code,
        message: &gap.message,
        help: gap.help.as_deref(),
        place: gap.place.as_ref().map(place),
    }
}

fn doors<'a>(decision: &Decision, doors: &'a Doors) -> DoorsWire<'a> {
    let held = |keys: &'a [HeldKey]| keys.iter().map(|key| key.operation.text()).collect();
    let names = |operations: &'a [Operation]| operations.iter().map(Operation::text).collect();
    DoorsWire {
        rbac: RbacDoorWire { state: doors.rbac.state.as_str(), outcome: decision.outcome.as_str() },
        native: DoorWire { state: doors.native.state.as_str() },
        local_auth: LocalDoorWire {
            state: doors.local_auth.state.as_str(),
            actions: held(&doors.key_actions),
            withheld: doors
                .withheld
                .iter()
                .map(|key| WithheldWire {
                    operation: key.operation.text(),
                    scope: key.scope.text(),
                    outcome: key.outcome.as_str(),
                })
                .collect(),
        },
        reopen: names(&doors.reopen),
        self_grant: names(&doors.self_grant),
        resource: doors.resource.text(),
        service: &doors.service,
        around: held(&doors.around),
        decided_by: &doors.decided_by,
        sentence: &doors.sentence,
    }
}
