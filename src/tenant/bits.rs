//! Which operations of the catalog a block holds: one row of bits a block, made on first use.

use super::{DenyIx, RoleIx, Tenant};
use crate::catalog::Catalog;
use crate::ident::{Operation, Plane};
use crate::model::PermissionBlock;
use crate::pattern::{ActionPattern, Wildcards};
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// A set of operations, by their number in an [`Operations`] list.
pub(crate) type Bits = Vec<u64>;

/// Adds all of the other.
pub(crate) fn unite(into: &mut Bits, other: &[u64]) {
    for (word, more) in into.iter_mut().zip(other) {
        *word |= more;
    }
}

/// Takes all of the other out.
pub(crate) fn without(from: &mut Bits, other: &[u64]) {
    for (word, less) in from.iter_mut().zip(other) {
        *word &= !less;
    }
}

/// Bit by bit: the first where the mask is set, and elsewhere the second.
pub(crate) fn select(mask: u64, set: u64, unset: u64) -> u64 {
    unset ^ (mask & (set ^ unset))
}

/// The numbers in a set, ascending.
pub(crate) fn numbers(bits: &[u64]) -> impl Iterator<Item = usize> + '_ {
    bits.iter().enumerate().flat_map(|(at, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            (left != 0).then(|| {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                at * 64 + bit
            })
        })
    })
}

/// The catalog's operations of one plane, sorted by their folded names.
#[derive(Debug, Default)]
pub(crate) struct Operations(Vec<Operation>);

impl Operations {
    fn new(catalog: &Catalog, plane: Plane) -> Operations {
        let on_plane = |(_, planes): &(&str, crate::catalog::Planes)| planes.on(plane).is_some();
        let mut found: Vec<Operation> = catalog
            .operations()
            .iter()
            .filter(on_plane)
            .filter_map(|(name, _)| Operation::new(name).ok())
            .collect();
        found.sort_by(|a, b| a.folded().cmp(b.folded()));
        Operations(found)
    }

    /// The operations of a list, each once.
    pub(crate) fn of(mut list: Vec<Operation>) -> Operations {
        list.sort_by(|a, b| a.folded().cmp(b.folded()));
        list.dedup_by(|a, b| a.folded() == b.folded());
        Operations(list)
    }

    pub(crate) fn all(&self) -> &[Operation] {
        &self.0
    }

    pub(crate) fn none(&self) -> Bits {
        vec![0; self.0.len().div_ceil(64)]
    }

    pub(crate) fn every(&self) -> Bits {
        let mut bits = vec![u64::MAX; self.0.len().div_ceil(64)];
        if let Some(last) = bits.last_mut() {
            *last >>= (64 - self.0.len() % 64) % 64;
        }
        bits
    }

    /// What a list of patterns matches. A pattern is compared only with the names that begin as it
    /// does, so most cost next to nothing.
    pub(crate) fn matched(&self, patterns: &[ActionPattern], wildcards: Wildcards) -> Bits {
        let mut bits = self.none();
        for pattern in patterns {
            let folded = pattern.folded();
            let star = folded.find('*').unwrap_or(folded.len());
            // `X/*/y` also matches `X/y`: the slash before a star is not certain.
            let prefix = folded[..star].trim_end_matches('/');
            let start = self.0.partition_point(|operation| operation.folded() < prefix);
            for (at, operation) in self.0.iter().enumerate().skip(start) {
                if !operation.folded().starts_with(prefix) {
                    break;
                }
                if bits[at / 64] >> (at % 64) & 1 == 0
                    && pattern.matches(operation, wildcards).is_match()
                {
                    bits[at / 64] |= 1 << (at % 64);
                }
            }
        }
        bits
    }

    /// What one side of a block holds.
    pub(crate) fn held(&self, block: &PermissionBlock, plane: Plane, wildcards: Wildcards) -> Bits {
        let (allow, except) = block.side(plane);
        let mut bits = self.matched(allow, wildcards);
        if !except.is_empty() {
            for (word, out) in bits.iter_mut().zip(self.matched(except, wildcards)) {
                *word &= !out;
            }
        }
        bits
    }
}

/// Both planes' operations and the bits of every block of every role, as far as anybody asked.
#[derive(Debug, Default)]
pub(crate) struct Matrix {
    operations: [OnceLock<Operations>; 2],
    rows: OnceLock<Vec<[OnceLock<Vec<Bits>>; 2]>>,
    denies: OnceLock<Denied>,
}

/// What deny assignments take away. Few shapes of them serve for many: those with the same lists share
/// their bits.
#[derive(Debug)]
struct Denied {
    /// The shape of each deny.
    shape: Vec<u32>,
    /// For each shape: a deny that has it, and its bits.
    shapes: Vec<(DenyIx, [OnceLock<Bits>; 2])>,
}

impl Denied {
    fn new(tenant: &Tenant) -> Denied {
        let mut known: FxHashMap<Vec<[Vec<&str>; 4]>, u32> = FxHashMap::default();
        let mut denied =
            Denied { shape: Vec::with_capacity(tenant.denies.len()), shapes: Vec::new() };
        for (fact, deny) in (0..).zip(&tenant.denies) {
            let lists = deny.blocks.iter().map(|block| {
                [&block.actions, &block.not_actions, &block.data_actions, &block.not_data_actions]
                    .map(|list| list.iter().map(ActionPattern::folded).collect())
            });
            let next = u32::try_from(denied.shapes.len()).unwrap_or(u32::MAX);
            let shape = *known.entry(lists.collect()).or_insert(next);
            if shape == next {
                denied.shapes.push((DenyIx(fact), Default::default()));
            }
            denied.shape.push(shape);
        }
        denied
    }
}

impl Tenant {
    /// The catalog's operations of a plane.
    pub(crate) fn operations(&self, plane: Plane) -> &Operations {
        self.matrix.operations[super::plane_at(plane)]
            .get_or_init(|| Operations::new(&self.catalog, plane))
    }

    /// What each block of a role holds on a plane, with Azure's reading of wildcards.
    pub(crate) fn bits_of(&self, role: RoleIx, plane: Plane) -> &[Bits] {
        let rows = self
            .matrix
            .rows
            .get_or_init(|| (0..self.roles.len()).map(|_| Default::default()).collect());
        rows[role.row()][super::plane_at(plane)].get_or_init(|| {
            let operations = self.operations(plane);
            let blocks = self.role(role).definition().map_or(&[][..], |role| &role.blocks);
            blocks.iter().map(|block| operations.held(block, plane, Wildcards::Azure)).collect()
        })
    }

    /// What the blocks of a deny take away on a plane, with Azure's reading of wildcards.
    pub(crate) fn bits_of_deny(&self, deny: DenyIx, plane: Plane) -> &Bits {
        let denied = self.matrix.denies.get_or_init(|| Denied::new(self));
        let (example, bits) = &denied.shapes[denied.shape[deny.row()] as usize];
        bits[super::plane_at(plane)].get_or_init(|| {
            let operations = self.operations(plane);
            let mut all = operations.none();
            for block in &self.deny(*example).blocks {
                let held = operations.held(block, plane, Wildcards::Azure);
                all.iter_mut().zip(held).for_each(|(word, more)| *word |= more);
            }
            all
        })
    }
}
