//! Seeded tenants of the shape that real ones have: many assignments of few roles, most of them at
//! resource groups, users in a handful of nested groups.

use azrbac::catalog::Catalog;
use azrbac::ident::{Guid, Operation, Plane, Scope};
use azrbac::model::{
    Assignment, AssignmentName, AssignmentState, Deny, DenyEffect, DenyPrincipal, Facts, Group,
    InputKind, ManagementGroup, Membership, PermissionBlock, PrincipalType, RoleRef, Subscription,
};
use azrbac::origin::Origin;
use azrbac::pattern::ActionPattern;

/// SplitMix64: the same numbers on every machine.
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.next()) * count as u128) >> 64) as usize
    }

    /// True in `percent` of a hundred.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// A generated tenant and what to ask it.
#[derive(Debug)]
pub(crate) struct Generated {
    /// The facts.
    pub(crate) facts: Facts,
    /// Users and service principals.
    pub(crate) principals: Vec<Guid>,
    /// Resources.
    pub(crate) resources: Vec<Scope>,
}

fn guid(kind: u128, number: usize) -> Guid {
    Guid((kind << 100) | (0x4000_8000 << 48) | number as u128)
}

/// A tenant with `count` role assignments.
pub(crate) fn tenant(count: usize, seed: u64) -> Generated {
    let mut random = Random(seed);
    let mut facts = Facts::closed();
    let groups: Vec<Scope> = (0..(count / 1000).max(10))
        .map(|n| Scope::management_group(&format!("mg{n}")).expect("a scope"))
        .collect();
    for (at, scope) in groups.iter().enumerate() {
        let parent = match at {
            0 => None,
            1..=4 => Some(at - 1),
            _ => Some(random.below(at)),
        };
        let parent = parent.map(|at| facts.scope(groups[at].clone()));
        let scope = facts.scope(scope.clone());
        facts.management_groups.push(ManagementGroup {
            scope,
            parent: Some(parent),
            display_name: None,
            origin: Origin::NONE,
        });
    }
    let subscriptions: Vec<Scope> = (0..(count / 500).max(5))
        .map(|n| Scope::new(&format!("/subscriptions/{}", guid(1, n))).expect("a scope"))
        .collect();
    for scope in &subscriptions {
        let group = facts.scope(groups[random.below(groups.len())].clone());
        let scope = facts.scope(scope.clone());
        facts.subscriptions.push(Subscription {
            scope,
            management_group: Some(group),
            tenant: None,
            display_name: None,
            origin: Origin::NONE,
        });
    }
    let resource_groups: Vec<Scope> = (0..count / 10)
        .map(|n| {
            let above = &subscriptions[random.below(subscriptions.len())];
            Scope::new(&format!("{above}/resourceGroups/rg-{n}")).expect("a scope")
        })
        .collect();
    let resources: Vec<Scope> = resource_groups
        .iter()
        .flat_map(|group| {
            (0..4).map(move |n| {
                Scope::new(&format!("{group}/providers/Microsoft.Storage/storageAccounts/st{n}"))
                    .expect("a scope")
            })
        })
        .collect();
    let users: Vec<Guid> = (0..count / 5).map(|n| guid(2, n)).collect();
    let services: Vec<Guid> = (0..count / 20).map(|n| guid(3, n)).collect();
    let teams: Vec<Guid> = (0..count / 20).map(|n| guid(4, n)).collect();
    membership(&mut facts, &mut random, &users, &services, &teams);
    let roles = roles();
    for number in 0..count {
        let (principal, kind) = match random.below(100) {
            0..40 => (users[random.below(users.len())], PrincipalType::User),
            40..85 => (teams[random.below(teams.len())], PrincipalType::Group),
            _ => (services[random.below(services.len())], PrincipalType::ServicePrincipal),
        };
        let scope = match random.below(1000) {
            0 => Scope::root(),
            1..50 => groups[random.below(groups.len())].clone(),
            50..200 => subscriptions[random.below(subscriptions.len())].clone(),
            200..700 => resource_groups[random.below(resource_groups.len())].clone(),
            _ => resources[random.below(resources.len())].clone(),
        };
        // Zipf: the nth role is drawn with weight 1/n.
        let rank = (roles.len() as f64).powf(random.below(1_000_000) as f64 / 1e6) as usize - 1;
        let scope = facts.scope(scope);
        facts.assignments.push(Assignment {
            name: AssignmentName::UnderScope(guid(5, number)),
            principal,
            principal_type: kind,
            role: RoleRef::Id(roles[rank.min(roles.len() - 1)]),
            scope,
            state: AssignmentState::Active,
            start: None,
            end: None,
            condition: None,
            via_lighthouse: false,
            stands_for: None,
            origin: Origin::NONE,
        });
    }
    for number in 0..count / 100 {
        let scope = facts.scope(resource_groups[random.below(resource_groups.len())].clone());
        facts.denies.push(Deny {
            name: AssignmentName::Bare(guid(6, number)),
            display_name: "generated".into(),
            blocks: vec![PermissionBlock {
                actions: vec![ActionPattern::new("*/delete").expect("a pattern")],
                ..PermissionBlock::default()
            }],
            scope,
            only_at_scope: false,
            principals: vec![DenyPrincipal {
                id: teams[random.below(teams.len())],
                kind: PrincipalType::Group,
            }],
            excludes: Vec::new(),
            system_protected: true,
            effect: DenyEffect::Enforced,
            condition: None,
            origin: Origin::NONE,
        });
    }
    facts.recognise(0, InputKind::RoleAssignments, count);
    let principals = users.into_iter().chain(services).collect();
    Generated { facts, principals, resources }
}

fn membership(
    facts: &mut Facts,
    random: &mut Random,
    users: &[Guid],
    services: &[Guid],
    teams: &[Guid],
) {
    let mut members: Vec<Vec<Guid>> = vec![Vec::new(); teams.len()];
    for user in users {
        for _ in 0..5 {
            members[random.below(teams.len())].push(*user);
        }
    }
    for service in services {
        if random.percent(50) {
            members[random.below(teams.len())].push(*service);
        }
    }
    // Three tiers: a group is nested in one of the next tier half of the time.
    let tiers = [0, teams.len() * 6 / 10, teams.len() * 9 / 10, teams.len()];
    for tier in 0..2 {
        for team in &teams[tiers[tier]..tiers[tier + 1]] {
            if random.percent(50) {
                let above =
                    tiers[tier + 1] + random.below((tiers[tier + 2] - tiers[tier + 1]).max(1));
                members[above.min(teams.len() - 1)].push(*team);
            }
        }
    }
    for (id, members) in teams.iter().zip(members) {
        facts.groups.push(Group {
            id: *id,
            security_enabled: true,
            members,
            membership: Membership::Listed,
            origin: Origin::NONE,
        });
    }
}

/// Built-in roles, the popular ones first.
fn roles() -> Vec<Guid> {
    let catalog = Catalog::newest();
    let popular =
        ["Reader", "Contributor", "Owner", "Storage Blob Data Reader", "Key Vault Secrets User"];
    let mut found: Vec<Guid> = popular
        .iter()
        .filter_map(|name| catalog.roles().by_name(name).first().and_then(|entry| entry.id()))
        .collect();
    found.extend(catalog.roles().iter().filter_map(|entry| entry.id()));
    found
}

/// Operations of the catalog with their plane.
pub(crate) fn operations() -> Vec<(Operation, Plane)> {
    Catalog::newest()
        .operations()
        .iter()
        .filter_map(|(name, planes)| Some((Operation::new(name).ok()?, planes.only()?.0)))
        .collect()
}
