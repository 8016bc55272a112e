//! The smallest set of columns that covers all rows: exact set cover by depth, with a bound.

use crate::analysis::role::bits::Bits;
use std::collections::BTreeMap;

/// How many choices are looked at before the search gives up and the greedy answer stands, marked as
/// not proven minimal. Hundreds of needed operations over all built-in roles take a few thousand.
pub const EXACT_STEPS: usize = 400_000;

/// The fewest columns that cover `rows`, of the least total weight among those; true where that is
/// proven. Every row must be in some column.
pub(super) fn smallest(columns: &[(Bits, u64)], rows: &Bits) -> (Vec<usize>, bool) {
    if rows.is_empty() {
        return (Vec::new(), true);
    }
    let kept = undominated(columns);
    let greedy = greedy(columns, &kept, rows);
    let last = rows.iter().last().unwrap_or_default();
    let columns_of: Vec<Vec<usize>> = (0..=last)
        .map(|row| kept.iter().copied().filter(|at| columns[*at].0.contains(row)).collect())
        .collect();
    let mut search = Search {
        columns,
        columns_of: &columns_of,
        largest: kept.iter().map(|at| columns[*at].0.count()).max().unwrap_or(1),
        steps: 0,
        best: None,
    };
    for depth in 1..=greedy.len() {
        search.deepen(rows.clone(), depth, 0, &mut Vec::new());
        if search.steps >= EXACT_STEPS {
            // What was found at a depth that was not finished is as small as possible, because all
            // smaller depths were; only its weight is not proven.
            let found = search.best.map(|(_, chosen)| chosen);
            let mut chosen = found.filter(|found| found.len() < greedy.len()).unwrap_or(greedy);
            chosen.sort_unstable();
            return (chosen, false);
        }
        if let Some((_, mut chosen)) = search.best {
            chosen.sort_unstable();
            return (chosen, true);
        }
    }
    (greedy, false)
}

/// The columns that no other makes needless: one that covers as much for no more weight.
fn undominated(columns: &[(Bits, u64)]) -> Vec<usize> {
    let mut distinct: BTreeMap<&Bits, usize> = BTreeMap::new();
    for (at, (rows, weight)) in columns.iter().enumerate() {
        let known = distinct.entry(rows).or_insert(at);
        if *weight < columns[*known].1 {
            *known = at;
        }
    }
    let candidates: Vec<usize> = distinct.into_values().collect();
    let beaten = |at: usize| {
        candidates.iter().any(|other| {
            *other != at
                && columns[*other].1 <= columns[at].1
                && columns[at].0.is_contained_in(&columns[*other].0)
        })
    };
    let mut kept: Vec<usize> = candidates.iter().copied().filter(|at| !beaten(*at)).collect();
    kept.sort_unstable();
    kept
}

fn greedy(columns: &[(Bits, u64)], kept: &[usize], rows: &Bits) -> Vec<usize> {
    let mut left = rows.clone();
    let mut chosen = Vec::new();
    while !left.is_empty() {
        let gain = |at: &&usize| {
            let (rows, weight) = &columns[**at];
            (rows.and(&left).count(), std::cmp::Reverse((*weight, **at)))
        };
        let Some(best) = kept.iter().max_by_key(gain) else { break };
        if !columns[*best].0.overlaps(&left) {
            break;
        }
        left.subtract(&columns[*best].0);
        chosen.push(*best);
    }
    chosen
}

struct Search<'a> {
    columns: &'a [(Bits, u64)],
    /// The columns that are worth choosing, for each row.
    columns_of: &'a [Vec<usize>],
    largest: usize,
    steps: usize,
    best: Option<(u64, Vec<usize>)>,
}

impl Search<'_> {
    /// Covers `left` by exactly the depth that is left or less.
    fn deepen(&mut self, left: Bits, depth: usize, weight: u64, chosen: &mut Vec<usize>) {
        if left.is_empty() {
            if self.best.as_ref().is_none_or(|(best, _)| weight < *best) {
                self.best = Some((weight, chosen.clone()));
            }
            return;
        }
        let too_many = left.count() > depth.saturating_mul(self.largest);
        let too_heavy = self.best.as_ref().is_some_and(|(best, _)| weight >= *best);
        if depth == 0 || too_many || too_heavy || self.steps >= EXACT_STEPS {
            return;
        }
        // The row with the fewest columns: one of them must be chosen.
        let Some(row) = left.iter().min_by_key(|row| self.columns_of[*row].len()) else { return };
        let choices = self.columns_of;
        let choices = &choices[row];
        for &at in choices {
            self.steps += 1;
            chosen.push(at);
            let (rows, own) = &self.columns[at];
            self.deepen(left.minus(rows), depth - 1, weight + own, chosen);
            chosen.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(rows: &[usize], weight: u64) -> (Bits, u64) {
        let mut bits = Bits::none(8);
        rows.iter().for_each(|row| bits.insert(*row));
        (bits, weight)
    }

    #[test]
    fn greed_is_not_enough() {
        // Greedy takes the four first and then needs two more.
        let columns = [column(&[1, 2, 3, 4], 1), column(&[0, 1, 2], 1), column(&[3, 4, 5], 1)];
        let (rows, _) = column(&[0, 1, 2, 3, 4, 5], 0);
        assert_eq!(smallest(&columns, &rows), (vec![1, 2], true));
    }

    #[test]
    fn among_the_smallest_the_lightest() {
        let columns = [column(&[0, 1], 9), column(&[0, 1], 3), column(&[0], 1), column(&[1], 1)];
        let (rows, _) = column(&[0, 1], 0);
        assert_eq!(smallest(&columns, &rows), (vec![1], true));
    }

    #[test]
    fn beyond_the_limit_the_answer_covers_and_claims_nothing() {
        // Triples of sixty rows by a linear congruence: no set is proved smallest in the limit.
        let mut state = 12_345_usize;
        let mut next = || {
            state = (state * 1_103_515_245 + 12_345) % (1 << 31);
            (state >> 8) % 60
        };
        let mut all = Bits::none(60);
        let mut columns = Vec::new();
        for row in 0..120 {
            let mut rows = Bits::none(60);
            [row % 60, next(), next()].into_iter().for_each(|row| rows.insert(row));
            all.add(&rows);
            columns.push((rows, 1));
        }
        let (chosen, minimal) = smallest(&columns, &all);
        let mut covered = Bits::none(60);
        chosen.iter().for_each(|at| covered.add(&columns[*at].0));
        assert_eq!(covered, all);
        assert!(!minimal && chosen.len() >= 20, "{}", chosen.len());
    }
}
