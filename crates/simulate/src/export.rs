//! Writes the world as a platform would export it: several files, each with its own format, its own
//! words and its own notation of time; and beside them the mapping and the truth.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use avert_model::{Timestamp, Verb};
use serde::Serialize;

use crate::diary::Event;
use crate::error::SimulateError;
use crate::geography::REGIONS;
use crate::people::PROFESSIONS;
use crate::rhythm::HOUR_MS;
use crate::world::World;

/// How the files are to be read.
const MAPPING: &str = include_str!("mapping.toml");

/// Every file, in alphabetical order.
const FILES: [&str; 9] = [
    "accounts.csv",
    "contacts.csv",
    "mapping.toml",
    "messages.jsonl",
    "platform.jsonl",
    "posts.csv",
    "shares.csv",
    "truth.csv",
    "visits.csv",
];

/// The open files of a platform.
pub(crate) struct Exports {
    folder: PathBuf,
    contacts: Table,
    messages: Lines,
    posts: Table,
    shares: Table,
    visits: Table,
    actions: u64,
}

/// A CSV file being written.
struct Table {
    path: PathBuf,
    writer: csv::Writer<File>,
}

/// A JSON Lines file being written.
struct Lines {
    path: PathBuf,
    writer: BufWriter<File>,
}

#[derive(Serialize)]
struct Letter<'a> {
    sent: i64,
    from: &'a str,
    to: &'a str,
    kind: &'a str,
    body: &'a str,
}

#[derive(Serialize)]
struct PlatformAccount<'a> {
    account: &'a str,
    display_name: &'a str,
    email: &'a str,
    created_at: &'a str,
    verified: bool,
    followers: u64,
    sole_admin_of: u64,
    language: &'a str,
    country: &'a str,
    disabled: bool,
    restricted: bool,
}

impl Exports {
    /// Makes the folder and begins every file.
    pub(crate) fn create(folder: &Path) -> Result<Self, SimulateError> {
        std::fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
        Ok(Self {
            contacts: Table::create(
                folder,
                "contacts.csv",
                &["when", "who", "what", "whom", "note", "ip", "device"],
            )?,
            messages: Lines::create(folder, "messages.jsonl")?,
            posts: Table::create(
                folder,
                "posts.csv",
                &["date", "author", "kind", "post", "by", "body"],
            )?,
            shares: Table::create(
                folder,
                "shares.csv",
                &["time_us", "account", "event", "other", "item", "comment"],
            )?,
            visits: Table::create(
                folder,
                "visits.csv",
                &[
                    "ts", "account", "event", "profile", "ip", "device", "client",
                ],
            )?,
            folder: folder.to_owned(),
            actions: 0,
        })
    }

    /// Writes what the exports have on every account, and what is true of it.
    pub(crate) fn accounts(&mut self, world: &World) -> Result<(), SimulateError> {
        let mut accounts = Table::create(
            &self.folder,
            "accounts.csv",
            &[
                "user_id",
                "handle",
                "name",
                "joined",
                "email",
                "picture_hash",
                "about",
                "job",
                "location",
                "zone",
                "lang",
                "verified",
            ],
        )?;
        let mut truth = Table::create(&self.folder, "truth.csv", &["account", "kind", "cell"])?;
        for who in world.by_id() {
            let person = &world.people[who as usize];
            let id = world.id(who);
            accounts.row(&[
                &id,
                &person.handle,
                &person.display_name,
                &rfc3339(person.created_at),
                &person.email,
                &person
                    .avatar
                    .map(|hash| format!("{hash:016x}"))
                    .unwrap_or_default(),
                person.bio.as_deref().unwrap_or_default(),
                PROFESSIONS[person.profession].title,
                person.place.as_deref().unwrap_or_default(),
                REGIONS[person.region].zone,
                person.language,
                if person.verified { "true" } else { "false" },
            ])?;
            let cell = person
                .kind
                .cell()
                .map(|cell| format!("cell-{:02}", cell + 1));
            truth.row(&[&id, person.kind.as_str(), &cell.unwrap_or_default()])?;
        }
        accounts.finish()?;
        truth.finish()?;
        let path = self.folder.join("mapping.toml");
        std::fs::write(&path, MAPPING).map_err(|source| failed(&path, source))
    }

    /// Writes the accounts as the platform has them once everything has happened.
    pub(crate) fn platform(&self, world: &World) -> Result<(), SimulateError> {
        let mut platform = Lines::create(&self.folder, "platform.jsonl")?;
        for who in world.by_id() {
            let person = &world.people[who as usize];
            platform.line(&PlatformAccount {
                account: &world.id(who),
                display_name: &person.display_name,
                email: &person.email,
                created_at: &rfc3339(person.created_at),
                verified: person.verified,
                followers: world.ties.friends_of(who),
                sole_admin_of: world.groups_run_by(who),
                language: person.language,
                country: REGIONS[person.region].country,
                disabled: false,
                restricted: false,
            })?;
        }
        platform.finish()
    }

    /// Writes one action into the file that holds its kind.
    pub(crate) fn action(&mut self, world: &World, event: &Event) -> Result<(), SimulateError> {
        self.actions += 1;
        let actor = world.id(event.actor);
        let target = event.target.map(|who| world.id(who)).unwrap_or_default();
        let object = event.object.as_deref().unwrap_or_default();
        let text = event.text.as_deref().unwrap_or_default();
        let ip = event
            .place
            .map(|place| place.ip.to_string())
            .unwrap_or_default();
        let device = event
            .place
            .map(|place| format!("{:012x}", place.device.id))
            .unwrap_or_default();
        let what = platform_word(event.verb);
        match event.verb {
            Verb::Message | Verb::Reply => self.messages.line(&Letter {
                sent: event.at,
                from: &actor,
                to: &target,
                kind: what,
                body: text,
            }),
            Verb::Register | Verb::SignIn | Verb::ViewProfile => {
                let time = event.at.div_euclid(1_000).to_string();
                let client = event.place.map(|place| place.device.agent());
                let client = client.unwrap_or_default();
                self.visits
                    .row(&[&time, &actor, what, &target, &ip, &device, client])
            }
            Verb::ShareLink | Verb::ShareFile | Verb::ClickLink | Verb::OpenFile => {
                let time = (event.at * 1_000).to_string();
                self.shares
                    .row(&[&time, &actor, what, &target, object, text])
            }
            Verb::Post | Verb::React => {
                let time = dubai(event.at);
                self.posts
                    .row(&[&time, &actor, what, object, &target, text])
            }
            _ => {
                let time = rfc3339(event.at);
                self.contacts
                    .row(&[&time, &actor, what, &target, text, &ip, &device])
            }
        }
    }

    /// Closes every file. Gives the number of actions, and the names of the files.
    pub(crate) fn finish(self) -> Result<(u64, Vec<String>), SimulateError> {
        self.contacts.finish()?;
        self.messages.finish()?;
        self.posts.finish()?;
        self.shares.finish()?;
        self.visits.finish()?;
        Ok((self.actions, FILES.map(str::to_owned).to_vec()))
    }
}

/// The platform's own word for a verb; the mapping translates it back.
fn platform_word(verb: Verb) -> &'static str {
    match verb {
        Verb::Register => "join",
        Verb::SignIn => "login",
        Verb::ViewProfile => "view",
        Verb::RequestContact => "request",
        Verb::AcceptContact => "accept",
        Verb::DeclineContact => "decline",
        Verb::ReportAbuse => "report",
        Verb::Message => "dm",
        Verb::Reply => "answer",
        other => other.as_str(),
    }
}

impl Table {
    fn create(folder: &Path, name: &str, header: &[&str]) -> Result<Self, SimulateError> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(|source| failed(&path, source))?;
        let writer = csv::WriterBuilder::new()
            .buffer_capacity(64 * 1024)
            .from_writer(file);
        let mut table = Self { path, writer };
        table.row(header)?;
        Ok(table)
    }

    fn row(&mut self, cells: &[&str]) -> Result<(), SimulateError> {
        self.writer
            .write_record(cells)
            .map_err(|error| failed(&self.path, error.into()))
    }

    fn finish(mut self) -> Result<(), SimulateError> {
        self.writer
            .flush()
            .map_err(|source| failed(&self.path, source))
    }
}

impl Lines {
    fn create(folder: &Path, name: &str) -> Result<Self, SimulateError> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(|source| failed(&path, source))?;
        Ok(Self {
            path,
            writer: BufWriter::with_capacity(64 * 1024, file),
        })
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), SimulateError> {
        serde_json::to_writer(&mut self.writer, value)
            .map_err(std::io::Error::from)
            .and_then(|()| self.writer.write_all(b"\n"))
            .map_err(|source| failed(&self.path, source))
    }

    fn finish(mut self) -> Result<(), SimulateError> {
        self.writer
            .flush()
            .map_err(|source| failed(&self.path, source))
    }
}

fn failed(path: &Path, source: std::io::Error) -> SimulateError {
    SimulateError::Write {
        path: path.to_owned(),
        source,
    }
}

fn rfc3339(at: i64) -> String {
    Timestamp::from_millisecond(at)
        .expect("the world lies within a few years of 2017")
        .to_string()
}

/// The wall clock of Dubai, which is four hours ahead all year.
fn dubai(at: i64) -> String {
    rfc3339(at.div_euclid(1_000) * 1_000 + 4 * HOUR_MS)
        .replace('T', " ")
        .replace('Z', "")
}
