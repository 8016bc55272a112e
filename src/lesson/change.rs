//! One change of a tenant, as a lesson writes it: facts in, facts out.

use super::read::Reading;
use crate::catalog::Catalog;
use crate::ident::{Guid, Scope};
use crate::ingest::entry::{Entry, Problem, Step};
use crate::ingest::node::Node;
use crate::ingest::read_as;
use crate::ingest::reader::Reader;
use crate::ingest::recognise::shape_of_list;
use crate::lesson::model::Stage;
use crate::model::{AssignmentState, Facts, Membership};
use crate::scenario::entries::{TENANT_LISTS, known_fields, unknown_field};

/// The fields of a step that change the tenant, besides `change`, which tells of it.
pub(super) const EDITS: &[&str] = &["add", "remove", "set", "activate", "join", "leave", "catalog"];

/// Makes the edits of a step; `true` where there was one. What could not be made is an error.
pub(super) fn edit(
    reading: &mut Reading<'_>,
    entry: &Entry<'_, '_>,
    base: &[Step],
    stage: &mut Stage,
) -> bool {
    let mut any = false;
    for (field, node) in entry.own() {
        let under = [base, &[Step::Key(field.to_string())]].concat();
        let result = match &**field {
            "add" => {
                add(reading, node, &under, &mut stage.facts);
                Ok(())
            }
            "remove" => each(node, &mut |node| remove(node, &mut stage.facts)),
            "set" => each(node, &mut |node| set(node, &mut stage.facts)),
            "activate" => each(node, &mut |node| activate(node, &mut stage.facts)),
            "join" => each(node, &mut |node| member(node, &mut stage.facts, true)),
            "leave" => each(node, &mut |node| member(node, &mut stage.facts, false)),
            "catalog" => catalog(node).map(|date| stage.catalog = Some(date)),
            _ => continue,
        };
        any = true;
        stage.is_lab = false;
        if let Err(problem) = result {
            reading.problem(&under, &problem);
        }
    }
    any
}

/// One or a list of them.
fn each(
    node: &Node<'_>,
    one: &mut dyn FnMut(&Node<'_>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let Node::List(items) = node else { return one(node) };
    for (index, item) in items.iter().enumerate() {
        one(item).map_err(|problem| problem.under(Step::Index(index)))?;
    }
    Ok(())
}

/// Reads more facts, in the lists of a scenario's `tenant`.
pub(super) fn add(reading: &mut Reading<'_>, node: &Node<'_>, base: &[Step], facts: &mut Facts) {
    let Some(entry) = Entry::of(node) else {
        return reading.problem(base, &Problem::new(node.describe(), "an object of lists"));
    };
    let ground = reading.ground;
    let source = facts.sources.add(ground.name);
    for (list, value) in entry.own() {
        let Some(shape) = shape_of_list(list) else {
            reading.problem(base, &unknown_field(list, TENANT_LISTS));
            continue;
        };
        let list = [base, &[Step::Key(list.to_string())]].concat();
        let Node::List(items) = value else {
            reading.problem(&list, &Problem::new(value.describe(), "a list"));
            continue;
        };
        for (index, item) in items.iter().enumerate() {
            let path = [&list[..], &[Step::Index(index)]].concat();
            let Some(inner) = Entry::of(item) else {
                reading.problem(&path, &Problem::new(item.describe(), "an object"));
                continue;
            };
            let mut reader = Reader::new(facts, crate::ingest::ground::Ground { source, ..ground });
            reader.base = path;
            read_as(&mut reader, &inner, shape);
        }
    }
    reading.errors.append(&mut facts.errors);
    facts.gaps.clear();
}

fn text<'n>(node: &'n Node<'_>, expected: &str) -> Result<&'n str, Problem> {
    match node {
        Node::Text(text) if !text.trim().is_empty() => Ok(text.trim()),
        other => Err(Problem::new(other.describe(), expected)),
    }
}

/// Takes away what has this GUID or this name: an assignment, a deny assignment, a lock.
fn remove(node: &Node<'_>, facts: &mut Facts) -> Result<(), Problem> {
    const EXPECTED: &str = "the GUID of a role or deny assignment, or the name of a lock";
    let name = text(node, EXPECTED)?;
    let id = Guid::last_segment(name);
    let before = facts.assignments.len() + facts.denies.len() + facts.locks.len();
    facts.assignments.retain(|one| id.is_none() || one.name.guid() != id);
    facts.denies.retain(|one| id.is_none() || one.name.guid() != id);
    facts.locks.retain(|lock| !lock.name.eq_ignore_ascii_case(name));
    if facts.assignments.len() + facts.denies.len() + facts.locks.len() == before {
        return Err(Problem::new(format!("`{name}`, which is not there"), EXPECTED));
    }
    Ok(())
}

fn activate(node: &Node<'_>, facts: &mut Facts) -> Result<(), Problem> {
    const EXPECTED: &str = "the GUID of an eligible assignment";
    let name = text(node, EXPECTED)?;
    let id = Guid::last_segment(name);
    let found = facts.assignments.iter_mut().find(|one| {
        id.is_some() && one.name.guid() == id && one.state == AssignmentState::Eligible
    });
    let Some(found) = found else {
        return Err(Problem::new(format!("`{name}`, which is not there"), EXPECTED));
    };
    found.state = AssignmentState::Active;
    Ok(())
}

/// Sets or, with null, takes away a property of a resource: `{resource, property, value}`.
fn set(node: &Node<'_>, facts: &mut Facts) -> Result<(), Problem> {
    let entry = Entry::of(node)
        .ok_or_else(|| Problem::new(node.describe(), "an object of resource, property, value"))?;
    known_fields(&entry, &["resource", "property", "value"])?;
    let name = required(&entry, "resource")?;
    let property = required(&entry, "property")?;
    let value = entry.own().iter().find(|(key, _)| key == "value").map(|(_, node)| node);
    let Some(value) = value else { return Err(Problem::new("no `value`", "`value`")) };
    let fits = |scope: &Scope| {
        scope.text().eq_ignore_ascii_case(name) || scope.leaf().eq_ignore_ascii_case(name)
    };
    let rows: Vec<usize> = (0..facts.resources.len())
        .filter(|row| fits(facts.scope_at(facts.resources[*row].scope)))
        .collect();
    let &[row] = &rows[..] else {
        let found = format!("`{name}`, which means {} resources", rows.len());
        return Err(Problem::new(found, "the id or the name of one resource")
            .under(Step::Key("resource".to_string())));
    };
    let mut at = facts.resources[row]
        .properties
        .get_or_insert_with(|| serde_json::Value::Object(serde_json::Map::default()));
    let mut keys: Vec<&str> = property.split('.').collect();
    let last = keys.pop().unwrap_or_default();
    for key in keys {
        if !at.is_object() {
            *at = serde_json::Value::Object(serde_json::Map::default());
        }
        at = &mut at[key];
    }
    if !at.is_object() {
        *at = serde_json::Value::Object(serde_json::Map::default());
    }
    if let serde_json::Value::Object(fields) = at {
        match value {
            Node::Null => {
                fields.remove(last);
            }
            value => {
                fields.insert(last.to_string(), value.to_value());
            }
        }
    }
    Ok(())
}

/// Puts somebody into a group or takes them out: `{group, member}`.
fn member(node: &Node<'_>, facts: &mut Facts, joins: bool) -> Result<(), Problem> {
    let entry = Entry::of(node)
        .ok_or_else(|| Problem::new(node.describe(), "an object of group and member"))?;
    known_fields(&entry, &["group", "member"])?;
    let id = |field: &str| -> Result<Guid, Problem> {
        let name = required(&entry, field)?;
        let same = |text: &Option<Box<str>>| {
            text.as_ref().is_some_and(|text| text.eq_ignore_ascii_case(name))
        };
        Guid::parse(name)
            .or_else(|| {
                let found = facts
                    .principals
                    .iter()
                    .find(|one| same(&one.user_principal_name) || same(&one.display_name));
                found.map(|one| one.id)
            })
            .ok_or_else(|| {
                Problem::new(format!("`{name}`, which is not there"), "an object id or a name")
                    .under(Step::Key(field.to_string()))
            })
    };
    let (group, who) = (id("group")?, id("member")?);
    let Some(group) = facts.groups.iter_mut().find(|one| one.id == group) else {
        return Err(
            Problem::new("no group", "a group of the tenant").under(Step::Key("group".to_string()))
        );
    };
    let is_in = group.members.contains(&who);
    if is_in == joins {
        let found = if joins { "a member already" } else { "no member" };
        return Err(Problem::new(found, "a change").under(Step::Key("member".to_string())));
    }
    group.membership = Membership::Listed;
    if joins {
        group.members.push(who);
    } else {
        group.members.retain(|one| *one != who);
    }
    Ok(())
}

fn required<'n>(entry: &Entry<'n, '_>, field: &str) -> Result<&'n str, Problem> {
    entry
        .filled(&[field])?
        .ok_or_else(|| Problem::new(format!("no `{field}`"), format!("`{field}`")))
}

pub(super) fn catalog(node: &Node<'_>) -> Result<String, Problem> {
    let dates = Catalog::dates();
    let expected = format!("one of {}", dates.join(", "));
    let date = text(node, &expected)?;
    if dates.contains(&date) {
        return Ok(date.to_string());
    }
    Err(Problem::new(format!("`{date}`"), expected))
}
