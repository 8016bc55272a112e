//! Who gains or loses which operations where, between two tenants, and why?
//!
//! Exact, and never by asking `can` in a loop: what each principal holds on the two sides is compared by
//! content (ids, names and the order of files do not matter), and only where that differs are all
//! operations decided at once, as rows of bits. What is equal on both sides cannot make a difference; a
//! property test holds the answer against `can`.
//!
//! An assignment that was replaced by one that gives the same is no change. It is told among what is
//! [neutral](Diff::neutral).

mod align;
mod breaks;
mod cause;
pub mod change;
mod delta;
mod describe;
mod details;
mod doors;
mod gather;
mod neutral;
mod operations;
mod person;
mod region;
mod structure;

pub use cause::Cause;
pub use delta::{Direction, Transition};
pub use details::Details;
pub use doors::{DoorChange, KeyHolder};

use super::role::Power;
use crate::condition::Attributes;
use crate::decide::{Covers, Sweep, SweepQuestion, Universe};
use crate::ident::{Guid, Operation, Plane, Scope, Timestamp};
use crate::pattern::Wildcards;
use crate::tenant::{Bits, Tenant, plane_at};
use align::{Align, Places};
use delta::Part;
use describe::Powers;
use person::Walker;
use structure::Structure;

/// When, and what is known besides the two tenants.
#[derive(Debug, Clone, Copy)]
pub struct DiffQuestion<'a> {
    /// The moment that is asked about, on both sides.
    pub at: Option<Timestamp>,
    /// Attributes for conditions.
    pub attributes: &'a Attributes,
    /// Does an attribute that is not given not exist?
    pub attributes_complete: bool,
    /// How `X/*/y` is read (U3).
    pub wildcards: Wildcards,
}

/// What is other than before.
#[derive(Debug)]
pub struct Diff {
    /// What is gained, hangs on another condition, and is lost: the gravest gains first.
    pub changes: Vec<Change>,
    /// Who comes into the data of a resource, or no more, by a key.
    pub doors: Vec<DoorChange>,
    /// How many more resources were not looked at for that: a role that gives or takes keys everywhere.
    pub doors_left: usize,
    /// What differs and gives or takes nobody anything.
    pub neutral: Vec<Cause>,
    /// Who came into or left groups, and nothing came of it.
    pub regrouped: Vec<Guid>,
    places: Places,
    universe: Universe,
    known: [Bits; 2],
    powers: Powers,
    deltas: Vec<Vec<Part>>,
    at: Option<Timestamp>,
    attributes: Attributes,
    attributes_complete: bool,
    wildcards: Wildcards,
}

/// The same that happened to some principals, for the same reasons. [`Details`] says where, and which
/// operations: a difference of large tenants has many changes, and few of them are ever told in full.
#[derive(Debug, Clone)]
pub struct Change {
    /// Is more allowed, less, or is it another condition?
    pub direction: Direction,
    /// Everybody whom it concerns, groups included, by object id.
    pub principals: Vec<Guid>,
    /// Does it concern anybody else too, whom no file names?
    pub others: bool,
    /// Why.
    pub causes: Vec<Cause>,
    /// The change, by number, of a group through which these principals have theirs, where it differs
    /// for them: they hold a part of it already, or other things too.
    pub part_of: Option<usize>,
    rank: u8,
    /// How many operations it has of its gravest power.
    count: usize,
    delta: u32,
    stretches: Vec<region::Stretch>,
}

/// A group to which something happened, and its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupShare {
    /// The group.
    pub group: Guid,
    /// How many of its members, through groups in it too, it concerns alike.
    pub concerned: usize,
    /// How many it has.
    pub members: usize,
    /// Could it have members that nobody listed?
    pub open: bool,
}

/// Where something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRegion {
    /// Where it begins.
    pub scope: Scope,
    /// How far it goes.
    pub covers: Covers,
    /// Subtrees that do not belong to it.
    pub except: Vec<Scope>,
}

/// Operations of one plane to which the same happened.
#[derive(Debug, Clone)]
pub struct Effect {
    /// What happened.
    pub transition: Transition,
    /// On which plane.
    pub plane: Plane,
    /// Those that a catalog knows.
    pub operations: Vec<Operation>,
    /// Those that roles name and no catalog knows.
    pub unlisted: Vec<Operation>,
    /// Does it hold also for operations that Azure may yet bring, under the same patterns?
    pub future: bool,
    /// Patterns that hold them.
    pub allow: Vec<String>,
    /// What the patterns hold besides, and does not belong to them.
    pub except: Vec<String>,
    /// The same operations by what they are worth, the gravest first.
    pub graves: Vec<Grave>,
    /// The conditions under which they are allowed, or were, where they hang on any.
    pub conditions: Vec<Box<str>>,
}

/// Operations of one power. A plain read whose answer shows a credential that opens little (an
/// instrumentation key) counts as the read that it is.
#[derive(Debug, Clone)]
pub struct Grave {
    /// What holding them amounts to.
    pub power: Power,
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub operations: Vec<Operation>,
}

impl Effect {
    /// Is it conditional, before or after, for another reason than a condition: input is missing?
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        !matches!(self.transition, Transition::Gained | Transition::Lost | Transition::Changed)
            && self.conditions.is_empty()
    }

    /// By what it newly allows: role assignments and keys before data, before writes, before reads.
    #[must_use]
    pub fn rank(&self) -> u8 {
        self.graves.first().map_or(7, |grave| rank(grave.power, self.plane))
    }
}

/// What hands out more comes first, then data, then what changes, then what reads.
fn rank(worst: Power, plane: Plane) -> u8 {
    match worst {
        Power::Access => 0,
        Power::Credentials => 1,
        Power::Identities => 2,
        Power::Code => 3,
        _ if plane == Plane::Data => 4,
        Power::Delete => 5,
        Power::Write => 6,
        Power::Read => 7,
    }
}

impl Change {
    /// The rank of its gravest effect.
    #[must_use]
    pub fn rank(&self) -> u8 {
        self.rank
    }

    /// Does it give what hands out more: role assignments, keys and secrets, identities, code?
    #[must_use]
    pub fn gives_power(&self) -> bool {
        self.rank() <= 3
    }
}

impl Diff {
    /// What happened to one operation for one principal at one scope; `None` where its outcome (allowed,
    /// conditional, no) and the condition that is left are what they were.
    #[must_use]
    pub fn transition(
        &self,
        tenants: [&Tenant; 2],
        principal: Guid,
        plane: Plane,
        operation: &Operation,
        scope: &Scope,
    ) -> Option<Transition> {
        let all = self.universe.on(plane).all();
        let at = all.binary_search_by(|one| one.folded().cmp(operation.folded())).ok()?;
        let (place, exact) = self.locate(tenants, scope);
        let named = tenants.iter().any(|tenant| tenant.principal(principal).is_some());
        self.changes
            .iter()
            .filter(|change| match named {
                true => change.principals.binary_search(&principal).is_ok(),
                false => change.others,
            })
            .filter(|change| {
                change.stretches.iter().any(|stretch| {
                    let reaches = match stretch.covers() {
                        Covers::Subtree => self.places.is_above(stretch.place, place),
                        Covers::Only => exact && stretch.place == place,
                        Covers::Below => {
                            self.places.is_above(stretch.place, place)
                                && !(exact && stretch.place == place)
                        }
                    };
                    reaches
                        && !stretch.except.iter().any(|inner| self.places.is_above(*inner, place))
                })
            })
            .flat_map(|change| &self.deltas[change.delta as usize])
            .find(|part| part.plane == plane && part.bits[at / 64] >> (at % 64) & 1 == 1)
            .map(|part| part.transition)
    }

    /// The place of a scope, or of the nearest one above it.
    fn locate(&self, tenants: [&Tenant; 2], scope: &Scope) -> (u32, bool) {
        let mut best = (0, false);
        for (side, tenant) in tenants.into_iter().enumerate() {
            let located = tenant.scopes.locate(scope, false);
            let place = self.places.of[side][located.at.row()];
            let deeper = self.places.is_above(best.0, place) && place != best.0;
            if located.exact {
                return (place, true);
            }
            if deeper {
                best = (place, false);
            }
        }
        best
    }

    /// The operations that were looked at on a plane.
    #[must_use]
    pub fn operations(&self, plane: Plane) -> &[Operation] {
        self.universe.operations[plane_at(plane)].all()
    }
}

/// Who gains or loses what between two tenants?
///
/// ```
/// use azrbac::analysis::diff::{DiffQuestion, Direction, diff};
/// use azrbac::{catalog::Catalog, condition::Attributes, model::Facts, pattern::Wildcards};
/// use azrbac::tenant::Tenant;
/// let tenant = |assignments: &[u8]| {
///     let mut facts = Facts::default();
///     azrbac::ingest::read(&mut facts, "a.json", assignments);
///     Tenant::build(facts, &Catalog::newest())
/// };
/// let before = tenant(b"[]");
/// let after = tenant(br#"[{"principalType": "User", "scope": "/subscriptions/s",
///   "principalId": "11111111-1111-1111-1111-111111111111",
///   "roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7"}]"#);
/// let attributes = Attributes::default();
/// let question = DiffQuestion {
///     at: None, attributes: &attributes, attributes_complete: false, wildcards: Wildcards::Azure,
/// };
/// let diff = diff(&before, &after, &question);
/// assert_eq!(diff.changes.len(), 1);
/// assert_eq!(diff.changes[0].direction, Direction::Gain);
/// ```
#[must_use]
pub fn diff(before: &Tenant, after: &Tenant, question: &DiffQuestion<'_>) -> Diff {
    let tenants = [before, after];
    let align = Align::new(tenants, question.at);
    let blocks = align.blocks();
    let (universe, known) = operations::universe(tenants, &blocks);
    let asked = SweepQuestion {
        attributes: question.attributes,
        attributes_complete: question.attributes_complete,
        at: question.at,
        wildcards: question.wildcards,
    };
    let sweeps = tenants.map(|tenant| Sweep::new(tenant, asked, &universe));
    let structure = Structure::new(&align);
    let mut walker = Walker::new(&align, &structure, &sweeps);
    let gathered = gather::gather(&mut walker);
    let neutral = neutral::neutral(&align, &structure, &gathered);
    let regrouped = gathered.regrouped.clone();
    let powers = Powers::new(&universe);
    let changes = gathered.changes(&walker, &powers);
    let deltas = std::mem::take(&mut walker.deltas.all);
    let (doors, doors_left) = doors::doors(&align, &sweeps, question, &changes, &deltas);
    drop(walker);
    drop(sweeps);
    drop(structure);
    Diff {
        changes,
        doors,
        doors_left,
        neutral,
        regrouped,
        places: align.places,
        universe,
        known,
        powers,
        deltas,
        at: question.at,
        attributes: question.attributes.clone(),
        attributes_complete: question.attributes_complete,
        wildcards: question.wildcards,
    }
}
