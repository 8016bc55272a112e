//! One change of a tenant, as a lesson writes it: facts in, facts out. What `azrbac diff` can suppose of
//! one tenant is made the same way here.

use super::read::Reading;
use crate::analysis::diff::change::{self as what_if, Edit, edited};
use crate::catalog::Catalog;
use crate::ident::Guid;
use crate::ingest::entry::{Entry, Problem, Step};
use crate::ingest::node::Node;
use crate::ingest::read_as;
use crate::ingest::reader::Reader;
use crate::ingest::recognise::shape_of_list;
use crate::lesson::model::Stage;
use crate::model::{AssignmentState, Facts};
use crate::origin::Error;
use crate::scenario::entries::{TENANT_LISTS, known_fields, unknown_field};
use crate::scenario::{resolve_principal, resolve_scope};
use crate::tenant::Tenant;

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
            "set" => each(node, &mut |node| set(node, stage)),
            "activate" => each(node, &mut |node| activate(node, &mut stage.facts)),
            "join" => each(node, &mut |node| member(node, stage, what_if::add_member)),
            "leave" => each(node, &mut |node| member(node, stage, what_if::remove_member)),
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

/// An edit whose names are resolved against the tenant of the stage.
fn supposed(
    stage: &mut Stage,
    make: impl FnOnce(&Tenant) -> Result<Edit, Error>,
) -> Result<(), Problem> {
    let wrong = |error: Error| Problem::new(error.message(), "a change that can be made here");
    let tenant = stage.tenant().map_err(wrong)?;
    let edit = make(&tenant).map_err(wrong)?;
    stage.facts = edited(std::mem::take(&mut stage.facts), &tenant, &[edit]);
    Ok(())
}

/// Sets a property of a resource: `{resource, property, value}`.
fn set(node: &Node<'_>, stage: &mut Stage) -> Result<(), Problem> {
    let entry = Entry::of(node)
        .ok_or_else(|| Problem::new(node.describe(), "an object of resource, property, value"))?;
    known_fields(&entry, &["resource", "property", "value"])?;
    let name = required(&entry, "resource")?;
    let property = required(&entry, "property")?;
    let value = entry.own().iter().find(|(key, _)| key == "value").map(|(_, node)| node);
    let Some(value) = value else { return Err(Problem::new("no `value`", "`value`")) };
    let value = match value {
        Node::Text(text) => text.to_string(),
        value => value.to_value().to_string(),
    };
    supposed(stage, |tenant| {
        let resource = resolve_scope(tenant, name)?;
        what_if::set_property(tenant, resource, &format!("properties.{property}={value}"))
    })
}

/// Takes somebody into a group or out of it: `{group, member}`.
fn member(
    node: &Node<'_>,
    stage: &mut Stage,
    make: fn(&Tenant, Guid, Guid) -> Result<Edit, Error>,
) -> Result<(), Problem> {
    let entry = Entry::of(node)
        .ok_or_else(|| Problem::new(node.describe(), "an object of group and member"))?;
    known_fields(&entry, &["group", "member"])?;
    let (group, who) = (required(&entry, "group")?, required(&entry, "member")?);
    supposed(stage, |tenant| {
        make(tenant, resolve_principal(tenant, group)?, resolve_principal(tenant, who)?)
    })
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
