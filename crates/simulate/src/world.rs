//! One simulated world: its people, and what happens to them day by day.

use std::collections::VecDeque;

use avert_model::Verb;

use crate::Scenario;
use crate::cells;
use crate::chance::{Chance, count, whole};
use crate::crowd;
use crate::diary::{Diary, Event};
use crate::names::invented_word;
use crate::network::{Network, Place};
use crate::outreach::{self, Agency};
use crate::people::{Calling, Kind, PROFESSIONS, Person};
use crate::population::{Community, Population, populate};
use crate::rhythm::{Calendar, MINUTE_MS};
use crate::ties::Ties;
use crate::whereabouts;

/// Everything there is.
pub(crate) struct World {
    pub(crate) calendar: Calendar,
    pub(crate) network: Network,
    pub(crate) people: Vec<Person>,
    /// The number in each person's public id, in no order that says anything.
    ids: Vec<u32>,
    pub(crate) communities: Vec<Community>,
    pub(crate) ties: Ties,
    pub(crate) diary: Diary,
    /// What everybody passes on, the most popular first.
    pub(crate) links: Vec<String>,
    pub(crate) files: Vec<String>,
    pub(crate) agencies: Vec<Agency>,
    /// People whom strangers like to add.
    pub(crate) well_known: Vec<u32>,
    /// The latest posts before today, with their authors.
    pub(crate) posts: VecDeque<(u32, String)>,
    /// How many posts were ever planned.
    pub(crate) posted: u32,
    /// The chance of daily life.
    pub(crate) chance: Chance,
    /// Honest people by profession.
    pub(crate) by_profession: Vec<Vec<u32>>,
    /// Where each person was last, and when.
    last_seen: Vec<Option<(i64, Place)>>,
    /// The chance of where people are.
    places: Chance,
}

impl World {
    /// The world of a scenario, at its first moment, with everything the cells will do planned.
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let seed = scenario.seed;
        let calendar = Calendar {
            start: scenario.from().as_millisecond(),
            days: i64::from(scenario.days),
        };
        let sizes = cells::sizes(scenario);
        let honest = scenario.accounts - sizes.iter().sum::<u32>();
        let mut population = populate(seed, scenario.accounts, honest, calendar);
        let agencies = outreach::found_agencies(seed, &mut population);
        let ties = Ties::new(seed, &population, scenario.accounts);
        let planned = cells::recruit(scenario, &sizes, &mut population, calendar);
        let Population {
            people,
            communities,
            leased,
            ..
        } = population;
        let mut world = Self {
            calendar,
            network: Network::new(scenario.accounts, leased),
            ids: ids(seed, scenario.accounts),
            well_known: outreach::well_known(&people),
            by_profession: by_profession(&people),
            last_seen: vec![None; people.len()],
            people,
            communities,
            ties,
            diary: Diary::new(calendar),
            links: links(seed, scenario.accounts),
            files: files(seed, scenario.accounts),
            agencies,
            posts: VecDeque::new(),
            posted: 0,
            chance: Chance::new(seed, "days"),
            places: Chance::new(seed, "places"),
        };
        world.register();
        crowd::plan_gatherings(seed, &mut world);
        cells::plan(scenario, &planned, &mut world);
        world
    }

    /// How many groups would be left without an administrator if somebody's account went: a circle's
    /// founder runs it alone, and so does a cell's first persona the group it invites people to.
    pub(crate) fn groups_run_by(&self, who: u32) -> u64 {
        let kind = |who: u32| self.people[who as usize].kind;
        // The personas of a cell stand one after the other.
        let is_first = who == 0 || kind(who - 1) != kind(who);
        let leads = matches!(kind(who), Kind::Persona(_)) && is_first;
        u64::from(self.ties.founded_a_circle(who)) + u64::from(leads)
    }

    /// Lives one day; gives what happened on it, in order. Days must come one after the other.
    pub(crate) fn live(&mut self, day: i64) -> Vec<Event> {
        crowd::live(self, day);
        outreach::live(self, day);
        let mut events = self.diary.take(day);
        events.retain(|event| self.can_happen(event));
        for event in &mut events {
            if event.verb == Verb::AcceptContact
                && let Some(target) = event.target
            {
                self.ties.connect(event.actor, target);
            }
            if event.verb == Verb::Post
                && let Some(post) = &event.object
            {
                self.posts.push_back((event.actor, post.clone()));
                if self.posts.len() > 3_000 {
                    self.posts.pop_front();
                }
            }
            let place = event
                .place
                .unwrap_or_else(|| self.place(event.actor, event.at));
            event.place = Some(place);
            self.last_seen[event.actor as usize] = Some((event.at, place));
        }
        events
    }

    /// Nobody acts, or is acted on, before they registered.
    fn can_happen(&self, event: &Event) -> bool {
        let there = |who: u32| self.people[who as usize].created_at <= event.at;
        there(event.actor)
            && event
                .target
                .is_none_or(|who| there(who) && who != event.actor)
    }

    /// Where somebody is: where they were half an hour ago, or somewhere else.
    fn place(&mut self, who: u32, at: i64) -> Place {
        match self.last_seen[who as usize] {
            Some((then, place)) if at - then < 30 * MINUTE_MS => place,
            _ => {
                let person = &self.people[who as usize];
                whereabouts::of(&mut self.places, &self.network, self.calendar, person, at)
            }
        }
    }

    /// A person's public id.
    pub(crate) fn id(&self, who: u32) -> String {
        format!("u{:07}", self.ids[who as usize])
    }

    /// Everybody, in the order of their public ids.
    pub(crate) fn by_id(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..count(self.people.len())).collect();
        order.sort_by_key(|who| self.ids[*who as usize]);
        order
    }

    fn register(&mut self) {
        for who in 0..count(self.people.len()) {
            let at = self.people[who as usize].created_at;
            self.diary.note(Event::new(at, who, Verb::Register));
        }
    }
}

fn by_profession(people: &[Person]) -> Vec<Vec<u32>> {
    let mut lists = vec![Vec::new(); PROFESSIONS.len()];
    for (who, person) in (0..).zip(people) {
        if person.kind == Kind::Honest && person.calling != Calling::Recruiter {
            lists[person.profession].push(who);
        }
    }
    lists
}

/// Numbers with gaps, in no order.
fn ids(seed: u64, accounts: u32) -> Vec<u32> {
    let mut chance = Chance::new(seed, "ids");
    let mut ids: Vec<u32> = (0..accounts).map(|n| 1_000 + n + n / 2).collect();
    chance.shuffle(&mut ids);
    ids
}

fn links(seed: u64, accounts: u32) -> Vec<String> {
    let mut chance = Chance::new(seed, "links");
    let domains: Vec<String> = (0..60 + accounts / 200)
        .map(|_| match chance.below(3) {
            0 => format!("{}.example.org", invented_word(&mut chance)),
            1 => format!("{}.example.net", invented_word(&mut chance)),
            _ => format!("www.{}.example", invented_word(&mut chance)),
        })
        .collect();
    (0..300 + accounts / 2)
        .map(|_| {
            let domain = &domains[chance.skewed(domains.len())];
            let page = invented_word(&mut chance);
            format!("https://{domain}/{page}-{}", chance.below(100_000))
        })
        .collect()
}

fn files(seed: u64, accounts: u32) -> Vec<String> {
    let mut chance = Chance::new(seed, "files");
    (0..100 + accounts / 4).map(|_| file(&mut chance)).collect()
}

/// The hash of a file nobody else has.
pub(crate) fn file(chance: &mut Chance) -> String {
    let [a, b, c, d] = std::array::from_fn(|_| chance.bits());
    format!("{a:016x}{b:016x}{c:016x}{d:016x}")
}

/// This many days, hours or minutes in milliseconds.
pub(crate) fn ms(number: f64, unit: i64) -> i64 {
    let thousandths = i64::from(whole(number * 1_000.0));
    thousandths * (unit / 1_000)
}
