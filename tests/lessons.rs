//! The lessons: their words and the program's answers agree, and the lab carries them.
//! `AZRBAC_UPDATE=1 cargo test --test lessons` writes the snapshots anew.

#![expect(clippy::disallowed_methods, reason = "a test reads its snapshots and its environment")]

use azrbac::lesson::{self, Lesson, SHELF, Solution};
use azrbac::report::lesson as told;
use azrbac::scenario::LAB;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn lessons() -> Vec<Lesson> {
    SHELF
        .iter()
        .map(|(name, text)| {
            lesson::read(&format!("{name}.yaml"), text.as_bytes())
                .unwrap_or_else(|errors| panic_with(&errors))
        })
        .collect()
}

fn panic_with(errors: &[azrbac::origin::Error]) -> Lesson {
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    unreachable!("an error was told")
}

fn command(arguments: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_azrbac"));
    command.args(arguments);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    command
}

fn run(arguments: &[&str], input: &str) -> Output {
    let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_string()).collect();
    let mut child = command(&arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // A lesson that ends early closes its end.
    let _closed = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8").replace("\r\n", "\n")
}

fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lessons").join(test);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[test]
fn words_and_answers_agree() {
    let mut kinds = std::collections::HashSet::new();
    for lesson in lessons() {
        let played = lesson::play(&lesson, &lesson.name).expect(&lesson.name);
        let failures: Vec<String> = played
            .failures()
            .map(|(number, one)| {
                format!(
                    "{} {number} ({}): expected {}, found {}",
                    lesson.name, one.place, one.expected, one.actual
                )
            })
            .collect();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        assert!((3..=6).contains(&lesson.steps.len()), "{}: three to six questions", lesson.name);
        assert!(lesson.steps.iter().any(|step| step.change.is_some()), "{}: a change", lesson.name);
        assert!(!lesson.takeaway.is_empty(), "{}: a takeaway", lesson.name);
        kinds.extend(played.steps.iter().map(|step| std::mem::discriminant(&step.answer)));
        for next in &lesson.next {
            assert!(lesson::shelved(next).is_ok(), "{}: next {next}", lesson.name);
        }
    }
    assert_eq!(kinds.len(), 7, "every kind of question is asked somewhere");
}

#[test]
fn every_file_is_on_the_shelf_under_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("roles/lessons");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the lessons")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".yaml")?.to_string()))
        .collect();
    files.sort();
    let mut known: Vec<&str> = SHELF.iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    assert_eq!(files, known);
    for (lesson, (name, _)) in lessons().iter().zip(SHELF) {
        assert_eq!(lesson.name, *name);
    }
    assert_eq!(SHELF.len(), 14);
}

#[test]
fn every_lesson_is_told_from_a_script() {
    let mut differences = Vec::new();
    for (name, _) in SHELF {
        let output = run(&["learn", name, "--script"], "");
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "", "{name}");
        let found = text(&output.stdout);
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/snapshots/lessons")
            .join(format!("{name}.txt"));
        if std::env::var_os("AZRBAC_UPDATE").is_some() {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(&path, &found).expect("the snapshot is written");
            continue;
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        if expected != found {
            differences.push(format!("{name}\n--- expected\n{expected}\n--- found\n{found}"));
        }
    }
    assert!(differences.is_empty(), "{}\nAZRBAC_UPDATE=1 writes them anew", differences.join("\n"));
}

/// Two hundred words a minute, the derivations among them: so long do people read. The first five make a
/// beginning of twenty minutes.
#[test]
fn a_lesson_takes_the_minutes_that_it_says() {
    for lesson in lessons() {
        let played = lesson::play(&lesson, &lesson.name).expect(&lesson.name);
        let style = azrbac::report::Style { colour: false, near: 5 };
        let script = told::script(&lesson, &played, &lesson.name, style, 80);
        let read = script.split("\nAsk again").next().unwrap_or_default();
        let words = read.split_whitespace().count();
        let minutes = lesson.minutes as usize;
        assert!(words <= minutes * 200, "{}: {words} words in {minutes} minutes", lesson.name);
    }
    let beginning: u32 = lessons().iter().take(5).map(|lesson| lesson.minutes).sum();
    assert!(beginning <= 20, "the first five lessons take {beginning} minutes");
}

/// Eighty columns, but for what is there to be copied: names, scopes, command lines.
#[test]
fn a_script_fits_eighty_columns() {
    for (name, _) in SHELF {
        let output = run(&["learn", name, "--script"], "");
        for line in text(&output.stdout).lines() {
            let is_command = line.starts_with("    azrbac ");
            let words = line.replace("allowed where", "");
            let is_one_name = words.trim_start().split(' ').count() <= 1;
            assert!(
                line.chars().count() <= 80
                    || is_command
                    || is_one_name
                    || line.starts_with("  on /"),
                "{name}: {line}"
            );
            assert!(!line.contains('\u{1b}'), "{name}: colour without a terminal");
        }
    }
}

/// The command that stands under a question gives the answer that the lesson shows.
#[test]
fn commands_give_the_answers_again() {
    for lesson in lessons() {
        let played = lesson::play(&lesson, &lesson.name).expect(&lesson.name);
        for (number, step) in played.steps.iter().enumerate() {
            let output = command(&step.command).output().expect("the binary runs");
            let line = told::shown(&step.command);
            let (status, stderr) = (output.status.code(), text(&output.stderr));
            let is_can = matches!(step.answer, lesson::Answer::Can(_));
            match step.solution {
                Solution::Yes if is_can => assert_eq!(status, Some(0), "{line}\n{stderr}"),
                Solution::No if is_can => assert_eq!(status, Some(1), "{line}\n{stderr}"),
                Solution::Depends => assert_eq!(status, Some(3), "{line}\n{stderr}"),
                _ => assert!(matches!(status, Some(0 | 1)), "{line}\n{stderr}"),
            }
            let shortened = matches!(
                step.answer,
                lesson::Answer::Least(_)
                    | lesson::Answer::Closing(_)
                    | lesson::Answer::Compare(_)
                    | lesson::Answer::Condition(..)
            );
            if !shortened {
                let tenant = &played.tenants[lesson.steps[number].stage];
                let style = azrbac::report::Style { colour: false, near: 5 };
                assert_eq!(text(&output.stdout), told::answer(tenant, step, style), "{line}");
            }
        }
        for line in &lesson.tries {
            let output = command(&words(line)).output().expect("the binary runs");
            let stderr = text(&output.stderr);
            assert_ne!(output.status.code(), Some(2), "{}: {line}\n{stderr}", lesson.name);
        }
    }
}

/// The words of a command line, quotes taken off.
fn words(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, part) in line.split('\'').enumerate() {
        if number % 2 == 1 {
            found.push(part.to_string());
        } else {
            found.extend(part.split_whitespace().map(str::to_string));
        }
    }
    found
}

/// Every assignment of the lab is there for a lesson: without it, at least one fails.
#[test]
fn every_assignment_of_the_lab_holds_up_a_lesson() {
    let lab: serde_json::Value = serde_json::from_str(LAB).expect("the lab is JSON");
    let count = lab["tenant"]["roleAssignments"].as_array().expect("assignments").len();
    assert!(count >= 20);
    let mut idle = Vec::new();
    for number in 0..count {
        let mut without = lab.clone();
        let list = without["tenant"]["roleAssignments"].as_array_mut().expect("assignments");
        let gone = list.remove(number);
        let without = without.to_string();
        let fails = |(name, text): &(&str, &str)| match lesson::read_on(
            &format!("{name}.yaml"),
            text.as_bytes(),
            without.as_bytes(),
        ) {
            Err(_) => true,
            Ok(lesson) => lesson::play(&lesson, name)
                .map_or(true, |played| played.failures().next().is_some()),
        };
        if !SHELF.iter().any(fails) {
            idle.push(gone["id"].to_string());
        }
    }
    assert!(idle.is_empty(), "no lesson needs\n{}", idle.join("\n"));
}

/// What prose names between backticks is there: a principal, a scope, an operation, a role's pattern.
/// A number is computed, unless it is a year, a time or part of an id.
#[test]
fn prose_names_what_is_there() {
    const WORDS: &[&str] = &[
        "actions",
        "dataActions",
        "notActions",
        "notDataActions",
        "*",
        "*/read",
        "az login",
        "azrbac audit local-auth --plan openai-legacy",
        "azrbac role history NAME",
        "-t",
        "x-ms-authorization-auxiliary",
        "--instead-of ROLE",
        "fine-tunes-deployments/write",
        "Microsoft.Authorization/*",
        "rg-spoke",
    ];
    const NUMBERS: &[&str] = &["2023", "30"];
    for lesson in lessons() {
        let played = lesson::play(&lesson, &lesson.name).expect(&lesson.name);
        let mut known: BTreeSet<String> = WORDS.iter().map(|word| (*word).to_string()).collect();
        for tenant in &played.tenants {
            known.extend(tenant.principals().map(|ix| tenant.principal_name(ix)));
            known.extend(tenant.all_scopes().map(|ix| tenant.scope_text(ix).leaf().to_string()));
            for role in tenant.roles().filter_map(|ix| tenant.role(ix).definition()) {
                for block in &role.blocks {
                    for list in [
                        &block.actions,
                        &block.not_actions,
                        &block.data_actions,
                        &block.not_data_actions,
                    ] {
                        known.extend(list.iter().map(|pattern| pattern.text().to_string()));
                    }
                }
            }
            let operations = tenant.catalog().operations();
            known.extend(operations.iter().map(|(name, _)| name.to_string()));
        }
        let mut prose = vec![&lesson.situation, &lesson.takeaway];
        for step in &lesson.steps {
            prose.extend([&step.say, &step.ask, &step.because]);
            prose.extend(&step.change);
        }
        prose.extend(lesson.exercise.iter().map(|exercise| &exercise.task));
        for one in prose {
            for (number, part) in one.text.split('`').enumerate() {
                let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
                if number % 2 == 1 {
                    assert!(known.contains(&part), "{}: `{part}` is nowhere", lesson.name);
                    continue;
                }
                // Placeholders are computed, code is quoted.
                let mut plain = String::new();
                let mut depth = 0;
                for c in part.chars() {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    if depth == 0 {
                        plain.push(c);
                    }
                }
                for word in plain.split([' ', ',', '.', '(', ')', ':', ';', '"']) {
                    let is_number = word.chars().all(|c| c.is_ascii_digit()) && !word.is_empty();
                    assert!(
                        !is_number || NUMBERS.contains(&word),
                        "{}: the number {word} is typed, not computed",
                        lesson.name
                    );
                }
            }
        }
    }
}

#[test]
fn exercises_are_graded_as_their_data_says() {
    let mut count = 0;
    for lesson in lessons() {
        let Some(exercise) = &lesson.exercise else { continue };
        count += 1;
        let stage = &lesson.stages[0];
        let solution = lesson::grade(exercise, &exercise.solution, stage).expect(&lesson.name);
        let said = told::grade_text(exercise, &solution);
        assert!(solution.passed(), "{}: the model solution\n{said}", lesson.name);
        let begun = lesson::Submission {
            roles: vec![exercise.starter.clone()],
            instead_of: exercise.solution.instead_of.clone(),
        };
        let begun = lesson::grade(exercise, &begun, stage).expect(&lesson.name);
        assert!(!begun.passed(), "{}: the starter passes", lesson.name);
        assert!(exercise.wrong.len() >= 2, "{}: two wrong answers", lesson.name);
        assert!(!exercise.hints.is_empty(), "{}: a hint", lesson.name);
        for (number, wrong) in exercise.wrong.iter().enumerate() {
            let grade = lesson::grade(exercise, &wrong.submission, stage).expect(&lesson.name);
            let said = told::grade_text(exercise, &grade);
            assert!(!grade.passed(), "{}: wrong {number} passes", lesson.name);
            // Lines are broken anywhere.
            let flat = said.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
            for words in &wrong.says {
                assert!(
                    flat.contains(&words.to_lowercase()),
                    "{}: wrong {number}: no `{words}` in\n{said}",
                    lesson.name
                );
            }
        }
    }
    assert!(count >= 6, "{count} exercises");
}

#[test]
fn answers_come_through_a_pipe() {
    let output = run(&["learn", "planes"], "y\nno\nperhaps\ny\n\nq\n");
    assert_eq!(output.status.code(), Some(0));
    let found = text(&output.stdout);
    assert!(found.contains("✓ Right: yes."), "{found}");
    assert!(found.contains("`perhaps` is none of these."), "{found}");
    assert!(found.contains("You foresaw 3 of the 3 answers that you guessed."), "{found}");
    assert!(!found.contains("Ask again"), "q ends it");
    // The end of the input is a quiet end.
    let output = run(&["learn", "planes"], "n\n");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    assert!(text(&output.stdout).contains("✗ The answer is: yes."));
    // All the way, one wrong: told again at the end.
    let output = run(&["learn", "orphans"], "3\ny\nn\n3\n");
    let found = text(&output.stdout);
    assert!(found.contains("You foresaw 3 of the 4"), "{found}");
    assert!(found.contains("Worth another look:\n    3. azrbac can 1000"), "{found}");
}

#[test]
fn a_role_is_graded_from_a_file() {
    let folder = folder("grade");
    let file = folder.join("role.json");
    let path = file.to_str().expect("a path").to_string();
    let starter = run(&["learn", "notactions", "--starter"], "");
    assert_eq!(starter.status.code(), Some(0));
    std::fs::write(&file, &starter.stdout).expect("written");
    let output = run(&["learn", "notactions", "--check", &path], "");
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("notActions is not a deny"), "{said}");
    let good = r#"{"Name": "mine", "IsCustom": true, "AssignableScopes": ["/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"], "Actions": ["Microsoft.Storage/storageAccounts/read", "Microsoft.Storage/storageAccounts/write", "Microsoft.Storage/storageAccounts/blobServices/containers/read", "Microsoft.Storage/storageAccounts/blobServices/containers/write"]}"#;
    std::fs::write(&file, good).expect("written");
    assert_eq!(run(&["learn", "notactions", "--check", &path], "").status.code(), Some(1));
    let replace = ["--instead-of", "Storage Account Key Operator Service Role"];
    let passed = run(&[&["learn", "notactions", "--check", &path][..], &replace].concat(), "");
    assert_eq!(passed.status.code(), Some(0), "{}", text(&passed.stdout));
    let json = run(&["learn", "notactions", "--check", &path, "-o", "json"], "");
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json["passed"], false);
    assert_eq!(json["givenBack"][0]["role"], "Storage Account Key Operator Service Role");
    // A field that nothing reads is no grade: what the person meant by it is not there.
    let typo = good.replacen("\"Actions\"", "\"NotActoins\": [\"*/write\"], \"Actions\"", 1);
    std::fs::write(&file, typo).expect("written");
    let output = run(&["learn", "notactions", "--check", &path], "");
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(
        said.contains("role.json:1:") && said.contains("`NotActoins`; expected `notActions`"),
        "{said}"
    );
    // What cannot be read is no grade.
    std::fs::write(&file, &good[..60]).expect("written");
    assert_eq!(run(&["learn", "notactions", "--check", &path], "").status.code(), Some(2));
    let none = run(&["learn", "notactions", "--check", "nowhere.json"], "");
    assert_eq!(none.status.code(), Some(2));
    let nobody = run(&["learn", "notactions", "--check", &path, "--instead-of", "Nonsense"], "");
    assert_eq!(nobody.status.code(), Some(2));
    let without = run(&["learn", "orphans", "--check", &path], "");
    assert_eq!(without.status.code(), Some(2));
}

const OWN: &str = r#"lesson: mine
title: My own
summary: One question.
tenant:
  users:
    - {id: 10000000-0000-4000-8000-000000000001, userPrincipalName: ada@contoso.example}
  roleAssignments:
    - id: 50000000-0000-4000-8000-000000000001
      principalId: 10000000-0000-4000-8000-000000000001
      roleDefinitionId: acdd72a7-3385-48ef-bd42-f606fba81ae7
      scope: /subscriptions/aaaaaaaa-0000-4000-8000-000000000001
situation: Ada holds {roles-of ada@contoso.example}.
steps:
  - ask: May Ada start a machine?
    can:
      principal: ada@contoso.example
      operation: Microsoft.Compute/virtualMachines/start/action
      scope: /subscriptions/aaaaaaaa-0000-4000-8000-000000000001
      expect: not-allowed
    because: Reader reads.
"#;

#[test]
fn anybody_can_write_one() {
    let folder = folder("own");
    let file = folder.join("mine.yaml");
    let path = file.to_str().expect("a path").to_string();
    let told = |text: &str| {
        std::fs::write(&file, text).expect("written");
        run(&["learn", &path, "--script"], "")
    };
    let output = told(OWN);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("Ada holds Reader on"));
    // Words and answer part: the answer is the program's, and the exit status says so.
    let output = told(&OWN.replace("expect: not-allowed", "expect: allowed"));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("expected allowed"), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("= no"));
    for (from, to, says) in [
        ("because:", "becuase:", "did you mean `because`?"),
        ("    can:", "    cna:", "exactly one question"),
        ("expect: not-allowed", "expect: maybe", "allowed, not-allowed, denied"),
        ("{roles-of ", "{role-of ", "roles-holding OPERATION"),
        ("principal: ada@", "principal: eve@", "no principal is called"),
        ("acdd72a7-3385-48ef-bd42-f606fba81ae7", "7", "roleDefinitionId"),
        ("    because:", "    leave: {group: x, member: y}\n    because:", "without words"),
        ("title: My own\n", "", "no `title`"),
    ] {
        let output = told(&OWN.replace(from, to));
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{to}: {stderr}");
        assert!(stderr.contains(says), "{to}: {stderr}");
        assert!(stderr.contains("mine.yaml:"), "{to}: {stderr}");
    }
    let output = run(&["learn", "plane"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("did you mean planes"));
}

#[test]
fn the_shelf_is_listed() {
    let output = run(&["learn"], "");
    let found = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    for (name, _) in SHELF {
        assert!(found.contains(&format!("\n{name}\n")), "{name}");
    }
    assert!(found.lines().all(|line| line.chars().count() <= 80), "{found}");
    let json = run(&["learn", "-o", "json"], "");
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json["lessons"].as_array().map(Vec::len), Some(SHELF.len()));
    let json = run(&["learn", "planes", "-o", "json"], "");
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json["steps"][1]["answer"], "no");
    assert!(json["steps"][1]["derivation"].as_str().is_some_and(|text| text.contains("Owner")));
}

#[test]
fn a_page_folds_its_answers_and_runs_nothing() {
    let output = run(&["learn", "planes", "-o", "html"], "");
    let page = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(page.matches("<details").count(), 5, "an answer each");
    assert_eq!(page.matches("<svg").count(), 5, "a picture each");
    assert!(page.contains("azrbac learn planes -o html"), "how it is made again");
    let markdown = text(&run(&["learn", "planes", "-o", "md"], "").stdout);
    assert!(markdown.starts_with("# Two planes\n"), "{markdown}");
    assert!(markdown.contains("<details>"));
    // A name that looks like markup is a name.
    let file = folder("page").join("mine.yaml");
    let hostile = OWN.replace("ada@contoso.example", "<script>@contoso.example");
    std::fs::write(&file, hostile).expect("written");
    let path = file.to_str().expect("a path");
    for format in ["html", "md"] {
        let output = run(&["learn", path, "-o", format], "");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let page = text(&output.stdout);
        assert!(page.contains("script"), "{format}");
        assert!(format == "md" || !page.contains("<script>"), "{page}");
    }
}
