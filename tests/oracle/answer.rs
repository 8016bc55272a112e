//! What the oracle answers.

use std::collections::{BTreeMap, BTreeSet};

use self::Truth::{False, True, Unknown};

/// Three values, ordered so that AND is `min` and OR is `max`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    #[default]
    False,
    Unknown,
    True,
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { True } else { False }
    }
}

impl Truth {
    pub(crate) fn not(self) -> Self {
        [True, Unknown, False][self as usize]
    }
}

/// What RBAC says, ordered so that of several required checks the least decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Denied,
    #[default]
    NotAllowed,
    Locked,
    Conditional,
    Allowed,
}

impl Outcome {
    /// Does it let somebody in?
    pub(crate) fn truth(self) -> Truth {
        match self {
            Self::Allowed => True,
            Self::Conditional => Unknown,
            _ => False,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::NotAllowed => "not-allowed",
            Self::Locked => "locked",
            Self::Conditional => "conditional",
            Self::Allowed => "allowed",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) outcome: Outcome,
    /// Assignments that grant the operation itself, whatever denies it, each certainly or perhaps.
    pub(crate) grants: BTreeMap<String, Truth>,
    /// Denies that apply, or may, to the operation itself; and those that apply to a linked one.
    pub(crate) denies: BTreeMap<String, Truth>,
    pub(crate) linked_denies: BTreeSet<String>,
    /// Where nothing grants and nothing denies: assignments that miss by this one thing alone.
    pub(crate) near: BTreeMap<String, &'static str>,
}

/// A door: its name, whether it stands open, whoever asks (nothing where there is no such door), and
/// whether it lets this principal in.
pub(crate) type Door = (&'static str, Option<Truth>, Truth);

#[derive(Debug, Default)]
pub(crate) struct Access {
    pub(crate) effective: Outcome,
    pub(crate) via: &'static str,
    pub(crate) doors: Vec<Door>,
    /// The operations that hand out a credential for this and that the principal may call now.
    pub(crate) keys: BTreeSet<String>,
}
