//! A difference between two tenants says what `can` says on both sides: for every principal, scope and
//! operation that is looked at, on random tenants that differ by random edits; and named what-ifs on the
//! lab.

#[path = "oracle/export.rs"]
mod export;
#[expect(dead_code, reason = "the oracle's own tests use the rest")]
#[path = "oracle/generator.rs"]
mod generator;
#[path = "oracle/shapes.rs"]
mod shapes;
#[expect(dead_code, reason = "the oracle's own tests use the rest")]
#[path = "oracle/spec.rs"]
mod spec;
#[expect(dead_code, reason = "the oracle's own tests use the rest")]
#[path = "oracle/words.rs"]
mod words;
#[path = "oracle/world.rs"]
mod world;

use azrbac::analysis::diff::{Diff, DiffQuestion, Transition, diff};
use azrbac::catalog::Catalog;
use azrbac::condition::Attributes;
use azrbac::decide::{Outcome, Request, can};
use azrbac::ident::{Guid, Operation, Plane, Scope, Timestamp};
use azrbac::model::Facts;
use azrbac::pattern::Wildcards;
use azrbac::scenario;
use azrbac::tenant::Tenant;
use generator::Setting;
use std::collections::{BTreeMap, BTreeSet};
use words::Rng;

/// What can has to say of both sides.
fn expected(
    (old, old_residual): &(Outcome, Option<String>),
    (new, new_residual): &(Outcome, Option<String>),
) -> Option<Transition> {
    let listed = |outcome: Outcome| match outcome {
        Outcome::Allowed => 2,
        Outcome::Conditional => 1,
        Outcome::NotAllowed | Outcome::Denied | Outcome::Locked => 0,
    };
    match (listed(*old), listed(*new)) {
        (0, 2) => Some(Transition::Gained),
        (0, 1) => Some(Transition::PerhapsGained),
        (1, 2) => Some(Transition::Confirmed),
        (2, 0) => Some(Transition::Lost),
        (2, 1) => Some(Transition::Doubted),
        (1, 0) => Some(Transition::PerhapsLost),
        (1, 1) if old_residual != new_residual => Some(Transition::Changed),
        _ => None,
    }
}

/// Holds a difference against `can`, for everybody and every scope of either side.
fn hold(
    what: &str,
    tenants: [&Tenant; 2],
    question: &DiffQuestion<'_>,
    operations: &[(Operation, Plane)],
    seen: &mut BTreeMap<&'static str, usize>,
) -> Diff {
    let found = diff(tenants[0], tenants[1], question);
    let people: BTreeSet<Guid> = tenants
        .iter()
        .flat_map(|tenant| tenant.principals().map(|ix| tenant.principal_id(ix)))
        .chain([Guid(0x1234_5678)])
        .collect();
    let scopes: BTreeMap<String, Scope> = tenants
        .iter()
        .flat_map(|tenant| tenant.all_scopes().map(|ix| tenant.scope_text(ix)))
        .map(|scope| (scope.folded().to_owned(), scope.clone()))
        .collect();
    for principal in people {
        for scope in scopes.values() {
            for (operation, plane) in operations {
                let sides = tenants.map(|tenant| {
                    let request = Request {
                        at: question.at,
                        attributes_complete: question.attributes_complete,
                        wildcards: question.wildcards,
                        near_misses: 0,
                        ..Request::new(principal, operation, *plane, scope, question.attributes)
                    };
                    let decision = can(tenant, &request);
                    (decision.outcome, decision.residual)
                });
                let wanted = expected(&sides[0], &sides[1]);
                let told = found.transition(tenants, principal, *plane, operation, scope);
                assert_eq!(
                    told,
                    wanted,
                    "{what}: {operation} ({plane}) by {principal} at {scope}: {sides:?}\n{:#?}",
                    found
                        .changes
                        .iter()
                        .map(|change| (
                            change.direction,
                            change.principals.len(),
                            &change.regions,
                            &change.causes
                        ))
                        .collect::<Vec<_>>()
                );
                *seen.entry(wanted.map_or("same", Transition::as_str)).or_default() += 1;
            }
        }
    }
    for change in &found.changes {
        assert!(!change.causes.is_empty(), "{what}: a change has no cause: {change:#?}");
    }
    found
}

fn load(files: &[(String, String)]) -> Tenant {
    let mut facts = Facts::default();
    for (name, text) in files {
        if scenario::is_scenario(text.as_bytes()) {
            facts =
                scenario::read(name, text.as_bytes()).expect("it is well formed").remove(0).facts;
        } else {
            azrbac::ingest::read(&mut facts, name, text.as_bytes());
        }
    }
    Tenant::build(facts, &Catalog::newest())
}

const CONDITIONS: [&str; 7] = [
    "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'c'",
    "@Resource[Microsoft.Storage/storageAccounts:name] StringNotEquals 'st'",
    "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project] StringEquals 'Cascade'",
    "(!(ActionMatches{'Microsoft.Storage/*/read'})) OR (@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project] StringNotEquals 'Cascade')",
    "@Environment[UtcNow] DateTimeGreaterThan '2001-01-01T00:00:00.0Z'",
    "@Request[Microsoft.Authorization/roleAssignments:PrincipalType] StringEqualsIgnoreCase 'User'",
    "(!(ActionMatches{'*/delete'}))",
];

/// One random edit of a world; another setting lends what is new.
fn edit(rng: &mut Rng, setting: &mut Setting, other: &Setting) {
    let world = &mut setting.world;
    match rng.below(14) {
        0..=2 => {
            // An assignment of this world's own roles and people at a scope of its own.
            if let Some(mut made) = world.assignments.first().cloned() {
                made.id = rng.guid();
                let role = rng.pick(&world.roles).id.clone();
                made.role = format!("/providers/Microsoft.Authorization/roleDefinitions/{role}");
                made.scope.clone_from(rng.pick(&setting.scopes));
                (made.principal, made.principal_type) = if rng.percent(50) {
                    (rng.pick(&world.groups).id.clone(), "Group")
                } else {
                    let person = rng.pick(&setting.people).clone();
                    let service = world.service_principals.contains(&person);
                    (person, if service { "ServicePrincipal" } else { "User" })
                };
                (made.start, made.end, made.eligible, made.via_lighthouse) =
                    (None, None, false, false);
                made.condition = rng.percent(30).then(|| (*rng.pick(&CONDITIONS)).to_owned());
                world.assignments.push(made);
            }
        }
        3..=4 => {
            let at = rng.below(world.assignments.len());
            world.assignments.remove(at);
        }
        5 => {
            let at = rng.below(world.assignments.len());
            world.assignments[at].condition =
                rng.percent(60).then(|| (*rng.pick(&CONDITIONS)).to_owned());
        }
        6 => {
            let at = rng.below(world.groups.len());
            let person = rng.pick(&setting.people).clone();
            let members = &mut world.groups[at].members;
            if rng.percent(50) || members.is_empty() {
                members.push(person);
            } else {
                members.remove(0);
            }
        }
        7 => {
            let (inner, outer) = (rng.below(world.groups.len()), rng.below(world.groups.len()));
            let id = world.groups[inner].id.clone();
            world.groups[outer].members.push(id);
        }
        8 => {
            let own: Vec<usize> =
                (0..world.roles.len()).filter(|at| !world.roles[*at].from_catalog).collect();
            let at = *rng.pick(&own);
            let lent = rng.pick(&other.world.roles).blocks.clone();
            world.roles[at].blocks = lent;
        }
        9 => {
            if world.denies.is_empty() || rng.percent(50) {
                if let Some(mut deny) = other.world.denies.first().cloned() {
                    deny.scope.clone_from(rng.pick(&setting.scopes));
                    deny.principals = vec![match rng.below(3) {
                        0 => "00000000-0000-0000-0000-000000000000".to_owned(),
                        1 => rng.pick(&world.groups).id.clone(),
                        _ => rng.pick(&setting.people).clone(),
                    }];
                    deny.excluded = vec![rng.pick(&setting.people).clone()];
                    world.denies.push(deny);
                }
            } else {
                world.denies.remove(0);
            }
        }
        10 => {
            if world.locks.is_empty() || rng.percent(50) {
                let scopes: Vec<&String> = setting
                    .scopes
                    .iter()
                    .filter(|scope| scope.starts_with("/subscriptions/"))
                    .collect();
                let scope = (*rng.pick(&scopes)).clone();
                world.locks.push(world::Lock { scope, read_only: rng.percent(50) });
            } else {
                world.locks.remove(0);
            }
        }
        11 => {
            let names: Vec<String> =
                world.management_groups.iter().map(|group| group.id.clone()).collect();
            if let (false, false) = (names.is_empty(), world.subscriptions.is_empty()) {
                let at = rng.below(world.subscriptions.len());
                world.subscriptions[at].management_group = Some(rng.pick(&names).clone());
            }
        }
        12 => {
            let at = rng.below(world.groups.len());
            world.groups[at].security_enabled ^= true;
        }
        // The same assignment again, under another id: no change.
        _ => {
            let at = rng.below(world.assignments.len());
            let id = rng.guid();
            world.assignments[at].id = id;
        }
    }
}

/// Two tenants that differ by some edits, exported alike or not.
fn pair(number: u64) -> ([Tenant; 2], bool, String) {
    let mut rng = Rng::seeded(number);
    let mut setting = generator::setting(&mut rng);
    let other = generator::setting(&mut rng);
    let closed = rng.percent(50);
    for assignment in &mut setting.world.assignments {
        if rng.percent(25) {
            assignment.condition = Some((*rng.pick(&CONDITIONS)).to_owned());
        }
    }
    let mut edited = setting.clone();
    let edits = 1 + rng.below(4);
    for _ in 0..edits {
        edit(&mut rng, &mut edited, &other);
    }
    let seed = rng.below(1_000_000) as u64;
    let alike = rng.percent(70);
    let lost = rng.percent(30).then(|| rng.below(100));
    let broken = rng.percent(15);
    let marked = rng.percent(40);
    let mut described = String::new();
    let tenants = [&setting, &edited].map(|setting| {
        let mut rng = Rng::seeded(if alike { seed } else { rng.below(1_000_000) as u64 });
        let mut files = if closed {
            vec![("tenant.json".to_owned(), export::scenario(&mut rng, &setting.world, &[]))]
        } else {
            export::files(&mut rng, &setting.world)
        };
        if let (Some(lost), true) = (lost, files.len() > 1) {
            files.remove(lost % files.len());
        }
        for (name, text) in &mut files {
            if marked && (name.starts_with("j-users") || name.starts_with("tenant")) {
                let field = "\"userPrincipalName\"";
                if let Some(at) = text.find(field) {
                    text.insert_str(at, "\"customSecurityAttributes\": {\"Engineering\": {\"@odata.type\": \"#microsoft.graph.customSecurityAttributeValue\", \"Project\": \"Cascade\"}}, ");
                }
            }
            if broken && !closed && text.contains("\"principalId\"") {
                *text = text.replacen("\"principalId\"", "\"principalIdentity\"", 1);
            }
        }
        described.push_str(&format!(" {}", files.len()));
        load(&files)
    });
    (
        tenants,
        rng.percent(40),
        format!("pair {number}, closed {closed}, alike {alike}, files{described}"),
    )
}

fn pairs_wanted() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "long runs are asked for from outside")]
    let asked = std::env::var("AZRBAC_DIFF_PAIRS").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(24)
}

#[test]
fn on_random_tenants() {
    let mut seen: BTreeMap<&'static str, usize> = BTreeMap::new();
    let attributes = Attributes::default();
    let at: Timestamp = words::NOW[0].parse().expect("it is well formed");
    let more = [
        "Microsoft.Authorization/denyAssignments/delete",
        "Microsoft.Authorization/locks/delete",
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Resources/subscriptions/resourceGroups/delete",
    ];
    for number in 0..pairs_wanted() {
        let (tenants, complete, what) = pair(number);
        let mut rng = Rng::seeded(number ^ 0xd1ff);
        let mut operations = Vec::new();
        for name in words::OPERATIONS.iter().chain(&more) {
            let operation = Operation::new(name).expect("it is well formed");
            for plane in [Plane::Control, Plane::Data] {
                let known = tenants[0].catalog().planes(&operation).on(plane).is_some();
                if known && rng.percent(35) {
                    operations.push((operation.clone(), plane));
                }
            }
        }
        let question = DiffQuestion {
            at: rng.percent(85).then_some(at),
            attributes: &attributes,
            attributes_complete: complete,
            wildcards: if rng.percent(85) { Wildcards::Azure } else { Wildcards::Strict },
        };
        hold(&what, [&tenants[0], &tenants[1]], &question, &operations, &mut seen);
    }
    let least = [
        ("gained", 100),
        ("gained-conditionally", 30),
        ("now-unconditional", 10),
        ("lost", 50),
        ("now-conditional", 5),
        ("lost-conditional", 30),
    ];
    for (what, count) in least {
        assert!(seen.get(what).copied().unwrap_or(0) >= count, "{what}: {seen:#?}");
    }
}
