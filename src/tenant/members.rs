//! Who is in which group, through others too: the transitive closure, cycles allowed.

use super::PrincipalIx;
use super::footprint::held;
use petgraph::graph::{DiGraph, NodeIndex};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

/// The most group ids that are stored for all principals together. A directory of a quarter million
/// principals needs about two million; what goes beyond (a chain of a million groups) is walked when
/// it is asked for.
pub(crate) const CLOSURE_LIMIT: usize = 32 * 1024 * 1024;

/// Where a closure stands among all.
#[derive(Debug, Clone, Copy)]
struct Stored {
    start: u32,
    /// One past its end, or [`WALKED`].
    end: u32,
}

/// The end of a closure that was too much to store.
const WALKED: u32 = u32::MAX;

impl Stored {
    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The membership graph, flat.
#[derive(Debug, Default)]
pub(crate) struct Members {
    /// For each principal: the groups that list it, as a range of `groups`.
    direct_start: Vec<u32>,
    direct: Vec<PrincipalIx>,
    /// For each principal: all groups that it is in, as a range of `closures`.
    closed: Vec<Stored>,
    closures: Vec<PrincipalIx>,
}

impl Members {
    /// Builds the closure from `(member, group)` pairs over `count` principals.
    pub(crate) fn build(count: usize, pairs: Vec<(PrincipalIx, PrincipalIx)>) -> Members {
        Members::within(CLOSURE_LIMIT, count, pairs)
    }

    /// The same with another limit.
    fn within(limit: usize, count: usize, mut pairs: Vec<(PrincipalIx, PrincipalIx)>) -> Members {
        pairs.sort_unstable();
        pairs.dedup();
        let mut graph: DiGraph<(), (), u32> = DiGraph::with_capacity(count, pairs.len());
        for _ in 0..count {
            graph.add_node(());
        }
        let mut direct_start = vec![0u32; count + 1];
        for (member, group) in &pairs {
            direct_start[member.row() + 1] += 1;
            graph.add_edge(NodeIndex::new(member.row()), NodeIndex::new(group.row()), ());
        }
        for row in 0..count {
            direct_start[row + 1] += direct_start[row];
        }
        let direct: Vec<PrincipalIx> = pairs.iter().map(|(_, group)| *group).collect();
        let mut members = Members { direct_start, direct, ..Members::default() };
        members.close(limit, count, &graph);
        members
    }

    /// Strongly connected components come in reverse topological order: what a component's members
    /// reach is known before the component itself. Kosaraju's algorithm, because petgraph's Tarjan
    /// recurses and a long chain of groups would take the stack.
    fn close(&mut self, limit: usize, count: usize, graph: &DiGraph<(), (), u32>) {
        let components = petgraph::algo::kosaraju_scc(graph);
        // What is not reached yet is of the same component: nothing is known of it but itself.
        self.closed = vec![Stored { start: 0, end: 0 }; count];
        for component in &components {
            let mut reached: Vec<PrincipalIx> = Vec::new();
            let mut overflow = false;
            // Sorted again only when twice as much has come together: a cycle of a million groups would
            // otherwise be sorted a million times.
            let mut tidy_at = 4096;
            for node in component {
                for group in self.direct_of(node.index()) {
                    reached.push(*group);
                    let other = self.closed[group.row()];
                    if other.end == WALKED || reached.len() + other.range().len() > limit {
                        overflow = true;
                    } else {
                        reached.extend_from_slice(&self.closures[other.range()]);
                    }
                }
                if reached.len() > tidy_at {
                    reached.sort_unstable();
                    reached.dedup();
                    tidy_at = tidy_at.max(2 * reached.len());
                }
            }
            reached.sort_unstable();
            reached.dedup();
            overflow |= self.closures.len() + reached.len() > limit;
            let start = u32::try_from(self.closures.len()).unwrap_or(u32::MAX);
            let mut stored = Stored { start, end: WALKED };
            if !overflow {
                self.closures.extend_from_slice(&reached);
                stored.end = u32::try_from(self.closures.len()).unwrap_or(WALKED);
            }
            for node in component {
                self.closed[node.index()] = stored;
            }
        }
    }

    /// The bytes that it takes.
    pub(crate) fn held(&self) -> usize {
        held(&self.direct_start) + held(&self.direct) + held(&self.closed) + held(&self.closures)
    }

    fn direct_of(&self, row: usize) -> &[PrincipalIx] {
        &self.direct[self.direct_start[row] as usize..self.direct_start[row + 1] as usize]
    }

    /// All groups that a principal is in, sorted. A group in a cycle is in itself.
    pub(crate) fn closure(&self, of: PrincipalIx) -> Cow<'_, [PrincipalIx]> {
        let stored = self.closed[of.row()];
        if stored.end == WALKED {
            return Cow::Owned(self.walk(of));
        }
        Cow::Borrowed(&self.closures[stored.range()])
    }

    fn walk(&self, from: PrincipalIx) -> Vec<PrincipalIx> {
        let mut seen = vec![false; self.closed.len()];
        let mut queue = vec![from];
        let mut found = Vec::new();
        while let Some(next) = queue.pop() {
            for group in self.direct_of(next.row()) {
                if !std::mem::replace(&mut seen[group.row()], true) {
                    found.push(*group);
                    queue.push(*group);
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// The groups that list a principal themselves.
    pub(crate) fn direct(&self, of: PrincipalIx) -> &[PrincipalIx] {
        self.direct_of(of.row())
    }

    /// A shortest chain from a principal to a group, both ends included; empty where there is none.
    pub(crate) fn chain(&self, from: PrincipalIx, to: PrincipalIx) -> Vec<PrincipalIx> {
        if from == to {
            return vec![from];
        }
        // Nearly every chain is one or two groups long. The first of the shortest, as below.
        let direct = self.direct_of(from.row());
        if direct.contains(&to) {
            return vec![from, to];
        }
        let between = |group: &&PrincipalIx| self.direct_of(group.row()).contains(&to);
        if let Some(group) = direct.iter().find(between) {
            return vec![from, *group, to];
        }
        let mut came_from: rustc_hash::FxHashMap<PrincipalIx, PrincipalIx> =
            rustc_hash::FxHashMap::default();
        let mut queue = VecDeque::from([from]);
        while let Some(next) = queue.pop_front() {
            for group in self.direct_of(next.row()) {
                if *group == from || came_from.contains_key(group) {
                    continue;
                }
                came_from.insert(*group, next);
                if *group == to {
                    let mut chain = vec![to];
                    let mut at = to;
                    while at != from {
                        at = came_from[&at];
                        chain.push(at);
                    }
                    chain.reverse();
                    return chain;
                }
                queue.push_back(*group);
            }
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ix(rows: &[u32]) -> Vec<PrincipalIx> {
        rows.iter().map(|row| PrincipalIx(*row)).collect()
    }

    #[test]
    fn nested_groups_and_cycles() {
        // 0 is in 1, 1 in 2, 2 in 3, 3 in 1 (a cycle); 4 is in nothing.
        let pairs = [(0, 1), (1, 2), (2, 3), (3, 1)];
        let members = Members::build(
            5,
            pairs.iter().map(|(a, b)| (PrincipalIx(*a), PrincipalIx(*b))).collect(),
        );
        assert_eq!(*members.closure(PrincipalIx(0)), ix(&[1, 2, 3])[..]);
        assert_eq!(*members.closure(PrincipalIx(2)), ix(&[1, 2, 3])[..]);
        assert!(members.closure(PrincipalIx(4)).is_empty());
        assert_eq!(members.chain(PrincipalIx(0), PrincipalIx(3)), ix(&[0, 1, 2, 3]));
        assert_eq!(members.walk(PrincipalIx(0)), ix(&[1, 2, 3]));
    }

    #[test]
    fn what_is_stored_stays_within_the_limit_and_the_rest_is_walked() {
        // Each is in the next: the last is in none, the one before it in one, and so on.
        let count = 12;
        let pairs = (0..count - 1).map(|n| (PrincipalIx(n), PrincipalIx(n + 1)));
        let pairs: Vec<_> = pairs.collect();
        let all = Members::build(count as usize, pairs.clone());
        assert_eq!(all.closures.len(), 11 * 12 / 2);
        for (limit, stored) in
            [(0, 0), (1, 1), (2, 1), (3, 3), (9, 6), (10, 10), (65, 55), (66, 66)]
        {
            let members = Members::within(limit, count as usize, pairs.clone());
            assert_eq!(members.closures.len(), stored, "of {limit}");
            for of in (0..count).map(PrincipalIx) {
                assert_eq!(members.closure(of), all.closure(of), "{of:?} of {limit}");
            }
            // Whoever is in a group that is walked is walked too.
            let walked = members.closed.iter().filter(|one| one.end == WALKED).count();
            let kept = (0..count as usize).filter(|n| n * (n + 1) / 2 <= limit).count();
            assert_eq!(walked, count as usize - kept.min(count as usize), "of {limit}");
        }
    }

    #[test]
    fn groups_that_many_share_are_gathered_once_each() {
        // A cycle whose every group is in the same thousand: gathered again and again while it is walked.
        let (cycle, shared) = (200u32, 1000u32);
        let pairs = (0..cycle).flat_map(|n| {
            let shared =
                (cycle..cycle + shared).map(move |group| (PrincipalIx(n), PrincipalIx(group)));
            shared.chain([(PrincipalIx(n), PrincipalIx((n + 1) % cycle))])
        });
        let members = Members::build((cycle + shared) as usize, pairs.collect());
        let closure = members.closure(PrincipalIx(3));
        assert_eq!(closure.len(), (cycle + shared) as usize);
        assert!(closure.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_long_chain_takes_neither_the_stack_nor_quadratic_memory() {
        let count = 200_000;
        let pairs = (0..count - 1).map(|n| (PrincipalIx(n), PrincipalIx(n + 1))).collect();
        let members = Members::build(count as usize, pairs);
        assert_eq!(members.closure(PrincipalIx(0)).len(), count as usize - 1);
    }

    #[test]
    fn a_long_cycle_is_not_sorted_at_every_step() {
        let count = 200_000;
        let pairs = (0..count).map(|n| (PrincipalIx(n), PrincipalIx((n + 1) % count))).collect();
        let members = Members::build(count as usize, pairs);
        assert_eq!(members.closure(PrincipalIx(7)).len(), count as usize);
    }
}
