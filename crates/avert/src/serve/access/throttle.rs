//! How often somebody may try to sign in: a few times at once, then slowly, by name and where from.
//!
//! A name is counted strictly only together with the place: by name alone any stranger could keep its owner out.
//! Alone it is counted loosely, against guesses that come from many places.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use avert_model::Timestamp;

/// Tries that are left, and when that was so.
#[derive(Debug, Clone, Copy)]
struct Left {
    tries: f64,
    at: Timestamp,
}

/// How tries come back.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    at_once: f64,
    seconds_each: f64,
}

const BY_NAME_AND_ADDRESS: Allowance = Allowance {
    at_once: 8.0,
    seconds_each: 30.0,
};

const BY_NAME: Allowance = Allowance {
    at_once: 100.0,
    seconds_each: 10.0,
};

/// Many people may come from one address.
const BY_ADDRESS: Allowance = Allowance {
    at_once: 40.0,
    seconds_each: 3.0,
};

/// Nobody's memory of strangers grows without end: beyond this, those who waited longest are forgotten.
const MOST_KNOWN: usize = 30_000;

/// Counts tries.
#[derive(Debug, Default)]
pub(in crate::serve) struct Throttle {
    known: Mutex<BTreeMap<String, Left>>,
}

impl Throttle {
    /// Takes a try for this name from there; or says after how many seconds there is one.
    pub(in crate::serve) fn take(
        &self,
        name: &str,
        from: IpAddr,
        now: Timestamp,
    ) -> Result<(), u64> {
        let keys = [
            (of_both(name, from), BY_NAME_AND_ADDRESS),
            (place(from), BY_ADDRESS),
            (of_name(name), BY_NAME),
        ];
        self.take_all(keys, now)
    }

    /// The same where it is not known yet who tries.
    pub(in crate::serve) fn take_from(&self, from: IpAddr, now: Timestamp) -> Result<(), u64> {
        self.take_all([(place(from), BY_ADDRESS)], now)
    }

    /// Takes a try of each, or of none.
    fn take_all<const N: usize>(
        &self,
        keys: [(String, Allowance); N],
        now: Timestamp,
    ) -> Result<(), u64> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let tries = keys
            .each_ref()
            .map(|(key, allowance)| left(&known, key, *allowance, now));
        for (tries, (_, allowance)) in tries.iter().zip(&keys) {
            if *tries < 1.0 {
                return Err(seconds((1.0 - tries) * allowance.seconds_each));
            }
        }
        for ((key, _), tries) in keys.into_iter().zip(tries) {
            let tries = tries - 1.0;
            known.insert(key, Left { tries, at: now });
        }
        if known.len() > MOST_KNOWN {
            forget(&mut known);
        }
        Ok(())
    }

    /// Gives a name its tries from there back: its owner has signed in. Tries from elsewhere were not theirs.
    pub(in crate::serve) fn forgive(&self, name: &str, from: IpAddr) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&of_both(name, from));
    }
}

/// What a name is remembered by. It may be of any length and is a stranger's: its hash is neither.
fn of_name(name: &str) -> String {
    format!("name:{}", blake3::hash(name.as_bytes()).to_hex())
}

fn of_both(name: &str, from: IpAddr) -> String {
    format!("{} {}", of_name(name), place(from))
}

/// What an address is remembered by.
fn place(from: IpAddr) -> String {
    format!("from:{}", network(from))
}

/// The network that somebody comes from: whoever has one address of IPv6 has all of its network's.
pub(in crate::serve) fn network(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address @ IpAddr::V4(_) => address,
    }
}

fn left(known: &BTreeMap<String, Left>, key: &str, allowance: Allowance, now: Timestamp) -> f64 {
    let Some(left) = known.get(key) else {
        return allowance.at_once;
    };
    let waited = now.duration_since(left.at).as_secs_f64().max(0.0);
    (left.tries + waited / allowance.seconds_each).min(allowance.at_once)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a wait is a few minutes, and never below nought"
)]
fn seconds(wait: f64) -> u64 {
    wait.max(0.0).ceil() as u64
}

/// Forgets the half that waited longest.
fn forget(known: &mut BTreeMap<String, Left>) {
    let mut times: Vec<Timestamp> = known.values().map(|left| left.at).collect();
    times.sort_unstable();
    let middle = times[times.len() / 2];
    known.retain(|_, left| left.at > middle);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn a_name_can_be_tried_a_few_times_and_then_slowly() {
        let throttle = Throttle::default();
        for _ in 0..8 {
            assert_eq!(throttle.take("ines", HERE, at(0)), Ok(()));
        }
        assert_eq!(throttle.take("ines", HERE, at(0)), Err(30));
        assert_eq!(throttle.take("omar", HERE, at(0)), Ok(()));
        assert_eq!(throttle.take("ines", HERE, at(30)), Ok(()));
        assert!(throttle.take("ines", HERE, at(31)).is_err());
    }

    #[test]
    fn a_stranger_elsewhere_keeps_nobody_out() {
        let throttle = Throttle::default();
        let stranger = "192.0.2.66".parse().unwrap();
        while throttle.take("omar", stranger, at(0)).is_ok() {}
        assert_eq!(throttle.take("omar", HERE, at(0)), Ok(()));
        throttle.forgive("omar", HERE);
        assert_eq!(throttle.take("omar", stranger, at(0)), Err(30));
    }

    #[test]
    fn a_name_that_is_tried_from_everywhere_is_slowed_too() {
        let throttle = Throttle::default();
        let places = (0..400_u32).map(|n| IpAddr::V4((0x0a00_0000 + n).into()));
        let tries = places.filter(|from| throttle.take("omar", *from, at(0)).is_ok());
        assert_eq!(tries.count(), 100);
        assert_eq!(throttle.take("omar", HERE, at(0)), Err(10));
        assert_eq!(throttle.take("ines", HERE, at(0)), Ok(()));
    }

    #[test]
    fn one_network_of_ipv6_is_one_place() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let (one, other) = (address("2001:db8:1:2::7"), address("2001:db8:1:2:3:4:5:6"));
        assert_eq!(network(one), network(other));
        assert_ne!(network(one), network(address("2001:db8:1:3::7")));
        assert_eq!(network(address("::ffff:192.0.2.1")), address("192.0.2.1"));
    }

    #[test]
    fn trying_many_names_from_one_place_is_slowed_too() {
        let throttle = Throttle::default();
        let tries = (0..200).filter(|n| throttle.take(&format!("n{n}"), HERE, at(0)).is_ok());
        assert_eq!(tries.count(), 40);
        assert!(throttle.take_from(HERE, at(0)).is_err());
        let elsewhere = "2001:db8::1".parse().unwrap();
        assert_eq!(throttle.take("n0", elsewhere, at(0)), Ok(()));
    }

    #[test]
    fn what_is_remembered_of_strangers_is_bounded() {
        let throttle = Throttle::default();
        for n in 0..40_000_u32 {
            let from = IpAddr::V4(std::net::Ipv4Addr::from_bits(0x0a00_0000 + n));
            let _ = throttle.take(&format!("n{n}"), from, at(i64::from(n)));
        }
        assert!(throttle.known.lock().unwrap().len() <= MOST_KNOWN);
    }
}
