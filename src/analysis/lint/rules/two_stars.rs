//! More than one star in an action.

use super::super::{Context, Finding, Rule, Severity, Subject};
use crate::model::RoleKind;
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "two-stars",
    severity: Severity::Error,
    what: "An entry of a custom role holds more than one star.",
    why: "The service refuses the whole definition with InvalidActionOrNotAction (semantics.md 2.6).",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/*/slots/*"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ]
}"##,
    good: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/slots/*"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ]
}"##,
    fix: "None: no single pattern says the same.",
    check,
};

fn check(
    subject: &Subject,
    _context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    if subject.role.kind == RoleKind::BuiltIn {
        return Ok(());
    }
    for (at, _, pattern) in subject.entries() {
        if pattern.stars() > 1 {
            found.push(Finding {
                code: RULE.code,
                severity: RULE.severity,
                message: format!("`{pattern}` holds {} stars; one is allowed", pattern.stars()),
                at,
                help: Some("split it into entries with one star each".to_string()),
                fix: None,
            });
        }
    }
    Ok(())
}
