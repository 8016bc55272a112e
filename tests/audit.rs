//! Findings over a tenant: for each rule a tiny tenant with the fault, and a near miss without it; what
//! suppressions do; and what people and tools see.

#![expect(clippy::disallowed_methods, reason = "a test writes its inputs and reads its snapshots")]

use azrbac::analysis::audit::{
    Finding, Options, RULES, Report, Severity, Since, apply, audit, read_suppressions,
};
use azrbac::catalog::Catalog;
use azrbac::model::Facts;
use azrbac::tenant::Tenant;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SUBSCRIPTION: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const RBAC_ADMINISTRATOR: &str = "f58310d9-a9f6-439a-9e8d-f62e7b41a168";
const BLOB_READER: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
const BLOB_CONTRIBUTOR: &str = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
const VM_CONTRIBUTOR: &str = "9980e02c-c2be-4d73-94e8-173b1dc7cf3c";

/// Ada, a person; Eve, a guest; Lin, in no list.
const ADA: &str = "10000000-0000-4000-8000-000000000001";
const EVE: &str = "10000000-0000-4000-8000-000000000002";
const LIN: &str = "10000000-0000-4000-8000-000000000003";
const TEAM: &str = "20000000-0000-4000-8000-000000000001";

fn group(name: &str) -> String {
    format!("{SUBSCRIPTION}/resourceGroups/{name}")
}

fn assignment(number: u32, principal: &str, kind: &str, role: &str, scope: &str) -> Value {
    let above = if scope == "/" { "" } else { scope };
    json!({"id": format!("{above}/providers/Microsoft.Authorization/roleAssignments/50000000-0000-4000-8000-{number:012}"),
        "type": "Microsoft.Authorization/roleAssignments", "principalId": principal,
        "principalType": kind, "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{role}"),
        "scope": scope})
}

fn with(mut value: Value, more: Value) -> Value {
    if let (Value::Object(fields), Value::Object(more)) = (&mut value, more) {
        fields.extend(more);
    }
    value
}

fn user(id: &str, name: &str) -> Value {
    json!({"id": id, "userPrincipalName": name, "displayName": name, "userType": "Member"})
}

fn custom_role(name: &str, actions: &[&str]) -> Value {
    json!({"name": "70000000-0000-4000-8000-000000000001", "roleName": name, "roleType": "CustomRole",
        "type": "Microsoft.Authorization/roleDefinitions",
        "permissions": [{"actions": actions, "notActions": [], "dataActions": [], "notDataActions": []}],
        "assignableScopes": [SUBSCRIPTION]})
}

fn tenant(entries: &[Value]) -> Tenant {
    let mut facts = Facts::default();
    let text = serde_json::to_string(entries).expect("it is JSON");
    azrbac::ingest::read(&mut facts, "export.json", text.as_bytes());
    assert!(facts.errors.is_empty(), "{:?}", facts.errors);
    azrbac::ingest::settle(&mut facts, &|_| None);
    Tenant::build(facts, &Catalog::newest())
}

fn options() -> Options {
    Options { at: Some("2026-06-01T12:00:00Z".parse().expect("a time")), ..Options::default() }
}

/// What one rule finds.
fn found(code: &str, entries: &[Value]) -> Vec<Finding> {
    let options = Options { only: vec![code.to_string()], ..options() };
    audit(&tenant(entries), &options).findings
}

fn one(code: &str, entries: &[Value]) -> Finding {
    let mut all = found(code, entries);
    assert_eq!(all.len(), 1, "{code}: {all:?}");
    all.remove(0)
}

fn none(code: &str, entries: &[Value]) {
    let all = found(code, entries);
    assert!(all.is_empty(), "{code}: {all:?}");
}

#[test]
fn assignments_of_principals_that_are_gone() {
    const CODE: &str = "orphaned-assignment";
    let ada = user(ADA, "ada@contoso.example");
    let gone = assignment(1, LIN, "User", READER, &group("rg"));
    let finding = one(CODE, &[ada.clone(), gone.clone()]);
    assert!(finding.hangs_on.is_empty());
    assert!(finding.fix.expect("a command").starts_with("az role assignment delete --ids /"));

    none(CODE, &[ada.clone(), assignment(1, ADA, "User", READER, &group("rg"))]);
    // Users were exported and service principals were not: nothing can be said, and that is said.
    let application = assignment(1, LIN, "ServicePrincipal", READER, &group("rg"));
    let report = audit(&tenant(&[ada.clone(), application]), &options());
    assert!(report.findings.iter().all(|finding| finding.code != CODE));
    assert!(report.notices.iter().any(|notice| notice.code == "no-service-principals"));
    // Somebody's member, though no list has it.
    let team =
        json!({"id": TEAM, "displayName": "team", "securityEnabled": true, "members": [LIN]});
    none(CODE, &[ada.clone(), team, gone.clone()]);
    // A managing tenant's principals are in no directory of ours.
    none(CODE, &[ada.clone(), with(gone.clone(), json!({"viaLighthouse": true}))]);
    // A list that ends in a link to more is no proof.
    let cut = r#"{"value": [{"id": "10000000-0000-4000-8000-000000000001", "userPrincipalName": "a@b.example"}],
        "@odata.nextLink": "https://graph.microsoft.com/v1.0/users?$skiptoken=x"}"#;
    let mut facts = Facts::default();
    azrbac::ingest::read(&mut facts, "users.json", cut.as_bytes());
    let list = serde_json::to_string(&[gone]).expect("JSON");
    azrbac::ingest::read(&mut facts, "assignments.json", list.as_bytes());
    let report = audit(&Tenant::build(facts, &Catalog::newest()), &options());
    let orphan = report.findings.iter().find(|finding| finding.code == CODE).expect("it is told");
    assert!(!orphan.hangs_on.is_empty() && !orphan.is_certain());
}

#[test]
fn identities_whose_resource_is_gone() {
    const CODE: &str = "orphaned-identity";
    let web = format!("{}/providers/Microsoft.Web/sites/web", group("rg"));
    let vault = json!({"id": format!("{}/providers/Microsoft.KeyVault/vaults/kv", group("rg")),
        "type": "Microsoft.KeyVault/vaults", "properties": {}});
    let identity = |explicit: &str, resource: &str| {
        json!({"id": LIN, "displayName": "web", "appId": "30000000-0000-4000-8000-0000000000aa",
            "servicePrincipalType": "ManagedIdentity",
            "alternativeNames": [format!("isExplicit={explicit}"), resource]})
    };
    let site = json!({"id": web, "type": "Microsoft.Web/sites", "properties": {}});
    let finding = one(CODE, &[vault.clone(), identity("False", &web)]);
    assert!(finding.hangs_on.is_empty(), "{finding:?}");
    none(CODE, &[vault.clone(), site, identity("False", &web.to_lowercase())]);
    none(CODE, &[vault.clone(), identity("True", &web)]);
    // Another subscription was not exported.
    let elsewhere = web.replace("000000000001/", "000000000002/");
    none(CODE, &[vault.clone(), identity("False", &elsewhere)]);
    // A policy assignment is in no list of resources.
    let policy = format!("{}/providers/Microsoft.Authorization/policyAssignments/p", group("rg"));
    none(CODE, &[vault.clone(), identity("False", &policy)]);
    // A slot whose site is there: not every list has slots.
    let site = json!({"id": web, "type": "Microsoft.Web/sites", "properties": {}});
    let slot = one(CODE, &[site, identity("False", &format!("{web}/slots/blue"))]);
    assert!(!slot.hangs_on.is_empty());
    // No resources at all.
    let report = audit(&tenant(&[identity("False", &web)]), &options());
    assert!(report.findings.iter().all(|finding| finding.code != CODE));
}

#[test]
fn assignments_that_another_contains() {
    const CODE: &str = "redundant-assignment";
    let wide = assignment(1, ADA, "User", CONTRIBUTOR, SUBSCRIPTION);
    let narrow = assignment(2, ADA, "User", VM_CONTRIBUTOR, &group("rg"));
    let finding = one(CODE, &[wide.clone(), narrow.clone()]);
    assert!(finding.message.contains("Virtual Machine Contributor"), "{}", finding.message);
    assert!(finding.reasons.iter().any(|reason| reason.contains("000000000001")));
    // Below, not above.
    none(
        CODE,
        &[
            assignment(1, ADA, "User", CONTRIBUTOR, &group("rg")),
            assignment(2, ADA, "User", VM_CONTRIBUTOR, SUBSCRIPTION),
        ],
    );
    // Owner is more than Contributor by notActions alone.
    none(CODE, &[wide.clone(), assignment(2, ADA, "User", OWNER, &group("rg"))]);
    // The data plane is another plane: `*` in actions contains no dataActions.
    none(
        CODE,
        &[
            assignment(1, ADA, "User", OWNER, SUBSCRIPTION),
            assignment(2, ADA, "User", BLOB_READER, &group("rg")),
        ],
    );
    // Another principal.
    none(CODE, &[wide.clone(), assignment(2, EVE, "User", VM_CONTRIBUTOR, &group("rg"))]);
    // A condition above makes it less; the same condition on both does not.
    let guarded = |one: Value, name: &str| {
        with(
            one,
            json!({"conditionVersion": "2.0", "condition":
            format!("@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals '{name}'")}),
        )
    };
    none(CODE, &[guarded(wide.clone(), "logs"), narrow.clone()]);
    one(CODE, &[guarded(wide.clone(), "logs"), guarded(narrow.clone(), "logs")]);
    none(CODE, &[guarded(wide.clone(), "logs"), guarded(narrow.clone(), "other")]);
    one(CODE, &[wide.clone(), guarded(narrow.clone(), "logs")]);
    // Time: one that ends sooner contains nothing that stays.
    let until = |one: Value, end: &str| with(one, json!({"endDateTime": end}));
    none(CODE, &[until(wide.clone(), "2027-01-01T00:00:00Z"), narrow.clone()]);
    one(
        CODE,
        &[
            until(wide.clone(), "2027-01-01T00:00:00Z"),
            until(narrow.clone(), "2026-12-01T00:00:00Z"),
        ],
    );
    none(CODE, &[until(wide.clone(), "2026-01-01T00:00:00Z"), narrow.clone()]);
    // Eligible contains nothing that is active; the other way round it does.
    let eligible = |one: Value| with(one, json!({"assignmentType": "Eligible"}));
    none(CODE, &[eligible(wide.clone()), narrow.clone()]);
    one(CODE, &[wide.clone(), eligible(narrow.clone())]);
    one(CODE, &[eligible(wide), eligible(narrow)]);
}

#[test]
fn redundant_through_groups_and_never_both_of_two_equal_ones() {
    const CODE: &str = "redundant-assignment";
    let team = |security: bool| json!({"id": TEAM, "displayName": "team", "securityEnabled": security, "members": [ADA]});
    let wide = assignment(1, TEAM, "Group", CONTRIBUTOR, SUBSCRIPTION);
    let narrow = assignment(2, ADA, "User", VM_CONTRIBUTOR, &group("rg"));
    let finding = one(CODE, &[team(true), wide.clone(), narrow.clone()]);
    assert!(finding.message.contains("held by group team"), "{}", finding.message);
    none(CODE, &[team(false), wide.clone(), narrow.clone()]);
    // The group's is not contained in its member's.
    none(
        CODE,
        &[
            team(true),
            assignment(1, TEAM, "Group", VM_CONTRIBUTOR, &group("rg")),
            assignment(2, ADA, "User", OWNER, &group("other")),
        ],
    );
    // Two of the same: one goes, and it is the same one in whatever order they are read.
    let twins = [
        assignment(7, ADA, "User", READER, &group("rg")),
        assignment(3, ADA, "User", READER, &group("rg")),
    ];
    let named = |entries: &[Value]| one(CODE, entries).fix.expect("a command");
    assert_eq!(named(&twins), named(&[twins[1].clone(), twins[0].clone()]));
    assert!(named(&twins).ends_with("000000000007"));
    // Groups in a circle: both hold the same, one stays.
    let other = "20000000-0000-4000-8000-000000000002";
    let circle = [
        json!({"id": TEAM, "displayName": "a", "members": [other]}),
        json!({"id": other, "displayName": "b", "members": [TEAM]}),
        assignment(1, TEAM, "Group", READER, SUBSCRIPTION),
        assignment(2, other, "Group", READER, SUBSCRIPTION),
    ];
    assert!(one(CODE, &circle).fix.expect("a command").ends_with("000000000002"));
    // A chain: both narrow ones name the one that stays.
    let chain = found(
        CODE,
        &[
            assignment(1, ADA, "User", OWNER, SUBSCRIPTION),
            assignment(2, ADA, "User", CONTRIBUTOR, SUBSCRIPTION),
            assignment(3, ADA, "User", VM_CONTRIBUTOR, &group("rg")),
        ],
    );
    assert_eq!(chain.len(), 2);
    assert!(chain.iter().all(|one| one.reasons.iter().any(|r| r.ends_with("000000000001"))));
}

#[test]
fn custom_roles_that_nobody_is_assigned() {
    const CODE: &str = "unused-role";
    let role = custom_role("Operator", &["Microsoft.Compute/virtualMachines/read"]);
    let other = assignment(1, ADA, "User", READER, SUBSCRIPTION);
    let id = "70000000-0000-4000-8000-000000000001";
    let unused = one(CODE, &[role.clone(), other.clone()]);
    // Eligible assignments were not exported: it may be one of those.
    assert!(!unused.hangs_on.is_empty());
    let eligible = |role: &str| {
        json!({"type": "Microsoft.Authorization/roleEligibilityScheduleInstances", "name": "x",
            "properties": {"principalId": ADA, "principalType": "User", "scope": SUBSCRIPTION,
                "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{role}")}})
    };
    assert!(one(CODE, &[role.clone(), other.clone(), eligible(READER)]).hangs_on.is_empty());
    none(CODE, &[role.clone(), other, eligible(id)]);
    none(CODE, &[role, assignment(1, ADA, "User", id, SUBSCRIPTION)]);
}

#[test]
fn who_may_assign_roles_and_what_limits_it() {
    const CODE: &str = "role-assignment-power";
    let owner = assignment(1, ADA, "User", OWNER, SUBSCRIPTION);
    assert_eq!(one(CODE, std::slice::from_ref(&owner)).severity, Severity::Warning);
    none(CODE, &[assignment(1, ADA, "User", CONTRIBUTOR, SUBSCRIPTION)]);
    let eligible = one(CODE, &[with(owner.clone(), json!({"assignmentType": "Eligible"}))]);
    assert_eq!(eligible.severity, Severity::Note);
    // A condition that names roles limits it, unless one of them may assign every role.
    let guarded = |test: &str| {
        with(
            assignment(1, ADA, "User", RBAC_ADMINISTRATOR, SUBSCRIPTION),
            json!({"conditionVersion": "2.0", "condition": format!(
                "((!(ActionMatches{{'Microsoft.Authorization/roleAssignments/write'}})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] {test}))")}),
        )
    };
    let only = |role: &str| guarded(&format!("ForAnyOfAnyValues:GuidEquals {{{role}}}"));
    let limited = one(CODE, &[only(BLOB_READER)]);
    assert_eq!(limited.severity, Severity::Note);
    assert!(limited.reasons[0].contains("Storage Blob Data Reader"), "{limited:?}");
    assert_eq!(one(CODE, &[only(OWNER)]).severity, Severity::Warning);
    let but = one(CODE, &[guarded(&format!("ForAnyOfAllValues:GuidNotEquals {{{OWNER}}}"))]);
    assert_eq!(but.severity, Severity::Warning, "{but:?}");
    assert!(but.reasons.iter().any(|reason| reason.contains("assigns every role")), "{but:?}");
    // Denied everywhere.
    let deny = |only_here: bool| {
        json!({"type": "Microsoft.Authorization/denyAssignments", "id": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/denyAssignments/60000000-0000-4000-8000-000000000001"),
            "denyAssignmentName": "no", "scope": SUBSCRIPTION, "doNotApplyToChildScopes": only_here,
            "permissions": [{"actions": ["Microsoft.Authorization/roleAssignments/*"], "notActions": []}],
            "principals": [{"id": ADA, "type": "User"}], "excludePrincipals": []})
    };
    none(CODE, &[owner.clone(), deny(false)]);
    one(CODE, &[owner, deny(true)]);
    // Expired.
    none(
        CODE,
        &[with(
            assignment(1, ADA, "User", OWNER, SUBSCRIPTION),
            json!({"endDateTime": "2026-01-01T00:00:00Z"}),
        )],
    );
}

#[test]
fn data_roles_at_broad_scopes() {
    const CODE: &str = "broad-data-role";
    one(CODE, &[assignment(1, ADA, "User", BLOB_CONTRIBUTOR, SUBSCRIPTION)]);
    let management_group = "/providers/Microsoft.Management/managementGroups/corp";
    one(CODE, &[assignment(1, ADA, "User", BLOB_READER, management_group)]);
    one(CODE, &[assignment(1, ADA, "User", BLOB_READER, "/")]);
    none(CODE, &[assignment(1, ADA, "User", BLOB_CONTRIBUTOR, &group("rg"))]);
    // Owner has no data plane.
    none(CODE, &[assignment(1, ADA, "User", OWNER, SUBSCRIPTION)]);
}

#[test]
fn classic_administrators_in_every_shape() {
    const CODE: &str = "classic-administrator";
    let az = json!({"id": "NA(classic admins)", "name": "NA(classic admins)", "principalId": null,
        "principalName": "old@contoso.example", "roleDefinitionName": "CoAdministrator",
        "roleDefinitionId": "NA(classic admin role)", "scope": SUBSCRIPTION});
    let rest = json!({"type": "Microsoft.Authorization/classicAdministrators", "name": "x",
        "id": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/classicAdministrators/x"),
        "properties": {"emailAddress": "svc@contoso.example", "role": "ServiceAdministrator;AccountAdministrator"}});
    let powershell = json!({"RoleAssignmentName": null, "RoleAssignmentId": null, "Scope": SUBSCRIPTION,
        "DisplayName": "old", "SignInName": "old@contoso.example", "RoleDefinitionName": "CoAdministrator",
        "RoleDefinitionId": null, "ObjectId": ADA, "ObjectType": "User"});
    for shape in [&az, &rest, &powershell] {
        let finding = one(CODE, std::slice::from_ref(shape));
        assert!(finding.message.contains("contoso.example"), "{}", finding.message);
    }
    // They grant nothing, and are no gap.
    assert!(tenant(&[az, rest, powershell]).gaps().is_empty());
    none(CODE, &[assignment(1, ADA, "User", OWNER, SUBSCRIPTION)]);
}

#[test]
fn wildcards_that_grew() {
    const CODE: &str = "grown-wildcard";
    let role = custom_role("Storage operator", &["Microsoft.Storage/storageAccounts/*"]);
    let grown = one(CODE, std::slice::from_ref(&role));
    assert!(grown.message.contains("2023-05-07"), "{}", grown.message);
    assert!(grown.reasons[0].starts_with("`Microsoft.Storage/storageAccounts/*`"));
    // Changed after the newest date: nothing is new since.
    none(CODE, &[with(role.clone(), json!({"updatedOn": "2026-09-01T00:00:00.0000000Z"}))]);
    let later = one(CODE, &[with(role.clone(), json!({"updatedOn": "2025-01-01T00:00:00Z"}))]);
    assert!(later.message.contains("2024-12-13"), "{}", later.message);
    none(CODE, &[custom_role("Reader", &["Microsoft.Storage/storageAccounts/read"])]);
    // A catalog file with operations of its own knows all that there was.
    let book = "azrbac operations 1\nobserved 2026-01-01\ninferred 2026-01-01\nfrom a test\n\nMicrosoft.Storage/storageAccounts/read C\n";
    let since = Since {
        name: "old.txt".to_string(),
        catalog: Catalog::from_text(book).expect("a catalog"),
    };
    let options = Options { only: vec![CODE.to_string()], since: Some(since), ..options() };
    let report = audit(&tenant(&[role]), &options);
    let message = &report.findings[0].message;
    assert!(message.contains("not there in old.txt"), "{message}");
}

#[test]
fn assignments_near_the_limit() {
    const CODE: &str = "assignment-limit";
    let many = |count: u32, scope: &str, eligible: bool| -> Vec<Value> {
        (1..=count)
            .map(|number| {
                let principal = format!("40000000-0000-4000-8000-{number:012}");
                let one = assignment(number, &principal, "User", READER, scope);
                if eligible { with(one, json!({"assignmentType": "Eligible"})) } else { one }
            })
            .collect()
    };
    none(CODE, &many(3_199, &group("rg"), false));
    assert_eq!(one(CODE, &many(3_200, &group("rg"), false)).severity, Severity::Note);
    assert_eq!(one(CODE, &many(3_600, SUBSCRIPTION, false)).severity, Severity::Warning);
    assert_eq!(one(CODE, &many(4_000, SUBSCRIPTION, false)).severity, Severity::Error);
    none(CODE, &many(4_000, SUBSCRIPTION, true));
    let management_group = "/providers/Microsoft.Management/managementGroups/corp";
    none(CODE, &many(399, management_group, false));
    one(CODE, &many(400, management_group, false));
}

#[test]
fn guests_with_control() {
    const CODE: &str = "guest-with-control";
    let guest =
        json!({"id": EVE, "userPrincipalName": "eve@fabrikam.example", "userType": "Guest"});
    let external = user(EVE, "eve_fabrikam.example#EXT#@contoso.onmicrosoft.com");
    let contributor = assignment(1, EVE, "User", CONTRIBUTOR, &group("rg"));
    one(CODE, &[guest.clone(), contributor.clone()]);
    one(CODE, &[external, contributor.clone()]);
    none(CODE, &[user(EVE, "eve@contoso.example"), contributor.clone()]);
    none(CODE, &[guest.clone(), assignment(1, EVE, "User", READER, SUBSCRIPTION)]);
    // Through a group; and only where the group counts.
    let team = |security: bool| json!({"id": TEAM, "displayName": "team", "securityEnabled": security, "members": [EVE]});
    let owner = assignment(1, TEAM, "Group", OWNER, SUBSCRIPTION);
    let through = one(CODE, &[guest.clone(), team(true), owner.clone()]);
    assert!(through.message.contains("assign roles"), "{}", through.message);
    none(CODE, &[guest.clone(), team(false), owner]);
    let eligible = with(contributor, json!({"assignmentType": "Eligible"}));
    assert_eq!(one(CODE, &[guest, eligible]).severity, Severity::Note);
}

#[test]
fn local_authentication_open_closed_and_unknown() {
    let account = |properties: Value| {
        json!({"id": format!("{}/providers/Microsoft.Storage/storageAccounts/st", group("rg")),
            "type": "Microsoft.Storage/storageAccounts", "properties": properties})
    };
    one("local-auth-open", &[account(json!({"allowSharedKeyAccess": true}))]);
    none("local-auth-open", &[account(json!({"allowSharedKeyAccess": false}))]);
    none("local-auth-unknown", &[account(json!({"allowSharedKeyAccess": false}))]);
    let unknown = one("local-auth-unknown", &[account(Value::Null)]);
    assert!(!unknown.hangs_on.is_empty());
    // Named by an assignment alone: no resource was read, and a notice says so once.
    let scope = format!("{}/providers/Microsoft.Storage/storageAccounts/st", group("rg"));
    none("local-auth-unknown", &[assignment(1, ADA, "User", READER, &scope)]);
}

fn report_of(entries: &[Value]) -> (Tenant, Report) {
    let tenant = tenant(entries);
    let report = audit(&tenant, &options());
    (tenant, report)
}

#[test]
fn suppressions_take_out_what_they_name_for_a_time() {
    let entries = [
        user(ADA, "ada@contoso.example"),
        assignment(1, ADA, "User", BLOB_READER, SUBSCRIPTION),
        assignment(2, ADA, "User", OWNER, &group("rg")),
    ];
    let at = options().at.expect("a time");
    let suppress = |text: &str| {
        let (tenant, mut report) = report_of(&entries);
        let list = read_suppressions("s.yaml", text.as_bytes()).expect("it reads");
        apply(&tenant, &mut report, &list, at);
        report.findings
    };
    let left = |findings: &[Finding]| -> Vec<&'static str> {
        findings.iter().filter(|one| one.suppressed.is_none()).map(|one| one.code).collect()
    };
    for about in [
        "principal: ada@contoso.example",
        "principal: 10000000-0000-4000-8000-000000000001",
        "assignment: 50000000-0000-4000-8000-000000000001",
        "role: Storage Blob Data Reader",
        "role: 2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        "scope: /subscriptions/aaaaaaaa-0000-4000-8000-000000000001",
    ] {
        let text =
            format!("- code: broad-data-role\n  {about}\n  reason: known\n  expires: 2026-06-01\n");
        assert_eq!(left(&suppress(&text)), ["role-assignment-power"], "{about}");
    }
    // Somebody else's: nothing is taken out, and that is told.
    let text = "suppressions:\n- {code: broad-data-role, principal: eve@contoso.example, reason: r, expires: 2027-01-01}\n";
    let findings = suppress(text);
    assert_eq!(left(&findings), ["broad-data-role", "role-assignment-power", "suppression-unused"]);
    // Expired the day before.
    let text = "- {code: broad-data-role, scope: /, reason: r, expires: 2026-05-31}\n";
    assert_eq!(
        left(&suppress(text)),
        ["broad-data-role", "role-assignment-power", "suppression-expired"]
    );
    // The root reaches everything.
    let text = "- {code: broad-data-role, scope: /, reason: r, expires: 2026-06-01T12:00:01Z}\n";
    assert_eq!(left(&suppress(text)), ["role-assignment-power"]);
}

#[test]
fn what_is_wrong_with_a_suppression_is_told_with_its_line() {
    for (text, line, words) in [
        ("- code: unused-role\n  role: x\n  expires: 2027-01-01\n", 1, "no `reason`"),
        ("- code: unused-role\n  role: x\n  reason: r\n", 1, "no `expires`"),
        (
            "- code: unused-role\n  reason: r\n  expires: 2027-01-01\n",
            1,
            "nothing that it is about",
        ),
        (
            "- code: unused-rule\n  role: x\n  reason: r\n  expires: 2027-01-01\n",
            1,
            "did you mean `unused-role`",
        ),
        ("- code: unused-role\n  role: x\n  reason: r\n  expires: soon\n", 4, "`soon`"),
        (
            "- code: unused-role\n  rule: x\n  reason: r\n  expires: 2027-01-01\n",
            1,
            "did you mean `role`",
        ),
        ("- code: unused-role\n  scope: rg\n  reason: r\n  expires: 2027-01-01\n", 2, "rg"),
        (
            "[\n{\"code\": \"unused-role\", \"reason\": \"r\", \"expires\": \"2027-01-01\",\n \"role\": 7}]",
            3,
            "a string",
        ),
        ("{\"suppression\": []}", 1, "did you mean `suppressions`"),
        ("[{", 1, "not JSON"),
        ("a: [", 1, "not YAML"),
    ] {
        let errors = read_suppressions("s.yaml", text.as_bytes()).expect_err(text);
        let told = errors[0].to_string();
        assert!(told.contains(words), "{text}: {told}");
        assert_eq!(errors[0].place().map(|place| place.line), Some(line), "{told}");
    }
    let two = "- {code: unused-role, role: a, expires: 2027-01-01}\n- {code: unused-role, role: b, expires: 2027-01-01}\n";
    assert_eq!(read_suppressions("s.yaml", two.as_bytes()).expect_err("two").len(), 2);
}

#[test]
fn every_rule_is_explained() {
    for rule in RULES {
        let text = azrbac::report::explain(rule.code).expect(rule.code);
        assert!(text.contains(rule.why), "{}", rule.code);
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("audit").join(name);
    let _absent = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("export")).expect("a folder");
    let directory = json!([
        user(ADA, "ada@contoso.example"),
        {"id": EVE, "userPrincipalName": "eve@fabrikam.example", "userType": "Guest"},
    ]);
    let assignments = json!([
        assignment(1, ADA, "User", BLOB_READER, SUBSCRIPTION),
        assignment(2, ADA, "User", BLOB_READER, &group("rg")),
        assignment(3, LIN, "User", READER, &group("rg")),
        assignment(4, EVE, "User", CONTRIBUTOR, &group("rg")),
    ]);
    for (name, text) in [
        ("export/users.json", format!("{directory:#}\n")),
        ("export/assignments & more.json", format!("{assignments:#}\n")),
        (
            "accepted.yaml",
            "- code: guest-with-control\n  principal: eve@fabrikam.example\n  reason: auditor until the end of June\n  expires: 2026-06-30\n"
                .to_string(),
        ),
    ] {
        std::fs::write(folder.join(name), text).expect("an input");
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_azrbac"));
    command.current_dir(folder).args(["-q", "--at", "2026-06-01T12:00:00Z"]).args(arguments);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    command.output().expect("the binary runs")
}

#[test]
fn what_people_and_tools_see() {
    let folder = folder("see");
    let audit = ["-t", "export", "audit"];
    let mut differences = Vec::new();
    for (name, more) in [
        ("audit-text", &[][..]),
        ("audit-json", &["--json"]),
        ("audit-sarif", &["--sarif", "-", "--suppress", "accepted.yaml"]),
        ("audit-junit", &["--junit", "-", "--deny", "note", "--suppress", "accepted.yaml"]),
        ("audit-only", &["--only", "guest-with-control", "--suppress", "accepted.yaml"]),
        ("audit-unknown-code", &["--skip", "guests-with-control"]),
    ] {
        let arguments = [&audit[..], more].concat();
        let output = run(&folder, &arguments);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n");
        let mut stdout = text(output.stdout);
        if stdout.starts_with('{') {
            let value: Value = serde_json::from_str(&stdout).expect("JSON");
            stdout = format!("{value:#}\n");
        }
        let found = format!(
            "$ azrbac {}\nexit {}\n--- stdout\n{stdout}--- stderr\n{}",
            arguments.join(" "),
            output.status.code().unwrap_or(-1),
            text(output.stderr)
        )
        .replace("export\\\\", "export/")
        .replace("export\\", "export/");
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/snapshots/{name}.txt"));
        if std::env::var_os("AZRBAC_UPDATE").is_some() {
            std::fs::write(&path, &found).expect("a snapshot");
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        if expected != found {
            differences.push(format!("{name}\n--- expected\n{expected}\n--- found\n{found}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// What SARIF 2.1.0 demands of the parts that are written.
#[test]
fn sarif_is_what_its_schema_demands() {
    let folder = folder("sarif");
    let output =
        run(&folder, &["-t", "export", "audit", "--sarif", "-", "--suppress", "accepted.yaml"]);
    let sarif: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    assert!(sarif["$schema"].as_str().is_some_and(|uri| uri.contains("sarif-2.1.0")));
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let text = |value: &Value| value["text"].as_str().is_some_and(|text| !text.is_empty());
    for rule in rules {
        assert!(rule["id"].is_string() && text(&rule["shortDescription"]) && text(&rule["help"]));
        let level = rule["defaultConfiguration"]["level"].as_str().expect("a level");
        assert!(["note", "warning", "error"].contains(&level));
    }
    let results = run["results"].as_array().expect("results");
    assert!(results.len() >= 4);
    for result in results {
        let index =
            usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(text(&result["message"]));
        assert!(["note", "warning", "error"].contains(&result["level"].as_str().expect("a level")));
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().expect("a URI");
        assert!(!uri.contains([' ', '&', '\\']), "{uri}");
        assert!(place["region"]["startLine"].as_u64().is_some_and(|line| line > 0));
        assert!(result["partialFingerprints"].as_object().is_some_and(|map| map.len() == 1));
    }
    let suppressed: Vec<_> = results.iter().filter(|one| !one["suppressions"].is_null()).collect();
    assert_eq!(suppressed.len(), 1);
    assert_eq!(suppressed[0]["suppressions"][0]["kind"], "external");
}

#[test]
fn the_exit_status_is_the_answer() {
    let folder = folder("exit");
    let status = |arguments: &[&str]| run(&folder, arguments).status.code();
    assert_eq!(status(&["-t", "export", "audit"]), Some(1));
    assert_eq!(status(&["-t", "export", "audit", "--deny", "error"]), Some(0));
    assert_eq!(status(&["-t", "export", "audit", "--only", "unused-role"]), Some(0));
    let accepted =
        ["-t", "export", "audit", "--only", "guest-with-control", "--suppress", "accepted.yaml"];
    assert_eq!(status(&accepted), Some(0));
    assert_eq!(status(&["-t", "export", "audit", "--suppress", "nowhere.yaml"]), Some(2));
    assert_eq!(status(&["-t", "export", "audit", "--only", "nonsense"]), Some(2));
    assert_eq!(status(&["-t", "export", "audit", "--since", "yesterday"]), Some(2));
    // A finding that hangs on what is missing: it depends.
    let bare = format!("{}/providers/Microsoft.Storage/storageAccounts/st", group("rg"));
    let bare = json!([{"id": bare, "type": "Microsoft.Storage/storageAccounts", "name": "st", "location": "x"}]);
    std::fs::write(folder.join("resources.json"), bare.to_string()).expect("an input");
    assert_eq!(status(&["-t", "resources.json", "audit"]), Some(3));
    // An entry that was not understood may have been one.
    std::fs::write(
        folder.join("broken.json"),
        r#"[{"roleDefinitionId": 7, "principalId": "x", "scope": "/"}]"#,
    )
    .expect("an input");
    assert_eq!(status(&["-t", "broken.json", "audit"]), Some(3));
}
