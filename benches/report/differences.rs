//! Who gained or lost what between two tenants.

use crate::page::{Page, thousands, time};
use crate::support::measure::shortest;
use crate::support::world::{Query, World};
use azrbac::analysis::diff::{Details, Diff, DiffQuestion, diff};
use azrbac::catalog::Catalog;
use azrbac::condition::Attributes;
use azrbac::decide::{Outcome, Request, can};
use azrbac::ident::Scope;
use azrbac::pattern::Wildcards;
use azrbac::tenant::Tenant;
use std::time::Duration;

/// So many assignments are others.
const CHANGED: usize = 1_000;

/// Compares a tenant with itself after some changed assignments; the answer is held against `can` for
/// those whom it names.
pub(crate) fn measure(page: &mut Page, name: &str, world: &World, tenant: &Tenant, quick: bool) {
    let changed = CHANGED.min(world.assignments.len() / 10);
    let later = Tenant::build(world.altered(changed).facts(), &Catalog::newest());
    let attributes = Attributes::default();
    let question = DiffQuestion {
        at: None,
        attributes: &attributes,
        attributes_complete: false,
        wildcards: Wildcards::Azure,
    };
    let (took, found) = shortest(if quick { 1 } else { 3 }, || diff(tenant, &later, &question));
    check(world, [tenant, &later], &found, if quick { 200 } else { 2_000 });
    let people: usize = found.changes.iter().map(|change| change.principals.len()).sum();
    page.line(&format!(
        "`diff` with the same tenant after {} changed assignments: {}. {} changes that concern {} \
         principals, {} differences without effect.",
        thousands(changed as f64),
        time(took),
        thousands(found.changes.len() as f64),
        thousands(people as f64),
        thousands(found.neutral.len() as f64)
    ));
    page.line("");
    if name == "XL" {
        page.goal(
            "`diff` of two tenants that differ in 1000 assignments, XL",
            "≤ 3 s",
            time(took),
            took <= Duration::from_secs(3),
        );
    }
}

/// Does the difference say what `can` says on both sides? Of those whom it names, at random.
fn check(world: &World, tenants: [&Tenant; 2], found: &Diff, count: usize) {
    let attributes = Attributes::default();
    let details = Details::new(found, tenants[0], tenants[1]);
    let queries: Vec<Query> = world.queries(count);
    for (number, query) in queries.iter().enumerate() {
        let asked = &world.operations[query.operation as usize];
        let change = &found.changes[number * 7919 % found.changes.len()];
        let principal = change.principals[number % change.principals.len()];
        let own = details.regions(change)[0].scope.clone();
        let effects = details.effects(change);
        let scope = if number % 2 == 0 {
            own
        } else {
            Scope::new(&world.scope_text(query.scope)).expect("a scope of the generator")
        };
        let operation = match effects[0].operations.first() {
            Some(operation) if number % 3 != 0 => operation,
            _ => &asked.operation,
        };
        let plane = if number % 3 == 0 { asked.plane } else { effects[0].plane };
        let [old, new] = tenants.map(|tenant| {
            let request = Request::new(principal, operation, plane, &scope, &attributes);
            can(tenant, &Request { near_misses: 0, ..request }).outcome == Outcome::Allowed
        });
        let told = found.transition(tenants, principal, plane, operation, &scope);
        assert_eq!(told.is_some(), old != new, "{principal} {operation:?} at {scope}: {told:?}");
    }
}
