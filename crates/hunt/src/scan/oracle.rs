//! What occurs in a line, found again slowly: every indicator is looked for alone, letter by letter, from the definition in
//! [`super`] and without any of the scanner's code.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::reading::{is_json, readings};
use super::words::is_unspaced;
use crate::kind::Kind;
use crate::normal::{Indicator, is_dot, is_part_of_name, label_to_ascii};

/// The numbers of the lines in which each indicator occurs, and the indicator.
pub(super) fn find(log: &[u8], indicators: &[Indicator]) -> Vec<(u64, Indicator)> {
    let mut hits = Vec::new();
    for (number, line) in (1..).zip(log.split(|byte| *byte == b'\n')) {
        let texts: Vec<Text> = readings(line, is_json(line))
            .into_iter()
            .map(|(_, text)| Text::new(text))
            .collect();
        for indicator in indicators {
            if texts.iter().any(|text| text.has(indicator)) {
                hits.push((number, indicator.clone()));
            }
        }
    }
    hits
}

struct Text {
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
    hosts: Vec<Host>,
    addresses: Vec<IpAddr>,
}

/// Letters with where they stand.
#[derive(Clone)]
struct Piece {
    start: usize,
    end: usize,
    letters: String,
}

struct Host {
    start: usize,
    end: usize,
    name: String,
}

/// Letters and where they begin; bytes that are no UTF-8 as a private letter.
fn letters(bytes: &[u8]) -> Vec<(usize, char, usize)> {
    let mut letters = Vec::new();
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            letters.push((at, letter, at + letter.len_utf8()));
            at += letter.len_utf8();
        }
        for _ in chunk.invalid() {
            letters.push((at, '\u{E000}', at + 1));
            at += 1;
        }
    }
    letters
}

/// Whether the byte here is one of two hexadecimal ones behind a percent sign.
fn is_of_escape(bytes: &[u8], at: usize) -> bool {
    [1, 2].into_iter().any(|back| {
        at >= back && {
            let from = at - back;
            bytes[from] == b'%'
                && bytes.len() > from + 2
                && bytes[from + 1..=from + 2].iter().all(u8::is_ascii_hexdigit)
        }
    })
}

fn runs(bytes: &[u8]) -> Vec<Vec<(usize, char, usize)>> {
    let all = letters(bytes);
    all.split(|(at, letter, _)| !is_part_of_name(*letter) || is_of_escape(bytes, *at))
        .filter(|run| !run.is_empty())
        .map(<[_]>::to_vec)
        .collect()
}

/// Divides where two dots follow each other, and trims.
fn pieces_of(run: &[(usize, char, usize)], into: &mut Vec<Piece>) {
    let mut parts: Vec<Vec<(usize, char, usize)>> = vec![Vec::new()];
    for (place, letter) in run.iter().enumerate() {
        let next = run.get(place + 1).is_some_and(|next| is_dot(next.1));
        let before = place > 0 && is_dot(run[place - 1].1);
        if is_dot(letter.1) && (next || before) {
            parts.push(Vec::new());
        } else {
            parts.last_mut().unwrap().push(*letter);
        }
    }
    for mut part in parts {
        while part
            .last()
            .is_some_and(|last| is_dot(last.1) || "-_".contains(last.1))
        {
            part.pop();
        }
        while part
            .first()
            .is_some_and(|first| is_dot(first.1) || first.1 == '-')
        {
            part.remove(0);
        }
        if let (Some(first), Some(last)) = (part.first(), part.last()) {
            into.push(Piece {
                start: first.0,
                end: last.2,
                letters: part.iter().map(|letter| letter.1).collect(),
            });
        }
    }
}

fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for run in runs(bytes) {
        pieces_of(&run, &mut pieces);
        if run.iter().all(|letter| letter.1.is_ascii()) {
            continue;
        }
        let mut place = 0;
        while place < run.len() {
            let end = run[place..].iter().position(|letter| !letter.1.is_ascii());
            let end = end.map_or(run.len(), |length| place + length);
            let before = place == 0 || is_unspaced(run[place - 1].1);
            let after = end == run.len() || is_unspaced(run[end].1);
            if end > place && before && after {
                pieces_of(&run[place..end], &mut pieces);
            }
            place = end + 1;
        }
    }
    pieces
}

/// A piece's labels in small ASCII from the right, up to one that cannot be a label.
fn labels(piece: &str) -> Vec<String> {
    let labels: Vec<String> = piece.rsplit(is_dot).map_while(label_to_ascii).collect();
    let is_number = labels
        .first()
        .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    if is_number { Vec::new() } else { labels }
}

fn six(bytes: &[u8]) -> Vec<(usize, usize, IpAddr)> {
    let is_six = |byte: u8| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.';
    let is_inside =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) || !byte.is_ascii();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !is_six(bytes[at]) {
            at += 1;
            continue;
        }
        let run_end = (at..bytes.len())
            .find(|place| !is_six(bytes[*place]))
            .unwrap_or(bytes.len());
        let (mut start, mut end) = (at, run_end);
        at = run_end;
        if !bytes[start..end].contains(&b':') {
            continue;
        }
        while end > start && bytes[end - 1] == b'.' {
            end -= 1;
        }
        let text = String::from_utf8_lossy(&bytes[start..end]).into_owned();
        if text.ends_with(':') && !text.ends_with("::") {
            end -= 1;
        }
        if text.starts_with(':') && !text.starts_with("::") && start < end {
            start += 1;
        }
        let before = start.checked_sub(1).map(|place| bytes[place]);
        let after = bytes.get(end).copied();
        // Dots that were taken off stand outside and hinder nothing.
        let hinders = |byte: Option<u8>| byte.is_some_and(|byte| is_inside(byte) && byte != b'.');
        if hinders(before) || hinders(after) {
            continue;
        }
        if let Ok(address) = String::from_utf8_lossy(&bytes[start..end]).parse::<Ipv6Addr>() {
            let address = address
                .to_ipv4_mapped()
                .map_or(IpAddr::V6(address), IpAddr::V4);
            found.push((start, end, address));
        }
    }
    found
}

impl Text {
    fn new(bytes: Vec<u8>) -> Self {
        let pieces = pieces(&bytes);
        let mut hosts = Vec::new();
        let mut addresses = Vec::new();
        for piece in &pieces {
            if let Ok(four) = piece.letters.parse::<Ipv4Addr>() {
                addresses.push(IpAddr::V4(four));
                hosts.push(Host {
                    start: piece.start,
                    end: piece.end,
                    name: four.to_string(),
                });
                continue;
            }
            let labels = labels(&piece.letters);
            if labels.len() >= 2 && labels.len() == piece.letters.split(is_dot).count() {
                let name: Vec<String> = labels.into_iter().rev().collect();
                hosts.push(Host {
                    start: piece.start,
                    end: piece.end,
                    name: name.join("."),
                });
            }
        }
        for (start, end, address) in six(&bytes) {
            addresses.push(address);
            if start > 0 && bytes[start - 1] == b'[' && bytes.get(end) == Some(&b']') {
                let name = if address.is_ipv6() {
                    format!("[{address}]")
                } else {
                    address.to_string()
                };
                hosts.push(Host {
                    start: start - 1,
                    end: end + 1,
                    name,
                });
            }
        }
        Self {
            bytes,
            pieces,
            hosts,
            addresses,
        }
    }

    fn has(&self, indicator: &Indicator) -> bool {
        let value = indicator.value();
        match indicator.kind() {
            Kind::Domain => {
                let wanted: Vec<&str> = value.rsplit('.').collect();
                self.pieces
                    .iter()
                    .any(|piece| labels(&piece.letters).starts_with_all(&wanted))
            }
            Kind::Address => self
                .addresses
                .iter()
                .any(|address| address.to_string() == value),
            Kind::Network => self
                .addresses
                .iter()
                .any(|address| is_within(*address, value)),
            Kind::Endpoint => {
                let (wanted, port) = value.rsplit_once(':').unwrap();
                self.hosts.iter().any(|host| {
                    host.name == wanted
                        && self.port(host.end).is_some_and(|(found, _)| found == port)
                })
            }
            Kind::Url => self.hosts.iter().any(|host| self.has_url(host, value)),
            Kind::Path => {
                (0..self.bytes.len()).any(|at| self.begins_path(at) && self.has_path(at, value))
            }
            Kind::Hash => self
                .pieces
                .iter()
                .filter(|piece| piece.letters.is_ascii())
                .any(|piece| {
                    let mut runs = piece
                        .letters
                        .split(|letter: char| !letter.is_ascii_alphanumeric());
                    runs.any(|run| run.eq_ignore_ascii_case(value))
                }),
            Kind::Email => {
                let (local, wanted) = value.rsplit_once('@').unwrap();
                self.hosts.iter().any(|host| {
                    host.name == wanted && self.local(host.start).as_deref() == Some(local)
                })
            }
            Kind::Handle => match value[1..].split_once('@') {
                None => (0..self.bytes.len())
                    .any(|at| self.handle(at).is_some_and(|(name, _)| name == value[1..])),
                Some((wanted, at_host)) => self.hosts.iter().any(|host| {
                    host.name == at_host
                        && (0..host.start).any(|at| {
                            let joint = host.start - 1;
                            self.begins_handle(at)
                                && b"@:".contains(&self.bytes[joint])
                                && at < joint
                                && self.bytes[at + 1..joint].eq_ignore_ascii_case(wanted.as_bytes())
                        })
                }),
            },
            Kind::Text => false,
        }
    }

    /// The port behind a host, and where it ends.
    fn port(&self, host_end: usize) -> Option<(String, usize)> {
        let rest = self.bytes[host_end..].strip_prefix(b":")?;
        let digits: Vec<u8> = rest
            .iter()
            .copied()
            .take_while(u8::is_ascii_digit)
            .collect();
        let end = host_end + 1 + digits.len();
        let is_name = |place: usize| {
            self.bytes.get(place).is_some_and(|byte| {
                byte.is_ascii_alphanumeric() || b"-_.".contains(byte) || !byte.is_ascii()
            })
        };
        if is_name(end) && (self.bytes[end] != b'.' || is_name(end + 1)) {
            return None;
        }
        let text = String::from_utf8(digits).unwrap();
        (!text.starts_with('0') && text.parse::<u16>().is_ok()).then_some((text, end))
    }

    fn has_url(&self, host: &Host, url: &str) -> bool {
        let at = url.find(['/', '?']).unwrap();
        let (authority, path) = url.split_at(at);
        [
            authority.to_owned(),
            format!("{authority}:80"),
            format!("{authority}:443"),
        ]
        .iter()
        .any(|authority| {
            let Some(rest) = authority.strip_prefix(host.name.as_str()) else {
                return false;
            };
            match rest.strip_prefix(':') {
                None if rest.is_empty() => self.has_path(host.end, path),
                None => false,
                Some(wanted) => self
                    .port(host.end)
                    .is_some_and(|(port, end)| port == wanted && self.has_path(end, path)),
            }
        })
    }

    /// Whether this path stands here and ends.
    fn has_path(&self, at: usize, path: &str) -> bool {
        let Some(rest) = self.bytes[at..].strip_prefix(path.as_bytes()) else {
            return false;
        };
        let after = rest.iter().find(|byte| !b".:".contains(byte));
        after.is_none_or(|byte| {
            *byte <= b' '
                || *byte == 0x7f
                || *byte >= 0xC0
                || br#""<>`{}|\^?#,;'()[]*!&"#.contains(byte)
        })
    }

    fn begins_path(&self, at: usize) -> bool {
        let byte = |place: usize| self.bytes.get(place).copied().unwrap_or(b' ');
        if byte(at) != b'/' || byte(at + 1) == b'/' {
            return false;
        }
        if at == 0
            || b"=\"<>`{}|\\^?#,;'()[]*!&\x7f".contains(&byte(at - 1))
            || byte(at - 1) <= b' '
        {
            return true;
        }
        // Behind `//` and whoever is asked.
        (1..at).any(|slash| {
            self.bytes[slash - 1..=slash] == *b"//"
                && slash + 1 < at
                && self.bytes[slash + 1..at]
                    .iter()
                    .all(|byte| *byte > b' ' && *byte != 0x7f && !br#"/?"<>`{}|\^"#.contains(byte))
        })
    }

    fn is_local(&self, at: usize) -> bool {
        (self.bytes[at].is_ascii_alphanumeric() || b"._-+".contains(&self.bytes[at]))
            && !is_of_escape(&self.bytes, at)
    }

    /// Whether a letter of a name beyond ASCII ends here.
    fn letter_ends(&self, at: usize) -> bool {
        letters(&self.bytes)
            .iter()
            .any(|(_, letter, end)| *end == at && !letter.is_ascii() && is_part_of_name(*letter))
    }

    /// The local part before a host.
    fn local(&self, host_start: usize) -> Option<String> {
        let stop = host_start
            .checked_sub(1)
            .filter(|at| self.bytes[*at] == b'@')?;
        let start = (0..stop).rev().take_while(|at| self.is_local(*at)).last()?;
        if (start > 0 && self.bytes[start - 1] == b'@') || self.letter_ends(start) {
            return None;
        }
        let local = String::from_utf8_lossy(&self.bytes[start..stop]).to_ascii_lowercase();
        let local = local.trim_start_matches(['.', '-']);
        (!local.is_empty()).then(|| local.to_owned())
    }

    fn begins_handle(&self, at: usize) -> bool {
        let hinders =
            at > 0 && (self.is_local(at - 1) || self.bytes[at - 1] == b'@' || self.letter_ends(at));
        self.bytes[at] == b'@' && !hinders
    }

    /// The name behind an `@` here, and where it ends.
    fn handle(&self, at: usize) -> Option<(String, usize)> {
        if !self.begins_handle(at) {
            return None;
        }
        let mut name = String::new();
        for (_, letter, _) in letters(&self.bytes[at + 1..]) {
            if !is_part_of_name(letter) {
                break;
            }
            name.push(letter);
        }
        if !name.is_ascii() {
            return None;
        }
        let name = name.trim_end_matches(['.', '-']).to_ascii_lowercase();
        let end = at + 1 + name.len();
        Some((name, end))
    }
}

trait StartsWithAll {
    fn starts_with_all(&self, wanted: &[&str]) -> bool;
}

impl StartsWithAll for Vec<String> {
    fn starts_with_all(&self, wanted: &[&str]) -> bool {
        self.len() >= wanted.len() && self.iter().zip(wanted).all(|(one, other)| one == other)
    }
}

fn is_within(address: IpAddr, network: &str) -> bool {
    let (first, bits) = network.split_once('/').unwrap();
    let bits: usize = bits.parse().unwrap();
    let binary = |address: IpAddr| -> Vec<bool> {
        let octets = match address {
            IpAddr::V4(four) => four.octets().to_vec(),
            IpAddr::V6(six) => six.octets().to_vec(),
        };
        let bits = octets
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
        bits.collect()
    };
    let (one, other) = (binary(address), binary(first.parse().unwrap()));
    one.len() == other.len() && one[..bits] == other[..bits]
}
