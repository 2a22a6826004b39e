//! A platform of a few hundred people, made by code.

use avert_model::{Account, AccountId, Action, Email, Layer, Timestamp, Verb};

use crate::input::World;
use crate::input::load::Loader;

const DAY_SECONDS: i64 = 86_400;
/// 2017-09-19, when the records begin.
const START: i64 = 1_505_779_200;
const CIRCLE: usize = 20;
const PEOPLE: usize = 600;

pub(crate) struct Platform {
    pub(crate) accounts: Vec<Account>,
    pub(crate) actions: Vec<Action>,
    dice: u64,
}

impl Platform {
    /// A platform without anybody.
    pub(crate) fn empty() -> Self {
        Self {
            accounts: Vec::new(),
            actions: Vec::new(),
            dice: 7,
        }
    }

    /// Circles of friends who talk, with a machine and an address each, and now and then a new
    /// acquaintance.
    pub(crate) fn of_ordinary_people() -> Self {
        let mut this = Self::empty();
        for number in 0..PEOPLE {
            let id = person(number);
            this.account(&id, -900 + i64::try_from(number).unwrap());
            for day in [1, 20, 40, 60, 80] {
                this.sign_in(
                    &id,
                    day,
                    &format!("10.0.{}.{}", number / 250, number % 250),
                    &format!("own-{number}"),
                );
            }
        }
        for number in 0..PEOPLE {
            for step in [1, 2, 5] {
                let friend = number / CIRCLE * CIRCLE + (number + step) % CIRCLE;
                let day = this.roll(88);
                this.to(Verb::Message, &person(number), &person(friend), day);
                this.to(Verb::Reply, &person(friend), &person(number), day + 1);
            }
            if this.roll(10) == 0 {
                let other = usize::try_from(this.roll(PEOPLE as u64)).unwrap();
                if other / CIRCLE != number / CIRCLE {
                    let day = this.roll(80);
                    this.to(Verb::RequestContact, &person(number), &person(other), day);
                    this.to(
                        Verb::AcceptContact,
                        &person(other),
                        &person(number),
                        day + 1,
                    );
                }
            }
        }
        this
    }

    /// So many more circles of friends, who have nothing to do with anybody else.
    pub(crate) fn add_circles(&mut self, circles: usize) {
        for number in 0..circles * CIRCLE {
            let id = format!("q{number:04}");
            self.account(&id, -700 + i64::try_from(number).unwrap());
            for day in [5, 35, 65] {
                self.sign_in(
                    &id,
                    day,
                    &format!("10.1.{}.{}", number / 250, number % 250),
                    &id,
                );
            }
            for step in [1, 2] {
                let friend = number / CIRCLE * CIRCLE + (number + step) % CIRCLE;
                let (friend, day) = (format!("q{friend:04}"), self.roll(88));
                self.to(Verb::Message, &id, &friend, day);
                self.to(Verb::Reply, &friend, &id, day + 1);
            }
        }
    }

    /// Four people on one tablet and one address.
    pub(crate) fn add_family(&mut self) {
        for number in 100..104 {
            for day in [3, 30, 70] {
                self.sign_in(&person(number), day, "10.9.9.9", "family-tablet");
            }
        }
    }

    /// A hundred people behind one address.
    pub(crate) fn add_office(&mut self) {
        for number in 200..300 {
            for day in [2, 9, 16, 23] {
                self.sign_in(&person(number), day, "198.18.0.1", &format!("own-{number}"));
            }
        }
    }

    /// Five people of one agency who ask many people, say the same and send the same link.
    pub(crate) fn add_recruiters(&mut self) {
        for number in 300..305 {
            let id = person(number);
            for step in 0..25 {
                let target = person(400 + usize::try_from(self.roll(150)).unwrap());
                let day = self.roll(80);
                self.speak(
                    Verb::RequestContact,
                    &id,
                    &target,
                    day,
                    "Good day, at Velnor Partners we look for people like you, may I add you?",
                );
                if step % 2 == 0 {
                    self.to(Verb::AcceptContact, &target, &id, day + 1);
                    self.give(
                        Verb::ShareLink,
                        &id,
                        &target,
                        day + 3,
                        "https://jobs.example.org/velnor",
                    );
                }
            }
            for day in [2, 9, 16] {
                self.sign_in(&id, day, "198.18.0.7", &format!("own-{number}"));
            }
        }
    }

    /// Somebody who joins the agency on day 20: new here, knows nobody yet, and does its work.
    pub(crate) fn add_newcomer_at_the_agency(&mut self) -> AccountId {
        let id = "zr00";
        self.account(id, 20);
        for day in [22, 30, 37] {
            self.sign_in(id, day, "198.18.0.7", "own-new");
        }
        for step in 0..14 {
            let target = person(400 + usize::try_from(self.roll(150)).unwrap());
            let day = 22 + self.roll(50);
            self.speak(
                Verb::RequestContact,
                id,
                &target,
                day,
                "Good day, at Velnor Partners we look for people like you, may I add you?",
            );
            if step % 2 == 0 {
                let link = "https://jobs.example.org/velnor";
                self.to(Verb::AcceptContact, &target, id, day + 1);
                self.give(Verb::ShareLink, id, &target, day + 3, link);
            }
        }
        AccountId::from(id)
    }

    /// Six personas on one laptop, with one picture and one lure.
    pub(crate) fn add_careless_cell(&mut self) -> Vec<AccountId> {
        let members: Vec<String> = (0..6).map(|n| format!("za{n:02}")).collect();
        for (number, id) in members.iter().enumerate() {
            self.account(id, 2);
            let account = self.accounts.last_mut().unwrap();
            account.avatar = Some(format!(
                "{:016x}",
                0xABCD_1234_5678_9F0F_u64 ^ (1 << number)
            ));
            account.email = Some(Email::new(format!("dana.kerr{number}@mail.example.org")));
            for day in [3, 20, 50, 80] {
                self.sign_in(id, day, "192.0.2.77", "cell-laptop");
            }
            self.work(id, 500, 12, 9, "https://papers.example.org/agenda.doc");
        }
        as_ids(&members)
    }

    /// Five personas with a machine and an address each, and the same people in their sights.
    pub(crate) fn add_careful_cell(&mut self) -> Vec<AccountId> {
        let members: Vec<String> = (0..5).map(|n| format!("zb{n:02}")).collect();
        for (number, id) in members.iter().enumerate() {
            self.account(id, -20 + 7 * i64::try_from(number).unwrap());
            for day in [30, 50, 80] {
                self.sign_in(
                    id,
                    day,
                    &format!("192.0.2.{number}"),
                    &format!("burner-{number}"),
                );
            }
            self.work(id, 350, 14, 8, "https://draft.example.org/programme.zip");
        }
        as_ids(&members)
    }

    /// Three new accounts on one machine that keep to themselves.
    pub(crate) fn add_newcomers_on_one_machine(&mut self) {
        for number in 0..3 {
            let id = format!("zn{number}");
            self.account(&id, 10);
            for day in [12, 30, 60] {
                self.sign_in(&id, day, "10.8.8.8", "library");
            }
        }
    }

    /// An ordinary person's account that the careless cell uses from day 60 on.
    pub(crate) fn add_compromised(&mut self) -> AccountId {
        let id = person(42);
        for day in [60, 62, 65, 70, 75] {
            self.sign_in(&id, day, "192.0.2.77", "cell-laptop");
        }
        for target in (0..6).map(|step| 500 + 4 * step) {
            self.to(Verb::RequestContact, &id, &person(target), 61);
            self.to(Verb::AcceptContact, &person(target), &id, 62);
            self.give(
                Verb::ShareLink,
                &id,
                &person(target),
                66,
                "https://papers.example.org/agenda.doc",
            );
        }
        AccountId::from(id.as_str())
    }

    /// Approaches `how_many` of the `pool` people from `from` on, and sends the lure to half.
    fn work(&mut self, id: &str, from: usize, pool: u64, how_many: usize, lure: &str) {
        let skip = usize::try_from(self.roll(pool)).unwrap();
        for step in 0..how_many {
            let pool = usize::try_from(pool).unwrap();
            let target = person(from + (skip + step) % pool * 4);
            let day = 25 + self.roll(30);
            self.to(Verb::RequestContact, id, &target, day);
            if step % 2 == 0 {
                self.to(Verb::AcceptContact, &target, id, day + 1);
                self.give(Verb::ShareLink, id, &target, day + 20, lure);
            }
        }
    }

    /// People who each post links and hashtags of the day in their own time, and six accounts that come
    /// to twelve of them within minutes of each other.
    pub(crate) fn add_posters(&mut self) -> Vec<AccountId> {
        for number in 0..PEOPLE {
            for _ in 0..4 {
                let thing = self.roll(300);
                let day = thing % 80 + self.roll(3);
                self.post(&person(number), thing, (day, None));
            }
        }
        let members: Vec<String> = (0..6).map(|n| format!("zt{n:02}")).collect();
        for (number, id) in members.iter().enumerate() {
            self.account(id, -30 - 11 * i64::try_from(number).unwrap());
        }
        for occasion in 0..12 {
            let (day, begin) = (4 + 6 * occasion, self.roll(80_000));
            for id in &members {
                let second = begin + self.roll(400);
                self.post(id, 1_000 + occasion, (day, Some(second)));
            }
        }
        as_ids(&members)
    }

    /// Publishes a link or hashtag, at some second of the day if none is given.
    fn post(&mut self, id: &str, thing: u64, (day, second): (u64, Option<u64>)) {
        let mut action = self.action(Verb::Post, id, day);
        if let Some(second) = second {
            action.at = Some(moment(i64::try_from(day).unwrap(), second));
        }
        let (layer, object) = if thing.is_multiple_of(2) {
            (Layer::Link, format!("https://news{thing}.example.org/"))
        } else {
            (Layer::Hashtag, format!("#thing{thing}"))
        };
        action.layer = Some(layer);
        action.object = Some(object);
        self.actions.push(action);
    }

    /// What detection reads.
    pub(crate) fn world(&self) -> World {
        let mut accounts: Vec<&Account> = self.accounts.iter().collect();
        accounts.sort_by(|a, b| a.id.cmp(&b.id));
        let mut loader = Loader::default();
        for account in accounts {
            loader.account(account).unwrap();
        }
        for action in &self.actions {
            loader.action(&action.into()).unwrap();
        }
        loader.finish()
    }

    pub(crate) fn account(&mut self, id: &str, day: i64) {
        let mut account = Account::bare(AccountId::from(id));
        account.created_at = Some(moment(day, self.roll(DAY_SECONDS.unsigned_abs())));
        self.accounts.push(account);
    }

    pub(crate) fn sign_in(&mut self, id: &str, day: u64, ip: &str, device: &str) {
        let mut action = self.action(Verb::SignIn, id, day);
        action.ip = Some(ip.to_owned());
        action.device = Some(device.to_owned());
        self.actions.push(action);
    }

    pub(crate) fn to(&mut self, verb: Verb, id: &str, target: &str, day: u64) {
        let mut action = self.action(verb, id, day);
        action.target = Some(AccountId::from(target));
        self.actions.push(action);
    }

    fn give(&mut self, verb: Verb, id: &str, target: &str, day: u64, object: &str) {
        self.to(verb, id, target, day);
        self.actions.last_mut().unwrap().object = Some(object.to_owned());
    }

    fn speak(&mut self, verb: Verb, id: &str, target: &str, day: u64, text: &str) {
        self.to(verb, id, target, day);
        self.actions.last_mut().unwrap().text = Some(text.to_owned());
    }

    fn action(&mut self, verb: Verb, id: &str, day: u64) -> Action {
        let second = self.roll(DAY_SECONDS.unsigned_abs());
        let day = i64::try_from(day).unwrap();
        Action::new(AccountId::from(id), verb, Some(moment(day, second)))
    }

    /// The next number below `bound`.
    fn roll(&mut self, bound: u64) -> u64 {
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % bound
    }
}

pub(crate) fn person(number: usize) -> String {
    format!("p{number:04}")
}

pub(crate) fn as_ids(ids: &[String]) -> Vec<AccountId> {
    ids.iter().map(|id| AccountId::from(id.as_str())).collect()
}

fn moment(day: i64, second: u64) -> Timestamp {
    let second = i64::try_from(second).unwrap();
    Timestamp::from_second(START + day * DAY_SECONDS + second).unwrap()
}
