//! The program's own answer to a question of a lesson, and whether the prose supposes the same.

use super::model::Ask;
use super::prose::role;
use crate::analysis::role::{
    Credentials, Options, Rank, RoleComparison, Shelf, Suggestion, Universe, compare, suggest,
};
use crate::condition::{Condition, Evaluation, Inputs, Step as TraceStep};
use crate::dataplane::{
    Access, Effective, Entrant, Plan, ResourceDoors, access, audit, holders, plan,
};
use crate::decide::{Decision, Holder, WhereCan, WhoCan, can, where_can, who_can};
use crate::ident::{Operation, Plane};
use crate::model::{PrincipalType, RoleDefinition};
use crate::origin::{Error, ErrorKind};
use crate::pattern::language::Relation;
use crate::scenario::{
    Check, Expression, Failure, Listing, Prepared, Scenario, resolve_principal, resolve_scope, run,
};
use crate::tenant::{PrincipalIx, Tenant};
use crate::truth::Truth;

/// What the program answers.
#[derive(Debug)]
pub enum Answer {
    /// A decision, with every door.
    Can(Box<(Prepared, Decision, Access)>),
    /// Who may by RBAC: the list, and those of it who are no groups.
    WhoCan(Box<(Prepared, WhoCan, Vec<Holder>)>),
    /// Who gets in through any door.
    Entrants(Box<(Prepared, Vec<Entrant>)>),
    /// Where a principal may.
    WhereCan(Box<(Prepared, WhereCan)>),
    /// Two roles side by side.
    Compare(Box<(RoleDefinition, RoleDefinition, RoleComparison)>),
    /// The value of a condition, and of its parts.
    Condition(Evaluation, Vec<TraceStep>, Option<String>),
    /// Which roles are enough.
    Least(Box<(Suggestion, Vec<RoleDefinition>)>),
    /// What closing the local authentication of a resource would cost.
    Closing(Box<(ResourceDoors, Plan)>),
}

/// What a reader would have to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Solution {
    /// Yes.
    Yes,
    /// No.
    No,
    /// It depends.
    Depends,
    /// So many.
    Count(usize),
    /// The choice with this number, from 0, of so many.
    Choice(usize, usize),
}

/// What a reader said, held against the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// That is it.
    Right,
    /// It is something else.
    Wrong,
    /// It is no answer to this question.
    Unclear,
}

impl Solution {
    /// Did a reader say this? `y`, `n` or `d` with anything behind, or a number.
    ///
    /// ```
    /// use azrbac::lesson::{Judgement, Solution};
    /// assert_eq!(Solution::No.judge("n"), Judgement::Right);
    /// assert_eq!(Solution::No.judge("Yes!"), Judgement::Wrong);
    /// assert_eq!(Solution::Count(3).judge("yes"), Judgement::Unclear);
    /// ```
    #[must_use]
    pub fn judge(self, text: &str) -> Judgement {
        let text = text.trim().to_lowercase();
        let said = match self {
            Solution::Yes | Solution::No | Solution::Depends => match text.chars().next() {
                Some('y') => Some(Solution::Yes),
                Some('n') => Some(Solution::No),
                Some('d' | 'i') => Some(Solution::Depends),
                _ => None,
            },
            Solution::Count(_) => text.parse().ok().map(Solution::Count),
            Solution::Choice(_, of) => text
                .parse::<usize>()
                .ok()
                .filter(|number| (1..=of).contains(number))
                .map(|number| Solution::Choice(number - 1, of)),
        };
        match said {
            None => Judgement::Unclear,
            Some(said) if said == self => Judgement::Right,
            Some(_) => Judgement::Wrong,
        }
    }
}

/// The answer, what a reader should have guessed, and where the document supposes something else.
pub(super) fn answer(
    tenant: &Tenant,
    ask: &Ask,
) -> Result<(Answer, Solution, Vec<Failure>), Error> {
    match ask {
        Ask::Can(check) => {
            let prepared = check.question.prepare(tenant)?;
            let request = prepared.request();
            let decision = can(tenant, &request);
            let access = access(tenant, &request, &decision);
            let solution = match access.effective {
                Effective::Allowed => Solution::Yes,
                Effective::NotAllowed => Solution::No,
                Effective::Conditional => Solution::Depends,
            };
            let answer = Answer::Can(Box::new((prepared, decision, access)));
            Ok((answer, solution, checks(tenant, std::slice::from_ref(&**check))))
        }
        Ask::WhoCan { listing, any_door: false } => {
            let prepared = listing.question.prepare_for_who(tenant)?;
            let list = who_can(tenant, &prepared.request());
            let people: Vec<Holder> = list
                .holders
                .iter()
                .filter(|one| !is_group(tenant, one.principal))
                .copied()
                .collect();
            let solution = Solution::Count(people.len());
            let failures = held(
                Scenario { who_can: vec![(**listing).clone()], ..Scenario::default() },
                tenant,
            );
            Ok((Answer::WhoCan(Box::new((prepared, list, people))), solution, failures))
        }
        Ask::WhoCan { listing, any_door: true } => {
            let prepared = listing.question.prepare_for_who(tenant)?;
            let found: Vec<Entrant> = holders(tenant, &prepared.request())
                .into_iter()
                .filter(|one| !is_group(tenant, one.principal))
                .collect();
            let who: Vec<PrincipalIx> = found.iter().map(|one| one.principal).collect();
            let failures = same_people(tenant, &who, &listing.expect, &listing.place);
            let solution = Solution::Count(found.len());
            Ok((Answer::Entrants(Box::new((prepared, found))), solution, failures))
        }
        Ask::WhereCan(listing) => {
            let prepared = listing.question.prepare_for_where(tenant)?;
            let list = where_can(tenant, &prepared.request());
            let solution = Solution::Count(list.regions.len());
            let listing: Listing = (**listing).clone();
            let failures =
                held(Scenario { where_can: vec![listing], ..Scenario::default() }, tenant);
            Ok((Answer::WhereCan(Box::new((prepared, list))), solution, failures))
        }
        Ask::Compare { a, b, expect } => {
            let (a, b) = (role(tenant, a)?, role(tenant, b)?);
            let found = compare(&a, &b, &Universe::new(tenant.catalog()))?;
            let holds_all = matches!(found.relation, Relation::Equal | Relation::Contains);
            let solution = if holds_all { Solution::Yes } else { Solution::No };
            let failures = (found.relation != *expect)
                .then(|| failure(expect.as_str(), found.relation.as_str()))
                .into_iter()
                .collect();
            Ok((Answer::Compare(Box::new((a, b, found))), solution, failures))
        }
        Ask::Condition(expression) => condition(tenant, expression),
        Ask::Least { needs, choices, expect } => least(tenant, needs, choices, expect),
        Ask::Closing { resource, expect } => {
            let scope = resolve_scope(tenant, resource)?;
            let found = audit(tenant, None).into_iter().find(|doors| doors.resource == scope);
            let doors = found.ok_or_else(|| {
                Error::new(
                    ErrorKind::NotFound,
                    format!("`{scope}` is no resource whose local authentication is known"),
                )
            })?;
            let who: Vec<PrincipalIx> = doors.stakes.iter().map(|stake| stake.principal).collect();
            let place = crate::origin::Place::default();
            let failures = same_people(tenant, &who, expect, &place);
            let solution = Solution::Count(who.len());
            let plan = plan(tenant, &doors);
            Ok((Answer::Closing(Box::new((doors, plan))), solution, failures))
        }
    }
}

fn is_group(tenant: &Tenant, principal: PrincipalIx) -> bool {
    matches!(
        tenant.principal_kind(principal),
        PrincipalType::Group | PrincipalType::ForeignGroup | PrincipalType::Everyone
    )
}

fn condition(
    tenant: &Tenant,
    expression: &Expression,
) -> Result<(Answer, Solution, Vec<Failure>), Error> {
    let operation = Operation::new(&expression.question.operation)?;
    let plane = expression
        .question
        .plane
        .or_else(|| tenant.catalog().planes(&operation).only().map(|(plane, _)| plane))
        .unwrap_or(Plane::Data);
    let condition = Condition::parse(&expression.condition).map_err(|errors| {
        let told: Vec<String> =
            errors.iter().map(|error| error.render(&expression.condition)).collect();
        Error::new(ErrorKind::Condition, told.join("\n"))
    })?;
    let inputs = Inputs {
        operation: &operation,
        plane,
        sub_operations: expression.question.sub_operations.as_deref(),
        attributes: &expression.question.attributes,
        complete: expression.question.attributes_complete,
        wildcards: expression.question.wildcards,
    };
    let value = condition.evaluate(&inputs);
    let trace = condition.trace(&inputs);
    let residual = match condition.residual(&inputs) {
        crate::condition::Residual::Open(left) if value.truth.is_unknown() => Some(left.print()),
        _ => None,
    };
    let solution = match (value.truth, value.open) {
        (Truth::True, _) => Solution::Yes,
        (Truth::Unknown, true) => Solution::Depends,
        (Truth::False, _) | (Truth::Unknown, false) => Solution::No,
    };
    let failures =
        held(Scenario { expressions: vec![expression.clone()], ..Scenario::default() }, tenant);
    Ok((Answer::Condition(value, trace, residual), solution, failures))
}

fn least(
    tenant: &Tenant,
    needs: &[String],
    choices: &[String],
    expect: &str,
) -> Result<(Answer, Solution, Vec<Failure>), Error> {
    let catalog = tenant.catalog();
    let mut wanted = Vec::with_capacity(needs.len());
    for need in needs {
        let operation = Operation::new(need)?;
        let planes = catalog.planes(&operation);
        let plane = planes.only().map(|(plane, _)| plane).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("the plane of `{need}` is not known"))
        })?;
        wanted.push((crate::analysis::role::Need { operation, scope: None }, plane));
    }
    let roles: Vec<RoleDefinition> =
        catalog.roles().iter().map(|entry| entry.definition()).collect();
    let universe = Universe::new(catalog);
    let shelf = Shelf::new(&roles, &universe, &Credentials::embedded())?;
    let options = Options { rank: Rank::Count, ..Options::default() };
    let found = suggest(&wanted, &shelf, catalog, &options);
    // Of the choices the one that the list of single roles names first.
    let best = found
        .single
        .iter()
        .find_map(|one| {
            let name = &roles[one.role].name;
            choices.iter().position(|choice| choice.eq_ignore_ascii_case(name))
        })
        .ok_or_else(|| {
            Error::new(ErrorKind::Scenario, "none of the choices grants all that is needed")
        })?;
    let failures = (!choices[best].eq_ignore_ascii_case(expect))
        .then(|| failure(expect, &choices[best]))
        .into_iter()
        .collect();
    let solution = Solution::Choice(best, choices.len());
    Ok((Answer::Least(Box::new((found, roles))), solution, failures))
}

/// Runs checks against a tenant; what does not hold.
pub(super) fn checks(tenant: &Tenant, checks: &[Check]) -> Vec<Failure> {
    held(Scenario { checks: checks.to_vec(), ..Scenario::default() }, tenant)
}

fn held(scenario: Scenario, tenant: &Tenant) -> Vec<Failure> {
    run(&scenario, tenant).failures
}

fn failure(expected: &str, actual: &str) -> Failure {
    Failure {
        scenario: String::new(),
        check: String::new(),
        place: crate::origin::Place::default(),
        expected: expected.to_string(),
        actual: actual.to_string(),
        decision: None,
    }
}

fn same_people(
    tenant: &Tenant,
    found: &[PrincipalIx],
    expect: &[String],
    place: &crate::origin::Place,
) -> Vec<Failure> {
    let mut wanted = Vec::with_capacity(expect.len());
    for name in expect {
        match resolve_principal(tenant, name) {
            Ok(id) => wanted.push(id),
            Err(error) => return vec![failure(name, &error.to_string())],
        }
    }
    let mut ids: Vec<_> = found.iter().map(|ix| tenant.principal_id(*ix)).collect();
    wanted.sort_unstable();
    ids.sort_unstable();
    if ids == wanted {
        return Vec::new();
    }
    let names: Vec<String> = found.iter().map(|ix| tenant.principal_name(*ix)).collect();
    let mut one = failure(&expect.join(", "), &names.join(", "));
    one.place = place.clone();
    vec![one]
}
