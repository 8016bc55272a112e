//! Roles, ready to be matched: each side of a block with its literals sorted and its wildcards apart.

use super::RoleIx;
use crate::ident::{Guid, Operation, Plane};
use crate::model::{PermissionBlock, RoleDefinition, RoleRef};
use crate::pattern::{ActionPattern, Match, Wildcards};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// What is known of a role that something names.
#[derive(Debug)]
pub enum RoleState {
    /// Its definition.
    Known(RoleDefinition),
    /// Nobody defines it, or its definition was not understood: what it grants is not known.
    Unknown {
        /// How the assignments name it.
        reference: RoleRef,
        /// The name that an export gives it beside its id, where there is one.
        name: Option<Box<str>>,
    },
}

impl RoleState {
    /// The definition, where there is one.
    #[must_use]
    pub fn definition(&self) -> Option<&RoleDefinition> {
        match self {
            RoleState::Known(definition) => Some(definition),
            RoleState::Unknown { .. } => None,
        }
    }

    /// The GUID, where there is one.
    #[must_use]
    pub fn id(&self) -> Option<Guid> {
        match self {
            RoleState::Known(definition) => definition.id,
            RoleState::Unknown { reference: RoleRef::Id(id), .. } => Some(*id),
            RoleState::Unknown { .. } => None,
        }
    }

    /// The name, or the GUID where nobody names it.
    #[must_use]
    pub fn name(&self) -> String {
        self.label().into_owned()
    }

    /// The same, borrowed where it is a name.
    pub(crate) fn label(&self) -> Cow<'_, str> {
        match self {
            RoleState::Known(definition) => Cow::Borrowed(&definition.name),
            RoleState::Unknown { name: Some(name), .. } => Cow::Borrowed(name),
            RoleState::Unknown { reference: RoleRef::Id(id), .. } => Cow::Owned(id.to_string()),
            RoleState::Unknown { reference: RoleRef::Name(name), .. } => Cow::Borrowed(name),
        }
    }
}

/// One side (plane) of a permission block, ready to be matched.
#[derive(Debug, Clone, Default)]
pub struct Side {
    allow: List,
    except: List,
}

/// The literals of a list sorted by text, its wildcards in order; both as positions in the list.
#[derive(Debug, Clone, Default)]
struct List {
    literals: Vec<u32>,
    wildcards: Vec<u32>,
}

/// How one side of a block answers an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    /// No entry of the allow list matches.
    No,
    /// It holds it, by this entry of the allow list.
    Yes { pattern: u32, how: Match },
    /// An entry matches, and one of the except list takes it out of this block again.
    Subtracted { pattern: u32, by: u32, how: Match },
}

impl Side {
    /// Prepares a side of a block.
    #[must_use]
    pub fn new(block: &PermissionBlock, plane: Plane) -> Side {
        let (allow, except) = block.side(plane);
        Side { allow: List::new(allow), except: List::new(except) }
    }

    /// Asks it about an operation. The block must be the one that it was made from.
    pub(crate) fn ask(
        &self,
        block: &PermissionBlock,
        plane: Plane,
        operation: &Operation,
        wildcards: Wildcards,
    ) -> Held {
        let (allow, except) = block.side(plane);
        let Some((pattern, how)) = self.allow.find(allow, operation, wildcards) else {
            return Held::No;
        };
        match self.except.find(except, operation, wildcards) {
            Some((by, how)) => Held::Subtracted { pattern, by, how },
            None => Held::Yes { pattern, how },
        }
    }
}

impl List {
    fn new(patterns: &[ActionPattern]) -> List {
        let mut list = List::default();
        for (at, pattern) in patterns.iter().enumerate() {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            if pattern.is_wildcard() { list.wildcards.push(at) } else { list.literals.push(at) }
        }
        list.literals.sort_by_key(|at| patterns[*at as usize].folded());
        list
    }

    /// The entry that matches, by preference one that matches whatever the reading of U3.
    fn find(
        &self,
        patterns: &[ActionPattern],
        operation: &Operation,
        wildcards: Wildcards,
    ) -> Option<(u32, Match)> {
        if let Ok(at) = self
            .literals
            .binary_search_by_key(&operation.folded(), |at| patterns[*at as usize].folded())
        {
            return Some((self.literals[at], Match::Yes));
        }
        let mut vanishing = None;
        for at in &self.wildcards {
            match patterns[*at as usize].matches(operation, wildcards) {
                Match::Yes => return Some((*at, Match::Yes)),
                Match::Vanishing => vanishing = vanishing.or(Some((*at, Match::Vanishing))),
                Match::No => {}
            }
        }
        vanishing
    }
}

/// All roles that are defined or assigned.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    states: Vec<RoleState>,
    sides: Vec<Vec<[Side; 2]>>,
    by_reference: FxHashMap<RoleRef, u32>,
}

impl Roles {
    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    pub(crate) fn state(&self, role: RoleIx) -> &RoleState {
        &self.states[role.row()]
    }

    pub(crate) fn find(&self, reference: &RoleRef) -> Option<RoleIx> {
        self.by_reference.get(reference).map(|row| RoleIx(*row))
    }

    pub(crate) fn add(&mut self, state: RoleState, references: Vec<RoleRef>) -> RoleIx {
        let row = u32::try_from(self.states.len()).unwrap_or(u32::MAX);
        let sides = state.definition().map_or_else(Vec::new, |role| prepare(&role.blocks));
        self.sides.push(sides);
        self.states.push(state);
        for reference in references {
            self.by_reference.entry(reference).or_insert(row);
        }
        RoleIx(row)
    }

    /// The prepared sides of a role's blocks, control before data.
    pub(crate) fn sides(&self, role: RoleIx) -> &[[Side; 2]] {
        &self.sides[role.row()]
    }
}

/// Both sides of every block, control before data.
pub(crate) fn prepare(blocks: &[PermissionBlock]) -> Vec<[Side; 2]> {
    blocks
        .iter()
        .map(|block| [Side::new(block, Plane::Control), Side::new(block, Plane::Data)])
        .collect()
}

/// The position of a plane in a prepared block.
pub(crate) fn at(plane: Plane) -> usize {
    match plane {
        Plane::Control => 0,
        Plane::Data => 1,
    }
}
