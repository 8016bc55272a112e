//! Scopes: where an assignment, a deny, a lock or a question stands.

use crate::origin::{Error, ErrorKind};
use memchr::{memchr, memchr_iter, memrchr_iter};
use rustc_hash::FxHasher;
use std::borrow::Cow;
use std::fmt;
use std::hash::Hasher;
use std::str::FromStr;

/// Which level a scope is on (semantics.md 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScopeKind {
    /// `/`, above every management group.
    Root,
    /// `/providers/Microsoft.Management/managementGroups/{id}`
    ManagementGroup,
    /// `/subscriptions/{id}`
    Subscription,
    /// `/subscriptions/{id}/resourceGroups/{name}`
    ResourceGroup,
    /// Anything below: resources, their children, extension resources, data-plane scopes.
    Resource,
}

impl ScopeKind {
    /// The word for people: `resource group`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ScopeKind::Root => "root",
            ScopeKind::ManagementGroup => "management group",
            ScopeKind::Subscription => "subscription",
            ScopeKind::ResourceGroup => "resource group",
            ScopeKind::Resource => "resource",
        }
    }
}

/// One Azure scope, parsed and compared without case (semantics.md 6.2 to 6.4).
///
/// A missing leading slash and trailing slashes are mended; anything that does not consist of whole
/// `type/name` pairs is refused.
///
/// ```
/// use azrbac::ident::Scope;
/// let blob = Scope::new("/subscriptions/s/resourcegroups/RG/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/")?;
/// let mut above = Vec::new();
/// let mut scope = Some(blob);
/// while let Some(this) = scope {
///     above.push(this.leaf().to_string());
///     scope = this.parent();
/// }
/// assert_eq!(above, ["default", "a", "RG", "s"]);
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
#[derive(Clone)]
pub struct Scope {
    /// As it was given. A tenant has a hundred thousand of them, so the folded form is made when it is asked
    /// for.
    text: Box<str>,
}

/// The longest scope that is read, in bytes. Azure's own ids stay under a few thousand.
pub const LENGTH_LIMIT: usize = 16 * 1024;

impl Scope {
    /// The scope above everything.
    #[must_use]
    pub fn root() -> Scope {
        Scope { text: "/".into() }
    }

    /// The scope of a management group, by its id (not its display name, semantics.md 6.6).
    ///
    /// # Errors
    /// As [`Scope::new`].
    pub fn management_group(id: &str) -> Result<Scope, Error> {
        Scope::new(&format!("/providers/Microsoft.Management/managementGroups/{id}"))
    }

    /// Checks, mends and folds an ARM id.
    ///
    /// # Errors
    /// [`ErrorKind::Name`] when a segment is empty, a `type` has no `name`, a `providers` has no
    /// namespace or type, or a placeholder such as `{subscriptionId}` was left in;
    /// [`ErrorKind::Limit`] above [`crate::ident::SCOPE_LENGTH_LIMIT`].
    pub fn new(text: &str) -> Result<Scope, Error> {
        let text = text.trim();
        if text.len() > LENGTH_LIMIT {
            return Err(Error::new(
                ErrorKind::Limit,
                format!("a scope of {} bytes; the limit is {LENGTH_LIMIT} bytes", text.len()),
            ));
        }
        let bare = text.trim_end_matches('/');
        if bare.is_empty() {
            if text.is_empty() {
                return Err(wrong(text, "it is empty"));
            }
            return Ok(Scope::root());
        }
        // Without them it would be another scope, and one that is cut again when it is read again.
        if bare.ends_with(char::is_whitespace) {
            return Err(wrong(text, "blanks stand before its last slash"));
        }
        let bare = bare.strip_prefix('/').unwrap_or(bare);
        // One pass tells that there is nothing to look for in the segments, as in nearly every scope.
        let plain = bare.bytes().fold(true, |plain, byte| {
            plain & (0x20..0x7f).contains(&byte) & !matches!(byte, b'{' | b'}' | b'<' | b'>' | b'*')
        });
        check(text, bare, if plain { Characters::Plain } else { Characters::Any })?;
        let mut text = String::with_capacity(bare.len() + 1);
        text.push('/');
        text.push_str(bare);
        Ok(Scope { text: text.into() })
    }

    /// The spelling that was given, with the slashes mended.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The form that is compared: ASCII lower case.
    #[must_use]
    pub fn folded(&self) -> Cow<'_, str> {
        if self.text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(self.text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(&self.text)
        }
    }

    /// Which level it is on.
    #[must_use]
    pub fn kind(&self) -> ScopeKind {
        kind_of(&self.text)
    }

    /// The last segment: what people call the thing.
    #[must_use]
    pub fn leaf(&self) -> &str {
        if self.text().len() == 1 { "/" } else { self.text().rsplit('/').next().unwrap_or("/") }
    }

    /// What stands directly above, as far as the text alone tells (semantics.md 6.4): nothing for
    /// `/`, for a management group, and for a subscription, whose parents only the tenant knows.
    #[must_use]
    pub fn parent(&self) -> Option<Scope> {
        let mut ends = ancestor_ends(&self.text);
        ends.pop();
        Some(self.up_to(ends.pop()?))
    }

    /// Does this scope stand at or above `other`, as far as the texts alone tell? Whole segments are
    /// compared: `rg` is not above `rg2`.
    #[must_use]
    pub fn contains(&self, other: &Scope) -> bool {
        let is_own = |end: &usize| same(&self.text, &other.text[..*end]);
        self.text.len() == 1 || self == other || ancestor_ends(&other.text).iter().any(is_own)
    }

    /// The subscription part, where there is one.
    #[must_use]
    pub fn subscription(&self) -> Option<Scope> {
        let rest = strip_prefix(&self.text, "/subscriptions/")?;
        Some(self.up_to("/subscriptions/".len() + rest.find('/').unwrap_or(rest.len())))
    }

    /// The resource group part, where there is one.
    #[must_use]
    pub fn resource_group(&self) -> Option<Scope> {
        let ends = ancestor_ends(&self.text);
        let end = *ends.get(1)?;
        (kind_of(&self.text[..end]) == ScopeKind::ResourceGroup).then(|| self.up_to(end))
    }

    /// The full resource type of a resource or extension resource, such as
    /// `Microsoft.Storage/storageAccounts/blobServices`; `None` above resources.
    #[must_use]
    pub fn resource_type(&self) -> Option<String> {
        let at = last_providers(&self.text)?;
        if self.kind() != ScopeKind::Resource {
            return None;
        }
        let mut segments = self.text()[at + "/providers/".len()..].split('/');
        let mut found = segments.next()?.to_string();
        while let Some(kind) = segments.next() {
            found.push('/');
            found.push_str(kind);
            segments.next();
        }
        Some(found)
    }

    /// The scope that ends at an offset of the text, one of [`ancestor_ends`].
    pub(crate) fn up_to(&self, end: usize) -> Scope {
        Scope { text: self.text[..end].into() }
    }

    /// The `(type, name)` pairs after the last provider namespace, with the namespace: what a
    /// condition may ask about (`storageAccounts:name`).
    #[must_use]
    pub fn names(&self) -> Vec<(String, &str)> {
        let Some(at) = last_providers(&self.text) else { return Vec::new() };
        let mut segments = self.text()[at + "/providers/".len()..].split('/');
        let mut path = segments.next().unwrap_or_default().to_string();
        let mut found = Vec::new();
        while let (Some(kind), Some(name)) = (segments.next(), segments.next()) {
            path.push('/');
            path.push_str(kind);
            found.push((path.clone(), name));
        }
        found
    }
}

/// [`Scope::resource_type`] of a folded scope, folded, into a buffer; `false` above resources.
pub(crate) fn folded_type(folded: &str, into: &mut String) -> bool {
    into.clear();
    let Some(at) = last_providers(folded) else { return false };
    if kind_of(folded) != ScopeKind::Resource {
        return false;
    }
    let mut segments = segments(&folded[at + "/providers/".len()..]);
    into.push_str(segments.next().unwrap_or_default());
    while let Some(kind) = segments.next() {
        into.push('/');
        into.push_str(kind);
        segments.next();
    }
    true
}

/// Where the last `/providers/` stands.
fn last_providers(text: &str) -> Option<usize> {
    const PART: &[u8] = b"/providers/";
    let bytes = text.as_bytes();
    memrchr_iter(b'/', bytes).find(|slash| {
        bytes.get(*slash..*slash + PART.len()).is_some_and(|part| part.eq_ignore_ascii_case(PART))
    })
}

/// What follows a prefix, whatever case it is in.
fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// The hash of a scope's text, the same in whatever case it is written: a tenant of 200,000 assignments looks
/// each of them up when it is read, and a question one or two.
pub(crate) fn hash_of(text: &str) -> u64 {
    // Sets the bit that tells a small letter from a capital; what else it makes alike is told apart by `same`.
    const SMALL: u64 = u64::from_ne_bytes([0x20; 8]);
    let (words, rest) = text.as_bytes().as_chunks();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mut hasher = FxHasher::default();
    for word in words.iter().chain([&last]) {
        hasher.write_u64(u64::from_ne_bytes(*word) | SMALL);
    }
    hasher.write_usize(text.len());
    hasher.finish()
}

/// Are two texts the same but for the case of letters?
pub(crate) fn same(one: &str, other: &str) -> bool {
    let ((words, rest), (others, other_rest)) =
        (one.as_bytes().as_chunks(), other.as_bytes().as_chunks());
    let alike =
        |(one, other): (&[u8; 8], &[u8; 8])| one == other || fold_word(*one) == fold_word(*other);
    one.len() == other.len()
        && words.iter().zip(others).all(alike)
        && rest.eq_ignore_ascii_case(other_rest)
}

/// Eight bytes with capitals made small, all at once: per byte, the top bit of `from_a` is set from `A` on, that
/// of `past_z` behind `Z`, and between the two lie the capitals.
fn fold_word(word: [u8; 8]) -> u64 {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let word = u64::from_ne_bytes(word);
    let low = word & (0x7f * EACH);
    let from_a = low + (0x80 - u64::from(b'A')) * EACH;
    let past_z = low + (0x7f - u64::from(b'Z')) * EACH;
    let capitals = !word & (from_a ^ past_z) & (0x80 * EACH);
    word | (capitals >> 2)
}

/// The parts between slashes, as `split('/')` gives them, for texts that are read by the million.
fn segments(text: &str) -> impl Iterator<Item = &str> {
    let ends = memchr_iter(b'/', text.as_bytes()).chain(std::iter::once(text.len()));
    ends.scan(0, move |start, end| {
        let segment = &text[*start..end];
        *start = end + 1;
        Some(segment)
    })
}

const MANAGEMENT_GROUPS: &str = "/providers/microsoft.management/managementgroups/";

fn kind_of(text: &str) -> ScopeKind {
    if text == "/" {
        return ScopeKind::Root;
    }
    if let Some(rest) = strip_prefix(text, MANAGEMENT_GROUPS)
        && !rest.contains('/')
    {
        return ScopeKind::ManagementGroup;
    }
    if let Some(rest) = strip_prefix(text, "/subscriptions/") {
        let mut segments = segments(rest).skip(1);
        match (segments.next(), segments.next(), segments.next()) {
            (None, ..) => return ScopeKind::Subscription,
            (Some(kind), Some(_), None) if kind.eq_ignore_ascii_case("resourcegroups") => {
                return ScopeKind::ResourceGroup;
            }
            _ => {}
        }
    }
    ScopeKind::Resource
}

/// Where each scope at or above a scope ends in its text, outermost first, the scope itself
/// last. `/` and what stands above a subscription or a management group is not in the text.
///
/// ```
/// use azrbac::ident::ancestor_ends;
/// let scope = "/subscriptions/s/resourcegroups/r/providers/ns/t/n";
/// let above: Vec<&str> = ancestor_ends(scope).iter().map(|end| &scope[..*end]).collect();
/// assert_eq!(above, ["/subscriptions/s", "/subscriptions/s/resourcegroups/r", scope]);
/// ```
#[must_use]
pub fn ancestor_ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::with_capacity(8);
    let mut at = 0;
    while at < text.len() {
        let Some(first) = segment_end(text, at) else { break };
        if text[at + 1..first].eq_ignore_ascii_case("providers") {
            // `providers/{namespace}` is part of what follows, never a scope of its own.
            match segment_end(text, first) {
                Some(namespace) => at = namespace,
                None => break,
            }
            let Some(kind) = segment_end(text, at) else { break };
            let Some(name) = segment_end(text, kind) else { break };
            ends.push(name);
            at = name;
        } else {
            let Some(name) = segment_end(text, first) else { break };
            ends.push(name);
            at = name;
        }
    }
    ends
}

/// The end of the segment that starts with the slash at `at`.
fn segment_end(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at + 1..)?;
    if rest.is_empty() {
        return None;
    }
    Some(at + 1 + memchr(b'/', rest.as_bytes()).unwrap_or(rest.len()))
}

/// What is known of the characters of all segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Characters {
    /// No placeholder and no control character is among them.
    Plain,
    /// Any may be.
    Any,
}

fn check(text: &str, bare: &str, characters: Characters) -> Result<(), Error> {
    let named = |segment: &str| match characters {
        Characters::Plain => Ok(()),
        Characters::Any => placeholder(text, segment),
    };
    let pair = |kind: &str, name: Option<&str>| match name {
        None | Some("") => Err(wrong(text, &format!("`{kind}` is not followed by a name"))),
        Some(name) => named(name),
    };
    let mut segments = segments(bare);
    while let Some(kind) = segments.next() {
        if kind.is_empty() {
            return Err(wrong(text, "two slashes follow one another"));
        }
        named(kind)?;
        if kind.eq_ignore_ascii_case("providers") {
            let namespace = segments.next().unwrap_or_default();
            if namespace.is_empty() {
                return Err(wrong(text, "`providers` is not followed by a namespace"));
            }
            named(namespace)?;
            let Some(kind) = segments.next() else {
                return Err(wrong(text, &format!("`{namespace}` is not followed by a type")));
            };
            pair(kind, segments.next())?;
        } else {
            pair(kind, segments.next())?;
        }
    }
    Ok(())
}

fn placeholder(text: &str, segment: &str) -> Result<(), Error> {
    if segment.contains(['{', '}', '<', '>', '*']) {
        return Err(wrong(text, &format!("`{segment}` is a placeholder"))
            .help("put the real name in its place"));
    }
    if segment.chars().any(char::is_control) {
        return Err(wrong(text, "it holds a control character"));
    }
    Ok(())
}

fn wrong(text: &str, what: &str) -> Error {
    Error::new(ErrorKind::Name, format!("`{text}` is not a scope: {what}")).expected(
        "an ARM id such as `/subscriptions/{id}/resourceGroups/{name}`, a management group or `/`",
    )
}

impl PartialEq for Scope {
    fn eq(&self, other: &Scope) -> bool {
        same(&self.text, &other.text)
    }
}
impl Eq for Scope {}
impl std::hash::Hash for Scope {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_u64(hash_of(&self.text));
    }
}
impl PartialOrd for Scope {
    fn partial_cmp(&self, other: &Scope) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Scope {
    fn cmp(&self, other: &Scope) -> std::cmp::Ordering {
        // Two of one tenant often begin alike, and far.
        let (one, other) = (self.text.as_bytes(), other.text.as_bytes());
        let alike = one.as_chunks::<16>().0.iter().zip(other.as_chunks().0);
        let at = 16 * alike.take_while(|(one, other)| one == other).count();
        let folded = one[at..].iter().map(u8::to_ascii_lowercase);
        folded.cmp(other[at..].iter().map(u8::to_ascii_lowercase))
    }
}
impl FromStr for Scope {
    type Err = Error;

    fn from_str(text: &str) -> Result<Scope, Error> {
        Scope::new(text)
    }
}
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({})", self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn above(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut scope = Scope::new(text).expect(text).parent();
        while let Some(this) = scope {
            found.push(this.text().to_string());
            scope = this.parent();
        }
        found
    }

    /// Eight bytes at a time give what byte for byte does, whatever the bytes are.
    #[test]
    fn words_fold_as_bytes_do() {
        for byte in 0..=u8::MAX {
            for at in 0..8 {
                for other in [0, b'A', b'z', 0x7f, 0xff] {
                    let mut word = [other; 8];
                    word[at] = byte;
                    let expected = u64::from_ne_bytes(word.map(|byte| byte.to_ascii_lowercase()));
                    assert_eq!(fold_word(word), expected, "{word:?}");
                }
            }
        }
        for (one, other) in [
            ("", ""),
            ("/", "/"),
            ("/Subscriptions/A", "/subscriptions/a"),
            ("/a/BCD/É", "/A/bcd/É"),
        ] {
            assert!(same(one, other), "{one}");
            assert_eq!(hash_of(one), hash_of(other), "{one}");
        }
        for (one, other) in [
            ("/", ""),
            ("/abcdefg@", "/abcdefg`"),
            ("/a[", "/a{"),
            ("/subscriptions/a", "/subscriptions/b"),
        ] {
            assert!(!same(one, other), "{one}");
        }
    }

    #[test]
    fn a_scope_reads_its_own_text() {
        for text in ["/a/b", " a/b ", "/a/b//", "/", "//", "/ a/b", "/a /b"] {
            let scope = Scope::new(text).expect(text);
            let again = Scope::new(scope.text()).expect(text);
            assert_eq!((again.text(), again.folded()), (scope.text(), scope.folded()), "{text:?}");
        }
        // What would be another scope once its blanks are gone.
        for text in ["/a/ /", "/a/b /", "/ /", "/a/b\u{a0}//"] {
            assert!(Scope::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn parents_drop_one_pair_and_then_the_namespace() {
        assert_eq!(
            above(
                "/subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/c"
            ),
            [
                "/subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a/blobServices/default",
                "/subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a",
                "/subscriptions/s/resourceGroups/r",
                "/subscriptions/s",
            ]
        );
        assert_eq!(
            above(
                "/subscriptions/s/resourceGroups/r/providers/ns/t/n/providers/Microsoft.Insights/diagnosticSettings/d"
            )[0],
            "/subscriptions/s/resourceGroups/r/providers/ns/t/n"
        );
        assert_eq!(above("/providers/Microsoft.Management/managementGroups/g"), [""; 0]);
        assert_eq!(
            above(
                "/providers/Microsoft.Management/managementGroups/g/providers/Microsoft.Authorization/roleAssignments/x"
            ),
            ["/providers/Microsoft.Management/managementGroups/g"]
        );
    }

    #[test]
    fn a_resource_group_called_providers_is_a_resource_group() {
        assert_eq!(
            above("/subscriptions/s/resourceGroups/providers/providers/ns/t/n"),
            ["/subscriptions/s/resourceGroups/providers", "/subscriptions/s"]
        );
    }

    #[test]
    fn kinds() {
        let kind = |text| Scope::new(text).expect(text).kind();
        assert_eq!(kind("/"), ScopeKind::Root);
        assert_eq!(kind("//"), ScopeKind::Root);
        assert_eq!(kind("subscriptions/S/"), ScopeKind::Subscription);
        assert_eq!(kind("/Subscriptions/S/RESOURCEGROUPS/r"), ScopeKind::ResourceGroup);
        assert_eq!(
            kind("/providers/microsoft.management/ManagementGroups/g"),
            ScopeKind::ManagementGroup
        );
        assert_eq!(kind("/providers/Microsoft.Billing/billingAccounts/b"), ScopeKind::Resource);
    }

    #[test]
    fn broken_scopes_say_what_is_broken() {
        for (text, what) in [
            ("", "empty"),
            ("/subscriptions", "`subscriptions` is not followed by a name"),
            ("/subscriptions/x/resourceGroups", "`resourceGroups` is not followed by a name"),
            ("/subscriptions/x//resourceGroups/y", "two slashes"),
            ("/subscriptions/x/providers/ns", "`ns` is not followed by a type"),
            ("/subscriptions/{subscriptionId}", "placeholder"),
        ] {
            let error = Scope::new(text).expect_err(text).to_string();
            assert!(error.contains(what), "{text}: {error}");
        }
    }

    #[test]
    fn whole_segments_decide_who_is_above() {
        let rg = Scope::new("/subscriptions/s/resourceGroups/rg").expect("a scope");
        let rg2 = Scope::new("/subscriptions/s/resourceGroups/rg2/providers/ns/t/n").expect("one");
        assert!(!rg.contains(&rg2));
        assert!(Scope::root().contains(&rg2));
        assert_eq!(rg2.resource_type().as_deref(), Some("ns/t"));
        assert_eq!(rg2.resource_group().expect("has one").leaf(), "rg2");
    }
}
