//! An operation that no provider is known to have.

use super::super::{Context, Finding, List, Rule, Severity, Subject};
use crate::ident::{Operation, Verb};
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "unknown-operation",
    severity: Severity::Warning,
    what: "An entry without a star names an operation that the catalog knows on neither plane.",
    why: "The service refuses a custom role that names an operation unknown to its provider \
        (semantics.md 2.8). Where it does not, the entry grants nothing.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/raed",
    "Microsoft.Web/sites/reed/action"
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
    fix: "None: the nearest name may grant more than was meant.",
    check,
};

fn check(
    subject: &Subject,
    context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    for (at, list, pattern) in subject.entries() {
        if pattern.is_wildcard() {
            continue;
        }
        let Ok(operation) = Operation::new(pattern.text()) else { continue };
        if operation.verb() == Verb::Other || context.catalog.planes(&operation).is_known() {
            continue;
        }
        let nearest: Vec<String> = context
            .catalog
            .operations()
            .nearest(&operation, 3)
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let effect = match list {
            List::Actions | List::DataActions => "grants nothing that is known",
            List::NotActions | List::NotDataActions => "takes nothing away that is known",
        };
        found.push(Finding {
            code: RULE.code,
            severity: RULE.severity,
            message: format!("`{pattern}` is no known operation; it {effect}"),
            at,
            help: (!nearest.is_empty()).then(|| format!("did you mean {}?", nearest.join(", "))),
            fix: None,
        });
    }
    Ok(())
}
