-- Projections: a function of the set of documents. Dropped and rebuilt at will; nothing else writes here.

-- Documents by book day, for lists and counts.
CREATE TABLE document_day (
    book_day INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    doc      INTEGER NOT NULL,
    PRIMARY KEY (book_day, kind, doc)
) STRICT, WITHOUT ROWID;

CREATE TABLE posting (
    doc       INTEGER NOT NULL,
    line      INTEGER NOT NULL,
    account   INTEGER NOT NULL,
    amount_rp INTEGER NOT NULL,          -- debit positive
    outlet    INTEGER NOT NULL,
    party     INTEGER NOT NULL,          -- 0 none
    shift     INTEGER NOT NULL,          -- 0 none
    flow      INTEGER NOT NULL,
    layer     INTEGER NOT NULL,
    PRIMARY KEY (doc, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE stock_move (
    doc            INTEGER NOT NULL,
    line           INTEGER NOT NULL,
    item           INTEGER NOT NULL,
    outlet         INTEGER NOT NULL,
    bin            INTEGER NOT NULL,
    account        INTEGER NOT NULL,     -- 0 where a consignor owns the goods
    quantity_milli INTEGER NOT NULL,
    value_rp       INTEGER NOT NULL,
    owner          INTEGER NOT NULL,     -- 0 the cooperative
    PRIMARY KEY (doc, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_move (
    member    INTEGER NOT NULL,
    doc       INTEGER NOT NULL,
    line      INTEGER NOT NULL,
    kind      INTEGER NOT NULL,
    amount_rp INTEGER NOT NULL,
    period    INTEGER NOT NULL,          -- month index, 0 none
    PRIMARY KEY (member, doc, line)
) STRICT, WITHOUT ROWID;

-- Sums by day (grain 0), month (1) and year (2): any balance is a few rows of each.
CREATE TABLE account_total (
    grain     INTEGER NOT NULL,
    period    INTEGER NOT NULL,
    account   INTEGER NOT NULL,
    outlet    INTEGER NOT NULL,
    layer     INTEGER NOT NULL,
    debit_rp  INTEGER NOT NULL,
    credit_rp INTEGER NOT NULL,
    PRIMARY KEY (grain, period, account, outlet, layer)
) STRICT, WITHOUT ROWID;

CREATE TABLE stock_balance (
    item           INTEGER NOT NULL,
    outlet         INTEGER NOT NULL,
    bin            INTEGER NOT NULL,
    account        INTEGER NOT NULL,
    owner          INTEGER NOT NULL,
    quantity_milli INTEGER NOT NULL,
    value_rp       INTEGER NOT NULL,
    issues         INTEGER NOT NULL,     -- how often it left the shelf: best sellers first
    PRIMARY KEY (item, outlet, bin, account, owner)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_total (
    member    INTEGER NOT NULL,
    kind      INTEGER NOT NULL,
    year      INTEGER NOT NULL,
    amount_rp INTEGER NOT NULL,
    PRIMARY KEY (member, kind, year)
) STRICT, WITHOUT ROWID;
-- Kind 4 is bon: who owes how much, without reading everybody's savings.
CREATE INDEX member_total_bon ON member_total (member, amount_rp) WHERE kind = 4;

-- Sub-ledgers of control accounts by member, supplier or consignor.
CREATE TABLE party_total (
    account   INTEGER NOT NULL,
    party     INTEGER NOT NULL,
    amount_rp INTEGER NOT NULL,
    PRIMARY KEY (account, party)
) STRICT, WITHOUT ROWID;

CREATE TABLE shift_total (
    shift     INTEGER NOT NULL,
    account   INTEGER NOT NULL,
    flow      INTEGER NOT NULL,
    amount_rp INTEGER NOT NULL,
    PRIMARY KEY (shift, account, flow)
) STRICT, WITHOUT ROWID;

-- What a document says about another: 1 reverses, 2 returns from, 3 closes.
CREATE TABLE link (
    target   INTEGER NOT NULL,
    relation INTEGER NOT NULL,
    doc      INTEGER NOT NULL,
    PRIMARY KEY (target, relation, doc)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt (
    device_no INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    doc       INTEGER NOT NULL,
    PRIMARY KEY (device_no, number, doc)
) STRICT, WITHOUT ROWID;

CREATE TABLE shift (
    shift    INTEGER PRIMARY KEY,
    book_day INTEGER NOT NULL,
    wall_ms  INTEGER NOT NULL,
    actor    INTEGER NOT NULL            -- 0 the device's holder
) STRICT;

-- Documents that check_v1 sets aside, for a person to answer.
CREATE TABLE quarantine (
    doc    INTEGER PRIMARY KEY,
    reason TEXT NOT NULL
) STRICT;

-- Documents of other devices that book something else than their rule says. They count all the same.
CREATE TABLE foreign_effects (
    doc INTEGER PRIMARY KEY
) STRICT;

-- Every edit of every field of reference data. The greatest (v, doc) holds. Values of personal fields stay
-- in their personal part and are not here.
CREATE TABLE reference_edit (
    target INTEGER NOT NULL,
    field  INTEGER NOT NULL,
    v      INTEGER NOT NULL,
    doc    INTEGER NOT NULL,
    value  BLOB NOT NULL,
    seen   BLOB NOT NULL,
    PRIMARY KEY (target, field, v, doc)
) STRICT, WITHOUT ROWID;

-- Fields with two or more edits that no other edit has seen: few, so that questions are found without
-- reading every history.
CREATE TABLE reference_head (
    target INTEGER NOT NULL,
    field  INTEGER NOT NULL,
    doc    INTEGER NOT NULL,
    PRIMARY KEY (target, field, doc)
) STRICT, WITHOUT ROWID;

CREATE TABLE item (
    item              INTEGER PRIMARY KEY,
    sku               TEXT NOT NULL DEFAULT '',
    name              TEXT NOT NULL DEFAULT '',
    category          TEXT NOT NULL DEFAULT '',
    unit              TEXT NOT NULL DEFAULT '',
    weighed           INTEGER NOT NULL DEFAULT 0,
    price_rp          INTEGER NOT NULL DEFAULT 0,
    member_price_rp   INTEGER NOT NULL DEFAULT 0,
    reorder_min_milli INTEGER NOT NULL DEFAULT 0,
    account           INTEGER NOT NULL DEFAULT 114100,
    active            INTEGER NOT NULL DEFAULT 1,
    cost_rp           INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX item_by_sku ON item (sku) WHERE sku <> '';

CREATE TABLE barcode (
    code TEXT NOT NULL,
    item INTEGER NOT NULL,
    PRIMARY KEY (code, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX barcode_of_item ON barcode (item);

-- Members, suppliers and staff; role tells which (Kind number). Names come from personal parts and are
-- empty where this device cannot read them.
CREATE TABLE person (
    person    INTEGER PRIMARY KEY,
    role      INTEGER NOT NULL,
    name      TEXT NOT NULL DEFAULT '',
    phone     TEXT NOT NULL DEFAULT '',
    address   TEXT NOT NULL DEFAULT '',
    nik_index BLOB,
    kk_index  BLOB
) STRICT;
CREATE INDEX person_by_nik ON person (nik_index, role) WHERE nik_index IS NOT NULL;
CREATE INDEX person_by_role ON person (role);

CREATE TABLE member (
    member       INTEGER PRIMARY KEY,
    member_no    TEXT NOT NULL DEFAULT '',
    status       INTEGER NOT NULL DEFAULT 1,
    joined       INTEGER,
    bon_limit_rp INTEGER,
    merged_into  INTEGER                 -- as it was written: who leads is told by query/merge.rs
) STRICT;
CREATE INDEX member_by_no ON member (member_no);
CREATE INDEX member_merged ON member (member, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE staff (
    staff  INTEGER PRIMARY KEY,
    role   INTEGER NOT NULL DEFAULT 1,
    active INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE setting (
    field INTEGER PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

-- Control documents, in the log and among the orphans; re-issues of orphans. What they say together is
-- evaluated in memory (control/).
CREATE TABLE control (
    doc    INTEGER NOT NULL,
    hash   BLOB NOT NULL,
    orphan INTEGER NOT NULL,             -- 1 where it lies in orphan_log
    PRIMARY KEY (doc, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE reissue (
    original INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    doc      INTEGER NOT NULL,
    PRIMARY KEY (original, hash, doc)
) STRICT, WITHOUT ROWID;

-- Device numbers given out, and the devices that filled them.
CREATE TABLE invitation (
    doc       INTEGER PRIMARY KEY,
    device_no INTEGER NOT NULL,
    code_hash BLOB NOT NULL
) STRICT;

CREATE TABLE enrolment (
    doc          INTEGER PRIMARY KEY,
    device_no    INTEGER NOT NULL,
    device_id    BLOB NOT NULL,
    device_key   BLOB NOT NULL,
    exchange_key BLOB NOT NULL,
    block_first  INTEGER NOT NULL,       -- numbers that it may invite by itself, 0 none
    block_count  INTEGER NOT NULL
) STRICT;

-- The cooperative's keys handed to a device.
CREATE TABLE key_grant (
    device_no INTEGER NOT NULL,
    doc       INTEGER NOT NULL,
    PRIMARY KEY (device_no, doc)
) STRICT, WITHOUT ROWID;

-- Questions that a person has answered.
CREATE TABLE answer (
    question INTEGER NOT NULL,
    about    BLOB NOT NULL,              -- keys of documents, eight bytes each
    doc      INTEGER NOT NULL,
    choice   INTEGER NOT NULL,
    PRIMARY KEY (question, about, doc)
) STRICT, WITHOUT ROWID;

-- Members whose personal data has left for good.
CREATE TABLE erased (
    member INTEGER PRIMARY KEY
) STRICT;
