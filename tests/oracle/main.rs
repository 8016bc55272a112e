//! The independent oracle: what docs/semantics.md says, transcribed slowly and literally, and random tenants
//! to hold the engine against it. Nothing in here uses the crate but the differential test.
//!
//! The evaluator is `spec.rs`, `spec_conditions.rs` and `spec_doors.rs`, at most 500 lines in all; `world`
//! and `answer` name what it reads and what it says, `spelling` folds names. The rest makes tenants and
//! questions, writes them down, compares, and shows differences as small as they come.

mod world;
mod answer;
mod spelling;
mod spec;
mod spec_conditions;
mod spec_doors;
mod words;
mod services;
mod conditions;
mod generator;
mod asking;
mod shapes;
mod export;
mod census;
mod minimise;
mod hand;
mod differential;

use std::collections::BTreeMap;

use answer::Outcome;
use asking::question;
use generator::{Setting, setting};
use spec::can;
use spec_doors::access;
use words::Rng;
use world::{Block, Expr, Plane, Question, Reach, World};

/// How many questions a tenant is asked.
const PER_TENANT: usize = 200;

/// The `number`-th tenant with its questions.
fn tenant(number: u64) -> (Setting, Vec<Question>) {
    let mut rng = Rng::seeded(number);
    let setting = setting(&mut rng);
    let questions = (0..PER_TENANT).map(|_| question(&mut rng, &setting)).collect();
    (setting, questions)
}

/// What is answered: by RBAC, and through any door.
fn decided(world: &World, question: &Question) -> (Outcome, Outcome) {
    let answer = can(world, question);
    (answer.outcome, access(world, question, answer.outcome).effective)
}

/// Changes every expression, the inner ones first.
fn rewrite(says: &mut Expr, change: &dyn Fn(&mut Expr)) {
    match says {
        Expr::Not(inner) => rewrite(inner, change),
        Expr::And(parts) | Expr::Or(parts) => {
            parts.iter_mut().for_each(|part| rewrite(part, change));
        }
        _ => {}
    }
    change(says);
}

fn strip_not(says: &mut Expr) {
    if let Expr::Not(inner) = says {
        *says = (**inner).clone();
    }
}

fn forget_switches(world: &mut World, _: &mut Question) {
    for properties in world.resources.iter_mut().flat_map(|one| &mut one.properties) {
        *properties = serde_json::json!({});
    }
}

/// Whoever forgets a rule is found out: each rule, left away, changes answers.
#[test]
fn every_rule_decides_answers() {
    type Forget = (&'static str, usize, fn(&mut World, &mut Question));
    let rules: [Forget; 37] = [
        ("1.6 blocks subtract by themselves", 11, |w, _| {
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
        ("2.5 a star between slashes may vanish", 16, |_, q| q.strict = !q.strict),
        ("2.9 blanks are trimmed", 6, |w, _| {
            for role in &mut w.roles {
                role.blocks.iter_mut().for_each(|b| b.actions.retain(|text| text.trim() == text));
            }
        }),
        ("3.2 planes do not mix", 302, |_, q| {
            q.plane = if q.plane == Plane::Data { Plane::Control } else { Plane::Data };
        }),
        ("4.2 notActions subtracts", 39, |w, _| {
            for block in w.roles.iter_mut().flat_map(|role| &mut role.blocks) {
                block.not_actions.clear();
                block.not_data_actions.clear();
            }
        }),
        ("4.4 blocks have conditions", 3, |w, _| {
            w.roles
                .iter_mut()
                .flat_map(|role| &mut role.blocks)
                .for_each(|block| block.condition = None);
        }),
        ("1.7 assignments have conditions", 29, |w, _| {
            w.assignments.iter_mut().for_each(|a| a.condition = None)
        }),
        ("5.5 excluded principals", 19, |w, _| {
            w.denies.iter_mut().for_each(|deny| deny.excluded.clear())
        }),
        ("5.5 exclusion by group", 13, |w, _| {
            let groups: Vec<String> =
                w.groups.iter().map(|group| spelling::fold_guid(&group.id)).collect();
            w.denies.iter_mut().for_each(|deny| {
                deny.excluded.retain(|id| !groups.contains(&spelling::fold_guid(id)))
            });
        }),
        ("5.5 denies reach members of groups", 6, |w, _| {
            let groups: Vec<String> =
                w.groups.iter().map(|group| spelling::fold_guid(&group.id)).collect();
            w.denies.iter_mut().for_each(|deny| {
                deny.principals.retain(|id| !groups.contains(&spelling::fold_guid(id)))
            });
        }),
        ("5.3 everyone", 35, |w, _| {
            w.denies.iter_mut().for_each(|deny| {
                deny.principals.retain(|id| spelling::fold_guid(id) != "0".repeat(32))
            });
        }),
        ("5.7 notActions of a deny", 9, |w, _| {
            for block in w.denies.iter_mut().flat_map(|deny| &mut deny.blocks) {
                block.not_actions.clear();
                block.not_data_actions.clear();
            }
        }),
        ("5.9 doNotApplyToChildScopes", 16, |w, _| {
            w.denies.iter_mut().for_each(|deny| deny.exact_scope_only = false)
        }),
        ("5.10 audit", 3, |w, _| w.denies.iter_mut().for_each(|deny| deny.audit = false)),
        ("5.12 the removal of user denies", 3, |w, _| {
            w.denies.iter_mut().for_each(|d| d.system_protected = true)
        }),
        ("6.4 management groups", 16, |w, _| {
            w.subscriptions
                .iter_mut()
                .for_each(|subscription| subscription.management_group = None);
        }),
        ("6.4 nested management groups", 6, |w, _| {
            w.management_groups.iter_mut().for_each(|g| g.parent = None)
        }),
        ("7.2 groups", 121, |w, _| w.groups.clear()),
        ("7.2 groups in groups", 54, |w, _| {
            let groups: Vec<String> =
                w.groups.iter().map(|group| spelling::fold_guid(&group.id)).collect();
            for group in &mut w.groups {
                group.members.retain(|id| !groups.contains(&spelling::fold_guid(id)));
            }
        }),
        ("7.3 securityEnabled", 9, |w, _| {
            w.groups.iter_mut().for_each(|group| group.security_enabled = true)
        }),
        ("5.11 denies have conditions", 7, |w, _| {
            for deny in &mut w.denies {
                deny.condition = None;
                deny.blocks.iter_mut().for_each(|block| block.condition = None);
            }
        }),
        ("9.1 ActionMatches", 17, |w, _| {
            w.conditions.values_mut().for_each(|says| {
                rewrite(says, &|says| {
                    if let Expr::ActionMatches(pattern) = says {
                        "*".clone_into(pattern);
                    }
                });
            });
        }),
        ("9.2 NOT", 21, |w, _| {
            w.conditions.values_mut().for_each(|says| rewrite(says, &strip_not));
        }),
        ("9.2 AND and OR", 26, |w, _| {
            w.conditions.values_mut().for_each(|says| {
                rewrite(says, &|says| match says {
                    Expr::And(parts) => *says = Expr::Or(parts.clone()),
                    Expr::Or(parts) => *says = Expr::And(parts.clone()),
                    _ => {}
                });
            });
        }),
        ("9.4 attributes are told", 13, |_, q| q.attributes.clear()),
        ("9.4 attributes are complete", 30, |_, q| q.attributes_complete = !q.attributes_complete),
        ("9.6 negative operators", 1, |w, _| {
            w.conditions.values_mut().for_each(|says| {
                rewrite(says, &|says| {
                    if let Expr::Compare(_, _, operator @ "StringNotEquals", _) = says {
                        *operator = "StringEquals";
                    }
                });
            });
        }),
        ("9.7 quantifiers", 1, |w, _| {
            let other = |reach| if reach == Reach::Any { Reach::All } else { Reach::Any };
            w.conditions.values_mut().for_each(|says| {
                rewrite(says, &|says| {
                    if let Expr::Compare(_, Some(quantifier), ..) = says {
                        *quantifier = (other(quantifier.0), other(quantifier.1));
                    }
                });
            });
        }),
        ("local-auth: switches", 6, forget_switches),
        ("local-auth: unknown properties", 12, |w, _| {
            w.resources.iter_mut().for_each(|one| one.properties = None);
        }),
        ("10.1 eligible", 14, |w, _| w.assignments.iter_mut().for_each(|a| a.eligible = false)),
        ("10.2 time windows", 24, |w, _| {
            w.assignments.iter_mut().for_each(|a| (a.start, a.end) = (None, None))
        }),
        ("12 locks", 25, |w, _| w.locks.clear()),
        ("12.3 level of a lock", 19, |w, _| {
            w.locks.iter_mut().for_each(|lock| lock.read_only = !lock.read_only)
        }),
        ("12.3 method", 5, |_, q| q.method = None),
        ("13.6 linked checks", 9, |_, q| q.linked.clear()),
        ("14.4 Lighthouse", 4, |w, q| {
            q.via_lighthouse = false;
            w.assignments.iter_mut().for_each(|a| a.via_lighthouse = false);
        }),
    ];
    let mut changed = vec![0; rules.len()];
    for number in 0..60 {
        let (setting, questions) = tenant(number);
        for question in questions.iter().take(20) {
            let with = decided(&setting.world, question);
            for (index, (_, _, forget)) in rules.iter().enumerate() {
                let (mut world, mut asked) = (setting.world.clone(), question.clone());
                forget(&mut world, &mut asked);
                changed[index] += usize::from(with != decided(&world, &asked));
            }
        }
    }
    let report: BTreeMap<&str, usize> =
        rules.iter().map(|(name, ..)| *name).zip(changed.iter().copied()).collect();
    for ((name, times, _), changed) in rules.iter().zip(changed) {
        assert!(
            changed >= *times,
            "{name}: decides fewer than {times} of 1,200 answers in\n{report:#?}"
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

/// The least case of a planted fault.
fn planted(fault: fn(&mut World, &mut Question)) -> (World, Question) {
    let differ = |world: &World, question: &Question| {
        let (mut wrong, mut asked) = (world.clone(), question.clone());
        fault(&mut wrong, &mut asked);
        decided(world, question) != decided(&wrong, &asked)
    };
    let (setting, found) = (0..)
        .map(tenant)
        .find_map(|(mut setting, questions)| {
            // What denies and locks do is not what the fault is about.
            setting.world.denies.clear();
            setting.world.locks.clear();
            let found = questions.into_iter().find(|question| differ(&setting.world, question))?;
            Some((setting, found))
        })
        .expect("some tenant shows the fault");
    let (world, question) = minimise::minimise(setting.world, found, true, differ);
    assert!(differ(&world, &question));
    assert!(world.users.is_empty() && question.linked.is_empty(), "{world:#?}");
    (world, question)
}

#[test]
fn disagreements_are_minimised() {
    // Eligible counted as active.
    let (world, _) = planted(|w, _| w.assignments.iter_mut().for_each(|a| a.eligible = false));
    assert_eq!(world.assignments.len(), 1, "{world:#?}");
    assert!(world.resources.is_empty(), "{world:#?}");
    // NOT forgotten: one comparison under one NOT is left.
    let (world, _) =
        planted(|w, _| w.conditions.values_mut().for_each(|says| rewrite(says, &strip_not)));
    assert_eq!(world.assignments.len(), 1, "{world:#?}");
    let blocks = world.roles.iter().flat_map(|role| &role.blocks).map(|block| &block.condition);
    let left: Vec<&String> =
        world.assignments.iter().map(|a| &a.condition).chain(blocks).flatten().collect();
    let [text] = left[..] else { unreachable!("one condition: {world:#?}") };
    let Expr::Not(inner) = &world.conditions[text] else { unreachable!("a NOT: {text}") };
    assert!(!matches!(**inner, Expr::And(_) | Expr::Or(_)), "{text}");
    // Switches forgotten: one account and whoever lists its keys are left.
    let (world, _) = planted(forget_switches);
    assert_eq!((world.assignments.len(), world.resources.len()), (1, 1), "{world:#?}");
}

/// The specification stays small enough to be read against the page.
#[test]
fn the_evaluator_has_at_most_500_lines() {
    let parts = [
        include_str!("spec.rs"),
        include_str!("spec_conditions.rs"),
        include_str!("spec_doors.rs"),
    ];
    let lines: usize = parts.iter().map(|text| text.lines().count()).sum();
    assert!(lines <= 500, "{lines} lines");
}
