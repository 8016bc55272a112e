//! Every scenario document of the project holds: the lab, and the corpus of traps. The corpus is a
//! product: each scenario says why, where it comes from and which rules it shows, every rule that a
//! scenario can show is shown, and the index is the one that the command prints.
//!
//! `AZRBAC_UPDATE=1 cargo test --test corpus` writes the index of `tests/corpus/README.md` anew.

#![expect(clippy::disallowed_methods, reason = "it reads the corpus and its environment")]

use azrbac::catalog::Catalog;
use azrbac::report;
use azrbac::scenario::{self, Evidence};
use azrbac::tenant::Tenant;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|ending| ending == "json" || ending == "yaml"))
        .collect()
}

/// Runs all documents of a folder; what is no scenario document is passed over.
fn run(folder: &str) -> Vec<Evidence> {
    let folder = root().join(folder);
    let mut evidence = Vec::new();
    let mut failures = Vec::new();
    for path in documents(&folder) {
        let bytes = std::fs::read(&path).expect("a file of the corpus");
        if !scenario::is_scenario(&bytes) {
            continue;
        }
        let name = path.strip_prefix(&folder).expect("it was found there").display().to_string();
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
            assert_eq!(report.passed + report.failures.len(), scenario.len(), "{name}");
            evidence.push(Evidence {
                file: name.clone(),
                scenario: scenario.name,
                source: scenario.source,
                why: scenario.why,
                rules: scenario.rules,
                passed: report.passed,
                failed: report.failures.len(),
            });
            failures.extend(report.failures.into_iter().map(|failure| {
                format!(
                    "{name}: {} / {}: expected {}, found {}",
                    failure.scenario, failure.check, failure.expected, failure.actual
                )
            }));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    evidence
}

fn cases(evidence: &[Evidence], folder: &str) -> usize {
    evidence.iter().filter(|one| one.file.starts_with(folder)).map(|one| one.passed).sum()
}

#[test]
fn the_lab_tells_what_its_checks_say() {
    assert!(cases(&run("roles/lab"), "") >= 50);
}

#[test]
fn the_corpus_holds_and_is_large_enough() {
    let evidence = run("tests/corpus");
    assert!(cases(&evidence, "local-auth/") >= 65);
    assert!(cases(&evidence, "documented/") >= 128);
    assert!(cases(&evidence, "rules/") >= 370);
    for one in &evidence {
        let about = format!("{}: {}", one.file, one.scenario);
        assert!(!one.scenario.is_empty() && !one.why.is_empty(), "{about}: name and why");
        assert!(!one.source.is_empty(), "{about}: where does it come from?");
        assert!(!one.rules.is_empty(), "{about}: which rule does it show?");
        assert!(one.passed > 0, "{about}: it expects nothing");
        assert!(
            one.rules.iter().all(|rule| rule.outside.is_none()),
            "{about}: it shows a rule that is said to be outside of every scenario"
        );
    }
    let mut names: Vec<&str> = evidence.iter().map(|one| one.scenario.as_str()).collect();
    names.sort_unstable();
    let twice: Vec<&&str> =
        names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
    assert!(twice.is_empty(), "a name stands for one scenario: {twice:?}");
}

#[test]
fn every_rule_is_shown_by_a_scenario() {
    let evidence = run("tests/corpus");
    let missing: Vec<&str> = scenario::coverage(&evidence)
        .iter()
        .filter(|one| one.is_missing())
        .map(|one| one.rule.number)
        .collect();
    assert!(missing.is_empty(), "no scenario shows the rules {missing:?}");
}

/// A scenario that fails proves nothing, and neither does one that expects nothing.
#[test]
fn only_what_holds_is_a_proof() {
    let rule = azrbac::catalog::rule("4.2").expect("it is there");
    let with = |passed, failed| Evidence {
        file: "a.yaml".to_string(),
        scenario: "a".to_string(),
        source: String::new(),
        why: String::new(),
        rules: vec![rule],
        passed,
        failed,
    };
    for (passed, failed, proves) in [(2, 0, 1), (1, 1, 0), (0, 0, 0)] {
        let run = [with(passed, failed)];
        let found = scenario::coverage(&run);
        let one = found.iter().find(|one| one.rule == rule).expect("every rule is listed");
        assert_eq!(one.proved_by.len(), proves);
        assert_eq!(one.is_missing(), proves == 0);
    }
}

#[test]
fn the_index_is_what_the_command_prints() {
    let path = root().join("tests/corpus/README.md");
    let text = std::fs::read_to_string(&path).expect("the README of the corpus");
    let head = text.split("## The index").next().expect("a text has a beginning");
    let evidence = run("tests/corpus");
    let index = report::corpus_index(&evidence, &scenario::coverage(&evidence));
    let wanted = format!("{head}{index}");
    if std::env::var_os("AZRBAC_UPDATE").is_some() {
        std::fs::write(&path, wanted).expect("the README can be written");
        return;
    }
    assert!(text == wanted, "the index is old: AZRBAC_UPDATE=1 cargo test --test corpus");
}
