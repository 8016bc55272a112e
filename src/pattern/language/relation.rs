//! How two languages lie to each other.

use super::Language;
use std::fmt;

/// How does one role lie to another? The first that holds, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// Both hold the same operations; so do two empty ones.
    Equal,
    /// The other holds all of it and more.
    Contained,
    /// It holds all of the other and more.
    Contains,
    /// They share nothing.
    Disjoint,
    /// They share something, and each has something of its own.
    Overlapping,
}

impl Relation {
    /// The stable word for output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Relation::Equal => "equal",
            Relation::Contained => "contained",
            Relation::Contains => "contains",
            Relation::Disjoint => "disjoint",
            Relation::Overlapping => "overlapping",
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The three facts behind a [`Relation`], kept apart so that both planes can be taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Comparison {
    /// Is all of the first in the second?
    pub contained: bool,
    /// Is all of the second in the first?
    pub contains: bool,
    /// Do they share nothing?
    pub disjoint: bool,
}

impl Comparison {
    /// Both planes as one universe: a fact holds when it holds on each.
    ///
    /// ```
    /// use azrbac::pattern::language::{Comparison, Relation};
    /// let control = Comparison { contained: true, contains: false, disjoint: false };
    /// let data = Comparison { contained: false, contains: true, disjoint: true };
    /// assert_eq!(control.and(data).relation(), Relation::Overlapping);
    /// ```
    #[must_use]
    pub fn and(self, other: Comparison) -> Comparison {
        Comparison {
            contained: self.contained && other.contained,
            contains: self.contains && other.contains,
            disjoint: self.disjoint && other.disjoint,
        }
    }

    /// Equal before contained before contains before disjoint before overlapping.
    #[must_use]
    pub fn relation(self) -> Relation {
        match (self.contained, self.contains, self.disjoint) {
            (true, true, _) => Relation::Equal,
            (true, false, _) => Relation::Contained,
            (false, true, _) => Relation::Contains,
            (false, false, true) => Relation::Disjoint,
            (false, false, false) => Relation::Overlapping,
        }
    }
}

impl Language {
    /// The facts about this language and another: at most three walks.
    #[must_use]
    pub fn compare(&self, other: &Language) -> Comparison {
        let contained = self.is_contained_in(other);
        let contains = other.is_contained_in(self);
        let disjoint = match (contained, contains) {
            (true, _) => self.is_empty(),
            (_, true) => other.is_empty(),
            (false, false) => !self.overlaps(other),
        };
        Comparison { contained, contains, disjoint }
    }

    /// How does it lie to another? See [`Language::compare`] for both planes at once.
    #[must_use]
    pub fn relation(&self, other: &Language) -> Relation {
        self.compare(other).relation()
    }
}
