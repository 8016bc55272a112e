//! Every resource with doors: who may obtain a credential, who may switch it on again, and who would
//! lose access were it closed.

use super::closing::closed;
use super::keeping::Keeping;
use super::keys::{Offer, hold, scopes};
use super::least::{LeastRole, Roles};
use super::place::{Known, Missing, Place, matches_some};
use super::standing::{ResourceDoors, Stake, Standing, wider};
use super::walk::switch_scopes;
use crate::catalog::local_auth::{Covers, DoorState, Grants, LocalAuth, Step};
use crate::condition::Attributes;
use crate::decide::Request;
use crate::ident::{Operation, Plane, Scope, Timestamp};
use crate::model::PrincipalType;
use crate::pattern::{ActionPattern, Wildcards};
use crate::tenant::{Held, Needle, PrincipalIx, RoleIx, Row, ScopeIx, Tenant, plane_at};
use crate::truth::Truth;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every resource of the tenant whose type has doors, in the order of scopes: those that were read, and
/// those that only an assignment names.
///
/// Eligible assignments do not count; time windows are judged at `at`. Groups are expanded. A principal
/// counts as using what it may obtain: whether it does, nobody can read off an export.
#[must_use]
pub fn audit(tenant: &Tenant, at: Option<Timestamp>) -> Vec<ResourceDoors> {
    let mut audit = Audit::new(tenant, at);
    tenant
        .all_scopes()
        .filter_map(|scope| Place::exactly(tenant, tenant.scope_text(scope)).map(|at| (scope, at)))
        .map(|(scope, place)| audit.resource(scope, &place))
        .collect()
}

/// The same resources with the state of their doors, without a look at who may pass them: fast, however
/// many there are.
#[must_use]
pub fn door_states(tenant: &Tenant) -> Vec<ResourceDoors> {
    let places = tenant.all_scopes().filter_map(|ix| Place::exactly(tenant, tenant.scope_text(ix)));
    places.map(|place| bare(&place)).collect()
}

/// [`audit`] of some resources only.
#[must_use]
pub fn audit_of(tenant: &Tenant, at: Option<Timestamp>, resources: &[Scope]) -> Vec<ResourceDoors> {
    let mut audit = Audit::new(tenant, at);
    resources
        .iter()
        .filter_map(|scope| Some((tenant.scope(scope)?, Place::exactly(tenant, scope)?)))
        .map(|(scope, place)| audit.resource(scope, &place))
        .collect()
}

/// Does the service ask Azure RBAC for the data of a resource? Nothing for a type without doors. Beside
/// the state, the data operations that RBAC checks there.
#[must_use]
pub fn rbac_door(tenant: &Tenant, resource: &Scope) -> Option<(DoorState, Vec<ActionPattern>)> {
    let place = Place::exactly(tenant, resource)?;
    let states = place.facts.iter().map(|facts| place.entra(facts).0);
    let state = states.reduce(|a, b| match (a, b) {
        (DoorState::Open, _) | (_, DoorState::Open) => DoorState::Open,
        (DoorState::Unknown, _) | (_, DoorState::Unknown) => DoorState::Unknown,
        (DoorState::Closed, _) | (_, DoorState::Closed) => DoorState::Closed,
        (DoorState::None, DoorState::None) => DoorState::None,
    });
    Some((state?, patterns(&place)))
}

/// The state of a resource's doors and what it hangs on.
fn bare(place: &Place<'_>) -> ResourceDoors {
    let (mut state, mut missing, mut switches) = (DoorState::None, Vec::new(), Vec::new());
    for facts in place.facts {
        for switch in &facts.switches {
            let known = place.named_open(facts, &switch.name);
            switches.push((switch.closed.path.to_string(), door(known.truth)));
        }
        for offer in credentials(place, facts) {
            let works = offer.works();
            state = match (state, door(works.truth)) {
                (DoorState::Open, _) | (_, DoorState::Open) => DoorState::Open,
                (DoorState::Unknown, _) | (_, DoorState::Unknown) => DoorState::Unknown,
                _ => DoorState::Closed,
            };
            if works.truth.is_unknown() {
                missing.extend(works.missing.iter().map(Missing::in_words));
            }
        }
    }
    if state == DoorState::Unknown {
        missing.sort();
        missing.dedup();
    } else {
        missing.clear();
    }
    ResourceDoors {
        resource: place.resource.clone(),
        service: place.facts[0].service.to_string(),
        state,
        closable: place.facts.iter().map(|facts| facts.closable).fold(Truth::False, Truth::or),
        switches,
        holders: Vec::new(),
        reopeners: Vec::new(),
        stakes: Vec::new(),
        decided_by: missing,
    }
}

/// What is looked up once for all resources.
pub(super) struct Audit<'t> {
    pub(super) tenant: &'t Tenant,
    pub(super) at: Option<Timestamp>,
    pub(super) attributes: Attributes,
    /// Every assignment by scope.
    rows: Vec<Row>,
    /// The principals that are in each group, through others too.
    members: Vec<Vec<PrincipalIx>>,
    /// Does a role hold a control operation?
    holding: FxHashMap<(RoleIx, Box<str>), bool>,
    roles: Option<Roles>,
    /// The data operations of a type.
    known: BTreeMap<Box<str>, Arc<[Operation]>>,
    /// What a set of key operations opens, and what losing a set of data operations comes to.
    reaches: BTreeMap<(Box<str>, String), Arc<[usize]>>,
    losses: BTreeMap<(Box<str>, Vec<usize>, bool), Loss>,
}

/// A control operation that matters on a resource, with where it is asked.
struct Wanted<'f> {
    operation: &'f Operation,
    scopes: Vec<Scope>,
}

impl<'t> Audit<'t> {
    fn new(tenant: &'t Tenant, at: Option<Timestamp>) -> Audit<'t> {
        let mut rows = tenant.assignment_rows.clone();
        rows.sort_unstable_by_key(|row| (row.scope, row.fact));
        let mut members = vec![Vec::new(); tenant.principal_count()];
        for principal in tenant.principals() {
            for group in tenant.groups_of(principal).iter().filter(|group| **group != principal) {
                members[group.row()].push(principal);
            }
        }
        Audit {
            tenant,
            at,
            attributes: Attributes::default(),
            rows,
            members,
            holding: FxHashMap::default(),
            roles: None,
            known: BTreeMap::new(),
            reaches: BTreeMap::new(),
            losses: BTreeMap::new(),
        }
    }

    fn resource(&mut self, at: ScopeIx, place: &Place<'t>) -> ResourceDoors {
        let mut found = bare(place);
        let mut holdings: BTreeMap<PrincipalIx, Holder<'_>> = BTreeMap::new();
        for facts in place.facts {
            for offer in credentials(place, facts) {
                if !offer.works().truth.is_false() {
                    self.hold(at, place, &offer, &mut holdings);
                }
            }
            self.reopeners(at, place, facts, &mut found.reopeners);
        }
        if !found.closable.is_false() {
            self.stakes(place, &holdings, &mut found.stakes);
        }
        found.holders = holdings.into_values().map(|holder| holder.standing).collect();
        found
    }

    /// The principals that may be able to do an operation, by the roles assigned at, above or below
    /// the resource: who holds it, and the group through which.
    fn candidates(&mut self, at: ScopeIx, wanted: &Wanted<'_>) -> Vec<(PrincipalIx, PrincipalIx)> {
        let tenant = self.tenant;
        let mut scopes: Vec<ScopeIx> = wanted
            .scopes
            .iter()
            .map(|scope| tenant.scopes.locate(scope, false).at)
            .chain([at])
            .flat_map(|from| tenant.scopes.upwards(from).collect::<Vec<_>>())
            .collect();
        scopes.sort_unstable();
        scopes.dedup();
        let mut found = Vec::new();
        for scope in scopes {
            let start = self.rows.partition_point(|row| row.scope < scope);
            let end = self.rows.partition_point(|row| row.scope <= scope);
            for number in start..end {
                let row = self.rows[number];
                if !self.role_holds(row.role, wanted.operation) {
                    continue;
                }
                let group = row.holder();
                let members = &self.members[group.row()];
                if !tenant.counts(group) {
                    continue;
                }
                if self.is_somebody(group) {
                    found.push((group, group));
                }
                let people = members.iter().filter(|member| self.is_somebody(**member));
                found.extend(people.map(|member| (*member, group)));
            }
        }
        found.sort_unstable();
        found.dedup_by_key(|(principal, _)| *principal);
        found
    }

    /// A person or an application, or a group that may stand for people whom nobody listed.
    fn is_somebody(&self, principal: PrincipalIx) -> bool {
        self.tenant.may_be_member(principal)
            || (self.members[principal.row()].is_empty()
                && self.tenant.principal_kind(principal) != PrincipalType::Group)
    }

    fn role_holds(&mut self, role: RoleIx, operation: &Operation) -> bool {
        let key = (role, operation.folded().into());
        if let Some(known) = self.holding.get(&key) {
            return *known;
        }
        let tenant = self.tenant;
        // A role that nobody defines may hold anything.
        let needle = Needle::new(operation, Wildcards::Azure);
        let holds = tenant.role(role).definition().is_none_or(|definition| {
            definition.blocks.iter().zip(tenant.roles.sides(role)).any(|(block, sides)| {
                let side = &sides[plane_at(Plane::Control)];
                let held = side.ask(block, Plane::Control, &needle);
                matches!(held, Held::Yes { .. })
            })
        });
        self.holding.insert(key, holds);
        holds
    }

    pub(super) fn request<'r>(
        &'r self,
        principal: PrincipalIx,
        operation: &'r Operation,
        plane: Plane,
        scope: &'r Scope,
    ) -> Request<'r> {
        let id = self.tenant.principal_id(principal);
        let request = Request::new(id, operation, plane, scope, &self.attributes);
        Request { at: self.at, near_misses: 0, ..request }
    }

    /// Who holds one key operation.
    fn hold<'p>(
        &mut self,
        at: ScopeIx,
        place: &'p Place<'t>,
        offer: &Offer<'p>,
        holdings: &mut BTreeMap<PrincipalIx, Holder<'p>>,
    ) {
        let wanted = Wanted {
            operation: &offer.key.operation,
            scopes: scopes(place, offer.key, &place.resource),
        };
        for (principal, holder) in self.candidates(at, &wanted) {
            let request =
                self.request(principal, &offer.key.operation, Plane::Data, &place.resource);
            let Ok(holding) = hold(place, offer, &request) else { continue };
            let key = holding.key;
            let known = holdings.entry(principal).or_insert_with(|| Holder {
                standing: Standing {
                    principal,
                    holder,
                    operations: Vec::new(),
                    certain: Truth::False,
                    assignment: key.grant.map(|grant| grant.0),
                },
                covers: Vec::new(),
                grants: key.grants,
            });
            known.grants = wider(known.grants, key.grants);
            known.standing.certain = known.standing.certain.or(key.opens);
            known.standing.operations.push(key.operation);
            known.covers.push(&offer.key.covers);
        }
    }

    fn reopeners(
        &mut self,
        at: ScopeIx,
        place: &Place<'t>,
        facts: &LocalAuth,
        found: &mut Vec<Standing>,
    ) {
        let scopes = switch_scopes(place, facts);
        for operation in &facts.reopen {
            let wanted = Wanted { operation, scopes: scopes.clone() };
            for (principal, holder) in self.candidates(at, &wanted) {
                let asked = scopes
                    .iter()
                    .map(|scope| {
                        let request = self.request(principal, operation, Plane::Control, scope);
                        super::keys::ask(place, &request, operation, scope, None)
                    })
                    .max_by_key(|asked| asked.truth);
                let Some(asked) = asked.filter(|asked| !asked.truth.is_false()) else { continue };
                match found.iter_mut().find(|standing| standing.principal == principal) {
                    Some(standing) => {
                        standing.certain = standing.certain.or(asked.truth);
                        standing.operations.push(operation.clone());
                    }
                    None => found.push(Standing {
                        principal,
                        holder,
                        operations: vec![operation.clone()],
                        certain: asked.truth,
                        assignment: asked.grant.map(|grant| grant.0),
                    }),
                }
            }
        }
        found.sort_by_key(|standing| standing.principal);
    }

    /// Of those who may obtain a credential: what would each lose?
    fn stakes(
        &mut self,
        place: &Place<'t>,
        holdings: &BTreeMap<PrincipalIx, Holder<'_>>,
        found: &mut Vec<Stake>,
    ) {
        if holdings.is_empty() {
            return;
        }
        let after = closed(place);
        let asks_rbac = after
            .facts
            .iter()
            .any(|facts| after.entra(facts).0 != DoorState::None || !facts.controls.is_empty());
        let known = self.data(place);
        let keeping = Keeping::new(self.tenant, after, &known);
        for holder in holdings.values() {
            let opens =
                |covers: &&Covers| matches!(covers, Covers::Operations(_) | Covers::Unknown);
            if !holder.covers.iter().any(opens) {
                continue;
            }
            let principal = holder.standing.principal;
            let reach = self.reach(place, holder);
            let lost = self.lost(&keeping, principal, &reach);
            if lost.is_empty() && !reach.is_empty() {
                continue;
            }
            let entirely = lost.len() == reach.len();
            let loss = self.loss(place, lost, asks_rbac);
            found.push(Stake {
                principal,
                holder: holder.standing.holder,
                entirely,
                loses: loss.loses,
                roles: loss.roles,
                uncovered: loss.uncovered,
                grants: holder.grants,
            });
        }
    }

    /// The known data operations that the credentials of a holder open, by number.
    fn reach(&mut self, place: &Place<'t>, holder: &Holder<'_>) -> Arc<[usize]> {
        let names: Vec<&str> = holder.standing.operations.iter().map(Operation::folded).collect();
        let key = (Box::from(place.kind().folded()), names.join(" "));
        if let Some(known) = self.reaches.get(&key) {
            return Arc::clone(known);
        }
        let opens = |operation: &Operation| {
            holder.covers.iter().any(|covers| match covers {
                Covers::Operations(patterns) => matches_some(patterns, operation),
                Covers::Own | Covers::Elsewhere | Covers::Nothing | Covers::Unknown => false,
            })
        };
        let known = self.data(place);
        let reach: Arc<[usize]> =
            (0..known.len()).filter(|number| opens(&known[*number])).collect();
        self.reaches.insert(key, Arc::clone(&reach));
        reach
    }

    fn roles(&mut self) -> &Roles {
        let catalog = self.tenant.catalog();
        self.roles.get_or_insert_with(|| Roles::new(catalog))
    }

    /// The known data operations of a type.
    fn data(&mut self, place: &Place<'t>) -> Arc<[Operation]> {
        let kind: Box<str> = place.kind().folded().into();
        if let Some(known) = self.known.get(&kind) {
            return Arc::clone(known);
        }
        let operations: Arc<[Operation]> = self.roles().operations(&patterns(place)).into();
        self.known.insert(kind, Arc::clone(&operations));
        operations
    }

    /// What losing some data operations of a type comes to, and the roles that mend it.
    fn loss(&mut self, place: &Place<'t>, lost: Vec<usize>, asks_rbac: bool) -> Loss {
        let key = (Box::from(place.kind().folded()), lost, asks_rbac);
        if let Some(known) = self.losses.get(&key) {
            return known.clone();
        }
        let known = self.data(place);
        let loses: Arc<[Operation]> = key.1.iter().map(|at| known[*at].clone()).collect();
        let loss = if asks_rbac {
            let choice = self.roles().choose(&loses, &patterns(place));
            Loss { loses, roles: choice.roles.into(), uncovered: choice.uncovered.into() }
        } else {
            Loss { uncovered: Arc::clone(&loses), roles: Arc::from([]), loses }
        };
        self.losses.insert(key, loss.clone());
        loss
    }
}

/// The data operations that RBAC checks on a type.
fn patterns(place: &Place<'_>) -> Vec<ActionPattern> {
    place.facts.iter().flat_map(|facts| facts.data.iter().cloned()).collect()
}

/// Shared by all who lose the same: a thousand holders of one key are no rarity.
#[derive(Debug, Clone)]
struct Loss {
    loses: Arc<[Operation]>,
    roles: Arc<[LeastRole]>,
    uncovered: Arc<[Operation]>,
}

/// A principal with a credential, and what its credentials open.
struct Holder<'p> {
    standing: Standing,
    covers: Vec<&'p Covers>,
    grants: Grants,
}

fn door(open: Truth) -> DoorState {
    match open {
        Truth::True => DoorState::Open,
        Truth::Unknown => DoorState::Unknown,
        Truth::False => DoorState::Closed,
    }
}

/// The credentials of a type, whatever they open: a key that only enrols a machine is one too.
fn credentials<'f>(place: &Place<'_>, facts: &'f LocalAuth) -> Vec<Offer<'f>> {
    facts
        .keys
        .iter()
        .filter(|key| key.mechanism.is_credential() && key.step == Step::Now)
        .filter(|key| !matches!(key.covers, Covers::Own | Covers::Elsewhere))
        .map(|key| Offer {
            key,
            covers: Truth::True,
            open: place.open(facts, &key.under, None),
            when: if key.when.is_empty() { Known::firm(Truth::True) } else { place.all(&key.when) },
        })
        .collect()
}
