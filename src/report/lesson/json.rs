//! A lesson for programs: stable and versioned.

use super::text::{answer, shown, solution};
use crate::lesson::{Lesson, Part, Played};
use crate::report::Style;
use serde_json::{Value, json};

fn prose(parts: &[Part]) -> Value {
    let list: Vec<Value> = parts
        .iter()
        .map(|part| match part {
            Part::Paragraph(text) => json!({"paragraph": text}),
            Part::Item(text) => json!({"item": text}),
            Part::Lines(lines) => json!({"lines": lines}),
        })
        .collect();
    Value::Array(list)
}

/// The whole lesson with its answers.
#[must_use]
pub fn json(lesson: &Lesson, played: &Played) -> Value {
    let style = Style { colour: false, near: 5 };
    let steps: Vec<Value> = played
        .steps
        .iter()
        .zip(&lesson.steps)
        .map(|(step, written)| {
            let tenant = &played.tenants[written.stage];
            let failures: Vec<Value> = step
                .failures
                .iter()
                .map(|one| {
                    json!({"check": one.check, "place": one.place.to_string(),
                        "expected": one.expected, "actual": one.actual})
                })
                .collect();
            json!({"change": prose(&step.change), "say": prose(&step.say), "question": step.ask,
                "choices": step.choices, "answer": solution(step),
                "derivation": answer(tenant, step, style), "because": prose(&step.because),
                "arguments": step.command, "command": shown(&step.command), "failures": failures})
        })
        .collect();
    json!({"version": 1, "lesson": lesson.name, "title": lesson.title, "summary": lesson.summary,
        "minutes": lesson.minutes, "situation": prose(&played.situation), "steps": steps,
        "takeaway": prose(&played.takeaway), "next": lesson.next,
        "exercise": lesson.exercise.is_some()})
}
