//! The layout of an order: the greater above the smaller where that is narrow, else to the left of it, so
//! that the picture begins with the greatest in its corner. What is in no order with the rest stands in a
//! band of its own, the largest band first.

use super::layers::{Arrangement, Item, Stance, arrange};
use super::outline::letter;
use super::{Picture, Plan, Rect, Route, Run};
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::unionfind::UnionFind;
use petgraph::visit::EdgeRef;
use std::collections::BTreeMap;

/// Up to so many in the widest layer it is drawn upwards.
const NARROW: usize = 4;
const BESIDE: f64 = 26.0;
const BELOW: f64 = 8.0;
/// Between bands.
const APART: f64 = 22.0;
const RISE: f64 = 54.0;
const STRIDE: f64 = 52.0;

pub(super) fn plan(picture: &Picture) -> Plan {
    let graph = &picture.graph;
    let mut boxes: Vec<Rect> = graph
        .node_weights()
        .map(|node| {
            let text = letter(node);
            Rect { width: text.width, height: text.height, ..Rect::default() }
        })
        .collect();
    let depths = depths(picture);
    let deepest = depths.iter().copied().max().unwrap_or(0);
    let mut sizes = vec![0usize; deepest + 1];
    for depth in &depths {
        sizes[*depth] += 1;
    }
    let upwards = sizes.iter().all(|size| *size <= NARROW);
    // The smallest stand in layer 0, so that links run from lower to higher layers.
    let items: Vec<Item> = boxes
        .iter()
        .zip(&depths)
        .map(|(rect, depth)| Item {
            layer: deepest - depth,
            breadth: if upwards { rect.width } else { rect.height },
            fixed: None,
        })
        .collect();
    let bands = bands(picture);
    let found = in_bands(picture, &bands, &items, upwards);

    // Layers along the other axis, the greatest first, in each band as thick as its thickest there.
    let mut band = vec![0; boxes.len()];
    let mut thick = vec![vec![0.0f64; deepest + 1]; bands.len()];
    for (number, nodes) in bands.iter().enumerate() {
        for node in nodes {
            band[*node] = number;
            let size = if upwards { boxes[*node].height } else { boxes[*node].width };
            let layer = &mut thick[number][items[*node].layer];
            *layer = layer.max(size);
        }
    }
    let mut starts = vec![vec![0.0; deepest + 1]; bands.len()];
    for (starts, thick) in starts.iter_mut().zip(&thick) {
        let mut at = 0.0;
        for layer in (0..=deepest).rev() {
            starts[layer] = at;
            at += thick[layer] + if upwards { RISE } else { STRIDE };
        }
    }
    for (node, (rect, middle)) in boxes.iter_mut().zip(&found.middles).enumerate() {
        let (start, thick) =
            (starts[band[node]][items[node].layer], thick[band[node]][items[node].layer]);
        if upwards {
            rect.x = middle - rect.width / 2.0;
            rect.y = start + (thick - rect.height) / 2.0;
        } else {
            rect.x = start;
            rect.y = middle - rect.height / 2.0;
        }
    }
    let routes: Vec<Route> = graph
        .edge_references()
        .zip(&found.bends)
        .map(|(edge, way)| {
            let (from, to) = (boxes[edge.source().index()], boxes[edge.target().index()]);
            let (starts, thick) =
                (&starts[band[edge.source().index()]], &thick[band[edge.source().index()]]);
            let mut points = Vec::new();
            if upwards {
                points.push((from.x + from.width / 2.0, from.y));
                for (layer, place) in way {
                    points.push((*place, starts[*layer] + thick[*layer]));
                    points.push((*place, starts[*layer]));
                }
                points.push((to.x + to.width / 2.0, to.bottom()));
            } else {
                points.push((from.x, from.middle()));
                for (layer, place) in way {
                    points.push((starts[*layer] + thick[*layer], *place));
                    points.push((starts[*layer], *place));
                }
                // Beside wider boxes of its column it runs straight.
                let layer = items[edge.target().index()].layer;
                points.push((starts[layer] + thick[layer], to.middle()));
                points.push((to.right(), to.middle()));
            }
            Route {
                points,
                run: if upwards { Run::Upwards } else { Run::Sideways },
                broken_at: None,
            }
        })
        .collect();
    let reach = |pick: fn(&(f64, f64)) -> f64| {
        routes.iter().flat_map(|route| route.points.iter().map(pick)).fold(0.0, f64::max)
    };
    Plan {
        width: boxes.iter().map(|rect| rect.right()).fold(reach(|point| point.0), f64::max),
        height: boxes.iter().map(|rect| rect.bottom()).fold(reach(|point| point.1), f64::max),
        boxes,
        routes,
    }
}

/// What hangs together, the largest first; the nodes of each in their order.
fn bands(picture: &Picture) -> Vec<Vec<usize>> {
    let graph = &picture.graph;
    let mut joined = UnionFind::<usize>::new(graph.node_count());
    for edge in graph.edge_references() {
        joined.union(edge.source().index(), edge.target().index());
    }
    let mut bands: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for node in 0..graph.node_count() {
        bands.entry(joined.find(node)).or_default().push(node);
    }
    let mut bands: Vec<Vec<usize>> = bands.into_values().collect();
    bands.sort_by_key(|band| (usize::MAX - band.len(), band.first().copied()));
    bands
}

/// Arranges each band by itself, and puts one after the other, from place 0 on.
fn in_bands(picture: &Picture, bands: &[Vec<usize>], items: &[Item], upwards: bool) -> Arrangement {
    let graph = &picture.graph;
    let (stance, gap) = if upwards { (Stance::Free, BESIDE) } else { (Stance::Flush, BELOW) };
    let mut middles = vec![0.0; items.len()];
    let mut bends = vec![Vec::new(); graph.edge_count()];
    let mut number = vec![0; items.len()];
    let mut start = 0.0;
    for band in bands {
        for (place, node) in band.iter().enumerate() {
            number[*node] = place;
        }
        let own: Vec<Item> = band.iter().map(|node| items[*node]).collect();
        let edges: Vec<_> = graph
            .edge_references()
            .filter(|edge| band.binary_search(&edge.source().index()).is_ok())
            .collect();
        let links: Vec<(usize, usize)> = edges
            .iter()
            .map(|edge| (number[edge.source().index()], number[edge.target().index()]))
            .collect();
        let found = arrange(&own, &links, gap, stance);
        // Lines that pass a layer may pass beside everything, too.
        let passed = found.bends.iter().flatten().map(|(_, place)| (*place, *place));
        let stood = own
            .iter()
            .zip(&found.middles)
            .map(|(item, at)| (at - item.breadth / 2.0, at + item.breadth / 2.0));
        let (least, most) =
            stood.chain(passed).fold((f64::INFINITY, f64::NEG_INFINITY), |all, one| {
                (all.0.min(one.0), all.1.max(one.1))
            });
        for (node, place) in band.iter().zip(&found.middles) {
            middles[*node] = place - least + start;
        }
        for (edge, way) in edges.iter().zip(found.bends) {
            bends[edge.id().index()] =
                way.into_iter().map(|(layer, place)| (layer, place - least + start)).collect();
        }
        start += most - least + APART;
    }
    Arrangement { middles, bends }
}

/// The longest chain of greater ones above each node. The order has no cycles: its equals are one node.
fn depths(picture: &Picture) -> Vec<usize> {
    let graph = &picture.graph;
    let mut depths = vec![0; graph.node_count()];
    let order = petgraph::algo::toposort(graph, None).unwrap_or_default();
    for node in order.into_iter().rev() {
        depths[node.index()] = graph
            .neighbors_directed(node, Direction::Outgoing)
            .map(|above: NodeIndex| depths[above.index()] + 1)
            .max()
            .unwrap_or(0);
    }
    depths
}
