//! The page that a run writes.

use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// Text as it grows: every line is printed as it is written, and kept for the file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Page {
    text: String,
    /// What was to be reached, what was, and whether it is enough.
    goals: Vec<(String, String, String, bool)>,
}

impl Page {
    /// A line.
    pub(crate) fn line(&mut self, line: &str) {
        println!("{line}");
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// What another process printed already.
    pub(crate) fn append(&mut self, other: Page) {
        self.text.push_str(&other.text);
        self.goals.extend(other.goals);
    }

    /// A heading.
    pub(crate) fn heading(&mut self, heading: &str) {
        self.line("");
        self.line(&format!("## {heading}"));
        self.line("");
    }

    /// A table.
    pub(crate) fn table<const N: usize>(
        &mut self,
        head: &[&str; N],
        rows: impl Iterator<Item = [String; N]>,
    ) {
        self.line(&format!("| {} |", head.join(" | ")));
        let rule: Vec<&str> = (0..N).map(|at| if at == 0 { "---" } else { "---:" }).collect();
        self.line(&format!("| {} |", rule.join(" | ")));
        for row in rows {
            self.line(&format!("| {} |", row.join(" | ")));
        }
    }

    /// Notes a goal.
    pub(crate) fn goal(&mut self, what: &str, goal: &str, found: String, met: bool) {
        self.goals.push((what.to_string(), goal.to_string(), found, met));
    }

    /// The whole page: its head, the goals, then all else.
    pub(crate) fn finish(self, head: &str) -> String {
        let mut page = format!(
            "{head}\n## Goals\n\n| measure | goal | measured | met |\n| --- | --- | --- | --- |\n"
        );
        for (what, goal, found, met) in &self.goals {
            let met = if *met { "yes" } else { "**no**" };
            let _infallible = writeln!(page, "| {what} | {goal} | {found} | {met} |");
        }
        page.push_str(&self.text);
        page
    }

    /// How many goals were met, of how many.
    pub(crate) fn score(&self) -> (usize, usize) {
        (self.goals.iter().filter(|goal| goal.3).count(), self.goals.len())
    }
}

/// A time in the unit that reads best.
pub(crate) fn nanos(nanos: f64) -> String {
    match nanos {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e5 => format!("{:.2} µs", n / 1e3),
        n if n < 1e6 => format!("{:.0} µs", n / 1e3),
        n if n < 1e9 => format!("{:.2} ms", n / 1e6),
        n => format!("{:.2} s", n / 1e9),
    }
}

/// The same of a duration.
pub(crate) fn time(duration: std::time::Duration) -> String {
    nanos(duration.as_secs_f64() * 1e9)
}

/// A rate with its thousands apart.
pub(crate) fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
