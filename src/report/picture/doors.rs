//! What stops a decision, and the doors that stand beside RBAC's.

use super::painter::Painter;
use super::{EdgeKind, Mark, NodeKind};
use crate::catalog::local_auth::DoorState;
use crate::dataplane::Doors;
use crate::decide::{Decision, Outcome};
use crate::model::PrincipalType;
use crate::report::naming;
use crate::truth::Truth;

impl Painter<'_> {
    pub(super) fn stops(&mut self, decision: &Decision) {
        for hit in &decision.denies {
            let deny = self.tenant.deny(hit.deny);
            let name =
                if deny.display_name.is_empty() { "deny assignment" } else { &*deny.display_name };
            let node = self.picture.add(NodeKind::Deny, name);
            let mark = if hit.truth.is_true() { Mark::Stops } else { Mark::Perhaps };
            self.picture.raise(node, mark);
            let scope_ix = self.tenant.deny_scope(hit.deny);
            let scope_text = self.tenant.scope_text(scope_ix).text();
            let id = deny.name.full(scope_text, "denyAssignments");
            self.picture.graph[node].hover = format!("{name}\nat {scope_text}\n{id}");
            self.picture.graph[node].word =
                Some(if mark == Mark::Stops { "✗ denies" } else { "? may deny" }.to_string());
            let scope = self.scope_at(scope_ix);
            self.picture.link(node, scope, EdgeKind::At, mark);
            let own = self.tenant.principal(self.question.principal);
            let named = deny.principals.iter().find_map(|entry| {
                let ix = self.tenant.principal(entry.id)?;
                let bound =
                    own.is_some_and(|own| own == ix || self.tenant.groups_of(own).contains(&ix));
                bound.then_some(ix)
            });
            if let Some(holder) = named {
                self.chain(holder, node, mark);
            }
            if deny
                .principals
                .iter()
                .any(|entry| entry.kind == PrincipalType::Everyone || entry.id.0 == 0)
            {
                self.say(node, "binds everyone, Owner included");
            }
        }
        for ix in &decision.locks {
            let lock = self.tenant.lock(*ix);
            let name = if lock.name.is_empty() { "lock" } else { &*lock.name };
            let node = self.picture.add(NodeKind::Lock, name);
            self.picture.raise(node, Mark::Stops);
            let scope_ix = self.tenant.lock_scope(*ix);
            self.picture.graph[node].hover = format!(
                "{} lock {name}\nat {}",
                lock.level.as_str(),
                self.tenant.scope_text(scope_ix)
            );
            self.picture.graph[node].word = Some(format!("✗ {}", lock.level.as_str()));
            self.say(node, "binds everyone, Owner too");
            let scope = self.scope_at(scope_ix);
            self.picture.link(node, scope, EdgeKind::At, Mark::Stops);
        }
    }

    /// The doors beside RBAC's, and who has the key.
    pub(super) fn doors(&mut self, doors: &Doors) {
        let resource = self.scope(&doors.resource);
        let admitted = |admits: Truth, state: DoorState| match (admits, state) {
            (Truth::True, _) => Mark::Key,
            (Truth::Unknown, DoorState::Open | DoorState::Unknown) => Mark::Perhaps,
            _ => Mark::Plain,
        };
        if doors.native.state != DoorState::None {
            let node = self.picture.add(NodeKind::Door, "the service's own roles");
            let mark = match admitted(doors.native.admits, doors.native.state) {
                Mark::Key => Mark::Grants,
                other => other,
            };
            self.picture.graph[node].word =
                Some(door_word(doors.native.admits, doors.native.state));
            self.picture.raise(node, mark);
            self.picture.link(resource, node, EdgeKind::Holds, mark);
        }
        let node = self.picture.add(NodeKind::Door, "keys (local authentication)");
        let mark = admitted(doors.local_auth.admits, doors.local_auth.state);
        self.picture.graph[node].word =
            Some(door_word(doors.local_auth.admits, doors.local_auth.state));
        self.picture.graph[node].hover = format!(
            "{}: local authentication is {}",
            doors.service,
            doors.local_auth.state.as_str()
        );
        self.picture.raise(node, mark);
        self.picture.link(resource, node, EdgeKind::Holds, mark);
        let mut shut = false;
        for key in &doors.key_actions {
            let Some((assignment, role)) = key.grant else { continue };
            let chip = self.chip(assignment, self.tenant.role(role).name());
            let opens = key.opens.is_true() || mark == Mark::Key;
            let way = if key.held.is_true() { Mark::Key } else { Mark::Perhaps };
            self.picture.raise(chip, way);
            self.say(chip, &format!("may call {}", naming::verb(key.operation.text())));
            // Whose assignment it is: the one that holds it, through whatever groups.
            if let Some(holder) =
                self.tenant.principal(self.tenant.assignment(assignment).principal)
            {
                self.chain(holder, chip, way);
            }
            let scope = self.scope_at(self.tenant.assignment_scope(assignment));
            self.picture.link(chip, scope, EdgeKind::At, way);
            self.way(scope, resource, way);
            self.picture.link(resource, node, EdgeKind::Holds, way);
            shut |= !opens && doors.local_auth.state == DoorState::Closed;
        }
        if shut {
            self.break_edge(
                resource,
                node,
                Mark::Key,
                "a key is to be had and opens nothing: local authentication is closed",
            );
        }
        let verbs = |list: &[crate::ident::Operation]| -> String {
            let mut names: Vec<String> = list.iter().map(|o| naming::verb(o.text())).collect();
            names.dedup();
            names.truncate(3);
            names.join(", ")
        };
        if !doors.reopen.is_empty() {
            self.say(node, &format!("could be switched on again: {}", verbs(&doors.reopen)));
        }
        if !doors.self_grant.is_empty() {
            self.say(node, &format!("could grant itself a role: {}", verbs(&doors.self_grant)));
        }
        for key in doors.around.iter().take(2) {
            self.say(node, &format!("around the doors: {}", naming::verb(key.operation.text())));
        }
    }

    pub(super) fn linked(&mut self, decision: &Decision) {
        for linked in &decision.linked {
            let scope = self.scope(&linked.scope);
            let node = self.picture.add(NodeKind::Door, &naming::verb(linked.operation.text()));
            let (word, mark) = match linked.decision.outcome {
                Outcome::Allowed => ("✓ allowed", Mark::Grants),
                Outcome::Conditional => ("? conditional", Mark::Perhaps),
                _ => ("✗ not allowed", Mark::Stops),
            };
            let found = &mut self.picture.graph[node];
            found.word = Some(word.to_string());
            found.details.push("needed besides (linked check)".to_string());
            found.hover = format!("linked check: {}", linked.operation.text());
            self.picture.raise(node, mark);
            self.picture.link(scope, node, EdgeKind::Holds, Mark::Plain);
        }
    }
}

fn door_word(admits: Truth, state: DoorState) -> String {
    match (state, admits) {
        (DoorState::Open, Truth::True) => "✓ open, has the key",
        (DoorState::Open, Truth::Unknown) => "? open, perhaps a key",
        (DoorState::Open, Truth::False) => "open, has no key",
        (DoorState::Closed, _) => "✗ closed",
        (DoorState::Unknown, _) => "? unknown",
        (DoorState::None, _) => "there is none",
    }
    .to_string()
}
