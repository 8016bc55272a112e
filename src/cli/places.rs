//! From origins to files and lines, for messages and answers.

use azrbac::ingest::Marks;
use azrbac::origin::{Origin, Place};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::path::PathBuf;
use std::time::SystemTime;

/// What facts were read from.
#[derive(Debug)]
pub(super) enum Text {
    Held(Vec<u8>),
    /// A large file that was read in pieces: it is looked at again when a place is wanted.
    OnDisk(OnDisk),
}

/// A file as it was when it was read.
#[derive(Debug)]
pub(super) struct OnDisk {
    path: PathBuf,
    state: (u64, Option<SystemTime>),
}

impl OnDisk {
    pub(super) fn new(path: PathBuf, about: &Metadata) -> OnDisk {
        OnDisk { path, state: state(about) }
    }

    /// The file again; nothing where it is another one by now, in which nothing stands where it stood.
    fn open(&self) -> Option<File> {
        let file = File::open(&self.path).ok()?;
        (state(&file.metadata().ok()?) == self.state).then_some(file)
    }
}

fn state(about: &Metadata) -> (u64, Option<SystemTime>) {
    (about.len(), about.modified().ok())
}

impl Text {
    /// All bytes; none where they are no longer there.
    pub(super) fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Text::Held(bytes) => Cow::Borrowed(bytes),
            Text::OnDisk(file) => {
                let still = file.open().and_then(|_| std::fs::read(&file.path).ok());
                Cow::Owned(still.unwrap_or_default())
            }
        }
    }

    fn marks(&self) -> Option<Marks> {
        match self {
            Text::Held(bytes) => Marks::new(bytes),
            Text::OnDisk(file) => Marks::of_file(&mut file.open()?).ok(),
        }
    }

    fn place(&self, marks: &Marks, name: &str, offset: usize) -> Option<Place> {
        match self {
            Text::Held(bytes) => marks.place(name, bytes, offset),
            Text::OnDisk(file) => marks.place_in(name, &mut file.open()?, offset).ok(),
        }
    }
}

/// The marks of every source that was asked for a place, by source: most are never asked.
#[derive(Debug, Default)]
pub(super) struct AllMarks(RefCell<BTreeMap<usize, Option<Marks>>>);

impl AllMarks {
    pub(super) fn find(&self, texts: &[Text], names: &[String], origin: Origin) -> Option<Place> {
        let (source, offset) = origin.place()?;
        let text = texts.get(source.index())?;
        let mut known = self.0.borrow_mut();
        let marks = known.entry(source.index()).or_insert_with(|| text.marks());
        text.place(marks.as_ref()?, names.get(source.index())?, offset)
    }
}
