//! The role definitions of a file, with the place of everything that a rule can speak of.

use super::tree::{self, Kind, Value};
use super::{List, Subject, Where};
use crate::condition::Condition;
use crate::ident::Guid;
use crate::model::{Guard, PermissionBlock, RoleDefinition, RoleKind};
use crate::origin::{Error, ErrorKind, Origin, Place, locate};
use crate::pattern::ActionPattern;
use std::collections::BTreeMap;
use std::ops::Range;

/// A file with role definitions, in any of Azure's dialects, read so that it can be edited.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    text: String,
    pub(super) roles: Vec<RoleText>,
}

/// One role definition of it.
#[derive(Debug, Clone)]
pub(super) struct RoleText {
    pub(super) subject: Subject,
    pub(super) places: BTreeMap<Where, Range<usize>>,
    /// The lists of patterns: all items, and for each item the pattern that it became.
    pub(super) lists: BTreeMap<(usize, List), ListText>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct ListText {
    pub(super) span: Range<usize>,
    pub(super) items: Vec<(Range<usize>, Option<usize>)>,
}

impl Document {
    /// Finds every role definition in a JSON text, however deep.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`] where the text is not JSON, [`ErrorKind::NotFound`] where it holds no
    /// role definition.
    pub fn read(name: &str, text: &str) -> Result<Document, Error> {
        let mut roles = Vec::new();
        for value in tree::parse(name, text)? {
            find(&value, &mut roles);
        }
        if roles.is_empty() {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("`{name}` holds no role definition"),
            )
            .expected("an object with `permissions`, or with `actions` or `dataActions`"));
        }
        Ok(Document { name: name.to_string(), text: text.to_string(), roles })
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name of the file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The role definitions, in the order of the text.
    pub fn subjects(&self) -> impl Iterator<Item = &Subject> {
        self.roles.iter().map(|role| &role.subject)
    }

    /// Where something of a role stands.
    #[must_use]
    pub fn place(&self, role: usize, at: &Where) -> Place {
        let places = self.roles.get(role).map(|role| &role.places);
        let span = places.and_then(|places| places.get(at).or_else(|| places.get(&Where::Role)));
        let found = locate(&self.text, span.map_or(0, |span| span.start));
        Place { file: self.name.clone(), path: found.path, line: found.line, column: found.column }
    }
}

fn find(value: &Value, roles: &mut Vec<RoleText>) {
    match &value.kind {
        Kind::Object(fields) => {
            if is_role(value) {
                roles.push(role(value));
            } else {
                fields.iter().for_each(|(_, value)| find(value, roles));
            }
        }
        Kind::List(items) => items.iter().for_each(|item| find(item, roles)),
        Kind::Text(_) | Kind::Other(_) => {}
    }
}

/// A field of the object itself or of its `properties`.
fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.field(name).or_else(|| value.field("properties")?.field(name))
}

fn is_role(value: &Value) -> bool {
    let has = |name| field(value, name).is_some();
    let denies = has("principals") || has("denyAssignmentName") || has("excludePrincipals");
    let named = has("roleName") || has("name") || has("assignableScopes") || has("id");
    !denies && named && (has("permissions") || has("actions") || has("dataActions"))
}

fn role(value: &Value) -> RoleText {
    let mut found = RoleText {
        subject: Subject {
            role: RoleDefinition {
                id: None,
                name: "".into(),
                kind: RoleKind::Custom,
                blocks: Vec::new(),
                assignable_scopes: Vec::new(),
                origin: Origin::NONE,
            },
            description: None,
            malformed: Vec::new(),
        },
        places: BTreeMap::from([(Where::Role, value.span.clone())]),
        lists: BTreeMap::new(),
    };
    let own = |name: &str| value.field(name).and_then(Value::text);
    found.subject.role.id =
        own("name").and_then(Guid::last_segment).or_else(|| own("id").and_then(Guid::last_segment));
    let name = field(value, "roleName").or_else(|| {
        value.field("name").filter(|name| name.text().is_some_and(|n| Guid::parse(n).is_none()))
    });
    if let Some((text, span)) = name.and_then(|name| Some((name.text()?, name.span.clone()))) {
        found.subject.role.name = text.trim().into();
        found.places.insert(Where::Name, span);
    }
    found.subject.role.kind = kind(value);
    if let Some((text, span)) =
        field(value, "description").and_then(|d| Some((d.text()?, d.span.clone())))
    {
        found.subject.description = Some(text.to_string());
        found.places.insert(Where::Description, span);
    }
    if let Some(scopes) = field(value, "assignableScopes") {
        for (number, (text, span)) in strings(scopes).into_iter().enumerate() {
            found.subject.role.assignable_scopes.push(text.trim().into());
            found.places.insert(Where::Scope(number), span);
        }
    }
    match field(value, "permissions").map(|permissions| (&permissions.kind, permissions)) {
        Some((Kind::List(items), _)) => items.iter().for_each(|item| block(item, &mut found)),
        Some((Kind::Object(_), one)) => block(one, &mut found),
        Some(_) | None => block(value, &mut found),
    }
    found
}

fn kind(value: &Value) -> RoleKind {
    let word = |value: &Value| match &value.kind {
        Kind::Text(text) | Kind::Other(text) => text.to_ascii_lowercase(),
        Kind::List(_) | Kind::Object(_) => String::new(),
    };
    if let Some(custom) = field(value, "isCustom") {
        return if word(custom) == "false" { RoleKind::BuiltIn } else { RoleKind::Custom };
    }
    let stated = field(value, "roleType")
        .or_else(|| value.field("properties").and_then(|inner| inner.field("type")));
    match stated.map(word).as_deref() {
        Some("builtinrole") => RoleKind::BuiltIn,
        _ => RoleKind::Custom,
    }
}

/// The strings of a list; one string is a list of one.
fn strings(value: &Value) -> Vec<(&str, Range<usize>)> {
    match &value.kind {
        Kind::Text(text) => vec![(text, value.span.clone())],
        Kind::List(items) => {
            items.iter().filter_map(|item| Some((item.text()?, item.span.clone()))).collect()
        }
        Kind::Object(_) | Kind::Other(_) => Vec::new(),
    }
}

fn block(value: &Value, found: &mut RoleText) {
    let number = found.subject.role.blocks.len();
    let mut block = PermissionBlock::default();
    for list in List::ALL {
        let Some(items) = field(value, list.as_str()) else { continue };
        let mut text = ListText { span: items.span.clone(), items: Vec::new() };
        let mut patterns = Vec::new();
        for (item, span) in strings(items) {
            match ActionPattern::new(item) {
                Ok(pattern) => {
                    let index = patterns.len();
                    found.places.insert(Where::Entry { block: number, list, index }, span.clone());
                    text.items.push((span, Some(index)));
                    patterns.push(pattern);
                }
                Err(error) => {
                    let at = Where::Malformed(found.subject.malformed.len());
                    found.places.insert(at, span.clone());
                    found.subject.malformed.push(error.message().to_string());
                    text.items.push((span, None));
                }
            }
        }
        // One string in place of a list cannot be taken out of it.
        if matches!(items.kind, Kind::List(_)) {
            found.lists.insert((number, list), text);
        }
        match list {
            List::Actions => block.actions = patterns,
            List::NotActions => block.not_actions = patterns,
            List::DataActions => block.data_actions = patterns,
            List::NotDataActions => block.not_data_actions = patterns,
        }
    }
    let condition = field(value, "condition").and_then(|c| Some((c.text()?, c.span.clone())));
    if let Some((text, span)) = condition.filter(|(text, _)| !text.trim().is_empty()) {
        found.places.insert(Where::Condition(number), span);
        let version = field(value, "conditionVersion").and_then(Value::text);
        block.condition = Some(Guard {
            text: text.into(),
            version: version.map(Into::into),
            parsed: Condition::parse(text).map_err(|errors| {
                let told: Vec<String> =
                    errors.iter().map(|error| error.message().to_string()).collect();
                Error::new(ErrorKind::Condition, told.join("; "))
            }),
            origin: Origin::NONE,
        });
    }
    found.subject.role.blocks.push(block);
}

/// The text of a file: UTF-8, or UTF-16 as Windows PowerShell writes it, without its mark.
///
/// # Errors
/// [`ErrorKind::Syntax`] for anything else.
pub fn text(name: &str, bytes: &[u8]) -> Result<String, Error> {
    match crate::ingest::text::decode(bytes) {
        Ok((text, _)) => Ok(text.into_owned()),
        Err(error) => {
            let place = Place { file: name.to_string(), path: String::new(), line: 1, column: 1 };
            Err(error.at(place))
        }
    }
}
