//! Questions about everybody, everywhere, everything.

use crate::page::{Page, nanos};
use crate::support::floor::Floor;
use crate::support::measure::{Contender, Times, race};
use crate::support::world::{Query, World};
use azrbac::condition::Attributes;
use azrbac::decide::{
    Outcome, Request, WhatQuestion, can_at, effective, what_can, what_can_expanded, where_can,
    who_can,
};
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::pattern::Wildcards;
use azrbac::tenant::Tenant;
use serde::{Deserialize, Serialize};

/// A question with its names parsed.
struct Put {
    query: Query,
    id: Guid,
    scope: Scope,
}

pub(crate) const WHO: &str = "`who_can`, typical";
pub(crate) const WHO_WORST: &str = "`who_can`, what Reader grants, at a resource";
pub(crate) const WHO_FLOOR: &str = "floor: everybody asked one by one";
pub(crate) const WHERE: &str = "`where_can`, everywhere";
pub(crate) const WHAT: &str = "`what_can`, blocks at a resource";
pub(crate) const EXPAND: &str = "`what_can_expanded` at a resource, one plane";
pub(crate) const EFFECTIVE: &str = "`effective`, one plane at a resource, as bits";
pub(crate) const EFFECTIVE_FLOOR: &str = "floor: all operations at a resource, as bits";

/// What the listings of one size took.
#[derive(Serialize, Deserialize)]
pub(crate) struct Listings {
    rows: Vec<(String, Times)>,
}

impl Listings {
    /// A row by its name.
    pub(crate) fn of(&self, name: &str) -> Times {
        self.rows.iter().find(|row| row.0 == name).expect("a row of the table").1
    }
}

fn what<'p>(put: &'p Put, attributes: &'p Attributes) -> WhatQuestion<'p> {
    WhatQuestion {
        principal: put.id,
        scope: Some(&put.scope),
        attributes,
        attributes_complete: false,
        at: None,
        via_lighthouse: false,
        wildcards: Wildcards::Azure,
    }
}

/// Measures one size: every kind of question on as many of the queries as is reasonable.
pub(crate) fn measure(
    world: &World,
    tenant: &Tenant,
    queries: &[Query],
    floor: &Floor,
    quick: bool,
) -> Listings {
    tenant.prepare_listings();
    let attributes = Attributes::default();
    let put: Vec<Put> = queries
        .iter()
        .map(|query| Put {
            query: *query,
            id: world.principal_id(query.principal),
            scope: Scope::new(&world.scope_text(query.scope)).expect("a scope of the generator"),
        })
        .collect();
    let request = |put: &Put| {
        let asked = &world.operations[put.query.operation as usize];
        (&asked.operation, asked.plane)
    };
    let people = world.principal(2, 0);
    let read = Operation::new("Microsoft.Storage/storageAccounts/read").expect("an operation");
    let root = Scope::root();
    check(world, tenant, &put[..if quick { 3 } else { 10 }], floor);
    let some = |most: usize| &put[..put.len().min(if quick { most / 10 } else { most }.max(1))];
    let mut rows = Vec::new();
    let mut run = |queries: &[Put], passes: usize, mut contenders: Vec<Contender<'_, Put>>| {
        rows.extend(race(queries, passes, &mut contenders));
    };
    run(
        some(10_000),
        3,
        vec![
            (
                EFFECTIVE_FLOOR,
                Box::new({
                    let mut set = Vec::new();
                    move |put: &Put| {
                        floor.effective(put.query.principal, put.query.scope, &mut set);
                        set.len()
                    }
                }),
            ),
            (
                EFFECTIVE,
                Box::new(|put: &Put| {
                    let question = what(put, &attributes);
                    effective(tenant, &question, request(put).1).count(Outcome::Allowed)
                }),
            ),
        ],
    );
    run(
        some(200),
        2,
        vec![
            (
                WHO_FLOOR,
                Box::new(|put: &Put| floor.who(people, put.query.operation, put.query.scope)),
            ),
            (
                WHO,
                Box::new(|put: &Put| {
                    let (operation, plane) = request(put);
                    let request = Request::new(Guid(0), operation, plane, &put.scope, &attributes);
                    who_can(tenant, &request).holders.len()
                }),
            ),
        ],
    );
    run(
        some(50),
        2,
        vec![(
            WHO_WORST,
            Box::new(|put: &Put| {
                let plane = Plane::Control;
                let request = Request::new(Guid(0), &read, plane, &put.scope, &attributes);
                who_can(tenant, &request).holders.len()
            }),
        )],
    );
    run(
        some(500),
        2,
        vec![
            (
                WHERE,
                Box::new(|put: &Put| {
                    let (operation, plane) = request(put);
                    let request = Request::new(put.id, operation, plane, &root, &attributes);
                    where_can(tenant, &request).regions.len()
                }),
            ),
            (WHAT, Box::new(|put: &Put| what_can(tenant, &what(put, &attributes)).blocks.len())),
        ],
    );
    run(
        some(200),
        2,
        vec![(
            EXPAND,
            Box::new(|put: &Put| {
                let planes = [request(put).1];
                what_can_expanded(tenant, &what(put, &attributes), &planes).len()
            }),
        )],
    );
    Listings { rows }
}

/// Listings against single decisions, and the effective set against the floor's.
fn check(world: &World, tenant: &Tenant, put: &[Put], floor: &Floor) {
    let attributes = Attributes::default();
    for put in put {
        let asked = &world.operations[put.query.operation as usize];
        let request = Request::new(put.id, &asked.operation, asked.plane, &put.scope, &attributes);
        let list = who_can(tenant, &request);
        let allowed = list.holders.iter().filter(|holder| {
            let number = tenant.principal_id(holder.principal);
            holder.outcome == Outcome::Allowed
                && tenant.principal(number) == Some(holder.principal)
                && tenant.principal_kind(holder.principal) != azrbac::model::PrincipalType::Group
        });
        let people = world.principal(2, 0);
        let expected = floor.who(people, put.query.operation, put.query.scope);
        assert_eq!(allowed.count(), expected, "who can {:?} at {}", asked.operation, put.scope);
        let found = where_can(tenant, &Request { scope: &Scope::root(), ..request.clone() });
        let at = tenant.scope(&put.scope).expect("the tenant knows every resource");
        let outcome = found.outcome_at(tenant, at);
        assert_eq!(outcome == Outcome::Allowed, put.query.allowed, "where can at {}", put.scope);
        let principal = tenant.principal(put.id).expect("the tenant knows everybody");
        let set = effective(tenant, &what(put, &attributes), asked.plane);
        let names: Vec<&Operation> = set.allowed().collect();
        let holds = names.iter().any(|name| name.folded() == asked.operation.folded());
        assert_eq!(holds, put.query.allowed, "effective at {}", put.scope);
        for name in names.iter().step_by(97) {
            let request = Request { operation: name, ..request.clone() };
            assert!(can_at(tenant, principal, at, &request).is_allowed(), "{name:?}");
        }
    }
}

/// The table of one size.
pub(crate) fn print(page: &mut Page, listings: &Listings) {
    page.table(
        &["", "p50", "p99", "slowest"],
        listings.rows.iter().map(|(name, times)| {
            [name.clone(), nanos(times.p50), nanos(times.p99), nanos(times.most)]
        }),
    );
}
