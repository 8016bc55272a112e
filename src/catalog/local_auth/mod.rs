//! Which doors beside RBAC does a resource type have?
//!
//! A data-plane request is accepted by any open door: Azure RBAC, a local credential (a key that
//! somebody may list, set or mint), or the service's own role system. `roles/local-auth.txt` holds
//! what is known of each type: its switches with their defaults, the operations that hand out a
//! credential and what that credential opens, who may switch it back on, and how sure each fact is.
//!
//! The file is text that diffs well: a record starts in column 0 with its resource type, records
//! are sorted, and a look-up bisects the text in place, so that a question about one account does
//! not pay for eighty-five other types.
//!
//! | fact of a record | means |
//! |---|---|
//! | `data` | patterns of the operations that RBAC checks on the data plane |
//! | `entra … if`, `entra otherwise` | is the RBAC door open? the first rule that holds decides |
//! | `entra also` | a control operation that the caller needs beside the data operation |
//! | `control … by` | data operations that the service authorises by control operations |
//! | `native` | the service's own role system, and when it is asked |
//! | `switch` | a property that closes local credentials |
//! | `key` | an operation that hands out, sets or mints a credential, or grants a native role |
//! | `reopen`, `rotate` | operations that switch local credentials back on, or change them |
//! | `when-closed` | what the key operation does while the switch is closed |

mod facts;
mod parse;
mod print;
mod property;
mod resource_type;
mod shelf;

pub use facts::{
    Certainty, ControlRule, Covers, DoorState, Entra, EntraRule, Evidence, Grants, KeyAction,
    KeyScope, Kind, LocalAuth, LockEffect, Mechanism, Native, NativeKind, Step, Switch, SwitchId,
    Tier, WhenClosed,
};
pub use property::{Expected, PropertyPath, PropertyTest};
pub use resource_type::ResourceType;
pub(crate) use shelf::{above as doors_above, may_be_controlled, of as facts_of};

use crate::ident::Scope;
use crate::origin::Error;
use std::borrow::Cow;
use std::cmp::Ordering;

const EMBEDDED: &str = include_str!("../../../roles/local-auth.txt");

/// The name under which the embedded text is known in messages.
const EMBEDDED_NAME: &str = "roles/local-auth.txt";

/// The facts about local authentication, opened without being read.
///
/// ```
/// use azrbac::catalog::local_auth::{LocalAuthCatalog, Mechanism, ResourceType};
/// let storage = ResourceType::new("microsoft.storage/STORAGEACCOUNTS")?;
/// let found = LocalAuthCatalog::embedded().lookup(&storage)?;
/// let list_keys = &found[0].keys[0];
/// assert_eq!(list_keys.operation.text(), "Microsoft.Storage/storageAccounts/listKeys/action");
/// assert_eq!(list_keys.mechanism, Mechanism::Returns);
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct LocalAuthCatalog {
    name: Box<str>,
    text: Cow<'static, str>,
}

/// A resource that has doors, and what is known of its type.
#[derive(Debug, Clone)]
pub struct Doors {
    /// The resource: the scope that was asked about, or the nearest one above it whose type the
    /// catalog knows.
    pub resource: Scope,
    /// Every aspect of its type; most types have one.
    pub facts: Vec<LocalAuth>,
}

impl LocalAuthCatalog {
    /// The catalog inside the program. Opening it costs nothing.
    #[must_use]
    pub fn embedded() -> LocalAuthCatalog {
        LocalAuthCatalog { name: EMBEDDED_NAME.into(), text: Cow::Borrowed(EMBEDDED) }
    }

    /// A catalog from a text in the same form, checked from first to last line.
    ///
    /// # Errors
    /// [`crate::origin::ErrorKind::Catalog`] with the line, for the first thing that is not as the
    /// form demands: an unknown or repeated fact, a value that is none, records out of order.
    pub fn new(name: &str, text: String) -> Result<LocalAuthCatalog, Error> {
        let catalog = LocalAuthCatalog { name: name.into(), text: Cow::Owned(text) };
        let mut before: Option<LocalAuth> = None;
        for record in catalog.all() {
            let record = record?;
            if let Some(before) = &before
                && before.order() >= record.order()
            {
                return Err(parse::out_of_order(&catalog.name, &catalog.text, &record));
            }
            before = Some(record);
        }
        Ok(catalog)
    }

    /// Every aspect of one resource type, found by bisecting; empty for a type that is not listed.
    ///
    /// # Errors
    /// As [`LocalAuthCatalog::new`], for the records of this type only. The embedded catalog never
    /// fails: a test reads all of it.
    pub fn lookup(&self, kind: &ResourceType) -> Result<Vec<LocalAuth>, Error> {
        let mut found = Vec::new();
        let mut at = self.first(kind);
        while let Some(start) = at {
            let record = parse::Record::at(&self.name, &self.text, start);
            if record.compare(kind) != Ordering::Equal {
                break;
            }
            found.push(record.read()?);
            at = parse::next_record(&self.text, start);
        }
        Ok(found)
    }

    /// The doors at a scope: those of the resource itself, or of the nearest resource above it
    /// whose type is listed (a container's doors are those of its storage account).
    ///
    /// # Errors
    /// As [`LocalAuthCatalog::lookup`].
    pub fn at(&self, scope: &Scope) -> Result<Option<Doors>, Error> {
        let mut next = Some(scope.clone());
        while let Some(resource) = next {
            if let Some(kind) = resource.resource_type() {
                let facts = self.lookup(&ResourceType::new(&kind)?)?;
                if !facts.is_empty() {
                    return Ok(Some(Doors { resource, facts }));
                }
            }
            next = resource.parent();
        }
        Ok(None)
    }

    /// Every record, in order.
    pub fn all(&self) -> impl Iterator<Item = Result<LocalAuth, Error>> + '_ {
        let mut at = parse::first_record(&self.text);
        std::iter::from_fn(move || {
            let start = at?;
            at = parse::next_record(&self.text, start);
            Some(parse::Record::at(&self.name, &self.text, start).read())
        })
    }

    /// Where the first record of a type would stand: no record before it is as great.
    fn first(&self, kind: &ResourceType) -> Option<usize> {
        let text = &self.text;
        let (mut low, mut high) = (parse::first_record(text)?, text.len());
        // INVARIANT: `low` is the start of a record or the end; every record before it is smaller,
        // none from `high` on is.
        while low < high {
            let start = parse::record_around(text, low + (high - low) / 2);
            if parse::Record::at(&self.name, text, start).compare(kind) == Ordering::Less {
                low = parse::next_record(text, start).unwrap_or(text.len());
            } else {
                high = start;
            }
        }
        (low < text.len()).then_some(low)
    }
}

#[cfg(test)]
mod tests;
