//! The rules, in the order in which they are listed.

mod any_provider;
mod assigns_roles;
mod condition_trap;
mod data_at_management_group;
mod edits_role_definitions;
mod hands_out_credentials;
mod idle_not_action;
mod malformed_action;
mod matches_nothing;
mod not_action_as_deny;
mod placeholder;
mod redundant_pattern;
mod refused_scope;
mod shadowed_pattern;
mod too_long;
mod two_stars;
mod unknown_operation;
mod wide_wildcard;
mod wrong_plane;

use super::Rule;

/// Every rule.
pub const RULES: &[Rule] = &[
    any_provider::RULE,
    assigns_roles::RULE,
    condition_trap::RULE,
    data_at_management_group::RULE,
    edits_role_definitions::RULE,
    hands_out_credentials::RULE,
    idle_not_action::RULE,
    malformed_action::RULE,
    matches_nothing::RULE,
    not_action_as_deny::RULE,
    placeholder::RULE,
    redundant_pattern::RULE,
    refused_scope::RULE,
    shadowed_pattern::RULE,
    too_long::RULE,
    two_stars::RULE,
    unknown_operation::RULE,
    wide_wildcard::RULE,
    wrong_plane::RULE,
];
