//! A difference for programs.

use super::{Detail, Names, counts};
use crate::analysis::diff::{Cause, Change, Details, Diff, DoorChange, Effect, KeyHolder};
use crate::ident::{Guid, Operation};
use crate::tenant::{AssignmentIx, Tenant};
use serde_json::{Value, json};

/// The difference as one line of JSON. With [`Detail::Short`] operations are counted and the gravest
/// named; with [`Detail::Full`] all are listed.
#[must_use]
pub fn diff(before: &Tenant, after: &Tenant, diff: &Diff, detail: Detail) -> String {
    let names = Names { before, after };
    let [gains, conditions, losses] = counts(diff);
    let details = Details::new(diff, before, after);
    let changes: Vec<Value> =
        diff.changes.iter().map(|change| self::change(names, &details, change, detail)).collect();
    let doors: Vec<Value> = diff.doors.iter().map(|door| self::door(names, door)).collect();
    let neutral: Vec<Value> = diff.neutral.iter().map(|cause| self::cause(names, cause)).collect();
    let regrouped: Vec<Value> = diff.regrouped.iter().map(|id| principal(names, *id)).collect();
    let mut absent: Vec<_> = before.notices().iter().chain(after.notices()).collect();
    absent.sort_by(|a, b| a.message.cmp(&b.message));
    absent.dedup_by(|a, b| a.message == b.message);
    json!({
        "version": 1,
        "summary": {"gains": gains, "conditions": conditions, "losses": losses,
            "doors": diff.doors.len(), "neutral": diff.neutral.len()},
        "changes": changes,
        "doors": doors,
        "doorsNotLookedAt": diff.doors_left,
        "neutral": neutral,
        "regrouped": regrouped,
        "notices": crate::report::json::notices(absent),
    })
    .to_string()
}

fn principal(names: Names<'_>, id: Guid) -> Value {
    json!({"id": id.to_string(), "name": names.principal(id), "type": names.kind(id).as_str()})
}

fn texts(operations: &[Operation]) -> Vec<&str> {
    operations.iter().map(Operation::text).collect()
}

fn change(names: Names<'_>, details: &Details<'_>, change: &Change, detail: Detail) -> Value {
    let (groups, _) = details.groups(change);
    let principals: Vec<Value> = change.principals.iter().map(|id| principal(names, *id)).collect();
    let groups: Vec<Value> = groups
        .iter()
        .map(|share| {
            json!({"id": share.group.to_string(), "name": names.principal(share.group),
                "concerned": share.concerned, "members": share.members,
                "membersKnown": !share.open})
        })
        .collect();
    let regions: Vec<Value> = details
        .regions(change)
        .iter()
        .map(|region| {
            let except: Vec<&str> = region.except.iter().map(|scope| scope.text()).collect();
            json!({"scope": region.scope.text(), "covers": region.covers.as_str(), "except": except})
        })
        .collect();
    let effects: Vec<Value> =
        details.effects(change).iter().map(|effect| self::effect(effect, detail)).collect();
    let causes: Vec<Value> = change.causes.iter().map(|cause| self::cause(names, cause)).collect();
    json!({
        "direction": change.direction.as_str(),
        "perhaps": details.is_doubtful(change),
        "principals": principals,
        "everybodyElse": change.others,
        "groups": groups,
        "regions": regions,
        "effects": effects,
        "causes": causes,
        "partOf": change.part_of,
    })
}

fn effect(effect: &Effect, detail: Detail) -> Value {
    let powers: Vec<Value> = effect
        .graves
        .iter()
        .map(|grave| {
            json!({"power": grave.power.as_str(), "count": grave.count,
                "operations": texts(&grave.operations)})
        })
        .collect();
    let mut value = json!({
        "transition": effect.transition.as_str(),
        "plane": effect.plane.as_str(),
        "count": effect.operations.len(),
        "patterns": effect.allow,
        "except": effect.except,
        "unlisted": texts(&effect.unlisted),
        "future": effect.future,
        "powers": powers,
        "conditions": effect.conditions,
    });
    if let (Detail::Full, Some(fields)) = (detail, value.as_object_mut()) {
        fields.insert("operations".to_string(), json!(texts(&effect.operations)));
    }
    value
}

fn cause(names: Names<'_>, cause: &Cause) -> Value {
    let mut value = json!({"cause": cause.as_str(), "text": names.cause(cause)});
    let Some(fields) = value.as_object_mut() else { return value };
    let mut held = |newer: bool, ix: AssignmentIx| {
        let tenant = names.side(newer);
        let scope = tenant.scope_text(tenant.assignment_scope(ix));
        let assignment = tenant.assignment(ix);
        let id = assignment.name.full(scope.text(), "roleAssignments");
        let role = tenant.assignment_role(ix).map(|role| tenant.role(role));
        fields.insert("assignment".to_string(), json!(id));
        fields.insert("holder".to_string(), principal(names, assignment.principal));
        fields.insert(
            "role".to_string(),
            json!({"id": role.and_then(|role| role.id()).map(|id| id.to_string()),
                "name": role.map(|role| role.name())}),
        );
        fields.insert("scope".to_string(), json!(scope.text()));
    };
    match cause {
        Cause::AssignmentAdded(ix) | Cause::EligibleAdded(ix) => held(true, *ix),
        Cause::AssignmentRemoved(ix) | Cause::EligibleRemoved(ix) => held(false, *ix),
        Cause::AssignmentChanged { after, .. } | Cause::AssignmentReplaced { after, .. } => {
            held(true, *after);
        }
        Cause::MemberAdded { group, assignment } => {
            held(true, *assignment);
            fields.insert("group".to_string(), principal(names, *group));
        }
        Cause::MemberRemoved { group, assignment } => {
            held(false, *assignment);
            fields.insert("group".to_string(), principal(names, *group));
        }
        Cause::RoleChanged { after, .. } => {
            let role = names.after.role(*after);
            let id = role.id().map(|id| id.to_string());
            fields.insert("role".to_string(), json!({"id": id, "name": role.name()}));
        }
        Cause::DenyAdded(ix) | Cause::DenyBinds(ix) => {
            let deny = names.after.deny(*ix);
            fields.insert("denyAssignment".to_string(), json!(deny.display_name));
        }
        Cause::DenyRemoved(ix) | Cause::DenySpares(ix) => {
            let deny = names.before.deny(*ix);
            fields.insert("denyAssignment".to_string(), json!(deny.display_name));
        }
        Cause::LockAdded(ix) => {
            fields.insert("lock".to_string(), json!(names.after.lock(*ix).name));
        }
        Cause::LockRemoved(ix) => {
            fields.insert("lock".to_string(), json!(names.before.lock(*ix).name));
        }
        Cause::Moved(scope) => {
            fields.insert("scope".to_string(), json!(scope.text()));
        }
        Cause::UnknownMembers(group) => {
            fields.insert("group".to_string(), principal(names, *group));
        }
        Cause::Attributes | Cause::Input => {}
    }
    value
}

fn door(names: Names<'_>, door: &DoorChange) -> Value {
    let holders = |list: &[KeyHolder]| -> Vec<Value> {
        list.iter()
            .map(|holder| {
                json!({"principal": principal(names, holder.principal),
                    "holder": principal(names, holder.holder),
                    "certain": holder.certain.is_true(),
                    "onlyWay": holder.only_way,
                    "operation": holder.operation.as_ref().map(Operation::text)})
            })
            .collect()
    };
    let by_roles: Vec<Value> = door.by_roles.iter().map(|id| principal(names, *id)).collect();
    json!({
        "resource": door.resource.text(),
        "service": door.service,
        "before": door.states[0].as_str(),
        "after": door.states[1].as_str(),
        "gained": holders(&door.gained),
        "lost": holders(&door.lost),
        "rbac": {"before": door.rbac[0].as_str(), "after": door.rbac[1].as_str(),
            "principals": by_roles},
    })
}
