//! Which lines are taken, and what they do to the engine.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher as _, RandomState};

use avert_detect::live::{Live, Untaken};
use avert_events::ActionRow;
use avert_events::stream::{Event, EventLine, parse};
use avert_model::{Account, AccountId, Action, Clock as _, Timestamp};
use avert_ops::ports::{PortError, RecordSink, SinkError, Source, SourceError};

use super::source::Line;
use crate::clock::SystemClock;

const DAY: i64 = 86_400_000_000;

/// A clock that is further ahead is wrong: it would make everything else old.
const AHEAD: i64 = DAY;

/// What became of a line.
pub(super) enum Fate<'a> {
    /// Taken; the time of the action, if it is one.
    Taken(&'a str, Option<i64>),
    /// The sender had sent it before.
    Repeated,
    /// Not taken: in one word, in many, and the line.
    Bad(&'static str, String, &'a str),
}

/// Decides which lines are taken.
pub(super) struct Intake {
    keep_days: i64,
    latest: i64,
    forgotten_before: i64,
    highest: Option<u64>,
    repeated: u64,
    forgotten: u64,
    cleared: BTreeSet<AccountId>,
    now: i64,
}

impl Intake {
    pub(super) fn new(keep_days: i64) -> Self {
        Self {
            keep_days,
            latest: i64::MIN,
            forgotten_before: i64::MIN,
            highest: None,
            repeated: 0,
            forgotten: 0,
            cleared: BTreeSet::new(),
            now: SystemClock.now().as_microsecond(),
        }
    }

    /// Begins a batch, after a line that was counted so high.
    pub(super) fn begin(&mut self, highest: Option<u64>) {
        self.highest = highest;
        self.now = SystemClock.now().as_microsecond();
    }

    pub(super) fn highest(&self) -> Option<u64> {
        self.highest
    }

    pub(super) fn repeated(&self) -> u64 {
        self.repeated
    }

    /// How many actions this run took or remembered, and forgot as they became too old.
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The accounts that were cleared by a line.
    pub(super) fn cleared(&self) -> &BTreeSet<AccountId> {
        &self.cleared
    }

    /// What was done before this moment is forgotten.
    pub(super) fn horizon(&self) -> i64 {
        self.forgotten_before
    }

    /// Takes a line, or says why not.
    pub(super) fn take<'a>(&mut self, live: &mut Live, came: &'a Line) -> Fate<'a> {
        let text = match came {
            Line::Whole(text) => text.as_str(),
            Line::Bad(text, reason) => return Fate::Bad(reason, (*reason).to_owned(), text),
        };
        let read = match parse(text) {
            Ok(read) => read,
            Err(error) => return Fate::Bad("not an event", error.to_string(), text),
        };
        if let Some(seq) = read.seq {
            if self.highest.is_some_and(|highest| seq <= highest) {
                self.repeated += 1;
                return Fate::Repeated;
            }
            self.highest = Some(seq);
        }
        match self.apply(live, &read) {
            Ok(at) => Fate::Taken(text, at),
            Err(refused) => Fate::Bad(refused.reason(), refused.to_string(), text),
        }
    }

    /// Takes a line of the log again.
    pub(super) fn again(&mut self, live: &mut Live, logged: &str) -> Result<Option<i64>, String> {
        let read = parse(logged).map_err(|error| error.to_string())?;
        match self.apply(live, &read) {
            Ok(at) => Ok(at),
            // A clock that was turned back since does not undo what was taken.
            Err(Refused::Ahead) => Ok(None),
            Err(refused) => Err(refused.to_string()),
        }
    }

    fn apply(&mut self, live: &mut Live, read: &EventLine<'_>) -> Result<Option<i64>, Refused> {
        match &read.event {
            Event::Action(action) => {
                let row = action.row();
                if row.at.is_some_and(|at| at > self.now.saturating_add(AHEAD)) {
                    return Err(Refused::Ahead);
                }
                live.action(&row)?;
                self.latest = self.latest.max(row.at.unwrap_or(i64::MIN));
                Ok(row.at)
            }
            Event::Account(account) => {
                live.account(account)?;
                Ok(None)
            }
            Event::Clear(id) => {
                live.clear(id);
                self.cleared.insert(id.clone());
                Ok(None)
            }
        }
    }

    /// Forgets what has become too old.
    pub(super) fn forget(&mut self, live: &mut Live) {
        if self.latest == i64::MIN {
            return;
        }
        let before = (self.latest.div_euclid(DAY) - self.keep_days) * DAY;
        if before > self.forgotten_before
            && let Ok(moment) = Timestamp::from_microsecond(before)
        {
            self.forgotten_before = before;
            let before = live.watched().actions;
            live.forget_before(moment);
            self.forgotten += before - live.watched().actions;
        }
    }
}

/// Why an event was not taken.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("its time is more than a day ahead of this machine's clock")]
    Ahead,
    #[error(transparent)]
    Untaken(#[from] Untaken),
}

impl Refused {
    fn reason(&self) -> &'static str {
        match self {
            Self::Ahead => "ahead of the clock",
            Self::Untaken(Untaken::NoTime) => "no time",
            Self::Untaken(Untaken::TooOld) => "older than what is remembered",
            Self::Untaken(Untaken::TooMany) => "too many accounts or things",
        }
    }
}

/// Readings of a live platform, each of which gives everything: what is new is what there is more of.
///
/// It remembers what the platform gave last and what was done since the horizon, and so holds no more
/// than those.
#[derive(Default)]
pub(super) struct Polled {
    keys: [RandomState; 2],
    taken: HashMap<(u64, u64), Known>,
    /// By account, how it was described last in the log.
    described: HashMap<AccountId, (u64, u64)>,
}

/// A line that was taken.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    /// How often the platform had it.
    times: u32,
    /// When that was done, and [`i64::MAX`] where nobody knows, so that it is remembered for good; nothing
    /// for an account, since how it was described before says nothing.
    at: Option<i64>,
}

impl Polled {
    /// This line was taken before.
    pub(super) fn remember(&mut self, line: &str) {
        let hash = self.hash(line);
        let at = match parse(line).map(|read| read.event) {
            Ok(Event::Action(action)) => Some(action.row().at.unwrap_or(i64::MAX)),
            Ok(Event::Account(account)) => {
                let before = self.described.insert(account.id.clone(), hash);
                if let Some(before) = before.filter(|before| *before != hash) {
                    self.taken.remove(&before);
                }
                None
            }
            _ => None,
        };
        let known = self.taken.entry(hash).or_default();
        known.times += 1;
        known.at = at;
    }

    fn hash(&self, line: &str) -> (u64, u64) {
        let [one, other] = &self.keys;
        (one.hash_one(line), other.hash_one(line))
    }

    /// Reads a platform, and gives what is new. What was done before `horizon` and is no longer on the
    /// platform is forgotten; so is how an account was described before.
    pub(super) fn read(
        &mut self,
        source: &dyn Source,
        horizon: i64,
    ) -> Result<Vec<Line>, PortError> {
        let mut sink = Sink {
            polled: self,
            now: BTreeMap::new(),
            lines: Vec::new(),
        };
        match source.read(&mut sink) {
            Ok(()) => {}
            Err(SourceError::Port(error)) => return Err(error),
            Err(SourceError::Sink(_)) => unreachable!("this sink takes everything"),
        }
        let (now, lines) = (sink.now, sink.lines);
        self.taken.retain(|line, known| {
            known.at.is_some_and(|at| at >= horizon) || now.contains_key(line)
        });
        for (line, given) in now {
            let known = self.taken.entry(line).or_default();
            known.times = given.times.max(known.times);
            known.at = given.at;
        }
        Ok(lines.into_iter().map(Line::Whole).collect())
    }
}

struct Sink<'a> {
    polled: &'a Polled,
    now: BTreeMap<(u64, u64), Known>,
    lines: Vec<String>,
}

impl Sink<'_> {
    fn line(&mut self, line: String, at: Option<i64>) {
        let hash = self.polled.hash(&line);
        let given = self.now.entry(hash).or_default();
        given.times += 1;
        given.at = at;
        if given.times > self.polled.taken.get(&hash).map_or(0, |known| known.times) {
            self.lines.push(line);
        }
    }
}

impl RecordSink for Sink<'_> {
    fn account(&mut self, account: Account) -> Result<(), SinkError> {
        self.line(serde_json::to_string(&account)?, None);
        Ok(())
    }

    fn action(&mut self, action: Action) -> Result<(), SinkError> {
        let row = ActionRow::from(&action);
        self.line(row.line(), Some(row.at.unwrap_or(i64::MAX)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use avert_model::Verb;

    use super::*;

    /// A platform with accounts, called by name, and actions, by who and when in seconds.
    struct Platform(Vec<(&'static str, Option<i64>)>);

    impl Source for Platform {
        fn read(&self, sink: &mut dyn RecordSink) -> Result<(), SourceError> {
            for (who, second) in &self.0 {
                let id = AccountId::new(*who);
                let Some(second) = second else {
                    sink.account(Account::bare(id)).map_err(SourceError::Sink)?;
                    continue;
                };
                let at = Timestamp::from_second(*second).ok();
                sink.action(Action::new(id, Verb::Post, at))
                    .map_err(SourceError::Sink)?;
            }
            Ok(())
        }
    }

    const SECOND: i64 = 1_000_000;

    fn news(polled: &mut Polled, has: &[(&'static str, Option<i64>)], horizon: i64) -> usize {
        let platform = Platform(has.to_vec());
        let lines = polled.read(&platform, horizon * SECOND).unwrap();
        lines.len()
    }

    #[test]
    fn what_there_is_more_of_is_new() {
        let mut polled = Polled::default();
        let one = ("ann", Some(5));
        assert_eq!(news(&mut polled, &[("ann", None), one], 0), 2);
        assert_eq!(news(&mut polled, &[("ann", None), one], 0), 0);
        assert_eq!(news(&mut polled, &[("ann", None), one, one], 0), 1);
    }

    #[test]
    fn what_a_platform_stops_giving_is_known_for_as_long_as_it_is_remembered() {
        let mut polled = Polled::default();
        news(&mut polled, &[("ann", Some(5)), ("bob", Some(9))], 0);
        assert_eq!(news(&mut polled, &[], 6), 0);
        assert_eq!(polled.taken.len(), 1, "only Bob's is within the window");
        assert_eq!(news(&mut polled, &[("bob", Some(9))], 6), 0);
    }

    #[test]
    fn after_a_restart_an_account_is_what_the_log_says_last() {
        let mut polled = Polled::default();
        let bare = Account::bare(AccountId::new("ann"));
        let named = Account {
            display_name: Some(avert_model::DisplayName::new("Ann")),
            ..bare.clone()
        };
        for logged in [&bare, &named] {
            polled.remember(&serde_json::to_string(logged).unwrap());
        }
        assert_eq!(news(&mut polled, &[("ann", None)], 0), 1, "bare again");
        assert_eq!(news(&mut polled, &[("ann", None)], 0), 0);
    }

    #[test]
    fn an_account_that_is_again_what_it_was_is_news() {
        let mut polled = Polled::default();
        assert_eq!(news(&mut polled, &[("ann", None)], 0), 1);
        assert_eq!(news(&mut polled, &[], 0), 0);
        assert_eq!(news(&mut polled, &[("ann", None)], 0), 1);
    }
}
