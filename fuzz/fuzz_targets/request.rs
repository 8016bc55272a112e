//! Any text as an ARM request: a method and an address.
#![no_main]

use azrbac::report;
use azrbac_fuzz::ask;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(check) = ask::CATALOG.request(text) {
        assert!(!check.operations.is_empty());
        assert!(!report::request_text(&check).is_empty());
    }
});
