//! Findings over a whole tenant: what an administrator would want to know without asking. One rule a
//! file.
//!
//! A rule looks at a [`Tenant`] and reports [`Finding`]s, each with its reasons. Input that a rule needs
//! and nobody exported is a notice where the rule could not look at all, and a finding that says what it
//! hangs on where it could be wrong. Severity: an error is refused by the service, a warning hands out
//! or leaves behind more than is meant as a rule, a note is worth knowing.

mod context;
mod grants;
mod rules;
mod suppress;

pub use rules::RULES;
pub use suppress::{SUPPRESSION_RULES, Suppression, apply, read as read_suppressions};

use crate::catalog::Catalog;
use crate::ident::Timestamp;
use crate::model::Gap;
use crate::origin::{Origin, Place};
use crate::tenant::{AssignmentIx, Notice, PrincipalIx, RoleIx, ScopeIx, Tenant};
use context::Context;

pub use crate::condition::Severity;

/// One rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The stable code.
    pub code: &'static str,
    /// How grave a finding is, at most.
    pub severity: Severity,
    /// What is found.
    pub what: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What mends it.
    pub fix: &'static str,
    check: fn(&mut Context<'_>, &mut Vec<Finding>),
}

/// What a finding is about, as far as it is about such a thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct About {
    /// A principal.
    pub principal: Option<PrincipalIx>,
    /// A role assignment.
    pub assignment: Option<AssignmentIx>,
    /// A role.
    pub role: Option<RoleIx>,
    /// A scope.
    pub scope: Option<ScopeIx>,
}

/// Where the thing that a finding is about was read.
#[derive(Debug, Clone)]
pub enum Source {
    /// In the sources of the tenant.
    Tenant(Origin),
    /// In another file, such as one of suppressions.
    File(Place),
    /// Nowhere.
    None,
}

/// Something that is found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule's code.
    pub code: &'static str,
    /// How grave.
    pub severity: Severity,
    /// What is the case.
    pub message: String,
    /// What it is about.
    pub about: About,
    /// Where that was read.
    pub source: Source,
    /// Why it is the case, a sentence each.
    pub reasons: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// A command that mends it.
    pub fix: Option<String>,
    /// Input that is missing and could make it false; empty where it is certain.
    pub hangs_on: Vec<String>,
    /// The reason of the suppression that takes it out, where one does.
    pub suppressed: Option<String>,
}

impl Finding {
    /// Does it count: is it certain, and not suppressed?
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.hangs_on.is_empty() && self.suppressed.is_none()
    }
}

/// Since when wildcards are asked what they gained.
#[derive(Debug, Clone)]
pub struct Since {
    /// The date, or the name of the catalog.
    pub name: String,
    /// What was known then.
    pub catalog: Catalog,
}

/// What an audit is to look at.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// When. `None`: time windows are taken to be open.
    pub at: Option<Timestamp>,
    /// Since when wildcards of custom roles are asked what they gained. `None`: since the role was last
    /// changed, or the oldest embedded date where no export says.
    pub since: Option<Since>,
    /// The codes of the rules that are run; all where there is none.
    pub only: Vec<String>,
    /// The codes of the rules that are not run.
    pub skip: Vec<String>,
}

/// What an audit found.
#[derive(Debug, Clone)]
pub struct Report {
    /// The findings, the gravest first.
    pub findings: Vec<Finding>,
    /// What rules could not look at because the input is absent.
    pub notices: Vec<Notice>,
    /// The codes of the rules that were run.
    pub ran: Vec<&'static str>,
    /// Input that was not understood: what stands there may be a finding too.
    pub gaps: Vec<Gap>,
}

/// Runs the rules over a tenant.
///
/// ```
/// use azrbac::analysis::audit::{Options, audit};
/// use azrbac::{catalog::Catalog, model::Facts, tenant::Tenant};
/// let mut facts = Facts::default();
/// azrbac::ingest::read(&mut facts, "assignments.json", br#"[{
///     "principalId": "11111111-1111-1111-1111-111111111111", "principalType": "User",
///     "roleDefinitionId": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
///     "scope": "/subscriptions/22222222-2222-2222-2222-222222222222"}]"#);
/// let tenant = Tenant::build(facts, &Catalog::newest());
/// let report = audit(&tenant, &Options::default());
/// assert_eq!(report.findings[0].code, "broad-data-role");
/// ```
#[must_use]
pub fn audit(tenant: &Tenant, options: &Options) -> Report {
    let mut context = Context::new(tenant, options);
    let (mut findings, mut ran) = (Vec::new(), Vec::new());
    let named = |list: &[String], code: &str| list.iter().any(|one| one.eq_ignore_ascii_case(code));
    for rule in RULES {
        let asked = options.only.is_empty() || named(&options.only, rule.code);
        if asked && !named(&options.skip, rule.code) {
            (rule.check)(&mut context, &mut findings);
            ran.push(rule.code);
        }
    }
    sort(&mut findings);
    Report { findings, ran, notices: context.notices, gaps: tenant.gaps().to_vec() }
}

/// The gravest first, then by code, then by what they are about.
fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        b.severity.cmp(&a.severity).then(a.code.cmp(b.code)).then(a.about.cmp(&b.about))
    });
}
