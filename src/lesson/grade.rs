//! Grading a role by proof: for every operation that may ever exist, not by examples.

use super::answer::checks;
use super::exercise::{Exercise, Submission};
use super::model::Stage;
use crate::analysis::role::{Credentials, Power, RoleGrant, Universe, Which, weight};
use crate::analysis::validate;
use crate::ident::{Guid, Operation, Plane, Scope};
use crate::model::{
    Assignment, AssignmentName, AssignmentState, Facts, PrincipalType, RoleDefinition, RoleRef,
};
use crate::origin::{Error, ErrorKind, Origin};
use crate::pattern::language::Language;
use crate::pattern::{ActionPattern, Wildcards};
use crate::scenario::{Failure, resolve_principal, resolve_scope};
use crate::tenant::Tenant;

/// What is to be said of a role that was handed in.
#[derive(Debug)]
pub struct Grade {
    /// What the task needs and the role does not hold.
    pub missing: Vec<Missing>,
    /// What the role must never hold and holds.
    pub forbidden: Vec<Forbidden>,
    /// What the role leaves out, or never had, and another role of the same person gives.
    pub given_back: Vec<GivenBack>,
    /// What the role holds beside the task.
    pub excess: Excess,
    /// Why the service would refuse the definition.
    pub refused: Vec<String>,
    /// What does not come out as the task wants it, once the role is given.
    pub failures: Vec<Failure>,
}

/// Something that the task needs and the role does not hold.
#[derive(Debug, Clone)]
pub struct Missing {
    /// The plane.
    pub plane: Plane,
    /// What was wanted.
    pub wanted: ActionPattern,
    /// An operation of it that the role does not hold.
    pub witness: Operation,
    /// Why, where that can be seen.
    pub hint: Option<String>,
}

/// Something that the role holds and must not.
#[derive(Debug, Clone)]
pub struct Forbidden {
    /// The plane.
    pub plane: Plane,
    /// What is forbidden.
    pub never: ActionPattern,
    /// An operation of it that the role holds.
    pub witness: Operation,
    /// What holding it amounts to.
    pub power: Power,
    /// The role that holds it.
    pub role: String,
    /// Another of the roles leaves it out: which, and by what.
    pub left_out_by: Option<(String, String)>,
}

/// Something forbidden that another role of the person holds.
#[derive(Debug, Clone)]
pub struct GivenBack {
    /// The plane.
    pub plane: Plane,
    /// An operation.
    pub witness: Operation,
    /// The other role.
    pub role: String,
    /// Where it is held.
    pub scope: Scope,
    /// The same, as people call it.
    pub place: String,
    /// Through which group, if through one.
    pub through: Option<String>,
    /// Only eligible, and so given back once it is activated.
    pub eligible: bool,
    /// The role that was handed in holds it as well.
    pub held_too: bool,
    /// The entry of the role's notActions that leaves it out, which is no deny.
    pub left_out_by: Option<String>,
}

/// What a role holds beside its task.
#[derive(Debug, Clone, Default)]
pub struct Excess {
    /// How many known operations of each power, in the order of [`Power::ALL`].
    pub powers: [usize; 7],
    /// The gravest of them, at most twelve, as they are spelled.
    pub gravest: Vec<(Power, Plane, String)>,
    /// Of a plane where it holds no known operation too many: one of tomorrow that a wildcard would
    /// match.
    pub future: Option<Operation>,
    /// The most that it may weigh.
    pub allowance: u64,
}

impl Excess {
    /// What it weighs.
    #[must_use]
    pub fn weight(&self) -> u64 {
        weight(&self.powers)
    }

    /// Is it too much?
    #[must_use]
    pub fn is_too_much(&self) -> bool {
        self.weight() > self.allowance
    }
}

impl Grade {
    /// Does the role do what was asked, and no more?
    #[must_use]
    pub fn passed(&self) -> bool {
        self.missing.is_empty()
            && self.forbidden.is_empty()
            && self.given_back.is_empty()
            && !self.excess.is_too_much()
            && self.refused.is_empty()
            && self.failures.is_empty()
    }
}

/// Grades what a reader handed in against an exercise on the tenant of `stage`.
///
/// # Errors
/// [`ErrorKind::NotFound`] where a role that is to go is none that the person holds; limits of
/// patterns.
pub fn grade(exercise: &Exercise, submission: &Submission, stage: &Stage) -> Result<Grade, Error> {
    let tenant = stage.tenant()?;
    let universe = Universe::new(tenant.catalog());
    let credentials = Credentials::embedded();
    let person = resolve_principal(&tenant, &exercise.person)?;
    let scope = resolve_scope(&tenant, &exercise.scope)?;
    let mut found = Grade {
        missing: Vec::new(),
        forbidden: Vec::new(),
        given_back: Vec::new(),
        excess: Excess { allowance: exercise.allowance, ..Excess::default() },
        refused: refused(&tenant, submission, &scope),
        failures: Vec::new(),
    };
    let others = others(&tenant, person, &scope, &submission.instead_of)?;
    for plane in [Plane::Control, Plane::Data] {
        let firm = union(&submission.roles, plane, Which::Unconditional)?;
        let all = union(&submission.roles, plane, Which::All)?;
        let on = |list: &'_ [(Plane, ActionPattern)]| -> Vec<ActionPattern> {
            list.iter().filter(|(on, _)| *on == plane).map(|(_, one)| one.clone()).collect()
        };
        let language =
            |patterns: &[ActionPattern]| Language::of_patterns(patterns, Wildcards::Azure);
        for wanted in on(&exercise.must) {
            let needed = language(std::slice::from_ref(&wanted))?;
            if let Some(witness) =
                told(&needed.difference_witness(&firm), &wanted, &universe, plane)
            {
                let hint = why_missing(&submission.roles, plane, &witness);
                found.missing.push(Missing { plane, wanted, witness, hint });
            }
        }
        for never in on(&exercise.never) {
            let barred = language(std::slice::from_ref(&never))?;
            forbidden(&mut found, submission, plane, &never, &barred, (&universe, &credentials))?;
            for other in &others {
                let theirs = RoleGrant::language(&other.role, plane, Which::All, Wildcards::Azure)?;
                let witness = theirs.overlap_witness(&barred);
                let Some(witness) = told(&witness, &never, &universe, plane) else { continue };
                let left_out_by = submission
                    .roles
                    .iter()
                    .find_map(|role| subtracts(role, plane, &witness))
                    .map(|pattern| pattern.text().to_string());
                found.given_back.push(GivenBack {
                    plane,
                    role: other.role.name.to_string(),
                    scope: other.scope.clone(),
                    place: tenant
                        .scope(&other.scope)
                        .and_then(|ix| tenant.scope_name(ix))
                        .unwrap_or_else(|| other.scope.leaf())
                        .to_string(),
                    through: other.through.clone(),
                    eligible: other.eligible,
                    held_too: all.contains(&witness),
                    left_out_by,
                    witness,
                });
            }
        }
        let due = [&on(&exercise.must)[..], &on(&exercise.may), &on(&exercise.never)].concat();
        let over = all.difference(&language(&due)?)?;
        excess(&mut found.excess, &over, plane, &universe, &credentials);
    }
    found.excess.gravest.sort();
    found.excess.gravest.truncate(12);
    // With the role given, the tenant has to answer as the task wants it. What is missing or forbidden
    // was told already and would only be told again.
    if found.missing.is_empty() && found.forbidden.is_empty() && found.given_back.is_empty() {
        let given =
            Tenant::build(give(stage, person, &scope, submission, &others), tenant.catalog());
        found.failures = checks(&given, &exercise.then);
    }
    Ok(found)
}

/// A role that the person holds beside what is handed in.
struct Other {
    assignment: usize,
    role: RoleDefinition,
    scope: Scope,
    through: Option<String>,
    eligible: bool,
}

/// The person's other roles at, above and below the scope; those that are to go are left out.
fn others(
    tenant: &Tenant,
    person: Guid,
    scope: &Scope,
    instead_of: &[String],
) -> Result<Vec<Other>, Error> {
    let Some(own) = tenant.principal(person) else { return Ok(Vec::new()) };
    let groups = tenant.groups_of(own);
    let mut found = Vec::new();
    let mut gone = vec![false; instead_of.len()];
    for (number, ix) in tenant.assignments().enumerate() {
        let assignment = tenant.assignment(ix);
        let holder = tenant.principal(assignment.principal);
        let through = match holder {
            Some(holder) if holder == own => None,
            Some(holder) if groups.contains(&holder) => Some(tenant.principal_name(holder)),
            _ => continue,
        };
        let Some(role) = tenant.assignment_role(ix).map(|ix| tenant.role(ix)) else { continue };
        let at = tenant.scope_text(tenant.assignment_scope(ix));
        let named = instead_of.iter().position(|name| {
            name.trim().eq_ignore_ascii_case(&role.name())
                || Guid::last_segment(name)
                    .is_some_and(|id| Some(id) == assignment.name.guid() || Some(id) == role.id())
        });
        if let Some(named) = named {
            gone[named] = true;
            continue;
        }
        let Some(role) = role.definition() else { continue };
        // A scope stands above itself, here as in a decision.
        let related = tenant.scope(scope).is_none_or(|target| {
            let other = tenant.assignment_scope(ix);
            tenant.is_above(target, other) || tenant.is_above(other, target)
        });
        if related {
            found.push(Other {
                assignment: number,
                role: role.clone(),
                scope: at.clone(),
                through,
                eligible: assignment.state == AssignmentState::Eligible,
            });
        }
    }
    match gone.iter().position(|found| !found) {
        None => Ok(found),
        Some(at) => {
            let names: Vec<String> =
                found.iter().map(|one| format!("`{}`", one.role.name)).collect();
            let help = match &names[..] {
                [] => "the person holds no other role there".to_string(),
                names => format!("the person holds {}", names.join(", ")),
            };
            Err(Error::new(
                ErrorKind::NotFound,
                format!("`{}` is no role that the person holds", instead_of[at]),
            )
            .help(help))
        }
    }
}

fn union(roles: &[RoleDefinition], plane: Plane, which: Which) -> Result<Language, Error> {
    let mut all = Language::nothing();
    for role in roles {
        all = all.union(&RoleGrant::language(role, plane, which, Wildcards::Azure)?)?;
    }
    Ok(all)
}

/// A witness as the task spells it, or else as the catalog does, where it knows it.
fn told(
    witness: &Option<Operation>,
    asked: &ActionPattern,
    universe: &Universe,
    plane: Plane,
) -> Option<Operation> {
    let witness = witness.as_ref()?;
    if !asked.is_wildcard() {
        return Operation::new(asked.text()).ok();
    }
    let number = universe.find(plane, witness.folded());
    number
        .and_then(|number| Operation::new(universe.name(plane, number)).ok())
        .or_else(|| Some(witness.clone()))
}

fn matched<'p>(list: &'p [ActionPattern], operation: &Operation) -> Option<&'p ActionPattern> {
    list.iter().find(|pattern| pattern.matches(operation, Wildcards::Azure).is_match())
}

/// The entry by which a block of the role holds an operation and leaves it out again.
fn subtracts<'r>(
    role: &'r RoleDefinition,
    plane: Plane,
    operation: &Operation,
) -> Option<&'r ActionPattern> {
    role.blocks.iter().find_map(|block| {
        let (allow, except) = block.side(plane);
        matched(allow, operation).and_then(|_| matched(except, operation))
    })
}

fn holds(role: &RoleDefinition, plane: Plane, operation: &Operation) -> bool {
    role.blocks.iter().any(|block| {
        let (allow, except) = block.side(plane);
        matched(allow, operation).is_some() && matched(except, operation).is_none()
    })
}

fn why_missing(roles: &[RoleDefinition], plane: Plane, witness: &Operation) -> Option<String> {
    for role in roles {
        if let Some(by) = subtracts(role, plane, witness) {
            return Some(format!("`{by}` in {} takes it out again", plane.except_list()));
        }
        for block in &role.blocks {
            let (other, _) = block.side(plane.other());
            if let Some(by) = matched(other, witness) {
                return Some(format!(
                    "`{by}` stands in {}, and this is a {plane}-plane operation: {} is where it belongs",
                    plane.other().grant_list(),
                    plane.grant_list()
                ));
            }
            let conditional = block.condition.is_some();
            if conditional && matched(block.side(plane).0, witness).is_some() {
                return Some("the role holds it under a condition only".to_string());
            }
        }
    }
    None
}

fn forbidden(
    found: &mut Grade,
    submission: &Submission,
    plane: Plane,
    never: &ActionPattern,
    barred: &Language,
    (universe, credentials): (&Universe, &Credentials),
) -> Result<(), Error> {
    for role in &submission.roles {
        let own = RoleGrant::language(role, plane, Which::All, Wildcards::Azure)?;
        // What is known today is a better example than the shortest word of the language.
        let names: Vec<&str> =
            (0..universe.len(plane)).map(|number| universe.folded(plane, number)).collect();
        let known = own.overlap_in(barred, &names);
        let gravest = known.iter().min_by_key(|name| credentials.power(plane, name));
        let witness = match gravest {
            Some(name) => Operation::new(name).ok(),
            None => own.overlap_witness(barred),
        };
        let Some(witness) = told(&witness, never, universe, plane) else { continue };
        let left_out_by = submission
            .roles
            .iter()
            .filter(|other| !std::ptr::eq(*other, role) && !holds(other, plane, &witness))
            .find_map(|other| {
                let by = subtracts(other, plane, &witness)?;
                Some((other.name.to_string(), by.text().to_string()))
            });
        found.forbidden.push(Forbidden {
            plane,
            never: never.clone(),
            power: credentials.power(plane, witness.folded()),
            witness,
            role: role.name.to_string(),
            left_out_by,
        });
    }
    Ok(())
}

fn excess(
    found: &mut Excess,
    over: &Language,
    plane: Plane,
    universe: &Universe,
    credentials: &Credentials,
) {
    let names: Vec<&str> =
        (0..universe.len(plane)).map(|number| universe.folded(plane, number)).collect();
    let known = over.members_in(&names);
    if known.is_empty() && found.future.is_none() {
        found.future = over.witness();
    }
    for name in known {
        let power = credentials.power(plane, name);
        let at = Power::ALL.iter().position(|one| *one == power).unwrap_or(Power::ALL.len() - 1);
        found.powers[at] += 1;
        let number = universe.find(plane, name);
        let spelled = number.map_or(name, |number| universe.name(plane, number));
        found.gravest.push((power, plane, spelled.to_string()));
    }
}

/// Why the service would refuse the definitions, or their assignment.
fn refused(tenant: &Tenant, submission: &Submission, scope: &Scope) -> Vec<String> {
    let mut found = Vec::new();
    for role in &submission.roles {
        let mut facts = Facts::closed();
        facts.roles.push(role.clone());
        let refusals = validate::refusals(tenant, &facts, &serde_json::Value::Null);
        // The numbers in brackets are those of a page that the reader does not have.
        found.extend(refusals.into_iter().map(|text| match text.rfind(" (") {
            Some(at) => text[..at].to_string(),
            None => text,
        }));
        let covers = role.assignable_scopes.iter().filter_map(|text| Scope::new(text).ok());
        let covered = covers.into_iter().any(|above| {
            above.contains(scope)
                || tenant
                    .scope(&above)
                    .zip(tenant.scope(scope))
                    .is_some_and(|(above, below)| tenant.is_above(above, below))
        });
        if !covered && !role.assignable_scopes.is_empty() {
            found.push(format!("its assignableScopes do not cover {}", scope.leaf()));
        }
    }
    found
}

/// The facts with the roles given to the person, and those taken away that are to go.
fn give(
    stage: &Stage,
    person: Guid,
    scope: &Scope,
    submission: &Submission,
    others: &[Other],
) -> Facts {
    let mut facts = stage.facts.clone();
    if !submission.instead_of.is_empty() {
        let kept: Vec<usize> = others.iter().map(|other| other.assignment).collect();
        let mut number = 0;
        facts.assignments.retain(|one| {
            let at = number;
            number += 1;
            one.principal != person || kept.contains(&at)
        });
    }
    let scope = facts.scope(scope.clone());
    for (number, role) in submission.roles.iter().enumerate() {
        // A file that people keep by hand has no GUID yet.
        let fresh = Guid(0xe0e0_0000_0000_4000_8000_0000_0000_0000 + number as u128);
        let id = role.id.unwrap_or(fresh);
        facts.roles.push(RoleDefinition { id: Some(id), ..role.clone() });
        facts.assignments.push(Assignment {
            name: AssignmentName::Bare(fresh),
            principal: person,
            principal_type: PrincipalType::Unknown,
            role: RoleRef::Id(id),
            scope,
            state: AssignmentState::Active,
            via_lighthouse: false,
            terms: None,
            origin: Origin::NONE,
        });
    }
    facts
}
