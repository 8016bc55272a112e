//! Two automata walked together: the one engine behind every question.
//!
//! INVARIANT (bounded walks): a pair of states is visited once. A state that exactly one path
//! reaches pairs with one state only, so a walk of `a` and `b` visits at most
//! `plain(a) + plain(b) + tangled(a) * tangled(b)` pairs, and [`super::TANGLE_LIMIT`] and
//! [`super::STATE_LIMIT`], checked at construction, keep that within memory. Walks cannot fail.

use super::automaton::{Automaton, CONSTANTS, Context, NONE, State, constant};
use super::compile::{VERBS, Verbs};
use super::{LanguageLimit, STATE_LIMIT};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

/// What a pair of states says about a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Some continuation answers it with yes.
    Found,
    /// No continuation does.
    Never,
    /// That must be looked for.
    Perhaps,
}

/// Does some path lead to a pair of states that is `Found`? Time: the pairs visited times their
/// edges; it stops at the first pair found.
pub(super) fn exists(
    a: &Automaton,
    b: &Automaton,
    judge: impl Fn(&State, &State) -> Verdict,
) -> bool {
    let mut stack = Vec::new();
    let mut seen: FxHashSet<(u32, u32)> = FxHashSet::default();
    match judge(a.state(a.start), b.state(b.start)) {
        Verdict::Found => return true,
        Verdict::Never => return false,
        Verdict::Perhaps => stack.push((a.start, b.start)),
    }
    while let Some(pair) = stack.pop() {
        let found = each_next(a, b, pair, |_, next| {
            match judge(a.state(next.0), b.state(next.1)) {
                Verdict::Found => return true,
                Verdict::Never => {}
                Verdict::Perhaps => {
                    if seen.insert(next) {
                        stack.push(next);
                    }
                }
            }
            false
        });
        if found {
            return true;
        }
    }
    false
}

/// The shortest operation whose pair of grants shows a verb in `shows`; `never` prunes. Breadth
/// first, letters before other characters, so the answer is one and the same every time.
pub(super) fn shortest(
    a: &Automaton,
    b: &Automaton,
    shows: impl Fn(Verbs, Verbs) -> Verbs,
    never: impl Fn(&State, &State) -> bool,
) -> Option<String> {
    struct Node {
        pair: (u32, u32),
        parent: u32,
        character: char,
        depth: usize,
    }
    let mut nodes: Vec<Node> = Vec::new();
    let mut seen: FxHashSet<(u32, u32)> = FxHashSet::default();
    let start = (a.start, b.start);
    if never(a.state(start.0), b.state(start.1)) {
        return None;
    }
    seen.insert(start);
    nodes.push(Node { pair: start, parent: NONE, character: '/', depth: 0 });
    let mut best: Option<(usize, usize, &str)> = None;
    let mut at = 0;
    while at < nodes.len() {
        let (pair, depth) = (nodes[at].pair, nodes[at].depth);
        if best.is_some_and(|(length, ..)| depth + VERBS[0].len() >= length) {
            break;
        }
        let (p, q) = (a.state(pair.0), b.state(pair.1));
        if p.context == Context::Inside {
            let verbs = shows(p.out, q.out);
            if let Some(verb) =
                VERBS.iter().enumerate().find(|(bit, _)| verbs & (1 << bit) != 0).map(|(_, v)| *v)
                && best.is_none_or(|(length, ..)| depth + verb.len() < length)
            {
                best = Some((depth + verb.len(), at, verb));
            }
        }
        let mut ahead: Vec<(u8, bool, char, (u32, u32))> = Vec::new();
        let parent = u32::try_from(at).unwrap_or(NONE);
        each_next(a, b, pair, |step, next| {
            if !never(a.state(next.0), b.state(next.1)) {
                let character = match step {
                    Step::Char(character) => character,
                    Step::Slash => '/',
                    Step::Other => free_letter(a, b, pair),
                };
                // Of equally plain characters first the one that stands for all others.
                ahead.push((plainness(character), step != Step::Other, character, next));
            }
            false
        });
        ahead.sort_unstable();
        for (_, _, character, next) in ahead {
            if seen.insert(next) {
                nodes.push(Node { pair: next, parent, character, depth: depth + 1 });
            }
        }
        at += 1;
    }
    let (_, mut at, verb) = best?;
    let mut path = Vec::new();
    while nodes[at].parent != NONE {
        path.push(nodes[at].character);
        at = nodes[at].parent as usize;
    }
    Some(path.into_iter().rev().chain(verb.chars()).collect())
}

/// Letters first, then digits, then what names may hold, then the rest.
fn plainness(character: char) -> u8 {
    match character {
        'a'..='z' => 0,
        '0'..='9' => 1,
        '.' | '-' | '_' => 2,
        '/' => 3,
        _ => 4,
    }
}

/// A character that takes the default edge in both.
fn free_letter(a: &Automaton, b: &Automaton, pair: (u32, u32)) -> char {
    let (one, two) = (a.edges(a.state(pair.0)), b.edges(b.state(pair.1)));
    let free = |character: &char| {
        one.binary_search_by_key(character, |edge| edge.0).is_err()
            && two.binary_search_by_key(character, |edge| edge.0).is_err()
    };
    ('x'..='z')
        .chain('a'..='w')
        .chain('0'..='9')
        .chain(['-', '_'])
        .chain('\u{e0}'..=char::MAX)
        .filter(|c| c.is_alphanumeric() || c.is_ascii())
        .find(free)
        // Patterns are shorter than the alphabet is wide.
        .unwrap_or('~')
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Char(char),
    Slash,
    Other,
}

/// Calls `visit` for every successor of a pair until it says stop; did it?
fn each_next(
    a: &Automaton,
    b: &Automaton,
    pair: (u32, u32),
    mut visit: impl FnMut(Step, (u32, u32)) -> bool,
) -> bool {
    let (p, q) = (a.state(pair.0), b.state(pair.1));
    // INVARIANT (context): both stand after a slash, and have no edge for one, or neither.
    if p.slash != NONE && visit(Step::Slash, (p.slash, q.slash)) {
        return true;
    }
    if visit(Step::Other, (p.other, q.other)) {
        return true;
    }
    let (mut left, mut right) = (a.edges(p), b.edges(q));
    loop {
        let (character, next) = match (left.first(), right.first()) {
            (None, None) => return false,
            (Some(one), Some(two)) if one.0 == two.0 => {
                (left, right) = (&left[1..], &right[1..]);
                (one.0, (one.1, two.1))
            }
            (Some(one), two) if two.is_none_or(|two| one.0 < two.0) => {
                left = &left[1..];
                (one.0, (one.1, q.other))
            }
            (_, Some(two)) => {
                right = &right[1..];
                (two.0, (p.other, two.1))
            }
            (Some(_), None) => return false,
        };
        if visit(Step::Char(character), next) {
            return true;
        }
    }
}

/// The automaton whose grants are `f` of the two grants; `f` works on each bit by itself.
pub(super) fn combine(
    a: &Automaton,
    b: &Automaton,
    f: impl Fn(Verbs, Verbs) -> Verbs,
) -> Result<Automaton, LanguageLimit> {
    let mut result = Automaton::new();
    let mut known: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    let mut queue = VecDeque::new();
    let mut name = |pair: (u32, u32), result: &mut Automaton, queue: &mut VecDeque<_>| {
        if pair.0 == NONE {
            return Ok(NONE);
        }
        let (p, q) = (a.state(pair.0), b.state(pair.1));
        // Where both extremes of both sides give one value, so does everything between.
        let value = f(p.every, q.every);
        if value == f(p.some, q.some) && value == f(p.some, q.every) && value == f(p.every, q.some)
        {
            return Ok(constant(value, p.context));
        }
        if let Some(id) = known.get(&pair) {
            return Ok(*id);
        }
        if result.own_states() >= STATE_LIMIT {
            return Err(LanguageLimit::States);
        }
        let id = result.push(p.context, f(p.out, q.out));
        known.insert(pair, id);
        queue.push_back((pair, id));
        Ok(id)
    };
    result.start = name((a.start, b.start), &mut result, &mut queue)?;
    while let Some((pair, id)) = queue.pop_front() {
        let (mut other, mut slash, mut edges) = (NONE, NONE, Vec::new());
        let mut failed = None;
        each_next(a, b, pair, |step, next| {
            let to = match name(next, &mut result, &mut queue) {
                Ok(to) => to,
                Err(limit) => {
                    failed = Some(limit);
                    return true;
                }
            };
            match step {
                Step::Char(character) => edges.push((character, to)),
                Step::Slash => slash = to,
                Step::Other => other = to,
            }
            false
        });
        if let Some(limit) = failed {
            return Err(limit);
        }
        result.connect(id, other, slash, &edges);
    }
    Ok(result.finish())
}

/// The automaton that grants what `a` does not; nothing can fail, the states stay.
pub(super) fn complement(a: &Automaton) -> Automaton {
    let mut result = Automaton::new();
    let shift = |id: u32| if id < CONSTANTS { id ^ (CONSTANTS - 2) } else { id };
    for state in &a.states[CONSTANTS as usize..] {
        result.push(state.context, !state.out & super::compile::ALL);
    }
    let mut edges = Vec::new();
    for (index, state) in a.states.iter().enumerate().skip(CONSTANTS as usize) {
        edges.clear();
        edges.extend(a.edges(state).iter().map(|(character, to)| (*character, shift(*to))));
        let slash = if state.slash == NONE { NONE } else { shift(state.slash) };
        let id = u32::try_from(index).unwrap_or(NONE);
        result.connect(id, shift(state.other), slash, &edges);
    }
    result.start = shift(a.start);
    result.finish()
}
