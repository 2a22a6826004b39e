//! Links: what people say that a case has to do with, of what others published.

pub(super) const UP: &str = "
-- The object is one of intel_objects, by its id: the link is to whatever its newest version says. The source is an
-- address and may be empty, and so may the note; a confidence below nought is none.
CREATE TABLE case_links (
    case_id    BIGINT NOT NULL REFERENCES cases (id),
    position   BIGINT NOT NULL,
    object     TEXT NOT NULL,
    relation   TEXT NOT NULL,
    source     TEXT NOT NULL,
    confidence BIGINT NOT NULL,
    note       TEXT NOT NULL,
    linked_by  TEXT NOT NULL,
    at         TEXT NOT NULL,
    PRIMARY KEY (case_id, object, relation)
);
";

pub(super) const DOWN: &str = "
DROP TABLE case_links;
";
