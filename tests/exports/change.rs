//! What a difference has to say of two answers.

use azrbac::analysis::diff::Transition;
use azrbac::decide::Outcome;

/// What became of an answer, an outcome and the condition that is left: allowed is more than perhaps, and
/// perhaps more than no.
pub(crate) fn change(
    (old, old_residual): &(Outcome, Option<String>),
    (new, new_residual): &(Outcome, Option<String>),
) -> Option<Transition> {
    let rank = |outcome: Outcome| match outcome {
        Outcome::Allowed => 2,
        Outcome::Conditional => 1,
        Outcome::NotAllowed | Outcome::Denied | Outcome::Locked => 0,
    };
    match (rank(*old), rank(*new)) {
        (0, 2) => Some(Transition::Gained),
        (0, 1) => Some(Transition::PerhapsGained),
        (1, 2) => Some(Transition::Confirmed),
        (2, 0) => Some(Transition::Lost),
        (2, 1) => Some(Transition::Doubted),
        (1, 0) => Some(Transition::PerhapsLost),
        (1, 1) if old_residual != new_residual => Some(Transition::Changed),
        _ => None,
    }
}
