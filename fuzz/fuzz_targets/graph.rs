//! Users, groups, service principals and their members, as Microsoft Graph and az write them: expanded,
//! by id, by link, partly, in cycles, with unknown ones between. An assignment to a group reaches exactly
//! who is on a chain of memberships to it.
#![no_main]

use azrbac::decide::Outcome;
use azrbac::ident::{Guid, Scope};
use azrbac::model::{Facts, Membership};
use azrbac::tenant::Tenant;
use azrbac_fuzz::shape::{Field, file, object, pick, some};
use azrbac_fuzz::{ask, either};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;

const GROUPS: &[&str] = &[
    "\"20000000-0000-4000-8000-000000000001\"",
    "\"20000000-0000-4000-8000-000000000002\"",
    "\"20000000-0000-4000-8000-00000000000C\"",
    "\"20000000-0000-4000-8000-000000000004\"",
];
const USERS: &[&str] =
    &["\"10000000-0000-4000-8000-000000000001\"", "\"10000000-0000-4000-8000-000000000002\""];
const MEMBERS: &[&str] = &[
    "[]",
    "[\"20000000-0000-4000-8000-000000000002\"]",
    "[\"20000000-0000-4000-8000-00000000000c\", \"10000000-0000-4000-8000-000000000001\"]",
    "[{\"@odata.type\": \"#microsoft.graph.group\", \"id\": \"20000000-0000-4000-8000-000000000001\"}]",
    "[{\"@odata.type\": \"#microsoft.graph.user\", \"id\": \"10000000-0000-4000-8000-000000000002\", \"displayName\": \"Ann\"}]",
    "[{\"id\": \"20000000-0000-4000-8000-000000000004\"}, {\"id\": 7}, {\"id\": \"10000000-0000-4000-8000-000000000001\"}]",
    "[\"https://graph.example/v1.0/directoryObjects/10000000-0000-4000-8000-000000000001\"]",
    "[null, \"nobody\"]",
];
const GROUP: &[Field] = &[
    ("@odata.type", &["\"#microsoft.graph.group\""]),
    ("id", GROUPS),
    ("displayName", &["\"engineers\"", "\"\\u202egroup\""]),
    ("securityEnabled", &["true", "true", "false"]),
    ("groupTypes", &["[]", "[\"DynamicMembership\"]", "[\"Unified\"]"]),
    ("members", MEMBERS),
];
const CUT: &[Field] = &[
    ("id", GROUPS),
    ("securityEnabled", &["true"]),
    ("members", MEMBERS),
    ("members@odata.nextLink", &["\"https://graph.example/next\"", "null"]),
];
const USER: &[Field] = &[
    ("@odata.type", &["\"#microsoft.graph.user\"", "\"#microsoft.graph.device\""]),
    ("id", USERS),
    ("displayName", &["\"Ann\"", "null"]),
    ("userPrincipalName", &["\"ann@contoso.example\"", "\"ANN@contoso.example\""]),
    ("mail", &["null", "\"ann@contoso.example\""]),
    (
        "customSecurityAttributes",
        &["{\"Set\": {\"A\": [\"x\"], \"B@odata.type\": \"#Int32\", \"B\": 3}}"],
    ),
];
const SERVICE: &[Field] = &[
    ("id", USERS),
    ("appId", &["\"30000000-0000-4000-8000-000000000001\"", "\"\""]),
    ("servicePrincipalType", &["\"ManagedIdentity\"", "\"Application\""]),
    ("alternativeNames", &["[\"isExplicit=True\", \"/subscriptions/s/resourceGroups/r\"]", "[]"]),
];

/// Is there a chain of memberships from a group down to a principal? Through groups that count for
/// access only, where `counting`.
fn reaches(facts: &Facts, group: Guid, member: Guid, counting: bool) -> bool {
    let mut seen = vec![group];
    let mut at = 0;
    while let Some(&here) = seen.get(at) {
        at += 1;
        for one in facts.groups.iter().filter(|one| one.id == here) {
            if counting && (!one.security_enabled || one.membership != Membership::Listed) {
                continue;
            }
            for next in &one.members {
                if !seen.contains(next) {
                    seen.push(*next);
                }
            }
        }
    }
    seen.contains(&member)
}

fn guid(text: &str) -> Guid {
    text.trim_matches('"').parse().expect("a GUID")
}

fn built(input: &mut Unstructured<'_>) -> Result<()> {
    let holder = guid(pick(input, GROUPS)?);
    let entries = some(input, 10, |input| {
        let fields = pick(input, &[GROUP, GROUP, CUT, USER, SERVICE])?;
        object(input, fields)
    })?;
    let bytes = file(input, &entries)?;
    let mut facts = ask::facts(&bytes);
    let twice = facts
        .groups
        .iter()
        .any(|one| facts.groups.iter().filter(|other| other.id == one.id).count() > 1);
    let held = format!(
        r#"[{{"id": "{0}/providers/Microsoft.Authorization/roleAssignments/52000000-0000-4000-8000-000000000001", "principalId": "{holder}", "principalType": "Group", "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/{1}", "scope": "{0}", "type": "Microsoft.Authorization/roleAssignments"}}]"#,
        ask::SUBSCRIPTION,
        ask::READER
    );
    azrbac::ingest::read(&mut facts, "held.json", held.as_bytes());
    let tenant = Tenant::build(facts.clone(), &ask::CATALOG);
    let scope = Scope::new(ask::SUBSCRIPTION).expect("a scope");
    for user in USERS {
        let user = guid(user);
        let outcome = ask::outcome(&tenant, user, &scope);
        if outcome == Outcome::Allowed {
            assert!(reaches(&facts, holder, user, false), "{user} {facts:#?}");
        }
        if !twice && reaches(&facts, holder, user, true) {
            // What was not understood could be a deny.
            let open = !facts.gaps.is_empty() && outcome == Outcome::Conditional;
            assert!(open || outcome == Outcome::Allowed, "{user} {outcome:?} {facts:#?}");
        }
    }
    let _tenant = ask::answers(ask::facts(&bytes), &bytes);
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    either(bytes, built, |raw| {
        let _tenant = ask::answers(ask::facts(raw), raw);
    });
});
