//! A catalog is made from what az prints live, and is read back as it was.

use azrbac::catalog::{Catalog, Certainty, write_operations, write_roles};
use azrbac::ident::{Operation, Plane};
use azrbac::ingest::catalog::{Import, import};

const ROLES: &str = r#"[
  {"assignableScopes": ["/"], "description": "x", "id": "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
   "name": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "roleName": "Owner", "roleType": "BuiltInRole", "type": "Microsoft.Authorization/roleDefinitions",
   "permissions": [{"actions": ["*"], "notActions": [], "dataActions": [], "notDataActions": [], "condition": null, "conditionVersion": null}]},
  {"assignableScopes": ["/"], "name": "11111111-1111-4111-8111-111111111111", "roleName": "Two Blocks", "roleType": "BuiltInRole",
   "permissions": [{"actions": ["Contoso.Boxes/*"], "notActions": ["Contoso.Boxes/open/action"]},
                   {"actions": ["Contoso.Boxes/open/action "], "condition": "@Resource[Contoso.Boxes:colour] StringEquals 'red'", "conditionVersion": "2.0"}]},
  {"assignableScopes": ["/subscriptions/s"], "name": "22222222-2222-4222-8222-222222222222", "roleName": "Ours", "roleType": "CustomRole",
   "permissions": [{"actions": ["*/read"]}]}
]"#;

const OPERATIONS: &str = r#"[
  {"displayName": "Boxes", "id": "/providers/Microsoft.Authorization/providerOperations/Contoso.Boxes", "name": "Contoso.Boxes",
   "operations": [{"name": "Contoso.Boxes/register/action", "isDataAction": false}],
   "resourceTypes": [{"name": "boxes", "operations": [
      {"name": "Contoso.Boxes/boxes/read", "isDataAction": false},
      {"name": "Contoso.Boxes/boxes/content/read", "isDataAction": true}]}]}
]"#;

#[test]
fn what_az_lists_becomes_a_catalog() {
    let mut found = Import::default();
    import(&mut found, "roles.json", ROLES.as_bytes()).unwrap();
    import(&mut found, "operations.json", OPERATIONS.as_bytes()).unwrap();
    assert_eq!((found.roles.len(), found.custom_roles, found.operations.len()), (2, 1, 3));
    let text = write_roles(&found.roles, "2026-11-24", "a test")
        + &write_operations(&found.operations, "2026-11-24", "", "a test");
    let catalog = Catalog::from_text(&text).unwrap();
    assert!(catalog.is_chosen());
    assert_eq!(catalog.roles().date(), "2026-11-24");
    let two = catalog.roles().by_name("two blocks")[0].definition();
    assert_eq!(two.blocks.len(), 2);
    assert!(two.blocks[1].actions[0].was_trimmed(), "the blank is a fact and is kept");
    assert!(two.blocks[1].condition.as_ref().is_some_and(|guard| guard.parsed.is_ok()));
    let planes = |name: &str| catalog.planes(&Operation::new(name).unwrap()).only();
    assert_eq!(
        planes("contoso.boxes/boxes/content/READ"),
        Some((Plane::Data, Certainty::Observed))
    );
    assert_eq!(
        planes("Contoso.Boxes/register/action"),
        Some((Plane::Control, Certainty::Observed))
    );
}

#[test]
fn a_file_that_is_no_catalog_says_so_with_its_line() {
    let wrong = |text: &str| Catalog::from_text(text).unwrap_err().to_string();
    assert!(wrong("hello").contains("line 1"), "{}", wrong("hello"));
    let unsorted =
        "azrbac operations 1\nobserved d\ninferred d\nfrom x\n\nB/x/read C\nA/x/read C\n";
    assert!(wrong(unsorted).contains("line 7"), "{}", wrong(unsorted));
    let sign =
        "azrbac roles 1\ndate d\nfrom x\n\n8e3af657-a8ff-443c-a75c-2fe8c4bcb635 Owner\n ! x\n";
    assert!(wrong(sign).contains("line 6"), "{}", wrong(sign));
    let mut found = Import::default();
    assert!(import(&mut found, "x.json", b"[{\"a\": 1}]").is_err());
    assert!(import(&mut found, "x.json", b"[{\"a\":").is_err());
}
