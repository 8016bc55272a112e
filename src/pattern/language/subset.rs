//! Subset construction: from positions of patterns to an automaton.

use super::automaton::{Automaton, Context, NONE, constant};
use super::compile::{Position, Positions, Side, Symbol, Verbs};
use super::{ITEM_LIMIT, LanguageLimit, STATE_LIMIT};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A block whose grant is not settled yet.
#[derive(Debug, Clone, Copy)]
struct Live {
    block: u32,
    /// Verbs that `allow` matches whatever follows.
    allow: Verbs,
    /// Verbs that `except` matches whatever follows, as far as that still matters.
    except: Verbs,
    /// Verbs that tracked `allow` positions may add.
    more: Verbs,
    /// All verbs that tracked `allow` positions reach, settled ones included.
    reach: Verbs,
    /// Verbs that tracked `except` positions may take away.
    cut: Verbs,
}

/// What is known after a path: the verbs granted for ever, the blocks that are not settled, and
/// their positions (sorted, hence grouped by block).
#[derive(Debug, Default)]
struct Row {
    granted: Verbs,
    live: Vec<Live>,
    items: Vec<u32>,
}

/// A settled [`Row`] and where its path ends: paths with equal keys lead to one state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    context: Context,
    granted: Verbs,
    /// Of each live block its number and what `allow` and `except` match whatever follows.
    live: Vec<(u32, Verbs, Verbs)>,
    items: Vec<u32>,
}

/// Builds the automaton of the union of all blocks.
pub(super) fn build(positions: &Positions) -> Result<Automaton, LanguageLimit> {
    let mut builder = Builder {
        table: &positions.table,
        automaton: Automaton::new(),
        known: FxHashMap::default(),
        keys: Vec::new(),
        stored: 0,
    };
    let mut row = Row::default();
    for start in &positions.starts {
        let block = positions.table[*start as usize].block;
        if row.live.last().is_none_or(|live| live.block != block) {
            row.live.push(Live { block, allow: 0, except: 0, more: 0, reach: 0, cut: 0 });
        }
        enter(&positions.table, *start, &mut row);
    }
    builder.automaton.start = builder.name(&mut row, Context::AfterSlash)?;
    let mut done = 0;
    while done < builder.keys.len() {
        builder.expand(done, &mut row)?;
        done += 1;
    }
    Ok(builder.automaton.finish())
}

struct Builder<'p> {
    table: &'p [Position],
    automaton: Automaton,
    known: FxHashMap<Rc<Key>, u32>,
    /// The state behind each key, in the order of discovery.
    keys: Vec<(u32, Rc<Key>)>,
    stored: usize,
}

impl Builder<'_> {
    fn expand(&mut self, index: usize, row: &mut Row) -> Result<(), LanguageLimit> {
        let (id, key) = (self.keys[index].0, Rc::clone(&self.keys[index].1));
        // What a star keeps when it reads: itself and what follows it, but it can no longer vanish.
        let mut stay = Row::default();
        let mut moves: Vec<(char, u32)> = Vec::new();
        for item in &key.items {
            match self.table[*item as usize].symbol {
                Symbol::Star(_) => {
                    stay.items.push(*item);
                    enter(self.table, item + 1, &mut stay);
                }
                Symbol::Char(character) => moves.push((character, item + 1)),
                Symbol::End => {}
            }
        }
        moves.sort_unstable();
        let table = self.table;
        let mut target = |builder: &mut Self, reached: &[(char, u32)], context| {
            row.granted = key.granted;
            row.live.clear();
            row.live.extend(key.live.iter().map(|(block, allow, except)| Live {
                block: *block,
                allow: *allow,
                except: *except,
                more: 0,
                reach: 0,
                cut: 0,
            }));
            row.items.clone_from(&stay.items);
            for (_, position) in reached {
                enter(table, *position, row);
            }
            builder.name(row, context)
        };
        let other = target(self, &[], Context::Inside)?;
        let mut slash = NONE;
        let mut edges = Vec::new();
        for group in moves.chunk_by(|a, b| a.0 == b.0) {
            if group[0].0 != '/' {
                edges.push((group[0].0, target(self, group, Context::Inside)?));
            } else if key.context == Context::Inside {
                slash = target(self, group, Context::AfterSlash)?;
            }
        }
        if slash == NONE && key.context == Context::Inside {
            slash = target(self, &[], Context::AfterSlash)?;
        }
        self.automaton.connect(id, other, slash, &edges);
        Ok(())
    }

    /// The state of a row, made when it is new.
    fn name(&mut self, row: &mut Row, context: Context) -> Result<u32, LanguageLimit> {
        settle(self.table, row);
        if row.live.is_empty() {
            return Ok(constant(row.granted, context));
        }
        let key = Key {
            context,
            granted: row.granted,
            live: row.live.iter().map(|live| (live.block, live.allow, live.except)).collect(),
            items: row.items.clone(),
        };
        if let Some(id) = self.known.get(&key) {
            return Ok(*id);
        }
        self.stored += key.live.len() + key.items.len();
        if self.automaton.own_states() >= STATE_LIMIT || self.stored > ITEM_LIMIT {
            return Err(LanguageLimit::States);
        }
        let id = self.automaton.push(context, now(self.table, row));
        let key = Rc::new(key);
        self.known.insert(Rc::clone(&key), id);
        self.keys.push((id, key));
        Ok(id)
    }
}

/// Adds a position and whatever its stars reach without reading.
fn enter(table: &[Position], position: u32, row: &mut Row) {
    let mut at = position as usize;
    loop {
        let here = table[at];
        if here.ahead == 0 {
            return;
        }
        if here.always != 0 {
            if let Ok(index) = row.live.binary_search_by_key(&here.block, |live| live.block) {
                match here.side {
                    Side::Allow => row.live[index].allow |= here.always,
                    Side::Except => row.live[index].except |= here.always,
                }
            }
            return;
        }
        row.items.push(u32::try_from(at).unwrap_or(NONE));
        match here.symbol {
            Symbol::Char(_) | Symbol::End => return,
            Symbol::Star(false) => at += 1,
            // What stands after the star and its slash; not that slash itself, as this star stands
            // after one and no segment is empty.
            Symbol::Star(true) => at += 2,
        }
    }
}

/// Brings a row to its one form: whatever can no longer change the answer is dropped. The meaning
/// stays: verbs granted for ever need no block, a block that can add nothing is gone, and neither
/// side keeps a position whose verbs the other side or the same side has settled.
fn settle(table: &[Position], row: &mut Row) {
    row.items.sort_unstable();
    row.items.dedup();
    loop {
        let granted = row.granted;
        for live in &mut row.live {
            live.allow &= !live.except & !granted;
            (live.more, live.reach, live.cut) = (0, 0, 0);
        }
        keep(table, row, Side::Allow, |live, ahead| {
            let adds = ahead & !live.except & !granted & !live.allow;
            if adds != 0 {
                live.more |= adds;
                live.reach |= ahead;
            }
            adds != 0
        });
        keep(table, row, Side::Except, |live, ahead| {
            let takes = ahead & (live.allow | live.more);
            live.cut |= takes;
            takes != 0
        });
        for live in &row.live {
            row.granted |= live.allow & !live.cut;
        }
        if row.granted == granted {
            break;
        }
    }
    row.live.retain(|live| live.allow != 0 || live.more != 0);
    for live in &mut row.live {
        // Only for these verbs does it matter what `except` has settled.
        live.except &= live.reach;
    }
}

fn keep(
    table: &[Position],
    row: &mut Row,
    side: Side,
    mut wanted: impl FnMut(&mut Live, Verbs) -> bool,
) {
    let live = &mut row.live;
    let mut at = 0;
    row.items.retain(|item| {
        let here = table[*item as usize];
        while live.get(at).is_some_and(|live| live.block < here.block) {
            at += 1;
        }
        match live.get_mut(at) {
            Some(live) if live.block == here.block => here.side != side || wanted(live, here.ahead),
            _ => false,
        }
    });
}

/// The verbs granted when the path ends here.
fn now(table: &[Position], row: &Row) -> Verbs {
    let mut granted = row.granted;
    let mut items = row.items.iter().peekable();
    for live in &row.live {
        let (mut allow, mut except) = (live.allow, live.except);
        while let Some(item) = items.next_if(|item| table[**item as usize].block == live.block) {
            let here = table[*item as usize];
            match here.side {
                Side::Allow => allow |= here.now,
                Side::Except => except |= here.now,
            }
        }
        granted |= allow & !except;
    }
    granted
}
