//! YAML documents, for what people write by hand: the same tree as JSON, with positions.

use super::entry::Step;
use super::node::Node;
use super::path::push;
use crate::origin::{Error, ErrorKind};
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The largest YAML source that is read, in bytes: YAML is for what people write. Exports are JSON.
pub(crate) const YAML_LIMIT: usize = 4 * 1024 * 1024;

/// The most nodes that a YAML source may unfold to, aliases included.
pub(crate) const NODE_LIMIT: usize = 1_000_000;

/// The byte offset of every node of a YAML document, by its path.
#[derive(Debug, Default)]
pub(crate) struct Positions(BTreeMap<String, usize>);

impl Positions {
    /// The offset of a node, or of the nearest node above it that has one.
    pub(crate) fn offset(&self, steps: &[Step]) -> Option<usize> {
        (0..=steps.len()).rev().find_map(|count| {
            let mut path = String::from("$");
            for step in &steps[..count] {
                push(&mut path, step);
            }
            self.0.get(&path).copied()
        })
    }
}

/// Reads all documents of a YAML text; several documents become one list.
pub(crate) fn read(text: &str) -> Result<(Node<'static>, Positions), Error> {
    if text.len() > YAML_LIMIT {
        return Err(Error::new(
            ErrorKind::Limit,
            format!("a YAML source of {} bytes; the limit is {YAML_LIMIT} bytes", text.len()),
        )
        .help("write large documents as JSON"));
    }
    let mut documents = MarkedYaml::load_from_str(text).map_err(|error| {
        Error::new(ErrorKind::Syntax, format!("not YAML: {error}")).expected("a YAML mapping")
    })?;
    let mut reader =
        Reader { text, lines: line_starts(text), positions: Positions::default(), nodes: 0 };
    let root = if documents.len() == 1 {
        reader.node(&documents.remove(0), "$")?
    } else {
        let mut list = Vec::with_capacity(documents.len());
        for (index, document) in documents.iter().enumerate() {
            list.push(reader.node(document, &format!("$[{index}]"))?);
        }
        Node::List(list)
    };
    Ok((root, reader.positions))
}

/// Where the lines of a text begin. saphyr counts lines and columns, origins count bytes.
fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

struct Reader<'t> {
    text: &'t str,
    lines: Vec<usize>,
    positions: Positions,
    nodes: usize,
}

impl Reader<'_> {
    fn node(&mut self, yaml: &MarkedYaml<'_>, path: &str) -> Result<Node<'static>, Error> {
        self.nodes += 1;
        if self.nodes > NODE_LIMIT {
            return Err(Error::new(
                ErrorKind::Limit,
                format!("more than {NODE_LIMIT} YAML nodes, aliases unfolded"),
            ));
        }
        let start = yaml.span.start;
        let line = self.lines.get(start.line().saturating_sub(1)).copied().unwrap_or(0);
        let within = self.text[line..].char_indices().nth(start.col()).map_or(0, |(at, _)| at);
        let offset = line + within;
        self.positions.0.insert(path.to_string(), offset);
        Ok(match &yaml.data {
            YamlData::Value(scalar) => scalar_node(scalar),
            YamlData::Representation(text, ..) => Node::Text(Cow::Owned(text.to_string())),
            YamlData::Sequence(items) => {
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let mut inner = path.to_string();
                    push(&mut inner, &Step::Index(index));
                    list.push(self.node(item, &inner)?);
                }
                Node::List(list)
            }
            YamlData::Mapping(fields) => {
                let mut object = Vec::with_capacity(fields.len());
                for (key, value) in fields {
                    let key = match &key.data {
                        YamlData::Value(Scalar::String(text)) => text.to_string(),
                        YamlData::Value(Scalar::Integer(number)) => number.to_string(),
                        YamlData::Value(Scalar::Boolean(value)) => value.to_string(),
                        _ => {
                            return Err(Error::new(
                                ErrorKind::Syntax,
                                format!("a key under `{path}` is not a word"),
                            )
                            .expected("a field name"));
                        }
                    };
                    let mut inner = path.to_string();
                    push(&mut inner, &Step::Key(key.clone()));
                    let value = self.node(value, &inner)?;
                    object.push((Cow::Owned(key), value));
                }
                Node::Object(object)
            }
            YamlData::Tagged(_, inner) => self.node(inner, path)?,
            YamlData::Alias(_) | YamlData::BadValue => {
                return Err(Error::new(
                    ErrorKind::Syntax,
                    format!("a YAML value at `{path}` that has no meaning"),
                ));
            }
        })
    }
}

fn scalar_node(scalar: &Scalar<'_>) -> Node<'static> {
    match scalar {
        Scalar::Null => Node::Null,
        Scalar::Boolean(value) => Node::Bool(*value),
        Scalar::Integer(value) => Node::Number((*value).into()),
        Scalar::FloatingPoint(value) => {
            serde_json::Number::from_f64(value.0).map_or(Node::Null, Node::Number)
        }
        Scalar::String(text) => Node::Text(Cow::Owned(text.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_tree_as_json_with_positions() {
        let text = "name: ä\ntenant:\n  users:\n    - {id: 1, ok: true, none: null}\n";
        let (node, positions) = read(text).unwrap();
        assert_eq!(
            node.to_value(),
            serde_json::json!({"name": "ä", "tenant": {"users": [{"id": 1, "ok": true, "none": null}]}})
        );
        let steps = [Step::Key("tenant".into()), Step::Key("users".into()), Step::Index(0)];
        let offset = positions.offset(&steps).unwrap();
        assert!(text[offset..].starts_with("{id") || text[offset..].starts_with("id"), "{offset}");
    }

    #[test]
    fn broken_yaml_says_so() {
        assert!(read("a: [1").is_err());
    }
}
