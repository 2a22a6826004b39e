//! Honest people who write to many strangers: recruiters of one company, recruiters on their own,
//! sales people. They share an office address, templates and links, and mean no harm.
//!
//! What sets them apart from a cell is what sets real ones apart: they come to the point within
//! days, their links are known to the world, they work under one company's name and have lives.

use avert_model::Verb;

use crate::chance::{Chance, count};
use crate::diary::Event;
use crate::geography::REGIONS;
use crate::names::invented_word;
use crate::network::office;
use crate::people::{Calling, Kind, PROFESSIONS, Person};
use crate::population::{Population, recruiting};
use crate::rhythm::{DAY_MS, HOUR_MS, Habit};
use crate::talk::script::{Line, Script};
use crate::talk::{self, Occasion};
use crate::world::{World, ms};

/// A company, or one person, that writes to strangers for a living.
pub(crate) struct Agency {
    members: Vec<Writer>,
    /// The professions it looks for.
    fields: Vec<usize>,
    /// Its pages.
    links: Vec<String>,
    /// How many strangers a member writes to on a working day, on average.
    pace: f64,
}

struct Writer {
    who: u32,
    script: Script,
}

/// Founds the companies and finds the people who work alone.
pub(crate) fn found_agencies(seed: u64, population: &mut Population) -> Vec<Agency> {
    let mut chance = Chance::new(seed, "agencies");
    let alone: Vec<u32> = (0..)
        .zip(&population.people)
        .filter(|(_, person)| person.calling == Calling::Recruiter)
        .map(|(who, _)| who)
        .collect();
    let honest = count(population.people.len());
    let mut agencies: Vec<Agency> = (0..=honest / 4_000)
        .map(|number| company(&mut chance, population, number))
        .collect();
    agencies.extend(alone.into_iter().map(|who| {
        let script = Script::new(&mut chance);
        let page = invented_word(&mut chance);
        Agency {
            members: vec![Writer { who, script }],
            fields: fields(&mut chance),
            links: vec![format!("https://{page}.example.com/offer")],
            pace: 0.5,
        }
    }));
    agencies
}

fn company(chance: &mut Chance, population: &mut Population, number: u32) -> Agency {
    let name = invented_word(chance);
    let domain = format!("{name}-people.example");
    let script = Script::new(chance);
    // Offices of communities have the low numbers.
    let address = office(1 << 20 | number, 0);
    let region = chance.index(6);
    let mut members = Vec::new();
    let size = usize::try_from(chance.between(3, 9)).unwrap_or(3);
    for _ in 0..size * 30 {
        if members.len() == size {
            break;
        }
        let who = chance.below(count(population.people.len()));
        let told = script.retold(chance, 0.85);
        let person = &population.people[who as usize];
        if person.calling != Calling::Ordinary || person.region != region && chance.happens(0.9) {
            continue;
        }
        let local = person
            .email
            .split('@')
            .next()
            .unwrap_or_default()
            .to_owned();
        let email = population.registry.email(chance, &local, &domain);
        let person = &mut population.people[who as usize];
        person.calling = Calling::Recruiter;
        person.profession = recruiting();
        person.habit = Habit::Office;
        person.level = person.level.max(1.2);
        person.email = email;
        person.office = Some(address);
        person.verified = chance.happens(0.35);
        person.bio = Some(format!("Talent partner, {domain}"));
        members.push(Writer { who, script: told });
    }
    Agency {
        members,
        fields: fields(chance),
        links: (0..6)
            .map(|_| format!("https://{domain}/jobs/{}", 1_000 + chance.below(9_000)))
            .collect(),
        pace: 1.4,
    }
}

fn fields(chance: &mut Chance) -> Vec<usize> {
    (0..3).map(|_| chance.index(PROFESSIONS.len())).collect()
}

/// People whom strangers like to add.
pub(crate) fn well_known(people: &[Person]) -> Vec<u32> {
    (0..)
        .zip(people)
        .filter(|(_, person)| person.calling == Calling::WellKnown && person.kind == Kind::Honest)
        .map(|(who, _)| who)
        .collect()
}

/// A day's letters to strangers.
pub(crate) fn live(world: &mut World, day: i64) {
    let agencies = std::mem::take(&mut world.agencies);
    for agency in &agencies {
        for writer in &agency.members {
            let clock = world.people[writer.who as usize].clock;
            let noon = world.calendar.start + day * DAY_MS + 12 * HOUR_MS;
            if world.calendar.moment(noon, clock).rests || world.chance.happens(0.35) {
                continue;
            }
            for _ in 0..world.chance.burst(agency.pace) {
                write(world, agency, writer, day);
            }
        }
    }
    world.agencies = agencies;
}

fn write(world: &mut World, agency: &Agency, writer: &Writer, day: i64) {
    let chance = &mut world.chance;
    let candidates = &world.by_profession[*chance.pick(&agency.fields)];
    if candidates.is_empty() {
        return;
    }
    let whom = *chance.pick(candidates);
    if world.ties.know(writer.who, whom) {
        return;
    }
    let (who, clock) = (writer.who, world.people[writer.who as usize].clock);
    let target = &world.people[whom as usize];
    let (name, field) = (
        target.given_name().to_owned(),
        PROFESSIONS[target.profession].title,
    );
    let (there, language) = (target.clock, target.language);
    let at = world
        .calendar
        .sometime(chance, day, clock, Habit::Office)
        .at;
    let asked = at + chance.between(20_000, 400_000);
    let opener = writer.script.say(Line::Opener, &name, field);
    world.diary.note(Event::new(at, who, Verb::SignIn));
    world
        .diary
        .note(Event::new(at + 9_000, who, Verb::ViewProfile).to(whom));
    world.diary.note(
        Event::new(asked, who, Verb::RequestContact)
            .to(whom)
            .saying(opener),
    );
    let answered = world
        .calendar
        .answered_at(chance, asked, there, (0.2, 90.0));
    match chance.below(100) {
        0..45 => {}
        45..57 => {
            world
                .diary
                .note(Event::new(answered, whom, Verb::DeclineContact).to(who));
            return;
        }
        57 => {
            world
                .diary
                .note(Event::new(answered, whom, Verb::ReportAbuse).to(who));
            return;
        }
        _ => return,
    }
    world
        .diary
        .note(Event::new(answered, whom, Verb::AcceptContact).to(who));
    let offered = answered + ms(2.0 + chance.unit() * 90.0, HOUR_MS);
    let link = chance.pick(&agency.links).clone();
    let thanks = writer.script.say(Line::Talk(0), &name, field);
    let pitch = writer.script.say(Line::Pitch, &name, field);
    world.diary.note(
        Event::new(offered, who, Verb::Message)
            .to(whom)
            .saying(thanks),
    );
    if chance.happens(0.7) {
        world.diary.note(
            Event::new(offered + 70_000, who, Verb::ShareLink)
                .to(whom)
                .with(link.clone())
                .saying(pitch),
        );
        if chance.happens(0.35) {
            let at = world
                .calendar
                .answered_at(chance, offered + 70_000, there, (0.1, 50.0));
            world
                .diary
                .note(Event::new(at, whom, Verb::ClickLink).to(who).with(link));
        }
    }
    if chance.happens(0.35) {
        let at = world
            .calendar
            .answered_at(chance, offered, there, (0.1, 50.0));
        let text = talk::text(chance, language, Occasion::Answer, REGIONS[there].zone);
        world
            .diary
            .note(Event::new(at, whom, Verb::Reply).to(who).saying(text));
    }
}
