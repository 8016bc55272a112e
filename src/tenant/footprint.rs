//! Where the memory of a tenant is.

use super::{PrincipalInfo, PrincipalIx, Row, ScopeIx, Tenant};
use crate::ident::Guid;
use crate::model::{Assignment, AssignmentName, RoleRef, Terms};
use std::mem::size_of;

/// Bytes of the heap, by what they are for. Roles, denies, locks and resources are not among them: there are
/// few beside the assignments.
///
/// ```
/// use azrbac::{catalog::Catalog, model::Facts, tenant::Tenant};
/// let tenant = Tenant::build(Facts::default(), &Catalog::newest());
/// assert_eq!(tenant.footprint().assignments, 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footprint {
    /// What a decision walks: the assignments of each principal by number, their scopes, the scope tree.
    pub index: usize,
    /// Principals and groups by number and by id, and who is in which group.
    pub directory: usize,
    /// The texts of scopes, and the names of principals.
    pub names: usize,
    /// The assignments as they were read: ids, origins, conditions, times.
    pub assignments: usize,
}

impl Footprint {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> usize {
        self.index + self.directory + self.names + self.assignments
    }
}

/// What a vector asked for.
pub(super) fn held<T>(list: &Vec<T>) -> usize {
    list.capacity() * size_of::<T>()
}

impl Tenant {
    /// How many bytes does it take, and for what?
    #[must_use]
    pub fn footprint(&self) -> Footprint {
        let rows: [&Vec<Row>; 3] = [&self.assignment_rows, &self.open_rows, &self.open_rows_high];
        let (links, texts) = self.scopes.held();
        let index = rows.into_iter().map(held).sum::<usize>()
            + held::<ScopeIx>(&self.row_scopes)
            + held(&self.rows_of)
            + links;
        // A table keeps a byte beside each place.
        let ids = self.principal_rows.capacity() * 8 / 7 * (size_of::<(Guid, u32)>() + 1);
        let directory = held(&self.principal_ids)
            + held(&self.principal_kinds)
            + held(&self.open_groups)
            + held::<PrincipalIx>(&self.uncounted)
            + ids
            + self.members.held();
        let names = texts
            + held::<PrincipalInfo>(&self.infos)
            + self.infos.iter().map(PrincipalInfo::held).sum::<usize>();
        let assignments =
            held(&self.assignments) + self.assignments.iter().map(beside).sum::<usize>();
        Footprint { index, directory, names, assignments }
    }
}

/// What an assignment holds beside itself.
fn beside(one: &Assignment) -> usize {
    let name = match &one.name {
        AssignmentName::Text(text) => text.len(),
        AssignmentName::Bare(_) | AssignmentName::UnderScope(_) => 0,
    };
    let role = match &one.role {
        RoleRef::Name(name) => name.len(),
        RoleRef::Id(_) => 0,
    };
    let terms = one.terms.as_ref().map_or(0, |terms| {
        size_of::<Terms>() + terms.condition.as_ref().map_or(0, |guard| guard.text.len())
    });
    name + role + terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_assignment_has_beside_itself_is_counted() {
        use crate::ident::Guid;
        use crate::model::{AssignmentState, PrincipalType, ScopeRef};
        use crate::origin::Origin;
        let id: Guid = "52000000-0000-4000-8000-000000000001".parse().expect("an id");
        let mut one = Assignment {
            name: AssignmentName::Bare(id),
            principal: id,
            principal_type: PrincipalType::User,
            role: RoleRef::Id(id),
            scope: ScopeRef(0),
            state: AssignmentState::Active,
            via_lighthouse: false,
            terms: None,
            origin: Origin::NONE,
        };
        assert_eq!(beside(&one), 0);
        one.name = AssignmentName::Text("12345".into());
        assert_eq!(beside(&one), 5);
        one.role = RoleRef::Name("123".into());
        assert_eq!(beside(&one), 8);
        one.terms = Some(Box::default());
        assert_eq!(beside(&one), 8 + size_of::<Terms>());
    }

    /// Hundreds of thousands of each are in memory.
    #[test]
    fn what_there_are_many_of_is_small() {
        assert!(size_of::<Assignment>() <= 88);
        assert!(size_of::<PrincipalInfo>() <= 56);
        assert!(size_of::<Row>() <= 16);
    }
}
