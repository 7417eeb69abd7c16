//! The edit history of reference data: what a new edit has to build on.

use crate::StoreError;
use lumbung_document::Kind;
use lumbung_document::body::reference::{Field, Value};
use lumbung_primitives::DocRef;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct FieldRow {
    pub v: u32,
    /// The document of the edit that holds.
    pub doc: DocRef,
    /// Null for personal fields: their value lies in the personal part of `doc`.
    pub value: Value,
    /// Edits that no other edit of the field had seen; two or more is a question for a person.
    pub heads: Vec<DocRef>,
}

/// The state of every field that was ever edited on `target`.
pub fn fields(connection: &Connection, target: DocRef) -> Result<BTreeMap<Field, FieldRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT field, v, doc, value, seen FROM reference_edit WHERE target = ?1 ORDER BY field, v, doc",
    )?;
    let mut rows = statement.query([target.key()])?;
    let mut fields: BTreeMap<Field, FieldRow> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let field = Field(row.get(0)?);
        let doc = DocRef::from_key(row.get(2)?);
        let bytes: Vec<u8> = row.get(3)?;
        let seen: Vec<u8> = row.get(4)?;
        let value = if bytes.is_empty() { Value::Null } else { Value::decode(&bytes)? };
        let state = fields.entry(field).or_insert_with(|| FieldRow {
            v: 0,
            doc,
            value: Value::Null,
            heads: Vec::new(),
        });
        // Rows come in the order of (v, doc), so the last one holds.
        state.v = row.get(1)?;
        state.doc = doc;
        state.value = value;
        see(&mut state.heads, doc, &seen);
    }
    Ok(fields)
}

/// Adds the next edit, in the order of (v, doc), to those that nobody has seen.
pub(crate) fn see(heads: &mut Vec<DocRef>, doc: DocRef, seen: &[u8]) {
    if !heads.is_empty() {
        let seen = references(seen);
        heads.retain(|head| !seen.contains(head));
    }
    heads.push(doc);
}

/// Documents as a projection keeps a list of them: eight bytes each.
pub(crate) fn references(bytes: &[u8]) -> Vec<DocRef> {
    bytes.as_chunks::<8>().0.iter().map(|key| DocRef::from_key(i64::from_be_bytes(*key))).collect()
}

/// What a target of edits is; settings are edits of the cooperative itself. `None` where nothing of it is held.
pub fn kind_of(connection: &Connection, target: DocRef) -> Result<Option<Kind>, StoreError> {
    let known = |sql: &str| -> Result<Option<u16>, StoreError> {
        Ok(connection.prepare_cached(sql)?.query_row([target.key()], |row| row.get(0)).optional()?)
    };
    if let Some(role) = known("SELECT role FROM person WHERE person = ?1")? {
        return Ok(Some(Kind::from_id(role)));
    }
    if known("SELECT 1 FROM item WHERE item = ?1")?.is_some() {
        return Ok(Some(Kind::Item));
    }
    let first_field = known("SELECT min(field) FROM reference_edit WHERE target = ?1 HAVING count(*) > 0")?;
    Ok(first_field.filter(|field| (300..400).contains(field)).map(|_| Kind::Setting))
}

/// Settings by field number.
pub fn settings(connection: &Connection) -> Result<BTreeMap<Field, Value>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT field, value FROM setting")?;
    let mut rows = statement.query([])?;
    let mut settings = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get(1)?;
        settings.insert(Field(row.get(0)?), Value::decode(&bytes)?);
    }
    Ok(settings)
}
