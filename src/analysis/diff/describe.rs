//! A set of operations in few words: patterns, exceptions, and the gravest by name.

use super::delta::Part;
use super::operations::is_future;
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

/// Describes sets of operations of one comparison.
#[derive(Debug)]
pub(super) struct Describer<'u> {
    universe: &'u Universe,
    known: &'u [Bits; 2],
    wildcards: Wildcards,
    credentials: Credentials,
    /// Plain reads that show a credential which does not open everything.
    limited: FxHashSet<Box<str>>,
    powers: FxHashMap<(Plane, usize), Power>,
    matched: FxHashMap<(Plane, Box<str>), Bits>,
}

impl<'u> Describer<'u> {
    pub(super) fn new(
        universe: &'u Universe,
        known: &'u [Bits; 2],
        wildcards: Wildcards,
    ) -> Describer<'u> {
        Describer {
            universe,
            known,
            wildcards,
            credentials: Credentials::embedded(),
            limited: limited_reads(),
            powers: FxHashMap::default(),
            matched: FxHashMap::default(),
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
            let (credentials, limited) = (&self.credentials, &self.limited);
            let power = *self.powers.entry((plane, at)).or_insert_with(|| {
                match credentials.power(plane, operation.folded()) {
                    Power::Credentials if limited.contains(operation.folded()) => Power::Read,
                    power => power,
                }
            });
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
            bits: part.bits.clone(),
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

    /// Patterns that hold exactly a set, of all operations that are looked at.
    fn patterns(
        &mut self,
        plane: Plane,
        set: &Bits,
        allow: &[ActionPattern],
        except: &[ActionPattern],
    ) -> (Vec<String>, Vec<String>) {
        let (mut rest, mut over) = (set.clone(), self.universe.on(plane).none());
        let (allow, except) = (Self::wide(allow), Self::wide(except));
        let (allow, except) = (&allow[..], &except[..]);
        let mut chosen: Vec<String> = Vec::new();
        for (pattern, bits) in self.largest_first(plane, allow) {
            let inside = count(bits.iter().zip(set).map(|(a, b)| a & b));
            let new = count(bits.iter().zip(&rest).map(|(a, b)| a & b));
            // A pattern most of which was had before says less than the few that are new.
            if new == 0 || inside * 3 < count(bits.iter().copied()) {
                continue;
            }
            chosen.push(pattern);
            without(&mut rest, &bits);
            let mut outside = bits;
            without(&mut outside, set);
            unite(&mut over, &outside);
        }
        let mut minus: Vec<String> = Vec::new();
        for (pattern, bits) in self.largest_first(plane, except) {
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

    /// Patterns, and those that may say it where no role does: all, or all of a verb.
    fn wide(patterns: &[ActionPattern]) -> Vec<ActionPattern> {
        let verbs = ["*", "*/read", "*/write", "*/delete", "*/action"];
        let verbs = verbs.iter().filter_map(|text| ActionPattern::new(text).ok());
        patterns.iter().cloned().chain(verbs).collect()
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
