//! The long text of every code that an answer, a note or an error can carry.

use crate::analysis::lint::{RULES, Rule};
use std::sync::LazyLock;

/// What a code means, in a paragraph; `None` for a code that does not exist.
///
/// ```
/// assert!(azrbac::report::explain("not-action").unwrap().contains("not a deny"));
/// assert!(azrbac::report::explain("u3").is_some());
/// assert!(azrbac::report::explain("4.2").is_some());
/// assert!(azrbac::report::explain("nonsense").is_none());
/// ```
#[must_use]
pub fn explain(code: &str) -> Option<&'static str> {
    table().find(|(known, _)| known.eq_ignore_ascii_case(code.trim())).map(|(_, text)| text)
}

fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
    let rules = RULE_TEXTS.iter().map(|(code, text)| (*code, text.as_str()));
    let azure = AZURE_RULES.iter().map(|(number, text)| (*number, text.as_str()));
    let audit = AUDIT_TEXTS.iter().map(|(code, text)| (*code, text.as_str()));
    let limits = std::iter::once(("limits", LIMITS.as_str()));
    let ours = crate::condition::FINDING_CODES.into_iter().chain(rules).chain(audit).chain(limits);
    TABLE.iter().copied().chain(ours).chain(azure)
}

/// Every code, in the order in which they are told.
pub fn codes() -> impl Iterator<Item = &'static str> {
    table().map(|(code, _)| code)
}

/// What the rules of `role lint` say of themselves.
static RULE_TEXTS: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    let text = |rule: &Rule| {
        let [bad, good] = [rule.bad, rule.good]
            .map(|example| example.split_whitespace().collect::<Vec<_>>().join(" "));
        format!(
            "{} Why it matters: {} Fix: {} Bad example: {bad} Good example: {good}",
            rule.what, rule.why, rule.fix
        )
    };
    RULES.iter().map(|rule| (rule.code, text(rule))).collect()
});

/// What is read at most.
static LIMITS: LazyLock<String> = LazyLock::new(super::limits::limits);

/// The rules of Azure by number.
static AZURE_RULES: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    let text = |rule: &crate::catalog::Rule| match rule.outside {
        Some(reason) => format!("{} No scenario can show it: {reason}.", rule.text),
        None => rule.text.to_string(),
    };
    crate::catalog::rules().iter().map(|rule| (rule.number, text(rule))).collect()
});

/// What the rules of `audit` say of themselves.
static AUDIT_TEXTS: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    crate::analysis::audit::RULES
        .iter()
        .chain(crate::analysis::audit::SUPPRESSION_RULES)
        .map(|rule| {
            let level = rule.severity.as_str();
            let text = format!(
                "{} Why it matters: {} Fix: {} Level: {level} at most.",
                rule.what, rule.why, rule.fix
            );
            (rule.code, text)
        })
        .collect()
});

const TABLE: &[(&str, &str)] = &[
    // Outcomes.
    (
        "allowed",
        "RBAC allows it: at least one active role assignment at or above the scope has a permission block that holds the operation on the asked plane, and no deny assignment, linked check or lock is in the way.",
    ),
    (
        "not-allowed",
        "Nothing grants it. Azure refuses by default; there is no need for a deny. The near misses say what comes closest and why it does not count.",
    ),
    (
        "denied",
        "A deny assignment blocks it. A deny beats every role assignment, Owner included, whatever the scopes of the two. It is told even when no role would have granted the operation.",
    ),
    (
        "locked",
        "RBAC allows it, and a management lock blocks it. Locks go by HTTP method: ReadOnly stops everything but GET and HEAD (POST too, so listKeys as well), CanNotDelete stops DELETE. They bind everybody, are inherited by everything below, and never touch the data plane.",
    ),
    (
        "conditional",
        "It hangs on something that is not known: an attribute that a condition asks about, the members of a group that nobody exported, the management groups above a subscription, or an entry that could not be read. The answer says which. Unknown is never turned into allowed.",
    ),
    // Near misses.
    (
        "not-action",
        "A block of the role matches the operation and leaves it out again by its own notActions (notDataActions on the data plane). That is a subtraction inside this role, not a deny: any other role that has the operation grants it, at any scope.",
    ),
    (
        "other-plane",
        "The role has an entry that matches the operation's name in the list of the other plane. `actions` are consulted for the control plane only, `dataActions` for the data plane only; `*` in actions grants no data action. That is why Owner cannot read a blob by role.",
    ),
    (
        "scope",
        "The principal holds a role with this operation, at a scope that is not at or above the target. Permissions flow down only, and whole segments are compared.",
    ),
    (
        "condition",
        "An assignment grants the operation under a condition, and the condition does not hold for this request.",
    ),
    (
        "eligible",
        "An eligible assignment (Privileged Identity Management) would grant it once activated. Until then it gives nothing.",
    ),
    (
        "expired",
        "A time-bound assignment would grant it, and its window is over or has not begun. The end itself is outside the window (U29).",
    ),
    (
        "pattern",
        "The role has an entry that is nearly this operation: the same provider and type, another last segment. Usually a read where a write was asked, or the parent type's operation.",
    ),
    // Gaps.
    (
        "unknown-members",
        "An assignment or a deny names a group whose members no file lists, or lists only in part: a link says that there are more, or the list ends at the 20 members where Graph stops. The principal may be in it, so the answer is conditional.",
    ),
    (
        "unknown-management-groups",
        "A management group holds what would decide, and no file says whether it stands above this subscription. Export the management groups.",
    ),
    (
        "unknown-role",
        "An assignment names a role that neither the export nor the catalog defines. What it grants is not known.",
    ),
    (
        "unreadable-entry",
        "One entry of a file could not be understood. The error names the place, what was found and what was expected. Everything else was read; answers that this entry could have changed are conditional.",
    ),
    (
        "unreadable-file",
        "A file breaks off or is not what it seems. What came before was read; what is missing could change answers of the kind that came before it.",
    ),
    (
        "custom-role-with-built-in-id",
        "A definition marked as custom carries the GUID of a built-in role. It never replaces the built-in definition: an assignment by that GUID means the built-in role.",
    ),
    (
        "circular-management-group",
        "A management group is given a parent that stands below it. It was left where it was.",
    ),
    (
        "unknown-properties",
        "What decides a door of the data plane (is local authentication on, which permission model does the vault use) is a property of the resource, and no file holds it. The answer names the property and the command that shows it.",
    ),
    (
        "no-time",
        "An assignment has a time window and the question has no time. Say when with --at.",
    ),
    // Notices: kinds of input that are absent altogether.
    ("no-role-assignments", "No role assignments were read at all, so nothing can be granted."),
    (
        "no-deny-assignments",
        "No deny assignments were read. None is assumed; deployment stacks, managed applications and, since 2026, users create them.",
    ),
    ("no-locks", "No management locks were read. None is assumed."),
    (
        "no-eligible-assignments",
        "No eligible assignments were read, so none can be named as a near miss. They grant nothing before activation, so no answer changes.",
    ),
    (
        "no-users",
        "No users were exported: `az ad user list`. Guests and assignments of deleted users cannot be told from others. Never decides an answer.",
    ),
    (
        "no-service-principals",
        "No service principals were exported: `az ad sp list --all`. Assignments of deleted applications and identities cannot be told from others. Never decides an answer.",
    ),
    (
        "no-groups",
        "No groups were read. Whoever holds a role through a group is not seen; where a group that may contain the principal would decide, the answer is conditional.",
    ),
    (
        "no-management-groups",
        "No management groups were read. Where an assignment at one would decide, the answer is conditional.",
    ),
    (
        "no-resources",
        "No resources were read, so whether keys and local authentication are open is not known.",
    ),
    (
        "no-properties",
        "Resources were read, and none with its properties: `az resource list` leaves them out. Whether keys and local authentication are open is not known.",
    ),
    (
        "unread",
        "The summary of the snapshot says that this could not be read when it was taken, and why.",
    ),
    (
        "cut-off-list",
        "A list announces a next page that is not in the export. Follow nextLink until it is null.",
    ),
    (
        "members-may-be-cut",
        "A group was exported with exactly 20 expanded members. Microsoft Graph stops there without saying so, so the list does not count as whole; /groups/{id}/members lists them all.",
    ),
    (
        "members-of-no-group",
        "A list of members was exported without the group that they belong to. Users and groups in it are known by name; nobody becomes a member of anything. The name of the file is not asked.",
    ),
    (
        "subscription-without-assignments",
        "A subscription is named somewhere and has no role assignment of its own in the export. `az role assignment list --all` covers one subscription: run it for each.",
    ),
    // Notes: what was mended or kept out.
    (
        "repaired-prose",
        "Something stood before the JSON, usually a warning of the tool: its stderr went into the same file. It was passed over. `2>/dev/null` keeps it out.",
    ),
    (
        "repaired-commas",
        "Commas before a closing bracket, which JSON does not know. They were passed over; places in messages are still those of the file.",
    ),
    (
        "repaired-surrogate",
        "A string held half of a character that takes two units of UTF-16, as cut-off descriptions do. The half was replaced by U+FFFD.",
    ),
    (
        "repaired-slash",
        "A scope began without a slash or ended with one. It was read as the scope that it can only mean.",
    ),
    ("repaired-boolean", "`true` or `false` was written as a string. It was read as the boolean."),
    (
        "assumed-custom",
        "Nothing says whether a role definition is custom or built-in. No built-in role has its name or GUID, so it was read as a custom one.",
    ),
    (
        "duplicate-key",
        "A field stands in one object twice, with the same value. Where the values differ the entry is refused.",
    ),
    (
        "same-id",
        "Two assignments carry one id and say different things, as exports of different days in one folder do. Both are read: leaving one out could make a false no.",
    ),
    (
        "not-json",
        "A file that is not JSON (a script, a log, a page of text) stands among the exports. It was passed over.",
    ),
    (
        "empty-list",
        "A list without entries. It does not say of what it is the list, so no kind of input counts as read; the summary that the collect script writes does say it.",
    ),
    (
        "repaired-comments",
        "The file had comments, which JSON does not know. They were passed over; places in messages are still those of the file.",
    ),
    ("repaired-null-entry", "A null inside a list was passed over."),
    (
        "repaired-empty-string",
        "An empty string stood where a list belongs. It was read as the empty list.",
    ),
    (
        "repaired-single-string",
        "One string stood where a list belongs. It was read as a list of one.",
    ),
    (
        "repaired-single-object",
        "One object stood where a list belongs. It was read as a list of one.",
    ),
    (
        "repaired-empty-action",
        "An empty string stood inside a list of actions. It grants nothing and was passed over.",
    ),
    (
        "repaired-blanks",
        "Blanks around a name or an action were cut off (U6). Two built-in roles have such strings.",
    ),
    (
        "placeholder-scope",
        "An assignable scope still holds a placeholder such as {subscriptionId}. Assignable scopes decide nothing when access is evaluated; the service would refuse the definition.",
    ),
    ("empty-file", "The file is empty. Nothing was read from it."),
    (
        "native-roles",
        "Managed HSM and Cosmos DB have role systems of their own that use Azure's words with other scopes. They do not decide RBAC questions and were kept out.",
    ),
    ("unneeded", "An object that Azure writes and that no question of azrbac hangs on."),
    (
        "unknown-object",
        "An object that azrbac does not know. It was left out and is listed so that nothing disappears in silence.",
    ),
    (
        "built-in-role-differs",
        "An exported built-in role differs from the embedded catalog: Microsoft changed it between the two dates. The export is used; --catalog chooses the catalog instead.",
    ),
    (
        "flattened-role",
        "Get-AzRoleDefinition writes all permission blocks of a role as one and can lose their conditions. For a built-in role the catalog's definition is used instead.",
    ),
    (
        "role-defined-twice",
        "A role is defined more than once, and the definitions give different things: two exports of different days. What all of them give is given; whatever else hangs on the role is conditional, until the older export is left out.",
    ),
    (
        "role-name-not-unique",
        "Two definitions that give different things have one name, and an assignment says no more than the name. Which of them it gives is not known, so what hangs on it is conditional. An assignment that says the role's id is not touched.",
    ),
    (
        "snapshot-summary",
        "The summary that the collect script writes: what was read, and what could not be.",
    ),
    // Differences: what happened, and why.
    ("gained", "In a difference: not allowed before, allowed now."),
    (
        "gained-conditionally",
        "In a difference: not allowed before, conditional now. Where a condition is told, access was gained under it; where none is, input that is missing decides whether anything was gained.",
    ),
    (
        "now-unconditional",
        "In a difference: conditional before, allowed now. The condition is gone, or something else allows it too.",
    ),
    (
        "condition-changed",
        "In a difference: conditional before and after, and what is left to hold is another condition. It may let in more or less, so `--fail-on gain` and `--fail-on loss` both stop at it.",
    ),
    ("lost", "In a difference: allowed before, not allowed now."),
    (
        "now-conditional",
        "In a difference: allowed before, conditional now: only under a condition, or only perhaps because input is missing.",
    ),
    ("lost-conditional", "In a difference: conditional before, not allowed now."),
    (
        "assignment-added",
        "A cause of a difference: a role assignment that was not there. Assignments are compared by what they say (who, what the role holds, where, under which condition), never by id.",
    ),
    ("assignment-removed", "A cause of a difference: a role assignment that is gone."),
    (
        "assignment-changed",
        "A cause of a difference: the same role for the same principal at the same scope, under another condition or at other times.",
    ),
    (
        "assignment-replaced",
        "Without effect: a role assignment was deleted and made again under another id, and says the same.",
    ),
    (
        "eligible-added",
        "Without effect: an eligible assignment (Privileged Identity Management) that was not there. It gives nothing until it is activated.",
    ),
    ("eligible-removed", "Without effect: an eligible assignment that is gone."),
    (
        "role-changed",
        "A cause of a difference: a role that is held holds something else than before. A custom role was edited, or Microsoft changed a built-in one (`--catalog OLD..NEW` asks for that alone).",
    ),
    (
        "member-added",
        "A cause of a difference: somebody came into a group, itself or through another group, that holds an assignment.",
    ),
    (
        "member-removed",
        "A cause of a difference: somebody left a group that holds an assignment, or the group no longer counts for access (U13).",
    ),
    ("deny-added", "A cause of a difference: a deny assignment that was not there."),
    ("deny-removed", "A cause of a difference: a deny assignment that is gone."),
    (
        "deny-binds",
        "A cause of a difference: a deny assignment binds somebody whom it spared, because groups have other members.",
    ),
    (
        "deny-spares",
        "A cause of a difference: a deny assignment no longer binds somebody, because groups have other members.",
    ),
    ("lock-added", "A cause of a difference: a management lock that was not there."),
    ("lock-removed", "A cause of a difference: a management lock that is gone."),
    (
        "hierarchy-changed",
        "A cause of a difference: a management group or a subscription stands elsewhere in the tree, or only one side knows it, so that other assignments are inherited.",
    ),
    (
        "attributes-changed",
        "A cause of a difference: the principal's groups or its custom security attributes are others, and a condition or a deny asks for them.",
    ),
    (
        "unknown-members-hold-other",
        "A cause of a difference that is perhaps none: the members of a group are not known, and what the group holds is other than before. Whoever is in it gains or loses that.",
    ),
    (
        "input-differs",
        "A cause of a difference that is perhaps none: one side lacks input, or has an entry that was not understood, that the other side has. Export both sides alike.",
    ),
    // Uncertain rules.
    (
        "U1",
        "Several permission blocks in one role: each block subtracts only from itself, then the blocks are united. No page of Microsoft's describes it; all sixteen built-in roles with several blocks are consistent with it.",
    ),
    ("U2", "A condition in the role definition and one on the assignment: both must hold."),
    (
        "U3",
        "`X/*/y` also matches `X/y`: a star between two slashes may vanish with one of them. Managed Identity Operator works only so. --strict-wildcards asks the other reading.",
    ),
    (
        "U4",
        "A star as part of a segment (`Foo*/read`) is matched like any star. No built-in role has one.",
    ),
    (
        "U5",
        "Which characters an action string may hold in a custom role is not stated anywhere current; anything is accepted.",
    ),
    ("U6", "Blanks around stored strings are cut off."),
    ("U7", "excludePrincipals of a deny assignment counts nested groups, not only direct members."),
    (
        "U8",
        "doNotApplyToChildScopes: an extension resource of the scope counts as a child, so the deny does not apply to it.",
    ),
    (
        "U9",
        "A condition on a deny assignment is evaluated; with complete attributes an undecided one applies, with incomplete ones the answer is conditional.",
    ),
    (
        "U10",
        "The list of actions that a deployment stack's deny really holds is not documented. The export's own list is used.",
    ),
    (
        "U11",
        "A user-created deny whose pattern also covers reads is taken to be refused by the service.",
    ),
    (
        "U12",
        "Service groups appear in recent role definitions and are no part of the scope hierarchy here.",
    ),
    (
        "U13",
        "Only security-enabled groups count for access; Microsoft 365 and distribution groups do not.",
    ),
    ("U14", "Owners of a group are not its members."),
    (
        "U15",
        "A custom role with data actions may name a management group as assignable scope but cannot be assigned there.",
    ),
    (
        "U16",
        "Deleting a custom role is checked as roleDefinitions/delete; one page names roleDefinitions/write.",
    ),
    ("U17", "Keywords, operators and sources of conditions are read in any case."),
    ("U18", "AND binds before OR where a condition mixes them without brackets."),
    (
        "U19",
        "A quote inside a string of a condition has no documented escape; only \\' is accepted.",
    ),
    ("U20", "Operators that Microsoft does not document for role assignments are refused."),
    ("U21", "A dictionary key without the case suffix is compared without case."),
    (
        "U22",
        "A comparison with a missing attribute is unknown, also under NOT, and unknown at the top is not granted.",
    ),
    ("U23", "An empty list counts as missing."),
    ("U24", "A value of the wrong type makes a comparison unknown."),
    ("U25", "An operator without quantifier on several values is unknown; use a quantifier."),
    ("U26", "Whether case counts follows the operator, also for storage names."),
    ("U27", "Quantifiers are accepted with StartsWith, Bool and DateTime operators."),
    ("U28", "Attribute names that no catalogue lists are accepted."),
    ("U29", "A time-bound assignment does not count at the very instant of its end."),
    ("U30", "A lock does not protect itself: locks/write and locks/delete are exempt from locks."),
    (
        "U31",
        "Deleting a resource group is checked as one operation; whether denies on its contents stop it is not documented.",
    ),
    (
        "U32",
        "Several conditional assignments on an account with hierarchical namespace: one that holds is enough.",
    ),
    (
        "U33",
        "User-created deny assignments never match denyAssignments/write and denyAssignments/delete.",
    ),
    ("U34", "Log Analytics reads string operators as terms; the plain operator is evaluated here."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_once_and_in_full() {
        let mut seen: Vec<String> = codes().map(str::to_lowercase).collect();
        seen.sort();
        let count = seen.len();
        seen.dedup();
        assert_eq!(seen.len(), count, "a code stands there twice");
        for number in 1..=34 {
            assert!(explain(&format!("U{number}")).is_some(), "U{number}");
        }
    }
}
