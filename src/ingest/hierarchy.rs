//! Management groups and subscriptions: the tree above resource groups.

use super::entry::{Entry, Problem, Step};
use super::node::Node;
use super::reader::{Reader, scope_problem};
use crate::ident::{Guid, Scope, ScopeKind};
use crate::model::{InputKind, ManagementGroup, ScopeRef, Subscription, Touches};

/// Deeper trees than Azure's six levels below the root are followed, but not without end.
pub(crate) const DEPTH_LIMIT: usize = 64;

/// Reads a management group with everything nested in it, or says why not.
pub(crate) fn read_group(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) {
    if let Err(problem) = group(reader, entry, None, 0) {
        reader.refuse("management group", &problem, Touches::Hierarchy);
    }
}

/// Reads a subscription, or says why not.
pub(crate) fn read_subscription(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) {
    if let Err(problem) = subscription(reader, entry, None) {
        reader.refuse("subscription", &problem, Touches::Hierarchy);
    }
}

fn group(
    reader: &mut Reader<'_, '_>,
    entry: &Entry<'_, '_>,
    above: Option<ScopeRef>,
    depth: usize,
) -> Result<(), Problem> {
    if depth > DEPTH_LIMIT {
        return Err(Problem::new(
            format!("management groups nested deeper than {DEPTH_LIMIT}"),
            "Azure's six levels below the root",
        ));
    }
    let id = entry
        .filled(&["id", "name", "groupId"])?
        .ok_or_else(|| Problem::new("no `id`", "the id of a management group"))?;
    let scope = group_scope(reader, id)?;
    let parent = match above {
        Some(parent) => Some(Some(parent)),
        None => stated_parent(reader, entry)?,
    };
    reader.facts.management_groups.push(ManagementGroup {
        scope,
        parent,
        display_name: display_name(entry)?,
        origin: reader.ground.origin(),
    });
    reader.accept(InputKind::ManagementGroups);
    ancestors_chain(reader, entry, Some(scope))?;
    let Some((field, children)) = entry.objects(&["children"], &mut reader.repairs)? else {
        return Ok(());
    };
    for (index, child) in children.iter().enumerate() {
        let under = |problem: Problem| field.place(problem.under(Step::Index(index)));
        let is_subscription = child
            .filled(&["type"])
            .map_err(under)?
            .is_some_and(|word| word.to_ascii_lowercase().ends_with("/subscriptions"))
            || child
                .filled(&["id"])
                .map_err(under)?
                .is_some_and(|id| id.to_ascii_lowercase().starts_with("/subscriptions/"));
        if is_subscription {
            subscription(reader, child, Some(scope)).map_err(under)?;
        } else {
            group(reader, child, Some(scope), depth + 1).map_err(under)?;
        }
    }
    Ok(())
}

fn subscription(
    reader: &mut Reader<'_, '_>,
    entry: &Entry<'_, '_>,
    above: Option<ScopeRef>,
) -> Result<(), Problem> {
    let id = entry
        .filled(&["subscriptionId", "id"])?
        .ok_or_else(|| Problem::new("no `id`", "the id of a subscription"))?;
    let text = if id.contains('/') { id.to_string() } else { format!("/subscriptions/{id}") };
    let scope = Scope::new(&text).map_err(|error| scope_problem(&error))?;
    if scope.kind() != ScopeKind::Subscription {
        return Err(Problem::new(format!("`{id}`"), "the id of a subscription"));
    }
    let scope = reader.facts.scope(scope);
    let management_group = match above {
        Some(above) => Some(above),
        None => match entry.find(&["managementGroup"])? {
            Some(field) => Some(group_scope(reader, field.text()?)?),
            None => stated_parent(reader, entry)?.flatten(),
        },
    };
    reader.facts.subscriptions.push(Subscription {
        scope,
        management_group,
        tenant: entry.guid(&["tenantId", "homeTenantId"])?,
        display_name: match entry.filled(&["displayName"])? {
            Some(name) => Some(name.into()),
            None => {
                entry.filled(&["name"])?.filter(|name| Guid::parse(name).is_none()).map(Into::into)
            }
        },
        origin: reader.ground.origin(),
    });
    reader.accept(InputKind::Subscriptions);
    if management_group.is_none()
        && let Some(first) = ancestors_chain(reader, entry, None)?
        && let Some(subscription) = reader.facts.subscriptions.last_mut()
    {
        subscription.management_group = Some(first);
    }
    Ok(())
}

/// A management group by its id, bare or as a full path.
fn group_scope(reader: &mut Reader<'_, '_>, id: &str) -> Result<ScopeRef, Problem> {
    let scope = if id.contains('/') { Scope::new(id) } else { Scope::management_group(id) };
    let scope = scope.map_err(|error| scope_problem(&error))?;
    if scope.kind() != ScopeKind::ManagementGroup {
        return Err(Problem::new(format!("`{id}`"), "the id of a management group"));
    }
    Ok(reader.facts.scope(scope))
}

fn display_name(entry: &Entry<'_, '_>) -> Result<Option<Box<str>>, Problem> {
    Ok(entry.filled(&["displayName"])?.map(Into::into))
}

/// `parent` in a scenario and in entities, `details.parent` in az and REST: a string, an object with
/// an `id`, or null for the root group. `None` where nothing is said.
fn stated_parent(
    reader: &mut Reader<'_, '_>,
    entry: &Entry<'_, '_>,
) -> Result<Option<Option<ScopeRef>>, Problem> {
    if let Some(field) = entry.find(&["details"])?
        && let Some(details) = Entry::of(field.node)
        && details.has(&["parent"])
    {
        return parent_in(reader, &details);
    }
    if entry.has(&["parent"]) {
        return parent_in(reader, entry);
    }
    Ok(None)
}

fn parent_in(
    reader: &mut Reader<'_, '_>,
    entry: &Entry<'_, '_>,
) -> Result<Option<Option<ScopeRef>>, Problem> {
    let Some(field) = entry.find(&["parent"])? else { return Ok(Some(None)) };
    let id = match field.node {
        Node::Text(text) => Some(&**text),
        Node::Object(_) => match Entry::of(field.node) {
            Some(inner) => inner.filled(&["id", "name"])?,
            None => None,
        },
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::List(_) => {
            return Err(field.problem("the id of a management group"));
        }
    };
    match id.map(str::trim).filter(|id| !id.is_empty()) {
        Some(id) => {
            Ok(Some(Some(group_scope(reader, id).map_err(|problem| field.place(problem))?)))
        }
        None => Ok(Some(None)),
    }
}

/// Resource Graph writes the whole chain, nearest first: each names its parent. The nearest one is
/// returned.
fn ancestors_chain(
    reader: &mut Reader<'_, '_>,
    entry: &Entry<'_, '_>,
    own: Option<ScopeRef>,
) -> Result<Option<ScopeRef>, Problem> {
    let details = entry.find(&["details"])?.and_then(|field| Entry::of(field.node));
    let holder = details.unwrap_or(*entry);
    let Some((_, chain)) =
        holder.objects(&["managementGroupAncestorsChain"], &mut reader.repairs)?
    else {
        return Ok(None);
    };
    let mut rows = Vec::with_capacity(chain.len());
    for link in &chain {
        let Some(name) = link.filled(&["name", "id"])? else { continue };
        rows.push((group_scope(reader, name)?, display_name(link)?));
    }
    for (at, (scope, name)) in rows.iter().enumerate() {
        reader.facts.management_groups.push(ManagementGroup {
            scope: *scope,
            parent: Some(rows.get(at + 1).map(|row| row.0)),
            display_name: name.clone(),
            origin: reader.ground.origin(),
        });
    }
    if let (Some(own), Some(group)) =
        (own, reader.facts.management_groups.iter_mut().rev().find(|g| Some(g.scope) == own))
    {
        debug_assert_eq!(group.scope, own);
        group.parent = group.parent.or(Some(rows.first().map(|row| row.0)));
    }
    if !rows.is_empty() {
        reader.facts.recognise(
            reader.ground.source.index(),
            InputKind::ManagementGroups,
            rows.len(),
        );
    }
    Ok(rows.first().map(|row| row.0))
}
