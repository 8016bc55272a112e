//! A difference for a pull request: tables that GitHub shows well.

use super::doors as doors_of;
use super::{Detail, Names, counted, counts, happened, is_empty, power, thousands};
use crate::analysis::diff::{Change, Details, Diff, Direction, Effect};
use crate::report::safe_lines;
use crate::tenant::Tenant;
use std::fmt::Write as _;

/// How many rows, patterns and neutral things are told: a comment of a pull request has an end.
const ROWS: usize = 50;
const PATTERNS: usize = 4;
const NAMED: usize = 3;
const NEUTRAL: usize = 20;
const HOLDERS: usize = 10;

/// The difference as Markdown, ending in a line feed.
#[must_use]
pub fn diff(before: &Tenant, after: &Tenant, diff: &Diff, detail: Detail) -> String {
    let names = Names { before, after };
    let details = Details::new(diff, before, after);
    let mut text = String::from("### Access\n\n");
    if is_empty(diff) {
        text.push_str("**No effective change**: nobody gains or loses anything.\n");
    } else {
        let [gains, conditions, losses] = counts(diff);
        let mut parts = Vec::new();
        for (count, what) in [
            (gains, "gained"),
            (conditions, "under another condition"),
            (losses, "lost"),
            (diff.doors.len(), "doors to data"),
        ] {
            if count > 0 {
                parts.push(format!("**{} {what}**", thousands(count)));
            }
        }
        let _written = writeln!(text, "{}.", parts.join(", "));
    }
    for (direction, title) in [
        (Direction::Gain, "Gained"),
        (Direction::Condition, "Under another condition"),
        (Direction::Loss, "Lost"),
    ] {
        let rows: Vec<&Change> = diff
            .changes
            .iter()
            .filter(|change| change.direction == direction)
            .filter(|change| detail == Detail::Full || change.part_of.is_none())
            .collect();
        if rows.is_empty() {
            continue;
        }
        let _written = write!(
            text,
            "\n#### {title}\n\n| | who | where | operations | why |\n|---|---|---|---|---|\n"
        );
        let limit = if detail == Detail::Full { usize::MAX } else { ROWS };
        for change in rows.iter().take(limit) {
            row(&mut text, names, &details, change);
        }
        if rows.len() > limit {
            let _written = writeln!(text, "\n… and {} more.", thousands(rows.len() - limit));
        }
    }
    doors(&mut text, names, diff);
    neutral(&mut text, names, diff);
    text
}

fn row(text: &mut String, names: Names<'_>, details: &Details<'_>, change: &Change) {
    let effects = details.effects(change);
    let (groups, singles) = details.groups(change);
    let worst = effects.iter().min_by_key(|effect| effect.rank());
    let gravest = worst.and_then(|effect| effect.graves.first());
    let badge = match gravest.map(|grave| grave.power) {
        Some(power_of) if worst.is_some_and(|effect| effect.rank() <= 3) => {
            format!("⚠ **{}**", power(power_of))
        }
        _ if worst.is_some_and(|effect| effect.rank() == 4) => "data".to_string(),
        Some(power_of) => power(power_of).to_string(),
        None => String::new(),
    };
    let badge = if details.is_doubtful(change) { format!("{badge} (perhaps)") } else { badge };
    let all = details.regions(change);
    let regions: Vec<String> =
        all.iter().take(3).map(|region| escape(&names.region(region, 3))).collect();
    let mut places = regions.join("<br>");
    if all.len() > 3 {
        places.push_str(&format!("<br>and {} more", all.len() - 3));
    }
    let effects: Vec<String> = effects.iter().map(effect).collect();
    let causes: Vec<String> =
        change.causes.iter().take(3).map(|cause| escape(&names.cause(cause))).collect();
    let mut why = causes.join("<br>");
    if change.causes.len() > 3 {
        why.push_str(&format!("<br>and {} more", change.causes.len() - 3));
    }
    let _written = writeln!(
        text,
        "| {badge} | {} | {places} | {} | {why} |",
        escape(&names.who(change, &groups, &singles)),
        effects.join("<br>")
    );
}

fn effect(effect: &Effect) -> String {
    let mut text = format!("{}, {}: ", counted(effect), happened(effect));
    let list = |patterns: &[String]| {
        let mut shown: Vec<String> =
            patterns.iter().take(PATTERNS).map(|pattern| code(pattern)).collect();
        if patterns.len() > PATTERNS {
            shown.push(format!("{} more", patterns.len() - PATTERNS));
        }
        shown.join(", ")
    };
    text.push_str(&list(&effect.allow));
    if !effect.except.is_empty() {
        text.push_str(&format!(" minus {}", list(&effect.except)));
    }
    if effect.operations.len() > 1 {
        let grave = effect.graves.first().filter(|_| effect.rank() <= 3);
        if let Some(grave) = grave {
            let named: Vec<String> =
                grave.operations.iter().take(NAMED).map(|one| code(one.text())).collect();
            let more = if grave.count > named.len() {
                format!(" and {} more", grave.count - named.len())
            } else {
                String::new()
            };
            text.push_str(&format!("<br>**{}**: {}{more}", power(grave.power), named.join(", ")));
        }
    }
    for condition in &effect.conditions {
        let flat: Vec<&str> = condition.split_whitespace().collect();
        text.push_str(&format!("<br>where {}", code(&flat.join(" "))));
    }
    text
}

fn doors(text: &mut String, names: Names<'_>, diff: &Diff) {
    if diff.doors.is_empty() {
        return;
    }
    text.push_str(
        "\n#### Doors to data\n\n| resource | | gains its data by a key | loses its data by a key |\n|---|---|---|---|\n",
    );
    for door in &diff.doors {
        let holders = |list: &[crate::analysis::diff::KeyHolder]| {
            let mut shown: Vec<String> =
                list.iter().take(HOLDERS).map(|holder| escape(&names.key_holder(holder))).collect();
            if list.len() > HOLDERS {
                shown.push(format!("{} more", thousands(list.len() - HOLDERS)));
            }
            shown.join("<br>")
        };
        let mut state = doors_of(door);
        if !door.by_roles.is_empty() {
            let names: Vec<String> =
                door.by_roles.iter().take(HOLDERS).map(|id| names.principal(*id)).collect();
            state.push_str(&format!(" (roles: {})", names.join(", ")));
        }
        let _written = writeln!(
            text,
            "| {} | {} | {} | {} |",
            escape(&format!("{} ({})", names.scope(&door.resource), door.service)),
            escape(&state),
            holders(&door.gained),
            holders(&door.lost)
        );
    }
}

fn neutral(text: &mut String, names: Names<'_>, diff: &Diff) {
    if diff.neutral.is_empty() && diff.regrouped.is_empty() {
        return;
    }
    text.push_str("\n<details><summary>Without effect</summary>\n\n");
    for cause in diff.neutral.iter().take(NEUTRAL) {
        let _written = writeln!(text, "- {}", escape(&names.cause(cause)));
    }
    if diff.neutral.len() > NEUTRAL {
        let left = thousands(diff.neutral.len() - NEUTRAL);
        let _written = writeln!(text, "- and {left} more");
    }
    if !diff.regrouped.is_empty() {
        let count = thousands(diff.regrouped.len());
        let _written = writeln!(text, "- {count} in other groups, or with other attributes");
    }
    text.push_str("\n</details>\n");
}

/// A name in a table: whatever Markdown or HTML would take for its own is made plain.
fn escape(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in safe_lines(text).chars() {
        match c {
            '\n' => clean.push(' '),
            '&' => clean.push_str("&amp;"),
            '<' => clean.push_str("&lt;"),
            '>' => clean.push_str("&gt;"),
            '@' => clean.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '$' | '!' => {
                clean.push('\\');
                clean.push(c);
            }
            c => clean.push(c),
        }
    }
    clean
}

/// A text as code in a table.
fn code(text: &str) -> String {
    let clean = safe_lines(text).replace('\n', " ").replace('|', "\\|");
    let fence = if clean.contains('`') { "``" } else { "`" };
    let space = if clean.starts_with('`') || clean.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{clean}{space}{fence}")
}
