//! stdout, stderr and colour.

use super::args::{Colour, Global};
use azrbac::origin::Error;
use std::io::{self, BufWriter, Write};

/// Where a command writes. stdout is buffered; stderr is told at once.
#[derive(Debug)]
pub(crate) struct Console {
    out: BufWriter<io::Stdout>,
    pub(crate) colour: bool,
    pub(crate) quiet: bool,
}

impl Console {
    pub(crate) fn new(global: &Global) -> Console {
        let colour = match global.color {
            Colour::Always => true,
            Colour::Never => false,
            // anstream knows NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM=dumb and old consoles.
            Colour::Auto => {
                anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
            }
        };
        Console {
            out: BufWriter::with_capacity(64 * 1024, io::stdout()),
            colour,
            quiet: global.quiet,
        }
    }

    /// A console that says nothing on stderr.
    pub(crate) fn silent() -> Console {
        Console { out: BufWriter::with_capacity(0, io::stdout()), colour: false, quiet: true }
    }

    /// A line on stderr, unless quiet.
    pub(crate) fn say(&self, line: &str) {
        if !self.quiet {
            // A closed stderr leaves nobody to tell.
            let _closed = writeln!(io::stderr(), "{}", azrbac::report::safe(line));
        }
    }

    /// An error on stderr, always.
    pub(crate) fn error(&self, error: &Error) {
        let text = azrbac::report::safe_lines(&error.to_string());
        let _closed = writeln!(io::stderr(), "azrbac: {text}");
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Write for Console {
    /// Text for people is made safe where it is written. JSON escapes control characters by itself, but
    /// not the C1 ones, which some terminals obey, nor marks of direction: they are escaped here, which
    /// inside a string of JSON is the same string.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let far = |c: char| c > '~' && azrbac::report::steers(c);
        match std::str::from_utf8(bytes) {
            Ok(text) if !text.is_ascii() && text.contains(far) => {
                for piece in text.split_inclusive(far) {
                    let last = piece.chars().next_back().filter(|c| far(*c));
                    let plain = &piece[..piece.len() - last.map_or(0, char::len_utf8)];
                    self.out.write_all(plain.as_bytes())?;
                    if let Some(c) = last {
                        write!(self.out, "\\u{:04x}", u32::from(c))?;
                    }
                }
                Ok(bytes.len())
            }
            _ => self.out.write(bytes),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
