//! Custom roles whose wildcards match more than they did.
//!
//! What existed at a date is known as far as the catalog of that date knows it. A catalog file with
//! operations of its own (`azrbac catalog import` of `az provider operation list`) knows them all; of an
//! embedded date the built-in roles are known, and so the operations that they named: what built-in
//! roles of today name and those of that date did not counts as new.

use super::super::context::Context;
use super::super::{Finding, Rule, Severity, Since};
use crate::analysis::role::{Credentials, Power};
use crate::catalog::Catalog;
use crate::ident::{Plane, Timestamp};
use crate::model::{RoleDefinition, RoleKind};
use crate::pattern::{ActionPattern, Wildcards};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "grown-wildcard",
    severity: Severity::Warning,
    what: "A wildcard of a custom role matches operations that were not there when it was written.",
    why: "Providers add operations all the time, and a wildcard takes them in: nobody decided that the role should have them. Asked since the role was last changed, where an export says when, else since the oldest embedded date; --since names another date, or a catalog file, which knows all operations of its day instead of those that built-in roles named. A warning where a new one hands out access, credentials or code, else a note.",
    fix: "Write out the operations that are meant (azrbac role suggest), or add what is not meant to notActions.",
    check,
};

fn check(context: &mut Context<'_>, found: &mut Vec<Finding>) {
    let tenant = context.tenant;
    let custom: Vec<_> = tenant
        .roles()
        .filter_map(|ix| Some((ix, tenant.role(ix).definition()?)))
        .filter(|(_, role)| role.kind == RoleKind::Custom && has_wildcard(role))
        .collect();
    if custom.is_empty() {
        return;
    }
    let today = known(tenant.catalog(), false);
    let credentials = Credentials::embedded();
    let mut gained: BTreeMap<String, [Vec<String>; 2]> = BTreeMap::new();
    for (ix, role) in custom {
        let Some(since) = since(context.options.since.as_ref(), role.updated) else { continue };
        let new =
            gained.entry(since.name.clone()).or_insert_with(|| new_since(context, &since, &today));
        let grown = grown(role, new);
        if grown.is_empty() {
            continue;
        }
        let powers = grown.iter().flat_map(|(_, plane, operations)| {
            operations.iter().map(|one| credentials.power(*plane, one))
        });
        let gravest = powers.min().unwrap_or(Power::Read);
        let count: usize = grown.iter().map(|(_, _, operations)| operations.len()).sum();
        let is_grave = gravest <= Power::Code;
        let mut reasons: Vec<String> = grown
            .iter()
            .map(|(pattern, plane, operations)| {
                told(pattern, *plane, operations, &credentials, tenant.catalog())
            })
            .collect();
        if is_grave {
            reasons.push(format!("the gravest of them: {}", gravest.as_str()));
        }
        let operations = if count == 1 { "operation" } else { "operations" };
        found.push(Finding {
            severity: if is_grave { RULE.severity } else { Severity::Note },
            reasons,
            help: Some(
                "write out the operations that are meant (azrbac role suggest), or add to notActions what is not"
                    .to_string(),
            ),
            ..context.about_role(
                &RULE,
                ix,
                format!(
                    "the wildcards of custom role `{}` match {count} {operations} {} {}",
                    role.name,
                    if since.catalog.operations().is_own() {
                        "that were not there in"
                    } else {
                        "that built-in roles name only since after"
                    },
                    since.name
                ),
            )
        });
    }
}

/// `Microsoft.Storage/*` with the gravest of what it gained.
fn told(
    pattern: &ActionPattern,
    plane: Plane,
    operations: &[String],
    credentials: &Credentials,
    catalog: &Catalog,
) -> String {
    const TOLD: usize = 3;
    let spelled = |one: &str| catalog.operations().spelling(one).unwrap_or(one).to_string();
    let mut sorted: Vec<&String> = operations.iter().collect();
    sorted.sort_by_key(|one| (credentials.power(plane, one), one.as_str()));
    let first: Vec<String> = sorted.iter().take(TOLD).map(|one| spelled(one)).collect();
    let more = match operations.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let list = match plane {
        Plane::Control => "actions",
        Plane::Data => "dataActions",
    };
    format!("`{}` ({list}): {}{more}", pattern.text(), first.join(", "))
}

fn has_wildcard(role: &RoleDefinition) -> bool {
    role.blocks.iter().any(|block| {
        block.actions.iter().chain(&block.data_actions).any(ActionPattern::is_wildcard)
    })
}

/// The date that a role is asked about: the one that was named, the newest embedded one before the
/// role was last changed, or the oldest.
fn since(named: Option<&Since>, updated: Option<Timestamp>) -> Option<Since> {
    if let Some(named) = named {
        return Some(named.clone());
    }
    let dates = Catalog::dates();
    let before = |date: &&&str| {
        let midnight = format!("{date}T00:00:00Z").parse::<Timestamp>().ok();
        updated.zip(midnight).is_some_and(|(updated, midnight)| midnight <= updated)
    };
    let date = dates.iter().rev().find(before).or(dates.first())?;
    Some(Since { name: (*date).to_string(), catalog: Catalog::of_date(date).ok()? })
}

/// The operations that a catalog knows of its own, on each plane, folded: its list of operations where
/// it brings one, else what its built-in roles name.
fn known(catalog: &Catalog, own_list: bool) -> [FxHashSet<String>; 2] {
    let mut found = [FxHashSet::default(), FxHashSet::default()];
    if own_list {
        for (name, planes) in catalog.operations().iter() {
            for (at, plane) in [Plane::Control, Plane::Data].into_iter().enumerate() {
                if planes.on(plane).is_some() {
                    found[at].insert(name.to_ascii_lowercase());
                }
            }
        }
        return found;
    }
    for entry in catalog.roles().iter() {
        for block in entry.definition().blocks {
            for (at, plane) in [Plane::Control, Plane::Data].into_iter().enumerate() {
                let (allow, except) = block.side(plane);
                let literals = allow.iter().chain(except).filter(|one| !one.is_wildcard());
                found[at].extend(literals.map(|one| one.folded().to_string()));
            }
        }
    }
    found
}

/// What is known today and was not then, sorted.
fn new_since(
    context: &Context<'_>,
    since: &Since,
    today: &[FxHashSet<String>; 2],
) -> [Vec<String>; 2] {
    let own_list = since.catalog.operations().is_own();
    let then = known(&since.catalog, own_list);
    let all = if own_list { Some(known(context.tenant.catalog(), true)) } else { None };
    let today = all.as_ref().unwrap_or(today);
    [0, 1].map(|at| {
        let mut new: Vec<String> = today[at].difference(&then[at]).cloned().collect();
        new.sort_unstable();
        new
    })
}

/// For each wildcard, what of the new it grants; an operation counts with the first that does.
fn grown<'r>(
    role: &'r RoleDefinition,
    new: &[Vec<String>; 2],
) -> Vec<(&'r ActionPattern, Plane, Vec<String>)> {
    let mut found: Vec<(&ActionPattern, Plane, Vec<String>)> = Vec::new();
    let matches = |pattern: &ActionPattern, operation: &str| {
        pattern.matches_folded(operation, Wildcards::Azure).is_match()
    };
    for (new, plane) in new.iter().zip([Plane::Control, Plane::Data]) {
        for operation in new {
            // Written out somewhere in the role: somebody meant it.
            let meant = role.blocks.iter().any(|block| {
                block
                    .side(plane)
                    .0
                    .iter()
                    .any(|one| !one.is_wildcard() && one.folded() == *operation)
            });
            let by = role.blocks.iter().find_map(|block| {
                let (allow, except) = block.side(plane);
                let by = allow.iter().find(|one| one.is_wildcard() && matches(one, operation))?;
                (!except.iter().any(|one| matches(one, operation))).then_some(by)
            });
            let Some(by) = by.filter(|_| !meant) else { continue };
            match found.iter_mut().find(|(one, on, _)| *on == plane && one.folded() == by.folded())
            {
                Some((_, _, operations)) => operations.push(operation.clone()),
                None => found.push((by, plane, vec![operation.clone()])),
            }
        }
    }
    found
}
