//! A role as two languages, one a plane.

use super::universe::{Which, at};
use crate::ident::Plane;
use crate::model::RoleDefinition;
use crate::pattern::Wildcards;
use crate::pattern::language::{Block, Comparison, Language, LanguageLimit};

/// What a role grants, for every operation that may ever exist.
#[derive(Debug, Clone)]
pub struct RoleGrant {
    planes: [PlaneGrant; 2],
}

/// One plane of it.
#[derive(Debug, Clone)]
pub struct PlaneGrant {
    /// With conditional blocks counted as if their conditions held: an upper bound.
    pub all: Language,
    /// Does a conditional block contribute to it?
    pub conditional: bool,
}

impl RoleGrant {
    /// The languages of a role.
    ///
    /// # Errors
    /// [`LanguageLimit`] where the patterns are too many or too entangled.
    pub fn new(role: &RoleDefinition) -> Result<RoleGrant, LanguageLimit> {
        let plane = |plane| {
            let conditional = |block: &crate::model::PermissionBlock| {
                block.condition.is_some() && !block.side(plane).0.is_empty()
            };
            Ok(PlaneGrant {
                all: RoleGrant::language(role, plane, Which::All, Wildcards::Azure)?,
                conditional: role.blocks.iter().any(conditional),
            })
        };
        Ok(RoleGrant { planes: [plane(Plane::Control)?, plane(Plane::Data)?] })
    }

    /// The languages of a role without its conditional blocks.
    ///
    /// # Errors
    /// As [`RoleGrant::new`].
    pub fn unconditional(role: &RoleDefinition) -> Result<RoleGrant, LanguageLimit> {
        let plane = |plane| {
            let all = RoleGrant::language(role, plane, Which::Unconditional, Wildcards::Azure)?;
            Ok(PlaneGrant { all, conditional: false })
        };
        Ok(RoleGrant { planes: [plane(Plane::Control)?, plane(Plane::Data)?] })
    }

    /// One plane of a role, with or without its conditional blocks, in either reading of `/*/`.
    ///
    /// # Errors
    /// As [`RoleGrant::new`].
    pub fn language(
        role: &RoleDefinition,
        plane: Plane,
        which: Which,
        wildcards: Wildcards,
    ) -> Result<Language, LanguageLimit> {
        let blocks: Vec<Block<'_>> = role
            .blocks
            .iter()
            .filter(|block| which == Which::All || block.condition.is_none())
            .map(|block| {
                let (allow, except) = block.side(plane);
                Block { allow, except }
            })
            .collect();
        Language::of_blocks(&blocks, wildcards)
    }

    /// One plane.
    #[must_use]
    pub fn plane(&self, plane: Plane) -> &PlaneGrant {
        &self.planes[at(plane)]
    }

    /// Is any of it conditional?
    #[must_use]
    pub fn is_conditional(&self) -> bool {
        self.planes.iter().any(|plane| plane.conditional)
    }

    /// Is all of it in the other, on both planes?
    #[must_use]
    pub fn is_contained_in(&self, other: &RoleGrant) -> bool {
        self.planes.iter().zip(&other.planes).all(|(a, b)| a.all.is_contained_in(&b.all))
    }

    /// How it lies to another, both planes taken as one universe.
    #[must_use]
    pub fn compare(&self, other: &RoleGrant) -> Comparison {
        let [control, data] = [0, 1].map(|at| self.planes[at].all.compare(&other.planes[at].all));
        control.and(data)
    }
}
