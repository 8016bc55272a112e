//! The conditions that Azure ships inside built-in roles: parsed, and evaluated with their attributes
//! known, unknown and missing.

use crate::page::{Page, nanos};
use azrbac::catalog::Catalog;
use azrbac::condition::{AttributeSource, AttributeValue, Attributes, Condition, Inputs};
use azrbac::ident::{Operation, Plane};
use azrbac::pattern::Wildcards;
use std::hint::black_box;
use std::time::Instant;

/// The time of one call in nanoseconds: of many samples of many calls the median.
fn median(samples: usize, mut call: impl FnMut()) -> f64 {
    const CALLS: u32 = 100;
    let mut times: Vec<f64> = (0..samples)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..CALLS {
                call();
            }
            start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Measures and prints.
pub(crate) fn measure(page: &mut Page, samples: usize) {
    let texts: Vec<String> = Catalog::newest()
        .roles()
        .iter()
        .flat_map(|entry| entry.definition().blocks)
        .filter_map(|block| Some(block.condition?.text.to_string()))
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
    for text in &texts {
        let condition = Condition::parse(text).expect("all shipped conditions parse");
        let parse = || drop(black_box(Condition::parse(black_box(text))));
        columns[0].push(median(samples, parse));
        for (column, (attributes, complete)) in
            [(&known, true), (&none, false), (&none, true)].into_iter().enumerate()
        {
            let inputs = inputs(attributes, complete);
            columns[column + 1].push(median(samples, || {
                black_box(condition.evaluate(black_box(&inputs)));
            }));
        }
    }
    page.heading("Conditions");
    let bytes: usize = texts.iter().map(String::len).sum();
    page.line(&format!(
        "{} conditions inside built-in roles, {} bytes each on average, as shipped.",
        texts.len(),
        bytes / texts.len()
    ));
    page.line("");
    let names =
        ["parse", "evaluate, attributes known", "evaluate, not given", "evaluate, do not exist"];
    let mut rows = Vec::new();
    for (name, column) in names.iter().zip(&mut columns) {
        column.sort_by(f64::total_cmp);
        rows.push([
            (*name).to_string(),
            nanos(column[column.len() / 2]),
            nanos(column[column.len() - 1]),
        ]);
    }
    page.table(&["", "median condition", "slowest condition"], rows.into_iter());
    let (parse, evaluate) = (columns[0][texts.len() / 2], columns[1][texts.len() / 2]);
    page.goal(
        "condition of a built-in role: parse",
        "≤ 6 µs (the one public evaluator: 6.2 µs)",
        nanos(parse),
        parse <= 6e3,
    );
    page.goal(
        "condition of a built-in role: evaluate",
        "≤ 0.6 µs (the one public evaluator: 0.9 µs)",
        nanos(evaluate),
        evaluate <= 600.0,
    );
}
