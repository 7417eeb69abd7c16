//! Control documents: what follows from each by itself, and what changes in how others count.

use super::{Projector, effects};
use crate::StoreError;
use crate::control::{self, Control};
use lumbung_document::{Body, SealedDocument, check_v1};
use lumbung_primitives::{BusinessDate, DocRef};
use rusqlite::{Connection, params};

/// Rows that are the document's own, whoever wrote it: whether it holds is asked of [`Control`].
pub(super) fn project(
    connection: &Connection,
    document: &SealedDocument,
    body: &Body,
) -> Result<(), StoreError> {
    let doc = document.at.key();
    match body {
        Body::DeviceInvited(body) => {
            connection.prepare_cached("INSERT INTO invitation VALUES (?1, ?2, ?3)")?.execute(params![
                doc,
                body.device_no,
                body.code_hash
            ])?;
        }
        Body::DeviceEnrolled(body) => {
            let (first, count) = body.block.map_or((0, 0), |block| (block.first, block.count));
            connection.prepare_cached("INSERT INTO enrolment VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(
                params![
                    doc,
                    body.device_no,
                    body.device_id,
                    body.device_key,
                    body.exchange_key,
                    first,
                    count
                ],
            )?;
            admit(connection)?;
        }
        Body::KeyGrant(body) => {
            connection
                .prepare_cached("INSERT INTO key_grant VALUES (?1, ?2)")?
                .execute(params![body.device_no, doc])?;
        }
        Body::Answer(body) => {
            let about: Vec<u8> = body.about.iter().flat_map(|about| about.key().to_be_bytes()).collect();
            connection.prepare_cached("INSERT INTO answer VALUES (?1, ?2, ?3, ?4)")?.execute(params![
                body.question,
                about,
                doc,
                body.choice
            ])?;
        }
        Body::MemberErased(body) => erase(connection, body.member)?,
        _ => {}
    }
    Ok(())
}

/// Devices whose enrolment was written by the centre or by a keeper of the books may be listened to. The
/// smallest document fills a number.
fn admit(connection: &Connection) -> Result<(), StoreError> {
    // A scratch store of a comparison has no such table and listens to nobody.
    let Ok(mut statement) = connection.prepare_cached("SELECT coop_id FROM identity") else { return Ok(()) };
    let coop_id: [u8; 16] = statement.query_row([], |row| row.get(0))?;
    let control = control::load(connection)?;
    let mut statement = connection.prepare_cached(
        "SELECT doc, device_no, device_id, device_key, exchange_key FROM enrolment ORDER BY doc",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if control.is_void(DocRef::from_key(row.get(0)?)) {
            continue;
        }
        let (device_id, device_key): ([u8; 16], [u8; 32]) = (row.get(2)?, row.get(3)?);
        let genesis = lumbung_document::Hash::genesis(&coop_id, &device_id, &device_key);
        connection
            .prepare_cached("INSERT OR IGNORE INTO device VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![row.get::<_, u32>(1)?, device_key, row.get::<_, [u8; 32]>(4)?, genesis.0])?;
    }
    Ok(())
}

/// Personal data leaves: what is held goes now, what is still to come is not kept.
fn erase(connection: &Connection, member: DocRef) -> Result<(), StoreError> {
    let key = member.key();
    connection.prepare_cached("INSERT OR IGNORE INTO erased VALUES (?1)")?.execute([key])?;
    // What follows from a part goes with it, as if the part had come after.
    connection
        .prepare_cached(
            "DELETE FROM reference_edit WHERE field BETWEEN 150 AND 199
             AND doc IN (SELECT doc FROM personal_part WHERE subject = ?1 AND subject <> 0)",
        )?
        .execute([key])?;
    connection
        .prepare_cached("DELETE FROM reference_head WHERE target = ?1 AND field BETWEEN 150 AND 199")?
        .execute([key])?;
    connection
        .prepare_cached("DELETE FROM personal_part WHERE subject = ?1 AND subject <> 0")?
        .execute([key])?;
    connection
        .prepare_cached(
            "UPDATE person SET name = '', phone = '', address = '', nik_index = NULL, kk_index = NULL WHERE person = ?1",
        )?
        .execute([key])?;
    Ok(())
}

impl Projector<'_> {
    /// What this document changes in how others count.
    pub(super) fn take_note(
        &mut self,
        connection: &Connection,
        document: &SealedDocument,
    ) -> Result<(), StoreError> {
        let at = document.at;
        if let Some(original) = document.header.reissue_of {
            connection
                .prepare_cached("INSERT OR IGNORE INTO reissue VALUES (?1, ?2, ?3)")?
                .execute(params![original.at().key(), original.hash.0, at.key()])?;
            let stands = control::stands(connection, original)?;
            self.stale |= self.control.note_reissue(at, original, stands);
        } else if self.control.has_reissues() {
            self.stale |= self.control.note_standing(at, document.hash);
        }
        if document.kind().is_control() {
            connection
                .prepare_cached("INSERT OR IGNORE INTO control VALUES (?1, ?2, 0)")?
                .execute(params![at.key(), document.hash.0])?;
            let now = control::load(connection)?;
            self.absorb(connection, now)?;
        }
        Ok(())
    }

    /// Control documents came that lie among the orphans: perhaps they stand after all.
    pub(crate) fn hear_orphans(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let now = control::load(connection)?;
        self.absorb(connection, now)
    }

    fn absorb(&mut self, connection: &Connection, now: Control) -> Result<(), StoreError> {
        let before = std::mem::replace(&mut self.control, now);
        self.ends_changed |= !before.ends().eq(self.control.ends());
        self.stale |= !before.has_same_reissues(&self.control);
        if before.closes() == self.control.closes() {
            return Ok(());
        }
        // A close of an earlier period may cover what a later one had moved.
        if self.control.closes().starts_with(before.closes()) {
            self.move_late(connection)
        } else {
            self.stale = true;
            Ok(())
        }
    }

    /// Documents in the log that a new close does not cover: their day in the books moves behind it.
    fn move_late(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let mut statement = connection.prepare(
            "SELECT d.book_day, d.kind, d.doc FROM document_day AS d WHERE d.book_day <= ?1 ORDER BY d.doc",
        )?;
        let last = self.control.closes().last().map_or(0, |close| close.last_day.0);
        let mut moved: Vec<(i32, u16, DocRef)> = Vec::new();
        let mut rows = statement.query([last])?;
        while let Some(row) = rows.next()? {
            let (day, at) = (row.get(0)?, DocRef::from_key(row.get(2)?));
            // The fold goes on from where the document stands: closes only ever push days forward.
            if self.control.book_day(at, BusinessDate(day)).0 != day {
                moved.push((day, row.get(1)?, at));
            }
        }
        for (day, kind, at) in moved {
            let Some(document) = crate::query::document::load(connection, at)? else { continue };
            let Ok(effects) = check_v1(&document) else { continue };
            let to = self.control.book_day(at, document.header.business_date);
            effects::move_day(&mut self.sums, &effects, BusinessDate(day), to);
            connection
                .prepare_cached(
                    "UPDATE document_day SET book_day = ?1 WHERE book_day = ?2 AND kind = ?3 AND doc = ?4",
                )?
                .execute(params![to.0, day, kind, at.key()])?;
        }
        Ok(())
    }

    /// Whether only a rebuild gives the rows that the documents say.
    pub(crate) fn is_stale(&self) -> bool {
        self.stale
    }

    pub(crate) fn ends_changed(&self) -> bool {
        self.ends_changed
    }

    pub(crate) fn mark_stale(&mut self) {
        self.stale = true;
    }
}
