//! What was not understood or not listed, and could have changed the answer.
//!
//! scenario-format: three unknowns make an answer conditional: the members of a group that nobody
//! listed, the management groups above a subscription, and an entry that could not be read.

use super::Request;
use super::decision::{Decision, Outcome};
use super::denying::binds_unlisted;
use super::granting::Withheld;
use super::inputs::ConditionInputs;
use super::rows::applying;
use super::walk::Walk;
use crate::ident::ScopeKind;
use crate::model::{Gap, Touches, World};
use crate::tenant::{Mark, NAME_NOT_UNIQUE, PrincipalIx, Row, ScopeIx, Tenant};

impl Walk<'_> {
    /// On a no: what was not understood or not listed and could have granted.
    pub(super) fn gaps_that_grant(&self, decision: &mut Decision) {
        let tenant = self.tenant;
        for grant in &decision.grants {
            let assignment = tenant.assignment(grant.assignment);
            if (assignment.start().is_some() || assignment.end().is_some())
                && self.request.at.is_none()
            {
                decision.gaps.push(Gap {
                    code: "no-time",
                    message: "an assignment with a time window decides, and no time was given"
                        .to_string(),
                    help: Some("say when: --at TIME, or `at` in a check".to_string()),
                    place: None,
                    touches: Touches::Assignment {
                        principal: Some(assignment.principal),
                        scope: None,
                    },
                });
                break;
            }
        }
        for gap in tenant.gaps() {
            let could = match &gap.touches {
                Touches::Assignment { principal, scope } => {
                    principal.is_none_or(|id| {
                        id == self.principal_id()
                            || tenant.principal(id).is_some_and(|ix| {
                                self.groups.contains(&ix) || tenant.may_be_member(ix)
                            })
                    }) && scope.as_ref().is_none_or(|scope| self.may_be_above(scope))
                }
                // A definition that was refused, and a role of its GUID is held here.
                Touches::Role { id: Some(id), .. } => self.holds_role(*id),
                Touches::Anything => true,
                Touches::Deny { .. }
                | Touches::Role { id: None, .. }
                | Touches::Members { .. }
                | Touches::Hierarchy
                | Touches::Lock { .. }
                | Touches::Resource { .. } => false,
            };
            if could && !decision.gaps.contains(gap) {
                decision.gaps.push(gap.clone());
            }
        }
        if tenant.world == World::Closed {
            return;
        }
        self.open_group_gaps(decision);
        self.hierarchy_gaps(decision);
    }

    fn holds_role(&self, id: crate::ident::Guid) -> bool {
        let tenant = self.tenant;
        self.ids().any(|holder| {
            applying(tenant.rows(holder), &self.path).any(|row| {
                tenant.role(row.role).id() == Some(id) && self.in_force(row) != Some(false)
            })
        })
    }

    pub(super) fn may_be_above(&self, scope: &crate::ident::Scope) -> bool {
        let above = match self.tenant.scope(scope) {
            Some(ix) => self.tenant.is_above(ix, self.located.at),
            None => scope.contains(self.request.scope),
        };
        above || (self.located.floating && scope.kind() == ScopeKind::ManagementGroup)
    }

    /// Groups whose members nobody listed and that hold what is asked for, here.
    fn open_group_gaps(&self, decision: &mut Decision) {
        let tenant = self.tenant;
        if !self.path.has(Mark::OpenRows) {
            return;
        }
        let mut named: Vec<PrincipalIx> = Vec::new();
        for above in self.path.upwards() {
            for row in tenant.open_rows_at(above) {
                let group = row.holder();
                if !self.is_known_member(group)
                    && !named.contains(&group)
                    && self.could_grant(row, &self.inputs)
                {
                    named.push(group);
                }
            }
        }
        for group in named {
            decision.gaps.push(unknown_members(tenant, group, "holds what is asked for"));
        }
    }

    /// Could the assignment grant: its time, its conditions and those of its role included?
    pub(super) fn could_grant(&self, row: &Row, inputs: &ConditionInputs<'_>) -> bool {
        self.judge(row, inputs, &mut Withheld::default()).is_some()
    }

    /// May a management group stand above the target, though the tree that is known does not say so?
    /// What hangs below the place whose parent is not known cannot be that parent.
    pub(super) fn may_stand_above(&self, group: ScopeIx) -> bool {
        self.tenant.scopes.may_stand_above(group, self.located)
    }

    /// Management groups that may stand above the target, where the tree is not known.
    fn hierarchy_gaps(&self, decision: &mut Decision) {
        if !self.located.floating {
            return;
        }
        let tenant = self.tenant;
        let ids: Vec<PrincipalIx> = self.ids().collect();
        let above_grants =
            |row: &&Row| self.may_stand_above(row.scope) && self.could_grant(row, &self.inputs);
        let mut found: Vec<ScopeIx> = ids
            .iter()
            .flat_map(|id| tenant.rows(*id))
            .chain(tenant.open_rows_high.iter())
            .filter(above_grants)
            .map(|row| row.scope)
            .collect();
        found.sort_unstable();
        found.dedup();
        if let Some(group) = found.first() {
            decision.gaps.push(unknown_hierarchy(tenant, *group, self.request));
        }
    }

    /// On a yes: what was not understood or not listed and could have denied.
    pub(super) fn gaps_that_deny(&self, decision: &mut Decision) {
        let tenant = self.tenant;
        for gap in tenant.gaps() {
            let could = match &gap.touches {
                Touches::Deny { scope } => {
                    scope.as_ref().is_none_or(|scope| self.may_be_above(scope))
                }
                Touches::Anything => true,
                Touches::Assignment { .. }
                | Touches::Role { .. }
                | Touches::Members { .. }
                | Touches::Hierarchy
                | Touches::Lock { .. }
                | Touches::Resource { .. } => false,
            };
            if could {
                decision.gaps.push(gap.clone());
            }
        }
        let above = self.path.has(Mark::Denies);
        if tenant.world == World::Closed || !(above || self.located.floating) {
            return;
        }
        // Where management groups may stand above that the tree does not show, all are looked at.
        let everywhere = self.located.floating.then_some(&tenant.deny_rows[..]);
        let on_path = (!self.located.floating).then(|| self.path.upwards().rev());
        let on_path = on_path.into_iter().flatten().map(|above| tenant.deny_rows_at(above));
        for row in everywhere.into_iter().chain(on_path).flatten() {
            let certain = tenant.is_above(row.scope, self.located.at);
            let possible = self.may_stand_above(row.scope);
            if !(certain || possible)
                || self.is_one_of(&row.excludes)
                || !self.is_denied_by(row)
                || self.deny_truth(row, &self.inputs).0.is_false()
            {
                continue;
            }
            let bound = row.everyone || self.is_one_of(&row.principals);
            if bound {
                if possible {
                    decision.gaps.push(unknown_hierarchy(tenant, row.scope, self.request));
                }
                continue;
            }
            if let Some(group) = binds_unlisted(tenant, row) {
                decision.gaps.push(unknown_members(tenant, group, "is denied what is asked for"));
            }
        }
    }

    /// On a deny: an exclusion that could apply, had its group's members been listed.
    pub(super) fn gaps_that_lift(&self, decision: &mut Decision) {
        if self.tenant.world == World::Closed {
            return;
        }
        let granted = decision.grants.iter().any(|grant| !grant.truth.is_false());
        let mut gaps = Vec::new();
        for hit in decision.denies.iter().filter(|hit| hit.truth.is_true()) {
            let scope = self.tenant.deny_scope(hit.deny);
            let row = self.tenant.deny_rows_at(scope).iter().find(|row| row.fact == hit.deny);
            let open =
                row.and_then(|row| row.excludes.iter().find(|ix| self.tenant.may_be_member(**ix)));
            match open {
                Some(group) => gaps.push(unknown_members(
                    self.tenant,
                    *group,
                    "is excluded from the deny assignment that blocks",
                )),
                // One deny that certainly applies is enough.
                None => return,
            }
        }
        if gaps.is_empty() {
            return;
        }
        if !granted {
            // Two unknowns together: nobody gives it for certain either.
            self.gaps_that_grant(decision);
            if decision.gaps.is_empty() {
                return;
            }
        }
        decision.outcome = Outcome::Conditional;
        decision.gaps.splice(0..0, gaps);
    }
}

pub(super) fn unknown_role(tenant: &Tenant, row: &Row) -> Gap {
    let role = tenant.role(row.role);
    let id = role.id();
    let broken = tenant.gaps().iter().find(|gap| match &gap.touches {
        Touches::Role { id: Some(gap_id), .. } => Some(*gap_id) == id,
        // Two definitions have the name, and nothing else is said.
        Touches::Role { id: None, name: Some(name) } => {
            gap.code == NAME_NOT_UNIQUE && id.is_none() && name.to_lowercase() == *role.name()
        }
        _ => false,
    });
    if let Some(gap) = broken {
        return gap.clone();
    }
    Gap {
        code: "unknown-role",
        message: format!(
            "role `{}` is assigned at {} and defined nowhere",
            role.name(),
            tenant.scope_text(row.scope)
        ),
        help: Some("az role definition list --custom-role-only -o json > roles.json".to_string()),
        place: None,
        touches: Touches::Role { id, name: None },
    }
}

pub(super) fn unknown_members(tenant: &Tenant, group: PrincipalIx, what: &str) -> Gap {
    let id = tenant.principal_id(group);
    Gap {
        code: "unknown-members",
        message: format!(
            "the members of group `{}` are not known, and it {what}",
            tenant.principal_name(group)
        ),
        help: Some(format!(
            "az rest --method get --url \"https://graph.microsoft.com/v1.0/groups/{id}?\\$expand=members\" > group.json, or `azrbac collect --print az`"
        )),
        place: None,
        touches: Touches::Members { group: Some(id) },
    }
}

pub(super) fn unknown_hierarchy(tenant: &Tenant, group: ScopeIx, request: &Request<'_>) -> Gap {
    let what = request.scope.subscription().unwrap_or_else(|| request.scope.clone());
    Gap {
        code: "unknown-management-groups",
        message: format!(
            "the management groups above {what} are not known, and {} would decide if it were one of them",
            tenant.scope_text(group)
        ),
        help: Some(
            "az account management-group show -e -r --name TENANT_ID -o json > groups.json"
                .to_string(),
        ),
        place: None,
        touches: Touches::Hierarchy,
    }
}
