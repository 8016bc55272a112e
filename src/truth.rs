//! Three values: true, false, unknown (Kleene's strong logic).
//!
//! A condition whose attribute is not known is neither satisfied nor refused. Collapsing that
//! third value early is how an authorization tool comes to grant under a `NOT`; so [`Truth`] has
//! no conversion to `bool`, only named questions.

use std::ops::Not;

/// Is a statement true, false, or not known?
///
/// ```
/// use azrbac::truth::Truth;
/// // An unknown does not spoil an OR that is already true, and survives a NOT.
/// assert_eq!(Truth::Unknown.or(Truth::True), Truth::True);
/// assert_eq!(!Truth::Unknown, Truth::Unknown);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Truth {
    /// Known not to hold.
    False,
    /// Not decided by what is known.
    Unknown,
    /// Known to hold.
    True,
}

impl Truth {
    /// Both hold: the least certain and least true of the two.
    #[must_use]
    pub fn and(self, other: Truth) -> Truth {
        self.min(other)
    }

    /// At least one holds.
    #[must_use]
    pub fn or(self, other: Truth) -> Truth {
        self.max(other)
    }

    /// Is it known to hold? Unknown is not.
    #[must_use]
    pub fn is_true(self) -> bool {
        self == Truth::True
    }

    /// Is it known not to hold? Unknown is not.
    #[must_use]
    pub fn is_false(self) -> bool {
        self == Truth::False
    }

    /// Is it undecided?
    #[must_use]
    pub fn is_unknown(self) -> bool {
        self == Truth::Unknown
    }

    /// The word used in JSON output: `true`, `false` or `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Truth::False => "false",
            Truth::Unknown => "unknown",
            Truth::True => "true",
        }
    }
}

impl Not for Truth {
    type Output = Truth;

    fn not(self) -> Truth {
        match self {
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
            Truth::True => Truth::False,
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Truth {
        if value { Truth::True } else { Truth::False }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{False, True, Unknown};

    #[test]
    fn kleene_tables() {
        let all = [False, Unknown, True];
        for a in all {
            assert_eq!(!!a, a, "double negation");
            for b in all {
                assert_eq!(!(a.and(b)), (!a).or(!b), "De Morgan");
                assert_eq!(a.and(b), b.and(a));
                assert_eq!(a.or(a.and(b)), a, "absorption");
            }
        }
        assert_eq!(Unknown.and(False), False);
        assert_eq!(Unknown.and(True), Unknown);
    }
}
