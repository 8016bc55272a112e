//! The tenants and questions of the oracle, for other tests.

#![expect(dead_code, reason = "no test uses all of it")]

pub(crate) mod answer;
pub(crate) mod asking;
pub(crate) mod conditions;
pub(crate) mod export;
pub(crate) mod generator;
pub(crate) mod services;
pub(crate) mod shapes;
pub(crate) mod spec;
pub(crate) mod spec_conditions;
pub(crate) mod spelling;
pub(crate) mod words;
pub(crate) mod world;

use azrbac::catalog::{Catalog, write_operations};
use azrbac::ident::Operation;
use std::collections::BTreeMap;

/// Operations of the control plane with rules of their own, beside [`words::OPERATIONS`].
pub(crate) const MORE: [&str; 4] = [
    "Microsoft.Authorization/denyAssignments/delete",
    "Microsoft.Authorization/locks/delete",
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Resources/subscriptions/resourceGroups/delete",
];

/// A catalog of no operations but those that are asked about: what goes through all there are takes a
/// hundredth of the time.
pub(crate) fn few() -> Catalog {
    let newest = Catalog::newest();
    let named = words::OPERATIONS.iter().chain(&MORE).map(|name| {
        let operation = Operation::new(name).expect("it is well formed");
        let planes = newest.planes(&operation);
        (operation.folded().to_owned(), ((*name).to_owned(), planes))
    });
    let named: BTreeMap<_, _> = named.filter(|(_, (_, planes))| planes.is_known()).collect();
    let text = write_operations(&named, "2026-08-22", "2025-12-24", "a test");
    Catalog::from_text(&text).expect("a catalog")
}
