//! What a tenant tells a condition without being asked (semantics.md 9.4): what the directory says of the
//! principal, and what it knows of a role assignment that is to be deleted (9.9).

#![expect(clippy::expect_used, reason = "in a test")]

#[expect(dead_code, reason = "no denies and groups here")]
mod exports;

use azrbac::condition::{AttributeSource, AttributeValue, Attributes};
use azrbac::decide::{Outcome, Request};
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::tenant::Tenant;
use exports::{ANN, OWNER, SUBSCRIPTION, TEAM, agreed, assignment, tenant};
use serde_json::{Value, json};

const BOB: &str = "10000000-0000-4000-8000-000000000002";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const DELETE: &str = "Microsoft.Authorization/roleAssignments/delete";
const READ: &str = "Microsoft.Storage/storageAccounts/read";

fn guarded(principal: &str, condition: &str) -> Value {
    let mut held = assignment(principal, "User", OWNER, SUBSCRIPTION);
    held[0]["condition"] = json!(condition);
    held[0]["conditionVersion"] = json!("2.0");
    held
}

fn user(id: &str, project: &Value) -> Value {
    json!({"value": [{
        "id": id, "displayName": id, "userPrincipalName": format!("{}@contoso.example", &id[32..]),
        "customSecurityAttributes": {"Engineering": {
            "@odata.type": "#microsoft.graph.customSecurityAttributeValue", "Project": project,
        }},
    }]})
}

fn ask(tenant: &Tenant, who: &str, operation: &str, scope: &str, told: &Attributes) -> Outcome {
    let operation = Operation::new(operation).expect("an operation");
    let scope = Scope::new(scope).expect("a scope");
    let who: Guid = who.parse().expect("an id");
    let request = Request::new(who, &operation, Plane::Control, &scope, told);
    agreed(tenant, &request).outcome
}

#[test]
fn the_directory_tells_of_the_principal() {
    let name = "Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project";
    let condition = format!("@Principal[{name}] StringEquals 'Cascade'");
    let any = format!("@Principal[{name}] ForAnyOfAnyValues:StringEquals {{'Cascade'}}");
    let held = [guarded(ANN, &condition), guarded(BOB, &condition)];
    let known = tenant(&[
        held[0].clone(),
        held[1].clone(),
        user(ANN, &json!("Cascade")),
        user(BOB, &json!("Baker")),
    ]);
    let none = Attributes::default();
    assert_eq!(ask(&known, ANN, READ, SUBSCRIPTION, &none), Outcome::Allowed);
    assert_eq!(ask(&known, BOB, READ, SUBSCRIPTION, &none), Outcome::NotAllowed);
    assert_eq!(ask(&tenant(&held), ANN, READ, SUBSCRIPTION, &none), Outcome::Conditional);
    let list = json!(["Baker", "Cascade"]);
    let several = tenant(&[guarded(ANN, &any), user(ANN, &list)]);
    assert_eq!(ask(&several, ANN, READ, SUBSCRIPTION, &none), Outcome::Allowed);
    // What is told with the question comes before what the directory says.
    let mut told = Attributes::default();
    let value = AttributeValue::Text("Baker".into());
    told.insert(AttributeSource::Principal, name, value);
    assert_eq!(ask(&known, ANN, READ, SUBSCRIPTION, &told), Outcome::NotAllowed);
}

#[test]
fn an_assignment_that_is_to_be_deleted_is_known() {
    let attribute =
        |name: &str| format!("@Resource[Microsoft.Authorization/roleAssignments:{name}]");
    let role = |id: &str| {
        format!("{} ForAnyOfAnyValues:GuidEquals {{{id}}}", attribute("RoleDefinitionId"))
    };
    let principal =
        |id: &str| format!("{} ForAnyOfAnyValues:GuidEquals {{{id}}}", attribute("PrincipalId"));
    let kind =
        |kind: &str| format!("{} StringEqualsIgnoreCase '{kind}'", attribute("PrincipalType"));
    let group = format!("{SUBSCRIPTION}/resourceGroups/rg");
    let of_team = assignment(TEAM, "Group", READER, &group);
    let of_bob = assignment(BOB, "User", READER, "/");
    let id = |file: &Value| file[0]["id"].as_str().expect("an id").to_owned();
    let (yes, no, open) = (Outcome::Allowed, Outcome::NotAllowed, Outcome::Conditional);
    let elsewhere = format!(
        "{group}2/providers/Microsoft.Authorization/roleAssignments/52000000-0000-4000-8000-000000000001"
    );
    let unknown = id(&of_team).replace("52000000", "53000000");
    for (condition, at, expected) in [
        (role(READER), id(&of_team), yes),
        (role(OWNER), id(&of_team), no),
        (principal(TEAM), id(&of_team), yes),
        (principal(BOB), id(&of_team), no),
        (kind("group"), id(&of_team), yes),
        (kind("user"), id(&of_team), no),
        // Of another scope, or of another name, nothing is known.
        (role(READER), elsewhere.clone(), open),
        (role(OWNER), elsewhere, open),
        (role(READER), unknown.clone(), open),
        (principal(BOB), unknown, open),
        (role(READER), group.clone(), open),
    ] {
        let tenant = tenant(&[guarded(ANN, &condition), of_team.clone(), of_bob.clone()]);
        let none = Attributes::default();
        assert_eq!(ask(&tenant, ANN, DELETE, &at, &none), expected, "{condition} {at}");
        // Nothing of it is known of another operation.
        let other = ask(&tenant, ANN, "Microsoft.Authorization/roleAssignments/read", &at, &none);
        assert_eq!(other, open, "{condition} {at}");
    }
}
