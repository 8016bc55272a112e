//! One role: what it is for and what it really does.

use super::definition::definition_json;
use crate::analysis::role::{Power, Profile};
use crate::catalog::local_auth::Certainty;
use crate::ident::Plane;
use crate::model::{RoleDefinition, RoleKind};
use crate::report::page::{Page, count};
use serde_json::{Value, json};

/// The role as text.
#[must_use]
pub fn profile_text(role: &RoleDefinition, profile: &Profile) -> String {
    let mut page = Page::default();
    page.line(0, &role.name);
    let kind = match role.kind {
        RoleKind::BuiltIn => "built-in",
        RoleKind::Custom => "custom",
    };
    let mut words = vec![kind];
    words.extend(profile.traits.iter().map(|found| found.as_str()));
    let id = role.id.map_or_else(|| "no GUID recorded".to_string(), |id| id.to_string());
    page.line(2, &format!("{id}   {}", words.join(", ")));
    page.gap();
    page.line(0, "what it is for");
    profile.purpose.iter().for_each(|line| page.line(2, line));
    page.gap();
    page.line(0, "permissions");
    for (number, block) in role.blocks.iter().enumerate() {
        if role.blocks.len() > 1 {
            page.line(2, &format!("block {}", number + 1));
        }
        for plane in [Plane::Control, Plane::Data] {
            let (allow, except) = block.side(plane);
            for (name, list) in [(plane.grant_list(), allow), (plane.except_list(), except)] {
                if !list.is_empty() {
                    page.line(2, name);
                    list.iter().for_each(|pattern| page.line(4, pattern.text()));
                }
            }
        }
    }
    page.gap();
    page.line(0, "against the catalog");
    for plane in &profile.planes {
        page.line(
            2,
            &format!("{} plane: {} of {} known operations", plane.plane, plane.count, plane.known),
        );
        for (name, granted, known) in plane.providers.iter().take(8) {
            page.line(4, &format!("{name}: {granted} of {known}"));
        }
        if plane.providers.len() > 8 {
            page.line(4, &format!("and {} more providers", plane.providers.len() - 8));
        }
    }
    for (power, operations) in &profile.powers {
        page.gap();
        page.line(
            0,
            &format!(
                "{}: {}",
                power_words(*power),
                count(operations.len(), "operation", "operations")
            ),
        );
        let names: Vec<&str> = operations.iter().map(|(_, name)| &**name).collect();
        page.names(2, &names, 8);
    }
    let doubtful: Vec<String> = profile
        .credentials
        .iter()
        .filter(|key| key.certainty == Certainty::Unconfirmed)
        .map(|key| format!("{} ({})", key.operation, key.service))
        .collect();
    if !doubtful.is_empty() {
        page.gap();
        page.line(0, "perhaps hands out credentials as well; sources disagree");
        page.names(2, &doubtful, 8);
    }
    if !profile.subtractions.is_empty() {
        page.gap();
        page.line(0, "what notActions and notDataActions really do (they deny nothing)");
        for subtraction in &profile.subtractions {
            let what = if !subtraction.subtracts {
                "takes nothing away, now or ever".to_string()
            } else if subtraction.takes.is_empty() {
                "takes away nothing that is known today".to_string()
            } else {
                let back = match subtraction.given_back {
                    0 => String::new(),
                    back => format!("; another block gives back {back} of them"),
                };
                let taken = count(subtraction.takes.len(), "operation", "operations");
                format!("takes away {taken}{back}")
            };
            page.line(2, &format!("{}: {what}", subtraction.pattern));
        }
    }
    for (number, words) in &profile.conditions {
        page.gap();
        page.line(0, &format!("condition of block {}", number + 1));
        for line in words {
            let indent = line.len() - line.trim_start().len();
            page.line(2 + indent, line);
        }
    }
    page.finish()
}

fn power_words(power: Power) -> &'static str {
    match power {
        Power::Access => "hands out access",
        Power::Credentials => "obtains credentials or secrets",
        Power::Identities => "acts through identities",
        Power::Code => "runs code",
        Power::Delete => "deletes",
        Power::Write => "changes",
        Power::Read => "reads",
    }
}

/// The role as JSON.
#[must_use]
pub fn profile_json(role: &RoleDefinition, profile: &Profile) -> Value {
    let planes: Vec<Value> = profile
        .planes
        .iter()
        .map(|plane| {
            let [read, write, delete, action] = plane.verbs;
            let providers: Vec<Value> = plane
                .providers
                .iter()
                .map(|(name, granted, known)| {
                    json!({"provider": name, "granted": granted, "known": known})
                })
                .collect();
            json!({"plane": plane.plane.as_str(), "granted": plane.count, "known": plane.known,
                "everything": plane.everything, "providers": providers,
                "verbs": {"read": read, "write": write, "delete": delete, "action": action}})
        })
        .collect();
    let powers: Vec<Value> = profile
        .powers
        .iter()
        .map(|(power, operations)| {
            let operations: Vec<Value> = operations
                .iter()
                .map(|(plane, name)| json!({"plane": plane.as_str(), "operation": name}))
                .collect();
            json!({"power": power.as_str(), "operations": operations})
        })
        .collect();
    let credentials: Vec<Value> = profile
        .credentials
        .iter()
        .map(|key| {
            json!({"operation": key.operation.text(), "service": key.service,
                "mechanism": key.mechanism.as_str(), "certainty": key.certainty.as_str()})
        })
        .collect();
    let subtractions: Vec<Value> = profile
        .subtractions
        .iter()
        .map(|found| {
            json!({"plane": found.plane.as_str(), "block": found.block,
                "pattern": found.pattern.text(), "subtracts": found.subtracts,
                "operations": found.takes, "givenBack": found.given_back})
        })
        .collect();
    let conditions: Vec<Value> = profile
        .conditions
        .iter()
        .map(|(block, words)| json!({"block": block, "explanation": words}))
        .collect();
    let traits: Vec<&str> = profile.traits.iter().map(|found| found.as_str()).collect();
    json!({"version": 1, "role": {"id": role.id.map(|id| id.to_string()), "name": role.name,
            "kind": match role.kind { RoleKind::BuiltIn => "built-in", RoleKind::Custom => "custom" }},
        "definition": definition_json(role, None), "purpose": profile.purpose, "planes": planes,
        "powers": powers, "credentials": credentials, "subtractions": subtractions,
        "conditions": conditions, "traits": traits})
}
