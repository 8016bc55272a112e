//! Input from strangers: whatever it is, the program ends soon, within bounded memory, without a panic,
//! with an exit status of its own, and prints nothing that steers a terminal.
//!
//! `AZRBAC_HOSTILE=1 cargo test --release --test hostile` adds what takes a while: a million groups in
//! one cycle, and gigabytes on a pipe.

#![expect(clippy::disallowed_methods, reason = "a test writes files and runs the program")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const SUBSCRIPTION: &str = "/subscriptions/11111111-1111-4111-8111-111111111111";
const ANN: &str = "a0000000-0000-4000-8000-000000000001";
const READ: &str = "Microsoft.Storage/storageAccounts/read";

/// What moves a cursor, hides, or reorders: ESC, BEL, NUL, C1, marks of direction.
const EVIL: &str = "\\u001b[31mred\\u001b]0;t\\u0007\\u202eevil\\u0000\\u009b31m\\r\\nnext\\u2066";

fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile").join(name);
    let _absent = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("a folder for the test");
    path
}

fn assignment(number: u64, scope: &str, more: &str) -> String {
    format!(
        r#"{{"id": "{scope}/providers/Microsoft.Authorization/roleAssignments/e0000000-0000-4000-8000-{number:012}", "principalId": "{ANN}", "principalType": "User", "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7", "scope": "{scope}"{more}}}"#
    )
}

/// Runs the program in bounded time and memory (where the system can bound it).
fn run(folder: &Path, arguments: &[&str]) -> Output {
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
fn ask(folder: &Path, files: &[&str]) -> (i32, String) {
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

fn judge(arguments: &[&str], found: &Output, said: &mut String) -> i32 {
    let code = found.status.code().unwrap_or_else(|| unreachable!("{arguments:?} was killed"));
    assert!((0..=3).contains(&code), "{arguments:?}: {code}");
    for (stream, bytes) in [("stdout", &found.stdout), ("stderr", &found.stderr)] {
        let text = std::str::from_utf8(bytes).expect("what is printed is UTF-8");
        assert!(!text.contains("panicked"), "{arguments:?}: {text}");
        let steers = text.chars().find(|c| azrbac::report::steers(*c) && *c != '\n');
        assert_eq!(steers, None, "{arguments:?} on {stream}");
        assert!(text.len() < 200_000, "{arguments:?} says {} bytes on {stream}", text.len());
        said.push_str(text);
    }
    code
}

/// One file beside a good one: the good one still counts, and what is wrong is said.
fn beside_a_good_one(name: &str, text: &[u8], says: &str) {
    let folder = folder(name);
    std::fs::write(folder.join("bad.json"), text).expect("a file");
    let good = format!("[{}]", assignment(1, SUBSCRIPTION, ""));
    std::fs::write(folder.join("good.json"), good).expect("a file");
    let (_, said) = ask(&folder, &["bad.json"]);
    assert!(said.contains(says), "{name} does not say `{says}`: {said}");
    // What could not be read may have been a deny: the answer is yes or depends, by the good file.
    let (status, said) = ask(&folder, &["bad.json", "good.json"]);
    assert!(matches!(status, 0 | 3) && said.contains("[good.json:1]"), "{name}: {said}");
}

#[test]
fn nesting_and_odd_values_leave_the_rest_alone() {
    let deep = format!("[{}1{}]", r#"{"a":"#.repeat(1_000), "}".repeat(1_000));
    beside_a_good_one("thousand-levels", deep.as_bytes(), "128 levels");
    beside_a_good_one("hundred-thousand-brackets", "[".repeat(100_000).as_bytes(), "bad.json");
    let twice = assignment(2, SUBSCRIPTION, r#", "scope": "/subscriptions/other""#);
    beside_a_good_one("duplicate-keys", format!("[{twice}]").as_bytes(), "beside");
    let good = assignment(2, SUBSCRIPTION, "");
    let mut bytes = format!("[{good}]").into_bytes();
    bytes.splice(40..41, [0xff, 0xfe, 0xc0]);
    beside_a_good_one("invalid-utf-8", &bytes, "0xff");
    let numbers = r#"[{"id": 1, "principalId": 7, "principalType": [], "scope": {}, "roleDefinitionId": null}, {"id": 1e999}]"#;
    beside_a_good_one("numbers-for-strings", numbers.as_bytes(), "the number `7`");
    let lone = format!("[{}]", good.replace("\"User\"", "\"Us\\ud83der\""));
    beside_a_good_one("lone-surrogate", lone.as_bytes(), "half a character");
    let long = assignment(2, &format!("{SUBSCRIPTION}/resourceGroups/{}", "r".repeat(100_000)), "");
    beside_a_good_one(
        "scope-of-100-kb",
        format!("[{long}]").as_bytes(),
        "the limit is 16384 bytes",
    );
    let fields: String = (0..150_000).fold(String::new(), |mut all, n| {
        let _infallible = write!(all, "\"f{n}\": 1, ");
        all
    });
    let wide = format!("[{{{fields} \"id\": \"x\"}}]");
    beside_a_good_one("too-many-fields", wide.as_bytes(), "more than 100000 fields");
}

#[test]
fn conditions_of_ten_thousand_brackets() {
    let inner = "@Resource[a:b] StringEquals 'x'";
    for (name, condition, says) in [
        (
            "brackets",
            format!("{}{inner}{}", "(".repeat(10_000), ")".repeat(10_000)),
            "the limit is 8192",
        ),
        ("negations", format!("{}({inner})", "!".repeat(8_000)), "more than 128 brackets"),
        ("open-brackets", "(".repeat(8_000), "bad.json"),
    ] {
        let more = format!(r#", "condition": "{condition}", "conditionVersion": "2.0""#);
        let text = format!("[{}]", assignment(2, SUBSCRIPTION, &more));
        beside_a_good_one(name, text.as_bytes(), says);
    }
}

#[test]
fn aliases_that_unfold_without_end() {
    let folder = folder("yaml");
    let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (one, next) in ('a'..='i').zip('b'..='j') {
        let nine = vec![format!("*{one}"); 9].join(", ");
        let _infallible = writeln!(bomb, "{next}: &{next} [{nine}]");
    }
    bomb.push_str("tenant: {}\nchecks: []\n");
    std::fs::write(folder.join("bomb.yaml"), bomb).expect("a file");
    let deep = format!("tenant: {{users: {}{}}}\n", "[".repeat(20_000), "]".repeat(20_000));
    std::fs::write(folder.join("deep.yaml"), deep).expect("a file");
    let large = format!("tenant: {{}}\nname: {}\n", "x".repeat(5 * 1024 * 1024));
    std::fs::write(folder.join("large.yaml"), large).expect("a file");
    for (file, says) in [
        ("bomb.yaml", "alias expansion"),
        ("deep.yaml", "recursion limit"),
        ("large.yaml", "the limit is 4194304 bytes"),
    ] {
        let found = run(&folder, &["test", file]);
        let mut said = String::new();
        assert_eq!(judge(&["test", file], &found, &mut said), 2);
        assert!(said.contains(says), "{file}: {said}");
    }
}

#[test]
fn a_management_group_that_is_its_own_ancestor() {
    let group = |name: &str, parent: &str| {
        let id = "/providers/Microsoft.Management/managementGroups/";
        format!(
            r#"{{"id": "{id}{name}", "type": "{id}", "name": "{name}", "properties": {{"displayName": "{name}", "parent": {{"id": "{id}{parent}"}}}}}}"#
        )
    };
    let ring: Vec<String> =
        (0..2_000).map(|n| group(&format!("g{n}"), &format!("g{}", (n + 1) % 2_000))).collect();
    let text = format!("{{\"value\": [{}, {}]}}", group("self", "self"), ring.join(", "));
    beside_a_good_one("own-ancestor", text.as_bytes(), "bad.json");
}

#[test]
fn names_cannot_steer_a_terminal() {
    let folder = folder("names");
    let role = format!(
        r#"{{"id": "/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/d0000000-0000-4000-8000-000000000001", "roleName": "{EVIL}", "roleType": "CustomRole", "description": "{EVIL}", "assignableScopes": ["{SUBSCRIPTION}"], "permissions": [{{"actions": ["*", "x/{EVIL}/*"]}}]}}"#
    );
    let user = format!(
        r##"{{"@odata.type": "#microsoft.graph.user", "id": "{ANN}", "displayName": "{EVIL}", "userPrincipalName": "ann{EVIL}@x"}}"##
    );
    let deny = format!(
        r#"{{"id": "{SUBSCRIPTION}/providers/Microsoft.Authorization/denyAssignments/f0000000-0000-4000-8000-000000000001", "denyAssignmentName": "{EVIL}", "scope": "{SUBSCRIPTION}", "permissions": [{{"actions": ["y/{EVIL}/*"]}}], "principals": [{{"id": "{ANN}", "type": "User"}}]}}"#
    );
    let unknown = format!(r#"{{"id": "{EVIL}", "{EVIL}": "{EVIL}", "type": "{EVIL}"}}"#);
    let held = assignment(1, SUBSCRIPTION, "")
        .replace("acdd72a7-3385-48ef-bd42-f606fba81ae7", "d0000000-0000-4000-8000-000000000001");
    let text = format!("[{role}]\n[{held}]\n{{\"value\": [{user}]}}\n[{deny}]\n[{unknown}]");
    std::fs::write(folder.join("evil.json"), text).expect("a file");
    std::fs::write(folder.join("role.json"), format!("[{role}]")).expect("a file");
    let scenario = format!(
        "{{\"name\": \"{EVIL}\", \"rules\": [\"4.2\"], \"tenant\": {{}}, \"checks\": [{{\"name\": \"{EVIL}\", \"principal\": \"{ANN}\", \"operation\": \"{READ}\", \"scope\": \"/\", \"expect\": \"allowed\"}}]}}"
    );
    std::fs::write(folder.join("scenario.json"), scenario).expect("a file");
    let evil = "x\u{1b}[31m\u{202e}\u{9b}";
    let commands: &[&[&str]] = &[
        &["-t", "evil.json", "can", ANN, READ, SUBSCRIPTION],
        &["-t", "evil.json", "who-can", READ, SUBSCRIPTION],
        &["-t", "evil.json", "where-can", ANN, READ],
        &["-t", "evil.json", "what-can", ANN],
        &["-t", "evil.json", "role", "list"],
        &["-t", "evil.json", "audit", "local-auth"],
        &["role", "lint", "role.json"],
        &["role", "compare", "role.json", "Reader"],
        &["test", "scenario.json"],
        &["test", "--rules", "scenario.json"],
        &["test", "--index", "scenario.json"],
        &["can", evil, READ, "prod"],
        &["can", "owner@contoso.example", evil, "prod"],
        &["can", "owner@contoso.example", READ, evil],
        &["condition", "check", evil],
        &["condition", "explain", "@Resource[a\u{9b}:b] StringEquals '\u{202e}'"],
        &["request", "GET", evil],
        &["why", evil],
        &["explain", evil],
        &["role", "show", evil],
        &["-t", evil, "can", ANN, READ, "/"],
        &["--catalog", evil, "can", ANN, READ, "/"],
    ];
    for command in commands {
        for output in ["text", "json"] {
            let mut arguments = vec!["-o", output];
            arguments.extend(*command);
            let found = run(&folder, &arguments);
            judge(&arguments, &found, &mut String::new());
        }
    }
}

#[cfg(unix)]
#[test]
fn links_in_a_loop_and_files_that_cannot_be_read() {
    let folder = folder("links");
    let inner = folder.join("tenant");
    std::fs::create_dir_all(inner.join("deeper")).expect("a folder");
    let good = format!("[{}]", assignment(1, SUBSCRIPTION, ""));
    std::fs::write(inner.join("good.json"), good).expect("a file");
    std::os::unix::fs::symlink("..", inner.join("deeper/up")).expect("a link");
    std::os::unix::fs::symlink("nowhere.json", inner.join("broken.json")).expect("a link");
    let (status, said) = ask(&folder, &["tenant"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("passed over"), "{said}");
    // A file that can be opened and not read: what it could have held is a gap, and the good one counts.
    if Path::new("/proc/self/mem").exists() {
        std::os::unix::fs::symlink("/proc/self/mem", inner.join("memory.json")).expect("a link");
        let (status, said) = ask(&folder, &["tenant"]);
        assert!(said.contains("memory.json") && said.contains("failed"), "{said}");
        assert!(status == 3 && said.contains("good.json:1"), "{said}");
    }
}

/// A file says that it is longer than it turns out to be, or shrinks while it is read: what is there is
/// read, as any export that was cut off.
#[test]
fn a_file_without_its_end() {
    let good = assignment(1, SUBSCRIPTION, "");
    let text = format!("[{good},\n{}", &assignment(2, SUBSCRIPTION, "")[..100]);
    let folder = folder("cut-off");
    std::fs::write(folder.join("cut.json"), text).expect("a file");
    let (status, said) = ask(&folder, &["cut.json"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("cut.json:2"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn no_more_is_read_than_the_limit() {
    let folder = folder("endless");
    let file = std::fs::File::create(folder.join("sparse.json")).expect("a file");
    file.set_len(5 * 1024 * 1024 * 1024).expect("a sparse file");
    let (status, said) = ask(&folder, &["sparse.json"]);
    let _gone = std::fs::remove_file(folder.join("sparse.json"));
    assert_eq!(status, 2);
    assert!(said.contains("longer than 4294967296 bytes, the limit"), "{said}");
    // A device without end, in less memory than the limit: an error, not the end of the machine.
    let (status, said) = ask(&folder, &["/dev/zero"]);
    assert_eq!(status, 2);
    assert!(said.contains("/dev/zero") && said.contains("failed"), "{said}");
}

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
