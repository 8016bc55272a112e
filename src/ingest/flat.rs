//! The one shape that comes by the hundred thousand: a list of role assignments as az writes it, every
//! field flat. It is read here without a tree in between; whatever is not exactly so (another key, an
//! escape in a string, a condition) goes the general way, entry by entry, and reads the same there.

use crate::ident::Guid;
use crate::model::{
    Assignment, AssignmentName, AssignmentState, Facts, InputKind, PrincipalType, RoleRef, ScopeRef,
};
use crate::origin::{Origin, SourceId};

/// What is taken from an assignment in az's shape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flat<'a> {
    offset: usize,
    id: Guid,
    principal: Guid,
    principal_type: PrincipalType,
    principal_name: &'a str,
    role: Guid,
    scope: &'a str,
}

/// Az's keys, in az's order.
const KEYS: [&str; 19] = [
    "canDelegate",
    "condition",
    "conditionVersion",
    "createdBy",
    "createdOn",
    "delegatedManagedIdentityResourceId",
    "description",
    "id",
    "name",
    "principalId",
    "principalName",
    "principalType",
    "resourceGroup",
    "roleDefinitionId",
    "roleDefinitionName",
    "scope",
    "type",
    "updatedBy",
    "updatedOn",
];
const CONDITION: usize = 1;
const ID: usize = 7;
const PRINCIPAL_ID: usize = 9;
const PRINCIPAL_NAME: usize = 10;
const PRINCIPAL_TYPE: usize = 11;
const ROLE: usize = 13;
const SCOPE: usize = 15;
const TYPE: usize = 16;

/// One assignment that begins at an offset, and how long it is; `None` where it is not exactly what az
/// writes.
pub(crate) fn assignment(text: &str, begin: usize) -> Option<(Flat<'_>, usize)> {
    let bytes = text.as_bytes();
    if bytes.get(begin) != Some(&b'{') {
        return None;
    }
    let mut values: [Option<&str>; KEYS.len()] = [None; KEYS.len()];
    let mut seen = 0u32;
    let mut expected = 0;
    let mut at = skip_blanks(bytes, begin + 1);
    loop {
        if bytes.get(at) != Some(&b'"') {
            return None;
        }
        let (key, after) = key(bytes, at + 1, expected)?;
        if seen & (1 << key) != 0 {
            return None;
        }
        seen |= 1 << key;
        expected = key + 1;
        at = skip_blanks(bytes, after);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        at = skip_blanks(bytes, at + 1);
        if bytes.get(at) == Some(&b'"') {
            let end = string_end(bytes, at + 1)?;
            values[key] = Some(&text[at + 1..end]);
            at = end + 1;
        } else if bytes.get(at..at + 4) == Some(b"null") {
            at += 4;
        } else {
            return None;
        }
        at = skip_blanks(bytes, at);
        match bytes.get(at) {
            Some(b',') => at = skip_blanks(bytes, at + 1),
            Some(b'}') => break,
            _ => return None,
        }
    }
    const KIND: &str = "Microsoft.Authorization/roleAssignments";
    if values[CONDITION].is_some() || values[TYPE]? != KIND {
        return None;
    }
    let scope = plain_scope(values[SCOPE]?)?;
    let above = if scope == "/" { "" } else { scope };
    let id = values[ID]?
        .strip_prefix(above)?
        .strip_prefix("/providers/Microsoft.Authorization/roleAssignments/")?;
    let role = values[ROLE]?;
    if !role.starts_with('/') {
        return None;
    }
    let flat = Flat {
        offset: begin,
        id: plain_guid(id)?,
        principal: plain_guid(values[PRINCIPAL_ID]?)?,
        principal_type: match values[PRINCIPAL_TYPE] {
            Some("User") => PrincipalType::User,
            Some("Group") => PrincipalType::Group,
            Some("ServicePrincipal") => PrincipalType::ServicePrincipal,
            _ => return None,
        },
        principal_name: values[PRINCIPAL_NAME].unwrap_or_default().trim(),
        role: plain_guid(role.rsplit('/').next()?)?,
        scope,
    };
    Some((flat, at + 1 - begin))
}

/// A scope that needs no mending and belongs to no service's own role system.
fn plain_scope(text: &str) -> Option<&str> {
    let known = text == "/"
        || text.starts_with("/subscriptions/")
        || text.starts_with("/providers/Microsoft.Management/managementGroups/");
    let plain = text.len() == 1 || !text.ends_with('/') && text.trim().len() == text.len();
    (known && plain).then_some(text)
}

fn plain_guid(text: &str) -> Option<Guid> {
    (text.len() == 36).then(|| Guid::parse(text)).flatten()
}

/// Which key stands at an offset, and the offset after its closing quote.
fn key(bytes: &[u8], at: usize, expected: usize) -> Option<(usize, usize)> {
    let is = |key: &str| {
        let end = at + key.len();
        (bytes.get(at..end) == Some(key.as_bytes()) && bytes.get(end) == Some(&b'"'))
            .then_some(end + 1)
    };
    if let Some(end) = KEYS.get(expected).copied().and_then(is) {
        return Some((expected, end));
    }
    KEYS.iter().enumerate().find_map(|(row, key)| Some((row, is(key)?)))
}

pub(crate) fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// The offset of the closing quote of a string that begins at an offset; `None` where something stands
/// before it that needs a closer look: an escape, a control character, the end of the text.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    // Eight bytes at once: the high bit of a byte is set where it is what is looked for. A false hit
    // can only stand above a true one, so the lowest is true.
    while let Some(eight) = bytes.get(at..at + 8) {
        let word = u64::from_le_bytes(eight.try_into().ok()?);
        let quote = word ^ (ONES * u64::from(b'"'));
        let escape = word ^ (ONES * u64::from(b'\\'));
        let found = (quote.wrapping_sub(ONES) & !quote)
            | (escape.wrapping_sub(ONES) & !escape)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        let found = found & HIGHS;
        if found != 0 {
            let stop = at + found.trailing_zeros() as usize / 8;
            return (bytes[stop] == b'"').then_some(stop);
        }
        at += 8;
    }
    let rest = bytes.get(at..)?;
    let stop = at + rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
    (bytes[stop] == b'"').then_some(stop)
}

/// What adding one assignment leaves for the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// By row of the scopes of the facts: was it looked at, and does it belong to this way?
    plain: Vec<bool>,
}

/// Adds an assignment to the facts, of a text that begins at an offset of the source; `false` where its
/// scope turns out to need the general way.
pub(crate) fn add(
    facts: &mut Facts,
    source: SourceId,
    begin: usize,
    flat: &Flat<'_>,
    scratch: &mut Scratch,
) -> bool {
    let known = facts.scope_row(flat.scope);
    let is_plain = |row: ScopeRef| scratch.plain.get(row.0 as usize) == Some(&true);
    let scope = match known.filter(|row| is_plain(*row)) {
        Some(row) => row,
        // Cosmos DB's own assignments are resources, with scopes of their own.
        None if flat.scope.to_ascii_lowercase().contains("microsoft.documentdb/") => return false,
        None => {
            let Ok(row) = facts.scope_text(flat.scope) else { return false };
            let at = row.0 as usize;
            if scratch.plain.len() <= at {
                scratch.plain.resize(at + 1, false);
            }
            scratch.plain[at] = true;
            row
        }
    };
    facts.assignments.push(Assignment {
        name: AssignmentName::UnderScope(flat.id),
        principal: flat.principal,
        principal_type: flat.principal_type,
        role: RoleRef::Id(flat.role),
        scope,
        state: AssignmentState::Active,
        via_lighthouse: false,
        terms: None,
        origin: Origin::new(source, begin + flat.offset),
    });
    facts
        .names_in_assignments
        .entry(flat.principal)
        .or_insert_with(|| (flat.principal_type, flat.principal_name.into()));
    true
}

/// Counts assignments that [`add`] took.
pub(crate) fn count(facts: &mut Facts, source: SourceId, added: &mut usize) {
    if *added > 0 {
        facts.recognise(source.index(), InputKind::RoleAssignments, *added);
        *added = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_strings() {
        for length in 0..40 {
            let plain = "ä".repeat(length / 2) + &"x".repeat(length % 2);
            let text = format!("{plain}\"rest\"\\\n");
            assert_eq!(string_end(text.as_bytes(), 0), Some(plain.len()));
            for bad in ["\\", "\n", "\u{1}"] {
                let text = format!("{plain}{bad}\"rest of it");
                assert_eq!(string_end(text.as_bytes(), 0), None);
            }
        }
        assert_eq!(string_end(b"no end", 0), None);
    }
}
