//! From facts to a tenant: the scope forest, principals, membership, roles, indexes.

use super::members::Members;
use super::roles::{RoleState, Roles, prepare};
use super::scopes::Forest;
use super::{
    AssignmentIx, DenyIx, DenyRow, LockIx, Notice, PrincipalInfo, PrincipalIx, Row, ScopeIx,
    Tenant, names::Names,
};
use crate::catalog::Catalog;
use crate::ident::{Guid, ScopeKind};
use crate::model::{
    Facts, Gap, InputKind, Membership, PrincipalType, RoleDefinition, RoleKind, RoleRef, Touches,
    World,
};
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) fn build(mut facts: Facts, catalog: &Catalog) -> Tenant {
    let scopes = scope_forest(&mut facts);
    let scope_refs: Vec<ScopeIx> = facts
        .scopes()
        .iter()
        .map(|scope| scopes.find(scope.folded()).unwrap_or(ScopeIx(0)))
        .collect();
    let roles = roles(&mut facts, catalog);
    time_windows(&mut facts);
    let (ids, kinds, infos) = principals(&mut facts);
    let rows: FxHashMap<Guid, u32> = ids.iter().copied().zip(0..).collect();
    let ix = |id: &Guid| rows.get(id).map(|row| PrincipalIx(*row));
    let members = Members::build(ids.len(), membership(&facts, ix));
    let open = open_groups(&facts, &ids, &kinds, &members, ix);
    let mut uncounted: Vec<PrincipalIx> = facts
        .groups
        .iter()
        .filter(|group| !group.security_enabled)
        .filter_map(|group| ix(&group.id))
        .collect();
    uncounted.sort_unstable();
    uncounted.dedup();

    let mut assignment_rows: Vec<Row> = Vec::with_capacity(facts.assignments.len());
    for (fact, assignment) in (0..).zip(&facts.assignments) {
        let (Some(holder), Some(role)) = (ix(&assignment.principal), roles.find(&assignment.role))
        else {
            continue;
        };
        let scope = scope_refs[assignment.scope.0 as usize];
        assignment_rows.push(Row { scope, role, fact: AssignmentIx(fact), holder });
    }
    assignment_rows.sort_unstable_by_key(|row| (row.holder, row.scope, row.role, row.fact));
    let mut rows_of = vec![0u32; ids.len() + 1];
    for row in &assignment_rows {
        rows_of[row.holder.row() + 1] += 1;
    }
    for at in 0..ids.len() {
        rows_of[at + 1] += rows_of[at];
    }
    let mut open_rows: Vec<Row> =
        assignment_rows.iter().filter(|row| open[row.holder.row()]).copied().collect();
    open_rows.sort_unstable_by_key(|row| (row.scope, row.holder, row.fact));

    let mut deny_rows: Vec<DenyRow> = Vec::with_capacity(facts.denies.len());
    for (fact, deny) in (0..).zip(&facts.denies) {
        let listed = |list: &[crate::model::DenyPrincipal]| {
            let mut found: Vec<PrincipalIx> =
                list.iter().filter_map(|principal| ix(&principal.id)).collect();
            found.sort_unstable();
            found
        };
        deny_rows.push(DenyRow {
            scope: scope_refs[deny.scope.0 as usize],
            fact: DenyIx(fact),
            everyone: deny.principals.iter().any(|p| p.kind == PrincipalType::Everyone),
            principals: listed(&deny.principals),
            excludes: listed(&deny.excludes),
            sides: prepare(&deny.blocks),
        });
    }
    deny_rows.sort_by_key(|row| (row.scope, row.fact));
    let mut lock_rows: Vec<(ScopeIx, LockIx)> = (0..)
        .zip(&facts.locks)
        .map(|(fact, lock)| (scope_refs[lock.scope.0 as usize], LockIx(fact)))
        .collect();
    lock_rows.sort_unstable();

    let notices = notices(&mut facts, &scopes);
    let mut resources = FxHashMap::default();
    for resource in std::mem::take(&mut facts.resources) {
        let at = scope_refs[resource.scope.0 as usize];
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
    Tenant {
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
        assignments: facts.assignments,
        assignment_rows,
        rows_of,
        open_rows,
        denies: facts.denies,
        deny_rows,
        locks: facts.locks,
        lock_rows,
        resources,
        gaps: facts.gaps,
        notes: facts.notes,
        notices,
        names: Names::default(),
        scope_refs,
        catalog: catalog.clone(),
    }
}

/// The scope tree: every scope that any fact names, management groups and subscriptions placed.
fn scope_forest(facts: &mut Facts) -> super::scopes::Scopes {
    let mut forest = Forest::default();
    for scope in facts.scopes() {
        forest.add(scope);
    }
    let mut placed: FxHashSet<petgraph::graph::NodeIndex> = FxHashSet::default();
    let mut circles = Vec::new();
    for group in &facts.management_groups {
        let node = forest.add(facts.scope_at(group.scope));
        if let Some(name) = &group.display_name {
            forest.name(node, name);
        }
        match group.parent {
            Some(None) => {
                placed.insert(node);
            }
            Some(Some(parent)) => {
                let parent = forest.add(facts.scope_at(parent));
                if forest.parent(node) == Some(parent) || forest.place(node, parent).is_ok() {
                    placed.insert(node);
                } else {
                    circles.push(facts.scope_at(group.scope).text().to_string());
                }
            }
            None => {}
        }
    }
    for subscription in &facts.subscriptions {
        let node = forest.add(facts.scope_at(subscription.scope));
        if let Some(name) = &subscription.display_name {
            forest.name(node, name);
        }
        if let Some(group) = subscription.management_group {
            let group = forest.add(facts.scope_at(group));
            if forest.place(node, group).is_ok() {
                placed.insert(node);
            }
        }
    }
    // The root group's id is the tenant's id (semantics.md 6.5): whatever else is not known, a
    // subscription of that tenant stands below it.
    if facts.world == World::Open {
        for subscription in &facts.subscriptions {
            let node = forest.add(facts.scope_at(subscription.scope));
            let root = subscription.tenant.and_then(|id| {
                forest.find(&format!("/providers/microsoft.management/managementgroups/{id}"))
            });
            if let (Some(root), false) = (root, placed.contains(&node)) {
                // A subscription has no scope below it that is a management group: no circle.
                let _placed = forest.place(node, root);
            }
        }
        for (node, kind) in forest.kinds() {
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

fn is_tenant_root(forest: &Forest, facts: &Facts, node: petgraph::graph::NodeIndex) -> bool {
    facts.subscriptions.iter().filter_map(|subscription| subscription.tenant).any(|id| {
        forest.find(&format!("/providers/microsoft.management/managementgroups/{id}")) == Some(node)
    })
}

/// Which definition each role has (scenario-format.md): an explicit catalog wins over an exported
/// built-in role, which wins over the embedded one; a custom role never takes a built-in's GUID.
fn roles(facts: &mut Facts, catalog: &Catalog) -> Roles {
    let mut known: FxHashMap<Guid, RoleDefinition> = FxHashMap::default();
    let mut nameless: Vec<RoleDefinition> = Vec::new();
    let mut order: Vec<Guid> = Vec::new();
    let definitions = std::mem::take(&mut facts.roles);
    for mut role in definitions {
        let Some(id) = role.id else {
            nameless.push(role);
            continue;
        };
        if let Some(built_in) = catalog.role(id) {
            let same_name = built_in.name.eq_ignore_ascii_case(&role.name);
            if role.kind == RoleKind::Custom && facts.world == World::Open && !same_name {
                facts.gaps.push(Gap {
                    code: "custom-role-with-built-in-id",
                    message: format!(
                        "custom role `{}` carries the GUID of the built-in role `{}`; the built-in definition stands",
                        role.name, built_in.name
                    ),
                    help: Some("give the custom role a GUID of its own".to_string()),
                    place: None,
                    touches: Touches::Role { id: Some(id), name: Some(role.name.to_string()) },
                });
                continue;
            }
            if role.kind == RoleKind::Custom && facts.world == World::Open {
                // A copied built-in definition that says `IsCustom: true`: the same trap.
                facts.gaps.push(Gap {
                    code: "custom-role-with-built-in-id",
                    message: format!(
                        "`{}` is marked custom and carries the GUID of the built-in role of that name; the built-in definition stands",
                        role.name
                    ),
                    help: Some("give the custom role a name and a GUID of its own".to_string()),
                    place: None,
                    touches: Touches::Role { id: Some(id), name: Some(role.name.to_string()) },
                });
                continue;
            }
            if facts.world == World::Open {
                role.kind = RoleKind::BuiltIn;
                if catalog.is_chosen() {
                    continue;
                }
                if !same_permissions(&role, &built_in) {
                    facts.note(
                        "built-in-role-differs",
                        format!(
                            "the exported built-in role `{}` differs from the catalog of {}; the export's definition is used",
                            role.name,
                            catalog.roles().date()
                        ),
                        None,
                    );
                }
            }
        }
        if known.insert(id, role).is_none() {
            order.push(id);
        } else {
            facts.note(
                "role-defined-twice",
                format!("role {id} is defined more than once; the last one counts"),
                None,
            );
        }
    }
    order.sort_unstable();
    let mut roles = Roles::default();
    for id in order {
        let Some(role) = known.remove(&id) else { continue };
        let name = RoleRef::Name(role.name.to_lowercase().into());
        roles.add(RoleState::Known(role), vec![RoleRef::Id(id), name]);
    }
    for role in nameless {
        let name = RoleRef::Name(role.name.to_lowercase().into());
        roles.add(RoleState::Known(role), vec![name]);
    }
    for assignment in &mut facts.assignments {
        if let RoleRef::Name(name) = &mut assignment.role {
            *name = name.to_lowercase().into();
        }
        if roles.find(&assignment.role).is_some() {
            continue;
        }
        let found = match &assignment.role {
            RoleRef::Id(id) => catalog.role(*id),
            RoleRef::Name(name) => match &catalog.roles().by_name(name)[..] {
                [one] => Some(one.definition()),
                _ => None,
            },
        };
        let mut references = vec![assignment.role.clone()];
        let state = match found {
            Some(role) => {
                references.extend(role.id.map(RoleRef::Id));
                references.push(RoleRef::Name(role.name.to_lowercase().into()));
                RoleState::Known(role)
            }
            None => RoleState::Unknown { reference: assignment.role.clone(), name: None },
        };
        roles.add(state, references);
    }
    roles
}

fn same_permissions(a: &RoleDefinition, b: &RoleDefinition) -> bool {
    let sorted = |role: &RoleDefinition| -> Vec<[Vec<String>; 4]> {
        let mut blocks: Vec<[Vec<String>; 4]> = role
            .blocks
            .iter()
            .map(|block| {
                [&block.actions, &block.not_actions, &block.data_actions, &block.not_data_actions]
                    .map(|list| {
                        let mut list: Vec<String> =
                            list.iter().map(|pattern| pattern.folded().to_string()).collect();
                        list.sort();
                        list.dedup();
                        list
                    })
            })
            .collect();
        blocks.sort();
        blocks
    };
    sorted(a) == sorted(b)
}

/// A schedule instance and the role assignment that it stands for are one grant; the instance knows
/// when it ends, the assignment does not say.
fn time_windows(facts: &mut Facts) {
    let windows: FxHashMap<Guid, _> =
        facts.assignments.iter().filter_map(|a| Some((a.stands_for?, (a.start, a.end)))).collect();
    if windows.is_empty() {
        return;
    }
    for assignment in &mut facts.assignments {
        if assignment.stands_for.is_none()
            && assignment.start.is_none()
            && assignment.end.is_none()
            && let Some((start, end)) = assignment.name.guid().and_then(|id| windows.get(&id))
        {
            assignment.start = *start;
            assignment.end = *end;
        }
    }
}

/// Everybody that anything names, sorted by id.
fn principals(facts: &mut Facts) -> (Vec<Guid>, Vec<PrincipalType>, Vec<PrincipalInfo>) {
    let mut ids: Vec<Guid> =
        Vec::with_capacity(facts.principals.len() + facts.assignments.len() / 4);
    ids.extend(facts.principals.iter().map(|p| p.id));
    ids.extend(facts.assignments.iter().map(|a| a.principal));
    for group in &facts.groups {
        ids.push(group.id);
        ids.extend(&group.members);
    }
    for deny in &facts.denies {
        ids.extend(deny.principals.iter().chain(&deny.excludes).map(|p| p.id));
    }
    for resource in &facts.resources {
        ids.extend(&resource.identities);
    }
    ids.sort_unstable();
    ids.dedup();
    let mut kinds = vec![PrincipalType::Unknown; ids.len()];
    let mut infos = vec![PrincipalInfo::default(); ids.len()];
    let row = |id: &Guid| ids.binary_search(id).ok();
    let mut kind_of = |id: &Guid, kind: PrincipalType| {
        if let Some(row) = row(id)
            && kinds[row] == PrincipalType::Unknown
        {
            kinds[row] = kind;
        }
    };
    for principal in &facts.principals {
        kind_of(&principal.id, principal.kind);
    }
    for group in &facts.groups {
        kind_of(&group.id, PrincipalType::Group);
    }
    for assignment in &facts.assignments {
        kind_of(&assignment.principal, assignment.principal_type);
    }
    for deny in &facts.denies {
        for principal in deny.principals.iter().chain(&deny.excludes) {
            kind_of(&principal.id, principal.kind);
        }
    }
    for principal in std::mem::take(&mut facts.principals) {
        let Some(row) = row(&principal.id) else { continue };
        let info = &mut infos[row];
        info.described = true;
        info.display_name = info.display_name.take().or(principal.display_name);
        info.user_principal_name =
            info.user_principal_name.take().or(principal.user_principal_name);
        info.mail = info.mail.take().or(principal.mail);
        info.app_id = info.app_id.or(principal.app_id);
        info.user_type = info.user_type.take().or(principal.user_type);
        info.service_principal_type =
            info.service_principal_type.take().or(principal.service_principal_type);
        if info.alternative_names.is_empty() {
            info.alternative_names = principal.alternative_names;
        }
        if info.security_attributes.is_empty() {
            info.security_attributes = principal.security_attributes;
        }
    }
    let named = std::mem::take(&mut facts.names_in_assignments);
    for (row, id) in ids.iter().enumerate() {
        let Some((kind, name)) = named.get(id) else { continue };
        let info = &mut infos[row];
        if name.is_empty() || info.display_name.is_some() || info.user_principal_name.is_some() {
            continue;
        }
        match kind {
            PrincipalType::User => info.user_principal_name = Some(name.clone()),
            PrincipalType::ServicePrincipal if Guid::parse(name).is_some() => {
                info.app_id = info.app_id.or(Guid::parse(name));
            }
            _ => info.display_name = Some(name.clone()),
        }
    }
    (ids, kinds, infos)
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

const RESOURCES: &str = "az graph query -q \"resources | project id, type, properties, identity, tags\" -o json > resources.json";

/// Parts that an export itself says are missing: lists with a next page, kinds that the collect script
/// could not read. Like absent kinds they are named and change no outcome.
fn missing_parts(facts: &mut Facts, found: &mut Vec<Notice>) {
    let (cut, rest): (Vec<_>, Vec<_>) =
        std::mem::take(&mut facts.notes).into_iter().partition(|note| {
            matches!(note.code, "cut-off-list" | "members-may-be-cut" | "members-of-no-group")
        });
    facts.notes = rest;
    for note in cut {
        let place = note.place.map_or_else(String::new, |place| format!("{place}: "));
        found.push(Notice {
            code: note.code,
            message: format!("{place}{}", note.message),
            help: match note.code {
                "cut-off-list" => "follow the link until there is none, or let az do it: it asks for every page",
                _ => "azrbac collect --print az prints a script that asks for the members of each group",
            }
            .to_string(),
        });
    }
    if facts.summarised {
        // The summary says of what the empty lists are lists.
        facts.notes.retain(|note| note.code != "empty-list");
    }
    for part in &facts.unread {
        found.push(Notice {
            code: "unread",
            message: format!(
                "{} of {} could not be read when the snapshot was taken: {}",
                part.kind.as_str(),
                part.at,
                part.reason
            ),
            help: "run the script again as somebody who may read them".to_string(),
        });
    }
}

/// Kinds of input that no file holds, once each, with the command that exports them.
fn notices(facts: &mut Facts, scopes: &super::scopes::Scopes) -> Vec<Notice> {
    let mut found = Vec::new();
    if facts.world == World::Closed {
        return found;
    }
    missing_parts(facts, &mut found);
    let facts = &*facts;
    let mut absent = |kinds: &[InputKind], code, message: &str, help: &str| {
        if !kinds.iter().any(|kind| facts.has(*kind)) {
            found.push(Notice { code, message: message.to_string(), help: help.to_string() });
        }
    };
    let rest = |collection: &str| {
        format!(
            "az rest --method get --url \"/subscriptions/SUBSCRIPTION/providers/Microsoft.Authorization/{collection}?api-version=2022-04-01\""
        )
    };
    absent(
        &[InputKind::RoleAssignments],
        "no-role-assignments",
        "no role assignments were read: everything is refused",
        "az role assignment list --all -o json > assignments.json",
    );
    absent(
        &[InputKind::DenyAssignments],
        "no-deny-assignments",
        "no deny assignments were read: none is assumed",
        &rest("denyAssignments"),
    );
    absent(
        &[InputKind::Locks],
        "no-locks",
        "no locks were read: none is assumed",
        "az lock list -o json > locks.json",
    );
    absent(
        &[InputKind::ScheduleInstances],
        "no-eligible-assignments",
        "no eligible assignments (PIM) were read: none can be named as a near miss",
        &rest("roleEligibilityScheduleInstances").replace("2022-04-01", "2020-10-01"),
    );
    absent(
        &[InputKind::Groups],
        "no-groups",
        "no groups were read: whoever holds something through a group is not seen",
        "azrbac collect --print az",
    );
    absent(
        &[InputKind::ManagementGroups],
        "no-management-groups",
        "no management groups were read: what stands above a subscription is not known",
        "az account management-group show -e -r --name TENANT_ID -o json > groups.json",
    );
    absent(
        &[InputKind::Resources],
        "no-resources",
        "no resources were read: the state of keys and local authentication is not known",
        RESOURCES,
    );
    if !facts.resources.is_empty() && facts.resources.iter().all(|one| one.properties.is_none()) {
        found.push(Notice {
            code: "no-properties",
            message: "no resource has properties: the state of keys and local authentication is not known".to_string(),
            help: RESOURCES.to_string(),
        });
    }
    let mut with_assignments: FxHashSet<&str> = FxHashSet::default();
    for assignment in &facts.assignments {
        let folded = facts.scope_at(assignment.scope).folded();
        if let Some(rest) = folded.strip_prefix("/subscriptions/") {
            with_assignments.insert(rest.split('/').next().unwrap_or_default());
        }
    }
    for row in 0..scopes.len() {
        let ix = ScopeIx(u32::try_from(row).unwrap_or(u32::MAX));
        if scopes.kind(ix) != ScopeKind::Subscription {
            continue;
        }
        let scope = scopes.scope(ix);
        let id = scope.folded().rsplit('/').next().unwrap_or_default();
        if !with_assignments.contains(id) && facts.has(InputKind::RoleAssignments) {
            found.push(Notice {
                code: "subscription-without-assignments",
                message: format!(
                    "subscription {} has no role assignment of its own in the export",
                    scopes.display_name(ix).unwrap_or(scope.leaf())
                ),
                help: format!(
                    "az role assignment list --all --subscription {} -o json",
                    scope.leaf()
                ),
            });
        }
    }
    found
}
