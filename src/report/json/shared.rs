//! What the answers of one tenant have in common, written once and then copied.

use super::{notices, role};
use crate::tenant::{RoleIx, Tenant};
use serde_json::value::{RawValue, to_raw_value};
use std::cell::OnceCell;

/// A tenant with the pieces of JSON that its answers share: what input was absent, and the roles. A
/// batch says them a million times.
#[derive(Debug)]
pub struct Answers<'t> {
    pub(super) tenant: &'t Tenant,
    pub(super) notices: Box<RawValue>,
    roles: Vec<OnceCell<Box<RawValue>>>,
}

impl<'t> Answers<'t> {
    /// Nothing is written yet but what every answer says.
    #[must_use]
    pub fn new(tenant: &'t Tenant) -> Answers<'t> {
        Answers {
            tenant,
            // Texts alone: nothing of it can fail to be written.
            notices: to_raw_value(&notices(tenant.notices())).unwrap_or_default(),
            roles: tenant.roles().map(|_| OnceCell::new()).collect(),
        }
    }

    /// The tenant that answers.
    #[must_use]
    pub fn tenant(&self) -> &'t Tenant {
        self.tenant
    }

    /// A role as its id and name.
    pub(super) fn role(&self, ix: RoleIx) -> &RawValue {
        static NONE: &RawValue = RawValue::NULL;
        let spelled = self.roles.get(ix.row());
        let written = || to_raw_value(&role(self.tenant, ix)).unwrap_or_default();
        spelled.map_or(NONE, |spelled| spelled.get_or_init(written))
    }
}
