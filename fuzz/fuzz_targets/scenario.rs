//! Any text as a scenario document (JSON or YAML) and as the questions of a batch: errors, or scenarios
//! that run to their end.
#![no_main]

use azrbac::scenario;
use azrbac::tenant::Tenant;
use azrbac_fuzz::ask;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

/// A tenant without anybody.
static NOBODY: LazyLock<Tenant> =
    LazyLock::new(|| Tenant::build(azrbac::model::Facts::closed(), &ask::CATALOG));

fuzz_target!(|bytes: &[u8]| {
    let _known = scenario::is_scenario(bytes);
    match scenario::read("scenario.yaml", bytes) {
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in errors {
                assert!(!error.to_string().is_empty());
            }
        }
        Ok(scenarios) => {
            for scenario in scenarios {
                let tenant = Tenant::build(scenario.facts.clone(), &ask::CATALOG);
                let report = scenario::run(&scenario, &tenant);
                assert_eq!(report.passed + report.failures.len(), scenario.len());
            }
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let options = scenario::Question::default();
        // A batch reuses one question for all lines: nothing of a line may be left in the next.
        let mut batch = scenario::Batch::new("batch", &options);
        for (number, line) in text.lines().enumerate() {
            let mut fresh = scenario::Batch::new("batch", &options);
            let (one, two) = (batch.question(line, number), fresh.question(line, number));
            assert_eq!(one.is_ok(), two.is_ok(), "{line}");
            let (Ok(one), Ok(two)) = (one, two) else { continue };
            assert_eq!(format!("{one:?}"), format!("{two:?}"), "{line}");
            if let Ok(prepared) = one.prepare(&NOBODY) {
                let _decision = azrbac::decide::can(&NOBODY, &prepared.request());
            }
        }
    }
});
