//! The automaton behind a language: small, trimmed, with a default edge instead of an alphabet.
//!
//! A state has one edge for every character that matters there, one for `/`, and one for all other
//! characters. Two automata can so be walked together whatever characters their patterns use, and
//! no table of byte classes is needed.
//!
//! INVARIANT (context): every state is entered either always right after a slash (or at the very
//! beginning) or never so. A state of the first kind has no slash edge: segments are not empty.
//!
//! INVARIANT (constants): the first [`CONSTANTS`] states are the same in every automaton; state
//! `2 * verbs + context` grants exactly `verbs` for ever. No other state does that.

use super::compile::{ALL, Verbs};
use std::collections::VecDeque;

/// No edge: a slash right after a slash.
pub(super) const NONE: u32 = u32::MAX;
/// How many states are common to all automata.
pub(super) const CONSTANTS: u32 = 32;

/// Did the last character end a segment?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Context {
    Inside,
    AfterSlash,
}

/// The common state that grants `verbs` for ever.
pub(super) fn constant(verbs: Verbs, context: Context) -> u32 {
    u32::from(verbs) * 2 + u32::from(context == Context::AfterSlash)
}

#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    pub(super) context: Context,
    /// The verbs granted when the path ends here; zero after a slash, where none ends.
    pub(super) out: Verbs,
    /// Verbs granted after some continuation, this moment included.
    pub(super) some: Verbs,
    /// Verbs granted after every continuation, this moment included.
    pub(super) every: Verbs,
    pub(super) other: u32,
    pub(super) slash: u32,
    first_edge: u32,
    end_edge: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Automaton {
    pub(super) states: Vec<State>,
    edges: Vec<(char, u32)>,
    pub(super) start: u32,
    /// States that more than one path reaches; see [`super::TANGLE_LIMIT`].
    pub(super) tangled: usize,
}

impl Automaton {
    /// Only the common states; the start is set later.
    pub(super) fn new() -> Automaton {
        let mut states = Vec::new();
        for verbs in 0..=ALL {
            for context in [Context::Inside, Context::AfterSlash] {
                let inside = context == Context::Inside;
                states.push(State {
                    context,
                    out: if inside { verbs } else { 0 },
                    some: verbs,
                    every: verbs,
                    other: constant(verbs, Context::Inside),
                    slash: if inside { constant(verbs, Context::AfterSlash) } else { NONE },
                    first_edge: 0,
                    end_edge: 0,
                });
            }
        }
        Automaton { states, edges: Vec::new(), start: constant(0, Context::AfterSlash), tangled: 0 }
    }

    /// The language that grants the same verbs everywhere.
    pub(super) fn uniform(verbs: Verbs) -> Automaton {
        Automaton { start: constant(verbs, Context::AfterSlash), ..Automaton::new() }
    }

    pub(super) fn state(&self, id: u32) -> &State {
        &self.states[id as usize]
    }

    /// The edges that differ from the default, by character; never `/`.
    pub(super) fn edges(&self, state: &State) -> &[(char, u32)] {
        &self.edges[state.first_edge as usize..state.end_edge as usize]
    }

    pub(super) fn next(&self, id: u32, character: char) -> u32 {
        let state = self.state(id);
        if character == '/' {
            return state.slash;
        }
        let edges = self.edges(state);
        match edges.binary_search_by_key(&character, |edge| edge.0) {
            Ok(at) => edges[at].1,
            Err(_) => state.other,
        }
    }

    /// Adds a state whose edges come later.
    pub(super) fn push(&mut self, context: Context, out: Verbs) -> u32 {
        let id = u32::try_from(self.states.len()).unwrap_or(NONE);
        let (some, every) = match context {
            Context::Inside => (out, out),
            Context::AfterSlash => (0, ALL),
        };
        self.states.push(State {
            context,
            out: if context == Context::Inside { out } else { 0 },
            some,
            every,
            other: NONE,
            slash: NONE,
            first_edge: 0,
            end_edge: 0,
        });
        id
    }

    /// Gives a state its edges; `edges` must be sorted by character and without `/`.
    pub(super) fn connect(&mut self, id: u32, other: u32, slash: u32, edges: &[(char, u32)]) {
        let first = u32::try_from(self.edges.len()).unwrap_or(NONE);
        self.edges.extend(edges.iter().filter(|edge| edge.1 != other));
        let end = u32::try_from(self.edges.len()).unwrap_or(NONE);
        let state = &mut self.states[id as usize];
        (state.other, state.slash, state.first_edge, state.end_edge) = (other, slash, first, end);
    }

    /// How many states are its own, beside the common ones.
    pub(super) fn own_states(&self) -> usize {
        self.states.len() - CONSTANTS as usize
    }

    /// Computes `some` and `every`, folds states that grant the same for ever into the common ones,
    /// and forgets what cannot be reached.
    pub(super) fn finish(mut self) -> Automaton {
        self.bound();
        let target = |id: u32| -> u32 {
            if id == NONE {
                return NONE;
            }
            let state = self.state(id);
            if state.some == state.every { constant(state.every, state.context) } else { id }
        };
        let mut kept = Automaton::new();
        let mut number = vec![NONE; self.states.len()];
        for id in 0..CONSTANTS {
            number[id as usize] = id;
        }
        let mut queue = VecDeque::new();
        let mut name = |id: u32, kept: &mut Automaton, queue: &mut VecDeque<u32>| -> u32 {
            let id = target(id);
            if id == NONE {
                return NONE;
            }
            if number[id as usize] == NONE {
                let state = self.state(id);
                number[id as usize] = kept.push(state.context, state.out);
                let last = kept.states.len() - 1;
                (kept.states[last].some, kept.states[last].every) = (state.some, state.every);
                queue.push_back(id);
            }
            number[id as usize]
        };
        kept.start = name(self.start, &mut kept, &mut queue);
        let mut edges = Vec::new();
        while let Some(id) = queue.pop_front() {
            let state = *self.state(id);
            let here = name(id, &mut kept, &mut queue);
            let other = name(state.other, &mut kept, &mut queue);
            let slash = name(state.slash, &mut kept, &mut queue);
            edges.clear();
            for (character, to) in self.edges(&state) {
                edges.push((*character, name(*to, &mut kept, &mut queue)));
            }
            kept.connect(here, other, slash, &edges);
        }
        kept.tangled = kept.count_tangled();
        kept.states.shrink_to_fit();
        kept.edges.shrink_to_fit();
        kept
    }

    /// The least `some` and the greatest `every`, by passes from the back: successors mostly stand
    /// behind their predecessors, so few passes are needed.
    fn bound(&mut self) {
        loop {
            let mut changed = false;
            for id in (CONSTANTS as usize..self.states.len()).rev() {
                let state = self.states[id];
                let (mut some, mut every) = (state.some, state.every);
                for to in [state.other, state.slash]
                    .into_iter()
                    .chain(self.edges(&state).iter().map(|edge| edge.1))
                    .filter(|to| *to != NONE)
                {
                    let next = self.state(to);
                    some |= next.some;
                    every &= next.every;
                }
                changed |= (some, every) != (state.some, state.every);
                (self.states[id].some, self.states[id].every) = (some, every);
            }
            if !changed {
                return;
            }
        }
    }

    /// A state is plain when exactly one path leads to it. States are numbered breadth first, so a
    /// plain state stands behind its only predecessor.
    fn count_tangled(&self) -> usize {
        let mut ways = vec![0u8; self.states.len()];
        let mut plain = vec![false; self.states.len()];
        for state in &self.states[CONSTANTS as usize..] {
            // The default edge, which every state has, stands for many characters.
            ways[state.other as usize] = 2;
            for to in self.edges(state).iter().map(|edge| edge.1).chain([state.slash]) {
                if to != NONE {
                    ways[to as usize] = ways[to as usize].saturating_add(1);
                }
            }
        }
        if self.start >= CONSTANTS {
            plain[self.start as usize] = ways[self.start as usize] == 0;
        }
        for id in CONSTANTS as usize..self.states.len() {
            if !plain[id] {
                continue;
            }
            let state = &self.states[id];
            for to in self.edges(state).iter().map(|edge| edge.1).chain([state.slash]) {
                if to != NONE && ways[to as usize] == 1 {
                    plain[to as usize] = true;
                }
            }
        }
        plain[CONSTANTS as usize..].iter().filter(|plain| !**plain).count()
    }
}
