//! A difference between two tenants, for people, for programs, for a pull request.

mod json;
mod markdown;
mod text;

pub use json::diff as json;
pub use markdown::diff as markdown;
pub use text::diff as text;

use crate::analysis::diff::{
    Cause, Change, ChangeRegion, Diff, Direction, DoorChange, Effect, GroupShare, KeyHolder,
};
use crate::analysis::role::Power;
use crate::catalog::local_auth::DoorState;
use crate::decide::Covers;
use crate::ident::{Guid, Plane, Scope, ScopeKind};
use crate::model::{PrincipalType, RoleKind};
use crate::tenant::{AssignmentIx, Tenant};

/// How much of it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Groups for their members, the gravest operations by name, the first of long lists.
    Short,
    /// Every principal and every operation.
    Full,
}

/// Two tenants, to name what a difference speaks of.
#[derive(Debug, Clone, Copy)]
struct Names<'t> {
    before: &'t Tenant,
    after: &'t Tenant,
}

impl<'t> Names<'t> {
    /// The tenant that knows a principal better, the newer one first.
    fn knowing(&self, id: Guid) -> Option<(&'t Tenant, crate::tenant::PrincipalIx)> {
        [self.after, self.before]
            .into_iter()
            .find_map(|tenant| Some((tenant, tenant.principal(id)?)))
    }

    fn principal(&self, id: Guid) -> String {
        self.knowing(id).map_or_else(|| id.to_string(), |(tenant, ix)| tenant.principal_name(ix))
    }

    fn kind(&self, id: Guid) -> PrincipalType {
        self.knowing(id).map_or(PrincipalType::Unknown, |(tenant, ix)| tenant.principal_kind(ix))
    }

    /// A scope in few words: `subscription Production`, `resource group rg-ai`, `openai-prod`.
    fn scope(&self, scope: &Scope) -> String {
        let name = [self.after, self.before]
            .into_iter()
            .find_map(|tenant| tenant.scope_name(tenant.scope(scope)?))
            .unwrap_or(scope.leaf());
        match scope.kind() {
            ScopeKind::Root => "everywhere (/)".to_string(),
            ScopeKind::Resource => name.to_string(),
            kind => format!("{} {name}", kind.as_str()),
        }
    }

    fn side(&self, newer: bool) -> &'t Tenant {
        if newer { self.after } else { self.before }
    }

    fn role(&self, newer: bool, ix: AssignmentIx) -> String {
        let tenant = self.side(newer);
        tenant
            .assignment_role(ix)
            .map_or_else(|| "an unknown role".to_string(), |role| tenant.role(role).name())
    }

    /// Holder, scope of an assignment.
    fn assignment(&self, newer: bool, ix: AssignmentIx) -> (String, String) {
        let tenant = self.side(newer);
        let at = tenant.scope_text(tenant.assignment_scope(ix));
        (self.principal(tenant.assignment(ix).principal), self.scope(at))
    }

    /// Why, in a sentence without its end.
    fn cause(&self, cause: &Cause) -> String {
        let held = |newer, ix| {
            let (holder, at) = self.assignment(newer, ix);
            format!("{} of {holder} at {at}", self.role(newer, ix))
        };
        let role_at = |newer, ix| {
            let (_, at) = self.assignment(newer, ix);
            format!("{} at {at}", self.role(newer, ix))
        };
        let deny = |newer: bool, ix| {
            let tenant = self.side(newer);
            let at = self.scope(tenant.scope_text(tenant.deny_scope(ix)));
            format!("deny assignment {} at {at}", tenant.deny(ix).display_name.trim())
        };
        let lock = |newer: bool, ix| {
            let tenant = self.side(newer);
            let lock = tenant.lock(ix);
            let at = self.scope(tenant.scope_text(tenant.lock_scope(ix)));
            format!("{} lock {} at {at}", lock.level.as_str(), lock.name)
        };
        match cause {
            Cause::AssignmentAdded(ix) => {
                let (holder, at) = self.assignment(true, *ix);
                format!("{} is assigned to {holder} at {at}", self.role(true, *ix))
            }
            Cause::AssignmentRemoved(ix) => format!("{} is removed", held(false, *ix)),
            Cause::AssignmentChanged { after, .. } => {
                format!("{} has another condition or other times", held(true, *after))
            }
            Cause::AssignmentReplaced { after, .. } => {
                format!("{} is assigned again under another id", held(true, *after))
            }
            Cause::EligibleAdded(ix) => {
                let (holder, at) = self.assignment(true, *ix);
                format!(
                    "{holder} is eligible for {} at {at}, which gives nothing until it is activated",
                    self.role(true, *ix)
                )
            }
            Cause::EligibleRemoved(ix) => {
                let (holder, at) = self.assignment(false, *ix);
                format!("{holder} is no longer eligible for {} at {at}", self.role(false, *ix))
            }
            Cause::RoleChanged { before, after } => {
                let old = self.before.role(*before);
                let new = self.after.role(*after);
                let built_in = [old, new].iter().all(|state| {
                    state.definition().is_some_and(|role| role.kind == RoleKind::BuiltIn)
                });
                match (old.definition(), new.definition()) {
                    (None, Some(_)) => {
                        format!(
                            "the role {} was not known (to the older catalog or export)",
                            new.name()
                        )
                    }
                    (Some(_), None) => {
                        format!("the role {} is no longer known (to the newer one)", old.name())
                    }
                    _ if built_in => format!("Microsoft changed the role {}", new.name()),
                    _ => format!("the role {} was edited", new.name()),
                }
            }
            Cause::MemberAdded { group, assignment } => format!(
                "came into {}, which holds {}",
                self.principal(*group),
                role_at(true, *assignment)
            ),
            Cause::MemberRemoved { group, assignment } => format!(
                "left {}, which holds {}",
                self.principal(*group),
                role_at(false, *assignment)
            ),
            Cause::DenyAdded(ix) => format!("{} is new", deny(true, *ix)),
            Cause::DenyRemoved(ix) => format!("{} is gone", deny(false, *ix)),
            Cause::DenyBinds(ix) => format!("{} binds it now", deny(true, *ix)),
            Cause::DenySpares(ix) => format!("{} no longer binds it", deny(false, *ix)),
            Cause::LockAdded(ix) => format!("{} is new", lock(true, *ix)),
            Cause::LockRemoved(ix) => format!("{} is gone", lock(false, *ix)),
            Cause::Moved(scope) => format!(
                "{} stands elsewhere in the tree, or is there on one side only",
                self.scope(scope)
            ),
            Cause::Attributes => {
                "its groups or its custom security attributes are others".to_string()
            }
            Cause::UnknownMembers(group) => format!(
                "the members of {} are not known, and what it holds is other than before",
                self.principal(*group)
            ),
            Cause::Input => {
                "other input is missing, or was not understood, than before".to_string()
            }
        }
    }

    /// Who, in few words.
    fn who(&self, change: &Change, groups: &[GroupShare], singles: &[Guid]) -> String {
        let mut parts: Vec<String> = Vec::new();
        if change.others {
            parts.push("all others, named in these files or not".to_string());
        }
        for share in groups {
            let name = self.principal(share.group);
            let members = match (share.concerned, share.members) {
                (0, 0) if share.open => "members not known".to_string(),
                (0, 0) => "no members".to_string(),
                (1, 1) => "1 member".to_string(),
                (n, all) if n == all => format!("{} members", thousands(all)),
                (n, all) => format!("{} of {} members", thousands(n), thousands(all)),
            };
            let open = if share.open && share.members > 0 { ", others not known" } else { "" };
            parts.push(format!("group {name} ({members}{open})"));
        }
        if change.others && !parts.is_empty() {
            return parts.join(", ");
        }
        const TOLD: usize = 3;
        parts.extend(singles.iter().take(TOLD).map(|id| self.principal(*id)));
        if singles.len() > TOLD {
            parts.push(format!("{} more", thousands(singles.len() - TOLD)));
        }
        match parts.pop() {
            None => "nobody".to_string(),
            Some(last) if parts.is_empty() => last,
            Some(last) => format!("{} and {last}", parts.join(", ")),
        }
    }

    /// Where, in few words; `exceptions` is how many are named.
    fn region(&self, region: &ChangeRegion, exceptions: usize) -> String {
        let kind = region.scope.kind();
        let mut text = self.scope(&region.scope);
        match (region.covers, kind) {
            (Covers::Subtree, ScopeKind::Resource | ScopeKind::Root) => {}
            (Covers::Subtree, _) => text.push_str(" and everything below"),
            (Covers::Only, _) => text.push_str(" itself"),
            (Covers::Below, _) => text.push_str(", everything below it"),
        }
        if !region.except.is_empty() {
            let named: Vec<String> =
                region.except.iter().take(exceptions).map(|scope| self.scope(scope)).collect();
            text.push_str(&format!(", except {}", named.join(", ")));
            if region.except.len() > exceptions {
                text.push_str(&format!(" and {} more", region.except.len() - exceptions));
            }
        }
        text
    }

    /// A holder of a key, with the group through which.
    fn key_holder(&self, holder: &KeyHolder) -> String {
        let mut text = self.principal(holder.principal);
        if holder.holder != holder.principal {
            text.push_str(&format!(" through {}", self.principal(holder.holder)));
        }
        match (holder.certain.is_true(), holder.only_way) {
            (true, false) => {}
            (true, true) => text.push_str(" (the only way in)"),
            (false, false) => text.push_str(" (perhaps)"),
            (false, true) => text.push_str(" (perhaps, the only way in)"),
        }
        text
    }
}

/// `12345` as `12,345`.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What happened, as people say it.
fn happened(effect: &Effect) -> &'static str {
    use crate::analysis::diff::Transition::{
        Changed, Confirmed, Doubted, Gained, Lost, PerhapsGained, PerhapsLost,
    };
    match (effect.transition, effect.is_doubtful()) {
        (Gained, _) => "gained",
        (PerhapsGained, false) => "gained under a condition",
        (PerhapsGained, true) => "perhaps gained",
        (Confirmed, false) => "no longer under a condition",
        (Confirmed, true) => "only perhaps allowed before",
        (Changed, _) => "under another condition",
        (Lost, _) => "lost",
        (Doubted, false) => "now only under a condition",
        (Doubted, true) => "now only perhaps allowed",
        (PerhapsLost, false) => "lost, where a condition let it",
        (PerhapsLost, true) => "only perhaps allowed before, and no more",
    }
}

/// What operations of a power are called among people.
fn power(power: Power) -> &'static str {
    match power {
        Power::Access => "hands out access",
        Power::Credentials => "keys and secrets",
        Power::Identities => "identities",
        Power::Code => "code execution",
        Power::Delete => "delete",
        Power::Write => "write and act",
        Power::Read => "read",
    }
}

/// How many operations of an effect a catalog knows, in words.
fn counted(effect: &Effect) -> String {
    let plane = match effect.plane {
        Plane::Control => "control-plane",
        Plane::Data => "data-plane",
    };
    let mut text = match effect.operations.len() {
        1 => format!("1 {plane} operation"),
        n => format!("{} {plane} operations", thousands(n)),
    };
    if !effect.unlisted.is_empty() {
        text.push_str(&format!(" and {} that no catalog knows", effect.unlisted.len()));
    } else if effect.operations.is_empty() && effect.future {
        text = format!("{plane} operations that Azure may yet bring");
    }
    text
}

/// What happened to the doors of a resource, in a sentence without its end.
fn doors(door: &DoorChange) -> String {
    let [old, new] = door.states;
    let mut parts = Vec::new();
    if old == new && new != DoorState::None {
        parts.push(format!("local authentication is {}", new.as_str()));
    } else if old != new {
        parts.push(format!("local authentication was {} and is {}", old.as_str(), new.as_str()));
    }
    let [old, new] = door.rbac;
    if old != new {
        parts.push(format!("RBAC for its data was {} and is {}", old.as_str(), new.as_str()));
    }
    parts.join("; ")
}

/// The headline's numbers.
fn counts(diff: &Diff) -> [usize; 3] {
    [Direction::Gain, Direction::Condition, Direction::Loss]
        .map(|direction| diff.changes.iter().filter(|change| change.direction == direction).count())
}

/// Is there nothing that anybody gained or lost?
fn is_empty(diff: &Diff) -> bool {
    diff.changes.is_empty() && diff.doors.is_empty()
}
