//! `azrbac diff`: who gains or loses what, between two tenants or by some edits of one?

pub(crate) mod args;

use super::args::{Format, Global};
use super::console::Console;
use super::{Exit, Stop, files, inputs};
use args::{DiffArguments, FailOn};
use azrbac::analysis::diff::change::{self, Edit};
use azrbac::analysis::diff::{Change, Details, Diff, DiffQuestion, Direction, diff};
use azrbac::catalog::Catalog;
use azrbac::ident::Timestamp;
use azrbac::origin::{Error, ErrorKind};
use azrbac::pattern::Wildcards;
use azrbac::report;
use azrbac::report::diff::Detail;
use azrbac::scenario;
use azrbac::tenant::Tenant;
use std::io::Write;
use std::mem::ManuallyDrop;

pub(crate) fn run(
    arguments: &DiffArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let result = answer(arguments, global, console);
    let (before, after, found) = inputs::told(result, global, console)?;
    let detail = if arguments.expand { Detail::Full } else { Detail::Short };
    match global.output {
        Format::Json => {
            writeln!(console, "{}", report::diff::json(&before, &after, &found, detail))?
        }
        Format::Md => {
            let text = report::diff::markdown(&before, &after, &found, detail);
            console.write_all(text.as_bytes())?;
        }
        _ => {
            let style = report::Style { colour: console.colour, near: 0 };
            let text = report::diff::text(&before, &after, &found, detail, style);
            console.write_all(text.as_bytes())?;
        }
    }
    let details = Details::new(&found, &before, &after);
    Ok(exit(&found, &details, &arguments.fail_on))
}

/// Two tenants and what differs. The process ends right after its answer: taking large tenants apart
/// first is time lost.
type Answer = (ManuallyDrop<Tenant>, ManuallyDrop<Tenant>, Diff);

fn answer(arguments: &DiffArguments, global: &Global, console: &Console) -> Result<Answer, Error> {
    let times = times(arguments)?;
    let attributes = inputs::attributes(&arguments.attributes)?;
    let (old, new) = catalogs(global.catalog.as_deref());
    let (before, after) = match (&arguments.before, &arguments.after) {
        (Some(before), Some(after)) => {
            if !global.tenant.is_empty() {
                return Err(Error::new(ErrorKind::Usage, "-t beside BEFORE and AFTER")
                    .expected("two tenants, or -t with edits")
                    .help("azrbac diff BEFORE AFTER, or azrbac -t TENANT diff --assign …"));
            }
            let before = inputs::read(std::slice::from_ref(before), old, console)?;
            let before = Tenant::build(before.facts, &before.catalog);
            inputs::say_tenant(&before, console);
            let after = inputs::read(std::slice::from_ref(after), new, console)?;
            let after = Tenant::build(after.facts, &after.catalog);
            inputs::say_tenant(&after, console);
            if before.world() != after.world() {
                console.say(
                    "azrbac: one of the two is a scenario, where what is not listed does not exist, and \
                     the other an export, where it is not known: much will differ perhaps",
                );
            }
            (before, after)
        }
        _ => what_if(arguments, global, (old, new), &times.scopes, console)?,
    };
    let question = DiffQuestion {
        at: Some(times.at),
        attributes: &attributes,
        attributes_complete: arguments.complete,
        wildcards: if arguments.strict_wildcards { Wildcards::Strict } else { Wildcards::Azure },
    };
    let found = diff(&before, &after, &question);
    Ok((ManuallyDrop::new(before), ManuallyDrop::new(after), found))
}

/// The two catalogs of `OLD..NEW`; one alone is both.
fn catalogs(asked: Option<&str>) -> (Option<&str>, Option<&str>) {
    match asked.and_then(|asked| asked.split_once("..")) {
        // A path may go up a folder.
        Some((old, new)) if !old.is_empty() && !new.is_empty() && !new.starts_with('/') => {
            (Some(old), Some(new))
        }
        _ => (asked, asked),
    }
}

/// When, and where roles are assigned: `--at` takes both here.
struct Times<'a> {
    at: Timestamp,
    scopes: Vec<&'a str>,
}

/// A moment is no scope: `--at 2026-01-01T00:00:00Z` means what it means elsewhere.
fn times(arguments: &DiffArguments) -> Result<Times<'_>, Error> {
    let (moments, scopes): (Vec<&str>, Vec<&str>) =
        arguments.at.iter().map(String::as_str).partition(|text| text.parse::<Timestamp>().is_ok());
    let mut moments = moments.into_iter().chain(arguments.time.as_deref());
    let at = match (moments.next(), moments.next()) {
        (None, _) => files::now(),
        (Some(one), None) => one.parse()?,
        (Some(one), Some(other)) => {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("two moments are asked about: {one} and {other}"),
            )
            .expected("one, with --time"));
        }
    };
    if arguments.assign.is_empty()
        && let Some(scope) = scopes.first()
    {
        return Err(Error::new(ErrorKind::Usage, format!("--at `{scope}` without --assign"))
            .expected("--assign ROLE --to PRINCIPAL --at SCOPE, or a moment in RFC 3339")
            .help("in diff, --at says where a role is assigned; --time says when"));
    }
    Ok(Times { at, scopes })
}

fn what_if(
    arguments: &DiffArguments,
    global: &Global,
    (old, new): (Option<&str>, Option<&str>),
    scopes: &[&str],
    console: &Console,
) -> Result<(Tenant, Tenant), Error> {
    let edits_asked = [
        &arguments.assign,
        &arguments.remove,
        &arguments.set,
        &arguments.add_member,
        &arguments.remove_member,
    ];
    if edits_asked.iter().all(|list| list.is_empty()) && old == new {
        return Err(Error::new(ErrorKind::Usage, "nothing to compare")
            .expected("BEFORE and AFTER, or an edit of one tenant, or --catalog OLD..NEW")
            .help("azrbac diff --help shows the edits"));
    }
    let read = inputs::read(&global.tenant, old, console)?;
    let before = Tenant::build(read.facts.clone(), &read.catalog);
    if !global.tenant.is_empty() {
        inputs::say_tenant(&before, console);
    }
    let catalog = if old == new { read.catalog.clone() } else { files::catalog(new)? };
    let edits = edits(arguments, scopes, &before, &catalog)?;
    let after = Tenant::build(change::edited(read.facts, &before, &edits), &catalog);
    Ok((before, after))
}

/// The edits, every name resolved.
fn edits(
    arguments: &DiffArguments,
    scopes: &[&str],
    tenant: &Tenant,
    catalog: &Catalog,
) -> Result<Vec<Edit>, Error> {
    let mut found = Vec::new();
    let principal = |name: &str| scenario::resolve(tenant, name, None).map(|(id, _)| id);
    let count = arguments.assign.len();
    if arguments.to.len() != count || scopes.len() != count {
        return Err(Error::new(
            ErrorKind::Usage,
            format!(
                "{count} times --assign, {} times --to, {} times --at",
                arguments.to.len(),
                scopes.len()
            ),
        )
        .expected("--assign ROLE --to PRINCIPAL --at SCOPE, each as often as the others"));
    }
    if !arguments.condition.is_empty() && arguments.condition.len() != count {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("{count} times --assign, {} times --condition", arguments.condition.len()),
        )
        .expected("a condition for each --assign, or none"));
    }
    for (at, name) in arguments.assign.iter().enumerate() {
        found.push(Edit::Assign {
            role: change::role(tenant, catalog, name)?,
            principal: principal(&arguments.to[at])?,
            scope: scenario::resolve_scope(tenant, scopes[at])?,
            condition: match arguments.condition.get(at) {
                Some(text) => Some(change::condition(text)?),
                None => None,
            },
        });
    }
    for name in &arguments.remove {
        found.extend(change::assignment(tenant, name)?.into_iter().map(Edit::Remove));
    }
    for pair in arguments.set.chunks(2) {
        let [resource, assigned] = pair else { continue };
        let resource = scenario::resolve_scope(tenant, resource)?;
        found.push(change::set_property(tenant, resource, assigned)?);
    }
    for (names, groups, option, of) in [
        (&arguments.add_member, &arguments.to_group, "--add-member", "--to-group"),
        (&arguments.remove_member, &arguments.from_group, "--remove-member", "--from-group"),
    ] {
        if names.len() != groups.len() {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("{} times {option}, {} times {of}", names.len(), groups.len()),
            )
            .expected(format!("{option} PRINCIPAL {of} GROUP, each as often as the other")));
        }
    }
    for (member, group) in arguments.add_member.iter().zip(&arguments.to_group) {
        found.push(change::add_member(tenant, principal(group)?, principal(member)?)?);
    }
    for (member, group) in arguments.remove_member.iter().zip(&arguments.from_group) {
        found.push(change::remove_member(tenant, principal(group)?, principal(member)?)?);
    }
    Ok(found)
}

/// 0 unless a change was asked to fail on: then 1 where there is one, 3 where there may be.
fn exit(diff: &Diff, details: &Details<'_>, fail_on: &[FailOn]) -> Exit {
    let matches = |change: &Change| {
        let direction = change.direction;
        fail_on.iter().any(|fail| match fail {
            FailOn::Gain => direction != Direction::Loss,
            FailOn::Loss => direction != Direction::Gain,
            FailOn::Any => true,
            FailOn::NewPower => direction != Direction::Loss && change.gives_power(),
        })
    };
    let asked: Vec<&Change> = diff.changes.iter().filter(|change| matches(change)).collect();
    let door = |gains: bool, certain: bool| {
        diff.doors
            .iter()
            .flat_map(|door| if gains { &door.gained } else { &door.lost })
            .any(|holder| holder.certain.is_true() == certain)
    };
    let doors = |certain: bool| {
        fail_on.iter().any(|fail| match fail {
            FailOn::Gain | FailOn::NewPower => door(true, certain),
            FailOn::Loss => door(false, certain),
            FailOn::Any => door(true, certain) || door(false, certain),
        })
    };
    if doors(true) || asked.iter().any(|change| !details.is_doubtful(change)) {
        Exit::No
    } else if doors(false) || !asked.is_empty() {
        Exit::Depends
    } else {
        Exit::Yes
    }
}
