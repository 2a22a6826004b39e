//! Whose own copy it is that is read in a collection.

pub(super) const UP: &str = "
-- Who sent what is read there, where it is a copy of their own beside what came first under its id and is not told;
-- empty for what came first.
ALTER TABLE shared_objects ADD COLUMN copy_by TEXT NOT NULL DEFAULT '';

-- By whom something was told once under an id, empty for what came first: nobody's copy takes its place afterwards.
CREATE TABLE shared_once (
    collection BIGINT NOT NULL,
    id         TEXT NOT NULL,
    told_by    TEXT NOT NULL,
    PRIMARY KEY (collection, id, told_by)
);

-- When somebody brought what is kept apart: others may have brought the same before. Nought for what is not apart.
ALTER TABLE sharing_terms ADD COLUMN said_at BIGINT NOT NULL DEFAULT 0;
UPDATE sharing_terms SET said_at = -object WHERE object < 0;
CREATE INDEX sharing_terms_by_time ON sharing_terms (said_at);

-- What is offered and has another version, or text, since it was judged.
CREATE TABLE shared_stale (
    collection BIGINT NOT NULL,
    id         TEXT NOT NULL,
    PRIMARY KEY (collection, id)
);
CREATE INDEX shared_wanted_by_id ON shared_wanted (id);

-- What each offers is gone through in the order of ids.
CREATE INDEX shared_wanted_by_whom ON shared_wanted (collection, offered_by, id);

-- What is read was released without knowing of copies: it is looked through once.
UPDATE shared_collections SET rules = '';
";

pub(super) const DOWN: &str = "
UPDATE shared_collections SET rules = '';
DROP INDEX shared_wanted_by_whom;
DROP INDEX shared_wanted_by_id;
DROP TABLE shared_stale;
DROP INDEX sharing_terms_by_time;
ALTER TABLE sharing_terms DROP COLUMN said_at;
DROP TABLE shared_once;
ALTER TABLE shared_objects DROP COLUMN copy_by;
";
