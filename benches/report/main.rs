//! How fast is it, and how near the floor?
//!
//! `cargo bench --bench report` measures everything and prints the page; `-- --write` writes it to
//! `benches/RESULTS.md` besides, `-- --quick` only sees that all of it runs, `-- L` measures one size.
//!
//! `cargo bench --bench report -- generate L DIR` writes a generated tenant as the files of Azure's tools,
//! with a number after it the same tenant after so many changed role assignments; `questions L FILE` writes
//! 100,000 questions about it as JSON Lines.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measurement needs a clock and files, and tells"
)]

mod batch;
mod cold;
mod conditions;
mod decisions;
mod differences;
mod listings;
mod loading;
mod memory;
mod page;
mod plot;
mod roles;
mod run;
#[path = "../support/mod.rs"]
mod support;

use azrbac::catalog::Catalog;
use azrbac::condition::Attributes;
use azrbac::decide::{Outcome, Request, can};
use azrbac::ident::Scope;
use azrbac::tenant::Tenant;
use run::Depth;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;
use support::random::{FNV, fnv};
use support::world::{SIZES, World};

fn main() -> ExitCode {
    // Cargo itself adds `--bench`.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => return report(Depth::Whole, &[], false),
        ["--write"] => return report(Depth::Whole, &[], true),
        ["S" | "M" | "L" | "XL", ..] => return report(Depth::Whole, &words, false),
        ["--quick", ref sizes @ ..] => return report(Depth::Quick, sizes, false),
        // How the report runs itself, size by size.
        ["part", size, depth, file] => {
            let depth = if depth == "quick" { Depth::Quick } else { Depth::Whole };
            let Some(count) = assignments(size) else { return usage() };
            if let Err(error) = run::part(size, count, depth, Path::new(file)) {
                eprintln!("cannot write {file}: {error}");
                return ExitCode::from(2);
            }
        }
        ["shape"] => shape(&SIZES.map(|size| size.1)),
        ["shape", size] => match assignments(size) {
            Some(count) => shape(&[count]),
            None => return usage(),
        },
        ["check", size] => match assignments(size) {
            Some(count) => return check(&World::new(count)),
            None => return usage(),
        },
        ["diff", size] => match assignments(size) {
            Some(count) => {
                let world = World::new(count);
                let tenant = Tenant::build(world.facts(), &Catalog::newest());
                let mut page = page::Page::default();
                differences::measure(&mut page, size, &world, &tenant, false);
            }
            None => return usage(),
        },
        ["questions", size, file] => match assignments(size) {
            Some(count) => return questions(&World::new(count), Path::new(file)),
            None => return usage(),
        },
        ["generate", size, folder] => match assignments(size) {
            Some(count) => return generate(&World::new(count), Path::new(folder)),
            None => return usage(),
        },
        ["generate", size, folder, changes] => match (assignments(size), changes.parse()) {
            (Some(count), Ok(changes)) => {
                return generate(&World::new(count).altered(changes), Path::new(folder));
            }
            _ => return usage(),
        },
        _ => return usage(),
    }
    ExitCode::SUCCESS
}

/// A size by its name, or by a number of assignments.
fn assignments(size: &str) -> Option<usize> {
    let named = SIZES.iter().find(|(name, _)| *name == size).map(|(_, count)| *count);
    named.or_else(|| size.parse().ok())
}

fn usage() -> ExitCode {
    eprintln!("usage: report [--write | --quick] [SIZE...]");
    eprintln!("       report shape [SIZE]");
    eprintln!("       report check SIZE");
    eprintln!("       report generate SIZE DIR [CHANGED-ASSIGNMENTS]");
    eprintln!("       report diff SIZE");
    eprintln!("       report questions SIZE FILE");
    eprintln!("SIZE is S, M, L, XL or a number of role assignments");
    ExitCode::from(2)
}

fn report(depth: Depth, sizes: &[&str], write: bool) -> ExitCode {
    let (page, picture) = run::run(depth, sizes);
    if !write {
        return ExitCode::SUCCESS;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
    for (name, text) in [("RESULTS.md", page), ("growth.svg", picture)] {
        if let Err(error) = std::fs::write(folder.join(name), text) {
            eprintln!("cannot write {name}: {error}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn generate(world: &World, folder: &Path) -> ExitCode {
    match support::export::write(world, folder) {
        Ok(bytes) => {
            println!("{bytes} bytes in {}", folder.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("cannot write to {}: {error}", folder.display());
            ExitCode::from(2)
        }
    }
}

fn questions(world: &World, file: &Path) -> ExitCode {
    match support::export::questions(world, &world.queries(100_000), file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write {}: {error}", file.display());
            ExitCode::from(2)
        }
    }
}

/// Does the engine answer as the generator's own walk over everything?
fn check(world: &World) -> ExitCode {
    let tenant = Tenant::build(world.facts(), &Catalog::newest());
    let attributes = Attributes::default();
    let queries = world.queries(100_000);
    let mut wrong = 0;
    for query in &queries {
        let asked = &world.operations[query.operation as usize];
        let scope = Scope::new(&world.scope_text(query.scope)).expect("a scope of the generator");
        let principal = world.principal_id(query.principal);
        let request = Request::new(principal, &asked.operation, asked.plane, &scope, &attributes);
        let decision = can(&tenant, &request);
        if (decision.outcome == Outcome::Allowed) != query.allowed
            || decision.outcome == Outcome::Conditional
        {
            wrong += 1;
            eprintln!("{principal} {:?} {scope}: {:?}", asked.operation, decision.outcome);
        }
    }
    println!("{} questions, {wrong} answered otherwise", queries.len());
    ExitCode::from(u8::from(wrong > 0))
}

/// What the tenants are like, to be compared from run to run.
fn shape(counts: &[usize]) {
    for count in counts {
        let start = Instant::now();
        let world = World::new(*count);
        let made = start.elapsed();
        let queries = world.queries(100_000.min(count * 10));
        let (mean, p99, most) = world.effective();
        println!(
            "{count} role assignments, {} denies, {:?} scopes, {:?} principals, {} roles, {} operations",
            world.denies.len(),
            world.counts,
            world.principals,
            world.roles.len(),
            world.operations.len()
        );
        println!("  assignments that bear on a user: mean {mean:.1}, p99 {p99}, most {most}");
        let hash = queries.iter().fold(FNV, |hash, query| {
            [query.principal, query.operation, query.scope, u32::from(query.allowed)]
                .iter()
                .fold(hash, |hash, number| fnv(hash, u64::from(*number)))
        });
        println!(
            "  hash of assignments and denies {:016x}, of questions {hash:016x}",
            world.hash()
        );
        println!("  made in {:.0?}, questions in {:.0?}", made, start.elapsed() - made);
    }
}
