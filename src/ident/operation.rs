//! Operations and the plane that they belong to.

use crate::origin::{Error, ErrorKind};
use rustc_hash::FxHasher;
use std::fmt;
use std::hash::Hasher;
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
    /// The text and, just as long, the same folded.
    both: Box<str>,
    print: Fingerprint,
}

/// What tells a folded name from others before their texts are compared, found once when the name is made:
/// a question looks for its operation in dozens of lists.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fingerprint {
    /// Of the whole text.
    pub(crate) hash: u32,
    /// Eight bytes of it, see [`telling`].
    pub(crate) word: u64,
    verb: Verb,
}

impl Fingerprint {
    /// The fingerprint of a folded text.
    pub(crate) fn of(folded: &str) -> Fingerprint {
        let mut hasher = FxHasher::default();
        hasher.write(folded.as_bytes());
        let last = folded.bytes().rposition(|byte| byte == b'/').map_or(0, |slash| slash + 1);
        Fingerprint {
            // The upper half is the better mixed one.
            hash: (hasher.finish() >> 32) as u32,
            word: telling(folded.as_bytes()).0,
            verb: Verb::of_segment(&folded[last..]),
        }
    }
}

/// What stands in a text, found without a branch, so that many bytes are looked at at once: nearly every
/// name is plain ASCII.
struct Seen {
    /// Nothing but ASCII that is seen.
    graphic: bool,
    star: bool,
    slash: bool,
}

impl Seen {
    fn new(text: &[u8]) -> Seen {
        Seen {
            graphic: text.iter().fold(true, |all, byte| all & byte.is_ascii_graphic()),
            star: text.iter().fold(false, |any, byte| any | (*byte == b'*')),
            slash: text.iter().fold(false, |any, byte| any | (*byte == b'/')),
        }
    }
}

/// Where the telling bytes stand: behind `microsoft.`, with which nearly all names begin.
const TELLING: usize = 10;

/// Eight bytes of a text, and which of them it has.
pub(crate) fn telling(text: &[u8]) -> (u64, u64) {
    if let Some(bytes) = text.get(TELLING..).and_then(<[u8]>::first_chunk::<8>) {
        return (u64::from_le_bytes(*bytes), u64::MAX);
    }
    let (mut word, mut mask) = ([0u8; 8], [0u8; 8]);
    let bytes = text.get(TELLING..).unwrap_or_default();
    for ((word, mask), byte) in word.iter_mut().zip(&mut mask).zip(bytes) {
        (*word, *mask) = (*byte, 0xff);
    }
    (u64::from_le_bytes(word), u64::from_le_bytes(mask))
}

impl Operation {
    /// Checks and folds a name. Blanks around it are trimmed.
    ///
    /// # Errors
    /// [`ErrorKind::Name`] when it is empty, holds a `*`, a blank or a control character, or has no
    /// `/` (then it is a word, not an operation).
    pub fn new(text: &str) -> Result<Operation, Error> {
        let seen = Seen::new(text.as_bytes());
        if seen.graphic && seen.slash && !seen.star {
            return Ok(Operation::folding(text));
        }
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
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return wrong("it holds a blank or a control character");
        }
        if !text.contains('/') {
            return wrong("it has no `/`");
        }
        Ok(Operation::folding(text))
    }

    fn folding(text: &str) -> Operation {
        let mut both = String::with_capacity(2 * text.len());
        both.push_str(text);
        both.push_str(text);
        both[text.len()..].make_ascii_lowercase();
        let print = Fingerprint::of(&both[text.len()..]);
        Operation { both: both.into(), print }
    }

    /// The spelling that was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.both[..self.both.len() / 2]
    }

    /// The form that is compared: ASCII lower case.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.both[self.both.len() / 2..]
    }

    /// What tells it from others before the texts are compared.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.print
    }

    /// What it does, by its last segment.
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.print.verb
    }

    /// The provider namespace, folded: `microsoft.storage`.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.folded().split('/').next().unwrap_or_default()
    }
}

impl PartialEq for Operation {
    fn eq(&self, other: &Operation) -> bool {
        self.print.hash == other.print.hash && self.folded() == other.folded()
    }
}
impl Eq for Operation {}
impl std::hash::Hash for Operation {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}
impl PartialOrd for Operation {
    fn partial_cmp(&self, other: &Operation) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Operation {
    fn cmp(&self, other: &Operation) -> std::cmp::Ordering {
        self.folded().cmp(other.folded())
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
        f.write_str(self.text())
    }
}
impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Operation({})", self.text())
    }
}
