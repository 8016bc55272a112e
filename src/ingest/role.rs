//! Role definitions in every dialect.

use super::entry::{Entry, Problem, Repair, Step, parse_time};
use super::reader::{Reader, maybe_guid};
use crate::catalog::Catalog;
use crate::ident::Guid;
use crate::model::{InputKind, PermissionBlock, RoleDefinition, RoleKind, Touches, World};
use crate::pattern::ActionPattern;

/// Reads one role definition, or says why not.
pub(crate) fn read(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) {
    match decode(reader, entry) {
        Ok(role) => match against_catalog(reader, entry, &role) {
            Some(Verdict::Keep) => {
                reader.facts.roles.push(role);
                reader.accept(InputKind::RoleDefinitions);
            }
            Some(Verdict::CatalogStays) => reader.accept(InputKind::RoleDefinitions),
            None => {}
        },
        Err(problem) => {
            let id = identify(entry).ok().flatten();
            let name = name(entry, &mut Vec::new()).ok().flatten();
            reader.refuse(
                &format!("role definition `{}`", name.as_deref().unwrap_or("without a name")),
                &problem,
                Touches::Role { id, name },
            );
        }
    }
}

enum Verdict {
    Keep,
    CatalogStays,
}

/// Holds an exported definition against the built-in role of the same GUID; `None` where it was
/// refused. Only in an open world: what a scenario defines wins.
fn against_catalog(
    reader: &mut Reader<'_, '_>,
    entry: &Entry<'_, '_>,
    role: &RoleDefinition,
) -> Option<Verdict> {
    let known = role.id.filter(|_| reader.facts.world == World::Open);
    let Some(built_in) = known.and_then(|id| Catalog::newest().role(id)) else {
        return Some(Verdict::Keep);
    };
    if role.kind == RoleKind::Custom {
        let problem = Problem::new(
            format!("a custom role with the GUID of the built-in role `{}`", built_in.name),
            "a GUID of its own; the built-in definition stands",
        )
        .help("an assignment by this GUID gives the built-in role");
        let touches = Touches::Role { id: role.id, name: Some(role.name.to_string()) };
        let what = format!("role definition `{}`", role.name);
        reader.refuse_as("custom-role-with-built-in-id", &what, &problem, touches);
        return None;
    }
    if entry.has(&["permissions"]) {
        return Some(Verdict::Keep);
    }
    // Get-AzRoleDefinition pools the lists of all blocks and loses their conditions.
    let lossy =
        built_in.blocks.len() > 1 || built_in.blocks.iter().any(|block| block.condition.is_some());
    if lossy {
        reader.repairs.push(Repair {
            code: "flattened-role",
            message: format!(
                "`{}` has {} permission blocks and conditions, which this shape pools and drops; the catalog's definition stays",
                built_in.name,
                built_in.blocks.len()
            ),
            steps: vec![],
        });
    }
    Some(Verdict::CatalogStays)
}

fn decode(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) -> Result<RoleDefinition, Problem> {
    let id = identify(entry)?;
    let name = name(entry, &mut reader.repairs)?;
    if id.is_none() && name.is_none() {
        return Err(Problem::new("neither an id nor a name", "`Id` or `roleName`"));
    }
    let scopes = entry.strings(&["assignableScopes"], &mut reader.repairs)?;
    for (scope, index) in &scopes {
        let repair = if is_placeholder(scope) {
            Some((
                "placeholder-scope",
                format!(
                    "`{scope}` among the assignable scopes is a placeholder; it decides nothing here, the service would refuse it"
                ),
            ))
        } else if scope.trim().len() != scope.len() {
            Some(("repaired-blanks", "blanks around an assignable scope were cut off".to_string()))
        } else {
            None
        };
        if let Some((code, message)) = repair {
            let field = entry.find(&["assignableScopes"])?;
            let mut steps = field.map(|field| field.steps()).unwrap_or_default();
            steps.push(Step::Index(*index));
            reader.repairs.push(Repair { code, message, steps });
        }
    }
    let kind = match kind(entry, &mut reader.repairs)? {
        Some(kind) => kind,
        // Silence: a GUID of the catalog under the catalog's name is that role.
        None if is_built_in(id, name.as_deref()) => RoleKind::BuiltIn,
        None => {
            if entry.has(&["isCustom"]) {
                reader.repairs.push(Repair {
                    code: "assumed-custom",
                    message:
                        "`IsCustom` is null: custom, since no built-in role has this name or id"
                            .to_string(),
                    steps: vec![],
                });
            }
            RoleKind::Custom
        }
    };
    Ok(RoleDefinition {
        id,
        // Nothing hangs on it but a date in a finding: one that is none is passed over.
        updated: entry.text(&["updatedOn"]).ok().flatten().and_then(parse_time),
        name: name.unwrap_or_else(|| id.map(|id| id.to_string()).unwrap_or_default()).into(),
        kind,
        blocks: blocks(reader, entry)?,
        assignable_scopes: scopes.iter().map(|(scope, _)| scope.trim().into()).collect(),
        origin: reader.ground.origin(),
    })
}

/// The GUID: `name` in Azure's own shapes, `Id` in PowerShell's, the end of `id` in both.
fn identify(entry: &Entry<'_, '_>) -> Result<Option<Guid>, Problem> {
    for names in [["name"], ["id"]] {
        if let Some(text) = entry.find_own(names[0])?.map(|field| field.text()).transpose()?
            && let Some(guid) = Guid::last_segment(text)
        {
            return Ok(Some(guid));
        }
    }
    Ok(maybe_guid(entry, &["roleDefinitionId"]))
}

/// The name: `roleName`, or a `Name` that is not the GUID.
fn name(entry: &Entry<'_, '_>, repairs: &mut Vec<Repair>) -> Result<Option<String>, Problem> {
    let Some(field) =
        entry.find(&["roleName"])?.map_or_else(|| entry.find_own("name"), |f| Ok(Some(f)))?
    else {
        return Ok(None);
    };
    let text = field.text()?;
    let bare = text.trim();
    if bare.is_empty() || Guid::parse(bare).is_some() {
        return Ok(None);
    }
    if bare.len() != text.len() {
        repairs.push(Repair {
            code: "repaired-blanks",
            message: "blanks around a role name were cut off".to_string(),
            steps: field.steps(),
        });
    }
    Ok(Some(bare.to_string()))
}

/// `{subscriptionId}`, `<subscription-id>`, `$SUBSCRIPTION_ID`, zeros: what people put where the
/// reader's own id belongs.
fn is_placeholder(scope: &str) -> bool {
    scope.contains(['{', '<', '$'])
        || scope.split('/').any(|part| Guid::parse(part) == Some(Guid::ZERO))
}

/// Does the catalog have this GUID, under this name where one is given?
fn is_built_in(id: Option<Guid>, name: Option<&str>) -> bool {
    id.and_then(|id| Catalog::newest().role(id))
        .is_some_and(|role| name.is_none_or(|name| role.name.eq_ignore_ascii_case(name)))
}

/// Custom or built-in, by whichever field says so.
fn kind(entry: &Entry<'_, '_>, repairs: &mut Vec<Repair>) -> Result<Option<RoleKind>, Problem> {
    if let Some(custom) = entry.boolean(&["isCustom"])? {
        if let Some(field) = entry.find(&["isCustom"])?
            && field.text().is_ok()
        {
            repairs.push(Repair {
                code: "repaired-boolean",
                message: "a boolean written as a string".to_string(),
                steps: field.steps(),
            });
        }
        return Ok(Some(if custom { RoleKind::Custom } else { RoleKind::BuiltIn }));
    }
    let stated = match entry.filled(&["roleType"])? {
        Some(word) => Some(word),
        None => entry.find_inner("type")?.map(|field| field.text()).transpose()?,
    };
    Ok(match stated.map(str::to_ascii_lowercase).as_deref() {
        Some("builtinrole") => Some(RoleKind::BuiltIn),
        Some("customrole") => Some(RoleKind::Custom),
        _ => None,
    })
}

/// The permission blocks: a list under `permissions`, or the four lists of PowerShell's shape.
pub(crate) fn blocks(
    reader: &mut Reader<'_, '_>,
    entry: &Entry<'_, '_>,
) -> Result<Vec<PermissionBlock>, Problem> {
    if let Some((field, entries)) = entry.objects(&["permissions"], &mut reader.repairs)? {
        let single = matches!(field.node, super::node::Node::Object(_));
        let mut blocks = Vec::with_capacity(entries.len());
        for (index, inner) in entries.iter().enumerate() {
            let outer = reader.base.clone();
            reader.base.extend(field.steps());
            if !single {
                reader.base.push(Step::Index(index));
            }
            let mended = reader.repairs.len();
            let result = block(reader, inner);
            reader.base = outer;
            for repair in &mut reader.repairs[mended..] {
                let mut steps = field.steps();
                if !single {
                    steps.push(Step::Index(index));
                }
                steps.append(&mut repair.steps);
                repair.steps = steps;
            }
            blocks.push(result.map_err(|problem| {
                field.place(if single { problem } else { problem.under(Step::Index(index)) })
            })?);
        }
        return Ok(blocks);
    }
    Ok(vec![block(reader, entry)?])
}

fn block(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) -> Result<PermissionBlock, Problem> {
    Ok(PermissionBlock {
        actions: patterns(reader, entry, "actions")?,
        not_actions: patterns(reader, entry, "notActions")?,
        data_actions: patterns(reader, entry, "dataActions")?,
        not_data_actions: patterns(reader, entry, "notDataActions")?,
        condition: reader.guard(entry, "a permission block")?,
    })
}

fn patterns(
    reader: &mut Reader<'_, '_>,
    entry: &Entry<'_, '_>,
    list: &str,
) -> Result<Vec<ActionPattern>, Problem> {
    let mut found = Vec::new();
    for (text, index) in entry.strings(&[list], &mut reader.repairs)? {
        let field = entry.find(&[list])?;
        let steps = || {
            let mut steps = field.map(|field| field.steps()).unwrap_or_default();
            steps.push(Step::Index(index));
            steps
        };
        if text.trim().is_empty() {
            reader.repairs.push(Repair {
                code: "repaired-empty-action",
                message: format!("an empty string inside `{list}` was passed over"),
                steps: steps(),
            });
            continue;
        }
        let pattern = ActionPattern::new(text).map_err(|error| {
            let problem =
                Problem::new(error.message(), error.expectation().unwrap_or("an operation"));
            steps().into_iter().rev().fold(problem, Problem::under)
        })?;
        if pattern.was_trimmed() {
            reader.repairs.push(Repair {
                code: "repaired-blanks",
                message: "blanks around an action were cut off (U6)".to_string(),
                steps: steps(),
            });
        }
        found.push(pattern);
    }
    Ok(found)
}
