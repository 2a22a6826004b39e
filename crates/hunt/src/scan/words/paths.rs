//! What stands behind a host, and paths.

use super::addresses::port;
use super::{CLASS, Candidate, Host, Kind, WIDE, Words, at, fingerprint, is};
use crate::fingerprint::{PATH, Prefixes};
use crate::normal::LONGEST_PATH;
use crate::scan::classes::{HARD, SOFT};

impl Words<'_> {
    /// A port and a path behind a host that ends at `end`.
    pub(super) fn follow(&mut self, text: &[u8], host: &Host, end: usize) {
        let mut path = end;
        let mut given = None;
        if text.get(end) == Some(&b':') {
            let Some((number, port_end)) = port(text, end + 1) else {
                return;
            };
            path = port_end;
            given = Some(number);
            if self.kinds.has(Kind::Endpoint) {
                self.push(Candidate {
                    fingerprint: fingerprint::endpoint(host.fingerprint, number),
                    kind: Kind::Endpoint,
                    bits: 0,
                    is_wide: host.is_wide,
                    port: given,
                    text: (at(host.start), at(port_end)),
                    host: host.span,
                    path: 0,
                });
            }
        }
        if self.kinds.has(Kind::Url) && matches!(text.get(path), Some(b'/' | b'?')) {
            let given = given.filter(|port| !matches!(port, 80 | 443));
            let prefixes = Prefixes::new(fingerprint::url(host.fingerprint, given), path);
            self.ends(
                text,
                path,
                prefixes,
                &Candidate {
                    fingerprint: 0,
                    kind: Kind::Url,
                    bits: 0,
                    is_wide: host.is_wide,
                    port: given,
                    text: (at(host.start), 0),
                    host: host.span,
                    path: at(path),
                },
            );
        }
    }

    /// A path that begins here: at the beginning of a word, or behind `//` and whoever it is asked from.
    pub(super) fn slash(&mut self, text: &[u8], line: usize, place: usize) {
        if !self.kinds.has(Kind::Path) {
            return;
        }
        let mut path = place;
        if text.get(place + 1) == Some(&b'/') {
            path += 2;
            while text
                .get(path)
                .is_some_and(|byte| *byte != b'/' && !is(*byte, HARD) && *byte != b'?')
            {
                path += 1;
            }
            if path == place + 2 || text.get(path) != Some(&b'/') {
                return;
            }
        } else if place > line {
            let before = text[place - 1];
            if before != b'=' && !is(before, HARD) && (!is(before, SOFT) || is(before, WIDE)) {
                return;
            }
        }
        if text.get(path + 1) == Some(&b'/') {
            return;
        }
        self.ends(
            text,
            path,
            Prefixes::new(PATH, path),
            &Candidate {
                fingerprint: 0,
                kind: Kind::Path,
                bits: 0,
                is_wide: false,
                port: None,
                text: (at(path), 0),
                host: (0, 0),
                path: at(path),
            },
        );
    }

    /// Notes a path that begins at `path` with each of its ends.
    fn ends(&mut self, text: &[u8], path: usize, mut prefixes: Prefixes, like: &Candidate) {
        let mut end = path + 1;
        while end - path <= LONGEST_PATH {
            let class = text.get(end).map_or(HARD, |byte| CLASS[usize::from(*byte)]);
            if class & (SOFT | HARD) != 0 {
                let mut kept = end;
                while kept > path + 1 && matches!(text[kept - 1], b'.' | b':') {
                    kept -= 1;
                }
                // From the shortest on, because prefixes only grow.
                for end in kept..=end {
                    self.push(Candidate {
                        fingerprint: prefixes.until(text, end),
                        text: (like.text.0, at(end)),
                        ..*like
                    });
                }
                if class & HARD != 0 {
                    return;
                }
            }
            end += 1;
        }
    }
}
