//! Casbin: membership, scopes and roles are relations of its role manager, an assignment is a policy.
//!
//! Which operations a role holds, `notActions` and all, is worked out beforehand as edges from operation to
//! role, over the operations that the tenant is asked about: an operation that is not among them is
//! refused. Of two assignments that say the same, Casbin keeps one.

use crate::measure::{Measured, Session};
use crate::workload::Workload;
use casbin::{CoreApi, DefaultModel, Enforcer, NullAdapter};
use std::collections::{BTreeSet, HashSet};
use std::fmt::Display;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

const MODEL: &str = "
[request_definition]
r = sub, act, obj

[policy_definition]
p = sub, role, obj, eft

[role_definition]
g = _, _
g2 = _, _
g3 = _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = g(r.sub, p.sub) && g2(r.obj, p.obj) && g3(r.act, p.role)
";

/// Every assignment is a policy.
pub(crate) fn whole(session: &mut Session<'_>, count: usize) -> Result<Measured, String> {
    let start = Instant::now();
    let workload = session.workload;
    let enforcer = now(enforcer(workload))??;
    let questions: Vec<(&str, String, &str)> = workload
        .queries
        .iter()
        .take(count)
        .map(|query| {
            (
                workload.principals[query.principal as usize].as_str(),
                operation(workload, query.operation as usize),
                workload.scopes[query.scope as usize].as_str(),
            )
        })
        .collect();
    session.measure(start.elapsed(), &questions, |(principal, operation, scope)| {
        enforcer.enforce((*principal, operation.as_str(), *scope)).map_err(told)
    })
}

async fn enforcer(workload: &Workload) -> Result<Enforcer, String> {
    let world = &workload.world;
    let principal = |at: u32| workload.principals[at as usize].clone();
    let scope = |at: u32| workload.scopes[at as usize].clone();
    let model = DefaultModel::from_str(MODEL).await.map_err(told)?;
    let mut enforcer = Enforcer::new(model, NullAdapter).await.map_err(told)?;
    let mut add = |section: &str, key: &str, rules: Vec<Vec<String>>| {
        // It takes none of a list of which it knows one already.
        match enforcer.get_mut_model().add_policies(section, key, rules) {
            true => Ok(()),
            false => Err(format!("Casbin takes the rules of {key} for known ones")),
        }
    };

    let mut policies: Vec<Vec<String>> = Vec::new();
    let mut known = HashSet::new();
    let denies = world.denies.iter().map(|denied| {
        let shape = format!("shape-{}", denied.shape);
        [principal(denied.holder), shape, scope(denied.scope), "deny".to_string()]
    });
    let assignments = world.assignments.iter().map(|assigned| {
        let role = format!("role-{}", assigned.role);
        [principal(assigned.holder), role, scope(assigned.scope), "allow".to_string()]
    });
    for policy in denies.chain(assignments).map(Vec::from) {
        if known.insert(policy.clone()) {
            policies.push(policy);
        }
    }
    add("p", "p", policies)?;

    let mut groups = Vec::new();
    for (at, above) in (0..).zip(&world.groups_of) {
        groups.extend(above.iter().map(|group| vec![principal(at), principal(*group)]));
        // A name that stands in no relation is looked for among all names, policy by policy.
        if above.is_empty() {
            groups.push(vec![principal(at), "no group".to_string()]);
        }
    }
    add("g", "g", groups)?;
    let parents = (0..).zip(&world.parents).skip(1);
    let parents = parents.map(|(at, parent)| vec![scope(at), scope(*parent)]).collect();
    add("g", "g2", parents)?;

    let matrix = world.matrix();
    let used: BTreeSet<u32> = world.assignments.iter().map(|assigned| assigned.role).collect();
    let roles = used.iter().map(|role| (*role as usize, format!("role-{role}")));
    let first = world.roles.len();
    let shapes = (0..world.shapes.len()).map(|shape| (first + shape, format!("shape-{shape}")));
    let mut held = Vec::new();
    for (row, name) in roles.chain(shapes) {
        let all = matrix.held(row, 0..workload.operations.len());
        held.extend(all.iter().map(|at| vec![operation(workload, *at as usize), name.clone()]));
    }
    add("g", "g3", held)?;
    enforcer.build_role_links().map_err(told)?;
    Ok(enforcer)
}

/// The planes share names of operations, so the plane is a part of the name.
fn operation(workload: &Workload, at: usize) -> String {
    format!("{} {}", workload.world.operations[at].plane.as_str(), workload.operations[at])
}

/// What a future gives that never waits: nothing here reads a file.
fn now<T>(future: impl Future<Output = T>) -> Result<T, String> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => Err("Casbin waits for something".to_string()),
    }
}

fn told(error: impl Display) -> String {
    error.to_string()
}
