//! The walk from door to door: what each says, and what they add up to.

use super::keys::{Asked, Holding, ask, hold, is_around, offers, truth_of};
use super::place::{Missing, Place};
use super::{Access, Door, Doors, Effective, HeldKey, Via, WithheldKey, native};
use crate::catalog::local_auth::{Certainty, DoorState, LocalAuth, Mechanism};
use crate::condition::Assumptions;
use crate::decide::{Decision, Outcome, Request};
use crate::ident::{Operation, Plane, Scope};
use crate::model::{Gap, Touches};
use crate::pattern::Wildcards;
use crate::tenant::RoleIx;
use crate::truth::Truth;

const SHUT: Door = Door { state: DoorState::None, admits: Truth::False };

/// What one door adds up to over the aspects of a type.
#[derive(Debug)]
struct Sum {
    door: Door,
    missing: Vec<Missing>,
    /// What was asked beside the question and let the principal in, or may have.
    leaned: Vec<(Truth, Assumptions, Vec<Gap>)>,
}

impl Sum {
    fn new() -> Sum {
        Sum { door: SHUT, missing: Vec::new(), leaned: Vec::new() }
    }

    fn add(&mut self, door: Door, missing: Vec<Missing>) {
        self.door.state = wider(self.door.state, door.state);
        self.door.admits = self.door.admits.or(door.admits);
        self.missing.extend(missing);
    }

    fn lean(&mut self, truth: Truth, asked: &Asked) {
        if !truth.is_false() {
            self.leaned.push((truth, asked.assumptions, asked.gaps.clone()));
        }
    }
}

/// Of two ways through one door, the wider.
fn wider(a: DoorState, b: DoorState) -> DoorState {
    let rank = |state| match state {
        DoorState::None => 0,
        DoorState::Closed => 1,
        DoorState::Unknown => 2,
        DoorState::Open => 3,
    };
    if rank(a) >= rank(b) { a } else { b }
}

fn state_of(truth: Truth) -> DoorState {
    match truth {
        Truth::True => DoorState::Open,
        Truth::Unknown => DoorState::Unknown,
        Truth::False => DoorState::Closed,
    }
}

/// The doors of one place, tried one after the other for one request.
#[derive(Debug)]
pub(super) struct Walk<'w> {
    pub(super) place: &'w Place<'w>,
    pub(super) request: &'w Request<'w>,
    pub(super) decision: &'w Decision,
    rbac: Sum,
    native: Sum,
    local: Sum,
    pub(super) control: Vec<(Operation, Option<RoleIx>)>,
    /// Control operations that the RBAC door asks for besides and the principal lacks.
    pub(super) lacking: Vec<Operation>,
    holdings: Vec<Holding>,
    around: Vec<HeldKey>,
    withheld: Vec<WithheldKey>,
    /// Is it a switch that closes the local door?
    pub(super) switched_off: bool,
    reopen: Vec<Operation>,
    self_grant: Vec<Operation>,
}

impl<'w> Walk<'w> {
    pub(super) fn new(
        place: &'w Place<'w>,
        request: &'w Request<'w>,
        decision: &'w Decision,
    ) -> Walk<'w> {
        Walk {
            place,
            request,
            decision,
            rbac: Sum::new(),
            native: Sum::new(),
            local: Sum::new(),
            control: Vec::new(),
            lacking: Vec::new(),
            holdings: Vec::new(),
            around: Vec::new(),
            withheld: Vec::new(),
            switched_off: false,
            reopen: Vec::new(),
            self_grant: Vec::new(),
        }
    }

    fn ask(&self, operation: &Operation, scope: &Scope) -> Asked {
        ask(self.place, self.request, operation, scope, None)
    }

    /// Data operations where the service looks at them, control operations where it looks at those.
    pub(super) fn rbac(&mut self, facts: &LocalAuth) {
        if self.request.plane == Plane::Data {
            let (state, missing) = self.place.entra(facts);
            let mut admits = match state {
                DoorState::Open => Truth::True,
                DoorState::Unknown => Truth::Unknown,
                DoorState::Closed | DoorState::None => Truth::False,
            };
            admits = admits.and(truth_of(self.decision));
            for also in &facts.entra.also {
                if admits.is_false() {
                    break;
                }
                let asked = self.ask(also, &self.place.resource);
                if !asked.truth.is_true() {
                    self.lacking.push(also.clone());
                }
                admits = admits.and(asked.truth);
                self.rbac.lean(asked.truth, &asked);
            }
            self.rbac.add(Door { state, admits }, missing);
        }
        for rule in &facts.controls {
            if !rule.operations.matches(self.request.operation, Wildcards::Azure).is_match() {
                continue;
            }
            let mut when = self.place.all(&rule.when);
            if when.truth.is_false() {
                self.rbac.add(Door { state: DoorState::Closed, admits: Truth::False }, Vec::new());
                continue;
            }
            if rule.certainty == Certainty::Unconfirmed {
                when.truth = when.truth.and(Truth::Unknown);
            }
            let itself = std::slice::from_ref(self.request.operation);
            let by = if rule.by.is_empty() { itself } else { &rule.by };
            let mut admits = Truth::False;
            for operation in by {
                let asked = self.ask(operation, self.request.scope);
                let truth = asked.truth.and(when.truth);
                if !truth.is_false() {
                    self.control.push((operation.clone(), asked.grant.map(|grant| grant.1)));
                }
                self.rbac.lean(truth, &asked);
                admits = admits.or(truth);
            }
            self.rbac.add(Door { state: state_of(when.truth), admits }, when.missing);
        }
    }

    pub(super) fn native(&mut self, facts: &LocalAuth) {
        let (door, missing) = native::door(self.place, facts, self.request);
        self.native.add(door, missing);
    }

    pub(super) fn keys(&mut self, facts: &LocalAuth) {
        for offer in offers(self.place, facts, self.request.operation, self.request.scope) {
            let key = offer.key;
            if key.mechanism == Mechanism::SelfGrant {
                // Under a switch (a vault in policy mode) it gives something only while that is open.
                if !offer.works().truth.is_false() && hold(self.place, &offer, self.request).is_ok()
                {
                    self.self_grant.push(key.operation.clone());
                }
                continue;
            }
            if is_around(key.mechanism) {
                if !offer.works().truth.is_false()
                    && let Ok(holding) = hold(self.place, &offer, self.request)
                {
                    self.around.push(holding.key);
                }
                continue;
            }
            if !offer.is_credential() {
                continue;
            }
            self.switched_off |= offer.open.truth.is_false();
            let works = offer.works();
            let mut door = Door { state: state_of(works.truth), admits: Truth::False };
            let mut missing = works.missing;
            match hold(self.place, &offer, self.request) {
                Ok(holding) => {
                    door.admits = holding.key.opens;
                    self.local.lean(holding.key.opens, &holding.asked);
                    missing.extend(holding.missing.iter().cloned());
                    self.holdings.push(holding);
                }
                Err(withheld) => self.withheld.push(withheld),
            }
            self.local.add(door, missing);
        }
    }

    /// Do roles of Azure RBAC or of the service's own let the principal in?
    pub(super) fn passes_without_keys(&mut self) -> Truth {
        for facts in self.place.facts {
            self.rbac(facts);
            self.native(facts);
        }
        self.rbac.door.admits.or(self.native.door.admits)
    }

    /// Who may write the switch and holds a key operation is one step away.
    pub(super) fn reopen(&mut self) {
        let useful = self
            .holdings
            .iter()
            .any(|holding| !holding.if_open.is_false() && holding.key.opens < holding.if_open);
        if self.local.door.admits.is_true() || !useful {
            return;
        }
        let mut found = Vec::new();
        for facts in self.place.facts {
            for operation in &facts.reopen {
                if self.may_write(facts, operation) {
                    found.push(operation.clone());
                }
            }
        }
        self.reopen = found;
    }

    fn may_write(&self, facts: &LocalAuth, operation: &Operation) -> bool {
        switch_scopes(self.place, facts)
            .iter()
            .any(|scope| !self.ask(operation, scope).truth.is_false())
    }

    /// Who may assign roles here may assign itself one that has the operation.
    pub(super) fn self_assign(&mut self) {
        if self.rbac.door.admits.is_true()
            || matches!(self.rbac.door.state, DoorState::None | DoorState::Closed)
            || matches!(self.decision.outcome, Outcome::Allowed | Outcome::Denied)
        {
            // Nothing to gain: it has one, another door would have to open, or a deny wins anyway.
            return;
        }
        let Ok(operation) = Operation::new("Microsoft.Authorization/roleAssignments/write") else {
            return;
        };
        // What a condition on it would say about a role not yet named is open.
        let request = Request { attributes_complete: false, ..self.request.clone() };
        let asked = ask(self.place, &request, &operation, self.request.scope, None);
        if !asked.truth.is_false() {
            self.self_grant.push(operation);
        }
    }

    /// What the doors add up to; the sentence about it is still to be said.
    pub(super) fn conclude(&mut self) -> Access {
        let doors =
            [(Via::Rbac, &self.rbac), (Via::Native, &self.native), (Via::LocalAuth, &self.local)];
        let open = doors.iter().find(|(_, sum)| sum.door.admits.is_true());
        let undecided = doors.iter().any(|(_, sum)| sum.door.admits.is_unknown());
        let mut assumptions = Assumptions::NONE;
        let mut gaps: Vec<Gap> = Vec::new();
        let (mut effective, mut via) = match open {
            Some((via, sum)) => {
                let firm = sum.leaned.iter().filter(|(truth, ..)| truth.is_true());
                let least = firm.map(|(_, used, _)| *used).min_by_key(|used| used.len());
                assumptions = least.unwrap_or_default();
                (Effective::Allowed, *via)
            }
            None if undecided => {
                for (_, sum) in doors.iter().filter(|(_, sum)| sum.door.admits.is_unknown()) {
                    for (_, used, found) in &sum.leaned {
                        assumptions = assumptions.union(*used);
                        gaps.extend(found.iter().cloned());
                    }
                    gaps.extend(sum.missing.iter().map(gap));
                }
                (Effective::Conditional, Via::None)
            }
            None => (Effective::NotAllowed, Via::None),
        };
        let mut seen: Vec<Gap> = Vec::new();
        gaps.retain(|gap| {
            let new = !seen.contains(gap) && !self.decision.gaps.contains(gap);
            if new {
                seen.push(gap.clone());
            }
            new
        });
        let mut decided_by: Vec<String> = Vec::new();
        for (_, sum) in doors {
            if sum.door.state == DoorState::Unknown || sum.door.admits.is_unknown() {
                decided_by.extend(sum.missing.iter().map(Missing::in_words));
            }
        }
        decided_by = in_order(decided_by);
        if self.request.plane == Plane::Control {
            // The question was about the control operation itself; the doors tell the rest.
            (effective, via) = rbac_alone(self.decision.outcome);
            (assumptions, gaps) = (Assumptions::NONE, Vec::new());
        }
        self.holdings.sort_by_key(|holding| {
            (std::cmp::Reverse(holding.key.opens), holding.key.grants, holding.key.certainty)
        });
        let doors = Doors {
            resource: self.place.resource.clone(),
            service: self.place.facts[0].service.to_string(),
            rbac: self.rbac.door,
            native: self.native.door,
            local_auth: self.local.door,
            control: in_order(
                self.control.iter().map(|(operation, _)| operation.clone()).collect(),
            ),
            key_actions: self.holdings.iter().map(|holding| holding.key.clone()).collect(),
            withheld: in_order(std::mem::take(&mut self.withheld)),
            around: std::mem::take(&mut self.around),
            reopen: in_order(std::mem::take(&mut self.reopen)),
            self_grant: in_order(std::mem::take(&mut self.self_grant)),
            decided_by,
            sentence: String::new(),
        };
        Access { effective, via, doors: Some(doors), assumptions, gaps }
    }
}

/// Each once, in the order in which they came.
fn in_order<T: PartialEq>(found: Vec<T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::with_capacity(found.len());
    for one in found {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}

fn gap(missing: &Missing) -> Gap {
    Gap {
        code: "unknown-properties",
        message: format!("{} of {} is not known", missing.what, missing.resource),
        help: Some(missing.command.clone()),
        place: None,
        touches: Touches::Resource { scope: Some(missing.resource.clone()) },
    }
}

/// RBAC as the only door.
pub(super) fn rbac_alone(outcome: Outcome) -> (Effective, Via) {
    match outcome {
        Outcome::Allowed => (Effective::Allowed, Via::Rbac),
        Outcome::Conditional => (Effective::Conditional, Via::None),
        Outcome::NotAllowed | Outcome::Denied | Outcome::Locked => {
            (Effective::NotAllowed, Via::None)
        }
    }
}

/// Where the switches of a type are written: on the resource, and on the children that carry one.
pub(super) fn switch_scopes(place: &Place<'_>, facts: &LocalAuth) -> Vec<Scope> {
    let mut found = vec![place.resource.clone()];
    for switch in facts.switches.iter().filter(|switch| switch.on != *place.kind()) {
        let name = switch.child.as_deref().filter(|name| *name != "*");
        found.push(place.child(&switch.on, name.unwrap_or(super::place::ANY)));
    }
    in_order(found)
}
