//! Everything that was read, before it becomes a tenant.

use super::{
    Assignment, ClassicAdministrator, Deny, Gap, Group, Lock, ManagementGroup, Note, Principal,
    PrincipalType, Resource, RoleDefinition, Subscription, Touches,
};
use crate::ident::{Guid, Scope, same_scope, scope_hash};
use crate::origin::{Error, Place, SourceId, Sources, one_line};
use hashbrown::HashTable;
use rustc_hash::FxHashMap;

/// A scope of these facts: its row in the scope table. What a tenant keeps of them names its scopes by their
/// numbers there ([`crate::tenant::Tenant::assignment_scope`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeRef(pub(crate) u32);

/// Does what was not listed exist? (scenario-format.md, "Closed and open worlds")
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum World {
    /// A scenario: what it does not list does not exist.
    Closed,
    /// A snapshot: what it names and does not describe is unknown.
    #[default]
    Open,
}

/// A kind of input, to say what was read and what was absent altogether.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InputKind {
    /// Role definitions.
    RoleDefinitions,
    /// Role assignments.
    RoleAssignments,
    /// Eligible and time-bound assignments.
    ScheduleInstances,
    /// Deny assignments.
    DenyAssignments,
    /// Users.
    Users,
    /// Groups.
    Groups,
    /// Service principals.
    ServicePrincipals,
    /// Management groups.
    ManagementGroups,
    /// Subscriptions.
    Subscriptions,
    /// Resources.
    Resources,
    /// Locks.
    Locks,
    /// A service's own role system, kept out.
    NativeRoles,
    /// Classic administrators, retired.
    ClassicAdministrators,
}

impl InputKind {
    /// The plural for people: `role assignments`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            InputKind::RoleDefinitions => "role definitions",
            InputKind::RoleAssignments => "role assignments",
            InputKind::ScheduleInstances => "eligible and time-bound assignments",
            InputKind::DenyAssignments => "deny assignments",
            InputKind::Users => "users",
            InputKind::Groups => "groups",
            InputKind::ServicePrincipals => "service principals",
            InputKind::ManagementGroups => "management groups",
            InputKind::Subscriptions => "subscriptions",
            InputKind::Resources => "resources",
            InputKind::Locks => "locks",
            InputKind::NativeRoles => "entries of a service's own role system",
            InputKind::ClassicAdministrators => "classic administrators",
        }
    }
}

/// A part of a snapshot that could not be read when it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The kind of input.
    pub kind: InputKind,
    /// The scope or group that it was asked of.
    pub at: Box<str>,
    /// What the service answered.
    pub reason: Box<str>,
}

/// Everything that was read from all sources of one tenant.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The names of the sources.
    pub sources: Sources,
    /// Closed or open world.
    pub world: World,
    /// Role definitions.
    pub roles: Vec<RoleDefinition>,
    /// Role assignments.
    pub assignments: Vec<Assignment>,
    /// Deny assignments.
    pub denies: Vec<Deny>,
    /// Users, groups and service principals.
    pub principals: Vec<Principal>,
    /// Groups with their members.
    pub groups: Vec<Group>,
    /// Management groups.
    pub management_groups: Vec<ManagementGroup>,
    /// Subscriptions.
    pub subscriptions: Vec<Subscription>,
    /// Resources.
    pub resources: Vec<Resource>,
    /// Locks.
    pub locks: Vec<Lock>,
    /// Classic administrators.
    pub classic: Vec<ClassicAdministrator>,
    /// Names of principals as assignments carry them, where no directory export was read first.
    pub names_in_assignments: FxHashMap<Guid, (PrincipalType, Box<str>)>,
    /// What was not understood and could change an answer.
    pub gaps: Vec<Gap>,
    /// What was repaired, kept out or not known, and cannot change an answer.
    pub notes: Vec<Note>,
    /// What is wrong enough to be reported as an error though the rest was read: the caller says so
    /// on stderr. Each has a gap beside it.
    pub errors: Vec<Error>,
    /// How many entries of each kind each source held.
    pub recognised: Vec<(u32, InputKind, usize)>,
    /// What the summary of a snapshot names as not read.
    pub unread: Vec<Unread>,
    /// Is there a summary that says which kinds of input were read?
    pub summarised: bool,
    scopes: Vec<Scope>,
    /// Rows of `scopes` by their text in any case, which is kept there alone.
    scope_rows: HashTable<u32>,
}

impl Facts {
    /// No facts yet, of a closed world: a scenario.
    #[must_use]
    pub fn closed() -> Facts {
        Facts { world: World::Closed, ..Facts::default() }
    }

    /// The row of a scope, added on first sight.
    pub fn scope(&mut self, scope: Scope) -> ScopeRef {
        match self.scope_row(scope.text()) {
            Some(row) => row,
            None => self.add_scope(scope),
        }
    }

    /// The row of a scope as an export writes it. It is looked up before anything is parsed: an export of
    /// 200,000 assignments names each of its scopes many times.
    ///
    /// # Errors
    /// As [`Scope::new`].
    pub fn scope_text(&mut self, text: &str) -> Result<ScopeRef, Error> {
        match self.scope_row(text) {
            Some(row) => Ok(row),
            None => Ok(self.scope(Scope::new(text)?)),
        }
    }

    fn add_scope(&mut self, scope: Scope) -> ScopeRef {
        let row = u32::try_from(self.scopes.len()).unwrap_or(u32::MAX);
        self.scopes.push(scope);
        let scopes = &self.scopes;
        let hash_of =
            |row: &u32| scopes.get(*row as usize).map_or(0, |scope| scope_hash(scope.text()));
        self.scope_rows.insert_unique(hash_of(&row), row, hash_of);
        ScopeRef(row)
    }

    /// The row of a scope, where there is one.
    pub(crate) fn scope_row(&self, text: &str) -> Option<ScopeRef> {
        let same = |row: &u32| same_scope(self.scopes[*row as usize].text(), text);
        self.scope_rows.find(scope_hash(text), same).map(|row| ScopeRef(*row))
    }

    /// Gives away the scopes, and the table that finds their rows: no row means anything from here on.
    pub(crate) fn take_scopes(&mut self) -> (Vec<Scope>, HashTable<u32>) {
        (std::mem::take(&mut self.scopes), std::mem::take(&mut self.scope_rows))
    }

    /// The scope of a row.
    #[must_use]
    pub fn scope_at(&self, row: ScopeRef) -> &Scope {
        &self.scopes[row.0 as usize]
    }

    /// All scopes that any fact names, by row.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// Adds a note, or counts one more where the same source has the same note already.
    pub fn note(&mut self, code: &'static str, message: impl Into<String>, place: Option<Place>) {
        let message = one_line(&message.into()).into_owned();
        let same_file = |a: &Option<Place>, b: &Option<Place>| {
            a.as_ref().map(|place| &place.file) == b.as_ref().map(|place| &place.file)
        };
        if let Some(note) = self.notes.iter_mut().rev().take(64).find(|note| {
            note.code == code && note.message == message && same_file(&note.place, &place)
        }) {
            note.count += 1;
            return;
        }
        self.notes.push(Note { code, message, place, count: 1 });
    }

    /// Counts entries of a kind in a source.
    pub fn recognise(&mut self, source: usize, kind: InputKind, count: usize) {
        let source = u32::try_from(source).unwrap_or(u32::MAX);
        // The rows of the source that is being read are the last.
        match self.recognised.iter_mut().rev().find(|row| row.0 == source && row.1 == kind) {
            Some(row) => row.2 += count,
            None => self.recognised.push((source, kind, count)),
        }
    }

    /// An entry that was not understood may stand where nothing else does, and what holds there is not
    /// what holds beside it: its scope becomes a place like any other.
    pub(crate) fn place_gaps(&mut self) {
        let scope = |gap: &Gap| match &gap.touches {
            Touches::Assignment { scope, .. }
            | Touches::Deny { scope }
            | Touches::Lock { scope } => scope.clone(),
            _ => None,
        };
        for scope in self.gaps.iter().filter_map(scope).collect::<Vec<_>>() {
            // It was read as a scope once already.
            let _known = self.scope_text(scope.text());
        }
    }

    /// How many entries a source has given so far.
    #[must_use]
    pub fn entries_of(&self, source: SourceId) -> usize {
        let source = u32::try_from(source.index()).unwrap_or(u32::MAX);
        self.recognised.iter().filter(|row| row.0 == source).map(|row| row.2).sum()
    }

    /// Was any entry of a kind read from any source?
    #[must_use]
    pub fn has(&self, kind: InputKind) -> bool {
        self.recognised.iter().any(|row| row.1 == kind)
    }
}
