//! Carts in the making, in an encrypted file of their own beside the ledger: a sale costs the ledger one
//! sync, so what is being typed goes elsewhere. A kill loses nothing; a power cut at most what was typed
//! since the last flush, which the shell asks for every second. The history of syncs lies there too.

use crate::cart::Cart;
use lumbung_store::StoreError;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;

#[derive(Debug)]
pub(crate) struct Drafts {
    connection: Connection,
    unflushed: bool,
}

/// Where a draft stands. Numbers are kept in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    Current = 1,
    Held = 2,
    /// Voided, and still there to be brought back.
    Discarded = 3,
}

#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) cart: Cart,
    pub(crate) changed_ms: i64,
}

/// What a sync moved, for the page that shows the last ones.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct SyncNote {
    pub(crate) at_ms: i64,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) bytes_up: u64,
    pub(crate) bytes_down: u64,
    /// One sentence where it did not go well.
    pub(crate) trouble: Option<String>,
}

/// Syncs that are remembered.
const SYNCS_KEPT: i64 = 50;

/// Voided carts are kept for a day.
const DISCARDED_KEPT_MS: i64 = 24 * 3600 * 1000;

impl Drafts {
    /// Opens or makes the file. One that does not open (another key, cut off) is set aside, never lost and
    /// never in the way of a sale.
    pub(crate) fn open(path: &Path, key_hex: &str) -> Result<Self, StoreError> {
        match Self::try_open(path, key_hex) {
            Ok(drafts) => Ok(drafts),
            Err(_) if path.exists() => {
                let aside = path.with_extension("drafts-set-aside");
                std::fs::rename(path, aside)?;
                Self::try_open(path, key_hex)
            }
            Err(error) => Err(error),
        }
    }

    fn try_open(path: &Path, key_hex: &str) -> Result<Self, StoreError> {
        let connection = Connection::open(path)?;
        lumbung_store::open::unlock(&connection, key_hex)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;
             CREATE TABLE IF NOT EXISTS draft (
                draft_id TEXT PRIMARY KEY, state INTEGER NOT NULL, changed_ms INTEGER NOT NULL, cart TEXT NOT NULL
             ) STRICT, WITHOUT ROWID;
             CREATE TABLE IF NOT EXISTS sync_note (
                note INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, sent INTEGER NOT NULL, received INTEGER NOT NULL,
                bytes_up INTEGER NOT NULL, bytes_down INTEGER NOT NULL, trouble TEXT
             ) STRICT;
             CREATE TABLE IF NOT EXISTS sync_contact (
                one INTEGER PRIMARY KEY CHECK (one = 1), at_ms INTEGER NOT NULL
             ) STRICT;",
        )?;
        Ok(Self { connection, unflushed: false })
    }

    pub(crate) fn save(&mut self, cart: &Cart, state: State, now_ms: i64) -> Result<(), StoreError> {
        let text = serde_json::to_string(cart).map_err(|error| StoreError::Damaged(error.to_string()))?;
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO draft VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![cart.draft_id, state as i64, now_ms, text])?;
        self.unflushed = true;
        Ok(())
    }

    pub(crate) fn load(&self, draft_id: &str) -> Result<Option<Draft>, StoreError> {
        let row: Option<(String, i64)> = self
            .connection
            .prepare_cached("SELECT cart, changed_ms FROM draft WHERE draft_id = ?1")?
            .query_row([draft_id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        row.map(|(text, changed_ms)| read(&text, changed_ms)).transpose()
    }

    /// Drafts in a state, the latest first.
    pub(crate) fn all(&self, state: State) -> Result<Vec<Draft>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT cart, changed_ms FROM draft WHERE state = ?1 ORDER BY changed_ms DESC")?;
        let rows = statement.query_map([state as i64], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.map(|row: Result<(String, i64), _>| {
            let (text, changed_ms) = row?;
            read(&text, changed_ms)
        })
        .collect()
    }

    pub(crate) fn remove(&mut self, draft_id: &str) -> Result<(), StoreError> {
        let removed =
            self.connection.prepare_cached("DELETE FROM draft WHERE draft_id = ?1")?.execute([draft_id])?;
        self.unflushed |= removed > 0;
        Ok(())
    }

    /// Lets go of carts that were voided long ago.
    pub(crate) fn forget_discarded(&mut self, now_ms: i64) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM draft WHERE state = ?1 AND changed_ms < ?2")?
            .execute(params![State::Discarded as i64, now_ms - DISCARDED_KEPT_MS])?;
        Ok(())
    }

    pub(crate) fn note_sync(&mut self, note: &SyncNote) -> Result<(), StoreError> {
        let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.connection
            .prepare_cached("INSERT INTO sync_note VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![
                note.at_ms,
                whole(note.sent),
                whole(note.received),
                whole(note.bytes_up),
                whole(note.bytes_down),
                note.trouble
            ])?;
        self.connection
            .prepare_cached("DELETE FROM sync_note WHERE note <= (SELECT max(note) FROM sync_note) - ?1")?
            .execute([SYNCS_KEPT])?;
        Ok(())
    }

    /// The latest first.
    pub(crate) fn sync_notes(&self) -> Result<Vec<SyncNote>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT at_ms, sent, received, bytes_up, bytes_down, trouble FROM sync_note ORDER BY note DESC",
        )?;
        let rows = statement.query_map([], |row| {
            let whole =
                |at| -> rusqlite::Result<u64> { Ok(u64::try_from(row.get::<_, i64>(at)?).unwrap_or(0)) };
            Ok(SyncNote {
                at_ms: row.get(0)?,
                sent: whole(1)?,
                received: whole(2)?,
                bytes_up: whole(3)?,
                bytes_down: whole(4)?,
                trouble: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(crate) fn note_contact(&mut self, at_ms: i64) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO sync_contact VALUES (1, ?1)")?
            .execute([at_ms])?;
        Ok(())
    }

    pub(crate) fn last_contact(&self) -> Result<Option<i64>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT at_ms FROM sync_contact")?
            .query_row([], |row| row.get(0))
            .optional()?)
    }

    /// Makes what was typed durable.
    pub(crate) fn flush(&mut self) -> Result<(), StoreError> {
        if self.unflushed {
            self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
            self.unflushed = false;
        }
        Ok(())
    }
}

fn read(text: &str, changed_ms: i64) -> Result<Draft, StoreError> {
    let cart = serde_json::from_str(text).map_err(|error| StoreError::Damaged(error.to_string()))?;
    Ok(Draft { cart, changed_ms })
}
