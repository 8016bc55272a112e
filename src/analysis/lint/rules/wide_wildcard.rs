//! A wildcard beside the explicit operations that show what was needed.

use super::super::{Context, Finding, Rule, Severity, Subject, few};
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "wide-wildcard",
    severity: Severity::Warning,
    what: "A wildcard stands beside explicit operations that it covers, and brings others that they do \
        not name. A wildcard over a whole provider without any beside it is a note.",
    why: "The explicit entries say what somebody needed; the wildcard grants the rest as well, deletes \
        and key listings included, and whatever the provider adds later.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Storage/storageAccounts/*",
    "Microsoft.Storage/storageAccounts/read"
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
    fix: "None: leaving the wildcard out would take away what a holder may rely on.",
    check,
};

fn check(
    subject: &Subject,
    context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    for (at, list, pattern) in subject.entries() {
        let (head, tail) = pattern.folded().split_once('*').unwrap_or((pattern.folded(), "-"));
        if !list.grants() || !pattern.is_wildcard() || !head.contains('/') {
            continue;
        }
        let brings = context.universe.matched(list.plane(), [pattern]);
        let mut explicit = brings.clone();
        let named = subject
            .entries()
            .filter(|(_, other, entry)| *other == list && !entry.is_wildcard())
            .map(|(_, _, entry)| entry);
        let named = context.universe.matched(list.plane(), named).and(&brings);
        explicit.subtract(&named);
        let rest = context.universe.names(list.plane(), &explicit);
        if !named.is_empty() && !rest.is_empty() {
            // What does most harm is told first.
            let mut rest: Vec<&str> = rest;
            rest.sort_by_cached_key(|name| {
                context.credentials.power(list.plane(), &name.to_ascii_lowercase())
            });
            found.push(Finding {
                code: RULE.code,
                severity: RULE.severity,
                message: format!(
                    "`{pattern}` brings {} operations beside the {} that other entries name: {}",
                    rest.len(),
                    named.count(),
                    few(&rest)
                ),
                at,
                help: Some("keep the explicit entries and leave the wildcard out".to_string()),
                fix: None,
            });
        } else if tail.is_empty() && head.matches('/').count() == 1 && brings.count() > 1 {
            found.push(Finding {
                code: RULE.code,
                severity: Severity::Note,
                message: format!(
                    "`{pattern}` is all of a provider: {} known operations",
                    brings.count()
                ),
                at,
                help: Some("name the resource types".to_string()),
                fix: None,
            });
        }
    }
    Ok(())
}
