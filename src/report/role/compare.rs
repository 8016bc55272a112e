//! Two roles side by side.

use super::definition::role_json;
use crate::analysis::role::{Only, RoleComparison};
use crate::model::RoleDefinition;
use crate::pattern::language::PatternBlock;
use crate::report::page::{Page, count};
use serde_json::{Value, json};

/// How many operations are told one by one.
const TOLD: usize = 12;

/// The comparison as text.
#[must_use]
pub fn comparison_text(
    a: &RoleDefinition,
    b: &RoleDefinition,
    comparison: &RoleComparison,
) -> String {
    let mut page = Page::default();
    let verdict = crate::report::naming::relation(comparison.relation);
    page.line(0, &format!("{} {verdict} {}", a.name, b.name));
    page.line(2, "for every operation that may ever exist, on both planes");
    if comparison.in_catalog != comparison.relation {
        page.line(
            2,
            &format!(
                "in today's catalog it is {}; future operations make the difference",
                comparison.in_catalog
            ),
        );
    }
    for (conditional, role) in comparison.conditional.iter().zip([a, b]) {
        if *conditional {
            page.line(
                2,
                &format!(
                    "{} holds conditional blocks: they count here as if their conditions held",
                    role.name
                ),
            );
        }
    }
    if let Some(unconditional) = comparison.unconditional {
        page.line(2, &format!("without conditional blocks on either side: {unconditional}"));
    }
    for plane in &comparison.planes {
        page.gap();
        let today = if plane.in_catalog == plane.relation {
            String::new()
        } else {
            format!(" ({} in today's catalog)", plane.in_catalog)
        };
        page.line(0, &format!("{} plane: {}{today}", plane.plane, plane.relation));
        page.line(2, &format!("both: {}", count(plane.shared, "operation", "operations")));
        for (only, role) in plane.only.iter().zip([a, b]) {
            only_text(&mut page, only, &role.name);
        }
    }
    page.finish()
}

fn only_text(page: &mut Page, only: &Only, name: &str) {
    let Some(witness) = &only.witness else { return };
    let known = only.operations.len();
    page.line(
        2,
        &format!(
            "only {name}: {}, such as {}",
            count(known, "known operation", "known operations"),
            only.operations.first().map_or(witness.text(), |first| first)
        ),
    );
    if known == 0 {
        page.line(4, &format!("none of today; for instance {witness}"));
    }
    match &only.patterns {
        None => page.line(4, "no list of patterns says it"),
        Some(blocks) => blocks.iter().for_each(|block| block_text(page, block)),
    }
    page.names(6, &only.operations, TOLD);
}

fn block_text(page: &mut Page, block: &PatternBlock) {
    let texts = |patterns: &[crate::pattern::ActionPattern]| -> Vec<String> {
        patterns.iter().take(TOLD).map(|pattern| pattern.text().to_string()).collect()
    };
    let more = |all: usize| match all.saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let allow = format!("{}{}", texts(&block.allow).join(", "), more(block.allow.len()));
    page.line(4, &format!("patterns: {allow}"));
    if !block.except.is_empty() {
        let except = format!("{}{}", texts(&block.except).join(", "), more(block.except.len()));
        page.line(4, &format!("without: {except}"));
    }
}

/// The comparison as JSON.
#[must_use]
pub fn comparison_json(
    a: &RoleDefinition,
    b: &RoleDefinition,
    comparison: &RoleComparison,
) -> Value {
    let [control, data] = &comparison.planes;
    let mut witnesses = Vec::new();
    for plane in &comparison.planes {
        for (only, side) in plane.only.iter().zip(["a", "b"]) {
            if let Some(witness) = &only.witness {
                witnesses.push(json!({"plane": plane.plane.as_str(), "only": side,
                    "operation": witness.text()}));
            }
        }
        if let Some(witness) = &plane.shared_witness {
            witnesses.push(json!({"plane": plane.plane.as_str(), "only": "both",
                "operation": witness.text()}));
        }
    }
    let only = |side: usize| {
        let mut patterns = Vec::new();
        let mut operations: Vec<&String> = Vec::new();
        let mut exact = true;
        for plane in &comparison.planes {
            let only = &plane.only[side];
            operations.extend(&only.operations);
            match &only.patterns {
                None => exact = false,
                Some(blocks) => {
                    patterns.extend(blocks.iter().map(|block| pattern_block(plane.plane, block)));
                }
            }
        }
        json!({"patterns": patterns, "patternsComplete": exact, "operations": operations})
    };
    json!({"version": 1, "a": role_json(a), "b": role_json(b),
        "relation": comparison.relation.as_str(),
        "planes": {"control": control.relation.as_str(), "data": data.relation.as_str()},
        "inCatalog": comparison.in_catalog.as_str(),
        "planesInCatalog": {"control": control.in_catalog.as_str(), "data": data.in_catalog.as_str()},
        "conditional": {"a": comparison.conditional[0], "b": comparison.conditional[1]},
        "unconditional": comparison.unconditional.map(|relation| relation.as_str()),
        "onlyA": only(0), "onlyB": only(1), "witnesses": witnesses})
}

pub(super) fn pattern_block(plane: crate::ident::Plane, block: &PatternBlock) -> Value {
    let texts = |patterns: &[crate::pattern::ActionPattern]| -> Vec<String> {
        patterns.iter().map(|pattern| pattern.text().to_string()).collect()
    };
    json!({"plane": plane.as_str(), "allow": texts(&block.allow), "except": texts(&block.except)})
}
