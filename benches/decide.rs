//! How long does one decision take, by ids, as the tenant grows?
//!
//! `cargo bench --bench decide`, or `cargo bench --bench decide -- 1000000` for another size. Decisions
//! are complete: every grant and every deny; with near misses on a no, as on the command line, and without.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement needs a clock and tells"
)]

mod support;

use azrbac::catalog::Catalog;
use azrbac::condition::Attributes;
use azrbac::decide::{NEAR_MISSES, Outcome, Request, can};
use azrbac::tenant::Tenant;
use std::hint::black_box;
use std::time::Instant;
use support::Random;

const QUESTIONS: usize = 50_000;

fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1_000, 20_000, 200_000] } else { sizes };
    let operations = support::operations();
    let attributes = Attributes::default();
    println!("near misses  assignments   build     p50       p99       a second   allowed");
    for (size, near_misses) in sizes.iter().flat_map(|size| [(*size, 0), (*size, NEAR_MISSES)]) {
        let generated = support::tenant(size, 0x5EED_2026_0A2B_AC01);
        let start = Instant::now();
        let tenant = Tenant::build(generated.facts, &Catalog::newest());
        let build = start.elapsed();
        let mut random = Random(7);
        let questions: Vec<_> = (0..QUESTIONS)
            .map(|_| {
                let (operation, plane) = &operations[random.below(operations.len())];
                let principal = generated.principals[random.below(generated.principals.len())];
                let scope = &generated.resources[random.below(generated.resources.len())];
                let request = Request::new(principal, operation, *plane, scope, &attributes);
                Request { near_misses, ..request }
            })
            .collect();
        let mut times = Vec::with_capacity(QUESTIONS);
        let mut allowed = 0;
        let all = Instant::now();
        for question in &questions {
            let start = Instant::now();
            let decision = can(black_box(&tenant), black_box(question));
            times.push(start.elapsed().as_nanos());
            allowed += usize::from(decision.outcome == Outcome::Allowed);
        }
        let all = all.elapsed();
        times.sort_unstable();
        println!(
            "{near_misses:>11}  {size:>11}   {:>6.1} ms {:>6.2} µs {:>7.2} µs {:>9.0}   {:>5.1} %",
            build.as_secs_f64() * 1e3,
            times[QUESTIONS / 2] as f64 / 1e3,
            times[QUESTIONS * 99 / 100] as f64 / 1e3,
            QUESTIONS as f64 / all.as_secs_f64(),
            allowed as f64 * 100.0 / QUESTIONS as f64
        );
    }
}
