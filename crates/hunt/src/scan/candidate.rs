//! Something in a text that may be an indicator.

use crate::kind::Kind;
use crate::normal::{Indicator, address, bare, masked};

/// Something in a text that may be an indicator: its fingerprint, and what it takes to write it down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) fingerprint: u64,
    pub(super) kind: Kind,
    /// How many bits of the address count, of a network.
    pub(super) bits: u8,
    /// Whether `host` is a span of `Words::names` and not of the text.
    pub(super) is_wide: bool,
    /// The port, unless it goes without saying.
    pub(super) port: Option<u16>,
    /// What stands in the text.
    pub(super) text: (u32, u32),
    /// Its host, if it has one.
    pub(super) host: (u32, u32),
    /// Where the path begins that ends where `text` does; of a mailbox or handle where its host would.
    pub(super) path: u32,
}

fn span(bytes: &[u8], (start, end): (u32, u32)) -> String {
    let bytes = bytes.get(start as usize..end as usize).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

impl Candidate {
    /// The indicator that this would be.
    pub(super) fn indicator(&self, text: &[u8], names: &[u8]) -> Indicator {
        let host = || {
            let host = span(if self.is_wide { names } else { text }, self.host);
            match address(bare(&host)) {
                Some(address) if address.is_ipv6() => format!("[{address}]"),
                Some(address) => address.to_string(),
                None => host.to_ascii_lowercase(),
            }
        };
        let path = || span(text, (self.path, self.text.1));
        let local = || span(text, (self.text.0, self.path)).to_ascii_lowercase();
        let value = match self.kind {
            Kind::Domain => host(),
            Kind::Address => bare(&host()).to_owned(),
            Kind::Network => match address(bare(&host())) {
                Some(address) => format!("{}/{}", masked(address, self.bits), self.bits),
                None => String::new(),
            },
            Kind::Endpoint => format!("{}:{}", host(), self.port.unwrap_or(0)),
            Kind::Url => match self.port {
                None => format!("{}{}", host(), path()),
                Some(port) => format!("{}:{port}{}", host(), path()),
            },
            Kind::Path => path(),
            Kind::Hash => span(text, self.text).to_ascii_lowercase(),
            Kind::Handle if self.host == (0, 0) => local(),
            Kind::Email | Kind::Handle => format!("{}@{}", local(), host()),
            Kind::Text => String::new(),
        };
        Indicator::new(self.kind, value)
    }
}
