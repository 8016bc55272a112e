//! Role assignments, active and eligible, in the shapes of az, PowerShell, REST and Resource Graph. No
//! entry is lost in silence, and what an entry says does not hang on the envelope around it: the list in
//! az's own shape is read on a way of its own, and has to be read the same.
#![no_main]

use azrbac::model::Facts;
use azrbac_fuzz::shape::{Field, file, object, pick, some};
use azrbac_fuzz::{ask, either};
use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;

const SCOPES: &[&str] = &[
    "\"/\"",
    "\"/subscriptions/22222222-2222-2222-2222-222222222222\"",
    "\"/SUBSCRIPTIONS/22222222-2222-2222-2222-222222222222/resourcegroups/rg\"",
    "\"subscriptions/22222222-2222-2222-2222-222222222222/\"",
    "\"/providers/Microsoft.Management/managementGroups/root\"",
    "\"/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts/c\"",
    "\"/keys\"",
];
const IDS: &[&str] = &[
    "\"/providers/Microsoft.Authorization/roleAssignments/52000000-0000-4000-8000-000000000001\"",
    "\"/subscriptions/22222222-2222-2222-2222-222222222222/providers/Microsoft.Authorization/roleAssignments/52000000-0000-4000-8000-000000000002\"",
    "\"/subscriptions/22222222-2222-2222-2222-222222222222/providers/Microsoft.Authorization/RoleAssignments/52000000-0000-4000-8000-000000000003\"",
    "\"/providers/Microsoft.Management/managementGroups/root/providers/Microsoft.Authorization/roleAssignments/52000000-0000-4000-8000-000000000004\"",
    "\"52000000-0000-4000-8000-000000000005\"",
];
const PRINCIPALS: &[&str] = &[
    "\"10000000-0000-4000-8000-000000000001\"",
    "\"20000000-0000-4000-8000-00000000000A\"",
    "\"00000000-0000-0000-0000-000000000000\"",
    "\"ann@contoso.example\"",
];
const ROLES: &[&str] = &[
    "\"/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\"",
    "\"/subscriptions/22222222-2222-2222-2222-222222222222/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635\"",
    "\"b24988ac-6180-42a0-ab88-20f7382dd24c\"",
    "\"/providers/Microsoft.Authorization/roleDefinitions/not-a-guid\"",
];
/// In the order in which az writes them.
const FIELDS: &[Field] = &[
    (
        "condition",
        &["null", "\"@Resource[a:b] StringEquals 'c'\"", "\"(\"", "\"!(ActionMatches{'*/read'})\""],
    ),
    ("conditionVersion", &["null", "\"2.0\"", "\"1.0\""]),
    ("createdOn", &["\"2026-03-01T09:00:00.000000+00:00\"", "null"]),
    ("description", &["null", "\"why\""]),
    ("id", IDS),
    ("name", &["\"52000000-0000-4000-8000-000000000001\"", "null"]),
    ("principalId", PRINCIPALS),
    ("principalName", &["\"ann@contoso.example\"", "null", "\" Ann \""]),
    (
        "principalType",
        &["\"User\"", "\"Group\"", "\"ServicePrincipal\"", "\"ForeignGroup\"", "\"?\""],
    ),
    ("roleDefinitionId", ROLES),
    ("roleDefinitionName", &["\"Reader\"", "\"Owner\"", "null"]),
    ("scope", SCOPES),
    ("type", &["\"Microsoft.Authorization/roleAssignments\""]),
];
/// What eligible and time-bound ones have besides.
const MORE: &[Field] = &[
    (
        "type",
        &[
            "\"Microsoft.Authorization/roleEligibilityScheduleInstances\"",
            "\"Microsoft.Authorization/roleAssignmentScheduleInstances\"",
        ],
    ),
    ("id", IDS),
    ("principalId", PRINCIPALS),
    ("roleDefinitionId", ROLES),
    ("scope", SCOPES),
    ("assignmentType", &["\"Assigned\"", "\"Activated\"", "\"Eligible\"", "\"Other\""]),
    ("startDateTime", &["\"2026-01-01T00:00:00Z\"", "\"2026-01-01\"", "\"soon\""]),
    ("endDateTime", &["null", "\"2026-02-30T00:00:00Z\"", "\"2027-01-01T00:00:00+24:00\""]),
    ("memberType", &["\"Direct\"", "\"Group\""]),
    ("originRoleAssignmentId", IDS),
];

/// What the assignments say, whatever stands around them, and how much was not understood.
fn said(facts: &Facts) -> (Vec<String>, usize, usize) {
    let told = facts.assignments.iter().map(|one| {
        let scope = facts.scope_at(one.scope).text();
        let condition = one.condition().map(|guard| &guard.text);
        format!(
            "{} {:?} {:?} {:?} {scope} {:?} {:?} {:?} {condition:?} {:?} {:?}",
            one.principal,
            one.principal_type,
            one.name,
            one.role,
            one.state,
            one.start(),
            one.end(),
            one.via_lighthouse,
            one.stands_for()
        )
    });
    (told.collect(), facts.errors.len(), facts.gaps.len())
}

/// How much of a long list is read at once, and what a few entries reach over when blanks stand before them.
const PIECE: usize = 256 * 1024;

/// A list read from a file piece by piece says what it says when it is held whole, wherever it is cut.
fn in_pieces(input: &mut Unstructured<'_>, entries: &[String], whole: &Facts) -> Result<()> {
    let list = entries.join(",");
    let cut = input.int_in_range(0..=list.len())?;
    let blanks = " ".repeat(PIECE - 1 - cut.min(PIECE - 1));
    let mut file = std::io::Cursor::new(format!("[{blanks}{list}]"));
    let mut facts = Facts::default();
    azrbac::ingest::read_file(&mut facts, "export.json", &mut file);
    assert_eq!(said(&facts), said(whole), "cut at {cut}: {list}");
    Ok(())
}

fn built(input: &mut Unstructured<'_>) -> Result<()> {
    let entries = some(input, 8, |input| {
        let fields = pick(input, &[FIELDS, FIELDS, FIELDS, MORE])?;
        object(input, fields)
    })?;
    let list = format!("[{}]", entries.join(","));
    let plain = ask::facts(list.as_bytes());
    let wrapped = ask::facts(format!("{{\"value\": {list}}}").as_bytes());
    assert_eq!(said(&plain), said(&wrapped), "{list}");
    if u8::arbitrary(input)?.is_multiple_of(4) {
        in_pieces(input, &entries, &plain)?;
    }
    let told: usize = plain.recognised.iter().map(|row| row.2).sum();
    let notes: usize = plain.notes.iter().map(|note| note.count).sum();
    assert!(told + notes + plain.errors.len() + plain.gaps.len() >= entries.len(), "{list}");
    let bytes = file(input, &entries)?;
    let _tenant = ask::answers(ask::facts(&bytes), &bytes);
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    either(bytes, built, |raw| {
        let _tenant = ask::answers(ask::facts(raw), raw);
    });
});
