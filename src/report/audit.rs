//! What an audit found, ready for every format.

use super::findings::{self, Case, Reported, RuleText, Suite};
use super::json::{VERSION, gap, notices};
use super::page::Page;
use crate::analysis::audit::{Finding, RULES, Report, Rule, SUPPRESSION_RULES, Severity, Source};
use crate::origin::{Origin, Place};
use crate::tenant::{Notice, Tenant};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The findings of an audit as every format takes them. `places` says where facts were read, for all of
/// them at once.
#[must_use]
pub fn audited(
    tenant: &Tenant,
    report: &Report,
    places: impl Fn(&[Origin]) -> Vec<Option<Place>>,
) -> Vec<Reported> {
    let origins: Vec<Origin> = report
        .findings
        .iter()
        .map(|finding| match finding.source {
            Source::Tenant(origin) => origin,
            Source::File(_) | Source::None => Origin::NONE,
        })
        .collect();
    let found = report.findings.iter().zip(places(&origins));
    found.map(|(finding, place)| reported(tenant, finding, place)).collect()
}

fn reported(tenant: &Tenant, finding: &Finding, place: Option<Place>) -> Reported {
    let about = &finding.about;
    let principal = about.principal.map(|ix| {
        json!({"id": tenant.principal_id(ix).to_string(), "name": tenant.principal_name(ix),
            "type": tenant.principal_kind(ix).as_str()})
    });
    let assignment = about.assignment.map(|ix| {
        let scope = tenant.scope_text(tenant.assignment_scope(ix)).text();
        tenant.assignment(ix).name.full(scope, "roleAssignments")
    });
    let role = about.role.map(|ix| {
        let role = tenant.role(ix);
        json!({"id": role.id().map(|id| id.to_string()), "name": role.name()})
    });
    let scope = about.scope.map(|ix| tenant.scope_text(ix).text());
    let subject = match (about.assignment, about.principal, about.role, scope) {
        (Some(ix), ..) => match tenant.assignment(ix).name.guid() {
            Some(id) => format!("assignment {id}"),
            None => "an assignment without an id".to_string(),
        },
        (None, Some(ix), ..) => format!("principal {}", tenant.principal_name(ix)),
        (None, None, Some(ix), _) => format!("role {}", tenant.role(ix).name()),
        (None, None, None, Some(scope)) => scope.to_string(),
        (None, None, None, None) => "suppressions".to_string(),
    };
    let key = [
        about.principal.map(|ix| tenant.principal_id(ix).to_string()),
        assignment.clone(),
        about.role.and_then(|ix| tenant.role(ix).id()).map(|id| id.to_string()),
        scope.map(str::to_ascii_lowercase),
    ];
    let key: Vec<String> = key.into_iter().flatten().collect();
    let more = json!({"principal": principal, "assignment": assignment, "role": role, "scope": scope,
        "reasons": finding.reasons, "hangsOn": finding.hangs_on, "suppressed": finding.suppressed});
    let Value::Object(more) = more else { return unplaced(finding, subject, key) };
    let place = match &finding.source {
        Source::File(place) => Some(place.clone()),
        Source::Tenant(_) | Source::None => place,
    };
    Reported { place, more, ..unplaced(finding, subject, key) }
}

fn unplaced(finding: &Finding, subject: String, key: Vec<String>) -> Reported {
    Reported {
        code: finding.code,
        severity: finding.severity,
        message: finding.message.clone(),
        fingerprint: format!("{}|{}", finding.code, key.join("|")),
        subject,
        place: None,
        reasons: finding.reasons.clone(),
        help: finding.help.clone(),
        fix: finding.fix.clone(),
        hangs_on: finding.hangs_on.clone(),
        suppressed: finding.suppressed.clone(),
        more: Map::new(),
    }
}

fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().chain(SUPPRESSION_RULES)
}

/// What the rules say of themselves.
#[must_use]
pub fn audit_rules() -> Vec<RuleText> {
    rules()
        .map(|rule| RuleText {
            code: rule.code,
            severity: rule.severity,
            what: rule.what,
            why: rule.why,
            fix: rule.fix,
        })
        .collect()
}

/// The findings as text, with the number of each kind at the end. What is suppressed is only counted.
#[must_use]
pub fn audit_text(found: &[Reported]) -> String {
    let mut page = Page::default();
    let told: Vec<Reported> =
        found.iter().filter(|one| one.suppressed.is_none()).cloned().collect();
    findings::text(&mut page, &told, "");
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &told {
        *kinds.entry(one.code).or_default() += 1;
    }
    page.line(0, &findings::tally(told.iter()));
    for (code, count) in kinds {
        page.raw(&format!("{count:>7} {code}"));
    }
    match found.len() - told.len() {
        0 => {}
        count => page.line(0, &format!("{count} suppressed")),
    }
    page.finish()
}

/// The findings as JSON (cli.md).
#[must_use]
pub fn audit_json(tenant: &Tenant, report: &Report, found: &[Reported]) -> Value {
    let list = |is_suppressed: bool| -> Vec<Value> {
        let of = found.iter().filter(|one| one.suppressed.is_some() == is_suppressed);
        of.map(findings::value).collect()
    };
    let said: Vec<Notice> = tenant.notices().iter().chain(&report.notices).cloned().collect();
    let gaps: Vec<_> = report.gaps.iter().map(gap).collect();
    json!({"version": VERSION, "findings": list(false), "suppressed": list(true), "gaps": gaps,
        "notices": notices(&said)})
}

/// One suite, a case a rule; findings at or above `deny` that are not suppressed are failures.
#[must_use]
pub fn audit_suites(report: &Report, found: &[Reported], deny: Severity) -> Vec<Suite> {
    let ran = |rule: &&Rule| {
        report.ran.contains(&rule.code) || SUPPRESSION_RULES.iter().any(|one| one.code == rule.code)
    };
    let case = |rule: &Rule| Case {
        class: "azrbac audit".to_string(),
        name: rule.code.to_string(),
        failures: found
            .iter()
            .filter(|one| one.code == rule.code && one.severity >= deny && one.suppressed.is_none())
            .cloned()
            .collect(),
    };
    vec![Suite { name: "tenant".to_string(), cases: rules().filter(ran).map(case).collect() }]
}
