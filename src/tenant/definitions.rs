//! Which definition each role has: the export's, the catalog's, or none.

use super::roles::{RoleState, Roles};
use super::{RoleIx, twice};
use crate::catalog::Catalog;
use crate::ident::Guid;
use crate::model::{Facts, Gap, RoleDefinition, RoleKind, RoleRef, Touches, World};
use crate::origin::Sources;
use rustc_hash::FxHashMap;
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
    let mut unclear = unclear_names(&facts.sources, defined.iter().chain(&nameless));
    for role in defined.into_iter().chain(nameless) {
        let name: Box<str> = role.name.to_lowercase().into();
        let mut references: Vec<RoleRef> = role.id.map(RoleRef::Id).into_iter().collect();
        if !unclear.contains_key(&name) {
            references.push(RoleRef::Name(name));
        }
        roles.add(RoleState::Known(role), references);
    }
    let mut not_unique = Vec::new();
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
            RoleRef::Name(name) => match (unclear.remove(name), &catalog.roles().by_name(name)[..])
            {
                // The first that uses the name; whatever follows finds the role that is not known.
                (Some(gap), _) => {
                    not_unique.push(gap);
                    None
                }
                (None, [one]) => Some(one.definition()),
                (None, _) => None,
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
    for gap in not_unique {
        facts.note(gap.code, gap.message.clone(), None);
        facts.gaps.push(gap);
    }
    (roles, role_of)
}

/// The names, in lower case, that several definitions have which give different things, and what to say
/// where an assignment carries no more than such a name: it gives a role that is not known.
fn unclear_names<'a>(
    sources: &Sources,
    definitions: impl Iterator<Item = &'a RoleDefinition>,
) -> FxHashMap<Box<str>, Gap> {
    let mut first: FxHashMap<Box<str>, &RoleDefinition> = FxHashMap::default();
    let mut unclear = FxHashMap::default();
    for role in definitions {
        let name: Box<str> = role.name.to_lowercase().into();
        let earlier = *first.entry(name.clone()).or_insert(role);
        if !twice::say_the_same(earlier, role) {
            unclear.entry(name).or_insert_with(|| twice::name_gap(sources, earlier, role));
        }
    }
    unclear
}
