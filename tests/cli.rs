//! What people see: exit status, stdout and stderr of the built binary together, held against
//! `tests/snapshots`. `AZRBAC_UPDATE=1 cargo test --test cli` writes the snapshots anew.

#![expect(clippy::disallowed_methods, reason = "a test reads its snapshots and its environment")]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const CHAT: &str =
    "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action";
const LIST_KEYS: &str = "Microsoft.CognitiveServices/accounts/listKeys/action";
const VM_START: &str = "Microsoft.Compute/virtualMachines/start/action";
const READ_VM: &str = "Microsoft.Compute/virtualMachines/read";
const GRANT: &str = "Microsoft.Authorization/roleAssignments/write";

const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const SUBSCRIPTION: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001";
const ASSIGNMENTS: &str = r#"[
  {
    "id": "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/providers/Microsoft.Authorization/roleAssignments/50000000-0000-4000-8000-000000000001",
    "principalId": "10000000-0000-4000-8000-000000000001",
    "principalName": "owner@contoso.example",
    "principalType": "User",
    "roleDefinitionId": "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "scope": "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  }
]
"#;
const SCENARIO: &str = r#"{
  "name": "two readers",
  "tenant": {
    "users": [
      {"id": "10000000-0000-4000-8000-000000000001", "userPrincipalName": "one@contoso.example", "displayName": "Ada"},
      {"id": "10000000-0000-4000-8000-000000000002", "userPrincipalName": "two@contoso.example", "displayName": "Ada"}
    ],
    "roleAssignments": [
      {"principalId": "10000000-0000-4000-8000-000000000001", "roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7", "scope": "/subscriptions/s"}
    ]
  },
  "checks": [
    {"name": "one reads", "principal": "one@contoso.example", "operation": "Microsoft.Compute/virtualMachines/read", "scope": "/subscriptions/s", "expect": "allowed"},
    {"name": "two reads", "principal": "two@contoso.example", "operation": "Microsoft.Compute/virtualMachines/read", "scope": "/subscriptions/s", "expect": "allowed"}
  ]
}
"#;

/// A folder of this test's own, with the inputs that the cases name.
fn inputs(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(test);
    let _absent = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("export")).expect("a folder for the inputs");
    let batch = [
        format!(
            r#"{{"principal": "owner@contoso.example", "operation": "{VM_START}", "scope": "rg-ai"}}"#
        ),
        format!(
            r#"{{"principal": "nobody@contoso.example", "operation": "{VM_START}", "scope": "rg-ai"}}"#
        ),
        "{\"principal\": ".to_string(),
        format!(
            r#"{{"principal": "reader@contoso.example", "operation": "{VM_START}", "scope": "rg-ai"}}"#
        ),
    ];
    for (name, text) in [
        ("export/assignments.json", ASSIGNMENTS),
        ("export/broken.json", &ASSIGNMENTS[..ASSIGNMENTS.len() - 120]),
        ("export/collect.log", "[2026-06-01] 1 subscription\n"),
        ("export/README.md", "# An export\n\ntenant: contoso\n"),
        ("scenario.json", SCENARIO),
        ("two.json", &format!("[{SCENARIO}, {SCENARIO}]")),
        ("later.json", &SCENARIO.replace(READER, CONTRIBUTOR)),
        ("misspelt.json", &SCENARIO.replace("\"expect\"", "\"expects\"")),
        ("batch.jsonl", &batch.join("\n")),
    ] {
        std::fs::write(folder.join(name), text).expect("an input is written");
    }
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_azrbac"));
    command.current_dir(folder).args(arguments);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    command
}

/// Exit status, stdout and stderr as a text that is the same on every machine.
fn shown(mut command: Command, arguments: &[&str], lines: usize) -> String {
    let output = command.output().expect("the binary runs");
    let text = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).expect("output is UTF-8").replace("\r\n", "\n");
        let text = text.replace("azrbac.exe", "azrbac").replace("export\\", "export/");
        let mut kept: String = text.split_inclusive('\n').take(lines).collect();
        if kept.len() < text.len() {
            kept.push_str("…\n");
        }
        // The system's own words for a file that is not there.
        kept.replace('\u{1b}', "\\e")
    };
    let words: Vec<String> = arguments
        .iter()
        .map(
            |word| {
                if word.contains([' ', '{']) { format!("'{word}'") } else { (*word).to_string() }
            },
        )
        .collect();
    format!(
        "$ azrbac {}\nexit {}\n--- stdout\n{}--- stderr\n{}",
        words.join(" "),
        output.status.code().unwrap_or(-1),
        text(output.stdout),
        text(output.stderr)
    )
}

fn hold(name: &str, found: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join("snapshots")
        .join(format!("{name}.txt"));
    if std::env::var_os("AZRBAC_UPDATE").is_some() {
        std::fs::write(&path, found).expect("the snapshot is written");
        return Ok(());
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if expected == found {
        return Ok(());
    }
    Err(format!("{name}\n--- expected\n{expected}\n--- found\n{found}"))
}

/// Runs each case and holds it against its snapshot.
fn hold_all(test: &str, cases: &[(&str, &[&str])]) {
    let folder = inputs(test);
    let differences: Vec<String> = cases
        .iter()
        .filter_map(|(name, arguments)| {
            let command = command(&folder, arguments);
            hold(name, &shown(command, arguments, 200)).err()
        })
        .collect();
    assert!(differences.is_empty(), "{}\nAZRBAC_UPDATE=1 writes them anew", differences.join("\n"));
}

#[test]
fn every_outcome_on_the_lab() {
    hold_all(
        "outcomes",
        &[
            ("allowed-through-groups", &["can", "scientist@contoso.example", CHAT, "openai-prod"]),
            (
                "not-allowed-with-near-misses",
                &["can", "owner@contoso.example", CHAT, "openai-prod"],
            ),
            (
                "denied",
                &[
                    "can",
                    "owner@contoso.example",
                    "Microsoft.Web/sites/write",
                    "mrg-shop",
                    "-o",
                    "json",
                ],
            ),
            (
                "locked",
                &[
                    "can",
                    "owner@contoso.example",
                    "Microsoft.Network/virtualNetworks/write",
                    "rg-net",
                    "-o",
                    "json",
                ],
            ),
            ("conditional", &["can", "delegate@contoso.example", GRANT, "rg-data", "-o", "json"]),
            (
                "brief",
                &["can", "analyst@contoso.example", LIST_KEYS, "rg-ai", "-o", "json", "--brief"],
            ),
            ("eligible", &["can", "oncall@contoso.example", VM_START, "rg-ai", "-q", "-o", "json"]),
        ],
    );
}

#[test]
fn expectations_decide_the_exit_status() {
    let folder = inputs("expectations");
    for (outcome, status) in
        [("allowed", 1), ("not-allowed", 0), ("refused", 0), ("conditional", 1), ("maybe", 2)]
    {
        let arguments =
            ["can", "reader@contoso.example", VM_START, "rg-ai", "-q", "--expect", outcome];
        let output = command(&folder, &arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{outcome}");
    }
}

#[test]
fn mistakes_are_told_with_a_way_out() {
    hold_all(
        "mistakes",
        &[
            ("typo-in-principal", &["can", "onwer@contoso.example", VM_START, "rg-ai", "-q"]),
            (
                "typo-in-operation",
                &[
                    "can",
                    "owner@contoso.example",
                    "Microsoft.Compute/virtualMachines/strat/action",
                    "rg-ai",
                    "-q",
                ],
            ),
            ("typo-in-scope", &["can", "owner@contoso.example", VM_START, "rg-aii", "-q"]),
            (
                "unknown-operation-with-plane",
                &[
                    "can",
                    "owner@contoso.example",
                    "Contoso.Provider/things/read",
                    "rg-ai",
                    "--plane",
                    "control",
                    "-o",
                    "json",
                ],
            ),
            (
                "unknown-operation-without-plane",
                &[
                    "can",
                    "owner@contoso.example",
                    "Contoso.Provider/things/read",
                    "rg-ai",
                    "-o",
                    "json",
                ],
            ),
            ("ambiguous-name", &["-t", "scenario.json", "can", "Ada", READ_VM, "/subscriptions/s"]),
            ("missing-path", &["-t", "nowhere", "can", "a", READ_VM, "/"]),
            ("two-scenarios", &["-t", "two.json", "can", "Ada", READ_VM, "/"]),
            ("format-not-written", &["who-can", READ_VM, "rg-ai", "-o", "html"]),
            (
                "graph-of-unknown-ending",
                &["can", "owner@contoso.example", READ_VM, "rg-ai", "--graph", "a.png"],
            ),
            ("unknown-subcommand", &["cann"]),
            ("unknown-code", &["explain", "not-acton"]),
            ("misspelt-field", &["test", "misspelt.json"]),
        ],
    );
}

#[test]
fn a_folder_with_a_broken_file_among_good_ones() {
    hold_all(
        "folder",
        &[
            (
                "broken-file-decides-nothing",
                &[
                    "-t",
                    "export",
                    "can",
                    "owner@contoso.example",
                    READ_VM,
                    SUBSCRIPTION,
                    "-o",
                    "json",
                ],
            ),
            (
                "broken-file-could-decide",
                &[
                    "-t",
                    "export",
                    "can",
                    "owner@contoso.example",
                    VM_START,
                    SUBSCRIPTION,
                    "-o",
                    "json",
                ],
            ),
        ],
    );
}

#[test]
fn batches_and_tests() {
    hold_all(
        "batches",
        &[
            ("batch-with-bad-lines", &["can", "--batch", "batch.jsonl", "--brief"]),
            ("test-fails", &["test", "scenario.json"]),
            ("test-fails-json", &["test", "scenario.json", "-o", "json"]),
        ],
    );
}

#[test]
fn differences_for_people_programs_and_pull_requests() {
    let assign =
        ["diff", "--assign", "Storage Blob Data Reader", "--to", "ai-platform", "--at", "stprod01"];
    let with = |more: &[&'static str]| [&assign[..], more].concat();
    hold_all(
        "differences",
        &[
            ("diff-text", &with(&["--fail-on", "gain"])),
            ("diff-json", &with(&["-o", "json", "--fail-on", "loss"])),
            ("diff-markdown", &with(&["-o", "md", "--fail-on", "new-power"])),
            ("diff-same", &["diff", "scenario.json", "scenario.json", "--fail-on", "any"]),
            (
                "diff-files",
                &[
                    "-q",
                    "diff",
                    "scenario.json",
                    "later.json",
                    "--fail-on",
                    "loss",
                    "--fail-on",
                    "new-power",
                ],
            ),
            (
                "diff-door",
                &["diff", "--set", "stlegacy01", "properties.allowSharedKeyAccess=false", "-q"],
            ),
            ("diff-nothing-asked", &["diff"]),
            (
                "diff-unknown-property",
                &["diff", "--set", "openai-prod", "properties.colour=red", "-q"],
            ),
            (
                "diff-assign-without-scope",
                &["diff", "--assign", "Reader", "--to", "ai-platform", "-q"],
            ),
            (
                "diff-unknown-role",
                &["diff", "--assign", "Raeder", "--to", "ai-platform", "--at", "rg-ai", "-q"],
            ),
        ],
    );
}

#[test]
fn what_only_prints() {
    hold_all(
        "prints",
        &[
            ("catalog-show", &["catalog", "show"]),
            ("explain", &["explain", "U3"]),
            ("help", &["--help"]),
            ("help-can", &["can", "--help"]),
        ],
    );
    let folder = inputs("collect");
    for (name, tool) in [("collect-az", "az"), ("collect-pwsh", "pwsh")] {
        let arguments = ["collect", "--print", tool];
        let found = shown(command(&folder, &arguments), &arguments, 6);
        assert_eq!(hold(name, &found), Ok(()));
    }
}

#[test]
fn colour_is_asked_for_or_a_terminals() {
    let folder = inputs("colour");
    let question = ["can", "reader@contoso.example", VM_START, "rg-ai", "-q"];
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = command(&folder, &[&question[..], arguments].concat());
        command.envs(variables.iter().copied());
        command.output().unwrap().stdout.contains(&0x1b)
    };
    assert!(!coloured(&[], &[]), "a pipe is no terminal");
    assert!(coloured(&["--color", "always"], &[]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("NO_COLOR", "1")]));
}

#[test]
fn a_closed_stdout_ends_quietly() {
    let folder = inputs("closed");
    let line = format!(
        r#"{{"principal": "owner@contoso.example", "operation": "{VM_START}", "scope": "rg-ai"}}"#
    );
    std::fs::write(folder.join("long.jsonl"), format!("{line}\n").repeat(20_000)).unwrap();
    for arguments in [
        &["can", "--batch", "long.jsonl", "-q"][..],
        &["collect", "--print", "az"],
        &["man"],
        &["completions", "bash"],
        &["explain"],
        &["--help"],
    ] {
        let mut child = command(&folder, arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Closed before or while it writes: either way nobody listens any more.
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(said, "", "{arguments:?}");
        assert_eq!(status.code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn a_dash_is_standard_input() {
    let folder = inputs("dash");
    let arguments = ["-t", "-", "can", "owner@contoso.example", READ_VM, SUBSCRIPTION, "-q"];
    let mut child =
        command(&folder, &arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(ASSIGNMENTS.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().contains("allowed"));
}
