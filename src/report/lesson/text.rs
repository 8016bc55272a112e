//! A lesson on a terminal, piece by piece, so that the reader can answer between them.

use crate::analysis::role::{Candidate, Power, RoleComparison, Suggestion};
use crate::condition::{Evaluation, Step};
use crate::dataplane::ResourceDoors;
use crate::ident::Plane;
use crate::lesson::{Answer, Exercise, Head, Lesson, Part, Played, PlayedStep, Solution};
use crate::model::RoleDefinition;
use crate::origin::Error;
use crate::pattern::ActionPattern;
use crate::report::Page;
use crate::report::text::wrap;
use crate::report::{self, Style, safe, safe_lines};
use crate::tenant::Tenant;
use crate::truth::Truth;

/// Two roles side by side, without the lists that the command prints.
fn comparison(a: &RoleDefinition, b: &RoleDefinition, found: &RoleComparison) -> String {
    let mut page = Page::default();
    let verdict = crate::report::naming::relation(found.relation);
    page.line(0, &format!("{} {verdict} {}", a.name, b.name));
    for plane in &found.planes {
        page.line(2, &format!("{} plane: {} operations in both", plane.plane, plane.shared));
        for (only, role) in plane.only.iter().zip([a, b]) {
            let Some(witness) = &only.witness else { continue };
            let example = only.operations.first().map_or(witness.text(), |first| first);
            let count = only.operations.len();
            page.line(4, &format!("only {}: {count}, such as {example}", role.name));
        }
    }
    page.finish()
}

/// The value of a condition part by part, names cut to their ends; the command gives them whole.
fn condition(value: &Evaluation, steps: &[Step], residual: Option<&str>) -> String {
    let mut page = Page::default();
    page.line(
        0,
        match (value.truth, value.open) {
            (Truth::True, _) => "true: what its assignment grants is granted",
            (Truth::False, _) => "false: nothing is granted",
            (Truth::Unknown, true) => "unknown: something that was not said decides it",
            (Truth::Unknown, false) => "neither true nor false, and so nothing is granted",
        },
    );
    page.gap();
    for step in steps {
        let note = step.note.as_ref().map_or_else(String::new, |note| format!(" ({note})"));
        page.line(
            2 + 2 * step.depth,
            &ends(&format!("{}: {}{note}", step.text, step.truth.as_str())),
        );
    }
    if let Some(residual) = residual {
        page.gap();
        page.line(0, &ends(&format!("left: {residual}")));
    }
    page.finish()
}

/// A text whose long paths are cut to their last two parts.
fn ends(text: &str) -> String {
    let is_of_path = |c: char| c.is_alphanumeric() || "/.".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_of_path) {
        out.push_str(&rest[..start]);
        let path = &rest[start..];
        let path = &path[..path.find(|c| !is_of_path(c)).unwrap_or(path.len())];
        match path.rmatch_indices('/').nth(1).filter(|_| path.matches('/').count() > 2) {
            Some((cut, _)) => out.push_str(&format!("…{}", &path[cut..])),
            None => out.push_str(path),
        }
        rest = &rest[start + path.len()..];
    }
    out.push_str(rest);
    out
}

/// What each choice would give beside the task; the command ranks every built-in role.
fn least(found: &Suggestion, roles: &[RoleDefinition], choices: &[String]) -> String {
    let mut page = Page::default();
    let count = found.needs.len();
    page.line(0, &format!("{count} operations are needed; what else each role holds:"));
    for choice in choices {
        let fits = |one: &Candidate| roles[one.role].name.eq_ignore_ascii_case(choice);
        let place = found.single.iter().position(fits);
        let Some((rank, one)) = place.map(|rank| (rank, &found.single[rank])) else {
            page.line(2, &format!("✗ {choice}: does not hold all that is needed"));
            continue;
        };
        let powers: Vec<String> = Power::ALL
            .iter()
            .zip(&one.excess.powers)
            .filter(|(_, count)| **count > 0)
            .map(|(power, count)| format!("{} {count}", power.as_str()))
            .collect();
        let (count, weight) = (one.excess.count, one.excess.weight());
        page.line(2, &format!("{choice}: {count} too many, weight {weight}"));
        page.line(6, &powers.join(", "));
        let of = found.single.len();
        page.line(6, &format!("number {} of the {of} roles that hold it all", rank + 1));
    }
    page.finish()
}

/// Who loses what; the command prints what to assign before.
fn closing(tenant: &Tenant, doors: &ResourceDoors) -> String {
    let mut page = Page::default();
    let (name, state) = (doors.resource.leaf(), doors.state.as_str());
    page.line(0, &format!("{name}: local authentication {state}"));
    let count = doors.stakes.len();
    let head = if count == 1 { "principal loses" } else { "principals lose" };
    page.line(2, &format!("{count} {head} access when it is closed"));
    for stake in &doors.stakes {
        let much = if stake.entirely { "its only way in" } else { "part of its access" };
        let holder = doors.holders.iter().find(|one| one.principal == stake.principal);
        let role = holder
            .and_then(|holder| holder.assignment)
            .and_then(|ix| tenant.assignment_role(ix))
            .map_or_else(String::new, |role| {
                format!("; the key comes with {}", tenant.role(role).name())
            });
        page.line(4, &format!("{}: {much}{role}", tenant.principal_name(stake.principal)));
    }
    page.finish()
}

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
                for line in wrap(&safe_lines(text), width) {
                    out.push_str(&line);
                    out.push('\n');
                }
            }
            Part::Item(text) => {
                for (number, line) in
                    wrap(&safe_lines(text), width.saturating_sub(4)).iter().enumerate()
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

/// The lessons that there are.
#[must_use]
pub fn shelf(heads: &[Head], width: usize) -> String {
    let minutes: u32 = heads.iter().map(|head| head.minutes).sum();
    let count = heads.len();
    let mut out =
        format!("{count} lessons, about {minutes} minutes. azrbac learn NAME begins one.\n");
    for head in heads {
        let exercise = if head.has_exercise { ", with an exercise" } else { "" };
        let (name, title) = (safe(&head.name), safe(&head.title));
        out.push_str(&format!("\n{name}\n    {title} ({} minutes{exercise})\n", head.minutes));
        for line in wrap(&safe(&head.summary), width.saturating_sub(4)) {
            out.push_str(&format!("    {line}\n"));
        }
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
pub fn answer(tenant: &Tenant, step: &PlayedStep, style: Style) -> String {
    let choices = &step.choices;
    match &step.answer {
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
            comparison(a, b, found)
        }
        Answer::Condition(value, steps, residual) => condition(value, steps, residual.as_deref()),
        Answer::Least(inner) => least(&inner.0, &inner.1, choices),
        Answer::Closing(inner) => closing(tenant, &inner.0),
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
        out.push_str(&answer(tenant, step, style));
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
