//! A lesson as a page: every answer folded away until the reader has guessed.

use super::text::{answer, shown, solution};
use crate::lesson::{Answer, Lesson, Part, Played, Solution};
use crate::report::Style;
use crate::report::document::{Document, Flow, Inline, Tone};
use crate::report::picture::of_decision;

/// The words of a lesson: what stands between backticks is code.
fn inline(text: &str) -> Inline {
    let mut line = Inline::default();
    for (number, part) in text.split('`').enumerate() {
        if !part.is_empty() {
            line = if number % 2 == 1 { line.code(part) } else { line.text(part) };
        }
    }
    line
}

fn prose(flow: &mut Flow, parts: &[Part]) {
    let mut items: Vec<Inline> = Vec::new();
    for part in parts {
        if let Part::Item(text) = part {
            items.push(inline(text));
            continue;
        }
        flow.bullets(std::mem::take(&mut items));
        match part {
            Part::Paragraph(text) => flow.paragraph(inline(text)),
            Part::Lines(lines) => flow.code("as written", &lines.join("\n")),
            Part::Item(_) => {}
        }
    }
    flow.bullets(items);
}

/// The whole lesson, to be written as HTML or Markdown.
#[must_use]
pub fn page(lesson: &Lesson, played: &Played) -> Document {
    let style = Style { colour: false, near: 5 };
    let mut page = Document::new(&lesson.title);
    page.paragraph(inline(&lesson.summary));
    prose(&mut page, &played.situation);
    for (number, step) in played.steps.iter().enumerate() {
        page.section(&format!("Question {} of {}", number + 1, played.steps.len()), |part| {
            for change in &step.change {
                match change {
                    Part::Paragraph(text) | Part::Item(text) => {
                        part.note(Tone::Plain, inline(text));
                    }
                    Part::Lines(lines) => part.code("the change", &lines.join("\n")),
                }
            }
            prose(part, &step.say);
            part.paragraph(Inline::default().strong(&step.ask));
            part.steps(step.choices.iter().map(|choice| inline(choice)));
            part.unfold("Answer", |open| {
                let tone = match step.solution {
                    Solution::Yes => Tone::Yes,
                    Solution::No => Tone::No,
                    Solution::Depends => Tone::Maybe,
                    Solution::Count(_) | Solution::Choice(..) => Tone::Plain,
                };
                open.paragraph(Inline::default().badge(tone, &solution(step)));
                let tenant = &played.tenants[lesson.steps[number].stage];
                open.code("what azrbac answers", &answer(tenant, step, style));
                if let Answer::Can(inner) = &step.answer {
                    let (prepared, decision, access) = &**inner;
                    let picture = of_decision(tenant, prepared, decision, access);
                    open.figure(picture.drawing(), picture.description());
                }
                prose(open, &step.because);
                open.code("to ask again", &shown(&step.command));
            });
        });
    }
    page.section("Remember", |part| prose(part, &played.takeaway));
    let next = lesson.next.iter().map(|name| format!("azrbac learn {name}"));
    page.commands("Go on", next);
    page
}
