//! An assignable scope that the service refuses.

use super::super::{Context, Finding, Rule, Severity, Subject, Where};
use crate::ident::{Scope, ScopeKind};
use crate::model::RoleKind;
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "refused-scope",
    severity: Severity::Error,
    what: "The assignable scopes of a custom role are missing, too many, `/`, no scope at all, hold a \
        wildcard or name two management groups.",
    why: "The service refuses the definition as a whole (semantics.md 8.2).",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/read"
  ],
  "AssignableScopes": [
    "/"
  ]
}"##,
    good: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/read"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ]
}"##,
    fix: "None: where the role shall be assignable is not known.",
    check,
};

/// The most assignable scopes (semantics.md 8.1).
const SCOPE_LIMIT: usize = 2_000;

fn check(
    subject: &Subject,
    _context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    if subject.role.kind == RoleKind::BuiltIn {
        return Ok(());
    }
    let mut refuse = |message: String, at: Where| {
        found.push(Finding {
            code: RULE.code,
            severity: RULE.severity,
            message,
            at,
            help: Some("name subscriptions, resource groups, or one management group".to_string()),
            fix: None,
        });
    };
    let scopes = &subject.role.assignable_scopes;
    if scopes.is_empty() {
        refuse("a custom role needs at least one assignable scope".to_string(), Where::Role);
    }
    if scopes.len() > SCOPE_LIMIT {
        refuse(format!("more than {SCOPE_LIMIT} assignable scopes"), Where::Scope(SCOPE_LIMIT));
    }
    let mut groups = 0;
    for (number, text) in scopes.iter().enumerate() {
        let at = Where::Scope(number);
        if text.contains('*') {
            refuse(format!("`{text}` holds a wildcard"), at);
            continue;
        }
        // A placeholder has a finding of its own.
        if text.contains(['{', '<']) {
            continue;
        }
        match Scope::new(text) {
            Err(error) => refuse(error.message().to_string(), at),
            Ok(scope) => match scope.kind() {
                ScopeKind::Root => {
                    refuse("`/` is for built-in roles only".to_string(), at);
                }
                ScopeKind::ManagementGroup => {
                    groups += 1;
                    if groups == 2 {
                        refuse(
                            format!("`{text}` is the second management group; one is allowed"),
                            at,
                        );
                    }
                }
                ScopeKind::Subscription | ScopeKind::ResourceGroup | ScopeKind::Resource => {}
            },
        }
    }
    Ok(())
}
