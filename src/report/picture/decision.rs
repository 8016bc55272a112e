//! What one decision touches: who asks, every assignment that grants or nearly does, what stops it, and
//! the doors of the resource side by side.

use super::painter::{NEAR, Painter};
use super::{EdgeKind, Layout, Mark, NodeKind, Picture};
use crate::dataplane::{Access, Effective, Via};
use crate::decide::{Decision, NearReason, Outcome};
use crate::report::naming;
use crate::scenario::Prepared;
use crate::tenant::{AssignmentIx, Tenant};
use crate::truth::Truth;
use petgraph::graph::NodeIndex;
use std::collections::BTreeMap;

/// The picture of a decision.
#[must_use]
pub fn of_decision(
    tenant: &Tenant,
    question: &Prepared,
    decision: &Decision,
    access: &Access,
) -> Picture {
    let (word, may) = naming::verdict(access, decision);
    let who = naming::principal(tenant, question.principal);
    let title = format!(
        "{who} {may} {} on {}: {word}",
        naming::act(question.operation.text()),
        naming::called(tenant, &question.scope)
    );
    let mut painter = Painter {
        tenant,
        question,
        picture: Picture::new(title, Layout::Outline),
        principals: BTreeMap::new(),
        chips: BTreeMap::new(),
        scopes: BTreeMap::new(),
        target: NodeIndex::new(0),
    };
    painter.scopes(decision, access);
    let asker = match tenant.principal(question.principal) {
        Some(ix) => painter.principal(ix),
        None => painter.picture.add(NodeKind::Stranger, &who),
    };
    let rbac = painter.rbac_door(decision, access);
    painter.grants(decision, rbac);
    painter.misses(decision);
    painter.stops(decision);
    if let Some(doors) = &access.doors {
        painter.doors(doors);
    }
    painter.linked(decision);
    painter.picture.raise(
        asker,
        match access.effective {
            Effective::Allowed if access.via == Via::LocalAuth => Mark::Key,
            Effective::Allowed => Mark::Grants,
            Effective::Conditional => Mark::Perhaps,
            Effective::NotAllowed => Mark::Plain,
        },
    );
    painter.picture.description = described(decision);
    painter.picture
}

fn described(decision: &Decision) -> String {
    let count = |number: usize, one: &str, many: &str| match number {
        0 => None,
        1 => Some(format!("one {one}")),
        more => Some(format!("{more} {many}")),
    };
    let granting = decision.grants.iter().filter(|grant| grant.truth.is_true()).count();
    let parts: Vec<String> = [
        count(granting, "assignment that grants", "assignments that grant"),
        count(decision.grants.len() - granting, "that may grant", "that may grant"),
        count(decision.near.len(), "near miss", "near misses"),
        count(decision.denies.len(), "deny assignment", "deny assignments"),
        count(decision.locks.len(), "lock", "locks"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut text = format!(
        "From the left: who asks, its groups, the role assignments, and the scopes. RBAC says {}",
        decision.outcome.as_str().replace('-', " ")
    );
    if !parts.is_empty() {
        text.push_str(": ");
        text.push_str(&parts.join(", "));
    }
    text.push('.');
    text
}

impl Painter<'_> {
    fn rbac_door(&mut self, decision: &Decision, access: &Access) -> NodeIndex {
        let label = match access.doors {
            Some(_) => "RBAC".to_string(),
            None => naming::verb(self.question.operation.text()),
        };
        let node = self.picture.add(NodeKind::Door, &label);
        let (word, mark) = match decision.outcome {
            Outcome::Allowed => ("✓ allowed", Mark::Grants),
            Outcome::Conditional => ("? conditional", Mark::Perhaps),
            Outcome::Denied => ("✗ denied", Mark::Stops),
            Outcome::Locked => ("✗ locked", Mark::Stops),
            Outcome::NotAllowed => ("✗ not allowed", Mark::Plain),
        };
        let found = &mut self.picture.graph[node];
        found.word = Some(word.to_string());
        found.hover = format!(
            "Azure RBAC on the {} plane: {} for {}",
            decision.plane,
            decision.outcome.as_str(),
            self.question.operation.text()
        );
        self.picture.raise(node, mark);
        self.picture.link(self.target, node, EdgeKind::Holds, mark);
        if decision.outcome == Outcome::NotAllowed {
            self.say(node, "nothing grants it");
        }
        if let Some(residual) = &decision.residual {
            self.say(node, &format!("allowed where {residual}"));
        }
        let gaps: Vec<String> = decision.gaps.iter().map(|gap| gap.message.clone()).collect();
        for gap in gaps.iter().take(2) {
            self.say(node, gap);
        }
        if mark == Mark::Stops {
            self.break_edge(self.target, node, mark, "what would be granted is stopped here");
        }
        node
    }

    fn grants(&mut self, decision: &Decision, door: NodeIndex) {
        let plane = self.question.plane;
        for grant in &decision.grants {
            let mark = match grant.truth {
                Truth::True => Mark::Grants,
                Truth::Unknown => Mark::Perhaps,
                Truth::False => continue,
            };
            let chip = self.chip(grant.assignment, self.tenant.role(grant.role).name());
            let stopped = matches!(decision.outcome, Outcome::Denied | Outcome::Locked);
            self.picture.raise(chip, mark);
            self.picture.graph[chip].word = Some(
                match (mark, stopped) {
                    (Mark::Perhaps, _) => "? may grant",
                    (_, true) => "would grant",
                    _ => "✓ grants",
                }
                .to_string(),
            );
            if let Some(pattern) = naming::allowing(self.tenant, grant, plane) {
                let list = plane.grant_list();
                let line = if pattern.eq_ignore_ascii_case(self.question.operation.text()) {
                    format!("in {list}, by name")
                } else {
                    format!("{pattern} in {list}")
                };
                self.say(chip, &line);
            }
            if grant.conditional {
                self.say(
                    chip,
                    match grant.truth {
                        Truth::True => "its condition holds",
                        _ => "under a condition that is not decided",
                    },
                );
            }
            self.chain(grant.holder, chip, mark);
            let scope = self.scope_at(self.tenant.assignment_scope(grant.assignment));
            self.picture.link(chip, scope, EdgeKind::At, mark);
            self.way(scope, self.target, mark);
            if !stopped {
                self.picture.link(self.target, door, EdgeKind::Holds, mark);
            }
        }
    }

    fn misses(&mut self, decision: &Decision) {
        let granting = |assignment: AssignmentIx| {
            decision.grants.iter().any(|g| g.assignment == assignment && g.truth != Truth::False)
        };
        for miss in decision.near.iter().take(NEAR) {
            // One that may grant stands there already, with the condition that it hangs on.
            if granting(miss.assignment) {
                continue;
            }
            let chip = self.chip(miss.assignment, self.tenant.role(miss.role).name());
            self.picture.raise(chip, Mark::Near);
            let word = match miss.reason {
                NearReason::Eligible => "✗ only eligible",
                NearReason::Expired => "✗ out of time",
                NearReason::Condition => "✗ condition",
                NearReason::OtherPlane => "✗ other plane",
                NearReason::NotAction => "✗ left out",
                NearReason::Scope => "✗ elsewhere",
                NearReason::Pattern => "✗ nearly",
            };
            self.picture.graph[chip].word.get_or_insert_with(|| word.to_string());
            self.say(chip, &miss.detail);
            self.chain(miss.holder, chip, Mark::Near);
            let scope = self.scope_at(self.tenant.assignment_scope(miss.assignment));
            self.picture.link(chip, scope, EdgeKind::At, Mark::Near);
            if matches!(miss.reason, NearReason::Eligible | NearReason::Expired) {
                // It breaks before the role: the holder does not have it now.
                let holder = self.principal(miss.holder);
                self.break_edge(holder, chip, Mark::Near, &miss.detail);
            } else {
                self.break_edge(chip, scope, Mark::Near, &miss.detail);
            }
        }
        let told = |assignment| decision.near.iter().take(NEAR).any(|m| m.assignment == assignment);
        for found in decision.subtracted.iter().filter(|found| !told(found.assignment)) {
            let chip = self.chip(found.assignment, self.tenant.role(found.role).name());
            self.picture.raise(chip, Mark::Near);
            self.picture.graph[chip].word.get_or_insert_with(|| "✗ left out".to_string());
            let list = self.question.plane.except_list();
            let why = match naming::excepting(self.tenant, found, self.question.plane) {
                Some(by) => format!("{by} in its {list}: no deny, so another role gives it back"),
                None => format!("its {list} leave it out: no deny, so another role gives it back"),
            };
            self.say(chip, &why);
            self.chain(found.holder, chip, Mark::Near);
            let scope = self.scope_at(self.tenant.assignment_scope(found.assignment));
            self.picture.link(chip, scope, EdgeKind::At, Mark::Near);
            self.break_edge(chip, scope, Mark::Near, &why);
        }
        if let Some(more) = decision.near.len().checked_sub(NEAR).filter(|more| *more > 0) {
            self.say(self.target, &format!("{more} more near misses are not drawn"));
        }
    }
}
