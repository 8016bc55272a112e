//! Who holds what, drawn one by one or as crowds of those that stand alike.

use super::chips::Chip;
use super::fold::{NAMES, thousands};
use super::{EdgeKind, Mark, NodeKind, Picture};
use crate::model::PrincipalType;
use crate::tenant::{PrincipalIx, Tenant};
use petgraph::graph::NodeIndex;
use std::collections::{BTreeMap, BTreeSet};

/// Up to so many principals are drawn one by one.
const EACH: usize = 26;
/// At most so many principals and crowds are drawn; for the others each assignment says how many.
const CROWDS: usize = 24;

/// Where a principal's lines go: two principals with the same are drawn as one crowd.
type Ends = (NodeKind, Vec<NodeIndex>, Vec<PrincipalIx>);

/// Draws who holds what; gives the node of each, and says in words what was left out.
pub(super) fn principals(
    tenant: &Tenant,
    picture: &mut Picture,
    chips: &[(NodeIndex, Chip)],
    only: Option<PrincipalIx>,
) -> (BTreeMap<PrincipalIx, NodeIndex>, String) {
    let mut has: BTreeMap<PrincipalIx, Vec<NodeIndex>> = BTreeMap::new();
    let mut weight: BTreeMap<PrincipalIx, usize> = BTreeMap::new();
    for (node, chip) in chips {
        for holder in &chip.holders {
            has.entry(*holder).or_default().push(*node);
            *weight.entry(*holder).or_default() += chip.reach;
        }
    }
    // The members of groups, and theirs; or, for one principal, only the way from it.
    let mut inside: BTreeMap<PrincipalIx, BTreeSet<PrincipalIx>> = BTreeMap::new();
    if let Some(own) = only {
        has.entry(own).or_default();
        let holders: Vec<PrincipalIx> =
            has.keys().copied().filter(|holder| *holder != own).collect();
        for holder in holders {
            for pair in tenant.chain(own, holder).windows(2) {
                inside.entry(pair[0]).or_default().insert(pair[1]);
                has.entry(pair[1]).or_default();
            }
        }
    } else {
        let mut open: Vec<PrincipalIx> = has.keys().copied().collect();
        let mut seen: BTreeSet<PrincipalIx> = open.iter().copied().collect();
        while let Some(group) = open.pop() {
            for member in tenant.members_of(group) {
                if *member == group {
                    continue;
                }
                inside.entry(*member).or_default().insert(group);
                has.entry(*member).or_default();
                if seen.insert(*member) {
                    open.push(*member);
                }
            }
        }
    }
    let all = has.len();
    // Of many, those that hold something themselves are drawn; a group says how many are in it.
    let each = all <= EACH;
    if !each {
        has.retain(|who, ends| !ends.is_empty() || only == Some(*who));
    }
    let mut crowds: BTreeMap<(Ends, Option<PrincipalIx>), Vec<PrincipalIx>> = BTreeMap::new();
    for (who, ends) in &has {
        let kind = kind_of(tenant, *who);
        let groups: Vec<PrincipalIx> =
            inside.get(who).map_or_else(Vec::new, |groups| groups.iter().copied().collect());
        // A group is one of a kind while somebody is drawn in it.
        let alone = each || only == Some(*who) || kind == NodeKind::Group;
        crowds.entry(((kind, ends.clone(), groups), alone.then_some(*who))).or_default().push(*who);
    }
    // The heaviest are drawn: those that reach the most scopes, then those that are many.
    let heft = |crowd: &[PrincipalIx]| -> (usize, usize) {
        let held = crowd.iter().map(|who| weight.get(who).copied().unwrap_or(0)).sum();
        let members = crowd.iter().map(|who| tenant.members_of(*who).len()).sum::<usize>();
        (held, crowd.len() + members)
    };
    let mut crowds: Vec<(Ends, Vec<PrincipalIx>)> =
        crowds.into_iter().map(|((ends, _), crowd)| (ends, crowd)).collect();
    let mut left = Vec::new();
    if crowds.len() > EACH.max(CROWDS) {
        crowds.sort_by(|a, b| heft(&b.1).cmp(&heft(&a.1)).then_with(|| a.1.cmp(&b.1)));
        left = crowds.split_off(CROWDS);
        crowds.sort();
    }
    let mut nodes: BTreeMap<PrincipalIx, NodeIndex> = BTreeMap::new();
    for (_, crowd) in &crowds {
        let node = match crowd.as_slice() {
            [one] => {
                let node = principal_node(picture, tenant, *one);
                if !each && picture.graph[node].kind == NodeKind::Group {
                    let members = tenant.members_of(*one).len();
                    let what = if members == 1 { "member" } else { "members" };
                    picture.graph[node].word = Some(format!("{} {what}", thousands(members)));
                }
                node
            }
            many => crowd_node(picture, tenant, many),
        };
        nodes.extend(crowd.iter().map(|who| (*who, node)));
    }
    for ((_, ends, groups), crowd) in &crowds {
        let Some(from) = crowd.first().and_then(|who| nodes.get(who)).copied() else { continue };
        for group in groups {
            if let Some(to) = nodes.get(group) {
                picture.link(from, *to, EdgeKind::Member, Mark::Plain);
            }
        }
        for end in ends {
            picture.link(from, *end, EdgeKind::Has, Mark::Plain);
        }
    }
    let mut undrawn: BTreeMap<NodeIndex, usize> = BTreeMap::new();
    for ((_, ends, _), crowd) in &left {
        for end in ends {
            *undrawn.entry(*end).or_default() += crowd.len();
        }
    }
    for (chip, count) in undrawn {
        picture.graph[chip].details.push(match count {
            1 => "held by one more".to_string(),
            more => format!("held by {} more", thousands(more)),
        });
    }
    let lost: usize = left.iter().map(|(_, crowd)| crowd.len()).sum();
    let told = match lost {
        0 => format!("{} principals", thousands(all)),
        lost => {
            format!("{} principals, of whom {} are only counted", thousands(all), thousands(lost))
        }
    };
    (nodes, told)
}

fn crowd_node(picture: &mut Picture, tenant: &Tenant, crowd: &[PrincipalIx]) -> NodeIndex {
    let kind = crowd.first().map_or(NodeKind::Stranger, |who| kind_of(tenant, *who));
    let what = match kind {
        NodeKind::User => "users",
        NodeKind::Identity => "service principals",
        NodeKind::Group => "groups",
        _ => "unknown principals",
    };
    let node = picture.add(NodeKind::Crowd, &format!("{} {what}", thousands(crowd.len())));
    let mut names: Vec<String> =
        crowd.iter().take(NAMES).map(|who| tenant.principal_name(*who)).collect();
    if crowd.len() > NAMES {
        names.push(format!("and {} more", thousands(crowd.len() - NAMES)));
    }
    picture.graph[node].hover = names.join("\n");
    node
}

fn kind_of(tenant: &Tenant, who: PrincipalIx) -> NodeKind {
    match tenant.principal_kind(who) {
        PrincipalType::User | PrincipalType::Device => NodeKind::User,
        PrincipalType::Group | PrincipalType::ForeignGroup => NodeKind::Group,
        PrincipalType::ServicePrincipal => NodeKind::Identity,
        PrincipalType::Everyone | PrincipalType::Unknown => NodeKind::Stranger,
    }
}

/// A principal with its id on hover.
pub(super) fn principal_node(
    picture: &mut Picture,
    tenant: &Tenant,
    who: PrincipalIx,
) -> NodeIndex {
    let name = tenant.principal_name(who);
    let node = picture.add(kind_of(tenant, who), &name);
    picture.graph[node].hover =
        format!("{name}\n{} {}", tenant.principal_kind(who).as_str(), tenant.principal_id(who));
    node
}
