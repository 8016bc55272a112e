//! From facts to a tenant: the scope forest, principals, membership, roles, indexes.

use super::members::Members;
use super::roles::prepare;
use super::scopes::{Forest, Scopes, Seed};
use super::{
    AssignmentIx, DenyIx, DenyRow, LockIx, Mark, PrincipalInfo, PrincipalIx, PrincipalMore, RoleIx,
    Row, ScopeIx, Tenant, names::Names,
};
use crate::catalog::Catalog;
use crate::ident::{Guid, ScopeKind};
use crate::model::{Facts, Gap, InputKind, Membership, PrincipalType, Touches, World};
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) fn build(mut facts: Facts, catalog: &Catalog) -> Tenant {
    facts.place_gaps();
    let (mut scopes, numbers) = scope_forest(&mut facts);
    renumber(&mut facts, &numbers);
    let (roles, role_of) = super::definitions::roles(&mut facts, catalog);
    time_windows(&mut facts);
    let People { ids, kinds, infos, rows, holders } = principals(&mut facts);
    let ix = |id: &Guid| rows.get(id).map(|row| PrincipalIx(*row));
    let members = Members::build(ids.len(), membership(&facts, ix));
    let mut uncounted: Vec<PrincipalIx> = facts
        .groups
        .iter()
        .filter(|group| !group.security_enabled)
        .filter_map(|group| ix(&group.id))
        .collect();
    uncounted.sort_unstable();
    uncounted.dedup();
    let mut open = open_groups(&facts, &ids, &kinds, &members, ix);
    for group in &uncounted {
        // Whoever may be in it, nothing comes of it (U13).
        open[group.row()] = false;
    }

    let (assignment_rows, rows_of) = by_holder(&facts, &role_of, &holders, ids.len());
    let mut open_rows: Vec<Row> =
        assignment_rows.iter().filter(|row| open[row.holder().row()]).copied().collect();
    open_rows.sort_unstable_by_key(|row| (row.scope, row.holder(), row.fact));
    let high = |row: &&Row| scopes.kind(row.scope) == ScopeKind::ManagementGroup;
    let open_rows_high: Vec<Row> = open_rows.iter().filter(high).copied().collect();

    let mut deny_rows: Vec<DenyRow> = Vec::with_capacity(facts.denies.len());
    for (fact, deny) in (0..).zip(&facts.denies) {
        let listed = |list: &[crate::model::DenyPrincipal]| {
            let mut found: Vec<PrincipalIx> =
                list.iter().filter_map(|principal| ix(&principal.id)).collect();
            found.sort_unstable();
            found
        };
        deny_rows.push(DenyRow {
            scope: ScopeIx::of(deny.scope),
            fact: DenyIx(fact),
            everyone: deny.principals.iter().any(|p| p.kind == PrincipalType::Everyone),
            principals: listed(&deny.principals),
            excludes: listed(&deny.excludes),
            sides: prepare(&deny.blocks),
        });
    }
    deny_rows.sort_by_key(|row| (row.scope, row.fact));
    let mut denies_at: FxHashMap<ScopeIx, (u32, u32)> = FxHashMap::default();
    for (at, row) in (0u32..).zip(&deny_rows) {
        denies_at.entry(row.scope).or_insert((at, at)).1 = at + 1;
    }
    let mut lock_rows: Vec<(ScopeIx, LockIx)> = (0..)
        .zip(&facts.locks)
        .map(|(fact, lock)| (ScopeIx::of(lock.scope), LockIx(fact)))
        .collect();
    lock_rows.sort_unstable();

    let marked = [
        (Mark::Denies, deny_rows.iter().map(|row| row.scope).collect::<Vec<_>>()),
        (Mark::Locks, lock_rows.iter().map(|row| row.0).collect()),
        (Mark::OpenRows, open_rows.iter().map(|row| row.scope).collect()),
    ];
    for (mark, places) in marked {
        places.into_iter().for_each(|place| scopes.mark(place, mark));
    }
    let notices = super::notices::notices(&mut facts, &scopes);
    let mut resources = FxHashMap::default();
    for resource in std::mem::take(&mut facts.resources) {
        let at = ScopeIx::of(resource.scope);
        match resources.entry(at) {
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(resource);
            }
            // The same resource from two files: the one with properties says more.
            std::collections::hash_map::Entry::Occupied(mut slot) => {
                if slot.get().properties.is_none() {
                    slot.insert(resource);
                }
            }
        }
    }
    // The id of the root management group is the directory's (semantics.md 6.5).
    let roots = facts.management_groups.iter().filter(|group| group.parent == Some(None));
    let mut directories: Vec<Guid> = facts
        .subscriptions
        .iter()
        .filter_map(|subscription| subscription.tenant)
        .chain(roots.filter_map(|group| Guid::parse(scopes.scope(ScopeIx::of(group.scope)).leaf())))
        .collect();
    directories.sort_unstable();
    directories.dedup();
    let mut read: Vec<InputKind> = facts.recognised.iter().map(|row| row.1).collect();
    read.sort_unstable();
    read.dedup();
    let classic = std::mem::take(&mut facts.classic)
        .into_iter()
        .map(|one| (ScopeIx::of(one.scope), one))
        .collect();
    let mut assignments = facts.assignments;
    // A list that is read in pieces says only about how many it holds.
    assignments.shrink_to_fit();
    Tenant {
        directories,
        read,
        unread: facts.unread.iter().map(|part| part.kind).collect(),
        classic,
        world: facts.world,
        sources: facts.sources,
        scopes,
        principal_ids: ids,
        principal_kinds: kinds,
        principal_rows: rows,
        infos,
        members,
        uncounted,
        open_groups: open,
        roles,
        assignments,
        row_scopes: assignment_rows.iter().map(|row| row.scope).collect(),
        assignment_rows,
        rows_of,
        open_rows,
        open_rows_high,
        denies: facts.denies,
        deny_rows,
        denies_at,
        locks: facts.locks,
        lock_rows,
        resources,
        gaps: facts.gaps,
        notes: facts.notes,
        notices,
        names: Names::default(),
        listing: Default::default(),
        matrix: Default::default(),
        catalog: catalog.clone(),
    }
}

/// From here on a fact names a scope by its number in the tree.
fn renumber(facts: &mut Facts, numbers: &[ScopeIx]) {
    let assignments = facts.assignments.iter_mut().map(|one| &mut one.scope);
    let denies = facts.denies.iter_mut().map(|one| &mut one.scope);
    let locks = facts.locks.iter_mut().map(|one| &mut one.scope);
    let groups = facts.management_groups.iter_mut().map(|one| &mut one.scope);
    let resources = facts.resources.iter_mut().map(|one| &mut one.scope);
    let classic = facts.classic.iter_mut().map(|one| &mut one.scope);
    for scope in
        assignments.chain(denies).chain(locks).chain(groups).chain(resources).chain(classic)
    {
        scope.0 = numbers[scope.0 as usize].0;
    }
}

/// The scope tree: every scope that any fact names, management groups and subscriptions placed.
fn scope_forest(facts: &mut Facts) -> (Scopes, Vec<ScopeIx>) {
    let (scopes, rows) = facts.take_scopes();
    let mut forest = Forest::new(scopes, rows);
    let mut placed: FxHashSet<Seed> = FxHashSet::default();
    let mut circles = Vec::new();
    for group in &facts.management_groups {
        let node = forest.seed(group.scope);
        if let Some(name) = &group.display_name {
            forest.name(node, name);
        }
        match group.parent {
            Some(None) => {
                placed.insert(node);
            }
            Some(Some(parent)) => {
                let parent = forest.seed(parent);
                if forest.parent(node) == Some(parent) || forest.place(node, parent).is_ok() {
                    placed.insert(node);
                } else {
                    circles.push(forest.scope(node).text().to_string());
                }
            }
            None => {}
        }
    }
    for subscription in &facts.subscriptions {
        let node = forest.seed(subscription.scope);
        if let Some(name) = &subscription.display_name {
            forest.name(node, name);
        }
        if let Some(group) = subscription.management_group {
            let group = forest.seed(group);
            if forest.place(node, group).is_ok() {
                placed.insert(node);
            }
        }
    }
    // Whatever else is not known, a subscription stands below the root group of its directory.
    if facts.world == World::Open {
        for subscription in &facts.subscriptions {
            let node = forest.seed(subscription.scope);
            let root = subscription.tenant.and_then(|id| forest.root_group(id));
            if let (Some(root), false) = (root, placed.contains(&node)) {
                // A subscription has no scope below it that is a management group: no circle.
                let _placed = forest.place(node, root);
            }
        }
        for node in forest.seeds() {
            let kind = forest.scope(node).kind();
            if matches!(kind, ScopeKind::ManagementGroup | ScopeKind::Subscription)
                && !placed.contains(&node)
                && !is_tenant_root(&forest, facts, node)
            {
                forest.float(node);
            }
        }
    }
    for circle in circles {
        facts.gaps.push(Gap {
            code: "circular-management-group",
            message: format!("`{circle}` is given a parent that stands below it; it was left where it was"),
            help: Some("export the management groups again: az account management-group show -e -r --name TENANT_ID".to_string()),
            place: None,
            touches: Touches::Hierarchy,
        });
    }
    forest.finish()
}

fn is_tenant_root(forest: &Forest, facts: &Facts, node: Seed) -> bool {
    let mut directories = facts.subscriptions.iter().filter_map(|subscription| subscription.tenant);
    directories.any(|id| forest.root_group(id) == Some(node))
}

/// A schedule instance and the role assignment that it stands for are one grant; the instance knows
/// when it ends, the assignment does not say.
fn time_windows(facts: &mut Facts) {
    let windows: FxHashMap<Guid, _> = facts
        .assignments
        .iter()
        .filter_map(|a| Some((a.stands_for()?, (a.start(), a.end()))))
        .collect();
    if windows.is_empty() {
        return;
    }
    for assignment in &mut facts.assignments {
        if assignment.stands_for().is_none()
            && assignment.start().is_none()
            && assignment.end().is_none()
            && let Some((start, end)) = assignment.name.guid().and_then(|id| windows.get(&id))
        {
            assignment.bound(*start, *end);
        }
    }
}

/// The assignments as a decision walks them, by holder, scope and role, and where the rows of each holder
/// begin. Counted into place holder by holder: what is left to sort is short.
fn by_holder(
    facts: &Facts,
    role_of: &[RoleIx],
    holders: &[PrincipalIx],
    count: usize,
) -> (Vec<Row>, Vec<u32>) {
    let mut rows_of = vec![0u32; count + 1];
    for holder in holders {
        rows_of[holder.row() + 1] += 1;
    }
    for at in 0..count {
        rows_of[at + 1] += rows_of[at];
    }
    let none = Row::new(ScopeIx(0), RoleIx(0), AssignmentIx(0), PrincipalIx(0), true);
    let mut rows = vec![none; holders.len()];
    let mut next = rows_of.clone();
    for ((fact, assignment), (holder, role)) in
        (0..).zip(&facts.assignments).zip(holders.iter().zip(role_of))
    {
        let at = &mut next[holder.row()];
        let scope = ScopeIx::of(assignment.scope);
        rows[*at as usize] =
            Row::new(scope, *role, AssignmentIx(fact), *holder, assignment.is_plain());
        *at += 1;
    }
    for at in 0..count {
        rows[rows_of[at] as usize..rows_of[at + 1] as usize]
            .sort_unstable_by_key(|row| (row.scope, row.role, row.fact));
    }
    (rows, rows_of)
}

/// Everybody that anything names, sorted by id.
struct People {
    ids: Vec<Guid>,
    kinds: Vec<PrincipalType>,
    infos: Vec<PrincipalInfo>,
    /// The row of each id.
    rows: FxHashMap<Guid, u32>,
    /// Who holds each assignment.
    holders: Vec<PrincipalIx>,
}

fn principals(facts: &mut Facts) -> People {
    // Numbered as they come, so that an id is looked up once where it stands; sorted afterwards.
    let mut rows: FxHashMap<Guid, u32> = FxHashMap::default();
    rows.reserve(facts.principals.len().max(facts.names_in_assignments.len()));
    let mut ids: Vec<Guid> = Vec::with_capacity(rows.capacity());
    let mut number = |id: Guid| {
        *rows.entry(id).or_insert_with(|| {
            ids.push(id);
            u32::try_from(ids.len() - 1).unwrap_or(u32::MAX)
        })
    };
    let mut holders: Vec<PrincipalIx> =
        facts.assignments.iter().map(|one| PrincipalIx(number(one.principal))).collect();
    for principal in &facts.principals {
        number(principal.id);
    }
    for group in &facts.groups {
        number(group.id);
        for member in &group.members {
            number(*member);
        }
    }
    for deny in &facts.denies {
        for principal in deny.principals.iter().chain(&deny.excludes) {
            number(principal.id);
        }
    }
    for resource in &facts.resources {
        for id in &resource.identities {
            number(*id);
        }
    }
    let mut order: Vec<(Guid, u32)> = ids.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let mut rank = vec![0u32; ids.len()];
    for (row, (_, before)) in (0..).zip(&order) {
        rank[*before as usize] = row;
    }
    rows.values_mut().for_each(|row| *row = rank[*row as usize]);
    for holder in &mut holders {
        holder.0 = rank[holder.row()];
    }
    let ids: Vec<Guid> = order.into_iter().map(|(id, _)| id).collect();
    let mut kinds = vec![PrincipalType::Unknown; ids.len()];
    let mut infos = vec![PrincipalInfo::default(); ids.len()];
    let row = |id: &Guid| rows.get(id).map(|row| *row as usize);
    let mut is = |row: Option<usize>, kind: PrincipalType| {
        if let Some(row) = row
            && kinds[row] == PrincipalType::Unknown
        {
            kinds[row] = kind;
        }
    };
    for principal in &facts.principals {
        is(row(&principal.id), principal.kind);
    }
    for group in &facts.groups {
        is(row(&group.id), PrincipalType::Group);
    }
    for (assignment, holder) in facts.assignments.iter().zip(&holders) {
        is(Some(holder.row()), assignment.principal_type);
    }
    for deny in &facts.denies {
        for principal in deny.principals.iter().chain(&deny.excludes) {
            is(row(&principal.id), principal.kind);
        }
    }
    for principal in std::mem::take(&mut facts.principals) {
        let Some(row) = row(&principal.id) else { continue };
        let info = &mut infos[row];
        if !info.described {
            (info.described, info.origin) = (true, principal.origin);
        }
        info.display_name = info.display_name.take().or(principal.display_name);
        info.user_principal_name =
            info.user_principal_name.take().or(principal.user_principal_name);
        let is_guest = principal.user_type.map(|kind| kind.eq_ignore_ascii_case("guest"));
        info.is_guest = info.is_guest.or(is_guest);
        let mail = principal.mail.filter(|mail| info.user_principal_name.as_ref() != Some(mail));
        let more = PrincipalMore {
            mail,
            app_id: principal.app_id,
            alternative_names: principal.alternative_names,
            security_attributes: principal.security_attributes,
        };
        info.add(more);
    }
    let mut named = std::mem::take(&mut facts.names_in_assignments);
    for (row, id) in ids.iter().enumerate() {
        let Some((kind, name)) = named.get_mut(id) else { continue };
        let info = &mut infos[row];
        if name.is_empty() || info.display_name.is_some() || info.user_principal_name.is_some() {
            continue;
        }
        match kind {
            PrincipalType::User => info.user_principal_name = Some(std::mem::take(name)),
            PrincipalType::ServicePrincipal if Guid::parse(name).is_some() => {
                let more = PrincipalMore { app_id: Guid::parse(name), ..PrincipalMore::default() };
                info.add(more);
            }
            _ => info.display_name = Some(std::mem::take(name)),
        }
    }
    People { ids, kinds, infos, rows, holders }
}

/// `(member, group)` pairs. Only groups that count for access have an effect of their own (U13), but
/// membership leads through the others.
fn membership(
    facts: &Facts,
    ix: impl Fn(&Guid) -> Option<PrincipalIx>,
) -> Vec<(PrincipalIx, PrincipalIx)> {
    let mut pairs = Vec::new();
    for group in &facts.groups {
        let Some(to) = ix(&group.id) else { continue };
        pairs.extend(group.members.iter().filter_map(|member| Some((ix(member)?, to))));
    }
    pairs
}

/// Which principals are groups that could have members nobody listed, themselves or through a group
/// inside them. In a closed world there are none.
fn open_groups(
    facts: &Facts,
    ids: &[Guid],
    kinds: &[PrincipalType],
    members: &Members,
    ix: impl Fn(&Guid) -> Option<PrincipalIx>,
) -> Vec<bool> {
    let mut open = vec![false; ids.len()];
    if facts.world == World::Closed {
        return open;
    }
    let all_open = facts.gaps.iter().any(|gap| {
        gap.touches == Touches::Members { group: None } || gap.touches == Touches::Anything
    });
    let mut listed = vec![Membership::Unlisted; ids.len()];
    for group in &facts.groups {
        if let Some(at) = ix(&group.id) {
            listed[at.row()] = match (listed[at.row()], group.membership) {
                (Membership::Listed, _) | (_, Membership::Listed) => Membership::Listed,
                (Membership::Partial, _) | (_, Membership::Partial) => Membership::Partial,
                _ => Membership::Unlisted,
            };
        }
    }
    let touched: FxHashSet<Guid> = facts
        .gaps
        .iter()
        .filter_map(|gap| match gap.touches {
            Touches::Members { group } => group,
            _ => None,
        })
        .collect();
    let mut queue = Vec::new();
    for row in 0..ids.len() {
        let is_group = matches!(kinds[row], PrincipalType::Group | PrincipalType::ForeignGroup);
        if is_group
            && (listed[row] != Membership::Listed || all_open || touched.contains(&ids[row]))
        {
            open[row] = true;
            queue.push(PrincipalIx(u32::try_from(row).unwrap_or(u32::MAX)));
        }
    }
    while let Some(next) = queue.pop() {
        for group in members.direct(next) {
            if !std::mem::replace(&mut open[group.row()], true) {
                queue.push(*group);
            }
        }
    }
    open
}
