//! Control documents and re-issues as they lie in the store.

use super::Control;
use super::evaluate::{Document, evaluate};
use crate::StoreError;
use lumbung_document::header::{Header, read_start};
use lumbung_document::{Body, Hash, Original};
use lumbung_primitives::DocRef;
use rusqlite::{Connection, OptionalExtension, params};

/// Evaluates everything anew. Cheap where nothing was ever invited, ended or closed.
pub(crate) fn load(connection: &Connection) -> Result<Control, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT c.doc, coalesce(l.header, o.header), coalesce(l.body, o.body), c.orphan
         FROM control AS c
         LEFT JOIN document_log AS l ON l.doc = c.doc AND c.orphan = 0
         LEFT JOIN orphan_log AS o ON o.doc = c.doc AND o.hash = c.hash AND c.orphan = 1
         ORDER BY c.doc, c.hash",
    )?;
    let mut rows = statement.query([])?;
    let mut documents = Vec::new();
    while let Some(row) = rows.next()? {
        let (header, body): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(2)?);
        let at = DocRef::from_key(row.get(0)?);
        // What only lies beyond an end would be in the log if the end did not hold.
        let apart = row.get(3)? && !crate::orphan::follows_log(connection, at, &header)?;
        if let Some(document) = document(at, &header, &body, apart) {
            documents.push(document);
        }
    }
    let mut control = evaluate(&documents);
    load_reissues(connection, &mut control)?;
    Ok(control)
}

fn document(at: DocRef, header: &[u8], body: &[u8], apart: bool) -> Option<Document> {
    let decoded = Header::decode(header).ok()?;
    let body = Body::decode(decoded.kind, decoded.kind_version, body).ok().flatten()?;
    Some(Document { at, hash: Hash::document(header), body, apart })
}

fn load_reissues(connection: &Connection, control: &mut Control) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT original, hash, doc FROM reissue ORDER BY original, hash, doc")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let at = DocRef::from_key(row.get(0)?);
        let original = Original { device_no: at.device_no, seq: at.seq, hash: Hash(row.get(1)?) };
        let stands = stands(connection, original)?;
        control.note_reissue(DocRef::from_key(row.get(2)?), original, stands);
    }
    Ok(())
}

/// Whether an original lies in the log, on the branch that counts.
pub(crate) fn stands(connection: &Connection, original: Original) -> Result<bool, StoreError> {
    Ok(hash_at(connection, original.at())? == Some(original.hash))
}

/// The hash of a document in the log.
pub(crate) fn hash_at(connection: &Connection, at: DocRef) -> Result<Option<Hash>, StoreError> {
    let header: Option<Vec<u8>> = connection
        .prepare_cached("SELECT header FROM document_log WHERE doc = ?1")?
        .query_row(params![at.key()], |row| row.get(0))
        .optional()?;
    Ok(header.map(|header| Hash::document(&header)))
}

/// Finds the control documents and re-issues of the log again, for a rebuild.
pub(crate) fn index(log: &Connection, target: &Connection) -> Result<(), StoreError> {
    let mut control = target.prepare("INSERT OR IGNORE INTO control VALUES (?1, ?2, ?3)")?;
    let mut reissue = target.prepare("INSERT OR IGNORE INTO reissue VALUES (?1, ?2, ?3)")?;
    for (sql, orphan) in
        [("SELECT doc, header FROM document_log", 0), ("SELECT doc, header FROM orphan_log", 1)]
    {
        let mut statement = log.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let doc: i64 = row.get(0)?;
            let header = row.get_ref(1)?.as_blob().unwrap_or_default();
            let Ok((lumbung_document::header::FORMAT, ..)) = read_start(header) else { continue };
            let Ok(decoded) = Header::decode(header) else { continue };
            if decoded.kind.is_control() {
                control.execute(params![doc, Hash::document(header).0, orphan])?;
            }
            if let (Some(original), 0) = (decoded.reissue_of, orphan) {
                reissue.execute(params![original.at().key(), original.hash.0, doc])?;
            }
        }
    }
    Ok(())
}
