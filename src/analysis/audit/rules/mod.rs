//! The rules, in the order in which they are listed.

mod assignment_limit;
mod broad_data_role;
mod classic_administrator;
mod grown_wildcard;
mod guest_with_control;
mod local_auth_open;
mod local_auth_unknown;
mod orphaned_assignment;
mod orphaned_identity;
mod redundant_assignment;
mod role_assignment_power;
mod unused_role;

use super::Rule;

/// Every rule.
pub const RULES: &[Rule] = &[
    assignment_limit::RULE,
    broad_data_role::RULE,
    classic_administrator::RULE,
    grown_wildcard::RULE,
    guest_with_control::RULE,
    local_auth_open::RULE,
    local_auth_unknown::RULE,
    orphaned_assignment::RULE,
    orphaned_identity::RULE,
    redundant_assignment::RULE,
    role_assignment_power::RULE,
    unused_role::RULE,
];
