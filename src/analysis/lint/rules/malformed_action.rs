//! An entry that is no action.

use super::super::{Context, Finding, Rule, Severity, Subject, Where};
use crate::ident::Verb;
use crate::pattern::Wildcards;
use crate::pattern::language::Language;
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "malformed-action",
    severity: Severity::Error,
    what: "An entry is empty, holds blanks, or ends in nothing that an operation can end in: read, \
        write, delete, action or a star.",
    why: "It grants and removes nothing. `Microsoft.X/things/` is not `Microsoft.X/things/*`, and \
        `Microsoft.X/things` is a resource type.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ]
}"##,
    good: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/*"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ]
}"##,
    fix: "None: what was meant is not known, and everything it could mean grants more than it does \
        now.",
    check,
};

fn check(
    subject: &Subject,
    _context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    for (number, reason) in subject.malformed.iter().enumerate() {
        found.push(Finding {
            code: RULE.code,
            severity: RULE.severity,
            message: reason.clone(),
            at: Where::Malformed(number),
            help: None,
            fix: None,
        });
    }
    for (at, list, pattern) in subject.entries() {
        if !Language::of_patterns(std::slice::from_ref(pattern), Wildcards::Azure)?.is_empty() {
            continue;
        }
        // Two strings of the built-in roles are like that: there it is a curiosity.
        let verb = crate::ident::Operation::new(pattern.text()).map(|operation| operation.verb());
        let help = match verb {
            Ok(Verb::Other) => {
                Some(format!("did you mean `{}/*`?", pattern.text().trim_end_matches('/')))
            }
            Ok(_) | Err(_) => None,
        };
        found.push(Finding {
            code: RULE.code,
            severity: RULE.severity,
            message: format!(
                "`{pattern}` under {} matches no operation that can exist: none ends so",
                list.as_str()
            ),
            at,
            help,
            fix: None,
        });
    }
    Ok(())
}
