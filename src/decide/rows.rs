//! Which of many assignments stand on the way from a place to the root.

use crate::ident::Timestamp;
use crate::model::AssignmentState;
use crate::tenant::{Path, PrincipalIx, Row, Tenant};

/// More rows than this are bisected for each scope of the path instead of looked at one by one. As many as
/// a word has bits.
const FEW: usize = 64;

/// The rows whose scope is on a path, outermost first. Rows are sorted by scope.
pub(super) fn applying<'w>(rows: &'w [Row], path: &'w Path) -> impl Iterator<Item = &'w Row> {
    let (few, many) = if rows.len() <= FEW { (rows, None) } else { (&[][..], Some(rows)) };
    let bisected = many.into_iter().flat_map(move |rows| {
        path.upwards().rev().flat_map(move |above| {
            let from = rows.partition_point(|row| row.scope < above);
            rows[from..].iter().take_while(move |row| row.scope == above)
        })
    });
    few.iter().filter(|row| path.holds(row.scope)).chain(bisected)
}

/// Is an assignment in force? `None` where nobody said when. What is eligible gives nothing until somebody
/// activates it (semantics.md 10.1).
pub(crate) fn in_force(tenant: &Tenant, at: Option<Timestamp>, row: &Row) -> Option<bool> {
    if row.is_plain() {
        return Some(true);
    }
    let assignment = tenant.assignment(row.fact);
    if assignment.state == AssignmentState::Eligible {
        return Some(false);
    }
    if assignment.start().is_none() && assignment.end().is_none() {
        return Some(true);
    }
    let at = at?;
    Some(
        assignment.start().is_none_or(|start| start <= at)
            && assignment.end().is_none_or(|end| at < end),
    )
}

/// How many lists are taken together.
const ROOM: usize = 16;

/// Where the assignments of a principal and of each of its groups stand: not many lists, none of them long,
/// as nearly everybody has them. What memory they lie in is waited for together and not one after the other:
/// each step is done for all lists before the next, and without a branch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lists {
    /// From where to where.
    ranges: [(u32, u32); ROOM],
    count: usize,
}

/// For each list, a bit for each of its rows that is perhaps on the path.
#[derive(Debug)]
pub(super) struct Sieved<'l> {
    ranges: &'l [(u32, u32)],
    perhaps: [u64; ROOM],
}

impl Lists {
    /// The lists of whoever counts for access.
    pub(super) fn of(tenant: &Tenant, own: Option<PrincipalIx>, groups: &[PrincipalIx]) -> Lists {
        let mut lists = Lists { ranges: [(0, 0); ROOM], count: 0 };
        if groups.len() >= ROOM {
            lists.count = ROOM + 1;
            return lists;
        }
        let mut add = |id: PrincipalIx| {
            if let (Some(slot), Some([from, to])) =
                (lists.ranges.get_mut(lists.count), tenant.rows_of.get(id.row()..id.row() + 2))
            {
                *slot = (*from, *to);
                lists.count += 1;
            }
        };
        own.into_iter().for_each(&mut add);
        let all_count = tenant.uncounted.is_empty();
        for id in groups {
            if Some(*id) != own && (all_count || tenant.counts(*id)) {
                add(*id);
            }
        }
        lists
    }

    /// What is perhaps on a path; `None` where there are too many lists, or a long one.
    pub(super) fn sieve(&self, tenant: &Tenant, path: &Path) -> Option<Sieved<'_>> {
        let ranges = self.ranges.get(..self.count)?;
        let mut perhaps = [0; ROOM];
        for ((from, to), bits) in ranges.iter().zip(&mut perhaps) {
            let scopes = &tenant.row_scopes[*from as usize..*to as usize];
            if scopes.len() > FEW {
                return None;
            }
            for (at, scope) in scopes.iter().enumerate() {
                *bits |= path.may_hold(*scope) << at;
            }
        }
        Some(Sieved { ranges, perhaps })
    }
}

impl Sieved<'_> {
    /// Every row that is on the path.
    pub(super) fn each(&self, tenant: &Tenant, path: &Path, give: &mut impl FnMut(&Row)) {
        for ((from, _), perhaps) in self.ranges.iter().zip(self.perhaps) {
            let mut left = perhaps;
            while left != 0 {
                let at = (from + left.trailing_zeros()) as usize;
                left &= left - 1;
                if path.holds(tenant.row_scopes[at]) {
                    give(&tenant.assignment_rows[at]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::ident::Scope;
    use crate::model::Facts;
    use serde_json::json;

    const WHO: &str = "10000000-0000-4000-8000-000000000001";
    const SUBSCRIPTION: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001";

    /// A person with so many assignments, two in each of as many resource groups as that takes, and one at
    /// the subscription.
    fn tenant(count: usize) -> Tenant {
        let roles =
            ["acdd72a7-3385-48ef-bd42-f606fba81ae7", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"];
        let list: Vec<_> = (0..count)
            .map(|number| {
                let scope = match number {
                    0 => SUBSCRIPTION.to_string(),
                    _ => format!("{SUBSCRIPTION}/resourceGroups/rg{}", number / 2),
                };
                json!({
                    "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/52000000-0000-4000-8000-{number:012}"),
                    "principalId": WHO, "principalType": "User", "scope": scope,
                    "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{}", roles[number % 2]),
                    "type": "Microsoft.Authorization/roleAssignments",
                })
            })
            .collect();
        let mut facts = Facts::default();
        crate::ingest::read(&mut facts, "a.json", json!(list).to_string().as_bytes());
        assert_eq!(facts.assignments.len(), count);
        Tenant::build(facts, &Catalog::newest())
    }

    #[test]
    fn few_rows_and_many_are_those_on_the_path() {
        for count in [1, 2, 3, FEW - 1, FEW, FEW + 1, 3 * FEW] {
            let tenant = tenant(count);
            let who = tenant.principal(WHO.parse().expect("an id")).expect("known");
            let rows = tenant.rows(who);
            for place in ["", "/resourceGroups/rg0", "/resourceGroups/rg1", "/resourceGroups/rg90"]
            {
                let scope = Scope::new(&format!("{SUBSCRIPTION}{place}")).expect("a scope");
                let mut path = Path::empty();
                tenant.scopes.follow(tenant.scopes.nearest(&scope).0, &mut path);
                let found: Vec<_> = applying(rows, &path).map(|row| row.fact).collect();
                let wanted: Vec<_> = rows
                    .iter()
                    .filter(|row| path.upwards().any(|at| at == row.scope))
                    .map(|row| row.fact)
                    .collect();
                assert_eq!(found, wanted, "{count} {place}");
                // Nearly everybody has few: those are looked at together, and told alike.
                let lists = Lists::of(&tenant, Some(who), &[]);
                let sieved = lists.sieve(&tenant, &path);
                assert_eq!(sieved.is_some(), count <= FEW, "{count}");
                let mut given = Vec::new();
                if let Some(sieved) = sieved {
                    sieved.each(&tenant, &path, &mut |row| given.push(row.fact));
                    assert_eq!(given, wanted, "{count} {place}");
                }
            }
        }
    }
}
