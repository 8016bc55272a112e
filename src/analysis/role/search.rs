//! Which roles have this operation, this provider, this word?

use super::profile::{Trait, traits};
use super::universe::Which;
use super::{RoleGrant, Universe};
use crate::ident::{Operation, Plane};
use crate::model::{RoleDefinition, RoleKind};
use crate::pattern::Wildcards;
use crate::pattern::language::LanguageLimit;

/// What a list of roles is narrowed to; the default narrows nothing.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// It grants something on this plane.
    pub plane: Option<Plane>,
    /// One of its entries begins with this provider namespace.
    pub provider: Option<String>,
    /// It is all of these.
    pub traits: Vec<Trait>,
    /// Built-in or custom.
    pub kind: Option<RoleKind>,
}

/// Does a role pass a filter?
///
/// # Errors
/// [`LanguageLimit`] where the patterns are too many or too entangled.
pub fn matches(role: &RoleDefinition, filter: &Filter) -> Result<bool, LanguageLimit> {
    if filter.kind.is_some_and(|kind| kind != role.kind) {
        return Ok(false);
    }
    if let Some(plane) = filter.plane
        && RoleGrant::language(role, plane, Which::All, Wildcards::Azure)?.is_empty()
    {
        return Ok(false);
    }
    if let Some(provider) = &filter.provider {
        let head = format!("{}/", provider.to_ascii_lowercase().trim_end_matches('/'));
        let names_it = role.blocks.iter().any(|block| {
            block
                .actions
                .iter()
                .chain(&block.data_actions)
                .any(|pattern| pattern.folded().starts_with(&head))
        });
        if !names_it {
            return Ok(false);
        }
    }
    if filter.traits.is_empty() {
        return Ok(true);
    }
    let found = traits(role)?;
    Ok(filter.traits.iter().all(|wanted| found.contains(wanted)))
}

/// The roles in which every word is found, best first: by number in the list, with why.
///
/// A word with a `/` is an operation, and a role fits that grants it; one without is part of the
/// role's name or of an entry of its lists. A role whose name holds the words comes before one that
/// only has them in its entries; among those that grant an operation, the one that grants less comes
/// first.
///
/// # Errors
/// [`LanguageLimit`] where the patterns are too many or too entangled.
pub fn search(
    roles: &[RoleDefinition],
    words: &[String],
    universe: &Universe,
) -> Result<Vec<(usize, String)>, LanguageLimit> {
    let mut found = Vec::new();
    for (number, role) in roles.iter().enumerate() {
        let name = role.name.to_ascii_lowercase();
        let mut in_name = 0;
        let mut why = Vec::new();
        let mut all = true;
        for word in words {
            let word = word.to_ascii_lowercase();
            if name.contains(&word) {
                in_name += 1;
            } else if let Some(reason) = reason(role, &word)? {
                why.push(reason);
            } else {
                all = false;
                break;
            }
        }
        if all && !words.is_empty() {
            let size: usize = [Plane::Control, Plane::Data]
                .into_iter()
                .map(|plane| universe.role(role, plane, Which::All).count())
                .sum();
            if why.is_empty() {
                why.push("by its name".to_string());
            }
            found.push((std::cmp::Reverse(in_name), size, number, why.join(", ")));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, _, number, why)| (number, why)).collect())
}

fn reason(role: &RoleDefinition, word: &str) -> Result<Option<String>, LanguageLimit> {
    if let Ok(operation) = Operation::new(word) {
        for plane in [Plane::Control, Plane::Data] {
            for block in &role.blocks {
                let (allow, except) = block.side(plane);
                let hit = |patterns: &'_ [crate::pattern::ActionPattern]| {
                    patterns.iter().position(|p| p.matches(&operation, Wildcards::Azure).is_match())
                };
                if let (Some(by), None) = (hit(allow), hit(except)) {
                    let condition =
                        if block.condition.is_some() { ", under a condition" } else { "" };
                    let list = plane.grant_list();
                    return Ok(Some(format!("{list} `{}`{condition}", allow[by])));
                }
            }
        }
    }
    for plane in [Plane::Control, Plane::Data] {
        for block in &role.blocks {
            let hit = block.side(plane).0.iter().find(|pattern| pattern.folded().contains(word));
            if let Some(pattern) = hit {
                return Ok(Some(format!("{} `{pattern}`", plane.grant_list())));
            }
        }
    }
    Ok(None)
}
