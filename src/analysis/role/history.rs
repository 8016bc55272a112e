//! How did a role change from one date to the next?

use super::compare::{PlaneComparison, compare};
use super::universe::Universe;
use crate::catalog::Catalog;
use crate::ident::{Guid, Plane};
use crate::model::{PermissionBlock, RoleDefinition};
use crate::origin::Error;
use crate::pattern::language::Relation;
use std::collections::BTreeMap;

/// What happened to a role between two catalogs.
#[derive(Debug, Clone)]
pub enum Change {
    /// It was not there before.
    Added,
    /// It is gone.
    Removed,
    /// It is there on both sides.
    Kept(Box<RoleChange>),
}

/// A role on both sides. The comparison is older against newer: what only the newer one has was
/// gained.
#[derive(Debug, Clone)]
pub struct RoleChange {
    /// How the older one lies to the newer one, for every well-formed operation.
    pub relation: Relation,
    /// Control plane, then data plane.
    pub planes: [PlaneComparison; 2],
    /// The name before, where it was another.
    pub renamed_from: Option<String>,
    /// Did a condition in it change?
    pub conditions_changed: bool,
}

/// One step of a role's history.
#[derive(Debug, Clone)]
pub struct RoleStep {
    /// The name of the older catalog: its date.
    pub from: String,
    /// The name of the newer one.
    pub to: String,
    /// What happened; none where it is on neither side.
    pub change: Option<Change>,
}

/// What happened to a role over some catalogs, oldest first. The role is known by its GUID, and by
/// its name where a catalog has recorded none.
///
/// # Errors
/// [`crate::origin::ErrorKind::Limit`] where the patterns of a role are too many or too entangled.
pub fn history(
    role: Option<Guid>,
    name: &str,
    catalogs: &[(String, Catalog)],
    universe: &Universe,
) -> Result<Vec<RoleStep>, Error> {
    let found: Vec<Option<RoleDefinition>> =
        catalogs.iter().map(|(_, catalog)| find(catalog, role, name)).collect();
    let mut steps = Vec::new();
    for at in 1..catalogs.len() {
        let change = match (&found[at - 1], &found[at]) {
            (None, None) => None,
            (None, Some(_)) => Some(Change::Added),
            (Some(_), None) => Some(Change::Removed),
            (Some(old), Some(new)) => Some(Change::Kept(Box::new(step(old, new, universe)?))),
        };
        steps.push(RoleStep {
            from: catalogs[at - 1].0.clone(),
            to: catalogs[at].0.clone(),
            change,
        });
    }
    Ok(steps)
}

/// What changed between two catalogs, by the name of the role; unchanged roles are left out.
///
/// # Errors
/// As [`history`].
pub fn catalog_diff(
    old: &Catalog,
    new: &Catalog,
    universe: &Universe,
) -> Result<Vec<(String, Change)>, Error> {
    let mut found: BTreeMap<(String, Option<Guid>), Change> = BTreeMap::new();
    for entry in new.roles().iter() {
        let role = entry.definition();
        let key = (role.name.to_string(), role.id);
        let change = match find(old, role.id, &role.name) {
            None => Change::Added,
            Some(before) if is_same(&before, &role) => continue,
            Some(before) => {
                let change = step(&before, &role, universe)?;
                if change.relation == Relation::Equal
                    && change.renamed_from.is_none()
                    && !change.conditions_changed
                {
                    continue;
                }
                Change::Kept(Box::new(change))
            }
        };
        found.insert(key, change);
    }
    for entry in old.roles().iter() {
        let role = entry.definition();
        if find(new, role.id, &role.name).is_none() {
            found.insert((role.name.to_string(), role.id), Change::Removed);
        }
    }
    Ok(found.into_iter().map(|((name, _), change)| (name, change)).collect())
}

fn find(catalog: &Catalog, role: Option<Guid>, name: &str) -> Option<RoleDefinition> {
    if let Some(found) = role.and_then(|id| catalog.role(id)) {
        return Some(found);
    }
    let named = catalog.roles().by_name(name);
    // A role of the same name under another GUID is another role.
    let same = named.iter().find(|entry| role.is_none() || entry.id().is_none());
    same.map(|entry| entry.definition())
}

/// The same name, lists and conditions, to the letter: nothing to compare.
fn is_same(old: &RoleDefinition, new: &RoleDefinition) -> bool {
    old.name == new.name
        && old.blocks.len() == new.blocks.len()
        && old.blocks.iter().zip(&new.blocks).all(|(old, new)| {
            let guard =
                |block: &PermissionBlock| block.condition.as_ref().map(|guard| guard.text.clone());
            [Plane::Control, Plane::Data]
                .into_iter()
                .all(|plane| old.side(plane) == new.side(plane))
                && guard(old) == guard(new)
        })
}

fn step(
    old: &RoleDefinition,
    new: &RoleDefinition,
    universe: &Universe,
) -> Result<RoleChange, Error> {
    let comparison = compare(old, new, universe)?;
    let conditions = |role: &RoleDefinition| -> Vec<String> {
        let guards = role.blocks.iter().filter_map(|block| block.condition.as_ref());
        guards.map(|guard| guard.text.to_string()).collect()
    };
    Ok(RoleChange {
        relation: comparison.relation,
        planes: comparison.planes,
        renamed_from: (old.name != new.name).then(|| old.name.to_string()),
        conditions_changed: conditions(old) != conditions(new),
    })
}
