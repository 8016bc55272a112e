//! What stands beside the lists of an export: the summary that the collect script writes, and errors
//! of Azure that were saved as if they were lists.

use super::entry::{Entry, Problem, Step};
use super::node::Node;
use super::reader::Reader;
use crate::ident::Scope;
use crate::model::{InputKind, Touches, Unread};

/// Reads `azrbac-snapshot.json`: an empty list alone does not say of what it is the list, the summary
/// does; and it names what could not be read, with the reason.
pub(crate) fn read(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) {
    if let Err(problem) = decode(reader, entry) {
        reader.refuse("summary of a snapshot", &problem, Touches::Resource { scope: None });
    }
}

fn decode(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) -> Result<(), Problem> {
    let source = reader.ground.source.index();
    reader.facts.summarised = true;
    if let Some((field, parts)) = entry.objects(&["read"], &mut reader.repairs)? {
        for (index, part) in parts.iter().enumerate() {
            let kind =
                kind_of(part).map_err(|problem| field.place(problem.under(Step::Index(index))))?;
            // Zero entries of a kind that was read: the lists count themselves.
            if let Some(kind) = kind {
                reader.facts.recognise(source, kind, 0);
            }
        }
    }
    if let Some((field, parts)) = entry.objects(&["unread"], &mut reader.repairs)? {
        for (index, part) in parts.iter().enumerate() {
            let under = |problem: Problem| field.place(problem.under(Step::Index(index)));
            let kind = kind_of(part).map_err(under)?;
            if let Some(kind) = kind {
                let unread = Unread {
                    kind,
                    at: part.filled(&["at"]).map_err(under)?.unwrap_or("/").into(),
                    reason: part.filled(&["reason"]).map_err(under)?.unwrap_or_default().into(),
                };
                reader.facts.unread.push(unread);
            }
        }
    }
    reader.flush_repairs();
    Ok(())
}

/// The kind that a part of a summary speaks of; `None` for what no question hangs on, and for the
/// words of a newer script.
fn kind_of(part: &Entry<'_, '_>) -> Result<Option<InputKind>, Problem> {
    let word = part
        .filled(&["kind"])?
        .ok_or_else(|| Problem::new("no `kind`", "a kind of input, such as `roleAssignments`"))?;
    Ok(match word {
        "roleDefinitions" => Some(InputKind::RoleDefinitions),
        "roleAssignments" => Some(InputKind::RoleAssignments),
        "eligibleAssignments" => Some(InputKind::ScheduleInstances),
        "denyAssignments" => Some(InputKind::DenyAssignments),
        "users" => Some(InputKind::Users),
        "groups" | "groupMembers" => Some(InputKind::Groups),
        "servicePrincipals" => Some(InputKind::ServicePrincipals),
        "managementGroups" => Some(InputKind::ManagementGroups),
        "subscriptions" => Some(InputKind::Subscriptions),
        "resources" => Some(InputKind::Resources),
        "locks" => Some(InputKind::Locks),
        _ => None,
    })
}

/// The code and the message of an error of Azure: `{"error": {"code", "message"}}`.
pub(crate) fn error_of<'n>(entry: &Entry<'n, '_>) -> Option<(&'n str, &'n str)> {
    let field = entry.find_own("error").ok()??;
    let Node::Object(_) = field.node else { return None };
    let inner = Entry::of(field.node)?;
    Some((inner.filled(&["code"]).ok()??, inner.filled(&["message"]).ok()?.unwrap_or_default()))
}

/// A refusal of Azure's where a list was expected. It names the operation that was not allowed, and
/// so what is missing.
pub(crate) fn read_error(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) {
    let (code, message) = error_of(entry).unwrap_or_default();
    let problem =
        Problem::new(format!("an error of Azure, `{code}`: {message}"), "a list or an object")
            .help("run the command again, signed in as somebody who may read this");
    reader.refuse("reply", &problem, missing(message));
}

fn missing(message: &str) -> Touches {
    let after = |word: &str| {
        let at = message.find(word)? + word.len();
        message[at..].split_once('\'').map(|(quoted, _)| quoted)
    };
    let scope = after("over scope '").and_then(|text| Scope::new(text).ok());
    match after("perform action '").map(str::to_ascii_lowercase).as_deref() {
        Some("microsoft.authorization/roleassignments/read") => {
            Touches::Assignment { principal: None, scope: None }
        }
        Some("microsoft.authorization/denyassignments/read") => Touches::Deny { scope },
        Some("microsoft.authorization/roledefinitions/read") => {
            Touches::Role { id: None, name: None }
        }
        Some("microsoft.authorization/locks/read") => Touches::Lock { scope },
        Some(action) if action.starts_with("microsoft.management/") => Touches::Hierarchy,
        Some(action) if !action.starts_with("microsoft.authorization/") => {
            Touches::Resource { scope }
        }
        _ => Touches::Anything,
    }
}
