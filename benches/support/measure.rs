//! Times: one call at a time with the clock's own cost taken off, and many calls in a loop.

use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long calls took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Times {
    /// Half of the calls were faster, in nanoseconds.
    pub(crate) p50: f64,
    /// One in a hundred was slower.
    pub(crate) p99: f64,
    /// The slowest.
    pub(crate) most: f64,
    /// Calls a second in a plain loop.
    pub(crate) per_second: f64,
}

impl Times {
    const NONE: Times =
        Times { p50: f64::INFINITY, p99: f64::INFINITY, most: f64::INFINITY, per_second: 0.0 };

    /// The better of each.
    fn better(self, other: Times) -> Times {
        Times {
            p50: self.p50.min(other.p50),
            p99: self.p99.min(other.p99),
            most: self.most.min(other.most),
            per_second: self.per_second.max(other.per_second),
        }
    }
}

/// Something that answers questions.
pub(crate) type Contender<'c, Q> = (&'static str, Box<dyn FnMut(&Q) -> usize + 'c>);

/// What two readings of the clock cost.
fn clock() -> f64 {
    let mut costs: Vec<u128> = (0..10_001).map(|_| Instant::now().elapsed().as_nanos()).collect();
    costs.sort_unstable();
    costs[costs.len() / 2] as f64
}

/// All contenders answer all questions, in turn, several times over; of each the best pass counts, which
/// is the one that other work on the machine disturbed least.
pub(crate) fn race<Q>(
    queries: &[Q],
    passes: usize,
    contenders: &mut [Contender<'_, Q>],
) -> Vec<(String, Times)> {
    let clock = clock();
    let mut best: Vec<(String, Times)> =
        contenders.iter().map(|(name, _)| ((*name).to_string(), Times::NONE)).collect();
    let mut times: Vec<f64> = Vec::with_capacity(queries.len());
    for _ in 0..passes {
        for ((_, call), (_, best)) in contenders.iter_mut().zip(&mut best) {
            times.clear();
            for query in queries {
                let start = Instant::now();
                black_box(call(black_box(query)));
                times.push(start.elapsed().as_nanos() as f64 - clock);
            }
            times.sort_unstable_by(f64::total_cmp);
            let start = Instant::now();
            for query in queries {
                black_box(call(black_box(query)));
            }
            let at = |hundredth: usize| times[(times.len() - 1) * hundredth / 100].max(0.0);
            *best = best.better(Times {
                p50: at(50),
                p99: at(99),
                most: at(100),
                per_second: queries.len() as f64 / start.elapsed().as_secs_f64(),
            });
        }
    }
    best
}

/// The shortest of several runs.
pub(crate) fn shortest<T>(runs: usize, mut run: impl FnMut() -> T) -> (Duration, T) {
    let mut best = None;
    for _ in 0..runs.max(1) {
        let start = Instant::now();
        let made = black_box(run());
        let took = start.elapsed();
        if best.as_ref().is_none_or(|(least, _)| took < *least) {
            best = Some((took, made));
        }
    }
    best.expect("there is one run at least")
}
