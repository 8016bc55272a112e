//! System-assigned identities whose resource is gone.

use super::super::context::{Context, few};
use super::super::{Finding, Rule, Severity};
use crate::ident::{Scope, ScopeKind};
use crate::model::InputKind;
use crate::tenant::{PrincipalIx, ScopeIx, Tenant};
use rustc_hash::FxHashSet;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "orphaned-identity",
    severity: Severity::Warning,
    what: "A system-assigned identity (`isExplicit=False` in alternativeNames) names a resource that the export of its subscription does not hold.",
    why: "The identity goes with its resource as a rule. One that stays keeps its role assignments, and a resource of the same name that is created later gets a new identity, not this one: what is assigned to it belongs to nobody.",
    fix: "Remove its role assignments.",
    check,
};

fn check(context: &mut Context<'_>, found: &mut Vec<Finding>) {
    let tenant = context.tenant;
    let owned: Vec<(PrincipalIx, Scope)> = tenant
        .principals()
        .filter_map(|ix| Some((ix, resource_of(tenant.infos[ix.row()].alternative_names())?)))
        .collect();
    if owned.is_empty() {
        return;
    }
    if !tenant.has_read(InputKind::Resources) {
        context.notice(
            "no-resources",
            "no resources were read: identities whose resource is gone cannot be told from others",
            "az resource list -o json > resources.json",
        );
        return;
    }
    let known = Known::new(tenant);
    for (principal, scope) in owned {
        let Some(hangs_on) = known.misses(tenant, principal, &scope) else { continue };
        let held: Vec<String> =
            tenant.rows(principal).iter().map(|row| context.assignment(row)).collect();
        let mut reasons = vec![format!("{scope} is in no export")];
        reasons.push(match held.len() {
            0 => "it holds no role".to_string(),
            _ => format!("it still holds {}", few(&held)),
        });
        let message = format!(
            "{} is the identity of a resource that is gone: {}",
            context.who(principal),
            scope.leaf()
        );
        let id = tenant.principal_id(principal);
        found.push(Finding {
            reasons,
            hangs_on,
            help: (!held.is_empty()).then(|| {
                format!("az role assignment list --all --assignee {id} --query \"[].id\"")
            }),
            ..context.about_principal(&RULE, principal, message)
        });
    }
}

/// The resource of a system-assigned identity.
fn resource_of(names: &[Box<str>]) -> Option<Scope> {
    let implicit = names.iter().any(|name| {
        name.split_once('=').is_some_and(|(key, value)| {
            key.trim().eq_ignore_ascii_case("isExplicit")
                && value.trim().eq_ignore_ascii_case("false")
        })
    });
    let id = names.iter().find(|name| name.trim_start().starts_with('/')).filter(|_| implicit)?;
    Scope::new(id.trim()).ok()
}

/// What the exports of resources cover.
struct Known {
    subscriptions: FxHashSet<Box<str>>,
    types: FxHashSet<String>,
    identities: FxHashSet<PrincipalIx>,
}

impl Known {
    fn new(tenant: &Tenant) -> Known {
        let mut known = Known {
            subscriptions: FxHashSet::default(),
            types: FxHashSet::default(),
            identities: FxHashSet::default(),
        };
        let mut scopes: Vec<ScopeIx> = tenant.resources.keys().copied().collect();
        scopes.sort_unstable();
        for ix in scopes {
            let scope = tenant.scope_text(ix);
            // A list of resource groups is no list of resources.
            if scope.kind() == ScopeKind::Resource {
                known.subscriptions.extend(scope.subscription().map(|s| s.folded().into()));
                known.types.extend(scope.resource_type().map(|kind| kind.to_ascii_lowercase()));
            }
            let identities = tenant.resource(ix).map_or(&[][..], |one| &one.identities);
            known.identities.extend(identities.iter().filter_map(|id| tenant.principal(*id)));
        }
        known
    }

    /// What hangs on missing input, where the resource is missed; none where it is there, or where no
    /// export would list it.
    fn misses(
        &self,
        tenant: &Tenant,
        principal: PrincipalIx,
        scope: &Scope,
    ) -> Option<Vec<String>> {
        let subscription = scope.subscription()?;
        let covered = self.subscriptions.contains(&*subscription.folded());
        let there =
            |scope: &Scope| tenant.scope(scope).is_some_and(|ix| tenant.resource(ix).is_some());
        let kind = scope.resource_type()?.to_ascii_lowercase();
        // Policy assignments have identities and are in no list of resources.
        if !covered
            || there(scope)
            || self.identities.contains(&principal)
            || scope.resource_group().is_none()
            || kind.starts_with("microsoft.authorization/")
        {
            return None;
        }
        let mut hangs_on = Vec::new();
        // What stands below another resource is listed for some types only.
        let nested = kind.matches('/').count() > 1;
        if nested && !self.types.contains(&kind) && scope.parent().is_some_and(|up| there(&up)) {
            hangs_on.push(format!("whether the export lists resources of type {kind}"));
        }
        if tenant.lacks_part(InputKind::Resources) {
            hangs_on.push("not all resources could be read".to_string());
        }
        if let Some(cut) = tenant.notices().iter().find(|notice| notice.code == "cut-off-list") {
            hangs_on.push(cut.message.clone());
        }
        Some(hangs_on)
    }
}
