//! Any bytes as an exported file: reading must end without a panic, and whatever became of it is a tenant
//! that answers, the same twice. The seeds are exports of every kind: roles, assignments, denies, Graph,
//! management groups, resources, locks.
#![no_main]

use azrbac::catalog::Catalog;
use azrbac::condition::Attributes;
use azrbac::decide::{Request, can, where_can, who_can};
use azrbac::ident::{Operation, Plane, Scope};
use azrbac::model::Facts;
use azrbac::tenant::Tenant;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut facts = Facts::default();
    azrbac::ingest::read(&mut facts, "export.json", bytes);
    for error in &facts.errors {
        assert!(!error.to_string().is_empty());
    }
    azrbac::ingest::settle(&mut facts, &|origin| {
        let (_, offset) = origin.place()?;
        azrbac::ingest::place("export.json", bytes, offset)
    });
    let named: Vec<_> = facts.assignments.iter().map(|one| one.principal).take(3).collect();
    let tenant = Tenant::build(facts, &Catalog::newest());
    let operation = Operation::new("Microsoft.Storage/storageAccounts/read").expect("an operation");
    let scope = Scope::new("/subscriptions/22222222-2222-2222-2222-222222222222").expect("a scope");
    let attributes = Attributes::default();
    for principal in named {
        let request = Request::new(principal, &operation, Plane::Control, &scope, &attributes);
        let decision = can(&tenant, &request);
        assert_eq!(decision.outcome, can(&tenant, &request).outcome);
        let _holders = who_can(&tenant, &request);
        let _regions = where_can(&tenant, &request);
    }
});
