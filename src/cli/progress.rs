//! What takes long, said on a terminal after a second and wiped away at the end; nothing in a pipe,
//! nothing when quiet.

use super::console::Console;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long nothing is said, and how often it is said anew.
const PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(250);

/// The most characters of what is being done.
const WIDTH: usize = 60;

/// A line on stderr for as long as this lives.
#[derive(Debug)]
pub(crate) struct Progress(Option<Running>);

#[derive(Debug)]
struct Running {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    over: Condvar,
}

#[derive(Debug, Default)]
struct State {
    doing: String,
    over: bool,
}

impl Progress {
    pub(crate) fn start(console: &Console, doing: &str) -> Progress {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if console.quiet || dumb || !std::io::stderr().is_terminal() {
            return Progress(None);
        }
        let shared = Arc::new(Shared::default());
        let seen = Arc::clone(&shared);
        let thread = std::thread::Builder::new().spawn(move || seen.show()).ok();
        let progress = Progress(Some(Running { shared, thread }));
        progress.now(doing);
        progress
    }

    /// Says what is being done now.
    pub(crate) fn now(&self, doing: &str) {
        if let Some(running) = &self.0 {
            let safe = azrbac::report::safe(doing);
            let text: String = match safe.chars().count() {
                0..=WIDTH => safe,
                long => format!("…{}", safe.chars().skip(long - WIDTH + 1).collect::<String>()),
            };
            running.shared.state.lock().unwrap_or_else(PoisonError::into_inner).doing = text;
        }
    }
}

impl Shared {
    fn show(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut wait, mut waited) = (PATIENCE, Duration::ZERO);
        while !state.over {
            let (next, time) =
                self.over.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner);
            state = next;
            if state.over || !time.timed_out() {
                continue;
            }
            waited += wait;
            wait = TICK;
            // A closed stderr leaves nobody to tell.
            let _closed = write!(
                std::io::stderr(),
                "\r\x1b[Kazrbac: {}, {} s",
                state.doing,
                waited.as_secs()
            );
        }
        if !waited.is_zero() {
            let _closed = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let Some(running) = &mut self.0 else { return };
        running.shared.state.lock().unwrap_or_else(PoisonError::into_inner).over = true;
        running.shared.over.notify_all();
        if let Some(thread) = running.thread.take() {
            // It only prints: nothing of the answer is lost with it.
            let _panicked = thread.join();
        }
    }
}
