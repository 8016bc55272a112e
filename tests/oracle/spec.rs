//! docs/semantics.md, sections 1 to 8, 10 and 12 to 14, transcribed: slow, literal, without an index, and
//! without a line of the crate. The numbers are the rules of that page.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::Truth::{False, True, Unknown};
use super::answer::{Answer, Outcome, Truth};
use super::spec_conditions::worth;
use super::spelling::{fold_guid, fold_scope, instant, last};
use super::world::{Block, Lock, Plane, Question, World};

pub(crate) fn can(world: &World, q: &Question) -> Answer {
    let ids = subject_ids(world, &q.principal);
    let main = Check::of(world, q, &ids, (&q.operation, q.plane, &q.scope));
    // 13.6: linked checks are checks of the control plane, and all must pass; 5.14: denies hold there too.
    let linked =
        q.linked.iter().map(|(op, at)| Check::of(world, q, &ids, (op, Plane::Control, at)));
    let linked: Vec<Check> = linked.collect();
    let mut outcome = linked.iter().map(Check::outcome).fold(main.outcome(), Outcome::min);
    // 12.10: locks come after RBAC; 12.9: those of linked scopes do not count.
    if outcome >= Outcome::Conditional && locked(world, q) {
        // 12.8, 14.4: the caller's flag lifts locks, or that of an assignment that grants.
        let by_grant = main.grants.values().filter(|grant| grant.1).map(|grant| grant.0).max();
        match if q.via_lighthouse { True } else { by_grant.unwrap_or(False) } {
            True => {}
            Unknown => outcome = Outcome::Conditional,
            False => outcome = Outcome::Locked,
        }
    }
    let near = if main.outcome() == Outcome::NotAllowed { main.near } else { BTreeMap::new() };
    let linked_denies = linked.into_iter().flat_map(|check| check.denies.into_keys()).collect();
    let grants = main.grants.into_iter().map(|(id, grant)| (id, grant.0)).collect();
    Answer { outcome, grants, denies: main.denies, linked_denies, near }
}

/// One operation at one scope (1.8).
#[derive(Default)]
struct Check {
    denies: BTreeMap<String, Truth>,
    /// Whether the conditions hold, whether it came by Lighthouse.
    grants: BTreeMap<String, (Truth, bool)>,
    near: BTreeMap<String, &'static str>,
}

impl Check {
    fn outcome(&self) -> Outcome {
        let denied = self.denies.values().copied().max().unwrap_or(False);
        let granted = self.grants.values().map(|grant| grant.0).max().unwrap_or(False);
        // 1.2, 1.3: a deny that applies ends it, whether or not anything grants; 5.11: with an undecided
        // one there is no firm yes. 1.5: grants are OR-ed.
        match granted.min(denied.not()) {
            _ if denied == True => Outcome::Denied,
            True => Outcome::Allowed,
            Unknown => Outcome::Conditional,
            False => Outcome::NotAllowed,
        }
    }

    fn of(world: &World, q: &Question, ids: &BTreeSet<String>, asked: (&str, Plane, &str)) -> Self {
        let ((operation, plane, scope), path) = (asked, path(world, asked.2));
        let is_one_of = |list: &[String]| list.iter().any(|id| ids.contains(&fold_guid(id)));
        let mut check = Self::default();
        for deny in &world.denies {
            let everyone = deny.principals.iter().any(|id| fold_guid(id) == "0".repeat(32));
            // 5.10: audit blocks nothing. 5.9, U8: exactly the scope of the deny; an extension resource of it is
            // a child. 5.12, U33: nobody can lock the removal of a deny that users made. 5.3 everyone; 5.5, U7:
            // groups, transitive in both lists; 5.6: exclusion lifts this deny alone.
            if deny.audit
                || !path.contains(&fold_scope(&deny.scope))
                || (deny.exact_scope_only && fold_scope(&deny.scope) != fold_scope(scope))
                || (!deny.system_protected && manages("denyAssignments", operation))
                || !(everyone || is_one_of(&deny.principals))
                || is_one_of(&deny.excluded)
            {
                continue;
            }
            let granted = |block: &&Block| covers(block, operation, plane, q.strict) == Some(true);
            for block in deny.blocks.iter().filter(granted) {
                let conditions = [&deny.condition, &block.condition];
                let (truth, _) = worth(world, q, operation, scope, conditions);
                // U9: undecided with complete attributes counts as applying.
                let truth = if truth == Unknown && q.attributes_complete { True } else { truth };
                let known = check.denies.entry(fold_guid(last(&deny.id))).or_default();
                *known = truth.max(*known);
            }
        }
        check.denies.retain(|_, truth| *truth != False);
        for assignment in &world.assignments {
            // 1.2 steps 1 and 3; 6: grants flow down only.
            let at_or_above = path.contains(&fold_scope(&assignment.scope));
            if !at_or_above || !ids.contains(&fold_guid(&assignment.principal)) {
                continue;
            }
            // 4.5: the role is found by its last GUID. 1.6, U1: blocks subtract by themselves, then OR.
            let role_id = fold_guid(last(&assignment.role));
            let roles = world.roles.iter().filter(|role| fold_guid(last(&role.id)) == role_id);
            let (mut truth, mut covered) = (False, None);
            for block in roles.flat_map(|role| &role.blocks) {
                let this = covers(block, operation, plane, q.strict);
                covered = covered.max(this);
                if this == Some(true) {
                    // 1.7, U2: both conditions must hold; 9.4: perhaps, where anything at all makes them.
                    let conditions = [&block.condition, &assignment.condition];
                    let (value, possible) = worth(world, q, operation, scope, conditions);
                    truth = truth.max(if possible { value } else { False });
                }
            }
            // 10.1. 10.2, U29: start <= now < end. 14.2: no data request comes by Lighthouse.
            let passed = |time: &String| instant(time) <= instant(&q.at);
            let begun = assignment.start.as_ref().is_none_or(passed);
            let over = assignment.end.as_ref().is_some_and(passed);
            let missing = [
                (covered == Some(false), "not-action"),
                (covered.is_none(), "no-match"),
                (covered == Some(true) && truth == False, "condition"),
                (assignment.eligible, "eligible"),
                (!begun || over, "expired"),
                (assignment.via_lighthouse && plane == Plane::Data, "lighthouse"),
            ];
            let id = fold_guid(last(&assignment.id));
            match missing.iter().filter(|miss| miss.0).map(|miss| miss.1).collect::<Vec<_>>()[..] {
                [] => drop(check.grants.insert(id, (truth, assignment.via_lighthouse))),
                [reason] => drop(check.near.insert(id, reason)),
                _ => {}
            }
        }
        check
    }
}

/// 3.2: one plane's lists are never asked for the other. 4.2, 4.3, 5.7: X minus notX, within one block:
/// nothing where X does not hold the operation, false where notX takes it away.
fn covers(block: &Block, operation: &str, plane: Plane, strict: bool) -> Option<bool> {
    let (plus, minus) = match plane {
        Plane::Control => (&block.actions, &block.not_actions),
        Plane::Data => (&block.data_actions, &block.not_data_actions),
    };
    let any = |list: &[String]| list.iter().any(|pattern| matches(pattern, operation, strict));
    any(plus).then(|| !any(minus))
}

/// 2.2 no case; 2.3 a star is any run, slashes too; 2.4 first to last character; 2.9 no blanks around (U6).
pub(crate) fn matches(pattern: &str, operation: &str, strict: bool) -> bool {
    let fold = |text: &str| text.trim().to_ascii_lowercase().into_bytes();
    glob(&fold(pattern), &fold(operation), strict)
}

fn glob(p: &[u8], s: &[u8], strict: bool) -> bool {
    match (p.first(), s.first()) {
        (None, None) => true,
        // 2.5, U3: `/*/` also matches a single `/`.
        _ if !strict && p.starts_with(b"/*/") && glob(&p[2..], s, strict) => true,
        (Some(b'*'), _) => (0..=s.len()).any(|taken| glob(&p[1..], &s[taken..], strict)),
        (Some(a), Some(b)) if a == b => glob(&p[1..], &s[1..], strict),
        _ => false,
    }
}

/// 7.2: the subject and its groups to any depth, cycles or not. 7.3, U13: a group that is not security
/// enabled is passed through and counts for nothing.
pub(crate) fn subject_ids(world: &World, principal: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::from([fold_guid(principal)]);
    for _ in &world.groups {
        for group in &world.groups {
            if group.members.iter().any(|member| ids.contains(&fold_guid(member))) {
                ids.insert(fold_guid(&group.id));
            }
        }
    }
    for group in world.groups.iter().filter(|group| !group.security_enabled) {
        ids.remove(&fold_guid(&group.id));
    }
    ids
}

fn manages(kind: &str, operation: &str) -> bool {
    let is = |verb| matches(&format!("Microsoft.Authorization/{kind}/{verb}"), operation, true);
    is("write") || is("delete")
}

/// 12: does a lock stop this request, were it allowed?
fn locked(world: &World, q: &Question) -> bool {
    // 12.3 by method; 13.1 read backwards where the question has none.
    let method = q.method.as_deref().unwrap_or(match &*last(&q.operation).to_ascii_lowercase() {
        "read" => "GET",
        "write" => "PUT",
        "delete" => "DELETE",
        _ => "POST",
    });
    let (target, above) = (fold_scope(&q.scope), path(world, &q.scope));
    // 12.2 control plane only; 12.9, U30: locks do not protect themselves.
    let bound = |_: &&Lock| q.plane == Plane::Control && !manages("locks", &q.operation);
    world.locks.iter().filter(bound).any(|lock| {
        // 12.1: a lock is inherited. 12.4, 12.9: a DELETE is also stopped by any lock below.
        let at_or_above = above.contains(&fold_scope(&lock.scope));
        match method.trim().to_ascii_uppercase().as_str() {
            "GET" | "HEAD" => false,
            "DELETE" => at_or_above || path(world, &lock.scope).contains(&target),
            _ => lock.read_only && at_or_above,
        }
    })
}

/// The scope and all above it, up to `/` (6.4).
pub(crate) fn path(world: &World, scope: &str) -> Vec<String> {
    let mut path = vec![fold_scope(scope)];
    while let Some(next) = path.last().and_then(|scope| parent(world, scope)) {
        // A group that is its own ancestor hangs under the root.
        path.push(if path.contains(&next) { "/".to_owned() } else { next });
    }
    path
}

fn parent(world: &World, scope: &str) -> Option<String> {
    const GROUP: &str = "/providers/microsoft.management/managementgroups/";
    let under = |group: Option<&String>| {
        group.map_or("/".to_owned(), |group| format!("{GROUP}{}", last(group).to_ascii_lowercase()))
    };
    let is = |id: &str, name: &str| last(id).eq_ignore_ascii_case(name);
    match scope.split('/').filter(|segment| !segment.is_empty()).collect::<Vec<_>>()[..] {
        [] => None,
        ["providers", "microsoft.management", "managementgroups", name] => {
            let group = world.management_groups.iter().find(|group| is(&group.id, name));
            Some(under(group.and_then(|group| group.parent.as_ref())))
        }
        ["subscriptions", name] => {
            let subscription = world.subscriptions.iter().find(|one| is(&one.id, name));
            Some(under(subscription.and_then(|one| one.management_group.as_ref())))
        }
        [ref up @ .., "providers", _, _, _] | [ref up @ .., _, _] => {
            Some(format!("/{}", up.join("/")))
        }
        [_] => Some("/".to_owned()),
    }
}
