//! The operations that the questions are about, and which roles hold them: decided here by a matcher of
//! its own, so that the engine is not asked to check itself.

use azrbac::catalog::{Catalog, Certainty};
use azrbac::ident::{Operation, Plane};
use azrbac::model::PermissionBlock;
use azrbac::pattern::ActionPattern;

/// An operation on one plane.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Its name.
    pub(crate) operation: Operation,
    /// Its plane.
    pub(crate) plane: Plane,
}

/// The operations that were observed in role definitions and in the REST map; control operations first,
/// each plane sorted.
pub(crate) fn observed() -> Vec<Asked> {
    let catalog = Catalog::newest();
    let on = |plane| {
        catalog
            .operations()
            .iter()
            .filter(move |(_, planes)| planes.on(plane) == Some(Certainty::Observed))
            .filter_map(move |(name, _)| {
                Some(Asked { operation: Operation::new(name).ok()?, plane })
            })
            .collect::<Vec<_>>()
    };
    let mut all = on(Plane::Control);
    all.extend(on(Plane::Data));
    all
}

/// One row of bits a role (or a shape of deny): bit n says whether it holds operation n.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    words: usize,
    bits: Vec<u64>,
}

impl Matrix {
    /// Matches every operation against every pattern.
    pub(crate) fn new(rows: &[Vec<PermissionBlock>], operations: &[Asked]) -> Matrix {
        let words = operations.len().div_ceil(64);
        let mut bits = Vec::with_capacity(rows.len() * words);
        for blocks in rows {
            let mut row = vec![0u64; words];
            for block in blocks {
                let mut held = vec![0u64; words];
                for plane in [Plane::Control, Plane::Data] {
                    let (allow, except) = block.side(plane);
                    mark(&mut held, allow, operations, plane, true);
                    mark(&mut held, except, operations, plane, false);
                }
                row.iter_mut().zip(held).for_each(|(row, held)| *row |= held);
            }
            bits.extend(row);
        }
        Matrix { words, bits }
    }

    /// Words in a row.
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    /// A row.
    pub(crate) fn row(&self, row: usize) -> &[u64] {
        &self.bits[row * self.words..(row + 1) * self.words]
    }

    /// Does a row hold an operation?
    pub(crate) fn holds(&self, row: usize, operation: usize) -> bool {
        self.bits[row * self.words + operation / 64] >> (operation % 64) & 1 == 1
    }

    /// What a row holds of a range of operations.
    pub(crate) fn held(&self, row: usize, operations: std::ops::Range<usize>) -> Vec<u32> {
        operations.filter(|at| self.holds(row, *at)).map(|at| at as u32).collect()
    }
}

/// Operations of a plane are sorted, and patterns share their beginnings: only the run that begins like
/// the pattern is looked at.
fn mark(
    bits: &mut [u64],
    patterns: &[ActionPattern],
    operations: &[Asked],
    plane: Plane,
    value: bool,
) {
    let split = operations.partition_point(|asked| asked.plane == Plane::Control);
    let (base, list) = match plane {
        Plane::Control => (0, &operations[..split]),
        Plane::Data => (split, &operations[split..]),
    };
    for pattern in patterns {
        let pattern = pattern.folded();
        let begin = &pattern[..pattern.find('*').unwrap_or(pattern.len())];
        // `X/*/y` holds `X/y` too; the run must reach that far.
        let begin = begin.strip_suffix('/').unwrap_or(begin);
        let from = list.partition_point(|asked| asked.operation.folded() < begin);
        for (at, asked) in list.iter().enumerate().skip(from) {
            let name = asked.operation.folded();
            if !name.starts_with(begin) {
                break;
            }
            if glob(pattern, name) || glob(&pattern.replace("/*/", "/"), name) {
                let at = base + at;
                let bit = 1u64 << (at % 64);
                if value { bits[at / 64] |= bit } else { bits[at / 64] &= !bit }
            }
        }
    }
}

/// `*` stands for any run of characters.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            let Some(at) = rest.find(middle) else { return false };
            rest = &rest[at + middle.len()..];
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}
