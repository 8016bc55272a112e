//! Pattern lists back out: without what says nothing, and the difference of two roles as patterns.

use super::{Block, Language, LanguageLimit};
use crate::pattern::{ActionPattern, Match, Wildcards};
use std::cmp::Reverse;

/// A block that owns its patterns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PatternBlock {
    /// `actions` or `dataActions`.
    pub allow: Vec<ActionPattern>,
    /// `notActions` or `notDataActions`.
    pub except: Vec<ActionPattern>,
}

impl PatternBlock {
    /// The same, borrowed, for [`Language::of_blocks`].
    #[must_use]
    pub fn as_block(&self) -> Block<'_> {
        Block { allow: &self.allow, except: &self.except }
    }
}

/// Why does a pattern say nothing?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// The same text, but for its case, stands in the list already.
    Repeated,
    /// Other patterns of `allow` grant all of it.
    Covered,
    /// `except` takes all of it away, or what it leaves others grant.
    Excepted,
    /// In `except`: other patterns there take all of it away.
    ExceptedAlready,
    /// In `except`: it takes nothing away, because nothing of it is granted.
    SubtractsNothing,
}

/// A pattern that was dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// As it was written.
    pub pattern: ActionPattern,
    /// Why it could go.
    pub why: Why,
    /// The one pattern that makes it so, where a single one does.
    pub by: Option<ActionPattern>,
}

/// A block in which every pattern counts, and what was dropped from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tidy {
    /// The patterns that count, in the order and spelling in which they stood.
    pub block: PatternBlock,
    /// The others, `allow` before `except`, each in the order in which they stood.
    pub dropped: Vec<Dropped>,
}

/// Which patterns of a block say nothing?
///
/// The block that is left grants exactly the same well-formed operations, and no single pattern
/// more could be dropped. Explicit patterns go before wildcards, longer before shorter, later before
/// earlier. Patterns that match no well-formed operation (semantics.md 2.1, 2.9) stay, because a
/// language can say nothing about them. Time: patterns squared for matching, and one small language
/// for each wildcard.
///
/// # Errors
/// As [`Language::of_blocks`].
///
/// ```
/// use azrbac::pattern::language::{Block, tidy};
/// use azrbac::pattern::{ActionPattern, Wildcards};
/// let allow = [ActionPattern::new("X/a/read")?, ActionPattern::new("X/*/read")?];
/// let except = [ActionPattern::new("Y/*")?];
/// let tidy = tidy(Block { allow: &allow, except: &except }, Wildcards::Azure)?;
/// assert_eq!(tidy.block.allow, [ActionPattern::new("X/*/read")?]);
/// assert!(tidy.block.except.is_empty());
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
pub fn tidy(block: Block<'_>, wildcards: Wildcards) -> Result<Tidy, LanguageLimit> {
    // Allow first: dropping one keeps the meaning, so whatever was needed after that pass still is
    // needed after the second one, and two passes are enough.
    let allow = side(block.allow, wildcards)?;
    let except = side(block.except, wildcards)?;
    let mut reasons: Reasons = [repeated(&allow), repeated(&except)];
    for at in order(&allow) {
        if reasons[0][at].is_none() {
            reasons[0][at] = needless_allow(at, &allow, &except, &reasons, wildcards)?;
        }
    }
    for at in order(&except) {
        if reasons[1][at].is_none() {
            reasons[1][at] = needless_except(at, &allow, &except, &reasons, wildcards)?;
        }
    }
    let mut result = Tidy { block: PatternBlock::default(), dropped: Vec::new() };
    for (entries, reasons, kept, own) in [
        (&allow, &reasons[0], &mut result.block.allow, true),
        (&except, &reasons[1], &mut result.block.except, false),
    ] {
        for (entry, reason) in entries.iter().zip(reasons) {
            let Some((why, by)) = reason else {
                kept.push(entry.pattern.clone());
                continue;
            };
            let foreign = own && *why == Why::Excepted;
            let list = if foreign { &except } else { entries };
            let by = by.map(|by| list[by].pattern.clone());
            result.dropped.push(Dropped { pattern: entry.pattern.clone(), why: *why, by });
        }
    }
    Ok(result)
}

/// Why an entry goes, and the entry that makes it go; `None` where it stays.
type Reason = Option<(Why, Option<usize>)>;

/// One reason for each entry, `allow` before `except`.
type Reasons = [Vec<Reason>; 2];

/// A pattern with its own language.
struct Entry<'a> {
    pattern: &'a ActionPattern,
    language: Language,
}

fn side(patterns: &[ActionPattern], wildcards: Wildcards) -> Result<Vec<Entry<'_>>, LanguageLimit> {
    let entry = |pattern| {
        let language = Language::of_patterns(std::slice::from_ref(pattern), wildcards)?;
        Ok(Entry { pattern, language })
    };
    patterns.iter().map(entry).collect()
}

fn repeated(entries: &[Entry<'_>]) -> Vec<Reason> {
    let mut firsts = std::collections::BTreeMap::new();
    let first = |(at, entry): (usize, &Entry<'_>)| {
        let first = *firsts.entry(entry.pattern.folded().to_owned()).or_insert(at);
        (first != at).then_some((Why::Repeated, Some(first)))
    };
    entries.iter().enumerate().map(first).collect()
}

fn order(entries: &[Entry<'_>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|at| {
        let pattern = entries[*at].pattern;
        (pattern.is_wildcard(), Reverse(pattern.text().len()), Reverse(*at))
    });
    order
}

/// Does the second match all that the first does?
fn covers(big: &Entry<'_>, small: &Entry<'_>, wildcards: Wildcards) -> bool {
    if small.pattern.is_wildcard() {
        small.language.is_contained_in(&big.language)
    } else {
        covers_literal(big, small.pattern, wildcards)
    }
}

/// The entries not dropped yet that share something with one of them; not that one.
fn rivals(
    entry: &Entry<'_>,
    skip: Option<usize>,
    entries: &[Entry<'_>],
    reasons: &[Reason],
) -> Vec<usize> {
    let rival = |at: &usize| {
        Some(*at) != skip
            && reasons[*at].is_none()
            && entry.language.overlaps(&entries[*at].language)
    };
    (0..entries.len()).filter(rival).collect()
}

fn pick(entries: &[Entry<'_>], which: &[usize]) -> Vec<ActionPattern> {
    which.iter().map(|at| entries[*at].pattern.clone()).collect()
}

fn needless_allow(
    at: usize,
    allow: &[Entry<'_>],
    except: &[Entry<'_>],
    reasons: &Reasons,
    wildcards: Wildcards,
) -> Result<Reason, LanguageLimit> {
    let entry = &allow[at];
    if entry.language.is_empty() {
        return Ok(None);
    }
    let others = rivals(entry, Some(at), allow, &reasons[0]);
    if let Some(by) = others.iter().find(|other| covers(&allow[**other], entry, wildcards)) {
        return Ok(Some((Why::Covered, Some(*by))));
    }
    let taken = rivals(entry, None, except, &reasons[1]);
    if let Some(by) = taken.iter().find(|other| covers(&except[**other], entry, wildcards)) {
        return Ok(Some((Why::Excepted, Some(*by))));
    }
    if !entry.pattern.is_wildcard() || others.is_empty() && taken.is_empty() {
        return Ok(None);
    }
    let others = Language::of_patterns(&pick(allow, &others), wildcards)?;
    if entry.language.is_contained_in(&others) {
        return Ok(Some((Why::Covered, None)));
    }
    let allow = std::slice::from_ref(entry.pattern);
    let left = Language::of_blocks(&[Block { allow, except: &pick(except, &taken) }], wildcards)?;
    Ok(left.is_contained_in(&others).then_some((Why::Excepted, None)))
}

fn needless_except(
    at: usize,
    allow: &[Entry<'_>],
    except: &[Entry<'_>],
    reasons: &Reasons,
    wildcards: Wildcards,
) -> Result<Reason, LanguageLimit> {
    let entry = &except[at];
    if entry.language.is_empty() {
        return Ok(None);
    }
    let granted = rivals(entry, None, allow, &reasons[0]);
    if granted.is_empty() {
        return Ok(Some((Why::SubtractsNothing, None)));
    }
    let others = rivals(entry, Some(at), except, &reasons[1]);
    if let Some(by) = others.iter().find(|other| covers(&except[**other], entry, wildcards)) {
        return Ok(Some((Why::ExceptedAlready, Some(*by))));
    }
    if !entry.pattern.is_wildcard() || others.is_empty() {
        return Ok(None);
    }
    // What only this one takes away, if any of that is granted.
    let allow_here = std::slice::from_ref(entry.pattern);
    let block = Block { allow: allow_here, except: &pick(except, &others) };
    let alone = Language::of_blocks(&[block], wildcards)?;
    let granted = Language::of_patterns(&pick(allow, &granted), wildcards)?;
    Ok((!alone.overlaps(&granted)).then_some((Why::ExceptedAlready, None)))
}

/// The most blocks that a difference is spread over before it counts as not expressible.
const PIECE_LIMIT: usize = 64;

/// What do some blocks grant that others do not, as blocks of patterns?
///
/// `(allow, except)` minus `(allow', except')` is `(allow, except + allow')`, and, for what the
/// second excepts, `(allow and except', except)`, where what two patterns with one star
/// share is a short list of patterns. What patterns with several stars share need not be: then the
/// answer is `None`, as it is when more than 64 blocks would be needed. The blocks
/// are tidy, and their union equals the difference exactly.
///
/// # Errors
/// As [`Language::of_blocks`].
///
/// ```
/// use azrbac::pattern::language::{Block, minus_as_patterns};
/// use azrbac::pattern::{ActionPattern, Wildcards};
/// let star = [ActionPattern::new("*")?];
/// let kept = [ActionPattern::new("Microsoft.Authorization/*/write")?];
/// let owner = Block { allow: &star, except: &[] };
/// let mine = Block { allow: &star, except: &kept };
/// let only = minus_as_patterns(&[owner], &[mine], Wildcards::Azure)?.unwrap();
/// assert_eq!(only.len(), 1);
/// assert_eq!(only[0].allow, kept);
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
pub fn minus_as_patterns(
    from: &[Block<'_>],
    minus: &[Block<'_>],
    wildcards: Wildcards,
) -> Result<Option<Vec<PatternBlock>>, LanguageLimit> {
    let own = |block: &Block<'_>| PatternBlock {
        allow: block.allow.to_vec(),
        except: block.except.to_vec(),
    };
    let mut pieces: Vec<PatternBlock> = from.iter().map(own).collect();
    for block in minus {
        let mut next = Vec::new();
        for piece in &pieces {
            let mut except = piece.except.clone();
            except.extend_from_slice(block.allow);
            keep(&mut next, PatternBlock { allow: piece.allow.clone(), except }, wildcards)?;
            let Some(allow) = meet(&piece.allow, block.except, wildcards)? else {
                return Ok(None);
            };
            keep(&mut next, PatternBlock { allow, except: piece.except.clone() }, wildcards)?;
        }
        if next.len() > PIECE_LIMIT {
            return Ok(None);
        }
        pieces = next;
    }
    Ok(Some(pieces))
}

/// Keeps a block, tidy, unless it grants nothing or is there already.
fn keep(
    pieces: &mut Vec<PatternBlock>,
    piece: PatternBlock,
    wildcards: Wildcards,
) -> Result<(), LanguageLimit> {
    if Language::of_blocks(&[piece.as_block()], wildcards)?.is_empty() {
        return Ok(());
    }
    let piece = tidy(piece.as_block(), wildcards)?.block;
    if !pieces.contains(&piece) {
        pieces.push(piece);
    }
    Ok(())
}

/// The patterns that match what a pattern of each list matches; `None` where no pattern says so.
fn meet(
    left: &[ActionPattern],
    right: &[ActionPattern],
    wildcards: Wildcards,
) -> Result<Option<Vec<ActionPattern>>, LanguageLimit> {
    let (left, right) = (side(left, wildcards)?, side(right, wildcards)?);
    let mut shared = Vec::new();
    for one in &left {
        for two in &right {
            if one.language.is_contained_in(&two.language) {
                shared.push(one.pattern.clone());
            } else if two.language.is_contained_in(&one.language) {
                shared.push(two.pattern.clone());
            } else if one.language.overlaps(&two.language) {
                let Some(patterns) = both(one, two, wildcards)? else { return Ok(None) };
                shared.extend(patterns);
            }
        }
    }
    shared.sort();
    shared.dedup();
    Ok(Some(shared))
}

/// Two patterns with one star each share the longer head, a star and the longer tail; the words in
/// which that head and that tail overlap; and what either says when its star vanishes. That list is
/// proved, not trusted, because a pattern may have more stars.
fn both(
    one: &Entry<'_>,
    two: &Entry<'_>,
    wildcards: Wildcards,
) -> Result<Option<Vec<ActionPattern>>, LanguageLimit> {
    let (Some((head, tail)), Some((other_head, other_tail))) =
        (one.pattern.text().split_once('*'), two.pattern.text().split_once('*'))
    else {
        return Ok(None);
    };
    let head = if head.len() >= other_head.len() { head } else { other_head };
    let tail = if tail.len() >= other_tail.len() { tail } else { other_tail };
    let mut literals: Vec<String> =
        [one, two].map(|entry| entry.pattern.text().replacen("/*/", "/", 1)).into();
    for (at, _) in tail.char_indices().skip(1).chain([(tail.len(), ' ')]) {
        let overlap = head.len().checked_sub(at).and_then(|from| head.get(from..));
        if overlap.is_some_and(|overlap| overlap.eq_ignore_ascii_case(&tail[..at])) {
            literals.push(format!("{head}{}", &tail[at..]));
        }
    }
    let pattern = |text: String| ActionPattern::new(&text).ok();
    let matched = |literal: &ActionPattern| {
        !literal.is_wildcard()
            && [one, two].iter().all(|entry| covers_literal(entry, literal, wildcards))
    };
    let mut shared: Vec<ActionPattern> =
        literals.into_iter().filter_map(pattern).filter(matched).collect();
    // With more stars this is a guess that the proof below refuses.
    shared.extend(pattern(format!("{head}*{tail}")));
    let language = Language::of_patterns(&shared, wildcards)?;
    let expected = one.language.intersection(&two.language)?;
    Ok(language.is_equal_to(&expected).then_some(shared))
}

fn covers_literal(entry: &Entry<'_>, literal: &ActionPattern, wildcards: Wildcards) -> bool {
    entry.pattern.matches_folded(literal.folded(), wildcards) != Match::No
}
