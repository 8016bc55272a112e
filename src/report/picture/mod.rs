//! Who reaches what, drawn: a graph of principals, groups, role assignments, denies, locks, scopes and
//! doors, as a value; one file an output format over it.
//!
//! Five pictures are made: of a tenant (`of_tenant`), of what an audit found in it (`of_findings`), of what
//! one decision touches (`of_decision`), of the order of roles (`of_roles`), and of two roles side by side
//! (`of_comparison`). Reading goes from the left to the right: who, through which
//! groups, by which role, where. Scopes stand as an outline, each inside the one above it.
//!
//! A picture says everything twice: colour is never the only sign, a path that grants is also thick and
//! has its word, a near miss is dashed and crossed out where it breaks, a key's way is dotted.

mod chips;
mod comparison;
mod decision;
mod doors;
mod dot;
mod findings;
mod fold;
mod json;
mod layers;
mod lettering;
mod mermaid;
mod outline;
mod painter;
mod people;
mod roles;
mod strata;
mod svg;
mod tenant;
mod text;

pub use comparison::of_comparison;
pub use decision::of_decision;
pub use findings::of_findings;
pub use roles::of_roles;
pub use tenant::{Show, of_tenant};

pub(super) use fold::thousands;

use super::document::Drawing;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

/// A picture: what is drawn, and not yet where.
#[derive(Debug, Clone)]
pub struct Picture {
    title: String,
    description: String,
    layout: Layout,
    graph: DiGraph<Node, Edge>,
}

/// How a picture is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Scopes as an outline, roles beside them, principals in columns before them.
    Outline,
    /// Layers from the smaller to the greater.
    Strata,
}

/// One thing that is drawn.
#[derive(Debug, Clone)]
struct Node {
    kind: NodeKind,
    label: String,
    /// What is told below the label, in short lines.
    details: Vec<String>,
    /// A word at its end: `eligible`, `open`, `ReadOnly lock`.
    word: Option<String>,
    /// The whole of it: full ids, every name of a folded crowd.
    hover: String,
    mark: Mark,
}

/// What a node stands for. The order is the order in legends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum NodeKind {
    User,
    Identity,
    Group,
    /// A principal of unknown kind, or one that is deleted.
    Stranger,
    /// Several principals, folded.
    Crowd,
    Role,
    Deny,
    Lock,
    ManagementGroup,
    Subscription,
    ResourceGroup,
    Resource,
    /// Several scopes, folded.
    Fold,
    Door,
    /// Roles that grant the same.
    Class,
}

impl NodeKind {
    fn is_principal(self) -> bool {
        matches!(
            self,
            NodeKind::User
                | NodeKind::Identity
                | NodeKind::Group
                | NodeKind::Stranger
                | NodeKind::Crowd
        )
    }

    /// Does it stand in the column of roles, beside its scope?
    fn is_chip(self) -> bool {
        matches!(self, NodeKind::Role | NodeKind::Deny | NodeKind::Lock)
    }

    /// What stands before its name in text.
    fn prefix(self) -> &'static str {
        match self {
            NodeKind::Deny
            | NodeKind::ManagementGroup
            | NodeKind::Subscription
            | NodeKind::ResourceGroup
            | NodeKind::Door => self.word(),
            NodeKind::Lock => "lock",
            _ => "",
        }
    }

    /// What it is, in a word.
    fn word(self) -> &'static str {
        match self {
            NodeKind::User => "user",
            NodeKind::Identity => "service principal",
            NodeKind::Group => "group",
            NodeKind::Stranger => "unknown principal",
            NodeKind::Crowd => "several principals",
            NodeKind::Role => "role assignment",
            NodeKind::Deny => "deny assignment",
            NodeKind::Lock => "lock",
            NodeKind::ManagementGroup => "management group",
            NodeKind::Subscription => "subscription",
            NodeKind::ResourceGroup => "resource group",
            NodeKind::Resource => "resource",
            NodeKind::Fold => "folded",
            NodeKind::Door => "door",
            NodeKind::Class => "role",
        }
    }
}

/// What part something plays in the answer; from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Mark {
    /// None.
    #[default]
    Plain,
    /// A finding is about it.
    Found,
    /// It nearly grants.
    Near,
    /// It hangs on something unknown.
    Perhaps,
    /// It stops what would be granted.
    Stops,
    /// It is the way of a key.
    Key,
    /// It grants.
    Grants,
}

impl Mark {
    fn class(self) -> &'static str {
        match self {
            Mark::Plain => "plain",
            Mark::Found => "found",
            Mark::Near => "near",
            Mark::Perhaps => "perhaps",
            Mark::Stops => "stops",
            Mark::Key => "key",
            Mark::Grants => "grants",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Mark::Plain => "takes no part",
            Mark::Found => "! a finding is about it",
            Mark::Near => "nearly grants; ✗ is where it breaks",
            Mark::Perhaps => "grants perhaps",
            Mark::Stops => "stops it",
            Mark::Key => "leads to a key",
            Mark::Grants => "grants",
        }
    }
}

/// A line between two nodes, from who to what, or from the smaller to the greater.
#[derive(Debug, Clone)]
struct Edge {
    kind: EdgeKind,
    mark: Mark,
    /// Does it break off before its end?
    broken: bool,
    hover: String,
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum EdgeKind {
    /// A scope holds another, or a resource its doors.
    Holds,
    /// A member of a group.
    Member,
    /// A principal has an assignment.
    Has,
    /// An assignment, deny or lock stands at a scope.
    At,
    /// A role is contained in another.
    Within,
}

impl EdgeKind {
    fn word(self) -> &'static str {
        match self {
            EdgeKind::Holds => "holds",
            EdgeKind::Member => "member",
            EdgeKind::Has => "has",
            EdgeKind::At => "at",
            EdgeKind::Within => "within",
        }
    }
}

impl Picture {
    fn new(title: String, layout: Layout) -> Picture {
        Picture { title, description: String::new(), layout, graph: DiGraph::new() }
    }

    /// What the picture shows, in a line.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What the picture shows, in a few sentences, for those who do not see it.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// As an SVG file that stands alone: light and dark, selectable text, the whole of every shortened
    /// name on hover.
    #[must_use]
    pub fn svg(&self) -> String {
        svg::file(self)
    }

    /// For a terminal: the outline as lines.
    #[must_use]
    pub fn text(&self) -> String {
        text::write(self)
    }

    /// For programs: nodes and edges.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        json::write(self)
    }

    /// For Graphviz.
    #[must_use]
    pub fn dot(&self) -> String {
        dot::write(self)
    }

    /// For Mermaid.
    #[must_use]
    pub fn mermaid(&self) -> String {
        mermaid::write(self)
    }

    /// To stand in a page.
    #[must_use]
    pub fn drawing(&self) -> Drawing {
        Drawing { svg: svg::embedded(self), mermaid: self.mermaid() }
    }

    fn add(&mut self, kind: NodeKind, label: &str) -> NodeIndex {
        let (label, hover) = (label.to_string(), label.to_string());
        let (details, word, mark) = (Vec::new(), None, Mark::Plain);
        self.graph.add_node(Node { kind, label, details, word, hover, mark })
    }

    /// Draws a line. One that is there already keeps the stronger mark; for assignments at scopes each
    /// mark has a line of its own, because one assignment can miss and lead to a key.
    fn link(&mut self, from: NodeIndex, to: NodeIndex, kind: EdgeKind, mark: Mark) {
        let known = self
            .graph
            .edges_connecting(from, to)
            .find(|edge| {
                let found = edge.weight();
                found.kind == kind
                    && (kind != EdgeKind::At
                        || found.mark == mark
                        || found.mark == Mark::Plain
                        || mark == Mark::Plain)
            })
            .map(|edge| edge.id());
        match known.and_then(|edge| self.graph.edge_weight_mut(edge)) {
            Some(edge) => edge.mark = edge.mark.max(mark),
            None => {
                let edge = Edge { kind, mark, broken: false, hover: String::new() };
                self.graph.add_edge(from, to, edge);
            }
        }
    }

    fn raise(&mut self, node: NodeIndex, mark: Mark) {
        let node = &mut self.graph[node];
        node.mark = node.mark.max(mark);
    }

    /// The kinds of nodes and the marks that stand in it, for a legend.
    fn legend(&self) -> (Vec<NodeKind>, Vec<Mark>) {
        let mut kinds: Vec<NodeKind> = self.graph.node_weights().map(|node| node.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let mut marks: Vec<Mark> = self
            .graph
            .edge_weights()
            .map(|edge| edge.mark)
            .chain(self.graph.node_weights().map(|node| node.mark))
            .filter(|mark| *mark != Mark::Plain)
            .collect();
        marks.sort_unstable_by(|a, b| b.cmp(a));
        marks.dedup();
        (kinds, marks)
    }
}

/// A box, by its corner.
#[derive(Debug, Clone, Copy, Default)]
struct Rect {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Rect {
    fn middle(self) -> f64 {
        self.y + self.height / 2.0
    }
    fn right(self) -> f64 {
        self.x + self.width
    }
    fn bottom(self) -> f64 {
        self.y + self.height
    }
}

/// A line, as points that it passes, and how it runs between them.
#[derive(Debug, Clone)]
struct Route {
    points: Vec<(f64, f64)>,
    run: Run,
    /// Where it breaks off.
    broken_at: Option<(f64, f64)>,
}

/// How a line runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    /// Straight from point to point.
    Straight,
    /// Curved, leaving and arriving sideways.
    Sideways,
    /// Curved, leaving and arriving upwards.
    Upwards,
}

/// Where everything stands.
#[derive(Debug, Clone)]
struct Plan {
    width: f64,
    height: f64,
    /// By number of node.
    boxes: Vec<Rect>,
    /// By number of edge.
    routes: Vec<Route>,
}

fn plan(picture: &Picture) -> Plan {
    match picture.layout {
        Layout::Outline => outline::plan(picture),
        Layout::Strata => strata::plan(picture),
    }
}
