//! How long does a shipped condition take to parse and to evaluate?
//!
//! `cargo bench --bench conditions`: the 31 conditions inside built-in roles, each parsed and evaluated
//! with its attributes known, unknown and missing. Medians over samples of many calls.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement needs a clock and tells"
)]

use azrbac::catalog::Catalog;
use azrbac::condition::{AttributeSource, AttributeValue, Attributes, Condition, Inputs};
use azrbac::ident::{Operation, Plane};
use azrbac::pattern::Wildcards;
use std::hint::black_box;
use std::time::Instant;

const SAMPLES: usize = 101;
const CALLS: u32 = 200;

/// The median time of one call, in nanoseconds.
fn median(mut call: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..CALLS {
                call();
            }
            start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[SAMPLES / 2]
}

fn main() {
    let texts: Vec<(String, String)> = Catalog::newest()
        .roles()
        .iter()
        .map(|entry| entry.definition())
        .flat_map(|role| {
            let name = role.name.to_string();
            role.blocks
                .into_iter()
                .filter_map(|block| block.condition)
                .map(move |guard| (name.clone(), guard.text.to_string()))
                .collect::<Vec<_>>()
        })
        .collect();
    let operation =
        Operation::new("Microsoft.Authorization/roleAssignments/write").expect("an operation");
    let mut known = Attributes::default();
    for (name, value) in [
        ("RoleDefinitionId", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
        ("PrincipalId", "11111111-1111-1111-1111-111111111111"),
        ("PrincipalType", "ServicePrincipal"),
    ] {
        known.insert(
            AttributeSource::Request,
            &format!("Microsoft.Authorization/roleAssignments:{name}"),
            AttributeValue::Text(value.to_string()),
        );
    }
    let none = Attributes::default();
    let inputs = |attributes, complete| Inputs {
        operation: &operation,
        plane: Plane::Control,
        sub_operations: None,
        attributes,
        complete,
        wildcards: Wildcards::Azure,
    };
    let mut columns: [Vec<f64>; 4] = Default::default();
    for (_, text) in &texts {
        let condition = Condition::parse(text).expect("all shipped conditions parse");
        columns[0].push(median(|| drop(black_box(Condition::parse(black_box(text))))));
        for (column, (attributes, complete)) in
            [(&known, true), (&none, false), (&none, true)].into_iter().enumerate()
        {
            let inputs = inputs(attributes, complete);
            columns[column + 1].push(median(|| {
                black_box(condition.evaluate(black_box(&inputs)));
            }));
        }
    }
    println!("{} shipped conditions, nanoseconds a call", texts.len());
    for (what, column) in
        ["parse", "evaluate, known", "evaluate, open", "evaluate, missing"].iter().zip(&mut columns)
    {
        column.sort_by(f64::total_cmp);
        println!(
            "  {what:<18} median {:>7.0}   worst {:>7.0}",
            column[column.len() / 2],
            column[column.len() - 1]
        );
    }
}
