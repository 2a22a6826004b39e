//! How a cell's persona works on one target: weeks of friendliness, then a link or a file.

use avert_model::Verb;

use crate::chance::Chance;
use crate::diary::Event;
use crate::people::PROFESSIONS;
use crate::rhythm::{HOUR_MS, Habit, MINUTE_MS};
use crate::talk::script::{Line, Script};
use crate::talk::{self, Occasion};
use crate::world::World;

/// The fewest days between the first request and the link or file.
pub(crate) const LEAST_DAYS: i64 = 15;

/// The last day, counted from the end, on which an approach can begin and still be finished.
pub(crate) const RUN_UP: i64 = LEAST_DAYS + 3;

/// A thing to be opened.
#[derive(Debug, Clone)]
pub(crate) enum Lure {
    Link(String),
    File(String),
}

/// Whoever approaches, and how.
pub(crate) struct Suitor {
    pub(crate) who: u32,
    /// Whose clock the work is done by.
    pub(crate) clock: usize,
    pub(crate) habit: Habit,
    pub(crate) script: Script,
    /// How many messages go before the lure.
    pub(crate) small_talk: u32,
    pub(crate) lure: Lure,
}

/// One approach: looks at the profile, asks to connect, chats for weeks, delivers.
pub(crate) fn approach(
    world: &mut World,
    chance: &mut Chance,
    suitor: &Suitor,
    target: u32,
    day: i64,
) {
    let Some(accepted) = introduce(world, chance, suitor, target, day) else {
        return;
    };
    let last = world.calendar.days - 2;
    let from = world.calendar.day(accepted);
    let delivery_day = (day + 1 + chance.between(LEAST_DAYS, 32)).min(last);
    let turns = i64::from(suitor.small_talk);
    let mut heard = false;
    let mut at = accepted;
    for turn in 0..turns {
        let day = from + (delivery_day - from) * turn / turns;
        let sent = sometime(world, chance, suitor, day).max(at + 5 * MINUTE_MS);
        let turn = u8::try_from(turn).unwrap_or_default();
        let text = say(world, suitor, Line::Talk(turn), target);
        write(
            world,
            Event::new(sent, suitor.who, Verb::Message)
                .to(target)
                .saying(text),
        );
        at = sent;
        if chance.happens(0.5) {
            heard = true;
            at = answer(world, chance, suitor.who, target, sent);
        }
    }
    if heard || chance.happens(0.4) {
        let delivered = sometime(world, chance, suitor, delivery_day).max(at + 5 * MINUTE_MS);
        deliver(world, chance, suitor, target, delivered);
    }
}

/// The first contact. Gives the moment at which the target said yes.
fn introduce(
    world: &mut World,
    chance: &mut Chance,
    suitor: &Suitor,
    target: u32,
    day: i64,
) -> Option<i64> {
    let viewed = sometime(world, chance, suitor, day);
    let later = day + chance.between(0, 1);
    let asked = sometime(world, chance, suitor, later).max(viewed + 2 * MINUTE_MS);
    write(
        world,
        Event::new(viewed, suitor.who, Verb::ViewProfile).to(target),
    );
    let opener = say(world, suitor, Line::Opener, target);
    write(
        world,
        Event::new(asked, suitor.who, Verb::RequestContact)
            .to(target)
            .saying(opener),
    );
    let clock = world.people[target as usize].clock;
    let answered = world
        .calendar
        .answered_at(chance, asked, clock, (0.2, 60.0));
    let verb = match chance.below(100) {
        0..62 => Verb::AcceptContact,
        62..74 => Verb::DeclineContact,
        74..76 => Verb::ReportAbuse,
        _ => return None,
    };
    world
        .diary
        .note(Event::new(answered, target, verb).to(suitor.who));
    (verb == Verb::AcceptContact).then_some(answered)
}

fn deliver(world: &mut World, chance: &mut Chance, suitor: &Suitor, target: u32, at: i64) {
    let (share, open, object) = match &suitor.lure {
        Lure::Link(url) => (Verb::ShareLink, Verb::ClickLink, url),
        Lure::File(hash) => (Verb::ShareFile, Verb::OpenFile, hash),
    };
    let pitch = say(world, suitor, Line::Pitch, target);
    write(
        world,
        Event::new(at, suitor.who, share)
            .to(target)
            .with(object.clone())
            .saying(pitch),
    );
    let clock = world.people[target as usize].clock;
    if chance.happens(0.4) {
        let opened = world.calendar.answered_at(chance, at, clock, (0.05, 40.0));
        world.diary.note(
            Event::new(opened, target, open)
                .to(suitor.who)
                .with(object.clone()),
        );
    }
    if chance.happens(0.05) {
        let reported = world.calendar.answered_at(chance, at, clock, (1.0, 60.0));
        world
            .diary
            .note(Event::new(reported, target, Verb::ReportAbuse).to(suitor.who));
    }
}

/// What a target answers, and when.
fn answer(world: &mut World, chance: &mut Chance, who: u32, target: u32, sent: i64) -> i64 {
    let person = &world.people[target as usize];
    let jargon = &world.communities[person.community as usize].jargon;
    let text = talk::text(chance, person.language, Occasion::Answer, jargon);
    let at = world
        .calendar
        .answered_at(chance, sent, person.clock, (0.05, 30.0));
    world
        .diary
        .note(Event::new(at, target, Verb::Reply).to(who).saying(text));
    at
}

/// Something a persona does, just after signing in for it.
fn write(world: &mut World, event: Event) {
    let signed_in = event.at - MINUTE_MS;
    world
        .diary
        .note(Event::new(signed_in, event.actor, Verb::SignIn));
    world.diary.note(event);
}

fn sometime(world: &World, chance: &mut Chance, suitor: &Suitor, day: i64) -> i64 {
    // Sign-ins come a minute earlier and must not fall before the day that was chosen.
    world
        .calendar
        .sometime(chance, day, suitor.clock, suitor.habit)
        .at
        .min(world.calendar.end() - HOUR_MS)
        + 2 * MINUTE_MS
}

fn say(world: &World, suitor: &Suitor, line: Line, target: u32) -> String {
    let target = &world.people[target as usize];
    let field = PROFESSIONS[target.profession].title;
    suitor.script.say(line, target.given_name(), field)
}
