//! A difference between two tenants says what `can` says on both sides: for every principal, scope and
//! operation that is looked at, on random tenants that differ by random edits; and named what-ifs on the
//! lab.

#[path = "oracle/tenants.rs"]
mod tenants;

#[path = "exports/change.rs"]
mod change;

use azrbac::analysis::diff::change::{
    Edit, add_member, assignment, condition, edited, remove_member, role, set_property,
};
use azrbac::analysis::diff::{Cause, Details, Diff, DiffQuestion, Direction, Transition, diff};
use azrbac::catalog::Catalog;
use azrbac::catalog::local_auth::DoorState;
use azrbac::condition::Attributes;
use azrbac::decide::{Request, can};
use azrbac::ident::{Guid, Operation, Plane, Scope, Timestamp};
use azrbac::model::Facts;
use azrbac::pattern::Wildcards;
use azrbac::scenario;
use azrbac::tenant::Tenant;
use change::change;
use std::collections::{BTreeMap, BTreeSet};
use tenants::generator::Setting;
use tenants::words::Rng;
use tenants::{MORE, export, few, generator, words, world};

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
        .map(|scope| (scope.folded().into_owned(), scope.clone()))
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
                let wanted = change(&sides[0], &sides[1]);
                let told = found.transition(tenants, principal, *plane, operation, scope);
                assert_eq!(
                    told,
                    wanted,
                    "{what}: {operation} ({plane}) by {principal} at {scope}: {sides:?}\n{:#?}",
                    found
                        .changes
                        .iter()
                        .map(|change| (change.direction, change.principals.len(), &change.causes))
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

fn load(files: &[(String, String)], catalog: &Catalog) -> Tenant {
    let mut facts = Facts::default();
    for (name, text) in files {
        if scenario::is_scenario(text.as_bytes()) {
            facts =
                scenario::read(name, text.as_bytes()).expect("it is well formed").remove(0).facts;
        } else {
            azrbac::ingest::read(&mut facts, name, text.as_bytes());
        }
    }
    Tenant::build(facts, catalog)
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
fn pair(number: u64, catalog: &Catalog) -> ([Tenant; 2], bool, String) {
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
        load(&files, catalog)
    });
    (
        tenants,
        rng.percent(40),
        format!("pair {number}, closed {closed}, alike {alike}, files{described}"),
    )
}

/// A shorter run is not held to how often each thing comes up.
const PAIRS: u64 = 100;

/// So many of them with all operations of the newest catalog.
const WHOLE: u64 = 4;

fn pairs_wanted() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "long runs are asked for from outside")]
    let asked = std::env::var("AZRBAC_DIFF_PAIRS").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(PAIRS)
}

#[test]
fn on_random_tenants() {
    let mut seen: BTreeMap<&'static str, usize> = BTreeMap::new();
    let attributes = Attributes::default();
    let at: Timestamp = words::NOW[0].parse().expect("it is well formed");
    let (newest, few) = (Catalog::newest(), few());
    for number in 0..pairs_wanted() {
        let is_whole = number % (PAIRS / WHOLE) == PAIRS / WHOLE - 1;
        let catalog = if is_whole { &newest } else { &few };
        let (tenants, complete, what) = pair(number, catalog);
        let mut rng = Rng::seeded(number ^ 0xd1ff);
        let mut operations = Vec::new();
        for name in words::OPERATIONS.iter().chain(&MORE) {
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
    for (what, count) in least.into_iter().filter(|_| pairs_wanted() >= PAIRS) {
        assert!(seen.get(what).copied().unwrap_or(0) >= count, "{what}: {seen:#?}");
    }
}

/// The one thing of a list.
/// At no time, with what else there may be unknown.
fn plain(attributes: &Attributes) -> DiffQuestion<'_> {
    DiffQuestion { at: None, attributes, attributes_complete: false, wildcards: Wildcards::Azure }
}

fn only<T: std::fmt::Debug>(list: &[T]) -> &T {
    assert_eq!(list.len(), 1, "{list:#?}");
    &list[0]
}

/// The lab, as facts.
fn lab() -> Facts {
    scenario::read("lab", scenario::LAB.as_bytes()).expect("the lab").remove(0).facts
}

/// A what-if on the lab: what is told, held against `can` for everybody everywhere.
fn what_if(edits: &dyn Fn(&Tenant) -> Vec<Edit>) -> (Tenant, Tenant, Diff) {
    let before = Tenant::build(lab(), &Catalog::newest());
    let after = Tenant::build(edited(lab(), &before, &edits(&before)), &Catalog::newest());
    let found = on_the_lab(&before, &after);
    (before, after, found)
}

/// Some operations of every kind, control plane and data plane.
const LAB_OPERATIONS: [(&str, Plane); 9] = [
    ("Microsoft.Storage/storageAccounts/listKeys/action", Plane::Control),
    ("Microsoft.Storage/storageAccounts/delete", Plane::Control),
    ("Microsoft.Authorization/roleAssignments/write", Plane::Control),
    ("Microsoft.CognitiveServices/accounts/listKeys/action", Plane::Control),
    ("Microsoft.CognitiveServices/accounts/deployments/write", Plane::Control),
    ("Microsoft.Network/virtualNetworks/write", Plane::Control),
    ("Microsoft.Web/sites/write", Plane::Control),
    (
        "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action",
        Plane::Data,
    ),
    ("Microsoft.KeyVault/vaults/secrets/getSecret/action", Plane::Data),
];

fn on_the_lab(before: &Tenant, after: &Tenant) -> Diff {
    let attributes = Attributes::default();
    let question = DiffQuestion {
        at: Some("2026-08-22T00:00:00Z".parse().expect("it is well formed")),
        attributes: &attributes,
        attributes_complete: false,
        wildcards: Wildcards::Azure,
    };
    let operations: Vec<(Operation, Plane)> = LAB_OPERATIONS
        .iter()
        .map(|(name, plane)| (Operation::new(name).expect("it is well formed"), *plane))
        .collect();
    hold("the lab", [before, after], &question, &operations, &mut BTreeMap::new())
}

fn id(tenant: &Tenant, name: &str) -> Guid {
    tenant.resolve_principal(name).expect("somebody of the lab")
}

fn scope(tenant: &Tenant, name: &str) -> Scope {
    scenario::resolve_scope(tenant, name).expect("a scope of the lab")
}

fn assign(tenant: &Tenant, name: &str, to: &str, at: &str) -> Edit {
    Edit::Assign {
        role: role(tenant, tenant.catalog(), name).expect("a role"),
        principal: id(tenant, to),
        scope: scope(tenant, at),
        condition: None,
    }
}

#[test]
fn a_role_for_a_group_is_one_line_with_what_members_hold_already_apart() {
    let (before, after, found) =
        what_if(&|tenant| vec![assign(tenant, "Reader", "ai-platform", "Production")]);
    let heads: Vec<_> = found.changes.iter().filter(|change| change.part_of.is_none()).collect();
    let head = only(&heads);
    let details = Details::new(&found, &before, &after);
    let (groups, singles) = details.groups(head);
    assert!(singles.is_empty());
    let group = only(&groups);
    assert_eq!(group.group, id(&after, "ai-platform"), "the inner group needs no telling");
    assert_eq!((group.concerned, group.members), (1, 1));
    let regions = details.regions(head);
    assert_eq!(only(&regions).scope, scope(&after, "Production"));
    // At the account its own role has the reads already, so there it is another line.
    assert_eq!(regions[0].except, [scope(&after, "openai-prod")]);
    assert_eq!(details.effects(head)[0].allow, ["*/read"]);
    assert!(!head.gives_power(), "reads are no new power");
    assert!(matches!(head.causes[..], [Cause::AssignmentAdded(_)]));
}

#[test]
fn a_redundant_assignment_makes_no_difference_added_or_removed() {
    let (before, _, found) =
        what_if(&|tenant| vec![assign(tenant, "Contributor", "owner@contoso.example", "rg-ai")]);
    assert!(found.changes.is_empty() && found.doors.is_empty());
    assert!(matches!(found.neutral[..], [Cause::AssignmentAdded(_)]), "{:?}", found.neutral);
    // The other way round: the same two tenants, the newer one first.
    let more = Tenant::build(
        edited(lab(), &before, &[assign(&before, "Contributor", "owner@contoso.example", "rg-ai")]),
        &Catalog::newest(),
    );
    let found = on_the_lab(&more, &before);
    assert!(found.changes.is_empty());
    assert!(matches!(found.neutral[..], [Cause::AssignmentRemoved(_)]), "{:?}", found.neutral);
}

#[test]
fn not_actions_are_no_deny_so_removing_the_role_that_gives_back_takes_away() {
    let key_operator = "50000000-0000-4000-8000-000000000009";
    let (before, after, found) = what_if(&|tenant| {
        let found = assignment(tenant, key_operator).expect("an assignment of the lab");
        found.into_iter().map(Edit::Remove).collect()
    });
    let change = only(&found.changes);
    assert_eq!(change.direction, Direction::Loss);
    assert_eq!(change.principals, [id(&before, "guest@fabrikam.example")]);
    let effects = Details::new(&found, &before, &after).effects(change);
    let lost: Vec<&str> = effects[0].operations.iter().map(|one| one.folded()).collect();
    assert!(lost.contains(&"microsoft.storage/storageaccounts/listkeys/action"), "{lost:?}");
    // With the key operation goes the key's door.
    let door = only(&found.doors);
    assert_eq!(door.resource, scope(&after, "stlegacy01"));
    assert_eq!(door.lost[0].principal, id(&after, "guest@fabrikam.example"));
}

#[test]
fn a_role_assignment_comes_before_reads_and_a_condition_is_told() {
    let condition_text = "@Request[Microsoft.Authorization/roleAssignments:PrincipalType] StringEqualsIgnoreCase 'User'";
    let (before, after, found) = what_if(&|tenant| {
        let guard = condition(condition_text).expect("a condition");
        let admin = assign(
            tenant,
            "Role Based Access Control Administrator",
            "reader@contoso.example",
            "rg-data",
        );
        let Edit::Assign { role, principal, scope, .. } = admin else { return Vec::new() };
        vec![
            assign(tenant, "Reader", "analyst@contoso.example", "Development"),
            Edit::Assign { role, principal, scope, condition: Some(guard) },
        ]
    });
    let first = &found.changes[0];
    assert_eq!(first.principals, [id(&after, "reader@contoso.example")]);
    let details = Details::new(&found, &before, &after);
    assert!(first.gives_power() && !details.is_doubtful(first));
    let effect = &details.effects(first)[0];
    assert_eq!(effect.transition, Transition::PerhapsGained);
    assert_eq!(effect.conditions, [condition_text.into()]);
    assert_eq!(
        effect.graves[0].operations[0].folded(),
        "microsoft.authorization/roleassignments/write"
    );
    assert_eq!(found.changes.last().map(|change| change.rank()), Some(7), "reads come last");
}

#[test]
fn membership_is_named_as_the_cause_through_nested_groups() {
    let (_, after, found) = what_if(&|tenant| {
        let (group, member) = (id(tenant, "ai-engineers"), id(tenant, "reader@contoso.example"));
        vec![add_member(tenant, group, member).expect("a group")]
    });
    let gains: Vec<_> = found.changes.iter().collect();
    assert!(!gains.is_empty());
    for change in gains {
        assert_eq!(change.principals, [id(&after, "reader@contoso.example")]);
        // The assignment is of the outer group.
        let outer = id(&after, "ai-platform");
        assert!(
            matches!(change.causes[..], [Cause::MemberAdded { group, .. }] if group == outer),
            "{:?}",
            change.causes
        );
    }
    let (_, _, found) = what_if(&|tenant| {
        let (group, member) = (id(tenant, "ai-engineers"), id(tenant, "scientist@contoso.example"));
        vec![remove_member(tenant, group, member).expect("a direct member")]
    });
    assert!(found.changes.iter().all(|change| change.direction == Direction::Loss));
    let outer =
        remove_member(&after, id(&after, "ai-platform"), id(&after, "scientist@contoso.example"));
    let help = outer.expect_err("no direct member").advice().map(str::to_owned);
    assert_eq!(help.as_deref(), Some("it is in it through ai-engineers → ai-platform"));
}

#[test]
fn closing_local_authentication_takes_the_key_door_and_opening_gives_it() {
    let set = |resource: &str, assigned: &str| {
        let (resource, assigned) = (resource.to_owned(), assigned.to_owned());
        move |tenant: &Tenant| {
            let resource = scope(tenant, &resource);
            vec![set_property(tenant, resource, &assigned).expect("a switch")]
        }
    };
    let (_, after, found) = what_if(&set("openai-legacy", "properties.disableLocalAuth=true"));
    assert!(found.changes.is_empty(), "RBAC says what it said: {:#?}", found.changes);
    let door = only(&found.doors);
    assert_eq!(door.states, [DoorState::Open, DoorState::Closed]);
    let owner = door.lost.iter().find(|one| one.principal == id(&after, "owner@contoso.example"));
    assert!(owner.is_some_and(|owner| owner.only_way), "Owner has no data plane: {door:#?}");
    assert!(door.gained.is_empty());
    let (_, after, found) = what_if(&set("openai-prod", "properties.disableLocalAuth=false"));
    let door = only(&found.doors);
    assert_eq!(door.states, [DoorState::Closed, DoorState::Open]);
    assert!(door.gained.iter().any(|one| one.principal == id(&after, "owner@contoso.example")));
    // A vault that goes over to roles: whoever holds data actions there comes in.
    let (_, after, found) = what_if(&set("kv-policies", "properties.enableRbacAuthorization=true"));
    let door = only(&found.doors);
    assert_eq!(door.rbac[1], DoorState::Open);
    assert!(door.by_roles.contains(&id(&after, "apim-contoso")), "{door:#?}");
    // The same value again changes nothing.
    let (_, _, found) = what_if(&set("openai-prod", "properties.disableLocalAuth=true"));
    assert!(found.changes.is_empty() && found.doors.is_empty());
}

#[test]
fn microsofts_changes_of_roles_are_told_as_such() {
    let before = Tenant::build(lab(), &Catalog::of_date("2023-05-07").expect("embedded"));
    let after = Tenant::build(lab(), &Catalog::of_date("2026-08-22").expect("embedded"));
    let found = on_the_lab(&before, &after);
    let scientist = id(&after, "scientist@contoso.example");
    let gained = found
        .changes
        .iter()
        .find(|change| {
            change.direction == Direction::Gain && change.principals.contains(&scientist)
        })
        .expect("OpenAI Contributor gained deployments after 2023");
    assert!(matches!(gained.causes[..], [Cause::RoleChanged { .. }]));
    let effects = Details::new(&found, &before, &after).effects(gained);
    let names: Vec<&str> = effects[0].operations.iter().map(|one| one.folded()).collect();
    assert!(names.contains(&"microsoft.cognitiveservices/accounts/deployments/write"), "{names:?}");
}

#[test]
fn a_deny_added_or_removed_is_the_cause() {
    let with = Tenant::build(lab(), &Catalog::newest());
    let mut facts = lab();
    facts.denies.clear();
    let without = Tenant::build(facts, &Catalog::newest());
    for (tenants, direction) in
        [([&without, &with], Direction::Loss), ([&with, &without], Direction::Gain)]
    {
        let found = on_the_lab(tenants[0], tenants[1]);
        assert!(!found.changes.is_empty());
        for change in &found.changes {
            assert_eq!(change.direction, direction, "{change:#?}");
            let told = matches!(
                (direction, &change.causes[..]),
                (Direction::Loss, [Cause::DenyAdded(_)])
                    | (Direction::Gain, [Cause::DenyRemoved(_)])
            );
            assert!(told, "{:?}", change.causes);
        }
        // It binds everybody but the publisher, and takes only from those who hold something.
        let owner = id(&with, "owner@contoso.example");
        assert!(found.changes.iter().any(|change| change.principals.contains(&owner)));
        let reader = id(&with, "reader@contoso.example");
        assert!(found.changes.iter().all(|change| !change.principals.contains(&reader)));
    }
}

#[test]
fn what_roles_name_and_no_catalog_knows_is_compared_too() {
    let tenant = |actions: &str| {
        let roles = format!(
            r#"[{{"id": "40000000-0000-4000-8000-00000000000a", "name": "40000000-0000-4000-8000-00000000000a",
                "roleName": "Tailor", "roleType": "CustomRole", "assignableScopes": ["/subscriptions/s"],
                "permissions": [{{"actions": [{actions}], "notActions": []}}]}}]"#
        );
        let assignments = r#"[{"principalType": "User", "scope": "/subscriptions/s",
            "principalId": "11111111-1111-1111-1111-111111111111",
            "roleDefinitionId": "40000000-0000-4000-8000-00000000000a"}]"#;
        let files =
            [("roles.json".to_owned(), roles), ("a.json".to_owned(), assignments.to_owned())];
        load(&files, &Catalog::newest())
    };
    let attributes = Attributes::default();
    let question = plain(&attributes);
    let told = |old: &str, new: &str| {
        let (old, new) = (tenant(old), tenant(new));
        let found = diff(&old, &new, &question);
        let effects = Details::new(&found, &old, &new).effects(only(&found.changes));
        only(&effects).clone()
    };
    let read = "\"Contoso.Looms/looms/read\"";
    // An operation of a provider that no catalog has.
    let effect = told(read, &format!("{read}, \"Contoso.Looms/looms/weave/action\""));
    assert_eq!(only(&effect.unlisted).text(), "Contoso.Looms/looms/weave/action");
    // Today the same, and not the same for what may come.
    let effect = told(read, &format!("{read}, \"Contoso.Looms/*\""));
    assert!(effect.future && effect.operations.is_empty());
    assert_eq!(effect.allow, ["Contoso.Looms/*"]);
}

/// What somebody gains by one role at a subscription is less where a lock stands, and no two locks are alike.
#[test]
fn a_role_gives_less_below_a_lock_and_each_lock_holds_back_its_own() {
    const SUBSCRIPTION: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001";
    let group = |name: &str| format!("{SUBSCRIPTION}/resourceGroups/{name}");
    let vault = |name: &str| format!("{}/providers/Microsoft.KeyVault/vaults/v", group(name));
    let lock = |scope: String, level: &str| {
        format!(
            r#"{{"id": "{scope}/providers/Microsoft.Authorization/locks/l", "name": "l",
                "type": "Microsoft.Authorization/locks", "level": "{level}"}}"#
        )
    };
    let locks = [
        lock(group("kept"), "CanNotDelete"),
        lock(group("read"), "ReadOnly"),
        lock(vault("below"), "CanNotDelete"),
        lock(vault("read-below"), "ReadOnly"),
    ];
    let listed = ["free", "kept", "read", "below", "read-below"].map(|name| {
        format!(
            r#"{{"id": "{0}", "name": "v", "type": "Microsoft.KeyVault/vaults", "properties": {{}}}}"#,
            vault(name)
        )
    });
    let tree = format!(
        r#"{{"id": "/providers/Microsoft.Management/managementGroups/root", "name": "root",
            "displayName": "root", "type": "Microsoft.Management/managementGroups",
            "details": {{"parent": null}}, "children": [{{"id": "{SUBSCRIPTION}", "name": "{}",
            "displayName": "one", "type": "/subscriptions"}}]}}"#,
        &SUBSCRIPTION[15..]
    );
    let tenant = |role: &str| {
        let assignments = format!(
            r#"[{{"principalType": "User", "scope": "{SUBSCRIPTION}",
                "principalId": "11111111-1111-1111-1111-111111111111",
                "roleDefinitionId": "{role}"}}]"#
        );
        let lists = [format!("[{}]", locks.join(",")), format!("[{}]", listed.join(","))];
        let files: Vec<(String, String)> = [tree.clone(), assignments]
            .into_iter()
            .chain(lists)
            .enumerate()
            .map(|(number, text)| (format!("{number}.json"), text))
            .collect();
        load(&files, &Catalog::newest())
    };
    let reader = tenant("acdd72a7-3385-48ef-bd42-f606fba81ae7");
    let owner = tenant("8e3af657-a8ff-443c-a75c-2fe8c4bcb635");
    let attributes = Attributes::default();
    let question = plain(&attributes);
    let operations = ["read", "write", "delete"].map(|verb| {
        let name = format!("Microsoft.KeyVault/vaults/{verb}");
        (Operation::new(&name).expect("it is well formed"), Plane::Control)
    });
    let mut seen = BTreeMap::new();
    for tenants in [[&reader, &owner], [&owner, &reader]] {
        hold("locks", tenants, &question, &operations, &mut seen);
    }
    assert!(seen["gained"] == seen["lost"] && seen["gained"] >= 10, "{seen:?}");
}

/// The condition that is left is asked for as the difference is: at its time, with as much as it knows of
/// attributes, and in its reading of stars.
#[test]
fn what_is_left_hangs_on_how_the_difference_is_asked() {
    const SCOPE: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001";
    const CUSTOM: &str = "40000000-0000-4000-8000-00000000000a";
    const TEAM: &str = "20000000-0000-4000-8000-000000000001";
    let reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
    let project = |name: &str| {
        format!(
            r#""condition": "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project] StringEquals '{name}'", "conditionVersion": "2.0""#
        )
    };
    let assigned = |number: u8, who: &str, kind: &str, role: &str, more: &str| {
        format!(
            r#"{{"id": "{SCOPE}/providers/Microsoft.Authorization/roleAssignments/52000000-0000-4000-8000-{number:012}",
                "principalId": "{who}", "principalType": "{kind}", "scope": "{SCOPE}",
                "roleDefinitionId": "{role}"{more}}}"#
        )
    };
    let person = "11111111-1111-1111-1111-111111111111";
    let roles = format!(
        r#"[{{"id": "{CUSTOM}", "name": "{CUSTOM}", "roleName": "Below", "roleType": "CustomRole",
            "assignableScopes": ["{SCOPE}"], "permissions": [{{
            "actions": ["Microsoft.Storage/storageAccounts/*/read"], "notActions": []}}]}}]"#
    );
    let until = format!(r#", "endDateTime": "2026-06-01T00:00:00Z", {}"#, project("Baker"));
    let kept = [
        assigned(1, person, "User", reader, &format!(", {}", project("Cascade"))),
        assigned(2, TEAM, "Group", reader, ""),
    ];
    let taken = assigned(3, person, "User", CUSTOM, &until);
    let tenant = |assignments: &[&String]| {
        let list: Vec<&str> = assignments.iter().map(|one| one.as_str()).collect();
        let files = [
            ("roles.json".to_owned(), roles.clone()),
            ("a.json".to_owned(), format!("[{}]", list.join(","))),
        ];
        load(&files, &Catalog::newest())
    };
    let (with, without) = (tenant(&[&kept[0], &kept[1], &taken]), tenant(&[&kept[0], &kept[1]]));
    // Until then what the time adds to the condition is settled.
    let timed = kept[0].replace(
        "'Cascade'",
        "'Cascade' AND @Environment[UtcNow] DateTimeLessThan '2026-06-01T00:00:00.0Z'",
    );
    let timed = tenant(&[&timed, &kept[1]]);
    let attributes = Attributes::default();
    let operation = Operation::new("Microsoft.Storage/storageAccounts/read").expect("well formed");
    let operations = [(operation, Plane::Control)];
    for at in [None, Some("2026-01-01T00:00:00Z"), Some("2026-07-01T00:00:00Z")] {
        for attributes_complete in [false, true] {
            for wildcards in [Wildcards::Azure, Wildcards::Strict] {
                let question = DiffQuestion {
                    at: at.map(|text| text.parse().expect("a time")),
                    attributes: &attributes,
                    attributes_complete,
                    wildcards,
                };
                let mut seen = BTreeMap::new();
                hold("asked", [&with, &without], &question, &operations, &mut seen);
                if !attributes_complete && wildcards == Wildcards::Azure {
                    hold("timed", [&timed, &without], &question, &operations, &mut BTreeMap::new());
                }
                let over = at == Some("2026-07-01T00:00:00Z");
                let same = over || attributes_complete || wildcards == Wildcards::Strict;
                assert_eq!(seen.contains_key("condition-changed"), !same, "{question:?} {seen:?}");
            }
        }
    }
}

/// Two who hold the same under the same condition differ by what they are; and a condition may ask for what
/// is deleted, which only the place of an assignment tells.
#[test]
fn a_condition_is_judged_for_each_person_and_each_place() {
    const SCOPE: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001";
    const ANN: &str = "11111111-1111-1111-1111-111111111111";
    const BOB: &str = "11111111-1111-1111-1111-111111111112";
    let reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
    let owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
    let person = |id: &str, project: &str| {
        format!(
            r##"{{"id": "{id}", "displayName": "{id}", "@odata.type": "#microsoft.graph.user",
                "customSecurityAttributes": {{"Engineering": {{
                "@odata.type": "#microsoft.graph.customSecurityAttributeValue", "Project": "{project}"}}}}}}"##
        )
    };
    let name = |number: u8| {
        format!(
            "{SCOPE}/providers/Microsoft.Authorization/roleAssignments/52000000-0000-4000-8000-{number:012}"
        )
    };
    let assigned = |number: u8, who: &str, role: &str, condition: &str| {
        let condition = match condition {
            "" => String::new(),
            text => format!(r#", "condition": "{text}", "conditionVersion": "2.0""#),
        };
        format!(
            r#"{{"id": "{}", "principalId": "{who}", "principalType": "User", "scope": "{SCOPE}",
                "roleDefinitionId": "{role}"{condition}}}"#,
            name(number)
        )
    };
    // What only logs makes its scope a place, and takes nothing.
    let logged = |number: u8| {
        format!(
            r#"{{"id": "{0}/providers/Microsoft.Authorization/denyAssignments/56000000-0000-4000-8000-{number:012}",
                "denyAssignmentName": "Logged", "scope": "{0}", "isSystemProtected": true,
                "denyAssignmentEffect": "audit", "principals": [{{"id": "{ANN}", "type": "User"}}],
                "permissions": [{{"actions": ["*"], "notActions": []}}],
                "type": "Microsoft.Authorization/denyAssignments"}}"#,
            name(number)
        )
    };
    let project = "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project] StringEquals 'Cascade'";
    let readers = format!(
        "@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{reader}}}"
    );
    let tenant = |condition: Option<&str>| {
        let mut assignments = vec![
            assigned(1, BOB, reader, ""),
            assigned(2, BOB, "b24988ac-6180-42a0-ab88-20f7382dd24c", ""),
        ];
        if let Some(condition) = condition {
            assignments.extend(
                [ANN, BOB]
                    .map(|who| assigned(if who == ANN { 3 } else { 4 }, who, owner, condition)),
            );
        }
        let files = [
            ("people.json", [person(ANN, "Cascade"), person(BOB, "Baker")].join(",")),
            ("assignments.json", assignments.join(",")),
            ("denies.json", [logged(1), logged(2)].join(",")),
        ];
        load(&files.map(|(name, list)| (name.to_owned(), format!("[{list}]"))), &Catalog::newest())
    };
    let attributes = Attributes::default();
    let question = plain(&attributes);
    let operations = ["write", "delete"].map(|verb| {
        let name = format!("Microsoft.Authorization/roleAssignments/{verb}");
        (Operation::new(&name).expect("well formed"), Plane::Control)
    });
    let without = tenant(None);
    for (condition, expected) in [(project, true), (&readers, false)] {
        let with = tenant(Some(condition));
        let mut seen = BTreeMap::new();
        let found = hold("judged", [&without, &with], &question, &operations, &mut seen);
        let gains = |who: &str, at: u8| {
            let scope = Scope::new(&name(at)).expect("a scope");
            let (delete, plane) = &operations[1];
            let who = who.parse().expect("an id");
            found.transition([&without, &with], who, *plane, delete, &scope)
        };
        let gained = Some(Transition::Gained);
        assert_eq!([gains(ANN, 1), gains(ANN, 2)], [gained, gained.filter(|_| expected)]);
        assert_eq!([gains(BOB, 1), gains(BOB, 2)], [gained.filter(|_| !expected), None]);
    }
}
