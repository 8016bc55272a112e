//! The layout of an order: the greater above the smaller where that is narrow, else to the right of it.

use super::layers::{Item, arrange};
use super::outline::letter;
use super::{Picture, Plan, Rect, Route, Run};
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

/// Up to so many in the widest layer it is drawn upwards.
const NARROW: usize = 4;
const BESIDE: f64 = 26.0;
const BELOW: f64 = 8.0;
const RISE: f64 = 54.0;
const STRIDE: f64 = 58.0;

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
    let links: Vec<(usize, usize)> = graph
        .edge_references()
        .map(|edge| (edge.source().index(), edge.target().index()))
        .collect();
    let found = arrange(&items, &links, if upwards { BESIDE } else { BELOW });

    // Layers along the other axis, each as thick as its thickest.
    let mut starts = vec![0.0; deepest + 1];
    let mut thick = vec![0.0f64; deepest + 1];
    for (rect, item) in boxes.iter().zip(&items) {
        let size = if upwards { rect.height } else { rect.width };
        thick[item.layer] = thick[item.layer].max(size);
    }
    let mut at = 0.0;
    let order: Vec<usize> =
        if upwards { (0..=deepest).rev().collect() } else { (0..=deepest).collect() };
    for layer in order {
        starts[layer] = at;
        at += thick[layer] + if upwards { RISE } else { STRIDE };
    }
    for ((rect, item), middle) in boxes.iter_mut().zip(&items).zip(&found.middles) {
        if upwards {
            rect.x = middle - rect.width / 2.0;
            rect.y = starts[item.layer] + (thick[item.layer] - rect.height) / 2.0;
        } else {
            rect.x = starts[item.layer];
            rect.y = middle - rect.height / 2.0;
        }
    }
    // Lines that pass a layer may pass beside everything, too.
    let passed = found.bends.iter().flatten().map(|(_, place)| *place);
    let (mut left, mut top) = boxes
        .iter()
        .fold((0.0f64, 0.0f64), |least, rect| (least.0.min(rect.x), least.1.min(rect.y)));
    for place in passed {
        if upwards {
            left = left.min(place);
        } else {
            top = top.min(place);
        }
    }
    for rect in &mut boxes {
        rect.x -= left;
        rect.y -= top;
    }
    let routes: Vec<Route> = graph
        .edge_references()
        .zip(&found.bends)
        .map(|(edge, way)| {
            let (from, to) = (boxes[edge.source().index()], boxes[edge.target().index()]);
            let mut points = Vec::new();
            if upwards {
                points.push((from.x + from.width / 2.0, from.y));
                for (layer, place) in way {
                    points.push((place - left, starts[*layer] + thick[*layer] - top));
                    points.push((place - left, starts[*layer] - top));
                }
                points.push((to.x + to.width / 2.0, to.bottom()));
            } else {
                points.push((from.right(), from.middle()));
                for (layer, place) in way {
                    points.push((starts[*layer] - left, place - top));
                    points.push((starts[*layer] + thick[*layer] - left, place - top));
                }
                points.push((to.x, to.middle()));
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
