//! Which role is contained in which, without what follows from the rest.

use super::bits::Bits;
use super::grant::RoleGrant;
use super::universe::{Universe, Which};
use crate::ident::Plane;
use crate::model::RoleDefinition;
use crate::pattern::language::LanguageLimit;

/// The order of containment over some roles, for every well-formed operation on both planes.
#[derive(Debug, Clone)]
pub struct Lattice {
    /// Roles that grant the same, together; in the order of their first role.
    pub classes: Vec<LatticeClass>,
    /// (smaller, greater) by number of class, sorted; an edge that two others imply is left out.
    pub edges: Vec<(usize, usize)>,
}

/// Roles that grant exactly the same operations.
#[derive(Debug, Clone)]
pub struct LatticeClass {
    /// Their numbers in the list that was given.
    pub roles: Vec<usize>,
    /// The classes that are strictly greater, direct or not.
    pub above: Bits,
}

/// Orders roles by containment.
///
/// Containment in the known operations is asked first, on bits; only pairs that pass are walked as
/// languages, because a language that is contained is contained in any catalog too.
///
/// # Errors
/// [`LanguageLimit`] where the patterns of a role are too many or too entangled.
pub fn lattice(roles: &[RoleDefinition], universe: &Universe) -> Result<Lattice, LanguageLimit> {
    let grants = roles.iter().map(RoleGrant::new).collect::<Result<Vec<_>, _>>()?;
    let known: Vec<[Bits; 2]> = roles
        .iter()
        .map(|role| {
            [Plane::Control, Plane::Data].map(|plane| universe.role(role, plane, Which::All))
        })
        .collect();
    let contained = |a: usize, b: usize| {
        known[a].iter().zip(&known[b]).all(|(a, b)| a.is_contained_in(b))
            && grants[a].is_contained_in(&grants[b])
    };
    let within: Vec<Bits> = (0..roles.len())
        .map(|a| {
            let mut set = Bits::none(roles.len());
            for b in 0..roles.len() {
                if a == b || contained(a, b) {
                    set.insert(b);
                }
            }
            set
        })
        .collect();
    let mut class_of = vec![usize::MAX; roles.len()];
    let mut members: Vec<Vec<usize>> = Vec::new();
    for role in 0..roles.len() {
        let first = within[role].iter().find(|other| within[*other].contains(role));
        match first {
            Some(first) if first < role => {
                class_of[role] = class_of[first];
                members[class_of[first]].push(role);
            }
            _ => {
                class_of[role] = members.len();
                members.push(vec![role]);
            }
        }
    }
    let classes: Vec<LatticeClass> = members
        .into_iter()
        .enumerate()
        .map(|(class, roles)| {
            let mut above = Bits::none(class_of.len());
            for role in within[roles[0]].iter().filter(|role| class_of[*role] != class) {
                above.insert(class_of[role]);
            }
            LatticeClass { roles, above }
        })
        .collect();
    let mut edges = Vec::new();
    for (class, found) in classes.iter().enumerate() {
        let mut direct = found.above.clone();
        for greater in found.above.iter() {
            direct.subtract(&classes[greater].above);
        }
        edges.extend(direct.iter().map(|greater| (class, greater)));
    }
    Ok(Lattice { classes, edges })
}
