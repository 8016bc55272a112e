//! Tests on the properties of a resource.

use crate::origin::{Error, ErrorKind};
use crate::truth::Truth;
use serde_json::{Map, Value};
use std::fmt;

/// The path to one property, such as `properties.features.disableLocalAuth`, compared without case.
#[derive(Clone, PartialEq, Eq)]
pub struct PropertyPath {
    text: Box<str>,
}

const ROOT: &str = "properties.";

impl PropertyPath {
    /// Checks a path.
    ///
    /// # Errors
    /// [`ErrorKind::Name`] when it does not start with `properties.` or has an empty segment.
    pub fn new(text: &str) -> Result<PropertyPath, Error> {
        let rest = text.strip_prefix(ROOT).unwrap_or_default();
        if rest.split('.').any(str::is_empty) || text.contains(char::is_whitespace) {
            return Err(Error::new(ErrorKind::Name, format!("`{text}` is not a property path"))
                .expected("a path such as `properties.disableLocalAuth`"));
        }
        Ok(PropertyPath { text: text.into() })
    }

    /// The path as people write it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value at this path of a resource's `properties` object; `null` is as good as absent.
    #[must_use]
    pub fn find<'v>(&self, properties: &'v Value) -> Option<&'v Value> {
        let mut value = properties;
        for segment in self.text[ROOT.len()..].split('.') {
            let object = value.as_object()?;
            value = object.get(segment).or_else(|| {
                object.iter().find(|(name, _)| name.eq_ignore_ascii_case(segment)).map(|(_, v)| v)
            })?;
        }
        (!value.is_null()).then_some(value)
    }

    /// Sets the value at this path, whatever the casing of the names on the way; what is no object there
    /// becomes one.
    pub fn set(&self, properties: &mut Value, value: Value) {
        let mut at = properties;
        for segment in self.text[ROOT.len()..].split('.') {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            let Value::Object(members) = at else { return };
            let known = members.keys().find(|key| key.eq_ignore_ascii_case(segment)).cloned();
            at = members.entry(known.unwrap_or_else(|| segment.to_string())).or_insert(Value::Null);
        }
        *at = value;
    }
}

impl fmt::Display for PropertyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl fmt::Debug for PropertyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PropertyPath({})", self.text)
    }
}

/// What is expected of a property. Words are compared without case; `true` and `false` also match
/// the strings that some services write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// It has this value.
    Is(Box<str>),
    /// It has another value.
    Not(Box<str>),
    /// It is a list that holds this value.
    Contains(Box<str>),
    /// It is a list that does not.
    Lacks(Box<str>),
    /// It is there.
    Set,
    /// It is not there.
    Unset,
    /// Nothing that it may be.
    Never,
}

impl Expected {
    /// What holds when the property is absent, unless the catalog says otherwise: only `not` and
    /// `unset` do.
    #[must_use]
    pub fn when_absent(&self) -> Truth {
        Truth::from(matches!(self, Expected::Not(_) | Expected::Unset))
    }
}

/// A property, what is expected of it, and what its absence means.
///
/// ```
/// use azrbac::catalog::local_auth::PropertyTest;
/// use azrbac::truth::Truth;
/// let closed = PropertyTest::parse("properties.disableLocalAuth is true")?;
/// let decide = |text| closed.decide(serde_json::from_str(text).ok().as_ref());
/// assert_eq!(decide(r#"{"disableLocalAuth": true}"#), Truth::True);
/// assert_eq!(decide("{}"), Truth::False);
/// assert_eq!(decide("null"), Truth::Unknown);
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyTest {
    /// Which property.
    pub path: PropertyPath,
    /// What it should be.
    pub expected: Expected,
    /// The answer when the resource's properties are known and this one is not among them.
    pub absent: Truth,
}

impl PropertyTest {
    /// Reads `PATH is VALUE`, `not`, `contains`, `lacks`, `set`, `unset` or `never`, perhaps
    /// followed by `absent yes`, `absent no` or `absent unknown`.
    ///
    /// # Errors
    /// [`ErrorKind::Name`] when it is none of these.
    pub fn parse(text: &str) -> Result<PropertyTest, Error> {
        let wrong = || {
            Error::new(ErrorKind::Name, format!("`{text}` is not a test of a property")).expected(
                "a path and `is VALUE`, `not VALUE`, `contains VALUE`, `lacks VALUE`, `set`, \
                 `unset` or `never`",
            )
        };
        let words: Vec<&str> = text.split(' ').collect();
        let [path, words @ ..] = words.as_slice() else { return Err(wrong()) };
        let (expected, rest) = match words {
            ["is", value, rest @ ..] => (Expected::Is((*value).into()), rest),
            ["not", value, rest @ ..] => (Expected::Not((*value).into()), rest),
            ["contains", value, rest @ ..] => (Expected::Contains((*value).into()), rest),
            ["lacks", value, rest @ ..] => (Expected::Lacks((*value).into()), rest),
            ["set", rest @ ..] => (Expected::Set, rest),
            ["unset", rest @ ..] => (Expected::Unset, rest),
            ["never", rest @ ..] => (Expected::Never, rest),
            _ => return Err(wrong()),
        };
        let absent = match rest {
            [] => expected.when_absent(),
            ["absent", "yes"] => Truth::True,
            ["absent", "no"] => Truth::False,
            ["absent", "unknown"] => Truth::Unknown,
            _ => return Err(wrong()),
        };
        Ok(PropertyTest { path: PropertyPath::new(path)?, expected, absent })
    }

    /// Does it hold for a resource's `properties`? Properties that are not known, or `null`, leave
    /// it undecided; so does a value of a kind that the test cannot compare.
    #[must_use]
    pub fn decide(&self, properties: Option<&Value>) -> Truth {
        match properties.filter(|value| value.is_object()) {
            None => Truth::Unknown,
            Some(properties) => self.decide_given(properties).unwrap_or(self.absent),
        }
    }

    /// As [`PropertyTest::decide`], but nothing when the property is absent: what a default, or
    /// another property that mirrors this one, may still decide.
    #[must_use]
    pub fn decide_given(&self, properties: &Value) -> Option<Truth> {
        let value = self.path.find(properties)?;
        Some(match &self.expected {
            Expected::Is(word) => equals(value, word),
            Expected::Not(word) => !equals(value, word),
            Expected::Contains(word) => contains(value, word),
            Expected::Lacks(word) => !contains(value, word),
            Expected::Set => Truth::True,
            Expected::Unset | Expected::Never => Truth::False,
        })
    }
}

fn equals(value: &Value, word: &str) -> Truth {
    match value {
        Value::Bool(given) => match word {
            "true" => Truth::from(*given),
            "false" => Truth::from(!given),
            _ => Truth::Unknown,
        },
        Value::String(given) => {
            let known = given.eq_ignore_ascii_case("true") || given.eq_ignore_ascii_case("false");
            if matches!(word, "true" | "false") && !known {
                return Truth::Unknown;
            }
            Truth::from(given.eq_ignore_ascii_case(word))
        }
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => Truth::Unknown,
    }
}

fn contains(value: &Value, word: &str) -> Truth {
    match value.as_array() {
        None => Truth::Unknown,
        Some(values) => {
            values.iter().map(|value| equals(value, word)).fold(Truth::False, Truth::or)
        }
    }
}

impl fmt::Display for PropertyTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", WithoutDefault(self))?;
        if self.absent == self.expected.when_absent() {
            return Ok(());
        }
        f.write_str(match self.absent {
            Truth::True => " absent yes",
            Truth::False => " absent no",
            Truth::Unknown => " absent unknown",
        })
    }
}

/// A test without what its absence means, which a switch says in a line of its own.
pub(super) struct WithoutDefault<'t>(pub(super) &'t PropertyTest);

impl fmt::Display for WithoutDefault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.0.path;
        match &self.0.expected {
            Expected::Is(word) => write!(f, "{path} is {word}"),
            Expected::Not(word) => write!(f, "{path} not {word}"),
            Expected::Contains(word) => write!(f, "{path} contains {word}"),
            Expected::Lacks(word) => write!(f, "{path} lacks {word}"),
            Expected::Set => write!(f, "{path} set"),
            Expected::Unset => write!(f, "{path} unset"),
            Expected::Never => write!(f, "{path} never"),
        }
    }
}
