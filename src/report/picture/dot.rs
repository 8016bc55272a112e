//! A picture for Graphviz.

use super::{EdgeKind, Layout, Mark, NodeKind, Picture};
use crate::report::safe_lines;
use petgraph::visit::EdgeRef;
use std::fmt::Write as _;

pub(super) fn write(picture: &Picture) -> String {
    let direction = match picture.layout {
        Layout::Outline => "LR",
        Layout::Strata => "BT",
    };
    let mut out = format!(
        "digraph azrbac {{\n  rankdir={direction};\n  label=\"{}\";\n  labelloc=t;\n  \
         node [shape=box, fontname=\"sans-serif\", fontsize=11];\n  edge [fontname=\"sans-serif\", fontsize=9];\n",
        quoted(&picture.title)
    );
    for node in picture.graph.node_indices() {
        let found = &picture.graph[node];
        let mut lines = vec![quoted(&found.label)];
        if picture.layout == Layout::Outline {
            lines.push(quoted(&match &found.word {
                Some(word) => format!("({}: {word})", found.kind.word()),
                None => format!("({})", found.kind.word()),
            }));
        }
        lines.extend(found.details.iter().map(|line| quoted(line)));
        let _written = writeln!(
            out,
            "  n{} [label=\"{}\", tooltip=\"{}\", {}{}];",
            node.index(),
            lines.join("\\n"),
            quoted(&found.hover),
            shape(found.kind),
            weight(found.mark)
        );
    }
    for edge in picture.graph.edge_references() {
        let found = edge.weight();
        let mut told = weight(found.mark).to_string();
        if found.broken {
            told.push_str(", arrowhead=tee, label=\"✗\"");
        } else if found.kind == EdgeKind::Holds {
            told.push_str(", arrowhead=none");
        }
        if !found.hover.is_empty() {
            let _written = write!(told, ", tooltip=\"{}\"", quoted(&found.hover));
        }
        let told = told.trim_start_matches(", ");
        let told = if told.is_empty() { String::new() } else { format!(" [{told}]") };
        let _written =
            writeln!(out, "  n{} -> n{}{told};", edge.source().index(), edge.target().index());
    }
    out.push_str("}\n");
    out
}

/// The inside of a quoted string. A backslash would begin an escape of Graphviz's own.
fn quoted(text: &str) -> String {
    safe_lines(text).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn shape(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::User | NodeKind::Stranger => "shape=ellipse",
        NodeKind::Identity => "shape=hexagon",
        NodeKind::Group | NodeKind::Crowd => "shape=box, peripheries=2",
        NodeKind::Role | NodeKind::Class => "shape=box, style=rounded",
        NodeKind::Deny | NodeKind::Lock => "shape=octagon",
        NodeKind::Fold => "shape=box, style=dashed",
        NodeKind::Door => "shape=house",
        NodeKind::ManagementGroup
        | NodeKind::Subscription
        | NodeKind::ResourceGroup
        | NodeKind::Resource => "shape=folder",
    }
}

/// Colour, and a line that tells without it.
fn weight(mark: Mark) -> &'static str {
    match mark {
        Mark::Plain => "",
        Mark::Found => ", color=\"#7a4b00\", penwidth=2",
        Mark::Near => ", color=\"#b3541e\", style=dashed",
        Mark::Perhaps => ", color=\"#7a4b00\", style=dashed, penwidth=2",
        Mark::Stops => ", color=\"#a40e26\", penwidth=2",
        Mark::Key => ", color=\"#6a2fb5\", style=dotted, penwidth=2",
        Mark::Grants => ", color=\"#116329\", penwidth=3",
    }
}
