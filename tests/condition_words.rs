//! What is said of conditions, held against `tests/snapshots/condition-words.txt`: how each is printed and
//! explained, what a trace of it tells, and what is said of one that cannot be read.
//! `AZRBAC_UPDATE=1 cargo test --test condition_words` writes it anew.

#![expect(clippy::disallowed_methods, reason = "a test reads its snapshots and its environment")]

use azrbac::condition::{AttributeSource, AttributeValue, Attributes, Condition, Inputs, Residual};
use azrbac::ident::{Operation, Plane};
use azrbac::pattern::Wildcards;
use std::fmt::Write;
use std::path::Path;

const GUID: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

/// Each operator, plain and with a NOT, alone and with several values.
fn readable() -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut both = |text: String| texts.extend([text.clone(), format!("!({text})")]);
    for comparison in [
        "StringEquals 'v'",
        "StringNotEquals 'v'",
        "StringEqualsIgnoreCase 'v'",
        "StringNotEqualsIgnoreCase 'v'",
        "StringStartsWith 'v'",
        "StringNotStartsWith 'v'",
        "StringLike 'v*'",
        "StringNotLike 'v?'",
        "NumericEquals 3",
        "NumericNotEquals -3",
        "NumericLessThan 3",
        "NumericLessThanEquals 3",
        "NumericGreaterThan 3",
        "NumericGreaterThanEquals 3",
        "DateTimeEquals '2026-01-01T00:00:00.0Z'",
        "DateTimeNotEquals '2026-01-01T00:00:00.0Z'",
        "DateTimeLessThan '2026-01-01T00:00:00.0Z'",
        "DateTimeLessThanEquals '2026-01-01T00:00:00.0Z'",
        "DateTimeGreaterThan '2026-01-01T00:00:00.0Z'",
        "DateTimeGreaterThanEquals '2026-01-01T00:00:00.0Z'",
        "BoolEquals true",
        "BoolNotEquals false",
        "GuidEquals 8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "GuidNotEquals '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'",
        "StringEquals @Request[X/y:other]",
        "StringEquals {'v', 'w'}",
    ] {
        both(format!("@Resource[X/y:name] {comparison}"));
    }
    for reach in
        ["ForAnyOfAnyValues", "ForAllOfAnyValues", "ForAnyOfAllValues", "ForAllOfAllValues"]
    {
        for rest in [
            "StringEquals {'v', 'w'}",
            "StringNotEquals {'v', 'w'}",
            "StringLike {'v*'}",
            "StringEquals {'v'}",
        ] {
            both(format!("@Resource[X/y:name] {reach}:{rest}"));
            both(format!(
                "@Request[Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags&$keys$&] {reach}:{rest}"
            ));
        }
    }
    for name in [
        "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId]",
        "@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId]",
        "@Request[Microsoft.Authorization/roleAssignments:PrincipalId]",
        "@Resource[Microsoft.Authorization/roleAssignments:PrincipalId]",
    ] {
        both(format!("{name} ForAnyOfAnyValues:GuidEquals {{{GUID}}}"));
    }
    for name in [
        "@Request[Microsoft.Authorization/roleAssignments:PrincipalType]",
        "@Resource[Microsoft.Authorization/roleAssignments:PrincipalType]",
        "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project]",
        "@Environment[UtcNow]",
        "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags:Project<$key_case_sensitive$>]",
        "@Request[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path]",
    ] {
        let text = if name.contains("UtcNow") {
            format!("{name} DateTimeLessThan '2026-01-01T00:00:00.0Z'")
        } else {
            format!("{name} StringEquals 'v'")
        };
        both(text);
        both(format!("Exists {name}"));
    }
    both("SubOperationMatches{'Blob.List'}".to_string());
    // The form of the preview, and what only looks like it.
    for rest in [
        "ForAnyOfAnyValues:StringEqualsIgnoreCase {'Blob.List', 'Blob.Read'}",
        "StringEquals 'Blob.List'",
        "StringNotEquals 'Blob.List'",
        "StringLike 'Blob.List'",
        "ForAnyOfAllValues:StringEquals {'Blob.List', 'Blob.Read'}",
        "ForAllOfAnyValues:StringEquals {'Blob.List'}",
        "ForAnyOfAnyValues:StringEquals {'Blob.List', ' '}",
    ] {
        both(format!("@Request[subOperation] {rest}"));
    }
    both("ActionMatches{'Contoso/boxes/open/action'}".to_string());
    let leaf = |name: &str| format!("@Resource[X/y:{name}] StringEquals 'v'");
    let (a, b, c) = (leaf("a"), leaf("b"), leaf("c"));
    for text in [
        format!("{a} AND {b} AND {c}"),
        format!("{a} OR {b} OR {c}"),
        format!("{a} AND ({b} OR {c})"),
        format!("{a} OR ({b} AND !({c}))"),
        format!("!({a} AND {b})"),
        format!("!({a} OR ({b} AND {c}))"),
        format!("((!(ActionMatches{{'Contoso/boxes/open/action'}})) OR ({a} AND {b}))"),
        format!(
            "((!(ActionMatches{{'Contoso/boxes/open/action'}}) AND !(ActionMatches{{'Contoso/boxes/shut/action'}})) OR ({a}))"
        ),
        format!(
            "((!(ActionMatches{{'Contoso/boxes/open/action'}} AND SubOperationMatches{{'Blob.List'}})) OR ({a})) AND ((!(ActionMatches{{'Contoso/boxes/shut/action'}} AND !(SubOperationMatches{{'Blob.List'}}))) OR ({b} OR {c}))"
        ),
        format!(
            "(ActionMatches{{'Contoso/boxes/open/action'}} AND {a}) OR (!(ActionMatches{{'Contoso/boxes/*'}}) AND Exists @Resource[X/y:b])"
        ),
    ] {
        texts.push(text);
    }
    // What is known stands against what is not: what is left names the value.
    for comparison in [
        "@Resource[X/y:flag] BoolEquals @Request[X/y:unknown]",
        "@Resource[X/y:count] NumericLessThan @Request[X/y:unknown]",
        "@Resource[X/y:id] GuidEquals @Request[X/y:unknown]",
        "@Resource[X/y:date] DateTimeLessThan @Request[X/y:unknown]",
        "@Request[X/y:unknown] StringLike @Resource[X/y:pattern]",
        "@Request[X/y:unknown] StringEquals @Resource[X/y:pattern]",
        "@Request[X/y:unknown] ForAnyOfAnyValues:StringEquals @Resource[X/y:many]",
        "@Request[X/y:unknown] ForAnyOfAnyValues:StringEquals @Resource[X/y:eight]",
        "@Resource[X/y:eight] StringEquals 'v0'",
        "'v0' StringEquals @Resource[X/y:pattern]",
    ] {
        texts.push(comparison.to_string());
    }
    texts
}

/// As many ways to be meant as are spelled out, and more.
fn manifold() -> Vec<String> {
    let any = |list: &str, count: usize| {
        let one = |at: usize| format!("ActionMatches{{'Contoso/{list}{at}/read'}}");
        (0..count).map(one).collect::<Vec<_>>().join(" OR ")
    };
    let sizes = [(8, 8), (8, 9), (1, 64), (1, 65), (64, 1)];
    let both = |(one, other)| {
        let (one, other) = (any("a", one), any("b", other));
        let exists = "Exists @Resource[X/y:a]";
        [
            format!("!({one}) OR !({other}) OR {exists}"),
            format!("!(({one}) AND ({other})) OR {exists}"),
        ]
    };
    sizes.into_iter().flat_map(both).collect()
}

/// What cannot be read, one for each thing that is said.
const WRONG: &[&str] = &[
    "",
    " ",
    "@Resource[X/y:name]",
    // Each mistake is told, and what stands between brackets after one is not.
    "@Resource[X/y:name] AND (Exists @Resource[X/y:a] OR @Resource[X/y:b]) AND @Resource[X/y:c]",
    "Exists @Resource[X/y:a] (Exists @Resource[X/y:b] AND @Resource[X/y:c]) OR @Resource[X/y:d]",
    "(@Resource[X/y:a] (x (y AND z) OR w) AND v) AND @Resource[X/y:d]",
    "@Resource[X/y:name] StringEquals",
    "@Resource[X/y:name] StringEquals 'v",
    "@Resource[X/y:name StringEquals 'v'",
    "@Resource[] StringEquals 'v'",
    "@Resources[X/y:name] StringEquals 'v'",
    "@Resource[X/y:name] StringEqual 'v'",
    "@Resource[X/y:name] StringsEqualsX 'v'",
    "@Resource[X/y:name] Zzz 'v'",
    "@Resource[X/y:name] == 'v'",
    "@Resource[X/y:name] = 'v'",
    "@Resource[X/y:name] =~ 'v'",
    "@Resource[X/y:name] != 'v'",
    "@Resource[X/y:name] StringEquals 3",
    "@Resource[X/y:name] StringEquals 8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "@Resource[X/y:name] StringEquals true",
    "@Resource[X/y:name] NumericEquals '3'",
    "@Resource[X/y:name] NumericEquals 'three'",
    "@Resource[X/y:name] NumericEquals 8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "@Resource[X/y:name] NumericEquals 3.5",
    "@Resource[X/y:name] NumericEquals -",
    "@Resource[X/y:name] NumericEquals 99999999999999999999",
    "@Resource[X/y:name] BoolEquals 'TRUE'",
    "@Resource[X/y:name] BoolEquals 'False'",
    "@Resource[X/y:name] BoolEquals 'yes'",
    "@Resource[X/y:name] BoolEquals 1",
    "@Resource[X/y:name] GuidEquals 'v'",
    "@Resource[X/y:name] GuidEquals 3",
    "@Resource[X/y:name] DateTimeEquals 'yesterday'",
    "@Resource[X/y:name] DateTimeEquals 3",
    "@Resource[X/y:name] StringEquals {'v'}",
    "@Resource[X/y:name] ForAnyOfAnyValues:StringEquals {}",
    "@Resource[X/y:name] ForAnyOfAnyValues:StringEquals {'v' 'w'}",
    "@Resource[X/y:name] ForAnyOfAnyValues:StringEquals {'v', 3}",
    "@Resource[X/y:name] ForAnyOfAnyValues:StringEquals {word}",
    "@Resource[X/y:name] ForAnyOfAnyValues:StringEquals {'v', word}",
    "@Resource[X/y:name] ForAnyOfAnyValues:StringEquals {'v', }",
    "@Resource[X/y:name] ForAnyOfAnyValues:StringEquals {#}",
    "@Resource[X/y:name] ForAnyOfAnyValues:StringEquals {'v', #, 'w'}",
    "@Resource[X/y:name] ForAnyOfAnyValues:StringEquals {'v #}",
    "@Resource[X/y:name] ForAnyOfAnyValues:BoolEquals {true, word}",
    "@Resource[X/y:name] ForSomeOfAnyValues:StringEquals {'v'}",
    "ActionMatches{'a/b', 'c/d'}",
    "ActionMatches 'a/b'",
    "ActionMatches{'a b'}",
    "SubOperationMatches{3}",
    "Exists 'v'",
    "(Exists @Resource[X/y:a]",
    "Exists @Resource[X/y:a])",
    "Exists @Resource[X/y:a] AND",
    "Exists @Resource[X/y:a] AND OR Exists @Resource[X/y:b]",
    "Exists @Resource[X/y:a] && Exists @Resource[X/y:b]",
    "Exists @Resource[X/y:a] || Exists @Resource[X/y:b]",
    "Exists @Resource[X/y:a] & Exists @Resource[X/y:b]",
    "Exists @Resource[X/y:a] Exists @Resource[X/y:b]",
    "NOT Exists @Resource[X/y:a]",
    "! Exists @Resource[X/y:a]",
    "#",
    "@",
    "é",
    "(@Resource[X/y:a] StringEqual 'v') AND (@Resource[X/y:b] NumericEquals 'v') AND Exists",
];

/// Every way in which a date can be wrong, and what only looks so.
const DATES: &[(&str, bool)] = &[
    ("2026-01-31T00:00:00Z", true),
    ("2026-01-31T23:59:59.9999999Z", true),
    ("2026-01-31T00:00:00.12345678Z", false),
    ("2026-01-31T00:00:00.Z", false),
    ("2026-01-32T00:00:00Z", false),
    ("2026-04-30T00:00:00Z", true),
    ("2026-04-31T00:00:00Z", false),
    ("2026-06-31T00:00:00Z", false),
    ("2026-09-31T00:00:00Z", false),
    ("2026-11-31T00:00:00Z", false),
    ("2026-12-31T00:00:00Z", true),
    ("2026-02-28T00:00:00Z", true),
    ("2026-02-29T00:00:00Z", false),
    ("2024-02-29T00:00:00Z", true),
    ("2024-02-30T00:00:00Z", false),
    ("2000-02-29T00:00:00Z", true),
    ("1900-02-29T00:00:00Z", false),
    ("0000-01-01T00:00:00Z", false),
    ("2026-00-01T00:00:00Z", false),
    ("2026-13-01T00:00:00Z", false),
    ("2026-01-00T00:00:00Z", false),
    ("2026-01-01T24:00:00Z", false),
    ("2026-01-01T00:60:00Z", false),
    ("2026-01-01T00:00:60Z", false),
    ("2026-01-01T00:00:00", false),
    ("2026/01/01T00:00:00Z", false),
    ("2026-01-01 00:00:00Z", false),
    ("2026-01-01T00:00:0aZ", false),
];

#[test]
fn dates_are_those_of_the_calendar() {
    for (date, valid) in DATES {
        let text = format!("@Environment[UtcNow] DateTimeLessThan '{date}'");
        assert_eq!(Condition::parse(&text).is_ok(), *valid, "{date}");
    }
}

/// What a trace and a residual tell of a condition under these inputs.
fn told(
    out: &mut String,
    condition: &Condition,
    what: &str,
    attributes: &Attributes,
    complete: bool,
) {
    let Ok(operation) = Operation::new("Contoso/boxes/open/action") else { return };
    let inputs = Inputs {
        operation: &operation,
        plane: Plane::Data,
        sub_operations: None,
        attributes,
        complete,
        wildcards: Wildcards::Azure,
    };
    let _ = writeln!(out, "  {what}");
    for step in condition.trace(&inputs) {
        let note = step.note.map_or(String::new(), |note| format!(": {note}"));
        let open = if step.open { " open" } else { "" };
        let indent = "  ".repeat(step.depth);
        let _ = writeln!(out, "    {indent}{} {}{open}{note}", step.truth.as_str(), step.text);
    }
    let left = match condition.residual(&inputs) {
        Residual::True => "true".to_string(),
        Residual::False => "false".to_string(),
        Residual::Open(left) => left.print(),
    };
    let _ = writeln!(out, "    left: {left}");
}

#[test]
fn words() {
    let mut out = String::new();
    let (nothing, mut some) = (Attributes::default(), Attributes::default());
    some.insert(AttributeSource::Resource, "X/y:a", "v".into());
    some.insert(
        AttributeSource::Resource,
        "X/y:name",
        AttributeValue::List(vec!["v".into(), "x'y".into()]),
    );
    some.insert(AttributeSource::Request, "X/y:other", AttributeValue::Integer(3));
    let list = |count: usize| {
        AttributeValue::List((0..count).map(|at| format!("v{at}").as_str().into()).collect())
    };
    for (name, value) in [
        ("flag", AttributeValue::Boolean(true)),
        ("count", AttributeValue::Integer(5)),
        ("id", GUID.into()),
        ("date", "2026-01-01T00:00:00.0Z".into()),
        ("pattern", "p*".into()),
        ("eight", list(8)),
        ("many", list(9)),
    ] {
        some.insert(AttributeSource::Resource, &format!("X/y:{name}"), value);
    }
    for text in readable() {
        let _ = writeln!(out, "{text}");
        let condition = match Condition::parse(&text) {
            Ok(condition) => condition,
            Err(errors) => {
                for error in errors {
                    let _ = writeln!(out, "{}", error.render(&text));
                }
                continue;
            }
        };
        for line in condition.pretty().lines() {
            let _ = writeln!(out, "  | {line}");
        }
        for line in condition.explain() {
            let _ = writeln!(out, "  - {line}");
        }
        told(&mut out, &condition, "nothing is known:", &nothing, false);
        told(&mut out, &condition, "some is known:", &some, false);
        told(&mut out, &condition, "that is all:", &some, true);
    }
    for text in manifold() {
        let Ok(condition) = Condition::parse(&text) else { continue };
        let lines = condition.explain();
        let (first, last) = (lines.first(), lines.last());
        let _ = writeln!(out, "{} lines: {first:?} … {last:?}", lines.len());
    }
    for text in WRONG {
        let _ = writeln!(out, "wrong: {text}");
        match Condition::parse(text) {
            Ok(condition) => {
                let _ = writeln!(out, "  reads as {}", condition.print());
            }
            Err(errors) => {
                for error in errors {
                    for line in error.render(text).lines() {
                        let _ = writeln!(out, "  {line}");
                    }
                }
            }
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/condition-words.txt");
    if std::env::var_os("AZRBAC_UPDATE").is_some() {
        assert!(std::fs::write(&path, &out).is_ok(), "the snapshot is written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let differs = expected.lines().zip(out.lines()).position(|(one, other)| one != other);
    assert!(
        expected == out,
        "from line {:?} on; AZRBAC_UPDATE=1 writes it anew\n{}",
        differs.map(|at| at + 1),
        out.lines()
            .skip(differs.unwrap_or(0).saturating_sub(3))
            .take(12)
            .collect::<Vec<_>>()
            .join("\n")
    );
}
