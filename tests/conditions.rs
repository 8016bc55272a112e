//! The condition language on its corpus: what Microsoft ships, worked examples, and shapes of our own.

use azrbac::condition::{
    AttributeSource, AttributeValue, Attributes, Condition, Evaluation, Inputs, Residual,
};
use azrbac::ident::{Operation, Plane};
use azrbac::pattern::Wildcards;
use azrbac::truth::Truth;
use serde_json::Value;
use std::collections::BTreeMap;

type Given = BTreeMap<String, BTreeMap<String, Value>>;

fn value(json: &Value) -> AttributeValue {
    match json {
        Value::Bool(value) => AttributeValue::Boolean(*value),
        Value::Number(value) => AttributeValue::Integer(value.as_i64().expect("an integer")),
        Value::String(value) => AttributeValue::Text(value.clone()),
        Value::Array(values) => AttributeValue::List(values.iter().map(self::value).collect()),
        Value::Object(entries) => AttributeValue::Dictionary(
            entries.iter().map(|(key, json)| (key.clone(), value(json))).collect(),
        ),
        Value::Null => unreachable!("the corpus holds no null"),
    }
}

fn attributes(given: &Given) -> Attributes {
    let mut attributes = Attributes::default();
    for (source, values) in given {
        let source = AttributeSource::parse(source).expect(source);
        for (name, json) in values {
            attributes.insert(source, name, value(json));
        }
    }
    attributes
}

/// One question to one condition.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Ask {
    #[serde(default)]
    operation: Option<String>,
    #[serde(default)]
    sub_operations: Option<Vec<String>>,
    #[serde(default)]
    attributes: Given,
    #[serde(default)]
    incomplete: bool,
    #[serde(default)]
    strict: bool,
    /// `true`, `false`, `unknown` or `open`.
    expect: String,
    #[serde(default)]
    residual: Option<String>,
    #[serde(default)]
    rules: Option<Vec<String>>,
}

impl Ask {
    fn put(&self, condition: &Condition) -> (Evaluation, Residual) {
        let operation = self.operation.as_deref().unwrap_or("Contoso/boxes/open/action");
        let operation = Operation::new(operation).expect("an operation");
        let attributes = attributes(&self.attributes);
        let inputs = Inputs {
            operation: &operation,
            plane: Plane::Data,
            sub_operations: self.sub_operations.as_deref(),
            attributes: &attributes,
            complete: !self.incomplete,
            wildcards: if self.strict { Wildcards::Strict } else { Wildcards::Azure },
        };
        (condition.evaluate(&inputs), condition.residual(&inputs))
    }
}

fn word(evaluation: &Evaluation) -> &'static str {
    if evaluation.open { "open" } else { evaluation.truth.as_str() }
}

fn residual_text(residual: &Residual) -> String {
    match residual {
        Residual::True => "true".to_string(),
        Residual::False => "false".to_string(),
        Residual::Open(condition) => condition.print(),
    }
}

/// Printing keeps the meaning: what is printed parses, prints the same again, and so does the pretty
/// form.
fn check_printing(condition: &Condition) {
    let line = condition.print();
    let again = Condition::parse(&line).unwrap_or_else(|errors| panic_with(&line, &errors));
    assert_eq!(again.print(), line, "a fixed point");
    let pretty = condition.pretty();
    let again = Condition::parse(&pretty).unwrap_or_else(|errors| panic_with(&pretty, &errors));
    assert_eq!(again.print(), line, "the pretty form says the same");
    assert_eq!(again.pretty(), pretty, "a fixed point");
}

fn panic_with(text: &str, errors: &[azrbac::condition::ConditionError]) -> Condition {
    let told: Vec<String> = errors.iter().map(|error| error.render(text)).collect();
    unreachable!("{}", told.join("\n"))
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Shipped {
    role: String,
    name: String,
    condition: String,
}

#[test]
fn all_conditions_that_microsoft_ships() {
    let shipped: Vec<Shipped> =
        serde_json::from_str(include_str!("corpus/conditions/shipped.json")).expect("a corpus");
    assert_eq!(shipped.len(), 31);
    for entry in &shipped {
        let condition = Condition::parse(&entry.condition).unwrap_or_else(|errors| {
            panic_with(&format!("{} {}: {}", entry.role, entry.name, entry.condition), &errors)
        });
        check_printing(&condition);
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Worked {
    name: String,
    condition: String,
    operation: String,
    #[serde(rename = "plane")]
    _plane: String,
    #[serde(default)]
    attributes: Given,
    #[serde(default)]
    sub_operation: Option<String>,
    complete: bool,
    /// `true`, `not-true` or `open`.
    expect: String,
}

#[test]
fn worked_examples() {
    let worked: Vec<Worked> =
        serde_json::from_str(include_str!("corpus/conditions/worked.json")).expect("a corpus");
    assert!(worked.len() >= 60, "{}", worked.len());
    for case in worked {
        let condition = Condition::parse(&case.condition).expect(&case.name);
        check_printing(&condition);
        let ask = Ask {
            operation: Some(case.operation),
            sub_operations: case.sub_operation.map(|name| vec![name]),
            attributes: case.attributes,
            incomplete: !case.complete,
            strict: false,
            expect: case.expect,
            residual: None,
            rules: None,
        };
        let (found, residual) = ask.put(&condition);
        match ask.expect.as_str() {
            "true" => assert_eq!(found.truth, Truth::True, "{}", case.name),
            "open" => assert!(found.open, "{}", case.name),
            _ => assert!(!found.truth.is_true() && !found.open, "{} {found:?}", case.name),
        }
        assert_eq!(found.open, matches!(residual, Residual::Open(_)), "{}", case.name);
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    name: String,
    condition: String,
    #[serde(default)]
    print: Option<String>,
    #[serde(default)]
    asks: Vec<Ask>,
    /// The kinds of all mistakes, in the order of the text.
    #[serde(default)]
    errors: Vec<String>,
    /// The help of the first mistake.
    #[serde(default)]
    help: Option<String>,
}

#[test]
fn shapes() {
    let shapes: Vec<Shape> =
        serde_json::from_str(include_str!("corpus/conditions/shapes.json")).expect("a corpus");
    assert!(shapes.len() >= 100, "{}", shapes.len());
    let mut wrong = Vec::new();
    for shape in &shapes {
        if let Err(what) = check_shape(shape) {
            wrong.push(format!("{}: {what}", shape.name));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn check_shape(shape: &Shape) -> Result<(), String> {
    let condition = match Condition::parse(&shape.condition) {
        Ok(condition) => condition,
        Err(errors) => {
            let kinds: Vec<&str> = errors.iter().map(|error| error.kind().as_str()).collect();
            let told: Vec<String> =
                errors.iter().map(|error| error.render(&shape.condition)).collect();
            if kinds != shape.errors {
                return Err(format!(
                    "{kinds:?} instead of {:?}\n{}",
                    shape.errors,
                    told.join("\n")
                ));
            }
            if shape.help.is_some() && errors[0].help() != shape.help.as_deref() {
                return Err(told.join("\n"));
            }
            return Ok(());
        }
    };
    if !shape.errors.is_empty() {
        return Err(format!("it parses as {}", condition.print()));
    }
    check_printing(&condition);
    if let Some(expect) = &shape.print
        && condition.print() != *expect
    {
        return Err(format!("it prints as {}", condition.print()));
    }
    for (at, ask) in shape.asks.iter().enumerate() {
        let (found, residual) = ask.put(&condition);
        let text = residual_text(&residual);
        if word(&found) != ask.expect {
            return Err(format!("ask {at} is {found:?}, residual {text}"));
        }
        if ask.residual.as_ref().is_some_and(|expect| *expect != text) {
            return Err(format!("ask {at} leaves {text}"));
        }
        let agrees = match residual {
            Residual::True => found.truth == Truth::True,
            Residual::False => found.truth != Truth::True && !found.open,
            Residual::Open(_) => found.open,
        };
        if !agrees {
            return Err(format!("ask {at} is {found:?} but leaves {text}"));
        }
        let rules: Vec<&str> = found.assumptions.iter().collect();
        if ask.rules.as_ref().is_some_and(|expect| rules != *expect) {
            return Err(format!("ask {at} rests on {rules:?}"));
        }
    }
    Ok(())
}
