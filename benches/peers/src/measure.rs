//! Answers first, then times.

use crate::machine::Turns;
use crate::peers::ours::Ours;
use crate::workload::Workload;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How much is done.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// How often the questions of a peer are timed; nought to compare answers only.
    pub(crate) passes: usize,
    /// How long one pass of one peer may take: a slow peer is asked fewer questions.
    pub(crate) budget: Duration,
}

/// The times of one pass over the questions, in nanoseconds.
#[derive(Clone, Copy)]
pub(crate) struct Pass {
    /// Half of the decisions took at most this.
    pub(crate) p50: f64,
    /// 99 of 100 took at most this.
    pub(crate) p99: f64,
    /// Decisions a second, the reading of the clock included.
    pub(crate) per_second: f64,
}

/// What was measured of one way of deciding.
pub(crate) struct Measured {
    /// How many questions were asked in each pass.
    pub(crate) asked: usize,
    /// How long it took to get the peer ready.
    pub(crate) build: Duration,
    /// Pass by pass; none where only answers were compared.
    pub(crate) passes: Vec<Pass>,
    /// How much of the passes went into waiting for a processor.
    pub(crate) turns: Turns,
}

/// One size: its tenant, azrbac on it, and how much is done.
pub(crate) struct Session<'w> {
    /// The tenant.
    pub(crate) workload: &'w Workload,
    /// azrbac, which is measured again after every pass of every peer.
    pub(crate) ours: Ours<'w>,
    /// How much is done.
    pub(crate) plan: Plan,
}

impl Session<'_> {
    /// Compares the answers with azrbac's, and only then times them.
    ///
    /// # Errors
    /// An answer that differs, or none.
    pub(crate) fn measure<Q>(
        &mut self,
        build: Duration,
        questions: &[Q],
        mut decide: impl FnMut(&Q) -> Result<bool, String>,
    ) -> Result<Measured, String> {
        let start = Instant::now();
        let mut answers = Vec::with_capacity(questions.len());
        for question in questions {
            answers.push(decide(question)?);
            if start.elapsed() > self.plan.budget {
                break;
            }
        }
        self.compare(&answers)?;
        let asked = &questions[..answers.len()];
        let (mut passes, mut turns) = (Vec::new(), Turns::default());
        for _ in 0..self.plan.passes {
            let before = Turns::of("self");
            passes.push(pass(asked, &mut decide)?);
            turns.add_since(before, "self");
            self.ours.pass();
        }
        Ok(Measured { asked: asked.len(), build, passes, turns })
    }

    /// Are these the answers to the first questions?
    ///
    /// # Errors
    /// How many are not, and the first of them.
    pub(crate) fn compare(&self, answers: &[bool]) -> Result<(), String> {
        let wrong: Vec<usize> =
            (0..answers.len()).filter(|at| answers[*at] != self.ours.answers[*at]).collect();
        let Some(first) = wrong.first() else { return Ok(()) };
        let question = self.workload.questions(first + 1)[*first];
        Err(format!(
            "{} of {} answers differ from azrbac's, first `{} {} {} {}`: {} here",
            wrong.len(),
            answers.len(),
            question.principal,
            question.plane.as_str(),
            question.operation,
            question.scope,
            if answers[*first] { "allowed" } else { "refused" }
        ))
    }
}

/// Times every decision by itself.
///
/// # Errors
/// A question without an answer.
pub(crate) fn pass<Q>(
    questions: &[Q],
    mut decide: impl FnMut(&Q) -> Result<bool, String>,
) -> Result<Pass, String> {
    let mut times = Vec::with_capacity(questions.len());
    let all = Instant::now();
    for question in questions {
        let start = Instant::now();
        let answer = decide(black_box(question));
        times.push(start.elapsed().as_nanos() as u64);
        black_box(answer)?;
    }
    Ok(summary(&mut times, all.elapsed()))
}

/// Percentiles of single times, and how many there were in a second.
pub(crate) fn summary(times: &mut [u64], all: Duration) -> Pass {
    times.sort_unstable();
    let at = |percent: usize| {
        times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)))
    };
    let time = |percent| at(percent).map_or(f64::NAN, |time| *time as f64);
    Pass { p50: time(50), p99: time(99), per_second: times.len() as f64 / all.as_secs_f64() }
}

impl Measured {
    /// The median over the passes.
    pub(crate) fn median(&self) -> Option<Pass> {
        let middle = |of: fn(&Pass) -> f64| median(self.passes.iter().map(of).collect());
        Some(Pass {
            p50: middle(|pass| pass.p50)?,
            p99: middle(|pass| pass.p99)?,
            per_second: middle(|pass| pass.per_second)?,
        })
    }

    /// The smallest and the largest p50 of a pass.
    pub(crate) fn spread(&self) -> Option<(f64, f64)> {
        let all = || self.passes.iter().map(|pass| pass.p50);
        Some((all().reduce(f64::min)?, all().reduce(f64::max)?))
    }
}

/// The one in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// What two readings of the clock cost, in nanoseconds: every figure holds it.
pub(crate) fn clock() -> f64 {
    let times = (0..10_001).map(|_| {
        let start = Instant::now();
        start.elapsed().as_nanos() as f64
    });
    median(times.collect()).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::world::SIZES;

    #[test]
    fn a_differing_answer_stops_the_measurement_before_any_timing() {
        let workload = Workload::new(SIZES[0].1, 200);
        let plan = Plan { passes: 1, budget: Duration::from_secs(5) };
        let ours = Ours::new(&workload).expect("azrbac agrees with the generator");
        let mut session = Session { workload: &workload, ours, plan };
        let answers = session.ours.answers.clone();
        let questions: Vec<usize> = (0..answers.len()).collect();
        let build = Duration::ZERO;
        let right = session.measure(build, &questions, |at| Ok(answers[*at]));
        assert_eq!(right.expect("all agree").passes.len(), 1);
        let mut asked = 0;
        let wrong = session.measure(build, &questions, |at| {
            asked += 1;
            Ok(answers[*at] != (*at == 150))
        });
        assert!(wrong.err().expect("one differs").starts_with("1 of 200 answers differ"));
        assert_eq!(asked, 200);
        let none = session.measure(build, &questions, |_| Err("no answer".to_string()));
        assert_eq!(none.err().as_deref(), Some("no answer"));
    }

    #[test]
    fn percentiles_are_of_the_sorted_times() {
        let mut times: Vec<u64> = (1..=1000).rev().collect();
        let pass = summary(&mut times, Duration::from_millis(1));
        assert_eq!((pass.p50, pass.p99), (501.0, 991.0));
        assert_eq!(pass.per_second.round(), 1_000_000.0);
    }
}
