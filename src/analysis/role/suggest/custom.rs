//! A custom role that grants exactly what is needed.

use super::shelf::Wanted;
use super::{Options, Writing, narrowest};
use crate::analysis::role::universe::Universe;
use crate::analysis::validate;
use crate::catalog::Catalog;
use crate::ident::{Plane, Scope};
use crate::model::{Facts, PermissionBlock, RoleDefinition, RoleKind};
use crate::origin::Origin;
use crate::pattern::{ActionPattern, Wildcards};
use crate::tenant::Tenant;

/// A generated custom role.
#[derive(Debug, Clone)]
pub struct Custom {
    /// The definition. Unless patterns are asked for, its lists name operations one by one: a wildcard
    /// grants what is not needed, if not today then when the provider adds an operation (semantics.md
    /// 2.10).
    pub role: RoleDefinition,
    /// Its description, in words.
    pub description: String,
    /// Why the service would refuse it, or what has to be filled in first.
    pub refusals: Vec<String>,
}

pub(super) fn custom(
    needs: &[Wanted],
    scopes: &[Vec<Scope>],
    catalog: &Catalog,
    universe: &Universe,
    options: &Options,
) -> Custom {
    let list = |plane: Plane| -> Vec<ActionPattern> {
        let explicit: Vec<ActionPattern> = needs
            .iter()
            .filter(|need| need.plane == plane)
            .filter_map(|need| {
                // What was typed keeps its spelling; logs in capitals read better as the catalog has it.
                let typed = need.operation.text();
                let shouted = !typed.chars().any(|c| c.is_ascii_lowercase());
                let known = need.number.filter(|_| shouted);
                let text = known.map_or(typed, |number| universe.name(plane, number));
                ActionPattern::new(text).ok()
            })
            .collect();
        match options.writing {
            Writing::Explicit => explicit,
            Writing::Patterns => tightened(explicit, plane, universe),
        }
    };
    let mut assignable = options.assignable.clone();
    if assignable.is_empty() {
        let all: Vec<Scope> = scopes.iter().flatten().cloned().collect();
        assignable = narrowest(&all)
            .into_iter()
            // Resources are discouraged as assignable scopes; their group is the next best.
            .map(|scope| scope.resource_group().unwrap_or(scope))
            .collect();
    }
    assignable.sort();
    assignable.dedup();
    let name = options.name.clone().unwrap_or_else(|| "Generated least-privilege role".to_string());
    let block = PermissionBlock {
        actions: list(Plane::Control),
        data_actions: list(Plane::Data),
        ..PermissionBlock::default()
    };
    let role = RoleDefinition {
        updated: None,
        id: None,
        name: name.into(),
        kind: RoleKind::Custom,
        blocks: vec![block],
        assignable_scopes: assignable.iter().map(|scope| scope.text().into()).collect(),
        origin: Origin::NONE,
    };
    Custom {
        description: format!(
            "Grants {} and nothing else.",
            match needs.len() {
                1 => "one operation".to_string(),
                many => format!("{many} operations"),
            }
        ),
        refusals: refusals(&role, catalog),
        role,
    }
}

/// Replaces entries by `X/*` where all known operations that it matches are among them, the shortest
/// such first; a single operation stays as it is.
fn tightened(
    explicit: Vec<ActionPattern>,
    plane: Plane,
    universe: &Universe,
) -> Vec<ActionPattern> {
    let wanted = universe.matched(plane, &explicit);
    let mut left = explicit;
    let mut found: Vec<ActionPattern> = Vec::new();
    let mut depth = 1;
    while left.iter().any(|entry| entry.text().matches('/').count() >= depth) {
        let mut at = 0;
        while at < left.len() {
            let text = left[at].text();
            let end = text.match_indices('/').nth(depth - 1).map(|(end, _)| end);
            let pattern =
                end.and_then(|end| ActionPattern::new(&format!("{}/*", &text[..end])).ok());
            at += 1;
            let Some(pattern) = pattern else { continue };
            let covers = |entry: &ActionPattern| {
                pattern.matches_folded(entry.folded(), Wildcards::Azure).is_match()
            };
            let tight = universe.matched(plane, [&pattern]).is_contained_in(&wanted);
            if tight && left.iter().filter(|entry| covers(entry)).count() > 1 {
                left.retain(|entry| !covers(entry));
                found.push(pattern);
                at = 0;
            }
        }
        depth += 1;
    }
    found.append(&mut left);
    found.sort();
    found
}

/// What the service would say, in a tenant of which nothing else is known.
fn refusals(role: &RoleDefinition, catalog: &Catalog) -> Vec<String> {
    let mut facts = Facts::closed();
    facts.roles.push(role.clone());
    let tenant = Tenant::build(Facts::closed(), catalog);
    validate::refusals(&tenant, &facts, &serde_json::Value::Null)
}
