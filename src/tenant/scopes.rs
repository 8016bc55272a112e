//! The scope forest: one number a scope, in pre-order, so that "is above" is two comparisons.

use super::ScopeIx;
use crate::ident::{Scope, ScopeKind, ancestor_ends};
use hashbrown::HashTable;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::Dfs;
use std::hash::Hasher;

/// All scopes that anything names, with everything above them.
#[derive(Debug)]
pub(crate) struct Scopes {
    nodes: Vec<Node>,
    links: Vec<Link>,
    rows: HashTable<u32>,
}

/// What people see of a scope.
#[derive(Debug)]
struct Node {
    scope: Scope,
    display_name: Option<Box<str>>,
}

/// What a walk up the tree reads: small, and a scope lies beside those above it, so that a walk waits for
/// memory once or twice.
#[derive(Debug, Clone, Copy)]
struct Link {
    /// The root is its own parent.
    parent: u32,
    end: u32,
    depth: u32,
    kind: ScopeKind,
    marks: u8,
}

/// What stands at a scope, so that a decision looks only where there is something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mark {
    /// Deny assignments.
    Denies = 1,
    /// Locks.
    Locks = 2,
    /// Assignments of groups that could have members nobody listed.
    OpenRows = 4,
    /// What stands directly above is not known: a subscription or management group that no export
    /// places in the tree.
    Floating = 8,
}

/// How many scopes of a path are kept without asking for memory: in Azure a resource has at most nine above
/// it, and what extends it a few more.
const NEAR: usize = 16;

/// A scope and everything above it.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    /// Innermost first.
    near: [ScopeIx; NEAR],
    count: usize,
    /// What is above those.
    far: Vec<ScopeIx>,
    /// One bit for each scope, by a hash of its number: nearly all others are told apart by it.
    sieve: u64,
    marks: u8,
}

/// The bit of a scope in a sieve.
fn sieve(ix: ScopeIx) -> u64 {
    1 << (ix.0.wrapping_mul(0x9E37_79B1) >> 26)
}

impl Path {
    /// Is a scope one of them?
    pub(crate) fn holds(&self, ix: ScopeIx) -> bool {
        self.may_hold(ix) && (self.near[..self.count].contains(&ix) || self.far.contains(&ix))
    }

    /// Is it perhaps? A no is certain.
    pub(crate) fn may_hold(&self, ix: ScopeIx) -> bool {
        self.sieve & sieve(ix) != 0
    }

    /// Does something of this kind stand at any of them?
    pub(crate) fn has(&self, mark: Mark) -> bool {
        self.marks & mark as u8 != 0
    }

    /// Innermost first.
    pub(crate) fn upwards(&self) -> impl DoubleEndedIterator<Item = ScopeIx> + '_ {
        self.near[..self.count].iter().chain(&self.far).copied()
    }
}

/// Where a question's scope stands: the scope itself, or the nearest one above it that the tenant
/// knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Located {
    /// The scope, or its nearest known ancestor.
    pub(crate) at: ScopeIx,
    /// Is it the scope itself?
    pub(crate) exact: bool,
    /// Is something above it not known?
    pub(crate) floating: bool,
}

fn hash(folded: &[u8]) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(folded);
    hasher.finish()
}

/// The most scopes that may stand above a management group. Azure allows six levels; far beyond that an
/// export is broken, and following it would take quadratic time.
pub(crate) const PLACE_LIMIT: usize = 10_000;

/// What the tree is made of: scopes, and for management groups and subscriptions what is above them.
#[derive(Debug, Default)]
pub(crate) struct Forest {
    graph: DiGraph<Seed, ()>,
    rows: rustc_hash::FxHashMap<Box<str>, NodeIndex>,
}

#[derive(Debug)]
struct Seed {
    scope: Scope,
    display_name: Option<Box<str>>,
    parent: Option<NodeIndex>,
    floating: bool,
}

impl Forest {
    /// Adds a scope and everything above it that its text names.
    pub(crate) fn add(&mut self, scope: &Scope) -> NodeIndex {
        if let Some(node) = self.rows.get(scope.folded()) {
            return *node;
        }
        let ends = ancestor_ends(scope.folded());
        let above = ends.len().checked_sub(2).map(|at| &scope.folded()[..ends[at]]);
        let parent = match above.and_then(|above| self.rows.get(above)) {
            Some(node) => Some(*node),
            None => scope.parent().map(|parent| self.add(&parent)),
        };
        let node = self.graph.add_node(Seed {
            scope: scope.clone(),
            display_name: None,
            parent,
            floating: false,
        });
        self.rows.insert(scope.folded().into(), node);
        node
    }

    /// Names a management group or a subscription.
    pub(crate) fn name(&mut self, node: NodeIndex, name: &str) {
        self.graph[node].display_name.get_or_insert(name.into());
    }

    /// Places a management group or subscription. `Err` where that would close a circle: a group
    /// that is its own ancestor is left where it was.
    pub(crate) fn place(&mut self, child: NodeIndex, parent: NodeIndex) -> Result<(), ()> {
        if self.graph[child].scope.kind() == ScopeKind::Root {
            return Err(());
        }
        let mut above = Some(parent);
        let mut steps = 0;
        while let Some(node) = above {
            steps += 1;
            if node == child || steps > PLACE_LIMIT {
                return Err(());
            }
            above = self.graph[node].parent;
        }
        self.graph[child].parent = Some(parent);
        self.graph[child].floating = false;
        Ok(())
    }

    /// Says that what stands directly above is not known.
    pub(crate) fn float(&mut self, node: NodeIndex) {
        self.graph[node].floating = true;
    }

    pub(crate) fn parent(&self, node: NodeIndex) -> Option<NodeIndex> {
        self.graph[node].parent
    }

    pub(crate) fn kinds(&self) -> Vec<(NodeIndex, ScopeKind)> {
        self.graph.node_indices().map(|node| (node, self.graph[node].scope.kind())).collect()
    }

    pub(crate) fn find(&self, folded: &str) -> Option<NodeIndex> {
        self.rows.get(folded).copied()
    }

    /// Numbers the forest. Children of one parent are sorted by name, so the order of files does not
    /// matter.
    pub(crate) fn finish(mut self) -> Scopes {
        let root = self.add(&Scope::root());
        let nodes: Vec<NodeIndex> = self.graph.node_indices().collect();
        for node in &nodes {
            if *node != root && self.graph[*node].parent.is_none() {
                self.graph[*node].parent = Some(root);
            }
        }
        // Depth-first search visits the newest edge first: sorted in reverse, it walks in order.
        let mut edges: Vec<(NodeIndex, NodeIndex)> =
            nodes.iter().filter_map(|node| Some((self.graph[*node].parent?, *node))).collect();
        // By parent first: only siblings are compared by name, and names share long beginnings.
        edges.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| self.graph[b.1].scope.cmp(&self.graph[a.1].scope))
        });
        for (parent, child) in edges {
            self.graph.add_edge(parent, child, ());
        }
        // An explicit stack: how deep a tree of management groups is nested is the export's affair.
        let count = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let mut order = Vec::with_capacity(nodes.len());
        let mut number = vec![0u32; nodes.len()];
        let mut walk = Dfs::new(&self.graph, root);
        while let Some(node) = walk.next(&self.graph) {
            number[node.index()] = count(order.len());
            order.push(node);
        }
        let mut size = vec![1u32; nodes.len()];
        for node in order.iter().rev() {
            if let Some(parent) = self.graph[*node].parent {
                size[parent.index()] += size[node.index()];
            }
        }
        let mut seeds: Vec<Option<Seed>> =
            self.graph.into_nodes_edges().0.into_iter().map(|node| Some(node.weight)).collect();
        let mut scopes = Scopes {
            nodes: Vec::with_capacity(order.len()),
            links: Vec::with_capacity(order.len()),
            rows: HashTable::with_capacity(order.len()),
        };
        for node in order {
            let Some(seed) = seeds[node.index()].take() else { continue };
            let row = count(scopes.nodes.len());
            let parent = seed.parent.map(|parent| number[parent.index()]);
            let depth = parent.map_or(0, |parent| scopes.links[parent as usize].depth + 1);
            let kind = seed.scope.kind();
            let nodes = &scopes.nodes;
            let rehash = |row: &u32| {
                nodes
                    .get(*row as usize)
                    .map_or(0, |node: &Node| hash(node.scope.folded().as_bytes()))
            };
            scopes.rows.insert_unique(hash(seed.scope.folded().as_bytes()), row, rehash);
            scopes.nodes.push(Node { scope: seed.scope, display_name: seed.display_name });
            scopes.links.push(Link {
                parent: parent.unwrap_or(row),
                end: row + size[node.index()],
                depth,
                kind,
                marks: if seed.floating { Mark::Floating as u8 } else { 0 },
            });
        }
        scopes
    }
}

impl Scopes {
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn find(&self, folded: &str) -> Option<ScopeIx> {
        self.find_bytes(folded.as_bytes())
    }

    fn find_bytes(&self, folded: &[u8]) -> Option<ScopeIx> {
        let same = |row: &u32| self.nodes[*row as usize].scope.folded().as_bytes() == folded;
        self.rows.find(hash(folded), same).map(|row| ScopeIx(*row))
    }

    /// A scope by its text in any case. A text that is written otherwise than Azure writes it (slashes at
    /// its end, blanks around it) is not found.
    pub(crate) fn find_text(&self, text: &str) -> Option<ScopeIx> {
        let mut buffer = [0u8; 512];
        match buffer.get_mut(..text.len()) {
            Some(folded) => {
                folded.copy_from_slice(text.as_bytes());
                folded.make_ascii_lowercase();
                self.find_bytes(folded)
            }
            None => self.find(&text.to_ascii_lowercase()),
        }
    }

    pub(crate) fn scope(&self, ix: ScopeIx) -> &Scope {
        &self.nodes[ix.row()].scope
    }

    pub(crate) fn display_name(&self, ix: ScopeIx) -> Option<&str> {
        self.nodes[ix.row()].display_name.as_deref()
    }

    /// Says that something stands at a scope.
    pub(crate) fn mark(&mut self, ix: ScopeIx, mark: Mark) {
        self.links[ix.row()].marks |= mark as u8;
    }

    pub(crate) fn parent(&self, ix: ScopeIx) -> Option<ScopeIx> {
        let parent = self.links[ix.row()].parent;
        (parent != ix.0).then_some(ScopeIx(parent))
    }

    pub(crate) fn kind(&self, ix: ScopeIx) -> ScopeKind {
        self.links[ix.row()].kind
    }

    pub(crate) fn depth(&self, ix: ScopeIx) -> u32 {
        self.links[ix.row()].depth
    }

    /// The first number after the subtree of a scope.
    pub(crate) fn end(&self, ix: ScopeIx) -> u32 {
        self.links[ix.row()].end
    }

    pub(crate) fn is_above(&self, above: ScopeIx, below: ScopeIx) -> bool {
        above.0 <= below.0 && below.0 < self.links[above.row()].end
    }

    /// A scope and everything above it, innermost first.
    pub(crate) fn upwards(&self, from: ScopeIx) -> impl Iterator<Item = ScopeIx> {
        std::iter::successors(Some(from), |ix| self.parent(*ix))
    }

    /// The same, walked once and kept.
    pub(crate) fn path(&self, from: ScopeIx) -> Path {
        let mut path = Path { near: [from; NEAR], count: 0, far: Vec::new(), sieve: 0, marks: 0 };
        let mut at = from;
        loop {
            let link = self.links[at.row()];
            match path.near.get_mut(path.count) {
                Some(slot) => {
                    *slot = at;
                    path.count += 1;
                }
                None => path.far.push(at),
            }
            path.sieve |= sieve(at);
            path.marks |= link.marks;
            if link.parent == at.0 {
                return path;
            }
            at = ScopeIx(link.parent);
        }
    }

    /// Where a question's scope stands, and what is above. A scope that the tenant does not list hangs
    /// under its nearest known ancestor.
    pub(crate) fn locate_path(&self, scope: &Scope, open: bool) -> (Located, Path) {
        if let Some(at) = self.find(scope.folded()) {
            return self.locate_at(at);
        }
        let ends = ancestor_ends(scope.folded());
        for end in ends.iter().rev().skip(1) {
            if let Some(at) = self.find(&scope.folded()[..*end]) {
                let (located, path) = self.locate_at(at);
                return (Located { exact: false, ..located }, path);
            }
        }
        // Nothing in the text is known: a subscription or management group that nobody listed.
        let outside = matches!(scope.kind(), ScopeKind::ManagementGroup)
            || scope.folded().starts_with("/subscriptions/");
        let root = ScopeIx(0);
        (Located { at: root, exact: false, floating: open && outside }, self.path(root))
    }

    /// Where a question's scope stands.
    pub(crate) fn locate(&self, scope: &Scope, open: bool) -> Located {
        self.locate_path(scope, open).0
    }

    /// Where a scope of the tenant stands, and what is above.
    pub(crate) fn locate_at(&self, at: ScopeIx) -> (Located, Path) {
        let path = self.path(at);
        (Located { at, exact: true, floating: path.has(Mark::Floating) }, path)
    }

    /// The scopes above which something is not known.
    pub(crate) fn floating(&self) -> impl Iterator<Item = ScopeIx> {
        let floats = |(_, link): &(u32, &Link)| link.marks & Mark::Floating as u8 != 0;
        (0u32..).zip(&self.links).filter(floats).map(|(row, _)| ScopeIx(row))
    }

    /// The place at or above a scope whose own parent is not known.
    pub(crate) fn float_of(&self, ix: ScopeIx) -> Option<ScopeIx> {
        let floats = |above: &ScopeIx| self.links[above.row()].marks & Mark::Floating as u8 != 0;
        self.upwards(ix).find(floats)
    }
}
