//! Finds indicators in logs.
//!
//! # What counts as an occurrence
//!
//! A log is lines that end with a line feed. A line is read as it stands; if it is JSON, with the escapes of its strings
//! undone instead ([`Reading`]); and besides, where that makes a difference, with what was defanged put back, and with
//! percent escapes undone and then what was defanged put back. A hit is a line and an indicator that occurs in one of its
//! readings: an indicator that occurs twice in a line is one hit, told where it stands first.
//!
//! - **Letters of names** are ASCII's letters and digits, `-`, `_`, `.`, and beyond ASCII all but blanks, controls, private
//!   letters and the blocks of punctuation, arrows and box drawing. Bytes that are no UTF-8 are none.
//! - **A piece** is a longest run of letters of names, divided where two dots follow each other, without dots and hyphens at
//!   its beginning and without dots, hyphens and underscores at its end. The two bytes behind a `%` that are hexadecimal are no
//!   part of it. `。`, `．` and `｡` are dots. Where Chinese, Japanese, Korean, Thai, Lao, Khmer or Myanmar letters stand on either
//!   side, or nothing, a run of ASCII within a piece is a piece, too.
//! - **A domain** occurs in a piece whose last labels are its labels, case not regarded, letters beyond ASCII in punycode (UTS 46,
//!   label by label): `evil.example.org` in `a.evil.example.org`, not in `notevil.example.org` or `evil.example.org.uk`.
//! - **An IPv4 address** occurs where a whole piece is four numbers from 0 to 255 without leading zeros. **An IPv6 address**
//!   occurs in a longest run of hexadecimal digits, `:` and `.`, without dots and without a single colon at its end and a single
//!   colon at its beginning, that is one (RFC 4291) and has no ASCII letter, digit, `-`, `_` and no byte beyond ASCII before and
//!   after it. `::ffff:192.0.2.7` is `192.0.2.7`. **A network** occurs where an address in it does.
//! - **A host** is a whole piece that is a name or address and ends where its run does, or an IPv6 address in brackets.
//! - **An endpoint** occurs where its host is followed by `:` and its port, and no letter of a name follows but a dot that none follows.
//! - **A URL** occurs where its host, port and path do one behind the other; the ports 80 and 443 may be there or not. Scheme and user
//!   are not regarded, and neither host nor scheme's case. The path, with its query, counts byte for byte and must end: behind it stand
//!   none or more of `.` `:`, and then the end of the line, a blank or control, one of ``"<>`{}|\^``, one of `?#,;'()[]*!&`, or a letter
//!   beyond ASCII.
//! - **A path** occurs, and ends, in the same way, where it begins behind the beginning of the line, `=`, or one of those (letters
//!   beyond ASCII left out); or behind `//` and a run of none of these but the soft ones, `?` and `/` left out.
//! - **A hash** occurs where a longest run of ASCII letters and digits is it, in a piece's run of ASCII; case is not regarded.
//! - **A mailbox** occurs where its domain is a whole piece, behind `@`, behind a longest run of letters, digits, `.`, `_`, `-`, `+`
//!   that is its local part, case and leading dots and hyphens not regarded, and behind that neither `@` nor a letter of a name.
//! - **A handle** occurs as `@` and a longest run of letters of names that is it, without dots and hyphens at its end, where before the
//!   `@` stands none of what a local part has, no `@`, and no letter of a name; with a host also as `@name@host` and `@name:host`.
//!
//! Lines of more than a mebibyte are read in pieces: see [`Pieces`].

mod blocks;
mod candidate;
mod classes;
mod matcher;
mod pieces;
mod reading;
mod stream;
mod words;

pub use matcher::{Hit, Matcher};
pub use pieces::{Piece, Pieces};
pub use reading::Reading;
pub use stream::{ScanError, Scanned, open_log, scan, unpacked};

#[cfg(test)]
mod oracle;
#[cfg(test)]
pub(crate) mod tests;
