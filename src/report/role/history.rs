//! What changed over time.

use super::compare::pattern_block;
use crate::analysis::role::{Change, PlaneComparison, RoleChange, RoleStep};
use crate::pattern::language::Relation;
use crate::report::page::{Page, count};
use serde_json::{Value, json};

/// How many operations are told one by one.
const TOLD: usize = 8;

/// A role's history as text. `holders` are those who hold it in the tenant.
#[must_use]
pub fn history_text(name: &str, steps: &[RoleStep], holders: Option<&[String]>) -> String {
    let mut page = Page::default();
    page.line(0, name);
    for step in steps {
        page.gap();
        page.line(0, &format!("{} to {}", step.from, step.to));
        match &step.change {
            None => page.line(2, "not there on either side"),
            Some(change) => change_text(&mut page, change),
        }
    }
    if let Some(holders) = holders {
        page.gap();
        if holders.is_empty() {
            page.line(0, "nobody in the tenant holds it");
        } else {
            let many = count(holders.len(), "principal and scope", "principals and scopes");
            page.line(0, &format!("touches {many} of the tenant"));
            page.names(2, holders, 40);
        }
    }
    page.finish()
}

fn change_text(page: &mut Page, change: &Change) {
    let change = match change {
        Change::Added => return page.line(2, "added"),
        Change::Removed => return page.line(2, "removed"),
        Change::Kept(change) => change,
    };
    if let Some(before) = &change.renamed_from {
        page.line(2, &format!("renamed; it was called {before}"));
    }
    if change.conditions_changed {
        page.line(2, "a condition in it changed");
    }
    if change.relation == Relation::Equal {
        return page.line(2, "grants the same");
    }
    for plane in &change.planes {
        for (word, side) in [("gained", 1), ("lost", 0)] {
            let only = &plane.only[side];
            let Some(witness) = &only.witness else { continue };
            let known = only.operations.len();
            page.line(
                2,
                &format!(
                    "{word} on the {} plane: {}",
                    plane.plane,
                    count(known, "known operation", "known operations")
                ),
            );
            page.names(4, &only.operations, TOLD);
            if known == 0 {
                page.line(4, &format!("none of today; for instance {witness}"));
            }
        }
    }
}

/// A role's history as JSON.
#[must_use]
pub fn history_json(name: &str, steps: &[RoleStep], holders: Option<&[String]>) -> Value {
    let steps: Vec<Value> = steps
        .iter()
        .map(|step| {
            let mut value = step.change.as_ref().map_or(json!({"change": "absent"}), change_json);
            value["from"] = json!(step.from);
            value["to"] = json!(step.to);
            value
        })
        .collect();
    json!({"version": 1, "role": name, "steps": steps, "holders": holders})
}

fn change_json(change: &Change) -> Value {
    match change {
        Change::Added => json!({"change": "added"}),
        Change::Removed => json!({"change": "removed"}),
        Change::Kept(change) => kept_json(change),
    }
}

fn kept_json(change: &RoleChange) -> Value {
    let side = |side: usize| {
        let operations: Vec<&String> =
            change.planes.iter().flat_map(|plane| &plane.only[side].operations).collect();
        let patterns: Vec<Value> =
            change.planes.iter().flat_map(|plane| patterns(plane, side)).collect();
        let witnesses: Vec<Value> = change
            .planes
            .iter()
            .filter_map(|plane| {
                let witness = plane.only[side].witness.as_ref()?;
                Some(json!({"plane": plane.plane.as_str(), "operation": witness.text()}))
            })
            .collect();
        json!({"patterns": patterns, "operations": operations, "witnesses": witnesses})
    };
    let word = if change.relation == Relation::Equal { "same" } else { "changed" };
    json!({"change": word, "relation": change.relation.as_str(),
        "renamedFrom": change.renamed_from, "conditionsChanged": change.conditions_changed,
        "gained": side(1), "lost": side(0)})
}

fn patterns(plane: &PlaneComparison, side: usize) -> Vec<Value> {
    let blocks = plane.only[side].patterns.iter().flatten();
    blocks.map(|block| pattern_block(plane.plane, block)).collect()
}

/// What changed between two catalogs, as text.
#[must_use]
pub fn catalog_diff_text(
    names: (&str, &str),
    roles: &[(String, Change)],
    operations: (&[String], &[String]),
) -> String {
    let mut page = Page::default();
    let of = |wanted: fn(&Change) -> bool| roles.iter().filter(|(_, c)| wanted(c)).count();
    page.line(
        0,
        &format!(
            "{} to {}: {} roles added, {} removed, {} changed; {} operations added, {} removed",
            names.0,
            names.1,
            of(|change| matches!(change, Change::Added)),
            of(|change| matches!(change, Change::Removed)),
            of(|change| matches!(change, Change::Kept(_))),
            operations.0.len(),
            operations.1.len()
        ),
    );
    for (name, change) in roles {
        page.gap();
        page.line(0, name);
        change_text(&mut page, change);
    }
    page.finish()
}

/// What changed between two catalogs, as JSON.
#[must_use]
pub fn catalog_diff_json(
    names: (&str, &str),
    roles: &[(String, Change)],
    operations: (&[String], &[String]),
) -> Value {
    let roles: Vec<Value> = roles
        .iter()
        .map(|(name, change)| {
            let mut value = change_json(change);
            value["role"] = json!(name);
            value
        })
        .collect();
    json!({"version": 1, "old": names.0, "new": names.1, "roles": roles,
        "operations": {"added": operations.0, "removed": operations.1}})
}
