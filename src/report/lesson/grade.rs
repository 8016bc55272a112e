//! A grade: what is missing, what is forbidden, what is too much, and by which operation it shows.

use crate::analysis::role::Power;
use crate::lesson::{Exercise, Grade};
use crate::report::Page;
use serde_json::{Value, json};

fn power(power: Power) -> &'static str {
    match power {
        Power::Access => "hands out access",
        Power::Credentials => "obtains a key, a secret or a token",
        Power::Identities => "lets a resource act as an identity",
        Power::Code => "runs code",
        Power::Delete => "deletes",
        Power::Write => "changes something",
        Power::Read => "reads",
    }
}

/// The grade as text.
#[must_use]
pub fn grade_text(exercise: &Exercise, grade: &Grade) -> String {
    let mut page = Page::default();
    if grade.passed() {
        page.line(0, "✓ passed: all that is asked, nothing that is forbidden");
        let weight = grade.excess.weight();
        if weight > 0 {
            let allowance = grade.excess.allowance;
            page.line(
                2,
                &format!("what it holds beside that weighs {weight}; {allowance} is allowed"),
            );
        }
        future(&mut page, grade);
        return page.finish();
    }
    page.line(0, "✗ not yet");
    if !grade.refused.is_empty() {
        page.gap();
        page.line(0, "Azure would refuse this definition or its assignment:");
        for reason in &grade.refused {
            page.line(2, &format!("✗ {reason}"));
        }
    }
    if !grade.missing.is_empty() {
        page.gap();
        page.line(0, "missing:");
        for one in &grade.missing {
            page.raw(&format!("  ✗ {}", one.witness));
            page.line(6, &format!("on the {} plane", one.plane));
            if one.wanted.is_wildcard() {
                page.line(6, &format!("one of `{}`", one.wanted));
            }
            if let Some(hint) = &one.hint {
                page.line(6, hint);
            }
        }
    }
    if !grade.forbidden.is_empty() {
        page.gap();
        page.line(0, "forbidden, and held:");
        for one in &grade.forbidden {
            page.raw(&format!("  ✗ {}", one.witness));
            page.line(
                6,
                &format!("{}; on the {} plane, by {}", power(one.power), one.plane, one.role),
            );
            if let Some((role, by)) = &one.left_out_by {
                page.line(
                    6,
                    &format!(
                        "{role} leaves it out with `{by}` in {}: that is not a deny, and {} gives it back",
                        one.plane.except_list(),
                        one.role
                    ),
                );
            }
        }
    }
    given_back(&mut page, exercise, grade);
    if grade.excess.is_too_much() {
        page.gap();
        let (weight, allowance) = (grade.excess.weight(), grade.excess.allowance);
        page.line(0, &format!("too much: it weighs {weight}, and {allowance} is allowed"));
        for (at, count) in grade.excess.powers.iter().enumerate().filter(|(_, count)| **count > 0) {
            let kind = Power::ALL[at];
            let weight = kind.weight() * *count as u64;
            page.line(2, &format!("{count} × {} ({}) = {weight}", kind.weight(), power(kind)));
        }
        page.line(2, "such as");
        for (_, _, name) in &grade.excess.gravest {
            page.raw(&format!("    {name}"));
        }
    }
    if !grade.failures.is_empty() {
        page.gap();
        page.line(0, "with this role given, the tenant answers otherwise than the task wants:");
        for one in &grade.failures {
            page.line(2, &format!("✗ {}", one.check));
            page.line(6, &format!("wanted {}, found {}", one.expected, one.actual));
        }
    }
    page.finish()
}

/// Role by role: what it gives back, and how it is taken off.
fn given_back(page: &mut Page, exercise: &Exercise, grade: &Grade) {
    let mut told: Vec<(&str, &str)> = Vec::new();
    for first in &grade.given_back {
        let key = (&*first.role, &*first.place);
        if told.contains(&key) {
            continue;
        }
        told.push(key);
        page.gap();
        let through =
            first.through.as_ref().map_or_else(String::new, |group| format!(" through {group}"));
        let eligible = if first.eligible { ", once it is activated" } else { "" };
        page.line(
            0,
            &format!(
                "given back by another role of {}: {} on {}{through}{eligible}",
                exercise.person, first.role, first.place
            ),
        );
        let mut left_out = false;
        for one in grade.given_back.iter().filter(|one| (&*one.role, &*one.place) == key) {
            page.raw(&format!("  ✗ {}", one.witness));
            if let Some(by) = &one.left_out_by {
                left_out = true;
                page.line(
                    6,
                    &format!("yours leaves it out: `{by}` in {}", one.plane.except_list()),
                );
            } else if one.held_too {
                page.line(6, "yours holds it as well");
            }
        }
        if left_out {
            page.line(2, &format!("{} is not a deny", first.plane.except_list()));
        } else {
            page.line(2, "what a role does not hold, it does not take away either");
        }
        page.line(2, &format!("--instead-of '{}' takes that role off", first.role));
    }
}

fn future(page: &mut Page, grade: &Grade) {
    if let Some(witness) = &grade.excess.future {
        page.line(
            2,
            &format!(
                "a wildcard is wider than today's operations: it would match {witness} too, should that ever exist"
            ),
        );
    }
}

/// The grade for programs.
#[must_use]
pub fn grade(grade: &Grade) -> Value {
    let missing: Vec<Value> = grade
        .missing
        .iter()
        .map(|one| {
            json!({"plane": one.plane.as_str(), "wanted": one.wanted.text(),
                "witness": one.witness.text(), "hint": one.hint})
        })
        .collect();
    let forbidden: Vec<Value> = grade
        .forbidden
        .iter()
        .map(|one| {
            json!({"plane": one.plane.as_str(), "never": one.never.text(),
                "witness": one.witness.text(), "power": one.power.as_str(), "role": one.role,
                "leftOutBy": one.left_out_by.as_ref().map(|(role, by)| json!({"role": role, "pattern": by}))})
        })
        .collect();
    let given_back: Vec<Value> = grade
        .given_back
        .iter()
        .map(|one| {
            json!({"plane": one.plane.as_str(), "witness": one.witness.text(), "role": one.role,
                "scope": one.scope.text(), "place": one.place, "through": one.through, "eligible": one.eligible,
                "leftOutBy": one.left_out_by})
        })
        .collect();
    let powers: Vec<Value> = Power::ALL
        .iter()
        .zip(&grade.excess.powers)
        .filter(|(_, count)| **count > 0)
        .map(|(power, count)| {
            json!({"power": power.as_str(), "count": count, "weight": power.weight() * *count as u64})
        })
        .collect();
    let gravest: Vec<Value> = grade
        .excess
        .gravest
        .iter()
        .map(|(power, plane, name)| {
            json!({"power": power.as_str(), "plane": plane.as_str(), "operation": name})
        })
        .collect();
    let failures: Vec<Value> = grade
        .failures
        .iter()
        .map(|one| json!({"check": one.check, "expected": one.expected, "actual": one.actual}))
        .collect();
    json!({"version": 1, "passed": grade.passed(), "refused": grade.refused, "missing": missing,
        "forbidden": forbidden, "givenBack": given_back,
        "excess": {"weight": grade.excess.weight(), "allowance": grade.excess.allowance,
            "powers": powers, "gravest": gravest,
            "future": grade.excess.future.as_ref().map(|one| one.text().to_string())},
        "failures": failures})
}
