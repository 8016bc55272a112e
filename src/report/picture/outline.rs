//! The layout of who-reaches-what: scopes as an outline on the right, what stands at them in a column
//! beside them, principals and their groups in columns before that.

use super::layers::{Item, Stance, arrange};
use super::lettering::{shorten, width, wrap};
use super::{EdgeKind, Mark, Node, NodeKind, Picture, Plan, Rect, Route, Run};
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

/// Font sizes, in pixels.
pub(super) const LABEL: f64 = 13.0;
pub(super) const SMALL: f64 = 11.0;
/// The height of a line of small print.
pub(super) const SMALL_LINE: f64 = 14.0;
/// Room inside a box, left and right, and for its sign.
pub(super) const PAD: f64 = 8.0;
/// The height of a box that holds a label alone.
pub(super) const ROW: f64 = 22.0;
pub(super) const SIGN: f64 = 20.0;

/// The widest that text in a box gets.
const PRINCIPAL_LIMIT: f64 = 190.0;
const CHIP_LIMIT: f64 = 262.0;
const SCOPE_LIMIT: f64 = 300.0;
const FOLD_LIMIT: f64 = 560.0;
pub(super) const CLASS_LIMIT: f64 = 230.0;
const STEP: f64 = 22.0;
const ROW_GAP: f64 = 4.0;
const CHIP_GAP: f64 = 4.0;
const COLUMN_GAP: f64 = 64.0;
const LEAD: f64 = 34.0;

/// What is written in a box: the label, the small lines, the word at the end.
#[derive(Debug, Clone)]
pub(super) struct Lettered {
    pub(super) label: String,
    pub(super) details: Vec<String>,
    pub(super) word: Option<String>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// What is written in the box of a node, and how large that makes it.
pub(super) fn letter(node: &Node) -> Lettered {
    let limit = match node.kind {
        kind if kind.is_principal() => PRINCIPAL_LIMIT,
        kind if kind.is_chip() => CHIP_LIMIT,
        NodeKind::Fold => FOLD_LIMIT,
        NodeKind::Class => CLASS_LIMIT,
        _ => SCOPE_LIMIT,
    };
    let label = shorten(&crate::report::safe_lines(&node.label).replace('\n', " "), LABEL, limit);
    let details: Vec<String> = node
        .details
        .iter()
        .flat_map(|line| wrap(&crate::report::safe_lines(line), SMALL, limit, 4))
        .collect();
    let word = node.word.as_deref().map(crate::report::safe);
    let first = width(&label, LABEL) + word.as_ref().map_or(0.0, |word| tag(word) + 8.0);
    let widest = details.iter().map(|line| width(line, SMALL)).fold(first, f64::max);
    let lines = u32::try_from(details.len()).unwrap_or(0);
    Lettered {
        label,
        word,
        width: (widest + SIGN + 2.0 * PAD).ceil(),
        height: ROW + f64::from(lines) * SMALL_LINE + if lines > 0 { 3.0 } else { 0.0 },
        details,
    }
}

/// The width of the tag that a word at the end of a box stands in; it is bold.
pub(super) fn tag(word: &str) -> f64 {
    width(word, SMALL) * 1.08 + 14.0
}

/// The scopes in the order of the outline, with their depth.
pub(super) fn rows(picture: &Picture) -> Vec<(NodeIndex, usize)> {
    let graph = &picture.graph;
    let holds = |node: NodeIndex, direction| {
        let mut found: Vec<NodeIndex> = graph
            .edges_directed(node, direction)
            .filter(|edge| edge.weight().kind == EdgeKind::Holds)
            .map(
                |edge| if direction == Direction::Outgoing { edge.target() } else { edge.source() },
            )
            .collect();
        found.sort_unstable();
        found
    };
    let is_scope =
        |node: NodeIndex| !graph[node].kind.is_principal() && !graph[node].kind.is_chip();
    let mut found = Vec::new();
    let mut stack: Vec<(NodeIndex, usize)> = graph
        .node_indices()
        .rev()
        .filter(|node| is_scope(*node) && holds(*node, Direction::Incoming).is_empty())
        .map(|node| (node, 0))
        .collect();
    while let Some((node, depth)) = stack.pop() {
        found.push((node, depth));
        stack.extend(
            holds(node, Direction::Outgoing).into_iter().rev().map(|child| (child, depth + 1)),
        );
    }
    found
}

pub(super) fn plan(picture: &Picture) -> Plan {
    let graph = &picture.graph;
    let lettered: Vec<Lettered> = graph.node_weights().map(letter).collect();
    let mut boxes: Vec<Rect> = lettered
        .iter()
        .map(|text| Rect { width: text.width, height: text.height, ..Rect::default() })
        .collect();

    // Rows: each scope with what stands at it beside it.
    let rows = rows(picture);
    let mut y = 0.0;
    for (node, _) in &rows {
        let mut chips: Vec<NodeIndex> = graph
            .edges_directed(*node, Direction::Incoming)
            .filter(|edge| edge.weight().kind == EdgeKind::At)
            .map(|edge| edge.source())
            .collect();
        chips.sort_unstable();
        chips.dedup();
        let mut bottom: f64 = y;
        for chip in chips {
            let chip = &mut boxes[chip.index()];
            chip.y = bottom;
            bottom = chip.bottom() + CHIP_GAP;
        }
        let scope = &mut boxes[node.index()];
        scope.y = y;
        y = scope.bottom().max(bottom - CHIP_GAP) + ROW_GAP;
    }

    // Columns of principals: a member before its group, everything before the column of chips.
    let people: Vec<NodeIndex> =
        graph.node_indices().filter(|node| graph[*node].kind.is_principal()).collect();
    let chips: Vec<NodeIndex> =
        graph.node_indices().filter(|node| graph[*node].kind.is_chip()).collect();
    let columns = columns(picture, &people);
    let last = columns.iter().flatten().max().map_or(0, |most| most + 1);
    let mut number = vec![usize::MAX; graph.node_count()];
    let mut items = Vec::new();
    for node in people.iter().chain(&chips) {
        number[node.index()] = items.len();
        let rect = boxes[node.index()];
        items.push(match columns[node.index()] {
            Some(layer) => Item { layer, breadth: rect.height, fixed: None },
            None => Item { layer: last, breadth: rect.height, fixed: Some(rect.middle()) },
        });
    }
    let drawn: Vec<_> = graph
        .edge_references()
        .filter(|edge| matches!(edge.weight().kind, EdgeKind::Member | EdgeKind::Has))
        .filter(|edge| {
            number[edge.source().index()] != usize::MAX
                && number[edge.target().index()] != usize::MAX
        })
        .collect();
    let links: Vec<(usize, usize)> = drawn
        .iter()
        .map(|edge| (number[edge.source().index()], number[edge.target().index()]))
        .collect();
    let found = arrange(&items, &links, 7.0, Stance::Free);
    for node in &people {
        let rect = &mut boxes[node.index()];
        rect.y = found.middles[number[node.index()]] - rect.height / 2.0;
    }

    // Across: columns as wide as their widest.
    let mut x = 0.0;
    let mut lefts = Vec::new();
    let mut rights = Vec::new();
    for column in 0..last {
        let widest = people
            .iter()
            .filter(|node| columns[node.index()] == Some(column))
            .map(|node| boxes[node.index()].width)
            .fold(0.0, f64::max);
        lefts.push(x);
        rights.push(x + widest);
        x += widest + COLUMN_GAP;
    }
    for node in &people {
        if let Some(column) = columns[node.index()] {
            // A column stands flush with what comes next, so that lines begin side by side.
            let rect = &mut boxes[node.index()];
            rect.x = rights[column] - rect.width;
        }
    }
    let widest = chips.iter().map(|node| boxes[node.index()].width).fold(0.0, f64::max);
    for node in &chips {
        let rect = &mut boxes[node.index()];
        rect.x = x + widest - rect.width;
    }
    let trunk = if chips.is_empty() { x } else { x + widest + LEAD };
    for (node, depth) in &rows {
        boxes[node.index()].x = trunk + f64::from(u32::try_from(*depth).unwrap_or(0)) * STEP;
    }

    // Everything into the positive quarter.
    let top = boxes.iter().map(|rect| rect.y).fold(0.0, f64::min);
    for rect in &mut boxes {
        rect.y -= top;
    }
    let mut routes = routes(picture, &boxes);
    for (edge, way) in drawn.iter().zip(&found.bends) {
        let (from, to) = (boxes[edge.source().index()], boxes[edge.target().index()]);
        let mut points = vec![(from.right(), from.middle())];
        for (layer, place) in way {
            // It passes a column level, from one side of it to the other.
            points.push((lefts[*layer], place - top));
            points.push((rights[*layer], place - top));
        }
        // It arrives at the column, and runs straight to its box beside wider ones.
        let column = columns[edge.target().index()].map_or(x, |column| lefts[column]);
        points.push((column, to.middle()));
        let broken_at = edge.weight().broken.then(|| middle(&points));
        points.push((to.x, to.middle()));
        let route = &mut routes[edge.id().index()];
        route.broken_at = broken_at;
        route.points = points;
    }
    Plan {
        width: boxes.iter().map(|rect| rect.right()).fold(0.0, f64::max),
        height: boxes.iter().map(|rect| rect.bottom()).fold(0.0, f64::max),
        boxes,
        routes,
    }
}

fn middle(points: &[(f64, f64)]) -> (f64, f64) {
    match points {
        [.., a, b] => ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0),
        _ => (0.0, 0.0),
    }
}

/// Lines of the outline and the leads to it; those between principals are filled in by the caller.
fn routes(picture: &Picture, boxes: &[Rect]) -> Vec<Route> {
    let graph = &picture.graph;
    graph
        .edge_references()
        .map(|edge| {
            let (from, to) = (boxes[edge.source().index()], boxes[edge.target().index()]);
            let broken = edge.weight().broken;
            match edge.weight().kind {
                EdgeKind::Holds => {
                    let trunk = from.x + STEP / 2.0;
                    let points = vec![
                        (trunk, from.bottom()),
                        (trunk, to.y + ROW_HALF),
                        (to.x, to.y + ROW_HALF),
                    ];
                    let broken_at = broken.then_some((trunk, to.y - 3.0));
                    Route { points, run: Run::Straight, broken_at }
                }
                EdgeKind::At => {
                    // Several lines from one chip to its scope run side by side.
                    let side = match edge.weight().mark {
                        Mark::Key => 5.0,
                        Mark::Near if beside(picture, edge.source(), edge.target()) => -5.0,
                        _ => 0.0,
                    };
                    let (start, end) = (from.y + ROW_HALF + side, to.y + ROW_HALF + side);
                    let bend = from.right() + 12.0;
                    let points = if (start - end).abs() < 1.0 {
                        vec![(from.right(), start), (to.x, end)]
                    } else {
                        vec![(from.right(), start), (bend, start), (bend, end), (to.x, end)]
                    };
                    let broken_at = broken.then_some((from.right() + LEAD / 2.0 + 3.0, end));
                    Route { points, run: Run::Straight, broken_at }
                }
                _ => Route { points: Vec::new(), run: Run::Sideways, broken_at: None },
            }
        })
        .collect()
}

/// The height at which lines meet a box of the outline: that of its label.
const ROW_HALF: f64 = ROW / 2.0;

fn beside(picture: &Picture, from: NodeIndex, to: NodeIndex) -> bool {
    picture.graph.edges_connecting(from, to).any(|edge| edge.weight().mark == Mark::Key)
}

/// The column of each principal: people first, a group one before the first of what it leads to.
fn columns(picture: &Picture, people: &[NodeIndex]) -> Vec<Option<usize>> {
    let graph = &picture.graph;
    // How many groups stand between a principal and the farthest assignment. Cycles of groups are cut
    // by the limit: a chain has no more links than there are groups.
    let mut far = vec![0usize; graph.node_count()];
    let groups = people.iter().filter(|node| graph[**node].kind == NodeKind::Group).count();
    for _ in 0..=groups.min(12) {
        let mut changed = false;
        for node in people {
            let most = graph
                .edges_directed(*node, Direction::Outgoing)
                .filter(|edge| edge.weight().kind == EdgeKind::Member && edge.target() != *node)
                .map(|edge| far[edge.target().index()] + 1)
                .max()
                .unwrap_or(0);
            if most > far[node.index()] && most <= groups.min(12) {
                far[node.index()] = most;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let deepest = people.iter().map(|node| far[node.index()]).max().unwrap_or(0);
    let mut columns = vec![None; graph.node_count()];
    for node in people {
        // Who is in no group stands with those who are: one column holds everybody who acts.
        let acts = graph[*node].kind != NodeKind::Group;
        columns[node.index()] = Some(if acts { 0 } else { deepest - far[node.index()] });
    }
    columns
}
