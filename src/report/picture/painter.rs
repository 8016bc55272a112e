//! What the picture of a decision is made with: its nodes, each drawn once, and the ways between them.

use super::people::principal_node;
use super::tenant::scope_node;
use super::{EdgeKind, Mark, NodeKind, Picture};
use crate::dataplane::Access;
use crate::decide::Decision;
use crate::ident::Scope;
use crate::report::document::Inline;
use crate::scenario::Prepared;
use crate::tenant::{AssignmentIx, PrincipalIx, ScopeIx, Tenant};
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use std::collections::BTreeMap;

/// So many near misses are drawn; the others are counted.
pub(super) const NEAR: usize = 8;

pub(super) struct Painter<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) question: &'a Prepared,
    pub(super) picture: Picture,
    pub(super) principals: BTreeMap<PrincipalIx, NodeIndex>,
    pub(super) chips: BTreeMap<AssignmentIx, NodeIndex>,
    /// By folded text, which the target has even where the tenant does not list it.
    pub(super) scopes: BTreeMap<String, NodeIndex>,
    pub(super) target: NodeIndex,
}

impl Painter<'_> {
    /// Every scope that plays a part, with what stands above it.
    pub(super) fn scopes(&mut self, decision: &Decision, access: &Access) {
        let tenant = self.tenant;
        let at = |assignment: AssignmentIx| tenant.assignment_scope(assignment);
        let located = |scope: &Scope| tenant.scopes.locate(scope, false).at;
        let mut leaves: Vec<ScopeIx> = vec![located(&self.question.scope)];
        leaves.extend(decision.grants.iter().map(|grant| at(grant.assignment)));
        leaves.extend(decision.near.iter().take(NEAR).map(|miss| at(miss.assignment)));
        leaves.extend(decision.subtracted.iter().map(|found| at(found.assignment)));
        leaves.extend(decision.denies.iter().map(|hit| tenant.deny_scope(hit.deny)));
        leaves.extend(decision.locks.iter().map(|lock| tenant.lock_scope(*lock)));
        leaves.extend(decision.linked.iter().map(|linked| located(&linked.scope)));
        if let Some(doors) = &access.doors {
            leaves.push(located(&doors.resource));
            let keys = doors.key_actions.iter().chain(&doors.around);
            leaves.extend(keys.filter_map(|key| key.grant.map(|(assignment, _)| at(assignment))));
        }
        // Something stands at the root, or is asked there: else it is no news that it is above all.
        let root_told = leaves.iter().any(|ix| tenant.scope_parent(*ix).is_none());
        let mut all: Vec<ScopeIx> =
            leaves.iter().flat_map(|leaf| tenant.scopes.upwards(*leaf)).collect();
        all.sort_unstable();
        all.dedup();
        for ix in all {
            let above = tenant.scope_parent(ix);
            if above.is_none() && !root_told {
                continue;
            }
            let scope = tenant.scope_text(ix);
            let node = scope_node(&mut self.picture, tenant, scope);
            if let Some(parent) =
                above.and_then(|ix| self.scopes.get(&*tenant.scope_text(ix).folded()))
            {
                self.picture.link(*parent, node, EdgeKind::Holds, Mark::Plain);
            }
            self.scopes.insert(scope.folded().to_string(), node);
        }
        // Scopes that nobody listed hang below the nearest that somebody did.
        let unlisted =
            [Some(&self.question.scope), access.doors.as_ref().map(|doors| &doors.resource)];
        let mut unlisted: Vec<&Scope> = unlisted.into_iter().flatten().collect();
        unlisted.extend(decision.linked.iter().map(|linked| &linked.scope));
        unlisted.sort_by_key(|scope| scope.text().len());
        for scope in unlisted {
            self.scope(scope);
        }
        self.target = self.scope(&self.question.scope.clone());
        self.picture.graph[self.target].word = Some("asked here".to_string());
    }

    pub(super) fn scope(&mut self, scope: &Scope) -> NodeIndex {
        if let Some(node) = self.scopes.get(&*scope.folded()) {
            return *node;
        }
        let parent = std::iter::successors(scope.parent(), Scope::parent)
            .find_map(|above| self.scopes.get(&*above.folded()).copied());
        let node = scope_node(&mut self.picture, self.tenant, scope);
        if let Some(parent) = parent {
            self.picture.link(parent, node, EdgeKind::Holds, Mark::Plain);
        }
        self.scopes.insert(scope.folded().to_string(), node);
        node
    }

    pub(super) fn scope_at(&self, ix: ScopeIx) -> NodeIndex {
        let folded = self.tenant.scope_text(ix).folded();
        self.scopes.get(&*folded).copied().unwrap_or(self.target)
    }

    pub(super) fn principal(&mut self, ix: PrincipalIx) -> NodeIndex {
        if let Some(node) = self.principals.get(&ix) {
            return *node;
        }
        let node = principal_node(&mut self.picture, self.tenant, ix);
        self.principals.insert(ix, node);
        node
    }

    /// The chip of an assignment, standing at its scope.
    pub(super) fn chip(&mut self, assignment: AssignmentIx, role: String) -> NodeIndex {
        if let Some(node) = self.chips.get(&assignment) {
            return *node;
        }
        let scope = self.tenant.scope_text(self.tenant.assignment_scope(assignment)).text();
        let node = self.picture.add(NodeKind::Role, &role);
        let id = self.tenant.assignment(assignment).name.full(scope, "roleAssignments");
        self.picture.graph[node].hover = format!("{role}\nat {scope}\nassignment {id}");
        self.chips.insert(assignment, node);
        node
    }

    /// From the principal through its groups to the holder, and to what the holder has.
    pub(super) fn chain(&mut self, holder: PrincipalIx, to: NodeIndex, mark: Mark) {
        let Some(own) = self.tenant.principal(self.question.principal) else { return };
        let mut chain = self.tenant.chain(own, holder);
        if chain.is_empty() {
            chain = vec![holder];
        }
        let nodes: Vec<NodeIndex> = chain.iter().map(|ix| self.principal(*ix)).collect();
        for pair in nodes.windows(2) {
            self.picture.link(pair[0], pair[1], EdgeKind::Member, mark);
        }
        if let Some(last) = nodes.last() {
            self.picture.link(*last, to, EdgeKind::Has, mark);
        }
    }

    /// Marks the way down the scopes from one to another below it.
    pub(super) fn way(&mut self, from: NodeIndex, to: NodeIndex, mark: Mark) {
        let mut at = to;
        while at != from {
            let above = self
                .picture
                .graph
                .edges_directed(at, Direction::Incoming)
                .find(|edge| edge.weight().kind == EdgeKind::Holds)
                .map(|edge| (edge.id(), edge.source()));
            let Some((edge, parent)) = above else { return };
            if let Some(found) = self.picture.graph.edge_weight_mut(edge) {
                found.mark = found.mark.max(mark);
            }
            at = parent;
        }
    }

    pub(super) fn break_edge(&mut self, from: NodeIndex, to: NodeIndex, mark: Mark, why: &str) {
        let edges: Vec<_> =
            self.picture.graph.edges_connecting(from, to).map(|edge| edge.id()).collect();
        for edge in edges {
            if let Some(found) = self.picture.graph.edge_weight_mut(edge)
                && found.mark == mark
            {
                found.broken = true;
                found.hover = Inline::from(why).plain();
            }
        }
    }

    pub(super) fn say(&mut self, node: NodeIndex, line: &str) {
        let line = Inline::from(line).plain();
        let details = &mut self.picture.graph[node].details;
        if !details.contains(&line) {
            details.push(line);
        }
    }
}
