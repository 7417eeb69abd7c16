//! One hash over the logical rows of the effects projections, in key order: equal on every replica that
//! holds the same documents, in whatever order they came. Personal data, reference data and whatever
//! else is read from bodies are not in it: an app that does not know a kind ends with the same.

use crate::StoreError;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// In key order, so that equal sets of rows are equal streams. A sum by period that came back to zero is no
/// row: a document that moved to a later day leaves none behind. Named one by one: a projection that is added
/// must be thought about here.
const TABLES: [(&str, &str); 9] = [
    ("document_day", "SELECT * FROM document_day ORDER BY book_day, kind, doc"),
    ("posting", "SELECT * FROM posting ORDER BY doc, line"),
    ("stock_move", "SELECT * FROM stock_move ORDER BY doc, line"),
    ("member_move", "SELECT * FROM member_move ORDER BY member, doc, line"),
    (
        "account_total",
        "SELECT * FROM account_total WHERE debit_rp <> 0 OR credit_rp <> 0
         ORDER BY grain, period, account, outlet, layer",
    ),
    ("stock_balance", "SELECT * FROM stock_balance ORDER BY item, outlet, bin, account, owner"),
    ("member_total", "SELECT * FROM member_total WHERE amount_rp <> 0 ORDER BY member, kind, year"),
    ("party_total", "SELECT * FROM party_total ORDER BY account, party"),
    ("shift_total", "SELECT * FROM shift_total ORDER BY shift, account, flow"),
];

/// Sixty-four hexadecimal digits.
pub fn state_hash(connection: &Connection) -> Result<String, StoreError> {
    let mut hasher = Sha256::new();
    hasher.update(b"lumbung-state\0");
    for (name, sql) in TABLES {
        hasher.update(name.as_bytes());
        hasher.update([0]);
        add_rows(connection, sql, &mut hasher)?;
    }
    Ok(hex(&hasher.finalize()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut digits, byte| {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

fn add_rows(connection: &Connection, sql: &str, hasher: &mut Sha256) -> Result<(), StoreError> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            match row.get_ref(column)? {
                ValueRef::Integer(value) => hasher.update(value.to_be_bytes()),
                other => {
                    return Err(StoreError::Damaged(format!(
                        "a sum is not an integer but {}",
                        other.data_type()
                    )));
                }
            }
        }
    }
    hasher.update([0xff]);
    Ok(())
}
