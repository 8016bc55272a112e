//! What a principal can, for people: blocks, or operations.

use super::listing::{Lines, place, short};
use super::safe;
use super::text::Style;
use crate::decide::{HeldBlock, OperationOutcome, Outcome, WhatCan};
use crate::ident::{Guid, Scope};
use crate::model::Gap;
use crate::pattern::ActionPattern;
use crate::tenant::Tenant;

fn headline(lines: &mut Lines, tenant: &Tenant, id: Guid, scope: Option<&Scope>, what: &str) {
    let name = tenant.principal(id).map_or_else(
        || format!("{id} (named nowhere in this tenant)"),
        |ix| tenant.principal_name(ix),
    );
    lines.line(&format!("{} {what}", safe(&name)));
    match scope {
        Some(scope) => lines.line(&format!("  on {}", place(tenant, scope))),
        None => lines.line("  anywhere"),
    }
    lines.line("");
}

/// How many patterns of one list are told.
const TOLD: usize = 12;

fn patterns(lines: &mut Lines, list: &str, patterns: &[ActionPattern]) {
    for (number, pattern) in patterns.iter().enumerate() {
        if number == TOLD {
            let left = patterns.len() - TOLD;
            return lines.line(&format!("        and {left} more (-o json lists them)"));
        }
        let lead = if number == 0 { format!("{list} ") } else { " ".repeat(list.len() + 1) };
        lines.line(&format!("      {lead}{}", safe(pattern.text())));
    }
}

/// What a principal holds, as text ending in a line feed: the blocks that the caller chose to show.
#[must_use]
pub fn what_can(
    tenant: &Tenant,
    id: Guid,
    scope: Option<&Scope>,
    list: &WhatCan,
    blocks: &[HeldBlock],
    gaps: &[Gap],
    style: Style,
) -> String {
    let mut lines = Lines::default();
    let word = if blocks.is_empty() { "may nothing" } else { "may" };
    headline(&mut lines, tenant, id, scope, word);
    for block in blocks {
        let role = safe(&tenant.role(block.role).name());
        let at = short(tenant, block.scope);
        let chain = tenant.principal(id).map(|own| tenant.chain(own, block.holder));
        let groups: Vec<String> = chain
            .unwrap_or_default()
            .iter()
            .skip(1)
            .map(|ix| safe(&tenant.principal_name(*ix)))
            .collect();
        let through = if groups.is_empty() {
            String::new()
        } else {
            format!(" through {}", super::safe::way(&groups))
        };
        let sure = !block.unknown && block.conditions.is_empty();
        let mark = if sure { style.yes("✓") } else { style.maybe("?") };
        lines.words(&format!("  {mark} "), 4, &format!("{role} at {at}{through}"));
        if block.allow.is_empty() {
            lines.line("      what this role grants is not known");
        }
        patterns(&mut lines, block.plane.grant_list(), &block.allow);
        patterns(&mut lines, "except", &block.except);
        for condition in &block.conditions {
            let flat: Vec<&str> = condition.split_whitespace().collect();
            lines.words("      where ", 12, &safe(&flat.join(" ")));
        }
    }
    if list.redundant > 0 {
        lines.line("");
        lines.words(
            "  ",
            2,
            &format!(
                "left out: {} that something above holds already",
                if list.redundant == 1 {
                    "1 block".to_string()
                } else {
                    format!("{} blocks", list.redundant)
                }
            ),
        );
    }
    if !list.denies.is_empty() {
        lines.line("");
        for ix in &list.denies {
            let deny = tenant.deny(*ix);
            let text = format!(
                "deny assignment {} at {} takes from this",
                safe(&deny.display_name),
                short(tenant, tenant.deny_scope(*ix))
            );
            lines.words(&format!("  {} ", style.no("✗")), 4, &text);
        }
    }
    unknown(&mut lines, gaps, style);
    lines.finish()
}

/// What a principal can, operation by operation, as text ending in a line feed.
#[must_use]
pub fn what_can_expanded(
    tenant: &Tenant,
    id: Guid,
    scope: Option<&Scope>,
    operations: &[OperationOutcome],
    gaps: &[Gap],
    style: Style,
) -> String {
    let mut lines = Lines::default();
    let count = |outcome| operations.iter().filter(|one| one.outcome == outcome).count();
    let mut what = format!("may {} operations", count(Outcome::Allowed));
    for (outcome, word) in [
        (Outcome::Conditional, "perhaps"),
        (Outcome::Denied, "denied"),
        (Outcome::Locked, "locked"),
    ] {
        if count(outcome) > 0 {
            what.push_str(&format!(", {} {word}", count(outcome)));
        }
    }
    headline(&mut lines, tenant, id, scope, &what);
    for one in operations {
        let mark = match one.outcome {
            Outcome::Allowed => style.yes("✓"),
            Outcome::Conditional => style.maybe("?"),
            Outcome::NotAllowed | Outcome::Denied | Outcome::Locked => style.no("✗"),
        };
        let word = match one.outcome {
            Outcome::Allowed => String::new(),
            other => format!("  {}", other.as_str()),
        };
        let plane = if one.plane == crate::ident::Plane::Data { "  data" } else { "" };
        lines.line(&format!("  {mark} {}{plane}{word}", safe(one.operation.text())));
    }
    unknown(&mut lines, gaps, style);
    lines.finish()
}

/// How many gaps are told one by one.
const GAPS_TOLD: usize = 3;

/// What could make it more, or less.
fn unknown(lines: &mut Lines, gaps: &[Gap], style: Style) {
    if gaps.is_empty() {
        return;
    }
    lines.line("");
    lines.words("  ", 2, "it may be more or less, because something is not known:");
    lines.gaps(style, &gaps[..gaps.len().min(GAPS_TOLD)]);
    if gaps.len() > GAPS_TOLD {
        lines.line(&format!("  and {} more (-o json lists them)", gaps.len() - GAPS_TOLD));
    }
}
