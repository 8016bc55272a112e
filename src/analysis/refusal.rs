//! A refusal as Azure prints it, taken apart: who asked for what, where, in which tenants.

use crate::ident::{Guid, Operation, Plane, Scope};
use crate::origin::{Error, ErrorKind};

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
/// use azrbac::analysis::refusal::{read, RefusalKind};
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
        let mut from = start.saturating_sub(40);
        while !lower.is_char_boundary(from) {
            from += 1;
        }
        let before = &lower[from..start];
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::strategy::Strategy as _;

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

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]
        #[test]
        fn any_text_is_read_or_refused(
            parts in proptest::collection::vec(
                proptest::prop_oneof![
                    ".{0,6}".prop_map(|text: String| text),
                    proptest::sample::select(vec![
                        "perform action", "'", "\"", "Microsoft.A/b/read", "over scope", "/subscriptions/s",
                        "object id", "oid=", "the client", "tenant", "linked subscription", "action:",
                        "é", "10000000-0000-4000-8000-000000000001", ",", "has permission to ",
                    ]).prop_map(str::to_string),
                ],
                0..24,
            )
        ) {
            let text = parts.concat();
            if let Ok(refusal) = read(&text) {
                proptest::prop_assert!(!refusal.checks.is_empty());
            }
        }
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
