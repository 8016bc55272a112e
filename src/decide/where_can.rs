//! `where_can`: at which scopes may this principal do this operation? (DESIGN.md 3)
//!
//! The answer is constant over a subtree but where something begins: an assignment, a deny, a lock, a
//! name that a condition asks about. Only these places are decided; between them nothing changes.

use super::can::decide;
use super::decision::{Grant, Outcome};
use super::denying::deny_guards;
use super::walk::Walk;
use super::{Method, Request, locks};
use crate::condition::AttributeSource;
use crate::ident::{Scope, ScopeKind};
use crate::model::{DenyEffect, Gap, Guard, Touches, World};
use crate::tenant::{Row, ScopeIx, Tenant};

/// Where a principal may do an operation.
#[derive(Debug, Clone)]
pub struct WhereCan {
    /// The scopes, as disjoint regions, in the order of the scope tree.
    pub regions: Vec<Region>,
    /// What was missing or not understood and makes regions conditional.
    pub gaps: Vec<Gap>,
}

/// Scopes with one answer.
#[derive(Debug, Clone)]
pub struct Region {
    /// Where it begins.
    pub scope: ScopeIx,
    /// How far it goes.
    pub covers: Covers,
    /// Subtrees that do not belong to it.
    pub except: Vec<ScopeIx>,
    /// [`Outcome::Allowed`] or [`Outcome::Conditional`].
    pub outcome: Outcome,
    /// A grant that speaks for it, where there is one.
    pub grant: Option<Grant>,
    /// The condition that is left.
    pub residual: Option<String>,
}

/// How far a region goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// The scope and everything below it, also what no export lists.
    Subtree,
    /// The scope alone.
    Only,
    /// Everything below the scope, not the scope itself.
    Below,
}

impl Covers {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Covers::Subtree => "subtree",
            Covers::Only => "only",
            Covers::Below => "below",
        }
    }
}

impl WhereCan {
    /// What the listing says of a scope: allowed, conditional, or no (as [`Outcome::NotAllowed`]).
    #[must_use]
    pub fn outcome_at(&self, tenant: &Tenant, scope: ScopeIx) -> Outcome {
        let holds = |region: &&Region| {
            let reaches = match region.covers {
                Covers::Only => region.scope == scope,
                Covers::Subtree => tenant.is_above(region.scope, scope),
                Covers::Below => region.scope != scope && tenant.is_above(region.scope, scope),
            };
            reaches && !region.except.iter().any(|inner| tenant.is_above(*inner, scope))
        };
        self.regions.iter().find(holds).map_or(Outcome::NotAllowed, |region| region.outcome)
    }
}

/// At which scopes may the principal of a request do its operation? The scope of the request is where
/// to look: itself and everything below it.
///
/// The answer holds exactly the scopes at which [`can`](super::can()) says allowed or conditional.
/// Scopes that the tenant does not list answer as their nearest listed ancestor does, but where a
/// condition asks for their names.
#[must_use]
pub fn where_can(tenant: &Tenant, request: &Request<'_>) -> WhereCan {
    let finder = Finder::new(tenant, request);
    let breaks = finder.breaks();
    let top = finder.walk.located.at;
    let mut gaps: Vec<Gap> = Vec::new();
    let mut answers = Vec::with_capacity(breaks.len());
    for place in breaks {
        if !tenant.is_above(top, place) {
            continue;
        }
        let scope = if place == top { request.scope } else { tenant.scope_text(place) };
        let own = finder.ask(scope);
        let below = if finder.differs_below(place) {
            finder.ask(&beneath(tenant.scope_text(place)))
        } else {
            own.clone()
        };
        for gap in own.iter().flat_map(|found| &found.gaps) {
            if !gaps.contains(gap) {
                gaps.push(gap.clone());
            }
        }
        answers.push((place, own, below));
    }
    let found = extents(tenant, answers, Found::same);
    let region = |extent: Extent<Found>| Region {
        scope: extent.scope,
        covers: extent.covers,
        except: extent.except,
        outcome: extent.answer.outcome,
        grant: extent.answer.grant,
        residual: extent.answer.residual,
    };
    WhereCan { regions: found.into_iter().map(region).collect(), gaps }
}

/// Every place where the answer to a request may change, below where it looks, and whether what is below
/// such a place may have another answer than the place itself.
pub(crate) fn breaks(tenant: &Tenant, request: &Request<'_>) -> Vec<(ScopeIx, bool)> {
    let finder = Finder::new(tenant, request);
    let top = finder.walk.located.at;
    let below = |place: &ScopeIx| tenant.is_above(top, *place);
    let places = finder.breaks().into_iter().filter(below);
    places.map(|place| (place, finder.differs_below(place))).collect()
}

/// A scope below one that nothing names and no condition asks for.
pub(crate) fn beneath(scope: &Scope) -> Scope {
    let text = match scope.kind() {
        ScopeKind::Resource => format!("{scope}/-/-"),
        ScopeKind::Root => "/providers/-/-/-".to_string(),
        _ => format!("{scope}/providers/-/-/-"),
    };
    Scope::new(&text).unwrap_or_else(|_| scope.clone())
}

/// The answer at one place: none where it is a no.
type Answer = Option<Found>;

#[derive(Debug, Clone)]
struct Found {
    outcome: Outcome,
    grant: Option<Grant>,
    residual: Option<String>,
    gaps: Vec<Gap>,
}

impl Found {
    fn same(&self, other: &Found) -> bool {
        self.outcome == other.outcome && self.residual == other.residual
    }
}

/// Scopes with one answer, whatever an answer is.
#[derive(Debug)]
pub(crate) struct Extent<A> {
    pub(crate) scope: ScopeIx,
    pub(crate) covers: Covers,
    pub(crate) except: Vec<ScopeIx>,
    pub(crate) answer: A,
}

/// The answers at some places, each with the one below it, in the order of the scope tree, as disjoint
/// extents; none is a no.
pub(crate) fn extents<A: Clone>(
    tenant: &Tenant,
    answers: Vec<(ScopeIx, Option<A>, Option<A>)>,
    same: fn(&A, &A) -> bool,
) -> Vec<Extent<A>> {
    let alike = |a: &Option<A>, b: &Option<A>| match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (None, None) => true,
        _ => false,
    };
    let mut found: Vec<Extent<A>> = Vec::new();
    let mut open = |scope, covers, answer: &A| {
        found.push(Extent { scope, covers, except: Vec::new(), answer: answer.clone() });
        found.len() - 1
    };
    let mut excepted: Vec<(usize, ScopeIx)> = Vec::new();
    // The places that are open above the current one, and the extent that goes on below each.
    let mut stack: Vec<(ScopeIx, Option<(usize, A)>)> = Vec::new();
    for (place, own, below) in answers {
        while stack.last().is_some_and(|(above, _)| !tenant.is_above(*above, place)) {
            stack.pop();
        }
        let current = stack.last().and_then(|(_, extent)| extent.clone());
        let inherited = current.as_ref().map(|(_, answer)| answer.clone());
        let one = alike(&own, &below);
        if one && alike(&own, &inherited) {
            stack.push((place, current));
            continue;
        }
        excepted.extend(current.map(|(extent, _)| (extent, place)));
        let next = if one {
            own.map(|answer| (open(place, Covers::Subtree, &answer), answer))
        } else {
            if let Some(answer) = own {
                open(place, Covers::Only, &answer);
            }
            below.map(|answer| (open(place, Covers::Below, &answer), answer))
        };
        stack.push((place, next));
    }
    for (extent, place) in excepted {
        found[extent].except.push(place);
    }
    found
}

struct Finder<'r> {
    walk: Walk<'r>,
    /// Does a delete look below for locks?
    looks_below: bool,
    /// Do locks look at the request at all?
    looks_at_locks: bool,
}

impl<'r> Finder<'r> {
    fn new(tenant: &'r Tenant, request: &'r Request<'r>) -> Finder<'r> {
        let method = request.method.unwrap_or_else(|| Method::of(request.operation));
        let looks_at_locks = locks::concern(request)
            && !request.via_lighthouse
            && !matches!(method, Method::Get | Method::Head);
        Finder {
            walk: Walk::new(tenant, request),
            looks_below: looks_at_locks && method == Method::Delete,
            looks_at_locks,
        }
    }

    fn ask(&self, scope: &Scope) -> Answer {
        let request = Request { scope, ..self.walk.request.clone() };
        let decision = decide(self.walk.tenant, &request);
        if !matches!(decision.outcome, Outcome::Allowed | Outcome::Conditional) {
            return None;
        }
        let grant = decision
            .grants
            .iter()
            .max_by_key(|grant| (grant.truth, std::cmp::Reverse(grant.assignment)))
            .copied();
        Some(Found {
            outcome: decision.outcome,
            grant,
            residual: decision.residual,
            gaps: decision.gaps,
        })
    }

    /// May what is below a place have another answer than the place itself, though nothing begins?
    fn differs_below(&self, place: ScopeIx) -> bool {
        let tenant = self.walk.tenant;
        self.looks_below
            || self.looks_at_locks
                && tenant.gaps().iter().any(|gap| matches!(gap.touches, Touches::Lock { .. }))
            || tenant.deny_rows_at(place).iter().any(|row| tenant.deny(row.fact).only_at_scope)
    }

    /// Every place where the answer may change, in the order of the scope tree.
    fn breaks(&self) -> Vec<ScopeIx> {
        let tenant = self.walk.tenant;
        let rows = self.granting_rows();
        let mut places: Vec<ScopeIx> = vec![self.walk.located.at];
        places.extend(rows.iter().map(|row| row.scope));
        let mut anywhere = self.gaps(&mut places);
        let afloat = tenant.world == World::Open && tenant.scopes.floating().next().is_some();
        let high = |row: &Row| tenant.scopes.kind(row.scope) == ScopeKind::ManagementGroup;
        if afloat {
            // A management group may stand above what floats.
            places.extend(tenant.scopes.floating());
            anywhere |= rows.iter().any(high) || !tenant.open_rows_high.is_empty();
        }
        let regions = if anywhere { vec![(0, u32::MAX)] } else { intervals(tenant, &rows) };
        for (start, end) in &regions {
            self.denies(*start, *end, &mut places);
            if self.looks_at_locks {
                self.locks(*start, *end, &mut places);
            }
        }
        for row in &rows {
            let top = if afloat && high(row) { ScopeIx(0) } else { row.scope };
            for guard in self.guards(row) {
                self.named(guard, top, &mut places);
            }
        }
        if afloat {
            for guard in tenant.open_rows_high.iter().flat_map(|row| self.guards(row)) {
                self.named(guard, ScopeIx(0), &mut places);
            }
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The assignments of the principal and its groups that hold the operation.
    fn granting_rows(&self) -> Vec<Row> {
        let tenant = self.walk.tenant;
        let mut rows = Vec::new();
        for id in self.walk.ids() {
            for row in tenant.rows(id) {
                let holds = || self.walk.would_grant(row) || tenant.is_doubted(row.role);
                if self.walk.in_force(row) != Some(false) && holds() {
                    rows.push(*row);
                }
            }
        }
        rows
    }

    /// The conditions of an assignment: its role's and its own.
    fn guards(&self, row: &Row) -> impl Iterator<Item = &'r Guard> + use<'r> {
        let tenant = self.walk.tenant;
        let blocks = tenant.role(row.role).definition().into_iter().flat_map(|role| &role.blocks);
        let of_blocks = blocks.filter_map(|block| block.condition.as_ref());
        of_blocks.chain(tenant.assignment(row.fact).condition())
    }

    /// Places where something not known could begin; tells whether that may be anywhere.
    fn gaps(&self, places: &mut Vec<ScopeIx>) -> bool {
        let tenant = self.walk.tenant;
        let mut anywhere = false;
        for gap in tenant.gaps() {
            match &gap.touches {
                Touches::Assignment { scope, .. } | Touches::Deny { scope } => {
                    anywhere = true;
                    places.extend(scope.as_ref().and_then(|scope| tenant.scope(scope)));
                }
                Touches::Lock { scope: Some(scope) } => {
                    anywhere = true;
                    let at = tenant.scopes.locate(scope, false).at;
                    places.extend(tenant.scopes.upwards(at));
                }
                Touches::Lock { scope: None } | Touches::Anything => anywhere = true,
                _ => {}
            }
        }
        if tenant.world == World::Closed {
            return anywhere;
        }
        let mut holds: Vec<Option<bool>> = vec![None; tenant.roles().count()];
        let mut end = 0;
        for row in &tenant.open_rows {
            if row.scope.0 < end || self.walk.is_known_member(row.holder()) {
                continue;
            }
            let held = *holds[row.role.row()].get_or_insert_with(|| self.walk.would_grant(row));
            if !held || self.walk.in_force(row) == Some(false) {
                continue;
            }
            anywhere = true;
            places.push(row.scope);
            let mut free = !tenant.assignment(row.fact).via_lighthouse;
            for guard in self.guards(row) {
                self.named(guard, row.scope, places);
                free = false;
            }
            if free {
                // Below an assignment that may be ours, another one like it changes nothing.
                end = tenant.scopes.end(row.scope);
            }
        }
        anywhere
    }

    fn denies(&self, start: u32, end: u32, places: &mut Vec<ScopeIx>) {
        let tenant = self.walk.tenant;
        let rows = &tenant.deny_rows;
        let from = rows.partition_point(|row| row.scope.0 < start);
        let to = rows.partition_point(|row| row.scope.0 < end);
        let open = tenant.world == World::Open;
        // One above the subtree reaches into it as well: nothing begins there, unless a condition asks for
        // names below.
        let above = tenant.scopes.upwards(ScopeIx(start)).skip(1);
        let above = above.flat_map(|scope| tenant.deny_rows_at(scope));
        for row in above.chain(rows.get(from..to).unwrap_or(&[])) {
            let deny = tenant.deny(row.fact);
            let binds = row.everyone
                || self.walk.is_one_of(&row.principals)
                || open && row.principals.iter().any(|ix| tenant.may_be_member(*ix));
            if binds && deny.effect != DenyEffect::Audit && self.walk.deny_matches(row).0.is_some()
            {
                let top = row.scope.max(ScopeIx(start));
                places.push(top);
                for guard in deny_guards(deny) {
                    self.named(guard, top, places);
                }
            }
        }
    }

    fn locks(&self, start: u32, end: u32, places: &mut Vec<ScopeIx>) {
        let tenant = self.walk.tenant;
        let rows = &tenant.lock_rows;
        let from = rows.partition_point(|row| row.0.0 < start);
        let to = rows.partition_point(|row| row.0.0 < end);
        for (scope, _) in rows.get(from..to).unwrap_or(&[]) {
            if self.looks_below {
                places.extend(tenant.scopes.upwards(*scope).take_while(|above| above.0 >= start));
            } else {
                places.push(*scope);
            }
        }
    }

    /// Places whose own names a condition may ask for.
    fn named(&self, guard: &Guard, top: ScopeIx, places: &mut Vec<ScopeIx>) {
        let tenant = self.walk.tenant;
        let Ok(condition) = &guard.parsed else { return };
        let mut providers: Vec<String> = condition
            .attributes()
            .iter()
            .filter(|(source, _)| *source == AttributeSource::Resource)
            .filter_map(|(_, name)| name.split_once('/'))
            .map(|(provider, _)| format!("/providers/{}/", provider.to_ascii_lowercase()))
            .collect();
        providers.sort();
        providers.dedup();
        if providers.is_empty() {
            return;
        }
        for row in top.0..tenant.scopes.end(top) {
            let folded = tenant.scope_text(ScopeIx(row)).folded();
            if providers.iter().any(|provider| folded.contains(provider.as_str())) {
                places.push(ScopeIx(row));
            }
        }
    }
}

/// The subtrees of assignments, without those inside others.
fn intervals(tenant: &Tenant, rows: &[Row]) -> Vec<(u32, u32)> {
    let mut scopes: Vec<ScopeIx> = rows.iter().map(|row| row.scope).collect();
    scopes.sort_unstable();
    let mut found: Vec<(u32, u32)> = Vec::new();
    for scope in scopes {
        if found.last().is_none_or(|(_, end)| *end <= scope.0) {
            found.push((scope.0, tenant.scopes.end(scope)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::condition::Attributes;
    use crate::ident::{Operation, Plane};
    use crate::model::{Facts, Gap};
    use serde_json::{Value, json};

    const SUBSCRIPTION: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001";
    const ANN: &str = "10000000-0000-4000-8000-000000000001";
    const TEAM: &str = "20000000-0000-4000-8000-000000000001";
    const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
    const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";

    fn group(name: &str) -> String {
        format!("{SUBSCRIPTION}/resourceGroups/{name}")
    }

    fn machine(name: &str) -> String {
        format!("{}/providers/Microsoft.Compute/virtualMachines/vm-{name}", group(name))
    }

    fn held(number: u8, who: &str, role: &str, scope: &str) -> Value {
        let kind = if who == ANN { "User" } else { "Group" };
        json!([{
            "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/52000000-0000-4000-8000-0000000000{number:02}"),
            "principalId": who, "principalType": kind, "scope": scope,
            "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{role}"),
            "type": "Microsoft.Authorization/roleAssignments",
        }])
    }

    fn lock(scope: &str) -> Value {
        json!([{"id": format!("{scope}/providers/Microsoft.Authorization/locks/l"), "name": "l",
            "type": "Microsoft.Authorization/locks", "level": "ReadOnly"}])
    }

    fn deny(number: u8, who: &str, scope: &str, effect: &str) -> Value {
        let name = format!("56000000-0000-4000-8000-0000000000{number:02}");
        json!([{
            "id": format!("{scope}/providers/Microsoft.Authorization/denyAssignments/{name}"),
            "name": name, "type": "Microsoft.Authorization/denyAssignments",
            "properties": {
                "denyAssignmentName": "no", "scope": scope, "isSystemProtected": true,
                "doNotApplyToChildScopes": false, "denyAssignmentEffect": effect,
                "permissions": [{"actions": ["*"], "notActions": [], "dataActions": [], "notDataActions": []}],
                "principals": [{"id": who, "type": if who == ANN { "User" } else { "Group" }}],
                "excludePrincipals": [],
            },
        }])
    }

    /// The places where Ann's answer may change, by their last name, and whether what is below one may differ.
    fn found(
        files: &[Value],
        world: World,
        gap: Option<Touches>,
        verb: &str,
    ) -> (Vec<String>, bool) {
        let mut facts = Facts::default();
        for (number, file) in files.iter().enumerate() {
            let name = format!("{number}.json");
            crate::ingest::read(&mut facts, &name, file.to_string().as_bytes());
        }
        assert!(facts.errors.is_empty(), "{:?}", facts.errors);
        facts.world = world;
        facts.gaps.extend(gap.map(|touches| Gap {
            code: "unreadable-entry",
            message: String::new(),
            help: None,
            place: None,
            touches,
        }));
        let tenant = Tenant::build(facts, &Catalog::newest());
        let operation = Operation::new(&format!("Microsoft.Compute/virtualMachines/{verb}"));
        let operation = operation.expect("an operation");
        let scope = Scope::new(SUBSCRIPTION).expect("a scope");
        let (who, attributes) = (ANN.parse().expect("an id"), Attributes::default());
        let request = Request::new(who, &operation, Plane::Control, &scope, &attributes);
        let places = breaks(&tenant, &request);
        let name = |ix: &ScopeIx| tenant.scope_text(*ix).leaf().to_string();
        let mut names: Vec<String> = places.iter().skip(1).map(|(ix, _)| name(ix)).collect();
        names.sort_unstable();
        (names, places.iter().all(|(_, below)| *below))
    }

    /// More places would be put together again; these are all that are needed.
    #[test]
    fn an_answer_may_change_in_few_places() {
        // Siblings are numbered from the last to the first: what stands in `a` comes right behind `b`.
        let base = [
            held(1, ANN, CONTRIBUTOR, &group("b")),
            held(2, ANN, READER, &group("d")),
            lock(&machine("b")),
            lock(&group("a")),
            deny(1, ANN, &group("a"), "enforced"),
            deny(2, ANN, &group("c"), "enforced"),
        ];
        let with = |more: Value| [&base[..], &[more]].concat();
        let closed = |files: &[Value], verb: &str| found(files, World::Closed, None, verb);
        let names = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        // A read: no lock is looked at, and what is denied where nothing is granted begins nothing.
        assert_eq!(closed(&base, "read"), (names(&["b", "d"]), false));
        // A write: Reader gives none, and a lock counts below what grants.
        assert_eq!(closed(&base, "write"), (names(&["b", "vm-b"]), false));
        // A delete looks below: what stands above a lock changes, and what is below each may differ.
        assert_eq!(closed(&base, "delete"), (names(&["b", "vm-b"]), true));
        // A deny that only logs begins nothing.
        let logs = with(deny(3, ANN, &machine("d"), "audit"));
        assert_eq!(closed(&logs, "read").0, names(&["b", "d"]));
        let blocks = with(deny(3, ANN, &machine("d"), "enforced"));
        assert_eq!(closed(&blocks, "read").0, names(&["b", "d", "vm-d"]));
        // One of a group binds Ann where nobody lists it, and where it is all there is, nobody.
        let team = with(deny(3, TEAM, &machine("d"), "enforced"));
        assert_eq!(closed(&team, "read").0, names(&["b", "d"]));
        assert_eq!(found(&team, World::Open, None, "read").0, names(&["b", "d", "vm-d"]));
        // What a group that nobody lists may give begins where it stands, and not again below that.
        let perhaps = [
            &base[..2],
            &[
                held(3, TEAM, CONTRIBUTOR, &group("e")),
                held(4, TEAM, CONTRIBUTOR, &machine("e")),
                held(5, TEAM, CONTRIBUTOR, &group("c")),
                held(6, TEAM, READER, &group("f")),
            ],
        ]
        .concat();
        assert_eq!(closed(&perhaps, "write").0, names(&["b"]));
        assert_eq!(found(&perhaps, World::Open, None, "write").0, names(&["b", "c", "e"]));
        // Something that was not understood and could stand anywhere brings in what is elsewhere.
        for touches in [Touches::Anything, Touches::Lock { scope: None }] {
            let anywhere = found(&base, World::Closed, Some(touches.clone()), "write");
            assert_eq!(anywhere.0, names(&["a", "b", "c", "vm-b"]), "{touches:?}");
        }
        let at = Scope::new(&machine("d")).expect("a scope");
        let grants = Touches::Assignment { principal: None, scope: Some(at) };
        assert_eq!(
            found(&base, World::Closed, Some(grants), "write").0,
            names(&["a", "b", "c", "vm-b", "vm-d"])
        );
    }

    #[test]
    fn beneath_a_scope_stands_a_resource_that_nothing_names() {
        let group = "/subscriptions/s/resourceGroups/rg";
        let account = format!("{group}/providers/Microsoft.Storage/storageAccounts/a");
        for (above, below) in [
            ("/", "/providers/-/-/-".to_string()),
            ("/subscriptions/s", "/subscriptions/s/providers/-/-/-".to_string()),
            (group, format!("{group}/providers/-/-/-")),
            (&account, format!("{account}/-/-")),
        ] {
            let above = Scope::new(above).expect("a scope");
            let found = beneath(&above);
            assert_eq!(found.text(), below);
            assert!(above.contains(&found) && found.kind() == ScopeKind::Resource);
        }
    }
}
