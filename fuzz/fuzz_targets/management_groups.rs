//! Management groups and subscriptions: nested children, entities that name their parent, chains of
//! ancestors, rings, contradictions. What is assigned at a group is held only below it.
#![no_main]

use azrbac::decide::Outcome;
use azrbac::ident::{Guid, Scope};
use azrbac::model::Facts;
use azrbac::tenant::Tenant;
use azrbac_fuzz::shape::{Field, file, object, pick, some};
use azrbac_fuzz::{ask, either};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;

const ROOT: &str = "/providers/Microsoft.Management/managementGroups/root";
const IDS: &[&str] = &[
    "\"/providers/Microsoft.Management/managementGroups/root\"",
    "\"/providers/Microsoft.Management/managementGroups/a\"",
    "\"/providers/microsoft.management/managementgroups/B\"",
    "\"a\"",
    "\"root\"",
];
const PARENTS: &[&str] = &[
    "{\"id\": \"/providers/Microsoft.Management/managementGroups/root\", \"name\": \"root\"}",
    "{\"id\": \"/providers/Microsoft.Management/managementGroups/a\"}",
    "{\"name\": \"b\"}",
    "\"root\"",
    "null",
    "{\"id\": \"/subscriptions/x\"}",
];
const DETAILS: &[&str] = &[
    "{\"parent\": {\"id\": \"/providers/Microsoft.Management/managementGroups/root\"}}",
    "{\"parent\": null}",
    "{\"managementGroupAncestorsChain\": [{\"name\": \"a\"}, {\"name\": \"root\"}]}",
    "{\"managementGroupAncestorsChain\": [{\"name\": \"B\"}, {}, 7]}",
];
const CHILDREN: &[&str] = &[
    "[]",
    "[{\"id\": \"/subscriptions/22222222-2222-2222-2222-222222222222\", \"type\": \"/subscriptions\"}]",
    "[{\"id\": \"/providers/Microsoft.Management/managementGroups/a\", \"children\": [{\"id\": \"/subscriptions/22222222-2222-2222-2222-222222222222\"}]}]",
    "[{\"id\": \"b\", \"children\": [{\"id\": \"a\", \"children\": [{\"id\": \"b\"}]}]}]",
    "[{\"id\": \"/subscriptions/\"}]",
];
const GROUP: &[Field] = &[
    (
        "type",
        &[
            "\"Microsoft.Management/managementGroups\"",
            "\"/providers/Microsoft.Management/managementGroups\"",
        ],
    ),
    ("id", IDS),
    ("name", &["\"root\"", "\"a\""]),
    ("displayName", &["\"Root\"", "null"]),
    ("parent", PARENTS),
    ("children", CHILDREN),
];
const DETAILED: &[Field] = &[
    ("type", &["\"Microsoft.Management/managementGroups\""]),
    ("id", IDS),
    ("details", DETAILS),
    ("children", CHILDREN),
];
const SUBSCRIPTION: &[Field] = &[
    ("type", &["\"microsoft.resources/subscriptions\"", "\"/subscriptions\""]),
    (
        "id",
        &[
            "\"/subscriptions/22222222-2222-2222-2222-222222222222\"",
            "\"22222222-2222-2222-2222-222222222222\"",
            "\"/Subscriptions/33333333-3333-3333-3333-333333333333\"",
        ],
    ),
    ("displayName", &["\"Production\""]),
    ("tenantId", &["\"c0000000-0000-4000-8000-000000000000\""]),
    ("parent", PARENTS),
    ("managementGroup", &["\"a\"", "\"root\"", "null"]),
    (
        "managementGroupAncestorsChain",
        &["[{\"name\": \"a\", \"displayName\": \"A\"}, {\"name\": \"root\"}]", "[]"],
    ),
];

/// Does anything that was read put the subscription below the group?
fn below(facts: &Facts, group: &Scope, subscription: &Scope) -> bool {
    let folded = |row| facts.scope_at(row).folded().into_owned();
    let mut above: Vec<String> = facts
        .subscriptions
        .iter()
        .filter(|one| facts.scope_at(one.scope).folded() == subscription.folded())
        .filter_map(|one| one.management_group.map(folded))
        .collect();
    let mut at = 0;
    while let Some(here) = above.get(at).cloned() {
        at += 1;
        for one in facts.management_groups.iter().filter(|one| folded(one.scope) == here) {
            if let Some(Some(parent)) = one.parent
                && !above.contains(&folded(parent))
            {
                above.push(folded(parent));
            }
        }
    }
    above.iter().any(|one| *one == group.folded())
}

fn built(input: &mut Unstructured<'_>) -> Result<()> {
    let entries = some(input, 8, |input| {
        let fields = pick(input, &[GROUP, GROUP, DETAILED, SUBSCRIPTION])?;
        object(input, fields)
    })?;
    let bytes = file(input, &entries)?;
    let mut facts = ask::facts(&bytes);
    let user = "10000000-0000-4000-8000-000000000001";
    let held = format!(
        r#"[{{"id": "{ROOT}/providers/Microsoft.Authorization/roleAssignments/52000000-0000-4000-8000-000000000001", "principalId": "{user}", "principalType": "User", "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/{}", "scope": "{ROOT}", "type": "Microsoft.Authorization/roleAssignments"}}]"#,
        ask::READER
    );
    azrbac::ingest::read(&mut facts, "held.json", held.as_bytes());
    let tenant = Tenant::build(facts.clone(), &ask::CATALOG);
    let user: Guid = user.parse().expect("a GUID");
    let root = Scope::new(ROOT).expect("a scope");
    let subscription = Scope::new(ask::SUBSCRIPTION).expect("a scope");
    // What was not understood could be a deny.
    let expected = if facts.gaps.is_empty() { Outcome::Allowed } else { Outcome::Conditional };
    let found = ask::outcome(&tenant, user, &root);
    assert!(found == Outcome::Allowed || found == expected, "{found:?} {facts:#?}");
    if ask::outcome(&tenant, user, &subscription) == Outcome::Allowed {
        assert!(below(&facts, &root, &subscription), "{facts:#?}");
    }
    let _tenant = ask::answers(ask::facts(&bytes), &bytes);
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    either(bytes, built, |raw| {
        let _tenant = ask::answers(ask::facts(raw), raw);
    });
});
