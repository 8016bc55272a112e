//! A large list of role assignments is read in pieces; what is said of it is what would be said of it whole.

#![expect(clippy::disallowed_methods, reason = "a test writes its inputs")]

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Output};

const SUBSCRIPTION: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const PEOPLE: usize = 700;

fn person(number: usize) -> String {
    format!("10000000-0000-4000-8000-{number:012}")
}

/// A list as az prints it, some 700 KB, in which `entry` changes what it likes.
fn list(entry: impl Fn(usize, String) -> String) -> String {
    let mut text = String::from("[");
    for number in 0..PEOPLE {
        let one = format!(
            r#"  {{
    "condition": null,
    "conditionVersion": null,
    "createdBy": "{0}",
    "createdOn": "2026-01-01T00:00:00.000000+00:00",
    "delegatedManagedIdentityResourceId": null,
    "description": null,
    "id": "{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/52000000-0000-4000-8000-{number:012}",
    "name": "52000000-0000-4000-8000-{number:012}",
    "principalId": "{0}",
    "principalName": "é{number}@contoso.example",
    "principalType": "User",
    "roleDefinitionId": "{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{OWNER}",
    "roleDefinitionName": "Owner",
    "scope": "{SUBSCRIPTION}",
    "type": "Microsoft.Authorization/roleAssignments",
    "updatedBy": "{0}",
    "updatedOn": "2026-01-01T00:00:00.000000+00:00"
  }}"#,
            person(number)
        );
        let begin = if number == 0 { "\n" } else { ",\n" };
        let _infallible = write!(text, "{begin}{}", entry(number, one));
    }
    text + "\n]\n"
}

fn plain(_number: usize, one: String) -> String {
    one
}

fn can(file: &Path, who: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_azrbac"))
        .args(["can", who, "Microsoft.Compute/virtualMachines/read", SUBSCRIPTION, "-t"])
        .arg(file)
        .output()
        .expect("the program runs")
}

/// Writes a file, asks, and gives what was said with the name of the file taken out.
fn said(name: &str, bytes: &[u8], who: &str) -> (Option<i32>, String, String) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("large");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join(name);
    std::fs::write(&file, bytes).expect("a file");
    let output = can(&file, who);
    let text =
        |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&file.display().to_string(), "FILE");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_grant_is_told_with_its_line() {
    let text = list(plain);
    assert!(text.len() > 600_000, "large enough to be read in pieces");
    for number in [0, 350, PEOPLE - 1] {
        let (code, out, _) = said("lines.json", text.as_bytes(), &person(number));
        let at = text.find(&format!("\"principalId\": \"{}\"", person(number))).expect("there");
        let begins = text[..at].rfind('{').expect("an entry");
        let line = text[..begins].matches('\n').count() + 1;
        assert_eq!(code, Some(0));
        assert!(out.contains(&format!("[FILE:{line}]")), "line {line}: {out}");
    }
}

/// A list in which something is odd, and the same behind a byte-order mark, with which all of it is held.
#[test]
fn whatever_is_odd_in_it_is_told_as_of_a_file_that_is_held() {
    type Entry = fn(usize, String) -> String;
    let odd: [(&str, Entry); 5] = [
        ("nothing", plain),
        ("a condition", |number, one| match number {
            300 => one.replace("\"condition\": null", "\"condition\": \"@Resource[a:b] Bad 'c'\""),
            _ => one,
        }),
        ("no principal", |number, one| match number {
            1 | 400 | 699 => one.replace("principalId", "principal"),
            _ => one,
        }),
        ("another shape", |number, one| match number {
            500 => "{\"what\": [\"is\", \"this\"]}".to_string(),
            _ => one,
        }),
        ("the end is missing", |number, one| match number {
            650 => one.replace("\"scope\"", "\u{1}"),
            _ => one,
        }),
    ];
    for (what, entry) in odd {
        let text = list(entry);
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for number in [0, 1, 699] {
            let pieces = said("held.json", text.as_bytes(), &person(number));
            assert_eq!(pieces, said("held.json", &marked, &person(number)), "{what}");
        }
    }
}

#[test]
fn one_bad_byte_does_not_lose_what_stands_before_it() {
    let text = list(plain);
    let mut bytes = text.into_bytes();
    let last = bytes.iter().rposition(|byte| *byte == b'@').expect("a name");
    bytes[last] = 0xff;
    let (code, out, err) = said("bad.json", &bytes, &person(3));
    assert!(err.contains("byte 0xff on line"), "{err}");
    assert!(err.contains("699 role assignments"), "{err}");
    // What follows may have been a deny, so it is no firm yes.
    assert_eq!((code, out.contains("✓ Owner at subscription")), (Some(3), true), "{out}");
    let (code, out, _) = said("bad.json", &bytes, &person(PEOPLE));
    assert_eq!((code, out.contains("conditional")), (Some(3), true), "{out}");
}
