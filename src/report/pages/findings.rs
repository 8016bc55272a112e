//! What an audit found.

use crate::analysis::audit::{RULES, Report, Severity};
use crate::report::document::{Document, Flow, Inline, Tone};
use crate::report::findings::Reported;

/// So many findings of one rule are told; the others are counted.
const TOLD: usize = 100;

/// The page of an audit. `commands` are the lines that run it again.
#[must_use]
pub fn findings(report: &Report, found: &[Reported], commands: &[String]) -> Document {
    let mut page = Document::new("What the audit found");
    let (told, kept): (Vec<&Reported>, Vec<&Reported>) =
        found.iter().partition(|one| one.suppressed.is_none());
    let count = |severity| told.iter().filter(|one| one.severity == severity).count();
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
    for one in &told {
        if !codes.contains(&one.code) {
            codes.push(one.code);
        }
    }
    for code in codes {
        let own: Vec<&Reported> = told.iter().copied().filter(|one| one.code == code).collect();
        page.section(&format!("{code} ({})", own.len()), |section| {
            if let Some(rule) = RULES.iter().find(|rule| rule.code == code) {
                section.paragraph(rule.why);
                section.paragraph(Inline::default().strong("What mends it: ").prose(rule.fix));
            }
            for one in own.iter().take(TOLD) {
                finding(section, one);
            }
            if own.len() > TOLD {
                section
                    .paragraph(format!("And {} more; -o json lists them all.", own.len() - TOLD));
            }
        });
    }
    page.section("Accepted", |section| {
        section.bullets(kept.iter().take(TOLD).map(|one| {
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

fn finding(section: &mut Flow, one: &Reported) {
    let tone = match one.severity {
        Severity::Error => Tone::No,
        Severity::Warning => Tone::Maybe,
        Severity::Note => Tone::Plain,
    };
    section.section(&one.subject, |part| {
        part.paragraph(
            Inline::default().badge(tone, one.severity.as_str()).text(" ").prose(&one.message),
        );
        part.bullets(&one.reasons);
        part.bullets(
            one.hangs_on.iter().map(|what| Inline::default().text("hangs on ").prose(what)),
        );
        if let Some(place) = &one.place {
            part.paragraph(Inline::default().text("read at ").code(&place.to_string()));
        }
        if let Some(help) = &one.help {
            part.paragraph(help);
        }
        if let Some(fix) = &one.fix {
            part.code("The command that mends it", fix);
        }
    });
}
