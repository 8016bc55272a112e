//! Built-in roles, one record a role, sorted by GUID.
//!
//! ```text
//! 00482a5a-887f-4fb3-b363-3b7fe8e74483 Key Vault Administrator
//!  + an entry of actions          - an entry of notActions
//!  > an entry of dataActions      < an entry of notDataActions
//!  ? the condition of the block   = begins the next block
//! ```

use super::book::{Book, ROLES_TITLE, quote, unquote};
use crate::condition::Condition;
use crate::ident::Guid;
use crate::model::{Guard, PermissionBlock, RoleDefinition, RoleKind};
use crate::origin::{Error, ErrorKind, Origin};
use crate::pattern::ActionPattern;
use std::borrow::Cow;

/// The built-in roles of one date.
#[derive(Debug, Clone)]
pub struct RoleBook(Book);

/// One role of the book, not yet parsed.
#[derive(Debug, Clone, Copy)]
pub struct RoleEntry<'a>(&'a str);

impl RoleBook {
    pub(super) fn embedded(text: &'static str) -> RoleBook {
        RoleBook(Book::new(Cow::Borrowed(text)))
    }

    pub(super) fn owned(text: &str) -> Result<RoleBook, Error> {
        let book = RoleBook(Book::new(Cow::Owned(text.to_string())));
        let mut line = book.0.head_lines();
        let mut last = "";
        for record in book.0.records() {
            if record <= last {
                return Err(Error::new(
                    ErrorKind::Catalog,
                    format!("line {}: roles are not sorted by GUID", line + 1),
                )
                .help("make the file again with `azrbac catalog import`"));
            }
            last = record;
            for (number, part) in record.lines().enumerate() {
                check_line(part, number == 0).map_err(|found| {
                    Error::new(ErrorKind::Catalog, format!("line {}: {found}", line + number + 1))
                })?;
            }
            line += record.lines().count();
        }
        Ok(book)
    }

    /// The day on which Azure listed these roles.
    #[must_use]
    pub fn date(&self) -> &str {
        self.0.head("date")
    }

    /// Where the facts come from, in words.
    #[must_use]
    pub fn provenance(&self) -> &str {
        self.0.head("from")
    }

    /// All roles, by GUID; those whose GUID nobody recorded come first, by name.
    pub fn iter(&self) -> impl Iterator<Item = RoleEntry<'_>> {
        self.0.records().map(RoleEntry)
    }

    /// How many roles there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.records().count()
    }

    /// Is the book empty?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.records().next().is_none()
    }

    /// The role with a GUID.
    #[must_use]
    pub fn by_id(&self, id: Guid) -> Option<RoleEntry<'_>> {
        let key = id.to_string();
        self.0.find(|record| record.split(' ').next().unwrap_or_default().cmp(&key)).map(RoleEntry)
    }

    /// The roles with a name, compared without case.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Vec<RoleEntry<'_>> {
        self.iter().filter(|entry| entry.name().eq_ignore_ascii_case(name.trim())).collect()
    }
}

impl<'a> RoleEntry<'a> {
    /// The GUID, if it was recorded.
    #[must_use]
    pub fn id(&self) -> Option<Guid> {
        Guid::parse(self.0.split(' ').next().unwrap_or_default())
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.0.lines().next().and_then(|line| line.split_once(' ')).map_or("", |(_, name)| name)
    }

    /// The definition, parsed. What cannot be parsed in an embedded fact is caught by the tests.
    #[must_use]
    pub fn definition(&self) -> RoleDefinition {
        let mut blocks = vec![PermissionBlock::default()];
        for line in self.0.lines().skip(1) {
            let Some((sign, rest)) = line.trim_start().split_once(' ') else {
                blocks.push(PermissionBlock::default());
                continue;
            };
            let Some(block) = blocks.last_mut() else { continue };
            if sign == "?" {
                block.condition = Some(guard(&unquote(rest)));
                continue;
            }
            let Ok(pattern) = ActionPattern::new(&unquote(rest)) else { continue };
            match sign {
                "+" => block.actions.push(pattern),
                "-" => block.not_actions.push(pattern),
                ">" => block.data_actions.push(pattern),
                _ => block.not_data_actions.push(pattern),
            }
        }
        RoleDefinition {
            updated: None,
            id: self.id(),
            name: self.name().into(),
            kind: RoleKind::BuiltIn,
            blocks,
            assignable_scopes: vec!["/".into()],
            origin: Origin::NONE,
        }
    }
}

fn guard(text: &str) -> Guard {
    Guard {
        text: text.into(),
        version: Some("2.0".into()),
        parsed: Condition::parse(text).map_err(|errors| {
            let told: Vec<String> = errors.iter().map(|error| error.render(text)).collect();
            Error::new(ErrorKind::Condition, "condition of a built-in role not understood")
                .expected(told.join("\n"))
        }),
        origin: Origin::NONE,
    }
}

fn check_line(line: &str, first: bool) -> Result<(), String> {
    if first {
        let id = line.split(' ').next().unwrap_or_default();
        if line.contains(' ') && (id == "-" || Guid::parse(id).is_some()) {
            return Ok(());
        }
        return Err(format!("`{line}` does not begin with a GUID and a name"));
    }
    match line.trim_start().split_once(' ') {
        None if line.trim_start() == "=" => Ok(()),
        Some(("+" | "-" | ">" | "<", rest)) => {
            ActionPattern::new(&unquote(rest)).map(|_| ()).map_err(|error| error.to_string())
        }
        Some(("?", _)) => Ok(()),
        _ => Err(format!("`{line}` begins with none of the signs + - > < ? =")),
    }
}

/// One permission block as it is written into a book: the four lists, and the condition.
#[derive(Debug, Clone, Default)]
pub struct RawBlock {
    /// `actions`, `notActions`, `dataActions`, `notDataActions`, every string as it was found.
    pub lists: [Vec<String>; 4],
    /// The condition, if there is one.
    pub condition: Option<String>,
}

/// One role as it is written into a book.
#[derive(Debug, Clone, Default)]
pub struct RawRole {
    /// The GUID, if it is known.
    pub id: Option<Guid>,
    /// The name.
    pub name: String,
    /// The permission blocks.
    pub blocks: Vec<RawBlock>,
}

/// Writes roles as a section of a catalog file: sorted, one fact a line, stable in diffs.
#[must_use]
pub fn write(roles: &[RawRole], date: &str, from: &str) -> String {
    let mut records: Vec<String> = roles.iter().map(record).collect();
    records.sort_unstable();
    records.dedup();
    format!("{ROLES_TITLE}\ndate {date}\nfrom {from}\n\n{}", records.concat())
}

fn record(role: &RawRole) -> String {
    let id = role.id.map_or_else(|| "-".to_string(), |id| id.to_string());
    let mut text = format!("{id} {}\n", role.name.trim());
    for (index, block) in role.blocks.iter().enumerate() {
        if index > 0 {
            text.push_str(" =\n");
        }
        for (list, sign) in block.lists.iter().zip(['+', '-', '>', '<']) {
            let mut list: Vec<&String> = list.iter().collect();
            list.sort_by_key(|entry| entry.to_ascii_lowercase());
            list.dedup();
            for entry in list {
                text.push_str(&format!(" {sign} {}\n", quote(entry)));
            }
        }
        if let Some(condition) = &block.condition {
            text.push_str(&format!(" ? {}\n", quote(condition)));
        }
    }
    text
}
