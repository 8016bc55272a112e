//! A placeholder that nobody filled in.

use super::super::{Context, Finding, Rule, Severity, Subject, Where};
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "placeholder",
    severity: Severity::Error,
    what: "The name, the description, an assignable scope or an entry still holds a placeholder: \
        braces, angle brackets, a GUID of zeros, words such as TODO.",
    why: "The service refuses such a scope, and an entry with a placeholder matches nothing.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/read"
  ],
  "AssignableScopes": [
    "/subscriptions/{subscriptionId}"
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
    fix: "None: what belongs there is not known.",
    check,
};

/// What people leave in.
const SIGNS: [&str; 9] = [
    "{",
    "<",
    "[subscription",
    "xxxxxxxx",
    "00000000-0000-0000-0000-000000000000",
    "todo",
    "changeme",
    "your-",
    "yoursubscription",
];

fn check(
    subject: &Subject,
    _context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    let mut look = |text: &str, what: &str, at: Where, severity: Severity| {
        let folded = text.to_ascii_lowercase();
        if SIGNS.iter().any(|sign| folded.contains(sign)) {
            found.push(Finding {
                code: RULE.code,
                severity,
                message: format!("{what} `{text}` holds a placeholder"),
                at,
                help: Some("fill it in".to_string()),
                fix: None,
            });
        }
    };
    for (number, scope) in subject.role.assignable_scopes.iter().enumerate() {
        look(scope, "the assignable scope", Where::Scope(number), Severity::Error);
    }
    for (at, _, pattern) in subject.entries() {
        look(pattern.text(), "the entry", at, Severity::Error);
    }
    look(&subject.role.name, "the name", Where::Name, Severity::Warning);
    if let Some(description) = &subject.description {
        look(description, "the description", Where::Description, Severity::Warning);
    }
    Ok(())
}
