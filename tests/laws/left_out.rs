//! Laws of what an export leaves out: a firm answer holds however the gap is filled, and an answer is open
//! only where that makes a difference. Every way to fill it is tried.

use super::tenants::shapes::group;
use super::tenants::spelling::{fold_guid, fold_scope};
use super::tenants::world::{Group, ManagementGroup};
use super::{Outcome, Question, Rng, Tenant, World, ask, export, is_refused, theorem};
use azrbac::catalog::Catalog;
use azrbac::decide::Decision;
use azrbac::model::Facts;
use proptest::prop_assert;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const MANAGEMENT_GROUP: &str = "/providers/microsoft.management/managementgroups/";

/// A tenant of the files that an export of this world has.
fn exported(world: &World) -> Tenant {
    read(export::files(&mut Rng::seeded(1), world))
}

fn read(files: impl IntoIterator<Item = (String, String)>) -> Tenant {
    let mut facts = Facts::default();
    for (name, text) in files {
        azrbac::ingest::read(&mut facts, &name, text.as_bytes());
    }
    Tenant::build(facts, &Catalog::newest())
}

/// The question alone: what it is linked to would hang on other gaps.
fn alone(question: &Question) -> Question {
    Question { linked: Vec::new(), ..question.clone() }
}

/// Holds an answer against what it turns out to be, `exact` if it has to be open only where that differs.
/// Tells whether it decides between yes and no.
fn compared(
    open: &Decision,
    exact: bool,
    completions: impl Iterator<Item = Outcome>,
    about: impl Fn() -> String,
) -> Result<bool, TestCaseError> {
    let found: BTreeSet<Outcome> = completions.collect();
    for outcome in &found {
        let holds = match open.outcome {
            Outcome::Allowed => *outcome == Outcome::Allowed,
            Outcome::Conditional => true,
            _ => is_refused(*outcome),
        };
        prop_assert!(holds, "{open:#?}\nbut it may be {outcome:?}\n{}", about());
    }
    let open_for_nothing = exact
        && open.outcome == Outcome::Conditional
        && found.len() == 1
        && !found.contains(&Outcome::Conditional);
    prop_assert!(!open_for_nothing, "{open:#?}\nbut it is {found:?}\n{}", about());
    Ok(found.contains(&Outcome::Allowed) && found.iter().any(|one| is_refused(*one)))
}

/// Every choice of some things.
fn choices<T: Clone>(things: &[T]) -> Vec<Vec<T>> {
    things.iter().fold(vec![Vec::new()], |chosen, thing| {
        let with =
            chosen.iter().map(|before| [before.as_slice(), std::slice::from_ref(thing)].concat());
        with.chain(chosen.clone()).collect()
    })
}

/// Where the members of a group are not listed, an answer is open exactly where they decide.
/// (scenario-format: open worlds; 2.2, 5.6)
#[test]
fn unlisted_members_open_exactly_what_they_decide() {
    theorem(40, |case| {
        if !case.world.complete {
            return Ok(0);
        }
        let mut unlisted: Vec<String> = Vec::new();
        for _ in 0..1 + case.rng.below(3) {
            let group = case.rng.pick(&case.world.groups).id.clone();
            if !unlisted.contains(&group) {
                unlisted.push(group);
            }
        }
        let listed = case.world.groups.iter().filter(|group| !unlisted.contains(&group.id));
        let listed: Vec<Value> = listed.map(|one| group(one, &case.world)).collect();
        let mut files = export::files(&mut Rng::seeded(1), &case.world);
        files.retain(|(name, _)| name != "i-groups.json");
        files.push(("i-groups.json".to_owned(), json!({"value": listed}).to_string()));
        let open = read(files);
        // Of one person is asked: a completion says in which of the groups that person is.
        let filled = |principal: &str, within: &[String]| {
            let mut world = case.world.clone();
            for group in world.groups.iter_mut().filter(|group| unlisted.contains(&group.id)) {
                let members = if within.contains(&group.id) {
                    vec![principal.to_owned()]
                } else {
                    Vec::new()
                };
                *group = Group { id: group.id.clone(), members, security_enabled: true };
            }
            exported(&world)
        };
        // What a group within a group lets in may be excluded again by way of a third: that is not looked for.
        let within = |id: &String| unlisted.iter().any(|one| fold_guid(one) == fold_guid(id));
        let exact = !case.world.groups.iter().any(|group| group.members.iter().any(within));
        let mut met = 0;
        for question in case.questions.iter().map(alone) {
            let answer = ask(&open, &question);
            let completions = choices(&unlisted)
                .into_iter()
                .map(|within| ask(&filled(&question.principal, &within), &question).outcome);
            let about = || format!("{question:#?} without the members of {unlisted:?}");
            met += usize::from(compared(&answer, exact, completions, about)?);
        }
        Ok(met)
    });
}

/// Where the management groups above a subscription are not known, an answer is open exactly where they
/// decide. (scenario-format: open worlds; 6.5)
#[test]
fn unknown_management_groups_open_exactly_what_they_decide() {
    theorem(40, |case| {
        if !case.world.complete {
            return Ok(0);
        }
        // More stands at management groups than in most tenants.
        let mut world = case.world.clone();
        let (assignments, denies) = (&mut world.assignments, &mut world.denies);
        let scopes = assignments.iter_mut().map(|one| &mut one.scope);
        for scope in scopes.chain(denies.iter_mut().map(|one| &mut one.scope)) {
            if case.rng.percent(25) {
                *scope =
                    format!("{MANAGEMENT_GROUP}{}", case.rng.pick(&world.management_groups).id);
            }
        }
        let world = &world;
        let places = world
            .assignments
            .iter()
            .map(|one| &one.scope)
            .chain(world.denies.iter().map(|one| &one.scope));
        let named: BTreeSet<String> = places
            .filter_map(|scope| Some(fold_scope(scope).strip_prefix(MANAGEMENT_GROUP)?.to_owned()))
            .filter(|name| !name.contains('/'))
            .collect();
        let named: Vec<String> = named.into_iter().collect();
        let files = export::files(&mut Rng::seeded(1), world);
        let open = read(files.into_iter().filter(|(name, _)| !name.starts_with("m-")));
        let filled: Vec<Tenant> = choices(&named)
            .into_iter()
            .map(|above| {
                let mut world = world.clone();
                let mut parent = "nothing-stands-here".to_owned();
                let top = ManagementGroup { id: parent.clone(), parent: None };
                world.management_groups = vec![top];
                for name in &named {
                    let parent = if above.contains(name) {
                        std::mem::replace(&mut parent, name.clone())
                    } else {
                        "nothing-stands-here".to_owned()
                    };
                    world
                        .management_groups
                        .push(ManagementGroup { id: name.clone(), parent: Some(parent) });
                }
                for subscription in &mut world.subscriptions {
                    subscription.management_group = Some(parent.clone());
                }
                exported(&world)
            })
            .collect();
        let mut met = 0;
        for question in case.questions.iter().map(alone) {
            if !fold_scope(&question.scope).starts_with("/subscriptions/") {
                continue;
            }
            let answer = ask(&open, &question);
            let completions = filled.iter().map(|tenant| ask(tenant, &question).outcome);
            let about = || format!("{question:#?} below some of {named:?}");
            met += usize::from(compared(&answer, true, completions, about)?);
        }
        Ok(met)
    });
}
