//! The page: tables, ratios, and which goals are met.

use crate::conditions::Conditions;
use crate::measure::{Measured, Pass};
use crate::peers::{PEERS, Peer};
use std::time::Duration;

/// What was measured on one tenant.
pub(crate) struct Size {
    /// `S`, `M` or `L`.
    pub(crate) name: &'static str,
    /// How large the tenant is, in words.
    pub(crate) tenant: String,
    /// azrbac from names and from ids.
    pub(crate) ours: [Measured; 2],
    /// The peers, in order.
    pub(crate) peers: Vec<(&'static Peer, Measured)>,
}

impl Size {
    fn times(&self, peer: &Measured, ours: usize) -> Option<f64> {
        Some(peer.median()?.p50 / self.ours[ours].median()?.p50)
    }

    /// A table in Markdown.
    pub(crate) fn table(&self) -> String {
        let mut text = format!(
            "## {}: {}\n\n\
             | | asked | p50 [passes] | p99 | a second | waited | ready after | × azrbac by strings | × by ids |\n\
             |---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
            self.name, self.tenant
        );
        for (title, measured) in
            ["**azrbac**, by strings", "**azrbac**, by ids"].iter().zip(&self.ours)
        {
            text.push_str(&row(title, measured, [None, None]));
        }
        for (peer, measured) in &self.peers {
            let times = [self.times(measured, 0), self.times(measured, 1)];
            text.push_str(&row(peer.title, measured, times));
        }
        text
    }
}

fn row(title: &str, measured: &Measured, times: [Option<f64>; 2]) -> String {
    let Some(Pass { p50, p99, per_second }) = measured.median() else { return String::new() };
    let spread = measured
        .spread()
        .map_or(String::new(), |(least, most)| format!(" [{}–{}]", time(least), time(most)));
    let [strings, ids] = times.map(|times| times.map_or(String::new(), number));
    let waited =
        measured.turns.share().map_or("?".to_string(), |share| format!("{:.0} %", share * 100.0));
    format!(
        "| {title} | {} | {}{spread} | {} | {} | {waited} | {} | {strings} | {ids} |\n",
        thousands(measured.asked as u64),
        time(p50),
        time(p99),
        number(per_second),
        duration(measured.build),
    )
}

/// Where other work held a processor back: what that means for the figures.
pub(crate) fn disturbed(sizes: &[Size]) -> Option<String> {
    let all = sizes
        .iter()
        .flat_map(|size| size.ours.iter().chain(size.peers.iter().map(|(_, measured)| measured)));
    let most = all.filter_map(|measured| measured.turns.share()).reduce(f64::max)?;
    (most > 0.05).then(|| {
        format!(
            "**Other work disturbed this run**: some row waited {:.0} % of its time for a processor. Long \
             decisions are interrupted, short ones find their caches emptied: take no ratio of it for more \
             than a hint.",
            most * 100.0
        )
    })
}

/// The table of conditions.
pub(crate) fn conditions(found: &Conditions) -> String {
    let [ours, theirs, rewritten] = found.parsed;
    let mut text = String::from(
        "## Conditions: azrbac on Azure's text, regorus on its rewriting\n\n\
         | condition (letters) | parse: azrbac | regorus | ratio | evaluate: azrbac | regorus | ratio |\n\
         |---|--:|--:|--:|--:|--:|--:|\n",
    );
    for row in &found.rows {
        let side = |[ours, theirs]: [f64; 2]| {
            format!("{} | {} | {:.2}", time(ours), time(theirs), ours / theirs)
        };
        text.push_str(&format!(
            "| {} ({}) | {} | {} |\n",
            row.kind,
            row.letters,
            side(row.parse),
            side(row.evaluate)
        ));
    }
    text.push_str(&format!(
        "\nOf the {} conditions inside built-in roles azrbac parses {ours} as written, regorus {theirs}; \
         rewritten, regorus parses {rewritten}.\n",
        found.built_in
    ));
    text
}

/// Which goals are met, as a table; those that were not measured are left out.
pub(crate) fn goals(sizes: &[Size], conditions: Option<&Conditions>) -> String {
    let mut text = String::from("## Goals\n\n| | goal | found | |\n|---|--:|--:|---|\n");
    let mut line = |what: String, goal: String, found: String, met: bool| {
        let word = if met { "met" } else { "**missed**" };
        text.push_str(&format!("| {what} | {goal} | {found} | {word} |\n"));
    };
    for peer in &PEERS {
        let Some((at, goal)) = peer.goal else { continue };
        let found = sizes
            .iter()
            .filter(|size| size.name == at)
            .flat_map(|size| size.peers.iter().map(move |(peer, measured)| (size, peer, measured)))
            .find(|(_, measured, _)| measured.name == peer.name)
            .and_then(|(size, _, measured)| size.times(measured, 0));
        let Some(found) = found else { continue };
        let what = format!("{}, {at}, by strings", peer.title);
        line(what, format!("≥ {} ×", number(goal)), format!("{} ×", number(found)), found >= goal);
    }
    for row in conditions.iter().flat_map(|conditions| &conditions.rows) {
        for (verb, [ours, theirs]) in [("parse", row.parse), ("evaluate", row.evaluate)] {
            let what = format!("condition, {verb}: {}", row.kind);
            let found = format!("{:.2} × regorus'", ours / theirs);
            line(what, "≤ 1 ×".to_string(), found, ours <= theirs);
        }
    }
    text
}

/// Nanoseconds with three digits that count.
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{} µs", digits(n / 1e3)),
        n if n < 1e9 => format!("{} ms", digits(n / 1e6)),
        n => format!("{} s", digits(n / 1e9)),
    }
}

fn duration(time_taken: Duration) -> String {
    time(time_taken.as_nanos() as f64)
}

fn digits(number: f64) -> String {
    match number {
        n if n < 10.0 => format!("{n:.2}"),
        n if n < 100.0 => format!("{n:.1}"),
        n => format!("{n:.0}"),
    }
}

/// A count or a ratio with three digits that count.
fn number(number: f64) -> String {
    if number < 100.0 { digits(number) } else { thousands(three_digits(number)) }
}

fn three_digits(number: f64) -> u64 {
    let step = 10f64.powi((number.log10().floor() as i32 - 2).max(0));
    ((number / step).round() * step) as u64
}

/// A count with its thousands set apart.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits_that_count() {
        let times = [455.0, 2_104.0, 48_100.0, 345_000.0, 3.3e6, 261e6, 3.71e9];
        let words = ["455 ns", "2.10 µs", "48.1 µs", "345 µs", "3.30 ms", "261 ms", "3.71 s"];
        assert_eq!(times.map(time), words);
        let ratios = [0.97, 22.94, 94.0, 1_571.0, 124_286.0];
        assert_eq!(ratios.map(number), ["0.97", "22.9", "94.0", "1,570", "124,000"]);
    }

    fn measured(p50: f64) -> Measured {
        let pass = Pass { p50, p99: p50 * 2.0, per_second: 1e9 / p50 };
        Measured {
            asked: 10,
            build: Duration::from_millis(5),
            passes: vec![pass; 3],
            turns: Default::default(),
        }
    }

    #[test]
    fn a_goal_is_met_by_strings_at_its_size() {
        let cedar = PEERS.iter().find(|peer| peer.name == "cedar-sliced").expect("a peer");
        let goals_at = |p50: f64| {
            let size = Size {
                name: "L",
                tenant: "a tenant".to_string(),
                ours: [measured(2_000.0), measured(500.0)],
                peers: vec![(cedar, measured(p50))],
            };
            goals(&[size], None)
        };
        assert!(goals_at(151_000.0).contains("| ≥ 75.0 × | 75.5 × | met |"));
        assert!(goals_at(149_000.0).contains("| ≥ 75.0 × | 74.5 × | **missed** |"));
    }
}
