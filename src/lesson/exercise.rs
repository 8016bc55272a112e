//! A role to write: what it must hold, what it must never hold, and what graders have said to others.

use super::change;
use super::prose::Prose;
use super::read::{Reading, holds, under};
use crate::ident::Plane;
use crate::ingest::entry::{Entry, Problem, Step};
use crate::ingest::node::Node;
use crate::model::{Facts, RoleDefinition};
use crate::pattern::ActionPattern;
use crate::scenario::Check;
use crate::scenario::entries::known_fields;

/// A role to write.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// What is asked.
    pub task: Prose,
    /// Who is to get the role.
    pub person: String,
    /// Where it is to be assigned.
    pub scope: String,
    /// What it has to hold, by plane.
    pub must: Vec<(Plane, ActionPattern)>,
    /// What it may hold beside that.
    pub may: Vec<(Plane, ActionPattern)>,
    /// What the person must not be able to do at the scope.
    pub never: Vec<(Plane, ActionPattern)>,
    /// The most that everything else may weigh.
    pub allowance: u64,
    /// What must be so once the role is given.
    pub then: Vec<Check>,
    /// Hints, the first one the gentlest.
    pub hints: Vec<String>,
    /// A role to begin with.
    pub starter: RoleDefinition,
    /// A role that passes.
    pub solution: Submission,
    /// Roles that do not, with what is said of them.
    pub wrong: Vec<WrongAnswer>,
}

/// What a reader hands in.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The roles, all given to the person.
    pub roles: Vec<RoleDefinition>,
    /// Roles that the person holds and that are taken away for it, by name.
    pub instead_of: Vec<String>,
}

/// A role that does not pass.
#[derive(Debug, Clone)]
pub struct WrongAnswer {
    /// The role.
    pub submission: Submission,
    /// Words that stand in what the grade says.
    pub says: Vec<String>,
}

const FIELDS: &[&str] = &[
    "task",
    "person",
    "scope",
    "must",
    "may",
    "never",
    "allowance",
    "then",
    "hints",
    "starter",
    "solution",
    "wrong",
];

pub(super) fn read(reading: &mut Reading<'_>, node: &Node<'_>, base: &[Step]) -> Option<Exercise> {
    let Some(entry) = Entry::of(node) else {
        reading.problem(base, &Problem::new(node.describe(), "an object"));
        return None;
    };
    if let Err(problem) = known_fields(&entry, FIELDS) {
        reading.problem(base, &problem);
    }
    let required = |field: &str| {
        entry.filled(&[field]).and_then(|text| {
            text.map(str::to_string)
                .ok_or_else(|| Problem::new(format!("no `{field}`"), format!("`{field}`")))
        })
    };
    let (person, scope) = (required("person"), required("scope"));
    let (person, scope) = (reading.told(base, person)?, reading.told(base, scope)?);
    let mut child = |field: &str| -> Option<Vec<(Plane, ActionPattern)>> {
        let Some(node) = node_of(&entry, field) else { return Some(Vec::new()) };
        let found = patterns(node);
        reading.told(&under(base, field), found)
    };
    let (must, may, never) = (child("must")?, child("may")?, child("never")?);
    let allowance = match node_of(&entry, "allowance") {
        None => 0,
        Some(Node::Number(number)) => number.as_u64().unwrap_or(0),
        Some(other) => {
            let problem = Problem::new(other.describe(), "a weight: a whole number");
            reading.problem(&under(base, "allowance"), &problem);
            0
        }
    };
    let then = match node_of(&entry, "then") {
        None => Vec::new(),
        // The same list under another name.
        Some(list) => {
            let wrapped = Node::Object(vec![("holds".into(), list.clone())]);
            Entry::of(&wrapped).map_or_else(Vec::new, |inner| holds(reading, &inner, base))
        }
    };
    let starter = role_list(reading, &entry, "starter", base)?.into_iter().next()?;
    let solution = submission(reading, node_of(&entry, "solution"), &under(base, "solution"))?;
    let mut wrong = Vec::new();
    if let Some(Node::List(items)) = node_of(&entry, "wrong") {
        for (index, item) in items.iter().enumerate() {
            let path = [&under(base, "wrong")[..], &[Step::Index(index)]].concat();
            let submission = submission(reading, Some(item), &path)?;
            let inner = Entry::of(item)?;
            let says = reading.strings(&inner, "says", &path);
            if says.is_empty() {
                reading.problem(&path, &Problem::new("no `says`", "what the grade must say"));
            }
            wrong.push(WrongAnswer { submission, says });
        }
    }
    Some(Exercise {
        task: reading.prose(&entry, "task", base),
        person,
        scope,
        must,
        may,
        never,
        allowance,
        then,
        hints: reading.strings(&entry, "hints", base),
        starter,
        solution,
        wrong,
    })
}

fn node_of<'n, 'a>(entry: &Entry<'n, 'a>, field: &str) -> Option<&'n Node<'a>> {
    entry.own().iter().find(|(key, _)| key == field).map(|(_, node)| node)
}

/// `{actions, dataActions}`, as a role has them.
fn patterns(node: &Node<'_>) -> Result<Vec<(Plane, ActionPattern)>, Problem> {
    let entry = Entry::of(node)
        .ok_or_else(|| Problem::new(node.describe(), "an object of actions and dataActions"))?;
    known_fields(&entry, &["actions", "dataActions"])?;
    let mut found = Vec::new();
    for plane in [Plane::Control, Plane::Data] {
        let mut repairs = Vec::new();
        let field = plane.grant_list();
        for (number, (text, _)) in entry.strings(&[field], &mut repairs)?.into_iter().enumerate() {
            let pattern = ActionPattern::new(text).map_err(|error| {
                Problem::new(format!("`{text}`: {}", error.message()), "an operation or a pattern")
                    .under(Step::Index(number))
                    .under(Step::Key(field.to_string()))
            })?;
            found.push((plane, pattern));
        }
    }
    Ok(found)
}

/// `{role, insteadOf}`, where `role` is one definition or a list.
fn submission(
    reading: &mut Reading<'_>,
    node: Option<&Node<'_>>,
    base: &[Step],
) -> Option<Submission> {
    let Some(entry) = node.and_then(Entry::of) else {
        reading.problem(base, &Problem::new("no role", "an object with `role`"));
        return None;
    };
    if let Err(problem) = known_fields(&entry, &["role", "insteadOf", "says"]) {
        reading.problem(base, &problem);
    }
    let roles = role_list(reading, &entry, "role", base)?;
    Some(Submission { roles, instead_of: reading.strings(&entry, "insteadOf", base) })
}

fn role_list(
    reading: &mut Reading<'_>,
    entry: &Entry<'_, '_>,
    field: &str,
    base: &[Step],
) -> Option<Vec<RoleDefinition>> {
    let list = match node_of(entry, field) {
        None => {
            reading.problem(base, &Problem::new(format!("no `{field}`"), "a role definition"));
            return None;
        }
        Some(Node::List(items)) => Node::List(items.clone()),
        Some(other) => Node::List(vec![other.clone()]),
    };
    let mut facts = Facts::closed();
    let wrapped = Node::Object(vec![("roleDefinitions".into(), list)]);
    change::add(reading, &wrapped, &under(base, field), &mut facts);
    if facts.roles.is_empty() {
        reading.problem(base, &Problem::new(format!("no `{field}`"), "a role definition"));
        return None;
    }
    Some(facts.roles)
}
