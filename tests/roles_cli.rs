//! `azrbac role …` and `azrbac catalog diff` as programs and people call them: exit status, the JSON
//! contract, files rewritten.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_azrbac")).args(arguments).output().expect("it starts")
}

fn status(arguments: &[&str]) -> i32 {
    run(arguments).status.code().expect("it ends")
}

/// stdout as JSON, and the exit status.
fn json(arguments: &[&str]) -> (Value, i32) {
    let output = run(&[arguments, &["-o", "json"]].concat());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let value: Value = serde_json::from_str(&text)
        .unwrap_or_else(|error| unreachable!("{error}: {text} {:?}", output.stderr));
    assert_eq!(value["version"], 1);
    (value, output.status.code().expect("it ends"))
}

/// A file of this test run.
#[expect(clippy::disallowed_methods, reason = "a test of commands that read files")]
fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("a file in the target folder");
    path
}

#[expect(clippy::disallowed_methods, reason = "a test of commands that write files")]
fn content(path: &PathBuf) -> String {
    std::fs::read_to_string(path).expect("it was written")
}

const ROLE: &str = r#"{
  "Name": "Site operator",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/*",
    "microsoft.web/SITES/read"
  ],
  "NotActions": ["Microsoft.Authorization/*/write"],
  "AssignableScopes": ["/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"]
}
"#;

#[test]
fn compare_keeps_its_contract() {
    let (value, status) = json(&["role", "compare", "contributor", "OWNER"]);
    assert_eq!(status, 0);
    assert_eq!(value["relation"], "contained");
    assert_eq!(value["planes"]["control"], "contained");
    assert_eq!(value["planes"]["data"], "equal");
    assert_eq!(value["inCatalog"], "contained");
    assert_eq!(value["onlyA"]["operations"], serde_json::json!([]));
    assert!(value["onlyB"]["operations"].as_array().is_some_and(|list| list.len() > 10));
    assert!(value["onlyB"]["patterns"].as_array().is_some_and(|list| !list.is_empty()));
    assert!(value["witnesses"].as_array().is_some_and(|list| !list.is_empty()));
}

#[test]
fn suggest_keeps_its_contract() {
    let scope = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg";
    let needs = ["Microsoft.Storage/storageAccounts/listKeys/action", "Microsoft.Web/sites/read"];
    let (value, status) =
        json(&["role", "suggest", needs[0], needs[1], "--scope", scope, "--name", "Mine"]);
    assert_eq!(status, 0);
    let single = value["single"].as_array().expect("a list");
    assert!(single[0]["role"]["id"].is_string() && single[0]["excess"].is_u64());
    assert_eq!(value["set"][0]["scope"], scope);
    assert_eq!(value["set"][0]["covers"].as_array().map(Vec::len), Some(2));
    assert_eq!(value["minimal"], true);
    assert_eq!(value["uncovered"], serde_json::json!([]));
    assert_eq!(value["customRefusals"], serde_json::json!([]));
    assert_eq!(value["custom"]["Name"], "Mine");
    assert_eq!(value["custom"]["Actions"], serde_json::json!(needs));
    assert_eq!(value["custom"]["AssignableScopes"], serde_json::json!([scope]));

    // The custom role is what the other commands take, and clean.
    let text = serde_json::to_string(&value["custom"]).expect("JSON");
    let path = file("suggested.json", &text);
    let path = path.to_str().expect("UTF-8");
    assert_eq!(status_of_lint(path, "error"), 0);
    let (shown, _) = json(&["role", "show", path]);
    assert_eq!(shown["planes"][0]["granted"], 2);
}

fn status_of_lint(path: &str, deny: &str) -> i32 {
    status(&["role", "lint", path, "--deny", deny])
}

#[test]
fn what_is_needed_is_read_from_logs_and_messages() {
    let message = file(
        "message.txt",
        "(AuthorizationFailed) The client 'c' with object id 'o' does not have authorization to perform action 'Microsoft.Web/sites/restart/action' over scope '/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Web/sites/s' or the scope is invalid.",
    );
    let (value, _) = json(&["role", "suggest", "--from", message.to_str().expect("UTF-8")]);
    assert_eq!(value["needs"][0]["operation"], "Microsoft.Web/sites/restart/action");
    assert!(value["set"][0]["scope"].as_str().is_some_and(|scope| scope.ends_with("/sites/s")));
    let log = file(
        "log.json",
        r#"[{"caller": "a@contoso.example", "authorization": {"action": "Microsoft.Web/sites/read",
            "scope": "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"}},
           {"caller": "b@contoso.example", "operationName": {"value": "Microsoft.Web/sites/delete"}}]"#,
    );
    let log = log.to_str().expect("UTF-8");
    let (value, _) = json(&["role", "suggest", "--from", log, "--principal", "A@contoso.example"]);
    assert_eq!(value["needs"].as_array().map(Vec::len), Some(1));
    let (value, _) = json(&["role", "suggest", "--from", log]);
    assert_eq!(value["needs"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_need_that_nobody_knows_needs_its_plane() {
    let unknown = "Contoso.Unknown/things/read";
    assert_eq!(status(&["role", "suggest", unknown]), 2);
    let (value, status) = json(&["role", "suggest", unknown, "--plane", "data"]);
    assert_eq!((status, &value["uncovered"][0]), (1, &Value::from(unknown)));
    assert_eq!(value["custom"]["DataActions"][0], unknown);
}

#[test]
fn lint_exits_by_level_and_fixes_in_place() {
    let path = file("fixable.json", ROLE);
    let name = path.to_str().expect("UTF-8");
    assert_eq!(status_of_lint(name, "note"), 1);
    assert_eq!(status_of_lint(name, "error"), 0);
    let (value, status) = json(&["role", "lint", name]);
    assert_eq!(status, 1);
    let findings = value["findings"].as_array().expect("a list");
    let redundant = findings.iter().find(|found| found["code"] == "redundant-pattern");
    let redundant = redundant.expect("one entry is redundant");
    assert_eq!((&redundant["line"], &redundant["column"]), (&Value::from(6), &Value::from(5)));
    assert_eq!(redundant["path"], "$.Actions[1]");
    assert!(redundant["fix"].is_string());
    let output = run(&["role", "lint", name, "--fix", "--deny", "error"]);
    assert_eq!(output.status.code(), Some(0));
    let fixed = content(&path);
    let expected = ROLE
        .replace(",\n    \"microsoft.web/SITES/read\"", "")
        .replace("[\"Microsoft.Authorization/*/write\"]", "[]");
    assert_eq!(fixed, expected);
    run(&["role", "lint", name, "--fix"]);
    assert_eq!(content(&path), fixed);
}

#[test]
fn lint_speaks_sarif_and_junit() {
    let path = file("reported & odd.json", ROLE);
    let name = path.to_str().expect("UTF-8");
    let output = run(&["role", "lint", name, "--sarif", "-"]);
    let sarif: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert!(uri.as_str().is_some_and(|uri| uri.ends_with("reported%20%26%20odd.json")));
    }
    let output = run(&["role", "lint", name, "--junit", "-"]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("reported &amp; odd.json"));
    assert!(text.contains("<testcase classname=\"Site operator\" name=\"two-stars\"/>"));
    assert!(text.contains("<failure type=\"warning\""));
    assert_eq!(text.matches("<testsuite ").count(), text.matches("</testsuite>").count());
}

#[test]
fn lists_and_searches() {
    let (value, status) = json(&["role", "list"]);
    assert_eq!((status, value["roles"].as_array().map(Vec::len)), (0, Some(928)));
    let (value, _) = json(&["role", "list", "--privileged", "--conditional"]);
    let names: Vec<&str> = value["roles"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|role| role["name"].as_str())
        .collect();
    assert!(names.contains(&"Key Vault Data Access Administrator"), "{names:?}");
    let key = "Microsoft.Storage/storageAccounts/listKeys/action";
    let (value, _) = json(&["role", "search", key]);
    let found = value["roles"].as_array().expect("a list");
    assert!(found.iter().any(|role| role["name"] == "Storage Account Contributor"));
    assert!(!found.iter().any(|role| role["name"] == "Reader"));
    let (value, _) = json(&["role", "search", "blob", "reader"]);
    assert_eq!(value["roles"][0]["name"], "Storage Blob Data Reader");
    assert_eq!(self::status(&["role", "search", "no such word"]), 1);
}

#[test]
fn show_lattice_history_and_diff_answer() {
    let (value, status) = json(&["role", "show", "Owner"]);
    assert_eq!((status, &value["planes"][0]["everything"]), (0, &Value::from(true)));
    assert!(value["traits"].as_array().is_some_and(|list| list.contains(&"privileged".into())));
    let output = run(&["role", "lattice", "Owner", "Contributor", "Reader"]);
    let dot = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(dot.matches(" -> ").count(), 2, "{dot}");
    let (value, _) = json(&["role", "lattice", "Owner", "Contributor", "Reader"]);
    assert_eq!(value["edges"].as_array().map(Vec::len), Some(2));
    let (value, _) = json(&["role", "lattice", "--inside", "Reader"]);
    assert!(value["roles"].as_array().is_some_and(|list| !list.is_empty()));
    let (value, _) = json(&["role", "history", "Cognitive Services User"]);
    assert_eq!(value["steps"].as_array().map(Vec::len), Some(3));
    assert_eq!(value["steps"][2]["change"], "changed");
    let (value, status) = json(&["catalog", "diff", "2025-08-20", "2026-08-22"]);
    assert_eq!(status, 1);
    assert!(value["roles"].as_array().is_some_and(|list| list.len() > 100));
    assert_eq!(json(&["catalog", "diff", "2026-08-22", "2026-08-22"]).1, 0);
}

#[test]
fn what_cannot_be_read_is_told_and_ends_in_two() {
    for arguments in [
        &["role", "show", "No such role"][..],
        &["role", "compare", "Owner", "Ownr"],
        &["role", "lint", "no-such-file.json"],
        &["role", "history", "Ownr"],
        &["role", "suggest"],
        &["catalog", "diff", "1999-01-01", "2026-08-22"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{arguments:?}");
    }
    let path = file("broken.json", "{\"Name\": \"x\",\n \"Actions\": [}");
    let output = run(&["role", "lint", path.to_str().expect("UTF-8")]);
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(told.contains("broken.json:2:14"), "{told}");
}

#[test]
fn text_is_eighty_columns_wide_but_for_names() {
    for arguments in [
        &["role", "show", "Contributor"][..],
        &["role", "compare", "Contributor", "Owner"],
        &["role", "suggest", "Microsoft.Web/sites/read"],
        &["role", "history", "Contributor"],
        &["role", "lint", "Storage Account Contributor"],
    ] {
        let text = String::from_utf8(run(arguments).stdout).expect("UTF-8");
        for line in text.lines() {
            let one_word = !line.trim().contains(' ');
            assert!(line.chars().count() <= 80 || one_word, "{arguments:?}: {line}");
        }
    }
}
