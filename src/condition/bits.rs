//! What an expression may still be worth: a set of values, with AND, OR and NOT on sets.

use crate::truth::Truth;

/// The set of values that an expression could still take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bits(u8);

impl Bits {
    pub(crate) const TRUE: Bits = Bits(1);
    pub(crate) const FALSE: Bits = Bits(2);
    /// Unknown whatever is learned: a missing attribute, values that do not compare.
    pub(crate) const STUCK: Bits = Bits(4);
    /// True or false, never in between: `Exists` and suboperations that were not given.
    pub(crate) const EITHER: Bits = Bits(3);
    /// Anything: a comparison with an attribute that was not given.
    pub(crate) const OPEN: Bits = Bits(7);

    pub(crate) fn from_bool(value: bool) -> Bits {
        if value { Bits::TRUE } else { Bits::FALSE }
    }

    pub(crate) fn can_be_true(self) -> bool {
        self.0 & 1 != 0
    }

    pub(crate) fn union(self, other: Bits) -> Bits {
        Bits(self.0 | other.0)
    }

    pub(crate) fn not(self) -> Bits {
        Bits((self.0 & 1) << 1 | (self.0 & 2) >> 1 | self.0 & 4)
    }

    pub(crate) fn and(self, other: Bits) -> Bits {
        let both = self.0 & other.0 & 1;
        let none = (self.0 | other.0) & 2;
        let stuck = (self.0 & 4 != 0 && other.0 & 5 != 0) || (other.0 & 4 != 0 && self.0 & 5 != 0);
        Bits(both | none | u8::from(stuck) << 2)
    }

    pub(crate) fn or(self, other: Bits) -> Bits {
        self.not().and(other.not()).not()
    }

    pub(crate) fn truth(self) -> Truth {
        match self {
            Bits::TRUE => Truth::True,
            Bits::FALSE => Truth::False,
            _ => Truth::Unknown,
        }
    }

    /// Could more attributes make it true, where it is not true yet?
    pub(crate) fn is_open(self) -> bool {
        self.can_be_true() && self != Bits::TRUE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_is_what_may_yet_be_true() {
        let open = |bits: u8| Bits(bits).is_open();
        assert_eq!([1, 2, 4].map(open), [false; 3]);
        assert_eq!([3, 5, 7].map(open), [true; 3]);
        assert!(!open(6));
    }

    /// Every set against the definition: what the values of its members give.
    #[test]
    fn sets_work_value_by_value() {
        let rank = |bit: u8| match bit {
            2 => 0,
            4 => 1,
            _ => 2,
        };
        let members = |set: u8| [1u8, 2, 4].into_iter().filter(move |bit| set & bit != 0);
        for a in 1..8u8 {
            for b in 1..8u8 {
                let (mut and, mut or) = (0, 0);
                for x in members(a) {
                    for y in members(b) {
                        let (low, high) = if rank(x) <= rank(y) { (x, y) } else { (y, x) };
                        and |= low;
                        or |= high;
                    }
                }
                assert_eq!(Bits(a).and(Bits(b)), Bits(and), "{a} and {b}");
                assert_eq!(Bits(a).or(Bits(b)), Bits(or), "{a} or {b}");
                assert_eq!(Bits(a).and(Bits(b)).truth(), Bits(a).truth().and(Bits(b).truth()));
            }
        }
    }
}
