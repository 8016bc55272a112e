//! Any bytes as an exported file: reading must end without a panic, and whatever became of it is a tenant
//! that answers. The seeds are exports of every kind: roles, assignments, denies, Graph, management groups,
//! resources, locks.
#![no_main]

use azrbac_fuzz::ask;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _tenant = ask::answers(ask::facts(bytes), bytes);
});
