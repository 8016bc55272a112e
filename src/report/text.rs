//! A decision for people: the answer first, then why, in few lines that teach.

use super::safe::way;
use super::{naming, safe};
use crate::dataplane::{Access, Effective, Via};
use crate::decide::{Decision, Grant, NearMiss, NearReason, Outcome};
use crate::ident::Scope;
use crate::origin::Place;
use crate::scenario::Prepared;
use crate::tenant::{AssignmentIx, PrincipalIx, ScopeIx, Tenant};
use crate::truth::Truth;
use std::fmt::Write as _;

/// How a text is dressed: colour is never the only sign.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Use ANSI colours?
    pub colour: bool,
    /// How many near misses are told.
    pub near: usize,
}

impl Style {
    fn paint(self, colour: anstyle::AnsiColor, text: &str) -> String {
        if self.colour {
            let style = anstyle::Style::new().fg_color(Some(colour.into())).bold();
            format!("{style}{text}{style:#}")
        } else {
            text.to_string()
        }
    }

    pub(super) fn yes(self, text: &str) -> String {
        self.paint(anstyle::AnsiColor::Green, text)
    }

    pub(super) fn no(self, text: &str) -> String {
        self.paint(anstyle::AnsiColor::Red, text)
    }

    pub(super) fn maybe(self, text: &str) -> String {
        self.paint(anstyle::AnsiColor::Yellow, text)
    }
}

/// How wide a decision is told.
const WIDTH: usize = 80;

/// Where a fact was read, for people: `assignments.json:12:3`. The caller has the texts.
pub type Finder<'f> = &'f dyn Fn(crate::origin::Origin) -> Option<Place>;

/// The decision as text, ending in a line feed.
#[must_use]
pub fn decision(
    tenant: &Tenant,
    question: &Prepared,
    decision: &Decision,
    access: &Access,
    style: Style,
    find: Finder<'_>,
) -> String {
    let mut teller = Teller { tenant, question, decision, access, style, find, out: String::new() };
    teller.tell();
    teller.out
}

struct Teller<'a> {
    tenant: &'a Tenant,
    question: &'a Prepared,
    decision: &'a Decision,
    access: &'a Access,
    style: Style,
    find: Finder<'a>,
    out: String,
}

impl Teller<'_> {
    fn line(&mut self, text: &str) {
        // Names come from exports: whatever would steer the terminal is made visible. Colours are
        // added after that, by the caller of this function's pieces, and pass unharmed because the
        // pieces are cleaned one by one.
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// Words that flow in lines of at most eighty columns. A name is never broken: it is there to be
    /// copied.
    fn words(&mut self, indent: usize, text: &str) {
        let space = " ".repeat(indent);
        for part in wrap(text, WIDTH - indent) {
            self.line(&format!("{space}{part}"));
        }
    }

    /// Words behind a mark, in lines of at most eighty columns.
    fn marked(&mut self, mark: &str, text: &str) {
        for (number, part) in wrap(text, WIDTH - 6).into_iter().enumerate() {
            let lead = if number == 0 { format!("  {mark} ") } else { "    ".to_string() };
            self.line(format!("{lead}{part}").trim_end());
        }
    }

    fn tell(&mut self) {
        self.headline();
        self.line("");
        if self.access.doors.is_some() {
            self.line(&format!("  RBAC: {}", self.decision.outcome.as_str().replace('-', " ")));
        }
        match self.decision.outcome {
            Outcome::Allowed => self.grants(),
            Outcome::Denied => {
                self.denies();
                self.would_grant();
            }
            Outcome::Locked => {
                self.locks();
                self.would_grant();
            }
            Outcome::Conditional => self.conditional(),
            Outcome::NotAllowed => self.nothing(),
        }
        self.linked();
        self.doors();
        self.margin();
    }

    /// The first lines speak of effective access, as the exit status does; what RBAC says follows.
    fn headline(&mut self) {
        let (word, may) = naming::verdict(self.access, self.decision);
        let mark = match self.access.effective {
            Effective::Allowed => self.style.yes(&format!("✓ {word}")),
            Effective::NotAllowed => self.style.no(&format!("✗ {word}")),
            Effective::Conditional => self.style.maybe(&format!("? {word}")),
        };
        let principal = match self.tenant.principal(self.question.principal) {
            Some(ix) => self.tenant.principal_name(ix),
            None => format!("{} (named nowhere in this tenant)", self.question.principal),
        };
        self.line(&format!("{mark}   {} {may}", safe(&principal)));
        // A name is one word: it stands further to the left rather than break at the edge of a terminal.
        let operation = safe(self.question.operation.text());
        let indent = WIDTH.saturating_sub(operation.chars().count()).clamp(1, 4);
        self.line(&format!("{}{operation}", " ".repeat(indent)));
        let place = self.place(&self.question.scope.clone());
        // The plane's two words stay together.
        let plane = self.question.plane;
        for part in wrap(&format!("on {place} ({plane}\u{a0}plane)"), WIDTH - 4) {
            self.line(&format!("    {}", part.replace('\u{a0}', " ")));
        }
    }

    fn place(&self, scope: &Scope) -> String {
        safe(&naming::place(self.tenant, scope))
    }

    fn short(&self, ix: ScopeIx) -> String {
        safe(&naming::short(self.tenant, ix))
    }

    fn through(&self, holder: PrincipalIx) -> String {
        let groups: Vec<String> = naming::groups(self.tenant, self.question.principal, holder)
            .iter()
            .map(|group| safe(group))
            .collect();
        if groups.is_empty() { String::new() } else { format!(" through {}", way(&groups)) }
    }

    fn read_at(&self, assignment: AssignmentIx) -> String {
        (self.find)(self.tenant.assignment(assignment).origin)
            .map_or_else(String::new, |place| format!("  [{}:{}]", safe(&place.file), place.line))
    }

    fn grant(&mut self, grant: &Grant) {
        let mark = match grant.truth {
            Truth::True => self.style.yes("✓"),
            Truth::Unknown => self.style.maybe("?"),
            Truth::False => self.style.no("✗"),
        };
        let role = safe(&self.tenant.role(grant.role).name());
        let scope = self.short(self.tenant.assignment_scope(grant.assignment));
        let text = format!(
            "{role} at {scope}{}{}",
            self.through(grant.holder),
            self.read_at(grant.assignment)
        );
        self.marked(&mark, &text);
        if grant.pattern.is_none() {
            return self.line("      what this role grants is not known");
        }
        if let Some(pattern) = naming::allowing(self.tenant, grant, self.question.plane) {
            let list = self.question.plane.grant_list();
            let condition = match (grant.conditional, grant.truth) {
                (false, _) => "",
                (true, Truth::True) => ", and its condition holds",
                (true, Truth::Unknown) => ", under a condition that is not decided",
                (true, Truth::False) => ", under a condition that does not hold",
            };
            let text = if pattern.eq_ignore_ascii_case(self.question.operation.text()) {
                format!("in {list}, by name{condition}")
            } else {
                format!("`{}` in {list} matches it{condition}", safe(pattern))
            };
            self.words(6, &text);
        }
    }

    fn grants(&mut self) {
        let grants: Vec<Grant> =
            self.decision.grants.iter().filter(|g| g.truth.is_true()).copied().collect();
        for grant in grants {
            self.grant(&grant);
        }
        for found in self.decision.subtracted.clone() {
            let role = self.tenant.role(found.role);
            let by = naming::excepting(self.tenant, &found, self.question.plane);
            let text = format!(
                "{} at {}{} leaves it out",
                safe(&role.name()),
                self.short(self.tenant.assignment_scope(found.assignment)),
                self.through(found.holder)
            );
            self.marked("·", &text);
            if let Some(by) = by {
                let text = format!(
                    "`{}` in its {}: that is not a deny, so the role above gives it back",
                    safe(by),
                    self.question.plane.except_list()
                );
                self.words(6, &text);
            }
        }
    }

    fn would_grant(&mut self) {
        if self.decision.grants.is_empty() {
            return self.line("  and no role grants it either");
        }
        self.line("  granted by, if that were not in the way:");
        for grant in self.decision.grants.clone() {
            self.grant(&grant);
        }
    }

    fn denies(&mut self) {
        for hit in self.decision.denies.clone() {
            let deny = self.tenant.deny(hit.deny);
            let name =
                if deny.display_name.is_empty() { "a deny assignment" } else { &deny.display_name };
            let mark =
                if hit.truth.is_true() { self.style.no("✗") } else { self.style.maybe("?") };
            let applies =
                if hit.truth.is_true() { "blocks it" } else { "blocks it if its condition holds" };
            let protected =
                if deny.system_protected { "; created by Azure, nobody can remove it" } else { "" };
            let text = format!(
                "deny assignment {} at {} {applies}{protected}",
                safe(name),
                self.short(self.tenant.deny_scope(hit.deny))
            );
            self.marked(&mark, &text);
        }
        if self.decision.outcome == Outcome::Denied {
            self.line("    a deny assignment beats every role assignment, Owner included");
        }
    }

    fn locks(&mut self) {
        for ix in self.decision.locks.clone() {
            let lock = self.tenant.lock(ix);
            let line = format!(
                "  {} {} lock {} at {}",
                self.style.no("✗"),
                lock.level.as_str(),
                safe(&lock.name),
                self.short(self.tenant.lock_scope(ix))
            );
            self.line(line.replace("  at", " at").trim_end());
        }
        self.words(
            4,
            "locks go by HTTP method and bind everybody, Owner too; they never touch the data plane",
        );
    }

    fn conditional(&mut self) {
        let open: Vec<Grant> = self.decision.grants.clone();
        for grant in &open {
            self.grant(grant);
        }
        if !self.decision.denies.is_empty() {
            self.denies();
        }
        if let Some(residual) = &self.decision.residual {
            for (number, part) in wrap(&safe(residual), 63).into_iter().enumerate() {
                let lead = if number == 0 { "  allowed where  " } else { "                 " };
                self.line(&format!("{lead}{part}"));
            }
        }
        self.gaps();
    }

    fn gaps(&mut self) {
        for gap in self.decision.gaps.clone() {
            let place = gap.place.as_ref().map_or_else(String::new, |place| format!(" [{place}]"));
            let line =
                format!("  {} {}{}", self.style.maybe("!"), safe(&gap.message), safe(&place));
            self.line(&line);
            if let Some(help) = &gap.help {
                self.line(&format!("      {}", safe(help)));
            }
        }
    }

    fn nothing(&mut self) {
        if self.decision.near.is_empty() {
            return self.line("  nothing grants it, and nothing comes near");
        }
        self.line("  nothing grants it. Nearest:");
        let rows: Vec<(String, String, String)> = self
            .decision
            .near
            .iter()
            .take(self.style.near)
            .map(|miss| (self.near_role(miss), self.near_scope(miss), safe(&miss.detail)))
            .collect();
        let width = |of: fn(&(String, String, String)) -> &String| {
            rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0).min(44)
        };
        let (roles, scopes) = (width(|row| &row.0), width(|row| &row.1));
        let mark = self.style.no("✗");
        for (role, scope, detail) in rows {
            let line = format!("  {mark} {role:<roles$}  {scope:<scopes$}");
            self.line(line.trim_end());
            self.words(6, &detail);
        }
        let left = self.decision.near.len().saturating_sub(self.style.near);
        if left > 0 {
            self.line(&format!("    and {left} more (-o json lists them)"));
        }
    }

    fn near_role(&self, miss: &NearMiss) -> String {
        safe(&self.tenant.role(miss.role).name())
    }

    fn near_scope(&self, miss: &NearMiss) -> String {
        let mut text = format!("at {}", self.short(self.tenant.assignment_scope(miss.assignment)));
        text.push_str(&self.through(miss.holder));
        if miss.reason == NearReason::Eligible {
            text.push_str(" (eligible)");
        }
        text
    }

    fn linked(&mut self) {
        for linked in self.decision.linked.clone() {
            let (mark, word) = match linked.decision.outcome {
                Outcome::Allowed => (self.style.yes("✓"), "allowed"),
                Outcome::Conditional => (self.style.maybe("?"), "conditional"),
                other => (self.style.no("✗"), other.as_str()),
            };
            let operation = safe(linked.operation.text());
            let text = format!("linked check {operation} on {}: {word}", self.place(&linked.scope));
            self.marked(&mark, &text);
        }
    }

    fn doors(&mut self) {
        let Some(doors) = &self.access.doors else { return };
        if self.access.via == Via::Rbac && doors.control.is_empty() {
            return;
        }
        let sentence = safe(&doors.sentence);
        self.line("");
        let painted = match self.access.via {
            Via::Rbac | Via::Native | Via::LocalAuth => self.style.yes("→"),
            Via::None => self.style.no("→"),
        };
        for (number, part) in wrap(&sentence, 76).into_iter().enumerate() {
            let lead = if number == 0 { painted.clone() } else { " ".to_string() };
            self.line(&format!("  {lead} {part}"));
        }
        for reason in doors.decided_by.clone() {
            for (number, part) in wrap(&safe(&reason), 76).into_iter().enumerate() {
                self.line(&format!("    {}{part}", if number == 0 { "! " } else { "  " }));
            }
        }
    }

    fn margin(&mut self) {
        let mut told = String::new();
        let assumptions = self.decision.assumptions.union(self.access.assumptions);
        let assumptions: Vec<&str> = assumptions.iter().collect();
        if !assumptions.is_empty() {
            let _written = writeln!(
                told,
                "  leans on {} (azrbac explain {} tells what is uncertain)",
                assumptions.join(", "),
                assumptions[0]
            );
        }
        for remark in self.question.remarks.iter().chain(&self.decision.remarks) {
            for (number, part) in wrap(&safe(remark), WIDTH - 8).into_iter().enumerate() {
                let lead = if number == 0 { "  note: " } else { "        " };
                let _written = writeln!(told, "{lead}{part}");
            }
        }
        if self.decision.outcome != Outcome::Conditional && !self.decision.gaps.is_empty() {
            self.gaps();
        }
        if !told.is_empty() {
            self.line("");
            self.out.push_str(&told);
        }
    }
}

/// Words in lines of at most `width` characters.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].chars().count() + 1 + word.chars().count() > width
        {
            lines.push(word.to_string());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}
