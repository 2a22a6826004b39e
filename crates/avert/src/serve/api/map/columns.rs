//! A large map in columns: a seventh of its JSON, and read without making an object of each account.
//!
//! `AVM1`, the length of the head (u32), the head as JSON padded to a multiple of four, then the columns, each
//! at an offset that is a multiple of four. Numbers are little-endian.

use avert_model::Timestamp;
use serde_json::{Map as JsonMap, json};

use super::drawn::{Drawn, Taken};

/// Columns, as they are put together.
#[derive(Default)]
struct Columns {
    offsets: JsonMap<String, serde_json::Value>,
    bytes: Vec<u8>,
}

impl Columns {
    fn add(&mut self, name: &str, column: impl IntoIterator<Item = u8>) {
        self.offsets
            .insert(name.to_owned(), json!(self.bytes.len()));
        self.bytes.extend(column);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    fn numbers(&mut self, name: &str, column: impl Iterator<Item = u32>) {
        self.add(name, column.flat_map(u32::to_le_bytes));
    }

    fn fractions(&mut self, name: &str, column: impl Iterator<Item = f32>) {
        self.add(name, column.flat_map(f32::to_le_bytes));
    }
}

/// A moment in seconds; nought where it is not known, and before 1970 and after 2106, where nothing was seen.
fn seconds(at: Option<Timestamp>) -> u32 {
    at.map_or(0, |at| u32::try_from(at.as_second()).unwrap_or(0))
}

/// What a probability is where there is none.
const UNKNOWN: u8 = 255;

/// The map.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a probability becomes 254ths, a weight single precision; a map has far fewer than 2^32 bytes of names"
)]
pub(super) fn written(drawn: &Drawn, places: &[[f32; 2]]) -> Vec<u8> {
    let mut columns = Columns::default();
    columns.fractions("x", places.iter().map(|place| place[0]));
    columns.fractions("y", places.iter().map(|place| place[1]));
    let about = || drawn.nodes.iter().map(|(_, about)| about);
    columns.add(
        "kind",
        about().map(|about| match about.kind {
            Taken::Persona => 0,
            Taken::Compromised => 1,
            Taken::Suspect => 2,
            Taken::Reached => 3,
        }),
    );
    let flags = about().map(|about| u8::from(about.proposed) | u8::from(about.excluded) << 1);
    columns.add("flags", flags);
    columns.add(
        "probability",
        about().map(|about| {
            let known = about.probability;
            known.map_or(UNKNOWN, |probability| (probability * 254.0).round() as u8)
        }),
    );
    columns.numbers("degree", drawn.degrees().into_iter());
    let ends = drawn.nodes.iter().scan(0_u32, |end, (id, _)| {
        *end += id.as_str().len() as u32;
        Some(*end)
    });
    columns.numbers("id_ends", ends);
    let ids = drawn.nodes.iter().flat_map(|(id, _)| id.as_str().bytes());
    columns.add("ids", ids);
    let edges = || drawn.edges.iter();
    columns.numbers("a", edges().map(|edge| edge.a));
    columns.numbers("b", edges().map(|edge| edge.b));
    columns.add("layer", edges().map(|edge| edge.layer.0));
    columns.fractions("weight", edges().map(|edge| edge.weight as f32));
    columns.numbers("objects", edges().map(|edge| edge.objects));
    columns.numbers("first", edges().map(|edge| seconds(edge.span.first_at)));
    columns.numbers("last", edges().map(|edge| seconds(edge.span.last_at)));
    let mut head = json!({
        "nodes": drawn.nodes.len(), "edges": drawn.edges.len(), "layers": drawn.layers,
        "shown": drawn.shown, "accounts": drawn.accounts, "ties": drawn.ties,
        "columns": columns.offsets,
    })
    .to_string();
    while !head.len().is_multiple_of(4) {
        head.push(' ');
    }
    let mut bytes = b"AVM1".to_vec();
    bytes.extend((head.len() as u32).to_le_bytes());
    bytes.extend(head.bytes());
    bytes.extend(columns.bytes);
    bytes
}
