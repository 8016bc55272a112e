//! Lint findings as SARIF 2.1.0, for code scanning.

use super::lint::Linted;
use crate::analysis::lint::{RULES, Severity};
use serde_json::{Value, json};

/// The findings as one SARIF run.
#[must_use]
pub fn sarif(findings: &[Linted]) -> Value {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            json!({"id": rule.code, "shortDescription": {"text": rule.what},
                "fullDescription": {"text": rule.why}, "help": {"text": rule.fix},
                "defaultConfiguration": {"level": rule.severity.as_str()}})
        })
        .collect();
    let results: Vec<Value> = findings
        .iter()
        .map(|linted| {
            let finding = &linted.finding;
            let text = match &finding.help {
                Some(help) => format!("{}. {help}", finding.message),
                None => finding.message.clone(),
            };
            let mut result = json!({"ruleId": finding.code, "level": level(finding.severity),
                "message": {"text": text}, "locations": locations(linted)});
            if let Some(index) = RULES.iter().position(|rule| rule.code == finding.code) {
                result["ruleIndex"] = json!(index);
            }
            result
        })
        .collect();
    json!({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "azrbac", "version": env!("CARGO_PKG_VERSION"),
            "rules": rules}}, "columnKind": "unicodeCodePoints", "results": results}]})
}

fn level(severity: Severity) -> &'static str {
    // The same three words, by luck.
    severity.as_str()
}

fn locations(linted: &Linted) -> Value {
    let logical = match &linted.place {
        Some(place) => json!({"fullyQualifiedName": place.path, "name": linted.role}),
        None => json!({"fullyQualifiedName": linted.role, "name": linted.role}),
    };
    let Some(place) = &linted.place else {
        return json!([{"logicalLocations": [logical]}]);
    };
    json!([{"physicalLocation": {"artifactLocation": {"uri": uri(&place.file)},
            "region": {"startLine": place.line, "startColumn": place.column}},
        "logicalLocations": [logical]}])
}

/// A path as a relative reference: slashes forward, everything else that is special escaped.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
