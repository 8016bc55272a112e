//! What the questions reach: an evaluator that is never asked about something is not compared there.

use std::collections::BTreeMap;

use super::answer::{Access, Answer, Outcome, Truth};
use super::spec::path;
use super::spelling::{fold_guid, fold_scope, last};
use super::world::{Expr, Question, Reach, World};

#[derive(Debug, Default)]
pub(crate) struct Census {
    questions: u64,
    /// Where the engine left open what the oracle knows.
    pub(crate) less_sure: u64,
    seen: BTreeMap<String, u64>,
}

/// How often each must come up in 100,000 questions.
const LEAST: [(&str, u64); 157] = [
    ("@Environment", 810),
    ("@Principal", 1_200),
    ("@Request", 2_700),
    ("@Resource", 2_700),
    ("ActionMatches False", 440),
    ("ActionMatches True", 1_300),
    ("ActionMatches Unknown", 150),
    ("BoolEquals", 280),
    ("BoolNotEquals", 430),
    ("Control plane allowed", 10_000),
    ("Control plane conditional", 760),
    ("Control plane denied", 2_700),
    ("Control plane locked", 2_400),
    ("Control plane not-allowed", 20_000),
    ("Data plane allowed", 3_400),
    ("Data plane conditional", 300),
    ("Data plane denied", 1_200),
    ("Data plane not-allowed", 17_000),
    ("DateTimeEquals", 130),
    ("DateTimeGreaterThan", 99),
    ("DateTimeGreaterThanEquals", 130),
    ("DateTimeLessThan", 120),
    ("DateTimeLessThanEquals", 100),
    ("DateTimeNotEquals", 63),
    ("Exists False", 220),
    ("Exists True", 440),
    ("Exists Unknown", 310),
    ("ForAllOfAllValues False", 170),
    ("ForAllOfAllValues True", 110),
    ("ForAllOfAllValues Unknown", 130),
    ("ForAllOfAnyValues False", 190),
    ("ForAllOfAnyValues True", 180),
    ("ForAllOfAnyValues Unknown", 180),
    ("ForAnyOfAllValues False", 100),
    ("ForAnyOfAllValues True", 91),
    ("ForAnyOfAllValues Unknown", 82),
    ("ForAnyOfAnyValues False", 180),
    ("ForAnyOfAnyValues True", 200),
    ("ForAnyOfAnyValues Unknown", 170),
    ("GuidEquals", 330),
    ("GuidNotEquals", 490),
    ("NumericEquals", 21),
    ("NumericGreaterThan", 83),
    ("NumericGreaterThanEquals", 110),
    ("NumericLessThan", 74),
    ("NumericLessThanEquals", 72),
    ("NumericNotEquals", 47),
    ("StringEquals", 290),
    ("StringEqualsIgnoreCase", 240),
    ("StringLike", 270),
    ("StringLikeIgnoreCase", 250),
    ("StringNotEquals", 210),
    ("StringNotEqualsIgnoreCase", 180),
    ("StringNotLike", 240),
    ("StringNotLikeIgnoreCase", 230),
    ("StringNotStartsWith", 170),
    ("StringNotStartsWithIgnoreCase", 190),
    ("StringStartsWith", 220),
    ("StringStartsWithIgnoreCase", 260),
    ("SubOperationMatches False", 260),
    ("SubOperationMatches True", 330),
    ("SubOperationMatches Unknown", 230),
    ("allowed, slashes missing or too many", 2_600),
    ("allowed, the principal without dashes in capitals", 1_400),
    ("attributes complete allowed", 5_600),
    ("attributes complete denied", 1_700),
    ("attributes complete locked", 930),
    ("attributes complete not-allowed", 15_000),
    ("condition of a block False", 330),
    ("condition of a block True", 1_000),
    ("condition of a block Unknown", 200),
    ("condition of a deny True", 440),
    ("condition of a deny Unknown", 200),
    ("condition of a deny's block True", 530),
    ("condition of a deny's block Unknown", 120),
    ("condition of an assignment False", 1_800),
    ("condition of an assignment True", 2_100),
    ("condition of an assignment Unknown", 1_400),
    ("denied by a linked scope", 120),
    ("denied, granted", 1_000),
    ("denied, not granted", 2_900),
    ("door local-auth False", 2_400),
    ("door local-auth True", 3_800),
    ("door local-auth Unknown", 3_000),
    ("door local-auth admits False", 13_000),
    ("door local-auth admits True", 870),
    ("door local-auth admits Unknown", 920),
    ("door local-auth none", 5_700),
    ("door rbac False", 330),
    ("door rbac True", 14_000),
    ("door rbac Unknown", 550),
    ("door rbac admits False", 13_000),
    ("door rbac admits True", 1_900),
    ("door rbac admits Unknown", 190),
    ("doors, RBAC allowed, effective allowed", 1_900),
    ("doors, RBAC allowed, effective conditional", 39),
    ("doors, RBAC allowed, effective not-allowed", 24),
    ("doors, RBAC conditional, effective allowed", 5),
    ("doors, RBAC conditional, effective conditional", 150),
    ("doors, RBAC conditional, effective not-allowed", 1),
    ("doors, RBAC denied, effective allowed", 28),
    ("doors, RBAC denied, effective conditional", 28),
    ("doors, RBAC denied, effective not-allowed", 630),
    ("doors, RBAC not-allowed, effective allowed", 760),
    ("doors, RBAC not-allowed, effective conditional", 750),
    ("doors, RBAC not-allowed, effective not-allowed", 10_000),
    ("effective allowed, via local-auth", 800),
    ("effective allowed, via rbac", 13_000),
    ("effective conditional, via none", 1_800),
    ("effective not-allowed, via none", 43_000),
    ("key microsoft.cognitiveservices/accounts/listkeys/action", 390),
    ("key microsoft.cognitiveservices/accounts/regeneratekey/action", 380),
    ("key microsoft.operationalinsights/workspaces/listkeys/action", 400),
    ("key microsoft.operationalinsights/workspaces/regeneratesharedkey/action", 380),
    ("key microsoft.operationalinsights/workspaces/sharedkeys/action", 380),
    ("key microsoft.operationalinsights/workspaces/sharedkeys/read", 520),
    ("key microsoft.search/searchservices/createquerykey/action", 180),
    ("key microsoft.search/searchservices/listadminkeys/action", 370),
    ("key microsoft.search/searchservices/listquerykeys/action", 190),
    ("key microsoft.search/searchservices/regenerateadminkey/action", 370),
    ("key microsoft.servicebus/namespaces/authorizationrules/listkeys/action", 420),
    ("key microsoft.servicebus/namespaces/authorizationrules/regeneratekeys/action", 400),
    (
        "key microsoft.servicebus/namespaces/disasterrecoveryconfigs/authorizationrules/listkeys/action",
        400,
    ),
    ("key microsoft.servicebus/namespaces/queues/authorizationrules/listkeys/action", 200),
    ("key microsoft.servicebus/namespaces/queues/authorizationrules/regeneratekeys/action", 190),
    ("key microsoft.servicebus/namespaces/topics/authorizationrules/listkeys/action", 97),
    ("key microsoft.servicebus/namespaces/topics/authorizationrules/regeneratekeys/action", 96),
    ("key microsoft.storage/storageaccounts/listaccountsas/action", 550),
    ("key microsoft.storage/storageaccounts/listkeys/action", 570),
    ("key microsoft.storage/storageaccounts/listservicesas/action", 510),
    ("key microsoft.storage/storageaccounts/localusers/listkeys/action", 550),
    ("key microsoft.storage/storageaccounts/localusers/regeneratepassword/action", 550),
    ("key microsoft.storage/storageaccounts/localusers/write", 560),
    ("key microsoft.storage/storageaccounts/regeneratekey/action", 550),
    ("linked allowed", 1_000),
    ("linked conditional", 77),
    ("linked denied", 170),
    ("linked locked", 230),
    ("linked not-allowed", 580),
    ("locked from below", 380),
    ("near condition", 2_100),
    ("near eligible", 1_200),
    ("near expired", 1_900),
    ("near lighthouse", 150),
    ("near no-match", 28_000),
    ("near not-action", 3_400),
    ("outcome allowed", 14_000),
    ("outcome conditional", 1_000),
    ("outcome denied", 4_000),
    ("outcome locked", 2_400),
    ("outcome not-allowed", 38_000),
    ("several grants", 2_900),
    ("snapshot allowed", 11_000),
    ("snapshot conditional", 910),
    ("snapshot denied", 3_400),
    ("snapshot locked", 2_100),
    ("snapshot not-allowed", 31_000),
];

impl Census {
    pub(crate) fn add(&mut self, other: Self) {
        self.questions += other.questions;
        self.less_sure += other.less_sure;
        for (what, times) in other.seen {
            *self.seen.entry(what).or_default() += times;
        }
    }

    pub(crate) fn count(
        &mut self,
        world: &World,
        q: &Question,
        (answer, access): &(Answer, Access),
    ) {
        self.questions += 1;
        let outcome = answer.outcome.word();
        let seen = &mut self.seen;
        let mut see = |what: String| *seen.entry(what).or_default() += 1;
        see(format!("outcome {outcome}"));
        see(format!("{:?} plane {outcome}", q.plane));
        if world.complete {
            see(format!("snapshot {outcome}"));
        }
        if q.attributes_complete {
            see(format!("attributes complete {outcome}"));
        }
        if answer.outcome == Outcome::NotAllowed {
            answer.near.values().for_each(|reason| see(format!("near {reason}")));
        }
        if answer.grants.len() > 1 {
            see("several grants".to_owned());
        }
        if answer.outcome == Outcome::Denied {
            let granted =
                if answer.grants.is_empty() { "denied, not granted" } else { "denied, granted" };
            see(granted.to_owned());
        }
        spellings(world, q, answer, &mut see);
        conditions(world, answer, &mut see);
        for (door, state, admits) in &access.doors {
            see(format!(
                "door {door} {}",
                state.map_or("none".to_owned(), |state| format!("{state:?}"))
            ));
            see(format!("door {door} admits {admits:?}"));
        }
        see(format!("effective {}, via {}", access.effective.word(), access.via));
        if !access.doors.is_empty() {
            see(format!("doors, RBAC {outcome}, effective {}", access.effective.word()));
        }
        access.keys.iter().for_each(|key| see(format!("key {key}")));
    }

    /// # Panics
    /// Where something came up too seldom.
    pub(crate) fn check(&self) {
        assert!(
            self.less_sure * 1_000 <= self.questions,
            "{} answers are left open",
            self.less_sure
        );
        for (what, times) in LEAST {
            let times = times * self.questions / 100_000;
            assert!(
                self.seen.get(what).copied().unwrap_or(0) >= times,
                "{what}: fewer than {times} times in {self:#?}"
            );
        }
    }
}

fn spellings(world: &World, q: &Question, answer: &Answer, see: &mut impl FnMut(String)) {
    let spelled_oddly = !q.scope.starts_with('/') || q.scope.ends_with('/');
    if answer.outcome == Outcome::Allowed && spelled_oddly && q.scope != "/" {
        see("allowed, slashes missing or too many".to_owned());
    }
    let undashed = q.principal.len() == 32 && q.principal.contains(char::is_uppercase);
    if answer.outcome == Outcome::Allowed && undashed {
        see("allowed, the principal without dashes in capitals".to_owned());
    }
    if answer.outcome == Outcome::Locked {
        let above = path(world, &q.scope);
        if world.locks.iter().all(|lock| !above.contains(&fold_scope(&lock.scope))) {
            see("locked from below".to_owned());
        }
    }
    if answer.denies.is_empty() && !answer.linked_denies.is_empty() {
        see("denied by a linked scope".to_owned());
    }
    if !q.linked.is_empty() && !answer.grants.is_empty() {
        see(format!("linked {}", answer.outcome.word()));
    }
}

/// What became of the conditions on which something hung, and what they are made of.
fn conditions(world: &World, answer: &Answer, see: &mut impl FnMut(String)) {
    for assignment in &world.assignments {
        let id = fold_guid(last(&assignment.id));
        let truth = match (answer.grants.get(&id), answer.near.get(&id)) {
            (Some(truth), _) => *truth,
            (None, Some(&"condition")) => Truth::False,
            _ => continue,
        };
        let role = fold_guid(last(&assignment.role));
        let blocks = world.roles.iter().filter(|one| fold_guid(&one.id) == role);
        if assignment.condition.is_none()
            && blocks.flat_map(|role| &role.blocks).any(|block| block.condition.is_some())
        {
            see(format!("condition of a block {truth:?}"));
        }
        if let Some(text) = &assignment.condition {
            see(format!("condition of an assignment {truth:?}"));
            words(&world.conditions[text], truth, see);
        }
    }
    for deny in &world.denies {
        if let Some(truth) = answer.denies.get(&fold_guid(last(&deny.id))) {
            if deny.condition.is_some() {
                see(format!("condition of a deny {truth:?}"));
            }
            if deny.blocks.iter().any(|block| block.condition.is_some()) {
                see(format!("condition of a deny's block {truth:?}"));
            }
        }
    }
}

fn words(says: &Expr, truth: Truth, see: &mut impl FnMut(String)) {
    match says {
        Expr::Not(inner) => words(inner, truth, see),
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| words(part, truth, see)),
        Expr::ActionMatches(_) => see(format!("ActionMatches {truth:?}")),
        Expr::SubOperationMatches(_) => see(format!("SubOperationMatches {truth:?}")),
        Expr::Exists(_) => see(format!("Exists {truth:?}")),
        Expr::Compare(_, quantifier, operator, _) => {
            see((*operator).to_owned());
            let of = |reach| if reach == Reach::Any { "Any" } else { "All" };
            if let Some((left, right)) = quantifier {
                see(format!("For{}Of{}Values {truth:?}", of(*left), of(*right)));
            }
        }
    }
    for name in says.attributes() {
        if !matches!(says, Expr::Not(_) | Expr::And(_) | Expr::Or(_)) {
            see(format!("@{:?}", name.source));
        }
    }
}
