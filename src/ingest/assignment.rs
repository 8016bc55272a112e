//! Role assignments, active and eligible, in every dialect.

use super::entry::{Entry, Problem};
use super::reader::{Reader, maybe_guid, maybe_scope, principal_type, scope_problem};
use crate::ident::{Guid, Scope};
use crate::model::{
    Assignment, AssignmentName, AssignmentState, InputKind, PrincipalType, RoleRef, ScopeRef,
    Terms, Touches,
};

const PRINCIPAL: &[&str] = &["principalId", "objectId"];
const IDS: &[&str] = &["id", "roleAssignmentId", "roleAssignmentName"];

/// Which kind of record an assignment is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    /// A role assignment.
    Assignment,
    /// `roleEligibilityScheduleInstances` or `…Schedules`.
    Eligibility,
    /// `roleAssignmentScheduleInstances` or `…Schedules`.
    Schedule,
}

/// Reads one assignment, or says why not.
pub(crate) fn read(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>, record: Record) {
    match decode(reader, entry, record) {
        Ok(assignment) => {
            remember_names(reader, entry, &assignment);
            reader.facts.assignments.push(assignment);
            reader.accept(match record {
                Record::Assignment => InputKind::RoleAssignments,
                Record::Eligibility | Record::Schedule => InputKind::ScheduleInstances,
            });
        }
        Err(problem) => {
            let touches = if is_eligible(entry, record).unwrap_or(record == Record::Eligibility) {
                // It gives nothing before it is activated, whatever it says.
                Touches::Resource { scope: None }
            } else {
                touches(entry)
            };
            reader.refuse("role assignment", &problem, touches);
        }
    }
}

/// Whose access an assignment that was not understood could be, and where.
pub(crate) fn touches(entry: &Entry<'_, '_>) -> Touches {
    Touches::Assignment { principal: maybe_guid(entry, PRINCIPAL), scope: maybe_place(entry, IDS) }
}

fn decode(
    reader: &mut Reader<'_, '_>,
    entry: &Entry<'_, '_>,
    record: Record,
) -> Result<Assignment, Problem> {
    let principal = entry.guid(PRINCIPAL)?.ok_or_else(|| {
        Problem::new("no `principalId`", "the object id of a user, group or service principal")
    })?;
    let id = entry.filled(IDS)?;
    let scope = scope(reader, entry, id)?;
    let eligible = is_eligible(entry, record)?;
    Ok(Assignment {
        name: assignment_name(reader, id, scope),
        principal,
        principal_type: principal_type(entry, &["principalType", "objectType"])?,
        role: role(entry)?,
        scope,
        state: if eligible { AssignmentState::Eligible } else { AssignmentState::Active },
        via_lighthouse: entry.boolean(&["viaLighthouse"])?.unwrap_or(false),
        terms: Terms {
            start: entry.time(&["startDateTime"])?,
            end: entry.time(&["endDateTime"])?,
            condition: reader.guard(entry, "a role assignment")?,
            stands_for: match record {
                Record::Schedule => entry.guid(&["originRoleAssignmentId"])?,
                Record::Assignment | Record::Eligibility => None,
            },
        }
        .kept(),
        origin: reader.ground.origin(),
    })
}

fn is_eligible(entry: &Entry<'_, '_>, record: Record) -> Result<bool, Problem> {
    let Some(field) = entry.find(&["assignmentType"])? else {
        return Ok(record == Record::Eligibility);
    };
    match field.text()?.trim().to_ascii_lowercase().as_str() {
        "eligible" => Ok(true),
        "active" | "assigned" | "activated" => Ok(false),
        "" => Ok(record == Record::Eligibility),
        _ => Err(field.problem("`Active` or `Eligible`")),
    }
}

/// `scope`, or what stands before `/providers/Microsoft.Authorization/…` in the id
/// (semantics.md 6.8).
pub(crate) fn scope(
    reader: &mut Reader<'_, '_>,
    entry: &Entry<'_, '_>,
    id: Option<&str>,
) -> Result<ScopeRef, Problem> {
    if let Some(scope) = reader.scope(entry, &["scope"])? {
        return Ok(scope);
    }
    match id.and_then(scope_in_id) {
        Some(text) => match Scope::new(text) {
            Ok(scope) => Ok(reader.facts.scope(scope)),
            Err(error) => Err(scope_problem(&error)),
        },
        None => Err(Problem::new("no `scope`", "the scope that it applies to")),
    }
}

/// The scope that the id of what stands there begins with.
fn scope_in_id(id: &str) -> Option<&str> {
    let at = id.to_ascii_lowercase().rfind("/providers/microsoft.authorization/")?;
    Some(if at == 0 { "/" } else { &id[..at] })
}

/// Where an entry that was not understood would stand, as far as that can be told: by its scope, or by its
/// id, of which these are the names.
pub(crate) fn maybe_place(entry: &Entry<'_, '_>, ids: &[&str]) -> Option<Scope> {
    if !matches!(entry.find(&["scope"]), Ok(None)) {
        return maybe_scope(entry, &["scope"]);
    }
    let id = entry.filled(ids).ok().flatten()?;
    Scope::new(scope_in_id(id)?).ok()
}

/// The name, without a string where it is a GUID under its own scope.
pub(crate) fn assignment_name(
    reader: &Reader<'_, '_>,
    id: Option<&str>,
    scope: ScopeRef,
) -> AssignmentName {
    let Some(id) = id else { return AssignmentName::Text("".into()) };
    if let Some(guid) = Guid::parse(id) {
        return AssignmentName::Bare(guid);
    }
    const COLLECTION: &str = "/providers/microsoft.authorization/roleassignments/";
    let text = reader.facts.scope_at(scope).text();
    let prefix = if text == "/" { "" } else { text };
    let under_scope = id
        .get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        .then(|| &id[prefix.len()..])
        .filter(|rest| {
            rest.get(..COLLECTION.len()).is_some_and(|part| part.eq_ignore_ascii_case(COLLECTION))
        })
        .and_then(|rest| Guid::parse(&rest[COLLECTION.len()..]));
    match under_scope {
        Some(guid) => AssignmentName::UnderScope(guid),
        None => AssignmentName::Text(id.into()),
    }
}

fn role(entry: &Entry<'_, '_>) -> Result<RoleRef, Problem> {
    if let Some(field) = entry.find(&["roleDefinitionId"])? {
        let text = field.text()?;
        if let Some(guid) = Guid::last_segment(text) {
            return Ok(RoleRef::Id(guid));
        }
        if !text.trim().is_empty() {
            return Err(field.problem("an id that ends in the GUID of a role definition"));
        }
    }
    match entry.filled(&["roleDefinitionName"])? {
        Some(name) => Ok(RoleRef::Name(name.into())),
        None => Err(Problem::new("no `roleDefinitionId`", "the role that it gives")),
    }
}

/// Exports of assignments carry the names of principals: often the only place where they stand.
fn remember_names(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>, assignment: &Assignment) {
    let names = &mut reader.facts.names_in_assignments;
    if names.contains_key(&assignment.principal) {
        return;
    }
    let filled = |fields: &[&str]| entry.filled(fields).ok().flatten().map(Box::from);
    let sign_in: Option<Box<str>> = filled(&["signInName"]);
    let name: Option<Box<str>> = filled(&["principalName", "displayName"]);
    if let Some(name) = sign_in.or(name) {
        let kind = assignment.principal_type;
        names.insert(assignment.principal, (kind, name));
    } else if assignment.principal_type != PrincipalType::Unknown {
        names.insert(assignment.principal, (assignment.principal_type, "".into()));
    }
}
