//! Which roles are enough.

use super::definition::{definition_json, role_json};
use crate::analysis::role::{Excess, Power, Suggestion, Trait};
use crate::model::RoleDefinition;
use crate::report::page::{Page, count};
use serde_json::{Value, json};

/// The suggestion as text; of the single roles the first `told`.
#[must_use]
pub fn suggestion_text(suggestion: &Suggestion, roles: &[RoleDefinition], told: usize) -> String {
    let mut page = Page::default();
    page.line(0, &count(suggestion.needs.len(), "operation is needed", "operations are needed"));
    for need in &suggestion.uncovered {
        let (operation, plane) = &suggestion.needs[*need];
        let under: Vec<&str> = suggestion
            .conditional
            .iter()
            .filter(|(of, _)| of == need)
            .map(|(_, role)| &*roles[*role].name)
            .collect();
        let how = match under.as_slice() {
            [] => "no role grants it".to_string(),
            [one, ..] => format!("only under a condition, as in {one}"),
        };
        page.line(2, &format!("not covered: {operation} ({plane} plane): {how}"));
    }
    page.gap();
    if suggestion.single.is_empty() {
        page.line(0, "no single role grants all of it");
    } else {
        page.line(0, "single roles, the least excess first");
        let least = suggestion.single.iter().map(|c| c.excess.weight()).min();
        for candidate in suggestion.single.iter().take(told) {
            let role = &roles[candidate.role];
            let mut words: Vec<&str> = candidate.traits.iter().map(|t| t.as_str()).collect();
            if candidate.conditionally {
                words.push("grants some of it under a condition only");
            }
            if Some(candidate.excess.weight()) == least {
                words.push("least weight");
            }
            page.line(2, &titled(&role.name, &words));
            excess_text(&mut page, &candidate.excess);
        }
        if suggestion.single.len() > told {
            page.line(2, &format!("and {} more", suggestion.single.len() - told));
        }
        if let Some(best) = suggestion.single.first() {
            page.gap();
            page.line(0, &format!("proof for {}", roles[best.role].name));
            for ((operation, _), line) in suggestion.needs.iter().zip(&best.proof) {
                page.line(2, &format!("{operation} by {line}"));
            }
        }
    }
    if !suggestion.set.is_empty() {
        page.gap();
        let size: std::collections::BTreeSet<usize> =
            suggestion.set.iter().map(|member| member.role).collect();
        let sure = if suggestion.minimal { "" } else { " (not proven minimal)" };
        page.line(0, &format!("smallest set: {}{sure}", count(size.len(), "role", "roles")));
        for member in &suggestion.set {
            let words: Vec<&str> = member.traits.iter().map(|t| t.as_str()).collect();
            page.line(2, &titled(&roles[member.role].name, &words));
            if let Some(scope) = &member.scope {
                page.line(4, &format!("at {scope}"));
            }
            excess_text(&mut page, &member.excess);
            for (need, line) in &member.covers {
                page.line(4, &format!("{} by {line}", suggestion.needs[*need].0));
            }
        }
    }
    page.gap();
    page.line(0, "custom role: exactly what is needed, no excess");
    for refusal in &suggestion.custom.refusals {
        page.line(2, &format!("before the service takes it: {refusal}"));
    }
    let definition = definition_json(&suggestion.custom.role, Some(&suggestion.custom.description));
    for line in serde_json::to_string_pretty(&definition).unwrap_or_default().lines() {
        page.raw(line);
    }
    page.finish()
}

fn titled(name: &str, words: &[&str]) -> String {
    if words.is_empty() { name.to_string() } else { format!("{name} ({})", words.join(", ")) }
}

fn excess_text(page: &mut Page, excess: &Excess) {
    if excess.count == 0 {
        page.line(4, "no excess among known operations");
        return;
    }
    let parts: Vec<String> = Power::ALL
        .iter()
        .zip(excess.powers)
        .filter(|(_, count)| *count > 0)
        .map(|(power, count)| format!("{} {count}", power.as_str()))
        .collect();
    page.line(
        4,
        &format!("excess {}, weight {}: {}", excess.count, excess.weight(), parts.join(", ")),
    );
    // Twelve at most, or all because that was asked for.
    for (power, operation) in &excess.operations {
        page.line(6, &format!("{}: {operation}", power.as_str()));
    }
}

/// The suggestion as JSON.
#[must_use]
pub fn suggestion_json(suggestion: &Suggestion, roles: &[RoleDefinition]) -> Value {
    let need = |number: usize| suggestion.needs[number].0.text();
    let single: Vec<Value> = suggestion
        .single
        .iter()
        .map(|candidate| {
            let proof: Vec<Value> = suggestion
                .needs
                .iter()
                .zip(&candidate.proof)
                .map(|((operation, plane), line)| {
                    json!({"operation": operation.text(), "plane": plane.as_str(), "by": line})
                })
                .collect();
            json!({"role": role_json(&roles[candidate.role]), "excess": candidate.excess.count,
                "weight": candidate.excess.weight(), "powers": powers(&candidate.excess),
                "excessOperations": listed(&candidate.excess), "traits": traits(&candidate.traits),
                "conditionally": candidate.conditionally, "proof": proof})
        })
        .collect();
    let set: Vec<Value> = suggestion
        .set
        .iter()
        .map(|member| {
            let covers: Vec<&str> = member.covers.iter().map(|(n, _)| need(*n)).collect();
            let proof: Vec<Value> = member
                .covers
                .iter()
                .map(|(n, line)| json!({"operation": need(*n), "by": line}))
                .collect();
            json!({"role": role_json(&roles[member.role]),
                "scope": member.scope.as_ref().map(|scope| scope.text()), "covers": covers,
                "proof": proof, "excess": member.excess.count, "weight": member.excess.weight(),
                "powers": powers(&member.excess), "excessOperations": listed(&member.excess),
                "traits": traits(&member.traits)})
        })
        .collect();
    let needs: Vec<Value> = suggestion
        .needs
        .iter()
        .map(|(operation, plane)| json!({"operation": operation.text(), "plane": plane.as_str()}))
        .collect();
    let uncovered: Vec<&str> = suggestion.uncovered.iter().map(|n| need(*n)).collect();
    json!({"version": 1, "needs": needs, "single": single, "set": set,
        "minimal": suggestion.minimal, "uncovered": uncovered,
        "custom": definition_json(&suggestion.custom.role, Some(&suggestion.custom.description)),
        "customRefusals": suggestion.custom.refusals})
}

fn powers(excess: &Excess) -> Value {
    Power::ALL
        .iter()
        .zip(excess.powers)
        .map(|(power, count)| (power.as_str().to_string(), json!(count)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn listed(excess: &Excess) -> Vec<Value> {
    let one = |(power, operation): &(Power, String)| json!({"power": power.as_str(), "operation": operation});
    excess.operations.iter().map(one).collect()
}

fn traits(traits: &[Trait]) -> Vec<&'static str> {
    traits.iter().map(|found| found.as_str()).collect()
}
