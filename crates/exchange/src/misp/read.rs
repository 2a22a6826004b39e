//! Reads events out of text, one by one.
//!
//! One event, a list of them, what MISP's API answers (`{"response": […]}`), or events one after the other: it
//! is seen from the text. Memory is bounded by the largest event allowed, and an event that is wrong does not
//! keep the next from being read.

mod error;

use std::io::Read;

pub use self::error::ReadError;
use super::event::Event;
use super::json;
use crate::stix::{Elements, Ended, Torn};

/// What is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The length of one event, in bytes.
    pub event_bytes: usize,
    /// How deep an event may go; itself is one. More than 100 counts as 100.
    pub depth: usize,
    /// How many events.
    pub events: u64,
}

impl Default for Limits {
    /// 64 MiB, 32 levels, a million events. The largest events of public feeds have some tens of MiB; in memory
    /// one takes some times its text.
    fn default() -> Self {
        Self {
            event_bytes: 64 << 20,
            depth: 32,
            events: 1_000_000,
        }
    }
}

/// Reads events from a source. It is an iterator over them, in their order; an error is told in its
/// event's place.
pub struct Reader<R> {
    elements: Elements<R>,
    limits: Limits,
}

impl<R: Read> Reader<R> {
    /// Reads from a source, which need not be buffered.
    pub fn new(source: R, limits: Limits) -> Self {
        let (bytes, most) = (limits.event_bytes, limits.events);
        Self {
            elements: Elements::new(source, b"\"response\"", bytes, most),
            limits: Limits {
                depth: limits.depth.min(100),
                ..limits
            },
        }
    }

    fn advance(&mut self) -> Result<Option<Event>, ReadError> {
        let limit = self.limits.events;
        let next = self.elements.advance().map_err(|torn| match torn {
            Torn::Broken(offset, index, what) => ReadError::Broken {
                offset,
                index,
                what,
            },
            Torn::TooMany => ReadError::TooMany { limit },
            Torn::Source(source) => ReadError::Source(source),
        })?;
        let event = next.map(|(index, ended)| self.event(index, &ended));
        event.transpose()
    }

    fn event(&self, index: u64, ended: &Ended) -> Result<Event, ReadError> {
        let held = self.elements.held();
        let (limits, uuid) = (self.limits, uuid_within(held));
        match ended {
            Ended::Whole(depth) if *depth > limits.depth => Err(ReadError::TooDeep {
                index,
                uuid,
                limit: limits.depth,
            }),
            Ended::Whole(_) => {
                let value = serde_json::from_slice(held).map_err(|source| ReadError::NoJson {
                    index,
                    uuid: uuid.clone(),
                    source,
                })?;
                let no_event = |source| ReadError::Rejected {
                    index,
                    uuid,
                    source,
                };
                Event::of(value).map_err(no_event)
            }
            Ended::TooLarge(beginning) => Err(ReadError::TooLarge {
                index,
                uuid: uuid_within(beginning),
                limit: limits.event_bytes,
            }),
            Ended::Cut => Err(ReadError::Cut { index, uuid }),
        }
    }
}

/// How much of a text is looked at to name what cannot be read.
const BEGINNING: usize = 64 * 1024;

/// The first UUID that can be seen in what is no event: to name it, and for nothing else. It may be that of
/// a part.
fn uuid_within(bytes: &[u8]) -> Option<String> {
    const NAME: &[u8] = b"\"uuid\"";
    let bytes = &bytes[..bytes.len().min(BEGINNING)];
    let at = memchr::memmem::find(bytes, NAME)?;
    let rest = bytes[at + NAME.len()..].trim_ascii_start();
    let rest = rest.strip_prefix(b":")?.trim_ascii_start();
    let uuid = rest.strip_prefix(b"\"")?.get(..36)?;
    let uuid = std::str::from_utf8(uuid).ok()?;
    json::is_uuid(uuid).then(|| uuid.to_ascii_lowercase())
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Event, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.advance().transpose();
        if let Some(Err(error)) = &next
            && error.is_final()
        {
            self.elements.end();
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ONE: &str = r#"{"uuid":"00000000-0000-4000-8000-000000000001","info":"One"}"#;
    const TWO: &str = r#"{"info":"Two","uuid":"00000000-0000-4000-8000-000000000002"}"#;

    fn read(text: &str, limits: Limits) -> Vec<Result<String, String>> {
        Reader::new(text.as_bytes(), limits)
            .map(|read| match read {
                Ok(event) => Ok(event.info().to_owned()),
                Err(error) => Err(error.to_string()),
            })
            .collect()
    }

    #[test]
    fn whatever_holds_events_gives_the_same_events() {
        let both = vec![Ok("One".to_owned()), Ok("Two".to_owned())];
        for text in [
            format!(r#"[{{"Event":{ONE}}},{{"Event":{TWO}}}]"#),
            format!(r#"{{"response":[{{"Event":{ONE}}},{{"Event":{TWO}}}]}}"#),
            format!("[{ONE},{TWO}]"),
            format!("{{\"Event\":{ONE}}}\n{{\"Event\":{TWO}}}\n"),
            format!("\u{feff}{ONE}{TWO}"),
        ] {
            assert_eq!(read(&text, Limits::default()), both, "{text}");
        }
    }

    #[test]
    fn what_is_no_event_is_named_and_the_next_is_read() {
        let unnamed = ONE.replace("\"One\"", "1");
        let text = format!(r#"[{unnamed},{{"Attribute":[]}},7,{{"a":nothing}},{TWO}]"#);
        let all = read(&text, Limits::default());
        assert_eq!(all[4], Ok("Two".to_owned()));
        let error = |at: usize| all[at].clone().unwrap_err();
        assert_eq!(
            error(0),
            "event 0 (00000000-0000-4000-8000-000000000001) is not read"
        );
        assert_eq!(error(3), "event 3 is no JSON");
    }

    #[test]
    fn what_is_too_large_or_too_deep_is_left_out_and_named() {
        let limits = Limits {
            event_bytes: 200,
            depth: 4,
            events: 4,
        };
        let large = ONE.replace("One", &"a".repeat(100_000));
        let deep = ONE.replace("\"One\"", "[[[[1]]]]");
        let text = format!("[{large},{TWO},{deep},{TWO},{TWO}]");
        let all = read(&text, limits);
        let uuid = "00000000-0000-4000-8000-000000000001";
        assert_eq!(
            all,
            [
                Err(format!("event 0 ({uuid}) is longer than 200 bytes")),
                Ok("Two".into()),
                Err(format!("event 2 ({uuid}) goes deeper than 4 levels")),
                Ok("Two".into()),
                Err("there are more than 4 events".into()),
            ]
        );
    }

    #[test]
    fn a_text_that_ends_early_says_so_and_what_came_before_was_read() {
        let text = format!("[{ONE},{TWO}");
        let all = read(&text[..text.len() - 5], Limits::default());
        assert_eq!(all[0], Ok("One".into()));
        assert!(all[1].as_ref().unwrap_err().contains("ends in event 1"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_go_on_for_ever(bytes in prop::collection::vec(
            prop::sample::select(b"{}[]\",:\\ \nae1\xff".to_vec()), 0..300)) {
            let read = Reader::new(&*bytes, Limits::default());
            prop_assert!(read.count() <= bytes.len() + 1);
        }
    }
}
