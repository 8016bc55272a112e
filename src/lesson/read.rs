//! Reading lesson documents: YAML or JSON, one lesson a file.

use super::change::{self, EDITS};
use super::exercise;
use super::model::{Ask, Lesson, Stage, Step as LessonStep};
use super::prose::Prose;
use crate::ingest::entry::{Entry, Problem, Step};
use crate::ingest::ground::{At, Ground, Lines};
use crate::ingest::node::Node;
use crate::ingest::{text, yaml};
use crate::model::Facts;
use crate::origin::{Error, Place, SourceId};
use crate::pattern::language::Relation;
use crate::scenario::entries::{
    CHECK_FIELDS, EXPRESSION_FIELDS, LISTING_FIELDS, Needs, check, expression, known_fields,
    listing,
};
use crate::scenario::{LAB, problem_error, read as read_scenarios};

const LESSON_FIELDS: &[&str] = &[
    "lesson",
    "title",
    "summary",
    "minutes",
    "tenant",
    "add",
    "catalog",
    "situation",
    "steps",
    "takeaway",
    "try",
    "next",
    "exercise",
];
const QUESTIONS: &[&str] =
    &["can", "whoCan", "whereCan", "compare", "condition", "least", "closing"];

/// What a list of lessons says of one.
#[derive(Debug, Clone)]
pub struct Head {
    /// What it is called on the command line.
    pub name: String,
    /// Its title.
    pub title: String,
    /// In one line, what the reader can do afterwards.
    pub summary: String,
    /// How long it takes.
    pub minutes: u32,
    /// Does it end with a role to write?
    pub has_exercise: bool,
}

/// A document that is being read: where it stands, and what is wrong with it so far.
pub(super) struct Reading<'t> {
    pub(super) ground: Ground<'t>,
    pub(super) errors: Vec<Error>,
}

impl Reading<'_> {
    pub(super) fn problem(&mut self, base: &[Step], problem: &Problem) {
        let steps = [base, &problem.text().steps].concat();
        self.errors.push(problem_error(problem, self.ground.place(&steps)));
    }

    /// The value, or a problem told.
    pub(super) fn told<T>(&mut self, base: &[Step], result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.problem(base, &problem)).ok()
    }

    pub(super) fn prose(&mut self, entry: &Entry<'_, '_>, field: &str, base: &[Step]) -> Prose {
        let text = self.told(base, entry.text(&[field])).flatten();
        let place = self.ground.place(&under(base, field));
        Prose { text: text.unwrap_or_default().to_string(), place: Some(place) }
    }

    pub(super) fn strings(
        &mut self,
        entry: &Entry<'_, '_>,
        field: &str,
        base: &[Step],
    ) -> Vec<String> {
        let mut repairs = Vec::new();
        let found = self.told(base, entry.strings(&[field], &mut repairs)).unwrap_or_default();
        found.into_iter().map(|(text, _)| text.to_string()).collect()
    }
}

pub(super) fn under(base: &[Step], field: &str) -> Vec<Step> {
    [base, &[Step::Key(field.to_string())]].concat()
}

fn parsed<T>(
    name: &str,
    bytes: &[u8],
    use_it: impl FnOnce(&mut Reading<'_>, &Entry<'_, '_>) -> Option<T>,
) -> Result<T, Vec<Error>> {
    let start = || Place { file: name.to_string(), path: "$".to_string(), line: 1, column: 1 };
    let (text, _) = text::decode(bytes).map_err(|error| vec![error.at(start())])?;
    // JSON is YAML too, so one reader does for both.
    let (node, positions) = yaml::read(&text).map_err(|error| vec![error.at(start())])?;
    let lines = Lines::default();
    let ground = Ground {
        source: SourceId::default(),
        name,
        text: &text,
        lines: &lines,
        at: At::Yaml(&positions),
    };
    let mut reading = Reading { ground, errors: Vec::new() };
    let Some(entry) = Entry::of(&node) else {
        reading.problem(&[], &Problem::new(node.describe(), "a lesson: one object"));
        return Err(reading.errors);
    };
    let found = use_it(&mut reading, &entry);
    match found {
        Some(found) if reading.errors.is_empty() => Ok(found),
        _ => Err(reading.errors),
    }
}

/// Reads what a list says of a lesson, and no more.
///
/// # Errors
/// As [`read`].
pub fn head(name: &str, bytes: &[u8]) -> Result<Head, Vec<Error>> {
    parsed(name, bytes, head_of)
}

fn head_of(reading: &mut Reading<'_>, entry: &Entry<'_, '_>) -> Option<Head> {
    let mut required = |field: &str| {
        let found = entry.filled(&[field]).and_then(|text| {
            text.ok_or_else(|| Problem::new(format!("no `{field}`"), format!("`{field}`")))
        });
        reading.told(&[], found).map(|text| text.trim().to_string())
    };
    let (name, title, summary) = (required("lesson")?, required("title")?, required("summary")?);
    let minutes = match entry.own().iter().find(|(key, _)| key == "minutes").map(|(_, node)| node) {
        None => 5,
        Some(Node::Number(number)) => u32::try_from(number.as_u64().unwrap_or(5)).unwrap_or(5),
        Some(other) => {
            let problem = Problem::new(other.describe(), "a number of minutes");
            reading.problem(&under(&[], "minutes"), &problem);
            5
        }
    };
    Some(Head { name, title, summary, minutes, has_exercise: entry.has(&["exercise"]) })
}

/// Reads a lesson.
///
/// # Errors
/// Everything that is wrong with it, each with file, line, JSON path, what was found and what was
/// expected. Nothing of a lesson with an error is played.
pub fn read(name: &str, bytes: &[u8]) -> Result<Lesson, Vec<Error>> {
    read_on(name, bytes, LAB.as_bytes())
}

/// The same on another lab: what would the lessons say if it were different?
///
/// # Errors
/// As [`read`]; those of the lab too.
pub fn read_on(name: &str, bytes: &[u8], lab: &[u8]) -> Result<Lesson, Vec<Error>> {
    parsed(name, bytes, |reading, entry| lesson(reading, entry, lab))
}

/// The lab's facts.
fn lab_facts(lab: &[u8]) -> Result<Facts, Vec<Error>> {
    let mut found = read_scenarios("the lab", lab)?;
    Ok(if found.is_empty() { Facts::closed() } else { found.remove(0).facts })
}

fn lesson(reading: &mut Reading<'_>, entry: &Entry<'_, '_>, lab: &[u8]) -> Option<Lesson> {
    if let Err(problem) = known_fields(entry, LESSON_FIELDS) {
        reading.problem(&[], &problem);
    }
    let head = head_of(reading, entry)?;
    let mut first = Stage { facts: Facts::closed(), catalog: None, is_lab: false };
    match entry.own().iter().find(|(key, _)| key == "tenant").map(|(_, node)| node) {
        Some(node @ Node::Object(_)) => {
            change::add(reading, node, &under(&[], "tenant"), &mut first.facts);
        }
        Some(Node::Text(text)) if text == "lab" => first.is_lab = true,
        None => first.is_lab = true,
        Some(other) => {
            let problem = Problem::new(other.describe(), "`lab`, or an object of lists");
            reading.problem(&under(&[], "tenant"), &problem);
        }
    }
    if first.is_lab {
        match lab_facts(lab) {
            Ok(facts) => first.facts = facts,
            Err(errors) => reading.errors.extend(errors),
        }
    }
    change::edit(reading, entry, &[], &mut first);
    let mut lesson = Lesson {
        name: head.name,
        title: head.title,
        summary: head.summary,
        minutes: head.minutes,
        situation: reading.prose(entry, "situation", &[]),
        stages: vec![first],
        steps: Vec::new(),
        takeaway: reading.prose(entry, "takeaway", &[]),
        tries: reading.strings(entry, "try", &[]),
        next: reading.strings(entry, "next", &[]),
        exercise: None,
        place: reading.ground.place(&[]),
    };
    steps(reading, entry, &mut lesson);
    if let Ok(Some(field)) = entry.find_own("exercise") {
        let base = under(&[], "exercise");
        lesson.exercise = exercise::read(reading, field.node, &base);
    }
    Some(lesson)
}

fn steps(reading: &mut Reading<'_>, entry: &Entry<'_, '_>, lesson: &mut Lesson) {
    let items = match entry.find_own("steps") {
        Ok(Some(field)) => match field.node {
            Node::List(items) if !items.is_empty() => items,
            _ => return reading.problem(&[], &field.problem("a list of questions")),
        },
        Ok(None) => {
            return reading.problem(&[], &Problem::new("no `steps`", "a list of questions"));
        }
        Err(problem) => return reading.problem(&[], &problem),
    };
    for (index, item) in items.iter().enumerate() {
        let base = [&under(&[], "steps")[..], &[Step::Index(index)]].concat();
        let Some(inner) = Entry::of(item) else {
            reading.problem(&base, &Problem::new(item.describe(), "an object"));
            continue;
        };
        if let Some(step) = step(reading, &inner, &base, lesson) {
            lesson.steps.push(step);
        }
    }
}

fn step(
    reading: &mut Reading<'_>,
    entry: &Entry<'_, '_>,
    base: &[Step],
    lesson: &mut Lesson,
) -> Option<LessonStep> {
    let fields = [&["say", "ask", "because", "holds", "change"][..], EDITS, QUESTIONS].concat();
    if let Err(problem) = known_fields(entry, &fields) {
        reading.problem(base, &problem);
    }
    let mut stage = lesson.stages.last()?.clone();
    let changed = change::edit(reading, entry, base, &mut stage);
    let told = reading.prose(entry, "change", base);
    if changed {
        lesson.stages.push(stage);
    }
    if changed == told.is_empty() {
        let problem = if changed {
            Problem::new("a change without words", "`change`, which tells the reader of it")
        } else {
            Problem::new("words of a change without one", format!("one of {}", EDITS.join(", ")))
        };
        reading.problem(base, &problem);
    }
    let ask = reading.prose(entry, "ask", base);
    let because = reading.prose(entry, "because", base);
    for (prose, field) in [(&ask, "ask"), (&because, "because")] {
        if prose.is_empty() {
            reading.problem(base, &Problem::new(format!("no `{field}`"), format!("`{field}`")));
        }
    }
    let say = reading.prose(entry, "say", base);
    let holds = holds(reading, entry, base);
    let question = question(reading, entry, base)?;
    Some(LessonStep {
        change: changed.then_some(told),
        stage: lesson.stages.len() - 1,
        say,
        ask,
        question,
        because,
        holds,
        place: reading.ground.place(base),
    })
}

/// Checks that the prose claims beside the question.
pub(super) fn holds(
    reading: &mut Reading<'_>,
    entry: &Entry<'_, '_>,
    base: &[Step],
) -> Vec<crate::scenario::Check> {
    let mut repairs = Vec::new();
    let found = reading.told(base, entry.objects(&["holds"], &mut repairs)).flatten();
    let Some((_, entries)) = found else { return Vec::new() };
    let mut checks = Vec::new();
    for (index, inner) in entries.iter().enumerate() {
        let path = [&under(base, "holds")[..], &[Step::Index(index)]].concat();
        let place = reading.ground.place(&path);
        let one = known_fields(inner, CHECK_FIELDS).and_then(|()| check(inner, place, index));
        checks.extend(reading.told(&path, one));
    }
    checks
}

fn question(reading: &mut Reading<'_>, entry: &Entry<'_, '_>, base: &[Step]) -> Option<Ask> {
    let mut asked = entry.own().iter().filter(|(key, _)| QUESTIONS.contains(&&**key));
    let (Some((kind, node)), None) = (asked.next(), asked.next()) else {
        let problem = Problem::new(
            "a step that does not ask exactly one question",
            format!("one of {}", QUESTIONS.join(", ")),
        );
        reading.problem(base, &problem);
        return None;
    };
    let path = under(base, kind);
    let place = reading.ground.place(&path);
    let asked = match Entry::of(node) {
        None => Err(Problem::new(node.describe(), "an object")),
        Some(inner) => ask(kind, &inner, place),
    };
    reading.told(&path, asked)
}

fn ask(kind: &str, entry: &Entry<'_, '_>, place: Place) -> Result<Ask, Problem> {
    let required = |field: &str| {
        entry
            .filled(&[field])?
            .map(str::to_string)
            .ok_or_else(|| Problem::new(format!("no `{field}`"), format!("`{field}`")))
    };
    let list = |field: &str| {
        let mut repairs = Vec::new();
        let found: Vec<String> = entry
            .strings(&[field], &mut repairs)?
            .into_iter()
            .map(|(text, _)| text.to_string())
            .collect();
        Ok::<_, Problem>(found)
    };
    Ok(match kind {
        "can" => {
            known_fields(entry, CHECK_FIELDS)?;
            Ask::Can(Box::new(check(entry, place, 0)?))
        }
        "whoCan" => {
            known_fields(entry, &[LISTING_FIELDS, &["via"]].concat())?;
            let any_door = match entry.filled(&["via"])? {
                None | Some("rbac") => false,
                Some("any") => true,
                Some(other) => {
                    return Err(Problem::new(format!("`{other}`"), "`rbac` or `any`")
                        .under(Step::Key("via".to_string())));
                }
            };
            Ask::WhoCan { listing: Box::new(listing(entry, place, Needs::Scope)?), any_door }
        }
        "whereCan" => {
            known_fields(entry, LISTING_FIELDS)?;
            Ask::WhereCan(Box::new(listing(entry, place, Needs::Principal)?))
        }
        "compare" => {
            known_fields(entry, &["a", "b", "expect"])?;
            let word = required("expect")?;
            let relation = [
                Relation::Equal,
                Relation::Contained,
                Relation::Contains,
                Relation::Disjoint,
                Relation::Overlapping,
            ]
            .into_iter()
            .find(|relation| relation.as_str() == word);
            let expect = relation.ok_or_else(|| {
                Problem::new(
                    format!("`{word}`"),
                    "equal, contained, contains, disjoint or overlapping",
                )
                .under(Step::Key("expect".to_string()))
            })?;
            Ask::Compare { a: required("a")?, b: required("b")?, expect }
        }
        "condition" => {
            known_fields(entry, EXPRESSION_FIELDS)?;
            Ask::Condition(Box::new(expression(entry, place)?))
        }
        "least" => {
            known_fields(entry, &["needs", "choices", "expect"])?;
            let (needs, choices, expect) = (list("needs")?, list("choices")?, required("expect")?);
            if choices.len() < 2 || !choices.contains(&expect) || choices.len() > 9 {
                return Err(Problem::new(
                    format!("{} choices", choices.len()),
                    "two to nine role names, with the expected one among them",
                )
                .under(Step::Key("choices".to_string())));
            }
            Ask::Least { needs, choices, expect }
        }
        _ => {
            known_fields(entry, &["resource", "expect"])?;
            Ask::Closing { resource: required("resource")?, expect: list("expect")? }
        }
    })
}
