//! A picture for programs: its nodes and edges, without places.

use super::Picture;
use petgraph::visit::EdgeRef;
use serde_json::{Value, json};

pub(super) fn write(picture: &Picture) -> Value {
    let nodes: Vec<Value> = picture
        .graph
        .node_indices()
        .map(|node| {
            let found = &picture.graph[node];
            json!({"id": node.index(), "kind": found.kind.word(), "label": found.label,
                "word": found.word, "details": found.details, "full": found.hover,
                "part": found.mark.class()})
        })
        .collect();
    let edges: Vec<Value> = picture
        .graph
        .edge_references()
        .map(|edge| {
            let found = edge.weight();
            json!({"from": edge.source().index(), "to": edge.target().index(),
                "kind": found.kind.word(), "part": found.mark.class(), "broken": found.broken})
        })
        .collect();
    json!({"version": 1, "title": picture.title, "description": picture.description,
        "nodes": nodes, "edges": edges})
}
