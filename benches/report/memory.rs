//! Live bytes of a tenant, by a program that counts them: see `benches/memory.rs`.

use crate::page::Page;
use std::process::Command;

/// Runs the other program and puts what it says on the page.
pub(crate) fn measure(page: &mut Page) {
    page.heading("Memory");
    // Cargo tells the programs that it runs where it is itself.
    let Ok(cargo) = std::env::var("CARGO") else {
        page.line("Not measured: `cargo bench --bench memory` tells.");
        return;
    };
    let output = Command::new(cargo)
        .args(["bench", "--locked", "--quiet", "--bench", "memory"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let text = text.unwrap_or_default();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split(' ').collect::<Vec<_>>())
        .filter(|fields| fields.len() == 10)
        .collect();
    page.line(
        "Live bytes an assignment of a tenant with everything: every name, ids of assignments, role \
         definitions, groups. Small tenants carry the same 978 roles.",
    );
    page.line("");
    page.table(
        &[
            "",
            "bytes an assignment",
            "index",
            "directory",
            "names of scopes and principals",
            "assignments: ids, origins, conditions, times",
            "roles, their bits, the rest",
            "indexes of listings besides",
            "MB in all",
        ],
        rows.iter().map(|row| [0, 2, 3, 4, 5, 6, 7, 8, 9].map(|field| row[field].to_string())),
    );
    let Some(large) = rows.iter().find(|row| row[0] == "L") else { return };
    let [all, index, directory, names] =
        [2, 3, 4, 5].map(|field| large[field].parse::<f64>().unwrap_or(f64::NAN));
    for (what, most, bytes) in [
        ("memory of a ready tenant: the index, L", 32.0, index),
        ("the same with directory and every name, L", 140.0, index + directory + names),
        ("the same with assignment ids, origins, conditions, times, and all else, L", 180.0, all),
    ] {
        page.goal(
            what,
            &format!("≤ {most} bytes an assignment"),
            format!("{bytes:.0} bytes"),
            bytes <= most,
        );
    }
}
