//! An entry that notActions takes away whole.

use super::super::dropped::needless;
use super::super::{Context, Finding, Fix, Rule, Severity, Subject};
use crate::ident::Plane;
use crate::pattern::language::LanguageLimit;
use crate::pattern::language::Why;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "shadowed-pattern",
    severity: Severity::Warning,
    what: "All that an entry of actions or dataActions grants is taken away by notActions or \
        notDataActions of the same block, or what is left of it others grant.",
    why: "The entry seems to grant something and grants nothing.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/read",
    "Microsoft.Web/sites/delete"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ],
  "NotActions": [
    "Microsoft.Web/sites/delete"
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
    fix: "Takes the entry out. Safe: the block grants exactly the same operations without it, in both \
        readings of `/*/`.",
    check,
};

fn check(
    subject: &Subject,
    _context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    for (number, block) in subject.role.blocks.iter().enumerate() {
        for plane in [Plane::Control, Plane::Data] {
            if block.side(plane).1.is_empty() {
                continue;
            }
            for needless in needless(number, block, plane)? {
                if needless.why != Why::Excepted {
                    continue;
                }
                let by = match &needless.by {
                    Some(by) => format!("`{by}`"),
                    None => plane.except_list().to_string(),
                };
                found.push(Finding {
                    code: RULE.code,
                    severity: RULE.severity,
                    message: format!("`{}` grants nothing: {by} takes it away", needless.pattern),
                    at: needless.at.clone(),
                    help: None,
                    fix: needless.removable.then_some(Fix::Remove(needless.at)),
                });
            }
        }
    }
    Ok(())
}
