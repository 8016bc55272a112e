//! The one shape that comes by the hundred thousand: a list of role assignments as az writes it, every
//! field flat. It is read here without a tree in between; whatever is not exactly so (another key, an
//! escape in a string, a condition) goes the general way, entry by entry, and reads the same there.

use super::documents::RawEntry;
use crate::ident::Guid;
use crate::model::{
    Assignment, AssignmentName, AssignmentState, Facts, InputKind, PrincipalType, RoleRef,
};
use crate::origin::{Origin, SourceId};
use serde_json::value::RawValue;

/// Texts shorter than this are read by one thread.
const PARALLEL_FROM: usize = 8 * 1024 * 1024;

/// More threads than this do not help: what follows is read by one.
const THREADS: usize = 4;

/// An entry of the list.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    /// Exactly az's shape.
    Flat(Flat<'a>),
    /// Anything else: for the general way.
    Other(&'a str),
}

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

/// The entries of a text that is one list and that begins in az's shape; `None` for all other texts,
/// broken ones included: what is wrong with them is told on the general way.
pub(crate) fn items(text: &str) -> Option<Vec<Item<'_>>> {
    let bytes = text.as_bytes();
    let open = skip_blanks(bytes, 0);
    if bytes.get(open) != Some(&b'[') {
        return None;
    }
    let first = skip_blanks(bytes, open + 1);
    assignment(text, first)?;
    let close = text.trim_ascii_end().len().checked_sub(1)?;
    if close <= first || bytes[close] != b']' {
        return None;
    }
    let list = (first, close);
    let threads = match text.len() {
        0..PARALLEL_FROM => 1,
        _ => std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(THREADS),
    };
    let parts = parts(bytes, list, threads);
    if let [(from, to)] = parts[..] {
        return part(text, from, to);
    }
    let found: Vec<Option<Vec<Item<'_>>>> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            parts.iter().map(|(from, to)| scope.spawn(move || part(text, *from, *to))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or(None)).collect()
    });
    let mut all = Vec::with_capacity(found.iter().flatten().map(Vec::len).sum());
    for part in found {
        all.extend(part?);
    }
    Some(all)
}

/// Cuts a list where one entry ends and another begins, as far as two lines of az's output tell. A
/// string holds no line break, so it is not cut; should an object be, its halves do not parse and the
/// whole text goes the general way.
fn parts(bytes: &[u8], (from, to): (usize, usize), count: usize) -> Vec<(usize, usize)> {
    const BETWEEN: &[u8] = b"\n  },\n  {";
    let mut found = Vec::with_capacity(count);
    let mut begin = from;
    for number in 1..count {
        let near = from + (to - from) / count * number;
        if near <= begin {
            continue;
        }
        let Some(at) = bytes[near..to].windows(BETWEEN.len()).position(|part| part == BETWEEN)
        else {
            break;
        };
        // The comma belongs to neither part.
        found.push((begin, near + at + 4));
        begin = near + at + BETWEEN.len() - 1;
    }
    found.push((begin, to));
    found
}

/// The entries between two offsets, which hold whole entries with commas between them.
fn part(text: &str, from: usize, to: usize) -> Option<Vec<Item<'_>>> {
    let text = &text[..to];
    let bytes = text.as_bytes();
    let mut items = Vec::with_capacity((to - from) / 1000 + 1);
    let mut at = from;
    loop {
        let end = match assignment(text, at) {
            Some((flat, end)) => {
                items.push(Item::Flat(flat));
                end
            }
            None => {
                let mut values =
                    serde_json::Deserializer::from_str(&text[at..]).into_iter::<&RawValue>();
                let value = values.next()?.ok()?;
                items.push(Item::Other(value.get()));
                at + values.byte_offset()
            }
        };
        let next = skip_blanks(bytes, end);
        if next == to {
            return Some(items);
        }
        if bytes[next] != b',' {
            return None;
        }
        at = skip_blanks(bytes, next + 1);
    }
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

/// One assignment that begins at an offset, and where it ends; `None` where it is not exactly what az
/// writes.
fn assignment(text: &str, begin: usize) -> Option<(Flat<'_>, usize)> {
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
    Some((flat, at + 1))
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

fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
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

/// Adds an assignment to the facts; `false` where its scope turns out to need the general way.
pub(crate) fn add(
    facts: &mut Facts,
    source: SourceId,
    flat: &Flat<'_>,
    buffer: &mut String,
) -> bool {
    let Ok(scope) = facts.scope_text(flat.scope, buffer) else { return false };
    if buffer.contains("microsoft.documentdb/") {
        return false;
    }
    facts.assignments.push(Assignment {
        name: AssignmentName::UnderScope(flat.id),
        principal: flat.principal,
        principal_type: flat.principal_type,
        role: RoleRef::Id(flat.role),
        scope,
        state: AssignmentState::Active,
        start: None,
        end: None,
        condition: None,
        via_lighthouse: false,
        stands_for: None,
        origin: Origin::new(source, flat.offset),
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

/// An entry as the general way takes it.
pub(crate) fn raw<'a>(text: &'a str, item: &Item<'a>, index: usize) -> Option<RawEntry<'a>> {
    let (offset, part) = match item {
        Item::Other(part) => (part.as_ptr() as usize - text.as_ptr() as usize, *part),
        Item::Flat(flat) => {
            let mut values =
                serde_json::Deserializer::from_str(&text[flat.offset..]).into_iter::<&RawValue>();
            (flat.offset, values.next()?.ok()?.get())
        }
    };
    Some(RawEntry { text: part, offset, document: 0, wrapper: None, index: Some(index) })
}
