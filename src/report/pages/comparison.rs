//! Two roles side by side.

use crate::analysis::role::{Only, RoleComparison};
use crate::model::RoleDefinition;
use crate::pattern::ActionPattern;
use crate::pattern::language::PatternBlock;
use crate::report::document::{Document, Flow, Inline, Tone};
use crate::report::naming;
use crate::report::picture::{of_comparison, thousands};

/// So many operations are told one by one.
const TOLD: usize = 60;
/// So many patterns of one block.
const PATTERNS: usize = 24;

/// The page of a comparison. `commands` are the lines that ask it again.
#[must_use]
pub fn comparison(
    a: &RoleDefinition,
    b: &RoleDefinition,
    found: &RoleComparison,
    commands: &[String],
) -> Document {
    let verdict = crate::report::naming::relation(found.relation);
    let mut page = Document::new(&format!("{} {verdict} {}", a.name, b.name));
    let sentence = Inline::default()
        .name(&a.name)
        .text(&format!(" {verdict} "))
        .name(&b.name)
        .text(", for every operation that may ever exist, on both planes.");
    page.answer(Tone::Plain, found.relation.as_str(), sentence);
    if found.in_catalog != found.relation {
        page.note(
            Tone::Maybe,
            format!(
                "In today's catalog the relation is {}: future operations make the difference.",
                found.in_catalog
            ),
        );
    }
    for (conditional, role) in found.conditional.iter().zip([a, b]) {
        if *conditional {
            page.note(
                Tone::Maybe,
                Inline::default().name(&role.name).text(
                    " holds conditional blocks: they count here as if their conditions held.",
                ),
            );
        }
    }
    if let Some(unconditional) = found.unconditional {
        page.paragraph(format!("Without conditional blocks on either side: {unconditional}."));
    }
    let picture = of_comparison(a, b, found);
    page.section("Picture", |section| section.figure(picture.drawing(), picture.description()));
    for plane in &found.planes {
        page.section(&format!("{} plane", naming::capital(plane.plane.as_str())), |section| {
            let today = if plane.in_catalog == plane.relation {
                String::new()
            } else {
                format!(" ({} in today's catalog)", plane.in_catalog)
            };
            section.facts([
                ("Relation", Inline::from(format!("{}{today}", plane.relation))),
                ("Both have", Inline::from(operations(plane.shared))),
                (
                    &*a.name,
                    Inline::from(format!(
                        "{} of its own",
                        operations(plane.only[0].operations.len())
                    )),
                ),
                (
                    &*b.name,
                    Inline::from(format!(
                        "{} of its own",
                        operations(plane.only[1].operations.len())
                    )),
                ),
            ]);
            for (only, role) in plane.only.iter().zip([a, b]) {
                section.section(&format!("Only {}", role.name), |section| one_side(section, only));
            }
        });
    }
    page.commands("Compare them again", commands);
    page
}

fn one_side(section: &mut Flow, only: &Only) {
    let Some(witness) = &only.witness else { return };
    let known = only.operations.len();
    let such = only.operations.first().map_or(witness.text(), |first| first);
    let lead = if known == 0 {
        Inline::default().text("None of today's operations; for instance ")
    } else {
        Inline::default().text(&format!("{}, such as ", operations(known)))
    };
    section.paragraph(lead.code(such).text("."));
    match &only.patterns {
        None => section.paragraph("No list of patterns says it."),
        Some(blocks) => section.bullets(blocks.iter().map(block)),
    }
    if known > 1 {
        section.unfold(&format!("The operations ({known})"), |list| {
            list.bullets(
                only.operations.iter().take(TOLD).map(|name| Inline::default().code(name)),
            );
            if known > TOLD {
                list.paragraph(format!("And {} more; -o json lists them all.", known - TOLD));
            }
        });
    }
}

fn block(block: &PatternBlock) -> Inline {
    let line = listed(Inline::default(), &block.allow);
    if block.except.is_empty() { line } else { listed(line.text(" without "), &block.except) }
}

fn listed(mut line: Inline, patterns: &[ActionPattern]) -> Inline {
    for (number, pattern) in patterns.iter().take(PATTERNS).enumerate() {
        line = if number > 0 { line.text(", ") } else { line };
        line = line.code(pattern.text());
    }
    match patterns.len().checked_sub(PATTERNS).filter(|more| *more > 0) {
        Some(more) => line.text(&format!(" and {more} more")),
        None => line,
    }
}

fn operations(count: usize) -> String {
    format!("{} known {}", thousands(count), if count == 1 { "operation" } else { "operations" })
}
