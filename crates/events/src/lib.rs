//! Canonical tables, source mappings, readers and snapshots.
