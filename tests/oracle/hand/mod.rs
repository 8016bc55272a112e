//! The oracle itself, on cases that semantics.md, the documentation behind it and its traps decide.

mod conditions;
mod doors;
mod requests;

use std::collections::BTreeMap;

use super::spec::{can, matches, path};
use super::world::{
    Assignment, Attribute, Block, Deny, Expr, Group, ManagementGroup, Operand, Plane, Question,
    Role, Source, Subscription, Value, World,
};

const S: &str = "/subscriptions/11111111-1111-1111-1111-111111111111";
const RG: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg";
const VM: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm";
const ST: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st";
const BLOBS: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st/blobServices/default";
const IT: &str = "/providers/Microsoft.Management/managementGroups/it";
const WRITE_VM: &str = "Microsoft.Compute/virtualMachines/write";
const READ_VM: &str = "Microsoft.Compute/virtualMachines/read";
const DELETE_VM: &str = "Microsoft.Compute/virtualMachines/delete";
const READ_BLOB: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
const EVERYONE: &str = "00000000-0000-0000-0000-000000000000";

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

fn block(actions: &[&str], not_actions: &[&str]) -> Block {
    Block { actions: strings(actions), not_actions: strings(not_actions), ..Block::default() }
}

fn data(actions: &[&str], not_actions: &[&str]) -> Block {
    Block {
        data_actions: strings(actions),
        not_data_actions: strings(not_actions),
        ..Block::default()
    }
}

fn role(id: &str, blocks: &[Block]) -> Role {
    Role { id: id.to_owned(), name: id.to_owned(), blocks: blocks.to_vec(), from_catalog: false }
}

/// What `c` says in these tenants: undecided as long as nobody tells the attribute.
fn c() -> Expr {
    Expr::Compare(
        Operand::Attribute(project()),
        None,
        "StringEquals",
        Operand::Literals(vec![Value::Text("alpha".to_owned())]),
    )
}

fn project() -> Attribute {
    let name = "Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project".to_owned();
    Attribute { source: Source::Principal, name }
}

/// `ann` may hold one of a few roles somewhere; the subscription hangs under `it`, that under `root`.
fn world(assignments: &[(&str, &str, &str)]) -> World {
    let contributor =
        block(&["*"], &["Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write"]);
    let mut world = World {
        roles: vec![
            role("owner", &[block(&["*"], &[])]),
            role("contributor", &[contributor]),
            role("reader", &[block(&["*/read"], &[])]),
            role(
                "blob-reader",
                &[data(
                    &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
                    &[],
                )],
            ),
        ],
        management_groups: vec![
            ManagementGroup { id: "root".to_owned(), parent: None },
            ManagementGroup { id: "IT".to_owned(), parent: Some("root".to_owned()) },
            ManagementGroup { id: "hr".to_owned(), parent: Some("root".to_owned()) },
        ],
        subscriptions: vec![Subscription {
            id: S.to_owned(),
            management_group: Some("it".to_owned()),
        }],
        conditions: BTreeMap::from([("c".to_owned(), c())]),
        ..World::default()
    };
    for (number, (principal, role, scope)) in assignments.iter().enumerate() {
        world.assignments.push(Assignment {
            id: format!("a{number}"),
            principal: (*principal).to_owned(),
            role: format!("/providers/Microsoft.Authorization/roleDefinitions/{role}"),
            scope: (*scope).to_owned(),
            ..Assignment::default()
        });
    }
    world
}

fn deny(scope: &str, block: Block, principals: &[&str], excluded: &[&str]) -> Deny {
    Deny {
        id: "d".to_owned(),
        scope: scope.to_owned(),
        blocks: vec![block],
        principals: strings(principals),
        excluded: strings(excluded),
        system_protected: true,
        ..Deny::default()
    }
}

fn ask(operation: &str, scope: &str) -> Question {
    Question {
        principal: "ann".to_owned(),
        operation: operation.to_owned(),
        plane: Plane::Control,
        scope: scope.to_owned(),
        at: "2026-01-10T00:00:00Z".to_owned(),
        method: None,
        linked: Vec::new(),
        via_lighthouse: false,
        strict: false,
        attributes: Vec::new(),
        attributes_complete: false,
    }
}

fn ask_data(operation: &str, scope: &str) -> Question {
    Question { plane: Plane::Data, ..ask(operation, scope) }
}

#[track_caller]
fn check(world: &World, question: &Question, expect: &str) {
    assert_eq!(can(world, question).outcome.word(), expect, "{question:#?}");
}

#[track_caller]
fn near(world: &World, question: &Question, expect: &[(&str, &str)]) {
    let answer = can(world, question);
    let found: Vec<(&str, &str)> =
        answer.near.iter().map(|(id, reason)| (id.as_str(), *reason)).collect();
    assert_eq!(found, expect, "{question:#?}");
}

#[test]
fn section_2_patterns() {
    for (pattern, operation, expect) in [
        ("*", "Microsoft.A/b/read", true),
        ("*/read", "Microsoft.A/b/c/read", true),
        ("*/read", "Microsoft.A/b/readers", false),
        ("*/read", "read", false),
        ("Microsoft.A/b/*", "microsoft.a/B/c/delete", true),
        ("Microsoft.A/virtualMachines/*", "Microsoft.A/virtualMachineScaleSets/read", false),
        ("Microsoft.A/b/*", "Microsoft.A/b", false),
        ("Microsoft.A/b", "Microsoft.A/b/read", false),
        ("Microsoft.A/b/read", "Microsoft.A/b/rea", false),
        ("Microsoft.A/b/*/assign/action", "Microsoft.A/b/assign/action", true),
        ("Microsoft.A/b/*/assign/action", "Microsoft.A/b/x/y/assign/action", true),
        ("Microsoft.A/b/*/assign/action", "Microsoft.A/bassign/action", false),
        ("Microsoft.A/b/*/read", "Microsoft.A/bc/read", false),
        ("Microsoft.A/*/b/*/read", "Microsoft.A/b/read", true),
        ("Microsoft.A/b/read ", "Microsoft.A/b/read", true),
        ("Microsoft.A/b/", "Microsoft.A/b/read", false),
        ("Microsoft.A/b*/read", "Microsoft.A/bcd/read", true),
        ("Microsoft.A/b*/read", "Microsoft.A/b/c/read", true),
    ] {
        assert_eq!(matches(pattern, operation, false), expect, "{pattern} on {operation}");
    }
    assert!(!matches("Microsoft.A/b/*/assign/action", "Microsoft.A/b/assign/action", true));
}

#[test]
fn sections_1_and_4_grants_add_up_and_subtraction_is_local() {
    let none = world(&[]);
    check(&none, &ask(READ_VM, VM), "not-allowed");
    // A narrower assignment takes nothing from a broader one.
    check(
        &world(&[("ann", "contributor", S), ("ann", "reader", VM)]),
        &ask(WRITE_VM, VM),
        "allowed",
    );
    check(
        &world(&[("ann", "contributor", RG)]),
        &ask(WRITE_VM, &VM.replace("/rg/", "/rg2/")),
        "not-allowed",
    );
    check(
        &world(&[("ann", "contributor", RG)]),
        &ask(WRITE_VM, &RG.to_ascii_uppercase()),
        "allowed",
    );
    // notActions: of its own role only.
    let assign = ask("Microsoft.Authorization/roleAssignments/write", RG);
    check(&world(&[("ann", "contributor", S)]), &assign, "not-allowed");
    near(&world(&[("ann", "contributor", S)]), &assign, &[("a0", "not-action")]);
    check(&world(&[("ann", "contributor", S), ("ann", "owner", RG)]), &assign, "allowed");
    check(
        &world(&[("ann", "contributor", S)]),
        &ask("Microsoft.Authorization/roleAssignments/read", RG),
        "allowed",
    );
    // notActions of one block: of its own block only.
    let mut blocks = world(&[("ann", "two", S)]);
    blocks.roles.push(role(
        "two",
        &[block(&["Microsoft.Compute/*"], &["*/delete"]), block(&[DELETE_VM], &[])],
    ));
    check(&blocks, &ask(DELETE_VM, VM), "allowed");
    check(&blocks, &ask("Microsoft.Compute/disks/delete", VM), "not-allowed");
    // Without a star in actions the subtraction holds too.
    let mut exact = world(&[("ann", "exact", S)]);
    exact.roles.push(role("exact", &[block(&[READ_VM], &["*/READ"])]));
    check(&exact, &ask(READ_VM, VM), "not-allowed");
}

#[test]
fn section_3_planes() {
    check(&world(&[("ann", "owner", S)]), &ask_data(READ_BLOB, BLOBS), "not-allowed");
    check(&world(&[("ann", "blob-reader", ST)]), &ask_data(READ_BLOB, BLOBS), "allowed");
    check(&world(&[("ann", "blob-reader", ST)]), &ask(READ_BLOB, BLOBS), "not-allowed");
    check(&world(&[("ann", "blob-reader", BLOBS)]), &ask_data(READ_BLOB, ST), "not-allowed");
}

#[test]
fn section_5_denies() {
    let owner = world(&[("ann", "owner", S)]);
    let with = |deny: Deny| World { denies: vec![deny], ..owner.clone() };
    let no_writes = || block(&["*"], &["*/read"]);
    // A deny beats Owner, wherever either is; reads stay.
    check(&with(deny(RG, no_writes(), &[EVERYONE], &[])), &ask(WRITE_VM, VM), "denied");
    check(&with(deny(RG, no_writes(), &[EVERYONE], &[])), &ask(READ_VM, VM), "allowed");
    check(&with(deny(RG, no_writes(), &[EVERYONE], &[])), &ask(WRITE_VM, S), "allowed");
    check(&with(deny("/", no_writes(), &["ANN"], &[])), &ask(WRITE_VM, VM), "denied");
    check(&with(deny(RG, no_writes(), &["bob"], &[])), &ask(WRITE_VM, VM), "allowed");
    // It is named also where nothing grants.
    let stranger = Question { principal: "eve".to_owned(), ..ask(WRITE_VM, VM) };
    check(
        &with(deny(RG, no_writes(), &[EVERYONE.replace('-', "").as_str()], &[])),
        &stranger,
        "denied",
    );
    near(&with(deny(RG, no_writes(), &[EVERYONE], &[])), &stranger, &[]);
    // Exclusion lifts this deny and grants nothing.
    check(&with(deny(RG, no_writes(), &[EVERYONE], &["ann"])), &ask(WRITE_VM, VM), "allowed");
    check(&with(deny(RG, no_writes(), &[EVERYONE], &["eve"])), &stranger, "not-allowed");
    let mut two = with(deny(RG, no_writes(), &[EVERYONE], &["ann"]));
    two.denies.push(deny(S, no_writes(), &[EVERYONE], &[]));
    check(&two, &ask(WRITE_VM, VM), "denied");
    // By nested group as well.
    let mut grouped = with(deny(RG, no_writes(), &[EVERYONE], &["outer"]));
    grouped.groups = vec![group("outer", &["inner"]), group("inner", &["ann"])];
    check(&grouped, &ask(WRITE_VM, VM), "allowed");
    // The plane of a deny.
    let mut reader = world(&[("ann", "blob-reader", S)]);
    reader.denies = vec![deny(S, block(&["*"], &[]), &[EVERYONE], &[])];
    check(&reader, &ask_data(READ_BLOB, BLOBS), "allowed");
    reader.denies = vec![deny(S, data(&["*"], &[]), &[EVERYONE], &[])];
    check(&reader, &ask_data(READ_BLOB, BLOBS), "denied");
    // doNotApplyToChildScopes: the very scope, however it is written.
    let exact = Deny { exact_scope_only: true, ..deny(RG, no_writes(), &[EVERYONE], &[]) };
    check(
        &with(exact.clone()),
        &ask("Microsoft.Resources/subscriptions/resourceGroups/write", &format!("{RG}/")),
        "denied",
    );
    check(&with(exact.clone()), &ask(WRITE_VM, VM), "allowed");
    let extension = format!("{RG}/providers/Microsoft.Authorization/roleAssignments/x");
    check(
        &with(exact),
        &ask("Microsoft.Authorization/roleAssignments/write", &extension),
        "allowed",
    );
    // Audit only watches.
    check(
        &with(Deny { audit: true, ..deny(RG, no_writes(), &[EVERYONE], &[]) }),
        &ask(WRITE_VM, VM),
        "allowed",
    );
    // Users cannot lock the removal of their own denies; Azure can.
    let remove = ask("microsoft.authorization/denyassignments/DELETE", RG);
    let by_user =
        Deny { system_protected: false, ..deny(S, block(&["*/delete"], &[]), &[EVERYONE], &[]) };
    check(&with(by_user.clone()), &remove, "allowed");
    check(&with(by_user), &ask(DELETE_VM, VM), "denied");
    check(&with(deny(S, block(&["*/delete"], &[]), &[EVERYONE], &[])), &remove, "denied");
}

#[test]
fn section_6_scopes() {
    let world = world(&[]);
    let up = |scope: &str| path(&world, scope);
    assert_eq!(
        up(&format!("{BLOBS}/containers/c")),
        [
            &format!("{BLOBS}/containers/c"),
            BLOBS,
            ST,
            RG,
            S,
            IT,
            "/providers/Microsoft.Management/managementGroups/root",
            "/"
        ]
        .map(str::to_ascii_lowercase)
    );
    assert_eq!(
        up(&format!("{BLOBS}/providers/microsoft.insights/diagnosticSettings/d"))[1],
        BLOBS.to_ascii_lowercase()
    );
    assert_eq!(up(&format!("{S}/providers/Microsoft.CostManagement/exports/e"))[1], S);
    assert_eq!(up("/providers/Microsoft.Billing/billingAccounts/b")[1..], ["/"]);
    assert_eq!(up("subscriptions/unlisted/")[..], ["/subscriptions/unlisted", "/"]);
    assert_eq!(up(&RG.replace("/rg", "/providers"))[1], S);
    assert_eq!(
        up(&VM.replace("/rg/", "/providers/"))[1],
        RG.replace("/rg", "/providers").to_ascii_lowercase()
    );
    let mut cyclic = world.clone();
    cyclic.management_groups[0].parent = Some("it".to_owned());
    assert_eq!(path(&cyclic, RG).last().map(String::as_str), Some("/"));
}

#[test]
fn section_6_inheritance() {
    check(&world(&[("ann", "reader", "/")]), &ask(READ_VM, VM), "allowed");
    check(&world(&[("ann", "reader", &IT.to_ascii_uppercase())]), &ask(READ_VM, VM), "allowed");
    check(
        &world(&[("ann", "reader", &IT.replace("/it", "/hr"))]),
        &ask(READ_VM, VM),
        "not-allowed",
    );
    check(&world(&[("ann", "reader", &IT.replace("/it", "/root"))]), &ask(READ_VM, VM), "allowed");
    check(&world(&[("ann", "reader", RG)]), &ask(READ_VM, S), "not-allowed");
    check(
        &world(&[("ann", "reader", RG.trim_start_matches('/'))]),
        &ask(READ_VM, &format!("{VM}/")),
        "allowed",
    );
    let setting = format!("{ST}/providers/Microsoft.Insights/diagnosticSettings/d");
    check(
        &world(&[("ann", "contributor", ST)]),
        &ask("Microsoft.Insights/diagnosticSettings/write", &setting),
        "allowed",
    );
}

fn group(id: &str, members: &[&str]) -> Group {
    Group { id: id.to_owned(), members: strings(members), security_enabled: true }
}

#[test]
fn section_7_groups() {
    let mut tenant = world(&[("c", "reader", S)]);
    tenant.groups =
        vec![group("c", &["b"]), group("b", &["a", "c"]), group("a", &["a", "b", "ann"])];
    check(&tenant, &ask(READ_VM, VM), "allowed");
    check(&tenant, &Question { principal: "eve".to_owned(), ..ask(READ_VM, VM) }, "not-allowed");
    tenant.groups[0].security_enabled = false;
    check(&tenant, &ask(READ_VM, VM), "not-allowed");
    tenant.groups[0].security_enabled = true;
    tenant.groups[1].security_enabled = false;
    check(&tenant, &ask(READ_VM, VM), "allowed");
    // A principal is found however its GUID is written.
    let guid = "0A1B2C3D-0000-4000-8000-00000000000F";
    let tenant = world(&[(&guid.replace('-', "").to_ascii_lowercase(), "reader", S)]);
    check(&tenant, &Question { principal: guid.to_owned(), ..ask(READ_VM, VM) }, "allowed");
}
