-- Version 1. Every key begins with the cooperative; nil is the centre itself.
CREATE TABLE centre (
    coop_id BLOB NOT NULL PRIMARY KEY,
    centre_id BLOB NOT NULL,
    signing_key BLOB NOT NULL,
    secret BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cooperative (
    coop_id BLOB NOT NULL PRIMARY KEY,
    handle INTEGER NOT NULL,
    name TEXT NOT NULL,
    region TEXT NOT NULL,
    utc_offset INTEGER NOT NULL,
    is_registered INTEGER NOT NULL,
    claim BLOB,
    epoch BLOB NOT NULL,
    last_server_seq INTEGER NOT NULL,
    books_device INTEGER NOT NULL,
    block_first INTEGER NOT NULL,
    block_count INTEGER NOT NULL,
    alarms INTEGER NOT NULL,
    erasures INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Not unique: asked at enrolment and by administrators alone.
CREATE INDEX cooperative_handle ON cooperative (handle);

CREATE TABLE device (
    coop_id BLOB NOT NULL REFERENCES cooperative (coop_id) ON DELETE CASCADE,
    device_no INTEGER NOT NULL,
    device_id BLOB NOT NULL,
    device_key BLOB NOT NULL,
    exchange_key BLOB NOT NULL,
    genesis_hash BLOB NOT NULL,
    head_seq INTEGER NOT NULL,
    head_hash BLOB NOT NULL,
    transport INTEGER NOT NULL,
    ended_seq INTEGER,
    ended_hash BLOB,
    waits_for_keys INTEGER NOT NULL,
    PRIMARY KEY (coop_id, device_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitation (
    coop_id BLOB NOT NULL REFERENCES cooperative (coop_id) ON DELETE CASCADE,
    device_no INTEGER NOT NULL,
    code_hash BLOB NOT NULL,
    expires_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    is_used INTEGER NOT NULL,
    PRIMARY KEY (coop_id, device_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    coop_id BLOB NOT NULL,
    last_server_seq INTEGER NOT NULL,
    first_server_seq INTEGER NOT NULL,
    device_no INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    signature BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (coop_id, last_server_seq),
    FOREIGN KEY (coop_id, device_no) REFERENCES device (coop_id, device_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE document (
    coop_id BLOB NOT NULL,
    device_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    header BLOB NOT NULL,
    body BLOB NOT NULL,
    effects BLOB NOT NULL,
    PRIMARY KEY (coop_id, device_no, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER document_is_final BEFORE UPDATE ON document
BEGIN SELECT raise(ABORT, 'documents are never edited'); END;

CREATE TRIGGER document_stays BEFORE DELETE ON document
BEGIN SELECT raise(ABORT, 'documents are never deleted'); END;

CREATE TABLE personal_part (
    coop_id BLOB NOT NULL,
    device_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    subject_device INTEGER,
    subject_seq INTEGER,
    part BLOB NOT NULL,
    PRIMARY KEY (coop_id, device_no, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX personal_part_subject ON personal_part (coop_id, subject_device, subject_seq)
    WHERE subject_device IS NOT NULL;

CREATE TABLE erased (
    coop_id BLOB NOT NULL,
    member_device INTEGER NOT NULL,
    member_seq INTEGER NOT NULL,
    PRIMARY KEY (coop_id, member_device, member_seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
    coop_id BLOB NOT NULL,
    device_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (coop_id, device_no, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE control (
    coop_id BLOB NOT NULL,
    kind INTEGER NOT NULL,
    device_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (coop_id, kind, device_no, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE daily_total (
    coop_id BLOB NOT NULL,
    day INTEGER NOT NULL,
    account INTEGER NOT NULL,
    debit_rp INTEGER NOT NULL,
    credit_rp INTEGER NOT NULL,
    PRIMARY KEY (coop_id, day, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE daily_count (
    coop_id BLOB NOT NULL,
    day INTEGER NOT NULL,
    sales INTEGER NOT NULL,
    documents INTEGER NOT NULL,
    PRIMARY KEY (coop_id, day)
) STRICT, WITHOUT ROWID;

-- Challenges that were answered, until they would have run out.
CREATE TABLE challenge (
    coop_id BLOB NOT NULL,
    device_no INTEGER NOT NULL,
    challenge BLOB NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (coop_id, device_no, challenge)
) STRICT, WITHOUT ROWID;

-- Under the nil id: wrong codes by address, which is a keyed hash.
CREATE TABLE attempt (
    coop_id BLOB NOT NULL,
    address BLOB NOT NULL,
    hour INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    PRIMARY KEY (coop_id, address, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
    coop_id BLOB NOT NULL,
    level INTEGER NOT NULL,
    server_seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    heads BLOB NOT NULL,
    blob_hash BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (coop_id, level, server_seq)
) STRICT;
