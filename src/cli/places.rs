//! From origins to files and lines, for messages and answers.

use azrbac::ingest::Marks;
use azrbac::origin::{Origin, Place};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The marks of every source that was asked for a place, by source: most are never asked.
#[derive(Debug, Default)]
pub(super) struct AllMarks(RefCell<BTreeMap<usize, Option<Marks>>>);

impl AllMarks {
    pub(super) fn find(
        &self,
        texts: &[Vec<u8>],
        names: &[String],
        origin: Origin,
    ) -> Option<Place> {
        let (source, offset) = origin.place()?;
        let bytes = texts.get(source.index())?;
        let mut known = self.0.borrow_mut();
        let marks = known.entry(source.index()).or_insert_with(|| Marks::new(bytes));
        marks.as_ref()?.place(names.get(source.index())?, bytes, offset)
    }
}
