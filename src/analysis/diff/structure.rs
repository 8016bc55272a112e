//! What differs between two tenants besides who holds which assignment: denies, locks, what stands above
//! what, input that is missing.

use super::align::{Align, NONE, block, guard};
use crate::condition::AttributeSource;
use crate::ident::{Guid, ScopeKind};
use crate::model::{DenyEffect, Gap, Guard, Touches, World};
use crate::tenant::{DenyRow, LockIx, PrincipalIx, Row};
use rustc_hash::FxHashSet;

/// A deny, a lock or an assignment that only one side has.
#[derive(Debug, Clone, Copy)]
pub(super) struct OneSided<T> {
    pub(super) side: usize,
    pub(super) place: u32,
    pub(super) what: T,
}

/// See the module documentation.
#[derive(Debug)]
pub(super) struct Structure<'t> {
    /// Whose own assignments say something else, by number.
    pub(super) holders: Vec<bool>,
    pub(super) denies: Vec<OneSided<&'t DenyRow>>,
    pub(super) locks: Vec<OneSided<LockIx>>,
    /// Places above which something else stands.
    pub(super) moved: Vec<u32>,
    /// What stood or stands above those: a lock that came or went with them stops deletes there.
    pub(super) moved_above: Vec<u32>,
    /// Places above which something is not known, on either side.
    pub(super) floating: Vec<u32>,
    /// Assignments of groups with unknown members that say something else.
    pub(super) open: Vec<OneSided<Row>>,
    /// Is other input missing than before, or is one world open and the other closed?
    pub(super) input: bool,
    /// Could somebody who holds nothing have anything?
    pub(super) anybody: bool,
    /// All denies of each side that block, by place.
    pub(super) deny_places: [Vec<(u32, &'t DenyRow)>; 2],
    /// Those of them that have conditions.
    pub(super) guarded_denies: [Vec<(u32, &'t DenyRow)>; 2],
    /// All locks of each side, by place.
    pub(super) lock_places: [Vec<u32>; 2],
    /// Places where something not understood may begin.
    pub(super) gap_places: Vec<u32>,
    /// Places of assignments whose holders may have members nobody listed.
    pub(super) open_places: Vec<u32>,
    pub(super) gap_locks: bool,
    /// Where something differs that may concern people whose own assignments are the same.
    pub(super) shared: Vec<u32>,
    /// The resource providers whose names conditions of such assignments ask for.
    pub(super) open_names: Vec<String>,
}

impl<'t> Structure<'t> {
    pub(super) fn new(align: &Align<'t>) -> Structure<'t> {
        let tenants = align.tenants;
        let denies = [0, 1].map(|side| denies(align, side));
        let open = [0, 1].map(|side| open(align, side));
        let locks = [0, 1].map(|side| {
            let tenant = tenants[side];
            let row = |(scope, lock): &(crate::tenant::ScopeIx, LockIx)| {
                ((align.place(side, *scope), tenant.lock(*lock).level), *lock)
            };
            tenant.lock_rows.iter().map(row).collect::<Vec<_>>()
        });
        let mut floating: Vec<u32> = [0, 1]
            .iter()
            .flat_map(|side| {
                tenants[*side].scopes.floating().map(|scope| align.place(*side, scope))
            })
            .collect();
        floating.sort_unstable();
        floating.dedup();
        let touches =
            tenants.map(|tenant| tenant.gaps().iter().map(touched).collect::<FxHashSet<String>>());
        let mut structure = Structure {
            holders: align.holders_that_differ(),
            denies: one_sided(&denies, |key| key.0),
            locks: one_sided(&locks, |key| key.0),
            moved: align.moved(),
            moved_above: Vec::new(),
            floating,
            open: one_sided(&open, |key| key.place),
            input: touches[0] != touches[1] || tenants[0].world != tenants[1].world,
            anybody: tenants
                .iter()
                .any(|tenant| !tenant.open_rows.is_empty() || tenant.gaps().iter().any(grants)),
            deny_places: [Vec::new(), Vec::new()],
            guarded_denies: [Vec::new(), Vec::new()],
            lock_places: locks.map(|rows| rows.into_iter().map(|((place, _), _)| place).collect()),
            gap_places: Vec::new(),
            open_places: Vec::new(),
            gap_locks: false,
            open_names: Vec::new(),
            shared: Vec::new(),
        };
        if tenants.iter().any(|tenant| !tenant.lock_rows.is_empty()) {
            structure.moved_above = structure
                .moved
                .iter()
                .flat_map(|place| [0, 1].map(|side: usize| align.chain(side, *place).0))
                .flatten()
                .collect();
            structure.moved_above.sort_unstable();
            structure.moved_above.dedup();
        }
        structure.shared = structure.shared_places();
        for (side, tenant) in tenants.into_iter().enumerate() {
            let rows = tenant.deny_rows.iter();
            structure.deny_places[side] = rows
                .filter(|row| tenant.deny(row.fact).effect != DenyEffect::Audit)
                .map(|row| (align.place(side, row.scope), row))
                .collect();
            structure.deny_places[side].sort_by_key(|(place, _)| *place);
            let guarded = structure.deny_places[side].iter().filter(|(_, row)| {
                let deny = tenant.deny(row.fact);
                let mut blocks = deny.blocks.iter();
                deny.condition.is_some() || blocks.any(|block| block.condition.is_some())
            });
            structure.guarded_denies[side] = guarded.copied().collect();
            structure.lock_places[side].sort_unstable();
            structure.lock_places[side].dedup();
            for row in &tenant.open_rows {
                structure.open_places.push(align.place(side, row.scope));
                let guard = tenant.assignment(row.fact).condition();
                structure.open_names.extend(guard.into_iter().flat_map(names));
            }
            for gap in tenant.gaps() {
                let (Touches::Assignment { scope, .. }
                | Touches::Deny { scope }
                | Touches::Lock { scope }) = &gap.touches
                else {
                    continue;
                };
                structure.gap_locks |= matches!(gap.touches, Touches::Lock { .. });
                let Some(scope) = scope else { continue };
                // The other side may list a scope that only a gap names here.
                for (side, tenant) in tenants.into_iter().enumerate() {
                    let at = tenant.scopes.locate(scope, false).at;
                    structure.gap_places.extend(align.places.upwards(align.place(side, at)));
                }
            }
        }
        for places in [&mut structure.gap_places, &mut structure.open_places] {
            places.sort_unstable();
            places.dedup();
        }
        structure.open_names.sort();
        structure.open_names.dedup();
        structure
    }

    fn shared_places(&self) -> Vec<u32> {
        let mut places: Vec<u32> = self.denies.iter().map(|deny| deny.place).collect();
        places.extend(self.locks.iter().map(|lock| lock.place));
        places.extend(self.open.iter().map(|row| row.place));
        places.extend(&self.moved);
        places.extend(&self.moved_above);
        if self.input {
            places.push(0);
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Is there anything that may concern people whose own assignments are the same?
    pub(super) fn concerns_all(&self) -> bool {
        !self.shared.is_empty()
    }
}

/// Could a gap grant something to somebody who holds nothing?
fn grants(gap: &Gap) -> bool {
    matches!(gap.touches, Touches::Assignment { .. } | Touches::Anything)
}

/// The resource providers whose names a condition asks for, as they stand in a scope.
pub(super) fn names(guard: &Guard) -> Vec<String> {
    let Ok(condition) = &guard.parsed else { return Vec::new() };
    let attributes = condition.attributes();
    let asked = attributes.iter().filter(|(source, _)| *source == AttributeSource::Resource);
    asked
        .filter_map(|(_, name)| name.split_once('/'))
        .map(|(provider, _)| format!("/providers/{}/", provider.to_ascii_lowercase()))
        .collect()
}

/// What a gap could have been, for comparison: where it was found does not matter.
fn touched(gap: &Gap) -> String {
    format!("{:?}", gap.touches)
}

/// What one side has and the other has not, by content.
fn one_sided<K, T>(lists: &[Vec<(K, T)>; 2], place: impl Fn(&K) -> u32) -> Vec<OneSided<T>>
where
    K: std::hash::Hash + Eq,
    T: Copy,
{
    let sets =
        [0, 1].map(|side: usize| lists[side].iter().map(|(key, _)| key).collect::<FxHashSet<&K>>());
    let mut found = Vec::new();
    for side in 0..2 {
        for (key, what) in &lists[side] {
            if !sets[1 - side].contains(key) {
                found.push(OneSided { side, place: place(key), what: *what });
            }
        }
    }
    found
}

/// The denies of a side with what they say.
fn denies<'t>(align: &Align<'t>, side: usize) -> Vec<((u32, String), &'t DenyRow)> {
    let tenant = align.tenants[side];
    let rows = tenant.deny_rows.iter();
    rows.filter(|row| tenant.deny(row.fact).effect != DenyEffect::Audit)
        .map(|row| {
            let deny = tenant.deny(row.fact);
            let mut blocks: Vec<String> = deny.blocks.iter().map(block).collect();
            blocks.sort();
            let mut text = format!(
                "{} {} {} {}",
                deny.only_at_scope,
                deny.system_protected,
                row.everyone,
                blocks.join("\n")
            );
            guard(&mut text, deny.condition.as_deref());
            for list in [&row.principals, &row.excludes] {
                text.push('|');
                for ix in list {
                    let open = if tenant.may_be_member(*ix) { "?" } else { "" };
                    text.push_str(&format!("{}{open} ", tenant.principal_id(*ix)));
                }
            }
            ((align.place(side, row.scope), text), row)
        })
        .collect()
}

/// What an assignment of a group with unknown members says, and whose it is.
#[derive(Debug, PartialEq, Eq, Hash)]
struct OpenKey {
    place: u32,
    key: super::align::RowKey,
    holder: Guid,
}

fn open(align: &Align<'_>, side: usize) -> Vec<(OpenKey, Row)> {
    let tenant = align.tenants[side];
    if tenant.world == World::Closed {
        return Vec::new();
    }
    let mut found = Vec::new();
    for holder in tenant.principals() {
        if !tenant.may_be_member(holder) {
            continue;
        }
        let holder_id = tenant.principal_id(holder);
        for (row, key) in align.own(side, holder) {
            found.push((OpenKey { place: key.place, key, holder: holder_id }, *row));
        }
    }
    found
}

/// Does a management group stand at a place?
pub(super) fn is_high(align: &Align<'_>, place: u32) -> bool {
    align.scope(place).kind() == ScopeKind::ManagementGroup
}

/// The principal of a side with a number among the people.
pub(super) fn principal(align: &Align<'_>, side: usize, number: usize) -> Option<PrincipalIx> {
    let row = align.principal[side][number];
    (row != NONE).then_some(PrincipalIx(row))
}
