//! Its holder can rewrite the definition that he holds.

use super::super::{Context, Finding, List, Rule, Severity, Subject, Where};
use crate::ident::Operation;
use crate::model::RoleKind;
use crate::pattern::Wildcards;
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "edits-role-definitions",
    severity: Severity::Warning,
    what: "The role grants Microsoft.Authorization/roleDefinitions/write.",
    why: "Whoever may write role definitions at all assignable scopes of a custom role may add any \
        action to it, and so to himself. It is as good as roleAssignments/write.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/read",
    "Microsoft.Authorization/roleDefinitions/*"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ]
}"##,
    good: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/read",
    "Microsoft.Authorization/roleDefinitions/read"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ]
}"##,
    fix: "None: leaving the operation out changes what the role is for.",
    check,
};

fn check(
    subject: &Subject,
    _context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    let Ok(write) = Operation::new("Microsoft.Authorization/roleDefinitions/write") else {
        return Ok(());
    };
    for (block, permission) in subject.role.blocks.iter().enumerate() {
        let hit = |pattern: &crate::pattern::ActionPattern| {
            pattern.matches(&write, Wildcards::Azure).is_match()
        };
        let Some(index) = permission.actions.iter().position(hit) else { continue };
        if permission.not_actions.iter().any(hit) {
            continue;
        }
        let by = &permission.actions[index];
        let own = match subject.role.kind {
            RoleKind::Custom => {
                "this very definition included, where its holder has all its assignable scopes"
            }
            RoleKind::BuiltIn => "every custom role included that its holder holds",
        };
        found.push(Finding {
            code: RULE.code,
            severity: RULE.severity,
            message: format!("`{by}` lets its holder rewrite role definitions, {own}"),
            at: Where::Entry { block, list: List::Actions, index },
            help: Some("keep `Microsoft.Authorization/roleDefinitions/read`".to_string()),
            fix: None,
        });
    }
    Ok(())
}
