//! How much memory does a tenant that is ready to answer take?
//!
//! `cargo bench --bench memory`, or with `-- L` for one size: live bytes an assignment, by an allocator that
//! counts, and what they are for, by the tenant's own account. It is a program of its own because counting
//! costs time.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a measurement tells")]

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "what only other measurements use")]
mod support;

use azrbac::catalog::Catalog;
use azrbac::tenant::Tenant;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use support::world::{SIZES, World};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let quick = words.iter().any(|word| word == "--quick");
    for (name, count) in SIZES {
        let named = words.iter().any(|word| word == name);
        let any = SIZES.iter().any(|(name, _)| words.iter().any(|word| word == name));
        if if any { named } else { count <= if quick { 1_000 } else { 200_000 } } {
            measure(name, count);
        }
    }
}

fn measure(name: &str, count: usize) {
    let world = World::new(count);
    let before = Region::new(COUNTING);
    let tenant = Tenant::build(world.facts(), &Catalog::newest());
    let live = |region: &Region<'_, System>| {
        let change = region.change();
        change.bytes_allocated.saturating_sub(change.bytes_deallocated) as f64
    };
    let built = live(&before);
    let listings = Region::new(COUNTING);
    tenant.prepare_listings();
    let each = |bytes: f64| format!("{:.1}", bytes / count as f64);
    let part = tenant.footprint();
    let parts = [part.index, part.directory, part.names, part.assignments].map(|part| part as f64);
    // Roles, their bits, denies, and what the allocator's list does not name.
    let rest = built - part.total() as f64;
    println!(
        "{name} {count} {} {} {} {} {:.1}",
        each(built),
        parts.map(each).join(" "),
        each(rest),
        each(live(&listings)),
        built / 1e6
    );
}
