//! Which events decide about what a collection holds: whatever else happens changes nothing in it.

pub(super) const UP: &str = "
-- The event is as the terms of objects write it. Rules that were hashed before count every event: each collection is
-- looked through once, and says what it waits for.
CREATE TABLE shared_awaits (
    collection BIGINT NOT NULL,
    event      TEXT NOT NULL,
    PRIMARY KEY (collection, event)
);
UPDATE shared_collections SET rules = '';

-- Few rows have such a time.
DROP INDEX sharing_terms_by_time;
CREATE INDEX sharing_terms_by_time ON sharing_terms (said_at) WHERE said_at > 0;
";

pub(super) const DOWN: &str = "
DROP INDEX sharing_terms_by_time;
CREATE INDEX sharing_terms_by_time ON sharing_terms (said_at);
UPDATE shared_collections SET rules = '';
DROP TABLE shared_awaits;
";
