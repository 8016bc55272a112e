//! All measurements, one after the other, onto one page.

use crate::decisions::{self, Decisions};
use crate::listings::{self, Listings};
use crate::page::{Page, nanos, thousands, time};
use crate::plot;
use crate::support::floor::{Floor, Names};
use crate::support::measure::shortest;
use crate::support::world::{SIZES, World};
use crate::{batch, cold, conditions, differences, loading, memory, roles};
use azrbac::catalog::Catalog;
use azrbac::tenant::Tenant;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Everything.
    Whole,
    /// Small tenants and few repetitions: that it still runs.
    Quick,
}

/// Everything that one size gave.
#[derive(Serialize, Deserialize)]
struct Size {
    name: String,
    count: usize,
    decisions: Decisions,
    listings: Listings,
}

/// Measures; the page and the picture.
pub(crate) fn run(depth: Depth, sizes: &[&str]) -> (String, String) {
    let started = Instant::now();
    let quick = depth == Depth::Quick;
    let mut page = Page::default();
    let mut found = Vec::new();
    for (name, count) in SIZES {
        let wanted =
            if sizes.is_empty() { !quick || count <= 1_000 } else { sizes.contains(&name) };
        if wanted {
            found.push(apart(&mut page, name, depth));
        }
    }
    goals(&mut page, &found);
    if !quick {
        memory::measure(&mut page);
    }
    roles::measure(&mut page, depth);
    conditions::measure(&mut page, if quick { 3 } else { 51 });
    cold::measure(&mut page, if quick { 3 } else { 41 });
    let medians = |of: &dyn Fn(&Size) -> f64| -> Vec<(f64, f64)> {
        found.iter().map(|size| (size.count as f64, of(size))).collect()
    };
    let picture = plot::svg(&[
        ("one bit (floor)", medians(&|size| size.decisions.of(decisions::FLOOR).p50)),
        ("can, by ids", medians(&|size| size.decisions.of(decisions::BY_IDS).p50)),
        ("can, by strings", medians(&|size| size.decisions.of(decisions::BY_STRINGS).p50)),
        ("effective set", medians(&|size| size.listings.of(listings::EFFECTIVE).p50)),
        ("who-can", medians(&|size| size.listings.of(listings::WHO).p50)),
    ]);
    let (met, all) = page.score();
    let head = format!(
        "{HEAD}\nMachine: {}. Date: {}. Command: `cargo bench --bench report -- --write`, which took \
         {:.0} s. {met} of {all} goals met.\n",
        machine(),
        today(),
        started.elapsed().as_secs_f64(),
    );
    (page.finish(&head), picture)
}

const HEAD: &str = "# How fast is it?

This page is written by a program: `cargo bench --bench report -- --write` measures everything and writes
it anew, with `growth.svg`. `cargo bench --bench report -- --quick` is a short run that writes nothing.

Tenants are generated (`benches/support`): seeded, of four sizes, with the roles of the catalog, 50 custom
roles, nested groups and deny assignments. Half of the questions are allowed; of the others half are near
misses. Every answer is compared with the generator's own walk over everything, and every complete answer
with the floor's list of grants and denies, before anything is timed.

The *floor* is the least that an answer can cost: flat arrays by principal, sorted by scope, and a matrix
of bits over the operations of the catalog. It knows no conditions, no gaps, no locks, no time. Absolute
times are this machine's; ratios inside one run are what to look at.

p50 and p99 are of single calls, the cost of reading the clock subtracted; \"a second\" is a plain loop.
All contenders take turns over all questions, and of each the best turn counts. Every size has a process of
its own.
";

/// Measures one size in a process of its own, as its users would: what another size left in the heap
/// would cost the next one a third.
fn apart(page: &mut Page, name: &str, depth: Depth) -> Size {
    let file =
        std::env::temp_dir().join(format!("azrbac-bench-{name}-{}.json", std::process::id()));
    let program = std::env::current_exe().expect("a program that runs");
    let depth = if depth == Depth::Quick { "quick" } else { "whole" };
    let status = Command::new(program).args(["part", name, depth]).arg(&file).status();
    assert!(status.expect("it starts").success(), "{name} was measured");
    let text = std::fs::read(&file).expect("it wrote what it found");
    let (part, size): (Page, Size) = serde_json::from_slice(&text).expect("as it was written");
    // Left behind, it is a small file among temporary ones.
    let _removed = std::fs::remove_file(&file);
    page.append(part);
    size
}

/// The process that measures one size: what it finds goes to a file.
///
/// # Errors
/// The file could not be written.
pub(crate) fn part(name: &str, count: usize, depth: Depth, file: &Path) -> std::io::Result<()> {
    let mut page = Page::default();
    let size = one(&mut page, name, count, depth == Depth::Quick);
    std::fs::write(file, serde_json::to_vec(&(page, size))?)
}

fn one(page: &mut Page, name: &str, count: usize, quick: bool) -> Size {
    let world = World::new(count);
    let queries = world.queries(if quick { 2_000 } else { 100_000 });
    let (mean, p99, most) = world.effective();
    page.heading(&format!("{name}: {} role assignments", thousands(count as f64)));
    page.line(&format!(
        "{} deny assignments, {} principals, {} scopes; {mean:.1} assignments bear on a user on average \
         (p99 {p99}, most {most}). Hash of the tenant {:016x}.",
        thousands(world.denies.len() as f64),
        thousands(world.groups_of.len() as f64),
        thousands(world.parents.len() as f64),
        world.hash(),
    ));
    page.line("");
    // The files of the largest would take more than a gigabyte of disk, and tell nothing new.
    if !quick && count <= 200_000 {
        let folder =
            std::env::temp_dir().join(format!("azrbac-bench-{name}-{}", std::process::id()));
        loading::measure(page, name, &world, &folder.join("tenant"), 3);
        page.line("");
        if count >= 200_000 {
            batch::measure(page, name, &world, &folder, 2);
        }
        // The folder was made by this run.
        let _left_behind = std::fs::remove_dir_all(&folder);
        page.line("");
    }
    let floor = Floor::new(&world, world.matrix());
    let mut names = Names::new(&world);
    let facts = world.facts();
    let (built, tenant) = {
        let start = Instant::now();
        let tenant = Tenant::build(facts, &Catalog::newest());
        (start.elapsed(), tenant)
    };
    let (prepared, ()) = shortest(1, || tenant.prepare_listings());
    page.line(&format!(
        "`Tenant::build` of the whole tenant {}, indexes of listings {}.",
        time(built),
        time(prepared)
    ));
    page.line("");
    let passes = if quick { 1 } else { 3 };
    let decisions = decisions::measure(&world, &tenant, &queries, &floor, &mut names, passes);
    decisions::print(page, &decisions);
    page.line("");
    let listings = listings::measure(&world, &tenant, &queries, &floor, quick);
    listings::print(page, &listings);
    page.line("");
    differences::measure(page, name, &world, &tenant, quick);
    Size { name: name.to_string(), count, decisions, listings }
}

/// Holds what was found against what was to be reached.
fn goals(page: &mut Page, found: &[Size]) {
    let size = |name: &str| found.iter().find(|size| size.name == name);
    if let Some(Size { decisions, listings, .. }) = size("L") {
        let (bit, floor) = (decisions.of(decisions::FLOOR), decisions.of(decisions::FLOOR_ALL));
        let ids = decisions.of(decisions::BY_IDS);
        let ratio = ids.p50 / floor.p50;
        page.goal(
            "`can` by ids, grants and denies complete, L",
            "≤ 2 × a floor that enumerates the same; p50 ≤ 0.9 µs, p99 ≤ 2 µs",
            format!(
                "{ratio:.2} × ({:.2} × the one-bit floor); p50 {}, p99 {}",
                ids.p50 / bit.p50,
                nanos(ids.p50),
                nanos(ids.p99)
            ),
            ratio <= 2.0 && ids.p50 <= 900.0 && ids.p99 <= 2e3,
        );
        let (floor, ours) =
            (decisions.of(decisions::FLOOR_STRINGS), decisions.of(decisions::BY_STRINGS));
        let ratio = ours.p50 / floor.p50;
        page.goal(
            "`can` by strings, L",
            "≤ 1.2 × the floor with strings; p50 ≤ 2.5 µs (stretch 1.3 µs)",
            format!("{ratio:.2} ×; p50 {}, p99 {}", nanos(ours.p50), nanos(ours.p99)),
            ratio <= 1.2 && ours.p50 <= 2.5e3,
        );
        let unknown = decisions.of(decisions::UNKNOWN);
        let ratio = unknown.p50 / bit.p50;
        page.goal(
            "an operation that the catalog does not know, L",
            "≤ 2 × the one-bit floor by ids",
            format!("{ratio:.2} ×; p50 {}", nanos(unknown.p50)),
            ratio <= 2.0,
        );
        let effective = listings.of(listings::EFFECTIVE);
        page.goal(
            "effective set of one principal at one scope, all operations of a plane, L",
            "≤ 2 µs",
            format!(
                "p50 {} ({:.2} × the floor)",
                nanos(effective.p50),
                effective.p50 / listings.of(listings::EFFECTIVE_FLOOR).p50
            ),
            effective.p50 <= 2e3,
        );
        let (who, floor) = (listings.of(listings::WHO), listings.of(listings::WHO_FLOOR));
        page.goal(
            "`who_can`, L, typical",
            "≤ 1 ms",
            format!("p50 {} (brute loop {})", nanos(who.p50), nanos(floor.p50)),
            who.p50 <= 1e6,
        );
    }
    if let Some(Size { decisions, listings, .. }) = size("XL") {
        let ids = decisions.of(decisions::BY_IDS);
        page.goal(
            "`can` by ids, XL",
            "p50 ≤ 1.5 µs",
            format!(
                "p50 {} ({:.2} × the enumerating floor)",
                nanos(ids.p50),
                ids.p50 / decisions.of(decisions::FLOOR_ALL).p50
            ),
            ids.p50 <= 1.5e3,
        );
        for (row, what, goal, limit) in [
            (listings::WHO, "`who_can`, XL, typical", "≤ 5 ms", 5e6),
            (listings::WHERE, "`where_can`, XL", "≤ 5 ms", 5e6),
            (listings::EXPAND, "`what_can_expanded`, XL", "≤ 10 ms", 1e7),
        ] {
            let times = listings.of(row);
            page.goal(what, goal, format!("p50 {}", nanos(times.p50)), times.p50 <= limit);
        }
        let worst = listings.of(listings::WHO_WORST);
        page.goal(
            "`who_can`, XL, worst (what Reader grants, at a resource)",
            "≤ 100 ms",
            format!("p50 {}, slowest {}", nanos(worst.p50), nanos(worst.most)),
            worst.most <= 1e8,
        );
    }
    if let (Some(first), Some(last)) = (found.first(), found.last())
        && first.name != last.name
    {
        let growth = |row: &str| last.decisions.of(row).p50 / first.decisions.of(row).p50;
        page.heading("Growth");
        page.line(&format!(
            "From {} to {} the tenant grows {} times, one decision by ids {:.1} times (the one-bit floor, \
             which only waits for memory, {:.1} times): it follows the assignments of one principal and \
             its groups, not the tenant. Both axes are logarithmic.",
            first.name,
            last.name,
            last.count / first.count,
            growth(decisions::BY_IDS),
            growth(decisions::FLOOR),
        ));
        page.line("");
        page.line("![Median time of one question by size of the tenant](growth.svg)");
    }
}

/// The processor, how many of them, and how much memory.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(Path::new(path)).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?.split_once(':')?.1;
        Some(line.trim().to_string())
    };
    let processor =
        field(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown processor".into());
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = field(&read("/proc/meminfo"), "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
        .map_or(String::new(), |kilobytes| format!(", {:.0} GiB", kilobytes / 1048576.0));
    format!("{processor}, {count} cores{memory}, {}", std::env::consts::OS)
}

/// The day, as `date` tells it.
fn today() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seconds = now.map_or(0, |since| since.as_secs());
    let days = i64::try_from(seconds / 86_400).unwrap_or(0);
    jiff::civil::date(1970, 1, 1)
        .checked_add(jiff::Span::new().days(days))
        .map_or_else(|_| "unknown".to_string(), |day| day.to_string())
}
