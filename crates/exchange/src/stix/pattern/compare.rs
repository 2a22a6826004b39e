//! Whether an object is as a comparison expression says.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use unicode_normalization::UnicodeNormalization as _;

use super::observed::{Observation, kind};
use super::parse::from_hex;
use super::syntax::{Comparison, Literal, Operator, Step, Test};
use crate::stix::json::Json;
use crate::stix::time;

/// An observation, and how much may still be done to find out whether a pattern matches. What is written by
/// others on both sides may lead anywhere, and round in circles.
#[derive(Clone, Copy)]
pub(super) struct Within<'p, 'j> {
    pub(super) observation: &'p Observation<'j>,
    pub(super) effort: &'p Effort,
}

/// How many steps, letters and values are looked at, at most.
pub(super) struct Effort(Cell<usize>);

impl Effort {
    pub(super) fn new(most: usize) -> Self {
        Self(Cell::new(most))
    }

    /// Whether there is enough left for this much more, which is then spent.
    fn spend(&self, much: usize) -> bool {
        let left = self.0.get().checked_sub(much);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Whether all of it was spent: then nothing that was found out counts.
    pub(super) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}

impl Comparison {
    /// Whether some object of the observation is like this.
    pub(super) fn holds_of_some(&self, within: Within<'_, '_>) -> bool {
        let mut objects = within.observation.objects.iter();
        objects.any(|object| self.holds(object, within))
    }

    fn holds(&self, object: &Json<'_>, within: Within<'_, '_>) -> bool {
        match self {
            Self::And(all) => all.iter().all(|one| one.holds(object, within)),
            Self::Or(any) => any.iter().any(|one| one.holds(object, within)),
            Self::Test(test) => test.holds(object, within),
        }
    }
}

impl Test {
    fn holds(&self, object: &Json<'_>, within: Within<'_, '_>) -> bool {
        if kind(object) != Some(&self.kind) {
            return false;
        }
        if let Operator::Exists = self.operator {
            return self.negated != reaches(object, &self.steps, None, within, &mut |_, _| true);
        }
        reaches(object, &self.steps, None, within, &mut |value, key| {
            self.holds_of(&Value::of(value, key), within.effort)
        })
    }

    /// Whether one value is as the test says. What cannot be compared is not equal, and has no order,
    /// whether the test is negated or not.
    fn holds_of(&self, value: &Value<'_>, effort: &Effort) -> bool {
        let order = |literal, is: fn(Ordering) -> bool| match value.compare(literal) {
            Compared::Ordered(order) => Some(is(order)),
            _ => None,
        };
        let holds = match &self.operator {
            Operator::Equal(literal) => Some(value.equals(literal)),
            Operator::NotEqual(literal) => Some(!value.equals(literal)),
            Operator::Less(literal) => order(literal, Ordering::is_lt),
            Operator::LessOrEqual(literal) => order(literal, Ordering::is_le),
            Operator::Greater(literal) => order(literal, Ordering::is_gt),
            Operator::GreaterOrEqual(literal) => order(literal, Ordering::is_ge),
            Operator::In(set) => {
                Some(effort.spend(set.len()) && set.iter().any(|literal| value.equals(literal)))
            }
            Operator::Like(pattern) => Some(
                value
                    .text()
                    .is_some_and(|text| like(pattern, &text, effort)),
            ),
            Operator::Matches(Some(expression)) => Some(
                value
                    .text()
                    .is_some_and(|text| effort.spend(text.len()) && expression.is_match(&text)),
            ),
            Operator::Matches(None) => None,
            Operator::Subset(net) => Some(value.plain().is_some_and(|inner| is_subset(inner, net))),
            Operator::Superset(net) => {
                Some(value.plain().is_some_and(|outer| is_subset(net, outer)))
            }
            Operator::Exists => Some(true),
        };
        holds.is_some_and(|holds| holds != self.negated)
    }
}

/// Whether some value that the steps lead to is as wanted. `key` is the name of the property that this
/// value is of.
fn reaches(
    value: &Json<'_>,
    steps: &[Step],
    key: Option<&str>,
    within: Within<'_, '_>,
    wanted: &mut dyn FnMut(&Json<'_>, Option<&str>) -> bool,
) -> bool {
    if !within.effort.spend(1) {
        return false;
    }
    let Some((step, rest)) = steps.split_first() else {
        return wanted(value, key);
    };
    match (step, value) {
        (Step::Key(name), Json::Map(_)) => value
            .get(name)
            .is_some_and(|value| reaches(value, rest, Some(name), within, wanted)),
        // A step from a reference goes on in what it refers to.
        (Step::Key(_), Json::Text(reference)) if key.is_some_and(is_reference) => within
            .observation
            .referred(reference)
            .is_some_and(|object| reaches(object, steps, None, within, wanted)),
        (Step::At(at), Json::List(list)) => list
            .get(*at)
            .is_some_and(|value| reaches(value, rest, key, within, wanted)),
        (Step::Any, Json::List(list)) => list
            .iter()
            .any(|value| reaches(value, rest, key, within, wanted)),
        _ => false,
    }
}

pub(super) fn is_reference(key: &str) -> bool {
    key.ends_with("_ref") || key.ends_with("_refs")
}

/// A value as it is compared: bytes where the name of its property says so.
enum Value<'v> {
    Json(&'v Json<'v>),
    Bytes(Vec<u8>),
}

enum Compared {
    /// They are of kinds that have nothing to do with each other.
    Not,
    /// They have no order.
    Equal(bool),
    Ordered(Ordering),
}

impl<'v> Value<'v> {
    fn of(value: &'v Json<'v>, key: Option<&str>) -> Self {
        let bytes = match (value, key) {
            (Json::Text(text), Some(key)) if key.ends_with("_hex") => from_hex(text),
            (Json::Text(text), Some(key)) if key.ends_with("_bin") => STANDARD.decode(&**text).ok(),
            _ => None,
        };
        bytes.map_or(Self::Json(value), Self::Bytes)
    }

    fn plain(&self) -> Option<&str> {
        match self {
            Self::Json(json) => json.as_text(),
            Self::Bytes(_) => None,
        }
    }

    /// The text, composed (NFC), as LIKE and MATCHES want it.
    fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Json(json) => json.as_text().map(|text| {
                if text.is_ascii() {
                    Cow::Borrowed(text)
                } else {
                    Cow::Owned(text.nfc().collect())
                }
            }),
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        }
    }

    fn equals(&self, literal: &Literal) -> bool {
        match self.compare(literal) {
            Compared::Not => false,
            Compared::Equal(equal) => equal,
            Compared::Ordered(order) => order.is_eq(),
        }
    }

    fn compare(&self, literal: &Literal) -> Compared {
        let ordered = |order: Option<Ordering>| order.map_or(Compared::Not, Compared::Ordered);
        match (self, literal) {
            (Self::Json(Json::Text(text)), Literal::Text(literal)) => {
                Compared::Ordered((**text).cmp(literal))
            }
            (Self::Json(Json::Text(text)), Literal::Time(literal)) => {
                ordered(time::parse(text).map(|time| time.cmp(literal)))
            }
            (Self::Json(Json::Text(text)), Literal::Bytes(literal)) => {
                ordered(as_bytes(text).map(|bytes| bytes.cmp(literal)))
            }
            (Self::Bytes(bytes), Literal::Text(literal)) => {
                ordered(as_bytes(literal).map(|literal| bytes.cmp(&literal)))
            }
            (Self::Bytes(bytes), Literal::Bytes(literal)) => Compared::Ordered(bytes.cmp(literal)),
            (Self::Json(Json::Int(number)), Literal::Int(literal)) => {
                Compared::Ordered(number.cmp(literal))
            }
            (Self::Json(json), Literal::Int(literal)) => ordered(
                json.as_number()
                    .and_then(|number| number.partial_cmp(&(*literal as f64))),
            ),
            (Self::Json(json), Literal::Float(literal)) => ordered(
                json.as_number()
                    .and_then(|number| number.partial_cmp(literal)),
            ),
            (Self::Json(Json::Bool(value)), Literal::Bool(literal)) => {
                Compared::Equal(value == literal)
            }
            _ => Compared::Not,
        }
    }
}

/// A text as bytes, if every letter is one.
fn as_bytes(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|letter| u8::try_from(letter).ok())
        .collect()
}

/// Whether a text is like a pattern. Cost: the product of their lengths at worst, as far as the effort goes.
fn like(pattern: &str, text: &str, effort: &Effort) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // Where to go on after the last `%`, if what follows it does not fit here.
    let mut again = None;
    loop {
        if !effort.spend(1) {
            return false;
        }
        let at = text.clone();
        match (pattern.next(), text.next()) {
            (Some('%'), _) => {
                text = at.clone();
                again = Some((pattern.clone(), at));
            }
            (Some('_'), Some(_)) => {}
            (Some(wanted), Some(found)) if wanted == found => {}
            (None, None) => return true,
            _ => {
                let Some((after, mut from)) = again else {
                    return false;
                };
                if from.next().is_none() {
                    return false;
                }
                text = from.clone();
                pattern = after.clone();
                again = Some((after, from));
            }
        }
    }
}

/// Whether a network, or an address, is within another.
fn is_subset(inner: &str, outer: &str) -> bool {
    let (Some((inner, inner_bits)), Some((outer, outer_bits))) = (network(inner), network(outer))
    else {
        return false;
    };
    let (width, inner, outer) = match (inner, outer) {
        (IpAddr::V4(inner), IpAddr::V4(outer)) => {
            (32, u128::from(inner.to_bits()), u128::from(outer.to_bits()))
        }
        (IpAddr::V6(inner), IpAddr::V6(outer)) => (128, inner.to_bits(), outer.to_bits()),
        _ => return false,
    };
    let beyond = width - outer_bits;
    inner_bits >= outer_bits && (beyond == 128 || inner >> beyond == outer >> beyond)
}

/// An address and how many of its bits count.
fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = match text.split_once('/') {
        None => (text, None),
        Some((address, bits)) => (address, Some(bits)),
    };
    let address: IpAddr = address.parse().ok()?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        None => width,
        Some(bits) if bits.bytes().all(|byte| byte.is_ascii_digit()) => bits.parse().ok()?,
        Some(_) => return None,
    };
    (bits <= width).then_some((address, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_knows_any_letters_and_one() {
        for (pattern, text, is) in [
            ("", "", true),
            ("%", "", true),
            ("_", "", false),
            ("a%c", "abbbc", true),
            ("a%c", "abbbcd", false),
            ("a%b%c", "a-b-b-c", true),
            ("%a%a%", "banana", true),
            ("_é_", "béc", true),
            ("a.c", "abc", false),
            ("%%x", "x", true),
        ] {
            assert_eq!(
                like(pattern, text, &Effort::new(1000)),
                is,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn networks_are_within_networks_of_their_kind() {
        for (inner, outer, is) in [
            ("198.51.100.3", "198.51.100.0/24", true),
            ("198.51.100.3/32", "198.51.100.3", true),
            ("198.51.100.0/23", "198.51.100.0/24", false),
            ("198.51.101.3", "198.51.100.0/24", false),
            ("198.51.100.3", "0.0.0.0/0", true),
            ("2001:db8::1", "2001:db8::/32", true),
            ("2001:db8::1", "::/0", true),
            ("198.51.100.3", "::/0", false),
            ("198.51.100.3", "198.51.100.0/33", false),
            ("198.51.100.3", "198.51.100.0/+8", false),
            ("nonsense", "198.51.100.0/24", false),
        ] {
            assert_eq!(is_subset(inner, outer), is, "{inner} {outer}");
        }
    }
}
