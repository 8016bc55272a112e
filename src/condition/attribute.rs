//! Names of attributes and the values that a question brings along.

use super::fold::{equal, fold};
use std::fmt;

/// Whose attribute is it?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AttributeSource {
    /// What the request is about, as it is stored.
    Resource,
    /// What the request itself says.
    Request,
    /// Who asks.
    Principal,
    /// The circumstances: time and network.
    Environment,
}

impl AttributeSource {
    /// All four.
    pub const ALL: [AttributeSource; 4] = [
        AttributeSource::Resource,
        AttributeSource::Request,
        AttributeSource::Principal,
        AttributeSource::Environment,
    ];

    /// The word that stands after `@`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            AttributeSource::Resource => "Resource",
            AttributeSource::Request => "Request",
            AttributeSource::Principal => "Principal",
            AttributeSource::Environment => "Environment",
        }
    }

    /// The source of that name, in any case (U17).
    #[must_use]
    pub fn parse(word: &str) -> Option<AttributeSource> {
        Self::ALL.into_iter().find(|source| source.as_str().eq_ignore_ascii_case(word))
    }
}

impl fmt::Display for AttributeSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an attribute holds. Dates and GUIDs are text, as in JSON; the operator says how to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue {
    /// A word whose type nobody said, as typed on a command line: read as whatever type the operator
    /// wants of it.
    Word(String),
    /// One string; the empty one is a value too (semantics.md 9.4).
    Text(String),
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Several values; the empty list counts as missing (U23).
    List(Vec<AttributeValue>),
    /// Values under keys, such as blob index tags.
    Dictionary(Vec<(String, AttributeValue)>),
}

impl AttributeValue {
    /// Does it hold no value at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            AttributeValue::List(values) => values.is_empty(),
            AttributeValue::Dictionary(entries) => entries.is_empty(),
            AttributeValue::Word(_)
            | AttributeValue::Text(_)
            | AttributeValue::Boolean(_)
            | AttributeValue::Integer(_) => false,
        }
    }
}

impl From<&str> for AttributeValue {
    fn from(text: &str) -> AttributeValue {
        AttributeValue::Text(text.to_string())
    }
}

const CASE_SUFFIX: &str = "<$key_case_sensitive$>";
const KEYS_SUFFIX: &str = "&$keys$&";

/// How the part after the first colon is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// Without case, like the rest of the name (U21 for keys of dictionaries).
    AnyCase,
    /// As it is written: `…<$key_case_sensitive$>`.
    Exact,
    /// Not one key but the list of them: `…&$keys$&`.
    All,
}

/// The service that defines an attribute, where an uncertain rule hangs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Storage,
    Logs,
    Other,
}

/// The name of an attribute as a condition writes it, taken apart once.
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    pub(crate) source: AttributeSource,
    /// As written, without blanks around it.
    pub(crate) text: Box<str>,
    /// Folded, without suffix.
    pub(crate) folded: Box<str>,
    /// Where in `folded` the first colon stands.
    pub(crate) colon: Option<u32>,
    /// The part after the first colon as written, without suffix.
    pub(crate) key: Box<str>,
    pub(crate) compares: Key,
    pub(crate) service: Service,
}

fn strip_suffix<'t>(text: &'t str, suffix: &str) -> Option<&'t str> {
    let at = text.len().checked_sub(suffix.len())?;
    let (start, end) = (text.get(..at)?, text.get(at..)?);
    end.eq_ignore_ascii_case(suffix).then_some(start)
}

impl Attribute {
    /// `None` where no name is left.
    pub(crate) fn new(source: AttributeSource, text: &str) -> Option<Attribute> {
        let text = text.trim();
        let (bare, compares) = if let Some(bare) = strip_suffix(text, CASE_SUFFIX) {
            (bare, Key::Exact)
        } else if let Some(bare) = strip_suffix(text, KEYS_SUFFIX) {
            (bare, Key::All)
        } else {
            (text, Key::AnyCase)
        };
        if bare.is_empty() {
            return None;
        }
        let folded = fold(bare);
        let service = if folded.starts_with("microsoft.storage/") {
            Service::Storage
        } else if folded.starts_with("microsoft.operationalinsights/")
            || folded.starts_with("microsoft.insights/logs/")
        {
            Service::Logs
        } else {
            Service::Other
        };
        Some(Attribute {
            source,
            text: text.into(),
            colon: folded.find(':').and_then(|at| u32::try_from(at).ok()),
            folded,
            key: bare.split_once(':').map_or("", |(_, key)| key).into(),
            compares,
            service,
        })
    }

    /// The type path, folded: what stands before the first colon.
    pub(crate) fn base(&self) -> &str {
        self.colon.map_or(&self.folded, |at| &self.folded[..at as usize])
    }

    /// Do both names always find the same value?
    pub(crate) fn same(&self, other: &Attribute) -> bool {
        self.source == other.source
            && self.folded == other.folded
            && self.compares == other.compares
            && (self.compares != Key::Exact || self.key == other.key)
    }

    /// The old spelling of the suboperation (semantics.md 9.2, preview form).
    pub(crate) fn is_sub_operation(&self) -> bool {
        self.source == AttributeSource::Request && &*self.folded == "suboperation"
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}[{}]", self.source, self.text)
    }
}

#[derive(Debug, Clone)]
struct Entry {
    folded: Box<str>,
    key: Box<str>,
    /// It was given with the suffix that says: key of a dictionary.
    exact: bool,
    text: Box<str>,
    value: AttributeValue,
}

/// The attributes that are given with a question.
///
/// A dictionary comes as a whole (`…/tags`, and then it is known in full) or entry by entry
/// (`…/tags:Project<$key_case_sensitive$>`); names are compared without case (semantics.md 9.3).
///
/// ```
/// use azrbac::condition::{AttributeSource, AttributeValue, Attributes};
/// let mut given = Attributes::default();
/// given.insert(
///     AttributeSource::Resource,
///     "Contoso/boxes/tags",
///     AttributeValue::Dictionary(vec![("Project".into(), "Cascade".into())]),
/// );
/// let found = given.get(AttributeSource::Resource, "contoso/Boxes/tags:Project<$key_case_sensitive$>");
/// assert_eq!(found, Some(&"Cascade".into()));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Attributes {
    // INVARIANT (order): each list is sorted by (folded, key), so that a look-up is a bisection.
    lists: [Vec<Entry>; 4],
}

impl Attributes {
    /// Adds a value or replaces the one of that name. A name of nothing but blanks is ignored: no
    /// condition can ask for it.
    pub fn insert(&mut self, source: AttributeSource, name: &str, value: AttributeValue) {
        let Some(attribute) = Attribute::new(source, name) else { return };
        let mut folded = String::from(attribute.folded);
        if attribute.compares == Key::All {
            folded.push_str(KEYS_SUFFIX);
        }
        let entry = Entry {
            folded: folded.into(),
            key: attribute.key,
            exact: attribute.compares == Key::Exact,
            text: attribute.text,
            value,
        };
        let list = &mut self.lists[source as usize];
        match list.binary_search_by(|old| (&old.folded, &old.key).cmp(&(&entry.folded, &entry.key)))
        {
            Ok(at) => list[at] = entry,
            Err(at) => list.insert(at, entry),
        }
    }

    /// The value that a condition would find under this name. The list of keys that `…&$keys$&` stands
    /// for is made up on the way and has no value to borrow, unless it was given under that name.
    #[must_use]
    pub fn get(&self, source: AttributeSource, name: &str) -> Option<&AttributeValue> {
        match self.find(&Attribute::new(source, name)?) {
            Found::Value { value, .. } => Some(value),
            Found::Keys(_) | Found::Entries(_) | Found::Absent | Found::NotGiven => None,
        }
    }

    /// Is nothing given?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lists.iter().all(Vec::is_empty)
    }

    /// Everything that is given, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (AttributeSource, &str, &AttributeValue)> {
        AttributeSource::ALL.into_iter().flat_map(|source| {
            self.lists[source as usize]
                .iter()
                .map(move |entry| (source, &*entry.text, &entry.value))
        })
    }

    fn range(&self, source: AttributeSource, folded: &str) -> &[Entry] {
        let list = &self.lists[source as usize];
        let start = list.partition_point(|entry| &*entry.folded < folded);
        let len = list[start..].iter().take_while(|entry| &*entry.folded == folded).count();
        &list[start..start + len]
    }

    pub(crate) fn find(&self, name: &Attribute) -> Found<'_> {
        if self.lists[name.source as usize].is_empty() {
            return Found::NotGiven;
        }
        match name.compares {
            Key::All => self.find_keys(name),
            Key::Exact => {
                let given = self.range(name.source, &name.folded);
                match given.iter().find(|entry| entry.key == name.key) {
                    Some(entry) => Found::Value { value: &entry.value, guessed: false },
                    None => self.find_in_dictionary(name),
                }
            }
            Key::AnyCase => {
                let given = self.range(name.source, &name.folded);
                let best = given.iter().find(|entry| entry.key == name.key).or(given.first());
                match best {
                    Some(entry) => Found::Value {
                        value: &entry.value,
                        guessed: entry.exact && entry.key != name.key,
                    },
                    None => self.find_in_dictionary(name),
                }
            }
        }
    }

    fn find_in_dictionary(&self, name: &Attribute) -> Found<'_> {
        if name.colon.is_none() {
            return Found::NotGiven;
        }
        let Some(AttributeValue::Dictionary(entries)) =
            self.range(name.source, name.base()).first().map(|entry| &entry.value)
        else {
            return Found::NotGiven;
        };
        if let Some((_, value)) = entries.iter().find(|(key, _)| **key == *name.key) {
            return Found::Value { value, guessed: false };
        }
        if name.compares == Key::AnyCase
            && let Some((_, value)) = entries.iter().find(|(key, _)| equal(key, &name.key))
        {
            return Found::Value { value, guessed: true };
        }
        Found::Absent
    }

    fn find_keys(&self, name: &Attribute) -> Found<'_> {
        let list = &self.lists[name.source as usize];
        let direct = list
            .iter()
            .find(|entry| strip_suffix(&entry.folded, KEYS_SUFFIX) == Some(&*name.folded));
        if let Some(entry) = direct {
            return Found::Value { value: &entry.value, guessed: false };
        }
        if let Some(AttributeValue::Dictionary(entries)) =
            self.range(name.source, &name.folded).first().map(|entry| &entry.value)
        {
            return Found::Keys(entries);
        }
        let is_entry = |entry: &Entry| {
            entry.folded.len() > name.folded.len()
                && entry.folded.starts_with(&*name.folded)
                && entry.folded.as_bytes()[name.folded.len()] == b':'
        };
        let Some(start) = list.iter().position(is_entry) else { return Found::NotGiven };
        let len = list[start..].iter().take_while(|entry| is_entry(entry)).count();
        Found::Entries(Entries(&list[start..start + len]))
    }
}

/// The entries of a dictionary that was given piece by piece.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entries<'a>(&'a [Entry]);

impl<'a> Entries<'a> {
    pub(crate) fn len(self) -> usize {
        self.0.len()
    }

    pub(crate) fn key(self, at: usize) -> Option<&'a str> {
        self.0.get(at).map(|entry| &*entry.key)
    }
}

/// What a name finds among the given attributes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found<'a> {
    /// A value; `guessed` where a key of a dictionary fits but for its case (U21).
    Value { value: &'a AttributeValue, guessed: bool },
    /// The keys of a dictionary that was given as a whole.
    Keys(&'a [(String, AttributeValue)]),
    /// The keys of the entries that were given one by one.
    Entries(Entries<'a>),
    /// The dictionary was given as a whole and has no such key.
    Absent,
    /// Nobody said anything about it.
    NotGiven,
}

#[cfg(test)]
mod tests {
    use super::*;
    use AttributeSource::Resource;

    fn given(names: &[&str]) -> Attributes {
        let mut attributes = Attributes::default();
        for name in names {
            attributes.insert(Resource, name, AttributeValue::Text((*name).to_string()));
        }
        attributes
    }

    fn check(names: &[&str], asked: &str, expect: Option<&str>) {
        let attributes = given(names);
        let found = attributes.get(Resource, asked);
        assert_eq!(found, expect.map(AttributeValue::from).as_ref(), "{names:?} {asked}");
    }

    #[test]
    fn names_without_case_and_keys_with_it() {
        check(&["A/b:Name"], "a/B:name", Some("A/b:Name"));
        check(
            &["t:Key<$key_case_sensitive$>"],
            "T:Key<$KEY_CASE_SENSITIVE$>",
            Some("t:Key<$key_case_sensitive$>"),
        );
        check(&["t:Key<$key_case_sensitive$>"], "t:key<$key_case_sensitive$>", None);
        check(&["t:Key"], "t:Key<$key_case_sensitive$>", Some("t:Key"));
        check(&["t:key", "t:Key"], "t:Key", Some("t:Key"));
        check(&["t:a:b/c"], "t:A:B/c", Some("t:a:b/c"));
        check(&["x"], "y", None);
        check(&["  x "], "x", Some("  x "));
    }

    #[test]
    fn a_dictionary_is_known_in_full() {
        let mut attributes = Attributes::default();
        let tags = vec![("a:b/c".to_string(), "1".into()), ("P".to_string(), "2".into())];
        attributes.insert(Resource, "x/tags", AttributeValue::Dictionary(tags));
        let find = |name: &str| attributes.find(&Attribute::new(Resource, name).expect(name));
        assert!(matches!(
            find("X/TAGS:P<$key_case_sensitive$>"),
            Found::Value { guessed: false, .. }
        ));
        assert!(matches!(find("x/tags:p"), Found::Value { guessed: true, .. }));
        assert!(matches!(find("x/tags:a:b/c<$key_case_sensitive$>"), Found::Value { .. }));
        assert!(matches!(find("x/tags:p<$key_case_sensitive$>"), Found::Absent));
        assert!(matches!(find("x/tags&$keys$&"), Found::Keys(keys) if keys.len() == 2));
        assert!(matches!(find("x/tag:p"), Found::NotGiven));
    }

    #[test]
    fn keys_of_single_entries() {
        let attributes = given(&["x/tags:b", "x/tags:A<$key_case_sensitive$>", "x/tag", "x/tagsy"]);
        let keys = Attribute::new(Resource, "X/tags&$keys$&").expect("a name");
        let Found::Entries(entries) = attributes.find(&keys) else { unreachable!("two entries") };
        assert_eq!((entries.len(), entries.key(0), entries.key(1)), (2, Some("A"), Some("b")));
        assert!(Attribute::new(Resource, "<$key_case_sensitive$>").is_none());
    }
}
