//! Many patterns at once, for bulk questions such as roles by operations.

use super::{ActionPattern, Wildcards};
use crate::origin::{Error, ErrorKind};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Which of many patterns match an operation?
///
/// One pass of [`globset`] instead of one comparison a pattern. Patterns are folded and everything
/// but `*` is escaped first, because globset gives `?`, `[`, `{`, `\` and `**` a meaning that Azure
/// does not, and leaves its fast paths when asked to ignore case. The tests hold every answer
/// against [`ActionPattern::matches`].
///
/// ```
/// use azrbac::pattern::{ActionPattern, PatternIndex, Wildcards};
/// let patterns = [ActionPattern::new("*/read")?, ActionPattern::new("X/*/write")?];
/// let index = PatternIndex::new(&patterns, Wildcards::Azure)?;
/// assert_eq!(index.matching("x/write"), [1]);
/// assert_eq!(index.matching("x/y/read"), [0]);
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PatternIndex {
    set: GlobSet,
    /// The pattern behind each glob.
    owners: Vec<usize>,
    length: usize,
}

impl PatternIndex {
    /// Compiles the patterns, in their order; equal ones stay apart.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] when the patterns taken together are larger than the matcher takes.
    pub fn new(patterns: &[ActionPattern], wildcards: Wildcards) -> Result<PatternIndex, Error> {
        let mut builder = GlobSetBuilder::new();
        let mut owners = Vec::new();
        for (number, pattern) in patterns.iter().enumerate() {
            for text in globs(pattern.folded(), wildcards) {
                let glob = GlobBuilder::new(&text)
                    .literal_separator(false)
                    .backslash_escape(false)
                    .empty_alternates(true)
                    .build();
                builder.add(glob.map_err(|error| too_large(&error))?);
                owners.push(number);
            }
        }
        let set = builder.build().map_err(|error| too_large(&error))?;
        Ok(PatternIndex { set, owners, length: patterns.len() })
    }

    /// How many patterns it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Does it hold none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The numbers of the patterns that match an operation (folded), ascending. Time: one pass over
    /// the text, and the matches.
    #[must_use]
    pub fn matching(&self, operation: &str) -> Vec<usize> {
        let mut found = Vec::new();
        self.matching_into(operation, &mut found);
        found
    }

    /// As [`PatternIndex::matching`], into a vector that is used again and again.
    pub fn matching_into(&self, operation: &str, found: &mut Vec<usize>) {
        self.set.matches_into(operation, found);
        for number in found.iter_mut() {
            *number = self.owners[*number];
        }
        found.sort_unstable();
        found.dedup();
    }
}

fn too_large(error: &globset::Error) -> Error {
    Error::new(ErrorKind::Limit, format!("the patterns do not fit one index: {error}"))
}

/// A pattern as globs: two where one `/*/` may also stand for `/` (U3), so that both stay simple;
/// with more such places, one glob with alternatives instead of a power of two.
fn globs(folded: &str, wildcards: Wildcards) -> Vec<String> {
    let places = if wildcards == Wildcards::Azure { vanishing(folded) } else { Vec::new() };
    match places.as_slice() {
        [] => vec![glob(folded, &[])],
        [place] => vec![
            glob(folded, &[]),
            glob(&format!("{}{}", &folded[..*place], &folded[place + 2..]), &[]),
        ],
        places => vec![glob(folded, places)],
    }
}

/// Where a star stands between two slashes.
fn vanishing(folded: &str) -> Vec<usize> {
    let bytes = folded.as_bytes();
    let between = |at: &usize| bytes[*at] == b'*' && bytes[at - 1] == b'/' && bytes[at + 1] == b'/';
    (1..bytes.len().saturating_sub(1)).filter(between).collect()
}

fn glob(folded: &str, optional: &[usize]) -> String {
    let mut glob = String::with_capacity(folded.len() + 8);
    let mut skip_slash = false;
    let mut in_run = false;
    for (at, character) in folded.char_indices() {
        if std::mem::take(&mut skip_slash) {
            continue;
        }
        if character == '*' {
            if optional.binary_search(&at).is_ok() {
                glob.push_str("{,*/}");
                skip_slash = true;
            } else if !in_run {
                // A run of stars is one star; globset reads two as something else.
                glob.push('*');
            }
            in_run = true;
            continue;
        }
        in_run = false;
        if matches!(character, '?' | '[' | ']' | '{' | '}') {
            glob.push('[');
            glob.push(character);
            glob.push(']');
        } else {
            glob.push(character);
        }
    }
    glob
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(patterns: &[&str], operation: &str) {
        let patterns: Vec<_> =
            patterns.iter().map(|text| ActionPattern::new(text).expect(text)).collect();
        for wildcards in [Wildcards::Azure, Wildcards::Strict] {
            let index = PatternIndex::new(&patterns, wildcards).expect("few patterns");
            let one_by_one: Vec<usize> = (0..patterns.len())
                .filter(|at| patterns[*at].matches_folded(operation, wildcards).is_match())
                .collect();
            let found = index.matching(operation);
            assert_eq!(found, one_by_one, "{patterns:?} on {operation} ({wildcards:?})");
        }
    }

    #[test]
    fn characters_that_globs_give_a_meaning() {
        let patterns = [
            "a?/read",
            "a[b]/read",
            "a[!b]/read",
            "a{b,c}/read",
            "a\\b/read",
            "a\\*/read",
            "**/read",
            "a/**/read",
            "a**/read",
            "a/**",
            "**",
            "*",
            "a[/read",
            "a]/read",
            "{/read",
            "}/read",
            "!a/read",
            "a,b/read",
            "*.read",
            "a/*/b/*/read",
            "a/*/*/read",
            "*/",
            "a-b/read",
            "^/read",
            "~/read",
            ".",
            "*.b",
            "**/a.b",
            "a/***/read",
        ];
        for operation in [
            "ab/read",
            "a?/read",
            "a[b]/read",
            "a[!b]/read",
            "a{b,c}/read",
            "ac/read",
            "a\\b/read",
            "a\\*/read",
            "a\\x/read",
            "a/read",
            "a/b/read",
            "a//read",
            "a/x/b/y/read",
            "a/b/b/read",
            "a[/read",
            "a]/read",
            "{/read",
            "}/read",
            "!a/read",
            "a,b/read",
            "x.read",
            "a/",
            "/",
            "a-b/read",
            "^/read",
            "~/read",
            ".",
            "x/a.b",
            "a.b",
            "a.b/",
            "read",
            "/read",
            "..",
            "",
            "a/..",
            "../a.b",
        ] {
            check(&patterns, operation);
        }
    }

    #[test]
    fn an_empty_index_matches_nothing() {
        let index = PatternIndex::new(&[], Wildcards::Azure).expect("nothing");
        assert!(index.is_empty());
        assert_eq!(index.len(), 0);
        assert!(index.matching("x/read").is_empty());
    }

    #[test]
    fn a_star_beside_one_slash_stays() {
        for pattern in ["x/*y/read", "x*/read", "x/*", "x/*y/*z/read"] {
            for operation in ["x//read", "x/read", "x/y/read", "x/y", "x/", "x"] {
                check(&[pattern], operation);
            }
        }
    }

    #[test]
    fn equal_patterns_stay_apart() {
        let pattern = ActionPattern::new("x/*/read").expect("a pattern");
        let index = PatternIndex::new(&[pattern.clone(), pattern], Wildcards::Azure).expect("two");
        assert!(!index.is_empty());
        assert_eq!(index.len(), 2);
        assert_eq!(index.matching("x/read"), [0, 1]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn equals_the_matcher(
            patterns in prop::collection::vec("[ab/*.?\\[\\]{},!\\\\é-]{1,9}", 1..8),
            operations in prop::collection::vec("[ab/.?\\[{},!\\\\é-]{0,9}", 1..8),
        ) {
            let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
            for operation in &operations {
                check(&patterns, operation);
            }
        }
    }
}
