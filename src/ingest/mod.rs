//! Foreign formats in, facts out: one file a format, recognised by content.
//!
//! [`read`] never fails as a whole and never stops at the first problem. What it understands becomes
//! facts; what it mends becomes a note; what it does not understand becomes an error for people and a
//! gap for answers, and the rest is read on.

pub mod catalog;
pub(crate) mod assignment;
pub(crate) mod deny;
pub(crate) mod directory;
pub(crate) mod documents;
pub(crate) mod entry;
pub(crate) mod ground;
pub(crate) mod hierarchy;
pub(crate) mod node;
pub(crate) mod reader;
pub(crate) mod recognise;
pub(crate) mod resource;
pub(crate) mod role;
pub(crate) mod text;
pub(crate) mod yaml;

use crate::model::{Facts, Gap, InputKind, PrincipalType, Touches};
use crate::origin::{Error, ErrorKind, Place};
use assignment::Record;
use documents::{Entries, entries, message, offset_of, without_comments};
use entry::{Entry, Problem, Step};
use ground::{At, Ground, Lines};
use node::Node;
use reader::Reader;
use recognise::{Shape, recognise};

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
    let (text, encoding) = match text::decode(bytes) {
        Ok(decoded) => decoded,
        Err(error) => return unreadable(facts, name, error, Touches::Anything),
    };
    if encoding == text::Encoding::Utf16 {
        let place = Place { file: name.to_string(), path: String::new(), line: 1, column: 1 };
        facts.note("repaired-utf16", "UTF-16 text was converted", Some(place));
    }
    let mut found = entries(&text);
    let clean;
    if found.broken.is_some()
        && let Some(without) = without_comments(&text)
    {
        clean = without;
        let second = entries(&clean);
        if second.broken.is_none()
            || second.broken.as_ref().map(|b| b.0) > found.broken.as_ref().map(|b| b.0)
        {
            let place = Place { file: name.to_string(), path: String::new(), line: 1, column: 1 };
            facts.note(
                "repaired-comments",
                "comments or trailing commas were passed over",
                Some(place),
            );
            found = second;
        }
    }
    if found.entries.is_empty() && found.documents == 0 && found.broken.is_none() {
        let place = Place { file: name.to_string(), path: String::new(), line: 1, column: 1 };
        facts.note("empty-file", "the file is empty", Some(place));
        return;
    }
    let lines = Lines::default();
    let ground = |entry| Ground {
        source,
        name,
        text: &text,
        lines: &lines,
        at: At::Json { entry, documents: found.documents },
    };
    let mut last = None;
    let mut errors = 0;
    for entry in &found.entries {
        let mut reader = Reader::new(facts, ground(*entry));
        reader.errors_here = errors;
        last = Some(read_entry(&mut reader, entry.text));
        errors = reader.errors_here;
    }
    if found.more {
        let place = Place { file: name.to_string(), path: String::new(), line: 1, column: 1 };
        facts.gaps.push(Gap {
            code: "cut-off-list",
            message: "the list says that there is a next page, which is not in this file"
                .to_string(),
            help: Some(
                "follow `nextLink` until it is null, or export with a tool that does".to_string(),
            ),
            place: Some(place),
            touches: last.map_or(Touches::Anything, touched_by),
        });
    }
    if let Some((offset, what)) = &found.broken {
        broken(facts, name, &text, &found, *offset, what, last);
    }
}

/// Says that a source could not be read at all: an error for people, a gap for answers.
pub fn missing(facts: &mut Facts, name: &str, error: &Error) {
    facts.sources.add(name);
    unreadable(facts, name, error.clone(), Touches::Anything);
}

/// The place of a byte offset in a source, given its bytes again: file, line and column. The JSON
/// path is left empty; errors carry it from the start.
#[must_use]
pub fn place(name: &str, bytes: &[u8], offset: usize) -> Option<Place> {
    let (text, _) = text::decode(bytes).ok()?;
    let (line, column) = Lines::default().line_and_column(&text, offset);
    Some(Place { file: name.to_string(), path: String::new(), line, column })
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
    let error = Error::new(
        ErrorKind::Syntax,
        format!("not JSON from here on: {what} ({kept} entries before it were read)"),
    )
    .expected("what az, Azure PowerShell, REST or Microsoft Graph print as JSON")
    .help("export the file again; a warning on stdout or a cut-off download are the usual causes")
    .at(place);
    unreadable(facts, name, error, last.map_or(Touches::Anything, touched_by));
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
        Shape::Eligibility | Shape::Resource | Shape::Native(_) | Shape::Unneeded(_) => {
            Touches::Resource { scope: None }
        }
        Shape::Deny => Touches::Deny { scope: None },
        Shape::Lock => Touches::Lock { scope: None },
        Shape::Directory(_) => Touches::Members { group: None },
        Shape::ManagementGroup | Shape::Subscription => Touches::Hierarchy,
        Shape::Unknown => Touches::Anything,
    }
}

/// Reads the text of one entry.
fn read_entry(reader: &mut Reader<'_, '_>, text: &str) -> Shape {
    match serde_json::from_str::<Node<'_>>(text) {
        Ok(node) => read_node(reader, &node),
        Err(error) => {
            // The structure was fine, so a string inside it is not: a lone surrogate, usually.
            let line = offset_of(text, &error);
            let problem = Problem::new(
                format!("{} (byte {line} of the entry)", message(&error)),
                "an object whose strings are Unicode",
            );
            reader.refuse("entry", &problem, Touches::Anything);
            Shape::Unknown
        }
    }
}

/// Reads one entry that is a tree already: also the way in for scenario documents.
pub(crate) fn read_node(reader: &mut Reader<'_, '_>, node: &Node<'_>) -> Shape {
    let Some(entry) = Entry::of(node) else {
        let problem = Problem::new(node.describe(), "an object");
        reader.refuse("entry", &problem, Touches::Resource { scope: None });
        return Shape::Unknown;
    };
    let shape = recognise(&entry);
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

/// Which shape a list of a scenario's tenant holds, by its name.
pub(crate) fn shape_of_list(list: &str) -> Option<Shape> {
    Some(match list {
        "roleDefinitions" => Shape::RoleDefinition,
        "roleAssignments" => Shape::RoleAssignment,
        "denyAssignments" => Shape::Deny,
        "users" => Shape::Directory(PrincipalType::User),
        "groups" => Shape::Directory(PrincipalType::Group),
        "servicePrincipals" => Shape::Directory(PrincipalType::ServicePrincipal),
        "managementGroups" => Shape::ManagementGroup,
        "subscriptions" => Shape::Subscription,
        "resources" => Shape::Resource,
        "locks" => Shape::Lock,
        _ => return None,
    })
}

/// The path to an element of a list of a scenario's tenant.
pub(crate) fn list_path(list: &str, index: usize) -> Vec<Step> {
    vec![Step::Key("tenant".to_string()), Step::Key(list.to_string()), Step::Index(index)]
}
