//! What has to be granted: read from a list, an activity log or an error message.

use crate::ident::{Operation, Scope};
use crate::origin::{Error, ErrorKind};
use serde_json::Value;
use std::collections::BTreeSet;

/// An operation that is needed, and where, if that was said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// The operation.
    pub operation: Operation,
    /// The scope.
    pub scope: Option<Scope>,
}

/// What was read, and what in it was passed over.
#[derive(Debug, Clone, Default)]
pub struct ReadNeeds {
    /// The needs, sorted, each once.
    pub needs: Vec<Need>,
    /// What was no operation, as it was written.
    pub passed_over: Vec<String>,
}

/// Reads needs from a text, recognised by what it holds:
///
/// - JSON: an activity log (entries with `authorization.action` or `operationName.value`, and
///   `authorization.scope` or `resourceId`), a list of operations, or objects with `operation` and
///   `scope`;
/// - the text of an `AuthorizationFailed` or `LinkedAuthorizationFailed` error;
/// - otherwise one operation a line, with ` @ ` and a scope behind it where wanted; `#` begins a
///   comment.
///
/// # Errors
/// [`ErrorKind::Syntax`] for JSON that does not parse, [`ErrorKind::NotFound`] where nothing is an
/// operation.
///
/// ```
/// let found = azrbac::analysis::role::read_needs(
///     "(AuthorizationFailed) The client 'a' with object id 'b' does not have authorization to \
///      perform action 'Microsoft.Web/sites/read' over scope '/subscriptions/11111111-1111-1111-1111-111111111111'",
/// )?;
/// assert_eq!(found.needs[0].operation.text(), "Microsoft.Web/sites/read");
/// assert!(found.needs[0].scope.is_some());
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
pub fn read(text: &str) -> Result<ReadNeeds, Error> {
    read_of(text, &[])
}

/// The same, of an activity log only what one of these callers did: object ids, user principal names,
/// app ids, compared without case. Entries without a caller count for nobody; no callers means all.
///
/// # Errors
/// As [`read`].
pub fn read_of(text: &str, callers: &[String]) -> Result<ReadNeeds, Error> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let mut found = Found { callers, ..Found::default() };
    if text.starts_with(['[', '{']) {
        for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
            let value = value.map_err(|error| {
                Error::new(ErrorKind::Syntax, format!("not JSON: {error}"))
                    .expected("an activity log, or a list of operations")
            })?;
            found.value(&value);
        }
    } else if text.contains("perform action") {
        found.message(text);
    } else {
        found.lines(text);
    }
    if found.needs.is_empty() {
        return Err(Error::new(ErrorKind::NotFound, "no operation was found")
            .expected("operations, an activity log as JSON, or an AuthorizationFailed message"));
    }
    Ok(ReadNeeds {
        needs: found.needs.into_iter().collect(),
        passed_over: found.passed_over.into_iter().collect(),
    })
}

#[derive(Default)]
struct Found<'c> {
    callers: &'c [String],
    needs: BTreeSet<Need>,
    passed_over: BTreeSet<String>,
}

impl Found<'_> {
    fn add(&mut self, operation: &str, scope: Option<&str>) {
        match Operation::new(operation) {
            Ok(operation) => {
                let scope = scope.and_then(|text| Scope::new(text.trim()).ok());
                self.needs.insert(Need { operation, scope });
            }
            Err(_) => {
                self.passed_over.insert(operation.trim().to_string());
            }
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.value(item)),
            Value::String(text) if text.contains("perform action") => self.message(text),
            Value::String(text) => self.add(text, None),
            Value::Object(fields) => {
                if let Some(list) = fields.get("value").filter(|list| list.is_array()) {
                    return self.value(list);
                }
                self.entry(value);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn entry(&mut self, entry: &Value) {
        let text = |pointer: &str| {
            let found =
                entry.pointer(pointer).or_else(|| entry.pointer(&format!("/properties{pointer}")));
            found.and_then(Value::as_str).filter(|text| !text.trim().is_empty())
        };
        let first = |pointers: &[&str]| pointers.iter().find_map(|pointer| text(pointer));
        if !self.callers.is_empty() && !self.is_by_a_caller(entry) {
            return;
        }
        // The action that was authorised is surer than the name of the event.
        let operation = first(&[
            "/authorization/action",
            "/Authorization/Action",
            "/operationName/value",
            "/OperationName/Value",
            "/operationName",
            "/operationNameValue",
            "/operation",
            "/action",
        ]);
        let scope = first(&[
            "/authorization/scope",
            "/Authorization/Scope",
            "/resourceId",
            "/ResourceId",
            "/scope",
        ]);
        match operation {
            Some(operation) => self.add(operation, scope),
            None => {
                let message = first(&["/error/message", "/message", "/statusMessage"]);
                if let Some(message) = message.filter(|text| text.contains("perform action")) {
                    self.message(message);
                }
            }
        }
    }

    /// Who did it stands in `caller` or `identity`, or among the claims of the token.
    fn is_by_a_caller(&self, entry: &Value) -> bool {
        const CLAIMS: [&str; 4] = [
            "appid",
            "oid",
            "http://schemas.microsoft.com/identity/claims/objectidentifier",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
        ];
        let field = |object: &'_ Value, name: &str| -> Option<String> {
            let fields = object.as_object()?;
            let (_, value) = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            value.as_str().map(str::to_string)
        };
        let mut who: Vec<String> = Vec::new();
        let inner = entry.get("properties").unwrap_or(entry);
        for object in [entry, inner] {
            who.extend(["caller", "identity"].iter().filter_map(|name| field(object, name)));
            for claims in ["claims", "Claims"].iter().filter_map(|name| object.get(name)) {
                who.extend(CLAIMS.iter().filter_map(|name| field(claims, name)));
            }
        }
        who.iter().any(|who| self.callers.iter().any(|caller| caller.eq_ignore_ascii_case(who)))
    }

    /// `perform action 'A' over scope 'S'`, `… on scope 'S'`, `action(s) 'A,B' on the linked scope(s)
    /// 'S,T'`, with any quotes.
    fn message(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find("perform action") {
            rest = &rest[at + "perform action".len()..];
            let until = rest.find("perform action").unwrap_or(rest.len());
            let part = &rest[..until];
            let Some((actions, after)) = quoted(part) else { continue };
            let scope = match after.find("scope") {
                Some(at) => quoted(&after[at..]).map(|(scope, _)| scope),
                None => None,
            };
            let scope = scope.and_then(|scopes| scopes.split(',').next());
            for action in actions.split(',') {
                self.add(action.trim(), scope);
            }
        }
    }

    fn lines(&mut self, text: &str) {
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            match line.split_once('@') {
                Some((operation, scope)) => self.add(operation.trim(), Some(scope)),
                None => self.add(line, None),
            }
        }
    }
}

/// The first text between quotes of one kind, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let open = text.find(['\'', '"', '`', '\u{2018}', '\u{201c}'])?;
    let mark = text[open..].chars().next()?;
    let close = match mark {
        '\u{2018}' => '\u{2019}',
        '\u{201c}' => '\u{201d}',
        other => other,
    };
    let inner = &text[open + mark.len_utf8()..];
    let end = inner.find(close)?;
    Some((&inner[..end], &inner[end + close.len_utf8()..]))
}

#[cfg(test)]
mod tests {
    use super::read;

    fn check(text: &str, expected: &[(&str, Option<&str>)]) {
        let found = read(text).expect(text).needs;
        let found: Vec<(&str, Option<&str>)> = found
            .iter()
            .map(|need| (need.operation.text(), need.scope.as_ref().map(|scope| scope.text())))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    const GROUP: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg";

    #[test]
    fn every_form_is_read() {
        check("# mine\nA/b/read\nA/b/write @ /\n", &[("A/b/read", None), ("A/b/write", Some("/"))]);
        check(r#"["A/b/read", "A/b/read", "nonsense"]"#, &[("A/b/read", None)]);
        check(
            &format!(
                r#"[{{"authorization": {{"action": "A/b/write", "scope": "{GROUP}"}}, "operationName": {{"value": "A/other/write"}}}},
                {{"operationName": {{"value": "A/b/delete", "localizedValue": "Delete"}}, "resourceId": "{GROUP}"}}]"#
            ),
            &[("A/b/delete", Some(GROUP)), ("A/b/write", Some(GROUP))],
        );
        check(
            &format!(
                "(LinkedAuthorizationFailed) The client 'c' has permission to perform action 'A/b/write' on scope '{GROUP}'; however, it does not have permission to perform action(s) 'A/c/join/action' on the linked scope(s) '{GROUP}' or the linked scope(s) are invalid."
            ),
            &[("A/b/write", Some(GROUP)), ("A/c/join/action", Some(GROUP))],
        );
    }

    #[test]
    fn only_what_a_caller_did() {
        let log = r#"[{"caller": "A@b.example", "operationName": {"value": "A/b/read"}},
            {"caller": "x", "claims": {"appid": "7"}, "operationName": {"value": "A/c/read"}},
            {"operationName": {"value": "A/d/read"}}]"#;
        let by = |caller: &str| {
            let found = super::read_of(log, &[caller.to_string()]).map(|found| found.needs);
            found.map_or(0, |needs| needs.len())
        };
        assert_eq!((by("a@B.example"), by("7"), by("nobody")), (1, 1, 0));
        assert_eq!(read(log).unwrap().needs.len(), 3);
    }

    #[test]
    fn nothing_is_an_error() {
        assert!(read("").is_err());
        assert!(read("{\"a\": 1}").is_err());
        assert!(read("[{]").is_err());
    }
}
