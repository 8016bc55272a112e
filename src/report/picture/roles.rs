//! The order of roles: which is contained in which.

use super::fold::thousands;
use super::lettering::shorten;
use super::outline::{CLASS_LIMIT, SMALL};
use super::{EdgeKind, Layout, Mark, NodeKind, Picture};
use crate::analysis::role::Lattice;
use crate::model::RoleDefinition;
use petgraph::graph::NodeIndex;
use std::collections::BTreeMap;

/// Beyond so many classes the weightiest are drawn, and the others folded below those that contain them.
const EACH: usize = 60;
/// So many are drawn then: those that contain the most.
const KEPT: usize = 28;
/// So many crowds of folded roles.
const CROWDS: usize = 22;
/// So many names are told of roles that are drawn as one.
const NAMES: usize = 40;

/// The picture of an order of roles. Roles that grant the same are one node. Of many roles those that
/// contain the most are drawn, and the others counted by which of them they are contained in.
#[must_use]
pub fn of_roles(lattice: &Lattice, roles: &[RoleDefinition]) -> Picture {
    let classes = lattice.classes.len();
    let count = lattice.classes.iter().map(|class| class.roles.len()).sum::<usize>();
    let title = match count {
        1 => "One role".to_string(),
        count => format!("{} roles: an arrow leads to a role that contains it", thousands(count)),
    };
    let mut picture = Picture::new(title, Layout::Strata);
    let kept = kept(lattice);
    let mut nodes: BTreeMap<usize, NodeIndex> = BTreeMap::new();
    for class in &kept {
        // Of names for the same, the shortest is the one that people know.
        let mut names: Vec<&str> = names(lattice, roles, &[*class]);
        names.sort_by_key(|name| (name.chars().count(), *name));
        let node = picture.add(NodeKind::Class, names.first().copied().unwrap_or_default());
        let found = &mut picture.graph[node];
        found.details.extend(names.iter().skip(1).take(3).map(|name| format!("= {name}")));
        if names.len() > 4 {
            found.details.push(format!("= {} more", names.len() - 4));
        }
        found.hover = names.join("\n");
        nodes.insert(*class, node);
    }
    if kept.len() == classes {
        for (smaller, greater) in &lattice.edges {
            picture.link(nodes[smaller], nodes[greater], EdgeKind::Within, Mark::Plain);
        }
    } else {
        for class in &kept {
            for greater in nearest(lattice, &kept, *class) {
                picture.link(nodes[class], nodes[&greater], EdgeKind::Within, Mark::Plain);
            }
        }
        fold(&mut picture, lattice, roles, &kept, &nodes);
    }
    let (is, are) = ("class of roles that grant the same", "classes of roles that grant the same");
    picture.description = format!(
        "{} in {} {}, {} direct containments.",
        if count == 1 { "1 role".to_string() } else { format!("{} roles", thousands(count)) },
        thousands(classes),
        if classes == 1 { is } else { are },
        thousands(lattice.edges.len())
    );
    picture
}

fn names<'r>(lattice: &Lattice, roles: &'r [RoleDefinition], classes: &[usize]) -> Vec<&'r str> {
    classes
        .iter()
        .flat_map(|class| &lattice.classes[*class].roles)
        .map(|role| &*roles[*role].name)
        .collect()
}

/// The classes that are drawn one by one: all of few, of many those with the most below them.
fn kept(lattice: &Lattice) -> Vec<usize> {
    let classes = lattice.classes.len();
    let mut below = vec![0usize; classes];
    for class in &lattice.classes {
        for greater in class.above.iter() {
            below[greater] += 1;
        }
    }
    let mut kept: Vec<usize> = (0..classes).collect();
    if classes > EACH {
        kept.sort_by_key(|class| (usize::MAX - below[*class], *class));
        kept.truncate(KEPT);
        kept.sort_unstable();
    }
    kept
}

/// The smallest of some classes that contain another.
fn nearest(lattice: &Lattice, among: &[usize], class: usize) -> Vec<usize> {
    let above = &lattice.classes[class].above;
    let containing: Vec<usize> =
        among.iter().copied().filter(|other| above.contains(*other)).collect();
    containing
        .iter()
        .copied()
        .filter(|one| !containing.iter().any(|other| lattice.classes[*other].above.contains(*one)))
        .collect()
}

/// Counts what is not drawn, by the classes that contain it.
fn fold(
    picture: &mut Picture,
    lattice: &Lattice,
    roles: &[RoleDefinition],
    kept: &[usize],
    nodes: &BTreeMap<usize, NodeIndex>,
) {
    let mut crowds: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for class in (0..lattice.classes.len()).filter(|class| kept.binary_search(class).is_err()) {
        crowds.entry(nearest(lattice, kept, class)).or_default().push(class);
    }
    let mut crowds: Vec<(Vec<usize>, Vec<usize>)> = crowds.into_iter().collect();
    crowds.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.cmp(b)));
    let left: Vec<usize> = if crowds.len() > CROWDS {
        crowds.split_off(CROWDS).into_iter().flat_map(|(_, classes)| classes).collect()
    } else {
        Vec::new()
    };
    let mut draw = |above: &[usize], classes: &[usize], note: Option<&str>| {
        let names = names(lattice, roles, classes);
        let label = match names.as_slice() {
            [one] => (*one).to_string(),
            many => format!("… {} roles", thousands(many.len())),
        };
        let kind = if names.len() == 1 { NodeKind::Class } else { NodeKind::Fold };
        let node = picture.add(kind, &label);
        let mut told: Vec<String> =
            names.iter().take(NAMES).map(|name| (*name).to_string()).collect();
        if names.len() > NAMES {
            told.push(format!("and {} more", thousands(names.len() - NAMES)));
        }
        let found = &mut picture.graph[node];
        found.hover = told.join("\n");
        if names.len() > 1 {
            let short = |name: &&str| shorten(name, SMALL, CLASS_LIMIT);
            found.details = names.iter().take(2).map(short).collect();
        }
        found.details.extend(note.map(str::to_string));
        for greater in above {
            picture.link(node, nodes[greater], EdgeKind::Within, Mark::Plain);
        }
    };
    for (above, classes) in &crowds {
        draw(above, classes, above.is_empty().then_some("contained in none of these"));
    }
    if !left.is_empty() {
        draw(&[], &left, Some("each contained in several of these"));
    }
}
