//! The operations that a comparison looks at: the catalogs' and, where roles that differ speak of
//! something no catalog knows, what they name and one operation of each verb for what may come.

use crate::decide::Universe;
use crate::ident::{Operation, Plane};
use crate::model::PermissionBlock;
use crate::pattern::ActionPattern;
use crate::tenant::{Bits, Operations, Tenant};
use rustc_hash::FxHashSet;

/// A segment that no operation of Azure's has: what an operation of the future might be called.
pub(super) const FUTURE: &str = "(future)";

/// The operations of both tenants' catalogs and of some blocks; and which of them a catalog knows.
pub(super) fn universe(
    tenants: [&Tenant; 2],
    blocks: &[&PermissionBlock],
) -> (Universe, [Bits; 2]) {
    let universe = Universe::new([Plane::Control, Plane::Data].map(|plane| {
        let mut found: Vec<Operation> = tenants[0].operations(plane).all().to_vec();
        if tenants[1].operations(plane).all() != tenants[0].operations(plane).all() {
            found.extend_from_slice(tenants[1].operations(plane).all());
        }
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        for block in blocks {
            let (allow, except) = block.side(plane);
            for pattern in allow.iter().chain(except) {
                if seen.insert(pattern.folded()) {
                    found.extend(beyond(pattern));
                }
            }
        }
        Operations::of(found)
    }));
    let known = [Plane::Control, Plane::Data].map(|plane| {
        let operations = universe.on(plane);
        let mut bits = operations.none();
        for (at, operation) in operations.all().iter().enumerate() {
            let is_known =
                |tenant: &&Tenant| tenant.catalog().planes(operation).on(plane).is_some();
            if tenants.iter().any(is_known) {
                bits[at / 64] |= 1 << (at % 64);
            }
        }
        bits
    });
    (universe, known)
}

/// Is it one that stands for operations that may come?
pub(super) fn is_future(operation: &Operation) -> bool {
    operation.folded().contains(FUTURE)
}

/// A pattern's own operation, or one of each verb that only it and what contains it match.
fn beyond(pattern: &ActionPattern) -> Vec<Operation> {
    let text = pattern.text();
    if !pattern.is_wildcard() {
        return Operation::new(text).into_iter().collect();
    }
    let filled = |last: &str| -> Option<Operation> {
        let mut text = text.to_string();
        if text == "*" {
            text = format!("{FUTURE}/{FUTURE}/{last}");
        } else if let Some(start) = text.strip_suffix("/*") {
            text = format!("{}/{FUTURE}/{last}", start.replace('*', FUTURE));
        } else {
            text = text.replace('*', FUTURE);
        }
        Operation::new(&text).ok()
    };
    let mut found: Vec<Operation> =
        ["read", "write", "delete", "action"].iter().filter_map(|last| filled(last)).collect();
    found.dedup_by(|a, b| a.folded() == b.folded());
    found
}
