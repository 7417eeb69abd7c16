//! Reference data: every edit is kept; the greatest (v, device_no, seq) of a field holds.

use super::PersonalReader;
use crate::StoreError;
use crate::query::reference::see;
use lumbung_document::body::Reference;
use lumbung_document::body::reference::{Change, Field, Value};
use lumbung_document::{Kind, PersonalContent, SealedDocument};
use lumbung_primitives::DocRef;
use rusqlite::{Connection, OptionalExtension, params};

pub(super) fn project(
    connection: &Connection,
    reader: &dyn PersonalReader,
    document: &SealedDocument,
    edit: &Reference,
) -> Result<(), StoreError> {
    let target = edit.target.resolve(document.at);
    create_row(connection, document.kind(), target)?;
    let personal = kept_part(connection, document)?.and_then(|part| reader.read(document.at, part));
    let personal = personal.map(|content| content.changes).unwrap_or_default();
    for change in edit.changes.iter().chain(&personal) {
        // A body may not carry what belongs in the personal part, nor the other way round.
        let written_as_personal = personal.iter().any(|other| std::ptr::eq(other, change));
        if change.field.is_personal() != written_as_personal {
            continue;
        }
        keep_edit(connection, document.at, target, change)?;
        apply_winner(connection, reader, document.kind(), target, change.field)?;
    }
    Ok(())
}

/// The personal part, where it was kept: those about somebody who was erased are not.
fn kept_part<'d>(
    connection: &Connection,
    document: &'d SealedDocument,
) -> Result<Option<&'d [u8]>, StoreError> {
    let Some(part) = document.personal_bytes.as_deref() else { return Ok(None) };
    let kept = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM personal_part WHERE doc = ?1)")?
        .query_row([document.at.key()], |row| row.get(0))?;
    Ok(if kept { Some(part) } else { None })
}

fn create_row(connection: &Connection, kind: Kind, target: DocRef) -> Result<(), StoreError> {
    let key = target.key();
    let person = "INSERT OR IGNORE INTO person (person, role) VALUES (?1, ?2)";
    match kind {
        Kind::Item => {
            connection.prepare_cached("INSERT OR IGNORE INTO item (item) VALUES (?1)")?.execute([key])?;
        }
        Kind::Member => {
            connection.prepare_cached("INSERT OR IGNORE INTO member (member) VALUES (?1)")?.execute([key])?;
            connection.prepare_cached(person)?.execute(params![key, kind.id()])?;
        }
        Kind::Staff => {
            connection.prepare_cached("INSERT OR IGNORE INTO staff (staff) VALUES (?1)")?.execute([key])?;
            connection.prepare_cached(person)?.execute(params![key, kind.id()])?;
        }
        Kind::Supplier => {
            connection.prepare_cached(person)?.execute(params![key, kind.id()])?;
        }
        _ => {}
    }
    Ok(())
}

/// The value of a personal field stays sealed: its edit is kept with an empty one.
fn keep_edit(connection: &Connection, at: DocRef, target: DocRef, change: &Change) -> Result<(), StoreError> {
    let value = if change.field.is_personal() { Vec::new() } else { change.value.encode() };
    let seen: Vec<u8> = change.seen.iter().flat_map(|reference| reference.key().to_be_bytes()).collect();
    connection
        .prepare_cached("INSERT OR IGNORE INTO reference_edit VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![target.key(), change.field.0, change.v, at.key(), value, seen])?;
    Ok(())
}

fn apply_winner(
    connection: &Connection,
    reader: &dyn PersonalReader,
    kind: Kind,
    target: DocRef,
    field: Field,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT doc, value, seen FROM reference_edit WHERE target = ?1 AND field = ?2 ORDER BY v, doc",
    )?;
    let mut rows = statement.query(params![target.key(), field.0])?;
    let mut winner: Option<(i64, Vec<u8>)> = None;
    let (mut heads, mut edits) = (Vec::new(), 0_u32);
    while let Some(row) = rows.next()? {
        let doc = row.get(0)?;
        see(&mut heads, DocRef::from_key(doc), row.get_ref(2)?.as_blob().unwrap_or_default());
        winner = Some((doc, row.get(1)?));
        edits += 1;
    }
    drop(rows);
    if edits > 1 {
        keep_heads(connection, target, field, &heads)?;
    }
    let Some((doc, bytes)) = winner else { return Ok(()) };
    let value = if field.is_personal() {
        personal_value(connection, reader, DocRef::from_key(doc), field)?
    } else {
        Value::decode(&bytes)?
    };
    write(connection, reader, kind, target, field, &value)
}

/// One edit that nobody has seen is the rule; two are a question.
fn keep_heads(
    connection: &Connection,
    target: DocRef,
    field: Field,
    heads: &[DocRef],
) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM reference_head WHERE target = ?1 AND field = ?2")?
        .execute(params![target.key(), field.0])?;
    if heads.len() > 1 {
        let mut insert =
            connection.prepare_cached("INSERT OR IGNORE INTO reference_head VALUES (?1, ?2, ?3)")?;
        for head in heads {
            insert.execute(params![target.key(), field.0, head.key()])?;
        }
    }
    Ok(())
}

/// The field's value in a document's personal part, null where it was erased or cannot be opened.
pub(crate) fn personal_value(
    connection: &Connection,
    reader: &dyn PersonalReader,
    at: DocRef,
    field: Field,
) -> Result<Value, StoreError> {
    let part: Option<Vec<u8>> = connection
        .prepare_cached("SELECT part FROM personal_part WHERE doc = ?1")?
        .query_row([at.key()], |row| row.get(0))
        .optional()?;
    let content: Option<PersonalContent> = part.and_then(|part| reader.read(at, &part));
    let change = content.and_then(|content| content.changes.into_iter().find(|change| change.field == field));
    Ok(change.map_or(Value::Null, |change| change.value))
}

fn write(
    connection: &Connection,
    reader: &dyn PersonalReader,
    kind: Kind,
    target: DocRef,
    field: Field,
    value: &Value,
) -> Result<(), StoreError> {
    let key = target.key();
    let text = value.as_text().unwrap_or_default();
    let integer = value.as_integer();
    let flag = value.as_bool().unwrap_or_default();
    let set = |sql: &str, parameter: &dyn rusqlite::ToSql| -> Result<(), StoreError> {
        connection.prepare_cached(sql)?.execute(params![key, parameter])?;
        Ok(())
    };
    match (kind, field) {
        (Kind::Item, Field::ITEM_SKU) => set("UPDATE item SET sku = ?2 WHERE item = ?1", &text),
        (Kind::Item, Field::ITEM_NAME) => set("UPDATE item SET name = ?2 WHERE item = ?1", &text),
        (Kind::Item, Field::ITEM_CATEGORY) => set("UPDATE item SET category = ?2 WHERE item = ?1", &text),
        (Kind::Item, Field::ITEM_UNIT) => set("UPDATE item SET unit = ?2 WHERE item = ?1", &text),
        (Kind::Item, Field::ITEM_WEIGHED) => set("UPDATE item SET weighed = ?2 WHERE item = ?1", &flag),
        (Kind::Item, Field::ITEM_PRICE) => {
            set("UPDATE item SET price_rp = ?2 WHERE item = ?1", &integer.unwrap_or(0))
        }
        (Kind::Item, Field::ITEM_MEMBER_PRICE) => {
            set("UPDATE item SET member_price_rp = ?2 WHERE item = ?1", &integer.unwrap_or(0))
        }
        (Kind::Item, Field::ITEM_REORDER_MIN) => {
            set("UPDATE item SET reorder_min_milli = ?2 WHERE item = ?1", &integer.unwrap_or(0))
        }
        (Kind::Item, Field::ITEM_ACCOUNT) => {
            set("UPDATE item SET account = ?2 WHERE item = ?1", &integer.unwrap_or(114_100))
        }
        (Kind::Item, Field::ITEM_ACTIVE) => set("UPDATE item SET active = ?2 WHERE item = ?1", &flag),
        (Kind::Item, Field::ITEM_COST) => {
            set("UPDATE item SET cost_rp = ?2 WHERE item = ?1", &integer.unwrap_or(0))
        }
        (Kind::Item, Field::ITEM_BARCODES) => barcodes(connection, key, value),
        (Kind::Member, Field::MEMBER_NO) => set("UPDATE member SET member_no = ?2 WHERE member = ?1", &text),
        (Kind::Member, Field::MEMBER_STATUS) => {
            set("UPDATE member SET status = ?2 WHERE member = ?1", &integer.unwrap_or(1))
        }
        (Kind::Member, Field::MEMBER_JOINED) => {
            set("UPDATE member SET joined = ?2 WHERE member = ?1", &integer)
        }
        (Kind::Member, Field::MEMBER_BON_LIMIT) => {
            set("UPDATE member SET bon_limit_rp = ?2 WHERE member = ?1", &integer)
        }
        (Kind::Member, Field::MEMBER_MERGED_INTO) => {
            set("UPDATE member SET merged_into = ?2 WHERE member = ?1", &integer)
        }
        (Kind::Staff, Field::STAFF_ROLE) => {
            set("UPDATE staff SET role = ?2 WHERE staff = ?1", &integer.unwrap_or(1))
        }
        (Kind::Staff, Field::STAFF_ACTIVE) => set("UPDATE staff SET active = ?2 WHERE staff = ?1", &flag),
        (Kind::Setting, field) => {
            connection
                .prepare_cached("INSERT OR REPLACE INTO setting VALUES (?1, ?2)")?
                .execute(params![field.0, value.encode()])?;
            Ok(())
        }
        (_, Field::PERSON_NAME) => set("UPDATE person SET name = ?2 WHERE person = ?1", &text),
        (_, Field::PERSON_PHONE) => set("UPDATE person SET phone = ?2 WHERE person = ?1", &text),
        (_, Field::PERSON_ADDRESS) => set("UPDATE person SET address = ?2 WHERE person = ?1", &text),
        (_, Field::PERSON_NIK) => {
            set("UPDATE person SET nik_index = ?2 WHERE person = ?1", &index(reader, text))
        }
        (_, Field::PERSON_KK) => {
            set("UPDATE person SET kk_index = ?2 WHERE person = ?1", &index(reader, text))
        }
        // Fields of a later app, and those read from the personal part when asked for.
        _ => Ok(()),
    }
}

fn index(reader: &dyn PersonalReader, digits: &str) -> Option<[u8; 16]> {
    (!digits.is_empty()).then(|| reader.identity_index(digits))
}

fn barcodes(connection: &Connection, item: i64, value: &Value) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM barcode WHERE item = ?1")?.execute([item])?;
    if let Value::Texts(codes) = value {
        let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO barcode VALUES (?1, ?2)")?;
        for code in codes {
            insert.execute(params![code, item])?;
        }
    }
    Ok(())
}
