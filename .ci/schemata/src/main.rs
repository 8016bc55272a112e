//! Mutation testing with one build: every fault that `cargo mutants --list` names is planted behind a
//! number (a mutant schema), the tests are built once, and each fault is then switched on by
//! `PLANTED=NUMBER` and met with the tests that reach it, the quickest and the most telling first.
//!
//! `schemata CRATE MUTANTS.json OUT [TEST-FILTER…]`, where the filters are those of the test program.
//! `OUT/unviable.txt` lists what does not build (a value of the wrong type), `OUT/left.txt` what cannot stand
//! behind a switch (in a constant, or another type behind an `impl`) and is for cargo-mutants itself.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

mod plant;
mod run;

/// One fault of the list.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// The file, from the crate's root.
    pub file: String,
    /// What cargo-mutants calls it: file, place, and what is replaced by what.
    pub name: String,
    pub genre: String,
    pub replacement: String,
    /// What the function returns, as it is written there.
    pub returns: String,
    /// Line and column, from 1, of what is replaced: its first character.
    pub start: (usize, usize),
    /// Line and column, from 1, behind its last character.
    pub end: (usize, usize),
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "schemata CRATE MUTANTS.json OUT [TEST-FILTER…]";
    let root = PathBuf::from(arguments.next().ok_or(usage)?);
    let list = PathBuf::from(arguments.next().ok_or(usage)?);
    let out = PathBuf::from(arguments.next().ok_or(usage)?);
    let filters: Vec<String> = arguments.collect();
    fs::create_dir_all(&out)?;

    let mutants = listed(&list)?;
    let sources: BTreeMap<String, String> = mutants
        .iter()
        .map(|mutant| mutant.file.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|file| fs::read_to_string(root.join(&file)).map(|text| (file, text)))
        .collect::<Result<_, _>>()?;

    let library = root.join("src/lib.rs");
    let mut head = fs::read_to_string(&library)?;
    head.push_str(plant::SWITCH);
    fs::write(&library, head)?;

    // What does not build, and what a switch is not for.
    let known = |list: &str| -> BTreeSet<usize> {
        let Some(text) = std::env::var_os("ITERATE").and_then(|_| fs::read_to_string(out.join(list)).ok()) else {
            return BTreeSet::new();
        };
        let names: BTreeSet<&str> = text.lines().collect();
        (0..mutants.len()).filter(|number| names.contains(mutants[*number].name.as_str())).collect()
    };
    let (mut unviable, mut left) = (known("unviable.txt"), known("left.txt"));
    let programs = loop {
        let mut ranges = BTreeMap::new();
        for (file, text) in &sources {
            let chosen: Vec<(usize, &Mutant)> = mutants
                .iter()
                .enumerate()
                .filter(|(number, mutant)| mutant.file == *file && !left.contains(number) && !unviable.contains(number))
                .collect();
            let planted = plant::plant(text, &chosen).map_err(|error| format!("{file}: {error}"))?;
            left.extend(planted.unplaced);
            fs::write(root.join(file), &planted.text)?;
            ranges.insert(file.clone(), planted.ranges);
        }
        match run::build(&root)? {
            run::Build::Programs(programs) => break programs,
            run::Build::Errors(errors) => {
                let before = left.len() + unviable.len();
                for error in &errors {
                    for (file, from, to) in &error.spans {
                        if let Some(ranges) = ranges.get(file) {
                            // A constant cannot ask a switch.
                            let list = if error.code == "E0015" { &mut left } else { &mut unviable };
                            list.extend(plant::blamed(ranges, *from, *to));
                        }
                    }
                }
                let out = left.len() + unviable.len() - before;
                eprintln!("{} errors, {out} faults left out", errors.len());
                if out == 0 {
                    for error in &errors {
                        eprintln!("{}", error.rendered);
                    }
                    return Err("the build fails for another reason than a fault".into());
                }
            }
        }
    };
    for (name, numbers) in [("left.txt", &left), ("unviable.txt", &unviable)] {
        let lines: String = numbers.iter().map(|number| format!("{}\n", mutants[*number].name)).collect();
        fs::write(out.join(name), lines)?;
        println!("{name}: {}", numbers.len());
    }
    left.extend(unviable);
    run::all(&root, &programs, &mutants, &left, &filters, &out)
}

/// The faults of a list that `cargo mutants --list --json` printed.
fn listed(path: &Path) -> Result<Vec<Mutant>, Box<dyn Error>> {
    let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(path)?)?;
    let place = |value: &serde_json::Value| -> Option<(usize, usize)> {
        Some((value["line"].as_u64()? as usize, value["column"].as_u64()? as usize))
    };
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    json.as_array()
        .ok_or("the list is not an array")?
        .iter()
        .map(|entry| {
            let read = || {
                Some(Mutant {
                    file: text(&entry["file"])?,
                    name: text(&entry["name"])?,
                    genre: text(&entry["genre"])?,
                    replacement: text(&entry["replacement"])?,
                    returns: text(&entry["function"]["return_type"]).unwrap_or_default(),
                    start: place(&entry["span"]["start"])?,
                    end: place(&entry["span"]["end"])?,
                })
            };
            read().ok_or_else(|| format!("not understood: {entry}").into())
        })
        .collect()
}
