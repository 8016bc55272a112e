//! The independent oracle: what docs/semantics.md says, transcribed slowly and literally, and random tenants
//! to hold the engine against it. Nothing in here uses the crate but the differential test.

mod world;
mod spec;
mod words;
mod generator;
mod asking;
mod shapes;
mod export;
mod minimise;
mod hand;
mod differential;

use std::collections::BTreeMap;

use asking::question;
use generator::{Setting, setting};
use spec::{Answer, Outcome, Truth, can};
use words::Rng;
use world::{Block, Plane, Question, World};

/// How many questions a tenant is asked.
const PER_TENANT: usize = 40;

/// Until conditions are evaluated, each is undecided; the generator writes only such as stay so.
fn undecided(_condition: &str, _operation: &str, _question: &Question) -> Truth {
    Truth::Unknown
}

/// The `number`-th tenant with its questions.
fn tenant(number: u64) -> (Setting, Vec<Question>) {
    let mut rng = Rng::seeded(number);
    let setting = setting(&mut rng);
    let questions = (0..PER_TENANT).map(|_| question(&mut rng, &setting)).collect();
    (setting, questions)
}

#[test]
fn the_generator_reaches_every_outcome_and_every_reason() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |what: String| *seen.entry(what).or_default() += 1;
    for number in 0..500 {
        let (setting, questions) = tenant(number);
        for question in &questions {
            let answer = can(&setting.world, question, undecided);
            count(format!("outcome {}", answer.outcome.word()));
            count(format!("plane {:?} {}", question.plane, answer.outcome.word()));
            if setting.world.complete {
                count(format!("complete {}", answer.outcome.word()));
            }
            if answer.outcome == Outcome::NotAllowed {
                answer
                    .near
                    .values()
                    .collect::<std::collections::BTreeSet<_>>()
                    .into_iter()
                    .for_each(|reason| {
                        count(format!("near {reason}"));
                    });
            }
            if answer.grants.len() > 1 {
                count("several grants".to_owned());
            }
            if answer.outcome == Outcome::Denied {
                count(format!(
                    "denied, {}granted",
                    if answer.grants.is_empty() { "not " } else { "" }
                ));
            }
            let spelled_oddly = !question.scope.starts_with('/') || question.scope.ends_with('/');
            if answer.outcome == Outcome::Allowed && spelled_oddly && question.scope != "/" {
                count("allowed, slashes missing or too many".to_owned());
            }
            let unread =
                question.principal.len() == 32 && question.principal.contains(char::is_uppercase);
            if answer.outcome == Outcome::Allowed && unread {
                count("allowed, the principal without dashes in capitals".to_owned());
            }
            let path = spec::path(&setting.world, &question.scope);
            let no_lock_above = || {
                setting
                    .world
                    .locks
                    .iter()
                    .all(|lock| !path.contains(&spec::fold_scope(&lock.scope)))
            };
            if answer.outcome == Outcome::Locked && no_lock_above() {
                count("locked from below".to_owned());
            }
            if answer.denies.is_empty() && !answer.linked_denies.is_empty() {
                count("denied by a linked scope".to_owned());
            }
            if !question.linked.is_empty() && !answer.grants.is_empty() {
                count(format!("linked {}", answer.outcome.word()));
            }
        }
    }
    let report = format!("{seen:#?}");
    let least = [
        ("outcome allowed", 3_000),
        ("outcome not-allowed", 3_000),
        ("outcome denied", 1_000),
        ("outcome locked", 1_000),
        ("outcome conditional", 600),
        ("complete allowed", 2_000),
        ("complete not-allowed", 2_000),
        ("complete denied", 1_000),
        ("complete locked", 800),
        ("complete conditional", 500),
        ("plane Data allowed", 500),
        ("plane Data not-allowed", 500),
        ("plane Data denied", 200),
        ("plane Data conditional", 100),
        ("near not-action", 300),
        ("near eligible", 300),
        ("near expired", 300),
        ("near lighthouse", 10),
        ("near no-match", 1_000),
        ("several grants", 500),
        ("denied, granted", 500),
        ("denied, not granted", 200),
        ("denied by a linked scope", 30),
        ("allowed, slashes missing or too many", 300),
        ("allowed, the principal without dashes in capitals", 200),
        ("locked from below", 50),
        ("linked allowed", 200),
        ("linked not-allowed", 200),
        ("linked locked", 20),
    ];
    for (what, times) in least {
        assert!(
            seen.get(what).copied().unwrap_or(0) >= times,
            "{what}: fewer than {times} times in\n{report}"
        );
    }
}

/// Whoever forgets a rule is found out: each rule, left away, changes answers.
#[test]
fn every_rule_decides_answers() {
    type Forget = (&'static str, usize, fn(&mut World, &mut Question));
    let rules: [Forget; 27] = [
        ("1.6 blocks subtract by themselves", 20, |w, _| {
            for role in &mut w.roles {
                let pool = |list: fn(&Block) -> &Vec<String>| {
                    role.blocks.iter().flat_map(list).cloned().collect()
                };
                role.blocks = vec![Block {
                    actions: pool(|b| &b.actions),
                    not_actions: pool(|b| &b.not_actions),
                    data_actions: pool(|b| &b.data_actions),
                    not_data_actions: pool(|b| &b.not_data_actions),
                    condition: None,
                }];
            }
        }),
        ("2.5 a star between slashes may vanish", 50, |_, q| q.strict = !q.strict),
        ("2.9 blanks are trimmed", 8, |w, _| {
            for role in &mut w.roles {
                role.blocks.iter_mut().for_each(|b| b.actions.retain(|text| text.trim() == text));
            }
        }),
        ("3.2 planes do not mix", 300, |_, q| {
            q.plane = if q.plane == Plane::Data { Plane::Control } else { Plane::Data };
        }),
        ("4.2 notActions subtracts", 80, |w, _| {
            for block in w.roles.iter_mut().flat_map(|role| &mut role.blocks) {
                block.not_actions.clear();
                block.not_data_actions.clear();
            }
        }),
        ("4.4 blocks have conditions", 10, |w, _| {
            w.roles
                .iter_mut()
                .flat_map(|role| &mut role.blocks)
                .for_each(|block| block.condition = None);
        }),
        ("1.7 assignments have conditions", 30, |w, _| {
            w.assignments.iter_mut().for_each(|a| a.condition = None)
        }),
        ("5.5 excluded principals", 50, |w, _| {
            w.denies.iter_mut().for_each(|deny| deny.excluded.clear())
        }),
        ("5.5 exclusion by group", 35, |w, _| {
            let groups: Vec<String> =
                w.groups.iter().map(|group| spec::fold_guid(&group.id)).collect();
            w.denies
                .iter_mut()
                .for_each(|deny| deny.excluded.retain(|id| !groups.contains(&spec::fold_guid(id))));
        }),
        ("5.5 denies reach members of groups", 35, |w, _| {
            let groups: Vec<String> =
                w.groups.iter().map(|group| spec::fold_guid(&group.id)).collect();
            w.denies.iter_mut().for_each(|deny| {
                deny.principals.retain(|id| !groups.contains(&spec::fold_guid(id)))
            });
        }),
        ("5.3 everyone", 70, |w, _| {
            w.denies.iter_mut().for_each(|deny| {
                deny.principals.retain(|id| spec::fold_guid(id) != "0".repeat(32))
            });
        }),
        ("5.7 notActions of a deny", 15, |w, _| {
            for block in w.denies.iter_mut().flat_map(|deny| &mut deny.blocks) {
                block.not_actions.clear();
                block.not_data_actions.clear();
            }
        }),
        ("5.9 doNotApplyToChildScopes", 20, |w, _| {
            w.denies.iter_mut().for_each(|deny| deny.exact_scope_only = false)
        }),
        ("5.10 audit", 9, |w, _| w.denies.iter_mut().for_each(|deny| deny.audit = false)),
        ("5.12 the removal of user denies", 3, |w, _| {
            w.denies.iter_mut().for_each(|d| d.system_protected = true)
        }),
        ("6.4 management groups", 25, |w, _| {
            w.subscriptions
                .iter_mut()
                .for_each(|subscription| subscription.management_group = None);
        }),
        ("6.4 nested management groups", 20, |w, _| {
            w.management_groups.iter_mut().for_each(|g| g.parent = None)
        }),
        ("7.2 groups", 200, |w, _| w.groups.clear()),
        ("7.2 groups in groups", 100, |w, _| {
            let groups: Vec<String> =
                w.groups.iter().map(|group| spec::fold_guid(&group.id)).collect();
            for group in &mut w.groups {
                group.members.retain(|id| !groups.contains(&spec::fold_guid(id)));
            }
        }),
        ("7.3 securityEnabled", 10, |w, _| {
            w.groups.iter_mut().for_each(|group| group.security_enabled = true)
        }),
        ("10.1 eligible", 30, |w, _| w.assignments.iter_mut().for_each(|a| a.eligible = false)),
        ("10.2 time windows", 50, |w, _| {
            w.assignments.iter_mut().for_each(|a| (a.start, a.end) = (None, None))
        }),
        ("12 locks", 60, |w, _| w.locks.clear()),
        ("12.3 level of a lock", 50, |w, _| {
            w.locks.iter_mut().for_each(|lock| lock.read_only = !lock.read_only)
        }),
        ("12.3 method", 12, |_, q| q.method = None),
        ("13.6 linked checks", 15, |_, q| q.linked.clear()),
        ("14.4 Lighthouse", 9, |w, q| {
            q.via_lighthouse = false;
            w.assignments.iter_mut().for_each(|a| a.via_lighthouse = false);
        }),
    ];
    let mut changed = vec![0; rules.len()];
    for number in 0..60 {
        let (setting, questions) = tenant(number);
        for question in &questions {
            let with = can(&setting.world, question, undecided).outcome;
            for (index, (_, _, forget)) in rules.iter().enumerate() {
                let (mut world, mut asked) = (setting.world.clone(), question.clone());
                forget(&mut world, &mut asked);
                changed[index] += usize::from(with != can(&world, &asked, undecided).outcome);
            }
        }
    }
    let report: BTreeMap<&str, usize> =
        rules.iter().map(|(name, ..)| *name).zip(changed.iter().copied()).collect();
    for ((name, times, _), changed) in rules.iter().zip(changed) {
        assert!(
            changed >= *times,
            "{name}: decides fewer than {times} of 2,400 answers in\n{report:#?}"
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_tenant() {
    let (one, two) = (tenant(7), tenant(7));
    assert_eq!(format!("{one:?}"), format!("{two:?}"));
    assert_ne!(format!("{one:?}"), format!("{:?}", tenant(8)));
}

#[test]
fn exports_are_json_and_name_every_fact() {
    for number in 0..200 {
        let (setting, questions) = tenant(number);
        let world = &setting.world;
        let mut rng = Rng::seeded(number);
        let files = export::files(&mut rng, world);
        for (name, text) in &files {
            let text = text.trim_start_matches('\u{feff}');
            let values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
            values.for_each(|value| assert!(value.is_ok(), "{name} of tenant {number}: {value:?}"));
        }
        let all: String = files.into_iter().map(|(_, text)| text).collect();
        let ids = world.assignments.iter().map(|a| &a.id).chain(world.denies.iter().map(|d| &d.id));
        let ids = ids
            .chain(world.groups.iter().map(|g| &g.id))
            .chain(world.subscriptions.iter().map(|s| &s.id));
        let ids: Vec<&String> = ids.collect();
        let checks: Vec<(Question, &str)> =
            questions.into_iter().map(|question| (question, "allowed")).collect();
        let document = export::scenario(&mut rng, world, &checks);
        let parsed: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert_eq!(parsed["checks"].as_array().map(Vec::len), Some(PER_TENANT));
        for id in ids {
            assert!(
                document.contains(id.as_str()) && all.contains(id.as_str()),
                "{id} of tenant {number}"
            );
        }
    }
}

/// A planted fault (eligible counted as active) comes down to a handful of facts.
#[test]
fn disagreements_are_minimised() {
    let wrong = |world: &World, question: &Question| -> Answer {
        let mut world = world.clone();
        world.assignments.iter_mut().for_each(|a| a.eligible = false);
        can(&world, question, undecided)
    };
    let differ = |world: &World, question: &Question| {
        can(world, question, undecided).outcome != wrong(world, question).outcome
    };
    let (setting, found) = (0..)
        .map(tenant)
        .find_map(|(setting, questions)| {
            let found = questions.into_iter().find(|question| differ(&setting.world, question))?;
            Some((setting, found))
        })
        .expect("some tenant shows the fault");
    let (world, question) = minimise::minimise(setting.world, found, true, differ);
    assert!(differ(&world, &question));
    assert_eq!(world.assignments.len(), 1, "{world:#?}");
    assert!(
        world.denies.is_empty() && world.locks.is_empty() && world.users.is_empty(),
        "{world:#?}"
    );
}
