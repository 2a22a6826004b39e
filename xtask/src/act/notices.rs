//! Notices, with whoever sends them killed on the way.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::ground::{Ground, Outside, Site, adds_up, count_at};
use super::judge::{self, Told};
use super::killer::{self, Campaign, Victim};
use super::{Killed, Outcome, log_of, phases};
use crate::faulty::{Platform, Users};
use crate::live::avert::RESPONDER;
use crate::postgres::Postgres;
use crate::sink::{Arrival, Hook, Mail, Thinking};

/// How notices leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Channel {
    /// Webhooks, whose receiver keeps keys and can be asked.
    Hook,
    /// Mail, whose server keeps none: what is in doubt is held until a person says what became of it.
    Mail,
}

/// How a trial is made.
#[derive(Debug, Clone)]
pub(crate) struct Notices {
    pub(crate) seed: u64,
    pub(crate) kills: u64,
    pub(crate) channel: Channel,
    pub(crate) killed: Killed,
    /// How many notices are under way at once, and connections open.
    pub(crate) at_once: usize,
    /// How long the other side thinks about a notice, at most.
    pub(crate) thinking: Duration,
    /// Of how many in doubt a person says at the end what became of them; the others stay.
    pub(crate) resolved: usize,
    pub(crate) patience: Duration,
}

/// Where notices arrive.
enum Sink {
    Hook(Hook),
    Mail(Mail),
}

impl Sink {
    fn start(trial: &Notices) -> Result<Self> {
        let thinking = Thinking {
            seed: trial.seed,
            longest: trial.thinking,
        };
        Ok(match trial.channel {
            Channel::Hook => Self::Hook(Hook::start(thinking)?),
            Channel::Mail => Self::Mail(Mail::start(thinking)?),
        })
    }

    fn progress(&self) -> u64 {
        match self {
            Self::Hook(hook) => hook.progress(),
            Self::Mail(mail) => mail.progress(),
        }
    }

    fn arrivals(&self) -> Vec<Arrival> {
        match self {
            Self::Hook(hook) => hook.arrivals(),
            Self::Mail(mail) => mail.arrivals(),
        }
    }

    /// What else it saw, for the record.
    fn seen(&self) -> Value {
        match self {
            Self::Hook(hook) => {
                let repeats = hook.repeats();
                json!({ "repeated_under_their_key": repeats.repeated, "altered": repeats.altered,
                    "looked_up": repeats.looked_up })
            }
            Self::Mail(mail) => {
                let arrivals = mail.arrivals();
                let unsaid = arrivals.iter().filter(|mail| !mail.acknowledged).count();
                json!({ "most_connections": mail.most_open(), "sender_gone_before_the_answer": unsaid })
            }
        }
    }
}

impl Notices {
    /// A site whose takedown is carried out, undisturbed: what every trial begins with. Its store is a
    /// file, so that it can be copied.
    pub(crate) fn taken_down<'a>(
        binary: &'a Path,
        ground: &Ground,
        name: &str,
        database: Option<String>,
    ) -> Result<Site<'a>> {
        let platform = Platform::start(Users::new(ground.personas()))?;
        let outside = Outside {
            platform: platform.url(),
            timeout_seconds: 30,
            at_once: 16,
            database,
            ..Outside::default()
        };
        let site = ground.site(binary, name, &outside)?;
        site.take_down()?;
        Ok(site)
    }

    /// Does it and judges it. `before` is a site of which the takedown is carried out, in a file.
    pub(crate) fn run(
        &self,
        binary: &Path,
        ground: &Ground,
        before: &Site<'_>,
        name: &str,
    ) -> Result<Outcome> {
        let sink = Sink::start(self)?;
        let postgres = match self.killed {
            Killed::Avert => None,
            Killed::Postgres => Some(Postgres::start(true)?),
        };
        let (hook, mail) = match &sink {
            Sink::Hook(hook) => (Some(hook.url()), None),
            Sink::Mail(mail) => (None, Some(mail.port())),
        };
        let outside = Outside {
            hook,
            mail,
            notices_at_once: self.at_once,
            database: postgres.as_ref().map(Postgres::url),
            ..Outside::default()
        };
        let site = match &outside.database {
            None => ground.again(binary, before, name, &outside)?,
            Some(url) => {
                let taken =
                    Self::taken_down(binary, ground, &format!("{name}-before"), Some(url.clone()))?;
                ground.again(binary, &taken, name, &outside)?
            }
        };
        let list = site.list(match self.channel {
            Channel::Hook => "hook",
            Channel::Mail => "mail",
        })?;
        let people = ground.people();
        let mut scene = Scene {
            trial: self,
            sink: &sink,
            site: &site,
            list: &list,
            people: &people,
            in_doubt: 0,
            most_in_doubt_by_one_kill: 0,
            faults: Vec::new(),
        };
        scene.tell(postgres.as_ref())
    }
}

struct Scene<'a> {
    trial: &'a Notices,
    sink: &'a Sink,
    site: &'a Site<'a>,
    list: &'a str,
    people: &'a BTreeSet<String>,
    /// After the last kill.
    in_doubt: u64,
    most_in_doubt_by_one_kill: u64,
    faults: Vec<String>,
}

impl Scene<'_> {
    fn tell(&mut self, postgres: Option<&Postgres>) -> Result<Outcome> {
        let begun = Instant::now();
        self.site.status("notify", self.list)?;
        let beginning = begun.elapsed();
        let (trial, sink) = (self.trial, self.sink);
        let effects = self.people.len() as u64;
        let moments = killer::moments(trial.seed, trial.kills, effects, beginning);
        let log = log_of(self.site.avert.data());
        let killed = killer::carry_through(
            &mut Campaign {
                next: &mut |just_killed| self.next(just_killed),
                progress: &|| sink.progress(),
                victim: postgres.map_or(Victim::Worker, Victim::Database),
                log: &log,
                patience: trial.patience,
            },
            &moments,
        )?;
        let told = self.judged()?;
        self.faults.extend(told.faults());
        if trial.channel == Channel::Hook && told.in_doubt > 0 {
            let count = told.in_doubt;
            self.faults.push(format!(
                "{count} are in doubt, though the channel can be asked"
            ));
        }
        if let Sink::Hook(hook) = sink
            && hook.repeats().altered > 0
        {
            self.faults
                .push("a notice came again with another content".to_owned());
        }
        let settled = self.settle_doubts(&told)?;
        self.site.journal_holds()?;
        Ok(Outcome {
            run: json!({
                "trial": "notices",
                "notices": self.people.len(),
                "channel": trial.channel,
                "killed": trial.killed,
                "seed": trial.seed,
                "connections": trial.at_once,
                "killing": killed,
                "told": told,
                "most_in_doubt_by_one_kill": self.most_in_doubt_by_one_kill,
                "sink": sink.seen(),
                "resolved_by_a_person": settled,
                "wrong": self.faults.len(),
            }),
            faults: std::mem::take(&mut self.faults),
        })
    }

    /// What a person would do next who sees how the list stands. After a kill, how many it left in doubt
    /// is counted first.
    fn next(&mut self, just_killed: bool) -> Result<Option<Command>> {
        let status = self.site.status("notify", self.list)?;
        let in_doubt = count_at(&status, "/totals/in_doubt")?;
        let waiting = count_at(&status, "/totals/waiting")?;
        if just_killed {
            let more = in_doubt.saturating_sub(self.in_doubt);
            self.most_in_doubt_by_one_kill = self.most_in_doubt_by_one_kill.max(more);
            let connections = self.trial.at_once as u64;
            if more > connections {
                self.faults.push(format!(
                    "one kill left {more} in doubt, with {connections} connections"
                ));
            }
        }
        self.in_doubt = in_doubt;
        let state = status["state"].as_str().context("a list without a state")?;
        let verb = match state {
            "approved" => "send",
            // A claim of a sender that was killed is neither sent nor in doubt until it is taken up.
            "sending" if waiting > 0 || claims(&status) > 0 => "resume",
            "sending" if self.trial.channel == Channel::Hook => "resume",
            "sending" | "sent" => return Ok(None),
            _ => bail!("the list is {state}"),
        };
        let arguments = ["notify", verb, self.list, "--execute"];
        Ok(Some(self.site.avert.command(RESPONDER, &arguments)))
    }

    fn judged(&self) -> Result<Told> {
        let status = self.site.status("notify", self.list)?;
        adds_up(&status, self.people.len() as u64)?;
        let phases = phases(&status, "notices")?;
        Ok(judge::told(self.people, &self.sink.arrivals(), &phases))
    }

    /// A person looks up what is in doubt and says what became of it; then everybody else gets theirs.
    /// Gives how many that were.
    fn settle_doubts(&mut self, told: &Told) -> Result<usize> {
        if told.in_doubt == 0 {
            return Ok(0);
        }
        let status = self.site.status("notify", self.list)?;
        let arrivals = self.sink.arrivals();
        let arrived: BTreeSet<&str> = arrivals.iter().map(|one| one.person.as_str()).collect();
        let open = phases(&status, "notices")?;
        let open = open.iter().filter(|(_, phase)| *phase == "in-doubt");
        let chosen: Vec<&String> = open
            .map(|(person, _)| person)
            .take(self.trial.resolved)
            .collect();
        for person in &chosen {
            let there = arrived.contains(person.as_str());
            let outcome = if there { "sent" } else { "not-sent" };
            let resolve = [
                "notify",
                "resolve",
                self.list,
                "--account",
                person,
                "--outcome",
                outcome,
            ];
            let reason = ["--reason", "looked up at the server"];
            self.site
                .avert
                .done(RESPONDER, &[&resolve[..], &reason].concat())?;
        }
        let resume = ["notify", "resume", self.list, "--execute"];
        self.site.avert.run(RESPONDER, &resume)?;
        let after = self.judged()?;
        self.faults.extend(after.faults());
        let left = told.in_doubt - chosen.len() as u64;
        if after.in_doubt != left {
            let found = after.in_doubt;
            self.faults
                .push(format!("{found} are in doubt once {left} should be left"));
        }
        Ok(chosen.len())
    }
}

/// How many notices are claimed.
fn claims(status: &Value) -> usize {
    let notices = status["notices"].as_array().map_or(&[][..], Vec::as_slice);
    notices
        .iter()
        .filter(|notice| notice["phase"] == "claimed")
        .count()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::{Read as _, Write as _};
    use std::net::{Shutdown, TcpStream};

    use super::*;

    fn mail_to(port: u16, person: &str) {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let mail = format!(
            "EHLO x\r\nMAIL FROM:<s@example.org>\r\nRCPT TO:<{person}@example.org>\r\nDATA\r\n\
             Message-ID: <{person}@x>\r\n\r\nhello\r\n.\r\nQUIT\r\n"
        );
        stream.write_all(mail.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    }

    /// What a sender would do that forgets what it sent when it is killed.
    #[test]
    fn somebody_mailed_twice_is_found_from_the_sink_to_the_verdict() {
        let server = Mail::start(Thinking::NONE).unwrap();
        for person in ["ann", "ben", "ann"] {
            mail_to(server.port(), person);
        }
        let people: BTreeSet<String> = ["ann", "ben", "cem"].map(str::to_owned).into();
        let sent = |person: &String| (person.clone(), "sent".to_owned());
        let phases: BTreeMap<String, String> = people.iter().map(sent).collect();
        let told = judge::told(&people, &Sink::Mail(server).arrivals(), &phases);
        assert_eq!((told.twice, told.missing), (1, 1));
        assert_eq!(told.faults().len(), 2);
    }
}
