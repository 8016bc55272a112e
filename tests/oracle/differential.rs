//! The engine against the oracle: the same answer, for the same reasons, whichever way the facts come in.

use std::collections::{BTreeMap, BTreeSet};

use azrbac::catalog::Catalog;
use azrbac::model::Facts;
use azrbac::pattern::Wildcards;
use azrbac::scenario;
use azrbac::tenant::Tenant;

use crate::export;
use crate::minimise::minimise;
use crate::spec::{Answer, Outcome, can, fold_guid, last};
use crate::words::Rng;
use crate::world::{Question, World};
use crate::{PER_TENANT, tenant, undecided};

/// What is compared: ids as the oracle folds them.
#[derive(Debug)]
struct EngineAnswer {
    outcome: String,
    grants: BTreeSet<String>,
    denies: BTreeSet<String>,
    near: BTreeMap<String, String>,
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
    EngineAnswer {
        outcome: decision.outcome.as_str().to_string(),
        grants: decision.grants.iter().map(|grant| named(grant.assignment)).collect(),
        denies: decision.denies.iter().map(|hit| denied(hit.deny)).collect(),
        near: decision
            .near
            .iter()
            .map(|miss| (named(miss.assignment), miss.reason.as_str().to_string()))
            .collect(),
    }
}

/// The reasons whose near misses are compared.
const REASONS: [&str; 3] = ["not-action", "eligible", "expired"];

/// In which way the engine differs, if it does.
fn difference(oracle: &Answer, engine: &EngineAnswer) -> Option<String> {
    if engine.outcome != oracle.outcome.word() {
        return Some(format!(
            "outcome: the oracle says {}, the engine {}",
            oracle.outcome.word(),
            engine.outcome
        ));
    }
    if engine.grants != oracle.grants {
        return Some(format!(
            "grants: the oracle says {:?}, the engine {:?}",
            oracle.grants, engine.grants
        ));
    }
    // Whether the denies of a linked scope are listed is the engine's affair, those of the scope itself are not.
    let all: BTreeSet<String> = oracle.denies.union(&oracle.linked_denies).cloned().collect();
    if !oracle.denies.is_subset(&engine.denies) || !engine.denies.is_subset(&all) {
        return Some(format!(
            "denies: the oracle says {:?}, the engine {:?}",
            oracle.denies, engine.denies
        ));
    }
    if oracle.outcome != Outcome::NotAllowed {
        return None;
    }
    // What misses by one thing alone must be named with it. What misses by several may be named with any.
    oracle.near.iter().find_map(|(id, reason)| {
        let named = engine.near.get(id).map(String::as_str);
        let named_otherwise =
            named != Some(reason) && named.is_some_and(|named| REASONS.contains(&named));
        let unnamed = named != Some(reason) && REASONS.contains(reason);
        (unnamed || named_otherwise)
            .then(|| format!("{id} misses by {reason}; the engine says {named:?}"))
    })
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

#[test]
fn the_engine_agrees_with_the_oracle() {
    let mut failures: Vec<String> = Vec::new();
    for number in 0..questions_wanted().div_ceil(PER_TENANT as u64) {
        let (setting, questions) = tenant(number);
        let answers: Vec<Answer> =
            questions.iter().map(|q| can(&setting.world, q, undecided)).collect();
        for road in [Road::Scenario, Road::Snapshot] {
            // An open world says of what it lacks that it lacks it; only a complete tenant is one for both.
            if road == Road::Snapshot && !setting.world.complete {
                continue;
            }
            let loaded = load(&files(road, number, &setting.world));
            for (question, oracle) in questions.iter().zip(&answers) {
                if failures.len() < 3 && difference(oracle, &engine(&loaded, question)).is_some() {
                    failures.push(failure(road, number, &setting.world, question));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// The least tenant that still shows the difference, as a scenario document that can be run.
fn failure(road: Road, number: u64, world: &World, question: &Question) -> String {
    let differ = |world: &World, question: &Question| {
        let loaded = load(&files(road, number, world));
        difference(&can(world, question, undecided), &engine(&loaded, question))
    };
    let (world, question) =
        minimise(world.clone(), question.clone(), road == Road::Scenario, |w, q| {
            differ(w, q).is_some()
        });
    let what = differ(&world, &question).unwrap_or_default();
    let expect = can(&world, &question, undecided).outcome.word();
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

#[expect(clippy::disallowed_methods, reason = "long runs are asked for from outside")]
fn questions_wanted() -> u64 {
    std::env::var("AZRBAC_ORACLE_QUESTIONS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(20_000)
}
