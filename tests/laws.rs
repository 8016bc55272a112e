//! Laws of access, each named as a theorem with a sentence and the rules (`azrbac explain 4.2`) that it
//! follows from. They hold for every tenant and every question; here they are tried on random tenants
//! made of near misses, and each law says how often its premise must have come true, so that none holds
//! for nothing.
//!
//! `AZRBAC_LAWS_CASES=10000 cargo test --release --test laws` tries harder. Laws of the parts stand
//! beside them: conditions in `tests/conditions.rs` (printing keeps the meaning; NOT, AND and OR follow
//! Kleene; what is firm survives learning more; a residual is true exactly where its condition is),
//! patterns in `tests/language.rs` (containment agrees with sampling, and every witness is replayed),
//! listings in `tests/consistency.rs` (each equals the set computed by `can`).

#[path = "laws/left_out.rs"]
mod left_out;
#[path = "oracle/tenants.rs"]
mod tenants;

use azrbac::catalog::Catalog;
use azrbac::decide::{Decision, Outcome};
use azrbac::scenario;
use azrbac::tenant::Tenant;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRng, TestRunner};
use std::cell::Cell;
use std::collections::BTreeSet;
use tenants::words::Rng;
use tenants::world::{Assignment, Block, Deny, Plane, Question, Role, World};
use tenants::{asking, export, generator, spec, spelling};

/// How many questions each tenant is asked.
const QUESTIONS: usize = 8;

/// Conditions of several kinds, so that answers hang on attributes.
const CONDITIONS: [&str; 6] = [
    "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'c'",
    "@Resource[Microsoft.Storage/storageAccounts:name] StringNotEquals 'st'",
    "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project] StringEquals 'Cascade'",
    "(!(ActionMatches{'Microsoft.Storage/*/read'})) OR (@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project] StringNotEquals 'Cascade')",
    "@Request[Microsoft.Authorization/roleAssignments:PrincipalType] StringEqualsIgnoreCase 'User'",
    "(!(ActionMatches{'*/delete'}))",
];

/// A random tenant and questions about it.
struct Case {
    rng: Rng,
    world: World,
    questions: Vec<Question>,
    assignments: Vec<Assignment>,
    denies: Vec<Deny>,
}

impl Case {
    fn of(seed: u64) -> Case {
        let mut rng = Rng::seeded(seed);
        let mut setting = generator::setting(&mut rng);
        for assignment in &mut setting.world.assignments {
            if rng.percent(25) {
                assignment.condition = Some((*rng.pick(&CONDITIONS)).to_owned());
            }
        }
        let questions = (0..QUESTIONS)
            .map(|_| {
                let mut asked = asking::question(&mut rng, &setting);
                asked.attributes_complete = rng.percent(30);
                asked
            })
            .collect();
        // A second draw of facts about the same people and scopes: what may be added.
        let spare: Vec<usize> = (0..3).collect();
        let assignments = spare
            .iter()
            .map(|_| {
                generator::assignment(&mut rng, &setting.world, &setting.scopes, &setting.people)
            })
            .collect();
        let denies = spare
            .iter()
            .map(|_| generator::deny(&mut rng, &setting.world, &setting.scopes, &setting.people))
            .collect();
        Case { rng, world: setting.world, questions, assignments, denies }
    }
}

fn load(world: &World) -> Tenant {
    let document = export::scenario(&mut Rng::seeded(1), world, &[]);
    let read = scenario::read("tenant.json", document.as_bytes());
    Tenant::build(read.expect("the generator writes scenarios").remove(0).facts, &Catalog::newest())
}

fn ask(tenant: &Tenant, question: &Question) -> Decision {
    ask_with(tenant, question, |_| {})
}

/// The same with something more told, in the shape of a check.
fn ask_with(
    tenant: &Tenant,
    question: &Question,
    more: impl Fn(&mut serde_json::Map<String, serde_json::Value>),
) -> Decision {
    let mut entry = export::check(question, "allowed");
    let fields = entry.as_object_mut().expect("a check is an object");
    fields.remove("expect");
    fields.insert("attributesComplete".to_owned(), question.attributes_complete.into());
    more(fields);
    let options = scenario::Question::default();
    let mut batch = scenario::Batch::new("question", &options);
    let line = entry.to_string();
    let mut asked = batch.question(&line, 1).expect("the generator writes questions").clone();
    if question.strict {
        asked.wildcards = azrbac::pattern::Wildcards::Strict;
    }
    let prepared = asked.prepare(tenant).expect("every name in it is an id");
    azrbac::decide::can(tenant, &prepared.request())
}

/// What an answer says, without indices: the outcome and who stands behind it.
fn told(tenant: &Tenant, decision: &Decision) -> (Outcome, BTreeSet<String>, BTreeSet<String>) {
    let grants = decision.grants.iter().map(|grant| {
        let scope = tenant.scope_text(tenant.assignment_scope(grant.assignment)).text();
        tenant.assignment(grant.assignment).name.full(scope, "roleAssignments").to_lowercase()
    });
    let denies = decision.denies.iter().map(|hit| {
        let scope = tenant.scope_text(tenant.deny_scope(hit.deny)).text();
        tenant.deny(hit.deny).name.full(scope, "denyAssignments").to_lowercase()
    });
    (decision.outcome, grants.collect(), denies.collect())
}

fn is_refused(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::NotAllowed | Outcome::Denied | Outcome::Locked)
}

/// Tries a law on random tenants. It returns how often its premise came true; over all tenants that must
/// be at least `least` times.
fn theorem(least: usize, law: impl Fn(&mut Case) -> Result<usize, TestCaseError>) {
    let config = Config { failure_persistence: None, ..Config::with_cases(cases()) };
    let algorithm = config.rng_algorithm;
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(algorithm));
    let met = Cell::new(0);
    let result = runner.run(&any::<u64>(), |seed| {
        met.set(met.get() + law(&mut Case::of(seed))?);
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.err().map(|error| error.to_string()).unwrap_or_default());
    assert!(
        met.get() >= least || cases() < CASES,
        "the premise came true only {} times",
        met.get()
    );
}

/// Tenants a law is tried on; a shorter run is not held to how often a premise comes true.
const CASES: u32 = 100;

#[expect(clippy::disallowed_methods, reason = "long runs are asked for from outside")]
fn cases() -> u32 {
    let asked = std::env::var("AZRBAC_LAWS_CASES").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(CASES)
}

fn everyone() -> String {
    "00000000-0000-0000-0000-000000000000".to_owned()
}

/// One deny assignment more never opens anything. (1.2, 5.2, 5.6)
#[test]
fn a_deny_never_allows() {
    theorem(300, |case| {
        let before = load(&case.world);
        let mut world = case.world.clone();
        world.denies.append(&mut case.denies);
        let after = load(&world);
        let mut met = 0;
        for question in &case.questions {
            let (one, two) = (ask(&before, question).outcome, ask(&after, question).outcome);
            let opened = is_refused(one) && !is_refused(two);
            let hardened = one == Outcome::Conditional && two == Outcome::Allowed;
            prop_assert!(!opened && !hardened, "{one:?}, then {two:?}: {question:?}");
            met += usize::from(is_refused(one));
        }
        Ok(met)
    });
}

/// A deny for everybody, of everything, at the scope or above it: denied, whoever is Owner. (5.2)
#[test]
fn deny_trumps_allow() {
    theorem(80, |case| {
        let before = load(&case.world);
        let mut met = 0;
        for question in case.questions.iter().take(3) {
            let mut world = case.world.clone();
            let above = spec::path(&world, &question.scope);
            world.denies.push(Deny {
                id: case.rng.guid(),
                scope: case.rng.pick(&above).clone(),
                blocks: vec![Block {
                    actions: vec!["*".to_owned()],
                    data_actions: vec!["*".to_owned()],
                    ..Block::default()
                }],
                principals: vec![everyone()],
                system_protected: true,
                ..Deny::default()
            });
            let granted = !is_refused(ask(&before, question).outcome);
            let outcome = ask(&load(&world), question).outcome;
            prop_assert_eq!(outcome, Outcome::Denied, "{:?}", question);
            met += usize::from(granted);
        }
        Ok(met)
    });
}

/// Allowed only where an active assignment grants for certain; without assignments nothing is. (1.2, 1.4)
#[test]
fn allowed_only_if_granted() {
    theorem(100, |case| {
        let tenant = load(&case.world);
        let bare = load(&World { assignments: Vec::new(), ..case.world.clone() });
        let mut met = 0;
        for question in &case.questions {
            let decision = ask(&tenant, question);
            let firm = decision.grants.iter().any(|grant| grant.truth.is_true());
            prop_assert!(firm || decision.outcome != Outcome::Allowed, "{decision:#?}");
            prop_assert!(is_refused(ask(&bare, question).outcome), "{:?}", question);
            met += usize::from(decision.outcome == Outcome::Allowed);
        }
        Ok(met)
    });
}

/// Where nothing is known nothing is granted, and the answer is a plain no. (1.2)
#[test]
fn default_is_not_granted() {
    theorem(500, |case| {
        let tenant = load(&World::default());
        for question in &case.questions {
            let decision = ask(&tenant, question);
            prop_assert_eq!(decision.outcome, Outcome::NotAllowed);
            prop_assert!(decision.grants.is_empty() && decision.denies.is_empty());
        }
        Ok(case.questions.len())
    });
}

/// A role that leaves the operation out by notActions takes nothing from what another assignment
/// grants: notActions is not a deny. (4.2)
#[test]
fn not_actions_never_take_away_what_another_assignment_gives() {
    theorem(60, |case| {
        let before = load(&case.world);
        let mut met = 0;
        for question in case.questions.iter().take(3) {
            let mut world = case.world.clone();
            let without = Block {
                actions: vec!["*".to_owned()],
                not_actions: vec![question.operation.clone()],
                data_actions: vec!["*".to_owned()],
                not_data_actions: vec![question.operation.clone()],
                condition: None,
            };
            let id = case.rng.guid();
            world.roles.push(Role {
                id: id.clone(),
                name: "everything else".to_owned(),
                blocks: vec![without],
                from_catalog: false,
            });
            let scope = case.rng.pick(&spec::path(&world, &question.scope)).clone();
            world.assignments.push(Assignment {
                id: case.rng.guid(),
                principal: question.principal.clone(),
                principal_type: "User",
                role: id,
                scope,
                ..Assignment::default()
            });
            let (one, two) = (ask(&before, question).outcome, ask(&load(&world), question).outcome);
            // It grants nothing of the question itself; a linked operation it may.
            let may_link = question.linked.iter().any(|(op, _)| *op != question.operation);
            prop_assert!(one == two || may_link, "{one:?}, then {two:?}: {question:?}");
            prop_assert!(one != Outcome::Allowed || two == Outcome::Allowed, "{:?}", question);
            met += usize::from(one == Outcome::Allowed);
        }
        Ok(met)
    });
}

/// One assignment more, whatever its role, never means one permission less. (1.5)
#[test]
fn an_assignment_more_never_means_a_permission_less() {
    theorem(100, |case| {
        let before = load(&case.world);
        let mut world = case.world.clone();
        world.assignments.append(&mut case.assignments);
        let after = load(&world);
        let mut met = 0;
        for question in &case.questions {
            let (one, two) = (ask(&before, question).outcome, ask(&after, question).outcome);
            let held = match one {
                Outcome::Allowed => two == Outcome::Allowed,
                Outcome::Conditional => !is_refused(two),
                Outcome::Denied => two == Outcome::Denied,
                Outcome::NotAllowed | Outcome::Locked => true,
            };
            prop_assert!(held, "{one:?}, then {two:?}: {question:?}");
            met += usize::from(one == Outcome::Allowed);
        }
        Ok(met)
    });
}

/// The order of facts and saying one twice change neither the answer nor its reasons. (1.2, 1.5)
#[test]
fn order_and_duplicates_are_irrelevant() {
    fn mix<T: Clone>(rng: &mut Rng, list: &mut Vec<T>, again: bool) {
        for at in (1..list.len()).rev() {
            list.swap(at, rng.below(at + 1));
        }
        if again && !list.is_empty() {
            let twice = rng.pick(list).clone();
            list.push(twice);
        }
    }
    theorem(100, |case| {
        let before = load(&case.world);
        let mut world = case.world.clone();
        let rng = &mut case.rng;
        mix(rng, &mut world.roles, false);
        mix(rng, &mut world.assignments, true);
        mix(rng, &mut world.denies, true);
        mix(rng, &mut world.groups, true);
        mix(rng, &mut world.locks, true);
        mix(rng, &mut world.management_groups, false);
        mix(rng, &mut world.subscriptions, false);
        for group in &mut world.groups {
            mix(rng, &mut group.members, true);
        }
        for block in world.roles.iter_mut().flat_map(|role| &mut role.blocks) {
            mix(rng, &mut block.actions, true);
            mix(rng, &mut block.not_actions, true);
        }
        let after = load(&world);
        let mut met = 0;
        for question in &case.questions {
            let one = told(&before, &ask(&before, question));
            prop_assert_eq!(&one, &told(&after, &ask(&after, question)), "{:?}", question);
            met += usize::from(!one.1.is_empty());
        }
        Ok(met)
    });
}

/// Only what stands at the target or above it can grant; what stands beside or below can go. (6.1, 6.4)
#[test]
fn grants_flow_down_only() {
    theorem(200, |case| {
        let tenant = load(&case.world);
        let mut met = 0;
        for question in case.questions.iter().take(3) {
            let mut above = spec::path(&case.world, &question.scope);
            above.extend(question.linked.iter().flat_map(|(_, at)| spec::path(&case.world, at)));
            let mut world = case.world.clone();
            world.assignments.retain(|one| above.contains(&spelling::fold_scope(&one.scope)));
            let gone = case.world.assignments.len() - world.assignments.len();
            let (one, two) = (ask(&tenant, question), ask(&load(&world), question));
            prop_assert_eq!(one.outcome, two.outcome, "{:?}", question);
            met += usize::from(gone > 0);
        }
        Ok(met)
    });
}

/// What is granted at a scope is granted at everything below it, where no deny, lock or condition
/// looks. (6.1)
#[test]
fn a_grant_is_inherited_downwards() {
    theorem(100, |case| {
        let mut world = case.world.clone();
        world.denies.clear();
        world.locks.clear();
        let blocks = world.roles.iter_mut().flat_map(|role| &mut role.blocks);
        blocks.for_each(|block| block.condition = None);
        world.assignments.iter_mut().for_each(|one| one.condition = None);
        let tenant = load(&world);
        let mut met = 0;
        for question in &case.questions {
            if ask(&tenant, question).outcome != Outcome::Allowed || question.scope.trim() == "/" {
                continue;
            }
            let mut below = question.clone();
            let scope = below.scope.trim_end_matches('/');
            below.scope = format!("{scope}/providers/Microsoft.Insights/diagnosticSettings/d");
            prop_assert_eq!(ask(&tenant, &below).outcome, Outcome::Allowed, "{:?}", below);
            met += 1;
        }
        Ok(met)
    });
}

/// The lists of the other plane can be emptied: no answer changes. (3.2, 5.8)
#[test]
fn planes_never_mix() {
    theorem(300, |case| {
        let tenant = load(&case.world);
        let mut met = 0;
        for question in case.questions.iter_mut().take(3) {
            // Linked checks are checks of the control plane.
            question.linked.clear();
            let mut world = case.world.clone();
            let roles = world.roles.iter_mut().filter(|role| !role.from_catalog);
            let of_roles = roles.flat_map(|role| &mut role.blocks);
            let of_denies = world.denies.iter_mut().flat_map(|deny| &mut deny.blocks);
            for block in of_roles.chain(of_denies) {
                let lists = match question.plane {
                    Plane::Control => [&mut block.data_actions, &mut block.not_data_actions],
                    Plane::Data => [&mut block.actions, &mut block.not_actions],
                };
                met += usize::from(!lists[0].is_empty());
                lists.into_iter().for_each(Vec::clear);
            }
            let (one, two) = (ask(&tenant, question), ask(&load(&world), question));
            prop_assert_eq!(one.outcome, two.outcome, "{:?}", question);
        }
        Ok(met)
    });
}

/// Unknown attributes made known never contradict a firm answer: what was allowed, or refused, while
/// they were unknown is so whatever they turn out to be. Locked is a no on top of a maybe, so another
/// no may take its place; so may denied that of nothing granted. (5.11, 9.4, 12.10)
#[test]
fn known_answers_survive_more_attributes() {
    theorem(100, |case| {
        let tenant = load(&case.world);
        let mut met = 0;
        for question in &mut case.questions {
            question.attributes_complete = false;
            question.attributes.clear();
            let before = ask(&tenant, question).outcome;
            for project in ["Cascade", "Baker"] {
                for complete in [false, true] {
                    let after = ask_with(&tenant, question, |fields| {
                        let known = serde_json::json!({
                            "principal": {"Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project": project},
                            "request": {"Microsoft.Authorization/roleAssignments:PrincipalType": "user"},
                        });
                        fields.insert("attributes".to_owned(), known);
                        fields.insert("attributesComplete".to_owned(), complete.into());
                    });
                    let held = match before {
                        Outcome::Conditional => true,
                        Outcome::Locked => is_refused(after.outcome),
                        // A deny that was open where nothing grants may turn out to apply.
                        Outcome::NotAllowed => {
                            matches!(after.outcome, Outcome::NotAllowed | Outcome::Denied)
                        }
                        Outcome::Allowed | Outcome::Denied => before == after.outcome,
                    };
                    prop_assert!(held, "{before:?}: {after:#?}");
                    prop_assert!(
                        !complete
                            || after.outcome != Outcome::Conditional
                            || !after.gaps.is_empty()
                    );
                }
            }
            met += usize::from(before == Outcome::Allowed);
        }
        Ok(met)
    });
}

/// An eligible assignment decides nothing: without them every answer is the same. (10.1)
#[test]
fn what_is_eligible_grants_nothing() {
    theorem(100, |case| {
        let tenant = load(&case.world);
        let mut world = case.world.clone();
        world.assignments.retain(|one| !one.eligible);
        let without = load(&world);
        let gone = case.world.assignments.len() - world.assignments.len();
        for question in &case.questions {
            let (one, two) = (ask(&tenant, question), ask(&without, question));
            prop_assert_eq!(one.outcome, two.outcome, "{:?}", question);
        }
        Ok(if gone > 0 { case.questions.len() } else { 0 })
    });
}

/// Locks only ever turn a yes into `locked`, and never on the data plane. (12.2, 12.10)
#[test]
fn a_lock_only_locks() {
    theorem(20, |case| {
        let tenant = load(&case.world);
        let without = load(&World { locks: Vec::new(), ..case.world.clone() });
        let mut met = 0;
        for question in &case.questions {
            let (with, free) = (ask(&tenant, question).outcome, ask(&without, question).outcome);
            let stopped = matches!(free, Outcome::Allowed | Outcome::Conditional)
                && matches!(with, Outcome::Locked | Outcome::Conditional);
            prop_assert!(with == free || stopped, "{free:?}, with locks {with:?}: {question:?}");
            prop_assert!(with == free || question.plane == Plane::Control);
            met += usize::from(with == Outcome::Locked);
        }
        Ok(met)
    });
}

/// Excluding somebody from a deny lifts that deny and grants nothing. (5.6)
#[test]
fn an_exclusion_grants_nothing() {
    theorem(10, |case| {
        let tenant = load(&case.world);
        let none = load(&World { denies: Vec::new(), ..case.world.clone() });
        let mut met = 0;
        for question in case.questions.iter().take(3) {
            let mut excluded = case.world.clone();
            for deny in &mut excluded.denies {
                deny.excluded.push(question.principal.clone());
            }
            let (with, without) = (ask(&load(&excluded), question), ask(&none, question));
            prop_assert_eq!(with.outcome, without.outcome, "{:?}", question);
            met += usize::from(ask(&tenant, question).outcome == Outcome::Denied);
        }
        Ok(met)
    });
}
