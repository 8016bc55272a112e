//! `azrbac audit`: findings over a whole tenant.

mod local_auth;

use super::args::{AuditArguments, AuditCommand, Format, Global, Level};
use super::console::Console;
use super::pages::{self, Unsaid};
use super::progress::Progress;
use super::{Exit, Stop, files, inputs};
use azrbac::analysis::audit::{
    Options, RULES, Report, Severity, Since, apply, audit, read_suppressions,
};
use azrbac::catalog::Catalog;
use azrbac::model::Touches;
use azrbac::origin::{Error, ErrorKind};
use azrbac::report::findings::{junit, sarif};
use azrbac::report::{audit_json, audit_rules, audit_suites, audit_text, audited};
use std::io::Write;

impl From<Level> for Severity {
    fn from(level: Level) -> Severity {
        match level {
            Level::Note => Severity::Note,
            Level::Warning => Severity::Warning,
            Level::Error => Severity::Error,
        }
    }
}

pub(crate) fn run(
    arguments: &AuditArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    if let Some(AuditCommand::LocalAuth(command)) = &arguments.command {
        return local_auth::run(command, global, console);
    }
    for code in arguments.only.iter().chain(&arguments.skip) {
        known(code)?;
    }
    let at = inputs::time(global)?;
    let options = Options {
        at: Some(at),
        since: arguments.since.as_deref().map(since).transpose()?,
        only: arguments.only.clone(),
        skip: arguments.skip.clone(),
    };
    let mut suppressions = Vec::new();
    for path in &arguments.suppress {
        let (name, bytes) = files::read(path)?;
        suppressions.extend(read_suppressions(&name, &bytes).map_err(inputs::first)?);
    }
    let loaded = inputs::tenant(global, console)?;
    let progress = Progress::start(console, "looking for findings");
    let mut report = audit(&loaded.tenant, &options);
    apply(&loaded.tenant, &mut report, &suppressions, at);
    drop(progress);
    inputs::say_notices(console, &report.notices);
    let asked = &arguments.findings;
    let deny = Severity::from(asked.deny);
    let found = audited(&loaded.tenant, &report, |origins| loaded.find_all(origins));
    let on_stdout = [
        files::report(asked.sarif.as_deref(), console, || {
            format!("{}\n", sarif(&found, &audit_rules()))
        })?,
        files::report(asked.junit.as_deref(), console, || {
            junit("azrbac audit", &audit_suites(&report, &found, deny))
        })?,
    ];
    let unsaid = Unsaid { at: Some(at), catalog: Some(loaded.tenant.catalog()) };
    let page = |commands: &[String]| {
        azrbac::report::pages::findings(&loaded.tenant, &report, &found, commands)
    };
    if !on_stdout.contains(&true) && !pages::wrote(global, console, &unsaid, page)? {
        if asked.json || global.output == Format::Json {
            writeln!(console, "{}", audit_json(&loaded.tenant, &report, &found))?;
        } else {
            console.write_all(audit_text(&found).as_bytes())?;
        }
    }
    Ok(exit(&report, deny))
}

/// Findings; or what could be one, had everything been there; or clean.
fn exit(report: &Report, deny: Severity) -> Exit {
    let mut told =
        report.findings.iter().filter(|found| found.severity >= deny && found.suppressed.is_none());
    // A lock says nothing of who holds what.
    let gap = report.gaps.iter().any(|gap| !matches!(gap.touches, Touches::Lock { .. }));
    if told.clone().any(|found| found.hangs_on.is_empty()) {
        Exit::No
    } else if told.next().is_some() || gap {
        Exit::Depends
    } else {
        Exit::Yes
    }
}

fn known(code: &str) -> Result<(), Error> {
    if RULES.iter().any(|rule| rule.code.eq_ignore_ascii_case(code)) {
        return Ok(());
    }
    let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    let nearest = codes.iter().min_by_key(|known| strsim::osa_distance(known, code));
    Err(Error::new(ErrorKind::Usage, format!("no rule of audit is called `{code}`"))
        .expected(format!("one of {}", codes.join(", ")))
        .help(format!("did you mean `{}`?", nearest.copied().unwrap_or_default())))
}

/// A catalog file, or a day: what was known is known of embedded dates, so the newest of them that is
/// not after the day, or the oldest.
fn since(text: &str) -> Result<Since, Error> {
    let dates = Catalog::dates();
    let is_day = text.parse::<jiff::civil::Date>().is_ok();
    if is_day && !dates.contains(&text) {
        let date = dates.iter().rev().find(|date| **date <= text).or(dates.first());
        let date = date.copied().unwrap_or_default();
        return Ok(Since { name: date.to_string(), catalog: Catalog::of_date(date)? });
    }
    let catalog = files::catalog(Some(text))?;
    Ok(Since { name: text.to_string(), catalog })
}
