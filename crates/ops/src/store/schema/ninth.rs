//! Fewer places to write an object to: what came with an index for every question is asked through fewer of them.
//! What one partner offers in a collection is found among all that is offered in it.

pub(super) const UP: &str = "
-- Who offers what is gone through in the order of the key, and ids are looked up collection by collection.
DROP INDEX shared_wanted_by_whom;
DROP INDEX shared_wanted_by_id;

-- Changed by whoever wants everything on disk: what stays as it is, is not written.
CREATE TABLE store_flushes (
    one   BIGINT PRIMARY KEY,
    times BIGINT NOT NULL
);
INSERT INTO store_flushes (one, times) VALUES (1, 0);

-- How often something has changed since it was judged: what changes while it is judged is judged once more.
ALTER TABLE shared_stale ADD COLUMN times BIGINT NOT NULL DEFAULT 1;
";

/// For SQLite, which keeps the rows of a table by a number of their own, and a key beside them as one more index: these
/// are kept by their keys alone. Every statement of an older version is understood as before, and so there is no way back
/// to go. The indexes `intel_terms_by_term` and `intel_refs_by_target` are there in PostgreSQL alone from here on.
///
/// What can be read in collections stays: its rows are long and come in the order of their numbers, which SQLite
/// appends at less cost than to a key.
///
/// Rows go through a table that is dropped again, and so are written twice, once: to rename a table SQLite looks through
/// the whole schema, and every new store would pay for that with 40 million instructions at its first start.
pub(super) const LAYOUT: &str = "
CREATE TABLE kept AS SELECT added_at, id, version, kind, spec_version, revoked, created_by, markings, name, source,
    digest, body FROM intel_objects
    ORDER BY added_at;
DROP TABLE intel_objects;
CREATE TABLE intel_objects (
    added_at     INTEGER PRIMARY KEY,
    id           TEXT NOT NULL,
    version      BIGINT NOT NULL,
    kind         TEXT NOT NULL,
    spec_version TEXT NOT NULL,
    revoked      BIGINT NOT NULL,
    created_by   TEXT NOT NULL,
    markings     TEXT NOT NULL,
    name         TEXT NOT NULL,
    source       TEXT NOT NULL,
    digest       TEXT NOT NULL,
    body         TEXT NOT NULL
);
INSERT INTO intel_objects SELECT added_at, id, version, kind, spec_version, revoked, created_by, markings, name,
    source, digest, body FROM kept ORDER BY rowid;
DROP TABLE kept;
CREATE UNIQUE INDEX intel_objects_by_id ON intel_objects (id, version);
CREATE INDEX intel_objects_by_kind ON intel_objects (kind, added_at);

CREATE TABLE kept AS SELECT DISTINCT term, added_at FROM intel_terms
    ORDER BY term, added_at;
DROP TABLE intel_terms;
CREATE TABLE intel_terms (
    term     TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (term, added_at)
) WITHOUT ROWID;
INSERT INTO intel_terms SELECT term, added_at FROM kept ORDER BY rowid;
DROP TABLE kept;

CREATE TABLE kept AS SELECT DISTINCT target, added_at, property FROM intel_refs
    ORDER BY target, added_at, property;
DROP TABLE intel_refs;
CREATE TABLE intel_refs (
    target   BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    property TEXT NOT NULL,
    -- An older version writes what is named twice twice.
    PRIMARY KEY (target, added_at, property) ON CONFLICT IGNORE
) WITHOUT ROWID;
INSERT INTO intel_refs SELECT target, added_at, property FROM kept ORDER BY rowid;
DROP TABLE kept;

CREATE TABLE kept AS SELECT object, partner, is_first, terms, said_at FROM sharing_terms
    ORDER BY object, partner;
DROP TABLE sharing_terms;
CREATE TABLE sharing_terms (
    object   BIGINT NOT NULL,
    partner  TEXT NOT NULL,
    is_first BIGINT NOT NULL,
    terms    TEXT NOT NULL,
    said_at  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (object, partner)
) WITHOUT ROWID;
INSERT INTO sharing_terms SELECT object, partner, is_first, terms, said_at FROM kept ORDER BY rowid;
DROP TABLE kept;
CREATE INDEX sharing_terms_by_time ON sharing_terms (said_at) WHERE said_at > 0;

CREATE TABLE kept AS SELECT collection, id, offered_by, told FROM shared_wanted
    ORDER BY collection, id, offered_by;
DROP TABLE shared_wanted;
CREATE TABLE shared_wanted (
    collection BIGINT NOT NULL,
    id         TEXT NOT NULL,
    offered_by TEXT NOT NULL,
    told       BIGINT NOT NULL,
    PRIMARY KEY (collection, id, offered_by)
) WITHOUT ROWID;
INSERT INTO shared_wanted SELECT collection, id, offered_by, told FROM kept ORDER BY rowid;
DROP TABLE kept;

CREATE TABLE kept AS SELECT seq, object, kind, at, entry FROM sharing_ledger
    ORDER BY seq;
DROP TABLE sharing_ledger;
CREATE TABLE sharing_ledger (
    seq    INTEGER PRIMARY KEY,
    object TEXT NOT NULL,
    kind   TEXT NOT NULL,
    at     TEXT NOT NULL,
    entry  TEXT NOT NULL
);
INSERT INTO sharing_ledger SELECT seq, object, kind, at, entry FROM kept ORDER BY rowid;
DROP TABLE kept;
CREATE INDEX sharing_ledger_by_object ON sharing_ledger (object, seq);
";

pub(super) const DOWN: &str = "
ALTER TABLE shared_stale DROP COLUMN times;
DROP TABLE store_flushes;
CREATE INDEX shared_wanted_by_id ON shared_wanted (id);
CREATE INDEX shared_wanted_by_whom ON shared_wanted (collection, offered_by, id);
";
