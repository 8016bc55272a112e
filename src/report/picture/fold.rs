//! Which scopes of a large tenant are drawn, and which are folded into a line that counts them.

use crate::ident::ScopeKind;
use crate::tenant::{ScopeIx, Tenant};

/// About so many lines are drawn unless more are asked for: what one screen holds.
const ROWS: usize = 38;
/// At most so many children of one scope are drawn unless it is unfolded.
const CHILDREN: usize = 8;
/// So many children without anything at them are drawn; more are folded.
pub(super) const EMPTY: usize = 2;
/// Asked to unfold, a scope shows at most so many children.
const UNFOLDED: usize = 400;

/// So many names are told of what is folded.
pub(super) const NAMES: usize = 40;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) top: ScopeIx,
    /// How many levels below the top.
    pub(super) depth: Option<usize>,
    /// Scopes whose children are all drawn.
    pub(super) unfold: &'a [ScopeIx],
    /// So many children without anything at them are drawn, where no more is asked for.
    pub(super) empty: usize,
    /// How many boxes stand beside each scope: it takes as many lines.
    pub(super) boxes: &'a [usize],
}

/// A line of the outline.
#[derive(Debug, Clone)]
pub(super) enum Row {
    /// A scope that is drawn.
    Scope(ScopeIx),
    /// Scopes below one that are not, by the row of the first of each subtree.
    Folded { below: ScopeIx, subtrees: Vec<ScopeIx> },
}

/// Chooses what is drawn, from the top down and the weightiest first: management groups, then
/// subscriptions, then resource groups, each kind of one depth as a whole or not at all. `weight` is how
/// much stands at exactly a scope.
pub(super) fn rows(tenant: &Tenant, wish: Wish<'_>, weight: &[usize]) -> Vec<Row> {
    let mut sums = vec![0usize; weight.len() + 1];
    for (row, own) in weight.iter().enumerate() {
        sums[row + 1] = sums[row] + own;
    }
    let chooser = Chooser { tenant, wish, sums };
    let mut used = chooser.lines(wish.top) + chooser.closed(wish.top);
    let mut shown = vec![wish.top];
    let mut folded: Vec<(ScopeIx, Vec<ScopeIx>)> = Vec::new();
    let mut pending = vec![(ScopeKind::Root, 0usize, wish.top)];
    while let Some((kind, depth)) = pending.iter().map(|(kind, depth, _)| (*kind, *depth)).min() {
        let level: Vec<(ScopeKind, usize, ScopeIx)> =
            pending.extract_if(.., |open| (open.0, open.1) == (kind, depth)).collect();
        // What they take while they are closed is reckoned already.
        let closed: usize = level.iter().map(|(.., parent)| chooser.closed(*parent)).sum();
        let asks: usize = level.iter().map(|(.., parent)| chooser.asks(*parent)).sum();
        let fits = depth == 0 || used - closed + asks <= ROWS;
        for (.., parent) in level {
            let (kept, left) = chooser.choose(parent, depth, fits);
            if !kept.is_empty() {
                used -= chooser.closed(parent);
                used +=
                    kept.iter().map(|ix| chooser.lines(*ix) + chooser.closed(*ix)).sum::<usize>();
                used += chooser.fold(&left);
            }
            shown.extend(&kept);
            pending.extend(kept.iter().map(|ix| (tenant.scopes.kind(*ix), depth + 1, *ix)));
            if !left.is_empty() {
                folded.push((parent, left));
            }
        }
    }
    // In the order of the tree. What is folded stands last below its parent: before the scope that
    // begins where the parent ends, and of two that end together the inner one first.
    let mut rows: Vec<((u32, bool, u32), Row)> =
        shown.into_iter().map(|ix| ((ix.0, true, 0), Row::Scope(ix))).collect();
    for (below, subtrees) in folded {
        let place = (tenant.scopes.end(below), false, u32::MAX - below.0);
        rows.push((place, Row::Folded { below, subtrees }));
    }
    rows.sort_by_key(|(place, _)| *place);
    rows.into_iter().map(|(_, row)| row).collect()
}

struct Chooser<'a> {
    tenant: &'a Tenant,
    wish: Wish<'a>,
    /// Weights added up from the first scope on: what stands in a subtree is one subtraction.
    sums: Vec<usize>,
}

impl Chooser<'_> {
    fn weight(&self, ix: ScopeIx) -> usize {
        self.sums[self.tenant.scopes.end(ix) as usize] - self.sums[ix.row()]
    }

    fn lines(&self, ix: ScopeIx) -> usize {
        self.wish.boxes[ix.row()].max(1)
    }

    /// How many lines a line takes that counts scopes: one of small print more for what stands at them.
    fn fold(&self, subtrees: &[ScopeIx]) -> usize {
        let heavy = subtrees.iter().any(|ix| self.weight(*ix) > 0);
        usize::from(!subtrees.is_empty()) + usize::from(heavy)
    }

    /// How many lines everything below a scope takes, where it is folded.
    fn closed(&self, ix: ScopeIx) -> usize {
        let below: Vec<ScopeIx> = self.children(ix).collect();
        self.fold(&below)
    }

    fn children(&self, parent: ScopeIx) -> impl Iterator<Item = ScopeIx> {
        let end = self.tenant.scopes.end(parent);
        let mut next = parent.0 + 1;
        std::iter::from_fn(move || {
            let child = ScopeIx(next);
            (next < end).then(|| {
                next = self.tenant.scopes.end(child);
                child
            })
        })
    }

    /// How many lines the children of a scope take, where they are drawn.
    fn asks(&self, parent: ScopeIx) -> usize {
        let full = self.children(parent).filter(|child| self.weight(*child) > 0);
        let mut asks: Vec<usize> =
            full.map(|child| self.lines(child) + self.closed(child)).collect();
        asks.sort_unstable_by(|a, b| b.cmp(a));
        1 + asks.into_iter().take(CHILDREN).sum::<usize>()
    }

    /// The children of a scope that are drawn, and those that are folded; both in the order of the tree.
    fn choose(&self, parent: ScopeIx, depth: usize, fits: bool) -> (Vec<ScopeIx>, Vec<ScopeIx>) {
        let unfolded = self.wish.unfold.contains(&parent);
        // The way to a scope that is to be unfolded stays open.
        let on_the_way =
            |child: ScopeIx| self.wish.unfold.iter().any(|ix| self.tenant.is_above(child, *ix));
        let (most, few) = match self.wish.depth {
            _ if unfolded => (UNFOLDED, UNFOLDED),
            Some(deepest) if depth < deepest => (UNFOLDED, EMPTY),
            None if fits => (CHILDREN, self.wish.empty),
            _ => (0, 0),
        };
        let (mut full, empty): (Vec<ScopeIx>, Vec<ScopeIx>) =
            self.children(parent).partition(|child| self.weight(*child) > 0);
        full.sort_by_key(|ix| (usize::MAX - self.weight(*ix), ix.row()));
        let (mut kept, mut left) = (Vec::new(), Vec::new());
        for child in full {
            if kept.len() < most || on_the_way(child) { kept.push(child) } else { left.push(child) }
        }
        // Next to scopes that are folded anyway the empty ones are folded with them.
        let all_empty = empty.len() <= few && (left.is_empty() || unfolded);
        for child in empty {
            if all_empty || on_the_way(child) { kept.push(child) } else { left.push(child) }
        }
        kept.sort_unstable();
        left.sort_unstable();
        (kept, left)
    }
}

/// How many scopes of each kind stand in some subtrees, in words.
pub(super) fn counted(tenant: &Tenant, subtrees: &[ScopeIx]) -> String {
    let mut counts = [0usize; 4];
    for subtree in subtrees {
        for row in subtree.0..tenant.scopes.end(*subtree) {
            match tenant.scopes.kind(ScopeIx(row)) {
                ScopeKind::Root | ScopeKind::ManagementGroup => counts[0] += 1,
                ScopeKind::Subscription => counts[1] += 1,
                ScopeKind::ResourceGroup => counts[2] += 1,
                ScopeKind::Resource => counts[3] += 1,
            }
        }
    }
    let words = [
        ("management group", "management groups"),
        ("subscription", "subscriptions"),
        ("resource group", "resource groups"),
        ("resource", "resources"),
    ];
    let parts: Vec<String> = counts
        .iter()
        .zip(words)
        .filter(|(count, _)| **count > 0)
        .map(|(count, (one, many))| {
            format!("{} {}", thousands(*count), if *count == 1 { one } else { many })
        })
        .collect();
    format!("… {}", parts.join(", "))
}

/// A number with its thousands set apart.
pub(in crate::report) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}
