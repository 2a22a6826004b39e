//! What one worker does with the rows it reads: number their accounts, and sort them by who has
//! their object.

use std::collections::HashMap;

use avert_events::touches::Touch;

use super::gather::{NO_TIME, Row};
use super::keys::{Key, key};
use super::names::{Names, Register};
use super::numbers::WARM;

/// Rows that travel as one.
const PARCEL_ROWS: usize = 1024;

/// What one worker met while it read.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Met {
    pub(super) worker: usize,
    /// Everybody.
    pub(super) accounts: Register,
    /// The layers, and whether a row of theirs has a time.
    pub(super) layers: Vec<(Vec<u8>, bool)>,
    /// Rows read.
    pub(super) events: u64,
    /// Rows without an account or an object.
    pub(super) nameless: u64,
    /// The earliest and the latest time, if any row has one.
    pub(super) times: Option<(i64, i64)>,
}

/// A row before its account has a number.
struct Waiting {
    account: Key,
    object: Key,
    at: i64,
    layer: u32,
    /// Where a name that is not its own key ends among the names.
    name_ends: usize,
}

/// A worker's own numbering while it reads, and the rows that wait to travel.
pub(super) struct Reading {
    accounts: Names,
    layers: Vec<(Vec<u8>, bool)>,
    layer_numbers: HashMap<Vec<u8>, usize>,
    layer: usize,
    waiting: Vec<Waiting>,
    names: Vec<u8>,
    boxes: Vec<Vec<Row>>,
    scratch: Vec<u8>,
    events: u64,
    nameless: u64,
    times: (i64, i64),
}

impl Reading {
    pub(super) fn new(peers: usize) -> Self {
        Self {
            accounts: Names::default(),
            layers: vec![(Vec::new(), false)],
            layer_numbers: HashMap::from([(Vec::new(), 0)]),
            layer: 0,
            waiting: Vec::with_capacity(WARM),
            names: Vec::new(),
            boxes: vec![Vec::new(); peers],
            scratch: Vec::new(),
            events: 0,
            nameless: 0,
            times: (i64::MAX, i64::MIN),
        }
    }

    /// How much memory the accounts take.
    pub(super) fn bytes(&self) -> usize {
        self.accounts.bytes()
    }

    /// Takes a row; full boxes are sent to their worker.
    pub(super) fn take(&mut self, touch: Touch<'_>, send: impl FnMut(usize, Vec<Row>)) {
        self.events += 1;
        if touch.account.is_empty() || touch.object.is_empty() {
            self.nameless += 1;
            return;
        }
        let object = if touch.layer.is_empty() {
            key(touch.object)
        } else {
            // The same thing on another layer is another thing.
            self.scratch.clear();
            self.scratch.extend_from_slice(touch.layer);
            self.scratch.push(0);
            self.scratch.extend_from_slice(touch.object);
            key(&self.scratch)
        };
        if touch.account.len() > 15 {
            self.names.extend_from_slice(touch.account);
        }
        let layer = self.layer(touch.layer, touch.at.is_some());
        if let Some(at) = touch.at {
            self.times = (self.times.0.min(at), self.times.1.max(at));
        }
        self.waiting.push(Waiting {
            account: key(touch.account),
            object,
            at: touch.at.unwrap_or(NO_TIME),
            layer,
            name_ends: self.names.len(),
        });
        if self.waiting.len() == WARM {
            self.number(send);
        }
    }

    /// Sends what is left, and gives what was met.
    pub(super) fn finish(mut self, worker: usize, mut send: impl FnMut(usize, Vec<Row>)) -> Met {
        self.number(&mut send);
        for (to, rows) in self.boxes.into_iter().enumerate() {
            if !rows.is_empty() {
                send(to, rows);
            }
        }
        Met {
            worker,
            accounts: self.accounts.into_register(),
            layers: self.layers,
            events: self.events,
            nameless: self.nameless,
            times: (self.times.0 <= self.times.1).then_some(self.times),
        }
    }

    /// Gives the waiting rows' accounts their numbers, and sends the boxes that are full.
    fn number(&mut self, mut send: impl FnMut(usize, Vec<Row>)) {
        self.accounts
            .warm(self.waiting.iter().map(|row| row.account));
        let mut name_begins = 0;
        for row in &self.waiting {
            let name = &self.names[name_begins..row.name_ends];
            name_begins = row.name_ends;
            let account = self.accounts.count(row.account, || name);
            let to = row.object.share(self.boxes.len());
            let rows = &mut self.boxes[to];
            rows.push(Row {
                object: row.object,
                at: row.at,
                account,
                layer: row.layer,
            });
            if rows.len() == PARCEL_ROWS {
                send(to, std::mem::replace(rows, Vec::with_capacity(PARCEL_ROWS)));
            }
        }
        self.waiting.clear();
        self.names.clear();
    }

    /// The layer's number: mostly that of the row before.
    fn layer(&mut self, name: &[u8], has_time: bool) -> u32 {
        let is_same = match &self.layers[self.layer].0 {
            known if known.is_empty() => name.is_empty(),
            known => known == name,
        };
        if !is_same {
            self.layer = self.layer_numbers.get(name).copied().unwrap_or_else(|| {
                let number = self.layers.len();
                self.layers.push((name.to_owned(), false));
                self.layer_numbers.insert(name.to_owned(), number);
                number
            });
        }
        self.layers[self.layer].1 |= has_time;
        u32::try_from(self.layer).expect("rows are read one by one for years first")
    }
}
