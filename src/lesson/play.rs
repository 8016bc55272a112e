//! Playing a lesson: every answer computed, every claim of the prose held against it.

use super::answer::{Answer, Solution, answer, checks};
use super::model::{Ask, Lesson, Step};
use super::prose::{Part, View, parts};
use crate::condition::AttributeValue;
use crate::origin::Error;
use crate::scenario::{Failure, Question};
use crate::tenant::Tenant;

/// A lesson with its answers.
#[derive(Debug)]
pub struct Played {
    /// The situation, filled in.
    pub situation: Vec<Part>,
    /// The steps, in order.
    pub steps: Vec<PlayedStep>,
    /// What to remember, filled in.
    pub takeaway: Vec<Part>,
    /// The tenant of each stage.
    pub tenants: Vec<Tenant>,
}

/// One question with its answer.
#[derive(Debug)]
pub struct PlayedStep {
    /// What has changed, filled in; empty where nothing has.
    pub change: Vec<Part>,
    /// What is said before, filled in.
    pub say: Vec<Part>,
    /// The question, filled in.
    pub ask: String,
    /// What the program answers.
    pub answer: Answer,
    /// What the reader should have guessed.
    pub solution: Solution,
    /// What to see in it, filled in.
    pub because: Vec<Part>,
    /// The arguments of the `azrbac` command that gives the same answer.
    pub command: Vec<String>,
    /// What the document supposes and the program does not find.
    pub failures: Vec<Failure>,
    /// Of a choice: what there is to choose from.
    pub choices: Vec<String>,
}

impl Played {
    /// Everything that the document supposes and the program does not find.
    pub fn failures(&self) -> impl Iterator<Item = (usize, &Failure)> {
        self.steps.iter().enumerate().flat_map(|(number, step)| {
            step.failures.iter().map(move |failure| (number + 1, failure))
        })
    }
}

/// Computes every answer of a lesson. `source` is what `-t lesson:…` needs to find it again: its name,
/// or its file.
///
/// # Errors
/// Where a question names what is not there, or a placeholder cannot be computed.
pub fn play(lesson: &Lesson, source: &str) -> Result<Played, Error> {
    let mut tenants = Vec::with_capacity(lesson.stages.len());
    for stage in &lesson.stages {
        tenants.push(stage.tenant()?);
    }
    let mut steps = Vec::with_capacity(lesson.steps.len());
    for (number, step) in lesson.steps.iter().enumerate() {
        let tenant = &tenants[step.stage];
        let one = one(lesson, step, number, tenant, source);
        steps.push(one.map_err(|error| error.at(step.place.clone()))?);
    }
    let first = View::new(&tenants[0]);
    let situation = parts(&lesson.situation.fill(&first)?);
    let last = View::new(tenants.last().unwrap_or(&tenants[0]));
    let takeaway = parts(&lesson.takeaway.fill(&last)?);
    Ok(Played { situation, steps, takeaway, tenants })
}

fn one(
    lesson: &Lesson,
    step: &Step,
    number: usize,
    tenant: &Tenant,
    source: &str,
) -> Result<PlayedStep, Error> {
    let view = View::new(tenant);
    let (answer, solution, mut failures) = answer(tenant, &step.question)?;
    failures.extend(checks(tenant, &step.holds));
    for failure in &mut failures {
        failure.scenario.clone_from(&lesson.title);
        if failure.check.is_empty() {
            failure.check = format!("question {}", number + 1);
        }
        if failure.place.file.is_empty() {
            failure.place = step.place.clone();
        }
    }
    let change = match &step.change {
        Some(prose) => parts(&prose.fill(&view)?),
        None => Vec::new(),
    };
    let stage = &lesson.stages[step.stage];
    let from = (!stage.is_lab).then(|| format!("lesson:{source}@{}", number + 1));
    Ok(PlayedStep {
        change,
        say: parts(&step.say.fill(&view)?),
        ask: step.ask.fill(&view)?.split_whitespace().collect::<Vec<_>>().join(" "),
        answer,
        solution,
        because: parts(&step.because.fill(&view)?),
        command: command(&step.question, from, tenant.catalog().roles().date()),
        failures,
        choices: match &step.question {
            Ask::Least { choices, .. } => choices.clone(),
            _ => Vec::new(),
        },
    })
}

/// The arguments that give the same answer.
fn command(ask: &Ask, from: Option<String>, date: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let is_changed = from.is_some();
    let asks_tenant = !matches!(ask, Ask::Condition(_) | Ask::Least { .. });
    if let (Some(from), true) = (from, asks_tenant) {
        words.extend(["-t".to_string(), from]);
    }
    match ask {
        Ask::Can(check) => {
            let question = &check.question;
            say(&mut words, &["can", &question.principal, &question.operation, &question.scope]);
            options(question, &mut words);
        }
        Ask::WhoCan { listing, any_door } => {
            let question = &listing.question;
            say(&mut words, &["who-can", &question.operation, &question.scope]);
            if *any_door {
                say(&mut words, &["--via", "any"]);
            }
            options(question, &mut words);
        }
        Ask::WhereCan(listing) => {
            let question = &listing.question;
            say(&mut words, &["where-can", &question.principal, &question.operation]);
            options(question, &mut words);
        }
        Ask::Compare { a, b, .. } => say(&mut words, &["role", "compare", a, b]),
        Ask::Condition(expression) => {
            let operation = &expression.question.operation;
            let text = expression.condition.trim();
            say(&mut words, &["condition", "eval", text, "--operation", operation]);
            options(&expression.question, &mut words);
            if expression.question.attributes_complete && expression.question.attributes.is_empty()
            {
                say(&mut words, &["--complete"]);
            }
        }
        Ask::Least { needs, .. } => {
            if is_changed {
                say(&mut words, &["--catalog", date]);
            }
            say(&mut words, &["role", "suggest"]);
            words.extend(needs.iter().cloned());
        }
        Ask::Closing { resource, .. } => {
            say(&mut words, &["audit", "local-auth", "--plan", resource]);
        }
    }
    words
}

fn say(words: &mut Vec<String>, more: &[&str]) {
    words.extend(more.iter().map(|word| (*word).to_string()));
}

fn options(question: &Question, words: &mut Vec<String>) {
    if let Some(plane) = question.plane {
        say(words, &["--plane", plane.as_str()]);
    }
    for (source, name, value) in question.attributes.iter() {
        for value in values(value) {
            let option = format!("{}:{name}={value}", source.as_str().to_lowercase());
            say(words, &["--attr", &option]);
        }
    }
    if question.attributes_complete && !question.attributes.is_empty() {
        say(words, &["--complete"]);
    }
    for name in question.sub_operations.iter().flatten() {
        say(words, &["--sub-operation", name]);
    }
    if let Some(method) = question.method {
        say(words, &["--method", method.as_str()]);
    }
    for (operation, scope) in &question.linked {
        say(words, &["--linked", &format!("{operation}@{scope}")]);
    }
}

/// The values of an attribute as the command line takes them, one option each.
fn values(value: &AttributeValue) -> Vec<String> {
    match value {
        AttributeValue::Word(text) | AttributeValue::Text(text) => vec![text.clone()],
        AttributeValue::Boolean(value) => vec![value.to_string()],
        AttributeValue::Integer(value) => vec![value.to_string()],
        AttributeValue::List(list) => list.iter().flat_map(values).collect(),
        // A dictionary is asked by its keys, each under a name of its own.
        AttributeValue::Dictionary(_) => Vec::new(),
    }
}
