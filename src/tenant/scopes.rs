//! The scope forest: one number a scope, in pre-order, so that "is above" is two comparisons.

use super::ScopeIx;
use super::footprint::held;
use crate::ident::{Guid, Scope, ScopeKind, ancestor_ends, same_scope, scope_hash as hash};
use crate::model::ScopeRef;
use hashbrown::HashTable;
use rustc_hash::FxHashMap;

/// All scopes that anything names, with everything above them.
#[derive(Debug)]
pub(crate) struct Scopes {
    scopes: Vec<Scope>,
    links: Vec<Link>,
    rows: HashTable<u32>,
    /// Display names of management groups and subscriptions.
    names: FxHashMap<ScopeIx, Box<str>>,
}

/// What a walk up the tree reads: small, and a scope lies beside those above it, so that a walk waits for
/// memory once or twice.
#[derive(Debug, Clone, Copy)]
struct Link {
    /// The root is its own parent.
    parent: u32,
    end: u32,
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
    /// 1 for each scope, by a hash of its number: nearly all others are told apart by it.
    sieve: [u8; 256],
    marks: u8,
}

/// The place of a scope in a sieve.
fn sieve(ix: ScopeIx) -> usize {
    (ix.0.wrapping_mul(0x9E37_79B1) >> 24) as usize
}

impl Path {
    /// No scope yet.
    pub(crate) fn empty() -> Path {
        Path { near: [ScopeIx(0); NEAR], count: 0, far: Vec::new(), sieve: [0; 256], marks: 0 }
    }

    /// Is a scope one of them?
    pub(crate) fn holds(&self, ix: ScopeIx) -> bool {
        // All places at once, used or not, is less work than as many as there are.
        let near = self.near.iter().fold(false, |found, one| found | (*one == ix));
        near || self.far.contains(&ix)
    }

    /// Is it perhaps? 1 or 0, to be counted with, and 0 is certain.
    pub(crate) fn may_hold(&self, ix: ScopeIx) -> u64 {
        u64::from(self.sieve[sieve(ix)])
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

/// The most scopes that may stand above a management group. Azure allows six levels; far beyond that an
/// export is broken, and following it would take quadratic time.
pub(crate) const PLACE_LIMIT: usize = 10_000;

/// A scope while the tree is made: its row in the facts, or beyond them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Seed(u32);

impl Seed {
    fn row(self) -> usize {
        self.0 as usize
    }
}

/// What the tree is made of: scopes, and for management groups and subscriptions what is above them.
#[derive(Debug)]
pub(crate) struct Forest {
    scopes: Vec<Scope>,
    rows: HashTable<u32>,
    parents: Vec<Option<Seed>>,
    floating: Vec<bool>,
    names: FxHashMap<Seed, Box<str>>,
}

impl Forest {
    /// The scopes of facts and everything above them that their texts name. `rows` finds each by the
    /// hash of its folded text.
    pub(crate) fn new(scopes: Vec<Scope>, rows: HashTable<u32>) -> Forest {
        let count = scopes.len();
        let mut forest = Forest {
            scopes,
            rows,
            parents: Vec::with_capacity(count + count / 4),
            floating: Vec::new(),
            names: FxHashMap::default(),
        };
        // What is added on the way stands behind the others and gets its own parent in turn.
        while forest.parents.len() < forest.scopes.len() {
            let parent = forest.parent_in_text(forest.parents.len());
            forest.parents.push(parent);
        }
        forest.floating = vec![false; forest.scopes.len()];
        forest
    }

    fn parent_in_text(&mut self, row: usize) -> Option<Seed> {
        let scope = &self.scopes[row];
        let ends = ancestor_ends(scope.text());
        let end = ends[ends.len().checked_sub(2)?];
        if let Some(found) = self.find(&scope.text()[..end]) {
            return Some(found);
        }
        let above = scope.up_to(end);
        Some(self.push(above))
    }

    fn push(&mut self, scope: Scope) -> Seed {
        let row = u32::try_from(self.scopes.len()).unwrap_or(u32::MAX);
        let hashed = hash(scope.text());
        self.scopes.push(scope);
        let scopes = &self.scopes;
        let rehash = |row: &u32| hash(scopes[*row as usize].text());
        self.rows.insert_unique(hashed, row, rehash);
        Seed(row)
    }

    /// The seed of a scope of the facts.
    pub(crate) fn seed(&self, scope: ScopeRef) -> Seed {
        Seed(scope.0)
    }

    pub(crate) fn scope(&self, seed: Seed) -> &Scope {
        &self.scopes[seed.row()]
    }

    /// Names a management group or a subscription.
    pub(crate) fn name(&mut self, seed: Seed, name: &str) {
        self.names.entry(seed).or_insert_with(|| name.into());
    }

    /// Places a management group or subscription. `Err` where that would close a circle: a group
    /// that is its own ancestor is left where it was.
    pub(crate) fn place(&mut self, child: Seed, parent: Seed) -> Result<(), ()> {
        if self.scope(child).kind() == ScopeKind::Root {
            return Err(());
        }
        let mut above = Some(parent);
        let mut steps = 0;
        while let Some(seed) = above {
            steps += 1;
            if seed == child || steps > PLACE_LIMIT {
                return Err(());
            }
            above = self.parent(seed);
        }
        self.parents[child.row()] = Some(parent);
        self.floating[child.row()] = false;
        Ok(())
    }

    /// Says that what stands directly above is not known.
    pub(crate) fn float(&mut self, seed: Seed) {
        self.floating[seed.row()] = true;
    }

    pub(crate) fn parent(&self, seed: Seed) -> Option<Seed> {
        self.parents[seed.row()]
    }

    pub(crate) fn seeds(&self) -> impl Iterator<Item = Seed> + use<> {
        (0..u32::try_from(self.scopes.len()).unwrap_or(u32::MAX)).map(Seed)
    }

    pub(crate) fn find(&self, text: &str) -> Option<Seed> {
        let same = |row: &u32| same_scope(self.scopes[*row as usize].text(), text);
        self.rows.find(hash(text), same).map(|row| Seed(*row))
    }

    /// The root management group of a directory, where something names it: its id is the directory's
    /// (semantics.md 6.5).
    pub(crate) fn root_group(&self, directory: Guid) -> Option<Seed> {
        self.find(&format!("/providers/microsoft.management/managementgroups/{directory}"))
    }

    /// Numbers the forest, and says which number each seed got. Children of one parent are sorted by
    /// name, so the order of files does not matter.
    pub(crate) fn finish(mut self) -> (Scopes, Vec<ScopeIx>) {
        let root = match self.find("/") {
            Some(root) => root,
            None => {
                self.parents.push(None);
                self.floating.push(false);
                self.push(Scope::root())
            }
        };
        let count = self.scopes.len();
        for seed in self.seeds().filter(|seed| *seed != root) {
            self.parents[seed.row()].get_or_insert(root);
        }
        let (starts, children) = self.children();
        // An explicit stack: how deep a tree of management groups is nested is the export's affair.
        let mut order: Vec<Seed> = Vec::with_capacity(count);
        let mut numbers = vec![ScopeIx(0); count];
        let mut stack = vec![root];
        while let Some(seed) = stack.pop() {
            numbers[seed.row()] = ScopeIx(u32::try_from(order.len()).unwrap_or(u32::MAX));
            order.push(seed);
            let below = starts[seed.row()] as usize..starts[seed.row() + 1] as usize;
            // The last is taken up first: of siblings, the one whose name is greatest.
            stack.extend(&children[below]);
        }
        let mut sizes = vec![1u32; count];
        for seed in order.iter().rev() {
            if let Some(parent) = self.parent(*seed) {
                sizes[parent.row()] += sizes[seed.row()];
            }
        }
        let names = std::mem::take(&mut self.names);
        let names = names.into_iter().map(|(seed, name)| (numbers[seed.row()], name)).collect();
        let mut rows = std::mem::take(&mut self.rows);
        for row in rows.iter_mut() {
            *row = numbers[*row as usize].0;
        }
        let mut seeds: Vec<Option<Scope>> =
            std::mem::take(&mut self.scopes).into_iter().map(Some).collect();
        let mut scopes: Vec<Scope> = Vec::with_capacity(count);
        let mut links: Vec<Link> = Vec::with_capacity(count);
        for seed in order {
            let Some(scope) = seeds[seed.row()].take() else { continue };
            let own = numbers[seed.row()];
            let parent = self.parent(seed).map_or(own, |parent| numbers[parent.row()]);
            links.push(Link {
                parent: parent.0,
                end: own.0 + sizes[seed.row()],
                kind: scope.kind(),
                marks: if self.floating[seed.row()] { Mark::Floating as u8 } else { 0 },
            });
            scopes.push(scope);
        }
        (Scopes { scopes, links, rows, names }, numbers)
    }

    /// The seeds below each seed: where its children begin, and all children, sorted by name.
    fn children(&self) -> (Vec<u32>, Vec<Seed>) {
        let mut starts = vec![0u32; self.scopes.len() + 1];
        for parent in self.parents.iter().flatten() {
            starts[parent.row() + 1] += 1;
        }
        for row in 0..self.scopes.len() {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let mut children = vec![Seed(0); *starts.last().unwrap_or(&0) as usize];
        for seed in self.seeds() {
            if let Some(parent) = self.parent(seed) {
                children[next[parent.row()] as usize] = seed;
                next[parent.row()] += 1;
            }
        }
        for row in 0..self.scopes.len() {
            children[starts[row] as usize..starts[row + 1] as usize]
                .sort_unstable_by(|a, b| self.scope(*a).cmp(self.scope(*b)));
        }
        (starts, children)
    }
}

impl Scopes {
    /// The bytes of the tree, and of the texts.
    pub(crate) fn held(&self) -> (usize, usize) {
        let texts = self.scopes.iter().map(|one| one.text().len()).sum::<usize>();
        let names = self.names.values().map(|name| name.len()).sum::<usize>();
        (held(&self.links) + self.rows.allocation_size(), held(&self.scopes) + texts + names)
    }

    pub(crate) fn len(&self) -> usize {
        self.scopes.len()
    }

    pub(crate) fn find(&self, scope: &Scope) -> Option<ScopeIx> {
        self.find_text(scope.text())
    }

    /// A scope by its text in any case. A text that is written otherwise than Azure writes it (slashes at
    /// its end, blanks around it) is not found.
    pub(crate) fn find_text(&self, text: &str) -> Option<ScopeIx> {
        let same = |row: &u32| same_scope(self.scopes[*row as usize].text(), text);
        self.rows.find(hash(text), same).map(|row| ScopeIx(*row))
    }

    pub(crate) fn scope(&self, ix: ScopeIx) -> &Scope {
        &self.scopes[ix.row()]
    }

    pub(crate) fn display_name(&self, ix: ScopeIx) -> Option<&str> {
        self.names.get(&ix).map(|name| &**name)
    }

    /// Says that something stands at a scope.
    pub(crate) fn mark(&mut self, ix: ScopeIx, mark: Mark) {
        self.links[ix.row()].marks |= mark as u8;
    }

    /// Does something of this kind stand at a scope?
    pub(crate) fn is_marked(&self, ix: ScopeIx, mark: Mark) -> bool {
        self.links[ix.row()].marks & mark as u8 != 0
    }

    pub(crate) fn parent(&self, ix: ScopeIx) -> Option<ScopeIx> {
        let parent = self.links[ix.row()].parent;
        (parent != ix.0).then_some(ScopeIx(parent))
    }

    pub(crate) fn kind(&self, ix: ScopeIx) -> ScopeKind {
        self.links[ix.row()].kind
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

    /// The same, walked once and kept, in a path that is empty yet. It is filled where it stays: what was
    /// just written byte by byte is slow to be moved.
    pub(crate) fn follow(&self, from: ScopeIx, path: &mut Path) {
        let (mut at, mut marks, mut count) = (from, 0, 0);
        loop {
            let link = self.links[at.row()];
            match path.near.get_mut(count) {
                Some(slot) => {
                    *slot = at;
                    count += 1;
                }
                None => path.far.push(at),
            }
            path.sieve[sieve(at)] = 1;
            marks |= link.marks;
            if link.parent == at.0 {
                break;
            }
            at = ScopeIx(link.parent);
        }
        path.near[count..].fill(from);
        path.count = count;
        path.marks = marks;
    }

    /// A question's scope, or the nearest one above it that the tenant lists; and whether it is the scope
    /// itself.
    pub(crate) fn nearest(&self, scope: &Scope) -> (ScopeIx, bool) {
        let text = scope.text();
        if let Some(at) = self.find_text(text) {
            return (at, true);
        }
        let ends = ancestor_ends(text);
        let above = ends.iter().rev().skip(1).find_map(|end| self.find_text(&text[..*end]));
        (above.unwrap_or(ScopeIx(0)), false)
    }

    /// Is nothing in the text of a scope known that stands at the root: is it in a subscription or a
    /// management group that nobody listed?
    pub(crate) fn is_outside(&self, nearest: ScopeIx, scope: &Scope) -> bool {
        nearest == ScopeIx(0)
            && (scope.kind() == ScopeKind::ManagementGroup || scope.subscription().is_some())
    }

    /// Where a question's scope stands.
    pub(crate) fn locate(&self, scope: &Scope, open: bool) -> Located {
        let (at, exact) = self.nearest(scope);
        let floating = self.upwards(at).any(|above| self.is_marked(above, Mark::Floating))
            || (!exact && open && self.is_outside(at, scope));
        Located { at, exact, floating }
    }

    /// The scopes above which something is not known.
    pub(crate) fn floating(&self) -> impl Iterator<Item = ScopeIx> {
        let floats = |(_, link): &(u32, &Link)| link.marks & Mark::Floating as u8 != 0;
        (0u32..).zip(&self.links).filter(floats).map(|(row, _)| ScopeIx(row))
    }

    /// May a management group stand above a place, though no list says so? Not one that stands below what
    /// floats above the place.
    pub(crate) fn may_stand_above(&self, group: ScopeIx, place: Located) -> bool {
        let float = || self.upwards(place.at).find(|above| self.is_marked(*above, Mark::Floating));
        place.floating
            && self.kind(group) == ScopeKind::ManagementGroup
            && !self.is_above(group, place.at)
            && float().is_none_or(|float| !self.is_above(float, group))
    }
}
