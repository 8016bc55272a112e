//! Assignments that another one contains.
//!
//! "Contains" is proved, not guessed: every operation that the one role may ever grant is one that the
//! other grants without a condition inside, the other stands at the same or a higher scope, for the same
//! principal or a group that it is in, at least as long, under no condition or the same one. The relation
//! is transitive, and of two that contain each other the one with the smaller id stays: whatever is
//! removed, something that stays contains it.

use super::super::context::Context;
use super::super::{Finding, Rule, Severity};
use crate::ident::{Guid, Timestamp};
use crate::model::{Assignment, AssignmentState, Guard};
use crate::tenant::{AssignmentIx, PrincipalIx, Row};
use rustc_hash::FxHashMap;

/// The rule.
pub(super) const RULE: Rule = Rule {
    code: "redundant-assignment",
    severity: Severity::Note,
    what: "Everything that a role assignment grants is granted by another one of the same principal, or of a group that it is in, at the same or a higher scope.",
    why: "It counts towards the limit and makes reviews longer; and who removes the wider one later finds that access did not go away. That one contains the other is proved on the patterns of both roles, for every operation that may ever exist, with conditions, time windows and eligibility taken into account. Of two equal ones only one is named.",
    fix: "Remove the one that is contained.",
    check,
};

fn check(context: &mut Context<'_>, found: &mut Vec<Finding>) {
    let mut covers: FxHashMap<AssignmentIx, Row> = FxHashMap::default();
    let rows = context.rows();
    for own in rows.chunk_by(|a, b| a.holder() == b.holder()) {
        let reach = Reach::new(context, own[0].holder());
        for row in own {
            if is_asked(context, row)
                && let Some(wider) = reach.cover(context, row)
            {
                covers.insert(row.fact, wider);
            }
        }
    }
    for row in rows {
        let Some(mut wider) = covers.get(&row.fact).copied() else { continue };
        // What contains the container contains this one too: name one that stays.
        let mut steps = 0;
        while let Some(next) = covers.get(&wider.fact)
            && steps < covers.len()
        {
            wider = *next;
            steps += 1;
        }
        found.push(told(context, row, &wider));
    }
}

fn told(context: &Context<'_>, row: &Row, wider: &Row) -> Finding {
    let tenant = context.tenant;
    let through = if wider.holder() == row.holder() {
        String::new()
    } else {
        format!(", held by {}", context.who(wider.holder()))
    };
    let message = format!(
        "{} of {} is contained in {}{through}",
        context.assignment(row),
        context.who(row.holder()),
        context.assignment(wider)
    );
    let mut reasons = Vec::new();
    if row.role != wider.role {
        reasons.push(format!(
            "every operation that {} may ever grant, {} grants too",
            tenant.role(row.role).name(),
            tenant.role(wider.role).name()
        ));
    }
    if tenant.assignment(row.fact).state == AssignmentState::Eligible {
        reasons.push("it is eligible; activating it would add nothing".to_string());
    }
    if tenant.assignment(wider.fact).condition().is_some() {
        reasons.push("both stand under the same condition".to_string());
    }
    reasons.push(format!("what stays: {}", context.assignment_id(wider.fact)));
    Finding { reasons, fix: context.removal(row), ..context.about(&RULE, row, message) }
}

/// Is it worth asking? Not what has ended, and not a role that grants nothing or is not known.
fn is_asked(context: &mut Context<'_>, row: &Row) -> bool {
    !context.has_ended(row)
        && context.tenant.role(row.role).definition().is_some()
        && !context.grants.is_empty(row.role)
}

/// Those whose assignments a principal has: itself, and the groups that it is in and that count.
struct Reach<'t> {
    holders: Vec<&'t [Row]>,
}

impl<'t> Reach<'t> {
    fn new(context: &Context<'t>, principal: PrincipalIx) -> Reach<'t> {
        let tenant = context.tenant;
        let groups = tenant.groups_of(principal);
        let counted = groups.iter().copied().filter(|ix| *ix != principal && tenant.counts(*ix));
        let rows = std::iter::once(principal).chain(counted).map(|ix| tenant.rows(ix));
        Reach { holders: rows.filter(|rows| !rows.is_empty()).collect() }
    }

    /// An assignment that contains one, the highest that does.
    fn cover(&self, context: &mut Context<'t>, row: &Row) -> Option<Row> {
        let mut best = None;
        let mut at = Some(row.scope);
        while let Some(scope) = at {
            for rows in &self.holders {
                // A holder's rows lie by scope.
                let from = rows.partition_point(|one| one.scope < scope);
                let here = rows[from..].iter().take_while(|one| one.scope == scope);
                for other in here {
                    if contains(context, other, row)
                        && !(contains_back(context, other, row)
                            && key(context, row) < key(context, other))
                    {
                        best = Some(*other);
                        break;
                    }
                }
            }
            at = context.tenant.scope_parent(scope);
        }
        best
    }
}

/// By what two equal ones are told apart, whatever the order of files.
fn key(context: &Context<'_>, row: &Row) -> (Option<Guid>, AssignmentIx) {
    (context.tenant.assignment(row.fact).name.guid(), row.fact)
}

/// Does the one contain the other? The scope and the holder fit already.
fn contains(context: &mut Context<'_>, outer: &Row, inner: &Row) -> bool {
    let tenant = context.tenant;
    let (wide, narrow) = (tenant.assignment(outer.fact), tenant.assignment(inner.fact));
    outer.fact != inner.fact
        && !context.has_ended(outer)
        && !is_the_same(wide, narrow)
        && (wide.state == AssignmentState::Active || narrow.state == AssignmentState::Eligible)
        && wide.via_lighthouse == narrow.via_lighthouse
        && lasts(wide, narrow, context.options.at)
        && demands_no_more(wide.condition(), narrow.condition())
        && (outer.role == inner.role || context.grants.contained(inner.role, outer.role))
}

/// Does the other contain the one as well? Only at the same scope, and for the same holder or one that
/// is in the other's groups, in a circle.
fn contains_back(context: &mut Context<'_>, outer: &Row, inner: &Row) -> bool {
    outer.scope == inner.scope
        && (outer.holder() == inner.holder()
            || (context.tenant.counts(inner.holder())
                && context.tenant.groups_of(outer.holder()).contains(&inner.holder())))
        && contains(context, inner, outer)
}

/// A schedule instance and the assignment that it stands for are one grant.
fn is_the_same(a: &Assignment, b: &Assignment) -> bool {
    let stands = |one: &Assignment, other: &Assignment| {
        one.stands_for().is_some() && one.stands_for() == other.name.guid()
    };
    let twins = a.name.guid().is_some() && a.name.guid() == b.name.guid();
    stands(a, b) || stands(b, a) || twins
}

/// Is the wide one there whenever the narrow one is, from now on?
fn lasts(wide: &Assignment, narrow: &Assignment, at: Option<Timestamp>) -> bool {
    let begins = match wide.start() {
        None => true,
        Some(start) => narrow.start().max(at).is_some_and(|from| start <= from),
    };
    let ends = match (wide.end(), narrow.end()) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(wide), Some(narrow)) => narrow <= wide,
    };
    begins && ends
}

/// Does the wide one hold wherever the narrow one does?
fn demands_no_more(wide: Option<&Guard>, narrow: Option<&Guard>) -> bool {
    match (wide, narrow) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(wide), Some(narrow)) => match (&wide.parsed, &narrow.parsed) {
            (Ok(wide), Ok(narrow)) => wide.print() == narrow.print(),
            _ => wide.text == narrow.text,
        },
    }
}
