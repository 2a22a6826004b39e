//! What happens in the town: who invites whom, who answers, what is said and passed on.
//!
//! A plan without a server, so that what must be found later can be read off it.

use std::collections::BTreeSet;

use crate::live::town::{self, Town};

/// One thing that happens.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    Meeting(Meeting),
    Gathering(Gathering),
}

/// Somebody invites somebody to a room for two.
#[derive(Debug, Clone)]
pub(crate) struct Meeting {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) answer: Answer,
    /// What the inviter passes on once they have talked.
    pub(crate) gift: Option<Gift>,
}

/// How an invitation is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// They meet, the inviter writes, the other replies.
    Talks,
    /// They meet, the inviter writes, the other says nothing.
    Joins,
    Declines,
    Ignores,
}

/// Something passed on in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gift {
    /// The first cell's file: one upload that every persona passes on.
    File,
    /// The second cell's link.
    Link,
    /// A link that people all over the town pass on.
    PopularLink,
}

impl Gift {
    /// The link, for those that are one.
    pub(crate) fn link(self) -> Option<&'static str> {
        match self {
            Self::File => None,
            Self::Link => Some("https://careers.example.net/assessment/apply"),
            Self::PopularLink => Some("https://news.example.org/town-fair"),
        }
    }
}

/// Somebody makes a room for many; each who comes says something.
#[derive(Debug, Clone)]
pub(crate) struct Gathering {
    pub(crate) by: usize,
    pub(crate) guests: Vec<usize>,
}

/// Everything that happens, in its order: hostile meetings stand among honest ones.
pub(crate) fn plan(town: &Town) -> Vec<Event> {
    // Multiples modulo a prime put every event in a place of its own.
    const PRIME: usize = 10_007;
    let mut events = hostile_meetings(town);
    events.extend(acquaintances());
    events.extend(recruiters());
    events.extend(gatherings());
    let mut order: Vec<usize> = (0..events.len()).collect();
    order.sort_by_key(|index| (index * 7_919) % PRIME);
    order
        .into_iter()
        .map(|index| events[index].clone())
        .collect()
}

/// Everybody whom a persona invited: those who must get a notice.
pub(crate) fn approached(town: &Town, events: &[Event]) -> BTreeSet<usize> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Meeting(meeting) if town.is_persona(meeting.from) => Some(meeting.to),
            _ => None,
        })
        .collect()
}

/// Each target hears from several personas of a cell, in ever other company.
fn hostile_meetings(town: &Town) -> Vec<Event> {
    let mut events = Vec::new();
    let kinds = [(3, Gift::File), (2, Gift::Link)];
    for (cell, (approaches, gift)) in town.cells.iter().zip(kinds) {
        for (place, target) in cell.targets.iter().enumerate() {
            for approach in 0..approaches {
                let persona = (place + approach * (1 + place % 3)) % cell.personas.len();
                let answer = match (place + 3 * approach) % 10 {
                    0..6 => Answer::Talks,
                    6 => Answer::Joins,
                    7 => Answer::Declines,
                    _ => Answer::Ignores,
                };
                events.push(Event::Meeting(Meeting {
                    from: cell.personas[persona],
                    to: *target,
                    answer,
                    gift: (answer == Answer::Talks).then_some(gift),
                }));
            }
        }
    }
    events
}

/// Every second person writes to somebody they know; some pass on what everybody passes on.
fn acquaintances() -> Vec<Event> {
    (0..town::HONEST)
        .step_by(2)
        .map(|from| {
            let answer = match from % 20 {
                0..14 => Answer::Talks,
                14 => Answer::Joins,
                16 => Answer::Declines,
                _ => Answer::Ignores,
            };
            Event::Meeting(Meeting {
                from,
                to: (from * 7 + 13) % town::HONEST,
                answer,
                gift: (from % 14 == 0 && answer == Answer::Talks).then_some(Gift::PopularLink),
            })
        })
        .collect()
}

/// Honest people whose work is to write to strangers: two colleagues in the office, who meet some of
/// the same candidates, and one on their own. Few answer.
fn recruiters() -> Vec<Event> {
    let candidates = [(5, 61, 12), (6, 62, 12), (201, 40, 11)];
    let mut events = Vec::new();
    for (recruiter, first, stride) in candidates {
        for step in 0..18 {
            let to = (first + step * stride) % town::HONEST;
            // Both colleagues know this one from the last fair.
            let to = if step == 0 && recruiter < 10 { 119 } else { to };
            let answer = if step % 3 == 0 {
                Answer::Talks
            } else {
                Answer::Ignores
            };
            events.push(Event::Meeting(Meeting {
                from: recruiter,
                to,
                answer,
                gift: None,
            }));
        }
    }
    events
}

/// The office's own room, and a dozen clubs.
fn gatherings() -> Vec<Event> {
    let office = Gathering {
        by: town::OFFICE_PEOPLE.start,
        guests: town::OFFICE_PEOPLE.skip(1).collect(),
    };
    let clubs = (0..12).map(|club| Gathering {
        by: 24 * club,
        guests: (1..12)
            .map(|guest| (24 * club + guest * (7 + club)) % town::HONEST)
            .collect(),
    });
    std::iter::once(office)
        .chain(clubs)
        .map(Event::Gathering)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_meets_themselves_and_no_two_meet_twice_by_the_same_invitation() {
        let events = plan(&town::build());
        let mut seen = BTreeSet::new();
        for event in &events {
            if let Event::Meeting(meeting) = event {
                assert_ne!(meeting.from, meeting.to);
                assert!(seen.insert((meeting.from, meeting.to)), "{meeting:?}");
            }
        }
    }

    #[test]
    fn every_persona_approaches_people_whom_others_of_its_cell_approach() {
        let town = town::build();
        let events = plan(&town);
        let targets_of = |persona: usize| -> BTreeSet<usize> {
            events
                .iter()
                .filter_map(|event| match event {
                    Event::Meeting(meeting) if meeting.from == persona => Some(meeting.to),
                    _ => None,
                })
                .collect()
        };
        for cell in &town.cells {
            for persona in &cell.personas {
                let own = targets_of(*persona);
                let shared = cell
                    .personas
                    .iter()
                    .filter(|other| *other != persona)
                    .map(|other| targets_of(*other).intersection(&own).count())
                    .max();
                assert!(own.len() >= 5 && shared >= Some(2), "{own:?} {shared:?}");
            }
        }
    }

    #[test]
    fn hostile_meetings_stand_among_honest_ones() {
        let town = town::build();
        let events = plan(&town);
        let half = events.len() / 2;
        let all = approached(&town, &events).len();
        assert!(approached(&town, &events[..half]).len() > all / 3);
        assert!(approached(&town, &events[half..]).len() > all / 3);
        assert_eq!(all, 47);
    }

    #[test]
    fn personas_approach_and_are_not_approached() {
        let town = town::build();
        for event in plan(&town) {
            match event {
                Event::Meeting(meeting) => assert!(!town.is_persona(meeting.to)),
                Event::Gathering(gathering) => {
                    assert!(!town.is_persona(gathering.by));
                    assert!(
                        gathering
                            .guests
                            .iter()
                            .all(|guest| !town.is_persona(*guest))
                    );
                    assert!(!gathering.guests.contains(&gathering.by));
                }
            }
        }
    }
}
