//! notActions that somebody may take for a deny.

use super::super::{Context, Finding, List, Rule, Severity, Subject, Where};
use crate::analysis::role::{Bits, Which};
use crate::ident::Plane;
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "not-action-as-deny",
    severity: Severity::Note,
    what: "notActions or notDataActions subtract operations. Who else gives them back is told: another \
        block of the same role (then it is a warning), and the roles that others commonly hold.",
    why: "notActions only limits what this role gives. Another role that has the operation grants it, \
        at any scope. To forbid something, a deny assignment or a condition is needed.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Storage/storageAccounts/*"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ],
  "NotActions": [
    "Microsoft.Storage/storageAccounts/listKeys/action"
  ]
}"##,
    good: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Storage/storageAccounts/read",
    "Microsoft.Storage/storageAccounts/write"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ]
}"##,
    fix: "None: the role grants what it says; only the expectation may be wrong.",
    check,
};

fn check(
    subject: &Subject,
    context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    for (number, block) in subject.role.blocks.iter().enumerate() {
        for (plane, list) in
            [(Plane::Control, List::NotActions), (Plane::Data, List::NotDataActions)]
        {
            let (allow, except) = block.side(plane);
            let universe = &context.universe;
            let taken = universe.matched(plane, except).and(&universe.matched(plane, allow));
            if taken.is_empty() {
                continue;
            }
            let at = Where::Entry { block: number, list, index: 0 };
            let back = universe.role(&subject.role, plane, Which::All).and(&taken).count();
            if back > 0 {
                found.push(Finding {
                    code: RULE.code,
                    severity: Severity::Warning,
                    message: format!(
                        "another block of this role gives back {back} of the {} operations that {} takes away",
                        taken.count(),
                        list.as_str()
                    ),
                    at: at.clone(),
                    help: Some("blocks are united: each subtracts only from itself".to_string()),
                    fix: None,
                });
            }
            if let Some(message) = given_back(context, subject, plane, &taken) {
                found.push(Finding {
                    code: RULE.code,
                    severity: RULE.severity,
                    message: format!("{} is no deny: {message}", list.as_str()),
                    at,
                    help: Some("a deny assignment forbids; notActions only leaves out".to_string()),
                    fix: None,
                });
            }
        }
    }
    Ok(())
}

/// Which roles give back something of what was taken, and which give back the most.
fn given_back(context: &Context, subject: &Subject, plane: Plane, taken: &Bits) -> Option<String> {
    let side = match plane {
        Plane::Control => 0,
        Plane::Data => 1,
    };
    let mut holders: Vec<(usize, usize, &str)> = context
        .others
        .iter()
        .enumerate()
        .filter(|(_, other)| *other.name != *subject.role.name)
        .map(|(at, other)| (other.granted[side].and(taken).count(), at, &*other.name))
        .filter(|(count, ..)| *count > 0)
        .collect();
    holders.sort_by_key(|(count, at, _)| (std::cmp::Reverse(*count), *at));
    let names: Vec<&str> = holders.iter().map(|(_, _, name)| *name).collect();
    if names.is_empty() {
        return None;
    }
    Some(format!(
        "of the {} operations that it takes away some are in {} other roles, such as {}",
        taken.count(),
        names.len(),
        super::super::few(&names)
    ))
}
