//! A condition inside the definition that does not do what it seems to.

use super::super::{Context, Finding, Rule, Severity, Subject, Where};
use crate::condition::{Block, FindingContext};
use crate::ident::Plane;
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "condition-trap",
    severity: Severity::Warning,
    what: "The condition of a permission block does not parse, or falls into one of the traps that \
        `azrbac condition check` knows.",
    why: "A condition that does not parse is refused by the service. One that is always true limits \
        nothing, and one that can never hold takes the block away.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/read"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ],
  "permissions": [
    {
      "actions": [
        "Microsoft.Authorization/roleAssignments/write"
      ],
      "condition": "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidNotEquals {8e3af657a8ff443ca75c2fe8c4bcb635, 18d7d88dd35e4fb5a5c37773c20a72d9}",
      "conditionVersion": "2.0"
    }
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
  "permissions": [
    {
      "actions": [
        "Microsoft.Authorization/roleAssignments/write"
      ],
      "condition": "!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'}) OR @Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {acdd72a7338548efbd42f606fba81ae7}",
      "conditionVersion": "2.0"
    }
  ]
}"##,
    fix: "None: what was meant is not known.",
    check,
};

fn check(
    subject: &Subject,
    _context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    for (number, block) in subject.role.blocks.iter().enumerate() {
        let Some(guard) = &block.condition else { continue };
        let at = Where::Condition(number);
        let condition = match &guard.parsed {
            Ok(condition) => condition,
            Err(error) => {
                found.push(Finding {
                    code: RULE.code,
                    severity: Severity::Error,
                    message: format!("the condition is not understood: {}", error.message()),
                    at,
                    help: error.advice().map(str::to_string),
                    fix: None,
                });
                continue;
            }
        };
        let blocks = [Plane::Control, Plane::Data].map(|plane| {
            let (allow, except) = block.side(plane);
            Block { plane, allow, except }
        });
        let context = FindingContext {
            blocks: &blocks,
            unconditional: false,
            version: guard.version.as_deref(),
        };
        for trap in condition.findings(&context) {
            found.push(Finding {
                code: RULE.code,
                severity: trap.severity,
                message: format!("{} ({})", trap.message, trap.code),
                at: at.clone(),
                help: trap.help,
                fix: None,
            });
        }
    }
    Ok(())
}
