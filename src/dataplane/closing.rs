//! What would be, were the switch of a resource closed?

use super::place::Place;
use crate::catalog::local_auth::{Expected, LocalAuth, PropertyPath, PropertyTest};
use serde_json::{Map, Value};

/// The same resource with every switch of its own closed. Closing may change the other doors too: a
/// search service asks RBAC only then, or when it was told to.
pub(super) fn closed<'t>(place: &Place<'t>) -> Place<'t> {
    let mut properties = match place.properties() {
        Some(Value::Object(members)) => Value::Object(members.clone()),
        _ => Value::Object(Map::new()),
    };
    for facts in place.facts {
        for switch in facts.switches.iter().filter(|switch| switch.on == *place.kind()) {
            if let Some(value) = closing(facts, &switch.closed, &properties) {
                switch.closed.path.set(&mut properties, value);
            }
        }
    }
    Place {
        tenant: place.tenant,
        resource: place.resource.clone(),
        facts: place.facts,
        instead: Some(properties),
    }
}

/// The value that closes.
fn closing(facts: &LocalAuth, test: &PropertyTest, properties: &Value) -> Option<Value> {
    match &test.expected {
        Expected::Is(word) => Some(match &**word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            word => Value::String(word.to_string()),
        }),
        Expected::Lacks(word) => Some(match test.path.find(properties) {
            Some(Value::Array(values)) => values
                .iter()
                .filter(|value| !value.as_str().is_some_and(|one| one.eq_ignore_ascii_case(word)))
                .cloned()
                .collect(),
            // Unset means all: what is left are the other words that the facts know of this list.
            _ => others(facts, &test.path, word),
        }),
        Expected::Not(_)
        | Expected::Contains(_)
        | Expected::Set
        | Expected::Unset
        | Expected::Never => None,
    }
}

fn others(facts: &LocalAuth, path: &PropertyPath, word: &str) -> Value {
    let rules = facts.entra.rules.iter().map(|rule| &rule.when);
    let controls = facts.controls.iter().flat_map(|rule| &rule.when);
    let native = facts.native.iter().flat_map(|native| &native.when);
    let mut words: Vec<&str> = rules
        .chain(controls)
        .chain(native)
        .filter(|test| test.path == *path)
        .filter_map(|test| match &test.expected {
            Expected::Contains(word) | Expected::Lacks(word) => Some(&**word),
            Expected::Is(_)
            | Expected::Not(_)
            | Expected::Set
            | Expected::Unset
            | Expected::Never => None,
        })
        .filter(|other| !other.eq_ignore_ascii_case(word))
        .collect();
    words.sort_unstable();
    words.dedup();
    words.into_iter().map(|word| Value::String(word.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::local_auth::LocalAuthCatalog;
    use crate::truth::Truth;
    use serde_json::json;

    /// Of every switch that a value closes: that value closes it, whatever stood there.
    #[test]
    fn what_closes_is_closed() {
        let (mut plain, mut lists) = (0, 0);
        for record in LocalAuthCatalog::embedded().all() {
            let facts = record.expect("it is whole");
            for switch in &facts.switches {
                let test = &switch.closed;
                let set = |mut properties: Value| {
                    let value = closing(&facts, test, &properties)?;
                    test.path.set(&mut properties, value.clone());
                    assert_eq!(test.decide(Some(&properties)), Truth::True, "{test} {properties}");
                    Some(value)
                };
                match &test.expected {
                    Expected::Is(_) => {
                        assert!(set(json!({})).is_some(), "{test}");
                        plain += 1;
                    }
                    Expected::Lacks(word) => {
                        let mut properties = json!({});
                        let listed = json!(["Other", word.to_uppercase(), "More"]);
                        test.path.set(&mut properties, listed);
                        assert_eq!(set(properties), Some(json!(["Other", "More"])), "{test}");
                        let unset = set(json!({})).expect("a list");
                        let left = unset.as_array().expect("a list");
                        assert!(!left.is_empty(), "{test}: other ways in are known");
                        lists += 1;
                    }
                    _ => assert_eq!(set(json!({})), None, "{test}"),
                }
            }
        }
        assert!(plain > 20 && lists > 0, "{plain} {lists}");
    }
}
