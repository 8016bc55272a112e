//! One decision: by ids, by names, by strings; an operation that no catalog lists; with near misses.

use crate::page::Page;
use crate::support::floor::{Floor, Names};
use crate::support::measure::{Times, race};
use crate::support::operations::glob;
use crate::support::world::{Query, World};
use azrbac::condition::Attributes;
use azrbac::decide::{NEAR_MISSES, Outcome, Request, can, can_at};
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::tenant::{PrincipalIx, ScopeIx, Tenant};
use serde::{Deserialize, Serialize};

/// A question in every form in which it can be put.
struct Put {
    query: Query,
    principal: PrincipalIx,
    id: Guid,
    scope_ix: ScopeIx,
    scope: Scope,
    plane: Plane,
    unknown: Operation,
    /// Principal, operation and scope as text, and the plane.
    texts: [String; 3],
}

/// What the decisions of one size took.
#[derive(Serialize, Deserialize)]
pub(crate) struct Decisions {
    /// In the order in which they are printed.
    pub(crate) rows: Vec<(String, Times)>,
}

impl Decisions {
    /// A row by its name.
    pub(crate) fn of(&self, name: &str) -> Times {
        self.rows.iter().find(|row| row.0 == name).expect("a row of the table").1
    }
}

pub(crate) const FLOOR: &str = "floor: one bit, by ids";
pub(crate) const FLOOR_ALL: &str = "floor: all grants and denies, by ids";
pub(crate) const FLOOR_STRINGS: &str = "floor: one bit, by strings";
pub(crate) const BY_IDS: &str = "`can_at`, by ids";
pub(crate) const BY_NAMES: &str = "`can`, by parsed names";
pub(crate) const PARSED: &str = "`can`, by strings, all parsed";
pub(crate) const BY_STRINGS: &str = "`can`, by strings";
pub(crate) const UNKNOWN: &str = "`can_at`, an operation nobody lists";
pub(crate) const NEAR: &str = "`can`, with near misses on a no";

/// The operation with a resource type in it that nobody has heard of.
fn unheard(operation: &Operation) -> Operation {
    let text = operation.text();
    let text = match text.rsplit_once('/') {
        Some((head, verb)) => format!("{head}/unheardOf/{verb}"),
        None => format!("{text}/unheardOf/read"),
    };
    Operation::new(&text).expect("an operation with a segment more")
}

fn put(world: &World, tenant: &Tenant, query: Query) -> Put {
    let asked = &world.operations[query.operation as usize];
    let id = world.principal_id(query.principal);
    let text = world.scope_text(query.scope);
    let scope = Scope::new(&text).expect("a scope of the generator");
    Put {
        query,
        principal: tenant.principal(id).expect("the tenant knows everybody"),
        id,
        scope_ix: tenant.scope(&scope).expect("the tenant knows every resource"),
        scope,
        plane: asked.plane,
        unknown: unheard(&asked.operation),
        texts: [id.to_string(), asked.operation.text().to_string(), text],
    }
}

/// Answers are compared before anything is timed: with the generator's oracle, and what a complete
/// answer lists with what the floor lists.
fn check(world: &World, tenant: &Tenant, floor: &Floor, names: &mut Names, put: &[Put]) {
    let attributes = Attributes::default();
    let (mut grants, mut denies) = (Vec::new(), Vec::new());
    for put in put {
        let query = put.query;
        let found = names
            .find(&put.texts[0], (&put.texts[1], put.plane), &put.texts[2])
            .expect("the names of the generator");
        assert_eq!(found, (query.principal, query.operation, query.scope), "{}", put.scope);
        let (principal, operation, scope) = found;
        assert_eq!(floor.allows(principal, operation, scope), query.allowed, "{}", put.scope);
        let all = floor.all(principal, operation, scope, &mut grants, &mut denies);
        assert_eq!(all, query.allowed, "{}", put.scope);
        let asked = &world.operations[query.operation as usize];
        let request = request(put, &asked.operation, &attributes);
        let decision = can(tenant, &request);
        assert_eq!(decision.outcome == Outcome::Allowed, query.allowed, "{}", put.scope);
        assert_ne!(decision.outcome, Outcome::Conditional, "{}", put.scope);
        let mut ours: Vec<u32> =
            decision.grants.iter().map(|grant| grant.assignment.row() as u32).collect();
        ours.sort_unstable();
        grants.sort_unstable();
        assert_eq!(ours, grants, "{}", put.scope);
        let mut ours: Vec<u32> = decision.denies.iter().map(|hit| hit.deny.row() as u32).collect();
        ours.sort_unstable();
        denies.sort_unstable();
        assert_eq!(ours, denies, "{}", put.scope);
        let by_ids = can_at(tenant, put.principal, put.scope_ix, &request);
        assert_eq!(by_ids.outcome, decision.outcome, "{}", put.scope);
        let plain = Request { near_misses: 0, ..request };
        assert_eq!(by_strings(tenant, put, &attributes), can(tenant, &plain).outcome);
    }
    // What nobody lists has no row in a matrix: every pattern is tried.
    let some = (20_000_000 / world.assignments.len()).clamp(20, 500);
    for put in put.iter().take(some) {
        let request = request(put, &put.unknown, &attributes);
        let decision = can_at(tenant, put.principal, put.scope_ix, &request);
        let allowed = decision.outcome == Outcome::Allowed;
        assert_eq!(allowed, by_patterns(world, put), "{} {:?}", put.scope, put.unknown);
    }
}

/// May it, by every pattern of everything that bears on the principal at the resource?
fn by_patterns(world: &World, put: &Put) -> bool {
    let above = |scope: u32| {
        let mut at = put.query.scope;
        while at != scope && at != 0 {
            at = world.parents[at as usize];
        }
        at == scope
    };
    let name = put.unknown.folded();
    let holds = |block: &azrbac::model::PermissionBlock| {
        let (allow, except) = block.side(put.plane);
        let matched = |list: &[azrbac::pattern::ActionPattern]| {
            list.iter().any(|pattern| {
                glob(pattern.folded(), name) || glob(&pattern.folded().replace("/*/", "/"), name)
            })
        };
        matched(allow) && !matched(except)
    };
    let ids = world.identities(put.query.principal);
    let denied = world.denies.iter().any(|denied| {
        ids.contains(&denied.holder)
            && above(denied.scope)
            && holds(&world.shapes[denied.shape as usize])
    });
    !denied
        && world.assignments.iter().any(|assigned| {
            ids.contains(&assigned.holder)
                && above(assigned.scope)
                && world.roles[assigned.role as usize].blocks.iter().any(holds)
        })
}

fn request<'r>(put: &'r Put, operation: &'r Operation, attributes: &'r Attributes) -> Request<'r> {
    Request::new(put.id, operation, put.plane, &put.scope, attributes)
}

/// Everything from text, as a program does that has nothing but text.
fn by_strings(tenant: &Tenant, put: &Put, attributes: &Attributes) -> Outcome {
    let [principal, operation, scope] = &put.texts;
    let id = Guid::parse(principal).expect("an id");
    let operation = Operation::new(operation).expect("an operation");
    // What the tenant names needs no parsing.
    if let (Some(principal), Some(at)) = (tenant.principal(id), tenant.scope_of_text(scope)) {
        let request = Request::new(id, &operation, put.plane, tenant.scope_text(at), attributes);
        return can_at(tenant, principal, at, &Request { near_misses: 0, ..request }).outcome;
    }
    let scope = Scope::new(scope).expect("a scope");
    let request = Request::new(id, &operation, put.plane, &scope, attributes);
    can(tenant, &Request { near_misses: 0, ..request }).outcome
}

/// Measures one size.
pub(crate) fn measure(
    world: &World,
    tenant: &Tenant,
    queries: &[Query],
    floor: &Floor,
    names: &mut Names,
    passes: usize,
) -> Decisions {
    let put: Vec<Put> = queries.iter().map(|query| put(world, tenant, *query)).collect();
    check(world, tenant, floor, names, &put);
    let attributes = Attributes::default();
    let (mut grants, mut denies) = (Vec::new(), Vec::new());
    let plain = |put: &Put, operation: &Operation| {
        let request = Request::new(put.id, operation, put.plane, &put.scope, &attributes);
        can_at(tenant, put.principal, put.scope_ix, &Request { near_misses: 0, ..request })
            .grants
            .len()
    };
    let operation = |put: &Put| &world.operations[put.query.operation as usize].operation;
    let rows = race(
        &put,
        passes,
        &mut [
            (
                FLOOR,
                Box::new(|put: &Put| {
                    let Query { principal, operation, scope, .. } = put.query;
                    usize::from(floor.allows(principal, operation, scope))
                }),
            ),
            (
                FLOOR_ALL,
                Box::new(|put: &Put| {
                    let Query { principal, operation, scope, .. } = put.query;
                    usize::from(floor.all(principal, operation, scope, &mut grants, &mut denies))
                }),
            ),
            (BY_IDS, Box::new(|put: &Put| plain(put, operation(put)))),
            (UNKNOWN, Box::new(|put: &Put| plain(put, &put.unknown))),
            (
                BY_NAMES,
                Box::new(|put: &Put| {
                    let request = request(put, operation(put), &attributes);
                    can(tenant, &Request { near_misses: 0, ..request }).grants.len()
                }),
            ),
            (
                FLOOR_STRINGS,
                Box::new(|put: &Put| {
                    let found =
                        names.find(&put.texts[0], (&put.texts[1], put.plane), &put.texts[2]);
                    let Some((principal, operation, scope)) = found else { return 0 };
                    usize::from(floor.allows(principal, operation, scope))
                }),
            ),
            (BY_STRINGS, Box::new(|put: &Put| by_strings(tenant, put, &attributes) as usize)),
            (
                PARSED,
                Box::new(|put: &Put| {
                    let [principal, operation, scope] = &put.texts;
                    let id = Guid::parse(principal).expect("an id");
                    let operation = Operation::new(operation).expect("an operation");
                    let scope = Scope::new(scope).expect("a scope");
                    let request = Request::new(id, &operation, put.plane, &scope, &attributes);
                    can(tenant, &Request { near_misses: 0, ..request }).grants.len()
                }),
            ),
            (
                NEAR,
                Box::new(|put: &Put| {
                    let request = request(put, operation(put), &attributes);
                    debug_assert_eq!(request.near_misses, NEAR_MISSES);
                    can(tenant, &request).near.len()
                }),
            ),
        ],
    );
    Decisions { rows }
}

/// The table of one size.
pub(crate) fn print(page: &mut Page, decisions: &Decisions) {
    let base = decisions.of(FLOOR).p50;
    page.table(
        &["", "p50", "p99", "a second", "p50 ÷ floor"],
        decisions.rows.iter().map(|(name, times)| {
            [
                (*name).to_string(),
                crate::page::nanos(times.p50),
                crate::page::nanos(times.p99),
                crate::page::thousands(times.per_second),
                format!("{:.2}", times.p50 / base),
            ]
        }),
    );
}
