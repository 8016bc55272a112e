//! Rego by regorus: a dozen lines of policy; the tenant is data. Who is in which group and what stands
//! above a scope are sets made beforehand, and compiled globs are all kept.

use crate::measure::{Measured, Session};
use crate::workload::{Block, Question, Workload, globs};
use azrbac::ident::Plane;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::{Engine, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::time::Instant;

const RULE: &str = "data.tenant.allow";
const LINEAR: &str = include_str!("linear.rego");
const INDEXED: &str = include_str!("indexed.rego");

/// Looks at every assignment, by the interpreter.
pub(crate) fn linear(session: &mut Session<'_>, count: usize) -> Result<Measured, String> {
    let start = Instant::now();
    let engine = engine(LINEAR, data(session.workload, Index::None))?;
    interpreted(session, start, engine, count)
}

/// Looks at every assignment, on the virtual machine.
pub(crate) fn linear_vm(session: &mut Session<'_>, count: usize) -> Result<Measured, String> {
    let start = Instant::now();
    let data = data(session.workload, Index::None);
    compiled(session, start, LINEAR, data, count)
}

/// Looks at the assignments of the principal and its groups, by the interpreter.
pub(crate) fn indexed(session: &mut Session<'_>, count: usize) -> Result<Measured, String> {
    let start = Instant::now();
    let engine = engine(INDEXED, data(session.workload, Index::ByPrincipal))?;
    interpreted(session, start, engine, count)
}

/// Looks at the assignments of the principal and its groups, on the virtual machine.
pub(crate) fn indexed_vm(session: &mut Session<'_>, count: usize) -> Result<Measured, String> {
    let start = Instant::now();
    let data = data(session.workload, Index::ByPrincipal);
    compiled(session, start, INDEXED, data, count)
}

fn interpreted(
    session: &mut Session<'_>,
    start: Instant,
    mut engine: Engine,
    count: usize,
) -> Result<Measured, String> {
    let inputs = inputs(session.workload, count);
    session.measure(start.elapsed(), &inputs, |input| {
        engine.set_input(input.clone());
        truth(engine.eval_rule(RULE.to_string()).map_err(told)?)
    })
}

fn compiled(
    session: &mut Session<'_>,
    start: Instant,
    policy: &str,
    data: Value,
    count: usize,
) -> Result<Measured, String> {
    let compiled =
        engine(policy, data.clone())?.compile_with_entrypoint(&RULE.into()).map_err(told)?;
    let program = Compiler::compile_from_policy(&compiled, &[RULE]).map_err(told)?;
    let mut machine = RegoVM::new_with_policy(compiled);
    machine.load_program(program);
    machine.set_data(data).map_err(told)?;
    // It gives up after 25,000 instructions unless told otherwise.
    machine.set_max_instructions(usize::MAX);
    let inputs = inputs(session.workload, count);
    session.measure(start.elapsed(), &inputs, |input| {
        machine.set_input(input.clone());
        truth(machine.execute().map_err(told)?)
    })
}

fn engine(policy: &str, data: Value) -> Result<Engine, String> {
    let all = regorus::cache::Config::MAX_CAPACITY;
    regorus::cache::configure(regorus::cache::Config { regex: all, glob: all });
    let mut engine = Engine::new();
    engine.add_policy("tenant.rego".to_string(), policy.to_string()).map_err(told)?;
    engine.add_data(data).map_err(told)?;
    Ok(engine)
}

fn truth(value: Value) -> Result<bool, String> {
    value.as_bool().copied().map_err(told)
}

#[derive(Clone, Copy)]
enum Index {
    None,
    ByPrincipal,
}

fn data(workload: &Workload, index: Index) -> Value {
    let world = &workload.world;
    let text = |all: &[String]| all.iter().map(|text| Value::from(text.as_str())).collect();
    let principals: Vec<Value> = text(&workload.principals);
    let scopes: Vec<Value> = text(&workload.scopes);
    let set = |rows: Vec<u32>, of: &[Value]| {
        Value::from(rows.iter().map(|row| of[*row as usize].clone()).collect::<BTreeSet<_>>())
    };
    let ids = (0..principals.len() as u32)
        .map(|at| (principals[at as usize].clone(), set(world.identities(at), &principals)));
    let above = (0..scopes.len() as u32)
        .map(|at| (scopes[at as usize].clone(), set(workload.above(at), &scopes)));
    let entry = |holder: u32, scope: u32, what: (&str, u32)| {
        let holder = principals[holder as usize].clone();
        let fields = [
            (Value::from("holder"), holder.clone()),
            (Value::from("scope"), scopes[scope as usize].clone()),
            (Value::from(what.0), Value::from(u64::from(what.1))),
        ];
        (holder, Value::from(BTreeMap::from(fields)))
    };
    let assignments = world
        .assignments
        .iter()
        .map(|assigned| entry(assigned.holder, assigned.scope, ("role", assigned.role)));
    let denies = world
        .denies
        .iter()
        .map(|denied| entry(denied.holder, denied.scope, ("shape", denied.shape)));
    object([
        ("ids", Value::from(ids.collect::<BTreeMap<_, _>>())),
        ("above", Value::from(above.collect::<BTreeMap<_, _>>())),
        ("assignments", entries(assignments, index)),
        ("denies", entries(denies, index)),
        ("roles", Value::from(workload.roles.iter().map(|role| blocks(role)).collect::<Vec<_>>())),
        (
            "shapes",
            Value::from(workload.shapes.iter().map(|shape| blocks(shape)).collect::<Vec<_>>()),
        ),
    ])
}

fn entries(all: impl Iterator<Item = (Value, Value)>, index: Index) -> Value {
    match index {
        Index::None => Value::from(all.map(|(_, entry)| entry).collect::<Vec<_>>()),
        Index::ByPrincipal => {
            let mut by_principal: BTreeMap<Value, Vec<Value>> = BTreeMap::new();
            for (holder, entry) in all {
                by_principal.entry(holder).or_default().push(entry);
            }
            let lists = by_principal.into_iter().map(|(holder, list)| (holder, Value::from(list)));
            Value::from(lists.collect::<BTreeMap<_, _>>())
        }
    }
}

fn blocks(blocks: &[Block]) -> Value {
    let patterns = |list: &[String]| {
        let all = list.iter().flat_map(|pattern| globs(pattern)).map(Value::from);
        Value::from(all.collect::<Vec<_>>())
    };
    let side = |block: &Block, plane: Plane| {
        let lists = block.side(plane);
        (
            plane.as_str(),
            object([("allow", patterns(&lists.allow)), ("except", patterns(&lists.except))]),
        )
    };
    let block = |block| object([Plane::Control, Plane::Data].map(|plane| side(block, plane)));
    Value::from(blocks.iter().map(block).collect::<Vec<_>>())
}

fn inputs(workload: &Workload, count: usize) -> Vec<Value> {
    let input = |question: Question<'_>| {
        object([
            ("principal", Value::from(question.principal)),
            ("operation", Value::from(question.operation)),
            ("plane", Value::from(question.plane.as_str())),
            ("scope", Value::from(question.scope)),
        ])
    };
    workload.questions(count).into_iter().map(input).collect()
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::from(BTreeMap::from(fields.map(|(name, value)| (Value::from(name), value))))
}

fn told(error: impl Display) -> String {
    error.to_string()
}
