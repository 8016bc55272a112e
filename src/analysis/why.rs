//! A refusal as Azure prints it: what was asked, by whom, where, and what the tenant on file says.

use crate::decide::{Decision, NearReason, Outcome, Request, can};
use crate::ident::{Guid, Operation, Plane, Scope, Timestamp};
use crate::origin::{Error, ErrorKind};
use crate::pattern::Wildcards;
use crate::tenant::{PrincipalIx, Tenant};

/// Which kind of refusal a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// `AuthorizationFailed`: nothing grants the operation.
    Authorization,
    /// `LinkedAuthorizationFailed`: the operation is granted, one on another resource is not.
    Linked,
    /// The token's tenant may not reach a subscription of another tenant.
    CrossTenant,
    /// A condition on the assignment is not met.
    Condition,
    /// A deny assignment blocks.
    Denied,
    /// A service refused a call to its data.
    Data,
}

impl RefusalKind {
    /// A word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RefusalKind::Authorization => "authorization-failed",
            RefusalKind::Linked => "linked-authorization-failed",
            RefusalKind::CrossTenant => "cross-tenant",
            RefusalKind::Condition => "condition-not-fulfilled",
            RefusalKind::Denied => "denied",
            RefusalKind::Data => "data-plane",
        }
    }
}

/// What a refusal says.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// Its kind.
    pub kind: RefusalKind,
    /// What it calls the client: a user principal name or an app id.
    pub client: Option<String>,
    /// The object id.
    pub object_id: Option<Guid>,
    /// What was refused, or granted but for something else, with its scope where the text has one.
    pub checks: Vec<RefusedCheck>,
    /// Tenants that it names.
    pub tenants: Vec<Guid>,
    /// The subscription of another tenant that it names.
    pub linked_subscription: Option<String>,
    /// The deny assignment that it names.
    pub deny: Option<String>,
}

/// One operation that a refusal speaks of.
#[derive(Debug, Clone)]
pub struct RefusedCheck {
    /// The operation.
    pub operation: Operation,
    /// The plane, where the text tells.
    pub plane: Plane,
    /// Where.
    pub scope: Option<Scope>,
    /// Does the text say that this one is permitted?
    pub said_permitted: bool,
}

/// Reads a refusal: the message, a JSON body that holds it, or everything that a tool printed.
///
/// ```
/// use azrbac::analysis::why::{read, RefusalKind};
/// let text = "(AuthorizationFailed) The client 'ann@contoso.example' with object id \
///   '10000000-0000-4000-8000-000000000001' does not have authorization to perform action \
///   'Microsoft.Compute/virtualMachines/start/action' over scope '/subscriptions/s' or the scope is \
///   invalid. If access was recently granted, please refresh your credentials.";
/// let refusal = read(text)?;
/// assert_eq!(refusal.kind, RefusalKind::Authorization);
/// assert_eq!(refusal.client.as_deref(), Some("ann@contoso.example"));
/// assert_eq!(refusal.checks[0].scope.as_ref().unwrap().text(), "/subscriptions/s");
/// # Ok::<(), azrbac::origin::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Syntax`] where no operation is found in it.
pub fn read(text: &str) -> Result<Refusal, Error> {
    let text = plain(text);
    let lower = text.to_ascii_lowercase();
    let mut checks = control_checks(&text, &lower);
    let mut kind = RefusalKind::Authorization;
    if checks.is_empty() {
        kind = RefusalKind::Data;
        checks = data_checks(&text, &lower);
    }
    if lower.contains("condition that is not fulfilled") || lower.contains("abac condition") {
        kind = RefusalKind::Condition;
    }
    if lower.contains("deny assignment with name")
        || lower.contains("because of the deny assignment")
    {
        kind = RefusalKind::Denied;
    }
    if lower.contains("linked scope") || lower.contains("linkedauthorizationfailed") {
        kind = RefusalKind::Linked;
    }
    let linked_subscription =
        quoted_after(&text, &lower, "linked subscription", 0).map(|(found, _)| found.to_string());
    if lower.contains("is not authorized to access linked subscription") {
        kind = RefusalKind::CrossTenant;
    }
    if checks.is_empty() {
        return Err(Error::new(ErrorKind::Syntax, "no operation is named in this text")
            .expected("an AuthorizationFailed or LinkedAuthorizationFailed message, or a service's refusal that names the action")
            .help("paste the whole output, or ask `azrbac can` with the operation by name"));
    }
    if kind != RefusalKind::Linked
        && kind != RefusalKind::CrossTenant
        && kind != RefusalKind::Denied
    {
        for check in &mut checks {
            check.said_permitted = false;
        }
    }
    let mut tenants: Vec<Guid> = Vec::new();
    let mut at = 0;
    while let Some((found, end)) = quoted_after(&text, &lower, "tenant", at) {
        tenants.extend(Guid::parse(found));
        at = end;
    }
    if let Some(at) = lower.find("sts.windows.net/") {
        tenants.extend(guid_at(&text[at + "sts.windows.net/".len()..]));
    }
    tenants.sort_unstable();
    tenants.dedup();
    Ok(Refusal {
        kind,
        client: quoted_after(&text, &lower, "the client", 0).map(|(found, _)| found.to_string()),
        object_id: object_id(&text, &lower),
        checks,
        tenants,
        linked_subscription,
        deny: quoted_after(&text, &lower, "deny assignment with name", 0)
            .map(|(found, _)| found.to_string()),
    })
}

/// One line, one kind of quotation mark, no escapes.
fn plain(text: &str) -> String {
    let mut out = text
        .replace("\\u0027", "'")
        .replace("\\\"", "\"")
        .replace("\\r", " ")
        .replace("\\n", " ")
        .replace("\\/", "/");
    out = out.replace(['`', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}'], "'");
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first quoted text after a word, if it comes at once, and where it ends.
fn quoted_after<'t>(
    text: &'t str,
    lower: &str,
    marker: &str,
    from: usize,
) -> Option<(&'t str, usize)> {
    let mut at = from;
    loop {
        let start = at + lower.get(at..)?.find(marker)? + marker.len();
        let rest = text.get(start..)?;
        let gap = rest.find(['\'', '"'])?;
        if gap <= 6 {
            let mark = rest[gap..].chars().next()?;
            let inner = &rest[gap + 1..];
            let end = inner.find(mark)?;
            return Some((inner[..end].trim(), start + gap + 1 + end));
        }
        at = start;
    }
}

fn guid_at(text: &str) -> Option<Guid> {
    let end = text.find(|c: char| !c.is_ascii_hexdigit() && c != '-').unwrap_or(text.len());
    Guid::parse(&text[..end])
}

fn object_id(text: &str, lower: &str) -> Option<Guid> {
    for marker in ["object id", "the principal", "principal id", "principal"] {
        if let Some((found, _)) = quoted_after(text, lower, marker, 0)
            && let Some(id) = Guid::parse(found)
        {
            return Some(id);
        }
    }
    let at = lower.find("oid=")?;
    guid_at(&text[at + 4..])
}

/// `perform action 'A' over scope 'S'`, as often as it comes; several of a linked check stand
/// between commas.
fn control_checks(text: &str, lower: &str) -> Vec<RefusedCheck> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = lower[at..].find("perform action") {
        let start = at + next;
        let Some((actions, end)) = quoted_after(text, lower, "perform action", start) else {
            break;
        };
        let clause_end = lower[end..].find("perform action").map_or(lower.len(), |n| end + n);
        let scopes = ["scope", "resource"].iter().find_map(|word| {
            quoted_after(&text[..clause_end], &lower[..clause_end], word, end)
                .map(|(found, _)| found)
                .filter(|found| found.starts_with('/'))
        });
        let scopes: Vec<&str> = scopes.map(|text| text.split(',').collect()).unwrap_or_default();
        let before = &lower[start.saturating_sub(40)..start];
        let permitted = before.contains("has permission") && !before.contains("not have");
        for (number, action) in actions.split(',').enumerate() {
            let Ok(operation) = Operation::new(action) else { continue };
            let scope = scopes.get(number).or(scopes.last()).and_then(|s| Scope::new(s).ok());
            let check =
                RefusedCheck { operation, plane: Plane::Control, scope, said_permitted: permitted };
            let same = |other: &RefusedCheck| {
                other.operation == check.operation && other.scope == check.scope
            };
            // Tools print the message twice.
            if !found.iter().any(same) {
                found.push(check);
            }
        }
        at = end;
    }
    found
}

/// What services print of their own: Key Vault's `Action:` and `Resource:`, `lacks the required data
/// action`.
fn data_checks(text: &str, lower: &str) -> Vec<RefusedCheck> {
    let action = ["data action", "data actions", "action:", "actions:"]
        .iter()
        .find_map(|marker| quoted_after(text, lower, marker, 0));
    let Some((action, _)) = action else { return Vec::new() };
    let scope = ["resource:", "scope", "resource"].iter().find_map(|marker| {
        let (found, _) = quoted_after(text, lower, marker, 0)?;
        Scope::new(found).ok().filter(|_| found.starts_with('/'))
    });
    action
        .split(',')
        .filter_map(|action| Operation::new(action).ok())
        .map(|operation| RefusedCheck {
            operation,
            plane: Plane::Data,
            scope: scope.clone(),
            said_permitted: false,
        })
        .collect()
}

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
    if told.refusal.kind == RefusalKind::CrossTenant {
        cross_tenant(&mut told);
    }
    told.disagreements.dedup();
    told.fixes.dedup();
    told
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
        assignment.start.is_some() || assignment.end.is_some() || assignment.stands_for.is_some()
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
fn cross_tenant(told: &mut Explanation) {
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

    #[test]
    fn a_linked_refusal_names_both_sides() {
        let refusal = read(
            r#"{"error":{"code":"LinkedAuthorizationFailed","message":"The client 'x' with object id '10000000-0000-4000-8000-000000000001' has permission to perform action 'Microsoft.Network/networkInterfaces/write' on scope '/subscriptions/a/resourceGroups/r/providers/Microsoft.Network/networkInterfaces/n'; however, it does not have permission to perform action(s) 'Microsoft.Network/virtualNetworks/subnets/join/action,Microsoft.Network/networkSecurityGroups/join/action' on the linked scope(s) '/subscriptions/a/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v/subnets/s,/subscriptions/a/resourceGroups/r/providers/Microsoft.Network/networkSecurityGroups/g' (respectively) or the linked scope(s) are invalid."}}"#,
        )
        .expect("a refusal");
        assert_eq!(refusal.kind, RefusalKind::Linked);
        let told: Vec<(&str, &str, bool)> = refusal
            .checks
            .iter()
            .map(|check| {
                let scope = check.scope.as_ref().map_or("", |scope| scope.leaf());
                (check.operation.text(), scope, check.said_permitted)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("Microsoft.Network/networkInterfaces/write", "n", true),
                ("Microsoft.Network/virtualNetworks/subnets/join/action", "s", false),
                ("Microsoft.Network/networkSecurityGroups/join/action", "g", false),
            ]
        );
    }

    #[test]
    fn two_tenants() {
        let refusal = read("(LinkedAuthorizationFailed) The client has permission to perform action 'Microsoft.Network/virtualNetworks/write' on scope '/subscriptions/a/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v', however the current tenant '72f988bf-0000-4000-8000-2d7cd011db47' is not authorized to access linked subscription 'bbbbbbbb-0000-4000-8000-000000000001'.").expect("a refusal");
        assert_eq!(refusal.kind, RefusalKind::CrossTenant);
        assert_eq!(refusal.tenants.len(), 1);
        assert_eq!(
            refusal.linked_subscription.as_deref(),
            Some("bbbbbbbb-0000-4000-8000-000000000001")
        );
        assert!(refusal.checks[0].said_permitted);
    }

    #[test]
    fn services_print_it_their_way() {
        let vault = read("Caller is not authorized to perform action on resource.\r\nIf role assignments were changed recently, please observe propagation time.\r\nCaller: appid=20000000-0000-4000-8000-000000000002;oid=10000000-0000-4000-8000-000000000001;iss=https://sts.windows.net/72f988bf-0000-4000-8000-2d7cd011db47/\r\nAction: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'\r\nResource: '/subscriptions/a/resourcegroups/r/providers/microsoft.keyvault/vaults/v/secrets/s'\r\nAssignment: (not found)").expect("a refusal");
        assert_eq!(vault.kind, RefusalKind::Data);
        assert_eq!(vault.object_id, Guid::parse("10000000-0000-4000-8000-000000000001"));
        assert_eq!(vault.checks[0].scope.as_ref().map(Scope::leaf), Some("s"));
        assert_eq!(vault.tenants.len(), 1);
        let model = read("The principal `10000000-0000-4000-8000-000000000001` lacks the required data action `Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action` to perform `POST /openai/deployments/{deployment-id}/chat/completions` operation.").expect("a refusal");
        assert_eq!(model.kind, RefusalKind::Data);
        assert!(model.checks[0].scope.is_none() && model.object_id.is_some());
    }

    #[test]
    fn conditions_denies_and_what_is_no_refusal() {
        let condition = read("The client 'x' with object id '10000000-0000-4000-8000-000000000001' has an authorization with ABAC condition that is not fulfilled to perform action 'Microsoft.Authorization/roleAssignments/write' over scope '/subscriptions/a/providers/Microsoft.Authorization/roleAssignments/r' or the scope is invalid.").expect("a refusal");
        assert_eq!(condition.kind, RefusalKind::Condition);
        let denied = read("The client 'x' with object id '10000000-0000-4000-8000-000000000001' has permission to perform action 'Microsoft.Storage/storageAccounts/delete' on scope '/subscriptions/a'; however, the access is denied because of the deny assignment with name 'managed by shop' and Id '30000000000040008000000000000001' at scope '/subscriptions/a'.").expect("a refusal");
        assert_eq!(denied.kind, RefusalKind::Denied);
        assert_eq!(denied.deny.as_deref(), Some("managed by shop"));
        assert!(read("connection reset by peer").is_err());
        assert!(read("perform action 'unfinished").is_err());
    }
}
