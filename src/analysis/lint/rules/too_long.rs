//! Longer than the service takes.

use super::super::{Context, Finding, Rule, Severity, Subject, Where};
use crate::model::RoleKind;
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "too-long",
    severity: Severity::Error,
    what: "The name, the description or a condition is longer than the service accepts, or the name is \
        missing.",
    why: "The service refuses the definition (semantics.md 8.1, 8.13).",
    bad: r##"{
  "Name": "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/read"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
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
    fix: "None: what to shorten is for people to say.",
    check,
};

/// The most characters of a name, bytes of a description, bytes of a condition.
const LIMITS: (usize, usize, usize) = (512, 2 * 1024, crate::condition::LENGTH_LIMIT);

fn check(
    subject: &Subject,
    _context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    if subject.role.kind == RoleKind::BuiltIn {
        return Ok(());
    }
    let (name, description, condition) = LIMITS;
    let mut refuse = |message: String, at: Where| {
        found.push(Finding {
            code: RULE.code,
            severity: RULE.severity,
            message,
            at,
            help: None,
            fix: None,
        });
    };
    let length = subject.role.name.chars().count();
    if length == 0 {
        refuse("the role has no name".to_string(), Where::Role);
    }
    if length > name {
        refuse(format!("the name has {length} characters; {name} is the limit"), Where::Name);
    }
    let length = subject.description.as_deref().map_or(0, str::len);
    if length > description {
        refuse(
            format!("the description has {length} bytes; {description} is the limit"),
            Where::Description,
        );
    }
    for (number, block) in subject.role.blocks.iter().enumerate() {
        let length = block.condition.as_ref().map_or(0, |guard| guard.text.len());
        if length > condition {
            refuse(
                format!("the condition has {length} bytes; {condition} is the limit"),
                Where::Condition(number),
            );
        }
    }
    Ok(())
}
