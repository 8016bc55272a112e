//! Runs the program in bounded time and memory, and judges what it says.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

pub(crate) const SUBSCRIPTION: &str = "/subscriptions/11111111-1111-4111-8111-111111111111";
pub(crate) const ANN: &str = "a0000000-0000-4000-8000-000000000001";
pub(crate) const READ: &str = "Microsoft.Storage/storageAccounts/read";

/// What moves a cursor, hides, or reorders: ESC, BEL, NUL, C1, marks of direction; and a line end, behind
/// which a name could forge a line of the answer.
pub(crate) const EVIL: &str =
    "\\u001b[31mred\\u001b]0;t\\u0007\\u202eevil\\u0000\\u009b31m\\r\\nforged\\u2066";

pub(crate) fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile").join(name);
    let _absent = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("a folder for the test");
    path
}

pub(crate) fn assignment(number: u64, scope: &str, more: &str) -> String {
    format!(
        r#"{{"id": "{scope}/providers/Microsoft.Authorization/roleAssignments/e0000000-0000-4000-8000-{number:012}", "principalId": "{ANN}", "principalType": "User", "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7", "scope": "{scope}"{more}}}"#
    )
}

/// Runs the program in bounded time and memory (where the system can bound it).
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = if cfg!(unix) {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -v 4000000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_azrbac")]);
        command
    } else {
        Command::new(env!("CARGO_BIN_EXE_azrbac"))
    };
    let mut child = command
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(folder.join(".out")).expect("a file"))
        .stderr(std::fs::File::create(folder.join(".err")).expect("a file"))
        .spawn()
        .expect("the program runs");
    let mut waited = Duration::ZERO;
    let status = loop {
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            break status;
        }
        std::thread::sleep(Duration::from_millis(20));
        waited += Duration::from_millis(20);
        if waited > Duration::from_secs(300) {
            let _gone = child.kill();
            unreachable!("{arguments:?} does not end");
        }
    };
    let stdout = std::fs::read(folder.join(".out")).expect("what it said");
    let stderr = std::fs::read(folder.join(".err")).expect("what it said");
    Output { status, stdout, stderr }
}

/// What `can` says of a snapshot: its exit status is one of its own, nothing panicked, and no character
/// steers a terminal. Returns the status and all that was said.
pub(crate) fn ask(folder: &Path, files: &[&str]) -> (i32, String) {
    let mut said = String::new();
    let mut status = 0;
    for output in ["text", "json"] {
        let mut arguments: Vec<&str> = files.iter().flat_map(|file| ["-t", file]).collect();
        arguments.extend(["-o", output, "can", ANN, READ, SUBSCRIPTION]);
        let found = run(folder, &arguments);
        status = judge(&arguments, &found, &mut said);
    }
    (status, said)
}

pub(crate) fn judge(arguments: &[&str], found: &Output, said: &mut String) -> i32 {
    let code = found.status.code().unwrap_or_else(|| unreachable!("{arguments:?} was killed"));
    assert!((0..=3).contains(&code), "{arguments:?}: {code}");
    for bytes in [&found.stdout, &found.stderr] {
        assert!(bytes.len() < 400_000, "{arguments:?} says {} bytes", bytes.len());
    }
    judge_words(arguments, found, said);
    code
}

/// Of [`judge`], what does not hang on the status or on how much is said.
pub(crate) fn judge_words(arguments: &[&str], found: &Output, said: &mut String) {
    for (stream, bytes) in [("stdout", &found.stdout), ("stderr", &found.stderr)] {
        let text = std::str::from_utf8(bytes).expect("what is printed is UTF-8");
        assert!(!text.contains("panicked"), "{arguments:?}: {text}");
        steers_nothing(&format!("{arguments:?} on {stream}"), text);
        if !arguments.iter().any(|word| matches!(*word, "html" | "svg")) {
            let forged = text.lines().find(|line| line.trim_start().starts_with("forged"));
            assert_eq!(forged, None, "{arguments:?} on {stream}: {text}");
        }
        said.push_str(text);
    }
}

/// Holds that a text has no character that moves a cursor, hides or reorders.
pub(crate) fn steers_nothing(what: &str, text: &str) {
    let steers = text.char_indices().find(|(_, c)| azrbac::report::steers(*c) && *c != '\n');
    if let Some((at, _)) = steers {
        let near: String = text[..at].chars().rev().take(60).collect();
        let near: String = near.chars().rev().collect();
        unreachable!("{what}: {steers:?} after {near:?}");
    }
}
