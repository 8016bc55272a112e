//! A difference for people at a terminal.

use super::{Detail, Names, counted, counts, doors, happened, is_empty, power, thousands};
use crate::analysis::diff::{
    Change, Details, Diff, Direction, DoorChange, Effect, KeyHolder, Transition,
};
use crate::analysis::role::Power;
use crate::catalog::local_auth::DoorState;
use crate::report::listing::Lines;
use crate::report::safe;
use crate::report::text::Style;
use crate::tenant::Tenant;

/// How many changes, operations, patterns, exceptions and neutral things are told.
const CHANGES: usize = 40;
const PATTERNS: usize = 8;
const EXCEPTIONS: usize = 5;
const NAMED: usize = 3;
/// So many operations are all named, and no patterns are needed for them.
const FEW: usize = 6;
const NEUTRAL: usize = 12;
const HOLDERS: usize = 8;

/// The difference as text, ending in a line feed.
#[must_use]
pub fn diff(before: &Tenant, after: &Tenant, diff: &Diff, detail: Detail, style: Style) -> String {
    let names = Names { before, after };
    let teller = Teller { names, details: Details::new(diff, before, after), detail, style };
    let mut lines = Lines::default();
    teller.headline(&mut lines, diff);
    let heads: Vec<usize> = (0..diff.changes.len())
        .filter(|at| detail == Detail::Full || diff.changes[*at].part_of.is_none())
        .collect();
    let limit = if detail == Detail::Full { usize::MAX } else { CHANGES };
    for at in heads.iter().take(limit) {
        lines.line("");
        teller.change(&mut lines, diff, *at);
    }
    if heads.len() > limit {
        lines.line("");
        lines.line(&format!(
            "and {} more changes (--expand or -o json tells them)",
            thousands(heads.len() - limit)
        ));
    }
    for door in &diff.doors {
        lines.line("");
        teller.door(&mut lines, door);
    }
    if diff.doors_left > 0 {
        lines.line("");
        lines.words(
            "  note: ",
            8,
            &format!(
                "{} more resources may be entered by a key that somebody gained or lost; whose, was not worked out (azrbac audit local-auth)",
                thousands(diff.doors_left)
            ),
        );
    }
    teller.neutral(&mut lines, diff);
    lines.finish()
}

struct Teller<'t> {
    names: Names<'t>,
    details: Details<'t>,
    detail: Detail,
    style: Style,
}

impl Teller<'_> {
    fn limit(&self, limit: usize) -> usize {
        if self.detail == Detail::Full { usize::MAX } else { limit }
    }

    fn headline(&self, lines: &mut Lines, diff: &Diff) {
        if is_empty(diff) {
            let nothing = diff.neutral.is_empty() && diff.regrouped.is_empty();
            lines.line(&format!(
                "{} no effective change{}",
                self.style.yes("="),
                if nothing { "" } else { ": nobody gains or loses anything" }
            ));
            return;
        }
        let [gains, conditions, losses] = counts(diff);
        let mut parts = Vec::new();
        for (count, one, many) in [
            (gains, "gain", "gains"),
            (conditions, "changed condition", "changed conditions"),
            (losses, "loss", "losses"),
            (diff.doors.len(), "door", "doors"),
        ] {
            match count {
                0 => {}
                1 => parts.push(format!("1 {one}")),
                n => parts.push(format!("{} {many}", thousands(n))),
            }
        }
        lines.line(&parts.join(", "));
    }

    fn change(&self, lines: &mut Lines, diff: &Diff, at: usize) {
        let change: &Change = &diff.changes[at];
        let (groups, singles) = self.details.groups(change);
        let is_plural = change.others || groups.len() + singles.len() > 1;
        let (sign, word) = match (change.direction, is_plural) {
            (Direction::Gain, false) => (self.style.no("+"), "gains"),
            (Direction::Gain, true) => (self.style.no("+"), "gain"),
            (Direction::Condition, _) => (self.style.maybe("~"), "may under another condition"),
            (Direction::Loss, false) => (self.style.maybe("-"), "loses"),
            (Direction::Loss, true) => (self.style.maybe("-"), "lose"),
        };
        let doubt = if self.details.is_doubtful(change) { ", perhaps" } else { "" };
        let who = safe(&self.names.who(change, &groups, &singles));
        lines.words(&format!("{sign} "), 2, &format!("{who} {word}{doubt}"));
        if self.detail == Detail::Full && change.principals.len() > singles.len() {
            for id in &change.principals {
                lines.line(&format!("      {}", safe(&self.names.principal(*id))));
            }
        } else if self.detail == Detail::Full {
            for id in singles.iter().skip(NAMED) {
                lines.line(&format!("      {}", safe(&self.names.principal(*id))));
            }
        }
        let regions = self.details.regions(change);
        for region in regions.iter().take(self.limit(EXCEPTIONS)) {
            let text = self.names.region(region, self.limit(EXCEPTIONS));
            lines.words("    at ", 7, &safe(&text));
        }
        if regions.len() > self.limit(EXCEPTIONS) {
            lines.line(&format!("    and {} more places", regions.len() - EXCEPTIONS));
        }
        for effect in &self.details.effects(change) {
            self.effect(lines, effect);
        }
        for cause in change.causes.iter().take(self.limit(EXCEPTIONS)) {
            lines.words("    because ", 12, &safe(&self.names.cause(cause)));
        }
        if change.causes.len() > self.limit(EXCEPTIONS) {
            lines.line(&format!("    and {} more reasons", change.causes.len() - EXCEPTIONS));
        }
        let mut parts: Vec<_> = diff
            .changes
            .iter()
            .filter(|part| part.part_of == Some(at))
            .flat_map(|part| &part.principals)
            .collect();
        parts.sort_unstable();
        parts.dedup();
        let parts = parts.len();
        if parts > 0 && self.detail == Detail::Short {
            lines.words(
                "    ",
                4,
                &format!(
                    "{} in the same way, but for what they hold besides (--expand tells them)",
                    match parts {
                        1 => "1 more principal".to_string(),
                        n => format!("{} more principals", thousands(n)),
                    }
                ),
            );
        }
    }

    fn effect(&self, lines: &mut Lines, effect: &Effect) {
        let how = match effect.transition {
            // The headline says it.
            Transition::Gained | Transition::Lost => String::new(),
            _ => format!(", {}", happened(effect)),
        };
        lines.line(&format!("    {}{how}", counted(effect)));
        let list = match effect.transition.direction() {
            Direction::Loss => "lost",
            Direction::Gain | Direction::Condition => effect.plane.grant_list(),
        };
        // A few operations are told by name below.
        let few = effect.operations.len() + effect.unlisted.len() <= FEW && !effect.future;
        if !few {
            self.patterns(lines, list, &effect.allow);
            self.patterns(lines, "minus", &effect.except);
        }
        for grave in effect.graves.iter().take(if few { usize::MAX } else { 4 }) {
            if grave.power == Power::Read && !few {
                continue;
            }
            let count = if few { FEW } else { NAMED };
            let named: Vec<&str> =
                grave.operations.iter().take(count).map(|one| one.text()).collect();
            let mut text = named.join(", ");
            if grave.count > named.len() {
                text.push_str(&format!(" and {} more", thousands(grave.count - named.len())));
            }
            let text = format!("{}: {text}", power(grave.power));
            lines.words("      ", 8, &safe(&text));
        }
        if self.detail == Detail::Full {
            for operation in effect.operations.iter().chain(&effect.unlisted) {
                lines.line(&format!("        {}", safe(operation.text())));
            }
        }
        for condition in &effect.conditions {
            let flat: Vec<&str> = condition.split_whitespace().collect();
            lines.words("      where ", 12, &safe(&flat.join(" ")));
        }
    }

    fn patterns(&self, lines: &mut Lines, name: &str, patterns: &[String]) {
        let limit = self.limit(PATTERNS);
        for (number, pattern) in patterns.iter().take(limit).enumerate() {
            let lead = if number == 0 { name.to_string() } else { " ".repeat(name.len()) };
            lines.line(&format!("      {lead} {}", safe(pattern)));
        }
        if patterns.len() > limit {
            lines.line(&format!("      and {} more patterns", patterns.len() - limit));
        }
    }

    fn door(&self, lines: &mut Lines, door: &DoorChange) {
        let opens = |[old, new]: [DoorState; 2]| old != new && new == DoorState::Open;
        let rises = opens(door.states) || opens(door.rbac) || !door.gained.is_empty();
        let mark = if rises { self.style.no("+") } else { self.style.maybe("-") };
        let resource = self.names.scope(&door.resource);
        let text = format!("{resource} ({}): {}", door.service, doors(door));
        lines.words(&format!("{mark} "), 2, &safe(&text));
        let keyed = |list: &[KeyHolder]| -> Vec<String> {
            list.iter().map(|holder| self.names.key_holder(holder)).collect()
        };
        let roles: Vec<String> = door.by_roles.iter().map(|id| self.names.principal(*id)).collect();
        let by_roles =
            if opens(door.rbac) { "may use it now by roles" } else { "by roles no more" };
        for (what, list) in [
            ("gains its data by a key", keyed(&door.gained)),
            ("loses its data by a key", keyed(&door.lost)),
            (by_roles, roles),
        ] {
            let mut shown: Vec<String> = list.iter().take(self.limit(HOLDERS)).cloned().collect();
            if list.len() > shown.len() {
                shown.push(format!("{} more", thousands(list.len() - shown.len())));
            }
            if !shown.is_empty() {
                let text = format!("{what}: {}", shown.join(", "));
                lines.words("    ", 6, &safe(&text));
            }
        }
        let closes = door.states[0] == DoorState::Open && door.states[1] != DoorState::Open;
        if closes && !door.lost.is_empty() {
            let leaf = door.resource.leaf();
            let advice = format!("what to assign first: azrbac audit local-auth --plan {leaf}");
            lines.words("    ", 4, &safe(&advice));
        }
    }

    fn neutral(&self, lines: &mut Lines, diff: &Diff) {
        if diff.neutral.is_empty() && diff.regrouped.is_empty() {
            return;
        }
        lines.line("");
        lines.line("without effect: nobody gains or loses anything by it");
        for cause in diff.neutral.iter().take(self.limit(NEUTRAL)) {
            lines.words("  · ", 4, &safe(&self.names.cause(cause)));
        }
        if diff.neutral.len() > self.limit(NEUTRAL) {
            lines.line(&format!("  and {} more", thousands(diff.neutral.len() - NEUTRAL)));
        }
        match diff.regrouped.len() {
            0 => {}
            1..=3 => {
                let names: Vec<String> =
                    diff.regrouped.iter().map(|id| self.names.principal(*id)).collect();
                let text = format!("other groups or attributes: {}", names.join(", "));
                lines.words("  · ", 4, &safe(&text));
            }
            n => lines.line(&format!(
                "  · {} principals are in other groups or have other attributes",
                thousands(n)
            )),
        }
    }
}
