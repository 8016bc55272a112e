//! What an assignment or a deny holds, for all operations at once, its conditions judged; remembered for
//! all to whom the same applies.

use super::Request;
use super::denying::{block_guards, deny_guards};
use super::field::asks_about_principal;
use super::inputs::ConditionInputs;
use super::sweep::{Spot, SweepQuestion};
use super::sweep_sum::Universe;
use super::what_can::no_operation;
use crate::condition::AttributeSource;
use crate::ident::{Guid, Operation, Plane};
use crate::model::{Guard, PermissionBlock, World};
use crate::tenant::{Bits, DenyIx, DenyRow, PrincipalIx, RoleIx, Row, Tenant, unite};
use crate::truth::Truth;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// What holds for certain, and what may hold.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) firm: Bits,
    pub(super) open: Bits,
}

/// A role on a plane: what its blocks without a condition hold, and the others one by one.
#[derive(Debug)]
struct RoleBits {
    free: Rc<Held>,
    guarded: Vec<(usize, Rc<Bits>)>,
    blocks: Vec<Rc<Bits>>,
    all: Rc<Bits>,
}

/// To whom and where a verdict applies: `NONE` where it hangs on neither.
type Key = (u32, u32, u32, u32, Plane);

const NONE: u32 = u32::MAX;

/// On what a condition hangs besides the operation.
#[derive(Debug, Clone, Default)]
struct Hangs {
    /// The providers of resources whose names it asks for, as they stand in a scope.
    names: Vec<String>,
    principal: bool,
}

impl Hangs {
    fn of<'g>(guards: impl Iterator<Item = &'g Guard>) -> Hangs {
        let mut hangs = Hangs::default();
        for guard in guards {
            hangs.principal |= asks_about_principal(guard);
            let Ok(condition) = &guard.parsed else { continue };
            for (source, name) in condition.attributes() {
                if source == AttributeSource::Resource
                    && let Some((provider, _)) = name.split_once('/')
                {
                    hangs.names.push(format!("/providers/{}/", provider.to_ascii_lowercase()));
                }
            }
        }
        hangs
    }

    fn spot(&self, spot: &Spot<'_>) -> u32 {
        let folded = spot.scope.folded();
        let named = self.names.iter().any(|provider| folded.contains(provider.as_str()));
        if named { spot.number } else { NONE }
    }

    fn principal(&self, principal: Option<PrincipalIx>) -> u32 {
        if self.principal { principal.map_or(NONE - 1, |ix| ix.0) } else { NONE }
    }
}

/// Verdicts of one tenant, as far as anybody asked.
#[derive(Debug)]
pub(super) struct Verdicts<'t> {
    tenant: &'t Tenant,
    question: SweepQuestion<'t>,
    universe: &'t Universe,
    blocks: RefCell<FxHashMap<(Plane, String), Rc<Bits>>>,
    roles: RefCell<FxHashMap<(RoleIx, Plane), Rc<RoleBits>>>,
    guards: RefCell<FxHashMap<&'t str, u32>>,
    hangs: RefCell<FxHashMap<(RoleIx, u32), Rc<Hangs>>>,
    deny_hangs: RefCell<FxHashMap<DenyIx, Rc<Hangs>>>,
    held: RefCell<FxHashMap<Key, Rc<Held>>>,
    taken: RefCell<FxHashMap<(DenyIx, Plane), Rc<Bits>>>,
    denied: RefCell<FxHashMap<Key, Rc<Held>>>,
}

impl<'t> Verdicts<'t> {
    pub(super) fn new(
        tenant: &'t Tenant,
        question: SweepQuestion<'t>,
        universe: &'t Universe,
    ) -> Verdicts<'t> {
        Verdicts {
            tenant,
            question,
            universe,
            blocks: RefCell::default(),
            roles: RefCell::default(),
            guards: RefCell::default(),
            hangs: RefCell::default(),
            deny_hangs: RefCell::default(),
            held: RefCell::default(),
            taken: RefCell::default(),
            denied: RefCell::default(),
        }
    }

    /// What one side of a block holds; blocks that say the same are looked up once.
    fn block(&self, block: &PermissionBlock, plane: Plane) -> Rc<Bits> {
        let (allow, except) = block.side(plane);
        let mut text = String::new();
        for (sign, list) in [('+', allow), ('-', except)] {
            for pattern in list {
                text.push(sign);
                text.push_str(pattern.folded());
            }
        }
        let made = || Rc::new(self.universe.on(plane).held(block, plane, self.question.wildcards));
        Rc::clone(self.blocks.borrow_mut().entry((plane, text)).or_insert_with(made))
    }

    fn role(&self, role: RoleIx, plane: Plane) -> Rc<RoleBits> {
        if let Some(known) = self.roles.borrow().get(&(role, plane)) {
            return Rc::clone(known);
        }
        let none = self.universe.on(plane).none();
        let (mut free, mut all) = (none.clone(), none.clone());
        let (mut guarded, mut blocks) = (Vec::new(), Vec::new());
        let definition = self.tenant.role(role).definition();
        for (number, block) in definition.iter().flat_map(|role| &role.blocks).enumerate() {
            let bits = self.block(block, plane);
            unite(&mut all, &bits);
            match block.condition {
                None => unite(&mut free, &bits),
                Some(_) => guarded.push((number, Rc::clone(&bits))),
            }
            blocks.push(bits);
        }
        let made = Rc::new(RoleBits {
            free: Rc::new(Held { firm: free, open: none }),
            guarded,
            blocks,
            all: Rc::new(all),
        });
        self.roles.borrow_mut().insert((role, plane), Rc::clone(&made));
        made
    }

    fn guard(&self, guard: Option<&'t Guard>) -> u32 {
        let Some(guard) = guard else { return NONE };
        let mut guards = self.guards.borrow_mut();
        let next = u32::try_from(guards.len()).unwrap_or(NONE - 1);
        *guards.entry(&*guard.text).or_insert(next)
    }

    fn own_guard(&self, row: &Row) -> Option<&'t Guard> {
        self.tenant.assignment(row.fact).condition()
    }

    fn hangs(&self, row: &Row, number: u32) -> Rc<Hangs> {
        let made = || {
            let role = self.tenant.role(row.role).definition();
            let blocks = role.into_iter().flat_map(|role| &role.blocks);
            let guards = blocks.filter_map(|block| block.condition.as_ref());
            Rc::new(Hangs::of(guards.chain(self.own_guard(row))))
        };
        Rc::clone(self.hangs.borrow_mut().entry((row.role, number)).or_insert_with(made))
    }

    /// What an assignment could give, its conditions set aside. (semantics.md 1.7)
    pub(super) fn reach(&self, row: &Row, plane: Plane) -> Rc<Bits> {
        if self.tenant.role(row.role).definition().is_none() {
            let operations = self.universe.on(plane);
            let open = self.tenant.world == World::Open;
            return Rc::new(if open { operations.every() } else { operations.none() });
        }
        Rc::clone(&self.role(row.role, plane).all)
    }

    /// What an assignment gives at a place, as a decision judges it. The caller knows whether it is in
    /// force, and that nothing comes through Lighthouse to the data plane.
    pub(super) fn held(
        &self,
        row: &Row,
        spot: &Spot<'_>,
        principal: Option<PrincipalIx>,
        plane: Plane,
    ) -> Rc<Held> {
        let operations = self.universe.on(plane);
        if self.tenant.role(row.role).definition().is_none() {
            let open = match self.tenant.world {
                World::Open => operations.every(),
                World::Closed => operations.none(),
            };
            return Rc::new(Held { firm: operations.none(), open });
        }
        let role = self.role(row.role, plane);
        let guard = self.own_guard(row);
        if guard.is_none() && role.guarded.is_empty() {
            return Rc::clone(&role.free);
        }
        let number = self.guard(guard);
        let hangs = self.hangs(row, number);
        let key = (row.role.0, number, hangs.spot(spot), hangs.principal(principal), plane);
        if let Some(known) = self.held.borrow().get(&key) {
            return Rc::clone(known);
        }
        let mut made = Held { firm: operations.none(), open: operations.none() };
        if guard.is_none() {
            unite(&mut made.firm, &role.free.firm);
        }
        let definition = self.tenant.role(row.role).definition();
        let blocks = definition.map_or(&[][..], |role| &role.blocks);
        for (number, bits) in role.blocks.iter().enumerate() {
            let own = blocks.get(number).and_then(|block| block.condition.as_ref());
            let guards: Vec<&Guard> = own.into_iter().chain(guard).collect();
            if guards.is_empty() {
                continue;
            }
            self.judge(&guards, bits, spot, principal, plane, |at, truth, open| {
                if truth.is_true() {
                    set(&mut made.firm, at);
                } else if truth.is_unknown() && open {
                    set(&mut made.open, at);
                }
            });
        }
        let made = Rc::new(made);
        self.held.borrow_mut().insert(key, Rc::clone(&made));
        made
    }

    /// What a deny could take, its conditions set aside.
    pub(super) fn takes(&self, row: &DenyRow, plane: Plane) -> Rc<Bits> {
        let made = || {
            let mut bits = self.universe.on(plane).none();
            for block in &self.tenant.deny(row.fact).blocks {
                unite(&mut bits, &self.block(block, plane));
            }
            Rc::new(bits)
        };
        Rc::clone(self.taken.borrow_mut().entry((row.fact, plane)).or_insert_with(made))
    }

    /// What a deny takes at a place: for certain, and perhaps (U9).
    pub(super) fn denied(
        &self,
        row: &DenyRow,
        spot: &Spot<'_>,
        principal: Option<PrincipalIx>,
        plane: Plane,
    ) -> Rc<Held> {
        let deny = self.tenant.deny(row.fact);
        let hangs = {
            let made = || Rc::new(Hangs::of(deny_guards(deny)));
            Rc::clone(self.deny_hangs.borrow_mut().entry(row.fact).or_insert_with(made))
        };
        let key = (row.fact.0, NONE, hangs.spot(spot), hangs.principal(principal), plane);
        if let Some(known) = self.denied.borrow().get(&key) {
            return Rc::clone(known);
        }
        let none = self.universe.on(plane).none();
        let mut made = Held { firm: none.clone(), open: none };
        let complete = self.question.attributes_complete;
        for block in &deny.blocks {
            let bits = self.block(block, plane);
            let guards: Vec<&Guard> = block_guards(deny, block).collect();
            if guards.is_empty() {
                unite(&mut made.firm, &bits);
                continue;
            }
            self.judge(&guards, &bits, spot, principal, plane, |at, truth, _| {
                if truth.is_true() || truth.is_unknown() && complete {
                    set(&mut made.firm, at);
                } else if truth.is_unknown() {
                    set(&mut made.open, at);
                }
            });
        }
        let made = Rc::new(made);
        self.denied.borrow_mut().insert(key, Rc::clone(&made));
        made
    }

    /// Asks conditions about each of some operations: their value together, and whether learning more
    /// could make them hold.
    fn judge(
        &self,
        guards: &[&Guard],
        bits: &Bits,
        spot: &Spot<'_>,
        principal: Option<PrincipalIx>,
        plane: Plane,
        mut tell: impl FnMut(usize, Truth, bool),
    ) {
        let Some(nothing) = no_operation() else { return };
        let operations = self.universe.on(plane).all();
        let id = principal.map_or(Guid(0), |ix| self.tenant.principal_id(ix));
        let request = Request {
            at: self.question.at,
            attributes_complete: self.question.attributes_complete,
            ..Request::new(id, &nothing, plane, &spot.scope, self.question.attributes)
        };
        let inputs = ConditionInputs::new(self.tenant, &request, principal);
        for at in crate::tenant::numbers(bits) {
            let operation = &operations[at];
            let (mut truth, mut open) = (Truth::True, true);
            let mut weigh = |inputs: &ConditionInputs<'_>, operation: &Operation| {
                for guard in guards {
                    let verdict = inputs.evaluate_for(guard, operation);
                    truth = truth.and(verdict.truth);
                    open &= !verdict.truth.is_false() && (verdict.truth.is_true() || verdict.open);
                }
                if let [block, assignment] = guards
                    && open
                    && truth.is_unknown()
                {
                    open = inputs.can_hold_together(block, assignment, operation);
                }
            };
            // What is deleted is a fact of that one request (semantics.md 9.9).
            if operation.folded() == "microsoft.authorization/roleassignments/delete" {
                let request = Request { operation, ..request.clone() };
                weigh(&ConditionInputs::new(self.tenant, &request, principal), operation);
            } else {
                weigh(&inputs, operation);
            }
            tell(at, truth, open);
        }
    }
}

fn set(bits: &mut Bits, at: usize) {
    bits[at / 64] |= 1 << (at % 64);
}
