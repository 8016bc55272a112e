//! Roles, ready to be matched: each side of a block with its literals hashed and its wildcards apart.

use super::RoleIx;
use crate::ident::{Fingerprint, Guid, Operation, Plane, Verb, telling};
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

/// A list of patterns, laid out so that most are passed over without looking at their text. Positions are
/// those in the list.
#[derive(Debug, Clone, Default)]
struct List {
    /// Entries without a star: a hash of the text, and the position; sorted.
    literals: Box<[(u32, u32)]>,
    /// Entries with a star, in order.
    wildcards: Box<[Wild]>,
}

/// A pattern with a star: eight bytes of what it begins with, as far as it goes before its first star.
/// What does not begin so is not matched, whatever follows.
#[derive(Debug, Clone, Copy)]
struct Wild {
    word: u64,
    mask: u64,
    at: u32,
}

/// An operation, ready to be looked for in many lists.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needle<'o> {
    operation: &'o Operation,
    wildcards: Wildcards,
    hash: u32,
    word: u64,
    sign: Sign,
}

impl<'o> Needle<'o> {
    pub(crate) fn new(operation: &'o Operation, wildcards: Wildcards) -> Needle<'o> {
        let Fingerprint { hash, word, .. } = operation.fingerprint();
        let sign = Sign { beginnings: beginning(word), verbs: verb(operation.verb()) };
        Needle { operation, wildcards, hash, word, sign }
    }
}

/// What the allow lists of a role begin and end with, in two words: most roles are passed over by it, and
/// nothing else of them is read.
#[derive(Debug, Clone, Copy, Default)]
struct Sign {
    /// One bit for each beginning, by a hash of its telling bytes.
    beginnings: u64,
    /// One bit for each verb at the end of a pattern whose beginning does not tell.
    verbs: u8,
}

/// The first four of the telling bytes tell providers apart, and short ones have no more.
const FIRST: u64 = 0xffff_ffff;

fn beginning(word: u64) -> u64 {
    1 << ((word & FIRST).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58)
}

fn verb(verb: Verb) -> u8 {
    1 << verb as u8
}

impl Sign {
    /// What nobody knows may hold anything.
    const ANYTHING: Sign = Sign { beginnings: u64::MAX, verbs: u8::MAX };

    fn new(blocks: &[PermissionBlock], plane: Plane) -> Sign {
        let mut sign = Sign::default();
        for pattern in blocks.iter().flat_map(|block| block.side(plane).0) {
            let folded = pattern.folded();
            let Some(star) = folded.find('*') else {
                sign.beginnings |= beginning(telling(folded.as_bytes()).0);
                continue;
            };
            let (word, mask) = telling(&folded.as_bytes()[..star]);
            if mask & FIRST == FIRST {
                sign.beginnings |= beginning(word);
                continue;
            }
            // What follows the last slash is the verb, if no star stands in it.
            let last = folded.rsplit('/').next().unwrap_or_default();
            let ends = if last.contains('*') || !folded.contains('/') {
                u8::MAX
            } else {
                verb(Verb::of_segment(last))
            };
            sign.verbs |= ends;
        }
        sign
    }

    fn may_hold(self, needle: &Needle<'_>) -> bool {
        self.beginnings & needle.sign.beginnings != 0 || self.verbs & needle.sign.verbs != 0
    }
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
    pub(crate) fn ask(&self, block: &PermissionBlock, plane: Plane, needle: &Needle<'_>) -> Held {
        let (allow, except) = block.side(plane);
        let Some((pattern, how)) = self.allow.find(allow, needle) else {
            return Held::No;
        };
        match self.except.find(except, needle) {
            Some((by, how)) => Held::Subtracted { pattern, by, how },
            None => Held::Yes { pattern, how },
        }
    }
}

impl List {
    fn new(patterns: &[ActionPattern]) -> List {
        let (mut literals, mut wildcards) = (Vec::new(), Vec::new());
        for (at, pattern) in (0u32..).zip(patterns) {
            let folded = pattern.folded();
            match folded.find('*') {
                Some(star) => {
                    let (word, mask) = telling(&folded.as_bytes()[..star]);
                    wildcards.push(Wild { word, mask, at });
                }
                None => literals.push((Fingerprint::of(folded).hash, at)),
            }
        }
        literals.sort_unstable();
        List { literals: literals.into(), wildcards: wildcards.into() }
    }

    /// The entry that matches, by preference one that matches whatever the reading of U3.
    fn find(&self, patterns: &[ActionPattern], needle: &Needle<'_>) -> Option<(u32, Match)> {
        let folded = needle.operation.folded();
        let from = self.literals.partition_point(|(hash, _)| *hash < needle.hash);
        for (hash, at) in &self.literals[from..] {
            if *hash != needle.hash {
                break;
            }
            if patterns[*at as usize].folded() == folded {
                return Some((*at, Match::Yes));
            }
        }
        let mut vanishing = None;
        for wild in &self.wildcards {
            if (needle.word ^ wild.word) & wild.mask != 0 {
                continue;
            }
            match patterns[wild.at as usize].matches(needle.operation, needle.wildcards) {
                Match::Yes => return Some((wild.at, Match::Yes)),
                Match::Vanishing => vanishing = vanishing.or(Some((wild.at, Match::Vanishing))),
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
    signs: Vec<[Sign; 2]>,
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
        self.signs.push(state.definition().map_or([Sign::ANYTHING; 2], |role| {
            [Plane::Control, Plane::Data].map(|plane| Sign::new(&role.blocks, plane))
        }));
        self.states.push(state);
        for reference in references {
            self.by_reference.entry(reference).or_insert(row);
        }
        RoleIx(row)
    }

    /// Does an allow list of the role match the operation, perhaps? A no is certain.
    pub(crate) fn may_hold(&self, role: RoleIx, plane: Plane, needle: &Needle<'_>) -> bool {
        self.signs[role.row()][at(plane)].may_hold(needle)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(patterns: &[&str]) -> Sign {
        let actions = patterns.iter().map(|text| ActionPattern::new(text).expect("a pattern"));
        let block = PermissionBlock { actions: actions.collect(), ..PermissionBlock::default() };
        Sign::new(&[block], Plane::Control)
    }

    /// A sieve may let anything through; these are what it is there to keep back.
    #[test]
    fn most_of_what_a_role_does_not_hold_is_seen_in_two_words() {
        let operations = [
            "Microsoft.Compute/virtualMachines/read",
            "Microsoft.Compute/virtualMachines/start/action",
            "Contoso.Storage/accounts/read",
            "Contoso.Storage/accounts/listKeys/action",
            "Fabrikam.Website/sites/write",
            "Fabrikam.Website/sites/delete",
        ]
        .map(|text| Operation::new(text).expect("an operation"));
        for (patterns, passed) in [
            (&["Microsoft.Compute/*"][..], [true, true, false, false, false, false]),
            (&["Microsoft.Compute/virtualMachines/read"], [true, true, false, false, false, false]),
            (&["*/read"], [true, false, true, false, false, false]),
            (&["*/start/action"], [false, true, false, true, false, false]),
            (&["*/write", "*/delete"], [false, false, false, false, true, true]),
            (&["Fabrikam.Website/*", "*/read"], [true, false, true, false, true, true]),
            (&["*"], [true; 6]),
            (&["*/sites/*"], [true; 6]),
            (&["Fabrikam.We*"], [true; 6]),
            (&[], [false; 6]),
        ] {
            let sign = sign(patterns);
            let found = operations
                .each_ref()
                .map(|operation| sign.may_hold(&Needle::new(operation, Wildcards::Azure)));
            assert_eq!(found, passed, "{patterns:?}");
        }
    }
}
