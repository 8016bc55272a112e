//! What rules look things up in, and the words that they share.

use super::grants::Grants;
use super::{About, Finding, Options, Rule, Source};
use crate::dataplane::{self, ResourceDoors};
use crate::ident::{Scope, ScopeKind};
use crate::model::{AssignmentState, PrincipalType};
use crate::tenant::{AssignmentIx, Notice, PrincipalIx, RoleIx, Row, ScopeIx, Tenant};

/// A tenant with what several rules need.
pub(super) struct Context<'t> {
    pub(super) tenant: &'t Tenant,
    pub(super) options: &'t Options,
    pub(super) grants: Grants<'t>,
    pub(super) notices: Vec<Notice>,
    doors: Option<Vec<ResourceDoors>>,
}

impl<'t> Context<'t> {
    pub(super) fn new(tenant: &'t Tenant, options: &'t Options) -> Context<'t> {
        let grants = Grants::new(tenant);
        Context { tenant, options, grants, notices: Vec::new(), doors: None }
    }

    /// Every assignment, by holder and scope.
    pub(super) fn rows(&self) -> &'t [Row] {
        &self.tenant.assignment_rows
    }

    /// The state of every resource's doors, found once; not who may pass them.
    pub(super) fn doors(&mut self) -> &[ResourceDoors] {
        let tenant = self.tenant;
        self.doors.get_or_insert_with(|| dataplane::door_states(tenant))
    }

    /// Does the assignment grant now? Without a time its window is taken to be open.
    pub(super) fn is_active(&self, row: &Row) -> bool {
        let assignment = self.tenant.assignment(row.fact);
        let begun = assignment.start().zip(self.options.at).is_none_or(|(start, at)| start <= at);
        assignment.state == AssignmentState::Active && begun && !self.has_ended(row)
    }

    /// May it be activated now?
    pub(super) fn is_eligible(&self, row: &Row) -> bool {
        self.tenant.assignment(row.fact).state == AssignmentState::Eligible && !self.has_ended(row)
    }

    pub(super) fn has_ended(&self, row: &Row) -> bool {
        // The very end is outside (U29).
        let end = self.tenant.assignment(row.fact).end();
        end.zip(self.options.at).is_some_and(|(end, at)| end <= at)
    }

    /// Says once that a rule could not look at something.
    pub(super) fn notice(&mut self, code: &'static str, message: &str, help: &str) {
        let known = |list: &[Notice]| list.iter().any(|notice| notice.code == code);
        if !known(&self.notices) && !known(self.tenant.notices()) {
            self.notices.push(Notice {
                code,
                message: message.to_string(),
                help: help.to_string(),
            });
        }
    }

    /// `Reader at resource group rg-ai`
    pub(super) fn assignment(&self, row: &Row) -> String {
        format!("{} at {}", self.tenant.role(row.role).name(), self.place(row.scope))
    }

    /// The id of an assignment, as Azure's tools take it.
    pub(super) fn assignment_id(&self, ix: AssignmentIx) -> String {
        let scope = self.tenant.scope_text(self.tenant.assignment_scope(ix)).text();
        self.tenant.assignment(ix).name.full(scope, "roleAssignments")
    }

    /// The command that removes an assignment; none for one without a name, and for an eligible one.
    pub(super) fn removal(&self, row: &Row) -> Option<String> {
        let id = self.assignment_id(row.fact);
        let is_active = self.tenant.assignment(row.fact).state == AssignmentState::Active;
        (is_active && id.starts_with('/')).then(|| format!("az role assignment delete --ids {id}"))
    }

    /// `group ai-platform`, `user owner@contoso.example`
    pub(super) fn who(&self, principal: PrincipalIx) -> String {
        let kind = match self.tenant.principal_kind(principal) {
            PrincipalType::User => "user ",
            PrincipalType::Group => "group ",
            PrincipalType::ServicePrincipal => "service principal ",
            PrincipalType::ForeignGroup => "foreign group ",
            PrincipalType::Device => "device ",
            PrincipalType::Everyone | PrincipalType::Unknown => "",
        };
        format!("{kind}{}", self.tenant.principal_name(principal))
    }

    /// `subscription Production`, `stprod01 in resource group rg-data, subscription Production`
    pub(super) fn place(&self, ix: ScopeIx) -> String {
        let scope = self.tenant.scope_text(ix);
        let subscription = || {
            scope.subscription().map(|subscription| {
                let ix = self.tenant.scope(&subscription);
                let name = ix.and_then(|ix| self.tenant.scope_name(ix));
                format!("subscription {}", name.unwrap_or(subscription.leaf()))
            })
        };
        let group = |scope: &Scope| {
            scope.resource_group().map(|group| format!("resource group {}", group.leaf()))
        };
        match scope.kind() {
            ScopeKind::Root => "the root (/)".to_string(),
            ScopeKind::ManagementGroup => {
                let name = self.tenant.scope_name(ix).unwrap_or(scope.leaf());
                format!("management group {name}")
            }
            ScopeKind::Subscription => subscription().unwrap_or_default(),
            ScopeKind::ResourceGroup | ScopeKind::Resource => {
                let own = (scope.kind() == ScopeKind::Resource).then(|| scope.leaf().to_string());
                let above: Vec<String> = group(scope).into_iter().chain(subscription()).collect();
                match (own, above.is_empty()) {
                    (Some(own), false) => format!("{own} in {}", above.join(", ")),
                    (Some(own), true) => own,
                    (None, _) => above.join(", "),
                }
            }
        }
    }

    /// A certain finding about an assignment.
    pub(super) fn about(&self, rule: &Rule, row: &Row, message: String) -> Finding {
        Finding {
            about: About {
                principal: Some(row.holder()),
                assignment: Some(row.fact),
                role: Some(row.role),
                scope: Some(row.scope),
            },
            source: Source::Tenant(self.tenant.assignment(row.fact).origin),
            ..finding(rule, message)
        }
    }

    /// A certain finding about a role.
    pub(super) fn about_role(&self, rule: &Rule, role: RoleIx, message: String) -> Finding {
        let origin = self.tenant.role(role).definition().map(|role| role.origin);
        Finding {
            about: About { role: Some(role), ..About::default() },
            source: origin.map_or(Source::None, Source::Tenant),
            ..finding(rule, message)
        }
    }

    /// A certain finding about a principal.
    pub(super) fn about_principal(
        &self,
        rule: &Rule,
        principal: PrincipalIx,
        message: String,
    ) -> Finding {
        let info = &self.tenant.infos[principal.row()];
        let origin = info.described.then_some(info.origin);
        Finding {
            about: About { principal: Some(principal), ..About::default() },
            source: origin.map_or(Source::None, Source::Tenant),
            ..finding(rule, message)
        }
    }

    /// A certain finding about a scope.
    pub(super) fn about_scope(&self, rule: &Rule, scope: ScopeIx, message: String) -> Finding {
        let origin = self.tenant.resource(scope).map(|resource| resource.origin);
        Finding {
            about: About { scope: Some(scope), ..About::default() },
            source: origin.map_or(Source::None, Source::Tenant),
            ..finding(rule, message)
        }
    }
}

/// A finding with nothing but its message.
pub(super) fn finding(rule: &Rule, message: String) -> Finding {
    Finding {
        code: rule.code,
        severity: rule.severity,
        message,
        about: About::default(),
        source: Source::None,
        reasons: Vec::new(),
        help: None,
        fix: None,
        hangs_on: Vec::new(),
        suppressed: None,
    }
}

/// Some words for a sentence: the first few, and how many there are beside them.
pub(super) fn few(words: &[String]) -> String {
    const TOLD: usize = 4;
    let told = words.iter().take(TOLD).cloned().collect::<Vec<_>>().join(", ");
    match words.len().saturating_sub(TOLD) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}
