//! One walk over what applies to a principal at a scope: who asks, in which groups, and what stands above.

use super::Request;
use super::inputs::ConditionInputs;
use super::rows::Lists;
use crate::condition::Assumptions;
use crate::ident::Guid;
use crate::model::World;
use crate::tenant::{Located, Mark, Needle, Path, PrincipalIx, ScopeIx, Tenant};
use std::borrow::Cow;

/// One walk over what applies to a principal at a scope.
#[derive(Debug)]
pub(super) struct Walk<'r> {
    pub(super) tenant: &'r Tenant,
    pub(super) request: &'r Request<'r>,
    pub(super) principal: Option<PrincipalIx>,
    pub(super) groups: Cow<'r, [PrincipalIx]>,
    /// The assignments of both, where there are not many lists of them.
    pub(super) lists: Lists,
    pub(super) located: Located,
    /// The place and everything above it.
    pub(super) path: Path,
    pub(super) needle: Needle<'r>,
    pub(super) inputs: ConditionInputs<'r>,
    /// What a no leans on: subtractions, conditions, groups that do not count.
    pub(super) withheld: Assumptions,
    /// What a yes leans on: denies that did not apply for an uncertain reason.
    pub(super) spared: Assumptions,
}

impl<'r> Walk<'r> {
    pub(super) fn new(tenant: &'r Tenant, request: &'r Request<'r>) -> Walk<'r> {
        let principal = tenant.principal(request.principal);
        Walk::standing(tenant, request, principal, || tenant.scopes.nearest(request.scope))
    }

    /// A walk of a principal that is known already. Its groups are looked up before its place (the scope or
    /// the nearest one above it, and whether it is the scope itself), so that the memory of both is waited
    /// for together.
    pub(super) fn standing(
        tenant: &'r Tenant,
        request: &'r Request<'r>,
        principal: Option<PrincipalIx>,
        place: impl FnOnce() -> (ScopeIx, bool),
    ) -> Walk<'r> {
        let groups = principal.map_or(Cow::Borrowed(&[][..]), |ix| tenant.groups_of(ix));
        let lists = Lists::of(tenant, principal, &groups);
        let (at, exact) = place();
        let mut walk = Walk {
            tenant,
            request,
            principal,
            groups,
            lists,
            located: Located { at, exact, floating: false },
            path: Path::empty(),
            needle: Needle::new(request.operation, request.wildcards),
            inputs: ConditionInputs::new(tenant, request, principal),
            withheld: Assumptions::default(),
            spared: Assumptions::default(),
        };
        tenant.scopes.follow(at, &mut walk.path);
        walk.located.floating = walk.path.has(Mark::Floating)
            || (!exact
                && tenant.world == World::Open
                && tenant.scopes.is_outside(at, request.scope));
        walk
    }

    /// The object id of the one who asks.
    pub(super) fn principal_id(&self) -> Guid {
        self.principal.map_or(self.request.principal, |ix| self.tenant.principal_id(ix))
    }

    /// The principal and every group that it is in and that counts for access.
    pub(super) fn ids(&self) -> impl Iterator<Item = PrincipalIx> + '_ {
        let groups = self.groups.iter().copied().filter(|ix| self.tenant.counts(*ix));
        self.principal.into_iter().chain(groups.filter(|ix| Some(*ix) != self.principal))
    }

    /// Is it the principal, or a group that is known to hold it?
    pub(super) fn is_known_member(&self, group: PrincipalIx) -> bool {
        Some(group) == self.principal || self.groups.contains(&group)
    }

    pub(super) fn is_one_of(&self, list: &[PrincipalIx]) -> bool {
        if list.is_empty() {
            return false;
        }
        self.ids().any(|id| list.binary_search(&id).is_ok())
    }
}
