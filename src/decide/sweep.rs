//! What `can` says of very many operations at once, for one principal at one place, as rows of bits.
//!
//! The same rules as in a decision, with every step taken for all operations together: nothing here is
//! asked operation by operation but conditions, and those once for all who hold the same. A comparison
//! of tenants is made of it; a property test holds it against `can`.

use super::Request;
use super::can::decide;
use super::denying::binds_unlisted;
use super::locks;
use super::rows::in_force;
use super::sweep_held::{Held, Verdicts};
use super::sweep_sum::{Outcomes, Sum, Universe};
use super::walk::Walk;
use super::what_can::no_operation;
use crate::condition::Attributes;
use crate::ident::{Guid, Operation, Plane, Scope, ScopeKind, Timestamp};
use crate::model::{DenyEffect, LockLevel, Touches, World};
use crate::pattern::Wildcards;
use crate::tenant::{Bits, DenyRow, Located, PrincipalIx, Row, ScopeIx, Tenant, plane_at};
use crate::tenant::{unite, without};

/// What is the same for every question of a sweep.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SweepQuestion<'a> {
    pub(crate) attributes: &'a Attributes,
    pub(crate) attributes_complete: bool,
    pub(crate) at: Option<Timestamp>,
    pub(crate) wildcards: Wildcards,
}

/// A principal, with everything that it holds in force, itself or through groups.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) id: Guid,
    pub(crate) own: Option<PrincipalIx>,
    /// All groups, also those that do not count for access; sorted.
    pub(crate) groups: Vec<PrincipalIx>,
    /// Itself and the groups that count; sorted.
    pub(crate) ids: Vec<PrincipalIx>,
    /// Assignments that are in force, or perhaps (`false`: nobody said when).
    pub(crate) rows: Vec<(Row, bool)>,
}

impl Seen {
    fn is_one_of(&self, list: &[PrincipalIx]) -> bool {
        self.ids.iter().any(|id| list.binary_search(id).is_ok())
    }

    /// Does a deny bind it (its exclusions counted)?
    pub(crate) fn is_bound(&self, row: &DenyRow) -> bool {
        (row.everyone || self.is_one_of(&row.principals)) && !self.is_one_of(&row.excludes)
    }

    fn knows(&self, group: PrincipalIx) -> bool {
        Some(group) == self.own || self.groups.binary_search(&group).is_ok()
    }
}

/// A deny that stands at a place.
#[derive(Debug)]
struct DenyAt<'t> {
    row: &'t DenyRow,
    /// Could an exclusion apply to somebody whom nobody listed?
    lift: bool,
}

/// A place and what stands there, whoever asks.
#[derive(Debug)]
pub(crate) struct Spot<'t> {
    pub(crate) number: u32,
    pub(crate) scope: Scope,
    pub(crate) located: Located,
    denies: Vec<DenyAt<'t>>,
    /// Denies with unknown members, or (`true`) at management groups that may stand above.
    gap_denies: Vec<(&'t DenyRow, bool)>,
    open: Vec<Row>,
    high: Vec<Row>,
    gap_grants_all: bool,
    gap_grants: Vec<Guid>,
    gap_roles: Vec<Guid>,
    gap_denies_all: bool,
    read_only: bool,
    no_delete: bool,
    gap_locks: bool,
    /// The same of one below, which holds back what deletes.
    gap_locks_below: bool,
}

impl Spot<'_> {
    /// Does the outcome hang on nothing here but assignments, denies without conditions, and locks?
    pub(crate) fn is_plain(&self) -> bool {
        self.gap_denies.is_empty()
            && self.open.is_empty()
            && self.high.is_empty()
            && !self.located.floating
            && !self.gap_grants_all
            && self.gap_grants.is_empty()
            && self.gap_roles.is_empty()
            && !self.gap_denies_all
            && !self.gap_locks
            && !self.gap_locks_below
    }

    /// What locks hold back here: everything that changes, and deletes.
    pub(crate) fn locked(&self) -> (bool, bool) {
        (self.read_only, self.no_delete)
    }

    /// The denies here that bind somebody.
    pub(crate) fn binding<'s>(&'s self, seen: &'s Seen) -> impl Iterator<Item = &'s DenyRow> {
        self.denies.iter().map(|deny| deny.row).filter(|row| seen.is_bound(row))
    }
}

/// All questions about one tenant.
#[derive(Debug)]
pub(crate) struct Sweep<'t> {
    pub(crate) tenant: &'t Tenant,
    pub(crate) question: SweepQuestion<'t>,
    pub(crate) universe: &'t Universe,
    verdicts: Verdicts<'t>,
    /// Denies that could bind somebody whom nobody listed, or stand above what floats.
    doubtful: Vec<&'t DenyRow>,
}

impl<'t> Sweep<'t> {
    pub(crate) fn new(
        tenant: &'t Tenant,
        question: SweepQuestion<'t>,
        universe: &'t Universe,
    ) -> Sweep<'t> {
        let floats = tenant.scopes.floating().next().is_some();
        let doubtful = tenant
            .deny_rows
            .iter()
            .filter(|row| {
                tenant.world == World::Open
                    && tenant.deny(row.fact).effect != DenyEffect::Audit
                    && (row.principals.iter().any(|ix| tenant.may_be_member(*ix))
                        || floats && tenant.scopes.kind(row.scope) == ScopeKind::ManagementGroup)
            })
            .collect();
        let verdicts = Verdicts::new(tenant, question, universe);
        Sweep { tenant, question, universe, verdicts, doubtful }
    }

    /// What an assignment could give on a plane, its conditions set aside.
    pub(crate) fn reach(&self, row: &Row, plane: Plane) -> std::rc::Rc<Bits> {
        self.verdicts.reach(row, plane)
    }

    /// What a deny could take on a plane, its conditions set aside.
    pub(crate) fn takes(&self, row: &DenyRow, plane: Plane) -> std::rc::Rc<Bits> {
        self.verdicts.takes(row, plane)
    }

    fn in_force(&self, row: &Row) -> Option<bool> {
        in_force(self.tenant, self.question.at, row)
    }

    /// Somebody, as this tenant knows them.
    pub(crate) fn seen(&self, id: Guid) -> Seen {
        let tenant = self.tenant;
        let own = tenant.principal(id);
        let groups = own.map_or_else(Vec::new, |ix| tenant.groups_of(ix).into_owned());
        let mut ids: Vec<PrincipalIx> =
            groups.iter().copied().filter(|ix| tenant.counts(*ix)).chain(own).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut rows = Vec::new();
        for ix in &ids {
            for row in tenant.rows(*ix) {
                match self.in_force(row) {
                    Some(false) => {}
                    sure => rows.push((*row, sure.is_some())),
                }
            }
        }
        Seen { id, own, groups, ids, rows }
    }

    /// A place. `number` must be another for every scope.
    pub(crate) fn spot(&self, number: u32, scope: &Scope) -> Spot<'t> {
        let tenant = self.tenant;
        let operation = no_operation();
        let attributes = Attributes::default();
        let located = tenant.scopes.locate(scope, tenant.world == World::Open);
        let mut spot = Spot {
            number,
            scope: scope.clone(),
            located,
            denies: Vec::new(),
            gap_denies: Vec::new(),
            open: Vec::new(),
            high: Vec::new(),
            gap_grants_all: false,
            gap_grants: Vec::new(),
            gap_roles: Vec::new(),
            gap_denies_all: false,
            read_only: false,
            no_delete: false,
            gap_locks: false,
            gap_locks_below: false,
        };
        let Some(operation) = &operation else { return spot };
        let request = Request::new(Guid(0), operation, Plane::Control, scope, &attributes);
        let walk = Walk::new(tenant, &request);
        for above in tenant.scopes.upwards(located.at) {
            for row in tenant.deny_rows_at(above) {
                let deny = tenant.deny(row.fact);
                if deny.effect != DenyEffect::Audit && !walk.spares_below(deny, above) {
                    let lift = tenant.world == World::Open
                        && row.excludes.iter().any(|ix| tenant.may_be_member(*ix));
                    spot.denies.push(DenyAt { row, lift });
                }
            }
            for (_, lock) in self.locks(above.0, above.0 + 1) {
                spot.no_delete = true;
                spot.read_only |= tenant.lock(*lock).level == LockLevel::ReadOnly;
            }
        }
        spot.no_delete |=
            located.exact && !self.locks(located.at.0, tenant.scopes.end(located.at)).is_empty();
        self.gaps(&walk, &mut spot);
        if tenant.world == World::Open {
            self.unknown(&walk, &mut spot);
        }
        spot
    }

    fn locks(&self, from: u32, to: u32) -> &'t [(ScopeIx, crate::tenant::LockIx)] {
        let rows = &self.tenant.lock_rows;
        let start = rows.partition_point(|row| row.0.0 < from);
        let end = rows.partition_point(|row| row.0.0 < to);
        rows.get(start..end).unwrap_or(&[])
    }

    fn gaps(&self, walk: &Walk<'_>, spot: &mut Spot<'t>) {
        let tenant = self.tenant;
        for gap in tenant.gaps() {
            match &gap.touches {
                Touches::Assignment { principal, scope } => {
                    if !scope.as_ref().is_none_or(|scope| walk.may_be_above(scope)) {
                        continue;
                    }
                    let anybody = principal.is_none_or(|id| {
                        tenant.principal(id).is_some_and(|ix| tenant.may_be_member(ix))
                    });
                    spot.gap_grants_all |= anybody;
                    spot.gap_grants.extend(principal.filter(|_| !anybody));
                }
                Touches::Deny { scope } => {
                    spot.gap_denies_all |=
                        scope.as_ref().is_none_or(|scope| walk.may_be_above(scope));
                }
                Touches::Role { id: Some(id), .. } => spot.gap_roles.push(*id),
                Touches::Lock { scope } => {
                    let (above, below) = locks::around(scope.as_ref(), &spot.scope);
                    spot.gap_locks |= above;
                    spot.gap_locks_below |= below;
                }
                Touches::Anything => {
                    spot.gap_grants_all = true;
                    spot.gap_denies_all = true;
                }
                Touches::Role { id: None, .. }
                | Touches::Members { .. }
                | Touches::Hierarchy
                | Touches::Resource { .. } => {}
            }
        }
    }

    /// Groups with unknown members here, and management groups that may stand above.
    fn unknown(&self, walk: &Walk<'_>, spot: &mut Spot<'t>) {
        let tenant = self.tenant;
        let at = spot.located.at;
        for above in tenant.scopes.upwards(at) {
            let rows = tenant.open_rows_at(above).iter();
            spot.open.extend(rows.filter(|row| self.in_force(row) != Some(false)));
        }
        let rows = tenant.open_rows_high.iter();
        spot.high.extend(
            rows.filter(|row| walk.may_stand_above(row.scope) && self.in_force(row) != Some(false)),
        );
        for row in &self.doubtful {
            let deny = tenant.deny(row.fact);
            let certain = tenant.is_above(row.scope, at);
            let possible = walk.may_stand_above(row.scope);
            let elsewhere = deny.only_at_scope && !(spot.located.exact && row.scope == at);
            if (certain || possible) && !elsewhere {
                spot.gap_denies.push((row, possible));
            }
        }
    }

    /// The condition that is left of the answer about one operation.
    pub(crate) fn residual(
        &self,
        principal: Guid,
        operation: &Operation,
        plane: Plane,
        spot: &Spot<'t>,
    ) -> Option<String> {
        let request = Request {
            attributes_complete: self.question.attributes_complete,
            at: self.question.at,
            wildcards: self.question.wildcards,
            ..Request::new(principal, operation, plane, &spot.scope, self.question.attributes)
        };
        decide(self.tenant, &request).residual
    }

    /// What `can` says of every operation.
    pub(crate) fn outcomes(&self, seen: &Seen, spot: &Spot<'t>, plane: Plane) -> Outcomes {
        let operations = self.universe.on(plane);
        let mut sum = Sum::new(operations);
        for (row, sure) in self.applying(seen, spot) {
            let lighthouse = self.tenant.assignment(row.fact).via_lighthouse;
            if lighthouse && plane == Plane::Data {
                continue;
            }
            let held = self.verdicts.held(row, spot, seen.own, plane);
            let firm = if *sure { &mut sum.firm } else { &mut sum.open };
            unite(firm, &held.firm);
            unite(&mut sum.open, &held.open);
            if lighthouse {
                let firm = if *sure { &mut sum.firm_lighthouse } else { &mut sum.open_lighthouse };
                unite(firm, &held.firm);
                unite(&mut sum.open_lighthouse, &held.open);
            }
        }
        self.denies(seen, spot, plane, &mut sum);
        self.doubts(seen, spot, plane, &mut sum);
        let (mut stopped, mut unsure) = (operations.none(), operations.none());
        if plane == Plane::Control {
            if spot.no_delete {
                unite(&mut stopped, &self.universe.deleting);
            }
            if spot.read_only {
                unite(&mut stopped, &self.universe.changing);
            }
            if spot.gap_locks {
                unite(&mut unsure, &self.universe.changing);
            }
            if spot.gap_locks_below {
                unite(&mut unsure, &self.universe.deleting);
            }
        }
        sum.conclude(&stopped, &unsure)
    }

    /// The assignments of somebody that stand at or above a place.
    pub(crate) fn applying<'s>(
        &'s self,
        seen: &'s Seen,
        spot: &'s Spot<'t>,
    ) -> impl Iterator<Item = &'s (Row, bool)> {
        seen.rows.iter().filter(|(row, _)| self.tenant.is_above(row.scope, spot.located.at))
    }

    fn denies(&self, seen: &Seen, spot: &Spot<'t>, plane: Plane, sum: &mut Sum) {
        for deny in &spot.denies {
            if !seen.is_bound(deny.row) {
                continue;
            }
            let taken = self.taken(deny.row, seen, spot, plane);
            unite(if deny.lift { &mut sum.soft } else { &mut sum.hard }, &taken.firm);
            unite(&mut sum.undecided, &taken.open);
        }
    }

    /// What a deny takes from somebody, for certain and perhaps.
    fn taken(&self, row: &DenyRow, seen: &Seen, spot: &Spot<'t>, plane: Plane) -> Held {
        let held = self.verdicts.denied(row, spot, seen.own, plane);
        let mut taken = Held { firm: held.firm.clone(), open: held.open.clone() };
        if !self.tenant.deny(row.fact).system_protected {
            without(&mut taken.firm, &self.universe.exempt[plane_at(plane)]);
            without(&mut taken.open, &self.universe.exempt[plane_at(plane)]);
        }
        taken
    }

    /// What is missing or was not understood.
    fn doubts(&self, seen: &Seen, spot: &Spot<'t>, plane: Plane, sum: &mut Sum) {
        let tenant = self.tenant;
        let named = |id: &Guid| {
            *id == seen.id
                || tenant.principal(*id).is_some_and(|ix| seen.groups.binary_search(&ix).is_ok())
        };
        let holds = |id: &Guid| {
            self.applying(seen, spot).any(|(row, _)| tenant.role(row.role).id() == Some(*id))
        };
        let all = self.universe.on(plane).every();
        if spot.gap_grants_all
            || spot.gap_grants.iter().any(named)
            || spot.gap_roles.iter().any(holds)
        {
            unite(&mut sum.gap_grants, &all);
        }
        if spot.gap_denies_all {
            unite(&mut sum.undecided, &all);
        }
        if tenant.world == World::Closed {
            return;
        }
        let open = spot.open.iter().filter(|row| !seen.knows(row.holder()));
        let own = seen
            .rows
            .iter()
            .map(|(row, _)| row)
            .filter(|row| tenant.scopes.may_stand_above(row.scope, spot.located));
        for row in open.chain(&spot.high).chain(own) {
            if tenant.assignment(row.fact).via_lighthouse && plane == Plane::Data {
                continue;
            }
            let held = self.verdicts.held(row, spot, seen.own, plane);
            unite(&mut sum.gap_grants, &held.firm);
            unite(&mut sum.gap_grants, &held.open);
        }
        for (row, possible) in &spot.gap_denies {
            if seen.is_one_of(&row.excludes) {
                continue;
            }
            let bound = row.everyone || seen.is_one_of(&row.principals);
            let doubtful = if bound { *possible } else { binds_unlisted(tenant, row).is_some() };
            if doubtful {
                let taken = self.taken(row, seen, spot, plane);
                unite(&mut sum.undecided, &taken.firm);
                unite(&mut sum.undecided, &taken.open);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::model::Facts;
    use crate::tenant::Operations;
    use serde_json::{Value, json};

    const SUBSCRIPTION: &str = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000001";
    const ANN: &str = "10000000-0000-4000-8000-000000000001";
    const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

    fn tenant(given: &[Value]) -> Tenant {
        let mut facts = Facts::default();
        for (number, file) in given.iter().enumerate() {
            let text = json!([file]).to_string();
            crate::ingest::read(&mut facts, &format!("{number}.json"), text.as_bytes());
        }
        Tenant::build(facts, &Catalog::newest())
    }

    fn assigned(number: usize, scope: &str) -> Value {
        json!({
            "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/40000000-0000-4000-8000-{number:012}"),
            "principalId": ANN, "principalType": "User", "scope": scope,
            "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{READER}"),
            "type": "Microsoft.Authorization/roleAssignments",
        })
    }

    fn with<T>(tenant: &Tenant, at: Option<&str>, look: impl FnOnce(&Sweep<'_>) -> T) -> T {
        let attributes = Attributes::default();
        let question = SweepQuestion {
            attributes: &attributes,
            attributes_complete: false,
            at: at.map(|text| text.parse().expect("a time")),
            wildcards: Wildcards::Azure,
        };
        let universe = Universe::new([(); 2].map(|()| Operations::of(Vec::new())));
        look(&Sweep::new(tenant, question, &universe))
    }

    /// What is plain is decided once for all who hold the same: a place that is taken for plain and is not
    /// would be wrong, and one that is and is not taken for it costs time.
    #[test]
    fn a_place_is_plain_where_nothing_but_rows_decides() {
        let group = |name: &str| format!("{SUBSCRIPTION}/resourceGroups/{name}");
        let lock = |name: &str, level: &str| {
            let scope = group(name);
            json!({"id": format!("{scope}/providers/Microsoft.Authorization/locks/l"), "name": "l",
                "type": "Microsoft.Authorization/locks", "level": level})
        };
        let below = format!("{}/providers/Microsoft.Storage/storageAccounts/a", group("below"));
        let locked_below = json!({"id": format!("{below}/providers/Microsoft.Authorization/locks/l"), "name": "l",
            "type": "Microsoft.Authorization/locks", "level": "ReadOnly"});
        let mut team = assigned(7, &group("team"));
        team["principalId"] = json!("20000000-0000-4000-8000-000000000001");
        team["principalType"] = json!("Group");
        let mut broken = assigned(8, &group("broken"));
        broken["roleDefinitionId"] = json!(7);
        let root = "/providers/Microsoft.Management/managementGroups/root";
        let tree = json!({"id": root, "name": "root", "displayName": "root",
            "type": "Microsoft.Management/managementGroups", "details": {"parent": null},
            "children": [{"id": SUBSCRIPTION, "name": &SUBSCRIPTION[15..], "displayName": "one",
                "type": "/subscriptions"}]});
        let stray = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000002";
        let tenant = tenant(&[
            tree,
            assigned(1, SUBSCRIPTION),
            lock("kept", "CanNotDelete"),
            lock("read", "ReadOnly"),
            lock("new", "SomethingNew"),
            locked_below,
            team,
            broken,
        ]);
        let nothing = (false, false);
        for (scope, plain, locked) in [
            (SUBSCRIPTION.to_string(), false, (false, true)),
            (group("unlisted"), true, nothing),
            (group("kept"), true, (false, true)),
            (group("read"), true, (true, true)),
            (group("below"), true, (false, true)),
            (below, true, (true, true)),
            (group("new"), false, nothing),
            (group("team"), false, nothing),
            (group("broken"), false, nothing),
            (stray.to_string(), false, nothing),
        ] {
            let scope = Scope::new(&scope).expect("a scope");
            let found = with(&tenant, None, |sweep| {
                let spot = sweep.spot(0, &scope);
                (spot.is_plain(), spot.locked())
            });
            assert_eq!(found, (plain, locked), "{scope}");
        }
    }

    #[test]
    fn what_somebody_holds_is_what_is_in_force() {
        let mut past = assigned(2, SUBSCRIPTION);
        past["endDateTime"] = json!("2026-01-01T00:00:00Z");
        let tenant = tenant(&[assigned(1, SUBSCRIPTION), past]);
        let who = ANN.parse().expect("an id");
        let held = |at| {
            with(&tenant, at, |sweep| {
                let mut sure: Vec<bool> = sweep.seen(who).rows.iter().map(|row| row.1).collect();
                sure.sort_unstable();
                sure
            })
        };
        assert_eq!(held(Some("2025-01-01T00:00:00Z")), [true, true]);
        assert_eq!(held(Some("2026-06-01T00:00:00Z")), [true]);
        assert_eq!(held(None), [false, true]);
    }
}
