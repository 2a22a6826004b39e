//! Names and addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::{LONGEST_NAME, NotAnIndicator, plain};

/// An address as RFC 791 or RFC 4291 write it; with leading zeros in a part it is none, because some
/// read these as octal.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    if let Ok(four) = text.parse::<Ipv4Addr>() {
        return Some(IpAddr::V4(four));
    }
    text.parse::<Ipv6Addr>().ok().map(plain)
}

/// A host without the brackets around an IPv6 address.
pub(crate) fn bare(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

/// The first address of a network.
pub(crate) fn masked(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(four) => {
            let mask = u32::MAX
                .checked_shl(32 - u32::from(bits.min(32)))
                .unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(four.to_bits() & mask))
        }
        IpAddr::V6(six) => {
            let mask = u128::MAX
                .checked_shl(128 - u32::from(bits.min(128)))
                .unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & mask))
        }
    }
}

/// Whether UTS 46 takes this for a dot between labels.
pub(crate) fn is_dot(letter: char) -> bool {
    matches!(letter, '.' | '\u{3002}' | '\u{FF0E}' | '\u{FF61}')
}

/// Whether a name can have this letter: of ASCII letters, digits, hyphen, underscore and dot; of the rest
/// all but blanks, controls, and the blocks of punctuation, arrows and box drawing.
pub(crate) fn is_part_of_name(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    }
    if is_dot(letter) {
        return true;
    }
    let is_separator = letter.is_whitespace()
        || letter.is_control()
        || matches!(letter,
            '\u{A0}'..='\u{A9}' | '\u{AB}'..='\u{B1}' | '\u{B4}' | '\u{B6}' | '\u{B8}' | '\u{BB}' | '\u{BF}'
            | '\u{2000}'..='\u{200B}' | '\u{200E}'..='\u{206F}'
            | '\u{2190}'..='\u{21FF}' | '\u{2500}'..='\u{25FF}'
            | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{3030}' | '\u{303D}'
            | '\u{E000}'..='\u{F8FF}' | '\u{FE10}'..='\u{FE6F}' | '\u{FEFF}'
            | '\u{FF01}'..='\u{FF0C}' | '\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF3D}'
            | '\u{FF5B}'..='\u{FF60}' | '\u{FF62}'..='\u{FF64}' | '\u{FFF0}'..='\u{FFFF}');
    !is_separator
}

/// One label of a name in small ASCII letters, by UTS 46 if it has others; `None` if it cannot be one.
pub(crate) fn label_to_ascii(label: &str) -> Option<String> {
    let ascii = if label.is_ascii() {
        label.to_ascii_lowercase()
    } else {
        let made = Uts46::new().to_ascii(
            label.as_bytes(),
            AsciiDenyList::EMPTY,
            Hyphens::Allow,
            DnsLength::Ignore,
        );
        made.ok()?.into_owned()
    };
    let is_label =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    ((1..=63).contains(&ascii.len()) && ascii.bytes().all(is_label)).then_some(ascii)
}

/// A name's normal form: at least two labels, the last not of digits alone.
pub(crate) fn domain(text: &str) -> Result<String, NotAnIndicator> {
    let text = text.strip_prefix("*.").unwrap_or(text);
    let text = text.trim_start_matches(|letter| is_dot(letter) || letter == '-');
    let text = text.trim_end_matches(|letter| is_dot(letter) || letter == '-' || letter == '_');
    if text.is_empty() {
        return Err(NotAnIndicator::NoForm);
    }
    if text.len() > 8 * LONGEST_NAME {
        return Err(NotAnIndicator::TooLong);
    }
    let labels: Option<Vec<String>> = text.split(is_dot).map(label_to_ascii).collect();
    let labels = labels.ok_or(NotAnIndicator::NoForm)?;
    let last = labels.last().map_or("", String::as_str);
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotAnIndicator::NoForm);
    }
    if labels.len() < 2 {
        return Err(NotAnIndicator::OneLabel);
    }
    let name = labels.join(".");
    if name.len() > LONGEST_NAME {
        return Err(NotAnIndicator::TooLong);
    }
    Ok(name)
}
