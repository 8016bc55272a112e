//! From offsets back to places, given the bytes of a source again.

use super::ground::Lines;
use super::text;
use crate::origin::{Locator, Place};

/// The place of a byte offset in a source, given its bytes again: file, line and column. The JSON
/// path is left empty; errors carry it from the start.
#[must_use]
pub fn place(name: &str, bytes: &[u8], offset: usize) -> Option<Place> {
    let (text, _) = text::decode(bytes).ok()?;
    let (line, column) = Lines::default().line_and_column(&text, offset);
    Some(Place { file: name.to_string(), path: String::new(), line, column })
}

/// The places of several byte offsets of a source, in the order asked, with the JSON path of each where
/// it is JSON. The source is read once.
#[must_use]
pub fn places(name: &str, bytes: &[u8], offsets: &[usize]) -> Vec<Option<Place>> {
    let Ok((text, _)) = text::decode(bytes) else { return vec![None; offsets.len()] };
    let json = text.trim_start().starts_with(['{', '[', '/']);
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_by_key(|at| offsets[*at]);
    let mut locator = Locator::new(&text);
    let mut found = vec![None; offsets.len()];
    for at in order {
        let location = locator.locate(offsets[at]);
        let path = if json { location.path } else { String::new() };
        found[at] = Some(Place {
            file: name.to_string(),
            path,
            line: location.line,
            column: location.column,
        });
    }
    found
}
