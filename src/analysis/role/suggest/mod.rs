//! Which roles are enough, and what do they give too much?

mod cover;
mod custom;

use super::bits::Bits;
use super::needs::Need;
use super::power::{Credentials, Power, weight};
use super::profile::{Trait, traits};
use super::universe::{Universe, Which, at};
use crate::catalog::Catalog;
use crate::ident::{Operation, Plane, Scope};
use crate::model::{PermissionBlock, RoleDefinition};
use crate::origin::Error;
use crate::pattern::Wildcards;
use std::collections::BTreeMap;

pub use cover::EXACT_STEPS;
pub use custom::Custom;

/// A suggestion for a list of needed operations.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// The needed operations, with their planes.
    pub needs: Vec<(Operation, Plane)>,
    /// The single roles that grant all of it, the least excess first.
    pub single: Vec<Candidate>,
    /// The smallest set of roles that grants what roles can grant.
    pub set: Vec<Member>,
    /// Is the set proven to be the smallest, and among the smallest one of least excess?
    pub minimal: bool,
    /// A custom role that grants exactly what is needed.
    pub custom: Custom,
    /// The needs (by number) that no candidate grants, or only under a condition.
    pub uncovered: Vec<usize>,
    /// Roles that grant an uncovered need under a condition: need, number of the role.
    pub conditional: Vec<(usize, usize)>,
}

/// A role that grants every need.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its number in the list of roles.
    pub role: usize,
    /// What it grants beside the needs.
    pub excess: Excess,
    /// Words about it.
    pub traits: Vec<Trait>,
    /// Does it grant some need only under a condition?
    pub conditionally: bool,
    /// For each need: the plane's list and the entry that grants it.
    pub proof: Vec<String>,
}

/// One role of the set, at one scope.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its number in the list of roles.
    pub role: usize,
    /// The narrowest scope that holds all it is needed for; none where no scope was said.
    pub scope: Option<Scope>,
    /// The needs (by number) that it is there for, and the entry that grants each.
    pub covers: Vec<(usize, String)>,
    /// What it grants beside the needs.
    pub excess: Excess,
    /// Words about it.
    pub traits: Vec<Trait>,
}

/// What a role grants beside what is needed, among the known operations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excess {
    /// How many operations.
    pub count: usize,
    /// How many of each power, in the order of [`Power::ALL`].
    pub powers: [usize; 7],
    /// The gravest of them, with their power: at most twelve.
    pub gravest: Vec<(Power, String)>,
}

impl Excess {
    /// What it weighs.
    #[must_use]
    pub fn weight(&self) -> u64 {
        weight(&self.powers)
    }
}

/// By what single roles are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rank {
    /// By the number of operations too many, then by weight.
    #[default]
    Count,
    /// By weight, then by number.
    Weight,
}

/// How to suggest.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The order of single roles.
    pub rank: Rank,
    /// Roles with one of these traits are no candidates.
    pub without: Vec<Trait>,
    /// Where the custom role shall be assignable; taken from the needs where empty.
    pub assignable: Vec<Scope>,
    /// The name of the custom role.
    pub name: Option<String>,
}

/// Suggests roles for needs whose planes are known.
///
/// # Errors
/// [`crate::origin::ErrorKind::Limit`] where the patterns of a role are too many or too entangled.
pub fn suggest(
    needs: &[(Need, Plane)],
    roles: &[RoleDefinition],
    catalog: &Catalog,
    universe: &Universe,
    credentials: &Credentials,
    options: &Options,
) -> Result<Suggestion, Error> {
    let mut wanted: BTreeMap<(Operation, Plane), Vec<Scope>> = BTreeMap::new();
    for (need, plane) in needs {
        let scopes = wanted.entry((need.operation.clone(), *plane)).or_default();
        scopes.extend(need.scope.clone());
    }
    let (operations, scopes): (Vec<_>, Vec<_>) = wanted.into_iter().unzip();
    let mut wanted_bits = [Plane::Control, Plane::Data].map(|p| Bits::none(universe.len(p)));
    for (operation, plane) in &operations {
        if let Some(number) = universe.find(*plane, operation.folded()) {
            wanted_bits[at(*plane)].insert(number);
        }
    }
    let mut pool = Vec::new();
    for (number, role) in roles.iter().enumerate() {
        let found = traits(role)?;
        if found.iter().any(|found| options.without.contains(found)) {
            continue;
        }
        let free = covered(role, &operations, Which::Unconditional);
        let all = covered(role, &operations, Which::All);
        if all.is_empty() {
            continue;
        }
        let excess = excess(role, universe, &wanted_bits, credentials);
        pool.push(Pooled { role: number, free, all, excess, traits: found });
    }
    let single = single(&pool, roles, &operations, options.rank);
    let mut reachable = Bits::none(operations.len());
    pool.iter().for_each(|pooled| reachable.add(&pooled.free));
    let uncovered: Vec<usize> =
        (0..operations.len()).filter(|need| !reachable.contains(*need)).collect();
    let conditional = uncovered
        .iter()
        .flat_map(|need| pool.iter().filter(|p| p.all.contains(*need)).map(|p| (*need, p.role)))
        .collect();
    let columns: Vec<(Bits, u64)> =
        pool.iter().map(|pooled| (pooled.free.clone(), pooled.excess.weight())).collect();
    let (chosen, minimal) = cover::smallest(&columns, &reachable);
    let set = members(&chosen, &pool, roles, &operations, &scopes);
    Ok(Suggestion {
        custom: custom::custom(&operations, &scopes, catalog, universe, options),
        needs: operations,
        single,
        set,
        minimal,
        uncovered,
        conditional,
    })
}

/// A role that grants some need.
struct Pooled {
    role: usize,
    free: Bits,
    all: Bits,
    excess: Excess,
    traits: Vec<Trait>,
}

fn covered(role: &RoleDefinition, needs: &[(Operation, Plane)], which: Which) -> Bits {
    let mut set = Bits::none(needs.len());
    for (number, (operation, plane)) in needs.iter().enumerate() {
        if line(role, operation, *plane, which).is_some() {
            set.insert(number);
        }
    }
    set
}

/// The entry of a role that grants an operation; unconditional blocks first.
fn line(
    role: &RoleDefinition,
    operation: &Operation,
    plane: Plane,
    which: Which,
) -> Option<String> {
    let by = |block: &PermissionBlock| {
        let (allow, except) = block.side(plane);
        let hit = allow.iter().find(|p| p.matches(operation, Wildcards::Azure).is_match())?;
        let taken = except.iter().any(|p| p.matches(operation, Wildcards::Azure).is_match());
        (!taken).then(|| format!("{} `{hit}`", plane.grant_list()))
    };
    let free = role.blocks.iter().filter(|block| block.condition.is_none()).find_map(by);
    match (free, which) {
        (Some(free), _) => Some(free),
        (None, Which::Unconditional) => None,
        (None, Which::All) => role
            .blocks
            .iter()
            .filter(|block| block.condition.is_some())
            .find_map(by)
            .map(|line| format!("{line}, under a condition")),
    }
}

fn excess(
    role: &RoleDefinition,
    universe: &Universe,
    wanted: &[Bits; 2],
    credentials: &Credentials,
) -> Excess {
    let mut excess = Excess::default();
    let mut grave = Vec::new();
    for plane in [Plane::Control, Plane::Data] {
        let extra = universe.role(role, plane, Which::All).minus(&wanted[at(plane)]);
        for number in extra.iter() {
            let power = credentials.power(plane, universe.folded(plane, number));
            excess.count += 1;
            excess.powers[power as usize] += 1;
            if power < Power::Write {
                grave.push((power, plane, number));
            }
        }
    }
    grave.sort_unstable();
    let name = |(power, plane, number): (Power, Plane, usize)| {
        (power, universe.name(plane, number).to_string())
    };
    excess.gravest = grave.into_iter().take(12).map(name).collect();
    excess
}

fn single(
    pool: &[Pooled],
    roles: &[RoleDefinition],
    needs: &[(Operation, Plane)],
    rank: Rank,
) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = pool
        .iter()
        .filter(|pooled| pooled.all.count() == needs.len())
        .map(|pooled| Candidate {
            role: pooled.role,
            excess: pooled.excess.clone(),
            traits: pooled.traits.clone(),
            conditionally: pooled.free != pooled.all,
            proof: needs
                .iter()
                .filter_map(|(operation, plane)| {
                    line(&roles[pooled.role], operation, *plane, Which::All)
                })
                .collect(),
        })
        .collect();
    found.sort_by_key(|candidate| {
        let (count, weight) = (candidate.excess.count as u64, candidate.excess.weight());
        let order = match rank {
            Rank::Count => (count, weight),
            Rank::Weight => (weight, count),
        };
        (candidate.conditionally, order, candidate.role)
    });
    found
}

/// Gives every need to the first chosen role that grants it, and each role the narrowest scopes.
fn members(
    chosen: &[usize],
    pool: &[Pooled],
    roles: &[RoleDefinition],
    needs: &[(Operation, Plane)],
    scopes: &[Vec<Scope>],
) -> Vec<Member> {
    let mut members = Vec::new();
    let mut left = Bits::none(needs.len());
    chosen.iter().for_each(|at| left.add(&pool[*at].free));
    for number in chosen {
        let pooled = &pool[*number];
        let mine: Vec<usize> = pooled.free.iter().filter(|need| left.contains(*need)).collect();
        mine.iter().for_each(|need| left.remove(*need));
        let cover = |need: usize| {
            let (operation, plane) = &needs[need];
            let line = line(&roles[pooled.role], operation, *plane, Which::Unconditional);
            (need, line.unwrap_or_default())
        };
        let wanted: Vec<Scope> =
            mine.iter().flat_map(|need| scopes[*need].iter().cloned()).collect();
        let member = |scope: Option<Scope>, covers: Vec<(usize, String)>| Member {
            role: pooled.role,
            scope,
            covers,
            excess: pooled.excess.clone(),
            traits: pooled.traits.clone(),
        };
        let narrowest = narrowest(&wanted);
        if narrowest.is_empty() {
            members.push(member(None, mine.iter().copied().map(cover).collect()));
        }
        for scope in narrowest {
            let here = |need: &&usize| {
                scopes[**need].is_empty() || scopes[**need].iter().any(|s| scope.contains(s))
            };
            let covers = mine.iter().filter(here).copied().map(cover).collect();
            members.push(member(Some(scope), covers));
        }
    }
    members
}

/// The narrowest scopes that hold all of these: one a subscription, because what joins subscriptions
/// (a management group) is not told by their ids.
fn narrowest(scopes: &[Scope]) -> Vec<Scope> {
    let mut groups: BTreeMap<String, Scope> = BTreeMap::new();
    for scope in scopes {
        let key = scope.subscription().unwrap_or_else(|| scope.clone()).folded().to_string();
        match groups.get_mut(&key) {
            None => {
                groups.insert(key, scope.clone());
            }
            Some(joined) => *joined = join(joined, scope),
        }
    }
    groups.into_values().collect()
}

fn join(a: &Scope, b: &Scope) -> Scope {
    let mut at = Some(a.clone());
    while let Some(scope) = at {
        if scope.contains(b) {
            return scope;
        }
        at = scope.parent();
    }
    Scope::root()
}
