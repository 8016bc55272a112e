//! Which rule is proved by which scenario, and the index of a corpus.

use super::safe;
use crate::scenario::{Coverage, Evidence};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The rules as text, each with what proves it.
#[must_use]
pub fn rules_text(coverage: &[Coverage<'_>]) -> String {
    let mut text = String::new();
    for one in coverage {
        let mark = if one.is_missing() {
            '✗'
        } else if one.rule.outside.is_some() {
            '·'
        } else {
            '✓'
        };
        let _infallible = writeln!(text, "{mark} {:<5} {}", one.rule.number, one.rule.text);
        for evidence in &one.proved_by {
            let _infallible = writeln!(
                text,
                "          {}: {} ({})",
                safe(&evidence.file),
                safe(&evidence.scenario),
                count(evidence.passed, "case")
            );
        }
        if let Some(reason) = one.rule.outside {
            let _infallible = writeln!(text, "          outside: {reason}");
        } else if one.proved_by.is_empty() {
            let _infallible = writeln!(text, "          no scenario shows it");
        }
    }
    let (proved, outside, missing) = totals(coverage);
    let _infallible = writeln!(
        text,
        "\n{} proved, {outside} that no scenario can show, {missing} not proved",
        count(proved, "rule")
    );
    text
}

/// The same for programs.
#[must_use]
pub fn rules_json(coverage: &[Coverage<'_>], passed: usize, failed: usize) -> String {
    let rules: Vec<Value> = coverage
        .iter()
        .map(|one| {
            let proved: Vec<Value> = one
                .proved_by
                .iter()
                .map(|by| json!({"file": by.file, "scenario": by.scenario, "cases": by.passed}))
                .collect();
            json!({"number": one.rule.number, "text": one.rule.text,
                "outside": one.rule.outside, "provedBy": proved})
        })
        .collect();
    let (proved, outside, missing) = totals(coverage);
    json!({"version": 1, "passed": passed, "failed": failed,
        "proved": proved, "outside": outside, "missing": missing, "rules": rules})
    .to_string()
}

fn totals(coverage: &[Coverage<'_>]) -> (usize, usize, usize) {
    let proved = coverage.iter().filter(|one| !one.proved_by.is_empty()).count();
    let outside = coverage
        .iter()
        .filter(|one| one.rule.outside.is_some() && one.proved_by.is_empty())
        .count();
    (proved, outside, coverage.len() - proved - outside)
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The index of a corpus as Markdown: every document, every scenario, and then every rule.
#[must_use]
pub fn corpus_index(run: &[Evidence], coverage: &[Coverage<'_>]) -> String {
    let mut files: BTreeMap<&str, Vec<&Evidence>> = BTreeMap::new();
    for one in run {
        files.entry(&one.file).or_default().push(one);
    }
    let cases: usize = run.iter().map(|one| one.passed + one.failed).sum();
    let mut text = format!(
        "## The index\n\n{} in {} of {}.\n",
        count(cases, "case"),
        count(run.len(), "scenario"),
        count(files.len(), "document")
    );
    for (file, scenarios) in &files {
        let file = safe(file);
        let _infallible = writeln!(
            text,
            "\n### [{file}]({file})\n\n| scenario | the trap | rules | cases |\n|---|---|---|---:|"
        );
        for one in scenarios {
            let rules: Vec<&str> = one.rules.iter().map(|rule| rule.number).collect();
            let _infallible = writeln!(
                text,
                "| {} | {} | {} | {} |",
                cell(&one.scenario),
                cell(&one.why),
                rules.join(", "),
                one.passed + one.failed
            );
        }
        let mut sources: Vec<&str> = scenarios.iter().map(|one| one.source.as_str()).collect();
        sources.sort_unstable();
        sources.dedup();
        let _infallible = writeln!(text, "\nSources: {}", safe(&sources.join(" · ")));
    }
    text.push_str("\n## Where answers differ from a page of the documentation\n\n");
    for one in run {
        if let Some((_, difference)) = one.why.split_once("DIFFERENCE: ") {
            let _infallible = writeln!(text, "- {}: {}", cell(&one.scenario), cell(difference));
        }
    }
    text.push_str("\n## The rules\n\n| rule | it says | proved by |\n|---|---|---|\n");
    for one in coverage {
        let mut by: Vec<String> = Vec::new();
        for evidence in &one.proved_by {
            let name = cell(&evidence.scenario);
            if by.len() == 6 {
                by.push(format!("and {} more", one.proved_by.len() - 6));
                break;
            }
            by.push(name);
        }
        if let Some(reason) = one.rule.outside {
            by.push(format!("outside: {}", cell(reason)));
        }
        let _infallible = writeln!(
            text,
            "| {} | {} | {} |",
            one.rule.number,
            cell(one.rule.text),
            by.join(" · ")
        );
    }
    text
}

/// Text inside a table of Markdown.
fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    safe(&line).replace('|', "\\|").replace('<', "&lt;").replace('*', "\\*")
}
