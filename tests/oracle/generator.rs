//! Random tenants that nearly hit: a neighbouring scope, a pattern one segment short, a cycle of groups, an
//! excluded group, an operation that one block takes away and another gives back. The same seed gives the
//! same tenant, for ever.

use std::collections::BTreeSet;

use super::conditions::{condition, write};
use super::services::{SERVICES, resource};
use super::spec::{path, subject_ids};
use super::spelling::{fold_guid, last};
use super::words::{
    AFTER, BEFORE, NOW, Rng, catalog_role, lists, operation_within, spell_case, spell_guid,
    spell_scope,
};
use super::world::{
    Assignment, Block, Deny, Group, Lock, ManagementGroup, Role, Subscription, World,
};

/// A tenant, and what questions about it can be made from.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) world: World,
    pub(crate) scopes: Vec<String>,
    /// Of each scope, it and all above it.
    pub(crate) paths: Vec<Vec<String>>,
    pub(crate) people: Vec<String>,
    /// Of each of the people, them and their groups.
    pub(crate) reaches: Vec<BTreeSet<String>>,
}

pub(crate) fn setting(rng: &mut Rng) -> Setting {
    let mut world = World { complete: rng.percent(85), ..World::default() };
    let scopes = scopes(rng, &mut world);
    let people = principals(rng, &mut world);
    for _ in 0..3 + rng.below(5) {
        let role = custom_role(rng, &mut world);
        world.roles.push(role);
    }
    for _ in 0..2 {
        let role = catalog_role(rng);
        if world.roles.iter().all(|other| other.id != role.id) {
            world.roles.push(role);
        }
    }
    for _ in 0..6 + rng.below(10) {
        let mut assignment = assignment(rng, &world, &scopes, &people);
        if rng.percent(25) {
            let role = fold_guid(last(&assignment.role));
            let role = world.roles.iter().find(|one| fold_guid(&one.id) == role);
            let blocks = role.map_or(Vec::new(), |role| role.blocks.clone());
            assignment.condition = Some(new_condition(rng, &mut world, &blocks, false));
        }
        world.assignments.push(assignment);
    }
    for _ in 0..rng.below(7) {
        let mut deny = deny(rng, &world, &scopes, &people);
        if rng.percent(15) {
            deny.condition = Some(new_condition(rng, &mut world, &deny.blocks, true));
        }
        for at in 0..deny.blocks.len() {
            if rng.percent(15) {
                let condition = new_condition(rng, &mut world, &deny.blocks, true);
                deny.blocks[at].condition = Some(condition);
            }
        }
        world.denies.push(deny);
    }
    let lockable: Vec<&String> =
        scopes.iter().filter(|scope| scope.starts_with("/subscriptions/")).collect();
    for _ in 0..rng.below(7) {
        let at = rng.below(lockable.len());
        let scope = spell_scope(rng, lockable[at]);
        world.locks.push(Lock { scope, read_only: rng.percent(50) });
    }
    let paths = scopes.iter().map(|scope| path(&world, scope)).collect();
    let reaches = people.iter().map(|person| subject_ids(&world, person)).collect();
    Setting { world, scopes, paths, people, reaches }
}

/// A condition that has something to do with what the blocks hold.
fn new_condition(rng: &mut Rng, world: &mut World, blocks: &[Block], short: bool) -> String {
    let lists = blocks.iter().flat_map(|block| block.actions.iter().chain(&block.data_actions));
    let patterns: Vec<String> = lists.cloned().collect();
    let operations: Vec<String> = (0..3).map(|_| operation_within(rng, &patterns)).collect();
    let says = condition(rng, &operations, short);
    let text = write(rng, &says);
    world.conditions.insert(text.clone(), says);
    text
}

/// The tree above the subscriptions, and the scopes that facts and questions speak of.
fn scopes(rng: &mut Rng, world: &mut World) -> Vec<String> {
    let mut scopes = vec!["/".to_owned()];
    let names = ["root", "mg-a", "mg-ab", "mg-a-deep", "mg-b"];
    for (i, name) in names.iter().take(2 + rng.below(4)).enumerate() {
        let above = rng.below(i.max(1));
        let parent = (i > 0).then(|| spell_case(rng, names[above]));
        // A group that an incomplete world does not list hangs under `/`.
        if world.complete || rng.percent(85) {
            world.management_groups.push(ManagementGroup { id: (*name).to_owned(), parent });
        }
        scopes.push(format!("/providers/Microsoft.Management/managementGroups/{name}"));
    }
    let tops = scopes.len() - 1;
    scopes.push(format!("{}/providers/Microsoft.Authorization/policyAssignments/p", scopes[tops]));
    for _ in 0..2 + rng.below(2) {
        let id = rng.guid();
        let subscription = format!("/subscriptions/{id}");
        if world.complete || rng.percent(80) {
            let parent = world.complete || rng.percent(70);
            let above = rng.below(tops);
            let management_group = parent.then(|| spell_case(rng, names[above]));
            world.subscriptions.push(Subscription { id, management_group });
        }
        scopes.push(format!("{subscription}/providers/Microsoft.CostManagement/exports/e"));
        for name in ["rg", "rg2", "rg-ai", "providers"] {
            if rng.percent(40) {
                continue;
            }
            let group = format!("{subscription}/resourceGroups/{name}");
            let account = format!("{group}/providers/Microsoft.Storage/storageAccounts/st");
            let machine = format!("{group}/providers/Microsoft.Compute/virtualMachines/vm");
            scopes.push(format!(
                "{group}/providers/Microsoft.Authorization/roleAssignments/{}",
                rng.guid()
            ));
            scopes.push(format!("{account}2"));
            scopes.push(format!("{account}/blobServices/default/containers/c"));
            scopes.push(format!("{account}/blobServices/default/containers/c2"));
            scopes.push(format!(
                "{account}/blobServices/default/providers/microsoft.insights/diagnosticSettings/d"
            ));
            scopes.push(format!("{account}/providers/Microsoft.Insights/diagnosticSettings/d"));
            scopes.push(format!("{machine}/extensions/providers"));
            scopes.push(format!("{group}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"));
            for (kind, below) in [
                ("Microsoft.Storage/storageAccounts", ""),
                ("Microsoft.CognitiveServices/accounts", ""),
                ("Microsoft.Search/searchServices", ""),
                ("Microsoft.ServiceBus/namespaces", "/queues/q"),
                ("Microsoft.OperationalInsights/workspaces", ""),
            ] {
                if rng.percent(55) {
                    continue;
                }
                let service = SERVICES.iter().find(|service| service.kind == kind);
                let name = if kind.starts_with("Microsoft.Storage") { "st" } else { "s" };
                let id = format!("{group}/providers/{kind}/{name}");
                if !scopes.contains(&id) && name != "st" {
                    scopes.push(id.clone());
                }
                if !below.is_empty() {
                    scopes.push(format!("{id}{below}"));
                    scopes.push(format!("{id}{below}2"));
                }
                if let Some(service) = service.filter(|_| rng.percent(80)) {
                    // Azure lists resources by whole ids.
                    let id = spell_case(rng, &id);
                    let resource = resource(rng, id, service);
                    world.resources.push(resource);
                }
            }
            scopes.extend([group, account, machine]);
        }
        scopes.push(subscription);
    }
    scopes
}

fn principals(rng: &mut Rng, world: &mut World) -> Vec<String> {
    let mut people: Vec<String> = Vec::new();
    for i in 0..6 {
        let id = rng.guid();
        people.push(id.clone());
        // A principal that is named by its id needs no listing.
        match i {
            0..=3 => world.users.push(id),
            4 => world.service_principals.push(id),
            _ => {}
        }
    }
    let groups: Vec<String> = (0..3 + rng.below(4)).map(|_| rng.guid()).collect();
    for id in &groups {
        let mut members: Vec<String> = Vec::new();
        for _ in 0..rng.below(3) {
            let person = rng.pick(&people).clone();
            members.push(spell_guid(rng, &person));
        }
        // Any group may hold any other, itself included: chains and cycles.
        for other in &groups {
            if rng.percent(25) {
                members.push(spell_guid(rng, other));
            }
        }
        world.groups.push(Group { id: id.clone(), members, security_enabled: rng.percent(85) });
    }
    people
}

fn custom_role(rng: &mut Rng, world: &mut World) -> Role {
    let number = world.roles.len();
    let mut blocks: Vec<Block> = Vec::new();
    let count = if rng.percent(65) { 1 } else { 2 + rng.below(2) };
    for _ in 0..count {
        let mut block = Block::default();
        if rng.percent(75) {
            (block.actions, block.not_actions) = lists(rng);
        }
        if block.actions.is_empty() || rng.percent(35) {
            (block.data_actions, block.not_data_actions) = lists(rng);
        }
        if rng.percent(10) {
            block.condition = Some(new_condition(rng, world, std::slice::from_ref(&block), true));
        }
        // What an earlier block takes away, this one may give back.
        if let Some(taken) = blocks
            .iter()
            .flat_map(|block| block.not_actions.first())
            .next()
            .filter(|_| rng.percent(60))
        {
            block.actions.push(taken.clone());
        }
        blocks.push(block);
    }
    Role { id: rng.guid(), name: format!("Custom role {number}"), blocks, from_catalog: false }
}

pub(crate) fn assignment(
    rng: &mut Rng,
    world: &World,
    scopes: &[String],
    people: &[String],
) -> Assignment {
    let (principal, principal_type) = match rng.below(100) {
        0..=47 => holder(rng, world, people),
        48..=95 => (rng.pick(&world.groups).id.clone(), "Group"),
        _ if world.complete => (rng.guid(), "Unknown"),
        _ => (rng.guid(), "Group"),
    };
    let mut role =
        format!("/providers/Microsoft.Authorization/roleDefinitions/{}", rng.pick(&world.roles).id);
    if !world.complete && rng.percent(5) {
        role = format!("/providers/Microsoft.Authorization/roleDefinitions/{}", rng.guid());
    }
    role = match rng.below(10) {
        0 => format!("/subscriptions/{}{role}", rng.guid()),
        1 => spell_guid(rng, last(&role)),
        2 => spell_case(rng, &role),
        _ => role,
    };
    let (start, end) = match rng.below(100) {
        0..=9 => (Some(BEFORE), Some(AFTER)),
        10..=12 => (Some(NOW), Some(AFTER)),
        13..=17 => (Some(BEFORE), Some(NOW)),
        18..=20 => (Some(BEFORE), Some(BEFORE)),
        21..=23 => (Some(AFTER), None),
        _ => (None, None),
    };
    let scope = weighted_scope(rng, scopes);
    let lighthouse = !world.complete && rng.percent(25);
    Assignment {
        id: rng.guid(),
        principal: spell_guid(rng, &principal),
        principal_type,
        role,
        scope: spell_scope(rng, &scope),
        eligible: rng.percent(10),
        start: start.map(|times| (*rng.pick(&times)).to_owned()),
        end: end.map(|times| (*rng.pick(&times)).to_owned()),
        condition: None,
        via_lighthouse: lighthouse,
    }
}

fn holder(rng: &mut Rng, world: &World, people: &[String]) -> (String, &'static str) {
    let person = rng.pick(people).clone();
    let kind = if world.service_principals.contains(&person) { "ServicePrincipal" } else { "User" };
    (person, kind)
}

pub(crate) fn deny(rng: &mut Rng, world: &World, scopes: &[String], people: &[String]) -> Deny {
    let group = |rng: &mut Rng| rng.pick(&world.groups).id.clone();
    let mut principals = vec![match rng.below(100) {
        0..=44 => "00000000-0000-0000-0000-000000000000".to_owned(),
        45..=69 => group(rng),
        _ => rng.pick(people).clone(),
    }];
    if rng.percent(15) {
        principals.push(group(rng));
    }
    let mut excluded = Vec::new();
    for _ in 0..rng.below(3) {
        excluded.push(if rng.percent(60) { group(rng) } else { rng.pick(people).clone() });
    }
    let spelled =
        |rng: &mut Rng, list: Vec<String>| list.iter().map(|id| spell_guid(rng, id)).collect();
    let mut block = Block::default();
    match rng.below(10) {
        0..=1 => block.actions = vec!["*/delete".to_owned()],
        2 => {
            block.actions = vec!["*".to_owned()];
            block.not_actions = vec!["*/read".to_owned()];
        }
        3..=5 => (block.data_actions, block.not_data_actions) = lists(rng),
        6 => block.actions = vec!["Microsoft.Authorization/*".to_owned()],
        _ => (block.actions, block.not_actions) = lists(rng),
    }
    if block.data_actions.is_empty() && rng.percent(15) {
        block.data_actions = vec!["*".to_owned()];
    }
    let mut blocks = vec![block];
    if rng.percent(15) {
        let (actions, not_actions) = lists(rng);
        blocks.push(Block { actions, not_actions, ..Block::default() });
    }
    let scope = weighted_scope(rng, scopes);
    Deny {
        id: rng.guid(),
        scope: spell_scope(rng, &scope),
        blocks,
        principals: spelled(rng, principals),
        excluded: spelled(rng, excluded),
        condition: None,
        exact_scope_only: rng.percent(30),
        audit: rng.percent(12),
        system_protected: rng.percent(60),
    }
}

fn weighted_scope(rng: &mut Rng, scopes: &[String]) -> String {
    let depth = [0, 4, 4, 4, 2, 2, 2, 2, 2, 9][rng.below(10)];
    let of_depth = |scope: &&String| match depth {
        0 => !scope.starts_with("/subscriptions/"),
        9 => scope.matches('/').count() > 4,
        n => scope.starts_with("/subscriptions/") && scope.matches('/').count() == n,
    };
    let candidates: Vec<&String> = scopes.iter().filter(of_depth).collect();
    if candidates.is_empty() {
        rng.pick(scopes).clone()
    } else {
        candidates[rng.below(candidates.len())].clone()
    }
}
