//! Findings that somebody has looked at and accepts: for a reason, and for a time.
//!
//! The file is JSON or YAML: `{"suppressions": […]}`, or the list alone. Each entry names a `code`, at
//! least one of `principal`, `assignment`, `role` and `scope` (which reaches what is below it), a
//! `reason` and the day on which it `expires`, the last on which it holds. One that has expired, and one
//! that takes nothing out, is itself a finding.

use super::context::{Context, finding};
use super::{Finding, RULES, Report, Rule, Severity, Source, sort};
use crate::ident::{Guid, Scope, Timestamp};
use crate::ingest::documents::{RawEntry, message, offset_of};
use crate::ingest::entry::{Entry, Problem, Step, known_fields};
use crate::ingest::ground::{At, Ground, Lines};
use crate::ingest::node::Node;
use crate::ingest::{text, yaml};
use crate::origin::{Error, ErrorKind, Place, SourceId};
use crate::tenant::Tenant;

/// A finding that is accepted.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// The code of the rule.
    pub code: String,
    /// Whom it is about: object id, user principal name or display name.
    pub principal: Option<String>,
    /// Which role assignment: its id, or the GUID of it.
    pub assignment: Option<String>,
    /// Which role: its name or GUID.
    pub role: Option<String>,
    /// Where: this scope and what is below it.
    pub scope: Option<Scope>,
    /// Why it is accepted.
    pub reason: String,
    /// From when on it no longer holds.
    pub expires: Timestamp,
    /// `expires` as it was written.
    pub expires_text: String,
    /// Where it stands.
    pub place: Place,
}

/// The rules about suppressions themselves.
pub const SUPPRESSION_RULES: &[Rule] = &[
    Rule {
        code: "suppression-expired",
        severity: Severity::Warning,
        what: "A suppression has expired, and what it took out is told again.",
        why: "A suppression is a decision for a time. When the time is over somebody has to look again.",
        fix: "Mend what it is about, or decide again and set a new date.",
        check: nothing,
    },
    Rule {
        code: "suppression-unused",
        severity: Severity::Warning,
        what: "A suppression takes nothing out: what it is about is no longer found.",
        why: "What was mended may come back, and would then be passed over in silence.",
        fix: "Delete it from the file.",
        check: nothing,
    },
];

/// What they find is found while suppressions are applied, not in the tenant.
fn nothing(_context: &mut Context<'_>, _found: &mut Vec<Finding>) {}

const FIELDS: &[&str] = &["code", "principal", "assignment", "role", "scope", "reason", "expires"];

/// Reads a file of suppressions.
///
/// ```
/// let text = r#"[{"code": "unused-role", "role": "Operator", "reason": "kept for the drill",
///     "expires": "2026-12-31"}]"#;
/// let found = azrbac::analysis::audit::read_suppressions("suppress.json", text.as_bytes()).unwrap();
/// assert_eq!(found[0].reason, "kept for the drill");
/// ```
///
/// # Errors
/// Everything that is wrong with it, each with file, line and path. Nothing is suppressed then.
pub fn read(name: &str, bytes: &[u8]) -> Result<Vec<Suppression>, Vec<Error>> {
    let start = || Place { file: name.to_string(), path: "$".to_string(), line: 1, column: 1 };
    let (text, _) = text::decode(bytes).map_err(|error| vec![error.at(start())])?;
    let lines = Lines::default();
    let ground = |at| Ground { source: SourceId::default(), name, text: &text, lines: &lines, at };
    if text.trim_start().starts_with(['{', '[']) {
        let node: Node<'_> = serde_json::from_str(&text).map_err(|error| {
            let offset = offset_of(&text, &error);
            let (line, column) = lines.line_and_column(&text, offset);
            let error = Error::new(ErrorKind::Syntax, format!("not JSON: {}", message(&error)));
            vec![error.expected("a list of suppressions").at(Place { line, column, ..start() })]
        })?;
        let entry = RawEntry { text: &text, offset: 0, document: 0, wrapper: None, index: None };
        document(&node, ground(At::Json { entry, documents: 1 }))
    } else {
        let (node, positions) = yaml::read(&text).map_err(|error| vec![error.at(start())])?;
        document(&node, ground(At::Yaml(&positions)))
    }
}

fn document(node: &Node<'_>, ground: Ground<'_>) -> Result<Vec<Suppression>, Vec<Error>> {
    let wrong = |problem: &Problem, base: &[Step]| {
        let text = problem.text();
        let error = Error::new(ErrorKind::Entry, format!("found {}", text.found))
            .expected(&text.expected)
            .at(ground.place(&[base, &text.steps].concat()));
        match &text.help {
            Some(help) => error.help(help),
            None => error,
        }
    };
    let mut base = Vec::new();
    let items: &[Node<'_>] = match (node, Entry::of(node)) {
        (Node::List(items), _) => items,
        (_, Some(entry)) => {
            known_fields(&entry, &["suppressions"])
                .map_err(|problem| vec![wrong(&problem, &[])])?;
            base.push(Step::Key("suppressions".to_string()));
            match entry.find_own("suppressions") {
                Ok(Some(field)) => match field.node {
                    Node::List(items) => items,
                    _ => return Err(vec![wrong(&field.problem("a list of suppressions"), &[])]),
                },
                Ok(None) => &[],
                Err(problem) => return Err(vec![wrong(&problem, &[])]),
            }
        }
        (Node::Null, _) => &[],
        (other, None) => {
            let problem = Problem::new(other.describe(), "a list of suppressions");
            return Err(vec![wrong(&problem, &[])]);
        }
    };
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for (index, item) in items.iter().enumerate() {
        let path = [&base[..], &[Step::Index(index)]].concat();
        let one = Entry::of(item)
            .ok_or_else(|| Problem::new(item.describe(), "a suppression"))
            .and_then(|entry| suppression(&entry, ground.place(&path)));
        match one {
            Ok(one) => found.push(one),
            Err(problem) => errors.push(wrong(&problem, &path)),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

fn suppression(entry: &Entry<'_, '_>, place: Place) -> Result<Suppression, Problem> {
    known_fields(entry, FIELDS)?;
    let needed = |name: &'static str, what: &str| {
        entry
            .filled(&[name])?
            .map(str::to_string)
            .ok_or_else(|| Problem::new(format!("no `{name}`"), what))
    };
    let code = needed("code", "the code of a finding")?;
    if !RULES.iter().any(|rule| rule.code.eq_ignore_ascii_case(&code)) {
        let nearest = RULES.iter().min_by_key(|rule| strsim::osa_distance(rule.code, &code));
        let problem =
            Problem::new(format!("the code `{code}`"), "the code of a finding of `audit`")
                .under(Step::Key("code".to_string()));
        return Err(match nearest {
            Some(rule) => problem.help(format!("did you mean `{}`?", rule.code)),
            None => problem,
        });
    }
    let reason = needed("reason", "why it is accepted")?;
    let expires_text = needed("expires", "the last day on which it holds, such as `2026-12-31`")?;
    let expires = end(&expires_text).ok_or_else(|| {
        Problem::new(format!("`{expires_text}`"), "a day such as `2026-12-31`, or a time")
            .under(Step::Key("expires".to_string()))
    })?;
    let text = |name| entry.filled(&[name]).map(|text| text.map(str::to_string));
    let scope = match entry.filled(&["scope"])? {
        None => None,
        Some(text) => Some(Scope::new(text).map_err(|error| {
            Problem::new(error.message(), error.expectation().unwrap_or("a scope"))
                .under(Step::Key("scope".to_string()))
        })?),
    };
    let one = Suppression {
        code,
        principal: text("principal")?,
        assignment: text("assignment")?,
        role: text("role")?,
        scope,
        reason,
        expires,
        expires_text,
        place,
    };
    let about_nothing = one.principal.is_none()
        && one.assignment.is_none()
        && one.role.is_none()
        && one.scope.is_none();
    if about_nothing {
        return Err(Problem::new(
            "nothing that it is about",
            "one of `principal`, `assignment`, `role` and `scope`",
        )
        .help("`--skip CODE` leaves a rule out altogether"));
    }
    Ok(one)
}

/// When it no longer holds: after the day, or at the time.
fn end(text: &str) -> Option<Timestamp> {
    if let Ok(day) = text.parse::<jiff::civil::Date>() {
        return format!("{}T00:00:00Z", day.tomorrow().ok()?).parse().ok();
    }
    text.parse().ok()
}

/// Takes out what is suppressed, and adds what there is to say of the suppressions.
pub fn apply(tenant: &Tenant, report: &mut Report, suppressions: &[Suppression], at: Timestamp) {
    let [expired, unused] = SUPPRESSION_RULES else { return };
    for one in suppressions {
        let about_it = |rule: &Rule, message: String, reason: String| Finding {
            source: Source::File(one.place.clone()),
            reasons: vec![reason],
            ..finding(rule, message)
        };
        if one.expires <= at {
            report.findings.push(about_it(
                expired,
                format!(
                    "the suppression of {} expired: it held until {}",
                    one.code, one.expires_text
                ),
                format!("its reason was: {}", one.reason),
            ));
            continue;
        }
        let mut used = false;
        for found in report.findings.iter_mut().filter(|found| fits(tenant, one, found)) {
            found.suppressed.get_or_insert_with(|| one.reason.clone());
            used = true;
        }
        let ran = report.ran.iter().any(|code| code.eq_ignore_ascii_case(&one.code));
        if !used && ran {
            report.findings.push(about_it(
                unused,
                format!("the suppression of {} takes nothing out", one.code),
                format!("its reason is: {}", one.reason),
            ));
        }
    }
    sort(&mut report.findings);
}

/// Is the finding what the suppression speaks of?
fn fits(tenant: &Tenant, one: &Suppression, found: &Finding) -> bool {
    let about = &found.about;
    let principal = |text: &String| {
        about.principal.is_some_and(|ix| {
            let info = &tenant.infos[ix.row()];
            Guid::parse(text) == Some(tenant.principal_id(ix))
                || [&info.user_principal_name, &info.display_name]
                    .into_iter()
                    .flatten()
                    .any(|name| name.eq_ignore_ascii_case(text))
        })
    };
    let assignment = |text: &String| {
        about.assignment.is_some_and(|ix| {
            let id = tenant.assignment(ix).name.guid();
            id.is_some() && Guid::last_segment(text) == id
        })
    };
    let role = |text: &String| {
        about.role.is_some_and(|ix| {
            let role = tenant.role(ix);
            role.name().eq_ignore_ascii_case(text)
                || (role.id().is_some() && Guid::parse(text) == role.id())
        })
    };
    let scope = |scope: &Scope| {
        about.scope.is_some_and(|ix| match tenant.scope(scope) {
            Some(above) => tenant.is_above(above, ix),
            None => scope.contains(tenant.scope_text(ix)),
        })
    };
    found.code.eq_ignore_ascii_case(&one.code)
        && one.principal.as_ref().is_none_or(principal)
        && one.assignment.as_ref().is_none_or(assignment)
        && one.role.as_ref().is_none_or(role)
        && one.scope.as_ref().is_none_or(scope)
}
