//! A lesson on a terminal, piece by piece, so that the reader can answer between them.

use crate::ident::Plane;
use crate::lesson::{Answer, Exercise, Lesson, Part, Played, PlayedStep, Solution};
use crate::origin::Error;
use crate::pattern::ActionPattern;
use crate::report::text::wrap;
use crate::report::{self, Style, safe};
use crate::tenant::Tenant;

/// How many single roles of a suggestion are told.
const ROLES_TOLD: usize = 3;

/// Paragraphs in lines of at most `width` columns.
fn prose(parts: &[Part], width: usize) -> String {
    let mut out = String::new();
    let mut before: Option<&Part> = None;
    for part in parts {
        let in_list = matches!((before, part), (Some(Part::Item(_)), Part::Item(_)));
        if before.is_some() && !in_list {
            out.push('\n');
        }
        match part {
            Part::Paragraph(text) => {
                for line in wrap(&safe(text), width) {
                    out.push_str(&line);
                    out.push('\n');
                }
            }
            Part::Item(text) => {
                for (number, line) in wrap(&safe(text), width.saturating_sub(4)).iter().enumerate()
                {
                    let lead = if number == 0 { "  - " } else { "    " };
                    out.push_str(&format!("{lead}{line}\n"));
                }
            }
            Part::Lines(lines) => {
                for line in lines {
                    out.push_str(&format!("    {}\n", safe(line)));
                }
            }
        }
        before = Some(part);
    }
    out
}

/// Title and situation.
#[must_use]
pub fn opening(lesson: &Lesson, played: &Played, width: usize) -> String {
    let title = safe(&lesson.title);
    let rule = "─".repeat(title.chars().count().min(width));
    format!("{title}\n{rule}\n\n{}", prose(&played.situation, width))
}

/// What has changed, what to know, and the question.
#[must_use]
pub fn question(played: &Played, number: usize, width: usize) -> String {
    let step = &played.steps[number];
    let mut out = format!("\n── {} of {} ", number + 1, played.steps.len());
    let used = out.trim_start().chars().count();
    out.push_str(&"─".repeat(width.saturating_sub(used)));
    out.push_str("\n\n");
    if !step.change.is_empty() {
        out.push_str(&changed(&prose(&step.change, width.saturating_sub(2))));
        out.push('\n');
    }
    if !step.say.is_empty() {
        out.push_str(&prose(&step.say, width));
        out.push('\n');
    }
    for (at, line) in wrap(&safe(&step.ask), width.saturating_sub(2)).iter().enumerate() {
        let lead = if at == 0 { "? " } else { "  " };
        out.push_str(&format!("{lead}{line}\n"));
    }
    for (at, choice) in step.choices.iter().enumerate() {
        out.push_str(&format!("    {}  {}\n", at + 1, safe(choice)));
    }
    out
}

/// A change stands behind a bar.
fn changed(text: &str) -> String {
    text.lines().map(|line| format!("│ {line}").trim_end().to_string() + "\n").collect()
}

/// The answer in a word or two: `yes`, `3`, `Reader`.
#[must_use]
pub fn solution(step: &PlayedStep) -> String {
    match step.solution {
        Solution::Yes => "yes".to_string(),
        Solution::No => "no".to_string(),
        Solution::Depends => "it depends".to_string(),
        Solution::Count(count) => count.to_string(),
        Solution::Choice(at, _) => {
            step.choices.get(at).map_or_else(String::new, |choice| safe(choice))
        }
    }
}

/// The program's answer, in the words of the command that gives it.
#[must_use]
pub fn answer(tenant: &Tenant, answer: &Answer, style: Style) -> String {
    match answer {
        Answer::Can(inner) => {
            let (prepared, decision, access) = &**inner;
            report::decision_text(tenant, prepared, decision, access, style, &|_| None)
        }
        Answer::WhoCan(inner) => {
            let (prepared, list, people) = &**inner;
            report::who_can_text(tenant, prepared, list, people, None, style)
        }
        Answer::Entrants(inner) => report::entrants(tenant, &inner.1),
        Answer::WhereCan(inner) => report::where_can_text(tenant, &inner.0, &inner.1, style),
        Answer::Compare(inner) => {
            let (a, b, found) = &**inner;
            report::role::comparison_text(a, b, found)
        }
        Answer::Condition(value, steps, residual) => {
            report::condition_value(value, steps, residual.as_deref())
        }
        Answer::Least(inner) => report::role::suggestion_text(&inner.0, &inner.1, ROLES_TOLD),
        Answer::Closing(inner) => report::closing(tenant, &inner.0, &inner.1),
    }
}

/// A command line as a shell takes it.
#[must_use]
pub fn shown(words: &[String]) -> String {
    let quoted: Vec<String> = words
        .iter()
        .map(|word| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@:=,+%".contains(c);
            if !word.is_empty() && word.chars().all(plain) {
                word.clone()
            } else {
                format!("'{}'", word.replace('\'', "'\\''"))
            }
        })
        .collect();
    format!("azrbac {}", quoted.join(" "))
}

/// What to see in the answer.
#[must_use]
pub fn reasons(step: &PlayedStep, width: usize) -> String {
    format!("\n{}", prose(&step.because, width))
}

/// What to remember, to try and to read next.
#[must_use]
pub fn ending(lesson: &Lesson, played: &Played, source: &str, width: usize) -> String {
    let mut out = format!("\n{}\n", "─".repeat(width));
    if !played.takeaway.is_empty() {
        out.push('\n');
        out.push_str(&prose(&played.takeaway, width));
    }
    out.push_str("\nAsk again, and change the question:\n\n");
    let all = played.steps.iter().map(|step| shown(&step.command));
    for command in all.chain(lesson.tries.iter().map(|line| format!("azrbac {line}"))) {
        out.push_str(&format!("    {}\n", safe(&command)));
    }
    if lesson.exercise.is_some() {
        let source = shown(&["learn".to_string(), source.to_string()]);
        out.push_str(&format!(
            "\nNow write a role yourself. The task, and a role to begin with:\n\n    {source} --task\n    {source} --starter > my-role.json\n    {source} --check my-role.json\n"
        ));
    }
    if !lesson.next.is_empty() {
        out.push('\n');
        for name in &lesson.next {
            out.push_str(&format!("next: azrbac learn {}\n", safe(name)));
        }
    }
    out
}

/// The whole lesson without asking.
#[must_use]
pub fn script(
    lesson: &Lesson,
    played: &Played,
    source: &str,
    style: Style,
    width: usize,
) -> String {
    let mut out = opening(lesson, played, width);
    for (number, step) in played.steps.iter().enumerate() {
        out.push_str(&question(played, number, width));
        out.push_str(&format!("\n= {}\n\n", solution(step)));
        let tenant = &played.tenants[lesson.steps[number].stage];
        out.push_str(&answer(tenant, &step.answer, style));
        out.push_str(&reasons(step, width));
    }
    out.push_str(&ending(lesson, played, source, width));
    out
}

/// What is to be written, and how it is handed in.
///
/// # Errors
/// Where a placeholder of the task cannot be computed.
pub fn task(
    lesson: &Lesson,
    exercise: &Exercise,
    tenant: &Tenant,
    width: usize,
) -> Result<String, Error> {
    let parts = exercise.task.parts(tenant)?;
    let mut out = prose(&parts, width);
    let list = |out: &mut String, head: &str, list: &[(Plane, ActionPattern)]| {
        if list.is_empty() {
            return;
        }
        out.push_str(&format!("\n{head}\n"));
        for (plane, pattern) in list {
            out.push_str(&format!("    {pattern} ({plane} plane)\n"));
        }
    };
    list(&mut out, "It must hold", &exercise.must);
    list(&mut out, "It may hold", &exercise.may);
    list(&mut out, &format!("{} must not be able to", exercise.person), &exercise.never);
    let name = safe(&lesson.name);
    out.push_str(&format!(
        "\nIt is assigned on {}. What it holds beside that may weigh {}.\n\n    azrbac learn {name} --starter > my-role.json\n    azrbac learn {name} --check my-role.json\n    azrbac learn {name} --hint\n",
        safe(&exercise.scope),
        exercise.allowance
    ));
    Ok(out)
}
