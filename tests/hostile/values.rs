//! Values that no tool writes: nesting, odd types, half characters, conditions without end, aliases.

use crate::support::{SUBSCRIPTION, ask, assignment, folder, judge, run};
use std::fmt::Write as _;

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
