//! A derivation is enough: from the facts that an answer names, and nothing else, a new tenant gives the
//! same answer. Named are the grants, near misses and subtractions with their roles, the denies and
//! locks, the groups on the way from the principal, and the management groups above the scope; of an
//! answer through another door than RBAC also the assignments that give the credential, and the resource
//! whose switches were looked at.

#[path = "oracle/tenants.rs"]
mod tenants;

use azrbac::catalog::Catalog;
use azrbac::dataplane::{Access, Effective, Via, WithheldKey, access};
use azrbac::decide::{Decision, Outcome, Request, can};
use azrbac::ident::{Guid, Plane, Scope};
use azrbac::model::{Facts, Group, ManagementGroup, Membership, Subscription, World};
use azrbac::origin::{Origin, SourceId};
use azrbac::scenario;
use azrbac::tenant::{AssignmentIx, RoleState, Tenant};
use std::collections::{BTreeMap, BTreeSet};
use tenants::words::Rng;
use tenants::{asking, export, generator};

/// Collects what a decision names.
struct Named<'a> {
    tenant: &'a Tenant,
    /// The facts that the tenant was built from: who a group's members are is not asked of them, only
    /// whether it counts for access.
    all: &'a Facts,
    facts: Facts,
    seen: BTreeSet<String>,
}

impl Named<'_> {
    /// The first time that something of this name is met.
    fn is_new(&mut self, what: String) -> bool {
        self.seen.insert(what)
    }

    fn decision(&mut self, request: &Request<'_>, decision: &Decision) {
        let grants = decision.grants.iter().map(|grant| (grant.assignment, grant.holder));
        let near = decision.near.iter().map(|miss| (miss.assignment, miss.holder));
        let taken = decision.subtracted.iter().map(|one| (one.assignment, one.holder));
        for (assignment, holder) in grants.chain(near).chain(taken) {
            self.assignment(assignment);
            self.way(request.principal, self.tenant.principal_id(holder));
        }
        for hit in &decision.denies {
            let deny = self.tenant.deny(hit.deny);
            let at = self.tenant.scope_text(self.tenant.deny_scope(hit.deny)).clone();
            if self.is_new(format!("deny {:?}", hit.deny)) {
                let scope = self.facts.scope(at);
                self.facts.denies.push(azrbac::model::Deny { scope, ..deny.clone() });
            }
            for named in &deny.principals {
                self.way(request.principal, named.id);
            }
        }
        for lock in &decision.locks {
            let at = self.tenant.scope_text(self.tenant.lock_scope(*lock)).clone();
            if self.is_new(format!("lock {lock:?}")) {
                let scope = self.facts.scope(at);
                let lock = self.tenant.lock(*lock).clone();
                self.facts.locks.push(azrbac::model::Lock { scope, ..lock });
            }
        }
        self.above(request.scope);
        for linked in &decision.linked {
            let inner =
                Request { operation: &linked.operation, scope: &linked.scope, ..request.clone() };
            self.decision(&inner, &linked.decision);
        }
    }

    fn assignment(&mut self, ix: AssignmentIx) {
        if !self.is_new(format!("assignment {ix:?}")) {
            return;
        }
        let at = self.tenant.scope_text(self.tenant.assignment_scope(ix)).clone();
        let scope = self.facts.scope(at);
        let found = self.tenant.assignment(ix);
        self.facts.assignments.push(azrbac::model::Assignment { scope, ..found.clone() });
        let Some(role) = self.tenant.assignment_role(ix) else { return };
        if let RoleState::Known(role) = self.tenant.role(role)
            && self.is_new(format!("role {:?} {}", role.id, role.name))
        {
            self.facts.roles.push(role.clone());
        }
    }

    /// The groups between a principal and what an assignment or a deny names, each with the one member
    /// that leads on.
    fn way(&mut self, from: Guid, to: Guid) {
        let (Some(from), Some(to)) = (self.tenant.principal(from), self.tenant.principal(to))
        else {
            return;
        };
        let chain: Vec<Guid> = self
            .tenant
            .chain(from, to)
            .into_iter()
            .map(|ix| self.tenant.principal_id(ix))
            .collect();
        for step in chain.windows(2) {
            if !self.is_new(format!("member {} {}", step[0], step[1])) {
                continue;
            }
            let counts = self
                .all
                .groups
                .iter()
                .filter(|group| group.id == step[1])
                .all(|group| group.security_enabled);
            self.facts.groups.push(Group {
                id: step[1],
                security_enabled: counts,
                members: vec![step[0]],
                membership: Membership::Listed,
                origin: Origin::new(SourceId::default(), 0),
            });
        }
    }

    /// The management groups and the subscription above a scope.
    fn above(&mut self, scope: &Scope) {
        let mut inner = Some(scope.clone());
        let mut at = None;
        while let (None, Some(scope)) = (at, &inner) {
            at = self.tenant.scope(scope);
            inner = scope.parent();
        }
        while let Some(ix) = at {
            let parent = self.tenant.scope_parent(ix);
            let scope = self.tenant.scope_text(ix).clone();
            if self.is_new(format!("scope {scope}")) {
                use azrbac::ident::ScopeKind::{ManagementGroup as Mg, Subscription as Sub};
                let over = parent
                    .map(|parent| self.tenant.scope_text(parent).clone())
                    .filter(|parent| parent.kind() == Mg);
                let over = over.map(|over| self.facts.scope(over));
                let kind = scope.kind();
                let scope = self.facts.scope(scope);
                let origin = Origin::new(SourceId::default(), 0);
                if kind == Mg {
                    let group =
                        ManagementGroup { scope, parent: Some(over), display_name: None, origin };
                    self.facts.management_groups.push(group);
                } else if kind == Sub {
                    self.facts.subscriptions.push(Subscription {
                        scope,
                        management_group: over,
                        tenant: None,
                        display_name: None,
                        origin,
                    });
                }
            }
            at = parent;
        }
    }
}

/// Who comes in through which door and who does not, again from what that answer names: the key operations
/// that the principal may call and those that are kept from it, each with its own derivation, and the
/// properties of the resource.
fn replay_doors(
    what: &str,
    (tenant, all): (&Tenant, &Facts),
    catalog: &Catalog,
    request: &Request<'_>,
    seen: &mut BTreeMap<String, usize>,
) {
    let decision = can(tenant, request);
    let answer = access(tenant, request, &decision);
    let Some(doors) = &answer.doors else { return };
    if !decision.gaps.is_empty() || !answer.gaps.is_empty() {
        return;
    }
    let mut named = Named { tenant, all, facts: Facts::closed(), seen: BTreeSet::new() };
    named.facts.principals =
        all.principals.iter().filter(|one| one.id == request.principal).cloned().collect();
    named.decision(request, &decision);
    let held = doors.key_actions.iter().map(|key| (&key.operation, &key.scope));
    let withheld = doors.withheld.iter().map(|key| (&key.operation, &key.scope));
    for (operation, scope) in held.chain(withheld) {
        let inner = Request {
            operation,
            scope,
            plane: Plane::Control,
            linked: &[],
            sub_operations: None,
            method: None,
            ..request.clone()
        };
        named.decision(&inner, &can(tenant, &inner));
    }
    for key in &doors.key_actions {
        assert!(key.grant.is_some(), "{what}: {} is held by nothing", key.operation);
    }
    if let Some(resource) = tenant.scope(&doors.resource).and_then(|at| tenant.resource(at)) {
        let scope = named.facts.scope(doors.resource.clone());
        named.facts.resources.push(azrbac::model::Resource { scope, ..resource.clone() });
    }
    let again = Tenant::build(named.facts, catalog);
    let decision = can(&again, request);
    let found = access(&again, request, &decision);
    assert_eq!(
        told_of_doors(&found),
        told_of_doors(&answer),
        "{what}: {} by {} at {}",
        request.operation,
        request.principal,
        request.scope
    );
    let via = format!("{} via {}", answer.effective.as_str(), answer.via.as_str());
    *seen.entry(via).or_default() += 1;
    for key in &doors.withheld {
        *seen.entry(format!("a key is {}", key.outcome.as_str())).or_default() += 1;
    }
}

/// What an answer about doors says: what lets in, what is held and what is withheld.
fn told_of_doors(answer: &Access) -> (Effective, Via, Vec<String>, &[WithheldKey]) {
    let doors = answer.doors.as_ref();
    let held = doors.map_or(&[][..], |doors| &doors.key_actions).iter();
    let held = held.map(|key| format!("{} {:?} {:?}", key.operation, key.held, key.opens));
    let withheld = doors.map_or(&[][..], |doors| &doors.withheld);
    (answer.effective, answer.via, held.collect(), withheld)
}

/// What an answer says, without indices.
fn told(
    tenant: &Tenant,
    decision: &Decision,
) -> (Outcome, BTreeMap<String, String>, Option<String>) {
    let mut named = BTreeMap::new();
    for grant in &decision.grants {
        let at = tenant.scope_text(tenant.assignment_scope(grant.assignment)).text();
        let name = tenant.assignment(grant.assignment).name.full(at, "roleAssignments");
        named.insert(name.to_lowercase(), format!("{:?}", grant.truth));
    }
    for hit in &decision.denies {
        let at = tenant.scope_text(tenant.deny_scope(hit.deny)).text();
        let name = tenant.deny(hit.deny).name.full(at, "denyAssignments");
        named.insert(name.to_lowercase(), format!("{:?}", hit.truth));
    }
    (decision.outcome, named, decision.residual.clone())
}

/// The answer again, from what it names alone.
fn replay(
    what: &str,
    tenant: &Tenant,
    all: &Facts,
    catalog: &Catalog,
    request: &Request<'_>,
    seen: &mut BTreeMap<String, usize>,
) {
    let decision = can(tenant, request);
    // An answer that hangs on a gap of an export names what is missing, and what is missing is no fact.
    if !decision.gaps.is_empty() {
        return;
    }
    let mut named = Named { tenant, all, facts: Facts::closed(), seen: BTreeSet::new() };
    // Who asks, with the attributes that the directory holds.
    named.facts.principals =
        all.principals.iter().filter(|one| one.id == request.principal).cloned().collect();
    named.decision(request, &decision);
    let count = named.facts.assignments.len() + named.facts.denies.len() + named.facts.locks.len();
    let again = Tenant::build(named.facts, catalog);
    let found = can(&again, request);
    assert_eq!(
        told(&again, &found),
        told(tenant, &decision),
        "{what}: {} by {} at {}: {decision:#?} but from its own facts {found:#?}",
        request.operation,
        request.principal,
        request.scope
    );
    *seen.entry(decision.outcome.as_str().to_owned()).or_default() += 1;
    if count > 0 {
        *seen.entry("named a fact".to_owned()).or_default() += 1;
    }
    if !request.linked.is_empty() {
        *seen.entry("linked".to_owned()).or_default() += 1;
    }
}

/// A shorter run is not held to how often each thing comes up.
const TENANTS: u64 = 60;

#[expect(clippy::disallowed_methods, reason = "long runs are asked for from outside")]
fn tenants() -> u64 {
    let asked = std::env::var("AZRBAC_DERIVATION_TENANTS").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(TENANTS)
}

#[test]
fn on_random_tenants() {
    let catalog = Catalog::newest();
    let mut seen = BTreeMap::new();
    for number in 0..tenants() {
        let mut rng = Rng::seeded(number);
        let setting = generator::setting(&mut rng);
        let mut facts = Facts::default();
        if setting.world.complete && rng.percent(50) {
            for (name, text) in export::files(&mut rng, &setting.world) {
                azrbac::ingest::read(&mut facts, &name, text.as_bytes());
            }
            assert_eq!(facts.world, World::Open);
        } else {
            let text = export::scenario(&mut rng, &setting.world, &[]);
            let read = scenario::read("tenant.json", text.as_bytes());
            facts = read.expect("the generator writes scenarios").remove(0).facts;
        }
        let tenant = Tenant::build(facts.clone(), &catalog);
        for _ in 0..15 {
            let mut entry = export::check(&asking::question(&mut rng, &setting), "allowed");
            let fields = entry.as_object_mut().expect("a check is an object");
            fields.remove("expect");
            fields.insert("attributesComplete".to_owned(), rng.percent(30).into());
            let options = scenario::Question::default();
            let mut batch = scenario::Batch::new("question", &options);
            let line = entry.to_string();
            let question = batch.question(&line, 1).expect("the generator writes questions");
            let Ok(prepared) = question.prepare(&tenant) else { continue };
            let what = format!("tenant {number}");
            replay(&what, &tenant, &facts, &catalog, &prepared.request(), &mut seen);
            let request = prepared.request();
            replay_doors(&what, (&tenant, &facts), &catalog, &request, &mut seen);
        }
    }
    let least = [
        ("allowed", 50),
        ("not-allowed", 100),
        ("denied", 40),
        ("locked", 20),
        ("conditional", 10),
        ("named a fact", 300),
        ("linked", 20),
        ("allowed via rbac", 20),
        ("allowed via local-auth", 5),
        ("not-allowed via none", 100),
        ("a key is not-allowed", 200),
        ("a key is denied", 15),
        ("a key is locked", 10),
    ];
    for (what, times) in least.into_iter().filter(|_| tenants() >= TENANTS) {
        assert!(seen.get(what).copied().unwrap_or(0) >= times, "{what}: {seen:?}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it reads the corpus")]
fn on_the_corpus_and_the_lab() {
    let mut seen = BTreeMap::new();
    for folder in ["roles/lab", "tests/corpus"] {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
            let path = entry.expect("the corpus can be listed").into_path();
            let Ok(bytes) = std::fs::read(&path) else { continue };
            if !scenario::is_scenario(&bytes) {
                continue;
            }
            let name = path.display().to_string();
            for scenario in scenario::read(&name, &bytes).expect("the corpus can be read") {
                let catalog = match &scenario.catalog {
                    Some(date) => Catalog::of_date(date).expect("an embedded date"),
                    None => Catalog::newest(),
                };
                let tenant = Tenant::build(scenario.facts.clone(), &catalog);
                for check in &scenario.checks {
                    let prepared = check.question.prepare(&tenant).expect("its names are known");
                    let what = format!("{name} / {} / {}", scenario.name, check.name);
                    let request = prepared.request();
                    replay(&what, &tenant, &scenario.facts, &catalog, &request, &mut seen);
                    let all = (&tenant, &scenario.facts);
                    replay_doors(&what, all, &catalog, &request, &mut seen);
                }
            }
        }
    }
    let all: usize = ["allowed", "not-allowed", "denied", "locked", "conditional"]
        .iter()
        .map(|word| seen.get(*word).copied().unwrap_or(0))
        .sum();
    assert!(all >= 450, "{seen:?}");
}
