//! A set of operations in few words: patterns, exceptions, and the gravest by name.

use super::delta::Part;
use super::operations::{FUTURE, is_future};
use super::{Effect, Grave};
use crate::analysis::role::{Credentials, Power};
use crate::catalog::local_auth::{Grants, LocalAuth, LocalAuthCatalog};
use crate::decide::Universe;
use crate::ident::{Operation, Plane, Verb};
use crate::pattern::{ActionPattern, Wildcards};
use crate::tenant::{Bits, numbers, plane_at, unite, without};
use rustc_hash::{FxHashMap, FxHashSet};

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
    matched: FxHashMap<(Plane, Box<str>), Bits>,
}

impl<'u> Describer<'u> {
    pub(super) fn new(
        universe: &'u Universe,
        known: &'u [Bits; 2],
        wildcards: Wildcards,
        powers: &'u Powers,
    ) -> Describer<'u> {
        Describer { universe, known, wildcards, powers, matched: FxHashMap::default() }
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

    fn matches(&mut self, plane: Plane, pattern: &ActionPattern) -> Bits {
        let (universe, wildcards) = (self.universe, self.wildcards);
        let key = (plane, pattern.folded().into());
        self.matched
            .entry(key)
            .or_insert_with(|| universe.on(plane).matched(std::slice::from_ref(pattern), wildcards))
            .clone()
    }

    /// Patterns that hold exactly a set, of all operations that are looked at: in a role's own words, or
    /// by verb where that is shorter.
    fn patterns(
        &mut self,
        plane: Plane,
        set: &Bits,
        allow: &[ActionPattern],
        except: &[ActionPattern],
    ) -> (Vec<String>, Vec<String>) {
        let own = self.said(plane, set, allow, except);
        let by_verb = self.said(plane, set, &[], except);
        let length = |said: &(Vec<String>, Vec<String>)| said.0.len() + said.1.len();
        if length(&by_verb) < length(&own) && self.covers(plane, set, &by_verb.0) {
            return by_verb;
        }
        own
    }

    /// Do patterns match all of a set? Operations that may come are never told one by one.
    fn covers(&mut self, plane: Plane, set: &Bits, patterns: &[String]) -> bool {
        let mut rest = set.clone();
        for pattern in patterns.iter().filter_map(|text| ActionPattern::new(text).ok()) {
            let bits = self.matches(plane, &pattern);
            without(&mut rest, &bits);
        }
        rest.iter().all(|word| *word == 0)
    }

    fn said(
        &mut self,
        plane: Plane,
        set: &Bits,
        allow: &[ActionPattern],
        except: &[ActionPattern],
    ) -> (Vec<String>, Vec<String>) {
        let (mut rest, mut over) = (set.clone(), self.universe.on(plane).none());
        let wide = wide();
        let mut chosen: Vec<String> = Vec::new();
        // Of a role's own pattern a third must be new: one most of which was had before says less than
        // the few that are new. Of all operations, or all of a verb, nearly all.
        let own = self.largest_first(plane, allow).into_iter().map(|found| (found, 33));
        let all = self.largest_first(plane, &wide).into_iter().map(|found| (found, 90));
        for ((pattern, bits), percent) in own.chain(all) {
            let inside = count(bits.iter().zip(set).map(|(a, b)| a & b));
            let new = count(bits.iter().zip(&rest).map(|(a, b)| a & b));
            if new == 0 || inside * 100 < count(bits.iter().copied()) * percent {
                continue;
            }
            chosen.push(pattern);
            without(&mut rest, &bits);
            let mut outside = bits;
            without(&mut outside, set);
            unite(&mut over, &outside);
        }
        let mut minus: Vec<String> = Vec::new();
        let own = self.largest_first(plane, except);
        for (pattern, bits) in own.into_iter().chain(self.largest_first(plane, &wide)) {
            let hurts = bits.iter().zip(set).any(|(a, b)| a & b != 0);
            let helps = bits.iter().zip(&over).any(|(a, b)| a & b != 0);
            if helps && !hurts {
                minus.push(pattern);
                without(&mut over, &bits);
            }
        }
        let operations = self.universe.on(plane).all();
        let mut outside = self.universe.on(plane).every();
        without(&mut outside, set);
        gather(operations, &rest, &outside, &mut chosen);
        gather(operations, &over, set, &mut minus);
        (chosen, minus)
    }

    fn largest_first(&mut self, plane: Plane, patterns: &[ActionPattern]) -> Vec<(String, Bits)> {
        let mut found: Vec<(usize, String, Bits)> = patterns
            .iter()
            .map(|pattern| {
                let bits = self.matches(plane, pattern);
                (count(bits.iter().copied()), pattern.text().to_string(), bits)
            })
            .collect();
        found.sort_by(|a, b| (b.0, &a.1).cmp(&(a.0, &b.1)));
        found.dedup_by(|a, b| a.1.eq_ignore_ascii_case(&b.1));
        found.into_iter().map(|(_, text, bits)| (text, bits)).collect()
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

/// Names a set by whole branches of the names where a branch holds nothing forbidden, else one by one.
fn gather(operations: &[Operation], set: &Bits, forbidden: &Bits, into: &mut Vec<String>) {
    let mut at = 0;
    while at < operations.len() {
        if !holds(set, at) {
            at += 1;
            continue;
        }
        let text = operations[at].folded();
        // The shortest beginning whose whole branch is free.
        let mut found = None;
        for (end, _) in text.match_indices('/') {
            // What may come has no name of its own.
            if text[..=end].contains(FUTURE) {
                break;
            }
            let start = operations.partition_point(|one| one.folded() < &text[..=end]);
            let branch = operations[start..]
                .iter()
                .take_while(|one| one.folded().starts_with(&text[..=end]))
                .count();
            let range = start..start + branch;
            let wanted = range.clone().filter(|at| holds(set, *at)).count();
            if wanted > 1 && !range.clone().any(|at| holds(forbidden, at)) {
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
