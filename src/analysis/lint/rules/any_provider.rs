//! A wildcard that spans every provider and does more than read.

use super::super::{Context, Finding, Rule, Severity, Subject, few};
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "any-provider-wildcard",
    severity: Severity::Warning,
    what: "An entry of actions or dataActions matches operations of every resource provider, and not \
        only reads.",
    why: "It grants operations of services that nobody thought of, and of providers that do not exist \
        yet. `*/write` holds roleAssignments/write, `*/action` holds every listKeys.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "*/write",
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
    fix: "None: what the role needs is not known. `azrbac role suggest` finds it from an activity log.",
    check,
};

fn check(
    subject: &Subject,
    context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    for (at, list, pattern) in subject.entries() {
        let head = pattern.folded().split('*').next().unwrap_or_default();
        if !list.grants() || !pattern.is_wildcard() || head.contains('/') {
            continue;
        }
        if pattern.folded().ends_with("/read") {
            continue;
        }
        let brings = context.universe.matched(list.plane(), [pattern]);
        let graver: Vec<&str> = context
            .universe
            .names(list.plane(), &brings)
            .into_iter()
            .filter(|name| !name.to_ascii_lowercase().ends_with("/read"))
            .collect();
        found.push(Finding {
            code: RULE.code,
            severity: RULE.severity,
            message: format!(
                "`{pattern}` spans every provider: {} known operations, {} of them no reads, such as {}",
                brings.count(),
                graver.len(),
                few(&graver)
            ),
            at,
            help: Some("name the provider and the resource type".to_string()),
            fix: None,
        });
    }
    Ok(())
}
