//! The resource whose doors are asked about: its facts, its properties, its switches.

use crate::catalog::local_auth::{
    Certainty, DoorState, Expected, LocalAuth, PropertyTest, ResourceType, Switch, SwitchId,
    doors_above, facts_of,
};
use crate::ident::{Operation, Scope};
use crate::model::World;
use crate::pattern::{ActionPattern, Wildcards};
use crate::tenant::{ScopeIx, Tenant};
use crate::truth::Truth;
use serde_json::Value;

/// A name for a child that need not exist: no Azure resource may be called so.
pub(super) const ANY: &str = "(any)";

/// A property that would decide what is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Missing {
    /// Which resource.
    pub(super) resource: Scope,
    /// The path of the property, or words for what it is.
    pub(super) what: String,
    /// The command that shows it.
    pub(super) command: String,
}

impl Missing {
    /// What would decide, and the command that shows it.
    pub(super) fn in_words(&self) -> String {
        format!("{} of {}: {}", self.what, self.resource, self.command)
    }
}

/// A value with what was missing to know it better.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) truth: Truth,
    pub(super) missing: Vec<Missing>,
}

impl Known {
    pub(super) fn firm(truth: Truth) -> Known {
        Known { truth, missing: Vec::new() }
    }

    pub(super) fn and(self, other: Known) -> Known {
        let truth = self.truth.and(other.truth);
        self.join(other, truth)
    }

    pub(super) fn or(self, other: Known) -> Known {
        let truth = self.truth.or(other.truth);
        self.join(other, truth)
    }

    fn join(mut self, other: Known, truth: Truth) -> Known {
        self.missing.extend(other.missing);
        if !truth.is_unknown() {
            self.missing.clear();
        }
        Known { truth, missing: self.missing }
    }
}

/// A resource with doors, as the tenant knows it.
#[derive(Debug)]
pub(super) struct Place<'t> {
    pub(super) tenant: &'t Tenant,
    /// The resource that has the doors.
    pub(super) resource: Scope,
    /// What the catalog knows of its type, an aspect each.
    pub(super) facts: &'static [LocalAuth],
    /// Properties to be taken instead of those that were read: a what-if.
    pub(super) instead: Option<Value>,
}

impl<'t> Place<'t> {
    /// The place of a scope: its own resource, or the nearest above it whose type the catalog knows.
    /// The type comes from the scope, never from the operation.
    pub(super) fn at(tenant: &'t Tenant, scope: &Scope) -> Option<Place<'t>> {
        let (end, facts) = doors_above(scope)?;
        Some(Place { tenant, resource: scope.up_to(end), facts, instead: None })
    }

    /// The place of a resource itself, where its own type has doors.
    pub(super) fn exactly(tenant: &'t Tenant, resource: &Scope) -> Option<Place<'t>> {
        let kind = ResourceType::new(&resource.resource_type()?).ok()?;
        let facts = facts_of(kind.folded());
        let resource = resource.clone();
        (!facts.is_empty()).then_some(Place { tenant, resource, facts, instead: None })
    }

    pub(super) fn kind(&self) -> &ResourceType {
        &self.facts[0].resource_type
    }

    pub(super) fn properties(&self) -> Option<&Value> {
        if self.instead.is_some() {
            return self.instead.as_ref();
        }
        let at = self.tenant.scope(&self.resource)?;
        self.tenant.resource(at)?.properties.as_ref()
    }

    /// Does a property of the resource pass?
    pub(super) fn test(&self, test: &PropertyTest) -> Known {
        let truth = test.decide(self.properties());
        let missing =
            if truth.is_unknown() { vec![self.missing(&self.resource, test)] } else { Vec::new() };
        Known { truth, missing }
    }

    /// Do all of them?
    pub(super) fn all(&self, tests: &[PropertyTest]) -> Known {
        tests.iter().map(|test| self.test(test)).fold(Known::firm(Truth::True), Known::and)
    }

    pub(super) fn missing(&self, resource: &Scope, test: &PropertyTest) -> Missing {
        Missing {
            resource: resource.clone(),
            what: format!("`{}`", test.path),
            command: format!("az resource show --ids \"{resource}\" -o json > resource.json"),
        }
    }

    /// Is the RBAC door open, by the rules of the type? The first rule that holds decides; one that
    /// cannot be decided leaves the state unknown, unless the rest says the same.
    pub(super) fn entra(&self, facts: &LocalAuth) -> (DoorState, Vec<Missing>) {
        self.entra_from(facts, 0)
    }

    fn entra_from(&self, facts: &LocalAuth, from: usize) -> (DoorState, Vec<Missing>) {
        let Some(rule) = facts.entra.rules.get(from) else {
            return (facts.entra.otherwise, Vec::new());
        };
        let known = self.test(&rule.when);
        match known.truth {
            Truth::True => (rule.state, Vec::new()),
            Truth::False => self.entra_from(facts, from + 1),
            Truth::Unknown => {
                let (rest, mut missing) = self.entra_from(facts, from + 1);
                if rest == rule.state {
                    return (rest, missing);
                }
                missing.extend(known.missing);
                (DoorState::Unknown, missing)
            }
        }
    }

    /// Do the switches leave a credential of these names open for an operation? It works while any of
    /// them is open; a credential under none cannot be closed.
    pub(super) fn open(
        &self,
        facts: &LocalAuth,
        under: &[SwitchId],
        operation: Option<&Operation>,
    ) -> Known {
        if under.is_empty() {
            return Known::firm(Truth::True);
        }
        under
            .iter()
            .map(|name| self.switch_open(facts, name, operation))
            .fold(Known::firm(Truth::False), Known::or)
    }

    fn switch_open(
        &self,
        facts: &LocalAuth,
        name: &SwitchId,
        operation: Option<&Operation>,
    ) -> Known {
        let mut open = self.named_open(facts, name);
        for narrower in facts.switches.iter().filter(|one| one.narrows.as_ref() == Some(name)) {
            if operation.is_some_and(|operation| matches_any(&narrower.applies, operation)) {
                open = open.and(self.named_open(facts, &narrower.name));
            }
        }
        open
    }

    /// One switch with its mirrors: a value that is given decides, in order; only when none is, the
    /// default does.
    pub(super) fn named_open(&self, facts: &LocalAuth, name: &SwitchId) -> Known {
        let mut missing = Vec::new();
        let mut default = Truth::Unknown;
        for (number, switch) in facts.switches_named(name).enumerate() {
            if number == 0 {
                default = !switch.closed.absent;
            }
            match self.given(switch) {
                Given::Decided(closed) => {
                    let unsure = switch.certainty == Certainty::Unconfirmed && !closed.is_false();
                    let truth = if unsure { Truth::Unknown } else { !closed };
                    let missing = if closed.is_unknown() {
                        vec![self.missing(&self.resource, &switch.closed)]
                    } else {
                        Vec::new()
                    };
                    return Known { truth, missing };
                }
                Given::Absent => {}
                Given::NoSuchChild => default = Truth::False,
                Given::NotDescribed(resource) => {
                    missing.push(self.missing(&resource, &switch.closed))
                }
            }
        }
        if !missing.is_empty() {
            return Known { truth: Truth::Unknown, missing };
        }
        if default.is_unknown() {
            missing.extend(
                facts.switches_named(name).take(1).map(|s| self.missing(&self.resource, &s.closed)),
            );
        }
        Known { truth: default, missing }
    }

    fn given(&self, switch: &Switch) -> Given {
        if switch.closed.expected == Expected::Never {
            return Given::Absent;
        }
        if switch.on == *self.kind() {
            return match self.properties() {
                None => Given::NotDescribed(self.resource.clone()),
                Some(value) => value_of(switch, value),
            };
        }
        let name = switch.child.as_deref().filter(|name| *name != "*");
        let mut closed: Option<Truth> = None;
        for child in self.children(&switch.on) {
            let scope = self.tenant.scope_text(child);
            if name.is_some_and(|name| !scope.leaf().eq_ignore_ascii_case(name)) {
                continue;
            }
            let Some(resource) = self.tenant.resource(child) else { continue };
            let Some(properties) = &resource.properties else {
                return Given::NotDescribed(scope.clone());
            };
            // Open while any of them is.
            let this = switch.closed.decide(Some(properties));
            closed = Some(closed.map_or(this, |before| before.and(this)));
        }
        match closed {
            Some(closed) => Given::Decided(closed),
            None if self.tenant.world() == World::Open || self.properties().is_none() => {
                Given::NotDescribed(self.child(&switch.on, name.unwrap_or(ANY)))
            }
            // A scenario lists every child that exists.
            None if switch.child.as_deref() == Some("*") => Given::NoSuchChild,
            None => Given::Absent,
        }
    }

    /// The scopes below the resource that are of a type, as far as the tenant names them.
    pub(super) fn children<'p>(
        &'p self,
        kind: &'p ResourceType,
    ) -> impl Iterator<Item = ScopeIx> + 'p {
        let range = self
            .tenant
            .scope(&self.resource)
            .map_or(0..0, |at| at.0 + 1..self.tenant.scopes.end(at));
        range.map(ScopeIx).filter(move |at| {
            let scope = self.tenant.scope_text(*at);
            scope.resource_type().is_some_and(|text| text.eq_ignore_ascii_case(kind.folded()))
        })
    }

    /// A child of a type with a name; what stands between is any.
    pub(super) fn child(&self, kind: &ResourceType, name: &str) -> Scope {
        let segments = kind.below(self.kind()).unwrap_or_default();
        let mut text = self.resource.text().to_string();
        for (number, segment) in segments.iter().enumerate() {
            let name = if number + 1 == segments.len() { name } else { ANY };
            text.push('/');
            text.push_str(segment);
            text.push('/');
            text.push_str(name);
        }
        Scope::new(&text).unwrap_or_else(|_| self.resource.clone())
    }

    /// Is it an operation on this service's data?
    pub(super) fn is_data(&self, facts: &LocalAuth, operation: &Operation) -> bool {
        if !facts.data.is_empty() {
            return matches_some(&facts.data, operation);
        }
        operation
            .folded()
            .strip_prefix(facts.resource_type.folded())
            .is_some_and(|rest| rest.starts_with('/'))
    }
}

/// What a switch's property says.
enum Given {
    /// It says whether the switch is closed.
    Decided(Truth),
    /// The resource is described and the property is not set.
    Absent,
    /// The switch stands on each of some children, and there is none.
    NoSuchChild,
    /// No source gives the properties of the resource that carries it.
    NotDescribed(Scope),
}

fn value_of(switch: &Switch, properties: &Value) -> Given {
    if !properties.is_object() {
        return Given::Absent;
    }
    switch.closed.decide_given(properties).map_or(Given::Absent, Given::Decided)
}

/// An empty list means every operation.
fn matches_any(patterns: &[ActionPattern], operation: &Operation) -> bool {
    patterns.is_empty() || matches_some(patterns, operation)
}

pub(super) fn matches_some(patterns: &[ActionPattern], operation: &Operation) -> bool {
    patterns.iter().any(|one| one.matches(operation, Wildcards::Azure).is_match())
}
