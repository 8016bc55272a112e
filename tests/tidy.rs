//! The house stays as its plan says: module order, what the library never touches, file sizes, names.

#![expect(clippy::disallowed_methods, reason = "it reads the project's own files")]

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(root().join(folder))
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .collect();
    found.sort();
    found
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file of the project").replace("\r\n", "\n")
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).expect("below the root").display().to_string().replace('\\', "/")
}

/// The rooms in the order of `lib.rs`.
fn rooms() -> Vec<String> {
    text(&root().join("src/lib.rs"))
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_string)
        .collect()
}

/// What of a file is code that runs in the program: without comments, up to its test module.
fn code(path: &Path) -> String {
    let text = text(path);
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    text[..end]
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_room_uses_only_rooms_above_it() {
    let rooms = rooms();
    assert!(rooms.len() > 10, "lib.rs lists the rooms: {rooms:?}");
    let mut wrong = Vec::new();
    for path in files("src", "rs") {
        let path_name = name(&path);
        let Some(room) = path_name
            .strip_prefix("src/")
            .map(|rest| rest.split(['/', '.']).next().unwrap_or_default().to_string())
        else {
            continue;
        };
        let Some(own) = rooms.iter().position(|known| *known == room) else { continue };
        let code = code(&path);
        for (at, other) in rooms.iter().enumerate() {
            if at > own && code.contains(&format!("crate::{other}")) {
                wrong.push(format!("{path_name} uses {other}, which stands below {room}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_library_touches_neither_files_nor_clock_nor_environment() {
    const NEVER: [&str; 8] = [
        "std::fs",
        "std::env",
        "SystemTime",
        "Instant::now",
        "std::net",
        "std::process",
        "println!",
        "eprintln!",
    ];
    let mut wrong = Vec::new();
    for path in files("src", "rs") {
        let path_name = name(&path);
        if path_name.starts_with("src/cli/") || path_name == "src/main.rs" {
            continue;
        }
        let code = code(&path);
        wrong.extend(
            NEVER
                .iter()
                .filter(|word| code.contains(**word))
                .map(|word| format!("{path_name}: {word}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_fit_in_one_head() {
    // Flat tables and transcriptions may be longer, by name.
    const LONG: &[&str] = &[
        "src/report/words.rs",
        "src/cli/args.rs",
        "src/decide/can.rs",
        "src/decide/who_can.rs",
        "src/decide/what_can.rs",
    ];
    const LIMIT: usize = 500;
    let mut wrong = Vec::new();
    for path in files("src", "rs") {
        let path_name = name(&path);
        let text = text(&path);
        let end = text.find("#[cfg(test)]").unwrap_or(text.len());
        let lines = text[..end].lines().count();
        if lines > LIMIT && !LONG.contains(&path_name.as_str()) {
            wrong.push(format!("{path_name}: {lines} lines above its tests"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_called_after_nothing() {
    for path in files("src", "rs") {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        assert!(
            !matches!(stem, "utils" | "util" | "helpers" | "common" | "misc"),
            "{}",
            name(&path)
        );
    }
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let manifest = text(&root().join("Cargo.toml"));
    let mut section = "";
    let mut previous = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.contains("dependencies]") && line.contains('=') && !line.starts_with('#')
        {
            assert!(previous.starts_with('#'), "no reason above `{line}`");
        }
        previous = line;
    }
}

#[test]
fn no_role_has_a_special_case() {
    for path in files("src", "rs") {
        let code = code(&path);
        for literal in ["== \"Owner\"", "\"owner\" =>", "== \"Contributor\"", "== \"Reader\""] {
            assert!(!code.contains(literal), "{}: {literal}", name(&path));
        }
    }
}

#[test]
fn every_code_that_the_program_says_is_explained() {
    let known: Vec<String> = azrbac::report::codes().map(str::to_lowercase).collect();
    let mut missing = Vec::new();
    for path in files("src", "rs") {
        for part in code(&path).split("code: \"").skip(1) {
            let code = part.split('"').next().unwrap_or_default();
            if !known.contains(&code.to_lowercase()) && !code.is_empty() {
                missing.push(format!("{}: {code}", name(&path)));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
