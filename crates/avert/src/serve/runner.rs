//! Work that goes on when its request is answered: takedowns and notices, each on a thread of its own.
//!
//! It is the same call as a command's, so that whatever ends it (a crash, the machine, an operator) leaves
//! what a killed command leaves: intents in the journal, and a resume.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use avert_model::{Clock as _, Timestamp};
use avert_ops::desk::Desk;
use schemars::JsonSchema;
use serde::Serialize;

use super::call::Call;
use super::events::Event;
use super::problem::Problem;
use super::server::Server;
use crate::clock::{SystemClock, SystemPause};
use crate::context::Context;
use crate::failure::Failure;

/// What is under way here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Running {
    /// Of which plan or list.
    pub(super) id: String,
    /// What is done: `execute`, `resume`, `reverse`, `send`.
    pub(super) verb: &'static str,
    /// In whose name.
    pub(super) by: String,
    /// Since when.
    pub(super) since: Timestamp,
    /// How many accounts or people it has come to.
    pub(super) done: u64,
    /// Of how many.
    pub(super) total: u64,
    /// Always true: it is under way in this process.
    pub(super) here: bool,
}

/// How work ended that was begun here.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct LastRun {
    /// What was done.
    verb: &'static str,
    /// When it ended.
    ended_at: Timestamp,
    /// Why, unless it is done.
    problem: Option<Problem>,
}

/// What is under way, and how what was under way ended.
#[derive(Default)]
pub(super) struct Runner {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: BTreeMap<String, Running>,
    ended: BTreeMap<String, LastRun>,
    threads: Vec<std::thread::JoinHandle<()>>,
    stopping: bool,
}

/// Leaves what was under way when dropped, however the work ended.
struct Leaves {
    server: Arc<Server>,
    id: String,
    verb: &'static str,
    problem: Option<Problem>,
}

impl Drop for Leaves {
    fn drop(&mut self) {
        let problem = self.problem.take();
        self.server
            .runner
            .leave(&self.server, &self.id, self.verb, problem);
    }
}

/// How long a request waits to hear that the work cannot even begin.
const FIRST_WORD: Duration = Duration::from_millis(400);

/// What is done, with somewhere to tell how far it has come.
pub(super) type Job = Box<
    dyn FnOnce(&Context<'_>, &mut Desk<'_>, &mut dyn FnMut(u64, u64)) -> Result<(), Failure> + Send,
>;

/// Undoing alone may come in between, and stops what it finds under way.
const REVERSE: &str = "reverse";

/// What work is kept under: one at a time on a plan or list, and undoing beside it.
fn key(id: &str, verb: &str) -> String {
    if verb == REVERSE {
        format!("{id} {REVERSE}")
    } else {
        id.to_owned()
    }
}

impl Runner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is under way on this plan or list; undoing it, if it is undone while it is carried out.
    pub(super) fn running(&self, id: &str) -> Option<Running> {
        let state = self.lock();
        let undoing = state.running.get(&key(id, REVERSE));
        undoing.or_else(|| state.running.get(id)).cloned()
    }

    /// Everything that is under way.
    pub(super) fn all(&self) -> Vec<Running> {
        self.lock().running.values().cloned().collect()
    }

    /// How the last work on this plan or list ended, if it was begun here.
    pub(super) fn ended(&self, id: &str) -> Option<LastRun> {
        self.lock().ended.get(id).cloned()
    }

    /// Begins work in the name of whoever asks. What cannot begin is a problem; what ends badly later is
    /// kept, and told with the plan or list.
    pub(super) fn begin(
        call: &Call<'_>,
        id: &str,
        verb: &'static str,
        job: Job,
    ) -> Result<(), Problem> {
        let server = Arc::clone(call.server);
        let actor = call.actor()?;
        let setup = Arc::clone(&call.setup);
        let by = actor.name().to_owned();
        server.runner.enter(id, verb, &by)?;
        let (say, hear) = mpsc::channel::<Result<(), Problem>>();
        let (worker, subject) = (Arc::clone(&server), id.to_owned());
        let work = move || {
            let mut leaves = Leaves {
                server: Arc::clone(&worker),
                id: subject.clone(),
                verb,
                // What is left behind by a panic.
                problem: Some(Problem::new(
                    500,
                    "server/bug",
                    "the server has a bug; it can be resumed",
                )),
            };
            let ended = worker.store().and_then(|mut store| {
                let people = setup.people();
                let mut desk = Desk {
                    store: &mut store,
                    clock: &SystemClock,
                    pause: &SystemPause,
                    actor: &actor,
                    people: &people,
                };
                let mut tell = |done, total| {
                    worker
                        .runner
                        .came_to(&worker, &key(&subject, verb), done, total);
                    let _ = say.send(Ok(()));
                };
                job(&setup, &mut desk, &mut tell)
            });
            let problem = ended.err().map(Problem::from);
            leaves.problem.clone_from(&problem);
            // Gone before anybody hears of it: whoever hears may begin again at once.
            drop(leaves);
            let _ = say.send(problem.map_or(Ok(()), Err));
        };
        let thread = std::thread::Builder::new()
            .name(format!("{verb} {id}"))
            .spawn(work);
        match thread {
            Ok(thread) => server.runner.lock().threads.push(thread),
            Err(error) => {
                server.runner.lock().running.remove(&key(id, verb));
                let text = format!("no thread could be started: {error}");
                return Err(Problem::new(503, "server/busy", text).retry_after(5));
            }
        }
        // A first word is progress or the end; no word means that it is at it.
        hear.recv_timeout(FIRST_WORD).unwrap_or(Ok(()))
    }

    fn enter(&self, id: &str, verb: &'static str, by: &str) -> Result<(), Problem> {
        let mut state = self.lock();
        if state.stopping {
            return Err(Problem::new(
                503,
                "server/stopping",
                "the server is about to stop",
            ));
        }
        if let Some(running) = state.running.get(&key(id, verb)) {
            let text = format!("{} of {id} is under way already", running.verb);
            return Err(Problem::new(409, "server/under-way", text));
        }
        state.threads.retain(|thread| !thread.is_finished());
        state.ended.remove(id);
        let running = Running {
            id: id.to_owned(),
            verb,
            by: by.to_owned(),
            since: SystemClock.now(),
            done: 0,
            total: 0,
            here: true,
        };
        state.running.insert(key(id, verb), running);
        Ok(())
    }

    fn came_to(&self, server: &Server, key: &str, done: u64, total: u64) {
        let mut state = self.lock();
        let Some(running) = state.running.get_mut(key) else {
            return;
        };
        (running.done, running.total) = (done, total);
        let event = Event::Running(running.clone());
        drop(state);
        // Nobody may be listening.
        let _ = server.events.send(event);
    }

    fn leave(&self, server: &Server, id: &str, verb: &'static str, problem: Option<Problem>) {
        let ended = LastRun {
            verb,
            ended_at: SystemClock.now(),
            problem,
        };
        let mut state = self.lock();
        state.running.remove(&key(id, verb));
        state.ended.insert(id.to_owned(), ended);
        drop(state);
        let _ = server.events.send(Event::Ended { id: id.to_owned() });
    }

    /// Begins nothing more.
    pub(super) fn stop(&self) {
        self.lock().stopping = true;
    }

    /// Whether it was told to begin nothing more.
    pub(super) fn is_stopping(&self) -> bool {
        self.lock().stopping
    }

    /// Begins nothing more, and forgets what is under way: it ends with the process, as a killed command
    /// does, and is resumed by whoever looks at it next.
    pub(super) fn stop_and_wait(&self) {
        self.stop();
        let threads = std::mem::take(&mut self.lock().threads);
        for thread in threads
            .into_iter()
            .filter(std::thread::JoinHandle::is_finished)
        {
            let _ = thread.join();
        }
    }
}
