//! Brings a town to life on a homeserver: accounts, sessions, meetings, gatherings.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::live::homeserver::{Client, Homeserver};
use crate::live::town::{Person, Town};
use crate::live::traffic::{Answer, Event, Gathering, Gift, Meeting};

/// Everybody's client, in the town's order.
pub(crate) type Clients<'a> = Vec<Client<'a>>;

/// Makes every account and signs everybody in.
pub(crate) fn settle<'a>(homeserver: &Homeserver, town: &'a Town) -> Result<Clients<'a>> {
    town.people
        .iter()
        .map(|person| {
            homeserver.create_account(&person.name)?;
            let client = Client::sign_in(homeserver.port, person)?;
            // A client that is opened asks what is new; with that it is seen.
            client.sync()?;
            Ok(client)
        })
        .collect()
}

/// Lets everything happen that is planned.
pub(crate) fn live(town: &Town, clients: &Clients<'_>, events: &[Event]) -> Result<()> {
    // One upload for the whole cell, so that all of it passes the same file on.
    let file = clients[town.cells[0].personas[0]].upload(&[0x50; 4096])?;
    for event in events {
        match event {
            Event::Meeting(meeting) => meet(town, clients, meeting, &file)?,
            Event::Gathering(gathering) => gather(town, clients, gathering)?,
        }
    }
    Ok(())
}

fn meet(town: &Town, clients: &Clients<'_>, meeting: &Meeting, file: &str) -> Result<()> {
    let (from, to) = (&clients[meeting.from], &clients[meeting.to]);
    let room = from.invite(&town.people[meeting.to])?;
    match meeting.answer {
        Answer::Ignores => return Ok(()),
        Answer::Declines => return to.decline(&room),
        Answer::Joins | Answer::Talks => to.join(&room)?,
    }
    from.say(&room, "Hello! We met at the conference, do you remember?")?;
    if meeting.answer == Answer::Talks {
        to.say(&room, "I think so. How have you been?")?;
    }
    match meeting.gift {
        None => Ok(()),
        Some(Gift::File) => from.give_file(&room, file),
        Some(gift) => from.say(
            &room,
            &format!("Have a look: {}", gift.link().unwrap_or_default()),
        ),
    }
}

fn gather(town: &Town, clients: &Clients<'_>, gathering: &Gathering) -> Result<()> {
    let guests: Vec<&Person> = gathering
        .guests
        .iter()
        .map(|guest| &town.people[*guest])
        .collect();
    let host = &clients[gathering.by];
    let room = host.gather("Thursday evening", &guests)?;
    host.say(&room, "Who is coming on Thursday?")?;
    for (place, guest) in gathering.guests.iter().enumerate() {
        // Some never answer, and some only read.
        if place % 6 == 5 {
            continue;
        }
        clients[*guest].join(&room)?;
        if place % 3 != 2 {
            clients[*guest].say(&room, "I am.")?;
        }
    }
    Ok(())
}

/// Waits until the server has written down where everybody was seen: it does so every few seconds, and
/// not with the request.
pub(crate) fn wait_for_addresses(homeserver: &Homeserver, town: &Town) -> Result<()> {
    const ATTEMPTS: u32 = 120;
    for person in &town.people {
        let all: BTreeSet<String> = person.addresses.iter().cloned().collect();
        let mut attempts = 0;
        while homeserver.noted_addresses(person)? != all {
            attempts += 1;
            if attempts == ATTEMPTS {
                bail!(
                    "the server has not noted every address of {} within a minute",
                    person.name
                );
            }
            pause_between_attempts();
        }
    }
    Ok(())
}

/// The server offers no event to wait for, so it is asked again after a while.
#[expect(
    clippy::disallowed_methods,
    reason = "a test that drives real servers has real time"
)]
fn pause_between_attempts() {
    thread::sleep(Duration::from_millis(500));
}

/// The message a person finds in the room of server notices, after accepting the invitation to it.
pub(crate) fn read_notice(client: &Client<'_>, from: &str) -> Result<String> {
    let invitations = client.sync()?;
    let rooms = invitations["rooms"]["invite"]
        .as_object()
        .context("no invitations")?;
    let room = rooms
        .iter()
        .find(|(_, room)| {
            room["invite_state"]["events"]
                .as_array()
                .is_some_and(|events| events.iter().any(|event| event["sender"] == from))
        })
        .map(|(room, _)| room)
        .with_context(|| format!("no invitation from {from}"))?;
    client.join(room)?;
    let after = client.sync_since(&invitations)?;
    let events = after["rooms"]["join"][room]["timeline"]["events"]
        .as_array()
        .context("no events in the room of notices")?;
    events
        .iter()
        .rev()
        .find_map(|event| event["content"]["body"].as_str())
        .map(str::to_owned)
        .context("no message in the room of notices")
}
