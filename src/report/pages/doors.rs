//! The doors of every resource with local authentication.

use crate::catalog::local_auth::DoorState;
use crate::dataplane::{ResourceDoors, Standing};
use crate::report::document::{Document, Flow, Inline, Table, Tone};
use crate::report::naming;
use crate::tenant::Tenant;

/// The page of `audit local-auth`. `commands` are the lines that ask it again.
#[must_use]
pub fn doors(tenant: &Tenant, found: &[ResourceDoors], commands: &[String]) -> Document {
    let mut page = Document::new("Where a key opens the data, and who has it");
    let count = |state| found.iter().filter(|doors| doors.state == state).count();
    let (open, unknown) = (count(DoorState::Open), count(DoorState::Unknown));
    let (tone, word) = match (open, unknown) {
        (0, 0) => (Tone::Yes, "all closed"),
        (0, _) => (Tone::Maybe, "not known"),
        _ => (Tone::No, "open"),
    };
    page.answer(tone, word, format!(
        "Of {} resources, local authentication is open on {open}, closed on {}, unknown on {unknown}; {} have none.",
        found.len(),
        count(DoorState::Closed),
        count(DoorState::None)
    ));
    page.note(
        Tone::Plain,
        "While it is open, whoever may call the key operation reaches all data, without a data-plane role.",
    );
    for (heading, state) in [
        ("Open", DoorState::Open),
        ("Unknown", DoorState::Unknown),
        ("Closed", DoorState::Closed),
        ("Without local authentication", DoorState::None),
    ] {
        page.section(heading, |section| {
            for doors in found.iter().filter(|doors| doors.state == state) {
                section.section(doors.resource.leaf(), |part| resource(part, tenant, doors));
            }
        });
    }
    page.commands("Ask it again", commands);
    page
}

fn resource(part: &mut Flow, tenant: &Tenant, doors: &ResourceDoors) {
    let switches = doors.switches.iter().enumerate().fold(
        Inline::default(),
        |line, (number, (property, state))| {
            let line = if number > 0 { line.text(", ") } else { line };
            line.code(property).text(&format!(" ({})", state.as_str()))
        },
    );
    let mut facts = vec![
        ("Service", Inline::default().text(&doors.service)),
        ("Resource", Inline::default().code(doors.resource.text())),
    ];
    if !doors.switches.is_empty() {
        facts.push(("Switch", switches));
    }
    part.facts(facts);
    standings(part, tenant, "Who may obtain a key", &doors.holders);
    standings(part, tenant, "Who may open it again", &doors.reopeners);
    part.table(Table {
        caption: "Who would lose access if it were closed".to_string(),
        columns: ["Principal", "Loses", "Least role that keeps it working"]
            .map(str::to_string)
            .to_vec(),
        rows: doors
            .stakes
            .iter()
            .map(|stake| {
                let roles: Vec<&str> = stake.roles.iter().map(|role| role.name.as_str()).collect();
                let keep = if roles.is_empty() {
                    Inline::default().text("no built-in role does")
                } else {
                    Inline::default().name(&roles.join(" + "))
                };
                let much = if stake.entirely { "its only way in" } else { "part of its access" };
                vec![
                    Inline::default().name(&tenant.principal_name(stake.principal)),
                    Inline::default().text(much),
                    keep,
                ]
            })
            .collect(),
    });
    part.bullets(&doors.decided_by);
}

fn standings(part: &mut Flow, tenant: &Tenant, caption: &str, list: &[Standing]) {
    part.table(Table {
        caption: caption.to_string(),
        columns: ["Principal", "By", "Operation"].map(str::to_string).to_vec(),
        rows: list
            .iter()
            .map(|standing| {
                let role = standing
                    .assignment
                    .and_then(|ix| tenant.assignment_role(ix))
                    .map_or_else(String::new, |role| tenant.role(role).name());
                let mut by = Inline::default().name(&role);
                if standing.holder != standing.principal {
                    by = by.text(" through ").name(&tenant.principal_name(standing.holder));
                }
                if !standing.certain.is_true() {
                    by = by.text(" ").badge(Tone::Maybe, "not certain");
                }
                let first = standing.operations.first().map_or("", |operation| operation.text());
                vec![
                    Inline::default().name(&tenant.principal_name(standing.principal)),
                    by,
                    Inline::default().code(&naming::verb(first)),
                ]
            })
            .collect(),
    });
}
