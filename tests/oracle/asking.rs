//! Random questions about a tenant: most touch something in it, some just miss.

use super::conditions::value;
use super::generator::Setting;
use super::services::DATA;
use super::spec::path;
use super::spelling::{fold_guid, fold_scope, last};
use super::words::{
    NOW, OPERATIONS, Rng, near_operation, operation_within, spell_case, spell_guid, spell_scope,
};
use super::world::{Assignment, Attribute, Plane, Question, Value};

/// A question that is likely to touch something in the tenant, and now and then just misses it.
pub(crate) fn question(rng: &mut Rng, setting: &Setting) -> Question {
    let about = rng.below(100);
    let seed = (0..5).find_map(|_| match about {
        0..=34 => about_assignment(rng, setting, false),
        35..=40 => about_assignment(rng, setting, true),
        41..=56 => about_deny(rng, setting),
        57..=79 => about_lock(rng, setting),
        80..=96 => about_door(rng, setting),
        _ => None,
    });
    let (mut principal, mut operation, mut plane, mut scope) = seed.unwrap_or_else(|| {
        let plane = if rng.percent(70) { Plane::Control } else { Plane::Data };
        let operation = (*rng.pick(&OPERATIONS)).to_owned();
        (rng.pick(&setting.people).clone(), operation, plane, rng.pick(&setting.scopes).clone())
    });
    match rng.below(100) {
        0..=6 => principal.clone_from(rng.pick(&setting.people)),
        7..=14 => operation = near_operation(rng, &operation),
        15..=24 => scope = near_scope(rng, setting, &scope),
        25..=29 => plane = if plane == Plane::Data { Plane::Control } else { Plane::Data },
        _ => {}
    }
    let mut linked = Vec::new();
    while plane == Plane::Control && linked.len() < 2 && rng.percent(14) {
        let about = if rng.percent(70) {
            about_assignment(rng, setting, false)
        } else {
            about_deny(rng, setting)
        };
        let about = about.filter(|(who, ..)| *who == principal);
        let at = if rng.percent(50) { scope.clone() } else { rng.pick(&setting.scopes).clone() };
        let (op, at) = about.map_or_else(|| (operation.clone(), at), |(_, op, _, at)| (op, at));
        linked.push((spell_case(rng, &op), spell_scope(rng, &at)));
    }
    let method = match rng.below(100) {
        0..=59 => None,
        60..=66 => Some("DELETE"),
        67..=71 => Some("GET"),
        72..=74 => Some("HEAD"),
        75..=80 => Some("POST"),
        81..=83 => Some("PATCH"),
        84..=86 => Some("PUT"),
        _ => Some(method_of(&operation)),
    };
    let operation = if rng.percent(25) { spell_case(rng, &operation) } else { operation };
    let at = (*rng.pick(&NOW)).to_owned();
    Question {
        principal: spell_guid(rng, &principal),
        operation,
        plane,
        scope: spell_scope(rng, &scope),
        at,
        method: method.map(str::to_owned),
        linked,
        via_lighthouse: rng.percent(4),
        strict: rng.percent(12),
        attributes: attributes(rng, setting),
        attributes_complete: rng.percent(40),
    }
}

/// Some of the attributes that some condition asks for, all of them, or none.
fn attributes(rng: &mut Rng, setting: &Setting) -> Vec<(Attribute, Value)> {
    let chance = *rng.pick(&[0, 30, 60, 100]);
    let mut told: Vec<(Attribute, Value)> = Vec::new();
    for name in setting.world.conditions.values().flat_map(|says| says.attributes()) {
        // What the request itself tells is seldom told otherwise.
        let derived = name.name.ends_with(":name") || name.name == "UtcNow";
        let chance = if derived { chance / 8 } else { chance };
        if !rng.percent(chance) || told.iter().any(|(other, _)| overlap(other, &name)) {
            continue;
        }
        let value = value(rng, &name);
        let (name, value) = match name.name.split_once("tags:") {
            // A dictionary is told as a whole, or a key of it.
            Some((base, key)) if rng.percent(50) => {
                let key = key.trim_end_matches("<$key_case_sensitive$>");
                let key = if rng.percent(20) { key.to_ascii_uppercase() } else { key.to_owned() };
                let entries = match value {
                    Value::Text(text) => {
                        vec![(key, Value::Text(text)), ("alpha".to_owned(), Value::Bool(true))]
                    }
                    _ => Vec::new(),
                };
                let name = Attribute { source: name.source, name: format!("{base}tags") };
                (name, Value::Dictionary(entries))
            }
            _ => (name, value),
        };
        let plain = name.name.contains('$') || name == Attribute::sub_operation();
        let spelled = if plain { name.name } else { spell_case(rng, &name.name) };
        told.push((Attribute { source: name.source, name: spelled }, value));
    }
    told
}

/// May both tell of the same value: one name, or a dictionary and what is in it?
fn overlap(one: &Attribute, other: &Attribute) -> bool {
    let base = |name: &Attribute| {
        let base = name.name.split([':', '&']).next().unwrap_or_default().to_ascii_lowercase();
        if base.ends_with("/tags") { base } else { name.name.to_ascii_lowercase() }
    };
    one.source == other.source && base(one) == base(other)
}

fn method_of(operation: &str) -> &'static str {
    match last(operation).to_ascii_lowercase().as_str() {
        "read" => "GET",
        "write" => "PUT",
        "delete" => "DELETE",
        _ => "POST",
    }
}

type Seed = Option<(String, String, Plane, String)>;

/// Somebody who holds the assignment, an operation of its role (or one that the role subtracts), a scope at
/// or below.
fn about_assignment(rng: &mut Rng, setting: &Setting, subtracted: bool) -> Seed {
    let assignment = rng.pick(&setting.world.assignments).clone();
    let id = fold_guid(last(&assignment.role));
    let role = setting.world.roles.iter().find(|role| fold_guid(&role.id) == id)?;
    let block = rng.pick(&role.blocks);
    let plane = if block.actions.is_empty() || (!block.data_actions.is_empty() && rng.percent(50)) {
        Plane::Data
    } else {
        Plane::Control
    };
    let list = match (plane, subtracted) {
        (Plane::Control, false) => &block.actions,
        (Plane::Control, true) => &block.not_actions,
        (Plane::Data, false) => &block.data_actions,
        (Plane::Data, true) => &block.not_data_actions,
    };
    let operation = operation_within(rng, list);
    let principal = someone(rng, setting, &assignment.principal)?;
    Some((principal, operation, plane, at_or_below(rng, setting, &assignment.scope)))
}

fn about_deny(rng: &mut Rng, setting: &Setting) -> Seed {
    if setting.world.denies.is_empty() {
        return None;
    }
    let deny = rng.pick(&setting.world.denies).clone();
    let block = rng.pick(&deny.blocks);
    let (plane, list) =
        if block.actions.is_empty() || (!block.data_actions.is_empty() && rng.percent(60)) {
            (Plane::Data, &block.data_actions)
        } else {
            (Plane::Control, &block.actions)
        };
    let mut operation = operation_within(rng, list);
    if plane == Plane::Control && rng.percent(20) {
        operation = format!(
            "Microsoft.Authorization/denyAssignments/{}",
            rng.pick(&["write", "delete", "read"])
        );
    }
    let named = if rng.percent(60) {
        rng.pick(&deny.principals).clone()
    } else {
        deny.excluded.first()?.clone()
    };
    let principal =
        someone(rng, setting, &named).unwrap_or_else(|| rng.pick(&setting.people).clone());
    let scope =
        if rng.percent(30) { deny.scope.clone() } else { at_or_below(rng, setting, &deny.scope) };
    Some((principal, operation, plane, scope))
}

/// A holder of something there, and a request that locks speak of: at, below or above the locked scope.
fn about_lock(rng: &mut Rng, setting: &Setting) -> Seed {
    if setting.world.locks.is_empty() {
        return None;
    }
    let lock = rng.pick(&setting.world.locks).clone();
    let scope = match rng.below(3) {
        0 => rng.pick(&path(&setting.world, &lock.scope)).clone(),
        _ => at_or_below(rng, setting, &lock.scope),
    };
    let above = path(&setting.world, &scope);
    let holds = |a: &&Assignment| !a.eligible && above.contains(&fold_scope(&a.scope));
    let there: Vec<&Assignment> = setting.world.assignments.iter().filter(holds).collect();
    if there.is_empty() {
        return None;
    }
    let assignment = there[rng.below(there.len())].clone();
    let id = fold_guid(last(&assignment.role));
    let role = setting.world.roles.iter().find(|role| fold_guid(&role.id) == id)?;
    let actions = &rng.pick(&role.blocks).actions;
    if actions.is_empty() {
        return None;
    }
    let operation = match rng.below(8) {
        0 => (*rng.pick(&[
            "Microsoft.Authorization/locks/write",
            "Microsoft.Authorization/locks/delete",
        ]))
        .to_owned(),
        _ => match operation_within(rng, actions) {
            reading if reading.to_ascii_lowercase().ends_with("/read") && rng.percent(70) => {
                return None;
            }
            operation => operation,
        },
    };
    Some((someone(rng, setting, &assignment.principal)?, operation, Plane::Control, scope))
}

/// A holder of something there, and a request for the data of a resource that has doors.
fn about_door(rng: &mut Rng, setting: &Setting) -> Seed {
    if setting.world.resources.is_empty() {
        return None;
    }
    let resource = rng.pick(&setting.world.resources).clone();
    let above = path(&setting.world, &resource.id);
    let holds = |a: &&Assignment| !a.eligible && above.contains(&fold_scope(&a.scope));
    let there: Vec<&Assignment> = setting.world.assignments.iter().filter(holds).collect();
    if there.is_empty() {
        return None;
    }
    let holder = there[rng.below(there.len())].principal.clone();
    let of_kind: Vec<&str> =
        DATA.iter().filter(|(kind, _)| *kind == resource.kind).map(|(_, name)| *name).collect();
    let operation = (*rng.pick(&of_kind)).to_owned();
    let scope = at_or_below(rng, setting, &resource.id);
    Some((someone(rng, setting, &holder)?, operation, Plane::Data, scope))
}

/// The principal itself or, of a group, somebody whom it reaches.
fn someone(rng: &mut Rng, setting: &Setting, id: &str) -> Option<String> {
    let id = fold_guid(id);
    let people = setting.people.iter().zip(&setting.reaches);
    let reached: Vec<&String> =
        people.filter(|(_, ids)| ids.contains(&id)).map(|(person, _)| person).collect();
    let group = setting
        .world
        .groups
        .iter()
        .find(|group| fold_guid(&group.id) == id && group.security_enabled);
    match group {
        Some(group) if reached.is_empty() || rng.percent(4) => Some(group.id.clone()),
        _ if reached.is_empty() => None,
        _ => Some(reached[rng.below(reached.len())].clone()),
    }
}

fn at_or_below(rng: &mut Rng, setting: &Setting, scope: &str) -> String {
    let folded = fold_scope(scope);
    let scopes = setting.scopes.iter().zip(&setting.paths);
    let below: Vec<&String> =
        scopes.filter(|(_, path)| path.contains(&folded)).map(|(scope, _)| scope).collect();
    if below.is_empty() || rng.percent(20) {
        scope.to_owned()
    } else {
        below[rng.below(below.len())].clone()
    }
}

/// The name with a digit more, a sibling, the parent.
fn near_scope(rng: &mut Rng, setting: &Setting, scope: &str) -> String {
    let scope = scope.trim_end_matches('/');
    match rng.below(3) {
        0 if scope.contains("/resourceGroups/") => format!("{scope}2"),
        1 => path(&setting.world, scope).get(1).map_or("/".to_owned(), String::clone),
        _ => {
            let depth = scope.matches('/').count();
            let siblings: Vec<&String> =
                setting.scopes.iter().filter(|other| other.matches('/').count() == depth).collect();
            if siblings.is_empty() {
                rng.pick(&setting.scopes).clone()
            } else {
                rng.pick(&siblings).to_string()
            }
        }
    }
}
