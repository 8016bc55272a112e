//! A Python script with compiled expressions, and a dictionary by principal if it has an index. It times
//! itself, when its answers have been compared.

use crate::machine::Turns;
use crate::measure::{Measured, Session, summary};
use crate::workload::{Block, Question, expression};
use azrbac::ident::Plane;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

const SCRIPT: &str = include_str!("decide.py");

/// Looks at every assignment.
pub(crate) fn linear(session: &mut Session<'_>, count: usize) -> Result<Measured, String> {
    run(session, count, "linear")
}

/// Looks at the assignments of the principal and its groups: at their roles, then at their scopes.
pub(crate) fn patterns_first(session: &mut Session<'_>, count: usize) -> Result<Measured, String> {
    run(session, count, "patterns first")
}

/// Looks at the assignments of the principal and its groups: at their scopes, then at their roles.
pub(crate) fn scopes_first(session: &mut Session<'_>, count: usize) -> Result<Measured, String> {
    run(session, count, "scopes first")
}

fn run(session: &mut Session<'_>, count: usize, way: &str) -> Result<Measured, String> {
    let mut script = Script::start()?;
    let measured = converse(&mut script, session, count, way);
    script.stop();
    measured
}

fn converse(
    script: &mut Script,
    session: &mut Session<'_>,
    count: usize,
    way: &str,
) -> Result<Measured, String> {
    script.say(&tenant(session, count, way).to_string())?;
    let said = script.hear()?;
    let ready = said["ready"].as_f64().ok_or("the script does not say when it was ready")?;
    let answers: Option<Vec<bool>> =
        said["answers"].as_array().and_then(|all| all.iter().map(Value::as_bool).collect());
    let answers = answers.ok_or("the script gives no answers")?;
    session.compare(&answers)?;
    let (mut passes, mut turns) = (Vec::new(), Turns::default());
    let process = script.child.id().to_string();
    for _ in 0..session.plan.passes {
        let before = Turns::of(&process);
        script.say("again")?;
        let said = script.hear()?;
        turns.add_since(before, &process);
        let times: Option<Vec<u64>> =
            said["times"].as_array().and_then(|all| all.iter().map(Value::as_u64).collect());
        let mut times = times.ok_or("the script gives no times")?;
        let whole = said["whole"].as_u64().ok_or("the script gives no time of all")?;
        passes.push(summary(&mut times, Duration::from_nanos(whole)));
        session.ours.pass();
    }
    Ok(Measured { asked: answers.len(), build: Duration::from_secs_f64(ready), passes, turns })
}

fn tenant(session: &Session<'_>, count: usize, way: &str) -> Value {
    let workload = session.workload;
    let world = &workload.world;
    let principal = |at: u32| workload.principals[at as usize].as_str();
    let scope = |at: u32| workload.scopes[at as usize].as_str();
    let expressions =
        |list: &[String]| list.iter().map(|pattern| expression(pattern)).collect::<Vec<_>>();
    let blocks = |blocks: &Vec<Block>| -> Value {
        let sides = |block: &Block| {
            [Plane::Control, Plane::Data].map(|plane| {
                let lists = block.side(plane);
                [expressions(&lists.allow), expressions(&lists.except)]
            })
        };
        json!(blocks.iter().map(sides).collect::<Vec<_>>())
    };
    let groups_of: serde_json::Map<String, Value> = (0..)
        .zip(&world.groups_of)
        .map(|(at, groups)| {
            let groups: Vec<&str> = groups.iter().map(|group| principal(*group)).collect();
            (principal(at).to_string(), json!(groups))
        })
        .collect();
    let parents: serde_json::Map<String, Value> = (0..)
        .zip(&world.parents)
        .skip(1)
        .map(|(at, parent)| (scope(at).to_string(), json!(scope(*parent))))
        .collect();
    let assignments: Vec<Value> = world
        .assignments
        .iter()
        .map(|assigned| json!([principal(assigned.holder), scope(assigned.scope), assigned.role]))
        .collect();
    let denies: Vec<Value> = world
        .denies
        .iter()
        .map(|denied| json!([principal(denied.holder), scope(denied.scope), denied.shape]))
        .collect();
    let question = |question: &Question<'_>| {
        let plane = if question.plane == Plane::Control { 0 } else { 1 };
        json!([question.principal, plane, question.operation, question.scope])
    };
    json!({
        "groups_of": groups_of,
        "parents": parents,
        "roles": workload.roles.iter().map(blocks).collect::<Vec<_>>(),
        "shapes": workload.shapes.iter().map(blocks).collect::<Vec<_>>(),
        "assignments": assignments,
        "denies": denies,
        "questions": workload.questions(count).iter().map(question).collect::<Vec<_>>(),
        "way": way,
        "budget": session.plan.budget.as_secs_f64(),
    })
}

/// The running script.
struct Script {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Script {
    fn start() -> Result<Script, String> {
        let mut child = Command::new("python3")
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot run python3: {error}"))?;
        let output = child.stdout.take().ok_or("python3 has no output")?;
        Ok(Script { child, output: BufReader::new(output) })
    }

    fn say(&mut self, line: &str) -> Result<(), String> {
        let input = self.child.stdin.as_mut().ok_or("python3 has no input")?;
        writeln!(input, "{line}").and_then(|()| input.flush()).map_err(|error| error.to_string())
    }

    fn hear(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(|error| error.to_string())?;
        serde_json::from_str(&line).map_err(|error| format!("python3 stopped: {error}"))
    }

    /// The end of its input ends it.
    fn stop(mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
