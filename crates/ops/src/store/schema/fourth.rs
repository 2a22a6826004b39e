//! Intelligence: objects of STIX, every version of each, and what they are found by.

pub(super) const UP: &str = "
-- Every version of every object. added_at is microseconds since 1970, and no two are alike: it names the
-- row, and whoever asks for what is new asks by it. A version is microseconds too, and the least number
-- where an object has none. The markings are ids, divided by spaces.
CREATE TABLE intel_objects (
    added_at     BIGINT PRIMARY KEY,
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
CREATE UNIQUE INDEX intel_objects_by_id ON intel_objects (id, version);
CREATE INDEX intel_objects_by_kind ON intel_objects (kind, added_at);

-- What came under the id and version of another object: the first stays, this is kept apart.
CREATE TABLE intel_conflicts (
    added_at BIGINT PRIMARY KEY,
    id       TEXT NOT NULL,
    version  BIGINT NOT NULL,
    source   TEXT NOT NULL,
    digest   TEXT NOT NULL,
    body     TEXT NOT NULL
);
CREATE UNIQUE INDEX intel_conflicts_by_id ON intel_conflicts (id, version, digest);

-- Names and the ids that others gave, in small letters.
CREATE TABLE intel_terms (
    term     TEXT NOT NULL,
    added_at BIGINT NOT NULL
);
CREATE INDEX intel_terms_by_term ON intel_terms (term, added_at);

-- What refers to what. The target is the first eight bytes of the BLAKE3 hash of its id: there are many
-- rows, and an id is long. Whoever reads looks into the object whether it does.
CREATE TABLE intel_refs (
    target   BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    property TEXT NOT NULL
);
CREATE INDEX intel_refs_by_target ON intel_refs (target, added_at);

-- What is offered to others, and since when which object is in it. Here too no two times of one
-- collection are alike.
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

pub(super) const DOWN: &str = "
DROP TABLE intel_members;
DROP TABLE intel_collections;
DROP TABLE intel_refs;
DROP TABLE intel_terms;
DROP TABLE intel_conflicts;
DROP TABLE intel_objects;
";
