//! Who comes into the data of a resource by a key, and who no more: because a switch was set, or because
//! a role gives or takes the operation that hands out the key.

use super::align::Align;
use super::delta::Part;
use super::person::overlap;
use super::{Change, DiffQuestion};
use crate::catalog::local_auth::{DoorState, LocalAuthCatalog};
use crate::dataplane::{ResourceDoors, audit_of, rbac_door};
use crate::decide::{Sweep, Universe};
use crate::ident::{Guid, Plane, Scope};
use crate::pattern::ActionPattern;
use crate::tenant::{ScopeIx, Tenant};
use crate::truth::Truth;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// More resources than this are not looked at for roles that give or take keys: each costs a question
/// for everybody who holds something there.
const RESOURCES: usize = 400;

/// So many people times resources are asked at most: in a large tenant that is `azrbac audit local-auth`.
const QUESTIONS: usize = 100_000;

/// What happened to the local-authentication door of one resource.
#[derive(Debug, Clone)]
pub struct DoorChange {
    /// The resource.
    pub resource: Scope,
    /// What people call the service.
    pub service: String,
    /// Did local credentials open anything before, and do they now?
    pub states: [DoorState; 2],
    /// Who may obtain a credential that opens its data, and could not before.
    pub gained: Vec<KeyHolder>,
    /// Who could, and may no more.
    pub lost: Vec<KeyHolder>,
    /// Does the service ask Azure RBAC for its data: before, and now?
    pub rbac: [DoorState; 2],
    /// Who comes in by roles that did not count there and do now, or the other way round.
    pub by_roles: Vec<Guid>,
}

/// Somebody with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHolder {
    /// Who.
    pub principal: Guid,
    /// Who holds the assignment: the principal, or a group that it is in.
    pub holder: Guid,
    /// For certain? A condition, or an unknown switch, may decide.
    pub certain: Truth,
    /// The first operation that hands it out.
    pub operation: Option<crate::ident::Operation>,
    /// Is the key its only way to what the key opens?
    pub only_way: bool,
}

/// What happened at the doors, and how many resources were not looked at.
pub(super) fn doors(
    align: &Align<'_>,
    sweeps: &[Sweep<'_>; 2],
    question: &DiffQuestion<'_>,
    changes: &[Change],
    deltas: &[Vec<Part>],
) -> (Vec<DoorChange>, usize) {
    let tenants = align.tenants;
    let mut wanted: BTreeMap<u32, Scope> = BTreeMap::new();
    for place in switched(align) {
        wanted.insert(place, align.scope(place).clone());
    }
    let mut left = 0;
    let limit = wanted.len() + RESOURCES.min(QUESTIONS / align.people.len().max(1));
    for place in keyed(align, sweeps[0].universe, changes, deltas) {
        if wanted.len() < limit {
            wanted.entry(place).or_insert_with(|| align.scope(place).clone());
        } else if !wanted.contains_key(&place) {
            left += 1;
        }
    }
    if wanted.is_empty() {
        return (Vec::new(), left);
    }
    let scopes: Vec<Scope> = wanted.into_values().collect();
    let [old, new] = tenants.map(|tenant| {
        let audited = audit_of(tenant, question.at, &scopes).into_iter();
        audited.map(|doors| (doors.resource.clone(), doors)).collect::<BTreeMap<_, _>>()
    });
    let mut found = Vec::new();
    for scope in &scopes {
        let sides = [old.get(scope), new.get(scope)];
        let Some(told) = sides[1].or(sides[0]) else { continue };
        let holders = [0, 1].map(|side: usize| {
            sides[side].map_or_else(BTreeMap::new, |doors| holders(tenants[side], doors))
        });
        let checked = tenants.map(|tenant| rbac_door(tenant, scope));
        let rbac = [0, 1]
            .map(|side: usize| checked[side].as_ref().map_or(DoorState::None, |(state, _)| *state));
        let both = sides[0].is_some() && sides[1].is_some();
        let by_roles = match (rbac, &checked[1]) {
            ([old, new], Some((_, data))) if old != new && both => {
                let side = usize::from(new == DoorState::Open);
                admitted(align, sweeps, side, scope, data)
            }
            _ => Vec::new(),
        };
        let change = DoorChange {
            resource: told.resource.clone(),
            service: told.service.clone(),
            states: sides.map(|doors| doors.map_or(DoorState::None, |doors| doors.state)),
            gained: more(&holders[0], &holders[1]),
            lost: more(&holders[1], &holders[0]),
            rbac,
            by_roles,
        };
        let still = change.states[0] == change.states[1] && rbac[0] == rbac[1];
        if !still || !change.gained.is_empty() || !change.lost.is_empty() {
            found.push(change);
        }
    }
    (found, left)
}

fn holders(tenant: &Tenant, doors: &ResourceDoors) -> BTreeMap<Guid, KeyHolder> {
    doors
        .holders
        .iter()
        .filter(|standing| !standing.certain.is_false())
        .map(|standing| {
            let principal = tenant.principal_id(standing.principal);
            let holder = KeyHolder {
                principal,
                holder: tenant.principal_id(standing.holder),
                certain: standing.certain,
                operation: standing.operations.first().cloned(),
                only_way: doors
                    .stakes
                    .iter()
                    .any(|stake| stake.principal == standing.principal && stake.entirely),
            };
            (principal, holder)
        })
        .collect()
}

/// Whom roles let do some data operations at a scope, for certain or perhaps.
fn admitted(
    align: &Align<'_>,
    sweeps: &[Sweep<'_>; 2],
    side: usize,
    scope: &Scope,
    data: &[ActionPattern],
) -> Vec<Guid> {
    let sweep = &sweeps[side];
    let spot = sweep.spot(0, scope);
    let wanted = sweep.universe.on(Plane::Data).matched(data, sweep.question.wildcards);
    align
        .people
        .iter()
        .filter(|id| {
            let seen = sweep.seen(**id);
            if sweep.applying(&seen, &spot).next().is_none() {
                return false;
            }
            let outcomes = sweep.outcomes(&seen, &spot, Plane::Data);
            overlap(&wanted, &outcomes.allowed) || overlap(&wanted, &outcomes.perhaps)
        })
        .copied()
        .collect()
}

/// Who has more on the second side than on the first.
fn more(first: &BTreeMap<Guid, KeyHolder>, second: &BTreeMap<Guid, KeyHolder>) -> Vec<KeyHolder> {
    second
        .values()
        .filter(|holder| {
            first.get(&holder.principal).is_none_or(|known| known.certain < holder.certain)
        })
        .cloned()
        .collect()
}

/// Resources whose properties are others than before.
fn switched(align: &Align<'_>) -> Vec<u32> {
    let [before, after] = align.tenants;
    let mut found: Vec<u32> = Vec::new();
    for (side, tenant) in align.tenants.into_iter().enumerate() {
        for scope in tenant.all_scopes() {
            let place = align.place(side, scope);
            let properties = |side: usize| {
                let ix = align.places.at[side][place as usize];
                let tenant = if side == 0 { before } else { after };
                (ix != super::align::NONE)
                    .then(|| tenant.resource(ScopeIx(ix))?.properties.as_ref())
                    .flatten()
            };
            if tenant.resource(scope).is_some() && properties(0) != properties(1) {
                // A switch may sit on a child: the resource above it has the door.
                found.extend(
                    align.places.upwards(place).take_while(|at| {
                        align.scope(*at).kind() == crate::ident::ScopeKind::Resource
                    }),
                );
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Resources on which somebody gained or lost an operation that hands out a key.
fn keyed(
    align: &Align<'_>,
    universe: &Universe,
    changes: &[Change],
    deltas: &[Vec<Part>],
) -> Vec<u32> {
    let control = universe.on(Plane::Control);
    let mut types: Vec<(usize, Box<str>)> = Vec::new();
    for record in LocalAuthCatalog::embedded().all().flatten() {
        for key in &record.keys {
            let folded = key.operation.folded();
            if let Ok(at) = control.all().binary_search_by(|one| one.folded().cmp(folded)) {
                types.push((at, record.resource_type.folded().into()));
            }
        }
    }
    let mut wanted_of: FxHashMap<u32, FxHashSet<&str>> = FxHashMap::default();
    let mut stretches: FxHashSet<(u32, u32)> = FxHashSet::default();
    for change in changes {
        wanted_of.entry(change.delta).or_insert_with(|| {
            let parts = deltas[change.delta as usize].iter();
            parts
                .filter(|part| part.plane == Plane::Control)
                .flat_map(|part| {
                    let holds = |at: usize| part.bits[at / 64] >> (at % 64) & 1 == 1;
                    types.iter().filter(move |(at, _)| holds(*at)).map(|(_, kind)| &**kind)
                })
                .collect()
        });
        stretches.extend(change.stretches.iter().map(|stretch| (stretch.place, change.delta)));
    }
    let mut stretches: Vec<(u32, u32)> = stretches.into_iter().collect();
    stretches.sort_unstable();
    let mut found: Vec<u32> = Vec::new();
    for (place, delta) in stretches {
        let wanted = &wanted_of[&delta];
        if wanted.is_empty() {
            continue;
        }
        // A key may live on a child of the resource, so what is above is looked at too.
        let below = place..align.places.ends[place as usize];
        for place in align.places.upwards(place).chain(below) {
            let kind = align.scope(place).resource_type();
            if kind.is_some_and(|kind| wanted.contains(&*kind.to_ascii_lowercase())) {
                found.push(place);
            }
        }
        if found.len() > FOUND {
            found.sort_unstable();
            found.dedup();
            if found.len() > RESOURCES * 4 {
                break;
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// So many finds are put in order in between.
const FOUND: usize = 100_000;
