//! Any text: reading it must end without a panic, and what is read must survive printing, evaluation,
//! reduction and explanation. Run with `cargo +nightly fuzz run condition`.
#![no_main]

use azrbac::condition::{
    AttributeSource, AttributeValue, Attributes, Condition, FindingContext, Inputs, Residual,
};
use azrbac::ident::{Operation, Plane};
use azrbac::pattern::Wildcards;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let condition = match Condition::parse(text) {
        Ok(condition) => condition,
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in errors {
                assert!(!error.render(text).is_empty());
            }
            return;
        }
    };
    for finding in condition.findings(&FindingContext::default()) {
        assert!(!finding.render(text).is_empty());
    }
    assert!(!condition.explain().is_empty());

    let line = condition.print();
    // Printing adds blanks and brackets, so only what fits the length limit has to parse again.
    if let Ok(again) = Condition::parse(&line) {
        assert_eq!(again.print(), line);
    } else {
        assert!(line.len() > azrbac::condition::LENGTH_LIMIT, "{line}");
    }

    let operation = Operation::new("Microsoft.Storage/storageAccounts/read").expect("an operation");
    let sub_operations = ["Blob.List".to_string()];
    let mut some = Attributes::default();
    // Every second attribute that it mentions gets a value of some type.
    for (at, (source, name)) in condition.attributes().into_iter().enumerate() {
        let value = match at % 8 {
            1 => AttributeValue::from("a"),
            3 => AttributeValue::Boolean(true),
            5 => AttributeValue::List(vec!["a".into(), AttributeValue::Integer(1)]),
            7 => AttributeValue::Integer(1),
            _ => continue,
        };
        some.insert(source, name, value);
    }
    some.insert(AttributeSource::Resource, "n", "a".into());
    for (attributes, subs, complete) in [
        (&Attributes::default(), None, false),
        (&some, None, false),
        (&some, Some(&sub_operations[..]), false),
        (&some, None, true),
    ] {
        let inputs = Inputs {
            operation: &operation,
            plane: Plane::Data,
            sub_operations: subs,
            attributes,
            complete,
            wildcards: Wildcards::Azure,
        };
        let found = condition.evaluate(&inputs);
        assert!(!found.open || found.truth.is_unknown());
        assert_eq!(condition.trace(&inputs)[0].truth, found.truth);
        match condition.residual(&inputs) {
            Residual::True => assert!(found.truth.is_true()),
            Residual::False => assert!(!found.truth.is_true() && !found.open),
            Residual::Open(left) => {
                assert!(found.open);
                let complete = Inputs { complete: true, ..inputs };
                let (a, b) = (condition.evaluate(&complete), left.evaluate(&complete));
                assert_eq!(a.truth.is_true(), b.truth.is_true(), "{}", left.print());
            }
        }
    }
});
