//! Any text as an ARM id, an operation, a pattern, a GUID: what is a name keeps its laws.
#![no_main]

use azrbac::ident::{Guid, Operation, Scope};
use azrbac::pattern::{ActionPattern, Wildcards};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(scope) = Scope::new(text) {
        let again = Scope::new(scope.text()).expect("a scope reads its own text");
        assert_eq!(again.folded(), scope.folded());
        assert!(scope.contains(&scope) && Scope::root().contains(&scope));
        let (mut above, mut steps) = (scope.parent(), 0);
        while let Some(parent) = above {
            assert!(parent.contains(&scope), "{parent} and {scope}");
            assert!(parent.folded().len() < scope.folded().len() || parent.folded() == "/");
            above = parent.parent();
            steps += 1;
            assert!(steps < 20_000);
        }
        let _names = scope.names();
        let _kind = scope.resource_type();
    }
    let (left, right) = text.split_once('\n').unwrap_or((text, text));
    if let (Ok(pattern), Ok(operation)) = (ActionPattern::new(left), Operation::new(right)) {
        let azure = pattern.matches(&operation, Wildcards::Azure).is_match();
        let strict = pattern.matches(&operation, Wildcards::Strict).is_match();
        assert!(azure || !strict, "{left} {right}");
    }
    if let Ok(guid) = text.parse::<Guid>() {
        assert_eq!(guid.to_string().parse::<Guid>().ok(), Some(guid));
    }
});
