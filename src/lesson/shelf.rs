//! The lessons that come with the program, in the order to read them.

/// Name and document of each.
pub const SHELF: &[(&str, &str)] = &[
    ("planes", include_str!("../../roles/lessons/planes.yaml")),
    ("notactions", include_str!("../../roles/lessons/notactions.yaml")),
    ("key-behind-the-door", include_str!("../../roles/lessons/key-behind-the-door.yaml")),
    ("closing-local-auth", include_str!("../../roles/lessons/closing-local-auth.yaml")),
    ("changed-role", include_str!("../../roles/lessons/changed-role.yaml")),
    ("application-identity", include_str!("../../roles/lessons/application-identity.yaml")),
    ("inheritance", include_str!("../../roles/lessons/inheritance.yaml")),
    ("groups-and-eligible", include_str!("../../roles/lessons/groups-and-eligible.yaml")),
    ("denies-and-locks", include_str!("../../roles/lessons/denies-and-locks.yaml")),
    ("conditions", include_str!("../../roles/lessons/conditions.yaml")),
    ("foundry", include_str!("../../roles/lessons/foundry.yaml")),
    ("two-tenants", include_str!("../../roles/lessons/two-tenants.yaml")),
    ("orphans", include_str!("../../roles/lessons/orphans.yaml")),
    ("least-role", include_str!("../../roles/lessons/least-role.yaml")),
];

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
