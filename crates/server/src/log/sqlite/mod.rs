//! The log in one SQLite file: what a district office or a hub runs without a database server.
//!
//! The engine works inline. A session is one connection; whoever writes holds the turn, so that writers queue
//! here in order instead of sleeping on the file's lock.

mod read;
mod write;

use super::{
    CentreLog, Changes, Checkpoint, CoopId, Cooperative, Device, Glance, Identity, Invitation, LogFault, NIL,
    Quarantined, RunRow, Session, StoredDocument, Totals, to_i64,
};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

const SCHEMA_VERSION: i64 = 1;
/// Other processes (the administrator's command line) hold the file for moments.
const PATIENCE: Duration = Duration::from_secs(20);
/// Idle connections that are kept.
const KEPT: usize = 8;

/// Name of the file within the data folder.
pub const FILE: &str = "centre.db";

#[derive(Debug)]
pub struct SqliteLog {
    path: PathBuf,
    /// Of a test's own disk.
    vfs: Option<String>,
    idle: Mutex<Vec<Connection>>,
    turn: Turn,
}

impl SqliteLog {
    /// Opens or makes the file in `folder`.
    pub fn open(folder: &Path) -> Result<Self, LogFault> {
        std::fs::create_dir_all(folder).map_err(|error| LogFault::Broken(Box::new(error)))?;
        Self::on(folder.join(FILE), None)
    }

    /// `open` for tests that put a disk of their own beneath: a VFS registered with SQLite as `vfs`.
    pub fn open_on(vfs: &str, file: &Path) -> Result<Self, LogFault> {
        Self::on(file.to_owned(), Some(vfs.to_owned()))
    }

    fn on(path: PathBuf, vfs: Option<String>) -> Result<Self, LogFault> {
        let log = Self { path, vfs, idle: Mutex::new(Vec::new()), turn: Turn::default() };
        let connection = log.connect()?;
        found_schema(&connection)?;
        log.give_back(connection);
        Ok(log)
    }

    fn connect(&self) -> Result<Connection, LogFault> {
        let connection = match &self.vfs {
            None => Connection::open(&self.path)?,
            Some(vfs) => Connection::open_with_flags_and_vfs(&self.path, OpenFlags::default(), vfs.as_str())?,
        };
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "cache_size", -16_000)?;
        connection.set_prepared_statement_cache_capacity(96);
        Ok(connection)
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(connection);
        }
    }
}

fn found_schema(connection: &Connection) -> Result<(), LogFault> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let made = match version {
        0 => connection
            .execute_batch(include_str!("schema.sql"))
            .and_then(|()| connection.pragma_update(None, "user_version", SCHEMA_VERSION))
            .map_err(LogFault::from),
        SCHEMA_VERSION => Ok(()),
        _ => Err(LogFault::broken("the file is of a later version")),
    };
    connection.execute_batch(if made.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    made
}

impl CentreLog for SqliteLog {
    type Session<'a> = SqliteSession<'a>;

    async fn session(&self) -> Result<SqliteSession<'_>, LogFault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.connect()?,
        };
        Ok(SqliteSession { log: self, connection: Some(connection), has_turn: false })
    }
}

/// Who may write. Held from [`Turn::take`] to [`Turn::pass`], also across threads.
#[derive(Debug, Default)]
struct Turn {
    is_taken: Mutex<bool>,
    passed: Condvar,
}

impl Turn {
    fn take(&self) {
        let taken = self.is_taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken =
            self.passed.wait_while(taken, |is_taken| *is_taken).unwrap_or_else(PoisonError::into_inner);
        *taken = true;
    }

    fn pass(&self) {
        *self.is_taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.passed.notify_one();
    }
}

#[derive(Debug)]
pub struct SqliteSession<'a> {
    log: &'a SqliteLog,
    /// Always there until it is dropped.
    connection: Option<Connection>,
    has_turn: bool,
}

impl Drop for SqliteSession<'_> {
    fn drop(&mut self) {
        let mut is_clean = true;
        if self.has_turn {
            is_clean = self.connection.as_ref().is_none_or(|connection| {
                connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok()
            });
            self.log.turn.pass();
        }
        if let Some(connection) = self.connection.take()
            && is_clean
        {
            self.log.give_back(connection);
        }
    }
}

impl SqliteSession<'_> {
    fn connection(&self) -> Result<&Connection, LogFault> {
        self.connection.as_ref().ok_or_else(|| LogFault::broken("a session without a connection"))
    }

    fn begin(&mut self) -> Result<&Connection, LogFault> {
        if self.has_turn {
            return Err(LogFault::broken("a transaction within another"));
        }
        self.log.turn.take();
        self.has_turn = true;
        self.connection()?.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        self.connection()
    }

    fn end(&mut self, last: &'static str) -> Result<(), LogFault> {
        let ended = self.connection()?.prepare_cached(last)?.execute([]).map(drop);
        if ended.is_err() && !self.connection()?.is_autocommit() {
            self.connection()?.execute_batch("ROLLBACK")?;
        }
        if self.has_turn {
            self.has_turn = false;
            self.log.turn.pass();
        }
        Ok(ended?)
    }

    /// `work` in a transaction of its own.
    fn within<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T, LogFault>) -> Result<T, LogFault> {
        let done = work(self.begin()?);
        self.end(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        done
    }
}

impl From<rusqlite::Error> for LogFault {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Away(Box::new(error)),
            _ => Self::Broken(Box::new(error)),
        }
    }
}

impl Session for SqliteSession<'_> {
    async fn identity(&mut self, fresh: &Identity) -> Result<Identity, LogFault> {
        self.within(|connection| {
            let is_there: Option<i64> = connection
                .query_row("SELECT 1 FROM centre WHERE coop_id = ?1", [NIL], |row| row.get(0))
                .optional()?;
            if is_there.is_none() {
                connection.execute(
                    "INSERT INTO centre (coop_id, centre_id, signing_key, secret) VALUES (?1, ?2, ?3, ?4)",
                    params![NIL, fresh.centre_id, fresh.signing_key, fresh.secret],
                )?;
            }
            read::identity(connection)
        })
    }

    async fn glance(
        &mut self,
        coop_id: &CoopId,
        device_no: u32,
        server_seq: u64,
    ) -> Result<Option<Glance>, LogFault> {
        let connection = self.connection()?;
        let Some(cooperative) = read::cooperative(connection, coop_id)? else { return Ok(None) };
        Ok(Some(Glance {
            cooperative,
            device: read::device(connection, coop_id, device_no)?,
            cursor_hash: read::hash_of_run(connection, coop_id, server_seq)?,
        }))
    }

    async fn lock(
        &mut self,
        coop_id: &CoopId,
        device_no: u32,
    ) -> Result<Option<(Cooperative, Option<Device>)>, LogFault> {
        let connection = self.begin()?;
        let found = match read::cooperative(connection, coop_id)? {
            Some(cooperative) => Some((cooperative, read::device(connection, coop_id, device_no)?)),
            None => None,
        };
        if found.is_none() {
            self.end("ROLLBACK")?;
        }
        Ok(found)
    }

    async fn unlock(&mut self) -> Result<(), LogFault> {
        self.end("ROLLBACK")
    }

    async fn commit(&mut self, changes: &Changes<'_>) -> Result<(), LogFault> {
        if let Err(error) = write::changes(self.connection()?, changes) {
            self.end("ROLLBACK")?;
            return Err(error);
        }
        self.end("COMMIT")
    }

    async fn found(
        &mut self,
        cooperative: &Cooperative,
        devices: &[Device],
        invitations: &[Invitation],
    ) -> Result<bool, LogFault> {
        self.within(|connection| write::found(connection, cooperative, devices, invitations))
    }

    async fn found_many(&mut self, cooperatives: &[(Cooperative, Vec<Device>)]) -> Result<(), LogFault> {
        self.within(|connection| {
            for (cooperative, devices) in cooperatives {
                write::found(connection, cooperative, devices, &[])?;
            }
            Ok(())
        })
    }

    async fn forget(&mut self, coop_id: &CoopId) -> Result<(), LogFault> {
        self.within(|connection| {
            let sql = "DELETE FROM cooperative WHERE coop_id = ?1 AND is_registered = 0";
            connection.execute(sql, [coop_id])?;
            Ok(())
        })
    }

    async fn by_handle(&mut self, handle: u64) -> Result<Vec<Cooperative>, LogFault> {
        read::by_handle(self.connection()?, handle)
    }

    async fn devices(&mut self, coop_id: &CoopId) -> Result<Vec<Device>, LogFault> {
        read::devices(self.connection()?, coop_id)
    }

    async fn invitations(&mut self, coop_id: &CoopId) -> Result<Vec<Invitation>, LogFault> {
        read::invitations(self.connection()?, coop_id)
    }

    async fn documents(
        &mut self,
        coop_id: &CoopId,
        device_no: u32,
        first: u64,
        last: u64,
    ) -> Result<Vec<StoredDocument>, LogFault> {
        let mut documents = Vec::new();
        read::documents(self.connection()?, coop_id, device_no, first, last, &mut documents)?;
        Ok(documents)
    }

    async fn control(&mut self, coop_id: &CoopId, kinds: &[u16]) -> Result<Vec<StoredDocument>, LogFault> {
        read::control(self.connection()?, coop_id, kinds)
    }

    async fn runs_after(
        &mut self,
        coop_id: &CoopId,
        server_seq: u64,
        limit: usize,
    ) -> Result<Vec<RunRow>, LogFault> {
        read::runs_after(self.connection()?, coop_id, server_seq, limit)
    }

    async fn documents_of(
        &mut self,
        coop_id: &CoopId,
        runs: &[RunRow],
    ) -> Result<Vec<StoredDocument>, LogFault> {
        let connection = self.connection()?;
        let mut documents = Vec::new();
        for run in runs {
            read::documents(connection, coop_id, run.device_no, run.first_seq, run.last_seq, &mut documents)?;
        }
        Ok(documents)
    }

    async fn use_challenge(
        &mut self,
        coop_id: &CoopId,
        device_no: u32,
        challenge: &[u8; 32],
        expires_ms: i64,
        now_ms: i64,
    ) -> Result<bool, LogFault> {
        self.within(|connection| {
            connection
                .prepare_cached(
                    "DELETE FROM challenge WHERE coop_id = ?1 AND device_no = ?2 AND expires_ms < ?3",
                )?
                .execute(params![coop_id, device_no, now_ms])?;
            let added = connection
                .prepare_cached(
                    "INSERT INTO challenge (coop_id, device_no, challenge, expires_ms) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO NOTHING",
                )?
                .execute(params![coop_id, device_no, challenge, expires_ms])?;
            Ok(added == 1)
        })
    }

    async fn attempts(&mut self, address: &[u8; 16], window: i64) -> Result<u32, LogFault> {
        read::attempts(self.connection()?, address, window)
    }

    async fn add_attempt(&mut self, address: &[u8; 16], window: i64) -> Result<(), LogFault> {
        self.within(|connection| {
            connection
                .execute("DELETE FROM attempt WHERE coop_id = ?1 AND hour < ?2", params![NIL, window - 1])?;
            connection.execute(
                "INSERT INTO attempt (coop_id, address, hour, tries) VALUES (?1, ?2, ?3, 1)
                 ON CONFLICT DO UPDATE SET tries = tries + 1",
                params![NIL, address, window],
            )?;
            Ok(())
        })
    }

    async fn checkpoint(&mut self, coop_id: &CoopId, level: u16) -> Result<Option<Checkpoint>, LogFault> {
        read::checkpoint(self.connection()?, coop_id, level)
    }

    async fn put_checkpoint(
        &mut self,
        coop_id: &CoopId,
        checkpoint: &Checkpoint,
        blob: &[u8],
    ) -> Result<(), LogFault> {
        self.within(|connection| write::checkpoint(connection, coop_id, checkpoint, blob))
    }

    async fn blob(
        &mut self,
        coop_id: &CoopId,
        blob_hash: &[u8; 32],
        offset: u64,
        length: u64,
    ) -> Result<Option<(u64, Vec<u8>)>, LogFault> {
        let sql = "SELECT bytes, substr(content, ?3 + 1, ?4) FROM checkpoint
                   WHERE coop_id = ?1 AND blob_hash = ?2";
        let mut statement = self.connection()?.prepare_cached(sql)?;
        let given = params![coop_id, blob_hash, to_i64(offset), to_i64(length)];
        Ok(statement.query_row(given, |row| Ok((super::to_u64(row.get(0)?), row.get(1)?))).optional()?)
    }

    async fn quarantine(&mut self, coop_id: &CoopId) -> Result<Vec<Quarantined>, LogFault> {
        read::quarantine(self.connection()?, coop_id)
    }

    async fn totals(&mut self, coop_id: &CoopId) -> Result<Totals, LogFault> {
        read::totals(self.connection()?, coop_id)
    }
}
