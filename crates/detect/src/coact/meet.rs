//! How processes find each other before they work together.
//!
//! Each listens at its own address and calls those before it in the host file. Whoever calls says
//! which process it is and what it was asked to do: processes that were given other options would
//! count something else, and are refused.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use super::error::CoactError;
use super::{Hosts, Plan};

/// How long a process waits for the others to be there.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long it waits before it calls again.
const PAUSE: Duration = Duration::from_millis(200);
/// How long a caller may take to say who it is.
const GREETING_TIME: Duration = Duration::from_secs(10);

const MAGIC: &[u8; 8] = b"avertco1";

/// Who calls, and what it was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Greeting {
    process: u64,
    task: u64,
}

impl Greeting {
    fn write(self, stream: &mut TcpStream) -> std::io::Result<()> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.process.to_le_bytes());
        bytes.extend(self.task.to_le_bytes());
        stream.write_all(&bytes)
    }

    fn read(stream: &mut TcpStream) -> std::io::Result<Option<Self>> {
        stream.set_read_timeout(Some(GREETING_TIME))?;
        let mut bytes = [0; 24];
        stream.read_exact(&mut bytes)?;
        stream.set_read_timeout(None)?;
        let number = |from: usize| {
            u64::from_le_bytes(bytes[from..from + 8].try_into().expect("eight bytes"))
        };
        Ok((&bytes[..8] == MAGIC).then(|| Self {
            process: number(8),
            task: number(16),
        }))
    }
}

/// What all processes must have been asked alike, as a number.
pub(super) fn task(plan: &Plan, shares: usize) -> u64 {
    let hosts = plan.hosts.as_ref().map(|hosts| &hosts.addresses);
    let words = format!(
        "{} {} {} {} {shares} {hosts:?}",
        plan.window, plan.min_weight, plan.cap, plan.workers
    );
    let hash = blake3::hash(words.as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("eight bytes"))
}

/// A connection to every other process, in the order of the host file.
pub(super) fn connect(hosts: &Hosts, task: u64) -> Result<Vec<Option<TcpStream>>, CoactError> {
    let me = hosts.process;
    let own = &hosts.addresses[me];
    let listener = TcpListener::bind(own.as_str()).map_err(|error| {
        CoactError::Workers(format!("this process cannot listen at {own}: {error}"))
    })?;
    let (calls, greeted_calls) = mpsc::channel();
    std::thread::spawn(move || {
        // It ends with the process, or when nobody waits for calls any more.
        for stream in listener.incoming().flatten() {
            if calls.send(greeted(stream)).is_err() {
                return;
            }
        }
    });
    let mut streams: Vec<Option<TcpStream>> = Vec::new();
    for address in &hosts.addresses[..me] {
        streams.push(Some(call(
            address,
            Greeting {
                process: me as u64,
                task,
            },
        )?));
    }
    streams.resize_with(hosts.addresses.len(), || None);
    while let Some(missing) = (me + 1..streams.len()).find(|index| streams[*index].is_none()) {
        let (stream, greeting) = match greeted_calls.recv_timeout(PATIENCE) {
            Ok(Some(call)) => call,
            // Somebody else than a process of ours.
            Ok(None) => continue,
            Err(_) => {
                let why = format!("process {missing} has not called within two minutes");
                return Err(CoactError::Workers(why));
            }
        };
        let caller = usize::try_from(greeting.process).unwrap_or(usize::MAX);
        if greeting.task != task {
            let why = format!("process {caller} was given other files, options or hosts");
            return Err(CoactError::Workers(why));
        }
        match streams.get_mut(caller) {
            Some(place) if caller > me && place.is_none() => *place = Some(stream),
            _ => {
                let why = format!("two processes say that they are number {caller}");
                return Err(CoactError::Workers(why));
            }
        }
    }
    Ok(streams)
}

/// Hears who calls; nothing if it is none of us.
fn greeted(mut stream: TcpStream) -> Option<(TcpStream, Greeting)> {
    let greeting = Greeting::read(&mut stream).ok()??;
    stream.set_nodelay(true).ok()?;
    Some((stream, greeting))
}

/// Calls a process until it is there.
fn call(address: &str, greeting: Greeting) -> Result<TcpStream, CoactError> {
    let attempts = PATIENCE.as_millis() / PAUSE.as_millis();
    let mut last = None;
    for _ in 0..attempts {
        let connected = TcpStream::connect(address).and_then(|mut stream| {
            stream.set_nodelay(true)?;
            greeting.write(&mut stream)?;
            Ok(stream)
        });
        match connected {
            Ok(stream) => return Ok(stream),
            Err(error) => last = Some(error),
        }
        pause();
    }
    let why = last.map_or_else(String::new, |error| format!(": {error}"));
    Err(CoactError::Workers(format!(
        "nobody answers at {address}{why}"
    )))
}

#[expect(
    clippy::disallowed_methods,
    reason = "there is no event to wait for until the other process listens"
)]
fn pause() {
    std::thread::sleep(PAUSE);
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn addresses(count: usize) -> Vec<String> {
        let listeners: Vec<TcpListener> = (0..count)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let addresses = listeners
            .iter()
            .map(|listener| listener.local_addr().unwrap());
        addresses.map(|address| address.to_string()).collect()
    }

    fn together(tasks: &[u64]) -> Vec<Result<usize, CoactError>> {
        let addresses = addresses(tasks.len());
        thread::scope(|scope| {
            let running: Vec<_> = tasks
                .iter()
                .enumerate()
                .map(|(process, task)| {
                    let hosts = Hosts {
                        addresses: addresses.clone(),
                        process,
                    };
                    scope.spawn(move || {
                        connect(&hosts, *task).map(|found| found.iter().flatten().count())
                    })
                })
                .collect();
            running.into_iter().map(|one| one.join().unwrap()).collect()
        })
    }

    #[test]
    fn every_process_is_connected_with_every_other() {
        for found in together(&[7, 7, 7, 7]) {
            assert_eq!(found.unwrap(), 3);
        }
    }

    #[test]
    fn a_process_that_was_asked_something_else_is_refused() {
        let found = together(&[7, 8]);
        let refused = found[0].as_ref().unwrap_err().to_string();
        assert!(refused.contains("process 1 was given other"), "{refused}");
    }

    #[test]
    fn a_stranger_who_calls_is_not_taken_for_a_process() {
        let addresses = addresses(2);
        let hosts = |process| Hosts {
            addresses: addresses.clone(),
            process,
        };
        thread::scope(|scope| {
            let first = scope.spawn(|| connect(&hosts(0), 7));
            let mut stranger = loop {
                match TcpStream::connect(&addresses[0]) {
                    Ok(stream) => break stream,
                    Err(_) => thread::yield_now(),
                }
            };
            stranger
                .write_all(b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")
                .unwrap();
            connect(&hosts(1), 7).unwrap();
            assert_eq!(first.join().unwrap().unwrap().iter().flatten().count(), 1);
        });
    }
}
