//! What is missing or was not understood, as it bears on everybody at once.

use super::denying::binds_unlisted;
use super::field::{DenyGap, Field};
use super::reach::reach;
use crate::model::{Touches, World};
use crate::tenant::{Mark, PrincipalIx};

impl Field<'_> {
    pub(super) fn find_gaps(&mut self) {
        let tenant = self.tenant();
        let mut named: Vec<PrincipalIx> = Vec::new();
        // Holders of a role that is in doubt: whom their groups count for, they hold it for.
        let mut doubted: Vec<PrincipalIx> = Vec::new();
        for gap in tenant.gaps() {
            match &gap.touches {
                Touches::Assignment { principal, scope } => {
                    if !scope.as_ref().is_none_or(|scope| self.walk.may_be_above(scope)) {
                        continue;
                    }
                    match principal {
                        None => self.gap_grants_all = true,
                        // Nobody but a principal that nothing names: nobody whom a list could name.
                        Some(id) => match tenant.principal(*id) {
                            Some(ix) if tenant.may_be_member(ix) => self.gap_grants_all = true,
                            Some(ix) => named.push(ix),
                            None => {}
                        },
                    }
                }
                Touches::Deny { scope } => {
                    self.gap_denies_all |=
                        scope.as_ref().is_none_or(|scope| self.walk.may_be_above(scope));
                }
                // A definition that was refused: whoever holds a role of its GUID here.
                Touches::Role { id: Some(id), .. } => {
                    for above in tenant.scopes.upwards(self.walk.located.at) {
                        let holds = tenant.assigned_at(above).filter(|row| {
                            tenant.role(row.role).id() == Some(*id)
                                && self.walk.in_force(row) != Some(false)
                        });
                        doubted.extend(holds.map(|row| row.holder()));
                    }
                }
                Touches::Anything => {
                    self.gap_grants_all = true;
                    self.gap_denies_all = true;
                }
                _ => {}
            }
        }
        if !named.is_empty() || !doubted.is_empty() {
            let mut all = reach(tenant, &named, true).0;
            for principal in reach(tenant, &doubted, false).1 {
                all.add(principal);
            }
            self.gap_grants = Some(all);
        }
        if tenant.world == World::Closed {
            return;
        }
        self.find_unknown_members();
        self.find_unknown_hierarchy();
        if !(self.walk.path.has(Mark::Denies) || self.walk.located.floating) {
            return;
        }
        for row in &tenant.deny_rows {
            let certain = tenant.is_above(row.scope, self.walk.located.at);
            let possible = self.walk.may_stand_above(row.scope);
            let unknown = || binds_unlisted(tenant, row).is_some();
            let open = possible || (certain && !row.everyone && unknown());
            if open && self.walk.is_denied_by(row) {
                let truth = self.truth_for_all(row);
                self.gap_denies.push(DenyGap { row, above: possible, truth });
            }
        }
    }

    fn find_unknown_members(&mut self) {
        let tenant = self.tenant();
        if !self.walk.path.has(Mark::OpenRows) {
            return;
        }
        for above in tenant.scopes.upwards(self.walk.located.at) {
            for row in tenant.open_rows_at(above) {
                let personal = self.hangs_on_principal(row.fact, row.role);
                let could = if personal {
                    self.walk.would_grant(row)
                } else {
                    self.walk.could_grant(row, &self.walk.inputs)
                };
                if could {
                    self.open_rows.push((*row, personal));
                }
            }
        }
    }

    fn find_unknown_hierarchy(&mut self) {
        let tenant = self.tenant();
        if !self.walk.located.floating {
            return;
        }
        let mut holders: Vec<PrincipalIx> = Vec::new();
        for scope in tenant.all_scopes() {
            if !self.walk.may_stand_above(scope) {
                continue;
            }
            for row in tenant.assigned_at(scope) {
                if !self.walk.would_grant(row) {
                    continue;
                }
                if self.hangs_on_principal(row.fact, row.role) {
                    self.above_rows.push(*row);
                } else if self.walk.could_grant(row, &self.walk.inputs) {
                    holders.push(row.holder());
                    self.above_all |= tenant.may_be_member(row.holder());
                }
            }
        }
        if !holders.is_empty() {
            self.above = Some(reach(tenant, &holders, false).0);
        }
    }
}
