//! Addresses and devices: what a sign-in comes from.
//!
//! All addresses are from the ranges kept for documentation: carriers in 192.0.2.0/24, some rented
//! servers in 198.51.100.0/24, commercial VPN exits in 203.0.113.0/24. Those hold 762 hosts, far too
//! few for a country, so everything else (homes, offices, public places, most rented servers, and
//! carriers beyond the 254th) is in `2001:db8::/32`, each in a /64 of its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::chance::{Chance, count};
use crate::geography::REGIONS;

/// Where a sign-in comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) ip: IpAddr,
    pub(crate) device: Device,
}

/// A machine or installation, with what its browser calls itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Device {
    /// The id the platform gave it, 48 bits.
    pub(crate) id: u64,
    agent: u8,
}

const PHONES: [&str; 7] = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 11_1 like Mac OS X) Safari/604.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 10_3 like Mac OS X) Safari/602.1",
    "Mozilla/5.0 (Linux; Android 7.0; SM-G930F) Chrome/62.0",
    "Mozilla/5.0 (Linux; Android 6.0; HUAWEI VNS-L31) Chrome/61.0",
    "Mozilla/5.0 (Linux; Android 8.0; Pixel 2) Chrome/63.0",
    "Mozilla/5.0 (Linux; Android 5.1; Moto G) Chrome/60.0",
    "PlatformApp/7.4 (Android 7.1; tablet)",
];
const DESKS: [&str; 7] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/62.0",
    "Mozilla/5.0 (Windows NT 6.1; Win64; x64) Chrome/62.0",
    "Mozilla/5.0 (Windows NT 10.0; WOW64; rv:57.0) Firefox/57.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_13) Safari/604.3",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_12) Chrome/62.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:57.0) Firefox/57.0",
];

impl Device {
    /// A phone or tablet nobody else has.
    pub(crate) fn phone(chance: &mut Chance) -> Self {
        Self {
            id: chance.bits() >> 16,
            agent: narrow(chance.skewed(PHONES.len())),
        }
    }

    /// A desktop or laptop nobody else has.
    pub(crate) fn desk(chance: &mut Chance) -> Self {
        Self {
            id: chance.bits() >> 16,
            agent: narrow(PHONES.len() + chance.skewed(DESKS.len())),
        }
    }

    /// What the client calls itself.
    pub(crate) fn agent(self) -> &'static str {
        let agent = usize::from(self.agent);
        PHONES
            .get(agent)
            .or_else(|| DESKS.get(agent.wrapping_sub(PHONES.len())))
            .copied()
            .unwrap_or_default()
    }
}

fn narrow(agent: usize) -> u8 {
    u8::try_from(agent).expect("there are fewer than 256 user agents")
}

/// How a home is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// One address for years.
    Fixed(u32),
    /// A new address every few weeks, which someone else had before.
    Leased(u32),
    /// No line: everything goes through the carrier.
    CarrierOnly,
}

/// The shared parts of the network.
pub(crate) struct Network {
    /// How many carrier gateways each region has; each serves thousands.
    gateways: [u32; REGIONS.len()],
    /// How many exits the commercial VPNs have.
    exits: u32,
    /// How many homes lease their address.
    leased: u32,
}

/// After how many days leased addresses move on by one step.
const LEASE_DAYS: i64 = 26;

impl Network {
    /// The network of a platform of this size.
    pub(crate) fn new(accounts: u32, leased: u32) -> Self {
        Self {
            gateways: std::array::from_fn(|region| {
                1 + (accounts / 100).saturating_mul(REGIONS[region].share) / 1_500
            }),
            exits: (10 + accounts / 2_500).min(240),
            leased,
        }
    }

    /// The address of a home on a day.
    pub(crate) fn home(&self, chance: &mut Chance, line: Line, region: usize, day: i64) -> IpAddr {
        match line {
            Line::Fixed(number) => block(Block::Fixed, spread(number, 24)),
            Line::Leased(number) => {
                // Everybody moves by the same step, so that no two homes hold one address at once.
                let pool = u64::from(self.leased) + u64::from(self.leased) / 5 + 7;
                let turn = u64::try_from((day + 5) / LEASE_DAYS).unwrap_or_default();
                let slot = (u64::from(number) + turn * 7_919) % pool;
                let slot = u32::try_from(slot).expect("a remainder of a 32-bit pool");
                block(Block::Leased, spread(slot, 24))
            }
            Line::CarrierOnly => self.carrier(chance, region),
        }
    }

    /// Whichever of the region's carrier gateways serves the phone right now.
    pub(crate) fn carrier(&self, chance: &mut Chance, region: usize) -> IpAddr {
        let gateway = chance.below(self.gateways[region]);
        let number: u32 = self.gateways[..region].iter().sum::<u32>() + gateway;
        if number < 254 {
            address([192, 0, 2, 0], 1 + number)
        } else {
            block(Block::Carrier, spread(number, 24))
        }
    }

    /// A commercial VPN's exit; popular ones come often.
    pub(crate) fn exit(&self, chance: &mut Chance) -> IpAddr {
        let exit = chance.skewed(self.exits as usize);
        address([203, 0, 113, 0], 1 + count(exit) % 254)
    }
}

/// The gateway of an office; large ones have several.
pub(crate) fn office(community: u32, gateway: u32) -> IpAddr {
    block(Block::Office, spread(community * 2 + gateway, 24))
}

/// The Wi-Fi of a café, a library, a hotel or a conference.
pub(crate) fn public_place(number: u32) -> IpAddr {
    block(Block::Public, spread(number, 24))
}

/// A rented server.
pub(crate) fn rented_server(chance: &mut Chance) -> IpAddr {
    if chance.happens(0.1) {
        address([198, 51, 100, 0], 1 + chance.below(254))
    } else {
        block(Block::Rented, chance.below(1 << 28))
    }
}

fn address(network: [u8; 4], host: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(u32::from_be_bytes(network) | host))
}

/// Who is connected through a part of `2001:db8::/32`.
#[derive(Clone, Copy)]
enum Block {
    Fixed = 1,
    Leased,
    Office,
    Public,
    Rented,
    Carrier,
}

/// The address with this number, below 2^28, in a part of `2001:db8::/32`.
fn block(block: Block, number: u32) -> IpAddr {
    let subnet = (block as u128) << 28 | u128::from(number & 0x0FFF_FFFF);
    IpAddr::V6(Ipv6Addr::from_bits(0x2001_0db8 << 96 | subnet << 64 | 1))
}

/// A number below 2^`bits` for each number below 2^`bits`, without neighbours staying neighbours.
fn spread(number: u32, bits: u32) -> u32 {
    number.wrapping_mul(0x9E37_79B1) & ((1 << bits) - 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn leased_addresses_change_hands_but_are_never_held_twice_at_once() {
        let network = Network::new(4_000, 900);
        let mut chance = Chance::new(1, "test");
        let mut held = |day| -> Vec<IpAddr> {
            (0..900)
                .map(|home| network.home(&mut chance, Line::Leased(home), 0, day))
                .collect()
        };
        let early = held(0);
        let late = held(60);
        assert_eq!(early.iter().collect::<BTreeSet<_>>().len(), 900);
        assert_ne!(early, late);
        let early: BTreeSet<_> = early.into_iter().collect();
        assert!(late.iter().any(|address| early.contains(address)));
    }

    #[test]
    fn every_device_names_its_client() {
        let mut chance = Chance::new(1, "devices");
        for _ in 0..200 {
            assert!(!Device::phone(&mut chance).agent().is_empty());
            assert!(!Device::desk(&mut chance).agent().is_empty());
        }
    }
}
