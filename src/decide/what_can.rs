//! `what_can`: what may this principal do? As permission blocks, or operation by operation.

use super::can::{Walk, applying, decide, deny_guards};
use super::decision::Outcome;
use super::{Request, locks};
use crate::condition::Attributes;
use crate::ident::{Guid, Operation, Plane, Scope, Timestamp, Verb};
use crate::model::{AssignmentState, DenyEffect, LockLevel, Touches, World};
use crate::pattern::language::{Block, Language, tidy};
use crate::pattern::{ActionPattern, Wildcards};
use crate::tenant::{
    AssignmentIx, Bits, DenyIx, DenyRow, Operations, PrincipalIx, RoleIx, Row, ScopeIx, Tenant,
};
use rustc_hash::FxHashMap;

/// Whose permissions, and where. `scope: None` is everywhere.
#[derive(Debug, Clone)]
pub struct WhatQuestion<'a> {
    /// The object id of the principal.
    pub principal: Guid,
    /// Where.
    pub scope: Option<&'a Scope>,
    /// Attributes for conditions.
    pub attributes: &'a Attributes,
    /// Does an attribute that is not given not exist?
    pub attributes_complete: bool,
    /// When.
    pub at: Option<Timestamp>,
    /// Does the caller come from a managing tenant?
    pub via_lighthouse: bool,
    /// How `X/*/y` is read.
    pub wildcards: Wildcards,
}

/// What a principal holds.
#[derive(Debug, Clone, Default)]
pub struct WhatCan {
    /// The blocks that count, nearest to the root first: no block lies within another.
    pub blocks: Vec<HeldBlock>,
    /// How many blocks were left out because another holds all that they hold.
    pub redundant: usize,
    /// The deny assignments that bind the principal there.
    pub denies: Vec<DenyIx>,
}

/// One side of one block that a principal holds through one assignment.
#[derive(Debug, Clone)]
pub struct HeldBlock {
    /// The assignment.
    pub assignment: AssignmentIx,
    /// Its role.
    pub role: RoleIx,
    /// Who holds it: the principal or a group that it is in.
    pub holder: PrincipalIx,
    /// Where.
    pub scope: ScopeIx,
    /// The plane.
    pub plane: Plane,
    /// What it allows. Empty where nobody knows what the role grants.
    pub allow: Vec<ActionPattern>,
    /// What it leaves out again.
    pub except: Vec<ActionPattern>,
    /// Its conditions: of the assignment, of the block.
    pub conditions: Vec<Box<str>>,
    /// Is it unknown whether it is in force, or what its role grants?
    pub unknown: bool,
}

/// An operation and what a principal may of it.
#[derive(Debug, Clone)]
pub struct OperationOutcome {
    /// The operation.
    pub operation: Operation,
    /// The plane.
    pub plane: Plane,
    /// Allowed or conditional; denied or locked only where a role would give it.
    pub outcome: Outcome,
}

/// An operation of no meaning, for walks that ask about no operation.
fn no_operation() -> Option<Operation> {
    Operation::new("-/-").ok()
}

/// What a principal holds, as blocks without repetition: a block that another one contains (by
/// language, on the same plane, unconditional or under the same conditions, at the same scope or
/// above it) is left out.
#[must_use]
pub fn what_can(tenant: &Tenant, question: &WhatQuestion<'_>) -> WhatCan {
    let Some(operation) = no_operation() else { return WhatCan::default() };
    let root = Scope::root();
    let request = question.request(&operation, Plane::Control, question.scope.unwrap_or(&root));
    let walk = Walk::new(tenant, &request);
    let mut found: Vec<HeldBlock> = Vec::new();
    for row in question.rows(&walk) {
        blocks(tenant, &walk, &row, &mut found);
    }
    found.sort_by_key(|block| (block.scope, block.plane, block.role, block.assignment));
    let mut list = WhatCan { blocks: Vec::new(), redundant: 0, denies: Vec::new() };
    keep_what_counts(tenant, found, question.wildcards, &mut list);
    for row in &tenant.deny_rows {
        let near = match question.scope {
            Some(_) => tenant.is_above(row.scope, walk.located.at),
            None => true,
        };
        let deny = tenant.deny(row.fact);
        let binds = (row.everyone || walk.is_one_of(&row.principals))
            && !walk.is_one_of(&row.excludes)
            && deny.effect != DenyEffect::Audit;
        let spared = question.scope.is_some() && walk.spares_below(deny, row.scope);
        if near && binds && !spared {
            list.denies.push(row.fact);
        }
    }
    list
}

impl<'a> WhatQuestion<'a> {
    fn request<'r>(&self, operation: &'r Operation, plane: Plane, scope: &'r Scope) -> Request<'r>
    where
        'a: 'r,
    {
        Request {
            principal: self.principal,
            operation,
            plane,
            scope,
            attributes: self.attributes,
            attributes_complete: self.attributes_complete,
            sub_operations: None,
            method: None,
            at: self.at,
            linked: &[],
            via_lighthouse: self.via_lighthouse,
            wildcards: self.wildcards,
            near_misses: 0,
        }
    }

    /// The assignments in force, or perhaps in force, where the question looks.
    fn rows(&self, walk: &Walk<'_>) -> Vec<Row> {
        let tenant = walk.tenant;
        let mut rows = Vec::new();
        for id in walk.ids() {
            let all = tenant.rows(id);
            let in_force = |row: &&Row| {
                tenant.assignment(row.fact).state != AssignmentState::Eligible
                    && walk.in_force(row) != Some(false)
            };
            match self.scope {
                Some(_) => {
                    rows.extend(applying(tenant, all, walk.located.at).filter(in_force).copied())
                }
                None => rows.extend(all.iter().filter(in_force).copied()),
            }
        }
        rows
    }
}

fn blocks(tenant: &Tenant, walk: &Walk<'_>, row: &Row, found: &mut Vec<HeldBlock>) {
    let assignment = tenant.assignment(row.fact);
    let own = assignment.condition.as_deref().map(|guard| guard.text.clone());
    let made = |plane, allow: &[ActionPattern], except: &[ActionPattern]| HeldBlock {
        assignment: row.fact,
        role: row.role,
        holder: row.holder,
        scope: row.scope,
        plane,
        allow: allow.to_vec(),
        except: except.to_vec(),
        conditions: own.iter().cloned().collect(),
        unknown: walk.in_force(row).is_none(),
    };
    let Some(role) = tenant.role(row.role).definition() else {
        if tenant.world == World::Open {
            found.push(HeldBlock { unknown: true, ..made(Plane::Control, &[], &[]) });
        }
        return;
    };
    for block in &role.blocks {
        for plane in [Plane::Control, Plane::Data] {
            let (allow, except) = block.side(plane);
            if allow.is_empty() || (plane == Plane::Data && assignment.via_lighthouse) {
                continue;
            }
            let mut held = made(plane, allow, except);
            held.conditions.extend(block.condition.as_ref().map(|guard| guard.text.clone()));
            found.push(held);
        }
    }
}

/// More blocks than this are compared only with blocks of the same role.
const COMPARED: usize = 400;

/// Lists longer than this are shown as they are written.
const TIDIED: usize = 40;

fn keep_what_counts(
    tenant: &Tenant,
    found: Vec<HeldBlock>,
    wildcards: Wildcards,
    list: &mut WhatCan,
) {
    let few = found.len() <= COMPARED;
    let mut languages: FxHashMap<(RoleIx, Vec<String>), Option<usize>> = FxHashMap::default();
    let mut made: Vec<Language> = Vec::new();
    let numbers: Vec<Option<usize>> = found
        .iter()
        .map(|block| {
            let text = |list: &[ActionPattern], sign: &str| -> Vec<String> {
                list.iter().map(|pattern| format!("{sign}{}", pattern.folded())).collect()
            };
            let mut key = text(&block.allow, "+");
            key.extend(text(&block.except, "-"));
            *languages.entry((block.role, key)).or_insert_with(|| {
                let side = Block { allow: &block.allow, except: &block.except };
                let language = Language::of_blocks(&[side], wildcards).ok()?;
                made.push(language);
                Some(made.len() - 1)
            })
        })
        .collect();
    let contains = |a: usize, b: usize| {
        let (one, other) = (&found[a], &found[b]);
        let free =
            !one.unknown && (one.conditions.is_empty() || one.conditions == other.conditions);
        one.plane == other.plane
            && free
            && tenant.is_above(one.scope, other.scope)
            && match (numbers[a], numbers[b]) {
                (Some(x), Some(y)) if x == y => true,
                (Some(x), Some(y)) => {
                    (few || one.role == other.role) && made[y].is_contained_in(&made[x])
                }
                _ => false,
            }
    };
    let mut gone = vec![false; found.len()];
    for b in 0..found.len() {
        gone[b] = (0..found.len())
            .any(|a| a != b && !gone[a] && contains(a, b) && !(a > b && contains(b, a)));
    }
    for (block, gone) in found.into_iter().zip(gone) {
        if gone {
            list.redundant += 1;
            continue;
        }
        list.blocks.push(tidied(block, wildcards));
    }
}

/// The block without patterns that say nothing in it.
fn tidied(block: HeldBlock, wildcards: Wildcards) -> HeldBlock {
    if block.allow.len() + block.except.len() > TIDIED {
        return block;
    }
    match tidy(Block { allow: &block.allow, except: &block.except }, wildcards) {
        Ok(tidy) => HeldBlock { allow: tidy.block.allow, except: tidy.block.except, ..block },
        Err(_) => block,
    }
}

/// Every operation of the catalog that a principal may do, or may but for a deny or a lock. Without a
/// scope, its best outcome at any scope where the principal holds something.
///
/// Rows of bits decide nearly all at once; what hangs on a condition or on missing input is decided
/// operation by operation.
#[must_use]
pub fn what_can_expanded(
    tenant: &Tenant,
    question: &WhatQuestion<'_>,
    planes: &[Plane],
) -> Vec<OperationOutcome> {
    let Some(operation) = no_operation() else { return Vec::new() };
    let root = Scope::root();
    let mut scopes: Vec<&Scope> = Vec::new();
    match question.scope {
        Some(scope) => scopes.push(scope),
        None => {
            let request = question.request(&operation, Plane::Control, &root);
            let walk = Walk::new(tenant, &request);
            let mut at: Vec<ScopeIx> = question.rows(&walk).iter().map(|row| row.scope).collect();
            at.push(walk.located.at);
            at.sort_unstable();
            at.dedup();
            scopes.extend(at.into_iter().map(|ix| tenant.scope_text(ix)));
        }
    }
    let mut found = Vec::new();
    for plane in planes {
        let operations = tenant.operations(*plane);
        let mut best: Vec<u8> = vec![0; operations.all().len()];
        for scope in &scopes {
            let request = question.request(&operation, *plane, scope);
            Expansion::new(tenant, question, &request).fill(operations, &mut best);
        }
        for (operation, rank) in operations.all().iter().zip(best) {
            let Some(outcome) = outcome(rank) else { continue };
            found.push(OperationOutcome { operation: operation.clone(), plane: *plane, outcome });
        }
    }
    found.sort_by(|a, b| (a.operation.folded(), a.plane).cmp(&(b.operation.folded(), b.plane)));
    found
}

/// Outcomes by how much they give; nothing is 0.
fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::NotAllowed => 0,
        Outcome::Denied => 1,
        Outcome::Locked => 2,
        Outcome::Conditional => 3,
        Outcome::Allowed => 4,
    }
}

fn outcome(rank: u8) -> Option<Outcome> {
    [Outcome::Denied, Outcome::Locked, Outcome::Conditional, Outcome::Allowed]
        .into_iter()
        .find(|outcome| self::rank(*outcome) == rank)
}

/// One principal at one scope on one plane.
struct Expansion<'r> {
    question: &'r WhatQuestion<'r>,
    walk: Walk<'r>,
}

fn unite(into: &mut Bits, other: &[u64]) {
    for (word, more) in into.iter_mut().zip(other) {
        *word |= more;
    }
}

fn holds(bits: &Bits, at: usize) -> bool {
    bits[at / 64] >> (at % 64) & 1 == 1
}

impl<'r> Expansion<'r> {
    fn new(
        tenant: &'r Tenant,
        question: &'r WhatQuestion<'r>,
        request: &'r Request<'r>,
    ) -> Expansion<'r> {
        Expansion { question, walk: Walk::new(tenant, request) }
    }

    fn fill(&self, operations: &Operations, best: &mut [u8]) {
        let tenant = self.walk.tenant;
        let located = self.walk.located;
        let mut firm = operations.none();
        let mut open = operations.none();
        let mut lighthouse = self.question.via_lighthouse;
        let mut one_by_one = self.one_by_one();
        for id in self.walk.ids() {
            for row in applying(tenant, tenant.rows(id), located.at) {
                lighthouse |= tenant.assignment(row.fact).via_lighthouse;
                one_by_one |= self.hold(row, operations, &mut firm, &mut open);
            }
        }
        if tenant.world == World::Open {
            self.unknown(operations, &mut open);
        }
        let (mut denied, mut perhaps) = (operations.none(), operations.none());
        for above in tenant.scopes.upwards(located.at) {
            for row in tenant.deny_rows_at(above) {
                self.deny(row, above, operations, &mut denied, &mut perhaps);
            }
        }
        if tenant.world == World::Open {
            for row in tenant.deny_rows.iter().filter(|row| self.walk.may_stand_above(row.scope)) {
                for block in &tenant.deny(row.fact).blocks {
                    let plane = self.walk.request.plane;
                    unite(&mut perhaps, &operations.held(block, plane, self.question.wildcards));
                }
            }
        }
        let read_only = self.lock(LockLevel::ReadOnly, false);
        let no_delete = read_only || self.lock(LockLevel::CanNotDelete, true);
        let plane = self.walk.request.plane;
        for (at, operation) in operations.all().iter().enumerate() {
            let (sure, maybe) = (holds(&firm, at), holds(&open, at));
            let slow =
                one_by_one || (maybe && !sure) || (sure && (lighthouse || holds(&perhaps, at)));
            let found = if slow {
                self.decided(operation, sure || maybe)
            } else if !sure {
                Outcome::NotAllowed
            } else if holds(&denied, at) {
                Outcome::Denied
            } else {
                let stopped = match operation.verb() {
                    Verb::Read => false,
                    Verb::Delete => no_delete,
                    _ => read_only,
                };
                let request = Request { operation, ..self.walk.request.clone() };
                let locked = plane == Plane::Control && stopped && locks::concern(&request);
                if locked { Outcome::Locked } else { Outcome::Allowed }
            };
            best[at] = best[at].max(rank(found));
        }
    }

    fn decided(&self, operation: &Operation, granted: bool) -> Outcome {
        let request = Request { operation, ..self.walk.request.clone() };
        let decision = decide(self.walk.tenant, &request).1;
        match decision.outcome {
            // A deny of what nobody grants says nothing about what this principal holds.
            Outcome::Denied if !granted || decision.grants.is_empty() => Outcome::NotAllowed,
            outcome => outcome,
        }
    }

    /// Is there input that was not understood and could change any answer here?
    fn one_by_one(&self) -> bool {
        let tenant = self.walk.tenant;
        tenant.gaps().iter().any(|gap| {
            matches!(
                gap.touches,
                Touches::Assignment { .. }
                    | Touches::Deny { .. }
                    | Touches::Lock { .. }
                    | Touches::Anything
            )
        })
    }

    /// Adds what an assignment holds; tells whether it holds what nobody knows.
    fn hold(&self, row: &Row, operations: &Operations, firm: &mut Bits, open: &mut Bits) -> bool {
        let tenant = self.walk.tenant;
        let in_force = self.walk.in_force(row);
        let assignment = tenant.assignment(row.fact);
        let plane = self.walk.request.plane;
        if in_force == Some(false) || (assignment.via_lighthouse && plane == Plane::Data) {
            return false;
        }
        let Some(role) = tenant.role(row.role).definition() else {
            return tenant.world == World::Open;
        };
        let free = in_force == Some(true) && assignment.condition.is_none();
        let strict;
        let bits = if self.question.wildcards == Wildcards::Azure {
            tenant.bits_of(row.role, plane)
        } else {
            strict = role
                .blocks
                .iter()
                .map(|block| operations.held(block, plane, self.question.wildcards))
                .collect::<Vec<Bits>>();
            &strict
        };
        for (block, bits) in role.blocks.iter().zip(bits) {
            unite(if free && block.condition.is_none() { firm } else { open }, bits);
        }
        false
    }

    /// What groups with unknown members, and management groups that may stand above, would hold; and
    /// what denies with unknown members could take.
    fn unknown(&self, operations: &Operations, open: &mut Bits) {
        let tenant = self.walk.tenant;
        let plane = self.walk.request.plane;
        let here = tenant.scopes.upwards(self.walk.located.at);
        let rows = here
            .flat_map(|above| tenant.open_rows_at(above))
            .filter(|row| !self.walk.is_known_member(row.holder) && tenant.counts(row.holder));
        let own: Vec<PrincipalIx> = self.walk.ids().collect();
        let high = own
            .iter()
            .flat_map(|id| tenant.rows(*id))
            .chain(&tenant.open_rows_high)
            .filter(|row| self.walk.may_stand_above(row.scope));
        for row in rows.chain(high) {
            match tenant.role(row.role).definition() {
                Some(role) => {
                    for block in &role.blocks {
                        unite(open, &operations.held(block, plane, self.question.wildcards));
                    }
                }
                None => open.fill(u64::MAX),
            }
        }
    }

    fn deny(
        &self,
        row: &DenyRow,
        above: ScopeIx,
        operations: &Operations,
        denied: &mut Bits,
        perhaps: &mut Bits,
    ) {
        let tenant = self.walk.tenant;
        let deny = tenant.deny(row.fact);
        let open_world = tenant.world == World::Open;
        let unknown = open_world
            && row.principals.iter().chain(&row.excludes).any(|ix| tenant.may_be_member(*ix));
        let bound = row.everyone || self.walk.is_one_of(&row.principals);
        if (!bound && !unknown)
            || self.walk.is_one_of(&row.excludes)
            || self.walk.spares_below(deny, above)
            || deny.effect == DenyEffect::Audit
        {
            return;
        }
        let plane = self.walk.request.plane;
        let mut bits = operations.none();
        for block in &deny.blocks {
            unite(&mut bits, &operations.held(block, plane, self.question.wildcards));
        }
        // Which operations a user's deny never matches is for the decision to say.
        let exempt = !deny.system_protected;
        if unknown || deny_guards(deny).next().is_some() {
            unite(perhaps, &bits);
        } else {
            unite(denied, &bits);
            if exempt {
                for (at, operation) in operations.all().iter().enumerate() {
                    let request = Request { operation, ..self.walk.request.clone() };
                    let manages =
                        operation.folded().starts_with("microsoft.authorization/denyassignments/");
                    if manages && holds(&bits, at) && Walk::new(tenant, &request).is_exempt(deny) {
                        perhaps[at / 64] |= 1 << (at % 64);
                    }
                }
            }
        }
    }

    /// Is there a lock of this level above, or, for what deletes, at or below?
    fn lock(&self, level: LockLevel, deletes: bool) -> bool {
        let tenant = self.walk.tenant;
        let located = self.walk.located;
        let at_scope = |scope: ScopeIx| {
            let start = tenant.lock_rows.partition_point(|row| row.0 < scope);
            let end = tenant.lock_rows.partition_point(|row| row.0 <= scope);
            &tenant.lock_rows[start..end]
        };
        let above = tenant
            .scopes
            .upwards(located.at)
            .flat_map(at_scope)
            .any(|(_, lock)| tenant.lock(*lock).level == level);
        let below = deletes && located.exact && {
            let end = tenant.scopes.end(located.at);
            tenant.lock_rows.iter().any(|(scope, _)| located.at < *scope && scope.0 < end)
        };
        above || below
    }
}

/// Does a pattern speak of a provider, perhaps among others?
#[must_use]
pub fn speaks_of(pattern: &ActionPattern, provider: &str) -> bool {
    let provider = provider.to_ascii_lowercase();
    let own = pattern.folded().split('/').next().unwrap_or_default();
    own == provider || own.contains('*')
}

/// Does a pattern hold something that changes: a write, a delete, an action?
#[must_use]
pub fn changes(pattern: &ActionPattern) -> bool {
    !pattern.folded().ends_with("/read")
}
