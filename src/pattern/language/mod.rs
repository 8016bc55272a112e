//! Roles as languages: decided for every operation that may ever exist, with a witness.
//!
//! A permission block grants the operations that one of its `allow` patterns matches and none of
//! its `except` patterns. That is a regular language, so emptiness, containment, equality, overlap
//! and difference are decidable, and every "no" has an operation to show for it.
//!
//! **Universe.** A language speaks about *well-formed* operations: at least one segment before the
//! verb, no empty segment, and the last segment is `read`, `write`, `delete` or `action`
//! (semantics.md 2.1). Of all that could be demanded only these count, for these reasons:
//!
//! - the verb, so that `*` equals the union of `*/read`, `*/write`, `*/delete` and `*/action`, as
//!   everyone who writes a role believes;
//! - something before the verb: an operation is some provider's ([`Operation::new`] wants the `/`);
//! - no empty segment: `X//read` is no operation, and it would be the only thing that tells
//!   `X/*/read` under [`Wildcards::Strict`] from what people mean by it.
//!
//! Nothing is demanded of the provider's name, of the number of segments or of the characters
//! (blanks and control characters are refused by [`ActionPattern::new`] already). Strings outside
//! this universe, such as the two in the built-in roles, are members of no language.
//!
//! **How.** The automaton reads the path before the verb and holds the verbs as four output bits.
//! Each state has a default edge, so there is no table of character classes and any two languages
//! can be compared, whatever their patterns. Subset construction drops what can no longer change
//! the answer, and a question walks the product of two automata on the fly. Method: textbook subset
//! construction and product automata (Hopcroft, Motwani, Ullman, *Introduction to Automata Theory,
//! Languages, and Computation*, chapters 2 and 4).

mod automaton;
mod compile;
mod lists;
mod product;
mod relation;
mod subset;

pub use lists::{Dropped, PatternBlock, Tidy, Why, minus_as_patterns, tidy};
pub use relation::{Comparison, Relation};

use super::{ActionPattern, Wildcards};
use crate::ident::Operation;
use crate::origin::{Error, ErrorKind};
use automaton::{Automaton, Context, State};
use compile::ALL;
use product::Verdict;
use std::fmt;

/// The most states of one language. The 8,993 entries of `actions` in all built-in roles of 2026-08
/// that do not begin with a star need 18,784 together; one role needs at most 1,955.
pub const STATE_LIMIT: usize = 1 << 18;

/// The most states of one language that more than one path reaches: those behind a star in the
/// middle of a pattern, 40 at most for a built-in role and 50 for all together. Two languages walked
/// together visit at most the sum of their states plus the product of these, so no question can run
/// out of memory once both languages exist.
pub const TANGLE_LIMIT: usize = 1 << 11;

/// The most pattern positions held while a language is built.
const ITEM_LIMIT: usize = 1 << 23;

/// Why was a language not built? Patterns of roles never come near; many stars in many patterns do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LanguageLimit {
    /// More pattern text than fits.
    Patterns,
    /// More than [`STATE_LIMIT`] states.
    States,
    /// More than [`TANGLE_LIMIT`] states that several paths reach.
    Tangle,
}

impl fmt::Display for LanguageLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LanguageLimit::Patterns => f.write_str("the patterns are too long taken together"),
            LanguageLimit::States => {
                write!(f, "the patterns need more than {STATE_LIMIT} states")
            }
            LanguageLimit::Tangle => {
                write!(f, "the patterns need more than {TANGLE_LIMIT} entangled states")
            }
        }
    }
}

impl std::error::Error for LanguageLimit {}

impl From<LanguageLimit> for Error {
    fn from(limit: LanguageLimit) -> Error {
        Error::new(ErrorKind::Limit, limit.to_string())
            .help("use fewer stars in the middle of patterns, or ask about fewer roles at once")
    }
}

/// One side of a permission block: `actions` minus `notActions`, or the data lists. Lists of several
/// blocks are an OR: what one block excepts another may grant.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// `actions` or `dataActions`.
    pub allow: &'a [ActionPattern],
    /// `notActions` or `notDataActions`.
    pub except: &'a [ActionPattern],
}

/// Which well-formed operations does a block, a role or a principal grant? Immutable, and comparable
/// with any other language.
///
/// ```
/// use azrbac::pattern::language::{Block, Language, Relation};
/// use azrbac::pattern::{ActionPattern, Wildcards};
/// let patterns = |texts: &[&str]| -> Result<Vec<ActionPattern>, _> {
///     texts.iter().map(|text| ActionPattern::new(text)).collect()
/// };
/// let (all, no_rights) = (patterns(&["*"])?, patterns(&["Microsoft.Authorization/*/write"])?);
/// let owner = Language::of_blocks(&[Block { allow: &all, except: &[] }], Wildcards::Azure)?;
/// let mine = Language::of_blocks(&[Block { allow: &all, except: &no_rights }], Wildcards::Azure)?;
/// assert_eq!(mine.compare(&owner).relation(), Relation::Contained);
/// let witness = owner.difference_witness(&mine).map(|operation| operation.to_string());
/// assert_eq!(witness.as_deref(), Some("microsoft.authorization/write"));
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[derive(Clone)]
pub struct Language {
    automaton: Automaton,
}

/// Does what begins at `a` hold an operation that what begins at `b` does not?
fn escapes(a: &State, b: &State) -> Verdict {
    if a.some & !b.every == 0 {
        return Verdict::Never;
    }
    // A verb that `a` has somewhere and `b` nowhere, or that `a` has everywhere and `b` not; or right here.
    let verbs = [a.some & !b.some, a.every & !b.every, a.out & !b.out];
    if verbs == [0; 3] { Verdict::Perhaps } else { Verdict::Found }
}

/// Do both hold an operation?
fn meets(a: &State, b: &State) -> Verdict {
    if a.some & b.some == 0 {
        return Verdict::Never;
    }
    let verbs = [a.every & b.some, a.some & b.every, a.out & b.out];
    if verbs == [0; 3] { Verdict::Perhaps } else { Verdict::Found }
}

impl Language {
    /// The union of some blocks: a role is an OR of blocks, a principal an OR of roles.
    ///
    /// Time and space: the states times the pattern positions alive in each; 30 µs for a built-in role
    /// on average.
    ///
    /// # Errors
    /// [`LanguageLimit`] where the patterns need more than the named limits.
    pub fn of_blocks(
        blocks: &[Block<'_>],
        wildcards: Wildcards,
    ) -> Result<Language, LanguageLimit> {
        let positions = compile::compile(blocks, wildcards, ITEM_LIMIT);
        let automaton = subset::build(&positions.ok_or(LanguageLimit::Patterns)?)?;
        Language::checked(automaton)
    }

    /// What a list of patterns matches, with nothing excepted.
    ///
    /// # Errors
    /// As [`Language::of_blocks`].
    pub fn of_patterns(
        allow: &[ActionPattern],
        wildcards: Wildcards,
    ) -> Result<Language, LanguageLimit> {
        Language::of_blocks(&[Block { allow, except: &[] }], wildcards)
    }

    /// No operation at all.
    #[must_use]
    pub fn nothing() -> Language {
        Language { automaton: Automaton::uniform(0) }
    }

    /// Every well-formed operation: the universe.
    #[must_use]
    pub fn everything() -> Language {
        Language { automaton: Automaton::uniform(ALL) }
    }

    // INVARIANT (bounded walks): every automaton of a language went through here, or has the states
    // of one that did. Its states were counted while it was built.
    fn checked(automaton: Automaton) -> Result<Language, LanguageLimit> {
        if automaton.tangled > TANGLE_LIMIT {
            return Err(LanguageLimit::Tangle);
        }
        Ok(Language { automaton })
    }

    /// How many states it needs, beside those common to all languages.
    #[must_use]
    pub fn states(&self) -> usize {
        self.automaton.own_states()
    }

    /// How many of them more than one path reaches; see [`TANGLE_LIMIT`].
    #[must_use]
    pub fn tangled_states(&self) -> usize {
        self.automaton.tangled
    }

    /// Is an operation in it? False for operations that are not well-formed. Time: the operation's
    /// length times a binary search.
    #[must_use]
    pub fn contains(&self, operation: &Operation) -> bool {
        self.contains_folded(operation.folded())
    }

    /// As [`Language::contains`], on a text that is lower case already.
    #[must_use]
    pub fn contains_folded(&self, operation: &str) -> bool {
        let Some(slash) = operation.rfind('/') else { return false };
        let (path, verb) = operation.split_at(slash);
        let Some(bit) = compile::VERBS.iter().position(|known| *known == verb) else {
            return false;
        };
        let mut at = self.automaton.start;
        for character in path.chars() {
            at = self.automaton.next(at, character);
            if at == automaton::NONE {
                return false;
            }
        }
        let state = self.automaton.state(at);
        state.context == Context::Inside && state.out & (1 << bit) != 0
    }

    /// Does it hold no well-formed operation? Constant time.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.automaton.state(self.automaton.start).some == 0
    }

    /// Does it hold every well-formed operation? Constant time.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.automaton.state(self.automaton.start).every == ALL
    }

    /// Its shortest operation; none where it is empty.
    #[must_use]
    pub fn witness(&self) -> Option<Operation> {
        self.difference_witness(&Language::nothing())
    }

    /// Is every operation of this one in the other? Time: at most the pairs of states that one path
    /// reaches; it stops at the first difference.
    #[must_use]
    pub fn is_contained_in(&self, other: &Language) -> bool {
        !product::exists(&self.automaton, &other.automaton, escapes)
    }

    /// Do both hold the same operations? One walk.
    #[must_use]
    pub fn is_equal_to(&self, other: &Language) -> bool {
        !product::exists(&self.automaton, &other.automaton, |a, b| {
            if a.some != b.some || a.every != b.every || a.out != b.out {
                Verdict::Found
            } else if a.some == a.every {
                Verdict::Never
            } else {
                Verdict::Perhaps
            }
        })
    }

    /// Do they share an operation?
    #[must_use]
    pub fn overlaps(&self, other: &Language) -> bool {
        product::exists(&self.automaton, &other.automaton, meets)
    }

    /// The shortest operation of this one that is not in the other; none where it is contained.
    /// Breadth first, hence without the early exit of [`Language::is_contained_in`].
    ///
    /// ```
    /// use azrbac::pattern::language::Language;
    /// use azrbac::pattern::{ActionPattern, Wildcards};
    /// let star = Language::of_patterns(&[ActionPattern::new("X/*")?], Wildcards::Azure)?;
    /// let read = Language::of_patterns(&[ActionPattern::new("X/*/read")?], Wildcards::Azure)?;
    /// assert_eq!(star.difference_witness(&read).unwrap().text(), "x/write");
    /// assert!(read.difference_witness(&star).is_none());
    /// # Ok::<(), azrbac::origin::Error>(())
    /// ```
    #[must_use]
    pub fn difference_witness(&self, other: &Language) -> Option<Operation> {
        let never = |a: &State, b: &State| escapes(a, b) == Verdict::Never;
        operation(product::shortest(&self.automaton, &other.automaton, |a, b| a & !b, never))
    }

    /// The shortest operation that both hold; none where they are disjoint.
    #[must_use]
    pub fn overlap_witness(&self, other: &Language) -> Option<Operation> {
        let never = |a: &State, b: &State| meets(a, b) == Verdict::Never;
        operation(product::shortest(&self.automaton, &other.automaton, |a, b| a & b, never))
    }

    /// The operations of a catalog (folded) that it holds, in the catalog's order.
    #[must_use]
    pub fn members_in<'c>(&self, catalog: &[&'c str]) -> Vec<&'c str> {
        catalog.iter().copied().filter(|text| self.contains_folded(text)).collect()
    }

    /// The operations of a catalog (folded) that both hold, in the catalog's order.
    #[must_use]
    pub fn overlap_in<'c>(&self, other: &Language, catalog: &[&'c str]) -> Vec<&'c str> {
        let both = |text: &&str| self.contains_folded(text) && other.contains_folded(text);
        catalog.iter().copied().filter(both).collect()
    }

    /// The operations of a catalog (folded) that this one holds and the other does not, in the
    /// catalog's order: what the difference is today. Nothing here, but a witness from
    /// [`Language::difference_witness`], means "contained today, not for future operations".
    #[must_use]
    pub fn difference_in<'c>(&self, other: &Language, catalog: &[&'c str]) -> Vec<&'c str> {
        let only = |text: &&str| self.contains_folded(text) && !other.contains_folded(text);
        catalog.iter().copied().filter(only).collect()
    }

    /// What either holds.
    ///
    /// # Errors
    /// As [`Language::of_blocks`].
    pub fn union(&self, other: &Language) -> Result<Language, LanguageLimit> {
        self.combine(other, |a, b| a | b)
    }

    /// What both hold.
    ///
    /// # Errors
    /// As [`Language::of_blocks`].
    pub fn intersection(&self, other: &Language) -> Result<Language, LanguageLimit> {
        self.combine(other, |a, b| a & b)
    }

    /// What this one holds and the other does not.
    ///
    /// # Errors
    /// As [`Language::of_blocks`].
    pub fn difference(&self, other: &Language) -> Result<Language, LanguageLimit> {
        self.combine(other, |a, b| a & !b)
    }

    /// The well-formed operations that it does not hold.
    #[must_use]
    pub fn complement(&self) -> Language {
        // INVARIANT (bounded walks): the same states, with other outputs.
        Language { automaton: product::complement(&self.automaton) }
    }

    fn combine(&self, other: &Language, f: fn(u8, u8) -> u8) -> Result<Language, LanguageLimit> {
        Language::checked(product::combine(&self.automaton, &other.automaton, f)?)
    }
}

fn operation(text: Option<String>) -> Option<Operation> {
    // A witness is well-formed: it has a slash and neither star nor blank.
    text.and_then(|text| Operation::new(&text).ok())
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({} states)", self.states())
    }
}

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
