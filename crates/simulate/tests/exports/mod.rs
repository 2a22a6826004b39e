//! Reads a simulated platform's files back, without any of the code that wrote them.

#![expect(
    clippy::unwrap_used,
    reason = "only tests use this, and a failure is theirs"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use avert_model::Timestamp;
use avert_simulate::{Scenario, Summary, simulate};

/// One row of any of the files of actions.
#[derive(Debug, Default)]
pub(crate) struct Action {
    pub(crate) at: i64,
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) whom: String,
    pub(crate) object: String,
    pub(crate) ip: String,
    pub(crate) device: String,
}

/// A platform read back.
pub(crate) struct Platform {
    folder: tempfile::TempDir,
    pub(crate) summary: Summary,
    pub(crate) accounts: Vec<BTreeMap<String, String>>,
    /// Kind and cell by account.
    pub(crate) truth: BTreeMap<String, (String, String)>,
    pub(crate) actions: Vec<Action>,
    pub(crate) state: Vec<serde_json::Value>,
}

/// Makes the platform of a scenario and reads it back.
pub(crate) fn made(scenario: &Scenario) -> Platform {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let summary = simulate(scenario, at, &mut |_, _| ()).unwrap();
    let truth = table(&at.join("truth.csv"))
        .into_iter()
        .map(|mut row| {
            let mut take = |key: &str| row.remove(key).unwrap();
            (take("account"), (take("kind"), take("cell")))
        })
        .collect();
    Platform {
        accounts: table(&at.join("accounts.csv")),
        truth,
        actions: actions(at),
        state: lines(&at.join("platform.jsonl")),
        summary,
        folder,
    }
}

impl Platform {
    /// The hash of each file.
    pub(crate) fn digests(&self) -> BTreeMap<String, blake3::Hash> {
        std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, blake3::hash(&std::fs::read(path).unwrap()))
            })
            .collect()
    }

    /// What an account really is.
    pub(crate) fn kind(&self, who: &str) -> &str {
        &self.truth[who].0
    }

    /// Which of these accounts did something with each value of a column.
    pub(crate) fn who_by(
        &self,
        column: impl Fn(&Action) -> &String,
        counts: impl Fn(&str) -> bool,
    ) -> BTreeMap<String, BTreeSet<String>> {
        let mut by: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for action in &self.actions {
            let value = column(action);
            if !value.is_empty() && counts(&action.who) {
                by.entry(value.clone())
                    .or_default()
                    .insert(action.who.clone());
            }
        }
        by
    }

    /// How many in a thousand of these accounts' rows carry a value of this column that two or more
    /// of them use and nobody honest does.
    pub(crate) fn rows_shared(
        &self,
        column: impl Fn(&Action) -> &String,
        counts: impl Fn(&str) -> bool,
    ) -> usize {
        let ours = self.who_by(&column, &counts);
        let others = self.who_by(&column, |who| self.kind(who) == "honest");
        let rows: Vec<&String> = self
            .actions
            .iter()
            .filter(|action| counts(&action.who))
            .map(&column)
            .filter(|value| !value.is_empty())
            .collect();
        let shared = rows
            .iter()
            .filter(|value| ours[**value].len() > 1 && !others.contains_key(**value))
            .count();
        shared * 1_000 / rows.len()
    }
}

/// Milliseconds since 1970 of an RFC 3339 time.
pub(crate) fn millisecond(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn actions(folder: &Path) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut add = |name: &str, columns: [&str; 5], time: &dyn Fn(&str) -> i64| {
        for mut row in table(&folder.join(name)) {
            let mut take = |column: &str| row.remove(column).unwrap_or_default();
            let [at, who, what, whom, object] = columns.map(&mut take);
            actions.push(Action {
                at: time(&at),
                who,
                what,
                whom,
                object,
                ip: take("ip"),
                device: take("device"),
            });
        }
    };
    add(
        "contacts.csv",
        ["when", "who", "what", "whom", ""],
        &millisecond,
    );
    add(
        "visits.csv",
        ["ts", "account", "event", "profile", ""],
        &|ts| ts.parse::<i64>().unwrap() * 1_000,
    );
    add(
        "shares.csv",
        ["time_us", "account", "event", "other", "item"],
        &|ts| ts.parse::<i64>().unwrap() / 1_000,
    );
    add(
        "posts.csv",
        ["date", "author", "kind", "by", "post"],
        &|wall| millisecond(&format!("{}+04:00", wall.replace(' ', "T"))),
    );
    for row in lines(&folder.join("messages.jsonl")) {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        actions.push(Action {
            at: row["sent"].as_i64().unwrap(),
            who: text("from"),
            what: text("kind"),
            whom: text("to"),
            ..Action::default()
        });
    }
    actions
}

fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path)
        .unwrap()
        .deserialize()
        .map(Result::unwrap)
        .collect()
}

fn lines(path: &Path) -> Vec<serde_json::Value> {
    std::fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
