//! Operations and the plane that they belong to.

use crate::origin::{Error, ErrorKind};
use std::fmt;
use std::str::FromStr;

/// Control plane (`actions`) or data plane (`dataActions`)?
///
/// The plane is a property of the provider's operation, not of its spelling (semantics.md 3.1), so
/// it is never guessed from the text here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Plane {
    /// Requests to Resource Manager: `actions` minus `notActions`.
    Control,
    /// Requests to the service itself: `dataActions` minus `notDataActions`.
    Data,
}

impl Plane {
    /// `control` or `data`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Plane::Control => "control",
            Plane::Data => "data",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Plane {
        match self {
            Plane::Control => Plane::Data,
            Plane::Data => Plane::Control,
        }
    }

    /// Azure's name of the list that grants on this plane.
    #[must_use]
    pub fn grant_list(self) -> &'static str {
        match self {
            Plane::Control => "actions",
            Plane::Data => "dataActions",
        }
    }

    /// Azure's name of the list that subtracts on this plane.
    #[must_use]
    pub fn except_list(self) -> &'static str {
        match self {
            Plane::Control => "notActions",
            Plane::Data => "notDataActions",
        }
    }
}

impl fmt::Display for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Plane {
    type Err = Error;

    fn from_str(text: &str) -> Result<Plane, Error> {
        match text.trim().to_ascii_lowercase().as_str() {
            "control" => Ok(Plane::Control),
            "data" => Ok(Plane::Data),
            _ => Err(Error::new(ErrorKind::Name, format!("`{text}` is not a plane"))
                .expected("`control` or `data`")),
        }
    }
}

/// What an operation does, by its last segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    /// `…/read`
    Read,
    /// `…/write`
    Write,
    /// `…/delete`
    Delete,
    /// `…/action`
    Action,
    /// Anything else: two strings of the built-in roles end otherwise (semantics.md 2.1).
    Other,
}

impl Verb {
    /// The verb of a last segment, folded.
    #[must_use]
    pub fn of_segment(folded: &str) -> Verb {
        match folded {
            "read" => Verb::Read,
            "write" => Verb::Write,
            "delete" => Verb::Delete,
            "action" => Verb::Action,
            _ => Verb::Other,
        }
    }
}

/// One operation, such as `Microsoft.Storage/storageAccounts/listKeys/action`: no wildcard, compared
/// without case (semantics.md 2.2).
///
/// ```
/// use azrbac::ident::{Operation, Verb};
/// let a = Operation::new("Microsoft.Storage/storageAccounts/listKeys/action")?;
/// let b = Operation::new("microsoft.storage/storageaccounts/LISTKEYS/Action")?;
/// assert_eq!(a, b);
/// assert_eq!(a.verb(), Verb::Action);
/// assert!(Operation::new("Microsoft.Storage/*").is_err());
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[derive(Clone)]
pub struct Operation {
    text: Box<str>,
    folded: Box<str>,
}

impl Operation {
    /// Checks and folds a name. Blanks around it are trimmed.
    ///
    /// # Errors
    /// [`ErrorKind::Name`] when it is empty, holds a `*`, a blank or a control character, or has no
    /// `/` (then it is a word, not an operation).
    pub fn new(text: &str) -> Result<Operation, Error> {
        let text = text.trim();
        let wrong = |what: &str| {
            Err(Error::new(ErrorKind::Name, format!("`{text}` is not an operation: {what}"))
                .expected("a name such as `Microsoft.Storage/storageAccounts/listKeys/action`"))
        };
        if text.is_empty() {
            return wrong("it is empty");
        }
        if text.contains('*') {
            return wrong("a wildcard names many operations");
        }
        // Without a branch, so that many bytes are compared at once; nearly every name is plain ASCII.
        let plain = text.bytes().fold(true, |plain, byte| plain & byte.is_ascii_graphic());
        if !plain && text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return wrong("it holds a blank or a control character");
        }
        if !text.contains('/') {
            return wrong("it has no `/`");
        }
        Ok(Operation { text: text.into(), folded: text.to_ascii_lowercase().into() })
    }

    /// The spelling that was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The form that is compared: ASCII lower case.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// What it does, by its last segment.
    #[must_use]
    pub fn verb(&self) -> Verb {
        Verb::of_segment(self.folded.rsplit('/').next().unwrap_or_default())
    }

    /// The provider namespace, folded: `microsoft.storage`.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.folded.split('/').next().unwrap_or_default()
    }
}

impl PartialEq for Operation {
    fn eq(&self, other: &Operation) -> bool {
        self.folded == other.folded
    }
}
impl Eq for Operation {}
impl std::hash::Hash for Operation {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}
impl PartialOrd for Operation {
    fn partial_cmp(&self, other: &Operation) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Operation {
    fn cmp(&self, other: &Operation) -> std::cmp::Ordering {
        self.folded.cmp(&other.folded)
    }
}
impl FromStr for Operation {
    type Err = Error;

    fn from_str(text: &str) -> Result<Operation, Error> {
        Operation::new(text)
    }
}
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Operation({})", self.text)
    }
}
