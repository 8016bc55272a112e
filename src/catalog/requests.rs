//! From an ARM request to the operations that it is checked as, and the scope (semantics.md 13).
//!
//! One rule reads nearly every URL: the types after the last `/providers/`, and the method's verb.
//! What the catalog of operations does not know is then looked for under near spellings. Only what
//! both get wrong stands in `roles/requests.txt`.

use super::Catalog;
use crate::ident::{Method, Operation};
use crate::origin::{Error, ErrorKind};

const TABLE: &str = include_str!("../../roles/requests.txt");

/// How the operations of a request were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By the general rule.
    Rule,
    /// By an entry of `roles/requests.txt`.
    Table,
}

impl How {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            How::Rule => "rule",
            How::Table => "table",
        }
    }
}

/// What a request is checked as.
#[derive(Debug, Clone)]
pub struct RequestCheck {
    /// The method.
    pub method: Method,
    /// The candidates: usually one; several where sources disagree, and then all are asked.
    pub operations: Vec<Operation>,
    /// The scope as the URL spells it; with `{placeholders}` where a template was given.
    pub scope: String,
    /// What the body may need besides, on the resources that it refers to (semantics.md 13.6).
    pub linked: Vec<Operation>,
    /// Where the answer comes from.
    pub how: How,
}

/// Does the path end in a name, or in a type (a list, or the name of a POST operation)?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Item,
    List,
}

/// A path, taken apart.
struct Path {
    provider: String,
    /// Types with their instance names; the last has none in a [`Shape::List`].
    pairs: Vec<(String, String)>,
    shape: Shape,
    scope: String,
}

impl Catalog {
    /// Which operations is an ARM request checked as, and at which scope? `text` is a method and a
    /// URL, a path or a path template.
    ///
    /// ```
    /// use azrbac::catalog::Catalog;
    /// let asked = "POST https://management.azure.com/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a/listKeys?api-version=2024-01-01";
    /// let check = Catalog::newest().request(asked)?;
    /// assert_eq!(check.operations[0].text(), "Microsoft.Storage/storageAccounts/listKeys/action");
    /// assert!(check.scope.ends_with("/storageAccounts/a"));
    /// # Ok::<(), azrbac::origin::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Name`] where it is no method and URL, or the URL is not Resource Manager's.
    pub fn request(&self, text: &str) -> Result<RequestCheck, Error> {
        self.request_by(text, true)
    }

    /// The same by the general rule alone, as if `roles/requests.txt` were empty.
    ///
    /// # Errors
    /// As [`Catalog::request`].
    pub fn request_by_rule(&self, text: &str) -> Result<RequestCheck, Error> {
        self.request_by(text, false)
    }

    fn request_by(&self, text: &str, table: bool) -> Result<RequestCheck, Error> {
        let wrong = |what: &str| {
            Error::new(ErrorKind::Name, format!("`{}` is not an ARM request: {what}", text.trim()))
                .expected("a method and a URL or path, such as `GET /subscriptions/{id}`")
        };
        let (method, url) = text
            .trim()
            .split_once(char::is_whitespace)
            .ok_or_else(|| wrong("a method and a URL stand apart"))?;
        let method: Method = method.parse()?;
        let path = path_of(url.trim()).map_err(|what| {
            wrong(what).help("requests to a service itself are data-plane operations; ask for those by name with --plane data")
        })?;
        let path = take_apart(&path, method).map_err(wrong)?;
        let entries = if table { self.entry(&path, method, false) } else { Vec::new() };
        let (names, how) = if entries.is_empty() {
            (self.by_rule(&path, method), How::Rule)
        } else {
            (entries, How::Table)
        };
        let mut operations = Vec::with_capacity(names.len());
        for name in names {
            operations.push(Operation::new(&name)?);
        }
        let linked = match method {
            Method::Put | Method::Patch => self.entry(&path, method, true),
            _ => Vec::new(),
        };
        Ok(RequestCheck {
            method,
            operations,
            scope: path.scope,
            linked: linked.iter().filter_map(|name| Operation::new(name).ok()).collect(),
            how,
        })
    }

    /// What the table says of a path: nothing for nearly all.
    fn entry(&self, path: &Path, method: Method, body: bool) -> Vec<String> {
        let head = TABLE.find("\n\n").map_or(0, |at| at + 2);
        for line in TABLE[head..].lines() {
            let mut words = line.split(' ');
            let (Some(types), Some(methods), Some(shape)) =
                (words.next(), words.next(), words.next())
            else {
                continue;
            };
            let fits = match methods {
                "body" => body,
                "*" => !body,
                only => !body && only == method.as_str(),
            } && match shape {
                "item" => path.shape == Shape::Item,
                "list" => path.shape == Shape::List,
                _ => true,
            };
            if !fits {
                continue;
            }
            let Some(any) = speaks_of(types, path) else { continue };
            let names: Vec<String> = words
                .map(|name| {
                    let name = name.replace('?', any);
                    match name.strip_suffix('~') {
                        Some(base) => format!("{base}{}", method.verb()),
                        None => name,
                    }
                })
                .collect();
            let known = |name: &String| {
                Operation::new(name).is_ok_and(|name| self.planes(&name).control.is_some())
            };
            if any.is_empty() || names.iter().all(known) {
                return names;
            }
        }
        Vec::new()
    }

    fn by_rule(&self, path: &Path, method: Method) -> Vec<String> {
        let placeholder = path.provider.starts_with('{');
        if let (true, Method::Post, [(only, _)]) = (placeholder, method, &path.pairs[..])
            && path.shape == Shape::List
        {
            // `{provider}/register`: each provider has its own.
            let tail = format!("/{}/action", only.to_ascii_lowercase());
            let all: Vec<String> = self
                .operations()
                .iter()
                .filter(|(name, planes)| {
                    planes.control.is_some() && name.to_ascii_lowercase().ends_with(&tail)
                })
                .map(|(name, _)| name.to_string())
                .collect();
            if !all.is_empty() {
                return all;
            }
        }
        let types: Vec<&str> = if placeholder {
            vec!["Microsoft.Resources", "resources"]
        } else {
            std::iter::once(path.provider.as_str())
                .chain(path.pairs.iter().map(|(kind, _)| kind.as_str()))
                .collect()
        };
        vec![self.nearest(&types, method, path.shape)]
    }

    /// The name that the rule makes, or the nearest one that the catalog knows.
    fn nearest(&self, types: &[&str], method: Method, shape: Shape) -> String {
        let verbs: &[&str] = match (method, shape) {
            // A POST on a resource itself creates or updates it.
            (Method::Post, Shape::Item) => &["write", "action", "read", "delete"],
            (Method::Post, Shape::List) => &["action", "read", "write", "delete"],
            _ => &[method.verb()],
        };
        let known = |types: &[&str], verb: &str| -> Option<String> {
            let name = format!("{}/{verb}", types.join("/"));
            let operation = Operation::new(&name).ok()?;
            self.planes(&operation).control.is_some().then_some(name)
        };
        for verb in verbs {
            if let Some(name) = known(types, verb) {
                return name;
            }
            for at in (1..types.len()).rev() {
                for spelling in spellings(types[at]) {
                    let mut other = types.to_vec();
                    other[at] = &spelling;
                    if let Some(name) = known(&other, verb) {
                        return name;
                    }
                }
            }
            if types.len() < 3 {
                continue;
            }
            // A list over locations, a type that the operation leaves out.
            let locations =
                (1..types.len()).filter(|at| types[*at].eq_ignore_ascii_case("locations"));
            for at in locations.chain(1..types.len() - 1) {
                let mut other = types.to_vec();
                other.remove(at);
                if let Some(name) = known(&other, verb) {
                    return name;
                }
            }
        }
        format!("{}/{}", types.join("/"), method.verb())
    }
}

/// The same word in the singular, in the plural, without hyphens.
fn spellings(word: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lower = word.to_ascii_lowercase();
    if lower.ends_with("ies") {
        found.push(format!("{}y", &word[..word.len() - 3]));
    }
    if lower.ends_with('s') {
        found.push(word[..word.len() - 1].to_string());
    } else {
        found.push(format!("{word}s"));
    }
    if word.contains('-') {
        found.push(word.replace('-', ""));
    }
    found
}

/// The path of a URL, without host, query and fragment.
fn path_of(url: &str) -> Result<String, &'static str> {
    let path = match url.split_once("://") {
        Some((_, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let name = host.split(['@', ':']).next_back().unwrap_or_default();
            let name =
                if host.contains('@') { name } else { host.split(':').next().unwrap_or_default() };
            let manager = name.to_ascii_lowercase();
            if !manager.starts_with("management.") && !manager.contains(".management.") {
                return Err("its host is not Resource Manager's");
            }
            format!("/{path}")
        }
        None if url.starts_with('/') => url.to_string(),
        None => format!("/{url}"),
    };
    let end = path.find(['?', '#']).unwrap_or(path.len());
    Ok(decoded(&path[..end]))
}

/// Percent signs resolved, but for those that would change the segments.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let code = more
            .get(..2)
            .and_then(|code| std::str::from_utf8(code).ok())
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match (first, code) {
            (b'%', Some(byte)) if byte != b'/' && byte != b'%' && byte >= b' ' => {
                bytes.push(byte);
                rest = &more[2..];
            }
            _ => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_string())
}

fn take_apart(path: &str, method: Method) -> Result<Path, &'static str> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    if segments.is_empty() {
        return Err("the path is empty");
    }
    let is_providers = |at: &usize| segments[*at].eq_ignore_ascii_case("providers");
    let mut start = (0..segments.len()).rev().find(is_providers);
    // Features of a provider are named by a second `providers`.
    if let Some(at) = start
        && at >= 2
        && is_providers(&(at - 2))
        && segments[at - 1].eq_ignore_ascii_case("Microsoft.Features")
    {
        start = Some(at - 2);
    }
    let text = |segments: &[&str]| {
        if segments.is_empty() { "/".to_string() } else { format!("/{}", segments.join("/")) }
    };
    let resources = |types: &[&str], shape, scope: &[&str]| Path {
        provider: "Microsoft.Resources".to_string(),
        pairs: types.iter().map(|kind| ((*kind).to_string(), String::new())).collect(),
        shape,
        scope: text(scope),
    };
    let Some(at) = start else {
        return Ok(without_provider(&segments, method, resources));
    };
    let Some(provider) = segments.get(at + 1) else {
        return Ok(resources(&["providers"], Shape::List, &segments[..at]));
    };
    let rest = &segments[at + 2..];
    if rest.is_empty() {
        // The provider's registration, not a resource of the provider.
        return Ok(resources(&["providers"], Shape::Item, &segments[..at]));
    }
    let shape = if rest.len().is_multiple_of(2) { Shape::Item } else { Shape::List };
    let pairs = rest
        .chunks(2)
        .map(|pair| (pair[0].to_string(), pair.get(1).copied().unwrap_or_default().to_string()))
        .collect();
    let end = match (shape, rest.len()) {
        (Shape::Item, _) => segments.len(),
        (Shape::List, 1) => at,
        (Shape::List, _) => segments.len() - 1,
    };
    Ok(Path { provider: (*provider).to_string(), pairs, shape, scope: text(&segments[..end]) })
}

/// `/subscriptions/{id}`, `/resourceGroups/{name}`, tags, lists of resources: Resource Manager's own.
fn without_provider(
    segments: &[&str],
    method: Method,
    resources: impl Fn(&[&str], Shape, &[&str]) -> Path,
) -> Path {
    let shape = if segments.len().is_multiple_of(2) { Shape::Item } else { Shape::List };
    let end = if shape == Shape::Item { segments.len() } else { segments.len() - 1 };
    let types: Vec<&str> = segments.iter().step_by(2).copied().collect();
    let last = types.last().copied().unwrap_or_default();
    let scope = &segments[..end];
    if segments.len() == 1 && last.starts_with('{') {
        // A resource by its whole id.
        return resources(&["resources"], Shape::Item, segments);
    }
    if method != Method::Post && last.eq_ignore_ascii_case("resources") {
        return resources(&["resources"], shape, scope);
    }
    if let Some(at) = segments.iter().position(|word| word.eq_ignore_ascii_case("tagNames")) {
        // Tag names belong to the subscription and are no scope.
        return resources(&["tags"], shape, &segments[..at]);
    }
    resources(&types, shape, scope)
}

/// Does an entry speak of a path? Then with the type that its `?` stands for, or nothing.
fn speaks_of<'p>(types: &str, path: &'p Path) -> Option<&'p str> {
    let mut words = types.split('/');
    if !words.next()?.eq_ignore_ascii_case(&path.provider) {
        return None;
    }
    let mut any = "";
    let mut pairs = path.pairs.iter();
    for word in words {
        let (kind, name) = pairs.next()?;
        let fits = match word.split_once('=') {
            Some((wanted, literal)) => {
                wanted.eq_ignore_ascii_case(kind) && literal.eq_ignore_ascii_case(name)
            }
            None if word == "?" => {
                any = kind;
                true
            }
            None => word.eq_ignore_ascii_case(kind),
        };
        if !fits {
            return None;
        }
    }
    pairs.next().is_none().then_some(any)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> (Vec<String>, String) {
        let check = Catalog::newest().request(text).expect(text);
        (check.operations.iter().map(|op| op.text().to_string()).collect(), check.scope)
    }

    #[test]
    fn urls_paths_and_templates() {
        let (operations, scope) = check(
            "get https://management.azure.com:443/subscriptions/s/resourceGroups/r%20g?api-version=1#x",
        );
        assert_eq!(operations, ["Microsoft.Resources/subscriptions/resourceGroups/read"]);
        assert_eq!(scope, "/subscriptions/s/resourceGroups/r g");
        let (operations, scope) = check(
            "GET /subscriptions/{id}/resourceGroups/{rg}/providers/Microsoft.Compute/virtualMachines",
        );
        assert_eq!(operations, ["Microsoft.Compute/virtualMachines/read"]);
        assert_eq!(scope, "/subscriptions/{id}/resourceGroups/{rg}");
        let (operations, scope) = check(
            "PUT /subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a/providers/Microsoft.Insights/diagnosticSettings/d",
        );
        assert_eq!(operations, ["Microsoft.Insights/diagnosticSettings/write"]);
        assert!(scope.ends_with("/diagnosticSettings/d"), "{scope}");
    }

    #[test]
    fn a_literal_name_may_decide() {
        let (operations, _) = check(
            "GET /subscriptions/s/resourceGroups/r/providers/Microsoft.DocumentDB/databaseAccounts/a/apis/sql/databases",
        );
        assert_eq!(operations, ["Microsoft.DocumentDB/databaseAccounts/sqlDatabases/read"]);
    }

    #[test]
    fn what_is_no_arm_request_says_why() {
        let catalog = Catalog::newest();
        for (text, what) in [
            ("GET", "stand apart"),
            ("FETCH /subscriptions/s", "not an HTTP method"),
            ("GET https://vault.vault.azure.net/secrets/s", "not Resource Manager's"),
            ("GET /", "path is empty"),
        ] {
            let error = catalog.request(text).expect_err(text).to_string();
            assert!(error.contains(what), "{text}: {error}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_speaks_of_operations() {
        let head = TABLE.find("\n\n").expect("a head") + 2;
        let lines: Vec<String> = TABLE[head..].lines().map(str::to_ascii_lowercase).collect();
        assert!(lines.is_sorted());
        for line in TABLE[head..].lines() {
            assert!(line.split(' ').count() >= 4, "{line}");
        }
    }
}
