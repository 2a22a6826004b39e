//! Daily life: sessions, chats, friendships, shared links, and gatherings where strangers meet.

use avert_model::Verb;

use crate::chance::{Chance, count};
use crate::diary::Event;
use crate::network::{Place, public_place};
use crate::people::Calling;
use crate::rhythm::{HOUR_MS, MINUTE_MS};
use crate::talk::{self, Occasion};
use crate::world::{World, ms};

/// How often an average person opens the platform on a day.
const SESSIONS: f64 = 0.11;

/// Everybody's ordinary day. What it brings about is noted in the diary, on this day and later.
pub(crate) fn live(world: &mut World, day: i64) {
    for who in 0..count(world.people.len()) {
        let person = &world.people[who as usize];
        let mean = (SESSIONS * person.level).min(3.0);
        let (clock, habit) = (person.clock, person.habit);
        if person.created_at >= world.calendar.start + (day + 1) * crate::rhythm::DAY_MS {
            continue;
        }
        for _ in 0..world.chance.burst(mean) {
            let moment = world
                .calendar
                .sometime(&mut world.chance, day, clock, habit);
            // People rest from the platform's work side, and office people rest altogether.
            if moment.rests && world.chance.happens(0.25) {
                continue;
            }
            session(world, who, moment.at);
        }
    }
}

fn session(world: &mut World, who: u32, start: i64) {
    world.diary.note(Event::new(start, who, Verb::SignIn));
    let mut at = start;
    for _ in 0..world.chance.burst(0.6) {
        at = later(&mut world.chance, at);
        if let Some(whom) = someone(world, who) {
            world
                .diary
                .note(Event::new(at, who, Verb::ViewProfile).to(whom));
        }
    }
    for _ in 0..world.chance.burst(0.75) {
        at = later(&mut world.chance, at);
        if let Some(friend) = world.ties.friend(&mut world.chance, who) {
            chat(world, who, friend, at);
        }
    }
    if world.chance.happens(0.13) {
        at = later(&mut world.chance, at);
        if let Some(whom) = someone_new(world, who) {
            befriend(world, who, whom, at, 0.7);
        }
    }
    if world.chance.happens(0.14) {
        at = later(&mut world.chance, at);
        pass_on(world, who, at);
    }
    if world.chance.happens(0.16) {
        at = later(&mut world.chance, at);
        let words = words(world, who, Occasion::Post);
        let post = format!("p{:08}", world.posted);
        world.posted += 1;
        world
            .diary
            .note(Event::new(at, who, Verb::Post).with(post).saying(words));
    }
    for _ in 0..world.chance.burst(0.4) {
        at = later(&mut world.chance, at);
        if world.posts.is_empty() {
            continue;
        }
        let (author, post) = world.posts[world.chance.index(world.posts.len())].clone();
        world
            .diary
            .note(Event::new(at, who, Verb::React).to(author).with(post));
    }
    if world.chance.happens(0.02) && !world.well_known.is_empty() {
        let whom = world.well_known[world.chance.skewed(world.well_known.len())];
        world.diary.note(Event::new(at, who, Verb::Follow).to(whom));
    }
    if world.chance.happens(0.0004) {
        let whom = world.chance.below(count(world.people.len()));
        world
            .diary
            .note(Event::new(at, who, Verb::ReportAbuse).to(whom));
    }
}

fn later(chance: &mut Chance, at: i64) -> i64 {
    at + chance.between(8_000, 3 * MINUTE_MS)
}

/// Whose profile somebody looks at.
fn someone(world: &mut World, who: u32) -> Option<u32> {
    let chance = &mut world.chance;
    match chance.below(10) {
        0..5 => world.ties.friend(chance, who),
        5..8 => world.ties.acquaintance(chance, who),
        8 => Some(world.ties.fellow(chance, who)),
        _ => world
            .well_known
            .get(chance.skewed(world.well_known.len()))
            .copied(),
    }
}

/// Whom somebody asks to connect: mostly friends of friends, sometimes a stranger.
fn someone_new(world: &mut World, who: u32) -> Option<u32> {
    let chance = &mut world.chance;
    let whom = match chance.below(20) {
        0..13 => world.ties.acquaintance(chance, who)?,
        13..17 => world.ties.fellow(chance, who),
        17..19 => *world
            .well_known
            .get(chance.skewed(world.well_known.len()))?,
        _ => chance.below(count(world.people.len())),
    };
    (whom != who && !world.ties.know(who, whom)).then_some(whom)
}

/// A message, and perhaps an answer.
pub(crate) fn chat(world: &mut World, who: u32, friend: u32, at: i64) {
    let text = words(world, who, Occasion::Chat);
    world
        .diary
        .note(Event::new(at, who, Verb::Message).to(friend).saying(text));
    if world.chance.happens(0.5) {
        let clock = world.people[friend as usize].clock;
        let at = world
            .calendar
            .answered_at(&mut world.chance, at, clock, (0.02, 30.0));
        let text = words(world, friend, Occasion::Answer);
        world
            .diary
            .note(Event::new(at, friend, Verb::Reply).to(who).saying(text));
    }
}

/// A request to connect, and what becomes of it.
pub(crate) fn befriend(world: &mut World, who: u32, whom: u32, at: i64, accepted: f64) {
    world
        .diary
        .note(Event::new(at, who, Verb::RequestContact).to(whom));
    let clock = world.people[whom as usize].clock;
    let answered = world
        .calendar
        .answered_at(&mut world.chance, at, clock, (0.1, 70.0));
    let luck = world.chance.unit();
    let verb = if luck < accepted {
        Verb::AcceptContact
    } else if luck < accepted + 0.1 {
        Verb::DeclineContact
    } else {
        return;
    };
    world.diary.note(Event::new(answered, whom, verb).to(who));
}

/// A link or a file everybody could have, to a friend or to all.
fn pass_on(world: &mut World, who: u32, at: i64) {
    let is_link = world.chance.happens(0.75);
    let (share, open, pool) = if is_link {
        (Verb::ShareLink, Verb::ClickLink, &world.links)
    } else {
        (Verb::ShareFile, Verb::OpenFile, &world.files)
    };
    let object = pool[world.chance.skewed(pool.len())].clone();
    let text = words(world, who, Occasion::Sharing);
    let shared = Event::new(at, who, share).with(object.clone()).saying(text);
    let Some(friend) = world.ties.friend(&mut world.chance, who) else {
        world.diary.note(shared);
        return;
    };
    if world.chance.happens(0.3) {
        world.diary.note(shared);
    } else {
        world.diary.note(shared.to(friend));
    }
    if world.chance.happens(0.4) {
        let clock = world.people[friend as usize].clock;
        let at = world
            .calendar
            .answered_at(&mut world.chance, at, clock, (0.02, 40.0));
        world
            .diary
            .note(Event::new(at, friend, open).to(who).with(object));
    }
}

fn words(world: &mut World, who: u32, occasion: Occasion) -> String {
    let person = &world.people[who as usize];
    let jargon = &world.communities[person.community as usize].jargon;
    talk::text(&mut world.chance, person.language, occasion, jargon)
}

/// Conferences, fairs and reunions: on one evening many strangers connect, from one address, and
/// write one another nearly the same words.
pub(crate) fn plan_gatherings(seed: u64, world: &mut World) {
    let mut chance = Chance::new(seed, "gatherings");
    let honest = count(world.people.iter().filter(|p| !p.is_persona()).count());
    for number in 0..=honest / 1_500 {
        let address = public_place(5_000 + number);
        let day = chance.between(1, world.calendar.days - 2);
        let host = chance.below(honest);
        let mut guests: Vec<u32> = (0..chance.between(25, 110))
            .map(|_| {
                if chance.happens(0.6) {
                    world.ties.fellow(&mut chance, host)
                } else {
                    chance.below(honest)
                }
            })
            .filter(|who| world.people[*who as usize].calling == Calling::Ordinary)
            .collect();
        guests.sort_unstable();
        guests.dedup();
        let name = crate::names::capitalised(&crate::names::invented_word(&mut chance));
        let page = format!("https://{}.example.org/programme", name.to_lowercase());
        let opening = world.calendar.start + day * crate::rhythm::DAY_MS + 15 * HOUR_MS;
        for who in &guests {
            let mut at = opening + ms(chance.unit() * 5.0, HOUR_MS);
            let place = Place {
                ip: address,
                device: world.people[*who as usize].phone,
            };
            world
                .diary
                .note(Event::new(at, *who, Verb::SignIn).from(place));
            for _ in 0..=chance.burst(1.6) {
                at = later(&mut chance, at);
                let whom = *chance.pick(&guests);
                if whom == *who || world.ties.know(*who, whom) {
                    continue;
                }
                befriend(world, *who, whom, at, 0.85);
                if chance.happens(0.4) {
                    let text = format!("It was great to meet you at {name}, let us stay in touch!");
                    let at = at + ms(1.0 + chance.unit() * 40.0, HOUR_MS);
                    world
                        .diary
                        .note(Event::new(at, *who, Verb::Message).to(whom).saying(text));
                }
            }
            if chance.happens(0.3) {
                let at = later(&mut chance, at);
                world
                    .diary
                    .note(Event::new(at, *who, Verb::ShareLink).with(page.clone()));
            }
        }
    }
}
