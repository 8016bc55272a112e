//! What the fuzz targets share: objects in Azure's shapes with fields that are mostly right, envelopes
//! around them, and the questions that whatever was read has to answer.
//!
//! An input that begins with a zero byte chooses a structure; any other is taken as it stands. So the
//! seeds can be real files, and what the fuzzer makes of zero bytes is mostly understood.

pub mod ask;
pub mod shape;

use libfuzzer_sys::arbitrary::{Result, Unstructured};

/// Runs one of the two: `built` on a structure that the input chooses, `raw` on the input as it stands.
pub fn either(
    bytes: &[u8],
    built: impl FnOnce(&mut Unstructured<'_>) -> Result<()>,
    raw: impl FnOnce(&[u8]),
) {
    match bytes.split_first() {
        Some((0, rest)) => {
            let _too_short = built(&mut Unstructured::new(rest));
        }
        _ => raw(bytes),
    }
}
