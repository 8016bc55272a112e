//! JSON text in the shapes of Azure's exports, chosen by the input: fields that are left out, twice there,
//! in other capitals, under `properties`, or hold what does not belong there.

use libfuzzer_sys::arbitrary::{Result, Unstructured};

/// A field: its name as Azure writes it, and JSON texts that may stand there.
pub type Field = (&'static str, &'static [&'static str]);

/// What stands in no export, and in every second one that somebody repaired.
const ODD: [&str; 14] = [
    "null",
    "true",
    "\"False\"",
    "0",
    "-1.5e300",
    "[]",
    "{}",
    "\"\"",
    "\" \"",
    "[null]",
    "{\"value\": \"x\"}",
    "\"\\ud83d\"",
    "\"\\u0000\\u202e\"",
    "[\"a\", [\"b\"]]",
];

/// One of several.
pub fn pick<'a, T: ?Sized>(input: &mut Unstructured<'_>, list: &[&'a T]) -> Result<&'a T> {
    input.choose(list).copied()
}

/// A short text of the input's own, as a JSON string.
fn text(input: &mut Unstructured<'_>) -> Result<String> {
    let length = input.int_in_range(0..=24)?;
    let bytes = input.bytes(length.min(input.len()))?;
    Ok(serde_json::Value::from(String::from_utf8_lossy(bytes)).to_string())
}

fn value(input: &mut Unstructured<'_>, from: &[&str]) -> Result<String> {
    Ok(match input.int_in_range(0..=15)? {
        0 => pick(input, &ODD)?.to_owned(),
        1 => text(input)?,
        _ => pick(input, from)?.to_owned(),
    })
}

fn joined(parts: &[(String, String)]) -> String {
    let parts: Vec<String> =
        parts.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
    format!("{{{}}}", parts.join(", "))
}

/// An object with these fields, in this order.
pub fn object(input: &mut Unstructured<'_>, fields: &[Field]) -> Result<String> {
    const OUTSIDE: [&str; 3] = ["id", "name", "type"];
    let nested = input.ratio(1, 4)?;
    let exact = input.ratio(1, 2)?;
    let mut outside = Vec::new();
    let mut inside = Vec::new();
    for (key, from) in fields {
        if exact {
            outside.push((key.to_string(), pick(input, from)?.to_owned()));
            continue;
        }
        let to = if nested && !OUTSIDE.contains(key) { &mut inside } else { &mut outside };
        let times = match input.int_in_range(0..=15)? {
            0 | 1 => 0,
            2 => 2,
            _ => 1,
        };
        for _ in 0..times {
            let key = match input.int_in_range(0..=15)? {
                0 => key.to_ascii_uppercase(),
                1 => key[..1].to_ascii_uppercase() + &key[1..],
                _ => key.to_string(),
            };
            to.push((key, value(input, from)?));
        }
    }
    if nested && !exact {
        outside.push(("properties".to_owned(), joined(&inside)));
    }
    Ok(joined(&outside))
}

/// A list of up to so many, of what `one` makes.
pub fn some<T>(
    input: &mut Unstructured<'_>,
    most: usize,
    mut one: impl FnMut(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    while found.len() < most && !input.is_empty() {
        found.push(one(input)?);
    }
    Ok(found)
}

/// Entries as one of Azure's tools writes them, nothing wrong around them.
pub fn envelope(input: &mut Unstructured<'_>, entries: &[String]) -> Result<String> {
    let list = entries.join(",\n");
    Ok(match input.int_in_range(0..=6)? {
        0 => format!("{{\"value\": [{list}]}}"),
        1 => format!("{{\"value\": [{list}], \"nextLink\": \"https://example/next\"}}"),
        2 => format!("{{\"count\": 1, \"data\": [{list}], \"totalRecords\": 1}}"),
        3 => entries.join("\n"),
        4 => format!("\u{feff}// kept by hand\n[{list},\n]"),
        5 => entries.iter().map(|entry| format!("[{entry}]")).collect(),
        _ => format!("[{list}]"),
    })
}

/// Entries as one of Azure's tools writes them, and then, sometimes, what happens to files: cut off,
/// in UTF-16, something before them.
pub fn file(input: &mut Unstructured<'_>, entries: &[String]) -> Result<Vec<u8>> {
    let mut text = envelope(input, entries)?;
    Ok(match input.int_in_range(0..=7)? {
        0 => {
            let mut at = input.int_in_range(0..=text.len())?;
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            text.truncate(at);
            text.into_bytes()
        }
        1 => [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        2 => format!("WARNING: a newer version is there\n{text}").into_bytes(),
        _ => text.into_bytes(),
    })
}
