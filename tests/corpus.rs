//! Every scenario document of the project holds: the lab, and the corpus of traps.

#![expect(clippy::disallowed_methods, reason = "it reads the corpus")]

use azrbac::catalog::Catalog;
use azrbac::scenario;
use azrbac::tenant::Tenant;
use std::path::{Path, PathBuf};

fn documents(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(root)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|ending| ending == "json" || ending == "yaml"))
        .collect();
    found.sort();
    found
}

/// Runs all documents of a folder and returns how many entries passed.
fn check(folder: &str) -> usize {
    let mut passed = 0;
    let mut failures = Vec::new();
    for path in documents(folder) {
        let bytes = std::fs::read(&path).expect("a file of the corpus");
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("?").to_string();
        let scenarios = scenario::read(&name, &bytes).unwrap_or_else(|errors| {
            let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
            unreachable!("{name}: {}", told.join("\n"))
        });
        for scenario in scenarios {
            let catalog = match &scenario.catalog {
                Some(date) => Catalog::of_date(date).expect("an embedded date"),
                None => Catalog::newest(),
            };
            let tenant = Tenant::build(scenario.facts.clone(), &catalog);
            let report = scenario::run(&scenario, &tenant);
            passed += report.passed;
            failures.extend(report.failures.into_iter().map(|failure| {
                format!(
                    "{name}: {} / {}: expected {}, found {}",
                    failure.scenario, failure.check, failure.expected, failure.actual
                )
            }));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    passed
}

#[test]
fn the_lab_tells_what_its_checks_say() {
    assert!(check("roles/lab") >= 50);
}

#[test]
fn the_doors_beside_rbac() {
    assert!(check("tests/corpus/local-auth") >= 65);
}

#[test]
fn what_microsofts_pages_fix() {
    assert!(check("tests/corpus/documented") >= 128);
}
