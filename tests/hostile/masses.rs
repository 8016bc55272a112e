//! A million groups, gigabytes.

use crate::support::{ANN, READ, SUBSCRIPTION, assignment, folder, judge, judge_words, run};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

fn cycle(folder: &Path, count: u64) -> String {
    let group = |n: u64| format!("b0000000-0000-4000-8000-{:012}", n % count);
    let mut text = String::new();
    for n in 0..count {
        let _infallible = writeln!(
            text,
            r##"{{"@odata.type": "#microsoft.graph.group", "id": "{}", "displayName": "g{n}", "securityEnabled": true, "members": [{{"id": "{}"}}]}}"##,
            group(n),
            group(n + 1)
        );
    }
    std::fs::write(folder.join("groups.jsonl"), text).expect("a file");
    let held =
        assignment(1, SUBSCRIPTION, "").replace(ANN, &group(count / 2)).replace("User", "Group");
    std::fs::write(folder.join("held.json"), format!("[{held}]")).expect("a file");
    let asked = group(7);
    let arguments =
        ["-t", "groups.jsonl", "-t", "held.json", "can", &asked, READ, SUBSCRIPTION, "-q"];
    let found = run(folder, &arguments);
    let mut said = String::new();
    assert_eq!(judge(&arguments, &found, &mut said), 0, "{said}");
    said
}

#[test]
fn groups_in_one_cycle() {
    let folder = folder("cycle");
    assert!(cycle(&folder, 20_000).contains("more …"));
    if std::env::var_os("AZRBAC_HOSTILE").is_some() {
        assert!(cycle(&folder, 1_000_000).contains("more …"));
    }
}

/// The same access fifty thousand times, on as many lines and on one: the answer tells each with its place,
/// in time that grows with the input and not with its square.
#[test]
fn an_answer_that_rests_on_fifty_thousand_entries() {
    let folder = folder("many-grants");
    let entries: Vec<String> = (1..50_001).map(|n| assignment(n, SUBSCRIPTION, "")).collect();
    for (file, between) in [("lines.json", ",\n"), ("one-line.json", ", ")] {
        std::fs::write(folder.join(file), format!("[{}]", entries.join(between))).expect("a file");
        let found = run(&folder, &["-t", file, "can", ANN, READ, SUBSCRIPTION]);
        assert_eq!(found.status.code(), Some(0));
        let text = String::from_utf8(found.stdout).expect("UTF-8");
        let places = text.matches(file).count();
        assert!(places >= 50_000, "{file}: {places} places in {} bytes", text.len());
    }
    // One id, fifty thousand contents: none is dropped, and they are compared by content.
    let one_id: Vec<String> = (0..50_000)
        .map(|n| {
            let role = format!("d0000000-0000-4000-8000-{n:012}");
            assignment(1, SUBSCRIPTION, "").replace("acdd72a7-3385-48ef-bd42-f606fba81ae7", &role)
        })
        .collect();
    std::fs::write(folder.join("one-id.json"), format!("[{}]", one_id.join(","))).expect("a file");
    let arguments = ["-t", "one-id.json", "can", ANN, READ, SUBSCRIPTION, "--brief"];
    let mut said = String::new();
    let found = run(&folder, &arguments);
    judge_words(&arguments, &found, &mut said);
    assert_eq!(found.status.code(), Some(3));
    assert!(said.contains("has two contents, and both count"), "{said}");
}

/// Gigabytes on a pipe: read up to the limit of memory or of a source, then an error with its name.
#[test]
fn gigabytes_on_a_pipe() {
    if std::env::var_os("AZRBAC_HOSTILE").is_none() {
        return;
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_azrbac"))
        .args(["-t", "-", "can", ANN, READ, SUBSCRIPTION, "-q"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut pipe = child.stdin.take().expect("a pipe");
    let piece = b"{\"a\": 1},\n".repeat(100_000);
    let _closed = pipe.write_all(b"[");
    while pipe.write_all(&piece).is_ok() {}
    drop(pipe);
    let found = child.wait_with_output().expect("it ends");
    let mut said = String::new();
    assert_eq!(judge(&["-t", "-"], &found, &mut said), 2);
    assert!(said.contains("longer than") || said.contains("out of memory"), "{said}");
}
