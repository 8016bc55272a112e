//! A role that is defined twice, and not alike: two exports of different days in one folder.
//!
//! Which of the two Azure holds today nobody can tell from the files. What both give is given; that the
//! role may give more is a gap, and makes a no that hangs on it conditional.

use crate::ident::Guid;
use crate::model::{Gap, PermissionBlock, RoleDefinition, Touches};
use crate::origin::{Origin, Sources};
use crate::pattern::{ActionPattern, Match, Wildcards};

/// Do two definitions give the same, whatever they are called and however their lists are ordered?
pub(super) fn say_the_same(a: &RoleDefinition, b: &RoleDefinition) -> bool {
    let said = |role: &RoleDefinition| {
        let mut blocks: Vec<Said> = role.blocks.iter().map(Said::new).collect();
        blocks.sort();
        blocks.dedup();
        blocks
    };
    said(a) == said(b)
}

/// What a block says, in one order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    lists: [Vec<String>; 4],
    condition: Option<String>,
}

impl Said {
    fn new(block: &PermissionBlock) -> Said {
        let lists =
            [&block.actions, &block.not_actions, &block.data_actions, &block.not_data_actions];
        Said {
            lists: lists.map(|list| {
                let mut list: Vec<String> =
                    list.iter().map(|pattern| pattern.folded().to_string()).collect();
                list.sort();
                list.dedup();
                list
            }),
            condition: block.condition.as_ref().map(|guard| guard.text.trim().to_string()),
        }
    }
}

/// What is not known of such a role, and the way out.
pub(super) fn gap(
    sources: &Sources,
    id: Guid,
    earlier: &RoleDefinition,
    later: &RoleDefinition,
) -> Gap {
    let places = places(sources, earlier, later);
    Gap {
        code: "role-defined-twice",
        message: format!(
            "role `{}` ({id}) is defined differently in two places ({places}); what both give counts",
            later.name
        ),
        help: Some("leave out the older export".to_string()),
        place: None,
        touches: Touches::Role { id: Some(id), name: Some(later.name.to_string()) },
    }
}

/// What is not known of an assignment that names its role by a name which two unlike roles have.
pub(super) fn name_gap(sources: &Sources, earlier: &RoleDefinition, later: &RoleDefinition) -> Gap {
    let places = places(sources, earlier, later);
    Gap {
        code: NAME_NOT_UNIQUE,
        message: format!(
            "two definitions that give different things are called `{}` ({places}); which of them an assignment by that name means is not known",
            later.name
        ),
        help: Some(
            "name the role by its id in the assignment, or leave out one definition".to_string(),
        ),
        place: None,
        touches: Touches::Role { id: None, name: Some(later.name.to_string()) },
    }
}

/// The code of [`name_gap`].
pub(crate) const NAME_NOT_UNIQUE: &str = "role-name-not-unique";

fn places(sources: &Sources, earlier: &RoleDefinition, later: &RoleDefinition) -> String {
    let file = |origin: Origin| {
        origin.place().map_or("another source", |(source, _)| sources.name(source)).to_string()
    };
    let (one, other) = (file(earlier.origin), file(later.origin));
    if one == other { format!("twice in `{one}`") } else { format!("`{one}`, `{other}`") }
}

/// A definition that gives nothing but what both give: each block of the one with each of the other, the
/// patterns that lie within one of each, less everything that either leaves out. The name is the later one's.
pub(super) fn common(earlier: &RoleDefinition, later: RoleDefinition) -> RoleDefinition {
    let mut blocks = Vec::new();
    let mut said: Vec<Said> = Vec::new();
    for a in &earlier.blocks {
        for b in &later.blocks {
            let Some(block) = shared(a, b) else { continue };
            let this = Said::new(&block);
            if !said.contains(&this) {
                said.push(this);
                blocks.push(block);
            }
        }
    }
    RoleDefinition { blocks, ..later }
}

fn shared(a: &PermissionBlock, b: &PermissionBlock) -> Option<PermissionBlock> {
    let condition = match (&a.condition, &b.condition) {
        (None, None) => None,
        (Some(guard), None) | (None, Some(guard)) => Some(guard),
        (Some(a), Some(b)) if a.text.trim() == b.text.trim() => Some(a),
        // Both would have to hold; that they may is told by the gap.
        (Some(_), Some(_)) => return None,
    };
    let block = PermissionBlock {
        actions: both(&a.actions, &b.actions),
        not_actions: either(&a.not_actions, &b.not_actions),
        data_actions: both(&a.data_actions, &b.data_actions),
        not_data_actions: either(&a.not_data_actions, &b.not_data_actions),
        condition: condition.cloned(),
    };
    let gives = !block.actions.is_empty() || !block.data_actions.is_empty();
    gives.then_some(block)
}

/// Of every two patterns the one that lies within the other. What two patterns share that lie across each
/// other is left to the gap.
fn both(a: &[ActionPattern], b: &[ActionPattern]) -> Vec<ActionPattern> {
    let mut shared: Vec<ActionPattern> = Vec::new();
    for one in a {
        for other in b {
            let narrower = if covers(other, one) {
                one
            } else if covers(one, other) {
                other
            } else {
                continue;
            };
            if shared.iter().all(|known| known.folded() != narrower.folded()) {
                shared.push(narrower.clone());
            }
        }
    }
    shared
}

/// Does a pattern match whatever another matches? A star of the other is a character that only a star
/// matches, so a match of its text is one of everything that it stands for; where a star of it vanishes
/// (U3), this one's star there grows or vanishes as well.
fn covers(wider: &ActionPattern, narrower: &ActionPattern) -> bool {
    wider.matches_folded(narrower.folded(), Wildcards::Strict) == Match::Yes
}

fn either(a: &[ActionPattern], b: &[ActionPattern]) -> Vec<ActionPattern> {
    let new = |pattern: &&ActionPattern| a.iter().all(|one| one.folded() != pattern.folded());
    a.iter().chain(b.iter().filter(new)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::{both, shared};
    use crate::catalog::Catalog;
    use crate::condition::{Attributes, Condition};
    use crate::decide::{Outcome, Request, WhatQuestion, can, effective, where_can, who_can};
    use crate::ident::{Guid, Operation, Plane, Scope};
    use crate::model::{Facts, Guard, PermissionBlock};
    use crate::origin::{Error, ErrorKind, Origin};
    use crate::pattern::{ActionPattern, Wildcards};
    use crate::tenant::Tenant;
    use proptest::{prop_assert, proptest};
    use serde_json::{Value, json};
    use std::slice;

    const NAME: &str = "Contoso Operator";
    const ROLE: &str = "41000000-0000-4000-8000-000000000001";
    const WHO: &str = "10000000-0000-4000-8000-000000000001";
    const SCOPE: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001";

    fn tenant(definitions: &[Value]) -> Tenant {
        let definitions: Vec<(Option<&str>, Value)> =
            definitions.iter().map(|permissions| (Some(ROLE), permissions.clone())).collect();
        named(&definitions, "roleDefinitionId", ROLE)
    }

    /// A tenant of roles of one name, with or without an id, and an assignment that names its role by a field.
    fn named(definitions: &[(Option<&str>, Value)], field: &str, role: &str) -> Tenant {
        let mut facts = Facts::default();
        for (number, (id, permissions)) in definitions.iter().enumerate() {
            let mut role = json!([{
                "roleName": NAME, "roleType": "CustomRole",
                "assignableScopes": [SCOPE], "permissions": permissions,
                "type": "Microsoft.Authorization/roleDefinitions",
            }]);
            if let Some(id) = id {
                role[0]["name"] = json!(id);
            }
            let text = role.to_string();
            crate::ingest::read(&mut facts, &format!("{number}.json"), text.as_bytes());
        }
        let mut assignment = json!([{
            "principalId": WHO, "principalType": "User", "scope": SCOPE,
        }]);
        assignment[0][field] = json!(role);
        crate::ingest::read(&mut facts, "a.json", assignment.to_string().as_bytes());
        assert!(facts.errors.is_empty(), "{:?}", facts.errors);
        Tenant::build(facts, &Catalog::newest())
    }

    /// What `can` says, after every listing was found to say the same.
    fn outcome(tenant: &Tenant, operation: &str) -> Outcome {
        let operation = Operation::new(operation).expect("an operation");
        let scope = Scope::new(SCOPE).expect("a scope");
        let who: Guid = WHO.parse().expect("an id");
        let attributes = Attributes::default();
        let request = Request::new(who, &operation, Plane::Control, &scope, &attributes);
        let outcome = can(tenant, &request).outcome;
        let listed = who_can(tenant, &request)
            .holders
            .into_iter()
            .find(|one| tenant.principal_id(one.principal) == who);
        let said = |listed: Option<Outcome>| listed.unwrap_or(Outcome::NotAllowed);
        assert_eq!(said(listed.map(|one| one.outcome)), outcome, "who can {operation}");
        let at = tenant.scope(&scope).expect("the assignment names it");
        let regions = where_can(tenant, &Request { scope: &Scope::root(), ..request.clone() });
        assert_eq!(regions.outcome_at(tenant, at), outcome, "where can {operation}");
        let question = WhatQuestion {
            principal: who,
            scope: Some(&scope),
            attributes: &attributes,
            attributes_complete: false,
            at: None,
            via_lighthouse: false,
            wildcards: Wildcards::Azure,
        };
        let set = effective(tenant, &question, Plane::Control);
        let held = [Outcome::Allowed, Outcome::Conditional]
            .into_iter()
            .find(|outcome| set.of(*outcome).any(|one| one.folded() == operation.folded()));
        assert_eq!(said(held), outcome, "effective {operation}");
        outcome
    }

    const READ: &str = "Microsoft.Storage/storageAccounts/read";
    const KEYS: &str = "Microsoft.Storage/storageAccounts/listKeys/action";
    const START: &str = "Microsoft.Compute/virtualMachines/start/action";

    #[test]
    fn the_common_part_of_two_blocks() {
        let block = |actions: &[&str], except: &[&str], condition: Option<&str>| {
            let list = |texts: &[&str]| {
                texts.iter().map(|text| ActionPattern::new(text).expect("a pattern")).collect()
            };
            PermissionBlock {
                actions: list(actions),
                not_actions: list(except),
                condition: condition.map(|text| Guard {
                    text: text.into(),
                    version: None,
                    parsed: Condition::parse(text)
                        .map_err(|_| Error::new(ErrorKind::Condition, "not understood")),
                    origin: Origin::NONE,
                }),
                ..PermissionBlock::default()
            }
        };
        let told = |block: Option<PermissionBlock>| {
            let block = block?;
            let list = |list: &[ActionPattern]| {
                list.iter().map(|one| one.text().to_string()).collect::<Vec<_>>().join(" ")
            };
            let guard = block.condition.map_or_else(String::new, |guard| guard.text.to_string());
            Some([list(&block.actions), list(&block.not_actions), guard])
        };
        let words = |actions: &str, except: &str, guard: &str| {
            Some([actions.to_string(), except.to_string(), guard.to_string()])
        };
        let one = "Exists @Resource[a:b]";
        let other = "Exists @Resource[a:c]";
        let a = block(&[READ, KEYS], &[KEYS, START], Some(one));
        // The same condition stays, of one and none the one, and of two that differ nothing is firm.
        let b = block(&[READ], &[START, "*/write"], Some(" Exists @Resource[a:b] "));
        assert_eq!(told(shared(&a, &b)), words(READ, &format!("{KEYS} {START} */write"), one));
        let free = block(&["*/read"], &[], None);
        assert_eq!(told(shared(&a, &free)), words(READ, &format!("{KEYS} {START}"), one));
        assert_eq!(told(shared(&free, &a)), words(READ, &format!("{KEYS} {START}"), one));
        assert_eq!(told(shared(&a, &block(&[READ], &[], Some(other)))), None);
        assert_eq!(told(shared(&free, &free)), words("*/read", "", ""));
        assert_eq!(told(shared(&free, &block(&[KEYS], &[], None))), None, "nothing in common");
        let mut data = free.clone();
        data.data_actions = std::mem::take(&mut data.actions);
        let both = shared(&data, &data).expect("data actions are something");
        assert_eq!((both.actions.len(), both.data_actions.len()), (0, 1));
    }

    #[test]
    fn what_both_give_is_given_and_the_rest_is_open() {
        let older = json!([{"actions": [READ, KEYS]}]);
        let newer = json!([{"actions": [READ]}]);
        for order in [[older.clone(), newer.clone()], [newer.clone(), older.clone()]] {
            let tenant = tenant(&order);
            assert_eq!(outcome(&tenant, READ), Outcome::Allowed);
            assert_eq!(outcome(&tenant, KEYS), Outcome::Conditional);
            let gaps: Vec<&str> = tenant.gaps().iter().map(|gap| gap.code).collect();
            assert_eq!(gaps, ["role-defined-twice"]);
        }
        let same = tenant(&[older.clone(), older]);
        assert_eq!(outcome(&same, KEYS), Outcome::Allowed);
        assert_eq!(outcome(&same, START), Outcome::NotAllowed);
        assert_eq!(same.gaps().len(), 0);
    }

    #[test]
    fn a_name_that_two_unlike_roles_have_means_neither() {
        let older = json!([{"actions": [READ, KEYS]}]);
        let newer = json!([{"actions": [READ]}]);
        let other = "41000000-0000-4000-8000-000000000002";
        for ids in [[None, None], [Some(ROLE), None], [None, Some(ROLE)], [Some(ROLE), Some(other)]]
        {
            let roles = [(ids[0], older.clone()), (ids[1], newer.clone())];
            for name in [NAME, "contoso OPERATOR"] {
                let tenant = named(&roles, "roleDefinitionName", name);
                assert_eq!(outcome(&tenant, KEYS), Outcome::Conditional, "{ids:?}");
                let who: Guid = WHO.parse().expect("an id");
                let operation = Operation::new(KEYS).expect("an operation");
                let (scope, attributes) =
                    (Scope::new(SCOPE).expect("a scope"), Attributes::default());
                let request = Request::new(who, &operation, Plane::Control, &scope, &attributes);
                let gaps: Vec<&str> =
                    can(&tenant, &request).gaps.iter().map(|gap| gap.code).collect();
                assert_eq!(gaps, ["role-name-not-unique"], "{ids:?}");
            }
            let alike = [(ids[0], older.clone()), (ids[1], older.clone())];
            let tenant = named(&alike, "roleDefinitionName", NAME);
            assert_eq!(outcome(&tenant, KEYS), Outcome::Allowed, "{ids:?}");
        }
        // An id says which of them is meant, and then there is nothing to tell.
        let roles = [(Some(ROLE), newer), (Some(other), older)];
        for (id, expected) in [(ROLE, Outcome::NotAllowed), (other, Outcome::Allowed)] {
            let tenant = named(&roles, "roleDefinitionId", id);
            assert_eq!(outcome(&tenant, KEYS), expected);
            assert_eq!(tenant.gaps().len(), 0);
        }
    }

    #[test]
    fn what_one_of_them_leaves_out_is_open() {
        let wide = json!([{"actions": ["Microsoft.Storage/*"]}]);
        let less = json!([{"actions": ["Microsoft.Storage/*"], "notActions": [KEYS]}]);
        let tenant = tenant(&[less, wide]);
        assert_eq!(outcome(&tenant, READ), Outcome::Allowed);
        assert_eq!(outcome(&tenant, KEYS), Outcome::Conditional);
    }

    #[test]
    fn of_two_patterns_the_narrower_is_given() {
        let wide =
            json!([{"actions": ["Microsoft.Storage/*", "Microsoft.Compute/*/start/action"]}]);
        let less = json!([{"actions": [
            "microsoft.storage/storageAccounts/*", READ, "*/read", START, "Microsoft.Compute/virtualMachines/*",
        ]}]);
        for order in [[wide.clone(), less.clone()], [less, wide]] {
            let tenant = tenant(&order);
            assert_eq!(outcome(&tenant, KEYS), Outcome::Allowed);
            assert_eq!(outcome(&tenant, READ), Outcome::Allowed);
            assert_eq!(outcome(&tenant, START), Outcome::Allowed);
            // The one gives it by a pattern across the other's.
            assert_eq!(outcome(&tenant, "Microsoft.Storage/skus/read"), Outcome::Conditional);
            let other = "Microsoft.Compute/virtualMachines/deallocate/action";
            assert_eq!(outcome(&tenant, other), Outcome::Conditional);
        }
    }

    proptest! {
        #[test]
        fn what_is_shared_both_match(
            a in "[ab*/]{1,6}", b in "[ab*/]{1,6}", text in "[ab/]{0,8}",
        ) {
            let pattern = |text: &str| ActionPattern::new(text).expect("a pattern");
            let (a, b) = (pattern(&a), pattern(&b));
            for wildcards in [Wildcards::Azure, Wildcards::Strict] {
                let matches = |one: &ActionPattern| one.matches_folded(&text, wildcards).is_match();
                if both(slice::from_ref(&a), slice::from_ref(&b)).iter().any(matches) {
                    prop_assert!(matches(&a) && matches(&b), "{a:?} {b:?} {text}");
                }
            }
        }
    }

    #[test]
    fn blocks_and_three_definitions() {
        let a = json!([{"actions": [READ]}, {"actions": [START]}]);
        let b = json!([{"actions": [START, READ]}]);
        let c = json!([{"actions": [START]}]);
        let two = tenant(&[a.clone(), b.clone()]);
        assert_eq!(outcome(&two, READ), Outcome::Allowed);
        assert_eq!(outcome(&two, START), Outcome::Allowed);
        let three = tenant(&[a, b, c]);
        assert_eq!(outcome(&three, READ), Outcome::Conditional);
        assert_eq!(outcome(&three, START), Outcome::Allowed);
    }

    #[test]
    fn a_condition_that_one_of_them_has_stays() {
        let bare = json!([{"actions": [READ]}]);
        let condition = "(@Resource[Microsoft.Storage/storageAccounts:name] StringEquals \'open\')";
        let guarded = json!([{"actions": [READ], "condition": condition,
            "conditionVersion": "2.0"}]);
        for order in [[bare.clone(), guarded.clone()], [guarded, bare]] {
            assert_eq!(outcome(&tenant(&order), READ), Outcome::Conditional);
        }
    }
}
