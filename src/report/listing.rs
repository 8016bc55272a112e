//! Listings for people: who, and at which scopes, each with its shortest reason.

use super::safe;
use super::text::{Style, wrap};
use crate::dataplane::{Effective, Entrant, Via, WhereAccess};
use crate::decide::{
    Covers, Grant, Holder, Outcome, Region, Stopped, WhereCan, WhoCan, who_can_gaps,
};
use crate::ident::{Scope, ScopeKind};
use crate::model::Gap;
use crate::scenario::Prepared;
use crate::tenant::{PrincipalIx, ScopeIx, Tenant};

/// Lines are broken so that they fit this many columns.
const WIDTH: usize = 80;

/// A text that grows line by line.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    pub(super) fn finish(self) -> String {
        self.0
    }

    pub(super) fn line(&mut self, text: &str) {
        self.0.push_str(text.trim_end());
        self.0.push('\n');
    }

    /// Words after a lead, broken to the width, further lines under the first one's words.
    pub(super) fn words(&mut self, lead: &str, indent: usize, text: &str) {
        let space = " ".repeat(indent);
        for (number, part) in wrap(text, WIDTH - indent).into_iter().enumerate() {
            if number == 0 {
                self.line(&format!("{lead}{part}"));
            } else {
                self.line(&format!("{space}{part}"));
            }
        }
    }

    pub(super) fn gaps(&mut self, style: Style, gaps: &[Gap]) {
        for gap in gaps {
            self.words(&format!("  {} ", style.maybe("!")), 4, &safe(&gap.message));
            if let Some(help) = &gap.help {
                self.line(&format!("      {}", safe(help)));
            }
        }
    }

    pub(super) fn remarks(&mut self, remarks: &[String]) {
        if !remarks.is_empty() {
            self.line("");
        }
        for remark in remarks {
            self.words("  note: ", 8, &safe(remark));
        }
    }
}

/// A scope in a few words: `subscription Production`, `resource group rg-ai`, `openai-prod`.
pub(super) fn short(tenant: &Tenant, ix: ScopeIx) -> String {
    let scope = tenant.scope_text(ix);
    let name = tenant.scope_name(ix).unwrap_or(scope.leaf());
    safe(&match scope.kind() {
        ScopeKind::Root => "/".to_string(),
        ScopeKind::Resource => name.to_string(),
        kind => format!("{} {name}", kind.as_str()),
    })
}

/// A scope with its id.
pub(super) fn place(tenant: &Tenant, scope: &Scope) -> String {
    match tenant.scope(scope).and_then(|ix| tenant.scope_name(ix)) {
        Some(name) => safe(&format!("{name} ({scope})")),
        None => safe(scope.text()),
    }
}

/// What grants, where, and through which groups.
pub(super) fn reason(tenant: &Tenant, own: Option<PrincipalIx>, grant: &Grant) -> String {
    let role = safe(&tenant.role(grant.role).name());
    let mut text =
        format!("{role} at {}", short(tenant, tenant.assignment_scope(grant.assignment)));
    let chain = own.map(|own| tenant.chain(own, grant.holder)).unwrap_or_default();
    let groups: Vec<String> =
        chain.iter().skip(1).map(|ix| safe(&tenant.principal_name(*ix))).collect();
    if !groups.is_empty() {
        text.push_str(&format!(" through {}", super::safe::way(&groups)));
    }
    text
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Who can, as text ending in a line feed: the holders and the stopped that the caller chose to show.
#[must_use]
pub fn who_can(
    tenant: &Tenant,
    question: &Prepared,
    list: &WhoCan,
    holders: &[Holder],
    stopped: Option<&[Stopped]>,
    style: Style,
) -> String {
    let mut lines = Lines::default();
    let firm = holders.iter().filter(|holder| holder.outcome == Outcome::Allowed).count();
    let mut head = count(firm, "principal may", "principals may");
    // Where a gap speaks for anybody, those for whom nothing else does are told once, not one by one.
    let anybody = list.others == Outcome::Conditional;
    let only_a_gap =
        |holder: &&Holder| holder.outcome == Outcome::Conditional && holder.grant.is_none();
    let unknown = holders.iter().filter(|holder| anybody && only_a_gap(holder)).count();
    let perhaps = holders.len() - firm - unknown;
    if perhaps > 0 {
        head.push_str(&format!(", {perhaps} perhaps"));
    }
    let mark = match (firm, holders.len()) {
        (0, 0) => style.no("✗"),
        (0, _) => style.maybe("?"),
        _ => style.yes("✓"),
    };
    lines.line(&format!("{mark} {head}"));
    lines.line(&format!("  {}", safe(question.operation.text())));
    let at = format!("on {} ({} plane)", place(tenant, &question.scope), question.plane);
    lines.words("  ", 2, &at);
    lines.line("");
    let grant = |at: Option<u32>| at.and_then(|at| list.grants.get(at as usize));
    let named = |holder: &&Holder| !anybody || !only_a_gap(holder);
    let width = holders
        .iter()
        .filter(named)
        .map(|holder| tenant.principal_name(holder.principal).chars().count())
        .max()
        .unwrap_or(0)
        .min(32);
    for holder in holders.iter().filter(named) {
        let mark =
            if holder.outcome == Outcome::Allowed { style.yes("✓") } else { style.maybe("?") };
        let name = safe(&tenant.principal_name(holder.principal));
        let why = match grant(holder.grant) {
            Some(grant) => reason(tenant, Some(holder.principal), grant),
            None => String::new(),
        };
        let used = name.chars().count().max(width) + 6;
        if used + why.chars().count() <= WIDTH {
            lines.line(&format!("  {mark} {name:<width$}  {why}"));
        } else {
            lines.line(&format!("  {mark} {name}"));
            lines.words("      ", 6, &why);
        }
        if let Some(residual) = holder.residual.and_then(|at| list.residuals.get(at as usize)) {
            lines.words("      where ", 12, &safe(residual));
        }
    }
    if holders.is_empty() {
        lines.line("  nobody");
    }
    if let Some(stopped) = stopped {
        lines.line("");
        lines.line(&count(stopped.len(), "principal is stopped", "principals are stopped"));
        for one in stopped {
            let name = safe(&tenant.principal_name(one.principal));
            let by = match one.deny {
                Some(ix) => format!("deny assignment {}", safe(&tenant.deny(ix).display_name)),
                None => match list.locks.first() {
                    Some(ix) if one.outcome == Outcome::Locked => {
                        format!("lock {}", safe(&tenant.lock(*ix).name))
                    }
                    _ => "a linked check".to_string(),
                },
            };
            let why = grant(one.grant)
                .map_or_else(String::new, |grant| reason(tenant, Some(one.principal), grant));
            lines.line(&format!("  {} {name}", style.no("✗")));
            lines.words("      ", 6, &format!("{}, in spite of {why}", by.trim_end()));
        }
    }
    let gaps = who_can_gaps(tenant, &question.request(), list);
    if !gaps.is_empty() {
        lines.line("");
        let whom = if anybody { "anybody else may" } else { "some may" };
        lines.words("  ", 2, &format!("{whom} perhaps, because something is not known:"));
        lines.gaps(style, &gaps);
    }
    lines.remarks(&question.remarks);
    lines.finish()
}

/// Who gets in through any door, as text ending in a line feed, a line each with the door.
#[must_use]
pub fn entrants(tenant: &Tenant, found: &[Entrant]) -> String {
    let mut lines = Lines::default();
    for one in found {
        let mark = if one.access.effective == Effective::Allowed { "✓" } else { "?" };
        let door = door(one.access.via);
        let name = safe(&tenant.principal_name(one.principal));
        lines.line(&format!("  {mark} {name}   {door}"));
    }
    let certain = found.iter().filter(|one| one.access.effective == Effective::Allowed).count();
    lines.line(&format!("{certain} certainly, {} perhaps", found.len() - certain));
    lines.finish()
}

/// Where a principal can, as text ending in a line feed.
#[must_use]
pub fn where_can(tenant: &Tenant, question: &Prepared, list: &WhereCan, style: Style) -> String {
    let mut lines = Lines::default();
    let own = tenant.principal(question.principal);
    let name = own.map_or_else(
        || format!("{} (named nowhere in this tenant)", question.principal),
        |ix| tenant.principal_name(ix),
    );
    let firm = list.regions.iter().any(|region| region.outcome == Outcome::Allowed);
    let (mark, word) = match (firm, list.regions.is_empty()) {
        (true, _) => (style.yes("✓"), "may"),
        (false, false) => (style.maybe("?"), "may perhaps"),
        (false, true) => (style.no("✗"), "may nowhere"),
    };
    lines.line(&format!("{mark} {} {word}", safe(&name)));
    lines.line(&format!("  {} ({} plane)", safe(question.operation.text()), question.plane));
    lines.line("");
    for region in &list.regions {
        let mark =
            if region.outcome == Outcome::Allowed { style.yes("✓") } else { style.maybe("?") };
        lines.line(&format!("  {mark} {}{}", short(tenant, region.scope), extent(tenant, region)));
        if tenant.scope_text(region.scope).kind() != ScopeKind::Root {
            lines.line(&format!("      {}", safe(tenant.scope_text(region.scope).text())));
        }
        if let Some(grant) = &region.grant {
            lines.words("      ", 6, &reason(tenant, own, grant));
        }
        if let Some(residual) = &region.residual {
            lines.words("      where ", 12, &safe(residual));
        }
        exceptions(&mut lines, tenant, &region.except, style);
    }
    if list.regions.iter().any(|region| region.outcome == Outcome::Conditional) {
        lines.gaps(style, &list.gaps);
    }
    lines.remarks(&question.remarks);
    lines.finish()
}

/// Where a principal gets in through any door, as text ending in a line feed.
#[must_use]
pub fn where_access(
    tenant: &Tenant,
    question: &Prepared,
    list: &WhereAccess,
    style: Style,
) -> String {
    let mut lines = Lines::default();
    let name = tenant.principal(question.principal).map_or_else(
        || format!("{} (named nowhere in this tenant)", question.principal),
        |ix| tenant.principal_name(ix),
    );
    let firm = list.regions.iter().any(|region| region.effective == Effective::Allowed);
    let (mark, word) = match (firm, list.regions.is_empty()) {
        (true, _) => (style.yes("✓"), "gets in"),
        (false, false) => (style.maybe("?"), "gets in perhaps"),
        (false, true) => (style.no("✗"), "gets in nowhere"),
    };
    lines.line(&format!("{mark} {} {word}", safe(&name)));
    lines.line(&format!("  {} ({} plane)", safe(question.operation.text()), question.plane));
    lines.line("");
    for region in &list.regions {
        let mark = if region.effective == Effective::Allowed {
            style.yes("✓")
        } else {
            style.maybe("?")
        };
        let far = how_far(region.covers, tenant.scope_text(region.scope).kind());
        let door = door(region.via);
        lines.line(&format!("  {mark} {}{far}  {door}", short(tenant, region.scope)));
        if tenant.scope_text(region.scope).kind() != ScopeKind::Root {
            lines.line(&format!("      {}", safe(tenant.scope_text(region.scope).text())));
        }
        if let Some(residual) = &region.residual {
            lines.words("      where ", 12, &safe(residual));
        }
        exceptions(&mut lines, tenant, &region.except, style);
    }
    if list.regions.iter().any(|region| region.effective == Effective::Conditional) {
        lines.gaps(style, &list.gaps);
    }
    lines.remarks(&question.remarks);
    lines.finish()
}

fn door(via: Via) -> &'static str {
    match via {
        Via::Rbac => "by RBAC",
        Via::Native => "by the service's own roles",
        Via::LocalAuth => "with a key",
        Via::None => "perhaps: a door is unknown or a condition decides",
    }
}

fn exceptions(lines: &mut Lines, tenant: &Tenant, except: &[ScopeIx], style: Style) {
    for (number, ix) in except.iter().enumerate() {
        if number == EXCEPTIONS {
            let left = except.len() - EXCEPTIONS;
            lines.line(&format!("      and {left} more (-o json lists them)"));
            break;
        }
        lines.line(&format!("      {} {}", style.no("except"), short(tenant, *ix)));
    }
}

/// How many exceptions of one region are told.
const EXCEPTIONS: usize = 20;

fn extent(tenant: &Tenant, region: &Region) -> &'static str {
    how_far(region.covers, tenant.scope_text(region.scope).kind())
}

fn how_far(covers: Covers, kind: ScopeKind) -> &'static str {
    match (covers, kind) {
        (Covers::Subtree, ScopeKind::Resource) => "",
        (Covers::Subtree, _) => " and everything below",
        (Covers::Only, _) => " itself",
        (Covers::Below, _) => ", everything below it",
    }
}
