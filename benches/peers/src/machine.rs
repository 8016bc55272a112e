//! What the figures hang on: the machine, the day, the versions.

use std::process::Command;

/// The lines that stand above the tables.
pub(crate) fn lines(command: &str) -> Vec<String> {
    vec![
        format!("Machine: {}", machine()),
        format!("Day: {}", jiff::Timestamp::now().strftime("%Y-%m-%d")),
        format!("Command: `{command}`"),
        format!("Versions: {}", versions()),
    ]
}

/// How busy the machine was in the last minute.
pub(crate) fn load() -> Option<String> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next().map(str::to_string)
}

/// The most memory that this process has held, in GiB.
pub(crate) fn peak() -> Option<f64> {
    let kilobytes = field("/proc/self/status", "VmHWM")?;
    Some(kilobytes.trim_end_matches(" kB").parse::<f64>().ok()? / 1024.0 / 1024.0)
}

/// Nanoseconds that a process ran on a processor, and that it waited for one.
#[derive(Clone, Copy, Default)]
pub(crate) struct Turns {
    ran: u64,
    waited: u64,
}

impl Turns {
    /// Of a process so far, by its number or `self`; nothing where the system does not say.
    pub(crate) fn of(process: &str) -> Turns {
        let text = std::fs::read_to_string(format!("/proc/{process}/schedstat"));
        let text = text.unwrap_or_default();
        let mut numbers = text.split_whitespace().map(|word| word.parse().unwrap_or(0));
        Turns { ran: numbers.next().unwrap_or(0), waited: numbers.next().unwrap_or(0) }
    }

    /// Adds what was since.
    pub(crate) fn add_since(&mut self, before: Turns, process: &str) {
        let now = Turns::of(process);
        self.ran += now.ran.saturating_sub(before.ran);
        self.waited += now.waited.saturating_sub(before.waited);
    }

    /// The part of the time that went into waiting.
    pub(crate) fn share(self) -> Option<f64> {
        let all = self.ran + self.waited;
        (all > 0).then(|| self.waited as f64 / all as f64)
    }
}

fn machine() -> String {
    let processor = field("/proc/cpuinfo", "model name").unwrap_or("unknown processor".to_string());
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.trim_end_matches(" kB").parse::<f64>().ok())
        .map_or(String::new(), |kilobytes| format!(", {:.0} GiB", kilobytes / 1024.0 / 1024.0));
    format!("{processor}, {count} processors{memory}, {}", std::env::consts::OS)
}

/// What stands behind the colon of the line of that name.
fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_string())
}

/// Of the peers, from the lock file; of compiler and interpreter, from themselves.
fn versions() -> String {
    const LOCK: &str = include_str!("../Cargo.lock");
    let locked = |name: &str| {
        let record = LOCK
            .split("[[package]]")
            .find(|record| record.lines().any(|line| line == format!("name = \"{name}\"")))?;
        let version = record.lines().find_map(|line| line.strip_prefix("version = "))?;
        Some(format!("{name} {}", version.trim_matches('"')))
    };
    let said = |program: &str| {
        let output = Command::new(program).arg("--version").output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        Some(text.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
    };
    let crates = ["azrbac", "cedar-policy", "casbin", "regorus", "regex", "mimalloc"];
    let all = crates.iter().filter_map(|name| locked(name));
    all.chain(["rustc", "python3"].iter().filter_map(|program| said(program)))
        .collect::<Vec<_>>()
        .join(", ")
}
