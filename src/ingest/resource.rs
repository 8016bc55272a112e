//! Resources with the properties that doors hang on, and their identities.

use super::entry::{Entry, Problem};
use super::node::Node;
use super::reader::{Reader, maybe_scope};
use crate::ident::Guid;
use crate::model::{InputKind, Resource, Touches};

/// Reads one resource, or says why not.
pub(crate) fn read(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) {
    match decode(reader, entry) {
        Ok(resource) => {
            reader.facts.resources.push(resource);
            reader.accept(InputKind::Resources);
        }
        Err(problem) => {
            let touches = Touches::Resource { scope: maybe_scope(entry, &["id", "resourceId"]) };
            reader.refuse("resource", &problem, touches);
        }
    }
}

fn decode(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) -> Result<Resource, Problem> {
    let scope = reader
        .scope(entry, &["id", "resourceId"])?
        .ok_or_else(|| Problem::new("no `id`", "the id of a resource"))?;
    Ok(Resource {
        scope,
        properties: match entry.find_own("properties")? {
            Some(field) => match field.node {
                Node::Object(_) => Some(field.node.to_value()),
                Node::Null => None,
                Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::List(_) => {
                    return Err(field.problem("an object"));
                }
            },
            None => None,
        },
        identities: identities(entry)?,
        tags: tags(entry)?,
        origin: reader.ground.origin(),
    })
}

/// Object ids of the system-assigned and the user-assigned identities.
fn identities(entry: &Entry<'_, '_>) -> Result<Vec<Guid>, Problem> {
    let Some(field) = entry.find_own("identity")? else { return Ok(Vec::new()) };
    let Some(identity) = Entry::of(field.node) else { return Ok(Vec::new()) };
    let mut found: Vec<Guid> = identity.guid(&["principalId"])?.into_iter().collect();
    if let Some(assigned) = identity.find(&["userAssignedIdentities"])?
        && let Node::Object(entries) = assigned.node
    {
        for (_, value) in entries {
            if let Some(inner) = Entry::of(value) {
                found.extend(inner.guid(&["principalId"])?);
            }
        }
    }
    Ok(found)
}

/// A tag's name and value.
type Tag = (Box<str>, Box<str>);

fn tags(entry: &Entry<'_, '_>) -> Result<Vec<Tag>, Problem> {
    let Some(field) = entry.find_own("tags")? else { return Ok(Vec::new()) };
    let Node::Object(tags) = field.node else { return Ok(Vec::new()) };
    Ok(tags
        .iter()
        .filter_map(|(key, value)| match value {
            Node::Text(text) => Some((key.as_ref().into(), text.as_ref().into())),
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::List(_) | Node::Object(_) => None,
        })
        .collect())
}
