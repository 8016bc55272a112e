//! What an audit found.

use crate::analysis::audit::{About, RULES, Report, Severity};
use crate::report::document::{Document, Flow, Inline, Tone};
use crate::report::findings::Reported;
use crate::report::naming;
use crate::report::picture::of_findings;
use crate::tenant::Tenant;

/// So many findings of one rule are told; the others are counted.
const TOLD: usize = 100;

/// The page of an audit. `commands` are the lines that run it again.
#[must_use]
pub fn findings(
    tenant: &Tenant,
    report: &Report,
    found: &[Reported],
    commands: &[String],
) -> Document {
    let mut page = Document::new("What the audit found");
    // They come in the order of the report, one each.
    let (told, kept): (Vec<Told<'_>>, Vec<Told<'_>>) = found
        .iter()
        .zip(&report.findings)
        .map(|(one, finding)| Told { one, about: finding.about })
        .partition(|told| told.one.suppressed.is_none());
    let count = |severity| told.iter().filter(|told| told.one.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let (tone, word) = match (errors + warnings, told.len()) {
        (0, 0) => (Tone::Yes, "clean"),
        (0, _) => (Tone::Maybe, "notes"),
        _ => (Tone::No, "findings"),
    };
    let mut sentence = format!(
        "{errors} {}, {warnings} {}, {} {}",
        if errors == 1 { "error" } else { "errors" },
        if warnings == 1 { "warning" } else { "warnings" },
        count(Severity::Note),
        if count(Severity::Note) == 1 { "note" } else { "notes" },
    );
    if !kept.is_empty() {
        sentence.push_str(&format!("; {} accepted by a suppression", kept.len()));
    }
    page.answer(tone, word, format!("{sentence}."));
    // The rules in the order of their gravest finding, which is that of the findings.
    let mut codes: Vec<&str> = Vec::new();
    for told in &told {
        if !codes.contains(&told.one.code) {
            codes.push(told.one.code);
        }
    }
    if let Some(picture) = of_findings(tenant, report) {
        page.section("Picture", |section| section.figure(picture.drawing(), picture.description()));
    }
    for code in codes {
        let own: Vec<&Told<'_>> = told.iter().filter(|told| told.one.code == code).collect();
        page.section(&format!("{code} ({})", own.len()), |section| {
            if let Some(rule) = RULES.iter().find(|rule| rule.code == code) {
                section.paragraph(rule.why);
                section.paragraph(Inline::default().strong("What mends it: ").prose(rule.fix));
            }
            for told in own.iter().take(TOLD) {
                finding(section, tenant, told);
            }
            if own.len() > TOLD {
                section
                    .paragraph(format!("And {} more; -o json lists them all.", own.len() - TOLD));
            }
        });
    }
    page.section("Accepted", |section| {
        section.bullets(kept.iter().take(TOLD).map(|Told { one, .. }| {
            Inline::default()
                .code(one.code)
                .text(" ")
                .prose(&one.message)
                .text(": ")
                .name(one.suppressed.as_deref().unwrap_or_default())
        }));
    });
    page.section("Could not be looked at", |section| {
        section.bullets(report.notices.iter().map(|notice| {
            Inline::default()
                .code(notice.code)
                .text(" ")
                .prose(&notice.message)
                .text(" ")
                .prose(&notice.help)
        }));
        section.bullets(
            report
                .gaps
                .iter()
                .map(|gap| Inline::default().code(gap.code).text(" ").prose(&gap.message)),
        );
    });
    page.commands("Run it again", commands);
    page
}

/// A finding with what it is about.
struct Told<'f> {
    one: &'f Reported,
    about: About,
}

/// What a finding is about, as people say it; the id that a program wants stands below.
fn heading(tenant: &Tenant, told: &Told<'_>) -> String {
    match (told.about.assignment, told.about.principal, told.about.scope) {
        (Some(ix), ..) => {
            let assignment = tenant.assignment(ix);
            let role = tenant
                .assignment_role(ix)
                .map_or_else(|| "unknown role".to_string(), |role| tenant.role(role).name());
            format!(
                "{role} of {} at {}",
                naming::principal(tenant, assignment.principal),
                naming::short(tenant, tenant.assignment_scope(ix))
            )
        }
        (None, None, Some(scope)) if told.about.role.is_none() => {
            naming::place(tenant, tenant.scope_text(scope))
        }
        _ => told.one.subject.clone(),
    }
}

fn finding(section: &mut Flow, tenant: &Tenant, told: &Told<'_>) {
    let one = told.one;
    let tone = match one.severity {
        Severity::Error => Tone::No,
        Severity::Warning => Tone::Maybe,
        Severity::Note => Tone::Plain,
    };
    let heading = heading(tenant, told);
    section.section(&heading, |part| {
        part.paragraph(
            Inline::default().badge(tone, one.severity.as_str()).text(" ").prose(&one.message),
        );
        part.bullets(&one.reasons);
        part.bullets(
            one.hangs_on.iter().map(|what| Inline::default().text("hangs on ").prose(what)),
        );
        if heading != one.subject {
            part.paragraph(Inline::default().code(&one.subject));
        }
        if let Some(place) = &one.place {
            part.paragraph(Inline::default().text("read at ").code(&place.to_string()));
        }
        match &one.help {
            Some(help) if help.starts_with("az ") || help.starts_with("azrbac ") => {
                part.code("What says more", help);
            }
            Some(help) => part.paragraph(help),
            None => {}
        }
        if let Some(fix) = &one.fix {
            part.code("The command that mends it", fix);
        }
    });
}
