//! Deny assignments and locks.

use super::assignment;
use super::entry::{Entry, Problem, Step};
use super::reader::{Reader, principal_type};
use super::role::blocks;
use crate::ident::Guid;
use crate::model::{
    AssignmentName, Deny, DenyEffect, DenyPrincipal, InputKind, Lock, LockLevel, PrincipalType,
    Touches,
};

const LOCK_IDS: &[&str] = &["lockId", "id", "resourceId"];

/// Reads one deny assignment, or says why not.
pub(crate) fn read(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) {
    match decode(reader, entry) {
        Ok(deny) => {
            reader.facts.denies.push(deny);
            reader.accept(InputKind::DenyAssignments);
        }
        Err(problem) => {
            let touches = Touches::Deny { scope: assignment::maybe_place(entry, &["id"]) };
            reader.refuse("deny assignment", &problem, touches);
        }
    }
}

fn decode(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) -> Result<Deny, Problem> {
    let id = entry.filled(&["id"])?;
    let scope = assignment::scope(reader, entry, id)?;
    let effect = match entry.filled(&["denyAssignmentEffect"])? {
        None => DenyEffect::Enforced,
        Some(word) => match word.to_ascii_lowercase().as_str() {
            "enforced" | "enforce" => DenyEffect::Enforced,
            "audit" => DenyEffect::Audit,
            _ => {
                return Err(Problem::new(
                    format!("denyAssignmentEffect `{word}`"),
                    "`enforced` or `audit`",
                )
                .under(Step::Key("denyAssignmentEffect".into())));
            }
        },
    };
    let principals = principals(reader, entry, "principals")?;
    if principals.is_empty() {
        return Err(Problem::new("no `principals`", "whom it binds"));
    }
    Ok(Deny {
        name: match id {
            Some(id) => Guid::parse(id)
                .map_or_else(|| AssignmentName::Text(id.into()), AssignmentName::Bare),
            None => AssignmentName::Text("".into()),
        },
        display_name: entry.filled(&["denyAssignmentName"])?.unwrap_or_default().into(),
        blocks: blocks(reader, entry)?,
        scope,
        only_at_scope: entry.boolean(&["doNotApplyToChildScopes"])?.unwrap_or(false),
        principals,
        excludes: self::principals(reader, entry, "excludePrincipals")?,
        system_protected: entry.boolean(&["isSystemProtected"])?.unwrap_or(false),
        effect,
        // PowerShell and REST write the condition on the assignment, never in a block.
        condition: reader.guard(entry, "a deny assignment")?.map(Box::new),
        origin: reader.ground.origin(),
    })
}

fn principals(
    reader: &mut Reader<'_, '_>,
    entry: &Entry<'_, '_>,
    list: &str,
) -> Result<Vec<DenyPrincipal>, Problem> {
    let Some((field, entries)) = entry.objects(&[list], &mut reader.repairs)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::with_capacity(entries.len());
    for (index, inner) in entries.iter().enumerate() {
        let under = |problem: Problem| field.place(problem.under(Step::Index(index)));
        let kind = principal_type(inner, &["type", "objectType"]).map_err(under)?;
        let id = inner.guid(&["id", "objectId"]).map_err(under)?;
        match (id, kind) {
            (Some(Guid::ZERO), _) | (None, PrincipalType::Everyone) => {
                found.push(DenyPrincipal { id: Guid::ZERO, kind: PrincipalType::Everyone });
            }
            (Some(id), kind) => found.push(DenyPrincipal { id, kind }),
            (None, _) => {
                return Err(under(Problem::new("no `id`", "the object id of a principal")));
            }
        }
    }
    Ok(found)
}

/// Reads one management lock, or says why not.
pub(crate) fn read_lock(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) {
    match decode_lock(reader, entry) {
        Ok(lock) => {
            reader.facts.locks.push(lock);
            reader.accept(InputKind::Locks);
        }
        Err(problem) => {
            let touches = Touches::Lock { scope: assignment::maybe_place(entry, LOCK_IDS) };
            reader.refuse("lock", &problem, touches);
        }
    }
}

fn decode_lock(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) -> Result<Lock, Problem> {
    let field = entry
        .find(&["level"])?
        .ok_or_else(|| Problem::new("no `level`", "`CanNotDelete` or `ReadOnly`"))?;
    let level = match field.text()?.trim().to_ascii_lowercase().as_str() {
        "cannotdelete" => LockLevel::CanNotDelete,
        "readonly" => LockLevel::ReadOnly,
        _ => return Err(field.problem("`CanNotDelete` or `ReadOnly`")),
    };
    let id = entry.filled(LOCK_IDS)?;
    Ok(Lock {
        name: entry.filled(&["name"])?.unwrap_or_default().into(),
        scope: assignment::scope(reader, entry, id)?,
        level,
        origin: reader.ground.origin(),
    })
}
