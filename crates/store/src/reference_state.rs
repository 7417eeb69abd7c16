//! What the projections hold beside effects: receipts, goods, people, devices, answers. A rebuild without
//! personal parts is compared with it table by table, as far as the rows follow from bodies.

use crate::StoreError;
use lumbung_document::body::reference::Field;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};

/// Columns that names and indexes of personal numbers stand in are left out, and sentences that a later app may
/// put otherwise. `foreign_effects` is left out whole: it depends on which rules the app knew when a document
/// came. Named one by one: a projection that is added must be thought about here or in `state_hash`.
const TABLES: [(&str, &str); 18] = [
    ("receipt", "SELECT * FROM receipt ORDER BY device_no, number, doc"),
    ("link", "SELECT * FROM link ORDER BY target, relation, doc"),
    ("shift", "SELECT * FROM shift ORDER BY shift"),
    ("quarantine", "SELECT doc FROM quarantine ORDER BY doc"),
    (EDITS, "SELECT * FROM reference_edit ORDER BY target, field, v, doc"),
    (HEADS, "SELECT target, field, doc FROM reference_head ORDER BY target, field, doc"),
    ("item", "SELECT * FROM item ORDER BY item"),
    ("barcode", "SELECT * FROM barcode ORDER BY code, item"),
    ("person", "SELECT person, role FROM person ORDER BY person"),
    ("member", "SELECT * FROM member ORDER BY member"),
    ("staff", "SELECT * FROM staff ORDER BY staff"),
    ("setting", "SELECT * FROM setting ORDER BY field"),
    ("reissue", "SELECT * FROM reissue ORDER BY original, hash, doc"),
    ("invitation", "SELECT * FROM invitation ORDER BY doc"),
    ("enrolment", "SELECT * FROM enrolment ORDER BY doc"),
    ("key_grant", "SELECT * FROM key_grant ORDER BY device_no, doc"),
    ("answer", "SELECT * FROM answer ORDER BY question, about, doc"),
    ("erased", "SELECT * FROM erased ORDER BY member"),
];
const EDITS: &str = "reference_edit";
const HEADS: &str = "reference_head";

/// Names of the tables that differ.
pub(crate) fn differing(live: &Connection, rebuilt: &Connection) -> Result<Vec<&'static str>, StoreError> {
    let mut differing = Vec::new();
    for (name, sql) in TABLES {
        if digest(live, name, sql)? != digest(rebuilt, name, sql)? {
            differing.push(name);
        }
    }
    Ok(differing)
}

fn digest(connection: &Connection, name: &str, sql: &str) -> Result<[u8; 32], StoreError> {
    let by_field = name == EDITS || name == HEADS;
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let mut hasher = Sha256::new();
    while let Some(row) = rows.next()? {
        if by_field && Field(row.get("field")?).is_personal() {
            continue;
        }
        for column in 0..columns {
            let value = row.get_ref(column)?;
            hasher.update(value.data_type().to_string());
            match value {
                ValueRef::Null => {}
                ValueRef::Integer(value) => hasher.update(value.to_be_bytes()),
                ValueRef::Real(value) => hasher.update(value.to_be_bytes()),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                    hasher.update(bytes.len().to_be_bytes());
                    hasher.update(bytes);
                }
            }
        }
    }
    Ok(hasher.finalize().into())
}
