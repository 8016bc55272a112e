//! Running a scenario: every check, expression and validation against what it expects.

use super::question;
use super::{AskedRequest, Check, Listing, Prepared, Question, Scenario, Validation};
use crate::analysis::validate;
use crate::condition::{Condition, Inputs};
use crate::dataplane::{Access, access};
use crate::decide::{Covers, Decision, can, where_can, who_can};
use crate::ident::{Operation, Plane, Scope};
use crate::model::PrincipalType;
use crate::origin::Error;
use crate::tenant::{ScopeIx, Tenant};
use crate::truth::Truth;

/// What came of a scenario.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Entries that hold.
    pub passed: usize,
    /// Entries that do not, in the order of the document.
    pub failures: Vec<Failure>,
}

/// An entry that does not hold.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The scenario's name.
    pub scenario: String,
    /// The entry's name.
    pub check: String,
    /// Where it stands.
    pub place: crate::origin::Place,
    /// What was expected.
    pub expected: String,
    /// What came out, in a word or a sentence.
    pub actual: String,
    /// The whole decision, where there is one.
    pub decision: Option<Box<(Prepared, Decision, Access)>>,
}

/// Runs everything that a scenario expects against its tenant.
///
/// The tenant is built by the caller, who may have merged snapshots into the scenario's facts.
#[must_use]
pub fn run(scenario: &Scenario, tenant: &Tenant) -> Report {
    let mut report = Report::default();
    for check in &scenario.checks {
        let result = self::check(tenant, check);
        report.add(scenario, &check.name, &check.place, result);
    }
    for (number, listing) in scenario.who_can.iter().enumerate() {
        let result = who_can_lists(tenant, listing);
        report.add(scenario, &format!("whoCan {}", number + 1), &listing.place, result);
    }
    for (number, listing) in scenario.where_can.iter().enumerate() {
        let result = where_can_lists(tenant, listing);
        report.add(scenario, &format!("whereCan {}", number + 1), &listing.place, result);
    }
    for (number, expression) in scenario.expressions.iter().enumerate() {
        let result = evaluate(&expression.condition, &expression.question, tenant)
            .map_err(|error| Wrong::plain("a condition that can be read", error.to_string()))
            .and_then(|truth| {
                let wanted = if expression.expect_true { "true" } else { "not-true" };
                if truth.is_true() == expression.expect_true {
                    Ok(())
                } else {
                    Err(Wrong::plain(wanted, truth.as_str().to_string()))
                }
            });
        report.add(scenario, &format!("expression {}", number + 1), &expression.place, result);
    }
    for (number, validation) in scenario.validations.iter().enumerate() {
        let result = validated(tenant, validation);
        report.add(scenario, &format!("validation {}", number + 1), &validation.place, result);
    }
    for (number, request) in scenario.requests.iter().enumerate() {
        let result = checked_as(tenant, request);
        report.add(scenario, &format!("request {}", number + 1), &request.place, result);
    }
    report
}

/// Why an entry does not hold.
struct Wrong {
    expected: String,
    actual: String,
    decision: Option<Box<(Prepared, Decision, Access)>>,
}

impl Wrong {
    fn plain(expected: &str, actual: String) -> Wrong {
        Wrong { expected: expected.to_string(), actual, decision: None }
    }
}

impl Report {
    fn add(
        &mut self,
        scenario: &Scenario,
        check: &str,
        place: &crate::origin::Place,
        result: Result<(), Wrong>,
    ) {
        match result {
            Ok(()) => self.passed += 1,
            Err(wrong) => self.failures.push(Failure {
                scenario: scenario.name.clone(),
                check: check.to_string(),
                place: place.clone(),
                expected: wrong.expected,
                actual: wrong.actual,
                decision: wrong.decision,
            }),
        }
    }
}

fn check(tenant: &Tenant, check: &Check) -> Result<(), Wrong> {
    let mut wanted: Vec<String> = check.expect.iter().map(|e| e.as_str().to_string()).collect();
    wanted.extend(check.expect_via.iter().map(|via| format!("via {via}")));
    let wanted = wanted.join(", ");
    let prepared =
        check.question.prepare(tenant).map_err(|error| Wrong::plain(&wanted, error.to_string()))?;
    if prepared.request().at.is_none() && tenant.has_time_windows() {
        return Err(Wrong::plain(
            &wanted,
            "the tenant has assignments with a time window: the check needs `at`".to_string(),
        ));
    }
    let request = prepared.request();
    let decision = can(tenant, &request);
    let access = access(tenant, &request, &decision);
    let outcome_holds = check.expect.is_none_or(|expected| expected.is_met_by(decision.outcome));
    let via_holds = check.expect_via.as_deref().is_none_or(|via| via == access.via.as_str());
    if outcome_holds && via_holds {
        return Ok(());
    }
    let actual = if via_holds {
        decision.outcome.as_str().to_string()
    } else {
        format!("{}, via {}", decision.outcome.as_str(), access.via.as_str())
    };
    Err(Wrong { expected: wanted, actual, decision: Some(Box::new((prepared, decision, access))) })
}

/// Conditional holders count as holders. Groups are named only where the document expects some.
fn who_can_lists(tenant: &Tenant, listing: &Listing) -> Result<(), Wrong> {
    let wanted = listing.expect.join(", ");
    let unreadable = |error: Error| Wrong::plain(&wanted, error.to_string());
    let prepared = listing.question.prepare_for_who(tenant).map_err(unreadable)?;
    let mut expected = Vec::with_capacity(listing.expect.len());
    for name in &listing.expect {
        expected.push(question::principal(tenant, name).map_err(unreadable)?);
    }
    let is_group = |id: crate::ident::Guid| {
        tenant.principal(id).is_some_and(|ix| {
            matches!(
                tenant.principal_kind(ix),
                PrincipalType::Group | PrincipalType::ForeignGroup | PrincipalType::Everyone
            )
        })
    };
    let with_groups = expected.iter().any(|id| is_group(*id));
    let mut found: Vec<crate::ident::Guid> = who_can(tenant, &prepared.request())
        .holders
        .iter()
        .map(|holder| tenant.principal_id(holder.principal))
        .filter(|id| with_groups || !is_group(*id))
        .collect();
    expected.sort_unstable();
    expected.dedup();
    found.sort_unstable();
    let missing = expected.iter().any(|id| found.binary_search(id).is_err());
    let more = found.iter().any(|id| expected.binary_search(id).is_err());
    if missing || (more && listing.exactly) {
        let name = |id: &crate::ident::Guid| {
            tenant.principal(*id).map_or_else(|| id.to_string(), |ix| tenant.principal_name(ix))
        };
        let found: Vec<String> = found.iter().map(name).collect();
        return Err(Wrong::plain(&wanted, found.join(", ")));
    }
    Ok(())
}

/// Exactly: the scopes that are expected are where the regions begin, or what the tenant lists of
/// them. At least: each scope that is expected lies in a region.
fn where_can_lists(tenant: &Tenant, listing: &Listing) -> Result<(), Wrong> {
    let wanted = listing.expect.join(", ");
    let unreadable = |error: Error| Wrong::plain(&wanted, error.to_string());
    let prepared = listing.question.prepare_for_where(tenant).map_err(unreadable)?;
    let list = where_can(tenant, &prepared.request());
    let mut expected = Vec::with_capacity(listing.expect.len());
    for text in &listing.expect {
        expected.push(question::scope(tenant, text).map_err(unreadable)?);
    }
    let inside = |scope: &Scope| {
        let located = tenant.scopes.locate(scope, false);
        // A scope that the tenant does not list is below its nearest listed ancestor.
        list.regions.iter().any(|region| {
            let reaches = match region.covers {
                Covers::Only => located.exact && region.scope == located.at,
                Covers::Subtree => tenant.is_above(region.scope, located.at),
                Covers::Below => {
                    tenant.is_above(region.scope, located.at)
                        && !(located.exact && region.scope == located.at)
                }
            };
            reaches && !region.except.iter().any(|ix| tenant.is_above(*ix, located.at))
        })
    };
    let missing = expected.iter().any(|scope| !inside(scope));
    // What the document names stands for what is below it; nothing may be left over.
    let covered = |ix: ScopeIx| {
        expected.iter().any(|scope| scope.contains(tenant.scope_text(ix)))
            || tenant.scopes.upwards(ix).any(|above| expected.contains(tenant.scope_text(above)))
    };
    let more = list.regions.iter().any(|region| !covered(region.scope));
    if missing || (more && listing.exactly) {
        let found: Vec<&str> =
            list.regions.iter().map(|region| tenant.scope_text(region.scope).text()).collect();
        return Err(Wrong::plain(&wanted, found.join(", ")));
    }
    Ok(())
}

/// The value of a condition on its own, for an operation and attributes.
fn evaluate(text: &str, question: &Question, tenant: &Tenant) -> Result<Truth, Error> {
    let operation = Operation::new(&question.operation)?;
    let plane = question
        .plane
        .or_else(|| tenant.catalog().planes(&operation).only().map(|(plane, _)| plane))
        .unwrap_or(Plane::Data);
    let condition = Condition::parse(text).map_err(|errors| {
        let told: Vec<String> = errors.iter().map(|error| error.render(text)).collect();
        Error::new(crate::origin::ErrorKind::Condition, told.join("\n"))
    })?;
    let inputs = Inputs {
        operation: &operation,
        plane,
        sub_operations: question.sub_operations.as_deref(),
        attributes: &question.attributes,
        complete: question.attributes_complete,
        wildcards: question.wildcards,
    };
    Ok(condition.evaluate(&inputs).truth)
}

fn validated(tenant: &Tenant, validation: &Validation) -> Result<(), Wrong> {
    let mut refusals: Vec<String> =
        validation.facts.errors.iter().map(|error| error.message().to_string()).collect();
    refusals.extend(validate::refusals(tenant, &validation.facts, &validation.raw));
    let accepted = refusals.is_empty();
    if accepted == validation.expect_accepted {
        return Ok(());
    }
    let wanted = if validation.expect_accepted { "accepted" } else { "refused" };
    let actual =
        if accepted { "accepted".to_string() } else { format!("refused: {}", refusals.join("; ")) };
    Err(Wrong::plain(wanted, actual))
}

/// All candidates, in any order; the scope without case, as scopes compare.
fn checked_as(tenant: &Tenant, asked: &AskedRequest) -> Result<(), Wrong> {
    let wanted = asked.operations.join(", ");
    let found = tenant
        .catalog()
        .request(&asked.request)
        .map_err(|error| Wrong::plain(&wanted, error.to_string()))?;
    let same = |wanted: &[String], found: &[Operation]| {
        let mut wanted: Vec<String> = wanted.iter().map(|name| name.to_ascii_lowercase()).collect();
        let mut found: Vec<&str> = found.iter().map(Operation::folded).collect();
        wanted.sort_unstable();
        found.sort_unstable();
        wanted == found
    };
    let join = |list: &[Operation]| {
        list.iter().map(ToString::to_string).collect::<Vec<String>>().join(", ")
    };
    if !same(&asked.operations, &found.operations) {
        return Err(Wrong::plain(&wanted, join(&found.operations)));
    }
    if let Some(scope) = &asked.scope
        && !scope.eq_ignore_ascii_case(&found.scope)
    {
        return Err(Wrong::plain(scope, found.scope));
    }
    if !asked.linked.is_empty() && !same(&asked.linked, &found.linked) {
        return Err(Wrong::plain(&asked.linked.join(", "), join(&found.linked)));
    }
    Ok(())
}
