//! The engine against the oracle: the same answer, for the same reasons, whichever way the facts come in.

use std::collections::{BTreeMap, BTreeSet};

use azrbac::catalog::Catalog;
use azrbac::catalog::local_auth::DoorState;
use azrbac::model::Facts;
use azrbac::pattern::Wildcards;
use azrbac::scenario;
use azrbac::tenant::Tenant;

use super::answer::{Access, Answer, Door, Outcome, Truth};
use super::census::Census;
use super::export;
use super::minimise::minimise;
use super::spec::can;
use super::spec_doors::access;
use super::spelling::{fold_guid, last};
use super::words::Rng;
use super::world::{Attribute, Expr, Operand, Question, World};
use super::{PER_TENANT, tenant};

/// What is compared: ids as the oracle folds them.
#[derive(Debug)]
struct EngineAnswer {
    outcome: &'static str,
    grants: BTreeMap<String, Truth>,
    denies: BTreeMap<String, Truth>,
    near: BTreeMap<String, &'static str>,
    effective: &'static str,
    via: &'static str,
    doors: Vec<Door>,
    keys: BTreeSet<String>,
}

/// Everything that this crate knows of the engine stands in these two functions.
fn load(files: &[(String, String)]) -> Tenant {
    let mut facts = Facts::default();
    for (name, text) in files {
        if scenario::is_scenario(text.as_bytes()) {
            let mut read = scenario::read(name, text.as_bytes())
                .expect("the oracle writes scenarios that can be read");
            facts = read.remove(0).facts;
        } else {
            azrbac::ingest::read(&mut facts, name, text.as_bytes());
        }
    }
    assert!(facts.errors.is_empty(), "the oracle writes what can be read: {:?}", facts.errors);
    Tenant::build(facts, &Catalog::newest())
}

fn engine(tenant: &Tenant, question: &Question) -> EngineAnswer {
    // A batch entry is a check without what it expects.
    let mut entry = export::check(question, "allowed");
    if let Some(fields) = entry.as_object_mut() {
        fields.remove("expect");
    }
    let line = entry.to_string();
    let options = scenario::Question::default();
    let mut batch = scenario::Batch::new("question", &options);
    let mut asked =
        batch.question(&line, 1).expect("the oracle writes questions that can be read").clone();
    if question.strict {
        asked.wildcards = Wildcards::Strict;
    }
    let prepared = asked.prepare(tenant).expect("every name in it is an id");
    let decision = azrbac::decide::can(tenant, &prepared.request());
    let named = |ix| {
        let scope = tenant.scope_text(tenant.assignment_scope(ix)).text();
        fold_guid(last(&tenant.assignment(ix).name.full(scope, "roleAssignments")))
    };
    let denied = |ix| {
        let scope = tenant.scope_text(tenant.deny_scope(ix)).text();
        fold_guid(last(&tenant.deny(ix).name.full(scope, "denyAssignments")))
    };
    let access = azrbac::dataplane::access(tenant, &prepared.request(), &decision);
    // The services of the oracle have no role system of their own.
    let doors = access.doors.as_ref().map_or(Vec::new(), |doors| {
        [("rbac", doors.rbac), ("local-auth", doors.local_auth)]
            .map(|(name, door)| (name, state(door.state), truth(door.admits)))
            .to_vec()
    });
    let keys = access.doors.iter().flat_map(|doors| &doors.key_actions);
    EngineAnswer {
        outcome: decision.outcome.as_str(),
        grants: decision.grants.iter().map(|g| (named(g.assignment), truth(g.truth))).collect(),
        denies: decision.denies.iter().map(|hit| (denied(hit.deny), truth(hit.truth))).collect(),
        near: decision
            .near
            .iter()
            .map(|miss| (named(miss.assignment), miss.reason.as_str()))
            .collect(),
        effective: access.effective.as_str(),
        via: access.via.as_str(),
        doors,
        keys: keys.map(|key| key.operation.folded().to_owned()).collect(),
    }
}

fn truth(truth: azrbac::truth::Truth) -> Truth {
    match truth {
        azrbac::truth::Truth::True => Truth::True,
        azrbac::truth::Truth::Unknown => Truth::Unknown,
        azrbac::truth::Truth::False => Truth::False,
    }
}

fn state(state: DoorState) -> Option<Truth> {
    match state {
        DoorState::Open => Some(Truth::True),
        DoorState::Unknown => Some(Truth::Unknown),
        DoorState::Closed => Some(Truth::False),
        DoorState::None => None,
    }
}

/// The reasons whose near misses are compared.
const REASONS: [&str; 4] = ["not-action", "eligible", "expired", "condition"];

#[derive(Debug, PartialEq)]
enum Verdict {
    Same,
    /// The engine leaves open what the oracle, which tries every value, knows. It claims a firm answer only
    /// where it can prove one, and it does not look at everything (`src/condition/possible.rs`): it may say
    /// so of attributes that nobody told and that several comparisons ask for at once.
    LessSure,
    Differs(String),
}

fn verdict(
    world: &World,
    q: &Question,
    oracle: &(Answer, Access),
    engine: &EngineAnswer,
) -> Verdict {
    match difference(oracle, engine) {
        None => Verdict::Same,
        Some(_) if is_entangled(world, q) && is_less_sure(oracle, engine) => Verdict::LessSure,
        Some(what) => Verdict::Differs(what),
    }
}

/// Does some condition ask twice for what nobody told, or for all keys of what was told by single ones?
fn is_entangled(world: &World, q: &Question) -> bool {
    let base = |name: &Attribute| {
        let name = name.name.to_ascii_lowercase();
        name.find("/tags").map_or(name.clone(), |at| name[..at].to_owned())
    };
    let twice = |says: &Expr| {
        let mut names: Vec<_> = says.mentions().iter().map(|one| (one.source, base(one))).collect();
        let told = q.attributes.iter().map(|(name, _)| (name.source, base(name)));
        names.extend(told.filter(|(_, base)| base.ends_with("/blobs")));
        names.iter().enumerate().any(|(at, name)| names[..at].contains(name))
            || matches!(says, Expr::Compare(Operand::Attribute(_), _, _, Operand::Attribute(_)))
    };
    // The conditions of block and assignment are asked together.
    let mentions = |text: &Option<String>| {
        text.as_ref().map_or(Vec::new(), |text| world.conditions[text].mentions())
    };
    let together = world.assignments.iter().any(|assignment| {
        let role = fold_guid(last(&assignment.role));
        let blocks = world.roles.iter().filter(|one| fold_guid(&one.id) == role);
        let of_blocks = blocks.flat_map(|role| &role.blocks);
        let mut of_blocks = of_blocks.flat_map(|block| mentions(&block.condition));
        let own = mentions(&assignment.condition);
        of_blocks.any(|one| own.iter().any(|o| o.source == one.source && base(o) == base(&one)))
    });
    !q.attributes_complete && (together || world.conditions.values().any(twice))
}

/// Does the engine differ only in that it leaves open what the oracle knows?
fn is_less_sure((answer, access): &(Answer, Access), engine: &EngineAnswer) -> bool {
    // A deny that is left open denies nothing where nothing is granted.
    let open_deny = engine.denies.values().any(|truth| *truth == Truth::Unknown);
    let word = |oracle: Outcome, engine: &str| {
        let undenied = oracle == Outcome::Denied && open_deny && engine == "not-allowed";
        // A lock stops what may be granted, and never what is not.
        let stopped = oracle == Outcome::NotAllowed && engine == "locked";
        engine == oracle.word() || engine == "conditional" || undenied || stopped
    };
    let truths = |oracle: &BTreeMap<String, Truth>, engine: &BTreeMap<String, Truth>| {
        oracle.keys().chain(engine.keys()).all(|id| {
            let of = |map: &BTreeMap<String, Truth>| map.get(id).copied().unwrap_or_default();
            of(oracle) == of(engine) || of(engine) == Truth::Unknown
        })
    };
    let mut denies = engine.denies.clone();
    denies.retain(|id, _| answer.denies.contains_key(id) || !answer.linked_denies.contains(id));
    let doors = access.doors.iter().zip(&engine.doors).all(|(oracle, engine)| {
        let same = (oracle.0, oracle.1) == (engine.0, engine.1);
        same && (oracle.2 == engine.2 || engine.2 == Truth::Unknown)
    });
    word(answer.outcome, engine.outcome)
        && word(access.effective, engine.effective)
        && truths(&answer.grants, &engine.grants)
        && truths(&answer.denies, &denies)
        && doors
        && access.doors.len() == engine.doors.len()
        && access.keys.is_subset(&engine.keys)
}

/// In which way the engine differs, if it does.
fn difference(oracle: &(Answer, Access), engine: &EngineAnswer) -> Option<String> {
    let (answer, access) = oracle;
    let mut differences = Vec::new();
    let mut compare = |what: &str, oracle: String, engine: String| {
        if oracle != engine {
            differences.push(format!("{what}: the oracle says {oracle}, the engine {engine}"));
        }
    };
    compare("outcome", answer.outcome.word().to_owned(), engine.outcome.to_owned());
    compare("grants", format!("{:?}", answer.grants), format!("{:?}", engine.grants));
    // Whether the denies of a linked scope are listed is the engine's affair, those of the scope itself are not.
    let mut denies = engine.denies.clone();
    denies.retain(|id, _| answer.denies.contains_key(id) || !answer.linked_denies.contains(id));
    compare("denies", format!("{:?}", answer.denies), format!("{denies:?}"));
    compare("effective", access.effective.word().to_owned(), engine.effective.to_owned());
    compare("via", access.via.to_owned(), engine.via.to_owned());
    compare("doors", format!("{:?}", access.doors), format!("{:?}", engine.doors));
    compare("keys", format!("{:?}", access.keys), format!("{:?}", engine.keys));
    if answer.outcome == Outcome::NotAllowed {
        // What misses by one thing alone must be named with it. What misses by several may be named with any.
        for (id, reason) in &answer.near {
            let named = engine.near.get(id).copied().unwrap_or("nothing");
            if named != *reason && (REASONS.contains(&named) || REASONS.contains(reason)) {
                compare(id, (*reason).to_owned(), named.to_owned());
            }
        }
    }
    (!differences.is_empty()).then(|| differences.join("; "))
}

fn oracle(world: &World, question: &Question) -> (Answer, Access) {
    let answer = can(world, question);
    let access = access(world, question, answer.outcome);
    (answer, access)
}

/// The two ways in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Road {
    Scenario,
    Snapshot,
}

fn files(road: Road, number: u64, world: &World) -> Vec<(String, String)> {
    // Drawn from the same seed, so that a failure can be shown again.
    let mut rng = Rng::seeded(number);
    match road {
        Road::Scenario => vec![("tenant.json".to_owned(), export::scenario(&mut rng, world, &[]))],
        Road::Snapshot => export::files(&mut rng, world),
    }
}

/// And the questions reach what they should.
#[test]
fn the_engine_agrees_with_the_oracle() {
    let tenants = questions_wanted().div_ceil(PER_TENANT as u64);
    let workers = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let (failures, census) = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers)
            .map(|first| scope.spawn(move || compare(first, workers, tenants)))
            .collect();
        let (mut failures, mut census) = (Vec::new(), Census::default());
        for worker in workers {
            let (found, counted) = worker.join().expect("the comparison itself does not fail");
            failures.extend(found);
            census.add(counted);
        }
        (failures, census)
    });
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    // A shorter run is not held to how often each thing comes up.
    if questions_wanted() >= QUESTIONS {
        census.check();
    }
}

/// Every `step`-th tenant from the first on.
fn compare(first: u64, step: u64, tenants: u64) -> (Vec<String>, Census) {
    let (mut failures, mut census) = (Vec::new(), Census::default());
    for number in (first..tenants).step_by(usize::try_from(step).unwrap_or(1)) {
        let (setting, questions) = tenant(number);
        let answers: Vec<(Answer, Access)> =
            questions.iter().map(|question| oracle(&setting.world, question)).collect();
        for (question, answer) in questions.iter().zip(&answers) {
            census.count(&setting.world, question, answer);
        }
        for road in [Road::Scenario, Road::Snapshot] {
            // An open world says of what it lacks that it lacks it; only a complete tenant is one for both.
            if road == Road::Snapshot && !setting.world.complete {
                continue;
            }
            let loaded = load(&files(road, number, &setting.world));
            // A tenant that suits both is asked by each every other question.
            let both = usize::from(setting.world.complete);
            let skip = both * usize::from(road == Road::Snapshot);
            for (question, answer) in questions.iter().zip(&answers).skip(skip).step_by(1 + both) {
                match verdict(&setting.world, question, answer, &engine(&loaded, question)) {
                    Verdict::Same => {}
                    Verdict::LessSure => census.less_sure += 1,
                    Verdict::Differs(_) if failures.len() >= 2 => {}
                    Verdict::Differs(_) => {
                        failures.push(failure(road, number, &setting.world, question));
                    }
                }
            }
        }
    }
    (failures, census)
}

/// The least tenant that still shows the difference, as a scenario document that can be run.
fn failure(road: Road, number: u64, world: &World, question: &Question) -> String {
    let differ = |world: &World, question: &Question| {
        let loaded = load(&files(road, number, world));
        let oracle = oracle(world, question);
        match verdict(world, question, &oracle, &engine(&loaded, question)) {
            Verdict::Differs(what) => Some(what),
            Verdict::Same | Verdict::LessSure => None,
        }
    };
    let (world, question) =
        minimise(world.clone(), question.clone(), road == Road::Scenario, |w, q| {
            differ(w, q).is_some()
        });
    let what = differ(&world, &question).unwrap_or_default();
    let expect = can(&world, &question).outcome.word();
    let strict = if question.strict { " --strict-wildcards" } else { "" };
    let document = export::scenario(&mut Rng::seeded(number), &world, &[(question, expect)]);
    let written: String = match road {
        Road::Scenario => String::new(),
        Road::Snapshot => files(road, number, &world)
            .into_iter()
            .map(|(name, text)| format!("--- {name}\n{text}\n"))
            .collect(),
    };
    format!("tenant {number}, {road:?}{strict}: {what}\n{document}\n{written}")
}

const QUESTIONS: u64 = 100_000;

#[expect(clippy::disallowed_methods, reason = "long runs are asked for from outside")]
fn questions_wanted() -> u64 {
    std::env::var("AZRBAC_ORACLE_QUESTIONS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(QUESTIONS)
}
