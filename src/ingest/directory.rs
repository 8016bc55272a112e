//! Users, groups and service principals, as Microsoft Graph and az write them.

use super::entry::{Entry, Problem, Step};
use super::node::Node;
use super::reader::{Reader, maybe_guid};
use crate::ident::Guid;
use crate::model::{Group, InputKind, Membership, Principal, PrincipalType, Touches};

/// Graph gives at most this many members with `$expand=members`, and does not say that it cut the
/// list off.
const EXPAND_LIMIT: usize = 20;

/// Reads a user, a group or a service principal, or says why not.
pub(crate) fn read(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>, kind: PrincipalType) {
    let result = match kind {
        PrincipalType::Group => group(reader, entry),
        _ => principal(reader, entry, kind).map(|principal| {
            reader.facts.principals.push(principal);
        }),
    };
    if result.is_ok() && entry.has(&["@odata.type"]) && reader.base.is_empty() {
        // A list of directory objects that names the type of each is a list of members (or of
        // owners), and does not say of what.
        let place = reader.ground.place(&[]);
        reader.facts.note(
            "members-of-no-group",
            "a list of members does not say of which group; names were read, no membership",
            Some(place),
        );
    }
    match (result, kind) {
        (Ok(()), PrincipalType::Group) => reader.accept(InputKind::Groups),
        (Ok(()), PrincipalType::ServicePrincipal) => reader.accept(InputKind::ServicePrincipals),
        (Ok(()), _) => reader.accept(InputKind::Users),
        (Err(problem), _) => {
            let touches = Touches::Members { group: maybe_guid(entry, &["id", "objectId"]) };
            reader.refuse("directory entry", &problem, touches);
        }
    }
}

fn id(entry: &Entry<'_, '_>) -> Result<Guid, Problem> {
    entry.guid(&["id", "objectId"])?.ok_or_else(|| Problem::new("no `id`", "an object id"))
}

fn principal(
    reader: &mut Reader<'_, '_>,
    entry: &Entry<'_, '_>,
    kind: PrincipalType,
) -> Result<Principal, Problem> {
    let alternative =
        entry.strings(&["alternativeNames", "alternativeName"], &mut reader.repairs)?;
    Ok(Principal {
        id: id(entry)?,
        kind,
        display_name: entry.filled(&["displayName"])?.map(Into::into),
        user_principal_name: entry.filled(&["userPrincipalName"])?.map(Into::into),
        mail: entry.filled(&["mail"])?.map(Into::into),
        app_id: entry.guid(&["appId", "applicationId"])?,
        service_principal_type: entry.filled(&["servicePrincipalType"])?.map(Into::into),
        alternative_names: alternative.into_iter().map(|(name, _)| name.into()).collect(),
        user_type: entry.filled(&["userType"])?.map(Into::into),
        security_attributes: security_attributes(entry)?,
        origin: reader.ground.origin(),
    })
}

/// An attribute's name, `set_name`, and its values.
type SecurityAttribute = (Box<str>, Vec<Box<str>>);

/// `customSecurityAttributes`: attribute sets, each with its attributes; Graph adds `@odata.type`
/// beside every list.
fn security_attributes(entry: &Entry<'_, '_>) -> Result<Vec<SecurityAttribute>, Problem> {
    let Some(field) = entry.find(&["customSecurityAttributes"])? else { return Ok(Vec::new()) };
    let Node::Object(sets) = field.node else {
        return Err(field.problem("an object of attribute sets"));
    };
    let mut found = Vec::new();
    for (set, attributes) in sets {
        let Node::Object(attributes) = attributes else { continue };
        for (name, value) in attributes.iter().filter(|(name, _)| !name.contains('@')) {
            let values: Vec<Box<str>> = match value {
                Node::Text(text) => vec![text.as_ref().into()],
                Node::Number(number) => vec![number.to_string().into()],
                Node::Bool(value) => vec![value.to_string().into()],
                Node::List(items) => items
                    .iter()
                    .filter_map(|item| match item {
                        Node::Text(text) => Some(text.as_ref().into()),
                        Node::Number(number) => Some(number.to_string().into()),
                        Node::Null | Node::Bool(_) | Node::List(_) | Node::Object(_) => None,
                    })
                    .collect(),
                Node::Null | Node::Object(_) => continue,
            };
            found.push((format!("{set}_{name}").into(), values));
        }
    }
    Ok(found)
}

fn group(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) -> Result<(), Problem> {
    let id = id(entry)?;
    let mut members = Vec::new();
    let mut listed = false;
    let mut expanded = false;
    let mut full = false;
    let mut described = Vec::new();
    let mut lost: Option<Problem> = None;
    if let Some(field) = entry.find(&["members"])? {
        let Node::List(items) = field.node else {
            return Err(field.problem("a list of object ids or of members"));
        };
        listed = true;
        for (index, item) in items.iter().enumerate() {
            let member = match (item, Entry::of(item)) {
                (Node::Text(text), _) => Guid::last_segment(text)
                    .ok_or_else(|| Problem::new(item.describe(), "the object id of a member")),
                (_, Some(member)) => {
                    expanded = true;
                    self::id(&member).inspect(|_| described.push(member))
                }
                (_, None) => Err(Problem::new(item.describe(), "the object id of a member")),
            };
            match member {
                Ok(member) => members.push(member),
                // The others are members all the same.
                Err(problem) if lost.is_none() => {
                    lost = Some(field.place(problem.under(Step::Index(index))));
                }
                Err(_) => {}
            }
        }
        // Somebody beyond the limit would be a false no, so the list does not count as whole.
        full = expanded && items.len() == EXPAND_LIMIT;
        if full {
            let place = reader.ground.place(&[&reader.base[..], &field.steps()].concat());
            reader.facts.note(
                "members-may-be-cut",
                format!(
                    "group {id} has exactly {EXPAND_LIMIT} members here, where `$expand=members` stops without saying so; /groups/{id}/members lists them all"
                ),
                Some(place),
            );
        }
    }
    let more = entry.filled(&["members@odata.nextLink"])?.is_some();
    let cut = more || full || lost.is_some();
    let membership = match (listed, cut) {
        (true, false) => Membership::Listed,
        (true, true) => Membership::Partial,
        (false, _) => Membership::Unlisted,
    };
    let group = Group {
        id,
        security_enabled: entry.boolean(&["securityEnabled"])?.unwrap_or(true),
        members,
        membership,
        origin: reader.ground.origin(),
    };
    let own = principal(reader, entry, PrincipalType::Group)?;
    reader.facts.principals.push(own);
    reader.facts.groups.push(group);
    if let Some(problem) = lost {
        reader.refuse("member of a group", &problem, Touches::Members { group: Some(id) });
    }
    // Expanded members are described in passing; one that cannot be read is still a member by id. A group
    // among them has members of its own, and where no file lists them it may hold anybody.
    for member in described {
        if let Some(kind) = super::recognise::directory_kind(&member)
            && let Ok(member) = principal(reader, &member, kind)
        {
            reader.facts.principals.push(member);
        }
    }
    Ok(())
}
