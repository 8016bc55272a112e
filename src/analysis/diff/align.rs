//! Two tenants side by side: principals by object id, scopes by their text, assignments by what they say.
//! Rows are renumbered between two exports; what is equal by content is equal.

use crate::decide::in_force;
use crate::ident::{Guid, ScopeKind, Timestamp};
use crate::model::{Guard, PermissionBlock, World};
use crate::tenant::{PrincipalIx, RoleIx, RoleState, Row, ScopeIx, Tenant};
use rustc_hash::{FxHashMap, FxHashSet};

/// Not on this side.
pub(super) const NONE: u32 = u32::MAX;

/// The scopes of both tenants as one tree, in the order of a walk: that of the newer tenant, with what
/// only the older one has hung in where it stood.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) ends: Vec<u32>,
    pub(super) parents: Vec<u32>,
    /// The scope of each tenant, or `NONE`.
    pub(super) at: [Vec<u32>; 2],
    /// The place of each scope of each tenant.
    pub(super) of: [Vec<u32>; 2],
}

impl Places {
    fn new(tenants: [&Tenant; 2]) -> Places {
        let [before, after] = tenants;
        let count = |number: usize| u32::try_from(number).unwrap_or(NONE);
        let mut parents: Vec<u32> = after
            .all_scopes()
            .map(|ix| after.scope_parent(ix).map_or(NONE, |parent| parent.0))
            .collect();
        let mut old = Vec::with_capacity(before.scopes.len());
        for ix in before.all_scopes() {
            let known = after.scopes.find(before.scope_text(ix));
            old.push(known.map_or_else(
                || {
                    let above = before.scope_parent(ix);
                    parents.push(above.map_or(0, |above| old[above.row()]));
                    count(parents.len() - 1)
                },
                |ix| ix.0,
            ));
        }
        let (order, ends) = walk(&parents);
        let mut number = vec![0u32; parents.len()];
        for (place, node) in order.iter().enumerate() {
            number[*node as usize] = count(place);
        }
        let mut places = Places {
            ends,
            parents: order
                .iter()
                .map(|node| match parents[*node as usize] {
                    NONE => NONE,
                    above => number[above as usize],
                })
                .collect(),
            at: [vec![NONE; order.len()], vec![NONE; order.len()]],
            of: [
                old.iter().map(|node| number[*node as usize]).collect(),
                (0..after.scopes.len()).map(|node| number[node]).collect(),
            ],
        };
        for side in 0..2 {
            for (ix, place) in places.of[side].iter().enumerate() {
                places.at[side][*place as usize] = count(ix);
            }
        }
        places
    }

    pub(super) fn is_above(&self, above: u32, below: u32) -> bool {
        above <= below && below < self.ends[above as usize]
    }

    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(NONE)
    }

    pub(super) fn upwards(&self, from: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(from), |place| {
            Some(self.parents[*place as usize]).filter(|above| *above != NONE)
        })
    }
}

/// A tree in the order of a walk, parents before children and children by number; and, of each place in
/// that order, the first one after its subtree.
fn walk(parents: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let count = |number: usize| u32::try_from(number).unwrap_or(NONE);
    let mut start = vec![0u32; parents.len() + 1];
    for parent in parents.iter().filter(|parent| **parent != NONE) {
        start[*parent as usize + 1] += 1;
    }
    for at in 0..parents.len() {
        start[at + 1] += start[at];
    }
    let mut next = start.clone();
    let mut children = vec![0u32; parents.len()];
    for (node, parent) in parents.iter().enumerate().filter(|(_, parent)| **parent != NONE) {
        children[next[*parent as usize] as usize] = count(node);
        next[*parent as usize] += 1;
    }
    let mut order = Vec::with_capacity(parents.len());
    let mut stack: Vec<u32> =
        (0..count(parents.len())).rev().filter(|node| parents[*node as usize] == NONE).collect();
    while let Some(node) = stack.pop() {
        order.push(node);
        let range = start[node as usize] as usize..start[node as usize + 1] as usize;
        stack.extend(children[range].iter().rev());
    }
    let mut size = vec![1u32; parents.len()];
    for node in order.iter().rev() {
        let parent = parents[*node as usize];
        if parent != NONE {
            size[parent as usize] += size[*node as usize];
        }
    }
    let ends = (0..).zip(&order).map(|(place, node)| place + size[*node as usize]).collect();
    (order, ends)
}

/// What an assignment says, whoever holds it and whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct RowKey {
    pub(super) place: u32,
    /// What its role holds; roles that hold the same are the same.
    pub(super) content: u32,
    pub(super) guard: u32,
    pub(super) sure: bool,
    pub(super) lighthouse: bool,
}

/// Numbers for texts.
#[derive(Debug, Default)]
struct Numbers(FxHashMap<String, u32>);

impl Numbers {
    fn of(&mut self, text: String) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(NONE);
        *self.0.entry(text).or_insert(next)
    }
}

/// Two tenants side by side. Of every pair the older one stands first.
#[derive(Debug)]
pub(super) struct Align<'t> {
    pub(super) tenants: [&'t Tenant; 2],
    /// Everybody whom either names, by object id.
    pub(super) people: Vec<Guid>,
    /// Of each of them, the principal of each tenant, or `NONE`.
    pub(super) principal: [Vec<u32>; 2],
    /// Of each principal of each tenant, its number among the people.
    pub(super) person: [Vec<u32>; 2],
    pub(super) places: Places,
    /// What each assignment says, in the order of the tenant's rows; `None` where it is not in force.
    pub(super) keys: [Vec<Option<RowKey>>; 2],
    /// What each role of each tenant holds.
    pub(super) contents: [Vec<u32>; 2],
    /// Of each content: does any block of it have a condition, or is it unknown?
    pub(super) guarded: Vec<bool>,
}

impl<'t> Align<'t> {
    pub(super) fn new(tenants: [&'t Tenant; 2], at: Option<Timestamp>) -> Align<'t> {
        let mut people: Vec<Guid> =
            tenants.iter().flat_map(|tenant| tenant.principal_ids.iter().copied()).collect();
        people.sort_unstable();
        people.dedup();
        let principal = tenants.map(|tenant| {
            let row = |id: &Guid| tenant.principal(*id).map_or(NONE, |ix| ix.0);
            people.iter().map(row).collect::<Vec<u32>>()
        });
        let person = [0, 1].map(|side: usize| {
            let mut found = vec![NONE; tenants[side].principal_count()];
            for (number, row) in (0..).zip(&principal[side]) {
                if *row != NONE {
                    found[*row as usize] = number;
                }
            }
            found
        });
        let places = Places::new(tenants);
        let mut numbers = Numbers::default();
        let contents = tenants.map(|tenant| {
            let refused = refused_roles(tenant);
            tenant
                .roles()
                .map(|role| numbers.of(content(tenant, role, &refused)))
                .collect::<Vec<u32>>()
        });
        let mut guarded = vec![false; numbers.0.len()];
        for (tenant, contents) in tenants.iter().zip(&contents) {
            for (role, content) in tenant.roles().zip(contents) {
                let open = tenant
                    .role(role)
                    .definition()
                    .is_none_or(|role| role.blocks.iter().any(|block| block.condition.is_some()));
                guarded[*content as usize] |= open;
            }
        }
        let mut guards = Numbers::default();
        let keys = [0, 1].map(|side: usize| {
            let tenant = tenants[side];
            tenant
                .assignment_rows
                .iter()
                .map(|row| {
                    let assignment = tenant.assignment(row.fact);
                    let sure = match in_force(tenant, at, row) {
                        Some(false) => return None,
                        sure => sure.is_some(),
                    };
                    Some(RowKey {
                        place: places.of[side][row.scope.row()],
                        content: contents[side][row.role.row()],
                        guard: assignment
                            .condition()
                            .map_or(NONE, |guard| guards.of(guard.text.to_string())),
                        sure,
                        lighthouse: assignment.via_lighthouse,
                    })
                })
                .collect::<Vec<Option<RowKey>>>()
        });
        Align { tenants, people, principal, person, places, keys, contents, guarded }
    }

    /// The assignments of a principal itself with what they say.
    pub(super) fn own(
        &self,
        side: usize,
        principal: PrincipalIx,
    ) -> impl Iterator<Item = (&'t Row, RowKey)> + '_ {
        let tenant = self.tenants[side];
        let range =
            tenant.rows_of[principal.row()] as usize..tenant.rows_of[principal.row() + 1] as usize;
        let keys = &self.keys[side][range.clone()];
        tenant.assignment_rows[range]
            .iter()
            .zip(keys)
            .filter_map(|(row, key)| key.map(|key| (row, key)))
    }

    /// Everybody whose own assignments say something else than before.
    pub(super) fn holders_that_differ(&self) -> Vec<bool> {
        let mut found = vec![false; self.people.len()];
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for (number, differs) in found.iter_mut().enumerate() {
            for (side, keys) in [&mut old, &mut new].into_iter().enumerate() {
                keys.clear();
                let row = self.principal[side][number];
                if row != NONE {
                    keys.extend(self.own(side, PrincipalIx(row)).map(|(_, key)| key));
                }
            }
            if old != new {
                for keys in [&mut old, &mut new] {
                    keys.sort_unstable();
                    keys.dedup();
                }
                *differs = old != new;
            }
        }
        found
    }

    /// The blocks of every role that is held and of every deny, each wording once.
    pub(super) fn blocks(&self) -> Vec<&'t PermissionBlock> {
        let mut seen: FxHashSet<u32> = FxHashSet::default();
        let mut found = Vec::new();
        for (side, tenant) in self.tenants.into_iter().enumerate() {
            let mut held = vec![false; tenant.roles().count()];
            for row in &tenant.assignment_rows {
                held[row.role.row()] = true;
            }
            for role in tenant.roles().filter(|role| held[role.row()]) {
                if seen.insert(self.contents[side][role.row()]) {
                    found
                        .extend(tenant.role(role).definition().into_iter().flat_map(|r| &r.blocks));
                }
            }
            found.extend(tenant.deny_rows.iter().flat_map(|row| &tenant.deny(row.fact).blocks));
        }
        found
    }

    /// Does an assignment give the same to everybody, everywhere below it?
    pub(super) fn is_plain(&self, key: RowKey) -> bool {
        key.guard == NONE && key.sure && !key.lighthouse && !self.guarded[key.content as usize]
    }

    /// The place of a scope of one tenant.
    pub(super) fn place(&self, side: usize, scope: ScopeIx) -> u32 {
        self.places.of[side][scope.row()]
    }

    /// The scope at a place, as the newer tenant writes it where it has it.
    pub(super) fn scope(&self, place: u32) -> &'t crate::ident::Scope {
        let (old, new) = (self.places.at[0][place as usize], self.places.at[1][place as usize]);
        if new == NONE {
            self.tenants[0].scope_text(ScopeIx(old))
        } else {
            self.tenants[1].scope_text(ScopeIx(new))
        }
    }

    /// Management groups and subscriptions above which other things stand than before.
    pub(super) fn moved(&self) -> Vec<u32> {
        (0..self.places.len())
            .filter(|place| {
                matches!(
                    self.scope(*place).kind(),
                    ScopeKind::ManagementGroup | ScopeKind::Subscription
                )
            })
            .filter(|place| self.chain(0, *place) != self.chain(1, *place))
            .collect()
    }

    /// The places above a place as a tenant has them, and whether something above is not known.
    pub(super) fn chain(&self, side: usize, place: u32) -> (Vec<u32>, bool) {
        let tenant = self.tenants[side];
        let scope = self.scope(place);
        let located = tenant.scopes.locate(scope, tenant.world == World::Open);
        let above = tenant.scopes.upwards(located.at).map(|ix| self.place(side, ix));
        (above.filter(|other| *other != place).collect(), located.floating)
    }
}

fn refused_roles(tenant: &Tenant) -> FxHashSet<Guid> {
    tenant
        .gaps()
        .iter()
        .filter_map(|gap| match gap.touches {
            crate::model::Touches::Role { id, .. } => id,
            _ => None,
        })
        .collect()
}

/// What a role holds, as a text: two roles with the same text can be exchanged for each other.
fn content(tenant: &Tenant, role: RoleIx, refused: &FxHashSet<Guid>) -> String {
    let state = tenant.role(role);
    let mut text = match state {
        RoleState::Known(definition) => {
            let mut blocks: Vec<String> = definition.blocks.iter().map(block).collect();
            blocks.sort();
            blocks.dedup();
            blocks.join("\n")
        }
        // In a scenario it does not exist; elsewhere it may hold anything.
        RoleState::Unknown { .. } if tenant.world == World::Closed => String::new(),
        RoleState::Unknown { .. } => "?".to_string(),
    };
    if let Some(id) = state.id().filter(|id| refused.contains(id)) {
        text.push_str(&format!("\n! {id}"));
    }
    text
}

/// A permission block as a text, whatever the order of its lists.
pub(super) fn block(block: &PermissionBlock) -> String {
    let mut text = String::new();
    for (name, list) in [
        ("+", &block.actions),
        ("-", &block.not_actions),
        ("+d", &block.data_actions),
        ("-d", &block.not_data_actions),
    ] {
        let mut list: Vec<&str> = list.iter().map(|pattern| pattern.folded()).collect();
        list.sort_unstable();
        list.dedup();
        for pattern in list {
            text.push_str(name);
            text.push_str(pattern);
            text.push(' ');
        }
    }
    guard(&mut text, block.condition.as_ref());
    text
}

pub(super) fn guard(text: &mut String, guard: Option<&Guard>) {
    if let Some(guard) = guard {
        text.push_str(" where ");
        text.push_str(&guard.text);
    }
}
