//! JSON paths: how one is written, and the way along one through raw text.

use super::entry::Step;
use serde_json::value::RawValue;

/// Adds a step to a JSON path.
pub(crate) fn push(path: &mut String, step: &Step) {
    match step {
        Step::Key(key) if key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
            path.push('.');
            path.push_str(key);
        }
        Step::Key(key) => {
            path.push_str("['");
            path.push_str(key);
            path.push_str("']");
        }
        Step::Index(index) => {
            path.push('[');
            path.push_str(&index.to_string());
            path.push(']');
        }
    }
}

/// The offset of the value at a path inside the text of one JSON value, as far as the path leads.
pub(crate) fn walk(text: &str, steps: &[Step]) -> usize {
    lead(text, steps).0
}

/// The same, and whether the path leads all the way.
pub(crate) fn lead(text: &str, steps: &[Step]) -> (usize, bool) {
    let mut part = text;
    let mut whole = true;
    for step in steps {
        let next = match step {
            Step::Key(key) => fields(part)
                .and_then(|fields| fields.into_iter().find(|field| field.0 == *key))
                .map(|field| field.1),
            Step::Index(index) => serde_json::from_str::<Vec<&RawValue>>(part)
                .ok()
                .and_then(|items| items.get(*index).map(|item| item.get())),
        };
        match next {
            Some(next) => part = next,
            None => {
                whole = false;
                break;
            }
        }
    }
    (part.as_ptr() as usize - text.as_ptr() as usize, whole)
}

/// The fields of an object with the raw text of their values, in order, repeated names included.
pub(crate) fn fields(text: &str) -> Option<Vec<(String, &str)>> {
    struct Fields<'a>(Vec<(String, &'a str)>);
    struct Visit<'a>(std::marker::PhantomData<&'a ()>);
    impl<'de: 'a, 'a> serde::Deserialize<'de> for Fields<'a> {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(Visit(std::marker::PhantomData))
        }
    }
    impl<'de: 'a, 'a> serde::de::Visitor<'de> for Visit<'a> {
        type Value = Fields<'a>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: serde::de::MapAccess<'de>>(
            self,
            mut map: A,
        ) -> Result<Fields<'a>, A::Error> {
            let mut found = Vec::new();
            while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                found.push((key, value.get()));
            }
            Ok(Fields(found))
        }
    }
    serde_json::from_str::<Fields<'_>>(text).ok().map(|fields| fields.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_to_the_value() {
        let text = r#"{"a": {"b": [1, {"c": "x"}]}}"#;
        let steps =
            [Step::Key("a".into()), Step::Key("b".into()), Step::Index(1), Step::Key("c".into())];
        assert_eq!(&text[walk(text, &steps)..][..3], "\"x\"");
        assert_eq!(walk(text, &[Step::Key("missing".into())]), 0);
    }
}
