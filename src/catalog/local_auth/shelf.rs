//! The embedded facts as a decision asks for them: each type is read when it is first asked for, and kept.

use super::{EMBEDDED, EMBEDDED_NAME, LocalAuth, LocalAuthCatalog, ResourceType, parse};
use crate::ident::{Operation, Scope, ancestor_ends, folded_type};
use rustc_hash::FxHashMap;
use std::sync::{LazyLock, OnceLock};

/// A type of the embedded text, and what it says once somebody asked.
#[derive(Debug, Default)]
struct Slot {
    facts: OnceLock<Vec<LocalAuth>>,
}

/// The types of the embedded text: only their names are read.
static TYPES: LazyLock<FxHashMap<String, Slot>> = LazyLock::new(|| {
    let mut types = FxHashMap::default();
    let mut at = parse::first_record(EMBEDDED);
    while let Some(start) = at {
        let kind = parse::Record::at(EMBEDDED_NAME, EMBEDDED, start).kind();
        types.entry(kind.to_ascii_lowercase()).or_insert_with(Slot::default);
        at = parse::next_record(EMBEDDED, start);
    }
    types
});

/// Every aspect of one type, by its folded name; empty for a type that is not listed.
pub(crate) fn of(folded: &str) -> &'static [LocalAuth] {
    let Some(slot) = TYPES.get(folded) else { return &[] };
    slot.facts.get_or_init(|| {
        // A test reads all of the embedded text: nothing of it fails.
        ResourceType::new(folded)
            .and_then(|kind| LocalAuthCatalog::embedded().lookup(&kind))
            .unwrap_or_default()
    })
}

/// The doors at a scope, as [`LocalAuthCatalog::at`] finds them: where the id of the resource that has
/// them ends in the text of the scope, and every aspect of its type.
pub(crate) fn above(scope: &Scope) -> Option<(usize, &'static [LocalAuth])> {
    let mut kind = String::new();
    let folded = scope.folded();
    for end in ancestor_ends(&folded).into_iter().rev() {
        if !folded_type(&folded[..end], &mut kind) {
            continue;
        }
        if kind.contains(char::is_whitespace) {
            // No type is called so: what this is a part of is not known.
            return None;
        }
        let facts = of(&kind);
        if !facts.is_empty() {
            return Some((end, facts));
        }
    }
    None
}

/// The providers, folded, that authorise some call on data by operations of the control plane.
static CONTROLLED: LazyLock<Vec<Box<str>>> = LazyLock::new(|| {
    let rules = EMBEDDED.lines().filter_map(|line| line.trim_start().strip_prefix("control "));
    let providers = rules.filter_map(|rule| rule.split('/').next());
    let mut found: Vec<Box<str>> =
        providers.map(|provider| provider.to_ascii_lowercase().into()).collect();
    found.dedup();
    found
});

/// May an operation of the control plane be one that a service checks when its data is asked for? A no is
/// certain, and it is the answer for nearly all of them: then nothing has to be looked up.
pub(crate) fn may_be_controlled(operation: &Operation) -> bool {
    let provider = operation.folded().split('/').next().unwrap_or_default();
    CONTROLLED.iter().any(|known| **known == *provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rule_of_the_control_plane_is_passed_over() {
        let operation = |text: &str| Operation::new(text).expect("an operation");
        let mut rules = 0;
        for record in LocalAuthCatalog::embedded().all() {
            for rule in record.expect("it is whole").controls {
                let one = rule.operations.text().replace('*', "x");
                assert!(may_be_controlled(&operation(&one)), "{one}");
                rules += 1;
            }
        }
        assert!(rules > 10 && CONTROLLED.len() < rules, "{rules}");
        assert!(may_be_controlled(&operation("microsoft.BATCH/x/read")));
        for no in ["Microsoft.Compute/virtualMachines/read", "Microsoft.Batches/x/read"] {
            assert!(!may_be_controlled(&operation(no)), "{no}");
        }
    }

    #[test]
    fn finds_what_the_text_holds() {
        let embedded = LocalAuthCatalog::embedded();
        for record in embedded.all() {
            let kind = record.expect("it is whole").resource_type;
            let read = embedded.lookup(&kind).expect("it is whole");
            assert_eq!(format!("{:?}", of(kind.folded())), format!("{read:?}"), "{kind}");
        }
        let group = "/subscriptions/s/resourceGroups/r";
        for rest in [
            "",
            "/providers/Microsoft.Storage/storageAccounts/a",
            "/providers/microsoft.STORAGE/storageaccounts/a/blobServices/default/containers/c",
            "/providers/Microsoft.Storage/storageAccounts/a/providers/Microsoft.Insights/x/y",
            "/providers/Microsoft.Storage/storageAccounts/a/blob services/b",
            "/providers/Microsoft.Storage/storageAccounts/a b",
            "/providers/Microsoft.Nothing/things/a/parts/b",
            "/providers/Microsoft.CognitiveServices/accounts/a/deployments/d",
        ] {
            let scope = Scope::new(&format!("{group}{rest}")).expect("a scope");
            let slow = embedded.at(&scope).ok().flatten();
            let fast = above(&scope);
            assert_eq!(
                fast.map(|(end, facts)| (scope.text()[..end].to_string(), facts.len())),
                slow.map(|found| (found.resource.text().to_string(), found.facts.len())),
                "{scope}"
            );
        }
        assert!(above(&Scope::root()).is_none());
    }
}
