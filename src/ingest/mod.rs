//! Foreign formats in, facts out: one file a format, recognised by content.
//!
//! [`read`] never fails as a whole and never stops at the first problem. What it understands becomes
//! facts; what it mends becomes a note; what it does not understand becomes an error for people and a
//! gap for answers, and the rest is read on.

pub mod catalog;
pub(crate) mod assignment;
pub(crate) mod classic;
pub(crate) mod deny;
pub(crate) mod directory;
pub(crate) mod documents;
pub(crate) mod entry;
pub(crate) mod flat;
pub(crate) mod ground;
pub(crate) mod hierarchy;
pub(crate) mod node;
pub(crate) mod path;
mod list;
mod places;
pub(crate) mod reader;
pub(crate) mod recognise;
pub(crate) mod resource;
pub(crate) mod role;
pub(crate) mod summary;
pub(crate) mod text;
pub(crate) mod yaml;

pub use list::read_file;
pub use places::{Marks, place, places};

use crate::ident::Guid;
use crate::model::{AssignmentName, Facts, Gap, InputKind, Touches};
use crate::origin::{Error, ErrorKind, Origin, Place};
use assignment::Record;
use documents::{
    Entries, after_prose, entries, looks_like_json, message, taken_out, without_comments,
};
use entry::{Entry, Problem, Repair, Step};
use ground::{At, Ground, Lines};
use list::{Came, List};
use node::Node;
use reader::Reader;
use recognise::{Shape, recognise};
use rustc_hash::FxHashSet;

/// Reads one exported file (or stream) into the facts, whatever Azure tool wrote it.
///
/// `name` is what people know the source by; messages use it. The world of the facts is left alone.
///
/// ```
/// use azrbac::model::Facts;
/// let mut facts = Facts::default();
/// let export = br#"[{"principalId": "11111111-1111-1111-1111-111111111111",
///   "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
///   "scope": "/subscriptions/22222222-2222-2222-2222-222222222222", "principalType": "User"}]"#;
/// azrbac::ingest::read(&mut facts, "assignments.json", export);
/// assert_eq!(facts.assignments.len(), 1);
/// assert!(facts.errors.is_empty());
/// ```
pub fn read(facts: &mut Facts, name: &str, bytes: &[u8]) {
    let source = facts.sources.add(name);
    let mut list = List::new(source, name);
    read_text(facts, &mut list, bytes);
}

/// Reads a source that is there as a whole; what of it was read as a list already is not read again.
fn read_text(facts: &mut Facts, list: &mut List<'_>, bytes: &[u8]) {
    let name = list.name;
    if list.end > 0 && !(looks_like_json(bytes) && bytes.get(list.end - 1) == Some(&b'}')) {
        return unreadable(facts, name, list::changed(name), Touches::Anything);
    }
    let (text, cut) = match text::decode(bytes) {
        Ok((text, _)) => (text, None),
        Err(_) if !looks_like_json(bytes) => return not_json(facts, name),
        Err(error) => {
            let (line, column) = text::readable_up_to(bytes);
            let error = error.at(Place { line, column, ..beginning(name) });
            // What stands before the first byte that is no text is whole.
            let before = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
            (before.trim_start_matches('\u{feff}').into(), Some(error))
        }
    };
    if matches!(text.trim(), "" | "null") && cut.is_none() {
        facts.note(
            "empty-file",
            "there is nothing in this file; the command that wrote it probably failed",
            Some(beginning(name)),
        );
        return;
    }
    if list.all(facts, &text) == Came::Closed && cut.is_none() {
        return;
    }
    let mut found = entries(&text);
    let clean;
    if found.broken.is_some() && !looks_like_json(text.as_bytes()) {
        let Some(begin) = after_prose(&text) else { return not_json(facts, name) };
        let prose = &text[..begin];
        let said = prose.trim().lines().next().unwrap_or_default();
        let said: String = said.chars().take(120).collect();
        let lines = match prose.trim().lines().count() {
            1 => "a line".to_string(),
            count => format!("{count} lines"),
        };
        facts.note(
            "repaired-prose",
            format!("{lines} before the JSON passed over: `{said}`"),
            Some(beginning(name)),
        );
        clean = " ".repeat(begin) + &text[begin..];
        found = entries(&clean);
    } else if found.broken.is_some()
        && let Some(without) = without_comments(&text)
    {
        clean = without;
        let second = entries(&clean);
        if second.broken.is_none()
            || second.broken.as_ref().map(|b| b.0) > found.broken.as_ref().map(|b| b.0)
        {
            mended(facts, name, &text, &clean);
            found = second;
        }
    }
    if found.entries.is_empty() && found.broken.is_none() && cut.is_none() {
        facts.note(
            "empty-list",
            "an empty list does not say of what it is the list; no kind of input counts as read",
            Some(beginning(name)),
        );
    }
    let Some(rest) = list.rest(&found.entries) else {
        return unreadable(facts, name, list::changed(name), Touches::Anything);
    };
    let lines = Lines::default();
    for entry in rest {
        let at = At::Json { entry: *entry, documents: found.documents };
        let ground = Ground { source: list.source, name, text: &text, lines: &lines, at };
        list.told.read(facts, ground, entry.text);
    }
    for more in &found.more {
        let (line, column) = Lines::default().line_and_column(&text, more.offset);
        let path = crate::origin::locate(&text, more.offset).path;
        let read = facts.entries_of(list.source);
        facts.note(
            "cut-off-list",
            match more.total {
                Some(total) => {
                    format!("the list goes on: {read} of {total} entries are in this file")
                }
                None => "the list goes on: this link leads to more, which is not in this file"
                    .to_string(),
            },
            Some(Place { file: name.to_string(), path, line, column }),
        );
    }
    if let Some(error) = cut {
        unreadable(facts, name, error, Touches::Anything);
    } else if let Some((offset, what)) = &found.broken {
        broken(facts, name, &text, &found, *offset, what, list.told.last);
    }
}

fn beginning(name: &str) -> Place {
    Place { file: name.to_string(), path: String::new(), line: 1, column: 1 }
}

/// A script, a log, a page of text: whatever stands beside an export and is none.
fn not_json(facts: &mut Facts, name: &str) {
    facts.note("not-json", "not an export: it is not JSON", Some(beginning(name)));
}

/// Says on which lines comments and trailing commas were passed over.
fn mended(facts: &mut Facts, name: &str, text: &str, clean: &str) {
    let (comments, commas) = taken_out(text, clean);
    for (code, what, lines) in [
        ("repaired-comments", "comments", comments),
        ("repaired-commas", "trailing commas", commas),
    ] {
        const TOLD: usize = 10;
        let Some(first) = lines.first() else { continue };
        let mut told: Vec<String> = lines.iter().take(TOLD).map(usize::to_string).collect();
        if lines.len() > TOLD {
            told.push(format!("{} more", lines.len() - TOLD));
        }
        let last = told.pop().unwrap_or_default();
        let told = match &told[..] {
            [] => format!("line {last}"),
            before => format!("lines {} and {last}", before.join(", ")),
        };
        let place = Place { line: *first, ..beginning(name) };
        facts.note(code, format!("{what} were passed over ({told})"), Some(place));
    }
}

/// Looks at what was read from all sources together, once they are all read: the same assignment from
/// several lists becomes one, and one id with two contents is noted. `place` says where an origin is.
pub fn settle(facts: &mut Facts, place: &dyn Fn(Origin) -> Option<Place>) {
    let mut by_id: Vec<(Guid, u32)> = (0..)
        .zip(&facts.assignments)
        .filter_map(|(row, assignment)| match &assignment.name {
            AssignmentName::Bare(id) | AssignmentName::UnderScope(id) => Some((*id, row)),
            AssignmentName::Text(_) => None,
        })
        .collect();
    by_id.sort_unstable();
    let mut dropped: Vec<u32> = Vec::new();
    let mut notes = Vec::new();
    for group in by_id.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        // By content: one id may stand there a million times.
        let mut kept = FxHashSet::default();
        let (mut first, mut last) = (None, None);
        for (_, row) in group {
            let one = &facts.assignments[*row as usize];
            if !kept.insert(one.content()) {
                dropped.push(*row);
            } else if first.is_none() {
                first = Some(one);
            } else {
                last = Some(one);
            }
        }
        if let (Some(first), Some(last)) = (first, last) {
            let also = place(first.origin).map_or_else(String::new, |place| {
                format!("; the other stands in {}:{}", place.file, place.line)
            });
            notes.push((
                format!("assignment {} has two contents, and both count{also}", group[0].0),
                place(last.origin),
            ));
        }
    }
    // A schedule instance and the assignment that it stands for are one grant: the instance knows when
    // it ends, the assignment has the id that people know.
    let mut windows = Vec::new();
    for (row, instance) in (0u32..).zip(&facts.assignments) {
        let Some(origin) = instance.stands_for() else { continue };
        let at = by_id.partition_point(|(id, _)| *id < origin);
        for (_, of) in by_id[at..].iter().take_while(|(id, _)| *id == origin) {
            let one = &facts.assignments[*of as usize];
            let same = one.principal == instance.principal
                && one.role == instance.role
                && one.scope == instance.scope
                && one.stands_for().is_none();
            if same && one.start().is_none() && one.end().is_none() {
                windows.push((*of, instance.start(), instance.end()));
                dropped.push(row);
            }
        }
    }
    for (of, start, end) in windows {
        let one = &mut facts.assignments[of as usize];
        one.bound(start, end);
    }
    for (message, place) in notes {
        facts.note("same-id", message, place);
    }
    if !dropped.is_empty() {
        dropped.sort_unstable();
        dropped.dedup();
        let mut dropped = dropped.into_iter().peekable();
        let mut row = 0;
        facts.assignments.retain(|_| {
            let keep = dropped.next_if_eq(&row).is_none();
            row += 1;
            keep
        });
    }
}

/// Says that a source could not be read at all: an error for people, a gap for answers.
pub fn missing(facts: &mut Facts, name: &str, error: &Error) {
    facts.sources.add(name);
    unreadable(facts, name, error.clone(), Touches::Anything);
}

/// A source whose structure breaks off: everything before it was kept; what follows is a gap of the
/// kind that came before it.
fn broken(
    facts: &mut Facts,
    name: &str,
    text: &str,
    found: &Entries<'_>,
    offset: usize,
    what: &str,
    last: Option<Shape>,
) {
    let location = crate::origin::locate(text, offset);
    let place = Place {
        file: name.to_string(),
        path: location.path,
        line: location.line,
        column: location.column,
    };
    let kept = found.entries.len();
    let kept = match kept {
        0 => "nothing before it could be read".to_string(),
        1 => "the entry before it was read".to_string(),
        count => format!("the {count} entries before it were read"),
    };
    let what = match what.strip_prefix("EOF while parsing ") {
        Some(inside) => format!("the file ends in the middle of {inside}"),
        None => format!("not JSON from here on, {what}"),
    };
    let error = Error::new(ErrorKind::Syntax, format!("{what}; {kept}"))
        .expected("what az, Azure PowerShell, REST or Microsoft Graph print as JSON")
        .help("export the file again: a full disk or a cut-off download are the usual causes")
        .at(place);
    let from = found.entries.last().map_or(0, |entry| entry.offset + entry.text.len());
    let shape = last.or_else(|| begun(text.get(from..offset)?));
    unreadable(facts, name, error, shape.map_or(Touches::Anything, touched_by));
}

/// What the entry was going to be in whose middle a text breaks off, by the fields that are whole.
fn begun(text: &str) -> Option<Shape> {
    const TRIES: usize = 64;
    let text = text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '[' || c == ',');
    text.rmatch_indices(',').take(TRIES).find_map(|(end, _)| {
        let closed = format!("{}}}", &text[..end]);
        let node = serde_json::from_str::<Node<'_>>(&closed).ok()?;
        let shape = recognise(&Entry::of(&node)?);
        (shape != Shape::Unknown).then_some(shape)
    })
}

fn unreadable(facts: &mut Facts, name: &str, error: Error, touches: Touches) {
    let place = error.place().cloned().unwrap_or(Place {
        file: name.to_string(),
        path: String::new(),
        line: 1,
        column: 1,
    });
    facts.gaps.push(Gap {
        code: "unreadable-file",
        message: error.message().to_string(),
        help: error.advice().map(str::to_string),
        place: Some(place.clone()),
        touches,
    });
    facts.errors.push(error.at(place));
}

fn touched_by(shape: Shape) -> Touches {
    match shape {
        Shape::RoleDefinition => Touches::Role { id: None, name: None },
        Shape::RoleAssignment | Shape::Schedule => {
            Touches::Assignment { principal: None, scope: None }
        }
        // Eligible assignments give nothing, so a missing one changes nothing.
        Shape::Eligibility
        | Shape::Resource
        | Shape::Summary
        | Shape::Native(_)
        | Shape::Classic
        | Shape::Unneeded(_) => Touches::Resource { scope: None },
        Shape::Deny => Touches::Deny { scope: None },
        Shape::Lock => Touches::Lock { scope: None },
        Shape::Directory(_) => Touches::Members { group: None },
        Shape::ManagementGroup | Shape::Subscription => Touches::Hierarchy,
        Shape::AzureError | Shape::Unknown => Touches::Anything,
    }
}

/// Reads the text of one entry.
fn read_entry(reader: &mut Reader<'_, '_>, text: &str) -> Shape {
    let error = match serde_json::from_str::<Node<'_>>(text) {
        Ok(node) => return read_node(reader, &node),
        Err(error) => error,
    };
    // The structure is fine, so a value inside is not.
    if let Some(mended) = documents::without_lone_surrogates(text)
        && let Ok(node) = serde_json::from_str::<Node<'_>>(&mended)
    {
        let place = reader.ground.place(&reader.base);
        reader.facts.note(
            "repaired-surrogate",
            "half a character in a string was replaced by U+FFFD",
            Some(place),
        );
        return read_node(reader, &node);
    }
    let (step, rest) = documents::readable(text);
    let problem = Problem::new(message(&error), "values that JSON can hold");
    let problem = step.into_iter().fold(problem, |problem, key| problem.under(Step::Key(key)));
    let touched = Entry::of(&rest).map(|entry| (recognise(&entry), entry));
    let (shape, touches) = match touched {
        Some((shape @ (Shape::RoleAssignment | Shape::Schedule), entry)) => {
            (shape, assignment::touches(&entry))
        }
        Some((shape, _)) => (shape, touched_by(shape)),
        None => (Shape::Unknown, Touches::Anything),
    };
    reader.refuse("entry", &problem, touches);
    shape
}

/// Reads one entry that is a tree already: also the way in for scenario documents.
pub(crate) fn read_node(reader: &mut Reader<'_, '_>, node: &Node<'_>) -> Shape {
    let Some(entry) = Entry::of(node) else {
        let problem = Problem::new(node.describe(), "an object");
        reader.refuse("entry", &problem, Touches::Resource { scope: None });
        return Shape::Unknown;
    };
    let shape = recognise(&entry);
    if !matches!(shape, Shape::Resource | Shape::Unknown | Shape::Unneeded(_)) {
        for steps in entry.repeated() {
            reader.repairs.push(Repair {
                code: "duplicate-key",
                message: "a field stands there twice with the same value".to_string(),
                steps,
            });
        }
    }
    read_as(reader, &entry, shape);
    shape
}

/// Reads one entry as what it is known to be.
pub(crate) fn read_as(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>, shape: Shape) {
    match shape {
        Shape::RoleDefinition => role::read(reader, entry),
        Shape::RoleAssignment => assignment::read(reader, entry, Record::Assignment),
        Shape::Eligibility => assignment::read(reader, entry, Record::Eligibility),
        Shape::Schedule => assignment::read(reader, entry, Record::Schedule),
        Shape::Deny => deny::read(reader, entry),
        Shape::Lock => deny::read_lock(reader, entry),
        Shape::Directory(kind) => directory::read(reader, entry, kind),
        Shape::ManagementGroup => hierarchy::read_group(reader, entry),
        Shape::Subscription => hierarchy::read_subscription(reader, entry),
        Shape::Resource => resource::read(reader, entry),
        Shape::Classic => classic::read(reader, entry),
        Shape::Summary => summary::read(reader, entry),
        Shape::AzureError => summary::read_error(reader, entry),
        Shape::Native(system) => {
            let place = reader.ground.place(&reader.base);
            reader.facts.recognise(reader.ground.source.index(), InputKind::NativeRoles, 1);
            reader.facts.note(
                "native-roles",
                format!("{system} was kept out: it is not Azure RBAC and does not decide these questions"),
                Some(place),
            );
        }
        Shape::Unneeded(what) => {
            let place = reader.ground.place(&reader.base);
            reader.facts.note("unneeded", format!("{what}: kept out"), Some(place));
        }
        Shape::Unknown => {
            let place = reader.ground.place(&reader.base);
            let fields: Vec<&str> = entry.own().iter().take(6).map(|(key, _)| &**key).collect();
            reader.facts.note(
                "unknown-object",
                format!(
                    "an object with the fields {} is nothing that azrbac knows; it was left out",
                    fields.join(", ")
                ),
                Some(place),
            );
        }
    }
}

/// The path to an element of a list of a scenario's tenant.
pub(crate) fn list_path(list: &str, index: usize) -> Vec<Step> {
    vec![Step::Key("tenant".to_string()), Step::Key(list.to_string()), Step::Index(index)]
}
