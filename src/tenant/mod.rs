//! A tenant: scopes and membership as graphs, ids dense, indexes flat; immutable once built.
//!
//! Everything that can fail fails before: [`Tenant::build`] takes facts, of which some may be gaps,
//! and always gives a tenant. A question about it always has an answer.

mod bits;
mod build;
mod definitions;
mod footprint;
mod listing;
mod members;
mod names;
mod notices;
mod principal;
mod roles;
mod scopes;
#[cfg(test)]
mod tests;
mod twice;

pub(crate) use bits::{Bits, Operations, numbers, select, unite, without};
pub use footprint::Footprint;
pub(crate) use members::CLOSURE_LIMIT;
pub use names::{Candidate, NameError};
pub(crate) use principal::{PrincipalInfo, PrincipalMore};
pub(crate) use roles::Needle;
pub(crate) use roles::{Held, at as plane_at};
pub use roles::{RoleState, Side};
pub(crate) use scopes::{Located, Mark, PLACE_LIMIT, Path};
pub(crate) use twice::NAME_NOT_UNIQUE;

use crate::catalog::Catalog;
use crate::ident::{Guid, Scope};
use crate::model::{
    Assignment, ClassicAdministrator, Deny, Facts, Gap, InputKind, Lock, Note, PrincipalType,
    Resource, ScopeRef, Touches, World,
};
use crate::origin::Sources;
use members::Members;
use roles::Roles;
use rustc_hash::FxHashMap;
use scopes::Scopes;
use std::borrow::Cow;

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// The row, for a table of the caller's own.
            #[must_use]
            pub fn row(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index! {
    /// A principal of a tenant.
    PrincipalIx
}
index! {
    /// A scope of a tenant: its number in a walk of the scope tree, parents before children.
    ScopeIx
}
impl ScopeIx {
    /// The scope that a fact of a tenant names.
    pub(crate) fn of(scope: ScopeRef) -> ScopeIx {
        ScopeIx(scope.0)
    }
}
index! {
    /// A role of a tenant.
    RoleIx
}
index! {
    /// A role assignment of a tenant.
    AssignmentIx
}
index! {
    /// A deny assignment of a tenant.
    DenyIx
}
index! {
    /// A lock of a tenant.
    LockIx
}
index! {
    /// A gap of a tenant.
    GapIx
}

/// One assignment as a decision walks it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) scope: ScopeIx,
    pub(crate) role: RoleIx,
    pub(crate) fact: AssignmentIx,
    /// The holder, and in the highest bit whether anything else of the assignment is to be looked at: a
    /// quarter of a million of these are in memory, and four fill what a processor reads at once.
    holder: u32,
}

impl Row {
    const NOT_PLAIN: u32 = 1 << 31;

    fn new(
        scope: ScopeIx,
        role: RoleIx,
        fact: AssignmentIx,
        holder: PrincipalIx,
        plain: bool,
    ) -> Row {
        Row { scope, role, fact, holder: holder.0 | if plain { 0 } else { Row::NOT_PLAIN } }
    }

    pub(crate) fn holder(&self) -> PrincipalIx {
        PrincipalIx(self.holder & !Row::NOT_PLAIN)
    }

    /// Does it hold whenever and for whatever its role says? Active, without a time window, without a
    /// condition, not through Lighthouse: then nothing else of the assignment needs to be looked at.
    pub(crate) fn is_plain(&self) -> bool {
        self.holder & Row::NOT_PLAIN == 0
    }
}

/// Everything that a question can be asked about. See the module documentation.
#[derive(Debug)]
pub struct Tenant {
    pub(crate) world: World,
    pub(crate) sources: Sources,
    pub(crate) scopes: Scopes,
    pub(crate) principal_ids: Vec<Guid>,
    pub(crate) principal_kinds: Vec<PrincipalType>,
    pub(crate) principal_rows: FxHashMap<Guid, u32>,
    pub(crate) infos: Vec<PrincipalInfo>,
    pub(crate) members: Members,
    /// Groups that do not count for access: not security-enabled (U13). Sorted.
    pub(crate) uncounted: Vec<PrincipalIx>,
    /// Groups that count and could have members nobody listed.
    pub(crate) open_groups: Vec<bool>,
    pub(crate) roles: Roles,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) assignment_rows: Vec<Row>,
    /// The scopes of those rows once more: a question looks at dozens and goes on with one or two.
    pub(crate) row_scopes: Vec<ScopeIx>,
    pub(crate) rows_of: Vec<u32>,
    pub(crate) open_rows: Vec<Row>,
    /// Those of them that stand at management groups.
    pub(crate) open_rows_high: Vec<Row>,
    pub(crate) denies: Vec<Deny>,
    pub(crate) deny_rows: Vec<DenyRow>,
    /// Which of those stand at a scope: from where to where.
    pub(crate) denies_at: FxHashMap<ScopeIx, (u32, u32)>,
    pub(crate) locks: Vec<Lock>,
    pub(crate) lock_rows: Vec<(ScopeIx, LockIx)>,
    pub(crate) resources: FxHashMap<ScopeIx, Resource>,
    pub(crate) classic: Vec<(ScopeIx, ClassicAdministrator)>,
    /// The kinds of input that some source held, and those of which a part could not be read.
    pub(crate) read: Vec<InputKind>,
    pub(crate) unread: Vec<InputKind>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) notes: Vec<Note>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) names: names::Names,
    pub(crate) listing: listing::Listing,
    pub(crate) matrix: bits::Matrix,
    /// The directories that subscriptions and the root management group belong to, sorted.
    pub(crate) directories: Vec<Guid>,
    pub(crate) catalog: Catalog,
}

/// A deny assignment as a decision walks it.
#[derive(Debug, Clone)]
pub(crate) struct DenyRow {
    pub(crate) scope: ScopeIx,
    pub(crate) fact: DenyIx,
    pub(crate) everyone: bool,
    pub(crate) principals: Vec<PrincipalIx>,
    pub(crate) excludes: Vec<PrincipalIx>,
    pub(crate) sides: Vec<[Side; 2]>,
}

/// A kind of input that was absent altogether: it never changes an outcome, and is said once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Stable code for `azrbac explain`.
    pub code: &'static str,
    /// What is absent.
    pub message: String,
    /// The command that exports it.
    pub help: String,
}

impl Tenant {
    /// Builds a tenant from facts and the catalog that fills in built-in roles.
    ///
    /// Nothing fails here: what does not fit together (an assignment of a role that nobody defines, a
    /// management group that is its own ancestor) becomes a gap.
    ///
    /// ```
    /// use azrbac::{catalog::Catalog, model::Facts, tenant::Tenant};
    /// let tenant = Tenant::build(Facts::default(), &Catalog::newest());
    /// assert_eq!(tenant.assignment_count(), 0);
    /// ```
    #[must_use]
    pub fn build(facts: Facts, catalog: &Catalog) -> Tenant {
        build::build(facts, catalog)
    }

    /// Closed or open world.
    #[must_use]
    pub fn world(&self) -> World {
        self.world
    }

    /// The names of what was read.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The catalog that was used.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// How many role assignments there are.
    #[must_use]
    pub fn assignment_count(&self) -> usize {
        self.assignments.len()
    }

    /// Does any assignment have a time window? Then a question needs a time.
    #[must_use]
    pub fn has_time_windows(&self) -> bool {
        self.assignments.iter().any(|a| a.start().is_some() || a.end().is_some())
    }

    /// How many principals are named anywhere.
    #[must_use]
    pub fn principal_count(&self) -> usize {
        self.principal_ids.len()
    }

    /// What was missing or not understood and could change an answer.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// What was repaired, kept out or differs, and cannot change an answer.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Kinds of input that were absent altogether.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The ids of the directories (Microsoft Entra tenants) that this tenant's subscriptions belong to,
    /// sorted; none where no export says.
    #[must_use]
    pub fn directories(&self) -> &[Guid] {
        &self.directories
    }

    /// Was any entry of a kind read?
    #[must_use]
    pub fn has_read(&self, kind: InputKind) -> bool {
        self.read.contains(&kind)
    }

    /// Could a part of a kind not be read, as the export itself says?
    #[must_use]
    pub fn lacks_part(&self, kind: InputKind) -> bool {
        self.unread.contains(&kind)
    }

    /// Classic administrators that an export still lists, with their subscriptions.
    #[must_use]
    pub fn classic_administrators(&self) -> &[(ScopeIx, ClassicAdministrator)] {
        &self.classic
    }

    /// The principal with an object id, if anything names it.
    #[must_use]
    pub fn principal(&self, id: Guid) -> Option<PrincipalIx> {
        self.principal_rows.get(&id).map(|row| PrincipalIx(*row))
    }

    /// The object id of a principal.
    #[must_use]
    pub fn principal_id(&self, principal: PrincipalIx) -> Guid {
        self.principal_ids[principal.row()]
    }

    /// What a principal is.
    #[must_use]
    pub fn principal_kind(&self, principal: PrincipalIx) -> PrincipalType {
        self.principal_kinds[principal.row()]
    }

    /// What people call a principal: user principal name, display name, or its id.
    #[must_use]
    pub fn principal_name(&self, principal: PrincipalIx) -> String {
        self.principal_label(principal).into_owned()
    }

    /// The same, borrowed where it is a name.
    pub(crate) fn principal_label(&self, principal: PrincipalIx) -> Cow<'_, str> {
        let info = &self.infos[principal.row()];
        match (&info.user_principal_name, &info.display_name) {
            (Some(name), _) | (None, Some(name)) => Cow::Borrowed(name),
            (None, None) => Cow::Owned(self.principal_ids[principal.row()].to_string()),
        }
    }

    /// Every principal, in the order of ids.
    pub fn principals(&self) -> impl Iterator<Item = PrincipalIx> {
        (0..self.principal_ids.len()).map(|row| PrincipalIx(u32::try_from(row).unwrap_or(u32::MAX)))
    }

    /// The groups that a principal is in, through others too, sorted; cycles are followed once.
    #[must_use]
    pub fn groups_of(&self, principal: PrincipalIx) -> Cow<'_, [PrincipalIx]> {
        self.members.closure(principal)
    }

    /// A shortest chain of groups from a principal to a group that it is in, both ends included.
    #[must_use]
    pub fn chain(&self, from: PrincipalIx, to: PrincipalIx) -> Vec<PrincipalIx> {
        self.members.chain(from, to)
    }

    /// A scope of the tenant, exactly.
    #[must_use]
    pub fn scope(&self, scope: &Scope) -> Option<ScopeIx> {
        self.scopes.find(scope)
    }

    /// A scope of the tenant by its text in any case, without parsing it: `None` where nothing names it,
    /// or the text is not written as Azure writes it.
    #[must_use]
    pub fn scope_of_text(&self, text: &str) -> Option<ScopeIx> {
        self.scopes.find_text(text)
    }

    /// The text of a scope.
    #[must_use]
    pub fn scope_text(&self, scope: ScopeIx) -> &Scope {
        self.scopes.scope(scope)
    }

    /// The display name of a subscription or management group, where one was read.
    #[must_use]
    pub fn scope_name(&self, scope: ScopeIx) -> Option<&str> {
        self.scopes.display_name(scope)
    }

    /// Every scope that anything names, parents before children.
    pub fn all_scopes(&self) -> impl Iterator<Item = ScopeIx> {
        (0..self.scopes.len()).map(|row| ScopeIx(u32::try_from(row).unwrap_or(u32::MAX)))
    }

    /// The scope directly above one, as the tenant knows it.
    #[must_use]
    pub fn scope_parent(&self, scope: ScopeIx) -> Option<ScopeIx> {
        self.scopes.parent(scope)
    }

    /// Is `above` at or above `below`? Two comparisons.
    #[must_use]
    pub fn is_above(&self, above: ScopeIx, below: ScopeIx) -> bool {
        self.scopes.is_above(above, below)
    }

    /// An assignment as it was read.
    #[must_use]
    pub fn assignment(&self, assignment: AssignmentIx) -> &Assignment {
        &self.assignments[assignment.row()]
    }

    /// Every assignment, in the order in which they were read.
    pub fn assignments(&self) -> impl Iterator<Item = AssignmentIx> {
        (0..self.assignments.len()).map(|row| AssignmentIx(u32::try_from(row).unwrap_or(u32::MAX)))
    }

    /// The scope of an assignment.
    #[must_use]
    pub fn assignment_scope(&self, assignment: AssignmentIx) -> ScopeIx {
        ScopeIx::of(self.assignments[assignment.row()].scope)
    }

    /// The role of an assignment.
    #[must_use]
    pub fn assignment_role(&self, assignment: AssignmentIx) -> Option<RoleIx> {
        self.roles.find(&self.assignments[assignment.row()].role)
    }

    /// A deny assignment as it was read.
    #[must_use]
    pub fn deny(&self, deny: DenyIx) -> &Deny {
        &self.denies[deny.row()]
    }

    /// The scope of a deny assignment.
    #[must_use]
    pub fn deny_scope(&self, deny: DenyIx) -> ScopeIx {
        ScopeIx::of(self.denies[deny.row()].scope)
    }

    /// A lock as it was read.
    #[must_use]
    pub fn lock(&self, lock: LockIx) -> &Lock {
        &self.locks[lock.row()]
    }

    /// The scope of a lock.
    #[must_use]
    pub fn lock_scope(&self, lock: LockIx) -> ScopeIx {
        ScopeIx::of(self.locks[lock.row()].scope)
    }

    /// The resource at a scope, where one was read.
    #[must_use]
    pub fn resource(&self, scope: ScopeIx) -> Option<&Resource> {
        self.resources.get(&scope)
    }

    /// A role of the tenant: its definition, or why there is none.
    #[must_use]
    pub fn role(&self, role: RoleIx) -> &RoleState {
        self.roles.state(role)
    }

    /// Every role that is defined or assigned.
    pub fn roles(&self) -> impl Iterator<Item = RoleIx> {
        (0..self.roles.len()).map(|row| RoleIx(u32::try_from(row).unwrap_or(u32::MAX)))
    }

    /// Was a definition refused that has the GUID of this role? Then it may grant more than is known.
    pub(crate) fn is_doubted(&self, role: RoleIx) -> bool {
        self.gaps.iter().any(|gap| match &gap.touches {
            Touches::Role { id: Some(id), .. } => self.role(role).id() == Some(*id),
            _ => false,
        })
    }

    /// Does membership in this group count for access (U13)?
    pub(crate) fn counts(&self, group: PrincipalIx) -> bool {
        self.uncounted.is_empty() || self.uncounted.binary_search(&group).is_err()
    }

    /// Could this principal be a group that counts and has members nobody listed?
    pub(crate) fn may_be_member(&self, group: PrincipalIx) -> bool {
        self.open_groups[group.row()]
    }

    /// The deny assignments at exactly a scope.
    pub(crate) fn deny_rows_at(&self, scope: ScopeIx) -> &[DenyRow] {
        let range =
            self.denies_at.get(&scope).map_or(0..0, |(start, end)| *start as usize..*end as usize);
        &self.deny_rows[range]
    }

    /// The assignments, at exactly a scope, of groups that could have members nobody listed.
    pub(crate) fn open_rows_at(&self, scope: ScopeIx) -> &[Row] {
        let start = self.open_rows.partition_point(|row| row.scope < scope);
        let end = self.open_rows.partition_point(|row| row.scope <= scope);
        &self.open_rows[start..end]
    }

    /// The assignments that a principal holds itself, by scope.
    pub(crate) fn rows(&self, principal: PrincipalIx) -> &[Row] {
        &self.assignment_rows[self.row_range(principal)]
    }

    /// Where those stand among all.
    pub(crate) fn row_range(&self, principal: PrincipalIx) -> std::ops::Range<usize> {
        let at = principal.row();
        self.rows_of[at] as usize..self.rows_of[at + 1] as usize
    }
}
