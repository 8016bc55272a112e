//! Every resource with doors: who may obtain a credential, who may switch it on again, and who would
//! lose access were it closed.

use super::access::{at_place, switch_scopes};
use super::closing::closed;
use super::keys::{Offer, hold, scopes};
use super::least::{Choice, LeastRole, Roles};
use super::place::{Known, Place};
use super::words;
use crate::catalog::local_auth::{Covers, DoorState, LocalAuth, Step};
use crate::condition::Attributes;
use crate::decide::{Request, can};
use crate::ident::{Operation, Plane, Scope, Timestamp};
use crate::model::PrincipalType;
use crate::pattern::Wildcards;
use crate::tenant::{AssignmentIx, Held, PrincipalIx, RoleIx, Row, ScopeIx, Tenant, plane_at};
use crate::truth::Truth;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// How one principal stands to a resource's credentials.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Who: a person or an application; a group only where its members are not known.
    pub principal: PrincipalIx,
    /// Who holds the assignment: the principal, or a group that it is in.
    pub holder: PrincipalIx,
    /// The operations that it may call, in the catalog's order.
    pub operations: Vec<Operation>,
    /// Certainly? Unknown where a condition, a disputed fact or an unknown switch decides.
    pub certain: Truth,
    /// The assignment that grants the first of the operations.
    pub assignment: Option<AssignmentIx>,
}

/// A principal that would lose access if local authentication were closed.
#[derive(Debug, Clone)]
pub struct Stake {
    /// Who.
    pub principal: PrincipalIx,
    /// Who holds the assignment that gives the key.
    pub holder: PrincipalIx,
    /// Would it lose everything, the key being its only way in?
    pub entirely: bool,
    /// The known data operations that it would lose; empty where the service has none that RBAC checks.
    pub loses: Vec<Operation>,
    /// The least built-in roles that grant what it would lose.
    pub roles: Vec<LeastRole>,
    /// What it would lose and no built-in role grants.
    pub uncovered: Vec<Operation>,
}

/// The doors of one resource, whoever asks.
#[derive(Debug, Clone)]
pub struct ResourceDoors {
    /// The resource.
    pub resource: Scope,
    /// What people call the service.
    pub service: String,
    /// Do local credentials open anything now?
    pub state: DoorState,
    /// Can a property close them at all?
    pub closable: Truth,
    /// The properties that switch them, with the state of each.
    pub switches: Vec<(String, DoorState)>,
    /// Who may obtain a credential now; nobody while the door is closed.
    pub holders: Vec<Standing>,
    /// Who may write the switch, and so open the door again.
    pub reopeners: Vec<Standing>,
    /// Who would lose access were it closed; nobody while it is, or where nothing closes it.
    pub stakes: Vec<Stake>,
    /// What would decide an unknown state, and the command that shows it.
    pub decided_by: Vec<String>,
}

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

/// What is looked up once for all resources.
struct Audit<'t> {
    tenant: &'t Tenant,
    at: Option<Timestamp>,
    attributes: Attributes,
    /// Every assignment by scope.
    rows: Vec<Row>,
    /// The principals that are in each group, through others too.
    members: Vec<Vec<PrincipalIx>>,
    /// Does a role hold a control operation?
    holding: FxHashMap<(RoleIx, Box<str>), bool>,
    roles: Option<Roles>,
    /// The data operations of a type, with the roles for each set of them that was asked for.
    known: BTreeMap<Box<str>, Vec<Operation>>,
    choices: BTreeMap<(Box<str>, Vec<usize>), Choice>,
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
            choices: BTreeMap::new(),
        }
    }

    fn resource(&mut self, at: ScopeIx, place: &Place<'t>) -> ResourceDoors {
        let (mut state, mut missing) = (DoorState::None, Vec::new());
        let mut found = ResourceDoors {
            resource: place.resource.clone(),
            service: place.facts[0].service.to_string(),
            state,
            closable: place.facts.iter().map(|facts| facts.closable).fold(Truth::False, Truth::or),
            switches: Vec::new(),
            holders: Vec::new(),
            reopeners: Vec::new(),
            stakes: Vec::new(),
            decided_by: Vec::new(),
        };
        let mut holdings: BTreeMap<PrincipalIx, Holder<'_>> = BTreeMap::new();
        for facts in &place.facts {
            for switch in &facts.switches {
                let known = place.named_open(facts, &switch.name);
                found.switches.push((switch.closed.path.to_string(), door(known.truth)));
            }
            for offer in credentials(place, facts) {
                let works = offer.works();
                state = match (state, door(works.truth)) {
                    (DoorState::Open, _) | (_, DoorState::Open) => DoorState::Open,
                    (DoorState::Unknown, _) | (_, DoorState::Unknown) => DoorState::Unknown,
                    _ => DoorState::Closed,
                };
                if works.truth.is_unknown() {
                    missing.extend(works.missing.iter().map(words::missing));
                }
                if !works.truth.is_false() {
                    self.hold(at, place, facts, &offer, &mut holdings);
                }
            }
            self.reopeners(at, place, facts, &mut found.reopeners);
        }
        found.state = state;
        if state == DoorState::Unknown {
            missing.sort();
            missing.dedup();
            found.decided_by = missing;
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
                let group = row.holder;
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
        let holds = tenant.role(role).definition().is_none_or(|definition| {
            definition.blocks.iter().zip(tenant.roles.sides(role)).any(|(block, sides)| {
                let side = &sides[plane_at(Plane::Control)];
                let held = side.ask(block, Plane::Control, operation, Wildcards::Azure);
                matches!(held, Held::Yes { .. })
            })
        });
        self.holding.insert(key, holds);
        holds
    }

    fn request<'r>(
        &'r self,
        principal: PrincipalIx,
        operation: &'r Operation,
        plane: Plane,
        scope: &'r Scope,
    ) -> Request<'r> {
        let id = self.tenant.principal_id(principal);
        Request { at: self.at, ..Request::new(id, operation, plane, scope, &self.attributes) }
    }

    /// Who holds one key operation.
    fn hold<'p>(
        &mut self,
        at: ScopeIx,
        place: &'p Place<'t>,
        facts: &'p LocalAuth,
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
            });
            known.standing.certain = known.standing.certain.or(key.opens);
            known.standing.operations.push(key.operation);
            known.covers.push((facts, &offer.key.covers));
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
        for holder in holdings.values() {
            let principal = holder.standing.principal;
            let (reach, opens) = self.reach(place, holder);
            if !opens {
                continue;
            }
            let kept = self.kept(&after, principal, &reach);
            let loses: Vec<usize> = (0..reach.len()).filter(|number| !kept[*number]).collect();
            if loses.is_empty() && !reach.is_empty() {
                continue;
            }
            let choice = if asks_rbac {
                let lost: Vec<Operation> = loses.iter().map(|at| reach[*at].clone()).collect();
                self.choose(place, &lost)
            } else {
                Choice {
                    roles: Vec::new(),
                    uncovered: loses.iter().map(|at| reach[*at].clone()).collect(),
                }
            };
            found.push(Stake {
                principal,
                holder: holder.standing.holder,
                entirely: loses.len() == reach.len(),
                loses: loses.into_iter().map(|at| reach[at].clone()).collect(),
                roles: choice.roles,
                uncovered: choice.uncovered,
            });
        }
    }

    /// The known data operations that the credentials of a holder open, and whether they open anything.
    fn reach(&mut self, place: &Place<'t>, holder: &Holder<'_>) -> (Vec<Operation>, bool) {
        let mut reach: Vec<Operation> = Vec::new();
        let mut opens = false;
        let known = self.data(place).to_vec();
        for (_, covers) in &holder.covers {
            match covers {
                Covers::Operations(patterns) => {
                    opens = true;
                    reach.extend(
                        known
                            .iter()
                            .filter(|one| super::place::matches_some(patterns, one))
                            .cloned(),
                    );
                }
                Covers::Unknown => opens = true,
                Covers::Own | Covers::Elsewhere | Covers::Nothing => {}
            }
        }
        reach.sort_by(|a, b| a.folded().cmp(b.folded()));
        reach.dedup_by(|a, b| a.folded() == b.folded());
        (reach, opens)
    }

    fn roles(&mut self) -> &Roles {
        let catalog = self.tenant.catalog();
        self.roles.get_or_insert_with(|| Roles::new(catalog))
    }

    fn data(&mut self, place: &Place<'t>) -> &[Operation] {
        let kind: Box<str> = place.kind().folded().into();
        if !self.known.contains_key(&kind) {
            let patterns: Vec<_> =
                place.facts.iter().flat_map(|facts| facts.data.iter().cloned()).collect();
            let operations = self.roles().operations(&patterns);
            self.known.insert(kind.clone(), operations);
        }
        self.known.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// Which of some data operations would another door still allow?
    fn kept(&self, after: &Place<'t>, principal: PrincipalIx, reach: &[Operation]) -> Vec<bool> {
        let tenant = self.tenant;
        let groups = tenant.groups_of(principal);
        let has_data = std::iter::once(&principal).chain(groups.iter()).any(|id| {
            tenant.rows(*id).iter().any(|row| {
                tenant.role(row.role).definition().is_none_or(|role| {
                    role.blocks.iter().any(|block| !block.data_actions.is_empty())
                })
            })
        });
        let other =
            after.facts.iter().any(|facts| !facts.controls.is_empty() || facts.native.is_some());
        if !has_data && !other {
            return vec![false; reach.len()];
        }
        reach
            .iter()
            .map(|operation| {
                let request = self.request(principal, operation, Plane::Data, &after.resource);
                let access = at_place(after, &request, &can(tenant, &request));
                access
                    .doors
                    .is_some_and(|doors| doors.rbac.admits.or(doors.native.admits).is_true())
            })
            .collect()
    }

    fn choose(&mut self, place: &Place<'t>, lost: &[Operation]) -> Choice {
        let known = self.data(place);
        let numbers: Vec<usize> = lost
            .iter()
            .filter_map(|one| known.iter().position(|other| other.folded() == one.folded()))
            .collect();
        let key = (Box::from(place.kind().folded()), numbers);
        if let Some(choice) = self.choices.get(&key) {
            return choice.clone();
        }
        let patterns: Vec<_> =
            place.facts.iter().flat_map(|facts| facts.data.iter().cloned()).collect();
        let choice = self.roles().choose(lost, &patterns);
        self.choices.insert(key, choice.clone());
        choice
    }
}

/// A principal with a credential, and what its credentials open.
struct Holder<'p> {
    standing: Standing,
    covers: Vec<(&'p LocalAuth, &'p Covers)>,
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
