//! Any text as an ARM request and as a refusal that Azure printed.
#![no_main]

use azrbac::analysis::{refusal, why};
use azrbac::catalog::Catalog;
use azrbac::model::Facts;
use azrbac::report;
use azrbac::tenant::Tenant;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(check) = Catalog::newest().request(text) {
        assert!(!check.operations.is_empty());
        assert!(!report::request_text(&check).is_empty());
    }
    if let Ok(read) = refusal::read(text) {
        let tenant = Tenant::build(Facts::closed(), &Catalog::newest());
        let told = why::explain(&tenant, read, None, None);
        let style = report::Style { colour: false, near: 0 };
        let said = report::why_text(&tenant, &told, style);
        assert!(said.chars().all(|c| c == '\n' || !report::steers(c)), "{said}");
    }
});
