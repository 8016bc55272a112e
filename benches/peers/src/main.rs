//! How much quicker than what a user could take instead?
//!
//! The same generated tenant and the same questions for azrbac and every peer, in one process. Nothing is
//! timed before all answers agree. `benches/peers/README.md` says how to run it and how to read it.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measurement needs a clock and files, and tells"
)]

mod conditions;
mod machine;
mod measure;
mod peers;
mod report;
#[expect(dead_code, reason = "some of the generator is for other measurements")]
mod support;
mod workload;

use clap::{Parser, ValueEnum};
use measure::{Plan, Session};
use peers::ours::Ours;
use peers::{PEERS, Peer};
use report::Size;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use support::world::SIZES;
use workload::{QUESTIONS, Workload};

/// One for all. The peers allocate most, so the quick one favours them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The name under which the comparison of conditions is asked for.
const CONDITIONS: &str = "conditions";

/// azrbac beside Cedar, Casbin, Rego, a loop over regular expressions, and Python.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Sizes of the tenant: 1,000, 20,000, 200,000 role assignments [default: all]
    #[arg(long, value_name = "SIZE", num_args = 1..)]
    size: Vec<Named>,
    /// Peers [default: all]
    #[arg(long, value_name = "NAME", num_args = 1.., value_parser = names())]
    peer: Vec<String>,
    /// Compare answers only, at size S unless told otherwise
    #[arg(long)]
    check: bool,
    /// Write benches/peers/RESULTS.md
    #[arg(long, conflicts_with = "check")]
    write: bool,
    /// How often the questions are timed; the median is told
    #[arg(long, value_name = "COUNT", default_value_t = 3)]
    passes: usize,
    /// The longest that one pass of one peer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 12)]
    budget: u64,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
#[value(rename_all = "verbatim")]
enum Named {
    S,
    M,
    L,
}

fn names() -> clap::builder::PossibleValuesParser {
    PEERS.iter().map(|peer| peer.name).chain([CONDITIONS]).collect::<Vec<_>>().into()
}

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("peers: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), String> {
    let start = Instant::now();
    let load = machine::load();
    let asked =
        |name: &str| options.peer.is_empty() || options.peer.iter().any(|peer| peer == name);
    let plan = Plan {
        passes: if options.check { 0 } else { options.passes.max(1) },
        budget: Duration::from_secs(options.budget),
    };
    let sizes: Vec<Named> = match (&options.size[..], options.check) {
        ([], true) => vec![Named::S],
        ([], false) => vec![Named::S, Named::M, Named::L],
        (sizes, _) => sizes.to_vec(),
    };
    let conditions = if asked(CONDITIONS) { Some(conditions::run(!options.check)?) } else { None };
    let peers: Vec<&'static Peer> = PEERS.iter().filter(|peer| asked(peer.name)).collect();
    let mut measured = Vec::new();
    if !peers.is_empty() {
        for size in sizes {
            measured.push(one_size(size, &peers, plan)?);
        }
    }
    if options.check {
        println!("every answer agrees, after {:.0?}", start.elapsed());
        return Ok(());
    }
    let mut page = String::from(
        "# azrbac beside its peers\n\n\
         Made by the command below; what it does and how to read it stands in [README.md](README.md).\n\n",
    );
    let words: Vec<String> = std::env::args().skip(1).collect();
    let command = "cargo run --release --manifest-path benches/peers/Cargo.toml --";
    for line in machine::lines(format!("{command} {}", words.join(" ")).trim()) {
        page.push_str(&format!("- {line}\n"));
    }
    page.push_str(&format!(
        "- Load of the machine before: {}; the run took {:.0} s and at most {} of memory\n",
        load.as_deref().unwrap_or("unknown"),
        start.elapsed().as_secs_f64(),
        machine::peak().map_or("an unknown amount".to_string(), |peak| format!("{peak:.1} GiB")),
    ));
    page.push_str(&format!(
        "- Medians over {} passes; every figure holds two readings of the clock, {:.0} ns\n\n",
        plan.passes,
        measure::clock(),
    ));
    if let Some(warning) = report::disturbed(&measured) {
        page.push_str(&format!("{warning}\n\n"));
    }
    page.push_str(&report::goals(&measured, conditions.as_ref()));
    for size in &measured {
        page.push_str(&format!("\n{}", size.table()));
    }
    if let Some(conditions) = &conditions {
        page.push_str(&format!("\n{}", report::conditions(conditions)));
    }
    print!("{page}");
    if options.write {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/RESULTS.md");
        std::fs::write(path, page).map_err(|error| format!("cannot write {path}: {error}"))?;
    }
    Ok(())
}

fn one_size(size: Named, peers: &[&'static Peer], plan: Plan) -> Result<Size, String> {
    let (name, assignments) = SIZES[size as usize];
    let start = Instant::now();
    let workload = Workload::new(assignments, QUESTIONS);
    let mut session = Session { workload: &workload, ours: Ours::new(&workload)?, plan };
    eprintln!("{name}: tenant and questions made, azrbac agrees, after {:.1?}", start.elapsed());
    let mut measured = Vec::new();
    for peer in peers {
        let start = Instant::now();
        let found = (peer.run)(&mut session, peer.asked[size as usize])
            .map_err(|error| format!("{name}, {}: {error}", peer.title))?;
        eprintln!(
            "{name}: {}: {} answers agree, after {:.1?}",
            peer.title,
            found.asked,
            start.elapsed()
        );
        measured.push((*peer, found));
    }
    let world = &workload.world;
    let count = |count: usize| report::thousands(count as u64);
    let tenant = format!(
        "{} role assignments, {} deny assignments, {} scopes, {} principals",
        count(world.assignments.len()),
        count(world.denies.len()),
        count(world.parents.len()),
        count(world.groups_of.len())
    );
    Ok(Size { name, tenant, ours: session.ours.measured(), peers: measured })
}
