//! The README's transcripts are what the program prints.

#![expect(clippy::disallowed_methods, reason = "it reads the README and runs the program")]

use std::process::Command;

#[test]
fn transcripts_are_what_the_program_prints() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"))
        .expect("the README")
        .replace("\r\n", "\n");
    let mut seen = 0;
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        let (command, expected) = block.split_once('\n').expect("a command and what it prints");
        let words: Vec<&str> = command
            .strip_prefix("$ azrbac ")
            .expect("a transcript begins with the command")
            .split(' ')
            .collect();
        let output = Command::new(env!("CARGO_BIN_EXE_azrbac"))
            .args(&words)
            .env_remove("CLICOLOR_FORCE")
            .output()
            .expect("the program runs");
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{command}");
        seen += 1;
    }
    assert!(seen >= 3, "the README shows transcripts");
}
