//! Many questions through a pipe of JSON Lines: the program itself, reading and writing included.

use crate::page::{Page, thousands, time};
use crate::support::{export, world::World};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The binary, made by cargo with the same settings as the measurements.
const PROGRAM: &str = env!("CARGO_BIN_EXE_azrbac");

/// How often the questions stand in the file: enough that the time of loading is small beside theirs.
const ROUNDS: usize = 10;

/// Asks the tenant in a folder all questions, briefly and in full. The time of the same command with one
/// question is taken off: it loads the tenant and starts.
pub(crate) fn measure(page: &mut Page, name: &str, world: &World, folder: &Path, runs: usize) {
    let queries = world.queries(100_000);
    let (one, many) = (folder.join("one.jsonl"), folder.join("many.jsonl"));
    export::questions(world, &queries[..1], &one).expect("a file that can be written");
    let all: Vec<_> = std::iter::repeat_n(&queries, ROUNDS).flatten().copied().collect();
    export::questions(world, &all, &many).expect("a file that can be written");
    let tenant = folder.join("tenant");
    let mut rows = Vec::new();
    for (what, brief) in [("`--brief`", true), ("in full", false)] {
        let least = |file: &Path| {
            (0..runs).map(|_| ask(&tenant, file, brief)).min().unwrap_or(Duration::MAX)
        };
        let (start, whole) = (least(&one), least(&many));
        let answering = whole.saturating_sub(start).as_secs_f64();
        rows.push((what, start, whole, all.len() as f64 / answering));
    }
    page.line(&format!(
        "`azrbac can --batch` on {name}, {} questions from a file, answers to the null device:",
        thousands(all.len() as f64)
    ));
    page.line("");
    page.table(
        &["", "one question", "all questions", "decisions a second between"],
        rows.iter().map(|(what, start, whole, rate)| {
            [(*what).to_string(), time(*start), time(*whole), thousands(*rate)]
        }),
    );
    page.line("");
    if name == "L" {
        for ((what, .., rate), goal) in rows.iter().zip([500e3, 150e3]) {
            page.goal(
                &format!("batch of JSON Lines, L, two cores, {what}"),
                &format!("{} decisions a second", thousands(goal)),
                thousands(*rate),
                *rate >= goal,
            );
        }
    }
}

fn ask(tenant: &Path, questions: &Path, brief: bool) -> Duration {
    let start = Instant::now();
    let mut command = Command::new(PROGRAM);
    command.args(["can", "-o", "json", "-t"]).arg(tenant).args(["--batch", "-"]);
    if brief {
        command.arg("--brief");
    }
    let status = command
        .stdin(File::open(questions).expect("a file just written"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program starts");
    assert!(status.success(), "every question has an answer");
    start.elapsed()
}
