//! Whole snapshots, structure-aware: the input chooses objects of every kind, their fields and how they
//! hang together (cycles, siblings, strangers), so that what is read is mostly understood. The order of
//! the files must not matter, and listings must say what `can` says.
#![no_main]

use azrbac::condition::Attributes;
use azrbac::decide::{Outcome, Request, can, who_can};
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::model::Facts;
use azrbac::tenant::Tenant;
use azrbac_fuzz::ask;
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "/subscriptions/11111111-1111-4111-8111-111111111111";
const SCOPES: [&str; 8] = [
    "/",
    "/providers/Microsoft.Management/managementGroups/a",
    "/providers/Microsoft.Management/managementGroups/b",
    "/subscriptions/11111111-1111-4111-8111-111111111111",
    "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg",
    "/SUBSCRIPTIONS/11111111-1111-4111-8111-111111111111/resourcegroups/RG2/",
    "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st",
    "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st/providers/Microsoft.Authorization/roleAssignments/x",
];
const PATTERNS: [&str; 8] = [
    "*",
    "*/read",
    "Microsoft.Storage/*",
    "Microsoft.Storage/storageAccounts/*/read",
    "Microsoft.Storage/storageAccounts/read",
    "microsoft.storage/storageaccounts/LISTKEYS/action",
    "Microsoft.Authorization/*/Write",
    " Microsoft.Storage/storageAccounts/write ",
];
const OPERATIONS: [&str; 4] = [
    "Microsoft.Storage/storageAccounts/read",
    "Microsoft.Storage/storageAccounts/listKeys/action",
    "Microsoft.Storage/storageAccounts/delete",
    "Microsoft.Authorization/roleAssignments/write",
];
const CONDITIONS: [&str; 3] = [
    "@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'st'",
    "(!(ActionMatches{'*/read'})) OR (@Principal[a:b] StringNotEquals 'c')",
    "no condition",
];

fn guid(kind: u8, number: u8) -> String {
    format!("{kind:08x}-0000-4000-8000-{number:012}")
}

fn pick<'a>(input: &mut Unstructured<'_>, list: &[&'a str]) -> Result<&'a str> {
    input.choose(list).copied()
}

fn patterns(input: &mut Unstructured<'_>) -> Result<Vec<&'static str>> {
    (0..input.int_in_range(0..=3)?).map(|_| pick(input, &PATTERNS)).collect()
}

fn block(input: &mut Unstructured<'_>) -> Result<Value> {
    let mut block = json!({
        "actions": patterns(input)?, "notActions": patterns(input)?,
        "dataActions": patterns(input)?, "notDataActions": patterns(input)?,
    });
    if input.ratio(1, 6)? {
        block["condition"] = json!(pick(input, &CONDITIONS)?);
        block["conditionVersion"] = json!("2.0");
    }
    Ok(block)
}

fn holder(input: &mut Unstructured<'_>) -> Result<(String, &'static str)> {
    let number = input.int_in_range(0..=3)?;
    Ok(if input.arbitrary()? { (guid(1, number), "User") } else { (guid(2, number), "Group") })
}

fn object(input: &mut Unstructured<'_>) -> Result<Value> {
    let number = input.int_in_range(0..=5)?;
    let scope = pick(input, &SCOPES)?;
    Ok(match input.int_in_range(0..=7)? {
        0 => {
            json!({"id": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{}", guid(4, number)),
            "roleName": format!("role {number}"), "roleType": "CustomRole", "assignableScopes": [scope],
            "permissions": [block(input)?, block(input)?]})
        }
        1 | 2 => {
            let (principal, kind) = holder(input)?;
            let role = if input.arbitrary()? {
                guid(4, number)
            } else {
                "acdd72a7-3385-48ef-bd42-f606fba81ae7".to_owned()
            };
            let mut entry = json!({"id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{}", guid(5, number)),
                "principalId": principal, "principalType": kind, "roleDefinitionId": role, "scope": scope});
            if input.ratio(1, 4)? {
                entry["condition"] = json!(pick(input, &CONDITIONS)?);
            }
            entry
        }
        3 => {
            let (principal, kind) = holder(input)?;
            let (excluded, excluded_kind) = holder(input)?;
            json!({"id": format!("{scope}/providers/Microsoft.Authorization/denyAssignments/{}", guid(6, number)),
                "denyAssignmentName": "deny", "scope": scope, "permissions": [block(input)?],
                "doNotApplyToChildScopes": input.arbitrary::<bool>()?, "isSystemProtected": input.arbitrary::<bool>()?,
                "principals": [{"id": principal, "type": kind}],
                "excludePrincipals": [{"id": excluded, "type": excluded_kind}]})
        }
        4 => {
            let members = (0..input.int_in_range(0..=3)?)
                .map(|_| holder(input).map(|(id, _)| json!({"id": id})))
                .collect::<Result<Vec<Value>>>()?;
            json!({"@odata.type": "#microsoft.graph.group", "id": guid(2, number), "displayName": "group",
                "securityEnabled": input.arbitrary::<bool>()?, "members": members})
        }
        5 => {
            json!({"id": format!("{scope}/providers/Microsoft.Authorization/locks/l"), "type": "Microsoft.Authorization/locks",
            "name": "l", "level": if input.arbitrary()? { "ReadOnly" } else { "CanNotDelete" }})
        }
        6 => {
            let group = "/providers/Microsoft.Management/managementGroups/";
            let (name, parent) = if input.arbitrary()? { ("a", "b") } else { ("b", "a") };
            json!({"id": format!("{group}{name}"), "type": "Microsoft.Management/managementGroups", "name": name,
                "properties": {"displayName": name, "parent": {"id": format!("{group}{parent}")}}})
        }
        _ => {
            json!({"@odata.type": "#microsoft.graph.user", "id": guid(1, number), "displayName": "user",
            "userPrincipalName": format!("user{number}@contoso.example")})
        }
    })
}

fn tenant(files: &[String]) -> Tenant {
    let mut facts = Facts::default();
    for (number, text) in files.iter().enumerate() {
        azrbac::ingest::read(&mut facts, &format!("{number}.json"), text.as_bytes());
    }
    Tenant::build(facts, &ask::CATALOG)
}

fn run(mut input: Unstructured<'_>) -> Result<()> {
    let operation = Operation::new(pick(&mut input, &OPERATIONS)?).expect("an operation");
    let scope = Scope::new(pick(&mut input, &SCOPES[..7])?).expect("a scope");
    let plane = if input.arbitrary()? { Plane::Data } else { Plane::Control };
    let complete = input.arbitrary()?;
    let mut files = Vec::new();
    while files.len() < 24 && !input.is_empty() {
        files.push(json!([object(&mut input)?]).to_string());
    }
    let here = tenant(&files);
    files.reverse();
    let there = tenant(&files);
    let attributes = Attributes::default();
    let mut listed: Option<Vec<(Guid, Outcome)>> = None;
    for number in 0..4 {
        let principal: Guid = guid(1, number).parse().expect("a GUID");
        let mut request = Request::new(principal, &operation, plane, &scope, &attributes);
        request.attributes_complete = complete;
        let decision = can(&here, &request);
        // Of a role that is defined twice the last definition counts: only where none is, the order of
        // files has no say.
        let once = {
            let defined = |text: &String| {
                Some(text.split_once("\"roleName\":\"role ")?.1.split_once('"')?.0.to_owned())
            };
            let mut roles: Vec<String> = files.iter().filter_map(defined).collect();
            let all = roles.len();
            roles.sort();
            roles.dedup();
            all == roles.len()
        };
        if once {
            let other = can(&there, &request);
            let groups_once = files.iter().filter(|text| text.contains("graph.group")).count() <= 1;
            let trees_once = files.iter().filter(|text| text.contains("\"parent\"")).count() <= 1;
            if groups_once && trees_once {
                assert_eq!(decision.outcome, other.outcome, "{files:#?}");
            }
        }
        let list = listed.get_or_insert_with(|| {
            who_can(&here, &request)
                .holders
                .iter()
                .map(|holder| (here.principal_id(holder.principal), holder.outcome))
                .collect()
        });
        let found = list.iter().find(|(id, _)| *id == principal).map(|(_, outcome)| *outcome);
        let holds = matches!(decision.outcome, Outcome::Allowed | Outcome::Conditional);
        if here.principal(principal).is_some() {
            assert_eq!(found, holds.then_some(decision.outcome), "{files:#?} {decision:#?}");
        }
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    let _too_short = run(Unstructured::new(bytes));
});
