-- Version 1. Every key begins with the cooperative, so that every table can be distributed by it; nil is the
-- centre itself. No sequences, no key or constraint across cooperatives.
CREATE TABLE centre (
    coop_id bytea NOT NULL PRIMARY KEY,
    centre_id bytea NOT NULL,
    signing_key bytea NOT NULL,
    secret bytea NOT NULL
);

CREATE TABLE cooperative (
    coop_id bytea NOT NULL PRIMARY KEY,
    handle bigint NOT NULL,
    name text NOT NULL,
    region text NOT NULL,
    utc_offset smallint NOT NULL,
    is_registered boolean NOT NULL,
    claim bytea,
    epoch bytea NOT NULL,
    last_server_seq bigint NOT NULL,
    books_device integer NOT NULL,
    block_first integer NOT NULL,
    block_count integer NOT NULL,
    alarms integer NOT NULL,
    erasures integer NOT NULL
) WITH (fillfactor = 50);

-- Not unique: asked at enrolment and by administrators alone.
CREATE INDEX cooperative_handle ON cooperative (handle);

CREATE TABLE device (
    coop_id bytea NOT NULL REFERENCES cooperative (coop_id) ON DELETE CASCADE,
    device_no integer NOT NULL,
    device_id bytea NOT NULL,
    device_key bytea NOT NULL,
    exchange_key bytea NOT NULL,
    genesis_hash bytea NOT NULL,
    head_seq bigint NOT NULL,
    head_hash bytea NOT NULL,
    transport smallint NOT NULL,
    ended_seq bigint,
    ended_hash bytea,
    waits_for_keys boolean NOT NULL,
    PRIMARY KEY (coop_id, device_no)
) WITH (fillfactor = 50);

CREATE TABLE invitation (
    coop_id bytea NOT NULL REFERENCES cooperative (coop_id) ON DELETE CASCADE,
    device_no integer NOT NULL,
    code_hash bytea NOT NULL,
    expires_ms bigint NOT NULL,
    tries integer NOT NULL,
    is_used boolean NOT NULL,
    PRIMARY KEY (coop_id, device_no)
);

CREATE TABLE run (
    coop_id bytea NOT NULL,
    last_server_seq bigint NOT NULL,
    first_server_seq bigint NOT NULL,
    device_no integer NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    hash bytea NOT NULL,
    signature bytea NOT NULL,
    bytes bigint NOT NULL,
    PRIMARY KEY (coop_id, last_server_seq),
    FOREIGN KEY (coop_id, device_no) REFERENCES device (coop_id, device_no)
);

CREATE TABLE document (
    coop_id bytea NOT NULL,
    device_no integer NOT NULL,
    seq bigint NOT NULL,
    header bytea NOT NULL,
    body bytea NOT NULL,
    effects bytea NOT NULL,
    PRIMARY KEY (coop_id, device_no, seq)
);

CREATE FUNCTION document_is_final() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'documents are never edited or deleted'; END $$;

CREATE TRIGGER document_is_final BEFORE UPDATE OR DELETE ON document
    FOR EACH ROW EXECUTE FUNCTION document_is_final();

CREATE TABLE personal_part (
    coop_id bytea NOT NULL,
    device_no integer NOT NULL,
    seq bigint NOT NULL,
    subject_device integer,
    subject_seq bigint,
    part bytea NOT NULL,
    PRIMARY KEY (coop_id, device_no, seq)
);

CREATE INDEX personal_part_subject ON personal_part (coop_id, subject_device, subject_seq)
    WHERE subject_device IS NOT NULL;

CREATE TABLE erased (
    coop_id bytea NOT NULL,
    member_device integer NOT NULL,
    member_seq bigint NOT NULL,
    PRIMARY KEY (coop_id, member_device, member_seq)
);

CREATE TABLE quarantine (
    coop_id bytea NOT NULL,
    device_no integer NOT NULL,
    seq bigint NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (coop_id, device_no, seq)
);

CREATE TABLE control (
    coop_id bytea NOT NULL,
    kind smallint NOT NULL,
    device_no integer NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (coop_id, kind, device_no, seq)
);

CREATE TABLE daily_total (
    coop_id bytea NOT NULL,
    day integer NOT NULL,
    account bigint NOT NULL,
    debit_rp bigint NOT NULL,
    credit_rp bigint NOT NULL,
    PRIMARY KEY (coop_id, day, account)
) WITH (fillfactor = 50);

CREATE TABLE daily_count (
    coop_id bytea NOT NULL,
    day integer NOT NULL,
    sales bigint NOT NULL,
    documents bigint NOT NULL,
    PRIMARY KEY (coop_id, day)
) WITH (fillfactor = 50);

-- Challenges that were answered, until they would have run out.
CREATE TABLE challenge (
    coop_id bytea NOT NULL,
    device_no integer NOT NULL,
    challenge bytea NOT NULL,
    expires_ms bigint NOT NULL,
    PRIMARY KEY (coop_id, device_no, challenge)
);

-- Under the nil id: wrong codes by address, which is a keyed hash.
CREATE TABLE attempt (
    coop_id bytea NOT NULL,
    address bytea NOT NULL,
    hour bigint NOT NULL,
    tries integer NOT NULL,
    PRIMARY KEY (coop_id, address, hour)
);

CREATE TABLE checkpoint (
    coop_id bytea NOT NULL,
    level smallint NOT NULL,
    server_seq bigint NOT NULL,
    hash bytea NOT NULL,
    heads bytea NOT NULL,
    blob_hash bytea NOT NULL,
    bytes bigint NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (coop_id, level, server_seq)
);
-- Uncompressed and outside the row, so that a part of a blob is read without the rest.
ALTER TABLE checkpoint ALTER COLUMN content SET STORAGE EXTERNAL;
