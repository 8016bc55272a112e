//! A set of operations in few words: patterns, exceptions, and the gravest by name.

use super::delta::Part;
use super::operations::{FUTURE, is_future};
use super::{Effect, Grave};
use crate::analysis::role::{Credentials, Power};
use crate::catalog::local_auth::{Grants, LocalAuth, LocalAuthCatalog};
use crate::decide::Universe;
use crate::ident::{Operation, Plane, Verb};
use crate::pattern::{ActionPattern, Wildcards};
use crate::tenant::{Bits, numbers, plane_at, without};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;
use std::rc::Rc;

/// How many operations of one power are named.
const NAMED: usize = 6;

/// What each operation of a comparison is worth.
#[derive(Debug)]
pub(super) struct Powers {
    planes: [Vec<Power>; 2],
}

impl Powers {
    pub(super) fn new(universe: &Universe) -> Powers {
        let (credentials, limited) = (Credentials::embedded(), limited_reads());
        let power = |plane: Plane, folded: &str| match credentials.power(plane, folded) {
            Power::Credentials if limited.contains(folded) => Power::Read,
            power => power,
        };
        Powers {
            planes: [Plane::Control, Plane::Data].map(|plane| {
                let all = universe.on(plane).all().iter();
                all.map(|operation| power(plane, operation.folded())).collect()
            }),
        }
    }

    fn of(&self, plane: Plane, at: usize) -> Power {
        self.planes[plane_at(plane)][at]
    }

    /// The rank of the gravest operations of a difference, and how many there are of them.
    pub(super) fn weigh(&self, parts: &[Part]) -> (u8, usize) {
        let mut best = (u8::MAX, 0);
        for part in parts {
            let mut counts = [0; 7];
            for at in numbers(&part.bits) {
                counts[self.of(part.plane, at) as usize] += 1;
            }
            let worst = Power::ALL.into_iter().find(|power| counts[*power as usize] > 0);
            let Some(worst) = worst else { continue };
            let rank = super::rank(worst, part.plane);
            if rank < best.0 {
                best = (rank, 0);
            }
            if rank == best.0 {
                best.1 += counts[worst as usize];
            }
        }
        best
    }
}

/// Describes sets of operations of one comparison.
#[derive(Debug)]
pub(super) struct Describer<'u> {
    universe: &'u Universe,
    known: &'u [Bits; 2],
    wildcards: Wildcards,
    powers: &'u Powers,
    matched: FxHashMap<(Plane, Box<str>), Rc<Matched>>,
    wide: Vec<ActionPattern>,
    /// What was said of a set with the same patterns at hand: many changes are alike.
    told: FxHashMap<Told, Said>,
}

/// A set of a plane, and the patterns that may have given it and taken it, in their order.
type Told = (Plane, Bits, Box<str>);

/// Patterns that hold a set, and what they hold besides.
type Said = (Vec<String>, Vec<String>);

/// What a pattern matches, and how much that is.
#[derive(Debug)]
struct Matched {
    text: Box<str>,
    bits: Bits,
    count: usize,
}

impl<'u> Describer<'u> {
    pub(super) fn new(
        universe: &'u Universe,
        known: &'u [Bits; 2],
        wildcards: Wildcards,
        powers: &'u Powers,
    ) -> Describer<'u> {
        Describer {
            universe,
            known,
            wildcards,
            powers,
            matched: FxHashMap::default(),
            wide: wide(),
            told: FxHashMap::default(),
        }
    }

    /// One set of operations to which the same happened. `allow` are patterns that may have given it,
    /// `except` such as may have had it already or leave it out.
    pub(super) fn effect(
        &mut self,
        part: &Part,
        allow: &[ActionPattern],
        except: &[ActionPattern],
        conditions: Vec<Box<str>>,
    ) -> Effect {
        let plane = part.plane;
        let operations = self.universe.on(plane).all();
        let known = &self.known[plane_at(plane)];
        let mut listed: Vec<Operation> = Vec::new();
        let mut unlisted: Vec<Operation> = Vec::new();
        let mut future = false;
        let mut by_power: FxHashMap<Power, Vec<Operation>> = FxHashMap::default();
        let mut counts = [0; 7];
        for at in numbers(&part.bits) {
            let operation = &operations[at];
            if is_future(operation) {
                future = true;
                continue;
            }
            if known[at / 64] >> (at % 64) & 1 == 1 {
                listed.push(operation.clone());
            } else {
                unlisted.push(operation.clone());
            }
            let power = self.powers.of(plane, at);
            counts[power as usize] += 1;
            let named = by_power.entry(power).or_default();
            if named.len() < NAMED {
                named.push(operation.clone());
            }
        }
        let mut graves = Vec::new();
        for (power, count) in Power::ALL.into_iter().zip(counts) {
            if let Some(operations) = by_power.remove(&power) {
                graves.push(Grave { power, count, operations });
            }
        }
        let (allow, except) = self.patterns(plane, &part.bits, allow, except);
        Effect {
            transition: part.transition,
            plane,
            operations: listed,
            unlisted,
            future,
            allow,
            except,
            graves,
            conditions,
        }
    }

    fn matches(&mut self, plane: Plane, pattern: &ActionPattern) -> Rc<Matched> {
        let (universe, wildcards) = (self.universe, self.wildcards);
        let key = (plane, pattern.text().into());
        let made = || {
            let bits = universe.on(plane).matched(std::slice::from_ref(pattern), wildcards);
            let count = count(bits.iter().copied());
            Rc::new(Matched { text: pattern.text().into(), bits, count })
        };
        Rc::clone(self.matched.entry(key).or_insert_with(made))
    }

    /// Patterns that hold exactly a set, of all operations that are looked at: in a role's own words, or
    /// by verb where that is shorter.
    fn patterns(
        &mut self,
        plane: Plane,
        set: &Bits,
        allow: &[ActionPattern],
        except: &[ActionPattern],
    ) -> Said {
        let texts = |list: &[ActionPattern]| {
            list.iter().map(ActionPattern::text).collect::<Vec<&str>>().join(" ")
        };
        let key = (plane, set.clone(), [texts(allow), texts(except)].join(" - ").into());
        if let Some(known) = self.told.get(&key) {
            return known.clone();
        }
        let own = self.said(plane, set, allow, except);
        let by_verb = self.said(plane, set, &[], except);
        let length = |said: &Said| said.0.len() + said.1.len();
        let shorter = length(&by_verb) < length(&own) && self.covers(plane, set, &by_verb.0);
        let best = if shorter { by_verb } else { own };
        self.told.insert(key, best.clone());
        best
    }

    /// Do patterns match all of a set? Operations that may come are never told one by one.
    fn covers(&mut self, plane: Plane, set: &Bits, patterns: &[String]) -> bool {
        let mut rest = set.clone();
        for pattern in patterns.iter().filter_map(|text| ActionPattern::new(text).ok()) {
            without(&mut rest, &self.matches(plane, &pattern).bits);
        }
        rest.iter().all(|word| *word == 0)
    }

    fn said(
        &mut self,
        plane: Plane,
        set: &Bits,
        allow: &[ActionPattern],
        except: &[ActionPattern],
    ) -> Said {
        let (mut rest, mut over) = (set.clone(), self.universe.on(plane).none());
        let wide = self.largest_first(plane, &self.wide.clone());
        let mut chosen: Vec<String> = Vec::new();
        // Of a role's own pattern a third must be new: one most of which was had before says less than
        // the few that are new. Of all operations, or all of a verb, nearly all.
        let own = self.largest_first(plane, allow).into_iter().map(|found| (found, 33));
        let all = wide.iter().cloned().map(|found| (found, 90));
        for (pattern, percent) in own.chain(all) {
            let bits = &pattern.bits;
            let inside = count(bits.iter().zip(set).map(|(a, b)| a & b));
            let new = || bits.iter().zip(&rest).any(|(a, b)| a & b != 0);
            if inside * 100 < pattern.count * percent || !new() {
                continue;
            }
            chosen.push(pattern.text.to_string());
            without(&mut rest, bits);
            for ((over, bits), set) in over.iter_mut().zip(bits).zip(set) {
                *over |= bits & !set;
            }
        }
        let mut minus: Vec<String> = Vec::new();
        let own = self.largest_first(plane, except);
        for pattern in own.into_iter().chain(wide) {
            let bits = &pattern.bits;
            let hurts = bits.iter().zip(set).any(|(a, b)| a & b != 0);
            let helps = bits.iter().zip(&over).any(|(a, b)| a & b != 0);
            if helps && !hurts {
                minus.push(pattern.text.to_string());
                without(&mut over, bits);
            }
        }
        let operations = self.universe.on(plane).all();
        let mut outside = self.universe.on(plane).every();
        without(&mut outside, set);
        gather(operations, &rest, &outside, &mut chosen);
        gather(operations, &over, set, &mut minus);
        (chosen, minus)
    }

    fn largest_first(&mut self, plane: Plane, patterns: &[ActionPattern]) -> Vec<Rc<Matched>> {
        let mut found: Vec<Rc<Matched>> =
            patterns.iter().map(|pattern| self.matches(plane, pattern)).collect();
        found.sort_by(|a, b| (b.count, &a.text).cmp(&(a.count, &b.text)));
        found.dedup_by(|a, b| a.text.eq_ignore_ascii_case(&b.text));
        found
    }
}

/// Patterns that may say it where no role does: all, or all of a verb.
fn wide() -> Vec<ActionPattern> {
    let texts = ["*", "*/read", "*/write", "*/delete", "*/action"];
    texts.iter().filter_map(|text| ActionPattern::new(text).ok()).collect()
}

/// Every reader may read them: they are no new power.
fn limited_reads() -> FxHashSet<Box<str>> {
    let records: Vec<LocalAuth> = LocalAuthCatalog::embedded().all().flatten().collect();
    let keys = || records.iter().flat_map(|record| &record.keys);
    let full: FxHashSet<&str> =
        keys().filter(|key| key.grants == Grants::Full).map(|key| key.operation.folded()).collect();
    keys()
        .map(|key| &key.operation)
        .filter(|operation| operation.verb() == Verb::Read && !full.contains(operation.folded()))
        .map(|operation| operation.folded().into())
        .collect()
}

fn count(words: impl Iterator<Item = u64>) -> usize {
    words.map(|word| word.count_ones() as usize).sum()
}

fn holds(bits: &Bits, at: usize) -> bool {
    bits[at / 64] >> (at % 64) & 1 == 1
}

/// How many bits are set before each word.
fn before(bits: &Bits) -> Vec<usize> {
    let mut sum = 0;
    let words = bits.iter().map(|word| {
        let before = sum;
        sum += word.count_ones() as usize;
        before
    });
    words.collect()
}

/// How many bits are set in a stretch.
fn within(bits: &Bits, before: &[usize], range: &Range<usize>) -> usize {
    let up_to = |at: usize| {
        let Some(word) = bits.get(at / 64) else {
            return before.last().copied().unwrap_or(0)
                + bits.last().map_or(0, |word| word.count_ones() as usize);
        };
        before[at / 64] + (word & ((1 << (at % 64)) - 1)).count_ones() as usize
    };
    up_to(range.end) - up_to(range.start)
}

/// Names a set by whole branches of the names where a branch holds nothing forbidden, else one by one.
fn gather(operations: &[Operation], set: &Bits, forbidden: &Bits, into: &mut Vec<String>) {
    let (set_before, forbidden_before) = (before(set), before(forbidden));
    let mut at = 0;
    while at < operations.len() {
        if set[at / 64] >> (at % 64) == 0 {
            at = (at / 64 + 1) * 64;
            continue;
        }
        if !holds(set, at) {
            at += 1;
            continue;
        }
        let text = operations[at].folded();
        // The shortest beginning whose whole branch is free.
        let mut found = None;
        for (end, _) in text.match_indices('/') {
            let branch = &text[..=end];
            // What may come has no name of its own.
            if branch.contains(FUTURE) {
                break;
            }
            let start = operations[..at].partition_point(|one| one.folded() < branch);
            let length =
                operations[start..].partition_point(|one| one.folded().starts_with(branch));
            let range = start..start + length;
            if within(set, &set_before, &range) > 1
                && within(forbidden, &forbidden_before, &range) == 0
            {
                found = Some((format!("{}*", &operations[at].text()[..=end]), range.end));
                break;
            }
        }
        match found {
            Some((pattern, end)) => {
                into.push(pattern);
                at = end;
            }
            None => {
                if !is_future(&operations[at]) {
                    into.push(operations[at].text().to_string());
                }
                at += 1;
            }
        }
    }
}
