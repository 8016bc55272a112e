//! What nearly grants, best first: never affects the outcome, always says why.

use super::Request;
use super::decision::{Grant, NearMiss, NearReason};
use crate::ident::{Plane, Timestamp};
use crate::model::{AssignmentState, RoleDefinition};
use crate::tenant::{
    AssignmentIx, Held, Needle, Path, PrincipalIx, Row, ScopeIx, Tenant, plane_at,
};

/// The most assignments of one principal that are looked at for near misses elsewhere. What stands at
/// the target or above it is always looked at.
const LOOKED_AT: usize = 50_000;

/// Who asked what, and where that is.
#[derive(Debug)]
pub(super) struct Question<'r> {
    pub(super) tenant: &'r Tenant,
    pub(super) request: &'r Request<'r>,
    pub(super) principal: Option<PrincipalIx>,
    pub(super) groups: &'r [PrincipalIx],
    /// The place and everything above it.
    pub(super) path: &'r Path,
    pub(super) needle: Needle<'r>,
}

/// The near misses of a principal, ranked: by reason, then by how near the scope is, then by how near
/// the entry is. Only those that are kept are put into words. What grants, or may, is none of them.
pub(super) fn misses(question: &Question<'_>, grants: &[Grant]) -> Vec<NearMiss> {
    let mut found: Vec<Found> = Vec::new();
    if question.request.near_misses == 0 {
        return Vec::new();
    }
    let mut granting: Vec<AssignmentIx> = grants.iter().map(|grant| grant.assignment).collect();
    granting.sort_unstable();
    let mut looked_at = 0;
    let holders = question
        .principal
        .into_iter()
        .chain(question.groups.iter().copied().filter(|ix| Some(*ix) != question.principal));
    for holder in holders {
        for row in question.tenant.rows(holder) {
            looked_at += 1;
            let here = question.path.may_hold(row.scope) != 0 && question.path.holds(row.scope);
            if looked_at > LOOKED_AT && !here {
                continue;
            }
            found.extend(if !here {
                question.elsewhere(row)
            } else if granting.binary_search(&row.fact).is_err() {
                question.here(row)
            } else {
                None
            });
        }
    }
    found.sort_unstable_by_key(|one| (one.rank, one.row.fact));
    found.truncate(question.request.near_misses);
    found
        .into_iter()
        .map(|one| NearMiss {
            assignment: one.row.fact,
            role: one.row.role,
            holder: one.row.holder(),
            reason: one.rank.0,
            detail: question.words(&one).unwrap_or_default(),
        })
        .collect()
}

/// Smaller is nearer.
type Rank = (NearReason, usize, usize);

/// A near miss that has no words yet.
struct Found {
    rank: Rank,
    row: Row,
    tale: Tale,
}

/// The entry of a role that nearly grants: its block, and its place in the list.
type At = (usize, u32);

/// What there is to say of a near miss.
#[derive(Clone, Copy)]
enum Tale {
    /// It has it and is only eligible.
    Eligible(At),
    /// It has it and its time is not now.
    OutOfTime,
    /// It has it and comes through Lighthouse.
    Lighthouse,
    /// It has it under a condition.
    Condition(At),
    /// It has it at another scope.
    Elsewhere(At),
    /// Its own except list has it.
    Subtracted(At),
    /// It has it on the other plane.
    OtherPlane(At),
    /// It has something like it.
    Nearly(At),
}

impl Question<'_> {
    /// An assignment that does not bear on the target, if its role has the operation.
    fn elsewhere(&self, row: &Row) -> Option<Found> {
        let tenant = self.tenant;
        let plane = self.request.plane;
        if !tenant.roles.may_hold(row.role, plane, &self.needle) {
            return None;
        }
        let role = tenant.role(row.role).definition()?;
        let mut held = None;
        let sides = tenant.roles.sides(row.role);
        for (number, (block, sides)) in role.blocks.iter().zip(sides).enumerate() {
            if let Held::Yes { pattern, .. } =
                sides[plane_at(plane)].ask(block, plane, &self.needle)
            {
                held = Some((number, pattern));
            }
        }
        let held = held?;
        if !row.is_plain() && tenant.assignment(row.fact).state == AssignmentState::Eligible {
            return None;
        }
        let far = self.distance(row.scope);
        Some(Found { rank: (NearReason::Scope, far, 0), row: *row, tale: Tale::Elsewhere(held) })
    }

    /// An assignment at the target or above it.
    fn here(&self, row: &Row) -> Option<Found> {
        let role = self.tenant.role(row.role).definition()?;
        let sides = self.tenant.roles.sides(row.role);
        let (plane, other) = (self.request.plane, self.request.plane.other());
        let mut subtracted = None;
        let mut held = None;
        let mut held_on_other = None;
        for (number, (block, sides)) in role.blocks.iter().zip(sides).enumerate() {
            let ask = |plane: Plane| sides[plane_at(plane)].ask(block, plane, &self.needle);
            match ask(plane) {
                Held::Yes { pattern, .. } => held = Some((number, pattern)),
                Held::Subtracted { by, .. } => subtracted = Some((number, by)),
                Held::No => {
                    if let Held::Yes { pattern, .. } = ask(other) {
                        held_on_other = Some((number, pattern));
                    }
                }
            }
        }
        let make = |reason: NearReason, near: usize, tale: Tale| {
            Some(Found { rank: (reason, 0, near), row: *row, tale })
        };
        let assignment = self.tenant.assignment(row.fact);
        let eligible = assignment.state == AssignmentState::Eligible;
        if let Some(pattern) = held {
            if eligible {
                return make(NearReason::Eligible, 0, Tale::Eligible(pattern));
            }
            if self.out_of_time(assignment.start(), assignment.end()).is_some() {
                return make(NearReason::Expired, 0, Tale::OutOfTime);
            }
            if assignment.via_lighthouse && plane == Plane::Data {
                return make(NearReason::OtherPlane, 0, Tale::Lighthouse);
            }
            // It holds it, here and now: only a condition, a deny or a lock is in the way.
            return match assignment_condition(role, assignment) {
                Some(_) => make(NearReason::Condition, 0, Tale::Condition(pattern)),
                None => None,
            };
        }
        if eligible {
            return None;
        }
        if let Some(by) = subtracted {
            return make(NearReason::NotAction, 0, Tale::Subtracted(by));
        }
        if let Some(pattern) = held_on_other {
            return make(NearReason::OtherPlane, 0, Tale::OtherPlane(pattern));
        }
        let (near, pattern) = self.nearly(role)?;
        make(NearReason::Pattern, near, Tale::Nearly(pattern))
    }

    /// The same in words, with the entry that decides.
    fn words(&self, found: &Found) -> Option<String> {
        let (tenant, row) = (self.tenant, &found.row);
        let role = tenant.role(row.role).definition()?;
        let assignment = tenant.assignment(row.fact);
        let plane = self.request.plane;
        let allowed = |(block, at): At, plane: Plane| {
            Some(role.blocks.get(block)?.side(plane).0.get(at as usize)?.text())
        };
        Some(match found.tale {
            Tale::Eligible(at) => format!(
                "`{}` would grant it, but the assignment is only eligible: it gives nothing until it is activated",
                allowed(at, plane)?
            ),
            Tale::OutOfTime => self.out_of_time(assignment.start(), assignment.end())?,
            Tale::Lighthouse => {
                "an assignment through Azure Lighthouse gives no data action".to_string()
            }
            Tale::Condition(at) => format!(
                "`{}` grants it under a condition that is not met: {}",
                allowed(at, plane)?,
                assignment_condition(role, assignment)?
            ),
            Tale::Elsewhere(at) => {
                let pattern = allowed(at, plane)?;
                let scope = tenant.scope_text(row.scope).text();
                ["`", pattern, "` grants it at ", scope, ", which is not above the target"].concat()
            }
            Tale::Subtracted((block, at)) => format!(
                "matched by {}, subtracted by its own {} `{}` (not a deny: any other role that has it would grant it)",
                plane.grant_list(),
                plane.except_list(),
                role.blocks.get(block)?.side(plane).1.get(at as usize)?.text()
            ),
            Tale::OtherPlane(at) => {
                let other = plane.other();
                let rest = if role.blocks.get(at.0)?.side(plane).0.is_empty() {
                    format!("; the role has no {}", plane.grant_list())
                } else {
                    String::new()
                };
                format!("`{}` is a {other}-plane action{rest}", allowed(at, other)?)
            }
            Tale::Nearly(at) => format!(
                "it has `{}`, which is not `{}`",
                allowed(at, plane)?,
                self.request.operation
            ),
        })
    }

    fn out_of_time(&self, start: Option<Timestamp>, end: Option<Timestamp>) -> Option<String> {
        let at = self.request.at?;
        match (start, end) {
            (_, Some(end)) if end <= at => Some(format!("it ended at {end}")),
            (Some(start), _) if at < start => Some(format!("it begins only at {start}")),
            _ => None,
        }
    }

    /// How many steps lie between a scope and the target.
    fn distance(&self, scope: ScopeIx) -> usize {
        let scopes = &self.tenant.scopes;
        // The root is above both.
        let shared = self.path.upwards().enumerate().find(|(_, at)| scopes.is_above(*at, scope));
        shared.map_or(0, |(up, at)| up + scopes.upwards(scope).take_while(|one| *one != at).count())
    }

    /// An entry of the role that shares nearly everything with the operation: all but the last one or
    /// two segments, provider and first type at least.
    fn nearly(&self, role: &RoleDefinition) -> Option<(usize, At)> {
        let wanted: Vec<&str> = self.request.operation.folded().split('/').collect();
        let mut best: Option<(usize, At)> = None;
        for (number, block) in role.blocks.iter().enumerate() {
            for (at, pattern) in (0u32..).zip(block.side(self.request.plane).0) {
                let mut shared = 0;
                for (a, b) in pattern.folded().split('/').zip(&wanted) {
                    if a != *b {
                        break;
                    }
                    shared += 1;
                }
                let missing = wanted.len().saturating_sub(shared);
                if shared < 2 || missing > 2 {
                    continue;
                }
                if best.as_ref().is_none_or(|(count, _)| missing < *count) {
                    best = Some((missing, (number, at)));
                }
            }
        }
        best
    }
}

fn assignment_condition(
    role: &RoleDefinition,
    assignment: &crate::model::Assignment,
) -> Option<String> {
    assignment
        .condition()
        .or_else(|| role.blocks.iter().find_map(|block| block.condition.as_ref()))
        .map(|guard| guard.text.split_whitespace().collect::<Vec<_>>().join(" "))
}
