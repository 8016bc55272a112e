//! From the files of Azure's tools to a tenant that answers.

use crate::page::{Page, time};
use crate::support::measure::shortest;
use crate::support::{export, world::World};
use azrbac::catalog::Catalog;
use azrbac::ingest;
use azrbac::model::Facts;
use azrbac::tenant::Tenant;
use serde::Deserialize;
use std::borrow::Cow;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The fields of an assignment that decide, borrowed: serde_json's own time is the floor.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Borrowed<'a> {
    #[serde(borrow)]
    principal_id: Cow<'a, str>,
    #[serde(borrow)]
    principal_type: Cow<'a, str>,
    #[serde(borrow)]
    role_definition_id: Cow<'a, str>,
    #[serde(borrow)]
    scope: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    condition: Option<Cow<'a, str>>,
}

/// Writes a tenant into a folder, reads it back, and says how long each step took.
pub(crate) fn measure(page: &mut Page, name: &str, world: &World, folder: &Path, runs: usize) {
    export::write(world, folder).expect("a folder that can be written");
    let read = |file: &str| std::fs::read(folder.join(file)).expect("a file just written");
    let (reading, assignments) = shortest(runs, || read("role-assignments.json"));
    let (floor, _) = shortest(runs, || {
        let list: Vec<Borrowed<'_>> =
            serde_json::from_slice(&assignments).expect("a list of assignments");
        let bytes = |one: &Borrowed<'_>| {
            one.principal_id.len()
                + one.principal_type.len()
                + one.role_definition_id.len()
                + one.scope.len()
                + one.id.len()
                + one.condition.as_ref().map_or(0, |text| text.len())
        };
        list.iter().map(bytes).sum::<usize>()
    });
    let ingest_one = || {
        let mut facts = Facts::default();
        ingest::read(&mut facts, "role-assignments.json", &assignments);
        facts
    };
    let (ingesting, _) = shortest(runs, ingest_one);
    let (streaming, _) = shortest(runs, || in_pieces(&folder.join("role-assignments.json")));
    let (mut building, mut least) = (Duration::MAX, Duration::MAX);
    for _ in 0..runs {
        let facts = ingest_one();
        let (took, tenant) = once(|| Tenant::build(facts, &Catalog::newest()));
        assert_eq!(tenant.assignment_count(), world.assignments.len());
        building = building.min(took);
        let (took, _) = once(|| {
            Tenant::build(in_pieces(&folder.join("role-assignments.json")), &Catalog::newest())
        });
        least = least.min(took);
    }
    let megabytes = assignments.len() as f64 / 1e6;
    page.line(&format!(
        "`az role assignment list` of {name}, {megabytes:.0} MB, one thread: read {}, serde_json alone \
         into borrowed structs {}, `ingest::read` of the bytes {}, `ingest::read_file` {}, `Tenant::build` {}; from the \
         file to a tenant {}, \
         {:.2} × serde_json's own time.",
        time(reading),
        time(floor),
        time(ingesting),
        time(streaming),
        time(building),
        time(least),
        least.as_secs_f64() / floor.as_secs_f64()
    ));
    let python = python(&folder.join("role-assignments.json"), runs);
    if let Some(python) = python {
        page.line(&format!("Python's `json.loads` alone, on the same bytes: {}.", time(python)));
    }
    if name == "L" {
        if let Some(python) = python {
            page.goal(
                "the same beside Python's `json.loads` alone",
                "less than half of it",
                format!("{:.2} of it", least.as_secs_f64() / python.as_secs_f64()),
                2 * least < python,
            );
        }
        let ratio = least.as_secs_f64() / floor.as_secs_f64();
        page.goal(
            "`az role assignment list` of 200,000 to a ready tenant, one thread",
            "≤ 450 ms, ≤ 2.5 × serde_json into borrowed structs",
            format!("{}, {ratio:.2} ×", time(least)),
            least <= Duration::from_millis(450) && ratio <= 2.5,
        );
    }
}

/// What is read from a file that is never whole in memory.
fn in_pieces(path: &Path) -> Facts {
    let mut facts = Facts::default();
    let mut file = std::fs::File::open(path).expect("a file just written");
    let whole = ingest::read_file(&mut facts, "role-assignments.json", &mut file);
    assert!(whole.is_none(), "all of it is the list");
    facts
}

/// How long Python takes to make objects of a file that it has in memory; `None` where there is no Python.
fn python(file: &Path, runs: usize) -> Option<Duration> {
    const SCRIPT: &str = "import json, sys, time\n\
        text = open(sys.argv[1], 'rb').read()\n\
        start = time.perf_counter()\n\
        json.loads(text)\n\
        print(time.perf_counter() - start)";
    let once = || {
        let output = Command::new("python3").args(["-c", SCRIPT]).arg(file).output().ok()?;
        let seconds: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().ok()?;
        Some(Duration::from_secs_f64(seconds))
    };
    (0..runs).filter_map(|_| once()).min()
}

fn once<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = std::time::Instant::now();
    let made = run();
    (start.elapsed(), made)
}
