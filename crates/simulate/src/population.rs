//! Makes the honest people: communities, professions, homes, devices, pictures, addresses.

use std::collections::BTreeSet;

use crate::chance::{Chance, count};
use crate::geography::{Language, REGIONS};
use crate::names::{NameBook, capitalised, invented_word};
use crate::network::{Device, Line, office, public_place, rented_server};
use crate::people::{Calling, Change, Kind, PROFESSIONS, Person, SOUGHT, profession};
use crate::rhythm::{Calendar, DAY_MS, Habit};

/// People who know each other from one place: an office, a school, a neighbourhood, a club.
pub(crate) struct Community {
    pub(crate) region: usize,
    /// The first of its members and the one after the last: members are neighbours in the list.
    pub(crate) members: std::ops::Range<u32>,
    /// A word only they use.
    pub(crate) jargon: String,
    /// Its site.
    pub(crate) domain: String,
    /// How many gateways its office has; 0 without an office.
    gateways: u32,
    /// The profession half of its members have, in an office.
    focus: usize,
}

/// The names, pictures and addresses in use.
pub(crate) struct Registry {
    books: Vec<NameBook>,
    stock_pictures: Vec<u64>,
    default_pictures: Vec<u64>,
    places: Vec<Vec<String>>,
    emails: BTreeSet<String>,
}

/// Everyone honest, and what is needed to make more people like them.
pub(crate) struct Population {
    pub(crate) people: Vec<Person>,
    pub(crate) communities: Vec<Community>,
    pub(crate) registry: Registry,
    /// People who live together.
    pub(crate) households: Vec<Vec<u32>>,
    /// How many homes lease their address.
    pub(crate) leased: u32,
}

pub(crate) const MAIL_DOMAINS: [&str; 10] = [
    "mail.example.org",
    "example.com",
    "post.example.net",
    "example.org",
    "inbox.example.com",
    "example.net",
    "letters.example",
    "webmail.example.org",
    "poczta.example",
    "barid.example",
];

impl Registry {
    fn new(chance: &mut Chance, accounts: u32) -> Self {
        let pictures = |chance: &mut Chance, how_many: u32| -> Vec<u64> {
            (0..how_many).map(|_| chance.bits()).collect()
        };
        Self {
            books: LANGUAGES
                .iter()
                .map(|language| NameBook::new(chance, *language))
                .collect(),
            stock_pictures: pictures(chance, 60 + accounts / 150),
            default_pictures: pictures(chance, 24),
            places: REGIONS
                .iter()
                .map(|_| {
                    (0..12)
                        .map(|_| capitalised(&invented_word(chance)))
                        .collect()
                })
                .collect(),
            emails: BTreeSet::new(),
        }
    }

    /// The names of a language.
    pub(crate) fn book(&self, language: Language) -> &NameBook {
        let index = LANGUAGES
            .iter()
            .position(|known| *known == language)
            .expect("every language has its book");
        &self.books[index]
    }

    /// A place in a region.
    pub(crate) fn place(&self, chance: &mut Chance, region: usize) -> String {
        self.places[region][chance.skewed(12)].clone()
    }

    /// A profile picture as ordinary people choose them: none, the default, one from the web, or
    /// their own.
    pub(crate) fn picture(&self, chance: &mut Chance) -> Option<u64> {
        match chance.below(100) {
            0..22 => None,
            22..32 => Some(*chance.pick(&self.default_pictures)),
            32..38 => {
                let index = chance.skewed(self.stock_pictures.len());
                Some(perturbed(chance, self.stock_pictures[index], 3))
            }
            _ => Some(chance.bits()),
        }
    }

    /// The address closest to this one that nobody has yet.
    pub(crate) fn email(&mut self, chance: &mut Chance, local: &str, domain: &str) -> String {
        let mut email = format!("{local}@{domain}");
        while !self.emails.insert(email.clone()) {
            email = format!("{local}{}@{domain}", chance.below(1_000));
        }
        email
    }
}

const LANGUAGES: [Language; 7] = [
    Language::En,
    Language::De,
    Language::Pl,
    Language::Ru,
    Language::Ar,
    Language::He,
    Language::Fa,
];

/// A copy of a picture: its hash with up to `bits` bits turned.
pub(crate) fn perturbed(chance: &mut Chance, picture: u64, bits: i64) -> u64 {
    let turned = chance.between(0, bits);
    (0..turned).fold(picture, |hash, _| hash ^ (1 << chance.below(64)))
}

/// Makes this many honest people of a platform of `accounts`.
pub(crate) fn populate(seed: u64, accounts: u32, honest: u32, calendar: Calendar) -> Population {
    let mut chance = Chance::new(seed, "people");
    let mut registry = Registry::new(&mut chance, accounts);
    let communities = found_communities(&mut chance, honest);
    let mut people = Vec::with_capacity(accounts as usize);
    for (number, community) in communities.iter().enumerate() {
        for _ in community.members.clone() {
            people.push(person(
                &mut chance,
                &mut registry,
                community,
                count(number),
                calendar,
            ));
        }
    }
    let (households, leased) = house(&mut chance, &mut people);
    share_public_machines(&mut chance, &mut people);
    Population {
        people,
        communities,
        registry,
        households,
        leased,
    }
}

fn found_communities(chance: &mut Chance, honest: u32) -> Vec<Community> {
    let mut communities = Vec::new();
    let mut start = 0;
    while start < honest {
        let unit = chance.unit();
        let size = 18 + crate::chance::whole(unit * unit * unit * 260.0);
        // What is left over joins the last community rather than founding one of two people.
        let end = if honest - start < size + 18 {
            honest
        } else {
            start + size
        };
        let has_office = chance.happens(0.42);
        let name = invented_word(chance);
        communities.push(Community {
            region: some_region(chance),
            members: start..end,
            jargon: capitalised(&invented_word(chance)),
            domain: format!("{name}{}.example", chance.below(90)),
            gateways: match size {
                _ if !has_office => 0,
                0..120 => 1,
                _ => 2,
            },
            focus: some_profession(chance),
        });
        start = end;
    }
    communities
}

pub(crate) fn some_region(chance: &mut Chance) -> usize {
    let mut left = chance.below(100);
    REGIONS
        .iter()
        .position(|region| {
            let here = left < region.share;
            left = left.saturating_sub(region.share);
            here
        })
        .unwrap_or_default()
}

fn some_profession(chance: &mut Chance) -> usize {
    let mut left = chance.below(1_000);
    PROFESSIONS
        .iter()
        .position(|profession| {
            let here = left < profession.share;
            left = left.saturating_sub(profession.share);
            here
        })
        .unwrap_or_default()
}

fn person(
    chance: &mut Chance,
    registry: &mut Registry,
    community: &Community,
    number: u32,
    calendar: Calendar,
) -> Person {
    let region = community.region;
    let works_here = community.gateways > 0 && chance.happens(0.85);
    let trade = if works_here && chance.happens(0.5) {
        community.focus
    } else {
        some_profession(chance)
    };
    let language = REGIONS[region].language;
    let spoken = if chance.happens(0.06) {
        Language::En
    } else {
        language
    };
    let given = registry.book(language).given(chance).clone();
    let surname = registry.book(language).surname(chance).clone();
    let local = address_pattern(chance, &given.latin, &surname.latin);
    let email = if works_here && chance.happens(0.2) {
        let local = format!("{}.{}", given.latin, surname.latin);
        registry.email(chance, &local, &community.domain)
    } else {
        let domain = MAIL_DOMAINS[chance.skewed(MAIL_DOMAINS.len())];
        registry.email(chance, &local, domain)
    };
    let calling = match PROFESSIONS[trade].title {
        "sales representative" | "recruiter" if chance.happens(0.3) => Calling::Recruiter,
        "journalist" if chance.happens(0.3) => Calling::WellKnown,
        _ if chance.happens(0.001) => Calling::WellKnown,
        _ => Calling::Ordinary,
    };
    let place = chance.happens(0.6).then(|| registry.place(chance, region));
    Person {
        kind: Kind::Honest,
        calling,
        region,
        clock: region,
        habit: match chance.below(10) {
            0 => Habit::Night,
            1..4 => Habit::Office,
            _ => Habit::Evening,
        },
        level: chance.liveliness(),
        community: number,
        profession: trade,
        created_at: joined(chance, calendar),
        display_name: shown_name(chance, &given.written, &surname.written),
        handle: handle(&email, chance),
        email,
        avatar: registry.picture(chance),
        bio: bio(chance, trade, place.as_deref()),
        place,
        language: spoken.tag(),
        verified: chance.happens(0.04),
        line: Line::CarrierOnly,
        phone: Device::phone(chance),
        desk: Device::desk(chance),
        shared: None,
        office: works_here.then(|| office(number, chance.below(community.gateways))),
        veiled: if chance.happens(0.04) { 0.7 } else { 0.0 },
        own_exit: chance.happens(0.004).then(|| rented_server(chance)),
        change: ordinary_change(chance, calendar),
    }
}

/// What changes for some people during the exported days: a new phone, or a journey on which they
/// sign in from a hotel. Both look like the first day of a takeover.
fn ordinary_change(chance: &mut Chance, calendar: Calendar) -> Option<Box<Change>> {
    let day = chance.between(0, calendar.days - 1);
    match chance.below(100) {
        0..6 => Some(Box::new(Change {
            day,
            until: calendar.days,
            new_device: 0.8,
            devices: vec![Device::phone(chance)],
            new_address: 0.0,
            addresses: Vec::new(),
        })),
        6..8 => Some(Box::new(Change {
            day,
            until: day + 2 + chance.between(0, 9),
            new_device: 0.0,
            devices: Vec::new(),
            new_address: 0.8,
            addresses: vec![public_place(1_000 + chance.below(400))],
        })),
        _ => None,
    }
}

/// Common ways to make an address of a name. Many people share a stem by chance.
pub(crate) fn address_pattern(chance: &mut Chance, given: &str, surname: &str) -> String {
    let year = chance.between(1955, 2001);
    let initial = surname.get(..1).unwrap_or_default();
    match chance.below(100) {
        0..26 => format!("{given}.{surname}"),
        26..46 => format!("{given}.{surname}.{year}"),
        46..58 => format!("{given}.{initial}.{year}"),
        58..68 => format!("{surname}.{given}"),
        68..80 => format!("{given}{}", year % 100),
        80..90 => format!("{given}_{surname}{}", year % 100),
        _ => format!("{}{}", invented_word(chance), chance.below(1_000)),
    }
}

pub(crate) fn handle(email: &str, chance: &mut Chance) -> String {
    let local = email.split('@').next().unwrap_or_default();
    format!("{}{}", local.replace(['.', '_'], ""), chance.below(100))
}

fn shown_name(chance: &mut Chance, given: &str, surname: &str) -> String {
    match chance.below(100) {
        0..8 => given.to_owned(),
        8..14 => {
            let initial: String = surname.chars().take(1).collect();
            format!("{given} {initial}.")
        }
        _ => format!("{given} {surname}"),
    }
}

/// Registered over seven years, one in eight during the exported days.
pub(crate) fn joined(chance: &mut Chance, calendar: Calendar) -> i64 {
    let newest = calendar.end() - 2 * DAY_MS;
    if chance.happens(0.12) {
        newest - whole_ms(chance.unit() * 88.0)
    } else {
        let unit = chance.unit();
        calendar.start - DAY_MS - whole_ms(unit * (0.3 + 0.7 * unit) * 2_555.0)
    }
}

fn whole_ms(days: f64) -> i64 {
    i64::from(crate::chance::whole(days * 86_400.0)) * 1_000
}

/// What a profile says; mostly nothing.
pub(crate) fn bio(chance: &mut Chance, trade: usize, place: Option<&str>) -> Option<String> {
    let title = PROFESSIONS[trade].title;
    match (chance.below(10), place) {
        (0, _) => Some(format!("{title}. Opinions are my own.")),
        (1, Some(place)) => Some(format!("{} in {place}", capitalised(title))),
        (2, _) => Some(format!("{title}, always curious")),
        (3, _) if trade < SOUGHT => Some(format!("{title} | happy to talk shop")),
        _ => None,
    }
}

/// Puts people into homes. A third live with others, often on one address and one tablet.
fn house(chance: &mut Chance, people: &mut [Person]) -> (Vec<Vec<u32>>, u32) {
    let mut by_region: Vec<Vec<u32>> = vec![Vec::new(); REGIONS.len()];
    for (index, person) in people.iter().enumerate() {
        by_region[person.region].push(count(index));
    }
    let mut households = Vec::new();
    let mut fixed = 0;
    let mut leased = 0;
    for mut residents in by_region {
        chance.shuffle(&mut residents);
        let mut residents = residents.as_slice();
        while !residents.is_empty() {
            let size = if chance.happens(0.18) {
                chance.between(2, 5)
            } else {
                1
            };
            let size = usize::try_from(size).unwrap_or(1).min(residents.len());
            let (home, rest) = residents.split_at(size);
            residents = rest;
            let line = match chance.below(100) {
                0..15 => Line::CarrierOnly,
                15..60 => {
                    leased += 1;
                    Line::Leased(leased - 1)
                }
                _ => {
                    fixed += 1;
                    Line::Fixed(fixed - 1)
                }
            };
            let tablet = (size > 1 && chance.happens(0.45)).then(|| Device::phone(chance));
            let one_machine = size > 1 && chance.happens(0.15);
            let machine = people[home[0] as usize].desk;
            for member in home {
                let person = &mut people[*member as usize];
                person.line = line;
                person.shared = tablet;
                if one_machine {
                    person.desk = machine;
                }
            }
            if size > 1 {
                households.push(home.to_vec());
            }
        }
    }
    (households, leased)
}

/// Some people have no machine of their own and use the library's.
fn share_public_machines(chance: &mut Chance, people: &mut [Person]) {
    let machines: Vec<_> = (0..=people.len() / 2_000)
        .map(|number| (Device::desk(chance), public_place(count(number))))
        .collect();
    for person in people {
        if chance.happens(0.012) {
            let (machine, address) = *chance.pick(&machines);
            person.desk = machine;
            person.office = Some(address);
        }
    }
}

/// The number of the recruiters' profession, so that others need not spell it.
pub(crate) fn recruiting() -> usize {
    profession("recruiter")
}
