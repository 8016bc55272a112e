//! Builds the planted crate, and meets each fault with the tests that reach it.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::Mutant;

pub enum Build {
    Programs(Vec<PathBuf>),
    Errors(Vec<BuildError>),
}

pub struct BuildError {
    pub rendered: String,
    /// The compiler's number for the error.
    pub code: String,
    /// File, first byte, and the byte behind the last.
    pub spans: Vec<(String, usize, usize)>,
}

/// Builds the tests of the crate.
pub fn build(root: &Path) -> Result<Build, Box<dyn Error>> {
    let output = Command::new("cargo")
        .args(["test", "--locked", "--no-run", "--message-format=json"])
        .current_dir(root)
        .env("RUSTFLAGS", "-Awarnings")
        .stderr(Stdio::inherit())
        .output()?;
    let mut errors = Vec::new();
    let mut programs = Vec::new();
    for line in output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let message: serde_json::Value = serde_json::from_slice(line)?;
        if let Some(path) = message["executable"].as_str().filter(|_| message["profile"]["test"] == true) {
            programs.push(PathBuf::from(path));
        }
        let told = &message["message"];
        if told["level"] != "error" {
            continue;
        }
        let mut spans = Vec::new();
        gather(told, &mut spans);
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        errors.push(BuildError { rendered: text(&told["rendered"]), code: text(&told["code"]["code"]), spans });
    }
    if output.status.success() {
        return Ok(Build::Programs(programs));
    }
    Ok(Build::Errors(errors))
}

/// The primary spans of a message; those of a macro where it was called.
fn gather(message: &serde_json::Value, spans: &mut Vec<(String, usize, usize)>) {
    for span in message["spans"].as_array().into_iter().flatten() {
        if span["is_primary"] != true {
            continue;
        }
        let mut span = span;
        while !span["expansion"].is_null() {
            span = &span["expansion"]["span"];
        }
        let bytes = (span["byte_start"].as_u64(), span["byte_end"].as_u64());
        if let (Some(file), (Some(from), Some(to))) = (span["file_name"].as_str(), bytes) {
            spans.push((file.to_owned(), from as usize, to as usize));
        }
    }
}

/// A test, and what it does when no fault is on.
struct Test {
    program: PathBuf,
    name: String,
    took: Duration,
    reached: BTreeSet<usize>,
}

/// Meets every fault that was planted, and writes `caught.txt`, `missed.txt`, `timeout.txt`, `killers.txt`
/// (outcome, the test that caught it, fault) and the totals by room.
pub fn all(
    root: &Path,
    programs: &[PathBuf],
    mutants: &[Mutant],
    left: &BTreeSet<usize>,
    filters: &[String],
    out: &Path,
) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let tests = measured(root, programs, filters, out)?;
    let together = tests.iter().map(|test| test.took.as_secs_f64()).sum::<f64>();
    println!("{} tests, {together:.1} s together", tests.len());
    let known: BTreeSet<String> = match std::env::var_os("ITERATE") {
        Some(_) => fs::read_to_string(out.join("caught.txt")).unwrap_or_default().lines().map(str::to_owned).collect(),
        None => BTreeSet::new(),
    };
    let every = said("EVERY").unwrap_or(1.0) as usize;
    let numbers: Vec<usize> = (0..mutants.len())
        .step_by(every.max(1))
        .filter(|number| !left.contains(number) && !known.contains(&mutants[*number].name))
        .collect();
    let next = AtomicUsize::new(0);
    let file = |name: &str| fs::File::create(out.join(name)).map(Mutex::new);
    let files = BTreeMap::from([
        ("caught", file("caught.txt")?),
        ("missed", file("missed.txt")?),
        ("timeout", file("timeout.txt")?),
    ]);
    for name in &known {
        writeln!(files["caught"].lock().unwrap(), "{name}")?;
    }
    let killers = file("killers.txt")?;
    let kills = Kills::default();
    let missed = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for _ in 0..workers() {
            scope.spawn(|| {
                while let Some(number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Mutant { name, file, .. } = &mutants[*number];
                    let (outcome, killer) = meet(root, &tests, *number, file, &kills);
                    if outcome == "missed" {
                        missed.lock().unwrap().insert(*number);
                    }
                    writeln!(files[outcome].lock().unwrap(), "{name}").unwrap();
                    writeln!(killers.lock().unwrap(), "{outcome}\t{killer}\t{name}").unwrap();
                }
            });
        }
    });
    let missed = missed.into_inner().unwrap();
    let mut rooms: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let met = |number: &usize| numbers.contains(number) || known.contains(&mutants[*number].name);
    for number in (0..mutants.len()).filter(|number| met(number)) {
        let room = mutants[number].file.split(['/', '.']).nth(1).unwrap_or_default();
        let (caught, planted) = rooms.entry(room).or_default();
        *planted += 1;
        *caught += usize::from(!missed.contains(&number));
    }
    for (room, (caught, planted)) in rooms {
        println!("{room}: {caught} of {planted} caught ({:.1} %)", 100.0 * caught as f64 / planted as f64);
    }
    println!("{:.0} s", started.elapsed().as_secs_f64());
    Ok(())
}

fn said(name: &str) -> Option<f64> {
    std::env::var(name).ok().and_then(|said| said.parse().ok())
}

fn workers() -> usize {
    said("JOBS").unwrap_or(2.0) as usize
}

/// Runs each test alone: whether it passes, how long it takes, and which faults it reaches. What takes longer
/// than `LONGEST` seconds is passed over.
fn measured(
    root: &Path,
    programs: &[PathBuf],
    filters: &[String],
    out: &Path,
) -> Result<Vec<Test>, Box<dyn Error>> {
    let longest = said("LONGEST").unwrap_or(10.0);
    let mut names = Vec::new();
    for program in programs {
        let listed = command(root, program).args(filters).args(["--list", "--format", "terse"]).output()?;
        let listed = String::from_utf8(listed.stdout)?;
        names.extend(listed.lines().filter_map(|line| Some((program, line.strip_suffix(": test")?.to_owned()))));
    }
    let out = fs::canonicalize(out)?;
    let next = AtomicUsize::new(0);
    let tests = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for worker in 0..workers() {
            let (out, names, next, tests) = (&out, &names, &next, &tests);
            scope.spawn(move || {
                let file = out.join(format!("reached-{worker}"));
                while let Some((program, name)) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let _ = fs::remove_file(&file);
                    let started = Instant::now();
                    let passed = command(root, program)
                        .args(["--exact", name])
                        .env("PLANTED", "reached")
                        .env("REACHED", &file)
                        .stdout(Stdio::null())
                        .stderr(Stdio::null())
                        .status()
                        .is_ok_and(|status| status.success());
                    let took = started.elapsed();
                    if !passed || took.as_secs_f64() > longest {
                        let why = if passed { "takes too long" } else { "fails without a fault" };
                        println!("passed over: {name} {why} ({:.1} s)", took.as_secs_f64());
                        continue;
                    }
                    let reached = fs::read_to_string(&file).unwrap_or_default();
                    let reached = reached.lines().filter_map(|line| line.parse().ok()).collect();
                    let test = Test { program: program.to_path_buf(), name: name.clone(), took, reached };
                    tests.lock().unwrap().push(test);
                }
            });
        }
    });
    Ok(tests.into_inner().unwrap())
}

/// How long the first run of tests takes.
const QUICK: Duration = Duration::from_millis(300);

/// How many faults of each file each test met so far, and how many of them it caught.
#[derive(Default)]
struct Kills(Mutex<BTreeMap<String, BTreeMap<String, (usize, usize)>>>);

impl Kills {
    fn of(&self, file: &str) -> BTreeMap<String, (usize, usize)> {
        self.0.lock().unwrap().get(file).cloned().unwrap_or_default()
    }

    fn add(&self, file: &str, test: &str, caught: bool) {
        let mut files = self.0.lock().unwrap();
        let (met, kills) = files.entry(file.to_owned()).or_default().entry(test.to_owned()).or_default();
        *met += 1;
        *kills += usize::from(caught);
    }
}

/// What becomes of one fault, and which test caught it.
fn meet(root: &Path, tests: &[Test], number: usize, file: &str, kills: &Kills) -> (&'static str, String) {
    let soon = std::env::var("SOON").unwrap_or_default();
    let known = kills.of(file);
    // The time that a test takes for each fault of this file that it is likely to catch.
    let cost = |test: &&Test| {
        let hint = if !soon.is_empty() && test.name.contains(&soon) { 2 } else { 0 };
        let (met, kills) = known.get(&test.name).copied().unwrap_or_default();
        let hope = (kills + hint) as f64 + 0.3;
        (test.took.as_secs_f64() + 0.02) * ((met + hint) as f64 + 5.0) / hope
    };
    let mut reaching: Vec<&Test> = tests.iter().filter(|test| test.reached.contains(&number)).collect();
    reaching.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
    let mut rest = reaching.as_slice();
    let mut budget = QUICK;
    let most = Duration::from_secs_f64(said("MOST").unwrap_or(60.0));
    let started = Instant::now();
    while !rest.is_empty() && started.elapsed() < most {
        let mut spent = Duration::ZERO;
        let mut size = 0;
        while size < rest.len() && (size == 0 || spent + rest[size].took <= budget) {
            spent += rest[size].took;
            size += 1;
        }
        let (batch, others) = rest.split_at(size);
        rest = others;
        budget *= 4;
        let mut programs: BTreeMap<&Path, Vec<&Test>> = BTreeMap::new();
        for test in batch {
            programs.entry(&test.program).or_default().push(test);
        }
        for (program, batch) in programs {
            match run(root, program, &batch, number, spent * 5 + Duration::from_secs(10)) {
                Outcome::Passed => batch.iter().for_each(|test| kills.add(file, &test.name, false)),
                Outcome::Failed(test) => {
                    kills.add(file, &test, true);
                    return ("caught", test);
                }
                Outcome::Late => {
                    let names: Vec<&str> = batch.iter().map(|test| test.name.as_str()).collect();
                    return ("timeout", names.join(" "));
                }
            }
        }
    }
    ("missed", if reaching.is_empty() { "no test reaches it".to_owned() } else { String::new() })
}

enum Outcome {
    Passed,
    Failed(String),
    Late,
}

/// Runs tests with a fault on until the first fails.
fn run(root: &Path, program: &Path, batch: &[&Test], number: usize, limit: Duration) -> Outcome {
    let mut child = command(root, program)
        .arg("--exact")
        .args(batch.iter().map(|test| &test.name))
        .env("PLANTED", number.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("the test program starts");
    let pipe = child.stdout.take().expect("stdout is a pipe");
    let group = child.id();
    let over = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let started = Instant::now();
            while over.load(Ordering::Relaxed) == 0 {
                if started.elapsed() > limit {
                    over.store(2, Ordering::Relaxed);
                    end(group);
                    return;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let mut reader = BufReader::new(pipe);
        let mut line = Vec::new();
        let mut failed = None;
        while reader.read_until(b'\n', &mut line).unwrap_or(0) > 0 {
            let text = String::from_utf8_lossy(&line);
            if let Some(name) = text.trim_end().strip_suffix(" ... FAILED") {
                failed = Some(name.trim_start_matches("test ").to_owned());
                end(group);
                break;
            }
            line.clear();
        }
        let _ = reader.read_to_end(&mut line);
        let late = over.swap(1, Ordering::Relaxed) == 2;
        let status = child.wait();
        match failed {
            Some(test) => Outcome::Failed(test),
            None if late => Outcome::Late,
            None if status.is_ok_and(|status| status.success()) => Outcome::Passed,
            None => Outcome::Failed("the program ended".to_owned()),
        }
    })
}

/// Ends the test program and what it started.
fn end(group: u32) {
    let _ = Command::new("kill").args(["-9", "--", &format!("-{group}")]).stderr(Stdio::null()).status();
}

/// The test program, with what a fault may take bounded: memory, and shrinking.
fn command(root: &Path, program: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -v 6000000 -t 300; exec \"$@\"", "sh"])
        .arg(program)
        .arg("--test-threads=1")
        .current_dir(root)
        .env("CARGO_MANIFEST_DIR", root)
        .env("PROPTEST_MAX_SHRINK_ITERS", "0");
    command
}
