//! The type of a resource.

use crate::origin::{Error, ErrorKind};
use std::fmt;

/// A resource type such as `Microsoft.Storage/storageAccounts/blobServices`, compared without case.
#[derive(Clone)]
pub struct ResourceType {
    text: Box<str>,
    folded: Box<str>,
}

impl ResourceType {
    /// Checks and folds a type.
    ///
    /// # Errors
    /// [`ErrorKind::Name`] when it has no `/`, an empty segment, a `*` or a blank.
    pub fn new(text: &str) -> Result<ResourceType, Error> {
        let bad = |c: char| c == '*' || c.is_whitespace() || c.is_control();
        if !text.contains('/') || text.split('/').any(str::is_empty) || text.contains(bad) {
            return Err(Error::new(ErrorKind::Name, format!("`{text}` is not a resource type"))
                .expected("a namespace and a type, such as `Microsoft.Storage/storageAccounts`"));
        }
        Ok(ResourceType { text: text.into(), folded: text.to_ascii_lowercase().into() })
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

    /// The segments by which this type stands below another: `queues`, `authorizationRules` for a
    /// queue's rules below a namespace; nothing for the type itself; `None` when it does not.
    #[must_use]
    pub fn below(&self, above: &ResourceType) -> Option<Vec<&str>> {
        let rest = self.folded.strip_prefix(&*above.folded)?;
        if !rest.is_empty() && !rest.starts_with('/') {
            return None;
        }
        let start = self.text.len() - rest.len();
        Some(self.text[start..].split('/').filter(|segment| !segment.is_empty()).collect())
    }
}

impl PartialEq for ResourceType {
    fn eq(&self, other: &ResourceType) -> bool {
        self.folded == other.folded
    }
}
impl Eq for ResourceType {}
impl PartialOrd for ResourceType {
    fn partial_cmp(&self, other: &ResourceType) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for ResourceType {
    fn cmp(&self, other: &ResourceType) -> std::cmp::Ordering {
        self.folded.cmp(&other.folded)
    }
}
impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl fmt::Debug for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResourceType({})", self.text)
    }
}
