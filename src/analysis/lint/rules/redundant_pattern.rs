//! An entry that other entries grant already.

use super::super::dropped::needless;
use super::super::{Context, Finding, Fix, Rule, Severity, Subject};
use crate::ident::Plane;
use crate::pattern::language::LanguageLimit;
use crate::pattern::language::Why;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "redundant-pattern",
    severity: Severity::Note,
    what: "All that an entry of actions or dataActions grants is granted by other entries of the same \
        list.",
    why: "It hides what the role really is: whoever reads the explicit entries overlooks the wildcard \
        that grants far more, and whoever removes one of them changes nothing.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/*",
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
    "Microsoft.Web/sites/*"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ]
}"##,
    fix: "Takes the entry out. Safe: the block grants exactly the same operations without it. Where \
        that hangs on the reading of `/*/` (U3), the entry stays.",
    check,
};

fn check(
    subject: &Subject,
    _context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    for (number, block) in subject.role.blocks.iter().enumerate() {
        for plane in [Plane::Control, Plane::Data] {
            for needless in needless(number, block, plane)? {
                let why = match (needless.why, &needless.by) {
                    (Why::Repeated, _) if needless.list.grants() => {
                        "stands there twice".to_string()
                    }
                    (Why::Covered, Some(by)) => format!("is covered by `{by}`"),
                    (Why::Covered, None) => "is covered by other entries together".to_string(),
                    (
                        Why::Repeated
                        | Why::Excepted
                        | Why::ExceptedAlready
                        | Why::SubtractsNothing,
                        _,
                    ) => continue,
                };
                let help = (!needless.removable)
                    .then(|| "only where `X/*/y` matches `X/y` too (U3)".to_string());
                found.push(Finding {
                    code: RULE.code,
                    severity: RULE.severity,
                    message: format!("`{}` {why}", needless.pattern),
                    at: needless.at.clone(),
                    help,
                    fix: needless.removable.then_some(Fix::Remove(needless.at)),
                });
            }
        }
    }
    Ok(())
}
