//! Cedar: a role is a group of actions, an assignment a link of the role's template, a deny assignment a
//! link of a `forbid`.
//!
//! Wildcards and `notActions` are worked out beforehand, over the operations that the tenant is asked
//! about: an operation that is not among them is refused. `like` would match any operation, at the same
//! cost.

use crate::measure::{Measured, Session};
use crate::workload::Workload;
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicyId,
    PolicySet, Request, SlotId, Template,
};
use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::time::Instant;

/// Every policy is in one set.
pub(crate) fn whole(session: &mut Session<'_>, count: usize) -> Result<Measured, String> {
    let start = Instant::now();
    let names = Names::new(session.workload)?;
    let entities = names.entities()?;
    let mut policies = PolicySet::new();
    names.templates(
        &mut policies,
        0..names.workload.roles.len(),
        0..names.workload.shapes.len(),
    )?;
    for at in 0..names.workload.world.assignments.len() {
        names.link_assignment(&mut policies, at)?;
    }
    for at in 0..names.workload.world.denies.len() {
        names.link_deny(&mut policies, at)?;
    }
    let requests = names.requests(count)?;
    let authorizer = Authorizer::new();
    session.measure(start.elapsed(), &requests, |request| {
        answer(&authorizer, request, &policies, &entities)
    })
}

/// Each principal has a set of its own with the policies of its groups, made beforehand: Cedar leaves
/// that to the caller.
pub(crate) fn sliced(session: &mut Session<'_>, count: usize) -> Result<Measured, String> {
    let start = Instant::now();
    let names = Names::new(session.workload)?;
    let entities = names.entities()?;
    let world = &names.workload.world;
    let mut assignments = vec![Vec::new(); world.groups_of.len()];
    for (at, assigned) in world.assignments.iter().enumerate() {
        assignments[assigned.holder as usize].push(at);
    }
    let mut denies = vec![Vec::new(); world.groups_of.len()];
    for (at, denied) in world.denies.iter().enumerate() {
        denies[denied.holder as usize].push(at);
    }
    let mut slices = Vec::new();
    let mut slice_of = HashMap::new();
    let mut questions = Vec::new();
    for (query, request) in world_queries(names.workload, count).zip(names.requests(count)?) {
        let slice = match slice_of.get(&query.principal) {
            Some(slice) => *slice,
            None => {
                let ids = world.identities(query.principal);
                let of = |lists: &[Vec<usize>]| -> Vec<usize> {
                    ids.iter().flat_map(|id| &lists[*id as usize]).copied().collect()
                };
                slices.push(names.slice(&of(&assignments), &of(&denies))?);
                slice_of.insert(query.principal, slices.len() - 1);
                slices.len() - 1
            }
        };
        questions.push((slice, request));
    }
    let authorizer = Authorizer::new();
    session.measure(start.elapsed(), &questions, |(slice, request)| {
        answer(&authorizer, request, &slices[*slice], &entities)
    })
}

fn answer(
    authorizer: &Authorizer,
    request: &Request,
    policies: &PolicySet,
    entities: &Entities,
) -> Result<bool, String> {
    let response = authorizer.is_authorized(request, policies, entities);
    match response.diagnostics().errors().next() {
        Some(error) => Err(error.to_string()),
        None => Ok(response.decision() == Decision::Allow),
    }
}

fn world_queries(
    workload: &Workload,
    count: usize,
) -> impl Iterator<Item = &crate::support::world::Query> {
    workload.queries.iter().take(count)
}

/// The entity types, and what they name.
struct Names<'w> {
    workload: &'w Workload,
    principal: EntityTypeName,
    action: EntityTypeName,
    scope: EntityTypeName,
}

impl<'w> Names<'w> {
    fn new(workload: &'w Workload) -> Result<Names<'w>, String> {
        let name = |text: &str| text.parse::<EntityTypeName>().map_err(told);
        Ok(Names {
            workload,
            principal: name("Principal")?,
            action: name("Action")?,
            scope: name("Scope")?,
        })
    }

    fn principal(&self, at: u32) -> EntityUid {
        uid(&self.principal, &self.workload.principals[at as usize])
    }

    fn scope(&self, at: u32) -> EntityUid {
        uid(&self.scope, &self.workload.scopes[at as usize])
    }

    /// The planes share names of operations, so the plane is a part of an action's name.
    fn operation(&self, at: usize) -> EntityUid {
        let plane = self.workload.world.operations[at].plane.as_str();
        uid(&self.action, &format!("{plane} {}", self.workload.operations[at]))
    }

    fn entities(&self) -> Result<Entities, String> {
        let world = &self.workload.world;
        let matrix = world.matrix();
        let roles = world.roles.len();
        let groups: Vec<EntityUid> = (0..roles)
            .map(|role| uid(&self.action, &role_name(role)))
            .chain((0..world.shapes.len()).map(|shape| uid(&self.action, &shape_name(shape))))
            .collect();
        let mut all = Vec::new();
        for at in 0..self.workload.operations.len() {
            let above = groups.iter().enumerate().filter(|(row, _)| matrix.holds(*row, at));
            let above = above.map(|(_, group)| group.clone()).collect();
            all.push(Entity::new_no_attrs(self.operation(at), above));
        }
        all.extend(groups.into_iter().map(|group| Entity::new_no_attrs(group, HashSet::new())));
        for (at, groups) in (0..).zip(&world.groups_of) {
            let above = groups.iter().map(|group| self.principal(*group)).collect();
            all.push(Entity::new_no_attrs(self.principal(at), above));
        }
        for (at, parent) in (0..).zip(&world.parents) {
            let above = if at == 0 { HashSet::new() } else { HashSet::from([self.scope(*parent)]) };
            all.push(Entity::new_no_attrs(self.scope(at), above));
        }
        Entities::from_entities(all, None).map_err(told)
    }

    fn templates(
        &self,
        policies: &mut PolicySet,
        roles: impl IntoIterator<Item = usize>,
        shapes: impl IntoIterator<Item = usize>,
    ) -> Result<(), String> {
        let roles = roles.into_iter().map(|role| ("permit", role_name(role)));
        let shapes = shapes.into_iter().map(|shape| ("forbid", shape_name(shape)));
        for (effect, name) in roles.chain(shapes) {
            let text = format!(
                "{effect}(principal in ?principal, action in Action::\"{name}\", resource in ?resource);"
            );
            let template = Template::parse(Some(PolicyId::new(name)), text).map_err(told)?;
            policies.add_template(template).map_err(told)?;
        }
        Ok(())
    }

    /// A set of some assignments and denies, and of the templates that they need.
    fn slice(&self, assignments: &[usize], denies: &[usize]) -> Result<PolicySet, String> {
        let world = &self.workload.world;
        let roles = assignments.iter().map(|at| world.assignments[*at].role as usize);
        let shapes = denies.iter().map(|at| world.denies[*at].shape as usize);
        let (roles, shapes): (HashSet<_>, HashSet<_>) = (roles.collect(), shapes.collect());
        let mut policies = PolicySet::new();
        self.templates(&mut policies, roles, shapes)?;
        assignments.iter().try_for_each(|at| self.link_assignment(&mut policies, *at))?;
        denies.iter().try_for_each(|at| self.link_deny(&mut policies, *at))?;
        Ok(policies)
    }

    fn link_assignment(&self, policies: &mut PolicySet, at: usize) -> Result<(), String> {
        let assigned = &self.workload.world.assignments[at];
        let template = role_name(assigned.role as usize);
        self.link(policies, template, format!("assignment-{at}"), assigned.holder, assigned.scope)
    }

    fn link_deny(&self, policies: &mut PolicySet, at: usize) -> Result<(), String> {
        let denied = &self.workload.world.denies[at];
        let template = shape_name(denied.shape as usize);
        self.link(policies, template, format!("deny-{at}"), denied.holder, denied.scope)
    }

    fn link(
        &self,
        policies: &mut PolicySet,
        template: String,
        id: String,
        holder: u32,
        scope: u32,
    ) -> Result<(), String> {
        let slots = HashMap::from([
            (SlotId::principal(), self.principal(holder)),
            (SlotId::resource(), self.scope(scope)),
        ]);
        policies.link(PolicyId::new(template), PolicyId::new(id), slots).map_err(told)
    }

    fn requests(&self, count: usize) -> Result<Vec<Request>, String> {
        world_queries(self.workload, count)
            .map(|query| {
                Request::new(
                    self.principal(query.principal),
                    self.operation(query.operation as usize),
                    self.scope(query.scope),
                    Context::empty(),
                    None,
                )
                .map_err(told)
            })
            .collect()
    }
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

fn role_name(role: usize) -> String {
    format!("role-{role}")
}

fn shape_name(shape: usize) -> String {
    format!("shape-{shape}")
}

fn told(error: impl Display) -> String {
    error.to_string()
}
