//! Which entries of a block say nothing, by their numbers, and which may be taken out.

use super::{List, Where};
use crate::ident::Plane;
use crate::model::PermissionBlock;
use crate::pattern::language::{Block, Language, LanguageLimit, PatternBlock, Tidy, Why, tidy};
use crate::pattern::{ActionPattern, Wildcards};

/// An entry that says nothing.
pub(super) struct Needless {
    pub(super) at: Where,
    pub(super) list: List,
    pub(super) pattern: ActionPattern,
    pub(super) why: Why,
    pub(super) by: Option<ActionPattern>,
    /// It says nothing in either reading of `/*/`, and all such entries together can go.
    pub(super) removable: bool,
}

/// The entries of one side of a block that say nothing.
pub(super) fn needless(
    number: usize,
    block: &PermissionBlock,
    plane: Plane,
) -> Result<Vec<Needless>, LanguageLimit> {
    let (allow, except) = block.side(plane);
    if allow.is_empty() && except.is_empty() {
        return Ok(Vec::new());
    }
    let whole = Block { allow, except };
    let azure = numbered(whole, tidy(whole, Wildcards::Azure)?);
    let strict = numbered(whole, tidy(whole, Wildcards::Strict)?);
    let lists = match plane {
        Plane::Control => [List::Actions, List::NotActions],
        Plane::Data => [List::DataActions, List::NotDataActions],
    };
    let mut found: Vec<Needless> = azure
        .into_iter()
        .map(|(side, index, dropped)| Needless {
            at: Where::Entry { block: number, list: lists[side], index },
            list: lists[side],
            removable: strict.iter().any(|(s, i, _)| (*s, *i) == (side, index)),
            pattern: dropped.pattern,
            why: dropped.why,
            by: dropped.by,
        })
        .collect();
    if !same_without(whole, lists[0], &found)? {
        found.iter_mut().for_each(|needless| needless.removable = false);
    }
    Ok(found)
}

/// What was dropped, with the side and the number that it had.
fn numbered(
    whole: Block<'_>,
    tidy: Tidy,
) -> Vec<(usize, usize, crate::pattern::language::Dropped)> {
    let mut found = Vec::new();
    let mut dropped = tidy.dropped.into_iter();
    for (side, entries, kept) in
        [(0, whole.allow, &tidy.block.allow), (1, whole.except, &tidy.block.except)]
    {
        let mut kept = kept.iter().peekable();
        for (index, entry) in entries.iter().enumerate() {
            // What was kept stands in its old order; of two equal entries the first is kept.
            if kept.next_if(|kept| *kept == entry).is_none()
                && let Some(dropped) = dropped.next()
            {
                found.push((side, index, dropped));
            }
        }
    }
    found
}

/// Does the block grant the same without all removable entries, in both readings?
fn same_without(whole: Block<'_>, allow: List, found: &[Needless]) -> Result<bool, LanguageLimit> {
    let stays = |of_allow: bool, entries: &[ActionPattern]| -> Vec<ActionPattern> {
        let gone = |number: usize| {
            found.iter().any(|needless| {
                needless.removable
                    && (needless.list == allow) == of_allow
                    && matches!(needless.at, Where::Entry { index, .. } if index == number)
            })
        };
        entries.iter().enumerate().filter(|(at, _)| !gone(*at)).map(|(_, p)| p.clone()).collect()
    };
    let rest = PatternBlock { allow: stays(true, whole.allow), except: stays(false, whole.except) };
    for wildcards in [Wildcards::Azure, Wildcards::Strict] {
        let before = Language::of_blocks(&[whole], wildcards)?;
        let after = Language::of_blocks(&[rest.as_block()], wildcards)?;
        if !before.is_equal_to(&after) {
            return Ok(false);
        }
    }
    Ok(true)
}
