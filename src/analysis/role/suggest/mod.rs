//! Which roles are enough, and what do they give too much?

mod cover;
mod custom;
mod shelf;

use super::bits::Bits;
use super::needs::Need;
use super::power::{Power, weight};
use super::profile::Trait;
use super::universe::Which;
use crate::catalog::Catalog;
use crate::ident::{Operation, Plane, Scope};
use std::collections::BTreeMap;

pub use cover::EXACT_STEPS;
pub use custom::Custom;
pub use shelf::Shelf;

use shelf::{Wanted, line};

/// A suggestion for a list of needed operations.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// The needed operations, with their planes.
    pub needs: Vec<(Operation, Plane)>,
    /// The single roles that grant all of it, the least excess first.
    pub single: Vec<Candidate>,
    /// The smallest set of roles that grants what roles can grant; of several the one of least excess,
    /// by the same order as the single roles.
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
    /// The operations with their power, the gravest first: all of them, or at most twelve that are
    /// worse than a change, as was asked for.
    pub operations: Vec<(Power, String)>,
}

impl Excess {
    /// What it weighs.
    #[must_use]
    pub fn weight(&self) -> u64 {
        weight(&self.powers)
    }
}

/// By what single roles are ordered, and sets of the same size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rank {
    /// By the number of operations too many, then by weight.
    #[default]
    Count,
    /// By weight, then by number.
    Weight,
}

/// Which operations of an excess are listed?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Listing {
    /// At most twelve that are worse than a change.
    #[default]
    Gravest,
    /// All, of the members of the set and of the first fifty single roles.
    All,
}

/// How a custom role is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Writing {
    /// Operation by operation: it grants what was asked for, now and for ever.
    #[default]
    Explicit,
    /// With a wildcard where everything that it matches today was asked for. What a provider adds
    /// later comes with it.
    Patterns,
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
    /// How the custom role is written.
    pub writing: Writing,
    /// Which operations of an excess are listed.
    pub listing: Listing,
}

/// Suggests roles for needs whose planes are known.
///
/// A role that is conditional in what is needed is no member of the set: its needs are uncovered, and
/// the roles that grant them under a condition are told.
#[must_use]
pub fn suggest(
    needs: &[(Need, Plane)],
    shelf: &Shelf<'_>,
    catalog: &Catalog,
    options: &Options,
) -> Suggestion {
    let mut wanted: BTreeMap<(Operation, Plane), Vec<Scope>> = BTreeMap::new();
    for (need, plane) in needs {
        let scopes = wanted.entry((need.operation.clone(), *plane)).or_default();
        scopes.extend(need.scope.clone());
    }
    let mut operations = Vec::new();
    let mut scopes = Vec::new();
    for ((operation, plane), at) in wanted {
        let number = shelf.universe.find(plane, operation.folded());
        operations.push(Wanted { operation, plane, number });
        scopes.push(at);
    }
    let mut pool = Vec::new();
    for role in 0..shelf.roles.len() {
        if shelf.traits(role).iter().any(|found| options.without.contains(found)) {
            continue;
        }
        let covered = |which| {
            let mut set = Bits::none(operations.len());
            for (number, need) in operations.iter().enumerate() {
                if shelf.grants(role, need, which) {
                    set.insert(number);
                }
            }
            set
        };
        let all = covered(Which::All);
        if !all.is_empty() {
            let excess = shelf.counted(role, &operations);
            pool.push(Pooled { role, free: covered(Which::Unconditional), all, excess });
        }
    }
    let mut reachable = Bits::none(operations.len());
    pool.iter().for_each(|pooled| reachable.add(&pooled.free));
    let uncovered: Vec<usize> =
        (0..operations.len()).filter(|need| !reachable.contains(*need)).collect();
    let under = |need: &usize| {
        let need = *need;
        pool.iter().filter(move |p| p.all.contains(need)).map(move |p| (need, p.role))
    };
    let columns: Vec<(Bits, u64)> =
        pool.iter().map(|p| (p.free.clone(), cost(&p.excess, options.rank))).collect();
    let (chosen, minimal) = cover::smallest(&columns, &reachable);
    Suggestion {
        single: single(&pool, shelf, &operations, options),
        set: members(&chosen, &pool, shelf, &operations, &scopes, options.listing),
        minimal,
        custom: custom::custom(&operations, &scopes, catalog, shelf.universe, options),
        conditional: uncovered.iter().flat_map(under).collect(),
        uncovered,
        needs: operations.into_iter().map(|need| (need.operation, need.plane)).collect(),
    }
}

/// A role that grants some need.
struct Pooled {
    role: usize,
    free: Bits,
    all: Bits,
    excess: Excess,
}

/// What an excess costs: by number and then by weight, or the other way round. Costs add up, and the
/// first of the two decides for any number of roles: no weight comes near the factor.
fn cost(excess: &Excess, rank: Rank) -> u64 {
    const FACTOR: u64 = 1 << 32;
    let (count, weight) = (excess.count as u64, excess.weight());
    match rank {
        Rank::Count => count * FACTOR + weight,
        Rank::Weight => weight * FACTOR + count,
    }
}

/// Only so many candidates are told with their gravest operations.
const DETAILED: usize = 50;

fn single(
    pool: &[Pooled],
    shelf: &Shelf<'_>,
    needs: &[Wanted],
    options: &Options,
) -> Vec<Candidate> {
    let mut found: Vec<&Pooled> =
        pool.iter().filter(|pooled| pooled.all.count() == needs.len()).collect();
    found.sort_by_key(|pooled| {
        let order = cost(&pooled.excess, options.rank);
        (pooled.free != pooled.all, order, pooled.role)
    });
    found
        .iter()
        .enumerate()
        .map(|(place, pooled)| Candidate {
            role: pooled.role,
            excess: if place < DETAILED {
                shelf.told(pooled.role, needs, options.listing)
            } else {
                pooled.excess.clone()
            },
            traits: shelf.traits(pooled.role).to_vec(),
            conditionally: pooled.free != pooled.all,
            proof: needs
                .iter()
                .filter_map(|need| {
                    line(&shelf.roles[pooled.role], &need.operation, need.plane, Which::All)
                })
                .collect(),
        })
        .collect()
}

/// Gives every need to the first chosen role that grants it, and each role the narrowest scopes.
fn members(
    chosen: &[usize],
    pool: &[Pooled],
    shelf: &Shelf<'_>,
    needs: &[Wanted],
    scopes: &[Vec<Scope>],
    listing: Listing,
) -> Vec<Member> {
    let mut members = Vec::new();
    let mut left = Bits::none(needs.len());
    chosen.iter().for_each(|at| left.add(&pool[*at].free));
    for number in chosen {
        let pooled = &pool[*number];
        let mine: Vec<usize> = pooled.free.iter().filter(|need| left.contains(*need)).collect();
        mine.iter().for_each(|need| left.remove(*need));
        let cover = |need: usize| {
            let Wanted { operation, plane, .. } = &needs[need];
            let role = &shelf.roles[pooled.role];
            (need, line(role, operation, *plane, Which::Unconditional).unwrap_or_default())
        };
        let wanted: Vec<Scope> =
            mine.iter().flat_map(|need| scopes[*need].iter().cloned()).collect();
        let member = |scope: Option<Scope>, covers: Vec<(usize, String)>| Member {
            role: pooled.role,
            scope,
            covers,
            excess: shelf.told(pooled.role, needs, listing),
            traits: shelf.traits(pooled.role).to_vec(),
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
