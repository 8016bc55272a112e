//! What a refusal was about, for people and for programs.

use super::json::{PrincipalWire, VERSION, principal};
use super::listing::{Lines, place, reason};
use super::safe;
use super::text::Style;
use crate::analysis::why::Explanation;
use crate::decide::Outcome;
use crate::tenant::Tenant;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WhyWire<'a> {
    version: u32,
    kind: &'static str,
    client: Option<&'a str>,
    principal: Option<PrincipalWire<'a>>,
    tenants: Vec<String>,
    tenants_on_file: Vec<String>,
    linked_subscription: Option<&'a str>,
    checks: Vec<CheckWire<'a>>,
    disagreements: &'a [String],
    fixes: Vec<FixWire<'a>>,
}

#[derive(Serialize)]
struct FixWire<'a> {
    what: &'a str,
    command: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CheckWire<'a> {
    operation: &'a str,
    plane: &'static str,
    scope: Option<&'a str>,
    said_permitted: bool,
    outcome: Option<&'static str>,
    residual: Option<&'a str>,
}

/// As one line of JSON.
#[must_use]
pub fn why(tenant: &Tenant, told: &Explanation) -> String {
    let refusal = &told.refusal;
    let checks = refusal
        .checks
        .iter()
        .map(|check| {
            let answer = told.answers.iter().find(|answer| {
                answer.check.operation == check.operation && answer.check.scope == check.scope
            });
            CheckWire {
                operation: check.operation.text(),
                plane: answer.map_or(check.plane, |answer| answer.decision.plane).as_str(),
                scope: answer
                    .map(|answer| answer.scope.text())
                    .or(check.scope.as_ref().map(|scope| scope.text())),
                said_permitted: check.said_permitted,
                outcome: answer.map(|answer| answer.decision.outcome.as_str()),
                residual: answer.and_then(|answer| answer.decision.residual.as_deref()),
            }
        })
        .collect();
    let wire = WhyWire {
        version: VERSION,
        kind: refusal.kind.as_str(),
        client: refusal.client.as_deref(),
        principal: told.principal.map(|id| principal(tenant, id)),
        tenants: refusal.tenants.iter().map(ToString::to_string).collect(),
        tenants_on_file: tenant.directories().iter().map(ToString::to_string).collect(),
        linked_subscription: refusal.linked_subscription.as_deref(),
        checks,
        disagreements: &told.disagreements,
        fixes: told
            .fixes
            .iter()
            .map(|fix| FixWire { what: &fix.what, command: fix.command.as_deref() })
            .collect(),
    };
    serde_json::to_string(&wire).unwrap_or_default()
}

/// As text ending in a line feed.
#[must_use]
pub fn why_text(tenant: &Tenant, told: &Explanation, style: Style) -> String {
    let mut lines = Lines::default();
    let own = told.principal.and_then(|id| tenant.principal(id));
    let name = match (own, told.principal, &told.refusal.client) {
        (Some(ix), ..) => tenant.principal_name(ix),
        (None, Some(id), _) => id.to_string(),
        (None, None, Some(client)) => client.clone(),
        (None, None, None) => "somebody".to_string(),
    };
    lines.line(&format!("{} was refused ({})", safe(&name), told.refusal.kind.as_str()));
    for answer in &told.answers {
        lines.line("");
        let mark = match answer.decision.outcome {
            Outcome::Allowed => style.yes("✓"),
            Outcome::Conditional => style.maybe("?"),
            Outcome::NotAllowed | Outcome::Denied | Outcome::Locked => style.no("✗"),
        };
        lines.line(&format!("  {mark} {}", safe(answer.check.operation.text())));
        lines.line(&format!("    on {}", place(tenant, &answer.scope)));
        let said = if answer.check.said_permitted { ", permitted by the message" } else { "" };
        lines.line(&format!("    on file: {}{said}", answer.decision.outcome.as_str()));
        for grant in &answer.decision.grants {
            lines.words("    ", 4, &format!("granted by {}", reason(tenant, own, grant)));
        }
        if answer.decision.outcome != Outcome::Allowed {
            for miss in answer.decision.near.iter().take(3) {
                let role = safe(&tenant.role(miss.role).name());
                lines.words("    near: ", 10, &format!("{role}: {}", safe(&miss.detail)));
            }
        }
    }
    if !told.disagreements.is_empty() {
        lines.line("");
        lines.line("  the message and the tenant on file disagree:");
        for text in &told.disagreements {
            lines.words("  - ", 4, &safe(text));
        }
    }
    if !told.fixes.is_empty() {
        lines.line("");
        lines.line("  what would mend it:");
        for fix in &told.fixes {
            lines.words("  - ", 4, &safe(&fix.what));
            if let Some(command) = &fix.command {
                // Never broken: it is there to be copied.
                lines.line(&format!("      {}", safe(command)));
            }
        }
    }
    lines.finish()
}
