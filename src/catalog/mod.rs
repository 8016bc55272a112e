//! Facts about Azure, dated: built-in roles, operations and their planes.
//!
//! The facts lie in `roles/` as sorted lines of text and are embedded as they are. A question looks
//! its few entries up by bisecting that text: nothing is unpacked and nothing is parsed ahead.

pub mod local_auth;

mod book;
mod operations;
mod requests;
mod roles;
mod rules;

pub use operations::{Certainty, OperationBook, Planes, write as write_operations};
pub use requests::{How, RequestCheck};
pub use roles::{RawBlock, RawRole, RoleBook, RoleEntry, write as write_roles};
pub use rules::{Rule, rule, rules};

use crate::ident::{Guid, Operation};
use crate::model::RoleDefinition;
use crate::origin::{Error, ErrorKind};

/// The embedded dates of built-in roles, oldest first, with their texts.
const DATES: [(&str, &str); 4] = [
    ("2023-05-07", include_str!("../../roles/built-in/2023-05-07.txt")),
    ("2024-12-13", include_str!("../../roles/built-in/2024-12-13.txt")),
    ("2025-08-20", include_str!("../../roles/built-in/2025-08-20.txt")),
    ("2026-08-22", include_str!("../../roles/built-in/2026-08-22.txt")),
];

const OPERATIONS: &str = include_str!("../../roles/operations.txt");

/// Which built-in roles and which operations there are, as of one date.
///
/// ```
/// use azrbac::catalog::Catalog;
/// let catalog = Catalog::newest();
/// let owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635".parse()?;
/// assert_eq!(&*catalog.role(owner).expect("Owner is built in").name, "Owner");
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Catalog {
    roles: RoleBook,
    operations: OperationBook,
    chosen: bool,
}

impl Catalog {
    /// The newest embedded facts.
    #[must_use]
    pub fn newest() -> Catalog {
        let (_, text) = DATES[DATES.len() - 1];
        Catalog {
            roles: RoleBook::embedded(text),
            operations: OperationBook::embedded(OPERATIONS),
            chosen: false,
        }
    }

    /// The embedded facts of a date, chosen on purpose: they win over an export's built-in roles.
    ///
    /// # Errors
    /// [`ErrorKind::Catalog`] where no such date is embedded; the message lists those that are.
    pub fn of_date(date: &str) -> Result<Catalog, Error> {
        let Some((_, text)) = DATES.iter().find(|(known, _)| *known == date.trim()) else {
            return Err(Error::new(ErrorKind::Catalog, format!("no built-in roles of `{date}`"))
                .expected(format!("one of {}", Catalog::dates().join(", ")))
                .help("or a file made by `azrbac catalog import`"));
        };
        Ok(Catalog { roles: RoleBook::embedded(text), chosen: true, ..Catalog::newest() })
    }

    /// Facts from the text of a file that `azrbac catalog import` made: roles, operations or both.
    /// What it does not hold comes from the newest embedded facts.
    ///
    /// # Errors
    /// [`ErrorKind::Catalog`] where the text is not such a file, with its line.
    pub fn from_text(text: &str) -> Result<Catalog, Error> {
        let mut catalog = Catalog { chosen: true, ..Catalog::newest() };
        for section in book::sections(text)? {
            match section.kind {
                book::SectionKind::Roles => catalog.roles = RoleBook::owned(section.text)?,
                book::SectionKind::Operations => {
                    catalog.operations = OperationBook::owned(section.text)?;
                }
            }
        }
        Ok(catalog)
    }

    /// The dates that are embedded, oldest first.
    #[must_use]
    pub fn dates() -> Vec<&'static str> {
        DATES.iter().map(|(date, _)| *date).collect()
    }

    /// Was it chosen on purpose (`--catalog`, a scenario's `catalog`)?
    #[must_use]
    pub fn is_chosen(&self) -> bool {
        self.chosen
    }

    /// The same facts, as if nobody had chosen them: an export's built-in roles win over them.
    #[must_use]
    pub fn by_default(mut self) -> Catalog {
        self.chosen = false;
        self
    }

    /// The built-in roles.
    #[must_use]
    pub fn roles(&self) -> &RoleBook {
        &self.roles
    }

    /// The operations.
    #[must_use]
    pub fn operations(&self) -> &OperationBook {
        &self.operations
    }

    /// A built-in role by its GUID.
    #[must_use]
    pub fn role(&self, id: Guid) -> Option<RoleDefinition> {
        self.roles.by_id(id).map(|entry| entry.definition())
    }

    /// On which planes is there such an operation?
    #[must_use]
    pub fn planes(&self, operation: &Operation) -> Planes {
        self.operations.planes(operation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::Plane;

    #[test]
    fn all_roles_of_all_dates_parse() {
        let counts: Vec<usize> = Catalog::dates()
            .iter()
            .map(|date| {
                let catalog = Catalog::of_date(date).unwrap();
                assert_eq!(catalog.roles().date(), *date);
                catalog
                    .roles()
                    .iter()
                    .map(|entry| entry.definition())
                    .filter(|role| !role.name.is_empty())
                    .count()
            })
            .collect();
        assert_eq!(counts, [414, 630, 742, 928]);
    }

    #[test]
    fn every_role_is_found_by_its_guid_and_name() {
        let catalog = Catalog::newest();
        for entry in catalog.roles().iter() {
            let id = entry.id().expect("all roles of 2026 have a GUID");
            assert_eq!(catalog.role(id).expect("it is there").name, entry.definition().name);
        }
        assert_eq!(catalog.roles().by_name("owner").len(), 1);
        assert!(catalog.role(Guid(1)).is_none());
    }

    #[test]
    fn every_operation_is_found_whatever_its_casing() {
        let catalog = Catalog::newest();
        let indexed = Catalog::newest();
        indexed.operations().index();
        let mut count = 0;
        for (name, planes) in catalog.operations().iter() {
            let shouted = Operation::new(&name.to_ascii_uppercase()).unwrap();
            assert_eq!(catalog.planes(&shouted), planes, "{name}");
            assert_eq!(indexed.planes(&shouted), planes, "{name}");
            let other = Operation::new(&format!("{name}x")).unwrap();
            assert_eq!(indexed.planes(&other), catalog.planes(&other), "{other}");
            count += 1;
        }
        assert_eq!(count, 22_208 - 13, "13 operations stand on both planes");
        let list_keys =
            Operation::new("microsoft.storage/storageaccounts/listkeys/action").unwrap();
        assert_eq!(catalog.planes(&list_keys).only(), Some((Plane::Control, Certainty::Observed)));
    }
}
