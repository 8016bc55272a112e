//! `what_can`: what may this principal do? As permission blocks, or operation by operation.

use super::Request;
use super::decision::Outcome;
use super::rows::applying;
use super::walk::Walk;
use crate::condition::Attributes;
use crate::ident::{Guid, Operation, Plane, Scope, Timestamp};
use crate::model::{DenyEffect, World};
use crate::pattern::language::{Block, Language, tidy};
use crate::pattern::{ActionPattern, Wildcards};
use crate::tenant::{AssignmentIx, DenyIx, PrincipalIx, RoleIx, Row, ScopeIx, Tenant};
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
pub(super) fn no_operation() -> Option<Operation> {
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
    pub(super) fn request<'r>(
        &self,
        operation: &'r Operation,
        plane: Plane,
        scope: &'r Scope,
    ) -> Request<'r>
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
    pub(super) fn rows(&self, walk: &Walk<'_>) -> Vec<Row> {
        let tenant = walk.tenant;
        let mut rows = Vec::new();
        for id in walk.ids() {
            let all = tenant.rows(id);
            let in_force = |row: &&Row| walk.in_force(row) != Some(false);
            match self.scope {
                Some(_) => rows.extend(applying(all, &walk.path).filter(in_force).copied()),
                None => rows.extend(all.iter().filter(in_force).copied()),
            }
        }
        rows
    }
}

fn blocks(tenant: &Tenant, walk: &Walk<'_>, row: &Row, found: &mut Vec<HeldBlock>) {
    let assignment = tenant.assignment(row.fact);
    let own = assignment.condition().map(|guard| guard.text.clone());
    let made = |plane, allow: &[ActionPattern], except: &[ActionPattern]| HeldBlock {
        assignment: row.fact,
        role: row.role,
        holder: row.holder(),
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
    if tenant.is_doubted(row.role) {
        found.push(HeldBlock { unknown: true, ..made(Plane::Control, &[], &[]) });
    }
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
        // What nobody knows is contained in nothing.
        one.plane == other.plane
            && !other.allow.is_empty()
            && free
            && tenant.is_above(one.scope, other.scope)
            && match (numbers[a], numbers[b]) {
                (Some(x), Some(y)) => {
                    let compared = few || one.role == other.role;
                    x == y || (compared && made[y].is_contained_in(&made[x]))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pattern_speaks_of_and_whether_it_changes_anything() {
        let pattern = |text: &str| ActionPattern::new(text).expect("a pattern");
        for (text, speaks, alters) in [
            ("Microsoft.Storage/storageAccounts/read", true, false),
            ("microsoft.STORAGE/*", true, true),
            ("*/read", true, false),
            ("*", true, true),
            ("Microsoft.Sto*/x/write", true, true),
            ("Microsoft.Compute/virtualMachines/delete", false, true),
            ("Microsoft.Storages/x/read", false, false),
        ] {
            assert_eq!(speaks_of(&pattern(text), "Microsoft.Storage"), speaks, "{text}");
            assert_eq!(changes(&pattern(text)), alters, "{text}");
        }
    }
}
