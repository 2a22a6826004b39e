//! Sharing: what is offered to whom, who came for it, and who got what.

pub(super) const UP: &str = "
-- Nothing was ever put into these: a collection holds what was released, not what there is.
DROP TABLE intel_members;
DROP TABLE intel_collections;

-- From whom an object came, and on what terms, JSON, it may be told; what nothing is said of is plainly ours. The
-- partner is empty for ourselves. An object is named by when it came, and one that is kept apart by less than nought.
CREATE TABLE sharing_terms (
    object  BIGINT NOT NULL,
    partner TEXT NOT NULL,
    terms   TEXT NOT NULL,
    PRIMARY KEY (object, partner)
);

-- Collections, by the number they have here. The rules are the hash of those under which all that is in one was
-- released; next_at is the microsecond at which time alone may change what that is, or nought. last_at is when the
-- last was put in, whether or not it is there still: what comes later has a later time.
CREATE TABLE shared_collections (
    number  BIGINT PRIMARY KEY,
    id      TEXT NOT NULL,
    rules   TEXT NOT NULL,
    next_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX shared_collections_by_id ON shared_collections (id);

-- What is offered in a collection, and by whom: by one of us, all that is there under an id; by a partner, what
-- came from it. 0 is withheld, 1 told in part, 2 told whole.
CREATE TABLE shared_wanted (
    collection BIGINT NOT NULL,
    id         TEXT NOT NULL,
    offered_by TEXT NOT NULL,
    told       BIGINT NOT NULL,
    PRIMARY KEY (collection, id, offered_by)
);

-- Exactly what may be read in a collection, and since when; no two times of one collection are alike.
-- Whether a version is the first or the last there is of its object in it stands beside it, since that is
-- what is asked for.
CREATE TABLE shared_objects (
    collection   BIGINT NOT NULL,
    added_at     BIGINT NOT NULL,
    id           TEXT NOT NULL,
    version      BIGINT NOT NULL,
    kind         TEXT NOT NULL,
    spec_version TEXT NOT NULL,
    is_first     BIGINT NOT NULL,
    is_last      BIGINT NOT NULL,
    digest       TEXT NOT NULL,
    body         TEXT NOT NULL,
    PRIMARY KEY (collection, added_at)
);
CREATE UNIQUE INDEX shared_objects_by_id ON shared_objects (collection, id, version);
CREATE INDEX shared_objects_by_kind ON shared_objects (collection, kind, added_at);

-- What texts in a collection name that is not in it: should it be offered and withheld, they are looked at again. The
-- target is a hash of its id, as in intel_refs.
CREATE TABLE shared_names (
    collection BIGINT NOT NULL,
    target     BIGINT NOT NULL,
    id         TEXT NOT NULL,
    PRIMARY KEY (collection, target, id)
);

-- Who got what: appended, never changed.
CREATE TABLE sharing_ledger (
    seq    BIGINT PRIMARY KEY,
    object TEXT NOT NULL,
    kind   TEXT NOT NULL,
    at     TEXT NOT NULL,
    entry  TEXT NOT NULL
);
CREATE INDEX sharing_ledger_by_object ON sharing_ledger (object, seq);
CREATE TABLE sharing_retracted (
    object TEXT PRIMARY KEY
);

-- Which part of a collection a partner was given in one answer: everything that was put in after one time and
-- up to another, as far as the filter, JSON, asked for it.
CREATE TABLE shared_fetches (
    seq        BIGINT PRIMARY KEY,
    collection BIGINT NOT NULL,
    partner    TEXT NOT NULL,
    first_at   BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,
    filter     TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX shared_fetches_by_last ON shared_fetches (collection, last_at);

-- What somebody declared to have happened, for embargoes.
CREATE TABLE sharing_events (
    name TEXT PRIMARY KEY,
    at   TEXT NOT NULL
);

-- How partners show who they are; a proof that is empty was taken back.
CREATE TABLE partner_tokens (
    id      BIGINT PRIMARY KEY,
    proof   TEXT NOT NULL,
    partner TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL
);
CREATE INDEX partner_tokens_by_proof ON partner_tokens (proof);

-- What became of what partners sent, for them to ask.
CREATE TABLE taxii_statuses (
    id      TEXT PRIMARY KEY,
    partner TEXT NOT NULL,
    at      BIGINT NOT NULL,
    body    TEXT NOT NULL
);
CREATE INDEX taxii_statuses_by_time ON taxii_statuses (at);

-- How far the collections of others were read.
CREATE TABLE taxii_pulls (
    server  TEXT PRIMARY KEY,
    address TEXT NOT NULL,
    after   TEXT NOT NULL,
    next    TEXT NOT NULL,
    at      TEXT NOT NULL
);

-- What others took of us, by the hash of exactly what was sent.
CREATE TABLE taxii_pushes (
    server TEXT NOT NULL,
    object TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (server, object, digest)
);
";

pub(super) const DOWN: &str = "
DROP TABLE taxii_pushes;
DROP TABLE taxii_pulls;
DROP TABLE taxii_statuses;
DROP TABLE partner_tokens;
DROP TABLE sharing_events;
DROP TABLE shared_fetches;
DROP TABLE shared_names;
DROP TABLE sharing_retracted;
DROP TABLE sharing_ledger;
DROP TABLE shared_objects;
DROP TABLE shared_wanted;
DROP TABLE shared_collections;
DROP TABLE sharing_terms;
CREATE TABLE intel_collections (
    number      BIGINT PRIMARY KEY,
    id          TEXT NOT NULL,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    made_at     TEXT NOT NULL
);
CREATE UNIQUE INDEX intel_collections_by_id ON intel_collections (id);
CREATE TABLE intel_members (
    collection BIGINT NOT NULL REFERENCES intel_collections (number),
    added_at   BIGINT NOT NULL,
    object     BIGINT NOT NULL REFERENCES intel_objects (added_at),
    PRIMARY KEY (collection, added_at)
);
CREATE UNIQUE INDEX intel_members_by_object ON intel_members (object, collection);
";
