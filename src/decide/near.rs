//! What nearly grants, best first: never affects the outcome, always says why.

use super::Request;
use super::decision::{NearMiss, NearReason};
use crate::ident::{Plane, Timestamp};
use crate::model::AssignmentState;
use crate::tenant::{Held, Needle, PrincipalIx, RoleState, Row, ScopeIx, Tenant, plane_at};

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
    pub(super) at: ScopeIx,
    pub(super) needle: Needle<'r>,
}

/// The near misses of a principal, ranked: by reason, then by how near the scope is, then by how near
/// the entry is.
pub(super) fn misses(question: &Question<'_>) -> Vec<NearMiss> {
    let mut found: Vec<(Rank, NearMiss)> = Vec::new();
    if question.request.near_misses == 0 {
        return Vec::new();
    }
    let mut looked_at = 0;
    let holders = question
        .principal
        .into_iter()
        .chain(question.groups.iter().copied().filter(|ix| Some(*ix) != question.principal));
    for holder in holders {
        for row in question.tenant.rows(holder) {
            looked_at += 1;
            let here = question.tenant.is_above(row.scope, question.at);
            if looked_at > LOOKED_AT && !here {
                continue;
            }
            if let Some(miss) = question.miss(row, here) {
                found.push(miss);
            }
        }
    }
    found.sort_by_key(|(rank, miss)| (*rank, miss.assignment));
    found.truncate(question.request.near_misses);
    found.into_iter().map(|(_, miss)| miss).collect()
}

/// Smaller is nearer.
type Rank = (NearReason, usize, usize);

impl Question<'_> {
    fn miss(&self, row: &Row, here: bool) -> Option<(Rank, NearMiss)> {
        let role = match self.tenant.role(row.role) {
            RoleState::Known(role) => role,
            RoleState::Unknown { .. } => return None,
        };
        let sides = self.tenant.roles.sides(row.role);
        let (plane, other) = (self.request.plane, self.request.plane.other());
        let mut subtracted: Option<(Plane, String)> = None;
        let mut held = None;
        let mut held_on_other = None;
        for (block, sides) in role.blocks.iter().zip(sides) {
            let ask = |plane: Plane| sides[plane_at(plane)].ask(block, plane, &self.needle);
            match ask(plane) {
                Held::Yes { pattern, .. } => {
                    held = Some(block.side(plane).0[pattern as usize].text().to_string());
                }
                Held::Subtracted { by, .. } => {
                    subtracted = Some((plane, block.side(plane).1[by as usize].text().to_string()));
                }
                Held::No => {
                    if let Held::Yes { pattern, .. } = ask(other) {
                        held_on_other = Some((
                            block.side(other).0[pattern as usize].text().to_string(),
                            block.side(plane).0.is_empty(),
                        ));
                    }
                }
            }
        }
        let assignment = self.tenant.assignment(row.fact);
        let far = if here { 0 } else { self.distance(row.scope) };
        let make = |reason: NearReason, near: usize, detail: String| {
            Some((
                (reason, far, near),
                NearMiss {
                    assignment: row.fact,
                    role: row.role,
                    holder: row.holder,
                    reason,
                    detail,
                },
            ))
        };
        if let Some(pattern) = held {
            if here && assignment.state == AssignmentState::Eligible {
                return make(
                    NearReason::Eligible,
                    0,
                    format!(
                        "`{pattern}` would grant it, but the assignment is only eligible: it gives nothing until it is activated"
                    ),
                );
            }
            if here && let Some(detail) = self.out_of_time(assignment.start, assignment.end) {
                return make(NearReason::Expired, 0, detail);
            }
            if here && assignment.via_lighthouse && plane == Plane::Data {
                return make(
                    NearReason::OtherPlane,
                    0,
                    "an assignment through Azure Lighthouse gives no data action".to_string(),
                );
            }
            if here {
                // It holds it, here and now: only a condition, a deny or a lock is in the way.
                return assignment_condition(role, assignment).and_then(|text| {
                    make(
                        NearReason::Condition,
                        0,
                        format!("`{pattern}` grants it under a condition that is not met: {text}"),
                    )
                });
            }
            if assignment.state == AssignmentState::Eligible {
                return None;
            }
            return make(
                NearReason::Scope,
                far,
                format!(
                    "`{pattern}` grants it at {}, which is not above the target",
                    self.tenant.scope_text(row.scope)
                ),
            );
        }
        if !here || assignment.state == AssignmentState::Eligible {
            return None;
        }
        if let Some((plane, by)) = subtracted {
            return make(
                NearReason::NotAction,
                0,
                format!(
                    "matched by {}, subtracted by its own {} `{by}` (not a deny: any other role that has it would grant it)",
                    plane.grant_list(),
                    plane.except_list()
                ),
            );
        }
        if let Some((pattern, empty)) = held_on_other {
            let rest = if empty {
                format!("; the role has no {}", plane.grant_list())
            } else {
                String::new()
            };
            return make(
                NearReason::OtherPlane,
                0,
                format!("`{pattern}` is a {other}-plane action{rest}"),
            );
        }
        let (near, text) = self.nearly(row)?;
        make(
            NearReason::Pattern,
            near,
            format!("it has `{text}`, which is not `{}`", self.request.operation),
        )
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
        let common = scopes.upwards(scope).find(|above| self.tenant.is_above(*above, self.at));
        let shared = common.map_or(0, |ix| scopes.depth(ix));
        (scopes.depth(scope) - shared) as usize + (scopes.depth(self.at) - shared) as usize
    }

    /// An entry of the role that shares nearly everything with the operation: all but the last one or
    /// two segments, provider and first type at least.
    fn nearly(&self, row: &Row) -> Option<(usize, String)> {
        let role = self.tenant.role(row.role).definition()?;
        let wanted: Vec<&str> = self.request.operation.folded().split('/').collect();
        let mut best: Option<(usize, String)> = None;
        for block in &role.blocks {
            for pattern in block.side(self.request.plane).0 {
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
                    best = Some((missing, pattern.text().to_string()));
                }
            }
        }
        best
    }
}

fn assignment_condition(
    role: &crate::model::RoleDefinition,
    assignment: &crate::model::Assignment,
) -> Option<String> {
    assignment
        .condition
        .as_deref()
        .or_else(|| role.blocks.iter().find_map(|block| block.condition.as_ref()))
        .map(|guard| guard.text.split_whitespace().collect::<Vec<_>>().join(" "))
}
