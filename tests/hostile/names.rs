//! Names that steer a terminal, in every command and every format.

use crate::support::{
    ANN, EVIL, READ, SUBSCRIPTION, assignment, folder, judge, run, steers_nothing,
};
use std::path::{Path, PathBuf};

/// What a shell hands over, or a folder holds, with an escape, a mark of direction and a C1 control.
const TYPED: &str = "x\u{1b}[31m\u{202e}\u{9b}";

const DELETE: &str = "Microsoft.Storage/storageAccounts/delete";

/// A folder with files in which every name that people choose is [`EVIL`].
fn evil(name: &str) -> PathBuf {
    let folder = folder(name);
    let role = format!(
        r#"{{"id": "/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/d0000000-0000-4000-8000-000000000001", "roleName": "{EVIL}", "roleType": "CustomRole", "description": "{EVIL}", "assignableScopes": ["{SUBSCRIPTION}"], "permissions": [{{"actions": ["*", "x/{EVIL}/*"]}}]}}"#
    );
    let user = format!(
        r##"{{"@odata.type": "#microsoft.graph.user", "id": "{ANN}", "displayName": "{EVIL}", "userPrincipalName": "ann{EVIL}@x"}}"##
    );
    let deny = format!(
        r#"{{"id": "{SUBSCRIPTION}/providers/Microsoft.Authorization/denyAssignments/f0000000-0000-4000-8000-000000000001", "denyAssignmentName": "{EVIL}", "scope": "{SUBSCRIPTION}", "permissions": [{{"actions": ["y/{EVIL}/*"]}}], "principals": [{{"id": "{ANN}", "type": "User"}}]}}"#
    );
    // The same with patterns that are understood, so that the names are told.
    let named = role.replace(&format!(", \"x/{EVIL}/*\""), "");
    let denied = deny.replace(&format!("y/{EVIL}/*"), "Microsoft.Storage/*/delete");
    assert!(named != role && denied != deny);
    let group = format!(
        r##"{{"@odata.type": "#microsoft.graph.group", "id": "b0000000-0000-4000-8000-000000000001", "displayName": "{EVIL}", "members": [{{"id": "{ANN}"}}]}}"##
    );
    let lock = format!(
        r#"{{"id": "{SUBSCRIPTION}/providers/Microsoft.Authorization/locks/l", "type": "Microsoft.Authorization/locks", "name": "{EVIL}", "level": "CanNotDelete", "notes": "{EVIL}"}}"#
    );
    let subscription = format!(
        r#"{{"id": "{SUBSCRIPTION}", "type": "Microsoft.Resources/subscriptions", "displayName": "{EVIL}"}}"#
    );
    let unknown = format!(r#"{{"id": "{EVIL}", "{EVIL}": "{EVIL}", "type": "{EVIL}"}}"#);
    let held = assignment(1, SUBSCRIPTION, "")
        .replace("acdd72a7-3385-48ef-bd42-f606fba81ae7", "d0000000-0000-4000-8000-000000000001");
    let through = assignment(2, SUBSCRIPTION, "")
        .replace(ANN, "b0000000-0000-4000-8000-000000000001")
        .replace("User", "Group");
    let text = [&role, &held, &user, &deny, &unknown].map(|one| format!("[{one}]")).join("\n");
    std::fs::write(folder.join("refused.json"), text).expect("a file");
    let text = [&named, &held, &through, &user, &group, &denied, &lock, &subscription]
        .map(|one| format!("[{one}]"))
        .join("\n");
    std::fs::write(folder.join("evil.json"), text).expect("a file");
    std::fs::write(folder.join("role.json"), format!("[{role}]")).expect("a file");
    let scenario = format!(
        "{{\"name\": \"{EVIL}\", \"rules\": [\"4.2\"], \"tenant\": {{}}, \"checks\": [{{\"name\": \"{EVIL}\", \"principal\": \"{ANN}\", \"operation\": \"{READ}\", \"scope\": \"/\", \"expect\": \"allowed\"}}]}}"
    );
    std::fs::write(folder.join("scenario.json"), scenario).expect("a file");
    let read = format!("[{}]", assignment(2, SUBSCRIPTION, ""));
    std::fs::write(folder.join("good.json"), read).expect("a file");
    let line = format!(
        "{{\"principal\": \"{EVIL}\", \"operation\": \"{EVIL}\", \"scope\": \"{EVIL}\"}}\n{EVIL}\n{{\"id\": \"{EVIL}\", \"principal\": \"{ANN}\", \"operation\": \"{READ}\", \"scope\": \"{SUBSCRIPTION}\"}}\n"
    );
    std::fs::write(folder.join("batch.jsonl"), line).expect("a file");
    let accepted = format!(r#"[{{"code": "{EVIL}", "about": "{EVIL}", "reason": "{EVIL}"}}]"#);
    std::fs::write(folder.join("accepted.json"), accepted).expect("a file");
    let lesson = format!("name: \"{EVIL}\"\ntitle: \"{EVIL}\"\n");
    std::fs::write(folder.join("lesson.yaml"), lesson).expect("a file");
    folder
}

const PLAIN: &[&str] = &["text", "json"];
const PAGES: &[&str] = &["text", "json", "html", "md"];
const PICTURES: &[&str] = &["text", "json", "html", "md", "svg", "dot", "mermaid"];

#[test]
fn names_cannot_steer_a_terminal() {
    let folder = evil("names");
    let commands: &[(&[&str], &[&str])] = &[
        (PAGES, &["-t", "evil.json", "can", ANN, READ, SUBSCRIPTION]),
        (PAGES, &["-t", "refused.json", "can", ANN, READ, SUBSCRIPTION]),
        (PLAIN, &["-t", "refused.json", "audit"]),
        (PAGES, &["-t", "evil.json", "can", ANN, DELETE, SUBSCRIPTION]),
        (PLAIN, &["-t", "evil.json", "can", ANN, READ, SUBSCRIPTION, "--brief"]),
        (PLAIN, &["-t", "evil.json", "who-can", DELETE, SUBSCRIPTION, "--denied"]),
        (PLAIN, &["-t", "evil.json", "who-can", READ, SUBSCRIPTION, "--groups"]),
        (PLAIN, &["-t", "evil.json", "can", "--batch", "batch.jsonl"]),
        (PLAIN, &["-t", "evil.json", "who-can", READ, SUBSCRIPTION]),
        (PLAIN, &["-t", "evil.json", "who-can", READ, SUBSCRIPTION, "--via", "any"]),
        (PLAIN, &["-t", "evil.json", "where-can", ANN, READ]),
        (PLAIN, &["-t", "evil.json", "what-can", ANN]),
        (PLAIN, &["-t", "evil.json", "what-can", ANN, SUBSCRIPTION, "--expand", "--provider", "x"]),
        (PLAIN, &["-t", "evil.json", "role", "list"]),
        (PLAIN, &["-t", "evil.json", "role", "list", "--custom"]),
        (PLAIN, &["-t", "evil.json", "role", "search", "x"]),
        (PLAIN, &["-t", "evil.json", "delegates"]),
        (PAGES, &["-t", "evil.json", "audit"]),
        (PAGES, &["-t", "evil.json", "audit", "--suppress", "accepted.json"]),
        (&["text"], &["-t", "evil.json", "audit", "--sarif", "-"]),
        (&["text"], &["-t", "evil.json", "audit", "--junit", "-"]),
        (PAGES, &["-t", "evil.json", "audit", "local-auth"]),
        (&["text", "json", "md"], &["diff", "good.json", "evil.json"]),
        (&["text", "json", "md"], &["diff", "evil.json", "good.json"]),
        (PICTURES, &["-t", "evil.json", "graph"]),
        (PLAIN, &["role", "lint", "role.json"]),
        (&["text"], &["role", "lint", "role.json", "--sarif", "-"]),
        (&["text"], &["role", "lint", "role.json", "--junit", "-"]),
        (PLAIN, &["role", "show", "role.json"]),
        (PAGES, &["role", "compare", "role.json", "Reader"]),
        (PICTURES, &["role", "lattice", "role.json", "Reader", "Contributor"]),
        (PLAIN, &["role", "suggest", READ, "--name", TYPED]),
        (PLAIN, &["test", "scenario.json"]),
        (PLAIN, &["test", "--rules", "scenario.json"]),
        (PLAIN, &["test", "--index", "scenario.json"]),
        (PAGES, &["learn", "lesson.yaml"]),
        (PLAIN, &["learn", TYPED]),
        (PLAIN, &["can", TYPED, READ, "prod"]),
        (PLAIN, &["can", "owner@contoso.example", TYPED, "prod"]),
        (PLAIN, &["can", "owner@contoso.example", READ, TYPED]),
        (PLAIN, &["condition", "check", TYPED]),
        (PLAIN, &["-t", "evil.json", "condition", "check"]),
        (PLAIN, &["condition", "explain", "@Resource[a\u{9b}:b] StringEquals '\u{202e}'"]),
        (PLAIN, &["request", "GET", TYPED]),
        (PLAIN, &["why", TYPED]),
        (PLAIN, &["explain", TYPED]),
        (PLAIN, &["role", "show", TYPED]),
        (PLAIN, &["-t", TYPED, "can", ANN, READ, "/"]),
        (PLAIN, &["--catalog", TYPED, "can", ANN, READ, "/"]),
        (PLAIN, &["catalog", "diff", "evil.json", TYPED]),
        (PLAIN, &[TYPED]),
        (&[TYPED], &["can", ANN, READ, "/"]),
    ];
    for (outputs, command) in commands {
        for output in *outputs {
            let mut arguments = vec!["-o", output];
            arguments.extend(*command);
            let found = run(&folder, &arguments);
            judge(&arguments, &found, &mut String::new());
        }
    }
}

/// Colours are the program's own: without them nothing is left that steers.
#[test]
fn colours_are_the_only_escapes() {
    let folder = evil("colours");
    for command in [
        &["-t", "evil.json", "can", ANN, READ, SUBSCRIPTION][..],
        &["-t", "evil.json", "who-can", READ, SUBSCRIPTION],
        &["-t", "evil.json", "where-can", ANN, READ],
    ] {
        let mut arguments = vec!["--color", "always"];
        arguments.extend(command);
        let mut found = run(&folder, &arguments);
        let coloured = String::from_utf8(found.stdout).expect("what is printed is UTF-8");
        assert!(coloured.contains("\u{1b}["), "{arguments:?} has no colour: {coloured}");
        found.stdout = without_colours(&coloured).into_bytes();
        let errors = String::from_utf8(found.stderr).expect("what is printed is UTF-8");
        found.stderr = without_colours(&errors).into_bytes();
        judge(&arguments, &found, &mut String::new());
        assert!(!coloured.contains("\u{1b}[31mred"), "{arguments:?} passes a name's escape on");
    }
}

/// The text without `ESC [ digits ; … m`.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(part.len());
        match part[end..].strip_prefix('m') {
            Some(rest) => plain.push_str(rest),
            None => plain.extend(["\u{1b}[", part]),
        }
    }
    plain
}

/// Pictures that are written beside an answer.
#[test]
fn pictures_in_files_hold_no_escape() {
    let folder = evil("pictures");
    for file in ["seen.svg", "seen.dot", "seen.mmd"] {
        let arguments = ["-t", "evil.json", "can", ANN, READ, SUBSCRIPTION, "--graph", file];
        let found = run(&folder, &arguments);
        judge(&arguments, &found, &mut String::new());
        let drawn = std::fs::read_to_string(folder.join(file)).expect("a picture");
        assert!(drawn.contains("red"), "the name of the role is drawn: {drawn}");
        steers_nothing(file, &drawn);
    }
}

/// A folder whose files and folders are named to steer.
#[cfg(unix)]
#[test]
fn names_of_files_cannot_steer_either() {
    let folder = folder("file-names");
    let inner = folder.join("tenant").join(TYPED);
    std::fs::create_dir_all(&inner).expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(Path::new(&inner).join(name), text).expect("a file");
    };
    write(&format!("{TYPED}.json"), &format!("[{}]", assignment(1, SUBSCRIPTION, "")));
    write(&format!("broken{TYPED}.json"), "[{\"id\": 7}, {\"principalId\": ");
    write(&format!("\nforged{TYPED}.json"), "no JSON");
    write(&format!("\nforged{TYPED}2.json"), &format!("[{}, 7]", assignment(3, SUBSCRIPTION, "")));
    std::os::unix::fs::symlink(format!("nowhere{TYPED}"), inner.join(format!("link{TYPED}.json")))
        .expect("a link");
    for command in [
        &["-t", "tenant", "can", ANN, READ, SUBSCRIPTION][..],
        &["-t", "tenant", "audit"],
        &["diff", "tenant", "tenant"],
        &["test", "tenant"],
        &["role", "lint", "tenant"],
    ] {
        for output in PLAIN {
            let mut arguments = vec!["-o", output];
            arguments.extend(command);
            let found = run(&folder, &arguments);
            judge(&arguments, &found, &mut String::new());
        }
    }
}
