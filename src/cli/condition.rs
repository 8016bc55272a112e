//! `azrbac condition`: check, explain, evaluate.

use super::args::{ConditionCheck, ConditionCommand, ConditionEval, Format, Global};
use super::console::Console;
use super::{Exit, Stop, files, inputs};
use azrbac::catalog::Catalog;
use azrbac::condition::{Block, Condition, ConditionError, Finding, FindingContext, Inputs, Span};
use azrbac::ident::{Guid, Operation, Plane};
use azrbac::model::{Guard, PermissionBlock, RoleDefinition};
use azrbac::origin::{Error, ErrorKind, Place};
use azrbac::report::{self, safe, safe_lines};
use azrbac::tenant::{RoleState, Tenant};
use azrbac::truth::Truth;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

pub(crate) fn run(
    command: &ConditionCommand,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    match command {
        ConditionCommand::Check(arguments) => match &arguments.condition {
            Some(text) => check_one(text, arguments, global, console),
            None if global.tenant.is_empty() => {
                Err(Error::new(ErrorKind::Usage, "nothing to check")
                    .expected("a condition, a file that holds one, or -t with a tenant")
                    .into())
            }
            None => check_tenant(global, console),
        },
        ConditionCommand::Explain(arguments) => explain(&arguments.condition, global, console),
        ConditionCommand::Eval(arguments) => eval(arguments, global, console),
    }
}

/// A text, unless a file of that name exists.
fn text_of(argument: &str) -> Result<(String, String), Error> {
    let path = Path::new(argument);
    if argument == "-" || (argument.len() < 4096 && path.is_file()) {
        let (name, bytes) = files::read(path)?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Error::new(ErrorKind::Syntax, format!("`{name}` is not UTF-8")))?;
        return Ok((name, text.trim().to_string()));
    }
    Ok(("the condition".to_string(), argument.trim().to_string()))
}

fn parsed(text: &str) -> Result<Condition, Error> {
    Condition::parse(text).map_err(|errors| {
        let told: Vec<String> = errors.iter().map(|error| error.render(text)).collect();
        Error::new(
            ErrorKind::Condition,
            format!("the condition does not parse\n{}", told.join("\n")),
        )
    })
}

fn check_one(
    argument: &str,
    arguments: &ConditionCheck,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let (name, text) = text_of(argument)?;
    let role = match &arguments.role {
        Some(role) => Some(named_role(&files::catalog(global.catalog.as_deref())?, role)?),
        None => None,
    };
    let condition = match Condition::parse(&text) {
        Ok(condition) => condition,
        Err(errors) => return does_not_parse(&name, &text, &errors, global, console),
    };
    let lists: Vec<Block<'_>> =
        role.iter().flat_map(|role| &role.blocks).flat_map(context_of).collect();
    let context = FindingContext {
        blocks: &lists,
        unconditional: false,
        version: arguments.condition_version.as_deref(),
    };
    let findings = condition.findings(&context);
    if global.output == Format::Json {
        let list: Vec<Value> = findings.iter().map(|found| finding(&name, &text, found)).collect();
        writeln!(console, "{}", json!({"version": 1, "findings": list}))?;
    } else if findings.is_empty() {
        writeln!(console, "clean: it parses, its types fit, and no trap was found")?;
    } else {
        for found in &findings {
            writeln!(console, "{}\n", safe_lines(&found.render(&text)))?;
        }
        writeln!(console, "{} findings; azrbac explain CODE tells more", findings.len())?;
    }
    Ok(if findings.is_empty() { Exit::Yes } else { Exit::No })
}

/// Both planes of a permission block.
fn context_of(block: &PermissionBlock) -> [Block<'_>; 2] {
    [Plane::Control, Plane::Data].map(|plane| {
        let (allow, except) = block.side(plane);
        Block { plane, allow, except }
    })
}

pub(crate) fn named_role(catalog: &Catalog, name: &str) -> Result<RoleDefinition, Error> {
    if let Some(role) = Guid::parse(name).and_then(|id| catalog.role(id)) {
        return Ok(role);
    }
    match &catalog.roles().by_name(name)[..] {
        [one] => Ok(one.definition()),
        [] => {
            let wanted = name.to_lowercase();
            let mut near: Vec<(usize, String)> = catalog
                .roles()
                .iter()
                .map(|entry| {
                    (
                        strsim::osa_distance(&entry.name().to_lowercase(), &wanted),
                        entry.name().to_string(),
                    )
                })
                .filter(|(distance, name)| {
                    *distance <= wanted.len() / 3 + 1 || name.to_lowercase().contains(&wanted)
                })
                .collect();
            near.sort();
            let near: Vec<String> = near.into_iter().take(5).map(|(_, name)| name).collect();
            let error =
                Error::new(ErrorKind::NotFound, format!("no built-in role is called `{name}`"))
                    .expected("the name or the GUID of a role");
            Err(if near.is_empty() {
                error
            } else {
                error.help(format!("did you mean {}?", near.join(", ")))
            })
        }
        several => Err(Error::new(
            ErrorKind::Ambiguous,
            format!("{} built-in roles are called `{name}`", several.len()),
        )
        .help("say which by GUID")),
    }
}

fn does_not_parse(
    name: &str,
    text: &str,
    errors: &[ConditionError],
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    if global.output == Format::Json {
        let list: Vec<Value> = errors
            .iter()
            .map(|error| {
                let (line, column) = line_and_column(text, error.span());
                json!({"code": error.kind().as_str(), "severity": "error", "message": error.message(),
                    "file": name, "path": "", "line": line, "column": column, "fix": error.help()})
            })
            .collect();
        writeln!(console, "{}", json!({"version": 1, "findings": list}))?;
        return Ok(Exit::Failed);
    }
    let told: Vec<String> = errors.iter().map(|error| error.render(text)).collect();
    Err(Error::new(
        ErrorKind::Condition,
        format!("the condition does not parse\n{}", told.join("\n")),
    )
    .into())
}

fn line_and_column(text: &str, span: Span) -> (usize, usize) {
    let location = azrbac::origin::locate(text, span.start);
    (location.line, location.column)
}

fn finding(name: &str, text: &str, found: &Finding) -> Value {
    let (line, column) = line_and_column(text, found.span);
    json!({"code": found.code, "severity": found.severity.as_str(), "message": found.message,
        "file": name, "path": "", "line": line, "column": column, "fix": found.help})
}

/// One condition of a tenant and what stands around it.
struct Placed<'t> {
    guard: &'t Guard,
    what: String,
    blocks: Vec<Block<'t>>,
    unconditional: bool,
}

fn conditions(tenant: &Tenant) -> Vec<Placed<'_>> {
    let mut found = Vec::new();
    for ix in tenant.roles() {
        let RoleState::Known(role) = tenant.role(ix) else { continue };
        for block in &role.blocks {
            if let Some(guard) = &block.condition {
                found.push(Placed {
                    guard,
                    what: format!("role {}", role.name),
                    blocks: context_of(block).into(),
                    unconditional: false,
                });
            }
        }
    }
    for ix in tenant.assignments() {
        let assignment = tenant.assignment(ix);
        let Some(guard) = assignment.condition() else { continue };
        let scope = tenant.assignment_scope(ix);
        let role = tenant.assignment_role(ix).map(|role| tenant.role(role));
        let blocks = role
            .and_then(RoleState::definition)
            .map(|role| role.blocks.iter().flat_map(context_of).collect())
            .unwrap_or_default();
        // The same principal and role at or above this scope without a condition.
        let unconditional = tenant.assignments().any(|other| {
            let candidate = tenant.assignment(other);
            candidate.principal == assignment.principal
                && candidate.role == assignment.role
                && candidate.condition().is_none()
                && candidate.state == assignment.state
                && tenant.is_above(tenant.assignment_scope(other), scope)
        });
        found.push(Placed {
            guard,
            what: format!(
                "assignment of {} at {}",
                role.map(RoleState::name).unwrap_or_default(),
                tenant.scope_text(scope)
            ),
            blocks,
            unconditional,
        });
    }
    found
}

fn check_tenant(global: &Global, console: &mut Console) -> Result<Exit, Stop> {
    let loaded = inputs::tenant(global, console)?;
    let mut list = Vec::new();
    let (mut count, mut broken) = (0, false);
    let placed = conditions(&loaded.tenant);
    for condition in &placed {
        let place = loaded.find(condition.guard.origin);
        match &condition.guard.parsed {
            Err(error) => {
                broken = true;
                count += 1;
                tell_broken(condition, error, place.as_ref(), global, console, &mut list)?;
            }
            Ok(parsed) => {
                let context = FindingContext {
                    blocks: &condition.blocks,
                    unconditional: condition.unconditional,
                    version: condition.guard.version.as_deref(),
                };
                for found in parsed.findings(&context) {
                    count += 1;
                    if global.output == Format::Json {
                        let file = place.as_ref().map_or("", |place| &place.file);
                        let mut value = finding(file, &condition.guard.text, &found);
                        value["in"] = json!(condition.what);
                        if let Some(place) = &place {
                            value["line"] = json!(place.line);
                        }
                        list.push(value);
                    } else {
                        let place = place
                            .as_ref()
                            .map_or_else(String::new, |p| format!("{}:{}: ", p.file, p.line));
                        writeln!(console, "{}", safe(&format!("{place}{}", condition.what)))?;
                        writeln!(
                            console,
                            "{}\n",
                            safe_lines(&found.render(&condition.guard.text))
                        )?;
                    }
                }
            }
        }
    }
    if global.output == Format::Json {
        writeln!(
            console,
            "{}",
            json!({"version": 1, "conditions": placed.len(), "findings": list})
        )?;
    } else {
        writeln!(console, "{} conditions, {count} findings", placed.len())?;
    }
    Ok(match (broken, count) {
        (true, _) => Exit::Failed,
        (false, 0) => Exit::Yes,
        (false, _) => Exit::No,
    })
}

fn tell_broken(
    condition: &Placed<'_>,
    error: &Error,
    place: Option<&Place>,
    global: &Global,
    console: &mut Console,
    list: &mut Vec<Value>,
) -> Result<(), Stop> {
    if global.output == Format::Json {
        list.push(json!({"code": "syntax", "severity": "error", "message": error.message(),
            "in": condition.what, "file": place.map(|p| &p.file), "path": "",
            "line": place.map(|p| p.line), "column": place.map(|p| p.column), "fix": null}));
    } else {
        writeln!(console, "{}\n{}\n", safe(&condition.what), safe_lines(&error.to_string()))?;
    }
    Ok(())
}

fn explain(argument: &str, global: &Global, console: &mut Console) -> Result<Exit, Stop> {
    let (_, text) = text_of(argument)?;
    let condition = parsed(&text)?;
    let catalog = files::catalog(global.catalog.as_deref())?;
    let names = |id: Guid| catalog.role(id).map(|role| role.name.to_string());
    let lines = condition.explain_naming(&names);
    if global.output == Format::Json {
        writeln!(
            console,
            "{}",
            json!({"version": 1, "explanation": lines, "condition": condition.print(), "pretty": condition.pretty()})
        )?;
    } else {
        for line in lines {
            writeln!(console, "{}", safe(&line))?;
        }
        writeln!(console, "\n{}", safe_lines(&condition.pretty()))?;
    }
    Ok(Exit::Yes)
}

fn eval(arguments: &ConditionEval, global: &Global, console: &mut Console) -> Result<Exit, Stop> {
    let (_, text) = text_of(&arguments.condition)?;
    let condition = parsed(&text)?;
    let mut question = inputs::question(&arguments.question, global)?;
    let operation = Operation::new(&arguments.operation)?;
    let catalog = files::catalog(global.catalog.as_deref())?;
    let plane = question
        .plane
        .or_else(|| catalog.planes(&operation).only().map(|(plane, _)| plane))
        .ok_or_else(|| {
            Error::new(
                ErrorKind::Usage,
                format!("the catalog does not tell the plane of `{operation}`"),
            )
            .help("say it with --plane control or --plane data")
        })?;
    inputs::add_time(&mut question);
    let inputs = Inputs {
        operation: &operation,
        plane,
        sub_operations: question.sub_operations.as_deref(),
        attributes: &question.attributes,
        complete: question.attributes_complete,
        wildcards: question.wildcards,
    };
    let value = condition.evaluate(&inputs);
    let steps = condition.trace(&inputs);
    let residual = match condition.residual(&inputs) {
        azrbac::condition::Residual::Open(left) if value.truth.is_unknown() => Some(left.print()),
        _ => None,
    };
    if global.output == Format::Json {
        let steps: Vec<Value> = steps
            .iter()
            .map(|step| {
                json!({"depth": step.depth, "expression": step.text, "value": step.truth.as_str(), "open": step.open, "note": step.note})
            })
            .collect();
        let assumptions: Vec<&str> = value.assumptions.iter().collect();
        writeln!(
            console,
            "{}",
            json!({"version": 1, "value": value.truth.as_str(), "open": value.open, "residual": residual,
                "assumptions": assumptions, "steps": steps})
        )?;
    } else {
        let text = report::condition_value(&value, &steps, residual.as_deref());
        console.write_all(text.as_bytes())?;
    }
    Ok(match (value.truth, value.open) {
        (Truth::True, _) => Exit::Yes,
        (Truth::False, _) | (Truth::Unknown, false) => Exit::No,
        (Truth::Unknown, true) => Exit::Depends,
    })
}
