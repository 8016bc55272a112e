//! What roles grant, as languages, made once a role and compared once a pair.

use crate::analysis::role::{RoleGrant, Which};
use crate::ident::Plane;
use crate::model::RoleDefinition;
use crate::pattern::language::{Block, Language};
use crate::pattern::{ActionPattern, Wildcards};
use crate::tenant::{RoleIx, Tenant};
use rustc_hash::FxHashMap;

/// What every role that was asked about grants.
pub(super) struct Grants<'t> {
    tenant: &'t Tenant,
    roles: FxHashMap<RoleIx, Option<Bounds>>,
    pairs: FxHashMap<(RoleIx, RoleIx), bool>,
    changers: FxHashMap<RoleIx, bool>,
    assigning: FxHashMap<RoleIx, bool>,
    changing: Option<Language>,
}

/// The two bounds of what a role grants, each on both planes.
struct Bounds {
    /// With conditional blocks as if their conditions held.
    most: [Language; 2],
    /// Without them.
    least: [Language; 2],
}

impl Bounds {
    fn of(role: &RoleDefinition) -> Option<Bounds> {
        let both = |which| -> Option<[Language; 2]> {
            let one = |plane| RoleGrant::language(role, plane, which, Wildcards::Azure).ok();
            Some([one(Plane::Control)?, one(Plane::Data)?])
        };
        Some(Bounds { most: both(Which::All)?, least: both(Which::Unconditional)? })
    }
}

impl<'t> Grants<'t> {
    pub(super) fn new(tenant: &'t Tenant) -> Grants<'t> {
        Grants {
            tenant,
            roles: FxHashMap::default(),
            pairs: FxHashMap::default(),
            changers: FxHashMap::default(),
            assigning: FxHashMap::default(),
            changing: None,
        }
    }

    /// None where nobody defines the role, or its patterns are too entangled to compare.
    fn of(&mut self, role: RoleIx) -> Option<&Bounds> {
        let tenant = self.tenant;
        self.roles
            .entry(role)
            .or_insert_with(|| tenant.role(role).definition().and_then(Bounds::of))
            .as_ref()
    }

    /// Is every operation that one role may ever grant certainly granted by the other?
    pub(super) fn contained(&mut self, inner: RoleIx, outer: RoleIx) -> bool {
        if let Some(known) = self.pairs.get(&(inner, outer)) {
            return *known;
        }
        let (_, _) = (self.of(inner).is_some(), self.of(outer).is_some());
        let bounds = |role| self.roles.get(&role).and_then(Option::as_ref);
        let found = bounds(inner).zip(bounds(outer)).is_some_and(|(inner, outer)| {
            inner.most.iter().zip(&outer.least).all(|(a, b)| a.is_contained_in(b))
        });
        self.pairs.insert((inner, outer), found);
        found
    }

    /// Does the role grant nothing at all?
    pub(super) fn is_empty(&mut self, role: RoleIx) -> bool {
        self.of(role).is_some_and(|bounds| bounds.most.iter().all(Language::is_empty))
    }

    /// Does it grant anything on the data plane?
    pub(super) fn has_data(&mut self, role: RoleIx) -> bool {
        self.of(role).is_some_and(|bounds| !bounds.most[1].is_empty())
    }

    /// Does it hold the right to assign roles, conditional blocks included?
    pub(super) fn assigns_roles(&mut self, role: RoleIx) -> bool {
        if let Some(known) = self.assigning.get(&role) {
            return *known;
        }
        let found = self.of(role).is_some_and(|bounds| {
            bounds.most[0].contains_folded("microsoft.authorization/roleassignments/write")
        });
        self.assigning.insert(role, found);
        found
    }

    /// Does it change anything on the control plane, beyond what nearly every reader's role carries?
    pub(super) fn changes(&mut self, role: RoleIx) -> bool {
        if let Some(known) = self.changers.get(&role) {
            return *known;
        }
        let changing = self.changing.get_or_insert_with(changing).clone();
        let found = self.of(role).is_some_and(|bounds| bounds.most[0].overlaps(&changing));
        self.changers.insert(role, found);
        found
    }
}

/// Every write, delete and action but support tickets, deployments (which need what they deploy) and
/// classic alert rules: 200 and more built-in roles of readers carry these.
fn changing() -> Language {
    let patterns = |texts: &[&str]| -> Vec<ActionPattern> {
        texts.iter().filter_map(|text| ActionPattern::new(text).ok()).collect()
    };
    let allow = patterns(&["*/write", "*/delete", "*/action"]);
    let except = patterns(&[
        "Microsoft.Support/*",
        "Microsoft.Resources/deployments/*",
        "Microsoft.Insights/alertRules/*",
    ]);
    Language::of_blocks(&[Block { allow: &allow, except: &except }], Wildcards::Azure)
        .unwrap_or_else(|_| Language::everything())
}
