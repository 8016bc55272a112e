//! The lessons that come with the program, in the order to read them.

/// Name and document of each.
pub const SHELF: &[(&str, &str)] = &[("planes", include_str!("../../roles/lessons/planes.yaml"))];

/// The document of a lesson, and the names that are nearest where there is none.
///
/// # Errors
/// The three nearest names.
pub fn shelved(name: &str) -> Result<&'static str, Vec<&'static str>> {
    let folded = name.trim().to_lowercase();
    if let Some((_, text)) = SHELF.iter().find(|(known, _)| *known == folded) {
        return Ok(text);
    }
    let mut near: Vec<(usize, &str)> =
        SHELF.iter().map(|(known, _)| (strsim::osa_distance(known, &folded), *known)).collect();
    near.sort_unstable();
    Err(near.into_iter().take(3).map(|(_, known)| known).collect())
}
