//! What Avert promises, in numbers. The check and the benchmarks hold it to them.

/// How many accounts the simulated platforms have on which detection is judged.
pub(crate) const ACCOUNTS: u32 = 50_000;
/// Of the accounts proposed for takedown, the share that is hostile: at least this.
pub(crate) const PRECISION: f64 = 0.95;
/// Of the planted personas, the share that is proposed: at least this.
pub(crate) const RECALL: f64 = 0.80;
/// Rows of CSV ingested in a second on one core: at least this.
pub(crate) const INGEST_ROWS_PER_SECOND: f64 = 500_000.0;
/// Seconds to take in ATT&CK Enterprise 18.1 on one core, from the file to the disk: at most this.
pub(crate) const STIX_IMPORT_SECONDS: f64 = 1.0;

/// A bundle of more than a gigabyte is taken in with no more memory than this, in MiB.
pub(crate) const STIX_LARGE_MIB: f64 = 256.0;
/// How much more memory ingesting ten times the rows may take: at most this, in MiB. Bounded
/// memory means that the size of the input does not show.
pub(crate) const INGEST_GROWTH_MIB: f64 = 64.0;
/// The demo from its beginning to its end on two cores: at most this, in seconds.
pub(crate) const DEMO_SECONDS: f64 = 30.0;
/// The demo's memory at its peak: at most this. Promised are 300 MB, which is 286 MiB.
pub(crate) const DEMO_PEAK_MIB: f64 = 286.0;
/// A clean release build on two cores: at most this, in seconds.
pub(crate) const BUILD_SECONDS: f64 = 8.0 * 60.0;

/// In how many drawn worlds the gate of releases says exactly what a second implementation of its rules says.
pub(crate) const RELEASE_WORLDS: u64 = 1_000_000;

/// What co-action may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coact {
    pub(crate) seconds: f64,
    pub(crate) peak_rss_mib: f64,
}

/// A million events, an hour's window, two cores.
pub(crate) const COACT_1M: Coact = Coact {
    seconds: 5.0,
    peak_rss_mib: 250.0,
};

/// Ten million events with hot objects, a minute's window.
pub(crate) const COACT_10M: Coact = Coact {
    seconds: 8.0,
    peak_rss_mib: 1024.0,
};

/// Ten million events spread out, a minute's window.
pub(crate) const COACT_10M_MILD: Coact = Coact {
    seconds: 3.0,
    peak_rss_mib: 1024.0,
};

/// A hundred million events spread out, with 4 GiB of memory given: that it ends, and what it takes.
pub(crate) const COACT_100M_MILD: Coact = Coact {
    seconds: f64::INFINITY,
    peak_rss_mib: 4608.0,
};

/// Communities in a graph of a million nodes and 5.25 million edges on two cores: at most this.
pub(crate) const LEIDEN_SECONDS: f64 = 5.0;
/// Their modularity: at least this.
pub(crate) const LEIDEN_MODULARITY: f64 = 0.600;
/// A hundred million edges: the whole process within this, in MiB.
pub(crate) const LEIDEN_LARGE_MIB: f64 = 8192.0;
/// How far behind the best of the others it may be.
pub(crate) const LEIDEN_BEHIND: f64 = 0.002;

/// A hundred thousand nodes and three times as many edges laid out on two cores: at most this.
pub(crate) const LAYOUT_SECONDS: f64 = 4.0;

/// The airdrop without labels, accounts at even odds or more: at least this F1 ...
pub(crate) const HOP_F1: f64 = 0.80;
/// ... at this precision.
pub(crate) const HOP_PRECISION: f64 = 0.90;
/// The airdrop with labels, on accounts not learned from: at least this average precision ...
pub(crate) const HOP_AVERAGE_PRECISION: f64 = 0.92;
/// ... and at most this calibration error.
pub(crate) const HOP_CALIBRATION_ERROR: f64 = 0.03;

/// Cells planted in published posts, by size: at least this recall ...
pub(crate) const PLANTED_RECALL: f64 = 0.80;
/// ... at this precision.
pub(crate) const PLANTED_PRECISION: f64 = 0.95;
/// Networks proposed among 100,000 accounts whose times are drawn anew: at most this.
pub(crate) const NETWORKS_BY_CHANCE: f64 = 1.0;

/// Simulated platforms that nothing is tuned on.
pub(crate) const CAMOUFLAGE_SEEDS: std::ops::RangeInclusive<u64> = 100..=149;
/// The strength of camouflage up to which what is promised below holds; beyond it the record says how
/// much is lost. That no honest account is proposed holds at every strength.
pub(crate) const CAMOUFLAGE_BREAKS_AT: f64 = 0.9;
/// Of the personas on them, found: at least this share.
pub(crate) const CAMOUFLAGE_FOUND: f64 = 0.95;
/// Of the accounts taken over, recognised as such: at least this share.
pub(crate) const CAMOUFLAGE_RECOGNISED: f64 = 0.90;

/// Watching 10,000 events a second: 99 of 100 events are told of within this.
pub(crate) const WATCH_P99_SECONDS: f64 = 1.0;
/// The same, for ten minutes of them: at most so much memory, in MiB.
pub(crate) const WATCH_PEAK_MIB: f64 = 2048.0;

/// A case of 100,000 accounts and 300,000 ties in a browser that draws in software: its map is there after so
/// many seconds ...
pub(crate) const CONSOLE_FIRST_PICTURE_SECONDS: f64 = 3.0;
/// ... and moves with so many frames a second.
pub(crate) const CONSOLE_FRAMES_PER_SECOND: f64 = 20.0;

/// Mails handed over and written down durably, by ten connections to a server that takes them at once: at
/// least so many a second.
pub(crate) const ACT_MAILS_PER_SECOND: f64 = 3_000.0;
/// How fast accounts are acted on, beside a bare client that makes the same requests: at least this share.
pub(crate) const ACT_TAKEDOWN_SHARE: f64 = 0.90;
/// Once everything is frozen no account is acted on after so many seconds.
pub(crate) const ACT_FREEZE_SECONDS: f64 = 1.0;

/// The console's first pages, of a thousand cases and a million findings: 99 of 100 answers are whole within
/// so many milliseconds.
pub(crate) const API_P99_MS: f64 = 50.0;

/// Ten million indicators, opened: at most so much memory of the whole process, in MB.
pub(crate) const MATCH_RESIDENT_MB: f64 = 160.0;
/// A log of which one line in a thousand has an indicator: so many MB of it are looked through in a second on one core.
pub(crate) const MATCH_MB_PER_SECOND: f64 = 250.0;

/// On a store of a million objects, by TAXII: so many come in in a second, judged, released and durable ...
pub(crate) const TAXII_IN: f64 = 20_000.0;
/// ... so many go out ...
pub(crate) const TAXII_OUT: f64 = 50_000.0;
/// ... and 99 of 100 pages of a thousand are whole within so many milliseconds.
pub(crate) const TAXII_PAGE_MS: f64 = 50.0;
