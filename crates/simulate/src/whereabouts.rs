//! Which machine and address somebody uses at a moment.

use crate::chance::Chance;
use crate::network::{Device, Network, Place};
use crate::people::Person;
use crate::rhythm::{Calendar, Moment};

/// Where this person is at a moment.
pub(crate) fn of(
    chance: &mut Chance,
    network: &Network,
    calendar: Calendar,
    person: &Person,
    at: i64,
) -> Place {
    let moment = calendar.moment(at, person.clock);
    let mut place = ordinary(chance, network, calendar, person, moment);
    let day = calendar.day(at);
    if let Some(change) = &person.change
        && (change.day..change.until).contains(&day)
    {
        if !change.devices.is_empty() && chance.happens(change.new_device) {
            place.device = *chance.pick(&change.devices);
        }
        if !change.addresses.is_empty() && chance.happens(change.new_address) {
            place.ip = *chance.pick(&change.addresses);
        }
    }
    place
}

fn ordinary(
    chance: &mut Chance,
    network: &Network,
    calendar: Calendar,
    person: &Person,
    moment: Moment,
) -> Place {
    let at_work = (8..18).contains(&moment.hour) && !moment.rests;
    if person.veiled > 0.0 && chance.happens(person.veiled) {
        return Place {
            ip: match person.own_exit {
                Some(ip) => ip,
                None => network.exit(chance),
            },
            device: person.desk,
        };
    }
    if at_work
        && let Some(ip) = person.office
        && chance.happens(0.75)
    {
        return Place {
            ip,
            device: person.desk,
        };
    }
    if chance.happens(0.3) {
        return Place {
            ip: network.carrier(chance, person.region),
            device: person.phone,
        };
    }
    Place {
        ip: network.home(chance, person.line, person.region, calendar.day(moment.at)),
        device: at_home(chance, person),
    }
}

fn at_home(chance: &mut Chance, person: &Person) -> Device {
    match person.shared {
        Some(tablet) if chance.happens(0.3) => tablet,
        _ if chance.happens(0.5) => person.phone,
        _ => person.desk,
    }
}
