//! The uncertain rules of semantics.md section 18, as a set that is cheap to carry.

/// Which uncertain rules (semantics.md 18: U1, U2, …) determined an answer?
///
/// ```
/// use azrbac::condition::Assumptions;
/// let mut used = Assumptions::default();
/// used.insert(22);
/// used.insert(3);
/// assert!(used.contains(3));
/// assert_eq!(used.iter().collect::<Vec<_>>(), ["U3", "U22"]);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Assumptions(u64);

const NAMES: [&str; 64] = [
    "U0", "U1", "U2", "U3", "U4", "U5", "U6", "U7", "U8", "U9", "U10", "U11", "U12", "U13", "U14",
    "U15", "U16", "U17", "U18", "U19", "U20", "U21", "U22", "U23", "U24", "U25", "U26", "U27",
    "U28", "U29", "U30", "U31", "U32", "U33", "U34", "U35", "U36", "U37", "U38", "U39", "U40",
    "U41", "U42", "U43", "U44", "U45", "U46", "U47", "U48", "U49", "U50", "U51", "U52", "U53",
    "U54", "U55", "U56", "U57", "U58", "U59", "U60", "U61", "U62", "U63",
];

impl Assumptions {
    /// The empty set: nothing uncertain was needed.
    pub const NONE: Assumptions = Assumptions(0);

    /// Adds rule U*n*. Numbers above 63 name no rule and are ignored.
    pub fn insert(&mut self, rule: u8) {
        if rule < 64 {
            self.0 |= 1 << rule;
        }
    }

    /// The set of one rule.
    #[must_use]
    pub fn one(rule: u8) -> Assumptions {
        let mut set = Assumptions::NONE;
        set.insert(rule);
        set
    }

    /// Is rule U*n* in it?
    #[must_use]
    pub fn contains(self, rule: u8) -> bool {
        rule < 64 && self.0 & (1 << rule) != 0
    }

    /// What is in either set.
    #[must_use]
    pub fn union(self, other: Assumptions) -> Assumptions {
        Assumptions(self.0 | other.0)
    }

    /// Is no rule in it?
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many rules are in it.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The names in ascending order: `U3`, `U22`, ….
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        (0..64u8).filter(move |rule| self.contains(*rule)).map(|rule| NAMES[usize::from(rule)])
    }
}

impl std::fmt::Debug for Assumptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_rules() {
        let both = Assumptions::one(63).union(Assumptions::one(1));
        assert_eq!(format!("{both:?}"), r#"{"U1", "U63"}"#);
        assert_eq!((both.len(), both.contains(2), both.contains(200)), (2, false, false));
        assert_eq!(both.union(Assumptions::one(1)), both);
        let mut none = Assumptions::NONE;
        none.insert(64);
        assert!(none.is_empty() && !both.contains(64));
    }
}
