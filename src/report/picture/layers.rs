//! A layered drawing in the manner of Sugiyama: things stand in layers, links run from layer to layer,
//! and within a layer the order makes few crossings and the places make short links.
//!
//! One axis only: the *place* of a thing across its layer. Where a layer itself stands is the caller's
//! choice. Same input, same drawing: no randomness, no hash order.

/// Something that stands in a layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) layer: usize,
    /// How much of the layer it takes.
    pub(super) breadth: f64,
    /// Its place, where it is decided already.
    pub(super) fixed: Option<f64>,
}

/// Where everything ended up.
#[derive(Debug, Clone)]
pub(super) struct Arrangement {
    /// The middle of each item, across its layer.
    pub(super) middles: Vec<f64>,
    /// For each link, where it passes the layers between its ends: (layer, place).
    pub(super) bends: Vec<Vec<(usize, f64)>>,
}

/// How many times the order is swept from end to end, and how many times the places are relaxed.
const SWEEPS: usize = 12;
const RELAXATIONS: usize = 8;

/// The breadth that a link takes where it passes a layer. Links that pass side by side need no gap.
const PASSING: f64 = 8.0;

struct Cell {
    layer: usize,
    breadth: f64,
    /// Is it a link on its way to another layer?
    passes: bool,
    fixed: Option<f64>,
    before: Vec<usize>,
    after: Vec<usize>,
}

/// How the layers stand to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stance {
    /// Each thing as near as can be to what it is linked with: nothing says where the drawing begins.
    Free,
    /// Flush: the last layer is packed from place 0 on, and nothing stands before that, so that the
    /// drawing begins in its corner.
    Flush,
}

/// Arranges items with a gap between neighbours. Each link goes from a lower to a higher layer; a link
/// that does not is left out of the reckoning.
pub(super) fn arrange(
    items: &[Item],
    links: &[(usize, usize)],
    gap: f64,
    stance: Stance,
) -> Arrangement {
    let mut cells: Vec<Cell> = items
        .iter()
        .map(|item| Cell {
            layer: item.layer,
            breadth: item.breadth,
            passes: false,
            fixed: item.fixed,
            before: Vec::new(),
            after: Vec::new(),
        })
        .collect();
    let mut passing: Vec<Vec<usize>> = Vec::with_capacity(links.len());
    for (from, to) in links {
        let mut way = Vec::new();
        let mut last = *from;
        for layer in cells[*from].layer + 1..cells[*to].layer {
            let (before, after) = (Vec::new(), Vec::new());
            cells.push(Cell { layer, breadth: PASSING, passes: true, fixed: None, before, after });
            way.push(cells.len() - 1);
        }
        if cells[*from].layer < cells[*to].layer {
            for next in way.iter().copied().chain([*to]) {
                cells[last].after.push(next);
                cells[next].before.push(last);
                last = next;
            }
        }
        passing.push(way);
    }
    let count = cells.iter().map(|cell| cell.layer + 1).max().unwrap_or(0);
    let mut layers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (number, cell) in cells.iter().enumerate() {
        layers[cell.layer].push(number);
    }
    let mut places = vec![0.0; cells.len()];
    for layer in &mut layers {
        // What is fixed keeps its order; anything else begins where the caller put it.
        if layer.iter().all(|cell| cells[*cell].fixed.is_some()) {
            layer.sort_by(|a, b| {
                cells[*a].fixed.unwrap_or(0.0).total_cmp(&cells[*b].fixed.unwrap_or(0.0))
            });
        }
        let wanted = vec![0.0; layer.len()];
        put(&cells, layer, &wanted, gap, &mut places);
    }
    let mut best: Option<(usize, Vec<Vec<usize>>)> = None;
    for sweep in 0..SWEEPS {
        let backwards = sweep % 2 == 0;
        for step in 0..count {
            let at = if backwards { count - 1 - step } else { step };
            order(&cells, &mut layers[at], backwards, gap, &mut places);
        }
        let crossings = crossings(&cells, &layers);
        if best.as_ref().is_none_or(|(fewest, _)| crossings < *fewest) {
            best = Some((crossings, layers.clone()));
        }
    }
    if let Some((_, found)) = best {
        layers = found;
    }
    for round in 0..RELAXATIONS {
        for step in 0..count {
            let at = if round % 2 == 0 { count - 1 - step } else { step };
            let wanted: Vec<f64> = layers[at]
                .iter()
                .map(|cell| {
                    let found = &cells[*cell];
                    let near: Vec<f64> = found
                        .before
                        .iter()
                        .chain(&found.after)
                        .map(|other| places[*other])
                        .collect();
                    mean(&near).unwrap_or(places[*cell])
                })
                .collect();
            put(&cells, &layers[at], &wanted, gap, &mut places);
        }
    }
    if stance == Stance::Flush {
        flush(&cells, &layers, gap, &mut places);
    }
    Arrangement {
        middles: places[..items.len()].to_vec(),
        bends: passing
            .iter()
            .map(|way| way.iter().map(|cell| (cells[*cell].layer, places[*cell])).collect())
            .collect(),
    }
}

/// How far the middles of two neighbours are from one another at least.
fn apart(one: &Cell, other: &Cell, gap: f64) -> f64 {
    let gap = if one.passes && other.passes { 0.0 } else { gap };
    (one.breadth + other.breadth) / 2.0 + gap
}

/// Packs the last layer, and draws each layer before it towards the one after it, none beyond place 0.
fn flush(cells: &[Cell], layers: &[Vec<usize>], gap: f64, places: &mut [f64]) {
    for (number, layer) in layers.iter().rev().enumerate() {
        if number > 0 {
            let wanted: Vec<f64> = layer
                .iter()
                .map(|cell| {
                    let after: Vec<f64> =
                        cells[*cell].after.iter().map(|other| places[*other]).collect();
                    mean(&after).unwrap_or(0.0)
                })
                .collect();
            put(cells, layer, &wanted, gap, places);
        }
        // With the room before each taken off, "not before 0" cuts the best places off and leaves them
        // the best.
        let mut last: Option<usize> = None;
        for cell in layer {
            let least = match last {
                Some(last) => places[last] + apart(&cells[last], &cells[*cell], gap),
                None => cells[*cell].breadth / 2.0,
            };
            places[*cell] = if number == 0 { least } else { places[*cell].max(least) };
            last = Some(*cell);
        }
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    let count = u32::try_from(values.len()).ok().filter(|count| *count > 0)?;
    Some(values.iter().sum::<f64>() / f64::from(count))
}

/// Sorts a layer by the mean place of the neighbours on one side, and puts it there.
fn order(cells: &[Cell], layer: &mut [usize], backwards: bool, gap: f64, places: &mut [f64]) {
    if layer.iter().all(|cell| cells[*cell].fixed.is_some()) {
        return;
    }
    let mut keyed: Vec<(f64, f64, usize)> = layer
        .iter()
        .map(|cell| {
            let side = if backwards { &cells[*cell].after } else { &cells[*cell].before };
            let near: Vec<f64> = side.iter().map(|other| places[*other]).collect();
            let own = places[*cell];
            (mean(&near).unwrap_or(own), own, *cell)
        })
        .collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    let wanted: Vec<f64> = keyed.iter().map(|(place, ..)| *place).collect();
    for (slot, (.., cell)) in layer.iter_mut().zip(&keyed) {
        *slot = *cell;
    }
    put(cells, layer, &wanted, gap, places);
}

/// Puts a layer, in its order, as near as can be to where each cell wants to stand: the least sum of
/// squares under "no two overlap". With the room before each cell taken off, that is isotonic
/// regression, which pooling adjacent violators solves exactly.
fn put(cells: &[Cell], layer: &[usize], wanted: &[f64], gap: f64, places: &mut [f64]) {
    if layer.iter().all(|cell| cells[*cell].fixed.is_some()) {
        for cell in layer {
            places[*cell] = cells[*cell].fixed.unwrap_or_default();
        }
        return;
    }
    let mut room = Vec::with_capacity(layer.len());
    let mut at = 0.0;
    for (number, cell) in layer.iter().enumerate() {
        if let Some(before) = number.checked_sub(1).map(|n| layer[n]) {
            at += apart(&cells[before], &cells[*cell], gap);
        }
        room.push(at);
    }
    // (mean, how many) of each pool.
    let mut pools: Vec<(f64, f64)> = Vec::new();
    for (want, before) in wanted.iter().zip(&room) {
        let mut pool = (want - before, 1.0);
        while let Some(last) = pools.last().copied().filter(|last| last.0 > pool.0) {
            pool = ((last.0 * last.1 + pool.0 * pool.1) / (last.1 + pool.1), last.1 + pool.1);
            pools.pop();
        }
        pools.push(pool);
    }
    let mut left = pools.iter().flat_map(|(place, count)| {
        let mut many = *count;
        std::iter::from_fn(move || {
            many -= 1.0;
            (many >= -0.5).then_some(*place)
        })
    });
    for (cell, before) in layer.iter().zip(&room) {
        places[*cell] = left.next().unwrap_or_default() + before;
    }
}

/// How many pairs of links cross between neighbouring layers: inversions, counted with a tree of sums.
fn crossings(cells: &[Cell], layers: &[Vec<usize>]) -> usize {
    let mut rank = vec![0; cells.len()];
    for layer in layers {
        for (number, cell) in layer.iter().enumerate() {
            rank[*cell] = number;
        }
    }
    let mut total = 0;
    for layer in layers {
        let mut ends: Vec<usize> = Vec::new();
        for cell in layer {
            let mut after: Vec<usize> = cells[*cell].after.iter().map(|next| rank[*next]).collect();
            after.sort_unstable();
            ends.extend(after);
        }
        let size = ends.iter().max().map_or(0, |most| most + 1);
        let mut sums = vec![0usize; size + 1];
        for (seen, end) in ends.iter().enumerate() {
            let (mut at, mut not_above) = (end + 1, 0);
            while at > 0 {
                not_above += sums[at];
                at -= at & at.wrapping_neg();
            }
            total += seen - not_above;
            at = end + 1;
            while at <= size {
                sums[at] += 1;
                at += at & at.wrapping_neg();
            }
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(layer: usize) -> Item {
        Item { layer, breadth: 20.0, fixed: None }
    }

    #[test]
    fn crossed_links_are_untangled() {
        let items = [item(0), item(0), item(1), item(1)];
        let found = arrange(&items, &[(0, 3), (1, 2)], 4.0, Stance::Free);
        let [a, b, c, d] = found.middles[..] else { unreachable!() };
        assert_eq!(a < b, d < c, "{found:?}");
        assert!((a - d).abs() < 0.01 && (b - c).abs() < 0.01, "straight: {found:?}");
    }

    #[test]
    fn neighbours_never_overlap_and_long_links_bend() {
        let mut items: Vec<Item> = (0..12).map(|n| item(n % 3)).collect();
        items[2].fixed = None;
        let links: Vec<(usize, usize)> =
            (0..12).filter(|n| n % 3 == 0).flat_map(|n| [(n, 2), (n, (n + 5) % 12)]).collect();
        let found = arrange(&items, &links, 4.0, Stance::Free);
        for layer in 0..3 {
            let mut middles: Vec<f64> =
                (0..12).filter(|n| n % 3 == layer).map(|n| found.middles[n]).collect();
            middles.sort_by(f64::total_cmp);
            assert!(middles.windows(2).all(|pair| pair[1] - pair[0] >= 23.99), "{middles:?}");
        }
        assert_eq!(found.bends[0].len(), 1);
    }

    #[test]
    fn what_is_flush_begins_in_the_corner() {
        // A wide first layer below a narrow last one: free, the last stands in the middle.
        let items: Vec<Item> = (0..9).map(|n| item(usize::from(n == 8))).collect();
        let links: Vec<(usize, usize)> = (0..8).map(|n| (n, 8)).collect();
        let free = arrange(&items, &links, 4.0, Stance::Free).middles;
        let top = free.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(free[8] - top > 60.0, "{free:?}");
        let flush = arrange(&items, &links, 4.0, Stance::Flush).middles;
        assert!((flush[8] - 10.0).abs() < 0.01, "{flush:?}");
        let mut first: Vec<f64> = flush[..8].to_vec();
        first.sort_by(f64::total_cmp);
        assert!((first[0] - 10.0).abs() < 0.01, "{flush:?}");
        assert!(first.windows(2).all(|pair| (pair[1] - pair[0] - 24.0).abs() < 0.01), "{first:?}");
    }

    #[test]
    fn what_is_fixed_stays() {
        let items = [
            item(0),
            item(0),
            Item { fixed: Some(300.0), ..item(1) },
            Item { fixed: Some(10.0), ..item(1) },
        ];
        let found = arrange(&items, &[(0, 2), (1, 3)], 4.0, Stance::Free);
        assert_eq!(found.middles[2..], [300.0, 10.0]);
        assert!((found.middles[0] - 300.0).abs() < 0.01 && (found.middles[1] - 10.0).abs() < 0.01);
    }
}
