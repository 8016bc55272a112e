//! Classic administrators that an export still lists.

use super::super::context::{Context, finding};
use super::super::{About, Finding, Rule, Severity, Source};

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "classic-administrator",
    severity: Severity::Warning,
    what: "An export still lists a classic administrator: co-administrator, service administrator or account administrator.",
    why: "Azure retired them on 2024-08-31, and turned leftovers into Owner of the subscription from December 2025 on (semantics.md 11.1). Here they grant nothing; whoever still stands there may have become an Owner that nobody chose.",
    fix: "Remove it (Access control, Classic administrators), and look whether the same person is now Owner.",
    check,
};

fn check(context: &mut Context<'_>, found: &mut Vec<Finding>) {
    for (scope, one) in context.tenant.classic_administrators() {
        let message = format!("{} is still {} of {}", one.email, one.role, context.place(*scope));
        found.push(Finding {
            about: About { scope: Some(*scope), ..About::default() },
            source: Source::Tenant(one.origin),
            help: Some(
                "remove it, and look whether the same person is now Owner: azrbac who-can Microsoft.Authorization/roleAssignments/write SUBSCRIPTION"
                    .to_string(),
            ),
            ..finding(&RULE, message)
        });
    }
}
