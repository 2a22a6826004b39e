//! The people of the live test: 300 honest ones, among them those who look alike without any
//! guilt, and two hostile cells.
//!
//! Everything is invented and the same in every run.

/// How many share the office's address.
const OFFICE: usize = 30;
/// How many families of three share an address each.
const FAMILIES: usize = 10;
/// How many share the mobile carrier's address.
const CARRIER: usize = 80;
/// How many have an address of their own.
const ALONE: usize = 160;

/// Twenty by sixteen names give everybody one that no digit tells apart, so that honest addresses
/// do not look as if they were made by one pattern.
const FIRST: [&str; 20] = [
    "anna", "bilal", "chloe", "david", "elif", "farid", "greta", "hugo", "ines", "jonas", "kamila",
    "luca", "mina", "nadia", "omar", "paula", "quentin", "rosa", "samir", "tilda",
];
const LAST: [&str; 16] = [
    "almasi", "berg", "castillo", "dahl", "eriksen", "fontaine", "gruber", "haddad", "ivanova",
    "jensen", "kowalski", "lindt", "moreau", "novak", "okafor", "petit",
];

/// Everyone in the town, personas included.
pub(crate) struct Town {
    pub(crate) people: Vec<Person>,
    pub(crate) cells: Vec<Cell>,
}

/// One account and the places its holder writes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    /// `anna.berg`: the local part of the account's id.
    pub(crate) name: String,
    /// The client's address, as the proxy in front of the server sees it. Used in turn.
    pub(crate) addresses: Vec<String>,
    /// What the client calls itself.
    pub(crate) user_agent: &'static str,
    /// The id of the client's session.
    pub(crate) device: String,
}

/// A hostile cell.
pub(crate) struct Cell {
    /// Its personas, as indices into [`Town::people`].
    pub(crate) personas: Vec<usize>,
    /// Those it approaches, each by two or three personas.
    pub(crate) targets: Vec<usize>,
}

/// Where in [`Town::people`] the office's people are.
pub(crate) const OFFICE_PEOPLE: std::ops::Range<usize> = 0..OFFICE;
/// How many honest people there are.
pub(crate) const HONEST: usize = OFFICE + 3 * FAMILIES + CARRIER + ALONE;

/// Builds the town.
pub(crate) fn build() -> Town {
    let mut people: Vec<Person> = (0..HONEST)
        .map(|index| person(index, vec![honest_address(index)]))
        .collect();
    let mut cells = Vec::new();
    // The first cell writes to people all over the town, the second to the office and the carrier's
    // customers, whose shared addresses are no fault of theirs.
    let plans = [
        (8, 3, (0..30).map(|step| 45 + step * 8).collect::<Vec<_>>()),
        (5, 2, (0..18).map(|step| 2 + step * 7).collect()),
    ];
    for (size, exits, targets) in plans {
        let cell = cells.len();
        let personas: Vec<usize> = (people.len()..people.len() + size).collect();
        for (rank, index) in personas.iter().enumerate() {
            // One address of its own, and two of the few through which the whole cell goes.
            let own = format!("203.0.113.{}", 10 + cell * 20 + rank);
            let exit = |turn: usize| format!("198.18.{cell}.{}", 1 + (rank + turn) % exits);
            people.push(person(*index, vec![own, exit(0), exit(1)]));
        }
        cells.push(Cell { personas, targets });
    }
    Town { people, cells }
}

fn person(index: usize, addresses: Vec<String>) -> Person {
    const CLIENTS: [&str; 5] = [
        "Element/1.11.90 (Linux)",
        "Element/1.11.92 (Windows)",
        "ElementX/25.1 (Android 14)",
        "ElementX/25.2 (iPhone)",
        "Nheko/0.12",
    ];
    Person {
        name: format!(
            "{}.{}",
            FIRST[index % FIRST.len()],
            LAST[index / FIRST.len()]
        ),
        addresses,
        user_agent: CLIENTS[(index * 7 + index / 5) % CLIENTS.len()],
        device: format!("SESSION{index:04}"),
    }
}

fn honest_address(index: usize) -> String {
    let families = OFFICE + 3 * FAMILIES;
    match index {
        0..OFFICE => "192.0.2.1".to_owned(),
        _ if index < families => format!("192.0.2.{}", 10 + (index - OFFICE) / 3),
        _ if index < families + CARRIER => "198.51.100.7".to_owned(),
        _ => {
            let alone = index - families - CARRIER;
            format!("100.64.{}.{}", alone / 100, 1 + alone % 100)
        }
    }
}

impl Town {
    /// Whether an account is a persona.
    pub(crate) fn is_persona(&self, index: usize) -> bool {
        self.cells.iter().any(|cell| cell.personas.contains(&index))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_town_has_three_hundred_honest_people_and_cells_of_eight_and_five() {
        let town = build();
        let sizes: Vec<usize> = town.cells.iter().map(|cell| cell.personas.len()).collect();
        assert_eq!((HONEST, sizes), (300, vec![8, 5]));
        assert_eq!(town.people.len(), 313);
    }

    #[test]
    fn everybody_has_a_name_and_a_session_of_their_own() {
        let town = build();
        let names: BTreeSet<&String> = town.people.iter().map(|person| &person.name).collect();
        let devices: BTreeSet<&String> = town.people.iter().map(|person| &person.device).collect();
        assert_eq!((names.len(), devices.len()), (313, 313));
    }

    #[test]
    fn personas_share_addresses_with_their_cell_and_with_nobody_else() {
        let town = build();
        for cell in &town.cells {
            let of_cell: BTreeSet<&String> = cell
                .personas
                .iter()
                .flat_map(|persona| &town.people[*persona].addresses)
                .collect();
            assert!(of_cell.len() < 3 * cell.personas.len());
            for (index, person) in town.people.iter().enumerate() {
                if !cell.personas.contains(&index) {
                    assert!(
                        person
                            .addresses
                            .iter()
                            .all(|address| !of_cell.contains(address))
                    );
                }
            }
        }
    }

    #[test]
    fn targets_are_honest_and_one_is_approached_by_both_cells() {
        let town = build();
        let [first, second] = &town.cells[..] else {
            panic!("two cells")
        };
        assert!(
            first
                .targets
                .iter()
                .chain(&second.targets)
                .all(|target| *target < HONEST)
        );
        let both = first
            .targets
            .iter()
            .filter(|target| second.targets.contains(target));
        assert_eq!(both.count(), 1);
    }
}
