//! How do two roles lie to each other, and what has only one of them?

use super::bits::Bits;
use super::grant::RoleGrant;
use super::universe::{Universe, Which, at};
use crate::ident::{Operation, Plane};
use crate::model::RoleDefinition;
use crate::pattern::Wildcards;
use crate::pattern::language::{
    Block, Comparison, LanguageLimit, PatternBlock, Relation, minus_as_patterns,
};

/// The comparison of two roles, both planes taken as one universe.
#[derive(Debug, Clone)]
pub struct RoleComparison {
    /// For every well-formed operation.
    pub relation: Relation,
    /// For the operations that are known.
    pub in_catalog: Relation,
    /// Control plane, then data plane.
    pub planes: [PlaneComparison; 2],
    /// Does a conditional block take part, in the first and in the second? It counts as granted.
    pub conditional: [bool; 2],
    /// The relation without any conditional block, where there is one.
    pub unconditional: Option<Relation>,
}

/// One plane of it.
#[derive(Debug, Clone)]
pub struct PlaneComparison {
    /// The plane.
    pub plane: Plane,
    /// For every well-formed operation.
    pub relation: Relation,
    /// For the operations that are known.
    pub in_catalog: Relation,
    /// What only the first has, and what only the second has.
    pub only: [Only; 2],
    /// How many known operations both have.
    pub shared: usize,
    /// The shortest operation that both have.
    pub shared_witness: Option<Operation>,
}

/// What one of two roles has and the other does not, on one plane.
#[derive(Debug, Clone)]
pub struct Only {
    /// As patterns; `None` where no list of patterns says it.
    pub patterns: Option<Vec<PatternBlock>>,
    /// The known operations.
    pub operations: Vec<String>,
    /// The shortest operation; none where there is nothing.
    pub witness: Option<Operation>,
}

/// Compares two roles.
///
/// # Errors
/// [`LanguageLimit`] where the patterns of a role are too many or too entangled.
///
/// ```
/// use azrbac::analysis::role::{Universe, compare};
/// use azrbac::catalog::Catalog;
/// use azrbac::pattern::language::Relation;
/// let catalog = Catalog::newest();
/// let role = |name: &str| catalog.roles().by_name(name)[0].definition();
/// let found = compare(&role("Contributor"), &role("Owner"), &Universe::new(&catalog))?;
/// assert_eq!(found.relation, Relation::Contained);
/// # Ok::<(), azrbac::pattern::language::LanguageLimit>(())
/// ```
pub fn compare(
    a: &RoleDefinition,
    b: &RoleDefinition,
    universe: &Universe,
) -> Result<RoleComparison, LanguageLimit> {
    let grants = [RoleGrant::new(a)?, RoleGrant::new(b)?];
    let mut known = Vec::with_capacity(2);
    let mut planes = Vec::with_capacity(2);
    for plane in [Plane::Control, Plane::Data] {
        let bits = [a, b].map(|role| universe.role(role, plane, Which::All));
        let (language, other) = (&grants[0].plane(plane).all, &grants[1].plane(plane).all);
        let today = compare_bits(&bits[0], &bits[1]);
        known.push(today);
        let only = [
            Only {
                patterns: minus(a, b, plane)?,
                operations: names(universe, plane, &bits[0].minus(&bits[1])),
                witness: language.difference_witness(other),
            },
            Only {
                patterns: minus(b, a, plane)?,
                operations: names(universe, plane, &bits[1].minus(&bits[0])),
                witness: other.difference_witness(language),
            },
        ];
        planes.push(PlaneComparison {
            plane,
            relation: language.relation(other),
            in_catalog: today.relation(),
            only,
            shared: bits[0].and(&bits[1]).count(),
            shared_witness: language.overlap_witness(other),
        });
    }
    let [control, data] = [planes.remove(0), planes.remove(0)];
    let conditional = [grants[0].is_conditional(), grants[1].is_conditional()];
    let unconditional = if conditional.contains(&true) {
        let free = [RoleGrant::unconditional(a)?, RoleGrant::unconditional(b)?];
        Some(free[0].compare(&free[1]).relation())
    } else {
        None
    };
    Ok(RoleComparison {
        relation: grants[0].compare(&grants[1]).relation(),
        in_catalog: known[at(Plane::Control)].and(known[at(Plane::Data)]).relation(),
        planes: [control, data],
        conditional,
        unconditional,
    })
}

/// How two sets of known operations lie to each other.
pub(crate) fn compare_bits(a: &Bits, b: &Bits) -> Comparison {
    Comparison {
        contained: a.is_contained_in(b),
        contains: b.is_contained_in(a),
        disjoint: !a.overlaps(b),
    }
}

/// What the blocks of one role have on a plane and those of another do not, as patterns.
pub(crate) fn minus(
    from: &RoleDefinition,
    other: &RoleDefinition,
    plane: Plane,
) -> Result<Option<Vec<PatternBlock>>, LanguageLimit> {
    let blocks = |role: &RoleDefinition| -> Vec<PatternBlock> {
        role.blocks
            .iter()
            .map(|block| block.side(plane))
            .filter(|(allow, _)| !allow.is_empty())
            .map(|(allow, except)| PatternBlock { allow: allow.to_vec(), except: except.to_vec() })
            .collect()
    };
    let (from, other) = (blocks(from), blocks(other));
    let from: Vec<Block<'_>> = from.iter().map(PatternBlock::as_block).collect();
    let other: Vec<Block<'_>> = other.iter().map(PatternBlock::as_block).collect();
    let pieces = minus_as_patterns(&from, &other, Wildcards::Azure)?;
    // With nothing to take away the blocks come back as they are, the empty ones too.
    Ok(pieces.map(|pieces| pieces.into_iter().filter(|piece| !piece.allow.is_empty()).collect()))
}

fn names(universe: &Universe, plane: Plane, set: &Bits) -> Vec<String> {
    universe.names(plane, set).into_iter().map(str::to_string).collect()
}
