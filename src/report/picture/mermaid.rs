//! A picture for Mermaid.

use super::{EdgeKind, Layout, Mark, NodeKind, Picture};
use crate::report::safe_lines;
use petgraph::visit::EdgeRef;
use std::fmt::Write as _;

const MARKS: [Mark; 5] = [Mark::Grants, Mark::Key, Mark::Stops, Mark::Perhaps, Mark::Near];

pub(super) fn write(picture: &Picture) -> String {
    let mut out = String::from(match picture.layout {
        Layout::Outline => "flowchart LR\n",
        Layout::Strata => "flowchart BT\n",
    });
    let _written = writeln!(out, "  accTitle: {}", line(&picture.title));
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
        let (open, close) = shape(found.kind);
        let _written = writeln!(out, "  n{}{open}\"{}\"{close}", node.index(), lines.join("<br/>"));
    }
    let mut strokes: Vec<(Mark, Vec<String>)> =
        MARKS.iter().map(|mark| (*mark, Vec::new())).collect();
    for (number, edge) in picture.graph.edge_references().enumerate() {
        let found = edge.weight();
        let line = match (found.kind, found.mark, found.broken) {
            (_, _, true) => "-. ✗ .-x",
            (_, Mark::Grants, _) => "==>",
            (_, Mark::Near | Mark::Key | Mark::Perhaps, _) => "-.->",
            (EdgeKind::Holds, ..) => "---",
            _ => "-->",
        };
        let _written =
            writeln!(out, "  n{} {line} n{}", edge.source().index(), edge.target().index());
        if let Some((_, list)) = strokes.iter_mut().find(|(mark, _)| *mark == found.mark) {
            list.push(number.to_string());
        }
    }
    for (mark, list) in strokes.iter().filter(|(_, list)| !list.is_empty()) {
        let _written = writeln!(out, "  linkStyle {} stroke:{}", list.join(","), colour(*mark));
    }
    for mark in MARKS {
        let nodes: Vec<String> = picture
            .graph
            .node_indices()
            .filter(|node| picture.graph[*node].mark == mark)
            .map(|node| format!("n{}", node.index()))
            .collect();
        if !nodes.is_empty() {
            let class = mark.class();
            let _written = writeln!(
                out,
                "  classDef {class} stroke:{},stroke-width:3px\n  class {} {class}",
                colour(mark),
                nodes.join(",")
            );
        }
    }
    out
}

/// The inside of a quoted label. Mermaid reads labels as HTML or Markdown: whatever means something to
/// either becomes a reference in Mermaid's own spelling.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in safe_lines(text).chars() {
        match c {
            '\n' => out.push_str("<br/>"),
            'a'..='z' | 'A'..='Z' | '0'..='9' => out.push(c),
            ' ' | '.' | ',' | ':' | '(' | ')' | '/' | '-' | '@' | '…' => out.push(c),
            c if c.is_ascii() => {
                let _written = write!(out, "#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// A line of Mermaid that no name can end.
fn line(text: &str) -> String {
    safe_lines(text).replace(['\n', ';', '{', '}', '%', '#'], " ")
}

fn shape(kind: NodeKind) -> (&'static str, &'static str) {
    match kind {
        NodeKind::User | NodeKind::Stranger => ("([", "])"),
        NodeKind::Identity => ("{{", "}}"),
        NodeKind::Group | NodeKind::Crowd => ("[[", "]]"),
        NodeKind::Role | NodeKind::Class => ("(", ")"),
        NodeKind::Deny | NodeKind::Lock => ("[/", "\\]"),
        NodeKind::Door => (">", "]"),
        NodeKind::Fold
        | NodeKind::ManagementGroup
        | NodeKind::Subscription
        | NodeKind::ResourceGroup
        | NodeKind::Resource => ("[", "]"),
    }
}

fn colour(mark: Mark) -> &'static str {
    match mark {
        Mark::Plain => "#6e7781",
        Mark::Found => "#7a4b00",
        Mark::Near => "#b3541e",
        Mark::Perhaps => "#7a4b00",
        Mark::Stops => "#a40e26",
        Mark::Key => "#6a2fb5",
        Mark::Grants => "#116329",
    }
}
