//! Seeded tenants of the shape that real ones have: many assignments of few roles, most of them at
//! resource groups, users in a handful of nested groups.
//!
//! Everything is a number here: scopes, principals, roles, operations. [`World::facts`] makes the
//! library's facts of them, and `export` the files that Azure's tools would write.

use super::operations::{Asked, Matrix, observed};
use super::random::{FNV, Random, fnv, mix};
use super::roles;
use azrbac::ident::{Guid, Plane, Scope};
use azrbac::model::{
    Assignment, AssignmentName, AssignmentState, Deny, DenyEffect, DenyPrincipal, Facts, Group,
    InputKind, ManagementGroup, Membership, PermissionBlock, Principal, PrincipalType,
    RoleDefinition, RoleRef, Subscription, World as Openness,
};
use azrbac::origin::Origin;

/// The sizes: a name and the number of role assignments.
pub(crate) const SIZES: [(&str, usize); 4] =
    [("S", 1_000), ("M", 20_000), ("L", 200_000), ("XL", 1_000_000)];

const SEED: u64 = 0x5EED_2026_0A2B_AC01;

/// Resource types, one after the other in a resource group.
const TYPES: [&str; 8] = [
    "Microsoft.Storage/storageAccounts",
    "Microsoft.Compute/virtualMachines",
    "Microsoft.KeyVault/vaults",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Web/sites",
    "Microsoft.Sql/servers",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.ContainerService/managedClusters",
];

/// A role assignment, in numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assigned {
    /// The principal.
    pub(crate) holder: u32,
    /// The role: a row of [`World::roles`].
    pub(crate) role: u32,
    /// The scope.
    pub(crate) scope: u32,
    /// What its GUID is made of.
    pub(crate) number: u32,
}

/// A deny assignment, in numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Denied {
    /// Whom it binds.
    pub(crate) holder: u32,
    /// What it takes away: a row of [`World::shapes`].
    pub(crate) shape: u32,
    /// The scope.
    pub(crate) scope: u32,
}

/// A question, in numbers, and its answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query {
    /// A user or a service principal.
    pub(crate) principal: u32,
    /// A row of [`World::operations`].
    pub(crate) operation: u32,
    /// A resource.
    pub(crate) scope: u32,
    /// What is to be answered.
    pub(crate) allowed: bool,
}

/// A generated tenant.
#[derive(Debug, Clone)]
pub(crate) struct World {
    /// What stands above each scope; the root (number 0) stands above itself. Management groups come
    /// next, then subscriptions, resource groups, resources.
    pub(crate) parents: Vec<u32>,
    /// How many management groups, subscriptions, resource groups, resources.
    pub(crate) counts: [usize; 4],
    /// Users, then service principals, then groups.
    pub(crate) principals: [usize; 3],
    /// The groups that each principal is directly in.
    pub(crate) groups_of: Vec<Vec<u32>>,
    /// The roles, by how often they are drawn.
    pub(crate) roles: Vec<RoleDefinition>,
    /// What deny assignments take away.
    pub(crate) shapes: Vec<PermissionBlock>,
    /// The role assignments.
    pub(crate) assignments: Vec<Assigned>,
    /// The deny assignments.
    pub(crate) denies: Vec<Denied>,
    /// The operations that are asked about.
    pub(crate) operations: Vec<Asked>,
    random: Random,
}

/// What a GUID of a generated tenant stands for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Numbered {
    /// The tenant and its root management group.
    Tenant,
    /// A subscription.
    Subscription,
    /// A user, a service principal, a group.
    Principal,
    /// A custom role.
    Role,
    /// A role assignment.
    Assignment,
    /// A deny assignment.
    Deny,
    /// An application.
    Application,
}

/// A GUID as random as those of Azure.
pub(crate) fn guid(kind: Numbered, number: usize) -> Guid {
    let seed = SEED ^ ((kind as u64 + 1) << 48) ^ number as u64;
    let (high, low) = (mix(seed), mix(seed ^ 0xA5A5_5A5A_0000_0000));
    let bits = (u128::from(high) << 64) | u128::from(low);
    // Version 4, variant 1.
    Guid(bits & !(0xf << 76) & !(0xc << 60) | (0x4 << 76) | (0x8 << 60))
}

impl World {
    /// A tenant with this many role assignments.
    pub(crate) fn new(count: usize) -> World {
        let mut random = Random(SEED);
        let operations = observed();
        let counts = [
            (count / 1000).max(10),
            (count / 500).max(5),
            (count / 10).max(1),
            (count / 10).max(1) * 4,
        ];
        let parents = tree(&mut random, counts);
        let principals = [(count / 5).max(1), (count / 20).max(1), (count / 20).max(5)];
        let groups_of = membership(&mut random, principals);
        let roles = roles::roles(&mut random, &operations, |at| guid(Numbered::Role, at));
        let mut world = World {
            parents,
            counts,
            principals,
            groups_of,
            roles,
            shapes: roles::deny_shapes(),
            assignments: Vec::with_capacity(count),
            denies: Vec::with_capacity(count / 100),
            operations,
            random,
        };
        let weights = zipf(world.roles.len());
        for number in 0..count {
            let holder = world.draw_holder();
            let (role, scope) = (world.draw_role(&weights), world.draw_scope());
            world.assignments.push(Assigned { holder, role, scope, number: number as u32 });
        }
        for _ in 0..count / 100 {
            let random = &mut world.random;
            let kind = if random.chance(0.7) { 2 } else { 0 };
            let at = random.below(principals[kind]);
            let below = if random.chance(0.8) { 2 } else { 3 };
            let scope = random.below(counts[below]);
            let shape = random.below(world.shapes.len()) as u32;
            let denied = Denied {
                holder: world.principal(kind, at),
                shape,
                scope: world.scope(below, scope),
            };
            world.denies.push(denied);
        }
        world
    }

    /// The same tenant some time later: in this many role assignments, spread evenly, the principal,
    /// the role or the scope is another one, and the GUID with it.
    pub(crate) fn altered(&self, changes: usize) -> World {
        let mut world = self.clone();
        let weights = zipf(world.roles.len());
        let count = world.assignments.len();
        for change in 0..changes.min(count) {
            let at = (change as u64 * count as u64 / changes as u64) as usize;
            let mut changed = world.assignments[at];
            match change % 3 {
                0 => changed.holder = world.draw_holder(),
                1 => changed.role = world.draw_role(&weights),
                _ => changed.scope = world.draw_scope(),
            }
            changed.number = (count + change) as u32;
            world.assignments[at] = changed;
        }
        world
    }

    fn draw_holder(&mut self) -> u32 {
        let kind = match self.random.fraction() {
            at if at < 0.40 => 0,
            at if at < 0.85 => 2,
            _ => 1,
        };
        let at = self.random.below(self.principals[kind]);
        self.principal(kind, at)
    }

    fn draw_role(&mut self, weights: &[f64]) -> u32 {
        let at = self.random.fraction();
        weights.partition_point(|sum| *sum <= at).min(weights.len() - 1) as u32
    }

    fn draw_scope(&mut self) -> u32 {
        let below = match self.random.fraction() {
            at if at < 0.001 => return 0,
            at if at < 0.05 => 0,
            at if at < 0.20 => 1,
            at if at < 0.70 => 2,
            _ => 3,
        };
        let at = self.random.below(self.counts[below]);
        self.scope(below, at)
    }

    /// A management group (0), subscription (1), resource group (2) or resource (3) as a scope.
    pub(crate) fn scope(&self, kind: usize, at: usize) -> u32 {
        (1 + self.counts[..kind].iter().sum::<usize>() + at) as u32
    }

    /// A user (0), service principal (1) or group (2) as a principal.
    pub(crate) fn principal(&self, kind: usize, at: usize) -> u32 {
        (self.principals[..kind].iter().sum::<usize>() + at) as u32
    }

    /// What kind of principal it is, and which of its kind.
    pub(crate) fn principal_kind(&self, principal: u32) -> (PrincipalType, usize) {
        let at = principal as usize;
        let [users, services, _] = self.principals;
        if at < users {
            (PrincipalType::User, at)
        } else if at < users + services {
            (PrincipalType::ServicePrincipal, at - users)
        } else {
            (PrincipalType::Group, at - users - services)
        }
    }

    /// Its object id.
    pub(crate) fn principal_id(&self, principal: u32) -> Guid {
        guid(Numbered::Principal, principal as usize)
    }

    /// The id of a scope, as Azure writes it.
    pub(crate) fn scope_text(&self, scope: u32) -> String {
        let [groups, subscriptions, resource_groups, _] = self.counts;
        let mut at = scope as usize;
        if at == 0 {
            return "/".to_string();
        }
        at -= 1;
        if at < groups {
            return match at {
                0 => format!(
                    "/providers/Microsoft.Management/managementGroups/{}",
                    guid(Numbered::Tenant, 0)
                ),
                _ => format!("/providers/Microsoft.Management/managementGroups/mg-{at:04}"),
            };
        }
        at -= groups;
        if at < subscriptions {
            return format!("/subscriptions/{}", guid(Numbered::Subscription, at));
        }
        at -= subscriptions;
        let above = self.scope_text(self.parents[scope as usize]);
        if at < resource_groups {
            return format!("{above}/resourceGroups/rg-contoso-{at:06}");
        }
        at -= resource_groups;
        format!("{above}/providers/{}/contoso{at:07}", TYPES[at / 4 % 2 * 4 + at % 4])
    }

    /// Every group that holds a principal, through other groups too, and the principal itself first.
    pub(crate) fn identities(&self, principal: u32) -> Vec<u32> {
        let mut found = vec![principal];
        let mut at = 0;
        while at < found.len() {
            for group in &self.groups_of[found[at] as usize] {
                if !found.contains(group) {
                    found.push(*group);
                }
            }
            at += 1;
        }
        found
    }

    /// Which roles, and after them which shapes of denies, hold which operations.
    pub(crate) fn matrix(&self) -> Matrix {
        let roles = self.roles.iter().map(|role| role.blocks.clone());
        let shapes = self.shapes.iter().map(|block| vec![block.clone()]);
        Matrix::new(&roles.chain(shapes).collect::<Vec<_>>(), &self.operations)
    }

    /// How many assignments bear on a user through itself and its groups: mean, 99th percentile, most.
    pub(crate) fn effective(&self) -> (f64, usize, usize) {
        let mut held = vec![0usize; self.groups_of.len()];
        for assigned in &self.assignments {
            held[assigned.holder as usize] += 1;
        }
        let mut all: Vec<usize> = (0..self.principals[0] as u32)
            .map(|user| self.identities(user).iter().map(|id| held[*id as usize]).sum())
            .collect();
        all.sort_unstable();
        let mean = all.iter().sum::<usize>() as f64 / all.len() as f64;
        (mean, all[all.len() * 99 / 100], all[all.len() - 1])
    }

    /// A hash of the role and deny assignments.
    pub(crate) fn hash(&self) -> u64 {
        let assigned = self.assignments.iter().flat_map(|a| [a.holder, a.role, a.scope, a.number]);
        let denied = self.denies.iter().flat_map(|d| [d.holder, d.shape, d.scope]);
        assigned.chain(denied).fold(FNV, |hash, number| fnv(hash, u64::from(number)))
    }

    /// The library's facts: an open world, as a snapshot is, in which everything is described.
    pub(crate) fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        facts.world = Openness::Open;
        let rows: Vec<_> = (0..self.parents.len() as u32)
            .map(|scope| {
                facts.scope(Scope::new(&self.scope_text(scope)).expect("a scope of the generator"))
            })
            .collect();
        for at in 0..self.counts[0] {
            let scope = self.scope(0, at);
            let parent = (at > 0).then(|| rows[self.parents[scope as usize] as usize]);
            facts.management_groups.push(ManagementGroup {
                scope: rows[scope as usize],
                parent: Some(parent),
                display_name: Some(format!("Contoso {at}").into()),
                origin: Origin::NONE,
            });
        }
        for at in 0..self.counts[1] {
            let scope = self.scope(1, at) as usize;
            facts.subscriptions.push(Subscription {
                scope: rows[scope],
                management_group: Some(rows[self.parents[scope] as usize]),
                tenant: Some(guid(Numbered::Tenant, 0)),
                display_name: Some(format!("contoso-{at:04}").into()),
                origin: Origin::NONE,
            });
        }
        self.directory(&mut facts);
        facts.roles.clone_from(&self.roles);
        facts.assignments = self
            .assignments
            .iter()
            .map(|assigned| Assignment {
                name: AssignmentName::UnderScope(guid(
                    Numbered::Assignment,
                    assigned.number as usize,
                )),
                principal: self.principal_id(assigned.holder),
                principal_type: self.principal_kind(assigned.holder).0,
                role: RoleRef::Id(self.role_id(assigned.role)),
                scope: rows[assigned.scope as usize],
                state: AssignmentState::Active,
                via_lighthouse: false,
                terms: None,
                origin: Origin::NONE,
            })
            .collect();
        for (number, denied) in self.denies.iter().enumerate() {
            facts.denies.push(Deny {
                name: AssignmentName::UnderScope(guid(Numbered::Deny, number)),
                display_name: format!("Deny {number}").into(),
                blocks: vec![self.shapes[denied.shape as usize].clone()],
                scope: rows[denied.scope as usize],
                only_at_scope: false,
                principals: vec![DenyPrincipal {
                    id: self.principal_id(denied.holder),
                    kind: self.principal_kind(denied.holder).0,
                }],
                excludes: Vec::new(),
                system_protected: true,
                effect: DenyEffect::Enforced,
                condition: None,
                origin: Origin::NONE,
            });
        }
        for (kind, count) in [
            (InputKind::RoleDefinitions, self.roles.len()),
            (InputKind::RoleAssignments, self.assignments.len()),
            (InputKind::DenyAssignments, self.denies.len()),
            (InputKind::Users, self.principals[0]),
            (InputKind::ServicePrincipals, self.principals[1]),
            (InputKind::Groups, self.principals[2]),
            (InputKind::ManagementGroups, self.counts[0]),
            (InputKind::Subscriptions, self.counts[1]),
            (InputKind::Resources, self.counts[3]),
        ] {
            facts.recognise(0, kind, count);
        }
        facts
    }

    /// The GUID of a role.
    pub(crate) fn role_id(&self, role: u32) -> Guid {
        self.roles[role as usize].id.expect("every role of the generator has an id")
    }

    /// The name of a principal as `principalName` shows it.
    pub(crate) fn principal_name(&self, principal: u32) -> String {
        match self.principal_kind(principal) {
            (PrincipalType::User, at) => format!("user{at:06}@contoso.example"),
            (PrincipalType::ServicePrincipal, at) => format!("app-contoso-{at:06}"),
            (_, at) => format!("grp-contoso-{at:06}"),
        }
    }

    /// The direct members of each group.
    pub(crate) fn members(&self) -> Vec<Vec<u32>> {
        let first = self.principal(2, 0);
        let mut members = vec![Vec::new(); self.principals[2]];
        for (member, groups) in (0..).zip(&self.groups_of) {
            for group in groups {
                members[(group - first) as usize].push(member);
            }
        }
        members
    }

    fn directory(&self, facts: &mut Facts) {
        for principal in 0..self.groups_of.len() as u32 {
            let (kind, at) = self.principal_kind(principal);
            let name = self.principal_name(principal);
            let user = kind == PrincipalType::User;
            facts.principals.push(Principal {
                id: self.principal_id(principal),
                kind,
                display_name: Some(if user { format!("User {at}") } else { name.clone() }.into()),
                user_principal_name: user.then(|| name.into()),
                mail: None,
                app_id: (kind == PrincipalType::ServicePrincipal)
                    .then(|| guid(Numbered::Application, at)),
                service_principal_type: None,
                alternative_names: Vec::new(),
                user_type: None,
                security_attributes: Vec::new(),
                origin: Origin::NONE,
            });
        }
        for (at, members) in self.members().into_iter().enumerate() {
            facts.groups.push(Group {
                id: self.principal_id(self.principal(2, at)),
                security_enabled: true,
                members: members.into_iter().map(|member| self.principal_id(member)).collect(),
                membership: Membership::Listed,
                origin: Origin::NONE,
            });
        }
    }

    /// Questions, half of them allowed; of the others half are near misses: somebody who holds a role
    /// above the resource and asks for something else. Shuffled.
    pub(crate) fn queries(&self, count: usize) -> Vec<Query> {
        let oracle = Oracle::new(self);
        let mut random = self.random.clone();
        let mut queries = Vec::with_capacity(count);
        while queries.len() < count {
            let made = queries.len();
            let plane = if random.chance(0.2) { Plane::Data } else { Plane::Control };
            let query = if made < count / 2 {
                oracle.pick(&mut random, plane, true)
            } else if made < count / 4 * 3 {
                oracle.pick(&mut random, plane, false)
            } else {
                Some(oracle.anything(&mut random, plane))
            };
            let Some(mut query) = query else { continue };
            query.allowed = oracle.allows(&query);
            if query.allowed == (made < count / 2) {
                queries.push(query);
            }
        }
        for at in (1..queries.len()).rev() {
            queries.swap(at, random.below(at + 1));
        }
        queries
    }
}

/// The cumulated weights of a Zipf distribution with s = 1.
fn zipf(count: usize) -> Vec<f64> {
    let total: f64 = (1..=count).map(|rank| 1.0 / rank as f64).sum();
    let mut sum = 0.0;
    (1..=count)
        .map(|rank| {
            sum += 1.0 / rank as f64 / total;
            sum
        })
        .collect()
}

/// A chain of five management groups, the others below any before them; all else below any of the
/// kind above it, four resources in each resource group.
fn tree(
    random: &mut Random,
    [groups, subscriptions, resource_groups, resources]: [usize; 4],
) -> Vec<u32> {
    let mut parents = Vec::with_capacity(1 + groups + subscriptions + resource_groups + resources);
    parents.push(0);
    for at in 0..groups {
        let parent = match at {
            0 => 0,
            1..=4 => at,
            _ => 1 + random.below(at),
        };
        parents.push(parent as u32);
    }
    parents.extend((0..subscriptions).map(|_| (1 + random.below(groups)) as u32));
    let first = 1 + groups;
    parents.extend((0..resource_groups).map(|_| (first + random.below(subscriptions)) as u32));
    let first = first + subscriptions;
    parents.extend((0..resources).map(|at| (first + at / 4) as u32));
    parents
}

/// Five groups a user, one for half of the service principals; three tiers of groups, each in one of
/// the next tier half of the time.
fn membership(random: &mut Random, [users, services, groups]: [usize; 3]) -> Vec<Vec<u32>> {
    let first = users + services;
    let mut groups_of = vec![Vec::new(); first + groups];
    for of in groups_of.iter_mut().take(users) {
        for _ in 0..5 {
            let group = (first + random.below(groups)) as u32;
            if !of.contains(&group) {
                of.push(group);
            }
        }
    }
    for of in groups_of.iter_mut().skip(users).take(services) {
        if random.chance(0.5) {
            of.push((first + random.below(groups)) as u32);
        }
    }
    let tiers = [0, groups * 6 / 10, groups * 9 / 10, groups];
    for tier in 0..2 {
        let (above, end) = (tiers[tier + 1], tiers[tier + 2]);
        for of in &mut groups_of[first + tiers[tier]..first + above] {
            if end > above && random.chance(0.5) {
                of.push((first + above + random.below(end - above)) as u32);
            }
        }
    }
    groups_of
}

/// The rules by the shortest way: everything is walked, nothing is prepared but the matrix.
struct Oracle<'w> {
    world: &'w World,
    matrix: Matrix,
    split: usize,
    /// Operations that each role holds, by plane.
    held: Vec<[Vec<u32>; 2]>,
    assignments: Vec<Vec<u32>>,
    denies: Vec<Vec<u32>>,
    members: Vec<Vec<u32>>,
    /// Scopes in the order of a walk, each scope's place in it, and the end of what is below it.
    order: Vec<u32>,
    place: Vec<u32>,
    end: Vec<u32>,
}

impl<'w> Oracle<'w> {
    fn new(world: &'w World) -> Oracle<'w> {
        let matrix = world.matrix();
        let split = world.operations.partition_point(|asked| asked.plane == Plane::Control);
        let held = (0..world.roles.len())
            .map(|role| {
                [matrix.held(role, 0..split), matrix.held(role, split..world.operations.len())]
            })
            .collect();
        let mut assignments = vec![Vec::new(); world.groups_of.len()];
        for (at, assigned) in (0..).zip(&world.assignments) {
            assignments[assigned.holder as usize].push(at);
        }
        let mut denies = vec![Vec::new(); world.groups_of.len()];
        for (at, denied) in (0..).zip(&world.denies) {
            denies[denied.holder as usize].push(at);
        }
        let mut children = vec![Vec::new(); world.parents.len()];
        for (scope, parent) in (0..).zip(&world.parents).skip(1) {
            children[*parent as usize].push(scope);
        }
        let (mut order, mut place) = (Vec::new(), vec![0; world.parents.len()]);
        let mut stack = vec![0u32];
        while let Some(scope) = stack.pop() {
            place[scope as usize] = order.len() as u32;
            order.push(scope);
            stack.extend(&children[scope as usize]);
        }
        let mut end: Vec<u32> = place.iter().map(|at| at + 1).collect();
        for scope in order.iter().rev() {
            let above = world.parents[*scope as usize] as usize;
            end[above] = end[above].max(end[*scope as usize]);
        }
        let members = world.members();
        Oracle { world, matrix, split, held, assignments, denies, members, order, place, end }
    }

    fn is_above(&self, above: u32, mut scope: u32) -> bool {
        while scope != above && scope != 0 {
            scope = self.world.parents[scope as usize];
        }
        scope == above
    }

    fn allows(&self, query: &Query) -> bool {
        let world = self.world;
        let ids = world.identities(query.principal);
        let operation = query.operation as usize;
        let denied = ids.iter().flat_map(|id| &self.denies[*id as usize]).any(|at| {
            let denied = &world.denies[*at as usize];
            self.is_above(denied.scope, query.scope)
                && self.matrix.holds(world.roles.len() + denied.shape as usize, operation)
        });
        !denied
            && ids.iter().flat_map(|id| &self.assignments[*id as usize]).any(|at| {
                let assigned = &world.assignments[*at as usize];
                self.is_above(assigned.scope, query.scope)
                    && self.matrix.holds(assigned.role as usize, operation)
            })
    }

    /// Somebody who holds a random assignment, an operation of its role (or any), a resource below it.
    fn pick(&self, random: &mut Random, plane: Plane, of_role: bool) -> Option<Query> {
        let world = self.world;
        let assigned = world.assignments[random.below(world.assignments.len())];
        let principal = self.member(random, assigned.holder)?;
        let operation = if of_role {
            let held = &self.held[assigned.role as usize][usize::from(plane == Plane::Data)];
            if held.is_empty() {
                return None;
            }
            random.pick(held)
        } else {
            self.operation(random, plane)
        };
        let from = self.place[assigned.scope as usize] as usize;
        let below = &self.order[from..self.end[assigned.scope as usize] as usize];
        // Three of four scopes are resources, so a few draws find one, if there is one.
        let scope = (0..16).map(|_| random.pick(below)).find(|scope| self.is_resource(*scope))?;
        Some(Query { principal, operation, scope, allowed: true })
    }

    fn anything(&self, random: &mut Random, plane: Plane) -> Query {
        let world = self.world;
        Query {
            principal: random.below(world.principals[0] + world.principals[1]) as u32,
            operation: self.operation(random, plane),
            scope: world.scope(3, random.below(world.counts[3])),
            allowed: false,
        }
    }

    fn operation(&self, random: &mut Random, plane: Plane) -> u32 {
        let count = self.world.operations.len();
        match plane {
            Plane::Control => random.below(self.split) as u32,
            Plane::Data => (self.split + random.below(count - self.split)) as u32,
        }
    }

    fn is_resource(&self, scope: u32) -> bool {
        scope >= self.world.scope(3, 0)
    }

    /// The principal itself, or some user or service principal in the group.
    fn member(&self, random: &mut Random, holder: u32) -> Option<u32> {
        let first = self.world.principal(2, 0);
        let mut at = holder;
        while at >= first {
            let members = &self.members[(at - first) as usize];
            if members.is_empty() {
                return None;
            }
            at = random.pick(members);
        }
        Some(at)
    }
}
