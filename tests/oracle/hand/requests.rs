//! Conditions, time, locks, linked checks, Lighthouse: what hangs on the request.

use super::super::spelling::instant;
use super::super::world::{Assignment, Block, Lock, Question, Value};
use super::{
    BLOBS, DELETE_VM, EVERYONE, READ_BLOB, READ_VM, RG, S, ST, VM, WRITE_VM, ask, ask_data, block,
    check, deny, near, project, role, world,
};

#[test]
fn sections_1_and_9_conditions() {
    let mut conditional = world(&[("ann", "contributor", S)]);
    conditional.assignments[0].condition = Some("c".to_owned());
    check(&conditional, &ask(WRITE_VM, VM), "conditional");
    let told = |value: &str| {
        let attributes = vec![(project(), Value::Text(value.to_owned()))];
        Question { attributes, ..ask(WRITE_VM, VM) }
    };
    check(&conditional, &told("alpha"), "allowed");
    check(&conditional, &told("Alpha"), "not-allowed");
    check(
        &conditional,
        &Question { attributes_complete: true, ..ask(WRITE_VM, VM) },
        "not-allowed",
    );
    // An unconditional grant makes a conditional one pointless; a deny beats both.
    let mut both = conditional.clone();
    both.assignments.push(Assignment {
        id: "b".to_owned(),
        condition: None,
        ..both.assignments[0].clone()
    });
    check(&both, &ask(WRITE_VM, VM), "allowed");
    both.denies = vec![deny(S, block(&["*"], &[]), &[EVERYONE], &[])];
    check(&both, &ask(WRITE_VM, VM), "denied");
    // A condition of one block leaves the others alone.
    let mut blocks = world(&[("ann", "two", S)]);
    let guarded = Block { condition: Some("c".to_owned()), ..block(&["*/delete"], &[]) };
    blocks.roles.push(role("two", &[block(&["*/write"], &[]), guarded]));
    check(&blocks, &ask(WRITE_VM, VM), "allowed");
    check(&blocks, &ask(DELETE_VM, VM), "conditional");
    // An undecided deny leaves no firm yes, and no is no.
    let open = Block { condition: Some("c".to_owned()), ..block(&["*/write"], &[]) };
    let mut denied = world(&[("ann", "contributor", S)]);
    denied.denies = vec![deny(S, open, &[EVERYONE], &[])];
    check(&denied, &ask(WRITE_VM, VM), "conditional");
    check(&denied, &Question { attributes_complete: true, ..ask(WRITE_VM, VM) }, "denied");
    check(&denied, &Question { principal: "eve".to_owned(), ..ask(WRITE_VM, VM) }, "not-allowed");
}

#[test]
fn section_10_time() {
    let mut eligible = world(&[("ann", "contributor", S)]);
    eligible.assignments[0].eligible = true;
    check(&eligible, &ask(WRITE_VM, VM), "not-allowed");
    near(&eligible, &ask(WRITE_VM, VM), &[("a0", "eligible")]);
    let mut timed = world(&[("ann", "contributor", S)]);
    timed.assignments[0].start = Some("2026-01-01T00:00:00+01:00".to_owned());
    timed.assignments[0].end = Some("2026-02-01T00:00:00.0000000Z".to_owned());
    let at = |at: &str| Question { at: at.to_owned(), ..ask(WRITE_VM, VM) };
    check(&timed, &at("2025-12-31T22:59:59.9999999Z"), "not-allowed");
    check(&timed, &at("2025-12-31T23:00:00Z"), "allowed");
    check(&timed, &at("2026-01-31T23:59:59.9999999Z"), "allowed");
    check(&timed, &at("2026-02-01T00:00:00Z"), "not-allowed");
    near(&timed, &at("2026-02-01T00:00:00Z"), &[("a0", "expired")]);
    timed.assignments[0].eligible = true;
    near(&timed, &at("2026-03-01T00:00:00Z"), &[]);
    assert_eq!(instant("1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(instant("2000-03-01T00:00:00.5-00:30"), Some(951_870_600_500_000_000));
}

#[test]
fn section_12_locks() {
    let locked = |scope: &str, read_only: bool| {
        let mut owner = world(&[("ann", "owner", S)]);
        owner.locks.push(Lock { scope: scope.to_owned(), read_only });
        owner
    };
    let by = |operation: &str, scope: &str, method: &str| Question {
        method: Some(method.to_owned()),
        ..ask(operation, scope)
    };
    // CanNotDelete: DELETE only, at, below and above.
    check(&locked(VM, false), &ask(WRITE_VM, VM), "allowed");
    check(&locked(VM, false), &ask(DELETE_VM, VM), "locked");
    check(&locked(RG, false), &ask(DELETE_VM, &VM.to_ascii_uppercase()), "locked");
    check(
        &locked(VM, false),
        &ask("Microsoft.Resources/subscriptions/resourceGroups/delete", RG),
        "locked",
    );
    check(
        &locked(VM, true),
        &ask("Microsoft.Resources/subscriptions/resourceGroups/delete", RG),
        "locked",
    );
    check(
        &locked(VM, false),
        &ask("Microsoft.Resources/subscriptions/resourceGroups/delete", &format!("{RG}2")),
        "allowed",
    );
    check(&locked(VM, false), &ask("Microsoft.Storage/storageAccounts/delete", ST), "allowed");
    check(&locked(RG, false), &by("Microsoft.KeyVault/vaults/purge/action", RG, "POST"), "allowed");
    // ReadOnly: all but GET and HEAD, at and below.
    check(
        &locked(ST, true),
        &ask("Microsoft.Storage/storageAccounts/listKeys/action", ST),
        "locked",
    );
    check(
        &locked(ST, true),
        &by("Microsoft.Storage/storageAccounts/listKeys/action", ST, "get"),
        "allowed",
    );
    check(&locked(RG, true), &by(READ_VM, VM, "HEAD"), "allowed");
    check(&locked(RG, true), &by(READ_VM, VM, "POST"), "locked");
    check(
        &locked(VM, true),
        &ask("Microsoft.Resources/subscriptions/resourceGroups/write", RG),
        "allowed",
    );
    check(
        &locked(ST, true),
        &ask("Microsoft.Authorization/roleAssignments/write", BLOBS),
        "locked",
    );
    let setting = format!("{BLOBS}/providers/microsoft.insights/diagnosticSettings/d1");
    check(
        &locked(ST, false),
        &ask("Microsoft.Insights/diagnosticSettings/delete", &setting),
        "locked",
    );
    // A lock does not guard itself, and knows no data plane.
    check(&locked(RG, true), &ask("Microsoft.Authorization/locks/delete", RG), "allowed");
    check(&locked(RG, true), &ask("microsoft.authorization/Locks/write", VM), "allowed");
    let mut blobs = locked(ST, true);
    blobs.assignments[0].role = "blob-reader".to_owned();
    check(&blobs, &ask_data(READ_BLOB, BLOBS), "allowed");
    // Not allowed stays not allowed, denied denied; conditional and locked is locked.
    check(
        &locked(RG, true),
        &Question { principal: "eve".to_owned(), ..ask(WRITE_VM, VM) },
        "not-allowed",
    );
    let mut denied = locked(RG, true);
    denied.denies = vec![deny(S, block(&["*"], &[]), &["ann"], &[])];
    check(&denied, &ask(WRITE_VM, VM), "denied");
    let mut conditional = locked(RG, true);
    conditional.assignments[0].condition = Some("c".to_owned());
    check(&conditional, &ask(WRITE_VM, VM), "locked");
}

#[test]
fn section_13_linked_checks() {
    let identity = format!(
        "{S}/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
    );
    let assign = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action";
    let question =
        Question { linked: vec![(assign.to_owned(), identity.clone())], ..ask(WRITE_VM, VM) };
    check(&world(&[("ann", "contributor", RG)]), &question, "not-allowed");
    near(&world(&[("ann", "contributor", RG)]), &question, &[]);
    let mut both = world(&[("ann", "contributor", RG), ("ann", "operator", S)]);
    let operator =
        block(&["Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action"], &[]);
    both.roles.push(role("operator", &[operator]));
    check(&both, &question, "allowed");
    check(&both, &Question { strict: true, ..question.clone() }, "not-allowed");
    // Locks of the linked scope do not count, denies there do, and a deny outranks a missing grant.
    both.locks.push(Lock { scope: identity.clone(), read_only: true });
    check(&both, &question, "allowed");
    both.assignments[1].condition = Some("c".to_owned());
    check(&both, &question, "conditional");
    both.locks.push(Lock { scope: VM.to_owned(), read_only: true });
    check(&both, &question, "locked");
    both.denies.push(deny(&identity, block(&["*/action"], &[]), &[EVERYONE], &[]));
    check(&both, &question, "denied");
    both.assignments.remove(0);
    check(&both, &question, "denied");
    both.denies.clear();
    check(&both, &question, "not-allowed");
}

#[test]
fn section_14_lighthouse() {
    let mut tenant = world(&[("ann", "contributor", S)]);
    tenant.locks.push(Lock { scope: RG.to_owned(), read_only: true });
    check(&tenant, &ask(WRITE_VM, VM), "locked");
    check(&tenant, &Question { via_lighthouse: true, ..ask(WRITE_VM, VM) }, "allowed");
    tenant.assignments[0].via_lighthouse = true;
    check(&tenant, &ask(WRITE_VM, VM), "allowed");
    // One lifting grant is enough; one that may or may not hold lifts perhaps.
    tenant.assignments.push(Assignment {
        id: "b".to_owned(),
        via_lighthouse: false,
        ..tenant.assignments[0].clone()
    });
    check(&tenant, &ask(WRITE_VM, VM), "allowed");
    tenant.assignments[0].condition = Some("c".to_owned());
    check(&tenant, &ask(WRITE_VM, VM), "conditional");
    tenant.denies = vec![deny(RG, block(&["*"], &["*/read"]), &[EVERYONE], &[])];
    check(&tenant, &Question { via_lighthouse: true, ..ask(WRITE_VM, VM) }, "denied");
    // No data request comes by Lighthouse.
    let mut reader = world(&[("ann", "blob-reader", S)]);
    check(&reader, &Question { via_lighthouse: true, ..ask_data(READ_BLOB, BLOBS) }, "allowed");
    reader.assignments[0].via_lighthouse = true;
    check(&reader, &ask_data(READ_BLOB, BLOBS), "not-allowed");
}
