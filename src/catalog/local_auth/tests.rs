use super::*;
use crate::ident::Operation;
use crate::origin::ErrorKind;
use crate::pattern::Wildcards;

fn every() -> Vec<LocalAuth> {
    LocalAuthCatalog::embedded().all().map(|record| record.expect("it reads")).collect()
}

fn one(kind: &str) -> LocalAuth {
    let kind = ResourceType::new(kind).expect(kind);
    let mut found = LocalAuthCatalog::embedded().lookup(&kind).expect("it reads");
    assert_eq!(found.len(), 1, "{kind}");
    found.remove(0)
}

fn key<'r>(record: &'r LocalAuth, end: &str) -> &'r KeyAction {
    let mut found = record.keys.iter().filter(|key| key.operation.folded().ends_with(end));
    found.next().expect(end)
}

fn covers(key: &KeyAction, operation: &str) -> bool {
    let operation = Operation::new(operation).expect(operation);
    match &key.covers {
        Covers::Operations(patterns) => {
            patterns.iter().any(|one| one.matches(&operation, Wildcards::Azure).is_match())
        }
        Covers::Own | Covers::Elsewhere | Covers::Nothing | Covers::Unknown => false,
    }
}

#[test]
fn every_type_and_every_key_operation_is_there() {
    let all = every();
    assert_eq!(all.len(), 86);
    assert_eq!(all.iter().map(|record| record.keys.len()).sum::<usize>(), 254);
    let tier = |tier| all.iter().filter(|record| record.tier == tier).count();
    assert_eq!((tier(Tier::Core), tier(Tier::Extended), tier(Tier::Retired)), (52, 30, 4));
    let sure = |sure| {
        all.iter().flat_map(|record| &record.keys).filter(|key| key.certainty == sure).count()
    };
    assert_eq!(sure(Certainty::Unconfirmed), 8);
    assert_eq!(sure(Certainty::Verified) + sure(Certainty::Derived), 246);
    assert_eq!(
        all.iter().flat_map(|r| &r.keys).filter(|k| k.lock == LockEffect::Passes).count(),
        10
    );
}

#[test]
fn the_text_is_sorted_and_prints_as_it_stands() {
    LocalAuthCatalog::new("again", EMBEDDED.to_string()).expect("sorted");
    let records: Vec<String> = every().iter().map(LocalAuth::to_string).collect();
    let facts = EMBEDDED.split_once("\n\n").expect("comments come first").1;
    assert_eq!(records.join("\n"), facts);
}

#[test]
fn every_record_is_found_by_bisecting_and_nothing_else_is() {
    let all = every();
    for record in &all {
        let found = LocalAuthCatalog::embedded().lookup(&record.resource_type).expect("it reads");
        let expected: Vec<&LocalAuth> =
            all.iter().filter(|other| other.resource_type == record.resource_type).collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected);
        for near in [format!("{}x", record.resource_type), format!("{}/x", record.resource_type)] {
            let near = ResourceType::new(&near).expect("a type");
            assert!(LocalAuthCatalog::embedded().lookup(&near).expect("it reads").is_empty());
        }
    }
    for absent in ["A/a", "zzz/zzz", "Microsoft.Compute/virtualMachines"] {
        let absent = ResourceType::new(absent).expect("a type");
        assert!(LocalAuthCatalog::embedded().lookup(&absent).expect("it reads").is_empty());
    }
}

#[test]
fn web_sites_have_two_aspects() {
    let sites = ResourceType::new("microsoft.web/SITES").expect("a type");
    let found = LocalAuthCatalog::embedded().lookup(&sites).expect("it reads");
    let aspects: Vec<Option<&str>> = found.iter().map(|record| record.aspect.as_deref()).collect();
    assert_eq!(aspects, [Some("functions"), Some("publishing")]);
}

#[test]
fn a_credential_opens_what_its_grant_says() {
    for record in every() {
        for key in &record.keys {
            let what = &key.operation;
            let patterns = matches!(key.covers, Covers::Operations(_));
            if key.grants != Grants::Limited {
                assert!(patterns, "{what} opens everything or all reads: which?");
            }
            if key.grants == Grants::Read
                && let Covers::Operations(patterns) = &key.covers
            {
                assert!(patterns.iter().all(|one| one.folded().ends_with("read")), "{what}");
            }
            if key.certainty == Certainty::Unconfirmed {
                assert_eq!(key.lock, LockEffect::Passes, "{what}");
            }
            assert!(key.mechanism != Mechanism::Rotates || key.covers == Covers::Nothing, "{what}");
            if let KeyScope::Child(child) = &key.scope {
                assert!(
                    child.below(&record.resource_type).is_some_and(|p| !p.is_empty()),
                    "{what}"
                );
            }
            if let Some(reach) = &key.reach {
                assert!(
                    reach.below(&record.resource_type).is_some_and(|p| !p.is_empty()),
                    "{what}"
                );
            }
        }
        let native = record.native.is_some();
        let grants = record.keys.iter().any(|key| key.mechanism == Mechanism::SelfGrant);
        assert!(native || !grants, "{}: a role of which system?", record.resource_type);
    }
}

#[test]
fn switches_that_close_hang_together_with_closable() {
    for record in every() {
        let closes = record.switches.iter().any(|one| one.closed.expected != Expected::Never);
        assert_eq!(
            closes,
            record.closable == crate::truth::Truth::True,
            "{}",
            record.resource_type
        );
    }
}

#[test]
fn defaults_differ() {
    let default = |kind: &str, at: usize| one(kind).switches[at].default_state();
    assert_eq!(default("Microsoft.CognitiveServices/accounts", 0), DoorState::Open);
    assert_eq!(default("Microsoft.Storage/storageAccounts", 0), DoorState::Open);
    assert_eq!(default("Microsoft.Batch/batchAccounts", 0), DoorState::Open);
    assert_eq!(default("Microsoft.ContainerRegistry/registries", 0), DoorState::Closed);
    assert_eq!(default("Microsoft.Dashboard/grafana", 0), DoorState::Closed);
    assert_eq!(default("Microsoft.LoadTestService/playwrightWorkspaces", 0), DoorState::Closed);
    assert_eq!(default("Microsoft.Cache/redisEnterprise", 0), DoorState::Unknown);
    assert_eq!(default("Microsoft.Compute/disks", 0), DoorState::Open);
}

#[test]
fn hard_ones() {
    let search = one("Microsoft.Search/searchServices");
    let query = key(&search, "listquerykeys/action");
    assert!(covers(query, "Microsoft.Search/searchServices/indexes/documents/read"));
    assert!(!covers(query, "Microsoft.Search/searchServices/indexes/documents/write"));
    assert_eq!(search.entra.otherwise, DoorState::Closed);

    let cosmos = one("Microsoft.DocumentDB/databaseAccounts");
    let read_only = key(&cosmos, "readonlykeys/action");
    let items = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items";
    assert!(covers(read_only, &format!("{items}/read")));
    assert!(!covers(read_only, &format!("{items}/create")));
    assert_eq!(key(&cosmos, "readonlykeys/read").certainty, Certainty::Unconfirmed);

    let storage = one("Microsoft.Storage/storageAccounts");
    let delegation = key(&storage, "generateuserdelegationkey/action");
    assert_eq!((&delegation.covers, delegation.under.len()), (&Covers::Own, 0));

    let vault = one("Microsoft.KeyVault/vaults");
    assert_eq!(key(&vault, "vaults/accesspolicies/write").mechanism, Mechanism::SelfGrant);

    let bus = one("Microsoft.ServiceBus/namespaces");
    let queue = key(&bus, "queues/authorizationrules/listkeys/action");
    assert_eq!(
        queue.reach.as_ref().map(ResourceType::text),
        Some("Microsoft.ServiceBus/namespaces/queues")
    );
}

#[test]
fn a_scope_below_a_resource_has_the_doors_of_the_resource() {
    let account = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/a";
    let blobs =
        Scope::new(&format!("{account}/blobServices/default/containers/c")).expect("a scope");
    let doors = LocalAuthCatalog::embedded().at(&blobs).expect("it reads").expect("it has doors");
    assert_eq!(doors.resource.text(), account);
    let group = Scope::new("/subscriptions/s/resourceGroups/r").expect("a scope");
    assert!(LocalAuthCatalog::embedded().at(&group).expect("it reads").is_none());
}

const SMALL: &str =
    "A/b\n  service S\n  tier core\n  kind local-auth\n  closable yes\n  entra otherwise open\n";

fn refused(text: &str, line: usize, what: &str) {
    let error = LocalAuthCatalog::new("t", text.to_string()).expect_err(text);
    assert_eq!(error.kind(), ErrorKind::Catalog, "{error}");
    assert_eq!(error.place().map(|place| place.line), Some(line), "{error}");
    assert!(error.to_string().contains(what), "{error}");
}

#[test]
fn what_is_not_as_the_form_demands_is_refused_with_its_line() {
    LocalAuthCatalog::new("t", SMALL.to_string()).expect("as it should be");
    refused(&format!("{SMALL}  colour red\n"), 7, "unknown fact");
    refused(&format!("{SMALL}  tier core\n"), 7, "twice");
    refused(&format!("{SMALL}   note x\n"), 7, "indented");
    refused(&SMALL.replace("core", "vital"), 3, "core, extended, retired");
    refused(&SMALL.replace("  closable yes\n", ""), 1, "`closable` is missing");
    refused(&SMALL.replace("A/b", "A"), 1, "not a resource type");
    refused(&format!("{SMALL}{SMALL}"), 7, "stands after");
    refused(&format!("{SMALL}\n{}", SMALL.replace("A/b", "A/a")), 8, "stands after");
    let switch = "  switch keys\n    on A/b\n    closed properties.x is true\n    absent open\n";
    LocalAuthCatalog::new("t", format!("{SMALL}{switch}")).expect("as it should be");
    refused(&format!("{SMALL}{}", switch.replace("is true", "is")), 9, "not a test");
    refused(&format!("{SMALL}{}", switch.replace("keys", "Keys")), 7, "lower case");
    let key = "  key A/b/k/action\n    certainty verified\n    evidence docs\n    scope resource\n    \
               mechanism returns\n    grants full\n    lock blocks\n    under keys\n    covers A/b/*\n";
    LocalAuthCatalog::new("t", format!("{SMALL}{switch}{key}")).expect("as it should be");
    refused(&format!("{SMALL}{key}"), 1, "no switch `keys`");
    refused(&format!("{SMALL}{switch}{}", key.replace("A/b/*", "some")), 19, "unknown word");
}

#[test]
fn tests_of_properties() {
    let check = |test: &str, properties: &str, expected: crate::truth::Truth| {
        let parsed = PropertyTest::parse(test).expect(test);
        assert_eq!(parsed.to_string(), test);
        let value = serde_json::from_str(properties).expect(properties);
        assert_eq!(parsed.decide(Some(&value)), expected, "{test} on {properties}");
        assert_eq!(parsed.decide(None), crate::truth::Truth::Unknown);
    };
    use crate::truth::Truth::{False, True, Unknown};
    check("properties.DisableLocalAuth is true", r#"{"disableLocalAuth": true}"#, True);
    check("properties.allow is false", r#"{"allow": null}"#, False);
    check("properties.allow is false absent yes", r#"{"allow": null}"#, True);
    check("properties.a.b is true", r#"{"a": {"B": "True"}}"#, True);
    check("properties.a is true", r#"{"a": "perhaps"}"#, Unknown);
    check("properties.a is Disabled", r#"{"a": "disabled"}"#, True);
    check("properties.a not Disabled", "{}", True);
    check("properties.modes lacks SharedKey", r#"{"modes": ["AAD"]}"#, True);
    check("properties.modes lacks SharedKey", "{}", False);
    check("properties.modes contains SharedKey", r#"{"modes": "SharedKey"}"#, Unknown);
    check("properties.p unset", r#"{"p": null}"#, True);
    check("properties.p set", r#"{"p": {}}"#, True);
    check("properties.p never", r#"{"p": 1}"#, False);
}
