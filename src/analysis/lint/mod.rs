//! What is wrong with a role definition? One rule a file.
//!
//! A rule looks at one [`Subject`] and reports [`Finding`]s. It carries its own explanation and two
//! whole role definitions: one that it must find fault with and one that it must not; a test runs
//! both. Severity: an error is refused by the service or can never do what it says, a warning is
//! probably not meant or hands out much, a note is worth knowing.

mod document;
mod dropped;
mod fix;
mod rules;
mod tree;

pub use document::{Document, text};
pub use fix::fix;
pub use rules::RULES;

use crate::analysis::role::{Bits, Credentials, Universe, Which};
use crate::catalog::Catalog;
use crate::ident::Plane;
use crate::model::{PermissionBlock, RoleDefinition, RoleKind};
use crate::origin::Error;
use crate::pattern::ActionPattern;
use crate::pattern::language::LanguageLimit;

pub use crate::condition::Severity;

/// One rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The stable code.
    pub code: &'static str,
    /// How grave a finding is, at most.
    pub severity: Severity,
    /// What it does: what is found.
    pub what: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// A role definition with the fault.
    pub bad: &'static str,
    /// The same without it.
    pub good: &'static str,
    /// What `--fix` does, and why that is safe; or why nothing is.
    pub fix: &'static str,
    check: fn(&Subject, &Context, &mut Vec<Finding>) -> Result<(), LanguageLimit>,
}

/// A role definition as a rule sees it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The definition; entries that are no actions at all are left out.
    pub role: RoleDefinition,
    /// Its description.
    pub description: Option<String>,
    /// Why entries that were left out are no actions.
    pub malformed: Vec<String>,
}

impl Subject {
    /// A definition that was not read from a file of the user's.
    #[must_use]
    pub fn of(role: RoleDefinition) -> Subject {
        Subject { role, description: None, malformed: Vec::new() }
    }

    /// Every entry of every list, with its place.
    fn entries(&self) -> impl Iterator<Item = (Where, List, &ActionPattern)> {
        self.role.blocks.iter().enumerate().flat_map(|(block, permission)| {
            List::ALL.into_iter().flat_map(move |list| {
                list.of(permission).iter().enumerate().map(move |(index, pattern)| {
                    (Where::Entry { block, list, index }, list, pattern)
                })
            })
        })
    }
}

/// One of the four lists of a permission block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// `actions`
    Actions,
    /// `notActions`
    NotActions,
    /// `dataActions`
    DataActions,
    /// `notDataActions`
    NotDataActions,
}

impl List {
    /// All four.
    pub const ALL: [List; 4] =
        [List::Actions, List::NotActions, List::DataActions, List::NotDataActions];

    /// Azure's name of the list.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            List::Actions => "actions",
            List::NotActions => "notActions",
            List::DataActions => "dataActions",
            List::NotDataActions => "notDataActions",
        }
    }

    /// The plane that it speaks of.
    #[must_use]
    pub fn plane(self) -> Plane {
        match self {
            List::Actions | List::NotActions => Plane::Control,
            List::DataActions | List::NotDataActions => Plane::Data,
        }
    }

    /// Does it grant, rather than subtract?
    #[must_use]
    pub fn grants(self) -> bool {
        matches!(self, List::Actions | List::DataActions)
    }

    /// The list of a block.
    #[must_use]
    pub fn of(self, block: &PermissionBlock) -> &[ActionPattern] {
        let (allow, except) = block.side(self.plane());
        if self.grants() { allow } else { except }
    }
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Where {
    /// The definition as a whole.
    Role,
    /// Its name.
    Name,
    /// Its description.
    Description,
    /// An assignable scope, from 0.
    Scope(usize),
    /// An entry of a list.
    Entry {
        /// The permission block, from 0.
        block: usize,
        /// The list.
        list: List,
        /// Its number among the entries that are actions.
        index: usize,
    },
    /// An entry that is no action, by its number in [`Subject::malformed`].
    Malformed(usize),
    /// The condition of a block.
    Condition(usize),
}

/// One fault.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule's code.
    pub code: &'static str,
    /// How grave.
    pub severity: Severity,
    /// What is the case.
    pub message: String,
    /// What it is about.
    pub at: Where,
    /// What to do about it.
    pub help: Option<String>,
    /// What `--fix` does.
    pub fix: Option<Fix>,
}

/// What `--fix` does about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// Takes this entry out of its list.
    Remove(Where),
}

/// What rules look things up in.
#[derive(Debug, Clone)]
pub struct Context {
    catalog: Catalog,
    universe: Universe,
    credentials: Credentials,
    others: Vec<Other>,
}

/// A role that somebody may hold beside the one that is looked at, without its conditional blocks.
#[derive(Debug, Clone)]
struct Other {
    name: String,
    granted: [Bits; 2],
}

impl Context {
    /// A context with the built-in roles as those that others may hold.
    #[must_use]
    pub fn new(catalog: &Catalog) -> Context {
        let roles: Vec<RoleDefinition> =
            catalog.roles().iter().map(|entry| entry.definition()).collect();
        Context::with_roles(catalog, &roles)
    }

    /// A context with the roles that are in use, the most used first.
    #[must_use]
    pub fn with_roles(catalog: &Catalog, roles: &[RoleDefinition]) -> Context {
        let universe = Universe::new(catalog);
        let granted = |role: &RoleDefinition| {
            [Plane::Control, Plane::Data]
                .map(|plane| universe.role(role, plane, Which::Unconditional))
        };
        let others = roles
            .iter()
            .map(|role| Other { name: role.name.to_string(), granted: granted(role) })
            .collect();
        Context { catalog: catalog.clone(), others, credentials: Credentials::embedded(), universe }
    }
}

/// Runs every rule over a role definition. Findings come in the order of the definition.
///
/// # Errors
/// [`crate::origin::ErrorKind::Limit`] where the patterns are too many or too entangled.
///
/// ```
/// use azrbac::analysis::lint::{Context, Subject, check};
/// use azrbac::catalog::Catalog;
/// let catalog = Catalog::newest();
/// let owner = catalog.roles().by_name("Owner")[0].definition();
/// let found = check(&Subject::of(owner), &Context::new(&catalog))?;
/// assert!(found.iter().any(|finding| finding.code == "assigns-roles"));
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
pub fn check(subject: &Subject, context: &Context) -> Result<Vec<Finding>, Error> {
    let mut found = Vec::new();
    // A file need not say that a role is built in: its GUID does.
    let known = subject.role.id.and_then(|id| context.catalog.roles().by_id(id));
    let built_in = known.is_some_and(|entry| entry.name() == &*subject.role.name);
    let mut adjusted = None;
    if built_in && subject.role.kind == RoleKind::Custom {
        adjusted.insert(subject.clone()).role.kind = RoleKind::BuiltIn;
    }
    let subject = adjusted.as_ref().unwrap_or(subject);
    for rule in RULES {
        (rule.check)(subject, context, &mut found)?;
    }
    found.sort_by(|a, b| (&a.at, a.code).cmp(&(&b.at, b.code)));
    Ok(found)
}

/// Some names for a message: the first few, and how many there are beside them.
fn few(names: &[&str]) -> String {
    const TOLD: usize = 3;
    let told: Vec<String> = names.iter().take(TOLD).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(TOLD) {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}
