//! Why a request was refused: what the tenant on file says of it, what would mend it, and where message
//! and file disagree.

use super::refusal::{Refusal, RefusalKind, RefusedCheck};
use crate::decide::{Decision, NearReason, Outcome, Request, can};
use crate::ident::{Guid, Operation, Plane, Scope, Timestamp};
use crate::pattern::Wildcards;
use crate::tenant::{PrincipalIx, Tenant};

/// What the tenant on file says of a refusal.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The refusal.
    pub refusal: Refusal,
    /// The principal, where it was found.
    pub principal: Option<Guid>,
    /// An answer for each check whose scope is known, in their order.
    pub answers: Vec<Answer>,
    /// Where file and message disagree, and what that can mean.
    pub disagreements: Vec<String>,
    /// What would mend it, least first.
    pub fixes: Vec<Fix>,
}

/// Something that would mend a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What to do.
    pub what: String,
    /// The command that does it, where there is one.
    pub command: Option<String>,
}

impl From<String> for Fix {
    fn from(what: String) -> Fix {
        Fix { what, command: None }
    }
}

/// What the tenant says of one check.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The check.
    pub check: RefusedCheck,
    /// The scope that was asked about.
    pub scope: Scope,
    /// The answer.
    pub decision: Decision,
}

/// Asks the tenant what a refusal was about. `scope` stands in where the text names none.
#[must_use]
pub fn explain(
    tenant: &Tenant,
    refusal: Refusal,
    scope: Option<&Scope>,
    at: Option<Timestamp>,
) -> Explanation {
    let named = refusal.client.as_deref().and_then(|name| tenant.resolve_principal(name).ok());
    let principal = refusal.object_id.or(named);
    let mut told = Explanation {
        refusal,
        principal,
        answers: Vec::new(),
        disagreements: Vec::new(),
        fixes: Vec::new(),
    };
    let holder = principal.and_then(|id| tenant.principal(id));
    if holder.is_none() {
        told.disagreements.push(match principal {
            Some(id) => format!("nothing in the tenant on file names {id}: the export is older than the principal, or the message comes from another tenant"),
            None => "the message names no principal that the tenant on file knows".to_string(),
        });
    }
    let checks = told.refusal.checks.clone();
    let attributes = crate::condition::Attributes::default();
    for check in checks {
        let Some(place) = check.scope.clone().or_else(|| scope.cloned()) else {
            told.fixes.push(
                format!(
                    "the message does not say on which resource `{}` was asked: say it with --scope",
                    check.operation
                )
                .into(),
            );
            continue;
        };
        let Some(id) = principal else { continue };
        let plane = tenant.catalog().planes(&check.operation).only().map_or(check.plane, |p| p.0);
        let request = Request {
            at,
            wildcards: Wildcards::Azure,
            ..Request::new(id, &check.operation, plane, &place, &attributes)
        };
        let decision = can(tenant, &request);
        foreign(tenant, &place, &mut told);
        disagree(tenant, holder, &check, &decision, &mut told);
        if !check.said_permitted {
            mend(tenant, id, holder, &check, &place, plane, &decision, &mut told);
        }
        told.answers.push(Answer { check, scope: place, decision });
    }
    other_directories(tenant, &mut told);
    if told.refusal.kind == RefusalKind::CrossTenant {
        cross_tenant(tenant, &mut told);
    }
    told.disagreements.dedup();
    told.fixes.dedup();
    told
}

/// Does the message name a directory that the tenant on file is not of?
fn other_directories(tenant: &Tenant, told: &mut Explanation) {
    let known = tenant.directories();
    if known.is_empty() {
        return;
    }
    let own: Vec<String> = known.iter().map(ToString::to_string).collect();
    for named in told.refusal.tenants.iter().filter(|named| !known.contains(named)) {
        told.disagreements.push(format!(
            "the message names tenant {named}, and the tenant on file is {}: the token was another tenant's, or the export is",
            own.join(", ")
        ));
    }
}

/// Does the scope lie in a subscription that the tenant on file does not have?
fn foreign(tenant: &Tenant, scope: &Scope, told: &mut Explanation) {
    let Some(subscription) = scope.subscription() else { return };
    if tenant.scope(&subscription).is_none() {
        told.disagreements.push(format!(
            "{subscription} is not in the tenant on file: it is another tenant's, or the export leaves it out"
        ));
    }
}

fn disagree(
    tenant: &Tenant,
    holder: Option<PrincipalIx>,
    check: &RefusedCheck,
    decision: &Decision,
    told: &mut Explanation,
) {
    let operation = &check.operation;
    if check.said_permitted {
        if matches!(decision.outcome, Outcome::NotAllowed | Outcome::Denied)
            && told.refusal.kind != RefusalKind::Denied
        {
            told.disagreements.push(format!(
                "the message says that `{operation}` is permitted; the tenant on file does not: the export is older than the grant"
            ));
        }
        return;
    }
    if decision.outcome == Outcome::Locked {
        told.disagreements.push(format!(
            "roles on file grant `{operation}` and a lock stops it; a lock's refusal is another message (ScopeLocked), so this one came before the grant"
        ));
        return;
    }
    if decision.outcome != Outcome::Allowed {
        return;
    }
    let grants = decision.grants.iter().filter(|grant| grant.truth.is_true());
    let all_through_groups = grants.clone().all(|grant| Some(grant.holder) != holder);
    let timed = grants.clone().any(|grant| {
        let assignment = tenant.assignment(grant.assignment);
        assignment.start().is_some()
            || assignment.end().is_some()
            || assignment.stands_for().is_some()
    });
    let mut what = format!("the tenant on file allows `{operation}`");
    what.push_str(if all_through_groups {
        ", through a group: a token from before the membership does not carry it; sign in again"
    } else if timed {
        ", by an activated assignment: a token from before the activation does not carry it; sign in again"
    } else {
        ": the message is older than the grant (changes take up to ten minutes), or the token was another tenant's"
    });
    told.disagreements.push(what);
}

#[expect(clippy::too_many_arguments, reason = "one refused check with everything known about it")]
fn mend(
    tenant: &Tenant,
    id: Guid,
    holder: Option<PrincipalIx>,
    check: &RefusedCheck,
    scope: &Scope,
    plane: Plane,
    decision: &Decision,
    told: &mut Explanation,
) {
    match decision.outcome {
        Outcome::Denied => {
            for hit in &decision.denies {
                let deny = tenant.deny(hit.deny);
                let what = if deny.system_protected {
                    format!(
                        "deny assignment `{}` was created by Azure and goes only with what owns it; nobody can be granted around it",
                        deny.display_name
                    )
                } else {
                    format!(
                        "exclude the principal from deny assignment `{}`, or remove that",
                        deny.display_name
                    )
                };
                told.fixes.push(what.into());
            }
            return;
        }
        Outcome::Conditional => {
            if let Some(residual) = &decision.residual {
                told.fixes
                    .push(format!("make the request fulfil the condition: {residual}").into());
            }
            for gap in &decision.gaps {
                told.fixes.push(Fix { what: gap.message.clone(), command: gap.help.clone() });
            }
            return;
        }
        Outcome::Allowed | Outcome::Locked => return,
        Outcome::NotAllowed => {}
    }
    let eligible = decision.near.iter().find(|miss| miss.reason == NearReason::Eligible);
    if let Some(miss) = eligible {
        let what = format!(
            "activate the eligible assignment of {} at {} (Privileged Identity Management)",
            tenant.role(miss.role).name(),
            tenant.scope_text(tenant.assignment_scope(miss.assignment))
        );
        told.fixes.push(what.into());
    }
    if let Some(miss) = decision.near.iter().find(|miss| miss.reason == NearReason::Condition) {
        told.fixes.push(format!("make the request fulfil the condition: {}", miss.detail).into());
    }
    if let Some((name, count)) = least_role(tenant, &check.operation, plane) {
        let place = assignable(tenant, scope);
        let kind = holder.map_or("User", |ix| tenant.principal_kind(ix).as_str());
        told.fixes.push(Fix {
            what: format!(
                "assign {name}, the built-in role with the least besides: {count} operations in all"
            ),
            command: Some(format!(
                "az role assignment create --assignee-object-id {id} --assignee-principal-type {kind} --role \"{name}\" --scope \"{place}\""
            )),
        });
    }
}

/// The scope for a new assignment: an extension resource such as a role assignment takes none.
fn assignable(tenant: &Tenant, scope: &Scope) -> Scope {
    let folded = scope.folded();
    if let Some(at) = folded.rfind("/providers/microsoft.authorization/")
        && at > 0
        && tenant.scope(scope).is_none()
        && let Ok(above) = Scope::new(&scope.text()[..at])
    {
        return above;
    }
    scope.clone()
}

/// The built-in role that holds an operation unconditionally and the fewest others.
fn least_role(tenant: &Tenant, operation: &Operation, plane: Plane) -> Option<(String, usize)> {
    let mut best: Option<(usize, String)> = None;
    for entry in tenant.catalog().roles().iter() {
        let role = entry.definition();
        let holds = role.blocks.iter().any(|block| {
            let (allow, except) = block.side(plane);
            let matched = |list: &[crate::pattern::ActionPattern]| {
                list.iter().any(|pattern| pattern.matches(operation, Wildcards::Azure).is_match())
            };
            block.condition.is_none() && matched(allow) && !matched(except)
        });
        if !holds {
            continue;
        }
        let mut count = 0;
        for plane in [Plane::Control, Plane::Data] {
            let operations = tenant.operations(plane);
            let mut all = operations.none();
            for block in &role.blocks {
                let bits = operations.held(block, plane, Wildcards::Azure);
                for (word, more) in all.iter_mut().zip(bits) {
                    *word |= more;
                }
            }
            count += all.iter().map(|word| word.count_ones() as usize).sum::<usize>();
        }
        let name = role.name.to_string();
        if best.as_ref().is_none_or(|known| (count, &name) < (known.0, &known.1)) {
            best = Some((count, name));
        }
    }
    best.map(|(count, name)| (name, count))
}

/// Two tenants: each side needs its own permission, and its own token.
fn cross_tenant(tenant: &Tenant, told: &mut Explanation) {
    let linked = told
        .refusal
        .linked_subscription
        .as_ref()
        .and_then(|id| Scope::new(&format!("/subscriptions/{id}")).ok());
    if let Some(linked) = linked {
        told.disagreements.push(match tenant.scope(&linked) {
            Some(_) => format!(
                "{linked} is in the tenant on file, so what it says of the request itself is to be asked of the other tenant"
            ),
            None => format!(
                "{linked} is not in the tenant on file: what is needed there is to be asked of an export of its own tenant (-t)"
            ),
        });
    }
    let main = told.refusal.checks.first().map(|check| check.operation.text().to_string());
    let other = told.refusal.linked_subscription.clone().unwrap_or_else(|| "named".to_string());
    let network = main.as_deref().is_some_and(|name| {
        name.to_ascii_lowercase().starts_with("microsoft.network/virtualnetworks")
    });
    let main = main.unwrap_or_else(|| "the operation itself".to_string());
    let linked = if network {
        "what the linked resource asks for (an IPAM pool: `Microsoft.Network/networkManagers/ipamPools/associateResourcesToPool/action` on the pool)"
    } else {
        "the linked operation on the linked resource"
    };
    told.fixes.push(format!(
        "two permissions: `{main}` in the tenant of the request, and {linked} in the tenant of subscription {other}; the same person or application needs an identity in both (a guest, or a multi-tenant application)"
    ).into());
    told.fixes.push(
        "two tokens: the header Authorization carries one of the tenant of the request, x-ms-authorization-auxiliary one of the other tenant".to_string().into(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::refusal;
    use crate::catalog::Catalog;
    use crate::model::Facts;

    fn disagreements(own: &str) -> Vec<String> {
        let mut facts = Facts::default();
        let export = format!(
            r#"[{{"id": "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001", "tenantId": "{own}", "displayName": "Production", "state": "Enabled"}}]"#
        );
        crate::ingest::read(&mut facts, "subscriptions.json", export.as_bytes());
        let tenant = Tenant::build(facts, &Catalog::newest());
        let text = "The client 'a@contoso.example' with object id '10000000-0000-4000-8000-000000000001' has permission to perform action 'Microsoft.Network/virtualNetworks/write' on scope '/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v'; however, the current tenant 'dddddddd-0000-4000-8000-00000000000d' is not authorized to access linked subscription 'bbbbbbbb-0000-4000-8000-00000000000b'.";
        let refusal = refusal::read(text).expect("it is a refusal");
        let told = explain(&tenant, refusal, None, None);
        assert!(told.fixes.iter().any(|fix| fix.what.starts_with("two permissions")));
        assert!(told.fixes.iter().any(|fix| fix.what.starts_with("two tokens")));
        assert!(told.disagreements.iter().any(|text| text.contains("bbbbbbbb")));
        told.disagreements
    }

    #[test]
    fn a_tenant_that_the_file_is_not_of_is_named() {
        let names =
            |list: &[String]| list.iter().any(|text| text.contains("names tenant dddddddd"));
        assert!(names(&disagreements("cccccccc-0000-4000-8000-00000000000c")));
        assert!(!names(&disagreements("dddddddd-0000-4000-8000-00000000000d")));
    }
}
