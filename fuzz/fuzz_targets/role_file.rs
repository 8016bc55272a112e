//! Any text as a file of role definitions for `role lint`, and as a catalog.
#![no_main]

use azrbac::analysis::lint::{Context, Document, check};
use azrbac::catalog::Catalog;
use azrbac::ingest::catalog::{Import, import};
use libfuzzer_sys::fuzz_target;

thread_local! {
    // All built-in roles, read once: that takes longer than any input.
    static CONTEXT: Context = Context::new(&Catalog::newest());
}

fuzz_target!(|text: &str| {
    if let Ok(document) = Document::read("role.json", text) {
        for subject in document.subjects() {
            CONTEXT.with(|context| {
                for finding in check(subject, context).unwrap_or_default() {
                    assert!(!finding.message.is_empty());
                }
            });
        }
    }
    let _no_catalog = Catalog::from_text(text);
    let mut found = Import::default();
    if import(&mut found, "catalog.json", text.as_bytes()).is_ok() {
        let written = azrbac::catalog::write_roles(&found.roles, "2026-01-01", "a fuzzer");
        if !found.roles.is_empty() {
            Catalog::from_text(&written).expect("what is written can be read");
        }
    }
});
