//! What a condition may ask about and nobody has to say: the facts of the request itself.

use super::Request;
use crate::condition::{
    AttributeSource, AttributeValue, Attributes, Condition, Evaluation, Inputs, Residual,
};
use crate::ident::{Operation, Plane};
use crate::model::Guard;
use crate::tenant::{PrincipalIx, Tenant};
use crate::truth::Truth;
use std::cell::OnceCell;

/// The request's attributes, filled in when the first condition asks.
#[derive(Debug)]
pub(super) struct ConditionInputs<'r> {
    tenant: &'r Tenant,
    request: &'r Request<'r>,
    principal: Option<PrincipalIx>,
    plane: Plane,
    filled: OnceCell<Attributes>,
}

/// What a guard says: its value, whether more knowledge could make it true, and what it leans on.
pub(super) type Verdict = Evaluation;

impl<'r> ConditionInputs<'r> {
    pub(super) fn new(
        tenant: &'r Tenant,
        request: &'r Request<'r>,
        principal: Option<PrincipalIx>,
    ) -> ConditionInputs<'r> {
        ConditionInputs {
            tenant,
            request,
            principal,
            plane: request.plane,
            filled: OnceCell::new(),
        }
    }

    fn inputs(&self) -> Inputs<'_> {
        Inputs {
            operation: self.request.operation,
            plane: self.plane,
            sub_operations: self.request.sub_operations,
            attributes: self.filled.get_or_init(|| self.fill()),
            complete: self.request.attributes_complete,
            wildcards: self.request.wildcards,
        }
    }

    pub(super) fn operation(&self) -> &'r Operation {
        self.request.operation
    }

    /// Asks a guard. One that could not be read is unknown, and knowing it could make it true.
    pub(super) fn evaluate(&self, guard: &Guard) -> Verdict {
        self.evaluate_for(guard, self.request.operation)
    }

    /// The same for another operation of a request that is otherwise alike.
    pub(super) fn evaluate_for(&self, guard: &Guard, operation: &Operation) -> Verdict {
        match &guard.parsed {
            Ok(condition) => condition.evaluate(&Inputs { operation, ..self.inputs() }),
            Err(_) => {
                Evaluation { truth: Truth::Unknown, open: true, assumptions: Default::default() }
            }
        }
    }

    /// Could two guards hold at once? Each alone may be open, and still what makes one true keeps the other
    /// from being so (semantics.md 1.7, 9.4).
    pub(super) fn can_hold_together(
        &self,
        block: &Guard,
        assignment: &Guard,
        operation: &Operation,
    ) -> bool {
        match (&block.parsed, &assignment.parsed) {
            (Ok(block), Ok(assignment)) => {
                let both = block.and(assignment);
                let verdict = both.evaluate(&Inputs { operation, ..self.inputs() });
                verdict.truth.is_true() || verdict.open
            }
            _ => true,
        }
    }

    /// What is left of a guard: `None` when nothing is.
    pub(super) fn residual(&self, guard: &Guard) -> Option<Condition> {
        match guard.parsed.as_ref().ok()?.residual(&self.inputs()) {
            Residual::Open(condition) => Some(condition),
            Residual::True | Residual::False => None,
        }
    }

    /// semantics.md 9.4, "Derived without asking, unless given".
    fn fill(&self) -> Attributes {
        let mut attributes = self.request.attributes.clone();
        if let Some(principal) = self.principal {
            self.describe(principal, &mut attributes);
        }
        let mut add = |source: AttributeSource, name: &str, value: AttributeValue| {
            if attributes.get(source, name).is_none() {
                attributes.insert(source, name, value);
            }
        };
        for (path, name) in self.request.scope.names() {
            add(
                AttributeSource::Resource,
                &format!("{path}:name"),
                AttributeValue::Text(name.into()),
            );
        }
        if let Some(at) = self.request.at {
            add(AttributeSource::Environment, "UtcNow", AttributeValue::Text(at.to_string()));
        }
        self.existing_assignment(&mut add);
        attributes
    }

    /// What the directory says of a principal, unless it was given.
    fn describe(&self, principal: PrincipalIx, attributes: &mut Attributes) {
        for (name, values) in self.tenant.infos[principal.row()].security_attributes() {
            let values: Vec<AttributeValue> =
                values.iter().map(|value| AttributeValue::Text(value.to_string())).collect();
            let value = match <[AttributeValue; 1]>::try_from(values) {
                Ok([one]) => one,
                Err(values) => AttributeValue::List(values),
            };
            let name = format!("Microsoft.Directory/CustomSecurityAttributes/Id:{name}");
            if attributes.get(AttributeSource::Principal, &name).is_none() {
                attributes.insert(AttributeSource::Principal, &name, value);
            }
        }
    }

    /// The same request from a certain principal. These inputs must know of none.
    pub(super) fn of(&self, principal: PrincipalIx) -> ConditionInputs<'r> {
        let mut attributes = self.filled.get_or_init(|| self.fill()).clone();
        self.describe(principal, &mut attributes);
        ConditionInputs {
            tenant: self.tenant,
            request: self.request,
            principal: Some(principal),
            plane: self.plane,
            filled: OnceCell::from(attributes),
        }
    }

    /// Deleting a role assignment that the tenant knows: its role and principal are facts of the
    /// resource (semantics.md 9.9). Writing one is told by the request's body, which is not here.
    fn existing_assignment(&self, add: &mut impl FnMut(AttributeSource, &str, AttributeValue)) {
        const COLLECTION: &str = "/providers/microsoft.authorization/roleassignments/";
        if self.request.operation.folded() != "microsoft.authorization/roleassignments/delete" {
            return;
        }
        let folded = self.request.scope.folded();
        let Some(at) = folded.rfind(COLLECTION) else { return };
        let Some(id) = crate::ident::Guid::parse(&folded[at + COLLECTION.len()..]) else { return };
        let scope = if at == 0 { "/" } else { &folded[..at] };
        let Some(found) = self.tenant.assignments().find(|ix| {
            self.tenant.assignment(*ix).name.guid() == Some(id)
                && self.tenant.scope_text(self.tenant.assignment_scope(*ix)).folded() == scope
        }) else {
            return;
        };
        let assignment = self.tenant.assignment(found);
        let prefix = "Microsoft.Authorization/roleAssignments";
        if let crate::model::RoleRef::Id(role) = &assignment.role {
            add(
                AttributeSource::Resource,
                &format!("{prefix}:RoleDefinitionId"),
                AttributeValue::Text(role.to_string()),
            );
        }
        add(
            AttributeSource::Resource,
            &format!("{prefix}:PrincipalId"),
            AttributeValue::Text(assignment.principal.to_string()),
        );
        if let Some(holder) = self.tenant.principal(assignment.principal) {
            let kind = self.tenant.principal_kind(holder);
            if kind != crate::model::PrincipalType::Unknown {
                add(
                    AttributeSource::Resource,
                    &format!("{prefix}:PrincipalType"),
                    AttributeValue::Text(kind.as_str().to_string()),
                );
            }
        }
    }
}
