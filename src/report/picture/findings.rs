//! What an audit found, where it is: the scopes, assignments and principals that findings are about.

use super::fold::thousands;
use super::tenant::{Drawn, Part, Show, draw};
use super::{Mark, Picture};
use crate::analysis::audit::{About, Finding, Report};
use crate::tenant::{AssignmentIx, PrincipalIx, RoleIx, ScopeIx, Tenant};
use petgraph::graph::NodeIndex;
use std::collections::{BTreeMap, BTreeSet};

/// So many codes are told at one node.
const CODES: usize = 3;

/// The picture of what an audit found, suppressed findings left out: the tree of scopes with the
/// assignments that findings touch, and at each thing the codes of the findings about it. Findings
/// about a role stand at its assignments, and what is folded counts what is in it. Nothing where no
/// finding is about anything that can be drawn.
#[must_use]
pub fn of_findings(tenant: &Tenant, report: &Report) -> Option<Picture> {
    let told: Vec<&Finding> =
        report.findings.iter().filter(|found| found.suppressed.is_none()).collect();
    let held = Held::of(tenant);
    let mut part = Part::default();
    for found in &told {
        part.assignments.extend(held.touched(&found.about));
        part.scopes.extend(found.about.scope);
    }
    if part.assignments.is_empty() && part.scopes.is_empty() {
        return None;
    }
    let mut drawn = draw(tenant, &Show::default(), Some(&part));
    let chips = drawn
        .chips
        .iter()
        .flat_map(|(node, chip)| chip.assignments.iter().map(|assignment| (*assignment, *node)));
    let places = Places { tenant, drawn: &drawn, chips: chips.collect() };
    let mut codes: BTreeMap<NodeIndex, Vec<&str>> = BTreeMap::new();
    let mut seen = 0;
    for found in &told {
        let nodes = places.of(&found.about, &held.touched(&found.about));
        seen += usize::from(!nodes.is_empty());
        for node in nodes {
            codes.entry(node).or_default().push(found.code);
        }
    }
    let picture = &mut drawn.picture;
    for (node, mut codes) in codes {
        let count = codes.len();
        codes.dedup();
        picture.raise(node, Mark::Found);
        let mut line = format!("! {}", codes[..codes.len().min(CODES)].join(", "));
        if codes.len() > CODES {
            line.push_str(&format!(" and {} more", codes.len() - CODES));
        } else if count > codes.len() {
            line.push_str(&format!(" ({} findings)", thousands(count)));
        }
        picture.graph[node].details.push(line);
    }
    picture.title = "What the audit found, and where".to_string();
    let one = |number: usize, one: &str, many: &str| {
        format!("{} {}", thousands(number), if number == 1 { one } else { many })
    };
    picture.description = format!(
        "{} of {} where they are, with {} that they touch. ! and a code mark what a finding is about.",
        thousands(seen),
        one(told.len(), "finding", "findings"),
        one(part.assignments.len(), "assignment", "assignments"),
    );
    Some(drawn.picture)
}

/// The assignments of each principal and of each role.
struct Held {
    by_principal: BTreeMap<PrincipalIx, Vec<AssignmentIx>>,
    by_role: BTreeMap<RoleIx, Vec<AssignmentIx>>,
}

impl Held {
    fn of(tenant: &Tenant) -> Held {
        let mut held = Held { by_principal: BTreeMap::new(), by_role: BTreeMap::new() };
        for ix in tenant.assignments() {
            if let Some(holder) = tenant.principal(tenant.assignment(ix).principal) {
                held.by_principal.entry(holder).or_default().push(ix);
            }
            if let Some(role) = tenant.assignment_role(ix) {
                held.by_role.entry(role).or_default().push(ix);
            }
        }
        held
    }

    /// The assignments that a finding touches: its own, or those of its principal or its role.
    fn touched(&self, about: &About) -> Vec<AssignmentIx> {
        let list = match (about.assignment, about.principal, about.role) {
            (Some(own), ..) => return vec![own],
            (None, Some(who), _) => self.by_principal.get(&who),
            (None, None, Some(role)) => self.by_role.get(&role),
            (None, None, None) => None,
        };
        list.cloned().unwrap_or_default()
    }
}

/// Which node stands for what.
struct Places<'d> {
    tenant: &'d Tenant,
    drawn: &'d Drawn,
    chips: BTreeMap<AssignmentIx, NodeIndex>,
}

impl Places<'_> {
    /// The nodes that a finding is about: the assignment where it has one, else the principal, the
    /// assignments of the role, or the scope; what is folded stands for what is in it.
    fn of(&self, about: &About, touched: &[AssignmentIx]) -> BTreeSet<NodeIndex> {
        let person = about.principal.and_then(|who| self.drawn.people.get(&who));
        match (about.assignment, person) {
            (None, Some(node)) => return [*node].into(),
            (None, None) if about.role.is_none() && about.principal.is_none() => {}
            _ => return touched.iter().filter_map(|ix| self.chips.get(ix).copied()).collect(),
        }
        about.scope.and_then(|scope| self.scope(scope)).into_iter().collect()
    }

    fn scope(&self, scope: ScopeIx) -> Option<NodeIndex> {
        if let Some(node) = self.drawn.scopes.get(&scope) {
            return Some(*node);
        }
        let inside = |tops: &[ScopeIx]| tops.iter().any(|top| self.tenant.is_above(*top, scope));
        self.drawn.folds.iter().find(|(tops, _)| inside(tops)).map(|(_, node)| *node)
    }
}
