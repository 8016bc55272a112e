//! `azrbac test`: run scenario documents.

use super::args::{Format, Global, TestArguments};
use super::console::Console;
use super::{Exit, Stop, files, inputs};
use azrbac::catalog::Catalog;
use azrbac::origin::Error;
use azrbac::report;
use azrbac::scenario::{self, Failure, Scenario, run as run_scenario};
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
    for path in inputs::documents(&arguments.files)? {
        let (name, bytes) = files::read(&path)?;
        let scenarios = scenario::read(&name, &bytes).map_err(inputs::first)?;
        documents += scenarios.len();
        for scenario in scenarios {
            let (tenant, scenario) = tenant(scenario, &path, global)?;
            let report = run_scenario(&scenario, &tenant);
            passed += report.passed;
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
                report::safe(&failure.actual).replace('\n', "\n             ")
            )?;
        }
        writeln!(console, "{passed} passed, {} failed, in {documents} scenarios", failures.len())?;
    }
    Ok(if failures.is_empty() { Exit::Yes } else { Exit::No })
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
