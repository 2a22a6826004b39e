//! Writes objects as a bundle, one after the other.

use std::io::{self, Write};

use super::id::Id;

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
