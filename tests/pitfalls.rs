//! Every file of `tests/corpus/pitfalls`: what the user sees when it is loaded, and what an answer
//! makes of it where the corpus' README names one, held against the snapshot beside it.
//!
//! `AZRBAC_UPDATE=1 cargo test --test pitfalls` writes the snapshots anew.

#![expect(clippy::disallowed_methods, reason = "a test reads its corpus and its environment")]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const PRODUCTION: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001";

/// What the README says of a file, as questions: file, principal, operation, scope below Production
/// (or a whole scope), moment.
const QUESTIONS: &[(&str, &str, &str, &str, &str)] = &[
    ("activated-twice", ONCALL, VM_START, "", "2026-06-01T15:59:59Z"),
    ("activated-twice", ONCALL, VM_START, "", "2026-06-01T16:00:00Z"),
    (
        "capitals-in-scopes-and-ids.json",
        "analyst@contoso.example",
        KEYS,
        "/resourceGroups/rg-ai",
        "",
    ),
    (
        "custom-role-with-built-in-guid.json",
        READER,
        "Microsoft.Storage/storageAccounts/read",
        "",
        "",
    ),
    ("custom-role-with-built-in-guid.json", READER, STORAGE_KEYS, "", ""),
    ("custom-role-with-built-in-guid.json", DELEGATE, STORAGE_KEYS, "", ""),
    ("error-reply.json", READER, VM_START, "", ""),
    ("good-beside-broken.json", READER, VM_START, "/resourceGroups/rg-ai", ""),
    ("good-beside-broken.json", READER, VM_START, "/resourceGroups/rg-data", ""),
    ("good-beside-broken.json", "owner@contoso.example", VM_START, "/resourceGroups/rg-ai", ""),
    ("graph-users.json", "guest@fabrikam.example", VM_START, "", ""),
    ("impossible-values.json", SCIENTIST, VM_START, "/resourceGroups/rg-ai", ""),
    ("impossible-values.json", SCIENTIST, VM_START, "/resourceGroups/rg-data", ""),
    ("line-and-block-comments.json", READER, VM_START, "", ""),
    ("managed-hsm-role-assignments.json", ANALYST, VM_START, "/", ""),
    ("number-for-string.json", READER, VM_START, "/resourceGroups/rg-ai", ""),
    ("placeholder-scope-in-assignment.json", READER, VM_START, "", ""),
    ("principal-not-in-export.json", SCIENTIST, VM_START, "/resourceGroups/rg-ai", ""),
    ("principal-not-in-export.json", SCIENTIST, VM_START, "/resourceGroups/rg-data", ""),
    (
        "role-id-prefixes-and-capitals.json",
        READER,
        "Microsoft.Storage/storageAccounts/read",
        "/resourceGroups/rg-ai",
        "",
    ),
    ("group-in-a-group-not-listed", READER, "Microsoft.Storage/storageAccounts/read", "", ""),
    ("role-in-two-exports", READER, "Microsoft.Storage/storageAccounts/read", "", ""),
    ("role-in-two-exports", READER, STORAGE_KEYS, "", ""),
    ("role-in-two-exports", READER, VM_START, "", ""),
    ("role-not-in-export.json", CONTRIBUTOR, VM_START, "/resourceGroups/rg-ai", ""),
    ("role-not-in-export.json", READER, VM_START, "/resourceGroups/rg-ai", ""),
    ("same-entry-twice.json", "owner@contoso.example", VM_START, "", ""),
    ("same-id-different-content.json", CONTRIBUTOR, VM_START, "/resourceGroups/rg-ai", ""),
    ("truncated.json", "owner@contoso.example", VM_START, "", ""),
    ("truncated.json", READER, VM_START, "", ""),
    ("two-roles-of-one-name", READER, "Microsoft.Storage/storageAccounts/read", "", ""),
    ("two-roles-of-one-name", READER, STORAGE_KEYS, "", ""),
    ("value-envelope-next-link.json", READER, VM_START, "", ""),
];

const ONCALL: &str = "10000000-0000-4000-8000-000000000006";
const ANALYST: &str = "10000000-0000-4000-8000-000000000004";
const CONTRIBUTOR: &str = "10000000-0000-4000-8000-000000000002";
const DELEGATE: &str = "10000000-0000-4000-8000-000000000007";
const READER: &str = "10000000-0000-4000-8000-000000000005";
const SCIENTIST: &str = "10000000-0000-4000-8000-000000000003";
const VM_START: &str = "Microsoft.Compute/virtualMachines/start/action";
const KEYS: &str = "Microsoft.CognitiveServices/accounts/listKeys/action";
const STORAGE_KEYS: &str = "Microsoft.Storage/storageAccounts/listKeys/action";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("corpus").join("pitfalls")
}

/// What loading a file says, and the exit status and JSON of a question.
fn ask(file: &str, question: [&str; 3], at: &str) -> (String, i32, serde_json::Value) {
    let at = if at.is_empty() { "2026-06-01T12:00:00Z" } else { at };
    let output = Command::new(env!("CARGO_BIN_EXE_azrbac"))
        .current_dir(folder())
        .args(["-t", file, "-o", "json", "--at", at, "can"])
        .args(question)
        .output()
        .expect("the binary runs");
    let said = String::from_utf8(output.stderr).expect("stderr is UTF-8").replace('\\', "/");
    let json = serde_json::from_slice(&output.stdout).unwrap_or(serde_json::Value::Null);
    (said, output.status.code().unwrap_or(-1), json)
}

fn codes(answer: &serde_json::Value, list: &str) -> Vec<String> {
    answer[list]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|entry| entry["code"].as_str().map(str::to_string))
        .collect()
}

fn render(file: &str) -> String {
    let any = [ANALYST, VM_START, "/subscriptions/f0000000-0000-4000-8000-000000000000"];
    let (said, status, answer) = ask(file, any, "");
    let mut text = String::new();
    // What is absent altogether is the same few sentences everywhere: only the codes.
    let mut skip = false;
    for line in said.lines() {
        skip = if line.starts_with("azrbac: no ") && !line.contains("properties") {
            true
        } else {
            skip && line.starts_with("        ")
        };
        if !skip {
            let _infallible = writeln!(text, "{line}");
        }
    }
    let _infallible = if status == 2 {
        writeln!(text, "exit 2")
    } else {
        writeln!(text, "notices: {}", codes(&answer, "notices").join(" "))
    };
    for (_, principal, operation, scope, at) in QUESTIONS.iter().filter(|row| row.0 == file) {
        let scope = if *scope == "/" { "/".to_string() } else { format!("{PRODUCTION}{scope}") };
        let (_, status, answer) = ask(file, [principal, operation, &scope], at);
        let _infallible = writeln!(
            text,
            "\ncan {principal} {operation} {scope}{}{at}\n  exit {status}, {}, {} grants, gaps: {}",
            if at.is_empty() { "" } else { " at " },
            answer["outcome"].as_str().unwrap_or("no answer"),
            answer["grants"].as_array().map_or(0, Vec::len),
            codes(&answer, "gaps").join(" ")
        );
    }
    text
}

fn hold_against(path: &Path, found: &str) -> Result<(), String> {
    if std::env::var_os("AZRBAC_UPDATE").is_some() {
        std::fs::write(path, found).expect("the snapshot is written");
        return Ok(());
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    if expected == found {
        return Ok(());
    }
    Err(format!("{}\n--- expected\n{expected}--- found\n{found}", path.display()))
}

#[test]
fn every_pitfall_shows_what_its_snapshot_says() {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            !name.starts_with('.') && name != "README.md" && !name.ends_with(".expected.txt")
        })
        .collect();
    names.sort();
    assert!(names.len() >= 79, "{} files", names.len());
    for row in QUESTIONS {
        assert!(names.iter().any(|name| name == row.0), "{} is no file of the corpus", row.0);
    }
    let differences: Vec<String> = names
        .iter()
        .filter_map(|name| {
            let path = folder().join(format!("{name}.expected.txt"));
            hold_against(&path, &render(name)).err()
        })
        .collect();
    assert!(
        differences.is_empty(),
        "{}\n{} of {} differ; AZRBAC_UPDATE=1 writes them anew",
        differences.join("\n"),
        differences.len(),
        names.len()
    );
}

#[test]
fn the_readme_has_a_row_for_every_file() {
    let readme = std::fs::read_to_string(folder().join("README.md")).unwrap();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.starts_with('.') && name != "README.md" && !name.ends_with(".expected.txt") {
            assert!(
                readme.contains(&format!("`{name}`")) || readme.contains(&format!("`{name}/`")),
                "{name}"
            );
        }
    }
}

#[test]
fn every_code_is_explained() {
    fn read(facts: &mut azrbac::model::Facts, path: &Path) {
        if path.is_dir() {
            for entry in std::fs::read_dir(path).expect("the corpus is there") {
                read(facts, &entry.expect("an entry").path());
            }
        } else {
            azrbac::ingest::read(facts, "x.json", &std::fs::read(path).expect("a file"));
        }
    }
    let mut facts = azrbac::model::Facts::default();
    read(&mut facts, &folder());
    azrbac::ingest::settle(&mut facts, &|_| None);
    let told = facts.notes.iter().map(|note| note.code);
    let told: Vec<&str> = told.chain(facts.gaps.iter().map(|gap| gap.code)).collect();
    assert!(told.len() > 30, "{told:?}");
    for code in told {
        assert!(azrbac::report::explain(code).is_some(), "{code}");
    }
}

/// What is not understood makes conditional what it could have changed, and nothing else.
#[test]
fn a_gap_touches_only_what_it_could_have_changed() {
    use azrbac::condition::Attributes;
    use azrbac::decide::{Outcome, Request, can};
    use azrbac::ident::{Operation, Plane, Scope};
    const GOOD: &str = r#"[{"principalId": "10000000-0000-4000-8000-000000000001", "principalType": "User",
        "roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7", "scope": "/subscriptions/s"}]"#;
    // What stands beside it, and the outcomes of a read (granted) and of a write (not granted).
    let (yes, no, open) = (Outcome::Allowed, Outcome::NotAllowed, Outcome::Conditional);
    let cases = [
        (r#"{"type": "Microsoft.Storage/storageAccounts", "id": "/subscriptions/s/x"}"#, yes, no),
        (
            r#"{"type": "Microsoft.Authorization/roleEligibilityScheduleInstances", "scope": "/subscriptions/s"}"#,
            yes,
            no,
        ),
        (
            r#"{"type": "Microsoft.Authorization/locks", "level": "Sometimes", "scope": "/subscriptions/s"}"#,
            yes,
            no,
        ),
        (
            r#"{"type": "Microsoft.Authorization/roleAssignments", "scope": "/subscriptions/other"}"#,
            yes,
            no,
        ),
        (
            r#"{"type": "Microsoft.Authorization/roleAssignments", "scope": "/subscriptions/s"}"#,
            yes,
            open,
        ),
        (
            r#"{"type": "Microsoft.Authorization/roleAssignments", "scope": "/subscriptions/s", "principalId": "10000000-0000-4000-8000-000000000002"}"#,
            yes,
            no,
        ),
        (
            r#"{"type": "Microsoft.Authorization/denyAssignments", "scope": "/subscriptions/s"}"#,
            open,
            no,
        ),
        (
            r#"{"type": "Microsoft.Authorization/denyAssignments", "scope": "/subscriptions/other"}"#,
            yes,
            no,
        ),
        (r#"{"roleName": "Broken", "roleType": "CustomRole", "permissions": 7}"#, yes, no),
        (
            r#"{"id": "20000000-0000-4000-8000-000000000001", "securityEnabled": true, "members": 7}"#,
            yes,
            no,
        ),
        (
            r#"{"type": "Microsoft.Authorization/roleAssignments", "id": "/subscriptions/other/providers/"#,
            yes,
            open,
        ),
        (
            r#"{"type": "Microsoft.Storage/storageAccounts", "id": "/subscriptions/s/resourceGroups/rg", "tags": {"a"#,
            yes,
            no,
        ),
        ("# Notes\n", yes, no),
        ("{\"half", open, open),
    ];
    let principal = "10000000-0000-4000-8000-000000000001".parse().unwrap();
    let scope = Scope::new("/subscriptions/s").unwrap();
    let attributes = Attributes::default();
    for (text, read, write) in cases {
        let mut facts = azrbac::model::Facts::default();
        azrbac::ingest::read(&mut facts, "good.json", GOOD.as_bytes());
        azrbac::ingest::read(&mut facts, "bad.json", text.as_bytes());
        assert!(facts.errors.len() == 1 || text.starts_with('#'), "{text}: {:?}", facts.errors);
        let tenant = azrbac::tenant::Tenant::build(facts, &azrbac::catalog::Catalog::newest());
        for (operation, expected) in [(READ_VM, read), (VM_START, write)] {
            let operation = Operation::new(operation).unwrap();
            let request = Request::new(principal, &operation, Plane::Control, &scope, &attributes);
            let decision = can(&tenant, &request);
            assert_eq!(decision.outcome, expected, "{text} {operation:?} {:?}", decision.gaps);
        }
    }
}

const READ_VM: &str = "Microsoft.Compute/virtualMachines/read";

/// Values that once stopped the program.
#[test]
fn nothing_stops_the_program() {
    for text in [
        // A comment that begins like its own end.
        "[{\"a\": 1, /*/*/*/*/ \"b\": 2}]",
        // The scope above everything, below a management group.
        r#"{"type": "Microsoft.Management/managementGroups", "id": "/providers/Microsoft.Management/managementGroups/g",
            "properties": {"children": [{"type": "/subscriptions", "id": "//"}]}}"#,
        r#"[{"type": "Microsoft.Management/managementGroups", "id": "/", "parent": "g"}]"#,
    ] {
        let mut facts = azrbac::model::Facts::default();
        azrbac::ingest::read(&mut facts, "x.json", text.as_bytes());
        azrbac::ingest::settle(&mut facts, &|_| None);
        let _tenant = azrbac::tenant::Tenant::build(facts, &azrbac::catalog::Catalog::newest());
    }
}

/// Graph stops at 20 members without saying so: somebody who is not among them may be in the group all
/// the same, and a no would be false.
#[test]
fn a_list_that_graph_may_have_cut_is_not_whole() {
    use azrbac::catalog::Catalog;
    use azrbac::decide::{Outcome, Request, can};
    use azrbac::model::Facts;
    use azrbac::tenant::Tenant;
    let members: Vec<String> = (1..=20)
        .map(|n| {
            format!(
                r##"{{"@odata.type": "#microsoft.graph.user", "id": "00000000-0000-4000-8000-{n:012}"}}"##
            )
        })
        .collect();
    let asked = |count: usize| {
        let mut facts = Facts::default();
        let group = format!(
            r#"{{"id": "20000000-0000-4000-8000-000000000001", "securityEnabled": true, "members": [{}]}}"#,
            members[..count].join(",")
        );
        azrbac::ingest::read(&mut facts, "groups.json", group.as_bytes());
        azrbac::ingest::read(
            &mut facts,
            "assignments.json",
            br#"[{"principalId": "20000000-0000-4000-8000-000000000001", "principalType": "Group",
                "roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7", "scope": "/subscriptions/s"}]"#,
        );
        let tenant = Tenant::build(facts, &Catalog::newest());
        let operation = azrbac::ident::Operation::new("Microsoft.Compute/virtualMachines/read")
            .expect("an operation");
        let scope = azrbac::ident::Scope::new("/subscriptions/s").expect("a scope");
        let attributes = azrbac::condition::Attributes::default();
        let somebody = "10000000-0000-4000-8000-000000000099".parse().expect("a GUID");
        let plane = azrbac::ident::Plane::Control;
        can(&tenant, &Request::new(somebody, &operation, plane, &scope, &attributes)).outcome
    };
    assert_eq!(asked(19), Outcome::NotAllowed);
    assert_eq!(asked(20), Outcome::Conditional);
}
