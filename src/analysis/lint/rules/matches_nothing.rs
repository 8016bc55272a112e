//! A wildcard that matches no known operation.

use super::super::{Context, Finding, Rule, Severity, Subject};
use crate::pattern::Wildcards;
use crate::pattern::language::Language;
use crate::pattern::language::LanguageLimit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "matches-nothing",
    severity: Severity::Warning,
    what: "A wildcard matches no operation of the catalog, on either plane.",
    why: "A misspelt provider or type grants nothing, and the holder is refused. It is also a door for \
        operations that somebody may add under that name.",
    bad: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Webb/sites/*"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ]
}"##,
    good: r##"{
  "Name": "Example",
  "IsCustom": true,
  "Actions": [
    "Microsoft.Web/sites/*"
  ],
  "AssignableScopes": [
    "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001"
  ]
}"##,
    fix: "None: the catalog may be older than the provider, and an entry of notActions that takes \
        nothing away today may do so tomorrow.",
    check,
};

fn check(
    subject: &Subject,
    context: &Context,
    found: &mut Vec<Finding>,
) -> Result<(), LanguageLimit> {
    for (at, list, pattern) in subject.entries() {
        let on = |plane| !context.universe.matched(plane, [pattern]).is_empty();
        if !pattern.is_wildcard() || on(list.plane()) || on(list.plane().other()) {
            continue;
        }
        if Language::of_patterns(std::slice::from_ref(pattern), Wildcards::Azure)?.is_empty() {
            continue;
        }
        found.push(Finding {
            code: RULE.code,
            severity: RULE.severity,
            message: format!("`{pattern}` matches no known operation"),
            at,
            help: nearest(context, pattern.folded()),
            fix: None,
        });
    }
    Ok(())
}

/// A provider of the catalog that is spelt almost like this one.
fn nearest(context: &Context, folded: &str) -> Option<String> {
    let provider = folded.split('/').next()?;
    if provider.contains('*') {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for (name, _) in context.catalog.operations().iter() {
        let known = name.split('/').next().unwrap_or_default();
        if known.eq_ignore_ascii_case(provider) {
            return None;
        }
        if best.is_some_and(|(_, before)| before == known)
            || known.len().abs_diff(provider.len()) > 2
        {
            continue;
        }
        let distance = strsim::levenshtein(&known.to_ascii_lowercase(), provider);
        if distance <= 2 && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, known));
        }
    }
    best.map(|(_, known)| format!("did you mean the provider `{known}`?"))
}
