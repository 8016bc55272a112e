//! Operations and their planes, one a line, sorted by the folded name.
//!
//! `Microsoft.Storage/storageAccounts/listKeys/action C`: `C` and `D` were seen on the control or
//! data plane, `c` and `d` are inferred from the patterns of built-in roles.

use super::book::{Book, OPERATIONS_TITLE};
use crate::ident::{Fingerprint, Operation, Plane};
use crate::origin::{Error, ErrorKind};
use hashbrown::HashTable;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// How sure it is that an operation stands on a plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Its plane follows only from the patterns of built-in roles.
    Inferred,
    /// It was seen there: in a role definition, in the REST map, in a provider's own list.
    Observed,
}

/// On which planes an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Planes {
    /// On the control plane, and how sure that is.
    pub control: Option<Certainty>,
    /// On the data plane, and how sure that is.
    pub data: Option<Certainty>,
}

impl Planes {
    /// The plane, where there is exactly one.
    #[must_use]
    pub fn only(self) -> Option<(Plane, Certainty)> {
        match (self.control, self.data) {
            (Some(certainty), None) => Some((Plane::Control, certainty)),
            (None, Some(certainty)) => Some((Plane::Data, certainty)),
            _ => None,
        }
    }

    /// Is the operation known at all?
    #[must_use]
    pub fn is_known(self) -> bool {
        self.control.is_some() || self.data.is_some()
    }

    /// Whether it stands on a plane, and how sure that is.
    #[must_use]
    pub fn on(self, plane: Plane) -> Option<Certainty> {
        match plane {
            Plane::Control => self.control,
            Plane::Data => self.data,
        }
    }

    fn parse(word: &str) -> Option<Planes> {
        let mut planes = Planes::default();
        for letter in word.chars() {
            match letter {
                'C' => planes.control = Some(Certainty::Observed),
                'c' => planes.control = Some(Certainty::Inferred),
                'D' => planes.data = Some(Certainty::Observed),
                'd' => planes.data = Some(Certainty::Inferred),
                _ => return None,
            }
        }
        planes.is_known().then_some(planes)
    }

    fn word(self) -> String {
        let letter = |certainty, observed, inferred| match certainty {
            Some(Certainty::Observed) => observed,
            Some(Certainty::Inferred) => inferred,
            None => "",
        };
        format!("{}{}", letter(self.control, "C", "c"), letter(self.data, "D", "d"))
    }

    /// Adds a plane; what was observed stays observed.
    pub fn add(&mut self, plane: Plane, certainty: Certainty) {
        let slot = match plane {
            Plane::Control => &mut self.control,
            Plane::Data => &mut self.data,
        };
        *slot = (*slot).max(Some(certainty));
    }
}

/// The operations that are known.
#[derive(Debug, Clone)]
pub struct OperationBook(Book, OnceLock<Index>);

/// Each operation by the hash of its folded name.
type Index = Arc<HashTable<Entry>>;

/// An operation in the index: what a look-up needs, so that its record is not read again.
#[derive(Debug, Clone, Copy)]
struct Entry {
    hash: u32,
    /// Where its name stands in the text.
    start: u32,
    length: u16,
    planes: Planes,
}

impl OperationBook {
    pub(super) fn embedded(text: &'static str) -> OperationBook {
        OperationBook(Book::new(Cow::Borrowed(text)), OnceLock::new())
    }

    pub(super) fn owned(text: &str) -> Result<OperationBook, Error> {
        let book = OperationBook(Book::new(Cow::Owned(text.to_string())), OnceLock::new());
        let mut last = String::new();
        for (number, record) in book.0.records().enumerate() {
            let line = book.0.head_lines() + number + 1;
            let folded = name(record).to_ascii_lowercase();
            let wrong = |what: &str| {
                Error::new(ErrorKind::Catalog, format!("line {line}: {what}"))
                    .help("make the file again with `azrbac catalog import`")
            };
            if planes(record).is_none() {
                return Err(wrong("not an operation and its planes"));
            }
            if folded <= last {
                return Err(wrong("operations are not sorted"));
            }
            last = folded;
        }
        Ok(book)
    }

    /// Was the list read from a file, rather than embedded?
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.0.is_owned()
    }

    /// The day up to which operations were observed.
    #[must_use]
    pub fn date(&self) -> &str {
        self.0.head("observed")
    }

    /// The day of the list from which planes were inferred.
    #[must_use]
    pub fn inferred_date(&self) -> &str {
        self.0.head("inferred")
    }

    /// Where the facts come from, in words.
    #[must_use]
    pub fn provenance(&self) -> &str {
        self.0.head("from")
    }

    /// All operations in the spelling that was recorded, sorted without case.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Planes)> {
        self.0.records().map(|record| (name(record), planes(record).unwrap_or_default()))
    }

    /// On which planes is there such an operation?
    #[must_use]
    pub fn planes(&self, operation: &Operation) -> Planes {
        let key = operation.folded();
        if let Some(index) = self.1.get() {
            let wanted = operation.fingerprint().hash;
            let is_it = |entry: &Entry| {
                entry.hash == wanted
                    && self.0.slice(entry.start, entry.length).eq_ignore_ascii_case(key)
            };
            return index.find(spread(wanted), is_it).map(|entry| entry.planes).unwrap_or_default();
        }
        let order = |record: &str| {
            name(record).bytes().map(|byte| byte.to_ascii_lowercase()).cmp(key.bytes())
        };
        self.0.find(order).and_then(planes).unwrap_or_default()
    }

    /// How an operation is spelled here, given its folded text.
    #[must_use]
    pub fn spelling(&self, folded: &str) -> Option<&str> {
        self.0.find(|record| name(record).to_ascii_lowercase().as_str().cmp(folded)).map(name)
    }

    /// Makes every later look-up by name quick. It costs what a few thousand look-ups cost without it:
    /// for a stream of questions, not for one.
    pub fn index(&self) {
        self.1.get_or_init(|| {
            let mut index = HashTable::new();
            let mut folded = String::new();
            for at in self.0.offsets() {
                let record = self.0.record_at(at);
                let name = name(record);
                folded.clear();
                folded.push_str(name);
                folded.make_ascii_lowercase();
                let (Ok(start), Ok(length), Some(planes)) =
                    (u32::try_from(at), u16::try_from(name.len()), planes(record))
                else {
                    continue;
                };
                let hash = Fingerprint::of(&folded).hash;
                let entry = Entry { hash, start, length, planes };
                index.insert_unique(spread(hash), entry, |entry| spread(entry.hash));
            }
            Arc::new(index)
        });
    }

    /// The names that are most like one that is not there, best first.
    #[must_use]
    pub fn nearest(&self, operation: &Operation, count: usize) -> Vec<&str> {
        let wanted = operation.folded();
        let mut found: Vec<(usize, &str)> = Vec::new();
        for (name, _) in self.iter() {
            let folded = name.to_ascii_lowercase();
            if folded.len().abs_diff(wanted.len()) > 12 {
                continue;
            }
            let distance = strsim::levenshtein(&folded, wanted);
            if distance <= wanted.len() / 5 + 1 {
                found.push((distance, name));
            }
        }
        found.sort_unstable();
        found.into_iter().take(count).map(|(_, name)| name).collect()
    }
}

/// A table looks at the highest bits of a hash and at the lowest.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn name(record: &str) -> &str {
    record.split(' ').next().unwrap_or_default()
}

fn planes(record: &str) -> Option<Planes> {
    Planes::parse(record.trim_end().split_once(' ')?.1)
}

/// Writes operations as a section of a catalog file.
#[must_use]
pub fn write(
    operations: &BTreeMap<String, (String, Planes)>,
    observed: &str,
    inferred: &str,
    from: &str,
) -> String {
    let mut text =
        format!("{OPERATIONS_TITLE}\nobserved {observed}\ninferred {inferred}\nfrom {from}\n\n");
    for (spelling, planes) in operations.values() {
        text.push_str(&format!("{spelling} {}\n", planes.word()));
    }
    text
}
