//! docs/semantics.md, sections 1 to 8, 10, 12 and 14, transcribed: slow, literal, without an index, and
//! without a line of the crate. The numbers are the rules of that page.

use std::collections::{BTreeMap, BTreeSet};

use self::Truth::{False, True, Unknown};
use crate::world::{Assignment, Block, Plane, Question, World};

/// Three values, ordered so that AND is `min` and OR is `max`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    #[default]
    False,
    Unknown,
    True,
}

/// What RBAC says, ordered so that of several required checks the least decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Denied,
    NotAllowed,
    Locked,
    Conditional,
    Allowed,
}

impl Outcome {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::NotAllowed => "not-allowed",
            Self::Locked => "locked",
            Self::Conditional => "conditional",
            Self::Allowed => "allowed",
        }
    }
}

/// How section 9 will be asked: the condition, the operation that is checked (the question's or a linked
/// one), the question.
pub(crate) type ConditionHook = fn(&str, &str, &Question) -> Truth;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) outcome: Outcome,
    /// Assignments that grant the operation itself, for certain or under a condition, whatever denies it.
    pub(crate) grants: BTreeSet<String>,
    /// Denies that apply to the operation itself, and those that apply to a linked one.
    pub(crate) denies: BTreeSet<String>,
    pub(crate) linked_denies: BTreeSet<String>,
    /// Where nothing grants and nothing denies: assignments that miss by this one thing alone.
    pub(crate) near: BTreeMap<String, &'static str>,
}

pub(crate) fn can(world: &World, question: &Question, condition: ConditionHook) -> Answer {
    let check = |operation: &str, plane, scope: &str| {
        Check::of(world, question, operation, plane, scope, condition)
    };
    let main = check(&question.operation, question.plane, &question.scope);
    // 13.6: linked checks are checks of the control plane, and all must pass; 5.14: denies hold there too.
    let linked: Vec<Check> =
        question.linked.iter().map(|(op, scope)| check(op, Plane::Control, scope)).collect();
    let rbac = linked.iter().map(Check::outcome).fold(main.outcome(), Outcome::min);
    // 12.10: locks come after RBAC; 12.9: those of linked scopes do not count.
    let outcome = if rbac >= Outcome::Conditional && locked(world, question) {
        match lifted(question, &main) {
            True => rbac,
            Unknown => Outcome::Conditional,
            False => Outcome::Locked,
        }
    } else {
        rbac
    };
    let nothing = main.outcome() == Outcome::NotAllowed;
    Answer {
        outcome,
        grants: main.grants.into_iter().map(|(id, _, _)| id).collect(),
        denies: main.denies,
        linked_denies: linked.into_iter().flat_map(|check| check.denies).collect(),
        near: if nothing { main.near } else { BTreeMap::new() },
    }
}

/// One operation at one scope (1.8).
#[derive(Default)]
struct Check {
    denied: Truth,
    denies: BTreeSet<String>,
    /// Assignment, whether its conditions hold, whether it came by Lighthouse.
    grants: Vec<(String, Truth, bool)>,
    near: BTreeMap<String, &'static str>,
}

impl Check {
    fn outcome(&self) -> Outcome {
        // 1.2: a deny that applies ends it, whether or not anything grants (1.3).
        if self.denied == True {
            return Outcome::Denied;
        }
        // 1.5: grants are OR-ed. 5.11: with an undecided deny there is no firm yes.
        let granted = self.grants.iter().map(|(_, truth, _)| *truth).max().unwrap_or(False);
        let undenied = if self.denied == Unknown { Unknown } else { True };
        match granted.min(undenied) {
            True => Outcome::Allowed,
            Unknown => Outcome::Conditional,
            False => Outcome::NotAllowed,
        }
    }

    fn of(
        world: &World,
        q: &Question,
        operation: &str,
        plane: Plane,
        scope: &str,
        condition: ConditionHook,
    ) -> Self {
        let ids = subject_ids(world, &q.principal);
        let path = path(world, scope);
        let holds = |text: &Option<String>| {
            text.as_ref().map_or(True, |text| condition(text, operation, q))
        };
        let mut check = Self::default();

        for deny in &world.denies {
            // 5.10: audit blocks nothing.
            if deny.audit || !path.contains(&fold_scope(&deny.scope)) {
                continue;
            }
            // 5.9, U8: exactly the scope of the deny; an extension resource of it is a child.
            if deny.exact_scope_only && fold_scope(&deny.scope) != fold_scope(scope) {
                continue;
            }
            // 5.12, U33: nobody can lock the removal of a deny that users made.
            let op = operation.trim().to_ascii_lowercase();
            let about_denies = op == "microsoft.authorization/denyassignments/write"
                || op == "microsoft.authorization/denyassignments/delete";
            if about_denies && !deny.system_protected {
                continue;
            }
            // 5.3 everyone; 5.5 groups, transitive in both lists (U7); 5.6 exclusion lifts this deny alone.
            let names = |list: &[String]| list.iter().any(|id| ids.contains(&fold_guid(id)));
            let everyone = deny.principals.iter().any(|id| fold_guid(id) == "0".repeat(32));
            if !(everyone || names(&deny.principals)) || names(&deny.excluded) {
                continue;
            }
            for block in &deny.blocks {
                if covers(block, operation, plane, q.strict) == Cover::Granted {
                    // U9: undecided with complete attributes counts as applying.
                    let truth = match holds(&block.condition) {
                        Unknown if q.attributes_complete => True,
                        truth => truth,
                    };
                    check.denied = check.denied.max(truth);
                    if truth != False {
                        check.denies.insert(fold_guid(last(&deny.id)));
                    }
                }
            }
        }

        for assignment in &world.assignments {
            // 1.2 steps 1 and 3; 6: grants flow down only.
            if !ids.contains(&fold_guid(&assignment.principal))
                || !path.contains(&fold_scope(&assignment.scope))
            {
                continue;
            }
            // 1.6, U1: blocks subtract by themselves, then OR. 1.7, U2: both conditions must hold. 4.5: the
            // role is found by its last GUID.
            let (mut truth, mut matched, mut subtracted) = (False, false, false);
            let role_id = fold_guid(last(&assignment.role));
            let roles = world.roles.iter().filter(|role| fold_guid(last(&role.id)) == role_id);
            for block in roles.flat_map(|role| &role.blocks) {
                match covers(block, operation, plane, q.strict) {
                    Cover::Granted => {
                        matched = true;
                        truth =
                            truth.max(holds(&block.condition).min(holds(&assignment.condition)));
                    }
                    Cover::Subtracted => subtracted = true,
                    Cover::Absent => {}
                }
            }
            // 9.4: with complete attributes what is unknown is not granted.
            if truth == Unknown && q.attributes_complete {
                truth = False;
            }
            // 10.1 and 10.2; 14.2: no data request comes by Lighthouse.
            let id = fold_guid(last(&assignment.id));
            let missing: Vec<&str> = [
                (!matched && subtracted, "not-action"),
                (!matched && !subtracted, "no-match"),
                (matched && truth == False, "condition"),
                (assignment.eligible, "eligible"),
                (!in_window(assignment, &q.at), "expired"),
                (assignment.via_lighthouse && plane == Plane::Data, "lighthouse"),
            ]
            .iter()
            .filter_map(|&(missing, reason)| missing.then_some(reason))
            .collect();
            match missing[..] {
                [] => check.grants.push((id, truth, assignment.via_lighthouse)),
                [reason] => {
                    check.near.insert(id, reason);
                }
                _ => {}
            }
        }
        check
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cover {
    Granted,
    Subtracted,
    Absent,
}

/// 3.2: one plane's lists are never asked for the other. 4.2, 4.3, 5.7: X minus notX, within one block.
fn covers(block: &Block, operation: &str, plane: Plane, strict: bool) -> Cover {
    let (plus, minus) = match plane {
        Plane::Control => (&block.actions, &block.not_actions),
        Plane::Data => (&block.data_actions, &block.not_data_actions),
    };
    let any = |list: &[String]| list.iter().any(|pattern| matches(pattern, operation, strict));
    match (any(plus), any(minus)) {
        (true, false) => Cover::Granted,
        (true, true) => Cover::Subtracted,
        (false, _) => Cover::Absent,
    }
}

/// 2.2 no case; 2.9 stored blanks trimmed (U6); 2.3 a star is any run, slashes included; 2.4 first to last
/// character.
pub(crate) fn matches(pattern: &str, operation: &str, strict: bool) -> bool {
    let (p, s) = (pattern.trim().to_ascii_lowercase(), operation.trim().to_ascii_lowercase());
    glob(p.as_bytes(), s.as_bytes(), strict)
}

fn glob(p: &[u8], s: &[u8], strict: bool) -> bool {
    // 2.5, U3: `/*/` also matches a single `/`.
    if !strict && p.starts_with(b"/*/") && glob(&p[2..], s, strict) {
        return true;
    }
    match (p.first(), s.first()) {
        (None, None) => true,
        (Some(b'*'), _) => (0..=s.len()).any(|taken| glob(&p[1..], &s[taken..], strict)),
        (Some(a), Some(b)) if a == b => glob(&p[1..], &s[1..], strict),
        _ => false,
    }
}

/// 7.2: the subject and its groups to any depth, cycles or not. 7.3, U13: a group that is not security
/// enabled is passed through and counts for nothing.
pub(crate) fn subject_ids(world: &World, principal: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::from([fold_guid(principal)]);
    loop {
        let before = ids.len();
        for group in &world.groups {
            if group.members.iter().any(|member| ids.contains(&fold_guid(member))) {
                ids.insert(fold_guid(&group.id));
            }
        }
        if ids.len() == before {
            break;
        }
    }
    for group in world.groups.iter().filter(|group| !group.security_enabled) {
        ids.remove(&fold_guid(&group.id));
    }
    ids
}

/// 12: does a lock stop this request, were it allowed?
fn locked(world: &World, q: &Question) -> bool {
    let operation = q.operation.trim().to_ascii_lowercase();
    // 12.2 control plane only; 12.9, U30: locks do not protect themselves.
    let about_locks = operation == "microsoft.authorization/locks/write"
        || operation == "microsoft.authorization/locks/delete";
    if q.plane == Plane::Data || about_locks {
        return false;
    }
    // 12.3 by method; 13.1 read backwards where the question has none.
    let method = match &q.method {
        Some(method) => method.trim().to_ascii_uppercase(),
        None => match last(&operation) {
            "read" => "GET".to_owned(),
            "write" => "PUT".to_owned(),
            "delete" => "DELETE".to_owned(),
            _ => "POST".to_owned(),
        },
    };
    let (target, path_up) = (fold_scope(&q.scope), path(world, &q.scope));
    world.locks.iter().any(|lock| {
        // 12.1: a lock is inherited. 12.4, 12.9: a DELETE is also stopped by any lock below.
        let at_or_above = path_up.contains(&fold_scope(&lock.scope));
        let at_or_below = path(world, &lock.scope).contains(&target);
        match method.as_str() {
            "GET" | "HEAD" => false,
            "DELETE" => at_or_above || at_or_below,
            _ => lock.read_only && at_or_above,
        }
    })
}

/// 12.8, 14.4: the caller's flag lifts locks, or that of an assignment that grants.
fn lifted(q: &Question, main: &Check) -> Truth {
    let by_grant =
        main.grants.iter().filter(|(_, _, flagged)| *flagged).map(|(_, truth, _)| *truth).max();
    if q.via_lighthouse { True } else { by_grant.unwrap_or(False) }
}

/// 10.2, U29: start <= now < end.
fn in_window(assignment: &Assignment, at: &str) -> bool {
    let now = instant(at);
    assignment.start.as_ref().is_none_or(|start| instant(start) <= now)
        && assignment.end.as_ref().is_none_or(|end| now < instant(end))
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
    let segments: Vec<&str> = scope.split('/').filter(|segment| !segment.is_empty()).collect();
    let under = |group: Option<&String>| {
        group.map_or("/".to_owned(), |group| format!("{GROUP}{}", last(group).to_ascii_lowercase()))
    };
    match segments[..] {
        [] => None,
        ["providers", "microsoft.management", "managementgroups", name] => {
            let group = world
                .management_groups
                .iter()
                .find(|group| last(&group.id).eq_ignore_ascii_case(name));
            Some(under(group.and_then(|group| group.parent.as_ref())))
        }
        ["subscriptions", name] => {
            let subscription =
                world.subscriptions.iter().find(|s| last(&s.id).eq_ignore_ascii_case(name));
            Some(under(subscription.and_then(|s| s.management_group.as_ref())))
        }
        [ref rest @ .., _, _] => match rest {
            [above @ .., "providers", _] => Some(format!("/{}", above.join("/"))),
            _ => Some(format!("/{}", rest.join("/"))),
        },
        [_] => Some("/".to_owned()),
    }
}

/// 6.3: no case, no trailing slash, the leading slash may be missing.
pub(crate) fn fold_scope(scope: &str) -> String {
    format!("/{}", scope.trim().trim_matches('/').to_ascii_lowercase())
}

/// 5.3, 9.6: GUIDs compare without case and without dashes.
pub(crate) fn fold_guid(text: &str) -> String {
    let folded = text.trim().to_ascii_lowercase();
    let bare = folded.replace('-', "");
    if bare.len() == 32 && bare.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        bare
    } else {
        folded
    }
}

/// 4.5, 6.8: the name at the end of an id.
pub(crate) fn last(id: &str) -> &str {
    id.trim().trim_end_matches('/').rsplit('/').next().unwrap_or(id)
}

/// An RFC 3339 time as nanoseconds since 1970.
pub(crate) fn instant(text: &str) -> i128 {
    let parsed =
        |digits: &str| digits.parse::<i128>().expect("times of the oracle are well formed");
    let number = |range: std::ops::Range<usize>| parsed(&text[range]);
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    // Days before a date of the Gregorian calendar, the year beginning in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    let mut seconds = days * 86_400 + number(11..13) * 3_600 + number(14..16) * 60 + number(17..19);
    let (fraction, zone) =
        text[19..].split_at(text[19..].find(['Z', 'z', '+', '-']).expect("a time has a zone"));
    let digits: String = fraction.chars().skip(1).chain("000000000".chars()).take(9).collect();
    if let Some((hours, minutes)) = zone[1..].split_once(':') {
        let offset = parsed(hours) * 3_600 + parsed(minutes) * 60;
        seconds -= if zone.starts_with('-') { -offset } else { offset };
    }
    seconds * 1_000_000_000 + parsed(&digits)
}
