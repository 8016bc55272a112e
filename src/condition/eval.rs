//! What a condition is worth for one question.
//!
//! A leaf is worth the *set* of values that it could still take: one value where the question settles
//! it, several where something was not given. AND, OR and NOT work on sets value by value, so a
//! single pass tells both Kleene's answer and whether "true" is still among the possibilities.

use super::Inputs;
use super::assumption::Assumptions;
use super::bits::Bits;
use super::compare::{Leaf, compare};
use super::expr::{Comparison, Expr, ExprKind};
use super::side::{Given, look_up};
use crate::pattern::Match;
use crate::truth::Truth;

/// How is a comparison read whose attribute does not exist (semantics.md 9.4, U22)?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MissingReading {
    /// It is unknown, a NOT leaves it unknown, and unknown grants nothing. The only reading that
    /// satisfies every documented case, and it fails closed.
    #[default]
    Unknown,
    /// It is false, so a NOT around it is true.
    False,
    /// A negative operator is the exact contrary of its positive one, hence true.
    Contrary,
}

/// One question to one condition.
#[derive(Debug, Clone, Copy)]
pub(crate) struct World<'a> {
    pub(crate) inputs: &'a Inputs<'a>,
    pub(crate) missing: MissingReading,
}

impl<'a> World<'a> {
    pub(crate) fn leaf(&self, expr: &'a Expr) -> Leaf {
        match &expr.kind {
            ExprKind::Action(pattern) => {
                match pattern.matches(self.inputs.operation, self.inputs.wildcards) {
                    Match::No => Leaf::plain(Bits::FALSE),
                    Match::Yes => Leaf::plain(Bits::TRUE),
                    Match::Vanishing => Leaf::using(Bits::TRUE, 3),
                }
            }
            ExprKind::SubOperation(name) => Leaf::plain(match self.inputs.sub_operations {
                Some(given) => {
                    Bits::from_bool(given.iter().any(|one| super::fold::equal(one, name)))
                }
                None if self.inputs.complete => Bits::FALSE,
                None => Bits::EITHER,
            }),
            ExprKind::Exists(name) => match look_up(self.inputs, name) {
                Given::Known { guessed: true, .. } => Leaf::using(Bits::TRUE, 21),
                Given::Known { .. } | Given::Part(_) => Leaf::plain(Bits::TRUE),
                Given::Missing { .. } => Leaf::plain(Bits::FALSE),
                Given::Open => Leaf::plain(Bits::EITHER),
            },
            ExprKind::Compare(comparison) => {
                let mut leaf = compare(self.inputs, comparison);
                if leaf.missing {
                    leaf.bits = self.missing_bits(comparison);
                }
                leaf
            }
            ExprKind::Not(_) | ExprKind::All(_) | ExprKind::Any(_) => Leaf::plain(self.bits(expr)),
        }
    }

    /// The value of a comparison whose attribute does not exist.
    pub(crate) fn missing_bits(&self, comparison: &Comparison) -> Bits {
        match self.missing {
            MissingReading::Unknown => Bits::STUCK,
            MissingReading::False => Bits::FALSE,
            MissingReading::Contrary => Bits::from_bool(comparison.operator.negative),
        }
    }

    pub(crate) fn bits(&self, expr: &'a Expr) -> Bits {
        self.visit(expr, &mut false)
    }

    /// The value; `guessed` is set where a leaf on the way leaned on an uncertain rule.
    pub(crate) fn visit(&self, expr: &'a Expr, guessed: &mut bool) -> Bits {
        match &expr.kind {
            ExprKind::Not(inner) => self.visit(inner, guessed).not(),
            ExprKind::All(parts) => {
                let mut all = Bits::TRUE;
                for part in parts {
                    all = all.and(self.visit(part, guessed));
                    if all == Bits::FALSE {
                        break;
                    }
                }
                all
            }
            ExprKind::Any(parts) => {
                let mut any = Bits::FALSE;
                for part in parts {
                    any = any.or(self.visit(part, guessed));
                    if any == Bits::TRUE {
                        break;
                    }
                }
                any
            }
            _ => {
                let leaf = self.leaf(expr);
                *guessed |= leaf.missing || !leaf.used.is_empty();
                leaf.bits
            }
        }
    }
}

/// What is to be justified about an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    True,
    False,
    NotTrue,
    NotFalse,
}

impl Claim {
    /// The claim that accounts for an answer: an unknown one has to account for not being true.
    pub(crate) fn about(truth: Truth) -> Claim {
        match truth {
            Truth::True => Claim::True,
            Truth::False => Claim::False,
            Truth::Unknown => Claim::NotTrue,
        }
    }

    fn contrary(self) -> Claim {
        match self {
            Claim::True => Claim::False,
            Claim::False => Claim::True,
            Claim::NotTrue => Claim::NotFalse,
            Claim::NotFalse => Claim::NotTrue,
        }
    }

    fn holds(self, bits: Bits) -> bool {
        match self {
            Claim::True => bits == Bits::TRUE,
            Claim::False => bits == Bits::FALSE,
            Claim::NotTrue => bits != Bits::TRUE,
            Claim::NotFalse => bits != Bits::FALSE,
        }
    }
}

impl<'a> World<'a> {
    /// Which uncertain rules does a claim about an expression rest on? `None` where it does not hold.
    ///
    /// Where one part is enough, the part that needs the fewest counts: a rule is named only if the
    /// answer could not be had without it.
    pub(crate) fn justify(&self, expr: &'a Expr, claim: Claim) -> Option<Assumptions> {
        let every = |parts: &'a [Expr]| {
            let mut all = Assumptions::NONE;
            for part in parts {
                all = all.union(self.justify(part, claim)?);
            }
            Some(all)
        };
        let best = |parts: &'a [Expr]| {
            let found = parts.iter().filter_map(|part| self.justify(part, claim));
            found.min_by_key(|used| used.len())
        };
        match &expr.kind {
            ExprKind::Not(inner) => self.justify(inner, claim.contrary()),
            ExprKind::All(parts) => match claim {
                Claim::True | Claim::NotFalse => every(parts),
                Claim::False | Claim::NotTrue => best(parts),
            },
            ExprKind::Any(parts) => {
                let mut used = match claim {
                    Claim::False | Claim::NotTrue => every(parts),
                    Claim::True | Claim::NotFalse => best(parts),
                }?;
                if expr.mixes() && !claim.holds(self.left_to_right(parts)) {
                    used.insert(18);
                }
                Some(used)
            }
            _ => {
                let leaf = self.leaf(expr);
                claim.holds(leaf.bits).then(|| self.leaf_rules(expr, leaf, claim))
            }
        }
    }

    fn leaf_rules(&self, expr: &Expr, leaf: Leaf, claim: Claim) -> Assumptions {
        let mut used = leaf.used;
        if !leaf.missing {
            return used;
        }
        let ExprKind::Compare(comparison) = &expr.kind else { return used };
        let negated = claim == Claim::NotFalse || claim == Claim::False;
        // Without a NOT above it and without a negative operator, every reading says "not true".
        let readings_differ = negated || comparison.operator.negative;
        if readings_differ || self.missing != MissingReading::Unknown {
            used.insert(22);
        }
        // An empty list satisfies a "for all" vacuously if it is not missing.
        let vacuous = comparison
            .quantifier
            .is_some_and(|quantifier| quantifier.left == super::operator::Reach::All);
        if leaf.empty && (vacuous || negated) {
            used.insert(23);
        }
        used
    }

    /// The value of `a OR b AND c` when nothing binds tighter than anything else (U18).
    fn left_to_right(&self, parts: &'a [Expr]) -> Bits {
        let mut value = Bits::FALSE;
        for part in parts {
            match &part.kind {
                ExprKind::All(inner) if !part.bracketed => {
                    for (at, one) in inner.iter().enumerate() {
                        let bits = self.bits(one);
                        value = if at == 0 { value.or(bits) } else { value.and(bits) };
                    }
                }
                _ => value = value.or(self.bits(part)),
            }
        }
        value
    }
}
