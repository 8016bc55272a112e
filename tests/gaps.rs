//! Which entry that was not understood opens which answer: one gap at a time, of every kind, in every place
//! and about everybody, and each question's answer held against a rule that is written down here.

#![expect(clippy::expect_used, reason = "in a test")]

#[expect(dead_code, reason = "no custom roles here")]
mod exports;

use azrbac::analysis::diff::{DiffQuestion, Transition, diff};
use azrbac::catalog::Catalog;
use azrbac::condition::Attributes;
use azrbac::decide::{Outcome, Request, can, what_can_gaps, where_can, who_can, who_can_gaps};
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::model::{Facts, Gap, Touches, World};
use azrbac::pattern::Wildcards;
use azrbac::tenant::Tenant;
use exports::{
    ALL, ANN, Deny, Group, OWNER, PLAIN, SUBSCRIPTION, TEAM, agreed, assignment, everything,
    numbered, said,
};
use serde_json::{Value, json};

const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
/// Ann reads everything; Bob has nothing; Carl is in the team, which reads one resource group; Dave owns
/// all of it and a deny takes what he would write; Eve is in no file.
const BOB: &str = "10000000-0000-4000-8000-000000000002";
const CARL: &str = "10000000-0000-4000-8000-000000000003";
const DAVE: &str = "10000000-0000-4000-8000-000000000004";
const EVE: &str = "10000000-0000-4000-8000-000000000005";
const EVERYBODY: [&str; 5] = [ANN, BOB, CARL, DAVE, EVE];

const PARENT: &str = "/providers/Microsoft.Management/managementGroups/contoso";
const STRANGER: &str = "/providers/Microsoft.Management/managementGroups/other";
const ANOTHER: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000002";
const OPERATIONS: [&str; 3] = [
    "Microsoft.Compute/virtualMachines/read",
    "Microsoft.Compute/virtualMachines/write",
    "Microsoft.Compute/virtualMachines/delete",
];

/// A catalog of these and no others: a set of everything is quickly made.
const CATALOG: &str = "azrbac operations 1
observed 2026-08-22
inferred 2025-12-24
from a test

Microsoft.Compute/virtualMachines/delete C
Microsoft.Compute/virtualMachines/read C
Microsoft.Compute/virtualMachines/write C
";

fn group(name: &str) -> String {
    format!("{SUBSCRIPTION}/resourceGroups/{name}")
}

/// The files, with or without what stands above the subscription.
fn facts(world: World, placed: bool) -> Facts {
    let read = |one: Value, number: usize| numbered(one, number)[0].clone();
    let held = json!([
        read(assignment(ANN, "User", READER, SUBSCRIPTION), 1),
        read(assignment(TEAM, "Group", READER, &group("one")), 2),
        read(assignment(DAVE, "User", OWNER, SUBSCRIPTION), 3),
        read(assignment(CARL, "User", CONTRIBUTOR, &group("two")), 4),
    ]);
    let deny = Deny { actions: &["*/write"], principals: &[(DAVE, "User")], ..PLAIN };
    let tree = json!({"id": PARENT, "name": "contoso", "displayName": "contoso",
        "type": "Microsoft.Management/managementGroups", "details": {"parent": null}, "children": [
            {"id": SUBSCRIPTION, "name": &SUBSCRIPTION[15..], "displayName": "one", "type": "/subscriptions"}]});
    let mut files = vec![held, deny.file(), Group::of(TEAM, &[(CARL, "user")]).file()];
    if placed {
        files.push(tree);
    }
    // A group that a file names and whose members none lists.
    files.push(json!([{"id": ALL, "displayName": "All", "groupTypes": [], "mailEnabled": false,
        "securityEnabled": true, "@odata.type": "#microsoft.graph.group"}]));
    files.push(json!([{"id": BOB, "displayName": "Bob", "@odata.type": "#microsoft.graph.user"}]));
    let mut facts = Facts::default();
    for (number, file) in files.iter().enumerate() {
        azrbac::ingest::read(&mut facts, &format!("{number}.json"), file.to_string().as_bytes());
    }
    assert!(facts.errors.is_empty(), "{:?}", facts.errors);
    facts.world = world;
    facts
}

/// Every kind of gap, in every place, about everybody.
fn touches() -> Vec<Touches> {
    let scope = |text: &str| Scope::new(text).expect("a scope");
    let mut places: Vec<Option<Scope>> = vec![None];
    let machine =
        |name: &str| format!("{}/providers/Microsoft.Compute/virtualMachines/vm", group(name));
    let groups = [group("one"), group("two"), machine("one"), machine("two")];
    let others = ["/", PARENT, STRANGER, SUBSCRIPTION, ANOTHER];
    for text in others.into_iter().chain(groups.iter().map(String::as_str)) {
        places.push(Some(scope(text)));
    }
    let id = |text: &str| text.parse::<Guid>().expect("an id");
    let mut found = vec![
        Touches::Anything,
        Touches::Hierarchy,
        Touches::Members { group: None },
        Touches::Members { group: Some(id(ALL)) },
        Touches::Members { group: Some(id(TEAM)) },
    ];
    for role in [READER, OWNER, CONTRIBUTOR] {
        found.push(Touches::Role { id: Some(id(role)), name: None });
    }
    found.push(Touches::Role { id: None, name: Some("Reader".to_string()) });
    for place in &places {
        for principal in [None, Some(ANN), Some(BOB), Some(TEAM), Some(ALL), Some(EVE)] {
            let principal = principal.map(id);
            found.push(Touches::Assignment { principal, scope: place.clone() });
        }
        found.push(Touches::Deny { scope: place.clone() });
        found.push(Touches::Lock { scope: place.clone() });
        found.push(Touches::Resource { scope: place.clone() });
    }
    found
}

fn without_scope(touches: &Touches) -> Touches {
    match touches {
        Touches::Assignment { principal, .. } => {
            Touches::Assignment { principal: *principal, scope: None }
        }
        other => other.clone(),
    }
}

/// The question, and what is known of the world it is asked in.
struct Case<'a> {
    world: World,
    placed: bool,
    who: &'a str,
    operation: &'a str,
    scope: &'a Scope,
}

impl Case<'_> {
    /// Does a scope stand at or above the one asked about, as far as anybody can tell?
    fn may_be_above(&self, scope: &Scope) -> bool {
        // Of the other subscription no file says anything.
        let inside = self.is_inside();
        let floats = self.world == World::Open && !(self.placed && inside);
        let above = match scope.text() {
            PARENT => self.placed && inside,
            STRANGER => false,
            _ => scope.contains(self.scope),
        };
        above || (floats && scope.text().starts_with("/providers/Microsoft.Management/"))
    }

    fn is_inside(&self) -> bool {
        Scope::new(SUBSCRIPTION).is_ok_and(|one| one.contains(self.scope))
    }

    fn is_in(&self, name: &str) -> bool {
        Scope::new(&group(name)).is_ok_and(|group| group.contains(self.scope))
    }

    /// Could this gap have given what is asked for?
    fn could_grant(&self, touches: &Touches) -> bool {
        match touches {
            Touches::Anything => true,
            Touches::Assignment { principal, scope } => {
                let own = principal.is_none_or(|id| {
                    let id = id.to_string();
                    id == self.who
                        || (id == TEAM && self.who == CARL)
                        // Anybody may be in the group that nobody lists.
                        || (id == ALL && self.world == World::Open)
                });
                own && scope.as_ref().is_none_or(|scope| self.may_be_above(scope))
            }
            // Then anybody may be in the team.
            Touches::Members { group } => {
                let team = self.who != CARL && group.is_none_or(|id| id.to_string() == TEAM);
                team && self.world == World::Open
                    && self.operation.ends_with("/read")
                    && self.is_in("one")
            }
            Touches::Role { id: Some(id), .. } => match (self.who, id.to_string().as_str()) {
                (ANN, READER) | (DAVE, OWNER) => self.is_inside(),
                (CARL, READER) => {
                    Scope::new(&group("one")).is_ok_and(|one| one.contains(self.scope))
                }
                (CARL, CONTRIBUTOR) => self.is_in("two"),
                _ => false,
            },
            _ => false,
        }
    }

    /// Could it have taken what is granted?
    fn could_refuse(&self, touches: &Touches) -> bool {
        match touches {
            Touches::Anything => true,
            Touches::Deny { scope } => scope.as_ref().is_none_or(|scope| self.may_be_above(scope)),
            Touches::Lock { scope } => {
                let deletes = self.operation.ends_with("/delete");
                let writes = self.operation.ends_with("/write");
                let here = |scope: &Scope| {
                    scope.contains(self.scope) || (deletes && self.scope.contains(scope))
                };
                (writes || deletes) && scope.as_ref().is_none_or(here)
            }
            _ => false,
        }
    }
}

#[test]
fn a_gap_opens_the_answers_that_it_could_have_changed_and_no_others() {
    let attributes = Attributes::default();
    let other = format!("{ANOTHER}/resourceGroups/rg");
    let scopes = [SUBSCRIPTION.to_string(), group("one"), group("new"), group("two"), other]
        .map(|text| Scope::new(&text).expect("a scope"));
    let operations = OPERATIONS.map(|text| Operation::new(text).expect("an operation"));
    let catalog = Catalog::from_text(CATALOG).expect("a catalog");
    let (mut asked, mut opened) = (0, 0);
    for (world, placed) in [(World::Open, true), (World::Open, false), (World::Closed, true)] {
        let plain = Tenant::build(facts(world, placed), &catalog);
        for touches in touches() {
            let mut facts = facts(world, placed);
            facts.gaps.push(Gap {
                code: "unreadable-entry",
                message: "an entry was not understood".to_string(),
                help: None,
                place: None,
                touches: touches.clone(),
            });
            let tenant = Tenant::build(facts, &catalog);
            let question = DiffQuestion {
                at: None,
                attributes: &attributes,
                attributes_complete: false,
                wildcards: Wildcards::Azure,
            };
            let changes = diff(&plain, &tenant, &question);
            for scope in &scopes {
                for operation in &operations {
                    let mut list = None;
                    for who in EVERYBODY {
                        let id: Guid = who.parse().expect("an id");
                        let request =
                            Request::new(id, operation, Plane::Control, scope, &attributes);
                        let case = Case { world, placed, who, operation: operation.text(), scope };
                        let before = can(&plain, &request);
                        // A group that may have anybody in it opens nothing here: it holds nothing.
                        let opens = match before.outcome {
                            Outcome::Allowed => case.could_refuse(&touches),
                            Outcome::NotAllowed => case.could_grant(&touches),
                            other => {
                                assert_eq!(other, Outcome::Denied, "{who} {operation}");
                                false
                            }
                        };
                        let expected = if opens { Outcome::Conditional } else { before.outcome };
                        let about = || {
                            format!(
                                "{touches:?}, {world:?}, placed {placed}: {who} {operation} on {scope}"
                            )
                        };
                        let decision = can(&tenant, &request);
                        assert_eq!(decision.outcome, expected, "{}", about());
                        let told = |gaps: &[Gap]| match touches {
                            Touches::Members { .. } => {
                                gaps.iter().any(|gap| gap.code == "unknown-members")
                            }
                            _ => gaps.iter().any(|gap| gap.touches == touches),
                        };
                        assert_eq!(told(&decision.gaps), opens, "{}", about());
                        let list = list.get_or_insert_with(|| who_can(&tenant, &request));
                        // Whom nothing but the gap names, no list can name.
                        if tenant.principal(id).is_none()
                            && opens
                            && list.others != Outcome::Conditional
                        {
                            let of = Touches::Assignment { principal: Some(id), scope: None };
                            assert_eq!(without_scope(&touches), of, "{}", about());
                            continue;
                        }
                        let listed = said(&tenant, list, id);
                        assert_eq!(
                            list.others == Outcome::Conditional,
                            !list.gaps.is_empty(),
                            "{}",
                            about()
                        );
                        let is_yes = matches!(expected, Outcome::Allowed | Outcome::Conditional);
                        let wanted = if is_yes { expected } else { Outcome::NotAllowed };
                        assert_eq!(listed, wanted, "who: {}", about());
                        if let Some(at) = tenant.scope(scope) {
                            let root = Scope::root();
                            let everywhere = Request { scope: &root, ..request.clone() };
                            let found = where_can(&tenant, &everywhere).outcome_at(&tenant, at);
                            assert_eq!(found, wanted, "where: {}", about());
                        }
                        asked += 1;
                        opened += usize::from(opens);
                        if opens {
                            let gaps = who_can_gaps(&tenant, &request, list);
                            assert!(told(&gaps), "who: {}", about());
                        }
                        // What somebody may do at all hangs on whatever any operation hangs on.
                        let gaps = what_can_gaps(&tenant, &everything(&request));
                        let any = OPERATIONS.iter().any(|operation| {
                            let case = Case { operation, ..case };
                            case.could_grant(&touches) || case.could_refuse(&touches)
                        });
                        assert_eq!(told(&gaps), any, "what: {}", about());
                        if asked % 11 == 0 {
                            agreed(&tenant, &request);
                        }
                        let both = [&plain, &tenant];
                        let change = changes.transition(both, id, Plane::Control, operation, scope);
                        let expected = match before.outcome {
                            _ if !opens => None,
                            Outcome::Allowed => Some(Transition::Doubted),
                            _ => Some(Transition::PerhapsGained),
                        };
                        // Whom nothing but the gap names is in no difference, nor is a place that
                        // neither tenant has above it.
                        let named =
                            tenant.principal(id).is_some() || list.others == decision.outcome;
                        if named && case.is_inside() {
                            assert_eq!(change, expected, "diff: {}", about());
                        }
                    }
                }
            }
        }
    }
    assert!(asked > 15_000 && opened > 1_500, "{opened} of {asked}");
}
