//! A data operation under actions, or the reverse.

use super::super::{Context, Finding, Rule, Severity, Subject, few};
use crate::catalog::Certainty;
use crate::ident::Operation;
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "wrong-plane",
    severity: Severity::Error,
    what: "An entry names an operation that stands on the other plane. A wildcard that matches known \
        operations of the other plane alone is a note: the catalog may not know the others.",
    why: "actions are consulted for the control plane alone, dataActions for the data plane alone: the \
        entry grants nothing, or takes nothing away. The service refuses a data operation under \
        actions.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/read",
    "Microsoft.KeyVault/vaults/secrets/getSecret/action"
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
  ],
  "DataActions": [
    "Microsoft.KeyVault/vaults/secrets/getSecret/action"
  ]
}"##,
    fix: "None: moving the entry would grant what is not granted now.",
    check,
};

fn check(
    subject: &Subject,
    context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    for (at, list, pattern) in subject.entries() {
        let (plane, other) = (list.plane(), list.plane().other());
        if !context.universe.matched(plane, [pattern]).is_empty() {
            continue;
        }
        let there = context.universe.matched(other, [pattern]);
        let names = context.universe.names(other, &there);
        let seen = names.iter().any(|name| {
            Operation::new(name).is_ok_and(|operation| {
                context.catalog.planes(&operation).on(other) == Some(Certainty::Observed)
            })
        });
        if names.is_empty() {
            continue;
        }
        // What a wildcard matches on its own plane the catalog may not know; a name it does.
        let (severity, sure) = match (pattern.is_wildcard(), seen) {
            (false, true) => (RULE.severity, ""),
            (false, false) => (Severity::Note, ", as far as is inferred"),
            (true, _) => (Severity::Note, ", of those that are known"),
        };
        found.push(Finding {
            code: RULE.code,
            severity,
            message: format!(
                "`{pattern}` under {} matches {other}-plane operations only{sure}: {}",
                list.as_str(),
                few(&names)
            ),
            at,
            help: Some(format!(
                "it belongs under {}",
                if list.grants() { other.grant_list() } else { other.except_list() }
            )),
            fix: None,
        });
    }
    Ok(())
}
