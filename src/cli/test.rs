//! `azrbac test`: run scenario documents.

use super::args::{Format, Global, TestArguments};
use super::console::Console;
use super::{Exit, Stop, files, inputs};
use azrbac::catalog::Catalog;
use azrbac::origin::Error;
use azrbac::report;
use azrbac::scenario::{self, Evidence, Failure, Scenario, run as run_scenario};
use azrbac::tenant::Tenant;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

pub(crate) fn run(
    arguments: &TestArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let mut passed = 0;
    let mut failures: Vec<(Failure, Option<Value>)> = Vec::new();
    let mut documents = 0;
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut no_scenario = 0;
    for (path, asked) in inputs::documents(&arguments.files)? {
        let (name, bytes) = files::read(&path)?;
        // A folder may hold exports beside documents; a file that is named must be a document.
        if asked.is_some() && !scenario::is_scenario(&bytes) {
            no_scenario += 1;
            continue;
        }
        let scenarios = scenario::read(&name, &bytes).map_err(inputs::first)?;
        documents += scenarios.len();
        for scenario in scenarios {
            let (tenant, scenario) = tenant(scenario, &path, global)?;
            let report = run_scenario(&scenario, &tenant);
            passed += report.passed;
            evidence.push(Evidence {
                file: relative(&name, asked.as_deref()),
                scenario: scenario.name,
                source: scenario.source,
                why: scenario.why,
                rules: scenario.rules,
                passed: report.passed,
                failed: report.failures.len(),
            });
            for failure in report.failures {
                let decision = failure.decision.as_ref().and_then(|inner| {
                    let (prepared, decision, access) = &**inner;
                    serde_json::from_str(&report::decision(&tenant, prepared, decision, access))
                        .ok()
                });
                failures.push((failure, decision));
            }
        }
    }
    if no_scenario > 0 {
        console.say(&format!(
            "azrbac: passed over {no_scenario} files of the folder that are no scenario documents"
        ));
    }
    let status = if failures.is_empty() { Exit::Yes } else { Exit::No };
    if arguments.index {
        let coverage = scenario::coverage(&evidence);
        console.write_all(report::corpus_index(&evidence, &coverage).as_bytes())?;
        return Ok(status);
    }
    if arguments.rules && global.output == Format::Json {
        let coverage = scenario::coverage(&evidence);
        writeln!(console, "{}", report::rules_json(&coverage, passed, failures.len()))?;
        return Ok(status);
    }
    if arguments.rules {
        let coverage = scenario::coverage(&evidence);
        writeln!(console, "{}", report::rules_text(&coverage))?;
    }
    if global.output == Format::Json {
        let failed: Vec<Value> = failures
            .iter()
            .map(|(failure, decision)| {
                json!({"scenario": failure.scenario, "check": failure.check,
                    "expected": failure.expected,
                    "actual": decision.clone().unwrap_or(Value::String(failure.actual.clone())),
                    "place": {"file": failure.place.file, "path": failure.place.path, "line": failure.place.line}})
            })
            .collect();
        let value =
            json!({"version": 1, "passed": passed, "failed": failures.len(), "failures": failed});
        writeln!(console, "{value}")?;
    } else {
        for (failure, _) in &failures {
            writeln!(
                console,
                "✗ {} / {}\n    {}\n    expected {}\n    found    {}",
                report::safe(&failure.scenario),
                report::safe(&failure.check),
                report::safe(&failure.place.to_string()),
                report::safe(&failure.expected),
                report::safe_lines(&failure.actual).replace('\n', "\n             ")
            )?;
        }
        writeln!(console, "{passed} passed, {} failed, in {documents} scenarios", failures.len())?;
    }
    Ok(status)
}

/// A document as the index names it: by its path inside the folder that was asked for.
fn relative(name: &str, folder: Option<&Path>) -> String {
    let path = Path::new(name);
    let inside = folder.and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(path);
    inside.display().to_string().replace('\\', "/")
}

/// The tenant of a scenario: its own facts, what it includes, what `-t` adds.
fn tenant(
    mut scenario: Scenario,
    document: &Path,
    global: &Global,
) -> Result<(Tenant, Scenario), Error> {
    let facts = std::mem::take(&mut scenario.facts);
    let mut facts = inputs::with_includes(Scenario { facts, ..scenario.clone() }, document)?;
    inputs::add(&mut facts, &global.tenant)?;
    let catalog = match (&global.catalog, &scenario.catalog) {
        (Some(asked), _) => files::catalog(Some(asked))?,
        (None, Some(date)) => Catalog::of_date(date)?,
        (None, None) => Catalog::newest(),
    };
    Ok((Tenant::build(facts, &catalog), scenario))
}
