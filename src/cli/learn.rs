//! `azrbac learn`: lessons that ask first, and exercises.

use super::args::{Format, Global, LearnArguments};
use super::console::Console;
use super::{Exit, Stop, files, inputs, pages};
use azrbac::lesson::{
    self, Exercise, Head, Judgement, Lesson, Played, PlayedStep, SHELF, Solution, Submission,
};
use azrbac::model::Facts;
use azrbac::origin::{Error, ErrorKind, Place};
use azrbac::report::{self, Style, lesson as told, safe, safe_lines};
use serde_json::{Value, json};
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

/// The widest that prose is set.
const WIDTH: usize = 80;

pub(crate) fn run(
    arguments: &LearnArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    if !global.tenant.is_empty() || global.catalog.is_some() {
        return Err(Error::new(ErrorKind::Usage, "a lesson brings its tenant and its catalog")
            .help("azrbac -t lesson:NAME@2 can … asks the tenant of a lesson's second question")
            .into());
    }
    let Some(source) = &arguments.lesson else { return list(global, console) };
    let lesson = load(source)?;
    if let Some(exercise) = exercise(&lesson, arguments)? {
        return answer_exercise(&lesson, exercise, arguments, global, console);
    }
    let played = lesson::play(&lesson, source)?;
    let mut failed = false;
    for (number, failure) in played.failures() {
        failed = true;
        console.error(
            &Error::new(
                ErrorKind::Scenario,
                format!("question {number}: {}: found {}", failure.check, failure.actual),
            )
            .expected(&failure.expected)
            .at(failure.place.clone())
            .help("the prose of this lesson supposes another answer than the program gives"),
        );
    }
    let style = Style { colour: console.colour, near: 5 };
    let page = |commands: &[String]| {
        let mut page = told::page(&lesson, &played);
        page.commands("Make this page again", commands);
        page
    };
    match global.output {
        Format::Html | Format::Md => {
            pages::wrote(global, console, &pages::Unsaid::default(), page)?;
        }
        Format::Json => writeln!(console, "{}", told::json(&lesson, &played))?,
        _ if arguments.script => {
            let text = told::script(&lesson, &played, source, style, WIDTH);
            console.write_all(text.as_bytes())?;
        }
        _ => ask(&lesson, &played, source, style, console)?,
    }
    Ok(if failed { Exit::No } else { Exit::Yes })
}

/// The document of a lesson: one of the program's own, or a file.
fn document(source: &str) -> Result<(String, Vec<u8>), Error> {
    match lesson::shelved(source) {
        Ok(text) => Ok((format!("{source}.yaml"), text.as_bytes().to_vec())),
        Err(near) if !Path::new(source).exists() && source != "-" => Err(Error::new(
            ErrorKind::NotFound,
            format!("no lesson and no file is called `{source}`"),
        )
        .help(format!("did you mean {}? `azrbac learn` lists all", near.join(", ")))),
        Err(_) => files::read(Path::new(source)),
    }
}

/// Reads a lesson by name or from a file.
pub(crate) fn load(source: &str) -> Result<Lesson, Error> {
    let (name, bytes) = document(source)?;
    lesson::read(&name, &bytes).map_err(inputs::first)
}

fn list(global: &Global, console: &mut Console) -> Result<Exit, Stop> {
    let mut heads: Vec<Head> = Vec::with_capacity(SHELF.len());
    for (name, text) in SHELF {
        let name = format!("{name}.yaml");
        heads.push(lesson::head(&name, text.as_bytes()).map_err(inputs::first)?);
    }
    if global.output == Format::Json {
        let lessons: Vec<Value> = heads
            .iter()
            .map(|head| {
                json!({"lesson": head.name, "title": head.title, "summary": head.summary,
                    "minutes": head.minutes, "exercise": head.has_exercise})
            })
            .collect();
        writeln!(console, "{}", json!({"version": 1, "lessons": lessons}))?;
        return Ok(Exit::Yes);
    }
    console.write_all(told::shelf(&heads, width()).as_bytes())?;
    Ok(Exit::Yes)
}

/// How many columns there are now: a window may have been made narrower since the last question.
fn width() -> usize {
    match terminal_size::terminal_size() {
        Some((terminal_size::Width(columns), _)) => usize::from(columns).clamp(40, WIDTH),
        None => WIDTH,
    }
}

/// How a reader did.
#[derive(Default)]
struct Score {
    right: usize,
    guessed: usize,
    missed: Vec<usize>,
}

/// Question by question. Answers come from stdin, a line each, whatever stdin is.
fn ask(
    lesson: &Lesson,
    played: &Played,
    source: &str,
    style: Style,
    console: &mut Console,
) -> Result<(), Stop> {
    let typed = std::io::stdin().is_terminal();
    let mut score = Score::default();
    console.write_all(told::opening(lesson, played, width()).as_bytes())?;
    for (number, step) in played.steps.iter().enumerate() {
        console.write_all(told::question(played, number, width()).as_bytes())?;
        writeln!(console)?;
        let Some(said) = guess(step, typed, console)? else { return farewell(&score, console) };
        let answer = told::solution(step);
        match said {
            None => writeln!(console, "\n= {answer}\n")?,
            Some(Judgement::Right) => {
                score.guessed += 1;
                score.right += 1;
                writeln!(console, "\n✓ Right: {answer}.\n")?;
            }
            Some(_) => {
                score.guessed += 1;
                score.missed.push(number);
                writeln!(console, "\n✗ The answer is: {answer}.\n")?;
            }
        }
        let tenant = &played.tenants[lesson.steps[number].stage];
        console.write_all(told::answer(tenant, step, style).as_bytes())?;
        console.write_all(told::reasons(step, width()).as_bytes())?;
        if typed && number + 1 < played.steps.len() {
            write!(console, "\nEnter goes on, q quits: ")?;
            match line(console)? {
                Some(text) if !text.trim().to_lowercase().starts_with('q') => {}
                Some(_) => return farewell(&score, console),
                None => {
                    writeln!(console)?;
                    return farewell(&score, console);
                }
            }
        }
    }
    console.write_all(told::ending(lesson, played, source, width()).as_bytes())?;
    writeln!(console)?;
    farewell(&score, console)?;
    if !score.missed.is_empty() {
        writeln!(console, "Worth another look:")?;
        for number in &score.missed {
            let command = told::shown(&played.steps[*number].command);
            writeln!(console, "    {}. {}", number + 1, safe(&command))?;
        }
    }
    Ok(())
}

fn farewell(score: &Score, console: &mut Console) -> Result<(), Stop> {
    if score.guessed > 0 {
        writeln!(
            console,
            "You foresaw {} of the {} answers that you guessed.",
            score.right, score.guessed
        )?;
    }
    Ok(())
}

/// What the reader said: nothing where the lesson is to end, `Some(None)` where the question was
/// skipped.
fn guess(
    step: &PlayedStep,
    typed: bool,
    console: &mut Console,
) -> Result<Option<Option<Judgement>>, Stop> {
    let form = match step.solution {
        Solution::Yes | Solution::No | Solution::Depends => "y yes, n no, d it depends".to_string(),
        Solution::Count(_) => "a number".to_string(),
        Solution::Choice(_, of) => format!("1 to {of}"),
    };
    loop {
        write!(console, "Your guess ({form}; Enter skips, q quits): ")?;
        let Some(text) = line(console)? else {
            writeln!(console)?;
            return Ok(None);
        };
        let text = text.trim();
        if !typed {
            // Nobody else echoes what came through a pipe.
            writeln!(console, "{}", safe_lines(text))?;
        }
        if text.is_empty() {
            return Ok(Some(None));
        }
        if text.to_lowercase().starts_with('q') {
            return Ok(None);
        }
        match step.solution.judge(text) {
            Judgement::Unclear => writeln!(console, "`{}` is none of these.", safe(text))?,
            said => return Ok(Some(Some(said))),
        }
    }
}

/// The next line of stdin; nothing at its end.
fn line(console: &mut Console) -> Result<Option<String>, Stop> {
    console.flush()?;
    let mut bytes = Vec::new();
    let count = std::io::stdin()
        .lock()
        .read_until(b'\n', &mut bytes)
        .map_err(|error| Error::io("stdin", "reading", &error))?;
    Ok((count > 0).then(|| String::from_utf8_lossy(&bytes).into_owned()))
}

fn exercise<'l>(
    lesson: &'l Lesson,
    arguments: &LearnArguments,
) -> Result<Option<&'l Exercise>, Error> {
    let wanted = arguments.task || arguments.hint || arguments.starter || arguments.check.is_some();
    match (&lesson.exercise, wanted) {
        (_, false) => Ok(None),
        (Some(exercise), true) => Ok(Some(exercise)),
        (None, true) => {
            Err(Error::new(ErrorKind::Usage, format!("the lesson {} has no exercise", lesson.name))
                .help("azrbac learn lists those that have one"))
        }
    }
}

fn answer_exercise(
    lesson: &Lesson,
    exercise: &Exercise,
    arguments: &LearnArguments,
    global: &Global,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let stage = &lesson.stages[0];
    if arguments.task {
        let text = told::task(lesson, exercise, &stage.tenant()?, WIDTH)?;
        console.write_all(text.as_bytes())?;
    } else if arguments.hint {
        for (number, hint) in exercise.hints.iter().enumerate() {
            writeln!(console, "{}. {}", number + 1, safe(hint))?;
        }
    } else if arguments.starter {
        let definition = report::role::definition_json(&exercise.starter, None);
        let text = serde_json::to_string_pretty(&definition)
            .map_err(|error| Error::new(ErrorKind::Io, error.to_string()))?;
        writeln!(console, "{text}")?;
    } else if let Some(path) = &arguments.check {
        let roles = roles(path, console)?;
        let submission = Submission { roles, instead_of: arguments.instead_of.clone() };
        let grade = lesson::grade(exercise, &submission, stage)?;
        match global.output {
            Format::Json => writeln!(console, "{}", told::grade_json(&grade))?,
            _ => {
                console.write_all(told::grade_text(exercise, &grade).as_bytes())?;
            }
        }
        return Ok(if grade.passed() { Exit::Yes } else { Exit::No });
    }
    Ok(Exit::Yes)
}

/// The role definitions of a file. One that could not be read whole is not graded: what was left out
/// could be what is wrong with it.
fn roles(path: &Path, console: &Console) -> Result<Vec<azrbac::model::RoleDefinition>, Error> {
    let (file, bytes) = files::read(path)?;
    let mut facts = Facts::default();
    azrbac::ingest::read(&mut facts, &file, &bytes);
    let mut errors = facts.errors.into_iter();
    if let Some(error) = errors.next() {
        errors.for_each(|error| console.error(&error));
        return Err(error);
    }
    // What is not plain JSON was read all the same, and has errors of its own.
    let document: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if let Some((found, meant)) = misspelt(&document) {
        let text = String::from_utf8_lossy(&bytes);
        let offset = text.find(&format!("\"{found}\"")).unwrap_or_default();
        let at = azrbac::origin::locate(&text, offset);
        let place = Place { file, path: at.path, line: at.line, column: at.column };
        return Err(Error::new(ErrorKind::Scenario, format!("nothing reads `{found}`"))
            .expected(format!("`{meant}`"))
            .at(place)
            .help("a field that is passed over is a list that is not there"));
    }
    if facts.roles.is_empty() {
        return Err(Error::new(ErrorKind::NotFound, format!("`{file}` holds no role definition"))
            .expected("a role definition as az, Azure PowerShell or REST write it")
            .help("azrbac learn NAME --starter prints one to begin with"));
    }
    Ok(facts.roles)
}

/// The first field that looks like one of a role definition and is none. Other programs write fields of
/// their own, so one that is passed over is no error elsewhere; here a person wrote the file by hand.
fn misspelt(document: &Value) -> Option<(&str, &'static str)> {
    const LISTS: [&str; 5] =
        ["actions", "notActions", "dataActions", "notDataActions", "assignableScopes"];
    match document {
        Value::Array(entries) => entries.iter().find_map(misspelt),
        Value::Object(fields) => fields.iter().find_map(|(name, inside)| {
            let folded = name.to_ascii_lowercase();
            let known = LISTS.iter().any(|list| list.eq_ignore_ascii_case(name));
            let near = LISTS.iter().copied().find(|list| {
                strsim::osa_distance(&list.to_ascii_lowercase(), &folded) <= 2 && !known
            });
            near.map(|list| (name.as_str(), list)).or_else(|| misspelt(inside))
        }),
        _ => None,
    }
}
