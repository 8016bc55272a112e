//! Obtains keys or other credentials, past the data plane of RBAC.

use super::super::{Context, Finding, List, Rule, Severity, Subject, Where, few};
use crate::catalog::local_auth::Certainty;
use crate::pattern::Wildcards;
use crate::pattern::language::LanguageLimit;
use std::collections::BTreeMap;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "hands-out-credentials",
    severity: Severity::Warning,
    what: "An entry of actions grants operations that return or set a credential: listKeys and all \
        others that the local authentication catalog knows. Those of which it is disputed that they \
        work are a note.",
    why: "A key opens the data of a resource whatever dataActions say, cannot be told from another \
        holder of the same key, and is kept when the role is gone. notDataActions beside it are \
        decoration.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Storage/storageAccounts/*"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
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
    fix: "None: a role may exist for that very purpose. `notActions` with the operation, or explicit \
        operations in place of the wildcard, take it away.",
    check,
};

fn check(
    subject: &Subject,
    context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    for (block, permission) in subject.role.blocks.iter().enumerate() {
        let mut by_entry: BTreeMap<usize, Vec<(Certainty, &str)>> = BTreeMap::new();
        for key in context.credentials.iter().filter(|key| key.mechanism.is_credential()) {
            let hit = |pattern: &crate::pattern::ActionPattern| {
                pattern.matches(&key.operation, Wildcards::Azure).is_match()
            };
            if permission.not_actions.iter().any(hit) {
                continue;
            }
            // What an entry names is told there; a wildcard gets the rest.
            let literal = |at: &usize| !permission.actions[*at].is_wildcard();
            let matching: Vec<usize> =
                (0..permission.actions.len()).filter(|at| hit(&permission.actions[*at])).collect();
            let entry = matching.iter().find(|at| literal(at)).or_else(|| matching.first());
            if let Some(entry) = entry {
                by_entry.entry(*entry).or_default().push((key.certainty, key.operation.text()));
            }
        }
        for (index, keys) in by_entry {
            let sure: Vec<&str> = keys
                .iter()
                .filter(|(certainty, _)| *certainty != Certainty::Unconfirmed)
                .map(|(_, operation)| *operation)
                .collect();
            let all: Vec<&str> = keys.iter().map(|(_, operation)| *operation).collect();
            let pattern = &permission.actions[index];
            let (severity, told, perhaps) = if sure.is_empty() {
                (Severity::Note, all, "perhaps ")
            } else {
                (RULE.severity, sure, "")
            };
            found.push(Finding {
                code: RULE.code,
                severity,
                message: format!("`{pattern}` {perhaps}hands out credentials: {}", few(&told)),
                at: Where::Entry { block, list: List::Actions, index },
                help: Some(
                    "data is reached with them past RBAC wherever local authentication is on"
                        .to_string(),
                ),
                fix: None,
            });
        }
    }
    Ok(())
}
