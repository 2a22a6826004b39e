//! The planted operations: cells of personas, the accounts they take over, and their campaigns.

use std::collections::BTreeSet;

use crate::Scenario;
use crate::approach::{Lure, RUN_UP, Suitor, approach};
use crate::chance::{Chance, count, whole};
use crate::craft::Craft;
use crate::crowd::{befriend, chat};
use crate::geography::REGIONS;
use crate::names::invented_word;
use crate::network::{Device, Line, rented_server};
use crate::people::{Calling, Change, Kind, PROFESSIONS, Person, SOUGHT};
use crate::population::{
    MAIL_DOMAINS, Population, address_pattern, bio, handle, perturbed, recruiting, some_region,
};
use crate::rhythm::{Calendar, DAY_MS, Habit};
use crate::talk::script::Script;
use crate::world::{World, file};

use std::net::IpAddr;

/// One cell, with its people in place and its plans made.
pub(crate) struct Cell {
    craft: Craft,
    /// Its personas, each with the care it takes.
    personas: Vec<(u32, Craft)>,
    /// Accounts it takes over, and on which day.
    taken_over: Vec<(u32, i64)>,
    /// Where the operators sit.
    base: usize,
    script: Script,
    lure: Lure,
    /// The professions it is after.
    fields: [usize; 2],
    /// The day on which it begins.
    begins: i64,
}

/// What the operators of a cell have in common.
struct Workshop {
    machines: Vec<Device>,
    addresses: Vec<IpAddr>,
    picture: u64,
    stem: String,
    domain: &'static str,
    base: usize,
}

/// How many personas each cell has: 3 to 20, the first one neither tiny nor huge.
pub(crate) fn sizes(scenario: &Scenario) -> Vec<u32> {
    let mut chance = Chance::new(scenario.seed, "sizes");
    let most = (scenario.accounts / 100).clamp(3, 20);
    (0..scenario.cells)
        .map(|cell| {
            let unit = chance.unit();
            let size = if cell == 0 {
                8 + whole(unit * 5.0)
            } else {
                3 + whole(unit * (0.4 + 0.6 * unit) * 18.0)
            };
            size.min(most)
        })
        .collect()
}

/// Makes the personas, after everyone honest, and chooses the accounts to be taken over.
pub(crate) fn recruit(
    scenario: &Scenario,
    sizes: &[u32],
    population: &mut Population,
    calendar: Calendar,
) -> Vec<Cell> {
    let mut cells: Vec<Cell> = (0_u16..)
        .zip(sizes)
        .map(|(number, size)| found(scenario, number, *size, population, calendar))
        .collect();
    take_over(scenario, &mut cells, population, calendar);
    cells
}

fn found(
    scenario: &Scenario,
    number: u16,
    size: u32,
    population: &mut Population,
    calendar: Calendar,
) -> Cell {
    let mut chance = Chance::new(scenario.seed, &format!("cell {number}"));
    let chance = &mut chance;
    let craft = Craft::new(chance, scenario.camouflage.strength(usize::from(number)));
    let base = 5 + chance.index(REGIONS.len() - 5);
    let shop = Workshop {
        machines: (0..=size / 6).map(|_| Device::desk(chance)).collect(),
        addresses: (0..=size / 6).map(|_| rented_server(chance)).collect(),
        picture: chance.bits(),
        stem: format!("{}.{}", invented_word(chance), invented_word(chance)),
        domain: chance.pick::<&str>(&MAIL_DOMAINS),
        base,
    };
    let begins = chance.between(0, (calendar.days - RUN_UP) / 5);
    let registered_by = calendar.start + (begins - chance.between(1, 25)) * DAY_MS;
    let fields = [chance.index(SOUGHT), chance.index(SOUGHT)];
    let personas = (0..size)
        .map(|index| {
            // Every other persona makes its cell's slips.
            let own = craft.slips.iter().fold(craft.clone(), |own, slip| {
                if index % 2 == 0 {
                    own.careless_in(*slip)
                } else {
                    own
                }
            });
            let claimed = if chance.happens(0.5) {
                fields[0]
            } else {
                recruiting()
            };
            let persona = persona(chance, population, &shop, &own, claimed, registered_by);
            population.people.push(Person {
                kind: Kind::Persona(number),
                ..persona
            });
            (count(population.people.len()) - 1, own)
        })
        .collect();
    Cell {
        craft,
        personas,
        taken_over: Vec::new(),
        base,
        script: Script::new(chance),
        lure: lure(chance),
        fields,
        begins,
    }
}

fn lure(chance: &mut Chance) -> Lure {
    if chance.happens(0.6) {
        let site = invented_word(chance);
        let page = invented_word(chance);
        Lure::Link(format!(
            "https://{site}.example.net/{page}-{}",
            chance.below(10_000)
        ))
    } else {
        Lure::File(file(chance))
    }
}

fn persona(
    chance: &mut Chance,
    population: &mut Population,
    shop: &Workshop,
    craft: &Craft,
    claimed: usize,
    registered_by: i64,
) -> Person {
    let region = some_region(chance);
    let registry = &mut population.registry;
    let book = registry.book(REGIONS[region].language);
    let (given, surname) = (book.given(chance).clone(), book.surname(chance).clone());
    let email = if chance.happens(craft.stem) {
        let local = format!("{}{:02}", shop.stem, chance.below(100));
        registry.email(chance, &local, shop.domain)
    } else {
        let local = address_pattern(chance, &given.latin, &surname.latin);
        let domain = MAIL_DOMAINS[chance.skewed(MAIL_DOMAINS.len())];
        registry.email(chance, &local, domain)
    };
    let place = chance.happens(0.8).then(|| registry.place(chance, region));
    let on_operators_clock = chance.happens(craft.operator_hours);
    let span = u32::try_from(craft.registered_within * 86_400).unwrap_or(u32::MAX);
    Person {
        kind: Kind::Honest,
        calling: Calling::Ordinary,
        region,
        clock: if on_operators_clock {
            shop.base
        } else {
            region
        },
        habit: if on_operators_clock {
            Habit::Office
        } else {
            Habit::Evening
        },
        level: 0.8 + chance.unit(),
        community: chance.below(count(population.communities.len())),
        profession: claimed,
        created_at: registered_by - i64::from(chance.below(span)) * 1_000,
        display_name: format!("{} {}", given.written, surname.written),
        handle: handle(&email, chance),
        email,
        avatar: if chance.happens(craft.picture) {
            Some(perturbed(chance, shop.picture, craft.picture_bits))
        } else {
            registry.picture(chance).or_else(|| Some(chance.bits()))
        },
        bio: bio(chance, claimed, place.as_deref()),
        place,
        language: REGIONS[region].language.tag(),
        verified: false,
        line: Line::CarrierOnly,
        phone: Device::phone(chance),
        desk: Device::desk(chance),
        shared: None,
        office: None,
        veiled: 0.6,
        own_exit: chance.happens(0.5).then(|| rented_server(chance)),
        change: Some(Box::new(Change {
            day: 0,
            until: i64::MAX,
            new_device: craft.machines,
            devices: shop.machines.clone(),
            new_address: craft.addresses,
            addresses: shop.addresses.clone(),
        })),
    }
}

/// Gives each cell its share of ordinary people's accounts.
fn take_over(
    scenario: &Scenario,
    cells: &mut [Cell],
    population: &mut Population,
    calendar: Calendar,
) {
    if cells.is_empty() {
        return;
    }
    let mut chance = Chance::new(scenario.seed, "taken over");
    let mut honest: Vec<u32> = (0..)
        .zip(&population.people)
        .filter(|(_, person)| {
            person.kind == Kind::Honest
                && person.calling == Calling::Ordinary
                && person.profession >= SOUGHT
                && person.created_at < calendar.start
                && person.level > 0.4
        })
        .map(|(who, _)| who)
        .collect();
    chance.shuffle(&mut honest);
    for (index, who) in honest
        .into_iter()
        .take(scenario.compromised as usize)
        .enumerate()
    {
        let number = index % cells.len();
        let cell = &mut cells[number];
        let day = chance.between(calendar.days / 3, calendar.days - RUN_UP - 1);
        cell.taken_over.push((who, day));
        // The tools come from a persona: whatever a cell's care, it does this work at its desk.
        let tools = cell
            .personas
            .first()
            .and_then(|(persona, _)| population.people[*persona as usize].change.clone());
        let person = &mut population.people[who as usize];
        person.kind = Kind::Compromised(u16::try_from(number).unwrap_or_default());
        person.change = tools.map(|mut tools| {
            tools.day = day;
            tools.new_device = 0.9;
            tools.new_address = 0.9;
            tools
        });
    }
}

/// Plans everything the cells will do.
pub(crate) fn plan(scenario: &Scenario, cells: &[Cell], world: &mut World) {
    for (number, cell) in cells.iter().enumerate() {
        let mut chance = Chance::new(scenario.seed, &format!("campaign {number}"));
        campaign(world, &mut chance, cell);
        cover(world, &mut chance, cell);
    }
}

fn campaign(world: &mut World, chance: &mut Chance, cell: &Cell) {
    let targets = targets(world, chance, cell);
    let suitors: Vec<Suitor> = cell
        .personas
        .iter()
        .map(|(who, craft)| suitor(world, chance, cell, *who, craft))
        .collect();
    let last = world.calendar.days - RUN_UP;
    let mut order: Vec<usize> = (0..suitors.len()).collect();
    for target in &targets {
        let first = chance.between(cell.begins, last);
        let many = whole(cell.craft.suitors - 0.5 + 2.0 * chance.unit()).max(1) as usize;
        chance.shuffle(&mut order);
        for index in order.iter().take(many) {
            let day = (first + chance.between(0, 14)).min(last);
            approach(world, chance, &suitors[*index], *target, day);
        }
    }
    for (who, day) in &cell.taken_over {
        let mut taken = suitor(world, chance, cell, *who, &cell.craft);
        taken.clock = cell.base;
        taken.habit = Habit::Office;
        taken.small_talk = 2;
        let many = chance.between(6, 11);
        let mut mine: BTreeSet<u32> = BTreeSet::new();
        for _ in 0..many {
            if !targets.is_empty() {
                mine.insert(*chance.pick(&targets));
            }
        }
        for target in mine {
            let begins = chance.between(*day, (*day + 6).min(last));
            approach(world, chance, &taken, target, begins);
        }
    }
}

fn suitor(world: &World, chance: &mut Chance, cell: &Cell, who: u32, craft: &Craft) -> Suitor {
    let person = &world.people[who as usize];
    Suitor {
        who,
        clock: person.clock,
        habit: person.habit,
        script: cell.script.retold(chance, craft.script),
        small_talk: craft.small_talk,
        lure: if chance.happens(craft.lure) {
            cell.lure.clone()
        } else {
            lure(chance)
        },
    }
}

/// Honest people of the professions the cell is after.
fn targets(world: &World, chance: &mut Chance, cell: &Cell) -> Vec<u32> {
    let mut all: Vec<u32> = cell
        .fields
        .iter()
        .flat_map(|field| &world.by_profession[*field])
        .copied()
        .filter(|who| world.people[*who as usize].created_at < world.calendar.start)
        .collect();
    all.sort_unstable();
    all.dedup();
    chance.shuffle(&mut all);
    all.truncate((cell.personas.len() * 5 + 4).min(all.len() * 2 / 3));
    debug_assert!(cell.fields.iter().all(|field| *field < PROFESSIONS.len()));
    all
}

/// What makes personas look like people: ordinary friends, small talk, and one another.
fn cover(world: &mut World, chance: &mut Chance, cell: &Cell) {
    let days = world.calendar.days;
    let everyone = count(world.people.len());
    let sometime = |world: &World, chance: &mut Chance, who: u32| {
        let person = &world.people[who as usize];
        let day = chance.between(cell.begins, days - 2);
        world
            .calendar
            .sometime(chance, day, person.clock, person.habit)
            .at
    };
    for (who, craft) in &cell.personas {
        for _ in 0..craft.cover_friends {
            let friend = if chance.happens(0.5) {
                world.ties.fellow(chance, *who)
            } else {
                chance.below(everyone)
            };
            if world.people[friend as usize].kind != Kind::Honest {
                continue;
            }
            let at = sometime(world, chance, *who);
            befriend(world, *who, friend, at, 0.55);
            if chance.happens(0.4) {
                let later = at + chance.between(4, 12) * DAY_MS;
                chat(world, *who, friend, later);
            }
        }
    }
    for (index, (who, _)) in cell.personas.iter().enumerate() {
        for (other, _) in &cell.personas[..index] {
            if chance.happens(cell.craft.connected) {
                let at = sometime(world, chance, *who);
                befriend(world, *who, *other, at, 1.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use avert_model::Verb;

    use super::*;

    const FORTNIGHT: i64 = 14 * DAY_MS;

    #[test]
    fn cells_have_three_to_twenty_personas() {
        for seed in 0..20 {
            let sizes = sizes(&Scenario::new(50_000, seed));
            assert!((12..=20).contains(&sizes.len()));
            assert!(
                sizes.iter().all(|size| (3..=20).contains(size)),
                "{sizes:?}"
            );
        }
    }

    #[test]
    fn targets_are_befriended_for_weeks_before_anything_is_sent_to_them() {
        for days in [30, 90] {
            let scenario = Scenario {
                days,
                ..Scenario::new(4_000, 3)
            };
            let mut world = World::new(&scenario);
            let mut asked = BTreeMap::new();
            let mut delivered = 0;
            let mut opened = 0;
            for day in 0..world.calendar.days {
                for event in world.live(day) {
                    let Some(target) = event.target else { continue };
                    let planted = world.people[event.actor as usize].kind.cell().is_some();
                    let lure = event.object.as_ref().is_some_and(|object| {
                        !world.links.contains(object) && !world.files.contains(object)
                    });
                    match event.verb {
                        Verb::RequestContact if planted => {
                            asked.entry((event.actor, target)).or_insert(event.at);
                        }
                        Verb::ShareLink | Verb::ShareFile if planted && lure => {
                            let first = asked[&(event.actor, target)];
                            assert!(event.at - first >= FORTNIGHT, "{event:?}");
                            assert_eq!(world.people[target as usize].kind, Kind::Honest);
                            delivered += 1;
                        }
                        Verb::ClickLink | Verb::OpenFile if lure => opened += 1,
                        _ => {}
                    }
                }
            }
            assert!(delivered > 20, "{delivered} deliveries in {days} days");
            assert!(opened > 5, "{opened} opened in {days} days");
        }
    }
}
