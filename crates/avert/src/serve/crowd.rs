//! How many connections there are, and how many of them somebody may hold: never all.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::access::throttle::network;

/// Who holds how many connections.
#[derive(Debug)]
pub(super) struct Crowd {
    most: usize,
    /// The most that come from one network. The rest is for everybody else, however many it asks for.
    most_of_one: usize,
    held: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    /// By network; none is kept that holds nothing, so there are never more than connections.
    of_each: BTreeMap<IpAddr, usize>,
}

/// A connection that is held, until it is dropped.
#[derive(Debug)]
pub(super) struct Held {
    crowd: Arc<Crowd>,
    from: Option<IpAddr>,
}

impl Crowd {
    /// Room for so many connections.
    pub(super) fn of(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            most_of_one: (most - most / 4).max(1),
            held: Mutex::default(),
        })
    }

    /// Lets somebody in, if there is room for them. A proxy speaks for many, and may fill everything.
    pub(super) fn let_in(self: &Arc<Self>, from: IpAddr, is_proxy: bool) -> Option<Held> {
        let from = (!is_proxy).then(|| network(from));
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.all >= self.most {
            return None;
        }
        if let Some(from) = from {
            let theirs = held.of_each.get(&from).copied().unwrap_or_default();
            if theirs >= self.most_of_one {
                return None;
            }
            held.of_each.insert(from, theirs + 1);
        }
        held.all += 1;
        Some(Held {
            crowd: Arc::clone(self),
            from,
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let held = self.crowd.held.lock();
        let mut held = held.unwrap_or_else(PoisonError::into_inner);
        held.all -= 1;
        let Some(from) = self.from else {
            return;
        };
        let left = held.of_each.get(&from).map_or(0, |theirs| theirs - 1);
        if left == 0 {
            held.of_each.remove(&from);
        } else {
            held.of_each.insert(from, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// As many of somebody's connections as are let in.
    fn fill(crowd: &Arc<Crowd>, from: &str, is_proxy: bool) -> Vec<Held> {
        let from = address(from);
        std::iter::from_fn(|| crowd.let_in(from, is_proxy)).collect()
    }

    #[test]
    fn a_stranger_holds_three_quarters_at_most_and_others_are_let_in() {
        let crowd = Crowd::of(16);
        let strangers = fill(&crowd, "192.0.2.66", false);
        assert_eq!(strangers.len(), 12);
        let others = fill(&crowd, "192.0.2.7", false);
        assert_eq!(others.len(), 4, "and no more than there is room for");
        drop(strangers);
        assert_eq!(fill(&crowd, "192.0.2.7", false).len(), 8);
    }

    #[test]
    fn a_network_of_ipv6_is_one_stranger() {
        let crowd = Crowd::of(16);
        let _held = fill(&crowd, "2001:db8::1", false);
        assert!(crowd.let_in(address("2001:db8::2"), false).is_none());
        assert!(crowd.let_in(address("2001:db8:0:1::2"), false).is_some());
    }

    #[test]
    fn a_proxy_may_hold_everything() {
        let crowd = Crowd::of(16);
        assert_eq!(fill(&crowd, "127.0.0.1", true).len(), 16);
    }

    #[test]
    fn whoever_left_is_forgotten() {
        let crowd = Crowd::of(3);
        for n in 0..100 {
            let from = address(&format!("192.0.2.{n}"));
            drop(crowd.let_in(from, n % 2 == 0).unwrap());
        }
        let held = crowd.held.lock().unwrap();
        assert_eq!((held.all, held.of_each.len()), (0, 0));
    }

    #[test]
    fn where_there_is_room_for_one_it_is_let_in() {
        assert_eq!(fill(&Crowd::of(1), "192.0.2.7", false).len(), 1);
    }
}
