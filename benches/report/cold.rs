//! The program itself, started anew for each question.

use crate::page::{Page, time};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The binary, made by cargo with the same settings as the measurements.
const PROGRAM: &str = env!("CARGO_BIN_EXE_azrbac");

/// One question on the embedded lab.
const QUESTION: [&str; 4] = [
    "can",
    "owner@contoso.example",
    "Microsoft.Storage/storageAccounts/listKeys/action",
    "stprod01",
];

/// Starts the program so many times.
pub(crate) fn measure(page: &mut Page, runs: usize) {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            let status = Command::new(PROGRAM)
                .args(QUESTION)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .expect("the program starts");
            assert!(status.code().is_some_and(|code| code != 2), "the question has an answer");
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let median = times[times.len() / 2];
    let memory = resident();
    page.heading("The program, cold");
    let megabytes = memory.map_or("not measured: no /usr/bin/time here".to_string(), |kilobytes| {
        format!("{:.1} MB at most", kilobytes / 1024.0)
    });
    page.line(&format!(
        "`azrbac {}` on the embedded lab, {runs} times: median {}, fastest {}; {megabytes}.",
        QUESTION.join(" "),
        time(median),
        time(times[0]),
    ));
    page.goal(
        "`azrbac can` on the lab, cold process",
        "≤ 8 ms wall, ≤ 25 MB",
        format!("{}, {megabytes}", time(median)),
        median <= Duration::from_millis(8) && memory.is_none_or(|kb| kb <= 25.0 * 1024.0),
    );
}

/// The most memory that the process had, in kilobytes, as GNU time tells it.
fn resident() -> Option<f64> {
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%M", PROGRAM])
        .args(QUESTION)
        .stdout(Stdio::null())
        .output()
        .ok()?;
    String::from_utf8_lossy(&output.stderr).lines().last()?.trim().parse().ok()
}
