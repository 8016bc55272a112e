//! Two roles side by side: what both grant, and what only one of them does.

use super::fold::thousands;
use super::lettering::shorten;
use super::outline::{CLASS_LIMIT, SMALL};
use super::{EdgeKind, Layout, Mark, NodeKind, Picture};
use crate::analysis::role::RoleComparison;
use crate::ident::Plane;
use crate::model::RoleDefinition;
use crate::pattern::ActionPattern;
use crate::pattern::language::Relation;

/// So many patterns are told of what only one role has.
const PATTERNS: usize = 3;

/// The picture of a comparison: the roles above, below each what it is made of. Of two roles that grant
/// the same there is one node.
#[must_use]
pub fn of_comparison(a: &RoleDefinition, b: &RoleDefinition, found: &RoleComparison) -> Picture {
    let verdict = crate::report::naming::relation(found.relation);
    let mut picture = Picture::new(format!("{} {verdict} {}", a.name, b.name), Layout::Strata);
    let shared = [found.planes[0].shared, found.planes[1].shared];
    let own = |side: usize| found.planes.each_ref().map(|p| p.only[side].operations.len());
    let whole = |side: usize| [shared[0] + own(side)[0], shared[1] + own(side)[1]];
    let mut role = |role: &RoleDefinition, side: usize| {
        let node = picture.add(NodeKind::Class, &role.name);
        picture.graph[node].details = counted(whole(side));
        node
    };
    let first = role(a, 0);
    if found.relation == Relation::Equal {
        picture.graph[first]
            .details
            .insert(0, shorten(&format!("= {}", b.name), SMALL, CLASS_LIMIT));
        picture.description = "One node: they grant the same.".to_string();
        return picture;
    }
    let second = role(b, 1);
    match found.relation {
        Relation::Contained => picture.link(first, second, EdgeKind::Within, Mark::Plain),
        Relation::Contains => picture.link(second, first, EdgeKind::Within, Mark::Plain),
        _ => {}
    }
    let mut part = |label: &str, details: Vec<String>, hover: String, wholes: &[_]| {
        let node = picture.add(NodeKind::Fold, label);
        picture.graph[node].details = details;
        picture.graph[node].hover = hover;
        for whole in wholes {
            picture.link(node, *whole, EdgeKind::Within, Mark::Plain);
        }
    };
    for (side, (node, name)) in [(first, &a.name), (second, &b.name)].into_iter().enumerate() {
        let patterns: Vec<String> = found
            .planes
            .iter()
            .filter_map(|plane| plane.only[side].patterns.as_ref())
            .flatten()
            .flat_map(|block| block.allow.iter().map(|pattern| but(pattern, &block.except)))
            .collect();
        // What shares nothing is told whole already.
        let nothing = found.planes.iter().all(|plane| plane.only[side].witness.is_none());
        if nothing || found.relation == Relation::Disjoint {
            continue;
        }
        let mut details = counted(own(side));
        let told = patterns.iter().take(PATTERNS);
        details.extend(told.map(|pattern| shorten(pattern, SMALL, CLASS_LIMIT)));
        if patterns.len() > PATTERNS {
            details.push(format!("and {} more", thousands(patterns.len() - PATTERNS)));
        }
        part(&format!("only in {name}"), details, patterns.join("\n"), &[node]);
        if side == 0 && found.relation == Relation::Overlapping {
            part("in both", counted(shared), "in both".to_string(), &[first, second]);
        }
    }
    picture.description = match found.relation {
        Relation::Disjoint => "Two nodes without a line: they share nothing.",
        Relation::Overlapping => {
            "Above the two roles, below what both grant and what only one of them does. An arrow \
             leads to the role that a part is in."
        }
        _ => {
            "Above the greater role, below what it is made of: the smaller one and the rest. An \
             arrow leads to the role that a part is in."
        }
    }
    .to_string();
    picture
}

/// A pattern with what is taken from it.
fn but(pattern: &ActionPattern, except: &[ActionPattern]) -> String {
    match except {
        [] => pattern.text().to_string(),
        [one] => format!("{} but {}", pattern.text(), one.text()),
        many => format!("{} but {} patterns", pattern.text(), many.len()),
    }
}

/// How many known operations, a line a plane.
fn counted(operations: [usize; 2]) -> Vec<String> {
    let planes = [Plane::Control, Plane::Data];
    let told: Vec<String> = operations
        .iter()
        .zip(planes)
        .filter(|(count, _)| **count > 0)
        .map(|(count, plane)| {
            let what = if *count == 1 { "operation" } else { "operations" };
            format!("{} {plane} {what}", thousands(*count))
        })
        .collect();
    if told.is_empty() { vec!["no known operation".to_string()] } else { told }
}
