//! Fixes as edits of the text: dialect, casing, order and comments stay.

use super::document::{Document, ListText, RoleText};
use super::{Context, Fix, List, Where, check};
use crate::analysis::role::{RoleGrant, Which};
use crate::ident::Plane;
use crate::origin::{Error, ErrorKind};
use crate::pattern::Wildcards;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// How often a fix may make room for the next.
const ROUNDS: usize = 8;

/// The text with every safe fix applied, until none is left; and how many were.
///
/// The result is proved to grant no operation that the text before did not grant, role by role, on
/// both planes and in both readings of `/*/`.
///
/// # Errors
/// [`ErrorKind::Limit`] where the patterns of a role are too many to prove anything;
/// [`ErrorKind::Entry`] where the proof fails, which would be a mistake of azrbac's.
pub fn fix(document: &Document, context: &Context) -> Result<(String, usize), Error> {
    let mut current = document.clone();
    let mut count = 0;
    for _ in 0..ROUNDS {
        let mut edits: Vec<Range<usize>> = Vec::new();
        for role in &current.roles {
            let mut remove: BTreeMap<(usize, List), BTreeSet<usize>> = BTreeMap::new();
            for finding in check(&role.subject, context)? {
                if let Some(Fix::Remove(Where::Entry { block, list, index })) = finding.fix {
                    remove.entry((block, list)).or_default().insert(index);
                }
            }
            for (key, gone) in remove {
                if let Some(list) = role.lists.get(&key) {
                    count += gone.len();
                    edits.extend(cuts(list, &gone));
                }
            }
        }
        if edits.is_empty() {
            break;
        }
        edits.sort_by_key(|edit| edit.start);
        let mut text = String::with_capacity(current.text().len());
        let mut at = 0;
        for edit in edits {
            text.push_str(&current.text()[at..edit.start]);
            at = edit.end;
        }
        text.push_str(&current.text()[at..]);
        current = Document::read(document.name(), &text)?;
    }
    prove(document, &current)?;
    Ok((current.text().to_string(), count))
}

/// The stretches of text to cut so that some items of a list are gone, commas included.
fn cuts(list: &ListText, gone: &BTreeSet<usize>) -> Vec<Range<usize>> {
    let items = &list.items;
    let goes = |at: usize| items[at].1.is_some_and(|pattern| gone.contains(&pattern));
    let mut cuts = Vec::new();
    let mut at = 0;
    while at < items.len() {
        if !goes(at) {
            at += 1;
            continue;
        }
        let first = at;
        while at < items.len() && goes(at) {
            at += 1;
        }
        cuts.push(if at < items.len() {
            items[first].0.start..items[at].0.start
        } else if first > 0 {
            items[first - 1].0.end..items[at - 1].0.end
        } else {
            list.span.start + 1..list.span.end - 1
        });
    }
    cuts
}

fn prove(before: &Document, after: &Document) -> Result<(), Error> {
    let wrong = || {
        Error::new(ErrorKind::Entry, "a fix was not proved to grant no more; nothing was changed")
            .help("this is a mistake of azrbac's: please report the file")
    };
    if before.roles.len() != after.roles.len() {
        return Err(wrong());
    }
    for (old, new) in before.roles.iter().zip(&after.roles) {
        if !grants_no_more(old, new)? {
            return Err(wrong());
        }
    }
    Ok(())
}

fn grants_no_more(old: &RoleText, new: &RoleText) -> Result<bool, Error> {
    for plane in [Plane::Control, Plane::Data] {
        for which in [Which::All, Which::Unconditional] {
            for wildcards in [Wildcards::Azure, Wildcards::Strict] {
                let old = RoleGrant::language(&old.subject.role, plane, which, wildcards)?;
                let new = RoleGrant::language(&new.subject.role, plane, which, wildcards)?;
                if !new.is_contained_in(&old) {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}
