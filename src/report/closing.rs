//! What closing the local authentication of a resource would cost, and what to assign before.

use super::safe;
use crate::dataplane::{Plan, ResourceDoors};
use crate::tenant::Tenant;

/// The plan as a script: `az` commands, and the rest as comments.
#[must_use]
pub fn closing(tenant: &Tenant, doors: &ResourceDoors, plan: &Plan) -> String {
    let who = match doors.stakes.len() {
        0 => "nobody".to_string(),
        1 => "one principal".to_string(),
        n => format!("{n} principals"),
    };
    let mut out = format!(
        "# Before local authentication of {} is closed: {who} would lose access.\n",
        safe(doors.resource.leaf())
    );
    for new in &plan.assignments {
        let name = safe(&tenant.principal_name(new.principal));
        out.push_str(&format!("# {name}: {}\n{}\n", safe(&new.role_name), safe(&new.command)));
    }
    for note in &plan.notes {
        out.push_str(&format!("# {}\n", safe(note)));
    }
    out
}
