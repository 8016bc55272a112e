//! Writes a tenant down as Azure's tools would, each world in shapes of its own, and as a scenario document.

use serde_json::{Value, json};

use super::shapes::{
    Shape, account, deny_assignment, deny_properties, entities, group, level, management_group_id,
    management_lock, nested, resource, role_assignment, role_definition, schedule_instance,
    service_principal, user,
};
use super::words::Rng;
use super::world::{Assignment, Attribute, Deny, Plane, Question, Role, Value as Told, World};

/// The tenant as files: name and text.
pub(crate) fn files(rng: &mut Rng, world: &World) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut add = |rng: &mut Rng, name: &str, shape, entries: Vec<Value>| {
        // A kind that is absent changes no answer; an empty answer is what the tools write for it.
        if !entries.is_empty() || rng.percent(20) {
            let text = contain(rng, shape, entries);
            files.push((name.to_owned(), text));
        }
    };

    let (plain, blocks): (Vec<&Role>, Vec<&Role>) = world
        .roles
        .iter()
        .filter(|role| !role.from_catalog)
        .partition(|role| role.blocks.len() == 1);
    let shape = *rng.pick(&[Shape::Az, Shape::Rest, Shape::PowerShell, Shape::ResourceGraph]);
    let roles = plain.iter().map(|role| role_definition(role, shape)).collect();
    add(rng, "a-roles.json", shape, roles);
    // PowerShell shows one block of a role; what has several comes from elsewhere.
    let shape = if shape == Shape::PowerShell { Shape::Rest } else { shape };
    let roles = blocks.iter().map(|role| role_definition(role, shape)).collect();
    add(rng, "b-roles.json", shape, roles);

    let shape = *rng.pick(&[Shape::Az, Shape::Rest, Shape::PowerShell, Shape::ResourceGraph]);
    let timed = |a: &&Assignment| a.eligible || a.start.is_some() || a.end.is_some();
    let standing: Vec<&Assignment> = world.assignments.iter().filter(|a| !timed(a)).collect();
    let entries = standing.iter().map(|a| role_assignment(a, world, shape)).collect();
    add(rng, "c-assignments.json", shape, entries);
    // An assignment that several exports hold, in shapes of their own, is one assignment.
    let again = *rng.pick(&[Shape::Az, Shape::Rest, Shape::ResourceGraph]);
    let entries = standing
        .iter()
        .filter(|_| rng.percent(15))
        .map(|a| role_assignment(a, world, again))
        .collect();
    add(rng, "d-assignments.json", again, entries);
    for (name, eligible) in [("e-eligible.json", true), ("f-active.json", false)] {
        let of_kind = world.assignments.iter().filter(timed).filter(|a| a.eligible == eligible);
        let entries = of_kind.map(schedule_instance).collect();
        add(rng, name, Shape::Rest, entries);
    }

    // PowerShell shows one block of a deny, without a condition of its own.
    let plain = |deny: &Deny| deny.blocks.len() == 1 && deny.blocks[0].condition.is_none();
    let one_block = world.denies.iter().all(|deny| plain(deny) && !deny.audit);
    let shape = if one_block && rng.percent(25) { Shape::PowerShell } else { Shape::Rest };
    let entries = world.denies.iter().map(|deny| deny_assignment(deny, world, shape)).collect();
    add(rng, "g-denies.json", shape, entries);

    let shape = if rng.percent(50) { Shape::Az } else { Shape::Rest };
    let locks = world.locks.iter().enumerate();
    let entries = locks.map(|(i, lock)| management_lock(lock, i, shape)).collect();
    add(rng, "h-locks.json", shape, entries);

    add(rng, "i-groups.json", Shape::Rest, world.groups.iter().map(|g| group(g, world)).collect());
    add(
        rng,
        "j-users.json",
        Shape::Rest,
        world.users.iter().enumerate().map(|(i, id)| user(id, i)).collect(),
    );
    let entries = world.service_principals.iter().map(|id| service_principal(id)).collect();
    add(rng, "k-service-principals.json", Shape::Rest, entries);
    add(
        rng,
        "l-subscriptions.json",
        Shape::Az,
        world.subscriptions.iter().map(|s| account(&s.id)).collect(),
    );
    let entries = world.resources.iter().map(resource).collect();
    add(rng, "n-resources.json", Shape::Rest, entries);
    if rng.percent(50) {
        add(rng, "m-management-groups.json", Shape::Rest, entities(world));
    } else {
        for root in world.management_groups.iter().filter(|group| group.parent.is_none()) {
            let tree = json_text(rng, &nested(root, world));
            files.push((format!("m-{}.json", root.id), tree));
        }
    }
    files
}

/// The tenant and questions as a scenario document, each check with the answer that is expected of it.
pub(crate) fn scenario(rng: &mut Rng, world: &World, checks: &[(Question, &str)]) -> String {
    let shape = *rng.pick(&[Shape::Az, Shape::Rest]);
    let checks: Vec<Value> =
        checks.iter().map(|(question, expect)| check(question, expect)).collect();
    let assignments: Vec<Value> = world
        .assignments
        .iter()
        .map(|a| {
            let mut entry = role_assignment(a, world, Shape::Az);
            if a.eligible || a.start.is_some() || a.end.is_some() {
                entry["assignmentType"] = json!(if a.eligible { "Eligible" } else { "Active" });
                entry["startDateTime"] = json!(a.start);
                entry["endDateTime"] = json!(a.end);
            }
            if a.via_lighthouse {
                entry["viaLighthouse"] = json!(true);
            }
            entry
        })
        .collect();
    let full_ids = rng.percent(50);
    let group_id = |id: &String| if full_ids { management_group_id(id) } else { id.clone() };
    let text = json!({
        "name": "oracle",
        "tenant": {
            "roleDefinitions": world.roles.iter().filter(|r| !r.from_catalog).map(|r| role_definition(r, shape)).collect::<Vec<_>>(),
            "roleAssignments": assignments,
            "denyAssignments": world.denies.iter().map(|d| {
                let mut entry = deny_properties(d, world);
                entry["id"] = json!(d.id);
                entry
            }).collect::<Vec<_>>(),
            "users": world.users.iter().enumerate().map(|(i, id)| user(id, i)).collect::<Vec<_>>(),
            "groups": world.groups.iter().map(|g| json!({"id": g.id, "displayName": g.id, "members": g.members, "securityEnabled": g.security_enabled})).collect::<Vec<_>>(),
            "servicePrincipals": world.service_principals.iter().map(|id| service_principal(id)).collect::<Vec<_>>(),
            "managementGroups": world.management_groups.iter().map(|g| json!({"id": group_id(&g.id), "parent": g.parent.as_ref().map(group_id)})).collect::<Vec<_>>(),
            "subscriptions": world.subscriptions.iter().map(|s| json!({
                "id": if full_ids { format!("/subscriptions/{}", s.id) } else { s.id.clone() },
                "managementGroup": s.management_group.as_ref().map(group_id),
            })).collect::<Vec<_>>(),
            "resources": world.resources.iter().map(resource).collect::<Vec<_>>(),
            "locks": world.locks.iter().map(|l| json!({"scope": l.scope, "level": level(l)})).collect::<Vec<_>>(),
        },
        "checks": checks,
    });
    serde_json::to_string_pretty(&text).expect("a value prints")
}

/// A question as an entry of `checks`, and as a line of a batch. A strict question differs in nothing here:
/// strictness is asked of the program.
pub(crate) fn check(question: &Question, expect: &str) -> Value {
    let mut entry = json!({
        "principal": question.principal,
        "operation": question.operation,
        "plane": if question.plane == Plane::Data { "data" } else { "control" },
        "scope": question.scope,
        "at": question.at,
        "attributesComplete": question.attributes_complete,
        "expect": expect,
    });
    for (name, value) in &question.attributes {
        if *name == Attribute::sub_operation() {
            entry["subOperation"] = told(value);
        } else {
            let source = format!("{:?}", name.source).to_ascii_lowercase();
            entry["attributes"][source][&name.name] = told(value);
        }
    }
    if let Some(method) = &question.method {
        entry["method"] = json!(method);
    }
    if question.via_lighthouse {
        entry["viaLighthouse"] = json!(true);
    }
    if !question.linked.is_empty() {
        let linked = question
            .linked
            .iter()
            .map(|(operation, scope)| json!({"operation": operation, "scope": scope}));
        entry["linked"] = linked.collect();
    }
    entry
}

fn told(value: &Told) -> Value {
    match value {
        Told::Text(text) => json!(text),
        Told::Bool(value) => json!(value),
        Told::Integer(value) => json!(value),
        Told::List(values) => values.iter().map(told).collect(),
        Told::Dictionary(entries) => {
            entries.iter().map(|(key, value)| (key.clone(), told(value))).collect()
        }
    }
}

fn json_text(rng: &mut Rng, value: &Value) -> String {
    if rng.percent(70) { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) }
        .expect("a value prints")
}

/// One file, in one of the ways that the tool, `jq -c '.[]'`, `>>` and a shell on Windows leave it.
fn contain(rng: &mut Rng, shape: Shape, entries: Vec<Value>) -> String {
    let line = |value: &Value| value.to_string();
    let half = entries.len() / 2;
    let text = match (shape, rng.below(10)) {
        (_, 0 | 1) if !entries.is_empty() => {
            entries.iter().map(line).collect::<Vec<_>>().join("\n") + "\n"
        }
        (_, 2) if !entries.is_empty() => {
            entries.iter().map(|entry| json_text(rng, entry)).collect::<Vec<_>>().join("\n")
        }
        (Shape::PowerShell, _) if entries.len() == 1 => json_text(rng, &entries[0]),
        (Shape::Az | Shape::PowerShell, 3) if half > 0 => {
            [json!(entries[..half]), json!(entries[half..])]
                .map(|part| json_text(rng, &part))
                .join("\n")
        }
        (Shape::Rest, 3..=7) => json_text(rng, &json!({"value": entries})),
        (Shape::Rest, 8) => json_text(rng, &json!({"value": entries, "nextLink": null})),
        (Shape::ResourceGraph, _) => {
            let count = entries.len();
            json_text(
                rng,
                &json!({"count": count, "data": entries, "skip_token": null, "total_records": count}),
            )
        }
        _ => json_text(rng, &json!(entries)),
    };
    match rng.below(20) {
        0 => format!("\u{feff}{text}"),
        1 => text.replace('\n', "\r\n"),
        _ => text,
    }
}
