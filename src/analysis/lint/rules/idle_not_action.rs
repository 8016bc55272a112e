//! An entry of notActions that takes nothing away.

use super::super::dropped::needless;
use super::super::{Context, Finding, Fix, Rule, Severity, Subject, Where};
use crate::ident::Plane;
use crate::pattern::language::LanguageLimit;
use crate::pattern::language::Why;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "idle-not-action",
    severity: Severity::Warning,
    what: "An entry of notActions or notDataActions removes nothing from its own block: nothing there \
        grants it, or other entries remove it already. One that removes no operation known today, \
        but could remove a future one, is a note.",
    why: "It looks like protection and is none. Often it stands in the list of the wrong plane, or the \
        wildcard that it was written against is gone.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/read"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ],
  "NotActions": [
    "Microsoft.Authorization/*/write"
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
  ],
  "NotActions": [
    "Microsoft.Web/sites/delete"
  ]
}"##,
    fix: "Takes the entry out. Safe: the block grants exactly the same operations without it, in both \
        readings of `/*/`. An entry that only takes away nothing today stays.",
    check,
};

fn check(
    subject: &Subject,
    context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    for (number, block) in subject.role.blocks.iter().enumerate() {
        for plane in [Plane::Control, Plane::Data] {
            let (allow, except) = block.side(plane);
            if except.is_empty() {
                continue;
            }
            let mut idle = Vec::new();
            for needless in needless(number, block, plane)? {
                let why = match needless.why {
                    Why::SubtractsNothing => {
                        format!("nothing in {} grants any of it", plane.grant_list())
                    }
                    Why::ExceptedAlready => match &needless.by {
                        Some(by) => format!("`{by}` takes it away already"),
                        None => "other entries take it away already".to_string(),
                    },
                    Why::Repeated if !needless.list.grants() => "it stands there twice".to_string(),
                    Why::Repeated | Why::Covered | Why::Excepted => continue,
                };
                idle.push(needless.at.clone());
                found.push(Finding {
                    code: RULE.code,
                    severity: RULE.severity,
                    message: format!("`{}` takes nothing away: {why}", needless.pattern),
                    at: needless.at.clone(),
                    help: None,
                    fix: needless.removable.then_some(Fix::Remove(needless.at)),
                });
            }
            let allowed = context.universe.matched(plane, allow);
            for (at, list, pattern) in subject.entries() {
                let here = matches!(at, Where::Entry { block, .. } if block == number);
                if !here || list.grants() || list.plane() != plane || idle.contains(&at) {
                    continue;
                }
                if !context.universe.matched(plane, [pattern]).overlaps(&allowed) {
                    found.push(Finding {
                        code: RULE.code,
                        severity: Severity::Note,
                        message: format!("`{pattern}` takes no operation away that is known today"),
                        at,
                        help: Some("it would take away future ones".to_string()),
                        fix: None,
                    });
                }
            }
        }
    }
    Ok(())
}
