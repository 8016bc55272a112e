//! Which definition each role has: the export's, the catalog's, or none.

use super::roles::{RoleState, Roles};
use super::{RoleIx, twice};
use crate::catalog::Catalog;
use crate::ident::Guid;
use crate::model::{Facts, Gap, RoleDefinition, RoleKind, RoleRef, Touches, World};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;

/// Which definition each role has (scenario-format.md): an explicit catalog wins over an exported
/// built-in role, which wins over the embedded one; a custom role never takes a built-in's GUID; of two
/// definitions that say different things what both give counts. Beside the roles: which one each
/// assignment gives.
pub(super) fn roles(facts: &mut Facts, catalog: &Catalog) -> (Roles, Vec<RoleIx>) {
    let mut known: FxHashMap<Guid, RoleDefinition> = FxHashMap::default();
    let mut nameless: Vec<RoleDefinition> = Vec::new();
    let mut order: Vec<Guid> = Vec::new();
    let definitions = std::mem::take(&mut facts.roles);
    for mut role in definitions {
        let Some(id) = role.id else {
            nameless.push(role);
            continue;
        };
        if let Some(built_in) = catalog.role(id) {
            let same_name = built_in.name.eq_ignore_ascii_case(&role.name);
            if role.kind == RoleKind::Custom && facts.world == World::Open && !same_name {
                facts.gaps.push(Gap {
                    code: "custom-role-with-built-in-id",
                    message: format!(
                        "custom role `{}` carries the GUID of the built-in role `{}`; the built-in definition stands",
                        role.name, built_in.name
                    ),
                    help: Some("give the custom role a GUID of its own".to_string()),
                    place: None,
                    touches: Touches::Role { id: Some(id), name: Some(role.name.to_string()) },
                });
                continue;
            }
            if role.kind == RoleKind::Custom && facts.world == World::Open {
                // A copied built-in definition that says `IsCustom: true`: the same trap.
                facts.gaps.push(Gap {
                    code: "custom-role-with-built-in-id",
                    message: format!(
                        "`{}` is marked custom and carries the GUID of the built-in role of that name; the built-in definition stands",
                        role.name
                    ),
                    help: Some("give the custom role a name and a GUID of its own".to_string()),
                    place: None,
                    touches: Touches::Role { id: Some(id), name: Some(role.name.to_string()) },
                });
                continue;
            }
            if facts.world == World::Open {
                role.kind = RoleKind::BuiltIn;
                if catalog.is_chosen() {
                    continue;
                }
                if !twice::say_the_same(&role, &built_in) {
                    facts.note(
                        "built-in-role-differs",
                        format!(
                            "the exported built-in role `{}` differs from the catalog of {}; the export's definition is used",
                            role.name,
                            catalog.roles().date()
                        ),
                        None,
                    );
                }
            }
        }
        match known.entry(id) {
            Entry::Vacant(place) => {
                order.push(id);
                place.insert(role);
            }
            Entry::Occupied(mut earlier) if twice::say_the_same(earlier.get(), &role) => {
                earlier.insert(role);
            }
            Entry::Occupied(mut earlier) => {
                let gap = twice::gap(&facts.sources, id, earlier.get(), &role);
                facts.note(gap.code, gap.message.clone(), None);
                facts.gaps.push(gap);
                let common = twice::common(earlier.get(), role);
                earlier.insert(common);
            }
        }
    }
    order.sort_unstable();
    let mut roles = Roles::default();
    let defined: Vec<RoleDefinition> = order.iter().filter_map(|id| known.remove(id)).collect();
    let unclear = unclear_names(facts, defined.iter().chain(&nameless));
    for role in defined.into_iter().chain(nameless) {
        let name: Box<str> = role.name.to_lowercase().into();
        let mut references: Vec<RoleRef> = role.id.map(RoleRef::Id).into_iter().collect();
        if !unclear.contains(&name) {
            references.push(RoleRef::Name(name));
        }
        roles.add(RoleState::Known(role), references);
    }
    let mut role_of = Vec::with_capacity(facts.assignments.len());
    for assignment in &mut facts.assignments {
        if let RoleRef::Name(name) = &mut assignment.role {
            *name = name.to_lowercase().into();
        }
        if let Some(known) = roles.find(&assignment.role) {
            role_of.push(known);
            continue;
        }
        let found = match &assignment.role {
            RoleRef::Id(id) => catalog.role(*id),
            RoleRef::Name(name) if unclear.contains(name) => None,
            RoleRef::Name(name) => match &catalog.roles().by_name(name)[..] {
                [one] => Some(one.definition()),
                _ => None,
            },
        };
        let mut references = vec![assignment.role.clone()];
        let state = match found {
            Some(role) => {
                references.extend(role.id.map(RoleRef::Id));
                references.push(RoleRef::Name(role.name.to_lowercase().into()));
                RoleState::Known(role)
            }
            None => RoleState::Unknown { reference: assignment.role.clone(), name: None },
        };
        role_of.push(roles.add(state, references));
    }
    (roles, role_of)
}

/// The names, in lower case, that several definitions have which give different things. An assignment that
/// carries no more than such a name gives a role that is not known.
fn unclear_names<'a>(
    facts: &mut Facts,
    definitions: impl Iterator<Item = &'a RoleDefinition>,
) -> FxHashSet<Box<str>> {
    let mut first: FxHashMap<Box<str>, &RoleDefinition> = FxHashMap::default();
    let mut unclear: FxHashSet<Box<str>> = FxHashSet::default();
    for role in definitions {
        let name: Box<str> = role.name.to_lowercase().into();
        let earlier = *first.entry(name.clone()).or_insert(role);
        if twice::say_the_same(earlier, role) || !unclear.insert(name) {
            continue;
        }
        let gap = twice::name_gap(&facts.sources, earlier, role);
        facts.note(gap.code, gap.message.clone(), None);
        facts.gaps.push(gap);
    }
    unclear
}
