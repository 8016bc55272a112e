//! Conditions: azrbac on Azure's own text, regorus on what is left of it after rewriting.

use crate::measure::median;
use azrbac::catalog::Catalog;
use azrbac::condition::{AttributeSource, AttributeValue, Attributes, Condition, Inputs};
use azrbac::ident::{Operation, Plane};
use azrbac::pattern::Wildcards;
use regex::{Captures, Regex};
use regorus::Value;
use regorus::languages::azure_rbac::ast::{
    EnvironmentContext, EvaluationContext, Principal, PrincipalType, RequestContext, Resource,
};
use regorus::languages::azure_rbac::interpreter::ConditionInterpreter;
use regorus::languages::azure_rbac::parser::parse_condition_expression;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::hint::black_box;
use std::time::Instant;

const SAMPLES: usize = 301;
const CALLS: u32 = 100;

const BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
const CONTAINERS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers";
const ASSIGNMENTS: &str = "Microsoft.Authorization/roleAssignments";

/// What the request does below its operation: regorus fails where nobody says.
const SUB_OPERATION: &str = "Blob.Read.WithTagConditions";

/// What both took for one condition, in nanoseconds a call.
pub(crate) struct Row {
    /// What kind of condition it is.
    pub(crate) kind: &'static str,
    /// How long Azure's text is.
    pub(crate) letters: usize,
    /// Parsing: azrbac, regorus.
    pub(crate) parse: [f64; 2],
    /// Evaluating: azrbac, regorus.
    pub(crate) evaluate: [f64; 2],
}

/// What was found.
pub(crate) struct Conditions {
    /// Condition by condition; empty where only answers were compared.
    pub(crate) rows: Vec<Row>,
    /// How many conditions stand in built-in roles.
    pub(crate) built_in: usize,
    /// How many of them are parsed as written by azrbac, by regorus, and by regorus rewritten.
    pub(crate) parsed: [usize; 3],
}

/// One condition, and a request that meets it.
struct Case {
    kind: &'static str,
    text: String,
    operation: String,
    plane: Plane,
    attributes: Vec<(AttributeSource, String, String)>,
}

/// Compares the answers, and times both if asked to.
///
/// # Errors
/// One of the two does not parse a condition of the list or does not find it true.
pub(crate) fn run(timed: bool) -> Result<Conditions, String> {
    let rewriting = Rewriting::new()?;
    let mut rows = Vec::new();
    for case in cases() {
        let kind = case.kind;
        let row = one(&case, &rewriting, timed).map_err(|error| format!("{kind}: {error}"))?;
        rows.extend(row);
    }
    let texts: Vec<String> = Catalog::newest()
        .roles()
        .iter()
        .flat_map(|entry| entry.definition().blocks)
        .filter_map(|block| Some(block.condition?.text.to_string()))
        .collect();
    let count = |parses: &dyn Fn(&str) -> bool| texts.iter().filter(|text| parses(text)).count();
    Ok(Conditions {
        rows,
        built_in: texts.len(),
        parsed: [
            count(&|text| Condition::parse(text).is_ok()),
            count(&|text| parse_condition_expression(text).is_ok()),
            count(&|text| parse_condition_expression(&rewriting.of(text)).is_ok()),
        ],
    })
}

fn one(case: &Case, rewriting: &Rewriting, timed: bool) -> Result<Option<Row>, String> {
    let rewritten = rewriting.of(&case.text);
    let operation = Operation::new(&case.operation).map_err(told)?;
    let mut attributes = Attributes::default();
    for (source, name, value) in &case.attributes {
        attributes.insert(*source, name, AttributeValue::Text(value.clone()));
    }
    let sub_operations = [SUB_OPERATION.to_string()];
    let inputs = Inputs {
        operation: &operation,
        plane: case.plane,
        sub_operations: Some(&sub_operations),
        attributes: &attributes,
        complete: true,
        wildcards: Wildcards::Azure,
    };
    let ours = Condition::parse(&case.text).map_err(|_| "azrbac does not parse it")?;
    if !ours.evaluate(&inputs).truth.is_true() {
        return Err("azrbac does not find it true".to_string());
    }
    let context = context(case);
    let theirs = parse_condition_expression(&rewritten).map_err(|error| format!("{error:?}"))?;
    let interpreter = ConditionInterpreter::new(&context);
    let evaluated = interpreter.evaluate_condition_expression(&theirs);
    if !evaluated.map_err(|error| format!("{error:?}"))? {
        return Err("regorus does not find it true".to_string());
    }
    if !timed {
        return Ok(None);
    }
    let [our_parse, their_parse, our_evaluate, their_evaluate] = interleaved([
        &mut || drop(black_box(Condition::parse(black_box(&case.text)))),
        &mut || drop(black_box(parse_condition_expression(black_box(&rewritten)))),
        &mut || {
            black_box(ours.evaluate(black_box(&inputs)));
        },
        &mut || drop(black_box(interpreter.evaluate_condition_expression(black_box(&theirs)))),
    ]);
    Ok(Some(Row {
        kind: case.kind,
        letters: case.text.len(),
        parse: [our_parse, their_parse],
        evaluate: [our_evaluate, their_evaluate],
    }))
}

/// The median times of one call of each, sampled in turn.
fn interleaved<const N: usize>(mut calls: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut times: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(SAMPLES));
    for _ in 0..SAMPLES {
        for (call, times) in calls.iter_mut().zip(&mut times) {
            let start = Instant::now();
            for _ in 0..CALLS {
                call();
            }
            times.push(start.elapsed().as_nanos() as f64 / f64::from(CALLS));
        }
    }
    times.map(|times| median(times).unwrap_or(f64::NAN))
}

/// From Azure's language to the part of it that regorus reads.
struct Rewriting {
    action: Regex,
    guid: Regex,
    quantifier: Regex,
}

impl Rewriting {
    fn new() -> Result<Rewriting, String> {
        let regex = |text: &str| Regex::new(text).map_err(told);
        Ok(Rewriting {
            action: regex(r"(ActionMatches|SubOperationMatches)\s*\{([^}]*)\}")?,
            guid: regex(r"'?\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b'?")?,
            quantifier: regex(r"(For(?:Any|All)Of(?:Any|All)Values):\w+")?,
        })
    }

    fn of(&self, text: &str) -> String {
        let text = text.replace("<$key_case_sensitive$>", "").replace("[UtcNow]", "[utcNow]");
        let text = text.replace('!', "NOT ");
        let text = self.action.replace_all(&text, "$1($2)");
        let text = self.quantifier.replace_all(&text, "$1 ");
        self.guid
            .replace_all(&text, |found: &Captures<'_>| format!("'{}'", found[0].trim_matches('\'')))
            .into_owned()
    }
}

fn context(case: &Case) -> EvaluationContext {
    let of = |source| {
        let own = case.attributes.iter().filter(|(from, ..)| *from == source);
        let named = own.map(|(_, name, value)| {
            let name = name.replace("<$key_case_sensitive$>", "");
            (Value::from(name.as_str()), Value::from(value.as_str()))
        });
        Value::from(named.collect::<BTreeMap<_, _>>())
    };
    let now = case.attributes.iter().find(|(from, ..)| *from == AttributeSource::Environment);
    let action = || (case.plane == Plane::Control).then(|| case.operation.clone());
    EvaluationContext {
        principal: Principal {
            id: String::new(),
            principal_type: PrincipalType::User,
            custom_security_attributes: of(AttributeSource::Principal),
        },
        resource: Resource {
            id: String::new(),
            resource_type: String::new(),
            scope: String::new(),
            attributes: of(AttributeSource::Resource),
        },
        request: RequestContext {
            action: action(),
            data_action: (case.plane == Plane::Data).then(|| case.operation.clone()),
            attributes: of(AttributeSource::Request),
        },
        environment: EnvironmentContext {
            is_private_link: None,
            private_endpoint: None,
            subnet: None,
            utc_now: now.map(|(_, _, value)| value.clone()),
        },
        action: Some(case.operation.clone()),
        suboperation: Some(SUB_OPERATION.to_string()),
    }
}

/// Five conditions as people write them, each met by its request.
fn cases() -> Vec<Case> {
    let roles: Vec<String> =
        (1..=8).map(|at| format!("{at}0a1b2c3-d4e5-4f60-8a7b-9c0d1e2f30{at}{at}")).collect();
    let held = roles[5].clone();
    let list = roles.join(", ");
    let delegated = |verb: &str, source: &str| {
        format!(
            "((!(ActionMatches{{'{ASSIGNMENTS}/{verb}'}})) OR (@{source}[{ASSIGNMENTS}:RoleDefinitionId] \
             ForAnyOfAnyValues:GuidEquals{{{list}}}))"
        )
    };
    let read =
        format!("!(ActionMatches{{'{BLOBS}/read'}} AND !(SubOperationMatches{{'Blob.List'}}))");
    let attribute = |source, name: String, value: &str| (source, name, value.to_string());
    vec![
        Case {
            kind: "blob index tag",
            text: format!(
                "(({read}) OR (@Resource[{BLOBS}/tags:Project<$key_case_sensitive$>] StringEquals 'Harbour'))"
            ),
            operation: format!("{BLOBS}/read"),
            plane: Plane::Data,
            attributes: vec![attribute(
                AttributeSource::Resource,
                format!("{BLOBS}/tags:Project<$key_case_sensitive$>"),
                "Harbour",
            )],
        },
        Case {
            kind: "container and path",
            text: format!(
                "(({read}) OR (@Resource[{CONTAINERS}:name] StringEquals 'reports' AND \
                 @Resource[{BLOBS}:path] StringLike 'finance/2026/*'))"
            ),
            operation: format!("{BLOBS}/read"),
            plane: Plane::Data,
            attributes: vec![
                attribute(AttributeSource::Resource, format!("{CONTAINERS}:name"), "reports"),
                attribute(
                    AttributeSource::Resource,
                    format!("{BLOBS}:path"),
                    "finance/2026/november.csv",
                ),
            ],
        },
        Case {
            kind: "delegation, 8 roles",
            text: format!(
                "{} AND {}",
                delegated("write", "Request"),
                delegated("delete", "Resource")
            ),
            operation: format!("{ASSIGNMENTS}/write"),
            plane: Plane::Control,
            attributes: vec![attribute(
                AttributeSource::Request,
                format!("{ASSIGNMENTS}:RoleDefinitionId"),
                &held,
            )],
        },
        Case {
            kind: "delegation, 1 role, principal type",
            text: format!(
                "((!(ActionMatches{{'{ASSIGNMENTS}/write'}})) OR (@Request[{ASSIGNMENTS}:RoleDefinitionId] \
                 ForAnyOfAnyValues:GuidEquals{{{held}}} AND @Request[{ASSIGNMENTS}:PrincipalType] \
                 ForAnyOfAnyValues:StringEqualsIgnoreCase {{'ServicePrincipal'}}))"
            ),
            operation: format!("{ASSIGNMENTS}/write"),
            plane: Plane::Control,
            attributes: vec![
                attribute(
                    AttributeSource::Request,
                    format!("{ASSIGNMENTS}:RoleDefinitionId"),
                    &held,
                ),
                attribute(
                    AttributeSource::Request,
                    format!("{ASSIGNMENTS}:PrincipalType"),
                    "ServicePrincipal",
                ),
            ],
        },
        Case {
            kind: "time window",
            text: "(@Environment[UtcNow] DateTimeGreaterThan '2026-01-01T00:00:00.0Z' AND \
                   @Environment[UtcNow] DateTimeLessThan '2026-12-31T23:59:59.0Z')"
                .to_string(),
            operation: format!("{BLOBS}/read"),
            plane: Plane::Data,
            attributes: vec![attribute(
                AttributeSource::Environment,
                "UtcNow".to_string(),
                "2026-11-25T12:00:00Z",
            )],
        },
    ]
}

fn told(error: impl Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewriting_leaves_what_regorus_reads() {
        let rewriting = Rewriting::new().expect("the expressions compile");
        let text = "!(ActionMatches{'A/b/write'}) OR @Request[A/b:RoleDefinitionId] \
                    ForAnyOfAnyValues:GuidEquals{8e3af657-a8ff-443c-a75c-2fe8c4bcb635, \
                    8e3af657a8ff443ca75c2fe8c4bcb636}";
        assert!(parse_condition_expression(text).is_err());
        let rewritten = rewriting.of(text);
        assert_eq!(
            rewritten,
            "NOT (ActionMatches('A/b/write')) OR @Request[A/b:RoleDefinitionId] \
             ForAnyOfAnyValues {'8e3af657-a8ff-443c-a75c-2fe8c4bcb635', \
             '8e3af657a8ff443ca75c2fe8c4bcb636'}"
        );
        assert!(parse_condition_expression(&rewritten).is_ok());
    }

    #[test]
    fn a_false_answer_of_either_is_noticed() {
        let rewriting = Rewriting::new().expect("the expressions compile");
        for mut case in cases() {
            assert!(one(&case, &rewriting, false).is_ok());
            case.attributes.iter_mut().for_each(|(.., value)| *value = "2030-01-01".to_string());
            assert!(one(&case, &rewriting, false).is_err(), "{}", case.kind);
        }
    }
}
