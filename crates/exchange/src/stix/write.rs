//! Writes objects as a bundle, one after the other.

use std::io::{self, Write};

use super::id::Id;
use super::make::{Maker, tlp_of};
use crate::escape::json;
use crate::release::{Bundle, Marked, Releasable};
use avert_model::Timestamp;

/// Objects that their audience may have as the text of a bundle, the definitions of their markings first, but for
/// TLP's: OASIS publishes those, and no version of them says what its own checks for interoperability want of every object.
///
/// The same objects at the same time give the same text. In what is ours no character hides; what others made, and nothing
/// was changed of, goes out as it came in. `made_at` is when they were told.
pub fn bundle<T: Marked>(objects: &Releasable<Bundle<T>>, made_at: Timestamp) -> String {
    bundle_of(objects.get(), made_at)
}

/// The same, of objects that were found to be releasable as a part of something.
pub(crate) fn bundle_of<T: Marked>(bundle: &Bundle<T>, made_at: Timestamp) -> String {
    let last = bundle.objects.last();
    let last = last.and_then(|last| last.body()["id"].as_str());
    let id = Maker::id("bundle", &format!("{} {made_at}", last.unwrap_or("")));
    let mut text = Vec::new();
    let written = (|| {
        let mut writer = BundleWriter::begin(&mut text, &id)?;
        for marking in &bundle.markings {
            let id = marking["id"].as_str();
            if id.is_none_or(|id| tlp_of(id).is_none()) {
                writer.push(json::line(marking).trim_end())?;
            }
        }
        for object in &bundle.objects {
            match object.text() {
                Some(text) => writer.push(text)?,
                None => writer.push(json::line(object.body()).trim_end())?,
            }
        }
        writer.end()
    })();
    written.expect("memory takes everything");
    String::from_utf8(text).expect("JSON is UTF-8")
}

/// Writes a bundle. Memory does not grow with the objects.
pub struct BundleWriter<W> {
    out: W,
    objects: u64,
}

impl<W: Write> BundleWriter<W> {
    /// Begins a bundle of this id, which is one of type `bundle`.
    pub fn begin(mut out: W, id: &Id) -> io::Result<Self> {
        write!(out, "{{\"type\":\"bundle\",\"id\":\"{id}\"")?;
        Ok(Self { out, objects: 0 })
    }

    /// Adds an object: its text as it is.
    pub fn push(&mut self, object: &str) -> io::Result<()> {
        let before = if self.objects == 0 {
            ",\"objects\":[\n"
        } else {
            ",\n"
        };
        self.objects += 1;
        self.out.write_all(before.as_bytes())?;
        self.out.write_all(object.as_bytes())
    }

    /// Ends the bundle, and says how many objects are in it. One without any has no list of them: STIX
    /// knows no empty lists.
    pub fn end(mut self) -> io::Result<u64> {
        let end: &[u8] = if self.objects == 0 { b"}\n" } else { b"\n]}\n" };
        self.out.write_all(end)?;
        self.out.flush()?;
        Ok(self.objects)
    }
}
