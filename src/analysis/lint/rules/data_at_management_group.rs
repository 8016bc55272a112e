//! Data actions in a role that is assignable at a management group.

use super::super::{Context, Finding, Rule, Severity, Subject, Where};
use crate::ident::{Scope, ScopeKind};
use crate::model::RoleKind;
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "data-at-management-group",
    severity: Severity::Warning,
    what: "A custom role has dataActions and names a management group among its assignable scopes.",
    why: "The service does not let a custom role with data actions be assigned at a management group \
        (semantics.md 8.4, U15), so that scope promises what cannot be done; older editions of the \
        service refuse the definition.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/read"
  ],
  "AssignableScopes": [
    "/providers/Microsoft.Management/managementGroups/platform"
  ],
  "DataActions": [
    "Microsoft.KeyVault/vaults/secrets/getSecret/action"
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
    fix: "None: the subscriptions to name instead are not known.",
    check,
};

fn check(
    subject: &Subject,
    _context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    let has_data = subject.role.blocks.iter().any(|block| !block.data_actions.is_empty());
    if subject.role.kind == RoleKind::BuiltIn || !has_data {
        return Ok(());
    }
    for (number, text) in subject.role.assignable_scopes.iter().enumerate() {
        let is_group =
            Scope::new(text).is_ok_and(|scope| scope.kind() == ScopeKind::ManagementGroup);
        if is_group {
            found.push(Finding {
                code: RULE.code,
                severity: RULE.severity,
                message: format!(
                    "a custom role with data actions cannot be assigned at `{text}`, a management group"
                ),
                at: Where::Scope(number),
                help: Some(
                    "name the subscriptions, or move the data actions into a role of their own"
                        .to_string(),
                ),
                fix: None,
            });
        }
    }
    Ok(())
}
