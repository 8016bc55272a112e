//! Patterns as positions: what each position of a pattern can still do.
//!
//! An operation of the universe is a path `w` and a verb: `w/read`. Automata of this module read
//! only `w`; the verb is an output of the state after `w` (four bits). So every position carries
//! which verbs can still follow somewhere (`ahead`), which follow whatever is read from here on
//! (`always`), and which follow right now (`now`).

use super::Block;
use crate::pattern::Wildcards;

/// Four bits, one a verb, in the order of [`VERBS`].
pub(super) type Verbs = u8;

/// Every verb.
pub(super) const ALL: Verbs = 0b1111;

/// The endings of well-formed operations, slash included; shortest first.
pub(super) const VERBS: [&str; 4] = ["/read", "/write", "/delete", "/action"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    Char(char),
    /// The flag: may it take the slash after it along (U3)?
    Star(bool),
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Allow,
    Except,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    pub(super) symbol: Symbol,
    pub(super) block: u32,
    pub(super) side: Side,
    /// Verbs that the rest of the pattern may still reach; an upper bound.
    pub(super) ahead: Verbs,
    /// Verbs that the rest of the pattern matches after every continuation; zero unless that is
    /// all that is ahead, so that such a position needs no further tracking.
    pub(super) always: Verbs,
    /// Verbs that the rest of the pattern matches without reading on.
    pub(super) now: Verbs,
}

/// All positions of all patterns of some blocks, block after block.
#[derive(Debug, Default)]
pub(super) struct Positions {
    pub(super) table: Vec<Position>,
    /// Where the patterns start that can match an operation of the universe at all.
    pub(super) starts: Vec<u32>,
}

/// Lays the patterns out. `None` when there are more positions than fit.
pub(super) fn compile(
    blocks: &[Block<'_>],
    wildcards: Wildcards,
    limit: usize,
) -> Option<Positions> {
    let mut positions = Positions::default();
    for (number, block) in blocks.iter().enumerate() {
        let number = u32::try_from(number).ok()?;
        for (side, patterns) in [(Side::Allow, block.allow), (Side::Except, block.except)] {
            let mut texts: Vec<&str> = patterns.iter().map(|pattern| pattern.folded()).collect();
            texts.sort_unstable();
            texts.dedup();
            for text in texts {
                one(&mut positions, text, number, side, wildcards);
                if positions.table.len() > limit {
                    return None;
                }
            }
        }
    }
    Some(positions)
}

fn one(positions: &mut Positions, text: &str, block: u32, side: Side, wildcards: Wildcards) {
    let base = positions.table.len();
    let characters: Vec<char> = text.chars().collect();
    for (at, character) in characters.iter().enumerate() {
        let symbol = if *character == '*' {
            let between =
                at > 0 && characters[at - 1] == '/' && characters.get(at + 1) == Some(&'/');
            Symbol::Star(wildcards == Wildcards::Azure && between)
        } else {
            Symbol::Char(*character)
        };
        positions.table.push(Position { symbol, block, side, ahead: 0, always: 0, now: 0 });
    }
    positions.table.push(Position {
        symbol: Symbol::End,
        block,
        side,
        ahead: 0,
        always: 0,
        now: 0,
    });
    let table = &mut positions.table[base..];
    mark_ahead(table, text);
    mark_now(table);
    if table[0].ahead == 0 {
        // It matches nothing that is well-formed, wherever it stands.
        positions.table.truncate(base);
    } else {
        positions.starts.push(u32::try_from(base).unwrap_or(u32::MAX));
    }
}

/// Fills `ahead` and `always` from the text after the last star.
fn mark_ahead(table: &mut [Position], text: &str) {
    let tail_start = text.rfind('*').map_or(0, |star| star + 1);
    let tail = &text[tail_start..];
    let tail_length = tail.chars().count();
    let first_of_tail = table.len() - 1 - tail_length;
    let last_star = first_of_tail.checked_sub(1);
    let (mut through_star, mut whole) = (0, true);
    for (bit, verb) in VERBS.iter().enumerate() {
        if verb.ends_with(tail) {
            through_star |= 1 << bit;
        } else if tail.ends_with(verb) {
            through_star |= 1 << bit;
            whole = false;
        }
    }
    if let Some(last_star) = last_star {
        for position in &mut table[..=last_star] {
            position.ahead = through_star;
        }
        // From a star of the last run of stars on, only the tail matters.
        for position in table[..=last_star].iter_mut().rev() {
            if !matches!(position.symbol, Symbol::Star(_)) {
                break;
            }
            position.always = if whole { through_star } else { 0 };
        }
    }
    for (bit, verb) in VERBS.iter().enumerate() {
        if tail.ends_with(verb) {
            let verb_start = table.len() - 1 - verb.len();
            for position in &mut table[first_of_tail..=verb_start] {
                position.ahead |= 1 << bit;
            }
        }
    }
}

/// Fills `now`: for each verb, bit `k` of a row says that the rest of the pattern matches what is
/// left of the verb after `k` characters. A verb has at most seven, so a row is a byte.
fn mark_now(table: &mut [Position]) {
    for (bit, verb) in VERBS.iter().enumerate() {
        let verb = verb.as_bytes();
        let (mut after, mut after_that) = (0u8, 0u8);
        for position in table.iter_mut().rev() {
            let row = match position.symbol {
                Symbol::End => 1 << verb.len(),
                Symbol::Char(c) => (0..verb.len())
                    .filter(|k| char::from(verb[*k]) == c && after & (1 << (k + 1)) != 0)
                    .fold(0, |row, k| row | 1 << k),
                // Everything up to the highest bit: the star may read on.
                Symbol::Star(_) => u8::MAX.checked_shr(after.leading_zeros()).unwrap_or(0),
            };
            if row & 1 != 0 {
                position.now |= 1 << bit;
            }
            // Whoever arrives at a star may also skip it and the slash after it; that is no longer
            // so for a star that has read something, hence not part of its own `now`.
            let skipped = if position.symbol == Symbol::Star(true) { after_that } else { 0 };
            (after, after_that) = (row | skipped, after);
        }
    }
}
