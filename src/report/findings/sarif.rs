//! Findings as SARIF 2.1.0, for code scanning.

use super::{Reported, RuleText};
use serde_json::{Value, json};

/// The findings as one SARIF run. Levels are the severities' own words: SARIF has the same three.
#[must_use]
pub fn sarif(findings: &[Reported], rules: &[RuleText]) -> Value {
    let told: Vec<Value> = rules
        .iter()
        .map(|rule| {
            json!({"id": rule.code, "shortDescription": {"text": rule.what},
                "fullDescription": {"text": rule.why}, "help": {"text": rule.fix},
                "defaultConfiguration": {"level": rule.severity.as_str()}})
        })
        .collect();
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, rules)).collect();
    json!({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "azrbac", "version": env!("CARGO_PKG_VERSION"),
            "rules": told}}, "columnKind": "unicodeCodePoints", "results": results}]})
}

fn result(finding: &Reported, rules: &[RuleText]) -> Value {
    let mut sentences = vec![finding.message.clone()];
    sentences.extend(finding.reasons.iter().cloned());
    sentences.extend(finding.hangs_on.iter().map(|missing| format!("It hangs on: {missing}")));
    sentences.extend(finding.help.clone());
    let mut result = json!({"ruleId": finding.code, "level": finding.severity.as_str(),
        "message": {"text": sentences.join(". ")}, "locations": locations(finding),
        "partialFingerprints": {"azrbac/v1": finding.fingerprint}});
    if let Some(index) = rules.iter().position(|rule| rule.code == finding.code) {
        result["ruleIndex"] = json!(index);
    }
    if let Some(reason) = &finding.suppressed {
        result["suppressions"] = json!([{"kind": "external", "justification": reason}]);
    }
    result
}

fn locations(finding: &Reported) -> Value {
    let subject = &finding.subject;
    let logical = match &finding.place {
        Some(place) if !place.path.is_empty() => {
            json!({"fullyQualifiedName": place.path, "name": subject})
        }
        _ => json!({"fullyQualifiedName": subject, "name": subject}),
    };
    let Some(place) = &finding.place else {
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
