//! Fields that two tills changed, neither knowing of the other.

use super::Open;
use crate::project::personal_value;
use crate::query::reference::references;
use crate::{PersonalReader, StoreError};
use lumbung_document::body::reference::{Field, Value};
use lumbung_primitives::DocRef;
use rusqlite::{Connection, params};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contested {
    pub target: DocRef,
    pub field: Field,
    /// In the order of (v, device_no, seq): the last one holds until somebody decides.
    pub edits: Vec<Edit>,
}

/// An edit that no other had seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    pub doc: DocRef,
    /// Null where it was erased or the key to it is missing.
    pub value: Value,
    seen: Vec<DocRef>,
}

pub(super) fn contested(
    connection: &Connection,
    reader: &dyn PersonalReader,
) -> Result<Vec<Open>, StoreError> {
    let mut statement = connection.prepare_cached(include_str!("contested.sql"))?;
    let mut rows = statement.query([])?;
    let mut found: Vec<Contested> = Vec::new();
    while let Some(row) = rows.next()? {
        let (target, field) = (DocRef::from_key(row.get(0)?), Field(row.get(1)?));
        let doc = DocRef::from_key(row.get(2)?);
        let value = value(connection, reader, doc, field, row.get_ref(3)?.as_blob().unwrap_or_default())?;
        let seen = references(row.get_ref(4)?.as_blob().unwrap_or_default());
        let edit = Edit { doc, value, seen };
        match found.last_mut().filter(|last| last.target == target && last.field == field) {
            Some(last) => last.edits.push(edit),
            None => found.push(Contested { target, field, edits: vec![edit] }),
        }
    }
    let mut open = Vec::with_capacity(found.len());
    for contested in found {
        if !agree(&contested.edits) && !settles_the_same(connection, reader, &contested)? {
            open.push(Open::FieldConflict(contested));
        }
    }
    Ok(open)
}

fn value(
    connection: &Connection,
    reader: &dyn PersonalReader,
    doc: DocRef,
    field: Field,
    bytes: &[u8],
) -> Result<Value, StoreError> {
    if field.is_personal() {
        return personal_value(connection, reader, doc, field);
    }
    Ok(Value::decode(bytes)?)
}

/// Both wrote the same: there is nothing to choose.
fn agree(edits: &[Edit]) -> bool {
    edits.windows(2).all(|pair| pair[0].value == pair[1].value)
}

/// All edits answer one earlier question, each with a value of that question: two people decided at the same
/// time. The greater one holds, and nobody is asked again, or tills could go on answering each other.
fn settles_the_same(
    connection: &Connection,
    reader: &dyn PersonalReader,
    contested: &Contested,
) -> Result<bool, StoreError> {
    let Some(first) = contested.edits.first() else { return Ok(false) };
    if first.seen.len() < 2 || contested.edits.iter().any(|edit| edit.seen != first.seen) {
        return Ok(false);
    }
    let mut values = Vec::new();
    let mut statement = connection
        .prepare_cached("SELECT value FROM reference_edit WHERE target = ?1 AND field = ?2 AND doc = ?3")?;
    for doc in &first.seen {
        let mut rows = statement.query(params![contested.target.key(), contested.field.0, doc.key()])?;
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref(0)?.as_blob().unwrap_or_default();
            values.push(value(connection, reader, *doc, contested.field, bytes)?);
        }
    }
    Ok(contested.edits.iter().all(|edit| values.contains(&edit.value)))
}
