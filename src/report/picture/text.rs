//! A picture as lines for a terminal: the outline, with what stands at each scope and who has it.

use super::{EdgeKind, Layout, Mark, Node, Picture, outline};
use crate::report::safe;
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

pub(super) fn write(picture: &Picture) -> String {
    let mut out = format!("{}\n\n", safe(&picture.title));
    match picture.layout {
        Layout::Outline => {
            for (node, depth) in outline::rows(picture) {
                let indent = "  ".repeat(depth);
                out.push_str(&format!("{indent}{}\n", told(&picture.graph[node])));
                for chip in toward(picture, node, EdgeKind::At) {
                    let who: Vec<String> = toward(picture, chip, EdgeKind::Has)
                        .into_iter()
                        .map(|holder| safe(&picture.graph[holder].label))
                        .collect();
                    let who = if who.is_empty() {
                        String::new()
                    } else {
                        format!(": {}", who.join(", "))
                    };
                    out.push_str(&format!("{indent}    {}{who}\n", told(&picture.graph[chip])));
                    for line in &picture.graph[chip].details {
                        out.push_str(&format!("{indent}      {}\n", safe(line)));
                    }
                }
            }
            let mut groups = Vec::new();
            for node in picture.graph.node_indices() {
                let members: Vec<String> = toward(picture, node, EdgeKind::Member)
                    .into_iter()
                    .map(|member| safe(&picture.graph[member].label))
                    .collect();
                if !members.is_empty() {
                    groups.push(format!(
                        "{}: {}\n",
                        safe(&picture.graph[node].label),
                        members.join(", ")
                    ));
                }
            }
            if !groups.is_empty() {
                out.push_str("\nmembers\n");
                groups.iter().for_each(|group| out.push_str(&format!("  {group}")));
            }
        }
        Layout::Strata => {
            for node in picture.graph.node_indices() {
                let above: Vec<String> = picture
                    .graph
                    .neighbors_directed(node, Direction::Outgoing)
                    .map(|greater| safe(&picture.graph[greater].label))
                    .collect();
                let within = if above.is_empty() {
                    String::new()
                } else {
                    format!(" < {}", above.join(", "))
                };
                out.push_str(&format!("{}{within}\n", told(&picture.graph[node])));
            }
        }
    }
    out
}

/// What leads to a node by one kind of line, in the order of the picture.
fn toward(picture: &Picture, node: NodeIndex, kind: EdgeKind) -> Vec<NodeIndex> {
    let mut found: Vec<NodeIndex> = picture
        .graph
        .edges_directed(node, Direction::Incoming)
        .filter(|edge| edge.weight().kind == kind)
        .map(|edge| edge.source())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn told(node: &Node) -> String {
    let kind = match node.kind.prefix() {
        "" => String::new(),
        prefix => format!("{prefix} "),
    };
    let word = node.word.as_ref().map_or_else(String::new, |word| format!(" ({})", safe(word)));
    let mark = if node.mark == Mark::Plain { "" } else { "» " };
    format!("{mark}{kind}{}{word}", safe(&node.label))
}
