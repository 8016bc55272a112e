//! The one public error type: what was found, where, what was expected, and the way out.

use super::{Place, SOURCE_LIMIT, one_line};

/// What kind of thing went wrong; for branching, while the text is for reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorKind {
    /// A name (operation, scope, GUID, time, plane) is not one.
    Name,
    /// The structure of a document could not be read at all.
    Syntax,
    /// One entry has a field that has no meaning.
    Entry,
    /// A condition (ABAC) does not parse or does not type.
    Condition,
    /// A scenario document says something that the format does not know.
    Scenario,
    /// A catalog (roles, operations, local authentication) could not be read or has no such entry.
    Catalog,
    /// A question names a principal, scope, role or operation that is not there.
    NotFound,
    /// A question names something that fits several.
    Ambiguous,
    /// A limit with a name was hit.
    Limit,
    /// The operating system refused (files, pipes, terminal).
    Io,
    /// The command line asks for something that cannot be asked.
    Usage,
}

impl ErrorKind {
    /// The stable word for JSON output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorKind::Name => "name",
            ErrorKind::Syntax => "syntax",
            ErrorKind::Entry => "entry",
            ErrorKind::Condition => "condition",
            ErrorKind::Scenario => "scenario",
            ErrorKind::Catalog => "catalog",
            ErrorKind::NotFound => "not-found",
            ErrorKind::Ambiguous => "ambiguous",
            ErrorKind::Limit => "limit",
            ErrorKind::Io => "io",
            ErrorKind::Usage => "usage",
        }
    }
}

/// What went wrong, where, and what to do about it.
///
/// It prints as one paragraph: `file:line:column (path): message; expected …` and, on a line of its
/// own, `help: …`.
///
/// ```
/// use azrbac::ident::Scope;
/// let error = Scope::new("/subscriptions/x/resourceGroups").unwrap_err();
/// assert!(error.to_string().contains("resourceGroups"));
/// ```
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    expected: Option<String>,
    help: Option<String>,
    place: Option<Place>,
}

impl Error {
    /// An error of a kind with a message: lower case, no full stop, the user's text in backticks.
    #[cold]
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            expected: None,
            help: None,
            place: None,
        }))
    }

    /// A source of this name could not be read or written; `doing` says which.
    #[cold]
    #[must_use]
    pub fn io(name: &str, doing: &str, error: &std::io::Error) -> Error {
        Error::new(ErrorKind::Io, format!("{doing} `{}` failed: {error}", one_line(name)))
    }

    /// A source of this name has more than [`SOURCE_LIMIT`] bytes.
    #[cold]
    #[must_use]
    pub fn too_long(name: &str) -> Error {
        let message = format!("`{name}` is longer than {SOURCE_LIMIT} bytes, the limit");
        Error::new(ErrorKind::Limit, message)
            .help("split the export; `azrbac explain limits` lists all limits")
    }

    /// Adds what was expected instead.
    #[must_use]
    pub fn expected(mut self, what: impl Into<String>) -> Error {
        self.0.expected = Some(what.into());
        self
    }

    /// Adds the way out.
    #[must_use]
    pub fn help(mut self, what: impl Into<String>) -> Error {
        self.0.help = Some(what.into());
        self
    }

    /// Adds the place, unless one is known already (the innermost place is the best one).
    #[must_use]
    pub fn at(mut self, place: Place) -> Error {
        self.0.place.get_or_insert(place);
        self
    }

    /// The kind, for branching.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message alone: what was found.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What was expected, where that can be said.
    #[must_use]
    pub fn expectation(&self) -> Option<&str> {
        self.0.expected.as_deref()
    }

    /// The way out, where there is one to name.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The place, where there is one.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(place) = &self.0.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(expected) = &self.0.expected {
            write!(f, "; expected {expected}")?;
        }
        if let Some(help) = &self.0.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
