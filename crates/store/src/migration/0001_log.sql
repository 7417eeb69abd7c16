-- The log: exact bytes, append-only. doc = device_no << 40 | seq, so it sorts as (device_no, seq) does.
CREATE TABLE document_log (
    doc     INTEGER PRIMARY KEY,
    header  BLOB NOT NULL,
    body    BLOB NOT NULL,
    effects BLOB NOT NULL
) STRICT;

CREATE TRIGGER document_log_is_never_updated BEFORE UPDATE ON document_log
BEGIN SELECT RAISE(ABORT, 'document_log is append-only'); END;

CREATE TRIGGER document_log_is_never_deleted BEFORE DELETE ON document_log
BEGIN SELECT RAISE(ABORT, 'document_log is append-only'); END;

-- Sealed personal data beside the log. It may leave (member_erased); the chain holds only its hash.
CREATE TABLE personal_part (
    doc     INTEGER PRIMARY KEY,
    subject INTEGER NOT NULL,            -- 0 where it is about nobody
    part    BLOB NOT NULL
) STRICT;
CREATE INDEX personal_part_of_subject ON personal_part (subject) WHERE subject <> 0;

-- Devices whose series this store holds.
CREATE TABLE device (
    device_no    INTEGER PRIMARY KEY,
    device_key   BLOB NOT NULL,
    exchange_key BLOB NOT NULL,
    genesis_hash BLOB NOT NULL           -- prev_hash of the device's seq 1
) STRICT;

-- One row a device, replaced by each append in the same transaction.
CREATE TABLE head (
    device_no INTEGER PRIMARY KEY,
    seq       INTEGER NOT NULL,
    hash      BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;

-- Heads kept for good: every 256th, and wherever one was sent.
CREATE TABLE kept_head (
    device_no INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    hash      BLOB NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (device_no, seq)
) STRICT, WITHOUT ROWID;

-- Which cooperative, and which device this store belongs to. One row.
CREATE TABLE identity (
    one              INTEGER PRIMARY KEY CHECK (one = 1),
    coop_id          BLOB NOT NULL,
    own_device_no    INTEGER NOT NULL,
    coop_name        TEXT NOT NULL,
    region_code      TEXT NOT NULL,
    utc_offset_hours INTEGER NOT NULL,
    chart_version    INTEGER NOT NULL
) STRICT;

-- Keys that seal personal parts, and the key of the NIK index (number 0). The file is encrypted whole.
CREATE TABLE coop_key (
    number INTEGER PRIMARY KEY,
    key    BLOB NOT NULL
) STRICT;

-- A double tap books once: the window's draft and the document it became.
CREATE TABLE local_draft (
    draft_id TEXT PRIMARY KEY,
    doc      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- This device's own settings and PINs. Never travels.
CREATE TABLE local_setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
