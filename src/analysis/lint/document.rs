//! The role definitions of a file, with the place of everything that a rule can speak of.

use super::tree::{self, Kind, Value};
use super::{List, Subject, Where};
use crate::condition::Condition;
use crate::ident::Guid;
use crate::model::{Guard, PermissionBlock, RoleDefinition, RoleKind};
use crate::origin::{Error, ErrorKind, Origin, Place};
use crate::pattern::ActionPattern;
use std::collections::BTreeMap;
use std::ops::Range;

/// A file with role definitions, in any of Azure's dialects, read so that it can be edited.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    text: String,
    /// Where each line begins.
    lines: Vec<usize>,
    pub(super) roles: Vec<RoleText>,
}

/// One role definition of it.
#[derive(Debug, Clone)]
pub(super) struct RoleText {
    pub(super) subject: Subject,
    /// Where something stands, as offset and JSON path.
    places: BTreeMap<Where, (usize, String)>,
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
        for (number, value) in tree::parse(name, text)?.iter().enumerate() {
            let path = if number == 0 { "$".to_string() } else { format!("$[{number}]") };
            find(At { value, path }, &mut roles);
        }
        if roles.is_empty() {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("`{name}` holds no role definition"),
            )
            .expected("an object with `permissions`, or with `actions` or `dataActions`"));
        }
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Ok(Document { name: name.to_string(), text: text.to_string(), lines, roles })
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
        let found = places.and_then(|places| places.get(at).or_else(|| places.get(&Where::Role)));
        let (offset, path) = found.map_or((0, "$"), |(offset, path)| (*offset, path));
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines[line.saturating_sub(1)];
        Place {
            file: self.name.clone(),
            path: path.to_string(),
            line,
            column: self.text[start..offset].chars().count() + 1,
        }
    }
}

/// A value and the way to it.
#[derive(Debug, Clone)]
struct At<'v> {
    value: &'v Value,
    path: String,
}

impl<'v> At<'v> {
    /// A field of the object itself.
    fn own(&self, name: &str) -> Option<At<'v>> {
        let (key, value) = self.value.field(name)?;
        Some(At { value, path: format!("{}.{key}", self.path) })
    }

    /// A field of the object itself or of its `properties`.
    fn field(&self, name: &str) -> Option<At<'v>> {
        self.own(name).or_else(|| self.own("properties")?.own(name))
    }

    /// The elements of a list, the value itself where it is none.
    fn items(&self) -> Vec<At<'v>> {
        let Kind::List(items) = &self.value.kind else { return vec![self.clone()] };
        let item = |(number, value)| At { value, path: format!("{}[{number}]", self.path) };
        items.iter().enumerate().map(item).collect()
    }

    /// Its strings with their places; one string is a list of one.
    fn strings(&self) -> Vec<(&'v str, At<'v>)> {
        self.items().into_iter().filter_map(|item| Some((item.value.text()?, item))).collect()
    }

    fn place(&self) -> (usize, String) {
        (self.value.span.start, self.path.clone())
    }
}

fn find(at: At<'_>, roles: &mut Vec<RoleText>) {
    match &at.value.kind {
        Kind::Object(_) if is_role(&at) => roles.push(role(&at)),
        Kind::Object(fields) => {
            for (key, value) in fields {
                find(At { value, path: format!("{}.{key}", at.path) }, roles);
            }
        }
        Kind::List(_) => at.items().into_iter().for_each(|item| find(item, roles)),
        Kind::Text(_) | Kind::Other(_) => {}
    }
}

fn is_role(at: &At<'_>) -> bool {
    let has = |name| at.field(name).is_some();
    // Alert rules and workflows have `actions` too, and those are no lists of strings.
    let lists = |name: &str| {
        at.field(name).is_some_and(|list| {
            list.items().iter().all(|item| item.value.text().is_some())
                && !matches!(list.value.kind, Kind::Object(_))
        })
    };
    let kind = at.own("type").and_then(|kind| kind.value.text()).unwrap_or_default();
    let other = kind.contains('/') && !kind.to_ascii_lowercase().ends_with("/roledefinitions");
    let denies = has("principals") || has("denyAssignmentName") || has("excludePrincipals");
    let named = has("roleName") || has("name") || has("assignableScopes") || has("id");
    !other && !denies && named && (has("permissions") || lists("actions") || lists("dataActions"))
}

fn role(at: &At<'_>) -> RoleText {
    let mut found = RoleText {
        subject: Subject {
            role: RoleDefinition {
                updated: None,
                id: None,
                name: "".into(),
                kind: kind(at),
                blocks: Vec::new(),
                assignable_scopes: Vec::new(),
                origin: Origin::NONE,
            },
            description: None,
            malformed: Vec::new(),
        },
        places: BTreeMap::from([(Where::Role, at.place())]),
        lists: BTreeMap::new(),
    };
    let own = |name: &str| at.own(name).and_then(|value| value.value.text());
    found.subject.role.id =
        own("name").and_then(Guid::last_segment).or_else(|| own("id").and_then(Guid::last_segment));
    let texts = |field: Option<At<'_>>| {
        let field = field?;
        Some((field.value.text()?.to_string(), field.place()))
    };
    let unnumbered = |name: &At<'_>| name.value.text().is_some_and(|n| Guid::parse(n).is_none());
    let name = at.field("roleName").or_else(|| at.own("name").filter(unnumbered));
    if let Some((text, place)) = texts(name) {
        found.subject.role.name = text.trim().into();
        found.places.insert(Where::Name, place);
    }
    if let Some((text, place)) = texts(at.field("description")) {
        found.subject.description = Some(text);
        found.places.insert(Where::Description, place);
    }
    let scopes = at.field("assignableScopes").map(|scopes| scopes.strings()).unwrap_or_default();
    for (number, (text, scope)) in scopes.into_iter().enumerate() {
        found.subject.role.assignable_scopes.push(text.trim().into());
        found.places.insert(Where::Scope(number), scope.place());
    }
    match at.field("permissions") {
        Some(blocks) => blocks.items().iter().for_each(|inner| block(inner, &mut found)),
        None => block(at, &mut found),
    }
    found
}

fn kind(at: &At<'_>) -> RoleKind {
    let word = |at: At<'_>| match &at.value.kind {
        Kind::Text(text) | Kind::Other(text) => text.to_ascii_lowercase(),
        Kind::List(_) | Kind::Object(_) => String::new(),
    };
    if let Some(custom) = at.field("isCustom") {
        return if word(custom) == "false" { RoleKind::BuiltIn } else { RoleKind::Custom };
    }
    let stated = at.field("roleType").or_else(|| at.own("properties")?.own("type"));
    match stated.map(word).as_deref() {
        Some("builtinrole") => RoleKind::BuiltIn,
        _ => RoleKind::Custom,
    }
}

fn block(at: &At<'_>, found: &mut RoleText) {
    let number = found.subject.role.blocks.len();
    let mut block = PermissionBlock::default();
    for list in List::ALL {
        let Some(items) = at.field(list.as_str()) else { continue };
        let mut text = ListText { span: items.value.span.clone(), items: Vec::new() };
        let mut patterns = Vec::new();
        for (item, place) in items.strings() {
            let span = place.value.span.clone();
            match ActionPattern::new(item) {
                Ok(pattern) => {
                    let index = patterns.len();
                    found.places.insert(Where::Entry { block: number, list, index }, place.place());
                    text.items.push((span, Some(index)));
                    patterns.push(pattern);
                }
                Err(error) => {
                    let malformed = Where::Malformed(found.subject.malformed.len());
                    found.places.insert(malformed, place.place());
                    found.subject.malformed.push(error.message().to_string());
                    text.items.push((span, None));
                }
            }
        }
        // One string in place of a list cannot be taken out of it.
        if matches!(items.value.kind, Kind::List(_)) {
            found.lists.insert((number, list), text);
        }
        match list {
            List::Actions => block.actions = patterns,
            List::NotActions => block.not_actions = patterns,
            List::DataActions => block.data_actions = patterns,
            List::NotDataActions => block.not_data_actions = patterns,
        }
    }
    let condition = at.field("condition").and_then(|c| Some((c.value.text()?, c.place())));
    if let Some((text, place)) = condition.filter(|(text, _)| !text.trim().is_empty()) {
        found.places.insert(Where::Condition(number), place);
        let version = at.field("conditionVersion").and_then(|version| version.value.text());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialect_is_found_and_what_is_none_is_not() {
        let text = r#"{"value": [
            {"properties": {"roleName": "rest", "type": "BuiltInRole", "permissions": [{"actions": ["*"]}]},
             "name": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "type": "Microsoft.Authorization/roleDefinitions"},
            {"Name": "flat", "DataActions": "a/b/read", "NotActions": null},
            {"name": "alert", "actions": {"actionGroups": []}},
            {"name": "rule", "type": "Microsoft.Insights/activityLogAlerts", "properties": {"actions": []}},
            {"name": "deny", "principals": [], "permissions": [{"actions": ["*"]}]}]}"#;
        let document = Document::read("t", text).unwrap();
        let names: Vec<&str> = document.subjects().map(|found| &*found.role.name).collect();
        assert_eq!(names, ["rest", "flat"]);
        let kinds: Vec<RoleKind> = document.subjects().map(|found| found.role.kind).collect();
        assert_eq!(kinds, [RoleKind::BuiltIn, RoleKind::Custom]);
        let entry = Where::Entry { block: 0, list: List::Actions, index: 0 };
        let place = document.place(0, &entry);
        let expected = crate::origin::locate(text, text.find("\"*\"").unwrap());
        assert_eq!(
            (place.path, place.line, place.column),
            (expected.path, expected.line, expected.column)
        );
        assert!(Document::read("t", "[1]").is_err());
    }
}
