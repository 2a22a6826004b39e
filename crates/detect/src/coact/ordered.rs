//! Events in the order of objects and times, as they are counted and as they travel.

/// Marks the first event of an object.
pub(super) const FIRST: u32 = 1 << 31;

/// A moment as it is stored: counted from the earliest one, as narrow as that allows.
pub(super) trait Moment: Copy + Ord {
    fn at(at: i64, base: i64) -> Self;
    /// The same moment, uncompressed but for where it is counted from.
    fn whole(self) -> i64;
    /// How much later it is than an earlier one.
    fn since(self, earlier: Self) -> u64;
}

impl Moment for u32 {
    fn at(at: i64, base: i64) -> Self {
        u32::try_from(at - base).expect("the span was measured")
    }

    fn whole(self) -> i64 {
        self.into()
    }

    fn since(self, earlier: Self) -> u64 {
        u64::from(self - earlier)
    }
}

impl Moment for i64 {
    fn at(at: i64, _: i64) -> Self {
        at
    }

    fn whole(self) -> i64 {
        self
    }

    fn since(self, earlier: Self) -> u64 {
        self.abs_diff(earlier)
    }
}

/// Events of one worker's objects, by object, then time.
pub(super) enum Events {
    /// With times that fit into 32 bits.
    Narrow(Ordered<u32>),
    /// With any times.
    Wide(Ordered<i64>),
}

/// Events by object, then time. Those that tie nobody are not among them.
pub(super) struct Ordered<T> {
    /// The account's place, marked where an object begins.
    who: Vec<u32>,
    at: Vec<T>,
}

impl Events {
    /// None yet.
    pub(super) fn empty(narrow: bool) -> Self {
        if narrow {
            Self::Narrow(Ordered::empty())
        } else {
            Self::Wide(Ordered::empty())
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Narrow(ordered) => ordered.who.len(),
            Self::Wide(ordered) => ordered.who.len(),
        }
    }
}

/// Events in order, on their way to a process or come from one.
#[derive(Debug, Default, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Shipment {
    who: Vec<u32>,
    at: Vec<i64>,
}

impl Shipment {
    /// How many events it holds.
    pub(super) fn len(&self) -> usize {
        self.who.len()
    }

    /// Takes another one's objects.
    pub(super) fn append(&mut self, mut other: Self) {
        self.who.append(&mut other.who);
        self.at.append(&mut other.at);
    }

    /// The events, as narrow as their times allow.
    pub(super) fn into_events(self) -> Events {
        let base = self.at.iter().copied().min().unwrap_or(0);
        let latest = self.at.iter().copied().max().unwrap_or(0);
        if latest.saturating_sub(base) < i64::from(u32::MAX) {
            let at = self.at.iter().map(|at| u32::at(*at, base)).collect();
            Events::Narrow(Ordered { who: self.who, at })
        } else {
            Events::Wide(Ordered {
                who: self.who,
                at: self.at,
            })
        }
    }
}

impl Events {
    /// Gives each object to every process that counts one of its accounts. `home` says which process
    /// counts whom; `ship` is handed what has grown large enough to go.
    pub(super) fn divide(
        self,
        processes: usize,
        home: &[u8],
        mut ship: impl FnMut(usize, Shipment),
    ) {
        match self {
            Self::Narrow(ordered) => ordered.divide(processes, home, &mut ship),
            Self::Wide(ordered) => ordered.divide(processes, home, &mut ship),
        }
    }
}

/// Events that travel as one, about.
const SHIPMENT_EVENTS: usize = 1 << 16;

impl<T: Moment> Ordered<T> {
    pub(super) fn empty() -> Self {
        Self {
            who: Vec::new(),
            at: Vec::new(),
        }
    }

    /// Adds an event behind all others. `who` is marked if its object begins with it.
    pub(super) fn push(&mut self, who: u32, at: T) {
        self.who.push(who);
        self.at.push(at);
    }

    fn divide(self, processes: usize, home: &[u8], ship: &mut impl FnMut(usize, Shipment)) {
        let mut boxes = vec![Shipment::default(); processes];
        let mut wanted = vec![false; processes];
        let mut from = 0;
        while from < self.who.len() {
            let rest = &self.who[from + 1..];
            let length = rest.iter().position(|who| who & FIRST != 0);
            let to = from + 1 + length.unwrap_or(rest.len());
            wanted.fill(false);
            for who in &self.who[from..to] {
                wanted[usize::from(home[(who & !FIRST) as usize])] = true;
            }
            for (process, shipment) in boxes.iter_mut().enumerate() {
                if wanted[process] {
                    shipment.who.extend_from_slice(&self.who[from..to]);
                    shipment
                        .at
                        .extend(self.at[from..to].iter().map(|at| at.whole()));
                    if shipment.len() >= SHIPMENT_EVENTS {
                        ship(process, std::mem::take(shipment));
                    }
                }
            }
            from = to;
        }
        for (process, shipment) in boxes.into_iter().enumerate() {
            if shipment.len() > 0 {
                ship(process, shipment);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.who.len()
    }

    /// Who an event is of.
    pub(super) fn account(&self, event: usize) -> u32 {
        self.who[event] & !FIRST
    }

    /// When an event was.
    pub(super) fn time(&self, event: usize) -> T {
        self.at[event]
    }

    /// Whether an object begins with this event.
    pub(super) fn is_first(&self, event: usize) -> bool {
        self.who[event] & FIRST != 0
    }

    /// Reads these events without waiting for one after the other.
    pub(super) fn warm(&self, events: impl Iterator<Item = usize>) {
        let seen = events.fold(0, |seen, event| {
            seen ^ self.who[event] ^ u32::from(self.at[event] > self.at[0])
        });
        std::hint::black_box(seen);
    }

    /// Gives every event of the same object whose time is at most `window` apart, itself among them.
    pub(super) fn near(&self, event: usize, window: u64, mut each: impl FnMut(u32)) {
        let at = self.at[event];
        let (before, after) = self.who.split_at(event + 1);
        for (who, other) in before.iter().zip(&self.at[..=event]).rev() {
            if at.since(*other) > window {
                break;
            }
            each(who & !FIRST);
            if who & FIRST != 0 {
                break;
            }
        }
        for (who, other) in after.iter().zip(&self.at[event + 1..]) {
            if who & FIRST != 0 || other.since(at) > window {
                break;
            }
            each(*who);
        }
    }
}
