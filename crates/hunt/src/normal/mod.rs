//! The one way in which each indicator is written down, whatever way it was handed in.

mod host;
mod refang;

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::fingerprint;
use crate::kind::Kind;

pub(crate) use host::{address, bare, domain, is_dot, is_part_of_name, label_to_ascii, masked};
pub(crate) use refang::{defanged_at, refang};

/// No path with its query is longer, in bytes.
pub(crate) const LONGEST_PATH: usize = 2048;
/// No name is longer, in bytes (RFC 1035, written without the last dot).
pub(crate) const LONGEST_NAME: usize = 253;
/// No local part of a mailbox and no handle is longer, in bytes.
pub(crate) const LONGEST_LOCAL: usize = 64;

/// One indicator in its normal form.
///
/// Names and hashes are in small letters, names with letters beyond ASCII in punycode (UTS 46),
/// addresses as RFC 5952 has them, URLs without scheme, user, fragment and the ports 80 and 443.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Indicator {
    kind: Kind,
    value: String,
}

/// Why something cannot be an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum NotAnIndicator {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// It is longer than anything that is looked for.
    #[error("it is longer than 2048 bytes")]
    TooLong,
    /// No kind's form.
    #[error("it is no domain, address, network, URL, path, hash, mailbox or handle")]
    NoForm,
    /// A name of one label: `com` would hit half of the world.
    #[error("a name of one label stands for too much")]
    OneLabel,
    /// A network of all addresses, or the path of every site.
    #[error("it stands for everything")]
    Everything,
    /// It has the form of another kind than the one that was named.
    #[error("it is not of the kind that was named for it")]
    OtherKind,
}

impl Indicator {
    /// Reads an indicator of whatever kind its form says, defanged or not.
    pub fn parse(text: &str) -> Result<Self, NotAnIndicator> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NotAnIndicator::Empty);
        }
        if text.len() > 2 * LONGEST_PATH {
            return Err(NotAnIndicator::TooLong);
        }
        // What was defanged twice is put back twice: a normal form stays as it is.
        let mut plain: Cow<'_, [u8]> = text.as_bytes().into();
        while let Some(refanged) = refang(&plain) {
            plain = refanged.into();
        }
        let text = std::str::from_utf8(&plain).map_err(|_| NotAnIndicator::NoForm)?;
        if text.starts_with('/') {
            return path(text);
        }
        if let Some(handle) = text.strip_prefix('@') {
            return self::handle(handle);
        }
        if let Some((first, bits)) = text.split_once('/')
            && let Some(first) = address(first)
            && let Ok(bits) = bits.parse::<u8>()
        {
            return network(first, bits);
        }
        if text.contains("://") || text.contains(['/', '?']) {
            return url(text);
        }
        if is_digest(text) {
            return Ok(Self::new(Kind::Hash, text.to_ascii_lowercase()));
        }
        if let Some((local, host)) = text.rsplit_once('@') {
            return email(local.strip_prefix("mailto:").unwrap_or(local), host);
        }
        host_and_port(text)
    }

    /// The same, of this kind and no other. For a name with a port, a network of one address and the
    /// like the kind is that of what it means, and [`Kind::Url`] takes whatever [`Self::parse`] makes of
    /// a URL that names only a host.
    pub fn parse_as(kind: Kind, text: &str) -> Result<Self, NotAnIndicator> {
        if kind == Kind::Text {
            return Self::text(text);
        }
        let marked;
        let text = match kind {
            Kind::Handle if !text.trim_start().starts_with('@') => {
                marked = format!("@{}", text.trim());
                &marked
            }
            _ => text,
        };
        let indicator = Self::parse(text)?;
        let is_meant = match (kind, indicator.kind) {
            (one, other) if one == other => true,
            (Kind::Url, Kind::Domain | Kind::Address | Kind::Endpoint)
            | (Kind::Network, Kind::Address)
            | (Kind::Address, Kind::Network) => true,
            _ => false,
        };
        if is_meant {
            Ok(indicator)
        } else {
            Err(NotAnIndicator::OtherKind)
        }
    }

    /// Any text, in small letters.
    pub(crate) fn text(text: &str) -> Result<Self, NotAnIndicator> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NotAnIndicator::Empty);
        }
        if text.len() > LONGEST_PATH {
            return Err(NotAnIndicator::TooLong);
        }
        Ok(Self::new(Kind::Text, text.to_lowercase()))
    }

    pub(crate) fn new(kind: Kind, value: String) -> Self {
        Self { kind, value }
    }

    /// What sort of thing it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its normal form.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The host it names, if it names one: a domain, or an address.
    pub fn host(&self) -> Option<&str> {
        let value = self.value.as_str();
        match self.kind {
            Kind::Domain | Kind::Address => Some(value),
            Kind::Endpoint => value.rsplit_once(':').map(|(host, _)| bare(host)),
            Kind::Url => Some(bare(authority(value).0)),
            Kind::Email => value.rsplit_once('@').map(|(_, host)| host),
            Kind::Handle => value[1..].split_once('@').map(|(_, host)| host),
            Kind::Network | Kind::Path | Kind::Hash | Kind::Text => None,
        }
    }

    /// The 64 bits that stand for it.
    pub(crate) fn fingerprint(&self) -> u64 {
        let value = self.value.as_str();
        match self.kind {
            Kind::Domain | Kind::Address => of_host(value),
            Kind::Network => value
                .split_once('/')
                .and_then(|(first, bits)| Some((address(first)?, bits.parse().ok()?)))
                .map_or(0, |(first, bits)| fingerprint::network(first, bits)),
            Kind::Endpoint => value.rsplit_once(':').map_or(0, |(host, port)| {
                fingerprint::endpoint(of_host(bare(host)), port.parse().unwrap_or(0))
            }),
            Kind::Url => {
                let (host, port, path) = authority(value);
                fingerprint::path(fingerprint::url(of_host(bare(host)), port), path)
            }
            Kind::Path => fingerprint::path(fingerprint::PATH, value),
            Kind::Hash => fingerprint::word(fingerprint::HASH, value),
            Kind::Text => fingerprint::word(fingerprint::TEXT, value),
            Kind::Email => value.rsplit_once('@').map_or(0, |(local, host)| {
                let local = fingerprint::word(fingerprint::EMAIL, local);
                fingerprint::at_host(local, fingerprint::name(host))
            }),
            Kind::Handle => match value[1..].split_once('@') {
                None => fingerprint::word(fingerprint::HANDLE, &value[1..]),
                Some((name, host)) => fingerprint::at_host(
                    fingerprint::word(fingerprint::HANDLE, name),
                    fingerprint::name(host),
                ),
            },
        }
    }
}

impl fmt::Display for Indicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

fn of_host(host: &str) -> u64 {
    address(host).map_or_else(|| fingerprint::name(host), fingerprint::address)
}

/// A normal URL's host (in brackets if it is an IPv6 address), port, and path.
fn authority(url: &str) -> (&str, Option<u16>, &str) {
    let at = url.find(['/', '?']).unwrap_or(url.len());
    let (authority, path) = url.split_at(at);
    if !authority.ends_with(']')
        && let Some((host, port)) = authority.rsplit_once(':')
    {
        return (host, port.parse().ok(), path);
    }
    (authority, None, path)
}

/// Whether this is a hash in hexadecimal, by its length.
pub(crate) fn is_digest(text: &str) -> bool {
    matches!(text.len(), 32 | 40 | 64 | 128) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a byte may stand in a path or its query.
pub(crate) fn is_in_path(byte: u8) -> bool {
    byte > b' ' && byte != 0x7f && !br#""<>`{}|\^"#.contains(&byte)
}

/// Whether a byte may stand in a mailbox's local part.
pub(crate) fn is_in_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-+".contains(&byte)
}

fn path(text: &str) -> Result<Indicator, NotAnIndicator> {
    let text = text.split('#').next().unwrap_or_default();
    if text.len() > LONGEST_PATH {
        return Err(NotAnIndicator::TooLong);
    }
    if text.len() < 2 {
        return Err(NotAnIndicator::Everything);
    }
    if !text.bytes().all(is_in_path) || text.starts_with("//") {
        return Err(NotAnIndicator::NoForm);
    }
    Ok(Indicator::new(Kind::Path, text.to_owned()))
}

fn network(first: IpAddr, bits: u8) -> Result<Indicator, NotAnIndicator> {
    let most = if first.is_ipv4() { 32 } else { 128 };
    if bits > most {
        return Err(NotAnIndicator::NoForm);
    }
    if bits == 0 {
        return Err(NotAnIndicator::Everything);
    }
    if bits == most {
        return Ok(Indicator::new(Kind::Address, first.to_string()));
    }
    Ok(Indicator::new(
        Kind::Network,
        format!("{}/{bits}", masked(first, bits)),
    ))
}

fn handle(text: &str) -> Result<Indicator, NotAnIndicator> {
    let (name, host) = match text.split_once(['@', ':']) {
        Some((name, host)) => (name, Some(domain(host)?)),
        None => (text, None),
    };
    let name = name.trim_end_matches(['.', '-']);
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.is_empty() || name.len() > LONGEST_LOCAL || !name.bytes().all(is_name) {
        return Err(NotAnIndicator::NoForm);
    }
    let mut value = format!("@{}", name.to_ascii_lowercase());
    if let Some(host) = host {
        value.push('@');
        value.push_str(&host);
    }
    Ok(Indicator::new(Kind::Handle, value))
}

fn email(local: &str, host: &str) -> Result<Indicator, NotAnIndicator> {
    let local = local.trim_start_matches(['.', '-']);
    if local.is_empty() || local.len() > LONGEST_LOCAL || !local.bytes().all(is_in_local) {
        return Err(NotAnIndicator::NoForm);
    }
    let value = format!("{}@{}", local.to_ascii_lowercase(), domain(host)?);
    Ok(Indicator::new(Kind::Email, value))
}

/// A host's normal form (an IPv6 address without brackets) and kind.
fn normal_host(text: &str) -> Result<(Kind, String), NotAnIndicator> {
    let text = bare(text);
    if let Some(address) = address(text) {
        return Ok((Kind::Address, address.to_string()));
    }
    Ok((Kind::Domain, domain(text)?))
}

fn in_brackets(kind: Kind, host: String) -> String {
    if kind == Kind::Address && host.contains(':') {
        format!("[{host}]")
    } else {
        host
    }
}

/// Divides `host:port`; an IPv6 address has a port only behind brackets.
fn divide(text: &str) -> Result<(&str, Option<u16>), NotAnIndicator> {
    if address(text).is_some() || text.ends_with(']') {
        return Ok((text, None));
    }
    match text.rsplit_once(':') {
        None | Some((_, "")) => Ok((text.trim_end_matches(':'), None)),
        Some((host, port)) => {
            // With a zero before it a port is written nowhere, and port 0 is none.
            let port = port.parse().ok().filter(|_| !port.starts_with(['0', '+']));
            Ok((host, Some(port.ok_or(NotAnIndicator::NoForm)?)))
        }
    }
}

fn host_and_port(text: &str) -> Result<Indicator, NotAnIndicator> {
    let (host, port) = divide(text)?;
    let (kind, host) = normal_host(host)?;
    Ok(match port {
        None => Indicator::new(kind, host),
        Some(port) => {
            let value = format!("{}:{port}", in_brackets(kind, host));
            Indicator::new(Kind::Endpoint, value)
        }
    })
}

fn url(text: &str) -> Result<Indicator, NotAnIndicator> {
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => rest,
        Some(_) if !text.contains('/') => return Err(NotAnIndicator::NoForm),
        _ => text,
    };
    let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    let path = path.split('#').next().unwrap_or_default();
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    if path.is_empty() {
        return host_and_port(authority);
    }
    if path.len() > LONGEST_PATH {
        return Err(NotAnIndicator::TooLong);
    }
    if !path.bytes().all(is_in_path) {
        return Err(NotAnIndicator::NoForm);
    }
    let (host, port) = divide(authority)?;
    let (kind, host) = normal_host(host)?;
    let host = in_brackets(kind, host);
    let value = match port {
        None | Some(80 | 443) => format!("{host}{path}"),
        Some(port) => format!("{host}:{port}{path}"),
    };
    Ok(Indicator::new(Kind::Url, value))
}

/// A scheme, be it `hxxp` or `h**p`: it is not kept.
fn is_scheme(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.*".contains(&byte))
}

/// Addresses that IPv6 writes for IPv4 are IPv4's.
pub(crate) fn plain(address: Ipv6Addr) -> IpAddr {
    address
        .to_ipv4_mapped()
        .map_or(IpAddr::V6(address), |four: Ipv4Addr| IpAddr::V4(four))
}

#[cfg(test)]
mod tests;
