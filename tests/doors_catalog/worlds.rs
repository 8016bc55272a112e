//! Resources of the types that the catalog knows, open and closed.

use azrbac::catalog::local_auth::{
    Covers, Expected, LocalAuth, LocalAuthCatalog, PropertyTest, Switch,
};
use azrbac::ident::Operation;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const GROUP: &str =
    "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg";

/// What one resource is known to be: its properties and those of its children, by type and name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Properties {
    pub(crate) properties: Option<Value>,
    pub(crate) children: BTreeMap<(String, String), Value>,
}

pub(crate) fn types() -> Vec<Vec<LocalAuth>> {
    let mut found: Vec<Vec<LocalAuth>> = Vec::new();
    for record in LocalAuthCatalog::embedded().all() {
        let record = record.expect("it reads");
        match found.last_mut().filter(|last| last[0].resource_type == record.resource_type) {
            Some(last) => last.push(record),
            None => found.push(vec![record]),
        }
    }
    found
}

/// Operations that the patterns of a record match: a read and a write where a star stands last.
pub(crate) fn operations(records: &[LocalAuth]) -> Vec<Operation> {
    let mut found = BTreeSet::new();
    for record in records {
        let keys = record.keys.iter().filter_map(|key| match &key.covers {
            Covers::Operations(patterns) => Some(patterns),
            Covers::Own | Covers::Elsewhere | Covers::Nothing | Covers::Unknown => None,
        });
        let controls = record.controls.iter().map(|rule| &rule.operations);
        for pattern in record.data.iter().chain(controls).chain(keys.flatten()) {
            match pattern.text().strip_suffix('*') {
                Some(before) => {
                    let before = before.replace('*', "x");
                    found.insert(format!("{before}things/read"));
                    found.insert(format!("{before}things/write"));
                }
                None => {
                    found.insert(pattern.text().replace('*', "x"));
                }
            }
        }
        found.insert(format!("{}/things/read", record.resource_type.text()));
    }
    found.iter().map(|one| Operation::new(one).expect(one)).collect()
}

/// A value that opens or closes.
fn set(test: &PropertyTest, close: bool) -> Option<Value> {
    let value = match (&test.expected, close) {
        (Expected::Is(word), true) => json!(**word),
        (Expected::Is(word), false) => json!(match &**word {
            "true" => "false",
            "false" => "true",
            "Disabled" | "disabled" => "Enabled",
            "AADToken" | "AAD" => "Key",
            "ON" => "OFF",
            _ => "Another",
        }),
        (Expected::Lacks(word), true) => json!([match &**word {
            "SharedKey" => "AAD",
            _ => "MicrosoftEntraID",
        }]),
        (Expected::Lacks(word), false) => json!([**word, "AAD", "MicrosoftEntraID"]),
        _ => return None,
    };
    Some(match value.as_str() {
        Some("true") => json!(true),
        Some("false") => json!(false),
        _ => value,
    })
}

fn put(into: &mut Value, path: &str, value: Value) {
    let mut at = into;
    for name in path.split('.').skip(1) {
        if !at.is_object() {
            *at = json!({});
        }
        at = at.as_object_mut().expect("an object").entry(name).or_insert(Value::Null);
    }
    *at = value;
}

pub(crate) fn world(records: &[LocalAuth], close: impl Fn(&Switch) -> bool) -> Properties {
    let mut world = Properties { properties: Some(json!({})), children: BTreeMap::new() };
    for record in records {
        for switch in &record.switches {
            let Some(value) = set(&switch.closed, close(switch)) else { continue };
            let target = if switch.on == record.resource_type {
                world.properties.as_mut().expect("there are some")
            } else {
                let name = switch.child.as_deref().filter(|name| *name != "*").unwrap_or("one");
                world
                    .children
                    .entry((switch.on.text().to_string(), name.to_string()))
                    .or_insert_with(|| json!({}))
            };
            put(target, switch.closed.path.text(), value);
        }
    }
    world
}

pub(crate) fn id_of(records: &[LocalAuth]) -> String {
    let mut segments = records[0].resource_type.text().split('/');
    let mut id = format!("{GROUP}/providers/{}", segments.next().expect("a provider"));
    for segment in segments {
        id.push_str(&format!("/{segment}/one"));
    }
    id
}

pub(crate) fn child_id(resource: &str, record: &LocalAuth, kind: &str, name: &str) -> String {
    let rest = &kind[record.resource_type.text().len()..];
    let segments: Vec<&str> = rest.split('/').filter(|one| !one.is_empty()).collect();
    let mut id = resource.to_string();
    for (number, segment) in segments.iter().enumerate() {
        let name = if number + 1 == segments.len() { name } else { "some" };
        id.push_str(&format!("/{segment}/{name}"));
    }
    id
}
