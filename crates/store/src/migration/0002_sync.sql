-- Documents of a series that lie beyond its end or on another branch: kept for ever, projected never.
CREATE TABLE orphan_log (
    doc      INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    header   BLOB NOT NULL,
    body     BLOB NOT NULL,
    effects  BLOB NOT NULL,
    personal BLOB,
    PRIMARY KEY (doc, hash)
) STRICT;

CREATE TRIGGER orphan_log_is_never_deleted BEFORE DELETE ON orphan_log
BEGIN SELECT RAISE(ABORT, 'orphan_log is append-only'); END;

-- A document leaves the log in one way alone: its exact bytes lie among the orphans.
DROP TRIGGER document_log_is_never_deleted;
CREATE TRIGGER document_log_is_never_deleted BEFORE DELETE ON document_log
WHEN NOT EXISTS (
    SELECT 1 FROM orphan_log AS o
    WHERE o.doc = OLD.doc AND o.header = OLD.header AND o.body = OLD.body AND o.effects = OLD.effects
)
BEGIN SELECT RAISE(ABORT, 'document_log is append-only'); END;

-- How far this device and each centre, hub or stick have come with each other.
CREATE TABLE peer (
    peer       TEXT PRIMARY KEY,
    epoch      BLOB NOT NULL,
    cursor_seq INTEGER NOT NULL,
    mark       BLOB NOT NULL,
    acked_seq  INTEGER NOT NULL,
    level      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
