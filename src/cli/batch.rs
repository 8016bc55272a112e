//! `azrbac can --batch`: one question a line, one answer a line, in order; a line that cannot be answered
//! carries its error and the others go on.
//!
//! A stream: one thread reads blocks of whole lines, others answer them, this one writes. What waits in
//! between is bounded, so a pipe of any length takes the same memory; and whatever a read returns is
//! answered at once, so that a program that asks one line at a time gets each answer as it asks.

use super::args::CanArguments;
use super::console::Console;
use super::{Exit, Stop, files};
use azrbac::dataplane::access;
use azrbac::decide::can;
use azrbac::origin::{Error, ErrorKind};
use azrbac::report;
use azrbac::scenario::{Batch, LINE_LIMIT, Question};
use azrbac::tenant::Tenant;
use memchr::{memchr, memchr_iter, memrchr};
use std::collections::VecDeque;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};

/// How many bytes are read at once: some three hundred questions.
const BLOCK: usize = 64 * 1024;

/// Whole lines of the input.
struct Block {
    lines_before: usize,
    bytes: Vec<u8>,
    /// The line is longer than [`LINE_LIMIT`] and only its beginning is here.
    cut: bool,
}

/// A block, and where its answers go.
type Work = (Block, SyncSender<Answers>);

/// The answers to a block, and whether every line was answered.
struct Answers {
    lines: Vec<u8>,
    all: bool,
}

pub(crate) fn run(
    path: &Path,
    arguments: &CanArguments,
    options: &Question,
    tenant: &Tenant,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let name = path.display().to_string();
    let input = files::open(path)?;
    tenant.catalog().operations().index();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (send, blocks) = sync_channel(threads);
    let reader = Reader { name: name.clone(), send };
    // Not one of the scope: where nobody takes the answers any more, it may sit in a read that never ends.
    spawned(std::thread::Builder::new().spawn(move || reader.run(input)))?;
    let (hand, work) = sync_channel::<Work>(2 * threads);
    let work = Mutex::new(work);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let worker = || answer_all(&work, &name, arguments, options, tenant);
            spawned(std::thread::Builder::new().spawn_scoped(scope, worker))?;
        }
        let exit = write_all(&blocks, &hand, 2 * threads, console);
        // Workers end where no more work can come.
        drop(hand);
        exit
    })
}

fn spawned<T>(thread: std::io::Result<T>) -> Result<T, Error> {
    thread.map_err(|error| Error::new(ErrorKind::Io, format!("a thread did not start: {error}")))
}

/// Hands out blocks as they come and writes their answers in order.
fn write_all(
    blocks: &Receiver<Result<Block, Error>>,
    hand: &SyncSender<Work>,
    most: usize,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let mut waiting: VecDeque<Receiver<Answers>> = VecDeque::with_capacity(most);
    let mut failure = None;
    let mut all = true;
    let mut ended = false;
    loop {
        while !ended && waiting.len() < most {
            let block = if waiting.is_empty() {
                // Nothing to write and nothing to answer: whoever asks waits for what was written.
                match blocks.try_recv() {
                    Err(TryRecvError::Empty) => {
                        console.flush()?;
                        blocks.recv().map_err(|_| TryRecvError::Disconnected)
                    }
                    block => block,
                }
            } else {
                blocks.try_recv()
            };
            match block {
                Ok(Ok(block)) => {
                    let (send, receive) = sync_channel(1);
                    // Workers go on until `hand` is dropped.
                    let _handed = hand.send((block, send));
                    waiting.push_back(receive);
                }
                Ok(Err(error)) => {
                    failure = Some(error);
                    ended = true;
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => ended = true,
            }
        }
        let Some(next) = waiting.pop_front() else { break };
        match next.recv() {
            Ok(answers) => {
                console.write_all(&answers.lines)?;
                all &= answers.all;
            }
            Err(_) => all = false,
        }
    }
    match failure {
        Some(error) => Err(error.into()),
        None if all => Ok(Exit::Yes),
        None => Ok(Exit::Failed),
    }
}

/// Reads blocks and sends them on.
struct Reader {
    name: String,
    send: SyncSender<Result<Block, Error>>,
}

impl Reader {
    fn run(self, mut input: impl Read) {
        let mut held: Vec<u8> = Vec::new();
        let mut lines_before = 0;
        let mut is_first = true;
        // Inside a line whose beginning was sent as too long.
        let mut skipping = false;
        loop {
            let from = held.len();
            held.resize(from + BLOCK, 0);
            let count = match input.read(&mut held[from..]) {
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
                    held.truncate(from);
                    continue;
                }
                Err(error) => {
                    let _gone = self.send.send(Err(Error::io(&self.name, "reading", &error)));
                    return;
                }
            };
            held.truncate(from + count);
            if is_first && held.len() >= 2 {
                is_first = false;
                if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = held[..] {
                    let error = Error::new(ErrorKind::Syntax, format!("`{}` is UTF-16", self.name))
                        .expected("JSON Lines in UTF-8: one question a line");
                    let _gone = self.send.send(Err(error));
                    return;
                }
                if held.starts_with(b"\xef\xbb\xbf") {
                    held.drain(..3);
                }
            }
            if skipping {
                let Some(end) = memchr(b'\n', &held) else {
                    held.clear();
                    if count == 0 {
                        return;
                    }
                    continue;
                };
                held.drain(..=end);
                lines_before += 1;
                skipping = false;
            }
            let seen = from.min(held.len());
            let (bytes, cut) = match memrchr(b'\n', &held[seen..]) {
                _ if count == 0 => (std::mem::take(&mut held), false),
                Some(last) => {
                    let rest = held.split_off(seen + last + 1);
                    (std::mem::replace(&mut held, rest), false)
                }
                None if held.len() > LINE_LIMIT => {
                    skipping = true;
                    (std::mem::take(&mut held), true)
                }
                None => continue,
            };
            let lines = memchr_iter(b'\n', &bytes).count();
            let block = Block { lines_before, bytes, cut };
            lines_before += lines;
            if self.send.send(Ok(block)).is_err() || count == 0 {
                return;
            }
        }
    }
}

/// Answers blocks until there are no more.
fn answer_all(
    work: &Mutex<Receiver<Work>>,
    name: &str,
    arguments: &CanArguments,
    options: &Question,
    tenant: &Tenant,
) {
    let mut batch = Batch::new(name, options);
    let spelled = report::Answers::new(tenant);
    loop {
        let Ok(next) = work.lock().map(|work| work.recv()) else { return };
        let Ok((block, send)) = next else { return };
        // Whoever no longer wants the answers has ended.
        let _unwanted = send.send(answer(&block, &mut batch, arguments, &spelled));
    }
}

fn answer(
    block: &Block,
    batch: &mut Batch<'_>,
    arguments: &CanArguments,
    spelled: &report::Answers<'_>,
) -> Answers {
    let mut answers = Answers { lines: Vec::with_capacity(block.bytes.len()), all: true };
    if block.cut {
        let message = format!("a line of more than {LINE_LIMIT} bytes");
        let error = batch.refuse(ErrorKind::Limit, &message, block.lines_before + 1);
        answers.refuse(&error);
        return answers;
    }
    // All at once, or where that fails line by line.
    let whole = std::str::from_utf8(&block.bytes).ok();
    let mut at = 0;
    let mut number = block.lines_before;
    while at < block.bytes.len() {
        let rest = &block.bytes[at..];
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = match whole {
            Some(text) => Ok(&text[at..at + end]),
            None => std::str::from_utf8(&rest[..end]),
        };
        at += end + 1;
        number += 1;
        let answered = match line {
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => one(line, number, batch, arguments, spelled, &mut answers.lines),
            Err(_) => Err(batch.refuse(ErrorKind::Syntax, "not UTF-8", number)),
        };
        match answered {
            Ok(()) => answers.lines.push(b'\n'),
            Err(error) => answers.refuse(&error),
        }
    }
    answers
}

impl Answers {
    /// An error as the answer of a line.
    fn refuse(&mut self, error: &Error) {
        self.all = false;
        self.lines.extend_from_slice(report::error(error).as_bytes());
        self.lines.push(b'\n');
    }
}

fn one(
    line: &str,
    number: usize,
    batch: &mut Batch<'_>,
    arguments: &CanArguments,
    spelled: &report::Answers<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let tenant = spelled.tenant();
    let prepared = batch.question(line, number)?.prepare(tenant)?;
    let request = prepared.request();
    let decision = can(tenant, &request);
    let access = access(tenant, &request, &decision);
    if arguments.brief {
        report::write_brief(out, &decision, &access);
    } else {
        report::write_decision(out, spelled, &prepared, &decision, &access);
    }
    Ok(())
}
