//! Reads bytes and asks what became of them: errors that can be said, and a tenant that answers the same
//! twice, in listings as in single questions.

use azrbac::catalog::Catalog;
use azrbac::condition::Attributes;
use azrbac::decide::{Outcome, Request, can, where_can, who_can};
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::model::Facts;
use azrbac::tenant::Tenant;
use std::sync::LazyLock;

/// The built-in role Reader.
pub const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

/// The subscription that the seeds and the structures speak of.
pub const SUBSCRIPTION: &str = "/subscriptions/22222222-2222-2222-2222-222222222222";

/// The embedded facts of Azure, read once: that takes longer than most inputs.
pub static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::newest);

/// One file as facts, every error of it printed once.
#[must_use]
pub fn facts(bytes: &[u8]) -> Facts {
    let mut facts = Facts::default();
    azrbac::ingest::read(&mut facts, "export.json", bytes);
    for error in &facts.errors {
        assert!(!error.to_string().is_empty());
    }
    facts
}

/// What is asked everywhere.
#[must_use]
pub fn operation() -> Operation {
    Operation::new("Microsoft.Storage/storageAccounts/read").expect("an operation")
}

/// May a principal read storage accounts there?
#[must_use]
pub fn outcome(tenant: &Tenant, principal: Guid, scope: &Scope) -> Outcome {
    let (operation, attributes) = (operation(), Attributes::default());
    can(tenant, &Request::new(principal, &operation, Plane::Control, scope, &attributes)).outcome
}

/// Settles the facts as the program does, builds the tenant and asks about the first principals that
/// hold something: each answer is there twice, and the list of holders has who holds.
pub fn answers(mut facts: Facts, bytes: &[u8]) -> Tenant {
    azrbac::ingest::settle(&mut facts, &|origin| {
        let (_, offset) = origin.place()?;
        azrbac::ingest::place("export.json", bytes, offset)
    });
    let named: Vec<Guid> = facts.assignments.iter().map(|one| one.principal).take(3).collect();
    let tenant = Tenant::build(facts, &CATALOG);
    let (operation, attributes) = (operation(), Attributes::default());
    let scope = Scope::new(SUBSCRIPTION).expect("a scope");
    for principal in named {
        let request = Request::new(principal, &operation, Plane::Control, &scope, &attributes);
        let decision = can(&tenant, &request);
        assert_eq!(decision.outcome, can(&tenant, &request).outcome);
        let listed = who_can(&tenant, &request);
        let holds = listed
            .holders
            .iter()
            .find(|holder| tenant.principal_id(holder.principal) == principal)
            .map(|holder| holder.outcome);
        let yes = matches!(decision.outcome, Outcome::Allowed | Outcome::Conditional);
        if tenant.principal(principal).is_some() {
            assert_eq!(holds, yes.then_some(decision.outcome), "{principal}");
        }
        let _regions = where_can(&tenant, &request);
    }
    tenant
}
