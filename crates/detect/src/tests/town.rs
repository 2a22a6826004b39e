//! A town of 300 where every account is new, nobody's words are read, and two cells work.
//!
//! What is left to be seen there is who invites whom and from which address.

use avert_model::Verb;

use super::platform::{Platform, as_ids, person};
use super::{proposed, search};

const HONEST: usize = 300;

fn town() -> Platform {
    let mut town = Platform::empty();
    for number in 0..HONEST {
        town.account(&person(number), 0);
        let address = match number {
            0..30 => "192.0.2.1".to_owned(),
            30..60 => format!("192.0.2.{}", 10 + (number - 30) / 3),
            60..140 => "198.51.100.7".to_owned(),
            _ => format!("100.64.0.{number}"),
        };
        town.sign_in(&person(number), 0, &address, &format!("own-{number}"));
    }
    for from in (0..HONEST).step_by(2) {
        meet(
            &mut town,
            &person(from),
            (from * 7 + 13) % HONEST,
            from % 20 < 14,
        );
    }
    for (recruiter, first, stride) in [(5, 61, 12), (6, 62, 12), (201, 40, 11)] {
        for step in 0..18 {
            let to = if step == 0 && recruiter < 10 {
                119
            } else {
                first + step * stride
            };
            meet(&mut town, &person(recruiter), to % HONEST, step % 3 == 0);
        }
    }
    town
}

fn meet(town: &mut Platform, from: &str, to: usize, talks: bool) {
    town.to(Verb::RequestContact, from, &person(to), 0);
    if talks {
        town.to(Verb::AcceptContact, &person(to), from, 1);
        town.to(Verb::Message, from, &person(to), 1);
        town.to(Verb::Reply, &person(to), from, 2);
    }
}

/// Adds a cell of so many personas behind so many exits, and so many personas for each target.
fn add_cell(
    town: &mut Platform,
    name: &str,
    (size, exits, approaches): (usize, usize, usize),
    targets: impl Iterator<Item = usize>,
) -> Vec<String> {
    let members: Vec<String> = (0..size).map(|rank| format!("z{name}{rank}")).collect();
    for (rank, id) in members.iter().enumerate() {
        town.account(id, 0);
        let device = format!("z{name}-device-{rank}");
        town.sign_in(id, 0, &format!("203.0.113.{name}{rank}"), &device);
        for turn in 0..2 {
            let exit = format!("198.18.{name}.{}", (rank + turn) % exits);
            town.sign_in(id, 0, &exit, &device);
        }
    }
    for (place, target) in targets.enumerate() {
        for approach in 0..approaches {
            let persona = (place + approach * (1 + place % 3)) % size;
            meet(
                town,
                &members[persona],
                target,
                (place + 3 * approach) % 10 < 6,
            );
        }
    }
    members
}

#[test]
fn both_cells_of_a_town_are_found_by_targets_and_addresses_alone() {
    let mut town = town();
    let first = add_cell(&mut town, "1", (8, 3, 3), (0..30).map(|step| 45 + step * 8));
    let second = add_cell(&mut town, "2", (5, 2, 2), (0..18).map(|step| 2 + step * 7));
    let mut cells = as_ids(&first);
    cells.extend(as_ids(&second));
    assert_eq!(proposed(&search(&town)), cells);
}

#[test]
fn a_town_without_cells_has_nobody_to_propose() {
    assert_eq!(proposed(&search(&town())), []);
}
