//! What somebody holds, as blocks: what another block contains is left out, and nothing else is.

#![expect(clippy::expect_used, reason = "in a test")]

#[expect(dead_code, reason = "no random tenants here")]
mod exports;

use azrbac::condition::Attributes;
use azrbac::decide::{WhatQuestion, what_can};
use azrbac::ident::{Guid, Plane, Scope};
use azrbac::pattern::Wildcards;
use azrbac::tenant::Tenant;
use exports::{
    ANN, Deny, Group, OWNER, PLAIN, SUBSCRIPTION, TEAM, assignment, custom, numbered, tenant,
};
use serde_json::{Value, json};

const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const BLOBS: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
const CUSTOM: &str = "41000000-0000-4000-8000-000000000001";

fn group() -> String {
    format!("{SUBSCRIPTION}/resourceGroups/rg")
}

/// An assignment of a number, to somebody.
fn held(number: u8, who: (&str, &str), role: &str, scope: &str) -> Value {
    numbered(assignment(who.0, who.1, role, scope), number.into())
}

const SELF: (&str, &str) = (ANN, "User");

/// What may Ann do there, or anywhere?
fn about<'q>(scope: Option<&'q Scope>, attributes: &'q Attributes) -> WhatQuestion<'q> {
    WhatQuestion {
        principal: ANN.parse::<Guid>().expect("an id"),
        scope,
        attributes,
        attributes_complete: false,
        at: None,
        via_lighthouse: false,
        wildcards: Wildcards::Azure,
    }
}

/// Role, scope and plane of each block that is told, whether it is sure, and how many were left out.
fn told(tenant: &Tenant, at: Option<&str>) -> (Vec<String>, usize) {
    let attributes = Attributes::default();
    let scope = Scope::new(&group()).expect("a scope");
    let at = at.map(|at| at.parse().expect("a time"));
    let question = WhatQuestion { at, ..about(Some(&scope), &attributes) };
    let found = what_can(tenant, &question);
    let mut blocks: Vec<String> = found
        .blocks
        .iter()
        .map(|block| {
            let plane = if block.plane == Plane::Control { "control" } else { "data" };
            let sure = match (block.unknown, block.conditions.len()) {
                (true, _) => "unknown",
                (false, 0) => "sure",
                (false, _) => "if",
            };
            let scope = tenant.scope_text(block.scope).leaf().to_string();
            let (allow, except) = (block.allow.len(), block.except.len());
            let holder = match tenant.principal_id(block.holder).to_string() == ANN {
                true => "",
                false => " of a group",
            };
            let role = tenant.role(block.role).name();
            format!("{role} {scope} {plane} {sure} {allow}-{except}{holder}")
        })
        .collect();
    blocks.sort_unstable();
    (blocks, found.redundant)
}

#[test]
fn what_another_block_contains_is_left_out() {
    let sub = &SUBSCRIPTION[15..];
    let owner = held(1, SELF, OWNER, SUBSCRIPTION);
    let reader = held(2, SELF, READER, &group());
    assert_eq!(
        told(&tenant(&[owner.clone(), reader.clone()]), None),
        (vec![format!("Owner {sub} control sure 1-0")], 1)
    );
    // The wider one below does not contain what stands above it.
    let below = [held(1, SELF, OWNER, &group()), held(2, SELF, READER, SUBSCRIPTION)];
    assert_eq!(
        told(&tenant(&below), None),
        (
            vec!["Owner rg control sure 1-0".to_string(), format!("Reader {sub} control sure 1-0")],
            0
        )
    );
    // Of two that are alike one stays.
    let team = Group::of(TEAM, &[(ANN, "user")]).file();
    let twice = [reader.clone(), held(3, (TEAM, "Group"), READER, &group()), team];
    assert_eq!(told(&tenant(&twice), None), (vec!["Reader rg control sure 1-0".to_string()], 1));
    // The first of them.
    let [_, later, team] = twice;
    let twice = [later, held(4, SELF, READER, &group()), team];
    let of_group = "Reader rg control sure 1-0 of a group".to_string();
    assert_eq!(told(&tenant(&twice), None), (vec![of_group], 1));
    // Owner has no data plane, so it contains nothing of it; and what Contributor leaves out stays.
    let planes = [owner, held(4, SELF, BLOBS, &group())];
    let (blocks, redundant) = told(&tenant(&planes), None);
    assert_eq!((blocks.len(), redundant), (2, 1), "{blocks:?}");
    let two = [held(5, SELF, CONTRIBUTOR, &group())];
    let (blocks, _) = told(&tenant(&two), None);
    assert!(!blocks[0].ends_with("-0"), "{blocks:?}");
}

#[test]
fn what_is_not_sure_contains_only_what_is_as_unsure() {
    let condition = "@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'a'";
    let guarded = |number: u8, role: &str| {
        let mut file = held(number, SELF, role, &group());
        file[0]["condition"] = json!(condition);
        file[0]["conditionVersion"] = json!("2.0");
        file
    };
    let reader = held(2, SELF, READER, &group());
    let both = [guarded(1, OWNER), reader.clone()];
    assert_eq!(
        told(&tenant(&both), None),
        (vec!["Owner rg control if 1-0".to_string(), "Reader rg control sure 1-0".to_string()], 0)
    );
    let alike = [guarded(1, OWNER), guarded(3, READER)];
    assert_eq!(told(&tenant(&alike), None), (vec!["Owner rg control if 1-0".to_string()], 1));
    let mut other = guarded(3, READER);
    other[0]["condition"] = json!(condition.replace("'a'", "'b'"));
    let (blocks, redundant) = told(&tenant(&[guarded(1, OWNER), other]), None);
    assert_eq!((blocks.len(), redundant), (2, 0), "{blocks:?}");
    // A window that nobody can place contains nothing; inside it, it does.
    let mut window = held(4, SELF, OWNER, &group());
    window[0]["endDateTime"] = json!("2026-06-01T00:00:00Z");
    let open = tenant(&[window, reader.clone()]);
    assert_eq!(
        told(&open, None),
        (
            vec![
                "Owner rg control unknown 1-0".to_string(),
                "Reader rg control sure 1-0".to_string()
            ],
            0
        )
    );
    assert_eq!(
        told(&open, Some("2026-01-01T00:00:00Z")),
        (vec!["Owner rg control sure 1-0".to_string()], 1)
    );
    assert_eq!(
        told(&open, Some("2026-07-01T00:00:00Z")),
        (vec!["Reader rg control sure 1-0".to_string()], 0)
    );
    // A role that nobody defines is a block of its own, of which nothing is known.
    let unknown = tenant(&[held(5, SELF, CUSTOM, &group()), held(6, SELF, OWNER, &group())]);
    assert_eq!(
        told(&unknown, None),
        (
            vec![
                format!("{CUSTOM} rg control unknown 0-0"),
                "Owner rg control sure 1-0".to_string()
            ],
            0
        )
    );
}

/// Patterns that say nothing in their block are not shown.
#[test]
fn blocks_are_tidied() {
    let role = json!([{
        "name": CUSTOM, "roleName": "Untidy", "roleType": "CustomRole", "assignableScopes": [SUBSCRIPTION],
        "permissions": [{
            "actions": ["Microsoft.Storage/*", "Microsoft.Storage/storageAccounts/read"],
            "notActions": ["Microsoft.Compute/*", "Microsoft.Storage/*/delete"],
            "dataActions": [], "notDataActions": [],
        }],
        "id": format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{CUSTOM}"),
        "type": "Microsoft.Authorization/roleDefinitions",
    }]);
    let tenant = tenant(&[role, held(1, SELF, CUSTOM, &group())]);
    assert_eq!(told(&tenant, None), (vec!["Untidy rg control sure 1-1".to_string()], 0));
}

/// Of a role that is defined twice no more is sure than what both definitions give.
#[test]
fn a_role_in_doubt_may_hold_more_than_it_shows() {
    let custom = |number: u8, actions: &[&str]| {
        let mut role = custom(CUSTOM, "Twice", actions);
        role[0]["description"] = json!(number.to_string());
        role
    };
    let (reads, writes) = (custom(1, &["*/read"]), custom(2, &["*/read", "*/write"]));
    let tenant = tenant(&[reads, writes, held(1, SELF, CUSTOM, &group())]);
    assert_eq!(
        told(&tenant, None).0,
        ["Twice rg control sure 1-0".to_string(), "Twice rg control unknown 0-0".to_string()]
    );
}

/// Lighthouse gives nothing of the data plane (semantics.md 14).
#[test]
fn what_comes_through_lighthouse_has_no_data_plane() {
    let mut through = held(1, SELF, BLOBS, &group());
    let planes = |file: &Value| {
        let (blocks, _) = told(&tenant(std::slice::from_ref(file)), None);
        ["control", "data"].map(|plane| blocks.iter().any(|block| block.contains(plane)))
    };
    assert_eq!(planes(&through), [true, true]);
    through[0]["viaLighthouse"] = json!(true);
    assert_eq!(planes(&through), [true, false]);
}

/// The denies beside what somebody holds are those that bind them where the question looks.
#[test]
fn the_denies_that_are_told_are_those_that_bind() {
    const EVERYBODY: (&str, &str) = ("00000000-0000-0000-0000-000000000000", "SystemDefined");
    let (rg, other) = (group(), format!("{SUBSCRIPTION}/resourceGroups/other"));
    let bob = ("10000000-0000-4000-8000-000000000002", "User");
    let team = Group::of(TEAM, &[(ANN, "user")]).file();
    let denies = [
        Deny { scope: &rg, ..PLAIN },
        Deny { principals: &[EVERYBODY], ..PLAIN },
        Deny { principals: &[(TEAM, "Group")], ..PLAIN },
        Deny { principals: &[bob], ..PLAIN },
        Deny { principals: &[EVERYBODY], excludes: &[(ANN, "User")], ..PLAIN },
        Deny { principals: &[EVERYBODY], excludes: &[(TEAM, "Group")], ..PLAIN },
        Deny { effect: "audit", ..PLAIN },
        Deny { scope: &other, ..PLAIN },
        Deny { only_here: true, ..PLAIN },
        Deny { scope: &rg, only_here: true, ..PLAIN },
    ];
    let mut files: Vec<Value> = denies
        .iter()
        .enumerate()
        .map(|(number, deny)| {
            let mut file = deny.file();
            let name = format!("56000000-0000-4000-8000-{number:012}");
            let kind = "Microsoft.Authorization/denyAssignments";
            file["value"][0]["id"] = json!(format!("{}/providers/{kind}/{name}", deny.scope));
            file["value"][0]["name"] = json!(name);
            file["value"][0]["properties"]["denyAssignmentName"] = json!(number.to_string());
            file
        })
        .collect();
    files.extend([team, held(1, SELF, OWNER, SUBSCRIPTION)]);
    let tenant = tenant(&files);
    let attributes = Attributes::default();
    let denied = |scope: Option<&Scope>| {
        let mut numbers: Vec<String> = what_can(&tenant, &about(scope, &attributes))
            .denies
            .iter()
            .map(|ix| tenant.deny(*ix).display_name.to_string())
            .collect();
        numbers.sort_unstable();
        numbers.concat()
    };
    let at = Scope::new(&rg).expect("a scope");
    assert_eq!(denied(Some(&at)), "0129");
    assert_eq!(denied(None), "012789");
}
