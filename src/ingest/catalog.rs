//! Catalog facts from what Azure lists: `az role definition list`, `az provider operation list`, and
//! the dated fact files that `roles/` was made from.

use super::documents::{entries, without_comments};
use super::entry::Entry;
use super::node::Node;
use super::text;
use crate::catalog::{Certainty, Planes, RawBlock, RawRole};
use crate::ident::{Guid, Plane};
use crate::origin::{Error, ErrorKind};
use std::collections::BTreeMap;

/// What was found in the imported files.
#[derive(Debug, Clone, Default)]
pub struct Import {
    /// Built-in roles.
    pub roles: Vec<RawRole>,
    /// Operations by folded name: spelling and planes.
    pub operations: BTreeMap<String, (String, Planes)>,
    /// Dates that the files state themselves, as `(observed, inferred)`.
    pub dates: Option<(String, String)>,
    /// Custom roles that were left out.
    pub custom_roles: usize,
}

/// Adds the facts of one file.
///
/// # Errors
/// [`ErrorKind::Syntax`] where it is not JSON; [`ErrorKind::Catalog`] where it holds neither role
/// definitions nor operations.
pub fn import(found: &mut Import, name: &str, bytes: &[u8]) -> Result<(), Error> {
    let (text, _) = text::decode(bytes)?;
    let clean = without_comments(&text);
    let parsed = entries(clean.as_deref().unwrap_or(&text));
    if let Some((offset, what)) = parsed.broken {
        let location = crate::origin::locate(&text, offset);
        return Err(Error::new(
            ErrorKind::Syntax,
            format!("{name}:{}:{}: not JSON: {what}", location.line, location.column),
        ));
    }
    let before = (found.roles.len(), found.operations.len(), found.custom_roles);
    for raw in &parsed.entries {
        let node: Node<'_> = serde_json::from_str(raw.text)
            .map_err(|error| Error::new(ErrorKind::Syntax, format!("{name}: not JSON: {error}")))?;
        let Some(entry) = Entry::of(&node) else { continue };
        entry_of(found, &entry).map_err(|problem| {
            Error::new(ErrorKind::Catalog, format!("{name}: found {}", problem.text().found))
                .expected(&problem.text().expected)
        })?;
    }
    if before == (found.roles.len(), found.operations.len(), found.custom_roles) {
        return Err(Error::new(
            ErrorKind::Catalog,
            format!("{name}: neither role definitions nor operations"),
        )
        .expected("the output of `az role definition list` or `az provider operation list`"));
    }
    Ok(())
}

fn entry_of(found: &mut Import, entry: &Entry<'_, '_>) -> Result<(), super::entry::Problem> {
    let lists: [(&str, Plane, Certainty); 4] = [
        ("actions", Plane::Control, Certainty::Observed),
        ("dataActions", Plane::Data, Certainty::Observed),
        ("inferredActions", Plane::Control, Certainty::Inferred),
        ("inferredDataActions", Plane::Data, Certainty::Inferred),
    ];
    let mut repairs = Vec::new();
    if let Some(dates) = entry.find(&["asOf"])? {
        // A dated fact file: operations by plane.
        for (list, plane, certainty) in lists {
            for (name, _) in entry.strings(&[list], &mut repairs)? {
                add(found, name, plane, certainty);
            }
        }
        if let Some(dates) = Entry::of(dates.node) {
            let observed = dates.filled(&["observed"])?.unwrap_or_default();
            let inferred = dates.filled(&["inferred"])?.unwrap_or_default();
            found.dates = Some((observed.to_string(), inferred.to_string()));
        }
        return Ok(());
    }
    if entry.has(&["operations", "resourceTypes"]) {
        return provider(found, entry);
    }
    if entry.has(&["permissions"]) {
        return role(found, entry);
    }
    Ok(())
}

fn add(found: &mut Import, name: &str, plane: Plane, certainty: Certainty) {
    let name = name.trim();
    if name.is_empty() || name.contains(['*', ' ']) {
        return;
    }
    let slot = found
        .operations
        .entry(name.to_ascii_lowercase())
        .or_insert_with(|| (name.to_string(), Planes::default()));
    slot.1.add(plane, certainty);
}

/// One provider of `az provider operation list`: operations of its own and of its resource types.
fn provider(found: &mut Import, entry: &Entry<'_, '_>) -> Result<(), super::entry::Problem> {
    let mut repairs = Vec::new();
    if let Some((_, operations)) = entry.objects(&["operations"], &mut repairs)? {
        for operation in operations {
            let Some(name) = operation.filled(&["name"])? else { continue };
            let data = operation.boolean(&["isDataAction"])?.unwrap_or(false);
            let plane = if data { Plane::Data } else { Plane::Control };
            add(found, name, plane, Certainty::Observed);
        }
    }
    if let Some((_, types)) = entry.objects(&["resourceTypes"], &mut repairs)? {
        for kind in types {
            provider(found, &kind)?;
        }
    }
    Ok(())
}

fn role(found: &mut Import, entry: &Entry<'_, '_>) -> Result<(), super::entry::Problem> {
    let custom = match entry.boolean(&["isCustom"])? {
        Some(custom) => custom,
        None => match entry.filled(&["roleType"])? {
            Some(word) => word.eq_ignore_ascii_case("CustomRole"),
            None => entry
                .find_inner("type")?
                .map(|field| field.text())
                .transpose()?
                .is_some_and(|word| word.eq_ignore_ascii_case("CustomRole")),
        },
    };
    if custom {
        found.custom_roles += 1;
        return Ok(());
    }
    let id = match entry.find_own("name")? {
        Some(field) => Guid::last_segment(field.text()?),
        None => entry.guid(&["id"])?,
    };
    let name = entry.filled(&["roleName"])?.unwrap_or_default().to_string();
    let mut repairs = Vec::new();
    let mut blocks = Vec::new();
    if let Some((_, permissions)) = entry.objects(&["permissions"], &mut repairs)? {
        for block in permissions {
            let mut lists: [Vec<String>; 4] = Default::default();
            for (slot, list) in
                lists.iter_mut().zip(["actions", "notActions", "dataActions", "notDataActions"])
            {
                let strings = block.strings(&[list], &mut repairs)?;
                *slot = strings.into_iter().map(|(text, _)| text.to_string()).collect();
            }
            let condition = block.filled(&["condition"])?.map(str::to_string);
            blocks.push(RawBlock { lists, condition });
        }
    }
    found.roles.push(RawRole { id, name, blocks });
    Ok(())
}
