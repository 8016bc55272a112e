//! The one shape that comes by the hundred thousand: a list of role assignments as az writes it, every
//! field flat. It is read here without a tree in between; whatever is not exactly so (another key, an
//! escape in a string, a condition) goes the general way, entry by entry, and reads the same there.

use super::documents::RawEntry;
use crate::ident::Guid;
use crate::model::{
    Assignment, AssignmentName, AssignmentState, Facts, InputKind, PrincipalType, RoleRef, ScopeRef,
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

/// What adding one assignment leaves for the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// By row of the scopes of the facts: was it looked at, and does it belong to this way?
    plain: Vec<bool>,
}

/// Adds an assignment to the facts; `false` where its scope turns out to need the general way.
pub(crate) fn add(
    facts: &mut Facts,
    source: SourceId,
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    const FIELDS: [(&str, &[&str]); 18] = [
        (
            "condition",
            &["null", "null", "null", "null", "\"\"", "\"@Resource[a:b] StringEquals 'c'\""],
        ),
        ("conditionVersion", &["null", "\"2.0\""]),
        ("createdBy", &["\"11111111-1111-1111-1111-111111111111\"", "null", "7"]),
        ("createdOn", &["\"2026-01-01T00:00:00+00:00\""]),
        (
            "description",
            &["null", "\"\"", "\"a \\\" b\"", "\"{[,]}\"", "\"\\ud800\"", "\"größer\""],
        ),
        (
            "id",
            &[
                "\"SCOPE/providers/Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-0000000000NN\"",
                "\"SCOPE/providers/Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-0000000000NN\"",
                "\"/providers/Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-0000000000NN\"",
                "null",
                "\"x\"",
            ],
        ),
        ("name", &["\"n\"", "null"]),
        (
            "principalId",
            &[
                "\"22222222-2222-2222-2222-2222222222NN\"",
                "\"22222222-2222-2222-2222-2222222222NN\"",
                "\"222222222222222222222222222222NN\"",
                "\"{22222222-2222-2222-2222-2222222222NN}\"",
                "\"\"",
                "5",
            ],
        ),
        ("principalName", &["\"a@contoso.example\"", "\" b \"", "\"\"", "null"]),
        (
            "principalType",
            &["\"User\"", "\"Group\"", "\"ServicePrincipal\"", "\"user\"", "\"Unknown\"", "null"],
        ),
        ("resourceGroup", &["\"rg\"", "null"]),
        (
            "roleDefinitionId",
            &[
                "\"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\"",
                "\"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\"",
                "\"acdd72a7-3385-48ef-bd42-f606fba81ae7\"",
                "\"Microsoft.KeyVault/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\"",
                "\"/x/y\"",
                "null",
            ],
        ),
        ("roleDefinitionName", &["\"Reader\"", "\"Read\\u00e9r\"", "null"]),
        (
            "scope",
            &[
                "\"SCOPE\"",
                "\"SCOPE\"",
                "\"SCOPE\"",
                "\"SCOPE/\"",
                "\" SCOPE\"",
                "\"/keys\"",
                "null",
            ],
        ),
        (
            "type",
            &[
                "\"Microsoft.Authorization/roleAssignments\"",
                "\"microsoft.authorization/roleassignments\"",
                "null",
                "\"x\"",
            ],
        ),
        ("updatedBy", &["\"\"", "[1, {}]"]),
        ("updatedOn", &["null"]),
        ("startDateTime", &["\"2026-01-01T00:00:00Z\""]),
    ];
    const SCOPES: [&str; 6] = [
        "/subscriptions/s",
        "/subscriptions/S/resourceGroups/RG",
        "/",
        "/providers/Microsoft.Management/managementGroups/m",
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts/a/sqlRoleAssignments/x",
        "subscriptions/s",
    ];

    struct Dice(u64);

    impl Dice {
        fn below(&mut self, count: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(self.0 >> 33).expect("31 bits fit") % count
        }
    }

    fn entry(dice: &mut Dice) -> String {
        let scope = SCOPES[dice.below(SCOPES.len() * 3).min(SCOPES.len() - 1) % SCOPES.len()];
        let odd = dice.below(3) == 0;
        let mut fields: Vec<String> = Vec::new();
        for (row, (name, values)) in FIELDS.iter().enumerate() {
            let rare = row == FIELDS.len() - 1;
            if (odd && dice.below(12) == 0) || (rare && !(odd && dice.below(4) == 0)) {
                continue;
            }
            let value = if odd { values[dice.below(values.len())] } else { values[0] };
            let below = if scope == "/" && name == &"id" { "" } else { scope };
            let value =
                value.replace("SCOPE", below).replace("NN", &format!("{:02}", dice.below(40)));
            let name =
                if odd && dice.below(30) == 0 { name.to_uppercase() } else { (*name).to_string() };
            fields.push(format!("    \"{name}\": {value}"));
            if odd && dice.below(40) == 0 {
                fields.push(format!("    \"{name}\": {value}"));
            }
        }
        if odd && dice.below(4) == 0 {
            fields.reverse();
        }
        format!("{{\n{}\n  }}", fields.join(",\n"))
    }

    /// All that was read, in words, without places.
    fn told(facts: &Facts) -> String {
        let mut text = String::new();
        for one in &facts.assignments {
            let mut one = one.clone();
            one.origin = Origin::NONE;
            let condition = one.condition().map(|guard| guard.text.clone());
            if let Some(terms) = &mut one.terms {
                terms.condition = None;
            }
            let scope = facts.scope_at(one.scope).text();
            let _infallible = writeln!(text, "{one:?} {scope} {condition:?}");
        }
        for error in &facts.errors {
            let _infallible = writeln!(text, "{} {:?}", error.message(), error.expectation());
        }
        for gap in &facts.gaps {
            let _infallible = writeln!(text, "{} {:?}", gap.message, gap.touches);
        }
        for note in &facts.notes {
            let _infallible = writeln!(text, "{} {} {}", note.code, note.message, note.count);
        }
        let mut names: Vec<_> = facts.names_in_assignments.iter().collect();
        names.sort_unstable();
        let _infallible = writeln!(text, "{:?} {names:?}", facts.recognised);
        text
    }

    #[test]
    fn reads_what_the_general_way_reads() {
        let mut dice = Dice(1);
        let (mut flat, mut other) = (0, 0);
        for _ in 0..2000 {
            let count = 1 + dice.below(6);
            let entries: Vec<String> = (0..count).map(|_| entry(&mut dice)).collect();
            let list = format!("[\n  {}\n]\n", entries.join(",\n  "));
            for item in items(&list).into_iter().flatten() {
                match item {
                    Item::Flat(_) => flat += 1,
                    Item::Other(_) => other += 1,
                }
            }
            // A wrapper sends the same entries the general way.
            let wrapped = format!("{{\"value\": {list}}}");
            let (mut fast, mut general) = (Facts::default(), Facts::default());
            crate::ingest::read(&mut fast, "a.json", list.as_bytes());
            crate::ingest::read(&mut general, "a.json", wrapped.as_bytes());
            assert_eq!(told(&fast), told(&general), "{list}");
        }
        assert!(flat > 500 && other > 500, "both ways are taken: {flat}, {other}");
    }

    #[test]
    fn parts_together_are_the_whole() {
        let mut dice = Dice(2);
        let entries: Vec<String> = (0..200).map(|_| entry(&mut dice)).collect();
        let list = format!("[\n  {}\n]\n", entries.join(",\n  "));
        let range = (4, list.trim_end().len() - 1);
        let offsets = |parts: &[(usize, usize)]| -> Vec<usize> {
            parts
                .iter()
                .flat_map(|(from, to)| part(&list, *from, *to).expect("whole entries"))
                .map(|item| match item {
                    Item::Flat(flat) => flat.offset,
                    Item::Other(text) => text.as_ptr() as usize - list.as_ptr() as usize,
                })
                .collect()
        };
        let whole = offsets(&[range]);
        assert_eq!(whole.len(), 200);
        for threads in 2..9 {
            assert_eq!(offsets(&parts(list.as_bytes(), range, threads)), whole, "{threads}");
        }
    }

    #[test]
    fn a_broken_list_goes_the_general_way() {
        let mut dice = Dice(3);
        let list = format!("[{}, {}]", entry(&mut dice), entry(&mut dice));
        for end in 1..list.len() {
            if list.is_char_boundary(end) {
                assert!(items(&list[..end]).is_none(), "{}", &list[..end]);
            }
        }
        assert!(items("[]").is_none() && items("").is_none() && items("[").is_none());
    }

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
