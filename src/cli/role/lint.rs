//! `azrbac role lint`.

use super::args::LintArguments;
use super::find::Roles;
use crate::cli::args::{Format, Global};
use crate::cli::console::Console;
use crate::cli::{Exit, Stop, files, inputs};
use azrbac::analysis::lint::{Context, Document, Severity, Subject, check, fix};
use azrbac::model::RoleDefinition;
use azrbac::origin::{Error, ErrorKind};
use azrbac::report::findings::{junit, sarif};
use azrbac::report::role::{Linted, lint_json, lint_rules, lint_suites, lint_text, linted};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

pub(super) fn run(
    arguments: &LintArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let roles = Roles::load(global, console)?;
    let context = match in_use(global)? {
        Some(used) => Context::with_roles(&roles.catalog, &used),
        None => Context::new(&roles.catalog),
    };
    let mut findings = Vec::new();
    // What was looked at, as (file, role).
    let mut looked_at: Vec<(String, String)> = Vec::new();
    let mut lint = |subject: &Subject, document: Option<(&Document, usize)>| -> Result<(), Error> {
        let name = subject.role.name.to_string();
        let file = document.map_or_else(|| name.clone(), |(d, _)| d.name().to_string());
        looked_at.push((file, name.clone()));
        for finding in check(subject, &context)? {
            let place = document.map(|(document, number)| document.place(number, &finding.at));
            findings.push(Linted { role: name.clone(), finding, place });
        }
        Ok(())
    };
    for text in &arguments.roles {
        if text != "-" && !Path::new(text).is_file() {
            for role in roles.find_all(text, console)? {
                lint(&Subject::of(role), None)?;
            }
            continue;
        }
        let document = document(text, arguments, &context, console)?;
        for (number, subject) in document.subjects().enumerate() {
            lint(subject, Some((&document, number)))?;
        }
    }
    if arguments.built_in {
        for entry in roles.catalog.roles().iter() {
            lint(&Subject::of(entry.definition()), None)?;
        }
    }
    let asked = &arguments.findings;
    let deny = Severity::from(asked.deny);
    let findings = linted(&findings);
    let on_stdout = [
        files::report(asked.sarif.as_deref(), console, || {
            format!("{}\n", sarif(&findings, &lint_rules()))
        })?,
        files::report(asked.junit.as_deref(), console, || {
            junit("azrbac role lint", &lint_suites(&findings, &looked_at, deny))
        })?,
    ];
    if !on_stdout.contains(&true) {
        if asked.json || global.output == Format::Json {
            writeln!(console, "{}", lint_json(&findings))?;
        } else {
            console.write_all(lint_text(&findings, looked_at.len()).as_bytes())?;
        }
    }
    let denied = findings.iter().any(|one| one.severity >= deny);
    Ok(if denied { Exit::No } else { Exit::Yes })
}

/// A file, with its fixes written back where that is asked for.
fn document(
    path: &str,
    arguments: &LintArguments,
    context: &Context,
    console: &Console,
) -> Result<Document, Error> {
    let (name, bytes) = files::read(Path::new(path))?;
    let text = azrbac::analysis::lint::text(&name, &bytes)?;
    let document = Document::read(&name, &text)?;
    if !arguments.fix {
        return Ok(document);
    }
    if path == "-" {
        return Err(Error::new(ErrorKind::Usage, "--fix cannot rewrite standard input"));
    }
    let (fixed, count) = fix(&document, context)?;
    if count == 0 {
        return Ok(document);
    }
    // A byte-order mark stays; UTF-16 would have to be written back as such.
    let marked = bytes.starts_with(b"\xef\xbb\xbf");
    let plain = &bytes[if marked { 3 } else { 0 }..];
    if plain != text.as_bytes() {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("`{name}` is not UTF-8; --fix leaves it alone"),
        )
        .help("convert it to UTF-8 first"));
    }
    let mark = if marked { "\u{feff}" } else { "" };
    files::write(&PathBuf::from(path), format!("{mark}{fixed}").as_bytes())?;
    console.say(&format!("azrbac: {name}: {count} entries removed"));
    Document::read(&name, &fixed)
}

/// The roles that a tenant uses, the most assigned first; none without a tenant.
fn in_use(global: &Global) -> Result<Option<Vec<RoleDefinition>>, Error> {
    if global.tenant.is_empty() {
        return Ok(None);
    }
    let loaded = inputs::tenant(global, &Console::silent())?;
    let tenant = &loaded.tenant;
    let mut used: BTreeMap<String, (usize, RoleDefinition)> = BTreeMap::new();
    let defined: Vec<&RoleDefinition> =
        tenant.roles().filter_map(|ix| tenant.role(ix).definition()).collect();
    for ix in tenant.assignments() {
        let reference = &tenant.assignment(ix).role;
        let role = defined.iter().find(|role| match reference {
            azrbac::model::RoleRef::Id(id) => role.id == Some(*id),
            azrbac::model::RoleRef::Name(name) => role.name.eq_ignore_ascii_case(name),
        });
        if let Some(role) = role {
            used.entry(role.name.to_string()).or_insert_with(|| (0, (*role).clone())).0 += 1;
        }
    }
    let mut used: Vec<(usize, RoleDefinition)> = used.into_values().collect();
    used.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    Ok(Some(used.into_iter().map(|(_, role)| role).collect()))
}
