//! The order of roles.

use crate::analysis::role::Lattice;
use crate::model::RoleDefinition;
use crate::report::document::{Document, Inline, Table};
use crate::report::picture::of_roles;

/// So many rows are told; the picture and `-o json` have them all.
const TOLD: usize = 300;

/// The page of an order of roles. `commands` are the lines that ask it again.
#[must_use]
pub fn order(lattice: &Lattice, roles: &[RoleDefinition], commands: &[String]) -> Document {
    let picture = of_roles(lattice, roles);
    let mut page = Document::new("Which role is contained in which?");
    page.paragraph(picture.description());
    page.paragraph(
        "A role is contained in another when every operation that it grants, today or ever, is granted \
         by the other too. Conditional blocks count as if their conditions held.",
    );
    page.section("Picture", |section| section.figure(picture.drawing(), picture.title()));
    let names = |class: usize| -> Inline {
        lattice.classes[class].roles.iter().enumerate().fold(
            Inline::default(),
            |line, (number, role)| {
                let line = if number > 0 { line.text(" = ") } else { line };
                line.name(&roles[*role].name)
            },
        )
    };
    page.section("In words", |section| {
        let rows: Vec<Vec<Inline>> = lattice
            .edges
            .iter()
            .take(TOLD)
            .map(|(smaller, greater)| vec![names(*smaller), names(*greater)])
            .collect();
        section.table(Table {
            caption: "Direct containments: what follows from two others is left out".to_string(),
            columns: ["Role", "Is contained in"].map(str::to_string).to_vec(),
            rows,
        });
        if lattice.edges.len() > TOLD {
            section.paragraph(format!("And {} more.", lattice.edges.len() - TOLD));
        }
        let mut alone = vec![true; lattice.classes.len()];
        for (smaller, greater) in &lattice.edges {
            alone[*smaller] = false;
            alone[*greater] = false;
        }
        let alone: Vec<usize> = (0..alone.len()).filter(|class| alone[*class]).collect();
        if !alone.is_empty() && alone.len() < TOLD {
            section.paragraph("In no order with any of the others:");
            section.bullets(alone.into_iter().map(names));
        }
    });
    page.commands("Draw it again", commands);
    page
}
