//! Who may assign roles, and what limits it.

use super::super::context::{Context, few};
use super::super::{Finding, Rule, Severity};
use crate::analysis::delegates::delegating_roles;
use crate::condition::{Allowed, AttributeSource, Attributes, Condition, Inputs};
use crate::decide::{Request, where_can};
use crate::ident::{Guid, Operation, Plane};
use crate::model::{Guard, PermissionBlock};
use crate::pattern::Wildcards;
use crate::tenant::{RoleIx, Row};
use rustc_hash::FxHashMap;

const WRITE: &str = "Microsoft.Authorization/roleAssignments/write";

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "role-assignment-power",
    severity: Severity::Warning,
    what: "A principal may create role assignments.",
    why: "Whoever may do that may give itself every role, Owner included, unless a condition limits which roles may be handed out, or to whom. Deny assignments are taken into account. A warning where nothing limits it, or where what is left includes a role that may assign roles without a limit; a note where a condition limits it, and where the assignment is eligible.",
    fix: "Use Role Based Access Control Administrator with a condition that names the roles (azrbac condition check), or make the assignment eligible.",
    check,
};

fn check(context: &mut Context<'_>, found: &mut Vec<Finding>) {
    let Ok(write) = Operation::new(WRITE) else { return };
    let free = free_roles(context, &write);
    let mut told: FxHashMap<Guarded, (Limit, Vec<String>)> = FxHashMap::default();
    for row in context.rows() {
        let eligible = context.is_eligible(row);
        if !(eligible || context.is_active(row))
            || !context.grants.assigns_roles(row.role)
            || is_denied_everywhere(context, row, &write)
        {
            continue;
        }
        // The same role under the same condition says the same, whoever holds it.
        let own = context.tenant.assignment(row.fact).condition();
        let key = (row.role, own.map(|guard| guard.text.clone()));
        let known = told.entry(key).or_insert_with(|| limit(context, row, &write, &free));
        let (limit, reasons) = known.clone();
        let may =
            if eligible { "may activate the right to assign roles" } else { "may assign roles" };
        let mut finding = context.about(
            &RULE,
            row,
            format!("{} {may}: {}", context.who(row.holder()), context.assignment(row)),
        );
        finding.reasons = reasons;
        match limit {
            Limit::None => {
                finding.reasons.push("no condition limits which roles, or to whom".to_string());
            }
            Limit::Passable => {}
            Limit::Some => finding.severity = Severity::Note,
            Limit::Unread(message) => finding.hangs_on.push(message),
        }
        if eligible {
            finding.severity = Severity::Note;
        } else if finding.severity == Severity::Warning {
            finding.help =
                Some("limit it with a condition that names roles, or make it eligible".to_string());
        }
        found.push(finding);
    }
}

/// Does a deny assignment take it away at the scope of the assignment and everywhere below?
fn is_denied_everywhere(context: &Context<'_>, row: &Row, write: &Operation) -> bool {
    let tenant = context.tenant;
    if tenant.deny_rows.is_empty() {
        return false;
    }
    let attributes = Attributes::default();
    let principal = tenant.principal_id(row.holder());
    let scope = tenant.scope_text(row.scope);
    let mut request = Request::new(principal, write, Plane::Control, scope, &attributes);
    (request.at, request.near_misses) = (context.options.at, 0);
    if !context.is_active(row) {
        // What is eligible grants nothing yet; only that a deny stands over it can be asked.
        let decision = crate::decide::can(tenant, &request);
        return decision.denies.iter().any(|deny| deny.truth.is_true());
    }
    where_can(tenant, &request).regions.is_empty()
}

/// A role under the condition of an assignment, where there is one.
type Guarded = (RoleIx, Option<Box<str>>);

/// What limits it.
#[derive(Debug, Clone)]
enum Limit {
    None,
    /// A condition stands there and lets too much through.
    Passable,
    Some,
    Unread(String),
}

/// What limits the assignment: the conditions of the role's blocks and its own, in words.
fn limit(
    context: &Context<'_>,
    row: &Row,
    write: &Operation,
    free: &[Free],
) -> (Limit, Vec<String>) {
    let tenant = context.tenant;
    let own = tenant.assignment(row.fact).condition();
    let blocks = tenant.role(row.role).definition().map_or(&[][..], |role| &role.blocks);
    let mut reasons = Vec::new();
    let mut widest = Limit::Some;
    for block in blocks.iter().filter(|block| holds(block, write)) {
        let guards: Vec<&Guard> = block.condition.as_ref().into_iter().chain(own).collect();
        let parsed: Result<Vec<&Condition>, String> = guards
            .iter()
            .map(|guard| guard.parsed.as_ref().map_err(|error| error.message().to_string()))
            .collect();
        let condition = match parsed {
            Err(message) => return (Limit::Unread(format!("its condition: {message}")), reasons),
            Ok(conditions) => {
                let mut all = conditions.into_iter().cloned();
                all.next().map(|first| all.fold(first, |so_far, one| so_far.and(&one)))
            }
        };
        let Some(condition) = condition else { return (Limit::None, Vec::new()) };
        let (passable, words) = words(context, &condition, write, free);
        if passable {
            widest = Limit::Passable;
        }
        reasons.extend(words);
    }
    (widest, reasons)
}

fn holds(block: &PermissionBlock, operation: &Operation) -> bool {
    let (allow, except) = block.side(Plane::Control);
    let any = |list: &[crate::pattern::ActionPattern]| {
        list.iter().any(|pattern| pattern.matches(operation, Wildcards::Azure).is_match())
    };
    any(allow) && !any(except)
}

/// What a condition lets through, and whether that is too much.
fn words(
    context: &Context<'_>,
    condition: &Condition,
    write: &Operation,
    free: &[Free],
) -> (bool, Vec<String>) {
    let attributes = Attributes::default();
    let inputs = Inputs {
        operation: write,
        plane: Plane::Control,
        sub_operations: None,
        attributes: &attributes,
        complete: false,
        wildcards: Wildcards::Azure,
    };
    let allowed = |name: &str| {
        let name = format!("Microsoft.Authorization/roleAssignments:{name}");
        condition.allowed(&inputs, AttributeSource::Request, &name)
    };
    let mut reasons = Vec::new();
    let roles = allowed("RoleDefinitionId");
    // A role that is let through and that may itself assign every role undoes the limit.
    let way_out = way_out(&roles, free);
    match &roles {
        Allowed::Any => {
            reasons.push("a condition stands there, and lets every role through".into())
        }
        Allowed::Only(ids) => {
            reasons.push(format!("a condition limits it to {}", few(&names(context, ids))));
        }
        Allowed::Except(ids) => reasons
            .push(format!("a condition limits it to every role but {}", few(&names(context, ids)))),
    }
    if let Some(name) = &way_out
        && roles != Allowed::Any
    {
        reasons.push(format!("which leaves {name}: it assigns every role"));
    }
    let mut limited = false;
    for (attribute, noun) in
        [("PrincipalType", "principals of type"), ("PrincipalId", "the principals")]
    {
        match allowed(attribute) {
            Allowed::Any => {}
            Allowed::Only(values) => {
                // To whom does not help where it is a kind that anybody can be.
                limited |= attribute == "PrincipalId";
                reasons.push(format!("to {noun} {}", few(&values)));
            }
            Allowed::Except(values) => {
                reasons.push(format!("to {noun} other than {}", few(&values)))
            }
        }
    }
    (way_out.is_some() && !limited, reasons)
}

/// A role that may assign every role: no condition stands inside.
type Free = (Guid, String);

fn free_roles(context: &Context<'_>, write: &Operation) -> Vec<Free> {
    let tenant = context.tenant;
    let custom = tenant.roles().filter_map(|ix| tenant.role(ix).definition());
    delegating_roles(tenant.catalog())
        .iter()
        .chain(custom)
        .filter(|role| {
            role.blocks.iter().any(|block| block.condition.is_none() && holds(block, write))
        })
        .filter_map(|role| Some((role.id?, role.name.to_string())))
        .collect()
}

/// A role that is let through and that may itself assign every role.
fn way_out(roles: &Allowed, free: &[Free]) -> Option<String> {
    let through = |id: Guid| {
        let listed = |ids: &[String]| ids.iter().any(|one| Guid::parse(one) == Some(id));
        match roles {
            Allowed::Any => true,
            Allowed::Only(ids) => listed(ids),
            Allowed::Except(ids) => !listed(ids),
        }
    };
    free.iter().find(|(id, _)| through(*id)).map(|(_, name)| name.clone())
}

fn names(context: &Context<'_>, ids: &[String]) -> Vec<String> {
    let tenant = context.tenant;
    let name = |text: &String| {
        let id = Guid::parse(text)?;
        let own = tenant.roles().find(|ix| tenant.role(*ix).id() == Some(id));
        own.map(|ix| tenant.role(ix).name())
            .or_else(|| tenant.catalog().role(id).map(|role| role.name.to_string()))
    };
    ids.iter().map(|text| name(text).unwrap_or_else(|| text.clone())).collect()
}
